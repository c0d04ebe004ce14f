//! The rules of a ring.

use core::time::Duration;
use std::collections::BTreeSet;

use super::{Purpose, Suite, purpose::Purposes};
use crate::time::millis;

/// How long a machine goes on with the ring that it loaded before, unless the policy says otherwise:
/// an hour, for services that load their ring anew every few minutes.
pub(super) const PROPAGATION: Duration = Duration::from_secs(3600);

/// The rules that a ring's keys keep to. They are stored in the ring, so that they hold on every
/// machine.
///
/// ```
/// use std::time::Duration;
/// use portcullis::field::{Policy, Purpose};
///
/// let policy = Policy::new()
///     .for_purpose(Purpose::column("contact", "email"))
///     .for_purpose(Purpose::column("contact", "phone"))
///     .with_max_age(Duration::from_secs(90 * 86_400))
///     .with_max_seals(1 << 32);
/// # assert_eq!(policy.max_seals(), Some(1 << 32));
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub struct Policy {
    pub(super) suite: Suite,
    /// Whole milliseconds, as it is stored.
    pub(super) max_age: Option<Duration>,
    pub(super) max_seals: Option<u64>,
    pub(super) purposes: Purposes,
    /// Whole milliseconds, as it is stored.
    pub(super) propagation: Duration,
}

impl Policy {
    /// Cobblestone-256, keys of any age, any number of seals up to the suite's bound, any purpose,
    /// one hour for a ring to reach every machine.
    pub const fn new() -> Self {
        Self {
            suite: Suite::Cobblestone256,
            max_age: None,
            max_seals: None,
            purposes: Purposes::Any,
            propagation: PROPAGATION,
        }
    }

    /// The suite of keys that are staged from now on. A key keeps the suite it was staged with.
    pub fn with_suite(self, suite: Suite) -> Self {
        Self { suite, ..self }
    }

    /// A key that is older than this, counted from when it was made or taken over into the ring,
    /// seals nothing more; it opens as before. In whole milliseconds, rounded down. It is the
    /// originator-usage period of NIST SP 800-57 part 1 revision 5 §5.3.5.
    pub fn with_max_age(self, max_age: Duration) -> Self {
        let max_age = Some(whole(max_age));
        Self { max_age, ..self }
    }

    /// A key that has sealed this many values seals nothing more. Each machine counts what it seals
    /// itself; leave room for the others, or let them
    /// [add up](super::Keyring::merge_seals). What was counted since the ring was stored the last time
    /// is lost when the process ends: leave room for that, too.
    pub fn with_max_seals(self, max_seals: u64) -> Self {
        let max_seals = Some(max_seals);
        Self { max_seals, ..self }
    }

    /// Permits a purpose. The first one makes the ring a restricted one: what no call of this names
    /// is refused.
    pub fn for_purpose(mut self, purpose: Purpose) -> Self {
        match &mut self.purposes {
            Purposes::Any => self.purposes = Purposes::These(BTreeSet::from([purpose])),
            Purposes::These(these) => {
                these.insert(purpose);
            }
        }
        self
    }

    /// How long another machine may go on sealing with a ring that it loaded before: what a retired
    /// key sealed is looked for no earlier than this after it was retired. It is longer than the
    /// longest [stream](super::stream::Writer) takes to write, which is in no list before. In whole
    /// milliseconds, rounded down.
    pub fn with_propagation(self, propagation: Duration) -> Self {
        let propagation = whole(propagation);
        Self {
            propagation,
            ..self
        }
    }

    /// The suite of keys that are staged.
    #[must_use]
    pub const fn suite(&self) -> Suite {
        self.suite
    }

    /// The age beyond which a key seals nothing more; None for any age.
    #[must_use]
    pub const fn max_age(&self) -> Option<Duration> {
        self.max_age
    }

    /// How many values a key seals; None for as many as its suite permits.
    #[must_use]
    pub const fn max_seals(&self) -> Option<u64> {
        self.max_seals
    }

    /// The purposes, in order; None where any is permitted.
    #[must_use]
    pub fn purposes(&self) -> Option<impl ExactSizeIterator<Item = &Purpose>> {
        match &self.purposes {
            Purposes::Any => None,
            Purposes::These(these) => Some(these.iter()),
        }
    }

    /// How long another machine may go on with a ring that it loaded before.
    #[must_use]
    pub const fn propagation(&self) -> Duration {
        self.propagation
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self::new()
    }
}

/// In whole milliseconds, as it is stored.
fn whole(duration: Duration) -> Duration {
    Duration::from_millis(millis(duration))
}
