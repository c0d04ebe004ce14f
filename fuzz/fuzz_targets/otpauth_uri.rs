//! Any text is a URI of one kind or an error. A URI that is read is written, and what is written is
//! read as an equal value, written alike, that makes the same codes; what is stored of it is read
//! back, and its own first code confirms it unless it is refused for its secret.
#![no_main]

use portcullis::{
    Timestamp,
    totp::{Error, Import, Policy, State, Uri, hotp},
};

const NOW: Timestamp = Timestamp::from_secs(1_795_251_600);

/// What both kinds must do.
macro_rules! holds {
    ($uri:expr, $kind:ty) => {{
        let again: $kind = $uri
            .expose_secret()
            .parse()
            .expect("what is written is read");
        assert_eq!(again, $uri);
        assert_eq!(again.expose_secret(), $uri.expose_secret());
        assert!((80..=1024).contains(&$uri.secret().bits()));
        again
    }};
}

fn totp(uri: &Uri) {
    let again = holds!(*uri, Uri);
    let code = uri.code_at(NOW);
    assert_eq!(code.len(), usize::from(uri.parameters().digits()));
    assert_eq!(again.code_at(NOW), code);
    let policy = Policy::default().with_import(Import::DangerRefuseNone);
    let pending = policy
        .import(uri, NOW)
        .expect("none is refused")
        .into_state();
    assert_eq!(State::decode(&pending.encode()).as_ref(), Ok(&pending));
    let state = policy.confirm(&pending, &code, NOW).expect("its own code");
    assert_eq!(policy.verify(&state, &code, NOW), Err(Error::Replayed));
    assert_eq!(State::decode(&state.encode()), Ok(state));
}

fn hotp(uri: &hotp::Uri) {
    let again = holds!(*uri, hotp::Uri);
    let code = uri.code_at(uri.counter());
    assert_eq!(code.len(), usize::from(uri.parameters().digits()));
    assert_eq!(again.code_at(uri.counter()), code);
    let policy = hotp::Policy::default().with_import(Import::DangerRefuseNone);
    let pending = policy
        .import(uri, NOW)
        .expect("none is refused")
        .into_state();
    assert_eq!(
        hotp::State::decode(&pending.encode()).as_ref(),
        Ok(&pending)
    );
    match policy.confirm(&pending, &code, NOW) {
        Ok(state) => {
            assert!(state.next() > uri.counter());
            assert_eq!(hotp::State::decode(&state.encode()), Ok(state));
        }
        Err(error) => assert_eq!((error, uri.counter()), (Error::Exhausted, u64::MAX)),
    }
}

libfuzzer_sys::fuzz_target!(|text: &str| {
    match (text.parse::<Uri>(), text.parse::<hotp::Uri>()) {
        (Ok(uri), other) => {
            assert_eq!(other, Err(Error::Scheme));
            totp(&uri);
        }
        (Err(_), Ok(uri)) => hotp(&uri),
        (Err(_), Err(_)) => {}
    }
});
