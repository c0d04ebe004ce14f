//! Ada with a second factor, and what may happen to her account between two swaps.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "not every test uses all of it; tests stop at what they did not expect"
)]

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, Ordering},
};

use portcullis::{
    Timestamp,
    account::{Accounts, Error, Next, Policy, SignedIn, Ticket},
    password::{Cost, Hasher, Password},
    rbac::{Grant, Grants, Scope},
    store::{Entry, Exchange, Full, Memory, Store},
    totp::{Uri, recovery},
};

pub(crate) const PASSWORD: &str = "Correct-Horse-7";

pub(crate) const NEW: &str = "Battery+Staple-8";

/// 2026-11-21T09:00:00Z.
pub(crate) const NINE: u64 = 1_795_251_600;

pub(crate) const MINUTE: u64 = 60;

pub(crate) const HOUR: u64 = 3600;

pub(crate) const DAY: u64 = 86_400;

pub(crate) fn at(secs: u64) -> Timestamp {
    Timestamp::from_secs(NINE + secs)
}

/// The smallest Argon2id there is, so that these tests are about the joints.
pub(crate) fn policy() -> Policy {
    let hasher = Hasher::new(Cost::new(8, 1, 1).unwrap());
    Policy::back_office("Example Ltd")
        .unwrap()
        .with_hasher(hasher)
}

pub(crate) struct World<S> {
    pub(crate) accounts: Accounts<S>,
    pub(crate) phone: Uri,
    pub(crate) recovery: Vec<recovery::Code>,
}

/// Ada, with a second factor, and nobody signed in.
pub(crate) fn world() -> World<Memory> {
    world_in(Memory::new(100))
}

pub(crate) fn world_in<S: Store>(store: S) -> World<S> {
    enrolled(Accounts::danger_unsealed(policy(), store))
}

pub(crate) fn enrolled<S: Store>(accounts: Accounts<S>) -> World<S> {
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

/// A wrong password that was not tried before: the same one again is no further guess.
pub(crate) fn wrong() -> Password {
    static TRIED: AtomicU32 = AtomicU32::new(0);
    let tried = TRIED.fetch_add(1, Ordering::Relaxed);
    Password::from(format!("Wrong-Horse-{tried}").as_str())
}

pub(crate) fn grants() -> Grants {
    Grants::new()
        .with(Grant::new("clerk", Scope::Tenant("acme".parse().unwrap())))
        .unwrap()
}

pub(crate) fn sign_in<S: Store>(accounts: &Accounts<S>, now: Timestamp) -> Result<Next, Error> {
    accounts.sign_in("ada@example.com", &PASSWORD.into(), now)
}

impl<S: Store> World<S> {
    pub(crate) fn ticket(&self, now: Timestamp) -> Ticket {
        match sign_in(&self.accounts, now).unwrap() {
            Next::FactorNeeded(ticket) => ticket,
            next => panic!("{next:?}"),
        }
    }

    pub(crate) fn session(&self, now: Timestamp) -> SignedIn {
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

    pub(crate) fn guess(&self, now: Timestamp) -> Error {
        self.accounts
            .sign_in("ada@example.com", &wrong(), now)
            .unwrap_err()
    }
}

/// What happens while the slow hash runs.
pub(crate) type Meanwhile = Box<dyn Fn(&Arc<Memory>) + Send + Sync>;

pub(crate) fn others(store: &Arc<Memory>) -> Accounts<Arc<Memory>> {
    Accounts::danger_unsealed(policy(), store.clone())
}

/// A store in which, between the two swaps of a sign-in, somebody else does something.
pub(crate) struct Interrupted {
    pub(crate) store: Arc<Memory>,
    pub(crate) armed: Mutex<Option<(usize, Meanwhile)>>,
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
