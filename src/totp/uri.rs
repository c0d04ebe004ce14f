//! The otpauth URI, in which a server hands a secret to an authenticator app.

use core::{fmt, str::FromStr};

use secrecy::{ExposeSecret, SecretString};

use super::{
    Error, Parameters, Secret,
    code::Codes,
    otpauth::{self, Kind, Names},
};
use crate::Timestamp;

/// An otpauth URI: a secret with its parameters and the names that an app shows beside its codes.
///
/// The form is that of Google Authenticator's "Key URI Format". It is built and read strictly: the
/// label is `issuer:account`, split at the first colon, each half percent-encoded once; the issuer
/// stands in the label and as a parameter, and where a URI that is read has both they are equal;
/// parameters that are known stand once, others are ignored; defaults are left out when it is
/// written. Reading and writing again gives an equal URI.
///
/// So it refuses what has two readings, whoever writes it: an issuer with `+` for a space beside one
/// with `%20` (older versions of Go's pquerna/otp), a company in the label beside
/// `issuer=Microsoft` (Microsoft), a label that was not encoded. What stands in the two places is then
/// for a person to bring together.
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
    names: Names,
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
        let names = Names::new(Some(issuer.to_owned()), account.to_owned())?;
        Ok(Self::of(names, parameters, secret))
    }

    fn of(names: Names, parameters: Parameters, secret: Secret) -> Self {
        let codes = (parameters.algorithm(), parameters.digits());
        let period = parameters.period_seconds();
        let other = period != Parameters::default().period_seconds();
        let period = other.then_some(period.into());
        let text = otpauth::write(Kind::Totp, &names, &secret, codes, period);
        Self {
            names,
            parameters,
            secret,
            text,
        }
    }

    /// The text, for a QR code or for an app that is handed a link. To be shown once.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        self.text.expose_secret()
    }

    /// Who issued the secret.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.names.issuer.as_deref()
    }

    /// Whom it was issued to.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.names.account
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
        let Self {
            secret, parameters, ..
        } = self;
        let codes = Codes::new(secret, parameters.algorithm(), parameters.digits());
        codes.at(parameters.step(now)).to_string()
    }
}

/// Equal names, parameters and secrets; secrets are compared in constant time.
impl PartialEq for Uri {
    fn eq(&self, other: &Self) -> bool {
        self.names == other.names
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
        let fields = otpauth::read(text, Kind::Totp)?;
        let default = Parameters::default().period_seconds();
        let period = fields.factor.map_or(Ok(default), u32::try_from);
        let period = period.map_err(|_| Error::Period)?;
        let parameters = Parameters::from_numbers(fields.algorithm, fields.digits, period)?;
        Ok(Self::of(fields.names, parameters, fields.secret))
    }
}
