//! Changing a password: one's own, one that has expired, one that was forgotten.

use super::{
    Accounts, Error, Next, SignedIn, State, Ticket,
    accounts::{active, whole},
    attempt::{Attempt, at_the_gate, still_holds},
    lanes::Lane,
    ticket::{Purpose, SoFar},
};
use crate::{
    Timestamp,
    password::{self, Password},
    session::{Activity, Token},
    store::Store,
};

/// A password that takes the place of another.
struct Replacement<'a> {
    purpose: Purpose,
    /// The present one, where the person has typed it in and it was verified.
    present: Option<&'a Password>,
    new: &'a Password,
}

impl<S: Store> Accounts<S> {
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
            let SoFar { proved, lane } = state.tickets.find(ticket, purpose, now)?;
            let attempt = self.attempt(state, &lane, now)?;
            Ok(Attempt { proved, ..attempt })
        })?;
        let verified = self.policy.hasher.examine(present, Some(&attempt.hash));
        self.with_ticket(ticket, |state| {
            self.settle_password(state, &attempt, &verified, now)
        })?;
        let change = Replacement {
            purpose,
            present: Some(present),
            new,
        };
        self.replace_password(ticket, &change, now, |state, so_far| {
            let sign_in = state.sessions.begin(state.login.as_str(), now);
            self.next(state, sign_in, so_far, now)
        })
    }

    /// Takes the new password of a reset. Every session ends, the counts of failures start at zero,
    /// and nobody is signed in: the second factor is asked as always, and what was counted against
    /// the authenticators stays.
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
            let lanes = core::mem::take(&mut state.lanes);
            state.lanes = lanes.reset(&self.policy.attempts);
            Ok(())
        })
    }

    /// Changes the password of a person who is signed in and knows the present one. Every other
    /// session ends; this one gets a new token and stays as old as it is, with the second factor as
    /// old as it is.
    ///
    /// # Errors
    ///
    /// [`Error::Session`], [`Error::Denied`] for a wrong present password (it counts as a failure of
    /// those who are signed in), [`Error::ResetRequired`], [`Error::Password`] with every rule the new
    /// one breaks, [`Error::Overtaken`], and the store's.
    pub fn change_password(
        &self,
        token: &Token,
        present: &Password,
        new: &Password,
        now: Timestamp,
    ) -> Result<SignedIn, Error> {
        let person = self.check(token, now)?;
        let attempt = self.open_attempt(&person.login, &Lane::Session, now)?;
        let verified = self.policy.hasher.examine(present, Some(&attempt.hash));
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
                state.lanes = core::mem::take(&mut state.lanes).forget_devices();
                state.sessions = policy.end_others(sessions, &token, now).0;
                state.end_under_way(now);
                let duty = self.policy.duty(state, now);
                Ok(SignedIn {
                    token,
                    session,
                    duty,
                })
            })
        })
    }

    fn replace_password<T>(
        &self,
        ticket: &Ticket,
        change: &Replacement<'_>,
        now: Timestamp,
        mut then: impl FnMut(&mut State, SoFar) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let may = |state: &mut State| -> Result<SoFar, Error> {
            active(state)?;
            let so_far = state.tickets.find(ticket, change.purpose, now)?;
            if change.purpose != Purpose::Reset {
                self.not_locked(state, &so_far.lane, now)?;
            }
            Ok(so_far)
        };
        let old = self.with_ticket(ticket, |state| {
            may(state)?;
            Ok(state.clone())
        })?;
        let changed = self.changed(&old, change, now)?;
        self.with_ticket(ticket, |state| {
            let so_far = may(state)?;
            if state.password.hash() != old.password.hash() {
                return Err(Error::Overtaken);
            }
            whole(state, |state| {
                state.password = changed.clone();
                state.lanes = core::mem::take(&mut state.lanes).forget_devices();
                // this ticket too
                state.end_everything(now);
                then(state, so_far)
            })
        })
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
}
