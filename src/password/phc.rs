//! The text of a stored hash, read strictly: nothing of it is believed before all of it is.

use core::{fmt, ops::RangeInclusive};

use base64ct::{Base64Unpadded, Encoding};

use super::{Cost, Error, MAX_HASH_LEN, Part};

const SCHEME: &str = "$argon2id$";
/// In bytes. Argon2 takes no salt below 8 (RFC 9106 §3.1).
const SALT_LEN: RangeInclusive<usize> = 8..=64;
/// In bytes. The PHC string format gives Argon2 12 to 64. A shorter tag could be met by chance.
const TAG_LEN: RangeInclusive<usize> = 12..=64;

/// Which Argon2 made a hash.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Version {
    /// The text names none, as texts did before there was a second version: 0x10.
    Unstated,
    /// `v=16`, that is 0x10: the version of 2015, which lets an attacker save memory.
    V16,
    /// `v=19`, that is 0x13: the version of RFC 9106, and of every hash made here.
    V19,
}

impl Version {
    fn parse(text: &str) -> Result<Self, Error> {
        match text {
            "v=16" => Ok(Self::V16),
            "v=19" => Ok(Self::V19),
            _ => Err(Error::Malformed(Part::Version)),
        }
    }

    /// Whether it is an older version than hashes are made with here.
    pub(super) const fn is_outdated(self) -> bool {
        !matches!(self, Self::V19)
    }
}

/// A parsed hash. It prints as the very text it was read from.
pub(super) struct Phc {
    pub(super) version: Version,
    pub(super) cost: Cost,
    pub(super) salt: Vec<u8>,
    pub(super) tag: Vec<u8>,
}

impl Phc {
    /// Reads `$argon2id$[v=19$]m=19456,t=2,p=1$salt$tag`: the parameters in this order, each once,
    /// in decimal without sign or leading zero; salt and tag in base64 without padding and without
    /// stray bits; every number below its ceiling.
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        if text.len() > MAX_HASH_LEN {
            return Err(Error::HashTooLong);
        }
        let rest = text.strip_prefix(SCHEME).ok_or(Error::UnknownScheme)?;
        let fields: Vec<&str> = rest.split('$').collect();
        let (version, cost, salt, tag) = match *fields.as_slice() {
            [cost, salt, tag] => (Version::Unstated, cost, salt, tag),
            [version, cost, salt, tag] => (Version::parse(version)?, cost, salt, tag),
            _ => return Err(Error::Malformed(Part::Fields)),
        };
        Ok(Self {
            version,
            cost: parse_cost(cost)?,
            salt: decode(salt, SALT_LEN, Part::Salt)?,
            tag: decode(tag, TAG_LEN, Part::Tag)?,
        })
    }
}

impl fmt::Display for Phc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let salt = Base64Unpadded::encode_string(&self.salt);
        let tag = Base64Unpadded::encode_string(&self.tag);
        write!(f, "{}${salt}${tag}", prefix(self.version, self.cost))
    }
}

/// The text of a hash up to its salt.
pub(super) fn prefix(version: Version, cost: Cost) -> String {
    let version = match version {
        Version::Unstated => "",
        Version::V16 => "v=16$",
        Version::V19 => "v=19$",
    };
    format!("{SCHEME}{version}{cost}")
}

fn parse_cost(text: &str) -> Result<Cost, Error> {
    let mut parts = text.split(',');
    let (Some(memory), Some(passes), Some(lanes), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Error::Malformed(Part::Cost));
    };
    Cost::new(
        number(memory, "m=")?,
        number(passes, "t=")?,
        number(lanes, "p=")?,
    )
}

/// A decimal number after `name`. One that no u32 holds is read as the largest, which is above
/// every ceiling.
fn number(text: &str, name: &str) -> Result<u32, Error> {
    let malformed = Error::Malformed(Part::Cost);
    let digits = text.strip_prefix(name).ok_or(malformed.clone())?;
    let leading_zero = digits.len() > 1 && digits.starts_with('0');
    if digits.is_empty() || leading_zero || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(malformed);
    }
    Ok(digits.parse().unwrap_or(u32::MAX))
}

fn decode(text: &str, lengths: RangeInclusive<usize>, part: Part) -> Result<Vec<u8>, Error> {
    match Base64Unpadded::decode_vec(text) {
        Ok(bytes) if lengths.contains(&bytes.len()) => Ok(bytes),
        _ => Err(Error::Malformed(part)),
    }
}
