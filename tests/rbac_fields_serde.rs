//! Whatever serde serializes is filtered by what somebody sees.
#![cfg(all(feature = "rbac", feature = "serde"))]
#![allow(
    clippy::unwrap_used,
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
