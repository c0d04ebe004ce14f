//! Finds the cost that a machine can afford.

use core::time::Duration;

use super::{
    super::limits::{Parameter, at_least},
    Cost, Error,
};

/// The least memory in KiB of an OWASP line.
const LEAST_MEMORY_KIB: u32 = 7_168;
/// How often memory is measured at the most: a time that falls with the memory takes two or three.
const MEMORY_STEPS: u32 = 14;
/// How often passes are measured at the most: two estimates and a search among 64.
const PASSES_STEPS: u32 = 10;

/// See [`Cost::calibrate`].
pub(super) fn calibrate(
    target: Duration,
    max_memory_kib: u32,
    mut measure: impl FnMut(Cost) -> Result<Duration, Error>,
) -> Result<Cost, Error> {
    at_least(Parameter::Memory, max_memory_kib, LEAST_MEMORY_KIB)?;
    let memory = max_memory_kib.min(Cost::MAX_MEMORY_KIB);
    match most_memory(target, memory, &mut measure)? {
        Fit::Within(cost, took) => most_passes(target, cost, took, &mut measure),
        Fit::Floor(cost) => Ok(cost),
    }
}

enum Fit {
    /// A cost that takes so long, which is within the target.
    Within(Cost, Duration),
    /// Nothing does: the least there is.
    Floor(Cost),
}

/// The most memory that, with the fewest passes that OWASP has for it, is within the target.
fn most_memory(
    target: Duration,
    mut memory: u32,
    measure: &mut impl FnMut(Cost) -> Result<Duration, Error>,
) -> Result<Fit, Error> {
    for _ in 0..MEMORY_STEPS {
        let cost = floor_at(memory);
        let took = measure(cost)?;
        if took <= target {
            return Ok(Fit::Within(cost, took));
        }
        if memory == LEAST_MEMORY_KIB {
            break;
        }
        // an eighth less at least, so that it ends whatever is measured
        let less = memory.saturating_sub(memory.div_ceil(8));
        memory = scaled(memory, target, took).clamp(LEAST_MEMORY_KIB, less.max(LEAST_MEMORY_KIB));
    }
    Ok(Fit::Floor(floor_at(LEAST_MEMORY_KIB)))
}

/// The most passes over the same memory that are within the target.
fn most_passes(
    target: Duration,
    mut fits: Cost,
    took: Duration,
    measure: &mut impl FnMut(Cost) -> Result<Duration, Error>,
) -> Result<Cost, Error> {
    let most = Cost::MAX_WORK_KIB.checked_div(fits.memory_kib);
    let mut above = most.unwrap_or(0).min(Cost::MAX_PASSES).saturating_add(1);
    let mut passes = scaled(fits.passes, target, took);
    for _ in 0..PASSES_STEPS {
        if fits.passes.saturating_add(1) >= above {
            break;
        }
        passes = passes.clamp(fits.passes.saturating_add(1), above.saturating_sub(1));
        let cost = Cost { passes, ..fits };
        let took = measure(cost)?;
        if took <= target {
            fits = cost;
            passes = scaled(passes, target, took);
        } else {
            above = passes;
            passes = fits.passes.midpoint(above);
        }
    }
    Ok(fits)
}

/// The fewest passes over `memory` that reach an OWASP line.
fn floor_at(memory_kib: u32) -> Cost {
    let line = Cost::OWASP_LINES
        .into_iter()
        .find(|line| line.memory_kib <= memory_kib);
    let passes = line.map_or(5, |line| line.passes);
    Cost {
        memory_kib,
        passes,
        lanes: 1,
    }
}

/// `number` × `target` / `took`, at most u32.
fn scaled(number: u32, target: Duration, took: Duration) -> u32 {
    u128::from(number)
        .saturating_mul(target.as_nanos())
        .checked_div(took.as_nanos())
        .and_then(|scaled| u32::try_from(scaled).ok())
        .unwrap_or(u32::MAX)
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "small numbers of a test")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Whether a cost has at least the memory and the passes of one of the lines.
    fn reaches_a_line(cost: Cost) -> bool {
        [
            (47_104, 1),
            (19_456, 2),
            (12_288, 3),
            (9_216, 4),
            (7_168, 5),
        ]
        .into_iter()
        .any(|(memory, passes)| cost.memory_kib() >= memory && cost.passes() >= passes)
    }

    /// A machine that fills so many KiB in a millisecond, and counts how often it was asked.
    fn on_machine(kib_per_ms: u64, target_ms: u64, max_memory_kib: u32) -> (Cost, Duration, u32) {
        let mut asked = 0;
        let time = |cost: Cost| {
            let kib = u64::from(cost.memory_kib()) * u64::from(cost.passes());
            Duration::from_micros(kib * 1000 / kib_per_ms)
        };
        let target = Duration::from_millis(target_ms);
        let cost = Cost::calibrate(target, max_memory_kib, |cost| {
            asked += 1;
            Ok(time(cost))
        });
        let cost = cost.unwrap();
        (cost, time(cost), asked)
    }

    /// PW-01: machines of 1,000 KiB a millisecond, as a fast core of 2026 is, and slower ones.
    #[test]
    fn takes_memory_first_and_passes_then() {
        for (kib_per_ms, target, max, expected) in [
            (1000, 250, 65_536, "m=65536,t=3,p=1"),
            (1000, 66, 65_536, "m=65536,t=1,p=1"),
            (1000, 500, 262_144, "m=262144,t=1,p=1"),
            (1000, 40, 65_536, "m=20000,t=2,p=1"), // two passes over half of what one could fill
            (1000, 60_000, 65_536, "m=65536,t=32,p=1"), // as much work as there may be
            (1000, 60_000, 8_000, "m=8000,t=64,p=1"),
            (1, 250, 65_536, "m=7168,t=5,p=1"), // too slow: the floor
            (1000, 0, 65_536, "m=7168,t=5,p=1"),
        ] {
            let (cost, _, _) = on_machine(kib_per_ms, target, max);
            assert_eq!(cost.to_string(), expected, "{kib_per_ms} {target} {max}");
        }
    }

    /// PW-01: 7,168 KiB is the least of OWASP's lines.
    #[test]
    fn too_little_memory_is_an_error_and_not_a_lower_cost() {
        let never = |_| panic!("nothing to measure");
        assert_eq!(
            Cost::calibrate(Duration::from_secs(1), 7_167, never),
            Err(Error::BelowMinimum {
                parameter: Parameter::Memory,
                min: 7_168
            })
        );
    }

    #[test]
    fn what_measuring_fails_with_is_passed_on() {
        let failed = |_| Err(Error::Memory);
        assert_eq!(
            Cost::calibrate(Duration::from_secs(1), 65_536, failed),
            Err(Error::Memory)
        );
    }

    proptest! {
        /// PW-01: on any machine: never below the floor, within the memory, within the target where
        /// the floor is, and at least half of the target unless there is no more to be had.
        #[test]
        fn is_within_the_target_and_above_the_floor(
            kib_per_ms in 1_u64..5_000,
            target_ms in 0_u64..2_000,
            max in 7_168_u32..4_000_000,
        ) {
            let (cost, time, asked) = on_machine(kib_per_ms, target_ms, max);
            prop_assert!(reaches_a_line(cost));
            prop_assert!(cost.memory_kib() <= max && asked <= 24);
            prop_assert!(Cost::new(cost.memory_kib(), cost.passes(), 1).is_ok());
            let target = Duration::from_millis(target_ms);
            prop_assert!(time <= target || cost == floor_at(LEAST_MEMORY_KIB));
            let one_more = Cost::new(cost.memory_kib(), cost.passes() + 1, 1);
            prop_assert!(time * 2 >= target || one_more.is_err());
        }

        /// PW-01: nor where what is measured makes no sense.
        #[test]
        fn noise_leads_below_no_floor(times in prop::collection::vec(any::<u64>(), 24), max in 7_168_u32..) {
            let mut times = times.into_iter();
            let measure = |_| Ok(Duration::from_nanos(times.next().expect("at most 24 are asked for")));
            let cost = Cost::calibrate(Duration::from_millis(100), max, measure).unwrap();
            prop_assert!(reaches_a_line(cost) && cost.memory_kib() <= max);
            prop_assert!(Cost::new(cost.memory_kib(), cost.passes(), 1).is_ok());
        }
    }
}
