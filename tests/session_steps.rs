//! What the front door answers and stores is what the pure steps say, also where it answers without
//! running them.
#![cfg(feature = "session")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

use std::time::Duration;

use portcullis::{
    Timestamp,
    session::{
        Activity, Error, Factors, Handle, Live, OnReuse, Policy, SIGN_IN_TIME, Sessions, State,
        Token,
    },
    store::{Change, Entry, Memory, Store, update},
};
use proptest::prelude::*;

/// 2026-11-21T09:00:00Z.
const NINE: u64 = 1_795_251_600_000;

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_millis(NINE + 1000 * seconds)
}

/// A state with a past, and every token that it has known, the replaced ones too.
fn with_a_past(policy: &Policy, past: &[(u8, usize, u64)]) -> (State, Vec<Token>) {
    let (mut state, mut tokens, mut now) = (State::default(), Vec::<Token>::new(), 0);
    for (event, which, later) in past {
        now += later;
        let time = at(now);
        let start = |state: State| {
            let sign_in = state.begin("ada", time);
            let label = "x".repeat(*which);
            policy.start(
                state,
                sign_in.with_factors(Factors::PASSWORD).with_label(label),
                time,
            )
        };
        let (new_state, token) = match (event, tokens.get(which % tokens.len().max(1))) {
            (0, Some(token)) => policy.rotate(state, token, time),
            (1, Some(token)) => policy.reauthenticate(state, token, Factors::TOTP, time),
            _ => start(state),
        };
        state = new_state;
        tokens.extend(token.map(|(token, _)| token));
    }
    (state, tokens)
}

fn key() -> Vec<u8> {
    [
        b"portcullis/session/",
        Handle::of("ada").as_bytes().as_slice(),
    ]
    .concat()
}

/// A store in which these bytes are what is known of the subject.
fn storing(bytes: Vec<u8>) -> Memory {
    let store = Memory::new(1);
    let put = |_: Option<&[u8]>| {
        Ok::<_, portcullis::store::Error>((Change::Put(Entry::new(bytes.clone())), ()))
    };
    update(&store, &key(), put).unwrap();
    store
}

/// What check (None) and touch do by the pure steps: the outcome, and what is then stored.
fn by_steps(
    policy: &Policy,
    state: State,
    token: &Token,
    activity: Option<Activity>,
    now: Timestamp,
) -> (Result<Live, Error>, Option<Vec<u8>>) {
    let (state, outcome) = match activity {
        None => policy.check(state, token, now),
        Some(activity) => policy.touch(state, token, activity, now),
    };
    // Nothing is kept of somebody who has no session and of whom not all was ended at any time.
    let blank = policy.expires(&state) == Timestamp::EPOCH.saturating_add(SIGN_IN_TIME);
    (outcome, (!blank).then(|| state.encode()))
}

fn by_front_door(
    policy: &Policy,
    store: &Memory,
    token: &Token,
    activity: Option<Activity>,
    now: Timestamp,
) -> (Result<Live, Error>, Option<Vec<u8>>) {
    let sessions = Sessions::new(policy.clone(), store);
    let outcome = match activity {
        None => sessions.check(token, now),
        Some(activity) => sessions.touch(token, activity, now),
    };
    (outcome, Store::load(store, &key()).unwrap())
}

fn activities() -> impl Strategy<Value = Option<Activity>> {
    let all = [
        Activity::Interactive,
        Activity::Background,
        Activity::KeepAlive,
    ];
    prop::option::of(prop::sample::select(all.to_vec()))
}

proptest! {
    /// SE-01 to SE-06: for every token that was ever known, at every time, whatever it has become.
    #[test]
    fn the_front_door_answers_and_stores_what_the_steps_say(
        past in prop::collection::vec((0..4_u8, 0..6_usize, 0..300_u64), 1..12),
        on_reuse in prop::sample::select(vec![OnReuse::Deny, OnReuse::EndSession, OnReuse::EndAll]),
        activity in activities(),
        now in 0..4000_u64,
    ) {
        let policy = Policy::new(Duration::from_secs(900), Duration::from_secs(1800)).unwrap();
        let policy = policy.with_on_reuse(on_reuse);
        let (state, tokens) = with_a_past(&policy, &past);
        for token in &tokens {
            let store = storing(state.encode());
            prop_assert_eq!(
                by_front_door(&policy, &store, token, activity, at(now)),
                by_steps(&policy, state.clone(), token, activity, at(now))
            );
        }
    }

    /// CO-04: where one byte of what is stored is another one, whatever cannot be read is refused and
    /// left as it is, and whatever can be read is answered as the steps say.
    #[test]
    fn damage_is_refused_by_the_front_door_as_by_the_steps(
        past in prop::collection::vec((0..4_u8, 0..6_usize, 0..100_u64), 1..6),
        place in any::<prop::sample::Index>(),
        byte in 1..=u8::MAX,
        activity in activities(),
    ) {
        let policy = Policy::back_office();
        let (state, tokens) = with_a_past(&policy, &past);
        let (mut bytes, now) = (state.encode(), at(500));
        let place = place.index(bytes.len());
        bytes[place] ^= byte;
        for token in &tokens {
            let store = storing(bytes.clone());
            let found = by_front_door(&policy, &store, token, activity, now);
            let expected = match State::decode(&bytes) {
                Err(error) => (Err(Error::State(error)), Some(bytes.clone())),
                Ok(state) => by_steps(&policy, state, token, activity, now),
            };
            prop_assert_eq!(found, expected);
        }
    }
}
