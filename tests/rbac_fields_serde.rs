//! Whatever serde serializes is filtered by what somebody sees.
#![cfg(all(feature = "rbac", feature = "serde"))]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    unreachable_pub,
    dead_code,
    reason = "tests stop at what they did not expect"
)]

#[path = "rbac_fields/support.rs"]
mod support;

use std::{
    cell::Cell,
    collections::{BTreeMap, HashMap},
};

use portcullis::rbac::{Policy, View};
use serde::{Serialize, Serializer, ser::SerializeSeq};
use serde_json::{Value, json};
use support::{policy_of, view};

fn policy() -> Policy {
    policy_of(
        &["admin", "support"],
        &[
            ("contact.name", &["admin", "support"], &[]),
            ("contact.email", &["admin"], &["support"]),
            ("contact.address", &["admin"], &["support"]),
            ("contact.address.city", &["admin", "support"], &[]),
            ("contact.address.geo", &["admin"], &[]),
            ("contact.ssn", &["admin"], &[]),
            ("contact.notes", &["admin", "support"], &[]),
            ("contact.notes.secret", &["admin"], &[]),
            ("contact.pay.Card.holder", &["admin", "support"], &[]),
            ("contact.pay.Iban", &["admin"], &["support"]),
            ("contact.pay.Pair.x", &["admin", "support"], &[]),
            ("contact.by.1", &["admin", "support"], &[]),
            ("contact.by.true", &["admin", "support"], &[]),
            ("contact.by.Blue", &["admin"], &["support"]),
        ],
    )
}

/// As JSON; and as CBOR, which says before an object or a list how many parts follow, the same.
fn seen_by<T: Serialize>(view: &View<'_>, value: &T) -> Value {
    let viewed = view.of("contact", value);
    let json = serde_json::to_value(&viewed).unwrap();
    let mut bytes = Vec::new();
    ciborium::into_writer(&viewed, &mut bytes).unwrap();
    let mut rest = bytes.as_slice();
    let cbor: ciborium::Value = ciborium::from_reader(&mut rest).unwrap();
    assert!(rest.is_empty(), "{cbor:?}");
    assert_eq!(format!("{viewed:?}"), "[redacted]");
    json
}

/// The same as [`View::json`] of what `serde_json` makes of the value.
fn alike<T: Serialize>(value: &T) -> Value {
    let policy = policy();
    let text = serde_json::to_string(value).unwrap();
    for role in ["admin", "support", "nobody"] {
        let view = view(&policy, &[role]);
        let filtered = view.json("contact", &text).unwrap();
        let filtered: Value = serde_json::from_str(&filtered).unwrap();
        assert_eq!(seen_by(&view, value), filtered, "{role}: {text}");
    }
    seen_by(&view(&policy, &["support"]), value)
}

#[derive(Serialize)]
struct Contact {
    id: u64,
    name: &'static str,
    email: Option<&'static str>,
    ssn: &'static str,
    address: Address,
    notes: Vec<Note>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pay: Option<Pay>,
}

#[derive(Serialize)]
struct Address {
    street: &'static str,
    city: &'static str,
    geo: (f64, f64),
    #[serde(rename = "verified")]
    is_verified: bool,
}

#[derive(Serialize)]
struct Note {
    text: &'static str,
    secret: &'static str,
}

#[derive(Serialize)]
enum Pay {
    Cash,
    Iban(&'static str),
    Pair(Pair, Pair),
    Card { holder: &'static str, number: u64 },
}

#[derive(Serialize)]
struct Pair {
    x: u8,
    y: u8,
}

fn jane(pay: Option<Pay>) -> Contact {
    Contact {
        id: 7,
        name: "Jane Roe",
        email: Some("jane.roe@example.com"),
        ssn: "078-05-1120",
        address: Address {
            street: "1 Main Street",
            city: "Springfield",
            geo: (52.5, 13.4),
            is_verified: true,
        },
        notes: vec![Note {
            text: "called",
            secret: "owes us",
        }],
        pay,
    }
}

/// RB-03: shown, masked, hidden, nested, and as long as announced.
#[test]
fn a_structure_is_filtered_field_by_field() {
    assert_eq!(
        alike(&jane(None)),
        json!({
            "name": "Jane Roe",
            "email": "j***@example.com",
            "address": {"street": "***", "city": "***", "verified": "***"},
            "notes": [{"text": "called"}],
        })
    );
}

/// RB-03: what has no name in a list is not counted either.
#[test]
fn lists_of_every_form_are_as_long_as_what_is_left() {
    #[derive(Serialize)]
    struct Tuple(u8, Pair, Note);
    #[derive(Serialize)]
    struct All {
        pay: (u8, Pay),
    }
    let note = || Note {
        text: "called",
        secret: "owes us",
    };
    let list = [
        json!({"name": 1, "ssn": 2}),
        json!(3),
        json!([4, {"ssn": 5}]),
        json!(null),
    ];
    assert_eq!(alike(&list.to_vec()), json!([{"name": 1}, [{}]]));
    assert_eq!(alike(&(1, note(), "x")), json!([{}]));
    assert_eq!(
        alike(&Tuple(1, Pair { x: 1, y: 2 }, note())),
        json!([{}, {}])
    );
    let pay = (1, Pay::Pair(Pair { x: 1, y: 2 }, Pair { x: 3, y: 4 }));
    let pay = All { pay };
    assert_eq!(
        alike(&pay),
        json!({"pay": [{"Pair": [{"x": 1}, {"x": 3}]}]})
    );
}

/// RB-03: a variant is a key, as in JSON.
#[test]
fn variants_of_every_form_are_filtered() {
    for (pay, seen) in [
        (Pay::Cash, None),
        (
            Pay::Iban("GB29 NWBK 6016 1331 9268 19"),
            Some(json!({"Iban": "***6819"})),
        ),
        (
            Pay::Pair(Pair { x: 1, y: 2 }, Pair { x: 3, y: 4 }),
            Some(json!({"Pair": [{"x": 1}, {"x": 3}]})),
        ),
        (
            Pay::Card {
                holder: "Jane Roe",
                number: 4_111_111_111_111_111,
            },
            Some(json!({"Card": {"holder": "Jane Roe"}})),
        ),
    ] {
        assert_eq!(alike(&jane(Some(pay))).get("pay"), seen.as_ref());
    }

    #[derive(Serialize)]
    #[serde(tag = "type")]
    enum Internal {
        A { name: u8, ssn: u8 },
    }
    #[derive(Serialize)]
    #[serde(tag = "name", content = "notes")]
    enum Adjacent {
        A(Vec<u8>),
        B { secret: u8, other: u8 },
    }
    #[derive(Serialize)]
    #[serde(untagged)]
    enum Untagged {
        A { name: u8, ssn: u8 },
        B(u8),
    }
    assert_eq!(alike(&Internal::A { name: 1, ssn: 2 }), json!({"name": 1}));
    assert_eq!(
        alike(&Adjacent::A(vec![1])),
        json!({"name": "A", "notes": [1]})
    );
    let b = Adjacent::B {
        secret: 1,
        other: 2,
    };
    assert_eq!(alike(&b), json!({"name": "B", "notes": {"other": 2}}));
    assert_eq!(alike(&Untagged::A { name: 1, ssn: 2 }), json!({"name": 1}));
    assert_eq!(alike(&Untagged::B(3)), Value::Null);
}

/// RB-03: nothing of a variant whose content is hidden is left, not its name.
#[test]
fn a_variant_without_content_to_see_is_empty() {
    #[derive(Serialize)]
    enum Hidden {
        Ssn(u8),
        Pair(u8, u8),
        Fields { name: u8 },
    }
    for hidden in [
        Hidden::Ssn(1),
        Hidden::Pair(1, 2),
        Hidden::Fields { name: 1 },
    ] {
        assert_eq!(alike(&hidden), json!({}));
        assert_eq!(alike(&vec![hidden]), json!([{}]));
    }
}

/// RB-03: every kind of value, shown as it is and masked to nothing that says what it was.
#[test]
fn every_kind_of_value_is_shown_or_masked() {
    #[derive(Serialize, Clone, Copy)]
    struct Unit;
    #[derive(Serialize, Clone, Copy)]
    struct New(u8);
    #[derive(Serialize, Clone, Copy)]
    struct Tuple(u8, i8);
    #[derive(Serialize, Clone, Copy)]
    enum Plain {
        Red,
    }
    #[derive(Serialize, Clone)]
    struct All {
        numbers: (i8, i16, i32, i64, u8, u16, u32, u64),
        long: (i128, u128),
        floats: (f32, f64),
        char: char,
        text: String,
        unit: (),
        unit_struct: Unit,
        new: New,
        tuple: Tuple,
        plain: Plain,
        none: Option<u8>,
        some: Option<Option<u8>>,
        nested: Option<BTreeMap<u8, bool>>,
        bool: bool,
    }
    #[derive(Serialize)]
    struct Both {
        notes: All,
        address: All,
    }
    let all = All {
        numbers: (-1, -2, -3, -4, 1, 2, 3, u64::MAX),
        long: (i128::from(i64::MIN), u128::from(u64::MAX)),
        floats: (1.5, -0.25),
        char: 'x',
        text: "x".to_owned(),
        unit: (),
        unit_struct: Unit,
        new: New(1),
        tuple: Tuple(1, -1),
        plain: Plain::Red,
        none: None,
        some: Some(Some(1)),
        nested: Some([(1, true)].into()),
        bool: true,
    };
    let (notes, address) = (all.clone(), all.clone());
    let seen = alike(&Both { notes, address });
    assert_eq!(seen["notes"], serde_json::to_value(&all).unwrap());
    let mut leaves = Vec::new();
    collect(&seen["address"], &mut leaves);
    assert_eq!(leaves, vec!["***"; 24]);
}

fn collect<'v>(value: &'v Value, leaves: &mut Vec<&'v str>) {
    match value {
        Value::Array(list) => list.iter().for_each(|value| collect(value, leaves)),
        Value::Object(map) => map.values().for_each(|value| collect(value, leaves)),
        leaf => leaves.push(leaf.as_str().unwrap()),
    }
}

/// RB-03: beyond what JSON has, a length is a length and bytes are nothing when they are masked.
#[test]
fn long_numbers_and_bytes_are_filtered_where_a_format_has_them() {
    struct Bytes;
    impl Serialize for Bytes {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_bytes(b"hunter2")
        }
    }
    #[derive(Serialize)]
    struct Both {
        ssn: u8,
        notes: (i128, Bytes),
        address: (u128, Bytes),
    }
    let policy = policy();
    let view = view(&policy, &["support"]);
    let both = Both {
        ssn: 1,
        notes: (i128::MIN, Bytes),
        address: (u128::MAX, Bytes),
    };
    let seen = ciborium::Value::serialized(&view.of("contact", &both)).unwrap();
    let map = seen.as_map().unwrap();
    assert_eq!(map.len(), 2);
    let notes = map[0].1.as_array().unwrap();
    assert_eq!(notes[0], ciborium::Value::serialized(&i128::MIN).unwrap());
    assert_eq!(notes[1].as_bytes().unwrap(), b"hunter2");
    let address = map[1].1.as_array().unwrap();
    assert_eq!(address, &vec![ciborium::Value::from("***"); 2]);
}

/// RB-03: flattened fields, and maps whose keys are no texts.
#[test]
fn keys_of_every_kind_are_found_or_left_out() {
    #[derive(Serialize, PartialEq, Eq, Hash, PartialOrd, Ord)]
    enum Colour {
        Blue,
        Red,
    }
    #[derive(Serialize)]
    struct By<K: Ord> {
        by: BTreeMap<K, &'static str>,
    }
    fn by<K: Ord, const N: usize>(entries: [(K, &'static str); N]) -> By<K> {
        By { by: entries.into() }
    }
    assert_eq!(
        alike(&by([(1_u8, "a"), (2, "b")])),
        json!({"by": {"1": "a"}})
    );
    assert_eq!(
        alike(&by([(1_i128, "a"), (-1, "b")])),
        json!({"by": {"1": "a"}})
    );
    assert_eq!(
        alike(&by([('1', "a"), ('x', "b")])),
        json!({"by": {"1": "a"}})
    );
    assert_eq!(
        alike(&by([(true, "a"), (false, "b")])),
        json!({"by": {"true": "a"}})
    );
    assert_eq!(
        alike(&by([(Colour::Blue, "a"), (Colour::Red, "b")])),
        json!({"by": {"Blue": "***"}})
    );

    #[derive(Serialize)]
    struct Flat {
        name: u8,
        #[serde(flatten)]
        rest: BTreeMap<&'static str, Value>,
        #[serde(flatten)]
        more: Pair,
    }
    let rest = [
        ("ssn", json!(1)),
        ("email", json!("x")),
        ("notes", json!({"secret": 1, "a": 2})),
    ];
    let (name, more) = (1, Pair { x: 1, y: 2 });
    let flat = Flat {
        name,
        rest: rest.into(),
        more,
    };
    assert_eq!(
        alike(&flat),
        json!({"name": 1, "email": "***", "notes": {"a": 2}})
    );

    // a key without a text has no field: shown where all is shown, else left out
    let policy = policy();
    let odd = HashMap::from([((1, 2), "x")]);
    let seen = |role, field| {
        let view = view(&policy, &[role]);
        let seen = ciborium::Value::serialized(&view.of(field, &odd)).unwrap();
        seen.as_map().unwrap().len()
    };
    assert_eq!(seen("support", "contact.name"), 1);
    assert_eq!(seen("support", "contact.notes"), 0);
    assert_eq!(seen("support", "contact.address"), 0);
}

/// RB-03: what a format takes as it is cannot be looked into.
#[test]
fn what_cannot_be_looked_into_is_not_shown_in_part() {
    struct Raw;
    impl Serialize for Raw {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            use serde::ser::SerializeStruct;
            let name = "$serde_json::private::RawValue";
            let mut raw = serializer.serialize_struct(name, 1)?;
            raw.serialize_field(name, r#"{"secret":"owes us"}"#)?;
            raw.end()
        }
    }
    struct New;
    impl Serialize for New {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_newtype_struct("$raw", "owes us")
        }
    }
    let policy = policy();
    for role in ["admin", "support"] {
        let view = view(&policy, &[role]);
        for (field, seen) in [
            ("contact.name", Value::Null),
            ("contact.notes", json!("***")),
            ("contact.email", json!("***")),
            ("contact.ssn", json!(null)),
            ("contact", json!(null)),
        ] {
            let raw = serde_json::to_value(view.of(field, &Raw)).unwrap();
            let new = serde_json::to_value(view.of(field, &New)).unwrap();
            for (raw, whole) in [(raw, r#"{"secret":"owes us"}"#), (new, "owes us")] {
                let is_all = raw.to_string().contains("owes us");
                assert_eq!(
                    is_all,
                    role == "admin" && field != "contact" || field == "contact.name",
                    "{raw}"
                );
                assert!(is_all || raw == seen, "{field} {raw} {whole}");
            }
        }
    }
}

/// RB-03: a value that changes between counting and writing is an error, and no wrong length.
#[test]
fn a_value_that_changes_while_it_is_written_is_refused() {
    struct Fickle(Cell<usize>, isize);
    impl Serialize for Fickle {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let len = self.0.get();
            self.0.set(len.saturating_add_signed(self.1));
            let mut list = serializer.serialize_seq(Some(len))?;
            for _ in 0..len {
                list.serialize_element("x")?;
            }
            list.end()
        }
    }
    let policy = policy();
    let view = view(&policy, &["support"]);
    for step in [1, -1] {
        let fickle = Fickle(Cell::new(3), step);
        let error = serde_json::to_string(&view.of("contact.address", &fickle)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a value had other parts when it was written than when they were counted"
        );
    }
    let steady = Fickle(Cell::new(3), 0);
    let seen = serde_json::to_value(view.of("contact.address", &steady)).unwrap();
    assert_eq!(seen, json!(["***", "***", "***"]));
}

/// RB-03: in whatever words a value says that it cannot be serialized, what is hidden is not in them.
#[test]
fn an_error_of_a_value_is_not_repeated() {
    struct Broken;
    impl Serialize for Broken {
        fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("078-05-1120 is no number"))
        }
    }
    let policy = policy();
    let view = view(&policy, &["support"]);
    for field in ["contact", "contact.notes", "contact.address"] {
        let error = serde_json::to_string(&view.of(field, &Broken)).unwrap_err();
        assert_eq!(error.to_string(), "a value cannot be serialized", "{field}");
    }
    // what is hidden is not asked
    assert_eq!(
        serde_json::to_value(view.of("contact.ssn", &Broken)).unwrap(),
        Value::Null
    );
}

/// RB-03: neither the stack nor the time grows beyond the value's own.
#[test]
fn nesting_is_bounded_where_something_is_not_shown() {
    fn nested(depth: usize) -> Value {
        (0..depth).fold(json!("x"), |inner, _| json!([inner]))
    }
    #[derive(Serialize)]
    struct Wrapped(Option<Box<Wrapped>>);
    fn wrapped(depth: usize) -> Wrapped {
        (0..depth).fold(Wrapped(None), |inner, _| Wrapped(Some(Box::new(inner))))
    }
    // a thread has 2 MiB
    let thread = std::thread::spawn(|| {
        let policy = policy();
        let view = view(&policy, &["support"]);
        for field in ["contact", "contact.address", "contact.notes"] {
            assert!(serde_json::to_string(&view.of(field, &nested(128))).is_ok());
            let error = serde_json::to_string(&view.of(field, &nested(129))).unwrap_err();
            let too_deep = "more than 128 objects and lists within one another";
            assert_eq!(error.to_string(), too_deep);
            // a newtype and `Some` are wrapped as well
            assert!(serde_json::to_string(&view.of(field, &wrapped(63))).is_ok());
            let error = serde_json::to_string(&view.of(field, &wrapped(64))).unwrap_err();
            assert_eq!(error.to_string(), too_deep);
        }
    });
    thread.join().unwrap();
}

/// RB-03: in another format, with tables of its own order.
#[test]
fn a_configuration_is_filtered_as_toml() {
    let policy = policy();
    let view = view(&policy, &["support"]);
    let seen = toml::to_string(&view.of("contact", &jane(None))).unwrap();
    let table: toml::Table = toml::from_str(&seen).unwrap();
    assert_eq!(table["email"].as_str(), Some("j***@example.com"));
    assert_eq!(table["notes"][0]["text"].as_str(), Some("called"));
    assert!(!seen.contains("owes us") && !seen.contains("078"));
}
