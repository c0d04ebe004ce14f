//! Values under the names of secrets: name, separator, value, as logs write them.
//!
//! A gate finds a stem in lower-case text; the name around it is looked up; a separator must
//! follow; the value is read as its first character says. Every byte of a line is looked at a
//! bounded number of times: names are disjoint, a value that is replaced is not searched for
//! names, one that is left was looked at as far as a fixed bound, and no container is walked twice.

use core::ops::Range;

use super::{
    bytes::{
        Line, MAX_ESCAPE, before, byte, ends_escape, is_blank, is_name, plus, rest, run, run_back,
        skip_blanks, slice,
    },
    finding::Kind,
    gate::Gate,
    headers,
    keys::{Demand, Key, Names},
    pem,
    spans::{self, Spans},
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
/// How far before a name the words are looked for that belong to it.
const MAX_LEAD: usize = 24;
/// Names of members that describe a secret and hold none.
const DESCRIBING: &[&str] = &[
    "type",
    "format",
    "description",
    "title",
    "label",
    "status",
    "state",
    "algorithm",
    "alg",
    "created_at",
    "updated_at",
    "expires_at",
    "expires",
    "pattern",
    "in",
    "scheme",
    "$ref",
];

/// Finds the values under secret names in `text`, whose lower-case copy is `lower`.
pub(super) fn find(text: &[u8], lower: &[u8], gate: &Gate, names: &Names, spans: &mut Spans) {
    let mut search = Search::default();
    let mut group = 0;
    gate.visit(lower, |hit| {
        if hit.group != group {
            group = hit.group;
            search = Search::default();
        }
        if hit.at >= search.done {
            search.visit(text, hit.at, names, spans);
        }
    });
}

/// What one pass over the hits of a gate remembers.
#[derive(Default)]
struct Search {
    line: Line,
    /// Names before this offset have been judged or lie in a replaced value.
    done: usize,
    /// Containers before this offset have been walked.
    walked: usize,
    /// Quotes of the present line, counted as far as they were asked for.
    quotes: Quotes,
}

impl Search {
    fn visit(&mut self, text: &[u8], at: usize, names: &Names, spans: &mut Spans) {
        let line = self.line.around(text, at);
        let text = slice(text, 0..line.end);
        let name = run_back(text, at, is_name).max(line.start)..run(text, at, is_name);
        self.done = name.end;
        if spans::inside_mark(text, name.start) {
            return;
        }
        let Some(key) = look_up(text, name.clone(), at, names) else {
            return;
        };
        if let Some(site) = Site::after(text, line.start, name, key) {
            self.done = self.read(&site, names, spans).max(self.done);
        }
    }

    /// Reads the value and says how far no name is to be looked for.
    fn read(&mut self, site: &Site<'_>, names: &Names, spans: &mut Spans) -> usize {
        let at = site.unwrapped();
        if let Some((quote, from)) = Quote::at(site.text, at) {
            if self.closes_outer(site, quote, at, from) {
                return 0;
            }
            let (to, end) = quote.close(site.text, from);
            return match site.quoted(from..to, end, spans) {
                Replaced::Yes => end,
                Replaced::No => 0,
            };
        }
        match byte(site.text, at) {
            Some(b'[' | b'{') if site.is_container(at) => {
                if at >= self.walked {
                    self.walked = walk(site, at, names, spans);
                }
                0
            }
            _ => site.bare(at, spans),
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

/// Looks up the name; where it says nothing, also without the letters of an escape sequence before
/// it, as in `\npassword`, and with the words before it, as in `API key`.
fn look_up(text: &[u8], name: Range<usize>, at: usize, names: &Names) -> Option<Key> {
    let escaped = || {
        let mut starts = name.start..=at.min(plus(name.start, MAX_ESCAPE));
        let start = starts.find(|start| ends_escape(text, *start))?;
        names.judge(slice(text, start..name.end))
    };
    let longer = || names.judge(slice(text, lead(text, name.clone())?..name.end));
    let own = names.judge(slice(text, name.clone()));
    own.or_else(escaped).or_else(longer).flatten()
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
    fn after(text: &'t [u8], line: usize, name: Range<usize>, key: Key) -> Option<Self> {
        let (closed, quotes) = name_end(text, name.end);
        let blanks = skip_blanks(text, closed);
        let previous = before(text, name.start);
        let hyphens = run(text, name.start, |b| b == b'-').saturating_sub(name.start);
        let flag = hyphens == 2 && quotes.is_none();
        let (sep, encoded) = match separator(text, blanks) {
            Some(end) => (end, byte(text, blanks) == Some(b'%')),
            None if flag && blanks > closed && byte(text, blanks) != Some(b'-') => (blanks, false),
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

/// Replaces the values inside the list or object at `at` and says where it ends: the strings of an
/// object unless their name is one that describes, every value of a list.
fn walk(site: &Site<'_>, at: usize, names: &Names, spans: &mut Spans) -> usize {
    let text = site.text;
    let key = Key {
        demand: site.key.listed(),
        ..site.key
    };
    let site = &Site {
        key,
        ..site.clone()
    };
    let mut walk = Walk {
        lists: 0,
        depth: 0,
        describing: false,
    };
    let mut at = at;
    while let Some(b) = byte(text, at) {
        at = match (b, Quote::at(text, at)) {
            (b'[', _) if values::is_bracketed_placeholder(text, at) => walk.word(site, at, spans),
            (_, Some((quote, from))) => {
                let (to, end) = quote.close(text, from);
                walk.string(site, from..to, end, names, spans);
                end
            }
            (b'[' | b'{', _) => {
                walk.open(b == b'[');
                plus(at, 1)
            }
            (b']' | b'}', _) if walk.close() => return plus(at, 1),
            (b',' | b':' | b']' | b'}' | b')' | b'=' | b'>' | b'\\', _) => plus(at, 1),
            (b, _) if is_blank(b) => plus(at, 1),
            _ => walk.word(site, at, spans),
        };
    }
    text.len()
}

/// Where a walk through containers is.
struct Walk {
    /// One bit a level, the innermost lowest: whether it is a list.
    lists: u64,
    depth: usize,
    /// Whether the name just read describes its value.
    describing: bool,
}

impl Walk {
    fn open(&mut self, list: bool) {
        self.lists = self.lists << 1 | u64::from(list);
        self.depth = plus(self.depth, 1);
    }

    /// Whether that was the outermost.
    fn close(&mut self) -> bool {
        self.lists >>= 1;
        self.depth = self.depth.saturating_sub(1);
        self.depth == 0
    }

    fn is_list(&self) -> bool {
        self.lists & 1 == 1
    }

    fn string(
        &mut self,
        site: &Site<'_>,
        content: Range<usize>,
        end: usize,
        names: &Names,
        spans: &mut Spans,
    ) {
        let after = skip_blanks(site.text, end);
        if !self.is_list() && separator(site.text, after).is_some() {
            let name = slice(site.text, content);
            // A secret's name has its own site.
            self.describing = names.look_up(name).is_some()
                || DESCRIBING
                    .iter()
                    .any(|d| name.eq_ignore_ascii_case(d.as_bytes()));
            return;
        }
        if !self.describing || self.is_list() {
            site.quoted(content, end, spans);
        }
        self.describing = false;
    }

    /// A number or a word without quotes: one more value where it stands in a list.
    fn word(&self, site: &Site<'_>, at: usize, spans: &mut Spans) -> usize {
        let around = Around {
            list: true,
            ..site.around
        };
        let end = values::bare_end(site.text, at, around).max(plus(at, 1));
        let end = values::number_end(site.text, at).unwrap_or(end);
        let value = slice(site.text, at..end);
        if self.is_list()
            && site.is_secret(site.key.demand, at..end)
            && !values::is_placeholder(value)
        {
            spans.add_quoted(at..end, site.key.kind, site.quotes.clone());
        }
        end
    }
}
