//! The otpauth URI, in which a server hands a secret to an authenticator app.

use core::{
    fmt::{self, Write as _},
    str::FromStr,
};
use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::{Algorithm, Error, Parameters, Secret, code::Codes};
use crate::Timestamp;

/// What every URI begins with.
const PREFIX: &str = "otpauth://totp/";
/// Above the longest URI that can be built: three characters for each byte of the names.
const URI_LEN: usize = 2048;
const ISSUER_LEN: usize = 128;
const ACCOUNT_LEN: usize = 256;
/// All but the unreserved characters of RFC 3986 §2.3. A space is `%20`: apps show a `+` as it is.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
/// What else may stand unencoded in a path or a query (RFC 3986 §3.3, §3.4), and the percent sign.
const RESERVED: &[u8] = b"-._~%!$&'()*+,;=:@/?";

/// An otpauth URI: a secret with its parameters and the names that an app shows beside its codes.
///
/// The form is that of Google Authenticator's "Key URI Format". It is built and read strictly: the
/// label is `issuer:account`, split at the first colon, each half percent-encoded once; the issuer
/// stands in the label and as a parameter, and where a URI that is read has both they are equal;
/// parameters that are known stand once, others are ignored; defaults are left out when it is
/// written. Reading and writing again gives an equal URI.
///
/// It is a secret: whoever sees it makes valid codes. `Debug` prints `[redacted]`.
///
/// ```
/// use portcullis::{Timestamp, totp::{Error, Policy, Uri, Weakness}};
///
/// let uri: Uri = "otpauth://totp/Example:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&digits=8".parse()?;
/// assert_eq!((uri.issuer(), uri.account()), (Some("Example"), "ada"));
/// assert_eq!(uri.code_at(Timestamp::from_secs(59)), "94287082"); // RFC 6238 appendix B
/// let refused = Policy::back_office().import(&uri, Timestamp::now());
/// assert_eq!(refused, Err(Error::Weak(Weakness::Published)));
/// # Ok::<(), Error>(())
/// ```
pub struct Uri {
    issuer: Option<String>,
    account: String,
    parameters: Parameters,
    secret: Secret,
    text: SecretString,
}

impl Uri {
    /// The URI of a secret. `issuer` and `account` are what an app shows beside its codes.
    ///
    /// # Errors
    ///
    /// [`Error::Issuer`]: empty, over 128 bytes, with white space at an end, a colon or a control
    /// character. [`Error::Account`]: the same over 256 bytes; colons are allowed.
    pub fn new(
        issuer: &str,
        account: &str,
        parameters: Parameters,
        secret: Secret,
    ) -> Result<Self, Error> {
        Self::from_parts(
            Some(issuer.to_owned()),
            account.to_owned(),
            parameters,
            secret,
        )
    }

    // INVARIANT: without an issuer the account has no colon: what stands before one is an issuer.
    fn from_parts(
        issuer: Option<String>,
        account: String,
        parameters: Parameters,
        secret: Secret,
    ) -> Result<Self, Error> {
        if issuer
            .as_deref()
            .is_some_and(|name| name.contains(':') || !is_name(name, ISSUER_LEN))
        {
            return Err(Error::Issuer);
        }
        if !is_name(&account, ACCOUNT_LEN) {
            return Err(Error::Account);
        }
        let text = write(issuer.as_deref(), &account, parameters, &secret);
        Ok(Self {
            issuer,
            account,
            parameters,
            secret,
            text,
        })
    }

    /// The text, for a QR code or for an app that is handed a link. To be shown once.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        self.text.expose_secret()
    }

    /// Who issued the secret.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// Whom it was issued to.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    /// Algorithm, digits and period.
    #[must_use]
    pub fn parameters(&self) -> Parameters {
        self.parameters
    }

    /// The secret.
    #[must_use]
    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    /// What an authenticator app that holds this URI shows at `now`: the other side of
    /// [`Policy::verify`](super::Policy::verify), for apps, examples and tests.
    #[must_use]
    pub fn code_at(&self, now: Timestamp) -> String {
        let step = self.parameters.step(now);
        Codes::new(
            &self.secret,
            self.parameters.algorithm(),
            self.parameters.digits(),
        )
        .at(step)
        .to_string()
    }
}

/// Equal names, parameters and secrets; secrets are compared in constant time.
impl PartialEq for Uri {
    fn eq(&self, other: &Self) -> bool {
        self.issuer == other.issuer
            && self.account == other.account
            && self.parameters == other.parameters
            && self.secret == other.secret
    }
}

impl Eq for Uri {}

impl fmt::Debug for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Reads a URI of at most 2,048 bytes by the rules above.
///
/// What it ignores, unknown parameters, is not in [`Uri::expose_secret`] afterwards.
impl FromStr for Uri {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if text.len() > URI_LEN {
            return Err(Error::UriLength);
        }
        let rest = strip_prefix_ignore_case(text, PREFIX).ok_or(Error::Scheme)?;
        if !rest
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || RESERVED.contains(&b))
        {
            return Err(Error::UriEncoding);
        }
        let (label, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (label_issuer, account) = read_label(label)?;
        let query = Query::read(query)?;
        if let (Some(of_label), Some(of_query)) = (&label_issuer, &query.issuer)
            && of_label != of_query
        {
            return Err(Error::IssuersDiffer);
        }
        let secret = Secret::from_base32(&query.secret.ok_or(Error::NoSecret)?)?;
        let defaults = Parameters::default();
        let parameters = Parameters::from_numbers(
            query.algorithm.unwrap_or(defaults.algorithm()),
            query.digits.unwrap_or(defaults.digits()),
            query.period.unwrap_or(defaults.period_seconds()),
        )?;
        Self::from_parts(label_issuer.or(query.issuer), account, parameters, secret)
    }
}

/// The parameters that are known, as far as they are given.
#[derive(Default)]
struct Query {
    secret: Option<Zeroizing<String>>,
    issuer: Option<String>,
    algorithm: Option<Algorithm>,
    digits: Option<u8>,
    period: Option<u32>,
}

impl Query {
    fn read(text: &str) -> Result<Self, Error> {
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
                "period" => {
                    once(
                        &mut query.period,
                        "period",
                        number(value).ok_or(Error::Period)?,
                    )?;
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
fn number(text: &str) -> Option<u32> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
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

/// The canonical text, in memory that is wiped and does not grow.
fn write(
    issuer: Option<&str>,
    account: &str,
    parameters: Parameters,
    secret: &Secret,
) -> SecretString {
    let mut text = Zeroizing::new(String::with_capacity(URI_LEN));
    text.push_str(PREFIX);
    if let Some(issuer) = issuer {
        text.extend(utf8_percent_encode(issuer, ENCODED));
        text.push(':');
    }
    text.extend(utf8_percent_encode(account, ENCODED));
    text.push_str("?secret=");
    text.push_str(&Zeroizing::new(secret.expose_base32()));
    if let Some(issuer) = issuer {
        text.push_str("&issuer=");
        text.extend(utf8_percent_encode(issuer, ENCODED));
    }
    let defaults = Parameters::default();
    if parameters.algorithm() != defaults.algorithm() {
        text.push_str("&algorithm=");
        text.push_str(parameters.algorithm().name());
    }
    let mut number = |name: &str, value: u32, default: u32| {
        if value != default {
            let written = write!(text, "&{name}={value}");
            debug_assert!(written.is_ok(), "a String takes what is written to it");
        }
    };
    number(
        "digits",
        parameters.digits().into(),
        defaults.digits().into(),
    );
    number(
        "period",
        parameters.period_seconds(),
        defaults.period_seconds(),
    );
    SecretString::from(text.as_str())
}
