//! Cells by what they begin with.

use std::collections::HashMap;

use super::{Budget, Cell};

/// Many cells, of which one is compared only with those that begin alike.
pub(in crate::rbac) struct Index<'a, 'p> {
    cells: Vec<&'a Cell<'p>>,
    by_head: HashMap<&'p str, Vec<usize>>,
    any_head: Vec<usize>,
}

impl<'a, 'p> Index<'a, 'p> {
    pub(in crate::rbac) fn of(cells: impl IntoIterator<Item = &'a Cell<'p>>) -> Self {
        let mut index = Self {
            cells: cells.into_iter().collect(),
            by_head: HashMap::new(),
            any_head: Vec::new(),
        };
        for (i, cell) in index.cells.iter().enumerate() {
            match cell.named(0) {
                Some(heads) => {
                    for head in heads {
                        index.by_head.entry(head).or_default().push(i);
                    }
                }
                None => index.any_head.push(i),
            }
        }
        index
    }

    /// The places of those that have something in common with `cell`, ascending; None where the
    /// budget does not suffice to look.
    pub(in crate::rbac) fn near(&self, cell: &Cell<'p>, budget: &mut Budget) -> Option<Vec<usize>> {
        let mut near: Vec<usize> = match cell.named(0) {
            Some(heads) => {
                let named = heads.iter().filter_map(|head| self.by_head.get(head));
                named.chain([&self.any_head]).flatten().copied().collect()
            }
            None => (0..self.cells.len()).collect(),
        };
        budget.spend(near.len().saturating_mul(cell.effort()))?;
        near.sort_unstable();
        near.dedup();
        near.retain(|i| self.get(*i).is_some_and(|other| other.overlaps(cell)));
        Some(near)
    }

    /// The cells of [`Index::near`].
    pub(in crate::rbac) fn cells_near(
        &self,
        cell: &Cell<'p>,
        budget: &mut Budget,
    ) -> Option<Vec<&'a Cell<'p>>> {
        let near = self.near(cell, budget)?;
        Some(near.into_iter().filter_map(|i| self.get(i)).collect())
    }

    fn get(&self, i: usize) -> Option<&'a Cell<'p>> {
        self.cells.get(i).copied()
    }
}
