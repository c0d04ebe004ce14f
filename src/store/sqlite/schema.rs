//! The table, and whose the database is.

use rusqlite::{Connection, TransactionBehavior, config::DbConfig};

use super::Error;

/// "PCST", at offset 68 of the file: what `file` and SQLite know an application's databases by.
const APPLICATION_ID: i32 = 0x5043_5354;
/// Of the table below.
const VERSION: i32 = 1;

/// A table with row numbers: with values of some hundred bytes it is smaller and faster than one
/// that is ordered by its key.
const CREATE: &str = "
    CREATE TABLE entry (
        key BLOB NOT NULL PRIMARY KEY,
        value BLOB NOT NULL,
        expires INTEGER
    ) STRICT;
    CREATE INDEX entry_expires ON entry (expires) WHERE expires IS NOT NULL;
";
const OWNER: &str = "SELECT \
    (SELECT application_id FROM pragma_application_id), \
    (SELECT user_version FROM pragma_user_version), \
    (SELECT count(*) FROM sqlite_schema)";

/// Whose a database is.
enum Owner {
    Nobody,
    Us,
    /// This crate in the version that wrote this version of the table.
    Later(i32),
    Another,
}

/// Makes a new database a store, and refuses one that is something else.
pub(super) fn prepare(connection: &mut Connection) -> Result<(), Error> {
    // Closing a database must not write to it before it is known whose it is.
    keep_log_on_close(connection, true).map_err(Error::new)?;
    match owner(connection).map_err(Error::new)? {
        Owner::Us => {}
        Owner::Nobody => create(connection).map_err(Error::new)?,
        Owner::Later(version) => return Err(Error::Newer(version)),
        Owner::Another => return Err(Error::Foreign),
    }
    // A copy made by VACUUM INTO is not in this mode. Where two change it at the same time, one is
    // refused, and tries again.
    let has_log = mode(connection, "PRAGMA journal_mode").map_err(Error::new)? == "wal"
        || mode(connection, "PRAGMA journal_mode = WAL").map_err(Error::new)? == "wal";
    if !has_log {
        return Err(Error::NoLog);
    }
    keep_log_on_close(connection, false).map_err(Error::new)
}

/// Refuses what is not the store that was there before.
pub(super) fn verify(connection: &Connection) -> Result<(), Error> {
    let mode = mode(connection, "PRAGMA journal_mode").map_err(Error::new)?;
    match owner(connection).map_err(Error::new)? {
        Owner::Us if mode == "wal" => Ok(()),
        Owner::Later(version) => Err(Error::Newer(version)),
        _ => Err(Error::Replaced),
    }
}

/// In one statement, which sees the database at one moment.
fn owner(connection: &Connection) -> rusqlite::Result<Owner> {
    connection.query_row(OWNER, [], |row| {
        Ok(match (row.get(0)?, row.get(1)?, row.get(2)?) {
            (0, 0, 0) => Owner::Nobody,
            (APPLICATION_ID, VERSION, _) => Owner::Us,
            (APPLICATION_ID, version, _) if version > VERSION => Owner::Later(version),
            _ => Owner::Another,
        })
    })
}

/// Unless another process was first.
fn create(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if matches!(owner(&transaction)?, Owner::Nobody) {
        transaction.execute_batch(CREATE)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", VERSION)?;
    }
    transaction.commit()
}

fn mode(connection: &Connection, pragma: &str) -> rusqlite::Result<String> {
    connection.query_row(pragma, [], |row| row.get(0))
}

fn keep_log_on_close(connection: &Connection, keep: bool) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two processes that both found it new, of which one is slower.
    #[test]
    fn a_database_that_another_has_made_meanwhile_is_left_as_it_is() {
        let mut connection = Connection::open_in_memory().unwrap();
        create(&mut connection).unwrap();
        let insert = "INSERT INTO entry (key, value) VALUES (x'00', x'01')";
        connection.execute_batch(insert).unwrap();
        create(&mut connection).unwrap();
        let count = connection.query_row("SELECT count(*) FROM entry", [], |row| row.get(0));
        assert_eq!(count, Ok(1));
    }
}
