//! One attempt that several keys count: which of their answers is that of the attempt.

use super::{Begin, Error, Key, Outcome, Reservation, Reservations, Verdict, key::Owner};

/// Each key once, the shared ones first, else in the order of their bytes in a store.
pub(super) fn in_order(keys: &[Key]) -> Result<Vec<Key>, Error> {
    if keys.is_empty() {
        return Err(Error::NoKey);
    }
    let mut keys = keys.to_vec();
    keys.sort_by_cached_key(|key| (key.owner(), key.store_key()));
    keys.dedup();
    Ok(keys)
}

/// What the keys have answered so far to the beginning of an attempt.
#[derive(Debug, Default)]
pub(super) struct Claim {
    pub(super) taken: Vec<Reservation>,
    pub(super) refusal: Option<Begin<Reservations>>,
}

impl Claim {
    pub(super) fn is_refused(&self) -> bool {
        self.refusal.is_some()
    }

    pub(super) fn add(&mut self, begin: Begin<Option<Reservation>>) {
        match begin.or_refusal() {
            Ok(slot) => self.taken.extend(slot),
            Err(refusal) => {
                self.refusal = Some(match self.refusal.take() {
                    Some(former) => former.stricter(refusal),
                    None => refusal,
                });
            }
        }
    }
}

/// What the keys have answered so far to the end of an attempt: those of the owner, then the shared
/// ones.
#[derive(Debug, Default)]
pub(super) struct Outcomes {
    owner: Option<Outcome>,
    shared: Option<Outcome>,
}

impl Outcomes {
    /// A wrong password that the account has counted before is counted nowhere. Whether it has is
    /// known by the time the shared keys are settled.
    pub(super) fn verdict_for(&self, owner: Owner, verdict: Verdict) -> Verdict {
        match (owner, self.owner) {
            (Owner::Many | Owner::Everybody, Some(Outcome::Repeated { .. })) => Verdict::Incomplete,
            _ => verdict,
        }
    }

    pub(super) fn add(&mut self, owner: Owner, outcome: Outcome) {
        let so_far = match owner {
            Owner::One => &mut self.owner,
            Owner::Many | Owner::Everybody => &mut self.shared,
        };
        *so_far = Some(match *so_far {
            Some(former) => former.stricter(outcome),
            None => outcome,
        });
    }

    /// The owner's outcome, unless a shared key denies by more than its count.
    pub(super) fn outcome(self) -> Outcome {
        match (self.owner, self.shared) {
            (Some(owner), Some(shared)) if shared.denies() => owner.stricter(shared),
            (Some(outcome), _) | (None, Some(outcome)) => outcome,
            // INVARIANT: there is at least one key. Were there none, nothing was settled.
            (None, None) => Outcome::Lapsed,
        }
    }
}

impl<P> Begin<P> {
    pub(super) fn map<Q>(self, allowed: impl FnOnce(P) -> Q) -> Begin<Q> {
        match self.or_refusal() {
            Ok(permit) => Begin::Allowed(allowed(permit)),
            Err(refusal) => refusal,
        }
    }

    pub(super) fn or_refusal<Q>(self) -> Result<P, Begin<Q>> {
        Err(match self {
            Self::Allowed(permit) => return Ok(permit),
            Self::Wait { until } => Begin::Wait { until },
            Self::Busy { retry_after } => Begin::Busy { retry_after },
            Self::Locked { until } => Begin::Locked { until },
            Self::ResetRequired { since } => Begin::ResetRequired { since },
            Self::RebindRequired { since } => Begin::RebindRequired { since },
        })
    }

    /// The answer of an attempt that both have answered; of two alike, this one.
    pub(super) fn stricter(self, other: Self) -> Self {
        if other.strictness() > self.strictness() {
            other
        } else {
            self
        }
    }

    /// How much has to happen before an attempt is allowed, and for how long it is not.
    fn strictness(&self) -> (u8, u64) {
        match self {
            Self::Allowed(_) => (0, 0),
            Self::Busy { .. } => (1, 0),
            Self::Wait { until } => (2, until.as_millis()),
            Self::Locked { until } => (3, until.as_millis()),
            Self::ResetRequired { .. } => (4, 0),
            Self::RebindRequired { .. } => (5, 0),
        }
    }
}

impl Outcome {
    /// The outcome of an attempt that came to both; of two alike, this one.
    fn stricter(self, other: Self) -> Self {
        if other.strictness() > self.strictness() {
            other
        } else {
            self
        }
    }

    /// Whether it denies whatever the verdict was.
    fn denies(&self) -> bool {
        self.strictness() >= Self::Lapsed.strictness()
    }

    /// How far it is from letting anybody in. Of two counts the one with fewer left is stricter.
    fn strictness(&self) -> (u8, u64) {
        let few = |left: &u32| u64::MAX.saturating_sub(u64::from(*left));
        match self {
            Self::Cleared => (0, 0),
            Self::Kept { left } => (1, few(left)),
            Self::Returned { left } => (2, few(left)),
            Self::Repeated { left } => (3, few(left)),
            Self::Counted { left } => (4, few(left)),
            Self::Lapsed => (5, 0),
            Self::Locked { until } => (6, until.as_millis()),
            Self::ResetRequired { .. } => (7, 0),
            Self::RebindRequired { .. } => (8, 0),
        }
    }
}
