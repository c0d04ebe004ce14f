//! What a session is called in a list of devices.

use super::Error;

/// The longest label of a session in bytes.
pub(super) const LABEL_LEN: usize = 128;

/// Makes a label out of a text that anybody may have sent, a User-Agent for example: characters
/// that no label may have are left out, and what is longer than 128 bytes is cut.
///
/// What is left is still whatever they chose to write; a page escapes it as it does all text.
///
/// ```
/// use portcullis::session::fit_label;
///
/// assert_eq!(fit_label("Firefox\r\n\u{202e}on Linux"), "Firefoxon Linux");
/// ```
#[must_use]
pub fn fit_label(text: &str) -> String {
    let mut label = String::new();
    for character in text.chars().filter(|c| !is_refused(*c)) {
        if label.len().saturating_add(character.len_utf8()) > LABEL_LEN {
            break;
        }
        label.push(character);
    }
    label
}

/// Refuses what [`fit_label`] would change.
pub(super) fn check(label: &str) -> Result<(), Error> {
    if label.len() > LABEL_LEN {
        Err(Error::LabelTooLong)
    } else if !label.bytes().all(is_plain) && label.chars().any(is_refused) {
        Err(Error::LabelCharacter)
    } else {
        Ok(())
    }
}

/// Most labels are of these, and are looked at on every request.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}

/// Characters that would let a label pass for something else in a list or in a log: control
/// characters, line ends, and those that turn the direction of the text around them (Unicode UAX #9
/// §2: ALM, LRM, RLM, embeddings, overrides, isolates).
fn is_refused(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
