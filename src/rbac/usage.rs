//! What is granted and not used.
//!
//! A log of what was done, condensed to the last use of each permission, is laid beside what the
//! grants allow. A rule that nobody has used for months is a power that only an attacker would use
//! (least privilege: NIST SP 800-53 AC-6 (7), OWASP ASVS 5.0 V8.2). What to do about it is for a
//! person to say: a role for emergencies is seldom used.
//!
//! # Example
//!
//! ```
//! use portcullis::{Timestamp, rbac::{Grant, Grants, Permission, Policy, Scope, Tenant, usage::Usage}};
//! # use std::time::Duration;
//!
//! let policy: Policy = "portcullis = 1\nroles.user.allow = [\"note:read\", \"note:edit\"]".parse()?;
//! let acme = Tenant::new("acme")?;
//! let ada = Grants::new().with(Grant::new("user", Scope::Tenant(acme.clone())))?;
//! let now: Timestamp = "2026-11-21T09:00:00Z".parse()?;
//!
//! let mut usage = Usage::new();
//! usage.record("ada", &acme, &Permission::parse("note:read")?, now);
//! let month = Duration::from_secs(30 * 24 * 60 * 60);
//! let unused = usage.unused(&policy, "ada", &ada, month, now);
//! let text = "`ada` has `user` in acme: 1 of 2 rules are used\n  `note:edit`  never\n";
//! assert_eq!(unused[0].to_string(), text);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use core::{fmt, time::Duration};
use std::collections::HashMap;

use super::{
    Grant, Grants, Pattern, Permission, Policy, Rule, Snapshot, Tenant,
    explain::{Moment, Window},
    grants::Phase,
    matches::PatternId,
};
use crate::Timestamp;

/// What was used: by whom, in which tenant, which permission, and when last.
///
/// It holds each permission once for each subject and tenant, however often it was used: where
/// permissions name single objects, these are as many as the objects that the subject touched.
#[derive(Clone, Debug, Default)]
pub struct Usage {
    by_subject: HashMap<Box<str>, HashMap<Tenant, Uses>>,
}

/// The last use of each permission.
type Uses = HashMap<Box<str>, Timestamp>;

impl Usage {
    /// Nothing was used.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A permission that was asked for and allowed. In any order; of several uses the last counts.
    pub fn record(
        &mut self,
        subject: &str,
        tenant: &Tenant,
        permission: &Permission<'_>,
        at: Timestamp,
    ) {
        let tenants = entry(&mut self.by_subject, subject, |name| name.into());
        let uses = tenants.and_then(|tenants| entry(tenants, tenant, Clone::clone));
        let last = uses.and_then(|uses| entry(uses, permission.as_str(), |text| text.into()));
        if let Some(last) = last {
            *last = at.max(*last);
        }
    }

    /// Forgets what was used before this moment and not since, as a log is kept only for so long.
    pub fn forget_before(&mut self, moment: Timestamp) {
        self.by_subject.retain(|_, tenants| {
            tenants.retain(|_, uses| {
                uses.retain(|_, at| *at >= moment);
                !uses.is_empty()
            });
            !tenants.is_empty()
        });
    }

    /// The active grants of one subject that have rules which were not used for `idle` or longer,
    /// in the order of the grants. A grant that began less than `idle` ago is not looked at.
    ///
    /// A grant without a beginning counts from ever: what it gives and nobody used is reported as
    /// never used, also where somebody gave it yesterday.
    /// [`Policy::assign`](super::Policy::assign) always sets a beginning; who makes grants otherwise
    /// sets [`Grant::from`].
    ///
    /// A use counts for every rule that allows what was used, in every grant that covers its tenant:
    /// which of two rules was needed cannot be said. Denials and conditions make no difference.
    #[must_use]
    pub fn unused<'p>(
        &self,
        policy: &'p Policy,
        subject: &str,
        grants: &Grants,
        idle: Duration,
        now: Timestamp,
    ) -> Vec<Unused<'p>> {
        let none = HashMap::new();
        let tenants = self.by_subject.get(subject).unwrap_or(&none);
        let last: Vec<_> = tenants
            .iter()
            .map(|(tenant, uses)| (tenant, LastUses::of(policy, uses)))
            .collect();
        let is_due = |grant: &&Grant| {
            grant.phase(now) == Phase::Active && now >= grant.starts().saturating_add(idle)
        };
        let due = grants.iter().filter(is_due);
        let unused = due.filter_map(|grant| {
            let covered = last.iter().filter(|(tenant, _)| grant.covers(tenant));
            let covered: Vec<_> = covered.map(|(_, last)| last).collect();
            Unused::of(policy, subject, grant, &covered, idle, now)
        });
        unused.collect()
    }

    /// The same for every subject of a snapshot, sorted by name.
    pub fn report<'s>(&self, snapshot: &'s Snapshot, idle: Duration, now: Timestamp) -> Report<'s> {
        let subjects = snapshot.subjects();
        let unused = subjects.flat_map(|subject| {
            self.unused(
                snapshot.policy(),
                subject.name(),
                &subject.grants(),
                idle,
                now,
            )
        });
        let mut unused: Vec<_> = unused.collect();
        // within one subject, the order of the grants stays
        unused.sort_by(|one, other| one.subject.cmp(&other.subject));
        Report { unused }
    }
}

/// The value of a key, which is copied only where it is new.
fn entry<'m, K, Q, V>(
    map: &'m mut HashMap<K, V>,
    key: &Q,
    own: impl Fn(&Q) -> K,
) -> Option<&'m mut V>
where
    K: core::borrow::Borrow<Q> + Eq + core::hash::Hash,
    Q: Eq + core::hash::Hash + ?Sized,
    V: Default,
{
    if !map.contains_key(key) {
        map.insert(own(key), V::default());
    }
    map.get_mut(key)
}

/// When each pattern of a policy was last used in a tenant.
struct LastUses<'u> {
    by_pattern: HashMap<PatternId, Timestamp>,
    /// What so many patterns match that they are not listed.
    others: Vec<(Permission<'u>, Timestamp)>,
}

impl<'u> LastUses<'u> {
    fn of(policy: &Policy, uses: &'u Uses) -> Self {
        let mut last = Self {
            by_pattern: HashMap::new(),
            others: Vec::new(),
        };
        for (text, at) in uses {
            // what was recorded was a permission
            let Ok(permission) = Permission::parse(text) else {
                continue;
            };
            let matches = policy.0.patterns.matching(&permission);
            match matches.ids() {
                Some(ids) => {
                    for id in ids {
                        let last = last.by_pattern.entry(*id).or_default();
                        *last = (*at).max(*last);
                    }
                }
                None => last.others.push((permission, *at)),
            }
        }
        last
    }

    fn last(&self, id: PatternId, pattern: &Pattern) -> Option<Timestamp> {
        let others = self.others.iter();
        let others = others.filter(|(permission, _)| pattern.matches(permission));
        let last = others.map(|(_, at)| *at).max();
        self.by_pattern.get(&id).copied().max(last)
    }
}

/// A grant that has rules which were not used.
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Unused<'p> {
    subject: Box<str>,
    grant: Grant,
    idle: Vec<Idle<'p>>,
    used: usize,
}

impl<'p> Unused<'p> {
    /// None where every rule is used.
    fn of(
        policy: &'p Policy,
        subject: &str,
        grant: &Grant,
        last: &[&LastUses<'_>],
        idle: Duration,
        now: Timestamp,
    ) -> Option<Self> {
        let role = policy.role_id(grant.role())?;
        let mut unused = Self {
            subject: subject.into(),
            grant: grant.clone(),
            idle: Vec::new(),
            used: 0,
        };
        for (id, rule) in policy.patterns_of(role) {
            let last = last
                .iter()
                .filter_map(|last| last.last(id, rule.pattern()))
                .max();
            match last {
                Some(at) if now < at.saturating_add(idle) => {
                    unused.used = unused.used.saturating_add(1);
                }
                last => unused.idle.push(Idle { rule, last }),
            }
        }
        (!unused.idle.is_empty()).then_some(unused)
    }

    /// The name of the subject.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The grant.
    #[must_use]
    pub fn grant(&self) -> &Grant {
        &self.grant
    }

    /// The rules that were not used, in the order of their patterns.
    #[must_use]
    pub fn idle(&self) -> &[Idle<'p>] {
        &self.idle
    }

    /// How many rules were used. None means that the grant could go.
    #[must_use]
    pub fn used(&self) -> usize {
        self.used
    }
}

/// A rule that was not used.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Idle<'p> {
    rule: Rule<'p>,
    last: Option<Timestamp>,
}

impl<'p> Idle<'p> {
    /// The rule.
    #[must_use]
    pub fn rule(&self) -> Rule<'p> {
        self.rule
    }

    /// When it was last used; None where no use is recorded.
    #[must_use]
    pub fn last(&self) -> Option<Timestamp> {
        self.last
    }
}

/// What is granted and not used. Printed, it lists each grant with the rules that are idle.
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[must_use]
pub struct Report<'p> {
    unused: Vec<Unused<'p>>,
}

impl<'p> Report<'p> {
    /// The grants that have rules which were not used, sorted by subject.
    #[must_use]
    pub fn unused(&self) -> &[Unused<'p>] {
        &self.unused
    }

    /// Whether all that is granted is used.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.unused.is_empty()
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.unused
            .iter()
            .try_for_each(|unused| write!(f, "{unused}"))
    }
}

impl fmt::Display for Unused<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (role, window) = (self.grant.role(), Window(&self.grant));
        write!(
            f,
            "`{}` has `{role}` {window}: ",
            self.subject.escape_debug()
        )?;
        let rules = self.idle.len().saturating_add(self.used);
        match self.used {
            0 => writeln!(f, "nothing of it is used")?,
            used => writeln!(f, "{used} of {rules} rules are used")?,
        }
        let patterns: Vec<_> = self
            .idle
            .iter()
            .map(|idle| format!("`{}`", idle.rule.pattern()))
            .collect();
        let width = patterns.iter().map(String::len).max().unwrap_or(0);
        for (idle, pattern) in self.idle.iter().zip(&patterns) {
            match idle.last {
                None => writeln!(f, "  {pattern:width$}  never")?,
                Some(at) => writeln!(f, "  {pattern:width$}  last {}", Moment(at))?,
            }
        }
        Ok(())
    }
}
