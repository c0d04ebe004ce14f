//! Gates: fast searches for the places that a verifier then looks at.

use aho_corasick::{AhoCorasick, packed};

/// More patterns than this, and the vectorised search of the aho-corasick crate gives way to an
/// automaton at a fifth of its speed.
const MAX_PATTERNS: usize = 64;

/// Finds any of a list of literals, in groups that vector instructions can search for.
#[derive(Clone, Debug)]
pub(super) struct Gate(Vec<Searcher>);

#[derive(Clone, Debug)]
enum Searcher {
    Packed(packed::Searcher),
    /// For machines without vector instructions.
    Automaton(AhoCorasick),
}

impl Gate {
    /// None of the patterns may be empty.
    pub(super) fn new<P: AsRef<[u8]>>(patterns: &[P]) -> Self {
        Self(
            patterns
                .chunks(MAX_PATTERNS)
                .filter_map(Searcher::new)
                .collect(),
        )
    }

    /// Calls `visit` with each hit: those of one group in ascending order, then those of the next.
    pub(super) fn visit(&self, text: &[u8], mut visit: impl FnMut(Hit)) {
        for (group, searcher) in self.0.iter().enumerate() {
            searcher.visit(text, |at| visit(Hit { at, group }));
        }
    }
}

/// Where a pattern was found.
pub(super) struct Hit {
    pub(super) at: usize,
    /// Offsets ascend within a group.
    pub(super) group: usize,
}

impl Searcher {
    fn new<P: AsRef<[u8]>>(patterns: &[P]) -> Option<Self> {
        let packed = packed::Builder::new().extend(patterns).build();
        // Only sizes beyond any list of names make the automaton fail.
        packed.map(Self::Packed).or_else(|| {
            let kind = aho_corasick::MatchKind::LeftmostFirst;
            let automaton = AhoCorasick::builder().match_kind(kind).build(patterns);
            automaton.ok().map(Self::Automaton)
        })
    }

    fn visit(&self, text: &[u8], mut visit: impl FnMut(usize)) {
        match self {
            Self::Packed(s) => s.find_iter(text).for_each(|m| visit(m.start())),
            Self::Automaton(s) => s.find_iter(text).for_each(|m| visit(m.start())),
        }
    }
}
