//! What is stored of one person.

use core::fmt;

use unicode_normalization::UnicodeNormalization;

use super::{
    Error, begun::Begun, guesses::Guesses, lanes::Lanes, mandates::Bound, ticket::Tickets,
};
use crate::{
    Timestamp,
    attempts::{Device, Lock},
    encoding::{self, Decoder, Encoder},
    password, rbac,
    session::{self, Handle},
    totp::{
        Authenticators,
        authenticators::{Authenticator, Id},
        recovery,
    },
};

const VERSION: u8 = 1;
/// The longest e-mail address that SMTP can deliver to (RFC 5321 §4.5.3.1.3).
const LOGIN_LEN: usize = 254;
/// The longest stored part; each part has its own, narrower bounds.
const PART_LEN: usize = 512 * 1024;

/// The name a person signs in with: an e-mail address or a short name, in NFC and lower case.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Login(String);

impl Login {
    /// Folds a name as it is typed to the one form that is stored.
    ///
    /// # Errors
    ///
    /// [`Error::Login`] when it is empty, over 254 bytes, or has white space or control characters.
    pub fn parse(name: &str) -> Result<Self, Error> {
        // bounded before it is folded, too: folding costs memory
        if name.len() > LOGIN_LEN {
            return Err(Error::Login);
        }
        let folded = fold(name);
        let refused = |c: char| c.is_whitespace() || c.is_control();
        let fits = (1..=LOGIN_LEN).contains(&folded.len()) && !folded.chars().any(refused);
        // what is stored must be found again under its own name
        if fits && fold(&folded) == folded {
            Ok(Self(folded))
        } else {
            Err(Error::Login)
        }
    }

    /// Reads a stored name, which stands in its one form.
    fn decode(stored: &str) -> Result<Self, encoding::Error> {
        match Self::parse(stored) {
            Ok(login) if login.0 == stored => Ok(login),
            _ => Err(encoding::Error::Damaged),
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn handle(&self) -> Handle {
        Handle::of(&self.0)
    }

    /// What a password must not contain: the name, and what stands before its `@`.
    pub(super) fn context(&self) -> [&str; 2] {
        [
            &self.0,
            self.0.split_once('@').map_or(&self.0, |(local, _)| local),
        ]
    }
}

fn fold(name: &str) -> String {
    name.nfc().flat_map(char::to_lowercase).nfc().collect()
}

impl fmt::Display for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether an account may be used.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Status {
    /// It may.
    Active,
    /// It may not, since this time.
    Disabled(Timestamp),
}

/// One person's record.
///
/// Encoded as: version 1; login after its length u32; status (0 active, 1 disabled and since when);
/// then after their lengths u32: password, authenticators, recovery codes (optional), each in its own
/// versioned form; wrong codes: for how many authenticators u32, then for each its number u32 and its
/// attempts; mandates: how many u32, then for each the population, since when it binds u64 and
/// sign-ins since u32; attempts of strangers, of those who are signed in, and of devices: how many
/// u32, then for each its number as text and its attempts; sessions; grants; tickets: their number u32,
/// then for each SHA-256 digest, purpose u8 (1 second factor, 2 enrolment, 3 password change, 4 reset),
/// expiry u64, what was proved before it: factors u8, and for each of them when u64; 0, or 1 and the
/// number of the device that it began on; authenticators that await their first code: how many u32,
/// then for each its number u32 and who began it: 1 and the session's number u64, or 2 and the
/// ticket's SHA-256 digest. Times are milliseconds.
#[derive(Clone, Debug)]
pub struct State {
    pub(super) login: Login,
    pub(super) status: Status,
    pub(super) password: password::State,
    pub(super) authenticators: Authenticators,
    pub(super) guesses: Guesses,
    pub(super) recovery: Option<recovery::State>,
    pub(super) bound: Vec<Bound>,
    pub(super) lanes: Lanes,
    pub(super) sessions: session::State,
    pub(super) grants: rbac::Grants,
    pub(super) tickets: Tickets,
    pub(super) begun: Begun,
}

impl State {
    pub(super) fn new(login: Login, password: password::State, grants: rbac::Grants) -> Self {
        Self {
            login,
            status: Status::Active,
            password,
            authenticators: Authenticators::default(),
            guesses: Guesses::default(),
            recovery: None,
            bound: Vec::new(),
            lanes: Lanes::default(),
            sessions: session::State::default(),
            grants,
            tickets: Tickets::default(),
            begun: Begun::default(),
        }
    }

    /// The name.
    #[must_use]
    pub fn login(&self) -> &Login {
        &self.login
    }

    /// Whether the account may be used.
    #[must_use]
    pub fn status(&self) -> Status {
        self.status
    }

    /// The password's hash, history and dates.
    #[must_use]
    pub fn password(&self) -> &password::State {
        &self.password
    }

    /// The authenticators: those that are confirmed and those that await their first code. Their
    /// secrets cannot be had from here.
    #[must_use]
    pub fn authenticators(&self) -> &Authenticators {
        &self.authenticators
    }

    /// Why the way in of strangers, of all that are no known device, is locked and since when; a
    /// cool-off may be over since. None while it is open. [`Accounts::unlock`] opens it, and a reset.
    ///
    /// [`Accounts::unlock`]: super::Accounts::unlock
    #[must_use]
    pub fn lock(&self) -> Option<Lock> {
        self.lanes.strangers_lock()
    }

    /// The authenticators that had too many wrong codes and take no more: others have to take their
    /// place.
    #[must_use]
    pub fn rebinding_required(&self) -> Vec<Id> {
        let ids = self.authenticators.iter().map(Authenticator::id);
        ids.filter(|id| self.guesses.needs_rebinding(*id)).collect()
    }

    /// How many recovery codes have not been used.
    #[must_use]
    pub fn recovery_codes_left(&self) -> usize {
        self.recovery.as_ref().map_or(0, recovery::State::remaining)
    }

    /// The roles.
    pub fn grants(&self) -> &rbac::Grants {
        &self.grants
    }

    /// Whether this device has signed in with the password that there is now. Whoever had one before
    /// is a stranger: a change of the password ends what a thief of the old one took along.
    pub(super) fn knows(&self, device: &Device) -> bool {
        let changed = self.password.changed_at();
        changed.is_none_or(|changed| changed <= device.issued())
    }

    /// Whether a second factor has been confirmed.
    pub(super) fn has_factor(&self) -> bool {
        self.authenticators.is_any_confirmed()
    }

    /// Other authenticators; what was known of those that are gone is forgotten.
    pub(super) fn set_authenticators(&mut self, authenticators: Authenticators) {
        self.guesses.keep(&authenticators);
        self.begun.keep(&authenticators);
        self.authenticators = authenticators;
    }

    /// Ends every session, every ticket and every sign-in under way.
    pub(super) fn end_everything(&mut self, now: Timestamp) -> (usize, usize) {
        let (sessions, ended) = core::mem::take(&mut self.sessions).end_all(now);
        self.sessions = sessions;
        (ended, self.end_under_way(now))
    }

    /// Ends what was begun and awaits another step: every ticket, and every authenticator that awaits
    /// its first code. Says how many tickets there were.
    pub(super) fn end_under_way(&mut self, now: Timestamp) -> usize {
        let authenticators = core::mem::take(&mut self.authenticators);
        self.set_authenticators(authenticators.without_pending());
        self.tickets.end_all(now)
    }

    /// The bytes to store. They hold the secrets of the authenticators.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut e = Encoder::new(VERSION);
        e.bytes(self.login.0.as_bytes());
        let disabled = match self.status {
            Status::Active => None,
            Status::Disabled(since) => Some(since),
        };
        e.option(disabled, |e, since| {
            e.time(since);
        });
        e.bytes(&self.password.encode());
        e.bytes(&self.authenticators.encode());
        e.option(self.recovery.as_ref(), |e, recovery| {
            e.bytes(&recovery.encode());
        });
        self.guesses.encode(&mut e);
        e.list(&self.bound, |e, bound| bound.encode(e));
        self.lanes.encode(&mut e);
        e.bytes(&self.sessions.encode());
        e.bytes(&self.grants.encode());
        self.tickets.encode(&mut e);
        self.begun.encode(&mut e);
        e.finish()
    }

    /// Reads what [`State::encode`] wrote.
    ///
    /// # Errors
    ///
    /// [`Error::State`], or that of the part which cannot be read.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut d = Decoder::new(bytes, VERSION)?;
        let login = d.text(LOGIN_LEN)?;
        let state = Self {
            login: Login::decode(login)?,
            status: d
                .option(Decoder::time)?
                .map_or(Status::Active, Status::Disabled),
            password: password::State::decode(d.bytes(PART_LEN)?)?,
            authenticators: Authenticators::decode(d.bytes(PART_LEN)?)?,
            recovery: d.option(|d| Ok::<_, Error>(recovery::State::decode(d.bytes(PART_LEN)?)?))?,
            guesses: Guesses::decode(&mut d)?,
            bound: Bound::decode_all(&mut d)?,
            lanes: Lanes::decode(&mut d)?,
            sessions: session::State::decode(d.bytes(PART_LEN)?)?,
            grants: rbac::Grants::decode(d.bytes(PART_LEN)?)?,
            tickets: Tickets::decode(&mut d)?,
            begun: Begun::decode(&mut d)?,
        };
        d.finish()?;
        Ok(state)
    }
}
