//! Those who race, each in a process of its own.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use portcullis::store::Store;

use crate::actors::{Actor, Crew};

/// What begins a line of an actor on standard output, where the test harness writes too.
const PROMPT: &str = "> ";
/// Where a process is told which store to open.
const STORE: &str = "PORTCULLIS_TEST_STORE";

/// Each in a process of its own: this program, started again to run one of its tests alone.
pub(crate) struct Processes(Vec<Process>);

struct Process {
    child: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
}

impl Processes {
    /// Starts `number` processes that run `test`, which shall call [`take_part`].
    pub(crate) fn start(number: usize, test: &str, store: &str) -> Self {
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
        Self((0..number).map(start).collect())
    }
}

impl Crew for Processes {
    fn size(&self) -> usize {
        self.0.len()
    }

    fn at_once(&mut self, lines: &[String]) -> Vec<String> {
        for (process, line) in self.0.iter_mut().zip(lines) {
            writeln!(process.to.as_ref().unwrap(), "{line}").unwrap();
        }
        let processes = self.0.iter_mut().zip(lines);
        processes.map(|(process, _)| process.answer()).collect()
    }
}

impl Process {
    fn answer(&mut self) -> String {
        loop {
            let mut line = String::new();
            let read = self.from.read_line(&mut line).unwrap();
            assert!(read > 0, "a process ended before it answered");
            if let Some(answer) = line.trim_end().strip_prefix(PROMPT) {
                return answer.to_owned();
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

/// What this process was told to open, when it was started for a race.
pub(crate) fn store_of_this_process() -> Option<String> {
    std::env::var(STORE).ok()
}

/// Does what standard input says until it ends.
pub(crate) fn take_part<S: Store>(store: S) {
    let mut actor = Actor::new(store);
    // Not a macro: those are captured by the test harness. It has begun a line.
    let mut out = std::io::stdout().lock();
    writeln!(out).unwrap();
    for line in std::io::stdin().lock().lines() {
        let answer = actor.act(&line.unwrap());
        writeln!(out, "{PROMPT}{answer}").unwrap();
    }
}
