//! Blocklists: what is listed is refused, what is written is read, what is damaged is not.
#![cfg(feature = "password")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "tests stop at what they did not expect"
)]

use std::collections::HashSet;

use data_encoding::HEXLOWER;
use portcullis::password::{Blocklist, Digest, Error, Flaw, Password, Policy, Violation};
use proptest::prelude::*;
use sha2::Sha256;

/// Whether a policy with this list refuses the password for it.
fn refuses(list: &Blocklist, password: &str) -> bool {
    let policy = Policy::nist_800_63b().with_blocklist(list.clone());
    match policy.check(&Password::from(password), &[]) {
        Ok(()) => false,
        Err(found) => found.as_slice().contains(&Violation::Blocklisted),
    }
}

fn list(digest: Digest, width: u8, passwords: &[&str]) -> Blocklist {
    let digests = passwords.iter().map(|p| digest.of(p)).collect();
    Blocklist::from_digests(digest, width, digests).unwrap()
}

/// The file after its checksum was made that of what stands before it.
fn summed(mut file: Vec<u8>) -> Vec<u8> {
    use sha2::Digest;
    let body = file.len() - 32;
    let checksum = Sha256::digest(&file[..body]);
    file[body..].copy_from_slice(&checksum);
    file
}

fn flaw(file: Vec<u8>) -> Flaw {
    match Blocklist::from_bytes(file) {
        Err(Error::Blocklist(flaw)) => flaw,
        other => panic!("{other:?}"),
    }
}

/// PW-10: files of another implementation of the format, byte for byte.
#[test]
fn files_are_those_of_another_implementation() {
    let lines = include_str!("vectors/password/blocklist.txt").lines();
    let mut read = 0;
    for line in lines.filter(|line| !line.starts_with('#')) {
        let [kind, width, passwords, file] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("four fields");
        };
        let digest = match kind {
            "1" => Digest::FoldedSha256,
            "2" => Digest::Sha1,
            _ => panic!("{kind}"),
        };
        let passwords: Vec<_> = passwords.split('|').collect();
        let file = HEXLOWER.decode(file.as_bytes()).unwrap();

        let written = list(digest, width.parse().unwrap(), &passwords);
        assert_eq!(written.to_bytes(), file);
        let loaded = Blocklist::from_bytes(file.clone()).unwrap();
        assert_eq!(loaded.to_bytes(), file);
        assert_eq!((loaded.len(), loaded.digest()), (written.len(), digest));
        assert!(passwords.iter().all(|p| refuses(&loaded, p)));
        read += 1;
    }
    assert_eq!(read, 10);
}

/// PW-10: the digests are those that Have I Been Pwned publishes for "123456" and "qwerty".
#[test]
fn published_digests_are_matched_as_typed() {
    let digests = vec![0x7C4A_8D09_CA37_62AF, 0xB1B3_773A_05C0_ED01];
    let pwned = Blocklist::from_digests(Digest::Sha1, 8, digests).unwrap();
    for (password, listed) in [
        ("123456", true),
        ("qwerty", true),
        ("Qwerty", false),
        ("qwerty ", false),
        ("12345", false),
    ] {
        assert_eq!(refuses(&pwned, password), listed, "{password}");
    }
}

/// PW-10: of a folded list every case and form is listed, and the whole password only.
#[test]
fn all_of_a_password_is_looked_for_in_any_case() {
    let list = Blocklist::from_lines("Grünes\u{A0}Vögelchen\n");
    for password in ["grünes vögelchen", "GRU\u{308}NES VO\u{308}GELCHEN"] {
        assert!(refuses(&list, password), "{password}");
    }
    for password in [
        "grünes vögelchen1",
        " grünes vögelchen",
        "vögelchen",
        "grunes vogelchen",
    ] {
        assert!(!refuses(&list, password), "{password}");
    }
}

/// PW-10, PW-15: a hash in the form NFKC takes these for the same password.
#[test]
fn compatibility_characters_are_looked_up_as_plain_ones() {
    let folded = Blocklist::from_lines("first flight\n");
    let typed = list(
        Digest::Sha1,
        8,
        &["first flight", "\u{FB01}rst \u{FB02}ower"],
    );
    for password in [
        "\u{FB01}rst \u{FB02}ight",
        "ｆｉｒｓｔ　ｆｌｉｇｈｔ",
        "ⓕirst fligʰt",
    ] {
        assert!(refuses(&folded, password), "{password}");
        assert!(refuses(&typed, password), "{password}");
    }
    assert!(refuses(&folded, "ＦＩＲＳＴ ＦＬＩＧＨＴ") && refuses(&folded, "𝐅irst flight"));
    assert!(!refuses(&typed, "ＦＩＲＳＴ ＦＬＩＧＨＴ") && !refuses(&typed, "𝐅irst flight"));
    assert!(refuses(&typed, "\u{FB01}rst \u{FB02}ower"));
    assert!(!refuses(&typed, "first flower"));
    assert!(refuses(&Blocklist::common(), "ｐａｓｓｗｏｒｄ１"));
}

/// PW-10: also where nothing follows it; only one is of the end.
#[test]
fn a_carriage_return_at_the_end_of_a_line_is_skipped() {
    let list =
        Blocklist::from_lines("one of these\r\nanother\r\r\ntwo\rparts\r\n\r\nlast of these\r");
    assert_eq!(list.len(), 4);
    for password in ["one of these", "another\r", "two\rparts", "last of these"] {
        assert!(refuses(&list, password), "{password:?}");
    }
}

/// PW-10: a byte order mark is none of the first password, and counts as a character elsewhere.
#[test]
fn a_byte_order_mark_is_skipped() {
    let list = Blocklist::from_lines("\u{FEFF}one of these\n\u{FEFF}two of these");
    assert!(refuses(&list, "one of these"));
    assert!(!refuses(&list, "two of these"));
    assert!(refuses(&list, "\u{FEFF}two of these"));
}

/// PW-10: what everybody tries first, and a few of the many that satisfy a rule of composition.
#[test]
fn common_passwords_are_embedded() {
    let common = Blocklist::common();
    for password in [
        "password1",
        "qwertyuiop",
        "1234567890",
        "iloveyou1",
        "12345678",
        "PASSWORD",
        "sunshine1",
        "football",
        "1q2w3e4r5t",
        "123456789012",
        "1qaz2wsx3edc",
        "passwordpassword",
        "123456789012345",
        "thisismypassword",
        "qwertyuiopasdfghjklzxcvbnm",
        "Password123!",
        "P@ssw0rd1234",
        "Welcome@1234",
        "Admin@123456",
        "Qwerty123456!",
        "1qaz@WSX3edc",
    ] {
        assert!(refuses(&common, password), "{password}");
    }
    for password in [
        "Tr0ub4dor & three",
        "correct horse battery staple",
        "Correct-Horse-0001",
        "sunshine-on-leith-at-4",
        "m4il-Herring-Box",
        "zwölf Boxkämpfer jagen Viktor",
    ] {
        assert!(!refuses(&common, password), "{password}");
    }
}

/// PW-10: the numbers of the documentation; what is shorter than any policy admits takes no place.
#[test]
fn the_embedded_list_is_what_is_said_of_it() {
    let common = Blocklist::common();
    assert_eq!(common.len(), 131_072);
    assert_eq!(common.digest(), Digest::FoldedSha256);
    assert_eq!(common.false_positive_rate(), 1.0 / 32_768.0);
    let file = common.to_bytes();
    assert!(file.len() < 400_000);
    let loaded = Blocklist::from_bytes(file.clone()).unwrap();
    assert_eq!(loaded.to_bytes(), file);
    // as written, whatever the case of a letter that has its upper case twice
    let of = |password| Digest::FoldedSha256.of(password);
    assert_eq!(of("GRO\u{1E9E}MUTTER"), of("großmutter"));
    for short in ["123456", "qwerty", "abc123", "dragon", "letmein"] {
        assert!(!refuses(&common, short), "{short}");
    }
}

/// PW-10: a clone is the list; one of the same passwords is equal, one of others is not.
#[test]
fn a_clone_holds_the_same() {
    let list = Blocklist::from_lines("one of these\ntwo of these\n");
    assert_eq!(list, Blocklist::from_lines("Two of these\nOne of these\n"));
    assert_ne!(
        list,
        Blocklist::from_lines("one of these\nthree of these\n")
    );
    assert_ne!(list, Blocklist::from_lines("one of these\n"));
    assert_eq!(Blocklist::common(), Blocklist::common());
    assert_ne!(Blocklist::common(), list);
    let clone = list.clone();
    drop(list);
    assert!(refuses(&clone, "one of these"));
    static_assertions::assert_impl_all!(Blocklist: Send, Sync, Clone);
}

/// PW-10: one cause a file, each with a checksum that holds.
#[test]
fn says_what_is_wrong_with_a_file() {
    let good = list(Digest::FoldedSha256, 4, &["password1", "qwertyuiop", "x"]).to_bytes();
    assert_eq!(good.len(), 1032 + 3 * 3 + 32);
    let changed = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut file = good.clone();
        change(&mut file);
        flaw(summed(file))
    };
    assert_eq!(changed(&|f| f[0] = b'p'), Flaw::Magic);
    assert_eq!(changed(&|f| f[4] = 0), Flaw::Version(0));
    assert_eq!(changed(&|f| f[4] = 2), Flaw::Version(2));
    assert_eq!(changed(&|f| f[5] = 0), Flaw::Digest(0));
    assert_eq!(changed(&|f| f[5] = 3), Flaw::Digest(3));
    for width in [0, 1, 9, 255] {
        assert_eq!(changed(&|f| f[6] = width), Flaw::Width(width));
    }
    assert_eq!(changed(&|f| f[6] = 3), Flaw::Trailing);
    assert_eq!(changed(&|f| f[6] = 5), Flaw::CutOff);
    assert_eq!(changed(&|f| f[7] = 1), Flaw::Reserved);
    assert_eq!(changed(&|f| f[1031] = 2), Flaw::Trailing);
    assert_eq!(changed(&|f| f[1031] = 4), Flaw::CutOff);
    assert_eq!(changed(&|f| f[1028] = 255), Flaw::CutOff);
    assert_eq!(changed(&|f| f.push(0)), Flaw::Trailing);
    assert_eq!(changed(&|f| f.truncate(f.len() - 1)), Flaw::CutOff);
    // more in the first bucket than in the first two
    assert_eq!(changed(&|f| f[11] = 1), Flaw::Table);
    assert_eq!(changed(&|f| f[8] = 1), Flaw::Table);
    // the same bucket: the last two of its three entries, twice the same and in the other order
    let many: Vec<String> = (0..2000).map(|n| n.to_string()).collect();
    let many = list(
        Digest::Sha1,
        2,
        &many.iter().map(String::as_str).collect::<Vec<_>>(),
    );
    let many = many.to_bytes();
    assert!(many[11] >= 2, "two digests begin with a zero");
    let mut swapped = many.clone();
    swapped.swap(1032, 1033);
    assert_eq!(flaw(summed(swapped)), Flaw::Order);
    let mut twice = many.clone();
    twice[1033] = twice[1032];
    assert_eq!(flaw(summed(twice)), Flaw::Order);
    let mut unsummed = many.clone();
    *unsummed.last_mut().unwrap() ^= 1;
    assert_eq!(flaw(unsummed), Flaw::Checksum);
    assert!(Blocklist::from_bytes(summed(many)).is_ok());

    let error = Blocklist::from_bytes(Vec::new()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "blocklist cannot be used: it does not begin with PCBL"
    );
}

/// PW-10: four billion digests in a kilobyte: refused by its length, before anything is reserved.
#[test]
fn a_file_that_says_more_than_it_has_is_refused() {
    let mut file = Blocklist::from_lines("").to_bytes();
    file[1028..1032].fill(0xFF);
    assert_eq!(flaw(summed(file.clone())), Flaw::CutOff);
    file[8..1032].fill(0xFF);
    assert_eq!(flaw(summed(file)), Flaw::CutOff);
}

/// PW-10: no bit may change, no byte may lack or be added.
#[test]
fn every_damage_is_found() {
    let good = list(Digest::Sha1, 3, &["one", "two", "three", "four"]).to_bytes();
    for place in 0..good.len() {
        for bit in 0..8 {
            let mut file = good.clone();
            file[place] ^= 1 << bit;
            flaw(file);
        }
        flaw(good[..place].to_vec());
    }
    flaw([good.as_slice(), b"\n"].concat());
}

/// PW-10: widths that a file cannot have.
#[test]
fn digests_are_of_two_to_eight_bytes() {
    for width in 0..=u8::MAX {
        let made = Blocklist::from_digests(Digest::Sha1, width, vec![1, 1 << 63]);
        match width {
            2..=8 => assert_eq!(made.unwrap().len(), 2),
            _ => assert_eq!(made.unwrap_err(), Error::Blocklist(Flaw::Width(width))),
        }
    }
}

/// PW-10: at two bytes a tenth of all passwords is refused with the listed ones. Of 20,000 others
/// 2,000 are expected, with a standard deviation of 42.
#[test]
fn the_false_positive_rate_is_as_stated() {
    for digest in [Digest::FoldedSha256, Digest::Sha1] {
        let digests = (0..6904)
            .map(|n| digest.of(&format!("listed {n}")))
            .collect();
        let list = Blocklist::from_digests(digest, 2, digests).unwrap();
        assert!((0.098..0.102).contains(&list.false_positive_rate()));
        let others = (0..20_000).map(|n| format!("other {n}"));
        let refused = others.filter(|other| refuses(&list, other)).count();
        let stated = 20_000.0 * list.false_positive_rate();
        assert!((stated - refused as f64).abs() < 200.0, "{refused}");
    }
}

/// PW-17: a password that is too long in any case is not looked up, one of the greatest length is.
#[test]
fn what_is_too_long_is_not_looked_up() {
    let (longest, longer) = ("é".repeat(512), "é".repeat(512) + "x");
    let list = Blocklist::from_iter([longest.as_str(), longer.as_str()]);
    assert_eq!(list.len(), 2);
    assert!(refuses(&list, &longest));
    assert!(!refuses(&list, &longer));
    assert!(!refuses(&list, &"é".repeat(1 << 19)));
}

/// PW-10: what is printed of a list is a number.
#[test]
fn prints_no_password() {
    let list = Blocklist::from_lines("hunter2\n");
    assert_eq!(format!("{list:?}"), "Blocklist(1)");
    assert_eq!(format!("{:?}", Blocklist::common()), "Blocklist(131072)");
}

proptest! {
    /// PW-10: nothing that is listed is missed, whatever the width, and a file is read as written.
    #[test]
    fn what_is_listed_is_refused(
        passwords in prop::collection::vec(".{0,20}", 0..40),
        width in 2_u8..=8,
        sha1: bool,
    ) {
        let digest = if sha1 { Digest::Sha1 } else { Digest::FoldedSha256 };
        let passwords: Vec<&str> = passwords.iter().map(String::as_str).collect();
        let written = list(digest, width, &passwords);
        let file = written.to_bytes();
        let read = Blocklist::from_bytes(file.clone()).unwrap();
        prop_assert_eq!(read.to_bytes(), file);
        prop_assert_eq!(read.len(), written.len());
        prop_assert!(read.len() <= passwords.len());
        for password in passwords {
            prop_assert!(refuses(&read, password), "{:?}", password);
        }
    }

    /// PW-10: a list of lines refuses what a set of strings holds, and nothing else.
    #[test]
    fn refuses_what_a_set_of_strings_holds(
        lines in prop::collection::vec("[aAbB]{1,3}", 0..20),
        password in "[aAbB]{0,4}",
    ) {
        let list = Blocklist::from_lines(&lines.join("\n"));
        let set: HashSet<String> = lines.iter().map(|l| l.to_ascii_lowercase()).collect();
        prop_assert_eq!(list.len(), set.len());
        prop_assert_eq!(list.is_empty(), set.is_empty());
        let holds = set.contains(&password.to_ascii_lowercase());
        prop_assert_eq!(refuses(&list, &password), holds);
    }

    #[test]
    fn arbitrary_bytes_are_refused(
        bytes in prop::collection::vec(any::<u8>(), 0..2000),
        prefix in prop::sample::select(vec![&b""[..], b"PCBL", b"PCBL\x01\x01\x04\x00"]),
    ) {
        flaw([prefix, &bytes].concat());
    }
}
