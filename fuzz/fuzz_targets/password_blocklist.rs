//! Blocklists: a file that is read is written the same and has the length that it says, also one
//! whose checksum was put right; of lines each is listed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis::password::{Blocklist, Digest, Password, Policy, Violation};
use sha2::Digest as _;

fuzz_target!(|data: &[u8]| {
    file(data.to_vec());
    if let Some(body) = data.len().checked_sub(32) {
        let body = &data[..body];
        let checksum = sha2::Sha256::digest(body);
        file([body, checksum.as_slice()].concat());
    }
    if let Ok(text) = core::str::from_utf8(data) {
        lines(text);
    }
});

fn file(bytes: Vec<u8>) {
    let Ok(list) = Blocklist::from_bytes(bytes.clone()) else {
        return;
    };
    assert_eq!(list.to_bytes(), bytes);
    let width = bytes[6];
    assert_eq!(bytes.len(), 1064 + list.len() * usize::from(width - 1));
    assert_eq!(list.is_empty(), list.len() == 0);
    assert!((0.0..=1.0).contains(&list.false_positive_rate()));

    // the digests that it holds make the same list
    let mut digests = Vec::new();
    let mut entries = bytes[1032..bytes.len() - 32].chunks_exact(usize::from(width - 1));
    let mut before = 0;
    for (first, number) in bytes[8..1032].chunks_exact(4).enumerate() {
        let number = u32::from_be_bytes(number.try_into().unwrap());
        for _ in before..number {
            let mut digest = [0; 8];
            digest[0] = u8::try_from(first).unwrap();
            digest[1..usize::from(width)].copy_from_slice(entries.next().unwrap());
            digests.push(u64::from_be_bytes(digest));
        }
        before = number;
    }
    let again = Blocklist::from_digests(list.digest(), width, digests).unwrap();
    assert_eq!(again.to_bytes(), bytes);

    let policy = Policy::nist_800_63b().with_blocklist(list);
    let _ = policy.check(&Password::from("password"), &[]);
}

fn lines(text: &str) {
    let unmarked = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let lines = unmarked.split('\n');
    let lines = lines.map(|line| line.strip_suffix('\r').unwrap_or(line));
    let listed: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    let folded = Blocklist::from_lines(text);
    assert!(folded.len() <= listed.len());
    let digests = listed.iter().map(|line| Digest::Sha1.of(line)).collect();
    let typed = Blocklist::from_digests(Digest::Sha1, 5, digests).unwrap();
    for list in [folded, typed] {
        file(list.to_bytes());
        let policy = Policy::nist_800_63b().with_blocklist(list);
        for line in &listed {
            let violations = policy.check(&Password::from(*line), &[]).unwrap_err();
            let has = |wanted: fn(&Violation) -> bool| violations.as_slice().iter().any(wanted);
            assert!(
                has(|v| matches!(v, Violation::Blocklisted))
                    || has(|v| matches!(v, Violation::TooLong { .. }))
            );
        }
    }
}
