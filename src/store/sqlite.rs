//! The store in one SQLite file, for one machine and any number of processes on it.
//!
//! [`Sqlite::open`] takes the path of a file and creates it where there is none. Any number of
//! threads share one [`Sqlite`]; any number of processes open the same file. What one of them has
//! been told is done, all of them see.
//!
//! A load takes some ten microseconds and waits for nobody. A change waits until the disk has it,
//! and for the changes before it: some milliseconds each, on a virtual disk.
//!
//! # What it promises
//!
//! | When | What holds |
//! |---|---|
//! | a call returns `Ok` | the change is on the disk (`PRAGMA synchronous=FULL`): it survives a crash, `kill -9` and, as far as the disk itself keeps its word about flushing, a power cut |
//! | a call returns an error | the value is the old one or the new one, never a part of either |
//! | a process is killed | the file needs no repair: the next one that opens it finds every change that was acknowledged. No lock is left behind |
//! | others hold the file | a call waits, five seconds unless [`with_busy_timeout`](Sqlite::with_busy_timeout) says otherwise, then fails with [`Error::Busy`] |
//! | the disk is full | [`Error::DiskFull`] or [`Error::Io`]; what is there can be read, and the store works on once there is room |
//! | the file was moved, removed or replaced | [`Error::Replaced`], instead of writing where nobody reads (Unix) |
//! | the process forks | the child gets [`Error::Forked`], from the store that it inherited and from a new one: fork first, then open. The parent's goes on |
//!
//! # What this does not do
//!
//! - **Network file systems.** Write-ahead logging needs memory shared by all who use the file, so
//!   all of them must run on one machine, on a local file system. Over NFS or SMB two machines may
//!   both be told that they won. For several machines there is a store on a server.
//! - **A file by two names.** Each name has a log of its own: two processes would be told different
//!   things. Hard links are refused (Unix). Into a container, mount the directory and never the file.
//! - **A log that was removed.** `-wal` and `-shm` belong to the file while anybody has it open. Whoever
//!   removes or replaces them takes acknowledged changes away.
//! - **Encryption.** The file holds values as they are. Removed ones are overwritten
//!   (`PRAGMA secure_delete`), but copies may linger in the log and in the file system.
//! - **A bound by itself.** What has expired is removed as new keys come, so names that an attacker
//!   invents leave again; how many come before they expire is bounded by
//!   [`with_max_size`](Sqlite::with_max_size). Without it a full disk denies, to everybody who uses
//!   that disk.
//! - **Asynchronous calls.** Each call waits for the disk. From asynchronous code, call it on a
//!   thread that may wait (`tokio::task::spawn_blocking`).
//!
//! # Backup
//!
//! Three files belong together: the one that was named, and beside it `-wal` and `-shm`. Copying
//! one of them while the store is in use gives a broken or an old one. SQLite makes a whole copy of
//! a store in use: `sqlite3 store.db "VACUUM INTO 'copy.db'"`, or its `.backup`. To restore, stop
//! every process, remove the three files, put the copy in place with permissions `0600`.
//!
//! A backup is the past: it brings back sessions that have ended since, locks that had run out,
//! one-time codes that were spent. End all sessions after a restore.
//!
//! # Security
//!
//! A new file is readable and writable by its owner only, and `-wal` and `-shm` take its
//! permissions; those of a file that exists are left alone. The directory decides who can replace
//! the file. A database of another application, or of a later version of this one, is refused and
//! not written to. Everything that goes wrong is an error, and an error denies.
//!
//! # Example
//!
//! ```
//! use portcullis::store::{self, Change, Entry, Sqlite};
//!
//! # let directory = tempfile::tempdir()?;
//! # let path = directory.path().join("store.db");
//! let store = Sqlite::open(&path)?;
//! store::update(&store, b"key", |_| Ok::<_, store::Error>((Change::Put(Entry::new(vec![1])), ())))?;
//! drop(store);
//!
//! let value = store::Store::load(&Sqlite::open(&path)?, b"key")?;
//! assert_eq!(value, Some(vec![1]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod connections;
mod error;
mod file;
mod schema;

use std::{fmt, path::Path, time::Duration};

use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};

use self::{
    connections::{Connections, give_way},
    file::File,
};
use super::{Entry, Exchange, Store};
use crate::{
    Timestamp,
    time::{Clock, SYSTEM_CLOCK},
};

pub use error::Error;

/// How long a call waits for others: long enough for some hundred changes that wait for a disk,
/// short enough for whoever is signing in.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Expired values removed when a new key comes. More than one, so that they grow fewer.
const REMOVED_PER_INSERT: i64 = 2;
/// Expired values removed in one transaction by [`Sqlite::purge`], and when the store is full.
const REMOVED_AT_ONCE: i64 = 500;

const LOAD: &str = "SELECT value FROM entry WHERE key = ?1";
const INSERT: &str =
    "INSERT INTO entry (key, value, expires) VALUES (?1, ?2, ?3) ON CONFLICT (key) DO NOTHING";
const REPLACE: &str = "UPDATE entry SET value = ?3, expires = ?4 WHERE key = ?1 AND value = ?2";
const REMOVE: &str = "DELETE FROM entry WHERE key = ?1 AND value = ?2";
const REMOVE_EXPIRED: &str = "DELETE FROM entry WHERE rowid IN \
    (SELECT rowid FROM entry WHERE expires <= ?1 ORDER BY expires LIMIT ?2)";
/// Bytes of the file that hold something.
const SIZE: &str = "SELECT (page_count - freelist_count) * page_size \
    FROM pragma_page_count, pragma_freelist_count, pragma_page_size";

/// A store in one SQLite file. Share it by reference or `Arc`.
///
/// The clock only tells which values have expired, and so may be forgotten. A value whose expiry
/// lies in the past of that clock goes when the next new key comes: where time is simulated, give
/// the store the simulated clock, by [`with_clock`](Sqlite::with_clock).
///
/// Calls that only read do not wait for those that write.
pub struct Sqlite {
    connections: Connections,
    max_size: Option<u64>,
    clock: Clock,
}

/// What an acknowledged change survives.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Durability {
    /// A power cut, too: each change waits until the disk has it (`synchronous=FULL`). The default.
    #[default]
    PowerCut,
    /// A crash of the process, but not of the machine: after a power cut the last changes may be
    /// missing, so that a session which was signed out is live again (`synchronous=NORMAL`). The
    /// file is whole in either case. Some fifty times as fast on a virtual disk that takes 3 ms to
    /// flush.
    Crash,
}

impl Sqlite {
    /// Opens the store in the file at `path`; creates it, for its owner alone, where there is none.
    /// The directory must exist.
    ///
    /// A path is a path: an empty one, `:memory:` and URIs (`file:…`) are refused, because SQLite
    /// would take them for a database that is gone when it is closed. For one in memory there is
    /// [`Memory`](super::Memory).
    ///
    /// # Errors
    ///
    /// [`Error`]: the file cannot be opened or is not one of this store.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let (file, connection) = File::open(path.as_ref(), BUSY_TIMEOUT)?;
        Ok(Self {
            connections: Connections::new(file, connection, BUSY_TIMEOUT),
            max_size: None,
            clock: SYSTEM_CLOCK,
        })
    }

    /// How long a call waits for others that hold the file, instead of five seconds: at most so
    /// long for other threads, then at most so long for other processes. Zero does not wait. The pauses
    /// are counted and not measured: on a busy machine they take longer.
    #[must_use]
    pub fn with_busy_timeout(mut self, timeout: Duration) -> Self {
        self.connections.set_busy_timeout(timeout);
        self
    }

    /// What an acknowledged change survives, instead of a power cut.
    #[must_use]
    pub fn with_durability(mut self, durability: Durability) -> Self {
        self.connections.set_durability(durability);
        self
    }

    /// Refuses new keys with [`Error::Full`] while the file holds `bytes` or more and nothing in it
    /// has expired, so that names invented by an attacker cannot fill the disk. Keys that exist can
    /// always be changed and removed; the file outgrows `bytes` by what they grow. The log beside it
    /// takes some 4 MiB more, and grows for as long as somebody else reads from the file in one long
    /// transaction, a backup for example.
    ///
    /// Counted are the pages of 4 KiB that hold anything. What leaves a page half empty makes no room
    /// until the rest of it goes, too, or `VACUUM` packs what is there: give twice what is needed.
    ///
    /// It holds for this [`Sqlite`]: give every process the same.
    #[must_use]
    pub fn with_max_size(self, bytes: u64) -> Self {
        Self {
            max_size: Some(bytes),
            ..self
        }
    }

    /// The clock that expiry is judged by, instead of the system's.
    #[must_use]
    pub fn with_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// Removes all that has expired and says how many values that were, for a nightly job. Others
    /// get in between. The file does not shrink: what was freed is used again.
    ///
    /// # Errors
    ///
    /// The store's. What was removed until then stays removed.
    pub fn purge(&self) -> Result<u64, Error> {
        let now = millis((self.clock)());
        let mut removed = 0_u64;
        loop {
            let some = self
                .connections
                .write(|connection| remove_expired(connection, now, REMOVED_AT_ONCE))?;
            removed = removed.saturating_add(some);
            if some == 0 {
                return Ok(removed);
            }
            give_way();
        }
    }

    fn insert(
        &self,
        connection: &mut Connection,
        key: &[u8],
        new: &Entry,
    ) -> rusqlite::Result<Result<Exchange, Error>> {
        let now = millis((self.clock)());
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        remove_expired(&transaction, now, REMOVED_PER_INSERT)?;
        let outcome = if !self.is_full(&transaction, now)? {
            let values = params![key, new.value(), expiry(new)];
            Ok(exchanged(&transaction, INSERT, values)?)
        } else if load(&transaction, key)?.is_some() {
            Ok(Exchange::Changed)
        } else {
            Err(Error::Full)
        };
        // Also when the answer is no: what has expired is gone then.
        transaction.commit()?;
        Ok(outcome)
    }

    /// Whether the file holds as much as it may, after what has expired has made room.
    fn is_full(&self, connection: &Connection, now: i64) -> rusqlite::Result<bool> {
        let Some(max) = self.max_size else {
            return Ok(false);
        };
        if size(connection)? < max {
            return Ok(false);
        }
        remove_expired(connection, now, REMOVED_AT_ONCE)?;
        Ok(size(connection)? >= max)
    }
}

/// Each is one statement or one transaction that takes the write lock first, so nothing comes
/// between the comparison and the change.
impl Store for Sqlite {
    type Error = Error;

    fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        self.connections.read(|connection| load(connection, key))
    }

    fn compare_exchange(
        &self,
        key: &[u8],
        current: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> Result<Exchange, Error> {
        match (current, new) {
            (None, None) => Ok(match Store::load(self, key)? {
                None => Exchange::Done,
                Some(_) => Exchange::Changed,
            }),
            (None, Some(new)) => self
                .connections
                .write(|connection| self.insert(connection, key, new))?,
            (Some(current), Some(new)) => self.connections.write(|connection| {
                let values = params![key, current, new.value(), expiry(new)];
                exchanged(connection, REPLACE, values)
            }),
            (Some(current), None) => self
                .connections
                .write(|connection| exchanged(connection, REMOVE, params![key, current])),
        }
    }
}

fn load(connection: &Connection, key: &[u8]) -> rusqlite::Result<Option<Vec<u8>>> {
    let mut statement = connection.prepare_cached(LOAD)?;
    statement.query_row([key], |row| row.get(0)).optional()
}

/// Runs a statement that changes one row or none.
fn exchanged(
    connection: &Connection,
    statement: &str,
    values: &[&dyn rusqlite::ToSql],
) -> rusqlite::Result<Exchange> {
    Ok(
        match connection.prepare_cached(statement)?.execute(values)? {
            0 => Exchange::Changed,
            _ => Exchange::Done,
        },
    )
}

fn remove_expired(connection: &Connection, now: i64, at_most: i64) -> rusqlite::Result<u64> {
    let mut statement = connection.prepare_cached(REMOVE_EXPIRED)?;
    let removed = statement.execute([now, at_most])?;
    Ok(u64::try_from(removed).unwrap_or(u64::MAX))
}

fn size(connection: &Connection) -> rusqlite::Result<u64> {
    let mut statement = connection.prepare_cached(SIZE)?;
    let size: i64 = statement.query_row([], |row| row.get(0))?;
    Ok(u64::try_from(size).unwrap_or(u64::MAX))
}

fn expiry(entry: &Entry) -> Option<i64> {
    entry.expires().map(millis)
}

/// SQLite's integers end in the year 292,278,994.
fn millis(time: Timestamp) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

impl fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sqlite")
            .field("path", &self.connections.path())
            .field("max_size", &self.max_size)
            .finish_non_exhaustive()
    }
}
