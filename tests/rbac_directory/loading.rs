//! What is loaded is all of it or nothing.

use portcullis::{
    Timestamp,
    rbac::{BadRows, Fault, Flaw, Grant, Grants, Row, Scope, Snapshot},
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
