//! Approvals that whoever asks for them can give themselves, by another name.

use super::{Lint, Names, roles::Fields};
use crate::rbac::{
    Pattern, Policy,
    compile::RoleId,
    reach::{Reach, Sorted},
    region::{Budget, Cell},
};

/// Looks at each role that itself states something about assigning or approving.
pub(super) fn check<'p>(
    policy: &'p Policy,
    found: &mut Vec<Lint<'p>>,
    budget: &mut Budget,
) -> Option<()> {
    let approved = |role: &RoleId| policy.needs_approver(*role);
    let asking: Vec<_> = policy.role_ids().filter(approved).collect();
    if asking.is_empty() {
        return Some(());
    }
    let patterns = ["role:approve:*", "role:assign,approve:*"].map(Pattern::parse);
    let [Ok(approving), Ok(giving)] = &patterns else {
        return None;
    };
    let (approving, giving) = (Cell::from(approving), Cell::from(giving));
    let fields = Fields::of(policy);
    let states = |reach: &Reach<'p>, cell: &Cell<'_>, is_own: bool| {
        let mut rules = reach.rules().iter();
        rules.any(|rule| (rule.is_own() || !is_own) && cell.overlaps(&rule.cell))
    };
    // the roles that approve something, and that nobody has to approve
    let mut free = Vec::new();
    for role in policy.role_ids().filter(|role| !approved(role)) {
        let reach = Reach::of_role(policy, role);
        budget.spend(reach.rules().len())?;
        if states(&reach, &approving, false) {
            free.push((role, reach));
        }
    }
    for role in policy.role_ids() {
        let reach = Reach::of_role(policy, role);
        budget.spend(reach.rules().len())?;
        if !states(&reach, &giving, true) {
            continue;
        }
        let mut own = Vec::new();
        for asked in &asking {
            if may(policy, &reach, "assign", *asked, budget)? {
                own.push(*asked);
            }
        }
        if own.is_empty() {
            continue;
        }
        let sorted = Sorted::of(&reach);
        // to give an approver's role is to have what it approves
        for (approver, given) in &free {
            let can_give = may(policy, &reach, "assign", *approver, budget)?
                && given.beyond(&sorted, budget)?.is_empty()
                && !fields.shows_more(policy, *approver, role, budget)?;
            let mut roles = Vec::new();
            for asked in own.iter().filter(|_| can_give) {
                if may(policy, given, "approve", *asked, budget)? {
                    roles.push(policy.role_name(*asked));
                }
            }
            if let Some(roles) = Names::of(roles) {
                found.push(Lint::OwnApprover {
                    role: policy.role_name(role),
                    approver: policy.role_name(*approver),
                    roles,
                });
                break;
            }
        }
    }
    Some(())
}

/// Whether who holds all this may do something to a role, some day.
fn may(
    policy: &Policy,
    reach: &Reach<'_>,
    verb: &str,
    role: RoleId,
    budget: &mut Budget,
) -> Option<bool> {
    budget.spend(reach.rules().len().saturating_add(reach.denials().len()))?;
    let permission = ["role", verb, policy.role_name(role)].join(":");
    let allows = reach.rules().iter().any(|rule| {
        let conditions = &rule.conditions;
        rule.cell.matches(&permission) && conditions.can_hold() && !conditions.ask_for_owner()
    });
    let denied = reach.denials().iter().any(|cell| cell.matches(&permission));
    Some(allows && !denied)
}
