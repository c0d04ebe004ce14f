//! A report's numbers are those of a recount by hand, from the definitions.
#![cfg(feature = "attempts")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "tests stop at what they did not expect"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
    time::Duration,
};

use portcullis::{
    Timestamp,
    attempts::{
        Prefix,
        report::{Attempt, Breakdown, Kind, List, Log, Pattern, Policy, Reason, Report, Wave},
    },
};
use proptest::{prelude::*, sample::select};

const MINUTE: u64 = 60_000;
const DAY: u64 = 86_400_000;
/// 2026-11-16T00:00:00Z, and the range: the middle two of the six hours in which attempts are made.
const MONDAY: u64 = 1_794_787_200_000;
const FROM: u64 = 2 * 60 * MINUTE;
const UNTIL: u64 = 4 * 60 * MINUTE;
const WINDOW: u64 = 30 * MINUTE;
const FROM_ONE: usize = 3;
const FROM_ALL: usize = 4;
const TRIES: usize = 2;
const PERCENT: usize = 60;
const BEFORE_SUCCESS: usize = 2;
/// Not a policy's: the log is too short for days, so what is before the range may be put back by them.
const DORMANT_DAYS: u64 = 3;

#[derive(Clone, Debug, PartialEq)]
struct Made {
    at: u64,
    reason: Reason,
    account: Option<&'static str>,
    address: Option<&'static str>,
    device: Option<&'static str>,
}

impl Made {
    fn at(&self) -> Timestamp {
        Timestamp::from_millis(MONDAY + self.at)
    }

    fn attempt(&self) -> Attempt<'static> {
        let mut attempt = Attempt::new(self.reason, self.at());
        if let Some(account) = self.account {
            attempt = attempt.with_account(account);
        }
        if let Some(address) = self.address {
            attempt = attempt.with_address(address.parse::<IpAddr>().unwrap());
        }
        if let Some(device) = self.device {
            attempt = attempt.with_device(device);
        }
        attempt
    }

    fn is_within(&self) -> bool {
        (FROM + 10 * DAY..UNTIL + 10 * DAY).contains(&self.at)
    }

    /// The prefix that the address is of, in words.
    fn place(&self) -> Option<&'static str> {
        Some(match self.address? {
            "192.0.2.7" | "::ffff:192.0.2.7" => "192.0.2.7",
            "192.0.2.8" => "192.0.2.8",
            "2001:db8::1" | "2001:db8::ffff:2" => "2001:db8::/64",
            other => unreachable!("{other}"),
        })
    }

    fn failed(&self) -> bool {
        matches!(
            self.reason.name(),
            "wrong_password"
                | "unknown_account"
                | "wrong_code"
                | "replayed_code"
                | "wrong_recovery_code"
        )
    }

    fn is_guess(&self) -> bool {
        matches!(self.reason.name(), "wrong_password" | "unknown_account")
    }

    fn was_evaluated(&self) -> bool {
        let refused = [
            "wait",
            "busy",
            "locked",
            "reset_required",
            "rebind_required",
            "disabled",
        ];
        !refused.contains(&self.reason.name())
    }
}

fn any_attempt() -> impl Strategy<Value = Made> {
    // mostly guesses, so that there are waves
    let reason = prop_oneof![
        4 => Just(Reason::WrongPassword),
        2 => Just(Reason::UnknownAccount),
        3 => Just(Reason::Success),
        2 => select(&Reason::ALL[..]),
    ];
    let account = select(&["ada", "bob", "cyd", "dee", "eve", "fay", "Zoë", "=1+1"][..]);
    let address = select(
        &[
            "192.0.2.7",
            "::ffff:192.0.2.7",
            "192.0.2.8",
            "2001:db8::1",
            "2001:db8::ffff:2",
        ][..],
    );
    let device = select(&["laptop", "phone"][..]);
    (
        // several of them in one moment
        0..6 * 6_u64,
        reason,
        prop::option::weighted(0.9, account),
        prop::option::weighted(0.9, address),
        prop::option::weighted(0.5, device),
        0..3_u64,
    )
        .prop_map(|(tens, reason, account, address, device, days)| {
            let at = 10 * DAY + tens * 10 * MINUTE;
            Made {
                at: if at < FROM + 10 * DAY {
                    at - days * 2 * DAY
                } else {
                    at
                },
                reason,
                account,
                address,
                device,
            }
        })
}

fn policy() -> Policy {
    let days = Duration::from_millis(DORMANT_DAYS * DAY);
    Policy::default()
        .with_window(Duration::from_millis(WINDOW))
        .and_then(|policy| policy.with_accounts(FROM_ONE as u32, FROM_ALL as u32))
        .and_then(|policy| policy.with_tries(TRIES as u32))
        .and_then(|policy| policy.with_failure_percent(PERCENT as u8))
        .and_then(|policy| policy.with_failures_before_success(BEFORE_SUCCESS as u32))
        .and_then(|policy| policy.with_dormant_after(days))
        .unwrap()
}

fn report(made: &[Made], policy: &Policy) -> Report {
    let moment = |at| Timestamp::from_millis(MONDAY + 10 * DAY + at);
    let mut log = Log::new(moment(FROM)..moment(UNTIL)).unwrap();
    log.extend(made.iter().map(Made::attempt));
    policy.report(log)
}

/// Rows and what is left out, as they must be: the most first, then by name.
fn recount<'a>(
    names: impl Iterator<Item = &'a str>,
    most: usize,
) -> (Vec<(String, u64)>, usize, u64) {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    let mut rows: Vec<_> = counts
        .into_iter()
        .map(|(name, n)| (name.to_owned(), n))
        .collect();
    rows.sort_by(|(a, m), (b, n)| n.cmp(m).then(a.cmp(b)));
    let rest = rows.split_off(most.min(rows.len()));
    (rows, rest.len(), rest.iter().map(|(_, n)| n).sum())
}

fn parts(breakdown: &Breakdown) -> (Vec<(String, u64)>, usize, u64) {
    let rows = breakdown.rows.iter();
    let rows = rows.map(|row| (row.name.clone(), row.failures)).collect();
    (rows, breakdown.others.names, breakdown.others.failures)
}

fn sum(breakdown: &Breakdown) -> u64 {
    let rows: u64 = breakdown.rows.iter().map(|row| row.failures).sum();
    let unknown = breakdown.unknown.map_or(0, |unknown| unknown.failures);
    rows + breakdown.others.failures + unknown + breakdown.unnamed
}

/// A wave in the words of its definition: the attempts of windows that share one.
#[derive(Debug, PartialEq)]
struct Expected {
    pattern: Pattern,
    place: Option<&'static str>,
    first: u64,
    last: u64,
    failures: usize,
    accounts: usize,
    unknown: usize,
    places: usize,
    right: Vec<&'static str>,
}

/// What a window is, by the definitions of a spray, of stuffing and of password guessing.
fn pattern(window: &[&Made], place: Option<&str>, needed: usize) -> Option<Pattern> {
    let guesses: Vec<_> = window.iter().filter(|m| m.is_guess()).collect();
    let at = |account| guesses.iter().filter(|m| m.account == account).count();
    let accounts: BTreeSet<_> = guesses.iter().map(|m| m.account).collect();
    let few = accounts
        .iter()
        .filter(|account| at(**account) <= TRIES)
        .count();
    let unknown = guesses
        .iter()
        .filter(|m| m.reason == Reason::UnknownAccount)
        .count();
    let tried: BTreeSet<_> = window.iter().map(|m| m.account).collect();
    let right = window.iter().filter(|m| !m.is_guess()).map(|m| m.account);
    let right: BTreeSet<_> = right.collect();
    let failing = accounts.difference(&right).count() as f64;

    let (n, unknown) = (guesses.len() as f64, unknown as f64);
    let got_in = place.is_some() && failing < accounts.len() as f64 / 2.0;
    let spray = few >= needed && unknown < n / 2.0 && !got_in;
    let fail = accounts.len() >= needed && failing / tried.len() as f64 >= PERCENT as f64 / 100.0;
    let stuffing = fail && (unknown >= n / 2.0 || n / accounts.len() as f64 <= 1.5);
    let guessing = fail && !spray && !stuffing;
    match (spray, stuffing, guessing) {
        (false, false, false) => None,
        (true, false, false) => Some(Pattern::Spray),
        (false, true, false) => Some(Pattern::Stuffing),
        (false, false, true) => Some(Pattern::PasswordGuessing),
        _ => Some(Pattern::Either),
    }
}

fn expected_waves(made: &[Made], place: Option<&'static str>, needed: usize) -> Vec<Expected> {
    let of_source: Vec<(usize, &Made)> = made
        .iter()
        .enumerate()
        .filter(|(_, m)| m.is_within() && m.was_evaluated() && m.account.is_some())
        .filter(|(_, m)| place.is_none() || m.place() == place)
        .collect();
    let ends: BTreeSet<u64> = of_source.iter().map(|(_, m)| m.at).collect();
    let mut waves: Vec<(BTreeSet<usize>, Pattern)> = Vec::new();
    for end in ends {
        let in_window = of_source
            .iter()
            .filter(|(_, m)| m.at <= end && m.at + WINDOW > end);
        let in_window: Vec<_> = in_window.collect();
        let window: Vec<&Made> = in_window.iter().map(|(_, m)| *m).collect();
        let Some(mut looks_like) = pattern(&window, place, needed) else {
            continue;
        };
        let mut wave: BTreeSet<usize> = in_window.iter().map(|(n, _)| *n).collect();
        waves.retain(|(other, pattern)| {
            let shares = !other.is_disjoint(&wave);
            if shares {
                wave.extend(other);
                if *pattern != looks_like {
                    looks_like = Pattern::Either;
                }
            }
            !shares
        });
        waves.push((wave, looks_like));
    }
    waves
        .into_iter()
        .map(|(wave, pattern)| {
            let of_wave: Vec<&Made> = wave.iter().map(|n| &made[*n]).collect();
            let guesses: Vec<&&Made> = of_wave.iter().filter(|m| m.is_guess()).collect();
            let accounts: BTreeSet<_> = guesses.iter().map(|m| m.account).collect();
            let unknown: BTreeSet<_> = guesses
                .iter()
                .filter(|m| m.reason == Reason::UnknownAccount)
                .map(|m| m.account)
                .collect();
            let places: BTreeSet<_> = guesses.iter().filter_map(|m| m.place()).collect();
            let right: BTreeSet<_> = of_wave
                .iter()
                .filter(|m| !m.is_guess() && place.is_some())
                .filter_map(|m| m.account)
                .collect();
            Expected {
                pattern,
                place,
                first: guesses.iter().map(|m| m.at).min().unwrap(),
                last: guesses.iter().map(|m| m.at).max().unwrap(),
                failures: guesses.len(),
                accounts: accounts.len(),
                unknown: unknown.len(),
                places: places.len(),
                right: right.into_iter().collect(),
            }
        })
        .collect()
}

fn assert_waves(found: &List<Wave>, made: &[Made]) -> Result<(), TestCaseError> {
    let places = [
        None,
        Some("192.0.2.7"),
        Some("192.0.2.8"),
        Some("2001:db8::/64"),
    ];
    let mut expected: Vec<Expected> = places
        .into_iter()
        .flat_map(|place| {
            let needed = if place.is_some() { FROM_ONE } else { FROM_ALL };
            expected_waves(made, place, needed)
        })
        .collect();
    expected.sort_by(|a, b| {
        b.accounts
            .cmp(&a.accounts)
            .then(a.first.cmp(&b.first))
            .then(a.place.cmp(&b.place))
    });
    let found: Vec<Expected> = found
        .rows
        .iter()
        .map(|wave| Expected {
            pattern: wave.pattern,
            place: wave.prefix.map(|prefix| {
                let text = prefix.to_string();
                places
                    .into_iter()
                    .flatten()
                    .find(|place| *place == text)
                    .unwrap()
            }),
            first: wave.first.as_millis() - MONDAY,
            last: wave.last.as_millis() - MONDAY,
            failures: wave.failures as usize,
            accounts: wave.accounts,
            unknown: wave.unknown,
            places: wave.prefixes,
            right: made
                .iter()
                .filter_map(|m| m.account)
                .filter(|account| wave.password_right.rows.iter().any(|name| name == account))
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
        })
        .collect();
    prop_assert_eq!(found, expected);
    Ok(())
}

/// The accounts opened within the range, with the failures before and the last success before.
fn openings(made: &[Made]) -> Vec<(&Made, Vec<&Made>, Option<u64>)> {
    let mut inside: Vec<(&Made, Vec<&Made>, Option<u64>)> = Vec::new();
    for success in made {
        let Some(account) = success.account else {
            continue;
        };
        if success.reason != Reason::Success || !success.is_within() {
            continue;
        }
        let of_account = || made.iter().filter(|m| m.account == Some(account));
        let earlier = of_account().filter(|m| m.reason == Reason::Success && m.at < success.at);
        let last = earlier.map(|m| m.at).max();
        let since = of_account().filter(|m| m.failed() && m.at <= success.at);
        let since = since.filter(|m| last.is_none_or(|last| m.at > last));
        inside.push((success, since.collect(), last));
    }
    inside
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// AT-08: S4-13 "login attempt analytics", S4-14 "reports on failed authentication attempts".
    #[test]
    fn every_number_equals_a_recount(made in prop::collection::vec(any_attempt(), 0..60), rows in 1..6_usize) {
        let report = report(&made, &policy().with_rows(rows).unwrap());
        let within: Vec<&Made> = made.iter().filter(|m| m.is_within()).collect();
        let failed: Vec<&Made> = within.iter().filter(|m| m.failed()).copied().collect();
        let count = |is: &dyn Fn(&Made) -> bool| within.iter().filter(|m| is(m)).count() as u64;

        prop_assert_eq!(report.attempts, within.len() as u64);
        prop_assert_eq!(report.failures, failed.len() as u64);
        prop_assert_eq!(report.successes, count(&|m| m.reason.name() == "success"));
        prop_assert_eq!(report.refusals, count(&|m| !m.was_evaluated()));
        let parts_of_all = report.successes + report.failures + report.refusals + report.unfinished;
        prop_assert_eq!(report.attempts, parts_of_all);

        let known = failed.iter().filter(|m| m.reason != Reason::UnknownAccount);
        prop_assert_eq!(parts(&report.by_account), recount(known.filter_map(|m| m.account), rows));
        let unknown: Vec<_> = failed.iter().filter(|m| m.reason == Reason::UnknownAccount).collect();
        let names: BTreeSet<_> = unknown.iter().filter_map(|m| m.account).collect();
        let group = report.by_account.unknown.unwrap();
        prop_assert_eq!(group.names, names.len());
        prop_assert_eq!(group.failures, unknown.iter().filter(|m| m.account.is_some()).count() as u64);
        prop_assert_eq!(parts(&report.by_prefix), recount(failed.iter().filter_map(|m| m.place()), rows));
        prop_assert_eq!(parts(&report.by_device), recount(failed.iter().filter_map(|m| m.device), rows));
        for breakdown in [&report.by_account, &report.by_prefix, &report.by_device] {
            prop_assert_eq!(sum(breakdown), report.failures);
        }

        for reason in Reason::ALL {
            let found = report.by_reason.iter().find(|count| count.reason == reason);
            prop_assert_eq!(found.map_or(0, |found| found.attempts), count(&|m| m.reason == reason));
        }
        for hour in 0..24 {
            let start = Timestamp::from_millis(MONDAY + 10 * DAY + hour * 60 * MINUTE);
            let found = report.by_hour.iter().find(|found| found.start == start);
            let hour = |at: Timestamp| at.to_string().split(':').next().unwrap().to_owned();
            let of_hour = failed.iter().filter(|m| hour(m.at()) == hour(start)).count() as u64;
            prop_assert_eq!(found.map_or(0, |found| found.failures), of_hour);
        }
        prop_assert_eq!(report.by_hour.iter().map(|hour| hour.failures).sum::<u64>(), report.failures);
    }

    /// AT-08
    #[test]
    fn every_wave_is_one_by_the_definition(made in prop::collection::vec(any_attempt(), 0..160)) {
        let report = report(&made, &policy());
        assert_waves(&report.waves, &made)?;
    }

    /// AT-08
    #[test]
    fn what_came_before_a_success_is_found_in_the_history(mut made in prop::collection::vec(any_attempt(), 0..60)) {
        // two successes in one moment have no order that a recount could know
        let mut seen = BTreeSet::new();
        made.retain(|m| m.reason != Reason::Success || seen.insert((m.account, m.at)));
        let report = report(&made, &policy());

        let mut after: Vec<_> = openings(&made)
            .into_iter()
            .filter(|(_, failures, _)| failures.len() >= BEFORE_SUCCESS)
            .map(|(m, failures, _)| {
                let first = failures.iter().map(|m| m.at()).min().unwrap();
                (m.account.unwrap().to_owned(), m.at(), m.place().map(str::to_owned), failures.len() as u64, first)
            })
            .collect();
        after.sort_by(|a, b| b.3.cmp(&a.3).then(a.1.cmp(&b.1)).then(a.0.cmp(&b.0)));
        let found: Vec<_> = report.after_failures.rows.iter()
            .map(|row| (row.account.clone(), row.at, row.prefix.map(|p| p.to_string()), row.failures, row.since))
            .collect();
        prop_assert_eq!(found, after);

        let mut dormant: Vec<_> = openings(&made)
            .into_iter()
            .filter_map(|(m, _, last)| Some((m, last?)))
            .filter(|(m, last)| m.at - last >= DORMANT_DAYS * DAY)
            .map(|(m, last)| (last, m.at, m.account.unwrap().to_owned(), m.place().map(str::to_owned)))
            .collect();
        dormant.sort_by(|a, b| (b.1 - b.0).cmp(&(a.1 - a.0)).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
        let found: Vec<_> = report.dormant.rows.iter()
            .map(|row| (row.last_success.as_millis() - MONDAY, row.at.as_millis() - MONDAY, row.account.clone(), row.prefix.map(|p| p.to_string())))
            .collect();
        prop_assert_eq!(found, dormant);
    }

    /// AT-08
    #[test]
    fn the_order_in_which_attempts_came_does_not_matter(
        made in prop::collection::vec(any_attempt(), 0..60).prop_flat_map(|made| (Just(made.clone()), Just(made).prop_shuffle())),
    ) {
        let (one, other) = (report(&made.0, &policy()), report(&made.1, &policy()));
        prop_assert_eq!(&one, &other);
        prop_assert_eq!(one.to_string(), other.to_string());
    }
}

/// AT-08
#[test]
fn a_reason_is_a_failure_a_refusal_a_success_or_neither() {
    for reason in Reason::ALL {
        let made = Made {
            at: 0,
            reason,
            account: None,
            address: None,
            device: None,
        };
        let expected = match (reason.name(), made.failed(), made.was_evaluated()) {
            ("success", ..) => Kind::Success,
            (_, true, _) => Kind::Failure,
            (_, _, false) => Kind::Refusal,
            _ => Kind::Unfinished,
        };
        assert_eq!(reason.kind(), expected, "{reason}");
        assert_eq!(reason.name().parse(), Ok(reason));
    }
    let text = Prefix::of("::ffff:192.0.2.7".parse().unwrap()).to_string();
    assert_eq!(text, "192.0.2.7");
}
