//! The place of a value: a secret's name, what separates it from its value, what wraps the value.

use core::ops::Range;

use super::super::{
    bytes::{
        Starts, Words, before, byte, is_blank, is_name, plus, rest, run, run_back, search, slice,
    },
    keyed::Named,
    keys::{self, Key},
    values::{Around, Quote},
};
use super::{
    around::{around_start, is_in_list, name_end, opens_before, skip_blanks},
    sign::{self, Sign, separator},
};

/// Constructors that dumps of Rust, Java, Scala and Python write around a value.
static WRAPPERS: Words = Words::new(&[
    "Some",
    "Ok",
    "Just",
    "Optional",
    "String",
    "Secret",
    "SecretString",
    "SecretStr",
    "SecretBox",
    "SecureString",
    "Zeroizing",
    "Password",
    "Token",
    "ApiKey",
    "Sensitive",
    "Protected",
    "Text",
    "Value",
    "Str",
    "str",
    "string",
    "bytes",
    "bytearray",
    "b",
    "u",
    "r",
    "N",
    "E",
]);
/// What dumps of PHP, Go, Erlang and C write before a value.
static LEADS: Starts = Starts::new(&[
    b"[]string",
    b"[]interface {}",
    b"<<",
    b"rejected value ",
    b"!!str ",
    b"!!binary ",
    b"@\"",
    b"$\"",
    b"&\"",
    b"*\"",
]);
/// Types of strings.
static STRINGS: Words = Words::new(&[
    "bytes",
    "char",
    "nsstring",
    "secretstring",
    "str",
    "string",
    "text",
]);
/// No declaration of one is longer.
const MAX_DECLARED: usize = 40;
/// How deep wrappers nest at most: `Some(Secret("…"))`.
const MAX_WRAPPERS: usize = 4;
/// The longest wrapper.
const MAX_WRAPPER: usize = 24;
/// The longest value that stands in brackets behind its name.
const MAX_BRACKETS: usize = 256;

/// A secret's name with the separator after it.
#[derive(Clone)]
pub(super) struct Site<'t> {
    /// The text up to the end of the line.
    pub(super) text: &'t [u8],
    pub(super) line: usize,
    pub(super) key: Key,
    pub(super) name: Range<usize>,
    /// The quote that closes the name, where it is quoted.
    pub(super) quotes: Option<Range<usize>>,
    pub(super) sign: Sign,
    /// Whether a blank stands after the separator.
    pub(super) spaced: bool,
    pub(super) around: Around,
    /// Where the value begins.
    pub(super) at: usize,
}

impl<'t> Site<'t> {
    /// The site where a separator follows the name.
    pub(super) fn after(named: &Named<'t>) -> Option<Self> {
        if let Some(site) = Self::tight(named) {
            return Some(site);
        }
        let (text, line) = (slice(named.text, 0..named.line.end), named.line.start);
        let name = named.name.clone();
        let (closed, quotes) = name_end(text, name.clone());
        if !opens_before(text, name.start, quotes.clone()) {
            return None;
        }
        let blanks = skip_blanks(text, closed);
        let previous = before(text, name.start);
        let (sign, sep) = match separator(text, blanks) {
            _ if let Some(end) = declared(text, closed) => (Sign::Assigns, end),
            Some(end) => (Sign::of(slice(text, blanks..end)), end),
            None => joined(text, name.clone(), quotes.clone(), closed)?,
        };
        // Markdown's stress may close behind the colon: `**Password:** x`.
        let is_stressed = byte(text, sep) == Some(b'*') && around_start(text, name.start, b'*');
        let sep = run(text, sep, |b| is_stressed && b == b'*');
        let encoded = byte(text, blanks) == Some(b'%');
        let at = match slice(text, sep..plus(sep, 3)) {
            b"%20" if encoded => plus(sep, 3),
            _ => skip_blanks(text, sep),
        };
        // As are those behind a variable of a template: `${value} -> Record`.
        let arrow = slice(text, blanks..sep);
        let is_graphic =
            sign::is_graphic(arrow) || (arrow == b"->" && byte(text, name.end) == Some(b'}'));
        if is_graphic && !is_opaque_at(text, at) {
            return None;
        }
        let is_bare = quotes.is_none();
        // `arn:aws:secretsmanager:…:secret:db`, `$token:tt`, `!MD5:!PSK:!RC4`.
        let is_segment =
            is_bare && at == sep && matches!(previous, Some(b':' | b'$' | b'!' | b'}'));
        let owner = before(text, name.start.saturating_sub(1));
        // `nodes[token] = node`, and Perl's `$token =~ …`.
        let is_index = is_bare
            && previous == Some(b'[')
            && blanks > closed
            && closed > name.end
            && owner.is_some_and(is_name);
        let is_match = blanks > closed && byte(text, sep) == Some(b'~');
        let is_path = || is_segment || is_path_or_url(text, line..name.start, sep);
        if is_index || is_match || (sign == Sign::Colon && is_path()) {
            return None;
        }
        let around = Around {
            query: matches!(previous, Some(b'?' | b'&')) && sign != Sign::Colon,
            encoded,
            ..around(previous)
        };
        Some(Self {
            text,
            line,
            key: named.key,
            sign,
            spaced: at > sep || blanks > closed,
            quotes,
            around,
            at,
            name,
        })
    }

    /// The site where an equals sign and nothing else stands between a name and its value, as mostly.
    fn tight(named: &Named<'t>) -> Option<Self> {
        let text = slice(named.text, 0..named.line.end);
        let equals = named.name.end;
        let at = plus(equals, 1);
        let goes_on = |b: u8| {
            matches!(
                b,
                b'=' | b'>' | b'&' | b'*' | b' ' | b'\t' | b'\x1b' | b'\\'
            )
        };
        // Quoted-printable writes `=3A` for a colon.
        byte(text, at).filter(|b| !goes_on(*b) && *b != b'3')?;
        let previous = before(text, named.name.start);
        (byte(text, equals) == Some(b'=')).then(|| Self {
            text,
            line: named.line.start,
            key: named.key,
            sign: Sign::Assigns,
            spaced: false,
            quotes: None,
            around: Around {
                query: matches!(previous, Some(b'?' | b'&')),
                ..around(previous)
            },
            at,
            name: named.name.clone(),
        })
    }

    /// `name: value`, as opposed to `name:value` and `name=value`.
    pub(super) fn is_prose(&self) -> bool {
        self.sign == Sign::Colon && self.spaced
    }

    /// `name=value`.
    pub(super) fn is_tight(&self) -> bool {
        self.sign == Sign::Assigns && !self.spaced
    }

    /// Where the value begins inside `Some(…)` and the like.
    pub(super) fn unwrapped(&self) -> usize {
        let mut at = self.at;
        for _ in 0..MAX_WRAPPERS {
            match wrapper_end(self.text, at) {
                Some(end) => at = skip_blanks(self.text, end),
                None => break,
            }
        }
        at
    }

    /// Whether a string begins with the name: `"DB_PASSWORD=…"`, which then is all that is in it.
    pub(super) fn opens_string(&self) -> bool {
        self.quotes.is_none()
            && self.sign == Sign::Assigns
            && before(self.text, self.name.start) == Some(b'"')
    }

    /// Whether nothing but blanks, marks of lists and words of declarations stand before the name
    /// on its line.
    pub(super) fn is_alone(&self) -> bool {
        const DECLARATIONS: &[&[u8]] = &[b"export", b"set", b"env", b"ENV", b"-x", b"declare"];
        let start = self.name.start.saturating_sub(MAX_WRAPPER).max(self.line);
        let lead = slice(self.text, start..self.name.start);
        let mut words = lead.split(|b| matches!(b, b' ' | b'\t'));
        start == self.line
            && words.all(|word| {
                DECLARATIONS.contains(&word)
                    // `admin password: …`
                    || keys::is_owner(word)
 || word.iter().all(|b| b"-+~*#$>\"'`[@:".contains(b))
            })
    }
}

/// What joins a name to the value after it without a separator, and where that ends.
fn joined(
    text: &[u8],
    name: Range<usize>,
    quotes: Option<Range<usize>>,
    closed: usize,
) -> Option<(Sign, usize)> {
    let blanks = skip_blanks(text, closed);
    let next = byte(text, blanks)?;
    let hyphens = run(text, name.start, |b| b == b'-').saturating_sub(name.start);
    let previous = before(text, name.start);
    let Some(quotes) = quotes else {
        return match previous {
            // After two blanks help explains the option.
            _ if hyphens == 2 => {
                let is_value = plus(closed, 1) == blanks && !b"-<|[".contains(&next);
                let lead = run_back(text, name.start, |b| b == b' ');
                let is_listed = next == b',' && matches!(before(text, lead), Some(b'[' | b','));
                let at = if is_listed {
                    skip_blanks(text, plus(blanks, 1))
                } else {
                    blanks
                };
                (is_value || is_listed).then_some((Sign::Option, at))
            }
            Some(b':') => (blanks > closed && next == b'"').then_some((Sign::Follows, blanks)),
            _ if closed == name.end && is_in_brackets(text, closed) => {
                Some((Sign::Assigns, closed))
            }
            _ => None,
        };
    };
    let comma = skip_blanks(text, plus(blanks, 1));
    if next == b',' && hyphens > 0 && Quote::at(text, comma).is_some() {
        return Some((Sign::Follows, comma));
    }
    if let Some(end) = serialized(text, closed) {
        return Some((Sign::Follows, end));
    }
    let is_listed = previous == Some(b'"') && is_in_list(text, name.start) && quotes.len() == 1;
    (is_listed && blanks > closed && next == b'"').then_some((Sign::Follows, blanks))
}

/// Where the string begins that a declaration gives a variable whose type stands behind its name:
/// `password string = "x"`, `password: &str = "x"`, `password[] = "x"`.
fn declared(text: &[u8], at: usize) -> Option<usize> {
    if !matches!(byte(text, at), Some(b' ' | b':' | b'[')) {
        return None;
    }
    let window = slice(text, 0..plus(at, MAX_DECLARED).min(text.len()));
    let word = run(window, at, |b| b": &*".contains(&b));
    let end = run(window, word, |b| b.is_ascii_alphanumeric());
    let size = run(window, end, |b| b"[]?".contains(&b) || b.is_ascii_digit());
    let is_type = STRINGS.has_in_any_case(slice(window, word..end)) || (end == at && size > end);
    let sign = skip_blanks(window, size);
    let value = skip_blanks(window, plus(sign, 1));
    let is_given = byte(window, sign) == Some(b'=') && Quote::at(text, value).is_some();
    // A name that a program has made up: `"$serde_json::private::Number"`.
    let near = value..plus(value, MAX_WRAPPER).min(text.len());
    let is_path = || search(text, near, b"::").is_some();
    (is_type && is_given && !is_path()).then_some(value)
}

/// Whether a value stands in brackets at `at`, as in `user[ada] password[…]`, rather than an index,
/// the process of a program, or the type of a list.
fn is_in_brackets(text: &[u8], at: usize) -> bool {
    if byte(text, at) != Some(b'[') {
        return false;
    }
    let from = plus(at, 1);
    let window = slice(text, 0..plus(from, MAX_BRACKETS).min(text.len()));
    let end = run(window, from, |b| b != b']' && b > b' ');
    let value = slice(window, from..end);
    let after = byte(window, plus(end, 1));
    let is_one = value.len() >= 4
        && !value.iter().all(u8::is_ascii_lowercase)
        && !value.iter().any(|b| b"\"'`:$[{(".contains(b));
    byte(window, end) == Some(b']')
        && is_one
        && after.is_none_or(|b| b == b' ' || b == b',' || b == b';')
}

/// Past `;s:7:`, with which PHP's serialize says how long the next string is.
fn serialized(text: &[u8], at: usize) -> Option<usize> {
    let window = slice(text, 0..plus(at, MAX_WRAPPER).min(text.len()));
    let digits = plus(at, 3);
    let end = run(window, digits, |b| b.is_ascii_digit());
    let is_length = slice(window, at..digits) == b";s:" && end > digits;
    (is_length && byte(window, end) == Some(b':')).then_some(plus(end, 1))
}

/// What the byte before a name says about the end of its value.
fn around(previous: Option<u8>) -> Around {
    Around {
        until: previous.filter(|b| matches!(b, b'|' | b'^' | b'~')),
        ..Around::default()
    }
}

/// Where a constructor, a type or an address before the value at `at` ends.
fn wrapper_end(text: &[u8], at: usize) -> Option<usize> {
    let text = slice(text, 0..plus(at, MAX_WRAPPER).min(text.len()));
    let here = rest(text, at);
    if let Some(lead) = LEADS.of(here) {
        let quote = usize::from(lead.ends_with(b"\""));
        return Some(plus(at, lead.len()).saturating_sub(quote));
    }
    let is_quoted =
        |at| byte(text, skip_blanks(text, at)).is_some_and(|b| matches!(b, b'"' | b'('));
    // `(string) (len=7) "…"`, `0x55d0c8b7 "…"`.
    let described = match here.first() {
        Some(b'(') => {
            let is_type = |b: u8| b.is_ascii_alphanumeric() || b"=*.[]_ ".contains(&b);
            let end = run(text, plus(at, 1), is_type);
            (byte(text, end) == Some(b')')).then_some(plus(end, 1))
        }
        Some(b'0') => here
            .starts_with(b"0x")
            .then(|| run(text, plus(at, 2), |b| b.is_ascii_hexdigit())),
        _ => None,
    };
    if let Some(end) = described {
        return (byte(text, end) == Some(b' ') && is_quoted(end)).then_some(end);
    }
    let end = run(text, at, |b| b.is_ascii_alphabetic());
    let word = slice(text, at..end);
    if !WRAPPERS.has(word) {
        return None;
    }
    // PHP's `string(7) "…"`.
    let digits = run(text, plus(end, 1), |b| b.is_ascii_digit());
    let sized = slice(text, digits..plus(digits, 2)) == b") " && digits > plus(end, 1);
    match byte(text, end) {
        Some(b'(') if sized && is_quoted(plus(digits, 1)) => Some(plus(digits, 2)),
        Some(b'(' | b'[') => Some(plus(end, 1)),
        Some(b'"' | b'\'') if end == plus(at, 1) => Some(end),
        _ => None,
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

/// Whether a string or a word with a digit or a sign stands at `at`.
fn is_opaque_at(text: &[u8], at: usize) -> bool {
    let window = slice(text, 0..plus(at, MAX_BRACKETS).min(text.len()));
    let end = run(window, at, |b| !is_blank(b));
    let is_sign = |b: &u8| b.is_ascii_digit() || b"!@#$%^&*+~".contains(b);
    Quote::at(text, at).is_some() || slice(window, at..end).iter().any(is_sign)
}
