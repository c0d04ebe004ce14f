//! `Cookie` headers of any bytes: what is read is the one cookie of the name that a search in all
//! places finds; what is set is read back, whatever stands beside it.
//!
//! The first byte of the input chooses: headers, one a line; or what stands before and after the
//! session's cookie. In both, byte 0x01 stands for the name, 0x02 for a token.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use portcullis::{
    Timestamp,
    session::{Cookie, Error, Live, Policy, SameSite, State, Token},
};

const NAME: &[u8] = b"__Host-session=";
const TOKEN: &str = "AS56hNQSgbHER9CzaAduGvgHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBw";
const LIMIT: usize = 32 * 1024;

static LIVE: LazyLock<Live> = LazyLock::new(|| {
    let (state, now) = (State::default(), Timestamp::from_secs(1_795_251_600));
    let sign_in = state.begin("ada", now);
    let (_, started) = Policy::back_office().start(state, sign_in, now);
    started.expect("randomness").1
});

fn cookie() -> Cookie {
    Cookie::new("session").expect("a name")
}

fn written_out(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for byte in data {
        match byte {
            1 => out.extend_from_slice(NAME),
            2 => out.extend_from_slice(TOKEN.as_bytes()),
            _ => out.push(*byte),
        }
    }
    out
}

/// The values of the name in a header: where it stands at the beginning, or after a semicolon, or
/// after a semicolon and a space.
fn naive(header: &[u8]) -> Vec<&[u8]> {
    let starts = (0..header.len()).filter(|at| {
        let before = &header[..*at];
        let begins = before.is_empty() || before.ends_with(b";") || before.ends_with(b"; ");
        begins && header[*at..].starts_with(NAME)
    });
    let value = |at: usize| {
        let value = &header[at + NAME.len()..];
        let end = value.iter().position(|byte| *byte == b';');
        &value[..end.unwrap_or(value.len())]
    };
    starts.map(value).collect()
}

fn headers(data: &[u8]) {
    let data = written_out(data);
    let headers: Vec<&[u8]> = data.split(|byte| *byte == b'\n').collect();
    let values: Vec<&[u8]> = headers.iter().flat_map(|header| naive(header)).collect();
    let outcome = cookie().read(&headers);
    // each header counts one more than its length
    let too_long = data.len() + 1 > LIMIT;
    match (&outcome, values.as_slice()) {
        (Err(Error::CookiesTooLong), _) => assert!(too_long),
        (Err(Error::SeveralCookies), [_, _, ..]) => {}
        (Ok(None), []) => assert!(!too_long),
        (Ok(Some(token)), [value]) => {
            assert_eq!(token.expose_secret().as_bytes(), *value);
            assert!(!too_long);
        }
        (Err(Error::Malformed), [value]) => {
            let text = core::str::from_utf8(value);
            assert!(text.map_or(true, |text| text.parse::<Token>().is_err()));
        }
        (outcome, values) => panic!("{outcome:?} for {values:?}"),
    }
}

fn round_trip(data: &[u8]) {
    let token: Token = TOKEN.parse().expect("a token");
    let set = cookie().with_same_site(SameSite::Strict);
    let set = set.set(&token, &LIVE, Timestamp::EPOCH);
    let set = set.expose_secret().as_bytes();
    let pair = set.split(|byte| *byte == b';').next().expect("a pair");
    let (before, after) = data.split_at(data.len() / 2);
    let header = [
        &written_out(before),
        b"; ".as_slice(),
        pair,
        b"; ",
        &written_out(after),
    ]
    .concat();
    match cookie().read([&header]) {
        Ok(Some(read)) => assert_eq!(read.expose_secret(), TOKEN),
        Err(Error::SeveralCookies) => assert!(naive(&header).len() > 1),
        Err(Error::CookiesTooLong) => assert!(header.len() >= LIMIT),
        outcome => panic!("{outcome:?} for {header:?}"),
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((kind, rest)) = data.split_first() else {
        return;
    };
    match kind % 2 {
        0 => headers(rest),
        _ => round_trip(rest),
    }
});
