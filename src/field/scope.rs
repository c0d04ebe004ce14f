//! Whose values the keys of a ring seal.

use core::fmt;

use super::{
    Error, Part,
    keyring::Place,
    purpose::{MAX_NAME_LEN, check_name},
};

/// Whose values a ring seals: a ring has one scope, and a context that names somebody else is
/// refused, or one that names nobody where the scope does.
///
/// `Debug` and `Display` show the kind, not the names, which may be personal data.
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[must_use]
pub struct Scope(Kind);

#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
enum Kind {
    Application,
    Tenant(String),
    Subject(String, String),
    Credential(String, String),
}

impl Scope {
    /// The whole application: refuses nobody.
    pub const fn application() -> Self {
        Self(Kind::Application)
    }

    /// One tenant.
    pub fn tenant(tenant: &str) -> Self {
        Self(Kind::Tenant(tenant.into()))
    }

    /// One person of a tenant.
    pub fn subject(tenant: &str, subject: &str) -> Self {
        Self(Kind::Subject(tenant.into(), subject.into()))
    }

    /// One credential that a tenant entrusted to the application. A context has no part for the
    /// credential's name: it keeps this ring apart from others, and of a context the tenant alone is
    /// compared.
    pub fn credential(tenant: &str, name: &str) -> Self {
        Self(Kind::Credential(tenant.into(), name.into()))
    }

    /// The bytes that stand for it; no two scopes have the same.
    ///
    /// Layout: `kind u8 | (length u32 big-endian | bytes) *`; kinds: application 1, tenant 2 with its
    /// name, subject 3 with tenant and name, credential 4 with tenant and name.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let (kind, names) = self.parts();
        let mut out = vec![kind];
        for name in names.into_iter().flatten() {
            // One beyond 1,024 bytes is in no ring.
            let len = u32::try_from(name.len()).unwrap_or(u32::MAX);
            out.extend_from_slice(&len.to_be_bytes());
            out.extend_from_slice(name.as_bytes());
        }
        out
    }

    pub(super) fn parts(&self) -> (u8, [Option<&str>; 2]) {
        match &self.0 {
            Kind::Application => (1, [None, None]),
            Kind::Tenant(tenant) => (2, [Some(tenant), None]),
            Kind::Subject(tenant, subject) => (3, [Some(tenant), Some(subject)]),
            Kind::Credential(tenant, name) => (4, [Some(tenant), Some(name)]),
        }
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        match &self.0 {
            Kind::Application => Ok(()),
            Kind::Tenant(tenant) => check(Part::Tenant, tenant),
            Kind::Subject(tenant, subject) => {
                check(Part::Tenant, tenant)?;
                check(Part::Subject, subject)
            }
            Kind::Credential(tenant, name) => {
                check(Part::Tenant, tenant)?;
                check_name(name)
            }
        }
    }

    /// Refuses a place of somebody whom it does not name.
    pub(super) fn admit(&self, place: &Place<'_>) -> Result<(), Error> {
        match &self.0 {
            Kind::Application => Ok(()),
            Kind::Tenant(tenant) | Kind::Credential(tenant, _) => {
                same(Part::Tenant, tenant, place.tenant())
            }
            Kind::Subject(tenant, subject) => {
                same(Part::Tenant, tenant, place.tenant())?;
                same(Part::Subject, subject, place.subject())
            }
        }
    }
}

fn same(part: Part, own: &str, named: Option<&[u8]>) -> Result<(), Error> {
    if named == Some(own.as_bytes()) {
        Ok(())
    } else {
        Err(Error::OutOfScope(part))
    }
}

fn check(part: Part, name: &str) -> Result<(), Error> {
    match name.len() {
        0 => Err(Error::EmptyPart(part)),
        1..=MAX_NAME_LEN => Ok(()),
        _ => Err(Error::LongPart(part)),
    }
}

/// The kind: `application`, `tenant`, `subject` or `credential`.
impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Kind::Application => "application",
            Kind::Tenant(_) => "tenant",
            Kind::Subject(..) => "subject",
            Kind::Credential(..) => "credential",
        })
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scope({self})")
    }
}
