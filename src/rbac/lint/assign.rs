//! Ways from one role to the powers of another.

use super::{Lint, Names, roles::Fields};
use crate::rbac::{
    Pattern, Policy,
    compile::RoleId,
    reach::{Allowing, Reach, Sorted},
    region::{Budget, Cell},
};

/// Looks at each role that itself states that it may assign or withdraw others.
pub(super) fn check<'p>(
    policy: &'p Policy,
    found: &mut Vec<Lint<'p>>,
    budget: &mut Budget,
) -> Option<()> {
    let (Ok(changing), fields) = (Pattern::parse("role:assign,withdraw:*"), Fields::of(policy))
    else {
        return None;
    };
    let changing = Cell::from(&changing);
    let roles = policy.role_ids();
    let denying: Vec<_> = roles
        .filter(|role| policy.denying(*role).next().is_some())
        .collect();
    let locking = locking(policy, &denying, budget)?;
    for role in policy.role_ids() {
        let stated = policy.stating(role);
        if !stated
            .into_iter()
            .any(|pattern| changing.overlaps(&Cell::from(pattern)))
        {
            continue;
        }
        let reach = Reach::of_role(policy, role);
        budget.spend(reach.rules().len())?;
        let freed = reach.freed();
        let (sorted, free) = (Sorted::of(&reach), Sorted::of(&freed));
        for rule in reach.rules().iter().filter(|rule| rule.is_own()) {
            let (mut more, mut freer) = (Vec::new(), Vec::new());
            let mut locked = Vec::new();
            for other in targets(policy, &reach, rule, "assign", budget)? {
                if locking.has(policy, role, other) {
                    locked.push(policy.role_name(other));
                }
                let given = Reach::of_role(policy, other);
                budget.spend(given.rules().len())?;
                if fields.shows_more(policy, other, role, budget)?
                    || !given.freed().beyond(&free, budget)?.is_empty()
                {
                    more.push(policy.role_name(other));
                } else if !given.beyond(&sorted, budget)?.is_empty() {
                    freer.push(policy.role_name(other));
                }
            }
            let mut lifted = targets(policy, &reach, rule, "withdraw", budget)?;
            lifted.retain(|other| denying.binary_search(other).is_ok());
            let lifted = lifted.iter().map(|other| policy.role_name(*other));
            let rule = rule.rule;
            if let Some(roles) = Names::of(more) {
                found.push(Lint::Escalation { rule, roles });
            }
            if let Some(roles) = Names::of(freer) {
                found.push(Lint::Loosening { rule, roles });
            }
            if let Some(roles) = Names::of(lifted) {
                found.push(Lint::LiftsDenial { rule, roles });
            }
            if let Some(roles) = Names::of(locked) {
                found.push(Lint::LocksOut { rule, roles });
            }
        }
    }
    Some(())
}

/// For each role with `min_members` that allows something about roles, those that deny some of it.
struct Locking(Vec<(RoleId, Vec<RoleId>)>);

fn locking(policy: &Policy, denying: &[RoleId], budget: &mut Budget) -> Option<Locking> {
    let administration = Pattern::parse("role:**").ok()?;
    let administration = Cell::from(&administration);
    let mut all = Vec::new();
    for kept in policy.role_ids().filter(|role| policy.is_kept(*role)) {
        let reach = Reach::of_role(policy, kept);
        budget.spend(reach.rules().len())?;
        let rules = reach.rules().iter();
        let allowed: Vec<_> = rules.filter_map(|r| r.cell.and(&administration)).collect();
        let mut lock = Vec::new();
        for role in denying {
            for denial in policy.denying(*role) {
                budget.spend(allowed.len().saturating_add(1))?;
                let denial = Cell::from(denial.pattern());
                if allowed.iter().any(|cell| cell.overlaps(&denial)) {
                    lock.push(*role);
                    break;
                }
            }
        }
        all.push((kept, lock));
    }
    Some(Locking(all))
}

impl Locking {
    /// Whether a role denies what one that `by` does not have allows about roles.
    fn has(&self, policy: &Policy, by: RoleId, role: RoleId) -> bool {
        let others = self.0.iter().filter(|(kept, _)| {
            // who has it too is one more
            policy.closure(by).binary_search(kept).is_err()
        });
        others
            .into_iter()
            .any(|(_, lock)| lock.binary_search(&role).is_ok())
    }
}

/// The roles that who has `rule` may assign or withdraw.
fn targets(
    policy: &Policy,
    reach: &Reach<'_>,
    rule: &Allowing<'_>,
    verb: &str,
    budget: &mut Budget,
) -> Option<Vec<RoleId>> {
    let named = rule.cell.named(2).map(|names| {
        let roles = names.iter().filter_map(|name| policy.role_id(name));
        roles.collect()
    });
    let mut roles: Vec<_> = named.unwrap_or_else(|| policy.role_ids().collect());
    budget.spend(roles.len())?;
    roles.retain(|role| {
        let name = policy.role_name(*role);
        let permission = ["role", verb, name].join(":");
        let denied = reach.denials().iter().any(|cell| cell.matches(&permission));
        rule.cell.matches(&permission) && !denied
    });
    Some(roles)
}
