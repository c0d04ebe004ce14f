//! Under which circumstances an allowance counts.
//!
//! A condition is a fixed question about the facts of a request, and all conditions of an allowance
//! must hold. There is no negation and no expression, so that what a fact left out can do is deny.

mod clause;
#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "times of a test")]
mod tests;
mod week;

use core::{fmt, time::Duration};

pub(super) use clause::{Addresses, Clause};
pub(super) use week::{Days, Hours, NoHours, Offset, TimeOfDay};

use super::request::Circumstances;
use crate::Timestamp;

/// What must hold for an allowance to count: nothing, or every one of some clauses.
#[derive(Clone, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) struct Conditions {
    /// INVARIANT: strictly ascending, none implied by another, at most [`Conditions::MAX`].
    clauses: Box<[Clause]>,
}

impl Conditions {
    /// The most clauses: each is looked at in a decision.
    pub(super) const MAX: usize = 32;

    /// All of these; None where they are too many.
    pub(super) fn new(clauses: impl IntoIterator<Item = Clause>) -> Option<Self> {
        Self::strictest(clauses, Self::MAX)
    }

    fn strictest(clauses: impl IntoIterator<Item = Clause>, max: usize) -> Option<Self> {
        let mut strictest: Vec<Clause> = Vec::new();
        for clause in clauses {
            // one network list after another would be one clause after another that both hold
            let clause = strictest
                .iter()
                .fold(clause, |clause, other| clause.narrowed_by(other));
            // of two that say the same in two ways, the first in their order
            let stands = |other: &Clause| {
                other.implies(&clause) && !(clause.implies(other) && clause < *other)
            };
            if strictest.iter().any(stands) {
                continue;
            }
            strictest.retain(|other| !clause.implies(other));
            if strictest.len() >= max {
                return None;
            }
            strictest.push(clause);
        }
        strictest.sort_unstable();
        let clauses = strictest.into();
        Some(Self { clauses })
    }

    /// These and the others; None where they are too many together.
    pub(super) fn and(&self, others: &Self) -> Option<Self> {
        let clauses = self.clauses.iter().chain(&others.clauses);
        Self::new(clauses.cloned())
    }

    /// These and the others, however many they are together: for what analyses say of a rule and of
    /// the role that has it.
    pub(super) fn with(&self, others: &Self) -> Self {
        let clauses = self.clauses.iter().chain(&others.clauses);
        Self::strictest(clauses.cloned(), usize::MAX).unwrap_or_default()
    }

    /// Those that do not hold, for a person who has to see to them.
    pub(super) fn missing(&self, case: &Circumstances<'_>, now: Timestamp) -> Self {
        let clauses = self.clauses.iter();
        let missing = clauses.filter(|clause| clause.unmet(case, now).is_some());
        Self {
            clauses: missing.cloned().collect(),
        }
    }

    /// Whether there can be facts with which all hold; in doubt, yes.
    pub(super) fn can_hold(&self) -> bool {
        let excludes = |one: &Clause| match one {
            Clause::Environment(names) => names.is_empty(),
            Clause::Address(addresses) => addresses.iter().len() == 0,
            Clause::Attribute { name, .. } => self.clauses.iter().any(|other| {
                one != other
                    && matches!(other, Clause::Attribute { name: same, .. } if same == name)
            }),
            _ => false,
        };
        !self.clauses.iter().any(excludes)
    }

    /// Whether one is that the subject owns what the question is about.
    pub(super) fn ask_for_owner(&self) -> bool {
        self.clauses.contains(&Clause::Owner)
    }

    /// What of these does not hold; None where all do.
    ///
    /// A challenge is the answer only where nothing else is in the way: who meets it is allowed.
    pub(super) fn unmet(&self, case: &Circumstances<'_>, now: Timestamp) -> Option<Unmet> {
        let unmet = self
            .clauses
            .iter()
            .filter_map(|clause| clause.unmet(case, now));
        unmet.max()
    }

    /// Whether these hold wherever all of the others hold. In doubt not: two clauses that only
    /// together say what a third says are not seen to.
    pub(super) fn hold_where<'c>(&self, others: impl IntoIterator<Item = &'c Self>) -> bool {
        let others = others.into_iter().flat_map(|others| &others.clauses);
        let others: Vec<_> = others.collect();
        let mut own = self.clauses.iter();
        own.all(|own| others.iter().any(|other| other.implies(own)))
    }

    /// Whether the others hold wherever these hold, as [`Conditions::hold_where`].
    pub(super) fn implies(&self, others: &Self) -> bool {
        others.hold_where([self])
    }

    /// Whether they always hold.
    pub(super) fn is_empty(&self) -> bool {
        self.clauses.is_empty()
    }

    /// How old the proof of a second factor may be; None where none is asked for.
    pub(super) fn mfa_within(&self) -> Option<Duration> {
        self.clauses.iter().find_map(|clause| match clause {
            Clause::MfaWithin(within) => Some(*within),
            _ => None,
        })
    }

    /// In one fixed order.
    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = &Clause> {
        self.clauses.iter()
    }
}

/// `owner and mfa_within 12h`.
impl fmt::Display for Conditions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, clause) in self.clauses.iter().enumerate() {
            let separator = if i == 0 { "" } else { " and " };
            write!(f, "{separator}{clause}")?;
        }
        Ok(())
    }
}

/// What of some conditions does not hold; the nearer to an allowance, the smaller.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Unmet {
    /// Only a second factor is missing, or not young enough.
    StepUp {
        /// How old the proof may be.
        within: Duration,
    },
    /// A condition that the subject cannot meet by proving anything.
    Condition(Condition),
}

impl Ord for Unmet {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        // the longer time is the easier one to meet
        let key = |unmet: &Self| match unmet {
            Self::StepUp { within } => (None, core::cmp::Reverse(*within)),
            Self::Condition(kind) => (Some(*kind), core::cmp::Reverse(Duration::ZERO)),
        };
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for Unmet {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// A kind of condition, as a denial names it. Of several, the last of this list is told.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Condition {
    /// The hours of the week.
    Time,
    /// Where the question comes from.
    Address,
    /// Which environment answers.
    Environment,
    /// What is known of the subject and of what the question is about.
    Attribute,
    /// Who owns what the question is about.
    Owner,
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Time => "time",
            Self::Address => "address",
            Self::Environment => "environment",
            Self::Attribute => "attribute",
            Self::Owner => "owner",
        })
    }
}
