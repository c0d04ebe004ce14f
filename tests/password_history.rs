//! Passwords that were used do not come back, and what is stored of them is read strictly.
#![cfg(feature = "password")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::panic,
    reason = "tests stop at what they did not expect"
)]

use std::collections::VecDeque;

use portcullis::{
    Timestamp, encoding,
    password::{
        Cost, Error, Form, Former, Hash, Hasher, Part, Password, Policy, Reason, State, Violation,
        Violations,
    },
};
use proptest::prelude::*;

/// The least cost there is: what is tested with it is not how slow it is.
fn tiny() -> Hasher {
    Hasher::new(Cost::new(8, 1, 1).unwrap())
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A password that the back office's policy accepts, another for each number.
fn good(n: usize) -> Password {
    Password::from(format!("Correct-Horse-{n:04}"))
}

fn rejection(outcome: Result<State, Error>) -> Violations {
    match outcome {
        Err(Error::Rejected(violations)) => violations,
        other => panic!("rejected, not {other:?}"),
    }
}

/// PW-09, S4-18: the present one too, and together with all else that is wrong.
#[test]
fn refuses_the_present_password() {
    let now = at("2026-01-15");
    for policy in [Policy::back_office(), Policy::nist_800_63b()] {
        let state = policy.set(&tiny(), &good(1), &[], now).unwrap();
        let violations =
            rejection(policy.change(&tiny(), &state, &good(1), &["correct-horse"], now));
        let found: Vec<_> = violations.iter().map(Violation::code).collect();
        assert!(found.ends_with(&["reused"]));
        assert!(matches!(
            violations.as_slice(),
            [.., Violation::Reused { remembered: 1, .. }]
        ));
    }
    let old = State::new(tiny().hash(&Password::from("short")).unwrap(), None);
    let change = Policy::back_office().change(&tiny(), &old, &Password::from("short"), &[], now);
    let violations = rejection(change);
    let found: Vec<_> = violations.iter().map(Violation::code).collect();
    assert_eq!(
        found,
        [
            "too_short",
            "no_uppercase",
            "no_digit",
            "no_symbol",
            "reused"
        ]
    );
}

/// PW-09, S4-18: the first one is refused for 24 changes and taken at the 26th.
#[test]
fn remembers_twenty_four_passwords_beside_the_present_one() {
    let (policy, now) = (Policy::back_office(), at("2026-01-15"));
    let mut state = policy.set(&tiny(), &good(0), &[], now).unwrap();
    for n in 1..=24 {
        state = policy.change(&tiny(), &state, &good(n), &[], now).unwrap();
        assert_eq!(state.history().len(), n);
        rejection(policy.change(&tiny(), &state, &good(0), &[], now));
    }
    let violations = rejection(policy.change(&tiny(), &state, &good(0), &[], now));
    assert!(matches!(
        violations.as_slice(),
        [Violation::Reused { remembered: 25, .. }]
    ));
    let state = policy.change(&tiny(), &state, &good(25), &[], now).unwrap();
    assert_eq!(state.history().len(), 24);
    assert!(policy.change(&tiny(), &state, &good(0), &[], now).is_ok());
    rejection(policy.change(&tiny(), &state, &good(1), &[], now));
}

/// PW-09: NIST SP 800-63B-4 asks for no history: the password before the present one may come back,
/// the present one may not.
#[test]
fn nist_remembers_the_present_password_only() {
    let (policy, now) = (Policy::nist_800_63b(), at("2026-01-15"));
    let state = policy.set(&tiny(), &good(1), &[], now).unwrap();
    let state = policy.change(&tiny(), &state, &good(2), &[], now).unwrap();
    assert_eq!(state.history(), [] as [Former; 0]);
    rejection(policy.change(&tiny(), &state, &good(2), &[], now));
    let back = policy.change(&tiny(), &state, &good(1), &[], now).unwrap();
    assert!(tiny().verify(&good(1), Some(back.hash())).is_ok());
}

/// PW-09: the history is of hashes, the newest first.
#[test]
fn the_old_hash_moves_to_the_front_of_the_history() {
    let (policy, now) = (Policy::back_office(), at("2026-01-15"));
    let one = policy.set(&tiny(), &good(1), &[], now).unwrap();
    let two = policy.change(&tiny(), &one, &good(2), &[], now).unwrap();
    let three = policy
        .change(&tiny(), &two, &good(3), &[], at("2026-02-01"))
        .unwrap();
    let former: Vec<_> = three.history().iter().map(Former::hash).collect();
    assert_eq!(former, [two.hash(), one.hash()]);
    let replaced: Vec<_> = three.history().iter().map(Former::replaced_at).collect();
    assert_eq!(replaced, [at("2026-02-01"), now]);
    assert_eq!(three.changed_at(), Some(at("2026-02-01")));
    assert!(tiny().verify(&good(3), Some(three.hash())).is_ok());
}

/// PW-09: a policy that is lowered forgets nothing, nor does it remember ever more.
#[test]
fn a_lower_depth_forgets_nothing() {
    let (policy, now) = (Policy::back_office(), at("2026-01-15"));
    let mut state = policy.set(&tiny(), &good(0), &[], now).unwrap();
    for n in 1..=4 {
        state = policy.change(&tiny(), &state, &good(n), &[], now).unwrap();
    }
    let lower = policy.clone().with_history(1).unwrap();
    for remembered in 0..=4 {
        rejection(lower.change(&tiny(), &state, &good(remembered), &[], now));
    }
    state = lower.change(&tiny(), &state, &good(5), &[], now).unwrap();
    for remembered in 0..=5 {
        rejection(lower.change(&tiny(), &state, &good(remembered), &[], now));
    }
    assert_eq!(state.history().len(), 5);
    state = lower.change(&tiny(), &state, &good(6), &[], now).unwrap();
    assert_eq!(state.history().len(), 5);
    rejection(lower.change(&tiny(), &state, &good(1), &[], now));
    assert!(lower.change(&tiny(), &state, &good(0), &[], now).is_ok());
}

/// PW-09: where the history is as deep as it was asked for, lowering takes nothing of its depth.
#[test]
fn a_lower_depth_keeps_a_full_history() {
    let (policy, now) = (Policy::back_office(), at("2026-01-15"));
    let mut state = policy.set(&tiny(), &good(0), &[], now).unwrap();
    for n in 1..=26 {
        state = policy.change(&tiny(), &state, &good(n), &[], now).unwrap();
    }
    let lower = policy.with_history(0).unwrap();
    for n in 27..=28 {
        state = lower.change(&tiny(), &state, &good(n), &[], now).unwrap();
        assert_eq!(state.history().len(), 24);
    }
}

/// PW-09.
#[test]
fn a_history_is_bounded() {
    assert!(Policy::back_office().with_history(64).is_ok());
    let deeper = Policy::back_office().with_history(65);
    assert_eq!(deeper.err(), Some(Error::HistoryDepth));
}

/// PW-09: where nobody can tell whether a password was used before, it is not taken.
#[test]
fn a_remembered_hash_that_cannot_be_read_is_an_error() {
    let (policy, now) = (Policy::back_office(), at("2026-01-15"));
    let damaged = State::new(Hash::from_stored("$argon2id$v=19$m=64"), Some(now));
    let change = policy.change(&tiny(), &damaged, &good(1), &[], now);
    assert_eq!(change, Err(Error::Malformed(Part::Fields)));
    assert!(policy.set(&tiny(), &good(1), &[], now).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// PW-09: against a model that keeps the numbers of the passwords in plain sight.
    #[test]
    fn history_agrees_with_a_list(depth in 0_usize..4, choices in prop::collection::vec(0_usize..7, 1..16)) {
        let policy = Policy::back_office().with_history(depth).unwrap();
        let mut state = policy.set(&tiny(), &good(99), &[], Timestamp::EPOCH).unwrap();
        let mut present = 99;
        let mut remembered = VecDeque::new();
        for (i, choice) in choices.into_iter().enumerate() {
            let now = Timestamp::from_secs(i as u64);
            let outcome = policy.change(&tiny(), &state, &good(choice), &[], now);
            let used = choice == present || remembered.contains(&choice);
            prop_assert_eq!(outcome.is_err(), used);
            if let Ok(next) = outcome {
                remembered.push_front(present);
                remembered.truncate(depth);
                present = choice;
                state = State::decode(&next.encode()).unwrap();
            }
        }
        prop_assert_eq!(state.history().len(), remembered.len());
    }
}

/// PW-09, S4-18: what served within the time may not come back, to the millisecond; what served
/// before may, and is forgotten.
#[test]
fn remembers_what_served_within_a_time() {
    let months = "12 months".parse().unwrap();
    let policy = Policy::pci_dss_4().with_history(0).unwrap();
    let policy = policy.with_history_for(months);
    let change = |state: &State, n, now| policy.change(&tiny(), state, &good(n), &[], now);
    let one = policy
        .set(&tiny(), &good(1), &[], at("2025-01-01"))
        .unwrap();
    let two = change(&one, 2, at("2026-02-28T12:00:00Z")).unwrap();
    let three = change(&two, 3, at("2026-06-01")).unwrap();
    let over = at("2027-02-28T12:00:00Z");
    let eve = Timestamp::from_millis(over.as_millis() - 1);
    let violations = rejection(change(&three, 1, eve));
    assert!(matches!(
        violations.as_slice(),
        [Violation::Reused { remembered: 3, .. }]
    ));
    let back = change(&three, 1, over).unwrap();
    let former: Vec<_> = back.history().iter().map(Former::hash).collect();
    assert_eq!(former, [three.hash(), two.hash()]);
    rejection(change(&back, 2, over));
}

/// PW-09: by number as well, whatever their age.
#[test]
fn remembers_by_number_and_by_time() {
    let policy = Policy::pci_dss_4().with_history_for("1 month".parse().unwrap());
    let change = |state: &State, n, now| policy.change(&tiny(), state, &good(n), &[], now);
    let mut state = policy
        .set(&tiny(), &good(0), &[], at("2026-01-01"))
        .unwrap();
    for n in 1..=6 {
        state = change(&state, n, at("2026-01-02")).unwrap();
    }
    assert_eq!(state.history().len(), 6);
    rejection(change(&state, 0, at("2026-02-01")));
    // a month later the last four alone are left
    let later = at("2026-02-02");
    for n in 2..=6 {
        rejection(change(&state, n, later));
    }
    for n in [0, 1] {
        assert_eq!(change(&state, n, later).unwrap().history().len(), 4);
    }
}

/// PW-09: nobody changes a password until the first is forgotten: a history that is full of what
/// may not come back says when there is room, unless the change must be.
#[test]
fn a_history_that_is_full_waits() {
    let policy = Policy::pci_dss_4().with_history_for("30 days".parse().unwrap());
    let start = at("2026-01-01");
    let second = |n: u64| Timestamp::from_millis(start.as_millis() + 1000 * n);
    let mut state = policy.set(&tiny(), &good(0), &[], start).unwrap();
    for n in 1..=64 {
        let now = second(n as u64);
        state = policy.change(&tiny(), &state, &good(n), &[], now).unwrap();
    }
    assert_eq!(state.history().len(), 64);
    let change = |state: &State, n, now| policy.change(&tiny(), state, &good(n), &[], now);
    let violations = rejection(change(&state, 65, second(65)));
    let room = at("2026-01-31T00:00:01Z"); // 30 days after the first was replaced
    assert!(matches!(violations.as_slice(), [Violation::TooSoon { from, .. }] if *from == room));
    let eve = Timestamp::from_millis(room.as_millis() - 1);
    rejection(change(&state, 65, eve));
    let changed = change(&state, 65, room).unwrap();
    assert_eq!(changed.history().len(), 64);
    let must = state.with_must_change(Reason::Compromised);
    rejection(change(&must, 0, second(65)));
    // the oldest of 64 is forgotten then
    let changed = change(&must, 65, second(65)).unwrap();
    assert_eq!(changed.history().len(), 64);
    let must = changed.with_must_change(Reason::Compromised);
    rejection(change(&must, 1, second(66)));
    assert!(change(&must, 0, second(66)).is_ok());
}

/// PW-09: a depth that is lowered forgets nothing where a time is set too; what the time alone
/// remembered is let go when it is over.
#[test]
fn a_lower_depth_forgets_nothing_beside_a_time() {
    let policy = Policy::pci_dss_4().with_history_for("1 month".parse().unwrap());
    let mut state = policy
        .set(&tiny(), &good(0), &[], at("2026-01-01"))
        .unwrap();
    for n in 1..=6 {
        state = policy
            .change(&tiny(), &state, &good(n), &[], at("2026-01-02"))
            .unwrap();
    }
    let lower = policy.with_history(0).unwrap();
    let later = at("2026-06-01");
    rejection(lower.change(&tiny(), &state, &good(2), &[], later));
    let changed = lower.change(&tiny(), &state, &good(1), &[], later).unwrap();
    assert_eq!(changed.history().len(), 4);
    rejection(lower.change(&tiny(), &changed, &good(3), &[], at("2026-12-01")));
    assert!(
        lower
            .change(&tiny(), &changed, &good(2), &[], at("2026-12-01"))
            .is_ok()
    );
}

/// PW-07, PW-09: where the present password is typed in too, likeness is told with all else.
#[test]
fn a_change_from_the_present_password_tells_likeness_too() {
    let (policy, now) = (Policy::back_office(), at("2026-01-15"));
    let state = policy.set(&tiny(), &good(1), &[], now).unwrap();
    let from = |new: &Password| policy.change_from(&tiny(), &state, &good(1), new, &[], now);
    let codes = |outcome| -> Vec<_> {
        let violations: Violations = rejection(outcome);
        violations.iter().map(Violation::code).collect()
    };
    assert_eq!(codes(from(&good(1))), ["too_similar", "reused"]);
    assert_eq!(codes(from(&good(2))), ["too_similar"]);
    let other = Password::from("Quite-Another-1");
    let changed = from(&other).unwrap();
    assert!(tiny().verify(&other, Some(changed.hash())).is_ok());
    assert_eq!(changed.history().len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// PW-09: by number and by age, against a list of (number, hour replaced) in plain sight. The
    /// clock never goes back here.
    #[test]
    fn history_by_number_and_age_agrees_with_a_list(
        depth in 0_usize..4,
        hours in 1_u64..9,
        steps in prop::collection::vec((0_usize..6, 0_u64..4), 1..20),
    ) {
        let period = format!("{hours} hours").parse().unwrap();
        let policy = Policy::pci_dss_4().with_history(depth).unwrap().with_history_for(period);
        let mut state = policy.set(&tiny(), &good(99), &[], Timestamp::EPOCH).unwrap();
        let (mut present, mut clock) = (99, 0);
        let mut all: VecDeque<(usize, u64)> = VecDeque::new();
        for (choice, pause) in steps {
            clock += pause;
            let now = Timestamp::from_secs(clock * 3600);
            let used = choice == present
                || all.iter().enumerate().any(|(i, (former, replaced))| {
                    *former == choice && (i < depth || clock < replaced + hours)
                });
            let outcome = policy.change(&tiny(), &state, &good(choice), &[], now);
            prop_assert_eq!(outcome.is_err(), used);
            if let Ok(next) = outcome {
                all.push_front((present, clock));
                present = choice;
                state = State::decode(&next.encode()).unwrap();
            }
        }
    }
}

fn golden() -> State {
    let changed = Timestamp::from_millis(0x0102_0304_0506);
    let hash = Hash::from_stored("$x$é").with_form(Form::Nfc);
    let state = State::new(hash, Some(changed));
    state.with_must_change(Reason::Compromised)
}

/// PW-09: the stored form, byte by byte.
#[test]
fn the_stored_form_is_frozen() {
    let bytes = b"\x01\
        \x00\x00\x00\x05$x$\xC3\xA9\x01\
        \x01\x00\x00\x01\x02\x03\x04\x05\x06\
        \x00\x00\
        \x00\x00\x00\x00\
        \x01\x02";
    assert_eq!(golden().encode(), bytes);
    assert_eq!(State::decode(bytes), Ok(golden()));
    let with_history = b"\x01\
        \x00\x00\x00\x01a\x00\
        \x00\
        \x01\x02\
        \x00\x00\x00\x02\
        \x00\x00\x00\x01b\x03\x00\x00\x01\x02\x03\x04\x05\x06\
        \x00\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x07\
        \x00";
    let state = State::decode(with_history).unwrap();
    assert_eq!(state.hash().as_str(), "a");
    assert_eq!(state.hash().form(), None);
    let history = [("b", Form::Raw), ("", Form::Nfkc)];
    let history = history.map(|(text, form)| Hash::from_stored(text).with_form(form));
    let former = state.history().iter().map(|former| former.hash().clone());
    assert_eq!(former.collect::<Vec<_>>(), history);
    let replaced: Vec<_> = state.history().iter().map(Former::replaced_at).collect();
    let replaced: Vec<_> = replaced.into_iter().map(Timestamp::as_millis).collect();
    assert_eq!(replaced, [0x0102_0304_0506, 7]);
    assert!(state.needs_second_factor());
    assert_eq!((state.changed_at(), state.must_change()), (None, None));
    assert_eq!(state.encode(), with_history);
}

/// PW-09: whatever is not a state is an error, never an empty history or a password that need not
/// be changed.
#[test]
fn a_damaged_state_is_an_error() {
    let bytes = golden().encode();
    for cut in 0..bytes.len() {
        assert_eq!(State::decode(&bytes[..cut]), Err(encoding::Error::Damaged));
    }
    assert!(State::decode(&[&bytes[..], &[0]].concat()).is_err());
    let mut newer = bytes.clone();
    newer[0] = 2;
    assert_eq!(
        State::decode(&newer),
        Err(encoding::Error::UnknownVersion(2))
    );
    for reason in [0, 6, 255] {
        let mut unknown = bytes.clone();
        *unknown.last_mut().unwrap() = reason;
        assert_eq!(State::decode(&unknown), Err(encoding::Error::Damaged));
    }
    // the form of the hash, the second factor, the depth
    for (place, value) in [(10, 4), (20, 2), (21, 65)] {
        let mut unknown = bytes.clone();
        unknown[place] = value;
        assert_eq!(State::decode(&unknown), Err(encoding::Error::Damaged));
    }
    let history = |n: u8| {
        [
            b"\x01\0\0\0\0\0\0\0\0\0\0\0",
            &[n][..],
            &vec![0; 13 * usize::from(n)],
            b"\0",
        ]
        .concat()
    };
    assert_eq!(State::decode(&history(64)).unwrap().history().len(), 64);
    assert_eq!(State::decode(&history(65)), Err(encoding::Error::Damaged));
}

/// PW-05: what `Hash::from_stored` cut can be stored and read again; what it would cut cannot.
#[test]
fn a_text_that_is_no_hash_survives_storage() {
    for text in [
        "x".repeat(1 << 20),
        "é".repeat(1 << 10),
        "x".repeat(1023) + "é",
    ] {
        let state = State::new(Hash::from_stored(text), None);
        assert_eq!(State::decode(&state.encode()), Ok(state));
    }
    let longer = [
        b"\x01\0\0\x04\x02",
        "x".repeat(1026).as_bytes(),
        b"\0\0\0\0\0\0\0\0\0",
    ]
    .concat();
    assert_eq!(State::decode(&longer), Err(encoding::Error::Damaged));
}
