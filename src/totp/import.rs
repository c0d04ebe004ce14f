//! Secrets that somebody else made: what is weak about them, and which are taken over.

use core::fmt;

use base32ct::{Base32UpperUnpadded, Encoding};
use zeroize::Zeroizing;

use super::{Error, Secret, State};
use crate::secret;

/// NIST SP 800-63B-4 §3.1.4.1, by SP 800-131A.
const NIST_BITS: usize = 112;
/// RFC 4226 §4, R6.
const RFC_4226_BITS: usize = 128;

/// Secrets that stand in documentation, in base32, by where they stand. What an example shows is
/// what ends up in a database, and in the list of whoever tries secrets.
const PUBLISHED: [&str; 10] = [
    // RFC 4226 appendix D; RFC 6238 appendix B for SHA-1, SHA-256 and SHA-512
    "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
    "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA",
    concat!(
        "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNA"
    ),
    // Google Authenticator's "Key URI Format", and pyotp and many others after it
    "JBSWY3DPEHPK3PXP",
    "HXDMVJECJJWSRB3HWIZR4IFUGFTMXBOZ",
    // pyotp, in older documentation
    "BASE32SECRET3232",
    // otplib
    "KVKFKRCPNZQUYMLXOVYDSQKJKZDTSRLD",
    // otpauth for JavaScript
    "US3WHSG7X5KAPV27VANWKQHF3SH3HULL",
    // totp.js
    "GAXGGYT2OU2DEOJR",
    // totp-rs
    "KRSXG5CTMVRXEZLUKN2XAZLSKNSWG4TFOQ",
];

/// Which secrets that somebody else made are taken over. None is below 80 bits
/// ([`Secret::from_base32`]).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Import {
    /// All but those that anybody can guess: published ones and repetitive ones. Short ones are
    /// taken, and [`Imported::weaknesses`] says so: much that is in use has 80 bits.
    #[default]
    RefuseGuessable,
    /// Those, and what is below 112 bits (NIST SP 800-63B-4 §3.1.4.1).
    RefuseBelow112Bits,
    /// Those, and what is below 128 bits (RFC 4226 §4, R6).
    RefuseBelow128Bits,
    /// All. For tests and demonstrations with the secrets of a standard.
    DangerRefuseNone,
}

impl Import {
    fn refuses(self, weakness: Weakness) -> bool {
        match weakness {
            Weakness::Published | Weakness::Repetitive => self != Self::DangerRefuseNone,
            Weakness::Below112Bits => {
                matches!(self, Self::RefuseBelow112Bits | Self::RefuseBelow128Bits)
            }
            Weakness::Below128Bits => self == Self::RefuseBelow128Bits,
        }
    }

    /// What is weak about the secret, unless it is refused for it.
    pub(super) fn check(self, secret: &Secret) -> Result<Vec<Weakness>, Error> {
        let weaknesses: Vec<_> = Weakness::of(secret).collect();
        match weaknesses.iter().find(|weakness| self.refuses(**weakness)) {
            Some(weakness) => Err(Error::Weak(*weakness)),
            None => Ok(weaknesses),
        }
    }
}

/// What is weak about a secret.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Weakness {
    /// It stands in a standard or in the documentation of a library.
    Published,
    /// It repeats its first half or less, or each byte is as far from the one before as the last:
    /// no random secret of 80 bits does, but for one in 2⁴⁰.
    Repetitive,
    /// Less than NIST SP 800-63B-4 §3.1.4.1 asks for.
    Below112Bits,
    /// Less than RFC 4226 §4 asks for (R6).
    Below128Bits,
}

impl Weakness {
    const ALL: [Self; 4] = [
        Self::Published,
        Self::Repetitive,
        Self::Below112Bits,
        Self::Below128Bits,
    ];

    fn of(secret: &Secret) -> impl Iterator<Item = Self> {
        let all = Self::ALL.into_iter();
        all.filter(|weakness| weakness.is_of(secret))
    }

    fn is_of(self, secret: &Secret) -> bool {
        match self {
            Self::Published => is_published(secret.expose()),
            Self::Repetitive => is_repetitive(secret.expose()),
            Self::Below112Bits => secret.bits() < NIST_BITS,
            Self::Below128Bits => secret.bits() < RFC_4226_BITS,
        }
    }
}

impl fmt::Display for Weakness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Published => "it is a published example",
            Self::Repetitive => "it repeats itself",
            Self::Below112Bits => "it is shorter than 112 bits",
            Self::Below128Bits => "it is shorter than 128 bits",
        })
    }
}

fn is_published(bytes: &[u8]) -> bool {
    let text = Zeroizing::new(Base32UpperUnpadded::encode_string(bytes));
    let known = PUBLISHED.iter();
    known.fold(false, |found, known| {
        found | secret::eq(text.as_bytes(), known.as_bytes())
    })
}

fn is_repetitive(bytes: &[u8]) -> bool {
    let repeats = |unit: usize| {
        bytes
            .iter()
            .zip(bytes.iter().skip(unit))
            .all(|(a, b)| a == b)
    };
    let mut units = 1..=bytes.len().div_euclid(2);
    let pairs = bytes.iter().zip(bytes.iter().skip(1));
    let mut distances = pairs.map(|(a, b)| b.wrapping_sub(*a));
    let first = distances.next();
    units.any(repeats) || distances.all(|distance| Some(distance) == first)
}

/// A secret that somebody else made is taken over.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use = "the factor awaits its first code when the state is stored"]
pub struct Imported<S = State> {
    state: S,
    weaknesses: Vec<Weakness>,
}

impl<S> Imported<S> {
    pub(super) fn new(state: S, weaknesses: Vec<Weakness>) -> Self {
        Self { state, weaknesses }
    }

    /// The state to store. It awaits a first code.
    #[must_use]
    pub fn into_state(self) -> S {
        self.state
    }

    /// The same, to look at.
    #[must_use]
    pub fn state(&self) -> &S {
        &self.state
    }

    /// What is weak about the secret, though the policy takes it: a reason to have the person enrol
    /// anew. Nothing of a secret that this library made is.
    #[must_use]
    pub fn weaknesses(&self) -> &[Weakness] {
        &self.weaknesses
    }
}
