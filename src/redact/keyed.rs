//! Values under the names of secrets: finds the names, and asks each grammar for the value.
//!
//! A gate finds a stem in lower-case text, the name around it is looked up, and the first grammar
//! that reads a value after (or before) the name says how far no further name is to be looked for.
//! Every byte of a line is looked at a bounded number of times: names are disjoint, a value that is
//! replaced is not searched for names, one that is left was looked at as far as a fixed bound.

mod escaped;

use core::ops::Range;

use super::{
    assigned,
    bytes::{
        Line, MAX_ESCAPE, Starts, byte, ends_escape, is_name, line_feed, plus, rest, run, run_back,
        slice, without_return,
    },
    commands::workflow,
    elements,
    keys::{Key, Names},
    lines::{self, Openings},
    members,
    open::Open,
    prose, rules,
    spans::{self, Spans},
    sql, tables,
};

pub(super) use escaped::LITERALS as ESCAPED;

/// Which hits of the gate are stems of names, and which are escaped letters.
pub(super) const STEM: usize = 0;
pub(super) const LETTER: usize = 1;

/// How far before a name the words are looked for that belong to it.
const MAX_LEAD: usize = 24;
/// How far after a name the words are looked for that belong to it.
const MAX_TAIL: usize = 32;

/// As many dots lead from a name to its value.
const LEADER: usize = 4;

/// A secret's name in a text.
#[derive(Clone)]
pub(super) struct Named<'t> {
    /// The whole text: complete lines.
    pub(super) text: &'t [u8],
    /// The line that the name is in, without its end.
    pub(super) line: Range<usize>,
    pub(super) name: Range<usize>,
    pub(super) key: Key,
}

/// Finds the values under secret names in `text`, in which stems and escaped letters stand at `hits`. A value that
/// goes on in lines that have not come yet is remembered in `open`.
pub(super) fn find(
    text: &[u8],
    hits: impl Iterator<Item = (usize, usize)>,
    names: &Names,
    open: &mut Open,
    spans: &mut Spans,
) {
    let mut search = Search::default();
    let mut openings = Openings::default();
    for (at, row) in hits {
        if at < search.done {
        } else if row == LETTER {
            search.visit_escaped(text, at, names, &mut openings, spans);
        } else {
            search.visit(text, at, names, &mut openings, spans);
        }
    }
    let end = line_feed(text, 0);
    let line = slice(text, 0..without_return(text, 0..end));
    if let Some(bound) = search.sql.bound(line, spans.by(rules::SQL)) {
        openings.bound(bound);
    }
    lines::follow(text, openings, names, &mut open.lines, spans);
}

/// Passes over the stems that stand in no secret's name, most of them in any log.
#[derive(Default)]
pub(super) struct Filter {
    /// The end of the last name, and whether it is a secret's.
    last: usize,
    is_secret: bool,
}

impl Filter {
    /// Whether the name may be a secret's in which a stem stands in `text` at `at`. Offsets ascend.
    pub(super) fn may_be_secret(&mut self, text: &[u8], at: usize, names: &Names) -> bool {
        if at >= self.last {
            let name = name_around(text, self.last, at);
            self.last = name.end;
            self.is_secret = judge(text, name, at, names).is_some();
        }
        self.is_secret
    }
}

/// What one pass over the hits of a gate remembers.
#[derive(Default)]
struct Search {
    line: Line,
    /// Names before this offset have been judged or lie in a replaced value.
    done: usize,
    assigned: assigned::Search,
    sql: sql::Search,
}

impl Search {
    fn visit(
        &mut self,
        text: &[u8],
        at: usize,
        names: &Names,
        openings: &mut Openings,
        spans: &mut Spans,
    ) {
        let line = self.line.around(text, at);
        let on_line = slice(text, 0..line.end);
        // What was looked at before belongs to the name before.
        let name = name_around(on_line, self.done.max(line.start), at);
        self.done = name.end;
        if spans::inside_mark(on_line, name.start) {
            return;
        }
        let Some((name, key)) = judge(on_line, name, at, names) else {
            return;
        };
        let named = Named {
            text,
            line,
            name,
            key,
        };
        self.read(&named, names, openings, spans);
    }

    /// The same for a name in which a letter is escaped at `at`.
    fn visit_escaped(
        &mut self,
        text: &[u8],
        at: usize,
        names: &Names,
        openings: &mut Openings,
        spans: &mut Spans,
    ) {
        let line = self.line.around(text, at);
        let on_line = slice(text, 0..line.end);
        let Some((name, key)) = escaped::name(on_line, line.start, at, names) else {
            return;
        };
        self.done = name.end;
        let named = Named {
            text,
            line,
            name,
            key,
        };
        self.read(&named, names, openings, spans);
    }

    /// Asks the grammars for the value, each of which says how far it has replaced; the first that
    /// does so wins.
    fn read(
        &mut self,
        named: &Named<'_>,
        names: &Names,
        openings: &mut Openings,
        spans: &mut Spans,
    ) {
        self.sql.note(named);
        let read = lines::below::read(named, openings)
            .or_else(|| lines::part::read(named, names, openings, spans.by(rules::KEYED)))
            .or_else(|| elements::read(named, names, openings, spans.by(rules::ELEMENT)))
            .or_else(|| members::read(named, names, openings, spans.by(rules::MEMBER)))
            .or_else(|| workflow::named(named, spans.by(rules::COMMAND)))
            .or_else(|| {
                let spans = spans.by(rules::KEYED);
                let end = self.assigned.read(named, names, spans)?;
                Some(members::changed(named, end, names, spans))
            })
            .or_else(|| self.sql.read(named, names, spans.by(rules::SQL)))
            .or_else(|| tables::read(named, names, openings, spans.by(rules::TABLE)))
            .or_else(|| prose::read(named, names, spans.by(rules::PROSE)));
        self.done = read.unwrap_or_default().max(self.done);
    }
}

/// The name around `at`, as far as it does not begin before `low`.
fn name_around(text: &[u8], low: usize, at: usize) -> Range<usize> {
    let low = low.min(at);
    let lead = slice(text, low..at);
    plus(low, name_start(lead))..name_end(text, at)
}

/// The name of a secret that stands at `name`, perhaps with words after it.
fn judge(text: &[u8], name: Range<usize>, at: usize, names: &Names) -> Option<(Range<usize>, Key)> {
    let longer = with_tail(text, name.clone(), names);
    longer.or_else(|| Some((name.clone(), look_up(text, name, at, names)?)))
}

/// Looks up the name; where it says nothing, also without the letters of an escape sequence before
/// it, as in `\npassword`, and with the words before it, as in `API key`.
fn look_up(text: &[u8], name: Range<usize>, at: usize, names: &Names) -> Option<Key> {
    let escaped = || {
        let mut starts = name.start..=at.min(plus(name.start, MAX_ESCAPE));
        let start = starts.find(|start| ends_escape(text, *start))?;
        names.judge(slice(text, start..name.end))
    };
    // What Gradle and CMake define: `-PapiKey=…`, `-DAPI_KEY=…`.
    let defined = || match slice(text, name.clone()) {
        [b'-', b'P' | b'D', defined @ ..] => names.judge(defined),
        _ => None,
    };
    let longer = lead(text, name.clone()).map(|start| slice(text, start..name.end));
    let own = names.judge(slice(text, name.clone()));
    let known = own.or_else(escaped).or_else(defined);
    // A verb before two words is none of a name: `use verification code 123456`.
    let last = |longer: &[u8]| {
        let blank = run(longer, 0, |b| b != b' ');
        names.look_up(rest(longer, plus(blank, 1)))
    };
    match longer {
        Some(longer) if known.is_none() => match names.judge(longer) {
            Some(None) if !names.is_public(longer) => last(longer),
            judged => judged.flatten(),
        },
        // Where the name is none, as in `boarding pass`.
        Some(longer) if known.flatten().is_some() && names.is_public(longer) => None,
        _ => known.flatten(),
    }
}

/// Verbs that follow the whole name in a sentence.
static VERBS: Starts = Starts::new(&[b" is ", b" was ", b" are", b" given", b" changed "]);

/// The name with the one or two words after it that a separator or a verb follows, where they make
/// it one: `session id: …`, `maiden name is …`.
fn with_tail(text: &[u8], name: Range<usize>, names: &Names) -> Option<(Range<usize>, Key)> {
    // A name that is itself a value, or an element's with attributes, ends where it does.
    let previous = name.start.checked_sub(1).and_then(|at| byte(text, at));
    if matches!(previous, Some(b':' | b'=' | b'<')) {
        return None;
    }
    if byte(text, name.start) == Some(b'-') {
        // What follows an option is its value.
        return None;
    }
    let window = slice(text, 0..plus(name.end, MAX_TAIL).min(text.len()));
    let mut end = name.end;
    for _ in 0..2 {
        let word = plus(end, 1);
        if byte(window, end) != Some(b' ') || !byte(window, word)?.is_ascii_alphabetic() {
            return None;
        }
        end = run(window, word, is_name);
        let closes = matches!(byte(window, end), Some(b'"' | b'\'' | b'`'));
        let after = plus(end, usize::from(closes));
        // `verification code 123456`
        let is_code = |at| matches!(slice(window, at..plus(at, 3)), [b' ', a, b] if a.is_ascii_digit() && b.is_ascii_digit());
        let is_over = || VERBS.of(rest(window, end)).is_some() || is_code(end);
        if matches!(byte(window, after), Some(b':' | b'=')) || is_over() {
            let name = name.start..end;
            let key = names.look_up(slice(text, name.clone()))?;
            return Some((name, key));
        }
    }
    None
}

/// Where the one or two words start that stand before a name with a blank between.
fn lead(text: &[u8], name: Range<usize>) -> Option<usize> {
    let start = name.start.saturating_sub(MAX_LEAD);
    let words = slice(text, start..name.start);
    let word = |end: usize| {
        let end = end
            .checked_sub(1)
            .filter(|end| byte(words, *end) == Some(b' '))?;
        let start = run_back(words, end, is_name);
        (start < end).then_some(start)
    };
    let last = word(words.len())?;
    Some(plus(start, word(last).unwrap_or(last)))
}

/// Signs outside ASCII that part names: separators of Chinese and Japanese, arrows, quotes.
static SIGNS: Starts = Starts::new(&[
    "：".as_bytes(),
    "＝".as_bytes(),
    "→".as_bytes(),
    "⇒".as_bytes(),
    "”".as_bytes(),
    "“".as_bytes(),
    "’".as_bytes(),
    "»".as_bytes(),
    "」".as_bytes(),
    "＂".as_bytes(),
]);

/// Where the name starts that goes on at the end of `lead`: not with a sign that parts it from the one
/// before.
fn name_start(lead: &[u8]) -> usize {
    let start = run_back(lead, lead.len(), is_name);
    let mut starts = (start..lead.len()).rev();
    let sign = starts.find_map(|at| {
        let is_first = byte(lead, at).is_some_and(|b| !b.is_ascii());
        let sign = is_first.then(|| SIGNS.of(rest(lead, at))).flatten()?;
        Some(plus(at, sign.len()))
    });
    sign.unwrap_or(start)
}

/// Where the name ends that goes on at `at`: signs outside ASCII part it from what follows, and dots
/// that lead to a value.
fn name_end(text: &[u8], at: usize) -> usize {
    let mut dots = 0_usize;
    let mut end = at;
    while let Some(b) = byte(text, end).filter(|b| is_name(*b)) {
        dots = if b == b'.' { plus(dots, 1) } else { 0 };
        if dots == LEADER {
            return end.saturating_sub(LEADER.saturating_sub(1));
        }
        if !b.is_ascii() && SIGNS.of(rest(text, end)).is_some() {
            break;
        }
        end = plus(end, 1);
    }
    end
}
