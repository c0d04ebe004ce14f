//! One who waits, as a thread or as a task.

use core::task::Waker;
use std::{
    sync::{Arc, Condvar, PoisonError},
    task::Wake,
};

use super::{super::Error, Gate, Permit};

/// A place in the queue. Dropped, it leaves the queue, or passes on what it was given.
pub(super) struct Place {
    gate: Gate,
    kib: u32,
    ticket: u64,
    /// It has become a permit.
    claimed: bool,
}

impl Place {
    pub(super) fn new(gate: Gate, kib: u32, ticket: u64) -> Self {
        Self {
            gate,
            kib,
            ticket,
            claimed: false,
        }
    }

    /// The permit, or that the gate's maximum wait is over.
    pub(super) fn wait(mut self, signal: &Signal) -> Result<Permit, Error> {
        let state = self.gate.lock();
        let max_wait = state.max_wait;
        let (state, _) = signal
            .0
            .wait_timeout_while(state, max_wait, |state| state.is_waiting(self.ticket))
            .unwrap_or_else(PoisonError::into_inner);
        let busy = state.is_waiting(self.ticket).then(|| state.busy());
        drop(state);
        match busy {
            Some(busy) => Err(busy),
            None => Ok(self.claim()),
        }
    }

    /// The permit, or whom to wake when there is one.
    pub(super) fn poll(&mut self, waker: &Waker) -> Option<Permit> {
        let mut waker = waker.clone();
        let waiting = self.gate.lock().rewake(self.ticket, &mut waker);
        (!waiting).then(|| self.claim())
    }

    fn claim(&mut self) -> Permit {
        self.claimed = true;
        self.gate.permit(self.kib)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if !self.claimed {
            self.gate.change(|state| state.leave(self.ticket, self.kib));
        }
    }
}

/// Wakes a thread the way a task is woken.
#[derive(Default)]
pub(super) struct Signal(Condvar);

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.0.notify_one();
    }
}
