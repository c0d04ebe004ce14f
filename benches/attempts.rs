//! Attempts over the store in memory.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "a bench stops at what it did not expect"
)]

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use portcullis::{
    Timestamp,
    attempts::{Attempts, Begin, Key, Policy, Reservation, Verdict},
    store::Memory,
};

fn attempts(c: &mut Criterion) {
    let now = Timestamp::from_secs(1_795_251_600);
    let attempts = Attempts::new(Policy::back_office(), Memory::new(1_000_000));
    let begin = |name: &str| -> Reservation {
        let key = Key::account(name).unwrap();
        match attempts.begin(&key, now).unwrap() {
            Begin::Allowed(slot) => slot,
            other => panic!("{other:?}"),
        }
    };
    for name in 0..100_000 {
        let slot = begin(&format!("name {name}"));
        let _ = attempts.settle(slot, Verdict::Failure, now).unwrap();
    }
    let mut group = c.benchmark_group("attempts");
    group.bench_function("begin and settle", |b| {
        b.iter_batched(
            || (),
            |()| {
                attempts
                    .settle(begin("ada"), Verdict::Success, now)
                    .unwrap()
            },
            BatchSize::SmallInput,
        );
    });
    let locked = Key::account("bob").unwrap();
    for _ in 0..5 {
        let slot = begin("bob");
        let _ = attempts.settle(slot, Verdict::Failure, now).unwrap();
    }
    group.bench_function("begin when a reset is required", |b| {
        b.iter(|| attempts.begin(&locked, now).unwrap());
    });
    group.finish();
}

criterion_group!(benches, attempts);
criterion_main!(benches);
