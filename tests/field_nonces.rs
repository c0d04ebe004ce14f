//! No two envelopes have the same salt or nonce.
#![cfg(feature = "field")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests stop at what they did not expect"
)]

use std::{collections::HashSet, thread};

use portcullis::{
    Timestamp,
    field::{Context, Keyring, Policy, Scope, Suite},
};

const NOW: Timestamp = Timestamp::from_secs(1_795_251_600);
/// Seals of each suite: 2^16.
const SEALS: usize = 65_536;
const THREADS: usize = 4;

fn ring(suite: Suite) -> Keyring {
    let policy = Policy::new().with_suite(suite);
    Keyring::generate_for(Scope::application(), policy, NOW).unwrap()
}

fn place() -> Context {
    let context = Context::new().tenant("acme").table("contact");
    context.column("email").row(42)
}

/// Where an envelope has its salt or its nonce (src/field/format.md).
fn drawn(envelope: &[u8]) -> [u8; 24] {
    envelope[5..29].try_into().unwrap()
}

/// CR-05: 2^16 values of one cell, sealed by several threads with one ring.
#[test]
fn no_salt_or_nonce_comes_twice() {
    for suite in [Suite::Cobblestone256, Suite::Xaes256Gcm] {
        let (ring, place) = (ring(suite), place());
        let seal = |count: usize| {
            let seal = |_| drawn(&ring.seal(&place, b"the same", NOW).unwrap());
            (0..count).map(seal).collect::<Vec<_>>()
        };
        let all: Vec<_> = thread::scope(|scope| {
            let threads = [(); THREADS].map(|()| scope.spawn(|| seal(SEALS / THREADS)));
            threads.map(|thread| thread.join().unwrap()).concat()
        });
        assert_eq!(all.len(), SEALS);
        let different: HashSet<_> = all.iter().collect();
        assert_eq!(different.len(), SEALS, "{suite}");
        // Each byte is drawn: 256 values of 65,536 throws at each place, none of them missing.
        for at in 0..24 {
            let values: HashSet<u8> = all.iter().map(|nonce| nonce[at]).collect();
            assert_eq!(values.len(), 256, "{suite}, byte {at}");
        }
    }
}

/// CR-05: nor do two rings with the same key, as two machines have them, draw the same.
#[test]
fn two_rings_with_one_key_draw_differently() {
    for suite in [Suite::Cobblestone256, Suite::Xaes256Gcm] {
        let first = ring(suite);
        let second = Keyring::decode(portcullis::field::ExposeSecret::expose_secret(
            &first.encode(),
        ))
        .unwrap();
        let mut seen = HashSet::new();
        for ring in [&first, &second].into_iter().cycle().take(2048) {
            let envelope = ring.seal(&place(), b"the same", NOW).unwrap();
            assert!(seen.insert(drawn(&envelope)), "{suite}");
        }
    }
}
