//! Several authenticators of one person: the phone, the tablet, the key in the drawer.
//!
//! [`Authenticators`] is what a person's account remembers of them. Each has a number that is never
//! used again, a label for the list, and its own [`State`]. [`Authenticators::add`] takes one that
//! awaits its first code, [`Authenticators::confirm`] that code, and [`Authenticators::verify`]
//! checks a code against all that are confirmed. Each step borrows what is stored and returns what
//! is to be stored in its place.
//!
//! # Security
//!
//! Who adds an authenticator beside another, replaces one or removes one decides who gets in, so
//! these steps ask when the person last proved who they are, and refuse what is older than
//! [`Policy::with_reauthentication`] says (OWASP ASVS 5.0 7.5.1, NIST SP 800-63B-4 §4.1.2): a session
//! that was left open changes nothing. A replaced one serves until the new one is confirmed and goes
//! in the same step. A code is compared with those of every authenticator, so that the time tells
//! nothing about which, and where it is of several it is used up at each. One secret stands in a set
//! once.
//!
//! # Example
//!
//! ```
//! use portcullis::{Timestamp, totp::{Authenticators, Error, Policy}};
//!
//! let policy = Policy::back_office();
//! let nine = Timestamp::from_secs(1_795_251_600);
//! let (pending, phone) = policy.enrol("Example Ltd", "ada", nine)?;
//! let (set, id) = Authenticators::default().add(&policy, "phone", pending, nine, nine)?;
//! let set = set.confirm(&policy, id, &phone.code_at(nine), nine)?;
//!
//! // a second one, in a session whose sign-in is four minutes old
//! let later = Timestamp::from_secs(1_795_251_840);
//! let (pending, tablet) = policy.enrol("Example Ltd", "ada", later)?;
//! let (set, id) = set.add(&policy, "tablet", pending, nine, later)?;
//! let set = set.confirm(&policy, id, &tablet.code_at(later), later)?;
//! let accepted = set.verify(&policy, &phone.code_at(later), later)?;
//! let set = accepted.into_authenticators(); // to be stored before anybody is let in
//! assert_eq!(set.verify(&policy, &phone.code_at(later), later), Err(Error::Replayed));
//! # Ok::<(), Error>(())
//! ```

mod entry;

use core::time::Duration;

pub use entry::{Authenticator, Id};

use super::{Error, Policy, State, state::Status};
use crate::{
    Timestamp,
    encoding::{self, Decoder, Encoder},
};

const VERSION: u8 = 1;
/// Authenticators of one person: more than anybody carries, and a code is compared with each.
const MAX: usize = 8;
/// How many may await their first code at a time: a page that was loaded again, on two devices.
const MAX_PENDING: usize = 3;
/// How old a proof of who somebody is may be where authenticators change: time to find the page.
/// OWASP ASVS 5.0 7.5.1 asks for an authentication of its own and names no number.
pub(super) const REAUTHENTICATION: Duration = Duration::from_secs(5 * 60);
/// The bounds of that time.
const REAUTHENTICATIONS: core::ops::RangeInclusive<Duration> =
    Duration::from_secs(30)..=Duration::from_secs(60 * 60);

impl Policy {
    /// Lets authenticators be changed until a proof of who the person is has become `age` old, from
    /// 30 seconds to an hour; at exactly that age it is too old. Five minutes if nothing is said.
    ///
    /// # Errors
    ///
    /// [`Error::ReauthenticationTime`] outside that range.
    pub fn with_reauthentication(self, age: Duration) -> Result<Self, Error> {
        if !REAUTHENTICATIONS.contains(&age) {
            return Err(Error::ReauthenticationTime);
        }
        Ok(Self {
            reauthentication: age,
            ..self
        })
    }

    /// How old a proof of who the person is may be where authenticators change.
    #[must_use]
    pub fn reauthentication(&self) -> Duration {
        self.reauthentication
    }

    /// Whether who proved at this time who they are may change how they get in: also asked before
    /// recovery codes are made anew.
    ///
    /// A time in the future counts as new if it is ahead by less than the bound: the clocks of two
    /// machines differ a little. Further ahead, its age is unknown.
    ///
    /// # Errors
    ///
    /// [`Error::NotReauthenticated`] when that was too long ago.
    pub fn require_recent(&self, reauthenticated: Timestamp, now: Timestamp) -> Result<(), Error> {
        let (ago, ahead) = (
            now.saturating_since(reauthenticated),
            reauthenticated.saturating_since(now),
        );
        if ago.max(ahead) < self.reauthentication {
            Ok(())
        } else {
            Err(Error::NotReauthenticated)
        }
    }
}

/// Whether a person may be left without any authenticator.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum IfLast {
    /// The last one stays: a second factor is required, or nothing says otherwise.
    Refuse,
    /// It may go: the person may sign in without.
    Remove,
}

/// One person's authenticators, at most eight that are confirmed or new and of those and of
/// replacements at most three that await their first code.
///
/// The encoded bytes hold the secrets, as those of a [`State`] do.
///
/// Encoded as: version 1; the highest number given out u32; how many there are u32, then for each,
/// by ascending number: number u32; label after its length u32; created u64; 0, or 1 and when a code
/// was last accepted u64; 0, or 1 and the number of the one it replaces u32; its [`State`] after its
/// length u32. Times are milliseconds, integers big-endian.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Authenticators {
    last_id: u32,
    // INVARIANT: by ascending id; what is replaced is confirmed and stands in the list.
    entries: Vec<Authenticator>,
}

impl Authenticators {
    /// Takes one that awaits its first code, as [`Policy::enrol`] or [`Policy::import`] made it, and
    /// gives it a number. Those whose time to be confirmed is over make room.
    ///
    /// `label` is what the person calls it, up to 128 bytes. `reauthenticated` is when they last
    /// proved who they are: for the first authenticator by the password, or a session that was left
    /// open would do to lock its owner out.
    ///
    /// # Errors
    ///
    /// [`Error::NotReauthenticated`], [`Error::Label`], [`Error::AlreadyConfirmed`],
    /// [`Error::EnrolmentExpired`], [`Error::SameSecret`], [`Error::TooManyAuthenticators`].
    pub fn add(
        &self,
        policy: &Policy,
        label: &str,
        pending: State,
        reauthenticated: Timestamp,
        now: Timestamp,
    ) -> Result<(Self, Id), Error> {
        policy.require_recent(reauthenticated, now)?;
        self.with_pending(label, None, pending, now)
    }

    /// The same for one that takes the place of another, which serves until this one is confirmed.
    ///
    /// # Errors
    ///
    /// As [`Authenticators::add`], and [`Error::NoAuthenticator`] where none that is confirmed has
    /// the number `old`.
    pub fn replace(
        &self,
        policy: &Policy,
        old: Id,
        label: &str,
        pending: State,
        reauthenticated: Timestamp,
        now: Timestamp,
    ) -> Result<(Self, Id), Error> {
        policy.require_recent(reauthenticated, now)?;
        if !self.find(old)?.is_confirmed() {
            return Err(Error::NoAuthenticator);
        }
        self.with_pending(label, Some(old), pending, now)
    }

    /// Confirms one by a code of it, which is thereby used up. The one it replaces goes, and with it
    /// whatever else was to replace that. When the first one of all is confirmed, whatever else
    /// awaited its code goes: nobody had to prove who they are to begin it.
    ///
    /// # Errors
    ///
    /// [`Error::NoAuthenticator`], and those of [`Policy::confirm`].
    pub fn confirm(
        &self,
        policy: &Policy,
        id: Id,
        code: &str,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let entry = self.find(id)?;
        let confirmed = entry.confirmed(policy.confirm(&entry.state, code, now)?, now);
        let (first, old) = (!self.is_any_confirmed(), entry.replaces);
        let mut set = self.clone();
        set.put(&confirmed);
        if let Some(old) = old {
            set.drop_confirmed(old);
        }
        Ok(if first { set.without_pending() } else { set })
    }

    /// Checks a code against every authenticator that is confirmed. It is used up when the set in
    /// the answer is stored, at each that it is a code of.
    ///
    /// # Errors
    ///
    /// [`Error::Replayed`] for a right code that was used, [`Error::Wrong`] for one that is of none,
    /// [`Error::Malformed`] for what can be a code of none, [`Error::NotConfirmed`] where none is
    /// confirmed.
    pub fn verify(&self, policy: &Policy, code: &str, now: Timestamp) -> Result<Accepted, Error> {
        self.verify_among(policy, |_| true, code, now)
    }

    /// The same against some of them: where wrong codes are counted for each authenticator, one that
    /// has had too many is asked no more. [`Authenticators::candidates`] says which ones a wrong code
    /// counts against.
    ///
    /// # Errors
    ///
    /// The same; [`Error::NotConfirmed`] where none of these is confirmed.
    pub fn verify_among(
        &self,
        policy: &Policy,
        among: impl Fn(Id) -> bool,
        code: &str,
        now: Timestamp,
    ) -> Result<Accepted, Error> {
        let asked = self.iter().filter(|entry| among(entry.id));
        // every one is asked, whatever the others said
        let answers: Vec<_> = asked
            .map(|entry| (entry, policy.verify(&entry.state, code, now)))
            .collect();
        let mut accepted: Option<Accepted> = None;
        let mut refused = Error::NotConfirmed;
        for (entry, answer) in answers {
            match answer {
                Ok(right) => {
                    let so_far = accepted.get_or_insert_with(|| Accepted {
                        authenticators: self.clone(),
                        id: entry.id,
                    });
                    let used = entry.confirmed(right.into_state(), now);
                    so_far.authenticators.put(&used);
                }
                Err(error) if severity(&error) >= severity(&refused) => refused = error,
                Err(_) => {}
            }
        }
        accepted.ok_or(refused)
    }

    /// Finds one whose clock is out of the window, by two codes that it shows one after the other:
    /// [`Policy::resynchronise`]. Both are used up when the set in the answer is stored.
    ///
    /// # Errors
    ///
    /// [`Error::NoAuthenticator`], and those of [`Policy::resynchronise`].
    pub fn resynchronise(
        &self,
        policy: &Policy,
        id: Id,
        (first, second): (&str, &str),
        now: Timestamp,
    ) -> Result<Accepted, Error> {
        let entry = self.find(id)?;
        let found = policy.resynchronise(&entry.state, first, second, now)?;
        let mut authenticators = self.clone();
        authenticators.put(&entry.confirmed(found.into_state(), now));
        Ok(Accepted { authenticators, id })
    }

    /// The confirmed ones that this could be a code of, by its length and its characters. A code that
    /// is wrong or was used is wrong for each of them.
    #[must_use]
    pub fn candidates(&self, code: &str) -> Vec<Id> {
        let fits = |entry: &&Authenticator| entry.parameters().is_form_of(code);
        self.confirmed()
            .filter(fits)
            .map(Authenticator::id)
            .collect()
    }

    /// Removes one. One that awaits its first code goes without further ado. With a confirmed one
    /// goes what was to replace it.
    ///
    /// # Errors
    ///
    /// [`Error::NoAuthenticator`], [`Error::NotReauthenticated`], and [`Error::LastAuthenticator`]
    /// where `if_last` refuses it.
    pub fn remove(
        &self,
        policy: &Policy,
        id: Id,
        if_last: IfLast,
        reauthenticated: Timestamp,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let mut set = self.clone();
        if !self.find(id)?.is_confirmed() {
            set.entries.retain(|entry| entry.id != id);
            return Ok(set);
        }
        policy.require_recent(reauthenticated, now)?;
        if if_last != IfLast::Remove && self.confirmed().count() <= 1 {
            return Err(Error::LastAuthenticator);
        }
        set.drop_confirmed(id);
        Ok(set)
    }

    /// Without any, the numbers given out remembered: for somebody who has lost them all, and whom an
    /// administrator has recognised by other means (OWASP ASVS 5.0 6.4.4).
    #[must_use]
    pub fn remove_all(&self) -> Self {
        Self {
            last_id: self.last_id,
            entries: Vec::new(),
        }
    }

    /// Without those that await their first code: for when everything that is under way ends.
    #[must_use]
    pub fn without_pending(mut self) -> Self {
        self.entries.retain(Authenticator::is_confirmed);
        self
    }

    /// All of them, by number; those that await a first code, too.
    pub fn iter(&self) -> core::slice::Iter<'_, Authenticator> {
        self.entries.iter()
    }

    /// Whether a code of any would be accepted.
    #[must_use]
    pub fn is_any_confirmed(&self) -> bool {
        self.confirmed().next().is_some()
    }

    fn confirmed(&self) -> impl Iterator<Item = &Authenticator> {
        self.iter().filter(|entry| entry.is_confirmed())
    }

    fn find(&self, id: Id) -> Result<&Authenticator, Error> {
        let found = self.iter().find(|entry| entry.id == id);
        found.ok_or(Error::NoAuthenticator)
    }

    fn with_pending(
        &self,
        label: &str,
        replaces: Option<Id>,
        pending: State,
        now: Timestamp,
    ) -> Result<(Self, Id), Error> {
        match pending.status {
            Status::Confirmed { .. } => return Err(Error::AlreadyConfirmed),
            Status::Pending { expires } if now >= expires => return Err(Error::EnrolmentExpired),
            Status::Pending { .. } => {}
        }
        let mut set = self.clone();
        set.entries.retain(|entry| !entry.has_expired(now));
        let same = |entry: &Authenticator| entry.state.secret == pending.secret;
        if set
            .entries
            .iter()
            .fold(false, |any, entry| any | same(entry))
        {
            return Err(Error::SameSecret);
        }
        let last_id = self.last_id.checked_add(1);
        set.last_id = last_id.ok_or(Error::TooManyAuthenticators)?;
        let id = Id(set.last_id);
        let entry = Authenticator::new(id, label, replaces, pending, now)?;
        set.entries.push(entry);
        if set.is_bounded() {
            Ok((set, id))
        } else {
            Err(Error::TooManyAuthenticators)
        }
    }

    /// Puts an entry in the place of the one with its number.
    fn put(&mut self, new: &Authenticator) {
        for entry in self.entries.iter_mut().filter(|entry| entry.id == new.id) {
            *entry = new.clone();
        }
    }

    fn drop_confirmed(&mut self, id: Id) {
        self.entries
            .retain(|entry| entry.id != id && entry.replaces != Some(id));
    }

    /// A replacement is not one more, as it takes the place of one.
    fn is_bounded(&self) -> bool {
        let of_their_own = self.iter().filter(|entry| entry.replaces.is_none());
        let pending = self.iter().filter(|entry| !entry.is_confirmed());
        of_their_own.count() <= MAX && pending.count() <= MAX_PENDING
    }

    /// The bytes to store. They hold the secrets.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut e = Encoder::new(VERSION);
        e.u32(self.last_id)
            .list(&self.entries, |e, entry| entry.encode(e));
        e.finish()
    }

    /// Reads what [`Authenticators::encode`] wrote.
    ///
    /// # Errors
    ///
    /// [`encoding::Error`] for anything else.
    pub fn decode(bytes: &[u8]) -> Result<Self, encoding::Error> {
        let mut d = Decoder::new(bytes, VERSION)?;
        let set = Self {
            last_id: d.u32()?,
            entries: d.list(MAX.saturating_add(MAX_PENDING), Authenticator::decode)?,
        };
        d.finish()?;
        let ascending = set.entries.is_sorted_by(|a, b| a.id < b.id);
        let in_range = |entry: &Authenticator| (1..=set.last_id).contains(&entry.id.0);
        if ascending
            && set
                .iter()
                .all(|entry| in_range(entry) && set.is_consistent(entry))
            && set.is_bounded()
        {
            Ok(set)
        } else {
            Err(encoding::Error::Damaged)
        }
    }

    /// Only what awaits a code replaces another, and that one is confirmed; a code was accepted of
    /// what is confirmed.
    fn is_consistent(&self, entry: &Authenticator) -> bool {
        let replaces = match entry.replaces.map(|old| self.find(old)) {
            Some(Ok(old)) => old.is_confirmed() && !entry.is_confirmed(),
            Some(Err(_)) => false,
            None => true,
        };
        replaces && entry.is_confirmed() == entry.last_used.is_some()
    }
}

/// Which of several refusals a person is told: that the code was seen before all others.
fn severity(error: &Error) -> u8 {
    match error {
        Error::Replayed => 3,
        Error::Wrong => 2,
        Error::Malformed => 1,
        _ => 0,
    }
}

/// A code was right and had not been used.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use = "the code can be used again until the new set is stored"]
pub struct Accepted {
    authenticators: Authenticators,
    id: Id,
}

impl Accepted {
    /// The set to store in place of the one that was asked.
    #[must_use]
    pub fn into_authenticators(self) -> Authenticators {
        self.authenticators
    }

    /// The same, to look at.
    #[must_use]
    pub fn authenticators(&self) -> &Authenticators {
        &self.authenticators
    }

    /// Whose code it was; by chance one in a million, it is a code of several, and this the first.
    #[must_use]
    pub fn id(&self) -> Id {
        self.id
    }
}
