//! Where the server is and how it is spoken to.

use std::{fmt, time::Duration};

use redis::{Client, Connection, ConnectionInfo, IntoConnectionInfo, ProtocolVersion};

use super::{
    Error,
    question::{Question, Replicas},
};
use crate::{
    store::Entry,
    time::{Clock, SYSTEM_CLOCK},
};

/// How long a connection may take: two lost packets are sent again within it.
const CONNECT: Duration = Duration::from_secs(3);
/// How long an answer may take. The scripts take microseconds; a person waits.
const RESPONSE: Duration = Duration::from_secs(3);
/// What `WAIT` is told at least: zero would be for ever.
const SHORTEST_WAIT: Duration = Duration::from_millis(1);
/// And at most: it takes no number that overflows its own clock.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 3600);

/// Where the server is, and how [`Redis`](super::Redis) and `RedisAsync` speak to it.
///
/// `Debug` prints host, port and settings, neither user name nor password.
#[derive(Clone)]
pub struct Server {
    client: Client,
    prefix: Vec<u8>,
    connect: Duration,
    response: Duration,
    replicas: Option<Replicas>,
    clock: Clock,
}

impl Server {
    /// The server at `redis://[user][:password@]host[:port][/database]` or
    /// `unix:///path[?db=…&user=…&pass=…]`, by these defaults: no prefix, three seconds to connect,
    /// three seconds to answer, no waiting for replicas. User name and password are
    /// percent-encoded. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`Error::Url`]: not such a URL, or one whose settings would be ignored (a `?`, a `#`).
    pub fn at(url: &str) -> Result<Self, Error> {
        let client = Client::open(connection_info(url)?);
        Ok(Self {
            client: client.map_err(|_| Error::Url("it has no usable address"))?,
            prefix: Vec::new(),
            connect: CONNECT,
            response: RESPONSE,
            replicas: None,
            clock: SYSTEM_CLOCK,
        })
    }

    /// Puts `prefix` before every key, so that several applications can share a server. Prefixes
    /// none of which begins with another keep their keys apart.
    #[must_use]
    pub fn with_prefix(self, prefix: impl Into<Vec<u8>>) -> Self {
        let prefix = prefix.into();
        Self { prefix, ..self }
    }

    /// How long a connection to one address of the host may take, and how long an answer. With
    /// zero, every call fails.
    ///
    /// Not counted are the look-up of the host's name, which the operating system bounds, and in
    /// [`Redis`](super::Redis) an answer that comes in pieces, each in time.
    #[must_use]
    pub fn with_timeouts(self, connect: Duration, response: Duration) -> Self {
        Self {
            connect,
            response,
            ..self
        }
    }

    /// After each write, waits until `wanted` replicas have acknowledged it (`WAIT`); fewer within
    /// `timeout` (a millisecond at least, a day at most) are [`Error::NotReplicated`], although the
    /// write took place. Zero waits for none. All who share a connection wait along.
    #[must_use]
    pub fn with_replicas(self, wanted: u32, timeout: Duration) -> Self {
        let timeout = timeout.clamp(SHORTEST_WAIT, LONGEST_WAIT);
        let replicas = (wanted > 0).then_some(Replicas { wanted, timeout });
        Self { replicas, ..self }
    }

    /// Judges by `clock` how long a value has until it expires, for simulated time.
    #[must_use]
    pub fn with_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    pub(super) fn load(&self, key: &[u8]) -> Question {
        Question::load(self.key(key))
    }

    pub(super) fn exchange(
        &self,
        key: &[u8],
        current: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> Result<Question, Error> {
        Question::exchange(self.key(key), current, new, self.replicas, (self.clock)())
    }

    fn key(&self, key: &[u8]) -> Vec<u8> {
        [&self.prefix, key].concat()
    }

    pub(super) fn replicas(&self) -> u32 {
        self.replicas.map_or(0, |replicas| replicas.wanted)
    }

    /// How long the answer to any question may take, the replicas' included.
    pub(super) fn patience(&self) -> Duration {
        let replicas = self.replicas.map_or(Duration::ZERO, |r| r.timeout);
        self.response.saturating_add(replicas)
    }

    pub(super) fn connect(&self) -> Result<Connection, Error> {
        let connect = || {
            let connection = self.client.get_connection_with_timeout(self.connect)?;
            connection.set_read_timeout(Some(self.patience()))?;
            connection.set_write_timeout(Some(self.response))?;
            Ok(connection)
        };
        connect().map_err(|error| Error::while_connecting(&error))
    }

    #[cfg(feature = "redis-tokio")]
    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    #[cfg(feature = "redis-tokio")]
    pub(super) fn connect_timeout(&self) -> Duration {
        self.connect
    }
}

fn connection_info(url: &str) -> Result<ConnectionInfo, Error> {
    let parsed = redis::parse_redis_url(url).ok_or(Error::Url("it is not redis:// or unix://"))?;
    let settings: &[&str] = match parsed.scheme() {
        "redis" | "valkey" => &[],
        "unix" => &["db", "user", "pass"],
        "rediss" | "valkeys" => {
            return Err(Error::Url(
                "TLS is not supported, use a tunnel and redis://",
            ));
        }
        _ => return Err(Error::Url("it is not redis:// or unix://")),
    };
    if parsed.fragment().is_some() {
        return Err(Error::Url("it has a fragment"));
    }
    if !parsed
        .query_pairs()
        .all(|(name, _)| settings.contains(&&*name))
    {
        return Err(Error::Url("it has a setting that is not known"));
    }
    let info = parsed
        .into_connection_info()
        .map_err(|_| Error::Url("its host, path, database, user name or password is malformed"))?;
    let settings = info.redis_settings().clone();
    if settings.db() < 0 {
        return Err(Error::Url("the number of the database is negative"));
    }
    if settings.username().is_some() && settings.password().is_none() {
        return Err(Error::Url("it has a user name without a password"));
    }
    // Version 2 of the protocol has no messages that nobody asked for.
    let settings = settings
        .set_protocol(ProtocolVersion::RESP2)
        .set_skip_set_lib_name();
    Ok(info.set_redis_settings(settings))
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let info = self.client.get_connection_info();
        f.debug_struct("Server")
            .field("address", &info.addr().to_string())
            .field("database", &info.redis_settings().db())
            .field("prefix", &String::from_utf8_lossy(&self.prefix))
            .field("connect", &self.connect)
            .field("response", &self.response)
            .field("replicas", &self.replicas)
            .finish_non_exhaustive()
    }
}
