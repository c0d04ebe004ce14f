//! Which roles a subject has: where, and from when to when.

mod grant;
mod place;
mod span;

pub use grant::{Grant, Kind};
pub(super) use grant::{NAME_LEN, Phase};
pub use place::{Scope, Tenant};
pub(super) use span::Span;

use super::Error;
use crate::{
    Timestamp,
    encoding::{self, Decoder, Encoder},
};

const VERSION: u8 = 1;

/// The roles of one subject, at most 512 grants.
///
/// A set: the order of granting makes no difference, and the same grant twice is one. Several
/// grants of one role count each for itself.
///
/// Encoded as: version 1; number of grants u32, then for each, in ascending order of role, scope
/// and times: role after its length u32; scope u8 (0 everywhere, 1 and the tenant after its length
/// u32); from, u64 in milliseconds; until, 0 or 1 and u64; kind u8 (0 ordinary, 1 break-glass);
/// reason, who asked for it, who approved it: each 0, or 1 and the text after its length u32.
/// Integers are big-endian.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[must_use]
pub struct Grants {
    /// INVARIANT: strictly ascending, names within their bounds, at most [`Grants::MAX`].
    grants: Vec<Grant>,
}

impl Grants {
    /// The most grants that one subject has: encoded, they take less than 550 KB.
    pub const MAX: usize = 512;

    /// No grants: whatever is asked is denied.
    pub const fn new() -> Self {
        Self { grants: Vec::new() }
    }

    /// These grants and one more.
    ///
    /// # Errors
    ///
    /// [`Error::Syntax`] where the role's name is none that a policy can define, [`Error::Reason`]
    /// and [`Error::Name`] where a text is not within its bounds, [`Error::TooManyGrants`] beyond
    /// [`Grants::MAX`].
    pub fn with(mut self, grant: Grant) -> Result<Self, Error> {
        grant.check()?;
        if let Err(place) = self.grants.binary_search(&grant) {
            if self.grants.len() >= Self::MAX {
                return Err(Error::TooManyGrants);
            }
            self.grants.insert(place, grant);
        }
        Ok(self)
    }

    /// These grants without those of one role in one scope.
    pub fn without(mut self, role: &str, scope: &Scope) -> Self {
        self.grants
            .retain(|grant| grant.role() != role || grant.scope() != scope);
        self
    }

    /// These grants without those that ended before a moment or at it, whatever their kind.
    ///
    /// What was taken by breaking glass goes, too: with it goes what tells that somebody took a role,
    /// and when they may take it again. Call it with a time that lies further back than the longest
    /// `max_grant`, after such grants were reviewed and recorded elsewhere.
    pub fn without_ended(mut self, before: Timestamp) -> Self {
        self.grants
            .retain(|grant| grant.ends().is_none_or(|end| before < end));
        self
    }

    /// Those of these grants of which this is so.
    pub(super) fn filter(mut self, is_kept: impl Fn(&Grant) -> bool) -> Self {
        self.grants.retain(is_kept);
        self
    }

    /// Whether this very grant is one of them.
    pub(super) fn has(&self, grant: &Grant) -> bool {
        self.grants.binary_search(grant).is_ok()
    }

    /// The grants in ascending order of role and scope.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Grant> {
        self.grants.iter()
    }

    /// The bytes to store.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut e = Encoder::new(VERSION);
        e.list(&self.grants, |e, grant| grant.encode(e));
        e.finish()
    }

    /// Reads what [`Grants::encode`] wrote.
    ///
    /// # Errors
    ///
    /// [`encoding::Error`] for anything else.
    pub fn decode(bytes: &[u8]) -> Result<Self, encoding::Error> {
        let mut d = Decoder::new(bytes, VERSION)?;
        let grants = d.list(Self::MAX, Grant::decode)?;
        d.finish()?;
        // the order that `with` keeps, so that one set of grants has one encoding
        if grants.is_sorted_by(|one, next| one < next) {
            Ok(Self { grants })
        } else {
            Err(encoding::Error::Damaged)
        }
    }
}
