//! The command line.

use std::path::PathBuf;

use portcullis::redact::{self, Counts, Policy};

use crate::summary;

const HELP: &str = "\
Takes secrets out of logs: passwords, tokens, keys, cookies, private keys, cards, bank accounts,
social security numbers, e-mail addresses.

usage: redact [option]... [FILE]...

Reads the files, or standard input where there is none or it is -, and writes the same lines with
[REDACTED:kind] in the place of each secret. Lines keep their order and their number, and are written
as soon as they are complete. Several files are one log, as cat joins them: give the oldest first,
redact app.log.1 app.log. A line of more than 1 MiB is withheld: [REDACTED:line].

what it does
  --detect           writes no lines; tells how much there is, and by its exit status whether
  --json             tells on standard error what was found, by kind and by rule, as one line of JSON
  --escape-controls  writes control characters as \\u001b: no value forges a line or moves a cursor
  --max-line BYTES   withholds lines that are longer: a number without a unit

what it looks for
  --no-pii           leaves cards, bank accounts, social security numbers and e-mail addresses
  --pii              looks for them: the default, to undo a --no-pii before it
  --rules            lists the rules, by their ids, and exits
  --no-rule ID       turns a rule off; --rule ID turns it on again
  --key NAME         values under this name are secret, too
  --safe-key NAME    values under this name, or path such as user.backup_password, are not
  --pattern ID=REGEX what matches is secret; with a group (?<secret>...), what that group matches.
                     Only where this program was built with the feature patterns

  --help             prints this

Options hold from left to right, but a --safe-key wins over any --key. No value of a log is ever told.

Exit status: 0 done, and with --detect: nothing was found; 1 with --detect only: something was found;
2 it could not be done, also where only one of several files could not be read, or a summary not be
told. Ends quietly, with 141, when nobody reads on. An output that was closed from the start (>&-) is
taken for /dev/null, which is no failure.
";

/// What is to be done.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Mode {
    Filter,
    Detect,
    /// A text that was asked for.
    Print(String),
}

#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) mode: Mode,
    pub(crate) policy: Policy,
    /// At least one.
    pub(crate) files: Vec<PathBuf>,
    is_json: bool,
}

impl Options {
    pub(crate) fn from_arguments(mut arguments: lexopt::Parser) -> Result<Self, lexopt::Error> {
        use lexopt::prelude::*;
        let mut options = Self {
            mode: Mode::Filter,
            policy: Policy::default(),
            files: Vec::new(),
            is_json: false,
        };
        let mut lists = false;
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("detect") => options.mode = Mode::Detect,
                Long("json") => options.is_json = true,
                Long("rules") => lists = true,
                Short('h') | Long("help") => {
                    options.mode = Mode::Print(HELP.to_owned());
                    return Ok(options);
                }
                Value(file) => options.files.push(file.into()),
                Long(name) => {
                    let name = name.to_owned();
                    options.policy = policy(options.policy, &name, &mut arguments)?;
                }
                other => return Err(other.unexpected()),
            }
        }
        if options.files.is_empty() {
            options.files.push("-".into());
        }
        if lists {
            options.mode = Mode::Print(summary::rules(&options.policy));
        }
        Ok(options)
    }

    /// What is told at the end.
    pub(crate) fn summary(&self, counts: &Counts) -> Option<String> {
        match self.mode {
            Mode::Print(_) => None,
            _ if self.is_json => Some(summary::json(counts)),
            Mode::Detect => Some(summary::text(counts)),
            Mode::Filter => None,
        }
    }
}

/// The policy with what an option of its own changes.
fn policy(
    policy: Policy,
    option: &str,
    arguments: &mut lexopt::Parser,
) -> Result<Policy, lexopt::Error> {
    use lexopt::prelude::*;
    let mut value = || arguments.value();
    Ok(match option {
        "key" => policy.with_key(&value()?.string()?),
        "safe-key" => policy.with_safe_key(&value()?.string()?),
        "no-pii" => policy.without_personal_data(),
        "pii" => policy.with_personal_data(),
        "escape-controls" => policy.with_escaped_controls(),
        "max-line" => {
            let given = value()?.string()?;
            let bytes = given
                .parse()
                .map_err(|_| format!("--max-line takes a number of bytes, not '{given}'"))?;
            policy.with_max_line(bytes)
        }
        "rule" => {
            let id = value()?.string()?;
            policy.with_rule(&id).map_err(|e| unknown(&id, &e))?
        }
        "no-rule" => {
            let id = value()?.string()?;
            policy.without_rule(&id).map_err(|e| unknown(&id, &e))?
        }
        #[cfg(feature = "patterns")]
        "pattern" => {
            let given = value()?.string()?;
            let (id, pattern) = given
                .split_once('=')
                .ok_or("--pattern takes ID=REGEX, such as badge=[A-Z]{2}[0-9]{6}")?;
            let added = policy.with_pattern(id, pattern, None);
            added.map_err(|e| lexopt::Error::Custom(format!("{id}: {e}").into()))?
        }
        other => return Err(lexopt::Arg::Long(other).unexpected()),
    })
}

fn unknown(id: &str, error: &redact::Error) -> lexopt::Error {
    lexopt::Error::Custom(format!("{id}: {error}; --rules lists them").into())
}
