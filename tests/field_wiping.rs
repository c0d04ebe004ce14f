//! What keys and plaintexts leave in memory: an allocator looks at all that is freed.
#![cfg(feature = "field")]
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "tests stop at what they did not expect"
)]

mod watch;

use std::{
    cell::Cell,
    hint::black_box,
    io::{Read, Write},
    mem::ManuallyDrop,
    num::NonZeroUsize,
    thread,
};

use aes_gcm::{
    KeyInit,
    aes::{Aes256Enc, cipher::BlockCipherEncrypt},
};
use hmac::Hmac;
use portcullis::{
    Timestamp,
    field::{
        BlindIndex, Context, Encrypted, Error, ExposeSecret, Key, KeyWrapper, Keyring, LocalKek,
        Normalizer, Padding, Plaintext, Policy, Scope, SecretSlice, SecretString, Suite, WrapError,
        rewrap, stream,
    },
};
use sha2::Sha512;

const NOW: Timestamp = Timestamp::from_secs(1_795_251_600);

/// A key, and part of a plaintext. Half of it is looked for, so that a torn copy is seen too.
const CANARY: &[u8; 32] = b"planted-canary-0123456789abcdefg";
const HALF: usize = 16;

thread_local! {
    static CANARIES: Cell<usize> = const { Cell::new(0) };
}

fn look(freed: &[u8]) {
    let (first, second) = CANARY.split_at(HALF);
    if freed.windows(HALF).any(|w| w == first || w == second) {
        CANARIES.set(CANARIES.get() + 1);
    }
}

/// How many freed allocations held the canary.
fn copies(run: impl FnOnce()) -> usize {
    CANARIES.set(0);
    watch::watch(look, run);
    CANARIES.get()
}

fn place() -> Context {
    let context = Context::new().tenant("acme").table("contact");
    context.column("email").row(42)
}

/// The allocator sees what is to be seen: bytes, half of them, and those that grew.
#[test]
fn sees_what_is_left_behind() {
    assert_eq!(copies(|| drop(black_box(CANARY.to_vec()))), 1);
    assert_eq!(copies(|| drop(black_box(CANARY[HALF..].to_vec()))), 1);
    let grown = copies(|| {
        let mut bytes = Vec::with_capacity(CANARY.len());
        bytes.extend_from_slice(CANARY);
        bytes.resize(5000, 0);
        drop(black_box(bytes));
    });
    assert_eq!(grown, 2);
}

/// CO-03: a key leaves no copy, whatever becomes of its ring.
#[test]
fn a_key_is_wiped() {
    let key = || Key::from_bytes(*CANARY);
    let left = copies(|| {
        let copied = key().clone();
        assert!(copied == key());
        let _ = black_box(copied.fingerprint());
    });
    assert_eq!(left, 0);
    let left = copies(|| {
        let ring = Keyring::new(key(), NOW);
        let stored = ring.encode();
        assert!(stored.expose_secret().windows(32).any(|w| w == CANARY));
        let mut read = Keyring::decode(stored.expose_secret()).unwrap();
        assert_eq!(
            read.stage_key(key(), NOW)
                .err()
                .map(|e| e.to_string())
                .as_deref(),
            Some("key version 2 is a duplicate")
        );
        // more than a list of keys has room for at first
        for _ in 0..40 {
            let next = read.stage(NOW).unwrap();
            read.promote(next, NOW).unwrap();
        }
        let sealed = ring.seal(&place(), b"a value", NOW).unwrap();
        assert!(read.open(&place(), &sealed).unwrap().stale().is_some());
        let stored = read.encode();
        assert!(Keyring::decode(&stored.expose_secret()[1..]).is_err());
        assert!(
            Keyring::decode(&stored.expose_secret()[..stored.expose_secret().len() - 1]).is_err()
        );
    });
    assert_eq!(left, 0);
}

/// CO-03: a plaintext leaves no copy, in one chunk or several, opened or refused at the last byte.
#[test]
fn a_plaintext_is_wiped() {
    let ring = Keyring::generate(NOW).unwrap();
    let mut long = vec![b'.'; 40_000];
    // in the first chunk, across the first two, in the last
    for at in [0, 16 * 1024 - HALF, 39_000] {
        long[at..at + CANARY.len()].copy_from_slice(CANARY);
    }
    let places = [place(), place().padding(Padding::to_multiple_of(64))];
    let pairs = places
        .iter()
        .flat_map(|place| [(place, &CANARY[..]), (place, &long)]);
    for (place, plaintext) in pairs {
        let left = copies(|| {
            let sealed = ring.seal(place, plaintext, NOW).unwrap();
            let opened = ring.open(place, &sealed).unwrap();
            assert_eq!(opened.expose_secret(), plaintext);
            let text = ring.seal_text(place, plaintext, NOW).unwrap();
            drop(black_box(ring.open_text(place, &text).unwrap()));
            let mut changed = sealed.clone();
            *changed.last_mut().unwrap() ^= 1;
            assert_eq!(ring.open(place, &changed).err(), Some(Error::Open));
        });
        assert_eq!(left, 0, "{}", plaintext.len());
    }
}

/// As many bytes of what was freed as are kept.
const KEPT: usize = 4096;

thread_local! {
    static FREED: Cell<([u8; KEPT], usize)> = const { Cell::new(([0; KEPT], 0)) };
    static PIECES: Cell<&'static [[u8; HALF]]> = const { Cell::new(&[]) };
    static FOUND: Cell<usize> = const { Cell::new(0) };
}

fn keep(freed: &[u8]) {
    let (mut kept, len) = FREED.get();
    kept[len..len + freed.len()].copy_from_slice(freed);
    FREED.set((kept, len + freed.len()));
}

/// What a value leaves in freed memory if it is not wiped, in pieces.
fn freed_by<T>(value: T) -> Vec<[u8; HALF]> {
    let value = black_box(Box::new(ManuallyDrop::new(value)));
    FREED.set(([0; KEPT], 0));
    watch::watch(keep, || drop(value));
    let (kept, len) = FREED.get();
    let (pieces, _) = kept[..len].as_chunks();
    pieces.to_vec()
}

/// What a value that is made of the canary leaves, but for what is no secret: few different bytes, and
/// what one that is made of another key leaves, too. In the room of a value that it does not use stands
/// what was on the stack, such as addresses.
fn pieces_of<T>(make: impl Fn(&[u8; 32]) -> T) -> &'static [[u8; HALF]] {
    let of_another = freed_by(make(b"another key that is no canary 32"));
    let pieces = freed_by(make(CANARY)).into_iter().filter(|piece| {
        let different: std::collections::HashSet<_> = piece.iter().collect();
        different.len() > HALF / 2 && !of_another.contains(piece)
    });
    Box::leak(pieces.collect())
}

/// How many freed allocations held one of the pieces.
fn left_of(pieces: &'static [[u8; HALF]], run: impl FnOnce()) -> usize {
    PIECES.set(pieces);
    FOUND.set(0);
    let look = |freed: &[u8]| {
        let pieces = PIECES.get();
        if freed
            .windows(HALF)
            .any(|w| pieces.iter().any(|piece| piece == w))
        {
            FOUND.set(FOUND.get() + 1);
        }
    };
    watch::watch(look, run);
    FOUND.get()
}

fn hmac(key: &[u8; 32]) -> Hmac<Sha512> {
    Hmac::new_from_slice(key).unwrap()
}

/// The round keys and the subkey of AES-256-CMAC.
fn cmac(key: &[u8; 32]) -> (Aes256Enc, u128) {
    let aes = Aes256Enc::new_from_slice(key).unwrap();
    let mut l = [0; 16].into();
    aes.encrypt_block(&mut l);
    let l = u128::from_be_bytes(l.into());
    (aes, l << 1 ^ if l >> 127 == 1 { 0x87 } else { 0 })
}

/// CO-03: nor does what is computed of a key once and kept beside it: the states of HMAC, the round
/// keys of AES and the subkey of CMAC.
#[test]
fn a_prepared_key_is_wiped() {
    // On a stack of their own, which leaves nothing on this one.
    let pieces = |suite| match suite {
        Suite::Cobblestone256 => pieces_of(hmac),
        _ => pieces_of(cmac),
    };
    let control = |suite, pieces| match suite {
        Suite::Cobblestone256 => left_of(pieces, || {
            drop(black_box(Box::new(ManuallyDrop::new(hmac(CANARY)))));
        }),
        _ => left_of(pieces, || {
            drop(black_box(Box::new(ManuallyDrop::new(cmac(CANARY)))));
        }),
    };
    for suite in [Suite::Cobblestone256, Suite::Xaes256Gcm] {
        let pieces = thread::spawn(move || pieces(suite)).join().unwrap();
        assert!(pieces.len() >= 8, "{suite}: {}", pieces.len());
        let unwiped = thread::spawn(move || control(suite, pieces)).join();
        assert_eq!(unwiped.unwrap(), 1, "{suite}: it is seen where it is left");
        let left = left_of(pieces, || {
            let (key, policy) = (Key::from_bytes(*CANARY), Policy::new().with_suite(suite));
            let mut ring = Keyring::new_for(key, Scope::application(), policy, NOW).unwrap();
            let sealed = ring.seal(&place(), b"a value", NOW).unwrap();
            // The key moves on in a list that grows.
            for _ in 0..20 {
                let next = ring.stage(NOW).unwrap();
                ring.promote(next, NOW).unwrap();
            }
            assert!(ring.open(&place(), &sealed).is_ok());
            let read = Keyring::decode(ring.encode().expose_secret()).unwrap();
            assert!(read.open(&place(), &sealed).is_ok());
        });
        assert_eq!(left, 0, "{suite}");
    }
}

/// CO-03: a typed value leaves no copy, whether it opens, opens as another type, or is sealed again.
#[test]
fn a_typed_value_is_wiped() {
    let text = core::str::from_utf8(CANARY).unwrap();
    let left = copies(|| {
        let mut ring = Keyring::new(Key::from_bytes([7; 32]), NOW);
        let value = SecretString::from(text);
        let sealed = Encrypted::seal(&ring, &place(), &value, NOW).unwrap();
        let opened = sealed.open(&ring, &place()).unwrap();
        assert_eq!(opened.expose_secret().expose_secret(), text);
        drop(black_box(opened.into_secret()));
        let next = ring.stage(NOW).unwrap();
        ring.promote(next, NOW).unwrap();
        assert!(sealed.reseal(&ring, &place(), NOW).unwrap().is_some());
        let bytes = Encrypted::<SecretSlice<u8>>::from_bytes(sealed.as_bytes()).unwrap();
        assert_eq!(bytes.open(&ring, &place()).err(), Some(Error::Open));
        let value = SecretSlice::new(CANARY.to_vec().into());
        let sealed = Encrypted::seal(&ring, &place(), &value, NOW).unwrap();
        assert!(sealed.open(&ring, &place()).is_ok());
        let sealed = ring
            .seal(&place().value_type(u64::TYPE), CANARY, NOW)
            .unwrap();
        let number = Encrypted::<u64>::from_bytes(sealed).unwrap();
        assert_eq!(number.open(&ring, &place()).err(), Some(Error::NotOfType));
    });
    assert_eq!(left, 0);
}

/// CO-03: a stream leaves nothing of what it carried, finished or dropped half way, read to its end or
/// to a chunk that is not genuine.
#[test]
fn a_stream_is_wiped() {
    let ring = Keyring::new(Key::from_bytes([7; 32]), NOW);
    let item = Context::new().tenant("acme").row("2026-11-22");
    let place = stream::Place::new("backup", item);
    let one = NonZeroUsize::MIN;
    let mut sealed = Vec::new();
    let left = copies(|| {
        let mut writer = stream::Writer::new(&mut sealed, &ring, &place, NOW).unwrap();
        for _ in 0..2000 {
            writer.write_all(CANARY).unwrap();
        }
        writer.finish().unwrap();
        let mut dropped = stream::Writer::new(Vec::new(), &ring, &place, NOW).unwrap();
        dropped.write_all(CANARY).unwrap();
        drop(dropped);
        let writer = stream::Writer::new(Vec::new(), &ring, &place, NOW).unwrap();
        drop(stream::encrypt(&CANARY[..], writer, one).unwrap());
    });
    assert_eq!(left, 0);
    let mut changed = sealed.clone();
    *changed.last_mut().unwrap() ^= 1;
    let mut found = 0;
    let left = copies(|| {
        for (bytes, genuine) in [(&sealed, true), (&changed, false)] {
            let mut reader = stream::Reader::new(&bytes[..], &ring, &place).unwrap();
            let mut piece = [0; 32];
            while reader.read_exact(&mut piece).is_ok() {
                found += usize::from(piece == *CANARY);
            }
            let reader = stream::Reader::new(&bytes[..], &ring, &place).unwrap();
            assert_eq!(
                stream::decrypt(reader, std::io::sink(), one).is_ok(),
                genuine
            );
        }
    });
    assert!(found > 3000, "{found}");
    assert_eq!(left, 0);
}

/// What stands for the canary in the text of a key, in pieces: where two keys differ.
fn key_text() -> &'static [[u8; HALF]] {
    let text = |key| LocalKek::new("a", Key::from_bytes(key)).unwrap().encode();
    let (written, other) = (text(*CANARY), text([7; 32]));
    let (written, other) = (written.expose_secret(), other.expose_secret());
    let differs = written.iter().zip(other).position(|(a, b)| a != b);
    let (pieces, _) = written[differs.unwrap()..].as_chunks();
    Box::leak(pieces[..2].into())
}

/// CO-03: neither the key that wraps nor one that is wrapped leaves a copy, in bytes or as text.
#[test]
fn keys_at_rest_are_wiped() {
    let (canary, other) = (|| Key::from_bytes(*CANARY), || Key::from_bytes([7; 32]));
    let text = key_text();
    let run = || {
        let ring = Keyring::new(canary(), NOW);
        let kek = LocalKek::new("a", other()).unwrap();
        let wrapped = ring.wrap_with(&kek).unwrap();
        let scope = Scope::application();
        assert!(Keyring::open_wrapped(&wrapped, &scope, &kek, 0).is_ok());
        let kek = LocalKek::new("b", canary()).unwrap();
        let kek = kek.with_old("a", other()).unwrap();
        let wrapped = rewrap(&wrapped, &kek, &kek).unwrap();
        assert!(Keyring::open_wrapped(&wrapped, &scope, &kek, 0).is_ok());
        let sealed = kek.wrap_key(b"context", &canary()).unwrap();
        assert!(kek.unwrap_key("b", b"context", &sealed).is_ok());
        let refused = kek.unwrap_key("b", b"elsewhere", &sealed);
        assert_eq!(refused.err(), Some(WrapError::Refused));
        let stored = kek.encode();
        let kek = LocalKek::decode(stored.expose_secret()).unwrap();
        drop(black_box(kek.rotate("c").unwrap()));
        assert!(LocalKek::decode(&stored.expose_secret()[1..]).is_err());
        let len = stored.expose_secret().len();
        assert!(LocalKek::decode(&stored.expose_secret()[..len - 2]).is_err());
    };
    assert_eq!(copies(run), 0, "in bytes");
    let seen = left_of(text, || drop(black_box(text.as_flattened().to_vec())));
    assert_eq!(seen, 1, "the text of a key is seen where it is left");
    assert_eq!(left_of(text, run), 0, "as text");
}

/// CO-03: nor do files of keys.
#[cfg(unix)]
#[test]
fn keys_in_files_are_wiped() {
    use portcullis::field::file::KeyFile;
    let dir = tempfile::tempdir().unwrap();
    let (kek, ring) = (dir.path().join("kek"), dir.path().join("ring"));
    let run = || {
        let (kek, ring) = (KeyFile::new(&kek), KeyFile::new(&ring));
        let made = LocalKek::new("a", Key::from_bytes(*CANARY)).unwrap();
        kek.create_kek(&made).unwrap();
        let read = kek.load_kek().unwrap();
        ring.create_ring(&Keyring::new(Key::from_bytes(*CANARY), NOW), &read)
            .unwrap();
        let scope = Scope::application();
        assert!(ring.load_ring(&scope, &read, 0).is_ok());
        assert!(ring.load_ring(&Scope::tenant("acme"), &read, 0).is_err());
    };
    assert_eq!(copies(run), 0, "in bytes");
    for file in ["kek", "ring"] {
        std::fs::remove_file(dir.path().join(file)).unwrap();
    }
    assert_eq!(left_of(key_text(), run), 0, "as text");
}

/// CO-03: nor does a blind index, of its key or of the value that it reads.
#[test]
fn an_indexed_value_is_wiped() {
    let text = core::str::from_utf8(CANARY).unwrap();
    for normalizer in [Normalizer::Exact, Normalizer::CaseFolded] {
        let index = BlindIndex::new("contact", "email", normalizer, 1 << 20).unwrap();
        let left = copies(|| {
            let ring = Keyring::new(Key::from_bytes(*CANARY), NOW);
            let value = index.of(&ring, Some("acme"), text, NOW).unwrap();
            let found = index.search(&ring, Some("acme"), text).unwrap();
            assert!(found == [value]);
        });
        assert_eq!(left, 0, "{normalizer:?}");
    }
}

/// CO-03: nor does a value of a sealed store, but for the ones that its caller has.
#[cfg(feature = "store")]
#[test]
fn a_value_of_a_sealed_store_is_wiped() {
    use portcullis::{
        field::Sealed,
        store::{Entry, Exchange, Memory, Store},
    };
    use std::sync::Arc;

    let ring = Keyring::new(Key::from_bytes([7; 32]), NOW);
    let store = Sealed::new(Arc::new(ring), "account", Memory::new(10));
    let entries = [
        Entry::new(CANARY.to_vec()),
        Entry::new(CANARY.to_vec()).expires_at(Timestamp::MAX),
    ];
    let left = copies(|| {
        for (key, entry) in [b"one", b"two"].into_iter().zip(&entries) {
            let exchange = |old: Option<&[u8]>, new| {
                let done = Store::compare_exchange(&store, key, old, new);
                assert_eq!(done, Ok(Exchange::Done));
            };
            exchange(None, Some(entry));
            let mut loaded = Store::load(&store, key).unwrap().unwrap();
            assert_eq!(loaded, CANARY);
            loaded.fill(0);
            drop(black_box(loaded));
            exchange(Some(CANARY), Some(entry));
            exchange(Some(CANARY), None);
        }
    });
    assert_eq!(left, 0);
}

/// CO-03: nor does a ring that a store keeps, wrapped under a key or under its tenant's ring, when it is
/// loaded, changed, pushed out of the cache and shredded.
#[cfg(feature = "shred")]
#[test]
fn data_keys_are_wiped() {
    use portcullis::{
        field::{
            Keyrings,
            keyrings::{Erasure, ReceiptKey},
        },
        store::Memory,
    };
    use std::sync::Arc;

    let store = Arc::new(Memory::new(100));
    let kek = || LocalKek::new("a", Key::from_bytes(*CANARY)).unwrap();
    let rings = || Keyrings::new("tests", Arc::clone(&store), kek(), Policy::new());
    let scopes = [Scope::tenant("acme"), Scope::subject("acme", "ada")];
    let made = rings();
    let keys = scopes.each_ref().map(|scope| {
        let encoded = made.ring(scope, NOW).unwrap().encode();
        // The keys are what it ends with.
        *encoded
            .expose_secret()
            .last_chunk::<{ Key::LEN }>()
            .unwrap()
    });
    drop(made);
    let pieces: &[[u8; HALF]] = Box::leak(keys.as_flattened().as_chunks().0.into());
    assert_eq!(pieces.len(), 4);
    let seen = left_of(pieces, || drop(black_box(keys.as_flattened().to_vec())));
    assert_eq!(seen, 1, "a key is seen where it is left");
    let run = || {
        let rings = rings().with_capacity(1);
        for scope in &scopes {
            let ring = rings.ring(scope, NOW).unwrap();
            let context = place().subject("ada");
            let sealed = ring.seal(&context, b"a value", NOW).unwrap();
            let next = rings.stage(scope, NOW).unwrap();
            rings.promote(scope, next, NOW).unwrap();
            let ring = rings.ring(scope, NOW).unwrap();
            assert!(ring.open(&context, &sealed).is_ok());
        }
        let signer = ReceiptKey::new(&Key::from_bytes(*CANARY));
        let erasure = Erasure::new("request 4711").unwrap();
        for scope in scopes.iter().rev() {
            assert!(rings.shred(scope, &erasure, &signer, NOW).is_ok());
        }
    };
    assert_eq!(left_of(pieces, run), 0);
    // What was shredded says so, and the keys that wrap and sign are gone, too.
    let left = copies(|| {
        let signer = ReceiptKey::new(&Key::from_bytes(*CANARY));
        let erasure = Erasure::new("request 4711").unwrap();
        let rings = rings();
        let scope = Scope::tenant("other");
        assert!(rings.ring(&scope, NOW).is_ok());
        assert!(rings.shred(&scope, &erasure, &signer, NOW).is_ok());
        assert!(rings.ring(&scope, NOW).is_err());
    });
    assert_eq!(left, 0);
}
