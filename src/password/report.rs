//! Who must choose another password, and when.

use super::{Expiry, Period, Policy, Reason, State};
use crate::Timestamp;

/// Whose passwords expire soon, and whose no longer serve. See [`Policy::report`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Report<K> {
    expiring: Vec<(K, Timestamp)>,
    in_grace: Vec<(K, Timestamp)>,
    expired: Vec<(K, Timestamp)>,
    must_change: Vec<(K, Reason)>,
    unknown_age: Vec<K>,
}

impl<K> Report<K> {
    /// Whose passwords still serve and expire within the time asked about, and when: the next first.
    #[must_use]
    pub fn expiring(&self) -> &[(K, Timestamp)] {
        &self.expiring
    }

    /// Whose passwords have expired and still serve, and until when: the next first.
    #[must_use]
    pub fn in_grace(&self) -> &[(K, Timestamp)] {
        &self.in_grace
    }

    /// Whose passwords no longer serve, and since when: the longest first.
    #[must_use]
    pub fn expired(&self) -> &[(K, Timestamp)] {
        &self.expired
    }

    /// Whose passwords must be changed whatever their age, and why: the gravest first.
    #[must_use]
    pub fn must_change(&self) -> &[(K, Reason)] {
        &self.must_change
    }

    /// Whose passwords do not serve because nobody knows how old they are.
    #[must_use]
    pub fn unknown_age(&self) -> &[K] {
        &self.unknown_age
    }

    fn add(&mut self, key: K, expiry: Expiry, last: Timestamp) {
        match expiry {
            Expiry::Valid { until: Some(until) } | Expiry::ExpiringSoon { until } => {
                if until <= last {
                    self.expiring.push((key, until));
                }
            }
            Expiry::Valid { until: None } => {}
            Expiry::Grace { until, .. } => self.in_grace.push((key, until)),
            Expiry::Expired { since } => self.expired.push((key, since)),
            Expiry::MustChange(reason) => self.must_change.push((key, reason)),
            Expiry::UnknownAge => self.unknown_age.push(key),
        }
    }

    fn sort(&mut self) {
        for dated in [&mut self.expiring, &mut self.in_grace, &mut self.expired] {
            dated.sort_by_key(|(_, at)| *at);
        }
        let gravest_first = |(_, reason): &(K, Reason)| core::cmp::Reverse(*reason);
        self.must_change.sort_by_key(gravest_first);
    }
}

impl Policy {
    /// Whose passwords expire within the time from `now` on, its end included, and whose no longer
    /// serve. Of two that are due at the same time the first given comes first.
    ///
    /// All are judged by this policy: where it depends on the second factor, ask once
    /// [for each](Policy::for_second_factor).
    #[must_use]
    pub fn report<'a, K>(
        &self,
        states: impl IntoIterator<Item = (K, &'a State)>,
        within: Period,
        now: Timestamp,
    ) -> Report<K> {
        let last = within.after(now);
        let mut report = Report {
            expiring: Vec::new(),
            in_grace: Vec::new(),
            expired: Vec::new(),
            must_change: Vec::new(),
            unknown_age: Vec::new(),
        };
        for (key, state) in states {
            report.add(key, self.expiry(state, now), last);
        }
        report.sort();
        report
    }
}
