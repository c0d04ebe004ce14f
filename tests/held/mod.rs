//! An allocator that counts what is held and looks at what is freed, on all threads together.
#![allow(dead_code, reason = "each test uses a part of it")]
#![allow(unsafe_code, reason = "an allocator is unsafe by its trait")]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    slice,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
};

static HELD: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);
static LOOKING: AtomicBool = AtomicBool::new(false);
static FOUND: AtomicUsize = AtomicUsize::new(0);
static ALONE: Mutex<()> = Mutex::new(());

struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;

// SAFETY: every call goes to the system's allocator as it came. `realloc` is the trait's own, which
// allocates, copies and frees, so that what is left behind is looked at too.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD
            .fetch_add(layout.size(), SeqCst)
            .saturating_add(layout.size());
        MOST.fetch_max(held, SeqCst);
        // SAFETY: the caller's promise. Zeroed, so that all that is freed may be read.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), SeqCst);
        if LOOKING.load(SeqCst) {
            // SAFETY: allocated above with this layout, initialised there, and not freed yet.
            look(unsafe { slice::from_raw_parts(memory, layout.size()) });
        }
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(memory, layout) }
    }
}

/// Half of the canary, so that a torn copy is seen too.
fn look(freed: &[u8]) {
    let canary = super::CANARY;
    let (first, second) = canary.split_at(canary.len() / 2);
    let mut windows = freed.windows(first.len());
    if windows.any(|window| window == first || window == second) {
        FOUND.fetch_add(1, SeqCst);
    }
}

/// One test at a time: the counts are those of the process.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How many bytes more are held at once while `run` runs than before.
pub(crate) fn most(run: impl FnOnce()) -> usize {
    let before = HELD.load(SeqCst);
    MOST.store(before, SeqCst);
    run();
    MOST.load(SeqCst).saturating_sub(before)
}

/// What `run` makes, and how many bytes more are held then than before.
pub(crate) fn kept<T>(run: impl FnOnce() -> T) -> (T, usize) {
    let before = HELD.load(SeqCst);
    let made = run();
    (made, HELD.load(SeqCst).saturating_sub(before))
}

/// How many allocations that were freed while `run` ran held the canary.
pub(crate) fn left(run: impl FnOnce()) -> usize {
    FOUND.store(0, SeqCst);
    LOOKING.store(true, SeqCst);
    run();
    LOOKING.store(false, SeqCst);
    FOUND.load(SeqCst)
}
