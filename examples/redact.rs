//! A filter that takes secrets out of a log: lines in, redacted lines out.
//!
//! `cargo run --release --example redact --features redact < app.log`

use std::{
    io::{self, ErrorKind, Read, Write},
    process::ExitCode,
};

use portcullis::redact::{Policy, Writer};

const HELP: &str = "\
Reads log lines from standard input and writes them, without their secrets, to standard output.

usage: redact [--key NAME]... [--safe-key NAME]... < app.log

  --key NAME       values under this name are secret, too
  --safe-key NAME  values under this name are not
  --help           prints this

Lines keep their order and their number, and are written as soon as they are complete. A line of
more than 1 MiB is withheld: [REDACTED:line] stands in its place.
Exit status: 0 done, 1 input or output failed, 2 wrong usage. Ends quietly when nobody reads on.
";

/// What a shell reports for a process that SIGPIPE ended: 128 + 13.
const BROKEN_PIPE: u8 = 141;
const WRONG_USAGE: u8 = 2;
/// The capacity of a pipe on Linux.
const CHUNK: usize = 64 * 1024;

fn main() -> ExitCode {
    let policy = match options() {
        Ok(Some(policy)) => policy,
        Ok(None) => {
            return ended(
                io::stdout()
                    .write_all(HELP.as_bytes())
                    .map_err(Failure::Output),
            );
        }
        Err(error) => {
            eprintln!("redact: {error}; see --help");
            return ExitCode::from(WRONG_USAGE);
        }
    };
    ended(filter(policy, io::stdin().lock(), io::stdout().lock()))
}

/// The policy that the command line asks for; None where it asks for help.
fn options() -> Result<Option<Policy>, lexopt::Error> {
    use lexopt::prelude::*;
    let mut policy = Policy::default();
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        policy = match argument {
            Long("key") => policy.with_key(&arguments.value()?.string()?),
            Long("safe-key") => policy.with_safe_key(&arguments.value()?.string()?),
            Short('h') | Long("help") => return Ok(None),
            other => return Err(other.unexpected()),
        };
    }
    Ok(Some(policy))
}

enum Failure {
    Input(io::Error),
    Output(io::Error),
}

/// Copies `input` to `output` without its secrets. Each read is flushed, so that lines which arrive
/// one at a time leave one at a time.
fn filter(policy: Policy, mut input: impl Read, output: impl Write) -> Result<(), Failure> {
    let mut output = Writer::new(policy, output);
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = match input.read(&mut chunk) {
            Ok(0) => break,
            Ok(read) => read,
            Err(e) if e.kind() == ErrorKind::Interrupted => continue,
            Err(e) => {
                // What was read is not lost with what could not be.
                output.finish().map_err(Failure::Output)?;
                return Err(Failure::Input(e));
            }
        };
        let lines = chunk.get(..read).unwrap_or_default();
        output.write_all(lines).map_err(Failure::Output)?;
        output.flush().map_err(Failure::Output)?;
    }
    output.finish().map(drop).map_err(Failure::Output)
}

fn ended(outcome: Result<(), Failure>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Output(e)) if e.kind() == ErrorKind::BrokenPipe => ExitCode::from(BROKEN_PIPE),
        Err(Failure::Output(e)) => failed("standard output cannot be written", &e),
        Err(Failure::Input(e)) => failed("standard input cannot be read", &e),
    }
}

fn failed(what: &str, error: &io::Error) -> ExitCode {
    eprintln!("redact: {what}: {error}");
    ExitCode::FAILURE
}
