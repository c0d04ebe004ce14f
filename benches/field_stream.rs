//! Sealing and opening a stream of 64 MiB, on one thread and on all, and a look into its middle.

use std::{
    hint::black_box,
    io::{self, Cursor, Read, Seek, SeekFrom, Write},
    num::NonZeroUsize,
    thread,
};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use portcullis::{
    Timestamp,
    field::{
        Context, Keyring,
        stream::{Place, Reader, Writer, decrypt, encrypt},
    },
};

const LEN: usize = 64 * 1024 * 1024;
/// How much a program reads or writes at once.
const PIECE: usize = 64 * 1024;

fn streams(criterion: &mut Criterion) -> io::Result<()> {
    let now = Timestamp::now();
    let ring = Keyring::generate(now)?;
    let place = Place::new("backup", Context::new().tenant("acme").row(42));
    let plaintext = vec![b'x'; LEN];
    let mut writer = Writer::new(Vec::new(), &ring, &place, now)?;
    writer.write_all(&plaintext)?;
    let sealed = writer.finish()?;

    let mut group = criterion.benchmark_group("field_stream");
    group.sample_size(10);
    group.throughput(Throughput::Bytes(u64::try_from(LEN).unwrap_or(u64::MAX)));
    group.bench_function("write", |b| {
        b.iter(|| -> io::Result<io::Sink> {
            let mut writer = Writer::new(io::sink(), &ring, &place, now)?;
            for piece in black_box(&plaintext).chunks(PIECE) {
                writer.write_all(piece)?;
            }
            writer.finish()
        });
    });
    let mut piece = vec![0; PIECE];
    group.bench_function("read", |b| {
        b.iter(|| -> io::Result<()> {
            let mut reader = Reader::new(black_box(&sealed[..]), &ring, &place)?;
            while reader.read(&mut piece)? > 0 {}
            Ok(())
        });
    });
    let all = thread::available_parallelism()?;
    for threads in [NonZeroUsize::MIN, all] {
        group.bench_function(BenchmarkId::new("encrypt", threads), |b| {
            b.iter(|| -> io::Result<io::Sink> {
                let writer = Writer::new(io::sink(), &ring, &place, now)?;
                encrypt(black_box(&plaintext[..]), writer, threads)
            });
        });
        group.bench_function(BenchmarkId::new("decrypt", threads), |b| {
            b.iter(|| -> io::Result<io::Sink> {
                let reader = Reader::new(black_box(&sealed[..]), &ring, &place)?;
                decrypt(reader, io::sink(), threads)
            });
        });
    }
    group.throughput(Throughput::Elements(1));
    let mut reader = Reader::new(Cursor::new(&sealed), &ring, &place)?;
    let mut places = (0..64_000_000).step_by(17 * 1024 * 1001).cycle();
    group.bench_function("seek and read 100 bytes", |b| {
        b.iter(|| -> io::Result<()> {
            reader.seek(SeekFrom::Start(places.next().unwrap_or(0)))?;
            reader.read_exact(&mut [0; 100])
        });
    });
    group.finish();
    Ok(())
}

fn run(criterion: &mut Criterion) {
    if let Err(error) = streams(criterion) {
        eprintln!("{error}");
    }
}

criterion_group!(benches, run);
criterion_main!(benches);
