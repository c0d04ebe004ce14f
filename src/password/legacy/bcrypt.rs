//! bcrypt (Provos and Mazières, "A Future-Adaptable Password Scheme", 1999), alone and with what
//! Django, passlib and WordPress put before it.
//!
//! `$2a$`, `$2b$` and `$2y$` are one function here: they name corrections of programs, none of which
//! touches a password of less than 255 bytes in UTF-8. `$2x$`, which marks hashes of a program that
//! took bytes above 127 wrongly, and the withdrawn `$2$` are of no known scheme.
//!
//! # Long passwords and NUL
//!
//! Only the first 72 bytes count, as they did when the hash was made; the schemes that hash the
//! password before bcrypt have no such bound. What OpenBSD before 2014 and its copies made under
//! `$2a$` of 255 bytes or more, whose number they kept in one byte, does not verify.
//!
//! NUL is a byte like others, as in jBCrypt, Spring Security, Go and bcrypt 5 for Python. Programs
//! in C stopped at it: what they made of a password with NUL verifies by the part before it.
//! bcrypt repeats the password and a NUL until it has 72 bytes, so `ab` and `ab`, NUL, `ab` are the
//! same to it: whoever knows the longer one knows the shorter one.
//!
//! # Two texts for one hash
//!
//! The last character of the salt has four bits that mean nothing. passlib before 1.5.3 set them at
//! random, and they are ignored; not so in passlib's own `$bcrypt-sha256$`, which came later and
//! never had them. The two such bits of the tag were never set by anybody: set, they are refused.
//!
//! What this leaves in memory: the function's own copies of its outcome, on the stack. The key, its
//! schedule and all that is made of the password before are wiped.

use base64ct::{Base64, Base64Bcrypt, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Sha256, Sha384};
use zeroize::{Zeroize, Zeroizing};

use super::{
    super::{
        Error, Limits, Parameter, Part,
        limits::{at_least, at_most},
        phc::decimal,
    },
    Foreign, Legacy, LegacyDigest, LegacyScheme, fields,
};

/// The least and the most of the function itself.
const MIN_COST: u32 = 4;
const MAX_COST: u32 = 31;
/// In bytes.
const SALT_LEN: usize = 16;
const TAG_LEN: usize = 23;
/// Characters of the salt.
const SALT_CHARS: usize = 22;
/// In bytes: what the function takes of a password.
const KEY_LEN: usize = 72;
const WORDPRESS_KEY: &[u8] = b"wp-sha384";

/// What stands before a hash of bcrypt, and what its password was made of.
const WRAPPED: [(&str, Input); 4] = [
    ("bcrypt$", Input::Plain),
    ("bcrypt_sha256$", Input::Sha256Hex),
    ("$wp", Input::WordPress),
    ("", Input::Peppered),
];

/// Reads any hash of bcrypt.
pub(super) fn parse(text: &str, limits: &Limits) -> Result<Option<Box<dyn Foreign>>, Error> {
    if let Some(rest) = text.strip_prefix("$bcrypt-sha256$") {
        return Ok(Some(Box::new(passlib(rest, limits)?)));
    }
    let begins = |(prefix, input): &(&str, Input)| {
        let bcrypt = text.strip_prefix(prefix)?;
        // WordPress writes no other
        let names = match input {
            Input::WordPress => &["$2y$"][..],
            _ => &["$2a$", "$2b$", "$2y$"],
        };
        let rest = names.iter().find_map(|name| bcrypt.strip_prefix(name))?;
        Some((rest, input.clone()))
    };
    match WRAPPED.iter().find_map(begins) {
        Some((rest, input)) => Ok(Some(Box::new(crypt(rest, input, limits)?))),
        None => Ok(None),
    }
}

/// `12$` and 53 characters of salt and tag.
fn crypt(text: &str, input: Input, limits: &Limits) -> Result<Bcrypt, Error> {
    let (cost, rest) = text.split_once('$').ok_or(Error::Malformed(Part::Fields))?;
    if cost.len() != 2 || !cost.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Error::Malformed(Part::Cost));
    }
    let cost = cost.parse().map_err(|_| Error::Malformed(Part::Cost))?;
    let (salt, tag) = rest
        .split_at_checked(SALT_CHARS)
        .ok_or(Error::Malformed(Part::Salt))?;
    Bcrypt::new(cost, &without_stray_bits(salt)?, tag, input, limits)
}

/// The salt with the four bits cleared that its last character has to spare.
fn without_stray_bits(salt: &str) -> Result<String, Error> {
    let mut text = salt.to_owned();
    let last = match text.pop() {
        Some('.' | '/' | 'A'..='N') => '.',
        Some('O'..='Z' | 'a'..='d') => 'O',
        Some('e'..='t') => 'e',
        Some('u'..='z' | '0'..='9') => 'u',
        _ => return Err(Error::Malformed(Part::Salt)),
    };
    text.push(last);
    Ok(text)
}

/// `v=2,t=2b,r=12$salt$tag`, or of the first version `2b,12$salt$tag`, with `2a` too.
fn passlib(text: &str, limits: &Limits) -> Result<Bcrypt, Error> {
    let fields: Vec<&str> = text.split('$').collect();
    let [cost, salt, tag] = *fields else {
        return Err(Error::Malformed(Part::Fields));
    };
    let (cost, input) = if cost.starts_with("v=") {
        let cost = cost.strip_prefix("v=2,").ok_or(Part::Version);
        let cost = cost.map_err(Error::Malformed)?.strip_prefix("t=2b,r=");
        (cost, Input::HmacSha256(salt.into()))
    } else {
        let cost = cost.strip_prefix("2a,").or(cost.strip_prefix("2b,"));
        (cost, Input::Sha256Base64)
    };
    let cost = decimal(cost.ok_or(Error::Malformed(Part::Cost))?)?;
    Bcrypt::new(cost, salt, tag, input, limits)
}

/// What the function is given.
#[derive(Clone)]
enum Input {
    /// The password, and after it the pepper of Devise if there is one.
    Peppered,
    /// The password (Django).
    Plain,
    /// SHA-256 in hexadecimal (Django).
    Sha256Hex,
    /// SHA-256 in base64 (passlib before 1.7.3).
    Sha256Base64,
    /// HMAC-SHA-256 in base64; the key is the salt as it is written (passlib).
    HmacSha256(String),
    /// HMAC-SHA-384 in base64 of the password without white space around it (WordPress 6.8).
    WordPress,
}

impl Input {
    fn of(&self, password: &[u8], legacy: &Legacy) -> Result<Zeroizing<Vec<u8>>, Error> {
        Ok(match self {
            Self::Peppered => concat(password, legacy.devise_pepper()),
            Self::Plain => concat(password, b""),
            Self::Sha256Hex => hex(&LegacyDigest::Sha256.of(&[password])),
            Self::Sha256Base64 => in_base64(&LegacyDigest::Sha256.of(&[password])),
            Self::HmacSha256(key) => in_base64(&hmac::<Hmac<Sha256>>(key.as_bytes(), password)?),
            Self::WordPress => {
                let password = php_trim(password);
                in_base64(&hmac::<Hmac<Sha384>>(WORDPRESS_KEY, password)?)
            }
        })
    }
}

struct Bcrypt {
    input: Input,
    cost: u32,
    salt: [u8; SALT_LEN],
    tag: Vec<u8>,
}

impl Bcrypt {
    fn new(cost: u32, salt: &str, tag: &str, input: Input, limits: &Limits) -> Result<Self, Error> {
        at_least(Parameter::BcryptCost, cost, MIN_COST)?;
        limits.admit_bcrypt(cost)?;
        at_most(Parameter::BcryptCost, cost, MAX_COST)?;
        let salt = fields::base64::<Base64Bcrypt>(salt, SALT_LEN..=SALT_LEN, Part::Salt)?;
        Ok(Self {
            input,
            cost,
            salt: salt.try_into().map_err(|_| Error::Malformed(Part::Salt))?,
            tag: fields::base64::<Base64Bcrypt>(tag, TAG_LEN..=TAG_LEN, Part::Tag)?,
        })
    }
}

impl Foreign for Bcrypt {
    fn scheme(&self) -> LegacyScheme {
        let cost = self.cost;
        match self.input {
            Input::Peppered | Input::Plain => LegacyScheme::Bcrypt { cost },
            Input::Sha256Hex | Input::Sha256Base64 | Input::HmacSha256(_) => {
                LegacyScheme::BcryptSha256 { cost }
            }
            Input::WordPress => LegacyScheme::WordPress { cost },
        }
    }

    fn is_slow(&self) -> bool {
        true
    }

    fn tag(&self) -> &[u8] {
        &self.tag
    }

    fn compute(&self, password: &[u8], legacy: &Legacy) -> Result<Zeroizing<Vec<u8>>, Error> {
        let key = key(&self.input.of(password, legacy)?);
        let out = Zeroizing::new(bcrypt::bcrypt(self.cost, self.salt, &key));
        let mut tag = Zeroizing::new(out.to_vec());
        tag.truncate(TAG_LEN);
        Ok(tag)
    }
}

/// The first 72 bytes of the input and the NUL after it.
fn key(input: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut key = concat(input, b"\0");
    key.truncate(KEY_LEN);
    key
}

/// One after the other, in memory that does not move.
fn concat(a: &[u8], b: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new([a, b].concat())
}

fn in_base64(bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(Base64::encode_string(bytes).into_bytes())
}

fn hex(bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let halves = bytes.iter().flat_map(|b| [b >> 4, b & 15]);
    let mut out = Zeroizing::new(Vec::with_capacity(bytes.len().saturating_mul(2)));
    out.extend(halves.filter_map(|half| DIGITS.get(usize::from(half))));
    out
}

fn hmac<M: Mac + KeyInit>(key: &[u8], message: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
    // HMAC takes keys of every length
    let mac = <M as KeyInit>::new_from_slice(key).map_err(|_| Error::Malformed(Part::Salt))?;
    let mut array = mac.chain_update(message).finalize().into_bytes();
    let out = Zeroizing::new(array.to_vec());
    array.as_mut_slice().zeroize();
    Ok(out)
}

/// What PHP's trim() leaves: WordPress calls it when it hashes and when somebody signs in.
fn php_trim(mut password: &[u8]) -> &[u8] {
    while let [b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0, rest @ ..]
    | [rest @ .., b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0] = password
    {
        password = rest;
    }
    password
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;

    /// PW-02: passwords that cannot be typed here, of bytes that are not UTF-8 or of none, and the
    /// names that are of no known scheme: what programs made that took signed bytes.
    #[test]
    fn agrees_with_the_published_vectors_to_the_byte() {
        let file = include_str!("../../../tests/vectors/password/legacy/bcrypt_bytes.txt");
        let lines = file.lines().filter(|line| !line.starts_with('#'));
        let (mut known, mut unknown) = (0, 0);
        for line in lines {
            let [source, password, text] = line.split('\t').collect::<Vec<_>>()[..] else {
                panic!("{line}");
            };
            match parse(text, &Limits::default()).unwrap() {
                Some(hash) => {
                    let password = HEXLOWER.decode(password.as_bytes()).unwrap();
                    let tag = hash.compute(&password, &Legacy::new()).unwrap();
                    assert_eq!(*tag, hash.tag(), "{source}: {text}");
                    known += 1;
                }
                None => {
                    assert!(
                        text.starts_with("$2x$") || text.starts_with("$2$"),
                        "{text}"
                    );
                    unknown += 1;
                }
            }
        }
        assert_eq!((known, unknown), (30, 9));
    }
}
