//! How far a sweep is.

mod encoded;

pub(super) use encoded::MAX_FAILURES;

use super::{
    Counts, Failure, Fault, Report, StoredRow, Swap,
    work::{Reference, Renewed},
};
use crate::{
    Timestamp,
    field::{Error, Fingerprint, KeyVersion, Keyring, Migration, Purpose, State},
};

/// What a sweep does next.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Phase {
    /// Seals again.
    Reseal,
    /// Has sealed all, and waits until no machine seals with a retired key.
    Settle,
    /// Counts references.
    Verify,
    /// Nothing.
    Done,
}

/// A key of the ring as the last pass found it, and the rows that name it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct KeyCount {
    pub(super) version: KeyVersion,
    pub(super) fingerprint: Fingerprint,
    /// No machine sealed with it any more when the pass began, and it is not destroyed.
    pub(super) settled: bool,
    pub(super) references: u64,
}

#[derive(Debug)]
pub(super) struct Progress {
    pub(super) purpose: Purpose,
    /// The ring's scope and its first key, when the sweep has begun.
    ring: Option<(Vec<u8>, Fingerprint)>,
    /// The latest generation of the ring: an older one would seal with a key that is retired.
    generation: u64,
    pub(super) migration: Option<Migration>,
    pub(super) phase: Phase,
    /// The key of the row that was the last one of this pass.
    pub(super) cursor: Option<Vec<u8>>,
    round: u32,
    pub(super) counts: Counts,
    /// Of this round.
    failures: Vec<Failure>,
    /// How many of this round's rows stay as they are, and another round would not change it.
    stuck: u64,
    began: Timestamp,
    ended: Timestamp,
    verified: u64,
    plaintext: u64,
    unreadable: u64,
    // INVARIANT: by ascending version.
    keys: Vec<KeyCount>,
}

impl Progress {
    pub(super) const fn new(purpose: Purpose) -> Self {
        Self {
            purpose,
            ring: None,
            generation: 0,
            migration: None,
            phase: Phase::Reseal,
            cursor: None,
            round: 1,
            counts: Counts {
                seen: 0,
                resealed: 0,
                sealed: 0,
                already: 0,
                lost: 0,
                failed: 0,
                plaintext: 0,
            },
            failures: Vec::new(),
            stuck: 0,
            began: Timestamp::EPOCH,
            ended: Timestamp::EPOCH,
            verified: 0,
            plaintext: 0,
            unreadable: 0,
            keys: Vec::new(),
        }
    }

    /// Takes this ring, or checks that it is the one that was taken: of the same scope, with the same
    /// first key, which a ring keeps the fingerprint of for ever, and no older than it was.
    pub(super) fn bind(&mut self, ring: &Keyring) -> Result<(), Error> {
        let first = ring.keys().next().ok_or(Error::OtherSweep)?;
        let found = (ring.scope().encode(), first.fingerprint);
        if self.ring.as_ref().is_some_and(|bound| *bound != found) {
            return Err(Error::OtherSweep);
        }
        let (found_generation, least) = (ring.generation(), self.generation);
        if found_generation < least {
            let found = found_generation;
            return Err(Error::RolledBack { found, least });
        }
        (self.ring, self.generation) = (Some(found), found_generation);
        Ok(())
    }

    pub(super) fn renewed(&mut self, renewed: &Renewed, swap: Swap) {
        if matches!(renewed, Renewed::Plaintext) && self.migration.is_some() {
            increase(&mut self.stuck);
        }
        let count = match (renewed, swap) {
            (_, Swap::Changed) => &mut self.counts.lost,
            (Renewed::Already, _) => &mut self.counts.already,
            (Renewed::Anew(_), _) => &mut self.counts.resealed,
            (Renewed::Sealed(_), _) => &mut self.counts.sealed,
            (Renewed::Plaintext | Renewed::Rewrite, _) => &mut self.counts.plaintext,
        };
        increase(count);
        increase(&mut self.counts.seen);
    }

    pub(super) fn failed(
        &mut self,
        ring: &Keyring,
        row: &StoredRow,
        (reference, fault): (Reference, Fault),
        most: usize,
    ) {
        increase(&mut self.counts.seen);
        increase(&mut self.counts.failed);
        let again = match reference {
            Reference::Key(version) => {
                let known = ring.keys().find(|key| key.version == version);
                known.is_none_or(|key| needs_sweep(key.state))
            }
            Reference::Plaintext => self.migration.is_some(),
            Reference::Unreadable => true,
        };
        if again {
            increase(&mut self.stuck);
        }
        if self.failures.len() < most {
            self.failures.push(Failure {
                row: row.key.clone(),
                fault,
                key: match reference {
                    Reference::Key(version) => Some(version),
                    Reference::Plaintext | Reference::Unreadable => None,
                },
            });
        }
    }

    /// Begins the pass that counts.
    pub(super) fn verify(&mut self, ring: &Keyring, now: Timestamp) {
        self.phase = Phase::Verify;
        (self.began, self.ended) = (now, now);
        (self.verified, self.plaintext, self.unreadable) = (0, 0, 0);
        self.keys.clear();
        self.learn(ring, needs_sweep);
    }

    /// Takes in the keys that the ring has and this pass does not know of. Those that come while it
    /// is under way are not settled.
    pub(super) fn learn(&mut self, ring: &Keyring, settled: impl Fn(State) -> bool) {
        let last = self.keys.last().map(|key| key.version);
        let new = ring.keys().filter(|key| Some(key.version) > last);
        self.keys.extend(new.map(|key| KeyCount {
            version: key.version,
            fingerprint: key.fingerprint,
            settled: settled(key.state),
            references: 0,
        }));
    }

    /// Counts a row of the pass that counts.
    pub(super) fn count(&mut self, reference: Reference) {
        increase(&mut self.verified);
        match reference {
            Reference::Plaintext => increase(&mut self.plaintext),
            Reference::Unreadable => increase(&mut self.unreadable),
            Reference::Key(version) => {
                let found = self.keys.binary_search_by_key(&version, |key| key.version);
                match found.ok().and_then(|at| self.keys.get_mut(at)) {
                    Some(key) => increase(&mut key.references),
                    None => increase(&mut self.unreadable),
                }
            }
        }
    }

    /// The last row of a pass was the last one of all.
    pub(super) fn end_pass(&mut self, rounds: u32, now: Timestamp) {
        self.cursor = None;
        if self.phase != Phase::Verify {
            self.phase = Phase::Settle;
            return;
        }
        self.ended = now;
        if self.left() > self.stuck && self.round < rounds {
            self.phase = Phase::Reseal;
            self.round = self.round.saturating_add(1);
            self.stuck = 0;
            self.failures.clear();
        } else {
            self.phase = Phase::Done;
        }
    }

    /// How many rows another round might still seal.
    fn left(&self) -> u64 {
        let settled = self.keys.iter().filter(|key| key.settled);
        let references = settled.fold(self.unreadable, |sum, key| {
            sum.saturating_add(key.references)
        });
        match self.migration {
            Some(_) => references.saturating_add(self.plaintext),
            None => references,
        }
    }

    pub(super) fn report(&self, ring: &Keyring) -> Report {
        Report {
            scope: ring.scope().clone(),
            purpose: self.purpose.clone(),
            rounds: self.round,
            counts: self.counts,
            failures: self.failures.clone(),
            began: self.began,
            ended: self.ended,
            verified: self.verified,
            plaintext: self.plaintext,
            unreadable: self.unreadable,
            keys: self.keys.clone(),
        }
    }
}

/// From when on no machine seals with a key that is retired now.
pub(super) fn settled(ring: &Keyring) -> Timestamp {
    ring.keys()
        .filter(|key| needs_sweep(key.state))
        .filter_map(|key| key.settled)
        .max()
        .unwrap_or(Timestamp::EPOCH)
}

/// Whether values of such a key are to be sealed again.
fn needs_sweep(state: State) -> bool {
    matches!(state, State::Retired | State::Suspended)
}

fn increase(count: &mut u64) {
    *count = count.saturating_add(1);
}
