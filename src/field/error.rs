//! Why something was not sealed, opened or loaded.

use super::{KeyVersion, Normalizer, Part, Purpose, State, WrapError};
use crate::{Timestamp, encoding};

/// Why something was not sealed, opened or loaded.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The cryptography refuses: another key, another context or a changed byte. It does not say
    /// which.
    #[error("cannot be opened: another key, another place or a changed byte")]
    Open,
    /// Does not start like an envelope, or is not written like one.
    #[error("not an envelope")]
    NotAnEnvelope,
    /// Starts like an envelope, with a key version or a length that none has.
    #[error("envelope is malformed")]
    Malformed,
    /// An envelope that says another suite than its key belongs to.
    #[error("key version {version} belongs to another suite")]
    WrongSuite {
        /// The key.
        version: KeyVersion,
    },
    /// A plaintext beyond [`MAX_PLAINTEXT_LEN`](super::MAX_PLAINTEXT_LEN), or an envelope of one.
    #[error("value is longer than 16 MiB")]
    TooLong,
    /// Does not start like a stream.
    #[error("not a stream")]
    NotAStream,
    /// A stream of another format or suite than this version reads.
    #[error("stream of a format or suite that is not supported")]
    UnsupportedStream,
    /// A stream without its last chunk: it was cut off, or never finished.
    #[error("stream ends before its last chunk")]
    Truncated,
    /// A stream of more chunks than a message has numbers for.
    #[error("stream is longer than 4 PiB")]
    StreamTooLong,
    /// The ring never had this key.
    #[error("no key has version {0}")]
    UnknownKey(KeyVersion),
    /// The key does not open until it is resumed.
    #[error("key version {0} is suspended")]
    Suspended(KeyVersion),
    /// The key is gone, and what it sealed with it.
    #[error("key version {0} is destroyed")]
    Destroyed(KeyVersion),
    /// The step asked for does not start from this state.
    #[error("key version {version} is {state}")]
    WrongState {
        /// The key.
        version: KeyVersion,
        /// Its state.
        state: State,
    },
    /// A version or a key that the ring has or had already.
    #[error("key version {0} is a duplicate")]
    DuplicateKey(KeyVersion),
    /// The primary key is older than the policy lets one be that seals: stage and promote another.
    #[error("key version {0} is too old to seal")]
    Overdue(KeyVersion),
    /// The primary key has sealed as often as the policy or its suite lets it: stage and promote
    /// another.
    #[error("key version {0} has sealed as often as it may")]
    Exhausted(KeyVersion),
    /// The policy of the ring does not name what the key is to be used for.
    #[error("keys are not for this purpose")]
    OutOfPurpose,
    /// The context names somebody else than the ring's scope, or nobody.
    #[error("keys are not for this {0}")]
    OutOfScope(Part),
    /// No proof shows that nothing refers to the key any more, or only one that began while machines
    /// may still have sealed with it.
    #[error("nothing shows that the key is no longer referred to for {0}")]
    Unverified(Purpose),
    /// The key may have been used for anything, so nothing can show that nothing refers to it: only
    /// [`Destroy::Forced`](super::Destroy::Forced) destroys it.
    #[error("key may have been used for any purpose")]
    Unrestricted,
    /// The reason for destroying a key says nothing, is longer than 1,024 bytes or has control
    /// characters.
    #[error("reason is not 1 to 1024 bytes of text")]
    Reason,
    /// A name of a purpose or a credential that is empty or longer than 1,024 bytes.
    #[error("name is not 1 to 1024 bytes long")]
    Name,
    /// A policy with more than 256 purposes.
    #[error("policy has more than 256 purposes")]
    TooManyPurposes,
    /// The last step of the ring was more than a day after the time that was given: this clock is
    /// wrong, or that one was ([`Keyring::danger_turn_back`](super::Keyring::danger_turn_back)).
    #[error("the last step of the key ring is in the future, at {0}")]
    Clock(Timestamp),
    /// A ring that has taken [`u64::MAX`] steps.
    #[error("key ring takes no more steps")]
    TooManySteps,
    /// A stored ring without a primary key, or with several.
    #[error("key ring does not have exactly one primary key")]
    NotOnePrimary,
    /// A ring of 1,024 keys, or one whose last key has the last version, [`u32::MAX`].
    #[error("key ring takes no more keys")]
    TooManyKeys,
    /// A stored key is not the one that was stored.
    #[error("key version {0} does not match its fingerprint")]
    Fingerprint(KeyVersion),
    /// Stored bytes are not a ring.
    #[error(transparent)]
    Encoding(#[from] encoding::Error),
    /// The context does not say this part, nor that it is left out.
    #[error("context does not say its {0}")]
    MissingPart(Part),
    /// A part of the context is empty.
    #[error("context has an empty {0}")]
    EmptyPart(Part),
    /// A part of the context is longer than 1,024 bytes.
    #[error("context has a {0} of more than 1024 bytes")]
    LongPart(Part),
    /// The context of an [`Encrypted`](super::Encrypted) says a type, which the type of the value
    /// says.
    #[error("context says a type beside the value's own")]
    TypeSaid,
    /// A value was opened that the type asked for does not have.
    #[error("value is not of the type asked for")]
    NotOfType,
    /// A padding to a multiple that is none, or of more than 4,096 bytes.
    #[error("padding to a multiple of {0} bytes: it is 2 to 4096")]
    Multiple(u16),
    /// A padding in the context of a stream: a stream's length is not hidden.
    #[error("a stream takes no padding")]
    StreamPadding,
    /// An application's part under a tag below 0x40.
    #[error("context tag {0:#04x} is reserved: application tags start at 0x40")]
    ReservedTag(u8),
    /// A value that is empty once it is normalised, or of more than 4,096 bytes, an e-mail address
    /// without its parts, digits without a digit or of a script that has no ASCII ones.
    #[error("value has no {0} form to index")]
    Unindexable(Normalizer),
    /// An index over a column of so few distinct values that their frequencies tell them.
    #[error("a column of {0} distinct values is not indexed: at least 256")]
    FewValues(u64),
    /// An index of no bits, or of more than 128.
    #[error("an index of {0} bits: 1 to 128")]
    IndexBits(u8),
    /// Not what a blind index stores.
    #[error("not an index value")]
    NotAnIndexValue,
    /// A value that is no text in UTF-8, which an index is made of.
    #[error("value is not text")]
    NotText,
    /// A sweep that goes on with another ring than it began with, or for another purpose.
    #[error("progress is that of another sweep")]
    OtherSweep,
    /// Values still need the key, or may.
    #[error("{references} values name key version {version}, or no key of the ring")]
    Referenced {
        /// The key.
        version: KeyVersion,
        /// How many.
        references: u64,
    },
    /// The operating system gave no randomness.
    #[error("no randomness")]
    Randomness,
    /// The key that wraps a ring cannot be had.
    #[error(transparent)]
    Wrap(#[from] WrapError),
    /// A stored ring belongs to another scope than the one asked for.
    #[error("key ring belongs to another scope")]
    OtherScope,
    /// A stored ring is older than one that was seen before.
    #[error("key ring has generation {found}, older than generation {least} seen before")]
    RolledBack {
        /// Of the stored ring.
        found: u64,
        /// The least that is accepted.
        least: u64,
    },
    /// The name of a key-encryption key is not one.
    #[error(
        "name of a key-encryption key is not 1 to 512 visible ASCII characters without a space"
    )]
    KekId,
    /// A key-encryption key with a name or with bytes that another one has.
    #[error("key-encryption key is a duplicate")]
    DuplicateKek,
    /// A 17th key-encryption key.
    #[error("more than 16 key-encryption keys")]
    TooManyKeks,
    /// The key-encryption key that wraps cannot be forgotten: rotate first.
    #[error("key-encryption key is the one that wraps")]
    KekInUse,
    /// A file of keys is not whole, or not as it was written.
    #[error("file of keys was cut off or changed: its checksum does not match")]
    Checksum,
}
