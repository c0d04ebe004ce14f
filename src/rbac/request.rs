//! One question, and what conditions may look at in it.

use super::{Facts, Permission, Resolved, Tenant};
use crate::Timestamp;

/// One question: may `subject` do `permission` in `tenant`?
#[derive(Clone, Copy, Debug)]
#[must_use = "a question is to be decided"]
pub struct Request<'a> {
    pub(super) tenant: &'a Tenant,
    pub(super) permission: &'a Permission<'a>,
    pub(super) resolved: Option<&'a Resolved<'a>>,
    circumstances: Circumstances<'a>,
}

impl<'a> Request<'a> {
    /// A question about nothing in particular: nobody owns what it is about, and nothing is known
    /// of the subject.
    ///
    /// The subject's name is compared with the owner's byte by byte. An empty name is nobody's.
    pub fn new(subject: &'a str, tenant: &'a Tenant, permission: &'a Permission<'a>) -> Self {
        Self {
            tenant,
            permission,
            resolved: None,
            circumstances: Circumstances {
                subject,
                ..Circumstances::default()
            },
        }
    }

    /// The same question about a permission that a policy has looked up.
    pub fn resolved(subject: &'a str, tenant: &'a Tenant, resolved: &'a Resolved<'a>) -> Self {
        Self {
            resolved: Some(resolved),
            ..Self::new(subject, tenant, resolved.permission())
        }
    }

    /// Who owns what the question is about, as the database has it.
    pub fn owned_by(mut self, owner: &'a str) -> Self {
        self.circumstances.owner = Some(owner);
        self
    }

    /// When the subject last proved a second factor, as the session has it; None if it has none.
    pub fn second_factor_at(self, at: impl Into<Option<Timestamp>>) -> Self {
        let facts = self.circumstances.facts;
        self.with_facts(facts.second_factor_at(at))
    }

    /// What is known about the subject, in place of what was said before.
    pub fn with_facts(mut self, facts: Facts<'a>) -> Self {
        self.circumstances.facts = facts;
        self
    }

    pub(super) fn circumstances(&self) -> &Circumstances<'a> {
        &self.circumstances
    }

    pub(super) fn subject(&self) -> &'a str {
        self.circumstances.subject
    }
}

/// All that a condition can look at.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Circumstances<'a> {
    subject: &'a str,
    owner: Option<&'a str>,
    pub(super) facts: Facts<'a>,
}

impl<'a> Circumstances<'a> {
    /// Those of a question about what nobody owns, such as a field.
    pub(super) fn of(facts: Facts<'a>) -> Self {
        Self {
            facts,
            ..Self::default()
        }
    }

    pub(super) fn subject(&self) -> &'a str {
        self.subject
    }

    pub(super) fn owner(&self) -> Option<&'a str> {
        self.owner
    }

    /// An empty name is nobody: nobody owns what nobody owns.
    pub(super) fn subject_is_owner(&self) -> bool {
        !self.subject.is_empty() && self.owner == Some(self.subject)
    }
}
