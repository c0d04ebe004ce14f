//! Loading and changing one value of a store, with ten keys in it and with a million.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    missing_docs,
    reason = "a bench stops at what it did not expect"
)]

#[path = "stores/open.rs"]
mod stores;

use std::cell::Cell;

use criterion::{Criterion, criterion_group, criterion_main};
use portcullis::store::{Change, Entry, Error, Exchange, Store, update};
use stores::Measure;

/// About the length of a record of one session.
const VALUE_LEN: usize = 128;

struct Bench<'a>(&'a mut Criterion);

impl Measure for Bench<'_> {
    fn measure<S: Store>(&mut self, name: &str, fill: &S, store: &S, keys: usize) {
        let write = |key: usize, byte: u8| {
            let entry = Entry::new(vec![byte; VALUE_LEN]);
            let step = |_: Option<&[u8]>| Ok::<_, Error>((Change::Put(entry.clone()), ()));
            update(store, &key.to_be_bytes(), step).unwrap();
        };
        for key in 0..keys {
            let entry = Entry::new(vec![0; VALUE_LEN]);
            let put = fill.compare_exchange(&key.to_be_bytes(), None, Some(&entry));
            assert_eq!(put.unwrap(), Exchange::Done);
        }
        // Steps through all keys in an order that is not theirs: the step has no divisor in common
        // with their number.
        let last = Cell::new(0);
        let next = || {
            last.set((last.get() + 999_983) % keys);
            last.get()
        };
        let mut group = self.0.benchmark_group(format!("store/{name}"));
        group.bench_function("load", |b| {
            b.iter(|| store.load(&next().to_be_bytes()).unwrap());
        });
        let mut byte = 0_u8;
        group.bench_function("update", |b| {
            b.iter(|| {
                byte = byte.wrapping_add(1);
                write(next(), byte);
            });
        });
        group.finish();
    }
}

fn store(c: &mut Criterion) {
    stores::each(&mut Bench(c));
}

criterion_group!(benches, store);
criterion_main!(benches);
