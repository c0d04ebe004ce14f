//! Hashes passwords, says what is wrong with a new one, and when an old one has had its day.
//!
//! A [`Hasher`] makes Argon2id hashes and verifies them, within the memory of a [`Gate`]. A
//! [`Policy`] says which passwords may be chosen, for how long they serve and which may not come
//! back: take one of the presets, each rule of which names its clause. [`State`] is what is stored of
//! one person's password: [`Policy::set`] makes the first, [`Policy::change`] the next,
//! [`Policy::expiry`] says what the present one is good for.
//!
//! # What is refused, and why
//!
//! | what | why |
//! |---|---|
//! | a password over 1,024 bytes, or empty | before any work: nobody types one, and work must be bounded |
//! | a stored hash over 1,024 bytes, or above the [`Limits`] | planted, it would fill the memory or keep a processor for hours; the error names the number and the bound, no memory is taken and the answer takes as long as a wrong password's |
//! | a stored hash with a parameter missing, twice or in another order, a leading zero, padding, a stray bit, anything after the end | a hash of Argon2 has one text: what is read prints as it was, and a changed text never verifies |
//! | tags below 12 bytes | a wrong password could meet one by chance |
//! | a hash that needs more than the gate's budget, more hashes than it admits | [`Error::AboveBudget`], [`Error::Busy`]: never a process out of memory |
//! | text in the clear, `{noop}`, `$2x$`, unknown schemes | [`Error::UnknownScheme`]: they never verify |
//!
//! Of a password that Argon2 hashes every character counts: spaces, NUL, marks, joined emoji. In a
//! *new* password control characters are refused. The [`Form`] that is hashed is recorded.
//!
//! # Hashes that others made
//!
//! With the feature `legacy` a hasher also verifies what other systems stored, so that their people
//! can be taken over and rehashed as they sign in ([`Verified::needs_rehash`]); with `legacy-weak`
//! even what should never have been stored. `LegacyScheme` lists the forms. None of them is ever
//! made. Argon2 of the older version 0x10, with `v=16` or without a version, is read in any case.
//!
//! They verify as their makers did, and so some things are weaker until they are replaced:
//!
//! - bcrypt looks at the first 72 bytes of a password. Its texts begin with `$2a$`, `$2b$` or `$2y$`,
//!   which mean the same, and four bits of the salt's last character mean nothing.
//! - PBKDF2 and scrypt do not see NULs at the end of a password (HMAC pads its key with them).
//!   WordPress takes white space off both ends.
//! - In PHC texts of scrypt and PBKDF2, and in ASP.NET's, a tag that was cut, to no less than 12 bytes,
//!   still verifies: the text does not say how long it was. `$P$` and `$H$` mean the same, as do `rounds=5000$` of
//!   SHA-crypt and nothing; digests alone may be in upper or lower case.
//! - Their memory is the libraries' own and not wiped: of scrypt its whole table. It is weighed at the
//!   gate like that of Argon2.
//!
//! # A pepper that rotates
//!
//! Keyed hashes cannot change their key without the passwords. So the pepper here is a
//! `field::Keyring` that seals the stored hash for its account: who has the table and not the key has
//! nothing to guess at, a row copied to another account does not open there, and a new key needs
//! nobody's password. With the feature `field`:
//!
#![cfg_attr(feature = "field", doc = "```")]
#![cfg_attr(not(feature = "field"), doc = "```ignore")]
//! use portcullis::Timestamp;
//! use portcullis::field::{Context, Keyring};
//! use portcullis::password::{Hash, Hasher, Password};
//!
//! let now = Timestamp::now();
//! let account = |id: u64| {
//!     let column = Context::new().without_tenant().table("account").column("password_hash");
//!     column.row(id)
//! };
//! let (mut pepper, hasher) = (Keyring::generate(now)?, Hasher::default());
//! let password = Password::from("correct horse battery staple");
//! let cell = pepper.seal_text(&account(7), hasher.hash(&password)?.as_str().as_bytes(), now)?;
//!
//! // at each sign-in
//! let opened = pepper.open_text(&account(7), &cell)?;
//! let hash = Hash::from_stored(core::str::from_utf8(opened.expose_secret())?);
//! let verified = hasher.verify(&password, Some(&hash))?;
//!
//! // to rotate, row by row, without anybody's password
//! let next = pepper.stage(now)?;
//! pepper.promote(next, now)?;
//! let opened = pepper.open_text(&account(7), &cell)?;
//! let resealed = pepper.seal_text(&account(7), opened.expose_secret(), now)?;
//! # assert!(!verified.needs_rehash() && opened.stale().is_some() && resealed != cell);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A person without a sealed hash costs [`Hasher::verify`] with None. Sealing hides hashes from who
//! reads the table, not from who has the process.
//!
//! # What this does not do
//!
//! It does not limit guesses (that is `attempts`). It computes one hash for every remembered password
//! when a password is changed. It asks no service whether a password has leaked: it has the lists
//! that it is given, and one inside ([`Blocklist::common`]).
//!
//! # Security
//!
//! The threat is a stolen table of hashes and hardware that guesses. Argon2id at 19 MiB and two
//! passes is the OWASP Password Storage Cheat Sheet's choice; the algorithm is that of RFC 9106. The
//! memory that Argon2 fills is wiped after each hash, and so is the password; [`Gate`] keeps the memory
//! for the next.
//!
//! What is read from storage is not trusted either: a stored hash is read by strict parsers of our
//! own and held to [`Limits`] before anything is allocated or handed to another crate.
//!
//! An unknown person, an empty or over-long password and an unusable stored hash cost the same work
//! as a wrong password, so the time of an answer does not tell which it was. A stored hash of another
//! cost or scheme than today's adds its own time to that of every refusal: to make all alike during a
//! migration, [`Hasher::with_decoy`] adds it for everybody.
//!
//! # Speed
//!
//! Hashing is meant to be slow, but no slower than the attacker's. Memory that is used again saves
//! the page faults of fresh memory; `benches/peers` compares with the bare crate, libsodium and
//! libargon2 in one run. At 64 MiB in three passes a hash took 0.8 of the time of the bare crate; 0.6
//! built with `-C target-cpu=native` for a processor with AVX-512 (AVX2 is used in any case); 0.5 in
//! four lanes on two processors with the feature `parallel`, which brings nothing at one lane.
//!
//! # Example
//!
//! ```
//! use portcullis::{Timestamp, password::{Error, Expiry, Hasher, Password, Policy}};
//!
//! let (policy, hasher) = (Policy::back_office(), Hasher::default());
//! let hired: Timestamp = "2026-08-31T09:00:00Z".parse()?;
//!
//! let chosen = Password::from("Tr0ub4dor & three");
//! let state = policy.set(&hasher, &chosen, &["ada", "ada@example.com"], hired)?;
//!
//! let verified = hasher.verify(&chosen, Some(state.hash()))?;
//! assert!(!verified.needs_rehash());
//! assert_eq!(hasher.verify(&Password::from("guess"), None), Err(Error::Wrong));
//!
//! let later: Timestamp = "2027-02-28T09:00:00Z".parse()?; // six calendar months
//! assert!(matches!(policy.expiry(&state, later), Expiry::Expired { .. }));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod blocklist;
mod change;
mod check;
mod cost;
mod expiry;
#[cfg(feature = "serde")]
mod file;
mod gate;
mod generate;
mod hash;
#[cfg(feature = "legacy")]
mod legacy;
mod limits;
mod marking;
mod period;
mod phc;
mod policy;
mod report;
mod rule;
mod rules;
mod similarity;
mod standard;
mod state;
mod stored;
#[cfg(feature = "strength")]
mod strength;
mod text;
mod verified;
mod violation;
mod work;

pub use blocklist::{Blocklist, Digest, Flaw};
pub use cost::Cost;
pub use expiry::{Expiry, Use};
pub use gate::{Gate, Permit};
pub use generate::Generated;
pub use hash::{Hash, Hasher};
#[cfg(feature = "legacy")]
pub use legacy::{Firebase, Legacy, LegacyDigest, LegacyScheme};
pub use limits::{Limits, Parameter};
pub use marking::Marking;
pub use period::Period;
pub use phc::{Algorithm, Version};
pub use policy::{Policy, SecondFactor};
pub use report::Report;
pub use rule::{Clause, Requirement, Rule, Words};
pub use standard::{Departure, Standard};
use state::HISTORY_LIMIT;
pub use state::{Former, Reason, State};
pub use stored::Scheme;
#[cfg(feature = "strength")]
pub use strength::{Advice, Score, Strength, Warning, strength};
pub use text::{Form, Password};
pub use verified::{Refusal, Verified};
pub use violation::{Class, Violation, Violations};

/// The longest password in bytes of its text form: far beyond what people and password managers
/// use, and a bound on the work.
pub const MAX_PASSWORD_LEN: usize = 1024;
/// The longest stored hash in bytes.
pub const MAX_HASH_LEN: usize = 1024;

/// Why there is no answer but no. Each of these denies.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Not the password, or nobody by that name: the two are not told apart.
    #[error("wrong password or unknown user")]
    Wrong,
    /// A password without a character.
    #[error("password is empty")]
    Empty,
    /// A password over [`MAX_PASSWORD_LEN`].
    #[error("password is longer than {MAX_PASSWORD_LEN} bytes")]
    TooLong,
    /// The policy does not allow this password.
    #[error(transparent)]
    Rejected(#[from] Violations),
    /// The stored hash is of no scheme that is verified here: with the feature `legacy` more are.
    #[error("stored hash is of a scheme that is not known")]
    UnknownScheme,
    /// The stored hash begins as those of a scheme do and is not well-formed.
    #[error("stored hash is malformed: {0}")]
    Malformed(Part),
    /// The stored hash is over [`MAX_HASH_LEN`].
    #[error("stored hash is longer than {MAX_HASH_LEN} bytes")]
    HashTooLong,
    /// A cost below the least that its scheme allows.
    #[error("{parameter} is below {min}")]
    BelowMinimum {
        /// Which number.
        parameter: Parameter,
        /// The least.
        min: u32,
    },
    /// A cost above what [`Cost`] or [`Limits`] admit.
    #[error("{parameter} is above {max}")]
    AboveLimit {
        /// Which number.
        parameter: Parameter,
        /// The most.
        max: u32,
    },
    /// The stored hash is of Firebase, and the parameters of its project were not given.
    #[cfg(feature = "legacy")]
    #[error("the parameters of the Firebase project are not given")]
    FirebaseMissing,
    /// A history deeper than 64 passwords.
    #[error("history is deeper than {HISTORY_LIMIT} passwords")]
    HistoryDepth,
    /// As many hashes are under way as the [`Gate`] admits, and as many wait as may, or for as long.
    #[error("too many hashes are under way; try again in {} ms", retry_after.as_millis())]
    Busy {
        /// How long to wait before another attempt: the gate's maximum wait. Whoever waits now is in
        /// by then, or has been turned away.
        retry_after: core::time::Duration,
    },
    /// More memory than the whole budget of the [`Gate`], which it would wait for for ever, or more
    /// than the [`Permit`] is for.
    #[error("memory is above the budget of {budget_kib} KiB")]
    AboveBudget {
        /// The budget in KiB, or the weight of the permit.
        budget_kib: u32,
    },
    /// A least length that is no rule.
    #[error("minimum length is not 8 to 256 characters, or more beside a second factor than alone")]
    MinLength,
    /// Not a number of months, days or hours.
    #[error("not a period of 1 hour to 1200 months, such as `6 months`, `90 days` or `24 hours`")]
    Period,
    /// Two rules that nobody can keep both.
    #[error("{0} contradicts {1}")]
    Contradiction(Clause, Clause),
    /// The file is not a blocklist, or digests cannot become one.
    #[error("blocklist cannot be used: {0}")]
    Blocklist(Flaw),
    /// No password was found that the policy admits and that has as much entropy as was asked for.
    #[error("no password of at most {MAX_PASSWORD_LEN} bytes has so much entropy and is admitted")]
    NoneGenerated,
    /// The memory for the hash could not be had.
    #[error("there is not enough memory for the hash")]
    Memory,
    /// The operating system gave no randomness.
    #[error("the operating system gave no randomness")]
    Randomness,
}

/// Which part of a stored hash is malformed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Part {
    /// The number of fields, or what stands between them.
    Fields,
    /// The version (of Argon2, neither `v=19` nor `v=16`).
    Version,
    /// The cost (of Argon2, not `m`, `t` and `p` in this order, each once, in plain decimal).
    Cost,
    /// The salt: not of the length or not in the encoding of its scheme (of Argon2, 8 to 64 bytes in
    /// base64 without padding).
    Salt,
    /// The tag: not of the length or not in the encoding of its scheme (of Argon2, 12 to 64 bytes in
    /// base64 without padding).
    Tag,
    /// The `{id}` before it: it names another scheme than that of the hash.
    #[cfg(feature = "legacy")]
    Prefix,
    /// The signer key of a Firebase project: not 64 bytes in base64.
    #[cfg(feature = "legacy")]
    Key,
}

impl core::fmt::Display for Part {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Fields => "number of fields",
            Self::Version => "version",
            Self::Cost => "cost",
            Self::Salt => "salt",
            Self::Tag => "tag",
            #[cfg(feature = "legacy")]
            Self::Prefix => "prefix",
            #[cfg(feature = "legacy")]
            Self::Key => "signer key",
        })
    }
}
