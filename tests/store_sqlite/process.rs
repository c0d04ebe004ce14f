//! Other processes: this test binary again, running [`child`] alone.
//!
//! A child says each line on its standard error, at once; what the harness of the tests prints goes
//! to the standard output.

use std::{
    collections::BTreeMap,
    env, fs,
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    mem,
    path::Path,
    process::{self, ChildStderr, Command, Stdio},
    thread,
};

use portcullis::store::{Change, Entry, Error as Failed, Exchange, Sqlite, Store, update};
use rusqlite::Connection;

use super::{add_one, insert, put, replace};

const ROLE: &str = "PORTCULLIS_TEST_ROLE";
const FILE: &str = "PORTCULLIS_TEST_FILE";
const NUMBER: &str = "PORTCULLIS_TEST_NUMBER";

/// What a child does with the file, and with its number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Role {
    /// Adds one so many times, in each of two threads.
    Add,
    /// Inserts so many keys that the others insert, too, and says which it did.
    Race,
    /// Writes [`stream`] from this number on and says each number when it is done.
    Stream,
    /// Takes the lock, says so, and holds it until its input ends.
    Hold,
    /// Writes ever longer values until it fails, says the error and the length of the last, makes
    /// room, and says whether the store is usable again.
    Fill { limit: bool },
    /// Opens the store and says what came of it.
    Open,
    /// Opens the store by a relative path, changes the directory, and says what it reads.
    Move,
    /// Forks.
    Fork,
    /// Ends all sessions of a person at this time, says so, and waits to be killed.
    #[cfg(feature = "session")]
    EndAll,
}

/// What [`Role::Stream`] writes as its step of this number: one value replaces another under one of
/// a few keys, of many lengths.
pub(crate) fn stream<T>(number: u64, mut write: impl FnMut(u64, Vec<u8>) -> T) -> T {
    let length = usize::try_from(number * 7919 % 12_000).unwrap();
    let mut value = number.to_be_bytes().to_vec();
    value.resize(8 + length, b'x');
    write(number % 7, value)
}

pub(crate) struct Child {
    process: process::Child,
    lines: BufReader<ChildStderr>,
    said: Vec<String>,
}

impl Child {
    /// Starts a child; one that holds a lock has it.
    pub(crate) fn start(role: Role, file: &Path, number: u64) -> Self {
        let mut child = Self::run(command(role, file), role, file, number).unwrap();
        if role == Role::Hold {
            child.acknowledged(1);
        }
        child
    }

    /// Starts one that permissions hold for, which they do not for root; None where root cannot
    /// become somebody else.
    #[cfg(unix)]
    pub(crate) fn start_without_privileges(role: Role, file: &Path) -> Option<Self> {
        use std::os::unix::process::CommandExt as _;

        if !is_root() {
            return Some(Self::start(role, file, 0));
        }
        // Where it may be read and run by anybody.
        let place = tempfile::tempdir().unwrap();
        open_to_all(place.path());
        open_to_all(file.parent().unwrap());
        let copy = place.path().join("test");
        fs::copy(env::current_exe().unwrap(), &copy).unwrap();
        let mut command = Command::new(copy);
        command.uid(65534).gid(65534).current_dir("/");
        Self::run(command, role, file, 0).ok()
    }

    fn run(mut command: Command, role: Role, file: &Path, number: u64) -> io::Result<Self> {
        let mut process = command
            .args(["process::child", "--exact", "--ignored", "--nocapture"])
            .env(ROLE, format!("{role:?}"))
            .env(FILE, file)
            .env(NUMBER, number.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let lines = BufReader::new(process.stderr.take().unwrap());
        Ok(Self {
            process,
            lines,
            said: Vec::new(),
        })
    }

    /// Waits until it has said so many lines.
    pub(crate) fn acknowledged(&mut self, lines: usize) {
        while self.said.len() < lines {
            assert!(self.line(), "the child ended early: {:?}", self.said);
        }
    }

    /// One more line. What was cut off by a kill does not count.
    fn line(&mut self) -> bool {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        let whole = line.ends_with('\n');
        if whole {
            self.said.push(line.trim_end().to_owned());
        }
        whole
    }

    /// Kills it at once and returns all it said.
    pub(crate) fn kill(mut self) -> Vec<String> {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        while self.line() {}
        mem::take(&mut self.said)
    }

    /// Ends its input, waits for it, and returns all it said.
    pub(crate) fn finish(mut self) -> Vec<String> {
        drop(self.process.stdin.take());
        while self.line() {}
        let status = self.process.wait().unwrap();
        assert!(status.success(), "{status}: {:?}", self.said);
        mem::take(&mut self.said)
    }
}

/// One whose test has failed.
impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[cfg(not(unix))]
fn command(_: Role, _: &Path) -> Command {
    Command::new(env::current_exe().unwrap())
}

#[cfg(unix)]
fn command(role: Role, file: &Path) -> Command {
    let exe = env::current_exe().unwrap();
    let shell = |script: &str| {
        let mut command = Command::new("sh");
        command.args(["-c", script]).arg(&exe);
        command
    };
    match role {
        // In blocks of 512 bytes. The signal would end the process before the error is seen.
        Role::Fill { limit: true } => shell("trap '' XFSZ; ulimit -f 4000; exec \"$0\" \"$@\""),
        Role::Fill { limit: false } => {
            let mut command = Command::new("unshare");
            command.args(MOUNT).arg(file.parent().unwrap()).arg(&exe);
            command
        }
        Role::Stream => shell("umask 000; exec \"$0\" \"$@\""),
        _ => Command::new(exe),
    }
}

#[cfg(unix)]
fn open_to_all(directory: &Path) {
    use std::os::unix::fs::PermissionsExt as _;

    fs::set_permissions(directory, fs::Permissions::from_mode(0o777)).unwrap();
}

#[cfg(unix)]
fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout == b"0\n"
}

/// Runs a program in a namespace where a file system of 1 MiB is mounted.
const MOUNT: [&str; 4] = [
    "-Urm",
    "sh",
    "-c",
    "mount -t tmpfs -o size=1m tmpfs \"$0\" && exec \"$@\"",
];

pub(crate) fn can_mount(directory: &Path) -> bool {
    let mut command = Command::new("unshare");
    let status = command.args(MOUNT).arg(directory).arg("true").output();
    status.is_ok_and(|output| output.status.success())
}

fn say(line: impl std::fmt::Display) {
    let line = format!("{line}\n");
    io::stderr().write_all(line.as_bytes()).unwrap();
}

/// The child. Without a role it is a test of nothing.
#[test]
#[ignore = "run by the other tests, as a process of its own"]
fn child() {
    let (Ok(role), Some(file)) = (env::var(ROLE), env::var_os(FILE)) else {
        return;
    };
    let file = Path::new(&file);
    let number: u64 = env::var(NUMBER).unwrap().parse().unwrap();
    match role.as_str() {
        "Add" => add(file, number),
        "Race" => race(file, number),
        "Stream" => write_stream(file, number),
        "Hold" => hold(file),
        "Open" => say(format_args!("{:?}", Sqlite::open(file).unwrap_err())),
        "Move" => change_directory(file),
        #[cfg(target_os = "linux")]
        "Fork" => forked::fork_off(file),
        #[cfg(feature = "session")]
        "EndAll" => end_all(file, number),
        _ => fill(file),
    }
}

fn add(file: &Path, times: u64) {
    let store = Sqlite::open(file).unwrap();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..times {
                    while let Err(Failed::Contended) = update(&store, b"counter", add_one) {}
                }
            });
        }
    });
}

fn race(file: &Path, keys: u64) {
    let store = Sqlite::open(file).unwrap();
    let own = process::id().to_be_bytes();
    for key in 0..keys {
        let won = insert(&store, &key.to_be_bytes(), &own).unwrap();
        let found = store.load(&key.to_be_bytes()).unwrap().unwrap();
        assert_eq!(won == Exchange::Done, found == own);
        if won == Exchange::Done {
            say(key);
        }
    }
}

fn write_stream(file: &Path, from: u64) {
    let store = Sqlite::open(file).unwrap();
    let mut written = BTreeMap::new();
    for number in from.. {
        stream(number, |key, value| {
            let key_bytes = key.to_be_bytes();
            let current = match written.remove(&key) {
                Some(value) => Some(value),
                None => store.load(&key_bytes).unwrap(),
            };
            let done = store.compare_exchange(
                &key_bytes,
                current.as_deref(),
                Some(&Entry::new(value.clone())),
            );
            assert_eq!(done, Ok(Exchange::Done));
            written.insert(key, value);
        });
        say(number);
    }
}

fn hold(file: &Path) {
    let connection = Connection::open(file).unwrap();
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    say("held");
    io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

fn change_directory(file: &Path) {
    env::set_current_dir(file.parent().unwrap()).unwrap();
    let store = Sqlite::open(file.file_name().unwrap()).unwrap();
    put(&store, b"key", b"1");
    env::set_current_dir("/").unwrap();
    say(format_args!("{:?}", store.load(b"key")));
}

fn fill(file: &Path) {
    let ballast = file.with_extension("ballast");
    fs::write(&ballast, vec![1; 300_000]).unwrap();
    let store = Sqlite::open(file).unwrap();
    let mut value = vec![0; 1000];
    put(&store, b"value", &value);
    let error = loop {
        let longer = vec![0; value.len() + 50_000];
        match replace(&store, b"value", &value, &longer) {
            Ok(Exchange::Done) => value = longer,
            Ok(Exchange::Changed) => panic!("nobody else writes"),
            Err(error) => break error,
        }
    };
    assert_eq!(store.load(b"value"), Ok(Some(value.clone())));
    say(format_args!("{error:?}"));
    say(value.len());
    fs::remove_file(ballast).unwrap();
    let smaller = replace(&store, b"value", &value, b"small");
    assert_eq!(smaller, Ok(Exchange::Done));
    let restored = replace(&store, b"value", b"small", &value);
    assert_eq!(restored, Ok(Exchange::Done));
    say("usable");
}

#[cfg(feature = "session")]
fn end_all(file: &Path, now: u64) {
    use portcullis::{
        Timestamp,
        session::{Policy, Sessions},
    };

    let sessions = Sessions::new(Policy::back_office(), Sqlite::open(file).unwrap());
    sessions
        .end_all("ada", Timestamp::from_millis(now))
        .unwrap();
    say("ended");
    io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

#[cfg(target_os = "linux")]
mod forked {
    use super::*;

    unsafe extern "C" {
        fn fork() -> i32;
        fn waitpid(process: i32, status: *mut i32, options: i32) -> i32;
        fn _exit(status: i32) -> !;
    }

    /// Descriptors of the file and its log in this process.
    fn open_files(file: &Path) -> usize {
        let name = file.to_str().unwrap();
        fs::read_dir("/proc/self/fd")
            .unwrap()
            .filter_map(|entry| fs::read_link(entry.unwrap().path()).ok())
            .filter(|target| target.to_string_lossy().starts_with(name))
            .count()
    }

    pub(super) fn fork_off(file: &Path) {
        let store = Sqlite::open(file).unwrap();
        put(&store, b"key", b"1");
        store.load(b"key").unwrap();
        // SAFETY: the child has one thread and leaves by `_exit`.
        let child = unsafe { fork() };
        if child == 0 {
            let done = std::panic::catch_unwind(|| in_child(file, store)).is_ok();
            // SAFETY: it takes any number.
            unsafe { _exit(i32::from(!done)) };
        }
        let mut status = -1;
        // SAFETY: the status is a place for one number.
        unsafe { waitpid(child, &raw mut status, 0) };
        say(format_args!("the child is done: {status}"));
        let replaced = update(&store, b"key", |value| {
            assert_eq!(value, Some(b"1".as_slice()));
            Ok::<_, Failed>((Change::Put(Entry::new(b"2".to_vec())), ()))
        });
        if replaced.is_ok() && super::super::integrity(file) == "ok" {
            say("the parent goes on");
        }
    }

    fn in_child(file: &Path, store: Sqlite) {
        say(format_args!("load {:?}", store.load(b"key").map(drop)));
        say(format_args!("open {:?}", Sqlite::open(file).err()));
        let before = open_files(file);
        drop(store);
        if before > 0 && open_files(file) == before {
            say("closed nothing");
        }
    }
}
