//! Firebase Authentication's scrypt: the key that scrypt gives encrypts the project's signer key,
//! and the outcome is the tag (the README of Firebase's own fork of scrypt).

use aes::Aes256;
use base64ct::{Base64, Base64Unpadded, Encoding};
use ctr::{
    Ctr128BE,
    cipher::{KeyIvInit, StreamCipher},
};
use zeroize::Zeroizing;

use super::{
    super::{
        Error, Hash, Limits, Parameter, Part,
        limits::{at_least, at_most},
    },
    Foreign, Legacy, LegacyScheme,
    fields::{SALT_LEN, base64},
    scrypt::{self, Cost},
};
use crate::secret;

const PREFIX: &str = "$firebase-scrypt$";
/// Bytes of the signer key and of the tag, which is as long.
const KEY_LEN: usize = 64;
/// Bytes that are asked of scrypt: a key of AES-256.
const AES_KEY_LEN: usize = 32;
/// The most that Firebase's Admin SDK takes. What the console shows are these.
const MAX_ROUNDS: u32 = 8;
const MAX_MEMORY_COST: u32 = 14;
/// The memory of the most.
const MAX_MEMORY_KIB: u32 = 16_384;

/// The password hash parameters of a Firebase project, as its console shows them.
///
/// The signer key is a secret: it is wiped when dropped, and `Debug` prints `[redacted]`.
///
/// ```
/// use portcullis::password::{Firebase, Hash, Hasher, Legacy, Password};
///
/// let firebase = Firebase::new(
///     "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==",
///     "Bw==",
///     8,
///     14,
/// )?;
/// let hasher = Hasher::default().with_legacy(Legacy::new().with_firebase(firebase))?;
/// let exported = Hash::from_firebase(
///     "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==",
///     "42xEC+ixf3L2lw==",
/// )?;
/// let verified = hasher.verify(&Password::from("user1password"), Some(&exported))?;
/// assert!(verified.needs_rehash());
/// # Ok::<(), portcullis::password::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Firebase {
    signer_key: secret::Array<KEY_LEN>,
    salt_separator: Vec<u8>,
    cost: Cost,
}

impl Firebase {
    /// Takes `base64_signer_key`, `base64_salt_separator`, `rounds` and `mem_cost`.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] with [`Part::Key`] for a signer key that is not 64 bytes in base64, and
    /// with [`Part::Salt`] for a separator that is not base64 or over 128 bytes;
    /// [`Error::BelowMinimum`] and [`Error::AboveLimit`] for rounds that are not 1 to 8 and a memory
    /// cost that is not 1 to 14, which Firebase admits no others of.
    pub fn new(
        signer_key: &str,
        salt_separator: &str,
        rounds: u32,
        memory_cost: u32,
    ) -> Result<Self, Error> {
        at_most(Parameter::BlockSize, rounds, MAX_ROUNDS)?;
        at_least(Parameter::ScryptCost, memory_cost, 1)?;
        at_most(Parameter::ScryptCost, memory_cost, MAX_MEMORY_COST)?;
        let mut key = Zeroizing::new([0; KEY_LEN]);
        match Base64::decode(signer_key, key.as_mut_slice()) {
            Ok(decoded) if decoded.len() == KEY_LEN => {}
            _ => return Err(Error::Malformed(Part::Key)),
        }
        let n = scrypt::power(memory_cost);
        Ok(Self {
            signer_key: secret::Array::new(*key),
            salt_separator: base64::<Base64>(salt_separator, 0..=*SALT_LEN.end(), Part::Salt)?,
            cost: Cost::new(n, rounds, 1, &Limits::default())?,
        })
    }

    /// The signer key under the key that scrypt gives: AES-256 in counter mode, counting from zero.
    fn tag(&self, password: &[u8], salt: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let salt = [salt, &self.salt_separator].concat();
        let key = self.cost.derive(password, &salt, AES_KEY_LEN)?;
        let mut cipher = Ctr128BE::<Aes256>::new_from_slices(&key, &[0; 16])
            .map_err(|_| Error::Malformed(Part::Key))?;
        let mut tag = Zeroizing::new(self.signer_key.expose().to_vec());
        cipher.apply_keystream(&mut tag);
        Ok(tag)
    }
}

impl Hash {
    /// Takes `passwordHash` and `salt` of an account that was exported from Firebase
    /// Authentication, in base64 of either alphabet, with padding or without. What verifies it
    /// needs the project's parameters: [`Legacy::with_firebase`].
    ///
    /// The text to store is `$firebase-scrypt$salt$tag`, in base64 without padding.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] with [`Part::Tag`] for a hash that is not 64 bytes, and with
    /// [`Part::Salt`] for a salt that is not 1 to 128 bytes.
    pub fn from_firebase(password_hash: &str, salt: &str) -> Result<Self, Error> {
        let plain = |text: &str| {
            let text = text.trim_end_matches('=');
            text.replace('-', "+").replace('_', "/")
        };
        let (salt, tag) = (plain(salt), plain(password_hash));
        Exported::parse(&salt, &tag)?;
        Ok(Self::from_stored(format!("{PREFIX}{salt}${tag}")))
    }
}

/// Reads a text of [`Hash::from_firebase`].
pub(super) fn parse(text: &str, _: &Limits) -> Result<Option<Box<dyn Foreign>>, Error> {
    let Some(rest) = text.strip_prefix(PREFIX) else {
        return Ok(None);
    };
    let fields: Vec<&str> = rest.split('$').collect();
    let [salt, tag] = *fields else {
        return Err(Error::Malformed(Part::Fields));
    };
    Ok(Some(Box::new(Exported::parse(salt, tag)?)))
}

struct Exported {
    salt: Vec<u8>,
    tag: Vec<u8>,
}

impl Exported {
    fn parse(salt: &str, tag: &str) -> Result<Self, Error> {
        Ok(Self {
            salt: base64::<Base64Unpadded>(salt, SALT_LEN, Part::Salt)?,
            tag: base64::<Base64Unpadded>(tag, KEY_LEN..=KEY_LEN, Part::Tag)?,
        })
    }
}

impl Foreign for Exported {
    fn scheme(&self) -> LegacyScheme {
        LegacyScheme::Firebase
    }

    fn memory_kib(&self) -> u32 {
        MAX_MEMORY_KIB
    }

    fn ready(&self, legacy: &Legacy, limits: &Limits) -> Result<(), Error> {
        let firebase = legacy.firebase.as_ref().ok_or(Error::FirebaseMissing)?;
        firebase.cost.admit(limits)
    }

    fn is_slow(&self) -> bool {
        true
    }

    fn tag(&self) -> &[u8] {
        &self.tag
    }

    fn compute(&self, password: &[u8], legacy: &Legacy) -> Result<Zeroizing<Vec<u8>>, Error> {
        let firebase = legacy.firebase.as_ref().ok_or(Error::FirebaseMissing)?;
        firebase.tag(password, &self.salt)
    }
}
