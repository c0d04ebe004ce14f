//! Columns on their way from plaintext to envelopes: both are read until a date, and what is left
//! is counted.
#![cfg(feature = "field")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that goes wrong here has failed, which is what it is for"
)]

use std::{collections::BTreeMap, convert::Infallible};

use portcullis::{
    Timestamp,
    field::{
        Context, Error, Key, KeyVersion, Keyring, Migration, Policy, Purpose, Read, Scope,
        sweep::{Fault, Limits, Report, Rows, Step, StoredRow, Swap, Sweep},
    },
};

const START: Timestamp = Timestamp::from_secs(1_795_251_600);
const LATER: Timestamp = Timestamp::from_secs(1_795_251_600 + 86_400);
const UNTIL: Timestamp = Timestamp::from_secs(1_795_251_600 + 30 * 86_400);

fn ring() -> Keyring {
    let policy = Policy::new().for_purpose(purpose());
    let scope = Scope::tenant("acme");
    Keyring::new_for(Key::from_bytes([7; 32]), scope, policy, START).unwrap()
}

fn purpose() -> Purpose {
    Purpose::column("contact", "email")
}

fn place(id: u8) -> Context {
    let contact = Context::new().tenant("acme").table("contact");
    contact.column("email").row(id)
}

#[derive(Clone, Default)]
struct Table {
    rows: BTreeMap<u8, Vec<u8>>,
    progress: Vec<u8>,
}

impl Rows for Table {
    type Error = Infallible;

    fn next(&mut self, after: Option<&[u8]>, limit: usize) -> Result<Vec<StoredRow>, Infallible> {
        let rows = self.rows.iter().filter(|(id, _)| Some(&[**id][..]) > after);
        let row = |(id, value): (&u8, &Vec<u8>)| StoredRow::new([*id], place(*id), value.clone());
        Ok(rows.take(limit).map(row).collect())
    }

    fn swap(&mut self, row: &StoredRow, new: &[u8]) -> Result<Swap, Infallible> {
        let value = self.rows.get_mut(&row.key()[0]).unwrap();
        assert_eq!(value, row.value());
        *value = new.to_vec();
        Ok(Swap::Done)
    }

    fn save(&mut self, progress: &[u8]) -> Result<(), Infallible> {
        self.progress = progress.to_vec();
        Ok(())
    }
}

fn run(mut sweep: Sweep, ring: &Keyring, table: &mut Table, now: Timestamp) -> Report {
    loop {
        // as a process that ends after each step
        if !table.progress.is_empty() {
            sweep = Sweep::resume(&table.progress, purpose(), Limits::new()).unwrap();
        }
        match sweep.step(ring, table, now).unwrap() {
            Step::More => {}
            Step::Wait(until) => panic!("{until}"),
            Step::Done(report) => return report,
        }
    }
}

fn new_sweep() -> Sweep {
    Sweep::new(purpose(), Limits::new().with_batch(2))
}

fn is_plaintext(read: Result<Read<'_>, Error>) -> bool {
    matches!(read, Ok(Read::Plaintext(_)))
}

/// CR-11: both are read, and the caller is told which it was.
#[test]
fn reads_plaintext_and_envelopes_until_the_date() {
    let (ring, migration) = (ring(), Migration::new(UNTIL));
    let envelope = ring.seal(&place(1), b"sealed", START).unwrap();
    let text = ring.seal_text(&place(1), b"sealed", START).unwrap();
    for stored in [envelope.as_slice(), text.as_bytes()] {
        for now in [START, UNTIL, Timestamp::MAX] {
            let read = migration.open(&ring, &place(1), stored, now).unwrap();
            assert!(matches!(read, Read::Opened(_)));
            assert_eq!(read.expose_secret(), b"sealed");
            assert_eq!(format!("{read:?}"), "Opened([redacted])");
        }
    }
    let just_before = Timestamp::from_millis(UNTIL.as_millis() - 1);
    for plaintext in [
        &b"ada@example.org"[..],
        b"",
        b"pc1",
        b"Pc1.x",
        b"fa0000 is red",
        b"+49 89",
        b"\x80\xFF",
    ] {
        let read = migration
            .open(&ring, &place(1), plaintext, just_before)
            .unwrap();
        assert!(matches!(read, Read::Plaintext(found) if found == plaintext));
        assert_eq!(read.expose_secret(), plaintext);
        assert_eq!(format!("{read:?}"), "Plaintext([redacted])");
        for now in [UNTIL, Timestamp::MAX] {
            let refused = migration.open(&ring, &place(1), plaintext, now).err();
            assert_eq!(refused, Some(Error::NotAnEnvelope));
        }
    }
}

/// CR-11: whoever can write to the column cannot have an envelope taken for plaintext by damaging
/// it, nor one that belongs elsewhere.
#[test]
fn never_takes_for_plaintext_what_looks_like_an_envelope() {
    let (ring, migration) = (ring(), Migration::new(UNTIL));
    let envelope = ring.seal(&place(1), b"sealed", START).unwrap();
    let text = ring.seal_text(&place(1), b"sealed", START).unwrap();
    for stored in [envelope.as_slice(), text.as_bytes()] {
        let suite_or_prefix = if stored[0] == b'p' { 4 } else { 1 };
        for cut in suite_or_prefix..stored.len() {
            let read = migration.open(&ring, &place(1), &stored[..cut], START);
            assert!(read.is_err(), "{cut}");
        }
        for at in suite_or_prefix..stored.len() {
            let mut changed = stored.to_vec();
            changed[at] ^= 0x01;
            let read = migration.open(&ring, &place(1), &changed, START);
            assert!(read.is_err(), "{at}");
        }
        let elsewhere = migration.open(&ring, &place(2), stored, START).err();
        assert_eq!(elsewhere, Some(Error::Open));
    }
    for refused in [
        &b"pc1."[..],
        b"pc1.hello",
        b"\xF9",
        b"\xFA and more",
        b"pc1.\xFF",
        b"\"pc1.-QAAAAE\"",
        b" PC1.-GAAAAE",
        b"\\xf900000001",
        b"+QAAAAE",
    ] {
        assert!(migration.open(&ring, &place(1), refused, START).is_err());
    }
    // the other suite, which this ring has no key of
    let mut other = envelope;
    other[0] = 0xFA;
    assert!(!is_plaintext(migration.open(
        &ring,
        &place(1),
        &other,
        START
    )));
}

/// CR-11: a sweep seals what is plaintext, in the column's form, and counts that none is left.
#[test]
fn seals_what_is_left() {
    for (migration, text) in [
        (Migration::new(UNTIL), true),
        (Migration::new(UNTIL).in_bytes(), false),
    ] {
        let (ring, mut table) = (ring(), Table::default());
        for id in 0..9 {
            table
                .rows
                .insert(id, format!("{id}@example.org").into_bytes());
        }
        table.rows.insert(9, Vec::new());
        table
            .rows
            .insert(10, ring.seal(&place(10), b"10@example.org", START).unwrap());
        table.rows.insert(11, b"pc1.not one".to_vec());
        let before = table.rows[&11].clone();

        let report = run(
            new_sweep().with_migration(migration),
            &ring,
            &mut table,
            LATER,
        );
        let counts = report.counts();
        assert_eq!((counts.sealed, counts.already, counts.failed), (10, 1, 1));
        assert_eq!((report.plaintext(), report.unreadable()), (0, 1));
        assert_eq!(report.failures()[0].fault, Fault::Malformed);
        assert_eq!(table.rows[&11], before);
        for (id, stored) in table.rows.iter().filter(|(id, _)| **id < 10) {
            assert_eq!(stored.starts_with(b"pc1."), text);
            // on the last day of the migration, and after it
            let read = migration.open(&ring, &place(*id), stored, UNTIL).unwrap();
            let expected = if *id == 9 {
                String::new()
            } else {
                format!("{id}@example.org")
            };
            assert_eq!(read.expose_secret(), expected.as_bytes());
        }
    }
}

/// CR-11: from a migration's date on plaintext is counted and left alone. Without a migration it has
/// no business there, and may be an envelope that something has changed.
#[test]
fn leaves_plaintext_that_is_not_migrated() {
    let plaintexts = BTreeMap::from([(1, b"ada@example.org".to_vec()), (2, Vec::new())]);
    for (sweep, now, failed) in [
        (new_sweep(), START, 1),
        (new_sweep().with_migration(Migration::new(UNTIL)), UNTIL, 0),
    ] {
        let (ring, mut table) = (ring(), Table::default());
        table.rows = plaintexts.clone();
        let report = run(sweep, &ring, &mut table, now);
        assert_eq!(table.rows, plaintexts);
        assert_eq!(
            (report.plaintext(), report.unreadable()),
            (2 - failed, failed)
        );
        let counts = report.counts();
        assert_eq!((counts.plaintext, counts.failed), (2 - failed, failed));
        assert_eq!((counts.sealed, report.rounds()), (0, 1));
    }
}

/// CR-11: what a machine that writes plaintext still puts in meanwhile is found by the next round.
#[test]
fn finds_what_is_written_meanwhile() {
    let (ring, mut table) = (ring(), Table::default());
    table.rows.insert(5, b"five".to_vec());
    let mut sweep = new_sweep().with_migration(Migration::new(UNTIL));
    assert!(matches!(
        sweep.step(&ring, &mut table, LATER),
        Ok(Step::More)
    ));
    table.rows.insert(1, b"one".to_vec());
    let report = run(sweep, &ring, &mut table, LATER);
    assert_eq!((report.rounds(), report.plaintext()), (2, 0));
    assert_eq!(report.counts().sealed, 2);
    let references: Vec<_> = report.references().collect();
    assert_eq!(references, [(KeyVersion::FIRST, 2)]);
}

/// CR-11: a value that cannot be sealed is a bad row, and the others are sealed.
#[test]
fn names_plaintext_that_cannot_be_sealed() {
    struct Nameless(Table);
    impl Rows for Nameless {
        type Error = Infallible;
        fn next(&mut self, after: Option<&[u8]>, n: usize) -> Result<Vec<StoredRow>, Infallible> {
            let rows = self.0.next(after, n)?.into_iter();
            let row = |row: StoredRow| match row.key() {
                [2] => StoredRow::new([2], place(2).row(""), row.value()),
                _ => row,
            };
            Ok(rows.map(row).collect())
        }
        fn swap(&mut self, row: &StoredRow, new: &[u8]) -> Result<Swap, Infallible> {
            self.0.swap(row, new)
        }
        fn save(&mut self, progress: &[u8]) -> Result<(), Infallible> {
            self.0.save(progress)
        }
    }
    let (ring, mut rows) = (ring(), Nameless(Table::default()));
    for id in 1..4 {
        rows.0.rows.insert(id, b"plain".to_vec());
    }
    let mut sweep = new_sweep().with_migration(Migration::new(UNTIL));
    let report = loop {
        if let Step::Done(report) = sweep.step(&ring, &mut rows, LATER).unwrap() {
            break report;
        }
    };
    assert_eq!((report.counts().sealed, report.counts().failed), (2, 1));
    assert_eq!(report.failures()[0].fault, Fault::Context);
    assert_eq!((report.plaintext(), report.rounds()), (1, 1));
    assert_eq!(rows.0.rows[&2], b"plain");
}
