//! What a sweep has found.

use core::fmt;

use super::progress::KeyCount;
use crate::{
    Timestamp,
    field::{Error, KeyVersion, Purpose, Scope, Unreferenced},
};

/// What the passes that seal have done, over all rounds. After a crash the last batch is done again:
/// a row that was sealed before it counts as one that needed nothing.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Counts {
    /// Rows read.
    pub seen: u64,
    /// Sealed again under the primary key.
    pub resealed: u64,
    /// Plaintext that was sealed, or rows that were given an index.
    pub sealed: u64,
    /// Needed nothing.
    pub already: u64,
    /// Changed by somebody else before the swap.
    pub lost: u64,
    /// Did not open.
    pub failed: u64,
    /// Plaintext that was left as it is.
    pub plaintext: u64,
}

impl Counts {
    pub(super) const fn all(&self) -> [u64; 7] {
        [
            self.seen,
            self.resealed,
            self.sealed,
            self.already,
            self.lost,
            self.failed,
            self.plaintext,
        ]
    }

    pub(super) fn of<E>(all: [Result<u64, E>; 7]) -> Result<Self, E> {
        let [seen, resealed, sealed, already, lost, failed, plaintext] = all;
        Ok(Self {
            seen: seen?,
            resealed: resealed?,
            sealed: sealed?,
            already: already?,
            lost: lost?,
            failed: failed?,
            plaintext: plaintext?,
        })
    }
}

/// Why a row was left as it is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum Fault {
    /// It does not open under the key that it names, in its place.
    Open,
    /// Neither an envelope nor plaintext that may be there.
    Malformed,
    /// It names a key that the ring does not have.
    UnknownKey,
    /// Its key is suspended.
    Suspended,
    /// Its key is destroyed.
    Destroyed,
    /// It names another suite than its key's.
    WrongSuite,
    /// It belongs to somebody else than the ring's scope.
    OutOfScope,
    /// Its context lacks a part or has a wrong one.
    Context,
    /// It is longer than a value can be.
    TooLong,
    /// The index has no form of its value.
    Unindexable,
    /// A stream of a retired key, which the application has to write anew.
    Rewrite,
}

impl Fault {
    /// None for an error that is not the row's.
    pub(super) const fn of(error: &Error) -> Option<Self> {
        Some(match error {
            Error::Open => Self::Open,
            Error::NotAnEnvelope | Error::Malformed | Error::NotAnIndexValue => Self::Malformed,
            Error::UnknownKey(_) => Self::UnknownKey,
            Error::Suspended(_) => Self::Suspended,
            Error::Destroyed(_) => Self::Destroyed,
            Error::WrongSuite { .. } => Self::WrongSuite,
            Error::OutOfScope(_) => Self::OutOfScope,
            Error::MissingPart(_)
            | Error::EmptyPart(_)
            | Error::LongPart(_)
            | Error::ReservedTag(_) => Self::Context,
            Error::TooLong => Self::TooLong,
            Error::Unindexable(_) | Error::NotText => Self::Unindexable,
            _ => return None,
        })
    }

    /// In the order of their codes, from 1 on.
    const ALL: [Self; 11] = [
        Self::Open,
        Self::Malformed,
        Self::UnknownKey,
        Self::Suspended,
        Self::Destroyed,
        Self::WrongSuite,
        Self::OutOfScope,
        Self::Context,
        Self::TooLong,
        Self::Unindexable,
        Self::Rewrite,
    ];

    pub(super) fn code(self) -> u8 {
        let before = Self::ALL.iter().take_while(|fault| **fault != self);
        u8::try_from(before.count())
            .unwrap_or(u8::MAX)
            .saturating_add(1)
    }

    pub(super) fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.code() == code)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "does not open under its key in its place",
            Self::Malformed => "is neither an envelope nor plaintext that may be there",
            Self::UnknownKey => "names a key that the ring does not have",
            Self::Suspended => "names a suspended key",
            Self::Destroyed => "names a destroyed key",
            Self::WrongSuite => "names another suite than its key's",
            Self::OutOfScope => "is not of the ring's scope",
            Self::Context => "has a context that lacks a part or has a wrong one",
            Self::TooLong => "is longer than 16 MiB",
            Self::Unindexable => "has no form to index",
            Self::Rewrite => "is a stream to be written anew",
        })
    }
}

/// A row that was left as it is.
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub struct Failure {
    /// Which row: its key, as [`Rows`](super::Rows) gave it.
    pub row: Vec<u8>,
    /// Why.
    pub fault: Fault,
    /// The key that it names, if it names one.
    pub key: Option<KeyVersion>,
}

/// Without the row, whose key may be personal data.
impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failure")
            .field("fault", &self.fault)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// What a sweep has found at its end.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub struct Report {
    pub(super) scope: Scope,
    pub(super) purpose: Purpose,
    pub(super) rounds: u32,
    pub(super) counts: Counts,
    pub(super) failures: Vec<Failure>,
    pub(super) began: Timestamp,
    pub(super) ended: Timestamp,
    pub(super) verified: u64,
    pub(super) plaintext: u64,
    pub(super) unreadable: u64,
    pub(super) keys: Vec<KeyCount>,
}

impl Report {
    /// The proof that no row needs the key of this version, for
    /// [`Destroy::Unreferenced`](crate::field::Destroy::Unreferenced).
    ///
    /// # Errors
    ///
    /// [`Error::Referenced`] while rows name it, or may: those that name no key of the ring count
    /// for every key, and so do values that are no envelope where there is no migration. [`Error::Unverified`] for a key that was not retired, with time for
    /// every machine to know it, when the last pass began. [`Error::UnknownKey`].
    pub fn unreferenced(&self, version: KeyVersion) -> Result<Unreferenced, Error> {
        let key = self.keys.iter().find(|key| key.version == version);
        let key = key.ok_or(Error::UnknownKey(version))?;
        if !key.settled {
            return Err(Error::Unverified(self.purpose.clone()));
        }
        let references = key.references.saturating_add(self.unreadable);
        if references > 0 {
            return Err(Error::Referenced {
                version,
                references,
            });
        }
        let (scope, purpose) = (self.scope.clone(), self.purpose.clone());
        let (fingerprint, began) = (key.fingerprint, self.began);
        Ok(Unreferenced::new(scope, purpose, fingerprint, began))
    }

    /// What was swept.
    pub const fn purpose(&self) -> &Purpose {
        &self.purpose
    }

    /// How many rounds it took.
    #[must_use]
    pub const fn rounds(&self) -> u32 {
        self.rounds
    }

    /// What the passes that seal have done.
    #[must_use]
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    /// How many rows the last pass read.
    #[must_use]
    pub const fn verified(&self) -> u64 {
        self.verified
    }

    /// How many rows of the last pass name each key that the ring had when it began, by ascending
    /// version.
    pub fn references(&self) -> impl Iterator<Item = (KeyVersion, u64)> {
        self.keys.iter().map(|key| (key.version, key.references))
    }

    /// How many rows of the last pass were plaintext in a migration, empty, or had no index: what is
    /// left to do.
    #[must_use]
    pub const fn plaintext(&self) -> u64 {
        self.plaintext
    }

    /// How many rows of the last pass should name a key and name none of the ring.
    #[must_use]
    pub const fn unreadable(&self) -> u64 {
        self.unreadable
    }

    /// The rows of the last round that were left as they are, the first ones of them
    /// ([`Limits::with_failures`](super::Limits::with_failures)).
    #[must_use]
    pub fn failures(&self) -> &[Failure] {
        &self.failures
    }

    /// When the last pass began: what it proves holds from this time on.
    #[must_use]
    pub const fn began(&self) -> Timestamp {
        self.began
    }

    /// When the last pass ended.
    #[must_use]
    pub const fn ended(&self) -> Timestamp {
        self.ended
    }
}

/// One line: what was swept, how often each key is named, and what else there is.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} rows", self.purpose, self.verified)?;
        for key in &self.keys {
            write!(f, ", {} of key {}", key.references, key.version)?;
        }
        write!(
            f,
            ", {} plaintext, {} of no known key, {} left as they are",
            self.plaintext, self.unreadable, self.counts.failed
        )
    }
}
