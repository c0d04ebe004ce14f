//! What is stored of one person's sessions.

use super::{
    Epoch, Error, Expiry, Factors, Handle, Id, SignIn, Token,
    digest::{Digest, HalfDigest},
    factors::Proofs,
    label::{self, LABEL_LEN},
    policy::SESSIONS_LIMIT,
};
use crate::{
    Timestamp,
    encoding::{self, Decoder, Encoder},
};

const VERSION: u8 = 1;
/// Replaced tokens that a session remembers: more than it can have replaced before somebody notices
/// that a client does not keep the tokens it is given, and few enough for a record to stay small.
const REPLACED_LIMIT: usize = 8;
/// The only flag there is: the person asked to stay signed in.
const STAYS: u8 = 1;

/// One person's sessions, as they are stored: digests and times, nothing that opens a session. A
/// person without a record has `State::default()`.
///
/// Encoded, integers big-endian and times in milliseconds since the Unix epoch, as
///
/// | bytes | |
/// |--:|---|
/// | 1 | version: 1 |
/// | 8 | epoch |
/// | 8 | next id |
/// | 4 | number of sessions, at most 256; for each, in the order of their ids: |
/// | 8 | id, below the next id |
/// | 32 | SHA-256 digest of the token's secret |
/// | 8, 8, 8 | created; start of the absolute limit; last active |
/// | 1 | flags: 1 stays signed in |
/// | 1 | factors proved: 1 password, 2 one-time code, 4 recovery code |
/// | 8 each | when each of them was proved, in this order |
/// | 4 | number of replaced tokens, at most 8; for each, the oldest first: |
/// | 16, 8 | the first half of its digest; when it was replaced |
/// | 4 | length of the label, at most 128 |
/// | | the label in UTF-8 |
///
/// No two tokens, live or replaced, have digests with one first half.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct State {
    pub(super) epoch: Epoch,
    next_id: u64,
    pub(super) sessions: Vec<Session>,
}

/// One session; its label borrowed, where it has just been read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Session<Label = String> {
    pub(super) id: Id,
    digest: Digest,
    pub(super) created: Timestamp,
    /// When the absolute limit began: at the start, or when the person authenticated again.
    pub(super) limit_from: Timestamp,
    pub(super) last_active: Timestamp,
    pub(super) stays: bool,
    pub(super) proofs: Proofs,
    replaced: Vec<Replaced>,
    pub(super) label: Label,
}

/// What is remembered of a token that was replaced: enough to know it by, too little to be one.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Replaced {
    digest: HalfDigest,
    at: Timestamp,
}

/// What a token is to a session that knows it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Known {
    /// Its token.
    Present,
    /// One that it had until then.
    Replaced(Timestamp),
}

impl State {
    /// A record of somebody who has no session in this epoch.
    #[cfg(feature = "field")]
    pub(super) fn empty(epoch: Epoch) -> Self {
        Self {
            epoch,
            ..Self::default()
        }
    }

    /// The epoch that a sign-in must have begun in.
    #[must_use]
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// Begins a sign-in, before the password is looked at.
    pub fn begin(&self, handle: Handle, now: Timestamp) -> SignIn {
        SignIn::new(handle, self.epoch, now)
    }

    /// Ends the session of this token; one that has ended already stays ended.
    ///
    /// A token that was replaced ends the session as well: whoever signs out while their token is
    /// being rotated is signed out.
    #[must_use]
    pub fn end_token(self, token: &Token) -> Self {
        self.end_known(&token.digest())
    }

    /// Ends one session of those that [`Policy::list`](super::Policy::list) gave; one that has
    /// ended already stays ended.
    #[must_use]
    pub fn end(mut self, id: Id) -> Self {
        self.sessions.retain(|session| session.id != id);
        self
    }

    /// Ends every session, and every sign-in that is under way. Says how many sessions there were,
    /// those counted that had expired and were not looked at since.
    #[must_use]
    pub fn end_all(self, now: Timestamp) -> (Self, usize) {
        self.end_all_where(|_| true, now)
    }

    /// The bytes to store.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut e = Encoder::new(VERSION);
        e.u64(self.epoch.0).u64(self.next_id);
        e.list(&self.sessions, |e, session| session.encode(e));
        e.finish()
    }

    /// Reads what [`State::encode`] wrote.
    ///
    /// # Errors
    ///
    /// [`encoding::Error`] for anything else.
    pub fn decode(bytes: &[u8]) -> Result<Self, encoding::Error> {
        let mut sessions = Vec::new();
        let head = Self::read(bytes, |session| sessions.push(session.into_owned()))?;
        let mut digests: Vec<_> = sessions.iter().flat_map(Session::digests).collect();
        digests.sort_unstable();
        if digests.windows(2).any(|pair| pair.first() == pair.last()) {
            return Err(encoding::Error::Damaged);
        }
        Ok(Self { sessions, ..head })
    }

    /// Lets `look` see the session of a token in what [`State::encode`] wrote, if it is there; reads
    /// no other into memory.
    pub(super) fn look_at(
        bytes: &[u8],
        digest: &Digest,
        mut look: impl FnMut(&Session<&str>, Known),
    ) -> Result<(), encoding::Error> {
        let mut times = 0_usize;
        Self::read(bytes, |session| {
            if let Some(known) = session.knows(digest) {
                look(&session, known);
                times = times.saturating_add(1);
            }
        })?;
        if times > 1 {
            Err(encoding::Error::Damaged)
        } else {
            Ok(())
        }
    }

    /// Reads a state session by session; their ids ascend up to the next one.
    fn read<'a>(
        bytes: &'a [u8],
        mut each: impl FnMut(Session<&'a str>),
    ) -> Result<Self, encoding::Error> {
        let mut d = Decoder::new(bytes, VERSION)?;
        let (epoch, next_id) = (Epoch(d.u64()?), d.u64()?);
        let mut last = None;
        for _ in 0..d.len(SESSIONS_LIMIT)? {
            let session = Session::decode(&mut d)?;
            if last >= Some(session.id) || session.id.0 >= next_id {
                return Err(encoding::Error::Damaged);
            }
            last = Some(session.id);
            each(session);
        }
        d.finish()?;
        let sessions = Vec::new();
        Ok(Self {
            epoch,
            next_id,
            sessions,
        })
    }

    /// Whether nothing need be kept: no session, and nothing was ever ended all at once.
    pub(super) fn is_blank(&self) -> bool {
        self.sessions.is_empty() && self.epoch == Epoch::default()
    }

    /// Looks at every session, so that the time does not tell which one it was.
    pub(super) fn find_mut(&mut self, digest: &Digest) -> Option<(&mut Session, Known)> {
        self.sessions.iter_mut().fold(None, |found, session| {
            let known = session.knows(digest);
            known.map(|known| (session, known)).or(found)
        })
    }

    pub(super) fn end_known(mut self, digest: &Digest) -> Self {
        self.sessions
            .retain(|session| session.knows(digest).is_none());
        self
    }

    /// Ends these sessions and every sign-in that is under way.
    pub(super) fn end_all_where(
        mut self,
        which: impl Fn(&Session) -> bool,
        now: Timestamp,
    ) -> (Self, usize) {
        let before = self.sessions.len();
        self.sessions.retain(|session| !which(session));
        self.epoch = self.epoch.next(now);
        let ended = before.saturating_sub(self.sessions.len());
        (self, ended)
    }

    pub(super) fn evict_oldest(&mut self) {
        let age = |session: &&Session| (session.created, session.id);
        if let Some(oldest) = self.sessions.iter().min_by_key(age).map(|oldest| oldest.id) {
            self.sessions.retain(|session| session.id != oldest);
        }
    }

    /// Ids are times in milliseconds, moved on by one where the clock was not ahead of the last one,
    /// so that none comes back a millisecond later, even where a store has forgotten the record.
    ///
    /// At the end of time there is no next id, and a session would be over at once.
    pub(super) fn add(
        &mut self,
        digest: Digest,
        sign_in: SignIn,
        now: Timestamp,
    ) -> Result<(), Error> {
        let id = self.next_id.max(now.as_millis());
        self.next_id = id.checked_add(1).ok_or(Error::Expired(Expiry::Absolute))?;
        self.sessions.push(Session {
            id: Id(id),
            digest,
            created: now,
            limit_from: now,
            last_active: now,
            stays: sign_in.stays,
            proofs: sign_in.proofs.at_most(now).and(sign_in.factors, now),
            replaced: Vec::new(),
            label: sign_in.label,
        });
        Ok(())
    }
}

impl Session {
    /// One that no token opens, for the sealed form to fill in.
    #[cfg(feature = "field")]
    pub(super) fn bare(id: Id, created: Timestamp) -> Self {
        Self {
            id,
            digest: Digest([0; 32]),
            created,
            limit_from: created,
            last_active: created,
            stays: false,
            proofs: Proofs::default(),
            replaced: Vec::new(),
            label: String::new(),
        }
    }

    /// Somebody has just proved again who they are: both limits start anew.
    pub(super) fn prove(&mut self, factors: Factors, now: Timestamp) {
        self.proofs = self.proofs.and(factors, now);
        self.limit_from = self.limit_from.max(now);
        self.last_active = self.last_active.max(now);
    }
}

impl<Label> Session<Label> {
    /// What a token of this digest is to the session. Every digest is compared, in constant time.
    fn knows(&self, digest: &Digest) -> Option<Known> {
        let half = digest.half();
        let replaced = self.replaced.iter().fold(None, |found, old| {
            if old.digest == half {
                Some(Known::Replaced(old.at))
            } else {
                found
            }
        });
        if self.digest == *digest {
            Some(Known::Present)
        } else {
            replaced
        }
    }

    /// Takes another token in place of the present one, which is remembered.
    pub(super) fn replace(&mut self, digest: Digest, now: Timestamp) {
        if self.replaced.len() >= REPLACED_LIMIT {
            self.replaced.remove(0);
        }
        self.replaced.push(Replaced {
            digest: self.digest.half(),
            at: now,
        });
        self.digest = digest;
    }

    fn digests(&self) -> impl Iterator<Item = [u8; 16]> {
        let replaced = self.replaced.iter().map(|old| old.digest.0);
        replaced.chain([self.digest.half().0])
    }
}

impl Session {
    fn encode(&self, e: &mut Encoder) {
        e.u64(self.id.0).array(&self.digest.0);
        e.time(self.created)
            .time(self.limit_from)
            .time(self.last_active);
        e.u8(if self.stays { STAYS } else { 0 });
        self.proofs.encode(e);
        e.list(&self.replaced, |e, old| {
            e.array(&old.digest.0).time(old.at);
        });
        e.bytes(self.label.as_bytes());
    }
}

impl<'a> Session<&'a str> {
    fn decode(d: &mut Decoder<'a>) -> Result<Self, encoding::Error> {
        let session = Self {
            id: Id(d.u64()?),
            digest: Digest(d.array()?),
            created: d.time()?,
            limit_from: d.time()?,
            last_active: d.time()?,
            stays: match d.u8()? {
                0 => false,
                STAYS => true,
                _ => return Err(encoding::Error::Damaged),
            },
            proofs: Proofs::decode(d)?,
            replaced: d.list(REPLACED_LIMIT, |d| {
                let digest = HalfDigest(d.array()?);
                Ok::<_, encoding::Error>(Replaced {
                    digest,
                    at: d.time()?,
                })
            })?,
            label: d.text(LABEL_LEN)?,
        };
        match label::check(session.label) {
            Ok(()) => Ok(session),
            Err(_) => Err(encoding::Error::Damaged),
        }
    }

    fn into_owned(self) -> Session {
        Session {
            id: self.id,
            digest: self.digest,
            created: self.created,
            limit_from: self.limit_from,
            last_active: self.last_active,
            stays: self.stays,
            proofs: self.proofs,
            replaced: self.replaced,
            label: self.label.to_owned(),
        }
    }
}
