//! What keeps keys at rest is read only if it is what was written: wrapped rings, files of
//! key-encryption keys, records of a store of rings, receipts, tombstones.
//!
//! The first byte of the input chooses what the rest is; changes are changes to what is real.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use portcullis::{
    Timestamp,
    field::{
        ExposeSecret, Key, Keyring, Keyrings, LocalKek, Policy, Scope, WrappedKeyring,
        keyrings::{Erasure, Error, Receipt, ReceiptKey, Tombstones},
    },
    store::{Entry, Exchange, Memory, Store},
};
use sha2::{Digest, Sha256};

const NOW: Timestamp = Timestamp::from_secs(1_795_251_600);

/// Made once; a forgery would be something else that is taken for one of these.
struct Real {
    kek: Vec<u8>,
    wrapped: Vec<u8>,
    record: Vec<u8>,
    receipt: Vec<u8>,
}

static REAL: LazyLock<Real> = LazyLock::new(|| {
    let ring = Keyring::new_for(Key::from_bytes([7; 32]), scope(), Policy::new(), NOW);
    let store = Memory::new(1);
    let rings = Keyrings::new("tests", &store, kek(), Policy::new());
    rings.ring(&scope(), NOW).expect("a ring");
    let record = store.load(&store_key()).expect("the store answers");
    let order = Erasure::new("a reason").expect("a reason");
    let receipt = rings.shred(&scope(), &order, &signer(), NOW);
    Real {
        kek: kek().encode().expose_secret().to_vec(),
        wrapped: ring.expect("a ring").wrap_with(&kek()).expect("wrapped"),
        record: record.expect("a record"),
        receipt: receipt.expect("a receipt").encode(),
    }
});

fn scope() -> Scope {
    Scope::tenant("acme")
}

fn store_key() -> Vec<u8> {
    [
        &b"portcullis/keyring/"[..],
        &Sha256::digest(scope().encode()),
    ]
    .concat()
}

fn kek() -> LocalKek {
    let kek = LocalKek::new("2026-12", Key::from_bytes([0xB1; 32])).expect("a name");
    kek.with_old("2026-11", Key::from_bytes([0xA1; 32]))
        .expect("another")
}

fn signer() -> ReceiptKey {
    ReceiptKey::new(&Key::from_bytes([10; 32]))
}

/// Each five bytes: where, how to change it, and how much of the end to leave out.
fn changed(real: &[u8], changes: &[u8]) -> Vec<u8> {
    let mut bytes = real.to_vec();
    for change in changes.chunks_exact(5) {
        let at = usize::from(u16::from_be_bytes([change[0], change[1]]));
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= change[2];
        }
        let cut = usize::from(u16::from_be_bytes([change[3], change[4]]));
        bytes.truncate(bytes.len().saturating_sub(cut));
    }
    bytes
}

fn kek_file(bytes: &[u8]) {
    if let Ok(kek) = LocalKek::decode(bytes) {
        assert_eq!(kek.encode().expose_secret(), bytes);
        let ring = Keyring::new(Key::from_bytes([7; 32]), NOW);
        let wrapped = ring.wrap_with(&kek).expect("a KEK wraps");
        assert!(Keyring::open_wrapped(&wrapped, &Scope::application(), &kek, 0).is_ok());
    }
}

fn wrapped(bytes: &[u8]) {
    let header = WrappedKeyring::parse(bytes);
    let opened = Keyring::open_wrapped(bytes, &scope(), &kek(), 0).is_ok();
    assert_eq!(opened, bytes == REAL.wrapped);
    assert!(header.is_ok() || !opened);
}

/// In the store, under the scope's key.
fn record(bytes: &[u8]) {
    let store = Memory::new(1);
    let put = store.compare_exchange(&store_key(), None, Some(&Entry::new(bytes.to_vec())));
    assert_eq!(put, Ok(Exchange::Done));
    let rings = Keyrings::new("tests", &store, kek(), Policy::new());
    let opened = rings.ring(&scope(), NOW).is_ok();
    assert_eq!(opened, bytes == REAL.record);
    let _ = rings.rewrap(&scope());
    // whatever stood there, it can be destroyed, but for what somebody else says is destroyed, or
    // what the wrapper refuses
    let order = Erasure::new("a reason").expect("a reason");
    let shredded = match rings.shred(&scope(), &order, &signer(), NOW) {
        Err(Error::Field(_)) => rings.danger_shred_unread(&scope(), &order, &signer(), NOW),
        shredded => shredded,
    };
    let stands = rings
        .receipt(&scope())
        .expect("readable")
        .expect("a tombstone");
    match shredded {
        Ok(receipt) => assert_eq!(stands, receipt),
        Err(error) => {
            assert!(matches!(error, Error::Receipt | Error::OtherStore));
            let signed = stands.verify(&signer().verifier());
            assert!(signed.is_err() || !stands.is_of("tests"));
        }
    }
    assert!(rings.ring(&scope(), NOW).is_err());
}

fn receipt(bytes: &[u8]) {
    if let Ok(receipt) = Receipt::decode(bytes) {
        assert_eq!(receipt.encode(), bytes);
        assert_eq!(
            Receipt::from_text(&receipt.to_text()).as_ref(),
            Ok(&receipt)
        );
        assert!(receipt.to_string().ends_with(".\n"));
        let verified = receipt.verify(&signer().verifier()).is_ok();
        assert!(!verified || bytes == REAL.receipt);
    }
    if let Ok(receipt) = Receipt::from_text(&String::from_utf8_lossy(bytes)) {
        assert_eq!(receipt.to_text().as_bytes(), bytes);
    }
}

fn tombstones(bytes: &[u8]) {
    if let Ok(tombstones) = Tombstones::decode(bytes) {
        assert_eq!(tombstones.encode(), bytes);
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((kind, rest)) = data.split_first() else {
        return;
    };
    match kind % 9 {
        0 => kek_file(rest),
        1 => kek_file(&changed(&REAL.kek, rest)),
        2 => wrapped(rest),
        3 => wrapped(&changed(&REAL.wrapped, rest)),
        4 => record(rest),
        5 => record(&changed(&REAL.record, rest)),
        6 => receipt(rest),
        7 => receipt(&changed(&REAL.receipt, rest)),
        _ => tombstones(rest),
    }
});
