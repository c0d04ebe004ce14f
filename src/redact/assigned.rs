//! The grammar of most logs: name, separator, value, where the value ends as its opener says.

mod site;
mod walk;

use core::ops::Range;

use super::{
    bytes::{before, byte, is_blank, plus, rest, run, skip_blanks, slice},
    finding::Kind,
    headers,
    keyed::Named,
    keys::{Demand, Names},
    pem,
    spans::{self, Spans},
    values::{self, Around, Quote},
};
use site::{Sign, Site, separator};

/// The longest list of words without quotes that is taken for one.
const MAX_WORD_LIST: usize = 256;
/// What documentation calls an option, behind its name.
const OPTION_NOUNS: &[&[u8]] = &[b"option", b"flag", b"argument", b"parameter", b"switch"];
/// The longest address of four numbers, with what stands before it.
const MAX_ADDRESS: usize = 16;
/// How far the words of a value may reach in a record.
const MAX_RECORD: usize = 128;
/// The longest URL of a hook.
const MAX_HOOK: usize = 512;
/// The longest value that brackets alone delimit.
const MAX_BRACKETED: usize = 1024;
/// A word of small letters that is no longer is no token.
const MAX_PLAIN: usize = 10;
/// No password is a number this short.
const MAX_COUNT: usize = 3;

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
        let at = site.unwrapped();
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

impl Site<'_> {
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
        let content = self.inner(content);
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
        self.key.kind != Kind::SecurityAnswer
            && (values::is_message(value)
                || self.is_label(value)
                || values::is_pointer(value)
                || values::is_file(value)
                || slice(value, value.len().saturating_sub(name.len())..value.len())
                    .eq_ignore_ascii_case(name))
    }

    /// Judges an unquoted value and says how far it was replaced.
    fn bare(&self, at: usize, in_string: bool, names: &Names, spans: &mut Spans) -> usize {
        // in JSON first of all: a number that is replaced becomes a string
        if self.quotes.is_some()
            && let Some(end) = values::number_end(self.text, at)
        {
            let value = slice(self.text, at..end);
            if self.is_secret(self.key.demand, at..end) && !self.is_count(value) {
                spans.add_quoted(at..end, self.key.kind, self.quotes.clone());
            }
            return end;
        }
        let line = at..self.text.len();
        let is_handle = || rest(self.text, at).starts_with(b"0x");
        match self.key.demand {
            // A switch's, a kernel's: no header has it.
            Demand::Cookies if is_handle() => return 0,
            Demand::Cookies | Demand::SetCookie => {
                if let Some(end) = headers::bare_cookies(self.text, at, self.key.demand, spans) {
                    return end;
                }
            }
            Demand::Authorization => return headers::bare_authorization(self.text, at, spans),
            Demand::Url => return self.hook(at, self.text.len(), spans),
            _ => {}
        }
        let from = headers::scheme_end(self.text, line).unwrap_or(at);
        let bracket = self.bracket_end(from);
        let from = if bracket.is_some() {
            plus(from, 1)
        } else {
            from
        };
        // Most of what a further look at a line sees.
        if let Some(end) = spans::mark_end(self.text, from)
            && values::bare_end(self.text, end, self.around) == end
        {
            return end;
        }
        // Before the value's end is looked for: the next name in it would look for it again.
        if self.is_directory(from)
            || self.holds_placeholder(from)
            || pem::begins(rest(self.text, from))
            || values::is_code(self.text, from, names)
            || self.goes_on(from)
        {
            return 0;
        }
        let Some(end) = bracket.or_else(|| self.bare_end(from)) else {
            return 0;
        };
        // A string in double quotes ends what stands in it.
        let end = if in_string {
            unquoted_end(self.text, from, end)
        } else {
            end
        };
        let value = slice(self.text, from..end);
        if self.is_count(value)
            || (value.len() == 1 && (in_string || !self.is_tight()))
            || self.is_name(value)
            || self.is_resource(value)
            || self.is_plain_word(value)
            || values::is_pointer(value)
            || values::is_file(value)
        {
            return 0;
        }
        if values::is_placeholder(value) {
            return end;
        }
        if (self.is_prose() || (self.sign == Sign::Option))
            && values::is_sentence(self.text, from..end)
        {
            return 0;
        }
        let end = match bracket {
            None if self.opens_string() || !in_string => self.spaced_end(from, end),
            _ => end,
        };
        if self.is_prose() && values::is_prose(self.text, from..end) {
            return 0;
        }
        spans.add(from..end, self.key.kind);
        end
    }

    /// Whether a list of one placeholder stands at `at`: `[[REDACTED:token]]`.
    fn holds_placeholder(&self, at: usize) -> bool {
        matches!(byte(self.text, at), Some(b'[' | b'<'))
            && values::is_bracketed_placeholder(self.text, plus(at, 1))
    }

    /// Replaces what is secret in the URL of a hook at `from`: from the first part of its path on
    /// that is a token. Says how far it was replaced.
    fn hook(&self, from: usize, to: usize, spans: &mut Spans) -> usize {
        let window = slice(self.text, 0..plus(from, MAX_HOOK).min(to));
        let is_part = |b: u8| b.is_ascii_alphanumeric() || b"/:._-~%@\\?=&".contains(&b);
        let end = run(window, from, is_part);
        if !slice(window, from..end).starts_with(b"http") {
            return 0;
        }
        let mut at = from;
        while at < end {
            let part = run(slice(window, 0..end), at, |b| !b"/\\?=&".contains(&b));
            let is_host = slice(window, at..part).contains(&b'.');
            if !is_host && values::opaque_end(slice(window, 0..part), at) >= Some(plus(at, 1)) {
                spans.add(at..end, self.key.kind);
                return end;
            }
            at = plus(part, 1);
        }
        0
    }

    /// Whether a value is how many there are, or the number of a field.
    fn is_count(&self, value: &[u8]) -> bool {
        let value = value.strip_suffix(b":").unwrap_or(value);
        let is_number = value
            .iter()
            .all(|b| b.is_ascii_digit() || b".,-*".contains(b));

        match self.key.demand {
            Demand::NotCount => is_number,
            Demand::Any => is_number && value.len() <= MAX_COUNT,
            _ => false,
        }
    }

    /// Whether help names what is to follow an option: `--password PASSWORD`, or goes on.
    fn is_name(&self, value: &[u8]) -> bool {
        let is_part = |b: &u8| b.is_ascii_uppercase() || *b == b'_';
        let is_option = slice(self.text, self.name.clone()).starts_with(b"--");
        let is_noun = || OPTION_NOUNS.iter().any(|noun| value.starts_with(noun));
        is_option && (value.iter().all(is_part) || ((self.sign == Sign::Option) && is_noun()))
    }

    /// Whether a value is where a secret is kept: `secret=prod/db/main`.
    fn is_resource(&self, value: &[u8]) -> bool {
        let is_part = |b: &u8| b.is_ascii_lowercase() || b"/-_.%".contains(b);
        let name = slice(self.text, self.name.clone());
        // Kubernetes names its secrets: `secret=orders-tls`.
        let is_name = || name.eq_ignore_ascii_case(b"secret") && value.contains(&b'-');
        let is_path = || value.contains(&b'/') && self.key.kind != Kind::Password;
        value.iter().all(is_part) && (is_path() || is_name())
    }

    /// Whether a value is a short word, which no token is: `token: range`, `license_key: mit`.
    fn is_plain_word(&self, value: &[u8]) -> bool {
        matches!(self.key.kind, Kind::Token | Kind::ApiKey)
            && value.len() <= MAX_PLAIN
            && value.iter().all(u8::is_ascii_lowercase)
    }

    /// Whether a sentence goes on after the name and the colon, as in `token: refresh failed`.
    /// Passwords may be several words where nothing else stands on the line, but not those of
    /// `passwd`, which is a program too, or of `pass`, with which tests begin.
    fn goes_on(&self, from: usize) -> bool {
        let name = slice(self.text, self.name.clone());
        let may_be_words = || {
            let is_other = name == b"passwd" || name.eq_ignore_ascii_case(b"pass");
            self.key.kind == Kind::Password && self.is_alone() && !is_other
        };
        let is_verdict = || name == b"PASS" || name == b"Pass";
        let has_words = || match self.key.kind {
            Kind::Password => values::is_words(self.text, from),
            _ => values::is_word_before_more(self.text, from),
        };
        let is_help = || self.sign == Sign::Option && values::is_words(self.text, from);
        let is_sentence = || is_verdict() || (!may_be_words() && has_words());
        is_help() || (self.is_prose() && !self.key.spaced && is_sentence())
    }

    /// Where the bracket closes around a value, as Go and ASP.NET print lists of one:
    /// `X-Api-Key:[…]`.
    fn bracket_end(&self, at: usize) -> Option<usize> {
        let close = match byte(self.text, at)? {
            b'[' => b']',
            // Dovecot's sessions are no secrets.
            b'<' if self.key.kind != Kind::Session => b'>',
            _ => return None,
        };
        let from = plus(at, 1);
        if values::is_bracketed_placeholder(self.text, at)
            || values::is_bracketed_placeholder(self.text, from)
        {
            return None;
        }
        let window = slice(self.text, 0..plus(from, MAX_BRACKETED).min(self.text.len()));
        let end = run(window, from, |b| b != close && !is_blank(b));
        let next = byte(self.text, plus(end, 1));
        let closes = next.is_none_or(|b| is_blank(b) || b",;)]}".contains(&b));
        let is_one = byte(self.text, end) == Some(close) && end > from && closes;
        (is_one && self.is_secret(self.key.demand, from..end)).then_some(end)
    }

    /// Where an unquoted value ends that is what the name demands.
    fn bare_end(&self, from: usize) -> Option<usize> {
        match self.key.demand {
            Demand::Digits => {
                return values::digits_end(self.text, from).filter(|end| self.ends(*end));
            }
            Demand::Code => return values::code_end(self.text, from).filter(|end| self.ends(*end)),
            Demand::Opaque | Demand::Cookies | Demand::SetCookie => {
                return values::opaque_end(self.text, from);
            }
            _ => {}
        }
        Some(values::bare_end(self.text, from, self.around))
    }

    /// Where a value of several words ends: where the next pair begins or the line ends. Answers
    /// and passphrases are such values, and what stands alone on a line as `password: …`.
    fn spaced_end(&self, from: usize, end: usize) -> usize {
        let may_be_words = self.key.spaced || self.key.kind == Kind::Password;
        if self.around != Around::default() || !may_be_words {
            return end;
        }
        if let Some(end) = self.record_end(end) {
            return end;
        }
        let first = slice(self.text, from..end);
        let is_word = || first.iter().all(|b| b.is_ascii_alphabetic() || *b >= 0x80);
        let is_alone = self.opens_string()
            || (self.is_alone() && self.sign != Sign::Option && (!self.is_tight() || is_word()));
        if !self.key.spaced && !is_alone {
            return end;
        }
        let mut at = end;
        while byte(self.text, at) == Some(b' ') {
            let word = skip_blanks(self.text, at);
            let begins = |signs: &[u8]| byte(self.text, word).is_some_and(|b| signs.contains(&b));
            // A command that a variable is set for: `PGPASSWORD=… psql -h db`.
            if self.is_tight() && begins(b"-/.") {
                return end;
            }
            let next = values::bare_end(self.text, word, self.around);
            // A comment, or the next pair.
            if next == word || begins(b"#;") || values::pair_follows(self.text, word, b"=:") {
                break;
            }
            at = next;
        }
        at
    }

    /// Where a value of several words ends in a record with commas between its members:
    /// `Login(user=ada, password=blue elephant, n=1)`.
    fn record_end(&self, end: usize) -> Option<usize> {
        let blank = before(self.text, self.name.start) == Some(b' ');
        let previous = before(
            self.text,
            self.name.start.saturating_sub(usize::from(blank)),
        )?;
        if !b",({[".contains(&previous) || byte(self.text, end) != Some(b' ') {
            return None;
        }
        let window = slice(self.text, 0..plus(end, MAX_RECORD).min(self.text.len()));
        let is_part = |b: u8| b.is_ascii_alphanumeric() || b" '!?.-".contains(&b) || b >= 0x80;
        let last = run(window, end, is_part);
        let next = plus(last, 1);
        let is_end = match byte(window, last)? {
            b',' => values::pair_follows(self.text, skip_blanks(self.text, next), b"=: "),
            b')' | b'}' | b']' => true,
            _ => false,
        };
        is_end.then_some(last)
    }

    /// Whether nothing more of an unquoted value stands at `end`.
    fn ends(&self, end: usize) -> bool {
        let window = slice(self.text, 0..plus(end, 16).min(self.text.len()));
        values::bare_end(window, end, self.around) == end
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

/// Where the value that ends at `end` at the latest has a quote that is not escaped.
fn unquoted_end(text: &[u8], from: usize, end: usize) -> usize {
    let value = slice(text, from..end);
    let mut quotes = value.iter().enumerate().filter(|(_, b)| **b == b'"');
    let quote = quotes.find(|(at, _)| before(value, *at) != Some(b'\\'));
    quote.map_or(end, |(at, _)| plus(from, at))
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
