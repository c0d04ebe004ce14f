//! A crowd in several processes.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use super::{CONNECTIONS, Crew, Deed, Threads, View};

/// What begins a line of a process on standard output, where the test harness writes too.
const PROMPT: &str = "> ";
/// Where a process is told which store to open.
const STORE: &str = "PORTCULLIS_TEST_STORE";
/// How many processes there are.
const PROCESSES: usize = 4;

/// Processes of this program, each started again to run one of its tests alone.
pub(crate) struct Processes {
    processes: Vec<Process>,
    size: usize,
}

struct Process {
    child: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
}

impl Processes {
    /// Starts processes that run `test`, which shall call [`take_part`]: a crowd of this size.
    pub(crate) fn start(size: usize, test: &str, store: &str) -> Self {
        let start = |_| {
            let mut child = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", test, "--test-threads=1"])
                .env(STORE, store)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let to = child.stdin.take();
            let from = BufReader::new(child.stdout.take().unwrap());
            Process { child, to, from }
        };
        let processes = (0..PROCESSES).map(start).collect();
        Self { processes, size }
    }
}

impl Crew for Processes {
    fn size(&self) -> usize {
        self.size
    }

    fn at_once(&mut self, number: usize, line: &str) -> Vec<String> {
        let most = self.size.div_ceil(PROCESSES);
        for (n, process) in self.processes.iter_mut().enumerate() {
            let first = n * most;
            let part = most.min(number.saturating_sub(first));
            writeln!(process.to.as_ref().unwrap(), "{part} {first} {line}").unwrap();
        }
        let processes = self.processes.iter_mut();
        processes.flat_map(Process::answers).collect()
    }
}

impl Process {
    fn answers(&mut self) -> Vec<String> {
        loop {
            let mut line = String::new();
            let read = self.from.read_line(&mut line).unwrap();
            assert!(read > 0, "a process ended before it answered");
            if let Some(answers) = line.trim_end_matches('\n').strip_prefix(PROMPT) {
                let answers = answers.split(';').filter(|answer| !answer.is_empty());
                return answers.map(str::to_owned).collect();
            }
        }
    }
}

/// A process ends when nobody tells it anything more.
impl Drop for Process {
    fn drop(&mut self) {
        drop(self.to.take());
        let _ = self.child.wait();
    }
}

/// Does what standard input says until it ends, when this process was started for a race.
pub(crate) fn take_part(deed: Deed) {
    let Ok(store) = std::env::var(STORE) else {
        return;
    };
    let open = |_| match store.split_once(' ').unwrap() {
        #[cfg(feature = "sqlite")]
        ("sqlite", path) => View::sqlite(path.as_ref()),
        #[cfg(feature = "redis")]
        ("redis", url) => View::redis(url),
        _ => panic!("not built in: {store}"),
    };
    let mut threads = Threads::new(0, (0..CONNECTIONS).map(open).collect(), deed);
    // Not a macro: those are captured by the test harness. It has begun a line.
    let mut out = std::io::stdout().lock();
    writeln!(out).unwrap();
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        let mut words = line.splitn(3, ' ');
        let (number, first) = (words.next().unwrap(), words.next().unwrap());
        let line = words.next().unwrap();
        threads.first = first.parse().unwrap();
        let answers = threads.at_once(number.parse().unwrap(), line).join(";");
        writeln!(out, "{PROMPT}{answers}").unwrap();
    }
}
