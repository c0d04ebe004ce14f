//! Where a sign-in comes from, and what is counted for names that nobody has.

use core::fmt;
use std::sync::OnceLock;

use super::{
    Accounts, Error, Login,
    attempt::{at_the_gate, is_guess, wrong},
    lanes,
};
use crate::{
    Timestamp,
    attempts::{
        self, Begin, Device, DeviceKeys, DeviceToken, Key, Outcome, Unknown, Verdict,
        unknown::{self, Reservation},
    },
    password::Password,
    secret,
    session::{self, Token},
    store::{Memory, Store},
};

/// What is known of the client that signs in: nothing, or that it is a trusted device, from which the
/// person has signed in before.
///
/// `Debug` does not print the token.
///
/// ```
/// use portcullis::{Timestamp, store::Memory};
/// use portcullis::account::{Accounts, Client, Error, Next, Policy, SecondFactor};
/// use portcullis::{attempts::DeviceKeys, rbac::Grants};
///
/// let policy = Policy::back_office("Example Ltd")?.with_second_factor(SecondFactor::Optional);
/// let keys = DeviceKeys::new([7; 32]); // 32 random bytes from where the application keeps secrets
/// let accounts = Accounts::danger_unsealed(policy, Memory::new(10_000)).with_device_keys(keys);
/// let now: Timestamp = "2026-11-21T09:00:00Z".parse()?;
/// let password = "Correct-Horse-Battery-7".into();
/// accounts.register("ada", &password, Grants::new(), now)?;
///
/// // after each sign-in: a cookie that stays, `__Host-device`, Secure, HttpOnly, SameSite=Strict
/// let Next::SignedIn(signed_in) = accounts.sign_in("ada", &password, now)? else { panic!() };
/// let cookie = accounts.device_token(&signed_in.token, now)?.expose_secret().to_owned();
///
/// for n in 0..5 { // strangers guess, and lock strangers out
///     let _ = accounts.sign_in("ada", &format!("Wrong-{n}").as_str().into(), now);
/// }
/// assert_eq!(accounts.sign_in("ada", &password, now).unwrap_err(), Error::ResetRequired);
/// let client = Client::stranger().with_device_token(&cookie);
/// assert!(accounts.sign_in_from("ada", &password, &client, now).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Default)]
pub struct Client<'a> {
    device_token: Option<&'a str>,
}

impl<'a> Client<'a> {
    /// Nothing is known.
    #[must_use]
    pub fn stranger() -> Self {
        Self::default()
    }

    /// It has sent this token, in a cookie as a rule, which [`Accounts::device_token`] gave it at an
    /// earlier sign-in. Any text will do: who sends one that is no token, or that is of another
    /// account, is a stranger.
    #[must_use]
    pub fn with_device_token(self, token: &'a str) -> Self {
        Self {
            device_token: Some(token),
        }
    }
}

impl fmt::Debug for Client<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

/// The table of names that nobody has. It is made when the first one is asked for, since a table
/// takes randomness.
pub(super) type Nobody = OnceLock<Unknown<Memory>>;

impl<S> Accounts<S> {
    /// Knows devices that have signed in before by tokens under these keys
    /// ([`attempts::device`]). Without keys every client is a stranger.
    #[must_use]
    pub fn with_device_keys(mut self, keys: DeviceKeys) -> Self {
        self.devices = Some(keys);
        self
    }

    /// The device that this client has shown itself to be.
    pub(super) fn device(
        &self,
        login: &Login,
        client: &Client<'_>,
        now: Timestamp,
    ) -> Option<Device> {
        let (keys, text) = self.devices.as_ref().zip(client.device_token)?;
        keys.verify(text, login.as_str(), now).ok()
    }

    /// Counts attempts on names that nobody has in the accounts' own store, under this key: 32 random
    /// bytes that the application keeps as a secret, the same in every process. They are told from
    /// real ones by nothing then, however many processes answer and however often one begins anew,
    /// and the store is read and written as often for either. They take [`unknown::ROWS`] values of
    /// the store at most, under keys of their own. The caller's own copy of the bytes stays the
    /// caller's to wipe.
    ///
    /// Without a key each process counts them by itself, in memory: after a restart an invented name
    /// has its five failures again, among three processes it has fifteen, and its sign-in writes
    /// nothing. Any of these tells it from a real one.
    #[must_use]
    pub fn with_unknown_names_key(mut self, key: [u8; 32]) -> Self {
        self.unknown_key = Some(secret::Array::new(key));
        self
    }

    fn unknown_in_memory(&self) -> Result<&Unknown<Memory>, Error> {
        if let Some(unknown) = self.nobody.get() {
            return Ok(unknown);
        }
        let rows = usize::try_from(unknown::ROWS).unwrap_or(usize::MAX);
        // a table is bounded by its rows, so none need expire: the clock of the decisions is `now`
        let store = Memory::with_clock(rows, || Timestamp::EPOCH);
        let made = Unknown::new(self.policy.attempts.clone(), store);
        let made = made.map_err(|_| session::Error::Randomness)?;
        Ok(self.nobody.get_or_init(|| made))
    }
}

impl<S: Store> Accounts<S> {
    /// A token (a "device cookie") by which the client that holds this session is known at later
    /// sign-ins. To be asked for at a sign-in, since it takes a proof as fresh as
    /// [`Accounts::add_authenticator`] does, and to be kept in a cookie of its own that stays when the
    /// person signs out: `__Host-device`, `Secure`, `HttpOnly`, `SameSite=Strict`, its `Max-Age` that of
    /// [`DeviceKeys::lifetime`]. It is good until then, or until the password is changed or reset.
    ///
    /// # Errors
    ///
    /// [`Error::Session`] when the session is not live or the system gives no randomness, and with
    /// [`StepUpRequired`](crate::session::Error::StepUpRequired) where the last proof is too old;
    /// [`Error::NoDevices`] without [`Accounts::with_device_keys`], and the store's.
    pub fn device_token(&self, token: &Token, now: Timestamp) -> Result<DeviceToken, Error> {
        let login = self.with_session(token, |state| {
            let live = self.live_session(state, token, now)?;
            self.fresh(state, &live, now)?;
            Ok(state.login.clone())
        })?;
        let keys = self.devices.as_ref().ok_or(Error::NoDevices)?;
        let token = keys.issue(login.as_str(), now);
        token.map_err(|_| session::Error::Randomness.into())
    }

    /// What is answered about a name that nobody has, or whose account is disabled: what would be if
    /// every password were wrong, from the first failure to the reset, after the same work.
    pub(super) fn nobody(
        &self,
        login: &Login,
        device: Option<&Device>,
        password: &Password,
        now: Timestamp,
    ) -> Error {
        let counted = match &self.unknown_key {
            Some(key) => {
                let policy = self.policy.attempts.clone();
                let unknown = Unknown::with_key(policy, self.store(), *key.expose());
                let begun = begin_nobody(&unknown, login, device, now);
                self.count_nobody(&unknown, begun, password, now)
            }
            None => self.unknown_in_memory().and_then(|unknown| {
                let begun = begin_nobody(unknown, login, device, now);
                self.count_nobody(unknown, begun, password, now)
            }),
        };
        counted.err().unwrap_or(Error::Denied)
    }

    /// Reads an account's record once more: of a name that nobody has, a row is read besides.
    pub(super) fn same_reads(&self, login: &Login) -> Result<(), Error> {
        match self.unknown_key {
            Some(_) => self.change(login.handle(), |_| Ok(())),
            None => Ok(()),
        }
    }

    fn count_nobody<T: Store>(
        &self,
        unknown: &Unknown<T>,
        begun: Result<Begin<Reservation>, attempts::Error>,
        password: &Password,
        now: Timestamp,
    ) -> Result<(), Error> {
        let slot = match begun.map_err(no_count)? {
            Begin::Allowed(slot) => slot,
            refused => {
                let error = lanes::refusal(&refused, now);
                return Err(self.same_work(password).unwrap_or(error));
            }
        };
        let refusal = self.policy.hasher.examine(password, None).err();
        let machine = refusal.as_ref().filter(|r| !is_guess(r.error()));
        let verdict = match (&refusal, machine) {
            (Some(refusal), None) => wrong(refusal),
            _ => Verdict::Incomplete,
        };
        let outcome = unknown.settle(slot, verdict, now).map_err(no_count)?;
        if let Some(refusal) = machine {
            return Err(at_the_gate(refusal.error().clone()));
        }
        match outcome {
            Outcome::Locked { until } => Err(lanes::busy(until, now)),
            Outcome::ResetRequired { .. } | Outcome::RebindRequired { .. } => {
                Err(Error::ResetRequired)
            }
            Outcome::Lapsed => Err(Error::Overtaken),
            _ => Ok(()),
        }
    }
}

/// In the lane where an attempt on a real account would be: of the device, or while that is locked, of
/// strangers. A device is of an account that is disabled.
fn begin_nobody<T: Store>(
    unknown: &Unknown<T>,
    login: &Login,
    device: Option<&Device>,
    now: Timestamp,
) -> Result<Begin<Reservation>, attempts::Error> {
    if let Some(device) = device {
        let begun = unknown.begin(device.lane(), now)?;
        if attempts::device::Lane::after(&begun) == attempts::device::Lane::Own {
            return Ok(begun);
        }
    }
    unknown.begin(&Key::account(login.as_str())?, now)
}

fn no_count(error: attempts::Error) -> Error {
    match error {
        attempts::Error::Store(error) => error.into(),
        attempts::Error::State(error) => error.into(),
        _ => Error::Denied,
    }
}
