//! Makes and compares the codes of one secret.

use core::{
    fmt::{self, Write as _},
    ops::RangeInclusive,
};

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use totp_rs::{Builder, Totp};
use zeroize::Zeroize;

use super::{Algorithm, Error, Secret};

/// The digits that a code may have (RFC 4226 §5.3: six at the least).
pub(super) const DIGITS: RangeInclusive<u8> = 6..=8;
/// The most digits that a code has.
const MAX_DIGITS: usize = 8;
/// The longest text that is looked at for a code: eight digits and three times as many spaces.
const TYPED_LEN: usize = 32;

/// The digits of one code, as ASCII, with zero bytes after them. Wiped when dropped.
#[derive(Default)]
pub(super) struct Code {
    text: [u8; MAX_DIGITS],
    len: usize,
}

impl Code {
    /// Reads a code of so many digits as a person types it: apps show `123 456`.
    pub(super) fn typed(text: &str, digits: u8) -> Result<Self, Error> {
        if text.len() > TYPED_LEN {
            return Err(Error::Malformed);
        }
        let mut code = Self::default();
        for character in text.chars().filter(|character| *character != ' ') {
            if !character.is_ascii_digit() {
                return Err(Error::Malformed);
            }
            code.write_char(character).map_err(|_| Error::Malformed)?;
        }
        if code.len == usize::from(digits) {
            Ok(code)
        } else {
            Err(Error::Malformed)
        }
    }

    pub(super) fn as_str(&self) -> &str {
        let written = self.text.get(..self.len).unwrap_or_default();
        core::str::from_utf8(written).unwrap_or_default()
    }
}

/// Takes the digits that the maker of codes prints, so that no `String` is made for each.
impl fmt::Write for Code {
    fn write_str(&mut self, digits: &str) -> fmt::Result {
        let end = self.len.saturating_add(digits.len());
        let room = self.text.get_mut(self.len..end).ok_or(fmt::Error)?;
        room.copy_from_slice(digits.as_bytes());
        self.len = end;
        Ok(())
    }
}

/// All eight bytes at once: a shorter code ends in zero bytes, which are no digits.
impl ConstantTimeEq for Code {
    fn ct_eq(&self, other: &Self) -> Choice {
        u64::from_ne_bytes(self.text).ct_eq(&u64::from_ne_bytes(other.text))
    }
}

impl Drop for Code {
    fn drop(&mut self) {
        self.text.zeroize();
    }
}

/// The codes of one secret, by moving factor: the step of a time or the count of a token.
pub(super) struct Codes(Totp);

impl Codes {
    pub(super) fn new(secret: &Secret, algorithm: Algorithm, digits: u8) -> Self {
        let algorithm = match algorithm {
            Algorithm::Sha1 => totp_rs::Algorithm::SHA1,
            Algorithm::Sha256 => totp_rs::Algorithm::SHA256,
            Algorithm::Sha512 => totp_rs::Algorithm::SHA512,
        };
        // A step of one second: the time that the maker is given is then the factor itself, and no
        // multiplication can overflow. Lengths are checked by our own types; its check asks for 128
        // bits, where secrets that people bring along have 80.
        let totp = Builder::new()
            .with_algorithm(algorithm)
            .with_digits(digits)
            .with_step_duration(1)
            .with_secret(secret.expose())
            .build_noncompliant();
        Self(totp)
    }

    pub(super) fn at(&self, factor: u64) -> Code {
        let mut code = Code::default();
        let written = write!(code, "{}", self.0.generate(factor));
        debug_assert!(written.is_ok(), "a code takes its digits");
        code
    }

    /// The largest of `factors` whose code this is. All of them are computed and compared, so that
    /// the time does not tell which one it was, or whether there was one.
    pub(super) fn newest_match(&self, code: &Code, factors: RangeInclusive<u64>) -> Option<u64> {
        let mut newest = Newest::default();
        for factor in factors {
            newest.take_if(factor, self.at(factor).ct_eq(code));
        }
        newest.into_option()
    }

    /// The largest of `factors` whose code is `second`, where `first` is that of the one before it,
    /// which is one of `factors` too. Computed and compared in the same way.
    pub(super) fn newest_pair(
        &self,
        [first, second]: [&Code; 2],
        factors: RangeInclusive<u64>,
    ) -> Option<u64> {
        let mut newest = Newest::default();
        let mut follows = Choice::from(0);
        for factor in factors {
            let code = self.at(factor);
            newest.take_if(factor, follows & code.ct_eq(second));
            follows = code.ct_eq(first);
        }
        newest.into_option()
    }
}

/// The last factor that was taken, kept without a branch on whether there is one.
struct Newest {
    factor: u64,
    any: Choice,
}

impl Newest {
    fn take_if(&mut self, factor: u64, matches: Choice) {
        self.factor.conditional_assign(&factor, matches);
        self.any |= matches;
    }

    fn into_option(self) -> Option<u64> {
        bool::from(self.any).then_some(self.factor)
    }
}

impl Default for Newest {
    fn default() -> Self {
        Self {
            factor: 0,
            any: Choice::from(0),
        }
    }
}
