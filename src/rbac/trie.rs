//! The patterns that no list of permissions can stand for, by their segments.
//!
//! A question walks down on as many paths at once as patterns may still match it. There is no
//! recursion, and both the paths and what they find are bounded: in a policy made so that there are
//! more, the walk gives up and says so.

use core::num::NonZeroU32;
use std::collections::HashMap;

use super::{
    matches::{Found, PLACE, PatternId},
    permission::{Pattern, Permission, Segment, Tail},
    steps::step,
    table::Table,
};

/// Paths at once. Patterns of `*` and literals in every combination double them with each segment.
const PATHS: usize = 32;

type NodeId = u32;
type LiteralId = u32;
const ROOT: NodeId = 0;

#[derive(Debug)]
pub(super) struct Trie {
    /// The literals of the patterns.
    literals: Table<LiteralId>,
    /// And one more, whose edges and leaves begin where those of the last end.
    nodes: Box<[Node]>,
    /// Ascending by node and literal.
    edges: Box<[Edge]>,
    /// Ascending by node, those that end there before those that end in `**`.
    leaves: Box<[Leaf]>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Node {
    edges: u32,
    ends: u32,
    tails: u32,
    /// Where `*` leads; the root is nobody's child.
    star: Option<NonZeroU32>,
}

#[derive(Clone, Copy, Debug)]
struct Edge {
    literal: LiteralId,
    to: NodeId,
}

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Leaf {
    pub(super) pattern: PatternId,
    /// Whether a set on the way was taken as `*`, so that the pattern is to be asked.
    pub(super) loose: bool,
}

impl Leaf {
    pub(super) fn exact(pattern: PatternId) -> Self {
        let loose = false;
        Self { pattern, loose }
    }
}

impl Trie {
    /// Puts what matches into `found`.
    pub(super) fn find(&self, permission: &Permission<'_>, found: &mut Found<'_>) {
        let mut paths = Paths::at(ROOT);
        self.leaves(&paths, Tail::Anything, found);
        for segment in permission.segments() {
            let literal = self.literals.get(segment).copied();
            let mut longer = Paths::default();
            for node in paths.iter() {
                let Some((node, next)) = self.node(node) else {
                    continue;
                };
                step();
                longer.extend(literal.and_then(|literal| self.child(node, next, literal)));
                longer.extend(node.star.map(NonZeroU32::get));
            }
            if longer.len > PATHS {
                found.give_up();
            }
            if longer.len == 0 || found.is_given_up() {
                return;
            }
            paths = longer;
            self.leaves(&paths, Tail::Anything, found);
        }
        self.leaves(&paths, Tail::Nothing, found);
    }

    /// The node, and the one after it.
    fn node(&self, id: NodeId) -> Option<(&Node, &Node)> {
        match self.nodes.get(index(id)..)? {
            [node, next, ..] => Some((node, next)),
            _ => None,
        }
    }

    fn child(&self, node: &Node, next: &Node, literal: LiteralId) -> Option<NodeId> {
        let edges = self.edges.get(index(node.edges)..index(next.edges))?;
        let at = edges.binary_search_by(|edge| {
            step();
            edge.literal.cmp(&literal)
        });
        Some(edges.get(at.ok()?)?.to)
    }

    fn leaves(&self, paths: &Paths, tail: Tail, found: &mut Found<'_>) {
        for (node, next) in paths.iter().filter_map(|id| self.node(id)) {
            let range = match tail {
                Tail::Nothing => node.ends..node.tails,
                Tail::Anything => node.tails..next.ends,
            };
            let leaves = self.leaves.get(index(range.start)..index(range.end));
            for leaf in leaves.unwrap_or_default() {
                if found.is_given_up() {
                    return;
                }
                found.consider(*leaf);
            }
        }
    }
}

/// The nodes that some paths have come to; beyond [`PATHS`] they are only counted.
#[derive(Default)]
struct Paths {
    nodes: [NodeId; PATHS],
    len: usize,
}

impl Paths {
    fn at(node: NodeId) -> Self {
        let mut paths = Self::default();
        paths.extend(Some(node));
        paths
    }

    fn extend(&mut self, node: Option<NodeId>) {
        if let Some(node) = node {
            if let Some(place) = self.nodes.get_mut(self.len) {
                *place = node;
            }
            self.len = self.len.saturating_add(1);
        }
    }

    fn iter(&self) -> impl Iterator<Item = NodeId> {
        self.nodes.iter().copied().take(self.len)
    }
}

/// A trie that is being put together.
#[derive(Default)]
pub(super) struct Builder {
    literals: Table<LiteralId>,
    children: HashMap<(NodeId, Option<LiteralId>), NodeId>,
    leaves: Vec<(NodeId, Tail, Leaf)>,
}

impl Builder {
    /// Adds a pattern, whose sets may make it take at most `limit` bytes; beyond it they are taken as
    /// `*`. Says how many it takes.
    pub(super) fn add(&mut self, id: PatternId, pattern: &Pattern, limit: usize) -> usize {
        let (mut nodes, mut total) = (vec![ROOT], 1_usize);
        let mut loose = false;
        for segment in &pattern.segments {
            let mut literals = match segment {
                Segment::OneOf(literals) => &**literals,
                Segment::Any => &[],
            };
            let more = nodes.len().saturating_mul(literals.len());
            if literals.len() > 1 && total.saturating_add(more).saturating_mul(PLACE) > limit {
                literals = &[];
                loose = true;
            }
            nodes = self.grown(&nodes, literals);
            total = total.saturating_add(nodes.len());
        }
        let leaf = Leaf { pattern: id, loose };
        let leaves = nodes.iter().map(|node| (*node, pattern.tail, leaf));
        self.leaves.extend(leaves);
        total.saturating_mul(PLACE)
    }

    /// The children of all the nodes by all the literals, or by `*` where there are none.
    fn grown(&mut self, nodes: &[NodeId], literals: &[Box<str>]) -> Vec<NodeId> {
        let mut grown = Vec::with_capacity(nodes.len());
        let ids: Vec<_> = literals
            .iter()
            .map(|text| Some(self.literal(text)))
            .collect();
        let by = if ids.is_empty() { &[None][..] } else { &ids };
        for node in nodes {
            for literal in by {
                step();
                let new = id(self.children.len().saturating_add(1));
                grown.push(*self.children.entry((*node, *literal)).or_insert(new));
            }
        }
        grown
    }

    fn literal(&mut self, text: &str) -> LiteralId {
        if let Some(known) = self.literals.get(text) {
            return *known;
        }
        let new = id(self.literals.len());
        self.literals.insert(text.into(), new);
        new
    }

    pub(super) fn finish(mut self) -> Trie {
        let count = self.children.len().saturating_add(1);
        let mut nodes = vec![Node::default(); count.saturating_add(1)];
        let mut edges = Vec::with_capacity(self.children.len());
        for ((from, literal), to) in self.children {
            match literal {
                Some(literal) => edges.push((from, literal, to)),
                None => {
                    if let Some(node) = nodes.get_mut(index(from)) {
                        node.star = NonZeroU32::new(to);
                    }
                }
            }
        }
        edges.sort_unstable();
        self.leaves.sort_unstable();
        let (mut edge, mut leaf) = (0, 0);
        for (at, node) in (0..).zip(&mut nodes) {
            let edges_before = edges.iter().skip(edge).take_while(|(from, ..)| *from < at);
            edge = edge.saturating_add(edges_before.count());
            node.edges = id(edge);
            let mut leaves_before = |tail| {
                let rest = self.leaves.iter().skip(leaf);
                let before = rest.take_while(|(node, kind, _)| (*node, *kind) < (at, tail));
                leaf = leaf.saturating_add(before.count());
                id(leaf)
            };
            node.ends = leaves_before(Tail::Nothing);
            node.tails = leaves_before(Tail::Anything);
        }
        let edges = edges
            .into_iter()
            .map(|(_, literal, to)| Edge { literal, to });
        let leaves = self.leaves.into_iter().map(|(_, _, leaf)| leaf);
        Trie {
            literals: self.literals,
            nodes: nodes.into(),
            edges: edges.collect(),
            leaves: leaves.collect(),
        }
    }
}

fn index(id: u32) -> usize {
    id as usize
}

/// There are fewer nodes, edges and leaves than bytes in a policy file times its expansions, which
/// is far below 2^32.
fn id(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
