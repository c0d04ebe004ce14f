//! Carries a session's secret in a cookie: builds the value of `Set-Cookie`, reads `Cookie`.
//!
//! [`Cookie`] is the name and the rules; [`SetCookie`] is the text for the response. Both headers
//! are text and bytes here: this library knows nothing else of HTTP.
//!
//! # What this does not do
//!
//! A cookie's expiry never enforces anything: `Max-Age` is advice to the browser, and the deadlines
//! are those that `check` and `touch` enforce on the server. No protection from requests that
//! another page of the same site makes (`SameSite` lets them through), nor from a page that changes
//! something on a GET. Nothing keeps a response that sets a cookie out of a shared cache: send
//! `Cache-Control: no-store` with it.
//!
//! # Security
//!
//! - The name starts with `__Host-`, so a browser takes the cookie from this host alone, over TLS,
//!   for every path and no other domain (RFC 6265bis §4.1.3.2): a sister domain can neither read it
//!   nor put its own in its place. `HttpOnly` keeps it from scripts.
//! - The name is compared byte by byte. A server that folds case, trims white space, decodes percent
//!   signs or Unicode makes `__host-session` or U+2000 before the name into the session's name,
//!   which a browser has let another host set.
//! - A conforming browser holds one cookie of such a name, so two of them were put there by somebody
//!   else: that is [`Error::SeveralCookies`], never a choice between them.
//! - Quotation marks have no meaning between cookies (RFC 6265 §4.2.1, §5.4) and are part of a value
//!   (RFC 6265bis §4.1.1). `$Version` is a name like others: the grammar of RFC 2109 and RFC 2965,
//!   in which one quoted value swallows the cookies after it and may be shown on a page, is not
//!   read.
//! - What cannot be told apart: a nameless cookie `__Host-session=…`, which an old browser sends
//!   without its leading `=`, is on the wire the session's cookie. It signs somebody in as the
//!   attacker, and is an error beside the real one.
//!
//! # Example
//!
//! ```
//! use portcullis::{Timestamp, session::{Cookie, Policy, Sessions}, store::Memory};
//!
//! let sessions = Sessions::new(Policy::back_office(), Memory::new(10_000));
//! let cookie = Cookie::new("session")?;
//! let nine: Timestamp = "2026-11-21T09:00:00Z".parse()?;
//! let (token, live) = sessions.start(sessions.begin("ada", nine)?, nine)?;
//!
//! let set = cookie.set(&token, &live, nine); // the value of `Set-Cookie`
//! assert!(set.expose_secret().ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax"));
//!
//! let header = format!("theme=dark; __Host-session={}", token.expose_secret());
//! match cookie.read([header])? {
//!     Some(token) => assert!(sessions.check(&token, nine).is_ok()),
//!     None => println!("nobody is signed in"),
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use core::{fmt, str::FromStr};

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

#[cfg(feature = "field")]
use super::stateless::Sealed;
use super::{Error, Live, Token};
use crate::Timestamp;

/// What binds the cookie to its host. A browser compares it in any case, a server in this one.
const PREFIX: &str = "__Host-";
/// Prefixes that mean something to a browser; a name that has one already is a mistake.
const PREFIXES: [&str; 2] = ["__host-", "__secure-"];
/// The longest name without the prefix, in bytes: name, attributes and the longest sealed session
/// are then 4,096 bytes, which every browser takes (RFC 6265 §6.1).
const NAME_LEN: usize = 50;
/// All `Cookie` headers of one request, in bytes: what nginx takes for all headers together.
const HEADERS_LEN: usize = 32 * 1024;
/// Of a name, a value and every attribute, what is neither name nor value; a little room is left.
const ATTRIBUTES_LEN: usize = 96;

/// The name of a session's cookie and its rules.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Cookie {
    /// With its prefix.
    name: String,
    same_site: SameSite,
}

/// Whether the browser sends the cookie when another site brings the person here.
///
/// `None` is not offered: with it, any page on the Internet sends requests in the person's name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum SameSite {
    /// Never: who follows a link from elsewhere arrives signed out.
    Strict,
    /// Only when the person follows a link, never with a form or a script of another site.
    Lax,
}

impl Cookie {
    /// The cookie `__Host-<name>`, with [`SameSite::Lax`].
    ///
    /// # Errors
    ///
    /// [`Error::CookieName`] for a name that is not 1 to 50 characters of a token (RFC 9110 §5.6.2:
    /// ASCII letters, digits and ``!#$%&'*+-.^_`|~``), or that has a prefix already.
    pub fn new(name: &str) -> Result<Self, Error> {
        let lower = name.to_ascii_lowercase();
        let prefixed = PREFIXES.iter().any(|prefix| lower.starts_with(prefix));
        if !(1..=NAME_LEN).contains(&name.len()) || !name.bytes().all(is_token) || prefixed {
            return Err(Error::CookieName);
        }
        Ok(Self {
            name: [PREFIX, name].concat(),
            same_site: SameSite::Lax,
        })
    }

    /// The same cookie, sent on other occasions.
    #[must_use]
    pub fn with_same_site(self, same_site: SameSite) -> Self {
        Self { same_site, ..self }
    }

    /// The name, with its prefix.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The `Set-Cookie` for a session that was started or rotated.
    ///
    /// The browser keeps it until it is closed; where the person stays signed in, for the whole
    /// seconds up to the absolute deadline, which activity does not move: it is sent once for each
    /// token.
    pub fn set(&self, token: &Token, live: &Live, now: Timestamp) -> SetCookie {
        self.build(token.expose_secret(), max_age(live, now))
    }

    /// The same for a session that was sealed, started or touched: sent once for each new text.
    #[cfg(feature = "field")]
    pub fn set_sealed(&self, sealed: &Sealed, live: &Live, now: Timestamp) -> SetCookie {
        self.build(sealed.expose_secret(), max_age(live, now))
    }

    /// The `Set-Cookie` that takes the cookie from the browser. End the session on the server as
    /// well: whoever copied the cookie keeps the copy.
    pub fn clear(&self) -> SetCookie {
        self.build("", Some(0))
    }

    /// The token in the `Cookie` headers of a request; None where there is no cookie of this name.
    ///
    /// All of them are to be passed: HTTP/2 may split one header into several (RFC 9113 §8.2.3).
    /// It takes linear time, and more than 32 KiB are refused.
    ///
    /// # Errors
    ///
    /// [`Error::SeveralCookies`] for two cookies of this name, equal ones too; [`Error::Malformed`]
    /// where the cookie is not a token, in quotation marks for instance, which [`Cookie::set`] never
    /// writes; [`Error::CookiesTooLong`]. Each of them denies.
    pub fn read(
        &self,
        headers: impl IntoIterator<Item: AsRef<[u8]>>,
    ) -> Result<Option<Token>, Error> {
        self.find(headers)
    }

    /// [`Cookie::read`] for a sealed session.
    ///
    /// # Errors
    ///
    /// The same.
    #[cfg(feature = "field")]
    pub fn read_sealed(
        &self,
        headers: impl IntoIterator<Item: AsRef<[u8]>>,
    ) -> Result<Option<Sealed>, Error> {
        self.find(headers)
    }

    fn build(&self, value: &str, max_age: Option<u64>) -> SetCookie {
        let room = self.name.len().saturating_add(value.len());
        // room for all of it at once: a buffer that grows leaves secrets in what it gives back
        let mut text = Zeroizing::new(String::with_capacity(room.saturating_add(ATTRIBUTES_LEN)));
        text.push_str(&self.name);
        text.push('=');
        text.push_str(value);
        text.push_str("; Path=/; Secure; HttpOnly; SameSite=");
        text.push_str(match self.same_site {
            SameSite::Strict => "Strict",
            SameSite::Lax => "Lax",
        });
        if let Some(seconds) = max_age {
            text.push_str("; Max-Age=");
            text.push_str(&seconds.to_string());
        }
        SetCookie(SecretString::from(text.as_str()))
    }

    fn find<T: FromStr<Err = Error>>(
        &self,
        headers: impl IntoIterator<Item: AsRef<[u8]>>,
    ) -> Result<Option<T>, Error> {
        let (mut len, mut found) = (0_usize, None);
        for header in headers {
            let header = header.as_ref();
            // one more for each, so that empty headers are counted too
            len = len.saturating_add(header.len()).saturating_add(1);
            if len > HEADERS_LEN {
                return Err(Error::CookiesTooLong);
            }
            for value in self.values(header) {
                if found.is_some() {
                    return Err(Error::SeveralCookies);
                }
                found = Some(parse(value));
            }
        }
        found.transpose()
    }

    /// The values of the cookies of this name: pairs stand between `;` and one space (RFC 6265
    /// §4.2.1), and a name ends at the first `=`.
    fn values<'a>(&self, header: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        let mut pairs = header.split(|byte| *byte == b';');
        let rest = |pair: &'a [u8]| pair.strip_prefix(b" ").unwrap_or(pair);
        let first = pairs.next();
        first.into_iter().chain(pairs.map(rest)).filter_map(|pair| {
            let value = pair.strip_prefix(self.name.as_bytes())?;
            value.strip_prefix(b"=")
        })
    }
}

fn parse<T: FromStr<Err = Error>>(value: &[u8]) -> Result<T, Error> {
    let text = core::str::from_utf8(value).map_err(|_| Error::Malformed)?;
    text.parse()
}

const fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'.'
                | b'^'
                | b'_'
                | b'`'
                | b'|'
                | b'~'
        )
}

/// None for a session that ends with the browser's.
fn max_age(live: &Live, now: Timestamp) -> Option<u64> {
    let left = live.absolute_deadline().saturating_since(now);
    live.stays_signed_in().then_some(left.as_secs())
}

/// The value of a `Set-Cookie` header. It holds the session's secret: `Debug` prints `[redacted]`,
/// and it is wiped when it is dropped.
///
/// Where the framework can mark a header as sensitive, mark this one: it then stays out of logs and
/// of the compression tables of HTTP/2 (RFC 7541 §7.1.3).
#[must_use = "the session is in the browser only once this is sent"]
pub struct SetCookie(SecretString);

impl SetCookie {
    /// The text for the header. Whoever has it has the session.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for SetCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
