//! Roles that give the same or nothing, and fields that nobody sees.

use std::collections::HashMap;

use super::{Lint, Names};
use crate::rbac::{
    Field, Policy, Visibility,
    compile::RoleId,
    condition::Conditions,
    reach::Reach,
    region::{Budget, Cell},
    visibility::reading,
};

/// What a role comes to, in a form that is the same for roles that say it in different words.
#[derive(Eq, Hash, PartialEq)]
struct Form<'p> {
    allow: Vec<(Cell<'p>, Conditions)>,
    deny: Vec<Cell<'p>>,
    /// Which fields it sees, and how well.
    fields: Vec<Seen>,
    /// Under which it sees them.
    require: Conditions,
}

impl<'p> Form<'p> {
    fn of(policy: &'p Policy, role: RoleId, seen: &Fields, budget: &mut Budget) -> Option<Self> {
        let reach = Reach::of_role(policy, role);
        budget.spend(reach.rules().len())?;
        let reach = reach.normal(budget)?;
        let rules = reach.rules().iter();
        let mut allow: Vec<_> = rules
            .map(|r| (r.cell.clone(), r.conditions.clone()))
            .collect();
        allow.sort_unstable();
        let fields = seen.seen_by(policy, role, budget)?;
        let require = if fields.is_empty() {
            None
        } else {
            policy.required_of(role)
        };
        Some(Self {
            allow,
            deny: reach.denials().to_vec(),
            fields,
            require: require.cloned().unwrap_or_default(),
        })
    }

    fn is_empty(&self) -> bool {
        self.allow.is_empty() && self.deny.is_empty() && self.fields.is_empty()
    }
}

/// Roles that allow, deny and show the same, and roles that do nothing of it.
pub(super) fn check<'p>(
    policy: &'p Policy,
    found: &mut Vec<Lint<'p>>,
    budget: &mut Budget,
) -> Option<()> {
    let seen = Fields::of(policy);
    let mut groups = HashMap::<Form<'p>, Vec<RoleId>>::new();
    for role in policy.role_ids() {
        let form = Form::of(policy, role, &seen, budget)?;
        groups.entry(form).or_default().push(role);
    }
    for (form, roles) in groups {
        let names = roles.iter().map(|role| policy.role_name(*role));
        if form.is_empty() {
            found.extend(names.map(Lint::EmptyRole));
        } else if roles.len() > 1 {
            found.extend(Names::of(names).map(Lint::EqualRoles));
        }
    }
    Some(())
}

/// Fields that no role sees: of all that say who sees it, one names no role that does not deny
/// itself what it is shown.
pub(super) fn unseen_fields<'p>(
    policy: &'p Policy,
    found: &mut Vec<Lint<'p>>,
    budget: &mut Budget,
) -> Option<()> {
    for name in policy.fields() {
        budget.spend(policy.fields_near(name))?;
        for rule in policy.covering(name) {
            let mut seers = seers(rule).map(|(role, _)| role);
            if !seers.any(|role| !is_hidden(policy, role, name)) {
                found.push(Lint::UnseenField(name));
                break;
            }
        }
    }
    Some(())
}

/// Whether the role denies itself the field.
fn is_hidden(policy: &Policy, role: RoleId, field: &str) -> bool {
    let mut denials = policy.denying(role);
    denials.any(|rule| rule.pattern().hides(reading(field)))
}

/// The roles that a field or its class names, each with what it sees.
fn seers(field: &Field) -> impl Iterator<Item = (RoleId, Visibility)> {
    field.with_class.levels()
}

/// For each role, the fields that name it, and how well it sees them.
pub(super) struct Fields(Vec<Vec<Seen>>);

/// A field by its place, and how well it is seen: the less, the better.
type Seen = (usize, Visibility);

impl Fields {
    pub(super) fn of(policy: &Policy) -> Self {
        let mut by_role = vec![Vec::new(); policy.roles().len()];
        let fields = policy.fields().filter_map(|name| policy.field(name));
        for (i, field) in fields.enumerate() {
            for (role, how) in seers(field) {
                if let Some(seen) = by_role.get_mut(role.index()) {
                    seen.push((i, how));
                }
            }
        }
        Self(by_role)
    }

    /// The fields that a role sees when it is held alone, in ascending order.
    fn seen_by(&self, policy: &Policy, role: RoleId, budget: &mut Budget) -> Option<Vec<Seen>> {
        let closure = policy.closure(role);
        let named = closure.iter().filter_map(|from| self.0.get(from.index()));
        let mut fields: Vec<_> = named.flatten().copied().collect();
        budget.spend(closure.len().saturating_add(fields.len()))?;
        fields.sort_unstable();
        fields.dedup_by_key(|(field, _)| *field);
        if policy.denying(role).next().is_some() {
            fields.retain(|(field, _)| {
                let field = policy.0.fields.get(*field);
                field.is_some_and(|field| !is_hidden(policy, role, field.name()))
            });
        }
        Some(fields)
    }

    /// Whether one role sees a field better than the other.
    pub(super) fn shows_more(
        &self,
        policy: &Policy,
        one: RoleId,
        other: RoleId,
        budget: &mut Budget,
    ) -> Option<bool> {
        let others = self.seen_by(policy, other, budget)?;
        let mut own = self.seen_by(policy, one, budget)?.into_iter();
        Some(own.any(|(field, how)| {
            let same = others.binary_search_by_key(&field, |(field, _)| *field);
            let same = same.ok().and_then(|at| others.get(at));
            same.is_none_or(|(_, better)| how < *better)
        }))
    }
}
