//! The otpauth URI of a token that counts.

use core::{fmt, str::FromStr};

use secrecy::{ExposeSecret, SecretString};

use super::{
    super::{
        Secret,
        code::Codes,
        otpauth::{self, Kind, Names},
    },
    Error, Parameters,
};

/// An otpauth URI: a secret with its parameters and counter, and the names that an app shows beside
/// its codes.
///
/// It is built and read by the rules of [`totp::Uri`](super::super::Uri), and the counter must be
/// there, which speakeasy's and pquerna/otp's URIs lack: whoever takes a missing one for 0 may accept
/// codes that were shown before. It is always written, an integer without sign or leading zeros.
///
/// It is a secret: whoever sees it makes valid codes. `Debug` prints `[redacted]`.
///
/// ```
/// use portcullis::totp::{Error, hotp::Uri};
///
/// let uri: Uri = "otpauth://hotp/Example:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&counter=7".parse()?;
/// assert_eq!((uri.account(), uri.counter()), ("ada", 7));
/// assert_eq!(uri.code_at(9), "520489"); // RFC 4226 appendix D
/// # Ok::<(), Error>(())
/// ```
pub struct Uri {
    names: Names,
    parameters: Parameters,
    secret: Secret,
    counter: u64,
    text: SecretString,
}

impl Uri {
    /// The URI of a secret whose next code is that of `counter`. `issuer` and `account` are what an
    /// app shows beside its codes.
    ///
    /// # Errors
    ///
    /// [`Error::Issuer`] and [`Error::Account`] as [`totp::Uri::new`](super::super::Uri::new).
    pub fn new(
        issuer: &str,
        account: &str,
        parameters: Parameters,
        secret: Secret,
        counter: u64,
    ) -> Result<Self, Error> {
        let names = Names::new(Some(issuer.to_owned()), account.to_owned())?;
        Ok(Self::of(names, parameters, secret, counter))
    }

    fn of(names: Names, parameters: Parameters, secret: Secret, counter: u64) -> Self {
        let codes = (parameters.algorithm(), parameters.digits());
        let text = otpauth::write(Kind::Hotp, &names, &secret, codes, Some(counter));
        Self {
            names,
            parameters,
            secret,
            counter,
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

    /// Algorithm and digits.
    #[must_use]
    pub fn parameters(&self) -> Parameters {
        self.parameters
    }

    /// The secret.
    #[must_use]
    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    /// The count of the next code.
    #[must_use]
    pub fn counter(&self) -> u64 {
        self.counter
    }

    /// What a token that holds this URI shows at `count`: the other side of
    /// [`Policy::verify`](super::Policy::verify), for apps, examples and tests.
    #[must_use]
    pub fn code_at(&self, count: u64) -> String {
        let Self {
            secret, parameters, ..
        } = self;
        let codes = Codes::new(secret, parameters.algorithm(), parameters.digits());
        codes.at(count).to_string()
    }
}

/// Equal names, parameters, secrets and counters; secrets are compared in constant time.
impl PartialEq for Uri {
    fn eq(&self, other: &Self) -> bool {
        self.names == other.names
            && self.parameters == other.parameters
            && self.counter == other.counter
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
impl FromStr for Uri {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let fields = otpauth::read(text, Kind::Hotp)?;
        let counter = fields.factor.ok_or(Error::NoCounter)?;
        let parameters = Parameters::new(fields.algorithm, fields.digits)?;
        Ok(Self::of(fields.names, parameters, fields.secret, counter))
    }
}
