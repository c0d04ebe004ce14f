//! Sealing and opening values of the sizes that fields have.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use portcullis::{
    Timestamp,
    field::{Context, Error, Keyring},
};

const NOW: Timestamp = Timestamp::from_secs(1_795_251_600);

fn values(criterion: &mut Criterion) -> Result<(), Error> {
    let ring = Keyring::generate(NOW)?;
    let context = Context::new()
        .tenant("acme")
        .table("contact")
        .column("email")
        .row(42);
    let mut group = criterion.benchmark_group("field");
    for len in [16, 64, 1024, 64 * 1024] {
        let plaintext = vec![b'x'; len];
        let sealed = ring.seal(&context, &plaintext, NOW)?;
        group.throughput(Throughput::Bytes(u64::try_from(len).unwrap_or(u64::MAX)));
        group.bench_function(BenchmarkId::new("seal", len), |b| {
            b.iter(|| ring.seal(black_box(&context), black_box(&plaintext), NOW));
        });
        group.bench_function(BenchmarkId::new("open", len), |b| {
            b.iter(|| ring.open(black_box(&context), black_box(&sealed)));
        });
    }
    group.finish();
    Ok(())
}

fn run(criterion: &mut Criterion) {
    if let Err(error) = values(criterion) {
        eprintln!("{error}");
    }
}

criterion_group!(benches, run);
criterion_main!(benches);
