//! Decodes base64 as far as it goes, to look at what it says.

/// The bytes that `text` stands for in either alphabet, up to the first other character.
pub(super) fn decode(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (mut bits, mut held) = (0_u32, 0_u32);
    for sextet in text.iter().map_while(|b| sextet(*b)) {
        bits = (bits << 6) | u32::from(sextet);
        held = held.saturating_add(6);
        if held >= 8 {
            held = held.saturating_sub(8);
            let [.., byte] = (bits >> held).to_be_bytes();
            bytes.push(byte);
        }
    }
    bytes
}

/// Whether `byte` belongs to base64 or base64url.
pub(super) fn is_base64(byte: u8) -> bool {
    sextet(byte).is_some()
}

/// The six bits that a character stands for.
pub(super) const fn sextet(byte: u8) -> Option<u8> {
    let (first, value) = match byte {
        b'A'..=b'Z' => (b'A', 0),
        b'a'..=b'z' => (b'a', 26),
        b'0'..=b'9' => (b'0', 52),
        b'+' | b'-' => return Some(62),
        b'/' | b'_' => return Some(63),
        _ => return None,
    };
    Some(byte.saturating_sub(first).saturating_add(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4648 §10.
    #[test]
    fn decodes_the_vectors_of_rfc_4648() {
        for (text, bytes) in [
            ("Zg", "f"),
            ("Zm8=", "fo"),
            ("Zm9v", "foo"),
            ("Zm9vYmFy", "foobar"),
        ] {
            assert_eq!(decode(text.as_bytes()), bytes.as_bytes());
        }
    }
}
