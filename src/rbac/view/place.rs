//! Where in a value a walk is, and what the policy says of that place.

use core::{cmp::Ordering, iter::once, ops::Range};

use super::{Sight, View};
use crate::rbac::{
    Pattern, Visibility,
    permission::Tail,
    visibility::{ANY, READ},
};

/// Segments of the permission to read a resource, such as `contact:read`.
const READING: usize = 2;

/// A place in a value. Places of one list are one place.
#[derive(Clone, Debug)]
pub(super) struct Place<'v> {
    /// What the fields say that are this place or enclose it; None where there is none.
    sight: Option<Sight<'v>>,
    /// The fields that lie deeper.
    deeper: Vec<Names>,
    /// The denials that match the way to here and may hide what lies deeper.
    denials: Vec<&'v Pattern>,
    depth: usize,
}

/// Fields, one after the other in the policy's sorted ones, whose names agree up to a byte: a part
/// of the name begins there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Names {
    from: usize,
    to: usize,
    at: usize,
}

impl<'v> Place<'v> {
    /// Above every field.
    pub(super) fn root(view: &View<'v>) -> Self {
        let all = Names {
            from: 0,
            to: view.fields.len(),
            at: 0,
        };
        let place = Self {
            sight: None,
            deeper: vec![all],
            denials: view.denials.clone(),
            depth: 0,
        };
        place.settled(view)
    }

    /// The place at the end of a path such as `contact.email`; of an empty one, above every field.
    pub(super) fn of(view: &View<'v>, path: &str) -> Self {
        let parts = path.split('.').filter(|_| !path.is_empty());
        parts.fold(Self::root(view), |place, part| place.step(view, part))
    }

    /// The place of the value that has this key here. A key is one part, whatever stands in it.
    pub(super) fn step(&self, view: &View<'v>, key: &str) -> Self {
        if self.is_hidden() || self.is_plain() {
            return self.clone();
        }
        let mut next = Self {
            sight: self.sight,
            deeper: Vec::new(),
            denials: Vec::new(),
            depth: self.depth.saturating_add(1),
        };
        // no part of a name has a dot in it
        let literal = Some(key).filter(|key| !key.contains('.') && *key != ANY);
        for names in &self.deeper {
            for part in once(ANY).chain(literal) {
                let field = names.exactly(view, part);
                if let Some(field) = field {
                    next.sight = view.sight(field, next.sight);
                }
                next.deeper.extend(names.within(view, part));
            }
        }
        for denial in &self.denials {
            if may_read(denial, self.depth, key) {
                next.denials.push(denial);
            }
        }
        next.settled(view)
    }

    /// Whether nothing is seen of this place and of what lies deeper.
    pub(super) fn is_hidden(&self) -> bool {
        match self.sight {
            Some(sight) => sight.visibility == Visibility::Hide,
            None => self.deeper.is_empty(),
        }
    }

    /// Whether all of it is seen, however deep.
    pub(super) fn is_plain(&self) -> bool {
        let shown = matches!(self.sight, Some(sight) if sight.visibility == Visibility::Show);
        shown && self.deeper.is_empty() && self.denials.is_empty()
    }

    /// How a value without parts is seen here; None where it is not.
    pub(super) fn sight(&self) -> Option<Sight<'v>> {
        self.sight
            .filter(|sight| sight.visibility != Visibility::Hide)
    }

    /// Drops what makes no difference.
    fn settled(mut self, view: &View<'v>) -> Self {
        let spent = |denial: &&Pattern| is_spent(denial, self.depth);
        if self.denials.iter().any(spent) {
            return Self::hidden(self.depth);
        }
        match self.sight {
            None if !self.deeper.iter().any(|names| view.shows(names.range())) => {
                return Self::hidden(self.depth);
            }
            Some(sight) if sight.visibility == Visibility::Show => {
                self.deeper.retain(|names| view.restricts(names.range()));
            }
            _ => {}
        }
        self
    }

    fn hidden(depth: usize) -> Self {
        Self {
            sight: None,
            deeper: Vec::new(),
            denials: Vec::new(),
            depth,
        }
    }
}

impl Names {
    fn range(self) -> Range<usize> {
        self.from..self.to
    }

    /// The field whose name ends with this part.
    fn exactly(self, view: &View<'_>, part: &str) -> Option<usize> {
        let names = view.fields.get(self.range())?;
        let order = |name: &str| {
            let rest = name.as_bytes().get(self.at..).unwrap_or_default();
            rest.cmp(part.as_bytes())
        };
        let found = names.binary_search_by(|field| order(field.name()));
        found.ok().map(|place| self.from.saturating_add(place))
    }

    /// The fields whose names go on after this part.
    fn within(self, view: &View<'_>, part: &str) -> Option<Self> {
        let names = view.fields.get(self.range())?;
        let len = part.len().saturating_add(1);
        let order = |name: &str| {
            let rest = name.as_bytes().get(self.at..).unwrap_or_default();
            rest.iter()
                .take(len)
                .copied()
                .cmp(part.bytes().chain(once(b'.')))
        };
        let from = names.partition_point(|field| order(field.name()) == Ordering::Less);
        let to = names.partition_point(|field| order(field.name()) != Ordering::Greater);
        let deeper = Self {
            from: self.from.saturating_add(from),
            to: self.from.saturating_add(to),
            at: self.at.saturating_add(len),
        };
        (from < to).then_some(deeper)
    }
}

/// Whether a denial that matches the way to a place of this depth matches what has this key there.
fn may_read(denial: &Pattern, depth: usize, key: &str) -> bool {
    let matches = |at: usize, literal| match denial.segments.get(at) {
        Some(segment) => segment.contains(literal),
        None => denial.tail == Tail::Anything,
    };
    match depth {
        0 => matches(0, key) && matches(1, READ),
        depth => matches(depth.saturating_add(1), key),
    }
}

/// Whether a denial that matches the way to a place of this depth hides it, as
/// [`Pattern::hides`] has it.
fn is_spent(denial: &Pattern, depth: usize) -> bool {
    let segments = match depth {
        0 => 0,
        depth => depth.saturating_add(1),
    };
    let hides = denial.tail == Tail::Anything || denial.segments.len() >= READING;
    denial.segments.len() <= segments && hides
}
