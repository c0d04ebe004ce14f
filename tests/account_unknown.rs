//! Names that nobody has, and accounts that are disabled, answer as real ones do.
#![cfg(feature = "account")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

mod account_support;

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use account_support::*;
use portcullis::{
    Timestamp,
    account::{Accounts, Client, Error},
    attempts::DeviceKeys,
    store::{Entry, Exchange, Full, Memory, Store},
};
#[cfg(feature = "legacy")]
use portcullis::{
    password::{self, Hash},
    session::Handle,
    store::{Change, update},
};

const NAME: &str = "ada@example.com";
const NOBODY: &str = "nobody@example.com";

/// One process of several.
fn process<S: Store>(store: S) -> Accounts<S> {
    Accounts::danger_unsealed(policy(), store).with_unknown_names_key([3; 32])
}

fn guess<S: Store>(accounts: &Accounts<S>, name: &str, now: Timestamp) -> char {
    letter(&accounts.sign_in(name, &wrong(), now).unwrap_err())
}

fn letter(error: &Error) -> char {
    match error {
        Error::Denied => 'd',
        Error::ResetRequired => 'r',
        other => panic!("{other:?}"),
    }
}

/// AT-09: two processes and a restart tell no invented name from a real one.
#[test]
fn processes_that_share_a_key_count_an_invented_name_together() {
    let store = Arc::new(Memory::new(100));
    enrolled(process(store.clone()));
    let (a, b) = (process(store.clone()), process(store.clone()));
    for name in [NAME, NOBODY] {
        let turns = (0..4).map(|n| guess(if n % 2 == 0 { &a } else { &b }, name, at(MINUTE)));
        assert_eq!(turns.collect::<String>(), "dddd", "{name}");
        let restarted = process(store.clone());
        assert_eq!(guess(&restarted, name, at(MINUTE)), 'r', "{name}");
        assert_eq!(guess(&a, name, at(100 * DAY)), 'r', "{name}");
    }
}

/// AT-09: the same wrong password again is no further guess at an invented name either.
#[test]
fn the_same_wrong_password_counts_once_for_an_invented_name() {
    let store = Arc::new(Memory::new(100));
    enrolled(process(store.clone()));
    for name in [NAME, NOBODY] {
        let again = |_| {
            let accounts = process(store.clone());
            let outcome = accounts.sign_in(name, &"Same-Wrong-1".into(), at(MINUTE));
            letter(&outcome.unwrap_err())
        };
        assert_eq!((0..7).map(again).collect::<String>(), "ddddddd", "{name}");
    }
}

/// AT-09: they take as much room as the table has, and no more.
#[test]
fn invented_names_take_bounded_room() {
    let store = Arc::new(Memory::new(100));
    let accounts = process(store.clone());
    for n in 0..20 {
        for _ in 0..2 {
            assert_eq!(guess(&accounts, &format!("nobody-{n}"), at(0)), 'd');
        }
    }
    assert!((1..=20).contains(&store.len()), "{}", store.len());
}

#[derive(Default)]
struct Calls {
    loads: AtomicU32,
    exchanges: AtomicU32,
}

impl Calls {
    fn take(&self) -> (u32, u32) {
        let take = |calls: &AtomicU32| calls.swap(0, Ordering::Relaxed);
        (take(&self.loads), take(&self.exchanges))
    }
}

/// Counts what is asked of it.
struct Counting {
    store: Memory,
    calls: Arc<Calls>,
}

impl Store for Counting {
    type Error = Full;

    fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Full> {
        self.calls.loads.fetch_add(1, Ordering::Relaxed);
        Store::load(&self.store, key)
    }

    fn compare_exchange(
        &self,
        key: &[u8],
        current: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> Result<Exchange, Full> {
        self.calls.exchanges.fetch_add(1, Ordering::Relaxed);
        Store::compare_exchange(&self.store, key, current, new)
    }
}

/// AT-09: the store is asked as often for a name that nobody has, and for an account that is
/// disabled, as for a real one: at each failure, at the one that locks, and after it.
#[test]
fn the_store_works_alike_for_all_names() {
    let calls = Arc::new(Calls::default());
    let store = Memory::new(100);
    let world = enrolled(process(Counting {
        store,
        calls: calls.clone(),
    }));
    let eve = "eve@example.com";
    let accounts = &world.accounts;
    accounts
        .register(eve, &PASSWORD.into(), grants(), at(0))
        .unwrap();
    let _ = accounts.disable(eve, at(0)).unwrap();
    let work = |name: &str| -> Vec<(char, (u32, u32))> {
        calls.take();
        let guess = |_| (guess(accounts, name, at(MINUTE)), calls.take());
        (0..7).map(guess).collect()
    };
    let real = work(NAME);
    assert_eq!(real.len(), 7);
    assert_eq!(work(NOBODY), real);
    assert_eq!(work(eve), real);
}

/// AT-09: whoever holds the token of a device learns from it no more than a stranger does: neither
/// that the account is disabled, nor that its password was changed.
#[test]
fn a_disabled_account_answers_a_device_as_an_active_one() {
    let answers = |changed: bool, disabled: bool, key: Option<[u8; 32]>| -> String {
        let accounts = Accounts::danger_unsealed(policy(), Memory::new(100))
            .with_device_keys(DeviceKeys::new([7; 32]));
        let world = enrolled(match key {
            Some(key) => accounts.with_unknown_names_key(key),
            None => accounts,
        });
        let accounts = &world.accounts;
        let live = world.session(at(MINUTE));
        let token = accounts.device_token(&live.token, at(MINUTE)).unwrap();
        if changed {
            let ticket = accounts.start_reset(NAME, at(2 * MINUTE)).unwrap();
            let reset = accounts.reset_password(&ticket, &NEW.into(), at(2 * MINUTE));
            reset.unwrap();
        }
        if disabled {
            let _ = accounts.disable(NAME, at(2 * MINUTE)).unwrap();
        }
        let client = Client::stranger().with_device_token(token.expose_secret());
        let guess = |_| {
            let outcome = accounts.sign_in_from(NAME, &wrong(), &client, at(3 * MINUTE));
            letter(&outcome.unwrap_err())
        };
        (0..12).map(guess).collect()
    };
    for key in [None, Some([3; 32])] {
        for changed in [false, true] {
            let active = answers(changed, false, key);
            assert_eq!(
                active,
                if changed {
                    "ddddrrrrrrrr"
                } else {
                    "ddddrddddrrr"
                }
            );
            assert_eq!(answers(changed, true, key), active);
        }
    }
}

/// CO-03: the key is not printed.
#[test]
fn the_key_is_not_printed() {
    let accounts = Accounts::danger_unsealed(policy(), Memory::new(1));
    let key = *b"0123456789abcdef0123456789abcdef";
    let printed = format!("{:?}", accounts.with_unknown_names_key(key));
    assert!(
        printed.contains("unknown_key: Some([redacted])"),
        "{printed}"
    );
}

/// AT-06, AT-09: an account that came with a hash of another scheme is told by nothing either: the same
/// wrong password again is no further guess at it, as at an invented name.
#[cfg(feature = "legacy")]
#[test]
fn an_account_with_a_hash_of_another_scheme_answers_alike() {
    let accounts = Accounts::danger_unsealed(policy(), Arc::new(Memory::new(10)));
    accounts
        .register(NAME, &PASSWORD.into(), grants(), at(0))
        .unwrap();
    // of "password", by Python's `hashlib.pbkdf2_hmac("sha256", b"password", b"saltsaltsalt", 1000)`
    let hash = "pbkdf2_sha256$1000$saltsaltsalt$sYIePhT5IXESDKvnouJXtE5pTJ6Znbmef4vViYmc9Uc=";
    let record = accounts.state(NAME).unwrap();
    let (old, foreign) = (record.password(), Hash::from_stored(hash));
    let part = |state: &password::State| {
        let bytes = state.encode();
        let len = u32::try_from(bytes.len()).unwrap().to_be_bytes();
        [&len[..], &bytes].concat()
    };
    let (new, old) = (part(&old.clone().with_hash(foreign)), part(old));
    let bytes = record.encode();
    let place = bytes.windows(old.len()).position(|part| part == old);
    let (before, rest) = bytes.split_at(place.unwrap());
    let bytes = [before, &new, &rest[old.len()..]].concat();
    let key = [
        b"portcullis/account/".as_slice(),
        Handle::of(NAME).as_bytes(),
    ]
    .concat();
    let put = |_: Option<&[u8]>| Ok::<_, Error>((Change::Put(Entry::new(bytes.clone())), ()));
    update(accounts.store(), &key, put).unwrap();
    for name in [NAME, NOBODY] {
        let again = |_| {
            let outcome = accounts.sign_in(name, &"Same-Wrong-1".into(), at(1));
            letter(&outcome.unwrap_err())
        };
        assert_eq!((0..7).map(again).collect::<String>(), "ddddddd", "{name}");
        let others = (0..4).map(|_| guess(&accounts, name, at(1)));
        assert_eq!(others.collect::<String>(), "dddr", "{name}");
    }
}
