//! A token's code is accepted once, a few presses ahead, and never again.
#![cfg(feature = "totp")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

use std::time::Duration;

use portcullis::{
    Timestamp, encoding,
    totp::{
        Algorithm, Error, Import, Secret, Weakness,
        hotp::{Parameters, Policy, State, Uri},
    },
};
use proptest::prelude::*;

/// The seed of RFC 4226, in base32.
const SEED: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const NOW: Timestamp = Timestamp::from_secs(1_795_251_600);

fn uri(counter: u64) -> Uri {
    let text = format!("otpauth://hotp/Example:ada?secret={SEED}&counter={counter}");
    text.parse().unwrap()
}

fn code(count: u64) -> String {
    uri(0).code_at(count)
}

fn ahead(counts: u8) -> Policy {
    Policy::back_office()
        .with_import(Import::DangerRefuseNone)
        .with_look_ahead(counts)
        .unwrap()
}

fn pending(counter: u64) -> State {
    ahead(0).import(&uri(counter), NOW).unwrap().into_state()
}

/// A token that was confirmed by the code of this count.
fn confirmed(count: u64) -> State {
    ahead(0)
        .confirm(&pending(count), &code(count), NOW)
        .unwrap()
}

/// TO-01: RFC 4226 appendix D, one press after the other.
#[test]
fn agrees_with_rfc_4226() {
    let mut state = None;
    let vectors = include_str!("vectors/totp/rfc4226.txt");
    for line in vectors.lines().filter(|line| !line.starts_with('#')) {
        let (count, code) = line.split_once(' ').unwrap();
        let count: u64 = count.parse().unwrap();
        let next = match state {
            None => ahead(0).confirm(&pending(0), code, NOW).unwrap(),
            Some(state) => {
                let accepted = ahead(0).verify(&state, code).unwrap();
                assert_eq!(accepted.count(), count);
                accepted.into_state()
            }
        };
        assert_eq!(next.next(), count + 1);
        state = Some(next);
    }
    assert_eq!(state.unwrap().next(), 10);
}

/// TO-01: presses that nobody typed are skipped, so many and no more.
#[test]
fn accepts_the_counts_of_the_look_ahead_window_and_no_others() {
    let state = confirmed(99);
    for (policy, last) in [
        (ahead(0), 0),
        (ahead(3), 3),
        (ahead(20), 20),
        (Policy::back_office(), 5),
        (Policy::default(), 5),
    ] {
        let accepted = |n: &u64| {
            let outcome = policy.verify(&state, &code(100 + n));
            outcome.map(|accepted| accepted.count()) == Ok(100 + n)
        };
        let all: Vec<_> = (0..40).filter(accepted).collect();
        assert_eq!(all, (0..=last).collect::<Vec<_>>());
    }
    let refused = Policy::back_office().with_look_ahead(21);
    assert_eq!(refused, Err(Error::LookAhead));
}

/// TO-02, TO-11: no code of that count or one before, and a used one is told apart from a wrong one
/// as far back as the window is wide.
#[test]
fn refuses_a_code_used_before_and_all_that_are_older() {
    let state = confirmed(99);
    let state = ahead(5).verify(&state, &code(103)).unwrap().into_state();
    assert_eq!(state.next(), 104);
    for count in 99..=103 {
        let again = ahead(5).verify(&state, &code(count));
        assert_eq!(again, Err(Error::Replayed), "{count}");
    }
    assert_eq!(ahead(5).verify(&state, &code(98)), Err(Error::Wrong));
    assert_eq!(ahead(5).verify(&state, "000000"), Err(Error::Wrong));
    assert_eq!(ahead(5).verify(&state, &code(104)).unwrap().count(), 104);
}

/// TO-03: counts 62075368 and 62075369 of the seed have the same code (found with Python's hmac): the
/// later of the two is the one that counts, so that the code is spent for both.
#[test]
fn of_two_counts_with_one_code_the_later_counts() {
    let state = confirmed(62_075_367);
    let accepted = ahead(1).verify(&state, "235522").unwrap();
    assert_eq!(accepted.count(), 62_075_369);
    let again = ahead(5).verify(accepted.state(), "235522");
    assert_eq!(again, Err(Error::Replayed));
}

/// TO-04: a token that nobody confirmed opens nothing, and the confirming code is used up.
#[test]
fn the_code_seen_at_set_up_fails_at_the_first_sign_in() {
    let policy = Policy::back_office();
    let (pending, uri) = policy.enrol("Example", "ada", NOW).unwrap();
    assert_eq!((pending.next(), uri.counter()), (0, 0));
    assert!(!pending.is_confirmed());
    let code = uri.code_at(0);
    assert_eq!(policy.verify(&pending, &code), Err(Error::NotConfirmed));
    let tried = policy.resynchronise(&pending, &code, &uri.code_at(1));
    assert_eq!(tried, Err(Error::NotConfirmed));
    let state = policy.confirm(&pending, &code, NOW).unwrap();
    assert!(state.is_confirmed());
    assert_eq!(policy.verify(&state, &code), Err(Error::Replayed));
    assert!(policy.verify(&state, &uri.code_at(1)).is_ok());
    let again = policy.confirm(&state, &uri.code_at(1), NOW);
    assert_eq!(again, Err(Error::AlreadyConfirmed));
}

/// TO-04: ten minutes, and not a millisecond more; or as long as the policy says.
#[test]
fn an_enrolment_that_was_not_confirmed_in_time_is_dead() {
    let after = |millis| Timestamp::from_millis(NOW.as_millis() + millis);
    let confirm = |state: &State, now| ahead(0).confirm(state, &code(7), now).map(drop);
    let state = pending(7);
    assert_eq!(confirm(&state, after(599_999)), Ok(()));
    assert_eq!(
        confirm(&state, after(600_000)),
        Err(Error::EnrolmentExpired)
    );
    let minute = Duration::from_secs(60);
    let short = ahead(0).with_enrolment_time(minute).unwrap();
    let state = short.import(&uri(7), NOW).unwrap().into_state();
    assert_eq!(confirm(&state, after(59_999)), Ok(()));
    assert_eq!(confirm(&state, after(60_000)), Err(Error::EnrolmentExpired));
    for seconds in [59, 86_401] {
        let refused = ahead(0).with_enrolment_time(Duration::from_secs(seconds));
        assert_eq!(refused, Err(Error::EnrolmentTime));
    }
}

/// TO-01: the first code may be that of a press ahead, and none before the counter.
#[test]
fn a_token_is_confirmed_from_its_counter_on() {
    let confirm = |count| ahead(2).confirm(&pending(9), &code(count), NOW);
    assert_eq!(confirm(9).unwrap().next(), 10);
    assert_eq!(confirm(11).unwrap().next(), 12);
    assert_eq!(confirm(12), Err(Error::Wrong));
    assert_eq!(confirm(8), Err(Error::Replayed));
    assert_eq!(confirm(6), Err(Error::Wrong));
}

/// TO-01: the last count has no next one; before it wraps, the token is at its end.
#[test]
fn the_counter_ends_and_does_not_wrap() {
    let last = u64::MAX - 1;
    let state = confirmed(last - 3);
    for (policy, count) in [(ahead(20), last), (ahead(20), last - 2)] {
        assert_eq!(policy.verify(&state, &code(count)).unwrap().count(), count);
    }
    let beyond = ahead(20).verify(&state, &code(u64::MAX));
    assert_eq!(beyond, Err(Error::Wrong));
    for count in 0..20 {
        assert_eq!(ahead(20).verify(&state, &code(count)), Err(Error::Wrong));
    }
    let end = ahead(20).verify(&state, &code(last)).unwrap().into_state();
    assert_eq!(end.next(), u64::MAX);
    for count in [0, last, u64::MAX] {
        assert_eq!(ahead(20).verify(&end, &code(count)), Err(Error::Exhausted));
    }
    let pair = ahead(20).resynchronise(&end, &code(last), &code(u64::MAX));
    assert_eq!(pair, Err(Error::Exhausted));
    let state = pending(u64::MAX);
    let never = ahead(0).confirm(&state, &code(u64::MAX), NOW);
    assert_eq!(never, Err(Error::Exhausted));
    assert_eq!(State::decode(&end.encode()), Ok(end));
}

/// TO-01: two codes in a row find a token that was pressed too often, so far and no further.
#[test]
fn two_codes_in_a_row_find_a_token_that_was_pressed_too_often() {
    let state = confirmed(99);
    let within = |range, first| {
        let policy = ahead(0).with_resynchronisation(range).unwrap();
        let found = policy.resynchronise(&state, &code(first), &code(first + 1));
        found.map(|accepted| accepted.count())
    };
    assert_eq!(within(0, 100), Err(Error::Wrong));
    assert_eq!(within(1, 100), Ok(101));
    assert_eq!(within(50, 149), Ok(150));
    assert_eq!(within(50, 150), Err(Error::Wrong));
    assert_eq!(within(1000, 1099), Ok(1100));
    assert_eq!(within(1000, 1100), Err(Error::Wrong));
    let refused = Policy::back_office().with_resynchronisation(1001);
    assert_eq!(refused, Err(Error::Resynchronisation));
    let policy = Policy::back_office();
    let found = policy.resynchronise(&state, &code(199), &code(200));
    assert_eq!(found.unwrap().count(), 200);
    let beyond = policy.resynchronise(&state, &code(200), &code(201));
    assert_eq!(beyond, Err(Error::Wrong));
}

/// TO-02, TO-11: both codes are used up by it, and neither may have been used.
#[test]
fn resynchronisation_uses_both_codes_up_and_takes_no_used_one() {
    let policy = ahead(5);
    let enter = |state: &State, first: u64, second: u64| {
        let found = policy.resynchronise(state, &code(first), &code(second));
        found.map(|accepted| accepted.into_state())
    };
    let state = enter(&confirmed(99), 150, 151).unwrap();
    assert_eq!(state.next(), 152);
    for count in [150, 151] {
        let again = policy.verify(&state, &code(count));
        assert_eq!(again, Err(Error::Replayed), "{count}");
    }
    for first in [149, 150, 151] {
        assert_eq!(enter(&state, first, first + 1), Err(Error::Replayed));
    }
    for (first, second) in [(161, 160), (160, 162), (160, 160), (160, 0)] {
        assert_eq!(enter(&state, first, second), Err(Error::Wrong));
    }
    let malformed = policy.resynchronise(&state, &code(160), "");
    assert_eq!(malformed, Err(Error::Malformed));
    let malformed = policy.resynchronise(&state, "12345x", &code(160));
    assert_eq!(malformed, Err(Error::Malformed));
    assert!(enter(&state, 152, 153).is_ok());
}

/// TO-01: as many digits as the parameters say, with spaces as people type them.
#[test]
fn a_code_is_as_many_digits_as_the_parameters_say() {
    let parameters = Parameters::new(Algorithm::Sha256, 8).unwrap();
    let policy = Policy::back_office().with_parameters(parameters);
    let (pending, uri) = policy.enrol("Example", "ada", NOW).unwrap();
    assert_eq!(pending.parameters(), parameters);
    let right = uri.code_at(0);
    for malformed in [&right[1..], &format!("{right}0"), "12345678a", ""] {
        let refused = policy.confirm(&pending, malformed, NOW);
        assert_eq!(refused, Err(Error::Malformed), "{malformed}");
    }
    let spaced = format!(" {} {}", &right[..4], &right[4..]);
    assert!(policy.confirm(&pending, &spaced, NOW).is_ok());
    for digits in [5, 9] {
        assert_eq!(Parameters::new(Algorithm::Sha1, digits), Err(Error::Digits));
    }
}

/// TO-09: the policy for imported secrets holds here as well.
#[test]
fn an_imported_secret_is_looked_at() {
    let refused = Policy::back_office().import(&uri(0), NOW);
    assert_eq!(refused, Err(Error::Weak(Weakness::Published)));
    let short: Uri = "otpauth://hotp/a?secret=5GJLC35MUPAEATX6&counter=3"
        .parse()
        .unwrap();
    let imported = Policy::back_office().import(&short, NOW).unwrap();
    let short = [Weakness::Below112Bits, Weakness::Below128Bits];
    assert_eq!(imported.weaknesses(), short);
    assert_eq!(imported.state().next(), 3);
}

/// TO-09: the counter must be there, once, and be a number; what belongs to the other kind is ignored.
#[test]
fn a_uri_has_one_counter() {
    let read = |rest: &str| {
        let text = format!("otpauth://hotp/Example:ada?secret={SEED}{rest}");
        text.parse::<Uri>().map(|uri| uri.counter())
    };
    assert_eq!(read("&counter=0"), Ok(0));
    assert_eq!(read("&counter=18446744073709551615"), Ok(u64::MAX));
    assert_eq!(read("&period=x&period=y&counter=5"), Ok(5));
    assert_eq!(read(""), Err(Error::NoCounter));
    assert_eq!(read("&Counter=1"), Err(Error::NoCounter));
    assert_eq!(
        read("&counter=1&counter=1"),
        Err(Error::Repeated("counter"))
    );
    for counter in [
        "",
        "-1",
        "+1",
        "01",
        "00",
        "1.0",
        "0x1",
        "1%30",
        "18446744073709551616",
    ] {
        let refused = read(&format!("&counter={counter}"));
        assert_eq!(refused, Err(Error::Counter), "{counter}");
    }
    assert_eq!(read("&counter=1&digits=9"), Err(Error::Digits));
    assert_eq!(read("&counter=1&algorithm=MD5"), Err(Error::Algorithm));
    let totp = format!("otpauth://totp/ada?secret={SEED}&counter=1");
    assert_eq!(totp.parse::<Uri>(), Err(Error::Scheme));
    let no_secret = "otpauth://hotp/ada?counter=1".parse::<Uri>();
    assert_eq!(no_secret, Err(Error::NoSecret));
}

/// TO-09: names are refused as they are for codes by the clock.
#[test]
fn refuses_names_that_a_label_cannot_hold() {
    let enrol = |issuer, account| {
        let made = Policy::back_office().enrol(issuer, account, NOW);
        made.map(drop)
    };
    assert_eq!(enrol("Example", "urn:ada"), Ok(()));
    assert_eq!(enrol("Ex:ample", "ada"), Err(Error::Issuer));
    assert_eq!(enrol("Example", " ada"), Err(Error::Account));
}

/// TO-07 in kind, CO-03: nothing prints a secret.
#[test]
fn nothing_prints_a_secret() {
    let state = confirmed(7);
    let accepted = ahead(0).verify(&state, &code(8)).unwrap();
    let imported = ahead(0).import(&uri(7), NOW).unwrap();
    let printed = format!("{:?}{state:?}{accepted:?}{imported:?}", uri(7));
    assert!(printed.starts_with("[redacted]"));
    assert!(!printed.contains("GEZD") && !printed.contains("49, 50, 51"));
}

/// TO-04: a state outlives an upgrade.
#[test]
fn a_known_state_reads_and_writes_as_it_always_did() {
    let uri: Uri = "otpauth://hotp/a?secret=MFRGGZDFMZTWQ2LK&algorithm=SHA256&digits=8&counter=9"
        .parse()
        .unwrap();
    let policy = ahead(0);
    let pending = policy.import(&uri, Timestamp::from_millis(1)).unwrap();
    let pending = pending.into_state();
    let bytes = b"\x01\x02\x08\0\0\0\x0aabcdefghij\0\0\0\0\0\0\0\x09\0\0\0\0\0\0\x09\x27\xc1";
    assert_eq!(pending.encode(), bytes);
    assert_eq!(State::decode(bytes).as_ref(), Ok(&pending));
    let state = policy.confirm(&pending, &uri.code_at(9), Timestamp::EPOCH);
    let state = state.unwrap();
    let bytes = b"\x01\x02\x08\0\0\0\x0aabcdefghij\0\0\0\0\0\0\0\x0a\x01";
    assert_eq!(state.encode(), bytes);
    assert_eq!(State::decode(bytes), Ok(state));
}

/// CO-04: what cannot be read is an error, and never a factor that asks for nothing.
#[test]
fn a_damaged_or_newer_state_is_an_error() {
    let bytes = confirmed(7).encode();
    for cut in 0..bytes.len() {
        let read = State::decode(&bytes[..cut]);
        assert_eq!(read, Err(encoding::Error::Damaged), "cut at {cut}");
    }
    let damaged = |at: usize, byte| {
        let mut bytes = bytes.clone();
        bytes[at] = byte;
        State::decode(&bytes)
    };
    assert_eq!(damaged(0, 2), Err(encoding::Error::UnknownVersion(2)));
    // algorithm, digits, length of the secret, status; and a count that no code has left behind
    for (at, byte) in [(1, 0), (1, 4), (2, 5), (2, 9), (6, 9), (35, 2), (34, 0)] {
        let read = damaged(at, byte);
        assert_eq!(read, Err(encoding::Error::Damaged), "{byte} at {at}");
    }
    let long = [bytes.as_slice(), &[0]].concat();
    assert_eq!(State::decode(&long), Err(encoding::Error::Damaged));
}

proptest! {
    /// TO-01, TO-02, TO-11 against a model: what is accepted is ahead of all that was, as far as the
    /// window reaches.
    #[test]
    fn agrees_with_a_model_of_the_next_count(
        look_ahead in 0_u8..5,
        range in 0_u16..12,
        tries in prop::collection::vec((-8_i64..16, any::<bool>()), 1..25),
    ) {
        let policy = ahead(look_ahead).with_resynchronisation(range).unwrap();
        let eight = Parameters::new(Algorithm::Sha1, 8).unwrap();
        let secret = Secret::from_base32(SEED).unwrap();
        let token = Uri::new("x", "a", eight, secret, 50).unwrap();
        let pending = policy.import(&token, NOW).unwrap().into_state();
        let mut state = policy.confirm(&pending, &token.code_at(50), NOW).unwrap();
        let mut next = 51_u64;
        for (offset, two) in tries {
            let count = next.checked_add_signed(offset).unwrap();
            let (reach, outcome, oldest) = if two {
                let codes = [count - 1, count].map(|count| token.code_at(count));
                let outcome = policy.resynchronise(&state, &codes[0], &codes[1]);
                (i64::from(range), outcome, offset - 1)
            } else {
                (look_ahead.into(), policy.verify(&state, &token.code_at(count)), offset)
            };
            let expected = if offset > reach || oldest < -i64::from(look_ahead) {
                Err(Error::Wrong)
            } else if oldest < 0 {
                Err(Error::Replayed)
            } else {
                Ok(count)
            };
            prop_assert_eq!(outcome.as_ref().map(|a| a.count()).map_err(Clone::clone), expected);
            if let Ok(accepted) = outcome {
                state = State::decode(&accepted.into_state().encode()).unwrap();
                next = count + 1;
                prop_assert_eq!(state.next(), next);
            }
        }
    }

    /// TO-09: whatever is built is read again as it was.
    #[test]
    fn a_uri_that_is_built_is_read_again(
        issuer in "[^:\\p{Cc}\\s]([^:\\p{Cc}]{0,10}[^:\\p{Cc}\\s])?",
        account in "[^\\p{Cc}\\s](\\PC{0,20}[^\\p{Cc}\\s])?",
        secret in "([A-Z2-7]{8}){2,25}",
        (digits, counter) in (6_u8..=8, any::<u64>()),
        algorithm in prop_oneof![Just(Algorithm::Sha1), Just(Algorithm::Sha256), Just(Algorithm::Sha512)],
    ) {
        let parameters = Parameters::new(algorithm, digits).unwrap();
        let secret = Secret::from_base32(&secret).unwrap();
        let uri = Uri::new(&issuer, &account, parameters, secret.clone(), counter).unwrap();
        let read: Uri = uri.expose_secret().parse().unwrap();
        prop_assert_eq!((read.issuer(), read.account()), (Some(issuer.as_str()), account.as_str()));
        prop_assert_eq!((read.parameters(), read.counter()), (parameters, counter));
        prop_assert_eq!(read.secret(), &secret);
        prop_assert_eq!(&read, &uri);
    }

    /// CO-04: any bytes are a state or an error; one that is read is written alike.
    #[test]
    fn any_bytes_are_a_state_or_an_error(
        secret in prop::collection::vec(any::<u8>(), 8..22),
        next in prop_oneof![any::<u64>(), 0_u64..2],
        status in 0_u8..3,
        rest in prop::collection::vec(any::<u8>(), 0..10),
    ) {
        let len = u8::try_from(secret.len()).unwrap();
        let head = [1, 1, 6, 0, 0, 0, len];
        let bytes = [head.as_slice(), &secret, &next.to_be_bytes(), &[status], &rest].concat();
        if let Ok(state) = State::decode(&bytes) {
            prop_assert_eq!(state.encode(), bytes);
        }
    }
}
