//! Which of a policy's patterns match a permission.
//!
//! Patterns that stand in several rules are one, known by its place among all of them, sorted. For
//! each permission that the policy writes out, in plain or in sets, there is a list of what
//! matches it; for every other the rest of the patterns is looked up segment by segment.

use super::{
    permission::{Pattern, Permission, Segment, Tail},
    rules::Effect,
    steps::step,
    table::Table,
    trie::{Builder, Leaf, Trie},
};

/// Patterns that match one permission and are listed; where there are more, the rules of the roles
/// that are held are asked one by one.
const MATCHES: usize = 32;
/// Bytes that all patterns with sets take, written out to permissions or in the trie. A set for which
/// no room is left is taken as `*`, and its pattern asked when it is found.
const SPREAD: usize = 32 * 1024 * 1024;
/// What a permission that is written out takes beside its text, or a node.
pub(super) const PLACE: usize = 64;

/// A pattern, by its place among all of a policy.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) struct PatternId(u32);

impl PatternId {
    /// Of a pattern at this place. A file has fewer bytes, and so fewer patterns, than 2^32.
    pub(super) fn at(place: usize) -> Self {
        Self(u32::try_from(place).unwrap_or(u32::MAX))
    }

    fn index(self) -> usize {
        self.0 as usize
    }
}

/// All patterns of a policy.
#[derive(Debug)]
pub(super) struct Patterns {
    /// Strictly ascending.
    all: Box<[Pattern]>,
    /// Where each of them stands.
    stands: Box<[Stands]>,
    written: Table<Written>,
    /// The lists that `written` points into, each ascending.
    listed: Box<[PatternId]>,
    trie: Trie,
}

/// In which rules a pattern stands, of whatever role.
#[derive(Clone, Copy, Debug, Default)]
struct Stands {
    in_allowances: bool,
    in_denials: bool,
}

/// What matches a permission that the policy writes out.
#[derive(Clone, Copy, Debug)]
enum Written {
    Listed {
        from: u32,
        to: u32,
        may_be_denied: bool,
    },
    Many,
}

/// What matches a permission.
#[derive(Clone, Copy, Debug)]
pub(super) struct Matches<'p> {
    ids: Ids<'p>,
    may_be_denied: bool,
}

#[derive(Clone, Copy, Debug)]
enum Ids<'p> {
    Listed(&'p [PatternId]),
    Few(Few),
    /// So many that each rule is to be asked.
    Many,
}

impl Matches<'_> {
    const MANY: Self = Self {
        ids: Ids::Many,
        may_be_denied: true,
    };

    /// The patterns, ascending; None where each rule is to be asked.
    pub(super) fn ids(&self) -> Option<&[PatternId]> {
        match &self.ids {
            Ids::Listed(ids) => Some(ids),
            Ids::Few(few) => Some(few.ids()),
            Ids::Many => None,
        }
    }

    /// Whether one of the patterns stands in a denial of some role.
    pub(super) fn may_be_denied(&self) -> bool {
        self.may_be_denied
    }
}

/// What is looked up follows from what there is.
impl PartialEq for Patterns {
    fn eq(&self, other: &Self) -> bool {
        self.all == other.all
    }
}

impl Eq for Patterns {}

impl Patterns {
    /// `all` ascend strictly; each is `stated` once or more.
    pub(super) fn new(
        all: Box<[Pattern]>,
        stated: impl Iterator<Item = (PatternId, Effect)>,
    ) -> Self {
        let mut written = Vec::new();
        let mut builder = Builder::default();
        let mut room = SPREAD;
        for (place, pattern) in all.iter().enumerate() {
            let id = PatternId::at(place);
            let cost = match permissions(pattern, room) {
                Some(permissions) => {
                    let cost = permissions.iter().map(|text| size(text)).sum();
                    written.extend(permissions.into_iter().map(|text| (text, id)));
                    cost
                }
                None => builder.add(id, pattern, room),
            };
            if pattern.has_sets() {
                room = room.saturating_sub(cost);
            }
        }
        let mut stands = vec![Stands::default(); all.len()];
        for (id, effect) in stated {
            if let Some(stands) = stands.get_mut(id.index()) {
                match effect {
                    Effect::Allow => stands.in_allowances = true,
                    Effect::Deny => stands.in_denials = true,
                }
            }
        }
        let mut patterns = Self {
            all,
            stands: stands.into(),
            written: Table::default(),
            listed: Box::default(),
            trie: builder.finish(),
        };
        patterns.list(written);
        patterns
    }

    /// Lists what matches each of these permissions, which patterns without wildcards stand for.
    fn list(&mut self, mut written: Vec<(String, PatternId)>) {
        written.sort_unstable();
        let mut listed = Vec::new();
        for same in written.chunk_by(|(one, _), (next, _)| one == next) {
            let Some(((text, _), permission)) = same
                .first()
                .and_then(|first| Some((first, Permission::read(first.0.as_str()).ok()?)))
            else {
                continue;
            };
            let mut found = Found::new(&self.all, &permission);
            for (_, pattern) in same {
                found.consider(Leaf::exact(*pattern));
            }
            self.trie.find(&permission, &mut found);
            let matches = if found.given_up {
                Written::Many
            } else {
                let ids = found.few.ids();
                let from = place(listed.len());
                listed.extend_from_slice(ids);
                Written::Listed {
                    from,
                    to: place(listed.len()),
                    may_be_denied: self.may_be_denied(ids),
                }
            };
            self.written.insert(text.as_str().into(), matches);
        }
        self.listed = listed.into();
    }

    pub(super) fn matching(&self, permission: &Permission<'_>) -> Matches<'_> {
        match self.written.get(permission.as_str()) {
            Some(Written::Many) => Matches::MANY,
            Some(Written::Listed {
                from,
                to,
                may_be_denied,
            }) => {
                let list = self.listed.get(*from as usize..*to as usize);
                Matches {
                    ids: Ids::Listed(list.unwrap_or_default()),
                    may_be_denied: *may_be_denied,
                }
            }
            None => {
                let mut found = Found::new(&self.all, permission);
                self.trie.find(permission, &mut found);
                if found.given_up {
                    return Matches::MANY;
                }
                Matches {
                    may_be_denied: self.may_be_denied(found.few.ids()),
                    ids: Ids::Few(found.few),
                }
            }
        }
    }

    fn may_be_denied(&self, ids: &[PatternId]) -> bool {
        ids.iter().any(|id| self.stands_in(*id, Effect::Deny))
    }

    /// Whether any role has the pattern in such a rule.
    pub(super) fn stands_in(&self, id: PatternId, effect: Effect) -> bool {
        let stands = self.stands.get(id.index());
        stands.is_none_or(|stands| match effect {
            Effect::Allow => stands.in_allowances,
            Effect::Deny => stands.in_denials,
        })
    }

    pub(super) fn get(&self, id: PatternId) -> Option<&Pattern> {
        self.all.get(id.index())
    }
}

/// There are far fewer lists and patterns than 2^32: a file is bounded, and so is what it is spread
/// to.
fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// The permissions that a pattern without wildcards stands for; None where it has some, or where
/// its sets make the permissions take more than `limit` bytes. A plain permission always is one.
fn permissions(pattern: &Pattern, limit: usize) -> Option<Vec<String>> {
    if pattern.tail == Tail::Anything {
        return None;
    }
    let mut all = vec![String::new()];
    for segment in &pattern.segments {
        let Segment::OneOf(literals) = segment else {
            return None;
        };
        let more: usize = literals.iter().map(|literal| literal.len()).sum();
        let so_far: usize = all.iter().map(|text| size(text)).sum();
        let total = so_far
            .saturating_mul(literals.len())
            .saturating_add(more.saturating_mul(all.len()));
        if literals.len() > 1 && total > limit {
            return None;
        }
        let longer = all.iter().flat_map(|start| {
            let separator = if start.is_empty() { "" } else { ":" };
            literals
                .iter()
                .map(move |literal| [start, separator, literal].concat())
        });
        all = longer.collect();
    }
    Some(all)
}

fn size(permission: &str) -> usize {
    permission.len().saturating_add(PLACE)
}

/// At most [`MATCHES`] patterns, ascending.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Few {
    ids: [PatternId; MATCHES],
    len: usize,
}

impl Few {
    fn ids(&self) -> &[PatternId] {
        self.ids.get(..self.len).unwrap_or_default()
    }

    /// None where there is no room.
    fn insert(&mut self, id: PatternId) -> Option<()> {
        let place = self.ids().partition_point(|known| *known < id);
        let len = self.len.saturating_add(1);
        let moved = self.ids.get_mut(place..len)?;
        moved.rotate_right(1);
        *moved.first_mut()? = id;
        self.len = len;
        Some(())
    }
}

/// What a walk through the trie finds.
pub(super) struct Found<'a> {
    patterns: &'a [Pattern],
    permission: &'a Permission<'a>,
    few: Few,
    considered: usize,
    given_up: bool,
}

impl<'a> Found<'a> {
    fn new(patterns: &'a [Pattern], permission: &'a Permission<'a>) -> Self {
        Self {
            patterns,
            permission,
            few: Few::default(),
            considered: 0,
            given_up: false,
        }
    }

    /// Candidates are counted, because one that is loose may not match after all.
    pub(super) fn consider(&mut self, leaf: Leaf) {
        step();
        self.considered = self.considered.saturating_add(1);
        if self.considered > MATCHES {
            self.given_up = true;
        }
        if self.given_up {
            return;
        }
        let pattern = self.patterns.get(leaf.pattern.index());
        if !leaf.loose || pattern.is_some_and(|pattern| pattern.matches(self.permission)) {
            self.given_up = self.few.insert(leaf.pattern).is_none();
        }
    }

    pub(super) fn give_up(&mut self) {
        self.given_up = true;
    }

    pub(super) fn is_given_up(&self) -> bool {
        self.given_up
    }
}
