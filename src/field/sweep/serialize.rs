//! The form of a report for programs.

use core::fmt;

use serde::{Serialize, Serializer};

use super::{Counts, Failure, Fault, Report, progress::KeyCount};
use crate::Timestamp;

#[derive(Serialize)]
struct Form<'a> {
    purpose: String,
    rounds: u32,
    counts: Counts,
    began: Timestamp,
    ended: Timestamp,
    verified: u64,
    plaintext: u64,
    unreadable: u64,
    keys: Vec<Key>,
    failures: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Key {
    version: u32,
    fingerprint: String,
    settled: bool,
    references: u64,
}

#[derive(Serialize)]
struct Row<'a> {
    row: Hex<'a>,
    fault: Fault,
    key: Option<u32>,
}

struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Serialize for Hex<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl From<&KeyCount> for Key {
    fn from(key: &KeyCount) -> Self {
        Self {
            version: key.version.get(),
            fingerprint: key.fingerprint.to_string(),
            settled: key.settled,
            references: key.references,
        }
    }
}

impl<'a> From<&'a Failure> for Row<'a> {
    fn from(failure: &'a Failure) -> Self {
        Self {
            row: Hex(&failure.row),
            fault: failure.fault,
            key: failure.key.map(|version| version.get()),
        }
    }
}

/// All that it says, the keys of failed rows in hexadecimal: they may be personal data. The scope is
/// left out.
impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let form = Form {
            purpose: self.purpose.to_string(),
            rounds: self.rounds,
            counts: self.counts,
            began: self.began,
            ended: self.ended,
            verified: self.verified,
            plaintext: self.plaintext,
            unreadable: self.unreadable,
            keys: self.keys.iter().map(Key::from).collect(),
            failures: self.failures.iter().map(Row::from).collect(),
        };
        form.serialize(serializer)
    }
}
