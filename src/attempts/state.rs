//! What is stored of one account's attempts.

use core::time::Duration;

use super::THRESHOLD_LIMIT;
use crate::{
    Timestamp,
    encoding::{self, Decoder, Encoder},
};

const VERSION: u8 = 1;
/// Failures and slots together never exceed the threshold, and that is at most this.
const SLOTS_LIMIT: usize = THRESHOLD_LIMIT as usize;

/// One account's failures in a row and attempts under way. The default, for an account
/// without a record: nothing has happened.
///
/// Encoded as: version 1; failures u32; 0, or 1 and since when a reset is required (u64
/// milliseconds); last slot id u64; number of slots u32, then for each: id u64, the time at which it
/// lapses (u64 milliseconds). Integers are big-endian.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct State {
    pub(super) failures: u32,
    pub(super) reset_required: Option<Timestamp>,
    last_slot: u64,
    slots: Vec<Slot>,
}

/// An attempt under way.
#[derive(Clone, Debug, Eq, PartialEq)]
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
    /// Consecutive failures that have been counted.
    #[must_use]
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// Since when a reset is required, if one is.
    #[must_use]
    pub fn reset_required_since(&self) -> Option<Timestamp> {
        self.reset_required
    }

    /// The bytes to store.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut e = Encoder::new(VERSION);
        e.u32(self.failures);
        e.option(self.reset_required, |e, since| {
            e.time(since);
        });
        e.u64(self.last_slot).list(&self.slots, |e, slot| {
            e.u64(slot.id).time(slot.lapses);
        });
        e.finish()
    }

    /// Reads what [`State::encode`] wrote.
    ///
    /// # Errors
    ///
    /// [`encoding::Error`] for anything else.
    pub fn decode(bytes: &[u8]) -> Result<Self, encoding::Error> {
        let mut d = Decoder::new(bytes, VERSION)?;
        let state = Self {
            failures: d.u32()?,
            reset_required: d.option(Decoder::time)?,
            last_slot: d.u64()?,
            slots: d.list(SLOTS_LIMIT, |d| {
                Ok::<_, encoding::Error>(Slot {
                    id: d.u64()?,
                    lapses: d.time()?,
                })
            })?,
        };
        d.finish()?;
        if state.failures_and_slots() > THRESHOLD_LIMIT {
            return Err(encoding::Error::Damaged);
        }
        Ok(state)
    }

    pub(super) fn failures_and_slots(&self) -> u32 {
        let slots = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        self.failures.saturating_add(slots)
    }

    /// Removes the slots that have lapsed and says how many there were.
    ///
    /// A slot that would lapse later than one taken now was taken under a clock that has gone back
    /// since. It gets a full lifetime from now: it is neither freed nor kept until the clock has
    /// caught up.
    pub(super) fn lapse(&mut self, lifetime: Duration, now: Timestamp) -> u32 {
        let before = self.slots.len();
        self.slots.retain(|slot| now < slot.lapses);
        let latest = now.saturating_add(lifetime);
        for slot in &mut self.slots {
            slot.lapses = slot.lapses.min(latest);
        }
        u32::try_from(before.saturating_sub(self.slots.len())).unwrap_or(u32::MAX)
    }

    /// Slot ids are times in milliseconds, moved on by one where the clock was not ahead of the last
    /// one, so that a permit never fits a later slot, even where a store has forgotten the record.
    pub(super) fn take_slot(&mut self, lifetime: Duration, now: Timestamp) -> Permit {
        let id = self.last_slot.wrapping_add(1).max(now.as_millis());
        self.last_slot = id;
        self.slots.push(Slot {
            id,
            lapses: now.saturating_add(lifetime),
        });
        Permit { slot: id }
    }

    /// Whether the permit's slot was open; it no longer is.
    pub(super) fn give_back(&mut self, permit: &Permit) -> bool {
        let before = self.slots.len();
        self.slots.retain(|slot| slot.id != permit.slot);
        self.slots.len() < before
    }

    pub(super) fn require_reset(&mut self, now: Timestamp) {
        self.reset_required = Some(now);
        self.slots.clear();
    }

    /// Nothing has happened, except that ids go on where they were.
    pub(super) fn cleared(self) -> Self {
        Self {
            last_slot: self.last_slot,
            ..Self::default()
        }
    }

    /// From when on a state that is blank can be forgotten: no permit given out can still come back.
    pub(super) fn forgettable(&self, lifetime: Duration) -> Timestamp {
        Timestamp::from_millis(self.last_slot).saturating_add(lifetime)
    }

    /// Whether nothing need be kept.
    pub(super) fn is_blank(&self) -> bool {
        self.failures == 0 && self.reset_required.is_none() && self.slots.is_empty()
    }
}
