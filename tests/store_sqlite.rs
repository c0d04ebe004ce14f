//! The store in one SQLite file: several processes, `kill -9`, full disks, wrong files.
#![cfg(feature = "sqlite")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "tests stop at what they did not expect"
)]

#[path = "store_sqlite/process.rs"]
mod process;

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{
        Barrier,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use portcullis::{
    Timestamp,
    store::{
        Change, Entry, Error as Failed, Exchange, Sqlite, Store, check, check_unavailable,
        sqlite::{Durability, Error},
        update,
    },
};
use proptest::prelude::*;
use rusqlite::Connection;
use tempfile::TempDir;

use process::{Child, Role};

/// A directory of its own for each test; in memory where there is one, so that waiting for a disk
/// does not make the tests slow. What a kill leaves is the same.
fn directory() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir()
        && let Ok(directory) = tempfile::tempdir_in(memory)
    {
        return directory;
    }
    tempfile::tempdir().unwrap()
}

fn file(directory: &TempDir) -> PathBuf {
    directory.path().join("store.db")
}

fn insert(store: &Sqlite, key: &[u8], value: &[u8]) -> Result<Exchange, Error> {
    store.compare_exchange(key, None, Some(&Entry::new(value.to_vec())))
}

fn put(store: &Sqlite, key: &[u8], value: &[u8]) {
    done(insert(store, key, value));
}

fn done(exchange: Result<Exchange, Error>) {
    assert_eq!(exchange, Ok(Exchange::Done));
}

fn replace(store: &Sqlite, key: &[u8], current: &[u8], new: &[u8]) -> Result<Exchange, Error> {
    store.compare_exchange(key, Some(current), Some(&Entry::new(new.to_vec())))
}

fn add_one(value: Option<&[u8]>) -> Result<(Change, u64), Failed> {
    let number = value.map_or(0, |v| u64::from_be_bytes(v.try_into().unwrap())) + 1;
    let entry = Entry::new(number.to_be_bytes().to_vec());
    Ok((Change::Put(entry), number))
}

/// What SQLite says of the whole file.
fn integrity(path: &Path) -> String {
    let connection = Connection::open(path).unwrap();
    connection
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap()
}

static_assertions::assert_impl_all!(Sqlite: Send, Sync);

/// CO-02.
#[test]
fn the_store_in_a_file_passes_the_suite() {
    let directory = directory();
    check(&Sqlite::open(file(&directory)).unwrap()).unwrap();
    assert_eq!(integrity(&file(&directory)), "ok");
}

/// CO-02.
#[test]
fn two_stores_on_one_file_are_one_view() {
    let directory = directory();
    let one = Sqlite::open(file(&directory)).unwrap();
    let other = Sqlite::open(file(&directory)).unwrap();
    assert_eq!(insert(&one, b"key", b"1"), Ok(Exchange::Done));
    assert_eq!(other.load(b"key"), Ok(Some(b"1".to_vec())));
    assert_eq!(insert(&other, b"key", b"2"), Ok(Exchange::Changed));
    assert_eq!(replace(&other, b"key", b"1", b"2"), Ok(Exchange::Done));
    assert_eq!(replace(&one, b"key", b"1", b"3"), Ok(Exchange::Changed));
    assert_eq!(
        one.compare_exchange(b"key", Some(b"2"), None),
        Ok(Exchange::Done)
    );
    assert_eq!(other.load(b"key"), Ok(None));
}

/// CO-02.
#[test]
fn nothing_is_exchanged_for_nothing_only_where_there_is_nothing() {
    let directory = directory();
    let store = Sqlite::open(file(&directory)).unwrap();
    assert_eq!(
        store.compare_exchange(b"key", None, None),
        Ok(Exchange::Done)
    );
    put(&store, b"key", b"1");
    assert_eq!(
        store.compare_exchange(b"key", None, None),
        Ok(Exchange::Changed)
    );
}

/// CO-02: no update of four processes, with two threads each, is lost.
#[test]
fn processes_that_add_to_one_counter_lose_nothing() {
    let directory = directory();
    let children: Vec<_> = (0..4)
        .map(|_| Child::start(Role::Add, &file(&directory), 100))
        .collect();
    for child in children {
        child.finish();
    }
    let store = Sqlite::open(file(&directory)).unwrap();
    let sum = store.load(b"counter").unwrap().unwrap();
    assert_eq!(u64::from_be_bytes(sum.try_into().unwrap()), 4 * 2 * 100);
}

/// Whoever comes first makes it, and the others wait.
#[test]
fn a_file_is_made_once_however_many_open_it() {
    let directory = directory();
    for file in 0..30 {
        let path = directory.path().join(file.to_string());
        let barrier = Barrier::new(8);
        thread::scope(|scope| {
            for key in 0..8_u8 {
                let (path, barrier) = (&path, &barrier);
                scope.spawn(move || {
                    barrier.wait();
                    put(&Sqlite::open(path).unwrap(), &[key], b"1");
                });
            }
        });
        assert_eq!(rows(&path), 8);
    }
}

/// CO-02: the file does not exist when the race begins: opening it is part of the race.
#[test]
fn of_processes_that_race_for_a_key_one_wins() {
    let directory = directory();
    let children: Vec<_> = (0..4)
        .map(|_| Child::start(Role::Race, &file(&directory), 100))
        .collect();
    let mut winners = BTreeMap::<String, u32>::new();
    for child in children {
        for key in child.finish() {
            *winners.entry(key).or_default() += 1;
        }
    }
    assert_eq!(winners.len(), 100);
    assert!(winners.values().all(|won| *won == 1), "{winners:?}");
}

/// CO-04: whatever moment a process is killed at, what it was told is done is done, and what is
/// there was written by it.
#[test]
fn what_was_acknowledged_survives_kill_9() {
    let directory = directory();
    let path = file(&directory);
    let open = || Sqlite::open(&path).unwrap();
    let survivor = open();
    let mut written = BTreeMap::new();
    let mut next = 0;
    for round in 0..25 {
        let mut child = Child::start(Role::Stream, &path, next);
        child.acknowledged(1 + round * 5 % 17);
        let acknowledged: Vec<u64> = child.kill().iter().map(|n| n.parse().unwrap()).collect();
        let end = acknowledged.last().unwrap() + 1;
        assert_eq!(acknowledged, (next..end).collect::<Vec<_>>());
        for number in next..end {
            process::stream(number, |key, value| written.insert(key, value));
        }
        // Of the one that it had begun when it was killed either everything or nothing is there.
        let mut also = written.clone();
        process::stream(end, |key, value| also.insert(key, value));
        let store = open();
        let found: BTreeMap<_, _> = written
            .keys()
            .chain(also.keys())
            .filter_map(|key| Some((*key, store.load(&key.to_be_bytes()).unwrap()?)))
            .collect();
        assert!(found == written || found == also, "round {round}");
        next = if found == also { end + 1 } else { end };
        written = found;
        update(&survivor, b"counter", add_one).unwrap();
        assert_eq!(integrity(&path), "ok");
    }
    assert!(next > 25, "the children wrote");
}

/// SE-04.
#[cfg(feature = "session")]
#[test]
fn a_session_that_was_ended_stays_ended_after_kill_9() {
    use portcullis::session::{Error as Ended, Factors, Policy, Sessions};

    let directory = directory();
    let path = file(&directory);
    let now = Timestamp::now();
    let open = || Sessions::new(Policy::back_office(), Sqlite::open(&path).unwrap());
    let sign_in = open().begin("ada", now).unwrap();
    let (token, _) = open()
        .start(sign_in.with_factors(Factors::PASSWORD), now)
        .unwrap();
    assert!(open().check(&token, now).is_ok());

    let mut child = Child::start(Role::EndAll, &path, now.as_millis());
    child.acknowledged(1);
    child.kill();
    assert_eq!(open().check(&token, now), Err(Ended::Unknown));
}

/// CO-04: a lock held for longer than the busy timeout is an error, and nobody is kept from reading.
#[test]
fn a_lock_that_is_not_given_back_is_an_error() {
    let directory = directory();
    let store = Sqlite::open(file(&directory)).unwrap();
    let store = store.with_busy_timeout(Duration::from_millis(20));
    put(&store, b"key", b"1");
    let child = Child::start(Role::Hold, &file(&directory), 0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                assert_eq!(insert(&store, b"new", b"1"), Err(Error::Busy));
                assert_eq!(replace(&store, b"key", b"1", b"2"), Err(Error::Busy));
                let removal = store.compare_exchange(b"key", Some(b"1"), None);
                assert_eq!(removal, Err(Error::Busy));
                assert_eq!(store.load(b"key"), Ok(Some(b"1".to_vec())));
            });
        }
    });
    assert_eq!(store.purge(), Err(Error::Busy));
    let other = Sqlite::open(file(&directory)).unwrap();
    assert_eq!(other.load(b"key"), Ok(Some(b"1".to_vec())));
    child.finish();
    assert_eq!(replace(&store, b"key", b"1", b"2"), Ok(Exchange::Done));
}

/// CO-04: the lock of another process is waited for.
#[test]
fn a_lock_that_is_given_back_is_waited_for() {
    let directory = directory();
    let store = Sqlite::open(file(&directory)).unwrap();
    let store = store.with_busy_timeout(Duration::from_secs(3600));
    let child = Child::start(Role::Hold, &file(&directory), 0);
    thread::scope(|scope| {
        let waiting = [b"a", b"b", b"c"].map(|key| scope.spawn(|| insert(&store, key, b"1")));
        child.finish();
        for waits in waiting {
            assert_eq!(waits.join().unwrap(), Ok(Exchange::Done));
        }
    });
}

/// CO-04: a file that may not grow, as on a full disk.
#[cfg(unix)]
#[test]
fn a_file_that_cannot_grow_is_an_error_and_the_old_value_stays() {
    let directory = directory();
    let path = file(&directory);
    let said = Child::start(Role::Fill { limit: true }, &path, 0).finish();
    let [error, value, usable] = said.try_into().unwrap();
    // SQLite knows ENOSPC for a full disk; a file size limit is another error.
    assert_eq!(error, format!("{:?}", Error::Io(778)), "SQLITE_IOERR_WRITE");
    assert_eq!(usable, "usable");
    let store = Sqlite::open(&path).unwrap();
    let found = store.load(b"value").unwrap().unwrap();
    assert_eq!(found.len().to_string(), value);
    assert_eq!(
        replace(&store, b"value", &found, b"small"),
        Ok(Exchange::Done)
    );
    assert_eq!(integrity(&path), "ok");
}

/// CO-04: a disk that is full. Where this process may not mount one, it says so.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_and_the_old_value_stays() {
    let directory = directory();
    if !process::can_mount(directory.path()) {
        eprintln!("skipped: no file system can be mounted here");
        return;
    }
    let said = Child::start(Role::Fill { limit: false }, &file(&directory), 0).finish();
    assert_eq!(said[0], format!("{:?}", Error::DiskFull));
    assert_eq!(said[2], "usable");
}

/// CO-04.
#[test]
fn refuses_what_is_not_the_path_of_a_file() {
    for path in [
        "",
        ":memory:",
        "file:store.db",
        "file::memory:?cache=shared",
    ] {
        assert_eq!(Sqlite::open(path).unwrap_err(), Error::NotAPath, "{path}");
    }
    let directory = directory();
    let kind = |path: &Path| Sqlite::open(path).unwrap_err();
    assert_eq!(
        kind(directory.path()),
        Error::Open(io::ErrorKind::IsADirectory)
    );
    assert_eq!(
        kind(&directory.path().join("missing/store.db")),
        Error::Open(io::ErrorKind::NotFound)
    );
    assert_eq!(
        kind(&directory.path().join("store\0.db")),
        Error::Open(io::ErrorKind::InvalidInput)
    );
    #[cfg(unix)]
    {
        let socket = directory.path().join("socket");
        let _listening = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        assert_eq!(kind(&socket), Error::Open(io::ErrorKind::InvalidInput));
    }
}

/// CO-04.
#[test]
fn a_name_that_means_something_to_sqlite_is_a_file_when_it_is_a_path() {
    let directory = directory();
    for name in [":memory:", "file:store.db?mode=memory", "a b%20c#d'\"é"] {
        let path = directory.path().join(name);
        put(&Sqlite::open(&path).unwrap(), b"key", b"1");
        assert!(path.is_file(), "{name}");
        let again = Sqlite::open(&path).unwrap();
        assert_eq!(again.load(b"key"), Ok(Some(b"1".to_vec())));
    }
}

/// CO-04: a path means the same file after the process changed its directory.
#[cfg(unix)]
#[test]
fn a_relative_path_stays_the_path_of_one_file() {
    let directory = directory();
    let said = Child::start(Role::Move, &file(&directory), 0).finish();
    assert_eq!(said, [format!("{:?}", Ok::<_, Error>(Some(b"1".to_vec())))]);
}

/// CO-04.
#[test]
fn refuses_a_file_that_is_no_database_and_leaves_it_alone() {
    let directory = directory();
    let path = file(&directory);
    for content in [b"x".repeat(100), b"passwords: ".repeat(1000), vec![0; 8192]] {
        fs::write(&path, &content).unwrap();
        assert_eq!(Sqlite::open(&path).unwrap_err(), Error::NotADatabase);
        assert_eq!(fs::read(&path).unwrap(), content);
    }
}

/// CO-04: whether it keeps a log or a journal, and when there is something in its log.
#[test]
fn refuses_the_database_of_another_application_and_leaves_it_alone() {
    for (mode, closed) in [("delete", true), ("wal", true), ("wal", false)] {
        let directory = directory();
        let (path, log) = (file(&directory), directory.path().join("store.db-wal"));
        let live = Connection::open(directory.path().join("live.db")).unwrap();
        live.query_row(&format!("PRAGMA journal_mode = {mode}"), [], |_| Ok(()))
            .unwrap();
        live.execute_batch("CREATE TABLE entry (key BLOB, value BLOB, expires INTEGER)")
            .unwrap();
        if closed {
            live.close().unwrap();
        } else {
            // What a crash leaves behind.
            fs::copy(directory.path().join("live.db-wal"), &log).unwrap();
        }
        fs::copy(directory.path().join("live.db"), &path).unwrap();

        let before = (fs::read(&path).unwrap(), fs::read(&log).unwrap_or_default());
        assert_eq!(Sqlite::open(&path).unwrap_err(), Error::Foreign, "{mode}");
        let after = (fs::read(&path).unwrap(), fs::read(&log).unwrap_or_default());
        assert!(after == before, "{mode} {closed}");
    }
}

/// CO-04.
#[test]
fn refuses_a_version_of_the_schema_that_it_does_not_know() {
    let directory = directory();
    let path = file(&directory);
    for (version, error) in [
        (2, Error::Newer(2)),
        (0, Error::Foreign),
        (-1, Error::Foreign),
    ] {
        drop(Sqlite::open(&path));
        let connection = Connection::open(&path).unwrap();
        connection
            .pragma_update(None, "user_version", version)
            .unwrap();
        connection.close().unwrap();
        let before = fs::read(&path).unwrap();
        assert_eq!(Sqlite::open(&path).unwrap_err(), error);
        assert!(fs::read(&path).unwrap() == before);
    }
}

/// CO-04: a page of the table is overwritten.
#[test]
fn a_damaged_file_is_an_error_and_never_no_value() {
    let directory = directory();
    let path = file(&directory);
    let store = Sqlite::open(&path).unwrap();
    for key in 0..200_u8 {
        put(&store, &[key], &[key; 500]);
    }
    drop(store);
    let mut content = fs::read(&path).unwrap();
    content[4096..].fill(0xa5);
    fs::write(&path, content).unwrap();
    let store = Sqlite::open(&path).unwrap();
    for key in 0..200_u8 {
        assert_eq!(store.load(&[key]), Err(Error::Corrupt));
        assert_eq!(insert(&store, &[key], b"1"), Err(Error::Corrupt));
    }
}

/// CO-04.
#[cfg(unix)]
#[test]
fn refuses_a_file_that_it_may_not_write_to() {
    use std::os::unix::fs::PermissionsExt as _;

    let directory = directory();
    let path = file(&directory);
    put(&Sqlite::open(&path).unwrap(), b"key", b"1");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    let Some(child) = Child::start_without_privileges(Role::Open, &path) else {
        eprintln!("skipped: this is root, which cannot become somebody else here");
        return;
    };
    let said = child.finish();
    assert_eq!(said, [format!("{:?}", Error::ReadOnly)]);
}

/// Whatever the umask says.
#[cfg(unix)]
#[test]
fn a_new_file_and_its_log_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let directory = directory();
    let mut child = Child::start(Role::Stream, &file(&directory), 0);
    child.acknowledged(1);
    for name in ["store.db", "store.db-wal", "store.db-shm"] {
        let file = fs::metadata(directory.path().join(name)).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600, "{name}");
    }
    child.kill();
}

/// CO-04: what is written to a file without a name nobody would ever read.
#[cfg(unix)]
#[test]
fn a_file_that_was_moved_removed_or_replaced_is_an_error() {
    let directory = directory();
    let (path, aside) = (file(&directory), directory.path().join("aside.db"));
    let store = Sqlite::open(&path).unwrap();
    put(&store, b"key", b"1");
    let denies = || {
        check_unavailable(&store).unwrap();
        assert_eq!(store.load(b"key"), Err(Error::Replaced));
        assert_eq!(replace(&store, b"key", b"1", b"2"), Err(Error::Replaced));
        assert_eq!(insert(&store, b"new", b"1"), Err(Error::Replaced));
        assert_eq!(store.purge(), Err(Error::Replaced));
    };
    fs::rename(&path, &aside).unwrap();
    denies();
    assert!(!path.exists(), "it is not made anew");
    fs::rename(&aside, &path).unwrap();
    assert_eq!(store.load(b"key"), Ok(Some(b"1".to_vec())));
    drop(Sqlite::open(&aside).unwrap());
    fs::rename(&aside, &path).unwrap();
    denies();
}

/// CO-04: an empty database has no values, but not because nobody wrote any.
#[test]
fn a_file_that_was_emptied_is_an_error_and_never_no_value() {
    let directory = directory();
    let path = file(&directory);
    let store = Sqlite::open(&path).unwrap();
    // Closes the connection that was open.
    let store = store.with_durability(Durability::PowerCut);
    fs::File::options()
        .write(true)
        .truncate(true)
        .open(&path)
        .unwrap();
    check_unavailable(&store).unwrap();
    assert_eq!(store.load(b"key"), Err(Error::Replaced));
}

/// CO-04: its connections rely on locks that the child does not have.
#[cfg(target_os = "linux")]
#[test]
fn a_forked_child_is_refused_and_the_parent_goes_on() {
    let directory = directory();
    let said = Child::start(Role::Fork, &file(&directory), 0).finish();
    assert_eq!(
        said,
        [
            format!("load {:?}", Err::<(), _>(Error::Forked)),
            format!("open {:?}", Some(Error::Forked)),
            "closed nothing".to_owned(),
            "the child is done: 0".to_owned(),
            "the parent goes on".to_owned(),
        ]
    );
}

/// A backup by `VACUUM INTO` is a store.
#[test]
fn a_copy_made_while_the_store_is_in_use_is_a_store() {
    let directory = directory();
    let store = Sqlite::open(file(&directory)).unwrap();
    put(&store, b"key", b"1");
    let copy = directory.path().join("copy.db");
    Connection::open(file(&directory))
        .unwrap()
        .execute("VACUUM INTO ?1", [copy.to_str().unwrap()])
        .unwrap();
    let restored = Sqlite::open(&copy).unwrap();
    assert_eq!(restored.load(b"key"), Ok(Some(b"1".to_vec())));
    put(&restored, b"new", b"1");
    put(&store, b"new", b"1");
}

/// Removed, replaced, expired: the bytes are not left in the file.
#[test]
fn what_was_removed_is_not_left_in_the_file() {
    let directory = directory();
    let path = file(&directory);
    let store = Sqlite::open(&path).unwrap().with_clock(|| Timestamp::MAX);
    let secret = |n: u8| {
        [b"not-to-be-left-".as_slice(), &[b'0' + n]]
            .concat()
            .repeat(n.into())
    };
    for n in [1, 2] {
        put(&store, &[n], &secret(n));
    }
    // One that fills pages of its own.
    let long = secret(3).repeat(1000);
    put(&store, &[3], &long);
    let found = |path: &Path| {
        let content = fs::read(path).unwrap();
        let looked_for = b"not-to-be-left-";
        content.windows(looked_for.len()).any(|w| w == looked_for)
    };
    drop(store);
    assert!(found(&path), "the search finds what it looks for");
    let store = Sqlite::open(&path).unwrap().with_clock(|| Timestamp::MAX);
    done(replace(&store, &[1], &secret(1), b"new"));
    done(store.compare_exchange(&[2], Some(&secret(2)), None));
    let expired = Entry::new(long.clone()).expires_at(Timestamp::EPOCH);
    done(store.compare_exchange(&[3], Some(&long), Some(&expired)));
    assert_eq!(store.purge(), Ok(1));
    drop(store);
    assert!(!found(&path));
}

/// Names that an attacker invents leave when they have expired, without a purge.
#[test]
fn what_expires_makes_room_for_what_comes() {
    static NOW: AtomicU64 = AtomicU64::new(0);

    let directory = directory();
    let path = file(&directory);
    let store = Sqlite::open(&path).unwrap();
    let store = store.with_clock(|| Timestamp::from_millis(NOW.load(Ordering::Relaxed)));
    put(&store, b"stays", b"1");
    let mut most = 0;
    for number in 0..1000_u64 {
        NOW.store(number, Ordering::Relaxed);
        // Each lives for fifty milliseconds.
        let entry = Entry::new(vec![0; 100]).expires_at(Timestamp::from_millis(number + 50));
        done(store.compare_exchange(&number.to_be_bytes(), None, Some(&entry)));
        most = most.max(rows(&path));
    }
    assert_eq!(most, 51);
    assert_eq!(store.load(&998_u64.to_be_bytes()), Ok(Some(vec![0; 100])));

    NOW.store(u64::MAX, Ordering::Relaxed);
    let expired = rows(&path) - 1;
    assert_eq!(store.purge(), Ok(expired.into()));
    assert_eq!(store.purge(), Ok(0));
    assert_eq!(store.load(b"stays"), Ok(Some(b"1".to_vec())));
}

fn rows(path: &Path) -> u32 {
    let connection = Connection::open(path).unwrap();
    connection
        .query_row("SELECT count(*) FROM entry", [], |row| row.get(0))
        .unwrap()
}

/// A purge removes in several transactions what is too much for one.
#[test]
fn a_purge_removes_all_that_has_expired() {
    let directory = directory();
    let path = file(&directory);
    let store = Sqlite::open(&path).unwrap();
    let fill = store.with_clock(|| Timestamp::EPOCH);
    for number in 0..1300_u64 {
        let entry = Entry::new(vec![0]).expires_at(Timestamp::from_millis(1 + number));
        done(fill.compare_exchange(&number.to_be_bytes(), None, Some(&entry)));
    }
    let store = fill.with_clock(|| Timestamp::from_millis(1200));
    put(&store, b"new", b"1");
    assert_eq!(
        rows(&path),
        1300 - 2 + 1,
        "a new key has little to wait for"
    );
    assert_eq!(store.purge(), Ok(1198), "exactly at its expiry it is over");
    assert_eq!(rows(&path), 101);
}

/// Expiry takes nothing that was given no expiry, or a later one, since.
#[test]
fn what_is_kept_longer_is_not_removed() {
    let directory = directory();
    let store = Sqlite::open(file(&directory)).unwrap();
    let expiring = Entry::new(b"1".to_vec()).expires_at(Timestamp::EPOCH);
    let never = Entry::new(b"1".to_vec()).expires_at(Timestamp::MAX);
    for (key, entry) in [(b"a", Entry::new(b"1".to_vec())), (b"b", never)] {
        done(store.compare_exchange(key, None, Some(&expiring)));
        done(store.compare_exchange(key, Some(b"1"), Some(&entry)));
    }
    put(&store, b"c", b"1");
    assert_eq!(store.purge(), Ok(0));
    for key in [b"a", b"b", b"c"] {
        assert_eq!(store.load(key), Ok(Some(b"1".to_vec())), "{key:?}");
    }
}

/// CO-04: a call that waits for its turn while the file is replaced has written where nobody reads,
/// and says so.
#[cfg(unix)]
#[test]
fn a_file_that_is_replaced_while_a_call_waits_is_an_error() {
    let directory = directory();
    let (path, aside) = (file(&directory), directory.path().join("aside.db"));
    let store = Sqlite::open(&path).unwrap();
    put(&store, b"key", b"1");
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| replace(&store, b"key", b"1", b"2"));
        // long enough for it to wait; if it had not begun, it would be refused all the same
        std::thread::sleep(Duration::from_millis(200));
        for name in ["", "-wal", "-shm"] {
            let named = |path: &Path| PathBuf::from(format!("{}{name}", path.display()));
            fs::rename(named(&path), named(&aside)).unwrap();
        }
        drop(Sqlite::open(&path).unwrap());
        other.execute_batch("COMMIT").unwrap();
        assert_eq!(waiting.join().unwrap(), Err(Error::Replaced));
    });
}

/// CO-04: by another name the file has another log, in which nobody sees what this one says.
#[cfg(unix)]
#[test]
fn a_file_of_two_names_is_refused() {
    let directory = directory();
    let (path, other) = (file(&directory), directory.path().join("other.db"));
    let store = Sqlite::open(&path).unwrap();
    put(&store, b"key", b"1");
    fs::hard_link(&path, &other).unwrap();
    assert_eq!(Sqlite::open(&other).unwrap_err(), Error::Linked);
    check_unavailable(&store).unwrap();
    assert_eq!(store.load(b"key"), Err(Error::Linked));
    fs::remove_file(&other).unwrap();
    assert_eq!(store.load(b"key"), Ok(Some(b"1".to_vec())));
}

/// CO-04: a new key is refused; those that exist can be changed, removed, and make room.
#[test]
fn a_full_store_refuses_new_keys_and_serves_the_old_ones() {
    let directory = directory();
    let path = file(&directory);
    let store = Sqlite::open(&path).unwrap().with_max_size(100_000);
    let value = vec![1; 1000];
    let mut keys = 0_u64;
    while keys < 1000 && insert(&store, &keys.to_be_bytes(), &value) == Ok(Exchange::Done) {
        keys += 1;
    }
    assert!((50..100).contains(&keys), "{keys}");
    let new = keys.to_be_bytes();
    let old = 0_u64.to_be_bytes();
    assert_eq!(insert(&store, &new, &value), Err(Error::Full));
    assert_eq!(store.load(&new), Ok(None));
    assert_eq!(insert(&store, &old, &value), Ok(Exchange::Changed));
    let longer = vec![2; 9000];
    assert_eq!(replace(&store, &old, &value, &longer), Ok(Exchange::Done));

    for key in 1..20_u64 {
        done(store.compare_exchange(&key.to_be_bytes(), Some(&value), None));
    }
    assert_eq!(insert(&store, &new, &value), Ok(Exchange::Done));
    drop(store);
    assert!(fs::metadata(&path).unwrap().len() < 120_000);
}

/// What has expired makes room before a new key is refused, also when the answer is no.
#[test]
fn a_full_store_forgets_what_has_expired_first() {
    let directory = directory();
    let store = Sqlite::open(file(&directory)).unwrap();
    let fill = store.with_clock(|| Timestamp::EPOCH).with_max_size(100_000);
    let entry = Entry::new(vec![1; 1000]).expires_at(Timestamp::from_millis(1));
    let mut keys = 0_u64;
    let full = loop {
        match fill.compare_exchange(&keys.to_be_bytes(), None, Some(&entry)) {
            Ok(Exchange::Done) if keys < 1000 => keys += 1,
            other => break other,
        }
    };
    assert_eq!(full, Err(Error::Full));
    assert!((50..100).contains(&keys), "{keys}");
    let store = fill.with_clock(|| Timestamp::from_millis(1));
    assert_eq!(insert(&store, b"new", b"1"), Ok(Exchange::Done));
    assert_eq!(rows(&file(&directory)), 1);

    let none = store.with_max_size(0);
    done(none.compare_exchange(b"new", Some(b"1"), Some(&entry)));
    assert_eq!(insert(&none, b"other", b"1"), Err(Error::Full));
    assert_eq!(rows(&file(&directory)), 0, "what had expired is gone");
}

#[derive(Clone, Debug)]
enum Step {
    Load(u8),
    /// Against the value that is there, or against another one.
    Exchange(u8, Option<Option<Vec<u8>>>, Option<Vec<u8>>),
    Reopen,
    Purge,
}

fn step() -> impl Strategy<Value = Step> {
    let key = || 0..4_u8;
    let value = || proptest::collection::vec(0..3_u8, 0..3);
    let current = proptest::option::weighted(0.3, proptest::option::of(value()));
    prop_oneof![
        2 => key().prop_map(Step::Load),
        8 => (key(), current, proptest::option::of(value()))
            .prop_map(|(key, current, new)| Step::Exchange(key, current, new)),
        1 => Just(Step::Reopen),
        1 => Just(Step::Purge),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// CO-02: it is a map, also after it was closed and opened.
    #[test]
    fn agrees_with_a_map(steps in proptest::collection::vec(step(), 1..60)) {
        let directory = directory();
        let mut store = Sqlite::open(file(&directory)).unwrap();
        let mut map = BTreeMap::new();
        for step in steps {
            match step {
                Step::Load(key) => {
                    prop_assert_eq!(store.load(&[key]).unwrap(), map.get(&key).cloned());
                }
                Step::Exchange(key, current, new) => {
                    let there = map.get(&key).cloned();
                    let current = current.unwrap_or_else(|| there.clone());
                    let entry = new.clone().map(Entry::new);
                    let exchange = store
                        .compare_exchange(&[key], current.as_deref(), entry.as_ref())
                        .unwrap();
                    prop_assert_eq!(exchange == Exchange::Done, current == there);
                    if exchange == Exchange::Done {
                        match new {
                            Some(new) => drop(map.insert(key, new)),
                            None => drop(map.remove(&key)),
                        }
                    }
                }
                Step::Reopen => {
                    drop(store);
                    store = Sqlite::open(file(&directory)).unwrap();
                }
                Step::Purge => prop_assert_eq!(store.purge(), Ok(0)),
            }
        }
    }
}
