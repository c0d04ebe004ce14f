//! A token that was replaced is dead, and whoever uses it again is noticed.
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

use std::{
    sync::{Barrier, mpsc},
    thread,
};

use portcullis::{
    session::{Activity, Error, Expiry, Factors, OnReuse, Policy, Sessions, State, Token},
    store::Memory,
};
use session_support::{MINUTE, SECOND, at, sessions, start, started};

/// Where the first session stands in the record of "ada".
const FIRST_SESSION: usize = 20;

/// SE-06.
#[test]
fn the_old_token_dies_when_a_session_is_rotated() {
    let sessions = sessions();
    let old = start(&sessions, "ada", at(0));
    let (new, live) = sessions.rotate(&old, at(5 * MINUTE)).unwrap();
    assert_eq!(sessions.check(&old, at(5 * MINUTE)), Err(Error::Replaced));
    assert_eq!(sessions.check(&new, at(5 * MINUTE)).unwrap(), live);
    assert_eq!((live.created(), live.last_active()), (at(0), at(0)));
}

/// SE-06: whoever still uses a token that was replaced half a minute ago ends the session.
#[test]
fn a_replaced_token_used_again_is_a_theft() {
    let sessions = sessions();
    let old = start(&sessions, "ada", at(0));
    let (new, _) = sessions.rotate(&old, at(0)).unwrap();
    assert_eq!(sessions.check(&old, at(29_999)), Err(Error::Replaced));
    assert!(sessions.check(&new, at(29_999)).is_ok());
    assert_eq!(sessions.check(&old, at(30_000)), Err(Error::Reused));
    assert_eq!(sessions.check(&new, at(30_000)), Err(Error::Unknown));
}

/// SE-06: a token that is dead is not brought back by rotating it.
#[test]
fn an_expired_session_is_not_rotated() {
    let sessions = sessions();
    let token = start(&sessions, "ada", at(0));
    assert_eq!(
        sessions.rotate(&token, at(15 * MINUTE)).unwrap_err(),
        Error::Expired(Expiry::Idle)
    );
}

/// SE-06: of many rotations at one moment one wins.
#[test]
fn two_rotations_of_one_token_have_one_winner() {
    let sessions = sessions();
    let token = start(&sessions, "ada", at(0));
    let (barrier, (tell, told)) = (Barrier::new(8), mpsc::channel());
    thread::scope(|scope| {
        for _ in 0..8 {
            let (sessions, token, barrier, tell) = (&sessions, &token, &barrier, tell.clone());
            scope.spawn(move || {
                barrier.wait();
                tell.send(sessions.rotate(token, at(1)).is_ok()).unwrap();
            });
        }
    });
    drop(tell);
    assert_eq!(told.iter().filter(|won| *won).count(), 1);
}

/// SE-06, CO-06: what a policy does about a theft, to the session, to the others, to a sign-in under
/// way; the thief's token and the owner's are refused alike where the session ends.
#[test]
fn a_theft_has_the_consequence_that_the_policy_names() {
    for (on_reuse, own_lives, other_lives, sign_in_lives) in [
        (OnReuse::Deny, true, true, true),
        (OnReuse::EndSession, false, true, true),
        (OnReuse::EndAll, false, false, false),
    ] {
        let policy = Policy::back_office().with_on_reuse(on_reuse);
        let (state, old, _) = started(&policy, State::default(), at(0));
        let (state, other, _) = started(&policy, state, at(0));
        let (state, outcome) = policy.rotate(state, &old, at(0));
        let (own, _) = outcome.unwrap();
        let sign_in = state.begin("ada", at(0));
        let now = at(MINUTE);
        let (state, stolen) = policy.check(state, &old, now);
        assert_eq!(stolen, Err(Error::Reused), "{on_reuse:?}");
        let lives = |token| policy.check(state.clone(), token, now).1.is_ok();
        assert_eq!(
            (lives(&own), lives(&other)),
            (own_lives, other_lives),
            "{on_reuse:?}"
        );
        let (_, started) = policy.start(state.clone(), sign_in, now);
        assert_eq!(started.is_ok(), sign_in_lives, "{on_reuse:?}");
        assert!(!lives(&old));
    }
}

/// SE-06: every verb that takes a token notices.
#[test]
fn a_theft_is_noticed_by_every_verb() {
    let sessions = sessions();
    let now = at(MINUTE);
    let stolen = || {
        let old = start(&sessions, "ada", at(0));
        let (new, _) = sessions.rotate(&old, at(0)).unwrap();
        (old, new)
    };
    type Verb<'a> = &'a dyn Fn(&Token) -> Result<(), Error>;
    let verbs: [Verb<'_>; 6] = [
        &|token| sessions.check(token, now).map(drop),
        &|token| {
            let outcome = sessions.touch(token, Activity::Interactive, now);
            outcome.map(drop)
        },
        &|token| sessions.rotate(token, now).map(drop),
        &|token| {
            let outcome = sessions.reauthenticate(token, Factors::PASSWORD, now);
            outcome.map(drop)
        },
        &|token| sessions.label(token, "laptop", now).map(drop),
        &|token| sessions.end_others(token, now).map(drop),
    ];
    for (n, verb) in verbs.into_iter().enumerate() {
        let (old, new) = stolen();
        assert_eq!(verb(&old), Err(Error::Reused), "verb {n}");
        assert_eq!(verb(&new), Err(Error::Unknown), "verb {n}");
    }
}

/// SE-06: the time of grace is for the requests of one page; a token from before the last one is not
/// of that page, and a thief who rotates again and again buys no time with it.
#[test]
fn only_the_last_token_has_a_time_of_grace() {
    let policy = Policy::back_office().with_on_reuse(OnReuse::Deny);
    let (state, first, _) = started(&policy, State::default(), at(0));
    let (state, outcome) = policy.rotate(state, &first, at(0));
    let second = outcome.unwrap().0;
    let ask = |state: &State, token, now| policy.check(state.clone(), token, now).1.map(drop);
    assert_eq!(ask(&state, &first, at(29_999)), Err(Error::Replaced));
    assert_eq!(ask(&state, &first, at(30_000)), Err(Error::Reused));
    let (state, outcome) = policy.rotate(state, &second, at(20 * SECOND));
    let third = outcome.unwrap().0;
    assert_eq!(ask(&state, &first, at(20 * SECOND)), Err(Error::Reused));
    assert_eq!(ask(&state, &second, at(49_999)), Err(Error::Replaced));
    assert_eq!(ask(&state, &second, at(50_000)), Err(Error::Reused));
    assert_eq!(ask(&state, &third, at(50_000)), Ok(()));
}

/// SE-06, SE-01: with a clock that went back by less than the half minute a request under way is
/// still one; by more, and how long ago the token was replaced cannot be told.
#[test]
fn a_clock_that_goes_back_buys_a_thief_no_time() {
    let policy = Policy::back_office();
    let (state, old, _) = started(&policy, State::default(), at(0));
    let (state, outcome) = policy.rotate(state, &old, at(MINUTE));
    let new = outcome.unwrap().0;
    let ask = |token, now| policy.check(state.clone(), token, now).1.map(drop);
    assert_eq!(ask(&old, at(30_001)), Err(Error::Replaced));
    assert_eq!(ask(&old, at(30_000)), Err(Error::Reused));
    assert_eq!(ask(&new, at(30_000)), Ok(()));
}

/// SE-06: however often a thief rotates, the owner's token gives the theft away.
#[test]
fn every_token_that_a_session_had_is_known_for_good() {
    let policy = Policy::back_office();
    let (mut state, token, _) = started(&policy, State::default(), at(0));
    let mut tokens = vec![token];
    for n in 1..=100 {
        let (next, outcome) = policy.rotate(state, &tokens[n - 1], at(0));
        tokens.push(outcome.unwrap().0);
        state = next;
    }
    let ask = |n: usize| policy.check(state.clone(), &tokens[n], at(MINUTE)).1;
    for n in 0..100 {
        assert_eq!(ask(n), Err(Error::Reused), "token {n}");
    }
    assert!(ask(100).is_ok());
}

/// SE-05, SE-06: a token that nobody was given is no theft, however near it comes: else whoever knows
/// a name could sign its owner out.
#[test]
fn a_token_of_no_family_ends_nothing() {
    let policy = Policy::back_office();
    let (state, token, _) = started(&policy, State::default(), at(0));
    let secret = data_encoding::BASE64URL_NOPAD.decode(token.expose_secret().as_bytes());
    let secret = secret.unwrap();
    for byte in 17..49 {
        let mut near = secret.clone();
        near[byte] ^= 1;
        let near: Token = data_encoding::BASE64URL_NOPAD
            .encode(&near)
            .parse()
            .unwrap();
        let (after, denied) = policy.check(state.clone(), &near, at(MINUTE));
        if byte < 33 {
            assert_eq!(
                (after, denied),
                (state.clone(), Err(Error::Unknown)),
                "byte {byte}"
            );
        } else {
            // whoever has this half was given a token once
            assert_eq!(denied, Err(Error::Reused), "byte {byte}");
        }
    }
    // and all of what is stored of the family is compared
    let stored = state.encode();
    let (rotated, outcome) = policy.rotate(state, &token, at(0));
    assert!(outcome.is_ok() && rotated.encode().len() == stored.len());
    let family = FIRST_SESSION + 40;
    for byte in family..family + 16 {
        let mut other = rotated.encode();
        other[byte] ^= 1;
        let other = State::decode(&other).unwrap();
        let (_, denied) = policy.check(other, &token, at(MINUTE));
        assert_eq!(denied, Err(Error::Unknown), "byte {byte}");
    }
}

/// SE-04, SE-06: whoever signs out while their token is being replaced is signed out.
#[test]
fn signing_out_with_a_token_that_was_just_replaced_ends_the_session() {
    let sessions = sessions();
    let old = start(&sessions, "ada", at(0));
    let other = start(&sessions, "ada", at(0));
    let (new, _) = sessions.rotate(&old, at(0)).unwrap();
    sessions.end(&old).unwrap();
    assert_eq!(sessions.check(&new, at(0)), Err(Error::Unknown));
    assert!(sessions.check(&other, at(0)).is_ok());
}

/// SE-06: an old token of a session that is over says nothing about a thief.
#[test]
fn an_old_token_of_a_dead_session_ends_no_other() {
    let policy = Policy::back_office().with_on_reuse(OnReuse::EndAll);
    let sessions = Sessions::new(policy, Memory::new(10));
    let old = start(&sessions, "ada", at(0));
    let (_, _) = sessions.rotate(&old, at(0)).unwrap();
    let other = start(&sessions, "ada", at(14 * MINUTE));
    let now = at(15 * MINUTE);
    assert_eq!(sessions.check(&old, now), Err(Error::Expired(Expiry::Idle)));
    assert_eq!(sessions.check(&old, now), Err(Error::Unknown));
    assert!(sessions.check(&other, now).is_ok());
}

/// SE-06: rotating renews nothing, and says so.
#[test]
fn rotating_is_no_activity_and_no_proof() {
    let sessions = sessions();
    let token = start(&sessions, "ada", at(0));
    let before = sessions.check(&token, at(0)).unwrap();
    let (_, after) = sessions.rotate(&token, at(10 * MINUTE)).unwrap();
    assert_eq!(after, before);
}
