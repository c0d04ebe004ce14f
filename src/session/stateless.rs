//! Keeps a whole session in the client's own token, sealed, for places that cannot ask a store.
//!
//! The stateful form asks a store at every request and can therefore end any session at once. Where
//! that is not possible, at the edge of a network for instance, [`Stateless`] seals the session with
//! a [`Keyring`] into a text that only the ring's owner can read or make. The steps and the deadlines
//! are those of [`Policy`]; what the record of the stateful form would remember stands in the text.
//!
//! One look-up is left, and it may come from a copy: the [`Epoch`] of the person. [`Stateless::open`]
//! says whose session it claims to be; the caller looks up that person's epoch; every step compares.
//!
//! # What this does not do
//!
//! Prefer [`Sessions`](super::Sessions) wherever a store can be asked. Without one,
//!
//! - **no single session can be ended.** To sign out takes the cookie from the browser; whoever
//!   copied it goes on until its deadline. To raise the epoch ends all sessions of the person. An
//!   application may refuse some [`Live::id`]s until their absolute deadlines, the latest that a text
//!   of that id was given: that is a store again.
//! - **an older text stays good.** Activity, and a rotation or re-authentication, give a new text and
//!   take nothing from the old one: it lives until its own deadlines, so a thief is not noticed, and
//!   factors that were proved in it stay proved in it. Copies of one text cannot be told apart.
//! - **the policy is not in the text**: two of one purpose and ring whose policies differ open each
//!   other's texts, each by its own limits. Give them purposes of their own.
//! - **nothing is counted or listed**: the policy's limit of sessions and its
//!   [`OnReuse`](super::OnReuse) have no effect, and one sign-in may start several sessions.
//! - **no expiry is remembered**: while a clock is set back, a text that was over is live again, at
//!   most up to the deadlines that stand in it.
//! - **an epoch must not be forgotten** before the absolute limit has passed since it was raised, nor
//!   go back, with a backup for example: older texts live again. A store forgets a record of
//!   [`Sessions`](super::Sessions) sooner ([`Policy::expires`]): keep the epoch with the person.
//!
//! A look-up that fails denies; [`Epoch::default`] in its place would let everything in that was
//! ended.
//!
//! # Security
//!
//! - The text is an envelope of [`field`]: encrypted, authenticated, committed to its
//!   key and context. The context holds this form's name and version, the purpose and the
//!   environment, so a text sealed for another purpose, another deployment, another version of the
//!   form, or as a value of a database does not open.
//! - Whatever the cryptography refuses is the one [`Error::Malformed`], and lengths are checked
//!   before it is asked.
//! - A text is at most [`MAX_LEN`] bytes, and as a cookie at most 4,096 (RFC 6265 §6.1): a longer one
//!   is dropped by browsers, which looks like a sign-out.
//! - A ring whose policy names purposes is one for the column of the purpose, in the table
//!   `portcullis/session`.
//! - Keys rotate as in any ring: a text under a retired key opens, and the next [`Stateless::touch`]
//!   seals it anew. Retire a key for the absolute limit before it is suspended.
//!
//! # Example
//!
//! ```
//! use std::sync::Arc;
//! use portcullis::{Timestamp, field::Keyring};
//! use portcullis::session::{Activity, Epoch, Factors, Policy, Stateless};
//!
//! let nine: Timestamp = "2026-11-21T09:00:00Z".parse()?;
//! let ring = Arc::new(Keyring::generate(nine)?);
//! let edge = Stateless::new(Policy::back_office(), ring, "portcullis/session/web")?;
//!
//! let epoch = Epoch::default(); // ada's, from wherever it is kept
//! let sign_in = edge.begin("ada", epoch, nine).with_factors(Factors::PASSWORD);
//! let (sealed, _) = edge.start(sign_in, b"editor", epoch, nine)?;
//!
//! let later: Timestamp = "2026-11-21T09:10:00Z".parse()?;
//! let opened = edge.open(&sealed)?; // looks at no deadline yet
//! assert_eq!(opened.subject(), "ada");
//! let (session, renewed) = edge.touch(opened, Activity::Interactive, epoch, later)?;
//! assert_eq!(session.payload(), b"editor");
//! assert!(renewed.is_some()); // to be sent in place of the first
//!
//! let ended = epoch.next(later);
//! assert!(edge.check(edge.open(&sealed)?, ended, later).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod body;
mod sealed;

use std::sync::Arc;

use body::Body;
pub use body::{Checked, Opened};
pub use sealed::{MAX_LEN, Sealed};

use super::{Activity, Epoch, Error, Factors, Live, Policy, SUBJECT_LEN, SignIn, State};
use crate::{
    Timestamp,
    field::{self, Context, Keyring},
};

/// The longest payload in bytes.
pub const PAYLOAD_LEN: usize = 2048;
/// The longest purpose, and the longest name of an environment, in bytes.
const PURPOSE_LEN: usize = 128;
/// Stand in the context, which keeps sealed sessions apart from sealed values.
const TABLE: &str = "portcullis/session";
const FORM: &str = "stateless.v1";

/// Seals sessions by these rules for one purpose.
///
/// One for each purpose and ring, shared by reference. Each verb that follows [`Stateless::open`]
/// takes what was opened and the person's epoch of this moment.
#[derive(Debug)]
pub struct Stateless {
    policy: Policy,
    keyring: Arc<Keyring>,
    context: Context,
}

impl Stateless {
    /// Sessions for one purpose, "portcullis/session/web" for example: a text for another one does
    /// not open.
    ///
    /// # Errors
    ///
    /// [`Error::Purpose`] for a purpose that is not 1 to 128 visible ASCII characters.
    pub fn new(policy: Policy, keyring: Arc<Keyring>, purpose: &str) -> Result<Self, Error> {
        let context = Context::new().without_tenant().without_row();
        let context = context.table(TABLE).value_type(FORM);
        Ok(Self {
            policy,
            keyring,
            context: context.column(checked(purpose)?),
        })
    }

    /// Binds them to a deployment as well, such as "production".
    ///
    /// # Errors
    ///
    /// [`Error::Purpose`] for a name that is not 1 to 128 visible ASCII characters.
    pub fn with_environment(self, environment: &str) -> Result<Self, Error> {
        let context = self.context.environment(checked(environment)?);
        Ok(Self { context, ..self })
    }

    /// Begins a sign-in, before the password is looked at; `epoch` is the person's at this moment.
    pub fn begin(&self, subject: &str, epoch: Epoch, now: Timestamp) -> SignIn {
        SignIn::new(subject, epoch, now)
    }

    /// Starts a session for a sign-in that began with [`Stateless::begin`], or with
    /// [`State::begin`] on a record that has the same epoch; `epoch` is the person's at this moment.
    ///
    /// The client can neither read nor change `payload`, what the application wants to know at each
    /// request without asking anybody: it is as old as the text.
    ///
    /// # Errors
    ///
    /// Those of [`Policy::start`]; [`Error::PayloadTooLong`] beyond [`PAYLOAD_LEN`]; [`Error::Ring`].
    pub fn start(
        &self,
        sign_in: SignIn,
        payload: &[u8],
        epoch: Epoch,
        now: Timestamp,
    ) -> Result<(Sealed, Live), Error> {
        // the step of the stateful form on a record without sessions; nobody gets its token
        let (mut state, started) = self.policy.start(State::empty(epoch), sign_in, now);
        let (_, live) = started?;
        let session = state.sessions.pop().ok_or(Error::Unknown)?;
        let body = Body::new(&state.subject, payload, epoch, session)?;
        Ok((self.seal(&body, now)?, live))
    }

    /// Opens a text and says whose session it claims to be, for the look-up of their epoch. Whether
    /// it is live is not known yet.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] for everything that was not sealed under a key that this ring opens
    /// with, for this purpose and environment.
    pub fn open(&self, sealed: &Sealed) -> Result<Opened, Error> {
        let envelope = sealed.envelope()?;
        let opened = self.keyring.open(&self.context, &envelope);
        let opened = opened.map_err(|_| Error::Malformed)?;
        let body = Body::decode(opened.expose_secret()).map_err(|_| Error::Malformed)?;
        Ok(Opened::new(body, opened.stale()))
    }

    /// Says whether the session is live.
    ///
    /// # Errors
    ///
    /// [`Error::Unknown`] for a text of an earlier epoch, [`Error::Expired`] at a deadline or after
    /// it. A text of a later epoch than `epoch` is taken: the copy that was asked lags behind.
    pub fn check(&self, opened: Opened, epoch: Epoch, now: Timestamp) -> Result<Checked, Error> {
        self.on_live(&opened.body, epoch, now)?;
        Ok(self.checked(opened))
    }

    /// Says whether the session is live, and records interactive activity: gives a new text for the
    /// client when the last recorded activity is a sixteenth of the idle time ago, or the key that
    /// sealed the old one is retired.
    ///
    /// # Errors
    ///
    /// As [`Stateless::check`], and [`Error::Randomness`], [`Error::Ring`].
    pub fn touch(
        &self,
        mut opened: Opened,
        activity: Activity,
        epoch: Epoch,
        now: Timestamp,
    ) -> Result<(Checked, Option<Sealed>), Error> {
        self.on_live(&opened.body, epoch, now)?;
        let session = &mut opened.body.session;
        let recorded = self.policy.is_recorded(session, activity, now);
        if recorded {
            session.last_active = now;
        }
        let renewed = if recorded || opened.stale.is_some() {
            Some(self.seal(&opened.body, now)?)
        } else {
            None
        };
        Ok((self.checked(opened), renewed))
    }

    /// Lets both limits start anew for somebody who has just proved `factors`, as
    /// [`Policy::reauthenticate`] does. The old text stays what it was.
    ///
    /// # Errors
    ///
    /// As [`Stateless::check`]; [`Error::NothingProved`] without any factor, [`Error::Randomness`],
    /// [`Error::Ring`].
    pub fn reauthenticate(
        &self,
        mut opened: Opened,
        factors: Factors,
        epoch: Epoch,
        now: Timestamp,
    ) -> Result<(Sealed, Checked), Error> {
        if factors == Factors::NONE {
            return Err(Error::NothingProved);
        }
        self.on_live(&opened.body, epoch, now)?;
        opened.body.session.prove(factors, now);
        Ok((self.seal(&opened.body, now)?, self.checked(opened)))
    }

    /// Gives the session another payload. The old text keeps the old one, and lives as long as it
    /// would have.
    ///
    /// # Errors
    ///
    /// As [`Stateless::check`]; [`Error::PayloadTooLong`] beyond [`PAYLOAD_LEN`],
    /// [`Error::Randomness`], [`Error::Ring`].
    pub fn replace_payload(
        &self,
        mut opened: Opened,
        payload: &[u8],
        epoch: Epoch,
        now: Timestamp,
    ) -> Result<(Sealed, Checked), Error> {
        self.on_live(&opened.body, epoch, now)?;
        opened.body.set_payload(payload)?;
        Ok((self.seal(&opened.body, now)?, self.checked(opened)))
    }

    fn on_live(&self, body: &Body, epoch: Epoch, now: Timestamp) -> Result<(), Error> {
        if body.epoch < epoch {
            return Err(Error::Unknown);
        }
        if self.policy.is_over(&body.session, now) {
            return Err(Error::Expired(self.policy.expiry(&body.session)));
        }
        if !self.policy.is_live(&body.session, now) {
            return Err(Error::ClockWentBack);
        }
        Ok(())
    }

    fn checked(&self, opened: Opened) -> Checked {
        let live = self.policy.live(opened.subject(), &opened.body.session);
        Checked::new(opened, live)
    }

    fn seal(&self, body: &Body, now: Timestamp) -> Result<Sealed, Error> {
        let envelope = self.keyring.seal(&self.context, &body.encode(), now);
        Ok(Sealed::new(envelope.map_err(|error| match error {
            field::Error::Randomness => Error::Randomness,
            other => Error::Ring(other),
        })?))
    }
}

fn checked(name: &str) -> Result<&str, Error> {
    let visible = name.bytes().all(|byte| byte.is_ascii_graphic());
    if (1..=PURPOSE_LEN).contains(&name.len()) && visible {
        Ok(name)
    } else {
        Err(Error::Purpose)
    }
}
