//! The first authenticator, between a right password and the first session.

use super::{
    Accounts, Enrolled, Error, State, Ticket,
    accounts::{active, whole},
    ticket::{Purpose, SoFar},
};
use crate::{
    Timestamp,
    session::Factors,
    store::Store,
    totp::{Uri, authenticators::Authenticator, recovery},
};

/// What the first authenticator is called.
const LABEL: &str = "authenticator app";

impl<S: Store> Accounts<S> {
    /// Begins the enrolment that [`Next::EnrolmentNeeded`](super::Next::EnrolmentNeeded) asked for, or
    /// begins it anew: the URI is for the authenticator app, as a QR code or as text, and is shown
    /// once.
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
            // what was begun before goes: whoever asks again has not scanned it
            let none = state.authenticators.remove_all();
            // the ticket is the proof of who it is: it was given for the password, and for this alone
            let (begun, _) = none.add(&policy.totp, LABEL, pending, now, now)?;
            state.set_authenticators(begun);
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
            let so_far = self.enrolling(state, ticket, now)?;
            let pending = state.authenticators.iter().last().map(Authenticator::id);
            let pending = pending.ok_or(Error::Ticket)?;
            let policy = &self.policy.totp;
            let confirmed = state.authenticators.confirm(policy, pending, code, now)?;
            let (codes, recovery_codes) = recovery::generate()?;
            // all of it or nothing: codes that nobody was shown would be lost
            whole(state, |state| {
                state.tickets.redeem(ticket, Purpose::Enrolment, now)?;
                state.set_authenticators(confirmed);
                state.recovery = Some(codes);
                state.end_everything(now);
                let sign_in = state.sessions.begin(state.login.as_str(), now);
                let so_far = so_far.and(Factors::TOTP, now);
                let next = self.next(state, sign_in, so_far, now)?;
                Ok(Enrolled {
                    recovery_codes,
                    next,
                })
            })
        })
    }

    /// What has happened so far, if this person may enrol a second factor with this ticket.
    fn enrolling(
        &self,
        state: &mut State,
        ticket: &Ticket,
        now: Timestamp,
    ) -> Result<SoFar, Error> {
        active(state)?;
        let so_far = state.tickets.find(ticket, Purpose::Enrolment, now)?;
        self.not_locked(state, &so_far.lane, now)?;
        if state.has_factor() {
            Err(Error::Ticket)
        } else {
            Ok(so_far)
        }
    }
}
