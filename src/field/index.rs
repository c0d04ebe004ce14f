//! Finds sealed values by equality, through a keyed hash that is stored beside them.

mod derive;
mod normalizer;
mod value;

use core::ops::RangeInclusive;

use hmac::{Hmac, Mac, digest::FixedOutput};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{
    Context, Error, KeyVersion, Keyring, Purpose,
    keyring::{Place, Slot},
};
use crate::{Timestamp, mac};

pub use normalizer::{Match, Normalizer};
pub use value::IndexValue;

/// What is looked up in one column, and how: which values count as the same, and how much of the
/// hash is kept.
///
/// Sealed values cannot be searched, since no two envelopes of one value are alike. Beside the
/// envelope, [`of`](Self::of) makes a value for a column of its own, the same for every row that
/// holds the same plaintext; a look-up asks for the rows whose index is one of what
/// [`search`](Self::search) gives. **The rows that come back are candidates**: open each and compare
/// with [`Normalizer::same`], or byte by byte where only the same spelling counts, because different
/// values may share an index value, by truncation or by the normaliser.
///
/// The key is derived from the ring's for one tenant, table, column, version, normaliser and length.
/// Values of two columns, or of two customers in one column, have nothing in common, whatever the
/// plaintexts. A ring of its own, for [`Purpose::index`] alone, keeps the
/// rotation of the index apart from that of the values.
///
/// # Length
///
/// 128 bits where look-ups are for one row: e-mail addresses, account numbers. They tell whoever
/// holds the database which rows are equal and how often each value occurs. Where that is too much,
/// [`with_bits`](Self::with_bits) keeps fewer, so that values that differ share an index value;
/// [`advise`](Self::advise) says how few. Columns of few kinds of values (flags, states, countries)
/// are refused, since their frequencies alone tell which is which.
///
/// # Absent values
///
/// A value that is empty once it is normalised is refused: one index value for all rows that have
/// none is a frequency that tells, and breaks a UNIQUE constraint. Store NULL.
///
/// # UNIQUE
///
/// A constraint holds under one key and one definition. While the ring's key is rotated, or the
/// definition changes, one value has several index values: look up all that [`search`](Self::search)
/// gives in the transaction that inserts, until the sweep has ended. A truncated index cannot be
/// unique.
///
/// # Changing the definition
///
/// Another normaliser or length gives other values, as another [`version`](Self::with_version) does.
/// Search with both definitions and write with the new one until a sweep has renewed every row.
///
/// # What this does not do
///
/// - It hides neither which rows of a column are equal, nor how often a value occurs: with knowledge
///   of the frequencies of the plaintexts, or of other columns that go with them, values of a
///   128-bit index can be guessed, and so can those of a short one in part. Columns that tell of
///   each other (city and post code) should not both be indexed.
/// - Who can have values of their choice indexed and read the database sees which rows hold them.
/// - It knows no ranges, no prefixes, no `LIKE`, no order.
/// - It is not authenticated: who writes to the database can give a row another row's index value.
///   What is found is still opened, and opens only in its own place.
///
/// # Security
///
/// HKDF-SHA-256 (RFC 5869) and HMAC-SHA-256 (RFC 2104), truncated to its leftmost bits (RFC 2104
/// §5). The key is uniformly random, so nothing slow is needed: an index is as hard to guess at
/// without the key as the key itself, and takes a microsecond. Anchors: CipherSweet, the gem
/// `blind_index`, the beacons of the AWS Database Encryption SDK.
///
/// # Example
///
/// ```
/// use portcullis::{
///     Timestamp,
///     field::{BlindIndex, Error, Keyring, Normalizer, Policy, Scope},
/// };
///
/// # let now = Timestamp::from_millis(0);
/// let index = BlindIndex::new("contact", "email", Normalizer::Email, 1_000_000)?;
/// let policy = Policy::new().for_purpose(index.purpose()); // not the ring that seals the column
/// let ring = Keyring::generate_for(Scope::tenant("acme"), policy, now)?;
///
/// let stored = index.of(&ring, Some("acme"), "Ada@Example.org", now)?.to_string();
/// let wanted = index.search(&ring, Some("acme"), " ada@example.org")?;
/// // SELECT … WHERE email_index IN (wanted), then open and compare
/// assert!(wanted.iter().any(|value| value.to_string() == stored));
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub struct BlindIndex {
    table: String,
    column: String,
    normalizer: Normalizer,
    bits: u8,
    version: u32,
}

/// A hash that has begun, and the version of the key that it is made with. It is boxed and finished
/// where it is: a list that grows, or gives up what it holds, keeps a copy that nobody wipes.
type Hash = (KeyVersion, Box<Hmac<Sha256>>);

impl BlindIndex {
    /// Bits of an index for look-ups of one row: at a billion values, two share one with a
    /// probability of 2^-69.
    pub const UNIQUE_BITS: u8 = 128;

    /// How many distinct values a column has at the least: more than the 249 country codes of ISO
    /// 3166-1, the longest of the common enumerations.
    pub const MIN_DISTINCT: u64 = 256;

    /// The longest value that is indexed or searched for, in bytes.
    pub const MAX_VALUE_LEN: usize = 4096;

    /// An index over a column that is expected to hold `distinct` different values: 128 bits,
    /// version 1. Table and column are named as in the [`Context`] of the values.
    ///
    /// # Errors
    ///
    /// [`Error::FewValues`] below [`MIN_DISTINCT`](Self::MIN_DISTINCT).
    pub fn new(
        table: &str,
        column: &str,
        normalizer: Normalizer,
        distinct: u64,
    ) -> Result<Self, Error> {
        if distinct < Self::MIN_DISTINCT {
            return Err(Error::FewValues(distinct));
        }
        Ok(Self {
            table: table.into(),
            column: column.into(),
            normalizer,
            bits: Self::UNIQUE_BITS,
            version: 1,
        })
    }

    /// Keeps `bits` bits of each value, 1 to 128.
    ///
    /// # Errors
    ///
    /// [`Error::IndexBits`] for another number.
    pub fn with_bits(self, bits: u8) -> Result<Self, Error> {
        match bits {
            1..=Self::UNIQUE_BITS => Ok(Self { bits, ..self }),
            _ => Err(Error::IndexBits(bits)),
        }
    }

    /// The version of this definition, which starts at 1: another one has other values throughout.
    pub fn with_version(self, version: u32) -> Self {
        Self { version, ..self }
    }

    /// How many bits hide which of a tenant's `rows` rows are equal and still find few: so many
    /// that two rows to the square root of `rows` share an index value, where all values differ.
    /// None for fewer rows than that can hold for. A column whose values repeat has fewer distinct
    /// values than rows: ask with their number.
    ///
    /// The bounds are those of the AWS Database Encryption SDK ("Choosing a beacon length") and of
    /// CipherSweet's planner: 2 ≤ rows / 2^bits ≤ √rows.
    #[must_use]
    pub const fn advise(rows: u64) -> Option<RangeInclusive<u8>> {
        let Some(before) = rows.checked_sub(1) else {
            return None;
        };
        // 2^most is at most half of the rows, 2^(2 * fewest) at least all of them.
        let most = 62_u32.saturating_sub(rows.leading_zeros());
        let fewest = u64::BITS.saturating_sub(before.leading_zeros()).div_ceil(2);
        if fewest == 0 || fewest > most {
            return None;
        }
        #[allow(
            clippy::cast_possible_truncation,
            reason = "both are at most the number of bits of a u64"
        )]
        Some(fewest as u8..=most as u8)
    }

    /// What its keys are for.
    pub fn purpose(&self) -> Purpose {
        Purpose::index(&self.table, &self.column)
    }

    /// What the keys are for of the values that it is the index of.
    pub(super) fn column_purpose(&self) -> Purpose {
        Purpose::column(&self.table, &self.column)
    }

    /// What is stored beside the value: its index under the primary key.
    ///
    /// `tenant` is the one of the value's [`Context`]; None is for values of no tenant.
    ///
    /// # Errors
    ///
    /// [`Error::Unindexable`] for a value that the normaliser does not take, or of more than
    /// [`MAX_VALUE_LEN`](Self::MAX_VALUE_LEN) bytes; a table, column or tenant that is empty or longer
    /// than a part of a context; and what the ring refuses.
    pub fn of(
        &self,
        ring: &Keyring,
        tenant: Option<&str>,
        value: &str,
        now: Timestamp,
    ) -> Result<IndexValue, Error> {
        self.check_len(value)?;
        let info = self.info(tenant)?;
        let purpose = self.purpose();
        let slot = ring.seal_key(&Place::new(&purpose, tenant, None), now)?;
        let mut hashes = [Self::hash(slot, &info)?];
        self.feed(value, &mut hashes)?;
        let [hash] = &hashes;
        Ok(self.finish(hash))
    }

    /// What a look-up asks for: the index of `value` under every key of the ring, newest first. Rows
    /// that were written under an older key are found by it until the sweep has renewed them, and
    /// rows that another machine wrote under a newer one as soon as that is staged here.
    ///
    /// # Errors
    ///
    /// Those of [`of`](Self::of); [`Error::Suspended`] while a key is, because rows that are indexed
    /// under it would be missing: an insert that looks up first would admit a second one.
    pub fn search(
        &self,
        ring: &Keyring,
        tenant: Option<&str>,
        value: &str,
    ) -> Result<Vec<IndexValue>, Error> {
        self.search_from(ring, tenant, value, KeyVersion::FIRST)
    }

    /// What [`search`](Self::search) gives, under the keys from this one on.
    pub(super) fn search_from(
        &self,
        ring: &Keyring,
        tenant: Option<&str>,
        value: &str,
        first: KeyVersion,
    ) -> Result<Vec<IndexValue>, Error> {
        self.check_len(value)?;
        let info = self.info(tenant)?;
        let purpose = self.purpose();
        let place = Place::new(&purpose, tenant, None);
        let hashes = ring.needed_keys(&place)?;
        let hashes = hashes.filter(|slot| slot.version() >= first);
        let hashes = hashes.map(|slot| Self::hash(slot, &info));
        let mut hashes = hashes.collect::<Result<Vec<_>, Error>>()?;
        self.feed(value, &mut hashes)?;
        let newest_first = hashes.iter().rev();
        Ok(newest_first.map(|hash| self.finish(hash)).collect())
    }

    /// Who searches may be anybody, and what they type as long as they like.
    fn check_len(&self, value: &str) -> Result<(), Error> {
        if value.len() > Self::MAX_VALUE_LEN {
            return Err(Error::Unindexable(self.normalizer));
        }
        Ok(())
    }

    fn hash(slot: &Slot, info: &[u8]) -> Result<Hash, Error> {
        let key = derive::hkdf(slot.key()?.expose(), info);
        Ok((slot.version(), Box::new(mac::hmac(&key))))
    }

    /// Normalises once, for all keys.
    fn feed(&self, value: &str, hashes: &mut [Hash]) -> Result<(), Error> {
        let update = |bytes: &[u8]| hashes.iter_mut().for_each(|(_, hash)| hash.update(bytes));
        let fed = self.normalizer.feed(value, update);
        fed.map_err(|_| Error::Unindexable(self.normalizer))
    }

    fn finish(&self, (version, hash): &Hash) -> IndexValue {
        let mut digest = Zeroizing::new([0; 32]);
        Hmac::clone(hash).finalize_into((&mut *digest).into());
        IndexValue::truncate(*version, &digest, self.bits)
    }

    /// What the key is derived for. A context is self-delimiting and what follows has a fixed
    /// length, so no two indexes have the same bytes.
    fn info(&self, tenant: Option<&str>) -> Result<Vec<u8>, Error> {
        let context = Context::new().table(&self.table).column(&self.column);
        let context = match tenant {
            Some(tenant) => context.tenant(tenant),
            None => context.without_tenant(),
        };
        let mut info = super::label::INDEX.to_vec();
        info.extend_from_slice(context.without_row().encoded()?);
        info.extend_from_slice(&self.version.to_be_bytes());
        info.extend_from_slice(&[self.normalizer.code(), self.bits]);
        Ok(info)
    }
}
