//! Fakes of every kind of secret, to be sent through an application's real log and looked for where
//! it ends.
//!
//! That a redactor works in a test says nothing of the log of a service: a library writes past it, a
//! second file has no filter, a formatter escapes what it should have read. So plant
//! [`Canary::lines`] where the application logs, read back what arrived, and let [`Canary::check`]
//! say of each rule whether its fake was caught.
//!
//! The fakes are unmistakable: they say `CANARY` or `canary`, or `facade0decade` where only
//! hexadecimal digits may stand, or are numbers that are published as examples. No vendor issues
//! them.
//!
//! # What this does not do
//!
//! A fake that was caught shows that its way is covered, not that every secret is found on it.
//! A log that writes a fake encoded or in pieces beside its line, as hexadecimal digits, say, is not
//! seen to hold it. A rule that needs several lines, a value of yours or a pattern of yours has no fake:
//! [`Outcome::Untested`].
//!
//! # Example
//!
//! ```
//! use portcullis::redact::{Policy, canary::Canary};
//!
//! let policy = Policy::default();
//! let canary = Canary::new(&policy, 42);
//! let mut log = Vec::new();
//! for line in canary.lines() {
//!     log.extend_from_slice(policy.redact_str(line).as_bytes()); // in truth: log::info!("{line}")
//!     log.push(b'\n');
//! }
//! let report = canary.check(&log);
//! assert!(report.is_clean(), "{report}");
//! ```

mod samples;

use core::{fmt, ops::Range};

use memchr::memmem;

use super::{
    Policy,
    bytes::{plus, rest, slice},
    spans::{OPENING, mark_end},
};
use samples::{Fake, Nonce};

/// What stands before and after each fake, with the nonce in it.
const LABEL: &str = "portcullis-canary";
/// So many bytes of a fake in a row have not been redacted.
const SURVIVES: usize = 8;
/// A line that was cut off is looked at as far as this.
const MAX_LINE: usize = 4096;

/// One fake for each rule of a policy that is on.
#[derive(Clone)]
pub struct Canary {
    planted: Vec<Planted>,
    /// Rules without a fake.
    others: Vec<(String, Outcome)>,
    end: String,
}

#[derive(Clone)]
struct Planted {
    rule: String,
    /// What tells that the line has arrived.
    start: String,
    line: String,
    secret: String,
    /// Whether the nonce is in the secret.
    is_unique: bool,
}

impl Canary {
    /// The fakes for a policy. The nonce tells one run from another: the same gives the same lines,
    /// so that who plants and who reads may be two programs.
    #[must_use]
    pub fn new(policy: &Policy, nonce: u64) -> Self {
        let mut random = Nonce::new(nonce);
        let name = random.name();
        let mut canary = Self {
            planted: Vec::new(),
            others: Vec::new(),
            end: format!("{LABEL}-{name}-end"),
        };
        let fakes: Vec<Fake> = samples::fakes(&mut random).collect();
        for rule in policy.rules() {
            let fake = fakes.iter().find(|fake| fake.rule == rule.id());
            match fake {
                _ if !rule.is_on() => canary.others.push((rule.id().to_owned(), Outcome::Off)),
                Some(fake) => canary.plant(fake, &name),
                None => canary
                    .others
                    .push((rule.id().to_owned(), Outcome::Untested)),
            }
        }
        canary
    }

    fn plant(&mut self, fake: &Fake, name: &str) {
        let start = format!("{LABEL}-{name}-{} ", fake.rule);
        self.planted.push(Planted {
            rule: fake.rule.to_owned(),
            line: [&start, &fake.text, " ", &self.end].concat(),
            secret: fake.secret.clone(),
            is_unique: fake.is_unique,
            start,
        });
    }

    /// The lines to be logged, one record each, in any order and beside any others.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.planted.iter().map(|planted| planted.line.as_str())
    }

    /// Looks for the fakes in `output`, which is what the log holds after the lines were written to
    /// it, other records among it.
    pub fn check(&self, output: &[u8]) -> Report {
        let planted = self.planted.iter().map(|planted| {
            let outcome = self.outcome(planted, output);
            (planted.rule.clone(), outcome)
        });
        Report {
            outcomes: planted.chain(self.others.iter().cloned()).collect(),
        }
    }

    /// A fake that arrived several times, as in a log that is written twice, is missed
    /// where it was missed once.
    fn outcome(&self, planted: &Planted, output: &[u8]) -> Outcome {
        // Also beside its line, as in a field with the record as it was.
        if planted.is_unique && memmem::find(output, planted.secret.as_bytes()).is_some() {
            return Outcome::Missed;
        }
        let mut outcome = Outcome::NotArrived;
        for at in memmem::find_iter(output, &planted.start) {
            let from = plus(at, planted.start.len());
            let extent = self.extent(output, from);
            let arrived = slice(output, extent.clone());
            if survives(&planted.secret, arrived) {
                return Outcome::Missed;
            }
            // Of a line that was cut off, or written otherwise, nothing is known.
            let is_whole = rest(output, extent.end).starts_with(self.end.as_bytes());
            if is_whole && memmem::find(arrived, OPENING).is_some() {
                outcome = Outcome::Caught;
            }
        }
        outcome
    }

    /// Where what arrived of a fake ends: at the end mark, or else with the line.
    fn extent(&self, output: &[u8], from: usize) -> Range<usize> {
        let near = slice(output, from..plus(from, MAX_LINE).min(output.len()));
        let len = memmem::find(near, self.end.as_bytes())
            .or_else(|| memchr::memchr(b'\n', near))
            .unwrap_or(near.len());
        from..plus(from, len)
    }
}

/// Whether a part of `secret` is left in `text`, what marks show not counted.
fn survives(secret: &str, text: &[u8]) -> bool {
    let text = without_marks(text);
    let secret = secret.as_bytes();
    let len = secret.len().min(SURVIVES);
    secret
        .windows(len)
        .any(|part| memmem::find(&text, part).is_some())
}

fn without_marks(text: &[u8]) -> Vec<u8> {
    let (mut out, mut at) = (Vec::with_capacity(text.len()), 0);
    while let Some(byte) = text.get(at) {
        if let Some(end) = mark_end(text, at) {
            // What stood around the mark is not one word.
            out.push(b' ');
            at = end;
        } else {
            out.push(*byte);
            at = plus(at, 1);
        }
    }
    out
}

/// Says how many fakes there are; the fakes themselves are for the log alone.
impl fmt::Debug for Canary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut canary = f.debug_struct("Canary");
        canary.field("planted", &self.planted.len());
        canary.finish_non_exhaustive()
    }
}

/// What became of the fake of a rule.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Outcome {
    /// It arrived whole, with a mark in the place of the secret.
    Caught,
    /// It arrived and can be read.
    Missed,
    /// Its line is not in the output, whole and with a mark: it was lost, cut off, withheld,
    /// encoded, or went elsewhere.
    NotArrived,
    /// The policy does not look for it.
    Off,
    /// There is no fake for this rule.
    Untested,
}

/// What became of each fake, by the id of its rule.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use = "whether the fakes were caught is in it"]
pub struct Report {
    outcomes: Vec<(String, Outcome)>,
}

impl Report {
    /// Whether every fake arrived and was caught.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let is_bad = |o: &Outcome| matches!(o, Outcome::Missed | Outcome::NotArrived);
        !self.outcomes.iter().any(|(_, outcome)| is_bad(outcome))
    }

    /// The rules and what became of their fakes.
    pub fn outcomes(&self) -> impl Iterator<Item = (&str, Outcome)> {
        self.outcomes.iter().map(|(rule, o)| (rule.as_str(), *o))
    }

    /// The rules whose fakes had this outcome.
    pub fn with(&self, outcome: Outcome) -> impl Iterator<Item = &str> {
        let outcomes = self.outcomes().filter(move |(_, o)| *o == outcome);
        outcomes.map(|(rule, _)| rule)
    }
}

/// The number of fakes by outcome, and the rules whose fakes were not caught.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} caught", self.with(Outcome::Caught).count())?;
        for (outcome, what) in [
            (Outcome::Missed, "missed"),
            (Outcome::NotArrived, "not arrived"),
            (Outcome::Off, "off"),
            (Outcome::Untested, "untested"),
        ] {
            let rules: Vec<&str> = self.with(outcome).collect();
            if !rules.is_empty() {
                write!(f, "; {} {what}: {}", rules.len(), rules.join(", "))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RD-08: a rule that is added comes with a fake, or stands here with the reason.
    #[test]
    fn every_rule_has_a_fake_that_it_catches_itself() {
        // A table has several lines; a registered secret is the user's own.
        const UNTESTED: &[&str] = &["table", "registered"];
        let policy = Policy::default();
        for nonce in [0, 1, u64::MAX] {
            let canary = Canary::new(&policy, nonce);
            let untested: Vec<_> = canary
                .others
                .iter()
                .map(|(rule, _)| rule.as_str())
                .collect();
            assert_eq!(untested, UNTESTED);
            let mut wrong = Vec::new();
            for planted in &canary.planted {
                let found = policy.findings(planted.line.as_bytes());
                let rules: Vec<&str> = found.iter().map(|finding| finding.rule()).collect();
                if rules != [planted.rule.as_str()] {
                    wrong.push(format!("{} by {rules:?}", planted.line));
                }
            }
            assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        }
    }

    #[test]
    fn what_survives_is_seen_around_marks() {
        assert!(survives("CANARY0fake", b"[REDACTED:email]ANARY0fak"));
        assert!(survives("a@b", b"to a@b"));
        assert!(!survives("CANARY0fake", b"CANARY0[REDACTED:password]fake"));
        assert!(!survives(
            "CANARY0fake",
            b"[REDACTED:email:C***@CANARY0fake]"
        ));
    }
}
