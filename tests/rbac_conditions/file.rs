//! Conditions in a file: what is wrong with them, and where.

use portcullis::rbac::Policy;

use crate::support::policy;

/// What is found in a policy whose third line is `allow = [{ permission = "a", when = … }]`.
fn found(condition: &str) -> String {
    let text = format!(
        "portcullis = 1\n[roles.a]\nallow = [{{ permission = \"a\", when = {condition} }}]"
    );
    text.parse::<Policy>().unwrap_err().to_string()
}

/// RB-12: every finding of a condition, with its place and what was probably meant.
#[test]
fn a_condition_that_makes_no_sense_is_found_at_its_place() {
    for (condition, expected) in [
        (
            "\"owned\"",
            "line 3, column 37: `owned` is not one of `owner`; did you mean `owner`?",
        ),
        (
            "{}",
            "line 3, column 37: at least one condition is needed here",
        ),
        (
            "{ owner = false }",
            "line 3, column 47: `true` is needed here",
        ),
        (
            "{ mfa_withn = \"1h\" }",
            "line 3, column 39: `mfa_withn` is no key of this place; did you mean `mfa_within`?",
        ),
        (
            "{ address = [] }",
            "line 3, column 49: a list of networks with at least one is needed here",
        ),
        (
            "{ address = [\"10.0.0.0/33\"] }",
            "line 3, column 50: this is neither an address nor an address, a slash and a length",
        ),
        (
            "{ address = [\"10.0.0.1/8\"] }",
            "line 3, column 50: this network has bits set after its prefix",
        ),
        (
            "{ address = [\"0.0.0.0/0\"] }",
            "line 3, column 50: this network has every address in it",
        ),
        (
            "{ address = [\"10.0.0.0/8\", \"::ffff:10.0.0.0/104\"] }",
            "line 3, column 64: `::ffff:10.0.0.0/104` stands here for the second time",
        ),
        (
            "{ time = {} }",
            "line 3, column 46: at least one condition is needed here",
        ),
        (
            "{ time = { from = \"8:00\" } }",
            "line 3, column 55: a time of day from `00:00` to `24:00` is needed",
        ),
        (
            "{ time = { from = \"08:00\", until = \"08:00\" } }",
            "line 3, column 46: these hours end where they begin",
        ),
        (
            "{ time = { utc_offset = \"Europe/Berlin\" } }",
            "line 3, column 61: a distance from UTC such as `+01:00` is needed, at most 14 hours",
        ),
        (
            "{ time = { days = [\"mon\", \"mon\"] } }",
            "line 3, column 63: `mon` stands here for the second time",
        ),
        (
            "{ environment = [\"a b\"] }",
            "line 3, column 56: this character is not one of",
        ),
        (
            "{ environment = [\"a\", \"a\"] }",
            "line 3, column 59: `a` stands here for the second time",
        ),
        (
            "{ attributes = {} }",
            "line 3, column 52: at least one condition is needed here",
        ),
        (
            "{ attributes = { a = \"\" } }",
            "line 3, column 58: a text of 1 to 256 bytes",
        ),
        (
            "{ attributes = { a = 1 } }",
            "line 3, column 58: a text of 1 to 256 bytes",
        ),
        ("{ equal = [[\"a\"]] }", "line 3, column 48: a pair such as"),
        (
            "{ equal = [[\"a\", \"a\"]] }",
            "line 3, column 48: a pair of two attributes",
        ),
        (
            "{ equal = [[\"a\", \"b\"], [\"b\", \"a\"]] }",
            "line 3, column 60: `equal` stands here for the second time",
        ),
    ] {
        let found = found(condition);
        assert!(found.starts_with(expected), "{condition}\n{found}");
    }
}

/// RB-12: one finding does not hide another.
#[test]
fn all_findings_of_a_condition_are_told() {
    let found =
        found("{ owner = 1, address = [\"x\", \"y\"], time = { from = \"1\", until = \"2\" } }");
    assert_eq!(found.lines().count(), 5, "{found}");
}

/// RB-12: nor within a list of one.
#[test]
fn all_findings_of_a_list_are_told() {
    for (condition, expected) in [
        (
            "{ time = { days = [\"mo\", \"mon\", 1, \"mon\", \"tues\"] } }",
            [56, 69, 72, 79],
        ),
        (
            "{ environment = [\"a b\", \"a\", 1, \"a\", \"\"] }",
            [56, 66, 69, 75],
        ),
        (
            "{ equal = [[\"a\", \"b\"], 1, [\"b\", \"a\"], [\"a\"], [\"c\", \"c\"]] }",
            [60, 63, 75, 82],
        ),
        (
            "{ address = [\"x\", \"10.0.0.0/8\", 1, \"10.0.0.0/8\", \"::/0\"] }",
            [50, 69, 72, 86],
        ),
    ] {
        let found = found(condition);
        let columns = found.lines().map(|line| {
            let (column, _) = line.strip_prefix("line 3, column ")?.split_once(':')?;
            column.parse().ok()
        });
        let columns: Option<Vec<usize>> = columns.collect();
        assert_eq!(
            columns.as_deref(),
            Some(&expected[..]),
            "{condition}\n{found}"
        );
    }
}

/// RB-04: hours that limit nothing are a slip of the pen.
#[test]
fn hours_that_are_all_of_the_week_are_refused() {
    for time in [
        "from = \"00:00\", until = \"00:00\"",
        "from = \"24:00\", until = \"24:00\"",
        "from = \"00:00\", until = \"24:00\"",
        "from = \"24:00\", until = \"00:00\"",
        "from = \"00:00\"",
        "from = \"24:00\"",
        "until = \"00:00\"",
        "until = \"24:00\"",
        "utc_offset = \"+01:00\"",
        "days = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\", \"sat\", \"sun\"]",
    ] {
        assert_eq!(
            found(&format!("{{ time = {{ {time} }} }}")),
            "line 3, column 46: these hours are all of the week: they limit nothing",
            "{time}"
        );
    }
    // of one day, they are no time or all of it
    for midnight in ["00:00", "24:00"] {
        let time = format!("days = [\"mon\"], from = \"{midnight}\", until = \"{midnight}\"");
        assert_eq!(
            found(&format!("{{ time = {{ {time} }} }}")),
            "line 3, column 46: these hours end where they begin"
        );
    }
}

/// RB-12: a file is bounded in what a decision has to look at.
#[test]
fn a_table_has_at_most_so_many_conditions() {
    let attributes = |n: usize| {
        let pairs: Vec<_> = (0..n).map(|i| format!("a{i} = \"x\"")).collect();
        format!("{{ attributes = {{ {} }} }}", pairs.join(", "))
    };
    assert_eq!(
        found(&attributes(33)),
        "line 3, column 37: more than 32 conditions"
    );
    let rule = format!(
        "[roles.a]\nallow = [{{ permission = \"a\", when = {} }}]",
        attributes(32)
    );
    assert_eq!(policy(&rule).roles().count(), 1);
}

/// RB-04, RB-12: what a file can say in several ways is one policy.
#[test]
fn conditions_that_say_the_same_are_the_same_policy() {
    let of = |when: &str| {
        policy(&format!(
            "[roles.a]\nallow = [{{ permission = \"a\", when = {when} }}]"
        ))
    };
    for (one, other) in [
        ("\"owner\"", "{ owner = true }"),
        (
            "{ address = [\"10.0.0.0/9\", \"10.128.0.0/9\"] }",
            "{ address = [\"10.1.0.0/16\", \"::ffff:10.0.0.0/104\"] }",
        ),
        (
            "{ time = { from = \"08:00\", until = \"00:00\" } }",
            "{ time = { from = \"08:00\", until = \"24:00\", utc_offset = \"Z\" } }",
        ),
        (
            "{ time = { days = [\"mon\"], from = \"00:00\" } }",
            "{ time = { days = [\"mon\"], until = \"24:00\" } }",
        ),
        (
            "{ environment = [\"a\", \"b\"] }",
            "{ environment = [\"b\", \"a\"] }",
        ),
        ("{ mfa_within = \"1h\" }", "{ mfa_within = \"60m\" }"),
        (
            "{ equal = [[\"a\", \"b\"]] }",
            "{ equal = [[\"b\", \"a\"]] }",
        ),
    ] {
        assert_eq!(of(one), of(other));
    }
    assert_ne!(
        of("{ time = { days = [\"mon\"] } }"),
        of("{ time = { days = [\"tue\"] } }")
    );
}

/// RB-12: conditions are printed as they are read, in both formats.
#[test]
fn conditions_that_are_printed_are_read_again() {
    for when in [
        "\"owner\"",
        "{ owner = true, mfa_within = \"90s\" }",
        "{ address = [\"10.0.0.0/8\", \"192.0.2.7\", \"2001:db8::/32\"] }",
        "{ time = { days = [\"sun\", \"mon\"], from = \"22:00\", until = \"06:00\", utc_offset = \"-03:30\" } }",
        "{ time = { until = \"12:00\" } }",
        "{ environment = [\"a\", \"b\"], attributes = { \"a.b\" = \"c \\\" d\", e = \"f\" } }",
        "{ equal = [[\"b\", \"a\"], [\"c\", \"a\"]] }",
    ] {
        let policy = policy(&format!(
            "[roles.a]\nallow = [{{ permission = \"a\", when = {when} }}]\n[roles.b]\nrequire = {}",
            if when.starts_with('{') {
                when
            } else {
                "{ owner = true }"
            }
        ));
        assert_eq!(
            Policy::from_toml(&policy.to_toml()),
            Ok(policy.clone()),
            "{when}"
        );
        assert_eq!(Policy::from_json(&policy.to_json()), Ok(policy), "{when}");
    }
}

/// RB-04: a denial has no condition: a fact left out would switch it off.
#[test]
fn a_denial_has_no_condition() {
    let text = "portcullis = 1\n[roles.a]\nallow = [\"a\"]\ndeny = [{ permission = \"a\", when = { environment = [\"x\"] } }]";
    assert!(text.parse::<Policy>().is_err());
}
