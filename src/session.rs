//! Ends a session after a time without use, and in any case after a fixed time.
//!
//! Everything about one person's sessions is one small [`State`]: whose they are, the digests of their
//! tokens, and a few points in time for each. A [`Policy`] takes the state, an event and the present time and
//! gives the next state and an outcome. [`Sessions`] does that over a
//! [`Store`](crate::store::Store); whoever keeps their own rows encodes the state into a column and
//! calls the same steps inside their own transaction.
//!
//! A session is dead at exactly `idle` after its last recorded activity and at exactly `absolute`
//! after its start, whichever is first. Only [`Activity::Interactive`] is activity. It is recorded at
//! most every sixteenth of `idle`, and always as it was, so a session may end up to a sixteenth
//! earlier than its last click would have it, never later. Every answer, a [`Live`], says whose session
//! it is and carries both deadlines.
//!
//! A token is replaced by [`Policy::rotate`] where the person's rights change and by
//! [`Policy::reauthenticate`] where they prove again who they are; the old one is dead at once. Who
//! still uses one of them is told apart for as long as the session lives: for half a minute the last one
//! is that of a request that was under way ([`Error::Replaced`]); all others are taken for stolen
//! ([`Error::Reused`], with the consequence that [`OnReuse`] names).
//!
//! # What this does not do
//!
//! Of HTTP it knows a [`cookie`] and nothing else. A token that is stolen while it is live works
//! until it ends, is replaced or is ended. A store that loses acknowledged writes loses sign-outs
//! with them. By how much the clocks of several machines differ, a session may live longer: they want
//! NTP. Limits are those of the policy that looks: under a longer one, a session that nobody has yet
//! seen expired lives on.
//!
//! # Security
//!
//! - The token is 256 random bits, of which 128 are new whenever it is replaced, beside a handle that
//!   finds the record (OWASP ASVS 5.0 7.2.3, NIST SP 800-63B-4 §5.1). The record keeps the SHA-256
//!   digest, so a leaked table opens nothing. Digests are compared in constant time.
//! - Both limits are enforced where the record is, whatever a cookie says (ASVS 7.3.1 and 7.3.2, NIST
//!   SP 800-63B-4 §5.2). An expiry that was seen is permanent: the session is removed, and a clock
//!   that goes back revives nobody. Such a clock extends nothing either: it moves no deadline, what
//!   was proved in its future is not recent, and a session whose last activity is so far in its future
//!   that its age cannot be told lets nobody in ([`Error::ClockWentBack`]).
//! - An ended session stays ended: it is removed from the record in one compare-and-exchange, and no
//!   step adds a session but [`Policy::start`]. A touch that was under way finds nothing to write to.
//! - Ending everything also stops a sign-in that was already under way: it carries the epoch of the
//!   record in which it began.
//! - Each factor has the time at which it was proved ([`Live::require_recent`]): proving a password
//!   again makes no old one-time code fresh.
//!
//! # Example
//!
//! ```
//! use portcullis::{Timestamp, session::{Activity, Factors, Policy, Sessions}, store::Memory};
//!
//! let sessions = Sessions::new(Policy::back_office(), Memory::new(10_000));
//! let nine: Timestamp = "2026-11-21T09:00:00Z".parse()?;
//!
//! let sign_in = sessions.begin("ada", nine)?; // before the password is looked at
//! let (token, _) = sessions.start(sign_in.with_factors(Factors::PASSWORD), nine)?;
//!
//! let later: Timestamp = "2026-11-21T09:14:59Z".parse()?;
//! let live = sessions.touch(&token, Activity::Interactive, later)?;
//! assert_eq!(live.subject(), "ada");
//! assert_eq!(live.idle_deadline().to_string(), "2026-11-21T09:29:59.000Z");
//!
//! let too_late: Timestamp = "2026-11-21T09:29:59Z".parse()?;
//! assert!(sessions.touch(&token, Activity::Interactive, too_late).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod cookie;
mod digest;
mod factors;
mod label;
mod live;
mod policy;
mod sessions;
mod sign_in;
mod state;
#[cfg(feature = "field")]
pub mod stateless;
mod steps;
mod token;

use core::time::Duration;

pub use cookie::{Cookie, SameSite, SetCookie};
#[cfg(feature = "account")]
pub(crate) use digest::Digest;
pub use factors::Factors;
#[cfg(feature = "account")]
pub(crate) use factors::Proofs;
pub use label::fit_label;
pub use live::{Id, Live};
pub use policy::{AtLimit, OnReuse, Policy};
pub use sessions::Sessions;
pub use sign_in::{Epoch, SIGN_IN_TIME, SUBJECT_LEN, SignIn};
pub use state::State;
#[cfg(feature = "field")]
pub use stateless::Stateless;
pub use steps::REPLACEMENT_TIME;
pub use token::{Handle, Token};

use crate::{encoding, store};

/// What a request says about the person behind it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Activity {
    /// The person did something: the idle time starts anew.
    Interactive,
    /// A page asked by itself, for news or to draw something: nothing is renewed.
    Background,
    /// A connection was kept open: nothing is renewed.
    KeepAlive,
}

/// Which limit a session reached.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Expiry {
    /// Nothing was done for the idle time.
    Idle,
    /// The session was as old as a session may be.
    Absolute,
}

/// Why there is no session, or no rules for any. Each of these denies.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Not of a token's form.
    #[error("not a session token")]
    Malformed,
    /// No live session has this token.
    #[error("no live session has this token")]
    Unknown,
    /// The session has just been found expired; from now on it is unknown.
    #[error("the session has expired ({})", match .0 { Expiry::Idle => "idle", Expiry::Absolute => "absolute limit" })]
    Expired(Expiry),
    /// The session's last activity lies in the future by the idle time or more: the clock went back,
    /// and how old the session is cannot be told. It is neither ended nor live until the clock comes
    /// near that activity again.
    #[error("the clock went back by the idle time or more")]
    ClockWentBack,
    /// The token is the one before the present one, replaced less than [`REPLACEMENT_TIME`] ago: most likely by another answer to
    /// the same client, which has the new one by now. Its cookie is not to be taken away from it.
    #[error("this token has just been replaced by another")]
    Replaced,
    /// The token was replaced before that or several times, and somebody still uses it: a theft until
    /// the contrary is known. What [`Policy::with_on_reuse`] has set has been done.
    #[error("this token was replaced by another and is used again")]
    Reused,
    /// All sessions were ended while the sign-in was under way.
    #[error("all sessions were ended while this sign-in was under way")]
    Overtaken,
    /// The sign-in took an hour or more.
    #[error("the sign-in took an hour or more")]
    SignInTooSlow,
    /// As many live sessions as the policy allows, and it evicts none.
    #[error("there are as many live sessions as the policy allows")]
    TooManySessions,
    /// To stay signed in was asked for, and the policy does not offer it.
    #[error("the policy has no limits for staying signed in")]
    StayNotOffered,
    /// These factors must be proved first, or again.
    #[error("to be proved less than {} s ago: {factors}", age.as_secs())]
    StepUpRequired {
        /// Those that were never proved in this session, or too long ago.
        factors: Factors,
        /// How old a proof must not be.
        age: Duration,
    },
    /// Somebody authenticated again, by no factor at all.
    #[error("no factor was proved")]
    NothingProved,
    /// A label over 128 bytes.
    #[error("label is longer than 128 bytes")]
    LabelTooLong,
    /// A label with a control character, or one that turns the direction of text.
    #[error("label has a control character or one that turns the direction of text")]
    LabelCharacter,
    /// An idle time below a second.
    #[error("idle time is below one second")]
    IdleTooShort,
    /// An absolute limit below the idle time.
    #[error("absolute limit is below the idle time")]
    AbsoluteTooShort,
    /// Limits for staying signed in below those of other sessions.
    #[error("a limit for staying signed in is below that of other sessions")]
    StayTooShort,
    /// A policy that promises a sign-out and one that lets people stay signed in.
    #[error("{promise}: that contradicts staying signed in for {} idle minutes", stay_signed_in.as_secs() / 60)]
    Contradiction {
        /// The preset and what it promises.
        promise: &'static str,
        /// The idle time asked for those who stay signed in.
        stay_signed_in: Duration,
    },
    /// A number of sessions outside 1 to 256.
    #[error("number of sessions is not between 1 and 256")]
    SessionLimit,
    /// A cookie's name that is not one, or has a prefix already.
    #[error("cookie name is not a token of 1 to 50 characters without a prefix")]
    CookieName,
    /// Two cookies of the session's name: one of them was put there by somebody else.
    #[error("several cookies have the session's name")]
    SeveralCookies,
    /// Over 32 KiB of cookies.
    #[error("cookie headers are longer than 32 KiB")]
    CookiesTooLong,
    /// The purpose or the environment of sealed sessions.
    #[error("purpose or environment is not 1 to 128 visible ASCII characters")]
    Purpose,
    /// The name or number of whoever signs in.
    #[error("subject is not 1 to 256 bytes")]
    Subject,
    /// The state is the record of another subject than the one that signs in.
    #[error("the record is another subject's")]
    OtherSubject,
    /// A sealed session's payload.
    #[error("payload is longer than 2048 bytes")]
    PayloadTooLong,
    /// The operating system gave no randomness.
    #[error("the operating system gave no randomness")]
    Randomness,
    /// The ring does not seal: its primary key is too old or used up, or is not for sessions.
    #[cfg(feature = "field")]
    #[error("the key ring does not seal sessions")]
    Ring(#[source] crate::field::Error),
    /// The stored state cannot be read.
    #[error(transparent)]
    State(#[from] encoding::Error),
    /// The store gave no answer.
    #[error(transparent)]
    Store(#[from] store::Error),
}
