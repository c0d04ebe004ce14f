//! Sessions over the store in memory.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a bench stops at what it did not expect"
)]

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use portcullis::{
    Timestamp,
    session::{Activity, Factors, Policy, Sessions},
    store::Memory,
};

fn sessions(c: &mut Criterion) {
    let now = Timestamp::from_secs(1_795_251_600);
    for subjects in [10, 100_000] {
        let sessions = Sessions::new(Policy::back_office(), Memory::new(subjects));
        let start = |subject: usize| {
            let sign_in = sessions.begin(&subject.to_string(), now).unwrap();
            sessions
                .start(sign_in.with_factors(Factors::PASSWORD), now)
                .unwrap()
                .0
        };
        let token = (0..subjects).map(start).last().unwrap();
        let mut group = c.benchmark_group(format!("session/{subjects}"));
        group.bench_function("check", |b| b.iter(|| sessions.check(&token, now).unwrap()));
        group.bench_function("touch", |b| {
            b.iter(|| sessions.touch(&token, Activity::Interactive, now).unwrap());
        });
        group.bench_function("start and end", |b| {
            b.iter_batched(
                || (),
                |()| sessions.end(&start(0)).unwrap(),
                BatchSize::SmallInput,
            );
        });
        group.finish();
    }
}

criterion_group!(benches, sessions);
criterion_main!(benches);
