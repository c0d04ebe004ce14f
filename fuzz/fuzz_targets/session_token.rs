//! Tokens and stored states: what reads is what prints, and no stranger's token opens a session.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis::{
    Timestamp,
    session::{Policy, State, Token},
};

fuzz_target!(|data: &[u8]| {
    let now = Timestamp::from_secs(1_795_251_600);
    let state = State::decode(data);
    if let Ok(state) = &state {
        assert_eq!(state.encode(), data);
    }
    let token = core::str::from_utf8(data)
        .ok()
        .and_then(|text| text.parse::<Token>().ok());
    if let Some(token) = token {
        assert_eq!(token.expose_secret().as_bytes(), data);
        // the digest that would let it in cannot stand in a state that was written without it
        let (state, outcome) = Policy::back_office().check(State::default(), &token, now);
        assert!(outcome.is_err() && state == State::default());
    }
});
