//! What is left of a shredded ring: a signed statement.

use core::fmt;

use super::{Error, ReceiptKey, Verifier, signer::SIGNATURE_LEN};
use crate::{
    Timestamp,
    encoding::{self, Decoder, Encoder},
    field::{
        Fingerprint, KeyVersion, Scope, label,
        wrap::{MAX_KEK_ID_LEN, check_kek_id},
    },
};
use base64ct::{Base64UrlUnpadded, Encoding};
use sha2::{Digest, Sha256};

/// What a receipt starts with.
const MAGIC: &[u8; 4] = b"PCRC";
/// Version of the form.
const ENCODING: u8 = 1;
/// What a written receipt starts with: the name of this form and its version.
const TEXT_PREFIX: &str = "pcr1.";
/// Longest reason, in bytes.
const MAX_REASON_LEN: usize = 1024;
/// Keys in a ring.
const MAX_KEYS: usize = 1024;
/// Longest receipt, in bytes, rounded up.
pub(super) const MAX_LEN: usize = 32 * 1024;

/// Why a ring is destroyed, and what the application deleted with it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub struct Erasure {
    reason: String,
    index_values: Option<u64>,
}

impl Erasure {
    /// A reason, which stands in the receipt for ever: a ticket or a paragraph, never the data or the
    /// name of the person.
    ///
    /// # Errors
    ///
    /// [`Error::Reason`] unless it has 1 to 1,024 bytes, is not blank and has no character
    /// that controls lines or their direction.
    pub fn new(reason: &str) -> Result<Self, Error> {
        check_reason(reason)?;
        Ok(Self {
            reason: reason.into(),
            index_values: None,
        })
    }

    /// How many values of blind indexes the application has deleted. They are made under the keys of
    /// an index, which may outlive this ring, and tell which rows had the same value.
    pub fn with_index_values(self, deleted: u64) -> Self {
        Self {
            index_values: Some(deleted),
            ..self
        }
    }
}

/// Whether it ends a line, or changes the order in which others of the line are shown (Unicode
/// Standard Annex #9 §2).
fn rearranges(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Reasons are printed, one a line.
fn check_reason(reason: &str) -> Result<(), Error> {
    let printable = !reason.chars().any(rearranges);
    if reason.trim().is_empty() || reason.len() > MAX_REASON_LEN || !printable {
        return Err(Error::Reason);
    }
    Ok(())
}

/// What is known of the keys that were destroyed.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Evidence {
    /// The store had no ring of this scope. It cannot get one any more.
    NoRing,
    /// A ring was there that was not opened: damaged, its key-encryption key or its tenant's key gone, or
    /// the wrapper not asked. Its bytes were replaced.
    Unread,
    /// The keys of the ring, by version and fingerprint; keys that were destroyed before included.
    Keys(Vec<(KeyVersion, Fingerprint)>),
}

/// What is said of one shredding, before it is signed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Facts {
    /// The SHA-256 digest of the store's name.
    pub(super) store: [u8; 32],
    pub(super) kind: Kind,
    /// The SHA-256 digest of the scope's canonical bytes.
    pub(super) scope: [u8; 32],
    pub(super) at: Timestamp,
    /// Of the ring; 0 where there was none.
    pub(super) generation: u64,
    pub(super) evidence: Evidence,
    /// Empty where there was no ring.
    pub(super) kek_id: String,
    pub(super) erasure: Erasure,
}

/// Of a scope.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Application,
    Tenant,
    Subject,
    Credential,
}

/// A signed statement that a ring was destroyed in a store. It is also the tombstone that stands
/// there in the ring's place, so the receipt can be asked for again.
///
/// It names no person: the scope is in it as a digest, to be compared by who knows the names
/// ([`is_for`](Self::is_for)). Names can be guessed at, so it is pseudonymous, not anonymous.
///
/// # What it proves
///
/// That the holder of the signing key said: at this time the ring of this scope, of this generation,
/// with keys of these fingerprints, was replaced in this store by this receipt, for this reason.
///
/// # What it does not
///
/// - Copies of the wrapped ring elsewhere: backups and logs of the store, blocks of its disk. They
///   open for whoever holds the key-encryption key that the receipt names, until that is destroyed;
///   so it is rotated in fixed intervals, and the old one destroyed.
/// - The memory of other processes, until their cache is older than its maximum age; rings that
///   somebody still holds.
/// - Values that were read before, and values that another ring sealed.
/// - Blind-index values beyond the number that the application reports.
///
/// # Encoding
///
/// ```text
/// "PCRC" | 1 u8 | store 32 | kind u8 | scope 32 | time u64 | generation u64 | evidence u8
/// | count u32, (key version u32 | fingerprint 16) * | length u32, KEK id | length u32, reason
/// | 0 u8, or 1 u8 and index values u64 | verifying key 32 | signature 64
/// ```
///
/// Integers big-endian, the time in milliseconds since the Unix epoch; store and scope are SHA-256
/// digests, of the name and of the canonical bytes. Kinds: application 1, tenant
/// 2, subject 3, credential 4. Evidence: no ring 0, unread 1, keys 2; keys stand there with 2 only.
/// The signature is Ed25519 (RFC 8032 §5.1) of `portcullis/v1/receipt` and all before it. As text,
/// `pcr1.` and strict base64url without padding.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Receipt {
    facts: Facts,
    signer: [u8; 32],
    signature: [u8; SIGNATURE_LEN],
}

impl Receipt {
    pub(super) fn sign(facts: Facts, key: &ReceiptKey) -> Self {
        let signer = key.verifier().to_bytes();
        let signature = key.sign(&signed(&facts, &signer));
        Self {
            facts,
            signer,
            signature,
        }
    }

    /// Whether `verifier`'s key signed this. Everything else that a receipt says counts only then.
    ///
    /// # Errors
    ///
    /// [`Error::Receipt`] for another key or a changed byte.
    pub fn verify(&self, verifier: &Verifier) -> Result<(), Error> {
        if verifier.to_bytes() != self.signer {
            return Err(Error::Receipt);
        }
        verifier.verify(&signed(&self.facts, &self.signer), &self.signature)
    }

    /// Whether one of these keys signed this.
    pub(super) fn verify_any(&self, verifiers: &[Verifier]) -> Result<(), Error> {
        let mut signed = verifiers.iter().map(|verifier| self.verify(verifier));
        match signed.any(|verified| verified.is_ok()) {
            true => Ok(()),
            false => Err(Error::Receipt),
        }
    }

    /// Whether this is of the store of this name ([`Keyrings::new`](super::Keyrings::new)).
    #[must_use]
    pub fn is_of(&self, store: &str) -> bool {
        *self.store() == digest_of(store)
    }

    pub(super) const fn store(&self) -> &[u8; 32] {
        &self.facts.store
    }

    /// Whether this is about `scope`.
    #[must_use]
    pub fn is_for(&self, scope: &Scope) -> bool {
        self.facts.scope == scope.digest()
    }

    /// What stands for the scope: the SHA-256 digest of its canonical bytes.
    #[must_use]
    pub const fn scope(&self) -> &[u8; 32] {
        &self.facts.scope
    }

    /// When the ring was destroyed.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.facts.at
    }

    /// Why.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.facts.erasure.reason
    }

    /// What is known of the keys that were destroyed.
    #[must_use]
    pub const fn evidence(&self) -> &Evidence {
        &self.facts.evidence
    }

    /// The generation of the ring; 0 where there was none. Unread, it is what the ring said of
    /// itself.
    #[must_use]
    pub const fn generation(&self) -> u64 {
        self.facts.generation
    }

    /// The key-encryption key that wrapped the ring. Backups of the store open with it.
    #[must_use]
    pub fn kek_id(&self) -> Option<&str> {
        Some(self.facts.kek_id.as_str()).filter(|id| !id.is_empty())
    }

    /// How many blind-index values the application reported to have deleted.
    #[must_use]
    pub const fn index_values(&self) -> Option<u64> {
        self.facts.erasure.index_values
    }

    /// The verifying key of who signed.
    #[must_use]
    pub const fn signer(&self) -> &[u8; 32] {
        &self.signer
    }

    /// The canonical bytes, signature included.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = said(&self.facts, &self.signer);
        out.extend_from_slice(&self.signature);
        out
    }

    /// Reads what [`encode`](Self::encode) wrote. It does not verify the signature.
    ///
    /// # Errors
    ///
    /// [`Error::Field`] for other bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() > MAX_LEN {
            return Err(damaged());
        }
        let rest = bytes.strip_prefix(MAGIC).ok_or_else(damaged)?;
        let mut decoder = Decoder::new(rest, ENCODING)?;
        let facts = decode_facts(&mut decoder)?;
        let receipt = Self {
            facts,
            signer: decoder.array()?,
            signature: decoder.array()?,
        };
        decoder.finish()?;
        Ok(receipt)
    }

    /// The canonical bytes as text: `pcr1.` and base64url without padding.
    #[must_use]
    pub fn to_text(&self) -> String {
        [
            TEXT_PREFIX,
            &Base64UrlUnpadded::encode_string(&self.encode()),
        ]
        .concat()
    }

    /// Reads what [`to_text`](Self::to_text) wrote, and that spelling only.
    ///
    /// # Errors
    ///
    /// Those of [`decode`](Self::decode).
    pub fn from_text(text: &str) -> Result<Self, Error> {
        let encoded = text.strip_prefix(TEXT_PREFIX).ok_or_else(damaged)?;
        Self::decode(&Base64UrlUnpadded::decode_vec(encoded).map_err(|_| damaged())?)
    }
}

pub(super) fn digest_of(store: &str) -> [u8; 32] {
    Sha256::digest(store).into()
}

fn damaged() -> Error {
    encoding::Error::Damaged.into()
}

fn signed(facts: &Facts, signer: &[u8; 32]) -> Vec<u8> {
    [label::RECEIPT, &said(facts, signer)].concat()
}

/// All but the signature.
fn said(facts: &Facts, signer: &[u8; 32]) -> Vec<u8> {
    let (evidence, keys) = match &facts.evidence {
        Evidence::NoRing => (0, [].as_slice()),
        Evidence::Unread => (1, [].as_slice()),
        Evidence::Keys(keys) => (2, keys.as_slice()),
    };
    let mut encoder = Encoder::new(ENCODING);
    encoder
        .array(&facts.store)
        .u8(facts.kind.encode())
        .array(&facts.scope)
        .time(facts.at)
        .u64(facts.generation)
        .u8(evidence)
        .list(keys, |encoder, (version, fingerprint)| {
            encoder.u32(version.get()).array(fingerprint.as_bytes());
        })
        .bytes(facts.kek_id.as_bytes())
        .bytes(facts.erasure.reason.as_bytes())
        .option(facts.erasure.index_values, |encoder, deleted| {
            encoder.u64(deleted);
        })
        .array(signer);
    [MAGIC, encoder.finish().as_slice()].concat()
}

fn decode_facts(decoder: &mut Decoder<'_>) -> Result<Facts, Error> {
    let store = decoder.array()?;
    let (kind, scope) = (Kind::decode(decoder.u8()?)?, decoder.array()?);
    let (at, generation) = (decoder.time()?, decoder.u64()?);
    let evidence = decoder.u8()?;
    let keys = decoder.list(MAX_KEYS, |decoder| {
        let version = KeyVersion::new(decoder.u32()?).ok_or_else(damaged)?;
        Ok::<_, Error>((version, Fingerprint::from_bytes(decoder.array()?)))
    })?;
    let evidence = match (evidence, keys.as_slice()) {
        (0, []) => Evidence::NoRing,
        (1, []) => Evidence::Unread,
        (2, [_, ..]) => Evidence::Keys(keys),
        _ => return Err(damaged()),
    };
    let kek_id = decoder.text(MAX_KEK_ID_LEN)?;
    if !kek_id.is_empty() {
        // It is printed.
        check_kek_id(kek_id)?;
    }
    let reason = decoder.text(MAX_REASON_LEN)?;
    check_reason(reason)?;
    Ok(Facts {
        store,
        kind,
        scope,
        at,
        generation,
        evidence,
        kek_id: kek_id.into(),
        erasure: Erasure {
            reason: reason.into(),
            index_values: decoder.option(Decoder::u64)?,
        },
    })
}

impl Kind {
    pub(super) fn of(scope: &Scope) -> Result<Self, Error> {
        Self::decode(scope.parts().0)
    }

    const fn encode(self) -> u8 {
        match self {
            Self::Application => 1,
            Self::Tenant => 2,
            Self::Subject => 3,
            Self::Credential => 4,
        }
    }

    fn decode(byte: u8) -> Result<Self, Error> {
        match byte {
            1 => Ok(Self::Application),
            2 => Ok(Self::Tenant),
            3 => Ok(Self::Subject),
            4 => Ok(Self::Credential),
            _ => Err(damaged()),
        }
    }
}

/// What it says, and what it does not, for people.
impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let facts = &self.facts;
        let kind = match facts.kind {
            Kind::Application => "the application",
            Kind::Tenant => "a tenant, and with it every ring of its persons and credentials",
            Kind::Subject => "a person",
            Kind::Credential => "a credential",
        };
        write!(f, "Key ring of {kind}: destroyed {}\nscope ", facts.at)?;
        hexadecimal(f, &facts.scope)?;
        f.write_str(" (SHA-256)\nstore ")?;
        hexadecimal(f, &facts.store)?;
        write!(
            f,
            " (SHA-256 of its name)\nreason: {}\n",
            facts.erasure.reason
        )?;
        match &facts.evidence {
            Evidence::NoRing => f.write_str("keys: none; the scope had no ring\n")?,
            Evidence::Unread => f.write_str("keys: not known; the ring was not opened\n")?,
            Evidence::Keys(keys) => {
                writeln!(f, "generation {}, keys:", facts.generation)?;
                for (version, fingerprint) in keys {
                    writeln!(f, "  {version} {fingerprint}")?;
                }
            }
        }
        if let Some(kek) = self.kek_id() {
            writeln!(f, "wrapped under: {kek}")?;
        }
        if let Some(deleted) = facts.erasure.index_values {
            writeln!(
                f,
                "index values deleted, as the application reports: {deleted}"
            )?;
        }
        f.write_str("signed by (Ed25519): ")?;
        hexadecimal(f, &self.signer)?;
        f.write_str(
            "\nIt does not cover copies of the ring elsewhere, which open until the key-encryption \
             key named here is destroyed; the memory of other processes until their cache expires; \
             values that were read before; index values that were not deleted.\n",
        )
    }
}

pub(super) fn hexadecimal(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::Key;

    /// CR-07: who signs does not say that somebody else did.
    #[test]
    fn a_receipt_that_names_another_signer_is_refused() {
        let [key, other] = [1, 2].map(|byte| ReceiptKey::new(&Key::from_bytes([byte; 32])));
        let facts = Facts {
            store: [6; 32],
            kind: Kind::Subject,
            scope: [7; 32],
            at: Timestamp::EPOCH,
            generation: 0,
            evidence: Evidence::NoRing,
            kek_id: String::new(),
            erasure: Erasure::new("a reason").unwrap(),
        };
        let honest = Receipt::sign(facts.clone(), &key);
        assert_eq!(honest.verify(&key.verifier()), Ok(()));
        let signer = other.verifier().to_bytes();
        let signature = key.sign(&signed(&facts, &signer));
        let lying = Receipt {
            facts,
            signer,
            signature,
        };
        for verifier in [key.verifier(), other.verifier()] {
            assert_eq!(lying.verify(&verifier), Err(Error::Receipt));
        }
    }
}
