//! Guesses at many accounts.

use core::{cmp::Reverse, ops::Range};

use super::{
    Kind, List, Reason,
    log::{Id, Record, Sorted, index},
    policy::Policy,
};
use crate::{Timestamp, attempts::Prefix};

/// Wrong guesses at many accounts, and what came of them.
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Wave {
    /// What it looks like.
    pub pattern: Pattern,
    /// From where; None is from all prefixes together.
    pub prefix: Option<Prefix>,
    /// The first wrong guess.
    pub first: Timestamp,
    /// The last one.
    pub last: Timestamp,
    /// Wrong guesses.
    pub failures: u64,
    /// Different accounts that they were at, names that nobody has included.
    pub accounts: usize,
    /// How many of those are names that nobody has.
    pub unknown: usize,
    /// Different prefixes that they came from.
    pub prefixes: usize,
    /// Of a wave from one prefix: accounts whose password was right there meanwhile, whether or not a
    /// second factor stopped it, by name. Their passwords may be known to whoever guessed, unless
    /// people of one's own share the address.
    pub password_right: List<String>,
}

/// What guesses at many accounts look like, as [`Policy`] defines it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum Pattern {
    /// A few passwords for many accounts (MITRE ATT&CK T1110.003).
    Spray,
    /// A list of names and passwords from elsewhere (T1110.004).
    Stuffing,
    /// Either: some windows of the wave are the one and some the other, or some are both.
    Either,
}

impl Pattern {
    fn of(is_spray: bool, is_stuffing: bool) -> Option<Self> {
        match (is_spray, is_stuffing) {
            (true, true) => Some(Self::Either),
            (true, false) => Some(Self::Spray),
            (false, true) => Some(Self::Stuffing),
            (false, false) => None,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Spray => "spray",
            Self::Stuffing => "stuffing",
            Self::Either => "either",
        }
    }
}

/// What is in a window of one source.
struct Window<'a> {
    policy: &'a Policy,
    /// Wrong guesses at each account, by its place.
    guesses_at: Vec<u32>,
    /// Accounts with a wrong guess, and those with few.
    accounts: usize,
    few: usize,
    /// Attempts that were evaluated, wrong guesses among them, names that nobody has among those.
    attempts: u64,
    guesses: u64,
    unknown: u64,
}

/// Adds or takes away.
#[derive(Clone, Copy)]
enum Step {
    Enter,
    Leave,
}

impl Step {
    fn of(self, count: &mut u64) {
        *count = match self {
            Self::Enter => count.saturating_add(1),
            Self::Leave => count.saturating_sub(1),
        };
    }
}

impl Window<'_> {
    fn step(&mut self, step: Step, record: &Record) {
        step.of(&mut self.attempts);
        if !record.reason.is_wrong_guess() {
            return;
        }
        step.of(&mut self.guesses);
        if record.reason == Reason::UnknownAccount {
            step.of(&mut self.unknown);
        }
        let place = record.account.map(index);
        let Some(at_account) = place.and_then(|place| self.guesses_at.get_mut(place)) else {
            return;
        };
        let before = *at_account;
        *at_account = match step {
            Step::Enter => before.saturating_add(1),
            Step::Leave => before.saturating_sub(1),
        };
        let (after, few) = (*at_account, 1..=self.policy.tries);
        let count = |count: usize, was: bool, is: bool| {
            let with = count.saturating_add(is.into());
            with.saturating_sub(was.into())
        };
        self.accounts = count(self.accounts, before > 0, after > 0);
        self.few = count(self.few, few.contains(&before), few.contains(&after));
    }

    /// What it looks like, if at least `needed` accounts are concerned.
    fn pattern(&self, needed: usize) -> Option<Pattern> {
        let mostly_unknown = self.unknown.saturating_mul(2) >= self.guesses;
        let is_spray = self.few >= needed && !mostly_unknown;

        let accounts = u64::try_from(self.accounts).unwrap_or(u64::MAX);
        let percent = u64::from(self.policy.failure_percent);
        let most_fail = self.guesses.saturating_mul(100) >= self.attempts.saturating_mul(percent);
        let about_one_each = self.guesses.saturating_mul(2) <= accounts.saturating_mul(3);
        let is_stuffing =
            self.accounts >= needed && most_fail && (mostly_unknown || about_one_each);
        Pattern::of(is_spray, is_stuffing)
    }

    /// The waves in attempts of one source: the places of each wave's attempts.
    fn scan(&mut self, records: &[Record], needed: u32) -> Vec<(Range<usize>, Pattern)> {
        let needed = usize::try_from(needed).unwrap_or(usize::MAX);
        let mut waves = Vec::new();
        let (mut start, mut end) = (0, 0_usize);
        // attempts of one millisecond are in the same windows
        for moment in records.chunk_by(|a, b| a.at == b.at) {
            for record in moment {
                self.step(Step::Enter, record);
                end = end.saturating_add(1);
            }
            let now = moment.first().map(|record| record.at).unwrap_or_default();
            let is_past = |record: &&Record| now.saturating_since(record.at) >= self.policy.window;
            while let Some(past) = records.get(start).filter(is_past) {
                self.step(Step::Leave, past);
                start = start.saturating_add(1);
            }
            if let Some(pattern) = self.pattern(needed) {
                join(&mut waves, start..end, pattern);
            }
        }
        for left in records.get(start..).unwrap_or_default() {
            self.step(Step::Leave, left);
        }
        waves
    }
}

/// Windows that share an attempt are one wave.
fn join(waves: &mut Vec<(Range<usize>, Pattern)>, window: Range<usize>, pattern: Pattern) {
    match waves.last_mut() {
        Some((last, known)) if window.start < last.end => {
            last.end = window.end;
            if *known != pattern {
                *known = Pattern::Either;
            }
        }
        _ => waves.push((window, pattern)),
    }
}

/// The waves of all prefixes together, and of each.
pub(super) fn waves(log: &Sorted, policy: &Policy) -> List<Wave> {
    let mut window = Window {
        policy,
        guesses_at: vec![0; log.accounts.len()],
        accounts: 0,
        few: 0,
        attempts: 0,
        guesses: 0,
        unknown: 0,
    };
    let evaluated = |record: &&Record| record.reason.kind() != Kind::Refusal;
    let of_an_account = |record: &&Record| record.account.is_some();
    let within = log.within().iter();
    let mut records: Vec<Record> = within
        .filter(evaluated)
        .filter(of_an_account)
        .copied()
        .collect();

    let mut found = Vec::new();
    let mut look = |records: &[Record], prefix: Option<Id>, needed| {
        for (wave, pattern) in window.scan(records, needed) {
            let wave = records.get(wave).unwrap_or_default();
            found.push(summary(wave, pattern, prefix, log, policy));
        }
    };
    look(&records, None, policy.from_all);
    // stable: each prefix's attempts stay in the order of time
    records.sort_by_key(|record| record.prefix);
    for of_one in records.chunk_by(|a, b| a.prefix == b.prefix) {
        if let Some(prefix) = of_one.first().and_then(|record| record.prefix) {
            look(of_one, Some(prefix), policy.from_one);
        }
    }
    found.sort_by_key(|wave| (Reverse(wave.accounts), wave.first, wave.prefix));
    List::new(found, policy.rows)
}

fn summary(
    records: &[Record],
    pattern: Pattern,
    prefix: Option<Id>,
    log: &Sorted,
    policy: &Policy,
) -> Wave {
    let (guesses, others): (Vec<&Record>, Vec<&Record>) = records
        .iter()
        .partition(|record| record.reason.is_wrong_guess());
    let at = |record: Option<&&Record>| record.map(|record| record.at).unwrap_or_default();
    let accounts = |records: &[&Record]| distinct(records.iter().map(|record| record.account));
    let unknown = guesses
        .iter()
        .filter(|record| record.reason == Reason::UnknownAccount);
    let right = match prefix {
        Some(_) => accounts(&others),
        None => Vec::new(),
    };
    let right = right.into_iter().filter_map(|id| log.account(Some(id)));
    Wave {
        pattern,
        prefix: log.prefix(prefix),
        first: at(guesses.first()),
        last: at(guesses.last()),
        failures: u64::try_from(guesses.len()).unwrap_or(u64::MAX),
        accounts: accounts(&guesses).len(),
        unknown: distinct(unknown.map(|record| record.account)).len(),
        prefixes: distinct(guesses.iter().map(|record| record.prefix)).len(),
        password_right: List::new(right.collect(), policy.rows),
    }
}

/// Each once, in order.
fn distinct(ids: impl Iterator<Item = Option<Id>>) -> Vec<Id> {
    let mut ids: Vec<Id> = ids.flatten().collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
