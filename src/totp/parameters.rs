//! What a secret's codes look like and how long each lasts.

use core::time::Duration;

use super::{
    Error,
    code::{DIGITS, Typed},
};
use crate::{
    Timestamp,
    encoding::{self, Decoder, Encoder},
};

/// The longest period: a day.
const MAX_PERIOD: u32 = 86_400;

/// The hash function under a code.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC-SHA-1, the default of RFC 6238 and the only one that every authenticator app knows.
    /// What breaks SHA-1 for signatures, collisions, does not touch HMAC (RFC 4226 appendix B.2).
    #[default]
    Sha1,
    /// HMAC-SHA-256. Some apps take it and show the codes of SHA-1.
    Sha256,
    /// HMAC-SHA-512. Some apps take it and show the codes of SHA-1.
    Sha512,
}

impl Algorithm {
    const ALL: [Self; 3] = [Self::Sha1, Self::Sha256, Self::Sha512];

    /// As an otpauth URI writes it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Sha512 => "SHA512",
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|algorithm| algorithm.name().eq_ignore_ascii_case(name))
    }

    pub(super) fn code(self) -> u8 {
        match self {
            Self::Sha1 => 1,
            Self::Sha256 => 2,
            Self::Sha512 => 3,
        }
    }

    pub(super) fn from_code(code: u8) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.code() == code)
    }
}

/// Algorithm, digits and period of the codes of one secret. The default is SHA-1, 6 digits, 30
/// seconds: what every authenticator app does (RFC 6238 §4.1, §5.2).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Parameters {
    algorithm: Algorithm,
    digits: u8,
    /// In seconds, from 1 to [`MAX_PERIOD`].
    period: u32,
}

impl Parameters {
    /// Codes of 6 to 8 `digits`, one each `period`, which is whole seconds from 1 to 86,400.
    ///
    /// # Errors
    ///
    /// [`Error::Digits`] or [`Error::Period`] outside these ranges.
    pub fn new(algorithm: Algorithm, digits: u8, period: Duration) -> Result<Self, Error> {
        let seconds = u32::try_from(period.as_secs()).map_err(|_| Error::Period)?;
        if period.subsec_nanos() != 0 {
            return Err(Error::Period);
        }
        Self::from_numbers(algorithm, digits, seconds)
    }

    pub(super) fn from_numbers(
        algorithm: Algorithm,
        digits: u8,
        period: u32,
    ) -> Result<Self, Error> {
        if !DIGITS.contains(&digits) {
            return Err(Error::Digits);
        }
        if !(1..=MAX_PERIOD).contains(&period) {
            return Err(Error::Period);
        }
        Ok(Self {
            algorithm,
            digits,
            period,
        })
    }

    /// The hash function.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Digits of a code, 6 to 8.
    #[must_use]
    pub fn digits(&self) -> u8 {
        self.digits
    }

    /// How long a code is shown.
    #[must_use]
    pub fn period(&self) -> Duration {
        Duration::from_secs(self.period.into())
    }

    pub(super) fn period_seconds(&self) -> u32 {
        self.period
    }

    /// Whether a text could be a code.
    pub(super) fn is_form_of(&self, code: &str) -> bool {
        Typed::new(code, self.digits).is_ok()
    }

    /// The step that `now` is in, counted from the Unix epoch (RFC 6238 §4.2, T0 = 0).
    pub(super) fn step(&self, now: Timestamp) -> u64 {
        // INVARIANT: the period is at least 1.
        now.as_secs().checked_div(self.period.into()).unwrap_or(0)
    }

    pub(super) fn encode(&self, e: &mut Encoder) {
        e.u8(self.algorithm.code()).u8(self.digits).u32(self.period);
    }

    pub(super) fn decode(d: &mut Decoder<'_>) -> Result<Self, encoding::Error> {
        let algorithm = Algorithm::from_code(d.u8()?).ok_or(encoding::Error::Damaged)?;
        Self::from_numbers(algorithm, d.u8()?, d.u32()?).map_err(|_| encoding::Error::Damaged)
    }
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            algorithm: Algorithm::Sha1,
            digits: 6,
            period: 30,
        }
    }
}
