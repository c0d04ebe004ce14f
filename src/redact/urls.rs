//! Secrets in URLs: passwords and tokens in the user information (RFC 3986 §3.2.1), and what
//! [`paths`] finds behind it. The user stays.

pub(super) mod paths;
mod signs;

use core::ops::Range;

use memchr::memmem;

use super::{
    bytes::{Words, byte, find_byte, is_blank, plus, rest, run, run_back, search, slice},
    finding::Kind,
    spans::Spans,
    tokens, values,
};
use signs::{ENCODED, JSON, PLAIN, PROPERTIES, SIP, SIPS, Signs};

/// The longest user of a URL.
const MAX_USER: usize = 256;
/// The longest host, and the longest authority that is percent-encoded or has signs unescaped.
const MAX_HOST: usize = 255;
const MAX_AUTHORITY: usize = 256;
/// A user without a password is a token from this length on.
const MIN_TOKEN: usize = 20;

/// What a URL with a user begins with, for the gate.
pub(super) const OPENERS: &[&[u8]] = &[PLAIN.slashes, JSON.slashes, SIP.slashes, SIPS.slashes];

/// What the gate searches for beside the at sign.
pub(super) const LITERALS: &[&str] = &["%40", "%2540"];

/// Passwords that say that the user is a token.
const NO_PASSWORDS: &[&[u8]] = &[
    b"",
    b"x",
    b"X",
    b"x-oauth-basic",
    b"api_token",
    b"oauth2",
    b"token",
];

/// What documentation writes for a user and a password: both are the words for them.
static EXAMPLE_USERS: Words = Words::new(&[
    "USER",
    "USERNAME",
    "login",
    "myuser",
    "name",
    "user",
    "user_name",
    "username",
    "usr",
]);
static EXAMPLE_PASSWORDS: Words = Words::new(&[
    "PASS",
    "PASSWORD",
    "mypass",
    "mypassword",
    "pass",
    "passwd",
    "password",
    "pw",
    "pwd",
]);

/// Where a key stands as a user that pages show to everybody (Sentry's "DSN": the secret half is not
/// used any more).
const SENTRY: &[u8] = b".sentry.io";

/// Schemes of servers, whose hosts may be bare names: `redis://default:…@cache`. Of `a+b` either.
#[rustfmt::skip]
const SCHEMES: &[&str] = &[
    "amqp", "amqps", "bolt", "cassandra", "cifs", "clickhouse", "cockroachdb", "couchbase",
    "couchbases", "couchdb", "dav", "davs", "db2", "elasticsearch", "etcd", "ftp", "ftps", "git",
    "hive", "http", "https", "imap", "imaps", "influxdb", "irc", "ircs", "kafka", "ldap", "ldaps",
    "mariadb", "memcached", "mongodb", "mqtt", "mqtts", "mssql", "mysql", "nats", "neo4j",
    "opensearch", "oracle", "pg", "pop3", "pop3s", "postgres", "postgresql", "presto", "proxy",
    "rabbitmq", "redis", "rediss", "redshift", "rtmp", "rtsp", "rtsps", "s3", "scylla", "sftp",
    "smb", "smtp", "smtps", "snowflake", "socks", "socks4", "socks5", "socks5h", "sqlserver", "ssh",
    "stomp", "svn", "tcp", "telnet", "trino", "turn", "valkey", "vault", "vnc", "ws", "wss", "xmpp",
    "zookeeper",
];

/// Finds the passwords of the URLs in a line, in which an [opener](OPENERS) stands at each of
/// `opened`, with its number.
pub(super) fn find(
    line: &[u8],
    opened: impl Iterator<Item = (usize, usize)> + Clone,
    spans: &mut Spans,
) {
    for (row, signs) in [PLAIN, JSON, SIP, SIPS].into_iter().enumerate() {
        let at = opened.clone().filter(|hit| hit.1 == row).map(|hit| hit.0);
        find_as(line, at, signs, spans);
    }
    let escaped = opened
        .filter(|hit| hit.1 == 0)
        .filter_map(|hit| hit.0.checked_sub(1));
    let escaped = escaped.filter(|at| byte(line, *at) == Some(b'\\'));
    find_as(line, escaped, PROPERTIES, spans);
}

/// Finds those in a line in which a sign is percent-encoded.
pub(super) fn find_encoded(line: &[u8], spans: &mut Spans) {
    if find_byte(line, 0..line.len(), b'%').is_none() {
        return;
    }
    for signs in ENCODED {
        find_as(line, memmem::find_iter(line, signs.slashes), signs, spans);
    }
}

fn find_as(
    line: &[u8],
    opened: impl Iterator<Item = usize>,
    signs: &'static Signs,
    spans: &mut Spans,
) {
    // What was replaced, or has no `@`, is not looked at again; nor is the end of a URL that
    // holds others searched for again.
    let (mut done, mut end) = (0, 0);
    for found in opened {
        let start = plus(found, signs.slashes.len());
        if start < done {
            continue;
        }
        if start > end {
            end = run(line, start, |b| !ends_url(b));
        }
        let url = Url {
            text: slice(line, 0..end),
            signs,
            found,
            start,
        };
        done = match search(line, start..end, signs.at) {
            Some(_) if signs.at.len() == 1 => url.plain(spans),
            Some(_) => url.encoded(spans),
            None => end,
        };
    }
}

/// A URL in a text that ends where it does.
struct Url<'t> {
    text: &'t [u8],
    signs: &'static Signs,
    /// Where the scheme ends.
    found: usize,
    /// Where the authority starts.
    start: usize,
}

impl Url<'_> {
    /// Replaces the secret of a URL that is percent-encoded, whose signs are told from those of the
    /// password, and says how far the text has been looked at.
    fn encoded(&self, spans: &mut Spans) -> usize {
        let limit = plus(self.start, MAX_AUTHORITY).min(self.text.len());
        let ends = self.signs.ends.iter();
        let ends = ends.filter_map(|end| search(self.text, self.start..limit, end));
        let end = ends.min().unwrap_or(limit);
        let authority = slice(self.text, self.start..end);
        let Some(at) = memmem::rfind(authority, self.signs.at) else {
            return end;
        };
        let to = plus(self.start, at);
        match memmem::find(slice(authority, 0..at), self.signs.colon) {
            Some(colon) => {
                let user = self.start..plus(self.start, colon);
                self.add(
                    user,
                    plus(self.start, plus(colon, self.signs.colon.len()))..to,
                    spans,
                );
            }
            None => self.user(self.start..to, spans),
        }
        to
    }

    /// Replaces the password from the first colon to the last `@` of the authority, which may go on
    /// where the password has its signs, and says how far the text has been looked at.
    fn plain(&self, spans: &mut Spans) -> usize {
        let (text, start) = (self.text, self.start);
        let end = run(text, start, |b| !matches!(b, b'/' | b'?' | b'#'));
        let near = slice(text, 0..plus(start, MAX_USER).min(text.len()));
        let colon = run(near, start, |b| !matches!(b, b':' | b'@' | b'/' | b'['));
        match byte(text, colon) {
            Some(b':') => {}
            Some(b'@') => {
                self.user(start..colon, spans);
                return plus(colon, 1);
            }
            _ => return colon,
        }
        if self.is_drive(start..colon) {
            return end;
        }
        let from = plus(colon, 1);
        let is_port = run(text, from, |b| b.is_ascii_digit()) == end;
        let to = match last_at(text, from..end) {
            Some(at) if self.is_host(plus(at, 1), end) => Some(at),
            Some(at) => self
                .later(from, plus(at, 1))
                .or(Some(at))
                .filter(|at| self.may_end(*at)),
            None if is_port => return end,
            None => self.later(from, end).or_else(|| self.bare(from, end)),
        };
        let Some(to) = to else {
            return text.len();
        };
        self.add(start..colon, from..to, spans);
        to
    }

    /// The first `@` behind `at` that a host follows: signs of the URL before it are the password's.
    fn later(&self, from: usize, at: usize) -> Option<usize> {
        let limit = plus(from, MAX_AUTHORITY).min(self.text.len());
        let (mut seen, mut at) = (from, at);
        loop {
            at = find_byte(self.text, at..limit, b'@')?;
            if search(self.text, seen..at, b"//").is_some() {
                return None;
            }
            let host = plus(at, 1);
            let near = slice(self.text, 0..plus(host, MAX_HOST).min(self.text.len()));
            let end = run(near, host, |b| {
                !matches!(
                    b,
                    b'/' | b'?' | b'#' | b'@' | b'%' | b'$' | b'!' | b'&' | b'='
                )
            });
            let ends = byte(near, end).is_none_or(|b| matches!(b, b'/' | b'?' | b'#'));
            if ends && self.is_host(host, end) {
                return Some(at);
            }
            (seen, at) = (at, host);
        }
    }

    /// The first `@` behind `at` where the scheme is a server's, whose host may be a bare name.
    fn bare(&self, from: usize, at: usize) -> Option<usize> {
        let limit = plus(from, MAX_AUTHORITY).min(self.text.len());
        let at = find_byte(self.text, at..limit, b'@')?;
        let is_web = slice(self.text, self.found.saturating_sub(5)..self.found);
        let is_web = is_web.ends_with(b"http") || is_web.ends_with(b"https");
        let is_path = search(self.text, from..at, b"//").is_some();
        (!is_web && !is_path && self.is_known() && self.may_end(at)).then_some(at)
    }

    /// Whether a host stands from `at` to `end` and nothing else: a name with dots, a port or a
    /// bracket, no digest and no version.
    fn is_host(&self, at: usize, end: usize) -> bool {
        let host = slice(self.text, at..end);
        let is_name =
            |b: &u8| b.is_ascii_alphanumeric() || b"-_.:,[]()\\%".contains(b) || *b >= 0x80;
        let has_letter = host.iter().any(u8::is_ascii_alphabetic);
        let is_address = host.iter().filter(|b| **b == b'.').count() == 3;
        let is_good = host.contains(&b'.') || host.contains(&b':') || host == b"localhost";
        let mut ports = host.split(|b| *b == b':').skip(1);
        // Behind a comma the next of several hosts follows.
        let is_port =
            |port: &[u8]| port.first().is_none_or(u8::is_ascii_digit) || host.contains(&b'[');
        host.iter().all(is_name)
            && ports.all(is_port)
            && is_good
            && (has_letter || is_address || host.starts_with(b"["))
            && !host.starts_with(b"sha")
    }

    /// Whether the authority may end with a bare name behind the `@` at `at`.
    fn may_end(&self, at: usize) -> bool {
        let host = plus(at, 1);
        let is_digest = rest(self.text, host).starts_with(b"sha256:")
            || rest(self.text, host).starts_with(b"sha512:");
        let end = run(self.text, host, |b| {
            b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')
        });
        let goes_on = matches!(
            byte(self.text, end),
            Some(b'/' | b':' | b'?' | b'#' | b'\\' | b'.')
        );
        !is_digest && (goes_on || self.is_known())
    }

    /// Whether the scheme is one of a server.
    fn is_known(&self) -> bool {
        let is_scheme = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'.' | b'-' | b':');
        let near = slice(self.text, self.found.saturating_sub(32)..self.found);
        let scheme = slice(near, run_back(near, near.len(), is_scheme)..near.len());
        let mut parts = scheme.split(|b| matches!(b, b'+' | b':'));
        let is_sip = self.signs.slashes.starts_with(b"sip");
        is_sip
            || parts.any(|part| {
                SCHEMES
                    .iter()
                    .any(|s| part.eq_ignore_ascii_case(s.as_bytes()))
            })
    }

    /// `C:` before a backslash; before a slash it is a host with an empty port.
    fn is_drive(&self, user: Range<usize>) -> bool {
        let letter = byte(self.text, user.start).is_some_and(|b| b.is_ascii_uppercase());
        user.len() == 1 && letter && byte(self.text, plus(user.end, 1)) == Some(b'\\')
    }

    /// Replaces a password, or the user where the password says that there is none.
    fn add(&self, user: Range<usize>, password: Range<usize>, spans: &mut Spans) {
        let value = slice(self.text, password.clone());
        if EXAMPLE_USERS.has(slice(self.text, user.clone())) && EXAMPLE_PASSWORDS.has(value) {
            return;
        }
        if NO_PASSWORDS.contains(&value) && self.is_token(&user) {
            spans.add(user, Kind::Token);
        } else if !values::is_placeholder(value) {
            spans.add(password, Kind::Password);
        }
    }

    /// Replaces a user without a password that is a token.
    fn user(&self, user: Range<usize>, spans: &mut Spans) {
        let host = plus(user.end, self.signs.at.len());
        let host = host..run(self.text, host, |b| {
            b.is_ascii_alphanumeric() || b"-.".contains(&b)
        });
        if slice(self.text, host).ends_with(SENTRY) {
            return;
        }
        let scheme = slice(self.text, self.found.saturating_sub(5)..self.found);
        if (scheme.ends_with(b"http") || scheme.ends_with(b"https")) && self.is_token(&user) {
            spans.add(user, Kind::Token);
        }
    }

    fn is_token(&self, user: &Range<usize>) -> bool {
        let user = slice(self.text, user.clone());
        // A token with other signs has them percent-encoded.
        let is_encoded = user.contains(&b'%');
        let is_sign = |b: &u8| matches!(b, b'_' | b'-') || (is_encoded && matches!(b, b'%' | b'.'));
        let is_word = user.iter().all(|b| b.is_ascii_alphanumeric() || is_sign(b));
        is_word && user.len() >= MIN_TOKEN && tokens::is_random(user)
    }
}

fn last_at(text: &[u8], range: Range<usize>) -> Option<usize> {
    let near = slice(text, range.clone());
    let last = run_back(near, near.len(), |b| b != b'@');
    last.checked_sub(1).map(|at| plus(range.start, at))
}

/// What no URL in a log goes on after.
fn ends_url(byte: u8) -> bool {
    is_blank(byte) || matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'`')
}
