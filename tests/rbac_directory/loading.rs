//! What is loaded is all of it or nothing.

use portcullis::{
    Timestamp,
    rbac::{BadRows, Fault, Flaw, Grant, Grants, Kind, Row, Scope, Snapshot},
};

use super::{decide, grants, here, may, roles};

fn flaws(bad: &BadRows) -> Vec<(usize, Flaw)> {
    bad.iter()
        .map(|bad| (bad.row(), bad.flaw().clone()))
        .collect()
}

/// RB-07.
#[test]
fn rows_in_any_order_are_the_grants_of_each_subject() {
    let at = Timestamp::from_secs;
    let rows = [
        Row::new("ada", "b", "globex"),
        Row::new("ben", "a", "acme"),
        Row::everywhere("ada", "a").from(at(5)).until(at(9)),
        Row::new("ada", "a", "acme").until(None),
        Row::new("ada", "b", "globex"),
        Row::new("ada", "b", "globex").until(at(7)),
    ];
    let ada = Grants::new()
        .with(Grant::new("b", here("globex")))
        .and_then(|held| held.with(Grant::new("b", here("globex")).until(at(7))))
        .and_then(|held| held.with(Grant::new("a", here("acme"))))
        .and_then(|held| held.with(Grant::new("a", Scope::Everywhere).from(at(5)).until(at(9))))
        .unwrap();
    let snapshot = Snapshot::load_rows(roles(&["a", "b"]), rows).unwrap();
    assert_eq!(snapshot.len(), 2);
    assert_eq!(snapshot.grants("ada"), ada);
    assert_eq!(snapshot.grants("ben"), grants(&["a"]));
    let again = Snapshot::load(
        roles(&["a", "b"]),
        [("ben", grants(&["a"])), ("ada", ada.clone())],
    );
    assert_eq!(again.unwrap().grants("ada"), ada);
}

/// RB-07.
#[test]
fn everything_wrong_is_found_at_once_with_its_row() {
    let long = "x".repeat(256);
    let rows = [
        Row::new("ada", "a", "acme"),
        Row::new("", "a", "acme"),
        Row::new("", "a", "acme"),
        Row::new("ada", "c", "*"),
        Row::new("ben", "A", "acme"),
        Row::new(&long, "a", "acme"),
        Row::new("ben", "a", ""),
        Row::new("ben", "a", "Acme Ltd"),
    ];
    let bad = Snapshot::load_rows(roles(&["a", "b"]), rows).unwrap_err();
    let expected = [
        (2, Flaw::Subject),
        (3, Flaw::Subject),
        (4, Flaw::UnknownRole),
        (4, Flaw::Tenant(Fault::Character)),
        (5, Flaw::UnknownRole),
        (6, Flaw::Subject),
        (7, Flaw::Tenant(Fault::Empty)),
        (8, Flaw::Tenant(Fault::Character)),
    ];
    assert_eq!(flaws(&bad), expected);
    let printed = bad.to_string();
    assert_eq!(printed.lines().count(), expected.len());
    assert!(
        printed.starts_with("row 2: a subject's name has 1 to 255 bytes\n"),
        "{printed}"
    );
    assert!(
        !printed.contains("Ltd") && !printed.contains("ben"),
        "{printed}"
    );
}

/// RB-07: 512 grants are loaded; with one more, the row of the first is told.
#[test]
fn more_than_512_grants_of_one_subject_are_refused() {
    let tenants: Vec<String> = (0..513).map(|i| format!("t{i}")).collect();
    let rows = |n: usize| {
        let of_ada = tenants
            .iter()
            .take(n)
            .map(|tenant| Row::new("ada", "a", tenant));
        // another subject in between
        let ben = |row| [Row::new("ben", "a", "acme"), row];
        of_ada.flat_map(ben)
    };
    let snapshot = Snapshot::load_rows(roles(&["a"]), rows(512)).unwrap();
    assert_eq!(snapshot.grants("ada").iter().len(), 512);
    assert!(decide(&snapshot, "ada", "t511", "a").is_allowed());
    let bad = Snapshot::load_rows(roles(&["a"]), rows(513)).unwrap_err();
    assert_eq!(flaws(&bad), [(2, Flaw::TooManyGrants)]);
}

/// RB-07.
#[test]
fn a_subject_that_comes_twice_is_refused() {
    let subjects = [
        ("ada", grants(&["a"])),
        ("ben", grants(&["a"])),
        ("ada", grants(&["a"])),
    ];
    let bad = Snapshot::load(roles(&["a"]), subjects.clone()).unwrap_err();
    assert_eq!(flaws(&bad), [(3, Flaw::Repeated)]);
    let more = subjects.into_iter().chain([("cleo", grants(&["b"]))]);
    let bad = Snapshot::load(roles(&["a"]), more).unwrap_err();
    assert_eq!(flaws(&bad), [(3, Flaw::Repeated), (4, Flaw::UnknownRole)]);
}

/// RB-07.
#[test]
fn a_hundred_bad_rows_are_listed_and_the_others_counted() {
    let rows = std::iter::repeat_n(Row::new("ada", "nobody", "acme"), 250);
    let bad = Snapshot::load_rows(roles(&["a"]), rows).unwrap_err();
    assert_eq!((bad.iter().count(), bad.omitted()), (100, 150));
    assert!(bad.to_string().ends_with("\nand 150 more"));
}

/// RB-07: every subject of many is found, whatever was loaded before and after it.
#[test]
fn each_of_many_subjects_has_its_own_grants() {
    let names: Vec<String> = (0..20_000).map(|i| format!("u{i}")).collect();
    let all = names.iter().enumerate();
    let rows = all.map(|(i, name)| Row::new(name, if i % 3 == 0 { "a" } else { "b" }, "acme"));
    let snapshot = Snapshot::load_rows(roles(&["a", "b"]), rows).unwrap();
    assert_eq!(snapshot.len(), names.len());
    for (i, name) in names.iter().enumerate() {
        assert_eq!(may(&snapshot, name, "a"), i % 3 == 0, "{name}");
        assert_eq!(may(&snapshot, name, "b"), i % 3 != 0, "{name}");
    }
    assert!(!may(&snapshot, "u20000", "a"));
}

/// RB-10: what was taken by breaking glass is not an ordinary grant after it was written to a
/// database and read again, and all that was recorded is still there.
#[test]
fn what_is_written_row_by_row_and_loaded_again_is_the_same() {
    let at = Timestamp::from_secs;
    let broken = Grant::new("a", here("acme")).from(at(5)).until(at(9));
    let broken = broken.by_breaking_glass().because("INC-7");
    let held = [
        broken.requested_by("ada"),
        Grant::new("b", Scope::Everywhere)
            .because("TICKET-1")
            .requested_by("ben")
            .approved_by("cleo"),
        Grant::new("b", here("acme")).approved_by("cleo"),
        Grant::new("b", here("globex")),
    ];
    let ada = held
        .into_iter()
        .fold(Grants::new(), |all, grant| all.with(grant).unwrap());
    let subjects = [("ada", ada.clone()), ("ben", grants(&["a"]))];
    let first = Snapshot::load(roles(&["a", "b"]), subjects).unwrap();
    let written: Vec<(String, Grants)> = first
        .subjects()
        .map(|subject| (subject.name().to_owned(), subject.grants()))
        .collect();
    let rows = written.iter().flat_map(|(name, grants)| {
        let rows = grants.iter().map(|grant| Row::of(name, grant));
        rows.collect::<Vec<_>>()
    });
    let again = Snapshot::load_rows(roles(&["a", "b"]), rows).unwrap();
    assert_eq!(again.grants("ada"), ada);
    assert_eq!(again.grants("ben"), grants(&["a"]));
}

/// RB-10: the columns of a table say the same.
#[test]
fn a_row_says_how_a_grant_came_about() {
    let at = Timestamp::from_secs;
    let row = Row::new("ada", "a", "acme").from(at(5)).until(at(9));
    let row = row.of_kind(Kind::BreakGlass).because("INC-7");
    let rows = [
        row.requested_by("ada").approved_by("ben"),
        Row::new("ben", "a", "acme")
            .because(None)
            .requested_by("cleo"),
    ];
    let snapshot = Snapshot::load_rows(roles(&["a"]), rows).unwrap();
    let broken = Grant::new("a", here("acme")).from(at(5)).until(at(9));
    let broken = broken.by_breaking_glass().because("INC-7");
    let broken = broken.requested_by("ada").approved_by("ben");
    assert_eq!(snapshot.grants("ada"), Grants::new().with(broken).unwrap());
    let given = Grant::new("a", here("acme")).requested_by("cleo");
    assert_eq!(snapshot.grants("ben"), Grants::new().with(given).unwrap());
}

/// RB-10: what no grant can say, no row says.
#[test]
fn what_a_row_records_has_the_bounds_of_a_grant() {
    let (reason, name) = ("x".repeat(257), "x".repeat(256));
    let row = Row::new("ada", "a", "acme");
    let rows = [
        row.because(&*reason),
        row.because(""),
        row.because("a\nb"),
        row.requested_by(&*name),
        row.approved_by(""),
        row.because(reason.strip_prefix('x'))
            .requested_by(name.strip_prefix('x')),
    ];
    let bad = Snapshot::load_rows(roles(&["a"]), rows).unwrap_err();
    let expected = [
        (1, Flaw::Reason),
        (2, Flaw::Reason),
        (3, Flaw::Reason),
        (4, Flaw::Name),
        (5, Flaw::Name),
    ];
    assert_eq!(flaws(&bad), expected);
}
