//! What stands before a line's own text: what a logger, a diff, a container writes, then blanks.

use core::ops::Range;

use super::{
    super::{
        bytes::{Words, before, byte, plus, run, run_back, slice},
        delimited::back,
    },
    Goes,
};

/// A longer prefix is none: what follows is not known to belong together.
const MAX_PREFIX: usize = 256;
/// How far a line is looked at for a date.
const MAX_RECORD: usize = 16;
/// How many lines with another prefix may come between two lines of one: several processes write to
/// one log.
pub(super) const MAX_OTHERS: u8 = 8;
/// What loggers call a line's importance, before a blank, a colon or a bracket.
static LEVELS: Words = Words::new(&[
    "trace", "debug", "info", "notice", "warn", "warning", "error", "critical", "severe", "fatal",
]);

/// The prefix and the indentation of the line that opened something.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in super::super) struct Lead {
    prefix: Vec<u8>,
    indent: usize,
    /// Lines since the last one that had the prefix.
    others: u8,
}

impl Lead {
    /// What stands at `range`, from the start of a line to its own text. The dash of a list and the
    /// sign of a diff count as blanks.
    pub(in super::super) fn of(text: &[u8], range: Range<usize>) -> Option<Self> {
        let mut end = range.end;
        loop {
            let blanks = back(text, range.start..end, is_blank);
            let dash = blanks.saturating_sub(1);
            let is_dash = blanks > range.start
                && blanks < range.end
                && matches!(byte(text, dash), Some(b'-' | b'+'))
                && (dash == range.start || before(text, dash).is_some_and(is_blank));
            if !is_dash {
                end = blanks;
                break;
            }
            end = dash;
        }
        let prefix = slice(text, range.start..end).to_vec();
        (prefix.len() <= MAX_PREFIX).then_some(Self {
            prefix,
            indent: range.end.saturating_sub(end),
            others: 0,
        })
    }

    /// Whether the same stood before both.
    pub(in super::super) fn is_of(&self, other: &Self) -> bool {
        self.prefix.len() == other.prefix.len() && self.is_before(&other.prefix)
    }

    /// How far the own text of the line that opened something was indented.
    pub(in super::super) fn indent(&self) -> usize {
        self.indent
    }

    /// Whether nothing but blanks stood there.
    pub(in super::super) fn is_blank(&self) -> bool {
        self.prefix.is_empty()
    }

    /// Whether it is what loggers write: long, and with a time.
    pub(in super::super) fn is_log(&self) -> bool {
        self.prefix.len() >= 12 && self.prefix.iter().any(u8::is_ascii_digit)
    }

    /// How far `line` is indented and where its own text begins. Where it begins otherwise, whether
    /// to wait for the next one: those of others may come between where all have a prefix, while
    /// nothing tells them apart where they have none.
    pub(in super::super) fn inner(
        &mut self,
        text: &[u8],
        line: Range<usize>,
    ) -> Result<(usize, usize), Goes> {
        let bytes = slice(text, line.clone());
        if !self.is_before(bytes) {
            self.others = self.others.saturating_add(1);
            return Err(match self.others <= MAX_OTHERS {
                true => Goes::On,
                false => Goes::Over,
            });
        }
        self.others = 0;
        let start = plus(line.start, self.prefix.len());
        let is_sign = self.prefix.is_empty()
            && matches!(byte(bytes, 0), Some(b'+' | b'-'))
            && byte(bytes, 1).is_none_or(is_blank);
        let at = run(
            bytes,
            plus(self.prefix.len(), usize::from(is_sign)),
            is_blank,
        );
        // The sign of a plan's change inside a block.
        let is_change = at > 0
            && matches!(slice(bytes, at..plus(at, 2)), b"+ " | b"~ ")
            && self.prefix.is_empty();
        let at = if is_change {
            run(bytes, plus(at, 1), is_blank)
        } else {
            at
        };
        let at = plus(line.start, at);
        Ok((at.saturating_sub(start), at))
    }

    /// Whether the line begins with the prefix. Digits may differ, since times go on; not those of a
    /// name: `web-1`, `app[812]`.
    fn is_before(&self, line: &[u8]) -> bool {
        let mut is_named = None;
        let mut is_alike = |(at, (a, b)): (usize, (&u8, &u8))| {
            if !is_number(*a) {
                is_named = None;
            }
            let is_digit = a.is_ascii_digit() && b.is_ascii_digit();
            // What is known of the first digit of a number holds for all of it.
            a == b || (is_digit && !*is_named.get_or_insert_with(|| self.is_named(at)))
        };
        let mut pairs = self.prefix.iter().zip(line).enumerate();
        line.len() >= self.prefix.len() && pairs.all(&mut is_alike)
    }

    /// Whether the digit at `at` is part of a name, whose letters stand right before the number or
    /// its bracket. The letter of a time, as in `01T00`, stands between digits itself.
    fn is_named(&self, at: usize) -> bool {
        let word = run_back(&self.prefix, at, is_number);
        let letter = word.checked_sub(1);
        let is_letter = |at: usize| byte(&self.prefix, at).is_some_and(|b| b.is_ascii_alphabetic());
        letter.is_some_and(|at| {
            is_letter(at) && before(&self.prefix, at).is_none_or(|b| !b.is_ascii_digit())
        })
    }
}

/// Digits, and what joins them to each other and to a name.
fn is_number(byte: u8) -> bool {
    byte.is_ascii_digit() || b"-_.[".contains(&byte)
}

/// Whether a logger begins a line as this one begins: with a date, a time, an importance. What it
/// writes so is not a part of what was written without.
pub(in super::super) fn is_record(line: &[u8]) -> bool {
    let start = run(slice(line, 0..2), 0, |b| b"[<(".contains(&b));
    let near = slice(line, start..plus(start, MAX_RECORD).min(line.len()));
    // Each digit is one sign.
    let form = near
        .iter()
        .map(|b| if b.is_ascii_digit() { b'0' } else { *b });
    let form: Vec<u8> = form.collect();
    let dates = [&b"0000-00-00"[..], b"0000/00/00", b"00:00:00"];
    let word = run(near, 0, |b| b.is_ascii_alphabetic());
    let is_level = || {
        let word = slice(near, 0..word);
        let is_shout = !word.iter().any(u8::is_ascii_lowercase);
        is_shout && LEVELS.has_in_any_case(word)
    };
    // `Nov 22 08:53:48`, `Nov  2 08:53:48`
    let is_syslog = || word == 3 && slice(&form, 6..15) == b" 00:00:00";
    dates.iter().any(|date| form.starts_with(date)) || is_level() || is_syslog()
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}
