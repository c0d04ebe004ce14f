//! Rings of many tenants and persons in a store, and what is left of the one that was shredded:
//! nothing that opens.
#![cfg(feature = "shred")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "a test that goes wrong here has failed, which is what it is for"
)]

mod kms;

use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
    sync::{Arc, Mutex},
    time::Duration,
};

use data_encoding::HEXLOWER;
use kms::{Fault, Kms};
use portcullis::{
    Timestamp, encoding,
    field::{
        self, Context, Destroy, ExposeSecret, Key, KeyVersion, KeyWrapper, Keyring, Keyrings,
        LocalKek, Policy, Scope, State, WrapError,
        keyrings::{
            Erasure, Error, Evidence, Receipt, ReceiptKey, Replayed, Rewrapped, Tombstones,
            Verifier,
        },
    },
    store::{self, Entry, Exchange, Store},
};

const NOW: Timestamp = Timestamp::from_secs(1_795_251_600);
const NAME: &str = "acme-production";
const DAMAGED: Error = Error::Field(field::Error::Encoding(encoding::Error::Damaged));

/// A store that can be looked into, backed up and restored.
#[derive(Default)]
struct Open(Mutex<BTreeMap<Vec<u8>, Vec<u8>>>);

impl Store for Open {
    type Error = Infallible;

    fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(self.0.lock().unwrap().get(key).cloned())
    }

    fn compare_exchange(
        &self,
        key: &[u8],
        current: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> Result<Exchange, Infallible> {
        let mut map = self.0.lock().unwrap();
        if map.get(key).map(Vec::as_slice) != current {
            return Ok(Exchange::Changed);
        }
        match new {
            Some(entry) => map.insert(key.to_vec(), entry.value().to_vec()),
            None => map.remove(key),
        };
        Ok(Exchange::Done)
    }
}

impl Open {
    fn all(&self) -> BTreeMap<Vec<u8>, Vec<u8>> {
        self.0.lock().unwrap().clone()
    }

    fn restore(&self, backup: &BTreeMap<Vec<u8>, Vec<u8>>) {
        *self.0.lock().unwrap() = backup.clone();
    }

    /// Puts bytes under the only key, or under the one given.
    fn put(&self, key: &[u8], value: &[u8]) {
        self.0.lock().unwrap().insert(key.to_vec(), value.to_vec());
    }
}

type Rings = Keyrings<Arc<Open>, Arc<Kms>>;

fn kek() -> LocalKek {
    LocalKek::new("2026-11", Key::from_bytes([0xAA; 32])).unwrap()
}

fn over(store: &Arc<Open>, kek: LocalKek) -> (Rings, Arc<Kms>) {
    let kms = Arc::new(Kms::new(kek));
    let rings = Keyrings::new(NAME, Arc::clone(store), Arc::clone(&kms), Policy::new());
    (rings, kms)
}

fn rings() -> (Rings, Arc<Open>, Arc<Kms>) {
    let store = Arc::new(Open::default());
    let (rings, kms) = over(&store, kek());
    (rings, store, kms)
}

fn signer() -> ReceiptKey {
    ReceiptKey::new(&Key::from_bytes([9; 32]))
}

fn erasure() -> Erasure {
    Erasure::new("request 4711").unwrap()
}

fn after(seconds: u64) -> Timestamp {
    NOW.saturating_add(Duration::from_secs(seconds))
}

fn acme() -> Scope {
    Scope::tenant("acme")
}

fn ada() -> Scope {
    Scope::subject("acme", "ada")
}

/// A list of what the signer of these tests signed.
fn listed(receipts: impl IntoIterator<Item = Receipt>) -> Tombstones {
    let mut tombstones = Tombstones::new();
    for receipt in receipts {
        tombstones.add(receipt, &[signer().verifier()]).unwrap();
    }
    tombstones
}

/// A list of whatever somebody wrote into it, by ascending digest of the scope.
fn written(mut receipts: Vec<Receipt>) -> Result<Tombstones, Error> {
    receipts.sort_by_key(|receipt| *receipt.scope());
    Tombstones::decode(&list(&receipts.iter().collect::<Vec<_>>()))
}

/// The bytes of a list.
fn list(receipts: &[&Receipt]) -> Vec<u8> {
    let mut bytes = vec![1];
    bytes.extend((receipts.len() as u32).to_be_bytes());
    for receipt in receipts {
        let receipt = receipt.encode();
        bytes.extend((receipt.len() as u32).to_be_bytes());
        bytes.extend(receipt);
    }
    bytes
}

/// The only record that is not in `before`, by its key.
fn new_key(store: &Open, before: &BTreeMap<Vec<u8>, Vec<u8>>) -> Vec<u8> {
    let all = store.all();
    let mut new = all.keys().filter(|key| !before.contains_key(*key));
    let key = new.next().unwrap().clone();
    assert_eq!(new.next(), None);
    key
}

/// A place in the scope.
fn place(scope: &Scope, row: u64) -> Context {
    let context = Context::new().table("contact").column("email").row(row);
    for (of, tenant, subject) in people() {
        if of == *scope {
            let context = match tenant {
                Some(tenant) => context.tenant(tenant),
                None => context.without_tenant(),
            };
            return match subject {
                Some(subject) => context.subject(subject),
                None => context,
            };
        }
    }
    unreachable!("a scope of these tests")
}

/// Every scope of these tests, and what its contexts name.
fn people() -> Vec<(Scope, Option<&'static str>, Option<&'static str>)> {
    vec![
        (Scope::application(), None, None),
        (acme(), Some("acme"), None),
        (ada(), Some("acme"), Some("ada")),
        (Scope::subject("acme", "bob"), Some("acme"), Some("bob")),
        (Scope::credential("acme", "smtp"), Some("acme"), None),
        (Scope::tenant("globex"), Some("globex"), None),
        (Scope::subject("globex", "ada"), Some("globex"), Some("ada")),
        (Scope::credential("globex", "smtp"), Some("globex"), None),
        (Scope::tenant("initech"), Some("initech"), None),
    ]
}

fn scopes() -> Vec<Scope> {
    people().into_iter().map(|(scope, ..)| scope).collect()
}

/// What was written by another implementation, in Python: a value of the case with this name.
fn golden(case: &str, name: &str) -> Vec<u8> {
    let golden = include_str!("vectors/field/wrapped.txt");
    let case = golden
        .split("\n\n")
        .find(|text| text.starts_with(&format!("# {case}\n")));
    let prefix = format!("{name} ");
    let line = case.unwrap().lines().find_map(|l| l.strip_prefix(&prefix));
    let value = line.unwrap();
    match name {
        "text" => value.as_bytes().to_vec(),
        _ => HEXLOWER.decode(value.as_bytes()).unwrap(),
    }
}

/// CR-07: records of a tenant and of a person, as another implementation wrote them, open; and what
/// is left of them after shredding is, byte for byte, what it wrote, too.
#[test]
fn shreds_the_records_of_the_golden_files_to_its_receipts() {
    let millis = |millis| NOW.saturating_add(Duration::from_millis(millis));
    let tenant = "the record of a tenant";
    let person = "the record of one of its persons";
    let store = Arc::new(Open::default());
    for case in [tenant, person] {
        store.put(&golden(case, "key"), &golden(case, "record"));
    }
    let (rings, _) = over(&store, kek());
    for (case, scope) in [(tenant, acme()), (person, ada())] {
        let ring = rings.find(&scope, millis(2)).unwrap().unwrap();
        assert_eq!(ring.encode().expose_secret(), golden(case, "ring"));
    }
    let said = |reason| Erasure::new(reason).unwrap();
    let order = said("request 4711, Ünïcode").with_index_values(12);
    let first = rings.shred(&ada(), &order, &signer(), millis(5)).unwrap();
    assert_eq!(
        store.all()[&golden(person, "key")],
        golden("what is left of that person", "tombstone")
    );
    let application = Scope::application();
    let never = said("never used");
    let second = rings
        .shred(&application, &never, &signer(), millis(6))
        .unwrap();
    let (rings, kms) = over(&store, kek());
    kms.fails(Fault::Gone);
    let gone = said("gone").with_index_values(u64::MAX);
    let third = rings.shred(&acme(), &gone, &signer(), millis(7)).unwrap();
    for (receipt, case) in [
        (&first, "what is left of that person"),
        (&second, "what is left of what was never there"),
        (
            &third,
            "what is left of a tenant whose ring could not be opened",
        ),
    ] {
        assert_eq!(receipt.encode(), golden(case, "receipt"));
        assert_eq!(receipt.to_text().into_bytes(), golden(case, "text"));
        assert_eq!(
            Receipt::decode(&golden(case, "receipt")).as_ref(),
            Ok(receipt)
        );
    }
    let all = listed([first, second, third]);
    assert_eq!(all.encode(), golden("all three", "tombstones"));
}

/// CR-07: a ring is made when it is first asked for, once, and found again by every process.
#[test]
fn a_ring_is_made_once_and_found_again() {
    let (rings, store, _) = rings();
    for scope in scopes() {
        assert!(rings.find(&scope, NOW).unwrap().is_none());
        let made = rings.ring(&scope, NOW).unwrap();
        assert_eq!(*made.scope(), scope);
        let sealed = made.seal(&place(&scope, 1), b"value", NOW).unwrap();
        let (elsewhere, _) = over(&store, kek());
        let found = elsewhere.find(&scope, NOW).unwrap().unwrap();
        assert!(found.open(&place(&scope, 1), &sealed).is_ok());
        assert_eq!(
            elsewhere
                .ring(&scope, NOW)
                .unwrap()
                .encode()
                .expose_secret()
                .len(),
            made.encode().expose_secret().len()
        );
    }
    assert_eq!(store.all().len(), scopes().len());
}

/// CR-07: asking for somebody whom nobody knows leaves nothing in the store.
#[test]
fn finding_makes_nothing() {
    let (rings, store, kms) = rings();
    assert!(rings.find(&ada(), NOW).unwrap().is_none());
    assert!(rings.find(&acme(), NOW).unwrap().is_none());
    assert_eq!(rings.stage(&ada(), NOW), Err(Error::NoRing));
    assert_eq!(rings.stage(&acme(), NOW), Err(Error::NoRing));
    assert_eq!(rings.rewrap(&ada()), Ok(Rewrapped::Missing));
    assert!(store.all().is_empty());
    assert_eq!(kms.calls(), (0, 0));
}

/// CR-07: no name of a tenant or a person, no key and nothing of the ring is in the store.
#[test]
fn the_store_shows_neither_names_nor_keys() {
    let (rings, store, _) = rings();
    let ring = rings.ring(&ada(), NOW).unwrap();
    let encoded = ring.encode();
    for (key, value) in store.all() {
        for secret in [&b"acme"[..], b"ada", &encoded.expose_secret()[..16]] {
            for bytes in [&key, &value] {
                assert!(!bytes.windows(secret.len()).any(|w| w == secret));
            }
        }
        for window in encoded.expose_secret().windows(32) {
            let zeros = window.iter().filter(|byte| **byte == 0).count();
            assert!(zeros > 8 || !value.windows(32).any(|w| w == window));
        }
    }
}

/// CR-07: two processes that make the same ring at the same time use one.
#[test]
fn of_two_that_make_a_ring_at_once_one_wins() {
    let store = Arc::new(Open::default());
    for n in 0..20 {
        let scope = Scope::tenant(&format!("tenant-{n}"));
        let made: Vec<_> = std::thread::scope(|threads| {
            let one = || {
                let (rings, _) = over(&store, kek());
                let ring = rings.ring(&scope, NOW).unwrap();
                ring.keys().next().unwrap().fingerprint
            };
            let threads: Vec<_> = (0..4).map(|_| threads.spawn(one)).collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert!(made.iter().all(|fingerprint| *fingerprint == made[0]));
    }
}

/// CR-14: the service is asked when a ring is made or has been held too long, not for each value.
#[test]
fn the_service_is_not_called_for_what_is_held() {
    let (rings, store, kms) = rings();
    let acme_ring = rings.ring(&acme(), NOW).unwrap();
    assert_eq!(kms.calls(), (1, 1));
    rings.ring(&ada(), NOW).unwrap();
    assert_eq!(kms.calls(), (2, 2));
    for second in 0..300 {
        assert!(Arc::ptr_eq(
            &rings.ring(&acme(), after(second)).unwrap(),
            &acme_ring
        ));
        assert!(rings.find(&ada(), after(second)).unwrap().is_some());
    }
    assert_eq!(kms.calls(), (2, 2));
    rings.ring(&acme(), after(300)).unwrap();
    assert_eq!(kms.calls(), (2, 3));
    // a clock that went back holds nothing for longer
    rings.ring(&acme(), after(299)).unwrap();
    assert_eq!(kms.calls(), (2, 4));

    let (unheld, kms) = over(&store, kek());
    let unheld = unheld.with_max_age(Duration::ZERO);
    for calls in 1..4 {
        unheld.ring(&acme(), NOW).unwrap();
        assert_eq!(kms.calls(), (0, calls));
    }
}

/// CR-07: names that somebody makes up do not fill the memory.
#[test]
fn no_more_rings_are_held_than_was_said() {
    let (rings, _, kms) = rings();
    let rings = rings.with_capacity(3);
    let tenant = |n: u64| Scope::tenant(&n.to_string());
    for n in 0..10 {
        rings.ring(&tenant(n), after(n)).unwrap();
    }
    assert!(format!("{rings:?}").contains("held: 3"), "{rings:?}");
    let (_, before) = kms.calls();
    for n in 7..10 {
        rings.ring(&tenant(n), after(10)).unwrap();
    }
    assert_eq!(kms.calls().1, before, "the three latest are held");
    rings.ring(&tenant(6), after(10)).unwrap();
    assert_eq!(kms.calls().1, before + 1);
    let none = rings.with_capacity(0);
    none.ring(&tenant(1), NOW).unwrap();
    assert!(format!("{none:?}").contains("held: 0"));
}

/// CR-14: what the service says comes through, and nothing is made in the meantime.
#[test]
fn a_service_that_fails_denies() {
    let (rings, store, kms) = rings();
    for (fault, error) in [
        (Fault::Unavailable, WrapError::Unavailable),
        (Fault::Gone, WrapError::Gone),
        (Fault::Refused, WrapError::Refused),
        (Fault::AnotherKey, WrapError::Refused),
        (Fault::Clear, WrapError::Refused),
    ] {
        kms.fails(fault);
        let error = Some(Error::Field(field::Error::Wrap(error)));
        assert_eq!(rings.ring(&acme(), NOW).err(), error);
        assert_eq!(rings.ring(&ada(), NOW).err(), error);
        assert!(store.all().is_empty());
    }
    kms.fails(None);
    rings.ring(&ada(), NOW).unwrap();
    kms.fails(Fault::Unavailable);
    assert!(rings.ring(&ada(), after(299)).is_ok(), "what is held");
    let unavailable = Error::Field(field::Error::Wrap(WrapError::Unavailable));
    assert_eq!(
        rings.ring(&ada(), after(300)).err(),
        Some(unavailable.clone())
    );
    let before = store.all();
    let refused = rings.shred(&ada(), &erasure(), &signer(), after(300));
    assert_eq!(refused, Err(unavailable.clone()));
    assert_eq!(rings.stage(&ada(), after(300)), Err(unavailable));
    assert_eq!(store.all(), before);
}

/// CR-04, CR-07: rotation, as for a ring that one holds oneself.
#[test]
fn a_ring_in_the_store_is_rotated() {
    let (rings, store, _) = rings();
    let (elsewhere, _) = over(&store, kek());
    let scope = ada();
    let old = rings.ring(&scope, NOW).unwrap();
    let sealed = old.seal(&place(&scope, 1), b"value", NOW).unwrap();
    elsewhere.ring(&scope, NOW).unwrap();

    let second = rings.stage(&scope, NOW).unwrap();
    rings.promote(&scope, second, after(1)).unwrap();
    let ring = rings.ring(&scope, after(1)).unwrap();
    assert_eq!(ring.primary(), second);
    assert_eq!(
        ring.open(&place(&scope, 1), &sealed).unwrap().stale(),
        Some(KeyVersion::FIRST)
    );
    let unseen = elsewhere.ring(&scope, after(299)).unwrap();
    assert_eq!(unseen.primary(), KeyVersion::FIRST);
    let seen = elsewhere.ring(&scope, after(300)).unwrap();
    assert_eq!(seen.primary(), second);

    rings.suspend(&scope, KeyVersion::FIRST, after(2)).unwrap();
    let ring = rings.ring(&scope, after(2)).unwrap();
    assert!(ring.open(&place(&scope, 1), &sealed).is_err());
    rings.resume(&scope, KeyVersion::FIRST, after(3)).unwrap();
    let ring = rings.ring(&scope, after(3)).unwrap();
    assert!(ring.open(&place(&scope, 1), &sealed).is_ok());
    let how = Destroy::Forced { reason: "a test" };
    rings
        .destroy(&scope, KeyVersion::FIRST, how, after(4))
        .unwrap();
    let ring = rings.ring(&scope, after(4)).unwrap();
    let destroyed = field::Error::Destroyed(KeyVersion::FIRST);
    assert_eq!(ring.open(&place(&scope, 1), &sealed).err(), Some(destroyed));
    // a step that is refused writes nothing
    let before = store.all();
    let refused = rings.promote(&scope, second, after(5));
    assert!(matches!(
        refused,
        Err(Error::Field(field::Error::WrongState {
            state: State::Primary,
            ..
        }))
    ));
    assert_eq!(store.all(), before);
}

/// CR-07: two that rotate at the same time both take effect.
#[test]
fn no_step_of_a_rotation_is_lost() {
    let (rings, store, _) = rings();
    rings.ring(&acme(), NOW).unwrap();
    std::thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| {
                let (rings, _) = over(&store, kek());
                for _ in 0..5 {
                    rings.stage(&acme(), NOW).unwrap();
                }
            });
        }
    });
    let ring = rings.ring(&acme(), after(300)).unwrap();
    assert_eq!(ring.keys().count(), 21);
}

/// CR-05, CR-07: what several processes counted adds up in the store.
#[test]
fn seals_of_all_processes_are_counted() {
    let (rings, store, _) = rings();
    let (elsewhere, _) = over(&store, kek());
    let seals = |rings: &Rings, now| {
        let ring = rings.ring(&ada(), now).unwrap();
        ring.keys().next().unwrap().seals
    };
    rings.ring(&ada(), NOW).unwrap();
    for (rings, count) in [(&rings, 3), (&elsewhere, 4)] {
        for row in 0..count {
            let ring = rings.ring(&ada(), NOW).unwrap();
            ring.seal(&place(&ada(), row), b"value", NOW).unwrap();
        }
        // what is loaded anew goes on counting
        rings.ring(&ada(), after(300)).unwrap();
        // nor does a step that is refused lose it
        let refused = rings.promote(&ada(), KeyVersion::FIRST, after(300));
        assert!(refused.is_err());
        rings.record_seals(&ada(), after(300)).unwrap();
        rings.record_seals(&ada(), after(300)).unwrap();
    }
    assert_eq!(seals(&over(&store, kek()).0, after(300)), 7);
    assert_eq!(
        seals(&rings, after(599)),
        3,
        "held since before the other recorded"
    );
    assert_eq!(seals(&rings, after(600)), 7);
}

/// CR-07: a ring that was put back is refused by whoever has seen a later one.
#[test]
fn an_older_ring_that_is_put_back_is_refused() {
    let (rings, store, _) = rings();
    rings.ring(&acme(), NOW).unwrap();
    let backup = store.all();
    rings.stage(&acme(), NOW).unwrap();
    store.restore(&backup);
    for refused in [
        rings.ring(&acme(), after(300)).err(),
        rings.stage(&acme(), NOW).err(),
        rings.stage(&acme(), after(300)).err(),
    ] {
        assert!(
            matches!(refused, Some(Error::Field(field::Error::RolledBack { .. }))),
            "{refused:?}"
        );
    }
}

/// CR-07: a ring that vanished is not replaced by a new one, under which nothing old would open.
#[test]
fn a_ring_that_vanished_is_not_made_anew() {
    let (rings, store, _) = rings();
    rings.ring(&acme(), NOW).unwrap();
    store.restore(&BTreeMap::new());
    assert_eq!(rings.ring(&acme(), after(300)).err(), Some(Error::Missing));
    assert_eq!(rings.find(&acme(), after(300)).err(), Some(Error::Missing));
    assert_eq!(rings.stage(&acme(), after(300)).err(), Some(Error::Missing));
    assert!(store.all().is_empty());
}

/// CR-07: records belong to their scope, and to their kind of scope.
#[test]
fn a_record_does_not_open_in_another_place() {
    let (rings, store, _) = rings();
    let mut keys = BTreeMap::new();
    for scope in scopes() {
        let before = store.all();
        rings.ring(&scope, NOW).unwrap();
        keys.insert(
            format!("{:02}", keys.len()),
            (new_key(&store, &before), scope),
        );
    }
    let records = store.all();
    for (key, scope) in keys.values() {
        for (other, _) in keys.values().filter(|(other, _)| other != key) {
            store.put(key, &records[other]);
            let (fresh, _) = over(&store, kek());
            let refused = Error::Field(field::Error::OtherScope);
            assert_eq!(fresh.ring(scope, NOW).err(), Some(refused.clone()));
            let (anew, _) = over(&store, kek().rotate("2026-12").unwrap());
            assert_eq!(anew.rewrap(scope), Err(refused));
        }
        for damaged in [
            vec![],
            vec![2],
            vec![1, 9],
            [&records[key][..], &[0]].concat(),
        ] {
            store.put(key, &damaged);
            let (fresh, _) = over(&store, kek());
            assert!(fresh.ring(scope, NOW).is_err());
        }
        // a ring that was wrapped by hand has no tenant's seal
        let ring = Keyring::generate_for(scope.clone(), Policy::new(), NOW).unwrap();
        let wrapped = ring.wrap_with(&kek()).unwrap();
        let len = u32::try_from(wrapped.len()).unwrap().to_be_bytes();
        store.put(key, &[&[1, 1], &len[..], &wrapped].concat());
        let (fresh, kms) = over(&store, kek());
        let alone = *scope == Scope::application();
        assert_eq!(fresh.ring(scope, NOW).is_ok(), alone, "{scope:?}");
        // for this record, none: it is refused before; for its tenant's, one
        let tenants = scope.to_string() != "tenant";
        assert_eq!(kms.calls(), (0, usize::from(tenants)), "{scope:?}");
        store.restore(&records);
    }
    let (fresh, _) = over(&store, kek());
    for scope in scopes() {
        assert!(fresh.ring(&scope, NOW).is_ok());
    }
}

/// CR-07: the person's ring needs the tenant's key besides the service.
#[test]
fn a_persons_ring_does_not_open_without_the_tenants() {
    let (rings, store, _) = rings();
    rings.ring(&acme(), NOW).unwrap();
    let tenant = store.all();
    rings.ring(&ada(), NOW).unwrap();
    let key = new_key(&store, &tenant);
    let record = store.all()[&key].clone();
    // the same tenant by name, made anew elsewhere
    let other = Arc::new(Open::default());
    let (elsewhere, _) = over(&other, kek());
    elsewhere.ring(&acme(), NOW).unwrap();
    other.put(&key, &record);
    let refused = Some(Error::Field(field::Error::Open));
    assert_eq!(elsewhere.ring(&ada(), NOW).err(), refused);
}

/// CR-07: destroyed for good, at once, with what names no person.
#[test]
fn a_shredded_scope_has_no_ring_and_gets_none() {
    let (rings, store, _) = rings();
    let ring = rings.ring(&ada(), NOW).unwrap();
    let sealed = ring.seal(&place(&ada(), 1), b"value", NOW).unwrap();
    let keys: Vec<_> = ring
        .keys()
        .map(|key| (key.version, key.fingerprint))
        .collect();
    let generation = ring.generation();
    drop(ring);
    let order = erasure().with_index_values(12);
    let receipt = rings.shred(&ada(), &order, &signer(), after(9)).unwrap();
    receipt.verify(&signer().verifier()).unwrap();
    assert!(receipt.is_for(&ada()));
    assert!(!receipt.is_for(&acme()));
    assert_eq!(receipt.at(), after(9));
    assert_eq!(receipt.reason(), "request 4711");
    assert_eq!(receipt.generation(), generation);
    assert_eq!(receipt.kek_id(), Some("2026-11"));
    assert_eq!(receipt.index_values(), Some(12));
    assert_eq!(*receipt.evidence(), Evidence::Keys(keys));
    assert_eq!(*receipt.signer(), signer().verifier().to_bytes());

    let (elsewhere, _) = over(&store, kek());
    for rings in [&rings, &elsewhere] {
        let shredded = Some(Error::Shredded);
        assert_eq!(rings.ring(&ada(), after(9)).err(), shredded);
        assert_eq!(rings.find(&ada(), after(9)).err(), shredded);
        assert_eq!(rings.stage(&ada(), after(9)).err(), shredded);
        assert_eq!(rings.rewrap(&ada()), Ok(Rewrapped::Shredded));
        assert_eq!(rings.receipt(&ada()), Ok(Some(receipt.clone())));
        assert_eq!(rings.receipt(&acme()), Ok(None));
    }
    // the others are as they were
    for scope in scopes().into_iter().filter(|scope| *scope != ada()) {
        let ring = rings.ring(&scope, after(9)).unwrap();
        assert!(ring.open(&place(&ada(), 1), &sealed).is_err());
    }
    for value in store.all().values() {
        assert!(!value.windows(3).any(|w| w == b"ada"));
    }
}

/// CR-07: again, after a crash or by somebody else, it is the receipt of the first time.
#[test]
fn shredding_twice_gives_the_first_receipt() {
    let (rings, store, _) = rings();
    rings.ring(&ada(), NOW).unwrap();
    let first = rings.shred(&ada(), &erasure(), &signer(), NOW).unwrap();
    let before = store.all();
    let again = Erasure::new("another reason").unwrap();
    let second = rings.shred(&ada(), &again, &signer(), after(9));
    assert_eq!(second, Ok(first.clone()));
    // another signer is told, and does not take the evidence of the first away
    let other = ReceiptKey::generate().unwrap();
    let refused = rings.shred(&ada(), &again, &other, after(9));
    assert_eq!(refused, Err(Error::Receipt));
    assert_eq!(rings.receipt(&ada()), Ok(Some(first)));
    assert_eq!(store.all(), before);
}

/// Ada's place in the store, her record, and the store without it.
fn records_of_ada(rings: &Rings, store: &Open) -> (Vec<u8>, Vec<u8>) {
    rings.ring(&acme(), NOW).unwrap();
    let before = store.all();
    rings.ring(&ada(), NOW).unwrap();
    let key = new_key(store, &before);
    let record = store.all()[&key].clone();
    (key, record)
}

/// CR-07: a receipt about somebody else is none, wherever it stands.
#[test]
fn another_scopes_tombstone_is_taken_for_none() {
    let (rings, store, _) = rings();
    let (key, _) = records_of_ada(&rings, &store);
    let bob = Scope::subject("acme", "bob");
    let before = store.all();
    let bobs = rings.shred(&bob, &erasure(), &signer(), NOW).unwrap();
    let moved = store.all()[&new_key(&store, &before)].clone();
    store.put(&key, &moved);
    assert_eq!(rings.receipt(&ada()), Err(DAMAGED));
    assert_eq!(over(&store, kek()).0.ring(&ada(), NOW).err(), Some(DAMAGED));
    let mine = rings.shred(&ada(), &erasure(), &signer(), NOW).unwrap();
    assert!(mine.is_for(&ada()) && mine != bobs);
    assert_eq!(rings.receipt(&ada()), Ok(Some(mine.clone())));
    // nor does a replay leave it there
    store.put(&key, &moved);
    let replayed = rings.replay(&listed([mine]), &[signer().verifier()]);
    assert_eq!(replayed.unwrap().placed, 1);
    assert_eq!(rings.ring(&ada(), NOW).err(), Some(Error::Shredded));
}

/// CR-07, CR-08: whoever may write to the store does not write receipts, and a real one takes the
/// place of what he wrote.
#[test]
fn a_forged_tombstone_is_no_receipt_and_is_replaced() {
    let (rings, store, _) = rings();
    let (key, _) = records_of_ada(&rings, &store);
    let (other, theirs, _) = self::rings();
    let forger = ReceiptKey::generate().unwrap();
    let forged = other.shred(&ada(), &erasure(), &forger, NOW).unwrap();
    store.put(&key, &theirs.all()[&key]);
    let refused = rings.shred(&ada(), &erasure(), &signer(), NOW);
    assert_eq!(refused, Err(Error::Receipt));

    let elsewhere = self::rings().0;
    let real = elsewhere.shred(&ada(), &erasure(), &signer(), after(10));
    let real = real.unwrap();
    // earlier, and it would keep the real one out of a list
    let mut list = listed([real.clone()]);
    let verifiers = [signer().verifier()];
    assert_eq!(list.add(forged, &verifiers), Err(Error::Receipt));
    assert_eq!(list, listed([real.clone()]));
    let replayed = rings.replay(&list, &verifiers).unwrap();
    assert_eq!((replayed.placed, replayed.already), (1, 0));
    assert_eq!(rings.receipt(&ada()), Ok(Some(real)));
    let replayed = rings.replay(&list, &verifiers).unwrap();
    assert_eq!((replayed.placed, replayed.already), (0, 1));
}

/// CR-08: what was shredded in a test is not replayed where customers are.
#[test]
fn a_receipt_of_another_store_destroys_nothing() {
    let staging = Arc::new(Open::default());
    let rehearsed = Keyrings::new("acme-staging", Arc::clone(&staging), kek(), Policy::new());
    let receipt = rehearsed
        .shred(&acme(), &erasure(), &signer(), NOW)
        .unwrap();
    assert!(receipt.is_of("acme-staging") && !receipt.is_of(NAME));
    let (rings, store, _) = rings();
    let mine = rings.shred(&Scope::tenant("globex"), &erasure(), &signer(), NOW);
    rings.ring(&ada(), NOW).unwrap();
    let (before, both) = (store.all(), listed([receipt, mine.unwrap()]));
    let verifiers = [signer().verifier()];
    assert_eq!(rings.replay(&both, &verifiers), Err(Error::OtherStore));
    assert_eq!(store.all(), before);
    // nor is it one of this store where somebody copied it into it
    let (key, tombstone) = staging.all().pop_first().unwrap();
    store.put(&key, &tombstone);
    let refused = rings.shred(&acme(), &erasure(), &signer(), NOW);
    assert_eq!(refused, Err(Error::OtherStore));
    let (elsewhere, ..) = self::rings();
    let real = elsewhere
        .shred(&acme(), &erasure(), &signer(), NOW)
        .unwrap();
    assert_eq!(rings.replay(&listed([real]), &verifiers).unwrap().placed, 1);
}

/// CR-07: no key of a ring stays in memory once it is too old to be used, or was found shredded.
#[test]
fn a_ring_that_is_too_old_is_let_go_of() {
    let (rings, store, _) = rings();
    let (elsewhere, _) = over(&store, kek());
    let weak = |scope: &Scope| Arc::downgrade(&rings.ring(scope, NOW).unwrap());
    let (tenants, adas) = (weak(&acme()), weak(&ada()));
    rings.ring(&Scope::application(), after(299)).unwrap();
    assert!(tenants.upgrade().is_some() && adas.upgrade().is_some());
    rings.ring(&Scope::tenant("globex"), after(300)).unwrap();
    assert!(tenants.upgrade().is_none() && adas.upgrade().is_none());
    assert!(format!("{rings:?}").contains("held: 2"), "{rings:?}");
    // what the store must have at least is still known
    store.restore(&BTreeMap::new());
    assert_eq!(rings.ring(&acme(), after(300)).err(), Some(Error::Missing));

    let (rings, store, _) = self::rings();
    let weak = Arc::downgrade(&rings.ring(&acme(), NOW).unwrap());
    let (other, _) = over(&store, kek());
    other.shred(&acme(), &erasure(), &signer(), NOW).unwrap();
    assert_eq!(rings.ring(&acme(), after(300)).err(), Some(Error::Shredded));
    assert!(weak.upgrade().is_none());
    assert!(format!("{rings:?}").contains("held: 0"), "{rings:?}");
    drop(elsewhere);
}

/// CR-07: a process that came across a tombstone hands the ring out no more.
#[test]
fn whoever_sees_a_tombstone_holds_the_ring_no_longer() {
    type See = fn(&Rings);
    let see: [See; 3] = [
        |rings| assert_eq!(rings.stage(&acme(), NOW), Err(Error::Shredded)),
        |rings| assert_eq!(rings.rewrap(&acme()), Ok(Rewrapped::Shredded)),
        |rings| assert!(rings.receipt(&acme()).unwrap().is_some()),
    ];
    for see in see {
        let (rings, store, _) = rings();
        let (elsewhere, _) = over(&store, kek());
        for scope in [acme(), ada()] {
            elsewhere.ring(&scope, NOW).unwrap();
        }
        rings.shred(&acme(), &erasure(), &signer(), NOW).unwrap();
        assert!(elsewhere.find(&acme(), NOW).is_ok(), "not seen yet");
        see(&elsewhere);
        for scope in [acme(), ada()] {
            let shredded = Some(Error::Shredded);
            assert_eq!(elsewhere.find(&scope, NOW).err(), shredded);
            assert_eq!(elsewhere.ring(&scope, NOW).err(), shredded);
        }
    }
}

/// CR-04: the process that suspends a key does not go on with it, whatever else happens meanwhile.
#[test]
fn a_step_is_seen_at_once_where_it_was_taken() {
    let (rings, ..) = rings();
    rings.ring(&ada(), NOW).unwrap();
    let next = rings.stage(&ada(), NOW).unwrap();
    rings.promote(&ada(), next, NOW).unwrap();
    let globex = Scope::tenant("globex");
    rings
        .change(&ada(), NOW, |ring| {
            rings.shred(&globex, &erasure(), &signer(), NOW).unwrap();
            ring.suspend(KeyVersion::FIRST, NOW)
        })
        .unwrap();
    let ring = rings.ring(&ada(), NOW).unwrap();
    assert_eq!(ring.keys().next().unwrap().state, State::Suspended);
}

/// CR-08: after a restore two make rings of one generation with different keys; what is in the store
/// counts.
#[test]
fn a_ring_of_the_same_generation_is_not_taken_for_the_same() {
    let (rings, store, _) = rings();
    let (elsewhere, _) = over(&store, kek());
    rings.ring(&ada(), NOW).unwrap();
    let backup = store.all();
    let next = rings.stage(&ada(), NOW).unwrap();
    rings.promote(&ada(), next, NOW).unwrap();
    let seal = |rings: &Rings, now| {
        let ring = rings.ring(&ada(), now).unwrap();
        ring.seal(&place(&ada(), 1), b"value", now).unwrap()
    };
    seal(&elsewhere, NOW);
    store.restore(&backup);
    let (rings, _) = over(&store, kek());
    let next = rings.stage(&ada(), NOW).unwrap();
    rings.promote(&ada(), next, NOW).unwrap();
    let sealed = seal(&elsewhere, after(300));
    let ring = rings.ring(&ada(), after(300)).unwrap();
    assert!(ring.open(&place(&ada(), 1), &sealed).is_ok());
    // nor is it counted for a key what another one of its version has sealed
    elsewhere.record_seals(&ada(), after(300)).unwrap();
    let ring = over(&store, kek()).0.ring(&ada(), after(300)).unwrap();
    assert_eq!(ring.keys().map(|key| key.seals).collect::<Vec<_>>(), [0, 1]);
}

/// CR-07: no tenant gets a new root while a ring is there that was sealed under the old one.
#[test]
fn a_tenant_whose_record_is_lost_is_not_made_anew_under_its_people() {
    let (rings, store, _) = rings();
    rings.ring(&acme(), NOW).unwrap();
    let tenant = store.all();
    rings.ring(&ada(), NOW).unwrap();
    let mut lost = store.all();
    lost.retain(|key, _| !tenant.contains_key(key));
    store.restore(&lost);
    let (fresh, kms) = over(&store, kek());
    assert_eq!(fresh.find(&ada(), NOW).err(), Some(Error::Missing));
    assert_eq!(fresh.ring(&ada(), NOW).err(), Some(Error::Missing));
    assert_eq!(fresh.stage(&ada(), NOW).err(), Some(Error::Missing));
    assert_eq!(store.all(), lost);
    assert_eq!(kms.calls(), (0, 0));
    // put back, it opens
    store.restore(&tenant.into_iter().chain(lost).collect());
    assert!(fresh.find(&ada(), NOW).unwrap().is_some());
}

/// CR-14: the same name is not the same key.
#[test]
fn rewrapping_says_already_only_of_what_it_has_opened() {
    let store = Arc::new(Open::default());
    let [one, other] = [1, 2].map(|byte| {
        let kek = LocalKek::new("alias/prod", Key::from_bytes([byte; 32])).unwrap();
        over(&store, kek).0
    });
    one.ring(&acme(), NOW).unwrap();
    assert_eq!(one.rewrap(&acme()), Ok(Rewrapped::Already));
    let refused = Error::Field(field::Error::Wrap(WrapError::Refused));
    assert_eq!(other.rewrap(&acme()), Err(refused));
}

/// CR-08: where a replay stops in the middle, no ring that it has ended is held.
#[test]
fn a_replay_that_is_interrupted_forgets_what_it_has_ended() {
    /// Takes one more write.
    struct Once(Arc<Open>, Mutex<Option<usize>>);
    impl Store for Once {
        type Error = std::io::Error;

        fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Self::Error> {
            Ok(self.0.load(key).unwrap_or_default())
        }

        fn compare_exchange(
            &self,
            key: &[u8],
            current: Option<&[u8]>,
            new: Option<&Entry>,
        ) -> Result<Exchange, Self::Error> {
            if let Some(left) = &mut *self.1.lock().unwrap() {
                *left = left
                    .checked_sub(1)
                    .ok_or_else(|| std::io::Error::other("full"))?;
            }
            Ok(self
                .0
                .compare_exchange(key, current, new)
                .unwrap_or(Exchange::Changed))
        }
    }
    let (elsewhere, ..) = rings();
    let list = [acme(), Scope::application()]
        .map(|scope| elsewhere.shred(&scope, &erasure(), &signer(), NOW).unwrap());
    let list = listed(list);
    let once = Once(Arc::default(), Mutex::default());
    let rings = Keyrings::new(NAME, &once, kek(), Policy::new());
    for scope in [acme(), Scope::application()] {
        rings.ring(&scope, NOW).unwrap();
    }
    *once.1.lock().unwrap() = Some(1);
    let stopped = rings.replay(&list, &[signer().verifier()]);
    assert!(matches!(stopped, Err(Error::Store(_))), "{stopped:?}");
    *once.1.lock().unwrap() = None;
    let ended = [acme(), Scope::application()].map(|scope| rings.ring(&scope, NOW).err());
    assert_eq!(
        ended.iter().flatten().collect::<Vec<_>>(),
        [&Error::Shredded]
    );
}

/// CR-07: also one that never had a ring: it may still ask for erasure.
#[test]
fn a_scope_without_a_ring_is_shredded_too() {
    let (rings, _, kms) = rings();
    let receipt = rings.shred(&ada(), &erasure(), &signer(), NOW).unwrap();
    assert_eq!(*receipt.evidence(), Evidence::NoRing);
    assert_eq!((receipt.generation(), receipt.kek_id()), (0, None));
    assert_eq!(rings.ring(&ada(), NOW).err(), Some(Error::Shredded));
    let nobody = Scope::subject("umbrella", "ada");
    rings.shred(&nobody, &erasure(), &signer(), NOW).unwrap();
    assert_eq!(
        rings
            .find(&Scope::tenant("umbrella"), NOW)
            .unwrap()
            .map(|_| ()),
        None
    );
    assert_eq!(kms.calls(), (0, 0), "no tenant's record is made for that");
}

/// CR-07: nobody has to be able to open a ring to destroy it, but a service that may come back is
/// waited for.
#[test]
fn a_ring_that_cannot_be_opened_is_shredded_all_the_same() {
    for (fault, shredded) in [
        (Some(Fault::Gone), true),
        (Some(Fault::Refused), false),
        (Some(Fault::AnotherKey), true),
        (Some(Fault::Unavailable), false),
    ] {
        let (rings, store, kms) = rings();
        rings.ring(&ada(), NOW).unwrap();
        let before = store.all();
        kms.fails(fault);
        let receipt = rings.shred(&ada(), &erasure(), &signer(), NOW);
        assert_eq!(receipt.is_ok(), shredded, "{fault:?}");
        match receipt {
            Ok(receipt) => {
                assert_eq!(*receipt.evidence(), Evidence::Unread);
                assert_eq!(receipt.kek_id(), Some("2026-11"));
                kms.fails(None);
                assert_eq!(rings.ring(&ada(), NOW).err(), Some(Error::Shredded));
            }
            Err(_) => {
                assert_eq!(store.all(), before);
                let (calls, order) = (kms.calls(), erasure());
                let told = rings.danger_shred_unread(&ada(), &order, &signer(), NOW);
                assert_eq!(*told.unwrap().evidence(), Evidence::Unread);
                assert_eq!(kms.calls(), calls, "it is not asked");
                kms.fails(None);
                assert_eq!(rings.ring(&ada(), NOW).err(), Some(Error::Shredded));
            }
        }
    }
    let (rings, store, _) = rings();
    rings.ring(&acme(), NOW).unwrap();
    let key = store.all().into_keys().next().unwrap();
    for damaged in [&b""[..], b"\x01", b"\x01\x01\0\0\0\x01x", b"\x09junk"] {
        store.put(&key, damaged);
        assert!(rings.ring(&acme(), after(300)).is_err());
        let receipt = rings.shred(&acme(), &erasure(), &signer(), NOW).unwrap();
        assert_eq!(*receipt.evidence(), Evidence::Unread);
        assert_eq!(rings.receipt(&acme()), Ok(Some(receipt)));
    }
}

/// CR-07: what another process holds ends when its cache is too old, and a person's not later than
/// the tenant's.
#[test]
fn another_process_sees_it_when_its_cache_is_too_old() {
    let (rings, store, _) = rings();
    let (elsewhere, _) = over(&store, kek());
    elsewhere.ring(&acme(), NOW).unwrap();
    // asked for later, and it hangs on what was asked for before
    elsewhere.ring(&ada(), after(200)).unwrap();
    rings
        .shred(&acme(), &erasure(), &signer(), after(201))
        .unwrap();
    for scope in [ada(), acme()] {
        let shredded = Some(Error::Shredded);
        assert_eq!(rings.ring(&scope, after(201)).err(), shredded);
        assert!(elsewhere.ring(&scope, after(299)).is_ok());
    }
    for scope in [ada(), acme()] {
        let shredded = Some(Error::Shredded);
        assert_eq!(elsewhere.ring(&scope, after(300)).err(), shredded);
    }
}

/// CR-07: a ring that was being loaded while it was shredded is not held open.
#[test]
fn what_was_loaded_before_a_shredding_is_not_held_after_it() {
    /// Calls back before it unwraps.
    struct Slow<'a>(LocalKek, &'a (dyn Fn() + Sync));
    impl KeyWrapper for Slow<'_> {
        fn kek_id(&self) -> &str {
            self.0.kek_id()
        }
        fn wrap_key(&self, context: &[u8], key: &Key) -> Result<Vec<u8>, WrapError> {
            self.0.wrap_key(context, key)
        }
        fn unwrap_key(&self, id: &str, context: &[u8], key: &[u8]) -> Result<Key, WrapError> {
            (self.1)();
            self.0.unwrap_key(id, context, key)
        }
    }
    let (made, store, _) = rings();
    made.ring(&acme(), NOW).unwrap();
    let rings = std::sync::OnceLock::<Keyrings<Arc<Open>, Slow<'_>>>::new();
    let once = Mutex::new(true);
    let shred = || {
        if std::mem::take(&mut *once.lock().unwrap()) {
            let rings = rings.get().unwrap();
            rings.shred(&acme(), &erasure(), &signer(), NOW).unwrap();
        }
    };
    let slow = Keyrings::new(NAME, Arc::clone(&store), Slow(kek(), &shred), Policy::new());
    let rings = rings.get_or_init(|| slow);
    assert!(
        rings.ring(&acme(), NOW).is_ok(),
        "it was there when asked for"
    );
    assert_eq!(rings.ring(&acme(), NOW).err(), Some(Error::Shredded));
}

/// CR-07: the end of a tenant is the end of everybody in it, those whom nobody listed too.
#[test]
fn a_tenants_end_is_that_of_its_people_and_of_nobody_else() {
    let (rings, store, _) = rings();
    for scope in scopes() {
        rings.ring(&scope, NOW).unwrap();
    }
    let receipt = rings.shred(&acme(), &erasure(), &signer(), NOW).unwrap();
    assert!(receipt.to_string().contains("persons"));
    let (elsewhere, _) = over(&store, kek());
    for (scope, tenant, _) in people() {
        for rings in [&rings, &elsewhere] {
            let ring = rings.ring(&scope, NOW).err();
            let shredded = (tenant == Some("acme")).then_some(Error::Shredded);
            assert_eq!(ring, shredded, "{scope:?}");
        }
    }
    // nor is anybody new
    let new = Scope::subject("acme", "eve");
    assert_eq!(rings.ring(&new, NOW).err(), Some(Error::Shredded));
    let mine = rings.shred(&ada(), &erasure(), &signer(), NOW).unwrap();
    assert_eq!(*mine.evidence(), Evidence::Unread);
}

/// CR-08: a restored backup has the ring again; the tombstones take it away before it is used.
#[test]
fn tombstones_are_replayed_after_a_restore() {
    let (rings, store, kms) = rings();
    for scope in scopes() {
        rings.ring(&scope, NOW).unwrap();
    }
    let backup = store.all();
    let nobody = Scope::tenant("umbrella");
    let shredded = [ada(), Scope::tenant("globex"), nobody.clone()];
    let receipts = shredded
        .each_ref()
        .map(|scope| rings.shred(scope, &erasure(), &signer(), NOW).unwrap());
    let kept = listed(receipts.iter().cloned()).encode();

    store.restore(&backup);
    let (rings, before) = (over(&store, kek()).0, kms.calls());
    assert!(
        rings.ring(&ada(), NOW).is_ok(),
        "which is what must not be served"
    );
    let tombstones = Tombstones::decode(&kept).unwrap();
    assert_eq!(tombstones.iter().len(), 3);
    let verifiers = [
        ReceiptKey::generate().unwrap().verifier(),
        signer().verifier(),
    ];
    let replayed = rings.replay(&tombstones, &verifiers).unwrap();
    assert_eq!((replayed.placed, replayed.already), (3, 0));
    assert_eq!(kms.calls(), before, "no key is needed");
    for (scope, tenant, _) in people() {
        let gone = scope == ada() || tenant == Some("globex");
        assert_eq!(rings.ring(&scope, NOW).is_err(), gone, "{scope:?}");
    }
    assert_eq!(rings.ring(&nobody, NOW).err(), Some(Error::Shredded));
    for (scope, receipt) in shredded.iter().zip(&receipts) {
        assert_eq!(rings.receipt(scope).unwrap().as_ref(), Some(receipt));
    }
    let after_first = store.all();
    let again = rings.replay(&tombstones, &verifiers).unwrap();
    assert_eq!((again.placed, again.already), (0, 3));
    assert_eq!(store.all(), after_first);
    assert_eq!(
        rings.replay(&Tombstones::new(), &[]),
        Ok(Replayed::default())
    );
}

/// CR-08: a forged tombstone destroys nothing, nor does a real one beside it.
#[test]
fn tombstones_that_nobody_signed_are_not_replayed() {
    let (rings, store, _) = rings();
    for scope in scopes() {
        rings.ring(&scope, NOW).unwrap();
    }
    let backup = store.all();
    let forger = ReceiptKey::generate().unwrap();
    let real = rings.shred(&ada(), &erasure(), &signer(), NOW).unwrap();
    let forged = rings.shred(&acme(), &erasure(), &forger, NOW).unwrap();
    store.restore(&backup);
    let (rings, _) = over(&store, kek());
    let both = written(vec![real.clone(), forged]).unwrap();
    for verifiers in [&[signer().verifier()][..], &[]] {
        assert_eq!(rings.replay(&both, verifiers), Err(Error::Receipt));
    }
    let mut relabelled = real.encode();
    relabelled[38] ^= 1;
    let relabelled = written(vec![Receipt::decode(&relabelled).unwrap()]).unwrap();
    assert_eq!(
        rings.replay(&relabelled, &[signer().verifier()]),
        Err(Error::Receipt)
    );
    assert_eq!(store.all(), backup);
}

/// CR-08
#[test]
fn of_two_receipts_about_one_scope_the_earlier_is_kept() {
    let receipt = |now| {
        let (rings, ..) = rings();
        rings.shred(&ada(), &erasure(), &signer(), now).unwrap()
    };
    for order in [[after(1), after(2)], [after(2), after(1)]] {
        let kept = listed(order.map(receipt));
        assert_eq!(kept.iter().map(Receipt::at).collect::<Vec<_>>(), [after(1)]);
    }
}

/// CR-08: a list is read whole or not at all.
#[test]
fn tombstones_are_encoded_in_one_way() {
    let (rings, ..) = rings();
    let receipts: Vec<_> = scopes()
        .iter()
        .map(|scope| rings.shred(scope, &erasure(), &signer(), NOW).unwrap())
        .collect();
    let tombstones = listed(receipts.iter().cloned());
    let backwards = listed(receipts.into_iter().rev());
    let bytes = tombstones.encode();
    assert_eq!(backwards.encode(), bytes);
    assert_eq!(Tombstones::decode(&bytes), Ok(tombstones.clone()));
    for len in 0..bytes.len() {
        assert!(Tombstones::decode(&bytes[..len]).is_err());
    }
    assert_eq!(
        Tombstones::decode(&[&bytes[..], &[0]].concat()),
        Err(DAMAGED)
    );
    let list = |receipts: &[&Receipt]| Tombstones::decode(&list(receipts));
    let [a, b] = [0, 1].map(|n| tombstones.iter().nth(n).unwrap());
    assert!(list(&[a, b]).is_ok());
    assert_eq!(list(&[b, a]), Err(DAMAGED));
    assert_eq!(list(&[a, a]), Err(DAMAGED));
}

/// CR-07: whoever changes a byte of a receipt, or signs it himself, has none.
#[test]
fn every_changed_byte_of_a_receipt_is_refused() {
    let (rings, ..) = rings();
    rings.ring(&ada(), NOW).unwrap();
    let order = erasure().with_index_values(12);
    let receipt = rings.shred(&ada(), &order, &signer(), NOW).unwrap();
    let (bytes, verifier) = (receipt.encode(), signer().verifier());
    let check = |bytes: &[u8]| Receipt::decode(bytes)?.verify(&verifier);
    assert_eq!(check(&bytes), Ok(()));
    for at in 0..bytes.len() {
        for bit in [1, 0x80] {
            let mut changed = bytes.clone();
            changed[at] ^= bit;
            assert!(check(&changed).is_err(), "byte {at}");
        }
        assert!(check(&bytes[..at]).is_err());
    }
    assert_eq!(check(&[&bytes[..], &[0]].concat()), Err(DAMAGED));
    let at = bytes
        .windows(12)
        .position(|w| w == b"request 4711")
        .unwrap();
    let mut two_lines = bytes.clone();
    two_lines[at + 7] = b'\n';
    assert_eq!(Receipt::decode(&two_lines), Err(Error::Reason));
    // nor does the name of the key-encryption key write a line of its own
    let at = bytes.windows(7).position(|w| w == b"2026-11").unwrap();
    let mut two_lines = bytes.clone();
    two_lines[at + 4] = b'\n';
    let refused = Err(Error::Field(field::Error::KekId));
    assert_eq!(Receipt::decode(&two_lines), refused);
    let other = ReceiptKey::generate().unwrap().verifier();
    assert_eq!(receipt.verify(&other), Err(Error::Receipt));
    // naming the key that is asked for does not make it the key that signed
    let (rings, ..) = self::rings();
    let forger = ReceiptKey::generate().unwrap();
    let forged = rings.shred(&ada(), &erasure(), &forger, NOW).unwrap();
    let mut bytes = forged.encode();
    let at = bytes.len() - 96;
    bytes[at..at + 32].copy_from_slice(&verifier.to_bytes());
    assert_eq!(check(&bytes), Err(Error::Receipt));

    let text = receipt.to_text();
    assert!(text.starts_with("pcr1."));
    assert_eq!(Receipt::from_text(&text), Ok(receipt));
    for wrong in [
        &text[1..],
        &text[..text.len() - 1],
        &format!("{text}="),
        &format!(" {text}"),
    ] {
        assert!(Receipt::from_text(wrong).is_err());
    }
    assert_eq!(Receipt::from_text(&"a".repeat(1 << 20)), Err(DAMAGED));
}

/// CR-07: a signature key of small order fits any message.
#[test]
fn keys_that_fit_every_signature_verify_nothing() {
    let mut identity = [0; 32];
    identity[0] = 1;
    assert_eq!(Verifier::from_bytes(&identity), Err(Error::Receipt));
    assert_eq!(Verifier::from_bytes(&[2; 32]), Err(Error::Receipt));
    let verifier = signer().verifier();
    assert_eq!(Verifier::from_bytes(&verifier.to_bytes()), Ok(verifier));
}

/// CR-07: a receipt can be read by the person who asked for it.
#[test]
fn a_receipt_says_what_it_proves_and_what_not() {
    let (rings, ..) = rings();
    let ring = rings.ring(&ada(), NOW).unwrap();
    let order = erasure().with_index_values(12);
    let receipt = rings.shred(&ada(), &order, &signer(), NOW).unwrap();
    let text = receipt.to_string();
    let fingerprint = ring.keys().next().unwrap().fingerprint.to_string();
    for said in [
        "a person",
        "request 4711",
        "2026-11-21T09:00:00.000Z",
        &fingerprint,
        "wrapped under: 2026-11",
        "reports: 12",
        &signer().verifier().to_string(),
        "does not cover copies",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(!text.contains("ada"));
}

/// CR-07
#[test]
fn a_reason_says_something_on_one_line() {
    for reason in ["", " ", "a\nb", "tab\t", &"a".repeat(1025)] {
        assert_eq!(Erasure::new(reason), Err(Error::Reason), "{reason:?}");
    }
    // nor changes the order in which the rest is shown
    for control in [
        '\u{61C}', '\u{200E}', '\u{2028}', '\u{202E}', '\u{2066}', '\u{2069}',
    ] {
        let reason = format!("a{control}b");
        assert_eq!(Erasure::new(&reason), Err(Error::Reason), "{reason:?}");
    }
    for reason in ["a", &"a".repeat(1024), "§ 17 DSGVO"] {
        assert!(Erasure::new(reason).is_ok());
    }
}

/// CO-03
#[test]
fn no_key_is_printed() {
    let key = ReceiptKey::new(&Key::from_bytes([0x41; 32]));
    assert_eq!(format!("{key:?} {key:#?}"), "[redacted] [redacted]");
    let (rings, ..) = rings();
    rings.ring(&ada(), NOW).unwrap();
    let printed = format!("{rings:?}");
    assert!(
        printed.contains("held: 2") && !printed.contains("acme"),
        "{printed}"
    );
}

/// CR-07: one that fails in the store is an error and no empty answer.
#[test]
fn a_store_that_fails_denies() {
    let full = Keyrings::new(NAME, store::Memory::new(0), kek(), Policy::new());
    assert!(matches!(full.ring(&acme(), NOW), Err(Error::Store(_))));
    let refused = full.shred(&acme(), &erasure(), &signer(), NOW);
    assert!(matches!(refused, Err(Error::Store(_))));
}

// ---- everything with everything ----

/// What was sealed for a scope, by each of its keys.
struct Sealed {
    scope: usize,
    context: Context,
    envelope: Vec<u8>,
}

/// All rings that can be had from these records and wrappers, however they are put together: as
/// they are, by hand, and as stores of their own in which tenants' records come from one of them
/// and all others from another.
fn every_ring(
    stores: &[BTreeMap<Vec<u8>, Vec<u8>>],
    wrappers: &[LocalKek],
    tenants: &BTreeSet<Vec<u8>>,
) -> Vec<Arc<Keyring>> {
    let mut found = Vec::new();
    for wrapper in wrappers {
        for record in stores.iter().flat_map(BTreeMap::values) {
            for scope in scopes() {
                for bytes in [&record[..], record.get(6..).unwrap_or_default()] {
                    let ring = Keyring::open_wrapped(bytes, &scope, wrapper, 0);
                    found.extend(ring.map(Arc::new));
                }
            }
        }
        for of_tenants in stores {
            for of_others in stores {
                let mixed = Arc::new(Open::default());
                for (records, wanted) in [(of_tenants, true), (of_others, false)] {
                    for (key, record) in records {
                        if tenants.contains(key) == wanted {
                            mixed.put(key, record);
                        }
                    }
                }
                let (rings, _) = over(&mixed, wrapper.clone());
                for scope in scopes() {
                    found.extend(rings.find(&scope, NOW).ok().flatten());
                }
            }
        }
    }
    found
}

/// The same scopes in a store of somebody's own who has the key-encryption key.
fn made_anew(kek: &LocalKek) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let store = Arc::new(Open::default());
    let (rings, _) = over(&store, kek.clone());
    for scope in scopes() {
        rings.ring(&scope, NOW).unwrap();
    }
    store.all()
}

/// The scopes of which something opens, by opening everything with every ring.
fn opened(rings: &[Arc<Keyring>], sealed: &[Sealed]) -> BTreeSet<usize> {
    let mut scopes = BTreeSet::new();
    for ring in rings {
        for value in sealed {
            for context in sealed.iter().map(|other| &other.context) {
                if let Ok(opened) = ring.open(context, &value.envelope) {
                    assert_eq!(opened.expose_secret(), b"a value");
                    scopes.insert(value.scope);
                }
            }
        }
    }
    scopes
}

/// CR-07: what was shredded opens with nothing that remains, and everything else still does.
#[test]
fn what_was_shredded_opens_with_nothing_that_remains() {
    let (rings, store, _) = rings();
    let mut sealed = Vec::new();
    let mut tenants = BTreeSet::new();
    for (index, (scope, _, subject)) in people().into_iter().enumerate() {
        let before = store.all();
        rings.ring(&scope, NOW).unwrap();
        if subject.is_none() && scope.encode()[0] == Scope::tenant("x").encode()[0] {
            tenants.insert(new_key(&store, &before));
        }
        for row in 1..3 {
            let ring = rings.ring(&scope, NOW).unwrap();
            let context = place(&scope, row);
            let envelope = ring.seal(&context, b"a value", NOW).unwrap();
            sealed.push(Sealed {
                scope: index,
                context,
                envelope,
            });
            let next = rings.stage(&scope, NOW).unwrap();
            rings.promote(&scope, next, NOW).unwrap();
        }
    }
    assert_eq!(tenants.len(), 3);
    let everybody: BTreeSet<usize> = (0..scopes().len()).collect();
    let early = store.all();
    assert_eq!(
        opened(
            &every_ring(std::slice::from_ref(&early), &[kek()], &tenants),
            &sealed
        ),
        everybody,
        "before, everything opens"
    );

    // the key-encryption key is rotated, and every ring wrapped anew
    let both = kek().rotate("2026-12").unwrap();
    let (rings, _) = over(&store, both.clone());
    for scope in scopes() {
        assert_eq!(rings.rewrap(&scope), Ok(Rewrapped::Anew));
        assert_eq!(rings.rewrap(&scope), Ok(Rewrapped::Already));
        rings.ring(&scope, NOW).unwrap();
    }
    let late = store.all();

    // a person, a credential, a tenant with its people
    let shredded = [
        ada(),
        Scope::credential("acme", "smtp"),
        Scope::tenant("globex"),
    ];
    let receipts = shredded
        .each_ref()
        .map(|scope| rings.shred(scope, &erasure(), &signer(), NOW).unwrap());
    let survivors: BTreeSet<usize> = [0, 1, 3, 8].into();
    let new = both.clone().without("2026-11").unwrap();
    let now = store.all();

    // what this process still gives out, and what another one finds
    let remaining = |rings: &Rings| -> Vec<_> {
        let found = scopes().into_iter().map(|scope| rings.find(&scope, NOW));
        found.filter_map(|found| found.ok().flatten()).collect()
    };
    assert_eq!(opened(&remaining(&rings), &sealed), survivors);
    assert_eq!(
        opened(&remaining(&over(&store, new.clone()).0), &sealed),
        survivors
    );

    // the store, with every key there ever was, and tenants of these names made anew
    let ever = [kek(), both, new.clone()];
    let stores = [now.clone(), made_anew(&new)];
    assert_eq!(
        opened(&every_ring(&stores, &ever, &tenants), &sealed),
        survivors
    );
    // the store and the old backup, once the old key is destroyed
    let stores = [early.clone(), now.clone()];
    let keks = [new.clone()];
    assert_eq!(
        opened(&every_ring(&stores, &keks, &tenants), &sealed),
        survivors
    );
    // the later backup too, once the next key has taken the place of the present one
    let next = new.clone().rotate("2027-01").unwrap();
    let (rings, _) = over(&store, next.clone());
    for scope in scopes() {
        let _ = rings.rewrap(&scope).unwrap();
    }
    let keks = [next.without("2026-12").unwrap()];
    let stores = [early, late.clone(), now, store.all()];
    assert_eq!(
        opened(&every_ring(&stores, &keks, &tenants), &sealed),
        survivors
    );

    // stated in the documentation: until then, that backup opens with the key of its time
    assert_eq!(
        opened(&every_ring(&[late], &[new], &tenants), &sealed),
        everybody
    );

    // nothing that is left of them is itself a key
    let left = receipts.iter().map(Receipt::encode);
    for bytes in left.chain(store.all().into_values()) {
        for window in bytes.windows(32).map(|w| <[u8; 32]>::try_from(w).unwrap()) {
            let ring = Keyring::new(Key::from_bytes(window), NOW);
            for value in sealed
                .iter()
                .filter(|value| !survivors.contains(&value.scope))
            {
                assert!(ring.open(&value.context, &value.envelope).is_err());
            }
        }
    }
}
