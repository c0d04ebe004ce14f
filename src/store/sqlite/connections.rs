//! One connection that writes and some that read, shared by all threads of the process.

use std::{
    collections::VecDeque,
    mem,
    path::Path,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use rusqlite::Connection;

use super::{
    Durability, Error,
    file::{File, is_forked},
};

/// Connections for reading that are kept open: more would hold their caches for readers that seldom
/// come at once.
const MAX_IDLE: usize = 8;
/// Between two attempts at a file that another process holds. SQLite's own pauses grow to 100 ms,
/// and a process that finds the others writing all the time starves: of six, one waited for more
/// than five seconds for a lock that each held for 3 ms. With short pauses none waited for one.
const PAUSE: Duration = Duration::from_millis(1);

/// The connections to one file.
///
/// Threads that write take turns at one connection: SQLite lets one write at a time anyhow, and
/// lets the others poll. Threads that read have a connection each and wait for nobody.
pub(super) struct Connections {
    file: File,
    busy_timeout: Duration,
    writer: Mutex<Writer>,
    freed: Condvar,
    readers: Mutex<Vec<Connection>>,
}

/// The connection that writes, or its place: it is opened again after an error.
#[derive(Default)]
struct Writer {
    connection: Option<Connection>,
    is_taken: bool,
    /// In the order in which they came, so that a thread that writes all the time does not keep
    /// the others waiting until they give up.
    waiting: VecDeque<u64>,
    last_ticket: u64,
}

impl Writer {
    fn new(connection: Option<Connection>) -> Self {
        Self {
            connection,
            ..Self::default()
        }
    }

    fn draw_ticket(&mut self) -> u64 {
        self.last_ticket = self.last_ticket.wrapping_add(1);
        self.waiting.push_back(self.last_ticket);
        self.last_ticket
    }

    fn is_turn_of(&self, ticket: u64) -> bool {
        !self.is_taken && self.waiting.front() == Some(&ticket)
    }
}

impl Connections {
    pub(super) fn new(file: File, connection: Connection, busy_timeout: Duration) -> Self {
        Self {
            file,
            busy_timeout,
            writer: Mutex::new(Writer::new(Some(connection))),
            freed: Condvar::new(),
            readers: Mutex::default(),
        }
    }

    pub(super) fn path(&self) -> &Path {
        self.file.path()
    }

    pub(super) fn set_busy_timeout(&mut self, timeout: Duration) {
        self.busy_timeout = timeout;
    }

    /// The connection that writes was opened with the old one.
    pub(super) fn set_durability(&mut self, durability: Durability) {
        self.file.set_durability(durability);
        self.writer = Mutex::default();
    }

    /// Runs `work`, one statement that reads. While the file is held by others it is run again.
    pub(super) fn read<T>(
        &self,
        mut work: impl FnMut(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, Error> {
        self.file.check()?;
        let idle = lock(&self.readers).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => patiently(self.busy_timeout, || self.file.connect())?,
        };
        let result = patiently(self.busy_timeout, || work(&connection).map_err(Error::new));
        if is_usable_after(&result) {
            let mut readers = lock(&self.readers);
            if readers.len() < MAX_IDLE {
                readers.push(connection);
            }
        }
        // it may have been replaced while others held it
        self.file.check()?;
        result
    }

    /// Runs `work`, one statement or one transaction that takes the write lock first. While the
    /// file is held by others, which is to say before anything was changed, it is run again.
    pub(super) fn write<T>(
        &self,
        mut work: impl FnMut(&mut Connection) -> rusqlite::Result<T>,
    ) -> Result<T, Error> {
        self.file.check()?;
        let mut turn = self.turn()?;
        let mut connection = match turn.connection.take() {
            Some(connection) => connection,
            None => patiently(self.busy_timeout, || self.file.connect())?,
        };
        let result = patiently(self.busy_timeout, || {
            work(&mut connection).map_err(Error::new)
        });
        if is_usable_after(&result) {
            turn.connection = Some(connection);
        }
        self.file.check()?;
        result
    }

    /// Waits until no other thread writes.
    fn turn(&self) -> Result<Turn<'_>, Error> {
        let mut writer = lock(&self.writer);
        let ticket = writer.draw_ticket();
        let (mut writer, _) = self
            .freed
            .wait_timeout_while(writer, self.busy_timeout, |w| !w.is_turn_of(ticket))
            .unwrap_or_else(PoisonError::into_inner);
        let is_turn = writer.is_turn_of(ticket);
        writer.waiting.retain(|other| *other != ticket);
        if !is_turn {
            return Err(Error::Busy);
        }
        writer.is_taken = true;
        Ok(Turn {
            connections: self,
            connection: writer.connection.take(),
        })
    }
}

/// The right to write, given back when dropped, with the connection that is left in it.
struct Turn<'a> {
    connections: &'a Connections,
    connection: Option<Connection>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut writer = lock(&self.connections.writer);
        writer.connection = self.connection.take();
        writer.is_taken = false;
        drop(writer);
        self.connections.freed.notify_all();
    }
}

/// A child leaves the connections that it inherited open: closing them, too, relies on locks that it
/// does not have.
impl Drop for Connections {
    fn drop(&mut self) {
        if is_forked() {
            let readers = self.readers.get_mut();
            mem::forget(mem::take(readers.unwrap_or_else(PoisonError::into_inner)));
            let writer = self.writer.get_mut();
            let writer = writer.unwrap_or_else(PoisonError::into_inner);
            mem::forget(writer.connection.take());
        }
    }
}

/// Runs `work` until the file is not held by others any more, or for `timeout` and the time that
/// `work` takes.
pub(super) fn patiently<T>(
    timeout: Duration,
    mut work: impl FnMut() -> Result<T, Error>,
) -> Result<T, Error> {
    let mut waited = Duration::ZERO;
    loop {
        match work() {
            Err(Error::Busy) if waited < timeout => thread::sleep(PAUSE),
            result => return result,
        }
        waited = waited.saturating_add(PAUSE);
    }
}

/// Lets other processes have the file, which look every [`PAUSE`] whether it is free.
pub(super) fn give_way() {
    thread::sleep(PAUSE.saturating_mul(2));
}

/// A connection that saw the disk fail is not used again: the next one begins with what is there.
fn is_usable_after<T>(result: &Result<T, Error>) -> bool {
    matches!(result, Ok(_) | Err(Error::Busy))
}

/// What the locks guard is whole at every moment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Also before the thread that has just written and writes again.
    #[test]
    fn threads_write_in_the_order_in_which_they_came() {
        let directory = tempfile::tempdir().unwrap();
        let timeout = Duration::from_secs(3600);
        let opened = File::open(&directory.path().join("store.db"), timeout);
        let (file, connection) = opened.unwrap();
        let connections = Connections::new(file, connection, timeout);
        let order = Mutex::new(Vec::new());
        let turn = connections.turn().unwrap();
        thread::scope(|scope| {
            for thread in 0..3 {
                let (connections, order) = (&connections, &order);
                scope.spawn(move || {
                    let _turn = connections.turn().unwrap();
                    lock(order).push(thread);
                });
                while lock(&connections.writer).waiting.len() <= thread {
                    thread::yield_now();
                }
            }
            drop(turn);
            let _again = connections.turn().unwrap();
            assert_eq!(*lock(&order), [0, 1, 2]);
        });
    }

    /// Who gave up does not come up.
    #[test]
    fn a_thread_that_waited_too_long_leaves_the_queue() {
        let directory = tempfile::tempdir().unwrap();
        let opened = File::open(&directory.path().join("store.db"), Duration::ZERO);
        let (file, connection) = opened.unwrap();
        let connections = Connections::new(file, connection, Duration::ZERO);
        let turn = connections.turn().unwrap();
        assert_eq!(connections.turn().err(), Some(Error::Busy));
        drop(turn);
        assert!(connections.turn().is_ok());
    }
}
