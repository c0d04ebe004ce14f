//! Blind indexes from outside: what is equal is found, and nothing else can be told.
#![cfg(feature = "field")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::string_slice,
    clippy::panic,
    reason = "a test that goes wrong here has failed, which is what it is for"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
};

use data_encoding::HEXLOWER;
use portcullis::{
    Timestamp,
    field::{
        BlindIndex, Context, Destroy, Error, ExposeSecret, IndexValue, Key, KeyVersion, Keyring,
        Match, Migration, Normalizer, Part, Policy, Purpose, Scope,
        sweep::{Fault, Limits, Report, Rows, Step, StoredRow, Swap, Sweep, SweepError},
    },
};

const NOW: Timestamp = Timestamp::from_millis(0);
/// A day after.
const LATER: Timestamp = Timestamp::from_secs(86_400);
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
        (CaseFolded, "α\u{345}\u{301}", "α\u{301}\u{345}", true),
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
        (Digits, "5〇"),
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

/// CR-09: who searches may type as much as they like, and is refused before anything is computed.
#[test]
fn refuses_a_value_that_is_too_long_to_look_up() {
    let long = "a".repeat(BlindIndex::MAX_VALUE_LEN + 1);
    let refused = Some(Error::Unindexable(Normalizer::Exact));
    let (index, ring) = (index(Normalizer::Exact), ring());
    assert_eq!(index.of(&ring, ACME, &long, NOW).err(), refused);
    assert_eq!(index.search(&ring, ACME, &long).err(), refused);
    assert_eq!(ring.keys().next().unwrap().seals, 0);
    assert!(index.of(&ring, ACME, &long[1..], NOW).is_ok());
    assert!(index.search(&ring, ACME, &long[1..]).is_ok());
}

/// CR-09: what a look-up finds is compared as the index compares, and a text that has no index is
/// like none, not even itself.
#[test]
fn compares_candidates_as_the_index_does() {
    use Match::{Different, Same};
    use Normalizer::{CaseFolded, Digits, Email, Exact};
    for (normalizer, a, b, expected) in [
        (Exact, "ada", "ada", Same),
        (Exact, "ada", "Ada", Different),
        (CaseFolded, "STRASSE", "straße", Same),
        (CaseFolded, "ada", "eve", Different),
        (Email, " Ada@Example.org", "ada@example.org", Same),
        (Email, "ada@straße.de", "ada@strasse.de", Same),
        (
            Email,
            "ada@example.org",
            "ada@ex\u{200B}ample.org",
            Different,
        ),
        (Email, "ada", "ada", Different),
        (Digits, "+49 (89) 12-34", "49891234", Same),
        (Digits, "1", "11", Different),
        (Digits, "x", "x", Different),
        (Exact, "", "", Different),
    ] {
        assert_eq!(normalizer.same(a, b), expected, "{normalizer} {a} {b}");
        assert_eq!(normalizer.same(b, a), expected, "{normalizer} {b} {a}");
    }
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

/// CR-09, CR-04: while keys change, what was written under each of them is found. While one is
/// suspended there is no answer, which would leave its rows out; a destroyed one has none.
#[test]
fn finds_what_was_written_under_every_key_or_refuses() {
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

    let version = first.key_version();
    ring.suspend(version, NOW).unwrap();
    let refused = index.search(&ring, ACME, "ada").err();
    assert_eq!(refused, Some(Error::Suspended(version)));
    let reason = "no row needs it";
    ring.destroy(version, Destroy::Forced { reason }, NOW)
        .unwrap();
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

/// A table with a sealed column and its index.
#[derive(Default)]
struct Table {
    rows: BTreeMap<u8, (Vec<u8>, Vec<u8>)>,
}

fn place(id: u8) -> Context {
    let contact = Context::new().tenant("acme").table("contact");
    contact.column("email").row(id)
}

impl Rows for Table {
    type Error = Infallible;

    fn next(&mut self, after: Option<&[u8]>, limit: usize) -> Result<Vec<StoredRow>, Infallible> {
        let rows = self.rows.iter().filter(|(id, _)| Some(&[**id][..]) > after);
        let row = |(id, (sealed, index)): (&u8, &(Vec<u8>, Vec<u8>))| {
            StoredRow::index([*id], place(*id), index.clone(), sealed.clone())
        };
        Ok(rows.take(limit).map(row).collect())
    }

    fn swap(&mut self, row: &StoredRow, new: &[u8]) -> Result<Swap, Infallible> {
        let (sealed, index) = self.rows.get_mut(&row.key()[0]).unwrap();
        if index != row.value() || sealed != row.indexed() {
            return Ok(Swap::Changed);
        }
        *index = new.to_vec();
        Ok(Swap::Done)
    }

    fn save(&mut self, _: &[u8]) -> Result<(), Infallible> {
        Ok(())
    }
}

/// A ring for the index and one for the column.
fn rings() -> (Keyring, Keyring) {
    let ring = |key, purpose| {
        let policy = Policy::new().for_purpose(purpose);
        Keyring::new_for(Key::from_bytes(key), Scope::tenant("acme"), policy, NOW).unwrap()
    };
    (
        ring([1; 32], Purpose::index("contact", "email")),
        ring([2; 32], Purpose::column("contact", "email")),
    )
}

fn sweep(index: &BlindIndex, rings: (&Keyring, &Keyring), table: &mut Table) -> Report {
    let mut sweep = Sweep::new(index.purpose(), Limits::new().with_batch(2));
    loop {
        match sweep
            .step_index(index, rings.0, rings.1, table, LATER)
            .unwrap()
        {
            Step::More => {}
            Step::Wait(until) => panic!("{until}"),
            Step::Done(report) => return report,
        }
    }
}

/// CR-11, CR-09: a column that is sealed already is given its index, a rotation renews it, and then
/// the old key of the index can go.
#[test]
fn a_sweep_fills_the_index_and_brings_it_under_the_present_key() {
    let index = index(Normalizer::Email);
    let (mut ring, column) = rings();
    let mut table = Table::default();
    for id in 1..6 {
        let value = format!("{id}@example.org");
        let sealed = column.seal(&place(id), value.as_bytes(), NOW).unwrap();
        table.rows.insert(id, (sealed, Vec::new()));
    }
    let report = sweep(&index, (&ring, &column), &mut table);
    assert_eq!((report.counts().sealed, report.plaintext()), (5, 0));
    let found = |ring: &Keyring, table: &Table, value: &str| -> Vec<u8> {
        let wanted = index.search(ring, ACME, value).unwrap();
        let is = |stored: &[u8]| wanted.iter().any(|w| w.to_string().as_bytes() == stored);
        let rows = table.rows.iter().filter(|(_, (_, stored))| is(stored));
        rows.map(|(id, _)| *id).collect()
    };
    assert_eq!(found(&ring, &table, "3@EXAMPLE.org"), [3]);

    let old = ring.primary();
    let next = ring.stage(NOW).unwrap();
    ring.promote(next, NOW).unwrap();
    assert_eq!(found(&ring, &table, "3@example.org"), [3]);
    let uses = |ring: &Keyring| ring.keys().map(|key| key.seals).sum::<u64>();
    let before = uses(&ring);
    let report = sweep(&index, (&ring, &column), &mut table);
    assert_eq!((report.counts().resealed, uses(&ring) - before), (5, 5));
    assert_eq!(
        report.references().collect::<Vec<_>>(),
        [(old, 0), (next, 5)]
    );
    assert_eq!(found(&ring, &table, "3@example.org"), [3]);
    let proof = report.unreferenced(old).unwrap();
    ring.destroy(old, Destroy::Unreferenced(&[&proof]), LATER)
        .unwrap();
    assert_eq!(found(&ring, &table, "3@example.org"), [3]);

    // nothing is written, and no use counted, where nothing changes
    let before = uses(&ring);
    let report = sweep(&index, (&ring, &column), &mut table);
    assert_eq!((report.counts().already, uses(&ring) - before), (5, 0));
}

/// CR-11, CR-09: what another definition left behind is renewed, and so is what a bug did; each in
/// the form that it has.
#[test]
fn a_sweep_renews_what_is_not_the_index_of_its_value() {
    let (ring, column) = rings();
    let index = index(Normalizer::Email);
    let old = index.clone().with_version(9).with_bits(20).unwrap();
    let of = |index: &BlindIndex, value| index.of(&ring, ACME, value, NOW).unwrap();
    let mut table = Table::default();
    for (id, stored) in [
        (1, of(&old, "a@b").to_string().into_bytes()),
        (2, of(&old, "a@b").as_bytes().to_vec()),
        (3, of(&index, "b@b").to_string().into_bytes()),
        (4, of(&index, "a@b").to_string().into_bytes()),
    ] {
        let sealed = column.seal(&place(id), b"a@b", NOW).unwrap();
        table.rows.insert(id, (sealed, stored));
    }
    let report = sweep(&index, (&ring, &column), &mut table);
    assert_eq!((report.counts().resealed, report.counts().already), (3, 1));
    for (id, (_, stored)) in &table.rows {
        let expected = of(&index, "a@b");
        match id {
            2 => assert_eq!(stored, expected.as_bytes()),
            _ => assert_eq!(*stored, expected.to_string().into_bytes()),
        }
    }
}

/// CR-11: what another machine wrote under a newer key than this one seals with stays.
#[test]
fn a_sweep_leaves_an_index_under_a_staged_key() {
    let (mut ring, column) = rings();
    let index = index(Normalizer::Email);
    let next = ring.stage(NOW).unwrap();
    let mut elsewhere = Keyring::decode(ring.encode().expose_secret()).unwrap();
    elsewhere.promote(next, NOW).unwrap();
    let stored = index.of(&elsewhere, ACME, "a@b", NOW).unwrap().to_string();
    let sealed = column.seal(&place(1), b"a@b", NOW).unwrap();
    let mut table = Table::default();
    table.rows.insert(1, (sealed, stored.clone().into_bytes()));
    let report = sweep(&index, (&ring, &column), &mut table);
    assert_eq!(report.counts().already, 1);
    assert_eq!(table.rows[&1].1, stored.as_bytes());
}

/// CR-11: a row whose value does not open, has nothing to index or whose index is none is named and
/// left, and an index that cannot be read may need any key.
#[test]
fn a_sweep_names_what_it_cannot_index() {
    let (mut ring, column) = rings();
    let index = index(Normalizer::Email);
    let stored = index.of(&ring, ACME, "a@b", NOW).unwrap();
    let stored = stored.to_string().into_bytes();
    let next = ring.stage(NOW).unwrap();
    ring.promote(next, NOW).unwrap();
    let seal = |id, value: &[u8]| column.seal(&place(id), value, NOW).unwrap();
    let rows = BTreeMap::from([
        (1, (seal(9, b"a@b"), stored.clone())),
        (2, (seal(2, b"nobody"), stored.clone())),
        (3, (seal(3, b""), Vec::new())),
        (4, (seal(4, b"a@b"), b"not one".to_vec())),
        (8, (seal(8, b"a@b"), b"no".to_vec())),
        (5, (seal(5, b"\xFFa@b"), stored.clone())),
        (6, (b"plain@text".to_vec(), stored.clone())),
        (7, (seal(7, b"a@b"), stored)),
    ]);
    let mut table = Table { rows: rows.clone() };
    let report = sweep(&index, (&ring, &column), &mut table);
    let faults: Vec<_> = report
        .failures()
        .iter()
        .map(|f| (f.row[0], f.fault))
        .collect();
    let expected = [
        (1, Fault::Open),
        (2, Fault::Unindexable),
        (4, Fault::UnknownKey),
        (5, Fault::Unindexable),
        (6, Fault::Malformed),
        (8, Fault::Malformed),
    ];
    assert_eq!(faults, expected);
    assert_eq!((report.counts().already, report.counts().resealed), (1, 1));
    for (id, row) in &rows {
        assert_eq!(table.rows[id] == *row, *id != 7, "{id}");
    }
    // four name the old key, two none of the ring
    let (version, references) = (KeyVersion::FIRST, 6);
    let refused = report.unreferenced(version);
    assert_eq!(
        refused,
        Err(Error::Referenced {
            version,
            references
        })
    );
    assert_eq!(report.plaintext(), 1);
}

/// CR-11: while a column is migrated its plaintext is indexed too.
#[test]
fn a_sweep_indexes_plaintext_that_is_being_migrated() {
    let (ring, column) = rings();
    let index = index(Normalizer::Email);
    for (until, indexed) in [(Timestamp::MAX, true), (NOW, false)] {
        let mut table = Table::default();
        table.rows.insert(1, (b"a@b".to_vec(), Vec::new()));
        let sweep = Sweep::new(index.purpose(), Limits::new());
        let mut sweep = sweep.with_migration(Migration::new(until));
        let report = loop {
            if let Step::Done(report) = sweep
                .step_index(&index, &ring, &column, &mut table, LATER)
                .unwrap()
            {
                break report;
            }
        };
        assert_eq!(report.plaintext(), u64::from(!indexed));
        let expected = index.of(&ring, ACME, "a@b", NOW).unwrap().to_string();
        assert_eq!(table.rows[&1].1 == expected.into_bytes(), indexed);
    }
}

/// CR-11: an index is swept as what it is, with rows of its own column.
#[test]
fn a_sweep_of_an_index_refuses_other_purposes_and_columns() {
    let (ring, column) = rings();
    let index = index(Normalizer::Email);
    let refused = Some(SweepError::Field(Error::OutOfPurpose));
    let step = |purpose, index: &BlindIndex| {
        let mut table = Table::default();
        table.rows.insert(1, (Vec::new(), Vec::new()));
        let mut sweep = Sweep::new(purpose, Limits::new());
        sweep
            .step_index(index, &ring, &column, &mut table, LATER)
            .err()
    };
    assert_eq!(step(Purpose::column("contact", "email"), &index), refused);
    assert_eq!(step(Purpose::index("contact", "phone"), &index), refused);
    let phone = BlindIndex::new("contact", "phone", Normalizer::Digits, 256).unwrap();
    assert_eq!(step(phone.purpose(), &phone), refused);
    assert_eq!(step(index.purpose(), &index), None);
}
