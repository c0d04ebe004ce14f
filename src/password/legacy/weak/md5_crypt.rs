//! MD5-crypt: `$1$` of crypt(3), by Poul-Henning Kamp for FreeBSD 2.0, and Apache's `$apr1$`, which
//! differs in this name alone, as the name is hashed too.

use base64ct::Base64ShaCrypt;
use zeroize::Zeroizing;

use super::super::{
    super::{Error, Part},
    Foreign, Legacy, LegacyDigest, LegacyScheme, fields,
};

const ROUNDS: u32 = 1000;
const MAX_SALT_LEN: usize = 8;

/// Reads `$1$salt$tag` or `$apr1$salt$tag`.
pub(super) fn parse(text: &str) -> Result<Option<Md5Crypt>, Error> {
    for name in ["$1$", "$apr1$"] {
        if let Some(rest) = text.strip_prefix(name) {
            let (salt, tag) = rest.split_once('$').ok_or(Error::Malformed(Part::Fields))?;
            // visible characters but `:`, as in SHA-crypt
            let visible = salt.bytes().all(|b| b.is_ascii_graphic() && b != b':');
            if salt.len() > MAX_SALT_LEN || !visible {
                return Err(Error::Malformed(Part::Salt));
            }
            return Ok(Some(Md5Crypt {
                name,
                salt: salt.to_owned(),
                tag: fields::base64::<Base64ShaCrypt>(tag, 16..=16, Part::Tag)?,
            }));
        }
    }
    Ok(None)
}

pub(super) struct Md5Crypt {
    name: &'static str,
    salt: String,
    /// In the order of the text, which is not that of the digest.
    tag: Vec<u8>,
}

impl Foreign for Md5Crypt {
    fn is_slow(&self) -> bool {
        false
    }

    fn scheme(&self) -> LegacyScheme {
        LegacyScheme::Md5Crypt
    }

    fn tag(&self) -> &[u8] {
        &self.tag
    }

    fn compute(&self, password: &[u8], _: &Legacy) -> Result<Zeroizing<Vec<u8>>, Error> {
        let salt = self.salt.as_bytes();
        let mut tag = self.first(password);
        for round in 0..ROUNDS {
            let odd = round % 2 == 1;
            tag = LegacyDigest::Md5.of(&[
                if odd { password } else { &tag },
                if round % 3 == 0 { b"" } else { salt },
                if round % 7 == 0 { b"" } else { password },
                if odd { &tag } else { password },
            ]);
        }
        let ordered = ORDER.iter().filter_map(|i| tag.get(*i)).copied();
        Ok(Zeroizing::new(ordered.collect()))
    }
}

impl Md5Crypt {
    /// What the rounds begin with.
    fn first(&self, password: &[u8]) -> Zeroizing<Vec<u8>> {
        let salt = self.salt.as_bytes();
        let inner = LegacyDigest::Md5.of(&[password, salt, password]);
        // as many bytes of it as the password has
        let filler = password.chunks(inner.len());
        let filler = filler.filter_map(|chunk| inner.get(..chunk.len()));
        let mut parts: Vec<&[u8]> = vec![password, self.name.as_bytes(), salt];
        parts.extend(filler);
        // a byte for each bit of the length, the lowest first: NUL, or the password's first
        let mut bits = password.len();
        while bits > 0 {
            let first = password.get(..1).unwrap_or_default();
            parts.push(if bits & 1 == 1 { b"\0" } else { first });
            bits >>= 1;
        }
        LegacyDigest::Md5.of(&parts)
    }
}

/// Which byte of the digest stands where in the text, read from the lowest bits on.
const ORDER: [usize; 16] = [12, 6, 0, 13, 7, 1, 14, 8, 2, 15, 9, 3, 5, 10, 4, 11];
