//! Makes and compares the codes of one secret.

use core::{fmt::Write as _, ops::RangeInclusive};

use subtle::{Choice, ConditionallySelectable};
use totp_rs::{Builder, Totp};
use zeroize::{Zeroize, Zeroizing};

use super::{Algorithm, Error, Secret};

/// The digits that a code may have (RFC 4226 §5.3: six at the least).
pub(super) const DIGITS: RangeInclusive<u8> = 6..=8;
/// The most digits that a code has.
const MAX_DIGITS: usize = 8;
/// The longest text that is looked at for a code, in bytes: eight digits and as much between them.
const TYPED_LEN: usize = 32;

/// The digits that somebody typed. Wiped when dropped.
#[derive(Default)]
pub(super) struct Typed {
    digits: [u8; MAX_DIGITS],
    len: usize,
}

impl Typed {
    /// Reads a code of so many digits as people type and paste it: apps show `123 456`.
    pub(super) fn new(text: &str, digits: u8) -> Result<Self, Error> {
        if text.len() > TYPED_LEN {
            return Err(Error::Malformed);
        }
        let mut typed = Self::default();
        for typed_char in text.chars().filter(|c| !is_separator(*c)) {
            let place = typed.digits.get_mut(typed.len).ok_or(Error::Malformed)?;
            if !typed_char.is_ascii_digit() {
                return Err(Error::Malformed);
            }
            *place = u8::try_from(typed_char).map_err(|_| Error::Malformed)?;
            typed.len = typed.len.saturating_add(1);
        }
        if typed.len == usize::from(digits) {
            Ok(typed)
        } else {
            Err(Error::Malformed)
        }
    }

    fn as_str(&self) -> &str {
        let digits = self.digits.get(..self.len).unwrap_or_default();
        core::str::from_utf8(digits).unwrap_or_default()
    }
}

impl Drop for Typed {
    fn drop(&mut self) {
        self.digits.zeroize();
    }
}

/// White space, and what keyboards and word processors make of a dash.
pub(super) fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
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
            .with_skew(0)
            .with_secret(secret.expose())
            .build_noncompliant();
        Self(totp)
    }

    /// The code of a factor, in as many ASCII digits as it has.
    pub(super) fn at(&self, factor: u64) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(MAX_DIGITS));
        let written = write!(text, "{}", self.0.generate(factor));
        debug_assert!(written.is_ok(), "a String takes what is written to it");
        text
    }

    /// Whether this is the code of a factor: the maker's own comparison of this one, as a number and
    /// in constant time.
    fn is_code_of(&self, factor: u64, code: &Typed) -> Choice {
        let found = self.0.check(code.as_str(), factor);
        Choice::from(u8::from(found.is_some()))
    }

    /// The largest of `factors` whose code this is. All of them are computed and compared, so that
    /// the time does not tell which one it was, or whether there was one.
    pub(super) fn newest_match(&self, code: &Typed, factors: RangeInclusive<u64>) -> Option<u64> {
        let mut newest = Newest::default();
        for factor in factors {
            newest.take_if(factor, self.is_code_of(factor, code));
        }
        newest.into_option()
    }

    /// The largest of `factors` whose code is `second`, where `first` is that of the one before it,
    /// which is one of `factors` too. Computed and compared in the same way.
    pub(super) fn newest_pair(
        &self,
        [first, second]: [&Typed; 2],
        factors: RangeInclusive<u64>,
    ) -> Option<u64> {
        let mut newest = Newest::default();
        let mut follows = Choice::from(0);
        for factor in factors {
            newest.take_if(factor, follows & self.is_code_of(factor, second));
            follows = self.is_code_of(factor, first);
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
