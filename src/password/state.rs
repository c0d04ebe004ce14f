//! What is stored of one person's password.

use core::iter;

use super::{Error, Hash, Hasher, Password};
use crate::{
    Timestamp,
    encoding::{self, Decoder, Encoder},
};

/// Format of [`State::encode`].
const VERSION: u8 = 1;
/// The most passwords that are remembered, beside the present one: a change of password computes
/// one hash for each.
pub(super) const HISTORY_LIMIT: usize = 64;

/// What is stored of one person's password: its hash, when it was chosen, the hashes before it, and
/// whether it must be changed. No password can be read from it.
///
/// Encoded, it is a version byte (1), the hash (its text, then its form as a byte: 0 not recorded, 1
/// NFC, 2 NFKC, 3 raw), the time of the change (0, or 1 and
/// milliseconds since the epoch as u64), the hashes before it (their number as u32, then each as
/// the first, the newest first) and the reason why it must be changed (0, or 1 and a byte: 1 reset by an
/// administrator, 2 compromised, 3 too many failures, 4 chosen by somebody else). Text is UTF-8
/// after its length as u32; integers are big-endian.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct State {
    hash: Hash,
    changed_at: Option<Timestamp>,
    history: Vec<Hash>,
    must_change: Option<Reason>,
}

impl State {
    /// A password that was hashed elsewhere, chosen at `changed_at`, or at a time that nobody knows
    /// (None), which a policy that lets passwords expire does not take for recent.
    #[must_use]
    pub const fn new(hash: Hash, changed_at: Option<Timestamp>) -> Self {
        Self {
            hash,
            changed_at,
            history: Vec::new(),
            must_change: None,
        }
    }

    /// The hash to verify against.
    #[must_use]
    pub const fn hash(&self) -> &Hash {
        &self.hash
    }

    /// When the password was chosen; None if nobody knows.
    #[must_use]
    pub const fn changed_at(&self) -> Option<Timestamp> {
        self.changed_at
    }

    /// The hashes of the passwords before this one, the newest first.
    #[must_use]
    pub fn history(&self) -> &[Hash] {
        &self.history
    }

    /// Why the password must be changed, if it must.
    #[must_use]
    pub const fn must_change(&self) -> Option<Reason> {
        self.must_change
    }

    /// From now on the password only serves to choose another.
    #[must_use]
    pub fn with_must_change(self, reason: Reason) -> Self {
        Self {
            must_change: Some(reason),
            ..self
        }
    }

    /// The same password, hashed anew: its age, its history and what is demanded of it stay. For
    /// [`Verified::needs_rehash`](super::Verified::needs_rehash); a new password goes through
    /// [`Policy::change`](super::Policy::change).
    #[must_use]
    pub fn with_hash(self, hash: Hash) -> Self {
        Self { hash, ..self }
    }

    /// The state after a change to `hash`. Of the hashes before it the newest `depth` are kept, or
    /// as many as were remembered until now where that is more: a policy that is lowered forgets
    /// nothing that is remembered already.
    pub(super) fn changed(&self, hash: Hash, depth: usize, now: Timestamp) -> Self {
        let keep = depth.max(self.history.len());
        let history = self.remembered().take(keep).cloned().collect();
        Self {
            history,
            ..Self::new(hash, Some(now))
        }
    }

    /// Whether `password` is the present one or a remembered one. A hash that cannot be read is an
    /// error: nobody can tell then.
    pub(super) fn remembers(&self, hasher: &Hasher, password: &Password) -> Result<bool, Error> {
        for hash in self.remembered() {
            match hasher.verify(password, Some(hash)) {
                Ok(_) => return Ok(true),
                Err(Error::Wrong) => {}
                // nothing was ever made of such a password
                Err(Error::Empty | Error::TooLong) => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        Ok(false)
    }

    /// How many passwords a new one is compared with.
    pub(super) fn remembered_len(&self) -> usize {
        self.history.len().saturating_add(1)
    }

    /// The present hash, then those before it.
    fn remembered(&self) -> impl Iterator<Item = &Hash> {
        iter::once(&self.hash).chain(&self.history)
    }

    /// The bytes to store.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut e = Encoder::new(VERSION);
        self.hash.write(&mut e);
        e.option(self.changed_at, |e, at| {
            e.time(at);
        });
        e.list(&self.history, |e, hash| {
            hash.write(e);
        });
        e.option(self.must_change, |e, reason| {
            e.u8(reason.byte());
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
            hash: Hash::read(&mut d)?,
            changed_at: d.option(Decoder::time)?,
            history: d.list(HISTORY_LIMIT, Hash::read)?,
            must_change: d.option(|d| Reason::from_byte(d.u8()?))?,
        };
        d.finish()?;
        Ok(state)
    }
}

/// Why a password must be changed before it opens anything.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Reason {
    /// An administrator asked for it.
    ResetByAdministrator,
    /// Somebody else may know it.
    Compromised,
    /// It was guessed at too often.
    TooManyFailures,
    /// Somebody else chose it: the first password of a new account.
    ChosenByAnother,
}

impl Reason {
    const fn byte(self) -> u8 {
        match self {
            Self::ResetByAdministrator => 1,
            Self::Compromised => 2,
            Self::TooManyFailures => 3,
            Self::ChosenByAnother => 4,
        }
    }

    const fn from_byte(byte: u8) -> Result<Self, encoding::Error> {
        match byte {
            1 => Ok(Self::ResetByAdministrator),
            2 => Ok(Self::Compromised),
            3 => Ok(Self::TooManyFailures),
            4 => Ok(Self::ChosenByAnother),
            _ => Err(encoding::Error::Damaged),
        }
    }
}
