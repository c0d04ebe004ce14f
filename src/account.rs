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
//! No e-mail is sent and no ticket delivered; an application tells a person by mail that how they get
//! in has changed (OWASP ASVS 5.0 6.3.7). Who may call the administrator's verbs, those that take
//! a login name and no password, is for the caller to decide, with [`rbac`]. Login names are folded
//! to lower case and NFC, no further: names that merely look alike are different people.
//!
//! A password that an administrator chose serves like any other. One-time codes are all that there is
//! beside a password: whoever gets a person to type one into another page has it.
//!
//! # Security
//!
//! **One answer.** A name that nobody has, a wrong password and a disabled account are
//! [`Error::Denied`], after the same slow hash (OWASP Authentication Cheat Sheet, "Authentication and
//! Error Messages"). [`Error::ResetRequired`] is told apart, because a person must learn it, and it is
//! answered on the fifth failure of a name that nobody has, too: those are counted in a table of fixed
//! size. With [`Accounts::with_unknown_names_key`] it is in the store: invented names are counted across
//! processes and restarts as real ones are, and the store is asked as often for either. Without, it is
//! in memory: each process has its own and a new one when it restarts, while a real account is closed
//! to all of them, and the store is asked more often for a real account. An application that would
//! rather not tell strangers shows the same page for both.
//!
//! **What a lockout does, and what it cannot do.** Wrong passwords and wrong codes are counted
//! together, and five in a row close the way they came in by until the password is reset or an
//! administrator unlocks it ([`Accounts::unlock`]). Who knows a name can close the way of strangers for
//! it, and there is no lockout of which that is not true; so a stranger must not be everybody.
//! [`Accounts::sign_in_from`] counts a device that has signed in before, and shows the token it was
//! given ([`Accounts::device_token`]; it ends with the password), by itself, and what is tried within
//! a session is counted by itself: neither is closed by strangers, and each has no more than its own
//! five (OWASP ASVS 5.0 6.1.1 and 6.3.1, "Slow Down Online Guessing Attacks with Device Cookies"). Plain
//! [`Accounts::sign_in`] is a stranger's. A lockout ends no session. It does not see one password tried
//! on many accounts, nor how many names an address tries: [`attempts::report`] sees both, and an
//! [`attempts::Attempts`] by [`attempts::Key::address`] in front limits the latter.
//!
//! The same wrong password again is no further guess, but for an account that came with a fast digest
//! or one of under 16 bytes ([`password::Refusal::expose_slow_hash`]), of which nothing may be kept:
//! there it is one, which tells the account from an invented name, until the first sign-in renews the
//! hash.
//!
//! **Codes.** Wrong codes are counted for each authenticator besides, with growing waits and an end
//! ([`attempts::Policy::authenticator`]), and a password reset does not touch that count: whoever reads
//! a person's mail has no five more codes for each reset. From then on a recovery code is the way in,
//! or an administrator. The second factor is asked before an expired password may be changed.
//!
//! **How people get in** is changed within a session whose second factor was proved in the last five
//! minutes ([`totp::Policy::with_reauthentication`]; of a person without one, the password), else the
//! answer says so and [`Accounts::step_up`] takes a code again; the password is not asked for again.
//! Every other session ends with it.
//!
//! **At rest** a record is sealed by [`field`](crate::field) and bound to the account that it is of:
//! nothing of a second factor's secret is in the store, and a row that is copied to another account
//! does not open. No verb and no accessor gives a secret back after its enrolment; what
//! [`State::encode`] gives is the record itself.
//!
//! # Who lost a phone
//!
//! The password and one of the recovery codes ([`Accounts::recovery_code`]) sign the person in, and that
//! proof is fresh: [`Accounts::authenticators`] lists what they have, [`Accounts::replace_authenticator`]
//! begins the new phone in the place of the old one, [`Accounts::confirm_authenticator`] ends the old one
//! with the first code of the new, and [`Accounts::new_recovery_codes`] makes up for the one that was
//! used. Who has no recovery code either is recognised by an administrator, by other means:
//! [`Accounts::remove_authenticators`], and the next sign-in enrols the new phone.
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
//! let ring = Arc::new(Keyring::generate(Timestamp::now())?); // an application decodes its own
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
mod attempt;
mod authenticators;
mod begun;
mod client;
mod enrolment;
mod guesses;
mod lanes;
mod mandates;
mod passwords;
mod reason;
mod sign_in;
mod state;
mod ticket;

use core::time::Duration;

pub use accounts::Accounts;
pub use client::Client;
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
    /// For wrong codes, by authenticator.
    codes: attempts::Policy,
    sessions: session::Policy,
    second_factor: SecondFactor,
    mandates: Vec<totp::Mandate>,
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
            codes: attempts::Policy::authenticator(),
            sessions: session::Policy::back_office(),
            second_factor: SecondFactor::Required,
            mandates: Vec::new(),
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

    /// Demands a second factor of who has one of these roles, the population of a mandate being the
    /// name of a role that was granted and counts at the moment; a role that it inherits is none that
    /// was granted. At most 64; of two for one role the later one holds. With
    /// [`SecondFactor::Required`] they say nothing more.
    ///
    /// Since when a mandate binds a person is in their record: from the grant on, or from the first
    /// sign-in after the mandate was laid down. A sign-in is where they are held to it; a session goes
    /// on when a grace ends in it, or a role that is mandated begins, and [`Person::duty`] says so. A
    /// record remembers 64 populations, and forgets those that the policy has no more when it must.
    ///
    /// This is what other products call MFA enforcement.
    ///
    /// # Errors
    ///
    /// [`Error::TooManyMandates`].
    pub fn with_mandates(
        self,
        mandates: impl IntoIterator<Item = totp::Mandate>,
    ) -> Result<Self, Error> {
        let mut all: Vec<totp::Mandate> = Vec::new();
        for mandate in mandates {
            all.retain(|known| known.population() != mandate.population());
            all.push(mandate);
        }
        if all.len() > mandates::MAX {
            return Err(Error::TooManyMandates);
        }
        Ok(Self {
            mandates: all,
            ..self
        })
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

    /// Other rules for failed attempts. A success always clears the count: an account is one person's,
    /// and [`attempts::Policy::shared`] makes no difference here.
    #[must_use]
    pub fn with_attempts(self, attempts: attempts::Policy) -> Self {
        let attempts = attempts.own();
        Self { attempts, ..self }
    }

    /// Other rules for wrong codes, counted for each authenticator and not forgotten by a password
    /// reset. [`attempts::Policy::authenticator`] if nothing is said.
    #[must_use]
    pub fn with_code_attempts(self, codes: attempts::Policy) -> Self {
        let codes = codes.own();
        Self { codes, ..self }
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
    /// What the person owes to a mandate: in grace, until when, to be shown to them.
    pub duty: totp::Duty,
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

/// An authenticator that was confirmed within a session.
#[derive(Debug)]
#[allow(
    clippy::exhaustive_structs,
    reason = "what a person is shown, and the session they go on with"
)]
pub struct Confirmed {
    /// With the first authenticator, to be shown once; else none.
    pub recovery_codes: Vec<totp::recovery::Code>,
    /// The same session under a new token.
    pub signed_in: SignedIn,
}

/// The person behind a live session.
#[derive(Clone, Debug)]
pub struct Person {
    login: Login,
    session: session::Live,
    grants: rbac::Grants,
    recovery_codes_left: usize,
    duty: totp::Duty,
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

    /// How many recovery codes they have left; at few it is time for new ones.
    #[must_use]
    pub fn recovery_codes_left(&self) -> usize {
        self.recovery_codes_left
    }

    /// What they owe to a mandate at this moment. A session goes on when a grace ends or a role begins
    /// in it: an application that lets nobody go on ends it, and the next sign-in leads to enrolment.
    pub fn duty(&self) -> totp::Duty {
        self.duty
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
    /// Too many failures: this way in is closed until the password is reset, or an administrator
    /// unlocks the account ([`Accounts::unlock`]). A known device and whoever is signed in go on.
    #[error("too many failed attempts: the password must be reset")]
    ResetRequired,
    /// Too many wrong codes for every authenticator: a recovery code is the way in, or an
    /// administrator's [`Accounts::remove_authenticators`].
    #[error("too many wrong codes: another authenticator has to be bound")]
    RebindRequired,
    /// Too many attempts at the same moment, or too soon after a failure: on one account, or more
    /// hashing than the gate admits.
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
    /// Devices are not known: there are no keys for their tokens.
    #[error("there are no keys for device tokens")]
    NoDevices,
    /// Mandates beyond 64.
    #[error("more than 64 mandates")]
    TooManyMandates,
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
