//! What a person does about how they get in, and how fresh the proof is that it takes.
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
    account::{Accounts, Error, Next, SecondFactor, SignedIn},
    attempts, session,
    session::Factors,
    store::{Memory, Store},
    totp::{
        self, Uri,
        authenticators::{Authenticator, Id},
    },
};

const NAME: &str = "ada@example.com";

/// A code that is of none of these apps at this time.
fn wrong_code(apps: &[&Uri], now: Timestamp) -> String {
    let near = |app: &Uri, code: &str| {
        [-30, 0, 30].iter().any(|skew: &i64| {
            let secs = now.as_secs().checked_add_signed(*skew).unwrap();
            app.code_at(Timestamp::from_secs(secs)) == code
        })
    };
    let mut codes = (0..10).map(|n| format!("{n:06}"));
    codes
        .find(|code| apps.iter().all(|app| !near(app, code)))
        .unwrap()
}

fn step_up_required<T: std::fmt::Debug>(outcome: Result<T, Error>) -> bool {
    matches!(
        outcome,
        Err(Error::Session(session::Error::StepUpRequired { .. }))
    )
}

fn listed<S: Store>(accounts: &Accounts<S>, live: &SignedIn, now: Timestamp) -> Vec<Authenticator> {
    accounts.authenticators(&live.token, now).unwrap()
}

/// A second authenticator, and the session that goes on.
fn with_tablet<S: Store>(world: &World<S>, now: Timestamp) -> (Id, Uri, SignedIn) {
    let live = world.session(now);
    let (id, tablet) = world
        .accounts
        .add_authenticator(&live.token, "tablet", now)
        .unwrap();
    let confirmed = world
        .accounts
        .confirm_authenticator(&live.token, id, &tablet.code_at(now), now)
        .unwrap();
    (id, tablet, confirmed.signed_in)
}

/// TO-04: a second one, and each opens the door; the code of its set-up does not.
#[test]
fn an_authenticator_is_added_beside_another() {
    let world = world();
    let (id, tablet, live) = with_tablet(&world, at(MINUTE));
    let list = listed(&world.accounts, &live, at(MINUTE));
    assert_eq!(
        (list[0].label(), list[1].label()),
        ("authenticator app", "tablet")
    );
    assert_eq!((list[1].id(), list[1].created()), (id, at(MINUTE)));
    let ticket = world.ticket(at(MINUTE));
    let seen = tablet.code_at(at(MINUTE));
    let replayed = world.accounts.second_factor(&ticket, &seen, at(MINUTE));
    assert_eq!(replayed.unwrap_err(), Error::Totp(totp::Error::Replayed));
    let later = at(2 * MINUTE);
    for app in [&tablet, &world.phone] {
        let next = world
            .accounts
            .second_factor(&world.ticket(later), &app.code_at(later), later);
        assert!(matches!(next, Ok(Next::SignedIn(_))));
    }
    let list = listed(&world.accounts, &live, later);
    assert_eq!(list[1].last_used(), Some(later));
}

/// TO-04: what changes who gets in asks for a proof of the last five minutes, and a code again gives
/// it: to a session with a new token.
#[test]
fn a_session_that_was_left_open_changes_nothing() {
    let world = world();
    let accounts = &world.accounts;
    let live = world.session(at(MINUTE));
    let phone = listed(accounts, &live, at(MINUTE))[0].id();
    let late = at(6 * MINUTE);
    let token = &live.token;
    assert!(step_up_required(
        accounts.add_authenticator(token, "tablet", late)
    ));
    assert!(step_up_required(
        accounts.replace_authenticator(token, phone, "new", late)
    ));
    assert!(step_up_required(
        accounts.remove_authenticator(token, phone, late)
    ));
    assert!(step_up_required(accounts.new_recovery_codes(token, late)));
    let fresh = accounts
        .step_up(token, &world.phone.code_at(late), late)
        .unwrap();
    assert!(
        accounts.check(token, late).is_err(),
        "the old token is dead"
    );
    assert_eq!(fresh.session.proved_at(Factors::TOTP), Some(late));
    assert_eq!(fresh.session.proved_at(Factors::PASSWORD), Some(at(MINUTE)));
    assert!(
        accounts
            .add_authenticator(&fresh.token, "tablet", late)
            .is_ok()
    );
    let just = Timestamp::from_millis(late.as_millis() + 299_999);
    assert!(accounts.new_recovery_codes(&fresh.token, just).is_ok());
    let over = Timestamp::from_millis(late.as_millis() + 300_000);
    assert!(step_up_required(
        accounts.new_recovery_codes(&fresh.token, over)
    ));
}

/// TO-02: the code of a step-up is spent, at the door too.
#[test]
fn the_code_of_a_step_up_is_used_up() {
    let world = world();
    let now = at(2 * MINUTE);
    let live = world.session(at(MINUTE));
    let ticket = world.ticket(now);
    let code = world.phone.code_at(now);
    let live = world.accounts.step_up(&live.token, &code, now).unwrap();
    let replayed = Error::Totp(totp::Error::Replayed);
    let door = world.accounts.second_factor(&ticket, &code, now);
    assert_eq!(door.unwrap_err(), replayed);
    let again = world
        .accounts
        .step_up(&live.token, &code, at(2 * MINUTE + 1));
    assert_eq!(again.unwrap_err(), replayed);
}

/// TO-04: other sessions end when who gets in has changed, and this one gets a new token.
#[test]
fn a_confirmed_authenticator_ends_every_other_session() {
    let world = world();
    let other = world.session(at(MINUTE));
    let (id, _, live) = with_tablet(&world, at(2 * MINUTE));
    let now = at(3 * MINUTE);
    assert!(world.accounts.check(&other.token, now).is_err());
    assert!(world.accounts.check(&live.token, now).is_ok());
    let other = world.session(now);
    world
        .accounts
        .remove_authenticator(&live.token, id, now)
        .unwrap();
    assert!(world.accounts.check(&other.token, now).is_err());
    assert!(world.accounts.check(&live.token, now).is_ok());
}

/// TO-04: the old phone serves until the new one has shown a code.
#[test]
fn a_replaced_authenticator_serves_until_the_new_one_is_confirmed() {
    let world = world();
    let accounts = &world.accounts;
    let now = at(MINUTE);
    let live = world.session(now);
    let old = listed(accounts, &live, now)[0].id();
    let (id, new) = accounts
        .replace_authenticator(&live.token, old, "new phone", now)
        .unwrap();
    let still = accounts.second_factor(
        &world.ticket(at(2 * MINUTE)),
        &world.phone.code_at(at(2 * MINUTE)),
        at(2 * MINUTE),
    );
    assert!(matches!(still, Ok(Next::SignedIn(_))));
    let now = at(3 * MINUTE);
    let wrong = accounts.confirm_authenticator(&live.token, id, &world.phone.code_at(now), now);
    assert_eq!(wrong.unwrap_err(), Error::Totp(totp::Error::Wrong));
    let confirmed = accounts
        .confirm_authenticator(&live.token, id, &new.code_at(now), now)
        .unwrap();
    assert!(confirmed.recovery_codes.is_empty(), "they stay as they are");
    let list = listed(accounts, &confirmed.signed_in, now);
    assert_eq!(list.iter().map(Authenticator::id).collect::<Vec<_>>(), [id]);
    let now = at(4 * MINUTE);
    let gone = accounts.second_factor(&world.ticket(now), &world.phone.code_at(now), now);
    assert_eq!(gone.unwrap_err(), Error::Totp(totp::Error::Wrong));
}

/// TO-04, TO-08: the last one goes where nobody must have one, and the recovery codes with it.
#[test]
fn the_last_authenticator_goes_only_where_none_is_required() {
    let store = std::sync::Arc::new(Memory::new(10));
    let world = world_in(store.clone());
    let now = at(MINUTE);
    let live = world.session(now);
    let id = listed(&world.accounts, &live, now)[0].id();
    let refused = world.accounts.remove_authenticator(&live.token, id, now);
    assert_eq!(refused, Err(Error::Totp(totp::Error::LastAuthenticator)));
    let optional = policy().with_second_factor(SecondFactor::Optional);
    let accounts = Accounts::danger_unsealed(optional, store);
    accounts.remove_authenticator(&live.token, id, now).unwrap();
    let state = accounts.state(NAME).unwrap();
    assert_eq!(state.recovery_codes_left(), 0);
    assert!(!matches!(
        sign_in(&accounts, now),
        Ok(Next::FactorNeeded(_))
    ));
}

/// TO-04: by choice, within a session; the proof is then the password's, as there is no other.
#[test]
fn a_first_authenticator_is_added_by_choice() {
    let optional = policy().with_second_factor(SecondFactor::Optional);
    let accounts = Accounts::danger_unsealed(optional, Memory::new(10));
    let long = "Correct-Horse-Battery-7";
    accounts
        .register(NAME, &long.into(), grants(), at(0))
        .unwrap();
    let enter = |now| match accounts.sign_in(NAME, &long.into(), now).unwrap() {
        Next::SignedIn(live) => live,
        next => panic!("{next:?}"),
    };
    let (other, live) = (enter(at(0)), enter(at(MINUTE)));
    let codes = accounts.new_recovery_codes(&live.token, at(MINUTE));
    assert_eq!(codes.unwrap_err(), Error::Totp(totp::Error::NotConfirmed));
    let late = at(6 * MINUTE);
    let stale = accounts.add_authenticator(&live.token, "phone", late);
    let missing = Error::Session(session::Error::StepUpRequired {
        factors: Factors::PASSWORD,
        age: std::time::Duration::from_secs(300),
    });
    assert_eq!(stale.unwrap_err(), missing);
    let now = at(2 * MINUTE);
    let (id, phone) = accounts
        .add_authenticator(&live.token, "phone", now)
        .unwrap();
    let confirmed = accounts
        .confirm_authenticator(&live.token, id, &phone.code_at(now), now)
        .unwrap();
    assert_eq!(confirmed.recovery_codes.len(), 10);
    assert!(accounts.check(&other.token, now).is_err());
    let person = accounts.check(&confirmed.signed_in.token, now).unwrap();
    assert_eq!(person.second_factor_at(), Some(now));
    assert!(matches!(
        accounts.sign_in(NAME, &long.into(), now),
        Ok(Next::FactorNeeded(_))
    ));
}

/// TO-08: new ones end the old ones, and how many are left is said.
#[test]
fn recovery_codes_are_made_anew() {
    let world = world();
    let (accounts, now) = (&world.accounts, at(MINUTE));
    let old = |n: usize| world.recovery[n].expose_secret();
    let next = accounts.recovery_code(&world.ticket(now), old(0), now);
    let Ok(Next::SignedIn(live)) = next else {
        panic!()
    };
    let person = accounts.check(&live.token, now).unwrap();
    assert_eq!(person.recovery_codes_left(), 9);
    let new = accounts.new_recovery_codes(&live.token, now).unwrap();
    assert_eq!(new.len(), 10);
    let person = accounts.check(&live.token, now).unwrap();
    assert_eq!(person.recovery_codes_left(), 10);
    let void = accounts.recovery_code(&world.ticket(now), old(1), now);
    assert_eq!(void.unwrap_err(), Error::Totp(totp::Error::Wrong));
    let good = accounts.recovery_code(&world.ticket(now), new[1].expose_secret(), now);
    assert!(matches!(good, Ok(Next::SignedIn(_))));
}

/// TO-04, LC-01: for somebody who has lost it all, and was recognised by other means.
#[test]
fn an_administrator_removes_them_all_and_everything_ends() {
    let world = world();
    let accounts = &world.accounts;
    let (live, ticket) = (world.session(at(MINUTE)), world.ticket(at(2 * MINUTE)));
    let now = at(3 * MINUTE);
    let receipt = accounts.remove_authenticators(NAME, now).unwrap();
    assert_eq!((receipt.sessions, receipt.tickets), (1, 1));
    assert!(accounts.check(&live.token, now).is_err());
    let code = world.phone.code_at(now);
    let over = accounts.second_factor(&ticket, &code, now);
    assert_eq!(over.unwrap_err(), Error::Ticket);
    assert_eq!(accounts.state(NAME).unwrap().recovery_codes_left(), 0);
    assert!(matches!(
        sign_in(accounts, now),
        Ok(Next::EnrolmentNeeded(_))
    ));
    let nobody = accounts.remove_authenticators("nobody", now);
    assert_eq!(nobody, Err(Error::NoAccount));
}

/// TO-04: nobody changes anything through a session that has ended.
#[test]
fn a_session_that_ended_changes_nothing() {
    let world = world();
    let (accounts, now) = (&world.accounts, at(MINUTE));
    let live = world.session(now);
    let id = listed(accounts, &live, now)[0].id();
    accounts.sign_out(&live.token).unwrap();
    let token = &live.token;
    let code = world.phone.code_at(at(2 * MINUTE));
    let unknown = Error::Session(session::Error::Unknown);
    for refused in [
        accounts.authenticators(token, now).map(drop),
        accounts.add_authenticator(token, "x", now).map(drop),
        accounts
            .replace_authenticator(token, id, "x", now)
            .map(drop),
        accounts
            .confirm_authenticator(token, id, &code, now)
            .map(drop),
        accounts.remove_authenticator(token, id, now),
        accounts.new_recovery_codes(token, now).map(drop),
        accounts.step_up(token, &code, at(2 * MINUTE)).map(drop),
        // and nobody guesses through it
        accounts.step_up(token, "12345", at(2 * MINUTE)).map(drop),
    ] {
        assert_eq!(refused, Err(unknown.clone()));
    }
}

/// AT-11, AT-04: wrong codes within sessions are counted, and by themselves: nobody at the door uses
/// them up, and they close no door.
#[test]
fn wrong_codes_within_a_session_count_by_themselves() {
    let world = world();
    let live = world.session(at(MINUTE));
    let mut now = at(2 * MINUTE);
    for _ in 0..5 {
        let _ = world.guess(now);
    }
    assert_eq!(
        sign_in(&world.accounts, now).unwrap_err(),
        Error::ResetRequired
    );
    let live = world
        .accounts
        .step_up(&live.token, &world.phone.code_at(now), now)
        .unwrap();
    let mut answers = Vec::new();
    for _ in 0..5 {
        now = now.saturating_add(std::time::Duration::from_secs(16));
        let code = wrong_code(&[&world.phone], now);
        answers.push(world.accounts.step_up(&live.token, &code, now).unwrap_err());
    }
    let wrong = Error::Totp(totp::Error::Wrong);
    assert_eq!(answers[..4], vec![wrong; 4]);
    assert_eq!(answers[4], Error::ResetRequired);
    now = now.saturating_add(std::time::Duration::from_secs(60));
    let right = world
        .accounts
        .step_up(&live.token, &world.phone.code_at(now), now);
    assert_eq!(right.unwrap_err(), Error::ResetRequired);
    assert!(
        world.accounts.check(&live.token, now).is_ok(),
        "a session survives a lock"
    );
    // and a reset opens this lane, too
    let ticket = world.accounts.start_reset(NAME, now).unwrap();
    world
        .accounts
        .reset_password(&ticket, &NEW.into(), now)
        .unwrap();
    let Next::FactorNeeded(ticket) = world.accounts.sign_in(NAME, &NEW.into(), now).unwrap() else {
        panic!()
    };
    let recovery = world.recovery[0].expose_secret();
    let next = world.accounts.recovery_code(&ticket, recovery, now);
    let Ok(Next::SignedIn(live)) = next else {
        panic!("{next:?}")
    };
    let code = world.phone.code_at(now);
    assert!(world.accounts.step_up(&live.token, &code, now).is_ok());
}

/// Guesses of codes by somebody who has the password and reads the mail: a reset whenever one is
/// needed. Says after how many the authenticators had to be bound anew, and when that was.
fn guess_codes<S: Store>(world: &World<S>, apps: &[&Uri]) -> (u32, Timestamp) {
    let hour = std::time::Duration::from_secs(HOUR);
    let (mut now, mut guesses) = (at(HOUR), 0);
    let mut passwords = (0..).map(|n| format!("Mallory+Password-{n}-{n}x{n}"));
    let mut password = PASSWORD.to_owned();
    for _ in 0..200 {
        now = now.saturating_add(hour);
        match world.accounts.sign_in(NAME, &password.as_str().into(), now) {
            Ok(Next::FactorNeeded(ticket)) => {
                let code = wrong_code(apps, now);
                match world
                    .accounts
                    .second_factor(&ticket, &code, now)
                    .unwrap_err()
                {
                    Error::RebindRequired => return (guesses + 1, now),
                    Error::Totp(totp::Error::Wrong) | Error::ResetRequired => guesses += 1,
                    error => panic!("{error:?}"),
                }
            }
            Err(Error::ResetRequired) => {
                let ticket = world.accounts.start_reset(NAME, now).unwrap();
                password = passwords
                    .find(|new| {
                        let new = new.as_str().into();
                        world.accounts.reset_password(&ticket, &new, now).is_ok()
                    })
                    .unwrap();
            }
            other => panic!("{other:?}"),
        }
    }
    panic!("there is no end to it")
}

/// TO-06: a reset gives no new guesses at codes for ever; a recovery code is the way in, and another
/// phone the way on.
#[test]
fn resets_of_the_password_give_no_end_of_guesses() {
    let world = world();
    let (guesses, now) = guess_codes(&world, &[&world.phone]);
    assert_eq!(guesses, 21, "twenty were looked at");
    let ticket = world.accounts.start_reset(NAME, now).unwrap();
    world
        .accounts
        .reset_password(&ticket, &NEW.into(), now)
        .unwrap();
    let enter = |now| match world.accounts.sign_in(NAME, &NEW.into(), now).unwrap() {
        Next::FactorNeeded(ticket) => ticket,
        next => panic!("{next:?}"),
    };
    // the right code is looked at no more
    let code = world.phone.code_at(now);
    let closed = world.accounts.second_factor(&enter(now), &code, now);
    assert_eq!(closed.unwrap_err(), Error::RebindRequired);
    let recovery = world.recovery[0].expose_secret();
    let next = world.accounts.recovery_code(&enter(now), recovery, now);
    let Ok(Next::SignedIn(live)) = next else {
        panic!("{next:?}")
    };
    let id = listed(&world.accounts, &live, now)[0].id();
    let (new, app) = world
        .accounts
        .replace_authenticator(&live.token, id, "new phone", now)
        .unwrap();
    let confirmed = world
        .accounts
        .confirm_authenticator(&live.token, new, &app.code_at(now), now);
    assert!(confirmed.is_ok());
    let now = now.saturating_add(std::time::Duration::from_secs(60));
    let next = world
        .accounts
        .second_factor(&enter(now), &app.code_at(now), now);
    assert!(matches!(next, Ok(Next::SignedIn(_))), "{next:?}");
}

/// TO-06: a wrong code is a guess at each of them.
#[test]
fn two_authenticators_are_not_twice_the_guesses() {
    let world = world();
    let (_, tablet, _) = with_tablet(&world, at(MINUTE));
    let (guesses, now) = guess_codes(&world, &[&world.phone, &tablet]);
    assert_eq!(guesses, 21, "twenty were looked at");
    let state = world.accounts.state(NAME).unwrap();
    assert_eq!(state.authenticators().iter().count(), 2);
    let receipt = world.accounts.remove_authenticators(NAME, now);
    assert!(receipt.is_ok());
}

/// TO-06: after a wrong code the next one has to wait, a second first.
#[test]
fn wrong_codes_are_slowed_down() {
    let world = world();
    let now = at(MINUTE);
    let ticket = world.ticket(now);
    let enter = |code: &str, now| {
        world
            .accounts
            .second_factor(&ticket, code, now)
            .unwrap_err()
    };
    let wrong = wrong_code(&[&world.phone], now);
    assert_eq!(enter(&wrong, now), Error::Totp(totp::Error::Wrong));
    let retry_after = std::time::Duration::from_secs(1);
    let right = world.phone.code_at(now);
    assert_eq!(enter(&right, now), Error::Busy { retry_after });
    let code = world.phone.code_at(at(MINUTE + 1));
    let next = world.accounts.second_factor(&ticket, &code, at(MINUTE + 1));
    assert!(matches!(next, Ok(Next::SignedIn(_))));
}

/// Two wrong codes, and an authenticator has to be bound anew.
fn strict() -> World<Memory> {
    let twice = attempts::Policy::new(2).unwrap();
    let twice = twice.with_action(attempts::Action::RequireRebind).unwrap();
    let policy = policy().with_code_attempts(twice);
    enrolled(Accounts::danger_unsealed(policy, Memory::new(10)))
}

fn enter<S: Store>(world: &World<S>, code: &str, now: Timestamp) -> Result<Next, Error> {
    world.accounts.second_factor(&world.ticket(now), code, now)
}

/// TO-06: one that has had too many is compared no more, and the others are; the answer to the guess
/// that was the last of all says so.
#[test]
fn one_that_needs_rebinding_is_not_compared() {
    let world = strict();
    let wrong = Error::Totp(totp::Error::Wrong);
    let now = at(MINUTE);
    let code = wrong_code(&[&world.phone], now);
    assert_eq!(enter(&world, &code, now).unwrap_err(), wrong);
    assert_eq!(
        enter(&world, &code, now).unwrap_err(),
        Error::RebindRequired
    );
    let right = world.phone.code_at(now);
    assert_eq!(
        enter(&world, &right, now).unwrap_err(),
        Error::RebindRequired
    );
    let recovery = world.recovery[0].expose_secret();
    let next = world
        .accounts
        .recovery_code(&world.ticket(now), recovery, now);
    let Ok(Next::SignedIn(live)) = next else {
        panic!("{next:?}")
    };
    let (id, tablet) = world
        .accounts
        .add_authenticator(&live.token, "tablet", now)
        .unwrap();
    let code = tablet.code_at(now);
    let confirmed = world
        .accounts
        .confirm_authenticator(&live.token, id, &code, now);
    assert!(confirmed.is_ok());
    let now = at(2 * MINUTE);
    // the phone's code is one more wrong guess at the tablet
    assert_eq!(
        enter(&world, &world.phone.code_at(now), now).unwrap_err(),
        wrong
    );
    assert!(matches!(
        enter(&world, &tablet.code_at(now), now),
        Ok(Next::SignedIn(_))
    ));
    let now = at(3 * MINUTE);
    let code = wrong_code(&[&world.phone, &tablet], now);
    assert_eq!(enter(&world, &code, now).unwrap_err(), wrong);
    assert_eq!(
        enter(&world, &code, now).unwrap_err(),
        Error::RebindRequired
    );
}

/// TO-06, AT-05: a right code clears its own authenticator, and none of the others.
#[test]
fn a_right_code_clears_no_other_authenticator() {
    let world = strict();
    let (_, tablet, _) = with_tablet(&world, at(MINUTE));
    for n in 2..4 {
        let now = at(n * MINUTE);
        let code = wrong_code(&[&world.phone, &tablet], now);
        let wrong = enter(&world, &code, now).unwrap_err();
        assert_eq!(wrong, Error::Totp(totp::Error::Wrong));
        let _ = world.session(now);
    }
    let now = at(4 * MINUTE);
    let closed = enter(&world, &tablet.code_at(now), now).unwrap_err();
    assert_eq!(closed, Error::Totp(totp::Error::Wrong));
    let _ = world.session(now);
}

/// TO-06: a record does not grow with the authenticators that are gone.
#[test]
fn what_was_counted_goes_with_the_authenticator() {
    let world = world();
    let mut live = world.session(at(MINUTE));
    for n in 2..30 {
        let now = at(n * MINUTE);
        let old = listed(&world.accounts, &live, now)[0].id();
        // within the session: at the door there would be a wait of the phone that is gone
        let (new, app) = world
            .accounts
            .replace_authenticator(&live.token, old, "next", now)
            .unwrap();
        let wrong = world.accounts.step_up(&live.token, "000000", now);
        assert!(wrong.is_err());
        let confirmed = world
            .accounts
            .confirm_authenticator(&live.token, new, &app.code_at(now), now)
            .unwrap();
        let later = at(n * MINUTE + 30);
        let code = app.code_at(later);
        live = world
            .accounts
            .step_up(&confirmed.signed_in.token, &code, later)
            .unwrap();
    }
}

/// TO-11, AT-11: a replayed code is a failure, too.
#[test]
fn a_replayed_code_counts() {
    let world = world();
    let code = world.phone.code_at(at(0));
    let mut answers = Vec::new();
    for n in 0..5 {
        let now = Timestamp::from_millis(at(0).as_millis() + n * 8000);
        answers.push(enter(&world, &code, now).unwrap_err());
    }
    assert_eq!(answers[..4], vec![Error::Totp(totp::Error::Replayed); 4]);
    assert_eq!(answers[4], Error::ResetRequired);
}

/// TO-06: success clears what was counted against the one that it was a code of.
#[test]
fn a_right_code_clears_its_own_guesses() {
    let world = strict();
    for n in 1..5 {
        let now = at(n * MINUTE);
        let wrong = wrong_code(&[&world.phone], now);
        let guess = enter(&world, &wrong, now);
        assert_eq!(guess.unwrap_err(), Error::Totp(totp::Error::Wrong));
        let _ = world.session(now);
    }
}

/// TO-06: what is no code is no guess, and says so.
#[test]
fn what_cannot_be_a_code_is_no_guess() {
    let world = world();
    let now = at(MINUTE);
    for _ in 0..6 {
        let malformed = world
            .accounts
            .second_factor(&world.ticket(now), "12345", now);
        assert_eq!(malformed.unwrap_err(), Error::Totp(totp::Error::Malformed));
    }
    let _ = world.session(now);
}

/// TO-04, SE-08: what a thief began in a stolen session ends when its owner ends what is under way, so
/// that no other stolen session brings it to its end.
#[test]
fn an_authenticator_that_was_begun_ends_with_all_that_is_under_way() {
    type Way = fn(&Accounts<Memory>, &SignedIn);
    let now = at(2 * MINUTE);
    let ways: [Way; 4] = [
        |accounts, live| {
            assert!(
                accounts
                    .sign_out_others(&live.token, at(2 * MINUTE))
                    .is_ok()
            );
        },
        |accounts, _| {
            assert!(accounts.sign_out_everywhere(NAME, at(2 * MINUTE)).is_ok());
        },
        |accounts, live| {
            let (old, new) = (PASSWORD.into(), NEW.into());
            let changed = accounts.change_password(&live.token, &old, &new, at(2 * MINUTE));
            assert!(changed.is_ok());
        },
        |accounts, _| {
            let ticket = accounts.start_reset(NAME, at(2 * MINUTE)).unwrap();
            let reset = accounts.reset_password(&ticket, &NEW.into(), at(2 * MINUTE));
            assert_eq!(reset, Ok(()));
        },
    ];
    for (n, way) in ways.into_iter().enumerate() {
        let world = world();
        let (stolen, live) = (world.session(at(MINUTE)), world.session(now));
        let begun = world.accounts.add_authenticator(&stolen.token, "x", now);
        assert!(begun.is_ok());
        way(&world.accounts, &live);
        let state = world.accounts.state(NAME).unwrap();
        assert_eq!(state.authenticators().iter().count(), 1, "way {n}");
    }
}
