//! The front door: people are enrolled, looked up, changed, disabled; sessions are used and ended.
//! Signing in stands in its own file.

use std::sync::Arc;

use super::{
    Error, Login, Person, Policy, Receipt, State, Status, Ticket,
    client::Nobody,
    ticket::{Purpose, SoFar},
};
use crate::{
    Timestamp,
    attempts::DeviceKeys,
    encoding,
    field::{Keyring, Sealed},
    password::{self, Password},
    rbac::Grants,
    secret,
    session::{self, Activity, Handle, Id, Live, Token},
    store::{Change, Entry, Store, update},
};

/// What a step on the sessions of one person gives.
type Stepped<T> = (session::State, Result<T, session::Error>);

/// The name of the sealed store.
const SEALED_STORE: &str = "account";
/// What stands before the handle in the store's key.
const KEY_PREFIX: &[u8] = b"portcullis/account/";

/// Many people's records in a store. Share it by reference.
///
/// The store holds one value per person, under `portcullis/account/` and the [`Handle`] of the
/// login name; with [`Accounts::with_unknown_names_key`] the rows of
/// [`Unknown`](crate::attempts::Unknown) besides. A store that fails, contends or holds something
/// unreadable is an error, and an error denies.
#[derive(Debug)]
pub struct Accounts<S> {
    pub(super) policy: Policy,
    store: S,
    pub(super) devices: Option<DeviceKeys>,
    pub(super) nobody: Nobody,
    pub(super) unknown_key: Option<secret::Array<32>>,
}

impl<S> Accounts<Sealed<S>> {
    /// Accounts by these rules in this store, every record sealed by the ring: second factors are
    /// nowhere in the clear, a password hash is not guessed at without the ring, and a record that is
    /// copied to another person's key does not open there. The sealed store's name is `account`: a
    /// ring with purposes names [`Purpose::store("account")`](crate::field::Purpose::store).
    #[must_use]
    pub fn new(policy: Policy, ring: Arc<Keyring>, store: S) -> Self {
        Self::danger_unsealed(policy, Sealed::new(ring, SEALED_STORE, store))
    }
}

impl<S> Accounts<S> {
    /// The same without a seal: whoever reads the store can make everybody's one-time codes and guess
    /// at their passwords. For a [`Sealed`] store that was made elsewhere, with a tenant in its
    /// context perhaps; for a store that encrypts by other means; and for tests.
    #[must_use]
    pub fn danger_unsealed(policy: Policy, store: S) -> Self {
        Self {
            policy,
            store,
            devices: None,
            nobody: Nobody::new(),
            unknown_key: None,
        }
    }

    /// The store: to bring the next ring to a [`Sealed`] one, and to seal its records anew.
    #[must_use]
    pub fn store(&self) -> &S {
        &self.store
    }
}

impl<S: Store> Accounts<S> {
    /// Enrols a person. For an administrator.
    ///
    /// # Errors
    ///
    /// [`Error::Exists`], [`Error::Login`], [`Error::Password`] with every rule that the password
    /// breaks, and the store's.
    pub fn register(
        &self,
        login: &str,
        password: &Password,
        grants: Grants,
        now: Timestamp,
    ) -> Result<(), Error> {
        let login = Login::parse(login)?;
        let rules = self.policy.password_rules(false);
        let hasher = &self.policy.hasher;
        let password = rules.set(hasher, password, &login.context(), now)?;
        let mut state = State::new(login.clone(), password, grants);
        self.policy.bind(&mut state, now);
        let entry = Entry::new(state.encode());
        update(&self.store, &key(login.handle()), |value| match value {
            None => Ok((Change::Put(entry.clone()), ())),
            Some(_) => Err(Error::Exists),
        })
    }

    /// One person's record, as it is stored. For an administrator.
    ///
    /// # Errors
    ///
    /// [`Error::NoAccount`] and the store's.
    pub fn state(&self, login: &str) -> Result<State, Error> {
        self.change(Login::parse(login)?.handle(), |state| Ok(state.clone()))
    }

    /// Gives a person these roles in place of those they had. For an administrator.
    ///
    /// Where they differ, every session and ticket of the account ends: with other roles, or in
    /// another tenant, the person signs in anew. Granting what is granted already changes nothing.
    ///
    /// # Errors
    ///
    /// [`Error::NoAccount`] and the store's.
    pub fn grant(&self, login: &str, grants: Grants, now: Timestamp) -> Result<(), Error> {
        self.change(Login::parse(login)?.handle(), |state| {
            if state.grants != grants {
                state.grants = grants.clone();
                self.policy.bind(state, now);
                state.end_everything(now);
            }
            Ok(())
        })
    }

    /// Demands another password, for [`password::Reason::Compromised`] or another reason: every
    /// session and ticket of the account ends, and the present password only serves to choose the
    /// next. For an administrator.
    ///
    /// Demanding again what is demanded already changes nothing: a list of accounts can be worked
    /// off twice.
    ///
    /// # Errors
    ///
    /// [`Error::NoAccount`] and the store's.
    pub fn require_password_change(
        &self,
        login: &str,
        reason: password::Reason,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.change(Login::parse(login)?.handle(), |state| {
            let password = state.password.clone().with_must_change(reason);
            if password != state.password {
                state.password = password;
                state.end_everything(now);
            }
            Ok(())
        })
    }

    /// Disables an account: when this returns, no session, ticket, password or code of it works, and
    /// no sign-in that was under way will start a session. For an administrator.
    ///
    /// Disabling again changes nothing but ends whatever is there.
    ///
    /// # Errors
    ///
    /// [`Error::NoAccount`] and the store's: the account may then still work.
    pub fn disable(&self, login: &str, now: Timestamp) -> Result<Receipt, Error> {
        self.change(Login::parse(login)?.handle(), |state| {
            if state.status == Status::Active {
                state.status = Status::Disabled(now);
            }
            Ok(self.end_all(state, now))
        })
    }

    /// Lets a disabled account be used again. What was ended stays ended. For an administrator.
    ///
    /// # Errors
    ///
    /// [`Error::NoAccount`] and the store's.
    pub fn enable(&self, login: &str) -> Result<(), Error> {
        self.change(Login::parse(login)?.handle(), |state| {
            state.status = Status::Active;
            Ok(())
        })
    }

    /// Lets a locked account be tried again: every count of failed attempts starts at zero, for
    /// strangers, devices and those who are signed in. The password stays, sessions go on, and what was
    /// counted against the authenticators stays. For an administrator.
    ///
    /// It is right where the failures have an explanation: the person says that they were theirs, or a
    /// stranger locks the way in on purpose and the password is no easy one. It gives whoever guesses
    /// their next five guesses, so never unlock by a timer; [`Accounts::start_reset`] is right where
    /// nobody knows who has guessed, and where the password may be known.
    ///
    /// # Errors
    ///
    /// [`Error::NoAccount`] and the store's.
    pub fn unlock(&self, login: &str) -> Result<(), Error> {
        self.change(Login::parse(login)?.handle(), |state| {
            let lanes = core::mem::take(&mut state.lanes);
            state.lanes = lanes.reset(&self.policy.attempts);
            Ok(())
        })
    }

    /// Issues the ticket for a password reset, good for an hour, to be delivered to the person and
    /// nobody else. For an administrator, or for a "forgot my password" page that answers the same
    /// whatever this returns.
    ///
    /// # Errors
    ///
    /// [`Error::NoAccount`], [`Error::Disabled`] and the store's.
    pub fn start_reset(&self, login: &str, now: Timestamp) -> Result<Ticket, Error> {
        let login = Login::parse(login)?;
        self.change(login.handle(), |state| {
            active(state)?;
            let nothing = SoFar::default();
            let time = (now, super::RESET_TIME);
            state
                .tickets
                .issue(login.handle(), Purpose::Reset, nothing, time)
        })
    }

    /// Says who is behind this token and that the session is live.
    ///
    /// # Errors
    ///
    /// [`Error::Session`] when it is not, and the store's.
    pub fn check(&self, token: &Token, now: Timestamp) -> Result<Person, Error> {
        let step = |sessions, policy: &session::Policy| policy.check(sessions, token, now);
        self.on_session(token, step, now)
    }

    /// Says who is behind this token and records interactive activity.
    ///
    /// # Errors
    ///
    /// [`Error::Session`] when the session is not live, and the store's.
    pub fn touch(
        &self,
        token: &Token,
        activity: Activity,
        now: Timestamp,
    ) -> Result<Person, Error> {
        let step =
            |sessions, policy: &session::Policy| policy.touch(sessions, token, activity, now);
        self.on_session(token, step, now)
    }

    /// Ends the session of this token. One that has ended already stays ended.
    ///
    /// # Errors
    ///
    /// The store's: the session may then still be live, and the caller must not say otherwise.
    pub fn sign_out(&self, token: &Token) -> Result<(), Error> {
        let ended = self.change(token.handle(), |state| {
            state.sessions = core::mem::take(&mut state.sessions).end_token(token);
            Ok(())
        });
        // A token of nobody's has no session that could be live.
        if ended == Err(Error::NoAccount) {
            Ok(())
        } else {
            ended
        }
    }

    /// Names the session of this token, for the list.
    ///
    /// # Errors
    ///
    /// [`Error::Session`] when it is not live or the label is refused, and the store's.
    pub fn label(&self, token: &Token, text: &str, now: Timestamp) -> Result<Person, Error> {
        let step = |sessions, policy: &session::Policy| policy.label(sessions, token, text, now);
        self.on_session(token, step, now)
    }

    /// Ends one session, named by its number in the list, of the person who is behind this token. One
    /// that has ended already stays ended, and so does one of somebody else's.
    ///
    /// # Errors
    ///
    /// [`Error::Session`] when the session of the token is not live, and the store's: the session may
    /// then still be live.
    pub fn sign_out_one(&self, token: &Token, id: Id, now: Timestamp) -> Result<(), Error> {
        let step = |sessions, policy: &session::Policy| match policy.check(sessions, token, now) {
            (sessions, Ok(_)) => (sessions.end(id), Ok(())),
            (sessions, Err(error)) => (sessions, Err(error)),
        };
        self.with_session(token, |state| self.step_session(state, step, now))
    }

    /// Ends every session of a person but that of this token, and whatever is under way; says how
    /// many sessions ended.
    ///
    /// # Errors
    ///
    /// [`Error::Session`] when the session of the token is not live, and the store's: sessions may
    /// then still be live.
    pub fn sign_out_others(&self, token: &Token, now: Timestamp) -> Result<usize, Error> {
        let step = |sessions, policy: &session::Policy| policy.end_others(sessions, token, now);
        self.with_session(token, |state| self.step_session(state, step, now))
    }

    /// Ends every session of a person and whatever is under way; says how many sessions ended.
    ///
    /// # Errors
    ///
    /// [`Error::NoAccount`] and the store's.
    pub fn sign_out_everywhere(&self, login: &str, now: Timestamp) -> Result<usize, Error> {
        let handle = Login::parse(login)?.handle();
        self.change(handle, |state| {
            let live = self.live(state, now).len();
            state.end_everything(now);
            Ok(live)
        })
    }

    /// A person's live sessions, the oldest first.
    ///
    /// # Errors
    ///
    /// [`Error::NoAccount`] and the store's.
    pub fn sessions(&self, login: &str, now: Timestamp) -> Result<Vec<Live>, Error> {
        let handle = Login::parse(login)?.handle();
        self.change(handle, |state| Ok(self.live(state, now)))
    }

    /// Ends everything and says what did work.
    pub(super) fn end_all(&self, state: &mut State, now: Timestamp) -> Receipt {
        let sessions = self.live(state, now).len();
        let (_, tickets) = state.end_everything(now);
        Receipt {
            at: now,
            sessions,
            tickets,
        }
    }

    /// The live sessions; those that have expired are removed.
    fn live(&self, state: &mut State, now: Timestamp) -> Vec<Live> {
        let sessions = core::mem::take(&mut state.sessions);
        let (sessions, live) = self.policy.sessions.list(sessions, now);
        state.sessions = sessions;
        live
    }

    /// A step on the session of this token, and the person behind it.
    fn on_session(
        &self,
        token: &Token,
        step: impl Fn(session::State, &session::Policy) -> Stepped<Live>,
        now: Timestamp,
    ) -> Result<Person, Error> {
        self.with_session(token, |state| {
            let session = self.step_session(state, &step, now)?;
            let (login, grants) = (state.login.clone(), state.grants.clone());
            Ok(Person {
                login,
                session,
                grants,
                recovery_codes_left: state.recovery_codes_left(),
                duty: self.policy.duty(state, now),
            })
        })
    }

    /// A step on the sessions. Where it ends sign-ins under way, the tickets end: they are some.
    pub(super) fn step_session<T>(
        &self,
        state: &mut State,
        step: impl FnOnce(session::State, &session::Policy) -> Stepped<T>,
        now: Timestamp,
    ) -> Result<T, Error> {
        let sessions = core::mem::take(&mut state.sessions);
        let epoch = sessions.epoch();
        let (sessions, outcome) = step(sessions, &self.policy.sessions);
        if sessions.epoch() != epoch {
            state.end_under_way(now);
        }
        state.sessions = sessions;
        Ok(outcome?)
    }

    /// A step on the record that a session's token belongs to. Whether it is there and open is told
    /// to nobody.
    pub(super) fn with_session<T>(
        &self,
        token: &Token,
        mut step: impl FnMut(&mut State) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let outcome = self.change(token.handle(), |state| {
            active(state)?;
            step(state)
        });
        outcome.map_err(|error| match error {
            Error::NoAccount | Error::Disabled => session::Error::Unknown.into(),
            other => other,
        })
    }

    /// Runs `step` on the record of this handle. What it changed is written also when it denies: a
    /// failure that counts, an expiry that was seen.
    pub(super) fn change<T>(
        &self,
        handle: Handle,
        mut step: impl FnMut(&mut State) -> Result<T, Error>,
    ) -> Result<T, Error> {
        update::<_, _, Error>(&self.store, &key(handle), |value| {
            let value = value.ok_or(Error::NoAccount)?;
            let mut state = State::decode(value)?;
            if state.login.handle() != handle {
                return Err(Error::State(encoding::Error::Damaged));
            }
            let outcome = step(&mut state);
            let new = state.encode();
            let change = if new == value {
                Change::Keep
            } else {
                Change::Put(Entry::new(new))
            };
            Ok((change, outcome))
        })?
    }
}

/// Runs `step` on a copy of the record, which takes the record's place only if all of it succeeds.
pub(super) fn whole<T>(
    state: &mut State,
    step: impl FnOnce(&mut State) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut changed = state.clone();
    let outcome = step(&mut changed)?;
    *state = changed;
    Ok(outcome)
}

/// Nothing is done for an account that is disabled.
pub(super) fn active(state: &State) -> Result<(), Error> {
    match state.status {
        Status::Active => Ok(()),
        Status::Disabled(_) => Err(Error::Disabled),
    }
}

fn key(handle: Handle) -> Vec<u8> {
    [KEY_PREFIX, handle.as_bytes()].concat()
}
