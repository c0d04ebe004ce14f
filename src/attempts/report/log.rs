//! Recorded attempts, held small and in an order of their own.

use core::{borrow::Borrow, fmt, hash::Hash, net::IpAddr, num::NonZeroU32, ops::Range};
use std::collections::HashMap;

use super::{Error, Reason};
use crate::{Timestamp, attempts::Prefix};

/// One recorded attempt to sign in.
///
/// Its `Debug` does not print the account: into a field for the name people type passwords.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct Attempt<'a> {
    pub(super) reason: Reason,
    pub(super) account: Option<&'a str>,
    pub(super) prefix: Option<Prefix>,
    pub(super) device: Option<&'a str>,
    pub(super) at: Timestamp,
}

impl<'a> Attempt<'a> {
    /// How it ended, and when.
    #[must_use]
    pub const fn new(reason: Reason, at: Timestamp) -> Self {
        Self {
            reason,
            account: None,
            prefix: None,
            device: None,
            at,
        }
    }

    /// On which account: its name in the one form that the application uses for it, or a pseudonym
    /// that is the same for the same name and another for another. An empty name or one of white
    /// space is none.
    #[must_use]
    pub fn with_account(self, account: &'a str) -> Self {
        Self {
            account: not_blank(account),
            ..self
        }
    }

    /// From where: [`Prefix::of`] the address.
    #[must_use]
    pub fn with_address(self, address: IpAddr) -> Self {
        self.with_prefix(Prefix::of(address))
    }

    /// From where, for those who cut prefixes themselves.
    #[must_use]
    pub fn with_prefix(self, prefix: Prefix) -> Self {
        Self {
            prefix: Some(prefix),
            ..self
        }
    }

    /// From which device, by a name that was verified. An empty name or one of white space is none.
    #[must_use]
    pub fn with_device(self, device: &'a str) -> Self {
        Self {
            device: not_blank(device),
            ..self
        }
    }
}

fn not_blank(name: &str) -> Option<&str> {
    (!name.trim().is_empty()).then_some(name)
}

impl fmt::Debug for Attempt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempt")
            .field("reason", &self.reason)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

/// Attempts up to the end of a range, in any order.
///
/// Those within the range are what a report is of. Those before it are history: they say when an
/// account was last used and what failed before a success. Those after it are not taken.
///
/// # Memory
///
/// 24 bytes for each attempt taken, and each different name of an account, name of a device and
/// prefix once, names that nobody has included. A range of an hour or a day at a time bounds it where
/// strangers fill the log; what is kept of the history may be a success of each account.
#[derive(Clone)]
pub struct Log {
    pub(super) range: Range<Timestamp>,
    accounts: Ids<String>,
    devices: Ids<String>,
    prefixes: Ids<Prefix>,
    records: Vec<Record>,
}

impl Log {
    /// Of attempts at `range.start` and after it, and before `range.end`.
    ///
    /// # Errors
    ///
    /// [`Error::Range`] when the end is not after the start.
    pub fn new(range: Range<Timestamp>) -> Result<Self, Error> {
        if range.is_empty() {
            return Err(Error::Range);
        }
        Ok(Self {
            range,
            accounts: Ids::default(),
            devices: Ids::default(),
            prefixes: Ids::default(),
            records: Vec::new(),
        })
    }

    /// Takes an attempt, unless it was at the end of the range or after it.
    pub fn record(&mut self, attempt: &Attempt<'_>) {
        if attempt.at >= self.range.end {
            return;
        }
        self.records.push(Record {
            at: attempt.at,
            reason: attempt.reason,
            account: attempt.account.map(|name| self.accounts.of(name)),
            prefix: attempt.prefix.map(|prefix| self.prefixes.of(&prefix)),
            device: attempt.device.map(|name| self.devices.of(name)),
        });
    }

    /// The attempts in order.
    pub(super) fn sorted(self) -> Sorted {
        let (accounts, account_ranks) = self.accounts.ranked();
        let (devices, device_ranks) = self.devices.ranked();
        let (prefixes, prefix_ranks) = self.prefixes.ranked();
        let rank = |ranks: &[Id], id: Option<Id>| id.and_then(|id| ranks.get(index(id)).copied());
        let mut records = self.records;
        for record in &mut records {
            record.account = rank(&account_ranks, record.account);
            record.device = rank(&device_ranks, record.device);
            record.prefix = rank(&prefix_ranks, record.prefix);
        }
        records.sort_unstable();
        let start = records.partition_point(|record| record.at < self.range.start);
        Sorted {
            range: self.range,
            accounts,
            devices,
            prefixes,
            records,
            start,
        }
    }
}

impl<'a> Extend<Attempt<'a>> for Log {
    fn extend<I: IntoIterator<Item = Attempt<'a>>>(&mut self, attempts: I) {
        for attempt in attempts {
            self.record(&attempt);
        }
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Log")
            .field("range", &self.range)
            .field("attempts", &self.records.len())
            .finish_non_exhaustive()
    }
}

/// Stands for a name, from 1.
pub(super) type Id = NonZeroU32;

/// The place of what an id stands for.
pub(super) fn index(id: Id) -> usize {
    // INVARIANT: an id is the place in a list, and one more.
    usize::try_from(id.get().saturating_sub(1)).unwrap_or(usize::MAX)
}

/// The id of a place. Of the four thousand millionth and all after it the same: a table of them would
/// have taken a hundred gigabytes.
fn id(index: usize) -> Id {
    let place = u32::try_from(index).unwrap_or(u32::MAX);
    Id::MIN.saturating_add(place)
}

/// One attempt. The order is that of time; of attempts in the same millisecond a failure comes before
/// a success, then one name before the other: nothing depends on the order in which they were taken.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Record {
    pub(super) at: Timestamp,
    pub(super) reason: Reason,
    pub(super) account: Option<Id>,
    pub(super) prefix: Option<Id>,
    pub(super) device: Option<Id>,
}

/// What the memory of a log is said to be.
const _: () = assert!(size_of::<Record>() == 24);

/// A log in order; ids are in the order of what they stand for.
pub(super) struct Sorted {
    pub(super) range: Range<Timestamp>,
    pub(super) accounts: Vec<String>,
    pub(super) devices: Vec<String>,
    pub(super) prefixes: Vec<Prefix>,
    records: Vec<Record>,
    start: usize,
}

impl Sorted {
    /// All attempts, the history included.
    pub(super) fn all(&self) -> &[Record] {
        &self.records
    }

    /// Those of the range.
    pub(super) fn within(&self) -> &[Record] {
        self.records.get(self.start..).unwrap_or_default()
    }

    pub(super) fn account(&self, id: Option<Id>) -> Option<String> {
        self.accounts.get(index(id?)).cloned()
    }

    pub(super) fn prefix(&self, id: Option<Id>) -> Option<Prefix> {
        self.prefixes.get(index(id?)).copied()
    }
}

/// Small numbers for what comes again and again, in the order in which it first came.
#[derive(Clone)]
struct Ids<T> {
    ids: HashMap<T, Id>,
}

impl<T> Default for Ids<T> {
    fn default() -> Self {
        let ids = HashMap::new();
        Self { ids }
    }
}

impl<T: Eq + Hash + Ord> Ids<T> {
    fn of<Q>(&mut self, value: &Q) -> Id
    where
        T: Borrow<Q>,
        Q: Eq + Hash + ToOwned<Owned = T> + ?Sized,
    {
        if let Some(known) = self.ids.get(value) {
            return *known;
        }
        let new = id(self.ids.len());
        self.ids.insert(value.to_owned(), new);
        new
    }

    /// All in order, and for each id by its place the one that this order gives.
    fn ranked(self) -> (Vec<T>, Vec<Id>) {
        let mut sorted: Vec<(T, Id)> = self.ids.into_iter().collect();
        sorted.sort_unstable();
        let mut ranks = vec![Id::MIN; sorted.len()];
        for (place, (_, old)) in sorted.iter().enumerate() {
            if let Some(rank) = ranks.get_mut(index(*old)) {
                *rank = id(place);
            }
        }
        (sorted.into_iter().map(|(value, _)| value).collect(), ranks)
    }
}
