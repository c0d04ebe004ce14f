//! Who takes part in a change of grants, and what is to change.

use crate::rbac::{Facts, Grant, Grants, Scope};

use super::Members;

/// Somebody who grants, approves or receives: their name, their own grants, and what is known about
/// them.
///
/// The name is the one by which the application knows them and nobody else. Names are compared byte
/// by byte: whoever has two spellings is two people here, and could approve their own requests. Take
/// names from the session and the database, where each person has one.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Principal<'a> {
    pub(super) name: &'a str,
    pub(super) grants: &'a Grants,
    pub(super) facts: Facts<'a>,
}

impl<'a> Principal<'a> {
    /// Somebody of whom nothing more is known.
    pub fn new(name: &'a str, grants: &'a Grants) -> Self {
        let facts = Facts::new();
        Self {
            name,
            grants,
            facts,
        }
    }

    /// What is known about them, in place of what was said before.
    pub fn with_facts(self, facts: Facts<'a>) -> Self {
        Self { facts, ..self }
    }
}

/// One grant to be made: what, to whom, by whom.
#[derive(Clone)]
#[must_use]
pub struct Assignment<'a> {
    pub(super) grant: Grant,
    pub(super) to: Principal<'a>,
    pub(super) by: Principal<'a>,
    pub(super) approver: Option<Principal<'a>>,
    pub(super) members: Option<&'a dyn Members>,
}

impl<'a> Assignment<'a> {
    /// `by` gives `to` this grant.
    ///
    /// Of the grant count the role, the scope, the times and the reason. Who asked for it and who
    /// approved it is recorded from who takes part, and it begins now where it would have begun
    /// before.
    pub fn new(grant: Grant, to: Principal<'a>, by: Principal<'a>) -> Self {
        Self {
            grant,
            to,
            by,
            approver: None,
            members: None,
        }
    }

    /// `subject` takes this grant.
    pub fn to_oneself(grant: Grant, subject: Principal<'a>) -> Self {
        Self::new(grant, subject, subject)
    }

    /// Somebody else has approved it.
    pub fn approved_by(self, approver: Principal<'a>) -> Self {
        Self {
            approver: Some(approver),
            ..self
        }
    }

    /// Who else has which roles; needed where the policy bounds how many have one.
    pub fn among(self, members: &'a dyn Members) -> Self {
        Self {
            members: Some(members),
            ..self
        }
    }
}

/// One role to be withdrawn in one scope, in all its windows: from whom, by whom.
#[derive(Clone)]
#[must_use]
pub struct Withdrawal<'a> {
    pub(super) role: &'a str,
    pub(super) scope: &'a Scope,
    pub(super) from: Principal<'a>,
    pub(super) by: Principal<'a>,
    pub(super) members: Option<&'a dyn Members>,
}

impl<'a> Withdrawal<'a> {
    /// `by` takes this role from `from`.
    pub fn new(role: &'a str, scope: &'a Scope, from: Principal<'a>, by: Principal<'a>) -> Self {
        Self {
            role,
            scope,
            from,
            by,
            members: None,
        }
    }

    /// Who else has which roles; needed where the policy says how many must have one.
    pub fn among(self, members: &'a dyn Members) -> Self {
        Self {
            members: Some(members),
            ..self
        }
    }
}

impl core::fmt::Debug for Assignment<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let mut f = f.debug_struct("Assignment");
        f.field("grant", &self.grant).field("to", &self.to.name);
        f.field("by", &self.by.name).finish_non_exhaustive()
    }
}

impl core::fmt::Debug for Withdrawal<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let mut f = f.debug_struct("Withdrawal");
        f.field("role", &self.role).field("scope", &self.scope);
        f.field("from", &self.from.name).field("by", &self.by.name);
        f.finish_non_exhaustive()
    }
}
