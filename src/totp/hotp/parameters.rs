//! What a token's codes look like.

use super::super::{Algorithm, Error, code::DIGITS};
use crate::encoding::{self, Decoder, Encoder};

/// Algorithm and digits of the codes of one secret. The default is SHA-1, 6 digits (RFC 4226 §5).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Parameters {
    algorithm: Algorithm,
    digits: u8,
}

impl Parameters {
    /// Codes of 6 to 8 `digits`. RFC 4226 knows SHA-1 alone; some tokens have the others.
    ///
    /// # Errors
    ///
    /// [`Error::Digits`] outside this range.
    pub fn new(algorithm: Algorithm, digits: u8) -> Result<Self, Error> {
        if !DIGITS.contains(&digits) {
            return Err(Error::Digits);
        }
        Ok(Self { algorithm, digits })
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

    pub(super) fn encode(&self, e: &mut Encoder) {
        e.u8(self.algorithm.code()).u8(self.digits);
    }

    pub(super) fn decode(d: &mut Decoder<'_>) -> Result<Self, encoding::Error> {
        let algorithm = Algorithm::from_code(d.u8()?).ok_or(encoding::Error::Damaged)?;
        Self::new(algorithm, d.u8()?).map_err(|_| encoding::Error::Damaged)
    }
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            algorithm: Algorithm::Sha1,
            digits: 6,
        }
    }
}
