//! Tokens that say themselves what they are.
//!
//! Most do so by the prefix that their vendor gives them, which stands in [`table`]: to teach one,
//! add a line there. Some do so by what stands in their middle or at their end, or by what they say
//! in base64: those stand in [`forms`]. A token is taken as long as its characters run; nothing is
//! demanded of what follows, and no checksum is computed, so a token that was cut off or that a
//! vendor makes longer tomorrow is found all the same.

mod forms;
mod samples;
mod table;
mod words;

use core::{mem, ops::Range};
use std::sync::LazyLock;

use super::{
    bytes::{MAX_ESCAPE, before, ends_escape, plus, rest, run, run_back, slice},
    classes::{self, Classes, for_each},
    finding::Kind,
    jwt, rules,
    spans::Spans,
};
pub(super) use samples::samples;
use table::{Row, TABLE};
pub(super) use words::{is_mixed, is_random};

/// What stands around the label of a private key.
const DASHES: usize = 5;
/// How far before a long word its token starts at most: `doppler.audit.`, some base64.
const MAX_LEAD: usize = 64;
/// How much of a token shows that it is none but an ordinary word.
const SAMPLE: usize = 40;

/// The characters a token is made of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Alphabet {
    /// Letters, digits, `_` and `-`.
    Word,
    /// The same, with capitals, small letters and digits among them: for prefixes that words have.
    Mixed,
    /// Letters and digits, with capitals, small letters and digits among them.
    Random,
    /// Those of [`Self::Word`] and `.`, `=`, `~`, `+`.
    Dotted,
    /// The same, with capitals, small letters and digits among them.
    MixedDotted,
    /// Those of [`Self::Word`] and `+`, `/`, `=`, also percent-encoded.
    Base64,
    /// Those of [`Self::Word`] and `.`, `!`.
    Bang,
    /// Those of [`Self::Word`] and `%`, a percent code among them.
    Percent,
    /// Letters and digits.
    Alnum,
    /// Letters, digits and `$`.
    Dollar,
    /// Capitals and digits.
    Upper,
    /// Capitals, digits and `-`.
    Upperdash,
    /// Small letters and digits, a digit among them.
    Lower,
    /// Hexadecimal digits.
    Hex,
    /// One UUID.
    Uuid,
}

/// The rules of the tables: their ids and what they find.
pub(super) fn rules() -> impl Iterator<Item = (&'static str, &'static str)> {
    let rows = TABLE.iter().map(|row| row.0);
    rows.chain(forms::ids())
        .map(|id| (id, "tokens of this name's vendor, by their prefix or form"))
}

/// Finds tokens wherever a word of a line is long enough to be one.
pub(super) fn find(text: &[u8], spans: &mut Spans) {
    let mut search = Search::of(text);
    classes::visit(text, |start, classes| search.visit(start, classes, spans));
}

/// One pass over the long words of a text.
pub(super) struct Search<'t> {
    text: &'t [u8],
    index: &'static Index,
    words: words::Search,
    /// No token starts inside another.
    done: usize,
    /// Nor is looked for the header of a JSON web token in what was looked at as one.
    headers: usize,
}

impl<'t> Search<'t> {
    pub(super) fn of(text: &'t [u8]) -> Self {
        Self {
            text,
            index: &INDEX,
            words: words::Search::default(),
            done: 0,
            headers: 0,
        }
    }

    /// Finds the tokens whose long words begin in a step.
    pub(super) fn visit(&mut self, start: usize, classes: &Classes, spans: &mut Spans) {
        let first = self.words.first(classes);
        for_each(first, |bit| {
            let word = words::from(self.text, plus(start, bit));
            self.read(word, spans);
        });
    }

    fn read(&mut self, word: Range<usize>, spans: &mut Spans) {
        let start = self.lead(word.start);
        self.escaped(start, spans);
        if word.start != start {
            self.escaped(word.start, spans);
        }
        let mut is_inside = false;
        let near = slice(self.text, start..word.end);
        for (at, b) in (start..).zip(near) {
            let was_inside = mem::replace(&mut is_inside, words::is_part(*b));
            if is_inside && !was_inside && at >= self.done {
                self.token_at(at, spans);
            }
        }
        if word.start < self.done {
            return;
        }
        // What was replaced is not looked at again.
        let from = self.done;
        let ahead = word.start.saturating_sub(from)..word.end.saturating_sub(from);
        if let Some(found) = forms::find(rest(self.text, from), ahead) {
            let range = plus(found.range.start, from)..plus(found.range.end, from);
            self.done = range.end;
            spans.add_as(range, found.kind, found.rule);
        }
    }

    /// Where the words start that are joined to the long one at `at`: `dp.pt.`, `xoxe.`.
    fn lead(&self, at: usize) -> usize {
        let window = at.saturating_sub(MAX_LEAD).max(self.done)..at;
        let near = slice(self.text, window.clone());
        let start = run_back(near, near.len(), words::may_lead);
        plus(window.start, start).max(window.start)
    }

    /// Looks behind the letters and digits of an escape sequence that ends in the word at `at`.
    fn escaped(&mut self, at: usize, spans: &mut Spans) {
        if !before(self.text, at).is_some_and(opens_escape) {
            return;
        }
        for start in plus(at, 1)..=plus(at, MAX_ESCAPE) {
            if start >= self.done && ends_escape(self.text, start) {
                self.token_at(start, spans);
            }
        }
    }

    /// Replaces the token at `at`, if there is one.
    fn token_at(&mut self, at: usize, spans: &mut Spans) {
        let here = rest(self.text, at);
        if !self.index.may_start(here) {
            return;
        }
        let rows = self.index.rows(here);
        let found = rows.filter_map(|row| Some((token_end(self.text, at, row)?, row)));
        if let Some((end, row)) = found.max_by_key(|(end, _)| *end) {
            // Letters and digits that go on are not left over: no other token may start there.
            self.done = words::part_end(self.text, end);
            spans.add_as(at..self.done, row.2, row.0);
        } else if at >= self.headers {
            let (end, is_token) = jwt::read(self.text, at);
            self.headers = end;
            if is_token {
                self.done = end;
                spans.add_as(at..end, Kind::Jwt, rules::JWT);
            }
        }
    }
}

/// What stands before letters and digits that end an escape sequence.
fn opens_escape(byte: u8) -> bool {
    matches!(byte, b'\\' | b'%' | b'[' | b';' | b'=')
}

/// Where the token of `row` ends whose prefix starts at `at`.
fn token_end(text: &[u8], at: usize, (_, prefix, _, alphabet, least, _): &Row) -> Option<usize> {
    let from = plus(at, prefix.len());
    // What is no token is looked at no further than this.
    let near = slice(text, 0..plus(from, SAMPLE.max(*least)).min(text.len()));
    let sample = slice(near, from..alphabet.end(near, from));
    let is_token = sample.len() >= *least && alphabet.suits(sample) && !is_one_letter(sample);
    match alphabet {
        _ if !is_token => None,
        Alphabet::Uuid => Some(plus(from, 36)),
        _ => Some(alphabet.end(text, from)),
    }
}

/// One character again and again, as documentation has it.
fn is_one_letter(sample: &[u8]) -> bool {
    let mut letters = sample.iter().filter(|b| b.is_ascii_alphanumeric());
    let first = letters.next();
    letters.all(|b| Some(b) == first)
}

impl Alphabet {
    fn holds(self, byte: u8) -> bool {
        let extra: &[u8] = match self {
            Self::Word | Self::Mixed | Self::Uuid => b"_-",
            Self::Dotted | Self::MixedDotted => b"_-.=~+",
            Self::Base64 => b"_-+/=",
            Self::Bang => b"_-.!",
            Self::Percent => b"_-%",
            Self::Dollar => b"$",
            Self::Alnum | Self::Random => b"",
            Self::Upper => return byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Self::Upperdash => {
                return byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-';
            }
            Self::Lower => return byte.is_ascii_lowercase() || byte.is_ascii_digit(),
            Self::Hex => return byte.is_ascii_hexdigit(),
        };
        byte.is_ascii_alphanumeric() || extra.contains(&byte)
    }

    /// Whether the beginning of a token can be one.
    fn suits(self, sample: &[u8]) -> bool {
        match self {
            Self::Percent => sample.contains(&b'%'),
            Self::Mixed | Self::Random | Self::MixedDotted => words::is_mixed(sample),
            Self::Lower => sample.iter().any(u8::is_ascii_digit),
            Self::Uuid => words::is_uuid(sample),
            _ => true,
        }
    }

    fn end(self, text: &[u8], from: usize) -> usize {
        let mut hyphens = 0;
        let mut end = from;
        loop {
            end = run(text, end, |b| {
                hyphens = if b == b'-' { plus(hyphens, 1) } else { 0 };
                hyphens < DASHES && self.holds(b)
            });
            match self.encoded(text, end) {
                Some(next) => end = next,
                None => break,
            }
        }
        // Five hyphens are in no token, but around the label of a private key; a full stop after
        // a token ends the sentence.
        let last = if hyphens == DASHES { b'-' } else { b'.' };
        run_back(text, end, |b| b == last).max(from)
    }

    /// Where the character ends that is written as a percent code or behind a backslash.
    fn encoded(self, text: &[u8], at: usize) -> Option<usize> {
        match rest(text, at) {
            [b'%', b'2', b'b' | b'B' | b'f' | b'F', ..] | [b'%', b'3', b'd' | b'D', ..] => {
                self.holds(b'=').then_some(plus(at, 3))
            }
            [b'\\', b'/', ..] => self.holds(b'/').then_some(plus(at, 2)),
            _ => None,
        }
    }
}

/// The table in an order in which a prefix is found.
struct Index {
    /// One bit for each three bytes by which a prefix, or a JSON web token, begins, by their hash.
    starts: Box<[u64; 1 << (START_BITS - 6)]>,
    /// By prefix.
    rows: Vec<&'static Row>,
}

/// The bits of the hash of three bytes.
const START_BITS: u32 = 15;

static INDEX: LazyLock<Index> = LazyLock::new(Index::new);

impl Index {
    fn new() -> Self {
        let mut rows: Vec<&Row> = TABLE.iter().collect();
        rows.sort_by_key(|row| row.1);
        let mut index = Self {
            starts: Box::new([0; _]),
            rows,
        };
        let prefixes = TABLE.iter().map(|row| row.1.as_bytes());
        for prefix in prefixes.chain(jwt::STARTS.iter().copied()) {
            match prefix {
                [a, b, c, ..] => index.add([*a, *b, *c]),
                // Anything may follow the shortest.
                [a, b] => (0..=u8::MAX).for_each(|c| index.add([*a, *b, c])),
                _ => {}
            }
        }
        index
    }

    fn add(&mut self, start: [u8; 3]) {
        let (word, bit) = place(start);
        if let Some(word) = self.starts.get_mut(word) {
            *word |= bit;
        }
    }

    /// Whether a token may begin by the first bytes of `here`.
    fn may_start(&self, here: &[u8]) -> bool {
        here.first_chunk().is_some_and(|start| {
            let (word, bit) = place(*start);
            self.starts.get(word).is_some_and(|bits| bits & bit != 0)
        })
    }

    /// The rows whose prefix `here` begins with.
    fn rows(&self, here: &[u8]) -> impl Iterator<Item = &'static Row> {
        let pair = slice(here, 0..2);
        let first = self.rows.partition_point(|row| row.1.as_bytes() < pair);
        let near = self.rows.get(first..).unwrap_or_default().iter().copied();
        near.take_while(move |row| row.1.as_bytes().starts_with(pair))
            .filter(move |row| here.starts_with(row.1.as_bytes()))
    }
}

/// Where the bit of three bytes is: the word, and the bit in it.
fn place([a, b, c]: [u8; 3]) -> (usize, u64) {
    // Knuth's multiplicative hash: the upper bits depend on all of these.
    let hash = u32::from_be_bytes([0, a, b, c]).wrapping_mul(0x9e37_79b1) >> (32 - START_BITS);
    (hash as usize / 64, 1_u64.rotate_left(hash % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RD-02: each rule has one name and each prefix one rule, and both say where they are from.
    #[test]
    fn has_no_prefix_twice_and_a_source_for_each() {
        for (i, row) in TABLE.iter().enumerate() {
            assert!(
                !TABLE.iter().skip(i + 1).any(|other| other.1 == row.1),
                "{}",
                row.1
            );
            assert!(row.5.contains('.') && row.5.contains('/'), "{}", row.1);
        }
    }

    /// RD-02: what is too short to be looked at would never be found.
    #[test]
    fn every_prefix_belongs_to_a_long_word() {
        for (_, prefix, _, _, least, _) in TABLE {
            let joined = prefix
                .bytes()
                .rev()
                .take_while(|b| words::is_word(*b))
                .count();
            assert!(joined + least >= words::MIN, "{prefix}");
        }
    }
}
