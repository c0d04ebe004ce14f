//! Which policy decided: the hash of its canonical text.

use core::{fmt, str::FromStr};

use super::{Error, compile::Compiled, print};

/// The version of a [`Policy`](super::Policy): the SHA-256 of its canonical text,
/// [`Policy::to_toml`](super::Policy::to_toml).
///
/// Two policies have one version where they say the same, however their files are written. Printed,
/// it is 64 digits of hexadecimal; with a precision, the first of them: `{version:.8}`. It tells
/// policies apart and is no signature: who can write the file can write another with its version.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Version([u8; LEN]);

const LEN: usize = 32;

impl Version {
    /// Of what is not hashed yet.
    pub(super) const NONE: Self = Self([0; LEN]);

    /// Reads what is printed.
    ///
    /// # Errors
    ///
    /// [`Error::Version`] for anything but 64 digits of hexadecimal in lower case.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if pairs.len() != LEN || !rest.is_empty() {
            return Err(Error::Version);
        }
        let mut bytes = [0; LEN];
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            let (high, low) = (nibble(*high), nibble(*low));
            *byte = high
                .zip(low)
                .map(|(high, low)| high << 4 | low)
                .ok_or(Error::Version)?;
        }
        Ok(Self(bytes))
    }

    pub(super) fn of(policy: &Compiled) -> Self {
        let mut hash = Hash(hmac_sha256::Hash::new());
        // a hash takes whatever is written
        let _ = print::toml(policy, &mut hash);
        Self(hash.0.finalize())
    }
}

impl FromStr for Version {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        let digits: String = digits
            .filter_map(|digit| char::from_digit(digit.into(), 16))
            .collect();
        f.pad(&digits)
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Version({self})")
    }
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => digit.checked_sub(b'0'),
        b'a'..=b'f' => digit.checked_sub(b'a')?.checked_add(10),
        _ => None,
    }
}

struct Hash(hmac_sha256::Hash);

impl fmt::Write for Hash {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.update(text);
        Ok(())
    }
}
