//! Encrypted fields from outside: a value opens where it was sealed and nowhere else.
#![cfg(feature = "field")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "a test that goes wrong here has failed, which is what it is for"
)]

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use portcullis::{
    Timestamp,
    field::{
        Context, Encrypted, Error, Key, KeyVersion, Keyring, MAX_PLAINTEXT_LEN, Opened, Padding,
        Part, Policy, Row, Scope, Suite,
    },
};
use proptest::{collection::vec, option, prelude::*};

const NOW: Timestamp = Timestamp::from_secs(1_795_251_600);
const PLAINTEXT: &[u8] = b"ada@example.org";

fn ring() -> Keyring {
    Keyring::new(Key::from_bytes([7; 32]), NOW)
}

/// One with each suite, of the same 32 bytes.
fn rings() -> [Keyring; 2] {
    [Suite::Cobblestone256, Suite::Xaes256Gcm].map(|suite| {
        let policy = Policy::new().with_suite(suite);
        Keyring::new_for(Key::from_bytes([7; 32]), Scope::application(), policy, NOW).unwrap()
    })
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
    let ciphertexts = [(29..61, 61..76), (29..29, 29..44)];
    for (ring, (commitment, ciphertext)) in rings().iter().zip(ciphertexts) {
        let sealed = ring.seal(&email(), PLAINTEXT, NOW).unwrap();
        assert_eq!(sealed.len(), ciphertext.end + 16);
        for piece in PLAINTEXT.windows(4) {
            assert!(!sealed.windows(4).any(|window| window == piece));
        }
        let again = ring.seal(&email(), PLAINTEXT, NOW).unwrap();
        let tag = ciphertext.end..sealed.len();
        for part in [5..29, commitment, ciphertext, tag] {
            assert!(
                part.is_empty() || sealed[part.clone()] != again[part],
                "{sealed:?}"
            );
        }
        let opened = ring.open(&email(), &sealed).unwrap();
        assert_eq!(opened.expose_secret(), PLAINTEXT);
        assert_eq!(opened.stale(), None);
    }
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
    refuses_to_move(email().padding(Padding::to_multiple_of(16)));
    refuses_to_move(email().application(0x40, b"revision 2"));
}

/// Both ways, in both suites: what is sealed here does not open there, and what is sealed there does
/// not open here.
fn refuses_to_move(elsewhere: Context) {
    let here = email();
    for ring in rings() {
        for (from, to) in [(&here, &elsewhere), (&elsewhere, &here)] {
            let sealed = ring.seal(from, PLAINTEXT, NOW).unwrap();
            assert!(ring.open(from, &sealed).is_ok());
            assert_eq!(refused(ring.open(to, &sealed)), Error::Open);
        }
    }
}

/// S1-18, S2-22: a ring a tenant, a ring an environment; no ring opens another's values, although
/// their keys have the same version.
#[test]
fn refuses_a_value_sealed_by_another_ring() {
    let (acme, globex) = (
        Keyring::generate(NOW).unwrap(),
        Keyring::generate(NOW).unwrap(),
    );
    let sealed = acme.seal(&email(), PLAINTEXT, NOW).unwrap();
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
        let sealed = ring
            .seal(&email().row(from.clone()), PLAINTEXT, NOW)
            .unwrap();
        for (j, to) in rows.iter().enumerate() {
            let opened = ring.open(&email().row(to.clone()), &sealed);
            assert_eq!(opened.is_ok(), i == j, "{from:?} {to:?}");
        }
    }
}

/// A row's number is the same whatever the width of the variable that holds it.
#[test]
fn takes_an_integer_for_its_value() {
    let sealed = ring().seal(&email().row(42u64), PLAINTEXT, NOW).unwrap();
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
    let sealed = ring().seal(&email(), PLAINTEXT, NOW).unwrap();
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
    assert!(ring().seal(&longest, PLAINTEXT, NOW).is_ok());
}

/// CR-02: an application's part cannot pose as a tenant.
#[test]
fn refuses_an_application_part_under_a_reserved_tag() {
    let sealed = ring().seal(&email(), PLAINTEXT, NOW).unwrap();
    for tag in [0, 1, 7, 0x3F] {
        let context = email().application(tag, b"globex");
        refuses_context(&context, &sealed, Error::ReservedTag(tag));
    }
    assert!(
        ring()
            .seal(&email().application(0x40, b"x"), PLAINTEXT, NOW)
            .is_ok()
    );
}

fn refuses_context(context: &Context, sealed: &[u8], error: Error) {
    assert_eq!(ring().seal(context, PLAINTEXT, NOW), Err(error.clone()));
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

/// CR-01, CR-03: envelopes of both suites written by another implementation open, as bytes and as
/// text, and always will.
#[test]
fn opens_the_golden_files() {
    let place = || Context::new().tenant("acme").table("contact");
    let email = || place().column("email");
    let contexts = [
        email().row(42),
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
        email().row("42"),
        email().row(Row::Uuid(core::array::from_fn(|i| i as u8))),
        place()
            .column("newsletter")
            .row(-1)
            .padding(Padding::to_multiple_of(16)),
        place()
            .column("born")
            .row(Row::Bytes(vec![0xFF]))
            .value_type("integer"),
    ];
    let golden = Golden::all();
    assert_eq!(golden.len(), 12);
    for (golden, context) in golden.chunks(2).zip(&contexts) {
        for golden in golden {
            let ring = Keyring::decode(&golden.bytes("ring")).unwrap();
            let plaintext = golden.bytes("plaintext");
            let opened = ring.open(context, &golden.bytes("envelope")).unwrap();
            assert_eq!(opened.expose_secret(), plaintext, "{}", golden.0);
            let opened = ring.open_text(context, golden.text("text")).unwrap();
            assert_eq!(opened.expose_secret(), plaintext, "{}", golden.0);
        }
    }
    // As the value that it is.
    let born = golden.last().unwrap();
    let ring = Keyring::decode(&born.bytes("ring")).unwrap();
    let sealed: Encrypted<u16> = born.text("text").parse().unwrap();
    let context = place().column("born").row(Row::Bytes(vec![0xFF]));
    let opened = sealed.open(&ring, &context).unwrap();
    assert_eq!(opened.into_secret(), 1815);
}

/// CR-03: every byte counts, in both suites.
#[test]
fn refuses_an_envelope_with_any_byte_changed() {
    for ring in rings() {
        let sealed = ring.seal(&email(), PLAINTEXT, NOW).unwrap();
        for at in 0..sealed.len() {
            // All others of the first byte, every bit of the rest.
            let bits = (0..8).map(|bit| 1 << bit);
            let changes: Vec<u8> = if at == 0 {
                (1..=0xFF).collect()
            } else {
                bits.collect()
            };
            for change in changes {
                let mut changed = sealed.clone();
                changed[at] ^= change;
                let error = refused(ring.open(&email(), &changed));
                let expected = match (at, changed[at]) {
                    // The other suite, in whose bytes these are no length or not this key's.
                    (0, 0xF9 | 0xFA) => {
                        let wrong = Error::WrongSuite {
                            version: version(1),
                        };
                        error == Error::Malformed || error == wrong
                    }
                    (0, _) => error == Error::NotAnEnvelope,
                    (1..5, _) => matches!(error, Error::UnknownKey(_) | Error::Malformed),
                    _ => error == Error::Open,
                };
                assert!(expected, "byte {at}, {change}: {error:?}");
            }
        }
    }
}

/// CR-03: nothing cut off, nothing put on, in one chunk and in several.
#[test]
fn refuses_every_prefix_and_every_longer_envelope() {
    for ring in rings() {
        for len in [PLAINTEXT.len(), 0, 40_000] {
            let sealed = ring.seal(&email(), &vec![b'x'; len], NOW).unwrap();
            // All of a short one, of a long one those around what could be an end.
            let ends = [16_445, 32_845, sealed.len()];
            let near = |cut: &usize| len < 1000 || ends.iter().any(|end| cut.abs_diff(*end) < 40);
            for cut in (0..sealed.len()).filter(near) {
                assert!(ring.open(&email(), &sealed[..cut]).is_err(), "cut at {cut}");
            }
            for more in [1, 15, 16, 17, 92, 20_000] {
                let longer = [&sealed[..], &vec![0; more]].concat();
                assert!(ring.open(&email(), &longer).is_err(), "{more} more");
            }
        }
    }
    let ring = ring();
    let full = ring.seal(&email(), &[b'x'; 16 * 1024], NOW).unwrap();
    assert_eq!(full.len(), 16 * 1024 + 77 + 16);
    assert!(ring.open(&email(), &full).is_ok());
    let without_the_end = &full[..full.len() - 16];
    assert_eq!(
        refused(ring.open(&email(), without_the_end)),
        Error::Malformed
    );
}

/// CR-03: a key seals and opens in its suite; the other suite's envelopes are refused, although the
/// bytes of both keys are the same.
#[test]
fn refuses_an_envelope_of_another_suite_than_its_key() {
    let [cobblestone, xaes] = rings();
    for (from, to) in [(&cobblestone, &xaes), (&xaes, &cobblestone)] {
        let sealed = from.seal(&email(), &[b'x'; 64], NOW).unwrap();
        let wrong = Error::WrongSuite {
            version: version(1),
        };
        assert_eq!(refused(to.open(&email(), &sealed)), wrong);
        let mut relabelled = sealed.clone();
        relabelled[0] ^= 0xF9 ^ 0xFA;
        assert_eq!(refused(to.open(&email(), &relabelled)), Error::Open);
    }
}

/// CR-02: values of different lengths are sealed to one, and a padding is a part of the place.
#[test]
fn seals_padded_values_to_one_length() {
    let padded = email().padding(Padding::to_multiple_of(16));
    for ring in rings() {
        for plaintext in ["", "no", "yes", "fifteen letters"] {
            let sealed = ring.seal(&padded, plaintext.as_bytes(), NOW).unwrap();
            assert_eq!(sealed.len(), ring.policy().suite().sealed_len(16));
            let opened = ring.open(&padded, &sealed).unwrap();
            assert_eq!(opened.expose_secret(), plaintext.as_bytes());
            for other in [Padding::none(), Padding::to_multiple_of(32)] {
                let elsewhere = padded.clone().padding(other);
                assert_eq!(refused(ring.open(&elsewhere, &sealed)), Error::Open);
            }
        }
    }
    let sealed = ring().seal(&padded, b"no", NOW).unwrap();
    for multiple in [0, 1, Padding::MAX_MULTIPLE + 1, u16::MAX] {
        let wrong = email().padding(Padding::to_multiple_of(multiple));
        refuses_context(&wrong, &sealed, Error::Multiple(multiple));
    }
    assert_eq!(padded.clone().padding(Padding::none()), email());
    assert_eq!(
        format!("{padded:?}"),
        "Context {Tenant, Table, Column, Row, Environment, Padding}"
    );
}

/// CR-03: how long an envelope will be is known before, for the width of a column.
#[test]
fn knows_how_long_an_envelope_will_be() {
    for ring in rings() {
        for len in [0, 1, 63, 16_383, 16_384, 33_000] {
            let sealed = ring.seal(&email(), &vec![b'x'; len], NOW).unwrap();
            assert_eq!(sealed.len(), ring.policy().suite().sealed_len(len), "{len}");
        }
    }
    assert_eq!(Suite::Cobblestone256.sealed_len(64), 64 + 77);
    assert_eq!(Suite::Xaes256Gcm.sealed_len(64), 64 + 45);
    assert_eq!(Suite::Xaes256Gcm.sealed_len(usize::MAX), usize::MAX);
    assert_eq!(Suite::Cobblestone256.sealed_len(usize::MAX), usize::MAX);
    let names = [Suite::default(), Suite::Xaes256Gcm].map(|suite| suite.to_string());
    assert_eq!(names, ["Cobblestone-256", "XAES-256-GCM"]);
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
    for ring in rings() {
        let policy = ring.policy().clone();
        let mut other = Keyring::generate_for(Scope::application(), policy, NOW).unwrap();
        let second = other.stage_key(Key::from_bytes([7; 32]), NOW).unwrap();
        let mut sealed = ring.seal(&email(), PLAINTEXT, NOW).unwrap();
        sealed[1..5].copy_from_slice(&second.get().to_be_bytes());
        assert_eq!(refused(other.open(&email(), &sealed)), Error::Open);
    }
}

/// The largest value, and one byte more.
#[test]
fn seals_sixteen_mebibytes_and_no_more() {
    let ring = ring();
    let mut plaintext = vec![b'x'; MAX_PLAINTEXT_LEN];
    let sealed = ring.seal(&email(), &plaintext, NOW).unwrap();
    let opened = ring.open(&email(), &sealed).unwrap();
    assert!(opened.expose_secret() == plaintext);
    plaintext.push(b'x');
    assert_eq!(ring.seal(&email(), &plaintext, NOW), Err(Error::TooLong));
    let text = "pc1.".to_owned() + &"A".repeat(MAX_PLAINTEXT_LEN * 4 / 3 + 100_000);
    assert_eq!(refused(ring.open_text(&email(), &text)), Error::TooLong);
}

/// CR-03: one spelling for one envelope.
#[test]
fn reads_a_text_in_its_one_spelling() {
    let ring = ring();
    // One byte over a multiple of three leaves four bits that must be zero.
    let text = ring.seal_text(&email(), &[0xFF; 2], NOW).unwrap();
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
        multiple in option::of(2..=4096_u16),
    ) {
        let padding = multiple.map_or(Padding::none(), Padding::to_multiple_of);
        let context = email().row(row).padding(padding);
        for ring in rings() {
            let sealed = ring.seal(&context, &plaintext, NOW).unwrap();
            prop_assert!(ring.open(&context, &sealed).unwrap().expose_secret() == plaintext);
            let text = ring.seal_text(&context, &plaintext, NOW).unwrap();
            prop_assert!(ring.open_text(&context, &text).unwrap().expose_secret() == plaintext);
            let elsewhere = context.clone().row(row ^ 1);
            prop_assert_eq!(refused(ring.open(&elsewhere, &sealed)), Error::Open);
        }
    }

    /// CR-03: bytes that nobody sealed never open.
    #[test]
    fn never_opens_what_was_not_sealed(body in vec(any::<u8>(), 0..200)) {
        for (ring, suite) in rings().iter().zip([0xF9, 0xFA]) {
            let forged = [&[suite, 0, 0, 0, 1][..], &body].concat();
            prop_assert!(ring.open(&email(), &forged).is_err());
            prop_assert!(ring.open(&email(), &body).is_err());
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
    let ring = Keyring::new(key, NOW);
    assert_eq!(
        format!("{ring:?}"),
        format!(
            "Keyring {{ scope: Scope(application), generation: 1, keys: [1 primary {fingerprint}] }}"
        )
    );
    assert!(!format!("{:?}", ring.encode()).contains("97, 32"));
    let context = email().row("ada@example.org");
    let opened = ring
        .open(&context, &ring.seal(&context, PLAINTEXT, NOW).unwrap())
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

/// CR-01: salts and nonces do not repeat.
#[test]
fn seals_every_value_under_another_nonce() {
    for ring in rings() {
        let nonces: std::collections::BTreeSet<_> = (0..2000)
            .map(|_| ring.seal(&email(), b"", NOW).unwrap()[5..29].to_vec())
            .collect();
        assert_eq!(nonces.len(), 2000);
    }
}
