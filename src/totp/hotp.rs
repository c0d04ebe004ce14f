//! Counter-based codes (HOTP, RFC 4226), which a token shows at the press of a button, each accepted
//! once.
//!
//! It goes as with one-time codes by the clock: a [`Policy`] makes a secret or takes over that of a
//! token ([`Policy::import`]), has it confirmed by a first code and checks codes from then on. In
//! place of the clock there is a counter, in the token and in the [`State`].
//!
//! # What this does not do
//!
//! It does not count wrong codes: put the module `attempts` in front. A code has no lifetime: one
//! that was read over a shoulder is good until it or a later one is used. Where there is a choice,
//! codes by the clock are better (NIST SP 800-63B-4 §3.1.4.2 asks for a lifetime of those alone).
//!
//! # Security
//!
//! A token counts each press, the server each code that it takes, so codes of the next counts are
//! accepted too, as few as possible (RFC 4226 §7.4): with six digits and five counts ahead, a guess
//! is right six times in a million. All are computed, and as many before, and compared in constant
//! time. Of those that match the last one counts, and no code of that count or one before it is
//! accepted again (§7.2). A used code that is among those compared is
//! [`Error::Replayed`], apart from [`Error::Wrong`].
//!
//! # Example
//!
//! ```
//! use portcullis::{Timestamp, totp::{Error, hotp::{Policy, Uri}}};
//!
//! let policy = Policy::default();
//! let token: Uri = "otpauth://hotp/Example:ada?secret=2XGARX5XHYJDNNYXAPHSRGJQGCLPYJCB&counter=9".parse()?;
//! let pending = policy.import(&token, Timestamp::now())?.into_state();
//! let state = policy.confirm(&pending, &token.code_at(9), Timestamp::now())?;
//! // pressed in a pocket four times
//! let state = policy.verify(&state, &token.code_at(14))?.into_state();
//! assert_eq!(policy.verify(&state, &token.code_at(14)), Err(Error::Replayed));
//! assert_eq!(policy.verify(&state, &token.code_at(21)), Err(Error::Wrong));
//! # Ok::<(), Error>(())
//! ```

mod parameters;
mod policy;
mod state;
mod uri;

pub use parameters::Parameters;
pub use policy::Policy;
pub use state::State;
use state::Status;
pub use uri::Uri;

use super::{Error, Imported, Secret, code::Typed};
use crate::Timestamp;

impl Policy {
    /// Makes a new secret: the state that awaits its first code, and the URI for the app, to be
    /// shown once. `issuer` and `account` are what the app shows beside its codes. The counter
    /// starts at 0.
    ///
    /// # Errors
    ///
    /// [`Error::Issuer`], [`Error::Account`], [`Error::Randomness`].
    pub fn enrol(
        &self,
        issuer: &str,
        account: &str,
        now: Timestamp,
    ) -> Result<(State, Uri), Error> {
        let uri = Uri::new(issuer, account, self.parameters, Secret::generate()?, 0)?;
        Ok((self.pending(&uri, now), uri))
    }

    /// Takes over a secret that somebody else made, with the URI's own parameters and counter, and
    /// says what is weak about it. It awaits a first code like any other.
    ///
    /// # Errors
    ///
    /// [`Error::Weak`] for what [`Policy::with_import`] refuses.
    pub fn import(&self, uri: &Uri, now: Timestamp) -> Result<Imported<State>, Error> {
        let weaknesses = self.import.check(uri.secret())?;
        Ok(Imported::new(self.pending(uri, now), weaknesses))
    }

    fn pending(&self, uri: &Uri, now: Timestamp) -> State {
        State {
            secret: uri.secret().clone(),
            parameters: uri.parameters(),
            status: Status::Pending {
                expires: now.saturating_add(self.enrolment),
            },
            next: uri.counter(),
        }
    }

    /// Confirms an enrolment by a code of the token, which is thereby used up.
    ///
    /// # Errors
    ///
    /// [`Error::EnrolmentExpired`], [`Error::AlreadyConfirmed`], [`Error::Malformed`],
    /// [`Error::Wrong`], [`Error::Replayed`] for a code before the counter, [`Error::Exhausted`].
    pub fn confirm(&self, state: &State, code: &str, now: Timestamp) -> Result<State, Error> {
        match state.status {
            Status::Confirmed => Err(Error::AlreadyConfirmed),
            Status::Pending { expires } if now >= expires => Err(Error::EnrolmentExpired),
            Status::Pending { .. } => Ok(self.accept(state, code)?.into_state()),
        }
    }

    /// Checks a code of a confirmed token. It is used up when the state in the answer is stored.
    ///
    /// # Errors
    ///
    /// [`Error::NotConfirmed`], [`Error::Malformed`], [`Error::Wrong`], [`Error::Replayed`],
    /// [`Error::Exhausted`].
    pub fn verify(&self, state: &State, code: &str) -> Result<Accepted, Error> {
        state.require_confirmed()?;
        self.accept(state, code)
    }

    /// Finds a token that was pressed too often, by two codes that it shows one after the other, and
    /// takes them as [`Policy::verify`] takes one: both are used up (RFC 4226 §7.4).
    ///
    /// They are looked for as far ahead as [`Policy::with_resynchronisation`] says. It counts as one
    /// attempt: of 10¹² pairs of six digits it accepts at most 1,000, so that a guess at it is less
    /// likely to be right than one at a code.
    ///
    /// # Errors
    ///
    /// [`Error::NotConfirmed`], [`Error::Malformed`]; [`Error::Wrong`] unless the second is the code
    /// of the count after that of the first; [`Error::Replayed`] if one of them was used;
    /// [`Error::Exhausted`].
    pub fn resynchronise(
        &self,
        state: &State,
        first: &str,
        second: &str,
    ) -> Result<Accepted, Error> {
        state.require_confirmed()?;
        let digits = state.parameters.digits();
        let (first, second) = (Typed::new(first, digits)?, Typed::new(second, digits)?);
        let counts = self.counts(state, self.resynchronisation)?;
        let second = state.codes().newest_pair([&first, &second], counts);
        let second = second.ok_or(Error::Wrong)?;
        // the first of the two is of the count before
        state.require_unused(second.saturating_sub(1))?;
        state.used_up_to(second)
    }

    fn accept(&self, state: &State, code: &str) -> Result<Accepted, Error> {
        let code = Typed::new(code, state.parameters.digits())?;
        let counts = self.counts(state, self.look_ahead.into())?;
        let count = state.codes().newest_match(&code, counts);
        state.used_up_to(count.ok_or(Error::Wrong)?)
    }
}

/// A code was right and had not been used.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use = "the code can be used again until the new state is stored"]
pub struct Accepted {
    state: State,
    count: u64,
}

impl Accepted {
    /// The state to store in place of the one that was asked.
    #[must_use]
    pub fn into_state(self) -> State {
        self.state
    }

    /// The same, to look at.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The count whose code it was. No code of this or of an earlier count will be accepted.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }
}
