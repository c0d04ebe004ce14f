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

mod data;
mod factors;
mod files;
mod office;
mod report;
mod sign_in;

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use files::Wrong;
use office::Office;
use portcullis::Timestamp;
use report::{Played, Promise, promise};

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
    let office = match open(&arguments) {
        Ok(office) => office,
        Err(wrong) => {
            eprintln!("{wrong}");
            return ExitCode::from(2);
        }
    };
    match play(&office, &mut io::stdout().lock()) {
        Ok(status) => status,
        // whoever reads along may stop reading
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("back_office: standard output: {error}");
            ExitCode::from(2)
        }
    }
}

/// The office on the morning after the last person was enrolled.
fn open(arguments: &Arguments) -> Result<Office, Wrong> {
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
    Office::new(people, roles, log, morning).map_err(Wrong::account)
}

/// A sentence of the security page and what puts it to the test.
type Scene = (Promise, fn(&mut Promise, &Office) -> Played);

fn scene(
    ids: &'static str,
    page: &'static str,
    play: fn(&mut Promise, &Office) -> Played,
) -> Scene {
    (promise(ids, page), play)
}

/// The ids are those of the promises that a scene stands for.
fn scenes() -> [Scene; 16] {
    [
        scene(
            "S2-08 S4-19 S3-20",
            "Passwords are one-way hashed; password hashes only are stored.",
            sign_in::passwords_are_stored_as_hashes,
        ),
        scene(
            "S4-17",
            "12 characters minimum, at least 1 capital, 1 lower case, one symbol, one number.",
            sign_in::passwords_have_twelve_characters_of_four_kinds,
        ),
        scene(
            "S0-05 S1-14",
            "Accounts use two-factor authentication; for staff and administrators it is required.",
            sign_in::everybody_has_a_second_factor,
        ),
        scene(
            "S4-06",
            "All employees are required to use 2FA with all of their accounts.",
            factors::a_grace_ends_in_enrolment,
        ),
        scene(
            "S0-11 S0-05",
            "Account-level two-factor authentication.",
            factors::a_phone_is_replaced,
        ),
        scene(
            "S4-22 S3-22",
            "Auto sign-out after 15 minutes of inactivity.",
            sign_in::idle_sessions_end,
        ),
        scene(
            "S3-24 S0-04 S1-15",
            "Role based access control: roles limit the visibility of personal data.",
            data::roles_limit_who_sees_personal_data,
        ),
        scene(
            "S1-18",
            "Customer data is prevented from being exposed to other customers.",
            data::tenants_do_not_see_each_other,
        ),
        scene(
            "S1-14 S0-18",
            "Multi-factor authentication for administrator access is mandatory.",
            data::administrators_prove_a_second_factor,
        ),
        scene(
            "S4-21",
            "Admins can manage user access.",
            data::administrators_manage_access,
        ),
        scene(
            "S4-12",
            "We encrypted our data on all databases (AES-256).",
            data::data_is_encrypted,
        ),
        scene(
            "S4-15 S4-16 S4-18",
            "Passwords expire every 6 months; then the user is forced to choose a new one, and the previous one cannot be re-used.",
            sign_in::passwords_expire_after_six_months,
        ),
        scene(
            "S4-20",
            "Password reset is enforced after 5 unsuccessful login attempts.",
            sign_in::five_failures_force_a_reset,
        ),
        scene(
            "S4-13 S4-14",
            "Login attempt analytics, and reports on failed authentication attempts.",
            factors::attempts_are_reported,
        ),
        scene(
            "S1-12 S4-07",
            "When an employee leaves, all access is disabled immediately.",
            sign_in::a_leaver_is_out_at_once,
        ),
        scene(
            "S2-07 S3-18",
            "All sensitive information (passwords, API keys, security questions) is filtered from our logs.",
            data::secrets_stay_out_of_the_log,
        ),
    ]
}

fn play(office: &Office, out: &mut impl Write) -> io::Result<ExitCode> {
    let people = office.people.len();
    writeln!(
        out,
        "The promises of a security page, put to the test by {people} people."
    )?;
    writeln!(
        out,
        "· what is tried   ✓ seen as promised   ✗ not as promised\n"
    )?;
    let (mut kept, mut broken) = (0, 0);
    for (mut promise, play) in scenes() {
        let clock = office.now().to_string().replace('T', " ");
        writeln!(out, "── {} ──", clock.split('.').next().unwrap_or_default())?;
        if let Err(error) = play(&mut promise, office) {
            promise.saw(format!("the play stopped: {error}"), false);
        }
        writeln!(out, "{promise}")?;
        *(if promise.kept() {
            &mut kept
        } else {
            &mut broken
        }) += 1;
    }
    writeln!(out, "{kept} promises kept, {broken} broken.")?;
    Ok(if broken == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
