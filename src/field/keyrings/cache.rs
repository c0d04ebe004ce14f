//! Opened rings, for a time.

use core::time::Duration;
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use crate::{
    Timestamp,
    field::{Key, Keyring},
};

/// The digest of a scope.
pub(super) type Digest = [u8; 32];

/// An opened ring.
#[derive(Clone)]
pub(super) struct Held {
    pub(super) ring: Arc<Keyring>,
    /// What a tenant's other rings are sealed under.
    pub(super) root: Option<Arc<Key>>,
    /// When the store was asked for this, and for the tenant's ring where it hangs on one.
    pub(super) since: Timestamp,
    /// The tenant whose end is the end of this.
    pub(super) tenant: Option<Digest>,
}

/// What is known of a scope.
pub(super) enum Known {
    Nothing,
    /// Too old to be used, and still what the store must have at least.
    Old(Arc<Keyring>),
    Held(Held),
}

pub(super) struct Cache {
    held: HashMap<Digest, (u64, Held)>,
    /// In the order they came, which is the order of their age.
    order: BTreeMap<u64, Digest>,
    next: u64,
    capacity: usize,
    /// How often something was forgotten on purpose.
    epoch: u64,
}

impl Cache {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            held: HashMap::new(),
            order: BTreeMap::new(),
            next: 0,
            capacity,
            epoch: 0,
        }
    }

    /// To be asked before the store is.
    pub(super) const fn epoch(&self) -> u64 {
        self.epoch
    }

    /// What is held, if it is younger than `max_age`. A clock that went back does not keep it.
    pub(super) fn get(&self, scope: &Digest, max_age: Duration, now: Timestamp) -> Known {
        match self.held.get(scope) {
            None => Known::Nothing,
            Some((_, held)) if held.since <= now && now.saturating_since(held.since) < max_age => {
                Known::Held(held.clone())
            }
            Some((_, held)) => Known::Old(Arc::clone(&held.ring)),
        }
    }

    /// What was held last, of whatever age, and the epoch.
    pub(super) fn last(&self, scope: &Digest) -> (Option<Arc<Keyring>>, u64) {
        let held = self.held.get(scope);
        (held.map(|(_, held)| Arc::clone(&held.ring)), self.epoch)
    }

    /// Puts a ring in, and the oldest out where there is no room. Neither one that was loaded before
    /// something was forgotten, since it may be that, nor an older generation than is there.
    pub(super) fn put(&mut self, scope: Digest, held: Held, epoch: u64) {
        if epoch != self.epoch {
            return;
        }
        let later = |(_, present): &(u64, Held)| present.ring.generation() > held.ring.generation();
        if self.held.get(&scope).is_some_and(later) {
            return;
        }
        self.remove(&scope);
        while self.held.len() >= self.capacity {
            let Some((_, oldest)) = self.order.pop_first() else {
                return;
            };
            self.held.remove(&oldest);
        }
        self.order.insert(self.next, scope);
        self.held.insert(scope, (self.next, held));
        self.next = self.next.wrapping_add(1);
    }

    fn remove(&mut self, scope: &Digest) {
        if let Some((place, _)) = self.held.remove(scope) {
            self.order.remove(&place);
        }
    }

    /// Forgets a scope, and whatever ends with it.
    pub(super) fn forget(&mut self, scope: &Digest) {
        self.epoch = self.epoch.wrapping_add(1);
        let ends = |held: &Held| held.tenant.as_ref() == Some(scope);
        let these = self.held.iter().filter(|(_, (_, held))| ends(held));
        for digest in these.map(|(digest, _)| *digest).collect::<Vec<_>>() {
            self.remove(&digest);
        }
        self.remove(scope);
    }

    pub(super) fn clear(&mut self) {
        self.epoch = self.epoch.wrapping_add(1);
        self.held.clear();
        self.order.clear();
    }

    pub(super) fn len(&self) -> usize {
        self.held.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CR-07: whoever was slower to load does not bring back what was changed meanwhile.
    #[test]
    fn an_older_ring_does_not_take_the_place_of_a_later_one() {
        let now = Timestamp::from_secs(1_795_251_600);
        let ring = |steps| {
            let mut ring = Keyring::new(Key::from_bytes([7; 32]), now);
            for _ in 0..steps {
                let _ = ring.stage(now).unwrap();
            }
            Held {
                ring: Arc::new(ring),
                root: None,
                since: now,
                tenant: None,
            }
        };
        let mut cache = Cache::new(2);
        let keys = |cache: &Cache| cache.last(&[1; 32]).0.map(|ring| ring.keys().count());
        for (steps, held) in [(1, 2), (0, 2), (1, 2), (2, 3)] {
            cache.put([1; 32], ring(steps), 0);
            assert_eq!(keys(&cache), Some(held));
        }
        assert_eq!(cache.len(), 1);
    }
}
