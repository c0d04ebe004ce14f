//! Hashes passwords, says what is wrong with a new one, and when an old one has had its day.
//!
//! A [`Hasher`] makes Argon2id hashes and verifies them. A [`Policy`] says which passwords may be
//! chosen, for how long they serve and which may not come back. [`State`] is what is stored of one
//! person's password: [`Policy::set`] makes the first, [`Policy::change`] the next,
//! [`Policy::expiry`] says what the present one is good for.
//!
//! # What this does not do
//!
//! It does not limit guesses (that is `attempts`). A change of password computes one hash for every
//! remembered password. How many hashes are computed at once, the memory of a [`Gate`] bounds: give
//! the same to every hasher of the process.
//! It ships no list of common passwords: a policy has the [`Blocklist`] that it is given, and
//! [`Policy::nist_800_63b`] without one is not what NIST asks for. It makes no hashes but Argon2id
//! and verifies no others.
//!
//! # Security
//!
//! The threat is a stolen table of hashes and hardware that guesses. Argon2id at 19 MiB and two
//! passes is the OWASP Password Storage Cheat Sheet's choice; the algorithm is that of RFC 9106. The
//! memory that it fills is wiped before it is given back, and so is the password.
//!
//! What is read from storage is not trusted either: a stored hash is read by a strict parser and
//! held to ceilings before anything is allocated, so a planted one cannot fill the memory or stop
//! the process.
//!
//! An unknown person, an empty or over-long password and an unusable stored hash cost the same work
//! as a wrong password, so the time of an answer does not tell which it was. It does tell a person
//! whose hash was made at another cost, until [`Verified::needs_rehash`] has been acted on.
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
mod check;
mod cost;
mod expiry;
mod gate;
mod hash;
#[cfg(feature = "legacy")]
mod legacy;
mod limits;
mod period;
mod phc;
mod policy;
mod rule;
mod rules;
mod similarity;
mod standard;
mod state;
mod stored;
mod text;
mod violation;
mod work;

pub use blocklist::{Blocklist, Digest, Flaw};
pub use cost::Cost;
pub use expiry::{Expiry, Use};
pub use gate::{Gate, Permit};
pub use hash::{Hash, Hasher, Verified};
#[cfg(feature = "legacy")]
pub use legacy::{Legacy, LegacyScheme};
pub use limits::{Limits, Parameter};
pub use period::Period;
pub use phc::{Algorithm, Version};
pub use policy::{Policy, SecondFactor};
pub use rule::{Clause, Requirement, Rule, Words};
pub use standard::{Departure, Standard};
use state::HISTORY_LIMIT;
pub use state::{Former, Reason, State};
pub use stored::Scheme;
pub use text::{Form, Password};
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
    /// The stored hash is not one of Argon2id.
    #[error("stored hash is of a scheme that is not known")]
    UnknownScheme,
    /// The stored hash is of Argon2id and not well-formed.
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
    /// The number of fields between the `$`.
    Fields,
    /// The version: neither `v=19` nor `v=16`.
    Version,
    /// The cost: not `m`, `t` and `p` in this order, each once, in plain decimal.
    Cost,
    /// The salt: not 8 to 64 bytes in base64 without padding.
    Salt,
    /// The tag: not 12 to 64 bytes in base64 without padding.
    Tag,
}

impl core::fmt::Display for Part {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Fields => "number of fields",
            Self::Version => "version",
            Self::Cost => "cost",
            Self::Salt => "salt",
            Self::Tag => "tag",
        })
    }
}
