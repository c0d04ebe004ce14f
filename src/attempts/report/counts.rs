//! How often, by what.

use core::cmp::Reverse;
use std::collections::BTreeMap;

use super::{
    Kind, Reason,
    log::{Id, Record, Sorted, index},
    policy::{Policy, UnknownNames},
};
use crate::Timestamp;

const HOUR_MS: u64 = 3_600_000;

/// The first rows of a list, and how many more there are.
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct List<T> {
    /// The first rows, as many as the policy says.
    pub rows: Vec<T>,
    /// Rows that are left out.
    pub more: usize,
}

impl<T> List<T> {
    pub(super) fn new(mut rows: Vec<T>, most: usize) -> Self {
        let more = rows.len().saturating_sub(most);
        rows.truncate(most);
        Self { rows, more }
    }
}

/// Failures by account, by prefix or by device. All its parts together are all failures.
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Breakdown {
    /// The most failures first, then by name; as many rows as the policy says.
    pub rows: Vec<Row>,
    /// The rows that are left out.
    pub others: Group,
    /// By account only, unless the policy names them: failures at names that nobody has.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub unknown: Option<Group>,
    /// Failures that were recorded without an account, an address or a device.
    pub unnamed: u64,
}

/// One account, prefix or device.
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Its failures; at least one.
    pub failures: u64,
}

/// Several names together.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Group {
    /// How many different ones.
    pub names: usize,
    /// Their failures.
    pub failures: u64,
}

/// How many attempts ended in one way.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ReasonCount {
    /// In which way.
    pub reason: Reason,
    /// How many; at least one.
    pub attempts: u64,
}

/// The failures of one hour.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Hour {
    /// Its beginning, in UTC.
    pub start: Timestamp,
    /// Its failures; at least one.
    pub failures: u64,
}

/// Failures counted for each name, by its place in the order of names.
struct Tally {
    failures: Vec<u64>,
    unnamed: u64,
}

impl Tally {
    fn of(names: usize, failures: impl Iterator<Item = Option<Id>>) -> Self {
        let mut tally = Self {
            failures: vec![0; names],
            unnamed: 0,
        };
        for id in failures {
            let count = match id {
                Some(id) => tally.failures.get_mut(index(id)),
                None => Some(&mut tally.unnamed),
            };
            if let Some(count) = count {
                *count = count.saturating_add(1);
            }
        }
        tally
    }

    fn group(&self) -> Group {
        let names = self.failures.iter().filter(|count| **count > 0);
        Group {
            names: names.count(),
            failures: self.failures.iter().sum(),
        }
    }

    fn breakdown<T: ToString>(&self, names: &[T], most: usize) -> Breakdown {
        let counted = names.iter().zip(&self.failures);
        let mut counted: Vec<(&T, u64)> = counted
            .map(|(name, failures)| (name, *failures))
            .filter(|(_, failures)| *failures > 0)
            .collect();
        // stable: those with as many failures stay in the order of names
        counted.sort_by_key(|(_, failures)| Reverse(*failures));
        let (shown, left_out) = counted.split_at(most.min(counted.len()));
        Breakdown {
            rows: shown
                .iter()
                .map(|(name, failures)| Row {
                    name: name.to_string(),
                    failures: *failures,
                })
                .collect(),
            others: Group {
                names: left_out.len(),
                failures: left_out.iter().map(|(_, failures)| failures).sum(),
            },
            unknown: None,
            unnamed: self.unnamed,
        }
    }
}

fn failures(log: &Sorted) -> impl Iterator<Item = &Record> {
    let within = log.within().iter();
    within.filter(|record| record.reason.kind() == Kind::Failure)
}

pub(super) fn by_account(log: &Sorted, policy: &Policy) -> Breakdown {
    let is_counted_apart = |record: &Record| {
        policy.unknown == UnknownNames::Counted
            && record.reason == Reason::UnknownAccount
            && record.account.is_some()
    };
    let (unknown, known): (Vec<&Record>, Vec<&Record>) =
        failures(log).partition(|record| is_counted_apart(record));
    let tally = |records: Vec<&Record>| {
        let accounts = records.into_iter().map(|record| record.account);
        Tally::of(log.accounts.len(), accounts)
    };
    let mut breakdown = tally(known).breakdown(&log.accounts, policy.rows);
    if policy.unknown == UnknownNames::Counted {
        breakdown.unknown = Some(tally(unknown).group());
    }
    breakdown
}

pub(super) fn by_prefix(log: &Sorted, policy: &Policy) -> Breakdown {
    let prefixes = failures(log).map(|record| record.prefix);
    Tally::of(log.prefixes.len(), prefixes).breakdown(&log.prefixes, policy.rows)
}

pub(super) fn by_device(log: &Sorted, policy: &Policy) -> Breakdown {
    let devices = failures(log).map(|record| record.device);
    Tally::of(log.devices.len(), devices).breakdown(&log.devices, policy.rows)
}

pub(super) fn by_reason(log: &Sorted) -> Vec<ReasonCount> {
    let mut counts = BTreeMap::new();
    for record in log.within() {
        add_one(counts.entry(record.reason).or_default());
    }
    let counts = counts.into_iter();
    counts
        .map(|(reason, attempts)| ReasonCount { reason, attempts })
        .collect()
}

pub(super) fn by_hour(log: &Sorted) -> Vec<Hour> {
    let mut counts = BTreeMap::new();
    for record in failures(log) {
        let past = record.at.as_millis() % HOUR_MS;
        let start = Timestamp::from_millis(record.at.as_millis().saturating_sub(past));
        add_one(counts.entry(start).or_default());
    }
    let counts = counts.into_iter();
    counts
        .map(|(start, failures)| Hour { start, failures })
        .collect()
}

fn add_one(count: &mut u64) {
    *count = count.saturating_add(1);
}
