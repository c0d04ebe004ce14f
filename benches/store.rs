//! One compare-and-swap on the store in memory.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a bench stops at what it did not expect"
)]

use criterion::{Criterion, criterion_group, criterion_main};
use portcullis::store::{Change, Entry, Error, Memory, update};

fn store(c: &mut Criterion) {
    for keys in [10_u32, 100_000] {
        let store = Memory::new(1_000_000);
        let write = |key: u32| {
            let step =
                |_: Option<&[u8]>| Ok::<_, Error>((Change::Put(Entry::new(vec![0; 200])), ()));
            update(&store, &key.to_be_bytes(), step).unwrap();
        };
        (0..keys).for_each(write);
        c.bench_function(&format!("store/memory/update/{keys}"), |b| {
            b.iter(|| write(0))
        });
    }
}

criterion_group!(benches, store);
criterion_main!(benches);
