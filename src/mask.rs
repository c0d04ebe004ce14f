//! Leaves of a personal value what is needed to recognise it, and no more.
//!
//! A masked value tells two customers on a list apart, or lets one confirm "the card that ends in
//! 1111?". What is left depends on the [`Kind`]; [`mask`] finds the kind by itself. The hidden part
//! is always three asterisks, so that its length is hidden too.
//!
//! | kind | of | is left |
//! |---|---|---|
//! | e-mail | `jane.roe@example.com` | `j***@example.com` |
//! | number | `4111 1111 1111 1111` | `***1111` |
//! | phone | `+49 30 901820` | `***20` |
//! | name | `Jane Roe` | `J. R.` |
//! | other | anything else | `***` |
//!
//! Where it only matters which values are equal, a pseudonym takes the place of a mask:
//! `PseudonymKey`, with the feature `pseudonym`.
//!
//! # What this does not do
//!
//! A mask is not anonymous: what is left of a value together with other data may say whose it is
//! (GDPR recital 26). The domain of an e-mail address is kept, also where it is a person's own.
//!
//! # Security
//!
//! The last four digits of a card are within what PCI DSS 4.0.1 requirement 3.4.1 lets be shown. In
//! doubt a value is [`Kind::Other`]: a text that is no valid address, number or name of several
//! words might be a password. Short values leave nothing: of an address whose local part has one or
//! two characters, not the first one; of a word with one or two letters, no initial.
//!
//! # Example
//!
//! ```
//! use portcullis::mask::{Kind, mask};
//!
//! assert_eq!(mask("jane.roe@example.com"), "j***@example.com");
//! assert_eq!(mask("hunter2"), "***");
//! assert_eq!(Kind::Name.mask("Jane Roe"), "J. R.");
//! ```

pub(crate) mod check_digits;
#[cfg(feature = "pseudonym")]
mod pseudonym;

#[cfg(feature = "pseudonym")]
pub use pseudonym::{Error, PseudonymKey};

use check_digits::{passes_luhn, passes_mod_97};

/// What stands for the hidden part.
const HIDDEN: &str = "***";
/// Longest domain (RFC 1035 §2.3.4) and longest local part (RFC 5321 §4.5.3.1.1).
const DOMAIN_LEN: usize = 253;
const LOCAL_LEN: usize = 64;
/// Length of one part of a domain (RFC 1035 §2.3.4).
const LABEL_LEN: core::ops::RangeInclusive<usize> = 1..=63;
/// Digits of a payment card (ISO/IEC 7812-1 has up to 19; the shortest in use has 13).
const CARD_DIGITS: core::ops::RangeInclusive<usize> = 13..=19;
/// Characters of an IBAN (ISO 13616: Norway has 15, at most 34).
const IBAN_LEN: core::ops::RangeInclusive<usize> = 15..=34;
/// Digits of an international number (ITU-T E.164 has at most 15), and of what is taken for a
/// number without its `+`: more than a date has.
const PHONE_DIGITS: core::ops::RangeInclusive<usize> = 8..=15;
const NATIONAL_DIGITS: core::ops::RangeInclusive<usize> = 10..=15;
/// Words of a name, and characters of it.
const NAME_WORDS: core::ops::RangeInclusive<usize> = 2..=5;
const NAME_LEN: usize = 100;
/// Fewest characters of a word or local part of which the first is left.
const LEAVES_INITIAL: usize = 3;

/// The longest masked value in bytes: an e-mail address with the longest domain, after a character
/// of four bytes.
pub const MAX_LEN: usize = 4 + HIDDEN.len() + 1 + DOMAIN_LEN;

/// Masks a value by what it looks like: [`Kind::of`] and then [`Kind::mask`].
#[must_use]
pub fn mask(value: &str) -> String {
    Kind::of(value).mask(value)
}

/// What a value is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Kind {
    /// An e-mail address: the first character and the domain are left.
    Email,
    /// The number of a card or an account: the last four digits are left.
    Number,
    /// A telephone number: the last two digits are left.
    Phone,
    /// A person's name: the initials are left.
    Name,
    /// Anything else: nothing is left.
    Other,
}

impl Kind {
    /// What a value looks like. In doubt [`Kind::Other`].
    #[must_use]
    pub fn of(value: &str) -> Self {
        if split_address(value).is_some() {
            Self::Email
        } else if is_card(value) || is_iban(value) {
            Self::Number
        } else if is_phone(value) {
            Self::Phone
        } else if is_name(value) {
            Self::Name
        } else {
            Self::Other
        }
    }

    /// Masks a value as one of this kind; three asterisks where it is not of this kind at all. At
    /// most [`MAX_LEN`] bytes.
    #[must_use]
    pub fn mask(self, value: &str) -> String {
        let masked = match self {
            Self::Email => mask_email(value),
            Self::Number if is_of_digits(value) || has_form_of_iban(value) => {
                last(value, 4, *CARD_DIGITS.start())
            }
            Self::Phone if is_of_digits(value) => last(value, 2, *PHONE_DIGITS.start()),
            Self::Name => initials(value),
            Self::Number | Self::Phone | Self::Other => None,
        };
        masked.unwrap_or_else(|| HIDDEN.to_owned())
    }
}

fn mask_email(value: &str) -> Option<String> {
    let (local, domain) = split_address(value)?;
    let first = initial(local).map_or(String::new(), String::from);
    Some(format!("{first}{HIDDEN}@{domain}"))
}

/// The last `keep` digits of a value that ends in so many and has at least `needed` letters and
/// digits.
fn last(value: &str, keep: usize, needed: usize) -> Option<String> {
    let kept: Vec<char> = value.chars().filter(char::is_ascii_alphanumeric).collect();
    let (_, end) = kept.split_at_checked(kept.len().checked_sub(keep)?)?;
    let is_number = kept.len() >= needed && end.iter().all(char::is_ascii_digit);
    is_number.then(|| HIDDEN.chars().chain(end.iter().copied()).collect())
}

fn initials(value: &str) -> Option<String> {
    if value.len() > NAME_LEN || !value.chars().all(is_of_a_name) {
        return None;
    }
    let words = value.split_whitespace().take(*NAME_WORDS.end());
    let initials: Vec<Option<char>> = words.map(initial).collect();
    let written = initials
        .iter()
        .map(|first| format!("{}.", first.unwrap_or('*')));
    let left = written.collect::<Vec<_>>().join(" ");
    initials.iter().any(Option::is_some).then_some(left)
}

/// The first character, without marks that follow it, where it is a letter or digit and the word has
/// enough characters.
fn initial(word: &str) -> Option<char> {
    let first = word.chars().next()?;
    (first.is_alphanumeric() && word.chars().count() >= LEAVES_INITIAL).then_some(first)
}

fn split_address(value: &str) -> Option<(&str, &str)> {
    let (local, domain) = value.split_once('@')?;
    let is_local = !local.is_empty()
        && local.len() <= LOCAL_LEN
        && !local.chars().any(|c| c.is_whitespace() || c.is_control());
    (is_local && is_domain(domain)).then_some((local, domain))
}

/// Labels as RFC 1123 §2.1 has them, the last of at least two characters and with a letter first: no
/// version number and no address of a machine.
fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        LABEL_LEN.contains(&label.len())
            && label.bytes().all(plain)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let is_last =
        |last: &str| last.len() >= 2 && last.starts_with(|c: char| c.is_ascii_alphabetic());
    domain.len() <= DOMAIN_LEN
        && domain.split('.').all(is_label)
        && domain
            .rsplit_once('.')
            .is_some_and(|(_, last)| is_last(last))
}

/// The digits of a value that has nothing else but separators; more than any number has give None.
fn digits(value: &str) -> Option<Vec<u32>> {
    let mut digits = Vec::new();
    for c in value.chars() {
        match c.to_digit(10) {
            Some(digit) => digits.push(digit),
            None if is_separator(c) => {}
            None => return None,
        }
        if digits.len() > *CARD_DIGITS.end() {
            return None;
        }
    }
    Some(digits)
}

fn is_separator(c: char) -> bool {
    matches!(c, ' ' | '-' | '.' | '/' | '(' | ')' | '+')
}

fn is_card(value: &str) -> bool {
    let grouped = value
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-'));
    grouped
        && digits(value)
            .is_some_and(|d| CARD_DIGITS.contains(&d.len()) && passes_luhn(d.iter().copied()))
}

fn is_of_digits(value: &str) -> bool {
    value.chars().all(|c| c.is_ascii_digit() || is_separator(c))
}

/// Like an IBAN, whatever its check digits are.
fn has_form_of_iban(value: &str) -> bool {
    let chars: Vec<char> = value
        .chars()
        .filter(|c| !is_separator(*c))
        .take(35)
        .collect();
    let plain = |c: &char| c.is_ascii_uppercase() || c.is_ascii_digit();
    has_head_of_iban(&chars) && IBAN_LEN.contains(&chars.len()) && chars.iter().all(plain)
}

fn has_head_of_iban(chars: &[char]) -> bool {
    matches!(chars, [a, b, c, d, ..] if a.is_ascii_uppercase()
        && b.is_ascii_uppercase() && c.is_ascii_digit() && d.is_ascii_digit())
}

/// Two letters, two digits, and a remainder of 1 when the first four are moved to the end and
/// letters count from 10 (ISO 13616, ISO/IEC 7064 MOD 97-10).
fn is_iban(value: &str) -> bool {
    let chars: Vec<char> = value.chars().filter(|c| *c != ' ').take(35).collect();
    let Some((head, rest)) = chars.split_at_checked(4) else {
        return false;
    };
    let values = rest.iter().chain(head).map(|c| c.to_digit(36));
    let is_known =
        !chars.iter().any(char::is_ascii_lowercase) && values.clone().all(|v| v.is_some());
    has_head_of_iban(head)
        && IBAN_LEN.contains(&chars.len())
        && is_known
        && passes_mod_97(values.flatten())
}

fn is_phone(value: &str) -> bool {
    let allowed = match value.trim_start().strip_prefix('+') {
        Some(_) => PHONE_DIGITS,
        None => NATIONAL_DIGITS,
    };
    let plus = value.matches('+').count() <= usize::from(value.trim_start().starts_with('+'));
    plus && digits(value).is_some_and(|digits| allowed.contains(&digits.len()))
}

/// Several words that each begin with a capital letter, or with a letter of a script that has none.
fn is_name(value: &str) -> bool {
    let capital = |word: &str| {
        let first = word.chars().next();
        first.is_some_and(|c| c.is_alphabetic() && !c.is_lowercase())
    };
    value.len() <= NAME_LEN
        && value.chars().all(is_of_a_name)
        && NAME_WORDS.contains(&value.split_whitespace().count())
        && value.split_whitespace().all(capital)
}

fn is_of_a_name(c: char) -> bool {
    c.is_alphabetic() || matches!(c, ' ' | '-' | '.' | '\'' | '’')
}
