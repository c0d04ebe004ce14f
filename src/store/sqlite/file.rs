//! Which file it is, and connections to it.

use std::{
    fs::{self, OpenOptions},
    io,
    path::{self, Path, PathBuf},
    process,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use rusqlite::{Connection, MAIN_DB, OpenFlags};

use super::{Durability, Error, connections::patiently, schema};

/// The log beside the file is cut to this when it is begun anew: what SQLite writes before it tries to.
const LOG_SIZE: u32 = 4 * 1024 * 1024;

/// Held while a file is created. Closing any descriptor of a file gives up all locks that this
/// process has on it (POSIX), those of SQLite on another thread too: nobody in this process opens
/// the file while the descriptor that created it is open.
static CREATING: Mutex<()> = Mutex::new(());

/// The process that opened a store first, and with it all that are not forked off; 0 before.
///
/// SQLite notes in the memory of the process which locks the process has. A fork inherits the notes
/// and not the locks, so that in it neither an old connection nor a new one to the same file is
/// safe. (<https://sqlite.org/howtocorrupt.html>, 2.6)
static PROCESS: AtomicU32 = AtomicU32::new(0);

/// A file that is a store.
pub(super) struct File {
    /// Absolute, so that it is the same file after a change of directory, and never one of the
    /// names that mean something else to SQLite.
    path: PathBuf,
    place: Place,
    durability: Durability,
}

/// What tells two files with one name apart.
#[derive(Eq, PartialEq)]
struct Place {
    device: u64,
    inode: u64,
}

impl File {
    /// Opens the file at `path` and makes it a store if it is new.
    pub(super) fn open(path: &Path, timeout: Duration) -> Result<(Self, Connection), Error> {
        if is_forked() {
            return Err(Error::Forked);
        }
        let path = absolute(path)?;
        create(&path)?;
        let mut connection = open(&path)?;
        patiently(timeout, || schema::prepare(&mut connection))?;
        let file = Self {
            place: place(&path)?,
            path,
            durability: Durability::default(),
        };
        file.set_up(&connection).map_err(Error::new)?;
        Ok((file, connection))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn set_durability(&mut self, durability: Durability) {
        self.durability = durability;
    }

    /// Refuses to go on in a forked child, or with a file that is not at its path any more.
    pub(super) fn check(&self) -> Result<(), Error> {
        if is_forked() {
            return Err(Error::Forked);
        }
        if place(&self.path)? != self.place {
            return Err(Error::Replaced);
        }
        Ok(())
    }

    /// One more connection.
    pub(super) fn connect(&self) -> Result<Connection, Error> {
        let connection = open(&self.path)?;
        schema::verify(&connection)?;
        self.set_up(&connection).map_err(Error::new)?;
        Ok(connection)
    }

    fn set_up(&self, connection: &Connection) -> rusqlite::Result<()> {
        let synchronous = match self.durability {
            Durability::PowerCut => "FULL",
            Durability::Crash => "NORMAL",
        };
        connection.pragma_update(None, "synchronous", synchronous)?;
        // What it has to set aside does not go to a directory for temporary files.
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        connection.pragma_update(None, "journal_size_limit", LOG_SIZE)?;
        connection.pragma_update(None, "secure_delete", true)
    }
}

/// Whether this process was forked off one that had opened a store.
pub(super) fn is_forked() -> bool {
    let this = process::id();
    let first = PROCESS.compare_exchange(0, this, Ordering::Relaxed, Ordering::Relaxed);
    first.is_err_and(|first| first != this)
}

fn absolute(path: &Path) -> Result<PathBuf, Error> {
    let name = path.as_os_str().as_encoded_bytes();
    if name.is_empty() || name == b":memory:" || name.starts_with(b"file:") {
        return Err(Error::NotAPath);
    }
    path::absolute(path).map_err(|e| Error::Open(e.kind()))
}

/// Creates the file, for its owner alone, if there is none. SQLite would let the umask decide.
fn create(path: &Path) -> Result<(), Error> {
    let _one_at_a_time = CREATING.lock().unwrap_or_else(PoisonError::into_inner);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let created = options.open(path).map(drop);
    match created {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            Err(Error::Open(error.kind()))
        }
        _ => Ok(()),
    }
}

/// A connection to a file that exists: one that was removed meanwhile is not replaced by an empty
/// one. SQLite does not wait for locks by itself: [`patiently`] does.
fn open(path: &Path) -> Result<Connection, Error> {
    let kind = fs::metadata(path).map_err(|e| Error::Open(e.kind()))?;
    if kind.is_dir() {
        return Err(Error::Open(io::ErrorKind::IsADirectory));
    }
    if !kind.is_file() {
        return Err(Error::Open(io::ErrorKind::InvalidInput));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(Error::new)?;
    if connection.is_readonly(MAIN_DB).map_err(Error::new)? {
        return Err(Error::ReadOnly);
    }
    let waiting = connection.busy_timeout(Duration::ZERO);
    waiting.map_err(Error::new)?;
    Ok(connection)
}

#[cfg(unix)]
fn place(path: &Path) -> Result<Place, Error> {
    use std::os::unix::fs::MetadataExt as _;

    match fs::metadata(path) {
        // SQLite names the log after the file: by another name it would be another log
        Ok(file) if file.nlink() != 1 => Err(Error::Linked),
        Ok(file) => Ok(Place {
            device: file.dev(),
            inode: file.ino(),
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Error::Replaced),
        Err(error) => Err(Error::Open(error.kind())),
    }
}

/// A file that is open cannot be replaced here.
#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps, reason = "it can fail elsewhere")]
fn place(_: &Path) -> Result<Place, Error> {
    Ok(Place {
        device: 0,
        inode: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What no test from outside can see without cutting the power.
    #[test]
    fn an_acknowledged_change_is_flushed_unless_told_otherwise() {
        let directory = tempfile::tempdir().unwrap();
        let opened = File::open(&directory.path().join("store.db"), Duration::ZERO);
        let (mut file, first) = opened.unwrap();
        let synchronous = |connection: &Connection| -> i32 {
            let answer = connection.query_row("PRAGMA synchronous", [], |row| row.get(0));
            answer.unwrap()
        };
        assert_eq!(synchronous(&first), 2, "FULL");
        assert_eq!(synchronous(&file.connect().unwrap()), 2);
        file.set_durability(Durability::Crash);
        assert_eq!(synchronous(&file.connect().unwrap()), 1, "NORMAL");
    }
}
