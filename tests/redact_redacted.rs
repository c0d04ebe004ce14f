//! A value that shows its kind wherever it is printed.
#![cfg(feature = "redact")]
#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

use portcullis::redact::{Kind, Redacted};
use static_assertions::{assert_impl_all, assert_not_impl_any};

assert_not_impl_any!(Redacted<String>: core::ops::Deref, AsRef<str>, core::borrow::Borrow<str>);
assert_impl_all!(Redacted<String>: Send, Sync, Clone, Eq, Default);

#[derive(Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[allow(dead_code, reason = "they are printed")]
struct Contact {
    id: u32,
    email: Redacted<String>,
}

/// RD-10, CO-03: neither print nor debug nor the alternate form shows a word of it.
#[test]
fn prints_its_kind_and_nothing_else() {
    let email = Redacted::of(Kind::Email, "jane.roe@example.com".to_owned());
    for shown in [
        format!("{email}"),
        format!("{email:?}"),
        format!("{email:#?}"),
    ] {
        assert_eq!(shown, "[REDACTED:email]");
    }
    let contact = Contact { id: 7, email };
    assert_eq!(
        format!("{contact:?}"),
        "Contact { id: 7, email: [REDACTED:email] }"
    );
    assert_eq!(format!("{}", Redacted::new(4071)), "[REDACTED:secret]");
}

/// RD-10: the value is there for who asks for it by name.
#[test]
fn gives_the_value_when_asked() {
    let mut value = Redacted::from("a".to_owned());
    value.expose_secret_mut().push('b');
    assert_eq!(value.expose_secret(), "ab");
    assert_eq!(value, Redacted::new("ab".to_owned()));
    assert_eq!(value.into_secret(), "ab");
}

/// RD-10: it is read as the value and written as the mark.
#[cfg(feature = "serde")]
#[test]
fn is_read_as_the_value_and_written_as_the_mark() {
    let json = r#"{"id":7,"email":"jane.roe@example.com"}"#;
    let contact: Contact = serde_json::from_str(json).unwrap();
    assert_eq!(contact.email.expose_secret(), "jane.roe@example.com");
    assert_eq!(
        serde_json::to_string(&contact).unwrap(),
        r#"{"id":7,"email":"[REDACTED:secret]"}"#
    );
}
