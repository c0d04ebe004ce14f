//! Changes of grants in a directory, as somebody makes them.

use std::cell::RefCell;

use super::{Changed, Directory, Flaw, Snapshot, members::Others, rows};
use crate::{
    Timestamp,
    rbac::{
        Assignment, Error, Facts, Grant, Grants, Principal, Refusal, Scope, Tenant, Withdrawal,
    },
};

/// Who makes a change, and what is known about them. Their grants are those of the directory: all of
/// them, unless [`Actor::in_session`] says which are in use.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Actor<'a> {
    by: One<'a>,
    approver: Option<One<'a>>,
}

/// Somebody who takes part.
#[derive(Clone, Copy, Debug)]
struct One<'a> {
    name: &'a str,
    facts: Facts<'a>,
    session: Option<&'a Grants>,
}

impl<'a> One<'a> {
    const fn new(name: &'a str, facts: Facts<'a>) -> Self {
        let session = None;
        Self {
            name,
            facts,
            session,
        }
    }

    /// The grants with which they act where the scope is.
    fn grants(
        &self,
        snapshot: &Snapshot,
        scope: &Scope,
        now: Timestamp,
    ) -> Result<Grants, Refusal> {
        let held = snapshot.grants(self.name);
        match self.session {
            None => Ok(held),
            Some(session) => snapshot.policy().0.in_session(held, session, scope, now),
        }
    }
}

impl<'a> Actor<'a> {
    /// Somebody of whom nothing more is known.
    pub const fn new(name: &'a str) -> Self {
        Self {
            by: One::new(name, Facts::new()),
            approver: None,
        }
    }

    /// What is known about them, in place of what was said before.
    pub const fn with_facts(self, facts: Facts<'a>) -> Self {
        let by = One { facts, ..self.by };
        Self { by, ..self }
    }

    /// They act in a session that has these grants, as [`Snapshot::activate`] gave them: of what they
    /// hold now, only the very same grants give them authority, and all that denies something binds
    /// them. Without this a dynamic separation does not bind who administers: they act with all their
    /// grants.
    ///
    /// A change is refused with [`Refusal::Separated`] where those grants are too many of those that
    /// a dynamic separation keeps apart.
    pub const fn in_session(self, session: &'a Grants) -> Self {
        let session = Some(session);
        let by = One { session, ..self.by };
        Self { by, ..self }
    }

    /// Somebody else has approved the change; what was known about them when they did.
    pub const fn approved_by(self, name: &'a str, facts: Facts<'a>) -> Self {
        Self {
            approver: Some(One::new(name, facts)),
            ..self
        }
    }

    /// As [`Actor::approved_by`]; they did it in a session that had these grants, as with
    /// [`Actor::in_session`].
    pub const fn approved_in_session(
        self,
        name: &'a str,
        facts: Facts<'a>,
        session: &'a Grants,
    ) -> Self {
        let approver = One::new(name, facts);
        Self {
            approver: Some(One {
                session: Some(session),
                ..approver
            }),
            ..self
        }
    }
}

impl Snapshot {
    /// The grants for a session of this subject that uses these roles and no others, as
    /// [`Policy::activate`](crate::rbac::Policy::activate). Keep the names of the roles in the
    /// session and activate them for each request: kept for longer, grants that were withdrawn since
    /// would still allow.
    ///
    /// # Errors
    ///
    /// [`Refusal`] as there.
    pub fn activate(
        &self,
        subject: &str,
        roles: &[&str],
        tenant: &Tenant,
        now: Timestamp,
    ) -> Result<Grants, Refusal> {
        let grants = self.grants(subject);
        self.policy().activate(&grants, roles, tenant, now)
    }
}

impl Directory {
    /// Gives a subject one more grant, if [`Policy::assign`](crate::rbac::Policy::assign) allows it
    /// over the grants that everybody has at this moment.
    ///
    /// # Errors
    ///
    /// [`Refusal`] as there; then nothing has changed.
    pub fn assign(
        &self,
        grant: Grant,
        subject: &str,
        by: Actor<'_>,
        now: Timestamp,
    ) -> Result<Changed, Refusal> {
        let scope = grant.scope().clone();
        self.change(subject, &scope, |snapshot, others| {
            let held = Held::of(snapshot, subject, others.scope, by, now)?;
            let assignment = held.assignment(grant, subject).among(others);
            snapshot.policy().assign(&assignment, now)
        })
    }

    /// Takes a role in one scope from a subject, in all its windows, if
    /// [`Policy::withdraw`](crate::rbac::Policy::withdraw) allows it over the grants that everybody
    /// has at this moment.
    ///
    /// # Errors
    ///
    /// [`Refusal`] as there; then nothing has changed.
    pub fn withdraw(
        &self,
        role: &str,
        scope: &Scope,
        subject: &str,
        by: Actor<'_>,
        now: Timestamp,
    ) -> Result<Changed, Refusal> {
        self.change(subject, scope, |snapshot, others| {
            let held = Held::of(snapshot, subject, others.scope, by, now)?;
            let (from, by) = (held.subject(subject), held.actor());
            let withdrawal = Withdrawal::new(role, scope, from, by).among(others);
            snapshot.policy().withdraw(&withdrawal, now)
        })
    }

    /// Gives somebody a role that they take themselves in an emergency, if
    /// [`Policy::break_glass`](crate::rbac::Policy::break_glass) allows it over the grants that
    /// everybody has at this moment.
    ///
    /// # Errors
    ///
    /// [`Refusal`] as there; then nothing has changed.
    pub fn break_glass(
        &self,
        grant: Grant,
        by: Actor<'_>,
        now: Timestamp,
    ) -> Result<Changed, Refusal> {
        let scope = grant.scope().clone();
        let name = by.by.name;
        self.change(name, &scope, |snapshot, others| {
            let held = Held::of(snapshot, name, others.scope, by, now)?;
            let assignment = held.assignment(grant, name).among(others);
            snapshot.policy().break_glass(&assignment, now)
        })
    }

    /// Gives a subject the grants that `check` says, if it refuses nothing. Nobody else changes
    /// anything in between.
    fn change(
        &self,
        subject: &str,
        scope: &Scope,
        check: impl FnOnce(&Snapshot, &Others<'_>) -> Result<Grants, Refusal>,
    ) -> Result<Changed, Refusal> {
        rows::check_subject(subject)?;
        let mut turn = self.turn();
        let snapshot = self.snapshot();
        let others = Others {
            inner: snapshot.inner(),
            index: RefCell::new(&mut turn),
            scope,
        };
        let grants = check(&snapshot, &others)?;
        Ok(self.set(turn, &snapshot, subject, grants)?)
    }
}

/// The grants of those who take part.
struct Held<'a> {
    /// All that they hold, in a session or not.
    subject: Grants,
    actor: Grants,
    by: One<'a>,
    approver: Option<(One<'a>, Grants)>,
}

impl<'a> Held<'a> {
    fn of(
        snapshot: &Snapshot,
        subject: &str,
        scope: &Scope,
        by: Actor<'a>,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        let approver = match by.approver {
            Some(one) => Some((one, one.grants(snapshot, scope, now)?)),
            None => None,
        };
        Ok(Self {
            subject: snapshot.grants(subject),
            actor: by.by.grants(snapshot, scope, now)?,
            by: by.by,
            approver,
        })
    }

    fn subject<'h>(&'h self, name: &'h str) -> Principal<'h> {
        Principal::new(name, &self.subject)
    }

    fn actor(&self) -> Principal<'_> {
        Principal::new(self.by.name, &self.actor).with_facts(self.by.facts)
    }

    fn assignment<'h>(&'h self, grant: Grant, subject: &'h str) -> Assignment<'h> {
        let assignment = Assignment::new(grant, self.subject(subject), self.actor());
        match &self.approver {
            Some((one, grants)) => {
                assignment.approved_by(Principal::new(one.name, grants).with_facts(one.facts))
            }
            None => assignment,
        }
    }
}

impl From<Flaw> for Refusal {
    fn from(flaw: Flaw) -> Self {
        match flaw {
            Flaw::Subject => Self::Invalid(Error::Name),
            Flaw::UnknownRole => Self::UnknownRole,
            _ => Self::TooLarge,
        }
    }
}
