//! Tokens and stored sessions: a token reads as base64url says and prints as it was read; no
//! stranger's token opens anything; whatever a step makes of a record can be stored again; a touch
//! over a store, which reads no more of a record than it must, says what the step on the record says.
//!
//! A seed holds a record that knows [`KNOWN`], and [`REPLACED`] as a token that it had.
#![no_main]

use std::sync::Mutex;

use libfuzzer_sys::fuzz_target;
use portcullis::{
    Timestamp,
    session::{Activity, Error, Factors, Policy, Sessions, State, Token},
    store::{Entry, Exchange, Store},
};

const KNOWN: &str = "AS56hNQSgbHER9CzaAduGvgHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBw";
const REPLACED: &str = "AS56hNQSgbHER9CzaAduGvgHBwcHBwcHBwcHBwcHBwcHCAgICAgICAgICAgICAgICA";
const STRANGER: &str = "AS56hNQSgbHER9CzaAduGvgJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQ";
/// What a record holds at the most.
const SESSIONS: usize = 256;

/// The 49 bytes that 66 characters of base64url stand for, the last four bits being zero, if the
/// first one is the version 1.
fn naive(text: &[u8]) -> Option<Vec<u8>> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut bits = Vec::new();
    for letter in text {
        let value = ALPHABET.iter().position(|known| known == letter)?;
        bits.extend((0..6).rev().map(|bit| value >> bit & 1));
    }
    let byte = |bits: &[usize]| bits.iter().fold(0, |byte, bit| byte << 1 | *bit as u8);
    let bytes: Vec<u8> = bits.chunks_exact(8).map(byte).collect();
    (text.len() == 66 && bits[392..] == [0; 4] && bytes[0] == 1).then_some(bytes)
}

fn token(data: &[u8]) {
    let token = core::str::from_utf8(data)
        .ok()
        .and_then(|text| text.parse::<Token>().ok());
    assert_eq!(token.is_some(), naive(data).is_some());
    let (Some(token), Some(bytes)) = (token, naive(data)) else {
        return;
    };
    assert_eq!(token.expose_secret().as_bytes(), data);
    assert_eq!(token.handle().as_bytes(), &bytes[1..17]);
    let (state, outcome) = Policy::back_office().check(
        State::default(),
        &token,
        Timestamp::from_secs(1_795_251_600),
    );
    assert!(outcome.is_err() && state == State::default());
}

/// A record reads again as what it is, with at most so many sessions.
fn storable(state: &State, at_most: usize, now: Timestamp) -> usize {
    assert_eq!(State::decode(&state.encode()).as_ref(), Ok(state));
    let everlasting = Policy::new(core::time::Duration::MAX, core::time::Duration::MAX)
        .expect("idle is a second or more and absolute no less");
    let (_, live) = everlasting.list(state.clone(), now);
    assert!(live.len() <= at_most);
    assert!(live.iter().all(|live| live.label().len() <= 128));
    live.len()
}

/// Every step on a record that the store handed back, at one time.
fn steps(state: &State, policy: &Policy, now: Timestamp) {
    let stranger: Token = STRANGER.parse().expect("a token");
    let sessions = storable(state, SESSIONS, now);
    let mut unknown = Vec::new();
    let mut step = |(next, error): (State, Option<Error>)| {
        storable(&next, sessions, now);
        unknown.push(error);
    };
    let s = || state.clone();
    let (next, outcome) = policy.check(s(), &stranger, now);
    step((next, outcome.err()));
    let (next, outcome) = policy.touch(s(), &stranger, Activity::Interactive, now);
    step((next, outcome.err()));
    let (next, outcome) = policy.rotate(s(), &stranger, now);
    step((next, outcome.err()));
    let (next, outcome) = policy.reauthenticate(s(), &stranger, Factors::PASSWORD, now);
    step((next, outcome.err()));
    let (next, outcome) = policy.label(s(), &stranger, "mine", now);
    step((next, outcome.err()));
    let (next, outcome) = policy.end_others(s(), &stranger, now);
    step((next, outcome.err()));
    // what let it in would be a digest that nobody can choose
    assert!(unknown.iter().all(|error| error == &Some(Error::Unknown)));

    let (purged, gone) = policy.purge(s(), now);
    assert!(storable(&purged, sessions, now) <= sessions && gone <= SESSIONS);
    let (ended, _) = s().end_all(now);
    assert_eq!(storable(&ended, 0, now), 0);
    assert!(ended.epoch() > state.epoch() || state.epoch().as_u64() == u64::MAX);
    assert_eq!(s().end_token(&stranger), *state);

    let sign_in = state.begin("ada", now);
    let (next, started) = policy.start(s(), sign_in, now);
    storable(&next, SESSIONS, now);
    if let Ok((token, live)) = started {
        let (next, found) = policy.check(next, &token, now);
        assert_eq!(found, Ok(live.clone()));
        assert!(storable(&next, SESSIONS, now) > 0);
        let (rotated, new) = policy.rotate(next, &token, now);
        storable(&rotated, SESSIONS, now);
        let (new, _) = new.expect("the session is live");
        let (ended, old) = policy.check(rotated.clone(), &token, now);
        assert!(old.is_err());
        storable(&ended, SESSIONS, now);
        assert!(policy.check(rotated, &new, now).1.is_ok());
    }
}

/// A store of one value, whatever its key is.
struct One(Mutex<Option<Vec<u8>>>);

impl Store for One {
    type Error = core::convert::Infallible;

    fn load(&self, _: &[u8]) -> Result<Option<Vec<u8>>, Self::Error> {
        Ok(self.0.lock().expect("one thread").clone())
    }

    fn compare_exchange(
        &self,
        _: &[u8],
        current: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> Result<Exchange, Self::Error> {
        let mut value = self.0.lock().expect("one thread");
        assert_eq!(value.as_deref(), current);
        *value = new.map(|entry| entry.value().to_vec());
        Ok(Exchange::Done)
    }
}

/// A touch over a store and one on the record that stands in it: the same answer, and the same
/// record afterwards.
fn agrees(stored: &[u8], text: &str, activity: Activity, now: Timestamp) {
    let token: Token = text.parse().expect("a token");
    let store = One(Mutex::new(Some(stored.to_vec())));
    let policy = Policy::back_office();
    let over_store = Sessions::new(policy.clone(), &store).touch(&token, activity, now);
    let left = store.0.lock().expect("one thread").take();
    match State::decode(stored) {
        Ok(state) => {
            let (next, on_record) = policy.touch(state, &token, activity, now);
            assert_eq!(over_store, on_record);
            match left {
                Some(left) => assert_eq!(left, next.encode()),
                // nothing was ever ended and nobody is signed in: that need not be kept
                None => assert!(next.epoch() == Default::default() && storable(&next, 0, now) == 0),
            }
        }
        Err(error) => {
            assert_eq!(over_store, Err(Error::State(error)));
            assert_eq!(left.as_deref(), Some(stored));
        }
    }
}

fuzz_target!(|data: &[u8]| {
    token(data);
    for now in [1_795_251_600_000, 1_795_252_200_000].map(Timestamp::from_millis) {
        for text in [KNOWN, REPLACED, STRANGER] {
            agrees(data, text, Activity::Interactive, now);
            agrees(data, text, Activity::Background, now);
        }
    }
    if let Ok(state) = State::decode(data) {
        assert_eq!(state.encode(), data);
        let times = [0, 1_795_251_600_000, u64::MAX];
        for now in times.map(Timestamp::from_millis) {
            for policy in [Policy::back_office(), Policy::nist_aal1()] {
                steps(&state, &policy, now);
            }
        }
    }
});
