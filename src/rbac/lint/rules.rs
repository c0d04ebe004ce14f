//! Rules that never count, and rules that could go.

use super::Lint;
use crate::rbac::{
    Policy,
    reach::{Allowing, Reach},
    region::{Budget, Cell, Index},
};

/// Looks at the rules of each role itself, beside all that it inherits.
pub(super) fn check<'p>(
    policy: &'p Policy,
    found: &mut Vec<Lint<'p>>,
    budget: &mut Budget,
) -> Option<()> {
    let all = [
        "**",
        "role:**",
        "role:approve,assign,break_glass,withdraw:*",
    ];
    let all = all.map(|text| text.parse().ok());
    let [Some(everything), Some(every_role), Some(administration)] = &all else {
        return None;
    };
    let (everything, every_role) = (Cell::from(everything), Cell::from(every_role));
    let administration = Cell::from(administration);
    for role in policy.role_ids() {
        let reach = Reach::of_role(policy, role);
        budget.spend(reach.rules().len())?;
        let denied = Index::of(reach.denials());
        let allowed = Index::of(reach.rules().iter().map(|rule| &rule.cell));
        for (i, own) in reach.rules().iter().enumerate() {
            if !own.is_own() {
                continue;
            }
            if own.cell.contains(&everything) {
                found.push(Lint::Everything(own.rule));
            } else if own.cell.contains(&every_role) {
                found.push(Lint::Administrator(own.rule));
            }
            if !own.conditions.can_hold() {
                found.push(Lint::Impossible(own.rule));
            }
            if own.conditions.ask_for_owner() && administration.contains(&own.cell) {
                found.push(Lint::NeverHolds(own.rule));
            }
            let denials = denied.cells_near(&own.cell, budget)?;
            if own.cell.without(denials, budget)?.is_empty() {
                found.push(Lint::Unreachable(own.rule));
                continue;
            }
            let others = allowed.near(&own.cell, budget)?.into_iter();
            let others = others.filter_map(|j| Some((j, reach.rules().get(j)?)));
            found.extend(superfluous((i, own), others));
        }
    }
    Some(())
}

/// Of the rules that say as much, the one that is named first.
fn superfluous<'a, 'p: 'a>(
    (i, own): (usize, &Allowing<'p>),
    others: impl Iterator<Item = (usize, &'a Allowing<'p>)>,
) -> Option<Lint<'p>> {
    let (rule, mut shadowed) = (own.rule, None);
    for (j, other) in others {
        if j == i || !other.covers(own) {
            continue;
        }
        let by = other.rule;
        let is_same = own.covers(other);
        match (other.is_own(), is_same) {
            (false, true) => return Some(Lint::Duplicate { rule, by }),
            // of two that say the same, the later could go
            (true, true) if i < j => {}
            _ => shadowed = shadowed.or(Some(Lint::Shadowed { rule, by })),
        }
    }
    shadowed
}
