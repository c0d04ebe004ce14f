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
    Accounts::danger_unsealed(policy(password), Memory::new(100))
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
        .change_expired_password(&ticket, &PASSWORD.into(), &new, at(4))
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
    let everybody = Accounts::danger_unsealed(everybody, Memory::new(10));
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
    let required = Accounts::danger_unsealed(required, store.clone());
    let (short, long) = ("gnu-tail", "gnu-tail-fennel");
    for (login, password) in [("ada@example.com", short), ("bob@example.com", long)] {
        required
            .register(login, &password.into(), Grants::new(), at(0))
            .unwrap();
        let next = required.sign_in(login, &password.into(), at(1)).unwrap();
        assert!(matches!(next, Next::EnrolmentNeeded(_)), "{next:?}");
    }
    let optional = Accounts::danger_unsealed(rules, store);
    let next = optional
        .sign_in("ada@example.com", &short.into(), at(2))
        .unwrap();
    let Next::PasswordChangeNeeded(ticket, expiry) = next else {
        panic!("{next:?}")
    };
    assert_eq!(expiry, Expiry::MustChange(Reason::WithoutSecondFactor));
    let again = optional.change_expired_password(&ticket, &short.into(), &"elk-horn".into(), at(3));
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

/// PW-11: everything at once, also of the present password itself.
#[test]
fn all_that_is_wrong_with_a_change_is_told_at_once() {
    let accounts = accounts(password::Policy::back_office());
    register(&accounts, "ada@example.com", PASSWORD).unwrap();
    let live = session(&accounts, "ada@example.com", at(1));
    let same = accounts.change_password(&live.token, &PASSWORD.into(), &PASSWORD.into(), at(2));
    assert_eq!(violations(same), ["too_similar", "reused"]);
}

const DAY: u64 = 24 * 60;

/// PW-08, PW-12: PCI DSS 4.0.1 8.3.9 lets a password serve on beside a second factor, and nobody's
/// alone.
#[test]
fn a_lifetime_that_is_for_passwords_alone_is_for_those() {
    let pci = || policy(password::Policy::pci_dss_4());
    let day_91 = at(91 * DAY);
    let optional = Accounts::danger_unsealed(pci(), Memory::new(10));
    register(&optional, "ada@example.com", PASSWORD).unwrap();
    let next = sign_in(&optional, "ada@example.com", day_91);
    assert!(
        matches!(next, Next::PasswordChangeNeeded(_, Expiry::Expired { .. })),
        "{next:?}"
    );

    let store = std::sync::Arc::new(Memory::new(10));
    let required = pci().with_second_factor(SecondFactor::Required);
    let required = Accounts::danger_unsealed(required, store.clone());
    required
        .register("ada@example.com", &PASSWORD.into(), Grants::new(), at(0))
        .unwrap();
    let enrolment = required.sign_in("ada@example.com", &PASSWORD.into(), day_91);
    let Ok(Next::EnrolmentNeeded(ticket)) = enrolment else {
        panic!("{enrolment:?}")
    };
    let phone = required.enrol(&ticket, day_91).unwrap();
    required
        .confirm_enrolment(&ticket, &phone.code_at(day_91), day_91)
        .unwrap();
    // who has enrolled keeps it where nobody must
    let optional = Accounts::danger_unsealed(pci(), store);
    let day_92 = at(92 * DAY);
    let factor = optional.sign_in("ada@example.com", &PASSWORD.into(), day_92);
    let Ok(Next::FactorNeeded(ticket)) = factor else {
        panic!("{factor:?}")
    };
    let next = optional.second_factor(&ticket, &phone.code_at(day_92), day_92);
    assert!(matches!(next, Ok(Next::SignedIn(_))), "{next:?}");
}

/// PW-11: nor when the present password has expired; a wrong one in the same form is a failure.
#[test]
fn an_expired_password_is_not_counted_up() {
    let accounts = accounts(password::Policy::back_office());
    register(&accounts, "ada@example.com", PASSWORD).unwrap();
    let due = at(190 * DAY);
    let Next::PasswordChangeNeeded(ticket, _) = sign_in(&accounts, "ada@example.com", due) else {
        panic!("it has expired")
    };
    let change = |present: &str, new: &str| {
        accounts.change_expired_password(&ticket, &present.into(), &new.into(), due)
    };
    assert_eq!(
        violations(change(PASSWORD, "Correct-Horse-8")),
        ["too_similar"]
    );
    let wrong = |n| format!("Wrong-Horse-{n}");
    let wrong = (0..5).map(|n| change(&wrong(n), "Battery+Staple-8").unwrap_err());
    let answers: Vec<Error> = wrong.collect();
    assert_eq!(answers[..4], vec![Error::Denied; 4]);
    assert_eq!(answers[4], Error::ResetRequired);
    let locked = change(PASSWORD, "Battery+Staple-8").unwrap_err();
    assert_eq!(locked, Error::ResetRequired);
}

/// PW-05, PW-09: a stored hash that can no longer be used closes no account: a reset opens it, and
/// still refuses the passwords that can be compared.
#[test]
fn a_reset_opens_an_account_whose_hash_cannot_be_used() {
    let store = std::sync::Arc::new(Memory::new(10));
    let rules = || policy(password::Policy::back_office());
    let with = |hasher| Accounts::danger_unsealed(rules().with_hasher(hasher), store.clone());
    let large = with(Hasher::new(Cost::new(2048, 1, 1).unwrap()));
    large
        .register(
            "ada@example.com",
            &"First-Lantern-1".into(),
            Grants::new(),
            at(0),
        )
        .unwrap();
    let small = Hasher::new(Cost::new(8, 1, 1).unwrap());
    let small = small.with_limits(password::Limits::default().with_memory_kib(1024));
    let small = with(small.unwrap());
    let sign_in = |password: &str, now| small.sign_in("ada@example.com", &password.into(), now);
    let refused = sign_in("First-Lantern-1", at(1)).unwrap_err();
    assert!(
        matches!(refused, Error::Password(password::Error::AboveLimit { .. })),
        "{refused}"
    );

    let reset = |new: &str, now| {
        let ticket = small.start_reset("ada@example.com", now)?;
        small.reset_password(&ticket, &new.into(), now)
    };
    reset("Second-Kettle-2", at(2)).unwrap();
    assert!(matches!(
        sign_in("Second-Kettle-2", at(3)),
        Ok(Next::SignedIn(_))
    ));
    reset("Third-Umbrella-3", at(4)).unwrap();
    assert_eq!(violations(reset("Second-Kettle-2", at(5))), ["reused"]);
    let state = small.state("ada@example.com").unwrap();
    assert_eq!(
        state.password().history().len(),
        2,
        "the unusable one is not forgotten"
    );
}

/// PW-04: a full gate is busy, as an account with too many attempts is.
#[test]
fn a_full_gate_is_busy() {
    let gate = password::Gate::new(2048).with_queue(0);
    let hasher = Hasher::new(Cost::new(1024, 1, 1).unwrap());
    let hasher = hasher.with_gate(gate.clone()).unwrap();
    let rules = policy(password::Policy::back_office()).with_hasher(hasher);
    let accounts = Accounts::danger_unsealed(rules, Memory::new(10));
    register(&accounts, "ada@example.com", PASSWORD).unwrap();
    let _elsewhere = gate.enter(2048).unwrap();
    for login in ["ada@example.com", "nobody"] {
        let answer = accounts
            .sign_in(login, &PASSWORD.into(), at(1))
            .unwrap_err();
        assert!(matches!(answer, Error::Busy { .. }), "{answer:?}");
    }
}
