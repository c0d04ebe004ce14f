//! One attempt on a name that nobody has which other keys count as well.

use super::{Reservation, Unknown};
use crate::{
    Timestamp,
    attempts::{
        self, Attempts, Begin, Error, Key, Outcome, Verdict, key::Owner, several::Outcomes,
    },
    store::{AsyncStore, Store},
};

/// The slots that [`Unknown::begin_all`] took.
///
/// Dropped, they lapse and are then failures.
#[derive(Debug, Eq, PartialEq)]
#[must_use = "an attempt that is not settled becomes a failure"]
pub struct Reservations {
    name: Reservation,
    shared: Option<attempts::Reservations>,
}

impl Reservations {
    fn new(shared: Option<attempts::Reservations>) -> impl FnOnce(Reservation) -> Self {
        |name| Self { name, shared }
    }
}

impl<S: Store> Unknown<S> {
    /// [`Attempts::begin_all`] for a name that nobody has and the keys that it shares with others, the
    /// address for instance, which `attempts` counts.
    ///
    /// # Errors
    ///
    /// [`Error::OwnKey`] for a key of an account or a device among the shared ones: it would leave a
    /// record of an invented name. And those of the two stores: slots that were taken before one
    /// failed are given back, or lapse into failures where that fails too.
    pub fn begin_all(
        &self,
        name: &Key,
        shared: &[Key],
        attempts: &Attempts<impl Store>,
        now: Timestamp,
    ) -> Result<Begin<Reservations>, Error> {
        all_shared(shared)?;
        if shared.is_empty() {
            return Ok(self.begin(name, now)?.map(Reservations::new(None)));
        }
        let slots = match attempts.begin_all(shared, now)?.or_refusal() {
            Ok(slots) => slots,
            Err(refusal) => return Ok(stricter(refusal, self.look(name, now)?)),
        };
        match self.begin(name, now) {
            Ok(Begin::Allowed(slot)) => Ok(Begin::Allowed(Reservations::new(Some(slots))(slot))),
            refused => {
                let _ = attempts.settle_all(slots, Verdict::Incomplete, now);
                Ok(refused?.map(Reservations::new(None)))
            }
        }
    }

    /// [`Attempts::settle_all`] for what [`Unknown::begin_all`] took from the same `attempts`.
    ///
    /// # Errors
    ///
    /// Those of the two stores: the attempt may then be counted under some keys, and lapses into a
    /// failure under the others.
    pub fn settle_all(
        &self,
        reservations: Reservations,
        verdict: Verdict,
        attempts: &Attempts<impl Store>,
        now: Timestamp,
    ) -> Result<Outcome, Error> {
        let (verdict, mut outcomes) = (never_success(verdict), Outcomes::default());
        outcomes.add(Owner::One, self.settle(reservations.name, verdict, now)?);
        if let Some(slots) = reservations.shared {
            let verdict = outcomes.verdict_for(Owner::Many, verdict);
            outcomes.add(Owner::Many, attempts.settle_all(slots, verdict, now)?);
        }
        Ok(outcomes.outcome())
    }
}

impl<S: AsyncStore> Unknown<S> {
    /// [`Unknown::begin_all`] on an [`AsyncStore`].
    ///
    /// # Errors
    ///
    /// The same.
    pub async fn begin_all_async(
        &self,
        name: &Key,
        shared: &[Key],
        attempts: &Attempts<impl AsyncStore>,
        now: Timestamp,
    ) -> Result<Begin<Reservations>, Error> {
        all_shared(shared)?;
        if shared.is_empty() {
            let begin = self.begin_async(name, now).await?;
            return Ok(begin.map(Reservations::new(None)));
        }
        let slots = match attempts.begin_all_async(shared, now).await?.or_refusal() {
            Ok(slots) => slots,
            Err(refusal) => return Ok(stricter(refusal, self.look_async(name, now).await?)),
        };
        match self.begin_async(name, now).await {
            Ok(Begin::Allowed(slot)) => Ok(Begin::Allowed(Reservations::new(Some(slots))(slot))),
            refused => {
                let given_back = attempts.settle_all_async(slots, Verdict::Incomplete, now);
                let _ = given_back.await;
                Ok(refused?.map(Reservations::new(None)))
            }
        }
    }

    /// [`Unknown::settle_all`] on an [`AsyncStore`].
    ///
    /// # Errors
    ///
    /// The same.
    pub async fn settle_all_async(
        &self,
        reservations: Reservations,
        verdict: Verdict,
        attempts: &Attempts<impl AsyncStore>,
        now: Timestamp,
    ) -> Result<Outcome, Error> {
        let (verdict, mut outcomes) = (never_success(verdict), Outcomes::default());
        let outcome = self.settle_async(reservations.name, verdict, now).await?;
        outcomes.add(Owner::One, outcome);
        if let Some(slots) = reservations.shared {
            let verdict = outcomes.verdict_for(Owner::Many, verdict);
            let outcome = attempts.settle_all_async(slots, verdict, now).await?;
            outcomes.add(Owner::Many, outcome);
        }
        Ok(outcomes.outcome())
    }
}

fn all_shared(keys: &[Key]) -> Result<(), Error> {
    if keys.iter().any(|key| key.owner() == Owner::One) {
        return Err(Error::OwnKey);
    }
    Ok(())
}

/// The refusal of the shared keys, or that of the name where it is stricter: as a real account is
/// answered, whose lock is seen from an address that is locked too.
fn stricter(shared: Begin<Reservations>, name: Begin) -> Begin<Reservations> {
    match name.or_refusal() {
        Ok(_) => shared,
        Err(refusal) => shared.stricter(refusal),
    }
}

/// Nobody has the name, so nothing was proved.
pub(super) fn never_success(verdict: Verdict) -> Verdict {
    match verdict {
        Verdict::Success => Verdict::Failure,
        verdict => verdict,
    }
}
