//! The text of a stored hash, read strictly: nothing of it is believed before all of it is.

use core::{fmt, ops::RangeInclusive};

use base64ct::{Base64Unpadded, Encoding};

use super::{Cost, Error, Limits, Part};

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

/// Which of the three functions of RFC 9106.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Algorithm {
    /// Argon2id: what RFC 9106 §4 recommends, and every hash made here.
    Argon2id,
    /// Argon2i: what an attacker can trade memory for time with. It is verified and replaced.
    #[cfg(feature = "legacy")]
    Argon2i,
    /// Argon2d: its memory accesses tell of the password. It is verified and replaced.
    #[cfg(feature = "legacy")]
    Argon2d,
}

impl Algorithm {
    const ALL: &[Self] = &[
        Self::Argon2id,
        #[cfg(feature = "legacy")]
        Self::Argon2i,
        #[cfg(feature = "legacy")]
        Self::Argon2d,
    ];

    /// What its hashes begin with.
    const fn prefix(self) -> &'static str {
        match self {
            Self::Argon2id => "$argon2id$",
            #[cfg(feature = "legacy")]
            Self::Argon2i => "$argon2i$",
            #[cfg(feature = "legacy")]
            Self::Argon2d => "$argon2d$",
        }
    }
}

/// A parsed hash of Argon2. It prints as the very text it was read from.
#[derive(Clone)]
pub(super) struct Phc {
    pub(super) algorithm: Algorithm,
    pub(super) version: Version,
    pub(super) cost: Cost,
    pub(super) salt: Vec<u8>,
    pub(super) tag: Vec<u8>,
}

impl Phc {
    /// Reads `$argon2id$[v=19$]m=19456,t=2,p=1$salt$tag`: the parameters in this order, each once,
    /// in decimal without sign or leading zero; salt and tag in base64 without padding and without
    /// stray bits; every number within `limits`. None for a text that does not begin so.
    pub(super) fn parse(text: &str, limits: &Limits) -> Result<Option<Self>, Error> {
        let begins = |algorithm: &Algorithm| {
            let rest = text.strip_prefix(algorithm.prefix())?;
            Some((*algorithm, rest))
        };
        match Algorithm::ALL.iter().find_map(begins) {
            Some((algorithm, rest)) => Self::parse_rest(algorithm, rest, limits).map(Some),
            None => Ok(None),
        }
    }

    fn parse_rest(algorithm: Algorithm, rest: &str, limits: &Limits) -> Result<Self, Error> {
        let fields: Vec<&str> = rest.split('$').collect();
        let (version, fields) = match fields.split_first() {
            Some((first, rest)) if first.starts_with("v=") => (Version::parse(first)?, rest),
            _ => (Version::Unstated, fields.as_slice()),
        };
        let [cost, salt, tag] = *fields else {
            return Err(Error::Malformed(Part::Fields));
        };
        let cost = parse_cost(cost)?;
        limits.admit(&cost)?;
        Ok(Self {
            algorithm,
            version,
            cost,
            salt: decode(salt, SALT_LEN, Part::Salt)?,
            tag: decode(tag, TAG_LEN, Part::Tag)?,
        })
    }
}

impl fmt::Display for Phc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let salt = Base64Unpadded::encode_string(&self.salt);
        let tag = Base64Unpadded::encode_string(&self.tag);
        write!(
            f,
            "{}${salt}${tag}",
            prefix(self.algorithm, self.version, self.cost)
        )
    }
}

/// The text of a hash up to its salt.
pub(super) fn prefix(algorithm: Algorithm, version: Version, cost: Cost) -> String {
    let algorithm = algorithm.prefix();
    let version = match version {
        Version::Unstated => "",
        Version::V16 => "v=16$",
        Version::V19 => "v=19$",
    };
    format!("{algorithm}{version}{cost}")
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

/// A decimal number after `name`.
fn number(text: &str, name: &str) -> Result<u32, Error> {
    let digits = text.strip_prefix(name);
    decimal(digits.ok_or(Error::Malformed(Part::Cost))?)
}

/// A number of a cost: plain decimal digits without sign or leading zero. One that no u32 holds is
/// read as the largest, which is above every ceiling.
pub(super) fn decimal(digits: &str) -> Result<u32, Error> {
    let leading_zero = digits.len() > 1 && digits.starts_with('0');
    if digits.is_empty() || leading_zero || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Error::Malformed(Part::Cost));
    }
    Ok(digits.parse().unwrap_or(u32::MAX))
}

fn decode(text: &str, lengths: RangeInclusive<usize>, part: Part) -> Result<Vec<u8>, Error> {
    match Base64Unpadded::decode_vec(text) {
        Ok(bytes) if lengths.contains(&bytes.len()) => Ok(bytes),
        _ => Err(Error::Malformed(part)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*, sample::Index};

    use super::*;
    use crate::password::Parameter;

    const GOOD: &str =
        "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc";

    fn read(text: &str) -> Phc {
        Phc::parse(text, &Limits::default()).unwrap().unwrap()
    }

    fn refusal(text: &str) -> Error {
        match Phc::parse(text, &Limits::default()) {
            Ok(phc) => {
                assert!(phc.is_none(), "{text} is read");
                Error::UnknownScheme
            }
            Err(error) => error,
        }
    }

    /// PW-05, PW-17: each is the good text with one thing wrong.
    #[test]
    fn says_what_is_wrong_with_a_text() {
        use Part::{Cost, Fields, Salt, Tag, Version};
        assert_eq!(read(GOOD).to_string(), GOOD);
        let part = |from, to, part| (GOOD.replacen(from, to, 1), Error::Malformed(part));
        let other = |from, to, error| (GOOD.replacen(from, to, 1), error);
        for (text, error) in [
            other("$argon2id", "argon2id", Error::UnknownScheme),
            #[cfg(not(feature = "legacy"))]
            other("argon2id", "argon2i", Error::UnknownScheme),
            #[cfg(not(feature = "legacy"))]
            other("argon2id", "argon2d", Error::UnknownScheme),
            other("argon2id", "argon2", Error::UnknownScheme),
            other("argon2id", "Argon2id", Error::UnknownScheme),
            other("$argon2id", " $argon2id", Error::UnknownScheme),
            (String::new(), Error::UnknownScheme),
            part("$v=19", "$v=19$", Fields),
            part("$c29tZXNhbHQ", "", Fields),
            part("$v=19$m=256,t=2,p=2$c29tZXNhbHQ", "", Fields),
            (format!("{GOOD}$"), Error::Malformed(Fields)),
            part("v=19", "v=18", Version),
            part("v=19", "v=019", Version),
            part("v=19", "v=0x13", Version),
            part("v=19", "v=+19", Version),
            part("v=19", "", Fields),
            part("v=19", "v=", Version),
            part("v=19$", "v=19$v=19$", Fields),
            part("m=256,t=2", "t=2,m=256", Cost),
            part("t=2", "t=2,t=2", Cost),
            part("t=2", "t=2,t=3", Cost),
            part(",t=2", "", Cost),
            part(",p=2", "", Cost),
            part("p=2", "p=2,keyid=AA", Cost),
            part("p=2", "p=2,", Cost),
            part("p=2", "p=", Cost),
            part("p=2", "P=2", Cost),
            part("p=2", "p=02", Cost),
            part("p=2", "p=+2", Cost),
            part("p=2", "p=-2", Cost),
            part("p=2", "p= 2", Cost),
            part("p=2", "p=\u{662}", Cost),
            part("p=2", "p=0x2", Cost),
            other(
                "p=2",
                "p=0",
                Error::BelowMinimum {
                    parameter: Parameter::Lanes,
                    min: 1,
                },
            ),
            other(
                "p=2",
                "p=17",
                Error::AboveLimit {
                    parameter: Parameter::Lanes,
                    max: 16,
                },
            ),
            other(
                "t=2",
                "t=0",
                Error::BelowMinimum {
                    parameter: Parameter::Passes,
                    min: 1,
                },
            ),
            other(
                "t=2",
                "t=65",
                Error::AboveLimit {
                    parameter: Parameter::Passes,
                    max: 64,
                },
            ),
            other(
                "t=2",
                "t=4000000000",
                Error::AboveLimit {
                    parameter: Parameter::Passes,
                    max: 64,
                },
            ),
            other(
                "m=256,t=2",
                "m=262144,t=9",
                Error::AboveLimit {
                    parameter: Parameter::Work,
                    max: 2097152,
                },
            ),
            other(
                "m=256,t=2",
                "m=32769,t=64",
                Error::AboveLimit {
                    parameter: Parameter::Work,
                    max: 2097152,
                },
            ),
            other(
                "m=256",
                "m=0",
                Error::BelowMinimum {
                    parameter: Parameter::Memory,
                    min: 16,
                },
            ),
            other(
                "m=256",
                "m=15",
                Error::BelowMinimum {
                    parameter: Parameter::Memory,
                    min: 16,
                },
            ),
            other(
                "m=256",
                "m=262145",
                Error::AboveLimit {
                    parameter: Parameter::Memory,
                    max: 262144,
                },
            ),
            other(
                "m=256",
                "m=4194304",
                Error::AboveLimit {
                    parameter: Parameter::Memory,
                    max: 2097152,
                },
            ),
            other(
                "m=256",
                "m=4294967552",
                Error::AboveLimit {
                    parameter: Parameter::Memory,
                    max: 2097152,
                },
            ), // 256 in 32 bits
            other(
                "m=256",
                "m=18446744073709551872",
                Error::AboveLimit {
                    parameter: Parameter::Memory,
                    max: 2097152,
                },
            ), // 256 in 64 bits
            part("c29tZXNhbHQ", "", Salt),
            part("c29tZXNhbHQ", "c29tZXNhbA", Salt), // seven bytes
            part("c29tZXNhbHQ", "c29tZXNhbHQ=", Salt),
            part("c29tZXNhbHQ", "c29tZXNhbHR", Salt), // a stray bit
            part("c29tZXNhbHQ", "c29tZX_hbHQ", Salt), // the alphabet of URLs
            part("c29tZXNhbHQ", &"A".repeat(87), Salt), // 65 bytes
            part("v1cDc", "v1cD", Tag),
            part("v1cDc", "v1cDd", Tag),
            part("v1cDc", "v1cDc=", Tag),
            part("v1cDc", "v1cDc\n", Tag),
            part("v1cDc", "v1cDc ", Tag),
            (
                GOOD.replace(
                    "bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
                    "AAAAAAAAAAAAAAA",
                ),
                Error::Malformed(Tag),
            ), // 11 bytes
            (
                GOOD.replace(
                    "bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
                    &"A".repeat(87),
                ),
                Error::Malformed(Tag),
            ),
        ] {
            assert_ne!(text, GOOD);
            assert_eq!(refusal(&text), error, "{text}");
        }
    }

    proptest! {
        /// PW-01: every hash that can be made is read as what it was made of.
        #[test]
        fn reads_what_it_prints(
            version in prop_oneof![
                Just(Version::Unstated), Just(Version::V16), Just(Version::V19),
            ],
            (lanes, memory) in (1..=16_u32).prop_flat_map(|p| (Just(p), p.saturating_mul(8)..=262_144)),
            passes in 1..=8_u32,
            salt in vec(any::<u8>(), 8..=64),
            tag in vec(any::<u8>(), 12..=64),
        ) {
            let cost = Cost::new(memory, passes, lanes).unwrap();
            let text = Phc { algorithm: Algorithm::Argon2id, version, cost, salt: salt.clone(), tag: tag.clone() }.to_string();
            let read = read(&text);
            prop_assert_eq!((read.version, read.cost), (version, cost));
            prop_assert_eq!((read.salt, read.tag), (salt, tag));
        }

        /// PW-17: there is one text for each hash: what is read prints as it was.
        #[test]
        fn a_text_that_is_read_prints_as_it_was(edits in vec((any::<Index>(), edit()), 1..4)) {
            let mut text = GOOD.to_owned();
            for (at, (remove, insert)) in edits {
                let at = at.index(text.len());
                if text.is_char_boundary(at) {
                    if remove {
                        text.remove(at);
                    }
                    text.insert_str(at, &insert);
                }
            }
            if let Ok(Some(phc)) = Phc::parse(&text, &Limits::default()) {
                prop_assert_eq!(phc.to_string(), text);
            }
        }

        /// PW-17.
        #[test]
        fn no_text_makes_it_panic(text in "(\\$argon2id\\$)?.{0,1100}") {
            let _ = Phc::parse(&text, &Limits::default());
        }
    }

    /// Whether to take a character out, and what to put in: most of all what such texts are made of.
    fn edit() -> impl Strategy<Value = (bool, String)> {
        (any::<bool>(), "[0-9=,$vmtpA/+é ]{0,2}")
    }
}
