//! What encoded text is made of.

/// Letters, digits and signs of base64 and base64url, hexadecimal digits among them.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

/// Hexadecimal digits, and what stands between the bytes of a list.
pub(super) fn is_list(byte: u8) -> bool {
    let is_sign = matches!(byte, b' ' | b',' | b':' | b';' | b'-' | b'\\' | b'%');
    is_sign || byte.is_ascii_hexdigit() || matches!(byte, b'x' | b'X')
}
