//! Many writers of one value all get through.
#![cfg(feature = "store")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests stop at what they did not expect"
)]

use std::{
    future::{Future, poll_fn},
    task::{Context, Poll, Waker},
};

use portcullis::store::{
    AsyncStore, Change, Entry, Error, Exchange, Full, Memory, Store, update_async,
};

const WRITERS: usize = 64;
const WRITES: usize = 20;

/// A server that answers what came in since the last round, always in the same order: as a loop over
/// its connections does. Whoever asks is answered in the next round.
struct InRounds(Memory);

impl AsyncStore for InRounds {
    type Error = Full;

    async fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Full> {
        next_round().await;
        Store::load(&self.0, key)
    }

    async fn compare_exchange(
        &self,
        key: &[u8],
        current: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> Result<Exchange, Full> {
        next_round().await;
        Store::compare_exchange(&self.0, key, current, new)
    }
}

async fn next_round() {
    let mut waited = false;
    poll_fn(|_| match std::mem::replace(&mut waited, true) {
        true => Poll::Ready(()),
        false => Poll::Pending,
    })
    .await;
}

/// CO-02: of those who write one value without end nobody loses for ever, though the server answers
/// the same ones first each time.
#[test]
fn writers_that_are_always_answered_last_get_through() {
    let store = InRounds(Memory::new(1));
    let count = |value: Option<&[u8]>| {
        let count = value.map_or(0, |v| u64::from_be_bytes(v.try_into().unwrap()));
        let next = Entry::new((count + 1).to_be_bytes().to_vec());
        Ok::<_, Error>((Change::Put(next), ()))
    };
    let writer = async || {
        for _ in 0..WRITES {
            update_async(&store, b"count", count).await?;
        }
        Ok::<_, Error>(())
    };
    let mut writers: Vec<_> = (0..WRITERS).map(|_| Box::pin(writer())).collect();
    let mut context = Context::from_waker(Waker::noop());
    while !writers.is_empty() {
        writers.retain_mut(|writer| match writer.as_mut().poll(&mut context) {
            Poll::Pending => true,
            Poll::Ready(result) => {
                result.unwrap();
                false
            }
        });
    }
    let count = Store::load(&store.0, b"count").unwrap().unwrap();
    assert_eq!(count, ((WRITERS * WRITES) as u64).to_be_bytes());
}
