//! A budget for the memory that hashing may hold at once.

mod idle;
mod place;
mod state;
#[cfg(test)]
mod tests;

use core::{
    fmt,
    future::{Future, poll_fn},
    pin::pin,
    task::{Poll, Waker},
    time::Duration,
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use argon2::Block;

use self::{
    place::{Place, Signal},
    state::State,
};
use super::{Error, Limits, work::Blocks};

/// What an entry weighs at least, in KiB: 1 MiB. Schemes that need next to no memory would come in
/// by the thousand otherwise; so of the default budget there are at most 256 at once.
const MIN_ENTRY_KIB: u32 = 1024;
/// How many may wait: as many as the default budget admits of the lightest, so a queue is drained
/// about as fast as a full house. More would wait for what they will not live to see.
const QUEUE: usize = 256;
/// How long anybody waits: five seconds, about as long as a person does before trying again.
const MAX_WAIT: Duration = Duration::from_secs(5);

/// A memory budget that the hashing in a process shares.
///
/// Argon2 defends by needing memory, so whoever can make a server hash can make it run out of
/// memory. A gate admits work by its weight, the memory that it needs, and at most the budget at
/// once. Who does not fit waits, in the order of arrival: a light latecomer never overtakes a heavy
/// one that waits. The queue is bounded and so is the wait; beyond either the answer is
/// [`Error::Busy`], with the time after which to try again.
///
/// Clones share everything: the budget, the queue, the settings and the memory kept for reuse. Make
/// one gate for the process and give a clone to each [`Hasher`](super::Hasher).
///
/// What is admitted is a [`Permit`]. It belongs to the work, not to whoever asked for it: when a
/// request is given up while its hash is still computed, the memory is still in use, and the permit,
/// moved into the work, says so. It also lends the memory, which is wiped after the work and kept
/// for the next: at 64 MiB, memory fresh from the system costs a quarter of the time of a hash.
///
/// # In an async server
///
/// Wait for the permit in async code, then move it to a thread that may block:
///
/// ```
/// # mod tokio {
/// #     pub mod time { pub async fn sleep(_: std::time::Duration) {} }
/// #     pub mod task {
/// #         pub async fn spawn_blocking<T>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, std::io::Error> { Ok(work()) }
/// #     }
/// # }
/// # use portcullis::password::{Hash, Hasher, Password, Verified};
/// async fn log_in(
///     hasher: Hasher,
///     password: Password,
///     stored: Option<Hash>,
/// ) -> Result<Verified, Box<dyn std::error::Error>> {
///     let (gate, weight) = (hasher.gate(), hasher.weight_kib(stored.as_ref()));
///     let timer = tokio::time::sleep(gate.max_wait());
///     let permit = gate.enter_async(weight, timer).await?;
///     let work = move || hasher.verify_within(permit, &password, stored.as_ref());
///     Ok(tokio::task::spawn_blocking(work).await??)
/// }
/// ```
///
/// A request that is dropped while it waits leaves the queue. One that is dropped later leaves the
/// thread to finish, and the permit with it.
///
/// # What this does not do
///
/// It is not fair between tenants or addresses: one who asks often has many places in the queue
/// (limit that with `attempts`). It bounds processors only through memory: a hash of little memory
/// and many passes weighs little. Who holds a permit must not wait for another: it may be waiting
/// for itself. It knows nothing of the memory that the machine has: set the budget below that.
///
/// # Example
///
/// ```
/// use core::time::Duration;
/// use portcullis::password::{Error, Gate};
///
/// let gate = Gate::new(64 * 1024).with_max_wait(Duration::from_millis(1)); // 64 MiB
/// let permit = gate.enter(48 * 1024)?;
/// assert!(matches!(gate.enter(19 * 1024), Err(Error::Busy { .. })));
/// drop(permit);
/// assert_eq!(gate.enter(19 * 1024)?.kib(), 19 * 1024);
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone)]
pub struct Gate(Arc<Shared>);

struct Shared {
    budget_kib: u32,
    state: Mutex<State>,
}

impl Gate {
    /// A budget of `budget_kib` KiB; one below 1 MiB, which is what the lightest entry weighs, is
    /// 1 MiB. 256 may wait, five seconds at most, and half of the budget is kept for reuse.
    #[must_use]
    pub fn new(budget_kib: u32) -> Self {
        let budget_kib = budget_kib.max(MIN_ENTRY_KIB);
        Self(Arc::new(Shared {
            budget_kib,
            state: Mutex::new(State::new(budget_kib, QUEUE, MAX_WAIT)),
        }))
    }

    /// Lets `waiting` wait; 0 for nobody. Who waits already stays.
    #[must_use]
    pub fn with_queue(self, waiting: usize) -> Self {
        self.lock().max_waiting = waiting;
        self
    }

    /// Lets nobody wait longer than `max_wait`.
    #[must_use]
    pub fn with_max_wait(self, max_wait: Duration) -> Self {
        self.lock().max_wait = max_wait;
        self
    }

    /// Keeps at most `idle_kib` KiB of memory for reuse while it is not in use; 0 for none. The
    /// memory of a hash that needs more than that alone is not kept.
    #[must_use]
    pub fn with_idle_kib(self, idle_kib: u32) -> Self {
        self.lock().idle.limit(idle_kib);
        self
    }

    /// The budget in KiB.
    #[must_use]
    pub fn budget_kib(&self) -> u32 {
        self.0.budget_kib
    }

    /// How long anybody waits.
    #[must_use]
    pub fn max_wait(&self) -> Duration {
        self.lock().max_wait
    }

    /// What the permits that are out weigh together, in KiB: never above the budget.
    #[must_use]
    pub fn in_use_kib(&self) -> u32 {
        self.lock().in_use_kib
    }

    /// How many wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.lock().waiting()
    }

    /// How much memory is kept for reuse, in KiB. Together with what permits hold it never exceeds
    /// the budget.
    #[must_use]
    pub fn idle_kib(&self) -> u32 {
        self.lock().idle.kib()
    }

    /// Gives the memory kept for reuse back to the system.
    pub fn release_idle(&self) {
        self.lock().idle.shrink(0);
    }

    /// Enters with `kib` KiB, or 1 MiB where that is more; blocks the thread until there is room, at
    /// most for the maximum wait.
    ///
    /// # Errors
    ///
    /// [`Error::Busy`] when the queue is full, and after the maximum wait. [`Error::AboveBudget`]
    /// for a weight that never fits.
    pub fn enter(&self, kib: u32) -> Result<Permit, Error> {
        let signal = Arc::new(Signal::default());
        match self.arrive(kib, Waker::from(signal.clone()))? {
            Arrival::In(permit) => Ok(permit),
            Arrival::Queued(place) => place.wait(&signal),
        }
    }

    /// Enters as [`Gate::enter`] does, if there is room and nobody waits.
    ///
    /// # Errors
    ///
    /// [`Error::Busy`], [`Error::AboveBudget`].
    pub fn try_enter(&self, kib: u32) -> Result<Permit, Error> {
        let kib = self.weigh(kib)?;
        let mut state = self.lock();
        if !state.admit(kib) {
            return Err(state.busy());
        }
        drop(state);
        Ok(self.permit(kib))
    }

    /// Enters as [`Gate::enter`] does, without blocking the thread and under any runtime: `timer` is
    /// the caller's sleep of [`Gate::max_wait`], polled only by who has to wait. Dropping the future
    /// leaves the queue at once, and passes on what it may have been given already.
    ///
    /// # Errors
    ///
    /// [`Error::Busy`] when the queue is full, and when `timer` ends first. [`Error::AboveBudget`].
    pub async fn enter_async(
        &self,
        kib: u32,
        timer: impl Future<Output = ()>,
    ) -> Result<Permit, Error> {
        let waker = poll_fn(|cx| Poll::Ready(cx.waker().clone())).await;
        let mut place = match self.arrive(kib, waker)? {
            Arrival::In(permit) => return Ok(permit),
            Arrival::Queued(place) => place,
        };
        let mut timer = pin!(timer);
        poll_fn(|cx| {
            if let Some(permit) = place.poll(cx.waker()) {
                return Poll::Ready(Ok(permit));
            }
            timer.as_mut().poll(cx).map(|()| Err(self.lock().busy()))
        })
        .await
    }

    fn arrive(&self, kib: u32, waker: Waker) -> Result<Arrival, Error> {
        let kib = self.weigh(kib)?;
        let mut state = self.lock();
        if state.admit(kib) {
            drop(state);
            return Ok(Arrival::In(self.permit(kib)));
        }
        if state.is_full() {
            return Err(state.busy());
        }
        let ticket = state.queue_up(kib, waker);
        drop(state);
        Ok(Arrival::Queued(Place::new(self.clone(), kib, ticket)))
    }

    fn weigh(&self, kib: u32) -> Result<u32, Error> {
        if kib > self.0.budget_kib {
            return Err(Error::AboveBudget {
                budget_kib: self.0.budget_kib,
            });
        }
        Ok(kib.max(MIN_ENTRY_KIB))
    }

    fn permit(&self, kib: u32) -> Permit {
        Permit {
            gate: self.clone(),
            kib,
            blocks: Blocks::default(),
        }
    }

    /// Changes the state, lets in whom it made room for, and wakes them. Wakers are foreign code:
    /// they run, and are dropped, when the lock is free.
    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.lock();
        let changed = change(&mut state);
        let admitted = state.advance();
        drop(state);
        admitted.into_iter().for_each(Waker::wake);
        changed
    }

    /// INVARIANT: nothing panics between two changes that belong together, so the state behind a
    /// poisoned lock is whole.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// 256 MiB: the memory of the largest stored hash that the default [`Limits`] admit.
impl Default for Gate {
    fn default() -> Self {
        Self::new(Limits::default().memory_kib())
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (in_use_kib, waiting) = {
            let state = self.lock();
            (state.in_use_kib, state.waiting())
        };
        f.debug_struct("Gate")
            .field("budget_kib", &self.0.budget_kib)
            .field("in_use_kib", &in_use_kib)
            .field("waiting", &waiting)
            .finish_non_exhaustive()
    }
}

/// The right to work in so much memory. It belongs to the work: move it there. Dropped, also by a
/// panic, it wipes the memory that it lent, which for 64 MiB takes a millisecond, and gives its
/// weight back.
#[must_use = "the weight is given back when the permit is dropped"]
pub struct Permit {
    gate: Gate,
    kib: u32,
    blocks: Blocks,
}

impl Permit {
    /// What it weighs in KiB: what was asked for, or 1 MiB where that is more.
    #[must_use]
    pub fn kib(&self) -> u32 {
        self.kib
    }

    /// Whether the permit is for work of `kib` KiB.
    ///
    /// # Errors
    ///
    /// [`Error::AboveBudget`] if it weighs less.
    pub(super) const fn covers(&self, kib: u32) -> Result<(), Error> {
        if kib > self.kib {
            let budget_kib = self.kib;
            return Err(Error::AboveBudget { budget_kib });
        }
        Ok(())
    }

    /// Makes room for work that allocates its memory itself: gives back what was lent, and frees as
    /// much of what is kept for reuse as it takes to stay within the budget.
    #[cfg(feature = "legacy")]
    pub(super) fn make_room(&mut self) {
        drop(core::mem::take(&mut self.blocks));
        let mut state = self.gate.lock();
        let room = state.budget_kib.saturating_sub(state.in_use_kib);
        state.idle.shrink(room);
    }

    /// Lends `count` blocks of 1 KiB, with anything in them.
    ///
    /// # Errors
    ///
    /// [`Error::Memory`] if they cannot be allocated, [`Error::AboveBudget`] if they are more than
    /// the permit is for.
    pub(super) fn blocks(&mut self, count: usize) -> Result<&mut [Block], Error> {
        let kib = u32::try_from(count).map_err(|_| Error::Memory)?;
        self.covers(kib)?;
        if self.blocks.kib() < kib {
            let outgrown = core::mem::take(&mut self.blocks).wipe();
            let idle = self.gate.lock().memory(outgrown, kib, self.kib);
            self.blocks = match idle {
                Some(blocks) => blocks,
                None => Blocks::allocate(count)?,
            };
        }
        self.blocks.first(count).ok_or(Error::Memory)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let wiped = core::mem::take(&mut self.blocks).wipe();
        // What is not kept is freed here, before its weight is given to somebody else.
        let kept = Some(wiped).filter(|wiped| self.gate.lock().idle.takes(wiped));
        self.gate.change(|state| {
            kept.into_iter().for_each(|wiped| state.idle.keep(wiped));
            state.give_back(self.kib);
        });
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit")
            .field("kib", &self.kib)
            .finish_non_exhaustive()
    }
}

enum Arrival {
    In(Permit),
    Queued(Place),
}
