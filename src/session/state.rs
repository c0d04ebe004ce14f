//! What is stored of one person's sessions.

use core::fmt;

use super::{
    Epoch, Factors, Id, SUBJECT_LEN, SignIn, Token,
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
/// The only flag there is: the person asked to stay signed in.
const STAYS: u8 = 1;

/// One person's sessions, as they are stored: their name, digests and times, nothing that opens a
/// session. A person without a record has `State::default()`.
///
/// Encoded, integers big-endian and times in milliseconds since the Unix epoch, as
///
/// | bytes | |
/// |--:|---|
/// | 1 | version: 1 |
/// | 8 | epoch |
/// | 4 | length of the subject, at most 256; 0 where no session was ever started |
/// | | the subject in UTF-8 |
/// | 4 | number of sessions, at most 256; for each, in the order of their starts: |
/// | 8 | id |
/// | 32 | SHA-256 digest of the token's secret |
/// | 16 | first half of the SHA-256 digest of the first half of the secret |
/// | 16 | first half of the digest of the token before this one; zeros for none |
/// | 8, 8, 8, 8 | created; start of the absolute limit; last token issued; last active |
/// | 1 | flags: 1 stays signed in |
/// | 1 | factors proved: 1 password, 2 one-time code, 4 recovery code |
/// | 8 each | when each of them was proved, in this order |
/// | 4 | length of the label, at most 128 |
/// | | the label in UTF-8 |
///
/// `Debug` leaves out the subject and the labels.
#[derive(Clone, Default, Eq, PartialEq)]
pub struct State {
    pub(super) epoch: Epoch,
    pub(super) subject: String,
    pub(super) sessions: Vec<Session>,
}

/// One session; its label borrowed, where it has just been read.
#[derive(Clone, Eq, PartialEq)]
pub(super) struct Session<Label = String> {
    pub(super) id: Id,
    digest: Digest,
    /// What all tokens that it ever had are known by.
    family: HalfDigest,
    /// The token before the present one.
    previous: HalfDigest,
    pub(super) created: Timestamp,
    /// When the absolute limit began: at the start, or when the person authenticated again.
    pub(super) limit_from: Timestamp,
    /// Since when it has its present token.
    pub(super) issued: Timestamp,
    pub(super) last_active: Timestamp,
    pub(super) stays: bool,
    pub(super) proofs: Proofs,
    pub(super) label: Label,
}

/// What a token is to a session that knows it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Known {
    /// Its token.
    Present,
    /// The one before.
    Previous,
    /// One before that.
    Former,
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
    ///
    /// `subject` is an account's number or name, in the one form that the application uses for it, of
    /// 1 to 256 bytes: [`Live::subject`](super::Live::subject) will say it of every session.
    pub fn begin(&self, subject: &str, now: Timestamp) -> SignIn {
        SignIn::new(subject, self.epoch, now)
    }

    /// Ends the session of this token; one that has ended already stays ended.
    ///
    /// A token that was replaced ends the session as well: whoever signs out while their token is
    /// being rotated is signed out.
    #[must_use]
    pub fn end_token(mut self, token: &Token) -> Self {
        let (digest, family) = (token.digest(), token.family());
        self.sessions
            .retain(|session| session.digest != digest && session.family != family);
        self
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
        e.u64(self.epoch.0).bytes(self.subject.as_bytes());
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
        let (epoch, subject) = Self::read(bytes, |session| sessions.push(session.into_owned()))?;
        Ok(Self {
            epoch,
            subject: subject.to_owned(),
            sessions,
        })
    }

    /// The subject and the session of a token in what [`State::encode`] wrote, if it is there; reads
    /// no other into memory.
    pub(super) fn look_at<'a>(
        bytes: &'a [u8],
        token: &Token,
    ) -> Result<Option<(&'a str, Session<&'a str>)>, encoding::Error> {
        let (digest, mut found) = (token.digest(), None);
        let (_, subject) = Self::read(bytes, |session| {
            if session.digest == digest {
                found = Some(session);
            }
        })?;
        Ok(found.map(|session| (subject, session)))
    }

    /// Reads a state session by session.
    fn read<'a>(
        bytes: &'a [u8],
        mut each: impl FnMut(Session<&'a str>),
    ) -> Result<(Epoch, &'a str), encoding::Error> {
        let mut d = Decoder::new(bytes, VERSION)?;
        let (epoch, subject) = (Epoch(d.u64()?), d.text(SUBJECT_LEN)?);
        for _ in 0..d.len(SESSIONS_LIMIT)? {
            each(Session::decode(&mut d)?);
        }
        d.finish()?;
        Ok((epoch, subject))
    }

    /// Whether nothing need be kept: no session, and nothing was ever ended all at once.
    pub(super) fn is_blank(&self) -> bool {
        self.sessions.is_empty() && self.epoch == Epoch::default()
    }

    /// The session that knows a token. Every session is looked at, so that the time does not tell
    /// which one it was.
    pub(super) fn find_mut(&mut self, token: &Token) -> Option<(&mut Session, Known)> {
        let digest = token.digest();
        let present = self.position(|session| session.digest == digest);
        let (at, known) = match present {
            Some(at) => (at, Known::Present),
            None => {
                let family = token.family();
                let at = self.position(|session| session.family == family)?;
                (at, self.sessions.get(at)?.replaced(&digest))
            }
        };
        self.sessions.get_mut(at).map(|session| (session, known))
    }

    fn position(&self, which: impl Fn(&Session) -> bool) -> Option<usize> {
        let sessions = self.sessions.iter().enumerate();
        sessions.fold(
            None,
            |found, (at, session)| {
                if which(session) { Some(at) } else { found }
            },
        )
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
        let oldest = self.sessions.iter().map(|session| session.created).min();
        let at = self.sessions.iter().position(|s| Some(s.created) == oldest);
        if let Some(at) = at {
            self.sessions.remove(at);
        }
    }
}

impl Session {
    pub(super) fn new(id: Id, token: &Token, sign_in: &SignIn, now: Timestamp) -> Self {
        Self {
            digest: token.digest(),
            family: token.family(),
            stays: sign_in.stays,
            proofs: sign_in.proofs.at_most(now).and(sign_in.factors, now),
            label: sign_in.label.clone(),
            ..Self::bare(id, now)
        }
    }

    /// One that no token opens and nothing is known of, for the sealed form to fill in.
    pub(super) fn bare(id: Id, created: Timestamp) -> Self {
        Self {
            id,
            digest: Digest([0; 32]),
            family: HalfDigest([0; 16]),
            previous: HalfDigest([0; 16]),
            created,
            limit_from: created,
            issued: created,
            last_active: created,
            stays: false,
            proofs: Proofs::default(),
            label: String::new(),
        }
    }

    /// Which token of its family this is, that is not the present one.
    fn replaced(&self, digest: &Digest) -> Known {
        if self.previous == digest.half() {
            Known::Previous
        } else {
            Known::Former
        }
    }

    /// Takes another token in place of the present one.
    pub(super) fn replace(&mut self, token: &Token, now: Timestamp) {
        self.previous = self.digest.half();
        self.digest = token.digest();
        self.issued = now;
    }

    /// Somebody has just proved again who they are: both limits start anew.
    pub(super) fn prove(&mut self, factors: Factors, now: Timestamp) {
        self.proofs = self.proofs.and(factors, now);
        self.limit_from = self.limit_from.max(now);
        self.last_active = self.last_active.max(now);
    }

    fn encode(&self, e: &mut Encoder) {
        e.u64(self.id.0);
        e.array(&self.digest.0).array(&self.family.0);
        e.array(&self.previous.0);
        e.time(self.created).time(self.limit_from);
        e.time(self.issued).time(self.last_active);
        e.u8(if self.stays { STAYS } else { 0 });
        self.proofs.encode(e);
        e.bytes(self.label.as_bytes());
    }
}

impl<'a> Session<&'a str> {
    fn decode(d: &mut Decoder<'a>) -> Result<Self, encoding::Error> {
        let session = Self {
            id: Id(d.u64()?),
            digest: Digest(d.array()?),
            family: HalfDigest(d.array()?),
            previous: HalfDigest(d.array()?),
            created: d.time()?,
            limit_from: d.time()?,
            issued: d.time()?,
            last_active: d.time()?,
            stays: match d.u8()? {
                0 => false,
                STAYS => true,
                _ => return Err(encoding::Error::Damaged),
            },
            proofs: Proofs::decode(d)?,
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
            family: self.family,
            previous: self.previous,
            created: self.created,
            limit_from: self.limit_from,
            issued: self.issued,
            last_active: self.last_active,
            stays: self.stays,
            proofs: self.proofs,
            label: self.label.to_owned(),
        }
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("epoch", &self.epoch)
            .field("sessions", &self.sessions)
            .finish_non_exhaustive()
    }
}

impl<Label> fmt::Debug for Session<Label> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("id", &self.id)
            .field("created", &self.created)
            .field("limit_from", &self.limit_from)
            .field("issued", &self.issued)
            .field("last_active", &self.last_active)
            .field("stays", &self.stays)
            .field("proofs", &self.proofs)
            .finish_non_exhaustive()
    }
}
