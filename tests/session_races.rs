//! Sessions under those who race: threads and processes, each with its own view of one store.
//!
//! Each scenario is written once, in `session_races/scenarios.rs`, and run on every store that is
//! built in. That the scenarios can find what they look for is shown on a store that saves without
//! looking, as other session libraries do: there each of them fails.
#![cfg(feature = "session")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

#[path = "session_races/actors.rs"]
mod actors;
#[path = "session_races/overwriting.rs"]
mod overwriting;
#[cfg(any(feature = "redis", feature = "sqlite"))]
#[path = "session_races/processes.rs"]
mod processes;
#[cfg(feature = "redis")]
mod redis_server;
#[path = "session_races/scenarios.rs"]
mod scenarios;

use std::{
    collections::HashMap,
    io::Write,
    sync::{Arc, Barrier, Mutex},
    thread,
    time::Duration,
};

use actors::{Actor, Crew};
#[cfg(feature = "redis")]
use portcullis::store::{Redis, redis::Server};
#[cfg(feature = "sqlite")]
use portcullis::store::{Sqlite, sqlite::Durability};
use portcullis::{
    Timestamp,
    session::{Activity, Error, Factors, Policy, Sessions, Token},
    store::{Entry, Exchange, Full, Memory, Store},
};

/// Runs all scenarios, and says on standard error on what.
fn race(on: &str, crew: &mut dyn Crew, rounds: usize) {
    for scenario in scenarios::ALL {
        for round in 0..rounds {
            if let Err(found) = play(&scenario, crew, round) {
                panic!("{on}: {}: {found}", scenario.name);
            }
        }
    }
    let number = scenarios::ALL.len();
    say(&format!(
        "{on}: {number} scenarios held, {rounds} times each"
    ));
}

/// Sixty-four views of one store end everything of one person at once, again and again: each call
/// writes, and each has to be told that it was done.
fn crowd<S: Store>(on: &str, open: impl Fn() -> S + Sync) {
    const WRITERS: usize = 64;
    const WRITES: u64 = 10;
    let barrier = Barrier::new(WRITERS);
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (barrier, open) = (&barrier, &open);
            scope.spawn(move || {
                let sessions = Sessions::new(Policy::back_office(), open());
                barrier.wait();
                for write in 0..WRITES {
                    let now = actors::clock().saturating_add(Duration::from_millis(write));
                    assert_eq!(sessions.end_all("ada", now), Ok(0), "writer {writer}");
                }
            });
        }
    });
    say(&format!(
        "{on}: {WRITERS} writers of one record got through"
    ));
}

fn play(scenario: &scenarios::Scenario, crew: &mut dyn Crew, round: usize) -> Result<(), String> {
    let subject = format!("{}-{round}", scenario.name).replace(' ', "-");
    (scenario.play)(crew, &subject)
}

/// Not a macro: those are captured while a test passes.
fn say(what: &str) {
    let _ = writeln!(std::io::stderr(), "session races: {what}");
}

/// SE-04, SE-06, SE-07, SE-08.
#[test]
fn nothing_is_lost_and_nothing_comes_back_between_threads_on_memory() {
    let store = Arc::new(Memory::with_clock(10_000, actors::clock));
    let mut threads: Vec<_> = (0..6).map(|_| Actor::new(store.clone())).collect();
    race("6 threads on memory", &mut threads, 20);
}

/// CO-04: contention is no way to have requests refused.
#[test]
fn sixty_four_writers_of_one_record_get_through_on_memory() {
    let store = Memory::with_clock(10, actors::clock);
    crowd("memory", || &store);
}

/// One more view of the file. No power cut comes into these tests.
#[cfg(feature = "sqlite")]
fn sqlite(path: &std::path::Path) -> Sqlite {
    let store = Sqlite::open(path).unwrap();
    store
        .with_durability(Durability::Crash)
        .with_clock(actors::clock)
}

/// One more connection to the server.
#[cfg(feature = "redis")]
fn redis(url: &str) -> Redis {
    Redis::new(Server::at(url).unwrap().with_clock(actors::clock))
}

/// SE-04, SE-06, SE-07, SE-08.
#[cfg(feature = "sqlite")]
#[test]
fn nothing_is_lost_and_nothing_comes_back_between_threads_on_sqlite() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    let open = |_| Actor::new(sqlite(&path));
    race(
        "6 threads on SQLite",
        &mut (0..6).map(open).collect::<Vec<_>>(),
        3,
    );
}

/// CO-04.
#[cfg(feature = "sqlite")]
#[test]
fn sixty_four_writers_of_one_record_get_through_on_sqlite() {
    let directory = tempfile::tempdir().unwrap();
    crowd("SQLite", || sqlite(&directory.path().join("store.db")));
}

/// SE-04, SE-06, SE-07, SE-08.
#[cfg(feature = "sqlite")]
#[test]
fn nothing_is_lost_and_nothing_comes_back_between_processes_on_sqlite() {
    let directory = tempfile::tempdir().unwrap();
    let store = format!("sqlite {}", directory.path().join("store.db").display());
    race(
        "5 processes on SQLite",
        &mut processes::Processes::start(5, PART, &store),
        3,
    );
}

/// SE-04, SE-06, SE-07, SE-08.
#[cfg(feature = "redis")]
#[test]
fn nothing_is_lost_and_nothing_comes_back_between_threads_on_redis() {
    let Some(server) = redis_server::start() else {
        return;
    };
    let open = |_| Actor::new(redis(&server.url()));
    race(
        "6 threads on Redis",
        &mut (0..6).map(open).collect::<Vec<_>>(),
        5,
    );
}

/// CO-04.
#[cfg(feature = "redis")]
#[test]
fn sixty_four_writers_of_one_record_get_through_on_redis() {
    let Some(server) = redis_server::start() else {
        return;
    };
    crowd("Redis", || redis(&server.url()));
}

/// SE-04, SE-06, SE-07, SE-08.
#[cfg(feature = "redis")]
#[test]
fn nothing_is_lost_and_nothing_comes_back_between_processes_on_redis() {
    let Some(server) = redis_server::start() else {
        return;
    };
    let store = format!("redis {}", server.url());
    race(
        "5 processes on Redis",
        &mut processes::Processes::start(5, PART, &store),
        5,
    );
}

#[cfg(any(feature = "redis", feature = "sqlite"))]
const PART: &str = "takes_part_where_another_process_races";

/// In a process of the two tests above. Alone there is nothing to do.
#[cfg(any(feature = "redis", feature = "sqlite"))]
#[test]
fn takes_part_where_another_process_races() {
    let Some(store) = processes::store_of_this_process() else {
        return;
    };
    match store.split_once(' ').unwrap() {
        #[cfg(feature = "sqlite")]
        ("sqlite", path) => processes::take_part(sqlite(path.as_ref())),
        #[cfg(feature = "redis")]
        ("redis", url) => processes::take_part(redis(url)),
        _ => panic!("not built in: {store}"),
    }
}

/// SE-04, SE-06, SE-07, SE-08: what the scenarios look for is found where it is.
#[test]
fn every_scenario_fails_on_a_store_that_saves_without_looking() {
    let mut threads = overwriting::Overwriters::new(4);
    for scenario in scenarios::ALL {
        let found = (0..200).find_map(|round| play(&scenario, &mut threads, round).err());
        match found {
            Some(found) => say(&format!(
                "saved without looking: {}: {found}",
                scenario.name
            )),
            None => panic!(
                "200 rounds saved without looking show nothing: {}",
                scenario.name
            ),
        }
    }
}

/// SE-04: what happens to other session libraries does not happen here.
///
/// A request loads the session, the person signs out, the request ends and saves what it loaded. With
/// tower-sessions 0.15 (`SessionStore::save`, which "is intended for updating the state of an existing
/// session", inserts where there is none) and actix-session the session is back. The same was
/// reported of express-session (expressjs/session#632), connect-redis (tj/connect-redis#328),
/// starsessions (alex-oleshkevich/starsessions#58) and nextjs-auth0 (auth0/nextjs-auth0#2335).
#[test]
fn a_request_that_ends_after_the_sign_out_does_not_bring_the_session_back() {
    let mut theirs = HashMap::from([("id", "ada")]);
    let loaded = theirs["id"];
    theirs.remove("id");
    theirs.insert("id", loaded);
    assert!(theirs.contains_key("id"), "the session is back");

    let (nine, later) = (
        Timestamp::from_secs(1_795_251_600),
        Timestamp::from_secs(1_795_251_720),
    );
    let store = SignsOutMeanwhile(Memory::new(10), Mutex::default());
    let ours = Sessions::new(Policy::back_office(), &store);
    let sign_in = ours
        .begin("ada", nine)
        .unwrap()
        .with_factors(Factors::PASSWORD);
    let (token, _) = ours.start(sign_in, nine).unwrap();
    *store.1.lock().unwrap() = Some(token.expose_secret().parse().unwrap());
    let touched = ours.touch(&token, Activity::Interactive, later);
    assert!(
        store.1.lock().unwrap().is_none(),
        "the sign-out came between load and save"
    );
    assert_eq!(touched, Err(Error::Unknown));
    assert_eq!(ours.list("ada", later).unwrap(), []);
}

/// Ends the session of a token after whoever writes next has loaded it, and before they write.
struct SignsOutMeanwhile(Memory, Mutex<Option<Token>>);

impl Store for SignsOutMeanwhile {
    type Error = Full;

    fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Full> {
        Store::load(&self.0, key)
    }

    fn compare_exchange(
        &self,
        key: &[u8],
        current: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> Result<Exchange, Full> {
        if let Some(token) = self.1.lock().unwrap().take() {
            Sessions::new(Policy::back_office(), &self.0)
                .end(&token)
                .unwrap();
        }
        Store::compare_exchange(&self.0, key, current, new)
    }
}
