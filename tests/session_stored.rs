//! What is stored: frozen, strict, and nothing that denies less when it is damaged.
#![cfg(feature = "session")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "tests stop at what they did not expect"
)]

mod session_support;

use std::time::Duration;

use portcullis::{
    encoding,
    session::{
        Activity, AtLimit, Error, Expiry, Factors, Handle, Policy, SUBJECT_LEN, Sessions, State,
        fit_label,
    },
    store::{Change, Entry, Exchange, Memory, Store, update},
};
use proptest::prelude::*;
use session_support::{MINUTE, NINE, at, sessions, start, started};

/// CO-04: a state that cannot be read denies, and is not overwritten.
#[test]
fn damaged_and_unknown_state_denies_and_stays() {
    let store = Memory::new(10);
    let sessions = Sessions::new(Policy::back_office(), &store);
    let token = start(&sessions, "ada", at(0));
    let key = [
        b"portcullis/session/".as_slice(),
        Handle::of("ada").as_bytes(),
    ]
    .concat();
    let good = Store::load(&store, &key).unwrap().unwrap();
    let unknown = [&[2], &good[1..]].concat();
    let damaged = good[..good.len() - 1].to_vec();
    for (bytes, error) in [
        (unknown, encoding::Error::UnknownVersion(2)),
        (damaged, encoding::Error::Damaged),
        (Vec::new(), encoding::Error::Damaged),
    ] {
        let put = |_: Option<&[u8]>| Ok::<_, Error>((Change::Put(Entry::new(bytes.clone())), ()));
        update(&store, &key, put).unwrap();
        let error = Error::State(error);
        assert_eq!(sessions.check(&token, at(1)), Err(error.clone()));
        assert_eq!(
            sessions.touch(&token, Activity::Interactive, at(1)),
            Err(error.clone())
        );
        assert_eq!(sessions.rotate(&token, at(1)).unwrap_err(), error);
        assert_eq!(sessions.end(&token), Err(error.clone()));
        assert_eq!(sessions.begin("ada", at(1)), Err(error.clone()));
        assert_eq!(sessions.end_all("ada", at(1)), Err(error));
        assert_eq!(Store::load(&store, &key).unwrap().unwrap(), bytes);
    }
}

/// CO-04: a store that fails denies, in every call.
#[test]
fn a_store_that_fails_denies() {
    #[derive(Debug)]
    struct Broken;
    impl Store for Broken {
        type Error = std::io::Error;
        fn load(&self, _: &[u8]) -> Result<Option<Vec<u8>>, Self::Error> {
            Err(std::io::Error::other("disk on fire"))
        }
        fn compare_exchange(
            &self,
            _: &[u8],
            _: Option<&[u8]>,
            _: Option<&Entry>,
        ) -> Result<Exchange, Self::Error> {
            Err(std::io::Error::other("disk on fire"))
        }
    }
    let token = start(&sessions(), "ada", at(0));
    let broken = Sessions::new(Policy::back_office(), Broken);
    let error = broken.check(&token, at(1)).unwrap_err();
    assert!(matches!(error, Error::Store(_)));
    let chain = std::iter::successors(Some(&error as &dyn std::error::Error), |e| e.source());
    assert_eq!(chain.last().unwrap().to_string(), "disk on fire");
    assert!(broken.touch(&token, Activity::Interactive, at(1)).is_err());
    assert!(broken.rotate(&token, at(1)).is_err() && broken.label(&token, "", at(1)).is_err());
    assert!(broken.reauthenticate(&token, Factors::TOTP, at(1)).is_err());
    assert!(broken.begin("ada", at(1)).is_err() && broken.end(&token).is_err());
    assert!(broken.end_all("ada", at(1)).is_err() && broken.list("ada", at(1)).is_err());
    assert!(broken.end_others(&token, at(1)).is_err() && broken.purge("ada", at(1)).is_err());
}

/// A file of bytes in hexadecimal, with remarks.
fn golden() -> Vec<u8> {
    let hex = include_str!("vectors/session/state-v1.hex");
    let lines = hex.lines().filter(|line| !line.starts_with('#'));
    let hex: String = lines.collect();
    data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap()
}

/// The stored form is frozen.
#[test]
fn a_stored_state_of_version_one_reads_as_it_always_did() {
    let bytes = golden();
    let state = State::decode(&bytes).unwrap();
    assert_eq!(state.encode(), bytes);
    let hour = Duration::from_secs(3600);
    let policy = Policy::new(hour, 2 * hour).unwrap();
    let policy = policy.with_stay_signed_in(2 * hour, 3 * hour).unwrap();
    let (_, live) = policy.list(state, at(3 * MINUTE));
    let [phone, other] = live.as_slice() else {
        panic!("{live:?}")
    };
    assert_eq!((phone.label(), other.label()), ("Firefox on Lïnux", ""));
    assert_eq!(phone.id().as_u64(), NINE);
    assert_eq!(
        (phone.created(), phone.last_active()),
        (at(0), at(2 * MINUTE))
    );
    assert_eq!(phone.idle_deadline(), at(122 * MINUTE), "stays signed in");
    assert_eq!(
        phone.absolute_deadline(),
        at(181 * MINUTE),
        "from the second minute on"
    );
    let proofs = [Factors::PASSWORD, Factors::TOTP, Factors::RECOVERY_CODE];
    let proofs = proofs.map(|factor| phone.proved_at(factor));
    assert_eq!(proofs, [Some(at(MINUTE)), Some(at(0)), Some(at(0))]);
    assert_eq!(other.factors(), Factors::NONE);
    assert_eq!(other.deadline(), at(62 * MINUTE));
}

/// CO-04: what is never written is never read. Each row: what is put where, and what it would be.
#[test]
fn a_state_that_was_never_written_is_refused() {
    let good = golden();
    // Where the parts of the file above stand: the first session begins at 20.
    let changes: [(usize, &[u8], &str); 15] = [
        (0, &[2], "another version"),
        (12, &[4], "a subject longer than it is"),
        (11, &[1], "a subject of more than 256 bytes"),
        (13, &[0xff], "a subject that is not UTF-8"),
        (19, &[1], "a session less than there are"),
        (19, &[3], "a session more than there are"),
        (18, &[1], "257 sessions and more"),
        (124, &[2], "a flag that nobody knows"),
        (125, &[8], "a factor that nobody knows"),
        (125, &[0x0f], "a factor that nobody knows beside the others"),
        (125, &[3], "a factor less than there are times"),
        (153, &[0x12], "a label longer than it is"),
        (152, &[1], "a label of more than 128 bytes"),
        (154, &[0x0a], "a line end in a label"),
        (166, &[0xff], "a label that is not UTF-8"),
    ];
    assert!(State::decode(&good).is_ok());
    for (at, bytes, what) in changes {
        let mut changed = good.clone();
        changed[at..at + bytes.len()].copy_from_slice(bytes);
        assert_ne!(changed, good, "{what}");
        assert!(State::decode(&changed).is_err(), "{what}");
    }
    for cut in 0..good.len() {
        assert!(State::decode(&good[..cut]).is_err(), "cut at {cut}");
    }
    assert!(State::decode(&[good.as_slice(), &[0]].concat()).is_err());
}

/// CO-04: whatever byte of a record changes, nobody else's token opens it, and it never lasts longer
/// than its policy. A record is not authenticated: keep it where only the application writes.
#[test]
fn a_changed_byte_opens_nothing() {
    let policy = Policy::back_office();
    let (state, token, _) = started(&policy, State::default(), at(0));
    let (state, stranger, _) = started(&policy, state, at(0));
    let state = state.end_token(&stranger);
    let good = state.encode();
    for byte in 0..good.len() {
        for bit in 0..8 {
            let mut changed = good.clone();
            changed[byte] ^= 1 << bit;
            let Ok(changed) = State::decode(&changed) else {
                continue;
            };
            assert!(policy.check(changed.clone(), &stranger, at(0)).1.is_err());
            if let (_, Ok(live)) = policy.check(changed, &token, at(0)) {
                assert!(!live.stays_signed_in(), "the policy has no such limits");
            }
        }
    }
}

/// SE-07: a record is bounded, whatever is done to it.
#[test]
fn a_record_has_a_greatest_size() {
    let policy = Policy::back_office()
        .with_max_sessions(256, AtLimit::EvictOldest)
        .unwrap();
    let all = Factors::PASSWORD
        .and(Factors::TOTP)
        .and(Factors::RECOVERY_CODE);
    let mut state = State::default();
    for n in 0..260 {
        let subject = "a".repeat(SUBJECT_LEN);
        let sign_in = state.begin(&subject, at(n)).with_label("x".repeat(128));
        let (next, outcome) = policy.start(state, sign_in, at(n));
        let mut token = outcome.unwrap().0;
        state = next;
        for _ in 0..9 {
            let (next, outcome) = policy.reauthenticate(state, &token, all, at(n));
            token = outcome.unwrap().0;
            state = next;
        }
    }
    let bytes = state.encode();
    assert_eq!(bytes.len(), 67_345); // as the C header says
    assert_eq!(State::decode(&bytes).unwrap(), state);
}

/// SE-07: what a list shows is short, on one line, and reads in the direction of the page. It stands
/// where a person decides which session to end.
#[test]
fn a_label_is_short_and_of_harmless_characters() {
    let sessions = sessions();
    let token = start(&sessions, "ada", at(0));
    let sign_in = |label: &str| sessions.begin("ada", at(0)).unwrap().with_label(label);
    let both = |label: &str| {
        let started = sessions.start(sign_in(label), at(0)).map(|(_, live)| live);
        let labelled = sessions.label(&token, label, at(0));
        let outcomes = [started, labelled].map(|outcome| match outcome {
            Ok(live) => Ok(live.label().to_owned()),
            Err(error) => Err(error),
        });
        assert_eq!(outcomes[0], outcomes[1], "{label:?}");
        let [_, outcome] = outcomes;
        outcome
    };
    let long = "x".repeat(128);
    for fine in ["", "Firefox on Linux", "Zoës Läptop 💻 \u{200d}", &long] {
        assert_eq!(both(fine), Ok(fine.to_owned()));
        assert_eq!(fit_label(fine), fine);
    }
    let two_bytes = "é".repeat(65);
    for over in [format!("{long}x"), two_bytes] {
        assert_eq!(both(&over), Err(Error::LabelTooLong));
        let fitted = fit_label(&over);
        assert!(fitted.len() == 128 && over.starts_with(&fitted));
    }
    for bad in [
        '\0', '\n', '\r', '\t', '\x1b', '\x7f', '\u{80}', '\u{9b}', '\u{61c}', '\u{200e}',
        '\u{200f}', '\u{2028}', '\u{2029}', '\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}',
    ] {
        let label = format!("a{bad}b");
        assert_eq!(both(&label), Err(Error::LabelCharacter), "{bad:?}");
        assert_eq!(fit_label(&label), "ab", "{bad:?}");
    }
    assert_eq!(fit_label(&"😀".repeat(33)).len(), 128);
    assert_eq!(fit_label(&format!("{}é", "x".repeat(127))).len(), 127);
}

/// SE-07: a session is named anew, by whoever has it.
#[test]
fn a_session_is_named_anew() {
    let sessions = sessions();
    let token = start(&sessions, "ada", at(0));
    let live = sessions.label(&token, "my phone", at(MINUTE)).unwrap();
    assert_eq!((live.label(), live.last_active()), ("my phone", at(0)));
    assert_eq!(sessions.list("ada", at(MINUTE)).unwrap(), [live]);
    let late = sessions.label(&token, "mine", at(15 * MINUTE));
    assert_eq!(late, Err(Error::Expired(Expiry::Idle)));
}

proptest! {
    /// CO-04: a state has one form.
    #[test]
    fn stored_bytes_are_read_as_they_were_written_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(state) = State::decode(&bytes) {
            prop_assert_eq!(state.encode(), bytes);
        }
    }

    /// CO-04: also when it is nearly one that was written.
    #[test]
    fn nearly_stored_bytes_are_read_as_they_are_or_refused(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = golden();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Ok(state) = State::decode(&bytes) {
            prop_assert_eq!(state.encode(), bytes);
        }
    }

    /// SE-07: what was made to fit, fits, and fits again.
    #[test]
    fn a_fitted_label_is_a_label(text in ".{0,200}|[\\x00-\\x1f\u{200e}-\u{202f}\u{2060}-\u{206f}é]{0,200}") {
        let label = fit_label(&text);
        prop_assert_eq!(fit_label(&label), label.clone());
        let policy = Policy::back_office();
        let sign_in = State::default().begin("ada", at(0)).with_label(label);
        prop_assert!(policy.start(State::default(), sign_in, at(0)).1.is_ok());
    }
}
