//! What a hash costs to compute.

use core::fmt;

use super::Error;

/// The least memory a lane: eight blocks of 1 KiB (RFC 9106 §3.1).
const MIN_MEMORY_PER_LANE_KIB: u32 = 8;

/// The cost of an Argon2id hash: how much memory it fills, how often, in how many lanes.
///
/// Every cost is between the least that RFC 9106 §3.1 allows (8 KiB a lane, one pass, one lane) and
/// ceilings that hold for hashing and for what is read from storage alike: [`Cost::MAX_MEMORY_KIB`],
/// [`Cost::MAX_PASSES`], [`Cost::MAX_WORK_KIB`], [`Cost::MAX_LANES`]. The least is for tests: for people's passwords take
/// [`Cost::OWASP`] or more.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl Cost {
    /// 19 MiB, two passes, one lane: OWASP Password Storage Cheat Sheet, "Argon2id".
    pub const OWASP: Self = Self {
        memory_kib: 19_456,
        passes: 2,
        lanes: 1,
    };
    /// 64 MiB, three passes, four lanes: the second recommended option of RFC 9106 §4.
    pub const RFC_9106_SECOND: Self = Self {
        memory_kib: 65_536,
        passes: 3,
        lanes: 4,
    };

    /// The most memory in KiB: 256 MiB, so that a planted hash cannot exhaust a machine.
    pub const MAX_MEMORY_KIB: u32 = 262_144;
    /// The most passes.
    pub const MAX_PASSES: u32 = 64;
    /// The most memory times passes, in KiB: 2 GiB to be filled, a second or two of one processor.
    /// The two ceilings together would be 16 GiB, and a change of password computes a hash for every
    /// remembered one.
    pub const MAX_WORK_KIB: u32 = 1 << 21;
    /// The most lanes.
    pub const MAX_LANES: u32 = 16;

    /// A cost of `memory_kib` KiB filled `passes` times in `lanes` lanes.
    ///
    /// # Errors
    ///
    /// [`Error::MemoryLow`], [`Error::MemoryHigh`], [`Error::PassesLow`], [`Error::PassesHigh`],
    /// [`Error::WorkHigh`], [`Error::LanesLow`], [`Error::LanesHigh`].
    pub fn new(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, Error> {
        if lanes == 0 {
            return Err(Error::LanesLow);
        }
        if lanes > Self::MAX_LANES {
            return Err(Error::LanesHigh);
        }
        if passes == 0 {
            return Err(Error::PassesLow);
        }
        if passes > Self::MAX_PASSES {
            return Err(Error::PassesHigh);
        }
        if memory_kib < lanes.saturating_mul(MIN_MEMORY_PER_LANE_KIB) {
            return Err(Error::MemoryLow);
        }
        if memory_kib > Self::MAX_MEMORY_KIB {
            return Err(Error::MemoryHigh);
        }
        if memory_kib.saturating_mul(passes) > Self::MAX_WORK_KIB {
            return Err(Error::WorkHigh);
        }
        Ok(Self {
            memory_kib,
            passes,
            lanes,
        })
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
            let most = Cost::MAX_MEMORY_KIB.min(Cost::MAX_WORK_KIB.checked_div(t).unwrap());
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
