//! What a report points out.

use core::{ops::RangeInclusive, time::Duration};

use super::Error;

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How far back the beginning of a wave is looked for. An hour: the rules that vendors publish take 5
/// to 30 minutes (those named at [`ACCOUNTS_FROM_ONE`]), and MITRE ATT&CK T1110.003 has attackers who
/// go slowly so that no account locks.
const WINDOW: Duration = Duration::from_secs(60 * 60);
const WINDOWS: RangeInclusive<Duration> = MINUTE..=Duration::from_secs(7 * 24 * 60 * 60);
/// Accounts that one prefix fails on. Microsoft's rule for Okta ("Potential Password Spray Attack") is
/// over 15 within 5 minutes, Splunk's ("Multiple Users Failing To Authenticate From Ip") over 30,
/// Elastic's for Microsoft 365 25 failures within 30 minutes.
const ACCOUNTS_FROM_ONE: u32 = 15;
/// Accounts on which all prefixes together fail: this crate's choice, four times that. Those who
/// mistype on a Monday morning are counted here too, so it depends on how many people there are.
const ACCOUNTS_FROM_ALL: u32 = 60;
/// Below 2 there are not several accounts.
const ACCOUNTS: RangeInclusive<u32> = 2..=1_000_000;
/// The most wrong guesses on an account that a spray makes: below the five after which a back office
/// asks for a reset, by two. MITRE ATT&CK T1110.003: few passwords, so that no account locks.
const TRIES: u32 = 3;
const TRIES_RANGE: RangeInclusive<u32> = 1..=100;
/// Of a hundred accounts that were tried so many fail at least. This crate's choice: people who mistype
/// get in in the end, so that hardly an account of an office fails, and a guesser who would stay below
/// half has to sign in to more accounts of his own than he guesses at.
const FAILURE_PERCENT: u8 = 50;
const FAILURE_PERCENTS: RangeInclusive<u8> = 50..=100;
/// PCI DSS 4.0.1 8.2.6: accounts that were not used for 90 days are removed or disabled.
const DORMANT_AFTER: Duration = Duration::from_secs(90 * 24 * 60 * 60);
const DORMANT_RANGE: RangeInclusive<Duration> = DAY..=Duration::from_secs(3650 * 24 * 60 * 60);
/// NIST SP 800-53 AC-7 leaves the number of consecutive failures to the organisation; FedRAMP's
/// baselines of revision 4 set it at three.
const FAILURES_BEFORE_SUCCESS: u32 = 3;
const FAILURES_RANGE: RangeInclusive<u32> = 1..=1_000_000;
/// Rows of one list of a report.
const ROWS: usize = 100;
const ROWS_RANGE: RangeInclusive<usize> = 1..=10_000;

/// What a report points out, and how long its lists are.
///
/// A wrong guess is an attempt that names an account and ended as
/// [`WrongPassword`](super::Reason::WrongPassword) or
/// [`UnknownAccount`](super::Reason::UnknownAccount). A window ends with an attempt and reaches back
/// for a time (an hour), its beginning not included. What was refused without being evaluated, or names
/// no account, is not in it. An account is tried in a window that holds an attempt on it; it fails there
/// when wrong guesses on it are in the window and nothing else is: its password was never right. In a
/// window of one prefix, or of all of them, there is
///
/// - a **password spray** (MITRE ATT&CK T1110.003), when there are wrong guesses on many accounts (15
///   from one prefix, 60 from all) and few on each (at most 3; an account with more is not counted),
///   fewer than half of them are at names that nobody has, and, from one prefix, half of the accounts
///   with wrong guesses or more fail: whoever mistypes gets in from the same place;
/// - **credential stuffing** (T1110.004, OWASP Credential Stuffing Prevention), when there are wrong
///   guesses on as many accounts, of the accounts that were tried most fail (50 of 100 or more), and half
///   of the wrong guesses or more are at names that nobody has, or there are no more than three of them
///   to two accounts;
/// - **password guessing** (T1110.001) at many accounts, when there are wrong guesses on as many
///   accounts, of those that were tried most fail, and it is neither of both.
///
/// So wrong guesses on many accounts of which most fail are always a wave, however many there are on
/// each and whatever else succeeds. Windows that share an attempt are one wave. One password for many
/// accounts and a list of pairs look alike where each account is tried once: then it may be either.
///
/// An account is **dormant** (PCI DSS 4.0.1 8.2.6) that was used again 90 days or more after its last
/// success. A success is worth a line after 3 failures or more (NIST SP 800-53 AC-7).
///
/// The defaults are those numbers; a place with many people behind one address, or with few people at
/// all, sets its own (AU-6: what is unusual is for the organisation to say).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Policy {
    pub(super) window: Duration,
    pub(super) from_one: u32,
    pub(super) from_all: u32,
    pub(super) tries: u32,
    pub(super) failure_percent: u8,
    pub(super) dormant_after: Duration,
    pub(super) failures_before_success: u32,
    pub(super) rows: usize,
    pub(super) unknown: UnknownNames,
}

/// Whether names that nobody has are printed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum UnknownNames {
    Counted,
    Named,
}

impl Policy {
    /// How far a window reaches back, from a minute to 7 days.
    ///
    /// # Errors
    ///
    /// [`Error::Window`] outside that range.
    pub fn with_window(self, window: Duration) -> Result<Self, Error> {
        if !WINDOWS.contains(&window) {
            return Err(Error::Window);
        }
        Ok(Self { window, ..self })
    }

    /// On how many accounts a wave has wrong guesses at the least: from one prefix, and from all of
    /// them together, from 2 to 1,000,000.
    ///
    /// # Errors
    ///
    /// [`Error::Accounts`] outside that range, or when all together need fewer than one.
    pub fn with_accounts(self, from_one: u32, from_all: u32) -> Result<Self, Error> {
        if !ACCOUNTS.contains(&from_one) || !ACCOUNTS.contains(&from_all) || from_all < from_one {
            return Err(Error::Accounts);
        }
        Ok(Self {
            from_one,
            from_all,
            ..self
        })
    }

    /// The most wrong guesses on an account that count towards a spray, from 1 to 100.
    ///
    /// # Errors
    ///
    /// [`Error::Tries`] outside that range.
    pub fn with_tries(self, tries: u32) -> Result<Self, Error> {
        if !TRIES_RANGE.contains(&tries) {
            return Err(Error::Tries);
        }
        Ok(Self { tries, ..self })
    }

    /// How many of a hundred accounts that were tried fail at the least in stuffing and in password
    /// guessing, from 50 to 100. A spray is one however many other accounts succeed.
    ///
    /// # Errors
    ///
    /// [`Error::FailurePercent`] outside that range.
    pub fn with_failure_percent(self, failure_percent: u8) -> Result<Self, Error> {
        if !FAILURE_PERCENTS.contains(&failure_percent) {
            return Err(Error::FailurePercent);
        }
        Ok(Self {
            failure_percent,
            ..self
        })
    }

    /// After how long without a success an account is dormant, from a day to 3650 days.
    ///
    /// # Errors
    ///
    /// [`Error::DormantAfter`] outside that range.
    pub fn with_dormant_after(self, dormant_after: Duration) -> Result<Self, Error> {
        if !DORMANT_RANGE.contains(&dormant_after) {
            return Err(Error::DormantAfter);
        }
        Ok(Self {
            dormant_after,
            ..self
        })
    }

    /// After how many failures of an account since its last success another one is worth a line, from
    /// 1 to 1,000,000.
    ///
    /// # Errors
    ///
    /// [`Error::FailuresBeforeSuccess`] outside that range.
    pub fn with_failures_before_success(self, failures: u32) -> Result<Self, Error> {
        if !FAILURES_RANGE.contains(&failures) {
            return Err(Error::FailuresBeforeSuccess);
        }
        Ok(Self {
            failures_before_success: failures,
            ..self
        })
    }

    /// The most rows of each list, from 1 to 10,000. What is left out is counted.
    ///
    /// # Errors
    ///
    /// [`Error::Rows`] outside that range.
    pub fn with_rows(self, rows: usize) -> Result<Self, Error> {
        if !ROWS_RANGE.contains(&rows) {
            return Err(Error::Rows);
        }
        Ok(Self { rows, ..self })
    }

    /// Names the names that nobody has beside those of accounts. There are passwords among them:
    /// people type theirs into the field for the name (OWASP Logging Cheat Sheet, "Data to exclude").
    #[must_use]
    pub fn danger_with_unknown_names(self) -> Self {
        Self {
            unknown: UnknownNames::Named,
            ..self
        }
    }
}

/// The defaults that stand at [`Policy`]; 100 rows of each list; names that nobody has are counted
/// and not printed.
impl Default for Policy {
    fn default() -> Self {
        Self {
            window: WINDOW,
            from_one: ACCOUNTS_FROM_ONE,
            from_all: ACCOUNTS_FROM_ALL,
            tries: TRIES,
            failure_percent: FAILURE_PERCENT,
            dormant_after: DORMANT_AFTER,
            failures_before_success: FAILURES_BEFORE_SUCCESS,
            rows: ROWS,
            unknown: UnknownNames::Counted,
        }
    }
}
