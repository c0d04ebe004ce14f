//! From text to spans: the gate finds the lines to look at, all stages look at each of them, and
//! look again until nothing is found.
//!
//! A line is looked at by itself, with what the lines before it left open. So the result cannot
//! depend on how many lines come at once, and a line without a hit costs no more than the gate,
//! while nothing is open.

use core::{fmt, mem, ops::Range};
use std::borrow::Cow;

use memchr::memrchr;

use super::{
    Policy,
    bytes::{line_feed, plus, rest, slice},
    classes, commands, decoded, dialogue, digits,
    gate::{self, Case, Gate},
    keyed,
    keys::Names,
    open::{Open, Opens},
    pem, personal, phrases, rules,
    spans::{self, Change, Span, Spans},
    tokens, urls,
};

/// How often a line is looked at, at most.
const LOOKS: usize = 8;
/// How much goes through the gate at once: with its hits it stays in the second cache.
const BLOCK: usize = 64 * 1024;

/// The stages that the gate searches for.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Stage {
    Keyed,
    Phrase,
    Token,
    /// An `@`.
    Sign,
    /// What stands before a user in a URL.
    Url,
    EncodedUrl,
    PrivateKey,
    /// Digits that may be those of a person's number.
    Number,
    /// What the application registered, or a pattern of the user.
    Own,
    /// What may be encoded text.
    Encoded,
}

type Hit = gate::Hit<Stage>;

/// Where secrets may be.
pub(super) struct Gates(Gate<Stage>);

impl Gates {
    pub(super) fn new(names: &Names) -> Self {
        let stems = names.stems();
        let stems = stems
            .iter()
            .map(|stem| (stem.as_slice(), Case::End, Stage::Keyed, keyed::STEM));
        let letters = keyed::ESCAPED
            .iter()
            .map(|l| (l.as_bytes(), Case::Any, Stage::Keyed, keyed::LETTER));
        let phrases = phrases::literals().map(|(l, row)| (l, Case::Any, Stage::Phrase, row));
        let keys = pem::literals().map(|l| (l, Stage::PrivateKey));
        let signs = urls::LITERALS
            .iter()
            .map(|l| (l.as_bytes(), Stage::EncodedUrl));
        let others = keys.chain(signs).chain([(&b"@"[..], Stage::Sign)]);
        let others = others.map(|(literal, stage)| (literal, stage, 0));
        let schemes = urls::OPENERS.iter().enumerate();
        let others = others.chain(schemes.map(|(row, l)| (*l, Stage::Url, row)));
        let others = others.map(|(literal, stage, row)| (literal, Case::Exact, stage, row));
        let named = stems.chain(letters);
        Self(Gate::new(named.chain(phrases).chain(others)))
    }

    /// Puts what is found in `text` into `hits`, each kind in ascending order.
    fn find(&self, text: &[u8], hits: &mut Vec<Hit>) {
        self.0.find(text, hits);
        let mut push = |at, stage| hits.push(Hit { at, stage, row: 0 });
        let (mut numbers, mut persons) = (digits::Search::default(), personal::Filter::default());
        let mut encoded = decoded::Search::default();
        let (mut tokens, mut found) = (tokens::Search::of(text), Spans::default());
        classes::visit(text, |start, classes| {
            numbers.visit(text, start, classes, |at| {
                if persons.is_number(text, at) {
                    push(at, Stage::Number);
                }
            });
            tokens.visit(start, classes, &mut found);
            if !found.is_empty() {
                found.take(|at| push(at, Stage::Token));
            }
            encoded.visit(text, start, classes, |at| {
                push(at, Stage::Encoded);
                None
            });
        });
        decoded::visit_wide(text, |at| push(at, Stage::Encoded));
    }
}

/// Memory that is used again from text to text.
#[derive(Default)]
pub(super) struct Work {
    /// The hits in the block.
    hits: Vec<Hit>,
    /// A line that was changed, and the hits in it.
    line: Vec<u8>,
    again: Vec<Hit>,
    /// The same line after the next look.
    next: Vec<u8>,
    /// What a look finds.
    spans: Spans,
}

/// Hits and bytes that room is kept for: long lines are rare, and their room is many times their
/// length.
const ROOM: usize = 8 * 1024;

impl Work {
    /// Gives back the room that a long line took.
    fn shrink(&mut self) {
        for hits in [&mut self.hits, &mut self.again] {
            hits.clear();
            hits.shrink_to(ROOM);
        }
        for line in [&mut self.line, &mut self.next] {
            line.clear();
            line.shrink_to(ROOM);
        }
        self.spans.shrink();
    }
}

/// Says nothing of the lines.
impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Work").finish_non_exhaustive()
    }
}

/// Those hits of the gate that are in one line.
#[derive(Clone, Copy)]
struct Hits<'h> {
    all: &'h [Hit],
    /// Where the line begins.
    base: usize,
}

impl<'h> Hits<'h> {
    /// Where in the line the literals of a stage are, and which.
    fn of(self, stage: Stage) -> impl Iterator<Item = (usize, usize)> + Clone {
        let of_stage = self.all.iter().filter(move |hit| hit.stage == stage);
        of_stage.map(move |hit| (hit.at.saturating_sub(self.base), hit.row))
    }

    fn any(self, stage: Stage) -> bool {
        self.of(stage).next().is_some()
    }
}

impl Policy {
    /// Redacts `text`, which starts at the start of a line, and reports each change. `opens` is what
    /// goes on from the text before, and then what goes on after it.
    pub(super) fn settle<'a>(
        &self,
        text: &'a [u8],
        opens: &mut Opens,
        found: &mut dyn FnMut(Change<'_>),
    ) -> Cow<'a, [u8]> {
        let mut out = Vec::new();
        match self.settle_lines(text, opens, &mut Work::default(), &mut out, found) {
            Some(done) => {
                out.extend_from_slice(rest(text, done));
                Cow::Owned(out)
            }
            None => Cow::Borrowed(text),
        }
    }

    /// The same for who has many texts: appends to `out`.
    pub(super) fn settle_into(
        &self,
        text: &[u8],
        opens: &mut Opens,
        work: &mut Work,
        out: &mut Vec<u8>,
        found: &mut dyn FnMut(Change<'_>),
    ) {
        let done = self.settle_lines(text, opens, work, out, found);
        out.extend_from_slice(rest(text, done.unwrap_or_default()));
        work.shrink();
    }

    /// Appends to `out` what becomes of `text` up to the last line that changes, and says how much
    /// of `text` that is; None where no line changes.
    fn settle_lines(
        &self,
        text: &[u8],
        opens: &mut Opens,
        work: &mut Work,
        out: &mut Vec<u8>,
        found: &mut dyn FnMut(Change<'_>),
    ) -> Option<usize> {
        let mut done = None;
        let mut hits = mem::take(&mut work.hits);
        self.lines(text, opens, &mut hits, |range, hits, opens| {
            let line = slice(text, range.clone());
            if self.line(line, hits, opens, work, found) {
                out.extend_from_slice(slice(text, done.unwrap_or_default()..range.start));
                out.extend_from_slice(&work.line);
                done = Some(range.end);
            }
        });
        work.hits = hits;
        done
    }

    /// Puts the places in `text` to look at into `hits`, in ascending order. Names that are none are
    /// left out: a line with no other hit is not looked at.
    fn places(&self, text: &[u8], hits: &mut Vec<Hit>) {
        self.gated(text, hits);
        let mut names = keyed::Filter::default();
        hits.retain(|hit| {
            let is_stem = (hit.stage, hit.row) == (Stage::Keyed, keyed::STEM);
            !is_stem || names.may_be_secret(text, hit.at, &self.names)
        });
        self.add_own(text, hits);
    }

    /// The same for a line that is looked at in any case, which judges its names.
    fn hits(&self, line: &[u8], hits: &mut Vec<Hit>) {
        self.gated(line, hits);
        self.add_own(line, hits);
    }

    fn gated(&self, text: &[u8], hits: &mut Vec<Hit>) {
        let gates = self.gates.get_or_init(|| Gates::new(&self.names));
        gates.find(text, hits);
        // Several runs that ascend: the stable sort merges them.
        hits.sort();
    }

    /// Adds what the application registered, and puts all hits in order.
    fn add_own(&self, text: &[u8], hits: &mut Vec<Hit>) {
        let mut push = |at, stage| hits.push(Hit { at, stage, row: 0 });
        self.secrets.visit(text, |at| push(at, Stage::Own));
        #[cfg(feature = "patterns")]
        self.patterns.visit(text, |at| push(at, Stage::Own));
        hits.sort();
    }

    /// Finds what the first look at `text` finds, which starts at the start of a line.
    pub(super) fn spans(&self, text: &[u8]) -> Vec<Span> {
        self.spans_by(text, Self::scan)
    }

    fn spans_by(
        &self,
        text: &[u8],
        scan: impl Fn(&Self, &[u8], Hits<'_>, &mut Open, &mut Spans),
    ) -> Vec<Span> {
        let (mut all, mut spans) = (Vec::new(), Spans::default());
        self.lines(
            text,
            &mut Opens::default(),
            &mut Vec::new(),
            |range, hits, opens| {
                let line = slice(text, range.clone());
                scan(self, line, hits, opens.of(0), &mut spans);
                let found = spans.found().iter().cloned();
                all.extend(found.map(|span| span.behind(range.start)));
                opens.join();
            },
        );
        all
    }

    /// Visits the lines of `text` that need a look: those with hits, and all while something is
    /// open or where characters are escaped.
    fn lines(
        &self,
        text: &[u8],
        opens: &mut Opens,
        hits: &mut Vec<Hit>,
        mut visit: impl FnMut(Range<usize>, Hits<'_>, &mut Opens),
    ) {
        let mut start = 0;
        while start < text.len() {
            let block = start..block_end(text, start);
            self.places(slice(text, block.clone()), hits);
            let mut left = hits.as_slice();
            let changes = self.output.changes(slice(text, block.clone()));
            let mut at = block.start;
            while at < block.end {
                if opens.is_none() && !changes {
                    // What stands before a user is no reason to look where no `@` is.
                    let asks = |hit: &&Hit| hit.stage != Stage::Url;
                    let Some(hit) = left.iter().find(asks) else {
                        break;
                    };
                    at = line_start(text, at..plus(block.start, hit.at));
                    let before = left.partition_point(|hit| plus(block.start, hit.at) < at);
                    left = left.get(before..).unwrap_or_default();
                }
                let end = plus(line_feed(text, at), 1).min(text.len());
                let is_here = |hit: &&Hit| plus(block.start, hit.at) < end;
                let count = left.iter().take_while(is_here).count();
                let (all, later) = left.split_at_checked(count).unwrap_or((left, &[]));
                let base = at.saturating_sub(block.start);
                visit(at..end, Hits { all, base }, opens);
                (left, at) = (later, end);
            }
            start = block.end;
        }
    }

    /// Redacts one line until nothing is found any more. Whether it changed: then `work.line` is
    /// what it is now.
    ///
    /// What is replaced may end a name or a token that reached into it, and so make a secret of
    /// what follows: few lines take a second look that finds something, contrived ones a third. A
    /// line in which the last look still finds something is withheld.
    fn line(
        &self,
        line: &[u8],
        hits: Hits<'_>,
        opens: &mut Opens,
        work: &mut Work,
        found: &mut dyn FnMut(Change<'_>),
    ) -> bool {
        let mut changed = false;
        let mut is_settled = false;
        for look in 0..LOOKS {
            let (text, hits) = match changed {
                true => (
                    work.line.as_slice(),
                    Hits {
                        all: &work.again,
                        base: 0,
                    },
                ),
                false => (line, hits),
            };
            let is_last = opens.is_last(look);
            let before = is_last.then(|| opens.before(look)).flatten();
            self.scan(text, hits, opens.of(look), &mut work.spans);
            let spans = work.spans.found();
            if spans.is_empty() && !self.output.changes(text) {
                is_settled = true;
                if is_last {
                    // A further look would see the same.
                    break;
                }
                continue;
            }
            is_settled = false;
            if is_last {
                opens.part(before.unwrap_or_default());
            }
            spans.iter().for_each(|span| found(Change::Span(span)));
            work.next.clear();
            spans::emit(text, spans, &self.output, &mut work.next);
            mem::swap(&mut work.line, &mut work.next);
            self.hits(&work.line, &mut work.again);
            changed = true;
        }
        if changed && !is_settled {
            withhold(&mut work.line);
            found(Change::Withheld);
            // What is open now where this mark stands in a text.
            self.hits(&work.line, &mut work.again);
            let hits = Hits {
                all: &work.again,
                base: 0,
            };
            self.scan(&work.line, hits, opens.of(usize::MAX), &mut work.spans);
        }
        opens.keep(LOOKS);
        opens.join();
        changed
    }

    /// Finds everything in a line. `open` is what goes on from the line before, and then what goes
    /// on after it.
    fn scan(&self, line: &[u8], hits: Hits<'_>, open: &mut Open, spans: &mut Spans) {
        spans.clear();
        self.stages(line, hits, open, spans);
        if hits.any(Stage::Encoded) || open.dump.is_some() {
            // What is encoded inside is not decoded, so this goes no deeper.
            let look = |text: &[u8]| self.spans_by(text, Self::plain);
            decoded::find(line, &mut open.dump, look, spans);
        }
        spans.merge(line, &self.rules);
    }

    /// Finds everything in a line but what is encoded.
    fn plain(&self, line: &[u8], hits: Hits<'_>, open: &mut Open, spans: &mut Spans) {
        spans.clear();
        self.stages(line, hits, open, spans);
        spans.merge(line, &self.rules);
    }

    /// Finds what stands in a line as it is.
    fn stages(&self, line: &[u8], hits: Hits<'_>, open: &mut Open, spans: &mut Spans) {
        keyed::find(line, hits.of(Stage::Keyed), &self.names, open, spans);
        commands::resume(line, &mut open.command, spans.by(rules::COMMAND));
        dialogue::resume(line, &mut open.dialogue, spans.by(rules::DIALOGUE));
        phrases::find(line, hits.of(Stage::Phrase), open, spans);
        if hits.any(Stage::Token) {
            tokens::find(line, spans);
        }
        let has_user = hits.any(Stage::Sign) && hits.any(Stage::Url);
        if has_user {
            urls::find(line, hits.of(Stage::Url), spans.by(rules::URL));
        }
        if has_user || hits.any(Stage::EncodedUrl) {
            urls::find_encoded(line, spans.by(rules::URL));
        }
        if hits.any(Stage::PrivateKey) || !open.pem.is_empty() {
            pem::find(line, &mut open.pem, spans.by(rules::PRIVATE_KEY));
        }
        let (numbers, signs) = (hits.of(Stage::Number), hits.of(Stage::Sign));
        personal::find(
            line,
            numbers.map(|hit| hit.0),
            signs.map(|hit| hit.0),
            spans,
        );
        if hits.any(Stage::Own) {
            self.secrets.find(line, spans);
            #[cfg(feature = "patterns")]
            self.patterns.find(line, spans);
        }
    }
}

/// Where the block of complete lines ends that begins at `start`: a line longer than a block is one.
fn block_end(text: &[u8], start: usize) -> usize {
    let near = slice(text, start..plus(start, BLOCK).min(text.len()));
    if plus(start, near.len()) == text.len() {
        return text.len();
    }
    match memrchr(b'\n', near) {
        Some(feed) => plus(start, plus(feed, 1)),
        None => plus(line_feed(text, plus(start, near.len())), 1).min(text.len()),
    }
}

/// Where the line starts that goes on at the end of `range`, which starts at a line.
fn line_start(text: &[u8], range: Range<usize>) -> usize {
    let feed = memrchr(b'\n', slice(text, range.clone()));
    feed.map_or(range.start, |feed| plus(range.start, plus(feed, 1)))
}

/// Puts the mark of a withheld line in the place of `line`, but for its end.
fn withhold(line: &mut Vec<u8>) {
    let end: &[u8] = match line.as_slice() {
        [.., b'\r', b'\n'] => b"\r\n",
        [.., b'\n'] => b"\n",
        _ => b"",
    };
    line.clear();
    line.extend_from_slice(spans::WITHHELD);
    line.extend_from_slice(end);
}

#[cfg(test)]
mod tests;
