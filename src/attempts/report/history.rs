//! What only the attempts before it make remarkable.

use core::cmp::Reverse;

use super::{
    Kind, List, Reason,
    log::{Record, Sorted, index},
    policy::Policy,
};
use crate::{Timestamp, attempts::Prefix};

/// An account that was signed in to after failures: the person found the password again, or somebody
/// else did.
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct AfterFailures {
    /// Which.
    pub account: String,
    /// When somebody signed in.
    pub at: Timestamp,
    /// From where.
    pub prefix: Option<Prefix>,
    /// Its failures since its last success, or since the beginning of the log.
    pub failures: u64,
    /// The first of them.
    pub since: Timestamp,
}

/// An account that was signed in to after a long time without a success.
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Dormant {
    /// Which.
    pub account: String,
    /// When somebody signed in.
    pub at: Timestamp,
    /// From where.
    pub prefix: Option<Prefix>,
    /// Its last success before that.
    pub last_success: Timestamp,
}

/// A one-time code that was right and had been used: somebody saw it, or the person typed it twice.
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Replayed {
    /// On which account.
    pub account: Option<String>,
    /// When.
    pub at: Timestamp,
    /// From where.
    pub prefix: Option<Prefix>,
}

/// What is known of an account at one point of the log.
#[derive(Clone, Copy, Default)]
struct Past {
    last_success: Option<Timestamp>,
    failures: u64,
    since: Timestamp,
}

impl Past {
    fn fail(&mut self, at: Timestamp) {
        if self.failures == 0 {
            self.since = at;
        }
        self.failures = self.failures.saturating_add(1);
    }

    fn succeed(&mut self, at: Timestamp) {
        *self = Self {
            last_success: Some(at),
            ..Self::default()
        };
    }

    fn after_failures(
        &self,
        success: &Record,
        log: &Sorted,
        policy: &Policy,
    ) -> Option<AfterFailures> {
        if self.failures < policy.failures_before_success.into() {
            return None;
        }
        Some(AfterFailures {
            account: log.account(success.account)?,
            at: success.at,
            prefix: log.prefix(success.prefix),
            failures: self.failures,
            since: self.since,
        })
    }

    fn dormant(&self, success: &Record, log: &Sorted, policy: &Policy) -> Option<Dormant> {
        let last_success = self.last_success?;
        if success.at.saturating_since(last_success) < policy.dormant_after {
            return None;
        }
        Some(Dormant {
            account: log.account(success.account)?,
            at: success.at,
            prefix: log.prefix(success.prefix),
            last_success,
        })
    }
}

/// The accounts that were signed in to after failures, and those that had been dormant.
pub(super) fn sign_ins(log: &Sorted, policy: &Policy) -> (List<AfterFailures>, List<Dormant>) {
    let (mut after_failures, mut dormant) = (Vec::new(), Vec::new());
    let mut pasts = vec![Past::default(); log.accounts.len()];
    for record in log.all() {
        let place = record.account.map(index);
        let Some(past) = place.and_then(|place| pasts.get_mut(place)) else {
            continue;
        };
        match record.reason.kind() {
            Kind::Failure => past.fail(record.at),
            Kind::Success => {
                if record.at >= log.range.start {
                    after_failures.extend(past.after_failures(record, log, policy));
                    dormant.extend(past.dormant(record, log, policy));
                }
                past.succeed(record.at);
            }
            Kind::Refusal | Kind::Unfinished => {}
        }
    }
    // stable: what is left equal stays in the order of time, then of names
    after_failures.sort_by_key(|row: &AfterFailures| Reverse(row.failures));
    dormant.sort_by_key(|row: &Dormant| Reverse(row.at.saturating_since(row.last_success)));
    (
        List::new(after_failures, policy.rows),
        List::new(dormant, policy.rows),
    )
}

/// The codes that were used again.
pub(super) fn replayed(log: &Sorted, policy: &Policy) -> List<Replayed> {
    let within = log.within().iter();
    let again = within.filter(|record| record.reason == Reason::ReplayedCode);
    let rows = again.map(|record| Replayed {
        account: log.account(record.account),
        at: record.at,
        prefix: log.prefix(record.prefix),
    });
    List::new(rows.collect(), policy.rows)
}
