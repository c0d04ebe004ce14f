//! What is stored of one person's password.

use core::iter;

use super::{Error, Hash, Hasher, Password, Period, hash::Comparison};
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
/// Encoded, it is a version byte (1) and then: the hash (its text, then its form as a byte: 0 not
/// recorded, 1 NFC, 2 NFKC, 3 raw); the time of the change (0, or 1 and milliseconds since the epoch
/// as u64); whether it only serves beside a second factor (0 or 1); how many hashes before it stay
/// remembered whatever their age (a byte, at most 64); those hashes (their number as u32, the newest
/// first, each as the first and the time when it was replaced as u64); the reason why it must be
/// changed (0, or 1 and a byte: 1 reset by an administrator, 2 compromised, 3 too many failures, 4
/// chosen by somebody else, 5 without its second factor). Text is UTF-8 after its length as u32;
/// integers are big-endian.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct State {
    hash: Hash,
    changed_at: Option<Timestamp>,
    needs_second_factor: bool,
    /// How many of the history stay whatever their age: the greatest depth that was asked for, as
    /// far as there were so many when it was lowered.
    depth: u8,
    history: Vec<Former>,
    must_change: Option<Reason>,
}

/// A password before the present one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Former {
    hash: Hash,
    replaced_at: Timestamp,
}

impl Former {
    /// Its hash.
    #[must_use]
    pub const fn hash(&self) -> &Hash {
        &self.hash
    }

    /// Until when it served.
    #[must_use]
    pub const fn replaced_at(&self) -> Timestamp {
        self.replaced_at
    }
}

/// What a policy remembers: the newest so many, and what served within one of the periods.
#[derive(Debug)]
pub(super) struct Memory {
    pub(super) depth: u8,
    pub(super) periods: Vec<Period>,
}

impl Memory {
    /// Until when a password that was replaced at `at` may not come back, for its age.
    fn until(&self, at: Timestamp) -> Option<Timestamp> {
        self.periods.iter().map(|period| period.after(at)).max()
    }
}

impl State {
    /// A password that was hashed elsewhere, chosen at `changed_at`, or at a time that nobody knows
    /// (None), which a policy that lets passwords expire does not take for recent.
    #[must_use]
    pub const fn new(hash: Hash, changed_at: Option<Timestamp>) -> Self {
        Self {
            hash,
            changed_at,
            needs_second_factor: false,
            depth: 0,
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

    /// The passwords before this one, the newest first.
    #[must_use]
    pub fn history(&self) -> &[Former] {
        &self.history
    }

    /// Why the password must be changed, if it must.
    #[must_use]
    pub const fn must_change(&self) -> Option<Reason> {
        self.must_change
    }

    /// Whether the policy under which it was chosen admits it beside a second factor only. Of a
    /// password that was hashed elsewhere it does not say so.
    #[must_use]
    pub const fn needs_second_factor(&self) -> bool {
        self.needs_second_factor
    }

    /// From now on the password only serves to choose another. Of several reasons the gravest stays:
    /// see [`Reason`]. Asking twice is asking once.
    #[must_use]
    pub fn with_must_change(self, reason: Reason) -> Self {
        Self {
            must_change: self.must_change.max(Some(reason)),
            ..self
        }
    }

    /// The account no longer has a second factor: a password that only serves beside one must be
    /// changed ([`Reason::WithoutSecondFactor`]), any other is left as it is. Another second factor
    /// does not undo it.
    #[must_use]
    pub fn without_second_factor(self) -> Self {
        if self.needs_second_factor {
            self.with_must_change(Reason::WithoutSecondFactor)
        } else {
            self
        }
    }

    pub(super) fn with_needs_second_factor(self, needs_second_factor: bool) -> Self {
        Self {
            needs_second_factor,
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

    /// The state after a change to `hash`. Of the passwords before it those stay that `memory` asks
    /// for, and by number as many as were asked for until now where that is more, or all where they
    /// are fewer: a depth that is lowered forgets nothing that is remembered already.
    pub(super) fn changed(&self, hash: Hash, memory: &Memory, now: Timestamp) -> Self {
        let present = Former {
            hash: self.hash.clone(),
            replaced_at: now,
        };
        let all = u8::try_from(self.history.len()).map_or(u8::MAX, |len| len.saturating_add(1));
        let depth = memory.depth.max(self.depth.min(all));
        let mut next = Self {
            depth,
            ..Self::new(hash, Some(now))
        };
        next.history = iter::once(present)
            .chain(self.history.iter().cloned())
            .collect();
        next.history = next.remembered(memory, now).cloned().collect();
        next.history.truncate(HISTORY_LIMIT);
        next
    }

    /// The passwords before the present one that may not come back.
    fn remembered(&self, memory: &Memory, now: Timestamp) -> impl Iterator<Item = &Former> {
        let depth = usize::from(memory.depth.max(self.depth));
        let stays = move |(index, former): (usize, &Former)| {
            index < depth
                || memory
                    .until(former.replaced_at)
                    .is_some_and(|until| until > now)
        };
        let indexed = self.history.iter().enumerate();
        indexed
            .filter(move |(i, former)| stays((*i, former)))
            .map(|(_, former)| former)
    }

    /// Whether `password` is the present one or a remembered one. Of a hash that cannot be used
    /// nobody can tell.
    pub(super) fn remembers(
        &self,
        hasher: &Hasher,
        password: &Password,
        memory: &Memory,
        unusable: Unusable,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let former = self.remembered(memory, now).map(Former::hash);
        for hash in iter::once(&self.hash).chain(former) {
            match hasher.compare(password, hash) {
                Ok(Comparison::Same) => return Ok(true),
                Ok(Comparison::Different) => {}
                // for a while only: not a fault of the hash
                Err(error @ (Error::Busy { .. } | Error::Memory)) => return Err(error),
                Err(error) => match unusable {
                    Unusable::Refuse => return Err(error),
                    Unusable::Skip => {}
                },
            }
        }
        Ok(false)
    }

    /// How many passwords a new one is compared with.
    pub(super) fn remembered_len(&self, memory: &Memory, now: Timestamp) -> usize {
        self.remembered(memory, now).count().saturating_add(1)
    }

    /// Until when a change would forget a password that may not come back, because so many are
    /// remembered.
    pub(super) fn full_until(&self, memory: &Memory, now: Timestamp) -> Option<Timestamp> {
        let last = HISTORY_LIMIT.saturating_sub(1);
        memory.until(self.remembered(memory, now).nth(last)?.replaced_at)
    }

    /// The bytes to store.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut e = Encoder::new(VERSION);
        self.hash.write(&mut e);
        e.option(self.changed_at, |e, at| {
            e.time(at);
        });
        e.u8(u8::from(self.needs_second_factor)).u8(self.depth);
        e.list(&self.history, |e, former| {
            former.hash.write(e);
            e.time(former.replaced_at);
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
            needs_second_factor: read_flag(&mut d)?,
            depth: read_depth(&mut d)?,
            history: d.list(HISTORY_LIMIT, read_former)?,
            must_change: d.option(|d| Reason::from_byte(d.u8()?))?,
        };
        d.finish()?;
        Ok(state)
    }
}

fn read_flag(d: &mut Decoder<'_>) -> Result<bool, encoding::Error> {
    match d.u8()? {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(encoding::Error::Damaged),
    }
}

fn read_depth(d: &mut Decoder<'_>) -> Result<u8, encoding::Error> {
    let depth = d.u8()?;
    if usize::from(depth) > HISTORY_LIMIT {
        return Err(encoding::Error::Damaged);
    }
    Ok(depth)
}

fn read_former(d: &mut Decoder<'_>) -> Result<Former, encoding::Error> {
    Ok(Former {
        hash: Hash::read(d)?,
        replaced_at: d.time()?,
    })
}

/// What to make of a remembered hash that cannot be used.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Unusable {
    Refuse,
    Skip,
}

/// Why a password must be changed before it opens anything, the least grave first: where several
/// apply, the gravest is told.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Reason {
    /// Somebody else chose it: the first password of a new account.
    ChosenByAnother,
    /// It is too short to be the only factor, and there is no other any more.
    WithoutSecondFactor,
    /// It was guessed at too often.
    TooManyFailures,
    /// An administrator asked for it.
    ResetByAdministrator,
    /// Somebody else may know it.
    Compromised,
}

impl Reason {
    const fn byte(self) -> u8 {
        match self {
            Self::ResetByAdministrator => 1,
            Self::Compromised => 2,
            Self::TooManyFailures => 3,
            Self::ChosenByAnother => 4,
            Self::WithoutSecondFactor => 5,
        }
    }

    const fn from_byte(byte: u8) -> Result<Self, encoding::Error> {
        match byte {
            1 => Ok(Self::ResetByAdministrator),
            2 => Ok(Self::Compromised),
            3 => Ok(Self::TooManyFailures),
            4 => Ok(Self::ChosenByAnother),
            5 => Ok(Self::WithoutSecondFactor),
            _ => Err(encoding::Error::Damaged),
        }
    }
}
