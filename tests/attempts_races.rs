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

#[path = "attempts_races/crowd.rs"]
mod crowd;
#[path = "attempts_races/one_key.rs"]
mod one_key;
mod races;
#[path = "attempts_races/several_keys.rs"]
mod several_keys;

use crowd::deed;
use races::Story;

fn stories() -> Vec<Story> {
    let stories = one_key::STORIES.into_iter();
    stories.chain(several_keys::STORIES).collect()
}

/// AT-02.
#[test]
fn five_of_a_hundred_guesses_are_evaluated_in_memory() {
    races::on_memory(100, &stories(), deed);
}

/// AT-02.
#[test]
fn five_of_a_hundred_awaited_guesses_are_evaluated_in_memory() {
    races::on_memory_awaited(100, &stories(), deed);
}

/// AT-02.
#[cfg(feature = "sqlite")]
#[test]
fn five_of_a_hundred_guesses_are_evaluated_over_connections_to_sqlite() {
    races::on_sqlite(100, &stories(), deed);
}

/// AT-02.
#[cfg(feature = "sqlite")]
#[test]
fn five_of_a_hundred_guesses_are_evaluated_over_processes_on_sqlite() {
    races::on_sqlite_in_processes(100, &stories(), PART);
}

/// AT-02.
#[cfg(feature = "redis")]
#[test]
fn five_of_a_hundred_guesses_are_evaluated_over_connections_to_redis() {
    races::on_redis(100, &stories(), deed);
}

/// AT-02.
#[cfg(feature = "redis")]
#[test]
fn five_of_a_hundred_guesses_are_evaluated_over_processes_on_redis() {
    races::on_redis_in_processes(100, &stories(), PART);
}

/// AT-02.
#[cfg(feature = "redis-tokio")]
#[test]
fn five_of_a_hundred_guesses_are_evaluated_by_many_who_await_redis() {
    races::on_redis_awaited(100, &stories(), deed);
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
    races::on_a_store_that_saves_without_looking(&stories(), deed);
}
