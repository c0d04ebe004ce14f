//! Characters that a reader takes for others, or does not see.

use std::borrow::Cow;

pub(super) fn visible(text: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    if text.is_ascii() {
        return text;
    }
    let seen = String::from_utf8_lossy(&text);
    let seen: String = seen.chars().filter_map(shown).collect();
    Cow::Owned(seen.into_bytes())
}

/// What is seen of a character; None of those that show nothing.
fn shown(c: char) -> Option<char> {
    match c {
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' => None,
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => Some(' '),
        // Full-width forms, in the order of ASCII.
        '\u{ff01}'..='\u{ff5e}' => {
            let ascii = u32::from(c).checked_sub(0xfee0);
            ascii.and_then(char::from_u32)
        }
        c => Some(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S4-09: what a reader sees.
    #[test]
    fn shows_what_a_reader_sees() {
        for (text, seen) in [
            ("h\u{200b}i\u{ad} \u{a0}x\u{2060}\u{feff}", "hi  x"),
            ("４１：ａｚ～", "41:az~"),
            ("müde", "müde"),
        ] {
            let shown = visible(Cow::Borrowed(text.as_bytes()));
            assert_eq!(String::from_utf8_lossy(&shown), seen);
        }
    }
}
