//! Why a policy cannot be.

#[cfg(doc)]
use super::Policy;

/// Why a policy cannot be.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No rule has this id: [`Policy::rules`] lists them.
    #[error("no rule has this id")]
    UnknownRule,
    /// A secret that is registered has at least 8 bytes.
    #[error("the secret is below 8 bytes")]
    Short,
    /// And at most 16 KiB.
    #[error("the secret is above 16 KiB")]
    Long,
    /// There are 1,024 registered secrets, 256 KiB of them, or 64 patterns.
    #[error("there is no room for a further secret or pattern")]
    Full,
    /// The id of a pattern is one to 64 small letters, digits and hyphens, and no other rule's.
    #[cfg(feature = "patterns")]
    #[error("the id is another rule's, or not 1 to 64 small letters, digits and hyphens")]
    PatternId,
    /// A pattern is a regular expression, needs at most 1 MiB, and does not match the empty text.
    #[cfg(feature = "patterns")]
    #[error("the pattern is no regular expression, needs above 1 MiB, or matches the empty text")]
    Pattern,
    /// No part of secrets of this kind may be shown: only of cards, IBANs, social security numbers
    /// and e-mail addresses.
    #[error("no part of secrets of this kind may be shown")]
    NotPartial,
    /// Pseudonyms need a key: [`Policy::with_pseudonym_key`].
    #[cfg(feature = "pseudonym")]
    #[error("there is no key to make pseudonyms with")]
    NoPseudonymKey,
    /// The id of a key is one to 32 letters, digits, hyphens and underscores.
    #[cfg(feature = "pseudonym")]
    #[error("the id of a key is not 1 to 32 letters, digits, hyphens and underscores")]
    KeyId,
}
