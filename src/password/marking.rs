//! Many passwords that must be changed at once.

use super::{Reason, State};

/// Marks the passwords of a set of accounts, and counts: after a breach, each account of the list
/// once. Nobody else's state is touched, and a second run finds all of them marked already.
///
/// ```
/// use std::collections::BTreeMap;
/// use portcullis::password::{Hash, Marking, Reason, State};
///
/// let state = |hash| State::new(Hash::from_stored(hash), None);
/// let mut rows = BTreeMap::from([("ada", state("…")), ("bob", state("…"))]);
///
/// let mut marking = Marking::new(Reason::Compromised);
/// for name in ["ada", "eve"] {
///     if let Some(state) = marking.mark(rows.get(name)) {
///         rows.insert(name, state);
///     }
/// }
/// assert_eq!((marking.marked(), marking.already(), marking.unknown()), (1, 0, 1));
/// assert_eq!(rows["ada"].must_change(), Some(Reason::Compromised));
/// assert_eq!(rows["bob"].must_change(), None);
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Marking {
    reason: Reason,
    marked: u64,
    already: u64,
    unknown: u64,
}

impl Marking {
    /// For this reason.
    #[must_use]
    pub const fn new(reason: Reason) -> Self {
        Self {
            reason,
            marked: 0,
            already: 0,
            unknown: 0,
        }
    }

    /// The state to store of the next account; None where there is nothing to store, because it must
    /// be changed already for this reason or a graver one, or because there is no such account.
    #[must_use = "a mark that is not stored is none"]
    pub fn mark(&mut self, state: Option<&State>) -> Option<State> {
        let Some(state) = state else {
            self.unknown = self.unknown.saturating_add(1);
            return None;
        };
        if state.must_change() >= Some(self.reason) {
            self.already = self.already.saturating_add(1);
            return None;
        }
        self.marked = self.marked.saturating_add(1);
        Some(state.clone().with_must_change(self.reason))
    }

    /// How many were marked.
    #[must_use]
    pub const fn marked(&self) -> u64 {
        self.marked
    }

    /// How many had to be changed already, for this reason or a graver one.
    #[must_use]
    pub const fn already(&self) -> u64 {
        self.already
    }

    /// How many do not exist.
    #[must_use]
    pub const fn unknown(&self) -> u64 {
        self.unknown
    }
}
