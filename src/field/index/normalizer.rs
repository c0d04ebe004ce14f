//! Which texts count as the same.

use core::fmt;

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// Which texts an index takes for the same. The stored value is sealed as it was written; only what
/// is looked up is normalised, when it is stored and when it is searched alike.
///
/// The operations are Unicode's, defined for every text and the same in every language. Unicode
/// keeps their results for the characters it has assigned; a text with a code point that is assigned
/// later may be another one then.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Normalizer {
    /// Every byte counts.
    Exact,
    /// Compatibility caseless matching (The Unicode Standard §3.13, D146):
    /// `NFKD(toCasefold(NFKD(toCasefold(NFD(text)))))` with full case folding, not the Turkic one.
    /// "STRASSE" and "straße" are the same, and so are "Å" in one code point and in two; accents,
    /// spaces and punctuation count.
    CaseFolded,
    /// White space at both ends is left away, then as [`CaseFolded`](Self::CaseFolded). Refused
    /// without an `@` that has something on both sides.
    ///
    /// The local part is folded too: RFC 5321 §2.4 lets a mail server tell `Ada` from `ada`, and
    /// discourages it. Dots and `+tag` count, and `xn--` is not its Unicode form.
    ///
    /// **Mail goes to the address that is stored, never to the one that was typed**: they may be two
    /// people's. `ada@straße.de` is `ada@strasse.de` here, the KELVIN SIGN is a k and `＠` an `@`,
    /// and for the mail system they are not. The other way round, characters that nobody sees count:
    /// with U+200B or U+FEFF in it, an address is another one.
    Email,
    /// The ASCII digits of the text's NFKD form, in their order; what is no number is left away, so
    /// "+49 (89) 12-34" is "49891234". Refused without a digit, and with numbers of another script
    /// that NFKD does not make ASCII digits of.
    ///
    /// For telephone and card numbers only: "1.5" is "15", "½" is "12", "DE89" is "AT89", and
    /// Chinese numerals are letters to Unicode, so that "一二三4" is "4".
    Digits,
}

/// Whether two texts are the same.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
#[allow(clippy::exhaustive_enums, reason = "two texts are the same or are not")]
pub enum Match {
    /// They are.
    Same,
    /// They are not, or one of them is none that the normaliser takes.
    Different,
}

/// A value that the normaliser does not take.
pub(super) struct Refused;

impl Normalizer {
    /// Whether an index takes these two for the same: what was searched for and what a row that came
    /// back holds. Of the same are only texts that have an index.
    pub fn same(self, a: &str, b: &str) -> Match {
        let form = |text: &str| {
            let mut form = Zeroizing::new(Vec::with_capacity(text.len()));
            let fed = self.feed(text, |bytes| form.extend_from_slice(bytes));
            fed.ok().map(|()| form)
        };
        match (form(a), form(b)) {
            (Some(a), Some(b)) if a == b => Match::Same,
            _ => Match::Different,
        }
    }

    /// Gives the bytes of the normalised text to `out`, piece by piece: no copy of it is made.
    pub(super) fn feed(self, text: &str, out: impl FnMut(&[u8])) -> Result<(), Refused> {
        match self {
            Self::Exact => feed_chars(text.chars(), out).not_empty(),
            Self::CaseFolded => feed_chars(caseless(text), out).not_empty(),
            Self::Email => feed_chars(caseless(text.trim()), out).address(),
            Self::Digits => feed_digits(text, out),
        }
    }

    /// How it stands in what the key is derived for.
    pub(super) const fn code(self) -> u8 {
        match self {
            Self::Exact => 1,
            Self::CaseFolded => 2,
            Self::Email => 3,
            Self::Digits => 4,
        }
    }
}

impl fmt::Display for Normalizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Exact => "exact",
            Self::CaseFolded => "case-folded",
            Self::Email => "e-mail",
            Self::Digits => "digits",
        })
    }
}

/// What was seen of a text while it went by.
#[derive(Default)]
struct Seen {
    chars: usize,
    /// Before the last `@`, if there is one.
    local: Option<usize>,
    /// After it.
    domain: usize,
}

impl Seen {
    fn not_empty(&self) -> Result<(), Refused> {
        if self.chars > 0 { Ok(()) } else { Err(Refused) }
    }

    fn address(&self) -> Result<(), Refused> {
        match self.local {
            Some(1..) if self.domain > 0 => Ok(()),
            _ => Err(Refused),
        }
    }
}

fn feed_chars(chars: impl Iterator<Item = char>, mut out: impl FnMut(&[u8])) -> Seen {
    let mut seen = Seen::default();
    for c in chars {
        if c == '@' {
            (seen.local, seen.domain) = (Some(seen.chars), 0);
        } else {
            seen.domain = seen.domain.saturating_add(1);
        }
        seen.chars = seen.chars.saturating_add(1);
        out(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
    seen
}

fn feed_digits(text: &str, mut out: impl FnMut(&[u8])) -> Result<(), Refused> {
    let mut digits = Err(Refused);
    for c in text.nfkd().filter(|c| c.is_numeric()) {
        if !c.is_ascii_digit() {
            return Err(Refused);
        }
        digits = Ok(());
        out(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
    digits
}

/// D146 of The Unicode Standard, character by character.
fn caseless(text: &str) -> impl Iterator<Item = char> {
    let once = text.nfd().flat_map(case_fold).nfkd();
    once.flat_map(case_fold).nfkd()
}

/// Unicode's full case folding of one character (`CaseFolding.txt`, C and F).
///
/// It is the lower case of the upper case of the lower case, which std knows, but for the dotless i,
/// whose upper case is the ASCII one, and for Cherokee, which folds to upper case because that was
/// encoded first.
fn case_fold(c: char) -> impl Iterator<Item = char> {
    let (as_it_is, upper, lower) = match c {
        'ı' | '\u{13A0}'..='\u{13F5}' => (Some(c), None, None),
        '\u{13F8}'..='\u{13FD}' | '\u{AB70}'..='\u{ABBF}' => (None, Some(c.to_uppercase()), None),
        _ => {
            let folded = c.to_lowercase().flat_map(char::to_uppercase);
            (None, None, Some(folded.flat_map(char::to_lowercase)))
        }
    };
    let upper = upper.into_iter().flatten();
    let lower = lower.into_iter().flatten();
    as_it_is.into_iter().chain(upper).chain(lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> String {
        let chars = text.split(' ').map(|c| u32::from_str_radix(c, 16).unwrap());
        chars.map(|c| char::from_u32(c).unwrap()).collect()
    }

    /// CR-09: every character of Unicode 14, against the folding of another implementation.
    #[test]
    fn folds_every_character_as_unicode_does() {
        let file = include_str!("../../../tests/vectors/field/casefold.txt");
        let (mut assigned, mut folded) = (Vec::new(), std::collections::BTreeMap::new());
        for line in file.lines().filter(|line| !line.starts_with('#')) {
            if let Some((from, to)) = line.split_once("..") {
                let of = |text| u32::from_str_radix(text, 16).unwrap();
                assigned.push(of(from)..=of(to));
            } else {
                let (from, to) = line.split_once(": ").unwrap();
                folded.insert(hex(from), hex(to));
            }
        }
        assert_eq!(folded.len(), 1530);
        let assigned = assigned.into_iter().flatten().filter_map(char::from_u32);
        for c in assigned {
            let ours: String = case_fold(c).collect();
            let theirs = folded.get(&c.to_string());
            assert_eq!(theirs, (ours != c.to_string()).then_some(&ours), "{c:?}");
        }
    }

    /// CR-09: case never counts, nor how a character is written. The dotless i is the one whose
    /// upper case is another letter's.
    #[test]
    fn a_character_is_the_same_in_upper_case_in_lower_case_and_in_every_form() {
        let text = |chars: &mut dyn Iterator<Item = char>| chars.collect::<String>();
        for c in ('\0'..'\u{20000}').filter(|c| *c != 'ı') {
            let form = |other: &str| caseless(other).collect::<String>();
            let expected = form(c.encode_utf8(&mut [0; 4]));
            let others = [
                text(&mut c.to_uppercase()),
                text(&mut c.to_lowercase()),
                text(&mut [c].into_iter().nfc()),
                text(&mut [c].into_iter().nfkd()),
            ];
            for other in others {
                assert_eq!(form(&other), expected, "{c:?}");
            }
            assert_eq!(form(&expected), expected, "{c:?}");
        }
    }
}
