//! What a mask leaves of a value.

use portcullis::mask::{Kind, MAX_LEN, mask};
use proptest::prelude::*;

const KINDS: [Kind; 5] = [
    Kind::Email,
    Kind::Number,
    Kind::Phone,
    Kind::Name,
    Kind::Other,
];

/// S3-24, S2-25.
#[test]
fn masks_leave_what_the_table_says() {
    let table = include_str!("../vectors/rbac/masks.txt");
    let rows: Vec<_> = table
        .lines()
        .filter(|line| !line.starts_with('#'))
        .collect();
    assert_eq!(rows.len(), 48);
    for row in rows {
        let [kind, value, masked] = row.split(" | ").collect::<Vec<_>>()[..] else {
            panic!("three parts: {row}");
        };
        assert_eq!(
            format!("{:?}", Kind::of(value)).to_lowercase(),
            kind,
            "{row}"
        );
        assert_eq!(mask(value), masked, "{row}");
    }
}

/// S3-24: a caller may be wrong about the kind.
#[test]
fn a_value_of_another_kind_leaves_nothing() {
    for (kind, value) in [
        (Kind::Email, "Jane Roe"),
        (Kind::Number, "jane@example.com"),
        (Kind::Number, "hunter2hunter2hunter"),
        (Kind::Number, "4242 4242 42"),
        (Kind::Number, "secret=hunter212345"),
        (Kind::Number, "hunter2hunter2123456"),
        (Kind::Number, "S3cret-Summer-2024"),
        (Kind::Number, "GBXX NWBK 6016 1331 9268 19"),
        (Kind::Number, "G229 NWBK 6016 1331 9268 19"),
        (Kind::Number, "gb29 nwbk 6016 1331 9268 19"),
        (Kind::Number, "GB29nwbk60161331926819"),
        (Kind::Number, "GB29 1234567890"),
        (Kind::Number, "GB29NWBK60161331926819NWBK601613312"),
        (Kind::Phone, "555-0143"),
        (Kind::Phone, "hunter2hunter22"),
        (Kind::Phone, "GB29 NWBK 6016 1331 9268 19"),
        (Kind::Phone, "+44 20 7946 0958x"),
        (Kind::Name, "hunter2"),
        (Kind::Name, "Bo"),
        (Kind::Name, "   "),
        (Kind::Name, ""),
        (Kind::Other, "Jane Roe"),
    ] {
        assert_eq!(kind.mask(value), "***", "{kind:?} {value}");
    }
    assert_eq!(Kind::Name.mask("Jane"), "J.");
    // of this kind by its form, though a digit of it is wrong
    assert_eq!(Kind::Number.mask("GB29 NWBK 6016 1331 9268 18"), "***6818");
    assert_eq!(Kind::Number.mask("4242-4242-4242-4243"), "***4243");
    assert_eq!(Kind::Phone.mask("(020) 7946/09.58"), "***58");
}

/// S3-24: a letter of several bytes or with marks is never cut.
#[test]
fn letters_of_any_script_are_kept_whole() {
    assert_eq!(mask("Élodie Łukasz"), "É. Ł.");
    assert_eq!(mask("Ольга Иванова"), "О. И.");
    assert_eq!(mask("𝔍𝔞𝔫𝔢@example.com"), "𝔍***@example.com");
    assert_eq!(mask("e\u{301}lan@example.com"), "e***@example.com");
    assert_eq!(mask("👩‍🚀abc@example.com"), "***@example.com");
}

/// S3-24: the longest that there is.
#[test]
fn a_mask_is_as_long_as_its_bound_and_no_longer() {
    let domain = [
        &"d".repeat(63),
        &"d".repeat(63),
        &"d".repeat(63),
        &"d".repeat(61),
    ]
    .map(String::as_str)
    .join(".");
    assert_eq!(mask(&format!("𝔍𝔞𝔫𝔢@{domain}")).len(), MAX_LEN);
    assert_eq!(mask(&format!("𝔍𝔞𝔫𝔢@{domain}d")), "***");
    assert_eq!(mask(&format!("{}@example.com", "x".repeat(65))), "***");
    assert_eq!(Kind::Number.mask(&"4".repeat(1_000_000)), "***4444");
    assert_eq!(mask(&format!("Jane {}", "R".repeat(95))), "J. R.");
    let longer = format!("Jane {}", "R".repeat(96));
    assert_eq!(
        (Kind::of(&longer), Kind::Name.mask(&longer)),
        (Kind::Other, "***".to_owned())
    );
}

proptest! {
    /// S3-24: whatever the value and whatever it is taken for.
    #[test]
    fn little_is_left_and_of_short_values_nothing(value in "(\\PC|[0-9A-Za-z@. +-]){0,40}", kind in prop::sample::select(KINDS.to_vec())) {
        let masked = kind.mask(&value);
        prop_assert!(masked.len() <= MAX_LEN);
        let left = masked.split('@').next().unwrap_or_default().chars().filter(|c| c.is_alphanumeric()).count();
        let (limit, shortest) = match kind {
            Kind::Email => (1, 3),
            Kind::Number => (4, 13),
            Kind::Phone => (2, 8),
            Kind::Name => (5, 3),
            _ => (0, usize::MAX),
        };
        prop_assert!(left <= limit, "{masked}");
        let shown_of = value.split('@').next().unwrap_or_default();
        prop_assert!(left == 0 || shown_of.chars().count() >= shortest, "{masked}");
        prop_assert!(left < shown_of.chars().count() || left == 0, "{masked}");
    }

    /// S3-24: one word is no name, nine digits are no number, and both may be a password.
    #[test]
    fn nothing_is_left_of_what_is_not_recognised(value in "[a-z]{1,40}|[A-Za-z0-9!#$%]{1,9}") {
        prop_assert_eq!(mask(&value), "***");
    }
}
