//! Who is in and who waits: the part of a gate that threads share, changed under its lock.

use core::{task::Waker, time::Duration};
use std::collections::VecDeque;

use super::{
    super::{
        Error,
        work::{Blocks, Wiped},
    },
    idle::Idle,
};

pub(super) struct State {
    pub(super) budget_kib: u32,
    pub(super) max_waiting: usize,
    pub(super) max_wait: Duration,
    pub(super) idle: Idle,
    pub(super) in_use_kib: u32,
    next_ticket: u64,
    queue: VecDeque<Waiter>,
}

/// Who waits. Whose ticket is no longer in the queue has been let in.
struct Waiter {
    ticket: u64,
    kib: u32,
    waker: Waker,
}

impl State {
    pub(super) fn new(budget_kib: u32, max_waiting: usize, max_wait: Duration) -> Self {
        Self {
            budget_kib,
            max_waiting,
            max_wait,
            idle: Idle::new(budget_kib / 2),
            in_use_kib: 0,
            next_ticket: 0,
            queue: VecDeque::new(),
        }
    }

    pub(super) fn waiting(&self) -> usize {
        self.queue.len()
    }

    pub(super) fn is_waiting(&self, ticket: u64) -> bool {
        self.position(ticket).is_some()
    }

    pub(super) fn busy(&self) -> Error {
        Error::Busy {
            retry_after: self.max_wait,
        }
    }

    /// Lets in whoever fits and overtakes nobody. Says whether it did.
    pub(super) fn admit(&mut self, kib: u32) -> bool {
        let admitted = self.queue.is_empty() && self.has_room(kib);
        if admitted {
            self.take(kib);
        }
        admitted
    }

    pub(super) fn is_full(&self) -> bool {
        self.queue.len() >= self.max_waiting
    }

    /// A place at the end of the queue.
    pub(super) fn queue_up(&mut self, kib: u32, waker: Waker) -> u64 {
        let ticket = self.next_ticket;
        self.next_ticket = ticket.wrapping_add(1);
        self.queue.push_back(Waiter { ticket, kib, waker });
        ticket
    }

    /// Exchanges the waker of who still waits, and says whether they do.
    pub(super) fn rewake(&mut self, ticket: u64, waker: &mut Waker) -> bool {
        let waiter = self
            .position(ticket)
            .and_then(|position| self.queue.get_mut(position));
        match waiter {
            Some(waiter) => {
                core::mem::swap(&mut waiter.waker, waker);
                true
            }
            None => false,
        }
    }

    /// Leaves the queue, or gives back what has been given already. The waker is to be dropped when
    /// the lock is free.
    pub(super) fn leave(&mut self, ticket: u64, kib: u32) -> Option<Waker> {
        let Some(position) = self.position(ticket) else {
            self.give_back(kib);
            return None;
        };
        self.queue.remove(position).map(|waiter| waiter.waker)
    }

    pub(super) fn give_back(&mut self, kib: u32) {
        self.in_use_kib = self.in_use_kib.saturating_sub(kib);
    }

    /// Lets in from the head of the queue as many as fit. Their wakers are to be woken when the lock
    /// is free.
    #[must_use]
    pub(super) fn advance(&mut self) -> Vec<Waker> {
        let mut admitted = Vec::new();
        while self
            .queue
            .front()
            .is_some_and(|head| self.has_room(head.kib))
            && let Some(head) = self.queue.pop_front()
        {
            self.take(head.kib);
            admitted.push(head.waker);
        }
        admitted
    }

    /// Idle memory for a permit of `kib` KiB that needs `at_least`, and has none but `outgrown`.
    /// Where there is none, idle memory is freed until as much can be allocated: with what the
    /// permits are for, it stays within the budget. It is freed under the lock, so that nobody
    /// allocates in its place before it is gone.
    pub(super) fn memory(&mut self, outgrown: Wiped, at_least: u32, kib: u32) -> Option<Blocks> {
        self.idle.keep(outgrown);
        let idle = self.idle.take(at_least, kib);
        if idle.is_none() {
            let room = self.budget_kib.saturating_sub(self.in_use_kib);
            self.idle.shrink(room);
        }
        idle
    }

    fn has_room(&self, kib: u32) -> bool {
        kib <= self.budget_kib.saturating_sub(self.in_use_kib)
    }

    fn take(&mut self, kib: u32) {
        self.in_use_kib = self.in_use_kib.saturating_add(kib);
    }

    /// Tickets ascend, so the queue is sorted by them.
    fn position(&self, ticket: u64) -> Option<usize> {
        self.queue
            .binary_search_by_key(&ticket, |waiter| waiter.ticket)
            .ok()
    }
}
