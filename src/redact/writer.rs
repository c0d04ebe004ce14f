//! Redacts what is written through it, line by line.

use core::{fmt, mem};
use std::io::{self, Write};

use memchr::{memchr, memrchr};

use super::{Policy, finding::Counts, open::Opens, pipeline::Work, spans};

/// A line beyond this is withheld: 1 MiB, several times what log collectors pass on.
const MAX_LINE: usize = 1024 * 1024;
/// Input is taken in parts of this size, so that memory does not follow the caller's buffer.
const PART: usize = 64 * 1024;
/// What is redacted is kept room for so far: twice what a part with few secrets becomes.
const ROOM: usize = 2 * PART;

/// Writes redacted lines to `W`. The output does not depend on how the input was cut into writes.
///
/// A line is written when its line feed has come; until then it is kept. Memory is bounded by the
/// limit on a line: a longer one is not looked at, `[REDACTED:line]` stands in its place, and
/// [`Counts::withheld`] counts it. What such a line begins is not known in the next one: a private
/// key is still told by its form, but a value below its name, the rows of a table or the answer in a
/// dialogue are not, and are written as they are. Only where a program shows its progress by
/// carriage returns are there lines to be told in it: they are written as soon as the limit is
/// reached.
///
/// [`flush`](Write::flush) passes on what is complete and keeps a line that is not: its secrets
/// could not be told yet. [`finish`](Self::finish) ends the last line. A writer that is dropped
/// without it loses a last line that had no line feed, and nothing else.
///
/// When `W` fails, what it did not take is kept and tried again first at the next write, flush or
/// finish; nothing is written twice.
pub struct Writer<W: Write> {
    policy: Policy,
    inner: W,
    max_line: usize,
    /// The line that has not ended yet; emptied when it outgrows the limit.
    line: Vec<u8>,
    /// Whether the line that has not ended yet is over the limit.
    over: bool,
    /// What goes on in the next line.
    opens: Opens,
    work: Work,
    /// Redacted, and not yet taken by the inner writer.
    ready: Vec<u8>,
    counts: Counts,
}

impl<W: Write> Writer<W> {
    /// Redacts by `policy` and writes to `inner`. Lines may have 1 MiB where the policy has no
    /// limit of its own.
    #[must_use]
    pub fn new(policy: Policy, inner: W) -> Self {
        Self {
            max_line: policy.max_line.unwrap_or(MAX_LINE),
            policy,
            inner,
            line: Vec::new(),
            over: false,
            opens: Opens::default(),
            work: Work::default(),
            ready: Vec::new(),
            counts: Counts::default(),
        }
    }

    /// Withholds lines of more than `bytes` bytes, the line feed not counted.
    #[must_use]
    pub fn with_max_line(self, bytes: usize) -> Self {
        Self {
            max_line: bytes,
            ..self
        }
    }

    /// What was read and replaced so far.
    #[must_use]
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// The writer that redacted lines go to.
    #[must_use]
    pub fn get_ref(&self) -> &W {
        &self.inner
    }

    /// Ends the last line, writes and flushes everything.
    ///
    /// # Errors
    ///
    /// Those of the inner writer. What it had not taken is lost, unredacted text among it not.
    pub fn finish(mut self) -> io::Result<(W, Counts)> {
        if self.over {
            self.withhold(b"");
        } else if !self.line.is_empty() {
            let line = mem::take(&mut self.line);
            self.redact(&line, 1);
        }
        self.drain()?;
        self.inner.flush()?;
        Ok((self.inner, self.counts))
    }

    /// Takes in one part of the input, whose last line may be incomplete.
    fn take(&mut self, part: &[u8]) {
        let mut part = part;
        // The line begun earlier ends first.
        if (self.over || !self.line.is_empty())
            && let Some((end, rest)) = split_line(part)
        {
            self.keep(end);
            self.end_line();
            part = rest;
        }
        if let Some(last) = memrchr(b'\n', part) {
            let (lines, rest) = part
                .split_at_checked(last.saturating_add(1))
                .unwrap_or((part, b""));
            self.lines(lines);
            part = rest;
        }
        self.keep(part);
    }

    /// Adds to the line that has not ended yet. `bytes` are of one line.
    fn keep(&mut self, bytes: &[u8]) {
        let mut bytes = bytes;
        while !self.over && self.exceeds(bytes) {
            let room = self.max_line.saturating_sub(self.line.len());
            let (first, rest) = bytes.split_at_checked(room).unwrap_or((bytes, b""));
            self.line.extend_from_slice(first);
            self.over = !self.end_at_return();
            bytes = rest;
        }
        if self.over {
            self.line = Vec::new();
        } else {
            self.line.extend_from_slice(bytes);
        }
    }

    /// Whether the line and `bytes` are over the limit, which no line feed counts for.
    fn exceeds(&self, bytes: &[u8]) -> bool {
        let content = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        self.line.len().saturating_add(content.len()) > self.max_line
    }

    /// Redacts what has come of the line up to its last carriage return, as lines of their own, and
    /// says whether there is one: a program that shows its progress ends none otherwise.
    fn end_at_return(&mut self) -> bool {
        let Some(last) = memrchr(b'\r', &self.line) else {
            return false;
        };
        let rest = self.line.split_off(last.saturating_add(1));
        let line = mem::replace(&mut self.line, rest);
        self.redact(&line, 0);
        true
    }

    fn end_line(&mut self) {
        if self.over {
            self.withhold(b"\n");
            return;
        }
        let mut line = mem::take(&mut self.line);
        self.redact(&line, 1);
        line.clear();
        line.shrink_to(PART);
        self.line = line;
    }

    /// Complete lines, those over the limit withheld.
    fn lines(&mut self, lines: &[u8]) {
        if lines.len() <= self.max_line {
            self.redact(lines, memchr::memchr_iter(b'\n', lines).count());
            return;
        }
        for line in lines.split_inclusive(|b| *b == b'\n') {
            self.keep(line);
            self.end_line();
        }
    }

    fn redact(&mut self, text: &[u8], lines: usize) {
        let counts = &mut self.counts;
        let (work, opens) = (&mut self.work, &mut self.opens);
        self.policy
            .settle_into(text, opens, work, &mut self.ready, &mut |change| {
                counts.add(change)
            });
        self.counts.add_lines(lines);
    }

    fn withhold(&mut self, end: &[u8]) {
        self.over = false;
        self.line = Vec::new();
        // The line may have ended in the beginning of a private key.
        self.opens.unseen();
        self.ready.extend_from_slice(spans::WITHHELD);
        self.ready.extend_from_slice(end);
        self.counts.add_lines(1);
        self.counts.add_withheld();
    }

    /// Passes on what is ready. What the inner writer took is gone from `ready` also on an error.
    fn drain(&mut self) -> io::Result<()> {
        let mut taken = 0;
        let outcome = loop {
            let left = self.ready.get(taken..).unwrap_or_default();
            if left.is_empty() {
                break Ok(());
            }
            match self.inner.write(left) {
                Ok(0) => break Err(io::ErrorKind::WriteZero.into()),
                Ok(n) => taken = taken.saturating_add(n).min(self.ready.len()),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => break Err(e),
            }
        };
        self.ready.drain(..taken);
        self.ready.shrink_to(ROOM);
        outcome
    }
}

#[cfg(feature = "tracing")]
impl Writer<Vec<u8>> {
    /// Takes out what has been written so far: complete lines.
    pub(super) fn take_written(&mut self) -> Vec<u8> {
        mem::take(&mut self.inner)
    }
}

/// The first line of `part` with its line feed, and what follows.
fn split_line(part: &[u8]) -> Option<(&[u8], &[u8])> {
    part.split_at_checked(memchr(b'\n', part)?.saturating_add(1))
}

/// Says nothing of the line that is held back.
impl<W: Write> fmt::Debug for Writer<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer")
            .field("max_line", &self.max_line)
            .field("counts", &self.counts)
            .finish_non_exhaustive()
    }
}

impl<W: Write> Write for Writer<W> {
    /// Takes a part of `buf`. An error means that nothing of `buf` was taken.
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.drain()?;
        let part = buf.get(..PART).unwrap_or(buf);
        self.take(part);
        // The part has been taken: an error would make the caller write it again.
        let _kept_in_ready = self.drain();
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.drain()?;
        self.inner.flush()
    }
}
