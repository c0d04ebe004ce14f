//! A record at rest: nothing of it can be read, and it opens under its own key alone.
#![cfg(feature = "account")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests stop at what they did not expect"
)]

use std::sync::Arc;

use portcullis::{
    Timestamp,
    account::{Accounts, Error, Next, Policy},
    field::{self, ExposeSecret, Keyring, Purpose, Replaced, Resealed, Scope, Sealed},
    password::{Cost, Hasher},
    rbac::Grants,
    session::Handle,
    store::{self, Change, Entry, Memory, Store, update},
    totp::Uri,
};

const PASSWORD: &str = "Correct-Horse-7";
/// 2026-11-21T09:00:00Z.
const NINE: Timestamp = Timestamp::from_secs(1_795_251_600);

type Office = Accounts<Sealed<Arc<Memory>>>;

fn office(ring: &Arc<Keyring>, store: &Arc<Memory>) -> Office {
    let hasher = Hasher::new(Cost::new(8, 1, 1).unwrap());
    let policy = Policy::back_office("Example Ltd").unwrap();
    Accounts::new(
        policy.with_hasher(hasher),
        Arc::clone(ring),
        Arc::clone(store),
    )
}

fn ring() -> Arc<Keyring> {
    Arc::new(Keyring::generate(NINE).unwrap())
}

fn key(login: &str) -> Vec<u8> {
    [
        b"portcullis/account/",
        Handle::of(login).as_bytes().as_slice(),
    ]
    .concat()
}

fn stored(store: &Arc<Memory>, login: &str) -> Vec<u8> {
    Store::load(&**store, &key(login)).unwrap().unwrap()
}

fn put(store: &Arc<Memory>, login: &str, value: &[u8]) {
    let entry = Entry::new(value.to_vec());
    let put = |_: Option<&[u8]>| Ok::<_, store::Error>((Change::Put(entry.clone()), ()));
    update(&**store, &key(login), put).unwrap();
}

/// A person with a second factor.
fn enrol(accounts: &Office, login: &str) -> Uri {
    let password = PASSWORD.into();
    accounts
        .register(login, &password, Grants::new(), NINE)
        .unwrap();
    let Next::EnrolmentNeeded(ticket) = accounts.sign_in(login, &password, NINE).unwrap() else {
        panic!()
    };
    let phone = accounts.enrol(&ticket, NINE).unwrap();
    let code = phone.code_at(NINE);
    let _ = accounts.confirm_enrolment(&ticket, &code, NINE).unwrap();
    phone
}

fn sign_in(accounts: &Office, login: &str) -> Result<Next, Error> {
    accounts.sign_in(login, &PASSWORD.into(), NINE)
}

/// Whether any eight bytes of `part` stand in `whole`.
fn shares(whole: &[u8], part: &[u8]) -> bool {
    part.windows(8)
        .any(|eight| whole.windows(8).any(|other| other == eight))
}

/// TO-07: by default nothing of a second factor's secret is in the store, in any form that it is
/// written in; unsealed it is, so this test can tell.
#[test]
fn a_second_factor_is_not_in_the_store() {
    let (ring, store) = (ring(), Arc::new(Memory::new(10)));
    let accounts = office(&ring, &store);
    let phone = enrol(&accounts, "ada");
    let text = phone.secret().expose_base32();
    let bytes = data_encoding::BASE32_NOPAD.decode(text.as_bytes()).unwrap();
    let record = accounts.state("ada").unwrap().encode();
    assert!(shares(&record, &bytes), "the record is the one");
    let at_rest = stored(&store, "ada");
    for secret in [bytes.as_slice(), text.as_bytes(), b"$argon2id$", &record] {
        assert!(!shares(&at_rest, secret));
    }
}

/// TO-07: a record is bound to its account. Copied to somebody else's key it does not open, and a
/// phone of one's own is not carried over to them.
#[test]
fn a_record_copied_to_another_account_does_not_open() {
    let (ring, store) = (ring(), Arc::new(Memory::new(10)));
    let accounts = office(&ring, &store);
    for login in ["ada", "root"] {
        enrol(&accounts, login);
    }
    assert!(matches!(
        sign_in(&accounts, "root"),
        Ok(Next::FactorNeeded(_))
    ));
    let (ada, root) = (stored(&store, "ada"), stored(&store, "root"));
    put(&store, "root", &ada);
    let denied = sign_in(&accounts, "root").unwrap_err();
    assert!(matches!(denied, Error::Store(store::Error::Unavailable(_))));
    put(&store, "root", &root);
    assert!(sign_in(&accounts, "root").is_ok());
}

/// TO-07: without the ring, or with another, nothing opens; and nothing in the clear is taken.
#[test]
fn a_record_opens_under_its_ring_alone() {
    let (ring, store) = (ring(), Arc::new(Memory::new(10)));
    let accounts = office(&ring, &store);
    enrol(&accounts, "ada");
    let other = office(&self::ring(), &store);
    assert!(sign_in(&other, "ada").is_err());
    let clear = accounts.state("ada").unwrap().encode();
    put(&store, "ada", &clear);
    assert!(sign_in(&accounts, "ada").is_err());
}

/// TO-07, S3-12: a ring for accounts seals these records, one for another store does not.
#[test]
fn a_ring_for_accounts_names_their_store() {
    let enrolled = |name| {
        let rules = field::Policy::new().for_purpose(Purpose::store(name));
        let ring = Keyring::generate_for(Scope::application(), rules, NINE).unwrap();
        let accounts = office(&Arc::new(ring), &Arc::new(Memory::new(10)));
        accounts.register("ada", &PASSWORD.into(), Grants::new(), NINE)
    };
    assert_eq!(enrolled("account"), Ok(()));
    assert!(enrolled("session").is_err());
}

/// TO-07: the ring turns under accounts that are in use.
#[test]
fn records_are_sealed_anew_by_the_next_key() {
    let (ring, store) = (ring(), Arc::new(Memory::new(10)));
    let accounts = office(&ring, &store);
    enrol(&accounts, "ada");
    let mut next = Keyring::decode(ring.encode().expose_secret()).unwrap();
    let version = next.stage(NINE).unwrap();
    next.promote(version, NINE).unwrap();
    assert_eq!(
        accounts.store().replace_ring(Arc::new(next)),
        Replaced::Done
    );
    assert_eq!(accounts.store().reseal(&key("ada")), Ok(Resealed::Anew));
    assert_eq!(accounts.store().reseal(&key("ada")), Ok(Resealed::Already));
    assert!(sign_in(&accounts, "ada").is_ok());
    assert!(sign_in(&office(&ring, &store), "ada").is_err());
}
