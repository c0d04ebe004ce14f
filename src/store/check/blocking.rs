//! An asynchronous store, called by threads that wait.

use core::{
    error,
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::Poll,
};

use super::Failure;
use crate::store::{AsyncStore, Entry, Error, Exchange, Store};

/// Each call is run to its end by `block_on`.
pub(super) struct Blocking<'a, S, B> {
    store: &'a S,
    block_on: B,
}

/// Why a call has no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum CallError<E> {
    #[error(transparent)]
    Store(E),
    #[error("a call was not run to its end")]
    Unfinished,
}

impl<'a, S, B> Blocking<'a, S, B>
where
    B: Fn(Pin<&mut (dyn Future<Output = ()> + Send)>),
{
    pub(super) fn new(store: &'a S, block_on: B) -> Self {
        Self { store, block_on }
    }

    /// Starts a call and drops it after its first poll.
    pub(super) fn abandon<F: Future + Send>(
        &self,
        call: impl FnOnce(&'a S) -> F,
    ) -> Result<(), Failure> {
        let mut call = Box::pin(call(self.store));
        let started = self.run(poll_fn(|context| {
            let _ = call.as_mut().poll(context);
            Poll::Ready(())
        }));
        Ok(started.ok_or_else(|| Error::unavailable(CallError::<Error>::Unfinished))?)
    }

    fn run<T: Send>(&self, call: impl Future<Output = T> + Send) -> Option<T> {
        let mut answer = None;
        (self.block_on)(pin!(async { answer = Some(call.await) }));
        answer
    }

    fn answer<T: Send, E: error::Error + Send>(
        &self,
        call: impl Future<Output = Result<T, E>> + Send,
    ) -> Result<T, CallError<E>> {
        self.run(call)
            .ok_or(CallError::Unfinished)?
            .map_err(CallError::Store)
    }
}

impl<S: AsyncStore, B> Store for Blocking<'_, S, B>
where
    B: Fn(Pin<&mut (dyn Future<Output = ()> + Send)>),
{
    type Error = CallError<S::Error>;

    fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Self::Error> {
        self.answer(self.store.load(key))
    }

    fn compare_exchange(
        &self,
        key: &[u8],
        current: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> Result<Exchange, Self::Error> {
        self.answer(self.store.compare_exchange(key, current, new))
    }
}
