//! The search for registered secrets: four bytes are looked up at every fourth offset.
//!
//! A string of at least seven bytes covers four bytes at one of these offsets, whichever it begins
//! at. So of each piece four such groups are known, one for each remainder, and where one of them
//! stands in a text, the piece is compared. Pieces are short, so each comparison is; and unlike an
//! automaton's, this memory can be wiped.

use core::ops::Range;

use zeroize::{Zeroize, Zeroizing};

use super::{
    super::bytes::{plus, slice, steps::step},
    forms,
};

/// The bytes of a group.
const GROUP: usize = 4;
/// A piece has this many bytes at least, where its form has, and less than twice as many.
const PIECE: usize = 48;
/// The shortest piece in which a group stands at every remainder.
const MIN_PIECE: usize = GROUP + GROUP - 1;
/// Slots of the table of bits.
const SLOT_BITS: u32 = 16;

#[derive(Default)]
pub(super) struct Search {
    pieces: Vec<Zeroizing<Vec<u8>>>,
    /// In ascending order.
    groups: Vec<Group>,
    /// A bit for each slot that a group has; empty where there are none.
    seen: Vec<u64>,
}

/// Four bytes of a piece, and how far from its start they stand.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
struct Group {
    bytes: u32,
    piece: usize,
    distance: usize,
}

impl Search {
    pub(super) fn new(secrets: &[Zeroizing<Vec<u8>>]) -> Self {
        let mut pieces: Vec<Zeroizing<Vec<u8>>> = Vec::new();
        for form in secrets.iter().flat_map(|secret| forms::of(secret)) {
            let parts = forms::pieces(&form, PIECE).filter(|p| p.len() >= MIN_PIECE);
            pieces.extend(parts.map(|p| Zeroizing::new(p.to_vec())));
        }
        pieces.sort_unstable_by(|a, b| a.as_slice().cmp(b));
        pieces.dedup_by(|a, b| a.as_slice() == b.as_slice());
        let mut groups: Vec<Group> = Vec::with_capacity(pieces.len().saturating_mul(GROUP));
        for (number, piece) in pieces.iter().enumerate() {
            // From the middle: beginnings and ends are what secrets have in common.
            let first = piece.len().saturating_sub(MIN_PIECE) / 2;
            for distance in first..plus(first, GROUP) {
                groups.extend(group(piece, distance).map(|bytes| Group {
                    bytes,
                    piece: number,
                    distance,
                }));
            }
        }
        groups.sort_unstable();
        let words = if groups.is_empty() {
            0
        } else {
            1_usize << (SLOT_BITS - 6)
        };
        let mut seen = vec![0; words];
        for known in &groups {
            let (word, bit) = place(known.bytes);
            if let Some(word) = seen.get_mut(word) {
                *word |= 1 << bit;
            }
        }
        Self {
            pieces,
            groups,
            seen,
        }
    }

    /// Visits the pieces in `text` by where they start.
    pub(super) fn visit(&self, text: &[u8], mut visit: impl FnMut(Range<usize>)) {
        if self.seen.is_empty() {
            return;
        }
        step(text.len() / GROUP);
        // Pieces are found by their middle: a longer one may start before one found earlier.
        let mut found: Vec<Range<usize>> = Vec::new();
        for (nth, chunk) in text.chunks_exact(GROUP).enumerate() {
            let Ok(bytes) = chunk.try_into().map(u32::from_le_bytes) else {
                continue;
            };
            let (word, bit) = place(bytes);
            if self.seen.get(word).is_some_and(|word| word >> bit & 1 == 1) {
                let at = nth.saturating_mul(GROUP);
                self.compare(text, at, bytes, &mut found);
            }
        }
        found.sort_unstable_by_key(|range| range.start);
        found.into_iter().for_each(&mut visit);
    }

    fn compare(&self, text: &[u8], at: usize, bytes: u32, found: &mut Vec<Range<usize>>) {
        let first = self.groups.partition_point(|group| group.bytes < bytes);
        let groups = self.groups.get(first..).unwrap_or_default();
        for group in groups.iter().take_while(|group| group.bytes == bytes) {
            let piece = self
                .pieces
                .get(group.piece)
                .map_or(&[][..], |p| p.as_slice());
            let Some(start) = at.checked_sub(group.distance) else {
                continue;
            };
            let range = start..plus(start, piece.len());
            step(piece.len());
            if slice(text, range.clone()) == piece {
                found.push(range);
            }
        }
    }
}

/// Pieces wipe themselves.
impl Drop for Search {
    fn drop(&mut self) {
        self.groups
            .iter_mut()
            .for_each(|group| group.bytes.zeroize());
        self.seen.zeroize();
    }
}

fn group(piece: &[u8], at: usize) -> Option<u32> {
    let bytes = slice(piece, at..plus(at, GROUP));
    bytes.try_into().ok().map(u32::from_le_bytes)
}

/// The word and the bit of four bytes in the table.
fn place(bytes: u32) -> (usize, u32) {
    // Knuth's multiplicative hash: the upper bits depend on all bits.
    let slot = bytes.wrapping_mul(0x9e37_79b1) >> (32 - SLOT_BITS);
    ((slot >> 6) as usize, slot & 63)
}
