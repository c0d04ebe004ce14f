//! What keeps the uses of one key apart: every label that this module computes with.
//!
//! A label is the start of what a keyed hash reads, so none may be the start of another.

/// What a key is recognised by (HMAC-SHA-512).
pub(super) const FINGERPRINT: &[u8] = b"portcullis/v1/fingerprint";
/// The key of a blind index (HKDF-SHA-256).
pub(super) const INDEX: &[u8] = b"portcullis/v1/index";

#[cfg(test)]
mod tests {
    use super::*;

    /// CR-09: two uses of a key never read the same bytes, whatever follows their labels.
    #[test]
    fn no_label_is_the_start_of_another() {
        let labels = [FINGERPRINT, INDEX];
        for (i, label) in labels.iter().enumerate() {
            assert!(label.starts_with(b"portcullis/v1/"));
            for (j, other) in labels.iter().enumerate() {
                assert!(i == j || !other.starts_with(label), "{i} {j}");
            }
        }
    }
}
