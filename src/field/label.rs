//! What keeps the uses of one key apart: every label that this module computes with.
//!
//! A label is the start of what a keyed hash reads, so none may be the start of another.

/// What a key is recognised by (HMAC-SHA-512).
pub(super) const FINGERPRINT: &[u8] = b"portcullis/v1/fingerprint";
/// The key of a blind index (HKDF-SHA-256).
pub(super) const INDEX: &[u8] = b"portcullis/v1/index";
/// A ring that is sealed under its tenant's key (Cobblestone-256).
#[cfg(feature = "shred")]
pub(super) const NESTED_RING: &[u8] = b"portcullis/v1/nested-ring";
/// A signed receipt (Ed25519).
#[cfg(feature = "shred")]
pub(super) const RECEIPT: &[u8] = b"portcullis/v1/receipt";
/// A key that a key-encryption key of this process wraps (Cobblestone-256).
pub(super) const LOCAL_KEK: &[u8] = b"portcullis/v1/local-kek";
/// A ring under the key that is wrapped for it (Cobblestone-256).
pub(super) const WRAPPED_RING: &[u8] = b"portcullis/v1/wrapped-ring";

#[cfg(test)]
mod tests {
    use super::*;

    /// CR-09: two uses of a key never read the same bytes, whatever follows their labels.
    #[test]
    fn no_label_is_the_start_of_another() {
        let labels = [
            FINGERPRINT,
            INDEX,
            LOCAL_KEK,
            #[cfg(feature = "shred")]
            NESTED_RING,
            #[cfg(feature = "shred")]
            RECEIPT,
            WRAPPED_RING,
        ];
        for (i, label) in labels.iter().enumerate() {
            assert!(label.starts_with(b"portcullis/v1/"));
            for (j, other) in labels.iter().enumerate() {
                assert!(i == j || !other.starts_with(label), "{i} {j}");
            }
        }
    }
}
