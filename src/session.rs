//! Ends a session after a time without use, and in any case after a fixed time.
//!
//! Everything about one person's sessions is one small [`State`]: the digests of their secrets and
//! four points in time for each. A [`Policy`] takes the state and the present time and gives the
//! next state and an outcome. [`Sessions`] does that over a [`Store`](crate::store::Store); whoever
//! keeps their own rows encodes the state into a column and calls the same steps inside their own
//! transaction.
//!
//! A session is dead at exactly `idle` after its last recorded activity and at exactly `absolute`
//! after its start, whichever is first. Activity is recorded at most every sixteenth of `idle`, and
//! always as it was, so a session may end up to a sixteenth earlier than its last click would have
//! it, never later. Every answer carries both deadlines.
//!
//! # What this does not do
//!
//! No cookies and no HTTP. A token that is stolen while it is live works until it ends, is rotated
//! or is ended. A store that loses acknowledged writes loses sign-outs with them.
//!
//! # Security
//!
//! The token is 256 random bits beside a handle that finds the record; the record keeps the SHA-256
//! digest of the secret, so a leaked table opens nothing (OWASP ASVS 5.0 V7.2, NIST SP 800-63B-4
//! §5.1). Digests are compared in constant time. Idle and absolute limits are those of NIST SP
//! 800-63B-4 §5.2 and ASVS 7.3. An expiry that was seen is permanent: the session is removed, and a
//! clock that goes back revives nobody. Signing out everywhere also stops a sign-in that was already
//! under way: a sign-in carries the [`Epoch`] it began in.
//!
//! # Example
//!
//! ```
//! use portcullis::{Timestamp, session::{Activity, Factors, Policy, Sessions}, store::Memory};
//!
//! let sessions = Sessions::new(Policy::back_office(), Memory::new(10_000));
//! let nine: Timestamp = "2026-11-21T09:00:00Z".parse()?;
//!
//! let sign_in = sessions.begin("ada", nine)?; // before the password is looked at
//! let (token, _) = sessions.start(sign_in.with_factors(Factors::PASSWORD), nine)?;
//!
//! let later: Timestamp = "2026-11-21T09:14:59Z".parse()?;
//! let live = sessions.touch(&token, Activity::Interactive, later)?;
//! assert_eq!(live.idle_deadline().to_string(), "2026-11-21T09:29:59.000Z");
//!
//! let too_late: Timestamp = "2026-11-21T09:29:59Z".parse()?;
//! assert!(sessions.touch(&token, Activity::Interactive, too_late).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod cookie;
mod sessions;
mod state;
mod token;

use core::time::Duration;

pub use cookie::{Cookie, SameSite, SetCookie};
pub use sessions::Sessions;
#[cfg(feature = "account")]
pub(crate) use state::Digest;
use state::Session;
pub use state::{Factors, Id, Live, State};
pub use token::{Handle, Token};

use crate::{Timestamp, encoding, random, store};

/// How long a sign-in may take from [`State::begin`] to [`Policy::start`]: an hour, long enough to
/// find one's phone. A record may be forgotten this long after its last session, and no sooner.
pub const SIGN_IN_TIME: Duration = Duration::from_secs(60 * 60);

/// Live sessions that a preset allows one person at a time.
const MAX_SESSIONS: usize = 16;
/// The most that a policy may allow: a record stays a few KiB.
const SESSIONS_LIMIT: usize = 256;
/// Activity is written at most this many times in one idle period.
const TOUCHES_PER_IDLE: u32 = 16;
/// The longest label of a session in bytes.
const LABEL_LEN: usize = 128;

/// The rules for sessions.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Policy {
    idle: Duration,
    absolute: Duration,
    max_sessions: usize,
    at_limit: AtLimit,
}

/// What happens to a sign-in when a person has as many live sessions as the policy allows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum AtLimit {
    /// The session that was created first ends.
    EvictOldest,
    /// The sign-in is refused with [`Error::TooManySessions`].
    Refuse,
}

/// What a request says about the person behind it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Activity {
    /// The person did something: the idle time starts anew.
    Interactive,
    /// A page polled or a connection was kept alive: nothing is renewed.
    Background,
}

impl Policy {
    /// A back office: out after 15 idle minutes, and after 12 hours in any case; at the sixteenth
    /// session the oldest ends.
    #[must_use]
    pub fn back_office() -> Self {
        Self {
            idle: Duration::from_secs(15 * 60),
            absolute: Duration::from_secs(12 * 60 * 60),
            max_sessions: MAX_SESSIONS,
            at_limit: AtLimit::EvictOldest,
        }
    }

    /// Sessions that end after `idle` without interactive activity, and `absolute` after their
    /// start.
    ///
    /// # Errors
    ///
    /// [`Error::IdleTooShort`] below a second, [`Error::AbsoluteTooShort`] when `absolute` is below
    /// `idle`.
    pub fn new(idle: Duration, absolute: Duration) -> Result<Self, Error> {
        if idle < Duration::from_secs(1) {
            return Err(Error::IdleTooShort);
        }
        if absolute < idle {
            return Err(Error::AbsoluteTooShort);
        }
        Ok(Self {
            idle,
            absolute,
            ..Self::back_office()
        })
    }

    /// Allows one person `max` live sessions, from 1 to 256.
    ///
    /// # Errors
    ///
    /// [`Error::SessionLimit`] outside that range.
    pub fn with_max_sessions(self, max: usize, at_limit: AtLimit) -> Result<Self, Error> {
        if !(1..=SESSIONS_LIMIT).contains(&max) {
            return Err(Error::SessionLimit);
        }
        Ok(Self {
            max_sessions: max,
            at_limit,
            ..self
        })
    }

    /// Starts a session for a sign-in that began with [`State::begin`] on this same state.
    ///
    /// Returns the only copy of the token there will be.
    ///
    /// # Errors
    ///
    /// [`Error::Overtaken`] when all sessions were ended after the sign-in began,
    /// [`Error::SignInTooSlow`] when it began [`SIGN_IN_TIME`] ago, [`Error::TooManySessions`],
    /// [`Error::LabelTooLong`], [`Error::Randomness`]. The state is then unchanged.
    pub fn start(
        &self,
        state: State,
        sign_in: SignIn,
        now: Timestamp,
    ) -> (State, Result<(Token, Live), Error>) {
        match Token::generate(sign_in.handle) {
            Ok(token) => self.start_with(state, sign_in, token, now),
            Err(random::Unavailable) => (state, Err(Error::Randomness)),
        }
    }

    fn start_with(
        &self,
        mut state: State,
        sign_in: SignIn,
        token: Token,
        now: Timestamp,
    ) -> (State, Result<(Token, Live), Error>) {
        if let Err(error) = sign_in.check(&state, now) {
            return (state, Err(error));
        }
        state.sessions.retain(|session| self.is_live(session, now));
        if state.sessions.len() >= self.max_sessions {
            match self.at_limit {
                AtLimit::Refuse => return (state, Err(Error::TooManySessions)),
                AtLimit::EvictOldest => state.evict_to(self.max_sessions.saturating_sub(1)),
            }
        }
        let session = state.add(token.digest(), sign_in, now);
        let live = self.live(&session);
        (state, Ok((token, live)))
    }

    /// Says whether the session is live; changes nothing but an expiry that it observes.
    ///
    /// # Errors
    ///
    /// [`Error::Unknown`] for a token that was never issued, was rotated or whose session has ended,
    /// [`Error::Expired`] the first time that an expiry is observed.
    pub fn check(
        &self,
        state: State,
        token: &Token,
        now: Timestamp,
    ) -> (State, Result<Live, Error>) {
        self.on_live(state, token, now, |policy, session| policy.live(session))
    }

    /// Says whether the session is live, and records interactive activity.
    ///
    /// # Errors
    ///
    /// As [`Policy::check`].
    pub fn touch(
        &self,
        state: State,
        token: &Token,
        activity: Activity,
        now: Timestamp,
    ) -> (State, Result<Live, Error>) {
        self.on_live(state, token, now, |policy, session| {
            let unrecorded = now.saturating_since(session.last_active);
            if activity == Activity::Interactive && unrecorded >= policy.touch_interval() {
                session.last_active = now;
            }
            policy.live(session)
        })
    }

    /// Gives the session a new token; the old one is dead from here on. Start, authentication and
    /// last activity stay. To be done whenever the privilege of a session changes (ASVS 7.2.4).
    ///
    /// # Errors
    ///
    /// As [`Policy::check`], and [`Error::Randomness`], which leaves the old token in force.
    pub fn rotate(
        &self,
        state: State,
        token: &Token,
        now: Timestamp,
    ) -> (State, Result<(Token, Live), Error>) {
        match Token::generate(token.handle()) {
            Err(random::Unavailable) => (state, Err(Error::Randomness)),
            Ok(new) => self.on_live(state, token, now, |policy, session| {
                session.digest = new.digest();
                (new, policy.live(session))
            }),
        }
    }

    /// The live sessions, the oldest first, for a list of one's devices.
    #[must_use]
    pub fn list(&self, state: &State, now: Timestamp) -> Vec<Live> {
        let live = state
            .sessions
            .iter()
            .filter(|session| self.is_live(session, now));
        live.map(|session| self.live(session)).collect()
    }

    /// From when on a store may forget the state: the last session is dead and no sign-in that
    /// began before the last [`State::end_all`] can still be under way.
    #[must_use]
    pub fn expires(&self, state: &State) -> Timestamp {
        let epoch = Timestamp::from_millis(state.epoch.0).saturating_add(SIGN_IN_TIME);
        let sessions = state.sessions.iter().map(|session| self.deadline(session));
        sessions.fold(epoch, Timestamp::max)
    }

    /// Runs `then` on the session of `token` if it is live. One that is dead is removed.
    fn on_live<T>(
        &self,
        mut state: State,
        token: &Token,
        now: Timestamp,
        then: impl FnOnce(&Self, &mut Session) -> T,
    ) -> (State, Result<T, Error>) {
        let digest = token.digest();
        let outcome = match state.find_mut(&digest) {
            None => Err(Error::Unknown),
            Some(session) if self.is_live(session, now) => Ok(then(self, session)),
            Some(session) => Err(Error::Expired(self.expiry(session))),
        };
        if matches!(outcome, Err(Error::Expired(_))) {
            state.remove(&digest);
        }
        (state, outcome)
    }

    fn touch_interval(&self) -> Duration {
        self.idle.checked_div(TOUCHES_PER_IDLE).unwrap_or_default()
    }

    fn is_live(&self, session: &Session, now: Timestamp) -> bool {
        now < self.deadline(session)
    }

    fn deadline(&self, session: &Session) -> Timestamp {
        self.idle_deadline(session)
            .min(self.absolute_deadline(session))
    }

    fn idle_deadline(&self, session: &Session) -> Timestamp {
        session.last_active.saturating_add(self.idle)
    }

    fn absolute_deadline(&self, session: &Session) -> Timestamp {
        session.created.saturating_add(self.absolute)
    }

    fn expiry(&self, session: &Session) -> Expiry {
        if self.idle_deadline(session) < self.absolute_deadline(session) {
            Expiry::Idle
        } else {
            Expiry::Absolute
        }
    }

    fn live(&self, session: &Session) -> Live {
        Live::new(
            session,
            self.idle_deadline(session),
            self.absolute_deadline(session),
        )
    }
}

/// The default is [`Policy::back_office`].
impl Default for Policy {
    fn default() -> Self {
        Self::back_office()
    }
}

/// Counts how often everything was ended; a sign-in from an earlier epoch starts nothing.
///
/// It is the time of the last [`State::end_all`] in milliseconds, moved on by one where the clock
/// was not ahead of it, so that it never repeats even where a store has forgotten the record.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Epoch(u64);

impl Epoch {
    fn next(self, now: Timestamp) -> Self {
        Self(self.0.saturating_add(1).max(now.as_millis()))
    }
}

/// A sign-in that is under way: made by [`State::begin`] before the password is looked at, spent by
/// [`Policy::start`].
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use = "a sign-in that is not started gives no session"]
pub struct SignIn {
    handle: Handle,
    epoch: Epoch,
    began: Timestamp,
    authenticated: Option<Timestamp>,
    factors: Factors,
    label: String,
}

impl SignIn {
    /// What the person has proved.
    pub fn with_factors(self, factors: Factors) -> Self {
        Self { factors, ..self }
    }

    /// When the person proved it, where that was before the session starts.
    pub fn with_authenticated(self, at: Timestamp) -> Self {
        Self {
            authenticated: Some(at),
            ..self
        }
    }

    /// What the person will recognise the session by in a list: "Firefox on Linux". At most 128
    /// bytes.
    pub fn with_label(self, label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            ..self
        }
    }

    /// Whether it may still start a session.
    pub(crate) fn check(&self, state: &State, now: Timestamp) -> Result<(), Error> {
        if self.epoch != state.epoch {
            return Err(Error::Overtaken);
        }
        if now.saturating_since(self.began) >= SIGN_IN_TIME {
            return Err(Error::SignInTooSlow);
        }
        if self.label.len() > LABEL_LEN {
            return Err(Error::LabelTooLong);
        }
        Ok(())
    }
}

/// Which limit a session reached.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Expiry {
    /// Nothing was done for the idle time.
    Idle,
    /// The session was as old as a session may be.
    Absolute,
}

/// Why there is no session. Each of these denies.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Not of a token's form.
    #[error("not a session token")]
    Malformed,
    /// No live session has this token.
    #[error("no live session has this token")]
    Unknown,
    /// The session has just been found expired; from now on it is unknown.
    #[error("the session has expired ({})", match .0 { Expiry::Idle => "idle", Expiry::Absolute => "absolute limit" })]
    Expired(Expiry),
    /// All sessions were ended while the sign-in was under way.
    #[error("all sessions were ended while this sign-in was under way")]
    Overtaken,
    /// The sign-in took an hour or more.
    #[error("the sign-in took an hour or more")]
    SignInTooSlow,
    /// As many live sessions as the policy allows, and it evicts none.
    #[error("there are as many live sessions as the policy allows")]
    TooManySessions,
    /// A label over 128 bytes.
    #[error("label is longer than 128 bytes")]
    LabelTooLong,
    /// An idle time below a second.
    #[error("idle time is below one second")]
    IdleTooShort,
    /// An absolute limit below the idle time.
    #[error("absolute limit is below the idle time")]
    AbsoluteTooShort,
    /// A number of sessions outside 1 to 256.
    #[error("number of sessions is not between 1 and 256")]
    SessionLimit,
    /// A cookie's name that is not one, or has a prefix already.
    #[error("cookie name is not a token of 1 to 50 characters without a prefix")]
    CookieName,
    /// Two cookies of the session's name: one of them was put there by somebody else.
    #[error("several cookies have the session's name")]
    SeveralCookies,
    /// Over 32 KiB of cookies.
    #[error("cookie headers are longer than 32 KiB")]
    CookiesTooLong,
    /// The operating system gave no randomness.
    #[error("the operating system gave no randomness")]
    Randomness,
    /// The stored state cannot be read.
    #[error(transparent)]
    State(#[from] encoding::Error),
    /// The store gave no answer.
    #[error(transparent)]
    Store(#[from] store::Error),
}
