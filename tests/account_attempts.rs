//! Wrong guesses at one account, however they come.
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
        Arc, Barrier, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use portcullis::{
    account::{Accounts, Error, Next},
    attempts::{self, Action, Lock, report::Reason},
    password::{self, Cost, Hasher, Password},
    rbac::Grants,
    store::Memory,
    totp::{self},
};

use account_support::*;

/// S4-20, AT-01, AT-11: passwords and codes are one budget of five.
#[test]
fn five_failures_of_either_kind_force_a_reset() {
    let world = world();
    let now = at(MINUTE);
    for _ in 0..3 {
        assert_eq!(world.guess(now), Error::Denied);
    }
    // a right password does not wipe the count: codes would be guessed without end
    let ticket = world.ticket(now);
    let code = |n: u32| format!("{n:06}");
    let right = world.phone.code_at(now);
    let wrong: Vec<String> = (0..3).map(code).filter(|code| *code != right).collect();
    let first = world
        .accounts
        .second_factor(&ticket, &wrong[0], now)
        .unwrap_err();
    assert_eq!(first, Error::Totp(totp::Error::Wrong));
    // a wrong code is followed by a wait of a second
    let too_soon = world.accounts.second_factor(&ticket, &wrong[1], now);
    let retry_after = Duration::from_secs(1);
    assert_eq!(too_soon.unwrap_err(), Error::Busy { retry_after });
    let now = at(MINUTE + 1);
    let second = world
        .accounts
        .second_factor(&ticket, &wrong[1], now)
        .unwrap_err();
    assert_eq!(second, Error::ResetRequired);
    // from here on everything is refused, however right
    assert_eq!(
        world
            .accounts
            .second_factor(&ticket, &right, now)
            .unwrap_err(),
        Error::ResetRequired
    );
    assert_eq!(
        sign_in(&world.accounts, now).unwrap_err(),
        Error::ResetRequired
    );
    assert_eq!(
        sign_in(&world.accounts, at(100 * DAY)).unwrap_err(),
        Error::ResetRequired
    );
}

/// AT-05.
#[test]
fn a_whole_sign_in_clears_the_count() {
    let world = world();
    for n in 1..4 {
        for _ in 0..4 {
            assert_eq!(world.guess(at(n * MINUTE)), Error::Denied);
        }
        world.session(at(n * MINUTE));
    }
}

/// AT-02: of fifty guesses at once at most five are looked at.
#[test]
fn parallel_guesses_are_five() {
    let world = world();
    let (barrier, denied) = (Barrier::new(50), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..50 {
            scope.spawn(|| {
                barrier.wait();
                if world.guess(at(MINUTE)) == Error::Denied {
                    denied.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    assert!(
        denied.into_inner() <= 4,
        "the fifth answer is that a reset is required"
    );
    assert_eq!(
        sign_in(&world.accounts, at(MINUTE)).unwrap_err(),
        Error::ResetRequired
    );
}

/// S2-10, S4-18, S4-20.
#[test]
fn a_reset_opens_the_account_and_still_asks_for_the_second_factor() {
    let world = world();
    let accounts = &world.accounts;
    let live = world.session(at(MINUTE));
    for _ in 0..5 {
        let _ = world.guess(at(2 * MINUTE));
    }
    let ticket = accounts
        .start_reset("ada@example.com", at(2 * MINUTE))
        .unwrap();
    let reused = accounts
        .reset_password(&ticket, &PASSWORD.into(), at(3 * MINUTE))
        .unwrap_err();
    assert!(matches!(
        reused,
        Error::Password(password::Error::Rejected(_))
    ));
    accounts
        .reset_password(&ticket, &NEW.into(), at(3 * MINUTE))
        .unwrap();
    let twice = accounts.reset_password(&ticket, &"Third-Pass-99".into(), at(3 * MINUTE));
    assert_eq!(twice, Err(Error::Ticket));
    assert!(
        accounts.check(&live.token, at(3 * MINUTE)).is_err(),
        "older sessions are over"
    );
    let next = accounts
        .sign_in("ada@example.com", &NEW.into(), at(3 * MINUTE))
        .unwrap();
    assert!(matches!(next, Next::FactorNeeded(_)));
    assert_eq!(
        sign_in(accounts, at(3 * MINUTE)).unwrap_err(),
        Error::Denied
    );
}

/// SE-08, LC-01, PW-03: what was seen before the hash must hold after it.
#[test]
fn a_sign_in_does_not_outrun_what_happened_during_its_hash() {
    let name = "ada@example.com";
    let cases: [(&str, Meanwhile, Error); 7] = [
        (
            "disabled",
            Box::new(move |store| {
                let _ = others(store).disable(name, at(MINUTE)).unwrap();
            }),
            Error::Denied,
        ),
        (
            "signed out everywhere",
            Box::new(move |store| {
                let ended = others(store).sign_out_everywhere(name, at(MINUTE));
                assert_eq!(ended, Ok(0));
            }),
            Error::Overtaken,
        ),
        (
            "given other roles",
            Box::new(move |store| {
                let granted = others(store).grant(name, Grants::new(), at(MINUTE));
                assert_eq!(granted, Ok(()));
            }),
            Error::Overtaken,
        ),
        (
            "told to choose another password",
            Box::new(move |store| {
                let reason = password::Reason::Compromised;
                let told = others(store).require_password_change(name, reason, at(MINUTE));
                assert_eq!(told, Ok(()));
            }),
            Error::Overtaken,
        ),
        (
            "password reset",
            Box::new(move |store| {
                let accounts = others(store);
                let ticket = accounts.start_reset(name, at(MINUTE)).unwrap();
                accounts
                    .reset_password(&ticket, &NEW.into(), at(MINUTE))
                    .unwrap();
            }),
            Error::Overtaken,
        ),
        (
            "hashed anew",
            Box::new(move |store| {
                let stronger = Hasher::new(Cost::new(16, 1, 1).unwrap());
                let accounts =
                    Accounts::danger_unsealed(policy().with_hasher(stronger), store.clone());
                let _ = sign_in(&accounts, at(MINUTE)).unwrap();
            }),
            Error::Overtaken,
        ),
        (
            "given up for lost",
            Box::new(move |store| {
                let later = at(MINUTE + 31);
                let wrong = others(store).sign_in(name, &wrong(), later);
                assert_eq!(wrong.unwrap_err(), Error::Denied);
            }),
            Error::Overtaken,
        ),
    ];
    for (what, meanwhile, error) in cases {
        let store = Interrupted {
            store: Arc::new(Memory::new(10)),
            armed: Mutex::new(None),
        };
        let world = world_in(&store);
        // the first load opens the attempt, the second one settles it
        *store.armed.lock().unwrap() = Some((1, meanwhile));
        assert_eq!(
            sign_in(&world.accounts, at(MINUTE)).unwrap_err(),
            error,
            "{what}"
        );
        assert!(store.armed.lock().unwrap().is_none(), "{what} did happen");
    }
}

/// S4-20, AT-01: a lock closes every way in but the reset.
#[test]
fn a_ticket_from_before_a_lock_does_not_lead_around_it() {
    let lock = |accounts: &Accounts<Memory>, now| {
        for _ in 0..5 {
            assert!(accounts.sign_in("ada@example.com", &wrong(), now).is_err());
        }
    };
    let accounts = Accounts::danger_unsealed(policy(), Memory::new(10));
    accounts
        .register("ada@example.com", &PASSWORD.into(), grants(), at(0))
        .unwrap();
    let Next::EnrolmentNeeded(ticket) = sign_in(&accounts, at(0)).unwrap() else {
        panic!()
    };
    let phone = accounts.enrol(&ticket, at(0)).unwrap();
    lock(&accounts, at(0));
    assert_eq!(
        accounts.enrol(&ticket, at(0)).unwrap_err(),
        Error::ResetRequired
    );
    let confirmed = accounts.confirm_enrolment(&ticket, &phone.code_at(at(0)), at(0));
    assert_eq!(confirmed.unwrap_err(), Error::ResetRequired);

    let world = world();
    let due = at(190 * DAY);
    let ticket = world.ticket(due);
    let next = world
        .accounts
        .second_factor(&ticket, &world.phone.code_at(due), due);
    let Next::PasswordChangeNeeded(ticket, _) = next.unwrap() else {
        panic!()
    };
    lock(&world.accounts, due);
    let changed =
        world
            .accounts
            .change_expired_password(&ticket, &PASSWORD.into(), &NEW.into(), due);
    assert_eq!(changed.unwrap_err(), Error::ResetRequired);
}

/// AT-02: a guess counts, whatever happens to the account while it is looked at.
#[test]
fn a_wrong_guess_counts_also_when_it_was_overtaken() {
    let store = Interrupted {
        store: Arc::new(Memory::new(10)),
        armed: Mutex::new(None),
    };
    let world = world_in(&store);
    for _ in 0..4 {
        let meanwhile: Meanwhile = Box::new(|store| {
            let ended = others(store).sign_out_everywhere("ada@example.com", at(MINUTE));
            assert_eq!(ended, Ok(0));
        });
        *store.armed.lock().unwrap() = Some((1, meanwhile));
        assert_eq!(world.guess(at(MINUTE)), Error::Denied);
    }
    assert_eq!(world.guess(at(MINUTE)), Error::ResetRequired);
}

/// AT-09: names that nobody has leave nothing behind.
#[test]
fn invented_names_take_no_room() {
    let store = Arc::new(Memory::new(10));
    let accounts = Accounts::danger_unsealed(policy(), store.clone());
    for n in 0..50 {
        let _ = accounts.sign_in(&format!("nobody-{n}"), &PASSWORD.into(), at(0));
    }
    assert!(store.is_empty());
}

#[test]
fn a_present_password_is_not_guessed_through_a_session_either() {
    let world = world();
    let live = world.session(at(MINUTE));
    let guess = || {
        world
            .accounts
            .change_password(&live.token, &wrong(), &NEW.into(), at(MINUTE))
            .unwrap_err()
    };
    let answers: Vec<Error> = (0..6).map(|_| guess()).collect();
    assert_eq!(answers[..4], vec![Error::Denied; 4]);
    assert_eq!(answers[4..], vec![Error::ResetRequired; 2]);
}

/// AT-01: five in a row: within a session a right present password is all that is asked, and clears
/// the count.
#[test]
fn a_right_present_password_clears_the_count_of_a_session() {
    let world = world();
    let mut live = world.session(at(MINUTE));
    let words = [PASSWORD, NEW, "Third-Password-9", "Fourth-Password-10"];
    for words in words.windows(2) {
        let change = |present: &password::Password| {
            let (token, new) = (&live.token, words[1].into());
            world
                .accounts
                .change_password(token, present, &new, at(MINUTE))
        };
        for _ in 0..4 {
            assert_eq!(change(&wrong()).unwrap_err(), Error::Denied);
        }
        live = change(&words[0].into()).unwrap();
    }
}

/// AT-01: and so it does where a password has expired and the second factor was shown before.
#[test]
fn a_right_expired_password_after_the_second_factor_clears_the_count() {
    let world = world();
    let accounts = &world.accounts;
    let now = at(MINUTE);
    let reason = password::Reason::Compromised;
    accounts
        .require_password_change("ada@example.com", reason, at(1))
        .unwrap();
    let ticket = world.ticket(now);
    let next = accounts.second_factor(&ticket, &world.phone.code_at(now), now);
    let Ok(Next::PasswordChangeNeeded(ticket, _)) = next else {
        panic!()
    };
    let change = |present: &password::Password| {
        accounts.change_expired_password(&ticket, present, &NEW.into(), now)
    };
    for _ in 0..4 {
        assert_eq!(change(&wrong()).unwrap_err(), Error::Denied);
    }
    assert!(matches!(change(&PASSWORD.into()), Ok(Next::SignedIn(_))));
    for _ in 0..4 {
        assert_eq!(world.guess(now), Error::Denied);
    }
    assert_eq!(world.guess(now), Error::ResetRequired);
}

/// AT-05: a right password that something overtook lets nobody in, and clears nothing.
#[test]
fn a_right_password_that_was_overtaken_clears_nothing() {
    let store = Interrupted {
        store: Arc::new(Memory::new(10)),
        armed: Mutex::new(None),
    };
    let accounts = Accounts::danger_unsealed(policy(), &store);
    let name = "ada@example.com";
    accounts
        .register(name, &PASSWORD.into(), grants(), at(0))
        .unwrap();
    let guess = || accounts.sign_in(name, &wrong(), at(MINUTE)).unwrap_err();
    for _ in 0..4 {
        assert_eq!(guess(), Error::Denied);
    }
    let meanwhile: Meanwhile = Box::new(move |store| {
        let ended = others(store).sign_out_everywhere(name, at(MINUTE));
        assert_eq!(ended, Ok(0));
    });
    *store.armed.lock().unwrap() = Some((1, meanwhile));
    let overtaken = sign_in(&accounts, at(MINUTE));
    assert_eq!(overtaken.unwrap_err(), Error::Overtaken);
    assert_eq!(guess(), Error::ResetRequired);
}

/// TO-11: a right code that was used is a reason of its own: somebody has seen it.
#[test]
fn a_replayed_code_is_told_from_a_wrong_one() {
    let world = world();
    let ticket = world.ticket(at(0));
    let code = world.phone.code_at(at(0));
    let replayed = world.accounts.second_factor(&ticket, &code, at(0));
    assert_eq!(replayed.unwrap_err().reason(), Some(Reason::ReplayedCode));
    let right = world.phone.code_at(at(MINUTE));
    let code = if right == "000000" {
        "000001"
    } else {
        "000000"
    };
    let wrong = world.accounts.second_factor(&ticket, code, at(MINUTE));
    assert_eq!(wrong.unwrap_err().reason(), Some(Reason::WrongCode));
}

/// AT-08: each answer has its name in a log.
#[test]
fn each_answer_is_a_reason_in_a_log() {
    let world = world();
    let ticket = |now| sign_in(&world.accounts, now).unwrap();
    assert_eq!(ticket(at(0)).reason(), Reason::Incomplete);
    assert_eq!(world.guess(at(0)).reason(), Some(Reason::WrongPassword));
    for _ in 0..4 {
        let _ = world.guess(at(0));
    }
    assert_eq!(world.guess(at(0)).reason(), Some(Reason::ResetRequired));
    let retry_after = Duration::from_secs(1);
    assert_eq!(Error::Busy { retry_after }.reason(), Some(Reason::Busy));
    assert_eq!(Error::RebindRequired.reason(), Some(Reason::RebindRequired));
    assert_eq!(Error::Disabled.reason(), Some(Reason::Disabled));
    assert_eq!(Error::Overtaken.reason(), None);
    let accounts = Accounts::danger_unsealed(policy(), Memory::new(10));
    let name = "ada@example.com";
    accounts
        .register(name, &PASSWORD.into(), grants(), at(0))
        .unwrap();
    let next = sign_in(&accounts, at(0)).unwrap();
    assert_eq!(next.reason(), Reason::EnrolmentRequired);
    let Next::EnrolmentNeeded(ticket) = next else {
        panic!()
    };
    let phone = accounts.enrol(&ticket, at(0)).unwrap();
    let enrolled = accounts.confirm_enrolment(&ticket, &phone.code_at(at(0)), at(0));
    assert_eq!(enrolled.unwrap().next.reason(), Reason::Success);
    let reason = password::Reason::Compromised;
    accounts
        .require_password_change(name, reason, at(1))
        .unwrap();
    let now = at(MINUTE);
    let Next::FactorNeeded(ticket) = sign_in(&accounts, now).unwrap() else {
        panic!()
    };
    let next = accounts.second_factor(&ticket, &phone.code_at(now), now);
    assert_eq!(next.unwrap().reason(), Reason::PasswordExpired);
}

/// AT-04: five strangers at the door do not keep who is signed in from changing the password, and
/// what is tried within a session closes no door.
#[test]
fn a_password_is_changed_within_a_session_whatever_strangers_do() {
    let world = world();
    let live = world.session(at(MINUTE));
    for _ in 0..5 {
        let _ = world.guess(at(MINUTE));
    }
    let change = |present: &Password| {
        let new = NEW.into();
        world
            .accounts
            .change_password(&live.token, present, &new, at(MINUTE))
    };
    assert!(change(&PASSWORD.into()).is_ok());

    let world = self::world();
    let live = world.session(at(MINUTE));
    for _ in 0..5 {
        let new = NEW.into();
        let wrong = world
            .accounts
            .change_password(&live.token, &wrong(), &new, at(MINUTE));
        assert!(wrong.is_err());
    }
    assert!(matches!(
        sign_in(&world.accounts, at(MINUTE)),
        Ok(Next::FactorNeeded(_))
    ));
}

/// AT-01: with a cool-off the failure that reaches the limit says when to come back, and at that very
/// moment the door is open.
#[test]
fn a_cool_off_says_when_to_come_back() {
    let half_an_hour = Duration::from_secs(1800);
    let attempts = attempts::Policy::new(2).unwrap();
    let attempts = attempts
        .with_action(attempts::Action::CoolOff(half_an_hour))
        .unwrap();
    let policy = policy().with_attempts(attempts);
    let world = enrolled(Accounts::danger_unsealed(policy, Memory::new(10)));
    assert_eq!(world.guess(at(MINUTE)), Error::Denied);
    let locked = Error::Busy {
        retry_after: half_an_hour,
    };
    assert_eq!(world.guess(at(MINUTE)), locked);
    assert_eq!(sign_in(&world.accounts, at(MINUTE)).unwrap_err(), locked);
    let invented = |now| world.accounts.sign_in("nobody", &wrong(), now).unwrap_err();
    assert_eq!(invented(at(MINUTE)), Error::Denied);
    assert_eq!(
        invented(at(MINUTE)),
        locked,
        "and so of a name that nobody has"
    );
    assert!(sign_in(&world.accounts, at(31 * MINUTE)).is_ok());
    assert_eq!(invented(at(31 * MINUTE)), Error::Denied);
}

/// S4-20, AT-01: an administrator opens a locked account, and the password stays; whoever guesses has
/// no more than the next five.
#[test]
fn an_administrator_unlocks_an_account() {
    let world = world();
    let (name, now) = ("ada@example.com", at(MINUTE));
    let lock = || world.accounts.state(name).unwrap().lock();
    let live = world.session(at(30));
    for _ in 0..5 {
        assert_eq!(lock(), None);
        let _ = world.guess(now);
    }
    assert_eq!(lock(), Some(Lock::ResetRequired { since: now }));
    assert!(sign_in(&world.accounts, now).is_err());
    world.accounts.unlock(name).unwrap();
    assert_eq!(lock(), None);
    assert!(matches!(
        sign_in(&world.accounts, now),
        Ok(Next::FactorNeeded(_))
    ));
    assert!(world.accounts.check(&live.token, now).is_ok());
    let answers: Vec<Error> = (0..5).map(|_| world.guess(now)).collect();
    assert_eq!(answers[3..], [Error::Denied, Error::ResetRequired]);
    let nobody = world.accounts.unlock("nobody@example.com");
    assert_eq!(nobody, Err(Error::NoAccount));
}

/// TO-06, AT-01: an administrator sees which authenticator has had too many wrong codes; to unlock the
/// account gives nobody more codes.
#[test]
fn unlocking_gives_no_more_codes() {
    let limit = attempts::Policy::new(3).unwrap();
    let limit = limit.with_action(Action::RequireRebind).unwrap();
    let policy = policy().with_code_attempts(limit);
    let world = enrolled(Accounts::danger_unsealed(policy, Memory::new(10)));
    let rebind = || {
        let state = world.accounts.state("ada@example.com").unwrap();
        state.rebinding_required()
    };
    let now = at(MINUTE);
    let ticket = world.ticket(now);
    let right = world.phone.code_at(now);
    let code = |n: u32| format!("{n:06}");
    for wrong in (0..9).map(code).filter(|code| *code != right).take(3) {
        assert_eq!(rebind(), []);
        assert!(world.accounts.second_factor(&ticket, &wrong, now).is_err());
    }
    let state = world.accounts.state("ada@example.com").unwrap();
    let id = state.authenticators().iter().next().unwrap().id();
    assert_eq!(rebind(), [id]);
    world.accounts.unlock("ada@example.com").unwrap();
    assert_eq!(rebind(), [id]);
    let answer = world.accounts.second_factor(&ticket, &right, now);
    assert_eq!(answer.unwrap_err(), Error::RebindRequired);
}

/// AT-05: rules for a key that many share let the person in all the same: an account is nobody else's.
#[test]
fn rules_for_shared_keys_let_the_person_in() {
    let policy = policy().with_attempts(attempts::Policy::address());
    let world = enrolled(Accounts::danger_unsealed(policy, Memory::new(10)));
    let _ = world.session(at(MINUTE));
}
