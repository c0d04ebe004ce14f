//! The file of a blocklist: read, checked, searched, written. Its layout stands at
//! [`Blocklist`](super::Blocklist).

use core::{cmp::Ordering, fmt};

use sha2::{Digest as _, Sha256};

use super::Digest;

const MAGIC: &[u8] = b"PCBL";
const VERSION: u8 = 1;
const FOLDED_SHA256: u8 = 1;
const SHA1: u8 = 2;
const TABLE_START: usize = 8;
/// 256 numbers of four bytes.
const TABLE_LEN: usize = 1024;
const ENTRIES_START: usize = 1032;
const CHECKSUM_LEN: usize = 32;
/// The most digests of a list: the table's numbers can say no more.
pub(super) const MAX_LEN: usize = u32::MAX as usize;

/// How many bytes of a digest count, 2 to 8.
#[derive(Clone, Copy)]
pub(super) struct Width(u8);

impl Width {
    pub(super) const MAX: Self = Self(8);

    pub(super) const fn new(bytes: u8) -> Result<Self, Flaw> {
        match bytes {
            2..=8 => Ok(Self(bytes)),
            _ => Err(Flaw::Width(bytes)),
        }
    }

    /// The length of an entry, 1 to 7: the first byte of a digest is not written.
    const fn entry_len(self) -> usize {
        self.0.saturating_sub(1) as usize
    }
}

/// What a file says of itself.
#[derive(Clone, Copy)]
pub(super) struct Header {
    digest: Digest,
    width: Width,
    len: u32,
}

impl Header {
    pub(super) const fn read(bytes: &[u8]) -> Result<Self, Flaw> {
        let [b'P', b'C', b'B', b'L', rest @ ..] = bytes else {
            return Err(Flaw::Magic);
        };
        let Some(([version, digest, width, reserved], rest)) = rest.split_first_chunk() else {
            return Err(Flaw::CutOff);
        };
        let digest = match (*version, *digest, *reserved) {
            (VERSION, FOLDED_SHA256, 0) => Digest::FoldedSha256,
            (VERSION, SHA1, 0) => Digest::Sha1,
            (VERSION, FOLDED_SHA256 | SHA1, _) => return Err(Flaw::Reserved),
            (VERSION, unknown, _) => return Err(Flaw::Digest(unknown)),
            (unknown, _, _) => return Err(Flaw::Version(unknown)),
        };
        let width = match Width::new(*width) {
            Ok(width) => width,
            Err(flaw) => return Err(flaw),
        };
        let Some((table, _)) = rest.split_first_chunk::<TABLE_LEN>() else {
            return Err(Flaw::CutOff);
        };
        let Some(last) = table.last_chunk() else {
            return Err(Flaw::CutOff);
        };
        let len = u32::from_be_bytes(*last);
        Ok(Self { digest, width, len })
    }

    /// Whether `bytes`, of which this is the header, are what would have been written.
    pub(super) fn check(self, bytes: &[u8]) -> Result<(), Flaw> {
        match bytes.len().cmp(&self.file_len().ok_or(Flaw::TooMany)?) {
            Ordering::Less => return Err(Flaw::CutOff),
            Ordering::Greater => return Err(Flaw::Trailing),
            Ordering::Equal => {}
        }
        for first in 0..=u8::MAX {
            let bucket = self.bucket(bytes, first).ok_or(Flaw::Table)?;
            let entries = bucket.chunks_exact(self.width.entry_len());
            if !entries.is_sorted_by(|a, b| a < b) {
                return Err(Flaw::Order);
            }
        }
        match bytes.split_last_chunk::<CHECKSUM_LEN>() {
            Some((body, checksum)) if Sha256::digest(body) == *checksum => Ok(()),
            _ => Err(Flaw::Checksum),
        }
    }

    /// Whether `bytes`, of which this is the header, hold a digest.
    pub(super) fn find(self, bytes: &[u8], digest: u64) -> bool {
        let [first, rest @ ..] = digest.to_be_bytes();
        let entry = rest.get(..self.width.entry_len());
        let bucket = self.bucket(bytes, first);
        entry.zip(bucket).is_some_and(|(e, b)| holds(b, e))
    }

    pub(super) const fn digest(self) -> Digest {
        self.digest
    }

    pub(super) fn len(self) -> usize {
        usize::try_from(self.len).unwrap_or(usize::MAX)
    }

    pub(super) fn false_positive_rate(self) -> f64 {
        f64::from(self.len) / 256_f64.powi(self.width.0.into())
    }

    /// The entries of the digests that begin with `first`.
    fn bucket(self, bytes: &[u8], first: u8) -> Option<&[u8]> {
        let (table, _) = bytes.get(TABLE_START..ENTRIES_START)?.as_chunks();
        let up_to = |first: u8| {
            let number = table.get(usize::from(first))?;
            let number = usize::try_from(u32::from_be_bytes(*number)).ok()?;
            number.checked_mul(self.width.entry_len())
        };
        let start = first.checked_sub(1).map_or(Some(0), up_to)?;
        let (body, _) = bytes.split_last_chunk::<CHECKSUM_LEN>()?;
        body.get(ENTRIES_START..)?.get(start..up_to(first)?)
    }

    fn file_len(self) -> Option<usize> {
        let entries = self.len().checked_mul(self.width.entry_len())?;
        entries.checked_add(ENTRIES_START.saturating_add(CHECKSUM_LEN))
    }
}

/// Whether `entry` is one of a bucket, where they stand in ascending order.
fn holds(bucket: &[u8], entry: &[u8]) -> bool {
    let entries = bucket.chunks_exact(entry.len());
    let (mut low, mut high) = (0, entries.len());
    while low < high {
        let middle = usize::midpoint(low, high);
        match entries.clone().nth(middle).map(|found| found.cmp(entry)) {
            Some(Ordering::Less) => low = middle.saturating_add(1),
            Some(Ordering::Greater) => high = middle,
            Some(Ordering::Equal) => return true,
            None => return false,
        }
    }
    false
}

/// The file of up to [`MAX_LEN`] digests.
pub(super) fn write(digest: Digest, width: Width, mut digests: Vec<u64>) -> (Header, Vec<u8>) {
    let kept = u64::MAX << 8_u32.saturating_mul(8_u32.saturating_sub(width.0.into()));
    digests.iter_mut().for_each(|digest| *digest &= kept);
    digests.sort_unstable();
    digests.dedup();

    let count = |len| u32::try_from(len).unwrap_or(u32::MAX);
    let len = count(digests.len());
    let header = Header { digest, width, len };
    let mut bytes = Vec::with_capacity(header.file_len().unwrap_or(0));
    bytes.extend(MAGIC);
    bytes.extend([VERSION, digest.code(), width.0, 0]);
    for first in 0..=u8::MAX {
        let up_to = digests.partition_point(|digest| first_byte(*digest) <= first);
        bytes.extend(count(up_to).to_be_bytes());
    }
    for digest in digests {
        let [_, rest @ ..] = digest.to_be_bytes();
        bytes.extend(rest.iter().take(width.entry_len()));
    }
    let checksum: [u8; CHECKSUM_LEN] = Sha256::digest(&bytes).into();
    bytes.extend(checksum);
    (header, bytes)
}

fn first_byte(digest: u64) -> u8 {
    let [first, ..] = digest.to_be_bytes();
    first
}

impl Digest {
    const fn code(self) -> u8 {
        match self {
            Self::FoldedSha256 => FOLDED_SHA256,
            Self::Sha1 => SHA1,
        }
    }
}

/// Why a file is not a blocklist, or digests cannot become one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Flaw {
    /// It does not begin with `PCBL`.
    Magic,
    /// Another version of the format than this library reads.
    Version(u8),
    /// A digest that is not known.
    Digest(u8),
    /// Digests of fewer than 2 bytes, or more than 8.
    Width(u8),
    /// The eighth byte is not zero.
    Reserved,
    /// It is shorter than it says.
    CutOff,
    /// Bytes follow its end.
    Trailing,
    /// The numbers of its table descend.
    Table,
    /// Its digests do not ascend.
    Order,
    /// Its checksum is that of other bytes.
    Checksum,
    /// More digests than a file can hold, or this machine's memory.
    TooMany,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Magic => f.write_str("it does not begin with PCBL"),
            Self::Version(found) => write!(f, "version {found} is not known"),
            Self::Digest(found) => write!(f, "digest {found} is not known"),
            Self::Width(found) => write!(f, "digests of {found} bytes are not of 2 to 8"),
            Self::Reserved => f.write_str("the eighth byte is not zero"),
            Self::CutOff => f.write_str("it is cut off"),
            Self::Trailing => f.write_str("bytes follow its end"),
            Self::Table => f.write_str("the numbers of its table descend"),
            Self::Order => f.write_str("its digests do not ascend"),
            Self::Checksum => f.write_str("its checksum is that of other bytes"),
            Self::TooMany => write!(f, "it has more than {MAX_LEN} digests"),
        }
    }
}
