//! Blind indexes from outside: what is equal is found, and nothing else can be told.
#![cfg(feature = "field")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::string_slice,
    reason = "a test that goes wrong here has failed, which is what it is for"
)]

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::HEXLOWER;
use portcullis::{
    Timestamp,
    field::{BlindIndex, Error, IndexValue, Key, Keyring, Normalizer, Part},
};

const NOW: Timestamp = Timestamp::from_millis(0);
const ACME: Option<&str> = Some("acme");

fn ring() -> Keyring {
    Keyring::new(Key::from_bytes([7; 32]), NOW)
}

fn index(normalizer: Normalizer) -> BlindIndex {
    BlindIndex::new("contact", "email", normalizer, 1 << 20).unwrap()
}

fn of(normalizer: Normalizer, value: &str) -> Result<IndexValue, Error> {
    index(normalizer).of(&ring(), ACME, value, NOW)
}

fn same(normalizer: Normalizer, a: &str, b: &str) -> bool {
    of(normalizer, a).unwrap() == of(normalizer, b).unwrap()
}

/// CR-09: the golden values were computed by another implementation, in Python.
#[test]
fn computes_the_values_of_the_golden_file() {
    let golden = include_str!("vectors/field/index.txt");
    let mut blocks = golden.split("\n\n").skip(1);
    let keys: Vec<_> = blocks.next().unwrap().lines().skip(1).collect();
    let key = |line: &str| {
        let bytes = HEXLOWER.decode(line.strip_prefix("key ").unwrap().as_bytes());
        Key::from_bytes(bytes.unwrap().try_into().unwrap())
    };
    let mut ring = Keyring::new(key(keys[0]), NOW);
    let second = ring.stage_key(key(keys[1]), NOW).unwrap();
    ring.promote(second, NOW).unwrap();

    let mut count = 0;
    for block in blocks {
        let lines: Vec<(&str, &str)> = block.lines().map(|l| l.split_once(' ').unwrap()).collect();
        let get = |name| lines.iter().find(|(n, _)| *n == name).unwrap().1;
        let text = |hex: &str| String::from_utf8(HEXLOWER.decode(hex.as_bytes()).unwrap()).unwrap();
        let normalizer = match get("normalizer") {
            "exact" => Normalizer::Exact,
            "case-folded" => Normalizer::CaseFolded,
            "e-mail" => Normalizer::Email,
            "digits" => Normalizer::Digits,
            other => panic!("{other}"),
        };
        let index = BlindIndex::new(get("table"), get("column"), normalizer, 256).unwrap();
        let index = index.with_version(get("version").parse().unwrap());
        let index = index.with_bits(get("bits").parse().unwrap()).unwrap();
        let tenant = (get("tenant") != "-").then(|| text(get("tenant")));
        let (tenant, value) = (tenant.as_deref(), text(get("value")));
        let mut expected: Vec<_> = lines.iter().filter(|(n, _)| *n == "index").collect();
        expected.reverse();
        let expected: Vec<_> = expected.iter().map(|(_, value)| *value).collect();

        let found = index.search(&ring, tenant, &value).unwrap();
        let found: Vec<_> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found, expected, "{block}");
        let stored = index.of(&ring, tenant, &value, NOW).unwrap();
        assert_eq!(stored.to_string(), expected[0], "{block}");
        count += 1;
    }
    assert_eq!(count, 10);
}

/// CR-09: what each normaliser takes for the same, and what it does not.
#[test]
fn takes_for_the_same_what_the_normaliser_says() {
    use Normalizer::{CaseFolded, Digits, Email, Exact};
    for (normalizer, a, b, expected) in [
        (Exact, "Ada", "Ada", true),
        (Exact, "Ada", "ada", false),
        (Exact, "é", "e\u{301}", false),
        (CaseFolded, "Ada", "aDA", true),
        (CaseFolded, "é", "E\u{301}", true),
        (CaseFolded, "Straße", "STRASSE", true),
        (CaseFolded, "ΣΊΣΥΦΟΣ", "σίσυφος", true),
        (CaseFolded, "ﬁnal", "FINAL", true),
        (CaseFolded, "Ada", "Ada ", false),
        (CaseFolded, "é", "e", false),
        (CaseFolded, "i", "ı", false),
        (Email, " Ada@Example.org\r\n", "ada@example.ORG", true),
        (Email, "a.da@example.org", "ada@example.org", false),
        (Email, "ada+x@example.org", "ada@example.org", false),
        (Digits, "+49 (89) 12-34", "49891234", true),
        (Digits, "４９", "49", true),
        (Digits, "0049", "49", false),
    ] {
        assert_eq!(same(normalizer, a, b), expected, "{normalizer} {a:?} {b:?}");
    }
}

/// CR-09: one index value for all rows that have nothing would be a frequency that tells.
#[test]
fn refuses_a_value_that_is_nothing_once_it_is_normalised() {
    use Normalizer::{CaseFolded, Digits, Email, Exact};
    for (normalizer, value) in [
        (Exact, ""),
        (CaseFolded, ""),
        (Email, ""),
        (Email, "  "),
        (Email, "ada"),
        (Email, "@example.org"),
        (Email, " @example.org"),
        (Email, "ada@"),
        (Email, "ada@example@"),
        (Digits, ""),
        (Digits, "none"),
        (Digits, "49\u{664}"),
        (Digits, "5百"),
    ] {
        let refused = Err(Error::Unindexable(normalizer));
        assert_eq!(of(normalizer, value), refused, "{normalizer} {value:?}");
        let searched = index(normalizer).search(&ring(), ACME, value);
        assert_eq!(searched.err(), refused.err(), "{normalizer} {value:?}");
    }
    assert!(of(Email, "\"a@b\"@example.org").is_ok());
}

/// CR-09: a context has no such tenant either.
#[test]
fn refuses_names_that_no_context_has() {
    let index = index(Normalizer::Exact);
    let refused = |tenant: &str| index.of(&ring(), Some(tenant), "a", NOW).err();
    assert_eq!(refused(""), Some(Error::EmptyPart(Part::Tenant)));
    assert_eq!(
        refused(&"a".repeat(1025)),
        Some(Error::LongPart(Part::Tenant))
    );
    let nameless = BlindIndex::new("", "email", Normalizer::Exact, 256).unwrap();
    let refused = nameless.search(&ring(), ACME, "a").err();
    assert_eq!(refused, Some(Error::EmptyPart(Part::Table)));
}

/// CR-09: flags, states and countries are told by their frequencies.
#[test]
fn refuses_columns_of_few_values_and_lengths_that_no_index_has() {
    for distinct in [0, 2, 249, 255] {
        let index = BlindIndex::new("person", "country", Normalizer::Exact, distinct);
        assert_eq!(index.err(), Some(Error::FewValues(distinct)));
    }
    for bits in [0, 129, 255] {
        let index = index(Normalizer::Exact).with_bits(bits);
        assert_eq!(index.err(), Some(Error::IndexBits(bits)));
    }
    assert!(BlindIndex::new("person", "city", Normalizer::Exact, 256).is_ok());
}

#[test]
fn refuses_a_value_longer_than_any_that_is_sealed() {
    let long = "a".repeat(16 * 1024 * 1024 + 1);
    assert_eq!(of(Normalizer::Exact, &long), Err(Error::TooLong));
    assert!(of(Normalizer::Exact, &long[1..]).is_ok());
}

/// CR-09: the advice is the range that the two bounds leave, and nothing where they leave none.
#[test]
fn advises_lengths_by_the_number_of_rows() {
    assert_eq!(BlindIndex::advise(1_000_000), Some(10..=18));
    assert_eq!(BlindIndex::advise(1 << 20), Some(10..=19));
    assert_eq!(BlindIndex::advise(u64::MAX), Some(32..=62));
    let mut advised = 0;
    for rows in (0..5000).chain((0..64).flat_map(|n| [1 << n, (1 << n) + 1, (1_u64 << n) - 1])) {
        // exact: no logarithms and no roots
        let fits = |bits: &u8| {
            let values = 1_u128 << bits;
            u128::from(rows) >= 2 * values && u128::from(rows) <= values * values
        };
        let expected: Vec<u8> = (1..=128).take_while(|n| *n < 64).filter(fits).collect();
        let found: Vec<u8> = BlindIndex::advise(rows).into_iter().flatten().collect();
        assert_eq!(found, expected, "{rows}");
        advised += usize::from(!found.is_empty());
    }
    assert!(advised > 4000);
}

/// CR-09: a short index has no more values than its bits, so several rows share each.
#[test]
fn keeps_as_many_bits_as_were_asked_for() {
    for (bits, len) in [(1, 1), (3, 1), (8, 1), (9, 2), (11, 2)] {
        let index = index(Normalizer::Exact).with_bits(bits).unwrap();
        let mut seen = BTreeMap::<Vec<u8>, u32>::new();
        for n in 0..20_000 {
            let value = index.of(&ring(), ACME, &n.to_string(), NOW).unwrap();
            assert_eq!(value.as_bytes().len(), 4 + len);
            *seen.entry(value.as_bytes()[4..].to_vec()).or_default() += 1;
        }
        assert_eq!(seen.len(), 1 << bits);
        let expected = 20_000.0 / f64::from(1_u32 << bits);
        // the largest of 2,048 counts of about ten each stays far below
        let bound = expected + 7.0 * expected.sqrt() + 10.0;
        assert!(seen.values().all(|count| f64::from(*count) < bound));
    }
}

/// Every definition that differs from the first one in one thing, and what it is asked for.
fn definitions() -> Vec<(&'static str, BlindIndex, Option<&'static str>, Keyring)> {
    let new = |table, column| BlindIndex::new(table, column, Normalizer::Exact, 256).unwrap();
    let other_key = Keyring::new(Key::from_bytes([8; 32]), NOW);
    vec![
        ("itself", new("contact", "email"), ACME, ring()),
        ("tenant", new("contact", "email"), Some("globex"), ring()),
        ("no tenant", new("contact", "email"), None, ring()),
        ("table", new("invoice", "email"), ACME, ring()),
        ("column", new("contact", "second_email"), ACME, ring()),
        ("cut", new("contacte", "mail"), ACME, ring()),
        ("swapped", new("email", "contact"), ACME, ring()),
        (
            "version",
            new("contact", "email").with_version(2),
            ACME,
            ring(),
        ),
        (
            "normaliser",
            BlindIndex::new("contact", "email", Normalizer::CaseFolded, 256).unwrap(),
            ACME,
            ring(),
        ),
        (
            "length",
            new("contact", "email").with_bits(120).unwrap(),
            ACME,
            ring(),
        ),
        ("key", new("contact", "email"), ACME, other_key),
    ]
}

/// CR-09: no value of one column, tenant or version is one of another, or the start of one.
#[test]
fn shares_no_value_between_columns_tenants_and_versions() {
    let mut seen = BTreeSet::new();
    for (name, index, tenant, ring) in definitions() {
        for n in 0..500 {
            let value = index.of(&ring, tenant, &n.to_string(), NOW).unwrap();
            // 15 bytes, which all of them have
            assert!(seen.insert(value.as_bytes()[4..19].to_vec()), "{name}");
        }
    }
}

/// CR-09: nor do values of the same plaintexts go together. Half of their bits agree, and as many of
/// their bytes as of any two random ones, within six standard deviations.
#[test]
fn values_of_the_same_plaintexts_are_not_correlated() {
    const VALUES: u32 = 4000;
    let all: Vec<(&str, Vec<IndexValue>)> = definitions()
        .into_iter()
        .map(|(name, index, tenant, ring)| {
            let of = |n: u32| index.of(&ring, tenant, &n.to_string(), NOW).unwrap();
            (name, (0..VALUES).map(of).collect())
        })
        .collect();
    for (i, (name, a)) in all.iter().enumerate() {
        for (other, b) in &all[i + 1..] {
            let (mut bits, mut bytes) = (0_u32, 0_u32);
            for (a, b) in a.iter().zip(b) {
                for (a, b) in a.as_bytes()[4..19].iter().zip(&b.as_bytes()[4..19]) {
                    bits += (a ^ b).count_zeros();
                    bytes += u32::from(a == b);
                }
            }
            let near = |found: u32, trials: f64, p: f64| {
                let deviation = (trials * p * (1.0 - p)).sqrt();
                (f64::from(found) - trials * p).abs() < 6.0 * deviation
            };
            let trials = f64::from(VALUES) * 15.0;
            assert!(near(bits, trials * 8.0, 0.5), "{name}, {other}: {bits}");
            assert!(near(bytes, trials, 1.0 / 256.0), "{name}, {other}: {bytes}");
        }
    }
}

/// CR-09, CR-04: while keys change, what was written under each of them is found, and what was
/// written under a suspended one is not.
#[test]
fn finds_what_was_written_under_every_key_that_opens() {
    let index = index(Normalizer::Exact);
    let mut ring = ring();
    let first = index.of(&ring, ACME, "ada", NOW).unwrap();
    let next = ring.stage(NOW).unwrap();
    let found = index.search(&ring, ACME, "ada").unwrap();
    assert_eq!(index.of(&ring, ACME, "ada", NOW).unwrap(), first);
    assert_eq!(found.len(), 2, "another machine may have promoted it");
    ring.promote(next, NOW).unwrap();
    let second = index.of(&ring, ACME, "ada", NOW).unwrap();
    assert_eq!(found, [second.clone(), first.clone()]);
    assert_eq!(second.key_version(), next);

    ring.suspend(first.key_version(), NOW).unwrap();
    assert_eq!(index.search(&ring, ACME, "ada").unwrap(), [second]);
}

/// CR-09: what is read from the database is an index value or refused.
#[test]
fn reads_back_what_it_wrote_and_nothing_else() {
    let value = of(Normalizer::Exact, "ada").unwrap();
    let text = value.to_string();
    assert_eq!(text.len(), 40);
    assert_eq!(text.parse::<IndexValue>(), Ok(value.clone()));
    assert_eq!(IndexValue::from_bytes(value.as_bytes()), Ok(value.clone()));
    for other in [
        "",
        "00000001",
        "0000000100",
        &text[1..],
        &text.to_uppercase(),
        &format!("{text}00"),
        &text.replacen("00000001", "00000000", 1),
        &text.replacen("00000001", " 0000001", 1),
        &text.replacen("00000001", "+0000001", 1),
    ] {
        let parsed = other.parse::<IndexValue>();
        let expected = (other == "0000000100").then(|| other.to_string());
        assert_eq!(parsed.ok().map(|v| v.to_string()), expected, "{other}");
    }
    let debug = format!("{value:?}");
    assert_eq!(debug, "IndexValue(key version 1, 16 bytes)");
}
