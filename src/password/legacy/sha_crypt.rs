//! SHA-256-crypt and SHA-512-crypt, `$5$` and `$6$` of crypt(3) (Drepper, "Unix crypt using SHA-256
//! and SHA-512").
//!
//! Each round hashes the password once or twice, so the work is rounds × length; a password is at
//! most 1,024 bytes long, and the limit on rounds bounds the rest: seconds at the default limit.
//!
//! NUL is a byte like others: crypt(3) stops at it, and what it made of a password with NUL verifies
//! by the part before.
//!
//! What this leaves in memory: the functions keep their outcome and digests of the password on the
//! stack. The states of the digest are wiped.

use base64ct::Base64ShaCrypt;
use sha_crypt::{Params, sha256_crypt, sha512_crypt};
use zeroize::{Zeroize, Zeroizing};

use super::{
    super::{Error, Limits, Parameter, Part, limits::at_least, phc::decimal},
    Foreign, Legacy, LegacyDigest, LegacyScheme, fields,
};

/// Characters of a salt: crypt(3) cuts off what is beyond, and writes none longer.
const MAX_SALT_LEN: usize = 16;

/// Reads `$5$[rounds=5000$]salt$tag`, or `$6$`.
pub(super) fn parse(text: &str, limits: &Limits) -> Result<Option<Box<dyn Foreign>>, Error> {
    let begins = |variant: &'static Variant| Some((variant, text.strip_prefix(variant.prefix)?));
    match VARIANTS.iter().find_map(begins) {
        Some((variant, rest)) => Ok(Some(Box::new(ShaCrypt::parse(variant, rest, limits)?))),
        None => Ok(None),
    }
}

/// Of password and salt.
type Function = fn(&[u8], &[u8], Params) -> Zeroizing<Vec<u8>>;

struct Variant {
    prefix: &'static str,
    digest: LegacyDigest,
    function: Function,
}

static VARIANTS: [Variant; 2] = [
    Variant {
        prefix: "$5$",
        digest: LegacyDigest::Sha256,
        function: |password, salt, params| {
            in_order(sha256_crypt(password, salt, params), &SHA256_ORDER)
        },
    },
    Variant {
        prefix: "$6$",
        digest: LegacyDigest::Sha512,
        function: |password, salt, params| {
            in_order(sha512_crypt(password, salt, params), &SHA512_ORDER)
        },
    },
];

struct ShaCrypt {
    variant: &'static Variant,
    rounds: u32,
    params: Params,
    salt: Vec<u8>,
    /// In the order of the text, which is not that of the digest.
    tag: Vec<u8>,
}

impl ShaCrypt {
    /// Without `rounds=` they are 5,000. Fewer than 1,000 were never written: crypt(3) either makes
    /// them 1,000 or refuses.
    fn parse(variant: &'static Variant, text: &str, limits: &Limits) -> Result<Self, Error> {
        let (rounds, rest) = match text.strip_prefix("rounds=") {
            Some(rest) => {
                let (rounds, rest) = rest.split_once('$').ok_or(Error::Malformed(Part::Fields))?;
                (decimal(rounds)?, rest)
            }
            None => (Params::RECOMMENDED_ROUNDS, text),
        };
        let (salt_text, tag) = rest.split_once('$').ok_or(Error::Malformed(Part::Fields))?;
        at_least(Parameter::Rounds, rounds, Params::ROUNDS_MIN)?;
        limits.admit_rounds(rounds)?;
        let tag_len = variant.digest.len();
        Ok(Self {
            variant,
            rounds,
            params: Params::new(rounds).map_err(|_| Error::AboveLimit {
                parameter: Parameter::Rounds,
                max: Params::ROUNDS_MAX,
            })?,
            salt: salt(salt_text)?,
            tag: fields::base64::<Base64ShaCrypt>(tag, tag_len..=tag_len, Part::Tag)?,
        })
    }
}

/// Visible characters of ASCII but `:`, which ends the field of a password file. There may be none.
fn salt(text: &str) -> Result<Vec<u8>, Error> {
    if text.len() <= MAX_SALT_LEN && text.bytes().all(|b| b.is_ascii_graphic() && b != b':') {
        Ok(text.into())
    } else {
        Err(Error::Malformed(Part::Salt))
    }
}

impl Foreign for ShaCrypt {
    fn scheme(&self) -> LegacyScheme {
        LegacyScheme::ShaCrypt {
            digest: self.variant.digest,
            rounds: self.rounds,
        }
    }

    fn is_slow(&self) -> bool {
        true
    }

    fn tag(&self) -> &[u8] {
        &self.tag
    }

    fn compute(&self, password: &[u8], _: &Legacy) -> Result<Zeroizing<Vec<u8>>, Error> {
        Ok((self.variant.function)(password, &self.salt, self.params))
    }
}

/// The bytes of the tag as the text has them.
fn in_order<const N: usize>(mut tag: [u8; N], order: &[usize; N]) -> Zeroizing<Vec<u8>> {
    let ordered = order.iter().filter_map(|i| tag.get(*i)).copied().collect();
    tag.zeroize();
    Zeroizing::new(ordered)
}

/// Which byte of the digest stands where in the text (step 22 of the specification, read from the
/// lowest bits on).
const SHA256_ORDER: [usize; 32] = [
    20, 10, 0, 11, 1, 21, 2, 22, 12, 23, 13, 3, 14, 4, 24, 5, 25, 15, 26, 16, 6, 17, 7, 27, 8, 28,
    18, 29, 19, 9, 30, 31,
];
const SHA512_ORDER: [usize; 64] = [
    42, 21, 0, 1, 43, 22, 23, 2, 44, 45, 24, 3, 4, 46, 25, 26, 5, 47, 48, 27, 6, 7, 49, 28, 29, 8,
    50, 51, 30, 9, 10, 52, 31, 32, 11, 53, 54, 33, 12, 13, 55, 34, 35, 14, 56, 57, 36, 15, 16, 58,
    37, 38, 17, 59, 60, 39, 18, 19, 61, 40, 41, 20, 62, 63,
];
