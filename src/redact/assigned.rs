//! The grammar of most logs: name, separator, value, where the value ends as its opener says.

mod around;
mod bare;
mod sign;
mod site;
mod walk;

use core::ops::Range;

use super::{
    bytes::{before, byte, find_either, is_blank, is_name, plus, rest, run, skip_blanks, slice},
    finding::Kind,
    headers,
    keyed::Named,
    keys::{Demand, Names},
    pem,
    spans::{self, Spans},
    values::{self, Around, Quote},
};
pub(super) use around::owner_end;
use sign::Sign;
use site::Site;

/// The longest list of words without quotes that is taken for one.
const MAX_WORD_LIST: usize = 256;
/// The longest value that is stressed.
const MAX_STRESSED: usize = 256;
/// The longest address of four numbers, with what stands before it.
const MAX_ADDRESS: usize = 16;

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
        let mut site = Site::after(named)?;
        if let Some(end) = site.judged() {
            return Some(end);
        }
        let at = site.unwrapped();
        if let Some((content, end)) = stressed(site.text, at) {
            return match site.quoted(content, end, spans) {
                Replaced::Yes => Some(end),
                Replaced::No => None,
            };
        }
        if let Some((quote, from)) = Quote::at(site.text, at) {
            if self.closes_outer(&site, quote, at, from) {
                return None;
            }
            return self.string(&site, quote, from, spans);
        }
        if matches!(site.sign, Sign::Follows | Sign::Compares) {
            return None;
        }
        if at > site.at {
            // What stands in a wrapper is not JSON.
            site.quotes = None;
        }
        let site = &site;
        match byte(site.text, at) {
            Some(b'[' | b'{') if values::is_code(site.text, at, names) => None,
            Some(b'[') if is_place(site.text, at) => None,
            Some(b'[' | b'{') if site.is_container(at) => {
                if at >= self.walked {
                    self.walked = walk::walk(site, at, names, spans);
                }
                None
            }
            _ => {
                let is_inside = self.quotes.is_inside(site.text, site.line, at);
                Some(site.bare(at, is_inside, names, spans)).filter(|end| *end > 0)
            }
        }
    }

    /// Reads the string that `quote` opens, and the one that it is changed to: `"old" -> "new"`.
    fn string(
        &mut self,
        site: &Site<'_>,
        quote: Quote,
        from: usize,
        spans: &mut Spans,
    ) -> Option<usize> {
        // A quote that another kind of string may hold is not closed outside of that string.
        let is_inside = quote.is_plain() && self.quotes.is_inside(site.text, site.line, from);
        // In shells a backtick runs a command.
        if site.is_tight() && quote.is_backtick() {
            return None;
        }
        let (to, end) = if is_inside {
            quote.close_in_string(site.text, from)
        } else {
            quote.close(site.text, from)
        };
        let to = if to == end {
            without_dots(site.text, from, to)
        } else {
            to
        };
        let mut replaced = match site.quoted(from..to, end, spans) {
            Replaced::Yes => end,
            Replaced::No => return None,
        };
        let arrow = skip_blanks(site.text, replaced);
        if rest(site.text, arrow).starts_with(b"->")
            && let Some((quote, from)) =
                Quote::at(site.text, skip_blanks(site.text, plus(arrow, 2)))
        {
            let (to, end) = quote.close(site.text, from);
            if let Replaced::Yes = site.quoted(from..to, end, spans) {
                replaced = end;
            }
        }
        Some(replaced)
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
            // No value begins with a bracket that closes one; `the 'passwd:' lines`.
            Quote::Mark { mark, .. } => {
                next.is_none_or(|b| matches!(b, b',' | b'}' | b']' | b')'))
                    || before(site.text, site.name.start) == Some(mark)
            }
            Quote::Encoded(_) => false,
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
            let found = find_either(text, self.counted..at, (b'"', b'\\')).unwrap_or(at);
            let sign = byte(slice(text, 0..at), found);
            self.inside ^= sign == Some(b'"');
            // What is escaped is passed over.
            let len = if sign == Some(b'\\') { 2 } else { 1 };
            self.counted = plus(found, if sign.is_some() { len } else { 0 });
        }
        self.inside
    }
}

#[derive(Clone, Copy)]
enum Replaced {
    Yes,
    No,
}

impl Site<'_> {
    /// Where the mark ends that is the whole value: most of what a further look at a line sees.
    fn judged(&self) -> Option<usize> {
        let is_plain = !matches!(
            self.key.demand,
            Demand::Authorization | Demand::Cookies | Demand::SetCookie | Demand::Url
        ) && !matches!(self.sign, Sign::Follows | Sign::Compares);
        let end = spans::mark_end(self.text, self.at).filter(|_| is_plain)?;
        (values::bare_end(self.text, end, self.around) == end).then_some(end)
    }

    /// Whether the bracket at `at` opens a list or an object rather than a value.
    fn is_container(&self, at: usize) -> bool {
        if values::is_bracketed_placeholder(self.text, at) {
            return false;
        }
        let inner = skip_blanks(self.text, plus(at, 1));
        let is_bytes = walk::is_bytes(self.text, inner);
        let opens = is_bytes
            || Quote::at(self.text, inner).is_some()
            || (matches!(byte(self.text, inner), None | Some(b'[' | b'{'))
                && !values::is_bracketed_placeholder(self.text, inner));
        let is_number = || values::number_end(self.text, inner).is_some();
        let is_literal = || literal_end(self.text, inner).is_some();
        match byte(self.text, at) {
            Some(b'{') => opens || values::pair_follows(self.text, inner, b"=:"),
            _ => opens || is_number() || is_literal() || self.is_word_list(plus(at, 1)),
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
        let content = self.inner(content);
        let value = slice(self.text, content.clone());
        // What is not closed on its line may be a private key, whose own rule keeps its lines.
        if content.end == end && pem::begins(value) {
            return Replaced::Yes;
        }
        let is_secret = match self.key.demand {
            Demand::Url => {
                return match self.hook(content.start, content.end, spans) {
                    0 => Replaced::No,
                    _ => Replaced::Yes,
                };
            }
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
        let value = slice(self.text, from..content.end);
        if !values::is_placeholder(value) && !self.is_about(value) {
            spans.add(from..content.end, self.key.kind);
        }
        Replaced::Yes
    }

    /// Whether a value is words where a token would be one: `token='NSS Certificate DB'`.
    fn is_label(&self, value: &[u8]) -> bool {
        matches!(self.key.kind, Kind::Token | Kind::ApiKey)
            && value.contains(&b' ')
            && value.iter().all(|b| b.is_ascii_alphabetic() || *b == b' ')
    }

    /// What stands in quotes in quotes, as debuggers print strings: `"'…'"`.
    fn inner(&self, content: Range<usize>) -> Range<usize> {
        match slice(self.text, content.clone()) {
            [b'\'', inner @ .., b'\''] | [b'"', inner @ .., b'"'] if inner.len() > 1 => {
                plus(content.start, 1)..content.end.saturating_sub(1)
            }
            _ => content,
        }
    }

    /// Whether a quoted value speaks of the secret: a form's message, the label of its field.
    fn is_about(&self, value: &[u8]) -> bool {
        let name = slice(self.text, self.name.clone());
        if self.key.kind == Kind::SecurityAnswer {
            return value.ends_with(b"?");
        }
        values::is_message(value)
            || self.is_label(value)
            || values::is_pointer(value)
            || values::is_file(value)
            || slice(value, value.len().saturating_sub(name.len())..value.len())
                .eq_ignore_ascii_case(name)
    }

    /// Whether a value that is delimited already is what the name demands.
    fn is_secret(&self, demand: Demand, value: Range<usize>) -> bool {
        let bytes = slice(self.text, value.clone());
        match demand {
            Demand::Digits => {
                values::digits_end(bytes, 0) == Some(bytes.len())
                    || values::is_encoded_number(bytes)
            }
            Demand::Code => values::code_end(bytes, 0) == Some(bytes.len()),
            Demand::Opaque | Demand::Cookies | Demand::SetCookie => {
                headers::scheme_end(self.text, value).is_some()
                    || values::opaque_end(bytes, 0) == Some(bytes.len())
            }
            // Calls of SIP have identifiers like addresses.
            Demand::NotCount if self.key.kind == Kind::Session && is_at_address(bytes) => false,
            Demand::NotCount => !bytes.iter().all(|b| b.is_ascii_digit() || *b == b'.'),
            Demand::Words => bytes.contains(&b' '),
            Demand::Url => false,
            Demand::Any | Demand::Authorization => true,
        }
    }
}

/// Whether brackets stand at `at` around what is no value: the host of `[host]:587`, the type of
/// `[Type]::Member`.
fn is_place(text: &[u8], at: usize) -> bool {
    let window = slice(text, 0..plus(at, MAX_WORD_LIST).min(text.len()));
    let end = run(window, plus(at, 1), is_name);
    slice(text, end..plus(end, 2)) == b"]:"
}

/// The value that Markdown's stress stands around at `at`, and where that ends: `**x**`.
fn stressed(text: &[u8], at: usize) -> Option<(Range<usize>, usize)> {
    const SIGN: &[u8] = b"**";
    if !rest(text, at).starts_with(SIGN) {
        return None;
    }
    let from = plus(at, SIGN.len());
    let window = slice(text, 0..plus(from, MAX_STRESSED).min(text.len()));
    let to = run(window, from, |b| b != b'*' && b != b' ');
    let end = plus(to, SIGN.len());
    let closes = slice(text, to..end) == SIGN
        && byte(text, end).is_none_or(|b| is_blank(b) || b",.;)".contains(&b));
    (closes && to > from).then_some((from..to, end))
}

/// Whether a value ends in `@` and four numbers.
fn is_at_address(value: &[u8]) -> bool {
    let start = value.len().saturating_sub(MAX_ADDRESS);
    let mut parts = rest(value, start).rsplit(|b| *b == b'@');
    let host = parts.next().unwrap_or_default();
    let is_address = host.iter().all(|b| b.is_ascii_digit() || *b == b'.');
    parts.next().is_some() && is_address && host.iter().filter(|b| **b == b'.').count() == 3
}

/// The end of a value that was cut off, without the dots that say so.
fn without_dots(text: &[u8], from: usize, to: usize) -> usize {
    let value = slice(text, from..to);
    let cut = value
        .strip_suffix(b"...")
        .or(value.strip_suffix("…".as_bytes()));
    plus(from, cut.unwrap_or(value).len())
}

/// Where a word of JSON, Python or Ruby ends that stands in a list in place of a value.
fn literal_end(text: &[u8], at: usize) -> Option<usize> {
    const LITERALS: &[&[u8]] = &[
        b"null", b"true", b"false", b"None", b"True", b"False", b"nil",
    ];
    let here = rest(text, at);
    let literal = LITERALS.iter().find(|l| here.starts_with(l))?;
    let end = plus(at, literal.len());
    matches!(byte(text, end), Some(b',' | b']' | b' ')).then_some(end)
}
