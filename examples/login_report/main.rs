//! Who failed to sign in, where and when, and what in it looks like an attack.
//!
//! Reads recorded attempts from a CSV file and prints the report of a time range: the seven days that
//! end with the day of the last attempt, or those asked for. Attempts before the range are its history.
//! Exit status 2 if the file could not be used.
//!
//! ```sh
//! cargo run --example login_report --features attempts,serde
//! cargo run --example login_report --features attempts,serde -- --from 2026-11-17 --until 2026-11-18T06:00:00Z
//! cargo run --example login_report --features attempts,serde -- --json mine.csv
//! ```
#![allow(clippy::print_stdout, reason = "an example prints")]

mod file;

use std::{
    error::Error,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use file::Line;
use portcullis::{
    Timestamp,
    attempts::report::{Log, Policy, Report},
};

const USAGE: &str = "usage: login_report [--from TIME] [--until TIME] [--json] [FILE.csv]";
const DAY_SECS: u64 = 24 * 60 * 60;
/// The days of a report, if nothing else is asked for.
const DAYS: u64 = 7;

struct Arguments {
    file: PathBuf,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
    form: Form,
}

#[derive(Clone, Copy)]
enum Form {
    Table,
    Json,
}

fn arguments() -> Result<Option<Arguments>, lexopt::Error> {
    use lexopt::prelude::*;
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/login_report");
    let mut arguments = Arguments {
        file: shipped.join("attempts.csv"),
        from: None,
        until: None,
        form: Form::Table,
    };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("from") => arguments.from = Some(parser.value()?.parse()?),
            Long("until") => arguments.until = Some(parser.value()?.parse()?),
            Long("json") => arguments.form = Form::Json,
            Short('h') | Long("help") => return Ok(None),
            Value(file) => arguments.file = file.into(),
            other => return Err(other.unexpected()),
        }
    }
    Ok(Some(arguments))
}

fn main() -> ExitCode {
    let arguments = match arguments() {
        Ok(Some(arguments)) => arguments,
        Ok(None) => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("login_report: {error}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let text = match report(&arguments).and_then(|report| write(&report, arguments.form)) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    };
    match io::stdout().lock().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        // whoever reads along may stop reading
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("login_report: standard output: {error}");
            ExitCode::from(2)
        }
    }
}

fn report(arguments: &Arguments) -> Result<Report, Box<dyn Error>> {
    let lines = file::read(&arguments.file)?;
    let until = arguments
        .until
        .unwrap_or_else(|| after_the_last_day(&lines));
    let week =
        |until: Timestamp| Timestamp::from_secs(until.as_secs().saturating_sub(DAYS * DAY_SECS));
    let from = arguments.from.unwrap_or_else(|| week(until));
    let mut log = Log::new(from..until).map_err(|error| format!("login_report: {error}"))?;
    log.extend(lines.iter().map(Line::attempt));
    Ok(Policy::default().report(log))
}

/// The midnight after the last attempt, in UTC.
fn after_the_last_day(lines: &[Line]) -> Timestamp {
    let last = lines.iter().map(|line| line.at).max().unwrap_or_default();
    let days = last.as_secs() / DAY_SECS;
    Timestamp::from_secs(days.saturating_add(1).saturating_mul(DAY_SECS))
}

fn write(report: &Report, form: Form) -> Result<String, Box<dyn Error>> {
    match form {
        Form::Table => Ok(report.to_string()),
        Form::Json => Ok(serde_json::to_string_pretty(report)? + "\n"),
    }
}
