//! A filter that takes secrets out of logs: files or a pipe in, the same lines without secrets out.
//!
//! ```sh
//! alias redact='cargo run --release --quiet --example redact --features redact --'
//! tail -f app.log | redact
//! redact app.log.1 app.log > clean.log
//! redact --detect --json app.log || echo "do not share this log"
//! ```

mod options;
#[path = "../backup/progress.rs"]
mod progress;
mod summary;
#[cfg(test)]
mod tests;

use std::{
    ffi::OsStr,
    fs::File,
    io::{self, ErrorKind, IsTerminal, Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    thread,
    time::Duration,
};

use options::{Mode, Options};
use portcullis::redact::{Counts, Policy, Writer};
use progress::Progress;

/// Something was found, which only `--detect` asks.
const FOUND: u8 = 1;
const UNDONE: u8 = 2;
/// What a shell reports for a process that SIGPIPE ended: 128 + 13.
const BROKEN_PIPE: u8 = 141;
/// The capacity of a pipe on Linux.
const CHUNK: usize = 64 * 1024;
/// Reading more takes a second or so.
const LARGE: u64 = 256 * 1024 * 1024;
/// What a person waits without noticing.
const SOON: Duration = Duration::from_millis(5);

fn main() -> ExitCode {
    let options = match Options::from_arguments(lexopt::Parser::from_env()) {
        Ok(options) => options,
        Err(error) => return ExitCode::from(refuse(&error, &mut io::stderr())),
    };
    let terminals = Terminals {
        output: io::stdout().is_terminal(),
        messages: io::stderr().is_terminal(),
    };
    let status = run(
        &options,
        &terminals,
        io::stdin().lock(),
        io::stdout().lock(),
        &mut io::stderr(),
    );
    ExitCode::from(status)
}

/// Says why nothing is done. Where nobody takes the message, the status says it.
fn refuse(error: &lexopt::Error, messages: &mut impl Write) -> u8 {
    let _ = writeln!(messages, "redact: {error}; see --help");
    UNDONE
}

/// What a person looks at.
struct Terminals {
    output: bool,
    messages: bool,
}

/// Does what the options ask and gives the exit status.
fn run(
    options: &Options,
    terminals: &Terminals,
    input: impl Read,
    output: impl Write,
    messages: &mut impl Write,
) -> u8 {
    let mut output = Patient(output);
    let mut work = Work {
        policy: &options.policy,
        // A bar among the lines of the log would be neither.
        is_watched: terminals.messages && (!terminals.output || options.mode == Mode::Detect),
        counts: Counts::default(),
        input: Some(input),
        failed: false,
    };
    let done = match &options.mode {
        Mode::Print(text) => output.write_all(text.as_bytes()).map_err(Failure::Output),
        Mode::Filter => work.all(&options.files, &mut output, messages),
        Mode::Detect => work.all(&options.files, &mut io::sink(), messages),
    };
    // Standard output may keep a part of a line; where it is gone nobody wants it.
    let done = done.and_then(|()| output.flush().map_err(Failure::Output));
    match done {
        Err(Failure::Output(error)) if error.kind() == ErrorKind::BrokenPipe => return BROKEN_PIPE,
        Err(failure) => work.say(&failure, messages),
        Ok(()) => {}
    }
    if let Some(summary) = options.summary(&work.counts) {
        // It was asked for.
        work.failed |= messages.write_all(summary.as_bytes()).is_err();
    }
    match options.mode {
        _ if work.failed => UNDONE,
        Mode::Detect if work.counts.total() > 0 || work.counts.withheld() > 0 => FOUND,
        _ => 0,
    }
}

/// One run over all inputs.
struct Work<'p, R> {
    policy: &'p Policy,
    is_watched: bool,
    counts: Counts,
    /// Standard input, which can be read once.
    input: Option<R>,
    failed: bool,
}

enum Failure {
    Input(PathBuf, io::Error),
    Output(io::Error),
}

impl<R: Read> Work<'_, R> {
    /// Filters the files as one log: what begins at the end of one goes on in the next.
    fn all(
        &mut self,
        files: &[PathBuf],
        output: &mut impl Write,
        messages: &mut impl Write,
    ) -> Result<(), Failure> {
        let mut output = Writer::new(self.policy.clone(), output);
        let done = self.each(files, &mut output, messages);
        self.counts = output.counts().clone();
        done?;
        let (_, counts) = output.finish().map_err(Failure::Output)?;
        self.counts = counts;
        Ok(())
    }

    /// One after the other; what cannot be read is said, and does not keep the others from being
    /// read.
    fn each(
        &mut self,
        files: &[PathBuf],
        output: &mut impl Write,
        messages: &mut impl Write,
    ) -> Result<(), Failure> {
        for file in files {
            match self.one(file, output) {
                Err(failure @ Failure::Input(..)) => self.say(&failure, messages),
                done => done?,
            }
        }
        Ok(())
    }

    fn one(&mut self, file: &Path, output: &mut impl Write) -> Result<(), Failure> {
        if file == OsStr::new("-") {
            let input = self.input.take();
            let read = input.map(|input| self.filter(input, output));
            return read.unwrap_or(Ok(())).map_err(|f| named(f, file));
        }
        let open = || {
            let opened = File::open(file)?;
            let len = opened.metadata()?.len();
            Ok((opened, len))
        };
        let (opened, len) = open().map_err(|e| Failure::Input(file.to_owned(), e))?;
        let seen = self.is_watched && len >= LARGE;
        let input = Progress::new(opened, Some(len), seen);
        self.filter(input, output).map_err(|f| named(f, file))
    }

    /// Copies `input` to the writer that takes out its secrets. Each read is flushed, so that lines
    /// which arrive one at a time leave one at a time.
    fn filter(&self, mut input: impl Read, output: &mut impl Write) -> Result<(), Failure> {
        let mut chunk = vec![0; CHUNK];
        loop {
            let read = match input.read(&mut chunk) {
                Ok(0) => return Ok(()),
                Ok(read) => read,
                Err(e) if e.kind() == ErrorKind::Interrupted => continue,
                // What was read is in the writer, and not lost with what could not be.
                Err(e) => return Err(Failure::Input(PathBuf::new(), e)),
            };
            let lines = chunk.get(..read).unwrap_or_default();
            output.write_all(lines).map_err(Failure::Output)?;
            output.flush().map_err(Failure::Output)?;
        }
    }

    fn say(&mut self, failure: &Failure, messages: &mut impl Write) {
        self.failed = true;
        let _ = match failure {
            Failure::Input(file, error) if file == OsStr::new("-") => {
                writeln!(messages, "redact: standard input cannot be read: {error}")
            }
            Failure::Input(file, error) => {
                writeln!(messages, "redact: {}: {error}", file.display())
            }
            Failure::Output(error) => {
                writeln!(
                    messages,
                    "redact: standard output cannot be written: {error}"
                )
            }
        };
    }
}

/// The failure with the name of its input.
fn named(failure: Failure, file: &Path) -> Failure {
    match failure {
        Failure::Input(_, error) => Failure::Input(file.to_owned(), error),
        output => output,
    }
}

/// Waits where a pipe that does not block is full: what is read stays in step with what is taken.
struct Patient<W>(W);

impl<W: Write> Write for Patient<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        loop {
            match self.0.write(buf) {
                Err(e) if e.kind() == ErrorKind::WouldBlock => thread::sleep(SOON),
                outcome => return outcome,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        loop {
            match self.0.flush() {
                Err(e) if e.kind() == ErrorKind::WouldBlock => thread::sleep(SOON),
                outcome => return outcome,
            }
        }
    }
}
