//! Key-encryption keys that this process holds itself.

use base64ct::{Base64UrlUnpadded, Encoding};
use core::fmt;
use secrecy::SecretSlice;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{
    Error, Key, KeyWrapper, WrapError, label,
    wrap::{check_kek_id, open_body, seal_body},
};
use crate::encoding;

/// First line of the text form; the number is its version.
const FIRST_LINE: &str = "portcullis-kek ";
const VERSION: &str = "1";
/// What the last line starts with.
const CHECKSUM: &str = "sha256 ";
/// 32 bytes in base64url without padding.
const KEY_CHARS: usize = 43;
/// KEKs in one file: the one that wraps, and more old ones than rings wait to be wrapped anew.
const MAX_KEKS: usize = 16;
/// Longest text form, in bytes, rounded up.
pub(super) const MAX_TEXT_LEN: usize = 16 * 1024;

/// Key-encryption keys (KEKs) in this process, by name. The first wraps; the others unwrap what they
/// wrapped before.
///
/// For services without a key management service: the KEK lies in a file that only the service may
/// read ([`file`](super::file)) or comes from the supervisor that starts it, and never beside the
/// data (OWASP ASVS 5.0 §13.3.1 asks for a vault; a file is the least that can be called one).
/// Whoever reads the file and the rings reads every value.
///
/// To rotate: [`rotate`](Self::rotate), store the file, [`rewrap`](super::rewrap) each ring, store
/// the file without the old one ([`without`](Self::without)). There is no default key.
///
/// `Debug` shows names only.
///
/// # Text form
///
/// ```text
/// portcullis-kek 1
/// <name> <43 characters of base64url>       one to 16 lines; the first wraps
/// sha256 <64 hexadecimal digits of the digest of all lines before>
/// ```
///
/// Each line ends in one line feed. The digest tells a file that was cut off or mistyped from a wrong
/// one; it authenticates nothing.
///
/// # Wrapped key
///
/// 104 bytes: a Cobblestone-256 body of the 32 bytes under the KEK, its context
/// `portcullis/v1/local-kek`, the length of the name (u32 big-endian), the name, the caller's context.
#[derive(Clone)]
pub struct LocalKek {
    // INVARIANT: neither empty nor longer than MAX_KEKS, no name and no key twice.
    first: Kek,
    old: Vec<Kek>,
}

#[derive(Clone)]
struct Kek {
    id: String,
    key: Key,
}

impl Kek {
    fn new(id: &str, key: Key) -> Result<Self, Error> {
        check_kek_id(id)?;
        Ok(Self { id: id.into(), key })
    }

    fn context(&self, context: &[u8]) -> Vec<u8> {
        // The name has at most 512 bytes, so the fallback is never written.
        let len = u32::try_from(self.id.len()).unwrap_or(u32::MAX);
        [
            label::LOCAL_KEK,
            &len.to_be_bytes(),
            self.id.as_bytes(),
            context,
        ]
        .concat()
    }
}

impl LocalKek {
    /// A KEK of 32 uniformly random bytes that come from elsewhere, under a name that tells it from
    /// those before and after it, such as `2026-11`.
    ///
    /// # Errors
    ///
    /// [`Error::KekId`] unless the name is 1 to 512 visible ASCII characters without a space.
    pub fn new(id: &str, key: Key) -> Result<Self, Error> {
        Ok(Self {
            first: Kek::new(id, key)?,
            old: Vec::new(),
        })
    }

    /// A new KEK from the operating system's randomness.
    ///
    /// # Errors
    ///
    /// [`Error::KekId`]; [`Error::Randomness`].
    pub fn generate(id: &str) -> Result<Self, Error> {
        Self::new(id, Key::generate()?)
    }

    /// Adds a KEK that unwraps and does not wrap.
    ///
    /// # Errors
    ///
    /// [`Error::KekId`]; [`Error::DuplicateKek`] for a name or a key that is there;
    /// [`Error::TooManyKeks`] for the 17th.
    pub fn with_old(mut self, id: &str, key: Key) -> Result<Self, Error> {
        let kek = Kek::new(id, key)?;
        if self.all().any(|k| k.id == kek.id || k.key == kek.key) {
            return Err(Error::DuplicateKek);
        }
        if self.all().count() >= MAX_KEKS {
            return Err(Error::TooManyKeks);
        }
        self.old.push(kek);
        Ok(self)
    }

    /// Makes a new KEK under this name the one that wraps; the one that did unwraps.
    ///
    /// # Errors
    ///
    /// Those of [`with_old`](Self::with_old); [`Error::Randomness`].
    pub fn rotate(self, id: &str) -> Result<Self, Error> {
        let mut next = Self::generate(id)?;
        for kek in core::iter::once(self.first).chain(self.old) {
            next = next.with_old(&kek.id, kek.key)?;
        }
        Ok(next)
    }

    /// Forgets an old KEK. What it wrapped opens no more, here and in every backup that holds no
    /// other copy of it, nor a `.tmp` beside its [file](super::file) that a crash left:
    /// [`rewrap`](super::rewrap) every ring before.
    ///
    /// # Errors
    ///
    /// [`Error::KekInUse`] for the one that wraps; [`Error::Wrap`] with [`WrapError::Gone`] if none
    /// has this name.
    pub fn without(mut self, id: &str) -> Result<Self, Error> {
        if self.first.id == id {
            return Err(Error::KekInUse);
        }
        let before = self.old.len();
        self.old.retain(|kek| kek.id != id);
        if self.old.len() == before {
            return Err(WrapError::Gone.into());
        }
        Ok(self)
    }

    /// The names, that of the KEK that wraps first.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.all().map(|kek| kek.id.as_str())
    }

    /// The text form: ASCII, with the keys in the clear.
    #[must_use]
    pub fn encode(&self) -> SecretSlice<u8> {
        // Room for all of it at once: a buffer that grows leaves keys behind in what it gives back.
        let mut text = Zeroizing::new(Vec::with_capacity(MAX_TEXT_LEN));
        for part in [FIRST_LINE, VERSION, "\n"] {
            text.extend_from_slice(part.as_bytes());
        }
        for kek in self.all() {
            text.extend_from_slice(kek.id.as_bytes());
            text.push(b' ');
            let mut written = Zeroizing::new([0; KEY_CHARS]);
            let key = Base64UrlUnpadded::encode(kek.key.expose(), &mut *written);
            text.extend_from_slice(key.unwrap_or_default().as_bytes());
            text.push(b'\n');
        }
        let checksum = checksum(&text);
        text.extend_from_slice(checksum.as_bytes());
        SecretSlice::new(Box::from(text.as_slice()))
    }

    /// Reads what [`encode`](Self::encode) wrote, and that spelling only.
    ///
    /// # Errors
    ///
    /// [`Error::Checksum`] for a text that was cut off or changed; [`Error::Encoding`] for another
    /// form or version; those of [`with_old`](Self::with_old).
    pub fn decode(text: &[u8]) -> Result<Self, Error> {
        let damaged = encoding::Error::Damaged;
        if text.len() > MAX_TEXT_LEN {
            return Err(damaged.into());
        }
        let text = core::str::from_utf8(text).map_err(|_| damaged)?;
        let rest = text.strip_prefix(FIRST_LINE).ok_or(damaged)?;
        let (version, _) = rest.split_once('\n').ok_or(Error::Checksum)?;
        if version != VERSION {
            let number: Option<u8> = version.parse().ok();
            let number = number.filter(|number| number.to_string() == version);
            return Err(number
                .map_or(damaged, encoding::Error::UnknownVersion)
                .into());
        }
        let keys = checked(text).ok_or(Error::Checksum)?;
        let mut lines = keys.split_terminator('\n').skip(1);
        let (id, key) = read_line(lines.next().ok_or(damaged)?)?;
        let mut keks = Self::new(id, key)?;
        for line in lines {
            let (id, key) = read_line(line)?;
            keks = keks.with_old(id, key)?;
        }
        Ok(keks)
    }

    /// Whether what `other` wraps from now on can be unwrapped here.
    pub(super) fn holds_first_of(&self, other: &Self) -> bool {
        let Kek { id, key } = &other.first;
        self.all().any(|kek| kek.id == *id && kek.key == *key)
    }

    fn all(&self) -> impl Iterator<Item = &Kek> {
        core::iter::once(&self.first).chain(&self.old)
    }
}

/// The last line.
fn checksum(text: &[u8]) -> String {
    use fmt::Write;
    let mut line = String::from(CHECKSUM);
    for byte in Sha256::digest(text) {
        // Writing to a string does not fail.
        let _ = write!(line, "{byte:02x}");
    }
    line.push('\n');
    line
}

/// All lines but the last, if that one is their checksum.
fn checked(text: &str) -> Option<&str> {
    let (before, _) = text.strip_suffix('\n')?.rsplit_once('\n')?;
    let keys = text.get(..before.len().saturating_add(1))?;
    (text.strip_prefix(keys)? == checksum(keys.as_bytes())).then_some(keys)
}

fn read_line(line: &str) -> Result<(&str, Key), Error> {
    let damaged = encoding::Error::Damaged;
    let (id, written) = line.split_once(' ').ok_or(damaged)?;
    let mut bytes = Zeroizing::new([0; Key::LEN]);
    let read = Base64UrlUnpadded::decode(written, &mut *bytes).map_err(|_| damaged)?;
    if read.len() != Key::LEN {
        return Err(damaged.into());
    }
    Ok((id, Key::from_bytes(*bytes)))
}

impl KeyWrapper for LocalKek {
    fn kek_id(&self) -> &str {
        &self.first.id
    }

    fn wrap_key(&self, context: &[u8], key: &Key) -> Result<Vec<u8>, WrapError> {
        let kek = &self.first;
        let mut wrapped = Vec::new();
        // Only the system's randomness can be missing here.
        seal_body(&kek.key, &kek.context(context), key.expose(), &mut wrapped)
            .map_err(|_| WrapError::Unavailable)?;
        Ok(wrapped)
    }

    fn unwrap_key(&self, kek_id: &str, context: &[u8], wrapped: &[u8]) -> Result<Key, WrapError> {
        let kek = self.all().find(|kek| kek.id == kek_id);
        let kek = kek.ok_or(WrapError::Gone)?;
        let bytes =
            open_body(&kek.key, &kek.context(context), wrapped).map_err(|_| WrapError::Refused)?;
        let bytes: &[u8; Key::LEN] = bytes
            .as_slice()
            .try_into()
            .map_err(|_| WrapError::Refused)?;
        Ok(Key::from_bytes(*bytes))
    }
}

/// Names, no keys.
impl fmt::Debug for LocalKek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LocalKek ")?;
        f.debug_list().entries(self.ids()).finish()
    }
}
