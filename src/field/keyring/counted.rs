//! What one copy of a ring has counted, carried to another one.

use super::{Keyring, access::Counted, seals::Seals};

impl Keyring {
    /// Adds what was taken of keys that are this ring's: to be stored now.
    pub(in crate::field) fn count_in(&self, counted: &Counted) {
        for (seals, count) in self.shared(counted) {
            seals.add(count);
        }
    }

    /// The same, but as counted here: to be stored later.
    pub(in crate::field) fn count_on(&self, counted: &Counted) {
        for (seals, count) in self.shared(counted) {
            seals.add(count);
            seals.give_back(count);
        }
    }

    fn shared<'a>(&'a self, counted: &'a Counted) -> impl Iterator<Item = (&'a Seals, u64)> {
        counted.0.iter().filter_map(|(version, key, count)| {
            let slot = self.slot(*version).ok()?;
            (slot.fingerprint == *key).then_some((&slot.seals, *count))
        })
    }
}
