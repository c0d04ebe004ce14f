//! Sealing and opening values of the sizes that fields have, in both suites, and what comes with it.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use portcullis::{
    Timestamp,
    field::{Context, Error, Keyring, Policy, Scope, Suite},
};

const NOW: Timestamp = Timestamp::from_secs(1_795_251_600);

fn values(criterion: &mut Criterion) -> Result<(), Error> {
    let column = Context::new()
        .tenant("acme")
        .table("contact")
        .column("email");
    let context = column.clone().row(42);
    let mut group = criterion.benchmark_group("field");
    for suite in [Suite::Cobblestone256, Suite::Xaes256Gcm] {
        let policy = Policy::new().with_suite(suite);
        let ring = Keyring::generate_for(Scope::application(), policy, NOW)?;
        for len in [16, 64, 1024, 64 * 1024] {
            let plaintext = vec![b'x'; len];
            let sealed = ring.seal(&context, &plaintext, NOW)?;
            let name = |verb| BenchmarkId::new(format!("{verb} {suite}"), len);
            group.throughput(Throughput::Bytes(u64::try_from(len).unwrap_or(u64::MAX)));
            group.bench_function(name("seal"), |b| {
                b.iter(|| ring.seal(black_box(&context), black_box(&plaintext), NOW));
            });
            group.bench_function(name("open"), |b| {
                b.iter(|| ring.open(black_box(&context), black_box(&sealed)));
            });
            let elsewhere = column.clone().row(43);
            group.bench_function(name("refuse"), |b| {
                b.iter(|| ring.open(black_box(&elsewhere), black_box(&sealed)));
            });
        }
    }
    group.finish();
    criterion.bench_function("field/a row's context", |b| {
        b.iter(|| black_box(&column).clone().row(black_box(42)));
    });
    Ok(())
}

fn run(criterion: &mut Criterion) {
    if let Err(error) = values(criterion) {
        eprintln!("{error}");
    }
}

criterion_group!(benches, run);
criterion_main!(benches);
