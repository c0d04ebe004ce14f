//! One person's record, and what may come after a right password.
#![cfg(feature = "account")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

use std::{
    sync::{
        Arc, Barrier, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use portcullis::{
    Timestamp,
    account::{
        Accounts, Error, Login, Next, Policy, SecondFactor, SignedIn, State, Status, Ticket,
    },
    encoding,
    password::{self, Cost, Expiry, Hasher},
    rbac::{Grant, Grants, Scope},
    session::{self, Activity, Factors},
    store::{Change, Entry, Exchange, Full, Memory, Store, update},
    totp::{self, Uri, recovery},
};

const PASSWORD: &str = "Correct-Horse-7";
const NEW: &str = "Battery+Staple-8";
/// 2026-11-21T09:00:00Z.
const NINE: u64 = 1_795_251_600;
const MINUTE: u64 = 60;
const HOUR: u64 = 3600;
const DAY: u64 = 86_400;

fn at(secs: u64) -> Timestamp {
    Timestamp::from_secs(NINE + secs)
}

/// The smallest Argon2id there is, so that these tests are about the joints.
fn policy() -> Policy {
    let hasher = Hasher::new(Cost::new(8, 1, 1).unwrap());
    Policy::back_office("Example Ltd")
        .unwrap()
        .with_hasher(hasher)
}

struct World<S> {
    accounts: Accounts<S>,
    phone: Uri,
    recovery: Vec<recovery::Code>,
}

/// Ada, with a second factor, and nobody signed in.
fn world() -> World<Memory> {
    world_in(Memory::new(100))
}

fn world_in<S: Store>(store: S) -> World<S> {
    enrolled(Accounts::danger_unsealed(policy(), store))
}

fn enrolled<S: Store>(accounts: Accounts<S>) -> World<S> {
    accounts
        .register("ada@example.com", &PASSWORD.into(), grants(), at(0))
        .unwrap();
    let Next::EnrolmentNeeded(ticket) = sign_in(&accounts, at(0)).unwrap() else {
        panic!()
    };
    let phone = accounts.enrol(&ticket, at(0)).unwrap();
    let enrolled = accounts
        .confirm_enrolment(&ticket, &phone.code_at(at(0)), at(0))
        .unwrap();
    let Next::SignedIn(signed_in) = enrolled.next else {
        panic!()
    };
    accounts.sign_out(&signed_in.token).unwrap();
    World {
        accounts,
        phone,
        recovery: enrolled.recovery_codes,
    }
}

fn grants() -> Grants {
    Grants::new()
        .with(Grant::new("clerk", Scope::Tenant("acme".parse().unwrap())))
        .unwrap()
}

fn sign_in<S: Store>(accounts: &Accounts<S>, now: Timestamp) -> Result<Next, Error> {
    accounts.sign_in("ada@example.com", &PASSWORD.into(), now)
}

impl<S: Store> World<S> {
    fn ticket(&self, now: Timestamp) -> Ticket {
        match sign_in(&self.accounts, now).unwrap() {
            Next::FactorNeeded(ticket) => ticket,
            next => panic!("{next:?}"),
        }
    }

    fn session(&self, now: Timestamp) -> SignedIn {
        let ticket = self.ticket(now);
        match self
            .accounts
            .second_factor(&ticket, &self.phone.code_at(now), now)
            .unwrap()
        {
            Next::SignedIn(signed_in) => signed_in,
            next => panic!("{next:?}"),
        }
    }

    fn guess(&self, now: Timestamp) -> Error {
        self.accounts
            .sign_in("ada@example.com", &"Wrong-Horse-77".into(), now)
            .unwrap_err()
    }
}

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
    let SignedIn { token, session } = world.session(at(MINUTE));
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

/// What happens while the slow hash runs.
type Meanwhile = Box<dyn Fn(&Arc<Memory>) + Send + Sync>;

fn others(store: &Arc<Memory>) -> Accounts<Arc<Memory>> {
    Accounts::danger_unsealed(policy(), store.clone())
}

/// A store in which, between the two swaps of a sign-in, somebody else does something.
struct Interrupted {
    store: Arc<Memory>,
    armed: Mutex<Option<(usize, Meanwhile)>>,
}

impl Store for Interrupted {
    type Error = Full;

    fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Full> {
        let due = {
            let mut armed = self.armed.lock().unwrap();
            match armed.take() {
                Some((0, meanwhile)) => Some(meanwhile),
                Some((n, meanwhile)) => {
                    *armed = Some((n - 1, meanwhile));
                    None
                }
                None => None,
            }
        };
        if let Some(meanwhile) = due {
            meanwhile(&self.store);
        }
        Store::load(&*self.store, key)
    }

    fn compare_exchange(
        &self,
        key: &[u8],
        current: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> Result<Exchange, Full> {
        Store::compare_exchange(&*self.store, key, current, new)
    }
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
                let wrong = others(store).sign_in(name, &"Wrong-Horse-77".into(), later);
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

/// S4-20, AT-01: a lock closes every way in but the reset.
#[test]
fn a_ticket_from_before_a_lock_does_not_lead_around_it() {
    let lock = |accounts: &Accounts<Memory>, now| {
        for _ in 0..5 {
            let wrong = "Wrong-Horse-77".into();
            assert!(accounts.sign_in("ada@example.com", &wrong, now).is_err());
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

/// A record whose name stands in another form than it is looked for was not written here.
#[test]
fn a_stored_name_in_another_form_is_damage() {
    let world = world();
    let bytes = world.accounts.state("ada@example.com").unwrap().encode();
    let mut other = bytes.clone();
    let at = bytes.windows(3).position(|w| w == b"ada").unwrap();
    other[at] = b'A';
    let damaged = State::decode(&other).unwrap_err();
    assert_eq!(damaged, Error::State(encoding::Error::Damaged));
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
fn a_present_password_is_not_guessed_through_a_session_either() {
    let world = world();
    let live = world.session(at(MINUTE));
    let guess = || {
        let (wrong, new) = ("Wrong-Horse-77".into(), NEW.into());
        world
            .accounts
            .change_password(&live.token, &wrong, &new, at(MINUTE))
            .unwrap_err()
    };
    let answers: Vec<Error> = (0..6).map(|_| guess()).collect();
    assert_eq!(answers[..4], vec![Error::Denied; 4]);
    assert_eq!(answers[4..], vec![Error::ResetRequired; 2]);
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

/// CO-04: an unreadable record denies and is left as it is.
#[test]
fn a_record_that_cannot_be_read_denies() {
    let store = Arc::new(Memory::new(10));
    let world = world_in(store.clone());
    let live = world.session(at(MINUTE));
    let handle = session::Handle::of("ada@example.com");
    let key = [b"portcullis/account/".as_slice(), handle.as_bytes()].concat();
    let good = Store::load(&*store, &key).unwrap().unwrap();
    assert_eq!(State::decode(&good).unwrap().encode(), good);
    for cut in 0..good.len() {
        assert!(State::decode(&good[..cut]).is_err(), "cut at {cut}");
    }
    let unknown = [&[9], &good[1..]].concat();
    let put = |_: Option<&[u8]>| Ok::<_, Error>((Change::Put(Entry::new(unknown.clone())), ()));
    update(&store, &key, put).unwrap();
    let error = Error::State(encoding::Error::UnknownVersion(9));
    assert_eq!(sign_in(&world.accounts, at(MINUTE)).unwrap_err(), error);
    assert_eq!(
        world.accounts.check(&live.token, at(MINUTE)).unwrap_err(),
        error
    );
    assert_eq!(world.accounts.sign_out(&live.token), Err(error.clone()));
    assert_eq!(
        world.accounts.disable("ada@example.com", at(MINUTE)),
        Err(error)
    );
    assert_eq!(Store::load(&*store, &key).unwrap().unwrap(), unknown);
}

/// The stored form is frozen.
#[test]
fn a_stored_record_of_version_one_reads_as_it_always_did() {
    let hex = include_str!("vectors/account/state-v1.hex");
    let hex: String = hex.lines().filter(|line| !line.starts_with('#')).collect();
    let bytes = data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap();
    let state = State::decode(&bytes).unwrap();
    assert_eq!(state.encode(), bytes);
    assert_eq!(state.login().as_str(), "ada");
    assert_eq!(state.status(), Status::Active);
    assert_eq!(state.password().changed_at(), Some(at(0)));
    assert!(state.second_factor().unwrap().is_confirmed());
    assert_eq!(state.grants(), &grants());
    let store = Arc::new(Memory::new(10));
    let handle = session::Handle::of("ada");
    let key = [b"portcullis/account/".as_slice(), handle.as_bytes()].concat();
    let put = |_: Option<&[u8]>| Ok::<_, Error>((Change::Put(Entry::new(bytes.clone())), ()));
    update(&store, &key, put).unwrap();
    let receipt = others(&store).disable("ada", at(MINUTE)).unwrap();
    assert_eq!((receipt.sessions, receipt.tickets), (1, 1));
}

/// A record under somebody else's key is not theirs.
#[test]
fn a_record_copied_to_another_name_denies() {
    let store = Arc::new(Memory::new(10));
    let world = world_in(store.clone());
    let key = |name| {
        let handle = session::Handle::of(name);
        [b"portcullis/account/".as_slice(), handle.as_bytes()].concat()
    };
    let ada = Store::load(&*store, &key("ada@example.com"))
        .unwrap()
        .unwrap();
    let put = |_: Option<&[u8]>| Ok::<_, Error>((Change::Put(Entry::new(ada.clone())), ()));
    update(&store, &key("root@example.com"), put).unwrap();
    let denied = world
        .accounts
        .sign_in("root@example.com", &PASSWORD.into(), at(0))
        .unwrap_err();
    assert_eq!(denied, Error::State(encoding::Error::Damaged));
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
