//! Denials within fields that are seen as a whole.

use super::fields::{FieldChange, Held};
use crate::rbac::{
    Visibility,
    region::{Budget, Cell, Index, Region, widest},
};

/// What the denials hide within the fields that are seen before and after: what is hidden only
/// after, and what was hidden only before, as the permissions to read it. None where the budget
/// does not suffice.
pub(super) fn compare<'p>(
    before: &Held<'p, '_>,
    after: &Held<'p, '_>,
    fields: &[FieldChange<'p>],
    budget: &mut Budget,
) -> Option<[Vec<Region<'p>>; 2]> {
    let (before, after) = (before.hiding(), after.hiding());
    if before == after {
        return Some([Vec::new(), Vec::new()]);
    }
    let [mut seen, mut unseen] = [Vec::new(), Vec::new()];
    for change in fields {
        let is_hidden = |sight: super::Sight| sight.at_best() == Visibility::Hide;
        // what is hidden as a whole, or was, is told of the field
        let list = match is_hidden(change.before()) || is_hidden(change.after()) {
            true => &mut unseen,
            false => &mut seen,
        };
        list.extend(Cell::of_field(change.field()));
    }
    let (seen, unseen) = (Index::of(&seen), Index::of(&unseen));
    let hidden = beyond(&after, &before, &seen, &unseen, budget)?;
    Some([hidden, beyond(&before, &after, &seen, &unseen, budget)?])
}

/// What of `these` is in none of `those`, and is seen.
fn beyond<'p>(
    these: &[Cell<'p>],
    those: &[Cell<'p>],
    seen: &Index<'_, 'p>,
    unseen: &Index<'_, 'p>,
    budget: &mut Budget,
) -> Option<Vec<Region<'p>>> {
    let those = Index::of(those);
    let mut touched = Vec::new();
    for cell in these {
        for field in seen.cells_near(cell, budget)? {
            let both = cell.and(field);
            budget.spend(both.as_ref().map_or(0, Cell::size))?;
            touched.extend(both);
        }
    }
    let mut regions = Vec::new();
    for cell in widest(touched, budget)? {
        let others = those.cells_near(&cell, budget)?;
        let others = others.into_iter().chain(unseen.cells_near(&cell, budget)?);
        regions.extend(Region::without(&cell, others, budget)?);
    }
    regions.sort_unstable();
    regions.dedup();
    Some(regions)
}
