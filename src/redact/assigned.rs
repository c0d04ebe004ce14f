//! The grammar of most logs: name, separator, value, where the value ends as its opener says.

mod walk;

use core::ops::Range;

use super::{
    bytes::{before, byte, is_blank, plus, rest, run, skip_blanks, slice},
    finding::Kind,
    headers,
    keyed::Named,
    keys::{Demand, Key, Names},
    pem,
    spans::Spans,
    values::{self, Around, Quote},
};

/// Constructors that dumps of Rust, Java, Scala and Python write around a value.
const WRAPPERS: &[&[u8]] = &[
    b"Some",
    b"Ok",
    b"Just",
    b"Optional",
    b"String",
    b"Secret",
    b"SecretString",
    b"SecretStr",
    b"Password",
    b"Sensitive",
    b"Text",
    b"str",
    b"string",
    b"bytes",
    b"b",
    b"u",
    b"r",
];
/// How deep wrappers nest at most: `Some(Secret("…"))`.
const MAX_WRAPPERS: usize = 3;
/// The longest list of words without quotes that is taken for one.
const MAX_WORD_LIST: usize = 256;

/// What reading values remembers from one name to the next.
#[derive(Default)]
pub(super) struct Search {
    /// Containers before this offset have been walked.
    walked: usize,
    /// Quotes of the present line, counted as far as they were asked for.
    quotes: Quotes,
}

impl Search {
    /// Reads the value that is assigned to a name and says how far it was replaced.
    pub(super) fn read(
        &mut self,
        named: &Named<'_>,
        names: &Names,
        spans: &mut Spans,
    ) -> Option<usize> {
        let site = &Site::after(named)?;
        let at = site.unwrapped();
        if let Some((quote, from)) = Quote::at(site.text, at) {
            if self.closes_outer(site, quote, at, from) {
                return None;
            }
            let (to, end) = quote.close(site.text, from);
            return match site.quoted(from..to, end, spans) {
                Replaced::Yes => Some(end),
                Replaced::No => None,
            };
        }
        match byte(site.text, at) {
            Some(b'[' | b'{') if site.is_container(at) => {
                if at >= self.walked {
                    self.walked = walk::walk(site, at, names, spans);
                }
                None
            }
            _ => Some(site.bare(at, spans)).filter(|end| *end > 0),
        }
    }

    /// Whether the quote at `at` ends the string that the name stands in: `"enter password: "`.
    fn closes_outer(&mut self, site: &Site<'_>, quote: Quote, at: usize, from: usize) -> bool {
        if site.quotes.is_some() {
            return false;
        }
        let next = byte(site.text, from);
        let ends = next
            .is_none_or(|b| is_blank(b) || matches!(b, b',' | b'}' | b']' | b')' | b';' | b':'));
        match quote {
            Quote::Mark {
                mark: b'"',
                level: 0,
            } => ends && self.quotes.is_inside(site.text, site.line, at),
            Quote::Mark { mark: b'"', .. } => matches!(next, Some(b',' | b'}' | b']')),
            _ => false,
        }
    }
}

/// Whether an offset lies inside a string in double quotes, asked in ascending order.
#[derive(Default)]
struct Quotes {
    line: usize,
    counted: usize,
    inside: bool,
}

impl Quotes {
    fn is_inside(&mut self, text: &[u8], line: usize, at: usize) -> bool {
        if self.line != line || self.counted < line {
            (self.line, self.counted, self.inside) = (line, line, false);
        }
        while self.counted < at {
            match byte(text, self.counted) {
                Some(b'\\') => self.counted = plus(self.counted, 1),
                Some(b'"') => self.inside = !self.inside,
                _ => {}
            }
            self.counted = plus(self.counted, 1);
        }
        self.inside
    }
}

#[derive(Clone, Copy)]
enum Replaced {
    Yes,
    No,
}

/// A secret's name with the separator after it.
#[derive(Clone)]
struct Site<'t> {
    /// The text up to the end of the line.
    text: &'t [u8],
    line: usize,
    key: Key,
    name: Range<usize>,
    /// The quote that closes the name, where it is quoted.
    quotes: Option<Range<usize>>,
    /// `:`, as opposed to `=`, with a blank after it.
    colon: bool,
    around: Around,
    /// Where the value begins.
    at: usize,
}

impl<'t> Site<'t> {
    /// The site where a separator follows the name.
    fn after(named: &Named<'t>) -> Option<Self> {
        let (text, line) = (slice(named.text, 0..named.line.end), named.line.start);
        let (name, key) = (named.name.clone(), named.key);
        let (closed, quotes) = name_end(text, name.end);
        let blanks = skip_blanks(text, closed);
        let previous = before(text, name.start);
        let hyphens = run(text, name.start, |b| b == b'-').saturating_sub(name.start);
        let flag = hyphens == 2 && quotes.is_none();
        let (sep, encoded) = match separator(text, blanks) {
            Some(end) => (end, byte(text, blanks) == Some(b'%')),
            None if flag
                && blanks > closed
                && !matches!(byte(text, blanks), Some(b'-' | b'<' | b'|')) =>
            {
                (blanks, false)
            }
            None => return None,
        };
        let at = skip_blanks(text, sep);
        let colon = byte(text, blanks) == Some(b':');
        if colon && is_path_or_url(text, line..name.start, sep) {
            return None;
        }
        Some(Self {
            text,
            line,
            key,
            quotes,
            colon: colon && at > sep,
            around: Around {
                query: matches!(previous, Some(b'?' | b'&')) && !colon,
                encoded,
                list: false,
            },
            at,
            name,
        })
    }

    /// Where the value begins inside `Some(…)` and the like.
    fn unwrapped(&self) -> usize {
        let mut at = self.at;
        for _ in 0..MAX_WRAPPERS {
            let end = run(
                slice(self.text, 0..plus(at, 16).min(self.text.len())),
                at,
                |b| b.is_ascii_alphabetic(),
            );
            let opens = match byte(self.text, end) {
                Some(b'(' | b'[') => plus(end, 1),
                Some(b'"' | b'\'') if end == plus(at, 1) => end,
                _ => return at,
            };
            if !WRAPPERS.contains(&slice(self.text, at..end)) {
                return at;
            }
            at = opens;
        }
        at
    }

    /// Whether the bracket at `at` opens a list or an object rather than a value.
    fn is_container(&self, at: usize) -> bool {
        if values::is_bracketed_placeholder(self.text, at) {
            return false;
        }
        let inner = skip_blanks(self.text, plus(at, 1));
        let opens = Quote::at(self.text, inner).is_some()
            || (matches!(byte(self.text, inner), None | Some(b'[' | b'{'))
                && !values::is_bracketed_placeholder(self.text, inner));
        let is_number = || values::number_end(self.text, inner).is_some();
        match byte(self.text, at) {
            Some(b'{') => opens || values::pair_follows(self.text, inner, b"=:"),
            _ => opens || is_number() || self.is_word_list(plus(at, 1)),
        }
    }

    /// Whether words without quotes stand at `at` up to the end of a list: `passwords=[a, b]`.
    fn is_word_list(&self, at: usize) -> bool {
        let header = [Demand::Authorization, Demand::Cookies, Demand::SetCookie];
        let window = slice(self.text, 0..plus(at, MAX_WORD_LIST).min(self.text.len()));
        let end = run(window, at, |b| !b"\"'`[]{}=".contains(&b));
        !header.contains(&self.key.demand)
            && byte(window, end) == Some(b']')
            && values::bare_end(self.text, end, Around::default()) == end
    }

    /// Judges a quoted value whose quote closes at `end`.
    fn quoted(&self, content: Range<usize>, end: usize, spans: &mut Spans) -> Replaced {
        let value = slice(self.text, content.clone());
        // What is not closed on its line may be a private key, whose own rule keeps its lines.
        if content.end == end && pem::begins(value) {
            return Replaced::Yes;
        }
        let is_secret = match self.key.demand {
            Demand::Cookies | Demand::SetCookie if value.contains(&b'=') => {
                headers::cookies(self.text, content, self.key.demand, spans);
                return Replaced::Yes;
            }
            Demand::Authorization => {
                headers::authorization(self.text, content, spans);
                return Replaced::Yes;
            }
            demand => self.is_secret(demand, content.clone()),
        };
        if !is_secret {
            return Replaced::No;
        }
        let from = headers::scheme_end(self.text, content.clone()).unwrap_or(content.start);
        if !values::is_placeholder(slice(self.text, from..content.end)) {
            spans.add(from..content.end, self.key.kind);
        }
        Replaced::Yes
    }

    /// Judges an unquoted value and says how far it was replaced.
    fn bare(&self, at: usize, spans: &mut Spans) -> usize {
        // in JSON first of all: a number that is replaced becomes a string
        if self.quotes.is_some()
            && let Some(end) = values::number_end(self.text, at)
        {
            if self.is_secret(self.key.demand, at..end) {
                spans.add_quoted(at..end, self.key.kind, self.quotes.clone());
            }
            return end;
        }
        let line = at..self.text.len();
        match self.key.demand {
            Demand::Cookies | Demand::SetCookie => {
                if let Some(end) = headers::bare_cookies(self.text, at, self.key.demand, spans) {
                    return end;
                }
            }
            Demand::Authorization => return headers::bare_authorization(self.text, at, spans),
            _ => {}
        }
        let from = headers::scheme_end(self.text, line).unwrap_or(at);
        let from = self.inside_bracket(from);
        // Before the value's end is looked for: the next name in it would look for it again.
        if self.is_directory(from) || pem::begins(rest(self.text, from)) {
            return 0;
        }
        let Some(end) = self.bare_end(from) else {
            return 0;
        };
        let value = slice(self.text, from..end);
        let is_sentence = || self.colon && values::is_sentence(self.text, from..end);
        if values::is_placeholder(value) || is_sentence() {
            return 0;
        }
        spans.add(from..end, self.key.kind);
        end
    }

    /// Past the bracket of a list of one, as Go prints headers: `X-Api-Key:[…]`.
    fn inside_bracket(&self, at: usize) -> usize {
        let is_list =
            byte(self.text, at) == Some(b'[') && !values::is_bracketed_placeholder(self.text, at);
        plus(at, usize::from(is_list))
    }

    /// Where an unquoted value ends that is what the name demands.
    fn bare_end(&self, from: usize) -> Option<usize> {
        match self.key.demand {
            Demand::Digits => {
                let end = values::digits_end(self.text, from)?;
                return (values::bare_end(
                    slice(self.text, 0..plus(end, 16).min(self.text.len())),
                    end,
                    self.around,
                ) == end)
                    .then_some(end);
            }
            Demand::Opaque | Demand::Cookies | Demand::SetCookie => {
                return values::opaque_end(self.text, from);
            }
            _ => {}
        }
        let end = values::bare_end(self.text, from, self.around);
        let is_count = self.key.demand == Demand::NotCount
            && slice(self.text, from..end)
                .iter()
                .all(|b| b.is_ascii_digit() || *b == b'.');
        (!is_count).then(|| self.spaced_end(end))
    }

    /// Where a value of several words ends: where the next pair begins or the line ends. Answers
    /// and passphrases are such values, and what stands alone on a line as `password: …`.
    fn spaced_end(&self, end: usize) -> usize {
        let alone = || {
            let lead = slice(self.text, self.line..self.name.start);
            self.colon
                && self.key.kind == Kind::Password
                && lead.iter().all(|b| matches!(b, b' ' | b'-' | b'\t'))
        };
        if !self.key.spaced && !alone() {
            return end;
        }
        let mut end = end;
        while byte(self.text, end) == Some(b' ') {
            let word = skip_blanks(self.text, end);
            let next = values::bare_end(self.text, word, self.around);
            if next == word || values::pair_follows(self.text, word, b"=:") {
                break;
            }
            end = next;
        }
        end
    }

    /// `PWD=/home/ada` is where a process runs.
    fn is_directory(&self, from: usize) -> bool {
        let name = slice(self.text, self.name.clone());
        byte(self.text, from) == Some(b'/')
            && (name.eq_ignore_ascii_case(b"pwd") || name == b"OLDPWD")
    }

    /// Whether a value that is delimited already is what the name demands.
    fn is_secret(&self, demand: Demand, value: Range<usize>) -> bool {
        let bytes = slice(self.text, value.clone());
        match demand {
            Demand::Digits => values::digits_end(bytes, 0) == Some(bytes.len()),
            Demand::Opaque | Demand::Cookies | Demand::SetCookie => {
                headers::scheme_end(self.text, value).is_some()
                    || values::opaque_end(bytes, 0) == Some(bytes.len())
            }
            Demand::NotCount => !bytes.iter().all(|b| b.is_ascii_digit() || *b == b'.'),
            Demand::Any | Demand::Authorization => true,
        }
    }
}

/// Whether the colon that ends at `sep`, and the name between it and `before`, belong to something
/// else: to a module's path in front of a message, as Rust and C++ log it, or to a URL, as its
/// scheme, its user or its host.
fn is_path_or_url(text: &[u8], before: Range<usize>, sep: usize) -> bool {
    let before = slice(text, before);
    let next = byte(text, sep);
    let is_port = next.is_some_and(|b| b.is_ascii_digit());
    (before.ends_with(b"::") && next.is_some_and(is_blank))
        || rest(text, sep).starts_with(b"//")
        || before.ends_with(b"://")
        || before.ends_with(br":\/\/")
        || (before.ends_with(b"@") && is_port)
}

/// Where a name ends with the quote and the brackets after it, and the quote.
fn name_end(text: &[u8], at: usize) -> (usize, Option<Range<usize>>) {
    let skip_bracket = |at| match byte(text, at) {
        Some(b']') => plus(at, 1),
        Some(b'%') if rest(text, at).starts_with(b"%5D") || rest(text, at).starts_with(b"%5d") => {
            plus(at, 3)
        }
        _ => at,
    };
    let at = skip_bracket(at);
    match Quote::at(text, at) {
        Some((_, end)) => (skip_bracket(end), Some(at..end)),
        None => (at, None),
    }
}

/// Where the separator at `at` ends: `=`, `:`, `=>`, `:=`, `==`, or one of these percent-encoded.
fn separator(text: &[u8], at: usize) -> Option<usize> {
    let here = rest(text, at);
    let long: &[&[u8]] = &[b"=>", b":=", b"==", b"%3D", b"%3d", b"%3A", b"%3a"];
    if let Some(sep) = long.iter().find(|s| here.starts_with(s)) {
        return Some(plus(at, sep.len()));
    }
    let is_path = here.starts_with(b"::");
    matches!(here.first(), Some(b'=' | b':') if !is_path).then_some(plus(at, 1))
}
