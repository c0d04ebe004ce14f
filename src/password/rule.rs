//! What a policy asks for, and which clause asks for it.

use core::{fmt, mem};

use super::{Class, Period, SecondFactor, violation::code};

/// The name of a clause, as its document numbers it: `NIST SP 800-63B-4 §3.1.1.2(1)`, `PCI DSS 4.0.1
/// 8.3.6`, `OWASP ASVS 5.0 6.2.5`, `back office: length`.
///
/// What this library adds to every policy is named `portcullis: …`; what a policy's author sets by
/// hand, `own rule: …`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Clause(&'static str);

impl Clause {
    pub(super) const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// Whether it is this library's and gives way to what a standard wants left free.
    pub(super) fn is_default(self) -> bool {
        self.0.starts_with("portcullis: ")
    }
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// How the words of an account are looked for in a password.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Deserialize, serde::Serialize),
    serde(rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum Words {
    /// Anywhere in the password, also a part of a word between white space: of a person's full name
    /// the first or the last.
    Anywhere,
    /// As the whole password.
    Whole,
}

/// One thing that a policy asks for, with its numbers. The last five ask nothing of a person: they
/// say what their clause wants no other rule to ask for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Rule {
    /// So many code points at least.
    #[non_exhaustive]
    MinLength {
        /// The least number of code points.
        min: usize,
    },
    /// So many bytes of UTF-8 at most.
    #[non_exhaustive]
    MaxLength {
        /// The most bytes.
        max: usize,
    },
    /// A character of this class.
    Class(Class),
    /// No control character.
    NoControlCharacters,
    /// None of the words that anybody would guess for this person.
    NoContextWords(Words),
    /// None of a list of passwords that are tried first.
    #[non_exhaustive]
    NotBlocklisted {
        /// How many passwords the lists hold together; of a standard, how many it asks for.
        passwords: usize,
    },
    /// Not too similar to the one before it.
    NotSimilar,
    /// Not the present password, nor one of the last before it.
    #[non_exhaustive]
    NotOfLast {
        /// How many are remembered beside the present one.
        depth: usize,
    },
    /// Not the present password, nor one that served within this time.
    NotWithin(Period),
    /// Not changed again before this time is over.
    MinAge(Period),
    /// Changed when this time is over.
    Lifetime(Period),
    /// Warned of its end this time before.
    Warning(Period),
    /// Still accepted for this time after its end.
    Grace(Period),
    /// Passwords of this length are permitted.
    #[non_exhaustive]
    LengthPermitted {
        /// Code points.
        length: usize,
    },
    /// No mixture of classes is asked for.
    AnyMixture,
    /// No character is refused.
    AnyCharacter,
    /// Lists and words are compared with the whole password.
    WholeComparison,
    /// No change is asked for only because time has passed.
    NoPeriodicChange,
}

impl Rule {
    /// A name for programs and translations, which never changes: the one of the
    /// [`Violation`](super::Violation) that a password breaking the rule gets.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::MinLength { .. } => code::TOO_SHORT,
            Self::MaxLength { .. } => code::TOO_LONG,
            Self::Class(class) => class.code(),
            Self::NoControlCharacters => code::CONTROL_CHARACTER,
            Self::NoContextWords(_) => code::CONTEXT_WORD,
            Self::NotBlocklisted { .. } => code::BLOCKLISTED,
            Self::NotSimilar => code::TOO_SIMILAR,
            Self::NotOfLast { .. } | Self::NotWithin(_) => code::REUSED,
            Self::MinAge(_) => code::TOO_SOON,
            Self::Lifetime(_) => "expires",
            Self::Warning(_) => "warning",
            Self::Grace(_) => "grace",
            Self::LengthPermitted { .. } => "length_permitted",
            Self::AnyMixture => "any_mixture",
            Self::AnyCharacter => "any_character",
            Self::WholeComparison => "whole_comparison",
            Self::NoPeriodicChange => "no_periodic_change",
        }
    }

    /// What an author who sets it by hand is cited as.
    pub(super) const fn own_clause(self) -> Clause {
        Clause(match self {
            Self::MinLength { .. } | Self::MaxLength { .. } | Self::LengthPermitted { .. } => {
                "own rule: length"
            }
            Self::Class(_) | Self::AnyMixture => "own rule: composition",
            Self::NoControlCharacters | Self::AnyCharacter => "own rule: characters",
            Self::NoContextWords(_) | Self::WholeComparison => "own rule: context words",
            Self::NotBlocklisted { .. } => "own rule: blocklist",
            Self::NotSimilar => "own rule: similarity",
            Self::NotOfLast { .. } | Self::NotWithin(_) => "own rule: history",
            Self::MinAge(_) => "own rule: minimum age",
            Self::Lifetime(_) | Self::NoPeriodicChange => "own rule: expiry",
            Self::Warning(_) => "own rule: warning",
            Self::Grace(_) => "own rule: grace",
        })
    }

    /// Whether it only says what others may not ask for.
    pub(super) const fn is_freedom(self) -> bool {
        matches!(
            self,
            Self::LengthPermitted { .. }
                | Self::AnyMixture
                | Self::AnyCharacter
                | Self::WholeComparison
                | Self::NoPeriodicChange
        )
    }

    pub(super) const fn period(self) -> Option<Period> {
        match self {
            Self::NotWithin(period)
            | Self::MinAge(period)
            | Self::Lifetime(period)
            | Self::Warning(period)
            | Self::Grace(period) => Some(period),
            _ => None,
        }
    }

    pub(super) fn is_kind_of(self, other: Self) -> bool {
        mem::discriminant(&self) == mem::discriminant(&other)
    }

    /// Whether whoever keeps this rule keeps the other.
    pub(super) fn implies(self, other: Self) -> bool {
        match (self, other) {
            (Self::MinLength { min: a }, Self::MinLength { min: b })
            | (Self::NotBlocklisted { passwords: a }, Self::NotBlocklisted { passwords: b })
            | (Self::NotOfLast { depth: a }, Self::NotOfLast { depth: b })
            | (Self::LengthPermitted { length: a }, Self::LengthPermitted { length: b }) => a >= b,
            (Self::NotWithin(a), Self::NotWithin(b))
            | (Self::MinAge(a), Self::MinAge(b))
            | (Self::Warning(a), Self::Warning(b)) => b.is_within(a),
            (Self::Lifetime(a), Self::Lifetime(b)) | (Self::Grace(a), Self::Grace(b)) => {
                a.is_within(b)
            }
            (Self::Class(a), Self::Class(b)) => a.is_part_of(b),
            (Self::NoContextWords(Words::Anywhere), Self::NoContextWords(_)) => true,
            _ => self == other,
        }
    }

    /// Whether nobody can keep both.
    pub(super) fn contradicts(self, other: Self) -> bool {
        self.forbids(other) || other.forbids(self)
    }

    fn forbids(self, other: Self) -> bool {
        match (self, other) {
            (Self::LengthPermitted { length }, Self::MinLength { min }) => min > length,
            // the most bytes that a code point can have
            (Self::LengthPermitted { length }, Self::MaxLength { max }) => max / 4 < length,
            (Self::AnyMixture, Self::Class(_))
            | (Self::AnyCharacter, Self::NoControlCharacters)
            | (Self::WholeComparison, Self::NoContextWords(Words::Anywhere))
            | (Self::NoPeriodicChange, Self::Lifetime(_)) => true,
            (Self::MinAge(age), Self::Lifetime(lifetime)) => !age.is_within(lifetime),
            _ => false,
        }
    }

    /// Its place in a check: length, composition, words, lists, history, time.
    pub(super) const fn rank(self) -> u8 {
        match self {
            Self::MinLength { .. } => 0,
            Self::MaxLength { .. } => 1,
            Self::Class(Class::Letter) => 2,
            Self::Class(Class::Upper) => 3,
            Self::Class(Class::Lower) => 4,
            Self::Class(Class::Digit) => 5,
            Self::Class(Class::Symbol) => 6,
            Self::NoControlCharacters => 10,
            Self::NoContextWords(_) => 11,
            Self::NotBlocklisted { .. } => 12,
            Self::NotSimilar => 13,
            Self::NotOfLast { .. } => 14,
            Self::NotWithin(_) => 15,
            Self::MinAge(_) => 16,
            Self::Lifetime(_) => 17,
            Self::Warning(_) => 18,
            Self::Grace(_) => 19,
            Self::LengthPermitted { .. } => 20,
            Self::AnyMixture => 21,
            Self::AnyCharacter => 22,
            Self::WholeComparison => 23,
            Self::NoPeriodicChange => 24,
        }
    }
}

/// In words, for a form: "at least 12 characters".
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MinLength { min } => write!(f, "at least {min} characters"),
            Self::MaxLength { max } => write!(f, "at most {max} bytes"),
            Self::Class(class) => write!(f, "at least one {}", class.name()),
            Self::NoControlCharacters => f.write_str("no control character"),
            Self::NoContextWords(Words::Anywhere) => {
                f.write_str("no name or word of this account in it")
            }
            Self::NoContextWords(Words::Whole) => f.write_str("not a name or word of this account"),
            Self::NotBlocklisted { passwords } => {
                write!(f, "none of {passwords} passwords that are tried first")
            }
            Self::NotSimilar => f.write_str("not similar to the present one"),
            Self::NotOfLast { depth: 0 } => f.write_str("not the present one"),
            Self::NotOfLast { depth: 1 } => {
                f.write_str("neither the present one nor the one before it")
            }
            Self::NotOfLast { depth } => {
                write!(
                    f,
                    "neither the present one nor one of the {depth} before it"
                )
            }
            Self::NotWithin(period) => {
                write!(f, "neither the present one nor one of the last {period}")
            }
            Self::MinAge(period) => write!(f, "not changed again within {period}"),
            Self::Lifetime(period) => write!(f, "changed after {period}"),
            Self::Warning(period) => write!(f, "a warning {period} before its end"),
            Self::Grace(period) => write!(f, "accepted for {period} after its end"),
            Self::LengthPermitted { length } => write!(f, "{length} characters are permitted"),
            Self::AnyMixture => f.write_str("no mixture of characters is asked for"),
            Self::AnyCharacter => f.write_str("no character is refused"),
            Self::WholeComparison => f.write_str("only the whole password is compared"),
            Self::NoPeriodicChange => f.write_str("no change for its age alone"),
        }
    }
}

/// Which accounts a rule is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum When {
    Always,
    /// Where the password is the only factor.
    Alone,
}

/// A rule and the clause that asks for it. It prints as its rule.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Requirement {
    rule: Rule,
    clause: Clause,
    when: When,
}

impl Requirement {
    pub(super) const fn new(rule: Rule, clause: &'static str) -> Self {
        let (clause, when) = (Clause::new(clause), When::Always);
        Self { rule, clause, when }
    }

    pub(super) const fn own(rule: Rule) -> Self {
        let (clause, when) = (rule.own_clause(), When::Always);
        Self { rule, clause, when }
    }

    pub(super) const fn alone(self) -> Self {
        Self {
            when: When::Alone,
            ..self
        }
    }

    /// What is asked for.
    #[must_use]
    pub const fn rule(&self) -> Rule {
        self.rule
    }

    /// Who asks for it.
    #[must_use]
    pub const fn clause(&self) -> Clause {
        self.clause
    }

    /// [`Rule::code`].
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.rule.code()
    }

    pub(super) fn applies_to(&self, factor: SecondFactor) -> bool {
        self.when == When::Always || factor == SecondFactor::NotEnrolled
    }

    /// With as many passwords as the lists hold, if that is what it is about.
    pub(super) const fn with_passwords(self, passwords: usize) -> Self {
        match self.rule {
            Rule::NotBlocklisted { .. } => Self {
                rule: Rule::NotBlocklisted { passwords },
                ..self
            },
            _ => self,
        }
    }

    /// Its place among others: the same whatever the order in which they came together.
    pub(super) fn place(&self) -> impl Ord + use<> {
        let period = self.rule.period().map(Period::place);
        (self.rule.rank(), self.when == When::Always, period)
    }

    pub(super) const fn with_clause(self, clause: Clause) -> Self {
        Self { clause, ..self }
    }

    pub(super) fn implies(&self, other: &Self) -> bool {
        let covers = self.when == When::Always || other.when == When::Alone;
        covers && self.rule.implies(other.rule)
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rule.fmt(f)
    }
}

/// `{"code":"too_short","min":12,"clause":"PCI DSS 4.0.1 8.3.6"}`: the code, the numbers by their
/// names, a period as text, the clause.
#[cfg(feature = "serde")]
impl serde::Serialize for Requirement {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("code", self.code())?;
        match self.rule {
            Rule::MinLength { min } => map.serialize_entry("min", &min)?,
            Rule::MaxLength { max } => map.serialize_entry("max", &max)?,
            Rule::NoContextWords(words) => map.serialize_entry("words", &words)?,
            Rule::NotBlocklisted { passwords } => map.serialize_entry("passwords", &passwords)?,
            Rule::NotOfLast { depth } => map.serialize_entry("depth", &depth)?,
            Rule::LengthPermitted { length } => map.serialize_entry("length", &length)?,
            rule => {
                if let Some(period) = rule.period() {
                    map.serialize_entry("period", &period.to_string())?;
                }
            }
        }
        map.serialize_entry("clause", self.clause.as_str())?;
        map.end()
    }
}
