//! Stored hashes of every scheme, and states: what is read is within the ceilings, and what is of
//! Argon2 prints as it was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis::password::{Cost, Hash, LegacyScheme, Limits, Scheme, State};

fuzz_target!(|data: &[u8]| {
    if let Ok(state) = State::decode(data) {
        assert_eq!(state.encode(), data);
    }
    let Ok(text) = core::str::from_utf8(data) else {
        return;
    };
    let hash = Hash::from_stored(text);
    let limits = Limits::default();
    let Ok(scheme) = hash.inspect(&limits) else {
        return;
    };
    assert_eq!(hash.as_str(), text);
    assert!(text.len() <= 1024);
    assert_eq!(hash.inspect(&limits), Ok(scheme));
    match scheme {
        Scheme::Argon2 { cost, .. } => argon2(text, scheme, cost),
        Scheme::Legacy(legacy) => foreign(text, legacy, &limits),
        _ => panic!("a scheme without a bound: {scheme}"),
    }
});

fn argon2(text: &str, scheme: Scheme, cost: Cost) {
    assert!(cost.memory_kib() <= Cost::MAX_MEMORY_KIB && cost.memory_kib() >= 8 * cost.lanes());
    assert!((1..=Cost::MAX_PASSES).contains(&cost.passes()));
    let work = u64::from(cost.memory_kib()) * u64::from(cost.passes());
    assert!(work <= u64::from(Cost::MAX_WORK_KIB));
    assert!((1..=Cost::MAX_LANES).contains(&cost.lanes()));
    // what it prints is the text itself, after Spring's id if there is one, up to two fields of
    // base64 of 8 to 64 and 12 to 64 bytes
    let (id, rest) = text.split_at(text.find('$').expect("begins with its name"));
    assert!(["", "{argon2}", "{argon2@SpringSecurity_v5_8}"].contains(&id));
    let rest = rest
        .strip_prefix(&format!("{scheme}$"))
        .expect("prints as it was");
    let (salt, tag) = rest.split_once('$').expect("a salt and a tag");
    for (field, lengths) in [(salt, 11..=86), (tag, 16..=86)] {
        assert!(lengths.contains(&field.len()) && field.len() % 4 != 1);
        let known = |b: u8| b.is_ascii_alphanumeric() || b"+/".contains(&b);
        assert!(field.bytes().all(known));
    }
}

/// The defaults of `Limits`, written out.
fn foreign(text: &str, scheme: LegacyScheme, limits: &Limits) {
    assert!(text.bytes().all(|b| b.is_ascii_graphic()));
    assert!(limits.memory_kib() == 262_144);
    match scheme {
        LegacyScheme::Bcrypt { cost, .. }
        | LegacyScheme::BcryptSha256 { cost, .. }
        | LegacyScheme::WordPress { cost, .. } => assert!((4..=16).contains(&cost)),
        LegacyScheme::ShaCrypt { rounds, .. } => assert!((1000..=1_000_000).contains(&rounds)),
        LegacyScheme::Phpass { rounds, .. } => assert!((128..=1_000_000).contains(&rounds)),
        LegacyScheme::Scrypt {
            log_n,
            block_size,
            parallelism,
            ..
        } => {
            assert!((1..=31).contains(&log_n) && (1..=16).contains(&parallelism));
            assert!(block_size >= 1 && u64::from(block_size) << log_n <= 262_144 * 8);
        }
        LegacyScheme::Pbkdf2 {
            iterations, len, ..
        } => {
            assert!((1..=10_000_000).contains(&iterations) && (12..=64).contains(&len));
        }
        LegacyScheme::Digest { rounds, .. } => assert!([1, 1024].contains(&rounds)),
        // of a fixed cost, or of one that is not in the text
        LegacyScheme::Md5Crypt | LegacyScheme::Firebase => {}
        _ => panic!("a scheme without a bound: {scheme}"),
    }
}
