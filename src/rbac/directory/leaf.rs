//! Some dozens of names and what is kept under each, in one piece of memory.
//!
//! A leaf is read on every decision, when it is in no cache: what is looked for is found with one
//! look at where it begins and one there. It is copied on every change near it. It consists of the
//! ends of its [`SLOTS`] slots among the entries, u32 each, and the entries slot by slot: name after
//! its length u8, value after its length u32. A leaf without entries is empty. In little-endian
//! order, for this process alone.

use std::sync::Arc;

/// Parts of a leaf. Which one a name belongs to follows from its hash.
pub(super) const SLOTS: usize = 32;
pub(super) use crate::rbac::grants::NAME_LEN;
/// Entries beyond which a leaf is to be split, and bytes: so much is copied by a change.
const ENTRIES: usize = 2 * SLOTS;
const BYTES: usize = 16 * 1024;

/// INVARIANT: as described above, no name twice.
#[derive(Clone, Debug)]
pub(super) struct Leaf(Arc<[u8]>);

impl Leaf {
    pub(super) fn empty() -> Self {
        Self(Arc::from([]))
    }

    /// What is kept under `name`, which belongs to this slot.
    #[inline]
    pub(super) fn get(&self, slot: usize, name: &str) -> Option<&[u8]> {
        let mut entries = self.slot(slot);
        entries.find_map(|(own, value)| (own == name.as_bytes()).then_some(value))
    }

    /// The names and values of all slots.
    pub(super) fn iter(&self) -> Entries<'_> {
        Entries(self.parts().map_or(&[], |(_, entries)| entries))
    }

    /// The names and values of one slot.
    #[inline]
    pub(super) fn slot(&self, slot: usize) -> Entries<'_> {
        Entries(self.bytes_of(slot).unwrap_or_default())
    }

    /// The same with `value` under `name`, which belongs to this slot, whatever stood there before;
    /// without it for None.
    pub(super) fn with(&self, slot: usize, name: &str, value: Option<&[u8]>) -> Self {
        let mut draft = Draft::default();
        for other in 0..SLOTS {
            for (own, value) in self.slot(other) {
                if own != name.as_bytes() {
                    draft.push(other, own, value);
                }
            }
            if let (true, Some(value)) = (other == slot, value) {
                draft.push(slot, name.as_bytes(), value);
            }
        }
        draft.finish()
    }

    /// Whether it should be several leaves.
    pub(super) fn is_full(&self) -> bool {
        is_full(self.iter().count(), self.0.len())
    }

    /// The ends of the slots, and the entries.
    #[inline]
    fn parts(&self) -> Option<(&[[u8; 4]], &[u8])> {
        let (ends, entries) = self.0.split_at_checked(SLOTS * 4)?;
        Some((ends.as_chunks().0, entries))
    }

    #[inline]
    fn bytes_of(&self, slot: usize) -> Option<&[u8]> {
        let (ends, entries) = self.parts()?;
        let end = |slot: usize| usize::try_from(u32::from_le_bytes(*ends.get(slot)?)).ok();
        let start = slot.checked_sub(1).map_or(Some(0), end)?;
        entries.get(start..end(slot)?)
    }
}

/// Whether so many entries of so many bytes in total should be several leaves.
pub(super) fn is_full(entries: usize, bytes: usize) -> bool {
    entries > ENTRIES || (entries > 1 && bytes > BYTES)
}

/// Names and values, one after the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entries<'l>(&'l [u8]);

impl<'l> Iterator for Entries<'l> {
    type Item = (&'l [u8], &'l [u8]);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let (len, rest) = self.0.split_first()?;
        let (name, rest) = rest.split_at_checked(usize::from(*len))?;
        let (len, rest) = rest.split_first_chunk::<4>()?;
        let len = usize::try_from(u32::from_le_bytes(*len)).ok()?;
        let (value, rest) = rest.split_at_checked(len)?;
        self.0 = rest;
        Some((name, value))
    }
}

/// A leaf to be.
#[derive(Default)]
pub(super) struct Draft {
    ends: Vec<u8>,
    entries: Vec<u8>,
}

impl Draft {
    /// Adds an entry; slots come in ascending order. Names are at most [`NAME_LEN`] bytes, which the
    /// callers have checked: a longer one would be kept under its beginning, so it is not kept.
    pub(super) fn push(&mut self, slot: usize, name: &[u8], value: &[u8]) {
        let (Ok(name_len), Ok(value_len)) = (u8::try_from(name.len()), u32::try_from(value.len()))
        else {
            return;
        };
        self.end_slots(slot);
        self.entries.push(name_len);
        self.entries.extend_from_slice(name);
        self.entries.extend_from_slice(&value_len.to_le_bytes());
        self.entries.extend_from_slice(value);
    }

    /// Notes that the slots before this one end here.
    fn end_slots(&mut self, slot: usize) {
        // INVARIANT: below 4 GiB: a subject has 512 grants, and a full leaf is split
        let end = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        while self.ends.len() / 4 < slot {
            self.ends.extend_from_slice(&end.to_le_bytes());
        }
    }

    /// The leaf; the draft is empty afterwards and keeps its memory.
    pub(super) fn finish(&mut self) -> Leaf {
        if self.entries.is_empty() {
            return Leaf::empty();
        }
        self.end_slots(SLOTS);
        let leaf = Leaf([self.ends.as_slice(), &self.entries].concat().into());
        self.ends.clear();
        self.entries.clear();
        leaf
    }
}
