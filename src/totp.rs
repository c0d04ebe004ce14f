//! One-time codes from an authenticator app (TOTP, RFC 6238), each accepted once.
//!
//! A [`Policy`] makes a secret and the [`Uri`] that an app scans ([`Policy::enrol`]), takes a first
//! code as proof that it did ([`Policy::confirm`]) and from then on checks codes
//! ([`Policy::verify`]). The state that each step returns is to be stored, in one step with the one
//! it replaces: by `store::update` or in the caller's own transaction. Then a code
//! is redeemed once, however many requests bring it at the same moment. [`Authenticators`] are the
//! several devices of one person; [`recovery`] makes the codes for the day on which the phone is
//! lost.
//!
//! [`hotp`] is for tokens that count in place of looking at a clock. [`Policy::import`] takes over the
//! secrets of another system and says what is weak about them. Codes themselves are made by totp-rs.
//!
//! # What this does not do
//!
//! It does not count wrong codes: a code of six digits is guessed in a million tries, so put
//! the module `attempts` in front; a pair for [`Policy::resynchronise`] counts as one attempt. A code
//! does not stop phishing: whoever gets a person to type it into another page has it (NIST SP
//! 800-63B-4 §3.2.5). One state is one device. A server that accepted a code while its clock was far
//! ahead refuses the person's codes until that time has come, or until they enrol anew.
//!
//! # Security
//!
//! Codes of the window's steps are all computed and compared in constant time; of those that match,
//! the newest step counts and is remembered, and no code of that step or an older one is accepted
//! again, whatever the clock says and whatever drift was learned (RFC 6238 §5.2, NIST SP 800-63B-4
//! §3.1.4.2, OWASP ASVS 5.0 6.5.1). The code that confirms an enrolment is used up by it. A code that
//! is right but was used is [`Error::Replayed`], apart from [`Error::Wrong`]: the person typed it
//! twice, or somebody saw it. The window's default, one step back and one ahead, is that of RFC 6238
//! §5.2 and of the clocks of phones; no policy accepts a code more than 10 steps from the server's
//! clock, or 70 where [`Policy::with_drift`] lets it follow a device's.
//!
//! # Example
//!
//! ```
//! use portcullis::{Timestamp, totp::{Error, Policy}};
//!
//! let policy = Policy::back_office();
//! let nine = Timestamp::from_secs(1_795_251_600);
//! let (pending, uri) = policy.enrol("Example Ltd", "ada", nine)?;
//! // uri.qr_svg() or uri.qr_text() is shown once; what the app that scans it then shows:
//! let code = uri.code_at(nine);
//! let confirmed = policy.confirm(&pending, &code, nine)?;
//! assert_eq!(policy.verify(&confirmed, &code, nine), Err(Error::Replayed));
//!
//! let later = Timestamp::from_secs(1_795_251_630);
//! let accepted = policy.verify(&confirmed, &uri.code_at(later), later)?;
//! let state = accepted.into_state(); // to be stored before anybody is let in
//! assert!(policy.verify(&state, &uri.code_at(later), later).is_err());
//! # Ok::<(), Error>(())
//! ```

pub mod authenticators;
mod code;
pub mod hotp;
mod import;
mod mandate;
mod otpauth;
mod parameters;
mod policy;
mod qr;
pub mod recovery;
mod secret;
mod state;
mod uri;

pub use authenticators::Authenticators;
use code::Typed;
pub use import::{Import, Imported, Weakness};
pub use mandate::{Coverage, Duty, Enrolment, InGrace, Mandate, Population};
pub use parameters::{Algorithm, Parameters};
pub use policy::Policy;
pub use qr::Qr;
pub use secret::Secret;
pub use state::State;
use state::{Status, Used};
pub use uri::Uri;

use crate::{Timestamp, encoding, random};

impl Policy {
    /// Makes a new secret: the state that awaits its first code, and the URI for the app, to be
    /// shown once. `issuer` and `account` are what the app shows beside its codes.
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
        let uri = Uri::new(issuer, account, self.parameters, Secret::generate()?)?;
        Ok((self.pending(&uri, now), uri))
    }

    /// Takes over a secret that somebody else made, with the URI's own parameters, and says what is
    /// weak about it. It awaits a first code like any other.
    ///
    /// # Errors
    ///
    /// [`Error::Weak`] for what [`Policy::with_import`] refuses.
    pub fn import(&self, uri: &Uri, now: Timestamp) -> Result<Imported, Error> {
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
        }
    }

    /// Confirms an enrolment by a code of the app, which is thereby used up.
    ///
    /// # Errors
    ///
    /// [`Error::EnrolmentExpired`], [`Error::AlreadyConfirmed`], [`Error::Malformed`],
    /// [`Error::Wrong`].
    pub fn confirm(&self, state: &State, code: &str, now: Timestamp) -> Result<State, Error> {
        match state.status {
            Status::Confirmed(_) => Err(Error::AlreadyConfirmed),
            Status::Pending { expires } if now >= expires => Err(Error::EnrolmentExpired),
            Status::Pending { .. } => {
                let step = self.step_of(state, code, now)?;
                Ok(self.accepted(state, step, now).into_state())
            }
        }
    }

    /// Checks a code of a confirmed factor. It is used up when the state in the answer is stored.
    ///
    /// A code is as many digits as the parameters say, with white space and dashes between and around
    /// them, as people type and paste what an app shows as `123 456`; 32 bytes at the most.
    ///
    /// # Errors
    ///
    /// [`Error::NotConfirmed`], [`Error::Malformed`], [`Error::Wrong`], [`Error::Replayed`].
    pub fn verify(&self, state: &State, code: &str, now: Timestamp) -> Result<Accepted, Error> {
        let used = state.used()?;
        let step = self.step_of(state, code, now)?;
        if step <= used.step {
            return Err(Error::Replayed);
        }
        Ok(self.accepted(state, step, now))
    }

    /// Finds a device whose clock is out of the window, by two codes that it shows one after the
    /// other, and takes them as [`Policy::verify`] takes one: both are used up, and the drift is
    /// learned (RFC 6238 §6, RFC 4226 §7.4).
    ///
    /// They are looked for wherever [`Policy::with_drift`] may come to accept a code, which without
    /// it is the window. It counts as one attempt: of 10¹² pairs of six digits it accepts one a step,
    /// at most 140, so that a guess at it is less likely to be right than one at a code. What it opens
    /// is another thing: whoever saw two codes in a row that were not used has `limit` steps to use
    /// them.
    ///
    /// # Errors
    ///
    /// [`Error::NotConfirmed`], [`Error::Malformed`]; [`Error::Wrong`] unless the second is the code
    /// of the step after that of the first; [`Error::Replayed`] if one of them was used, or is older
    /// than one that was.
    pub fn resynchronise(
        &self,
        state: &State,
        first: &str,
        second: &str,
        now: Timestamp,
    ) -> Result<Accepted, Error> {
        let used = state.used()?;
        let digits = state.parameters.digits();
        let (first, second) = (Typed::new(first, digits)?, Typed::new(second, digits)?);
        let steps = self.reach(state.parameters.step(now));
        let step = state.codes().newest_pair([&first, &second], steps);
        let step = step.ok_or(Error::Wrong)?;
        // the first of the two is of the step before
        if step.saturating_sub(1) <= used.step {
            return Err(Error::Replayed);
        }
        Ok(self.accepted(state, step, now))
    }

    /// The newest step of the window whose code this is.
    fn step_of(&self, state: &State, code: &str, now: Timestamp) -> Result<u64, Error> {
        let code = Typed::new(code, state.parameters.digits())?;
        let window = self.window(state.parameters.step(now), state.drift());
        let step = state.codes().newest_match(&code, window);
        step.ok_or(Error::Wrong)
    }

    fn accepted(&self, state: &State, step: u64, now: Timestamp) -> Accepted {
        let drift = self.learn(step, state.parameters.step(now));
        let state = state.with_used(Used { step, drift });
        Accepted { state, step }
    }
}

/// A code was right and had not been used.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use = "the code can be used again until the new state is stored"]
pub struct Accepted {
    state: State,
    step: u64,
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

    /// The step whose code it was, counted in periods from the Unix epoch. No code of this or of an
    /// earlier step will be accepted.
    #[must_use]
    pub fn step(&self) -> u64 {
        self.step
    }
}

/// Why a code, a secret or a URI is not accepted. Each of these denies.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Not of a code's form: as many ASCII digits as the parameters say, or the characters of a
    /// recovery code, with white space and dashes.
    #[error("not of the form of a code")]
    Malformed,
    /// Of a code's form, and not a code of this time.
    #[error("wrong code")]
    Wrong,
    /// A right code that was used, or is older than one that was. Somebody may have seen it.
    #[error("the code was used before")]
    Replayed,
    /// No first code has confirmed this factor.
    #[error("the enrolment has not been confirmed")]
    NotConfirmed,
    /// The factor was confirmed before.
    #[error("the enrolment has been confirmed before")]
    AlreadyConfirmed,
    /// The first code came too late: enrol again.
    #[error("the enrolment was not confirmed in time")]
    EnrolmentExpired,
    /// A number of digits that codes do not have.
    #[error("number of digits is not between 6 and 8")]
    Digits,
    /// A period that codes do not have.
    #[error("period is not whole seconds between 1 and 86400")]
    Period,
    /// An algorithm that is not known.
    #[error("algorithm is not SHA1, SHA256 or SHA512")]
    Algorithm,
    /// A window that would accept too much.
    #[error("window is over 10 steps in one direction")]
    Window,
    /// A drift that would accept too much.
    #[error("drift is over 60 steps")]
    Drift,
    /// A look-ahead window that would accept too much.
    #[error("look-ahead window is over 20 counts")]
    LookAhead,
    /// A range for two codes in a row that would accept too much.
    #[error("range to resynchronise in is over 1000 counts")]
    Resynchronisation,
    /// A token that has shown all its codes.
    #[error("the counter has reached its end")]
    Exhausted,
    /// A time to confirm an enrolment that is too short or too long.
    #[error("time to confirm an enrolment is not between 1 minute and 24 hours")]
    EnrolmentTime,
    /// A time between a proof of who somebody is and a change of authenticators that is too short or
    /// too long.
    #[error("time to change authenticators is not between 30 seconds and 1 hour")]
    ReauthenticationTime,
    /// The person has to prove again who they are before they change how they get in.
    #[error("the last authentication is too long ago")]
    NotReauthenticated,
    /// No authenticator has this number, or none that can be replaced.
    #[error("there is no authenticator of this number")]
    NoAuthenticator,
    /// Eight authenticators, or three that await their first code.
    #[error("there are 8 authenticators, or 3 that have not been confirmed")]
    TooManyAuthenticators,
    /// Nothing would be left to sign in with.
    #[error("the last authenticator cannot be removed")]
    LastAuthenticator,
    /// A secret that another authenticator of the person has.
    #[error("another authenticator has the same secret")]
    SameSecret,
    /// A label that cannot stand in a list.
    #[error("label is empty, longer than 128 bytes, or contains a control character")]
    Label,
    /// A secret with characters or a length that base32 does not have.
    #[error("secret is not base32")]
    SecretEncoding,
    /// A secret that is too short or too long.
    #[error("secret is not between 10 and 128 bytes")]
    SecretLength,
    /// A secret that somebody else made, refused by [`Policy::with_import`].
    #[error("secret is weak: {0}")]
    Weak(Weakness),
    /// A URI that is no otpauth URI, or of the other kind: `totp` for `hotp`, or `hotp` for `totp`.
    #[error("not an otpauth URI of this kind")]
    Scheme,
    /// A URI that is too long.
    #[error("URI is longer than 2048 bytes")]
    UriLength,
    /// A URI with a character that RFC 3986 does not allow there, or broken percent-encoding.
    #[error("URI has a character that must be percent-encoded, or broken percent-encoding")]
    UriEncoding,
    /// An issuer that cannot stand in a URI.
    #[error(
        "issuer is empty, longer than 128 bytes, begins or ends with white space, or contains a colon or a control character"
    )]
    Issuer,
    /// An account that cannot stand in a URI.
    #[error(
        "account is empty, longer than 256 bytes, begins or ends with white space, or contains a control character"
    )]
    Account,
    /// The label and the parameter of a URI name different issuers.
    #[error("label and parameter name different issuers")]
    IssuersDiffer,
    /// A parameter of a URI that stands there twice.
    #[error("parameter {0} stands twice")]
    Repeated(&'static str),
    /// A URI without a secret.
    #[error("URI has no secret")]
    NoSecret,
    /// A counter that is none.
    #[error("counter is not a whole number below 2^64")]
    Counter,
    /// A `hotp` URI without a counter.
    #[error("URI has no counter")]
    NoCounter,
    /// The name of a population that is empty, too long, or would not stand on one line.
    #[error(
        "population is empty, longer than 128 bytes, begins or ends with white space, or contains a control character"
    )]
    Population,
    /// A time of grace that is none or would put a mandate off for good.
    #[error("time of grace is not between 1 minute and 90 days")]
    GraceTime,
    /// A number of sign-ins that is none or would put a mandate off for good.
    #[error("sign-ins of grace are not between 1 and 100")]
    GraceSignIns,
    /// The system gave no randomness.
    #[error("the system gave no randomness")]
    Randomness,
    /// The stored state cannot be read.
    #[error(transparent)]
    State(#[from] encoding::Error),
}

impl From<random::Unavailable> for Error {
    fn from(_: random::Unavailable) -> Self {
        Self::Randomness
    }
}
