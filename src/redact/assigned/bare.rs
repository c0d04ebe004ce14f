//! Values without quotes: where they end, and what stands there that is none.

use super::{
    super::{
        bytes::{Words, before, byte, find_byte, is_blank, plus, rest, run, skip_blanks, slice},
        finding::Kind,
        headers,
        keys::{Demand, Names},
        pem,
        spans::{self, Spans},
        values::{self, Around},
    },
    sign::Sign,
    site::Site,
};

/// How somebody who speaks of himself begins.
static PERSONS: Words = Words::new(&["I", "I'm", "Ich", "Je", "My", "Our", "We", "Wir"]);
/// What documentation calls an option, behind its name.
const OPTION_NOUNS: &[&[u8]] = &[b"option", b"flag", b"argument", b"parameter", b"switch"];
/// How far the words of a value may reach in a record.
const MAX_RECORD: usize = 128;
/// The longest URL of a hook.
const MAX_HOOK: usize = 512;
/// The longest value that brackets alone delimit.
const MAX_BRACKETED: usize = 1024;
/// A word of small letters that is no longer is no token.
const MAX_PLAIN: usize = 10;
/// The digits of a date.
const MIN_DATE: usize = 8;
/// No password is a number this short.
const MAX_COUNT: usize = 3;

impl Site<'_> {
    /// Judges an unquoted value and says how far it was replaced.
    pub(super) fn bare(
        &self,
        at: usize,
        in_string: bool,
        names: &Names,
        spans: &mut Spans,
    ) -> usize {
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
        let end = if bracket.is_none() {
            self.own_bracket(from, end)
        } else {
            end
        };
        // A string in double quotes ends what stands in it.
        let end = if in_string {
            unquoted_end(self.text, from, end)
        } else {
            end
        };
        let value = slice(self.text, from..end);
        if self.is_count(value)
            || (value.len() == 1 && (in_string || !self.is_tight()) && !self.is_phrase(from, end))
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
        let is_question =
            self.key.kind == Kind::SecurityAnswer && slice(self.text, from..end).ends_with(b"?");
        let is_sentence = || self.is_prose() && values::is_prose(self.text, from..end);
        if is_question || (!self.is_phrase(from, end) && is_sentence()) {
            return 0;
        }
        spans.add(from..end, self.key.kind);
        end
    }

    /// Past the parenthesis that closes at `end` where the password itself has opened it.
    fn own_bracket(&self, from: usize, end: usize) -> usize {
        let value = slice(self.text, from..end);
        let closed = plus(end, 1);
        let is_own = self.key.kind == Kind::Password
            && byte(self.text, end) == Some(b')')
            && value.contains(&b'(')
            && !value.contains(&b')');
        let ends = byte(self.text, closed).is_none_or(|b| is_blank(b) || b",;\"'}]&".contains(&b));
        if is_own && ends { closed } else { end }
    }

    /// Whether a password is a sentence, as people make them up: they speak of themselves, and only
    /// the value of a setting stands there.
    fn is_phrase(&self, from: usize, end: usize) -> bool {
        let name = slice(self.text, self.name.clone());
        let is_joint = |b: &u8| b"_-.".contains(b) || b.is_ascii_uppercase();
        let first = run(slice(self.text, 0..end), from, |b| b != b' ');
        PERSONS.has(slice(self.text, from..first))
            && (first < end || byte(self.text, end) == Some(b' '))
            && name.iter().skip(1).any(is_joint)
            && self.key.kind == Kind::Password
            && self.is_alone()
    }

    /// Whether a list of one placeholder stands at `at`: `[[REDACTED:token]]`.
    fn holds_placeholder(&self, at: usize) -> bool {
        matches!(byte(self.text, at), Some(b'[' | b'<'))
            && values::is_bracketed_placeholder(self.text, plus(at, 1))
    }

    /// Replaces what is secret in the URL of a hook at `from`: from the first part of its path on
    /// that is a token. Says how far it was replaced.
    pub(super) fn hook(&self, from: usize, to: usize, spans: &mut Spans) -> usize {
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
    pub(super) fn is_count(&self, value: &[u8]) -> bool {
        let value = value.strip_suffix(b":").unwrap_or(value);
        let is_number = value
            .iter()
            .all(|b| b.is_ascii_digit() || b".,-*".contains(b));

        match self.key.demand {
            Demand::NotCount => is_number && !is_dated(value),
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
        let is_part =
            |b: &u8| b.is_ascii_lowercase() || matches!(b, b'/' | b'-' | b'_' | b'.' | b'%');
        let name = slice(self.text, self.name.clone());
        // Kubernetes names its secrets: `secret=orders-tls`.
        let is_name = || name.eq_ignore_ascii_case(b"secret") && value.contains(&b'-');
        let is_path = || self.key.kind != Kind::Password && value.contains(&b'/');
        (is_path() || is_name()) && value.iter().all(is_part)
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
        // The bracket stands behind the longest value at the latest.
        let limit = plus(from, plus(MAX_BRACKETED, 1)).min(self.text.len());
        let far = find_byte(self.text, from..limit, close)?;
        let end = run(slice(self.text, 0..far), from, |b| !is_blank(b));
        let next = byte(self.text, plus(end, 1));
        let closes = next.is_none_or(|b| is_blank(b) || b",;)]}".contains(&b));
        let is_one = byte(self.text, end) == Some(close) && end > from && closes;
        (is_one && self.is_secret(self.key.demand, from..end)).then_some(end)
    }

    /// Where an unquoted value ends that is what the name demands.
    fn bare_end(&self, from: usize) -> Option<usize> {
        match self.key.demand {
            Demand::Digits => {
                let digits = values::digits_end(self.text, from).filter(|end| self.ends(*end));
                let encoded = || {
                    let end = values::bare_end(self.text, from, self.around);
                    values::is_encoded_number(slice(self.text, from..end)).then_some(end)
                };
                return digits.or_else(encoded);
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
        // To a shell, an option's value without quotes is one word.
        let is_argument = self.sign == Sign::Option;
        if self.around != Around::default() || !may_be_words || is_argument {
            return end;
        }
        if let Some(end) = self.record_end(end) {
            return end;
        }
        let first = slice(self.text, from..end);
        let is_word = || first.iter().all(|b| b.is_ascii_alphabetic() || *b >= 0x80);
        let is_alone = self.opens_string() || (self.is_alone() && (!self.is_tight() || is_word()));
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
            let is_arrow = ["->", "=>", "→"]
                .iter()
                .any(|a| rest(self.text, word).starts_with(a.as_bytes()));
            if next == word
                || begins(b"#;")
                || is_arrow
                || values::pair_follows(self.text, word, b"=:")
            {
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
}

/// Whether a number is one that people choose rather than count: a date, groups of digits.
fn is_dated(value: &[u8]) -> bool {
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    let joints = value.iter().filter(|b| matches!(b, b'-' | b'.')).count();
    let is_pair = value.contains(&b'-') && joints == 1;
    digits >= MIN_DATE && digits.saturating_add(joints) == value.len() && (joints == 2 || is_pair)
}

/// Where the value that ends at `end` at the latest has a quote that is not escaped.
fn unquoted_end(text: &[u8], from: usize, end: usize) -> usize {
    let value = slice(text, from..end);
    let mut quotes = value.iter().enumerate().filter(|(_, b)| **b == b'"');
    let quote = quotes.find(|(at, _)| before(value, *at) != Some(b'\\'));
    quote.map_or(end, |(at, _)| plus(from, at))
}
