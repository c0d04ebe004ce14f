//! What can go wrong with the file.

use std::io;

use rusqlite::ErrorCode;

/// Why the store gave no answer. It denies.
///
/// The numbers are SQLite's extended result codes (<https://sqlite.org/rescode.html>).
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The path is empty, `:memory:` or a URI.
    #[error("the path is empty, `:memory:` or a URI, and not that of a file")]
    NotAPath,
    /// The file cannot be opened or created.
    #[error("the file cannot be opened: {0}")]
    Open(io::ErrorKind),
    /// The file is not a SQLite database.
    #[error("the file is not a SQLite database")]
    NotADatabase,
    /// The file is a database, of another application.
    #[error("the database is that of another application")]
    Foreign,
    /// A later version of this crate wrote the file.
    #[error("the schema has version {0}, this crate knows 1")]
    Newer(i32),
    /// The file system does not offer what write-ahead logging needs.
    #[error("the file system does not support write-ahead logging")]
    NoLog,
    /// The file or its directory may not be written to.
    #[error("the file or its directory is read-only")]
    ReadOnly,
    /// Others held the file for longer than the busy timeout. Nothing was changed; trying again may
    /// help.
    #[error("others held the file for longer than the busy timeout")]
    Busy,
    /// The file holds as much as [`with_max_size`](super::Sqlite::with_max_size) allows, nothing in
    /// it has expired, and the key is new.
    #[error("the store is full: it has its greatest size and nothing has expired")]
    Full,
    /// The disk is full.
    #[error("the disk is full")]
    DiskFull,
    /// The file is damaged. Restore it from a backup.
    #[error("the file is damaged")]
    Corrupt,
    /// Another file, or none, is at the path since the store was opened.
    #[error("the file was moved, removed or replaced while it was in use")]
    Replaced,
    /// The file has several names (hard links). By another one, another log would belong to it.
    #[error("the file has several names")]
    Linked,
    /// This process was forked off one that had opened a store. Fork first, then open.
    #[error("a store was opened before this process was forked off")]
    Forked,
    /// Reading or writing failed, with this code.
    #[error("reading or writing failed with SQLite's code {0}")]
    Io(i32),
    /// SQLite failed otherwise, with this code.
    #[error("SQLite failed with its code {0}")]
    Other(i32),
}

/// The code that stands for "an error", for those that come from around SQLite.
const SQLITE_ERROR: i32 = 1;

impl Error {
    /// No `From`: that would make the type of another crate a part of this one's interface.
    pub(super) fn new(error: rusqlite::Error) -> Self {
        let Some(failure) = error.sqlite_error() else {
            return Self::Other(SQLITE_ERROR);
        };
        match failure.code {
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::FileLockingProtocolFailed => Self::Busy,
            ErrorCode::DiskFull => Self::DiskFull,
            ErrorCode::ReadOnly => Self::ReadOnly,
            ErrorCode::CannotOpen => Self::Open(io::ErrorKind::Other),
            ErrorCode::DatabaseCorrupt => Self::Corrupt,
            ErrorCode::NotADatabase => Self::NotADatabase,
            ErrorCode::SystemIoFailure => Self::Io(failure.extended_code),
            _ => Self::Other(failure.extended_code),
        }
    }
}
