//! Counts failed attempts on an account and asks for a password reset after the fifth in a row.
//!
//! An attempt is reserved before it is evaluated: [`Policy::begin`] takes a slot, then the slow hash
//! runs, then [`Policy::settle`] says how it went. Failures and slots together never exceed the
//! threshold, so of a hundred guesses that arrive in one moment five are evaluated and the others
//! are told to come back. One attempt at a time, this equals a plain counter.
//!
//! Everything is one small [`State`] for each account. [`Attempts`] keeps it in a
//! [`Store`](crate::store::Store); whoever keeps their own rows encodes the state into a column and
//! calls the same steps inside their own transaction.
//!
//! # What this does not do
//!
//! It never sleeps: [`Begin::Busy`] says when to come back. It does not know which accounts exist;
//! asking about every name that a stranger types keeps a record for each of them, so ask about
//! accounts that are there, and do the same slow work for a name that is not. Whoever knows a name
//! can bring its account to the reset, which is what five failures and a reset mean: live sessions
//! are not touched. The state is per account: one password tried on many accounts is not seen here.
//!
//! # Security
//!
//! The threat is online guessing, one at a time or in parallel (NIST SP 800-63B-4 §3.2.2, OWASP ASVS
//! 5.0 6.3.1). Only [`Outcome::Cleared`] lets anybody in. From the failure on that reaches the
//! threshold every attempt is refused, the right password too, until [`Policy::reset`]; no passing
//! of time reopens the account and refused attempts neither count nor extend. An attempt that is not
//! settled within the slot's lifetime is a failure: a client that hangs up gains no free guess.
//!
//! # Example
//!
//! ```
//! use portcullis::{Timestamp, attempts::{Attempts, Begin, Key, Outcome, Policy, Verdict}, store::Memory};
//!
//! let attempts = Attempts::new(Policy::back_office(), Memory::new(10_000));
//! let (ada, now) = (Key::account("ada")?, Timestamp::from_secs(1_795_251_600));
//!
//! for left in (0..5).rev() {
//!     let Begin::Allowed(slot) = attempts.begin(&ada, now)? else { panic!() };
//!     match attempts.settle(slot, Verdict::Failure, now)? { // the password was wrong
//!         Outcome::Counted { left: n } => assert_eq!(n, left),
//!         outcome => assert!(matches!(outcome, Outcome::ResetRequired { .. })),
//!     }
//! }
//! assert_eq!(attempts.begin(&ada, now)?, Begin::ResetRequired { since: now });
//! # Ok::<(), portcullis::attempts::Error>(())
//! ```

pub mod forwarded;
mod key;
mod reservation;
mod state;

use core::time::Duration;

pub use key::Key;
pub use reservation::{Attempts, Reservation};
pub use state::{Permit, State};

use crate::{Timestamp, encoding, store};

/// Consecutive failures after which a back office asks for a reset.
const BACK_OFFICE_THRESHOLD: u32 = 5;
/// The most that a policy may allow, and so the bound of a state: NIST SP 800-63B-4 §3.2.2 limits
/// consecutive failures to 100.
const THRESHOLD_LIMIT: u32 = 100;
/// How long an attempt may take from begin to settle: a slow hash in a queue takes seconds.
const SLOT_LIFETIME: Duration = Duration::from_secs(30);
/// The bounds of that time.
const SLOT_LIFETIMES: core::ops::RangeInclusive<Duration> =
    Duration::from_secs(1)..=Duration::from_secs(10 * 60);
/// When to come back from [`Begin::Busy`]: by then the hashes under way have usually ended.
const BUSY_WAIT: Duration = Duration::from_secs(1);

/// The rules for failed attempts.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Policy {
    threshold: u32,
    slot_lifetime: Duration,
}

impl Policy {
    /// A back office: the fifth consecutive failure asks for a password reset; an attempt may take
    /// 30 seconds.
    #[must_use]
    pub fn back_office() -> Self {
        Self {
            threshold: BACK_OFFICE_THRESHOLD,
            slot_lifetime: SLOT_LIFETIME,
        }
    }

    /// A reset after `threshold` consecutive failures, from 1 to 100.
    ///
    /// # Errors
    ///
    /// [`Error::Threshold`] outside that range.
    pub fn new(threshold: u32) -> Result<Self, Error> {
        if !(1..=THRESHOLD_LIMIT).contains(&threshold) {
            return Err(Error::Threshold);
        }
        Ok(Self {
            threshold,
            ..Self::back_office()
        })
    }

    /// Another time within which an attempt must be settled, from a second to ten minutes.
    ///
    /// # Errors
    ///
    /// [`Error::SlotLifetime`] outside that range.
    pub fn with_slot_lifetime(self, slot_lifetime: Duration) -> Result<Self, Error> {
        if !SLOT_LIFETIMES.contains(&slot_lifetime) {
            return Err(Error::SlotLifetime);
        }
        Ok(Self {
            slot_lifetime,
            ..self
        })
    }

    /// Takes a slot for one attempt, if there is one. To be stored before the slow hash runs.
    pub fn begin(&self, state: State, now: Timestamp) -> (State, Begin) {
        let mut state = self.observe(state, now);
        if let Some(since) = state.reset_required {
            return (state, Begin::ResetRequired { since });
        }
        if state.failures_and_slots() >= self.threshold {
            let retry_after = BUSY_WAIT;
            return (state, Begin::Busy { retry_after });
        }
        let permit = state.take_slot(self.slot_lifetime, now);
        (state, Begin::Allowed(permit))
    }

    /// Says how an attempt went and gives its slot back.
    ///
    /// The permit is borrowed because a step may run several times under compare-and-swap; the state
    /// knows which slots are open, so a second settling finds nothing and changes nothing.
    pub fn settle(
        &self,
        state: State,
        permit: &Permit,
        verdict: Verdict,
        now: Timestamp,
    ) -> (State, Outcome) {
        let mut state = self.observe(state, now);
        if let Some(since) = state.reset_required {
            return (state, Outcome::ResetRequired { since });
        }
        if !state.give_back(permit) {
            return (state, Outcome::Lapsed);
        }
        let outcome = match verdict {
            Verdict::Success => {
                state.failures = 0;
                Outcome::Cleared
            }
            Verdict::Incomplete => Outcome::Returned {
                left: self.left(&state),
            },
            Verdict::Failure => self.fail(&mut state, now),
        };
        (state, outcome)
    }

    /// The state after a password reset or an unlock: no failures. Attempts that were under way are
    /// void.
    #[must_use]
    pub fn reset(&self, state: State) -> State {
        state.cleared()
    }

    /// Counts what has lapsed up to now as failures.
    fn observe(&self, mut state: State, now: Timestamp) -> State {
        let lapsed = state.lapse(self.slot_lifetime, now);
        self.count(&mut state, lapsed, now);
        state
    }

    /// Adds failures. From the threshold on a reset is required, since the first time this was seen,
    /// and attempts under way are void: none of them may clear the count any more.
    fn count(&self, state: &mut State, failures: u32, now: Timestamp) {
        state.failures = state.failures.saturating_add(failures);
        if state.failures >= self.threshold && state.reset_required.is_none() {
            state.require_reset(now);
        }
    }

    fn fail(&self, state: &mut State, now: Timestamp) -> Outcome {
        self.count(state, 1, now);
        match state.reset_required {
            Some(since) => Outcome::ResetRequired { since },
            None => Outcome::Counted {
                left: self.left(state),
            },
        }
    }

    fn left(&self, state: &State) -> u32 {
        self.threshold.saturating_sub(state.failures)
    }
}

/// The default is [`Policy::back_office`].
impl Default for Policy {
    fn default() -> Self {
        Self::back_office()
    }
}

/// Whether an attempt may be evaluated. `P` is what settles it: a [`Permit`] from a policy, a
/// [`Reservation`] from [`Attempts`].
#[derive(Debug, Eq, PartialEq)]
#[must_use = "an attempt may be evaluated only when it is allowed"]
#[non_exhaustive]
pub enum Begin<P = Permit> {
    /// It may, and is to be settled with this.
    Allowed(P),
    /// Not now: the attempts under way would reach the threshold if they failed. This is no lock
    /// and counts nothing.
    Busy {
        /// How long to wait before trying again.
        retry_after: Duration,
    },
    /// Not before the password is reset.
    ResetRequired {
        /// When the threshold was found to be reached.
        since: Timestamp,
    },
}

/// How an attempt went.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(
    clippy::exhaustive_enums,
    reason = "a proof is whole, wrong or not yet whole"
)]
pub enum Verdict {
    /// All that is asked for was proved.
    Success,
    /// It was not.
    Failure,
    /// Neither: one factor of several was right, or no guess was evaluated at all. The slot is given
    /// back and the count stays: a right password must not make room for guessing codes. Never for a
    /// guess that was evaluated and was wrong.
    Incomplete,
}

/// What an attempt has led to. Only [`Outcome::Cleared`] lets anybody in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use = "only a cleared attempt lets anybody in"]
#[non_exhaustive]
pub enum Outcome {
    /// A success: the count is zero.
    Cleared,
    /// A failure.
    Counted {
        /// Failures that are left before a reset is required.
        left: u32,
    },
    /// The slot was given back, and neither a failure nor a success was counted.
    Returned {
        /// Failures that are left before a reset is required.
        left: u32,
    },
    /// The slot had gone: it had lapsed, and that was counted as a failure, or was settled before,
    /// or the account was reset meanwhile. Whatever the verdict, nothing was changed by it.
    Lapsed,
    /// Nothing but a password reset opens the account again, whatever the verdict was.
    ResetRequired {
        /// When the threshold was found to be reached.
        since: Timestamp,
    },
}

/// Why there is no answer. Each of these denies.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A threshold outside 1 to 100.
    #[error("threshold is not between 1 and 100 failures")]
    Threshold,
    /// A slot lifetime outside a second to ten minutes.
    #[error("slot lifetime is not between 1 s and 600 s")]
    SlotLifetime,
    /// A part of a key that is empty or white space: it would be shared by all who have none.
    #[error("a part of the key is empty")]
    EmptyKey,
    /// A part of a key that is over 512 bytes.
    #[error("a part of the key is longer than 512 bytes")]
    LongKey,
    /// The stored state cannot be read.
    #[error(transparent)]
    State(#[from] encoding::Error),
    /// The store gave no answer.
    #[error(transparent)]
    Store(#[from] store::Error),
}
