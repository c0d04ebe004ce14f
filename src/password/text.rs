//! The text of a password: one form for every keyboard, wiped when dropped.

use core::fmt;

use secrecy::{ExposeSecret, SecretString};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick, is_nfkc_quick};
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};
use zeroize::{Zeroize, Zeroizing};

use super::{Error, MAX_PASSWORD_LEN};

/// A text longer than this is not kept: each code point that NFC gives comes from at most four code
/// points of at most four bytes, so no more than an eighth of a text can be left of it, and the
/// result would be over [`MAX_PASSWORD_LEN`] in any case. (NFKC leaves a quarter at the least: four
/// bytes of a mathematical letter become one.)
const RAW_LEN: usize = 8 * MAX_PASSWORD_LEN;

/// How a password as typed becomes the bytes that are hashed.
///
/// It is recorded with each hash that [`State`](super::State) keeps, so that another choice for new
/// hashes leaves the old ones good.
///
/// Whatever is hashed, a policy judges NFC, and counts its code points. NFKC may have fewer: four
/// half-width katakana with their voicing marks are eight code points in NFC, four in NFKC. It may
/// also have more, as may the text as it was typed: what is over
/// [`MAX_PASSWORD_LEN`](super::MAX_PASSWORD_LEN) in the form that is hashed is
/// [`Error::TooLong`](super::Error::TooLong), though a policy finds nothing wrong with it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Form {
    /// Every space (Unicode category Zs) becomes U+0020, then NFC: the same password typed on
    /// another keyboard is the same password (NIST SP 800-63B-4 §3.1.1.2).
    #[default]
    Nfc,
    /// The same with NFKC, the other form that NIST names: full-width letters, ligatures and
    /// superscripts become plain ones too.
    Nfkc,
    /// As it was typed: what most other systems hash.
    Raw,
}

impl Form {
    /// As it is stored: 1, 2, 3.
    pub(super) const fn byte(self) -> u8 {
        match self {
            Self::Nfc => 1,
            Self::Nfkc => 2,
            Self::Raw => 3,
        }
    }

    pub(super) const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Nfc),
            2 => Some(Self::Nfkc),
            3 => Some(Self::Raw),
            _ => None,
        }
    }
}

/// A password as somebody typed it.
///
/// It is judged, and by default hashed, in one [`Form`] for every keyboard: [`Form::Nfc`]. Nothing
/// is trimmed and nothing is cut off. Its length is counted in code points of that form.
///
/// The text is wiped when dropped, `Debug` prints `[redacted]`, and there is no way to read it back.
/// `From<String>` wipes the string it is given; of `&str` the caller keeps, and wipes, their own.
/// A text that is not in normal form yet passes through buffers of the normalising library that
/// are not wiped.
pub struct Password(Text);

enum Text {
    Kept {
        form: SecretString,
        /// As typed, where that is something else.
        raw: Option<SecretString>,
    },
    /// Longer than any text that can be hashed: only its length in bytes is known.
    TooLong(usize),
}

impl Password {
    /// The text, unless it is too long to be kept.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.0 {
            Text::Kept { form, .. } => Some(form.expose_secret()),
            Text::TooLong(_) => None,
        }
    }

    /// Length in bytes: of the text form, or of what was given where that was too long to be kept.
    pub(super) fn len(&self) -> usize {
        match &self.0 {
            Text::Kept { form, .. } => form.expose_secret().len(),
            Text::TooLong(len) => *len,
        }
    }

    /// The text in `form`, if it may be hashed.
    pub(super) fn hashable(&self, form: Form) -> Result<Zeroizing<String>, Error> {
        let Text::Kept { form: nfc, raw } = &self.0 else {
            return Err(Error::TooLong);
        };
        let raw = raw.as_ref().unwrap_or(nfc).expose_secret();
        let text = match form {
            Form::Nfc => Zeroizing::new(nfc.expose_secret().to_owned()),
            Form::Nfkc => nfkc(raw),
            Form::Raw => Zeroizing::new(raw.to_owned()),
        };
        match text.len() {
            0 => Err(Error::Empty),
            1..=MAX_PASSWORD_LEN => Ok(text),
            _ => Err(Error::TooLong),
        }
    }
}

impl From<&str> for Password {
    fn from(raw: &str) -> Self {
        if raw.len() > RAW_LEN {
            return Self(Text::TooLong(raw.len()));
        }
        let form = form(raw);
        let same = form.as_str() == raw;
        Self(Text::Kept {
            form: SecretString::from(form.as_str()),
            raw: (!same).then(|| SecretString::from(raw)),
        })
    }
}

impl From<String> for Password {
    fn from(mut raw: String) -> Self {
        let password = Self::from(raw.as_str());
        raw.zeroize();
        password
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Spaces to U+0020, then NFC.
pub(super) fn form(raw: &str) -> Zeroizing<String> {
    let spaced = raw.chars().map(plain_space);
    match is_nfc_quick(spaced.clone()) {
        IsNormalized::Yes => gather(spaced),
        IsNormalized::No | IsNormalized::Maybe => gather(spaced.nfc()),
    }
}

/// Spaces to U+0020, then NFKC.
pub(super) fn nfkc(raw: &str) -> Zeroizing<String> {
    let spaced = raw.chars().map(plain_space);
    match is_nfkc_quick(spaced.clone()) {
        IsNormalized::Yes => gather(spaced),
        IsNormalized::No | IsNormalized::Maybe => gather(spaced.nfkc()),
    }
}

/// The text form without case, for comparison: each code point's lower case, then the upper case of
/// that, then the lower case again, then NFC. "STRASSE" and "straße" are the same, and so is
/// "STRAẞE", whose ẞ is its own upper case.
pub(super) fn fold(form: &str) -> Zeroizing<String> {
    let folded = form.chars().flat_map(char::to_lowercase);
    let folded = folded.flat_map(char::to_uppercase);
    let folded = folded.flat_map(char::to_lowercase);
    match is_nfc_quick(folded.clone()) {
        IsNormalized::Yes => gather(folded),
        IsNormalized::No | IsNormalized::Maybe => gather(folded.nfc()),
    }
}

fn plain_space(c: char) -> char {
    if c.general_category() == GeneralCategory::SpaceSeparator {
        ' '
    } else {
        c
    }
}

/// Measures first and writes then: a string that grew would leave copies of its beginning behind.
pub(super) fn gather(chars: impl Iterator<Item = char> + Clone) -> Zeroizing<String> {
    let len = chars.clone().map(char::len_utf8).sum();
    let mut text = Zeroizing::new(String::with_capacity(len));
    chars.for_each(|c| text.push(c));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(raw: &str) -> String {
        Password::from(raw).text().unwrap().to_owned()
    }

    /// PW-07: the text form; the pairs are of Unicode Standard Annex #15, figures 3 to 5, and the
    /// spaces of the category Zs.
    #[test]
    fn brings_spaces_and_accents_into_one_form() {
        for (raw, form) in [
            ("\u{212B}", "\u{C5}"),                   // Angstrom sign
            ("\u{2126}", "\u{3A9}"),                  // Ohm sign
            ("\u{1E9B}\u{323}", "\u{1E9B}\u{323}"),   // stays as it is
            ("s\u{323}\u{307}", "\u{1E69}"),          // two marks, one letter
            ("s\u{307}\u{323}", "\u{1E69}"),          // in the other order
            ("\u{1112}\u{1161}\u{11AB}", "\u{D55C}"), // Hangul in pieces
            ("\u{FB01}", "\u{FB01}"),                 // a ligature is not taken apart
            ("a\u{A0}b\u{3000}c\u{2003}d\u{202F}e", "a b c d e"),
            (" \t ", " \t "), // nothing trimmed; a tab is no space
            ("\u{301}a", "\u{301}a"),
        ] {
            assert_eq!(text(raw), form, "{raw:?}");
        }
    }

    #[test]
    fn folds_case_beyond_ascii() {
        for (a, b) in [
            ("Straße", "STRASSE"),
            ("STRAẞE", "STRASSE"),
            ("ΣΊΣΥΦΟΣ", "σίσυφος"),
            ("Ǆ", "ǆ"),
            ("ÅNGSTRÖM", "ångström"),
            ("\u{390}", "\u{3AA}\u{301}"), // one code point in lower case only
        ] {
            assert_eq!(*fold(&form(a)), *fold(&form(b)), "{a} {b}");
        }
        assert_ne!(*fold("a"), *fold("á"));
    }

    fn cased() -> impl Iterator<Item = char> {
        let same = |c: char| c.to_uppercase().eq([c]) && c.to_lowercase().eq([c]);
        ('\0'..=char::MAX).filter(move |c| !same(*c))
    }

    /// PW-10: of every code point the upper and the lower case are the same.
    #[test]
    fn no_case_of_any_code_point_counts() {
        for c in cased() {
            let folded = fold(&form(&c.to_string()));
            let (upper, lower): (String, String) =
                (c.to_uppercase().collect(), c.to_lowercase().collect());
            assert_eq!(fold(&form(&upper)), folded, "{c:?}");
            assert_eq!(fold(&form(&lower)), folded, "{c:?}");
        }
    }

    /// PW-10: files of digests were written, and are by others, with upper case and then lower case:
    /// they are read as they were written but for ẞ, which is not in one of the embedded list.
    #[test]
    fn files_of_folded_digests_keep_their_meaning() {
        let written = |c: char| -> String {
            c.to_uppercase()
                .flat_map(char::to_lowercase)
                .nfc()
                .collect()
        };
        let other: Vec<char> = cased()
            .filter(|c| *fold(&c.to_string()) != written(*c))
            .collect();
        assert_eq!(other, ['ẞ']);
    }

    /// PW-17: what could be left of a text that is not kept is over the limit: the densest forms
    /// known shrink by less than the eight that is assumed.
    #[test]
    fn keeps_every_text_that_might_shrink_below_the_limit() {
        for dense in [
            "\u{1FEF}",
            "\u{2000}",
            "\u{212A}",
            "\u{3B1}\u{313}\u{301}\u{345}",
        ] {
            let raw = dense.repeat(RAW_LEN / dense.len());
            assert!(text(&raw).len() > MAX_PASSWORD_LEN);
        }
    }

    #[test]
    fn a_measured_string_never_grows() {
        let raw = "\u{1D160}\u{FB2C}\u{390}a".repeat(100);
        let text = form(&raw);
        assert_eq!(text.len(), text.capacity());
        assert!(text.len() > raw.len());
    }
}
