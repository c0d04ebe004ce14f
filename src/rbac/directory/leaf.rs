//! Some dozens of names and what is kept under each, in one allocation.
//!
//! A leaf is read on every decision and copied on every change near it. So it is one piece of
//! memory, found with one step: the number of entries u32; their tags, u16 each; where each ends
//! among the bodies, u32 each; then the bodies: name after its length u8, then the value. In
//! little-endian order, for this process alone.

use std::sync::Arc;

/// The longest name in bytes.
pub(super) const NAME_LEN: usize = 255;
/// Entries from which on a leaf is to be split, and bytes: so much is copied by a change.
const ENTRIES: usize = 64;
const BYTES: usize = 16 * 1024;

const TAG: usize = 2;
const END: usize = 4;

/// A part of the hash, by which most entries of other names are passed over.
pub(super) type Tag = [u8; TAG];

/// INVARIANT: as described above, no name twice.
#[derive(Clone, Debug)]
pub(super) struct Leaf(Arc<[u8]>);

impl Leaf {
    pub(super) fn empty() -> Self {
        Self(Arc::from([]))
    }

    /// What is kept under `name`.
    #[inline]
    pub(super) fn get(&self, tag: Tag, name: &str) -> Option<&[u8]> {
        let parts = self.parts();
        let candidates = parts.tags.iter().enumerate();
        let mut same = candidates.filter(|(_, own)| **own == tag);
        same.find_map(|(i, _)| {
            let (own, value) = parts.entry(i)?;
            (own == name.as_bytes()).then_some(value)
        })
    }

    /// The entries as tag, name and value.
    pub(super) fn iter(&self) -> Entries<'_> {
        Entries {
            parts: self.parts(),
            next: 0,
        }
    }

    /// The same with `value` under `name`, whatever stood there before; without it for None.
    pub(super) fn with(&self, tag: Tag, name: &str, value: Option<&[u8]>) -> Self {
        let mut draft = Draft::default();
        for (tag, own, value) in self.iter().filter(|(_, own, _)| *own != name.as_bytes()) {
            draft.push(tag, own, value);
        }
        if let Some(value) = value {
            draft.push(tag, name.as_bytes(), value);
        }
        draft.finish()
    }

    /// Whether it should be several leaves.
    pub(super) fn is_full(&self) -> bool {
        let entries = self.parts().tags.len();
        is_full(entries, self.0.len())
    }

    fn parts(&self) -> Parts<'_> {
        Parts::of(&self.0).unwrap_or_default()
    }
}

/// Whether so many entries of so many bytes in total should be several leaves.
pub(super) fn is_full(entries: usize, bytes: usize) -> bool {
    entries > ENTRIES || (entries > 1 && bytes > BYTES)
}

#[derive(Clone, Copy, Default)]
struct Parts<'l> {
    tags: &'l [Tag],
    ends: &'l [[u8; END]],
    bodies: &'l [u8],
}

impl<'l> Parts<'l> {
    #[inline]
    fn of(bytes: &'l [u8]) -> Option<Self> {
        let (entries, rest) = bytes.split_first_chunk::<4>()?;
        let entries = usize::try_from(u32::from_le_bytes(*entries)).ok()?;
        let (tags, rest) = rest.split_at_checked(entries.checked_mul(TAG)?)?;
        let (ends, bodies) = rest.split_at_checked(entries.checked_mul(END)?)?;
        Some(Self {
            tags: tags.as_chunks().0,
            ends: ends.as_chunks().0,
            bodies,
        })
    }

    #[inline]
    fn entry(&self, i: usize) -> Option<(&'l [u8], &'l [u8])> {
        let end_of = |i: usize| usize::try_from(u32::from_le_bytes(*self.ends.get(i)?)).ok();
        let start = i.checked_sub(1).map_or(Some(0), end_of)?;
        let body = self.bodies.get(start..end_of(i)?)?;
        let (len, body) = body.split_first()?;
        body.split_at_checked(usize::from(*len))
    }
}

/// The entries of a leaf.
#[derive(Clone)]
pub(super) struct Entries<'l> {
    parts: Parts<'l>,
    next: usize,
}

impl<'l> Iterator for Entries<'l> {
    type Item = (Tag, &'l [u8], &'l [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let tag = self.parts.tags.get(self.next)?;
        let (name, value) = self.parts.entry(self.next)?;
        self.next = self.next.saturating_add(1);
        Some((*tag, name, value))
    }
}

/// A leaf to be.
#[derive(Default)]
pub(super) struct Draft {
    tags: Vec<u8>,
    ends: Vec<u8>,
    bodies: Vec<u8>,
    entries: u32,
}

impl Draft {
    /// Adds an entry. Names are at most [`NAME_LEN`] bytes, which the callers have checked: a
    /// longer one would be kept under its beginning, so it is not kept at all.
    pub(super) fn push(&mut self, tag: Tag, name: &[u8], value: &[u8]) {
        let Ok(len) = u8::try_from(name.len()) else {
            return;
        };
        self.bodies.push(len);
        self.bodies.extend_from_slice(name);
        self.bodies.extend_from_slice(value);
        // INVARIANT: below 4 GiB: a subject has 512 grants, and a full leaf is split
        let end = u32::try_from(self.bodies.len()).unwrap_or(u32::MAX);
        self.ends.extend_from_slice(&end.to_le_bytes());
        self.tags.extend_from_slice(&tag);
        self.entries = self.entries.saturating_add(1);
    }

    /// The leaf; the draft is empty afterwards and keeps its memory.
    pub(super) fn finish(&mut self) -> Leaf {
        let entries = self.entries.to_le_bytes();
        let parts: [&[u8]; 4] = [&entries, &self.tags, &self.ends, &self.bodies];
        let leaf = Leaf(parts.concat().into());
        self.tags.clear();
        self.ends.clear();
        self.bodies.clear();
        self.entries = 0;
        leaf
    }
}
