//! What holds of the grants of a role, and which roles are kept apart.

use core::fmt;

use crate::rbac::{
    Policy,
    compile::RoleId,
    duty::{Separation, SeparationKind, Terms},
    print::{kind_word, length},
};

/// Something that a policy says beside what is allowed, and what it says of it before and after;
/// None is nothing.
///
/// Printed, it reads `max_grant 8h, before 4h`.
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct TermChange {
    about: String,
    before: Option<String>,
    after: Option<String>,
}

impl TermChange {
    /// What it is about: `max_grant`, `grant_needs`, `min_members`, `max_members` or
    /// `prerequisites` of a role, `kind` with the name of a field, or a separation of duty.
    #[must_use]
    pub fn about(&self) -> &str {
        &self.about
    }

    /// What was said.
    #[must_use]
    pub fn before(&self) -> Option<&str> {
        self.before.as_deref()
    }

    /// What is said.
    #[must_use]
    pub fn after(&self) -> Option<&str> {
        self.after.as_deref()
    }

    /// None where both say the same.
    fn of(about: &str, before: Option<String>, after: Option<String>) -> Option<Self> {
        let about = about.to_owned();
        (before != after).then_some(Self {
            about,
            before,
            after,
        })
    }
}

impl fmt::Display for TermChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [after, before] =
            [&self.after, &self.before].map(|said| said.as_deref().unwrap_or("none"));
        write!(f, "{} {after}, before {before}", self.about)
    }
}

/// What holds of the grants of a role, with all that it inherits. A role that is not there says
/// nothing.
pub(super) fn of_role(
    (old, before): (&Policy, Option<RoleId>),
    (new, after): (&Policy, Option<RoleId>),
) -> Vec<TermChange> {
    let [before, after] = [(old, before), (new, after)].map(|(policy, role)| said(policy, role));
    let pairs = before.into_iter().zip(after);
    pairs
        .filter_map(|((about, before), (_, after))| TermChange::of(about, before, after))
        .collect()
}

fn said(policy: &Policy, role: Option<RoleId>) -> [(&'static str, Option<String>); 5] {
    let closure = || {
        let closure = role.map_or(&[][..], |role| policy.closure(role)).iter();
        closure.filter_map(|role| policy.0.role(*role))
    };
    let needs = [
        ("approver", closure().any(|role| role.terms.needs.approver)),
        ("reason", closure().any(|role| role.terms.needs.reason)),
    ];
    let needs = needs
        .into_iter()
        .filter_map(|(name, is)| is.then_some(name));
    let before = closure().flat_map(|role| role.terms.prerequisites.iter());
    // a bound on members is one on those of the role that states it
    let members = |bound: fn(&Terms) -> Option<u32>| {
        let own = role.and_then(|role| policy.0.role(role));
        let bounds = closure().filter_map(|role| {
            let number = bound(&role.terms)?;
            Some(if own.is_some_and(|own| own.name == role.name) {
                number.to_string()
            } else {
                format!("{number} of `{}`", role.name)
            })
        });
        listed(bounds)
    };
    [
        (
            "max_grant",
            role.and_then(|role| policy.longest_grant(role)).map(length),
        ),
        ("grant_needs", listed(needs.map(str::to_owned))),
        ("min_members", members(|terms| terms.min_members)),
        ("max_members", members(|terms| terms.max_members)),
        (
            "prerequisites",
            listed(before.map(|role| format!("`{}`", policy.role_name(*role)))),
        ),
    ]
}

/// The separations of duty and the kinds of masks that only one of the policies has, or that differ.
pub(super) fn of_policy(old: &Policy, new: &Policy) -> Vec<TermChange> {
    let [before, after] = [old, new].map(|policy| {
        let all = policy.0.separations.iter();
        let mut all: Vec<_> = all.map(|one| separation(policy, one)).collect();
        all.sort_unstable();
        all
    });
    let in_force = || Some("in force".to_owned());
    let ended = before
        .iter()
        .filter(|one| after.binary_search(one).is_err());
    let ended = ended.filter_map(|one| TermChange::of(one, in_force(), None));
    let begun = after
        .iter()
        .filter(|one| before.binary_search(one).is_err());
    let begun = begun.filter_map(|one| TermChange::of(one, None, in_force()));
    let mut fields: Vec<_> = old.fields().chain(new.fields()).collect();
    fields.sort_unstable();
    fields.dedup();
    let kinds = fields.into_iter().filter_map(|name| {
        let kind = |policy: &Policy| Some(kind_word(policy.field(name)?.kind?).to_owned());
        TermChange::of(&format!("kind of `{name}`"), kind(old), kind(new))
    });
    ended.chain(begun).chain(kinds).collect()
}

/// As one line that is the same for the same.
fn separation(policy: &Policy, one: &Separation) -> String {
    let kind = match one.kind {
        SeparationKind::Static => "static",
        SeparationKind::Dynamic => "dynamic",
    };
    let roles = one.roles.iter().map(|role| policy.role_name(*role));
    let roles = roles.collect::<Vec<_>>().join("`, `");
    format!("{kind} separation, fewer than {} of `{roles}`:", one.n)
}

/// Sorted, each once; None without any.
fn listed(names: impl Iterator<Item = String>) -> Option<String> {
    let mut names: Vec<_> = names.collect();
    names.sort_unstable();
    names.dedup();
    (!names.is_empty()).then(|| names.join(", "))
}
