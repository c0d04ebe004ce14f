//! Who failed to sign in, where and when, and what in it looks like an attack.
#![cfg(feature = "attempts")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

use std::{net::IpAddr, time::Duration};

use portcullis::{
    Timestamp,
    attempts::{
        Begin,
        report::{Attempt, Error, Kind, Log, Policy, Reason, Report},
    },
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

/// Milliseconds before it.
fn before(millis: u64) -> Timestamp {
    Timestamp::from_millis(MONDAY - millis)
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

/// AT-08
#[test]
fn an_attempt_at_the_beginning_of_the_range_counts_and_one_at_its_end_does_not() {
    let last = Timestamp::from_millis(MONDAY + DAY - 1);
    for (moment, counted) in [(before(1), 0), (at(0), 1), (last, 1), (at(DAY), 0)] {
        let report = report([wrong("ada", moment)]);
        assert_eq!(report.attempts, counted, "{moment}");
        assert_eq!(report.failures, counted, "{moment}");
        assert_eq!(report.by_hour.len() as u64, counted, "{moment}");
    }
    assert_eq!(Log::new(at(1)..at(1)).err(), Some(Error::Range));
    assert_eq!(Log::new(at(1)..at(0)).err(), Some(Error::Range));
}

/// AT-08
#[test]
fn attempts_before_the_range_are_history_and_count_nowhere_else() {
    let report = report([
        success("ada", before(100 * DAY)),
        wrong("ada", before(3 * MINUTE)),
        wrong("ada", before(2 * MINUTE)),
        wrong("ada", before(MINUTE)),
        attempt(Reason::ReplayedCode, "bob", OFFICE, before(1)),
        success("ada", at(MINUTE)),
    ]);
    assert_eq!((report.attempts, report.failures), (1, 0));
    assert!(report.replayed.rows.is_empty());
    assert!(report.by_account.rows.is_empty() && report.by_hour.is_empty());
    let after = &report.after_failures.rows[0];
    assert_eq!((after.failures, after.since), (3, before(3 * MINUTE)));
    assert_eq!(report.dormant.rows[0].last_success, before(100 * DAY));
}

/// AT-08
#[test]
fn guesses_before_the_range_do_not_make_a_wave_in_it() {
    let many = names("p", 30);
    let (early, late) = many.split_at(15);
    let early = early
        .iter()
        .map(|name| attempt(Reason::WrongPassword, name, STRANGER, before(1)));
    let late = late
        .iter()
        .skip(1)
        .map(|name| attempt(Reason::WrongPassword, name, STRANGER, at(0)));
    assert!(report(early.chain(late)).waves.rows.is_empty());
}

/// AT-08: people type their password into the field for the name.
#[test]
fn names_that_nobody_has_are_counted_and_not_printed() {
    let typed = "Quiet-Harbour-71!";
    let mistyped = || {
        let unknown = attempt(Reason::UnknownAccount, typed, OFFICE, at(0));
        [unknown, unknown, wrong("ada", at(1)), wrong("bob", at(2))]
    };
    let report = report(mistyped());
    assert!(!report.to_string().contains(typed));
    assert!(!format!("{report:?}").contains(typed));
    let unknown = report.by_account.unknown.unwrap();
    assert_eq!((unknown.names, unknown.failures), (1, 2));
    assert_eq!(report.by_account.rows.len(), 2);
    assert!(report.to_string().contains("2  (1 name that nobody has)"));

    let named = Policy::default().danger_with_unknown_names();
    let report = named.report(log_of(mistyped()));
    assert_eq!(report.by_account.rows[0].name, typed);
    assert_eq!(report.by_account.rows[0].failures, 2);
    assert_eq!(report.by_account.unknown, None);
}

/// AT-08
#[test]
fn no_log_or_attempt_prints_the_name_that_was_typed() {
    let typed = attempt(Reason::UnknownAccount, "Quiet-Harbour-71!", OFFICE, at(0));
    let text = format!("{typed:?} {:?}", log_of([typed]));
    assert!(
        text.contains("UnknownAccount") && !text.contains("Harbour"),
        "{text}"
    );
}

/// AT-08
#[test]
fn a_million_lines_of_invented_names_make_no_longer_report() {
    let invented = names("x", 20_000);
    let flood = |count: usize| {
        let some = invented.iter().take(count).enumerate();
        let log = some.map(|(n, name)| {
            let address = format!("2001:db8:{:x}::1", n);
            attempt(Reason::UnknownAccount, name, &address, at(0)).with_device(name)
        });
        Policy::default().report(log_of(log))
    };
    let (some, many) = (flood(200), flood(20_000));
    let lines = |report: &Report| report.to_string().lines().count();
    assert_eq!(lines(&some), lines(&many));
    assert_eq!(many.by_prefix.rows.len(), 100);
    assert_eq!(many.by_prefix.others.names, 19_900);
    assert_eq!(many.by_prefix.others.failures, 19_900);
    assert_eq!(many.by_device.others.names, 19_900);
    assert_eq!(many.by_account.unknown.unwrap().names, 20_000);
    assert!(many.to_string().contains("19900  (19900 more addresses)"));
}

/// AT-08
#[test]
fn every_list_is_cut_at_the_rows_asked_for_and_says_how_many_more_there_are() {
    let people = names("p", 40);
    let mut attempts = Vec::new();
    for name in &people {
        attempts.push(success(name, before(200 * DAY)));
        attempts.extend((0..3).map(|n| wrong(name, at(n))));
        attempts.push(attempt(Reason::ReplayedCode, name, OFFICE, at(3)));
        attempts.push(success(name, at(4)));
    }
    let guessed = names("q", 40);
    attempts.extend(guessed.iter().map(|name| wrong(name, at(0))));
    let policy = Policy::default().with_accounts(2, 2).unwrap();
    let report = policy.with_rows(7).unwrap().report(log_of(attempts));
    let shown = [
        (report.after_failures.rows.len(), report.after_failures.more),
        (report.dormant.rows.len(), report.dormant.more),
        (report.replayed.rows.len(), report.replayed.more),
    ];
    assert_eq!(shown, [(7, 33); 3]);
    let accounts = &report.by_account;
    assert_eq!((accounts.rows.len(), accounts.others.names), (7, 73));
    let right = &report.waves.rows[1].password_right;
    assert_eq!((right.rows.len(), right.more), (7, 33));
    assert_eq!(report.to_string().matches("  (and 33 more)\n").count(), 4);
}

/// AT-08
#[test]
fn waves_are_cut_like_every_list_and_the_widest_stay() {
    let people = names("p", 30);
    let guesses = (0..20).flat_map(|n| {
        let address = format!("198.51.100.{n}");
        let at_some = people.iter().take(2 + n);
        at_some.map(move |name| attempt(Reason::WrongPassword, name, &address, at(0)))
    });
    let policy = Policy::default().with_accounts(2, 100).unwrap();
    let waves = policy.with_rows(3).unwrap().report(log_of(guesses)).waves;
    let widest: Vec<_> = waves.rows.iter().map(|wave| wave.accounts).collect();
    assert_eq!((widest, waves.more), (vec![21, 20, 19], 17));
}

/// AT-08
#[test]
fn three_failures_before_a_success_are_worth_a_line_and_two_are_not() {
    let after = |failures: u64| {
        let failed = (0..failures).map(|n| wrong("ada", at(n)));
        report(failed.chain([success("ada", at(MINUTE))]))
            .after_failures
            .rows
    };
    assert!(after(2).is_empty());
    assert_eq!(after(3)[0].account, "ada");
    // only since the last success, and only the account's own
    let report = report([
        wrong("ada", at(0)),
        wrong("ada", at(1)),
        success("ada", at(2)),
        wrong("ada", at(3)),
        wrong("bob", at(4)),
        success("ada", at(5)),
    ]);
    assert!(report.after_failures.rows.is_empty());
}

/// AT-08
#[test]
fn failures_in_the_millisecond_of_a_success_came_before_it() {
    let mut attempts = vec![success("ada", at(0))];
    attempts.extend((0..3).map(|_| wrong("ada", at(0))));
    assert_eq!(report(attempts).after_failures.rows[0].failures, 3);
}

/// AT-08: what was refused or is not finished neither adds to a streak nor ends it.
#[test]
fn a_refusal_is_no_failure_and_a_right_password_alone_no_success() {
    let report = report([
        wrong("ada", at(0)),
        wrong("ada", at(1)),
        attempt(Reason::Locked, "ada", OFFICE, at(2)),
        attempt(Reason::Incomplete, "ada", OFFICE, at(3)),
        wrong("ada", at(4)),
        success("ada", at(5)),
    ]);
    assert_eq!(report.after_failures.rows[0].failures, 3);
    let counts = (
        report.failures,
        report.refusals,
        report.unfinished,
        report.successes,
    );
    assert_eq!(counts, (3, 1, 1, 1));
}

/// AT-08: PCI DSS 8.2.6, 90 days.
#[test]
fn an_account_is_dormant_from_the_ninetieth_day_on() {
    let dormant = |last: Timestamp| {
        report([success("gina", last), success("gina", at(0))])
            .dormant
            .rows
    };
    let (days, a_moment_less) = (
        before(90 * DAY),
        Timestamp::from_millis(MONDAY - 90 * DAY + 1),
    );
    assert!(dormant(a_moment_less).is_empty());
    let found = dormant(days);
    assert_eq!(found[0].account, "gina");
    assert_eq!(found[0].prefix.unwrap().to_string(), OFFICE);
    // a failure is no use of an account, and a first success no return
    let failed = report([wrong("gina", before(90 * DAY)), success("gina", at(0))]);
    assert!(failed.dormant.rows.is_empty());
}

/// AT-08, TO-11: somebody saw the code.
#[test]
fn a_code_that_is_used_again_has_a_line_of_its_own() {
    let report = report([
        success("ada", at(0)),
        attempt(Reason::ReplayedCode, "ada", "198.51.100.77", at(1)),
        attempt(Reason::WrongCode, "bob", OFFICE, at(2)),
        Attempt::new(Reason::ReplayedCode, at(3)),
    ]);
    assert_eq!(report.replayed.rows.len(), 2);
    let first = &report.replayed.rows[0];
    assert_eq!((first.account.as_deref(), first.at), (Some("ada"), at(1)));
    assert_eq!(first.prefix.unwrap().to_string(), "198.51.100.77");
    assert_eq!(report.replayed.rows[1].account, None);
    assert_eq!(report.failures, 3);
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

/// AT-08, AT-03: one client has a /64, and IPv4 is IPv4 however it is written.
#[test]
fn addresses_are_counted_by_prefix() {
    let from = [
        "2001:db8::1",
        "2001:db8::ffff:2",
        "2001:db8:0:1::1",
        OFFICE,
        "::ffff:192.0.2.10",
    ];
    let report = report(from.map(|address| attempt(Reason::WrongPassword, "ada", address, at(0))));
    let rows = report.by_prefix.rows.iter();
    let rows: Vec<_> = rows.map(|row| (row.name.as_str(), row.failures)).collect();
    assert_eq!(
        rows,
        [(OFFICE, 2), ("2001:db8::/64", 2), ("2001:db8:0:1::/64", 1)]
    );
}

/// AT-08
#[test]
fn an_empty_name_is_none() {
    let blank = Attempt::new(Reason::WrongPassword, at(0))
        .with_account(" ")
        .with_device("");
    let report = report([blank]);
    assert!(report.by_account.rows.is_empty() && report.by_device.rows.is_empty());
    assert_eq!(
        (
            report.by_account.unnamed,
            report.by_device.unnamed,
            report.by_prefix.unnamed
        ),
        (1, 1, 1)
    );
    assert!(report.to_string().contains("1  (no account recorded)"));
}

/// AT-08: S4-14, with as few personal data as the reader needs.
#[test]
fn pseudonyms_in_place_of_names_change_the_names_and_nothing_else() {
    let people = names("p", 30);
    let log = || {
        let guesses = guesses(Reason::WrongPassword, &people, 2);
        guesses.chain(people.iter().map(|name| success(name, at(2 * HOUR))))
    };
    let pseudonym = |name: &str| format!("u-{}", name.replace('p', "9"));
    let mut renamed = Log::new(at(0)..at(DAY)).unwrap();
    for (name, plain) in people
        .iter()
        .flat_map(|name| [name; 2])
        .chain(&people)
        .zip(log())
    {
        renamed.record(&plain.with_account(&pseudonym(name)));
    }
    let plain = Policy::default().report(log_of(log())).to_string();
    let renamed = Policy::default().report(renamed).to_string();
    assert!(!renamed.contains("p00007"));
    assert_eq!(renamed, plain.replace("p000", "u-9000"));
}

/// AT-08
#[test]
fn no_name_moves_the_cursor_or_the_direction_of_writing() {
    let long = "x".repeat(65);
    let names = ["a\u{1b}[2Jb", "c\u{202e}d", "e\nf", "\u{feff}g", &long];
    let text = report(names.map(|name| wrong(name, at(0)).with_device(name))).to_string();
    for escaped in ["a\\u{1b}[2Jb", "c\\u{202e}d", "e\\nf", "\\u{feff}g"] {
        assert_eq!(text.matches(escaped).count(), 2, "{text}");
    }
    assert!(text.contains(&format!("{}...", "x".repeat(64))) && !text.contains(&long));
    let plain = text.chars().all(|c| c == '\n' || (' '..='~').contains(&c));
    assert!(plain, "{text}");
}

/// AT-08
#[test]
fn no_name_prints_as_a_blank() {
    for blank in [
        '\u{200b}',
        '\u{feff}',
        '\u{3164}',
        '\u{2800}',
        '\u{115f}',
        '\u{1160}',
        '\u{ffa0}',
        '\u{ad}',
        '\u{34f}',
        '\u{a0}',
        '\u{3000}',
        '\u{180e}',
        '\u{fe0f}',
        '\u{e0041}',
        '\u{1d159}',
        '\u{13441}',
    ] {
        for name in [
            format!("{blank}"),
            format!("ada{blank}"),
            format!("a{blank}da"),
        ] {
            let text = report([wrong(&name, at(0)).with_device(&name)]).to_string();
            assert!(!text.contains(blank), "{:x}", u32::from(blank));
            if !blank.is_whitespace() || name.len() > blank.len_utf8() {
                let escaped = blank.escape_unicode().to_string();
                assert_eq!(text.matches(&escaped).count(), 2, "{text}");
            }
        }
    }
}

/// AT-08
#[test]
fn no_name_looks_like_what_the_report_says_itself() {
    let said = "(1 name that nobody has)";
    let names = [
        said,
        "\"ada\"",
        "-",
        "\u{ff08}x\u{ff09}",
        "ada ",
        "ada",
        "o'neill \"x\"",
    ];
    let named = names.map(|name| wrong(name, at(0)));
    let unknown = attempt(Reason::UnknownAccount, "bob", OFFICE, at(0));
    let text = report(named.into_iter().chain([unknown])).to_string();
    for line in [
        "1  \"(1 name that nobody has)\"",
        "1  (1 name that nobody has)",
        "1  \"\\\"ada\\\"\"",
        "1  \"-\"",
        "1  \"\u{ff08}x\u{ff09}\"",
        "1  \"ada \"",
        "1  ada",
        "1  o'neill \"x\"",
    ] {
        let found = text.lines().filter(|found| found.trim_start() == line);
        assert_eq!(found.count(), 1, "{line} in {text}");
    }
    let replayed = [Attempt::new(Reason::ReplayedCode, at(0))];
    let text = report(replayed).to_string();
    assert!(text.contains("Z  -     (no account recorded)\n"), "{text}");
}

/// AT-08
#[test]
fn a_report_of_nothing_says_so() {
    let text = report([]).to_string();
    for list in [
        "guesses at many accounts",
        "dormant account used",
        "failures by account",
    ] {
        assert!(text.contains(&format!("{list}: none\n")), "{text}");
    }
}

/// AT-08
#[test]
fn a_policy_takes_what_makes_sense() {
    let secs = Duration::from_secs;
    let policy = Policy::default;
    let window = |time| policy().with_window(time).err();
    assert_eq!(
        [window(secs(59)), window(secs(60))],
        [Some(Error::Window), None]
    );
    let week = secs(7 * 86_400);
    assert_eq!(
        [window(week), window(week + secs(1))],
        [None, Some(Error::Window)]
    );
    let accounts = |one, all| policy().with_accounts(one, all).err();
    assert_eq!(
        [accounts(1, 2), accounts(2, 2)],
        [Some(Error::Accounts), None]
    );
    assert_eq!(accounts(5, 4), Some(Error::Accounts));
    assert_eq!(
        [accounts(2, 1_000_000), accounts(2, 1_000_001)],
        [None, Some(Error::Accounts)]
    );
    let tries = |tries| policy().with_tries(tries).err();
    assert_eq!(
        [tries(0), tries(1), tries(100), tries(101)],
        [Some(Error::Tries), None, None, Some(Error::Tries)]
    );
    let percent = |percent| policy().with_failure_percent(percent).err();
    let bad = Some(Error::FailurePercent);
    assert_eq!(
        [percent(49), percent(50), percent(100), percent(101)],
        [bad, None, None, bad]
    );
    let dormant = |time| policy().with_dormant_after(time).err();
    let bad = Some(Error::DormantAfter);
    assert_eq!([dormant(secs(86_399)), dormant(secs(86_400))], [bad, None]);
    assert_eq!(
        [
            dormant(secs(3650 * 86_400)),
            dormant(secs(3650 * 86_400 + 1))
        ],
        [None, bad]
    );
    let failures = |failures| policy().with_failures_before_success(failures).err();
    let bad = Some(Error::FailuresBeforeSuccess);
    assert_eq!(
        [failures(0), failures(1), failures(1_000_001)],
        [bad, None, bad]
    );
    let rows = |rows| policy().with_rows(rows).err();
    assert_eq!(
        [rows(0), rows(1), rows(10_000), rows(10_001)],
        [Some(Error::Rows), None, None, Some(Error::Rows)]
    );
}

/// AT-08
#[test]
fn a_reason_is_read_by_its_exact_name() {
    assert_eq!("replayed_code".parse(), Ok(Reason::ReplayedCode));
    for name in ["", "Success", "success ", "wrong password", "unknown"] {
        assert_eq!(name.parse::<Reason>(), Err(Error::Reason), "{name:?}");
    }
    assert_eq!(Reason::ReplayedCode.kind(), Kind::Failure);
    assert_eq!(Reason::Disabled.kind(), Kind::Refusal);
    assert_eq!(Reason::PasswordExpired.kind(), Kind::Unfinished);
}

/// AT-08
#[test]
fn every_refusal_has_a_reason_of_its_name() {
    let (until, since) = (at(0), at(0));
    let retry_after = Duration::from_secs(1);
    let refusals: [(Begin<()>, Option<&str>); 6] = [
        (Begin::Allowed(()), None),
        (Begin::Wait { until }, Some("wait")),
        (Begin::Busy { retry_after }, Some("busy")),
        (Begin::Locked { until }, Some("locked")),
        (Begin::ResetRequired { since }, Some("reset_required")),
        (Begin::RebindRequired { since }, Some("rebind_required")),
    ];
    for (begin, name) in refusals {
        let reason = Reason::of_refusal(&begin);
        assert_eq!(reason.map(Reason::name), name);
        assert!(reason.is_none_or(|reason| reason.kind() == Kind::Refusal));
    }
}

/// The week of examples/login_report/attempts.csv.
fn week() -> Report {
    let lines = include_str!("../examples/login_report/attempts.csv").lines();
    let mut log = Log::new(at(0)..at(7 * DAY)).unwrap();
    for line in lines.skip(1) {
        let [moment, account, address, device, reason] =
            line.split(',').collect::<Vec<_>>().try_into().unwrap();
        let reason = reason.parse().unwrap();
        let attempt = attempt(reason, account, address, moment.parse().unwrap());
        log.record(&attempt.with_device(device));
    }
    Policy::default().report(log)
}

/// AT-08: S4-13, S4-14.
#[test]
fn a_week_of_a_back_office_as_a_table() {
    let golden = include_str!("vectors/attempts/report.txt");
    let (source, table) = golden.split_once('\n').unwrap();
    assert!(source.starts_with("# "));
    assert_eq!(week().to_string(), table);
}

/// AT-08
#[cfg(feature = "serde")]
#[test]
fn a_week_of_a_back_office_as_a_value() {
    let value = serde_json::to_value(week()).unwrap();
    assert_eq!(value["from"], "2026-11-16T00:00:00.000Z");
    assert_eq!(value["waves"]["rows"][2]["pattern"], "spray");
    assert_eq!(value["waves"]["rows"][2]["prefix"], STRANGER);
    assert_eq!(
        value["waves"]["rows"][2]["password_right"]["rows"][0],
        "dario.lindt"
    );
    assert_eq!(
        value["replayed"]["rows"][0],
        serde_json::json!({
            "account": "ada.winter", "at": "2026-11-18T08:31:45.000Z", "prefix": "198.51.100.77",
        })
    );
    assert_eq!(
        value["by_reason"][0],
        serde_json::json!({ "reason": "wrong_password", "attempts": 53 })
    );
    assert_eq!(
        value["by_account"]["unknown"],
        serde_json::json!({ "names": 60, "failures": 60 })
    );
    assert!(value["by_device"].get("unknown").is_none());
    assert!(!value.to_string().contains("Quiet-Harbour"));
}
