//! What a column may hold: envelopes, as bytes or as text, and what was there before.

use base64ct::{Base64UrlUnpadded, Encoding};

use super::{
    Context, Error, KeyVersion, Keyring, Opened,
    envelope::{self, TEXT_PREFIX},
    suite::{PREFIX_LEN, Suite},
};
use crate::Timestamp;

/// How an envelope is stored.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Form {
    Bytes,
    Text,
}

/// Whether bytes that do not start like an envelope hold one in another spelling, as exports and
/// drivers write it: as text anywhere, in any case; or at the start in base64 or hexadecimal, with a
/// key version below 65,536, so that hardly any plaintext is taken for it.
pub(super) fn hides_envelope(stored: &[u8]) -> bool {
    // Both suites' text.
    let texts = [b"pc1.-Q", b"pc1.-g"];
    let is_text = |part: &[u8]| texts.iter().any(|text| part.eq_ignore_ascii_case(*text));
    // White space, quotes, their escapes and a byte order mark.
    let before = |byte: &u8| byte.is_ascii_whitespace() || b"\"'`\\\xEF\xBB\xBF".contains(byte);
    let start = stored.iter().position(|byte| !before(byte));
    let start = start.and_then(|at| stored.get(at..)).unwrap_or_default();
    let base64 = matches!(start, [b'+' | b'-', b'Q' | b'g', b'A', b'A', ..]);
    base64 || is_hex(start) || stored.windows(6).any(is_text)
}

/// With the marks of PostgreSQL, of SQL and of most languages, or without one.
fn is_hex(start: &[u8]) -> bool {
    let begins = |bytes: &[u8], with: &[u8]| {
        let found = bytes.get(..with.len());
        found.is_some_and(|found| found.eq_ignore_ascii_case(with))
    };
    let marks = [&b"x'"[..], b"x", b"0x"];
    let mark = marks.iter().find(|mark| begins(start, mark));
    let digits = start.get(mark.map_or(0, |mark| mark.len())..);
    let digits = digits.unwrap_or_default();
    let version = digits.get(6..10);
    (begins(digits, b"f90000") || begins(digits, b"fa0000"))
        && version.is_some_and(|version| version.iter().all(u8::is_ascii_hexdigit))
}

impl Form {
    /// The form of bytes that look like an envelope, whole or not; None for plaintext. No text in
    /// UTF-8 starts with a suite's byte.
    pub(super) fn of(stored: &[u8]) -> Option<Self> {
        match stored.first() {
            Some(first) if Suite::from_byte(*first).is_some() => Some(Self::Bytes),
            _ if stored.starts_with(TEXT_PREFIX.as_bytes()) => Some(Self::Text),
            _ => None,
        }
    }

    pub(super) fn seal(
        self,
        ring: &Keyring,
        context: &Context,
        plaintext: &[u8],
        now: Timestamp,
    ) -> Result<Vec<u8>, Error> {
        let envelope = ring.seal(context, plaintext, now)?;
        Ok(match self {
            Self::Bytes => envelope,
            Self::Text => envelope::to_text(&envelope).into_bytes(),
        })
    }

    pub(super) fn open(
        self,
        ring: &Keyring,
        context: &Context,
        stored: &[u8],
    ) -> Result<Opened, Error> {
        match self {
            Self::Bytes => ring.open(context, stored),
            Self::Text => {
                let text = core::str::from_utf8(stored).map_err(|_| Error::NotAnEnvelope)?;
                ring.open_text(context, text)
            }
        }
    }

    /// The key that stored bytes of this form name. Their start is enough: what is cut off or
    /// damaged behind it still needs the key.
    pub(super) fn key_version(self, stored: &[u8]) -> Option<KeyVersion> {
        let mut decoded = [0; 6];
        let start = match self {
            Self::Bytes => stored,
            Self::Text => {
                let (_, encoded) = stored.split_at_checked(TEXT_PREFIX.len())?;
                let (encoded, _) = encoded.split_first_chunk::<8>()?;
                Base64UrlUnpadded::decode(encoded, &mut decoded).ok()?
            }
        };
        let [suite, version @ ..] = start.first_chunk::<PREFIX_LEN>()?;
        Suite::from_byte(*suite)?;
        KeyVersion::new(u32::from_be_bytes(*version))
    }
}
