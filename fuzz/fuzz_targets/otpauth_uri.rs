//! Any text is a URI or an error. A URI that is read is written, and what is written is read as an
//! equal value, written alike, that makes the same codes.
#![no_main]

use portcullis::{Timestamp, totp::Uri};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let Ok(uri) = text.parse::<Uri>() else {
        return;
    };
    let again: Uri = uri
        .expose_secret()
        .parse()
        .expect("what is written is read");
    assert_eq!(again, uri);
    assert_eq!(again.expose_secret(), uri.expose_secret());
    assert!(uri.secret().bits() >= 80);
    let now = Timestamp::from_secs(1_795_251_600);
    let code = uri.code_at(now);
    assert_eq!(code.len(), usize::from(uri.parameters().digits()));
    assert_eq!(again.code_at(now), code);
});
