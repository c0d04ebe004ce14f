//! What encoded text is made of.

/// Letters, digits and signs of base64 and base64url, hexadecimal digits among them.
pub(super) const WORD: u8 = 1;
/// Hexadecimal digits, and what stands between the bytes of a list.
pub(super) const LIST: u8 = 2;
/// Hexadecimal digits.
pub(super) const HEX: u8 = 4;
/// What stands between the bytes of a list.
pub(super) const SIGN: u8 = 8;

/// The classes of each byte.
static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut rest: &mut [u8] = &mut classes;
    let mut byte = 0_u8;
    while let [class, others @ ..] = rest {
        *class = of_byte(byte);
        rest = others;
        byte = byte.wrapping_add(1);
    }
    classes
};

/// The classes of a byte.
pub(super) fn of(byte: u8) -> u8 {
    CLASSES.get(usize::from(byte)).copied().unwrap_or_default()
}

const fn of_byte(byte: u8) -> u8 {
    let is_hex = byte.is_ascii_hexdigit();
    let is_word = byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
    let is_sign = matches!(byte, b' ' | b',' | b':' | b';' | b'-' | b'\\' | b'%');
    let is_list = is_hex || is_sign || matches!(byte, b'x' | b'X');
    (if is_word { WORD } else { 0 })
        | (if is_list { LIST } else { 0 })
        | (if is_hex { HEX } else { 0 })
        | (if is_sign { SIGN } else { 0 })
}

/// The classes among `classes` that all bytes have.
pub(super) fn all(bytes: &[u8], classes: u8) -> u8 {
    let mut classes = classes;
    for b in bytes {
        classes &= of(*b);
        if classes == 0 {
            break;
        }
    }
    classes
}
