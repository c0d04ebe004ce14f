//! Why the server gave no answer that can be used.

use redis::{ErrorKind, RedisError, ServerError, ServerErrorKind};

/// Why there is no answer. Each of them denies.
///
/// None holds a password, a key, a value or a text of the server's: servers quote in their errors
/// what they were sent.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The URL cannot be used. Nothing was sent.
    #[error("the URL of the Redis server cannot be used: {0}")]
    Url(&'static str),
    /// A connection could not be made in time. Nothing was sent.
    #[error("no connection to the Redis server")]
    Unreachable,
    /// The server refused the user name or the password. Nothing was sent.
    #[error("the Redis server refused the user name or the password")]
    Login,
    /// The server did not answer in time. An exchange may or may not have taken place.
    #[error("the Redis server did not answer in time")]
    TimedOut,
    /// The connection ended before the answer. An exchange may or may not have taken place.
    #[error("the connection to the Redis server ended before the answer")]
    Closed,
    /// What came is no answer to the question. An exchange may or may not have taken place.
    #[error("what the Redis server sent is no answer to the question")]
    Unreadable,
    /// The server refused, with this code of its own: `READONLY` (a replica), `OOM` (it is full),
    /// `LOADING`, `NOAUTH`, `NOPERM`, `MISCONF`, `MOVED`, `WRONGTYPE` (the key is someone else's).
    /// An exchange did not take place, if it was the server that answered; a proxy in front of it may
    /// answer so after it did.
    #[error("the Redis server refused: {0}")]
    Refused(String),
    /// A value is longer than 16 MiB. An exchange did not take place.
    #[error("the value is longer than 16 MiB")]
    TooLong,
    /// The exchange took place, and fewer replicas than asked for acknowledged it in time.
    #[error("{acknowledged} replicas acknowledged the write, not {wanted}")]
    NotReplicated {
        /// How many acknowledged it.
        acknowledged: u32,
        /// How many were to.
        wanted: u32,
    },
    /// The call was not made inside a tokio runtime. Nothing was sent.
    #[error("the call was not made inside a tokio runtime with I/O and time")]
    NoRuntime,
}

impl Error {
    /// What went wrong while a connection was being made.
    pub(super) fn while_connecting(error: &RedisError) -> Self {
        match error.kind() {
            ErrorKind::AuthenticationFailed => Self::Login,
            ErrorKind::Server(_) | ErrorKind::Extension => Self::from(error),
            _ => Self::Unreachable,
        }
    }

    pub(super) fn is_unknown_script(&self) -> bool {
        matches!(self, Self::Refused(code) if code == "NOSCRIPT")
    }

    fn refused(code: Option<&str>) -> Self {
        match code {
            Some("TOOLONG") => Self::TooLong,
            Some(code) if is_code(code) => Self::Refused(code.to_owned()),
            _ => Self::Refused("ERR".to_owned()),
        }
    }
}

/// The form of Redis' error codes, and too short for anything secret.
fn is_code(text: &str) -> bool {
    (1..=16).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_uppercase())
}

impl From<&RedisError> for Error {
    fn from(error: &RedisError) -> Self {
        match error.kind() {
            ErrorKind::Server(_) | ErrorKind::Extension => Self::refused(error.code()),
            ErrorKind::Io if error.is_timeout() => Self::TimedOut,
            ErrorKind::Io => Self::Closed,
            _ => Self::Unreadable,
        }
    }
}

impl From<RedisError> for Error {
    fn from(error: RedisError) -> Self {
        Self::from(&error)
    }
}

impl From<&ServerError> for Error {
    fn from(error: &ServerError) -> Self {
        match error.kind() {
            Some(ServerErrorKind::NoScript) => Self::Refused("NOSCRIPT".to_owned()),
            _ => Self::refused(Some(error.code())),
        }
    }
}
