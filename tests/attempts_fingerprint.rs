//! The same wrong password again counts once.
#![cfg(feature = "attempts")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests stop at what they did not expect"
)]

mod attempts_support;

use attempts_support::{SECOND, ada, at, attempt, attempts, fail, secs, under};
use portcullis::attempts::{
    Begin, Error, Fingerprint, FingerprintKey, Outcome, Policy, State, Verdict, Window,
};
use proptest::prelude::*;

fn wrong(password: u8) -> Verdict {
    Verdict::FailureWith(Fingerprint::of_slow_hash(&[password; 32]).unwrap())
}

/// AT-06: a phone that still has the old password locks nobody out.
#[test]
fn the_same_wrong_password_counts_once() {
    let attempts = attempts();
    assert_eq!(
        attempt(&attempts, wrong(1), at(0)),
        Outcome::Counted { left: 4 }
    );
    for minute in 1..1000 {
        let now = at(minute * 60 * SECOND);
        assert_eq!(
            attempt(&attempts, wrong(1), now),
            Outcome::Repeated { left: 4 }
        );
    }
}

/// AT-06: others count each, also between two that are the same, and those without one.
#[test]
fn other_wrong_passwords_count_each() {
    let attempts = attempts();
    let outcomes = [
        (wrong(1), Outcome::Counted { left: 4 }),
        (wrong(2), Outcome::Counted { left: 3 }),
        (wrong(1), Outcome::Repeated { left: 3 }),
        (Verdict::Failure, Outcome::Counted { left: 2 }),
        (Verdict::Failure, Outcome::Counted { left: 1 }),
        (wrong(2), Outcome::Repeated { left: 1 }),
        (wrong(3), Outcome::ResetRequired { since: at(0) }),
    ];
    for (verdict, outcome) in outcomes {
        assert_eq!(attempt(&attempts, verdict, at(0)), outcome);
    }
    let since = at(0);
    assert_eq!(
        attempts.begin(&ada(), at(1)).unwrap(),
        Begin::ResetRequired { since }
    );
}

/// AT-06: after a success, a reset or the end of its window it is a wrong password like any other.
#[test]
fn it_is_forgotten_with_the_failure_it_was() {
    let counted = Outcome::Counted { left: 4 };
    let back_office = attempts();
    assert_eq!(attempt(&back_office, wrong(1), at(0)), counted);
    assert_eq!(
        attempt(&back_office, Verdict::Success, at(0)),
        Outcome::Cleared
    );
    assert_eq!(attempt(&back_office, wrong(1), at(0)), counted);
    back_office.reset(&ada()).unwrap();
    assert_eq!(attempt(&back_office, wrong(1), at(0)), counted);

    for window in [Window::Rolling(secs(60)), Window::Streak(secs(60))] {
        let attempts = under(Policy::back_office().with_window(window).unwrap());
        assert_eq!(attempt(&attempts, wrong(1), at(0)), counted);
        let repeated = attempt(&attempts, wrong(1), at(60 * SECOND - 1));
        assert_eq!(repeated, Outcome::Repeated { left: 4 });
        assert_eq!(attempt(&attempts, wrong(1), at(60 * SECOND)), counted);
    }
}

/// AT-06: to repeat it neither renews its window nor begins another wait.
#[test]
fn a_repetition_renews_nothing() {
    let policy = Policy::back_office()
        .with_delay(secs(10), secs(60))
        .unwrap();
    let attempts = under(policy.with_window(Window::Rolling(secs(60))).unwrap());
    let _ = attempt(&attempts, wrong(1), at(0));
    assert_eq!(
        attempt(&attempts, wrong(1), at(10 * SECOND)),
        Outcome::Repeated { left: 4 }
    );
    assert_eq!(
        attempt(&attempts, wrong(1), at(10 * SECOND)),
        Outcome::Repeated { left: 4 }
    );
    assert_eq!(
        fail(&attempts, at(60 * SECOND)),
        Outcome::Counted { left: 4 }
    );
}

/// AT-06: two guesses in the same moment with the same password are one failure.
#[test]
fn the_same_password_in_parallel_counts_once() {
    let attempts = attempts();
    let slots: Vec<_> = (0..5)
        .map(|_| attempts_support::begin(&attempts, at(0)))
        .collect();
    for (n, slot) in slots.into_iter().enumerate() {
        let outcome = attempts.settle(slot, wrong(1), at(1)).unwrap();
        match n {
            0 => assert_eq!(outcome, Outcome::Counted { left: 4 }),
            _ => assert_eq!(outcome, Outcome::Repeated { left: 4 }),
        }
    }
}

/// AT-06: of a hash cut to nothing all would be the same, and no failure would count.
#[test]
fn a_short_hash_has_no_fingerprint() {
    for len in 0..16 {
        assert_eq!(
            Fingerprint::of_slow_hash(&vec![7; len]),
            Err(Error::ShortHash)
        );
    }
    assert!(Fingerprint::of_slow_hash(&[7; 16]).is_ok());
}

/// AT-06: 32 bits and no more are stored, and nothing of them is printed.
#[test]
fn four_bytes_are_stored_and_none_printed() {
    let hash: Vec<u8> = (0xa1..=0xc0).collect();
    let print = Fingerprint::of_slow_hash(&hash).unwrap();
    let policy = Policy::back_office();
    let (state, begin) = policy.begin(State::default(), at(0));
    let permit = attempts_support::allowed(begin);
    let (state, _) = policy.settle(state, &permit, Verdict::FailureWith(print), at(0));
    let bytes = state.encode();
    let has = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
    assert!(has(&[0xa1, 0xa2, 0xa3, 0xa4]) && !has(&[0xa5]));
    let key = FingerprintKey::new([0xa1; 32]);
    for printed in [
        format!("{print:?}"),
        format!("{key:?}"),
        format!("{state:?}"),
    ] {
        assert!(printed.contains("[redacted]"), "{printed}");
        for revealing in ["161", "a1", "162, 163", "A1"] {
            assert!(!printed.contains(revealing), "{printed}");
        }
    }
}

/// AT-06: by HMAC-SHA-256, as another implementation computes it: Python's
/// `hmac.new(bytes(range(32)), b"portcullis/attempts/fingerprint/1" + (3).to_bytes(8, "big") +
/// b"ada" + b"hunter2", "sha256").digest()[:16]`, of which four bytes count.
#[test]
fn a_keyed_one_is_that_of_another_implementation() {
    let key: [u8; 32] = core::array::from_fn(|n| u8::try_from(n).unwrap());
    let print = Fingerprint::keyed(&FingerprintKey::new(key), "ada", b"hunter2");
    let digest = data_encoding::HEXLOWER
        .decode(b"bbace6e7b7730dc3b6b8b7ecebd3cc83")
        .unwrap();
    assert_eq!(print, Fingerprint::of_slow_hash(&digest).unwrap());
}

proptest! {
    /// AT-06: another key, account or password is another fingerprint, wherever the two parts meet.
    #[test]
    fn a_keyed_one_tells_keys_accounts_and_passwords_apart(text in "[ab]{2,8}", cut in 1_usize..7) {
        prop_assume!(cut < text.len());
        let (account, password) = text.split_at(cut);
        let (one, other) = (FingerprintKey::new([1; 32]), FingerprintKey::new([2; 32]));
        let print = Fingerprint::keyed(&one, account, password.as_bytes());
        prop_assert_eq!(print, Fingerprint::keyed(&one, account, password.as_bytes()));
        prop_assert_ne!(print, Fingerprint::keyed(&other, account, password.as_bytes()));
        prop_assert_ne!(print, Fingerprint::keyed(&one, "", text.as_bytes()));
        prop_assert_ne!(print, Fingerprint::keyed(&one, "c", password.as_bytes()));
        prop_assert_ne!(print, Fingerprint::keyed(&one, account, b"c"));
    }
}
