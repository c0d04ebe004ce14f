//! Guesses that arrive at the same moment: a hundred threads, and connections and processes on every
//! store.
#![cfg(feature = "attempts")]
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
    attempts::{Attempts, Begin, Error, Key, Outcome, Policy, Reservation, Verdict},
};
use races::{Crew, Story, View, expect, tally};

/// Milliseconds since the Unix epoch: 2026-11-21T09:00:00Z.
const NINE: u64 = 1_795_251_600_000;

/// The attempts in one view of a store, by its verbs or by their twins.
struct Door<'a>(&'a View, Policy);

/// One line a verb.
macro_rules! door {
    ($($verb:ident / $twin:ident ($($arg:ident: $type:ty),*) -> $given:ty;)*) => {
        impl Door<'_> {
            $(fn $verb(&self, $($arg: $type),*) -> Result<$given, Error> {
                let Self(view, policy) = self;
                match view {
                    View::Blocking(store) => Attempts::new(policy.clone(), store).$verb($($arg),*),
                    View::Awaited(store) => {
                        store.wait(Attempts::new(policy.clone(), store).$twin($($arg),*))
                    }
                }
            })*
        }
    };
}

door! {
    begin / begin_async(key: &Key, now: Timestamp) -> Begin<Reservation>;
    settle / settle_async(slot: Reservation, verdict: Verdict, now: Timestamp) -> Outcome;
    reset / reset_async(key: &Key) -> ();
}

/// What one of the crowd does: a verb, the record, the policy's name, and the time in milliseconds
/// after nine o'clock.
fn deed(view: &View, words: &[&str], _: usize) -> String {
    let [verb, record, policy, now] = words else {
        panic!("not a line for one of a crowd: {words:?}")
    };
    let door = Door(view, rules(policy));
    let now = Timestamp::from_millis(NINE + now.parse::<u64>().unwrap());
    let done = match *verb {
        "wrong" => guess(&door, record, Verdict::Failure, now),
        "right" => guess_by_notes(&door, record, Verdict::Success, now),
        "wrong-noted" => guess_by_notes(&door, record, Verdict::Failure, now),
        "half" => guess(&door, record, Verdict::Incomplete, now),
        "begin" => door.begin(&key(record), now).map(|begin| match begin {
            Begin::Allowed(_) => "a slot".to_owned(),
            refused => refusal(&refused),
        }),
        "reset" => door.reset(&key(record)).map(|()| "reset".to_owned()),
        _ => panic!("not a verb: {verb}"),
    };
    done.unwrap_or_else(|error| format!("{error:?}"))
}

fn rules(name: &str) -> Policy {
    match name {
        "back-office" => Policy::back_office(),
        "three" => Policy::new(3).unwrap(),
        _ => panic!("not a policy: {name}"),
    }
}

fn key(record: &str) -> Key {
    Key::account(record).unwrap()
}

/// How often somebody comes back who is told that there is no slot just now.
const PATIENCE: usize = 100_000;

/// A slot, as soon as there is one.
fn begin(door: &Door<'_>, record: &str, now: Timestamp) -> Result<Begin<Reservation>, Error> {
    for _ in 0..PATIENCE {
        match door.begin(&key(record), now)? {
            Begin::Busy { .. } => thread::yield_now(),
            begin => return Ok(begin),
        }
    }
    panic!("busy for ever")
}

/// One guess, as soon as there is a slot for it.
fn guess(door: &Door<'_>, record: &str, verdict: Verdict, now: Timestamp) -> Result<String, Error> {
    Ok(match begin(door, record, now)? {
        Begin::Allowed(slot) => told(door.settle(slot, verdict, now)?),
        refused => refusal(&refused),
    })
}

/// The same by those who let all know of a lock that they see: whoever comes after that is not let in.
fn guess_by_notes(
    door: &Door<'_>,
    record: &str,
    verdict: Verdict,
    now: Timestamp,
) -> Result<String, Error> {
    let view = door.0;
    let locked = view.noted(record);
    let answer = match begin(door, record, now)? {
        Begin::Allowed(slot) => {
            let locked = [locked, view.noted(record)];
            match (door.settle(slot, verdict, now)?, locked) {
                (_, [true, _]) => "allowed after a lock".to_owned(),
                (Outcome::Cleared, [_, true]) => "cleared after a lock".to_owned(),
                (outcome, _) => told(outcome),
            }
        }
        refused => refusal(&refused),
    };
    if answer.contains("lock") || answer.contains("refused") {
        view.note(record);
    }
    Ok(answer)
}

/// What a guess has led to.
fn told(outcome: Outcome) -> String {
    match outcome {
        Outcome::Cleared => "cleared".to_owned(),
        Outcome::Counted { left } => format!("wrong, {left} left"),
        Outcome::Returned { left } => format!("returned, {left} left"),
        Outcome::Lapsed => "lapsed".to_owned(),
        Outcome::ResetRequired { .. } => "wrong, locked".to_owned(),
        _ => panic!("{outcome:?}"),
    }
}

/// Why a guess may not be evaluated.
fn refusal(begin: &Begin<Reservation>) -> String {
    match begin {
        Begin::Busy { .. } => "busy",
        Begin::ResetRequired { .. } => "refused until the reset",
        _ => panic!("{begin:?}"),
    }
    .to_owned()
}

const STORIES: [Story; 6] = [
    Story {
        name: "AT-02 wrong guesses",
        play: wrong_guesses,
    },
    Story {
        name: "AT-02 right guesses among wrong ones",
        play: right_guesses_among_wrong_ones,
    },
    Story {
        name: "AT-02 resets among wrong guesses",
        play: resets_among_wrong_guesses,
    },
    Story {
        name: "AT-02 attempts that nobody settles",
        play: attempts_that_nobody_settles,
    },
    Story {
        name: "AT-02 lapsed attempts seen at the same moment",
        play: lapsed_attempts,
    },
    Story {
        name: "AT-02 slots given back",
        play: slots_given_back,
    },
];

/// Exactly as many are evaluated as the threshold says, each of which is told another number of
/// failures left; the last one locks, and all others are refused.
fn wrong_guesses(crew: &mut dyn Crew, record: &str) -> Result<(), String> {
    for (policy, threshold) in [("back-office", 5), ("three", 3)] {
        let record = format!("{record}-{policy}");
        let answers = crew.all(&format!("wrong {record} {policy} 0"));
        let left: Vec<_> = (1..threshold)
            .map(|left| format!("wrong, {left} left"))
            .collect();
        let mut expected: Vec<_> = left.iter().map(|word| (word.as_str(), 1)).collect();
        expected.push(("wrong, locked", 1));
        expected.push(("refused until the reset", crew.size() - threshold));
        expect(&answers, &expected)?;
        stays_locked(crew, &record, policy)?;
    }
    Ok(())
}

/// Whatever guesses right at the same moment: from a lock on nobody gets in.
fn right_guesses_among_wrong_ones(crew: &mut dyn Crew, record: &str) -> Result<(), String> {
    let wrong = format!("| wrong-noted {record} back-office 0").repeat(9);
    let answers = crew.all(&format!("right {record} back-office 0 {wrong}"));
    let tally = tally(&answers);
    let known = |word: &str| {
        word == "cleared" || word == "refused until the reset" || word.starts_with("wrong, ")
    };
    let cleared = tally.get("cleared").copied().unwrap_or(0);
    let evaluated = answers
        .iter()
        .filter(|word| word.starts_with("wrong"))
        .count();
    let locks = tally.get("wrong, locked").copied().unwrap_or(0);
    if !answers.iter().all(|word| known(word)) || locks != 1 || evaluated > 5 * (cleared + 1) {
        return Err(format!("{tally:?}"));
    }
    stays_locked(crew, record, "back-office")
}

/// At most five are evaluated for the start and for each reset, and what was under way at a reset
/// counts for nothing after it.
fn resets_among_wrong_guesses(crew: &mut dyn Crew, record: &str) -> Result<(), String> {
    let wrong = format!("| wrong {record} back-office 0").repeat(15);
    let answers = crew.all(&format!("reset {record} back-office 0 {wrong}"));
    let tally = tally(&answers);
    let resets = tally.get("reset").copied().unwrap_or(0);
    let evaluated = |word: &&String| word.starts_with("wrong") || *word == "lapsed";
    let evaluated = answers.iter().filter(evaluated).count();
    if evaluated > 5 * (resets + 1) {
        return Err(format!("{evaluated} evaluated, {resets} resets: {tally:?}"));
    }
    Ok(())
}

/// Five may begin, and as nobody settles they are five failures when they have lapsed.
fn attempts_that_nobody_settles(crew: &mut dyn Crew, record: &str) -> Result<(), String> {
    let answers = crew.all(&format!("begin {record} back-office 0"));
    expect(&answers, &[("a slot", 5), ("busy", crew.size() - 5)])?;
    let answers = crew.all(&format!("begin {record} back-office 29999"));
    expect(&answers, &[("busy", crew.size())])?;
    let answers = crew.all(&format!("begin {record} back-office 30000"));
    expect(&answers, &[("refused until the reset", crew.size())])
}

/// Each lapsed attempt is one failure, however many see at the same moment that it has lapsed.
fn lapsed_attempts(crew: &mut dyn Crew, record: &str) -> Result<(), String> {
    for _ in 0..3 {
        let answer = crew.alone(&format!("begin {record} back-office 0"));
        expect(&[answer], &[("a slot", 1)])?;
    }
    let answers = crew.all(&format!("wrong {record} back-office 30000"));
    expect(
        &answers,
        &[
            ("wrong, 1 left", 1),
            ("wrong, locked", 1),
            ("refused until the reset", crew.size() - 2),
        ],
    )
}

/// Whoever was neither right nor wrong leaves no trace: all get a slot, and all five are left.
fn slots_given_back(crew: &mut dyn Crew, record: &str) -> Result<(), String> {
    let answers = crew.all(&format!("half {record} back-office 0"));
    expect(&answers, &[("returned, 5 left", crew.size())])?;
    let answers = crew.all(&format!("begin {record} back-office 0"));
    expect(&answers, &[("a slot", 5), ("busy", crew.size() - 5)])
}

/// However right they are, and however much later.
fn stays_locked(crew: &mut dyn Crew, record: &str, policy: &str) -> Result<(), String> {
    for now in [0, 1_000_000_000] {
        let answers = crew.all(&format!("right {record} {policy} {now}"));
        expect(&answers, &[("refused until the reset", crew.size())])?;
    }
    Ok(())
}

/// AT-02.
#[test]
fn five_of_a_hundred_guesses_are_evaluated_in_memory() {
    races::on_memory(100, &STORIES, deed);
}

/// AT-02.
#[test]
fn five_of_a_hundred_awaited_guesses_are_evaluated_in_memory() {
    races::on_memory_awaited(100, &STORIES, deed);
}

/// AT-02.
#[cfg(feature = "sqlite")]
#[test]
fn five_of_many_guesses_are_evaluated_over_connections_to_sqlite() {
    races::on_sqlite(&STORIES, deed);
}

/// AT-02.
#[cfg(feature = "sqlite")]
#[test]
fn five_of_many_guesses_are_evaluated_over_processes_on_sqlite() {
    races::on_sqlite_in_processes(&STORIES, PART);
}

/// AT-02.
#[cfg(feature = "redis")]
#[test]
fn five_of_a_hundred_guesses_are_evaluated_over_connections_to_redis() {
    races::on_redis(&STORIES, deed);
}

/// AT-02.
#[cfg(feature = "redis")]
#[test]
fn five_of_many_guesses_are_evaluated_over_processes_on_redis() {
    races::on_redis_in_processes(&STORIES, PART);
}

/// AT-02.
#[cfg(feature = "redis-tokio")]
#[test]
fn five_of_a_hundred_guesses_are_evaluated_by_many_who_await_redis() {
    races::on_redis_awaited(&STORIES, deed);
}

#[cfg(any(feature = "redis", feature = "sqlite"))]
const PART: &str = "takes_part_where_another_process_races";

/// In a process of the tests above. Alone there is nothing to do.
#[cfg(any(feature = "redis", feature = "sqlite"))]
#[test]
fn takes_part_where_another_process_races() {
    races::take_part(deed);
}

/// AT-02: what the stories look for is found where it is.
#[test]
fn every_story_fails_on_a_store_that_saves_without_looking() {
    races::on_a_store_that_saves_without_looking(&STORIES, deed);
}
