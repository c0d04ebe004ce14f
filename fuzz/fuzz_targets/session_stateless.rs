//! Sealed sessions: a text opens only if it is, byte for byte, one that was sealed; a body that opens
//! is written again as it was read, and lives by its deadlines.
//!
//! The first byte of the input chooses what the rest is: a text, a list of changes to a real text, a
//! payload with its subject, or a body that the ring's owner sealed.
#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use portcullis::{
    Timestamp,
    field::{Context, Key, Keyring},
    session::{
        Activity, Epoch, Error, Factors, Policy, SUBJECT_LEN, Stateless,
        stateless::{MAX_LEN, Opened, PAYLOAD_LEN, Sealed},
    },
};

const PURPOSE: &str = "portcullis/session/fuzz";

static EDGE: LazyLock<Stateless> = LazyLock::new(|| {
    let ring = Arc::new(ring());
    Stateless::new(Policy::back_office(), ring, PURPOSE).expect("a purpose")
});

/// Sealed once; a forgery would be another text that opens.
static REAL: LazyLock<String> = LazyLock::new(|| {
    let sign_in = EDGE.begin("ada", Epoch::default(), now());
    let started = EDGE.start(sign_in, b"editor", Epoch::default(), now());
    started.expect("randomness").0.expose_secret().to_owned()
});

fn now() -> Timestamp {
    Timestamp::from_secs(1_795_251_600)
}

fn ring() -> Keyring {
    Keyring::new(Key::from_bytes([7; Key::LEN]), now())
}

/// What a sealed session is bound to, said as an envelope of `field`.
fn context() -> Context {
    let context = Context::new().without_tenant().without_row();
    let context = context.table("portcullis/session").column(PURPOSE);
    context.value_type("stateless.v1")
}

fn bring(text: &str) -> Result<Opened, Error> {
    EDGE.open(&text.parse()?)
}

fn opens_only_if_real(text: &[u8]) {
    let opened = core::str::from_utf8(text).is_ok_and(|text| bring(text).is_ok());
    assert_eq!(opened, text == REAL.as_bytes());
}

/// Each four bytes: where, how to change it, and how much of the end to leave out.
fn changed(changes: &[u8]) -> Vec<u8> {
    let mut text = REAL.clone().into_bytes();
    for change in changes.chunks_exact(4) {
        let at = usize::from(u16::from_be_bytes([change[0], change[1]]));
        if let Some(byte) = text.get_mut(at) {
            *byte ^= change[2];
        }
        text.truncate(text.len().saturating_sub(usize::from(change[3])));
    }
    text
}

/// What fits is read as it was sealed; what does not is refused.
fn round_trips(data: &[u8]) {
    let (len, data) = data
        .split_first()
        .map_or((0, data), |(len, data)| (usize::from(*len), data));
    let (subject, payload) = data.split_at(data.len().min(len * 2));
    let subject = String::from_utf8_lossy(subject);
    let fits = (1..=SUBJECT_LEN).contains(&subject.len()) && payload.len() <= PAYLOAD_LEN;
    let sign_in = EDGE.begin(&subject, Epoch::default(), now());
    let started = EDGE.start(sign_in, payload, Epoch::default(), now());
    assert_eq!(started.is_ok(), fits);
    if let Ok((sealed, live)) = started {
        assert!(sealed.expose_secret().len() <= MAX_LEN);
        let opened = bring(sealed.expose_secret()).expect("just sealed");
        let checked = EDGE.check(opened, Epoch::default(), now()).expect("live");
        assert_eq!((checked.subject(), checked.payload()), (&*subject, payload));
        assert_eq!(checked.live(), &live);
    }
}

fn body_of(sealed: &Sealed) -> Vec<u8> {
    let text = sealed.expose_secret().replacen("ps1.", "pc1.", 1);
    let opened = ring().open_text(&context(), &text).expect("just sealed");
    opened.expose_secret().to_vec()
}

/// A body that reads is written again as it was read, and every verb keeps to its deadlines.
fn reads_only_what_it_writes(body: &[u8]) {
    let Ok(text) = ring().seal_text(&context(), body, now()) else {
        return;
    };
    let text = text.replacen("pc1.", "ps1.", 1);
    let open = || bring(&text);
    if open().is_err() {
        return;
    }
    assert!(text.len() <= MAX_LEN);
    let epoch = Epoch::default();
    // The last activity stands at 33. A moment earlier it would lie in the future by the idle time.
    let active = body[33..41].try_into().map(u64::from_be_bytes);
    let idle = u64::try_from(IDLE.as_millis()).expect("a few minutes");
    let first = active.expect("eight bytes").saturating_sub(idle - 1);
    if let Some(before) = first.checked_sub(1) {
        let before = Timestamp::from_millis(before);
        let early = EDGE.check(open().expect("opened before"), epoch, before);
        assert!(early.is_err());
    }
    let first = Timestamp::from_millis(first);
    let checked = match EDGE.check(open().expect("opened before"), epoch, first) {
        Ok(checked) => checked,
        // its absolute limit ended before that, so it never was
        Err(error) => return assert!(matches!(error, Error::Expired(_))),
    };
    let again = open().expect("opened before");
    let again = EDGE.replace_payload(again, checked.payload(), epoch, first);
    assert_eq!(body_of(&again.expect("it fits").0), body);

    let deadline = checked.live().deadline();
    let last = Timestamp::from_millis(deadline.as_millis() - 1);
    for (now, live) in [(first, true), (last, true), (deadline, false)] {
        let open = || open().expect("opened before");
        assert_eq!(EDGE.check(open(), epoch, now).is_ok(), live);
        let touched = EDGE.touch(open(), Activity::Interactive, epoch, now);
        assert_eq!(touched.is_ok(), live);
        let again = EDGE.reauthenticate(open(), Factors::PASSWORD, epoch, now);
        assert_eq!(again.is_ok(), live);
        for sealed in touched
            .into_iter()
            .filter_map(|(_, new)| new)
            .chain(again.map(|(new, _)| new))
        {
            let opened = EDGE.open(&sealed).expect("just sealed");
            let live = EDGE.check(opened, epoch, now).expect("live");
            assert!(live.live().deadline() >= deadline.min(now.saturating_add(IDLE)));
            assert_eq!(live.payload(), checked.payload());
        }
    }
}

const IDLE: core::time::Duration = core::time::Duration::from_secs(15 * 60);

fuzz_target!(|data: &[u8]| {
    let Some((kind, rest)) = data.split_first() else {
        return;
    };
    match kind % 4 {
        0 => opens_only_if_real(rest),
        1 => opens_only_if_real(&changed(rest)),
        2 => round_trips(rest),
        _ => reads_only_what_it_writes(rest),
    }
});
