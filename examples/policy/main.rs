//! Looks at policies from the command line: is the file right, what is most likely not meant in it,
//! why is somebody denied, who can do something, and what would another policy change?
//!
//! ```sh
//! cd examples/policy
//! alias policy='cargo run --quiet --example policy --features rbac,serde --'
//! policy check policy.toml
//! policy lint next.toml
//! policy explain policy.toml grants.csv bea acme project:edit
//! policy who-can policy.toml grants.csv acme project:edit
//! policy what-can policy.toml grants.csv ada acme
//! policy diff policy.toml next.toml grants.csv
//! policy print policy.toml --json
//! ```

mod command;
mod file;
#[cfg(test)]
mod tests;

use std::{
    ffi::OsString,
    io::{self, Write},
    process::ExitCode,
};

use command::{Answer, Command};

const HELP: &str = "\
Looks at policies: files of roles, in TOML or, where the name ends in .json, in JSON.

usage: policy check    POLICY...                     is it right, and which version is it?
       policy print    POLICY                        in the canonical form
       policy lint     POLICY                        what is most likely not meant?
       policy explain  POLICY GRANTS WHO TENANT PERMISSION [facts]
       policy who-can  POLICY GRANTS TENANT PERMISSION
       policy what-can POLICY GRANTS WHO TENANT
       policy diff     OLD NEW [GRANTS]              who would gain and lose what?

GRANTS is a CSV file with the columns subject, role, tenant, from and until; with `*` as its tenant
a grant counts everywhere, without times from ever and without end.

  --at TIME              in place of now: 2026-11-21T09:00:00Z
  --owner NAME           who owns what the question is about
  --second-factor TIME   when the subject last proved one
  --address ADDRESS      where the question comes from
  --environment NAME     which environment answers
  --attribute NAME=VALUE known of the subject or of what the question is about; may be repeated
  --json                 answers for programs; prints a policy as JSON
  --help                 prints this

Exit status: 0 yes, nothing found, no change of the policy for anybody; 1 no, findings, changes;
2 it could not be said, or not to the end.
";

const YES: u8 = 0;
const NO: u8 = 1;
const UNUSABLE: u8 = 2;

fn main() -> ExitCode {
    ExitCode::from(status(run(std::env::args_os(), &mut io::stdout().lock())))
}

/// The exit status. Whoever reads along may stop reading, but then was not told yes.
fn status(answered: io::Result<u8>) -> u8 {
    answered.unwrap_or_else(|error| {
        if error.kind() != io::ErrorKind::BrokenPipe {
            eprintln!("policy: standard output: {error}");
        }
        UNUSABLE
    })
}

/// Does what the arguments, of which the first is the name of the program, ask for.
fn run(arguments: impl IntoIterator<Item = OsString>, out: &mut impl Write) -> io::Result<u8> {
    let command = match Command::parse(lexopt::Parser::from_iter(arguments)) {
        Ok(Some(command)) => command,
        Ok(None) => {
            out.write_all(HELP.as_bytes())?;
            return Ok(YES);
        }
        Err(error) => {
            eprintln!("policy: {error}; see --help");
            return Ok(UNUSABLE);
        }
    };
    match command.answer() {
        Ok(Answer { text, status }) => {
            out.write_all(text.as_bytes())?;
            out.flush()?;
            Ok(status)
        }
        Err(wrong) => {
            eprintln!("{wrong}");
            Ok(UNUSABLE)
        }
    }
}
