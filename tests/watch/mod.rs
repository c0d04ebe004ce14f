//! An allocator that looks at all that is freed while somebody watches.
#![allow(dead_code, reason = "each test uses a part of it")]
#![allow(
    clippy::arithmetic_side_effects,
    reason = "it counts allocations of a test"
)]
#![allow(unsafe_code, reason = "an allocator is unsafe by its trait")]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    slice,
};

/// What sees an allocation just before it is freed.
pub(crate) type Look = fn(&[u8]);

thread_local! {
    static LOOK: Cell<Option<Look>> = const { Cell::new(None) };
    static CANARY: Cell<&'static [u8]> = const { Cell::new(&[]) };
    static FOUND: Cell<usize> = const { Cell::new(0) };
}

struct Watch;

#[global_allocator]
static WATCH: Watch = Watch;

// SAFETY: every call goes to the system's allocator as it came. `realloc` is the trait's own, which
// allocates, copies and frees, so that what is left behind is looked at too.
unsafe impl GlobalAlloc for Watch {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise. Zeroed, so that all that is freed may be read.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        if let Some(look) = LOOK.get() {
            // SAFETY: allocated above with this layout, initialised there, and not freed yet.
            look(unsafe { slice::from_raw_parts(memory, layout.size()) });
        }
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(memory, layout) }
    }
}

/// Has `look` see all that this thread frees while `run` runs.
pub(crate) fn watch(look: Look, run: impl FnOnce()) {
    LOOK.set(Some(look));
    run();
    LOOK.set(None);
}

/// How many freed allocations held the canary.
pub(crate) fn left(canary: &'static [u8], run: impl FnOnce()) -> usize {
    CANARY.set(canary);
    FOUND.set(0);
    watch(look, run);
    FOUND.get()
}

fn look(freed: &[u8]) {
    let canary = CANARY.get();
    if freed.windows(canary.len()).any(|window| window == canary) {
        FOUND.set(FOUND.get() + 1);
    }
}
