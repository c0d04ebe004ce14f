//! The store for tasks of a tokio runtime.

use core::fmt;

use redis::{
    AsyncConnectionConfig, Cmd, Value,
    aio::{ConnectionLike, MultiplexedConnection},
};
use tokio::{runtime::Handle, sync::Mutex, time};

use super::{Error, Risk, Server, question, question::Question, risk};
use crate::store::{AsyncStore, Entry, Exchange};

/// A store in a Redis or Valkey server, for tasks of a tokio runtime with I/O and time. Share it by
/// reference or `Arc`.
///
/// All calls share one connection, which belongs to the runtime that made it. After anything but an
/// answer it is closed, and the next call makes a new one. Otherwise it is as [`Redis`](super::Redis)
/// is: an exchange is sent once, a load is asked again when the connection turns out closed. A call
/// that is dropped while it waits may have taken place, and its answer is given to nobody else.
///
/// A call ends at the latest after the time to connect and the time to answer together, waiting for
/// its turn included.
///
/// ```no_run
/// use portcullis::store::{AsyncStore, RedisAsync};
///
/// # async fn example() -> Result<(), portcullis::store::redis::Error> {
/// let store = RedisAsync::open("redis://10.0.0.5/0")?;
/// let value = store.load(b"key").await?;
/// # Ok(())
/// # }
/// ```
pub struct RedisAsync {
    server: Server,
    shared: Mutex<Shared>,
}

/// The connection, if there is one, and how many there were.
#[derive(Default)]
struct Shared {
    count: u64,
    connection: Option<MultiplexedConnection>,
}

/// A way to use a connection: which one it is, and whether it was made for this call.
struct Line {
    number: u64,
    is_new: bool,
    connection: MultiplexedConnection,
}

impl RedisAsync {
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
        let shared = Mutex::default();
        Self { server, shared }
    }

    /// As [`Redis::risks`](super::Redis::risks).
    ///
    /// # Errors
    ///
    /// The same.
    pub async fn risks(&self) -> Result<Vec<Risk>, Error> {
        self.in_time(async {
            let mut connection = self.connect().await?;
            let info = risk::shown(send(&mut connection, &risk::info()).await?)?;
            let save = send(&mut connection, &risk::setting("save")).await?;
            let fsync = send(&mut connection, &risk::setting("appendfsync")).await?;
            Ok(risk::all(&info, &save, &fsync, self.server.replicas()))
        })
        .await
    }

    /// Outside a runtime tokio would panic.
    async fn in_time<T>(&self, call: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        Handle::try_current().map_err(|_| Error::NoRuntime)?;
        let limit = self.server.connect_timeout();
        let limit = limit.saturating_add(self.server.patience());
        let answer = time::timeout(limit, call).await;
        answer.unwrap_or(Err(Error::TimedOut))
    }

    async fn connect(&self) -> Result<MultiplexedConnection, Error> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.server.connect_timeout()))
            .set_response_timeout(Some(self.server.patience()));
        let client = self.server.client();
        let connection = client.get_multiplexed_async_connection_with_config(&config);
        let connection = connection.await;
        connection.map_err(|error| Error::while_connecting(&error))
    }

    /// Those who find no connection wait here for the one who makes it.
    async fn line(&self) -> Result<Line, Error> {
        let mut shared = self.shared.lock().await;
        let is_new = shared.connection.is_none();
        let connection = match &shared.connection {
            Some(connection) => connection.clone(),
            None => self.connect().await?,
        };
        if is_new {
            shared.count = shared.count.wrapping_add(1);
            shared.connection = Some(connection.clone());
        }
        Ok(Line {
            number: shared.count,
            is_new,
            connection,
        })
    }

    /// Keeps the connection only after an answer to this very question.
    async fn ask_on(&self, mut line: Line, question: &Question) -> Result<Value, Error> {
        let answer = converse(&mut line.connection, question).await;
        if answer.is_err() {
            let mut shared = self.shared.lock().await;
            if shared.count == line.number {
                shared.connection = None;
            }
        }
        answer
    }
}

async fn converse(
    connection: &mut MultiplexedConnection,
    question: &Question,
) -> Result<Value, Error> {
    let reply = send(connection, &question.by_digest()).await?;
    let answer = match question.read(reply) {
        Err(error) if error.is_unknown_script() => {
            question.read(send(connection, &question.in_full()).await?)
        }
        answer => answer,
    }?;
    if let Some(wait) = question.wait(&answer) {
        question.acknowledged(&send(connection, &wait).await?)?;
    }
    Ok(answer)
}

async fn send(connection: &mut MultiplexedConnection, command: &Cmd) -> Result<Value, Error> {
    Ok(connection.req_packed_command(command).await?)
}

impl AsyncStore for RedisAsync {
    type Error = Error;

    async fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let question = self.server.load(key);
        self.in_time(async {
            let line = self.line().await?;
            let is_new = line.is_new;
            let answer = match self.ask_on(line, &question).await {
                Err(Error::Closed) if !is_new => self.ask_on(self.line().await?, &question).await,
                answer => answer,
            };
            question::value(answer?)
        })
        .await
    }

    async fn compare_exchange(
        &self,
        key: &[u8],
        current: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> Result<Exchange, Error> {
        let question = self.server.exchange(key, current, new)?;
        self.in_time(async {
            let answer = self.ask_on(self.line().await?, &question).await;
            question::exchange(&answer?)
        })
        .await
    }
}

impl fmt::Debug for RedisAsync {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisAsync")
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}
