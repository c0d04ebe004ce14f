//! One-time codes and recovery codes under those who race for them: a thousand threads, and
//! connections and processes on every store.
//!
//! This crate's [`totp`] is pure: what makes a code a one-time code is that the state in its answer is
//! stored by compare-and-exchange, which is what [`portcullis::store::update`] does.
#![cfg(all(feature = "totp", feature = "store"))]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

#[path = "totp_races/authenticators.rs"]
mod authenticators;
mod races;

use data_encoding::HEXLOWER;
use portcullis::{
    Timestamp,
    store::{self, Change, Entry},
    totp::{self, Policy, Uri, hotp, recovery},
};
use races::{Crew, Story, View, expect, tally};

/// 2026-11-21T09:00:00Z.
const NINE: u64 = 1_795_251_600;

fn at(secs: u64) -> Timestamp {
    Timestamp::from_secs(NINE + secs)
}

/// Why a code is not accepted here.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error(transparent)]
    Totp(#[from] totp::Error),
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<portcullis::encoding::Error> for Refused {
    fn from(error: portcullis::encoding::Error) -> Self {
        totp::Error::from(error).into()
    }
}

/// Reads the record, lets `step` decide and stores what it made of it.
fn step(
    view: &View,
    record: &str,
    mut step: impl FnMut(&[u8]) -> Result<(Vec<u8>, String), Refused>,
) -> String {
    let done = view.update(record, |value| {
        let (new, word) = step(value.unwrap())?;
        Ok((Change::Put(Entry::new(new)), word))
    });
    done.unwrap_or_else(|refused: Refused| match refused {
        Refused::Totp(error) => format!("{error:?}"),
        Refused::Store(error) => format!("{error:?}"),
    })
}

/// What one of the crowd does. Of several codes each types the one that is its turn.
fn deed(view: &View, words: &[&str], who: usize) -> String {
    let policy = Policy::back_office();
    let time = |secs: &str| at(secs.parse().unwrap());
    let code = |codes: &str| {
        let codes: Vec<_> = codes.split(',').collect();
        codes[who % codes.len()].to_owned()
    };
    match words {
        ["put", record, value] => {
            view.put(record, HEXLOWER.decode(value.as_bytes()).unwrap());
            "put".to_owned()
        }
        ["code", record, codes, now] => step(view, record, |value| {
            let state = totp::State::decode(value)?;
            let accepted = policy.verify(&state, &code(codes), time(now))?;
            let word = format!("accepted {}", code(codes));
            Ok((accepted.into_state().encode(), word))
        }),
        ["resynchronise", record, first, second, now] => step(view, record, |value| {
            let state = totp::State::decode(value)?;
            let accepted = policy.resynchronise(&state, first, second, time(now))?;
            let word = format!("accepted {second} after {first}");
            Ok((accepted.into_state().encode(), word))
        }),
        ["confirm", record, codes, now] => step(view, record, |value| {
            let state = totp::State::decode(value)?;
            let state = policy.confirm(&state, &code(codes), time(now))?;
            Ok((state.encode(), "confirmed".to_owned()))
        }),
        ["count", record, codes] => step(view, record, |value| {
            let state = hotp::State::decode(value)?;
            let accepted = hotp::Policy::default().verify(&state, &code(codes))?;
            let word = format!("accepted {}", code(codes));
            Ok((accepted.into_state().encode(), word))
        }),
        ["recover", record, codes] => step(view, record, |value| {
            let redeemed = recovery::State::decode(value)?.redeem(&code(codes))?;
            let word = format!("redeemed, {} left", redeemed.remaining());
            Ok((redeemed.into_state().encode(), word))
        }),
        ["left", record] => {
            let state = recovery::State::decode(&view.get(record).unwrap()).unwrap();
            state.remaining().to_string()
        }
        _ => authenticators::deed(view, words)
            .unwrap_or_else(|| panic!("not a line for one of a crowd: {words:?}")),
    }
}

fn stories() -> Vec<Story> {
    STORIES.into_iter().chain(authenticators::STORIES).collect()
}

const STORIES: [Story; 10] = [
    Story {
        name: "TO-02 one code",
        play: one_code,
    },
    Story {
        name: "TO-02 two codes of one window",
        play: two_codes_of_one_window,
    },
    Story {
        name: "TO-02 one code by a counter",
        play: one_code_by_a_counter,
    },
    Story {
        name: "TO-02 codes by a counter, one after the other",
        play: codes_by_a_counter,
    },
    Story {
        name: "TO-05 two codes in a row, and the second of them",
        play: two_codes_in_a_row,
    },
    Story {
        name: "TO-04 one confirmation",
        play: one_confirmation,
    },
    Story {
        name: "TO-04 the confirming code at a sign-in",
        play: the_confirming_code_at_a_sign_in,
    },
    Story {
        name: "TO-08 one recovery code",
        play: one_recovery_code,
    },
    Story {
        name: "TO-08 a whole set of recovery codes",
        play: a_set_of_recovery_codes,
    },
    Story {
        name: "TO-08 a recovery code while new ones are made",
        play: a_recovery_code_while_new_ones_are_made,
    },
];

/// A phone, of which nothing is confirmed yet.
fn pending(crew: &mut dyn Crew, record: &str) -> Uri {
    let (state, phone) = Policy::back_office()
        .enrol("Example", "ada", at(0))
        .unwrap();
    put(crew, record, &state.encode());
    phone
}

/// A phone, confirmed by the code of nine o'clock.
fn confirmed(crew: &mut dyn Crew, record: &str) -> Uri {
    let phone = pending(crew, record);
    let code = phone.code_at(at(0));
    let answer = crew.alone(&format!("confirm {record} {code} 0"));
    assert_eq!(answer, "confirmed");
    phone
}

/// Ten recovery codes.
fn codes(crew: &mut dyn Crew, record: &str) -> Vec<String> {
    let (state, codes) = recovery::generate().unwrap();
    put(crew, record, &state.encode());
    let codes = codes.iter().map(|code| code.expose_secret().to_owned());
    codes.collect()
}

fn put(crew: &mut dyn Crew, record: &str, value: &[u8]) {
    let value = HEXLOWER.encode(value);
    assert_eq!(crew.alone(&format!("put {record} {value}")), "put");
}

/// One success, and everybody else is told that the code was used.
fn one_code(crew: &mut dyn Crew, record: &str) -> Result<(), String> {
    let code = confirmed(crew, record).code_at(at(30));
    let line = format!("code {record} {code} 30");
    let answers = crew.all(&line);
    let accepted = format!("accepted {code}");
    expect(&answers, &[(&accepted, 1), ("Replayed", crew.size() - 1)])?;
    expect(&[crew.alone(&line)], &[("Replayed", 1)])
}

/// The newer once; the older too if it came first; neither a second time.
fn two_codes_of_one_window(crew: &mut dyn Crew, record: &str) -> Result<(), String> {
    let phone = confirmed(crew, record);
    let (older, newer) = (phone.code_at(at(60)), phone.code_at(at(90)));
    let answers = crew.all(&format!("code {record} {older},{newer} 90"));
    let tally = tally(&answers);
    let times = |code| {
        tally
            .get(&*format!("accepted {code}"))
            .copied()
            .unwrap_or(0)
    };
    let (of_older, of_newer) = (times(&older), times(&newer));
    if of_newer != 1 || of_older > 1 {
        return Err(format!("{tally:?}"));
    }
    let replayed = crew.size() - 1 - of_older;
    expect(
        &answers,
        &[
            (&format!("accepted {older}"), of_older),
            (&format!("accepted {newer}"), 1),
            ("Replayed", replayed),
        ],
    )
}

/// A token whose code of count 0 has confirmed it.
fn token(crew: &mut dyn Crew, record: &str) -> hotp::Uri {
    let policy = hotp::Policy::default();
    let (state, token) = policy.enrol("Example", "ada", at(0)).unwrap();
    let state = policy.confirm(&state, &token.code_at(0), at(0)).unwrap();
    put(crew, record, &state.encode());
    token
}

/// One success, and everybody else is told that the code was used.
fn one_code_by_a_counter(crew: &mut dyn Crew, record: &str) -> Result<(), String> {
    let code = token(crew, record).code_at(3);
    let answers = crew.all(&format!("count {record} {code}"));
    let (accepted, others) = (format!("accepted {code}"), crew.size() - 1);
    expect(&answers, &[(&accepted, 1), ("Replayed", others)])
}

/// The last of four once; of those before it the ones that came first, once; none a second time.
fn codes_by_a_counter(crew: &mut dyn Crew, record: &str) -> Result<(), String> {
    let token = token(crew, record);
    let codes: Vec<_> = (1..=4).map(|count| token.code_at(count)).collect();
    let answers = crew.all(&format!("count {record} {}", codes.join(",")));
    let tally = tally(&answers);
    let times = |code: &String| {
        let accepted = format!("accepted {code}");
        tally.get(accepted.as_str()).copied().unwrap_or(0)
    };
    let accepted: Vec<_> = codes.iter().map(times).collect();
    let refused = tally.get("Replayed").copied().unwrap_or(0);
    let all = accepted.iter().sum::<usize>() + refused;
    if accepted[3] != 1 || accepted.iter().any(|times| *times > 1) || all != crew.size() {
        return Err(format!("{tally:?}"));
    }
    Ok(())
}

/// Who finds the clock by two codes and who signs in with the second of them: one success.
fn two_codes_in_a_row(crew: &mut dyn Crew, record: &str) -> Result<(), String> {
    let phone = confirmed(crew, record);
    let (first, second) = (phone.code_at(at(30)), phone.code_at(at(60)));
    let answers = crew.all(&format!(
        "resynchronise {record} {first} {second} 60 | code {record} {second} 60"
    ));
    let tally = tally(&answers);
    let accepted = answers.iter().filter(|word| word.starts_with("accepted"));
    let replayed = tally.get("Replayed").copied();
    if accepted.count() != 1 || replayed != Some(crew.size() - 1) {
        return Err(format!("{tally:?}"));
    }
    Ok(())
}

/// One confirms, and the code is spent by it.
fn one_confirmation(crew: &mut dyn Crew, record: &str) -> Result<(), String> {
    let code = pending(crew, record).code_at(at(0));
    let answers = crew.all(&format!("confirm {record} {code} 0"));
    expect(
        &answers,
        &[("confirmed", 1), ("AlreadyConfirmed", crew.size() - 1)],
    )?;
    let again = crew.alone(&format!("code {record} {code} 0"));
    expect(&[again], &[("Replayed", 1)])
}

/// Who confirms and who signs in with the same code: one confirms, nobody signs in.
fn the_confirming_code_at_a_sign_in(crew: &mut dyn Crew, record: &str) -> Result<(), String> {
    let code = pending(crew, record).code_at(at(0));
    let answers = crew.all(&format!(
        "confirm {record} {code} 0 | code {record} {code} 0"
    ));
    let tally = tally(&answers);
    let early = tally.get("NotConfirmed").copied().unwrap_or(0);
    let (confirming, signing_in) = (crew.size().div_ceil(2), crew.size() / 2);
    expect(
        &answers,
        &[
            ("confirmed", 1),
            ("AlreadyConfirmed", confirming - 1),
            ("NotConfirmed", early),
            ("Replayed", signing_in - early),
        ],
    )
}

/// One success, and everybody else is told that it is none of the set any more.
fn one_recovery_code(crew: &mut dyn Crew, record: &str) -> Result<(), String> {
    let code = codes(crew, record).remove(3);
    let answers = crew.all(&format!("recover {record} {code}"));
    expect(
        &answers,
        &[("redeemed, 9 left", 1), ("Wrong", crew.size() - 1)],
    )?;
    expect(&[crew.alone(&format!("left {record}"))], &[("9", 1)])
}

/// Each of the ten once: ten successes, each of which is told another number of codes left.
fn a_set_of_recovery_codes(crew: &mut dyn Crew, record: &str) -> Result<(), String> {
    let codes = codes(crew, record).join(",");
    let answers = crew.all(&format!("recover {record} {codes}"));
    let left: Vec<_> = (0..10)
        .map(|left| format!("redeemed, {left} left"))
        .collect();
    let mut expected: Vec<_> = left.iter().map(|word| (word.as_str(), 1)).collect();
    expected.push(("Wrong", crew.size() - 10));
    expect(&answers, &expected)?;
    expect(&[crew.alone(&format!("left {record}"))], &[("0", 1)])
}

/// The old set is gone and the new one is whole, whichever came first.
fn a_recovery_code_while_new_ones_are_made(
    crew: &mut dyn Crew,
    record: &str,
) -> Result<(), String> {
    let old = codes(crew, record).join(",");
    let (new, _) = recovery::generate().unwrap();
    let new = HEXLOWER.encode(&new.encode());
    let redeem = format!("recover {record} {old}");
    crew.all(&format!("{redeem} | put {record} {new} | {redeem}"));
    expect(&crew.all(&redeem), &[("Wrong", crew.size())])?;
    expect(&[crew.alone(&format!("left {record}"))], &[("10", 1)])
}

/// TO-02, TO-04, TO-05, TO-08.
#[test]
fn a_code_is_spent_once_by_a_thousand_threads_in_memory() {
    races::on_memory(1000, &stories(), deed);
}

/// TO-02, TO-04, TO-05, TO-08.
#[test]
fn a_code_is_spent_once_by_a_thousand_threads_that_await_it_in_memory() {
    races::on_memory_awaited(1000, &stories(), deed);
}

/// TO-02, TO-04, TO-05, TO-08.
#[cfg(feature = "sqlite")]
#[test]
fn a_code_is_spent_once_by_a_thousand_over_connections_to_sqlite() {
    races::on_sqlite(1000, &stories(), deed);
}

/// TO-02, TO-04, TO-05, TO-08.
#[cfg(feature = "sqlite")]
#[test]
fn a_code_is_spent_once_by_a_thousand_in_processes_on_sqlite() {
    races::on_sqlite_in_processes(1000, &stories(), PART);
}

/// TO-02, TO-04, TO-05, TO-08.
#[cfg(feature = "redis")]
#[test]
fn a_code_is_spent_once_by_a_thousand_over_connections_to_redis() {
    races::on_redis(1000, &stories(), deed);
}

/// TO-02, TO-04, TO-05, TO-08.
#[cfg(feature = "redis")]
#[test]
fn a_code_is_spent_once_by_a_thousand_in_processes_on_redis() {
    races::on_redis_in_processes(1000, &stories(), PART);
}

/// TO-02, TO-04, TO-05, TO-08.
#[cfg(feature = "redis-tokio")]
#[test]
fn a_code_is_spent_once_by_a_thousand_who_await_redis() {
    races::on_redis_awaited(1000, &stories(), deed);
}

#[cfg(any(feature = "redis", feature = "sqlite"))]
const PART: &str = "takes_part_where_another_process_races";

/// In a process of the tests above. Alone there is nothing to do.
#[cfg(any(feature = "redis", feature = "sqlite"))]
#[test]
fn takes_part_where_another_process_races() {
    races::take_part(deed);
}

/// TO-02, TO-04, TO-05, TO-08: what the stories look for is found where it is.
#[test]
fn every_story_fails_on_a_store_that_saves_without_looking() {
    races::on_a_store_that_saves_without_looking(&stories(), deed);
}
