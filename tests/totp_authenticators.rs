//! Several authenticators of one person: who may change them, and which codes they take.
#![cfg(feature = "totp")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

use std::time::Duration;

use portcullis::{
    Timestamp, encoding,
    totp::{
        Authenticators, Error, Policy, State, Uri,
        authenticators::{Authenticator, Id, IfLast},
    },
};
use proptest::prelude::*;

/// 2026-11-21T09:00:00Z, the start of a step of 30 seconds.
const NINE: u64 = 1_795_251_600;

/// When these two secrets have the same code.
const SAME_CODE_AT: u64 = 1_802_598_270;
const SAME_CODE_OF: [&str; 2] = [
    "MEQHA2DPNZSSO4ZAONSWG4TFOQWCAMRQ",
    "MEQHIYLCNRSXIJ3TEBZWKY3SMV2CAMRQ",
];

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_secs(NINE + seconds)
}

fn policy() -> Policy {
    Policy::back_office()
}

/// One that awaits its first code, and the app that has its secret.
fn enrol(now: Timestamp) -> (State, Uri) {
    policy().enrol("Example Ltd", "ada", now).unwrap()
}

/// A set with these, confirmed one after the other half a minute apart from nine on.
fn with(labels: &[&str]) -> (Authenticators, Vec<(Id, Uri)>) {
    let (mut set, mut apps, mut now) = (Authenticators::default(), Vec::new(), at(0));
    for label in labels {
        let (pending, app) = enrol(now);
        let (with, id) = set.add(&policy(), label, pending, now, now).unwrap();
        set = with.confirm(&policy(), id, &app.code_at(now), now).unwrap();
        apps.push((id, app));
        now = now.saturating_add(Duration::from_secs(30));
    }
    (set, apps)
}

fn labels(set: &Authenticators) -> Vec<&str> {
    set.iter().map(Authenticator::label).collect()
}

/// TO-04: the code of the set-up opens nothing, and one of the next step does, once.
#[test]
fn the_code_seen_at_set_up_is_refused_at_the_first_sign_in() {
    let (set, apps) = with(&["phone"]);
    let (id, phone) = &apps[0];
    let seen = phone.code_at(at(0));
    assert_eq!(set.verify(&policy(), &seen, at(5)), Err(Error::Replayed));
    let code = phone.code_at(at(30));
    let accepted = set.verify(&policy(), &code, at(31)).unwrap();
    assert_eq!(accepted.id(), *id);
    let set = accepted.into_authenticators();
    assert_eq!(set.iter().next().unwrap().last_used(), Some(at(31)));
    assert_eq!(set.verify(&policy(), &code, at(32)), Err(Error::Replayed));
}

/// TO-04: a code of any of them is taken, and spends nothing of the others.
#[test]
fn each_of_several_opens_and_spends_its_own() {
    let (set, apps) = with(&["phone", "tablet", "key"]);
    let now = at(600);
    let mut set = set;
    for (id, app) in &apps {
        let accepted = set.verify(&policy(), &app.code_at(now), now).unwrap();
        assert_eq!(accepted.id(), *id);
        set = accepted.into_authenticators();
    }
    for (_, app) in &apps {
        let again = set.verify(&policy(), &app.code_at(now), now);
        assert_eq!(again, Err(Error::Replayed));
    }
    let (_, stranger) = enrol(now);
    let wrong = set.verify(&policy(), &stranger.code_at(now), now);
    assert_eq!(wrong, Err(Error::Wrong));
    assert_eq!(set.verify(&policy(), "12345", now), Err(Error::Malformed));
    let none = Authenticators::default().verify(&policy(), "123456", now);
    assert_eq!(none, Err(Error::NotConfirmed));
}

/// TO-04: a pending one takes no part.
#[test]
fn one_that_awaits_its_first_code_opens_nothing() {
    let (set, _) = with(&["phone"]);
    let now = at(60);
    let (pending, app) = enrol(now);
    let (set, id) = set.add(&policy(), "tablet", pending, now, now).unwrap();
    let code = app.code_at(now);
    assert_eq!(set.verify(&policy(), &code, now), Err(Error::Wrong));
    assert_eq!(set.candidates(&code), [set.iter().next().unwrap().id()]);
    let set = set.confirm(&policy(), id, &code, now).unwrap();
    assert_eq!(set.verify(&policy(), &code, now), Err(Error::Replayed));
}

/// TO-06: what has had too many wrong codes is not asked, and nothing else is hindered by it.
#[test]
fn some_can_be_left_out_of_the_comparison() {
    let (set, apps) = with(&["phone", "tablet"]);
    let now = at(600);
    let (left_out, code) = (apps[0].0, apps[0].1.code_at(now));
    let asked = |id: Id| id != left_out;
    assert_eq!(
        set.verify_among(&policy(), asked, &code, now),
        Err(Error::Wrong)
    );
    let code = apps[1].1.code_at(now);
    assert!(set.verify_among(&policy(), asked, &code, now).is_ok());
    let nobody = set.verify_among(&policy(), |_| false, &code, now);
    assert_eq!(nobody, Err(Error::NotConfirmed));
}

/// TO-06: a wrong code is wrong for those that have codes of its form.
#[test]
fn candidates_are_the_confirmed_ones_of_that_form() {
    let (set, apps) = with(&["phone"]);
    let text = "otpauth://totp/ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&digits=8";
    let eight: Uri = text.parse().unwrap();
    let parameters = eight.parameters();
    let now = at(60);
    let (pending, app) = policy()
        .with_parameters(parameters)
        .enrol("Example Ltd", "ada", now)
        .unwrap();
    let (set, id) = set.add(&policy(), "old token", pending, now, now).unwrap();
    let set = set.confirm(&policy(), id, &app.code_at(now), now).unwrap();
    assert_eq!(set.candidates("123456"), [apps[0].0]);
    assert_eq!(set.candidates("12345678"), [id]);
    assert!(set.candidates("1234567").is_empty());
    assert!(set.candidates("１２３４５６").is_empty());
    let later = at(120);
    let accepted = set.verify(&policy(), &app.code_at(later), later);
    assert_eq!(accepted.unwrap().id(), id);
    let (_, stranger) = enrol(now);
    let wrong = set.verify(&policy(), &stranger.code_at(later), later);
    assert_eq!(wrong, Err(Error::Wrong), "and no code of the other's form");
}

/// TO-04: replaced only after fresh authentication, and so for whatever changes who gets in. Five
/// minutes, and not one millisecond more.
#[test]
fn what_changes_who_gets_in_asks_for_fresh_authentication() {
    let (set, apps) = with(&["phone", "tablet"]);
    let now = at(600);
    let fresh = Timestamp::from_millis(now.as_millis() - 299_999);
    let stale = Timestamp::from_millis(now.as_millis() - 300_000);
    let ahead = Timestamp::from_millis(now.as_millis() + 300_000);
    let phone = apps[0].0;
    for (reauthenticated, may) in [(fresh, true), (stale, false), (ahead, false)] {
        let added = set.add(&policy(), "key", enrol(now).0, reauthenticated, now);
        let replaced = set.replace(&policy(), phone, "key", enrol(now).0, reauthenticated, now);
        let removed = set.remove(&policy(), phone, IfLast::Refuse, reauthenticated, now);
        let codes = policy().require_recent(reauthenticated, now);
        if may {
            assert!(added.is_ok() && replaced.is_ok() && removed.is_ok() && codes.is_ok());
        } else {
            let refused = Err(Error::NotReauthenticated);
            assert_eq!(added.map(drop), refused);
            assert_eq!(replaced.map(drop), refused);
            assert_eq!(removed.map(drop), refused);
            assert_eq!(codes, refused);
        }
    }
}

/// TO-04: the bound is the policy's, from half a minute to an hour.
#[test]
fn how_fresh_is_for_the_policy_to_say() {
    let minute = Duration::from_secs(60);
    let strict = policy().with_reauthentication(minute).unwrap();
    assert_eq!(strict.reauthentication(), minute);
    assert!(strict.require_recent(at(1), at(60)).is_ok());
    assert!(strict.require_recent(at(0), at(60)).is_err());
    for age in [29_999, 3_600_001] {
        let age = Duration::from_millis(age);
        let refused = policy().with_reauthentication(age);
        assert_eq!(refused, Err(Error::ReauthenticationTime));
    }
}

/// TO-04: nor is the first one added in a session that was left open: its owner would be out.
#[test]
fn the_first_one_takes_a_fresh_password() {
    let empty = Authenticators::default();
    let left_open = empty.add(&policy(), "phone", enrol(at(300)).0, at(0), at(300));
    assert_eq!(left_open.unwrap_err(), Error::NotReauthenticated);
    let fresh = empty.add(&policy(), "phone", enrol(at(299)).0, at(0), at(299));
    assert!(fresh.is_ok());
}

/// TO-02, TO-03: two secrets have one code at one moment once in a million moments (this one was found
/// with Python's hmac): it is used up at both.
#[test]
fn a_code_that_is_of_two_is_used_up_at_both() {
    let moment = Timestamp::from_secs(SAME_CODE_AT);
    let apps = SAME_CODE_OF.map(|secret| {
        let uri = format!("otpauth://totp/Example:ada?secret={secret}");
        uri.parse::<Uri>().unwrap()
    });
    assert_eq!(apps[0].code_at(moment), apps[1].code_at(moment));
    let (mut set, mut ids) = (Authenticators::default(), Vec::new());
    for app in &apps {
        let pending = policy().import(app, at(0)).unwrap().into_state();
        let (with, id) = set.add(&policy(), "app", pending, at(0), at(0)).unwrap();
        set = with
            .confirm(&policy(), id, &app.code_at(at(0)), at(0))
            .unwrap();
        ids.push(id);
    }
    let code = apps[0].code_at(moment);
    let used = set
        .verify(&policy(), &code, moment)
        .unwrap()
        .into_authenticators();
    for id in ids {
        let again = used.verify_among(&policy(), |asked| asked == id, &code, moment);
        assert_eq!(again.unwrap_err(), Error::Replayed);
    }
}

/// TO-04: of two that were begun, each after the password, the one that is confirmed first is the
/// person's; the other ends.
#[test]
fn what_was_begun_beside_the_first_one_ends_when_that_is_confirmed() {
    let (empty, long_ago) = (Authenticators::default(), at(0));
    let ((mine, phone), (theirs, thief)) = (enrol(at(0)), enrol(at(0)));
    let (set, a) = empty
        .add(&policy(), "phone", mine, long_ago, at(0))
        .unwrap();
    let (set, b) = set
        .add(&policy(), "phone", theirs, long_ago, at(0))
        .unwrap();
    let set = set
        .confirm(&policy(), a, &phone.code_at(at(1)), at(1))
        .unwrap();
    let late = set.confirm(&policy(), b, &thief.code_at(at(2)), at(2));
    assert_eq!(late, Err(Error::NoAuthenticator));
}

/// TO-04: until the new one is confirmed the old one works, and then no longer.
#[test]
fn a_replaced_one_serves_until_the_new_one_is_confirmed() {
    let (set, apps) = with(&["old phone", "tablet"]);
    let (old, old_app) = &apps[0];
    let now = at(600);
    let (pending, new_app) = enrol(now);
    let (set, new) = set
        .replace(&policy(), *old, "new phone", pending, now, now)
        .unwrap();
    assert!(set.verify(&policy(), &old_app.code_at(now), now).is_ok());
    let wrong = set.confirm(&policy(), new, &old_app.code_at(now), now);
    assert_eq!(wrong, Err(Error::Wrong));
    let set = set
        .confirm(&policy(), new, &new_app.code_at(now), now)
        .unwrap();
    assert_eq!(labels(&set), ["tablet", "new phone"]);
    let later = at(660);
    let code = old_app.code_at(later);
    assert_eq!(set.verify(&policy(), &code, later), Err(Error::Wrong));
    assert!(
        set.verify(&policy(), &new_app.code_at(later), later)
            .is_ok()
    );
}

/// TO-04: what is to replace another goes with it.
#[test]
fn two_replacements_of_one_leave_one() {
    let (set, apps) = with(&["phone"]);
    let (old, now) = (apps[0].0, at(600));
    let ((one, first), (two, _)) = (enrol(now), enrol(now));
    let (set, a) = set.replace(&policy(), old, "a", one, now, now).unwrap();
    let (set, b) = set.replace(&policy(), old, "b", two, now, now).unwrap();
    let again = set.replace(&policy(), a, "c", enrol(now).0, now, now);
    assert_eq!(again.map(drop), Err(Error::NoAuthenticator));
    let set = set.confirm(&policy(), a, &first.code_at(now), now).unwrap();
    assert_eq!(labels(&set), ["a"]);
    let late = set.confirm(&policy(), b, "123456", now);
    assert_eq!(late, Err(Error::NoAuthenticator));
}

/// TO-04: an enrolment ends after ten minutes, and then makes room for another.
#[test]
fn a_pending_one_expires_and_makes_room() {
    let (mut set, _) = with(&["phone"]);
    let now = at(60);
    let (pending, app) = enrol(now);
    let (with, id) = set.add(&policy(), "tablet", pending, now, now).unwrap();
    set = with;
    for label in ["b", "c"] {
        (set, _) = set.add(&policy(), label, enrol(now).0, now, now).unwrap();
    }
    let full = set.add(&policy(), "d", enrol(now).0, now, now);
    assert_eq!(full.map(drop), Err(Error::TooManyAuthenticators));
    let end = at(660);
    let late = set.confirm(&policy(), id, &app.code_at(end), end);
    assert_eq!(late, Err(Error::EnrolmentExpired));
    let (set, _) = set.add(&policy(), "d", enrol(end).0, end, end).unwrap();
    assert_eq!(labels(&set), ["phone", "d"]);
}

/// TO-04: eight, however they came; one of eight can be replaced.
#[test]
fn there_are_at_most_eight() {
    let (set, apps) = with(&["1", "2", "3", "4", "5", "6", "7", "8"]);
    let now = at(600);
    let ninth = set.add(&policy(), "9", enrol(now).0, now, now);
    assert_eq!(ninth.map(drop), Err(Error::TooManyAuthenticators));
    let (pending, app) = enrol(now);
    let (set, id) = set
        .replace(&policy(), apps[7].0, "9", pending, now, now)
        .unwrap();
    let set = set.confirm(&policy(), id, &app.code_at(now), now).unwrap();
    assert_eq!(set.iter().count(), 8);
    assert_eq!(Authenticators::decode(&set.encode()), Ok(set.clone()));
    let ninth = set.add(&policy(), "9", enrol(now).0, now, now);
    assert_eq!(ninth.map(drop), Err(Error::TooManyAuthenticators));
}

/// TO-04: the last one goes only where a person may be without.
#[test]
fn the_last_one_goes_only_where_it_may() {
    let (set, apps) = with(&["phone", "tablet"]);
    let now = at(60);
    let remove = |set: &Authenticators, n: usize, if_last| {
        let id: Id = apps[n].0;
        set.remove(&policy(), id, if_last, now, now)
    };
    let one = remove(&set, 0, IfLast::Refuse).unwrap();
    assert_eq!(labels(&one), ["tablet"]);
    let last = remove(&one, 1, IfLast::Refuse);
    assert_eq!(last, Err(Error::LastAuthenticator));
    assert!(!remove(&one, 1, IfLast::Remove).unwrap().is_any_confirmed());
    let gone = remove(&one, 0, IfLast::Remove);
    assert_eq!(gone, Err(Error::NoAuthenticator));
    // one that awaits its code does not count, and goes without proof
    let (one, id) = one.add(&policy(), "key", enrol(now).0, now, now).unwrap();
    assert_eq!(
        remove(&one, 1, IfLast::Refuse),
        Err(Error::LastAuthenticator)
    );
    let without = one.remove(&policy(), id, IfLast::Refuse, Timestamp::EPOCH, now);
    assert_eq!(labels(&without.unwrap()), ["tablet"]);
}

/// TO-04: a number names one authenticator for ever.
#[test]
fn a_number_is_never_given_out_again() {
    let (set, apps) = with(&["phone", "tablet"]);
    let now = at(60);
    let last = apps[1].0;
    let set = set
        .remove(&policy(), last, IfLast::Refuse, now, now)
        .unwrap();
    let (set, id) = set.add(&policy(), "key", enrol(now).0, now, now).unwrap();
    assert!(id > last);
    let set = set.remove_all();
    assert_eq!(set.iter().count(), 0);
    let (_, next) = set.add(&policy(), "key", enrol(now).0, now, now).unwrap();
    assert!(next > id);
}

/// TO-02: one secret twice would make one code good twice.
#[test]
fn one_secret_stands_in_a_set_once() {
    let now = at(0);
    let (pending, app) = enrol(now);
    let empty = Authenticators::default();
    let (set, id) = empty
        .add(&policy(), "phone", pending.clone(), now, now)
        .unwrap();
    let set = set.confirm(&policy(), id, &app.code_at(now), now).unwrap();
    let twice = set.add(&policy(), "the same", pending.clone(), now, now);
    assert_eq!(twice.map(drop), Err(Error::SameSecret));
    let twice = set.replace(&policy(), id, "the same", pending, now, now);
    assert_eq!(twice.map(drop), Err(Error::SameSecret));
}

/// TO-04: what is added awaits its first code.
#[test]
fn what_is_confirmed_or_expired_is_not_added() {
    let now = at(0);
    let (pending, app) = enrol(now);
    let empty = Authenticators::default();
    let late = empty.add(&policy(), "phone", pending.clone(), at(600), at(600));
    assert_eq!(late.map(drop), Err(Error::EnrolmentExpired));
    let confirmed = policy().confirm(&pending, &app.code_at(now), now).unwrap();
    let done = empty.add(&policy(), "phone", confirmed, now, now);
    assert_eq!(done.map(drop), Err(Error::AlreadyConfirmed));
}

/// TO-05: a phone whose clock went wrong is found by two codes in a row, which are used up, and no
/// other one of the person's is touched.
#[test]
fn one_whose_clock_is_off_is_found_by_two_codes() {
    let policy = policy().with_drift(10).unwrap();
    let (set, apps) = with(&["phone", "tablet"]);
    let (id, phone) = &apps[0];
    let now = at(3600);
    let ahead = [at(3600 + 150), at(3600 + 180)].map(|at| phone.code_at(at));
    assert_eq!(set.verify(&policy, &ahead[0], now), Err(Error::Wrong));
    let codes = (ahead[0].as_str(), ahead[1].as_str());
    let found = set.resynchronise(&policy, *id, codes, now).unwrap();
    assert_eq!(found.id(), *id);
    let set = found.into_authenticators();
    let again = set.resynchronise(&policy, *id, codes, now);
    assert_eq!(again, Err(Error::Replayed));
    let next = phone.code_at(at(3600 + 210));
    assert!(set.verify(&policy, &next, at(3630)).is_ok());
    let tablet = apps[1].1.code_at(at(3600));
    assert!(set.verify(&policy, &tablet, now).is_ok());
    let nobody = set.resynchronise(&policy, Id::from_number(9), codes, now);
    assert_eq!(nobody, Err(Error::NoAuthenticator));
}

/// TO-04: a label is something to read in a list.
#[test]
fn a_label_is_bounded_and_plain() {
    let label = |label: &str| {
        let added = Authenticators::default().add(&policy(), label, enrol(at(0)).0, at(0), at(0));
        added.map(drop)
    };
    for fine in ["phone", "Ada's 電話", &"x".repeat(128)] {
        assert_eq!(label(fine), Ok(()), "{fine:?}");
    }
    for refused in ["", "  ", "a\nb", "a\u{202e}b", "a\u{0}", &"x".repeat(129)] {
        assert_eq!(label(refused), Err(Error::Label), "{refused:?}");
    }
}

/// CO-03: neither secret nor label is printed.
#[test]
fn nothing_of_a_person_is_printed() {
    let (set, apps) = with(&["Ada's phone"]);
    let secret = apps[0].1.secret().expose_base32();
    let printed = format!("{set:?} {:?}", set.verify(&policy(), "123456", at(60)));
    assert!(!printed.contains(&secret) && !printed.contains("Ada"));
}

/// The set of the golden bytes: a phone that was used, and a tablet that is to replace it.
fn golden() -> Vec<u8> {
    let phone = [
        "01 01 06 0000001e 0000000a 00010203040506070809 01 0000000003911cb8", // state
    ];
    let tablet = ["01 02 08 0000003c 0000000a 09080706050403020100 00 000001a1fd5e8080"];
    let text = [
        "01 00000003 00000002",
        "00000001 00000005 70686f6e65 000001a1fd557a80 01 000001a1fd5864b0 00 0000001e",
        phone[0],
        "00000003 00000006 7461626c6574 000001a1fd5958c0 00 01 00000001 0000001e",
        tablet[0],
    ];
    data_encoding::HEXLOWER
        .decode(text.concat().replace(' ', "").as_bytes())
        .unwrap()
}

/// CO-04: the stored form is frozen, and every other is refused.
#[test]
fn the_stored_form_is_frozen() {
    let bytes = golden();
    let set = Authenticators::decode(&bytes).unwrap();
    assert_eq!(set.encode(), bytes);
    assert_eq!(labels(&set), ["phone", "tablet"]);
    let (phone, tablet) = (set.iter().next().unwrap(), set.iter().nth(1).unwrap());
    assert_eq!(tablet.replaces(), Some(phone.id()));
    assert_eq!((phone.id().number(), tablet.id().number()), (1, 3));
    assert_eq!(
        phone.last_used(),
        Some(Timestamp::from_millis(0x01a1_fd58_64b0))
    );
    for cut in 0..bytes.len() {
        assert!(Authenticators::decode(&bytes[..cut]).is_err(), "{cut}");
    }
    let longer = [bytes.as_slice(), &[0]].concat();
    assert_eq!(
        Authenticators::decode(&longer),
        Err(encoding::Error::Damaged)
    );
    let newer = [&[2], &bytes[1..]].concat();
    assert_eq!(
        Authenticators::decode(&newer),
        Err(encoding::Error::UnknownVersion(2))
    );
}

/// CO-04: what no step can have written is damaged.
#[test]
fn a_form_that_is_never_written_is_refused() {
    let bytes = golden();
    assert!(Authenticators::decode(&bytes).is_ok());
    let changed = |place: usize, value: u8| {
        let mut bytes = bytes.clone();
        assert_ne!(bytes[place], value);
        bytes[place] = value;
        Authenticators::decode(&bytes).err()
    };
    let damaged = Some(encoding::Error::Damaged);
    assert_eq!(changed(4, 2), damaged, "a number that was not given out");
    assert_eq!(changed(12, 0), damaged, "the number nought");
    assert_eq!(changed(12, 3), damaged, "a number twice");
    assert_eq!(changed(17, b'\n'), damaged, "a line end in a label");
    let replaces = bytes
        .windows(8)
        .position(|w| w == [0, 0, 0, 1, 0, 0, 0, 0x1e]);
    let replaces = replaces.unwrap() + 3;
    assert_eq!(changed(replaces, 2), damaged, "replaces what is not there");
    assert_eq!(changed(replaces, 3), damaged, "replaces itself");
}

/// CO-04: the order is part of the form, and so are the bounds.
#[test]
fn a_set_out_of_order_or_of_nine_is_refused() {
    let (set, _) = with(&["1", "2", "3", "4", "5", "6", "7", "8"]);
    let mut bytes = set.encode();
    // after the version, the last number and how many there are: eight entries of one length
    let len = (bytes.len() - 9) / 8;
    let second = 9 + len;
    assert_eq!(bytes[second..second + 4], [0, 0, 0, 2]);
    bytes[second + 3] = 1;
    let twice = Authenticators::decode(&bytes);
    assert_eq!(twice, Err(encoding::Error::Damaged));
    bytes[second + 3] = 2;
    let mut ninth = bytes[bytes.len() - len..].to_vec();
    ninth[3] = 9;
    bytes.extend(ninth);
    (bytes[4], bytes[8]) = (9, 9);
    let nine = Authenticators::decode(&bytes);
    assert_eq!(nine, Err(encoding::Error::Damaged));
}

/// CO-04: of what is confirmed a code was accepted, and of what is not none was.
#[test]
fn a_confirmed_one_was_used() {
    let hex = data_encoding::HEXLOWER.encode(&golden());
    for (used, unused) in [
        ("01000001a1fd5864b0000000001e", "00000000001e"),
        ("000100000001", "01000001a1fd5864b00100000001"),
    ] {
        assert_eq!(hex.matches(used).count(), 1);
        let other = data_encoding::HEXLOWER.decode(hex.replace(used, unused).as_bytes());
        let other = Authenticators::decode(&other.unwrap());
        assert_eq!(other, Err(encoding::Error::Damaged));
    }
}

/// What the model knows of one authenticator: when it expires while it awaits its first code, the
/// last step used, and what it replaces.
struct Known {
    id: Id,
    app: Uri,
    expires: Option<u64>,
    used: Option<u64>,
    replaces: Option<Id>,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// TO-02, TO-04: whatever happens in whatever order, the set says what a list of names and used
    /// steps says, and reads back as it was written.
    #[test]
    fn agrees_with_a_model(events in prop::collection::vec((0_u8..5, 0_usize..6, 0_u64..400), 1..60)) {
        let policy = policy().with_window(0, 0).unwrap();
        let mut set = Authenticators::default();
        let mut model: Vec<Known> = Vec::new();
        let mut clock = 0;
        for (event, which, passed) in events {
            clock += passed;
            let now = at(clock);
            let step = clock / 30;
            let any = model.iter().any(|m| m.expires.is_none());
            let picked = model.get(which).map(|m| (m.id, m.app.code_at(now)));
            let (id, code) = picked.unwrap_or((Id::from_number(u32::MAX), "000000".into()));
            match event {
                0 | 1 => {
                    let (pending, app) = policy.enrol("Example Ltd", "ada", now).unwrap();
                    let old = (event == 1).then_some(id);
                    let outcome = match old {
                        None => set.add(&policy, "x", pending, now, now),
                        Some(old) => set.replace(&policy, old, "x", pending, now, now),
                    };
                    let known = old.is_none_or(|old| model.iter().any(|m| m.id == old && m.expires.is_none()));
                    let alive: Vec<_> = model.iter().filter(|m| m.expires.is_none_or(|e| clock < e)).collect();
                    let pendings = alive.iter().filter(|m| m.expires.is_some()).count();
                    let own = alive.iter().filter(|m| m.replaces.is_none()).count();
                    let fits = known && pendings < 3 && (old.is_some() || own < 8);
                    prop_assert_eq!(outcome.is_ok(), fits);
                    if let Ok((new, id)) = outcome {
                        set = new;
                        model.retain(|m| m.expires.is_none_or(|e| clock < e));
                        model.push(Known { id, app, expires: Some(clock + 600), used: None, replaces: old });
                    }
                }
                2 => {
                    let outcome = set.confirm(&policy, id, &code, now);
                    let may = model.iter().any(|m| m.id == id && m.expires.is_some_and(|e| clock < e));
                    prop_assert_eq!(outcome.is_ok(), may);
                    if let Ok(new) = outcome {
                        set = new;
                        let old = model.iter().find(|m| m.id == id).unwrap().replaces;
                        for m in model.iter_mut().filter(|m| m.id == id) {
                            (m.expires, m.used, m.replaces) = (None, Some(step), None);
                        }
                        if let Some(old) = old {
                            model.retain(|m| m.id != old && m.replaces != Some(old));
                        }
                        if !any {
                            model.retain(|m| m.expires.is_none());
                        }
                    }
                }
                3 => {
                    let outcome = set.verify(&policy, &code, now);
                    let right = model.iter().any(|m| m.id == id && m.expires.is_none() && m.used < Some(step));
                    prop_assert_eq!(outcome.is_ok(), right);
                    if let Ok(accepted) = outcome {
                        prop_assert_eq!(accepted.id(), id);
                        set = accepted.into_authenticators();
                        for m in model.iter_mut().filter(|m| m.id == id) {
                            m.used = Some(step);
                        }
                    }
                }
                _ => {
                    let outcome = set.remove(&policy, id, IfLast::Refuse, now, now);
                    let confirmed = model.iter().filter(|m| m.expires.is_none()).count();
                    let may = model.iter().any(|m| m.id == id && (m.expires.is_some() || confirmed > 1));
                    prop_assert_eq!(outcome.is_ok(), may);
                    if let Ok(new) = outcome {
                        set = new;
                        model.retain(|m| m.id != id && m.replaces != Some(id));
                    }
                }
            }
            let ids: Vec<_> = set.iter().map(Authenticator::id).collect();
            prop_assert_eq!(ids, model.iter().map(|m| m.id).collect::<Vec<_>>());
            set = Authenticators::decode(&set.encode()).unwrap();
        }
    }
}
