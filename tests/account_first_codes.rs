//! The first code of an authenticator: who may give it, and what a wrong one costs.
#![cfg(feature = "account")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

mod account_support;

use account_support::*;
use portcullis::{
    Timestamp,
    account::{Accounts, Client, Error, Next, SignedIn, Ticket},
    attempts::DeviceKeys,
    session::Factors,
    store::Memory,
    totp::{self, Uri},
};

const NAME: &str = "ada@example.com";

/// Codes that are not of this app about this time.
fn wrong_codes(app: &Uri, now: Timestamp) -> impl Iterator<Item = String> {
    let near = [-30, 0, 30].map(|skew| {
        let secs = now.as_secs().checked_add_signed(skew).unwrap();
        app.code_at(Timestamp::from_secs(secs))
    });
    let codes = (0..).map(|n| format!("{n:06}"));
    codes.filter(move |code| !near.contains(code))
}

fn no_authenticator() -> Error {
    Error::Totp(totp::Error::NoAuthenticator)
}

/// Ada without a second factor, and so many tickets to enrol one.
fn enrolling<const N: usize>() -> (Accounts<Memory>, [Ticket; N]) {
    let accounts = Accounts::danger_unsealed(policy(), Memory::new(10));
    accounts
        .register(NAME, &PASSWORD.into(), grants(), at(0))
        .unwrap();
    let tickets = [(); N].map(|()| match sign_in(&accounts, at(0)).unwrap() {
        Next::EnrolmentNeeded(ticket) => ticket,
        next => panic!("{next:?}"),
    });
    (accounts, tickets)
}

/// TO-06, AT-11: within a session, and the right one is then looked at no more.
#[test]
fn wrong_first_codes_of_an_authenticator_count() {
    let world = world();
    let accounts = &world.accounts;
    let now = at(MINUTE);
    let live = world.session(now);
    let (id, tablet) = accounts
        .add_authenticator(&live.token, "tablet", now)
        .unwrap();
    let confirm = |code: &str| {
        let confirmed = accounts.confirm_authenticator(&live.token, id, code, now);
        confirmed.unwrap_err()
    };
    for _ in 0..9 {
        let malformed = Error::Totp(totp::Error::Malformed);
        assert_eq!(confirm("12345"), malformed, "no guess");
    }
    let wrong = wrong_codes(&tablet, now).take(5);
    let answers: Vec<Error> = wrong.map(|code| confirm(&code)).collect();
    assert_eq!(answers[..4], vec![Error::Totp(totp::Error::Wrong); 4]);
    assert_eq!(answers[4], Error::ResetRequired);
    assert_eq!(confirm(&tablet.code_at(now)), Error::ResetRequired);
    assert!(matches!(sign_in(accounts, now), Ok(Next::FactorNeeded(_))));
}

/// TO-06, AT-11: and at an enrolment, where they are counted with the passwords.
#[test]
fn wrong_first_codes_of_an_enrolment_count() {
    let (accounts, [ticket]) = enrolling();
    let now = at(5);
    let phone = accounts.enrol(&ticket, now).unwrap();
    let confirm = |code: &str| accounts.confirm_enrolment(&ticket, code, now).unwrap_err();
    let wrong = wrong_codes(&phone, now).take(5);
    let answers: Vec<Error> = wrong.map(|code| confirm(&code)).collect();
    assert_eq!(answers[..4], vec![Error::Totp(totp::Error::Wrong); 4]);
    assert_eq!(answers[4], Error::ResetRequired);
    assert_eq!(confirm(&phone.code_at(now)), Error::ResetRequired);
    assert_eq!(sign_in(&accounts, now).unwrap_err(), Error::ResetRequired);
}

/// AT-01: five in a row: a whole enrolment is a success, and clears the count.
#[test]
fn a_whole_enrolment_clears_the_count() {
    let (accounts, [ticket]) = enrolling();
    let now = at(5);
    let phone = accounts.enrol(&ticket, now).unwrap();
    for code in wrong_codes(&phone, now).take(4) {
        let guess = accounts.confirm_enrolment(&ticket, &code, now);
        assert_eq!(guess.unwrap_err(), Error::Totp(totp::Error::Wrong));
    }
    let right = accounts.confirm_enrolment(&ticket, &phone.code_at(now), now);
    assert!(right.is_ok());
    for _ in 0..4 {
        let guess = accounts.sign_in(NAME, &wrong(), now);
        assert_eq!(guess.unwrap_err(), Error::Denied);
    }
}

/// TO-04: a session that was left open gets no fresh proof from what another one began, be the code
/// right or wrong; the one that began it goes on, under a new token too.
#[test]
fn a_session_confirms_only_what_it_began() {
    let world = world();
    let accounts = &world.accounts;
    let other = world.session(at(MINUTE));
    let now = at(2 * MINUTE);
    let live = world.session(now);
    let (id, tablet) = accounts
        .add_authenticator(&live.token, "tablet", now)
        .unwrap();
    let now = at(3 * MINUTE);
    let code = tablet.code_at(now);
    let confirm = |live: &SignedIn, code: &str| {
        let confirmed = accounts.confirm_authenticator(&live.token, id, code, now);
        confirmed.map(|confirmed| confirmed.signed_in)
    };
    assert_eq!(confirm(&other, &code).unwrap_err(), no_authenticator());
    for code in wrong_codes(&tablet, now).take(9) {
        assert_eq!(confirm(&other, &code).unwrap_err(), no_authenticator());
    }
    let person = accounts.check(&other.token, now).unwrap();
    assert_eq!(person.second_factor_at(), Some(at(MINUTE)));
    let live = accounts
        .step_up(&live.token, &world.phone.code_at(now), now)
        .unwrap();
    let live = confirm(&live, &code).unwrap();
    assert_eq!(live.session.proved_at(Factors::TOTP), Some(now));
    // it is there now, and nobody's to confirm
    assert_eq!(confirm(&live, &code).unwrap_err(), no_authenticator());
}

/// TO-04: whoever has the password and a ticket of their own does not confirm the owner's phone.
#[test]
fn a_ticket_confirms_only_what_it_began() {
    let (accounts, [owner, thief]) = enrolling();
    let phone = accounts.enrol(&owner, at(0)).unwrap();
    let code = phone.code_at(at(5));
    let stolen = accounts.confirm_enrolment(&thief, &code, at(5));
    assert_eq!(stolen.unwrap_err(), Error::Ticket);
    for code in wrong_codes(&phone, at(5)).take(9) {
        let guess = accounts.confirm_enrolment(&thief, &code, at(5));
        assert_eq!(guess.unwrap_err(), Error::Ticket);
    }
    let enrolled = accounts.confirm_enrolment(&owner, &code, at(5)).unwrap();
    assert_eq!(enrolled.recovery_codes.len(), 10);
}

/// AT-05: a right first code says only that somebody was shown the secret: it buys no more guesses.
#[test]
fn a_right_first_code_clears_no_count() {
    let world = world();
    let accounts = &world.accounts;
    let now = at(MINUTE);
    let live = world.session(now);
    let guess = |live: &SignedIn| {
        let changed = accounts.change_password(&live.token, &wrong(), &NEW.into(), now);
        changed.unwrap_err()
    };
    for _ in 0..4 {
        assert_eq!(guess(&live), Error::Denied);
    }
    let (id, own) = accounts.add_authenticator(&live.token, "x", now).unwrap();
    let confirmed = accounts.confirm_authenticator(&live.token, id, &own.code_at(now), now);
    assert_eq!(guess(&confirmed.unwrap().signed_in), Error::ResetRequired);
}

/// TO-04: a record does not grow with the enrolments that are begun anew, nor with authenticators
/// that are begun and removed.
#[test]
fn a_record_does_not_grow_with_what_was_begun_and_left() {
    let (accounts, [ticket]) = enrolling();
    let begin = || {
        let app = accounts.enrol(&ticket, at(0)).unwrap();
        (app, accounts.state(NAME).unwrap())
    };
    let (_, first) = begin();
    let mut last = begin();
    for _ in 0..20 {
        last = begin();
    }
    assert_eq!(last.1.authenticators().iter().count(), 1);
    assert_eq!(last.1.encode().len(), first.encode().len());
    let code = last.0.code_at(at(0));
    let enrolled = accounts.confirm_enrolment(&ticket, &code, at(0)).unwrap();
    let Next::SignedIn(live) = enrolled.next else {
        panic!()
    };
    for _ in 0..20 {
        let begun = accounts.add_authenticator(&live.token, "tablet", at(0));
        let (id, _) = begun.unwrap();
        accounts
            .remove_authenticator(&live.token, id, at(0))
            .unwrap();
    }
}

/// AT-04: first codes are counted where the password was: strangers do not close an enrolment that
/// began on a known device.
#[test]
fn first_codes_of_an_enrolment_are_counted_where_the_password_was() {
    let (accounts, []) = enrolling();
    let keys = || DeviceKeys::new([7; DeviceKeys::KEY_LEN]);
    let accounts = accounts.with_device_keys(keys());
    let now = at(5);
    let token = keys().issue(NAME, now).unwrap();
    let client = Client::stranger().with_device_token(token.expose_secret());
    let next = accounts.sign_in_from(NAME, &PASSWORD.into(), &client, now);
    let Ok(Next::EnrolmentNeeded(ticket)) = next else {
        panic!("{next:?}")
    };
    let phone = accounts.enrol(&ticket, now).unwrap();
    for _ in 0..5 {
        assert!(accounts.sign_in(NAME, &wrong(), now).is_err());
    }
    assert_eq!(sign_in(&accounts, now).unwrap_err(), Error::ResetRequired);
    let enrolled = accounts.confirm_enrolment(&ticket, &phone.code_at(now), now);
    assert!(matches!(enrolled.unwrap().next, Next::SignedIn(_)));
}
