//! What a person has proved, and when.

use core::{fmt, time::Duration};

use crate::{
    Timestamp,
    encoding::{self, Decoder, Encoder},
};

/// What a person has proved: a set of authentication factors.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Factors(u8);

/// Each factor in the order of its bit, with its name.
const ALL: [(Factors, &str); 3] = [
    (Factors::PASSWORD, "password"),
    (Factors::TOTP, "one-time code"),
    (Factors::RECOVERY_CODE, "recovery code"),
];

impl Factors {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// A password.
    pub const PASSWORD: Self = Self(1);
    /// A one-time code of an authenticator.
    pub const TOTP: Self = Self(2);
    /// A recovery code in place of a one-time code.
    pub const RECOVERY_CODE: Self = Self(4);

    /// The set as stored.
    pub(crate) const fn bits(self) -> u8 {
        self.0
    }

    /// A stored set. A bit that no factor has is never written.
    pub(crate) fn from_bits(bits: u8) -> Result<Self, encoding::Error> {
        let all = ALL
            .iter()
            .fold(Self::NONE, |all, (factor, _)| all.and(*factor));
        if all.contains(Self(bits)) {
            Ok(Self(bits))
        } else {
            Err(encoding::Error::Damaged)
        }
    }

    /// These and those.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// These but for those.
    pub(crate) const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether all of `other` are among these.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// The names, for a message: "password, one-time code".
impl fmt::Display for Factors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut names = ALL.iter().filter(|(factor, _)| self.contains(*factor));
        match names.next() {
            None => f.write_str("nothing"),
            Some((_, first)) => {
                f.write_str(first)?;
                names.try_for_each(|(_, name)| write!(f, ", {name}"))
            }
        }
    }
}

/// Whether `at` was less than `age` ago. What lies `age` or more in the future was not: the clock went
/// back since, and how long ago it was cannot be told. What lies there by less was: the clocks of two
/// machines differ a little.
pub(super) fn is_recent(at: Timestamp, age: Duration, now: Timestamp) -> bool {
    now.saturating_since(at) < age && at.saturating_since(now) < age
}

/// For each factor, when it was last proved. To prove one makes no other one fresh.
///
/// Encoded as [`Factors`] u8, then for each of them in the order of their bits the time u64.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Proofs([Option<Timestamp>; ALL.len()]);

impl Proofs {
    /// These, and `factors` proved at this time.
    pub(crate) fn and(mut self, factors: Factors, at: Timestamp) -> Self {
        for (place, (factor, _)) in self.0.iter_mut().zip(ALL) {
            if factors.contains(factor) {
                *place = Some(at);
            }
        }
        self
    }

    /// The same, none of them later than `now`: nothing can have been proved in the future.
    pub(crate) fn at_most(self, now: Timestamp) -> Self {
        Self(self.0.map(|at| at.map(|at| at.min(now))))
    }

    pub(crate) fn factors(self) -> Factors {
        self.of(|_| true)
    }

    /// When the one of `factors` was proved whose proof is the oldest; None where one of them was
    /// never proved, or none is asked for.
    pub(crate) fn oldest(self, factors: Factors) -> Option<Timestamp> {
        if !self.factors().contains(factors) {
            return None;
        }
        let asked = self.0.into_iter().zip(ALL);
        let asked = asked.filter(|(_, (factor, _))| factors.contains(*factor));
        asked.filter_map(|(at, _)| at).min()
    }

    pub(crate) fn latest(self) -> Option<Timestamp> {
        self.0.into_iter().flatten().max()
    }

    /// Those proved less than `age` ago.
    pub(crate) fn fresh(self, age: Duration, now: Timestamp) -> Factors {
        self.of(|at| is_recent(at, age, now))
    }

    fn of(self, which: impl Fn(Timestamp) -> bool) -> Factors {
        let proved = self.0.into_iter().zip(ALL);
        let proved = proved.filter(|(at, _)| at.is_some_and(&which));
        proved.fold(Factors::NONE, |all, (_, (factor, _))| all.and(factor))
    }

    pub(crate) fn encode(self, e: &mut Encoder) {
        e.u8(self.factors().bits());
        for at in self.0.into_iter().flatten() {
            e.time(at);
        }
    }

    pub(crate) fn decode(d: &mut Decoder<'_>) -> Result<Self, encoding::Error> {
        let factors = Factors::from_bits(d.u8()?)?;
        let mut proofs = Self::default();
        for (place, (factor, _)) in proofs.0.iter_mut().zip(ALL) {
            if factors.contains(factor) {
                *place = Some(d.time()?);
            }
        }
        Ok(proofs)
    }
}
