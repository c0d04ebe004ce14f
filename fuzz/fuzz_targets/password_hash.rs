//! Stored hashes and states: what is read is within the ceilings and prints as it was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis::password::{Cost, Hash, Limits, Scheme, State};

fuzz_target!(|data: &[u8]| {
    if let Ok(state) = State::decode(data) {
        assert_eq!(state.encode(), data);
    }
    let Ok(text) = core::str::from_utf8(data) else {
        return;
    };
    let hash = Hash::from_stored(text);
    let Ok(scheme) = hash.inspect(&Limits::default()) else {
        return;
    };
    assert_eq!(hash.as_str(), text);
    assert!(text.len() <= 1024);
    if let Scheme::Argon2 { cost, .. } = scheme {
        assert!(cost.memory_kib() <= Cost::MAX_MEMORY_KIB && cost.memory_kib() >= 8 * cost.lanes());
        assert!((1..=Cost::MAX_PASSES).contains(&cost.passes()));
        let work = u64::from(cost.memory_kib()) * u64::from(cost.passes());
        assert!(work <= u64::from(Cost::MAX_WORK_KIB));
        assert!((1..=Cost::MAX_LANES).contains(&cost.lanes()));
    }
    // what it prints is the text itself, up to two fields of base64 of 8 to 64 and 12 to 64 bytes
    let rest = text
        .strip_prefix(&format!("{scheme}$"))
        .expect("prints as it was");
    let (salt, tag) = rest.split_once('$').expect("a salt and a tag");
    for (field, lengths) in [(salt, 11..=86), (tag, 16..=86)] {
        assert!(lengths.contains(&field.len()) && field.len() % 4 != 1);
        assert!(
            field
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"+/".contains(&b))
        );
    }
});
