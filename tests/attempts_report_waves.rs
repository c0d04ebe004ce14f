//! Waves of guesses at many accounts: what is one, and what it looks like.
#![cfg(feature = "attempts")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

use std::net::IpAddr;

use portcullis::{
    Timestamp,
    attempts::report::{Attempt, Log, Pattern, Policy, Reason, Report},
};

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
/// 2026-11-16T00:00:00Z, where the range of a day begins.
const MONDAY: u64 = 1_794_787_200_000;

const OFFICE: &str = "192.0.2.10";
const STRANGER: &str = "203.0.113.66";

/// Milliseconds after the beginning of the range.
fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(MONDAY + millis)
}

fn attempt<'a>(reason: Reason, account: &'a str, address: &str, at: Timestamp) -> Attempt<'a> {
    Attempt::new(reason, at)
        .with_account(account)
        .with_address(address.parse::<IpAddr>().unwrap())
}

fn wrong<'a>(account: &'a str, at: Timestamp) -> Attempt<'a> {
    attempt(Reason::WrongPassword, account, OFFICE, at)
}

fn success<'a>(account: &'a str, at: Timestamp) -> Attempt<'a> {
    attempt(Reason::Success, account, OFFICE, at)
}

fn log_of<'a>(attempts: impl IntoIterator<Item = Attempt<'a>>) -> Log {
    let mut log = Log::new(at(0)..at(DAY)).unwrap();
    log.extend(attempts);
    log
}

fn report<'a>(attempts: impl IntoIterator<Item = Attempt<'a>>) -> Report {
    Policy::default().report(log_of(attempts))
}

fn names(prefix: &str, count: usize) -> Vec<String> {
    (0..count).map(|n| format!("{prefix}{n:05}")).collect()
}

/// Guesses from one address: so many at each of so many accounts, a second apart.
fn guesses<'a>(
    reason: Reason,
    people: &'a [String],
    tries: u64,
) -> impl Iterator<Item = Attempt<'a>> {
    let guesses = people
        .iter()
        .flat_map(move |name| (0..tries).map(move |_| name));
    guesses
        .zip(0..)
        .map(move |(name, second)| attempt(reason, name, STRANGER, at(second * 1000)))
}

fn pattern(report: &Report) -> Option<Pattern> {
    report.waves.rows.first().map(|wave| wave.pattern)
}

/// AT-08: MITRE ATT&CK T1110.003.
#[test]
fn few_guesses_at_each_of_fifteen_accounts_from_one_prefix_are_a_spray() {
    let people = names("p", 15);
    let found = report(guesses(Reason::WrongPassword, &people, 3));
    let [wave] = found.waves.rows.as_slice() else {
        unreachable!("{found}")
    };
    assert_eq!(wave.pattern, Pattern::Spray);
    assert_eq!(wave.prefix.unwrap().to_string(), STRANGER);
    assert_eq!((wave.accounts, wave.failures, wave.unknown), (15, 45, 0));
    assert_eq!((wave.first, wave.last), (at(0), at(44_000)));

    let fewer = &people[..14];
    assert_eq!(
        pattern(&report(guesses(Reason::WrongPassword, fewer, 3))),
        None
    );
    // an account that is hammered is not sprayed: see below
    let hammered = report(guesses(Reason::WrongPassword, &people, 4));
    assert_ne!(pattern(&hammered), Some(Pattern::Spray));
    // what is refused is not evaluated: nobody learns anything by it
    assert_eq!(pattern(&report(guesses(Reason::Locked, &people, 3))), None);
    // a code is asked for when the password was right
    assert_eq!(
        pattern(&report(guesses(Reason::WrongCode, &people, 3))),
        None
    );
}

/// AT-08: MITRE ATT&CK T1110.004, OWASP Credential Stuffing Prevention.
#[test]
fn guesses_at_many_names_that_nobody_has_are_stuffing() {
    let people = names("p", 15);
    assert_eq!(
        pattern(&report(guesses(Reason::UnknownAccount, &people, 3))),
        Some(Pattern::Stuffing)
    );
    // one guess at each of the accounts may be either
    assert_eq!(
        pattern(&report(guesses(Reason::WrongPassword, &people, 1))),
        Some(Pattern::Either)
    );
    let fewer = &people[..14];
    assert_eq!(
        pattern(&report(guesses(Reason::UnknownAccount, fewer, 3))),
        None
    );
}

/// AT-08
#[test]
fn an_office_in_which_most_get_in_is_no_stuffing() {
    let (mistyped, others) = (names("x", 20), names("p", 40));
    let come_in = |successes: usize| {
        let wrong = guesses(Reason::UnknownAccount, &mistyped, 1);
        let right = others.iter().take(successes);
        let right = right.map(|name| attempt(Reason::Success, name, STRANGER, at(0)));
        pattern(&report(wrong.chain(right)))
    };
    // 20 of 40 are half of them, 20 of 41 are not
    assert_eq!(come_in(20), Some(Pattern::Stuffing));
    assert_eq!(come_in(21), None);
}

/// AT-08: MITRE ATT&CK T1110.001, below a lock of five.
#[test]
fn more_than_few_guesses_at_each_of_many_accounts_are_password_guessing() {
    let people = names("p", 200);
    let found = report(guesses(Reason::WrongPassword, &people, 4));
    let [all, one] = found.waves.rows.as_slice() else {
        unreachable!("{found}")
    };
    assert_eq!((all.prefix, all.accounts, all.failures), (None, 200, 800));
    assert_eq!((one.accounts, one.failures), (200, 800));
    assert_eq!(one.prefix.unwrap().to_string(), STRANGER);
    let patterns = (all.pattern, one.pattern);
    assert_eq!(
        patterns,
        (Pattern::PasswordGuessing, Pattern::PasswordGuessing)
    );
    assert!(
        found
            .to_string()
            .contains("password guessing  203.0.113.66\n")
    );

    let fewer = report(guesses(Reason::WrongPassword, &people[..14], 4));
    assert_eq!(pattern(&fewer), None);
}

/// AT-08
#[test]
fn signing_in_to_an_account_of_ones_own_hides_no_guesses_at_others() {
    let (real, invented) = (names("p", 200), names("x", 200));
    let wrong = guesses(Reason::WrongPassword, &real, 1);
    let wrong = wrong.chain(guesses(Reason::UnknownAccount, &invented, 1));
    let own = (0..800).map(|n| attempt(Reason::Success, "mallory", STRANGER, at(n * 250)));
    let found = report(wrong.chain(own));
    let of_one = found.waves.rows.iter().find(|wave| wave.prefix.is_some());
    let wave = of_one.unwrap_or_else(|| unreachable!("{found}"));
    assert_eq!(
        (wave.accounts, wave.unknown, wave.failures),
        (400, 200, 400)
    );
    assert_eq!(wave.password_right.rows, ["mallory"]);
}

/// AT-08
#[test]
fn an_office_on_a_monday_morning_is_no_wave() {
    let people = names("p", 200);
    // in 20 minutes, 60 of them after up to five wrong passwords each, and nearly all get in
    let morning = (0_u64..).zip(&people).flat_map(|(n, name)| {
        let wrong_ones = if n % 10 < 3 { 1 + n / 10 % 5 } else { 0 };
        let came = n * 6000;
        let wrong = (0..wrong_ones).map(move |k| wrong(name, at(came + k * 5000)));
        let gets_in = (n % 50 != 0).then(|| success(name, at(came + wrong_ones * 5000)));
        wrong.chain(gets_in)
    });
    let found = report(morning);
    assert_eq!(found.successes, 196);
    assert!(found.waves.rows.is_empty(), "{found}");
}

/// AT-08: owners who sign in elsewhere hide no spray.
#[test]
fn a_spray_from_many_addresses_is_seen_while_the_owners_sign_in() {
    let people = names("p", 60);
    let found = report((0..).zip(&people).flat_map(|(n, name)| {
        let address = format!("198.51.100.{n}");
        [
            attempt(Reason::WrongPassword, name, &address, at(n)),
            success(name, at(n)),
        ]
    }));
    assert_eq!(pattern(&found), Some(Pattern::Spray));
}

/// AT-08: whoever got in after mistyping does not fail.
#[test]
fn accounts_whose_password_was_right_in_the_end_are_not_failing() {
    let people = names("p", 20);
    let morning = |tries: usize, get_in: usize| {
        let tried = people.iter().flat_map(|name| vec![name; tries]);
        let wrong = tried.map(|name| wrong(name, at(0)));
        let right = people.iter().take(get_in).map(|name| success(name, at(0)));
        pattern(&report(wrong.chain(right)))
    };
    assert_eq!(morning(4, 10), Some(Pattern::PasswordGuessing));
    assert_eq!(morning(4, 11), None);
    assert_eq!(morning(2, 10), Some(Pattern::Spray));
    assert_eq!(morning(2, 11), None);
}

/// AT-08
#[test]
fn a_wave_says_whose_password_was_right_meanwhile() {
    let people = names("p", 15);
    let wave = guesses(Reason::WrongPassword, &people, 2);
    let report = report(wave.chain([
        attempt(Reason::Incomplete, "ida", STRANGER, at(5000)),
        attempt(Reason::WrongCode, "hal", STRANGER, at(6000)),
        attempt(Reason::Disabled, "ivo", STRANGER, at(7000)),
        attempt(Reason::Success, "ada", OFFICE, at(8000)),
        attempt(Reason::Success, "eve", STRANGER, at(10 * HOUR)),
    ]));
    let right = &report.waves.rows[0].password_right;
    assert_eq!(
        (right.rows.as_slice(), right.more),
        (&["hal".into(), "ida".into()][..], 0)
    );
    let text = report.to_string();
    assert!(
        text.contains("password right meanwhile from 203.0.113.66: hal\n"),
        "{text}"
    );
}

/// AT-08
#[test]
fn guesses_a_window_apart_are_not_together() {
    let people = names("p", 15);
    let apart = |gap: u64| {
        let (last, first) = people.split_last().unwrap();
        let first = first
            .iter()
            .map(|name| attempt(Reason::WrongPassword, name, STRANGER, at(0)));
        let last = attempt(Reason::WrongPassword, last, STRANGER, at(gap));
        pattern(&report(first.chain([last])))
    };
    assert!(apart(HOUR - 1).is_some());
    assert_eq!(apart(HOUR), None);
}

/// AT-08
#[test]
fn waves_that_share_no_attempt_are_two() {
    let people = names("p", 15);
    let at_times = |gap: u64| {
        let both = [at(0), at(gap)].into_iter();
        let all = both.flat_map(|moment| {
            people
                .iter()
                .map(move |name| attempt(Reason::WrongPassword, name, STRANGER, moment))
        });
        report(all).waves.rows.len()
    };
    assert_eq!(at_times(HOUR - 1), 1);
    assert_eq!(at_times(HOUR), 2);
}

/// AT-08
#[test]
fn a_wave_from_many_addresses_is_seen_all_together() {
    let people = names("p", 60);
    let spread = |count: usize| {
        let some = people.iter().take(count).zip(0..);
        report(some.map(|(name, n)| {
            let address = format!("198.51.100.{n}");
            attempt(Reason::UnknownAccount, name, &address, at(n * 1000)).with_device("")
        }))
    };
    assert!(spread(59).waves.rows.is_empty());
    let found = spread(60);
    let [wave] = found.waves.rows.as_slice() else {
        unreachable!("{found}")
    };
    assert_eq!((wave.prefix, wave.prefixes, wave.accounts), (None, 60, 60));
    assert!(
        found
            .to_string()
            .contains("credential stuffing  (all addresses together)\n")
    );
}
