//! What is done to an account, and what it ends.
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
    sync::{Arc, Mutex},
    time::Duration,
};

use portcullis::{
    Timestamp,
    account::{Accounts, Error, Next, State, Status},
    password::{self, Cost, Expiry, Hasher},
    rbac::Grants,
    session::{self, Activity, Factors},
    store::Memory,
};

use account_support::*;

/// S4-15, S4-16, PW-08: 21 November and six months is 21 May.
#[test]
fn an_expired_password_gives_the_right_to_change_it_and_nothing_else() {
    let world = world();
    let accounts = &world.accounts;
    let due: Timestamp = "2027-05-21T09:00:00Z".parse().unwrap();
    let before = Timestamp::from_millis(due.as_millis() - 1);
    let earlier = world.session(before);

    let due = due.saturating_add(Duration::from_secs(60));
    let ticket = world.ticket(due);
    let code = world.phone.code_at(due);
    let next = accounts.second_factor(&ticket, &code, due).unwrap();
    let Next::PasswordChangeNeeded(ticket, Expiry::Expired { .. }) = next else {
        panic!()
    };
    let sessions = accounts.sessions("ada@example.com", due).unwrap();
    assert_eq!(sessions, [earlier.session], "no session was added");
    let reused = accounts
        .change_expired_password(&ticket, &PASSWORD.into(), &PASSWORD.into(), due)
        .unwrap_err();
    assert!(matches!(
        reused,
        Error::Password(password::Error::Rejected(_))
    ));
    let next = accounts
        .change_expired_password(&ticket, &PASSWORD.into(), &NEW.into(), due)
        .unwrap();
    let Next::SignedIn(signed_in) = next else {
        panic!()
    };
    assert!(
        signed_in.session.factors().contains(Factors::TOTP),
        "what was proved is kept"
    );
    assert!(
        accounts.check(&earlier.token, due).is_err(),
        "sessions of the old password end"
    );
}

/// S1-12, S4-07, LC-01.
#[test]
fn nothing_of_a_disabled_account_works() {
    let world = world();
    let accounts = &world.accounts;
    let (now, name) = (at(2 * MINUTE), "ada@example.com");
    let live = world.session(at(MINUTE));
    let under_way = world.ticket(now);
    let reset = accounts.start_reset(name, now).unwrap();
    let receipt = accounts.disable(name, now).unwrap();
    assert_eq!((receipt.sessions, receipt.tickets, receipt.at), (1, 2, now));

    let code = world.phone.code_at(now);
    for closed in [
        accounts.check(&live.token, now).unwrap_err(),
        accounts
            .touch(&live.token, Activity::Interactive, now)
            .unwrap_err(),
        accounts.second_factor(&under_way, &code, now).unwrap_err(),
        accounts
            .recovery_code(&under_way, world.recovery[0].expose_secret(), now)
            .unwrap_err(),
        accounts
            .reset_password(&reset, &NEW.into(), now)
            .unwrap_err(),
        accounts
            .change_password(&live.token, &PASSWORD.into(), &NEW.into(), now)
            .unwrap_err(),
    ] {
        let unknown = Error::Session(session::Error::Unknown);
        assert!([Error::Ticket, unknown].contains(&closed), "{closed:?}");
    }
    assert_eq!(sign_in(accounts, now).unwrap_err(), Error::Denied);
    assert_eq!(
        accounts.start_reset(name, now).unwrap_err(),
        Error::Disabled
    );
    assert_eq!(
        accounts.state(name).unwrap().status(),
        Status::Disabled(now)
    );

    // enabled again, what was ended stays ended
    accounts.enable(name).unwrap();
    assert!(accounts.check(&live.token, now).is_err());
    assert_eq!(
        accounts.second_factor(&under_way, &code, now).unwrap_err(),
        Error::Ticket
    );
    assert_eq!(
        accounts.reset_password(&reset, &NEW.into(), now),
        Err(Error::Ticket)
    );
    assert!(matches!(sign_in(accounts, now), Ok(Next::FactorNeeded(_))));
}

/// SE-04, SE-08: what was signed out during a change of password stays out.
#[test]
fn a_sign_out_is_not_undone_by_a_change_of_password() {
    for load in 1..4 {
        let store = Interrupted {
            store: Arc::new(Memory::new(10)),
            armed: Mutex::new(None),
        };
        let world = world_in(&store);
        let live = world.session(at(MINUTE));
        let token = live.token.expose_secret().to_owned();
        let meanwhile: Meanwhile = Box::new(move |store| {
            let token: session::Token = token.parse().unwrap();
            others(store).sign_out(&token).unwrap();
        });
        *store.armed.lock().unwrap() = Some((load, meanwhile));
        let now = at(2 * MINUTE);
        let changed =
            world
                .accounts
                .change_password(&live.token, &PASSWORD.into(), &NEW.into(), now);
        assert!(store.armed.lock().unwrap().is_none(), "load {load}");
        let unknown = Error::Session(session::Error::Unknown);
        assert_eq!(changed.unwrap_err(), unknown, "load {load}");
        assert_eq!(world.accounts.sessions("ada@example.com", now).unwrap(), []);
        assert!(matches!(
            sign_in(&world.accounts, now),
            Ok(Next::FactorNeeded(_))
        ));
    }
}

/// SE-10, S0-18: a second factor is as old as its proof, whatever was typed since.
#[test]
fn a_password_makes_no_second_factor_younger() {
    let world = world();
    let live = world.session(at(MINUTE));
    for click in 1..66 {
        let _ = world
            .accounts
            .touch(
                &live.token,
                Activity::Interactive,
                at((1 + 10 * click) * MINUTE),
            )
            .unwrap();
    }
    let now = at(11 * HOUR + 5 * MINUTE);
    let changed = world
        .accounts
        .change_password(&live.token, &PASSWORD.into(), &NEW.into(), now)
        .unwrap();
    let person = world.accounts.check(&changed.token, now).unwrap();
    assert_eq!(person.second_factor_at(), Some(at(MINUTE)));
    let absolute = person.session().absolute_deadline();
    assert_eq!(absolute, at(12 * HOUR + MINUTE));
    // but changing a password is activity
    let idle = person.session().idle_deadline();
    assert_eq!(idle, now.saturating_add(Duration::from_secs(15 * MINUTE)));

    // nor the time that a new password takes to think of
    let world = self::world();
    let due = at(190 * DAY);
    let ticket = world.ticket(due);
    let next = world
        .accounts
        .second_factor(&ticket, &world.phone.code_at(due), due);
    let Next::PasswordChangeNeeded(ticket, _) = next.unwrap() else {
        panic!()
    };
    let later = at(190 * DAY + 10 * MINUTE);
    let next =
        world
            .accounts
            .change_expired_password(&ticket, &PASSWORD.into(), &NEW.into(), later);
    let Next::SignedIn(signed_in) = next.unwrap() else {
        panic!()
    };
    let person = world.accounts.check(&signed_in.token, later).unwrap();
    assert_eq!(person.second_factor_at(), Some(due));
}

/// LC-01: a receipt counts what did work.
#[test]
fn a_receipt_does_not_count_the_dead() {
    let world = world();
    let _ = world.session(at(MINUTE));
    let _ = world.ticket(at(MINUTE));
    let receipt = world
        .accounts
        .disable("ada@example.com", at(3 * DAY))
        .unwrap();
    assert_eq!((receipt.sessions, receipt.tickets), (0, 0));
}

/// S4-17: and the name must not be the password.
#[test]
fn a_password_that_breaks_a_rule_is_not_registered() {
    let accounts = Accounts::danger_unsealed(policy(), Memory::new(10));
    for password in ["short-1A", "Ada@example.com1"] {
        let refused = accounts.register("ada@example.com", &password.into(), grants(), at(0));
        assert!(matches!(
            refused,
            Err(Error::Password(password::Error::Rejected(_)))
        ));
    }
    assert_eq!(
        accounts.state("ada@example.com").unwrap_err(),
        Error::NoAccount
    );
}

/// PW-03: a weaker hash is renewed at the next sign-in, and its age stays.
#[test]
fn a_weak_hash_is_renewed_when_its_owner_signs_in() {
    let store = Arc::new(Memory::new(10));
    let weak = Accounts::danger_unsealed(policy(), store.clone());
    weak.register("ada@example.com", &PASSWORD.into(), grants(), at(0))
        .unwrap();
    let cost = Cost::new(64, 2, 1).unwrap();
    let strong = Accounts::danger_unsealed(policy().with_hasher(Hasher::new(cost)), store);
    let _ = sign_in(&strong, at(DAY)).unwrap();
    let state = strong.state("ada@example.com").unwrap();
    let is_strong = |state: &State| {
        let text = state.password().hash().as_str();
        text.starts_with("$argon2id$v=19$m=64,t=2,p=1$")
    };
    assert!(is_strong(&state));
    assert_eq!(state.password().changed_at(), Some(at(0)));
    let _ = sign_in(&weak, at(DAY)).unwrap();
    let state = weak.state("ada@example.com").unwrap();
    assert!(is_strong(&state), "and never weakened");
}

#[test]
fn changing_a_password_takes_the_present_one_and_ends_the_other_sessions() {
    let world = world();
    let accounts = &world.accounts;
    let (laptop, phone) = (world.session(at(MINUTE)), world.session(at(2 * MINUTE)));
    let now = at(3 * MINUTE);
    let change = |present: &str, new: &str| {
        accounts.change_password(&laptop.token, &present.into(), &new.into(), now)
    };
    assert_eq!(change("Wrong-Horse-77", NEW).unwrap_err(), Error::Denied);
    assert!(matches!(change(PASSWORD, "short"), Err(Error::Password(_))));
    let fresh = change(PASSWORD, NEW).unwrap();
    assert!(accounts.check(&laptop.token, now).is_err());
    assert!(accounts.check(&phone.token, now).is_err());
    assert_eq!(
        accounts.check(&fresh.token, now).unwrap().login(),
        "ada@example.com"
    );
}

#[test]
fn signing_out_ends_one_session_and_everywhere_ends_all() {
    let world = world();
    let (one, two) = (world.session(at(MINUTE)), world.session(at(2 * MINUTE)));
    let now = at(3 * MINUTE);
    world.accounts.sign_out(&one.token).unwrap();
    world.accounts.sign_out(&one.token).unwrap();
    assert!(world.accounts.check(&one.token, now).is_err());
    assert!(world.accounts.check(&two.token, now).is_ok());
    assert_eq!(
        world
            .accounts
            .sign_out_everywhere("ada@example.com", now)
            .unwrap(),
        1
    );
    assert!(world.accounts.check(&two.token, now).is_err());
}

/// SE-08: whoever typed the old password a moment before is not let in by their code after it.
#[test]
fn changing_a_password_ends_the_sign_ins_under_way() {
    let world = world();
    let live = world.session(at(MINUTE));
    let ticket = world.ticket(at(2 * MINUTE));
    let changed =
        world
            .accounts
            .change_password(&live.token, &PASSWORD.into(), &NEW.into(), at(2 * MINUTE));
    assert!(changed.is_ok());
    let code = world.phone.code_at(at(2 * MINUTE));
    let outcome = world.accounts.second_factor(&ticket, &code, at(2 * MINUTE));
    assert_eq!(outcome.unwrap_err(), Error::Ticket);
}

/// S4-21, SE-08: sessions, tickets and sign-ins under way with the old roles end at once.
#[test]
fn a_change_of_roles_ends_every_older_session() {
    let world = world();
    let live = world.session(at(MINUTE));
    let ticket = world.ticket(at(2 * MINUTE));
    let grant = |grants, now| world.accounts.grant("ada@example.com", grants, now);
    let granted = || world.accounts.state("ada@example.com").unwrap();
    grant(granted().grants().clone(), at(2 * MINUTE)).unwrap();
    assert!(
        world.accounts.check(&live.token, at(2 * MINUTE)).is_ok(),
        "what is granted already ends nothing"
    );
    grant(Grants::new(), at(2 * MINUTE)).unwrap();
    let unknown = Error::Session(session::Error::Unknown);
    assert_eq!(
        world
            .accounts
            .check(&live.token, at(2 * MINUTE))
            .unwrap_err(),
        unknown
    );
    let code = world.phone.code_at(at(2 * MINUTE));
    assert_eq!(
        world
            .accounts
            .second_factor(&ticket, &code, at(2 * MINUTE))
            .unwrap_err(),
        Error::Ticket
    );
    let next = world.session(at(3 * MINUTE));
    let person = world.accounts.check(&next.token, at(3 * MINUTE)).unwrap();
    assert_eq!(person.grants(), &Grants::new());
}
