//! Knows a device that its owner has signed in from, so that strangers cannot lock the owner out.
//!
//! Whoever knows a name can fail at it five times, and the account is locked. With this, that locks
//! the strangers' lane, and the owner's own devices have lanes of their own. It is the protocol of
//! OWASP, "Slow Down Online Guessing Attacks with Device Cookies":
//!
//! 1. Whoever signs in is given a token for the device, [`DeviceKeys::issue`], to be kept in a
//!    cookie: `__Host-`, `HttpOnly`, `Secure`, for as long as [`DeviceKeys::lifetime`] says. A new one
//!    at each sign-in.
//! 2. A sign-in that brings one is counted in the device's lane: [`DeviceKeys::verify`] and
//!    [`Attempts::begin_known`]. One that brings none, or one that does not verify, is counted in the
//!    strangers' lane, which is the account's own key.
//! 3. When the device's lane is locked, its token is worth nothing any more, and the attempt is
//!    counted in the strangers' lane ([`Lane::after`]). There OWASP refuses it; here whoever lost a
//!    phone to a curious child can still sign in on it, and a thief is where everybody is.
//!
//! # After a change of the password
//!
//! Each token is a lane with guesses of its own, and whoever knows the password can sign in a thousand
//! times for a thousand tokens. So a change of the password has to end those that are out, or who knew
//! the old one guesses at the new one in a thousand lanes: refuse as a stranger a device whose token
//! was issued before the password was last changed, [`Device::issued`]. [`DeviceKeys::verify`] does
//! not know when that was.
//!
//! ```
//! # use portcullis::{Timestamp, store::Memory, attempts::{Attempts, DeviceKeys, Key, Policy}};
//! # let attempts = Attempts::new(Policy::back_office(), Memory::new(10));
//! # let (keys, now) = (DeviceKeys::new([7; 32]), Timestamp::from_secs(1_795_251_600));
//! # let (cookie, ada) = (keys.issue("ada", now)?, Key::account("ada")?);
//! # let (cookie, password_changed) = (cookie.expose_secret(), Timestamp::from_secs(1_795_251_000));
//! let known = keys.verify(cookie, "ada", now).ok();
//! let begin = match known.filter(|device| device.issued() >= password_changed) {
//!     Some(device) => attempts.begin_known(&device, &[], now)?,
//!     None => attempts.begin_all(&[ada], now)?, // a stranger
//! };
//! # assert!(matches!(begin, portcullis::attempts::Begin::Allowed(_)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What this does not do
//!
//! A token is no credential: it signs nobody in, skips no factor and says nothing about who holds the
//! device. Stolen, it gives its thief the guesses of one lane, five under
//! [`Policy::back_office`](super::Policy::back_office), beside those of the strangers' lane, and lets
//! him lock that one lane. Tokens cannot be called back one by one: an exchange of the key ends all.
//! The owner on a new device, or without cookies, is a stranger, and is locked out with them.
//!
//! It does not bound the lanes of one account. A lane with failures is a value in the store until a
//! success, a reset or the policy ends it, and whoever signs in a thousand times has a thousand tokens
//! and, while the password is the same, a thousand lanes: where strangers can register, bound how often
//! one account signs in.
//!
//! It does not clear the strangers' lane. A success in a device's lane proves that device and clears
//! that lane; the failures of strangers, and the owner's own on a new phone, stay until somebody signs
//! in as a stranger, or a reset or the policy ends them. Where failures count for ever
//! ([`Policy::back_office`](super::Policy::back_office)), an owner who always uses a known device
//! finds the strangers' lane locked one day: give it a window ([`Window`](super::Window)), or reset it
//! when the owner has changed the password.
//!
//! # Security
//!
//! A lane is made for a token that was issued for this account, and in no other way: nobody fills a
//! store with devices of their own invention, and a token of one account is nothing to another. The
//! token is a random number, the time of issue and HMAC-SHA-256 over both and the account, compared in
//! constant time. Every [`Error`] of [`DeviceKeys::verify`] means the strangers' lane, never a
//! sign-in.
//!
//! # Example
//!
//! ```
//! use portcullis::{Timestamp, store::Memory};
//! use portcullis::attempts::{Attempts, Begin, DeviceKeys, Key, Outcome, Policy, Verdict};
//!
//! let attempts = Attempts::new(Policy::back_office(), Memory::new(100_000));
//! let keys = DeviceKeys::new([7; 32]); // 32 random bytes from where the application keeps secrets
//! let (ada, now) = (Key::account("ada")?, Timestamp::from_secs(1_795_251_600));
//! let token = keys.issue("ada", now)?; // ada signed in, and her browser has it as a cookie
//!
//! for _ in 0..5 { // strangers guess
//!     let Begin::Allowed(slot) = attempts.begin(&ada, now)? else { panic!() };
//!     attempts.settle(slot, Verdict::Failure, now)?;
//! }
//! assert_eq!(attempts.begin(&ada, now)?, Begin::ResetRequired { since: now });
//!
//! let device = keys.verify(token.expose_secret(), "ada", now)?;
//! let Begin::Allowed(slots) = attempts.begin_known(&device, &[], now)? else { panic!() };
//! let outcome = attempts.settle_all(slots, Verdict::Success, now)?; // the password was right
//! assert_eq!(outcome, Outcome::Cleared);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use core::{fmt, ops::RangeInclusive, time::Duration};

use base64ct::{Base64UrlUnpadded, Encoding};
use hmac::Mac;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::{Attempts, Begin, Key, Reservations};
use crate::{
    Timestamp,
    mac::{self, hmac},
    random, secret,
    store::{AsyncStore, Store},
};

const VERSION: u8 = 1;
const ID_LEN: usize = 16;
const MAC_LEN: usize = 32;
/// Version, id and time of issue: what the MAC is over, before the account.
const BODY_LEN: usize = 1 + ID_LEN + 8;
const TOKEN_LEN: usize = BODY_LEN + MAC_LEN;
/// Characters of a token: 57 bytes in base64url, without a rest.
const TEXT_LEN: usize = 76;
/// What the HMAC is for: the key may serve nothing else, and if it does the values differ.
const LABEL: &[u8] = b"portcullis/attempts/device/1";
/// Half a year: a device that was not signed in from for so long is no longer the owner's usual one.
/// OWASP names no number; browsers cap cookies at 400 days (RFC 6265bis §5.5).
const LIFETIME: Duration = days(180);
const LIFETIMES: RangeInclusive<Duration> = days(1)..=days(400);
/// How far the clocks of two machines that issue and verify may be apart.
const SKEW: Duration = Duration::from_secs(5 * 60);
/// Former keys: more than one is under way only when a key is exchanged in haste.
const MAX_PREVIOUS: usize = 4;

const fn days(n: u64) -> Duration {
    Duration::from_secs(n.saturating_mul(24 * 60 * 60))
}

/// The keys under which tokens are issued and verified, and how long a token is good.
///
/// Make it once and share it. The keys are wiped when it is dropped, and `Debug` does not show them.
pub struct DeviceKeys {
    current: secret::Array<{ Self::KEY_LEN }>,
    previous: Vec<secret::Array<{ Self::KEY_LEN }>>,
    lifetime: Duration,
}

impl DeviceKeys {
    /// How many bytes a key has.
    pub const KEY_LEN: usize = mac::KEY_LEN;

    /// Issues and verifies under this key: random bytes that the application keeps as a secret, the
    /// same on every machine. The caller's own copy of the bytes stays the caller's to wipe.
    ///
    /// A token is good for 180 days.
    #[must_use]
    pub fn new(key: [u8; Self::KEY_LEN]) -> Self {
        Self {
            current: secret::Array::new(key),
            previous: Vec::new(),
            lifetime: LIFETIME,
        }
    }

    /// Verifies under this key too, and issues nothing under it: the one that the current one took
    /// the place of. To be left out once the lifetime of a token has passed.
    ///
    /// # Errors
    ///
    /// [`Error::TooManyKeys`] for the fifth.
    pub fn with_previous(mut self, key: [u8; Self::KEY_LEN]) -> Result<Self, Error> {
        let key = secret::Array::new(key);
        if self.previous.len() >= MAX_PREVIOUS {
            return Err(Error::TooManyKeys);
        }
        self.previous.push(key);
        Ok(self)
    }

    /// Another time for which a token is good, from 1 to 400 days. It holds for tokens that are out,
    /// too.
    ///
    /// # Errors
    ///
    /// [`Error::Lifetime`] outside that range.
    pub fn with_lifetime(self, lifetime: Duration) -> Result<Self, Error> {
        if !LIFETIMES.contains(&lifetime) {
            return Err(Error::Lifetime);
        }
        Ok(Self { lifetime, ..self })
    }

    /// For how long a token is good: the `Max-Age` of its cookie.
    #[must_use]
    pub fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// A token for the device from which `account` has just signed in. Each has a lane of its own.
    ///
    /// # Errors
    ///
    /// [`Error::Account`] for a name that [`Key::account`] refuses, [`Error::Randomness`] where the
    /// system gives none.
    pub fn issue(&self, account: &str, now: Timestamp) -> Result<DeviceToken, Error> {
        Key::account(account).map_err(|_| Error::Account)?;
        let id = random::bytes().map_err(|_| Error::Randomness)?;
        Ok(self.issue_with_id(account, id, now))
    }

    fn issue_with_id(&self, account: &str, id: [u8; ID_LEN], now: Timestamp) -> DeviceToken {
        let mut token = Zeroizing::new(Vec::with_capacity(TOKEN_LEN));
        token.push(VERSION);
        token.extend_from_slice(&id);
        token.extend_from_slice(&now.as_millis().to_be_bytes());
        let mac = mac(&self.current, &token, account);
        token.extend_from_slice(&*mac);
        DeviceToken(Base64UrlUnpadded::encode_string(&token).into())
    }

    /// The device that a token was issued for, if it was issued for `account`.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`], [`Error::Forged`], [`Error::Future`], [`Error::Expired`],
    /// [`Error::Account`]. Each of them means: count the attempt in the strangers' lane.
    pub fn verify(&self, text: &str, account: &str, now: Timestamp) -> Result<Device, Error> {
        let strangers = Key::account(account).map_err(|_| Error::Account)?;
        let token = decode(text)?;
        let (body, found) = token.split_last_chunk().ok_or(Error::Malformed)?;
        self.check(body, account, found)?;
        let (id, issued) = parse(body)?;
        self.check_age(issued, now)?;
        let id = Base64UrlUnpadded::encode_string(&id);
        let own = Key::device(&id).and_then(|device| strangers.clone().and(device));
        Ok(Device {
            id,
            issued,
            own: own.map_err(|_| Error::Account)?,
            strangers,
        })
    }

    /// Under each of the keys, whichever it was, in the same time.
    fn check(&self, body: &[u8], account: &str, found: &[u8; MAC_LEN]) -> Result<(), Error> {
        let keys = core::iter::once(&self.current).chain(&self.previous);
        let genuine = keys.fold(false, |genuine, key| {
            secret::eq(&*mac(key, body, account), found) | genuine
        });
        genuine.then_some(()).ok_or(Error::Forged)
    }

    fn check_age(&self, issued: Timestamp, now: Timestamp) -> Result<(), Error> {
        if issued > now.saturating_add(SKEW) {
            return Err(Error::Future);
        }
        if now >= issued.saturating_add(self.lifetime) {
            return Err(Error::Expired);
        }
        Ok(())
    }
}

/// Shows neither the keys nor how many there are.
impl fmt::Debug for DeviceKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceKeys")
            .field("lifetime", &self.lifetime)
            .finish_non_exhaustive()
    }
}

fn decode(text: &str) -> Result<Zeroizing<[u8; TOKEN_LEN]>, Error> {
    if text.len() != TEXT_LEN {
        return Err(Error::Malformed);
    }
    let mut token = Zeroizing::new([0; TOKEN_LEN]);
    let decoded = Base64UrlUnpadded::decode(text, token.as_mut());
    match decoded.map_err(|_| Error::Malformed)?.first() {
        Some(&VERSION) => Ok(token),
        _ => Err(Error::Malformed),
    }
}

/// The id and the time of issue.
fn parse(body: &[u8]) -> Result<([u8; ID_LEN], Timestamp), Error> {
    let (_version, rest) = body.split_first().ok_or(Error::Malformed)?;
    let (id, issued) = rest.split_first_chunk().ok_or(Error::Malformed)?;
    let issued = issued.try_into().map_err(|_| Error::Malformed)?;
    Ok((*id, Timestamp::from_millis(u64::from_be_bytes(issued))))
}

/// HMAC-SHA-256 over the label, the body, whose length is fixed, and the account.
fn mac(
    key: &secret::Array<{ DeviceKeys::KEY_LEN }>,
    body: &[u8],
    account: &str,
) -> Zeroizing<[u8; MAC_LEN]> {
    let mac = hmac(key)
        .chain_update(LABEL)
        .chain_update(body)
        .chain_update(account);
    Zeroizing::new(mac.finalize().into_bytes().into())
}

/// What a device is given to be known by: 76 characters of base64url, safe in a cookie.
///
/// It encodes a version byte (1), sixteen random bytes, the time of issue in milliseconds (u64,
/// big-endian) and HMAC-SHA-256 over `portcullis/attempts/device/1`, those and the account. `Debug`
/// prints `[redacted]`.
pub struct DeviceToken(SecretString);

impl DeviceToken {
    /// The text for the cookie. Whoever has it has the guesses of one lane.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for DeviceToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// A device of an account, which its token has shown it to be. Only [`DeviceKeys::verify`] makes one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Device {
    id: String,
    issued: Timestamp,
    own: Key,
    strangers: Key,
}

impl Device {
    /// Its random number as text, for a log or a list: what [`Key::device`] takes.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// When its token was issued. A device whose token is older than the password of its account is
    /// to be counted as a stranger.
    #[must_use]
    pub fn issued(&self) -> Timestamp {
        self.issued
    }

    /// The key that its attempts are counted by: the account and the device.
    #[must_use]
    pub fn lane(&self) -> &Key {
        &self.own
    }

    /// The key that everybody else's attempts on the account are counted by.
    #[must_use]
    pub fn strangers_lane(&self) -> &Key {
        &self.strangers
    }

    fn keys(&self, lane: Lane, others: &[Key]) -> Vec<Key> {
        let lane = match lane {
            Lane::Own => &self.own,
            Lane::Strangers => &self.strangers,
        };
        core::iter::once(lane).chain(others).cloned().collect()
    }
}

/// Where an attempt from a known device is counted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
#[allow(clippy::exhaustive_enums, reason = "there are two lanes")]
pub enum Lane {
    /// In the device's own lane.
    Own,
    /// With everybody else.
    Strangers,
}

impl Lane {
    /// The rule: what the device's own lane answered decides. While that is locked, by a cool-off, a
    /// reset or a rebind, the token is worth nothing. A lane that asks to wait is not locked: the
    /// attempt waits, or a token would be worth two guesses at once.
    pub fn after<P>(own: &Begin<P>) -> Self {
        match own {
            Begin::Allowed(_) | Begin::Wait { .. } | Begin::Busy { .. } => Self::Own,
            Begin::Locked { .. } | Begin::ResetRequired { .. } | Begin::RebindRequired { .. } => {
                Self::Strangers
            }
        }
    }
}

impl<S: Store> Attempts<S> {
    /// [`Attempts::begin_all`] for an attempt from a known device: counted in the device's lane and by
    /// `others`; while the device's lane is locked, in the strangers' lane and by `others`.
    ///
    /// Give it `&[]` and not the address: an address that is locked refuses the device too, so that a
    /// neighbour behind the same NAT could lock it out. The device's own lane bounds its guesses.
    ///
    /// # Errors
    ///
    /// The same.
    pub fn begin_known(
        &self,
        device: &Device,
        others: &[Key],
        now: Timestamp,
    ) -> Result<Begin<Reservations>, super::Error> {
        let lane = Lane::after(&self.look(&device.own, now)?);
        self.begin_all(&device.keys(lane, others), now)
    }
}

impl<S: AsyncStore> Attempts<S> {
    /// [`Attempts::begin_known`] on an [`AsyncStore`].
    ///
    /// # Errors
    ///
    /// The same.
    pub async fn begin_known_async(
        &self,
        device: &Device,
        others: &[Key],
        now: Timestamp,
    ) -> Result<Begin<Reservations>, super::Error> {
        let lane = Lane::after(&self.look_async(&device.own, now).await?);
        self.begin_all_async(&device.keys(lane, others), now).await
    }
}

/// Why a token is not one, or keys are none. For a token each of these means the strangers' lane.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A name of an account that is empty, white space or over 512 bytes.
    #[error("name of the account is empty or longer than 512 bytes")]
    Account,
    /// Not the text of a token.
    #[error("not a device token")]
    Malformed,
    /// Not issued for this account under any of the keys.
    #[error("device token was not issued for this account")]
    Forged,
    /// Issued more than five minutes from now.
    #[error("device token is from the future")]
    Future,
    /// Its lifetime has passed.
    #[error("device token has expired")]
    Expired,
    /// A lifetime outside 1 to 400 days.
    #[error("lifetime is not between 1 and 400 days")]
    Lifetime,
    /// More than four former keys.
    #[error("more than 4 previous keys")]
    TooManyKeys,
    /// The system gave no randomness.
    #[error("the system gave no randomness")]
    Randomness,
}
