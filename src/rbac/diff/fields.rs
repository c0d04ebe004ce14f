//! Which fields are seen better or worse.

use core::fmt;
use std::collections::HashSet;

use crate::rbac::{
    Policy, Visibility,
    compile::RoleId,
    region::{Budget, Cell},
    visibility::reading,
};

/// How a field is seen.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Sight {
    always: Visibility,
    at_best: Visibility,
}

impl Sight {
    /// Whatever is known of the subject.
    pub fn always(&self) -> Visibility {
        self.always
    }

    /// Where all that the roles require is met.
    pub fn at_best(&self) -> Visibility {
        self.at_best
    }
}

impl fmt::Display for Sight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(word(self.at_best))?;
        if self.always == self.at_best {
            Ok(())
        } else {
            write!(f, " under conditions, else {}", word(self.always))
        }
    }
}

fn word(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Show => "shown",
        Visibility::Mask => "masked",
        Visibility::Pseudonym => "as a pseudonym",
        Visibility::Hide => "hidden",
    }
}

/// A field that is seen better or worse than it was.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct FieldChange<'p> {
    field: &'p str,
    before: Sight,
    after: Sight,
}

impl<'p> FieldChange<'p> {
    /// The name of the field.
    #[must_use]
    pub fn field(&self) -> &'p str {
        self.field
    }

    /// How it was seen.
    #[must_use]
    pub fn before(&self) -> Sight {
        self.before
    }

    /// How it is seen.
    #[must_use]
    pub fn after(&self) -> Sight {
        self.after
    }
}

impl FieldChange<'_> {
    pub(super) fn is_change(&self) -> bool {
        self.before != self.after
    }
}

impl fmt::Display for FieldChange<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}, before {}", self.field, self.after, self.before)
    }
}

/// Some roles of one policy.
pub(super) struct Held<'p, 'r> {
    policy: &'p Policy,
    roles: &'r [RoleId],
    /// With all that they inherit: those of them that require nothing, and all.
    always: HashSet<RoleId>,
    at_best: HashSet<RoleId>,
}

impl<'p, 'r> Held<'p, 'r> {
    pub(super) fn of(policy: &'p Policy, roles: &'r [RoleId]) -> Self {
        let inherited = |roles: &mut dyn Iterator<Item = &RoleId>| {
            let all = roles.flat_map(|role| policy.closure(*role));
            all.copied().collect()
        };
        let require = |role: &RoleId| policy.required_of(*role).is_some_and(|all| !all.is_empty());
        Self {
            policy,
            roles,
            always: inherited(&mut roles.iter().filter(|role| !require(role))),
            at_best: inherited(&mut roles.iter()),
        }
    }

    /// What their denials hide, each once.
    pub(super) fn hiding(&self) -> Vec<Cell<'p>> {
        let policy = self.policy;
        let denials = self.roles.iter().flat_map(|role| policy.denying(*role));
        let mut cells: Vec<_> = denials
            .filter_map(|rule| Cell::hidden_by(rule.pattern()))
            .collect();
        cells.sort_unstable();
        cells.dedup();
        cells
    }

    /// How the roles see a field together.
    fn sight(&self, field: &str) -> Sight {
        let mut denials = self
            .roles
            .iter()
            .flat_map(|role| self.policy.denying(*role));
        let denied = denials.any(|rule| rule.pattern().hides(reading(field)));
        let seen = |holds| {
            let rules = self.policy.covering(field);
            let seen = rules.map(|rule| rule.shown_to_any(holds)).max();
            seen.filter(|_| !denied).unwrap_or(Visibility::Hide)
        };
        Sight {
            always: seen(&self.always),
            at_best: seen(&self.at_best),
        }
    }

    /// How the roles of either policy see the fields, whether better, worse or the same; None where
    /// the budget does not suffice.
    pub(super) fn compare(
        before: &Self,
        after: &Self,
        budget: &mut Budget,
    ) -> Option<Vec<FieldChange<'p>>> {
        let mut fields: Vec<_> = before
            .policy
            .fields()
            .chain(after.policy.fields())
            .collect();
        fields.sort_unstable();
        fields.dedup();
        for field in &fields {
            budget.spend(before.policy.fields_near(field))?;
            budget.spend(after.policy.fields_near(field))?;
        }
        let changes = fields.into_iter().map(|field| FieldChange {
            field,
            before: before.sight(field),
            after: after.sight(field),
        });
        Some(changes.collect())
    }

    /// Whether the fields name the roles alike: then these see the same also beside others.
    pub(super) fn is_named_alike(before: &Self, after: &Self, budget: &mut Budget) -> Option<bool> {
        budget.spend(before.policy.fields().len())?;
        let levels = |held: &Self| {
            let fields = held.policy.0.fields.iter();
            let levels = fields.map(|field| {
                let seen = [&held.always, &held.at_best].map(|roles| field.shown_to_any(roles));
                (field.name().to_owned(), seen)
            });
            levels.collect::<Vec<_>>()
        };
        Some(levels(before) == levels(after))
    }
}
