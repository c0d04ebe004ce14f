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
mod finding;
mod gate;
mod headers;
mod jwt;
mod keyed;
mod keys;
#[cfg(test)]
mod linear;
mod open;
mod pem;
mod phrases;
mod pipeline;
mod spans;
mod tokens;
mod urls;
mod values;
mod writer;

use core::fmt;
use std::{borrow::Cow, sync::Arc};

pub use finding::{Counts, Finding, Kind};
pub use writer::Writer;

use keys::{Demand, Names};
use open::Open;
use pipeline::{Gates, Opens};

/// What is secret in a text. The default is what the log of a service needs.
///
/// Cloning is cheap.
#[derive(Clone)]
pub struct Policy {
    names: Arc<Names>,
    /// Made anew with each name that is added.
    gates: Arc<Gates>,
}

impl Policy {
    /// Adds a name whose values are secret, and every name that ends in its words: `door_code` is
    /// also `DoorCode` and `backDoorCode`. A name without a letter adds nothing.
    #[must_use]
    pub fn with_key(mut self, name: &str) -> Self {
        Arc::make_mut(&mut self.names).add(name, Kind::Secret, Demand::Any);
        self.gates = Arc::new(Gates::new(&self.names));
        self
    }

    /// Leaves the values of one name alone that would count as secret: this very name, however its
    /// words are joined, not those that end in it.
    #[must_use]
    pub fn with_safe_key(mut self, name: &str) -> Self {
        Arc::make_mut(&mut self.names).add_safe(name);
        self
    }

    /// `text` with each secret replaced by `[REDACTED:kind]`; borrowed where there is none.
    #[must_use]
    pub fn redact<'a>(&self, text: &'a [u8]) -> Cow<'a, [u8]> {
        self.settle(text, &mut Opens::default(), |_| {})
    }

    /// [`Policy::redact`] for text that is UTF-8.
    #[must_use]
    pub fn redact_str<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match self.redact(text.as_bytes()) {
            Cow::Borrowed(_) => Cow::Borrowed(text),
            Cow::Owned(bytes) => Cow::Owned(match String::from_utf8(bytes) {
                Ok(text) => text,
                // Values begin and end at ASCII characters, so this is not reached.
                Err(e) => String::from_utf8_lossy(e.as_bytes()).into_owned(),
            }),
        }
    }

    /// The secrets in `text` in ascending order; none overlap.
    #[must_use]
    pub fn findings(&self, text: &[u8]) -> Vec<Finding> {
        let spans = self.scan(text, &mut Open::default()).into_iter();
        spans.map(|s| Finding::new(s.range, s.kind)).collect()
    }
}

/// What the log of a service needs: passwords, tokens, keys, cookies, session identifiers, one-time
/// codes, security questions and answers.
impl Default for Policy {
    fn default() -> Self {
        let names = Names::default();
        Self {
            gates: Arc::new(Gates::new(&names)),
            names: Arc::new(names),
        }
    }
}

/// Says nothing of the names: they may tell an attacker where to look.
impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy").finish_non_exhaustive()
    }
}
