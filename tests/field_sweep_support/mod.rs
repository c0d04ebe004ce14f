//! A table that fails where it is told to, and what the tests of the sweep ask it.
#![allow(dead_code, reason = "each file of tests uses its own part")]

use std::{collections::BTreeMap, time::Duration};

use portcullis::{
    Timestamp,
    field::{
        Context, ExposeSecret, Key, KeyVersion, Keyring, Policy, Purpose, Scope,
        sweep::{Limits, Report, Rows, Step, StoredRow, Swap, Sweep},
    },
};

pub(crate) const START: Timestamp = Timestamp::from_secs(1_795_251_600);
pub(crate) const HOUR: Duration = Duration::from_secs(3600);

pub(crate) fn at(hours: u32) -> Timestamp {
    START.saturating_add(HOUR * hours)
}

pub(crate) fn purpose() -> Purpose {
    Purpose::column("contact", "email")
}

pub(crate) fn ring() -> Keyring {
    let policy = Policy::new().for_purpose(purpose());
    Keyring::new_for(
        Key::from_bytes([7; 32]),
        Scope::tenant("acme"),
        policy,
        START,
    )
    .unwrap()
}

pub(crate) fn rotate(ring: &mut Keyring, now: Timestamp) -> KeyVersion {
    let next = ring.stage(now).unwrap();
    ring.promote(next, now).unwrap();
    next
}

/// The same ring as another machine loaded it before.
pub(crate) fn copy(ring: &Keyring) -> Keyring {
    Keyring::decode(ring.encode().expose_secret()).unwrap()
}

pub(crate) fn place(id: u8) -> Context {
    let contact = Context::new().tenant("acme").table("contact");
    contact.column("email").row(id)
}

pub(crate) fn sealed(ring: &Keyring, id: u8, plaintext: &str, now: Timestamp) -> Vec<u8> {
    let envelope = ring.seal(&place(id), plaintext.as_bytes(), now);
    // every third one as text
    if id.is_multiple_of(3) {
        let text = ring.seal_text(&place(id), plaintext.as_bytes(), now);
        return text.unwrap().into_bytes();
    }
    envelope.unwrap()
}

pub(crate) fn opened(ring: &Keyring, id: u8, stored: &[u8]) -> Option<String> {
    let opened = match std::str::from_utf8(stored) {
        Ok(text) => ring.open_text(&place(id), text),
        Err(_) => ring.open(&place(id), stored),
    };
    Some(String::from_utf8(opened.ok()?.expose_secret().to_vec()).unwrap())
}

/// The key that a stored value names.
pub(crate) fn names(stored: &[u8]) -> u32 {
    let bytes = match stored.strip_prefix(b"pc1.") {
        Some(text) => data_encoding::BASE64URL_NOPAD.decode(text).unwrap(),
        None => stored.to_vec(),
    };
    u32::from_be_bytes(bytes[1..5].try_into().unwrap())
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the database is gone")]
pub(crate) struct Gone;

/// What happens to a table at one of the sweep's calls.
pub(crate) type Event = Box<dyn FnMut(&mut BTreeMap<u8, Vec<u8>>)>;

/// A table whose database fails at a certain call, before it does anything or after, and in which
/// others write before certain calls.
#[derive(Default)]
pub(crate) struct Table {
    pub(crate) rows: BTreeMap<u8, Vec<u8>>,
    pub(crate) progress: Option<Vec<u8>>,
    pub(crate) calls: usize,
    pub(crate) fails_before: Option<usize>,
    pub(crate) fails_after: Option<usize>,
    pub(crate) events: BTreeMap<usize, Vec<Event>>,
}

impl Table {
    pub(crate) fn of(ring: &Keyring, ids: impl IntoIterator<Item = u8>, now: Timestamp) -> Self {
        let row = |id| (id, sealed(ring, id, &format!("{id}@example.org"), now));
        Self {
            rows: ids.into_iter().map(row).collect(),
            ..Self::default()
        }
    }

    pub(crate) fn call<T>(&mut self, act: impl FnOnce(&mut Self) -> T) -> Result<T, Gone> {
        let call = self.calls;
        self.calls += 1;
        for mut event in self.events.remove(&call).unwrap_or_default() {
            event(&mut self.rows);
        }
        if self.fails_before == Some(call) {
            return Err(Gone);
        }
        let done = act(self);
        if self.fails_after == Some(call) {
            return Err(Gone);
        }
        Ok(done)
    }
}

impl Rows for Table {
    type Error = Gone;

    fn next(&mut self, after: Option<&[u8]>, limit: usize) -> Result<Vec<StoredRow>, Gone> {
        let first = after.map_or(0, |after| u16::from(after[0]) + 1);
        self.call(|table| {
            let rows = table.rows.iter().filter(|(id, _)| u16::from(**id) >= first);
            let row =
                |(id, value): (&u8, &Vec<u8>)| StoredRow::new([*id], place(*id), value.clone());
            rows.take(limit).map(row).collect()
        })
    }

    fn swap(&mut self, row: &StoredRow, new: &[u8]) -> Result<Swap, Gone> {
        self.call(|table| match table.rows.get_mut(&row.key()[0]) {
            Some(value) if *value == row.value() => {
                *value = new.to_vec();
                Swap::Done
            }
            _ => Swap::Changed,
        })
    }

    fn save(&mut self, progress: &[u8]) -> Result<(), Gone> {
        self.call(|table| table.progress = Some(progress.to_vec()))
    }
}

pub(crate) fn limits() -> Limits {
    Limits::new().with_batch(3)
}

/// Steps until the sweep has ended; an hour passes where it waits.
pub(crate) fn run(sweep: &mut Sweep, ring: &Keyring, table: &mut Table, now: Timestamp) -> Report {
    let mut now = now;
    for _ in 0..1000 {
        match sweep.step(ring, table, now).unwrap() {
            Step::More => {}
            Step::Wait(until) => now = until,
            Step::Done(report) => return report,
        }
    }
    panic!("the sweep does not end");
}

pub(crate) fn sweep(ring: &Keyring, table: &mut Table, now: Timestamp) -> Report {
    run(&mut Sweep::new(purpose(), limits()), ring, table, now)
}

pub(crate) fn references_of(report: &Report) -> Vec<(u32, u64)> {
    report.references().map(|(key, n)| (key.get(), n)).collect()
}
