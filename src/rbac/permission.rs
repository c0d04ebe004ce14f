//! Permissions, which are asked for, and patterns of them, which are granted or denied.

use core::{fmt, str::FromStr};
use std::borrow::Cow;

use super::Error;

/// Longest segment of a permission, name of a role or name of a tenant, in bytes: room for a UUID,
/// a digest in hexadecimal or an e-mail address.
pub(super) const LITERAL_LEN: usize = 128;
/// Longest permission or pattern in bytes. A pattern can name some hundred alternatives.
const TEXT_LEN: usize = 4096;
/// Segments of a permission or pattern.
pub(super) const SEGMENTS: usize = 16;
/// Segments of the permission to read a resource, such as `contact:read`.
pub(super) const READING: usize = 2;

/// A permission to be asked for: segments of plain text such as `project:read`.
///
/// It has 1 to 16 segments split by `:`, each 1 to 128 of `A-Z a-z 0-9 . _ @ / + = ~ -`, together
/// at most 4096 bytes. Upper and lower case differ. By convention it reads resource, action and
/// then, where it matters, a field or an object. There are no wildcards in a question: who asks
/// for "anything" would be answered yes by whoever may do one thing.
///
/// One that is known when the program is written is a constant:
/// [`permission!`](super::permission!).
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Permission<'a>(Cow<'a, str>);

impl<'a> Permission<'a> {
    /// Reads a permission, without a copy of its text.
    ///
    /// # Errors
    ///
    /// [`Error::Syntax`] with the place of the first character that is not as described above.
    pub fn parse(text: &'a str) -> Result<Self, Error> {
        Self::read(text).map_err(|slip| slip.in_text(text))
    }

    pub(super) fn read(text: impl Into<Cow<'a, str>>) -> Result<Self, Slip> {
        let text = text.into();
        check_permission(text.as_bytes())?;
        Ok(Self(text))
    }

    /// The permission as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same with a text of its own.
    #[must_use]
    pub fn into_owned(self) -> Permission<'static> {
        Permission(Cow::Owned(self.0.into_owned()))
    }

    /// What [`permission!`](super::permission!) expands to, in a constant only: there, a panic is an
    /// error of the compiler.
    #[doc(hidden)]
    #[must_use]
    #[allow(clippy::panic, reason = "evaluated by the compiler, as its error")]
    pub const fn __constant(text: &'static str) -> Permission<'static> {
        match check_permission(text.as_bytes()) {
            Ok(()) => Permission(Cow::Borrowed(text)),
            Err(slip) => panic!("{}", slip.fault.message()),
        }
    }

    /// The first segment.
    pub(super) fn head(&self) -> &str {
        self.0.split_once(':').map_or(&self.0, |(head, _)| head)
    }

    pub(super) fn segments(&self) -> impl Iterator<Item = &str> {
        self.0.split(':')
    }
}

impl FromStr for Permission<'static> {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Permission::parse(text).map(Permission::into_owned)
    }
}

impl fmt::Display for Permission<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A [`Permission`](crate::rbac::Permission) that is checked when the program is compiled.
///
/// ```
/// use portcullis::rbac::{Permission, permission};
///
/// const READ: Permission<'static> = permission!("project:read");
/// assert_eq!(READ.as_str(), "project:read");
/// ```
///
/// A wrong one is no program:
///
/// ```compile_fail,E0080
/// // error[E0080]: evaluation panicked: a wildcard cannot be asked for
/// let anything = portcullis::rbac::permission!("project:*");
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! __rbac_permission {
    ($text:expr) => {
        const { $crate::rbac::Permission::__constant($text) }
    };
}

/// What a role may do or must not do: a set of permissions.
///
/// Each segment is a literal, a set of literals `a,b`, or `*` for exactly one segment of any text;
/// the last may be `**` for any number of segments, also none. Without `**` the number of segments
/// must agree: `project:*` is not `project:1:read`. Literals and limits are those of
/// [`Permission`].
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Pattern {
    pub(super) segments: Box<[Segment]>,
    pub(super) tail: Tail,
}

/// What may follow the segments of a pattern.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) enum Tail {
    Nothing,
    Anything,
}

#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) enum Segment {
    Any,
    /// INVARIANT: sorted, without repetition, not empty.
    OneOf(Box<[Box<str>]>),
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    ///
    /// [`Error::Syntax`] with the place of the first character that is not as described above.
    pub fn parse(text: &str) -> Result<Self, Error> {
        Self::read(text).map_err(|slip| slip.in_text(text))
    }

    pub(super) fn read(text: &str) -> Result<Self, Slip> {
        let mut parts = Vec::new();
        let mut tail = Tail::Nothing;
        check_lengths(text)?;
        for (at, segment) in segments(text) {
            if tail == Tail::Anything {
                return Err(Slip::new(at, Fault::AfterTail));
            }
            match segment {
                "**" => tail = Tail::Anything,
                "*" => parts.push(Segment::Any),
                set => parts.push(Segment::read(set).map_err(|slip| slip.after(at))?),
            }
        }
        // every permission has a first segment, so `*:**` is `**`, and has one form
        if tail == Tail::Anything && parts == [Segment::Any] {
            parts.clear();
        }
        let segments = parts.into_boxed_slice();
        Ok(Self { segments, tail })
    }

    /// Reads a pattern of Apache Shiro (`WildcardPermission`), for those who come from there.
    ///
    /// What such a pattern leaves out at its end may be anything, also nothing: `project:read` is
    /// our `project:read:**`, and `project:*` our `project:**`. Letters become lower case, as they do
    /// there, so questions have to be asked in lower case. `*` beside alternatives is `*`.
    ///
    /// Refused, though Shiro reads it: empty parts, spaces, a literal `**`, and whatever else no
    /// [`Permission`] could be.
    ///
    /// # Errors
    ///
    /// [`Error::Syntax`] with the place of the first character that is not as described above.
    pub fn from_shiro(text: &str) -> Result<Self, Error> {
        Self::read_shiro(text).map_err(|slip| slip.in_text(text))
    }

    pub(super) fn read_shiro(text: &str) -> Result<Self, Slip> {
        let lower = text.to_ascii_lowercase();
        check_lengths(&lower)?;
        let mut parts = Vec::new();
        for (at, part) in segments(&lower) {
            let segment = Segment::read_shiro(part).map_err(|slip| slip.after(at))?;
            parts.push(segment);
        }
        while parts.last() == Some(&Segment::Any) {
            parts.pop();
        }
        let (segments, tail) = (parts.into_boxed_slice(), Tail::Anything);
        let pattern = Self { segments, tail };
        // with what follows it is to be written as one of ours
        check_lengths(&pattern.to_string()).map_err(|slip| Slip { at: 0, ..slip })?;
        Ok(pattern)
    }

    /// Whether `permission` is one of this set.
    #[must_use]
    pub fn matches(&self, permission: &Permission<'_>) -> bool {
        let mut asked = permission.segments();
        for segment in &self.segments {
            match asked.next() {
                Some(literal) if segment.contains(literal) => {}
                _ => return false,
            }
        }
        self.tail == Tail::Anything || asked.next().is_none()
    }

    /// Whether a denial of this hides a field that is read with the permission of these segments: it
    /// matches that permission, or what it is part of, down to the reading of the resource. So
    /// `a:read:b:c` is hidden by what matches `a:read`, `a:read:b` or `a:read:b:c`.
    pub(super) fn hides<'r>(&self, read: impl IntoIterator<Item = &'r str>) -> bool {
        let mut asked = read.into_iter();
        let mut segments = self.segments.iter();
        let leads = segments.all(|own| asked.next().is_some_and(|literal| own.contains(literal)));
        leads && (self.tail == Tail::Anything || self.segments.len() >= READING)
    }

    /// Whether a denial of this hides a field that is read with the permission of these segments, or
    /// something that lies in it.
    pub(super) fn hides_within<'r>(&self, read: impl IntoIterator<Item = &'r str>) -> bool {
        let mut pairs = self.segments.iter().zip(read);
        let leads = pairs.all(|(own, literal)| own.contains(literal));
        leads && (self.tail == Tail::Anything || self.segments.len() >= READING)
    }

    /// Whether every permission that `other` matches is matched by this pattern too.
    #[must_use]
    pub fn implies(&self, other: &Self) -> bool {
        let (own, others) = (self.segments.len(), other.segments.len());
        let lengths = match (self.tail, other.tail) {
            (Tail::Anything, _) => own <= others,
            (Tail::Nothing, Tail::Nothing) => own == others,
            (Tail::Nothing, Tail::Anything) => false,
        };
        let mut pairs = self.segments.iter().zip(&other.segments);
        lengths && pairs.all(|(own, other)| own.implies(other))
    }

    /// Whether there is a permission that both match.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        let (own, others) = (self.segments.len(), other.segments.len());
        let lengths = (own <= others || other.tail == Tail::Anything)
            && (others <= own || self.tail == Tail::Anything);
        let mut pairs = self.segments.iter().zip(&other.segments);
        lengths && pairs.all(|(own, other)| own.overlaps(other))
    }

    /// Whether a segment has alternatives, so that the pattern may stand for more permissions than
    /// it has characters.
    pub(super) fn has_sets(&self) -> bool {
        let mut segments = self.segments.iter();
        segments.any(|segment| matches!(segment, Segment::OneOf(literals) if literals.len() > 1))
    }

    /// How many alternatives its segments have in total, `*` being one.
    pub(super) fn alternatives(&self) -> usize {
        let segments = self.segments.iter();
        let counts = segments.map(|segment| match segment {
            Segment::Any => 1,
            Segment::OneOf(literals) => literals.len(),
        });
        counts.sum()
    }

    /// The literals that the first segment must be one of; empty where it may be anything.
    pub(super) fn heads(&self) -> &[Box<str>] {
        match self.segments.first() {
            Some(Segment::OneOf(literals)) => literals,
            Some(Segment::Any) | None => &[],
        }
    }
}

impl FromStr for Pattern {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

/// The canonical form: alternatives sorted, `**` for `*:**`.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, segment) in self.segments.iter().enumerate() {
            let separator = if i == 0 { "" } else { ":" };
            match segment {
                Segment::Any => write!(f, "{separator}*")?,
                Segment::OneOf(literals) => write!(f, "{separator}{}", literals.join(","))?,
            }
        }
        match (self.tail, self.segments.is_empty()) {
            (Tail::Nothing, _) => Ok(()),
            (Tail::Anything, true) => f.write_str("**"),
            (Tail::Anything, false) => f.write_str(":**"),
        }
    }
}

/// What matches this permission and nothing else.
impl From<&Permission<'_>> for Pattern {
    fn from(permission: &Permission<'_>) -> Self {
        let segments = permission
            .segments()
            .map(|s| Segment::OneOf(Box::new([s.into()])));
        Self {
            segments: segments.collect(),
            tail: Tail::Nothing,
        }
    }
}

impl Segment {
    fn read(text: &str) -> Result<Self, Slip> {
        let mut literals = Vec::<Box<str>>::new();
        let mut at = 0_usize;
        for literal in text.split(',') {
            if matches!(literal, "*" | "**") {
                return Err(Slip::new(at, Fault::WildcardInSet));
            }
            check_literal(literal).map_err(|slip| slip.after(at))?;
            match literals.binary_search_by(|known| (**known).cmp(literal)) {
                Ok(_) => return Err(Slip::new(at, Fault::Repeated)),
                Err(place) => literals.insert(place, literal.into()),
            }
            at = at.saturating_add(literal.len()).saturating_add(1);
        }
        Ok(Self::OneOf(literals.into_boxed_slice()))
    }

    /// A part of Shiro's: `*` among alternatives is `*`.
    fn read_shiro(part: &str) -> Result<Self, Slip> {
        let mut at = 0_usize;
        let mut literals = Vec::new();
        for literal in part.split(',') {
            if literal != "*" {
                check_literal(literal).map_err(|slip| slip.after(at))?;
                literals.push(literal);
            }
            at = at.saturating_add(literal.len()).saturating_add(1);
        }
        if literals.len() < part.split(',').count() {
            return Ok(Self::Any);
        }
        Self::read(part)
    }

    pub(super) fn contains(&self, literal: &str) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(literals) => literals
                .binary_search_by(|known| (**known).cmp(literal))
                .is_ok(),
        }
    }

    fn implies(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, _) => true,
            (Self::OneOf(_), Self::Any) => false,
            (own, Self::OneOf(literals)) => literals.iter().all(|literal| own.contains(literal)),
        }
    }

    fn overlaps(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, _) | (_, Self::Any) => true,
            (own, Self::OneOf(literals)) => literals.iter().any(|literal| own.contains(literal)),
        }
    }
}

/// What bounds the work before any of it is done.
fn check_lengths(text: &str) -> Result<(), Slip> {
    if text.len() > TEXT_LEN {
        return Err(Slip::new(0, Fault::TooLong));
    }
    match text.match_indices(':').nth(SEGMENTS.saturating_sub(1)) {
        Some((at, _)) => Err(Slip::new(at, Fault::TooManySegments)),
        None => Ok(()),
    }
}

/// Each segment after the byte where it begins.
fn segments(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split(':').scan(0_usize, |next, segment| {
        let at = *next;
        *next = at.saturating_add(segment.len()).saturating_add(1);
        Some((at, segment))
    })
}

const fn check_permission(text: &[u8]) -> Result<(), Slip> {
    if text.len() > TEXT_LEN {
        return Err(Slip::new(0, Fault::TooLong));
    }
    let (mut at, mut segments, mut rest) = (0_usize, 0_usize, text);
    loop {
        if segments == SEGMENTS {
            return Err(Slip::new(at.saturating_sub(1), Fault::TooManySegments));
        }
        let (segment, after) = split_segment(rest);
        match segment {
            b"*" | b"**" => return Err(Slip::new(at, Fault::WildcardInQuestion)),
            _ => {}
        }
        if let Err(slip) = check_bytes(segment) {
            return Err(slip.after(at));
        }
        match after {
            None => return Ok(()),
            Some(after) => rest = after,
        }
        at = at.saturating_add(segment.len()).saturating_add(1);
        segments = segments.saturating_add(1);
    }
}

/// What stands before the first colon, and what stands after it if there is one.
const fn split_segment(text: &[u8]) -> (&[u8], Option<&[u8]>) {
    let (mut len, mut rest) = (0_usize, text);
    while let Some((byte, after)) = rest.split_first() {
        if *byte == b':' {
            return match text.split_at_checked(len) {
                Some((segment, _)) => (segment, Some(after)),
                None => (text, None),
            };
        }
        len = len.saturating_add(1);
        rest = after;
    }
    (text, None)
}

/// Checks a segment, the name of a role or the name of a tenant. ASCII only: no two names look
/// alike and differ.
pub(super) fn check_literal(text: &str) -> Result<(), Slip> {
    check_bytes(text.as_bytes())
}

const fn check_bytes(text: &[u8]) -> Result<(), Slip> {
    if text.is_empty() {
        return Err(Slip::new(0, Fault::Empty));
    }
    let (mut at, mut rest) = (0_usize, text);
    while let Some((byte, after)) = rest.split_first() {
        let is_plain = matches!(
            byte,
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9'
                | b'.' | b'_' | b'@' | b'/' | b'+' | b'=' | b'~' | b'-'
        );
        if !is_plain {
            return Err(Slip::new(at, Fault::Character));
        }
        at = at.saturating_add(1);
        rest = after;
    }
    if text.len() > LITERAL_LEN {
        return Err(Slip::new(LITERAL_LEN, Fault::LiteralTooLong));
    }
    Ok(())
}

/// A fault and the byte where it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slip {
    pub(super) at: usize,
    pub(super) fault: Fault,
}

impl Slip {
    const fn new(at: usize, fault: Fault) -> Self {
        Self { at, fault }
    }

    pub(super) const fn after(self, start: usize) -> Self {
        Self::new(self.at.saturating_add(start), self.fault)
    }

    pub(super) fn in_text(self, text: &str) -> Error {
        let before = text.char_indices().take_while(|(at, _)| *at < self.at);
        Error::Syntax {
            column: before.count().saturating_add(1),
            fault: self.fault,
        }
    }
}

/// What is wrong with the text of a permission, a pattern or a name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// Nothing where a segment or a name is needed.
    Empty,
    /// A character that no segment and no name has.
    Character,
    /// A segment or name over 128 bytes.
    LiteralTooLong,
    /// More than 16 segments.
    TooManySegments,
    /// More than 4096 bytes.
    TooLong,
    /// A wildcard in a permission that is asked for.
    WildcardInQuestion,
    /// A wildcard among the alternatives of a set.
    WildcardInSet,
    /// The same alternative twice in a set.
    Repeated,
    /// A segment after `**`.
    AfterTail,
}

impl Fault {
    const fn message(self) -> &'static str {
        match self {
            Self::Empty => "nothing stands here; 1 to 128 characters are needed",
            Self::Character => "this character is not one of A-Z a-z 0-9 . _ @ / + = ~ -",
            Self::LiteralTooLong => "longer than 128 characters",
            Self::TooManySegments => "more than 16 segments",
            Self::TooLong => "longer than 4096 bytes",
            Self::WildcardInQuestion => "a wildcard cannot be asked for",
            Self::WildcardInSet => "a wildcard cannot be one of several alternatives",
            Self::Repeated => "this alternative stands here twice",
            Self::AfterTail => "nothing can follow `**`",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}
