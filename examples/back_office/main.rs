//! A back office puts its own security page to the test.
//!
//! Reads a staff list, a policy and a log, plays a few working days on simulated time, and says of
//! each promise what was tried, what was seen, and whether it was kept. Exit status 1 if one was
//! broken, 2 if a file could not be used.
//!
//! ```sh
//! cargo run --example back_office --features full
//! cargo run --example back_office --features full -- --staff mine.csv --policy mine.toml --log mine.log
//! ```
#![allow(
    clippy::print_stdout,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "an example prints, and its files are checked when they are read"
)]

mod files;
mod office;
mod promises;
mod report;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use files::Wrong;
use office::Office;
use portcullis::Timestamp;
use promises::Outcome;

const USAGE: &str = "usage: back_office [--staff FILE.csv] [--policy FILE.toml] [--log FILE]";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

struct Arguments {
    staff: PathBuf,
    policy: PathBuf,
    log: PathBuf,
}

fn arguments() -> Result<Option<Arguments>, lexopt::Error> {
    use lexopt::prelude::*;
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/back_office");
    let mut arguments = Arguments {
        staff: shipped.join("staff.csv"),
        policy: shipped.join("policy.toml"),
        log: shipped.join("app.log"),
    };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("staff") => arguments.staff = parser.value()?.into(),
            Long("policy") => arguments.policy = parser.value()?.into(),
            Long("log") => arguments.log = parser.value()?.into(),
            Short('h') | Long("help") => return Ok(None),
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
            eprintln!("back_office: {error}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match open(&arguments) {
        Ok((office, log)) => play(&office, &log),
        Err(wrong) => {
            eprintln!("{wrong}");
            ExitCode::from(2)
        }
    }
}

/// The office on the morning after the last person was enrolled.
fn open(arguments: &Arguments) -> Result<(Office, Vec<u8>), Wrong> {
    let roles = files::read_policy(&arguments.policy)?;
    let people = files::read_staff(&arguments.staff, &roles)?;
    let log = files::read(&arguments.log)?;
    let last = people
        .iter()
        .map(|person| person.enrolled)
        .max()
        .unwrap_or_default();
    let midnight = last.as_secs() / DAY.as_secs() * DAY.as_secs();
    let morning = Timestamp::from_secs(midnight).saturating_add(DAY + DAY / 3);
    let office = Office::new(people, roles, morning).map_err(Wrong::account)?;
    Ok((office, log))
}

fn play(office: &Office, log: &[u8]) -> ExitCode {
    println!(
        "The promises of a security page, put to the test by {} people.",
        office.people.len()
    );
    println!("· what is tried   ✓ seen as promised   ✗ not as promised\n");
    let scenes: [fn(&Office) -> Outcome; 11] = [
        promises::passwords_are_stored_as_hashes,
        promises::passwords_have_twelve_characters_of_four_kinds,
        promises::everybody_has_a_second_factor,
        promises::idle_sessions_end,
        promises::roles_limit_who_sees_personal_data,
        promises::tenants_do_not_see_each_other,
        promises::administrators_prove_a_second_factor,
        promises::administrators_manage_access,
        promises::data_is_encrypted,
        promises::passwords_expire_after_six_months,
        promises::five_failures_force_a_reset,
    ];
    let mut ledger = Ledger::default();
    for scene in scenes {
        clock(office);
        ledger.enter(scene(office));
    }
    clock(office);
    ledger.enter(promises::a_leaver_is_out_at_once(office));
    ledger.enter(promises::secrets_stay_out_of_the_log(
        office,
        log,
        &office.all_passwords(),
    ));
    ledger.close()
}

/// The time of the play, to the second.
fn clock(office: &Office) {
    println!(
        "── {} ──",
        office
            .now()
            .to_string()
            .replace('T', " ")
            .split('.')
            .next()
            .unwrap_or_default()
    );
}

#[derive(Default)]
struct Ledger {
    kept: usize,
    broken: usize,
}

impl Ledger {
    fn enter(&mut self, scene: Outcome) {
        match scene {
            Ok(promise) => {
                println!("{promise}");
                if promise.kept() {
                    self.kept += 1
                } else {
                    self.broken += 1
                }
            }
            Err(error) => {
                println!("BROKEN the play stopped: {error}\n");
                self.broken += 1;
            }
        }
    }

    fn close(&self) -> ExitCode {
        println!("{} promises kept, {} broken.", self.kept, self.broken);
        if self.broken == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}
