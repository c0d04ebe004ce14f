//! A real redis-server for a test: on a free loopback port and a socket of its own, in a temporary
//! directory of its own, killed on drop. The one that a distribution may run on 6379 is not used.
//!
//! ```ignore
//! #[path = "redis_server/mod.rs"]
//! mod redis_server;
//!
//! #[test]
//! fn does_something() {
//!     let Some(mut server) = redis_server::start() else { return }; // says that it was skipped
//!     let store = portcullis::store::Redis::open(&server.url()).unwrap();
//!     server.kill(); // as in a crash
//!     server.restart(); // same port, same directory, same arguments
//! }
//! ```
//!
//! Where no `redis-server` is installed, [`start`] writes to standard error that the test was
//! skipped and gives None; with `CI` in the environment it fails the test instead.
#![allow(
    dead_code,
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::panic,
    reason = "each test uses a part of it, and stops at what it did not expect"
)]

use std::{
    env, fs,
    io::{self, BufRead, BufReader, Write},
    net::{Ipv4Addr, TcpListener},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

/// How long a server may take to answer: far more than it does.
const PATIENCE: Duration = Duration::from_secs(30);
/// Ports tried, should another process take the one that was free.
const PORTS: usize = 10;

static STARTED: AtomicU32 = AtomicU32::new(0);

/// A running, stopped or killed server.
#[derive(Debug)]
pub(crate) struct Server {
    child: Option<Child>,
    port: u16,
    dir: PathBuf,
    args: Vec<String>,
}

/// A server that keeps nothing on disk, or None where there is no redis-server.
pub(crate) fn start() -> Option<Server> {
    start_with(&[])
}

/// A server with these arguments, as in `&["--appendonly", "yes"]`, over the defaults of [`start`].
pub(crate) fn start_with(args: &[&str]) -> Option<Server> {
    if !is_installed() {
        return None;
    }
    let number = STARTED.fetch_add(1, Ordering::Relaxed);
    let name = format!("portcullis-redis-{}-{number}", std::process::id());
    let dir = env::temp_dir().join(name);
    // What a process of the same number left that was killed.
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir(&dir).unwrap();
    let mut server = Server {
        child: None,
        port: 0,
        dir,
        args: args.iter().map(ToString::to_string).collect(),
    };
    for _ in 0..PORTS {
        server.port = free_port();
        if server.run() {
            return Some(server);
        }
    }
    panic!("redis-server did not start: {}", server.log());
}

/// Whether there is a redis-server; where there is none, says that the test is skipped.
fn is_installed() -> bool {
    if version().is_some() {
        return true;
    }
    let current = thread::current();
    let test = current.name().unwrap_or("a test").to_owned();
    assert!(
        env::var_os("CI").is_none(),
        "no redis-server on this machine, and CI must not skip {test}"
    );
    // Not a macro, those are captured while a test passes; and in one piece.
    let text = format!("no redis-server on this machine: skipped {test}\n");
    let _ = io::stderr().write_all(text.as_bytes());
    false
}

/// What `redis-server --version` says, or None where there is none.
pub(crate) fn version() -> Option<String> {
    let output = Command::new("redis-server")
        .arg("--version")
        .output()
        .ok()?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// A port of 127.0.0.1 that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

impl Server {
    /// `redis://127.0.0.1:PORT`.
    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// The same with a user and a password: `self.url_of(":secret")`, `self.url_of("ann:secret")`.
    pub(crate) fn url_of(&self, user_and_password: &str) -> String {
        format!("redis://{user_and_password}@127.0.0.1:{}", self.port)
    }

    /// `unix:///…/socket`, the same server.
    pub(crate) fn unix_url(&self) -> String {
        format!("unix://{}", self.socket().display())
    }

    /// The port on 127.0.0.1.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Where the server keeps its files.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Kills it as a crash would (SIGKILL). Nothing is saved.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Stops it in good order (SIGTERM).
    pub(crate) fn stop(&mut self) {
        self.signal("TERM");
        if let Some(mut child) = self.child.take() {
            child.wait().unwrap();
        }
    }

    /// Starts it again on the same port and in the same directory, after killing it if it runs.
    pub(crate) fn restart(&mut self) {
        self.kill();
        assert!(self.run(), "redis-server did not come back: {}", self.log());
    }

    /// Lets it hang: it takes connections and commands, and answers nothing (SIGSTOP).
    pub(crate) fn hang(&self) {
        self.signal("STOP");
    }

    /// Lets it go on after [`Server::hang`]: it answers what it was sent meanwhile.
    pub(crate) fn go_on(&self) {
        self.signal("CONT");
    }

    /// Sends one command over a connection of its own; the answer as text, the elements of an array
    /// one a line, nil as `nil`, an error with its `-`.
    pub(crate) fn command(&self, words: &[&str]) -> String {
        let words: Vec<&[u8]> = words.iter().map(|word| word.as_bytes()).collect();
        self.try_command(&words).unwrap()
    }

    /// [`Server::command`] with words of any bytes, and an error when there is no answer.
    pub(crate) fn try_command(&self, words: &[&[u8]]) -> io::Result<String> {
        let mut socket = UnixStream::connect(self.socket())?;
        socket.set_read_timeout(Some(PATIENCE))?;
        let mut bytes = format!("*{}\r\n", words.len()).into_bytes();
        for word in words {
            bytes.extend(format!("${}\r\n", word.len()).bytes());
            bytes.extend_from_slice(word);
            bytes.extend(b"\r\n");
        }
        socket.write_all(&bytes)?;
        answer(&mut BufReader::new(socket))
    }

    /// What it wrote to its log.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.dir.join("log")).unwrap_or_default()
    }

    fn socket(&self) -> PathBuf {
        self.dir.join("socket")
    }

    fn signal(&self, name: &str) {
        if let Some(child) = &self.child {
            let kill = format!("kill -{name} {}", child.id());
            let status = Command::new("sh").args(["-c", &kill]).status().unwrap();
            assert!(status.success(), "{kill}");
        }
    }

    /// Starts the process and waits until it answers on its socket, which it opens after its port;
    /// false when it ended before.
    fn run(&mut self) -> bool {
        let _ = fs::remove_file(self.socket());
        let log = fs::File::create(self.dir.join("log")).unwrap();
        let mut child = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--port", &self.port.to_string()])
            .args(["--save", "", "--appendonly", "no", "--daemonize", "no"])
            .args(["--repl-diskless-sync-delay", "0"])
            .args(["--dir", &self.dir.display().to_string()])
            .args(["--unixsocket", &self.socket().display().to_string()])
            .args(&self.args)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if child.try_wait().unwrap().is_some() {
                return false;
            }
            let answer = self.try_command(&[b"PING"]).unwrap_or_default();
            if answer == "PONG" || answer.starts_with("-NOAUTH") {
                self.child = Some(child);
                return true;
            }
            thread::sleep(Duration::from_millis(10));
        }
        let _ = child.kill();
        let _ = child.wait();
        false
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        let _ = fs::remove_dir_all(&self.dir);
    }
}

fn answer(from: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    from.read_line(&mut line)?;
    let line = line.trim_end();
    let Some((kind, rest)) = line.split_at_checked(1) else {
        return Err(io::ErrorKind::UnexpectedEof.into());
    };
    match (kind, rest) {
        ("$" | "*", "-1") => Ok("nil".to_owned()),
        ("$", len) => {
            let mut bytes = vec![0; len.parse::<usize>().unwrap() + 2];
            from.read_exact(&mut bytes)?;
            bytes.truncate(bytes.len() - 2);
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        }
        ("*", len) => {
            let elements: io::Result<Vec<String>> = (0..len.parse::<usize>().unwrap())
                .map(|_| answer(from))
                .collect();
            Ok(elements?.join("\n"))
        }
        ("-", _) => Ok(line.to_owned()),
        _ => Ok(rest.to_owned()),
    }
}
