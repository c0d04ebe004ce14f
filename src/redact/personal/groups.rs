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
/// Longer groups belong to no number.
const MAX_GROUP: usize = 24;
/// How far before a digit the groups are looked for: the longest number with the widest separators.
const MAX_BACK: usize = 40;

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
}

impl Chain {
    /// The groups around the digit at `at`; none begins before `done`.
    pub(super) fn around(text: &[u8], done: usize, at: usize) -> Self {
        let floor = at.saturating_sub(MAX_BACK).max(done);
        let mut start = Self::back(text, floor, plus(at, 1));
        while let Some(end) = separator_back(text, start).filter(|end| *end > floor) {
            let group = Self::back(text, floor, end);
            if group == end {
                break;
            }
            start = group;
        }
        let mut chain = Self {
            groups: [(0, 0); MAX_GROUPS],
            len: 0,
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

    /// Where the group begins that ends at `end`.
    fn back(text: &[u8], floor: usize, end: usize) -> usize {
        let floor = floor.max(end.saturating_sub(MAX_GROUP));
        let start = run_back(slice(text, 0..end), end, |b| b.is_ascii_digit()).max(floor);
        after_escape(text, start..end)
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Where the last group ends.
    pub(super) fn end(&self) -> usize {
        let last = self.len.checked_sub(1).and_then(|i| self.groups.get(i));
        last.map_or(0, |(_, end)| *end)
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
