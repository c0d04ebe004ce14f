//! The text form of a password: what is hashed, and that a change of it locks nobody out.
#![cfg(feature = "password")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at what it did not expect"
)]

use portcullis::{
    Timestamp,
    password::{Cost, Error, Form, Hash, Hasher, Password, Policy, State, Violation},
};

const FORMS: [Form; 3] = [Form::Nfc, Form::Nfkc, Form::Raw];

fn tiny() -> Hasher {
    Hasher::new(Cost::new(8, 1, 1).unwrap())
}

/// Form, what was typed, the hash: as Python's tables and the reference implementation make them.
fn vectors() -> Vec<(Form, String, Hash)> {
    let lines = include_str!("vectors/password/forms.txt").lines().skip(1);
    let vector = |line: &str| {
        let [form, typed, hash] = *line.split('\t').collect::<Vec<_>>() else {
            panic!("three fields a line");
        };
        let form = match form {
            "nfc" => Form::Nfc,
            "nfkc" => Form::Nfkc,
            "raw" => Form::Raw,
            other => panic!("{other}"),
        };
        let typed = serde_json::from_str(typed).unwrap();
        (form, typed, Hash::from_stored(hash))
    };
    let vectors: Vec<_> = lines.map(vector).collect();
    assert_eq!(vectors.len(), 18);
    vectors
}

/// PW-15: a recorded form is the one that is tried, whatever the hasher's own.
#[test]
fn a_recorded_form_is_the_one_that_is_tried() {
    for (form, typed, hash) in vectors() {
        let password = Password::from(typed.as_str());
        for own in FORMS {
            let hasher = tiny().with_form(own);
            let recorded = hash.clone().with_form(form);
            assert!(hasher.verify(&password, Some(&recorded)).is_ok(), "{typed}");
        }
    }
}

/// PW-15: and no other is.
#[test]
fn a_recorded_form_admits_no_other() {
    let mut told_apart = 0;
    for (form, typed, hash) in vectors() {
        let password = Password::from(typed.as_str());
        for other in FORMS.into_iter().filter(|other| *other != form) {
            let recorded = hash.clone().with_form(other);
            let verified = tiny().verify(&password, Some(&recorded));
            let same = vectors().iter().any(|(form, text, same)| {
                (*form, text, same.as_str()) == (other, &typed, hash.as_str())
            });
            assert_eq!(verified.is_ok(), same, "{typed} in {form:?} as {other:?}");
            told_apart += usize::from(!same);
        }
    }
    assert_eq!(told_apart, 20);
}

/// PW-15: what others made of the raw bytes verifies without a record, as does NFC, and as does the
/// hasher's own form.
#[test]
fn without_a_record_the_likely_forms_are_tried() {
    for (form, typed, hash) in vectors() {
        let password = Password::from(typed.as_str());
        let own = tiny().with_form(form);
        assert!(
            own.verify(&password, Some(&hash)).is_ok(),
            "{typed} {form:?}"
        );
        if form != Form::Nfkc {
            assert!(
                tiny().verify(&password, Some(&hash)).is_ok(),
                "{typed} {form:?}"
            );
        }
    }
}

/// PW-15: a new hash is of the hasher's form, and says so, through storage too.
#[test]
fn a_change_of_form_leaves_old_hashes_good() {
    let typed = Password::from("o\u{FB03}ce A\u{30A}\u{A0}\u{2003}");
    let now = Timestamp::from_secs(0);
    for made in FORMS {
        let hash = tiny().with_form(made).hash(&typed).unwrap();
        assert_eq!(hash.form(), Some(made));
        let state = State::decode(&State::new(hash, Some(now)).encode()).unwrap();
        for today in FORMS {
            let hasher = tiny().with_form(today);
            let verified = hasher.verify(&typed, Some(state.hash())).unwrap();
            assert!(!verified.needs_rehash(), "different is not weaker");
        }
    }
}

/// PW-15, PW-07: in NFC the same password from another keyboard is the same; as typed it is not.
#[test]
fn only_a_normal_form_forgives_another_keyboard() {
    let (composed, apart) = ("Gr\u{FC}\u{DF}e", "Gru\u{308}\u{DF}e");
    for (form, same) in [(Form::Nfc, true), (Form::Nfkc, true), (Form::Raw, false)] {
        let hash = tiny()
            .with_form(form)
            .hash(&Password::from(composed))
            .unwrap();
        let verified = tiny().verify(&Password::from(apart), Some(&hash));
        assert_eq!(verified.is_ok(), same, "{form:?}");
    }
}

/// PW-17: each form is held to the same length.
#[test]
fn no_form_of_a_password_is_too_long() {
    // 600 bytes as typed; 18 letters of two bytes each in NFKC
    let wide = Password::from("\u{FDFA}".repeat(200));
    assert!(tiny().hash(&wide).is_ok());
    assert_eq!(
        tiny().with_form(Form::Nfkc).hash(&wide).unwrap_err(),
        Error::TooLong
    );
    // 1,020 bytes in NFC, 3,060 as typed
    let apart = Password::from("\u{1112}\u{1161}\u{11AB}".repeat(340));
    assert!(tiny().hash(&apart).is_ok());
    assert_eq!(
        tiny().with_form(Form::Raw).hash(&apart).unwrap_err(),
        Error::TooLong
    );
    let hash = tiny().hash(&apart).unwrap();
    let unrecorded = Hash::from_stored(hash.as_str());
    assert!(tiny().verify(&apart, Some(&unrecorded)).is_ok());
    let raw = unrecorded.with_form(Form::Raw);
    assert_eq!(tiny().verify(&apart, Some(&raw)), Err(Error::Wrong));
}

/// PW-15, PW-17: a policy judges NFC; what is too long in the hasher's form cannot be hashed.
#[test]
fn a_form_may_be_too_long_where_the_policy_finds_nothing() {
    let (policy, now) = (Policy::nist_800_63b(), Timestamp::from_secs(0));
    let wide = Password::from("\u{FDFA}".repeat(64));
    assert_eq!(policy.check(&wide, &[]), Ok(()));
    let compatible = tiny().with_form(Form::Nfkc);
    assert_eq!(
        policy.set(&compatible, &wide, &[], now),
        Err(Error::TooLong)
    );
    let state = policy.set(&tiny(), &wide, &[], now).unwrap();
    let other = Password::from("\u{FDFA}\u{FDFB}".repeat(32));
    let change = policy.change(&compatible, &state, &other, &[], now);
    assert_eq!(change, Err(Error::TooLong));
}

/// PW-15, PW-09: a former password is found behind one whose form is another, and too long for it.
#[test]
fn history_compares_each_hash_in_its_own_form() {
    let policy = Policy::nist_800_63b().with_history(3).unwrap();
    let apart = Password::from("\u{1112}\u{1161}\u{11AB}".repeat(340));
    let now = Timestamp::from_secs;
    let state = State::new(tiny().hash(&apart).unwrap(), Some(now(0)));
    let raw = tiny().with_form(Form::Raw);
    let other = Password::from("another password");
    let state = policy.change(&raw, &state, &other, &[], now(1)).unwrap();
    let back = policy.change(&tiny(), &state, &apart, &[], now(2));
    let Err(Error::Rejected(violations)) = back else {
        panic!("it was used before")
    };
    assert!(matches!(
        violations.as_slice(),
        [Violation::Reused { remembered: 2, .. }]
    ));
}

/// PW-14, PW-15: what is said of a password does not depend on whether there is a hash, nor on the
/// form in which that was made.
#[test]
fn a_recorded_form_tells_nobody_apart() {
    let raw_only = "e\u{301}".repeat(350); // 1,050 bytes as typed, 700 in NFC
    let wide = "\u{FDFA}".repeat(100); // 300 bytes in NFC, over 1,024 in NFKC
    for text in [raw_only, wide] {
        let password = Password::from(text);
        for own in FORMS {
            let hasher = tiny().with_form(own);
            let unknown = hasher.verify(&password, None);
            assert_eq!(unknown, Err(Error::Wrong));
            for made in FORMS {
                let hash = tiny().with_form(made).hash(&Password::from("x")).unwrap();
                assert_eq!(hasher.verify(&password, Some(&hash)), unknown);
                let unrecorded = Hash::from_stored(hash.as_str());
                assert_eq!(hasher.verify(&password, Some(&unrecorded)), unknown);
            }
        }
    }
}

/// PW-15: what a hasher makes it verifies, whatever the form makes of the length.
#[test]
fn what_is_hashed_in_a_form_is_verified_in_it() {
    let mut made = 0;
    for text in [
        "\u{1D160}".repeat(200), // 800 bytes as typed, 2,400 in NFC
        "\u{1D400}".repeat(300), // 1,200 in NFC, 300 in NFKC
        "\u{FDFA}".repeat(200),
        "e\u{301}".repeat(350),
    ] {
        let password = Password::from(text.as_str());
        for form in FORMS {
            let hasher = tiny().with_form(form);
            let Ok(hash) = hasher.hash(&password) else {
                continue;
            };
            made += 1;
            assert!(hasher.verify(&password, Some(&hash)).is_ok(), "{form:?}");
            let unrecorded = Hash::from_stored(hash.as_str());
            assert!(
                hasher.verify(&password, Some(&unrecorded)).is_ok(),
                "{form:?}"
            );
        }
    }
    assert_eq!(made, 6);
}
