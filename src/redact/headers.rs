//! Authorization headers and cookies: the scheme and the names stay, what lets one in goes.

use core::ops::Range;

use super::{
    base64,
    bytes::{
        Words, before, byte, is_name, letters_digits_and, plus, rest, run, skip_blanks, slice,
    },
    finding::Kind,
    keys::Demand,
    phrases::Phrase,
    rules,
    spans::{self, Spans},
    values::{self, Around},
};

/// Schemes that are followed by one secret (IANA's registry of HTTP authentication schemes, and
/// those that products invented).
static SCHEMES: Words = Words::new(&[
    "bearer",
    "basic",
    "token",
    "apikey",
    "api-key",
    "jwt",
    "key",
    "negotiate",
    "ntlm",
    "dpop",
    "hoba",
    "privatetoken",
    "splunk",
    "sso-key",
    "genie-key",
    "access_token",
    "bot",
]);
/// Schemes that are followed by parameters, a secret or its proof among them.
static PARAMETERS: Words = Words::new(&[
    "digest",
    "oauth",
    "hawk",
    "mutual",
    "scram-sha-1",
    "scram-sha-256",
    "vapid",
    "signature",
    "aws4-hmac-sha256",
    "aws4-ecdsa-p256-sha256",
    "sharedkey",
    "sharedkeylite",
    "sharedaccesssignature",
    "goog4-rsa-sha256",
    "goog4-hmac-sha256",
    "hmac-sha256",
    "aws",
]);
/// The longest of these.
const MAX_SCHEME: usize = 24;
/// What a cookie is set with beside its value (RFC 6265 §4.1.2 and later ones).
static ATTRIBUTES: Words = Words::new(&[
    "path",
    "domain",
    "expires",
    "max-age",
    "samesite",
    "secure",
    "httponly",
    "partitioned",
    "priority",
    "version",
    "comment",
]);
/// Cookies that keep what a visitor likes, where they are short.
static PREFERENCES: Words = Words::new(&[
    "cookieconsent",
    "consent",
    "cookie_consent",
    "country",
    "currency",
    "dark_mode",
    "darkmode",
    "hl",
    "l",
    "lang",
    "language",
    "layout",
    "lc",
    "locale",
    "mode",
    "region",
    "remember",
    "seen",
    "style",
    "theme",
    "timezone",
    "tz",
    "ui",
    "user",
    "username",
    "view",
]);
/// What such a cookie keeps is no longer.
const MAX_PREFERENCE: usize = 16;
/// A longer name of a cookie is none: browsers take 4,096 bytes for name and value.
const MAX_COOKIE_NAME: usize = 256;
/// A cookie has each attribute once.
const MAX_ATTRIBUTES: usize = 11;
/// An attribute longer than this ends the header.
const MAX_ATTRIBUTE: usize = 256;
/// A basic credential longer than this is looked at as far as this.
const MAX_BASIC: usize = 512;

/// The schemes that [`lone`] looks for where no header's name stands before them.
pub(super) const LONE_SCHEMES: &[&str] = &["bearer", "basic"];

/// Where the secret starts that follows a scheme and blanks at the start of `range`.
pub(super) fn scheme_end(text: &[u8], range: Range<usize>) -> Option<usize> {
    after_scheme(text, range, &SCHEMES)
}

fn after_scheme(text: &[u8], range: Range<usize>, schemes: &Words) -> Option<usize> {
    let text = slice(text, 0..range.end);
    let window = slice(text, 0..plus(range.start, MAX_SCHEME).min(text.len()));
    let end = run(window, range.start, |b| is_name(b) && b != b'.');
    let name = slice(text, range.start..end);
    let blanks = match skip_blanks(text, end) {
        at if at > end => at,
        _ if rest(text, end).starts_with(b"%20") => plus(end, 3),
        _ => return None,
    };
    (schemes.has_in_any_case(name) && blanks < range.end).then_some(blanks)
}

/// Whether no secret follows: `'Basic ' + credentials`.
fn is_scheme(value: &[u8]) -> bool {
    SCHEMES.has_in_any_case(value) || PARAMETERS.has_in_any_case(value)
}

/// Replaces what follows the scheme in a header whose value is `range`.
pub(super) fn authorization(text: &[u8], range: Range<usize>, spans: &mut Spans) {
    let scheme = scheme_end(text, range.clone());
    let from = scheme
        .or_else(|| after_scheme(text, range.clone(), &PARAMETERS))
        .unwrap_or(range.start);
    let value = slice(text, from..range.end);
    if !values::is_placeholder(value) && !is_scheme(value.trim_ascii_end()) {
        spans
            .by(rules::HEADER)
            .add(from..range.end, Kind::Authorization);
    }
}

/// The same where nothing delimits the header's value; says how far it was replaced.
pub(super) fn bare_authorization(text: &[u8], at: usize, spans: &mut Spans) -> usize {
    let bracket = byte(text, at) == Some(b'[') && spans::mark_end(text, at).is_none();
    let at = plus(at, usize::from(bracket));
    let line = at..text.len();
    let scheme = scheme_end(text, line.clone());
    let parameters =
        after_scheme(text, line, &PARAMETERS).or(scheme.filter(|from| has_parameters(text, *from)));
    let from = parameters.or(scheme).unwrap_or(at);
    let end = match parameters {
        Some(from) => parameters_end(text, from),
        None => values::bare_end(text, from, Around::default()),
    };
    let value = slice(text, from..end);
    if values::is_placeholder(value) || values::is_sentence(text, from..end) {
        return 0;
    }
    spans.by(rules::HEADER).add(from..end, Kind::Authorization);
    end
}

/// Whether a name and a quoted value stand at `at`: `Token token="…"`.
fn has_parameters(text: &[u8], at: usize) -> bool {
    let name = run(text, at, is_name);
    values::pair_follows(text, at, b"=") && values::Quote::at(text, plus(name, 1)).is_some()
}

/// Where parameters end: at the end of the line, or at a quote that opens none of their values.
fn parameters_end(text: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(b) = byte(text, at) {
        let opened = before(text, at) == Some(b'=');
        at = match values::Quote::at(text, at) {
            Some((quote, inner)) if opened => quote.close(text, inner).1,
            Some(_) => return at,
            None if b == b'\\' && byte(text, plus(at, 1)) == Some(b'n') => return at,
            None => plus(at, 1),
        };
    }
    at
}

/// Replaces the values of the cookies in `range`, names kept.
pub(super) fn cookies(text: &[u8], range: Range<usize>, demand: Demand, spans: &mut Spans) {
    let text = slice(text, 0..range.end);
    let mut at = range.start;
    while at < text.len() {
        let end = run_until(text, at, |at| is_cookie_end(text, at));
        let name = skip_blanks(text, at);
        let equals = run(slice(text, 0..end), name, |b| b != b'=');
        // A cookie may have no name; an attribute may have no value.
        let value = match demand {
            Demand::Cookies if equals == end => name..end,
            _ => plus(equals, 1)..end,
        };
        let is_first = at == range.start;
        if (is_first || !is_attribute(slice(text, name..equals), demand))
            && !is_preference(slice(text, name..equals), slice(text, value.clone()))
            && !values::is_placeholder(slice(text, value.clone()))
        {
            spans.by(rules::HEADER).add(value, Kind::Cookie);
        }
        at = plus(end, 1);
    }
}

/// Where from `at` on `ends` says so.
fn run_until(text: &[u8], at: usize, ends: impl Fn(usize) -> bool) -> usize {
    (at..text.len()).find(|at| ends(*at)).unwrap_or(text.len())
}

/// A semicolon, or the comma by which several headers were folded into one.
fn is_cookie_end(text: &[u8], at: usize) -> bool {
    match byte(text, at) {
        Some(b';') => true,
        Some(b',') => values::pair_follows(text, skip_blanks(text, plus(at, 1)), b"="),
        _ => false,
    }
}

/// The same where nothing delimits the header's value; says how far it was replaced. None where no
/// cookie stands.
pub(super) fn bare_cookies(
    text: &[u8],
    at: usize,
    demand: Demand,
    spans: &mut Spans,
) -> Option<usize> {
    let around = Around {
        list: true,
        ..Around::default()
    };
    let mut at = plus(at, usize::from(byte(text, at) == Some(b'[')));
    let mut replaced = None;
    let mut attributes = 0;
    // The first is a cookie whatever its name, so that what is looked at is replaced. What is not
    // is bounded: the next name in it would look at it again.
    while attributes <= MAX_ATTRIBUTES {
        let near = slice(text, 0..plus(at, MAX_COOKIE_NAME).min(text.len()));
        let equals = run(near, at, is_cookie_name);
        let value = plus(equals, 1);
        let mut end = equals;
        if replaced.is_some() && is_attribute(slice(text, at..equals), demand) {
            end = attribute_end(text, equals);
            attributes = plus(attributes, 1);
        } else if byte(text, equals) == Some(b'=') && equals > at {
            end = values::bare_end(text, value, around);
            let content = slice(text, value..end);
            if !values::is_placeholder(content) && !is_preference(slice(text, at..equals), content)
            {
                spans.by(rules::HEADER).add(value..end, Kind::Cookie);
            }
            (replaced, attributes) = (Some(end), 0);
        } else {
            attributes = plus(attributes, 1);
        }
        if !is_cookie_end(text, end) {
            return replaced;
        }
        at = skip_blanks(text, plus(end, 1));
    }
    replaced
}

/// Where the attribute ends whose name ends at `at`. The date of `Expires` has a comma and blanks.
fn attribute_end(text: &[u8], at: usize) -> usize {
    let window = slice(text, 0..plus(at, MAX_ATTRIBUTE).min(text.len()));
    run(window, at, |b| {
        b.is_ascii_alphanumeric() || b"= ,:+-/._%".contains(&b)
    })
}

/// The characters of a token (RFC 9110 §5.6.2) without quotes.
fn is_cookie_name(byte: u8) -> bool {
    static SET: [bool; 256] = letters_digits_and(b"!#$%&*+-.^_|~[]:");
    SET.get(usize::from(byte)) == Some(&true)
}

fn is_attribute(name: &[u8], demand: Demand) -> bool {
    demand == Demand::SetCookie && ATTRIBUTES.has_in_any_case(name)
}

fn is_preference(name: &[u8], value: &[u8]) -> bool {
    value.len() <= MAX_PREFERENCE && PREFERENCES.has_in_any_case(name)
}

/// Replaces the Bearer or Basic credential that a phrase opens, wherever it stands.
pub(super) fn lone(phrase: &Phrase<'_>, spans: &mut Spans) -> Option<usize> {
    let text = slice(phrase.text, 0..phrase.line.end);
    if before(text, phrase.at).is_some_and(is_name) {
        return None;
    }
    let from = scheme_end(text, phrase.at..text.len())?;
    let end = credential_end(text, phrase.at, from)?;
    spans.by(rules::HEADER).add(from..end, Kind::Authorization);
    Some(end)
}

/// Where the credential at `from` ends, if it is one: prose has words after `Bearer` and `Basic`.
fn credential_end(text: &[u8], scheme: usize, from: usize) -> Option<usize> {
    if slice(text, scheme..plus(scheme, "bearer".len())).eq_ignore_ascii_case(b"bearer") {
        return values::opaque_end(text, from);
    }
    let body = run(text, from, base64::is_base64);
    let decoded = base64::decode(slice(text, from..body.min(plus(from, MAX_BASIC))));
    let is_pair = decoded.contains(&b':') && decoded.iter().all(|b| *b >= b' ' && *b != 0x7f);
    is_pair.then(|| run(text, body, |b| b == b'='))
}
