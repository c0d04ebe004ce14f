//! What may come after a right password, step by step.
#![cfg(feature = "account")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

mod account_support;

use std::{
    sync::{
        Arc, Barrier,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use portcullis::{
    Timestamp,
    account::{Accounts, Error, Login, Next, SecondFactor, SignedIn, Ticket},
    session::{self, Activity, Factors},
    store::Memory,
    totp::{self},
};

use account_support::*;

/// S0-05, S4-06, TO-10.
#[test]
fn a_password_alone_leads_to_enrolment_and_to_no_session() {
    let accounts = Accounts::danger_unsealed(policy(), Memory::new(10));
    accounts
        .register("ada@example.com", &PASSWORD.into(), grants(), at(0))
        .unwrap();
    let Next::EnrolmentNeeded(ticket) = sign_in(&accounts, at(0)).unwrap() else {
        panic!()
    };
    assert_eq!(accounts.sessions("ada@example.com", at(0)).unwrap(), []);
    // and the ticket opens nothing but enrolment
    let token: session::Token = ticket.expose_secret().parse().unwrap();
    assert_eq!(
        accounts.check(&token, at(0)).unwrap_err(),
        session::Error::Unknown.into()
    );
    assert_eq!(
        accounts
            .second_factor(&ticket, "123456", at(0))
            .unwrap_err(),
        Error::Ticket
    );
    assert_eq!(
        accounts
            .change_expired_password(&ticket, &PASSWORD.into(), &NEW.into(), at(0))
            .unwrap_err(),
        Error::Ticket
    );
    assert_eq!(
        accounts.reset_password(&ticket, &NEW.into(), at(0)),
        Err(Error::Ticket)
    );
}

/// S0-05: what was proved is in the session.
#[test]
fn a_session_says_which_factors_were_proved_and_when() {
    let world = world();
    let SignedIn { token, session, .. } = world.session(at(MINUTE));
    assert!(
        session
            .factors()
            .contains(Factors::PASSWORD.and(Factors::TOTP))
    );
    let person = world.accounts.check(&token, at(2 * MINUTE)).unwrap();
    assert_eq!(person.second_factor_at(), Some(at(MINUTE)));
    assert_eq!(
        (person.login(), person.grants()),
        ("ada@example.com", &grants())
    );

    let accounts = Accounts::danger_unsealed(
        policy().with_second_factor(SecondFactor::Optional),
        Memory::new(10),
    );
    accounts
        .register("ada@example.com", &PASSWORD.into(), grants(), at(0))
        .unwrap();
    let Next::SignedIn(signed_in) = sign_in(&accounts, at(0)).unwrap() else {
        panic!()
    };
    assert_eq!(
        accounts
            .check(&signed_in.token, at(0))
            .unwrap()
            .second_factor_at(),
        None
    );
}

/// TO-04: the code seen at set-up is spent.
#[test]
fn the_code_of_the_enrolment_is_refused_at_the_first_sign_in() {
    let world = world();
    let ticket = world.ticket(at(0));
    let code = world.phone.code_at(at(0));
    assert_eq!(
        world
            .accounts
            .second_factor(&ticket, &code, at(0))
            .unwrap_err(),
        Error::Totp(totp::Error::Replayed)
    );
}

/// TO-02: eight sign-ins and one code, at the same moment.
#[test]
fn one_code_opens_one_session() {
    let world = world();
    let now = at(MINUTE);
    let tickets: Vec<Ticket> = (0..4).map(|_| world.ticket(now)).collect();
    let code = world.phone.code_at(now);
    let (barrier, opened) = (Barrier::new(4), AtomicUsize::new(0));
    thread::scope(|scope| {
        for ticket in &tickets {
            let (world, barrier, opened, code) = (&world, &barrier, &opened, &code);
            scope.spawn(move || {
                barrier.wait();
                if let Ok(Next::SignedIn(_)) = world.accounts.second_factor(ticket, code, now) {
                    opened.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(opened.into_inner(), 1);
}

/// TO-08.
#[test]
fn a_recovery_code_stands_in_for_the_phone_once() {
    let world = world();
    let code = world.recovery[3].expose_secret();
    let next = world
        .accounts
        .recovery_code(&world.ticket(at(MINUTE)), code, at(MINUTE))
        .unwrap();
    let Next::SignedIn(signed_in) = next else {
        panic!()
    };
    assert!(signed_in.session.factors().contains(Factors::RECOVERY_CODE));
    assert!(!signed_in.session.factors().contains(Factors::TOTP));
    let again = world
        .accounts
        .recovery_code(&world.ticket(at(MINUTE)), code, at(MINUTE));
    assert!(matches!(again, Err(Error::Totp(_))));
}

/// SE-10: a recovery code in place of the phone is a second factor, as old as it is.
#[test]
fn a_recovery_code_counts_as_the_second_factor() {
    let world = world();
    let code = world.recovery[0].expose_secret();
    let ticket = world.ticket(at(MINUTE));
    let next = world.accounts.recovery_code(&ticket, code, at(MINUTE));
    let Next::SignedIn(live) = next.unwrap() else {
        panic!()
    };
    let person = world.accounts.check(&live.token, at(2 * MINUTE)).unwrap();
    assert_eq!(person.second_factor_at(), Some(at(MINUTE)));
}

#[test]
fn a_ticket_is_good_for_its_time_and_no_longer() {
    let world = world();
    let name = "ada@example.com";
    let millis = |secs: u64, less: u64| Timestamp::from_millis((NINE + secs) * 1000 - less);
    let ticket = world.ticket(at(MINUTE));
    let last = millis(16 * MINUTE, 1);
    let code = world.phone.code_at(last);
    let in_time = world.accounts.second_factor(&ticket, &code, last);
    assert!(matches!(in_time, Ok(Next::SignedIn(_))));
    let reset = world.accounts.start_reset(name, at(0)).unwrap();
    let in_time = world
        .accounts
        .reset_password(&reset, &"Third-Pass-99".into(), millis(HOUR, 1));
    assert_eq!(in_time, Ok(()));

    let world = self::world();
    let ticket = world.ticket(at(MINUTE));
    let late = at(16 * MINUTE);
    let code = world.phone.code_at(late);
    let expired = world
        .accounts
        .second_factor(&ticket, &code, late)
        .unwrap_err();
    assert_eq!(expired, Error::Ticket);
    let reset = world
        .accounts
        .start_reset("ada@example.com", at(0))
        .unwrap();
    let late = world.accounts.reset_password(&reset, &NEW.into(), at(HOUR));
    assert_eq!(late, Err(Error::Ticket));
}

#[test]
fn a_ticket_is_good_once() {
    let world = world();
    let ticket = world.ticket(at(MINUTE));
    let enter = |now| {
        let code = world.phone.code_at(now);
        world.accounts.second_factor(&ticket, &code, now)
    };
    assert!(matches!(enter(at(MINUTE)), Ok(Next::SignedIn(_))));
    assert_eq!(enter(at(2 * MINUTE)).unwrap_err(), Error::Ticket);
}

/// TO-04: whoever began to enrol beside the owner does not replace the owner's phone.
#[test]
fn a_second_enrolment_stops_when_the_first_is_confirmed() {
    let accounts = Accounts::danger_unsealed(policy(), Memory::new(10));
    accounts
        .register("ada@example.com", &PASSWORD.into(), grants(), at(0))
        .unwrap();
    let tickets = [0, 1].map(|_| match sign_in(&accounts, at(0)).unwrap() {
        Next::EnrolmentNeeded(ticket) => ticket,
        next => panic!("{next:?}"),
    });
    let phone = accounts.enrol(&tickets[0], at(0)).unwrap();
    let code = phone.code_at(at(0));
    accounts
        .confirm_enrolment(&tickets[0], &code, at(0))
        .unwrap();
    assert_eq!(
        accounts.enrol(&tickets[1], at(MINUTE)).unwrap_err(),
        Error::Ticket
    );
    let fresh = phone.code_at(at(MINUTE));
    let again = accounts.confirm_enrolment(&tickets[1], &fresh, at(MINUTE));
    assert_eq!(again.unwrap_err(), Error::Ticket);
}

/// Only the newest few are kept: a record does not grow by being asked.
#[test]
fn a_fifth_ticket_ends_the_first_of_its_kind() {
    let world = world();
    let resets: Vec<Ticket> = (0..5)
        .map(|_| {
            world
                .accounts
                .start_reset("ada@example.com", at(0))
                .unwrap()
        })
        .collect();
    let first = world
        .accounts
        .reset_password(&resets[0], &NEW.into(), at(1));
    assert_eq!(first, Err(Error::Ticket));
    world
        .accounts
        .reset_password(&resets[1], &NEW.into(), at(1))
        .unwrap();
}

/// PW-14 in kind: a ticket that anybody can write down for any name says nothing about the name.
#[test]
fn a_forged_ticket_finds_out_nothing() {
    let world = world();
    let accounts = &world.accounts;
    accounts
        .register("bob@example.com", &PASSWORD.into(), grants(), at(0))
        .unwrap();
    let _ = accounts.disable("bob@example.com", at(0)).unwrap();
    for name in ["ada@example.com", "bob@example.com", "nobody@example.com"] {
        let handle = session::Handle::of(name);
        let forged = [&[1], handle.as_bytes().as_slice(), &[7; 32]].concat();
        let forged = data_encoding::BASE64URL_NOPAD.encode(&forged);
        let ticket: Ticket = forged.parse().unwrap();
        let token: session::Token = forged.parse().unwrap();
        let now = at(MINUTE);
        for answer in [
            accounts.second_factor(&ticket, "123456", now).unwrap_err(),
            accounts.recovery_code(&ticket, "x", now).unwrap_err(),
            accounts.enrol(&ticket, now).unwrap_err(),
            accounts
                .confirm_enrolment(&ticket, "123456", now)
                .unwrap_err(),
            accounts
                .change_expired_password(&ticket, &PASSWORD.into(), &NEW.into(), now)
                .unwrap_err(),
            accounts
                .reset_password(&ticket, &NEW.into(), now)
                .unwrap_err(),
        ] {
            assert_eq!(answer, Error::Ticket, "{name}");
        }
        let unknown = Error::Session(session::Error::Unknown);
        assert_eq!(accounts.check(&token, now).unwrap_err(), unknown, "{name}");
        assert_eq!(accounts.sign_out(&token), Ok(()), "{name}");
    }
}

/// Whoever knows the password, or asks for resets, does not push out the other kind of ticket.
#[test]
fn tickets_of_one_kind_do_not_push_out_those_of_another() {
    let world = world();
    let reset = world
        .accounts
        .start_reset("ada@example.com", at(0))
        .unwrap();
    let tickets: Vec<Ticket> = (0..10).map(|_| world.ticket(at(MINUTE))).collect();
    for _ in 0..10 {
        let _ = world
            .accounts
            .start_reset("ada@example.com", at(MINUTE))
            .unwrap();
    }
    let code = world.phone.code_at(at(MINUTE));
    let last = world.accounts.second_factor(&tickets[9], &code, at(MINUTE));
    assert!(matches!(last, Ok(Next::SignedIn(_))));
    let pushed = world
        .accounts
        .reset_password(&reset, &NEW.into(), at(MINUTE));
    assert_eq!(pushed, Err(Error::Ticket), "by its own kind");
}

/// Nothing is half done: no recovery code is used up by a sign-in that came to nothing.
#[test]
fn a_step_that_does_not_come_to_its_end_changes_nothing() {
    let one = session::Policy::back_office()
        .with_max_sessions(1, session::AtLimit::Refuse)
        .unwrap();
    let accounts = Accounts::danger_unsealed(policy().with_sessions(one), Memory::new(10));
    let world = enrolled(accounts);
    let live = world.session(at(MINUTE));
    let ticket = world.ticket(at(MINUTE));
    let recovery = world.recovery[0].expose_secret();
    let redeem = || world.accounts.recovery_code(&ticket, recovery, at(MINUTE));
    let full = Error::Session(session::Error::TooManySessions);
    assert_eq!(redeem().unwrap_err(), full);
    world.accounts.sign_out(&live.token).unwrap();
    assert!(matches!(redeem(), Ok(Next::SignedIn(_))));
}

/// SE-08: what was begun with a password alone ends when there is a second factor.
#[test]
fn enrolling_a_factor_ends_every_older_session() {
    let store = Arc::new(Memory::new(10));
    let optional = policy().with_second_factor(SecondFactor::Optional);
    let before = Accounts::danger_unsealed(optional, store.clone());
    before
        .register("ada@example.com", &PASSWORD.into(), grants(), at(0))
        .unwrap();
    let Next::SignedIn(live) = sign_in(&before, at(0)).unwrap() else {
        panic!()
    };
    let accounts = Accounts::danger_unsealed(policy(), store);
    let tickets = [0, 1].map(|_| match sign_in(&accounts, at(0)).unwrap() {
        Next::EnrolmentNeeded(ticket) => ticket,
        next => panic!("{next:?}"),
    });
    let phone = accounts.enrol(&tickets[0], at(0)).unwrap();
    assert!(accounts.check(&live.token, at(0)).is_ok());
    let enrolled = accounts
        .confirm_enrolment(&tickets[0], &phone.code_at(at(0)), at(0))
        .unwrap();
    let unknown = Error::Session(session::Error::Unknown);
    assert_eq!(accounts.check(&live.token, at(0)).unwrap_err(), unknown);
    let Next::SignedIn(signed_in) = enrolled.next else {
        panic!()
    };
    assert!(accounts.check(&signed_in.token, at(0)).is_ok());
}

/// SE-01 in kind: a ticket that was seen expired is gone.
#[test]
fn a_clock_that_goes_back_revives_no_ticket() {
    let world = world();
    let ticket = world.ticket(at(MINUTE));
    let enter = |now| {
        let code = world.phone.code_at(now);
        world.accounts.second_factor(&ticket, &code, now)
    };
    assert_eq!(enter(at(16 * MINUTE)).unwrap_err(), Error::Ticket);
    assert_eq!(enter(at(2 * MINUTE)).unwrap_err(), Error::Ticket);
}

/// PW-14 in kind, OWASP: a name that nobody has and a wrong password are one answer.
#[test]
fn who_has_an_account_is_not_said() {
    let world = world();
    for name in [
        "nobody@example.com",
        "",
        "with space",
        "x\0y",
        &"x".repeat(300),
    ] {
        let denied = world
            .accounts
            .sign_in(name, &PASSWORD.into(), at(0))
            .unwrap_err();
        assert_eq!(denied, Error::Denied, "{name:?}");
    }
    assert_eq!(world.guess(at(0)), Error::Denied);
}

/// S1-13 in kind: one person, one record, however the name is typed.
#[test]
fn a_name_is_folded_to_one_form() {
    let world = world();
    for name in ["ADA@example.com", "Ada@Example.COM"] {
        assert!(
            world
                .accounts
                .sign_in(name, &PASSWORD.into(), at(0))
                .is_ok()
        );
        let taken = world
            .accounts
            .register(name, &PASSWORD.into(), grants(), at(0));
        assert_eq!(taken, Err(Error::Exists));
    }
    assert_eq!(
        Login::parse("E\u{301}mile").unwrap(),
        Login::parse("Émile").unwrap()
    );
    assert_ne!(
        Login::parse("emile").unwrap(),
        Login::parse("émile").unwrap()
    );
}

proptest::proptest! {
    /// S1-13: whatever is typed, what is stored is its own one form.
    #[test]
    fn a_folded_name_folds_to_itself(name in "\\PC{1,20}") {
        if let Ok(login) = Login::parse(&name) {
            proptest::prop_assert_eq!(Login::parse(login.as_str()), Ok(login));
        }
    }
}

/// CO-01: half a year of one person's days, replayed in a moment.
#[test]
fn two_hundred_days_pass_in_a_test() {
    let world = world();
    let mut changes = 0;
    let mut password = PASSWORD.to_owned();
    for day in 1..200 {
        let now = at(day * DAY);
        let next = world
            .accounts
            .sign_in("ada@example.com", &password.as_str().into(), now);
        let Next::FactorNeeded(ticket) = next.unwrap() else {
            panic!()
        };
        let code = world.phone.code_at(now);
        let token = match world.accounts.second_factor(&ticket, &code, now).unwrap() {
            Next::SignedIn(signed_in) => signed_in.token,
            Next::PasswordChangeNeeded(ticket, _) => {
                changes += 1;
                let present = password.as_str().into();
                password = [NEW, "Fennel~Orchard~9"][changes % 2].to_owned();
                let new = password.as_str().into();
                match world
                    .accounts
                    .change_expired_password(&ticket, &present, &new, now)
                    .unwrap()
                {
                    Next::SignedIn(signed_in) => signed_in.token,
                    next => panic!("{next:?}"),
                }
            }
            next => panic!("{next:?}"),
        };
        for click in 1..48 {
            let click = at(day * DAY + click * 10 * MINUTE);
            let _ = world
                .accounts
                .touch(&token, Activity::Interactive, click)
                .unwrap();
        }
        let night = at(day * DAY + 13 * HOUR);
        assert!(
            world
                .accounts
                .touch(&token, Activity::Interactive, night)
                .is_err()
        );
    }
    assert_eq!(changes, 1);
}

/// TO-04: an enrolment is begun anew as often as the page is loaded, and the last one counts.
#[test]
fn an_enrolment_is_begun_anew_as_often_as_asked() {
    let accounts = Accounts::danger_unsealed(policy(), Memory::new(10));
    accounts
        .register("ada@example.com", &PASSWORD.into(), grants(), at(0))
        .unwrap();
    let Next::EnrolmentNeeded(ticket) = sign_in(&accounts, at(0)).unwrap() else {
        panic!()
    };
    let apps: Vec<_> = (0..6)
        .map(|_| accounts.enrol(&ticket, at(0)).unwrap())
        .collect();
    let former = accounts.confirm_enrolment(&ticket, &apps[4].code_at(at(0)), at(0));
    assert_eq!(former.unwrap_err(), Error::Totp(totp::Error::Wrong));
    let last = accounts.confirm_enrolment(&ticket, &apps[5].code_at(at(0)), at(0));
    assert!(last.is_ok());
}
