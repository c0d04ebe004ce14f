//! Typed sealed values from outside: one type, one place, and nothing else that opens.
#![cfg(feature = "field")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that goes wrong here has failed, which is what it is for"
)]

use core::fmt::Debug;

use portcullis::{
    Timestamp,
    field::{
        Context, Encrypted, Error, ExposeSecret, Key, KeyVersion, Keyring, Padding, Part,
        Plaintext, Policy, Scope, SecretSlice, SecretString, Suite, Unsealed,
    },
};
use proptest::prelude::*;
use static_assertions::{assert_impl_all, assert_not_impl_any};

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn ring() -> Keyring {
    Keyring::new(Key::from_bytes([7; 32]), NOW)
}

fn compact() -> Keyring {
    let policy = Policy::new().with_suite(Suite::Xaes256Gcm);
    Keyring::new_for(Key::from_bytes([7; 32]), Scope::application(), policy, NOW).unwrap()
}

fn place() -> Context {
    let context = Context::new().tenant("acme").table("contact");
    context.column("email").row(42)
}

fn seal<T: Plaintext>(value: &T) -> Encrypted<T> {
    Encrypted::seal(&ring(), &place(), value, NOW).unwrap()
}

/// What was sealed as one type, opened as another.
fn opened_as<T: Plaintext>(sealed: &[u8]) -> Result<Unsealed<T>, Error> {
    Encrypted::from_bytes(sealed)
        .unwrap()
        .open(&ring(), &place())
}

fn refused<T>(opened: Result<Unsealed<T>, Error>) -> Error {
    opened.err().unwrap()
}

fn comes_back<T: Plaintext + PartialEq + Debug>(value: T, len: usize) {
    for (ring, overhead) in [(ring(), 77), (compact(), 45)] {
        let sealed = Encrypted::seal(&ring, &place(), &value, NOW).unwrap();
        assert_eq!(sealed.as_bytes().len(), len + overhead, "{value:?}");
        let opened = sealed.open(&ring, &place()).unwrap();
        assert_eq!(opened.stale(), None);
        assert_eq!(*opened.expose_secret(), value);
        assert_eq!(opened.into_secret(), value);
    }
}

/// CR-03: each type comes back, in a length that does not depend on how large a number is.
#[test]
fn gives_back_what_was_sealed() {
    comes_back(String::from("ada@example.org"), 15);
    comes_back(String::new(), 0);
    comes_back(vec![0xFF_u8, 0, 1], 3);
    comes_back(true, 1);
    comes_back(false, 1);
    comes_back(0_u8, 16);
    comes_back(u64::MAX, 16);
    comes_back(i64::MIN, 16);
    comes_back(i128::MIN, 16);
    comes_back(NOW, 8);
    let text = seal(&SecretString::from("ada@example.org"));
    let opened = text.open(&ring(), &place()).unwrap();
    assert_eq!(opened.expose_secret().expose_secret(), "ada@example.org");
    let bytes = seal(&SecretSlice::from(vec![1, 2, 3]));
    let opened = bytes.open(&ring(), &place()).unwrap();
    assert_eq!(opened.expose_secret().expose_secret(), [1, 2, 3]);
}

/// CR-02: the type is bound. What is sealed as one does not open as another, even where the bytes
/// would be a value of both.
#[test]
fn refuses_a_value_of_another_type() {
    let text = seal(&String::from("1234567890123456"));
    assert_eq!(refused(opened_as::<Vec<u8>>(text.as_bytes())), Error::Open);
    assert_eq!(refused(opened_as::<i128>(text.as_bytes())), Error::Open);
    let number = seal(&1_u8);
    assert_eq!(refused(opened_as::<bool>(number.as_bytes())), Error::Open);
    assert_eq!(refused(opened_as::<String>(number.as_bytes())), Error::Open);
    let time = seal(&NOW);
    assert_eq!(refused(opened_as::<u64>(time.as_bytes())), Error::Open);
    let untyped = ring().seal(&place(), b"ada@example.org", NOW).unwrap();
    assert_eq!(refused(opened_as::<String>(&untyped)), Error::Open);
}

/// The wiped types and the plain ones are one type; so are integers of all widths, as long as the
/// value fits.
#[test]
fn opens_a_value_in_another_form_of_its_type() {
    let text = seal(&String::from("ada"));
    let opened = opened_as::<SecretString>(text.as_bytes()).unwrap();
    assert_eq!(opened.expose_secret().expose_secret(), "ada");
    let bytes = seal(&vec![1_u8, 2]);
    assert!(opened_as::<SecretSlice<u8>>(bytes.as_bytes()).is_ok());

    let number = seal(&300_u16);
    assert_eq!(
        opened_as::<i64>(number.as_bytes()).unwrap().into_secret(),
        300
    );
    assert_eq!(
        refused(opened_as::<u8>(number.as_bytes())),
        Error::NotOfType
    );
    let negative = seal(&-1_i8);
    assert_eq!(
        refused(opened_as::<u64>(negative.as_bytes())),
        Error::NotOfType
    );
}

/// Bytes that no value of the type has, sealed by somebody who has the key.
#[test]
fn refuses_bytes_that_are_no_value_of_the_type() {
    fn sealed_as(value_type: &str, bytes: &[u8]) -> Vec<u8> {
        ring()
            .seal(&place().value_type(value_type), bytes, NOW)
            .unwrap()
    }
    for bytes in [&[][..], &[2], &[0, 0]] {
        let refused = refused(opened_as::<bool>(&sealed_as("bool", bytes)));
        assert_eq!(refused, Error::NotOfType);
    }
    for len in [0, 15, 17] {
        let refused = refused(opened_as::<i32>(&sealed_as("integer", &vec![0; len])));
        assert_eq!(refused, Error::NotOfType);
    }
    let time = sealed_as("time", &[0; 16]);
    assert_eq!(refused(opened_as::<Timestamp>(&time)), Error::NotOfType);
    let text = sealed_as("text", &[0xFF]);
    assert_eq!(refused(opened_as::<String>(&text)), Error::NotOfType);
    assert_eq!(refused(opened_as::<SecretString>(&text)), Error::NotOfType);
}

/// CR-02: a context that says a type beside the value's own is refused, not overwritten.
#[test]
fn refuses_a_context_that_says_a_type() {
    let sealed = seal(&true);
    for context in [place().value_type("bool"), place().value_type("")] {
        let again = Encrypted::seal(&ring(), &context, &true, NOW);
        assert_eq!(again.err(), Some(Error::TypeSaid));
        assert_eq!(refused(sealed.open(&ring(), &context)), Error::TypeSaid);
        let again = sealed.reseal(&ring(), &context, NOW);
        assert_eq!(again.err(), Some(Error::TypeSaid));
    }
}

/// CR-02: a typed value is bound to its place as any other.
#[test]
fn refuses_a_value_moved_to_another_row() {
    let sealed = seal(&true);
    assert_eq!(refused(sealed.open(&ring(), &place().row(43))), Error::Open);
    let other = Keyring::new(Key::from_bytes([8; 32]), NOW);
    assert_eq!(refused(sealed.open(&other, &place())), Error::Open);
    let missing = Context::new()
        .tenant("acme")
        .table("contact")
        .column("email");
    assert_eq!(
        refused(sealed.open(&ring(), &missing)),
        Error::MissingPart(Part::Row)
    );
}

/// A type of an application's own, whose values have lengths that tell them apart.
#[derive(Debug, PartialEq)]
enum Answer {
    Yes,
    No,
}

impl Plaintext for Answer {
    const TYPE: &'static str = "answer";

    fn with_bytes<R>(&self, seal: impl FnOnce(&[u8]) -> R) -> R {
        seal(match self {
            Self::Yes => b"yes",
            Self::No => b"no",
        })
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        match bytes {
            b"yes" => Ok(Self::Yes),
            b"no" => Ok(Self::No),
            _ => Err(Error::NotOfType),
        }
    }
}

/// Padded values of an enumeration have one length, and padding does not come off by leaving it out.
#[test]
fn hides_which_of_few_values_it_is() {
    let padded = place().padding(Padding::to_multiple_of(8));
    for ring in [ring(), compact()] {
        let lens = [Answer::Yes, Answer::No].map(|answer| {
            let sealed = Encrypted::seal(&ring, &padded, &answer, NOW).unwrap();
            assert_eq!(
                *sealed.open(&ring, &padded).unwrap().expose_secret(),
                answer
            );
            assert_eq!(refused(sealed.open(&ring, &place())), Error::Open);
            sealed.as_bytes().len()
        });
        assert_eq!(lens[0], lens[1]);
    }
}

/// CR-04: a value of a retired key says so and is sealed again by the primary one.
#[test]
fn is_sealed_again_when_its_key_is_retired() {
    let mut ring = ring();
    let old = Encrypted::seal(&ring, &place(), &Answer::No, NOW).unwrap();
    assert!(old.reseal(&ring, &place(), NOW).unwrap().is_none());
    let second = ring.stage(NOW).unwrap();
    ring.promote(second, NOW).unwrap();

    let opened = old.open(&ring, &place()).unwrap();
    assert_eq!(opened.stale(), Some(KeyVersion::FIRST));
    assert_eq!(old.key_version(), KeyVersion::FIRST);
    let new = old.reseal(&ring, &place(), NOW).unwrap().unwrap();
    assert_eq!(new.key_version(), second);
    let opened = new.open(&ring, &place()).unwrap();
    assert_eq!((opened.stale(), opened.into_secret()), (None, Answer::No));
    assert_eq!(
        old.reseal(&ring, &place().row(43), NOW).err(),
        Some(Error::Open)
    );
}

/// CR-03: what is read is an envelope, or nothing.
#[test]
fn reads_envelopes_only() {
    let sealed = seal(&true);
    let read = Encrypted::<bool>::from_bytes(sealed.clone().into_bytes()).unwrap();
    assert_eq!(read.as_bytes(), sealed.as_bytes());
    let text = sealed.to_text();
    assert!(text.starts_with("pc1.-Q"), "{text}");
    let read: Encrypted<bool> = text.parse().unwrap();
    assert!(read.open(&ring(), &place()).unwrap().into_secret());

    let no_envelope = |bytes: &[u8]| Encrypted::<bool>::from_bytes(bytes).err().unwrap();
    assert_eq!(no_envelope(b""), Error::NotAnEnvelope);
    assert_eq!(no_envelope(b"true"), Error::NotAnEnvelope);
    assert_eq!(no_envelope(&sealed.as_bytes()[..76]), Error::Malformed);
    let no_text = |text: &str| text.parse::<Encrypted<bool>>().err().unwrap();
    assert_eq!(no_text("true"), Error::NotAnEnvelope);
    assert_eq!(
        no_text(text.trim_start_matches("pc1.")),
        Error::NotAnEnvelope
    );
    assert_eq!(no_text(&format!("{text}\n")), Error::NotAnEnvelope);
}

/// It shows suite, key and length, and nothing of a value, sealed or opened.
#[test]
fn prints_no_value() {
    let sealed = seal(&String::from("ada"));
    assert_eq!(
        format!("{sealed:?}"),
        "Encrypted(Cobblestone-256, key version 1, 80 bytes)"
    );
    let compact = Encrypted::seal(&compact(), &place(), &true, NOW).unwrap();
    assert_eq!(
        format!("{compact:?}"),
        "Encrypted(XAES-256-GCM, key version 1, 46 bytes)"
    );
    let opened = sealed.open(&ring(), &place()).unwrap();
    assert_eq!(
        format!("{opened:?}"),
        "Unsealed { value: [redacted], stale: None }"
    );
}

/// Two envelopes are never "the same value"; and threads share them, whatever they hold.
#[test]
fn cannot_be_compared_and_can_be_shared() {
    assert_not_impl_any!(Encrypted<String>: PartialEq, std::hash::Hash, std::fmt::Display);
    assert_impl_all!(Encrypted<std::rc::Rc<str>>: Send, Sync, Clone);
    // A missing value is an option around it, not a value in it.
    assert_not_impl_any!(Option<String>: Plaintext);
}

proptest! {
    /// CR-03: whatever is sealed as a value of its type is what is opened.
    #[test]
    fn gives_back_any_value(text in ".*", bytes: Vec<u8>, number: i64, pad in 2..300_u16) {
        let (ring, place) = (compact(), place().padding(Padding::to_multiple_of(pad)));
        let sealed = Encrypted::seal(&ring, &place, &text, NOW).unwrap();
        prop_assert_eq!(sealed.open(&ring, &place).unwrap().into_secret(), text);
        let sealed = Encrypted::seal(&ring, &place, &bytes, NOW).unwrap();
        prop_assert_eq!(sealed.open(&ring, &place).unwrap().into_secret(), bytes);
        let sealed = Encrypted::seal(&ring, &place, &number, NOW).unwrap();
        prop_assert_eq!(sealed.open(&ring, &place).unwrap().into_secret(), number);
    }
}

#[cfg(feature = "serde")]
mod serde {
    use ::serde::{Deserialize, Serialize};

    use super::*;

    #[derive(Debug, Deserialize, Serialize)]
    struct Row {
        id: u32,
        email: Encrypted<String>,
        phone: Option<Encrypted<String>>,
    }

    fn row() -> Row {
        Row {
            id: 42,
            email: seal(&String::from("ada@example.org")),
            phone: None,
        }
    }

    fn is_row(row: &Row) {
        assert_eq!((row.id, row.phone.is_none()), (42, true));
        let email = row.email.open(&ring(), &place()).unwrap();
        assert_eq!(email.expose_secret(), "ada@example.org");
    }

    /// CR-03: text where people read, bytes elsewhere, and null where there is no value.
    #[test]
    fn is_text_in_json_and_bytes_in_cbor() {
        let row = row();
        let json = serde_json::to_string(&row).unwrap();
        let text = row.email.to_text();
        assert_eq!(
            json,
            format!(r#"{{"id":42,"email":"{text}","phone":null}}"#)
        );
        is_row(&serde_json::from_str(&json).unwrap());
        is_row(&serde_json::from_value(serde_json::to_value(&row).unwrap()).unwrap());

        let mut cbor = Vec::new();
        ciborium::into_writer(&row, &mut cbor).unwrap();
        let envelope = row.email.as_bytes();
        assert!(cbor.windows(envelope.len()).any(|bytes| bytes == envelope));
        is_row(&ciborium::from_reader(&cbor[..]).unwrap());
    }

    #[derive(Deserialize, Serialize)]
    struct Flat {
        #[serde(flatten)]
        row: Row,
    }

    #[derive(Deserialize, Serialize)]
    #[serde(tag = "kind")]
    enum Tagged {
        Row(Row),
    }

    #[derive(Deserialize, Serialize)]
    #[serde(untagged)]
    enum Untagged {
        Row(Row),
    }

    /// CR-03: serde says of what it holds back for these forms that people read it, even in CBOR.
    #[test]
    fn is_read_again_where_serde_holds_it_back() {
        fn again<T: Serialize + ::serde::de::DeserializeOwned>(value: &T) -> [T; 2] {
            let mut cbor = Vec::new();
            ciborium::into_writer(value, &mut cbor).unwrap();
            let json = serde_json::to_vec(value).unwrap();
            [
                ciborium::from_reader(&cbor[..]).unwrap(),
                serde_json::from_slice(&json).unwrap(),
            ]
        }
        again(&Flat { row: row() })
            .iter()
            .for_each(|f| is_row(&f.row));
        for Tagged::Row(row) in again(&Tagged::Row(row())) {
            is_row(&row);
        }
        for Untagged::Row(row) in again(&Untagged::Row(row())) {
            is_row(&row);
        }
    }

    /// CR-03: a value in the clear where an envelope belongs is refused, and no error repeats it.
    #[test]
    fn refuses_what_is_no_envelope_and_does_not_repeat_it() {
        let clear = [
            r#""4111-1111""#,
            "41111111",
            "-41111111",
            "4111.1111",
            "true",
            r#"["4111-1111"]"#,
            r#"{"4111-1111":1}"#,
            "null",
            r#""pc1.-QAAAAE""#,
        ];
        for value in clear {
            let error = serde_json::from_str::<Encrypted<String>>(value).unwrap_err();
            let shown = format!("{error} {error:?}");
            assert!(
                !shown.contains("4111") && !shown.contains("true"),
                "{shown}"
            );
            assert!(!shown.contains("pc1"), "{shown}");
        }
        let clear = [
            ciborium::Value::Text("4111-1111".into()),
            ciborium::Value::Bytes(b"4111-1111".to_vec()),
            ciborium::Value::Null,
        ];
        for value in clear {
            let mut cbor = Vec::new();
            ciborium::into_writer(&value, &mut cbor).unwrap();
            let error = ciborium::from_reader::<Encrypted<String>, _>(&cbor[..]).unwrap_err();
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains("4111"), "{shown}");
        }
    }
}
