//! Says who failed to sign in, where and when, and what in it looks like an attack.
//!
//! A [`Log`] takes recorded attempts of a time range and of the time before it, in any order;
//! [`Policy::report`] makes a [`Report`] of them: successes and failures, failures by account, by
//! address prefix, by device, by reason and by hour, accounts that were signed in to after failures or
//! after a long time, codes that were used twice, and waves of guesses at many accounts. It is a value (with
//! the feature `serde` one for programs), and its [`Display`](core::fmt::Display) is a table for people.
//!
//! The same attempts give the same report to the byte, in whatever order they came. Numbers are exact:
//! where a list is cut, what is left out is counted.
//!
//! # What this does not do
//!
//! It records nothing and reads no files: the application keeps its log, and a stranger can fill it, so
//! it bounds what it keeps. It watches nothing while it happens and refuses nobody: that is what
//! [`Attempts`](super::Attempts) is for. It does not know people from machines: an office behind one
//! address of which half forgot the new password may look like a spray. An attacker who is slow enough,
//! or comes from addresses enough, is below every threshold, and so may be one who guesses while the
//! accounts' owners sign in: from his own address, or in numbers that his guesses do not reach. Who signs in for the first
//! time in a log is not dormant: an application that knows when accounts were used last gives that as a
//! success before the range.
//!
//! # Security
//!
//! Reviewing the records of sign-ins is what NIST SP 800-53 AU-6 and OWASP ASVS 5.0 16.3.1 ask for. A
//! report holds personal data: names, addresses and when people work. Names that nobody has are
//! counted and not printed, because people type passwords into the field for the name
//! ([`Policy::danger_with_unknown_names`] prints them). To leave out the others' names, give
//! [`Attempt::with_account`] a pseudonym: a keyed hash, such as HMAC-SHA-256 under a key that the
//! readers of the report do not have, of as much of it as keeps names apart. A mask that makes two
//! names equal makes two accounts one. What a table prints of a name cannot move a terminal's cursor
//! or the direction of writing.
//!
//! # Example
//!
//! ```
//! use portcullis::{Timestamp, attempts::report::{Attempt, Log, Policy, Reason}};
//!
//! let (monday, tuesday): (Timestamp, Timestamp) = ("2026-11-16".parse()?, "2026-11-17".parse()?);
//! let mut log = Log::new(monday..tuesday)?;
//! for minute in 0..4 {
//!     let at = monday.saturating_add(std::time::Duration::from_secs(60 * minute));
//!     let reason: Reason = if minute < 3 { "wrong_password" } else { "success" }.parse()?;
//!     log.record(&Attempt::new(reason, at).with_account("ada").with_address("192.0.2.7".parse()?));
//! }
//! let report = Policy::default().report(log);
//! assert_eq!((report.failures, report.successes), (3, 1));
//! assert_eq!(report.by_account.rows[0].name, "ada");
//! assert_eq!(report.after_failures.rows[0].failures, 3);
//! println!("{report}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod counts;
mod history;
mod log;
mod policy;
mod print;
mod reason;
mod waves;

pub use counts::{Breakdown, Group, Hour, List, ReasonCount, Row};
pub use history::{AfterFailures, Dormant, Replayed};
pub use log::{Attempt, Log};
pub use policy::Policy;
pub use reason::{Kind, Reason};
pub use waves::{Pattern, Wave};

use crate::Timestamp;

/// Attempts to sign in over a time range. See [`Policy::report`].
///
/// Every list has at most the rows that the policy says, but for `by_hour`, which has at most one for
/// each hour of the range.
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Report {
    /// The beginning of the range.
    pub from: Timestamp,
    /// Its end, which is not of it.
    pub until: Timestamp,
    /// All attempts: the next four together.
    pub attempts: u64,
    /// Those that signed in: a session began.
    pub successes: u64,
    /// Those of which something was evaluated and wrong.
    pub failures: u64,
    /// Those that were not evaluated.
    pub refusals: u64,
    /// Those that were right and began no session.
    pub unfinished: u64,
    /// Guesses at many accounts, the most accounts first.
    pub waves: List<Wave>,
    /// Accounts that were signed in to after failures, the most failures first.
    pub after_failures: List<AfterFailures>,
    /// Accounts that were signed in to after a long time, the longest first.
    pub dormant: List<Dormant>,
    /// One-time codes that were used again, in the order of time.
    pub replayed: List<Replayed>,
    /// All attempts by how they ended, in the order of [`Reason`]; reasons without any are left out.
    pub by_reason: Vec<ReasonCount>,
    /// Failures by account.
    pub by_account: Breakdown,
    /// Failures by address prefix.
    pub by_prefix: Breakdown,
    /// Failures by device.
    pub by_device: Breakdown,
    /// Failures by hour in UTC, in the order of time; hours without any are left out.
    pub by_hour: Vec<Hour>,
}

impl Policy {
    /// The report of a log. Attempts before the log's range tell when an account was last used and
    /// what failed before a success, and count nowhere else.
    #[must_use]
    pub fn report(&self, log: Log) -> Report {
        let log = log.sorted();
        let by_reason = counts::by_reason(&log);
        let total = |kind: Kind| {
            let of_kind = by_reason.iter().filter(|count| count.reason.kind() == kind);
            of_kind.map(|count| count.attempts).sum()
        };
        let (after_failures, dormant) = history::sign_ins(&log, self);
        Report {
            from: log.range.start,
            until: log.range.end,
            attempts: by_reason.iter().map(|count| count.attempts).sum(),
            successes: total(Kind::Success),
            failures: total(Kind::Failure),
            refusals: total(Kind::Refusal),
            unfinished: total(Kind::Unfinished),
            waves: waves::waves(&log, self),
            after_failures,
            dormant,
            replayed: history::replayed(&log, self),
            by_account: counts::by_account(&log, self),
            by_prefix: counts::by_prefix(&log, self),
            by_device: counts::by_device(&log, self),
            by_hour: counts::by_hour(&log),
            by_reason,
        }
    }
}

/// Why there is no report.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A range that holds no moment.
    #[error("the end of the range is not after its beginning")]
    Range,
    /// A name that no [`Reason`] has.
    #[error("no such reason of an attempt")]
    Reason,
    /// A window that is too short or too long.
    #[error("window is not between 1 minute and 7 days")]
    Window,
    /// A number of accounts that makes no wave.
    #[error(
        "accounts of a wave are not between 2 and 1000000, or all prefixes together need fewer than one"
    )]
    Accounts,
    /// A number of guesses that is not few.
    #[error("guesses at an account of a spray are not between 1 and 100")]
    Tries,
    /// A part that is no part of a hundred, or does not say that most fail.
    #[error("failing accounts of a wave are not between 50 and 100 percent")]
    FailurePercent,
    /// A time without a success that is too short or too long.
    #[error("dormant is not after 1 to 3650 days")]
    DormantAfter,
    /// A number of failures that is none or never reached.
    #[error("failures before a success are not between 1 and 1000000")]
    FailuresBeforeSuccess,
    /// A length of lists.
    #[error("rows are not between 1 and 10000")]
    Rows,
}
