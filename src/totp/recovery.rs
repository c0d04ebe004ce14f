//! Recovery codes: each replaces a one-time code once, for the day on which the phone is lost.
//!
//! [`generate`] makes ten of them and the [`State`] that knows them. They are shown once, on paper
//! or in a password manager. Making them anew and storing the new state in place of the old one ends
//! the old codes.
//!
//! # What this does not do
//!
//! Wrong codes are not counted: put the same limit in front as for one-time codes.
//!
//! # Security
//!
//! A code has 120 random bits, more than the 112 from which on NIST SP 800-63B-4 §3.1.2.2 and OWASP
//! ASVS 5.0 6.5.2 ask for no slow hash: there is no list to try. What is stored is HMAC-SHA-256 of
//! each under a random key of the set, so that no two sets can be compared with each other or with a
//! table made beforehand. A stored state that leaks opens nothing. All entries are compared, in
//! constant time.
//!
//! # Example
//!
//! ```
//! use portcullis::totp::{Error, recovery};
//!
//! let (state, codes) = recovery::generate()?;
//! let typed = codes[3].expose_secret().to_lowercase().replace('-', " ");
//! let redeemed = state.redeem(&typed)?;
//! assert_eq!(redeemed.remaining(), 9);
//! let state = redeemed.into_state(); // to be stored before anybody is let in
//! assert_eq!(state.redeem(&typed), Err(Error::Wrong));
//! # Ok::<(), Error>(())
//! ```

use core::fmt;

use hmac::Mac;
use secrecy::{ExposeSecret, SecretString};
use zeroize::{Zeroize, Zeroizing};

use super::{Error, code::is_separator};
use crate::{
    encoding::{self, Decoder, Encoder},
    mac::{KEY_LEN, hmac},
    random, secret,
};

const VERSION: u8 = 1;
/// Codes of one set.
const CODES: usize = 10;
/// Random bytes of a code: 120 bits, without a rest in base32.
const CODE_LEN: usize = 15;
/// Characters of a code without its dashes, and of a group.
const CHARACTERS: usize = 24;
const GROUP: usize = 4;
const DIGEST_LEN: usize = 32;
/// Douglas Crockford's base32: no I, L, O, which look like 1 and 0, and no U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// What is hashed before a code.
const LABEL: &[u8] = b"portcullis/v1/totp/recovery\0";

/// Ten new codes, to be shown once, and the state that knows them.
///
/// # Errors
///
/// [`Error::Randomness`] when the system gives none.
pub fn generate() -> Result<(State, Vec<Code>), Error> {
    let key = random::bytes()?;
    let mut seeds = Zeroizing::new([[0; CODE_LEN]; CODES]);
    for seed in seeds.iter_mut() {
        *seed = random::bytes()?;
    }
    Ok(generate_from(key, &*seeds))
}

fn generate_from(key: [u8; KEY_LEN], seeds: &[[u8; CODE_LEN]]) -> (State, Vec<Code>) {
    let mut state = State {
        key: secret::Array::new(key),
        digests: Vec::with_capacity(seeds.len()),
    };
    let texts: Vec<_> = seeds.iter().map(characters).collect();
    state
        .digests
        .extend(texts.iter().map(|text| digest(&state.key, text)));
    (state, texts.iter().map(|text| Code::new(text)).collect())
}

/// One recovery code: six groups of four characters, `7Q3W-…`, safe to read out.
///
/// `Debug` prints `[redacted]`.
pub struct Code(SecretString);

impl Code {
    fn new(characters: &[u8; CHARACTERS]) -> Self {
        let mut text = Zeroizing::new(String::with_capacity(CHARACTERS.saturating_mul(2)));
        for (n, group) in characters.chunks(GROUP).enumerate() {
            if n > 0 {
                text.push('-');
            }
            text.extend(group.iter().copied().map(char::from));
        }
        Self(SecretString::from(text.as_str()))
    }

    /// The text for the person. It is good for one sign-in.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// The codes of one set that have not been used, as they are stored: nothing that opens anything.
///
/// Encoded as: version 1; the set's key (32 bytes); number of codes u32, then for each
/// HMAC-SHA-256 under the key (32 bytes). Integers are big-endian.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct State {
    key: secret::Array<KEY_LEN>,
    digests: Vec<Digest>,
}

impl State {
    /// Takes a code as people type it: in either case, with dashes and spaces anywhere or nowhere,
    /// O for 0, I and L for 1. It is used up when the state in the answer is stored.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] for what cannot be a code, [`Error::Wrong`] for one that is not of this
    /// set or was used.
    pub fn redeem(&self, input: &str) -> Result<Redeemed, Error> {
        let typed = digest(&self.key, &*fold(input)?);
        let others = self.digests.iter().filter(|digest| **digest != typed);
        let digests: Vec<_> = others.copied().collect();
        if digests.len() == self.digests.len() {
            return Err(Error::Wrong);
        }
        let key = self.key.clone();
        Ok(Redeemed(Self { key, digests }))
    }

    /// How many codes have not been used.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.digests.len()
    }

    /// The bytes to store.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut e = Encoder::new(VERSION);
        e.array(self.key.expose());
        e.list(&self.digests, |e, digest| {
            e.array(&digest.0);
        });
        e.finish()
    }

    /// Reads what [`State::encode`] wrote.
    ///
    /// # Errors
    ///
    /// [`encoding::Error`] for anything else.
    pub fn decode(bytes: &[u8]) -> Result<Self, encoding::Error> {
        let mut d = Decoder::new(bytes, VERSION)?;
        let state = Self {
            key: secret::Array::new(d.array()?),
            digests: d.list(CODES, |d| d.array().map(Digest))?,
        };
        d.finish()?;
        Ok(state)
    }
}

/// A code was right and had not been used.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use = "the code can be used again until the new state is stored"]
pub struct Redeemed(State);

impl Redeemed {
    /// The state to store in place of the one that was asked.
    #[must_use]
    pub fn into_state(self) -> State {
        self.0
    }

    /// The same, to look at.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.0
    }

    /// How many codes are left. At few, it is time for new ones.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.0.remaining()
    }
}

/// HMAC-SHA-256 of a code, compared in constant time.
#[derive(Clone, Copy)]
struct Digest([u8; DIGEST_LEN]);

impl PartialEq for Digest {
    fn eq(&self, other: &Self) -> bool {
        secret::eq(&self.0, &other.0)
    }
}

impl Eq for Digest {}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

fn digest(key: &secret::Array<KEY_LEN>, characters: &[u8; CHARACTERS]) -> Digest {
    let mac = hmac(key).chain_update(LABEL).chain_update(characters);
    Digest(mac.finalize().into_bytes().into())
}

/// The characters of a code: five bits each, the highest first.
fn characters(seed: &[u8; CODE_LEN]) -> Zeroizing<[u8; CHARACTERS]> {
    let mut bits = seed
        .iter()
        .fold(0_u128, |bits, byte| (bits << 8) | u128::from(*byte));
    let mut characters = Zeroizing::new([0; CHARACTERS]);
    for character in characters.iter_mut().rev() {
        let index = usize::try_from(bits & 31).unwrap_or(0);
        *character = ALPHABET.get(index).copied().unwrap_or(0);
        bits >>= 5;
    }
    bits.zeroize();
    characters
}

/// The characters that were meant by what was typed.
fn fold(input: &str) -> Result<Zeroizing<[u8; CHARACTERS]>, Error> {
    let mut folded = Zeroizing::new([0; CHARACTERS]);
    let mut places = folded.iter_mut();
    for typed in input.chars().filter(|c| !is_separator(*c)) {
        let meant = match typed.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        let byte = u8::try_from(meant).map_err(|_| Error::Malformed)?;
        let place = places.next().ok_or(Error::Malformed)?;
        if !ALPHABET.contains(&byte) {
            return Err(Error::Malformed);
        }
        *place = byte;
    }
    match places.next() {
        None => Ok(folded),
        Some(_) => Err(Error::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// TO-08: the bytes of `tests/vectors/totp/recovery.txt`, which Python's integers and its `hmac`
    /// made: the form of the codes and what is stored of them are frozen.
    #[test]
    fn known_randomness_gives_the_codes_and_digests_it_always_did() {
        let vectors = include_str!("../../tests/vectors/totp/recovery.txt");
        let rows = vectors.lines().filter(|line| !line.starts_with('#'));
        let rows: Vec<Vec<_>> = rows.map(|line| line.split(' ').collect()).collect();
        let hex = |text: &str| data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap();
        let key: [u8; KEY_LEN] = core::array::from_fn(|n| u8::try_from(n).unwrap());
        let seeds: Vec<_> = rows
            .iter()
            .map(|row| hex(row[0]).try_into().unwrap())
            .collect();
        let (state, codes) = generate_from(key, &seeds);
        let texts: Vec<_> = codes.iter().map(Code::expose_secret).collect();
        assert_eq!(texts, rows.iter().map(|row| row[1]).collect::<Vec<_>>());
        let mut stored = [&[1], key.as_slice(), &[0, 0, 0, 4]].concat();
        rows.iter().for_each(|row| stored.extend(hex(row[2])));
        assert_eq!(state.encode(), stored);
        assert_eq!(State::decode(&stored), Ok(state));
    }
}
