//! Credentials in connection strings that name nothing: Go's `user:password@tcp(host)/db`, Oracle's
//! `user/password@host`, and the arguments of functions that connect. Those of ADO.NET, ODBC, libpq
//! and JDBC are pairs, which the names of their members find.

use core::ops::Range;

use super::{
    bytes::{before, byte, is_blank, plus, run, run_back, skip_blanks, slice},
    finding::Kind::Password,
    phrases::Phrase,
    spans::Spans,
    values::{self, Quote},
};

/// What stands between password and host in the driver of MySQL for Go.
pub(super) const NETWORKS: &[&str] = &["@tcp(", "@tcp6(", "@unix(", "@udp(", "@cloudsql("];
/// What Oracle's drivers begin their strings with.
pub(super) const ORACLE: &[&str] = &["jdbc:oracle:thin:", "jdbc:oracle:oci:", "jdbc:oracle:oci8:"];
/// The longest user and password together that are looked for before a network.
const MAX_PAIR: usize = 256;

/// Functions that take a password, and which argument it is, from zero. To teach one, add a line.
#[rustfmt::skip]
const FUNCTIONS: &[(&str, usize)] = &[
    ("getconnection(", 2),
    ("new pdo(", 2),
    ("dbi->connect(", 2),
    ("mysqli_connect(", 2),
    ("new mysqli(", 2),
    ("mysql_connect(", 2),
    ("mysqldb.connect(", 2),
    ("pymysql.connect(", 2),
    ("oci_connect(", 1),
    ("odbc_connect(", 2),
    ("oracledb.connect(", 1),
    ("cx_oracle.connect(", 1),
    ("passwordauthenticator(", 1),
    ("passwordauthentication(", 1),
    ("passwordcredentials(", 1),
    ("passwordcredential(", 1),
    ("passwordauthenticationtoken(", 1),
    ("plainauthprovider(", 1),
    ("plaintextauthprovider(", 1),
    ("networkcredential(", 1),
    ("httpbasicauth(", 1),
    ("basicauth(", 1),
    ("basic_auth(", 1),
    ("authtokens.basic(", 1),
    ("graphdatabase.auth(", 1),
    ("ftp_login(", 2),
    ("ssh2_auth_password(", 2),
    ("ldap_bind(", 2),
    ("simple_bind_s(", 1),
    ("imap_open(", 2),
    ("aws.credentials(", 1),
    ("basicawscredentials(", 1),
    ("awsbasiccredentials.create(", 1),
    ("newstaticcredentials(", 1),
    ("newstaticcredentialsprovider(", 1),
    (".login(", 1),
    (".authenticate(", 1),
];
/// The longest argument before the password.
const MAX_ARGUMENT: usize = 256;

/// How the functions open.
pub(super) const CALLS: &[&str] = &calls();

#[allow(clippy::indexing_slicing, reason = "both lists have this length")]
#[allow(clippy::arithmetic_side_effects, reason = "and the index is below it")]
const fn calls() -> [&'static str; FUNCTIONS.len()] {
    let mut calls = [""; FUNCTIONS.len()];
    let mut row = 0;
    while row < FUNCTIONS.len() {
        calls[row] = FUNCTIONS[row].0;
        row += 1;
    }
    calls
}

/// Replaces the password before a network: what follows the first colon of the word.
pub(super) fn go(phrase: &Phrase<'_>, spans: &mut Spans) -> Option<usize> {
    let from = phrase.at.saturating_sub(MAX_PAIR).max(phrase.line.start);
    let near = slice(phrase.text, from..phrase.at);
    let start = run_back(near, near.len(), |b| {
        !is_blank(b) && !matches!(b, b'"' | b'\'' | b'`' | b'<' | b'>' | b'(')
    });
    let pair = slice(near, start..near.len());
    let colon = run(pair, 0, |b| b != b':');
    // A name that the string stands under, and the scheme of a URL, have a colon of their own.
    let from = plus(from, plus(start, plus(colon, 1)));
    let is_url = slice(phrase.text, from..plus(from, 2)) == b"//";
    let user = match is_url {
        true => run(slice(phrase.text, 0..phrase.at), plus(from, 2), |b| {
            b != b':'
        }),
        false => from.saturating_sub(1),
    };
    password(phrase.text, plus(user, 1)..phrase.at, spans)
}

/// Replaces the password between the slash and the `@` of Oracle's strings.
pub(super) fn oracle(phrase: &Phrase<'_>, spans: &mut Spans) -> Option<usize> {
    let text = slice(phrase.text, 0..phrase.line.end);
    let opener = ORACLE.iter().find(|o| stands(text, phrase.at, o))?;
    let start = plus(phrase.at, opener.len());
    let near = slice(text, 0..plus(start, MAX_PAIR).min(text.len()));
    let slash = run(near, start, |b| {
        b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$' | b'#' | b'.' | b'-')
    });
    let at = run(near, slash, |b| b != b'@' && !is_blank(b));
    let is_pair = byte(near, slash) == Some(b'/') && byte(near, at) == Some(b'@') && slash > start;
    is_pair.then_some(())?;
    // Of several signs the last is the one before the host.
    let end = run(near, at, |b| {
        !is_blank(b) && !matches!(b, b'"' | b'\'' | b'?' | b'/' | b'(')
    });
    let host = run_back(slice(near, at..end), end.saturating_sub(at), |b| b != b'@');
    password(
        text,
        plus(slash, 1)..plus(at, host.saturating_sub(1)),
        spans,
    )
}

/// Replaces the argument of a function that is a password.
pub(super) fn call(phrase: &Phrase<'_>, spans: &mut Spans) -> Option<usize> {
    let text = slice(phrase.text, 0..phrase.line.end);
    let (opener, nth) = FUNCTIONS
        .iter()
        .find(|row| stands(text, phrase.at, row.0))?;
    let is_name = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    if !opener.starts_with('.') && before(text, phrase.at).is_some_and(is_name) {
        return None;
    }
    let mut at = plus(phrase.at, opener.len());
    for _ in 0..*nth {
        let near = slice(text, 0..plus(at, MAX_ARGUMENT).min(text.len()));
        at = argument_end(near, skip_blanks(near, at))?;
    }
    let (quote, from) = Quote::at(text, skip_blanks(text, at))?;
    let near = slice(text, 0..plus(from, MAX_ARGUMENT).min(text.len()));
    let (to, end) = quote.close(near, from);
    let after = skip_blanks(text, end);
    (end > to && matches!(byte(text, after), Some(b')' | b',' | b';'))).then_some(())?;
    password(text, from..to, spans)
}

/// Where the argument at `at` ends with the comma behind it: a string or a name.
fn argument_end(text: &[u8], at: usize) -> Option<usize> {
    let end = match Quote::at(text, at) {
        Some((quote, from)) => quote.close(text, from).1,
        None => run(text, at, |b| {
            b.is_ascii_alphanumeric() || b"_.$:>-[]'".contains(&b)
        }),
    };
    let comma = skip_blanks(text, end);
    (byte(text, comma) == Some(b',')).then_some(plus(comma, 1))
}

fn password(text: &[u8], range: Range<usize>, spans: &mut Spans) -> Option<usize> {
    let end = range.end;
    let value = slice(text, range.clone());
    (!value.is_empty() && !values::is_placeholder(value)).then(|| spans.add(range, Password))?;
    Some(end)
}

fn stands(text: &[u8], at: usize, opener: &str) -> bool {
    slice(text, at..plus(at, opener.len())).eq_ignore_ascii_case(opener.as_bytes())
}
