//! The front door: signing in, step by step.
//!
//! The order is: attempts, password, second factor, expiry, enrolment, session. Each step is one
//! compare-and-swap; a slow hash stands between two of them, and the second one checks that what the
//! first one saw still holds.

use super::{
    Accounts, Client, Error, Login, Next, STEP_TIME, SignedIn, State, Ticket,
    accounts::{active, whole},
    attempt::{at_the_gate, is_guess},
    guesses::Refused,
    lanes::Lane,
    ticket::{Purpose, SoFar},
};
use crate::{
    Timestamp,
    password::{Expiry, Password, Use},
    session::{Factors, Proofs, SignIn},
    store::Store,
    totp::Duty,
};

impl<S: Store> Accounts<S> {
    /// Takes a name and a password. What comes next is in the answer.
    ///
    /// Nothing is known of who asks: the attempt is counted with those of all strangers. See
    /// [`Accounts::sign_in_from`].
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] for a wrong name or password or a disabled account,
    /// [`Error::ResetRequired`] from the failure on that reaches the limit, [`Error::Busy`],
    /// [`Error::Overtaken`], [`Error::Password`] for a stored hash that cannot be used (a reset is
    /// the way out) and for want of memory, and the store's.
    pub fn sign_in(&self, login: &str, password: &Password, now: Timestamp) -> Result<Next, Error> {
        self.sign_in_from(login, password, &Client::stranger(), now)
    }

    /// The same from a client of which something is known. A device that has signed in before, and
    /// shows the token it was given then, has a count of its own: strangers who have used theirs up do
    /// not close its way in, and what it fails at does not close theirs.
    ///
    /// A token that is not good for this account is no error: its bearer is a stranger.
    ///
    /// # Errors
    ///
    /// The same.
    pub fn sign_in_from(
        &self,
        login: &str,
        password: &Password,
        client: &Client<'_>,
        now: Timestamp,
    ) -> Result<Next, Error> {
        let login = match Login::parse(login) {
            Ok(login) => login,
            // nobody can have this name, and everybody knows
            Err(_) => return Err(self.same_work(password).unwrap_or(Error::Denied)),
        };
        let mut device = self.device(&login, client, now);
        let attempt = self.change(login.handle(), |state| {
            device.take_if(|device| !state.knows(device));
            self.attempt(state, &Lane::of(device.as_ref()), now)
        });
        if !matches!(attempt, Err(Error::NoAccount | Error::Disabled)) {
            self.same_reads(&login)?;
        }
        let attempt = match attempt {
            Ok(attempt) => attempt,
            Err(Error::NoAccount | Error::Disabled) => {
                return Err(self.nobody(&login, device.as_ref(), password, now));
            }
            Err(error) => return Err(self.same_work(password).unwrap_or(error)),
        };
        let verified = self.policy.hasher.examine(password, Some(&attempt.hash));
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
                let so_far = SoFar {
                    proved: Proofs::default().and(Factors::PASSWORD, now),
                    lane: attempt.slot.lane.clone(),
                };
                self.next(state, attempt.sign_in.clone(), so_far, now)
            })
        });
        settled.map_err(closed)
    }

    /// Takes the one-time code that [`Next::FactorNeeded`] asked for: of any of the person's
    /// authenticators.
    ///
    /// # Errors
    ///
    /// [`Error::Ticket`], [`Error::Totp`] for a wrong, malformed or replayed code,
    /// [`Error::RebindRequired`] where no authenticator may be guessed at any more,
    /// [`Error::ResetRequired`] from the failure on that reaches the limit, [`Error::Busy`] also
    /// between two wrong codes, and the store's.
    pub fn second_factor(
        &self,
        ticket: &Ticket,
        code: &str,
        now: Timestamp,
    ) -> Result<Next, Error> {
        self.prove_with(ticket, now, |state| {
            self.take_code(state, code, now)?;
            Ok(Factors::TOTP)
        })
    }

    /// Takes a recovery code in place of a one-time code. It is used up.
    ///
    /// # Errors
    ///
    /// As [`Accounts::second_factor`], but for [`Error::RebindRequired`]: this is the way out of it.
    pub fn recovery_code(
        &self,
        ticket: &Ticket,
        code: &str,
        now: Timestamp,
    ) -> Result<Next, Error> {
        self.prove_with(ticket, now, |state| {
            let codes = state.recovery.as_ref();
            let codes = codes.ok_or_else(|| Refused::unseen(Error::Ticket))?;
            state.recovery = Some(codes.redeem(code)?.into_state());
            Ok(Factors::RECOVERY_CODE)
        })
    }

    /// One proof of a second factor, counted where the password was.
    fn prove_with(
        &self,
        ticket: &Ticket,
        now: Timestamp,
        mut verify: impl FnMut(&mut State) -> Result<Factors, Refused>,
    ) -> Result<Next, Error> {
        let purpose = Purpose::SecondFactor;
        self.with_ticket(ticket, |state| {
            active(state)?;
            let lane = state.tickets.find(ticket, purpose, now)?.lane;
            let (mut proved, factor) = self.prove(state, &lane, &mut verify, now)?;
            // a code is used up with all that follows from it, or not at all
            let so_far = proved.tickets.redeem(ticket, purpose, now)?;
            let sign_in = proved.sessions.begin(proved.login.as_str(), now);
            let next = self.next(&mut proved, sign_in, so_far.and(factor, now), now)?;
            *state = proved;
            Ok(next)
        })
    }

    /// The same work as for an account that is there and open, and its complaint where there is no
    /// memory for it or too much under way.
    pub(super) fn same_work(&self, password: &Password) -> Option<Error> {
        match self.policy.hasher.verify(password, None) {
            Err(machine) if !is_guess(&machine) => Some(at_the_gate(machine)),
            _ => None,
        }
    }

    /// A step on the record that a ticket belongs to. Anybody can write down a ticket for any name,
    /// so a name that nobody has and a disabled account are told apart from nothing.
    pub(super) fn with_ticket<T>(
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

    /// What is still missing, or the session.
    pub(super) fn next(
        &self,
        state: &mut State,
        sign_in: SignIn,
        so_far: SoFar,
        now: Timestamp,
    ) -> Result<Next, Error> {
        let handle = state.login.handle();
        let proved = so_far.proved;
        let issue = |state: &mut State, purpose| {
            let time = (now, STEP_TIME);
            state.tickets.issue(handle, purpose, so_far.clone(), time)
        };
        if state.has_factor() && !has_second_factor(proved) {
            return issue(state, Purpose::SecondFactor).map(Next::FactorNeeded);
        }
        let expiry = self.policy.password_expiry(state, now);
        if must_change(&expiry) {
            let ticket = issue(state, Purpose::PasswordChange)?;
            return Ok(Next::PasswordChangeNeeded(ticket, expiry));
        }
        self.policy.bind(state, now);
        let duty = self.policy.duty(state, now);
        match duty {
            Duty::EnrolmentRequired => {
                return issue(state, Purpose::Enrolment).map(Next::EnrolmentNeeded);
            }
            Duty::Grace { .. } => self.policy.count_sign_in(state, now),
            Duty::Met => {}
        }
        let sign_in = sign_in.with_proofs(proved);
        let sessions = core::mem::take(&mut state.sessions);
        let (sessions, outcome) = self.policy.sessions.start(sessions, sign_in, now);
        state.sessions = sessions;
        let (token, session) = outcome?;
        Ok(Next::SignedIn(SignedIn {
            token,
            session,
            duty,
        }))
    }
}

/// To whoever signs in, an account that is not there or is disabled is a wrong name or password.
fn closed(error: Error) -> Error {
    match error {
        Error::Login | Error::NoAccount | Error::Disabled => Error::Denied,
        other => other,
    }
}

/// A recovery code stands for the second factor.
pub(super) fn has_second_factor(proved: Proofs) -> bool {
    let factors = proved.factors();
    factors.contains(Factors::TOTP) || factors.contains(Factors::RECOVERY_CODE)
}

/// Whether the password serves for nothing but to choose another.
fn must_change(expiry: &Expiry) -> bool {
    expiry.allows() != Use::SignIn
}
