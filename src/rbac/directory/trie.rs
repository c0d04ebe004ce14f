//! A map from names to a few bytes each, whose versions share what they have in common.
//!
//! A hash array mapped trie (Bagwell, "Ideal Hash Trees", 2001) with leaves of some dozens of
//! names: each level takes five bits of the name's hash, and so does each leaf, whose slots become
//! leaves when it is split. A change copies the path to one leaf; a version that is held is never
//! changed. Names come from strangers, so they are hashed by SipHash
//! under random keys of the process, and compared byte by byte.

use std::{
    collections::hash_map::RandomState,
    fmt,
    hash::{BuildHasher, Hasher},
    sync::Arc,
};

use super::leaf::{self, Draft, Entries, Leaf, SLOTS};

const BITS: u32 = 5;
/// Levels of branches, after which the bits of the hash are used up: names that agree in all of
/// them share a leaf, however many there are.
const LEVELS: u32 = 11;

#[derive(Clone)]
pub(super) struct Trie {
    keys: RandomState,
    root: Node,
    len: usize,
}

#[derive(Clone)]
enum Node {
    Leaf(Leaf),
    Branch(Arc<[Node; SLOTS]>),
}

impl Trie {
    pub(super) fn new() -> Self {
        Self {
            keys: RandomState::new(),
            root: Node::Leaf(Leaf::empty()),
            len: 0,
        }
    }

    /// The trie of these entries, made at once: much cheaper than name by name. The hashes are
    /// those under `keys`, no name stands twice.
    pub(super) fn build(keys: RandomState, entries: &mut [Entry<'_>]) -> Self {
        entries.sort_unstable_by_key(|entry| entry.hash);
        Self {
            keys,
            root: node(entries, 0, &mut Draft::default()),
            len: entries.len(),
        }
    }

    /// How many names there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// What is kept under `name`.
    #[inline]
    pub(super) fn get(&self, name: &str) -> Option<&[u8]> {
        let hash = hash(&self.keys, name.as_bytes());
        let mut node = &self.root;
        let mut level = 0_u32;
        loop {
            match node {
                Node::Leaf(leaf) => return leaf.get(slot(hash, level), name),
                Node::Branch(children) => {
                    #[allow(clippy::indexing_slicing, reason = "a slot is below their number")]
                    {
                        node = &children[slot(hash, level)];
                    }
                    level = level.saturating_add(1);
                }
            }
        }
    }

    /// Keeps `value` under `name` in place of what stood there; forgets the name for None.
    pub(super) fn set(&mut self, name: &str, value: Option<&[u8]>) {
        if name.len() > leaf::NAME_LEN {
            return;
        }
        let hash = hash(&self.keys, name.as_bytes());
        let before = self.get(name).is_some();
        let mut node = &mut self.root;
        let mut level = 0_u32;
        while let Node::Branch(children) = node {
            #[allow(clippy::indexing_slicing, reason = "a slot is below their number")]
            {
                node = &mut Arc::make_mut(children)[slot(hash, level)];
            }
            level = level.saturating_add(1);
        }
        if let Node::Leaf(leaf) = node {
            let changed = leaf.with(slot(hash, level), name, value);
            *node = if changed.is_full() && level < LEVELS {
                split(&changed, level, &self.keys)
            } else {
                Node::Leaf(changed)
            };
        }
        self.len = match (before, value) {
            (false, Some(_)) => self.len.saturating_add(1),
            (true, None) => self.len.saturating_sub(1),
            _ => self.len,
        };
    }

    /// The names and what is kept under each, in no order.
    pub(super) fn iter(&self) -> Iter<'_> {
        Iter {
            nodes: vec![core::slice::from_ref(&self.root).iter()],
            entries: None,
        }
    }
}

impl fmt::Debug for Trie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trie").field("len", &self.len).finish()
    }
}

/// The highest bits first, so that the order of hashes is the order of leaves.
#[inline]
fn slot(hash: u64, level: u32) -> usize {
    let shift = level.saturating_add(1).saturating_mul(BITS);
    let digit = hash.rotate_left(shift) & 0b1_1111;
    usize::try_from(digit).unwrap_or(0)
}

/// The hash of a name: of its bytes alone, which spares the hasher the byte that ends a `str`.
#[inline]
pub(super) fn hash(keys: &RandomState, name: &[u8]) -> u64 {
    let mut hasher = keys.build_hasher();
    hasher.write(name);
    hasher.finish()
}

fn split(leaf: &Leaf, level: u32, keys: &RandomState) -> Node {
    let entries = leaf.iter().map(|(name, value)| Entry {
        hash: hash(keys, name),
        name,
        value,
    });
    let mut entries: Vec<_> = entries.collect();
    entries.sort_unstable_by_key(|entry| entry.hash);
    node(&entries, level, &mut Draft::default())
}

/// A name, its hash and what is kept under it.
#[derive(Clone, Copy)]
pub(super) struct Entry<'e> {
    pub(super) hash: u64,
    pub(super) name: &'e [u8],
    pub(super) value: &'e [u8],
}

/// The node of entries in ascending order of their hashes. It calls itself at most [`LEVELS`] deep.
fn node(entries: &[Entry<'_>], level: u32, draft: &mut Draft) -> Node {
    let bytes = entries
        .iter()
        .map(|e| e.name.len().saturating_add(e.value.len()));
    if level >= LEVELS || !leaf::is_full(entries.len(), bytes.sum()) {
        for entry in entries {
            draft.push(slot(entry.hash, level), entry.name, entry.value);
        }
        return Node::Leaf(draft.finish());
    }
    let mut rest = entries;
    let children = core::array::from_fn(|child| {
        let own = rest.partition_point(|entry| slot(entry.hash, level) <= child);
        let (own, others) = rest.split_at(own);
        rest = others;
        node(own, level.saturating_add(1), draft)
    });
    Node::Branch(Arc::new(children))
}

/// The entries of a trie.
pub(super) struct Iter<'t> {
    /// The nodes that are still to be visited, level by level.
    nodes: Vec<core::slice::Iter<'t, Node>>,
    entries: Option<Entries<'t>>,
}

impl<'t> Iterator for Iter<'t> {
    type Item = (&'t str, &'t [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((name, value)) = self.entries.as_mut().and_then(Iterator::next) {
                return Some((core::str::from_utf8(name).ok()?, value));
            }
            match self.nodes.last_mut()?.next() {
                None => {
                    self.nodes.pop();
                }
                Some(Node::Leaf(leaf)) => self.entries = Some(leaf.iter()),
                Some(Node::Branch(children)) => self.nodes.push(children.iter()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RB-07: names whose hashes agree are kept apart all the same, and so many of them end the
    /// splitting.
    #[test]
    fn a_hundred_names_of_one_hash_are_a_hundred_names() {
        let names: Vec<String> = (0..100).map(|i| format!("name {i}")).collect();
        let entries = names.iter().map(|name| Entry {
            hash: u64::MAX,
            name: name.as_bytes(),
            value: name.as_bytes(),
        });
        let entries: Vec<_> = entries.collect();
        let mut node = node(&entries, 0, &mut Draft::default());
        let mut levels = 0;
        let leaf = loop {
            match node {
                Node::Leaf(leaf) => break leaf,
                Node::Branch(children) => node = children[SLOTS - 1].clone(),
            }
            levels += 1;
        };
        assert_eq!(levels, LEVELS);
        for name in &names {
            let value = leaf.get(slot(u64::MAX, LEVELS), name);
            assert_eq!(value, Some(name.as_bytes()));
        }
    }
}
