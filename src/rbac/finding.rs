//! What is wrong with a policy file, and where.

use core::fmt;

use super::permission::Fault;

/// Findings that are listed; of what goes beyond them, only the number is told.
const LISTED: usize = 100;
/// Characters of a name or pattern of the file that a finding repeats.
const QUOTED: usize = 40;

/// Everything that is wrong with a policy file, in the order of the file.
///
/// At most a hundred findings are listed. Printed, each takes a line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Findings {
    listed: Vec<Finding>,
    omitted: usize,
}

impl Findings {
    /// The findings listed.
    pub fn iter(&self) -> core::slice::Iter<'_, Finding> {
        self.listed.iter()
    }

    /// How many more there are.
    #[must_use]
    pub fn omitted(&self) -> usize {
        self.omitted
    }

    pub(super) fn new(text: &str, mut found: Vec<(usize, Problem)>) -> Self {
        found.sort_by_key(|(at, _)| *at);
        let omitted = found.len().saturating_sub(LISTED);
        let mut place = Place::start(text);
        let listed = found.into_iter().take(LISTED).map(|(at, problem)| {
            place.advance(at);
            Finding {
                line: place.line,
                column: place.column,
                problem,
            }
        });
        Self {
            listed: listed.collect(),
            omitted,
        }
    }
}

impl<'a> IntoIterator for &'a Findings {
    type Item = &'a Finding;
    type IntoIter = core::slice::Iter<'a, Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, finding) in self.listed.iter().enumerate() {
            let separator = if i == 0 { "" } else { "\n" };
            write!(f, "{separator}{finding}")?;
        }
        match self.omitted {
            0 => Ok(()),
            more => write!(f, "\nand {more} more"),
        }
    }
}

impl core::error::Error for Findings {}

/// One thing that is wrong with a policy file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Finding {
    line: usize,
    column: usize,
    problem: Problem,
}

impl Finding {
    /// The line, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// The character in the line, from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }

    /// What is wrong there.
    #[must_use]
    pub fn problem(&self) -> &Problem {
        &self.problem
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            line,
            column,
            problem,
        } = self;
        write!(f, "line {line}, column {column}: {problem}")
    }
}

/// What can be wrong with a policy file.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Problem {
    /// The file is longer than [`Policy::MAX_LEN`](super::Policy::MAX_LEN).
    FileTooLong,
    /// Tables and lists in each other deeper than in any policy, or more dots outside of text on one
    /// line than any key of one needs. Without a bound they would exhaust the stack.
    TooDeep,
    /// Not TOML, in the words of the TOML parser.
    Toml(String),
    /// Not JSON, and what would be there.
    Json(&'static str),
    /// A key without which there is no policy, no field or no condition.
    Missing(&'static str),
    /// Another version of the format than this library reads.
    UnknownVersion,
    /// A key that has no meaning here.
    UnknownKey {
        /// The key.
        key: Name,
        /// The key that was probably meant.
        meant: Option<Name>,
    },
    /// A word that stands for nothing here.
    UnknownWord {
        /// The word.
        word: Name,
        /// The words that stand for something.
        known: &'static [&'static str],
        /// The word that was probably meant.
        meant: Option<Name>,
    },
    /// Not a whole number within these bounds.
    Number {
        /// The least that can stand here.
        least: u32,
        /// The most that can stand here.
        most: u32,
    },
    /// A value of another type.
    Type(&'static str),
    /// A pattern, or the name of a role, a field or a class, that breaks the grammar.
    Syntax(Fault),
    /// A role that the file does not define.
    UnknownRole {
        /// The role.
        name: Name,
        /// The role that was probably meant.
        meant: Option<Name>,
    },
    /// A class that the file does not define, though it defines others.
    UnknownClass {
        /// The class.
        name: Name,
        /// The class that was probably meant.
        meant: Option<Name>,
    },
    /// The same entry for the second time.
    Repeated(Name),
    /// Here a role inherits itself, at once or through others.
    Cycle(Name),
    /// With this role, roles inherit more than a million roles in total.
    TooMuchInheritance(Name),
    /// With this role, roles have and inherit more than four million rules in total.
    TooManyRules(Name),
    /// With what it inherits, this role requires more than 32 things; or, up to this role, lists of
    /// more than four million entries were put together to know what roles require.
    TooManyConditions(Name),
    /// A denial of what no role of the policy allows and no field shows.
    DeniesNothing(Name),
    /// Two keys of a role that no grants could meet together.
    Contradiction(&'static str, &'static str),
    /// More roles at once are to be kept apart than the separation names.
    SeparatesNothing,
    /// A denial under a condition.
    ConditionalDenial,
    /// A table of conditions in which there is none.
    NoCondition,
    /// More than 32 conditions in one table.
    ManyConditions,
    /// Not a network, and why.
    Network(&'static str),
    /// Not a time of day of the form `08:00`.
    TimeOfDay,
    /// Not a distance from UTC of the form `+01:00`.
    Offset,
    /// Hours that end where they begin.
    NoTime,
    /// Hours that are all of the week.
    AlwaysTime,
    /// Not a length of time of the form `12h`.
    Duration,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FileTooLong => {
                write!(
                    f,
                    "the file is longer than {} bytes",
                    super::Policy::MAX_LEN
                )
            }
            Self::TooDeep => f.write_str("keys are nested too deep"),
            Self::Toml(message) => f.write_str(message),
            Self::Json(message) => f.write_str(message),
            Self::Missing(key) => write!(f, "`{key}` is missing"),
            Self::UnknownVersion => {
                f.write_str("this version reads policies that begin with `portcullis = 1`")
            }
            Self::UnknownKey { key, meant } => {
                let meant = Suggestion(meant.as_ref());
                write!(f, "`{key}` is no key of this place{meant}")
            }
            Self::UnknownWord { word, known, meant } => {
                let (known, meant) = (known.join("`, `"), Suggestion(meant.as_ref()));
                write!(f, "`{word}` is not one of `{known}`{meant}")
            }
            Self::Number { least, most } => {
                write!(f, "a whole number from {least} to {most} is needed here")
            }
            Self::Type(needed) => write!(f, "{needed} is needed here"),
            Self::Syntax(fault) => fault.fmt(f),
            Self::UnknownRole { name, meant } => {
                let meant = Suggestion(meant.as_ref());
                write!(f, "role `{name}` is not defined{meant}")
            }
            Self::UnknownClass { name, meant } => {
                let meant = Suggestion(meant.as_ref());
                write!(f, "class `{name}` is not defined{meant}")
            }
            Self::Repeated(name) => write!(f, "`{name}` stands here for the second time"),
            Self::Cycle(name) => write!(f, "role `{name}` inherits itself through this"),
            Self::TooMuchInheritance(name) => write!(
                f,
                "with role `{name}`, roles inherit more than 1,000,000 roles in total"
            ),
            Self::TooManyRules(name) => write!(
                f,
                "with role `{name}`, roles have and inherit more than 4,000,000 rules in total"
            ),
            Self::TooManyConditions(name) => write!(
                f,
                "role `{name}`, with what it inherits, requires too much: more than 32 things, or lists that are too long"
            ),
            Self::DeniesNothing(name) => write!(
                f,
                "nothing that this policy allows or shows is matched by `{name}`: this denies nothing"
            ),
            Self::Contradiction(one, other) => {
                write!(f, "no grants can meet both `{one}` and `{other}`")
            }
            Self::SeparatesNothing => {
                f.write_str("nobody can have so many of these roles: this separates nothing")
            }
            Self::ConditionalDenial => f.write_str("a denial has no condition in this version"),
            Self::NoCondition => f.write_str("at least one condition is needed here"),
            Self::ManyConditions => f.write_str("more than 32 conditions"),
            Self::Network(message) => f.write_str(message),
            Self::TimeOfDay => f.write_str("a time of day from `00:00` to `24:00` is needed"),
            Self::Offset => {
                f.write_str("a distance from UTC such as `+01:00` is needed, at most 14 hours")
            }
            Self::NoTime => f.write_str("these hours end where they begin"),
            Self::AlwaysTime => f.write_str("these hours are all of the week: they limit nothing"),
            Self::Duration => f.write_str(
                "a time such as `12h` is needed: a whole number and s, m, h or d, at most 366 days",
            ),
        }
    }
}

impl core::error::Error for Problem {}

/// A name or pattern as the file has it, printed with at most 40 characters and nothing that would
/// break a line of log.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Name(String);

impl Name {
    pub(super) fn new(text: &str) -> Self {
        let mut chars = text.chars();
        let mut name: String = chars.by_ref().take(QUOTED).collect();
        if chars.next().is_some() {
            name.push('…');
        }
        Self(name)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.escape_debug())
    }
}

struct Suggestion<'a>(Option<&'a Name>);

impl fmt::Display for Suggestion<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(name) => write!(f, "; did you mean `{name}`?"),
            None => Ok(()),
        }
    }
}

/// The first of `known` that differs from `word` by one slip: a letter wrong, missing or too many,
/// two letters exchanged, or only in upper and lower case. One or two letters could be anything.
/// Linear in what is compared, because a
/// file may be wrong a hundred times and define ten thousand names.
pub(super) fn meant<'k>(word: &str, mut known: impl Iterator<Item = &'k str>) -> Option<Name> {
    // known names are ASCII; a letter that only looks like one of them is one letter wrong
    let letters: Vec<u8> = word
        .chars()
        .map(|c| u8::try_from(c).unwrap_or(u8::MAX))
        .collect();
    let is_meant = |name: &&str| {
        name.eq_ignore_ascii_case(word)
            || letters.len() > 2 && is_one_slip(&letters, name.as_bytes())
    };
    known.find(is_meant).map(Name::new)
}

fn is_one_slip(one: &[u8], other: &[u8]) -> bool {
    let same = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let (one, other) = (one.split_at(same).1, other.split_at(same).1);
    let ends = one.iter().rev().zip(other.iter().rev());
    let same = ends.take_while(|(a, b)| a == b).count();
    let rest = |text: &'_ [u8]| text.len().saturating_sub(same);
    match (rest(one), rest(other)) {
        (1, 0 | 1) | (0, 1) => true,
        (2, 2) => one.first() == other.get(1) && one.get(1) == other.first(),
        _ => false,
    }
}

/// A place in a text that only moves forward.
struct Place<'t> {
    text: &'t str,
    at: usize,
    line: usize,
    column: usize,
}

impl<'t> Place<'t> {
    fn start(text: &'t str) -> Self {
        let (at, line, column) = (0, 1, 1);
        Self {
            text,
            at,
            line,
            column,
        }
    }

    /// Moves to the character in which the byte `to` lies, or to the end.
    fn advance(&mut self, to: usize) {
        let mut places = (0..=to.min(self.text.len())).rev();
        let to = places
            .find(|at| self.text.is_char_boundary(*at))
            .unwrap_or(0);
        let passed = self.text.get(self.at..to).unwrap_or_default();
        for c in passed.chars() {
            if c == '\n' {
                self.line = self.line.saturating_add(1);
                self.column = 1;
            } else {
                self.column = self.column.saturating_add(1);
            }
        }
        self.at = self.at.max(to);
    }
}
