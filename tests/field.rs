//! Encrypted fields from outside: a value opens where it was sealed and nowhere else.
#![cfg(feature = "field")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "a test that goes wrong here has failed, which is what it is for"
)]

use std::collections::BTreeMap;

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use portcullis::{
    encoding,
    field::{
        Context, Error, ExposeSecret, Key, KeyVersion, Keyring, MAX_PLAINTEXT_LEN, Opened, Part,
        Row, State,
    },
};
use proptest::{collection::vec, prelude::*};

const PLAINTEXT: &[u8] = b"ada@example.org";

fn ring() -> Keyring {
    Keyring::new(Key::from_bytes([7; 32]))
}

fn email() -> Context {
    Context::new()
        .tenant("acme")
        .table("contact")
        .column("email")
        .environment("production")
        .row(42)
}

fn version(version: u32) -> KeyVersion {
    KeyVersion::new(version).unwrap()
}

fn refused(opened: Result<Opened, Error>) -> Error {
    opened.err().unwrap()
}

/// S4-12: what lies in the database is not the value, and is another one each time.
#[test]
fn seals_so_that_nothing_of_the_value_is_seen() {
    let ring = ring();
    let sealed = ring.seal(&email(), PLAINTEXT).unwrap();
    assert_eq!(sealed.len(), PLAINTEXT.len() + 77);
    for piece in PLAINTEXT.windows(4) {
        assert!(!sealed.windows(4).any(|window| window == piece));
    }
    let again = ring.seal(&email(), PLAINTEXT).unwrap();
    for (at, len) in [(5, 24), (29, 32), (61, 15), (76, 16)] {
        assert_ne!(sealed[at..at + len], again[at..at + len], "at {at}");
    }
    let opened = ring.open(&email(), &sealed).unwrap();
    assert_eq!(opened.expose_secret(), PLAINTEXT);
    assert_eq!(opened.stale(), None);
}

/// CR-02, S1-18: the value of one customer does not open as another's.
#[test]
fn refuses_a_value_moved_to_another_tenant() {
    refuses_to_move(email().tenant("globex"));
    refuses_to_move(email().without_tenant());
}

/// CR-02
#[test]
fn refuses_a_value_moved_to_another_table() {
    refuses_to_move(email().table("invoice"));
}

/// CR-02
#[test]
fn refuses_a_value_moved_to_another_column() {
    refuses_to_move(email().column("phone"));
}

/// CR-02
#[test]
fn refuses_a_value_moved_to_another_row() {
    refuses_to_move(email().row(43));
    refuses_to_move(email().without_row());
}

/// CR-02, S2-22: production's value does not open in a test environment that has the keys.
#[test]
fn refuses_a_value_moved_to_another_environment() {
    refuses_to_move(email().environment("staging"));
}

/// CR-02: the parts that bind only when they are given bind then.
#[test]
fn refuses_a_value_whose_other_parts_differ() {
    refuses_to_move(email().subject("person-7"));
    refuses_to_move(email().value_type("phone"));
    refuses_to_move(email().application(0x40, b"revision 2"));
}

/// Both ways: what is sealed here does not open there, and what is sealed there does not open here.
fn refuses_to_move(elsewhere: Context) {
    let (ring, here) = (ring(), email());
    for (from, to) in [(&here, &elsewhere), (&elsewhere, &here)] {
        let sealed = ring.seal(from, PLAINTEXT).unwrap();
        assert!(ring.open(from, &sealed).is_ok());
        assert_eq!(refused(ring.open(to, &sealed)), Error::Open);
    }
}

/// S1-18, S2-22: a ring a tenant, a ring an environment; no ring opens another's values, although
/// their keys have the same version.
#[test]
fn refuses_a_value_sealed_by_another_ring() {
    let (acme, globex) = (Keyring::generate().unwrap(), Keyring::generate().unwrap());
    let sealed = acme.seal(&email(), PLAINTEXT).unwrap();
    assert_eq!(refused(globex.open(&email(), &sealed)), Error::Open);
}

/// CR-02: a row is its type and its value.
#[test]
fn tells_a_number_from_its_text_and_a_uuid_from_its_text() {
    let uuid = [0x42; 16];
    let rows = [
        Row::from(42),
        Row::from("42"),
        Row::Bytes(b"42".to_vec()),
        Row::Uuid(uuid),
        Row::Bytes(uuid.to_vec()),
        Row::from("42424242-4242-4242-4242-424242424242"),
        Row::Integer(i128::from_be_bytes(uuid)),
        Row::from(-42),
    ];
    let ring = ring();
    for (i, from) in rows.iter().enumerate() {
        let sealed = ring.seal(&email().row(from.clone()), PLAINTEXT).unwrap();
        for (j, to) in rows.iter().enumerate() {
            let opened = ring.open(&email().row(to.clone()), &sealed);
            assert_eq!(opened.is_ok(), i == j, "{from:?} {to:?}");
        }
    }
}

/// A row's number is the same whatever the width of the variable that holds it.
#[test]
fn takes_an_integer_for_its_value() {
    let sealed = ring().seal(&email().row(42u64), PLAINTEXT).unwrap();
    assert!(ring().open(&email().row(42i8), &sealed).is_ok());
    assert!(ring().open(&email().row(Row::Integer(42)), &sealed).is_ok());
}

/// CR-02: what does not say where it belongs is neither sealed nor opened.
#[test]
fn refuses_a_context_that_does_not_say_where() {
    let required = [
        (Part::Tenant, Context::new().table("t").column("c").row(1)),
        (Part::Table, Context::new().tenant("a").column("c").row(1)),
        (Part::Column, Context::new().tenant("a").table("t").row(1)),
        (Part::Row, Context::new().tenant("a").table("t").column("c")),
    ];
    let sealed = ring().seal(&email(), PLAINTEXT).unwrap();
    for (part, context) in required {
        refuses_context(&context, &sealed, Error::MissingPart(part));
    }
    let empty = [
        (Part::Tenant, email().tenant("")),
        (Part::Column, email().column("")),
        (Part::Row, email().row("")),
        (Part::Row, email().row(Row::Bytes(Vec::new()))),
        (Part::Application(0x40), email().application(0x40, b"")),
    ];
    for (part, context) in empty {
        refuses_context(&context, &sealed, Error::EmptyPart(part));
    }
    let long = email().subject(&"é".repeat(513));
    refuses_context(&long, &sealed, Error::LongPart(Part::Subject));
    let longest = email().subject(&"é".repeat(512));
    assert!(ring().seal(&longest, PLAINTEXT).is_ok());
}

/// CR-02: an application's part cannot pose as a tenant.
#[test]
fn refuses_an_application_part_under_a_reserved_tag() {
    let sealed = ring().seal(&email(), PLAINTEXT).unwrap();
    for tag in [0, 1, 7, 0x3F] {
        let context = email().application(tag, b"globex");
        refuses_context(&context, &sealed, Error::ReservedTag(tag));
    }
    assert!(
        ring()
            .seal(&email().application(0x40, b"x"), PLAINTEXT)
            .is_ok()
    );
}

fn refuses_context(context: &Context, sealed: &[u8], error: Error) {
    assert_eq!(ring().seal(context, PLAINTEXT), Err(error.clone()));
    assert_eq!(refused(ring().open(context, sealed)), error);
}

/// One case of the golden file: `name value` lines after a comment.
struct Golden(&'static str);

impl Golden {
    fn all() -> Vec<Self> {
        let file = include_str!("vectors/field/golden.txt");
        file.split("\n\n").skip(1).map(Self).collect()
    }

    fn text(&self, name: &str) -> &'static str {
        let mut lines = self.0.lines().filter_map(|line| line.split_once(' '));
        lines.find(|(found, _)| *found == name).unwrap().1
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        HEXLOWER.decode(self.text(name).as_bytes()).unwrap()
    }
}

/// CR-03: envelopes written by another implementation open, as bytes and as text, and always will.
#[test]
fn opens_the_golden_files() {
    let place = || {
        Context::new()
            .tenant("acme")
            .table("contact")
            .column("email")
    };
    let contexts = [
        place().row(42),
        Context::new()
            .without_tenant()
            .table("setting")
            .column("token")
            .without_row()
            .subject("person-7")
            .environment("production")
            .value_type("oauth.v1")
            .application(0x40, &[0, 1])
            .application(0xFF, "ünïcode".as_bytes()),
        place().row("42"),
        place().row(Row::Uuid(core::array::from_fn(|i| i as u8))),
    ];
    for (golden, context) in Golden::all().iter().zip(&contexts) {
        let ring = Keyring::decode(&golden.bytes("ring")).unwrap();
        let plaintext = golden.bytes("plaintext");
        let opened = ring.open(context, &golden.bytes("envelope")).unwrap();
        assert_eq!(opened.expose_secret(), plaintext, "{}", golden.0);
        let opened = ring.open_text(context, golden.text("text")).unwrap();
        assert_eq!(opened.expose_secret(), plaintext, "{}", golden.0);
    }
}

/// CR-03: every byte counts.
#[test]
fn refuses_an_envelope_with_any_byte_changed() {
    let ring = ring();
    let sealed = ring.seal(&email(), PLAINTEXT).unwrap();
    for at in 0..sealed.len() {
        for change in [0x01, 0x80, 0xFF] {
            let mut changed = sealed.clone();
            changed[at] ^= change;
            let error = refused(ring.open(&email(), &changed));
            let expected = match at {
                // 0xF9 ^ 0x01 is no suite; no change tried is the other one
                0 => matches!(error, Error::NotAnEnvelope),
                1..5 => matches!(error, Error::UnknownKey(_) | Error::Malformed),
                _ => error == Error::Open,
            };
            assert!(expected, "byte {at}: {error:?}");
        }
    }
}

/// CR-03: nothing cut off, nothing put on, in one chunk and in several.
#[test]
fn refuses_every_prefix_and_every_longer_envelope() {
    let ring = ring();
    let sealed = ring.seal(&email(), PLAINTEXT).unwrap();
    for cut in 0..sealed.len() {
        assert!(ring.open(&email(), &sealed[..cut]).is_err(), "cut at {cut}");
    }
    for more in [1, 15, 16, 17, 92, 20_000] {
        let longer = [&sealed[..], &vec![0; more]].concat();
        assert!(ring.open(&email(), &longer).is_err(), "{more} more");
    }
    let full = ring.seal(&email(), &[b'x'; 16 * 1024]).unwrap();
    assert_eq!(full.len(), 16 * 1024 + 77 + 16);
    assert!(ring.open(&email(), &full).is_ok());
    let without_the_end = &full[..full.len() - 16];
    assert_eq!(
        refused(ring.open(&email(), without_the_end)),
        Error::Malformed
    );
}

/// CR-03: what an envelope is, is said by its first bytes and its length, before a key is looked up:
/// version 9 is a key that the ring does not have.
#[test]
fn says_what_is_wrong_before_it_looks_for_a_key() {
    let ring = ring();
    let open = |bytes: &[u8]| refused(ring.open(&email(), bytes));
    let envelope = |suite, version: u32, len| {
        let mut bytes = vec![suite];
        bytes.extend(version.to_be_bytes());
        bytes.resize(len, 0);
        bytes
    };
    assert_eq!(open(b""), Error::NotAnEnvelope);
    assert_eq!(open(b"ada@example.org, in the clear"), Error::NotAnEnvelope);
    assert_eq!(open(&envelope(0xFB, 9, 77)), Error::NotAnEnvelope);
    assert_eq!(open(&envelope(0xFA, 9, 44)), Error::Malformed);
    assert_eq!(open(&envelope(0xFA, 9, 45)), Error::UnknownKey(version(9)));
    assert_eq!(open(&envelope(0xF9, 0, 77)), Error::Malformed);
    assert_eq!(open(&envelope(0xF9, 9, 76)), Error::Malformed);
    assert_eq!(open(&envelope(0xF9, 9, 77)), Error::UnknownKey(version(9)));
    let longest = MAX_PLAINTEXT_LEN + MAX_PLAINTEXT_LEN / 1024 + 77;
    assert_eq!(
        open(&envelope(0xF9, 9, longest)),
        Error::UnknownKey(version(9))
    );
    assert_eq!(open(&envelope(0xF9, 9, longest + 1)), Error::TooLong);
    let longest = MAX_PLAINTEXT_LEN + 45;
    assert_eq!(
        open(&envelope(0xFA, 9, longest)),
        Error::UnknownKey(version(9))
    );
    assert_eq!(open(&envelope(0xFA, 9, longest + 1)), Error::TooLong);
}

/// CR-03: the key version is authenticated, so that a label that is changed is a byte that is
/// changed, even where both versions are the same key.
#[test]
fn refuses_an_envelope_relabelled_with_another_version_of_the_same_key() {
    let mut other = Keyring::generate().unwrap();
    let second = other.stage_key(Key::from_bytes([7; 32])).unwrap();
    let mut sealed = ring().seal(&email(), PLAINTEXT).unwrap();
    sealed[1..5].copy_from_slice(&second.get().to_be_bytes());
    assert_eq!(refused(other.open(&email(), &sealed)), Error::Open);
}

/// The largest value, and one byte more.
#[test]
fn seals_sixteen_mebibytes_and_no_more() {
    let ring = ring();
    let mut plaintext = vec![b'x'; MAX_PLAINTEXT_LEN];
    let sealed = ring.seal(&email(), &plaintext).unwrap();
    let opened = ring.open(&email(), &sealed).unwrap();
    assert!(opened.expose_secret() == plaintext);
    plaintext.push(b'x');
    assert_eq!(ring.seal(&email(), &plaintext), Err(Error::TooLong));
    let text = "pc1.".to_owned() + &"A".repeat(MAX_PLAINTEXT_LEN * 4 / 3 + 100_000);
    assert_eq!(refused(ring.open_text(&email(), &text)), Error::TooLong);
}

/// CR-03: one spelling for one envelope.
#[test]
fn reads_a_text_in_its_one_spelling() {
    let ring = ring();
    // One byte over a multiple of three leaves four bits that must be zero.
    let text = ring.seal_text(&email(), &[0xFF; 2]).unwrap();
    assert!(text.starts_with("pc1.-Q"), "{text}");
    assert!(ring.open_text(&email(), &text).is_ok());

    let last = BASE64URL_NOPAD.decode(&text.as_bytes()[4..]).unwrap().len() % 3;
    assert_eq!(last, 1);
    let (body, end) = text.split_at(text.len() - 1);
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let next = alphabet.split_once(end).unwrap().1.chars().next().unwrap();
    let respelled = [
        format!("{body}{next}"),
        format!("{text}="),
        format!("{text}=="),
        format!("{text} "),
        format!("{text}\n"),
        format!(" {text}"),
        text.replacen("pc1.", "PC1.", 1),
        text.replacen("pc1.", "pc2.", 1),
        text.replacen("pc1.", "", 1),
        text.replacen("-Q", "+Q", 1),
        "pc1.é".into(),
    ];
    for other in respelled {
        assert_eq!(
            refused(ring.open_text(&email(), &other)),
            Error::NotAnEnvelope,
            "{other}"
        );
    }
    assert_eq!(
        refused(ring.open_text(&email(), "pc1.")),
        Error::NotAnEnvelope
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// CR-01, CR-03: whatever is sealed is what is opened, in both forms, at every length around a
    /// chunk's end.
    #[test]
    fn opens_what_it_sealed(
        plaintext in prop_oneof![
            vec(any::<u8>(), 0..100),
            vec(any::<u8>(), 16_380..16_390),
            vec(any::<u8>(), 32_766..32_770),
        ],
        row in any::<i64>(),
    ) {
        let (ring, context) = (ring(), email().row(row));
        let sealed = ring.seal(&context, &plaintext).unwrap();
        prop_assert!(ring.open(&context, &sealed).unwrap().expose_secret() == plaintext);
        let text = ring.seal_text(&context, &plaintext).unwrap();
        prop_assert!(ring.open_text(&context, &text).unwrap().expose_secret() == plaintext);
        prop_assert_eq!(refused(ring.open(&context.row(row ^ 1), &sealed)), Error::Open);
    }

    /// CR-03: bytes that nobody sealed never open.
    #[test]
    fn never_opens_what_was_not_sealed(body in vec(any::<u8>(), 0..200)) {
        let forged = [&[0xF9, 0, 0, 0, 1][..], &body].concat();
        prop_assert!(ring().open(&email(), &forged).is_err());
        prop_assert!(ring().open(&email(), &body).is_err());
    }
}

/// CR-04: the active key changes, and what the old one sealed still opens and says so.
#[test]
fn opens_after_a_rotation_what_the_old_key_sealed() {
    let mut ring = ring();
    let old = ring.seal(&email(), PLAINTEXT).unwrap();

    let second = ring.stage().unwrap();
    assert_eq!(ring.primary(), Ok(version(1)), "staging changes nothing");
    assert_eq!(ring.seal(&email(), PLAINTEXT).unwrap()[1..5], [0, 0, 0, 1]);

    ring.promote(second).unwrap();
    let new = ring.seal(&email(), PLAINTEXT).unwrap();
    assert_eq!(new[1..5], [0, 0, 0, 2]);
    assert_eq!(ring.open(&email(), &new).unwrap().stale(), None);
    let opened = ring.open(&email(), &old).unwrap();
    assert_eq!(opened.expose_secret(), PLAINTEXT);
    assert_eq!(opened.stale(), Some(version(1)));
}

/// CR-04: a machine that has the key staged opens what a machine that promoted it has sealed.
#[test]
fn opens_with_a_staged_key_what_another_machine_sealed() {
    let mut ahead = ring();
    let second = ahead.stage().unwrap();
    let behind = Keyring::decode(ahead.encode().expose_secret()).unwrap();
    ahead.promote(second).unwrap();
    let sealed = ahead.seal(&email(), PLAINTEXT).unwrap();
    let opened = behind.open(&email(), &sealed).unwrap();
    assert_eq!(opened.stale(), None, "sealing it again would step back");
}

/// CR-04: each step starts from one state, and a refused step changes nothing.
#[test]
fn refuses_a_step_from_another_state() {
    let mut ring = ring();
    let (first, second) = (version(1), ring.stage().unwrap());
    let wrong = |version, state| Err(Error::WrongState { version, state });
    assert_eq!(ring.promote(first), wrong(first, State::Primary));
    assert_eq!(ring.suspend(first), wrong(first, State::Primary));
    assert_eq!(ring.suspend(second), wrong(second, State::Staged));
    assert_eq!(ring.promote(version(9)), Err(Error::UnknownKey(version(9))));
    assert_eq!(ring.primary(), Ok(first));
    ring.promote(second).unwrap();
    assert_eq!(ring.promote(first), wrong(first, State::Retired));
    assert_eq!(ring.resume(first), wrong(first, State::Retired));
    assert_eq!(ring.primary(), Ok(second));
}

/// CR-04: a suspended key refuses, and opens again when it is resumed.
#[test]
fn refuses_with_a_suspended_key_until_it_is_resumed() {
    let mut ring = ring();
    let sealed = ring.seal(&email(), PLAINTEXT).unwrap();
    let second = ring.stage().unwrap();
    ring.promote(second).unwrap();
    ring.suspend(version(1)).unwrap();
    assert_eq!(
        refused(ring.open(&email(), &sealed)),
        Error::Suspended(version(1))
    );
    ring.resume(version(1)).unwrap();
    assert!(ring.open(&email(), &sealed).is_ok());
}

/// CR-04: the same key under two versions would make a rotation do nothing.
#[test]
fn refuses_a_key_that_the_ring_has_already() {
    let mut ring = ring();
    assert_eq!(
        ring.stage_key(Key::from_bytes([7; 32])),
        Err(Error::DuplicateKey(version(2)))
    );
    assert_eq!(ring.keys().count(), 1);
    assert_eq!(ring.stage_key(Key::from_bytes([8; 32])), Ok(version(2)));
}

/// CR-04: a ring is bounded, and a refused key leaves it as it was.
#[test]
fn refuses_the_1025th_key() {
    let mut ring = ring();
    for _ in 1..1024 {
        ring.stage().unwrap();
    }
    assert_eq!(ring.stage(), Err(Error::TooManyKeys));
    let loaded = Keyring::decode(ring.encode().expose_secret()).unwrap();
    assert_eq!(loaded.keys().count(), 1024);
}

/// CR-03, CR-04: the stored form is frozen; another implementation wrote this one.
#[test]
fn loads_the_golden_ring_and_writes_it_back() {
    let bytes = Golden::all().last().unwrap().bytes("ring");
    let mut ring = Keyring::decode(&bytes).unwrap();
    assert_eq!(ring.encode().expose_secret(), bytes);
    let keys: Vec<_> = ring.keys().map(|(v, state, _)| (v.get(), state)).collect();
    let expected = [
        (1, State::Destroyed),
        (2, State::Suspended),
        (3, State::Retired),
        (258, State::Primary),
        (70_000, State::Staged),
    ];
    assert_eq!(keys, expected);
    assert_eq!(ring.primary(), Ok(version(258)));

    // A destroyed key neither opens nor comes back.
    let sealed = Keyring::new(Key::from_bytes([1; 32])).seal(&email(), PLAINTEXT);
    assert_eq!(
        refused(ring.open(&email(), &sealed.unwrap())),
        Error::Destroyed(version(1))
    );
    assert_eq!(
        ring.stage_key(Key::from_bytes([1; 32])),
        Err(Error::DuplicateKey(version(70_001)))
    );
    assert_eq!(ring.stage(), Ok(version(70_001)), "above the highest");
}

/// One key of a stored ring, as the layout documents it.
fn stored(version: u32, state: u8, key: u8) -> Vec<u8> {
    let fingerprint = Key::from_bytes([key; 32]).fingerprint();
    [
        &version.to_be_bytes()[..],
        &[state],
        fingerprint.as_bytes(),
        &[key; 32],
    ]
    .concat()
}

fn load(keys: &[Vec<u8>]) -> Result<Keyring, Error> {
    let count = u32::try_from(keys.len()).unwrap();
    Keyring::decode(&[&[1], &count.to_be_bytes()[..], &keys.concat()].concat())
}

/// CR-04: a ring that cannot be right does not load.
#[test]
fn refuses_to_load_a_ring_that_cannot_be_right() {
    const STAGED: u8 = 1;
    const PRIMARY: u8 = 2;
    const RETIRED: u8 = 3;
    let damaged = Error::Encoding(encoding::Error::Damaged);
    let err = |keys: &[Vec<u8>]| load(keys).unwrap_err();
    assert!(load(&[stored(1, RETIRED, 1), stored(2, PRIMARY, 2)]).is_ok());
    assert_eq!(err(&[]), Error::NotOnePrimary);
    assert_eq!(err(&[stored(1, RETIRED, 1)]), Error::NotOnePrimary);
    assert_eq!(
        err(&[stored(1, PRIMARY, 1), stored(2, PRIMARY, 2)]),
        Error::NotOnePrimary
    );
    assert_eq!(
        err(&[stored(1, PRIMARY, 1), stored(1, STAGED, 2)]),
        Error::DuplicateKey(version(1))
    );
    assert_eq!(
        err(&[stored(2, PRIMARY, 1), stored(1, STAGED, 2)]),
        Error::DuplicateKey(version(1))
    );
    assert_eq!(
        err(&[stored(1, PRIMARY, 1), stored(2, STAGED, 1)]),
        Error::DuplicateKey(version(2))
    );
    assert_eq!(err(&[stored(0, PRIMARY, 1)]), damaged);
    assert_eq!(err(&[stored(1, 0, 1)]), damaged);
    assert_eq!(err(&[stored(1, 6, 1)]), damaged);
    // Tombstones: version, state, fingerprint.
    let tombstone = |v: u32| [&v.to_be_bytes()[..], &[5], &[0; 12], &v.to_be_bytes()].concat();
    let many: Vec<_> = (1..=1025).map(tombstone).collect();
    assert_eq!(err(&many[..1024]), Error::NotOnePrimary);
    assert_eq!(err(&many), damaged, "refused by its count");
    let last = load(&[stored(u32::MAX, PRIMARY, 1)]);
    assert_eq!(last.unwrap().stage(), Err(Error::TooManyKeys));
    // one key only, so no message may count them
    let message = Error::TooManyKeys.to_string();
    assert_eq!(message, "key ring takes no more keys");
}

/// CR-04: a ring that is damaged does not load, so nothing is sealed under a key that nobody has.
#[test]
fn refuses_to_load_a_damaged_ring() {
    let mut ring = ring();
    let second = ring.stage().unwrap();
    ring.promote(second).unwrap();
    let bytes = ring.encode().expose_secret().to_vec();
    for cut in 0..bytes.len() {
        let cut = Keyring::decode(&bytes[..cut]);
        assert_eq!(cut.unwrap_err(), Error::Encoding(encoding::Error::Damaged));
    }
    let longer = Keyring::decode(&[&bytes[..], &[0]].concat());
    assert_eq!(
        longer.unwrap_err(),
        Error::Encoding(encoding::Error::Damaged)
    );
    let other = Keyring::decode(&[&[2], &bytes[1..]].concat());
    assert_eq!(
        other.unwrap_err(),
        Error::Encoding(encoding::Error::UnknownVersion(2))
    );
    // Version 1 starts at 5: version 4, state 1, fingerprint 16, key 32.
    for at in 10..58 {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        let error = Keyring::decode(&changed).unwrap_err();
        assert_eq!(error, Error::Fingerprint(version(1)), "byte {at}");
    }
}

/// One step of somebody who looks after a ring.
#[derive(Clone, Debug)]
enum Step {
    Stage,
    Promote(u32),
    Suspend(u32),
    Resume(u32),
    Reload,
    Seal,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => Just(Step::Stage),
        4 => (1..6u32).prop_map(Step::Promote),
        2 => (1..6u32).prop_map(Step::Suspend),
        2 => (1..6u32).prop_map(Step::Resume),
        1 => Just(Step::Reload),
        3 => Just(Step::Seal),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// CR-04: any sequence of steps, against a table of states kept by hand.
    #[test]
    fn keeps_to_the_states_of_its_keys(steps in vec(step(), 0..40)) {
        let mut ring = ring();
        let mut model = BTreeMap::from([(1, State::Primary)]);
        let mut sealed = Vec::new();
        for step in steps {
            match step {
                Step::Stage => {
                    let staged = ring.stage().unwrap();
                    prop_assert_eq!(model.insert(staged.get(), State::Staged), None);
                }
                Step::Promote(v) => {
                    let may = model.get(&v) == Some(&State::Staged);
                    prop_assert_eq!(ring.promote(version(v)).is_ok(), may);
                    if may {
                        for state in model.values_mut().filter(|s| **s == State::Primary) {
                            *state = State::Retired;
                        }
                        model.insert(v, State::Primary);
                    }
                }
                Step::Suspend(v) => {
                    let may = model.get(&v) == Some(&State::Retired);
                    prop_assert_eq!(ring.suspend(version(v)).is_ok(), may);
                    if may {
                        model.insert(v, State::Suspended);
                    }
                }
                Step::Resume(v) => {
                    let may = model.get(&v) == Some(&State::Suspended);
                    prop_assert_eq!(ring.resume(version(v)).is_ok(), may);
                    if may {
                        model.insert(v, State::Retired);
                    }
                }
                Step::Reload => ring = Keyring::decode(ring.encode().expose_secret()).unwrap(),
                Step::Seal => {
                    let by = ring.primary().unwrap().get();
                    prop_assert_eq!(model[&by], State::Primary);
                    sealed.push((by, ring.seal(&email(), PLAINTEXT).unwrap()));
                }
            }
            let states: BTreeMap<_, _> = ring.keys().map(|(v, s, _)| (v.get(), s)).collect();
            prop_assert_eq!(&states, &model);
        }
        for (by, envelope) in sealed {
            let stale = ring.open(&email(), &envelope).map(|opened| opened.stale());
            let expected = match model[&by] {
                State::Primary => Ok(None),
                State::Retired => Ok(Some(version(by))),
                State::Suspended => Err(Error::Suspended(version(by))),
                other => panic!("sealed while {other}"),
            };
            prop_assert_eq!(stale, expected);
        }
    }
}

/// Neither a key nor a value nor a row is in any debug output; fingerprints are.
#[test]
fn prints_no_secret() {
    let key = Key::from_bytes(*b"a key that nobody ought to see!!");
    let fingerprint = key.fingerprint();
    assert_eq!(fingerprint.to_string().len(), 32);
    assert_eq!(format!("{key:?}"), "Key([redacted])");
    let ring = Keyring::new(key);
    assert_eq!(
        format!("{ring:?}"),
        format!("Keyring {{ slots: [1 primary {fingerprint}] }}")
    );
    assert!(!format!("{:?}", ring.encode()).contains("97, 32"));
    let context = email().row("ada@example.org");
    let opened = ring
        .open(&context, &ring.seal(&context, PLAINTEXT).unwrap())
        .unwrap();
    assert_eq!(
        format!("{opened:?}"),
        "Opened { plaintext: [redacted], stale: None }"
    );
    assert_eq!(
        format!("{context:?} {:?}", Row::from("ada@example.org")),
        "Context {Tenant, Table, Column, Row, Environment} Text(..)"
    );
}

/// A ring is shared by the threads of a service.
#[test]
fn can_be_shared_by_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Keyring>();
    shared::<Context>();
    shared::<Opened>();
    shared::<Error>();
}

/// CR-01: salts come from the system and do not repeat.
#[test]
fn seals_every_value_under_another_salt() {
    let ring = ring();
    let salts: std::collections::BTreeSet<_> = (0..2000)
        .map(|_| ring.seal(&email(), b"").unwrap()[5..29].to_vec())
        .collect();
    assert_eq!(salts.len(), 2000);
}
