//! Numbers written in groups: `4111 1111 1111 1111`.

use core::ops::Range;

use super::super::bytes::{before, byte, is_blank, plus, run, run_back, slice};

/// What may stand between two groups, in UTF-8 and percent-encoded: blanks, also those that do not
/// break (U+00A0, U+2007, U+2009, U+202F), hyphens and dashes (U+2010 to U+2013), a full stop.
const SEPARATORS: &[&[u8]] = &[
    b" ",
    b"-",
    b".",
    b"+",
    b"%20",
    "\u{a0}".as_bytes(),
    "\u{2007}".as_bytes(),
    "\u{2009}".as_bytes(),
    "\u{202f}".as_bytes(),
    "\u{2010}".as_bytes(),
    "\u{2011}".as_bytes(),
    "\u{2012}".as_bytes(),
    "\u{2013}".as_bytes(),
];
/// More groups than any number has, and what stands before and after.
const MAX_GROUPS: usize = 12;
/// The groups before that of a digit: the first of its number, and what stands before that.
const BEFORE: usize = 2;
/// The groups behind the first of a number that are looked at: four more, and three that follow.
const BEHIND: usize = 7;
/// Longer groups belong to no number.
const MAX_GROUP: usize = 24;

/// Where the separator that begins at `at` ends.
pub(super) fn separator(text: &[u8], at: usize) -> Option<usize> {
    let first = byte(text, at)?;
    if first.is_ascii_alphanumeric() {
        return None;
    }
    let here = slice(text, at..plus(at, 3).min(text.len()));
    let found = SEPARATORS.iter().find(|s| here.starts_with(s))?;
    Some(plus(at, found.len()))
}

/// Where the separator that ends at `end` begins.
pub(super) fn separator_back(text: &[u8], end: usize) -> Option<usize> {
    before(text, end)?;
    let here = slice(text, end.saturating_sub(3)..end);
    let found = SEPARATORS.iter().find(|s| here.ends_with(s))?;
    end.checked_sub(found.len())
}

/// Where a number begins whose digits began at `start`: not with those of an escape sequence, as in
/// `%204111` and `\u00224111`.
pub(super) fn after_escape(text: &[u8], digits: Range<usize>) -> usize {
    let start = digits.start;
    let len = digits.end.saturating_sub(start);
    let skipped = match (before(text, start.saturating_sub(1)), before(text, start)) {
        (_, Some(b'%')) if len > 2 => 2,
        (Some(b'\\'), Some(b'u')) if len > 4 => 4,
        (Some(b'\\'), Some(b'x')) if len > 2 => 2,
        _ => 0,
    };
    plus(start, skipped)
}

/// Whether dots lead to what begins at `at`, or Markdown's stress opens before it, so that the sign
/// there is no part of a word or of a mask.
pub(super) fn is_led(text: &[u8], at: usize) -> bool {
    let lead = |n: usize| slice(text, at.saturating_sub(n)..at);
    let opens = || before(text, at.saturating_sub(2)).is_none_or(is_blank);
    lead(3) == b"..." || (lead(2) == b"**" && opens())
}

/// Whether Markdown's stress around `range` closes behind it.
pub(super) fn is_stressed(text: &[u8], range: &Range<usize>) -> bool {
    let end = plus(range.end, 2);
    slice(text, range.end..end) == b"**"
        && byte(text, end).is_none_or(|b| !b.is_ascii_alphanumeric() && b != b'*')
        && slice(text, range.start.saturating_sub(2)..range.start) == b"**"
}

/// Groups of digits with single separators between them.
pub(super) struct Chain {
    groups: [(usize, usize); MAX_GROUPS],
    len: usize,
    /// Whether the first group only says what stands before the next, since others stand before it.
    goes_back: bool,
}

impl Chain {
    /// The groups around the digit at `at`, few before it, so that the number that it may belong to is
    /// among them however many there are; none begins before `done`.
    pub(super) fn around(text: &[u8], done: usize, at: usize) -> Self {
        let mut start = Self::back(text, done, plus(at, 1));
        for _ in 0..BEFORE {
            let end = Self::end_before(text, start).filter(|end| *end > done);
            start = end.map_or(start, |end| Self::back(text, done, end));
        }
        // What ends where the line has been looked at was a number of its own.
        let goes_back = Self::end_before(text, start).is_some_and(|end| end != done);
        Self::read(text, start, goes_back)
    }

    /// The groups from `start` on.
    fn read(text: &[u8], start: usize, goes_back: bool) -> Self {
        let mut start = start;
        let mut chain = Self {
            groups: [(0, 0); MAX_GROUPS],
            len: 0,
            goes_back,
        };
        for place in &mut chain.groups {
            let end = run(text, start, |b| b.is_ascii_digit());
            if end == start {
                break;
            }
            *place = (start, end);
            chain.len = plus(chain.len, 1);
            match separator(text, end) {
                Some(next) => start = next,
                None => break,
            }
        }
        chain
    }

    /// The same with the two digits before its first group that were taken for those of a percent
    /// code, if that is none of a blank: `%4111…`.
    pub(super) fn after_percent(&self, text: &[u8]) -> Option<Self> {
        let mut groups = self.groups;
        let (start, _) = groups.first_mut()?;
        let sign = start.checked_sub(3)?;
        let (before, digits) = slice(text, sign..*start).split_first()?;
        let is_code = *before == b'%' && digits.iter().all(u8::is_ascii_digit);
        let is_blank = separator_back(text, *start).is_some();
        *start = plus(sign, 1);
        (is_code && !is_blank).then_some(Self { groups, ..*self })
    }

    /// Where the group ends that stands before the one at `start`.
    fn end_before(text: &[u8], start: usize) -> Option<usize> {
        let end = separator_back(text, start)?;
        before(text, end)?.is_ascii_digit().then_some(end)
    }

    /// Where the group begins that ends at `end`.
    fn back(text: &[u8], floor: usize, end: usize) -> usize {
        let floor = floor.max(end.saturating_sub(MAX_GROUP));
        let near = slice(text, floor..end);
        let start = plus(floor, run_back(near, near.len(), |b| b.is_ascii_digit()));
        after_escape(text, start..end)
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The groups that a number may begin with: those of which all is known that is asked.
    pub(super) fn firsts(&self) -> Range<usize> {
        let unknown = if self.len < MAX_GROUPS { 0 } else { BEHIND };
        usize::from(self.goes_back)..self.len.saturating_sub(unknown)
    }

    /// The groups that follow where there are more than a chain has, and before them the last one that
    /// a number may have begun with, which says what stands before them.
    pub(super) fn next(&self, text: &[u8]) -> Option<Self> {
        let last = self.group(self.firsts().end.saturating_sub(1));
        (self.len == MAX_GROUPS).then(|| Self::read(text, last.start, true))
    }

    /// Where the last group ends.
    pub(super) fn end(&self) -> usize {
        self.group(self.len.saturating_sub(1)).end
    }

    /// The place of a group; empty where there is none.
    pub(super) fn group(&self, index: usize) -> Range<usize> {
        let groups = self.groups.get(..self.len).unwrap_or_default();
        groups.get(index).map_or(0..0, |(start, end)| *start..*end)
    }

    /// The digits of a group.
    pub(super) fn width(&self, index: usize) -> usize {
        self.group(index).len()
    }

    /// What stands before a group, behind the one before it.
    pub(super) fn joint<'t>(&self, text: &'t [u8], index: usize) -> &'t [u8] {
        let previous = index.checked_sub(1).map(|i| self.group(i).end);
        let start = self.group(index).start;
        previous.map_or(b"", |end| slice(text, end..start))
    }

    /// Whether the groups from `first` on have these widths, the same separator between all of them.
    pub(super) fn has_widths(&self, text: &[u8], first: usize, widths: &[usize]) -> bool {
        let mut wanted = widths.iter().enumerate();
        let joint = self.joint(text, plus(first, 1));
        wanted.all(|(i, width)| {
            let index = plus(first, i);
            self.width(index) == *width && (i == 0 || self.joint(text, index) == joint)
        })
    }
}
