//! Where a grant counts.

use core::{fmt, str::FromStr};

use crate::rbac::{Error, permission::check_literal};

/// The customer, organisation or workspace that a question is about. Every question has one.
///
/// A name of 1 to 128 of `A-Z a-z 0-9 . _ @ / + = ~ -`; upper and lower case differ. There is no
/// wildcard: who acts for all tenants has a grant of [`Scope::Everywhere`], and still asks about
/// one.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Tenant(Box<str>);

impl Tenant {
    /// The tenant of this name.
    ///
    /// # Errors
    ///
    /// [`Error::Syntax`] with the place of the first character that is not as described above.
    pub fn new(name: &str) -> Result<Self, Error> {
        check_literal(name).map_err(|slip| slip.in_text(name))?;
        Ok(Self(name.into()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Tenant {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        Self::new(name)
    }
}

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a grant counts.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[allow(
    clippy::exhaustive_enums,
    reason = "a third place would change the meaning of every match"
)]
pub enum Scope {
    /// In every tenant, also in those that come later: for the operator's own staff.
    Everywhere,
    /// In this tenant and in no other.
    Tenant(Tenant),
}

impl Scope {
    /// Whether it has every tenant of another scope.
    pub(in crate::rbac) fn covers(&self, other: &Self) -> bool {
        *self == Self::Everywhere || self == other
    }

    /// Whether there is a tenant that both have.
    pub(in crate::rbac) fn meets(&self, other: &Self) -> bool {
        self.covers(other) || other.covers(self)
    }
}
