//! The steps that a ring takes from one state of its keys to the next.

use core::{mem, time::Duration};

use super::{Cause, Destroy, Destruction, Keyring, MAX_KEYS, Origin, Slot, State};
use crate::{
    Timestamp,
    field::{Error, Key, KeyVersion, Policy, purpose::Purposes},
};

/// How far a step's clock may be behind that of the step before: further, and one of them is wrong.
const MAX_SKEW: Duration = Duration::from_secs(86_400);

impl Slot {
    pub(super) fn promote(&mut self, policy: &Policy, now: Timestamp) {
        self.state = State::Primary;
        self.promoted = Some(now);
        self.used_for = policy.purposes.clone();
        self.propagation = policy.propagation;
    }

    fn retire(&mut self, now: Timestamp) {
        self.state = State::Retired;
        self.retired = Some(now);
    }

    /// The key is wiped where it is dropped.
    fn destroy(&mut self, destruction: Destruction) {
        self.state = State::Destroyed;
        self.destruction = Some(destruction);
        self.used_for = Purposes::none();
        self.held = None;
    }

    /// No time after `now`.
    fn turn_back(&mut self, now: Timestamp) {
        let times = [&mut self.promoted, &mut self.retired, &mut self.suspended];
        let times = times.into_iter().flatten();
        for time in times.chain([&mut self.created]) {
            *time = now.min(*time);
        }
        if let Some(end) = &mut self.destruction {
            end.at = now.min(end.at);
            if let Cause::Unreferenced { verified } = &mut end.cause {
                *verified = now.min(*verified);
            }
        }
    }
}

impl Keyring {
    /// Adds a new key that opens but does not seal yet, and gives its version.
    ///
    /// # Errors
    ///
    /// [`Error::Randomness`]; [`Error::TooManyKeys`] for the 1,025th, or after version
    /// [`u32::MAX`].
    pub fn stage(&mut self, now: Timestamp) -> Result<KeyVersion, Error> {
        self.push((Origin::Generated, Key::generate()?), now)
    }

    /// The same with a key that comes from elsewhere.
    ///
    /// # Errors
    ///
    /// [`Error::DuplicateKey`] if the ring has or had this key; [`Error::TooManyKeys`].
    pub fn stage_key(&mut self, key: Key, now: Timestamp) -> Result<KeyVersion, Error> {
        self.push((Origin::Imported, key), now)
    }

    /// Makes a staged key the primary one. The one that was primary is retired: it opens what it
    /// sealed and seals nothing more.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownKey`]; [`Error::WrongState`] if the key is not staged; [`Error::Overdue`] if it
    /// has been staged for so long that it would seal nothing.
    pub fn promote(&mut self, version: KeyVersion, now: Timestamp) -> Result<(), Error> {
        let step = self.step(now)?;
        let staged = self.slot(version)?;
        staged.require(State::Staged)?;
        if self.is_overdue(staged.created, step.at) {
            return Err(Error::Overdue(version));
        }
        let slot = find(&mut self.others, version)?;
        mem::swap(&mut self.primary, slot);
        slot.retire(step.at);
        self.primary.promote(&self.policy, step.at);
        // The old one stands where the new one stood.
        self.others.sort_unstable_by_key(Slot::version);
        self.done(step);
        Ok(())
    }

    /// Takes a retired key out of use: what it sealed does not open until it is resumed. For the
    /// primary key, [`stage`](Self::stage) and [`promote`](Self::promote) another before.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownKey`]; [`Error::WrongState`] if the key is not retired.
    pub fn suspend(&mut self, version: KeyVersion, now: Timestamp) -> Result<(), Error> {
        let step = self.step(now)?;
        self.slot(version)?.require(State::Retired)?;
        let slot = find(&mut self.others, version)?;
        slot.state = State::Suspended;
        slot.suspended = Some(step.at);
        self.done(step);
        Ok(())
    }

    /// Lets a suspended key open again.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownKey`]; [`Error::WrongState`] if the key is not suspended.
    pub fn resume(&mut self, version: KeyVersion, now: Timestamp) -> Result<(), Error> {
        let step = self.step(now)?;
        self.slot(version)?.require(State::Suspended)?;
        find(&mut self.others, version)?.state = State::Retired;
        self.done(step);
        Ok(())
    }

    /// Wipes a retired or suspended key. Whatever it sealed, here or in a backup, opens never more
    /// by this ring; a ring that was stored before still has the key. When and why is kept, and so
    /// are version and fingerprint, so that neither is used again.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownKey`]; [`Error::WrongState`]; for [`Destroy::Unreferenced`]:
    /// [`Error::Unverified`] if a purpose has no proof, or one that began too early or after `now`,
    /// [`Error::Unrestricted`] if the key may have been used for anything; for [`Destroy::Forced`]:
    /// [`Error::Reason`].
    pub fn destroy(
        &mut self,
        version: KeyVersion,
        how: Destroy<'_>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let step = self.step(now)?;
        let slot = self.slot(version)?;
        let cause = how.cause(slot, &self.scope, &self.policy, step.at)?;
        let at = step.at;
        find(&mut self.others, version)?.destroy(Destruction { at, cause });
        self.done(step);
        Ok(())
    }

    /// Gives the ring other rules. The suite is that of keys staged from now on; age, number of seals
    /// and purposes hold at once. What the primary key was permitted before counts as something that
    /// it may have been used for, and the longest propagation is the one that it is waited for.
    ///
    /// Sweep first, then narrow: a sweep over a purpose that the policy no longer names is refused,
    /// and a retired key that may have been used for it cannot be shown to be unreferenced until the
    /// policy names it again.
    ///
    /// # Errors
    ///
    /// [`Error::Name`]; [`Error::TooManyPurposes`], together with those before, since the key was
    /// promoted.
    pub fn set_policy(&mut self, policy: Policy, now: Timestamp) -> Result<(), Error> {
        policy.purposes.check()?;
        let step = self.step(now)?;
        let mut used_for = self.primary.used_for.clone();
        used_for.extend(&policy.purposes);
        used_for.check()?;
        self.primary.used_for = used_for;
        let propagation = self.primary.propagation.max(policy.propagation);
        self.primary.propagation = propagation;
        self.policy = policy;
        self.done(step);
        Ok(())
    }

    fn push(&mut self, key: (Origin, Key), now: Timestamp) -> Result<KeyVersion, Error> {
        let step = self.step(now)?;
        if self.slots().count() >= MAX_KEYS {
            return Err(Error::TooManyKeys);
        }
        let newest = self.slots().map(Slot::version).last();
        let next = newest.and_then(KeyVersion::next);
        let version = next.ok_or(Error::TooManyKeys)?;
        let slot = Slot::staged(version, self.policy.suite, key, step.at);
        if self.slots().any(|s| s.fingerprint == slot.fingerprint) {
            return Err(Error::DuplicateKey(version));
        }
        self.others.push(slot);
        self.done(step);
        Ok(version)
    }

    /// Repairs a ring that [`Error::Clock`] refuses, because a step was taken by a clock that was far
    /// ahead: every time after `now` becomes `now`, and so does that of the last step. It is a step.
    ///
    /// `now` must be right. One that is too early makes it seem longer ago that a key was retired, so
    /// that what still seals with it is not waited for; and a key from the time ahead counts as
    /// made now.
    ///
    /// # Errors
    ///
    /// [`Error::TooManySteps`].
    pub fn danger_turn_back(&mut self, now: Timestamp) -> Result<(), Error> {
        self.generation = self.generation.checked_add(1).ok_or(Error::TooManySteps)?;
        self.changed = self.changed.min(now);
        let slots = self.others.iter_mut().chain([&mut self.primary]);
        slots.for_each(|slot| slot.turn_back(now));
        Ok(())
    }

    /// The step that is to be taken; a clock that went back a little does not take it before the last
    /// one.
    fn step(&self, now: Timestamp) -> Result<Step, Error> {
        let generation = self.generation.checked_add(1).ok_or(Error::TooManySteps)?;
        if self.changed.saturating_since(now) > MAX_SKEW {
            return Err(Error::Clock(self.changed));
        }
        Ok(Step {
            generation,
            at: now.max(self.changed),
        })
    }

    fn done(&mut self, step: Step) {
        self.generation = step.generation;
        self.changed = step.at;
    }
}

struct Step {
    generation: u64,
    at: Timestamp,
}

fn find(others: &mut [Slot], version: KeyVersion) -> Result<&mut Slot, Error> {
    let found = others.binary_search_by_key(&version, Slot::version);
    let slot = found.ok().and_then(|at| others.get_mut(at));
    slot.ok_or(Error::UnknownKey(version))
}
