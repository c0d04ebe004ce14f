//! Changes of grants in a directory, as somebody makes them.

use std::cell::RefCell;

use super::{Changed, Directory, Flaw, Snapshot, members::Others, rows};
use crate::{
    Timestamp,
    rbac::{
        Assignment, Error, Facts, Grant, Grants, Principal, Refusal, Scope, Tenant, Withdrawal,
    },
};

/// Who makes a change, and what is known about them. Their grants are those of the directory.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Actor<'a> {
    name: &'a str,
    facts: Facts<'a>,
    approver: Option<(&'a str, Facts<'a>)>,
}

impl<'a> Actor<'a> {
    /// Somebody of whom nothing more is known.
    pub const fn new(name: &'a str) -> Self {
        Self {
            name,
            facts: Facts::new(),
            approver: None,
        }
    }

    /// What is known about them, in place of what was said before.
    pub const fn with_facts(self, facts: Facts<'a>) -> Self {
        Self { facts, ..self }
    }

    /// Somebody else has approved the change; what was known about them when they did.
    pub const fn approved_by(self, name: &'a str, facts: Facts<'a>) -> Self {
        Self {
            approver: Some((name, facts)),
            ..self
        }
    }
}

impl Snapshot {
    /// The grants for a session of this subject that uses these roles and no others, as
    /// [`Policy::activate`](crate::rbac::Policy::activate).
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
            let held = Held::of(snapshot, subject, by);
            let assignment = Assignment::new(grant, held.subject(subject), held.actor(by));
            let assignment = held.approve(assignment, by).among(others);
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
            let held = Held::of(snapshot, subject, by);
            let (from, by) = (held.subject(subject), held.actor(by));
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
        self.change(by.name, &scope, |snapshot, others| {
            let held = Held::of(snapshot, by.name, by);
            let assignment = Assignment::to_oneself(grant, held.actor(by));
            let assignment = held.approve(assignment, by).among(others);
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
struct Held {
    subject: Grants,
    actor: Grants,
    approver: Option<Grants>,
}

impl Held {
    fn of(snapshot: &Snapshot, subject: &str, by: Actor<'_>) -> Self {
        Self {
            subject: snapshot.grants(subject),
            actor: snapshot.grants(by.name),
            approver: by.approver.map(|(name, _)| snapshot.grants(name)),
        }
    }

    fn subject<'h>(&'h self, name: &'h str) -> Principal<'h> {
        Principal::new(name, &self.subject)
    }

    fn actor<'h>(&'h self, by: Actor<'h>) -> Principal<'h> {
        Principal::new(by.name, &self.actor).with_facts(by.facts)
    }

    fn approve<'h>(&'h self, assignment: Assignment<'h>, by: Actor<'h>) -> Assignment<'h> {
        match (by.approver, &self.approver) {
            (Some((name, facts)), Some(grants)) => {
                assignment.approved_by(Principal::new(name, grants).with_facts(facts))
            }
            _ => assignment,
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
