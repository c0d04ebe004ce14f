//! What both kinds of otpauth URI have in common: the label, the parameters, and how they are read and
//! written.

use core::fmt::Write as _;
use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use secrecy::SecretString;
use zeroize::Zeroizing;

use super::{Algorithm, Error, Secret};

/// Above the longest URI that can be built: three characters for each byte of the names.
const URI_LEN: usize = 2048;
const ISSUER_LEN: usize = 128;
const ACCOUNT_LEN: usize = 256;
/// What is left out when it is written (RFC 4226 §5.3: six digits at the least).
const DEFAULT_DIGITS: u8 = 6;
/// All but the unreserved characters of RFC 3986 §2.3. A space is `%20`: apps show a `+` as it is.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
/// What else may stand unencoded in a path or a query (RFC 3986 §3.3, §3.4), and the percent sign.
const RESERVED: &[u8] = b"-._~%!$&'()*+,;=:@/?";

/// Which of the two kinds a URI is. What is a parameter of the other one is ignored.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Totp,
    Hotp,
}

impl Kind {
    /// What every URI of it begins with.
    fn prefix(self) -> &'static str {
        match self {
            Self::Totp => "otpauth://totp/",
            Self::Hotp => "otpauth://hotp/",
        }
    }

    /// The parameter by which codes change, and what is wrong where it is no number.
    fn factor(self) -> (&'static str, Error) {
        match self {
            Self::Totp => ("period", Error::Period),
            Self::Hotp => ("counter", Error::Counter),
        }
    }
}

/// What an app shows beside its codes.
#[derive(Clone, Eq, PartialEq)]
pub(super) struct Names {
    pub(super) issuer: Option<String>,
    pub(super) account: String,
}

impl Names {
    // INVARIANT: without an issuer the account has no colon: what stands before one is an issuer.
    pub(super) fn new(issuer: Option<String>, account: String) -> Result<Self, Error> {
        if issuer
            .as_deref()
            .is_some_and(|name| name.contains(':') || !is_name(name, ISSUER_LEN))
        {
            return Err(Error::Issuer);
        }
        if !is_name(&account, ACCOUNT_LEN) {
            return Err(Error::Account);
        }
        Ok(Self { issuer, account })
    }
}

/// What a URI says.
pub(super) struct Fields {
    pub(super) names: Names,
    pub(super) secret: Secret,
    pub(super) algorithm: Algorithm,
    pub(super) digits: u8,
    /// The period or the counter, where it is given.
    pub(super) factor: Option<u64>,
}

/// Reads a URI of one kind, as far as both kinds are alike.
pub(super) fn read(text: &str, kind: Kind) -> Result<Fields, Error> {
    if text.len() > URI_LEN {
        return Err(Error::UriLength);
    }
    let rest = strip_prefix_ignore_case(text, kind.prefix()).ok_or(Error::Scheme)?;
    if !rest
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || RESERVED.contains(&b))
    {
        return Err(Error::UriEncoding);
    }
    let (label, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (label_issuer, account) = read_label(label)?;
    let query = Query::read(query, kind)?;
    if let (Some(of_label), Some(of_query)) = (&label_issuer, &query.issuer)
        && of_label != of_query
    {
        return Err(Error::IssuersDiffer);
    }
    Ok(Fields {
        secret: Secret::from_base32(&query.secret.ok_or(Error::NoSecret)?)?,
        algorithm: query.algorithm.unwrap_or_default(),
        digits: query.digits.unwrap_or(DEFAULT_DIGITS),
        factor: query.factor,
        names: Names::new(label_issuer.or(query.issuer), account)?,
    })
}

/// The parameters that are known, as far as they are given.
#[derive(Default)]
struct Query {
    secret: Option<Zeroizing<String>>,
    issuer: Option<String>,
    algorithm: Option<Algorithm>,
    digits: Option<u8>,
    factor: Option<u64>,
}

impl Query {
    fn read(text: &str, kind: Kind) -> Result<Self, Error> {
        let (factor, no_factor) = kind.factor();
        let mut query = Self::default();
        for parameter in text.split('&') {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            match name {
                "secret" => once(&mut query.secret, "secret", decode(value)?.into())?,
                "issuer" => once(&mut query.issuer, "issuer", decode(value)?)?,
                "algorithm" => {
                    let algorithm = Algorithm::from_name(value).ok_or(Error::Algorithm)?;
                    once(&mut query.algorithm, "algorithm", algorithm)?;
                }
                "digits" => {
                    let digits = number(value).and_then(|n| n.try_into().ok());
                    once(&mut query.digits, "digits", digits.ok_or(Error::Digits)?)?;
                }
                name if name == factor => {
                    let number = number(value).ok_or_else(|| no_factor.clone())?;
                    once(&mut query.factor, factor, number)?;
                }
                _ => {}
            }
        }
        Ok(query)
    }
}

/// Two values of one parameter are two meanings, and every reader takes another one of them.
fn once<T>(slot: &mut Option<T>, name: &'static str, value: T) -> Result<(), Error> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(Error::Repeated(name)),
    }
}

/// Decimal digits without a sign or a leading zero.
fn number(text: &str) -> Option<u64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = digits && (text == "0" || !text.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}

/// Splits `[issuer ":" spaces] account` at the first colon, encoded or not.
fn read_label(label: &str) -> Result<(Option<String>, String), Error> {
    let colons = [":", "%3A", "%3a"]
        .into_iter()
        .filter_map(|colon| label.split_once(colon));
    match colons.min_by_key(|(issuer, _)| issuer.len()) {
        None => Ok((None, decode(label)?)),
        Some((issuer, account)) => {
            let account = decode(account)?;
            Ok((
                Some(decode(issuer)?),
                account.trim_start_matches(' ').to_owned(),
            ))
        }
    }
}

/// Decodes once: `%253A` is the text `%3A`. Every percent sign must stand before two hexadecimal
/// digits and the outcome must be UTF-8, so that nothing is passed on half decoded.
fn decode(text: &str) -> Result<String, Error> {
    let mut escapes = text.split('%').skip(1);
    let whole = |escape: &str| {
        let digits = escape.as_bytes().first_chunk::<2>();
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    if !escapes.all(whole) {
        return Err(Error::UriEncoding);
    }
    let decoded = percent_decode_str(text).decode_utf8();
    decoded.map(Cow::into_owned).map_err(|_| Error::UriEncoding)
}

/// Whether an app can show it and a label can hold it.
fn is_name(text: &str, max: usize) -> bool {
    !text.is_empty() && text.len() <= max && text.trim() == text && !text.contains(char::is_control)
}

fn strip_prefix_ignore_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// The canonical text, in memory that is wiped and does not grow. The factor is written unless it is
/// `None`.
pub(super) fn write(
    kind: Kind,
    names: &Names,
    secret: &Secret,
    (algorithm, digits): (Algorithm, u8),
    factor: Option<u64>,
) -> SecretString {
    let mut text = Zeroizing::new(String::with_capacity(URI_LEN));
    text.push_str(kind.prefix());
    if let Some(issuer) = &names.issuer {
        text.extend(utf8_percent_encode(issuer, ENCODED));
        text.push(':');
    }
    text.extend(utf8_percent_encode(&names.account, ENCODED));
    text.push_str("?secret=");
    text.push_str(&Zeroizing::new(secret.expose_base32()));
    if let Some(issuer) = &names.issuer {
        text.push_str("&issuer=");
        text.extend(utf8_percent_encode(issuer, ENCODED));
    }
    if algorithm != Algorithm::default() {
        text.push_str("&algorithm=");
        text.push_str(algorithm.name());
    }
    let mut number = |name: &str, value: u64| {
        let written = write!(text, "&{name}={value}");
        debug_assert!(written.is_ok(), "a String takes what is written to it");
    };
    if digits != DEFAULT_DIGITS {
        number("digits", digits.into());
    }
    if let Some(factor) = factor {
        number(kind.factor().0, factor);
    }
    SecretString::from(text.as_str())
}
