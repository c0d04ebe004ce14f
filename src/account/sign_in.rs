//! The front door: signing in, step by step, and changing a password.
//!
//! The order is: attempts, password, second factor, expiry, enrolment, session. Each step is one
//! compare-and-swap; a slow hash stands between two of them, and the second one checks that what the
//! first one saw still holds.

use super::{
    Accounts, Enrolled, Error, Login, Next, STEP_TIME, SecondFactor, SignedIn, State, Ticket,
    accounts::{active, whole},
    ticket::Purpose,
};
use crate::{
    Timestamp,
    attempts::{Begin, Outcome, Permit, Verdict},
    password::{self, Expiry, Hash, Password, Use, Verified},
    session::{self, Activity, Factors, Proofs, SignIn, Token},
    store::Store,
    totp::{self, Uri, recovery},
};

/// What was seen before the slow hash, and must still hold after it.
struct Attempt {
    permit: Permit,
    hash: Hash,
    sign_in: SignIn,
}

/// A password that takes the place of another.
struct Replacement<'a> {
    purpose: Purpose,
    /// The present one, where the person has typed it in and it was verified.
    present: Option<&'a Password>,
    new: &'a Password,
}

impl<S: Store> Accounts<S> {
    /// Takes a name and a password. What comes next is in the answer.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] for a wrong name or password or a disabled account,
    /// [`Error::ResetRequired`] from the failure on that reaches the limit, [`Error::Busy`],
    /// [`Error::Overtaken`], [`Error::Password`] for a stored hash that cannot be used (a reset is
    /// the way out) and for want of memory, and the store's.
    pub fn sign_in(&self, login: &str, password: &Password, now: Timestamp) -> Result<Next, Error> {
        let login = Login::parse(login);
        let opened = login.and_then(|login| Ok((self.open_attempt(&login, now)?, login)));
        let (attempt, login) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                // The same work as for an account that is there and open, and the same complaint when
                // there is no memory for it or too much under way.
                return Err(match self.policy.hasher.verify(password, None) {
                    Err(machine) if !is_guess(&machine) => at_the_gate(machine),
                    _ => closed(error),
                });
            }
        };
        let verified = self.policy.hasher.verify(password, Some(&attempt.hash));
        let renewed = match &verified {
            Ok(verified) if verified.needs_rehash() => Some(self.policy.hasher.hash(password)),
            _ => None,
        };
        let renewed = renewed.and_then(Result::ok);
        let settled = self.change(login.handle(), |state| {
            self.settle_password(state, &attempt, &verified, now)?;
            if let Some(hash) = &renewed {
                state.password = state.password.clone().with_hash(hash.clone());
            }
            whole(state, |state| {
                let proved = Proofs::default().and(Factors::PASSWORD, now);
                self.next(state, attempt.sign_in.clone(), proved, now)
            })
        });
        settled.map_err(closed)
    }

    /// Takes the one-time code that [`Next::FactorNeeded`] asked for.
    ///
    /// # Errors
    ///
    /// [`Error::Ticket`], [`Error::Totp`] for a wrong, malformed or replayed code,
    /// [`Error::ResetRequired`] from the failure on that reaches the limit, [`Error::Busy`], and the
    /// store's.
    pub fn second_factor(
        &self,
        ticket: &Ticket,
        code: &str,
        now: Timestamp,
    ) -> Result<Next, Error> {
        self.prove(ticket, now, |state| {
            let factor = state.factor.as_ref().ok_or(Error::Ticket)?;
            let accepted = self.policy.totp.verify(factor, code, now)?;
            state.factor = Some(accepted.into_state());
            Ok(Factors::TOTP)
        })
    }

    /// Takes a recovery code in place of a one-time code. It is used up.
    ///
    /// # Errors
    ///
    /// As [`Accounts::second_factor`].
    pub fn recovery_code(
        &self,
        ticket: &Ticket,
        code: &str,
        now: Timestamp,
    ) -> Result<Next, Error> {
        self.prove(ticket, now, |state| {
            let codes = state.recovery.as_ref().ok_or(Error::Ticket)?;
            state.recovery = Some(codes.redeem(code)?.into_state());
            Ok(Factors::RECOVERY_CODE)
        })
    }

    /// Begins the enrolment that [`Next::EnrolmentNeeded`] asked for, or begins it anew: the URI is
    /// for the authenticator app, as a QR code or as text, and is shown once.
    ///
    /// # Errors
    ///
    /// [`Error::Ticket`] and the store's.
    pub fn enrol(&self, ticket: &Ticket, now: Timestamp) -> Result<Uri, Error> {
        self.with_ticket(ticket, |state| {
            self.enrolling(state, ticket, now)?;
            let policy = &self.policy;
            let (pending, uri) = policy
                .totp
                .enrol(&policy.issuer, state.login.as_str(), now)?;
            state.factor = Some(pending);
            Ok(uri)
        })
    }

    /// Confirms the enrolment by a first code, which is thereby used up. Sessions that were there
    /// before the second factor end, and so does whatever else is under way.
    ///
    /// # Errors
    ///
    /// [`Error::Ticket`], [`Error::Totp`] for a wrong code or an enrolment that took too long, and
    /// the store's.
    pub fn confirm_enrolment(
        &self,
        ticket: &Ticket,
        code: &str,
        now: Timestamp,
    ) -> Result<Enrolled, Error> {
        self.with_ticket(ticket, |state| {
            let proved = self.enrolling(state, ticket, now)?;
            let pending = state.factor.as_ref().ok_or(Error::Ticket)?;
            let confirmed = self.policy.totp.confirm(pending, code, now)?;
            let (codes, recovery_codes) = recovery::generate()?;
            // all of it or nothing: codes that nobody was shown would be lost
            whole(state, |state| {
                state.tickets.redeem(ticket, Purpose::Enrolment, now)?;
                state.factor = Some(confirmed);
                state.recovery = Some(codes);
                state.end_everything(now);
                let sign_in = state.sessions.begin(state.login.as_str(), now);
                let next = self.next(state, sign_in, proved.and(Factors::TOTP, now), now)?;
                Ok(Enrolled {
                    recovery_codes,
                    next,
                })
            })
        })
    }

    /// Takes the new password that [`Next::PasswordChangeNeeded`] asked for, and the present one once
    /// more, so that the two can be compared. Every other session of the person ends.
    ///
    /// # Errors
    ///
    /// [`Error::Ticket`], [`Error::Denied`] for a wrong present password (it counts as a failure),
    /// [`Error::ResetRequired`], [`Error::Busy`], [`Error::Password`] with every rule the new one
    /// breaks, [`Error::Overtaken`], and the store's.
    pub fn change_expired_password(
        &self,
        ticket: &Ticket,
        present: &Password,
        new: &Password,
        now: Timestamp,
    ) -> Result<Next, Error> {
        let purpose = Purpose::PasswordChange;
        let attempt = self.with_ticket(ticket, |state| {
            state.tickets.find(ticket, purpose, now)?;
            self.attempt(state, now)
        })?;
        let verified = self.policy.hasher.verify(present, Some(&attempt.hash));
        self.with_ticket(ticket, |state| {
            self.settle_password(state, &attempt, &verified, now)
        })?;
        let change = Replacement {
            purpose,
            present: Some(present),
            new,
        };
        self.replace_password(ticket, &change, now, |state, proved| {
            let sign_in = state.sessions.begin(state.login.as_str(), now);
            self.next(state, sign_in, proved, now)
        })
    }

    /// Takes the new password of a reset. Every session ends, the count of failures starts at zero,
    /// and nobody is signed in: the second factor is asked as always.
    ///
    /// # Errors
    ///
    /// [`Error::Ticket`], [`Error::Password`] with every rule the new one breaks,
    /// [`Error::Overtaken`], and the store's.
    pub fn reset_password(
        &self,
        ticket: &Ticket,
        new: &Password,
        now: Timestamp,
    ) -> Result<(), Error> {
        let reset = Replacement {
            purpose: Purpose::Reset,
            present: None,
            new,
        };
        self.replace_password(ticket, &reset, now, |state, _| {
            state.attempts = self
                .policy
                .attempts
                .reset(core::mem::take(&mut state.attempts));
            Ok(())
        })
    }

    /// Changes the password of a person who is signed in and knows the present one. Every other
    /// session ends; this one gets a new token and stays as old as it is, with the second factor as
    /// old as it is.
    ///
    /// # Errors
    ///
    /// [`Error::Session`], [`Error::Denied`] for a wrong present password (it counts as a failure),
    /// [`Error::ResetRequired`], [`Error::Password`] with every rule the new one breaks,
    /// [`Error::Overtaken`], and the store's.
    pub fn change_password(
        &self,
        token: &Token,
        present: &Password,
        new: &Password,
        now: Timestamp,
    ) -> Result<SignedIn, Error> {
        let person = self.check(token, now)?;
        let attempt = self.open_attempt(&person.login, now)?;
        let verified = self.policy.hasher.verify(present, Some(&attempt.hash));
        let old = self.change(token.handle(), |state| {
            self.settle_password(state, &attempt, &verified, now)?;
            Ok(state.clone())
        })?;
        let change = Replacement {
            purpose: Purpose::PasswordChange,
            present: Some(present),
            new,
        };
        let changed = self.changed(&old, &change, now)?;
        self.change(token.handle(), |state| {
            whole(state, |state| {
                still_holds(state, &attempt, now)?;
                let (policy, sessions) =
                    (&self.policy.sessions, core::mem::take(&mut state.sessions));
                let (sessions, _) = policy.touch(sessions, token, Activity::Interactive, now);
                let (sessions, rotated) = policy.rotate(sessions, token, now);
                // signed out meanwhile: then there is nothing to go on with
                let (token, session) = rotated?;
                state.password = changed.clone();
                state.sessions = policy.end_others(sessions, &token, now).0;
                state.tickets.end_all(now);
                Ok(SignedIn { token, session })
            })
        })
    }

    /// Takes a slot for one attempt on an account that is there and open.
    fn open_attempt(&self, login: &Login, now: Timestamp) -> Result<Attempt, Error> {
        self.change(login.handle(), |state| self.attempt(state, now))
    }

    fn attempt(&self, state: &mut State, now: Timestamp) -> Result<Attempt, Error> {
        active(state)?;
        let permit = self.begin(state, now)?;
        let hash = state.password.hash().clone();
        Ok(Attempt {
            permit,
            hash,
            sign_in: state.sessions.begin(state.login.as_str(), now),
        })
    }

    fn begin(&self, state: &mut State, now: Timestamp) -> Result<Permit, Error> {
        let attempts = core::mem::take(&mut state.attempts);
        let (attempts, begin) = self.policy.attempts.begin(attempts, now);
        state.attempts = attempts;
        match begin {
            Begin::Allowed(permit) => Ok(permit),
            Begin::Busy { retry_after } => Err(Error::Busy { retry_after }),
            Begin::Wait { until } | Begin::Locked { until } => Err(Error::Busy {
                retry_after: until.saturating_since(now),
            }),
            Begin::ResetRequired { .. } | Begin::RebindRequired { .. } => Err(Error::ResetRequired),
        }
    }

    fn settle(
        &self,
        state: &mut State,
        permit: &Permit,
        verdict: Verdict,
        now: Timestamp,
    ) -> Result<(), Error> {
        let attempts = core::mem::take(&mut state.attempts);
        let (attempts, outcome) = self.policy.attempts.settle(attempts, permit, verdict, now);
        state.attempts = attempts;
        match outcome {
            Outcome::Cleared
            | Outcome::Counted { .. }
            | Outcome::Repeated { .. }
            | Outcome::Returned { .. } => Ok(()),
            Outcome::Locked { until } => Err(Error::Busy {
                retry_after: until.saturating_since(now),
            }),
            Outcome::ResetRequired { .. } | Outcome::RebindRequired { .. } => {
                Err(Error::ResetRequired)
            }
            // a policy for shared keys clears nothing, and so lets nobody in
            Outcome::Kept { .. } | Outcome::Lapsed => Err(Error::Overtaken),
        }
    }

    /// Settles an attempt by what its slow hash said, if what was seen before it still holds.
    fn settle_password(
        &self,
        state: &mut State,
        attempt: &Attempt,
        verified: &Result<Verified, password::Error>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let holds = still_holds(state, attempt, now);
        let verdict = match password_verdict(state, verified) {
            // right, and too late: no failure, and nothing that clears the count
            Verdict::Success if holds.is_err() => Verdict::Incomplete,
            verdict => verdict,
        };
        self.settle(state, &attempt.permit, verdict, now)?;
        verified.as_ref().map_err(|error| denied(error.clone()))?;
        holds
    }

    /// One proof of a second factor, under the same budget as passwords.
    fn prove(
        &self,
        ticket: &Ticket,
        now: Timestamp,
        mut verify: impl FnMut(&mut State) -> Result<Factors, Error>,
    ) -> Result<Next, Error> {
        self.with_ticket(ticket, |state| {
            active(state)?;
            state.tickets.find(ticket, Purpose::SecondFactor, now)?;
            let permit = self.begin(state, now)?;
            let mut proved = state.clone();
            let factor = verify(&mut proved);
            self.settle(state, &permit, factor_verdict(&factor), now)?;
            let factor = factor?;
            proved.attempts = state.attempts.clone();
            // a code is used up with all that follows from it, or not at all
            let so_far = proved.tickets.redeem(ticket, Purpose::SecondFactor, now)?;
            let sign_in = proved.sessions.begin(proved.login.as_str(), now);
            let next = self.next(&mut proved, sign_in, so_far.and(factor, now), now)?;
            *state = proved;
            Ok(next)
        })
    }

    /// What was proved, if this person may enrol a second factor with this ticket.
    fn enrolling(
        &self,
        state: &mut State,
        ticket: &Ticket,
        now: Timestamp,
    ) -> Result<Proofs, Error> {
        active(state)?;
        let proved = state.tickets.find(ticket, Purpose::Enrolment, now)?;
        self.not_locked(state, now)?;
        if state.has_factor() {
            Err(Error::Ticket)
        } else {
            Ok(proved)
        }
    }

    fn replace_password<T>(
        &self,
        ticket: &Ticket,
        change: &Replacement<'_>,
        now: Timestamp,
        mut then: impl FnMut(&mut State, Proofs) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let may = |state: &mut State| -> Result<Proofs, Error> {
            active(state)?;
            let proved = state.tickets.find(ticket, change.purpose, now)?;
            if change.purpose != Purpose::Reset {
                self.not_locked(state, now)?;
            }
            Ok(proved)
        };
        let old = self.with_ticket(ticket, |state| {
            may(state)?;
            Ok(state.clone())
        })?;
        let changed = self.changed(&old, change, now)?;
        self.with_ticket(ticket, |state| {
            let proved = may(state)?;
            if state.password.hash() != old.password.hash() {
                return Err(Error::Overtaken);
            }
            whole(state, |state| {
                state.password = changed.clone();
                // this ticket too
                state.end_everything(now);
                then(state, proved)
            })
        })
    }

    /// A step on the record that a ticket belongs to. Anybody can write down a ticket for any name,
    /// so a name that nobody has and a disabled account are told apart from nothing.
    fn with_ticket<T>(
        &self,
        ticket: &Ticket,
        step: impl FnMut(&mut State) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.change(ticket.handle(), step)
            .map_err(|error| match error {
                Error::NoAccount | Error::Disabled => Error::Ticket,
                other => other,
            })
    }

    /// Whether an attempt would be looked at: a lock closes every way in but the reset.
    fn not_locked(&self, state: &mut State, now: Timestamp) -> Result<(), Error> {
        let permit = self.begin(state, now)?;
        self.settle(state, &permit, Verdict::Incomplete, now)
    }

    /// The password's state after a change: policy, history and the slow hash.
    fn changed(
        &self,
        old: &State,
        change: &Replacement<'_>,
        now: Timestamp,
    ) -> Result<password::State, Error> {
        let rules = self.policy.password_rules(old.has_factor());
        let (hasher, state, new) = (&self.policy.hasher, &old.password, change.new);
        let context = &old.login.context();
        let changed = match change.present {
            Some(present) => rules.change_from(hasher, state, present, new, context, now),
            None => rules.reset(hasher, state, new, context, now),
        };
        changed.map_err(at_the_gate)
    }

    /// What is still missing, or the session.
    fn next(
        &self,
        state: &mut State,
        sign_in: SignIn,
        proved: Proofs,
        now: Timestamp,
    ) -> Result<Next, Error> {
        let handle = state.login.handle();
        let issue = |state: &mut State, purpose| {
            let time = (now, STEP_TIME);
            state.tickets.issue(handle, purpose, proved, time)
        };
        if state.has_factor() && !has_second_factor(proved) {
            return issue(state, Purpose::SecondFactor).map(Next::FactorNeeded);
        }
        let expiry = self.policy.password_expiry(state, now);
        if must_change(&expiry) {
            let ticket = issue(state, Purpose::PasswordChange)?;
            return Ok(Next::PasswordChangeNeeded(ticket, expiry));
        }
        if self.policy.second_factor == SecondFactor::Required && !state.has_factor() {
            return issue(state, Purpose::Enrolment).map(Next::EnrolmentNeeded);
        }
        let sign_in = sign_in.with_proofs(proved);
        let sessions = core::mem::take(&mut state.sessions);
        let (sessions, outcome) = self.policy.sessions.start(sessions, sign_in, now);
        state.sessions = sessions;
        let (token, session) = outcome?;
        Ok(Next::SignedIn(SignedIn { token, session }))
    }
}

/// What a verified password is to the count of failures: with a second factor it is only a part.
fn password_verdict(state: &State, verified: &Result<Verified, password::Error>) -> Verdict {
    match verified {
        Ok(_) if state.has_factor() => Verdict::Incomplete,
        Ok(_) => Verdict::Success,
        Err(error) if is_guess(error) => Verdict::Failure,
        Err(_) => Verdict::Incomplete,
    }
}

/// What a code is to the count of failures. One that cannot be a code is no guess.
fn factor_verdict(factor: &Result<Factors, Error>) -> Verdict {
    match factor {
        Ok(_) => Verdict::Success,
        Err(Error::Totp(totp::Error::Wrong | totp::Error::Replayed)) => Verdict::Failure,
        Err(_) => Verdict::Incomplete,
    }
}

/// Whether a password was wrong, rather than the stored hash or the machine.
fn is_guess(error: &password::Error) -> bool {
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
fn at_the_gate(error: password::Error) -> Error {
    match error {
        password::Error::Busy { retry_after } => Error::Busy { retry_after },
        other => other.into(),
    }
}

/// To whoever signs in, an account that is not there or is disabled is a wrong name or password.
fn closed(error: Error) -> Error {
    match error {
        Error::Login | Error::NoAccount | Error::Disabled => Error::Denied,
        other => other,
    }
}

/// What was seen before the slow hash is still so: the account is open, the hash is the one that was
/// verified, and nothing ended the sign-in.
fn still_holds(state: &State, attempt: &Attempt, now: Timestamp) -> Result<(), Error> {
    active(state)?;
    if state.password.hash() != &attempt.hash {
        return Err(Error::Overtaken);
    }
    match attempt.sign_in.check(&state.sessions, now) {
        Err(session::Error::Overtaken) => Err(Error::Overtaken),
        other => Ok(other?),
    }
}

/// A recovery code stands for the second factor.
fn has_second_factor(proved: Proofs) -> bool {
    let factors = proved.factors();
    factors.contains(Factors::TOTP) || factors.contains(Factors::RECOVERY_CODE)
}

/// Whether the password serves for nothing but to choose another.
fn must_change(expiry: &Expiry) -> bool {
    expiry.allows() != Use::SignIn
}
