//! How much work a stored hash may ask for.

use super::{Cost, Error};

/// Ceilings on what a hash may cost, the same for the hashes that are made and for those that are
/// read from storage: whatever is above is refused before anything is allocated or computed.
///
/// The libraries underneath obey the stored text: a planted hash could fill the memory or keep a
/// processor for hours. Nobody's own hashes come near the defaults:
///
/// | | default |
/// |---|---|
/// | memory of Argon2 and scrypt | 262,144 KiB (256 MiB) |
/// | passes of Argon2 | 64 |
/// | lanes of Argon2, parallelism of scrypt | 16 |
/// | cost of bcrypt | 16 (2^16 rounds) |
/// | iterations of PBKDF2 | 10,000,000 |
/// | rounds of SHA-crypt | 1,000,000 |
///
/// Memory times passes (or times scrypt's parallelism) is never above [`Cost::MAX_WORK_KIB`]; a
/// password or a stored hash is never longer than 1,024 bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    bcrypt_cost: u32,
    iterations: u32,
    rounds: u32,
}

impl Limits {
    const DEFAULT: Self = Self {
        memory_kib: 262_144,
        passes: 64,
        lanes: 16,
        bcrypt_cost: 16,
        iterations: 10_000_000,
        rounds: 1_000_000,
    };

    /// The most memory in KiB, of Argon2 and of scrypt.
    #[must_use]
    pub const fn memory_kib(&self) -> u32 {
        self.memory_kib
    }

    /// Admits at most `memory_kib` KiB. Above [`Cost::MAX_MEMORY_KIB`] it makes no difference.
    #[must_use]
    pub const fn with_memory_kib(self, memory_kib: u32) -> Self {
        Self { memory_kib, ..self }
    }

    /// Admits at most `passes` of Argon2. Above [`Cost::MAX_PASSES`] it makes no difference.
    #[must_use]
    pub const fn with_passes(self, passes: u32) -> Self {
        Self { passes, ..self }
    }

    /// Admits at most `lanes` of Argon2, and as much parallelism of scrypt. Above
    /// [`Cost::MAX_LANES`] it makes no difference.
    #[must_use]
    pub const fn with_lanes(self, lanes: u32) -> Self {
        Self { lanes, ..self }
    }

    /// Admits bcrypt up to this cost, which is the logarithm of its rounds: one more is twice the
    /// time. 16 takes about four seconds.
    #[must_use]
    pub const fn with_bcrypt_cost(self, bcrypt_cost: u32) -> Self {
        Self {
            bcrypt_cost,
            ..self
        }
    }

    /// Admits PBKDF2 up to so many iterations, counted anew for each block of the tag.
    #[must_use]
    pub const fn with_iterations(self, iterations: u32) -> Self {
        Self { iterations, ..self }
    }

    /// Admits SHA-crypt up to so many rounds.
    #[must_use]
    pub const fn with_rounds(self, rounds: u32) -> Self {
        Self { rounds, ..self }
    }

    /// The same, with room for `cost`: what a hasher makes, it verifies.
    pub(super) const fn with_room_for(self, cost: &Cost) -> Self {
        Self {
            memory_kib: greater(self.memory_kib, cost.memory_kib()),
            passes: greater(self.passes, cost.passes()),
            lanes: greater(self.lanes, cost.lanes()),
            ..self
        }
    }

    /// Refuses an Argon2 cost that is above.
    pub(super) fn admit(&self, cost: &Cost) -> Result<(), Error> {
        at_most(Parameter::Lanes, cost.lanes(), self.lanes)?;
        at_most(Parameter::Passes, cost.passes(), self.passes)?;
        at_most(Parameter::Memory, cost.memory_kib(), self.memory_kib)
    }
}

/// The parameters of the schemes that are only verified.
#[cfg(feature = "legacy")]
impl Limits {
    /// The memory of scrypt in KiB: refused above the limits, in memory and in work.
    pub(super) fn admit_scrypt(&self, memory_kib: u64, parallelism: u32) -> Result<u32, Error> {
        at_most(Parameter::Lanes, parallelism, self.lanes)?;
        let memory = u32::try_from(memory_kib).unwrap_or(u32::MAX);
        at_most(Parameter::Memory, memory, self.memory_kib)?;
        let work = memory.saturating_mul(parallelism);
        at_most(Parameter::Work, work, Cost::MAX_WORK_KIB)?;
        Ok(memory)
    }

    /// Refuses a cost of bcrypt that is above.
    pub(super) fn admit_bcrypt(&self, cost: u32) -> Result<(), Error> {
        at_most(Parameter::BcryptCost, cost, self.bcrypt_cost)
    }

    /// Refuses a number of PBKDF2's iterations that is above.
    pub(super) fn admit_iterations(&self, iterations: u32) -> Result<(), Error> {
        at_most(Parameter::Iterations, iterations, self.iterations)
    }

    /// Refuses a number of SHA-crypt's rounds that is above.
    pub(super) fn admit_rounds(&self, rounds: u32) -> Result<(), Error> {
        at_most(Parameter::Rounds, rounds, self.rounds)
    }
}

/// The ceilings of the table above.
impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

const fn greater(a: u32, b: u32) -> u32 {
    if a > b { a } else { b }
}

/// An error if `found` is above `max`.
pub(super) const fn at_most(parameter: Parameter, found: u32, max: u32) -> Result<(), Error> {
    if found > max {
        Err(Error::AboveLimit { parameter, max })
    } else {
        Ok(())
    }
}

/// An error if `found` is below `min`.
pub(super) const fn at_least(parameter: Parameter, found: u32, min: u32) -> Result<(), Error> {
    if found < min {
        Err(Error::BelowMinimum { parameter, min })
    } else {
        Ok(())
    }
}

/// A number that says how much work a hash is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Parameter {
    /// Memory in KiB.
    Memory,
    /// Passes of Argon2 over its memory.
    Passes,
    /// Memory in KiB times passes, or times the parallelism of scrypt.
    Work,
    /// Lanes of Argon2, parallelism of scrypt.
    Lanes,
    /// The cost of bcrypt.
    BcryptCost,
    /// Iterations of PBKDF2.
    Iterations,
    /// Rounds of SHA-crypt or of another scheme that counts them.
    Rounds,
    /// The cost N of scrypt, or its logarithm.
    ScryptCost,
    /// The block size r of scrypt.
    BlockSize,
}

impl core::fmt::Display for Parameter {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Memory => "memory in KiB",
            Self::Passes => "number of passes",
            Self::Work => "memory in KiB times passes",
            Self::Lanes => "number of lanes",
            Self::BcryptCost => "bcrypt cost",
            Self::Iterations => "number of iterations",
            Self::Rounds => "number of rounds",
            Self::ScryptCost => "scrypt cost",
            Self::BlockSize => "scrypt block size",
        })
    }
}
