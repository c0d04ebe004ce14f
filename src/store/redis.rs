//! The store for many machines: a Redis or Valkey server.
//!
//! [`Redis`] waits on the thread that calls it; [`RedisAsync`] (feature `redis-tokio`) does not.
//! Both speak to one [`Server`] and see the same values.
//!
//! An exchange is one short script on the server: it reads the value, compares it byte for byte and
//! writes, and no other command comes between. A load is a script, too: the server answers it only
//! if it would also take a write, so a replica, or a primary that was demoted while this process
//! still speaks to it, is an error and never an old value. Each question carries a number that the
//! answer repeats; an answer to another question, late or mixed up on the way, is an error. (A
//! library that lost count of its answers showed people each other's data: OpenAI, "March 20 ChatGPT
//! outage", 2023.)
//!
//! What can expire is given to the server as `PX`, with a day on top, so that clocks which differ
//! by less lose nothing early. It only frees memory: whoever reads a value decides by its content.
//!
//! # What this does not do
//!
//! - **Crash.** What was acknowledged is there after a crash only with `appendonly yes` and
//!   `appendfsync always`. With `everysec`, a crash forgets the last second or two, one of the
//!   server alone as well: it holds writes back while the disk is busy. With snapshots alone, it
//!   forgets the minutes since the last one; with neither, everything. Forgotten writes bring ended
//!   sessions, spent codes and cleared locks back.
//! - **Failover.** Replication is asynchronous: a replica that is promoted may not have the last
//!   acknowledged writes. [`Server::with_replicas`] waits for replicas and makes too few an error,
//!   which narrows the gap and does not close it (a replica acknowledges before it writes to disk,
//!   and another one may be promoted). `min-replicas-to-write` keeps a primary that was cut off from
//!   serving at all. A replica that takes writes (`replica-read-only no`) is not told from a
//!   primary. After a failover that may have lost writes, end every session
//!   (`Sessions::end_all`, or another key prefix).
//! - **Eviction.** `maxmemory-policy` must be `noeviction`. Any other one throws away locks and
//!   sessions to make room. A full server then refuses to grow, which is an error and denies.
//! - **Finding the primary.** No Sentinel: the URL is to name what moves with the primary. Each new
//!   connection looks the name up again, and every error makes the next call connect anew.
//! - **Cluster.** Each call names one key, so that it works behind a proxy for a cluster. `MOVED`
//!   is an error; it is not followed.
//! - **Several applications on one server** share its keys, unless each has a
//!   [prefix](Server::with_prefix). Whoever may write to the server can write sessions into it.
//! - **TLS.** `rediss://` is refused. Without a tunnel, password and values cross the network as
//!   they are. (`field::Sealed` hides the values, not the keys.)
//! - The password of the URL stays in memory as long as the store. It is never printed.
//!
//! [`Redis::risks`] looks at the server's settings and says which of these apply.
//!
//! # Requirements
//!
//! Redis 6.2 (for `GETEX`) or Valkey; the tests run on Redis 7.0. Of an account with an access list:
//! `+get +getex +strlen +set +del +evalsha +eval` on the prefix, `+wait` for replicas,
//! `+info +config|get` for the risks.
//!
//! # Example
//!
//! ```no_run
//! use portcullis::store::{Redis, redis::Server};
//!
//! let store = Redis::new(Server::at("redis://:password@10.0.0.5")?.with_prefix("shop/"));
//! for risk in store.risks()? {
//!     eprintln!("warning: {risk}");
//! }
//! # Ok::<(), portcullis::store::redis::Error>(())
//! ```

#[cfg(feature = "redis-tokio")]
mod asynchronous;
mod error;
mod question;
mod risk;
mod server;

use std::sync::{Mutex, MutexGuard, PoisonError};

use ::redis::{Cmd, Connection, ConnectionLike, Value};

#[cfg(feature = "redis-tokio")]
pub use asynchronous::RedisAsync;
pub use error::Error;
use question::Question;
pub use risk::Risk;
pub use server::Server;

use super::{Entry, Exchange, Store};

/// Connections kept for the next call. More are made when more calls run at once, and closed after.
const IDLE: usize = 16;

/// A store in a Redis or Valkey server, for threads that may wait. Share it by reference or `Arc`.
///
/// Connections are made when they are needed. One that gave anything but an answer to its question
/// is closed, and the idle ones with it: nothing is ever read from it again, and the next call finds
/// the server anew. An exchange is sent once: when its answer is lost, the error says so. A load,
/// which changes nothing, is asked again on a new connection when the idle one turns out closed.
///
/// ```no_run
/// use portcullis::store::{Redis, Store};
///
/// let store = Redis::open("redis://10.0.0.5/0")?;
/// let value = store.load(b"key")?;
/// # Ok::<(), portcullis::store::redis::Error>(())
/// ```
#[derive(Debug)]
pub struct Redis {
    server: Server,
    idle: Idle,
}

impl Redis {
    /// The store at this URL, by the defaults of [`Server::at`]. It connects at the first call.
    ///
    /// # Errors
    ///
    /// [`Error::Url`].
    pub fn open(url: &str) -> Result<Self, Error> {
        Ok(Self::new(Server::at(url)?))
    }

    /// The store on this server. It connects at the first call.
    #[must_use]
    pub fn new(server: Server) -> Self {
        let idle = Idle::default();
        Self { server, idle }
    }

    /// What of the server's settings can lose what it acknowledged; the worst first. Nothing found
    /// does not mean that nothing can be lost: see the [module](self).
    ///
    /// # Errors
    ///
    /// The server gave no answer. A setting that it does not show is a [`Risk::Unknown`].
    pub fn risks(&self) -> Result<Vec<Risk>, Error> {
        let mut connection = self.server.connect()?;
        let mut ask = |command: &Cmd| connection.req_command(command).map_err(Error::from);
        let info = risk::shown(ask(&risk::info())?)?;
        let (save, fsync) = (
            ask(&risk::setting("save"))?,
            ask(&risk::setting("appendfsync"))?,
        );
        Ok(risk::all(&info, &save, &fsync, self.server.replicas()))
    }

    fn ask(&self, question: &Question) -> Result<Value, Error> {
        let connection = match self.idle.take() {
            Some(connection) => connection,
            None => self.server.connect()?,
        };
        self.ask_on(connection, question)
    }

    /// Keeps the connection only after an answer to this very question.
    fn ask_on(&self, mut connection: Connection, question: &Question) -> Result<Value, Error> {
        let answer = converse(&mut connection, question);
        match answer {
            Ok(_) => self.idle.keep(connection),
            Err(_) => self.idle.drop_all(),
        }
        answer
    }
}

fn converse(connection: &mut Connection, question: &Question) -> Result<Value, Error> {
    let mut send = |command: &Cmd| connection.req_command(command).map_err(Error::from);
    let answer = match question.read(send(&question.by_digest())?) {
        Err(error) if error.is_unknown_script() => question.read(send(&question.in_full())?),
        answer => answer,
    }?;
    if let Some(wait) = question.wait(&answer) {
        question.acknowledged(&send(&wait)?)?;
    }
    Ok(answer)
}

impl Store for Redis {
    type Error = Error;

    fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let question = self.server.load(key);
        let idle = self.idle.take();
        let answer = idle.map(|connection| self.ask_on(connection, &question));
        match answer {
            None | Some(Err(Error::Closed)) => {
                question::value(self.ask_on(self.server.connect()?, &question)?)
            }
            Some(answer) => question::value(answer?),
        }
    }

    fn compare_exchange(
        &self,
        key: &[u8],
        current: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> Result<Exchange, Error> {
        let question = self.server.exchange(key, current, new)?;
        question::exchange(&self.ask(&question)?)
    }
}

/// Connections without an open question, the last used first.
#[derive(Default)]
struct Idle(Mutex<Vec<Connection>>);

impl Idle {
    fn take(&self) -> Option<Connection> {
        self.lock().pop()
    }

    fn keep(&self, connection: Connection) {
        let mut idle = self.lock();
        if idle.len() < IDLE {
            idle.push(connection);
        }
    }

    fn drop_all(&self) {
        self.lock().clear();
    }

    /// A thread that panicked left the list whole.
    fn lock(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Idle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.lock().len())
    }
}
