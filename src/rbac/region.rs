//! Sets of permissions, exactly: what a pattern covers without what others cover.
//!
//! The policy's analyses ask which permissions one set of rules has and another has not. Patterns
//! alone cannot say it: `project:*` without `project:delete` is no pattern. A [`Region`] can, and
//! the algebra below it is exact: for each segment any, one of some or none of some literals, with or
//! without a tail, closed under intersection and difference. It is bounded in what it computes; what
//! goes beyond the bound is reported as not known, and never guessed.

mod cell;
mod index;

use core::fmt;

pub(super) use cell::Cell;
pub(super) use index::Index;

use super::{Pattern, Permission};

/// Cells that a region is broken up into for printing, before it is printed with its exceptions.
const PIECES: usize = 8;

/// A set of permissions: those of a pattern, without those of some others. It is never empty.
///
/// Printed, it reads ``project:*` except `project:delete``.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Region<'p> {
    of: Cell<'p>,
    /// Each a part of `of`, none a part of another; sorted.
    except: Vec<Cell<'p>>,
}

impl<'p> Region<'p> {
    /// Whether this permission is one of the set.
    #[must_use]
    pub fn contains(&self, permission: &Permission) -> bool {
        let permission = permission.as_str();
        let mut except = self.except.iter();
        self.of.matches(permission) && !except.any(|cell| cell.matches(permission))
    }

    /// The pattern that the set lies in, as text.
    #[must_use]
    pub fn pattern(&self) -> String {
        self.of.to_string()
    }

    /// The patterns that are no part of the set though they are of [`Region::pattern`], as text.
    #[must_use]
    pub fn except(&self) -> impl ExactSizeIterator<Item = String> {
        self.except.iter().map(Cell::to_string)
    }

    /// What is left of `of` without the others: nothing, or the region in as few words as it takes.
    pub(super) fn without<'a>(
        of: &Cell<'p>,
        others: impl IntoIterator<Item = &'a Cell<'p>>,
        budget: &mut Budget,
    ) -> Option<Vec<Self>>
    where
        'p: 'a,
    {
        let mut common = Vec::new();
        for both in others.into_iter().filter_map(|other| of.and(other)) {
            budget.spend(both.effort())?;
            common.push(both);
        }
        let except = widest(common, budget)?;
        for cell in &except {
            budget.spend(cell.size())?;
        }
        let left = of.without(&except, budget)?;
        if left.is_empty() {
            return Some(Vec::new());
        }
        if left.len() <= PIECES && left.iter().all(Cell::is_pattern) {
            return Some(joined(left).into_iter().map(Self::from).collect());
        }
        let of = of.clone();
        Some(vec![Self { of, except }])
    }
}

impl<'p> From<Cell<'p>> for Region<'p> {
    fn from(of: Cell<'p>) -> Self {
        let except = Vec::new();
        Self { of, except }
    }
}

impl<'p> From<&'p Pattern> for Region<'p> {
    fn from(pattern: &'p Pattern) -> Self {
        Cell::from(pattern).into()
    }
}

impl fmt::Display for Region<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.of)?;
        for (i, cell) in self.except.iter().enumerate() {
            let word = if i == 0 { " except" } else { "," };
            write!(f, "{word} `{cell}`")?;
        }
        Ok(())
    }
}

/// How much may still be computed: cells compared, and segments and literals kept at one time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget(usize);

impl Budget {
    pub(super) const fn new(steps: usize) -> Self {
        Self(steps)
    }

    /// None where nothing is left. What could not be spent is not spent by anything cheaper, either:
    /// what is known never depends on luck.
    pub(super) fn spend(&mut self, steps: usize) -> Option<()> {
        let left = self.0.checked_sub(steps);
        self.0 = left.unwrap_or(0);
        left.map(|_| ())
    }

    /// What was kept is kept no more.
    fn free(&mut self, steps: usize) {
        self.0 = self.0.saturating_add(steps);
    }
}

/// Those that lie in no other; sorted. None where the budget does not suffice.
pub(super) fn widest<'p>(mut cells: Vec<Cell<'p>>, budget: &mut Budget) -> Option<Vec<Cell<'p>>> {
    cells.sort_unstable();
    cells.dedup();
    let mut widest = Vec::<Cell<'p>>::with_capacity(cells.len());
    for cell in cells {
        budget.spend(widest.len().saturating_mul(cell.effort()))?;
        if !widest.iter().any(|other| other.contains(&cell)) {
            widest.retain(|other| !cell.contains(other));
            widest.push(cell);
        }
    }
    widest.sort_unstable();
    Some(widest)
}

/// Those that differ in the last segment only as one: `a:b` and `a:c` are `a:b,c`.
fn joined(mut cells: Vec<Cell<'_>>) -> Vec<Cell<'_>> {
    cells.sort_unstable();
    let mut all = Vec::<Cell<'_>>::with_capacity(cells.len());
    for cell in cells {
        match all.last().and_then(|last| last.joined(&cell)) {
            Some(one) => {
                all.pop();
                all.push(one);
            }
            None => all.push(cell),
        }
    }
    all
}

#[cfg(test)]
mod tests;
