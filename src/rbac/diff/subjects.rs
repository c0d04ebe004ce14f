//! Whom a change of the policy touches.

use core::fmt;
use std::collections::BTreeMap;

use super::{Change, Diff, FOR_ONE};
use crate::{
    Timestamp,
    rbac::{Grant, Grants, Scope, Snapshot, grants::Phase, region::Budget},
};

/// Subjects that one entry names; of others only the number is told.
const NAMED: usize = 5;

impl<'p> Diff<'p> {
    /// Which subjects of a snapshot gain and lose what, now: those that hold the same roles in a
    /// tenant are one entry.
    ///
    /// The policy of the snapshot makes no difference. It takes time for each grant, and for each
    /// set of roles that touches a change.
    pub fn subjects<'s>(&self, snapshot: &'s Snapshot, now: Timestamp) -> Subjects<'p, 's> {
        let mut sets = BTreeMap::<Vec<Box<str>>, Vec<Holder<'s>>>::new();
        for subject in snapshot.subjects() {
            let grants = subject.grants();
            for scope in scopes(&grants, now) {
                let roles = roles(&grants, &scope, now);
                if roles.iter().any(|role| self.touches(role)) {
                    let name = subject.name();
                    sets.entry(roles).or_default().push(Holder { name, scope });
                }
            }
        }
        let mut subjects = Subjects::default();
        for (roles, mut holders) in sets {
            let [old, new] = [self.old, self.new].map(|policy| {
                let ids = roles.iter().filter_map(|role| policy.role_id(role));
                ids.collect::<Vec<_>>()
            });
            holders.sort_unstable();
            match self.change(&old, &new, &mut Budget::new(FOR_ONE)) {
                Some(change) if change.is_empty() => {}
                Some(change) => subjects.affected.push(Affected {
                    roles,
                    change,
                    holders,
                }),
                None => subjects.unknown = subjects.unknown.saturating_add(holders.len()),
            }
        }
        subjects
    }

    fn touches(&self, role: &str) -> bool {
        let found = self
            .roles
            .binary_search_by(|change| change.name().cmp(role));
        found.is_ok() || self.unknown > 0
    }
}

/// Where active grants count: in each tenant that one names; where none does, everywhere else.
fn scopes(grants: &Grants, now: Timestamp) -> Vec<Scope> {
    let active = grants
        .iter()
        .filter(|grant| grant.phase(now) == Phase::Active);
    let mut scopes: Vec<_> = active.map(|grant| grant.scope().clone()).collect();
    scopes.sort_unstable();
    scopes.dedup();
    scopes
}

/// The roles that count there, sorted.
fn roles(grants: &Grants, scope: &Scope, now: Timestamp) -> Vec<Box<str>> {
    let counts = |grant: &&Grant| {
        let covers = *grant.scope() == Scope::Everywhere || grant.scope() == scope;
        covers && grant.phase(now) == Phase::Active
    };
    let mut roles: Vec<_> = grants
        .iter()
        .filter(counts)
        .map(|grant| grant.role().into())
        .collect();
    roles.dedup();
    roles
}

/// Whom a change touches. Printed, each set of roles that gains or loses is an entry with those who
/// hold it.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[must_use]
pub struct Subjects<'p, 's> {
    affected: Vec<Affected<'p, 's>>,
    unknown: usize,
}

impl<'p, 's> Subjects<'p, 's> {
    /// Those who gain or lose, by the roles that they hold.
    #[must_use]
    pub fn affected(&self) -> &[Affected<'p, 's>] {
        &self.affected
    }

    /// How many subjects, counted once in each tenant, hold roles that were not compared.
    #[must_use]
    pub fn unknown(&self) -> usize {
        self.unknown
    }

    /// Whether nobody gains or loses anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.affected.is_empty() && self.unknown == 0
    }
}

/// Subjects who hold the same roles, and what they gain and lose.
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Affected<'p, 's> {
    roles: Vec<Box<str>>,
    #[cfg_attr(feature = "serde", serde(flatten))]
    change: Change<'p>,
    holders: Vec<Holder<'s>>,
}

impl<'p, 's> Affected<'p, 's> {
    /// The roles, sorted.
    #[must_use]
    pub fn roles(&self) -> impl ExactSizeIterator<Item = &str> {
        self.roles.iter().map(AsRef::as_ref)
    }

    /// What they gain and lose.
    #[must_use]
    pub fn change(&self) -> &Change<'p> {
        &self.change
    }

    /// Who holds them and where, sorted.
    #[must_use]
    pub fn holders(&self) -> &[Holder<'s>] {
        &self.holders
    }
}

/// A subject and where.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Holder<'s> {
    name: &'s str,
    #[cfg_attr(feature = "serde", serde(rename = "tenant"))]
    scope: Scope,
}

impl<'s> Holder<'s> {
    /// The name of the subject.
    #[must_use]
    pub fn name(&self) -> &'s str {
        self.name
    }

    /// The tenant; everywhere means: wherever no grant for one tenant adds to it.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }
}

impl fmt::Display for Holder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` ", self.name.escape_debug())?;
        match &self.scope {
            Scope::Everywhere => f.write_str("everywhere"),
            Scope::Tenant(tenant) => write!(f, "in {tenant}"),
        }
    }
}

impl fmt::Display for Affected<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "with `{}`", self.roles.join("`, `"))?;
        for (i, holder) in self.holders.iter().take(NAMED).enumerate() {
            write!(f, "{}{holder}", if i == 0 { "  " } else { ", " })?;
        }
        match self.holders.len().saturating_sub(NAMED) {
            0 => writeln!(f)?,
            more => writeln!(f, " and {more} more")?,
        }
        write!(f, "{}", self.change)
    }
}

impl fmt::Display for Subjects<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.affected
            .iter()
            .try_for_each(|affected| write!(f, "{affected}"))?;
        match self.unknown {
            0 => Ok(()),
            subjects => writeln!(f, "not compared, subjects: {subjects}"),
        }
    }
}
