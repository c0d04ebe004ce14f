//! Values that serde serializes, without their secrets.
#![cfg(all(feature = "redact", feature = "serde"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may fail where it stands"
)]

use std::collections::BTreeMap;

use portcullis::redact::Policy;
use serde::{Serialize, Serializer, ser::SerializeStruct};
use serde_json::{Value, json};

fn safe<T: Serialize + ?Sized>(value: &T) -> Value {
    serde_json::to_value(Policy::default().safe(value)).unwrap()
}

#[derive(Serialize)]
enum Credential {
    Password(String),
    Key { api_key: String, label: String },
    Pair(String, String),
    Anonymous,
}

#[derive(Serialize)]
struct Login {
    user: &'static str,
    password: Option<&'static str>,
    old_password: Option<&'static str>,
    pin: u32,
    initial: char,
    is_admin: bool,
    ratio: f64,
    note: String,
    credentials: Vec<Credential>,
}

/// RD-10: by the names of fields and variants, and in every text.
#[test]
fn redacts_by_the_names_of_fields() {
    let login = Login {
        user: "ada",
        password: Some("correct \"horse\" \\ battery"),
        old_password: None,
        pin: 4071,
        initial: 'a',
        is_admin: true,
        ratio: 0.5,
        note: "GET /x?token=hunter2&b=2".to_owned(),
        credentials: vec![
            Credential::Password("hunter2".to_owned()),
            Credential::Key {
                api_key: "x9".to_owned(),
                label: "ci".to_owned(),
            },
            Credential::Pair("a".to_owned(), "b".to_owned()),
            Credential::Anonymous,
        ],
    };
    assert_eq!(
        safe(&login),
        json!({
            "user": "ada",
            "password": "[REDACTED:password]",
            "old_password": null,
            "pin": "[REDACTED:pin]",
            "initial": "a",
            "is_admin": true,
            "ratio": 0.5,
            "note": "GET /x?token=[REDACTED:token]&b=2",
            "credentials": [
                { "Password": "[REDACTED:password]" },
                { "Key": { "api_key": "[REDACTED:api_key]", "label": "ci" } },
                { "Pair": ["a", "b"] },
                "Anonymous",
            ],
        })
    );
}

/// RD-10: what lies in a secret is one, whatever holds it, and numbers where the name demands it.
#[test]
fn redacts_what_lies_under_a_secret_name() {
    let value = json!({
        "secret": { "a": "x", "b": ["y", { "c": 17 }], "d": null, "e": true },
        "recovery_codes": ["1111-2222", 33334444, 5],
        "tokens": 3,
        "pin": 12,
        "token_type": "bearer",
        "user": { "pin": "4071", "ping": "4071" },
    });
    assert_eq!(
        safe(&value),
        json!({
            "secret": {
                "a": "[REDACTED:secret]",
                "b": ["[REDACTED:secret]", { "c": "[REDACTED:secret]" }],
                "d": null,
                "e": true,
            },
            "recovery_codes": ["[REDACTED:code]", "[REDACTED:code]", "[REDACTED:code]"],
            "tokens": 3,
            "pin": 12,
            "token_type": "bearer",
            "user": { "pin": "[REDACTED:pin]", "ping": "4071" },
        })
    );
}

/// RD-10: a member that names the next one, as forms and headers are written.
#[test]
fn redacts_members_that_another_names() {
    let value = json!({
        "headers": [
            { "name": "Authorization", "value": "Bearer abc.def" },
            { "name": "Accept", "value": "*/*" },
            { "key": "password", "value": "hunter2" },
        ],
    });
    assert_eq!(
        safe(&value),
        json!({
            "headers": [
                { "name": "Authorization", "value": "Bearer [REDACTED:authorization]" },
                { "name": "Accept", "value": "*/*" },
                { "key": "password", "value": "[REDACTED:password]" },
            ],
        })
    );
}

/// RD-10: keys of maps are names and texts; those that are no text stay.
#[test]
fn redacts_the_keys_of_maps_as_text() {
    let by_text = BTreeMap::from([("password=hunter2", 1), ("pin", 4071), ("x", 3)]);
    assert_eq!(
        safe(&by_text),
        json!({ "password=[REDACTED:password]": 1, "pin": "[REDACTED:pin]", "x": 3 })
    );
    assert_eq!(safe(&BTreeMap::from([(7, "x")])), json!({ "7": "x" }));
}

/// What a format takes as it is: here a type that is named as numbers of any length are.
struct Opaque(&'static str);

impl Serialize for Opaque {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut parts = serializer.serialize_struct("$test::private::Opaque", 1)?;
        parts.serialize_field("$test::private::Opaque", self.0)?;
        parts.end()
    }
}

/// RD-10: what nobody can look into is a secret where its name says so, and is left whole elsewhere.
#[test]
fn hides_what_a_format_takes_as_it_is() {
    #[derive(Serialize)]
    struct Holds {
        secret: Opaque,
        amount: Opaque,
    }
    let holds = Holds {
        secret: Opaque("4071"),
        amount: Opaque("4111111111111111"),
    };
    assert_eq!(
        safe(&holds),
        json!({ "secret": "[REDACTED:secret]", "amount": { "$test::private::Opaque": "4111111111111111" } })
    );
}

/// RD-10: bytes, in a format that has them.
#[test]
fn redacts_bytes_in_formats_that_have_them() {
    struct Bytes(&'static [u8]);
    impl Serialize for Bytes {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_bytes(self.0)
        }
    }
    let value = BTreeMap::from([
        ("body", Bytes(b"\xff password=hunter2")),
        ("key_material", Bytes(b"\x00\x01")),
        ("secret", Bytes(b"hunter2")),
    ]);
    let mut out = Vec::new();
    ciborium::into_writer(&Policy::default().safe(&value), &mut out).unwrap();
    let read: BTreeMap<String, ciborium::Value> = ciborium::from_reader(out.as_slice()).unwrap();
    let body = b"\xff password=[REDACTED:password]".to_vec();
    assert_eq!(read.get("body").unwrap(), &ciborium::Value::Bytes(body));
    assert_eq!(
        read.get("secret").unwrap(),
        &ciborium::Value::Text("[REDACTED:secret]".to_owned())
    );
}

/// CO-03: the wrapper itself prints nothing.
#[test]
fn prints_nothing_of_the_value() {
    let policy = Policy::default();
    assert_eq!(format!("{:?}", policy.safe("hunter2")), "[redacted]");
}

/// RD-01, RD-10: a safe path is the way from the root to the value.
#[test]
fn leaves_the_values_at_a_safe_path() {
    let policy = Policy::default().with_safe_key("user.backup_password");
    let value =
        json!({ "user": { "backup_password": "x9" }, "admin": { "backup_password": "x9" } });
    assert_eq!(
        serde_json::to_value(policy.safe(&value)).unwrap(),
        json!({ "user": { "backup_password": "x9" }, "admin": { "backup_password": "[REDACTED:password]" } })
    );
}
