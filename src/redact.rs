//! Takes secrets out of logs, and out of what else an application writes: passwords, tokens, keys,
//! cookies, security answers, numbers of cards and accounts.
//!
//! A [`Policy`] finds secrets by the name they stand under, in whatever syntax; by the words around
//! them, in commands, statements and sentences; by the prefix their vendor gave them; by their form
//! and their check digits; and because the application said what they are. It puts
//! `[REDACTED:kind]` in their place. Everything else stays as it is, byte for byte: JSON still
//! parses, URLs and headers keep their form, lines stay lines.
//!
//! | what is written | what takes secrets out of it |
//! |---|---|
//! | a text, a stream, one value and its name | [`Policy::redact`], [`Writer`], [`Policy::redact_field`] |
//! | events of `tracing` | `tracing::MakeWriter` and `tracing::Fields` (feature `tracing`) |
//! | records of `log` | `log::Logger` (feature `log`) |
//! | what serde serializes | `Policy::safe` (feature `serde`) |
//! | a value of one's own type | [`Redacted`] |
//! | panics | [`Policy::panic_hook`] |
//! | mail, chat, webhooks | [`outbound::Guard`], which can also block |
//!
//! [`Policy::findings`] says where what is, and [`Policy::detect`] how much, of a text that stays
//! as it is. [`canary::Canary`] tests an application's own log with a fake of every kind.
//!
//! # What a policy decides
//!
//! - **What is secret.** Each rule has an id, which each finding names and
//!   [`Policy::without_rule`] turns off. [`Policy::with_key`] adds names, [`Policy::with_safe_key`]
//!   takes them away, [`Policy::with_secret`] knows values, and `Policy::with_pattern` (feature
//!   `patterns`) forms of one's own. Data of persons is looked for by default:
//!   [`Policy::without_personal_data`].
//! - **What is shown.** The kind, a part of what may be shown, or a keyed pseudonym, by which lines
//!   about one person are told to belong together (feature `pseudonym`): [`Style`].
//! - **What else is changed.** Nothing, unless [`Policy::with_escaped_controls`] is asked to make
//!   harmless what forges lines and moves cursors.
//!
//! # What this does not do
//!
//! It does not find what nothing marks: a password typed into a field for names, a random string
//! alone on a line. Text that was compressed or encrypted is not read. A value that goes on over
//! lines is found where its beginning says so: private keys, tables, blocks of YAML, text that an
//! element holds open. Where several processes write to one log, it goes on behind the lines of the
//! others if each has a prefix of its own, and else, but for private keys, ends at the first of them.
//! Of text in a quote that its line does not close, only that line is replaced: the next one may be
//! anyone's. It is a net under code that does not log secrets, not a licence to log them.
//!
//! What stands in a mark is not looked at again: a secret stays that somebody writes as the part
//! which a mark may show, such as four digits, or the domain of an address.
//!
//! # Security
//!
//! The kinds of data that must stay out of logs are those of OWASP ASVS 5.0 §16.2.5 and of the OWASP
//! Logging Cheat Sheet, "Data to exclude"; forged lines are CWE-117. In doubt a value is replaced: a
//! quote that nothing closes hides the rest of its line, and a line that is too long to be looked at
//! is withheld. Redacted text that is redacted again stays as it is. Neither findings nor counts nor
//! errors hold a value. No input makes it panic, and none makes the memory grow that a [`Writer`]
//! takes.
//!
//! # How much is found
//!
//! `tests/redact_corpus` plants secrets in some 1,700 formats and measures what survives and what else
//! is changed. The first set of formats was written beside this module. The second was written by
//! somebody who had not seen it, and rules were then written for the families that failed. The third,
//! a small one, was kept from everybody until that was done: it is the best guess of what another log
//! will show, and one of its sixty formats, a form's part that lost its header, is half of what
//! survives there. The tests hold all three at these levels, in percent:
//!
//! | | first | second | third |
//! |---|--:|--:|--:|
//! | credentials that survive, in ordinary formats | 1.4 | 1.0 | 3.3 |
//! | in hard ones: escaped again and again, coloured, encoded | 8.4 | 6.8 | 3.3 |
//! | cards, IBAN, social security numbers, e-mail that survive | 0 | 0.1 | 0 |
//! | private keys over lines of which a part survives | 2.5 | 3.0 | |
//! | bytes changed outside a secret | 0.12 | 0.06 | 0.06 |
//! | lines of logs without a secret that are changed | 0 | 0 | |
//! | look-alikes that are changed | 0.05 | 0.2 | |
//! | JSON broken, changes by a second pass, dependence on cuts | 0 | 0 | 0 |
//!
//! # Cost
//!
//! Time is in proportion to the length of the text, whatever stands in it: the tests count how often
//! a byte is looked at. A line in which nothing is suspicious costs one search for literals, one with
//! names and numbers that might be secrets costs several times that.
//! On one core of the machine that `benches/peers/README.md` describes, while it did other work:
//!
//! | text | MB/s |
//! |---|--:|
//! | logs of a database, clean | 798 |
//! | logs of several kinds, clean | 344 |
//! | a secret on every line | 50 |
//! | the slowest line of the bench | 10 |
//!
//! `cargo bench --bench redact` measures these; `benches/peers`, part `logs`, measures them beside a
//! set of regular expressions, which says only which lines match: 480 MB/s of the clean ones.
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
//! let counts = policy.detect(line.as_bytes());
//! assert_eq!((counts.total(), counts.of(Kind::Password), counts.by_rule("keyed")), (2, 1, 2));
//! ```

mod assigned;
mod base64;
mod bytes;
pub mod canary;
mod classes;
mod commands;
mod connection;
mod controls;
mod decoded;
mod delimited;
mod dialogue;
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

/// How many bytes are looked at while something is redacted, for fuzzers: the work is to be in
/// proportion to the text.
#[cfg(fuzzing)]
#[doc(hidden)]
pub fn steps(work: impl FnOnce()) -> usize {
    bytes::steps::count(work)
}
