//! Which roles a subject has: where, and from when to when.

use core::{fmt, str::FromStr};

use super::{
    Error,
    permission::{LITERAL_LEN, check_literal},
};
use crate::{
    Timestamp, encoding,
    encoding::{Decoder, Encoder},
};

const VERSION: u8 = 1;
const EVERYWHERE: u8 = 0;
const TENANT: u8 = 1;

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

/// One role of one subject.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Grant {
    role: Box<str>,
    scope: Scope,
    from: Timestamp,
    until: Option<Timestamp>,
}

impl Grant {
    /// The role of this name, from ever and without end.
    ///
    /// Whether the policy knows the role shows when a question is decided; a role that it does not
    /// know counts for nothing.
    #[must_use]
    pub fn new(role: &str, scope: Scope) -> Self {
        Self {
            role: role.into(),
            scope,
            from: Timestamp::EPOCH,
            until: None,
        }
    }

    /// The grant counts from this moment on.
    #[must_use]
    pub fn from(self, from: Timestamp) -> Self {
        Self { from, ..self }
    }

    /// The grant counts before this moment and no longer at it.
    #[must_use]
    pub fn until(self, until: Timestamp) -> Self {
        Self {
            until: Some(until),
            ..self
        }
    }

    /// The name of the role.
    #[must_use]
    pub fn role(&self) -> &str {
        &self.role
    }

    /// Where it counts.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The first moment at which it counts.
    #[must_use]
    pub fn starts(&self) -> Timestamp {
        self.from
    }

    /// The moment from which it counts no more; None where it has no end.
    #[must_use]
    pub fn ends(&self) -> Option<Timestamp> {
        self.until
    }

    pub(super) fn phase(&self, now: Timestamp) -> Phase {
        if self.until.is_some_and(|until| until <= now) {
            Phase::Over
        } else if now < self.from {
            Phase::Ahead
        } else {
            Phase::Active
        }
    }

    pub(super) fn covers(&self, tenant: &Tenant) -> bool {
        match &self.scope {
            Scope::Everywhere => true,
            Scope::Tenant(own) => own == tenant,
        }
    }
}

/// Where a moment lies in a grant's time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Phase {
    Ahead,
    Active,
    Over,
}

/// The roles of one subject, at most 512 grants.
///
/// A set: the order of granting makes no difference, and the same grant twice is one. Several
/// grants of one role count each for itself.
///
/// Encoded as: version 1; number of grants u32, then for each, in ascending order of role, scope
/// and times: role after its length u32; scope u8 (0 everywhere, 1 and the tenant after its length
/// u32); from, u64 in milliseconds; until, 0 or 1 and u64. Integers are big-endian.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[must_use]
pub struct Grants {
    /// INVARIANT: strictly ascending, names within their bounds, at most [`Grants::MAX`].
    grants: Vec<Grant>,
}

impl Grants {
    /// The most grants that one subject has: encoded, they take less than 150 KB.
    pub const MAX: usize = 512;

    /// No grants: whatever is asked is denied.
    pub const fn new() -> Self {
        Self { grants: Vec::new() }
    }

    /// These grants and one more.
    ///
    /// # Errors
    ///
    /// [`Error::Syntax`] where the role's name is none that a policy can define,
    /// [`Error::TooManyGrants`] beyond [`Grants::MAX`].
    pub fn with(mut self, grant: Grant) -> Result<Self, Error> {
        check_literal(&grant.role).map_err(|slip| slip.in_text(&grant.role))?;
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

    /// The grants in ascending order of role and scope.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Grant> {
        self.grants.iter()
    }

    /// The bytes to store.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut e = Encoder::new(VERSION);
        e.list(&self.grants, |e, grant| {
            e.bytes(grant.role.as_bytes());
            match &grant.scope {
                Scope::Everywhere => e.u8(EVERYWHERE),
                Scope::Tenant(tenant) => e.u8(TENANT).bytes(tenant.as_str().as_bytes()),
            };
            e.time(grant.from).option(grant.until, |e, until| {
                e.time(until);
            });
        });
        e.finish()
    }

    /// Reads what [`Grants::encode`] wrote.
    ///
    /// # Errors
    ///
    /// [`encoding::Error`] for anything else.
    pub fn decode(bytes: &[u8]) -> Result<Self, encoding::Error> {
        let mut d = Decoder::new(bytes, VERSION)?;
        let grants = d.list(Self::MAX, decode_grant)?;
        d.finish()?;
        // the order that `with` keeps, so that one set of grants has one encoding
        if grants.is_sorted_by(|one, next| one < next) {
            Ok(Self { grants })
        } else {
            Err(encoding::Error::Damaged)
        }
    }
}

fn decode_grant(d: &mut Decoder<'_>) -> Result<Grant, encoding::Error> {
    let role = d.text(LITERAL_LEN)?;
    check_literal(role).map_err(|_| encoding::Error::Damaged)?;
    let scope = match d.u8()? {
        EVERYWHERE => Scope::Everywhere,
        TENANT => {
            let tenant = Tenant::new(d.text(LITERAL_LEN)?);
            Scope::Tenant(tenant.map_err(|_| encoding::Error::Damaged)?)
        }
        _ => return Err(encoding::Error::Damaged),
    };
    Ok(Grant {
        role: role.into(),
        scope,
        from: d.time()?,
        until: d.option(Decoder::time)?,
    })
}
