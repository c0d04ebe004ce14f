//! The first authenticator, between a right password and the first session.

use super::{
    Accounts, Enrolled, Error, State, Ticket,
    accounts::active,
    begun::Beginner,
    ticket::{Purpose, SoFar},
};
use crate::{
    Timestamp,
    session::Factors,
    store::Store,
    totp::{Uri, recovery},
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
            let (begun, id) = none.add(&policy.totp, LABEL, pending, now, now)?;
            state.set_authenticators(begun);
            state.begun.put(id, Beginner::with(ticket));
            Ok(uri)
        })
    }

    /// Confirms the enrolment by a first code, which is thereby used up. Sessions that were there
    /// before the second factor end, and so does whatever else is under way. Only the ticket that
    /// began it confirms it, and a wrong code counts as one of a sign-in does.
    ///
    /// # Errors
    ///
    /// [`Error::Ticket`], [`Error::Totp`] for a wrong code or an enrolment that took too long,
    /// [`Error::ResetRequired`] from the failure on that reaches the limit, [`Error::Busy`], and the
    /// store's.
    pub fn confirm_enrolment(
        &self,
        ticket: &Ticket,
        code: &str,
        now: Timestamp,
    ) -> Result<Enrolled, Error> {
        self.with_ticket(ticket, |state| {
            let so_far = self.enrolling(state, ticket, now)?;
            let pending = state.begun.by(ticket);
            let pending = pending.ok_or(Error::Ticket)?;
            let policy = &self.policy.totp;
            let verify = |state: &mut State| {
                let confirmed = state.authenticators.confirm(policy, pending, code, now)?;
                state.set_authenticators(confirmed);
                Ok(recovery::generate()?)
            };
            let (mut proved, (codes, recovery_codes)) =
                self.prove(state, &so_far.lane, verify, now)?;
            // all of it or nothing: codes that nobody was shown would be lost
            proved.tickets.redeem(ticket, Purpose::Enrolment, now)?;
            proved.recovery = Some(codes);
            proved.end_everything(now);
            let sign_in = proved.sessions.begin(proved.login.as_str(), now);
            let so_far = so_far.and(Factors::TOTP, now);
            let next = self.next(&mut proved, sign_in, so_far, now)?;
            *state = proved;
            Ok(Enrolled {
                recovery_codes,
                next,
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
