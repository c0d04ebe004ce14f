//! What is stored of one person's sessions.

use core::fmt;

use super::{Epoch, Handle, LABEL_LEN, SESSIONS_LIMIT, SignIn, Token};
use crate::{
    Timestamp,
    encoding::{self, Decoder, Encoder},
    secret,
};

const VERSION: u8 = 1;

/// One person's sessions, as they are stored: digests and times, nothing that opens a session. A
/// person without a record has `State::default()`.
///
/// Encoded as: version 1; epoch u64; next id u64; number of sessions u32, then for each: id u64,
/// SHA-256 digest (32 bytes), created, authenticated and last active in milliseconds (u64 each),
/// factors u8, label after its length u32. Integers are big-endian.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct State {
    pub(super) epoch: Epoch,
    next_id: u64,
    pub(super) sessions: Vec<Session>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Session {
    id: Id,
    pub(super) digest: Digest,
    pub(super) created: Timestamp,
    authenticated: Timestamp,
    pub(super) last_active: Timestamp,
    factors: Factors,
    label: String,
}

impl State {
    /// Begins a sign-in, before the password is looked at.
    pub fn begin(&self, handle: Handle, now: Timestamp) -> SignIn {
        let (factors, label) = (Factors::NONE, String::new());
        SignIn {
            handle,
            epoch: self.epoch,
            began: now,
            authenticated: None,
            factors,
            label,
        }
    }

    /// Ends the session of this token; one that has ended already stays ended.
    #[must_use]
    pub fn end_token(mut self, token: &Token) -> Self {
        self.remove(&token.digest());
        self
    }

    /// Ends one session of those that [`Policy::list`](super::Policy::list) gave; one that has
    /// ended already stays ended.
    #[must_use]
    pub fn end(mut self, id: Id) -> Self {
        self.sessions.retain(|session| session.id != id);
        self
    }

    /// Ends every session but one, and every sign-in that is under way. Says how many sessions
    /// there were, those counted that had expired and were not looked at since.
    #[must_use]
    pub fn end_others(mut self, keep: Id, now: Timestamp) -> (Self, usize) {
        let before = self.sessions.len();
        self.sessions.retain(|session| session.id == keep);
        self.epoch = self.epoch.next(now);
        let ended = before.saturating_sub(self.sessions.len());
        (self, ended)
    }

    /// Ends every session, and every sign-in that is under way. Says how many sessions there were,
    /// those counted that had expired and were not looked at since.
    #[must_use]
    pub fn end_all(self, now: Timestamp) -> (Self, usize) {
        let (epoch, ended) = (self.epoch.next(now), self.sessions.len());
        (
            Self {
                epoch,
                sessions: Vec::new(),
                ..self
            },
            ended,
        )
    }

    /// The bytes to store.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut e = Encoder::new(VERSION);
        e.u64(self.epoch.0).u64(self.next_id);
        e.list(&self.sessions, |e, session| {
            e.u64(session.id.0).array(&session.digest.0);
            e.time(session.created)
                .time(session.authenticated)
                .time(session.last_active);
            e.u8(session.factors.bits()).bytes(session.label.as_bytes());
        });
        e.finish()
    }

    /// Reads what [`State::encode`] wrote.
    ///
    /// # Errors
    ///
    /// [`encoding::Error`] for anything else.
    pub fn decode(bytes: &[u8]) -> Result<Self, encoding::Error> {
        let mut d = Decoder::new(bytes, VERSION)?;
        let state = Self {
            epoch: Epoch(d.u64()?),
            next_id: d.u64()?,
            sessions: d.list(SESSIONS_LIMIT, |d| {
                Ok::<_, encoding::Error>(Session {
                    id: Id(d.u64()?),
                    digest: Digest(d.array()?),
                    created: d.time()?,
                    authenticated: d.time()?,
                    last_active: d.time()?,
                    factors: Factors::from_bits(d.u8()?),
                    label: d.text(LABEL_LEN)?.to_owned(),
                })
            })?,
        };
        d.finish()?;
        Ok(state)
    }

    /// Whether nothing need be kept: no session, and nothing was ever ended all at once.
    pub(super) fn is_blank(&self) -> bool {
        self.sessions.is_empty() && self.epoch == Epoch::default()
    }

    /// Looks at every session, so that the time does not tell which one it was.
    pub(super) fn find_mut(&mut self, digest: &Digest) -> Option<&mut Session> {
        self.sessions.iter_mut().fold(None, |found, session| {
            if session.digest == *digest {
                Some(session)
            } else {
                found
            }
        })
    }

    pub(super) fn remove(&mut self, digest: &Digest) {
        self.sessions.retain(|session| session.digest != *digest);
    }

    pub(super) fn evict_to(&mut self, len: usize) {
        self.sessions
            .sort_by_key(|session| (session.created, session.id));
        self.sessions
            .drain(..self.sessions.len().saturating_sub(len));
    }

    /// Ids are times in milliseconds, moved on by one where the clock was not ahead of the last one,
    /// so that none comes back a millisecond later, even where a store has forgotten the record.
    pub(super) fn add(&mut self, digest: Digest, sign_in: SignIn, now: Timestamp) -> Session {
        let id = self.next_id.max(now.as_millis());
        self.next_id = id.saturating_add(1);
        let session = Session {
            id: Id(id),
            digest,
            created: now,
            authenticated: sign_in.authenticated.map_or(now, |at| at.min(now)),
            last_active: now,
            factors: sign_in.factors,
            label: sign_in.label,
        };
        self.sessions.push(session.clone());
        session
    }
}

/// The SHA-256 digest of a token's secret, compared in constant time.
#[derive(Clone, Copy)]
pub(crate) struct Digest(pub(crate) [u8; 32]);

impl PartialEq for Digest {
    fn eq(&self, other: &Self) -> bool {
        secret::eq(&self.0, &other.0)
    }
}

impl Eq for Digest {}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Names one session of one person, in a list of their devices. Not secret; it opens nothing.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Id(u64);

impl Id {
    /// From a number that [`Id::as_u64`] gave.
    #[must_use]
    pub const fn from_u64(id: u64) -> Self {
        Self(id)
    }

    /// The number.
    #[must_use]
    pub const fn as_u64(self) -> u64 {
        self.0
    }
}

/// What a person has proved: a set of authentication factors.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Factors(u8);

impl Factors {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// A password.
    pub const PASSWORD: Self = Self(1);
    /// A one-time code of an authenticator.
    pub const TOTP: Self = Self(2);
    /// A recovery code in place of a one-time code.
    pub const RECOVERY_CODE: Self = Self(4);

    /// The set as stored.
    pub(crate) const fn bits(self) -> u8 {
        self.0
    }

    pub(crate) const fn from_bits(bits: u8) -> Self {
        Self(bits)
    }

    /// These and those.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of `other` are among these.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// A session that was live when it was asked about, with both of its deadlines.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use = "the deadlines are for the client, the factors for the decision"]
pub struct Live {
    session: Session,
    idle_deadline: Timestamp,
    absolute_deadline: Timestamp,
}

impl Live {
    pub(super) fn new(
        session: &Session,
        idle_deadline: Timestamp,
        absolute_deadline: Timestamp,
    ) -> Self {
        Self {
            session: session.clone(),
            idle_deadline,
            absolute_deadline,
        }
    }

    /// Which of the person's sessions it is.
    #[must_use]
    pub fn id(&self) -> Id {
        self.session.id
    }

    /// What the person proved.
    #[must_use]
    pub fn factors(&self) -> Factors {
        self.session.factors
    }

    /// What the session is called in a list.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.session.label
    }

    /// When it started.
    #[must_use]
    pub fn created(&self) -> Timestamp {
        self.session.created
    }

    /// When the person last proved who they are.
    #[must_use]
    pub fn authenticated(&self) -> Timestamp {
        self.session.authenticated
    }

    /// The last recorded interactive activity.
    #[must_use]
    pub fn last_active(&self) -> Timestamp {
        self.session.last_active
    }

    /// From when on it is dead if nothing more is done.
    #[must_use]
    pub fn idle_deadline(&self) -> Timestamp {
        self.idle_deadline
    }

    /// From when on it is dead whatever is done.
    #[must_use]
    pub fn absolute_deadline(&self) -> Timestamp {
        self.absolute_deadline
    }
}
