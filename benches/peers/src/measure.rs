//! Times several pieces of work in turn.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

/// Something to be timed.
pub type Work = Box<dyn FnMut()>;

/// Runs all the works `rounds` times in turn, A B C A B C …, so that whatever else the machine does
/// hits all of them, and gives the median of each. One round more comes first and is not counted:
/// it fills caches and pools.
pub fn in_turn<const N: usize>(
    rounds: usize,
    works: &mut [Option<Work>; N],
) -> [Option<Duration>; N] {
    let mut samples = [const { Vec::new() }; N];
    for round in 0..=rounds {
        for (work, samples) in works.iter_mut().zip(&mut samples) {
            let Some(work) = work else { continue };
            let start = Instant::now();
            work();
            let elapsed = start.elapsed();
            if round > 0 {
                samples.push(elapsed);
            }
        }
    }
    samples.map(median)
}

/// The median time in nanoseconds of one call out of a batch, each call on an input of its own. The
/// inputs are made beforehand; that they are dropped is part of the time.
pub fn batches<T, R>(rounds: usize, input: impl Fn() -> T, call: impl Fn(T) -> R) -> u128 {
    const BATCH: u32 = 32;
    let sample = || {
        let inputs: Vec<T> = (0..BATCH).map(|_| input()).collect();
        let start = Instant::now();
        for input in inputs {
            black_box(call(black_box(input)));
        }
        start.elapsed() / BATCH
    };
    sample();
    let samples = (0..rounds).map(|_| sample()).collect();
    median(samples).unwrap_or_default().as_nanos()
}

/// None of no samples.
pub fn median(mut samples: Vec<Duration>) -> Option<Duration> {
    samples.sort_unstable();
    samples.get(samples.len() / 2).copied()
}
