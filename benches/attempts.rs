//! Attempts over the store in memory, among a hundred thousand names that have failed.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "a bench stops at what it did not expect"
)]

use std::{fmt::Debug, hint::black_box};

use criterion::{Criterion, criterion_group, criterion_main};
use portcullis::{
    Timestamp,
    attempts::{Attempts, Begin, Fingerprint, Key, Policy, State, Verdict},
    store::Memory,
};

fn allowed<P: Debug>(begin: Begin<P>) -> P {
    match begin {
        Begin::Allowed(slot) => slot,
        other => panic!("{other:?}"),
    }
}

fn account(name: &str) -> Key {
    Key::account(name).unwrap()
}

fn attempts(c: &mut Criterion) {
    let now = Timestamp::from_secs(1_795_251_600);
    let attempts = Attempts::new(Policy::back_office(), Memory::new(1_000_000));
    let fail = |key: &Key, verdict| {
        let slot = allowed(attempts.begin(key, now).unwrap());
        attempts.settle(slot, verdict, now).unwrap()
    };
    for name in 0..100_000 {
        let _ = fail(&account(&format!("name {name}")), Verdict::Failure);
    }
    let (ada, home) = (account("ada"), Key::address("2001:db8::7".parse().unwrap()));
    let lane = Key::device("phone").unwrap().and(ada.clone()).unwrap();

    let mut group = c.benchmark_group("attempts");
    group.bench_function("begin and settle", |b| {
        b.iter(|| fail(&ada, Verdict::Success));
    });
    group.bench_function("begin and settle under an account and an address", |b| {
        let keys = [ada.clone(), home.clone()];
        b.iter(|| {
            let slots = allowed(attempts.begin_all(&keys, now).unwrap());
            attempts.settle_all(slots, Verdict::Success, now).unwrap()
        });
    });
    group.bench_function("begin and settle under three keys", |b| {
        let keys = [lane.clone(), home.clone(), Key::everybody()];
        b.iter(|| {
            let slots = allowed(attempts.begin_all(&keys, now).unwrap());
            attempts.settle_all(slots, Verdict::Success, now).unwrap()
        });
    });
    group.bench_function("the same wrong password", |b| {
        let print = Fingerprint::of_slow_hash(&[7; 32]).unwrap();
        let cyd = account("cyd");
        b.iter(|| fail(&cyd, Verdict::FailureWith(print)));
    });
    let bob = account("bob");
    for _ in 0..5 {
        let _ = fail(&bob, Verdict::Failure);
    }
    group.bench_function("begin when a reset is required", |b| {
        b.iter(|| attempts.begin(&bob, now).unwrap());
    });
    group.bench_function("begin under two keys when a reset is required", |b| {
        let keys = [bob.clone(), home.clone()];
        b.iter(|| attempts.begin_all(&keys, now).unwrap());
    });
    group.finish();
}

/// The largest state that there is, by the pure steps.
fn full(c: &mut Criterion) {
    let now = Timestamp::from_secs(1_795_251_600);
    let policy = Policy::nist_800_63b();
    let mut state = State::default();
    for n in 0..98 {
        let (taken, begin) = policy.begin(state, now);
        let print = Fingerprint::of_slow_hash(&[n; 32]).unwrap();
        let verdict = Verdict::FailureWith(print);
        let (settled, outcome) = policy.settle(taken, &allowed(begin), verdict, now);
        let _ = black_box(outcome);
        state = settled;
    }
    let bytes = state.encode();
    c.bench_function("attempts/98 failures: decode, begin, encode", |b| {
        b.iter(|| {
            let state = State::decode(black_box(&bytes)).unwrap();
            let (state, begin) = policy.begin(state, now);
            (state.encode(), begin)
        });
    });
}

criterion_group!(benches, attempts, full);
criterion_main!(benches);
