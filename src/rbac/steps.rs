//! Counts what a decision and the loading of a policy look at, in tests only: rules, patterns,
//! nodes and roles.

#[cfg(test)]
thread_local!(static STEPS: core::cell::Cell<usize> = const { core::cell::Cell::new(0) });

#[cfg(test)]
pub(super) fn step() {
    STEPS.set(STEPS.get().saturating_add(1));
}

#[cfg(not(test))]
pub(super) const fn step() {}

/// What `work` gives, and how many steps it takes.
#[cfg(test)]
pub(super) fn counted<T>(work: impl FnOnce() -> T) -> (T, usize) {
    STEPS.set(0);
    let result = work();
    (result, STEPS.get())
}
