//! International bank account numbers (ISO 13616): country, length, structure, check digits.
//!
//! In one word or in groups of four, all letters in one case. One that has no six digits in a row
//! may be missed: no bank is known to number its accounts so.

use core::ops::Range;

use crate::mask::check_digits::passes_mod_97;

use super::{
    super::{
        bytes::{before, byte, ends_escape, plus, run_back, slice},
        finding::Kind,
        rules,
        spans::Spans,
    },
    groups::{after_escape, separator, separator_back},
};

/// A country and the structure of what follows its check digits: `n` digits, `a` letters, `c` both.
type Country = (&'static str, &'static str);

/// The IBAN registry (swift.com/standards/data-standards/iban, release 100, fields 5 to 7), then the
/// countries that use the form without being in it (iban.com/structure).
const COUNTRIES: &[Country] = &[
    ("AD", "8n12c"),
    ("AE", "19n"),
    ("AL", "8n16c"),
    ("AT", "16n"),
    ("AZ", "4a20c"),
    ("BA", "16n"),
    ("BE", "12n"),
    ("BG", "4a6n8c"),
    ("BH", "4a14c"),
    ("BI", "23n"),
    ("BR", "23n1a1c"),
    ("BY", "4c4n16c"),
    ("CH", "5n12c"),
    ("CR", "18n"),
    ("CY", "8n16c"),
    ("CZ", "20n"),
    ("DE", "18n"),
    ("DJ", "23n"),
    ("DK", "14n"),
    ("DO", "4c20n"),
    ("EE", "16n"),
    ("EG", "25n"),
    ("ES", "20n"),
    ("FI", "14n"),
    ("FK", "2a12n"),
    ("FO", "14n"),
    ("FR", "10n11c2n"),
    ("GB", "4a14n"),
    ("GE", "2a16n"),
    ("GI", "4a15c"),
    ("GL", "14n"),
    ("GR", "7n16c"),
    ("GT", "24c"),
    ("HN", "4a20n"),
    ("HR", "17n"),
    ("HU", "24n"),
    ("IE", "4a14n"),
    ("IL", "19n"),
    ("IQ", "4a15n"),
    ("IS", "22n"),
    ("IT", "1a10n12c"),
    ("JO", "4a4n18c"),
    ("KW", "4a22c"),
    ("KZ", "3n13c"),
    ("LB", "4n20c"),
    ("LC", "4a24c"),
    ("LI", "5n12c"),
    ("LT", "16n"),
    ("LU", "3n13c"),
    ("LV", "4a13c"),
    ("LY", "21n"),
    ("MC", "10n11c2n"),
    ("MD", "20c"),
    ("ME", "18n"),
    ("MK", "3n10c2n"),
    ("MN", "16n"),
    ("MR", "23n"),
    ("MT", "4a5n18c"),
    ("MU", "4a19n3a"),
    ("NI", "4a20n"),
    ("NL", "4a10n"),
    ("NO", "11n"),
    ("OM", "3n16c"),
    ("PK", "4a16c"),
    ("PL", "24n"),
    ("PS", "4a21c"),
    ("PT", "21n"),
    ("QA", "4a21c"),
    ("RO", "4a16c"),
    ("RS", "18n"),
    ("RU", "14n15c"),
    ("SA", "2n18c"),
    ("SC", "4a20n3a"),
    ("SD", "14n"),
    ("SE", "20n"),
    ("SI", "15n"),
    ("SK", "20n"),
    ("SM", "1a10n12c"),
    ("SO", "19n"),
    ("ST", "21n"),
    ("SV", "4a20n"),
    ("TL", "19n"),
    ("TN", "20n"),
    ("TR", "6n16c"),
    ("UA", "6n19c"),
    ("VA", "18n"),
    ("VG", "4a16n"),
    ("XK", "16n"),
    ("YE", "4a4n18c"),
    ("AO", "21n"),
    ("BF", "24c"),
    ("BJ", "24c"),
    ("CF", "23n"),
    ("CG", "23n"),
    ("CI", "24c"),
    ("CM", "23n"),
    ("CV", "21n"),
    ("DZ", "22n"),
    ("GA", "23n"),
    ("GQ", "23n"),
    ("GW", "21c"),
    ("IR", "22n"),
    ("KM", "23n"),
    ("MA", "24n"),
    ("MG", "23n"),
    ("ML", "24c"),
    ("MZ", "21n"),
    ("NE", "24c"),
    ("SN", "24c"),
    ("TD", "23n"),
    ("TG", "24c"),
];

/// Country and check digits.
const HEAD: usize = 4;
/// A group of four and the letters of an escape sequence before it, and one more.
const MAX_GROUP: usize = HEAD + super::super::bytes::MAX_ESCAPE + 1;
/// The groups before one that may belong to the same number.
const MAX_GROUPS: usize = 8;

/// Reads the number that the word `word` is or belongs to, nothing of it before `done`, and says
/// where it ends.
pub(super) fn read(
    text: &[u8],
    done: usize,
    word: Range<usize>,
    spans: &mut Spans,
) -> Option<usize> {
    let number = find(text, done, word)?;
    let end = number.end;
    spans.by(rules::IBAN).add(number, Kind::Iban);
    Some(end)
}

/// The number that the word `word` is or belongs to, nothing of it before `done`.
pub(super) fn find(text: &[u8], done: usize, word: Range<usize>) -> Option<Range<usize>> {
    let mut start = after_escape(text, word.clone());
    start = plus(start, escaped_letters(text, start));
    let end = match word.end.saturating_sub(start) {
        HEAD.. if is_head(text, start) => number(text, start),
        _ => None,
    };
    let is_group = || word.end.saturating_sub(start) <= HEAD;
    let end = match end {
        None if is_group() => {
            start = head(text, done, start)?;
            number(text, start)
        }
        end => end,
    }?;
    Some(start..end)
}

/// Where the number begins that the group at `start` belongs to: so many groups of four before it.
fn head(text: &[u8], done: usize, start: usize) -> Option<usize> {
    let mut start = start;
    for _ in 0..MAX_GROUPS {
        let end = separator_back(text, start)?;
        let near = slice(text, end.saturating_sub(MAX_GROUP).max(done)..end);
        let group = run_back(near, near.len(), |b| b.is_ascii_alphanumeric());
        let len = near.len().saturating_sub(group);
        if len < HEAD {
            return None;
        }
        // More than four letters may be those of an escape sequence before the head, or end with
        // the digits of a percent-encoded blank.
        start = end.saturating_sub(HEAD);
        if is_head(text, start) && number(text, start).is_some() {
            return Some(start);
        }
    }
    None
}

/// Where the number ends that begins at `start`, if one does.
fn number(text: &[u8], start: usize) -> Option<usize> {
    let structure = structure(text, start)?;
    let is_upper = byte(text, start).is_some_and(|b| b.is_ascii_uppercase());
    let (chars, end) = chars(text, start, structure, is_upper)?;
    let is_apart = starts(text, start) && ends(text, end);
    (is_apart && has_check_digits(&chars)).then_some(end)
}

/// The letters of an escape sequence before a head: `\nDE89…`, `%3DDE89…`.
fn escaped_letters(text: &[u8], start: usize) -> usize {
    let mut lengths = 1..=super::super::bytes::MAX_ESCAPE;
    let found =
        lengths.find(|n| ends_escape(text, plus(start, *n)) && is_head(text, plus(start, *n)));
    found.unwrap_or_default()
}

/// Whether two letters and two digits stand at `at`.
fn is_head(text: &[u8], at: usize) -> bool {
    matches!(slice(text, at..plus(at, HEAD)), [a, b, c, d]
        if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() && c.is_ascii_digit() && d.is_ascii_digit())
}

/// The structure that the country at `at` has, whose letters are in one case.
fn structure(text: &[u8], at: usize) -> Option<&'static str> {
    let code = slice(text, at..plus(at, 2));
    let is_one = |is_case: fn(&u8) -> bool| code.iter().all(is_case);
    if !is_one(u8::is_ascii_uppercase) && !is_one(u8::is_ascii_lowercase) {
        return None;
    }
    let mut countries = COUNTRIES.iter();
    let found = countries.find(|(country, _)| country.as_bytes().eq_ignore_ascii_case(code));
    found.map(|(_, structure)| *structure)
}

/// The characters of the number at `start` in capitals without separators, and where it ends.
fn chars(text: &[u8], start: usize, structure: &str, is_upper: bool) -> Option<(Vec<u8>, usize)> {
    let joint = separator(text, plus(start, HEAD)).map(|end| slice(text, plus(start, HEAD)..end));
    let mut chars = slice(text, start..plus(start, HEAD)).to_ascii_uppercase();
    let mut at = plus(start, HEAD);
    for class in classes(structure) {
        if let Some(joint) = joint.filter(|_| chars.len().is_multiple_of(HEAD)) {
            let next = plus(at, joint.len());
            if slice(text, at..next) != joint {
                return None;
            }
            at = next;
        }
        let char = byte(text, at)?;
        let fits = match class {
            b'n' => char.is_ascii_digit(),
            b'a' => char.is_ascii_alphabetic(),
            _ => char.is_ascii_alphanumeric(),
        };
        let is_case = !char.is_ascii_alphabetic() || char.is_ascii_uppercase() == is_upper;
        if !fits || !is_case {
            return None;
        }
        chars.push(char.to_ascii_uppercase());
        at = plus(at, 1);
    }
    Some((chars, at))
}

/// The class of each character: `2a3n` is `a`, `a`, `n`, `n`, `n`.
fn classes(structure: &str) -> impl Iterator<Item = u8> {
    let mut count = 0_usize;
    structure.bytes().flat_map(move |b| {
        let digit = b
            .is_ascii_digit()
            .then(|| usize::from(b.saturating_sub(b'0')));
        let times = if digit.is_some() { 0 } else { count };
        count = digit.map_or(0, |d| plus(count.saturating_mul(10), d));
        core::iter::repeat_n(b, times)
    })
}

fn has_check_digits(chars: &[u8]) -> bool {
    let (head, rest) = chars.split_at_checked(HEAD).unwrap_or_default();
    let moved = rest.iter().chain(head);
    passes_mod_97(moved.filter_map(|c| char::from(*c).to_digit(36)))
}

fn starts(text: &[u8], at: usize) -> bool {
    before(text, at).is_none_or(|b| !b.is_ascii_alphanumeric() && b != b'_')
        || ends_escape(text, at)
}

fn ends(text: &[u8], at: usize) -> bool {
    !byte(text, at).is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_lengths_that_an_iban_may_have() {
        for (country, structure) in COUNTRIES {
            let len = plus(HEAD, classes(structure).count());
            // Norway's are the shortest; ISO 13616-1 §4.1 allows 34.
            assert!((15..=34).contains(&len), "{country}: {len}");
        }
    }
}
