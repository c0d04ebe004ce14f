//! What is read into a directory, row by row, and what can be wrong with it.

use core::fmt;

use super::leaf::NAME_LEN;
use crate::{
    Timestamp,
    rbac::{Error, Fault, Grant, Kind, Scope},
};

/// Bad rows that are listed; of what goes beyond them, only the number is told.
pub(super) const LISTED: usize = 100;

/// One grant of one subject, as a table of a database has it.
///
/// Write everything that a grant says, its [`Kind`] and its record too, and read all of it again:
/// as an ordinary grant, what somebody took by breaking glass would give them authority over the
/// grants of others, and no report would list it. [`Row::of`] leaves nothing out.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Row<'r> {
    pub(super) subject: &'r str,
    pub(super) role: &'r str,
    pub(super) tenant: Option<&'r str>,
    pub(super) from: Timestamp,
    pub(super) until: Option<Timestamp>,
    pub(super) kind: Kind,
    pub(super) record: Record<'r>,
}

/// Why a grant was given, who asked for it or gave it, who approved it.
pub(super) type Record<'r> = [Option<&'r str>; 3];

impl<'r> Row<'r> {
    /// The subject has the role in this tenant, from ever and without end, by an ordinary grant of
    /// which nothing is recorded.
    pub const fn new(subject: &'r str, role: &'r str, tenant: &'r str) -> Self {
        Self {
            tenant: Some(tenant),
            ..Self::everywhere(subject, role)
        }
    }

    /// The subject has the role in every tenant, as with
    /// [`Scope::Everywhere`]; else as [`Row::new`].
    pub const fn everywhere(subject: &'r str, role: &'r str) -> Self {
        Self {
            subject,
            role,
            tenant: None,
            from: Timestamp::EPOCH,
            until: None,
            kind: Kind::Ordinary,
            record: [None; 3],
        }
    }

    /// The subject has this grant, with all that it says. [`Snapshot::subjects`] gives what there is.
    ///
    /// [`Snapshot::subjects`]: super::Snapshot::subjects
    pub fn of(subject: &'r str, grant: &'r Grant) -> Self {
        Self {
            subject,
            role: grant.role(),
            tenant: match grant.scope() {
                Scope::Everywhere => None,
                Scope::Tenant(tenant) => Some(tenant.as_str()),
            },
            from: grant.starts(),
            until: grant.ends(),
            kind: grant.kind(),
            record: record(grant),
        }
    }

    /// The grant counts from this moment on.
    pub const fn from(self, from: Timestamp) -> Self {
        Self { from, ..self }
    }

    /// The grant counts before this moment and no longer at it; None where it has no end.
    pub fn until(self, until: impl Into<Option<Timestamp>>) -> Self {
        Self {
            until: until.into(),
            ..self
        }
    }

    /// How the grant came about.
    pub const fn of_kind(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    /// Why the role was granted, as [`Grant::because`]; None where it is not known.
    pub fn because(self, reason: impl Into<Option<&'r str>>) -> Self {
        let [_, requester, approver] = self.record;
        self.recorded([reason.into(), requester, approver])
    }

    /// Who asked for the grant or gave it, as [`Grant::requested_by`]; None where it is not known.
    pub fn requested_by(self, name: impl Into<Option<&'r str>>) -> Self {
        let [reason, _, approver] = self.record;
        self.recorded([reason, name.into(), approver])
    }

    /// Who approved the grant, as [`Grant::approved_by`]; None where nobody did.
    pub fn approved_by(self, name: impl Into<Option<&'r str>>) -> Self {
        let [reason, requester, _] = self.record;
        self.recorded([reason, requester, name.into()])
    }

    const fn recorded(self, record: Record<'r>) -> Self {
        Self { record, ..self }
    }
}

/// What is recorded of a grant.
pub(super) fn record(grant: &Grant) -> Record<'_> {
    [grant.reason(), grant.requester(), grant.approver()]
}

/// Everything that is wrong with rows that were to be loaded, in their order; none was.
///
/// At most a hundred rows are listed. Printed, each takes a line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BadRows {
    pub(super) listed: Vec<BadRow>,
    pub(super) omitted: usize,
}

impl BadRows {
    /// The rows listed.
    pub fn iter(&self) -> core::slice::Iter<'_, BadRow> {
        self.listed.iter()
    }

    /// How many more there are.
    #[must_use]
    pub fn omitted(&self) -> usize {
        self.omitted
    }
}

impl<'a> IntoIterator for &'a BadRows {
    type Item = &'a BadRow;
    type IntoIter = core::slice::Iter<'a, BadRow>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for BadRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, row) in self.listed.iter().enumerate() {
            let separator = if i == 0 { "" } else { "\n" };
            write!(f, "{separator}{row}")?;
        }
        match self.omitted {
            0 => Ok(()),
            more => write!(f, "\nand {more} more"),
        }
    }
}

impl core::error::Error for BadRows {}

/// A row that cannot be loaded.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BadRow {
    pub(super) row: usize,
    pub(super) flaw: Flaw,
}

impl BadRow {
    /// The row, from 1.
    #[must_use]
    pub fn row(&self) -> usize {
        self.row
    }

    /// What is wrong with it.
    #[must_use]
    pub fn flaw(&self) -> &Flaw {
        &self.flaw
    }
}

impl fmt::Display for BadRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "row {}: {}", self.row, self.flaw)
    }
}

/// What can be wrong with a row. It never repeats what the row says.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Flaw {
    /// The subject's name is empty or longer than [`Snapshot::SUBJECT_LEN`](super::Snapshot::SUBJECT_LEN).
    Subject,
    /// The policy defines no role of this name.
    UnknownRole,
    /// No tenant has this name; `*` is none.
    Tenant(Fault),
    /// The subject has more than [`Grants::MAX`](crate::rbac::Grants::MAX) grants; the row is their
    /// first.
    TooManyGrants,
    /// The subject has had a row of grants before.
    Repeated,
    /// More tenants than can be numbered, which are 2^32.
    TooManyTenants,
    /// The reason is not 1 to 256 bytes without control, invisible and turning characters.
    Reason,
    /// The name of who asked or who approved is not as a grant says them.
    Name,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Subject => f.write_str("a subject's name has 1 to 255 bytes"),
            Self::UnknownRole => f.write_str("the policy has no such role"),
            Self::Tenant(fault) => write!(f, "the tenant's name: {fault}"),
            Self::TooManyGrants => f.write_str("a subject has at most 512 grants"),
            Self::Repeated => f.write_str("the subject stands in an earlier row"),
            Self::TooManyTenants => f.write_str("there are at most 4294967295 tenants"),
            Self::Reason => Error::Reason.fmt(f),
            Self::Name => Error::Name.fmt(f),
        }
    }
}

/// Whether a name can be that of a subject.
pub(super) fn check_subject(name: &str) -> Result<(), Flaw> {
    if (1..=NAME_LEN).contains(&name.len()) {
        Ok(())
    } else {
        Err(Flaw::Subject)
    }
}

/// Whether what is recorded of a grant can be recorded.
pub(super) fn check_record([reason, requester, approver]: Record<'_>) -> Result<(), Flaw> {
    if !reason.is_none_or(Grant::is_reason) {
        return Err(Flaw::Reason);
    }
    let mut names = [requester, approver].into_iter().flatten();
    if names.all(Grant::is_name) {
        Ok(())
    } else {
        Err(Flaw::Name)
    }
}
