//! Sign-ins to one account at the same moment, on every store: what the races of `totp` and of
//! `attempts` come to where both are in one record.
#![cfg(feature = "account")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

mod races;

use std::thread;

use portcullis::{
    Timestamp,
    account::{Accounts, Client, Error, Next, Policy},
    attempts::DeviceKeys,
    password::{Cost, Hasher},
    rbac::Grants,
    totp::Uri,
};
use races::{Crew, Story, View, expect, tally};

/// 2026-11-21T09:00:00Z.
const NINE: u64 = 1_795_251_600;
const PASSWORD: &str = "Correct-Horse-7";
/// How often somebody comes back who is told that there is no slot just now, and who is told to wait
/// after a code that was used: that wait is as long, and does not end here.
const PATIENCE: usize = 5000;
const PATIENCE_FOR_CODES: usize = 20;

fn at(secs: u64) -> Timestamp {
    Timestamp::from_secs(NINE + secs)
}

fn devices() -> DeviceKeys {
    DeviceKeys::new([7; 32])
}

/// What one of the crowd does: a verb, a login name, what they type, and the time in seconds after
/// nine o'clock.
fn deed(view: &View, words: &[&str], who: usize) -> String {
    let ([verb, login, typed, now], View::Blocking(store)) = (words, view) else {
        panic!("not a line for one of a crowd: {words:?}")
    };
    let hasher = Hasher::new(Cost::new(8, 1, 1).unwrap());
    let policy = Policy::back_office("Example Ltd").unwrap();
    let accounts = Accounts::danger_unsealed(policy.with_hasher(hasher), store);
    let accounts = accounts.with_device_keys(devices());
    let (password, now) = (PASSWORD.into(), at(now.parse().unwrap()));
    let stranger = Client::stranger();
    let known = stranger.with_device_token(typed);
    let ticket = || match accounts.sign_in(login, &password, now)? {
        Next::FactorNeeded(ticket) => Ok(ticket),
        _ => Err(Error::Denied),
    };
    let attempt = || match *verb {
        "register" => {
            accounts.register(login, &password, Grants::new(), now)?;
            let Next::EnrolmentNeeded(ticket) = accounts.sign_in(login, &password, now)? else {
                return Err(Error::Denied);
            };
            let phone = accounts.enrol(&ticket, now)?;
            let enrolled = accounts.confirm_enrolment(&ticket, &phone.code_at(now), now)?;
            let code = enrolled.recovery_codes[3].expose_secret();
            Ok(format!("{} {code}", phone.expose_secret()))
        }
        "code" => accounts.second_factor(&ticket()?, typed, now).map(told),
        "recovery" => accounts.recovery_code(&ticket()?, typed, now).map(told),
        "guess" => {
            let guess = format!("Guess-number-{who}").as_str().into();
            accounts.sign_in(login, &guess, now).map(told)
        }
        "owner" => accounts
            .sign_in_from(login, &password, &known, now)
            .map(told),
        "sessions" => {
            let sessions = accounts.sessions(login, now)?;
            Ok(format!("{} sessions", sessions.len()))
        }
        _ => panic!("not a verb: {verb}"),
    };
    let patience = match *verb {
        "code" | "recovery" => PATIENCE_FOR_CODES,
        _ => PATIENCE,
    };
    for _ in 0..patience {
        match attempt() {
            Err(Error::Busy { .. }) => thread::yield_now(),
            Ok(answer) => return answer,
            Err(error) => return format!("{error:?}"),
        }
    }
    "busy".to_owned()
}

fn told(next: Next) -> String {
    match next {
        Next::SignedIn(_) => "signed in".to_owned(),
        Next::FactorNeeded(_) => "asked for a code".to_owned(),
        next => panic!("{next:?}"),
    }
}

const STORIES: [Story; 3] = [
    Story {
        name: "TO-02 one code for many sign-ins",
        play: one_code,
    },
    Story {
        name: "TO-08 one recovery code for many sign-ins",
        play: one_recovery_code,
    },
    Story {
        name: "AT-04 strangers beside the owner's device",
        play: strangers_beside_the_owner,
    },
];

/// Somebody with a second factor and one session: their phone and a recovery code.
fn somebody(crew: &mut dyn Crew, login: &str) -> (Uri, String) {
    let answer = crew.alone(&format!("register {login} - 0"));
    let (phone, recovery) = answer.split_once(' ').unwrap();
    (phone.parse().unwrap(), recovery.to_owned())
}

/// However many type it, one session starts.
fn opens_once(crew: &mut dyn Crew, login: &str, line: &str) -> Result<(), String> {
    let answers = crew.all(line);
    let tally = tally(&answers);
    if tally.get("signed in") != Some(&1) {
        return Err(format!("{tally:?}"));
    }
    let sessions = crew.alone(&format!("sessions {login} - 60"));
    expect(&[sessions], &[("2 sessions", 1)])
}

fn one_code(crew: &mut dyn Crew, record: &str) -> Result<(), String> {
    let (phone, _) = somebody(crew, record);
    let code = phone.code_at(at(60));
    opens_once(crew, record, &format!("code {record} {code} 60"))
}

fn one_recovery_code(crew: &mut dyn Crew, record: &str) -> Result<(), String> {
    let (_, recovery) = somebody(crew, record);
    opens_once(crew, record, &format!("recovery {record} {recovery} 60"))
}

/// Four are told that they are wrong, the fifth and all others to reset; the owner is asked for a code
/// all the while, and after it.
fn strangers_beside_the_owner(crew: &mut dyn Crew, record: &str) -> Result<(), String> {
    somebody(crew, record);
    // a login name is folded to lower case
    let token = devices().issue(&record.to_lowercase(), at(0)).unwrap();
    let owner = format!("owner {record} {} 60", token.expose_secret());
    let answers = crew.all(&format!("{owner} | guess {record} - 60"));
    let (owners, strangers) = (crew.size().div_ceil(2), crew.size() / 2);
    let expected = [
        ("asked for a code", owners),
        ("Denied", 4),
        ("ResetRequired", strangers - 4),
    ];
    expect(&answers, &expected)?;
    expect(&[crew.alone(&owner)], &[("asked for a code", 1)])
}

/// TO-02, TO-08, AT-04.
#[test]
fn a_code_opens_one_session_and_strangers_lock_strangers_in_memory() {
    races::on_memory(50, &STORIES, deed);
}

/// TO-02, TO-08, AT-04.
#[cfg(feature = "sqlite")]
#[test]
fn a_code_opens_one_session_and_strangers_lock_strangers_on_sqlite() {
    races::on_sqlite(20, &STORIES, deed);
}

/// TO-02, TO-08, AT-04.
#[cfg(feature = "sqlite")]
#[test]
fn a_code_opens_one_session_and_strangers_lock_strangers_in_processes_on_sqlite() {
    races::on_sqlite_in_processes(20, &STORIES, PART);
}

/// TO-02, TO-08, AT-04.
#[cfg(feature = "redis")]
#[test]
fn a_code_opens_one_session_and_strangers_lock_strangers_on_redis() {
    races::on_redis(20, &STORIES, deed);
}

/// TO-02, TO-08, AT-04.
#[cfg(feature = "redis")]
#[test]
fn a_code_opens_one_session_and_strangers_lock_strangers_in_processes_on_redis() {
    races::on_redis_in_processes(20, &STORIES, PART);
}

#[cfg(any(feature = "redis", feature = "sqlite"))]
const PART: &str = "takes_part_where_another_process_races";

/// In a process of the tests above. Alone there is nothing to do.
#[cfg(any(feature = "redis", feature = "sqlite"))]
#[test]
fn takes_part_where_another_process_races() {
    races::take_part(deed);
}

/// TO-02, TO-08, AT-04: what the stories look for is found where it is.
#[test]
fn every_story_fails_on_a_store_that_saves_without_looking() {
    races::on_a_store_that_saves_without_looking(&STORIES, deed);
}
