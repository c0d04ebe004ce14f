//! Takes secrets out of logs: passwords, tokens, keys, cookies, security answers.
//!
//! A [`Policy`] finds secrets by the name they stand under, in whatever syntax, by the prefix their
//! vendor gave them, and by their form, and puts `[REDACTED:kind]` in their place. Everything else
//! stays as it is, byte for byte: JSON still parses, URLs and headers keep their form, lines stay
//! lines. [`Policy::redact`] takes a text, [`Writer`] a stream, [`Policy::findings`] says what there
//! is without changing it.
//!
//! # What this does not do
//!
//! It does not find what nothing marks: a password typed into a field for names, a random string
//! alone on a line. Values of more than one line are found only as private keys. Text that was
//! compressed, encrypted, or encoded more than once is not decoded. It is a net under code that
//! does not log secrets, not a licence to log them.
//!
//! # Security
//!
//! The kinds of data that must stay out of logs are those of OWASP ASVS 5.0 §16.2.5 and of the OWASP
//! Logging Cheat Sheet, "Data to exclude". In doubt a value is replaced: a quote that nothing closes
//! hides the rest of its line, and a line that is too long to be looked at is withheld. No input
//! makes the search take more than time in proportion to its length, and none makes it panic.
//! Redacted text that is redacted again stays as it is.
//!
//! # Example
//!
//! ```
//! use portcullis::redact::{Kind, Policy};
//!
//! let policy = Policy::default().with_key("door_code");
//! let line = r#"{"user":"ada","password":"correct horse","door_code":1815,"token_type":"bearer"}"#;
//! let safe = policy.redact_str(line);
//! assert_eq!(
//!     safe,
//!     r#"{"user":"ada","password":"[REDACTED:password]","door_code":"[REDACTED:secret]","token_type":"bearer"}"#
//! );
//! assert_eq!(policy.findings(line.as_bytes()).first().map(|f| f.kind()), Some(Kind::Password));
//! ```

mod assigned;
mod base64;
mod bytes;
pub mod canary;
mod commands;
mod connection;
mod controls;
mod delimited;
mod digits;
mod elements;
mod field;
mod finding;
mod gate;
mod headers;
mod jwt;
mod keyed;
mod keys;
#[cfg(test)]
mod linear;
mod lines;
#[cfg(feature = "log")]
pub mod log;
mod members;
mod open;
pub mod outbound;
mod panic;
#[cfg(feature = "patterns")]
mod patterns;
mod pem;
mod personal;
mod phrases;
mod pipeline;
mod plain;
mod policy;
mod prose;
mod redacted;
mod registered;
mod rules;
#[cfg(feature = "serde")]
mod serde;
mod spans;
mod sql;
mod style;
mod tables;
mod tokens;
#[cfg(feature = "tracing")]
pub mod tracing;
mod urls;
mod values;
mod writer;

pub use finding::{Counts, Finding, Kind};
pub use policy::{Error, Policy};
pub use redacted::Redacted;
pub use registered::Registered;
pub use rules::Rule;
#[cfg(feature = "serde")]
pub use serde::Safe;
pub use style::Style;
pub use writer::Writer;
