//! How much text `redact` looks at in a second: clean, dense with secrets, and made to be slow.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use portcullis::redact::Policy;

const MEGABYTE: usize = 1024 * 1024;

const CLEAN: &str = "2026-11-21T09:00:00.123Z INFO  http request method=GET path=/projects/17/tasks status=200 bytes=5120 ms=12 user=ada@example.com ua=\"Mozilla/5.0 (X11; Linux x86_64)\"\n";
const DENSE: &str = "2026-11-21T09:00:00.123Z DEBUG http POST /session body={\"login\":\"ada\",\"password\":\"correct horse\",\"remember\":false}\n";
/// One line each: unclosed quotes, names without end, BEGIN without END, tokens that are none.
const TRAPS: &[(&str, &str)] = &[
    ("names", "\"password\":"),
    ("quotes", "pin=\"'`\\\""),
    ("begin", "-----BEGIN PRIVATE KEY-----"),
    ("eyJ", "eyJ."),
    ("urls", "://a:b"),
];

fn throughput(c: &mut Criterion) {
    let policy = Policy::default();
    let mut group = c.benchmark_group("redact");
    let texts = [("clean", CLEAN), ("dense", DENSE)];
    for (name, line) in texts.iter().chain(TRAPS) {
        let text = line.repeat(MEGABYTE.div_ceil(line.len())).into_bytes();
        group.throughput(Throughput::Bytes(
            u64::try_from(text.len()).unwrap_or(u64::MAX),
        ));
        group.bench_function(*name, |b| b.iter(|| policy.redact(black_box(&text))));
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
