//! What an account makes of its password's rules: marked as compromised, beside a second factor or
//! alone, changed by somebody who types the present one in.
#![cfg(feature = "account")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

use portcullis::{
    Timestamp,
    account::{Accounts, Error, Next, Policy, SecondFactor, SignedIn},
    password::{self, Cost, Expiry, Hasher, Reason, Violation},
    rbac::Grants,
    store::Memory,
};

const PASSWORD: &str = "Correct-Horse-7";

fn at(minutes: u64) -> Timestamp {
    Timestamp::from_secs(1_795_251_600)
        .saturating_add(core::time::Duration::from_secs(60 * minutes))
}

/// The smallest Argon2id there is; a second factor for whoever wants one.
fn accounts(password: password::Policy) -> Accounts<Memory> {
    Accounts::new(policy(password), Memory::new(100))
}

fn policy(password: password::Policy) -> Policy {
    Policy::back_office("Example Ltd")
        .unwrap()
        .with_hasher(Hasher::new(Cost::new(8, 1, 1).unwrap()))
        .with_password(password)
        .with_second_factor(SecondFactor::Optional)
}

fn register(accounts: &Accounts<Memory>, login: &str, password: &str) -> Result<(), Error> {
    accounts.register(login, &password.into(), Grants::new(), at(0))
}

fn sign_in(accounts: &Accounts<Memory>, login: &str, now: Timestamp) -> Next {
    accounts.sign_in(login, &PASSWORD.into(), now).unwrap()
}

fn session(accounts: &Accounts<Memory>, login: &str, now: Timestamp) -> SignedIn {
    match sign_in(accounts, login, now) {
        Next::SignedIn(signed_in) => signed_in,
        next => panic!("{next:?}"),
    }
}

fn violations(outcome: Result<impl Sized, Error>) -> Vec<&'static str> {
    match outcome.err().unwrap() {
        Error::Password(password::Error::Rejected(violations)) => {
            violations.iter().map(Violation::code).collect()
        }
        error => panic!("{error}"),
    }
}

/// PW-13: of twenty accounts exactly the seven that are marked must change, however often the list
/// is worked off; their sessions have ended and nobody else's.
#[test]
fn exactly_the_marked_accounts_must_change_their_password() {
    let accounts = accounts(password::Policy::back_office());
    let logins: Vec<String> = (0..20).map(|n| format!("person{n}@example.com")).collect();
    for login in &logins {
        register(&accounts, login, PASSWORD).unwrap();
    }
    let sessions: Vec<_> = logins
        .iter()
        .map(|login| session(&accounts, login, at(1)))
        .collect();
    let is_marked = |n: usize| n.is_multiple_of(3);
    for round in 2..4 {
        for (n, login) in logins.iter().enumerate() {
            if is_marked(n) {
                let reason = Reason::Compromised;
                accounts
                    .require_password_change(login, reason, at(round))
                    .unwrap();
            }
        }
    }
    for (n, (login, live)) in logins.iter().zip(&sessions).enumerate() {
        assert_eq!(accounts.check(&live.token, at(4)).is_err(), is_marked(n));
        let must_change = match sign_in(&accounts, login, at(4)) {
            Next::PasswordChangeNeeded(_, Expiry::MustChange(Reason::Compromised)) => true,
            Next::SignedIn(_) => false,
            next => panic!("{next:?}"),
        };
        assert_eq!(must_change, is_marked(n), "{login}");
    }
    let nobody = accounts.require_password_change("nobody", Reason::Compromised, at(5));
    assert_eq!(nobody, Err(Error::NoAccount));
}

/// PW-13: working the list off again does not end the change that has begun.
#[test]
fn marking_again_changes_nothing() {
    let accounts = accounts(password::Policy::back_office());
    register(&accounts, "ada@example.com", PASSWORD).unwrap();
    let mark = |reason, now| accounts.require_password_change("ada@example.com", reason, now);
    mark(Reason::Compromised, at(1)).unwrap();
    let Next::PasswordChangeNeeded(ticket, _) = sign_in(&accounts, "ada@example.com", at(2)) else {
        panic!("a new password is due")
    };
    mark(Reason::Compromised, at(3)).unwrap();
    mark(Reason::ResetByAdministrator, at(3)).unwrap();
    let new = "Battery+Staple-8".into();
    let next = accounts
        .change_expired_password(&ticket, &new, at(4))
        .unwrap();
    assert!(matches!(next, Next::SignedIn(_)));
    let state = accounts.state("ada@example.com").unwrap();
    assert_eq!(state.password().must_change(), None);
}

/// PW-12: NIST SP 800-63B-4 §3.1.1.2: fifteen alone, eight beside a second factor.
#[test]
fn the_least_length_follows_the_second_factor() {
    let rules = password::Policy::nist_800_63b;
    let optional = accounts(rules());
    let (eight, fifteen) = ("gnu-tail", "gnu-tail-fennel");
    let refused = register(&optional, "ada@example.com", eight);
    assert_eq!(violations(refused), ["too_short"]);
    register(&optional, "ada@example.com", fifteen).unwrap();

    let everybody = policy(rules()).with_second_factor(SecondFactor::Required);
    let everybody = Accounts::new(everybody, Memory::new(10));
    assert_eq!(
        violations(register(&everybody, "ada@example.com", "7-chars")),
        ["too_short"]
    );
    register(&everybody, "ada@example.com", eight).unwrap();
}

/// PW-12: where the second factor goes, a password that is too short alone must be changed; a
/// longer one need not.
#[test]
fn without_the_second_factor_a_short_password_must_be_changed() {
    let store = std::sync::Arc::new(Memory::new(10));
    let rules = policy(password::Policy::nist_800_63b());
    let required = rules.clone().with_second_factor(SecondFactor::Required);
    let required = Accounts::new(required, store.clone());
    let (short, long) = ("gnu-tail", "gnu-tail-fennel");
    for (login, password) in [("ada@example.com", short), ("bob@example.com", long)] {
        required
            .register(login, &password.into(), Grants::new(), at(0))
            .unwrap();
        let next = required.sign_in(login, &password.into(), at(1)).unwrap();
        assert!(matches!(next, Next::EnrolmentNeeded(_)), "{next:?}");
    }
    let optional = Accounts::new(rules, store);
    let next = optional
        .sign_in("ada@example.com", &short.into(), at(2))
        .unwrap();
    let Next::PasswordChangeNeeded(ticket, expiry) = next else {
        panic!("{next:?}")
    };
    assert_eq!(expiry, Expiry::MustChange(Reason::WithoutSecondFactor));
    let again = optional.change_expired_password(&ticket, &"elk-horn".into(), at(3));
    assert_eq!(violations(again), ["too_short"]);
    let next = optional
        .sign_in("bob@example.com", &long.into(), at(2))
        .unwrap();
    assert!(matches!(next, Next::SignedIn(_)), "{next:?}");
}

/// PW-11: whoever types the present password in cannot choose nearly the same again.
#[test]
fn a_new_password_is_not_nearly_the_present_one() {
    let accounts = accounts(password::Policy::back_office());
    register(&accounts, "ada@example.com", PASSWORD).unwrap();
    let live = session(&accounts, "ada@example.com", at(1));
    let change =
        |new: &str| accounts.change_password(&live.token, &PASSWORD.into(), &new.into(), at(2));
    for similar in ["Correct-Horse-8", "c0RRect-H0rse-7", "7-esroH-tcerroC"] {
        assert_eq!(violations(change(similar)), ["too_similar"], "{similar}");
    }
    assert!(change("Battery+Staple-8").is_ok());
}
