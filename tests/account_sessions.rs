//! A person's own sessions: named, listed, ended one by one or all but this.
#![cfg(feature = "account")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

use core::time::Duration;
use std::sync::Arc;

use portcullis::{
    Timestamp,
    account::{Accounts, Error, Next, Policy, SecondFactor, SignedIn, Status, Ticket},
    password::{Cost, Hasher},
    rbac::Grants,
    session::{self, Activity, Expiry, Factors, Id, OnReuse},
    store::{Change, Entry, Memory, update},
};

const ADA: &str = "ada@example.com";
const EVE: &str = "eve@example.com";
const PASSWORD: &str = "Correct-Horse-7";
const SECOND: u64 = 1000;
const MINUTE: u64 = 60 * SECOND;
const UNKNOWN: Error = Error::Session(session::Error::Unknown);

fn at(millis: u64) -> Timestamp {
    Timestamp::from_secs(1_795_251_600).saturating_add(Duration::from_millis(millis))
}

/// Two people who sign in with a password alone; the smallest Argon2id there is.
fn accounts(sessions: session::Policy) -> Accounts<Memory> {
    let policy = Policy::back_office("Example Ltd").unwrap();
    let policy = policy
        .with_hasher(Hasher::new(Cost::new(8, 1, 1).unwrap()))
        .with_second_factor(SecondFactor::Optional)
        .with_sessions(sessions);
    let accounts = Accounts::danger_unsealed(policy, Memory::new(10));
    for name in [ADA, EVE] {
        let registered = accounts.register(name, &PASSWORD.into(), Grants::new(), at(0));
        registered.unwrap();
    }
    accounts
}

fn session(accounts: &Accounts<Memory>, login: &str, now: Timestamp) -> SignedIn {
    match accounts.sign_in(login, &PASSWORD.into(), now).unwrap() {
        Next::SignedIn(signed_in) => signed_in,
        next => panic!("{next:?}"),
    }
}

fn reset(accounts: &Accounts<Memory>, ticket: &Ticket) -> Result<(), Error> {
    accounts.reset_password(ticket, &"Battery+Staple-8".into(), at(MINUTE))
}

/// SE-07: a device is named by whoever holds it, and listed under that name.
#[test]
fn a_session_has_a_name_in_the_list() {
    let accounts = accounts(session::Policy::back_office());
    let (phone, laptop) = (
        session(&accounts, ADA, at(0)),
        session(&accounts, ADA, at(1)),
    );
    let person = accounts.label(&phone.token, "phone", at(2)).unwrap();
    assert_eq!((person.login(), person.session().label()), (ADA, "phone"));
    let listed = accounts.sessions(ADA, at(2)).unwrap();
    let labels: Vec<_> = listed.iter().map(session::Live::label).collect();
    assert_eq!(labels, ["phone", ""]);
    assert_eq!(listed[1].id(), laptop.session.id());
    assert_eq!(
        accounts
            .label(&phone.token, "\u{202e}enohp", at(2))
            .unwrap_err(),
        Error::Session(session::Error::LabelCharacter)
    );
    accounts.sign_out(&phone.token).unwrap();
    assert_eq!(
        accounts.label(&phone.token, "mine", at(2)).unwrap_err(),
        UNKNOWN
    );
}

/// SE-07: one of one's own devices, and nobody else's.
#[test]
fn one_session_of_ones_own_is_ended() {
    let accounts = accounts(session::Policy::back_office());
    let (phone, laptop) = (
        session(&accounts, ADA, at(0)),
        session(&accounts, ADA, at(1)),
    );
    let eve = session(&accounts, EVE, at(2));
    let live = |of: &SignedIn| accounts.check(&of.token, at(3)).is_ok();
    accounts
        .sign_out_one(&eve.token, phone.session.id(), at(3))
        .unwrap();
    assert!(live(&phone), "the number is in another list than Eve's");
    accounts
        .sign_out_one(&laptop.token, phone.session.id(), at(3))
        .unwrap();
    accounts
        .sign_out_one(&laptop.token, phone.session.id(), at(3))
        .unwrap();
    assert!(!live(&phone) && live(&laptop) && live(&eve));
    assert_eq!(
        accounts.sign_out_one(&phone.token, laptop.session.id(), at(3)),
        Err(UNKNOWN),
        "who has no session ends none"
    );
    assert!(live(&laptop));
    accounts
        .sign_out_one(&laptop.token, laptop.session.id(), at(3))
        .unwrap();
    assert!(!live(&laptop), "also this one");
    let nobody = accounts.sign_out_one(&eve.token, Id::from_u64(7), at(3));
    assert_eq!(nobody, Ok(()));
}

/// SE-07, SE-08: all but this one, and what is under way.
#[test]
fn the_others_are_ended_with_whatever_is_under_way() {
    let accounts = accounts(session::Policy::back_office());
    let tokens = [0, 1, 2].map(|n| session(&accounts, ADA, at(n)).token);
    let eve = session(&accounts, EVE, at(2)).token;
    let ticket = accounts.start_reset(ADA, at(2)).unwrap();
    let live = |token| accounts.check(token, at(3)).is_ok();
    assert_eq!(accounts.sign_out_others(&tokens[1], at(3)), Ok(2));
    assert_eq!([0, 1, 2].map(|n| live(&tokens[n])), [false, true, false]);
    assert!(live(&eve));
    assert_eq!(reset(&accounts, &ticket), Err(Error::Ticket));
    assert_eq!(accounts.sign_out_others(&tokens[0], at(3)), Err(UNKNOWN));
    assert!(live(&tokens[1]));
}

/// SE-06, SE-08: a theft that ends all ends what is under way, too, and one that ends a session
/// leaves it.
#[test]
fn a_theft_ends_what_the_policy_says() {
    for (on_reuse, all) in [(OnReuse::EndSession, false), (OnReuse::EndAll, true)] {
        let accounts = accounts(session::Policy::back_office().with_on_reuse(on_reuse));
        let stolen = session(&accounts, ADA, at(0)).token;
        let (old, new) = (PASSWORD.into(), "Staple+Battery-9".into());
        let changed = accounts
            .change_password(&stolen, &old, &new, at(1))
            .unwrap();
        let Next::SignedIn(other) = accounts.sign_in(ADA, &new, at(1)).unwrap() else {
            panic!()
        };
        let ticket = accounts.start_reset(ADA, at(1)).unwrap();
        let now = at(31 * SECOND);
        let theft = accounts.check(&stolen, now).unwrap_err();
        assert_eq!(theft, Error::Session(session::Error::Reused));
        let live = |token| accounts.check(token, now).is_ok();
        assert!(!live(&changed.token), "{on_reuse:?}");
        assert_eq!(live(&other.token), !all, "{on_reuse:?}");
        assert_eq!(reset(&accounts, &ticket).is_ok(), !all, "{on_reuse:?}");
    }
}

/// SE-01: what was seen expired in a list is expired for good.
#[test]
fn a_session_that_was_missing_in_a_list_does_not_come_back() {
    let accounts = accounts(session::Policy::back_office());
    let token = session(&accounts, ADA, at(0)).token;
    assert_eq!(accounts.sessions(ADA, at(15 * MINUTE)).unwrap(), []);
    assert_eq!(accounts.check(&token, at(1)).unwrap_err(), UNKNOWN);
}

/// SE-03, SE-10: polls renew nothing, and the second factor is as old as its own proof.
#[test]
fn a_person_is_who_they_proved_to_be_when_they_proved_it() {
    let accounts = accounts(session::Policy::back_office());
    let token = session(&accounts, ADA, at(0)).token;
    for kind in [Activity::Background, Activity::KeepAlive] {
        let person = accounts.touch(&token, kind, at(10 * MINUTE)).unwrap();
        assert_eq!(person.session().last_active(), at(0));
        assert_eq!(person.session().proved_at(Factors::PASSWORD), Some(at(0)));
        assert_eq!(person.second_factor_at(), None);
    }
    let late = accounts.touch(&token, Activity::Interactive, at(15 * MINUTE));
    let expired = session::Error::Expired(Expiry::Idle);
    assert_eq!(late.unwrap_err(), Error::Session(expired));
}

/// SE-07, LC-01: nothing is told to, or done for, whoever has a token of a disabled account.
#[test]
fn the_sessions_of_a_disabled_account_are_out_of_reach() {
    let accounts = accounts(session::Policy::back_office());
    let (one, two) = (
        session(&accounts, ADA, at(0)),
        session(&accounts, ADA, at(1)),
    );
    let _ = accounts.disable(ADA, at(2)).unwrap();
    let token = &one.token;
    assert_eq!(accounts.label(token, "mine", at(3)).unwrap_err(), UNKNOWN);
    assert_eq!(accounts.sign_out_others(token, at(3)), Err(UNKNOWN));
    let one_more = accounts.sign_out_one(token, two.session.id(), at(3));
    assert_eq!(one_more, Err(UNKNOWN));
    let nobody = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let nobody: session::Token = nobody.parse().unwrap();
    assert_eq!(accounts.sign_out_others(&nobody, at(3)), Err(UNKNOWN));
}

/// LC-01: a record that says both, disabled and a live session, lets nobody in.
#[test]
fn a_disabled_account_has_no_session_whatever_else_its_record_says() {
    let store = Arc::new(Memory::new(10));
    let policy = Policy::back_office("Example Ltd").unwrap();
    let policy = policy
        .with_hasher(Hasher::new(Cost::new(8, 1, 1).unwrap()))
        .with_second_factor(SecondFactor::Optional);
    let accounts = Accounts::danger_unsealed(policy, store.clone());
    let registered = accounts.register(ADA, &PASSWORD.into(), Grants::new(), at(0));
    registered.unwrap();
    let signed_in = accounts.sign_in(ADA, &PASSWORD.into(), at(0)).unwrap();
    let Next::SignedIn(live) = signed_in else {
        panic!()
    };
    let handle = session::Handle::of(ADA);
    let key = [b"portcullis/account/".as_slice(), handle.as_bytes()].concat();
    let disable = |record: Option<&[u8]>| {
        // version, length of the name, the name; then 0 for active, or 1 and since when
        let (head, rest) = record.unwrap().split_at(5 + ADA.len());
        assert_eq!(rest[0], 0);
        let since = at(0).as_millis().to_be_bytes();
        let disabled = [head, &[1], &since, &rest[1..]].concat();
        Ok::<_, Error>((Change::Put(Entry::new(disabled)), ()))
    };
    assert!(accounts.check(&live.token, at(1)).is_ok());
    update(&store, &key, disable).unwrap();
    let state = accounts.state(ADA).unwrap();
    assert_eq!(state.status(), Status::Disabled(at(0)));
    assert_eq!(accounts.check(&live.token, at(1)).unwrap_err(), UNKNOWN);
    assert_eq!(accounts.sign_out_others(&live.token, at(1)), Err(UNKNOWN));
    assert_eq!(accounts.sign_out(&live.token), Ok(()));
}

/// SE-10: of a code and a recovery code, the later proof counts; the password's time is its own.
#[test]
fn each_factor_of_a_sign_in_has_its_own_time() {
    let accounts = Accounts::danger_unsealed(
        Policy::back_office("Example Ltd")
            .unwrap()
            .with_hasher(Hasher::new(Cost::new(8, 1, 1).unwrap())),
        Memory::new(10),
    );
    let registered = accounts.register(ADA, &PASSWORD.into(), Grants::new(), at(0));
    registered.unwrap();
    let Next::EnrolmentNeeded(ticket) = accounts.sign_in(ADA, &PASSWORD.into(), at(0)).unwrap()
    else {
        panic!()
    };
    let phone = accounts.enrol(&ticket, at(MINUTE)).unwrap();
    let code = phone.code_at(at(2 * MINUTE));
    let enrolled = accounts
        .confirm_enrolment(&ticket, &code, at(2 * MINUTE))
        .unwrap();
    let Next::SignedIn(live) = enrolled.next else {
        panic!()
    };
    let person = accounts.check(&live.token, at(3 * MINUTE)).unwrap();
    assert_eq!(person.session().proved_at(Factors::PASSWORD), Some(at(0)));
    assert_eq!(
        person.session().proved_at(Factors::TOTP),
        Some(at(2 * MINUTE))
    );
    assert_eq!(person.second_factor_at(), Some(at(2 * MINUTE)));

    let signed_in = accounts
        .sign_in(ADA, &PASSWORD.into(), at(4 * MINUTE))
        .unwrap();
    let Next::FactorNeeded(ticket) = signed_in else {
        panic!()
    };
    let recovery = enrolled.recovery_codes[0].expose_secret();
    let Next::SignedIn(live) = accounts
        .recovery_code(&ticket, recovery, at(6 * MINUTE))
        .unwrap()
    else {
        panic!()
    };
    let person = accounts.check(&live.token, at(6 * MINUTE)).unwrap();
    assert_eq!(
        person.session().proved_at(Factors::PASSWORD),
        Some(at(4 * MINUTE))
    );
    assert_eq!(person.session().proved_at(Factors::TOTP), None);
    assert_eq!(person.second_factor_at(), Some(at(6 * MINUTE)));
}
