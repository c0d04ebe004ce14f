//! How much text `redact` looks at in a second: clean, dense with secrets, and made to be slow.

#[path = "redact/text.rs"]
mod text;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use portcullis::redact::Policy;

const MEGABYTE: usize = 1024 * 1024;

fn throughput(c: &mut Criterion) {
    let policy = Policy::default();
    let mut group = c.benchmark_group("redact");
    let clean = text::clean(MEGABYTE).into_iter();
    let clean = clean.map(|(name, text)| (format!("clean: {name}"), text));
    let traps = text::TRAPS.iter();
    let traps = traps.map(|(name, trap)| (format!("one line: {name}"), text::trap(trap, MEGABYTE)));
    let mixed = [
        ("clean: all, mixed".to_owned(), text::mixed(4 * MEGABYTE)),
        ("a secret a line".to_owned(), text::dense(MEGABYTE)),
    ];
    for (name, text) in clean.chain(mixed).chain(traps) {
        group.throughput(Throughput::Bytes(
            u64::try_from(text.len()).unwrap_or(u64::MAX),
        ));
        group.bench_function(name, |b| b.iter(|| policy.redact(black_box(&text))));
    }
    group.finish();
    c.bench_function("redact/a policy is made", |b| b.iter(Policy::default));
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = throughput
}
criterion_main!(benches);
