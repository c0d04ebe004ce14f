//! Counts failed attempts and says when the next one may be made: now, later, or not before a reset.
//!
//! An attempt is reserved before it is evaluated: [`Policy::begin`] takes a slot, then the slow hash
//! runs, then [`Policy::settle`] says how it went. Failures and slots together never exceed the
//! threshold, so of a hundred guesses that arrive in one moment five are evaluated and the others
//! are told to come back. One attempt at a time, this equals a plain counter.
//!
//! A [`Policy`] says how many failures there may be, for how long each counts ([`Window`]), what
//! happens at the last of them ([`Action`]) and how long to wait after each
//! ([`Policy::with_delay`]). A [`Key`] says what is counted by: an account, a device, an address, a
//! combination. What is remembered of a key is one small [`State`]. [`Attempts`] keeps it in a
//! [`Store`](crate::store::Store); whoever keeps their own rows encodes the state into a column and
//! calls the same steps inside their own transaction.
//!
//! # One budget
//!
//! Whatever a stranger may guess at is counted by one key: the password, the second factor, the
//! present password before a change, the answer to a reset, an API key. Each counted for itself, an
//! attacker would have five guesses at every door. A right password of someone who has a second
//! factor, too, is [`Verdict::Incomplete`]: it makes no room for guessing codes.
//!
//! One exception is a second count for codes under [`Policy::authenticator`], beside the budget and
//! never in place of it. A reset of the password ends the budget's lock, and whoever reads a person's
//! mail would have five more guesses at the codes with each reset; a count of their own outlasts it.
//! Keep it where a reset of the password does not come: in a [`State`] of its own in the account's
//! record, one for each authenticator, as `account` does, or under the account's key by a second
//! [`Attempts`] in another store. A wrong code is then a failure of both, and the code is evaluated
//! only where both have allowed it.
//!
//! # What a lockout cannot do
//!
//! - **Spraying.** One password tried on a thousand accounts is one failure each. It is seen by the
//!   key of the address ([`Attempts::begin_all`], [`forwarded`]), in a [`report`], and by the address
//!   not either when a thousand machines take part. What helps is a list of common passwords that
//!   nobody may have, and a second factor.
//! - **Stuffing.** A password that leaked elsewhere is right at the first attempt.
//! - **A leaked table** is guessed at without asking anybody. What helps is the slow hash.
//! - **Phishing** and malware: the first attempt is right there, too.
//! - **Live sessions** go on. A lockout says nothing about who is signed in.
//! - **It does not know which accounts exist.** Asking about every name that a stranger types keeps a
//!   record for each, which for [`Policy::back_office`] lasts. Names that nobody has are for
//!   [`Unknown`]: the same answers from a table of fixed size, after the same slow work. It hides
//!   less where owners sign in between two guesses, and after a reset: see there.
//! - **Load.** It bounds guesses. A refused attempt costs a read of the store, but each that is
//!   evaluated costs a slow hash, and so does each repetition of a wrong password, which no key counts
//!   ([`Outcome::Repeated`]). What bounds that is the hasher's budget of memory and the slots: no more
//!   are under way under a key than its failures leave.
//!
//! # How a stranger is kept from locking others out
//!
//! Whoever knows a name can bring its account to the threshold: that is what a threshold means. What
//! this costs its owner is the policy's choice, between waits ([`Policy::owasp_asvs_5`]), a lock that
//! ends by itself ([`Policy::pci_dss_4`]) and a reset ([`Policy::back_office`]). And it need not be
//! the owner's count: a device that has signed in before has a lane of its own ([`device`]), the key
//! `account.and(device)` in place of `account`. Strangers share the account's lane and lock each
//! other, while the owner signs in from where they always do. The same wrong password again, as from
//! a phone that was not told of the new one, counts once ([`Fingerprint`]).
//!
//! Nor can anybody make room for guesses by signing in: a success clears the count of the account and
//! the device that it proves, never that of an address or of everybody ([`Outcome::Kept`]).
//!
//! # Security
//!
//! The threat is online guessing, one at a time or in parallel (NIST SP 800-63B-4 §3.2.2, OWASP ASVS
//! 5.0 6.3.1). Only [`Outcome::Cleared`] lets anybody in. Under a lock every attempt is refused, the
//! right password too; refused attempts neither count nor extend it, and an attempt that began before
//! it clears nothing after it. An attempt that is not settled within the slot's lifetime is a failure
//! at that time: a client that hangs up gains no free guess. So run what is from begin to settle in a
//! task that goes on when the client hangs up: where the server drops the request's future, five
//! impatient double clicks are five failures.
//!
//! Nothing here sleeps: every refusal says when to come back. What time forgives is forgiven by the
//! clock that is passed in. One that goes back forgives nothing and shortens no lock: a failure from a
//! time that is still to come counts until a window after that time, and a lock, a cool-off or a wait
//! ends when it was said to. One that is set forward forgives early, and so what happened while it
//! was behind. On a key that many share, what one clock has said of the future is taken for now: a
//! machine that stands at the year 2100 for a moment closes the door to everybody for one cool-off.
//! On a key of one's own a reset is the way out.
//!
//! Machines that share a store need clocks that agree better than the slot's lifetime, 30 seconds: one
//! that is further ahead lapses the slots of the others at once, and right passwords are answered
//! with [`Outcome::Lapsed`].
//!
//! Addresses are counted in a table of fixed size ([`ADDRESS_ROWS`]), since anybody with IPv6 has as
//! many as they like: 65,536 subnets of one /48. A flood of them makes the store forget what other
//! addresses have failed, so that no count of addresses stops whoever has many; it fills no store, and
//! touches no count of an account.
//!
//! # Example
//!
//! ```
//! use portcullis::{Timestamp, attempts::{Attempts, Begin, Key, Outcome, Policy, Verdict}, store::Memory};
//!
//! let attempts = Attempts::new(Policy::back_office(), Memory::new(100_000));
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
//!
//! An attempt that the account and the address count:
//!
//! ```
//! # use portcullis::{Timestamp, attempts::{Attempts, Begin, Key, Outcome, Policy, Verdict}, store::Memory};
//! # let (attempts, now) = (Attempts::new(Policy::back_office(), Memory::new(10)), Timestamp::EPOCH);
//! let keys = [Key::account("ada")?, Key::address("2001:db8::7".parse().unwrap())];
//! let Begin::Allowed(slots) = attempts.begin_all(&keys, now)? else { panic!() };
//! let outcome = attempts.settle_all(slots, Verdict::Success, now)?; // the password was right
//! assert_eq!(outcome, Outcome::Cleared); // for the account; the address keeps its count
//! # Ok::<(), portcullis::attempts::Error>(())
//! ```

pub mod device;
mod fingerprint;
pub mod forwarded;
mod key;
mod place;
mod policy;
mod prefix;
pub mod report;
mod reservation;
mod several;
mod state;
mod step;
pub mod unknown;

use core::time::Duration;

pub use device::{Device, DeviceKeys, DeviceToken};
pub use fingerprint::{Fingerprint, FingerprintKey};
pub use key::Key;
pub use policy::{Action, Policy, Window};
pub use prefix::Prefix;
pub use reservation::{ADDRESS_ROWS, Attempts, Reservation, Reservations};
pub use state::{Lock, Permit, State};
pub use unknown::Unknown;

use crate::{Timestamp, encoding, store};

/// Whether an attempt may be evaluated. `P` is what settles it: a [`Permit`] from a policy, a
/// [`Reservation`] from [`Attempts`].
#[derive(Debug, Eq, PartialEq)]
#[must_use = "an attempt may be evaluated only when it is allowed"]
#[non_exhaustive]
pub enum Begin<P = Permit> {
    /// It may, and is to be settled with this.
    Allowed(P),
    /// Not yet: the wait after the last failure is not over. Counts nothing.
    Wait {
        /// When it is over, to the millisecond.
        until: Timestamp,
    },
    /// Not now: the attempts under way would reach the threshold if they failed. This is no lock
    /// and counts nothing.
    Busy {
        /// How long to wait before trying again.
        retry_after: Duration,
    },
    /// Not before the cool-off is over. Counts nothing, and does not extend it.
    Locked {
        /// When it is over, to the millisecond.
        until: Timestamp,
    },
    /// Not before the password is reset.
    ResetRequired {
        /// When the failure happened that reached the threshold.
        since: Timestamp,
    },
    /// Not before another authenticator is bound.
    RebindRequired {
        /// When the failure happened that reached the threshold.
        since: Timestamp,
    },
}

/// How an attempt went.
///
/// | What there is | Verdict |
/// |---|---|
/// | all that is asked for was right | [`Success`](Self::Success) |
/// | the password was wrong | [`FailureWith`](Self::FailureWith), or [`Failure`](Self::Failure) without a slow hash at hand |
/// | nobody has the name, or its account is disabled and nobody is told | the same, of [`Unknown`], after the same slow hash |
/// | a code was wrong, or was used before | [`Failure`](Self::Failure) |
/// | what was sent cannot be a code: letters, five digits | [`Incomplete`](Self::Incomplete) |
/// | the password was right, and a second factor is to come | [`Incomplete`](Self::Incomplete) |
/// | the password was right, and the account is disabled and its owner is told | [`Incomplete`](Self::Incomplete) |
/// | the machine was busy, or a store or a service failed, before anything was compared | [`Incomplete`](Self::Incomplete) |
/// | the client hung up | what the comparison says: finish it |
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
    /// It was not, and this tells the same wrong password from another one: tried again, it is no
    /// further failure. Never for a one-time code, which may be right the next time.
    FailureWith(Fingerprint),
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
    /// A success under a key that many share: the slot was given back and the count stays. It says
    /// nothing about any one account, so it lets nobody in by itself.
    Kept {
        /// Failures that are left before the threshold.
        left: u32,
    },
    /// A failure.
    Counted {
        /// Failures that are left before the threshold.
        left: u32,
    },
    /// A failure with a password that was counted already: the slot was given back, and the count
    /// stays.
    Repeated {
        /// Failures that are left before the threshold.
        left: u32,
    },
    /// The slot was given back, and neither a failure nor a success was counted.
    Returned {
        /// Failures that are left before the threshold.
        left: u32,
    },
    /// The slot had gone: it had lapsed, and that was counted as a failure, or was settled before,
    /// or a reset or a lock came between. Whatever the verdict, nothing was changed by it.
    Lapsed,
    /// Nothing is evaluated before the cool-off is over, whatever the verdict was.
    Locked {
        /// When it is over, to the millisecond.
        until: Timestamp,
    },
    /// Nothing but a password reset opens the account again, whatever the verdict was.
    ResetRequired {
        /// When the failure happened that reached the threshold.
        since: Timestamp,
    },
    /// Nothing but binding another authenticator opens the account again, whatever the verdict was.
    RebindRequired {
        /// When the failure happened that reached the threshold.
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
    /// A window outside a second to 366 days.
    #[error("window is not between 1 s and 366 days")]
    Window,
    /// A cool-off outside a second to 366 days.
    #[error("cool-off is not between 1 s and 366 days")]
    CoolOff,
    /// A delay outside a second to a day, or one that is longer than the longest.
    #[error("delay is not between 1 s and 24 h, the longest at least as long as the first")]
    Delay,
    /// A delay that lasts longer than the failure it follows counts.
    #[error("longest delay is over the window in which failures count")]
    DelayBeyondWindow,
    /// A policy for keys that many share without a window, or one that asks for a reset or a rebind.
    #[error("policy for shared keys needs a window and a cool-off")]
    SharedKey,
    /// A prefix of a length that IPv4 or IPv6 does not have, or so wide that it is nobody's.
    #[error("prefix is not 8 to 32 bits of IPv4 and 16 to 128 of IPv6")]
    PrefixLength,
    /// A fingerprint of a hash too short to tell passwords apart.
    #[error("hash is shorter than 16 bytes")]
    ShortHash,
    /// A number of rows outside 256 to 16,777,216.
    #[error("number of rows is not between 256 and 16777216")]
    Rows,
    /// The system gave no randomness.
    #[error("the system gave no randomness")]
    Randomness,
    /// An attempt that nothing counts.
    #[error("no key to count the attempt by")]
    NoKey,
    /// A key of an account or a device among those that names nobody has share.
    #[error("a key of an account or a device is not shared")]
    OwnKey,
    /// A combination of two parts of one kind, or with everybody.
    #[error("two parts of the key are of one kind, or one of them is everybody")]
    KeyParts,
    /// A part of a key that is empty or white space: it would be shared by all who have none.
    #[error("a part of the key is empty")]
    EmptyKey,
    /// A name of an account over 512 bytes, or of a device over 256.
    #[error("a part of the key is longer than 512 bytes, or 256 for a device")]
    LongKey,
    /// The stored state cannot be read.
    #[error(transparent)]
    State(#[from] encoding::Error),
    /// The store gave no answer.
    #[error(transparent)]
    Store(#[from] store::Error),
}
