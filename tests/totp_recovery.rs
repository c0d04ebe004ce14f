//! A recovery code is redeemed once, however it is typed.
#![cfg(feature = "totp")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

use std::collections::HashSet;

use portcullis::{
    encoding,
    totp::{Error, recovery},
};

/// TO-08: ten codes of 120 bits, in groups that people can type.
#[test]
fn recovery_codes_are_ten_and_differ() {
    let (state, codes) = recovery::generate().unwrap();
    assert_eq!((state.remaining(), codes.len()), (10, 10));
    let texts: HashSet<_> = codes.iter().map(recovery::Code::expose_secret).collect();
    assert_eq!(texts.len(), 10);
    for text in texts {
        let groups: Vec<_> = text.split('-').collect();
        assert_eq!(groups.len(), 6);
        for group in groups {
            assert_eq!(group.len(), 4);
            let plain =
                |c: char| c.is_ascii_digit() || (c.is_ascii_uppercase() && !"ILOU".contains(c));
            assert!(group.chars().all(plain), "{text}");
        }
    }
}

/// TO-08: in any order, each once, with the count that is left.
#[test]
fn a_recovery_code_is_redeemed_once_and_in_any_order() {
    let (mut state, codes) = recovery::generate().unwrap();
    for (left, n) in [(9, 7), (8, 0), (7, 9), (6, 3)] {
        let redeemed = state.redeem(codes[n].expose_secret()).unwrap();
        assert_eq!(redeemed.remaining(), left);
        state = redeemed.into_state();
        assert_eq!(state.remaining(), left);
        assert_eq!(state.redeem(codes[n].expose_secret()), Err(Error::Wrong));
    }
    assert!(state.redeem(codes[1].expose_secret()).is_ok());
}

/// TO-08: as people type and dictate them.
#[test]
fn a_recovery_code_may_be_typed_in_any_way() {
    let (state, codes) = recovery::generate().unwrap();
    for code in &codes {
        let code = code.expose_secret();
        for typed in [
            code.to_lowercase(),
            code.replace('-', ""),
            code.replace('-', " "),
            code.replace('-', "\u{2013}"),
            format!("  {code}\r\n"),
            code.replace('0', "O").replace('1', "l"),
            code.replace('0', "o").replace('1', "I").replace('-', ""),
            code.replace('1', "i"),
        ] {
            assert_eq!(state.redeem(&typed).unwrap().remaining(), 9, "{typed}");
        }
    }
}

/// TO-08: what cannot be a code is told apart from a wrong one; the next set knows none of the last.
#[test]
fn a_recovery_code_of_another_set_is_wrong_and_others_are_malformed() {
    let (state, codes) = recovery::generate().unwrap();
    let (other, _) = recovery::generate().unwrap();
    let code = codes[0].expose_secret();
    assert_eq!(other.redeem(code), Err(Error::Wrong));
    assert_eq!(
        state.redeem("0000-0000-0000-0000-0000-0000"),
        Err(Error::Wrong)
    );
    let with = |c: char| format!("{c}{}", &code[1..]);
    for text in [
        String::new(),
        code[1..].to_owned(),
        format!("{code}0"),
        with('U'),
        with('_'),
        with('é'),
        with('\0'),
        with('\u{130}'),
    ] {
        assert_eq!(state.redeem(&text), Err(Error::Malformed), "{text:?}");
    }
}

/// TO-08: what is stored contains no code, and equal codes of two sets are not stored alike.
#[test]
fn recovery_codes_are_stored_as_keyed_hashes() {
    let (state, codes) = recovery::generate().unwrap();
    let stored = state.encode();
    assert_eq!(stored.len(), 1 + 32 + 4 + 10 * 32);
    for code in &codes {
        let plain = code.expose_secret().replace('-', "");
        assert!(
            !stored
                .windows(plain.len())
                .any(|window| window == plain.as_bytes())
        );
    }
    // the same digests under another key are other codes
    let mut rekeyed = stored.clone();
    rekeyed[1] ^= 1;
    let rekeyed = recovery::State::decode(&rekeyed).unwrap();
    assert_eq!(rekeyed.redeem(codes[0].expose_secret()), Err(Error::Wrong));
}

/// CO-04.
#[test]
fn a_damaged_or_newer_set_of_recovery_codes_is_an_error() {
    let (state, _) = recovery::generate().unwrap();
    let bytes = state.encode();
    assert_eq!(recovery::State::decode(&bytes), Ok(state));
    for cut in 0..bytes.len() {
        assert_eq!(
            recovery::State::decode(&bytes[..cut]),
            Err(encoding::Error::Damaged)
        );
    }
    let mut newer = bytes.clone();
    newer[0] = 9;
    assert_eq!(
        recovery::State::decode(&newer),
        Err(encoding::Error::UnknownVersion(9))
    );
    let mut many = [bytes.as_slice(), &[7; 32]].concat();
    many[36] = 11;
    assert_eq!(
        recovery::State::decode(&many),
        Err(encoding::Error::Damaged)
    );
}
