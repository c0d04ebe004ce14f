//! One attempt at an account: a slot is taken before the slow hash, and given back after it, where
//! what was seen before it must still hold.

use super::{
    Accounts, Error, Login, State,
    accounts::active,
    guesses::Refused,
    lanes::{Lane, Slot},
    sign_in::has_second_factor,
};
use crate::{
    Timestamp,
    attempts::{Fingerprint, Verdict},
    password::{self, Hash, Refusal, Verified},
    session::{self, Proofs, SignIn},
    store::Store,
};

/// What was seen before the slow hash, and must still hold after it.
pub(super) struct Attempt {
    pub(super) slot: Slot,
    pub(super) hash: Hash,
    /// What was proved before the password.
    pub(super) proved: Proofs,
    pub(super) sign_in: SignIn,
}

impl<S: Store> Accounts<S> {
    /// Takes a slot for one attempt on an account that is there and open.
    pub(super) fn open_attempt(
        &self,
        login: &Login,
        lane: &Lane,
        now: Timestamp,
    ) -> Result<Attempt, Error> {
        self.change(login.handle(), |state| self.attempt(state, lane, now))
    }

    pub(super) fn attempt(
        &self,
        state: &mut State,
        lane: &Lane,
        now: Timestamp,
    ) -> Result<Attempt, Error> {
        active(state)?;
        let slot = state.lanes.begin(&self.policy.attempts, lane, now)?;
        let hash = state.password.hash().clone();
        Ok(Attempt {
            slot,
            hash,
            proved: Proofs::default(),
            sign_in: state.sessions.begin(state.login.as_str(), now),
        })
    }

    pub(super) fn settle(
        &self,
        state: &mut State,
        slot: &Slot,
        verdict: Verdict,
        now: Timestamp,
    ) -> Result<(), Error> {
        let policy = &self.policy.attempts;
        state.lanes.settle(policy, slot, verdict, now)
    }

    /// Settles an attempt by what its slow hash said, if what was seen before it still holds.
    pub(super) fn settle_password(
        &self,
        state: &mut State,
        attempt: &Attempt,
        verified: &Result<Verified, Refusal>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let holds = still_holds(state, attempt, now);
        let verdict = match password_verdict(state, attempt, verified) {
            // right, and too late: no failure, and nothing that clears the count
            Verdict::Success if holds.is_err() => Verdict::Incomplete,
            verdict => verdict,
        };
        self.settle(state, &attempt.slot, verdict, now)?;
        let verified = verified.as_ref();
        verified.map_err(|refusal| denied(refusal.error().clone()))?;
        holds
    }

    /// One proof of a second factor, in this lane. What it changes is in the state that is returned,
    /// to be stored with all that follows from it, or not at all; only what was wrong stays in `state`
    /// in any case.
    pub(super) fn prove<T>(
        &self,
        state: &mut State,
        lane: &Lane,
        verify: impl FnOnce(&mut State) -> Result<T, Refused>,
        now: Timestamp,
    ) -> Result<(State, T), Error> {
        self.prove_as(state, (lane, Verdict::Success), verify, now)
    }

    /// The same, where a right proof is this to the count of failures.
    pub(super) fn prove_as<T>(
        &self,
        state: &mut State,
        (lane, right): (&Lane, Verdict),
        verify: impl FnOnce(&mut State) -> Result<T, Refused>,
        now: Timestamp,
    ) -> Result<(State, T), Error> {
        let slot = state.lanes.begin(&self.policy.attempts, lane, now)?;
        let mut proved = state.clone();
        let outcome = verify(&mut proved);
        let verdict = match &outcome {
            Ok(_) => right,
            Err(refused) => refused.verdict,
        };
        if outcome.is_err() {
            state.guesses = proved.guesses.clone();
        }
        self.settle(state, &slot, verdict, now)?;
        let outcome = outcome.map_err(|refused| refused.error)?;
        proved.lanes = state.lanes.clone();
        Ok((proved, outcome))
    }

    /// Whether an attempt would be looked at: a lock closes every way in but the reset.
    pub(super) fn not_locked(
        &self,
        state: &mut State,
        lane: &Lane,
        now: Timestamp,
    ) -> Result<(), Error> {
        let slot = state.lanes.begin(&self.policy.attempts, lane, now)?;
        self.settle(state, &slot, Verdict::Incomplete, now)
    }
}

/// What a verified password is to the count of failures: while a second factor is still owed it is
/// only a part, and the same wrong one again is no further guess.
fn password_verdict(
    state: &State,
    attempt: &Attempt,
    verified: &Result<Verified, Refusal>,
) -> Verdict {
    let signed_in = attempt.slot.lane == Lane::Session;
    let owed = state.has_factor() && !signed_in && !has_second_factor(attempt.proved);
    match verified {
        Ok(_) if owed => Verdict::Incomplete,
        Ok(_) => Verdict::Success,
        Err(refusal) if is_guess(refusal.error()) => wrong(refusal),
        Err(_) => Verdict::Incomplete,
    }
}

/// A wrong password, told from another wrong one where the slow hash tells them apart.
pub(super) fn wrong(refusal: &Refusal) -> Verdict {
    let fingerprint = refusal.expose_slow_hash().map(Fingerprint::of_slow_hash);
    match fingerprint {
        Some(Ok(fingerprint)) => Verdict::FailureWith(fingerprint),
        _ => Verdict::Failure,
    }
}

/// Whether a password was wrong, rather than the stored hash or the machine.
pub(super) fn is_guess(error: &password::Error) -> bool {
    matches!(
        error,
        password::Error::Wrong | password::Error::Empty | password::Error::TooLong
    )
}

/// A wrong password says no more than that; a broken hash, a full memory or gate is told apart.
fn denied(error: password::Error) -> Error {
    if is_guess(&error) {
        Error::Denied
    } else {
        at_the_gate(error)
    }
}

/// A full gate is the same to a person as too many attempts: to try again a little later.
pub(super) fn at_the_gate(error: password::Error) -> Error {
    match error {
        password::Error::Busy { retry_after } => Error::Busy { retry_after },
        other => other.into(),
    }
}

/// What was seen before the slow hash is still so: the account is open, the hash is the one that was
/// verified, and nothing ended the sign-in.
pub(super) fn still_holds(state: &State, attempt: &Attempt, now: Timestamp) -> Result<(), Error> {
    active(state)?;
    if state.password.hash() != &attempt.hash {
        return Err(Error::Overtaken);
    }
    match attempt.sign_in.check(&state.sessions, now) {
        Err(session::Error::Overtaken) => Err(Error::Overtaken),
        other => Ok(other?),
    }
}
