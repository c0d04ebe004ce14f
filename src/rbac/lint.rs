//! What in a policy is most likely not meant, and what in it lets somebody get more than they have.
//!
//! A policy that loads has no mistakes of form. These are the others: rules that never count, rules
//! and roles that say what others say already, fields that nobody sees, and the ways from one role
//! to the powers of another (the escalation that Kubernetes RBAC restricts by its verbs `escalate`
//! and `bind`, and NIST SP 800-53 AC-6 asks to look for). What is found is sound: each finding holds,
//! by the exact algebra of [`Region`](super::Region). Not everything is found: a rule that only several
//! others together make superfluous is not, nor are roles that say the same in patterns too
//! different to be brought into one form.
//!
//! # Example
//!
//! ```
//! use portcullis::rbac::Policy;
//!
//! let policy: Policy = r#"
//!     portcullis = 1
//!     [roles.owner]
//!     allow = ["project:*"]
//!     [roles.clerk]
//!     allow = ["role:assign:owner"]
//! "#.parse()?;
//! let lints = policy.lint();
//! let names: Vec<_> = lints.iter().map(|lint| lint.name()).collect();
//! assert_eq!(names, ["escalation"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod approval;
mod assign;
mod roles;
mod rules;
mod separation;

use core::fmt;

use super::{Policy, Rule, region::Budget};
pub use separation::Violation;

/// Comparisons in one check. Of 10,000 roles with ten rules each, of two alternatives and with the
/// same first segment, the check that takes most takes less than half of them.
const COMPARISONS: usize = 16_000_000;
/// Roles that one finding names; of others only the number is told.
const NAMED: usize = 5;

impl Policy {
    /// What is most likely not meant, in a fixed order.
    pub fn lint(&self) -> Lints<'_> {
        let mut lints = Lints {
            found: Vec::new(),
            gave_up: Vec::new(),
        };
        lints.check("rules", |found, budget| rules::check(self, found, budget));
        lints.check("roles", |found, budget| roles::check(self, found, budget));
        lints.check("separation", |found, budget| {
            separation::check(self, found, budget)
        });
        lints.check("fields", |found, budget| {
            roles::unseen_fields(self, found, budget)
        });
        lints.check("assignments", |found, budget| {
            assign::check(self, found, budget)
        });
        lints.check("approvals", |found, budget| {
            approval::check(self, found, budget)
        });
        lints
            .found
            .sort_by(|one, other| one.order().cmp(&other.order()));
        lints
    }
}

/// What was found. Printed, each finding takes a line.
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[must_use]
pub struct Lints<'p> {
    found: Vec<Lint<'p>>,
    gave_up: Vec<&'static str>,
}

impl<'p> Lints<'p> {
    /// The findings, in the order of their names and then of the roles.
    pub fn iter(&self) -> core::slice::Iter<'_, Lint<'p>> {
        self.found.iter()
    }

    /// Whether there is nothing to say, and everything was looked at.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.found.is_empty() && self.gave_up.is_empty()
    }

    /// The checks that ended before they had seen everything, because the policy needs more
    /// comparisons than they make. What they found until then holds.
    #[must_use]
    pub fn gave_up(&self) -> &[&'static str] {
        &self.gave_up
    }

    fn check(
        &mut self,
        name: &'static str,
        check: impl FnOnce(&mut Vec<Lint<'p>>, &mut Budget) -> Option<()>,
    ) {
        if check(&mut self.found, &mut Budget::new(COMPARISONS)).is_none() {
            self.gave_up.push(name);
        }
    }
}

impl<'a, 'p> IntoIterator for &'a Lints<'p> {
    type Item = &'a Lint<'p>;
    type IntoIter = core::slice::Iter<'a, Lint<'p>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Lints<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self
            .found
            .iter()
            .map(|lint| lint.name().len())
            .max()
            .unwrap_or(0);
        for lint in &self.found {
            writeln!(f, "{:width$}  {lint}", lint.name())?;
        }
        let gave_up = self.gave_up.iter();
        gave_up
            .into_iter()
            .try_for_each(|name| writeln!(f, "{name}: not all of the policy was looked at"))
    }
}

/// One finding. Its name is stable; printed, it is a sentence.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Lint<'p> {
    /// `unreachable-rule`: all that a rule allows is denied by the same role, with what it inherits.
    Unreachable(Rule<'p>),
    /// `impossible-condition`: the conditions of a rule exclude each other.
    Impossible(Rule<'p>),
    /// `condition-never-holds`: a rule allows to assign, withdraw, approve or take roles where the
    /// subject owns what is asked about, and nobody owns a role.
    NeverHolds(Rule<'p>),
    /// `shadowed-rule`: a rule allows what another of the same role, or of one that it inherits,
    /// allows under the same or fewer conditions.
    Shadowed {
        /// The rule that could go.
        rule: Rule<'p>,
        /// The rule that says more.
        by: Rule<'p>,
    },
    /// `inherited-duplicate`: a role repeats a rule of a role that it inherits.
    Duplicate {
        /// The rule that could go.
        rule: Rule<'p>,
        /// The rule that is inherited.
        by: Rule<'p>,
    },
    /// `equal-roles`: these roles allow, deny and show the same.
    EqualRoles(Names<'p>),
    /// `empty-role`: a role allows, denies and shows nothing.
    EmptyRole(&'p str),
    /// `separated-role`: a role comes, with all that it inherits, to so many roles of a separation
    /// of duty that nobody can have it.
    Separated {
        /// The role.
        role: &'p str,
        /// The roles that are kept apart.
        roles: Names<'p>,
        /// Nobody has so many of them.
        n: u32,
    },
    /// `separated-prerequisite`: the same of a role with all that must be held before it.
    NeedsSeparated {
        /// The role.
        role: &'p str,
        /// The roles that are kept apart.
        roles: Names<'p>,
        /// Nobody has so many of them.
        n: u32,
    },
    /// `unseen-field`: no role sees this field.
    UnseenField(&'p str),
    /// `allows-everything`: a rule allows all there is, also to change who may do what.
    Everything(Rule<'p>),
    /// `administers-every-role`: a rule allows to assign and withdraw every role.
    Administrator(Rule<'p>),
    /// `escalation`: who has a role may assign others that give what they do not have.
    Escalation {
        /// The rule that allows to assign them.
        rule: Rule<'p>,
        /// The roles that give more.
        roles: Names<'p>,
    },
    /// `loosening`: who has a role may assign others that give what they have themselves, but under
    /// fewer conditions than they have it.
    Loosening {
        /// The rule that allows to assign them.
        rule: Rule<'p>,
        /// The roles that ask for less.
        roles: Names<'p>,
    },
    /// `lifts-denial`: who has a role may withdraw others that deny something, and so allow it.
    LiftsDenial {
        /// The rule that allows to withdraw them.
        rule: Rule<'p>,
        /// The roles that deny something.
        roles: Names<'p>,
    },
    /// `locks-out`: who has a role may assign others that deny what a role with `min_members` allows
    /// about roles: the last who has that one keeps it and can do nothing with it.
    LocksOut {
        /// The rule that allows to assign them.
        rule: Rule<'p>,
        /// The roles that deny it.
        roles: Names<'p>,
    },
    /// `own-approver`: who has a role may assign others that need an approver, approve them, and make
    /// somebody an approver without one: with two names, what nobody else agreed to is approved.
    OwnApprover {
        /// The role.
        role: &'p str,
        /// The roles that need an approver.
        roles: Names<'p>,
        /// A role that approves them and needs none.
        approver: &'p str,
    },
}

impl<'p> Lint<'p> {
    /// The name, which stays: for lists of what is known and accepted.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "unreachable-rule",
            Self::Impossible(_) => "impossible-condition",
            Self::NeverHolds(_) => "condition-never-holds",
            Self::Shadowed { .. } => "shadowed-rule",
            Self::Duplicate { .. } => "inherited-duplicate",
            Self::EqualRoles(_) => "equal-roles",
            Self::EmptyRole(_) => "empty-role",
            Self::Separated { .. } => "separated-role",
            Self::NeedsSeparated { .. } => "separated-prerequisite",
            Self::UnseenField(_) => "unseen-field",
            Self::Everything(_) => "allows-everything",
            Self::Administrator(_) => "administers-every-role",
            Self::Escalation { .. } => "escalation",
            Self::Loosening { .. } => "loosening",
            Self::LiftsDenial { .. } => "lifts-denial",
            Self::LocksOut { .. } => "locks-out",
            Self::OwnApprover { .. } => "own-approver",
        }
    }

    /// What it is about: the name of the role or field, of several roles the first.
    #[must_use]
    pub fn about(&self) -> &'p str {
        match self {
            Self::Unreachable(rule)
            | Self::Impossible(rule)
            | Self::NeverHolds(rule)
            | Self::Shadowed { rule, .. }
            | Self::Duplicate { rule, .. }
            | Self::Everything(rule)
            | Self::Administrator(rule)
            | Self::Escalation { rule, .. }
            | Self::Loosening { rule, .. }
            | Self::LiftsDenial { rule, .. }
            | Self::LocksOut { rule, .. } => rule.role(),
            Self::EqualRoles(names) => names.named.first().copied().unwrap_or_default(),
            Self::EmptyRole(name) | Self::UnseenField(name) => name,
            Self::Separated { role, .. }
            | Self::NeedsSeparated { role, .. }
            | Self::OwnApprover { role, .. } => role,
        }
    }

    fn order(&self) -> (&'static str, &'p str) {
        (self.name(), self.about())
    }
}

impl fmt::Display for Lint<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(rule) => {
                write!(f, "{} and denies all of it", Says(rule))
            }
            Self::Impossible(rule) => {
                write!(f, "{} under conditions that exclude each other", Says(rule))
            }
            Self::NeverHolds(rule) => {
                write!(f, "{} to an owner, and nobody owns a role", Says(rule))
            }
            Self::Shadowed { rule, by } if rule.role() == by.defined_by() => {
                write!(
                    f,
                    "{} and also `{}`, which says more",
                    Says(rule),
                    by.pattern()
                )
            }
            Self::Shadowed { rule, by } => {
                write!(f, "{} and inherits `{}`", Says(rule), by.pattern())?;
                write!(f, " of `{}`, which says more", by.defined_by())
            }
            Self::Duplicate { rule, by } => {
                write!(
                    f,
                    "{} and inherits the same of `{}`",
                    Says(rule),
                    by.defined_by()
                )
            }
            Self::EqualRoles(names) => write!(f, "roles {names} give the same"),
            Self::EmptyRole(name) => write!(f, "role `{name}` gives and denies nothing"),
            Self::Separated { role, roles, n } => {
                write!(f, "role `{role}` comes to {roles}, of which nobody has {n}")
            }
            Self::NeedsSeparated { role, roles, n } => {
                write!(
                    f,
                    "role `{role}` needs others first and comes with them to {roles}"
                )?;
                write!(f, ", of which nobody has {n}")
            }
            Self::UnseenField(name) => write!(f, "no role sees field `{name}`"),
            Self::Everything(rule) => {
                write!(f, "{}: also to change who may do what", Says(rule))
            }
            Self::Administrator(rule) => {
                write!(f, "{}: to assign and withdraw every role", Says(rule))
            }
            Self::Escalation { rule, roles } => {
                write!(
                    f,
                    "{} and does not have all that {roles} would give",
                    Says(rule)
                )
            }
            Self::Loosening { rule, roles } => {
                write!(f, "{} and has what {roles} would give", Says(rule))?;
                f.write_str(" only under conditions that would not be asked for")
            }
            Self::LiftsDenial { rule, roles } => {
                write!(f, "{}, which lifts what {roles} would deny", Says(rule))
            }
            Self::LocksOut { rule, roles } => {
                write!(f, "{}, and {roles} would deny the last", Says(rule))?;
                f.write_str(" of whom there must be one to change roles")
            }
            Self::OwnApprover {
                role,
                roles,
                approver,
            } => {
                write!(f, "role `{role}` assigns and approves {roles}, and")?;
                write!(
                    f,
                    " gives `{approver}`, which approves it, without approval"
                )
            }
        }
    }
}

/// Its name, what it is about, and the sentence.
#[cfg(feature = "serde")]
impl serde::Serialize for Lint<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut form = serializer.serialize_struct("Lint", 3)?;
        form.serialize_field("name", self.name())?;
        form.serialize_field("about", self.about())?;
        form.serialize_field("text", &self.to_string())?;
        form.end()
    }
}

/// A rule, as the beginning of a sentence.
struct Says<'a>(&'a Rule<'a>);

impl fmt::Display for Says<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "role `{}` allows `{}`", self.0.role(), self.0.pattern())
    }
}

/// Names of roles, sorted; of many the first five and how many there are.
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Names<'p> {
    named: Vec<&'p str>,
    more: usize,
}

impl<'p> Names<'p> {
    /// None where there are none.
    fn of(names: impl IntoIterator<Item = &'p str>) -> Option<Self> {
        let mut named: Vec<_> = names.into_iter().collect();
        named.sort_unstable();
        let more = named.len().saturating_sub(NAMED);
        named.truncate(NAMED);
        (!named.is_empty()).then_some(Self { named, more })
    }

    /// The names that are listed.
    #[must_use]
    pub fn listed(&self) -> &[&'p str] {
        &self.named
    }

    /// How many more there are.
    #[must_use]
    pub fn omitted(&self) -> usize {
        self.more
    }
}

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = self.named.len().saturating_sub(1);
        for (i, name) in self.named.iter().enumerate() {
            let separator = match i {
                0 => "",
                _ if i == last && self.more == 0 => " and ",
                _ => ", ",
            };
            write!(f, "{separator}`{name}`")?;
        }
        match self.more {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}
