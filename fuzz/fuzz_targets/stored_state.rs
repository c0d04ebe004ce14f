//! What stores and cookies hand back: a state is read as it was written, byte for byte, or refused,
//! and what was read can be worked with. The first byte says whose state it is.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis::{
    Timestamp, account,
    attempts::{self, Begin, DeviceKeys},
    field, password, rbac, session, totp,
};

/// Reads as this type, and prints it again if it could be read.
macro_rules! same {
    ($state:ty, $bytes:expr) => {
        <$state>::decode($bytes).ok().inspect(|state| {
            assert_eq!(state.encode(), $bytes);
        })
    };
}

/// 2026-11-21T09:00:00Z, around which the times of the seeds are.
const NOW: Timestamp = Timestamp::from_secs(1_795_251_600);

fuzz_target!(|data: &[u8]| {
    let Some((which, bytes)) = data.split_first() else {
        return;
    };
    match which % 11 {
        0 => drop(same!(account::State, bytes)),
        1 => attempts(bytes),
        2 => drop(same!(password::State, bytes)),
        3 => drop(same!(rbac::Grants, bytes)),
        4 => drop(same!(session::State, bytes)),
        5 => drop(same!(totp::State, bytes)),
        6 => drop(same!(totp::recovery::State, bytes)),
        7 => keyring(bytes),
        8 => authenticators(bytes),
        9 => device_token(bytes),
        _ => counter(bytes),
    }
});

/// However many failures and slots there are, five together are the most.
fn attempts(bytes: &[u8]) {
    let Some(mut state) = same!(attempts::State, bytes) else {
        return;
    };
    let policy = attempts::Policy::back_office();
    let mut slots = 0;
    loop {
        let (next, begin) = policy.begin(state, NOW);
        assert_eq!(attempts::State::decode(&next.encode()).as_ref(), Ok(&next));
        state = next;
        match begin {
            Begin::Allowed(_) => slots += 1,
            _ => break,
        }
    }
    assert!(slots + state.failures() <= 5);
}

fn keyring(bytes: &[u8]) {
    if let Ok(ring) = field::Keyring::decode(bytes) {
        use field::ExposeSecret;
        assert_eq!(ring.encode().expose_secret(), bytes);
    }
}

/// Whatever accepts a code does not accept it again, and can be read.
fn authenticators(bytes: &[u8]) {
    let Some(set) = same!(totp::Authenticators, bytes) else {
        return;
    };
    let policy = totp::Policy::back_office();
    if let Ok(accepted) = set.verify(&policy, "492039", NOW) {
        let set = accepted.into_authenticators();
        assert_eq!(
            totp::Authenticators::decode(&set.encode()).as_ref(),
            Ok(&set)
        );
        assert!(set.verify(&policy, "492039", NOW).is_err());
    }
}

/// The same of codes by a counter.
fn counter(bytes: &[u8]) {
    let Some(state) = same!(totp::hotp::State, bytes) else {
        return;
    };
    let policy = totp::hotp::Policy::default();
    if let Ok(accepted) = policy.verify(&state, "492039") {
        let state = accepted.into_state();
        assert_eq!(
            totp::hotp::State::decode(&state.encode()).as_ref(),
            Ok(&state)
        );
    }
}

/// A token that is one is so for one account and under one key.
fn device_token(bytes: &[u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else {
        return;
    };
    let keys = DeviceKeys::new([7; 32]);
    if keys.verify(text, "ada", NOW).is_ok() {
        assert!(keys.verify(text, "bob", NOW).is_err());
        assert!(DeviceKeys::new([8; 32]).verify(text, "ada", NOW).is_err());
        assert_eq!(text.trim(), text);
    }
}
