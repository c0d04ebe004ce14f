//! Opened rings, for a time.

use core::{mem, time::Duration};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use crate::{
    Timestamp,
    field::{Key, Keyring, keyring::Counted},
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

/// What is asked for.
pub(super) enum Found {
    Held(Held),
    /// Held too long: the generation that the store must have at least.
    Seen(u64),
}

/// What is known of a scope.
enum Known {
    Held(Held),
    /// It was held too long; no key is left.
    Seen {
        generation: u64,
        /// What was counted of its use, and is not stored yet.
        counted: Counted,
        tenant: Option<Digest>,
    },
}

impl Held {
    fn is_young(&self, max_age: Duration, now: Timestamp) -> bool {
        self.since <= now && now.saturating_since(self.since) < max_age
    }
}

impl Known {
    fn generation(&self) -> u64 {
        match self {
            Self::Held(held) => held.ring.generation(),
            Self::Seen { generation, .. } => *generation,
        }
    }

    const fn tenant(&self) -> Option<&Digest> {
        match self {
            Self::Held(held) => held.tenant.as_ref(),
            Self::Seen { tenant, .. } => tenant.as_ref(),
        }
    }

    fn take_seals(&mut self) -> Counted {
        match self {
            Self::Held(held) => held.ring.take_seals(),
            Self::Seen { counted, .. } => mem::take(counted),
        }
    }
}

/// In which order scopes make room: first those of which no ring is held, then by age.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
struct Rank {
    since: Option<Timestamp>,
    number: u64,
}

impl Rank {
    const FIRST_HELD: Self = Self {
        since: Some(Timestamp::EPOCH),
        number: 0,
    };
}

pub(super) struct Cache {
    known: HashMap<Digest, (Rank, Known)>,
    order: BTreeMap<Rank, Digest>,
    next: u64,
    capacity: usize,
    /// How often something was forgotten on purpose.
    epoch: u64,
}

impl Cache {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            known: HashMap::new(),
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

    /// What is known; a ring only if it is younger than `max_age`. A clock that went back does not
    /// keep it.
    pub(super) fn get(&self, scope: &Digest, max_age: Duration, now: Timestamp) -> Option<Found> {
        Some(match &self.known.get(scope)?.1 {
            Known::Held(held) if held.is_young(max_age, now) => Found::Held(held.clone()),
            known => Found::Seen(known.generation()),
        })
    }

    /// The generation that was held last, of whatever age, and the epoch.
    pub(super) fn last(&self, scope: &Digest) -> (Option<u64>, u64) {
        let known = self.known.get(scope);
        (known.map(|(_, known)| known.generation()), self.epoch)
    }

    /// Takes what was counted of a ring's use here: to be stored, or given back.
    pub(super) fn take_seals(&mut self, scope: &Digest) -> Counted {
        let known = self.known.get_mut(scope);
        known.map_or_else(Counted::default, |(_, known)| known.take_seals())
    }

    pub(super) fn give_back_seals(&mut self, scope: &Digest, taken: Counted) {
        match self.known.get_mut(scope) {
            Some((_, Known::Held(held))) => held.ring.give_back_seals(&taken),
            Some((_, Known::Seen { counted, .. })) => *counted = taken,
            None => {}
        }
    }

    /// Lets go of every ring that is too old.
    pub(super) fn expire(&mut self, max_age: Duration, now: Timestamp) {
        let too_old = |rank: &Rank| {
            let age = rank.since.map(|since| now.saturating_since(since));
            age.is_some_and(|age| age >= max_age)
        };
        while let Some((rank, scope)) = self.order.range(Rank::FIRST_HELD..).next()
            && too_old(rank)
        {
            let scope = *scope;
            let Some(mut known) = self.remove(&scope) else {
                return;
            };
            let seen = Known::Seen {
                generation: known.generation(),
                counted: known.take_seals(),
                tenant: known.tenant().copied(),
            };
            self.insert(scope, seen);
        }
    }

    /// Puts a ring in, and the oldest out where there is no room. One that was loaded before
    /// something was forgotten may be that: it leaves nothing here, nor what it was made from. An
    /// older generation than is there does not take its place; what was counted goes on.
    pub(super) fn put(&mut self, scope: Digest, held: Held, epoch: u64) {
        if epoch != self.epoch {
            self.remove(&scope);
            return;
        }
        let present = self.last(&scope).0;
        if present.is_some_and(|present| present > held.ring.generation()) {
            return;
        }
        if let Some(mut present) = self.remove(&scope) {
            held.ring.count_on(&present.take_seals());
        }
        while self.known.len() >= self.capacity {
            let Some((_, oldest)) = self.order.pop_first() else {
                return;
            };
            self.known.remove(&oldest);
        }
        self.insert(scope, Known::Held(held));
    }

    fn insert(&mut self, scope: Digest, known: Known) {
        let since = match &known {
            Known::Held(held) => Some(held.since),
            Known::Seen { .. } => None,
        };
        let number = self.next;
        self.next = self.next.wrapping_add(1);
        let rank = Rank { since, number };
        self.order.insert(rank, scope);
        self.known.insert(scope, (rank, known));
    }

    fn remove(&mut self, scope: &Digest) -> Option<Known> {
        let (rank, known) = self.known.remove(scope)?;
        self.order.remove(&rank);
        Some(known)
    }

    /// Forgets a scope that is destroyed now, and whatever ends with it; also what is being loaded.
    pub(super) fn end(&mut self, scope: &Digest) {
        self.epoch = self.epoch.wrapping_add(1);
        self.forget(scope);
    }

    /// Forgets a scope that was found to be destroyed, and whatever ends with it.
    pub(super) fn forget(&mut self, scope: &Digest) {
        let ends = |known: &Known| known.tenant() == Some(scope);
        let these = self.known.iter().filter(|(_, (_, known))| ends(known));
        let mut these: Vec<_> = these.map(|(digest, _)| *digest).collect();
        these.push(*scope);
        let known = these.iter().filter_map(|digest| self.remove(digest));
        // Not where nothing was known: asking for it again and again keeps nobody else out.
        if known.count() > 0 {
            self.epoch = self.epoch.wrapping_add(1);
        }
    }

    pub(super) fn clear(&mut self) {
        self.epoch = self.epoch.wrapping_add(1);
        self.known.clear();
        self.order.clear();
    }

    /// How many rings are held.
    pub(super) fn len(&self) -> usize {
        self.order.range(Rank::FIRST_HELD..).count()
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
        let generation = |cache: &Cache| cache.last(&[1; 32]).0;
        for (steps, held) in [(1, 1), (0, 1), (1, 1), (2, 2)] {
            let held = ring(held).ring.generation();
            cache.put([1; 32], ring(steps), 0);
            assert_eq!(generation(&cache), Some(held));
        }
        assert_eq!(cache.len(), 1);
    }
}
