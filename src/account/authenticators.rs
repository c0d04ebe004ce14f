//! What a person who is signed in does about how they get in: authenticators are added, replaced and
//! removed, recovery codes made anew, and a code is asked for again.

use super::{
    Accounts, Confirmed, Error, Receipt, SignedIn, State, accounts::whole, begun::Beginner,
    lanes::Lane,
};
use crate::{
    Timestamp,
    attempts::Verdict,
    session::{Factors, Live, Token},
    store::Store,
    totp::{
        Uri,
        authenticators::{Authenticator, Id, IfLast},
        recovery,
    },
};

impl<S: Store> Accounts<S> {
    /// Takes a one-time code again in a session, before something that asks for a fresh proof: the
    /// session gets a new token and starts anew, with the code proved just now. A wrong code counts:
    /// against the authenticators, and as a failure of those who are signed in, which five strangers
    /// at the door do not use up.
    ///
    /// Who has lost the phone signs in anew with a recovery code.
    ///
    /// # Errors
    ///
    /// [`Error::Session`] when the session is not live, and those of [`Accounts::second_factor`].
    pub fn step_up(&self, token: &Token, code: &str, now: Timestamp) -> Result<SignedIn, Error> {
        self.with_session(token, |state| {
            let _ = self.live_session(state, token, now)?;
            let verify = |state: &mut State| self.take_code(state, code, now);
            let (mut proved, ()) = self.prove(state, &Lane::Session, verify, now)?;
            let signed_in = self.reauthenticate(&mut proved, token, now)?;
            *state = proved;
            Ok(signed_in)
        })
    }

    /// A person's authenticators by number, those that await their first code among them.
    ///
    /// # Errors
    ///
    /// [`Error::Session`] when the session is not live, and the store's.
    pub fn authenticators(
        &self,
        token: &Token,
        now: Timestamp,
    ) -> Result<Vec<Authenticator>, Error> {
        self.with_session(token, |state| {
            let _ = self.live_session(state, token, now)?;
            Ok(state.authenticators.iter().cloned().collect())
        })
    }

    /// Begins to add an authenticator, beside others or as the first: the URI is for the app and is
    /// shown once, the number for [`Accounts::confirm_authenticator`]. `label` is what the person
    /// calls it, up to 128 bytes.
    ///
    /// # Errors
    ///
    /// [`Error::Session`] with [`StepUpRequired`](crate::session::Error::StepUpRequired) where the
    /// last proof is older than [`totp::Policy::with_reauthentication`] says: of the second factor,
    /// by [`Accounts::step_up`], or of the password, by signing in, where there is no second factor.
    /// [`Error::Totp`] for a label that is none and for one authenticator too many; the store's.
    ///
    /// [`totp::Policy::with_reauthentication`]: crate::totp::Policy::with_reauthentication
    pub fn add_authenticator(
        &self,
        token: &Token,
        label: &str,
        now: Timestamp,
    ) -> Result<(Id, Uri), Error> {
        self.begin_authenticator(token, label, None, now)
    }

    /// Begins to put an authenticator in the place of another, which serves until the new one is
    /// confirmed.
    ///
    /// # Errors
    ///
    /// As [`Accounts::add_authenticator`], and [`Error::Totp`] for a number that none has.
    pub fn replace_authenticator(
        &self,
        token: &Token,
        old: Id,
        label: &str,
        now: Timestamp,
    ) -> Result<(Id, Uri), Error> {
        self.begin_authenticator(token, label, Some(old), now)
    }

    /// Confirms an authenticator by its first code, which is thereby used up. The one that it replaces
    /// goes, every other session ends, and this one gets a new token. With the first authenticator
    /// come recovery codes.
    ///
    /// Only the session that began it confirms it. A wrong code counts as a failure of those who are
    /// signed in; a right one clears no count, as whoever was shown a secret can make its codes.
    ///
    /// # Errors
    ///
    /// [`Error::Session`] when the session is not live, [`Error::Totp`] for a wrong code, an enrolment
    /// that took too long and a number that none has which this session began,
    /// [`Error::ResetRequired`] from the failure on that reaches the limit, [`Error::Busy`], and the
    /// store's.
    pub fn confirm_authenticator(
        &self,
        token: &Token,
        id: Id,
        code: &str,
        now: Timestamp,
    ) -> Result<Confirmed, Error> {
        self.with_session(token, |state| {
            let live = self.live_session(state, token, now)?;
            if !state.begun.is_by(id, &Beginner::Session(live.id())) {
                return Err(crate::totp::Error::NoAuthenticator.into());
            }
            let policy = &self.policy.totp;
            let first = !state.has_factor();
            let verify = |state: &mut State| {
                let confirmed = state.authenticators.confirm(policy, id, code, now)?;
                state.set_authenticators(confirmed);
                if !first {
                    return Ok(Vec::new());
                }
                let (codes, shown) = recovery::generate()?;
                state.recovery = Some(codes);
                Ok(shown)
            };
            // no success: a session could guess at its password for ever between two of its own
            let lane = (&Lane::Session, Verdict::Incomplete);
            let (mut proved, recovery_codes) = self.prove_as(state, lane, verify, now)?;
            let signed_in = self.reauthenticate(&mut proved, token, now)?;
            self.end_others(&mut proved, &signed_in.token, now)?;
            *state = proved;
            Ok(Confirmed {
                recovery_codes,
                signed_in,
            })
        })
    }

    /// Removes an authenticator; every other session ends. The last one goes only where no second
    /// factor is required of this person, and the recovery codes go with it. One that awaits its first
    /// code goes without a fresh proof.
    ///
    /// # Errors
    ///
    /// As [`Accounts::add_authenticator`], and [`Error::Totp`] for a number that none has and for the
    /// last one.
    pub fn remove_authenticator(&self, token: &Token, id: Id, now: Timestamp) -> Result<(), Error> {
        self.with_session(token, |state| {
            let live = self.live_session(state, token, now)?;
            let pending = |entry: &Authenticator| entry.id() == id && !entry.is_confirmed();
            let reauthenticated = if state.authenticators.iter().any(pending) {
                now
            } else {
                self.fresh(state, &live, now)?
            };
            let if_last = if self.policy.is_bound(state, now) {
                IfLast::Refuse
            } else {
                IfLast::Remove
            };
            let (policy, set) = (&self.policy.totp, &state.authenticators);
            let left = set.remove(policy, id, if_last, reauthenticated, now)?;
            whole(state, |state| {
                let had = state.has_factor();
                state.set_authenticators(left);
                if had && !state.has_factor() {
                    state.recovery = None;
                }
                self.end_others(state, token, now)
            })
        })
    }

    /// Makes ten new recovery codes, to be shown once; those from before are void.
    ///
    /// # Errors
    ///
    /// [`Error::Session`] as of [`Accounts::add_authenticator`], [`Error::Totp`] where there is no
    /// authenticator for them to stand in for, and the store's.
    pub fn new_recovery_codes(
        &self,
        token: &Token,
        now: Timestamp,
    ) -> Result<Vec<recovery::Code>, Error> {
        self.with_session(token, |state| {
            let live = self.live_session(state, token, now)?;
            if !state.has_factor() {
                return Err(crate::totp::Error::NotConfirmed.into());
            }
            self.fresh(state, &live, now)?;
            let (codes, shown) = recovery::generate()?;
            state.recovery = Some(codes);
            Ok(shown)
        })
    }

    /// Removes every authenticator and recovery code of a person who has lost them and whom somebody
    /// has recognised by other means, as carefully as when they enrolled (OWASP ASVS 5.0 6.4.4).
    /// Everything of the account ends, and where a second factor is required, the next sign-in leads
    /// to enrolment. For an administrator.
    ///
    /// # Errors
    ///
    /// [`Error::NoAccount`] and the store's.
    pub fn remove_authenticators(&self, login: &str, now: Timestamp) -> Result<Receipt, Error> {
        let login = super::Login::parse(login)?;
        self.change(login.handle(), |state| {
            let none = state.authenticators.remove_all();
            state.set_authenticators(none);
            state.recovery = None;
            Ok(self.end_all(state, now))
        })
    }

    fn begin_authenticator(
        &self,
        token: &Token,
        label: &str,
        old: Option<Id>,
        now: Timestamp,
    ) -> Result<(Id, Uri), Error> {
        self.with_session(token, |state| {
            let live = self.live_session(state, token, now)?;
            let reauthenticated = self.fresh(state, &live, now)?;
            let (policy, set) = (&self.policy.totp, &state.authenticators);
            let login = state.login.as_str();
            let (pending, uri) = policy.enrol(&self.policy.issuer, login, now)?;
            let (set, id) = match old {
                None => set.add(policy, label, pending, reauthenticated, now)?,
                Some(old) => set.replace(policy, old, label, pending, reauthenticated, now)?,
            };
            state.set_authenticators(set);
            state.begun.put(id, Beginner::Session(live.id()));
            Ok((id, uri))
        })
    }

    /// When the person last proved who they are, if that is fresh enough to change how they get in: by
    /// their second factor, or by the password alone where there is none.
    pub(super) fn fresh(
        &self,
        state: &State,
        live: &Live,
        now: Timestamp,
    ) -> Result<Timestamp, Error> {
        let age = self.policy.totp.reauthentication();
        let asked: &[Factors] = if state.has_factor() {
            &[Factors::TOTP, Factors::RECOVERY_CODE]
        } else {
            &[Factors::PASSWORD]
        };
        let mut missing = None;
        for factors in asked {
            match (
                live.require_recent(age, *factors, now),
                live.proved_at(*factors),
            ) {
                (Ok(()), Some(proved)) => return Ok(proved),
                (Err(error), _) => {
                    missing.get_or_insert(error);
                }
                (Ok(()), None) => {}
            }
        }
        Err(missing.map_or(Error::Denied, Error::from))
    }

    pub(super) fn live_session(
        &self,
        state: &mut State,
        token: &Token,
        now: Timestamp,
    ) -> Result<Live, Error> {
        let step = |sessions, policy: &crate::session::Policy| policy.check(sessions, token, now);
        self.step_session(state, step, now)
    }

    /// Gives the session a new token, with the second factor proved just now.
    fn reauthenticate(
        &self,
        state: &mut State,
        token: &Token,
        now: Timestamp,
    ) -> Result<SignedIn, Error> {
        let step = |sessions, policy: &crate::session::Policy| {
            policy.reauthenticate(sessions, token, Factors::TOTP, now)
        };
        let (token, session) = self.step_session(state, step, now)?;
        let duty = self.policy.duty(state, now);
        Ok(SignedIn {
            token,
            session,
            duty,
        })
    }

    fn end_others(&self, state: &mut State, token: &Token, now: Timestamp) -> Result<(), Error> {
        let step =
            |sessions, policy: &crate::session::Policy| policy.end_others(sessions, token, now);
        self.step_session(state, step, now).map(drop)
    }
}
