//! An inventory for people.

use core::{fmt, time::Duration};

use super::{Inventory, Item};

/// Two lines for the ring and one for each key.
///
/// ```text
/// keys of a tenant, for column contact.email: generation 2, changed 2026-11-21T09:00:00.000Z
/// new keys are of Cobblestone-256 and seal up to the age of 90 d and 1000000 values
/// 1 primary Cobblestone-256 0b3ffeb84e84b2b9204a584f7ee804b4, AES-256-GCM of 256 bits, …
/// ```
impl fmt::Display for Inventory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let article = if self.scope == "application" {
            "an"
        } else {
            "a"
        };
        write!(f, "keys of {article} {}, for ", self.scope)?;
        match &self.purposes {
            Some(purposes) => f.write_str(&purposes.join(", "))?,
            None => f.write_str("any purpose")?,
        }
        writeln!(
            f,
            ": generation {}, changed {}",
            self.generation, self.changed
        )?;
        write!(f, "new keys are of {} and seal up to ", self.suite)?;
        match self.max_age {
            Some(age) => write!(f, "the age of {}", Span(age))?,
            None => f.write_str("any age")?,
        }
        match self.max_seals {
            Some(seals) => writeln!(f, " and {seals} values")?,
            None => writeln!(f, " and the suite's number of values")?,
        }
        self.keys.iter().try_for_each(|item| writeln!(f, "{item}"))
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = &self.record;
        write!(
            f,
            "{} {} {} {}",
            key.version, key.state, key.suite, key.fingerprint
        )?;
        let algorithms = &self.algorithms;
        let (cipher, bits) = (algorithms.cipher, algorithms.key_bits);
        write!(
            f,
            ", {cipher} of {bits} bits, keys by {}",
            algorithms.key_derivation
        )?;
        f.write_str(match algorithms.commitment {
            Some(_) => ", committing",
            None => ", not committing",
        })?;
        write!(f, "; {} {}", key.origin, key.created)?;
        let times = [
            ("promoted", key.promoted),
            ("retired", key.retired),
            ("suspended", key.suspended),
        ];
        for (name, time) in times {
            if let Some(time) = time {
                write!(f, ", {name} {time}")?;
            }
        }
        if let Some(end) = &key.destroyed {
            write!(f, ", destroyed {} ({})", end.at, end.cause)?;
        }
        write!(f, "; {} old", Span(self.age))?;
        if self.overdue {
            f.write_str(", overdue")?;
        }
        write!(f, ", {} values sealed, {} left", key.seals, self.seals_left)
    }
}

/// In the largest unit of which there is a whole one, rounded down.
struct Span(Duration);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        match seconds {
            86_400.. => write!(f, "{} d", seconds / 86_400),
            3600.. => write!(f, "{} h", seconds / 3600),
            60.. => write!(f, "{} min", seconds / 60),
            1.. => write!(f, "{seconds} s"),
            0 => write!(f, "{} ms", self.0.as_millis()),
        }
    }
}
