//! Nobody is locked out by a stranger, and a stranger learns nothing.
#![cfg(feature = "account")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

mod account_support;

use std::{sync::Arc, time::Duration};

use account_support::*;
use portcullis::{
    Timestamp,
    account::{Accounts, Client, Error, Next, SignedIn},
    attempts::DeviceKeys,
    password, session,
    store::{Memory, Store},
};

const NAME: &str = "ada@example.com";

fn keys() -> DeviceKeys {
    DeviceKeys::new([7; DeviceKeys::KEY_LEN])
}

/// Ada, and the token of the laptop that she has signed in from.
fn with_laptop() -> (World<Memory>, String) {
    let accounts = Accounts::danger_unsealed(policy(), Memory::new(100));
    let world = enrolled(accounts.with_device_keys(keys()));
    let token = laptop(&world, at(MINUTE));
    (world, token)
}

fn laptop<S: Store>(world: &World<S>, now: Timestamp) -> String {
    token(world, &world.session(now), now)
}

fn token<S: Store>(world: &World<S>, live: &SignedIn, now: Timestamp) -> String {
    let token = world.accounts.device_token(&live.token, now).unwrap();
    token.expose_secret().to_owned()
}

fn from<S: Store>(
    world: &World<S>,
    token: &str,
    password: &str,
    now: Timestamp,
) -> Result<Next, Error> {
    let client = Client::stranger().with_device_token(token);
    world
        .accounts
        .sign_in_from(NAME, &password.into(), &client, now)
}

fn guess_from<S: Store>(world: &World<S>, token: &str, now: Timestamp) -> Error {
    let client = Client::stranger().with_device_token(token);
    let outcome = world.accounts.sign_in_from(NAME, &wrong(), &client, now);
    outcome.unwrap_err()
}

fn lock_out_from<S: Store>(world: &World<S>, token: &str, now: Timestamp) {
    let answers: Vec<Error> = (0..5).map(|_| guess_from(world, token, now)).collect();
    assert_eq!(answers[..4], vec![Error::Denied; 4]);
    assert_eq!(answers[4], Error::ResetRequired);
}

fn reset<S: Store>(world: &World<S>, now: Timestamp) {
    let ticket = world.accounts.start_reset(NAME, now).unwrap();
    let reset = world.accounts.reset_password(&ticket, &NEW.into(), now);
    reset.unwrap();
}

/// The password was right, and looked at.
fn is_let_in(next: Result<Next, Error>) -> bool {
    matches!(next, Ok(Next::FactorNeeded(_)))
}

fn lock_out<S: Store>(world: &World<S>, now: Timestamp) {
    let answers: Vec<Error> = (0..5).map(|_| world.guess(now)).collect();
    assert_eq!(answers[..4], vec![Error::Denied; 4]);
    assert_eq!(answers[4], Error::ResetRequired);
}

/// AT-04: five strangers close the door to strangers, and not to the owner's laptop.
#[test]
fn strangers_lock_strangers_and_not_the_owner() {
    let (world, laptop) = with_laptop();
    let now = at(2 * MINUTE);
    lock_out(&world, now);
    assert_eq!(
        sign_in(&world.accounts, now).unwrap_err(),
        Error::ResetRequired
    );
    let next = from(&world, &laptop, PASSWORD, now);
    let Ok(Next::FactorNeeded(ticket)) = next else {
        panic!("{next:?}")
    };
    // the ticket remembers where it came from
    let code = world.phone.code_at(now);
    let next = world.accounts.second_factor(&ticket, &code, now);
    assert!(matches!(next, Ok(Next::SignedIn(_))), "{next:?}");
    // and that has not let strangers in again
    assert_eq!(
        sign_in(&world.accounts, now).unwrap_err(),
        Error::ResetRequired
    );
}

/// AT-04: a stolen token is worth five guesses, and then its bearer is a stranger.
#[test]
fn a_device_has_five_of_its_own_and_is_then_a_stranger() {
    let (world, laptop) = with_laptop();
    let now = at(2 * MINUTE);
    let answers: Vec<Error> = (0..5).map(|_| guess_from(&world, &laptop, now)).collect();
    assert_eq!(answers[..4], vec![Error::Denied; 4]);
    assert_eq!(answers[4], Error::ResetRequired);
    // strangers have theirs still, the owner without a token among them
    assert!(matches!(
        sign_in(&world.accounts, now),
        Ok(Next::FactorNeeded(_))
    ));
    let next = from(&world, &laptop, PASSWORD, now);
    assert!(matches!(next, Ok(Next::FactorNeeded(_))), "{next:?}");
    // counted with the strangers' now
    let answers: Vec<Error> = (0..5).map(|_| guess_from(&world, &laptop, now)).collect();
    assert_eq!(answers[4], Error::ResetRequired);
    assert_eq!(
        sign_in(&world.accounts, now).unwrap_err(),
        Error::ResetRequired
    );
    assert_eq!(
        from(&world, &laptop, PASSWORD, now).unwrap_err(),
        Error::ResetRequired
    );
}

/// AT-05: what is done on the owner's device clears nothing of the strangers'.
#[test]
fn a_success_on_a_device_clears_that_device_alone() {
    let (world, laptop) = with_laptop();
    let now = at(2 * MINUTE);
    for _ in 0..4 {
        assert_eq!(world.guess(now), Error::Denied);
        assert_eq!(guess_from(&world, &laptop, now), Error::Denied);
    }
    let Ok(Next::FactorNeeded(ticket)) = from(&world, &laptop, PASSWORD, now) else {
        panic!()
    };
    let code = world.phone.code_at(now);
    assert!(world.accounts.second_factor(&ticket, &code, now).is_ok());
    for _ in 0..4 {
        assert_eq!(guess_from(&world, &laptop, now), Error::Denied);
    }
    assert_eq!(world.guess(now), Error::ResetRequired);
}

/// AT-04, AT-11: wrong codes are counted where the password came from.
#[test]
fn wrong_codes_from_a_device_are_counted_in_its_lane() {
    let (world, laptop) = with_laptop();
    let mut now = at(2 * MINUTE);
    for n in 0..5 {
        let Ok(Next::FactorNeeded(ticket)) = from(&world, &laptop, PASSWORD, now) else {
            panic!("guess {n}")
        };
        let right = world.phone.code_at(now);
        let wrong = if right == "000000" {
            "000001"
        } else {
            "000000"
        };
        let _ = world.accounts.second_factor(&ticket, wrong, now);
        now = now.saturating_add(Duration::from_secs(HOUR));
    }
    // the lane is closed: a wrong password is a stranger's first
    for _ in 0..4 {
        assert_eq!(guess_from(&world, &laptop, now), Error::Denied);
    }
    assert_eq!(guess_from(&world, &laptop, now), Error::ResetRequired);
}

/// AT-04: a reset opens every lane, and what had a token before it is a stranger.
#[test]
fn a_reset_opens_every_lane_and_ends_the_tokens() {
    let (world, old) = with_laptop();
    let now = at(2 * MINUTE);
    lock_out(&world, now);
    for _ in 0..5 {
        let _ = guess_from(&world, &old, now);
    }
    reset(&world, now);
    assert!(is_let_in(from(&world, &old, NEW, now)), "a stranger is");
    lock_out_from(&world, &old, now);
    let stranger = world.accounts.sign_in(NAME, &NEW.into(), now);
    assert_eq!(stranger.unwrap_err(), Error::ResetRequired);
    // a token that was given with the new password, or at the moment of the reset, is worth its lane
    let new = keys().issue(NAME, now).unwrap();
    assert!(is_let_in(from(&world, new.expose_secret(), NEW, now)));
}

/// AT-04: tokens that a thief took along are worth no guesses once the password is another.
#[test]
fn tokens_of_before_a_change_of_the_password_are_worth_nothing() {
    let (world, _) = with_laptop();
    let now = at(2 * MINUTE);
    let live = world.session(now);
    let taken: Vec<String> = (0..20).map(|_| token(&world, &live, now)).collect();
    let later = at(3 * MINUTE);
    let changed = world
        .accounts
        .change_password(&live.token, &PASSWORD.into(), &NEW.into(), later)
        .unwrap();
    let answers = taken.iter().map(|token| guess_from(&world, token, later));
    let answers: Vec<Error> = answers.collect();
    assert_eq!(answers[..4], vec![Error::Denied; 4]);
    assert_eq!(answers[4..], vec![Error::ResetRequired; 16]);
    let own = token(&world, &changed, later);
    assert!(is_let_in(from(&world, &own, NEW, later)));
}

/// AT-04: a change of the password makes room for the devices that come after it.
#[test]
fn locked_lanes_go_with_the_password() {
    let (world, _) = with_laptop();
    let now = at(2 * MINUTE);
    let live = world.session(now);
    for _ in 0..16 {
        lock_out_from(&world, &token(&world, &live, now), now);
    }
    let later = at(3 * MINUTE);
    let changed = world
        .accounts
        .change_password(&live.token, &PASSWORD.into(), &NEW.into(), later)
        .unwrap();
    lock_out(&world, later);
    let own = token(&world, &changed, later);
    assert!(is_let_in(from(&world, &own, NEW, later)));
}

/// AT-04: and so does the change of one that had expired.
#[test]
fn locked_lanes_go_with_an_expired_password() {
    let (world, _) = with_laptop();
    let now = at(2 * MINUTE);
    let reason = password::Reason::Compromised;
    world
        .accounts
        .require_password_change(NAME, reason, now)
        .unwrap();
    for token in tokens(16, now) {
        lock_out_from(&world, &token, now);
    }
    let ticket = world.ticket(now);
    let code = world.phone.code_at(now);
    let next = world.accounts.second_factor(&ticket, &code, now);
    let Ok(Next::PasswordChangeNeeded(ticket, _)) = next else {
        panic!("{next:?}")
    };
    let (present, new) = (PASSWORD.into(), NEW.into());
    let later = at(3 * MINUTE);
    let changed = world
        .accounts
        .change_expired_password(&ticket, &present, &new, later);
    assert!(changed.is_ok());
    lock_out(&world, later);
    let own = &tokens(1, later)[0];
    assert!(is_let_in(from(&world, own, NEW, later)));
}

/// AT-04: an administrator opens the lanes of devices, too, and each is a lane of its own again.
#[test]
fn an_unlock_opens_the_lanes_of_devices() {
    let (world, laptop) = with_laptop();
    let now = at(2 * MINUTE);
    lock_out_from(&world, &laptop, now);
    lock_out(&world, now);
    let locked = from(&world, &laptop, PASSWORD, now);
    assert_eq!(locked.unwrap_err(), Error::ResetRequired);
    assert_eq!(world.accounts.unlock(NAME), Ok(()));
    lock_out(&world, now);
    assert!(is_let_in(from(&world, &laptop, PASSWORD, now)));
}

/// AT-04: whoever finds a session open is given no token: it takes a proof that is fresh.
#[test]
fn a_stale_session_is_given_no_token() {
    let (world, _) = with_laptop();
    let live = world.session(at(2 * MINUTE));
    let stale = at(12 * MINUTE);
    let refused = world.accounts.device_token(&live.token, stale);
    assert!(
        matches!(
            refused,
            Err(Error::Session(session::Error::StepUpRequired { .. }))
        ),
        "{refused:?}"
    );
    let code = world.phone.code_at(stale);
    let live = world.accounts.step_up(&live.token, &code, stale).unwrap();
    assert!(world.accounts.device_token(&live.token, stale).is_ok());
}

/// AT-04: what is no token of this account is a stranger's.
#[test]
fn a_token_of_somebody_else_gives_no_lane() {
    let (world, laptop) = with_laptop();
    let now = at(2 * MINUTE);
    lock_out(&world, now);
    let other = DeviceKeys::new([8; DeviceKeys::KEY_LEN]);
    let forged = other.issue(NAME, now).unwrap();
    let of_bob = keys().issue("bob", now).unwrap();
    let late = now.saturating_add(Duration::from_secs(200 * DAY));
    for (token, now) in [
        (forged.expose_secret(), now),
        (of_bob.expose_secret(), now),
        ("", now),
        (&laptop, late),
    ] {
        let outcome = from(&world, token, PASSWORD, now);
        assert_eq!(outcome.unwrap_err(), Error::ResetRequired);
    }
    // the same name typed in another way is the same account
    let client = Client::stranger().with_device_token(&laptop);
    let next = world
        .accounts
        .sign_in_from("ADA@Example.com", &PASSWORD.into(), &client, now);
    assert!(matches!(next, Ok(Next::FactorNeeded(_))), "{next:?}");
}

fn tokens(n: usize, now: Timestamp) -> Vec<String> {
    let token = |_| keys().issue(NAME, now).unwrap().expose_secret().to_owned();
    (0..n).map(token).collect()
}

/// AT-04: a record holds so many lanes with failures and no more. One that is locked makes no room:
/// whoever is over stands with the strangers.
#[test]
fn a_lane_that_is_locked_makes_no_room() {
    let (world, _) = with_laptop();
    let now = at(2 * MINUTE);
    let tokens = tokens(17, now);
    for token in &tokens[..16] {
        lock_out_from(&world, token, now);
    }
    lock_out_from(&world, &tokens[16], now);
    assert_eq!(world.guess(now), Error::ResetRequired, "it was theirs");
}

/// AT-04: a lane that is locked stays with its device, when others make room.
#[test]
fn a_lane_that_is_locked_goes_to_nobody_else() {
    let (world, _) = with_laptop();
    let now = at(2 * MINUTE);
    let tokens = tokens(17, now);
    lock_out_from(&world, &tokens[0], now);
    for token in &tokens[1..16] {
        assert_eq!(guess_from(&world, token, now), Error::Denied);
    }
    lock_out(&world, now);
    assert!(is_let_in(from(&world, &tokens[16], PASSWORD, now)));
    let locked = from(&world, &tokens[0], PASSWORD, now);
    assert_eq!(locked.unwrap_err(), Error::ResetRequired);
}

/// AT-04: any number of tokens has no more guesses than there are lanes: whoever takes a place takes
/// the failures with it.
#[test]
fn tokens_in_turn_have_no_more_guesses_than_the_lanes() {
    let (world, _) = with_laptop();
    let now = at(2 * MINUTE);
    let tokens = tokens(40, now);
    let looked_at = (0..6).flat_map(|_| &tokens);
    let looked_at = looked_at.filter(|token| guess_from(&world, token, now) == Error::Denied);
    assert_eq!(
        looked_at.count(),
        16 * 4 + 4,
        "sixteen lanes and the strangers'"
    );
}

/// AT-04: browsers of years ago do not push the owner's laptop to the strangers.
#[test]
fn devices_that_failed_once_make_room() {
    let (world, _) = with_laptop();
    for token in tokens(16, at(2 * MINUTE)) {
        assert_eq!(guess_from(&world, &token, at(2 * MINUTE)), Error::Denied);
    }
    let years = at(1000 * DAY);
    lock_out(&world, years);
    let laptop = &tokens(1, years)[0];
    // the password has expired by then, and that is said to who knows it
    assert!(is_let_in(from(&world, laptop, PASSWORD, years)));
}

/// AT-04: without keys nobody is known.
#[test]
fn without_keys_everybody_is_a_stranger() {
    let world = world();
    let now = at(MINUTE);
    let live = world.session(now);
    let none = world.accounts.device_token(&live.token, now);
    assert_eq!(none.unwrap_err(), Error::NoDevices);
    lock_out(&world, now);
    let token = keys().issue(NAME, now).unwrap();
    let outcome = from(&world, token.expose_secret(), PASSWORD, now);
    assert_eq!(outcome.unwrap_err(), Error::ResetRequired);
}

/// AT-04: a token is for who holds a session.
#[test]
fn only_a_live_session_is_given_a_token() {
    let (world, _) = with_laptop();
    let now = at(2 * MINUTE);
    let live = world.session(now);
    world.accounts.sign_out(&live.token).unwrap();
    let refused = world.accounts.device_token(&live.token, now);
    assert_eq!(
        refused.unwrap_err(),
        Error::Session(session::Error::Unknown)
    );
}

/// CO-03: a client does not print its token.
#[test]
fn a_client_prints_no_token() {
    let printed = format!("{:?}", Client::stranger().with_device_token("sesame"));
    assert!(!printed.contains("sesame"), "{printed}");
}

/// AT-06: last month's password, tried by a phone that nobody told, is one failure.
#[test]
fn the_same_wrong_password_counts_once() {
    let world = world();
    let now = at(MINUTE);
    let old = || {
        world
            .accounts
            .sign_in(NAME, &"Last-Months-Pass-1".into(), now)
    };
    for _ in 0..50 {
        assert_eq!(old().unwrap_err(), Error::Denied);
    }
    for _ in 0..3 {
        assert_eq!(world.guess(now), Error::Denied);
    }
    assert_eq!(old().unwrap_err(), Error::Denied, "still the first");
    assert_eq!(world.guess(now), Error::ResetRequired, "the fifth");
}

/// AT-06: it is the first again after a success, which forgets it.
#[test]
fn a_success_forgets_which_wrong_passwords_were_tried() {
    let world = world();
    let old = |now| {
        world
            .accounts
            .sign_in(NAME, &"Last-Months-Pass-1".into(), now)
    };
    assert_eq!(old(at(MINUTE)).unwrap_err(), Error::Denied);
    let _ = world.session(at(MINUTE));
    assert_eq!(old(at(2 * MINUTE)).unwrap_err(), Error::Denied);
    for _ in 0..3 {
        assert_eq!(world.guess(at(2 * MINUTE)), Error::Denied);
    }
    assert_eq!(world.guess(at(2 * MINUTE)), Error::ResetRequired);
}

/// AT-09: the fifth failure on a name that nobody has, and on an account that is disabled, answers as
/// on a real one; and so does the same wrong password again. The store has nothing of it.
#[test]
fn an_invented_name_answers_as_a_real_one() {
    let store = Arc::new(Memory::new(10));
    let world = world_in(store.clone());
    let eve = "eve@example.com";
    world
        .accounts
        .register(eve, &PASSWORD.into(), grants(), at(0))
        .unwrap();
    let _ = world.accounts.disable(eve, at(0)).unwrap();
    let before = store.len();
    let now = at(MINUTE);
    for name in [NAME, eve, "nobody@example.com"] {
        let try_it = |password: &str, now| {
            let outcome = world.accounts.sign_in(name, &password.into(), now);
            outcome.unwrap_err()
        };
        let mut answers: Vec<Error> = (0..3).map(|_| try_it("Same-Wrong-1", now)).collect();
        answers.extend((0..5).map(|n| try_it(&format!("Wrong-{n}"), now)));
        answers.extend(["", "Same-Wrong-1", PASSWORD].map(|p| try_it(p, at(100 * DAY))));
        assert_eq!(answers[..6], vec![Error::Denied; 6], "{name}");
        assert_eq!(answers[6..], vec![Error::ResetRequired; 5], "{name}");
    }
    assert_eq!(store.len(), before);
}

/// AT-09: an empty password is a guess each time, whether anybody has the name or not.
#[test]
fn empty_passwords_count_alike() {
    let world = world();
    for name in [NAME, "nobody@example.com"] {
        let empty = || world.accounts.sign_in(name, &"".into(), at(MINUTE));
        let answers: Vec<Error> = (0..6).map(|_| empty().unwrap_err()).collect();
        assert_eq!(answers[..4], vec![Error::Denied; 4], "{name}");
        assert_eq!(answers[4..], vec![Error::ResetRequired; 2], "{name}");
    }
}

/// AT-09: no name is tried twice, and each is a wrong name or password.
#[test]
fn names_that_nobody_has_do_not_lock_each_other() {
    let world = world();
    for n in 0..40 {
        let name = format!("nobody-{n}");
        let answer = world.accounts.sign_in(&name, &PASSWORD.into(), at(MINUTE));
        assert_eq!(answer.unwrap_err(), Error::Denied);
    }
    let _ = world.session(at(MINUTE));
}
