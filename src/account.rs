//! One person's record: password, second factor, attempts, sessions and grants, changed together.
//!
//! [`Accounts`] gives the flows that a product needs over a [`Store`](crate::store::Store). What may
//! come after a right password is a type, [`Next`]: a session, or a ticket for the one thing that is
//! still missing (the second factor, its enrolment, a new password). There is no half-open session.
//!
//! Every change is one compare-and-swap of the whole record, so the joints hold: a code is spent
//! once, a hundred parallel guesses are five, and disabling an account ends its sessions, its
//! tickets and the sign-in that is under way in one step. The slow hash runs outside the swap, and
//! the swap checks that the hash it looked at is still the one that is stored.
//!
//! # What this does not do
//!
//! No e-mail is sent and no ticket delivered. Who may call the administrator's verbs, those that take
//! a login name and no password, is for the caller to decide, with [`rbac`]. Login names are folded
//! to lower case and NFC, no further: names that merely look alike are different people.
//!
//! A second factor is enrolled where a policy requires one, at the next sign-in; this version has no
//! verb to replace a lost phone, to enrol one by choice, or to make new recovery codes, and none that
//! asks for a code again within a session: who must step up signs in anew, and the application signs
//! the old session out (OWASP ASVS 5.0 7.2.4). A password
//! that an administrator chose serves like any other.
//!
//! # Security
//!
//! A name that nobody has, a wrong password and a disabled account are one answer,
//! [`Error::Denied`], after the same work (OWASP Authentication Cheat Sheet, "Authentication and
//! Error Messages"). [`Error::ResetRequired`] is told apart, because a person must learn it; an
//! application that would rather not tell strangers shows the same page for both. Wrong passwords
//! and wrong codes are counted under one budget, which a password reset starts anew: whoever can read
//! a person's mail has five more codes a reset. The second factor is asked before an expired
//! password may be changed. The record holds the second factor's secret and is sealed at rest by
//! [`field`](crate::field), bound to the account that it is of.
//!
//! # Example
//!
//! ```
//! use portcullis::{
//!     Timestamp,
//!     account::{Accounts, Next, Policy, SecondFactor},
//!     field::Keyring,
//!     rbac::Grants,
//!     store::Memory,
//! };
//! use std::sync::Arc;
//!
//! let policy = Policy::back_office("Example Ltd")?.with_second_factor(SecondFactor::Optional);
//! let ring = Arc::new(Keyring::generate()?); // an application decodes its own
//! let accounts = Accounts::new(policy, ring, Memory::new(10_000));
//! let now: Timestamp = "2026-11-21T09:00:00Z".parse()?;
//! accounts.register("ada", &"Correct-Horse-7".into(), Grants::new(), now)?;
//!
//! match accounts.sign_in("ada", &"Correct-Horse-7".into(), now)? {
//!     Next::SignedIn(signed_in) => assert_eq!(accounts.check(&signed_in.token, now)?.login(), "ada"),
//!     other => panic!("{other:?}"),
//! }
//! assert!(accounts.sign_in("ada", &"correct-horse-7".into(), now).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod accounts;
mod sign_in;
mod state;
mod ticket;

use core::time::Duration;

pub use accounts::Accounts;
pub use state::{Login, State, Status};
pub use ticket::Ticket;

use crate::{Timestamp, attempts, encoding, password, rbac, session, store, totp};

/// How long a ticket for the next step of a sign-in is good: long enough to enrol a phone.
const STEP_TIME: Duration = Duration::from_secs(15 * 60);
/// How long a ticket for a password reset is good (OWASP Forgot Password Cheat Sheet: short).
const RESET_TIME: Duration = Duration::from_secs(60 * 60);

/// The rules for accounts: those of each module, and what joins them.
#[derive(Clone, Debug)]
pub struct Policy {
    issuer: String,
    hasher: password::Hasher,
    password: password::Policy,
    totp: totp::Policy,
    attempts: attempts::Policy,
    sessions: session::Policy,
    second_factor: SecondFactor,
}

/// Whether a person must have a second factor.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum SecondFactor {
    /// Without one, signing in leads to enrolment and nowhere else.
    Required,
    /// Whoever has one is asked for it.
    Optional,
}

impl Policy {
    /// A back office: twelve characters of four kinds that expire after six months, a second factor
    /// for everybody, a reset after five failures, out after 15 idle minutes.
    ///
    /// `issuer` is what an authenticator app shows beside the login name.
    ///
    /// # Errors
    ///
    /// [`Error::Totp`] for an issuer that cannot stand in an otpauth URI.
    pub fn back_office(issuer: &str) -> Result<Self, Error> {
        let totp = totp::Policy::back_office();
        totp.enrol(issuer, "login", Timestamp::EPOCH)?;
        Ok(Self {
            issuer: issuer.to_owned(),
            hasher: password::Hasher::default(),
            password: password::Policy::back_office(),
            totp,
            attempts: attempts::Policy::back_office(),
            sessions: session::Policy::back_office(),
            second_factor: SecondFactor::Required,
        })
    }

    /// Whether everybody must have a second factor.
    #[must_use]
    pub fn with_second_factor(self, second_factor: SecondFactor) -> Self {
        Self {
            second_factor,
            ..self
        }
    }

    /// Other rules for passwords.
    #[must_use]
    pub fn with_password(self, password: password::Policy) -> Self {
        Self { password, ..self }
    }

    /// Another cost of hashing; stored hashes that are weaker are renewed at the next sign-in.
    #[must_use]
    pub fn with_hasher(self, hasher: password::Hasher) -> Self {
        Self { hasher, ..self }
    }

    /// Other rules for one-time codes.
    #[must_use]
    pub fn with_totp(self, totp: totp::Policy) -> Self {
        Self { totp, ..self }
    }

    /// Other rules for failed attempts.
    #[must_use]
    pub fn with_attempts(self, attempts: attempts::Policy) -> Self {
        Self { attempts, ..self }
    }

    /// Other rules for sessions.
    #[must_use]
    pub fn with_sessions(self, sessions: session::Policy) -> Self {
        Self { sessions, ..self }
    }

    /// The rules for the password of an account that has a second factor, or has none. Where
    /// everybody must have one, no password ever serves alone.
    fn password_rules(&self, has_factor: bool) -> password::Policy {
        self.password
            .for_second_factor(if self.is_beside_factor(has_factor) {
                password::SecondFactor::Enrolled
            } else {
                password::SecondFactor::NotEnrolled
            })
    }

    /// What a person's password is good for. One that was chosen to stand beside a second factor
    /// must be changed where there is none any more.
    fn password_expiry(&self, state: &State, now: Timestamp) -> password::Expiry {
        let mut password = state.password().clone();
        if !self.is_beside_factor(state.has_factor()) {
            password = password.without_second_factor();
        }
        self.password_rules(state.has_factor())
            .expiry(&password, now)
    }

    fn is_beside_factor(&self, has_factor: bool) -> bool {
        has_factor || self.second_factor == SecondFactor::Required
    }
}

/// What comes after a step of signing in.
#[derive(Debug)]
#[must_use = "a step of signing in is not yet a session"]
#[non_exhaustive]
pub enum Next {
    /// A session has started.
    SignedIn(SignedIn),
    /// The password was right; a one-time code or a recovery code is asked:
    /// [`Accounts::second_factor`], [`Accounts::recovery_code`].
    FactorNeeded(Ticket),
    /// There is no second factor yet and there must be one: [`Accounts::enrol`].
    EnrolmentNeeded(Ticket),
    /// The password has expired or must be changed for this reason:
    /// [`Accounts::change_expired_password`].
    PasswordChangeNeeded(Ticket, password::Expiry),
}

/// A session that has just started.
#[derive(Debug)]
#[allow(
    clippy::exhaustive_structs,
    reason = "a session is its token and its deadlines"
)]
pub struct SignedIn {
    /// The only copy of the token there will be.
    pub token: session::Token,
    /// The session with its deadlines.
    pub session: session::Live,
}

/// A second factor that has just been confirmed.
#[derive(Debug)]
#[allow(
    clippy::exhaustive_structs,
    reason = "what a person is shown, and where they go"
)]
pub struct Enrolled {
    /// To be shown once: each replaces a one-time code once.
    pub recovery_codes: Vec<totp::recovery::Code>,
    /// What comes next.
    pub next: Next,
}

/// The person behind a live session.
#[derive(Clone, Debug)]
pub struct Person {
    login: Login,
    session: session::Live,
    grants: rbac::Grants,
}

impl Person {
    /// The name they signed in with, as it is stored.
    #[must_use]
    pub fn login(&self) -> &str {
        self.login.as_str()
    }

    /// Their session with its deadlines.
    pub fn session(&self) -> &session::Live {
        &self.session
    }

    /// Their roles, for [`rbac::Policy::decide`].
    pub fn grants(&self) -> &rbac::Grants {
        &self.grants
    }

    /// When they last proved a second factor in this session, if they did, for
    /// [`rbac::Request::second_factor_at`].
    #[must_use]
    pub fn second_factor_at(&self) -> Option<Timestamp> {
        let code = self.session.proved_at(session::Factors::TOTP);
        code.max(self.session.proved_at(session::Factors::RECOVERY_CODE))
    }
}

/// What disabling an account ended. From then on nothing of it works, and this says what did.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Receipt {
    /// When it took effect.
    pub at: Timestamp,
    /// Sessions that ended.
    pub sessions: usize,
    /// Tickets that ended: sign-ins and resets that were under way.
    pub tickets: usize,
}

/// Why a step did not succeed. Each of these denies.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Wrong name or password, or a disabled account: which one is not said.
    #[error("wrong name or password")]
    Denied,
    /// Too many failures: nothing but a password reset opens the account again.
    #[error("too many failed attempts: the password must be reset")]
    ResetRequired,
    /// Too many attempts at the same moment: on one account, or more hashing than the gate admits.
    #[error("too many attempts at this moment: try again in {} s", retry_after.as_secs().max(1))]
    Busy {
        /// How long to wait.
        retry_after: Duration,
    },
    /// The record was changed by somebody else in between: begin anew.
    #[error("the account was changed meanwhile")]
    Overtaken,
    /// A ticket that was used, has expired, was ended, or is for another step.
    #[error("the ticket is not valid for this step")]
    Ticket,
    /// A name that is no login name.
    #[error(
        "login name is empty, longer than 254 bytes, or contains a space or a control character"
    )]
    Login,
    /// The name is taken.
    #[error("an account of this name exists")]
    Exists,
    /// There is no account of this name.
    #[error("there is no account of this name")]
    NoAccount,
    /// The account is disabled.
    #[error("the account is disabled")]
    Disabled,
    /// About a password: most often [`password::Error::Rejected`], with every rule it breaks.
    #[error(transparent)]
    Password(#[from] password::Error),
    /// About a one-time code or a second factor.
    #[error(transparent)]
    Totp(#[from] totp::Error),
    /// About a session.
    #[error(transparent)]
    Session(#[from] session::Error),
    /// About a grant.
    #[error(transparent)]
    Grants(#[from] rbac::Error),
    /// The stored record cannot be read.
    #[error(transparent)]
    State(#[from] encoding::Error),
    /// The store gave no answer.
    #[error(transparent)]
    Store(#[from] store::Error),
}
