//! Check, touch and start on each store, with ten subjects in it and with a million.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    missing_docs,
    reason = "a bench stops at what it did not expect"
)]

#[path = "stores/open.rs"]
mod stores;

use std::{cell::Cell, time::Duration};

use criterion::{Criterion, criterion_group, criterion_main};
use portcullis::{
    Timestamp,
    session::{Activity, Factors, Policy, Sessions, Token},
    store::{Entry, Exchange, Memory, Store},
};
use stores::Measure;

/// Subjects whose tokens are used, at most: so many that their records are not all in a cache.
const MEASURED: usize = 10_000;
/// A touch is recorded when this has passed since the last one: a sixteenth of the idle time.
const TOUCH_INTERVAL: Duration = Duration::from_secs(60);

struct Bench<'a>(&'a mut Criterion);

impl Measure for Bench<'_> {
    fn measure<S: Store>(&mut self, name: &str, fill: &S, store: &S, keys: usize) {
        // So late that no store takes what it is given for expired.
        let start_of_time = Timestamp::now().saturating_add_months(12);
        let now = Cell::new(start_of_time);
        let century = Duration::from_secs(100 * 366 * 86_400);
        let policy = Policy::new(TOUCH_INTERVAL * 16, century).unwrap();
        let filling = Sessions::new(policy.clone(), fill);
        let sessions = Sessions::new(policy, store);

        let tokens: Vec<Token> = (0..keys.min(MEASURED))
            .map(|subject| start(&filling, &subject.to_string(), start_of_time))
            .collect();
        let record = a_record(start_of_time);
        for filler in tokens.len()..keys {
            let key = format!("portcullis/session/{filler:016}");
            let put = fill.compare_exchange(key.as_bytes(), None, Some(&record));
            assert_eq!(put.unwrap(), Exchange::Done);
        }

        let mut turns = tokens.iter().cycle();
        let mut next = || turns.next().unwrap();
        let mut group = self.0.benchmark_group(format!("session/{name}"));
        group.bench_function("check", |b| {
            b.iter(|| sessions.check(next(), now.get()).unwrap());
        });
        group.bench_function("touch, nothing to record", |b| {
            b.iter(|| {
                sessions
                    .touch(next(), Activity::Interactive, now.get())
                    .unwrap()
            });
        });
        // All sessions are touched in turn, and the time moves on by one interval a round.
        let step = TOUCH_INTERVAL / u32::try_from(tokens.len()).unwrap() + Duration::from_millis(1);
        group.bench_function("touch, recorded", |b| {
            b.iter(|| {
                now.set(now.get().saturating_add(step));
                sessions
                    .touch(next(), Activity::Interactive, now.get())
                    .unwrap()
            });
        });
        let mut subject = 0;
        group.bench_function("begin, start and end", |b| {
            b.iter(|| {
                subject = (subject + 1) % tokens.len();
                let token = start(&sessions, &subject.to_string(), now.get());
                sessions.end(&token).unwrap();
            });
        });
        group.finish();
    }
}

fn start<S: Store>(sessions: &Sessions<S>, subject: &str, now: Timestamp) -> Token {
    let sign_in = sessions.begin(subject, now).unwrap();
    let sign_in = sign_in.with_factors(Factors::PASSWORD);
    sessions.start(sign_in, now).unwrap().0
}

/// What is stored of a subject with one session.
fn a_record(now: Timestamp) -> Entry {
    let store = Memory::new(1);
    let sessions = Sessions::new(Policy::default(), &store);
    let token = start(&sessions, "ada", now);
    let key = [b"portcullis/session/", token.handle().as_bytes().as_slice()].concat();
    Entry::new(Store::load(&store, &key).unwrap().unwrap())
}

fn sessions(c: &mut Criterion) {
    stores::each(&mut Bench(c));
}

criterion_group!(benches, sessions);
criterion_main!(benches);
