//! How many sessions a person may have, and how they are ended: one, the others, all.
#![cfg(feature = "session")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "tests stop at what they did not expect"
)]

mod session_support;

use std::{collections::HashSet, sync::Barrier, thread};

use portcullis::{
    session::{AtLimit, Error, Factors, Id, Policy, Sessions, State},
    store::Memory,
};
use session_support::{MINUTE, at, sessions, start, started};

/// SE-07.
#[test]
fn at_the_limit_the_oldest_session_ends_or_the_new_one_is_refused() {
    let evict = Policy::back_office()
        .with_max_sessions(2, AtLimit::EvictOldest)
        .unwrap();
    let sessions = Sessions::new(evict, Memory::new(10));
    let tokens = [0, 1, 2].map(|n| start(&sessions, "ada", at(n)));
    assert_eq!(sessions.check(&tokens[0], at(3)), Err(Error::Unknown));
    assert!(sessions.check(&tokens[1], at(3)).is_ok() && sessions.check(&tokens[2], at(3)).is_ok());

    let refuse = Policy::back_office()
        .with_max_sessions(1, AtLimit::Refuse)
        .unwrap();
    let sessions = Sessions::new(refuse, Memory::new(10));
    start(&sessions, "ada", at(0));
    let second = sessions.begin("ada", at(1)).unwrap();
    assert_eq!(
        sessions.start(second.clone(), at(1)).unwrap_err(),
        Error::TooManySessions
    );
    let in_time = sessions.begin("ada", at(15 * MINUTE)).unwrap();
    assert!(
        sessions.start(in_time, at(15 * MINUTE)).is_ok(),
        "a dead session takes no place"
    );
}

/// SE-07: with a limit of three and twenty sign-ins at once, three are live.
#[test]
fn the_limit_holds_under_threads() {
    let policy = Policy::back_office()
        .with_max_sessions(3, AtLimit::Refuse)
        .unwrap();
    let sessions = Sessions::new(policy, Memory::new(10));
    let barrier = Barrier::new(20);
    thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| {
                barrier.wait();
                let sign_in = sessions.begin("ada", at(0)).unwrap();
                let _ = sessions.start(sign_in, at(0));
            });
        }
    });
    assert_eq!(sessions.list("ada", at(1)).unwrap().len(), 3);
}

/// SE-07: an id out of an old list ends nothing that came later.
#[test]
fn an_id_never_comes_back() {
    let sessions = sessions();
    let mut ids = HashSet::new();
    for n in 0..20 {
        let token = start(&sessions, "ada", at(n));
        assert!(ids.insert(sessions.check(&token, at(n)).unwrap().id()));
        sessions.end(&token).unwrap();
    }
}

/// SE-07, SE-08.
#[test]
fn ending_the_others_keeps_one_and_stops_sign_ins_under_way() {
    let policy = Policy::back_office();
    let begin = |state: &State| state.begin("ada", at(0));
    let mut state = State::default();
    let mut tokens = Vec::new();
    for _ in 0..3 {
        let sign_in = begin(&state);
        let (next, outcome) = policy.start(state, sign_in, at(0));
        tokens.push(outcome.unwrap().0);
        state = next;
    }
    let under_way = begin(&state);
    let (state, ended) = policy.end_others(state, &tokens[1], at(1));
    assert_eq!(ended, Ok(2));
    let (state, overtaken) = policy.start(state, under_way, at(1));
    assert_eq!(overtaken.unwrap_err(), Error::Overtaken);
    let live = |token| policy.check(state.clone(), token, at(1)).1.is_ok();
    assert_eq!(
        tokens.iter().map(live).collect::<Vec<_>>(),
        [false, true, false]
    );
}

/// SE-08, S1-12.
#[test]
fn a_sign_in_under_way_starts_nothing_after_everything_was_ended() {
    let sessions = sessions();
    let token = start(&sessions, "ada", at(0));
    let under_way = sessions.begin("ada", at(1)).unwrap();
    assert_eq!(sessions.end_all("ada", at(2)).unwrap(), 1);
    assert_eq!(sessions.check(&token, at(3)), Err(Error::Unknown));
    assert_eq!(
        sessions.start(under_way, at(3)).unwrap_err(),
        Error::Overtaken
    );
    start(&sessions, "ada", at(4));
}

/// SE-08: also when the record was forgotten in between, and with a clock that stands still.
#[test]
fn an_epoch_never_comes_back() {
    let epochs: Vec<State> = (0..5)
        .scan(State::default(), |state, _| {
            *state = state.clone().end_all(at(0)).0;
            Some(state.clone())
        })
        .collect();
    for (n, state) in epochs.iter().enumerate() {
        assert!(epochs[..n].iter().all(|earlier| earlier != state));
    }
    let fresh = State::default().end_all(at(MINUTE)).0;
    assert!(epochs.iter().all(|earlier| *earlier != fresh));
}

/// SE-08: a sign-in that is older than a record is kept starts nothing.
#[test]
fn a_sign_in_that_took_an_hour_starts_nothing() {
    let sessions = sessions();
    let sign_in = sessions.begin("ada", at(0)).unwrap();
    let late = sessions.start(sign_in.clone(), at(60 * MINUTE));
    assert_eq!(late.unwrap_err(), Error::SignInTooSlow);
    assert!(sessions.start(sign_in, at(60 * MINUTE - 1)).is_ok());
}

/// SE-07: one, the others, all: by the verbs, and by number.
#[test]
fn one_the_others_and_all_are_ended_and_counted() {
    let sessions = sessions();
    let tokens = [0, 1, 2, 3].map(|n| start(&sessions, "ada", at(n)));
    let eve = start(&sessions, "eve", at(5));
    let live = |now| {
        let live = tokens
            .iter()
            .map(|token| sessions.check(token, at(now)).is_ok());
        live.collect::<Vec<_>>()
    };
    let listed = sessions.list("ada", at(4)).unwrap();
    sessions.end_one("ada", listed[3].id()).unwrap();
    assert_eq!(live(4), [true, true, true, false]);
    sessions.end_one("ada", listed[3].id()).unwrap();
    sessions.end_one("eve", listed[0].id()).unwrap();
    assert_eq!(live(4), [true, true, true, false], "of nobody else's list");
    assert_eq!(sessions.end_others(&tokens[1], at(4)), Ok(2));
    assert_eq!(live(4), [false, true, false, false]);
    assert_eq!(sessions.end_others(&tokens[1], at(4)), Ok(0));
    assert_eq!(
        sessions.end_others(&tokens[0], at(4)),
        Err(Error::Unknown),
        "who has no session ends none"
    );
    assert_eq!(sessions.end_all("ada", at(4)), Ok(1));
    assert_eq!(sessions.end_all("ada", at(4)), Ok(0));
    assert_eq!(live(4), [false; 4]);
    assert!(sessions.check(&eve, at(5)).is_ok());
}

/// SE-07, SE-01: the dead are not counted, not listed, and stay dead.
#[test]
fn the_dead_are_seen_to_be_dead_by_every_look_at_the_list() {
    type Look<'a> = &'a dyn Fn(&Sessions<Memory>) -> usize;
    let look: [Look<'_>; 4] = [
        &|sessions| sessions.list("ada", at(15 * MINUTE)).unwrap().len(),
        &|sessions| 2 - sessions.purge("ada", at(15 * MINUTE)).unwrap(),
        &|sessions| {
            let sign_in = sessions.begin("ada", at(15 * MINUTE)).unwrap();
            let (token, _) = sessions.start(sign_in, at(15 * MINUTE)).unwrap();
            sessions.end(&token).unwrap();
            1
        },
        &|sessions| sessions.end_all("ada", at(15 * MINUTE)).unwrap(),
    ];
    for (n, look) in look.into_iter().enumerate() {
        let sessions = sessions();
        let dead = start(&sessions, "ada", at(0));
        start(&sessions, "ada", at(1));
        assert_eq!(look(&sessions), 1, "look {n}");
        assert_eq!(
            sessions.check(&dead, at(2)),
            Err(Error::Unknown),
            "look {n}"
        );
    }
    let sessions = sessions();
    start(&sessions, "ada", at(0));
    let own = start(&sessions, "ada", at(10 * MINUTE));
    assert_eq!(sessions.end_others(&own, at(15 * MINUTE)), Ok(0));
}

/// SE-07: the oldest is the one that was created first, whatever was done with it since, and
/// whichever way the clock went.
#[test]
fn the_oldest_is_the_one_created_first() {
    let policy = Policy::back_office()
        .with_max_sessions(3, AtLimit::EvictOldest)
        .unwrap();
    let (state, second, _) = started(&policy, State::default(), at(MINUTE));
    let (state, first, _) = started(&policy, state, at(0)); // the clock went back
    let (state, third, _) = started(&policy, state, at(2 * MINUTE));
    let (state, listed) = policy.list(state, at(2 * MINUTE));
    let created: Vec<_> = listed.iter().map(|live| live.created()).collect();
    assert_eq!(created, [at(0), at(MINUTE), at(2 * MINUTE)]);
    let (state, outcome) = policy.reauthenticate(state, &first, Factors::TOTP, at(3 * MINUTE));
    let first = outcome.unwrap().0;
    let (state, fourth, _) = started(&policy, state, at(4 * MINUTE));
    let live = |token| policy.check(state.clone(), token, at(4 * MINUTE)).1.is_ok();
    assert_eq!(
        [&first, &second, &third, &fourth].map(live),
        [false, true, true, true]
    );
}

/// SE-07: a limit that was lowered holds from the next sign-in on.
#[test]
fn a_lowered_limit_evicts_as_many_as_it_takes() {
    let wide = Policy::back_office();
    let narrow = wide.clone().with_max_sessions(2, AtLimit::EvictOldest);
    let mut state = State::default();
    for n in 0..10 {
        state = started(&wide, state, at(n)).0;
    }
    let (state, _, _) = started(&narrow.unwrap(), state, at(10));
    let (_, listed) = wide.list(state, at(10));
    let created: Vec<_> = listed.iter().map(|live| live.created()).collect();
    assert_eq!(created, [at(9), at(10)]);
}

/// SE-08: ending the others by a token that has no live session ends nothing and stops nobody.
#[test]
fn nobody_ends_others_without_a_session() {
    let sessions = sessions();
    let (ended, live) = (
        start(&sessions, "ada", at(0)),
        start(&sessions, "ada", at(0)),
    );
    sessions.end(&ended).unwrap();
    let under_way = sessions.begin("ada", at(0)).unwrap();
    assert_eq!(sessions.end_others(&ended, at(0)), Err(Error::Unknown));
    assert!(sessions.check(&live, at(0)).is_ok());
    assert!(sessions.start(under_way, at(0)).is_ok());
}

/// SE-07: of nobody's number nothing is ended.
#[test]
fn a_number_that_no_session_has_ends_none() {
    let sessions = sessions();
    let token = start(&sessions, "ada", at(0));
    let id = sessions.check(&token, at(0)).unwrap().id().as_u64();
    for other in [0, id - 1, id + 1, u64::MAX] {
        sessions.end_one("ada", Id::from_u64(other)).unwrap();
    }
    assert!(sessions.check(&token, at(0)).is_ok());
    sessions.end_one("ada", Id::from_u64(id)).unwrap();
    assert!(sessions.check(&token, at(0)).is_err());
}
