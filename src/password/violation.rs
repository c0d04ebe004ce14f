//! What is wrong with a password that was chosen, all of it at once.

use core::{error, fmt, slice};

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

use crate::Timestamp;

/// The names of [`Violation::code`], which [`Rule::code`](super::Rule::code) shares.
pub(super) mod code {
    pub(crate) const TOO_SHORT: &str = "too_short";
    pub(crate) const TOO_LONG: &str = "too_long";
    pub(crate) const CONTROL_CHARACTER: &str = "control_character";
    pub(crate) const CONTEXT_WORD: &str = "context_word";
    pub(crate) const BLOCKLISTED: &str = "blocklisted";
    pub(crate) const TOO_SIMILAR: &str = "too_similar";
    pub(crate) const REUSED: &str = "reused";
    pub(crate) const TOO_SOON: &str = "too_soon";
}

/// One rule that a password breaks. Its text and its numbers never show the password.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Violation {
    /// Fewer code points than the policy asks for.
    #[non_exhaustive]
    TooShort {
        /// The least number of code points.
        min: usize,
        /// How many there are.
        found: usize,
    },
    /// More bytes of UTF-8 than can be hashed.
    #[non_exhaustive]
    TooLong {
        /// The most bytes.
        max: usize,
        /// How many there are.
        found: usize,
    },
    /// No character of a class that the policy asks for.
    Missing(Class),
    /// A control character (general category Cc), a tab or a line end for example.
    ControlCharacter,
    /// One of the words that anybody would guess for this person.
    #[non_exhaustive]
    ContextWord {
        /// Which of the words given, from 0.
        index: usize,
    },
    /// All of it stands in the list of passwords that everybody tries first.
    Blocklisted,
    /// It is the present password with little changed:
    /// [`Policy::check_change`](super::Policy::check_change) says what is little.
    TooSimilar,
    /// It is the present password or a remembered one.
    #[non_exhaustive]
    Reused {
        /// How many passwords were compared, the present one included.
        remembered: usize,
    },
    /// The present password was chosen too short a time ago.
    #[non_exhaustive]
    TooSoon {
        /// The moment from which on it may be changed.
        from: Timestamp,
    },
}

impl Violation {
    /// A name for programs and translations, which never changes.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooShort { .. } => code::TOO_SHORT,
            Self::TooLong { .. } => code::TOO_LONG,
            Self::Missing(class) => class.code(),
            Self::ControlCharacter => code::CONTROL_CHARACTER,
            Self::ContextWord { .. } => code::CONTEXT_WORD,
            Self::Blocklisted => code::BLOCKLISTED,
            Self::TooSimilar => code::TOO_SIMILAR,
            Self::Reused { .. } => code::REUSED,
            Self::TooSoon { .. } => code::TOO_SOON,
        }
    }
}

/// In words, to follow "the password".
impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort { min, found } => {
                write!(f, "has a length of {found}, the least is {min} characters")
            }
            Self::TooLong { max, found } => {
                write!(f, "has a length of {found}, the most is {max} bytes")
            }
            Self::Missing(class) => write!(f, "has no {}", class.name()),
            Self::ControlCharacter => f.write_str("has a control character"),
            Self::ContextWord { .. } => f.write_str("is or holds a name or word of this account"),
            Self::Blocklisted => f.write_str("is one of the passwords that are tried first"),
            Self::TooSimilar => f.write_str("is too similar to the present one"),
            Self::Reused { remembered: 1 } => f.write_str("is the present one"),
            Self::Reused { remembered } => {
                write!(f, "is one of the last {remembered}")
            }
            Self::TooSoon { from } => write!(f, "cannot be changed again before {from}"),
        }
    }
}

/// A class of characters that a policy may ask for. A character may be of none: a space is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Deserialize, serde::Serialize),
    serde(rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum Class {
    /// The Unicode property Alphabetic: letters of every script, the next two classes included. The
    /// general category L would not include them: Ⅷ is a number (Nl) and has the property Uppercase.
    Letter,
    /// The Unicode property Uppercase.
    Upper,
    /// The Unicode property Lowercase.
    Lower,
    /// The general category Nd: decimal digits of every script.
    Digit,
    /// The general categories P and S: punctuation and symbols.
    Symbol,
}

impl Class {
    pub(super) fn has(self, c: char) -> bool {
        match self {
            Self::Letter => c.is_alphabetic(),
            Self::Upper => c.is_uppercase(),
            Self::Lower => c.is_lowercase(),
            Self::Digit => c.general_category() == GeneralCategory::DecimalNumber,
            Self::Symbol => matches!(
                c.general_category_group(),
                GeneralCategoryGroup::Punctuation | GeneralCategoryGroup::Symbol
            ),
        }
    }

    /// Whether every character of this class is of the other.
    pub(super) fn is_part_of(self, other: Self) -> bool {
        self == other || (other == Self::Letter && matches!(self, Self::Upper | Self::Lower))
    }

    /// The code of the violation that it is missing.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Letter => "no_letter",
            Self::Upper => "no_uppercase",
            Self::Lower => "no_lowercase",
            Self::Digit => "no_digit",
            Self::Symbol => "no_symbol",
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Letter => "letter",
            Self::Upper => "upper-case letter",
            Self::Lower => "lower-case letter",
            Self::Digit => "digit",
            Self::Symbol => "symbol or punctuation mark",
        }
    }
}

/// `{"code":"too_short","min":12,"found":9}`: the code, then the numbers by their names, a moment as
/// text.
#[cfg(feature = "serde")]
impl serde::Serialize for Violation {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("code", self.code())?;
        match self {
            Self::TooShort { min, found } => {
                map.serialize_entry("min", min)?;
                map.serialize_entry("found", found)?;
            }
            Self::TooLong { max, found } => {
                map.serialize_entry("max", max)?;
                map.serialize_entry("found", found)?;
            }
            Self::ContextWord { index } => map.serialize_entry("index", index)?,
            Self::Reused { remembered } => map.serialize_entry("remembered", remembered)?,
            Self::TooSoon { from } => map.serialize_entry("from", &from.to_string())?,
            Self::Missing(_) | Self::ControlCharacter | Self::Blocklisted | Self::TooSimilar => {}
        }
        map.end()
    }
}

/// Every rule that a password breaks: at least one.
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// An error if there are any.
    pub(super) fn refuse(violations: Vec<Violation>) -> Result<(), Self> {
        if violations.is_empty() {
            Ok(())
        } else {
            Err(Self(violations))
        }
    }

    /// All of them: length first, then composition, words, lists, likeness, history, time.
    #[must_use]
    pub fn as_slice(&self) -> &[Violation] {
        &self.0
    }

    /// One after the other.
    pub fn iter(&self) -> slice::Iter<'_, Violation> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a Violations {
    type Item = &'a Violation;
    type IntoIter = slice::Iter<'a, Violation>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, violation) in self.iter().enumerate() {
            let before = if i == 0 { "the password " } else { "; it " };
            write!(f, "{before}{violation}")?;
        }
        Ok(())
    }
}

impl error::Error for Violations {}
