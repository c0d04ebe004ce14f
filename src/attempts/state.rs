//! What is stored of one key's attempts.

use core::time::Duration;

use super::{Fingerprint, policy::THRESHOLD_LIMIT};
use crate::{
    Timestamp,
    encoding::{self, Decoder, Encoder},
};

const VERSION: u8 = 1;
/// Failures and slots together never exceed the threshold, and that is at most this.
const LIMIT: usize = THRESHOLD_LIMIT as usize;
const OPEN: u8 = 0;
/// Half of all time. Slot ids go on from here one by one, so that they differ at the end of time, too.
const LAST_ID_FROM_TIME: u64 = u64::MAX / 2;

/// One key's failures and attempts under way, or its lock. The default, for a key without a record:
/// nothing has happened.
///
/// Encoded as: version 1; last slot id u64; then 0 and what is counted, or a lock: 1, 2 or 3 for
/// [`Lock::Until`], [`Lock::ResetRequired`] or [`Lock::RebindRequired`] and its time. Counted are:
/// the number of failures u32, then for each its time, and 0, or 1 and the four bytes of its
/// fingerprint; the time till which to wait (0: none); the number of slots u32, then for each its id
/// u64 and the time at which it lapses. Times are u64 milliseconds, integers big-endian.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct State {
    pub(super) last_slot: u64,
    pub(super) phase: Phase,
}

/// A lock and attempts under way exclude each other: at the lock they are void, and none of them may
/// clear anything any more.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Phase {
    Open(Open),
    Locked(Lock),
}

/// What is counted.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Open {
    pub(super) failures: Vec<Failure>,
    /// When the wait is over that the last failure began. The epoch where there is none.
    pub(super) wait: Timestamp,
    slots: Vec<Slot>,
}

/// Why nothing is evaluated.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Lock {
    /// A cool-off: open at this time, with a count of zero.
    Until(Timestamp),
    /// Nothing but a reset of the password opens it.
    ResetRequired {
        /// When the failure happened that reached the threshold.
        since: Timestamp,
    },
    /// Nothing but binding another authenticator opens it.
    RebindRequired {
        /// When the failure happened that reached the threshold.
        since: Timestamp,
    },
}

/// A failure that counts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Failure {
    pub(super) at: Timestamp,
    pub(super) fingerprint: Option<Fingerprint>,
}

/// An attempt under way.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Slot {
    id: u64,
    lapses: Timestamp,
}

/// The right to one attempt. It settles its own slot, once.
///
/// It lives in the process that took it: one that is dropped lapses and is then a failure.
#[derive(Debug, Eq, PartialEq)]
#[must_use = "an attempt that is not settled becomes a failure"]
pub struct Permit {
    slot: u64,
}

impl State {
    /// Failures that were counted and still did when the state was last stepped; none under a lock.
    #[must_use]
    pub fn failures(&self) -> u32 {
        match &self.phase {
            Phase::Open(open) => open.count(),
            Phase::Locked(_) => 0,
        }
    }

    /// The lock that there was when the state was last stepped. A cool-off may be over since.
    #[must_use]
    pub fn lock(&self) -> Option<Lock> {
        match self.phase {
            Phase::Open(_) => None,
            Phase::Locked(lock) => Some(lock),
        }
    }

    /// The bytes to store.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut e = Encoder::new(VERSION);
        e.u64(self.last_slot);
        match &self.phase {
            Phase::Open(open) => open.encode(e.u8(OPEN)),
            Phase::Locked(lock) => {
                let (kind, time) = lock.parts();
                e.u8(kind).time(time);
            }
        }
        e.finish()
    }

    /// Reads what [`State::encode`] wrote.
    ///
    /// # Errors
    ///
    /// [`encoding::Error`] for anything else.
    pub fn decode(bytes: &[u8]) -> Result<Self, encoding::Error> {
        let mut d = Decoder::new(bytes, VERSION)?;
        let last_slot = d.u64()?;
        let phase = match d.u8()? {
            OPEN => Phase::Open(Open::decode(&mut d, last_slot)?),
            kind => Phase::Locked(Lock::from_parts(kind, d.time()?)?),
        };
        d.finish()?;
        Ok(Self { last_slot, phase })
    }

    /// Nothing has happened, except that ids go on where they were.
    pub(super) fn cleared(self) -> Self {
        Self {
            last_slot: self.last_slot,
            ..Self::default()
        }
    }

    /// From when on no permit given out can still come back. None when that cannot be told from the
    /// last id.
    pub(super) fn permits_end(&self, lifetime: Duration) -> Option<Timestamp> {
        (self.last_slot < LAST_ID_FROM_TIME)
            .then(|| Timestamp::from_millis(self.last_slot).saturating_add(lifetime))
    }
}

impl Default for Phase {
    fn default() -> Self {
        Self::Open(Open::default())
    }
}

impl Open {
    fn encode(&self, e: &mut Encoder) {
        e.list(&self.failures, |e, failure| {
            e.time(failure.at).option(failure.fingerprint, |e, print| {
                e.array(print.as_bytes());
            });
        });
        e.time(self.wait).list(&self.slots, |e, slot| {
            e.u64(slot.id).time(slot.lapses);
        });
    }

    fn decode(d: &mut Decoder<'_>, last_slot: u64) -> Result<Self, encoding::Error> {
        let open = Self {
            failures: d.list(LIMIT, Failure::decode)?,
            wait: d.time()?,
            slots: d.list(LIMIT, Slot::decode)?,
        };
        if open.is_consistent(last_slot) {
            Ok(open)
        } else {
            Err(encoding::Error::Damaged)
        }
    }

    /// What every step leaves behind: not too many, a wait only after a failure, no fingerprint and
    /// no slot twice, no slot that is yet to be taken, slots in the order in which they lapse.
    fn is_consistent(&self, last_slot: u64) -> bool {
        let prints = self.failures.iter().filter_map(|f| f.fingerprint.as_ref());
        let times = self.slots.iter().map(|slot| slot.lapses);
        self.failures_and_slots() <= THRESHOLD_LIMIT
            && (self.wait == Timestamp::EPOCH || !self.failures.is_empty())
            && is_distinct(prints.map(Fingerprint::as_bytes))
            && is_distinct(self.slots.iter().map(|slot| slot.id))
            && self.slots.iter().all(|slot| slot.id <= last_slot)
            && times.is_sorted()
    }

    pub(super) fn count(&self) -> u32 {
        len(&self.failures)
    }

    pub(super) fn failures_and_slots(&self) -> u32 {
        self.count().saturating_add(len(&self.slots))
    }

    /// No failures any more. Attempts under way go on.
    pub(super) fn clear(&mut self) {
        self.failures.clear();
        self.wait = Timestamp::EPOCH;
    }

    pub(super) fn has_slots(&self) -> bool {
        !self.slots.is_empty()
    }

    pub(super) fn has(&self, fingerprint: Fingerprint) -> bool {
        let same = |failure: &Failure| failure.fingerprint == Some(fingerprint);
        self.failures.iter().any(same)
    }

    /// No slot lapses later than one taken now: one that would was taken under a clock that has gone
    /// back since. It gets a full lifetime from now: it is neither freed nor kept until the clock has
    /// caught up.
    pub(super) fn shorten_slots(&mut self, lifetime: Duration, now: Timestamp) {
        let latest = now.saturating_add(lifetime);
        for slot in &mut self.slots {
            slot.lapses = slot.lapses.min(latest);
        }
    }

    /// Nothing is later than now, as far as it was written under a clock that has gone back since: no
    /// failure, and no wait that is longer than one of `wait` from now.
    pub(super) fn bring_back(&mut self, wait: Duration, now: Timestamp) {
        for failure in &mut self.failures {
            failure.at = failure.at.min(now);
        }
        self.wait = self.wait.min(now.saturating_add(wait));
    }

    /// Removes the first slot that has lapsed, and says when it did.
    pub(super) fn lapse(&mut self, now: Timestamp) -> Option<Timestamp> {
        let lapses = self.slots.first().map(|slot| slot.lapses)?;
        if now < lapses {
            return None;
        }
        self.slots.remove(0);
        Some(lapses)
    }

    /// Slot ids are times in milliseconds, moved on by one where the clock was not ahead of the last
    /// one, so that a permit never fits a later slot, even where a store has forgotten the record.
    /// None where there is no later one, which only bytes lead to that no step wrote.
    pub(super) fn take_slot(
        &mut self,
        last: &mut u64,
        lapses: Timestamp,
        now: Timestamp,
    ) -> Option<Permit> {
        let id = last
            .checked_add(1)?
            .max(now.as_millis().min(LAST_ID_FROM_TIME));
        *last = id;
        self.slots.push(Slot { id, lapses });
        Some(Permit { slot: id })
    }

    /// Whether the permit's slot was open; it no longer is.
    pub(super) fn give_back(&mut self, permit: &Permit) -> bool {
        let before = self.slots.len();
        self.slots.retain(|slot| slot.id != permit.slot);
        self.slots.len() < before
    }

    /// The time of the latest failure, lapses of slots under way included; None where nothing
    /// counts.
    pub(super) fn latest(&self) -> Option<Timestamp> {
        let failures = self.failures.iter().map(|failure| failure.at);
        let lapses = self.slots.iter().map(|slot| slot.lapses);
        failures.chain(lapses).max()
    }
}

impl Lock {
    fn parts(self) -> (u8, Timestamp) {
        match self {
            Self::Until(until) => (1, until),
            Self::ResetRequired { since } => (2, since),
            Self::RebindRequired { since } => (3, since),
        }
    }

    fn from_parts(kind: u8, time: Timestamp) -> Result<Self, encoding::Error> {
        match kind {
            1 => Ok(Self::Until(time)),
            2 => Ok(Self::ResetRequired { since: time }),
            3 => Ok(Self::RebindRequired { since: time }),
            _ => Err(encoding::Error::Damaged),
        }
    }
}

impl Failure {
    fn decode(d: &mut Decoder<'_>) -> Result<Self, encoding::Error> {
        Ok(Self {
            at: d.time()?,
            fingerprint: d.option(|d| d.array().map(Fingerprint::from_bytes))?,
        })
    }
}

impl Slot {
    fn decode(d: &mut Decoder<'_>) -> Result<Self, encoding::Error> {
        Ok(Self {
            id: d.u64()?,
            lapses: d.time()?,
        })
    }
}

fn len<T>(items: &[T]) -> u32 {
    u32::try_from(items.len()).unwrap_or(u32::MAX)
}

/// There are at most a hundred.
fn is_distinct<T: PartialEq>(items: impl Iterator<Item = T>) -> bool {
    let mut seen = Vec::new();
    for item in items {
        if seen.contains(&item) {
            return false;
        }
        seen.push(item);
    }
    true
}
