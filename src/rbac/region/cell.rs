//! Rectangles of permissions, and what is left of one without others.

use core::fmt;

use super::Budget;
use crate::rbac::{
    permission::{Pattern, READING, SEGMENTS, Segment, Tail},
    visibility::{ANY as EVERY_PART, reading},
};

/// Cells that one is broken up into, to compare what is said in different words.
const SINGLES: usize = 64;
/// Segments and literals that are compared in one step.
const IN_ONE_STEP: usize = 16;

/// Permissions that each have one of some literals in the first segment, one of some in the second
/// and so on.
///
/// The intersection of two cells is a cell; what is left of one without another is a list of cells
/// that have nothing in common. A set of literals is never all of them: there are more literals than
/// a policy can name.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(in crate::rbac) struct Cell<'p> {
    /// INVARIANT: at most [`SEGMENTS`], with a tail fewer; without a tail at least one.
    segments: Vec<Choice<'p>>,
    tail: Tail,
}

/// What one segment may be.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
enum Choice<'p> {
    /// INVARIANT: sorted, without repetition, not empty.
    OneOf(Vec<&'p str>),
    /// Anything but these, which are sorted and without repetition; without any, just anything.
    NoneOf(Vec<&'p str>),
}

impl<'p> From<&'p Pattern> for Cell<'p> {
    fn from(pattern: &'p Pattern) -> Self {
        let choices = pattern.segments.iter().map(|segment| match segment {
            Segment::Any => ANY.clone(),
            Segment::OneOf(literals) => Choice::OneOf(literals.iter().map(AsRef::as_ref).collect()),
        });
        Self {
            segments: choices.collect(),
            tail: pattern.tail,
        }
    }
}

impl<'p> Cell<'p> {
    /// None where no permission is like this.
    fn new(segments: Vec<Choice<'p>>, mut tail: Tail) -> Option<Self> {
        match (segments.len(), tail) {
            (0, Tail::Nothing) => return None,
            (len, _) if len > SEGMENTS => return None,
            // nothing can follow the last segment that a permission may have
            (SEGMENTS, _) => tail = Tail::Nothing,
            _ => {}
        }
        Some(Self { segments, tail })
    }

    /// The permissions to read a field and whatever lies in it; None for a name that none can have.
    pub(in crate::rbac) fn of_field(name: &'p str) -> Option<Self> {
        let choices = reading(name).map(|part| match part {
            EVERY_PART => ANY.clone(),
            part => Choice::OneOf(vec![part]),
        });
        Self::new(choices.collect(), Tail::Anything)
    }

    /// The permissions to read what a denial of this pattern hides: a value with all that lies in
    /// it, as [`Pattern::hides`] has it. None where it hides nothing.
    pub(in crate::rbac) fn hidden_by(denial: &'p Pattern) -> Option<Self> {
        let hides = denial.tail == Tail::Anything || denial.segments.len() >= READING;
        let segments = hides.then(|| Self::from(denial).segments)?;
        Self::new(segments, Tail::Anything)
    }

    /// What both have; None where that is nothing.
    pub(in crate::rbac) fn and(&self, other: &Self) -> Option<Self> {
        let len = self.segments.len().max(other.segments.len());
        if !(self.reaches(len) && other.reaches(len)) {
            return None;
        }
        let both = (0..len).map(|i| self.choice(i).and(other.choice(i)));
        Self::new(both.collect::<Option<_>>()?, self.tail.min(other.tail))
    }

    /// Whether both have something.
    pub(in crate::rbac) fn overlaps(&self, other: &Self) -> bool {
        let len = self.segments.len().max(other.segments.len());
        let mut choices = (0..len).map(|i| (self.choice(i), other.choice(i)));
        self.reaches(len) && other.reaches(len) && choices.all(|(own, other)| own.overlaps(other))
    }

    /// Whether this has all that the other has.
    pub(in crate::rbac) fn contains(&self, other: &Self) -> bool {
        let lengths = match (self.tail, other.tail) {
            (Tail::Anything, _) => self.segments.len() <= other.segments.len().max(1),
            (Tail::Nothing, Tail::Nothing) => self.segments.len() == other.segments.len(),
            (Tail::Nothing, Tail::Anything) => false,
        };
        let len = self.segments.len();
        lengths && (0..len).all(|i| other.choice(i).minus(self.choice(i)).is_none())
    }

    /// Appends what this has and the other has not, as cells that have nothing in common; None where
    /// the budget does not suffice to keep them.
    fn minus(self, other: &Self, rest: &mut Vec<Self>, budget: &mut Budget) -> Option<()> {
        if !self.overlaps(other) {
            rest.push(self);
            return Some(());
        }
        let mut keep = |cell: Option<Self>| {
            let Some(cell) = cell else { return Some(()) };
            budget.spend(cell.size())?;
            rest.push(cell);
            Some(())
        };
        let len = self.segments.len().max(other.segments.len());
        let tail = self.tail.min(other.tail);
        if self.tail == Tail::Anything {
            for len in self.segments.len()..other.segments.len() {
                keep(Self::new(self.padded(len), Tail::Nothing))?;
            }
        }
        if tail != self.tail {
            let longer = self.padded(len.saturating_add(1));
            keep(Self::new(longer, Tail::Anything))?;
        }
        let mut common = self.padded(len);
        for i in 0..len {
            let theirs = other.choice(i);
            let own = common.get_mut(i)?;
            let (left, both) = (own.minus(theirs), own.and(theirs));
            if let Some(left) = left {
                *own = left;
                keep(Self::new(common.clone(), tail))?;
            }
            if let (Some(own), Some(both)) = (common.get_mut(i), both) {
                *own = both;
            }
        }
        // it makes room; the work stays spent
        budget.free(self.size().saturating_sub(self.effort()));
        Some(())
    }

    /// What is left without all of these, as cells that have nothing in common; None where the
    /// budget does not suffice.
    pub(in crate::rbac) fn without<'a>(
        &self,
        others: impl IntoIterator<Item = &'a Self>,
        budget: &mut Budget,
    ) -> Option<Vec<Self>>
    where
        'p: 'a,
    {
        budget.spend(self.size())?;
        let mut left = vec![self.clone()];
        for other in others {
            let mut rest = Vec::with_capacity(left.len());
            for cell in left {
                budget.spend(cell.effort())?;
                cell.minus(other, &mut rest, budget)?;
            }
            left = rest;
            if left.is_empty() {
                break;
            }
        }
        Some(left)
    }

    /// What it takes to keep it: its segments and their literals.
    pub(in crate::rbac) fn size(&self) -> usize {
        let literals = self.segments.iter().map(|choice| match choice {
            Choice::OneOf(literals) | Choice::NoneOf(literals) => literals.len(),
        });
        literals.fold(self.segments.len(), usize::saturating_add)
    }

    /// What it takes to compare it: for most cells one step.
    pub(in crate::rbac) fn effort(&self) -> usize {
        (self.size() / IN_ONE_STEP).saturating_add(1)
    }

    /// The literals that a segment, counted from zero, must be one of; None where it may be others.
    pub(in crate::rbac) fn named(&self, segment: usize) -> Option<&[&'p str]> {
        match self.choice(segment) {
            Choice::OneOf(literals) => Some(literals),
            Choice::NoneOf(_) => None,
        }
    }

    /// The same, in cells that name one literal in each segment; where these would be very many, as
    /// it is.
    pub(in crate::rbac) fn singles(&self) -> Vec<Self> {
        let sizes = self.segments.iter().map(|choice| match choice {
            Choice::OneOf(literals) => literals.len(),
            Choice::NoneOf(_) => 1,
        });
        if sizes.fold(1, usize::saturating_mul) > SINGLES {
            return vec![self.clone()];
        }
        let mut all = vec![Vec::with_capacity(self.segments.len())];
        for choice in &self.segments {
            let choices = match choice {
                Choice::OneOf(literals) => literals
                    .iter()
                    .map(|one| Choice::OneOf(vec![one]))
                    .collect(),
                Choice::NoneOf(_) => vec![choice.clone()],
            };
            let longer = all.iter().flat_map(|segments: &Vec<_>| {
                choices.iter().map(|choice| {
                    let mut segments = segments.clone();
                    segments.push(choice.clone());
                    segments
                })
            });
            all = longer.collect();
        }
        let tail = self.tail;
        all.into_iter()
            .map(|segments| Self { segments, tail })
            .collect()
    }

    /// How many permissions it has, roughly: a thousand for each segment that may be anything, and a
    /// million for a tail.
    pub(in crate::rbac) fn breadth(&self) -> u64 {
        let segments = self.segments.iter().map(|choice| match choice {
            Choice::OneOf(literals) => u64::try_from(literals.len()).unwrap_or(u64::MAX),
            Choice::NoneOf(_) => 1_000,
        });
        let tail = match self.tail {
            Tail::Nothing => 1,
            Tail::Anything => 1_000_000,
        };
        segments.fold(tail, u64::saturating_mul)
    }

    /// Whether it can be written as a pattern.
    pub(in crate::rbac) fn is_pattern(&self) -> bool {
        let mut segments = self.segments.iter();
        segments.all(|choice| matches!(choice, Choice::OneOf(_)) || *choice == ANY)
    }

    /// Whether this permission is one of these.
    pub(in crate::rbac) fn matches(&self, permission: &str) -> bool {
        let mut asked = permission.split(':');
        let mut segments = self.segments.iter();
        segments.all(|choice| asked.next().is_some_and(|literal| choice.has(literal)))
            && (self.tail == Tail::Anything || asked.next().is_none())
    }

    /// The two as one, where they differ in the last segment only and name what it may be.
    pub(in crate::rbac) fn joined(&self, other: &Self) -> Option<Self> {
        let (last, rest) = self.segments.split_last()?;
        let (others, same) = other.segments.split_last()?;
        match (last, others) {
            (Choice::OneOf(one), Choice::OneOf(two)) if rest == same && self.tail == other.tail => {
                let mut segments = rest.to_vec();
                segments.push(Choice::OneOf(union(one, two)));
                Self::new(segments, self.tail)
            }
            _ => None,
        }
    }

    fn reaches(&self, len: usize) -> bool {
        self.tail == Tail::Anything || self.segments.len() == len
    }

    fn choice(&self, i: usize) -> &Choice<'p> {
        self.segments.get(i).unwrap_or(&ANY)
    }

    fn padded(&self, len: usize) -> Vec<Choice<'p>> {
        (0..len).map(|i| self.choice(i).clone()).collect()
    }
}

/// What a segment may be that nothing is said about.
static ANY: Choice<'static> = Choice::NoneOf(Vec::new());

impl<'p> Choice<'p> {
    fn has(&self, literal: &str) -> bool {
        match self {
            Self::OneOf(literals) => literals.binary_search(&literal).is_ok(),
            Self::NoneOf(literals) => literals.binary_search(&literal).is_err(),
        }
    }

    fn overlaps(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::NoneOf(_), Self::NoneOf(_)) => true,
            (Self::OneOf(named), other) | (other, Self::OneOf(named)) => {
                named.iter().any(|literal| other.has(literal))
            }
        }
    }

    fn and(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::NoneOf(one), Self::NoneOf(two)) => Some(Self::NoneOf(union(one, two))),
            (Self::OneOf(named), other) | (other, Self::OneOf(named)) => {
                Self::some_of(named, |literal| other.has(literal))
            }
        }
    }

    fn minus(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::OneOf(named), _) => Self::some_of(named, |literal| !other.has(literal)),
            (Self::NoneOf(_), Self::NoneOf(others)) => {
                Self::some_of(others, |literal| self.has(literal))
            }
            (Self::NoneOf(one), Self::OneOf(two)) => Some(Self::NoneOf(union(one, two))),
        }
    }

    fn some_of(literals: &[&'p str], keep: impl Fn(&str) -> bool) -> Option<Self> {
        let kept = literals.iter().copied().filter(|literal| keep(literal));
        let kept: Vec<_> = kept.collect();
        (!kept.is_empty()).then_some(Self::OneOf(kept))
    }
}

fn union<'p>(one: &[&'p str], two: &[&'p str]) -> Vec<&'p str> {
    let mut all = [one, two].concat();
    all.sort_unstable();
    all.dedup();
    all
}

/// As the pattern that it is; what no pattern can say, with `!` before the literals left out.
impl fmt::Display for Cell<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for choice in &self.segments {
            f.write_str(separator)?;
            separator = ":";
            match choice {
                Choice::OneOf(literals) => f.write_str(&literals.join(","))?,
                Choice::NoneOf(literals) if literals.is_empty() => f.write_str("*")?,
                Choice::NoneOf(literals) => write!(f, "!{}", literals.join(","))?,
            }
        }
        match self.tail {
            Tail::Nothing => Ok(()),
            Tail::Anything => write!(f, "{separator}**"),
        }
    }
}
