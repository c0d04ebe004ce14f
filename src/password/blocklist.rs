//! Passwords that everybody tries first.

mod file;

use core::fmt;
use std::sync::Arc;

use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

pub use file::Flaw;
use file::{Header, MAX_LEN, Width};

use super::{Error, MAX_PASSWORD_LEN, text};

/// Passwords that a [`Policy`](super::Policy) refuses, as sorted digests.
///
/// A password is refused when all of it is listed (NIST SP 800-63B-4 §3.1.1.2: the whole password,
/// not parts of it), in the same text form and, but for lists of SHA-1, whatever the case. Full-width
/// letters, ligatures and the like are looked up as plain ones too, because a hash in
/// [`Form::Nfkc`](super::Form::Nfkc) is that of the plain ones.
///
/// # False positives
///
/// Of each digest the first 2 to 8 bytes are kept. What is listed is always found; a password that
/// is not listed is refused all the same with the probability that
/// [`false_positive_rate`](Blocklist::false_positive_rate) states, and its owner chooses another.
///
/// # The embedded list
///
/// [`Blocklist::common`] holds 131,072 leaked passwords, without case, and refuses one in 32,768
/// others. All have at least eight code points, 90,624 have twelve, 35,898 fifteen; 79,359 would
/// satisfy [`Policy::back_office`](super::Policy::back_office) in one case or another (OWASP ASVS
/// 5.0 §6.2.4 asks for the 3,000 most frequent that match the policy). Where the sources say how
/// frequent they are, the more frequent were taken. `src/password/blocklist/common.sh` names the
/// sources with their versions and licences, and makes the file anew.
///
/// # What this does not do
///
/// It finds no variants: a listed password with one more digit is not listed. A list is no secret,
/// and whoever has it can try passwords against it. A well-formed file may refuse every password:
/// look at its rate.
///
/// # Example
///
/// The example `blocklist` makes files out of lists: `cargo run --release --example blocklist
/// --features password -- passwords.txt list.bin`.
///
/// ```no_run
/// use portcullis::password::{Blocklist, Policy};
///
/// let list = Blocklist::from_bytes(std::fs::read("list.bin")?)?;
/// assert!(list.false_positive_rate() < 0.001);
/// let policy = Policy::nist_800_63b().with_blocklist(list);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # The file
///
/// What [`Blocklist::to_bytes`] writes and [`Blocklist::from_bytes`] reads; numbers are big-endian.
///
/// | offset | bytes | content |
/// | --- | --- | --- |
/// | 0 | 4 | `PCBL` |
/// | 4 | 1 | version: 1 |
/// | 5 | 1 | digest: 1 [`Digest::FoldedSha256`], 2 [`Digest::Sha1`] |
/// | 6 | 1 | width *w*: how many bytes of each digest count, 2 to 8 |
/// | 7 | 1 | 0 |
/// | 8 | 1024 | 256 numbers of four bytes: how many digests begin with a byte of at most 0, 1, … 255; the last is the number *n* of all |
/// | 1032 | *n* (*w* - 1) | the digests in ascending order, each once, without their first byte |
/// | then | 32 | SHA-256 of all before |
///
/// The first byte of a digest follows from where it stands, so it is not written. There is one file
/// for a set of digests and a width. The checksum finds damage; it does not say who made the file.
///
/// Sorted digests and not a binary fuse filter: for the embedded list a filter of 16 bits would need
/// 311 KB in place of 394 KB, refuse half as many others, and answer in 5 ns in place of 300 ns, where
/// the text forms and digest of a password take microseconds; but nobody could see of its bytes what
/// it lists, or that they are such a filter. A list of 10,000 is loaded in 0.1 ms, one of 1,000,000
/// (4 MB at five bytes, one in 1,100,000 others refused) in 9 ms, and answers in 0.8 µs.
#[derive(Clone)]
pub struct Blocklist {
    header: Header,
    bytes: Bytes,
}

#[derive(Clone)]
enum Bytes {
    Embedded(&'static [u8]),
    Loaded(Arc<Vec<u8>>),
}

/// Which digest of a password stands in a [`Blocklist`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Digest {
    /// SHA-256 of the text form without case.
    FoldedSha256,
    /// SHA-1 of the text form as typed, as published by Have I Been Pwned ("Pwned Passwords").
    /// Another case is another password. Collisions of SHA-1 do no harm here: who can choose a
    /// password with the digest of a listed one is refused.
    Sha1,
}

impl Blocklist {
    /// The embedded list: passwords that are tried first, of eight code points or more. Nothing is
    /// copied or allocated.
    #[must_use]
    pub const fn common() -> Self {
        const FILE: &[u8] = include_bytes!("blocklist/common.bin");
        const HEADER: Header = match Header::read(FILE) {
            Ok(header) => header,
            Err(_) => panic!("the embedded blocklist has no header"),
        };
        Self {
            header: HEADER,
            bytes: Bytes::Embedded(FILE),
        }
    }

    /// Reads a file. Every byte is verified, in time linear in their number, and none is copied.
    ///
    /// # Errors
    ///
    /// [`Error::Blocklist`] says what is wrong with it.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, Error> {
        let header = Header::read(&bytes).map_err(Error::Blocklist)?;
        header.check(&bytes).map_err(Error::Blocklist)?;
        Ok(Self {
            header,
            bytes: Bytes::Loaded(Arc::new(bytes)),
        })
    }

    /// Takes one password a line, as such lists are published, in any case. Empty lines are
    /// skipped, a carriage return at the end of a line, and a byte order mark; nothing else is:
    /// spaces and `#` may be of a password. Eight bytes of each digest count.
    #[must_use]
    pub fn from_lines(text: &str) -> Self {
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        let lines = text.split('\n');
        let lines = lines.map(|line| line.strip_suffix('\r').unwrap_or(line));
        lines.filter(|line| !line.is_empty()).collect()
    }

    /// Takes digests, each as [`Digest::of`] gives it, in any order, of which the first `width`
    /// bytes, 2 to 8, are kept. Those that agree in them count once.
    ///
    /// # Errors
    ///
    /// [`Error::Blocklist`] with [`Flaw::Width`], or with [`Flaw::TooMany`] above 4,294,967,295
    /// digests.
    pub fn from_digests(digest: Digest, width: u8, digests: Vec<u64>) -> Result<Self, Error> {
        let width = Width::new(width).map_err(Error::Blocklist)?;
        if digests.len() > MAX_LEN {
            return Err(Error::Blocklist(Flaw::TooMany));
        }
        Ok(Self::write(digest, width, digests))
    }

    /// The file of this list.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.as_bytes().to_vec()
    }

    /// How many different digests it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.header.len()
    }

    /// Whether it holds none, and refuses nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Which digests it holds.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.header.digest()
    }

    /// With which probability, 0 to 1, a password that is not listed is refused.
    #[must_use]
    pub fn false_positive_rate(&self) -> f64 {
        self.header.false_positive_rate()
    }

    /// Whether a password is listed whose text form is `form`, and that without case `folded`. Of
    /// one that is too long to be accepted nothing is computed, and the answer is no.
    pub(super) fn contains(&self, form: &str, folded: &str) -> bool {
        if form.len() > MAX_PASSWORD_LEN || self.is_empty() {
            return false;
        }
        self.lists(form, folded) || (!form.is_ascii() && self.lists_plain(form))
    }

    /// With full-width letters, ligatures and the like as plain ones.
    fn lists_plain(&self, form: &str) -> bool {
        let plain = text::nfkc(form);
        plain.as_str() != form && self.lists(&plain, &text::fold(&plain))
    }

    fn lists(&self, form: &str, folded: &str) -> bool {
        let digest = match self.digest() {
            Digest::FoldedSha256 => folded_sha256(folded),
            Digest::Sha1 => sha1(form),
        };
        self.header.find(self.as_bytes(), digest)
    }

    fn write(digest: Digest, width: Width, digests: Vec<u64>) -> Self {
        let (header, bytes) = file::write(digest, width, digests);
        Self {
            header,
            bytes: Bytes::Loaded(Arc::new(bytes)),
        }
    }

    fn as_bytes(&self) -> &[u8] {
        match &self.bytes {
            Bytes::Embedded(bytes) => bytes,
            Bytes::Loaded(bytes) => bytes,
        }
    }
}

/// From single passwords, in any case; no more than 4,294,967,295 are taken.
impl<'a> FromIterator<&'a str> for Blocklist {
    fn from_iter<I: IntoIterator<Item = &'a str>>(passwords: I) -> Self {
        let kind = Digest::FoldedSha256;
        let passwords = passwords.into_iter().take(MAX_LEN);
        let digests = passwords.map(|password| kind.of(password)).collect();
        Self::write(kind, Width::MAX, digests)
    }
}

/// Two lists are the same if their files are.
impl PartialEq for Blocklist {
    fn eq(&self, other: &Self) -> bool {
        let (ours, theirs) = (self.as_bytes(), other.as_bytes());
        core::ptr::eq(ours, theirs) || ours == theirs
    }
}

impl Eq for Blocklist {}

/// Prints how many digests it holds, not which.
impl fmt::Debug for Blocklist {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blocklist({})", self.len())
    }
}

impl Digest {
    /// The first eight bytes of a password's digest, as a big-endian number.
    #[must_use]
    pub fn of(self, password: &str) -> u64 {
        let form = text::form(password);
        match self {
            Self::FoldedSha256 => folded_sha256(&text::fold(&form)),
            Self::Sha1 => sha1(&form),
        }
    }
}

fn folded_sha256(folded: &str) -> u64 {
    first(Zeroizing::new(Sha256::digest(folded).into()))
}

fn sha1(form: &str) -> u64 {
    first(Zeroizing::new(Sha1::digest(form).into()))
}

/// The rest of a password's digest is not kept.
fn first<const N: usize>(digest: Zeroizing<[u8; N]>) -> u64 {
    digest
        .first_chunk()
        .map_or(0, |first| u64::from_be_bytes(*first))
}
