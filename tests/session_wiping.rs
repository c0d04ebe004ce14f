//! What tokens, cookies and sealed sessions leave in memory: an allocator looks at all that is freed.
#![cfg(all(feature = "session", feature = "field"))]
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

mod watch;

use std::{hint::black_box, sync::Arc};

use portcullis::{
    Timestamp,
    field::{Key, Keyring},
    session::{
        Activity, Cookie, Epoch, Factors, Live, Policy, State, Stateless, Token, stateless::Sealed,
    },
};
use watch::left;

/// What the text of every token of ada's begins with: version and handle.
const TOKEN: &[u8] = b"AS56hNQSgbHER9CzaAduG";
/// What every text begins with that is sealed under the first key of a ring: suite and version.
const SEALED: &[u8] = b"-QAAAA";
/// A payload.
const PAYLOAD: &[u8] = b"planted-canary-0123456789abcdefg";

fn now() -> Timestamp {
    Timestamp::from_secs(1_795_251_600)
}

fn started() -> (Token, Live) {
    let state = State::default();
    let sign_in = state.begin("ada", now());
    let (_, started) = Policy::back_office().start(state, sign_in, now());
    started.unwrap()
}

/// The allocator sees what is to be seen.
#[test]
fn sees_what_is_left_behind() {
    let text = |token: &Token| token.expose_secret().to_owned();
    assert_eq!(left(TOKEN, || drop(black_box(text(&started().0)))), 1);
    let grown = left(SEALED, || {
        let mut bytes = Vec::with_capacity(8);
        bytes.extend_from_slice(SEALED);
        bytes.resize(5000, 0);
        drop(black_box(bytes));
    });
    assert_eq!(grown, 2);
}

/// SE-11, CO-03: from the start of a session to the cookie that brings its token back.
#[test]
fn a_token_and_its_cookie_leave_no_copy() {
    let cookie = Cookie::new("session").unwrap();
    let mut header = Vec::with_capacity(500);
    let left = left(TOKEN, || {
        let (token, live) = started();
        let set = cookie.set(&token, &live, now());
        let pair = set.expose_secret().split(';').next().unwrap();
        header.extend_from_slice(pair.as_bytes());
        let read = cookie.read([&header]).unwrap().unwrap();
        assert_eq!(read.expose_secret(), token.expose_secret());
        header.push(b'x');
        assert!(cookie.read([&header]).is_err());
    });
    assert_eq!(left, 0);
    assert!(header.windows(TOKEN.len()).any(|w| w == TOKEN));
}

/// What a sealed session goes through.
fn life(edge: &Stateless, cookie: &Cookie, header: &mut Vec<u8>) {
    let epoch = Epoch::default();
    let sign_in = edge.begin("ada", epoch, now());
    let (sealed, live) = edge.start(sign_in, PAYLOAD, epoch, now()).unwrap();
    let set = cookie.set_sealed(&sealed, &live, now());
    let pair = set.expose_secret().split(';').next().unwrap();
    header.extend_from_slice(pair.as_bytes());
    let read: Sealed = cookie.read_sealed([&header]).unwrap().unwrap();
    let open = || edge.open(&read).unwrap();
    let later = Timestamp::from_secs(1_795_251_600 + 600);
    let (checked, new) = edge
        .touch(open(), Activity::Interactive, epoch, later)
        .unwrap();
    assert_eq!((checked.payload(), new.is_some()), (PAYLOAD, true));
    let again = edge.reauthenticate(open(), Factors::PASSWORD, epoch, later);
    assert!(again.is_ok());
    assert!(edge.check(open(), epoch, Timestamp::MAX).is_err());
}

/// SE-12, CO-03.
#[test]
fn a_sealed_session_leaves_neither_its_text_nor_its_payload() {
    let ring = Arc::new(Keyring::new(Key::from_bytes([7; 32]), now()));
    let edge = Stateless::new(Policy::back_office(), ring, "web").unwrap();
    let cookie = Cookie::new("session").unwrap();
    for canary in [SEALED, PAYLOAD] {
        let mut header = Vec::with_capacity(5000);
        assert_eq!(left(canary, || life(&edge, &cookie, &mut header)), 0);
        assert!(header.windows(SEALED.len()).any(|w| w == SEALED));
    }
}
