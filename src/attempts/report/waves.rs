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
    /// Many passwords for each of many accounts (T1110.001).
    PasswordGuessing,
    /// More than one of them: some windows of the wave are one and some another, or some are a spray
    /// and stuffing.
    Either,
}

impl Pattern {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Spray => "password spray",
            Self::Stuffing => "credential stuffing",
            Self::PasswordGuessing => "password guessing",
            Self::Either => "more than one",
        }
    }
}

/// Of what the attempts of a window are.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Source {
    /// One prefix.
    One,
    /// All of them together.
    All,
}

impl Source {
    /// The accounts that a wave from there has at the least.
    fn needed(self, policy: &Policy) -> usize {
        let needed = match self {
            Self::One => policy.from_one,
            Self::All => policy.from_all,
        };
        usize::try_from(needed).unwrap_or(usize::MAX)
    }
}

/// What was evaluated of one account.
#[derive(Clone, Copy, Default)]
struct Tries {
    wrong: u64,
    right: u64,
}

impl Tries {
    fn is_tried(self) -> bool {
        self.wrong > 0 || self.right > 0
    }

    fn is_guessed(self) -> bool {
        self.wrong > 0
    }

    fn is_failing(self) -> bool {
        self.wrong > 0 && self.right == 0
    }

    fn is_guessed_few_times(self, policy: &Policy) -> bool {
        (1..=u64::from(policy.tries)).contains(&self.wrong)
    }
}

/// What is in a window of one source.
struct Window<'a> {
    policy: &'a Policy,
    /// By the account's place.
    tries_at: Vec<Tries>,
    /// Accounts of which something was evaluated, and of each kind.
    tried: usize,
    guessed: usize,
    few: usize,
    failing: usize,
    /// Wrong guesses, and those at names that nobody has.
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
        let place = record.account.map(index);
        let Some(tries) = place.and_then(|place| self.tries_at.get_mut(place)) else {
            return;
        };
        let before = *tries;
        if record.reason.is_wrong_guess() {
            step.of(&mut tries.wrong);
            step.of(&mut self.guesses);
        } else {
            step.of(&mut tries.right);
        }
        if record.reason == Reason::UnknownAccount {
            step.of(&mut self.unknown);
        }
        let (after, policy) = (*tries, self.policy);
        let count = |accounts: &mut usize, is: &dyn Fn(Tries) -> bool| {
            let with = accounts.saturating_add(is(after).into());
            *accounts = with.saturating_sub(is(before).into());
        };
        count(&mut self.tried, &Tries::is_tried);
        count(&mut self.guessed, &Tries::is_guessed);
        count(&mut self.few, &|tries| tries.is_guessed_few_times(policy));
        count(&mut self.failing, &Tries::is_failing);
    }

    /// What it looks like.
    fn pattern(&self, source: Source) -> Option<Pattern> {
        let needed = source.needed(self.policy);
        let mostly_unknown = self.unknown.saturating_mul(2) >= self.guesses;
        // who mistypes gets in from the same place; from all together, an owner's own success would hide
        // a stranger's guesses
        let mostly_mistyped =
            source == Source::One && self.failing.saturating_mul(2) < self.guessed;
        let is_spray = self.few >= needed && !mostly_unknown && !mostly_mistyped;

        let guessed = u64::try_from(self.guessed).unwrap_or(u64::MAX);
        let percent = usize::from(self.policy.failure_percent);
        let most_fail = self.failing.saturating_mul(100) >= self.tried.saturating_mul(percent);
        let about_one_each = self.guesses.saturating_mul(2) <= guessed.saturating_mul(3);
        let is_stuffing = mostly_unknown || about_one_each;
        match (is_spray, self.guessed >= needed && most_fail) {
            (true, true) if is_stuffing => Some(Pattern::Either),
            (true, _) => Some(Pattern::Spray),
            (false, true) if is_stuffing => Some(Pattern::Stuffing),
            (false, true) => Some(Pattern::PasswordGuessing),
            (false, false) => None,
        }
    }

    /// The waves in attempts of one source: the places of each wave's attempts.
    fn scan(&mut self, records: &[Record], source: Source) -> Vec<(Range<usize>, Pattern)> {
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
            if let Some(pattern) = self.pattern(source) {
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
        tries_at: vec![Tries::default(); log.accounts.len()],
        tried: 0,
        guessed: 0,
        few: 0,
        failing: 0,
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
    let mut look = |records: &[Record], prefix: Option<Id>| {
        let source = prefix.map_or(Source::All, |_| Source::One);
        for (wave, pattern) in window.scan(records, source) {
            let wave = records.get(wave).unwrap_or_default();
            found.push(summary(wave, pattern, prefix, log, policy));
        }
    };
    look(&records, None);
    // stable: each prefix's attempts stay in the order of time
    records.sort_by_key(|record| record.prefix);
    for of_one in records.chunk_by(|a, b| a.prefix == b.prefix) {
        if let Some(prefix) = of_one.first().and_then(|record| record.prefix) {
            look(of_one, Some(prefix));
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
