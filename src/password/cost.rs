//! What a hash costs to compute.

mod calibrate;

use core::{fmt, time::Duration};

use super::{
    Error,
    limits::{Parameter, at_least, at_most},
};

/// The least memory a lane: eight blocks of 1 KiB (RFC 9106 §3.1).
const MIN_MEMORY_PER_LANE_KIB: u32 = 8;

/// The cost of an Argon2id hash: how much memory it fills, how often, in how many lanes.
///
/// Every cost is between the least that RFC 9106 §3.1 allows (8 KiB a lane, one pass, one lane) and
/// [`Cost::MAX_MEMORY_KIB`], [`Cost::MAX_PASSES`], [`Cost::MAX_WORK_KIB`] and [`Cost::MAX_LANES`].
/// The least is for tests: for people's passwords take [`Cost::OWASP`] or more. What is accepted
/// from storage is bounded lower: [`Limits`](super::Limits).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl Cost {
    /// 19 MiB, two passes, one lane: OWASP Password Storage Cheat Sheet, "Argon2id".
    pub const OWASP: Self = Self::one_lane(19_456, 2);
    /// The lines of the OWASP Password Storage Cheat Sheet, "Argon2id", the most memory first: less
    /// memory is made up for by more passes. To go below all of them is to go below OWASP's floor.
    pub const OWASP_LINES: [Self; 5] = [
        Self::one_lane(47_104, 1),
        Self::OWASP,
        Self::one_lane(12_288, 3),
        Self::one_lane(9_216, 4),
        Self::one_lane(7_168, 5),
    ];
    /// 2 GiB, one pass, four lanes: the first recommended option of RFC 9106 §4.
    pub const RFC_9106_FIRST: Self = Self {
        memory_kib: 2_097_152,
        passes: 1,
        lanes: 4,
    };
    /// 64 MiB, three passes, four lanes: the second recommended option of RFC 9106 §4, for where
    /// memory is short.
    pub const RFC_9106_SECOND: Self = Self {
        memory_kib: 65_536,
        passes: 3,
        lanes: 4,
    };

    /// The most memory in KiB: 2 GiB, the most that RFC 9106 §4 recommends.
    pub const MAX_MEMORY_KIB: u32 = 1 << 21;
    /// The most passes.
    pub const MAX_PASSES: u32 = 64;
    /// The most memory times passes, in KiB: 2 GiB to be filled, a second or two of one processor.
    /// The two ceilings together would be 128 GiB, and a change of password computes a hash for
    /// every remembered one.
    pub const MAX_WORK_KIB: u32 = 1 << 21;
    /// The most lanes.
    pub const MAX_LANES: u32 = 16;

    /// A cost of `memory_kib` KiB filled `passes` times in `lanes` lanes.
    ///
    /// # Errors
    ///
    /// [`Error::BelowMinimum`] and [`Error::AboveLimit`], with the parameter and its bound.
    pub fn new(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, Error> {
        at_least(Parameter::Lanes, lanes, 1)?;
        at_most(Parameter::Lanes, lanes, Self::MAX_LANES)?;
        at_least(Parameter::Passes, passes, 1)?;
        at_most(Parameter::Passes, passes, Self::MAX_PASSES)?;
        let least = lanes.saturating_mul(MIN_MEMORY_PER_LANE_KIB);
        at_least(Parameter::Memory, memory_kib, least)?;
        at_most(Parameter::Memory, memory_kib, Self::MAX_MEMORY_KIB)?;
        let work = memory_kib.saturating_mul(passes);
        at_most(Parameter::Work, work, Self::MAX_WORK_KIB)?;
        Ok(Self {
            memory_kib,
            passes,
            lanes,
        })
    }

    const fn one_lane(memory_kib: u32, passes: u32) -> Self {
        Self {
            memory_kib,
            passes,
            lanes: 1,
        }
    }

    /// The greatest cost in one lane whose hash takes no longer than `target` in at most
    /// `max_memory_kib` KiB: as much memory as may be first, then passes (RFC 9106 §4). Never below
    /// the OWASP lines: where the machine is too slow for `target`, the least of them that it found.
    ///
    /// `measure` says how long one hash takes at a cost. It is called at most 24 times. This
    /// function reads no clock: hash once or more in `measure`, on the machine that will do it and
    /// under the load that it will have, and take the greatest or the median.
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    /// use portcullis::password::{Cost, Error, Hasher, Password};
    ///
    /// let sample = Password::from("correct horse battery staple");
    /// let cost = Cost::calibrate(Duration::from_millis(50), 65_536, |cost| {
    ///     let hasher = Hasher::new(cost);
    ///     let start = Instant::now();
    ///     hasher.hash(&sample)?;
    ///     Ok(start.elapsed())
    /// })?;
    /// assert!(cost.memory_kib() >= 7_168);
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::BelowMinimum`] if `max_memory_kib` is below 7,168, the least of the OWASP lines;
    /// what `measure` fails with.
    pub fn calibrate(
        target: Duration,
        max_memory_kib: u32,
        measure: impl FnMut(Self) -> Result<Duration, Error>,
    ) -> Result<Self, Error> {
        calibrate::calibrate(target, max_memory_kib, measure)
    }

    /// Memory in KiB.
    #[must_use]
    pub const fn memory_kib(&self) -> u32 {
        self.memory_kib
    }

    /// How often the memory is filled.
    #[must_use]
    pub const fn passes(&self) -> u32 {
        self.passes
    }

    /// In how many lanes. It divides the same work and is no part of its strength.
    #[must_use]
    pub const fn lanes(&self) -> u32 {
        self.lanes
    }

    /// Whether a guess is cheaper than with `other`, by memory × memory × passes: the memory that an
    /// attacker's hardware must hold, times how long it holds it, which is memory × passes again.
    /// One number for each cost, so that of two different costs at most one is the weaker, and two
    /// servers never rehash each other's hashes in turn.
    pub(super) fn is_weaker_than(&self, other: &Self) -> bool {
        self.strength() < other.strength()
    }

    fn strength(&self) -> u64 {
        let memory = u64::from(self.memory_kib);
        memory
            .saturating_mul(memory)
            .saturating_mul(u64::from(self.passes))
    }
}

/// The default is [`Cost::OWASP`].
impl Default for Cost {
    fn default() -> Self {
        Self::OWASP
    }
}

/// As in a stored hash: `m=19456,t=2,p=1`.
impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            memory_kib,
            passes,
            lanes,
        } = self;
        write!(f, "m={memory_kib},t={passes},p={lanes}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cost() -> impl Strategy<Value = Cost> {
        let memory_and_passes = (1..=64_u32).prop_flat_map(|t| {
            let most = Cost::MAX_WORK_KIB.checked_div(t).unwrap();
            (128..=most, Just(t))
        });
        (memory_and_passes, 1..=16_u32).prop_map(|((m, t), p)| Cost::new(m, t, p).unwrap())
    }

    proptest! {
        /// PW-03: two servers with different costs never rehash each other's hashes in turn.
        #[test]
        fn of_two_costs_at_most_one_is_weaker(a in cost(), b in cost(), c in cost()) {
            prop_assert!(!(a.is_weaker_than(&b) && b.is_weaker_than(&a)));
            prop_assert!(!a.is_weaker_than(&a));
            if a.is_weaker_than(&b) && b.is_weaker_than(&c) {
                prop_assert!(a.is_weaker_than(&c));
            }
        }

        /// PW-03: less of both is weaker, more of both is not, and lanes do not count.
        #[test]
        fn less_memory_or_fewer_passes_are_weaker(a in cost(), b in cost()) {
            let less = a.memory_kib <= b.memory_kib && a.passes <= b.passes;
            let same = (a.memory_kib, a.passes) == (b.memory_kib, b.passes);
            if less {
                prop_assert_eq!(a.is_weaker_than(&b), !same);
                prop_assert!(!b.is_weaker_than(&a));
            }
        }
    }
}
