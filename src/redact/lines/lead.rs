//! What stands before a line's own text: what a logger, a diff, a container writes, then blanks.

use core::ops::Range;

use super::super::{
    bytes::{before, byte, plus, run, slice},
    delimited::back,
};

/// A longer prefix is none: what follows is not known to belong together.
const MAX_PREFIX: usize = 256;

/// The prefix and the indentation of the line that opened something.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in super::super) struct Lead {
    prefix: Vec<u8>,
    indent: usize,
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
        })
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

    /// How far `line` is indented and where its own text begins; None where it begins otherwise.
    /// Digits may differ: times go on.
    pub(in super::super) fn inner(
        &self,
        text: &[u8],
        line: Range<usize>,
    ) -> Option<(usize, usize)> {
        let bytes = slice(text, line.clone());
        let alike = |(a, b): (&u8, &u8)| a == b || (a.is_ascii_digit() && b.is_ascii_digit());
        if bytes.len() < self.prefix.len() || !self.prefix.iter().zip(bytes).all(alike) {
            return None;
        }
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
        Some((at.saturating_sub(start), at))
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}
