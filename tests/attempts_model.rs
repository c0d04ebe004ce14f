//! Every window, action and delay against a list of failures, under a clock that goes both ways.
#![cfg(feature = "attempts")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

use std::time::Duration;

use portcullis::{
    Timestamp,
    attempts::{Action, Begin, Fingerprint, Lock, Outcome, Permit, Policy, State, Verdict, Window},
};
use proptest::prelude::*;

const END: i128 = u64::MAX as i128;
const SLOT: i128 = 30_000;
const WINDOW: i128 = 40_000;
const COOL_OFF: i128 = 60_000;
const FIRST: i128 = 1_000;
const LONGEST: i128 = 6_000;

#[derive(Clone, Debug)]
enum Event {
    Begin,
    Settle(prop::sample::Index, How),
    Drop(prop::sample::Index),
    Reset,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum How {
    Right,
    Wrong,
    /// With one of a few wrong passwords.
    WrongWith(u8),
    Neither,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Counts {
    UntilSuccess,
    InStreak,
    Rolling,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum AtThreshold {
    Reset,
    Rebind,
    CoolOff,
}

#[derive(Clone, Copy, Debug)]
struct Rules {
    threshold: usize,
    counts: Counts,
    at_threshold: AtThreshold,
    delays: bool,
    shared: bool,
}

fn millis(millis: i128) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap())
}

fn time(millis: i128) -> Timestamp {
    Timestamp::from_millis(u64::try_from(millis).unwrap())
}

impl Rules {
    fn policy(self) -> Policy {
        let window = match self.counts {
            Counts::UntilSuccess => Window::Unlimited,
            Counts::InStreak => Window::Streak(millis(WINDOW)),
            Counts::Rolling => Window::Rolling(millis(WINDOW)),
        };
        let action = match self.at_threshold {
            AtThreshold::Reset => Action::RequireReset,
            AtThreshold::Rebind => Action::RequireRebind,
            AtThreshold::CoolOff => Action::CoolOff(millis(COOL_OFF)),
        };
        let policy = Policy::new(u32::try_from(self.threshold).unwrap()).unwrap();
        let policy = policy.with_window(window).unwrap();
        let mut policy = policy.with_action(action).unwrap();
        if self.delays {
            policy = policy.with_delay(millis(FIRST), millis(LONGEST)).unwrap();
        }
        if self.shared {
            policy = policy.shared().unwrap();
        }
        policy
    }
}

/// The rules as one would write them on paper, in numbers without bounds.
struct Model {
    rules: Rules,
    /// When each happened, and with which password.
    failures: Vec<(i128, Option<u8>)>,
    /// The attempts under way and when they lapse.
    open: Vec<(usize, i128)>,
    locked: Option<i128>,
    wait: i128,
}

impl Model {
    fn new(rules: Rules) -> Self {
        Self {
            rules,
            failures: vec![],
            open: vec![],
            locked: None,
            wait: 0,
        }
    }

    fn clear(&mut self) {
        (self.failures, self.wait) = (vec![], 0);
    }

    /// What many share was at the latest just now, whatever another clock has said.
    fn bring_back(&mut self, now: i128) {
        for (at, _) in &mut self.failures {
            *at = (*at).min(now);
        }
        let count = u32::try_from(self.failures.len()).unwrap();
        if count > 0 {
            let longest = LONGEST.min(FIRST * 2_i128.pow(count - 1));
            self.wait = self.wait.min(now + longest);
        }
        self.locked = self.locked.map(|since| since.min(now));
    }

    /// What has happened by itself until now.
    fn look(&mut self, now: i128) {
        if self.rules.shared {
            self.bring_back(now);
        }
        for (_, lapses) in &mut self.open {
            *lapses = (*lapses).min(END).min(now + SLOT);
        }
        while let Some(first) = self.open.iter().position(|(_, lapses)| *lapses <= now) {
            let (_, lapsed) = self.open.remove(first);
            self.fail(lapsed, None);
        }
        self.age(now);
        if self.rules.at_threshold == AtThreshold::CoolOff
            && self
                .locked
                .is_some_and(|since| since + COOL_OFF <= now && since + COOL_OFF < END)
        {
            self.locked = None;
        }
    }

    fn age(&mut self, now: i128) {
        match self.rules.counts {
            Counts::UntilSuccess => {}
            Counts::InStreak => {
                let last = self.failures.iter().map(|(at, _)| *at).max();
                if last.is_some_and(|last| now - last >= WINDOW) {
                    self.clear();
                }
            }
            Counts::Rolling => self.failures.retain(|(at, _)| now - at < WINDOW),
        }
        if self.failures.is_empty() {
            self.clear(); // and no wait
        }
    }

    fn fail(&mut self, now: i128, password: Option<u8>) {
        self.age(now);
        self.failures.push((now, password));
        if self.rules.delays {
            let mut wait = FIRST;
            for _ in 1..self.failures.len() {
                wait *= 2;
            }
            self.wait = self.wait.max(now + wait.min(LONGEST));
        }
        if self.failures.len() == self.rules.threshold {
            self.locked = Some(now);
            self.open.clear();
            self.clear();
        }
    }

    fn waits(&self, now: i128) -> bool {
        now < self.wait || self.wait >= END
    }

    fn begin(&mut self, now: i128) -> String {
        self.look(now);
        let (failures, open) = (self.failures.len(), self.open.len());
        if self.locked.is_some() {
            self.lock()
        } else if self.waits(now) {
            format!("wait until {}", self.wait.min(END))
        } else if failures + open >= self.rules.threshold || (self.rules.delays && open > 0) {
            "busy".to_owned()
        } else {
            "allowed".to_owned()
        }
    }

    fn settle(&mut self, id: usize, how: How, now: i128) -> String {
        self.look(now);
        if self.locked.is_some() {
            return self.lock();
        }
        let Some(index) = self.open.iter().position(|(other, _)| *other == id) else {
            return "lapsed".to_owned();
        };
        self.open.remove(index);
        let word = match how {
            How::Right if self.rules.shared => "kept",
            How::Right => {
                self.clear();
                return "cleared".to_owned();
            }
            How::Neither => "returned",
            How::WrongWith(password)
                if !self.rules.shared
                    && self
                        .failures
                        .iter()
                        .any(|(_, other)| *other == Some(password)) =>
            {
                "repeated"
            }
            How::WrongWith(password) => {
                self.fail(now, Some(password));
                "counted"
            }
            How::Wrong => {
                self.fail(now, None);
                "counted"
            }
        };
        match self.locked {
            Some(_) => self.lock(),
            None => format!(
                "{word}, {} left",
                self.rules.threshold - self.failures.len()
            ),
        }
    }

    fn lock(&self) -> String {
        let since = self.locked.unwrap();
        match self.rules.at_threshold {
            AtThreshold::Reset => format!("reset since {since}"),
            AtThreshold::Rebind => format!("rebind since {since}"),
            AtThreshold::CoolOff => format!("locked until {}", (since + COOL_OFF).min(END)),
        }
    }
}

fn said(begin: &Begin) -> String {
    match begin {
        Begin::Allowed(_) => "allowed".to_owned(),
        Begin::Wait { until } => format!("wait until {}", until.as_millis()),
        Begin::Busy { .. } => "busy".to_owned(),
        Begin::Locked { until } => format!("locked until {}", until.as_millis()),
        Begin::ResetRequired { since } => format!("reset since {}", since.as_millis()),
        Begin::RebindRequired { since } => format!("rebind since {}", since.as_millis()),
        other => panic!("{other:?}"),
    }
}

fn came_of(outcome: Outcome) -> String {
    match outcome {
        Outcome::Cleared => "cleared".to_owned(),
        Outcome::Kept { left } => format!("kept, {left} left"),
        Outcome::Counted { left } => format!("counted, {left} left"),
        Outcome::Repeated { left } => format!("repeated, {left} left"),
        Outcome::Returned { left } => format!("returned, {left} left"),
        Outcome::Lapsed => "lapsed".to_owned(),
        Outcome::Locked { until } => format!("locked until {}", until.as_millis()),
        Outcome::ResetRequired { since } => format!("reset since {}", since.as_millis()),
        Outcome::RebindRequired { since } => format!("rebind since {}", since.as_millis()),
        other => panic!("{other:?}"),
    }
}

fn verdict(how: How) -> Verdict {
    match how {
        How::Right => Verdict::Success,
        How::Wrong => Verdict::Failure,
        How::WrongWith(password) => {
            Verdict::FailureWith(Fingerprint::of_slow_hash(&[password; 32]).unwrap())
        }
        How::Neither => Verdict::Incomplete,
    }
}

/// What happens, and how many milliseconds have passed before it. Many steps end exactly where a
/// window, a lock, a wait or a slot does, or a millisecond before; some go back.
fn events() -> impl Strategy<Value = Vec<(Event, i128)>> {
    let how = prop_oneof![
        6 => Just(How::Wrong),
        4 => (0_u8..3).prop_map(How::WrongWith),
        1 => Just(How::Right),
        1 => Just(How::Neither),
    ];
    let index = any::<prop::sample::Index>();
    let event = prop_oneof![
        9 => Just(Event::Begin),
        8 => (index.clone(), how).prop_map(|(n, how)| Event::Settle(n, how)),
        1 => index.prop_map(Event::Drop),
        1 => (0_u8..20).prop_map(|n| if n == 0 { Event::Reset } else { Event::Begin }),
    ];
    let period = prop::sample::select(vec![
        SLOT,
        WINDOW,
        COOL_OFF,
        FIRST,
        2 * FIRST,
        4 * FIRST,
        LONGEST,
    ]);
    let step = prop_oneof![
        8 => 0_i128..500,
        4 => (period.clone(), 0_i128..2).prop_map(|(period, early)| period - early),
        1 => 0_i128..100_000,
        1 => (period, 0_i128..2).prop_map(|(period, late)| late - period),
    ];
    prop::collection::vec((event, step), 1..120)
}

fn rules() -> impl Strategy<Value = Rules> {
    let counts = prop::sample::select(vec![
        Counts::UntilSuccess,
        Counts::InStreak,
        Counts::Rolling,
    ]);
    let at_threshold = prop::sample::select(vec![
        AtThreshold::Reset,
        AtThreshold::Rebind,
        AtThreshold::CoolOff,
    ]);
    let rest = (1_usize..6, any::<bool>(), any::<bool>());
    (counts, at_threshold, rest).prop_map(|(counts, at_threshold, (threshold, delays, shared))| {
        let may = counts != Counts::UntilSuccess && at_threshold == AtThreshold::CoolOff;
        Rules {
            threshold,
            counts,
            at_threshold,
            delays,
            shared: shared && may,
        }
    })
}

/// The beginning of time, a day in 2026, and the end.
fn starts() -> impl Strategy<Value = i128> {
    prop::sample::select(vec![0, 1_795_251_600_000, END - 150_000])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    /// AT-01, AT-02, AT-05, AT-06, AT-10, S4-20.
    #[test]
    fn agrees_with_a_list_of_failures(rules in rules(), start in starts(), events in events()) {
        let policy = rules.policy();
        let (mut state, mut model) = (State::default(), Model::new(rules));
        let mut permits: Vec<(usize, Permit)> = Vec::new();
        let (mut now, mut next) = (start, 0);
        for (event, step) in events {
            now = (now + step).clamp(0, END);
            state = State::decode(&state.encode()).unwrap();
            match event {
                Event::Begin => {
                    let (stepped, begin) = policy.begin(state, time(now));
                    state = stepped;
                    prop_assert_eq!(said(&begin), model.begin(now));
                    if let Begin::Allowed(permit) = begin {
                        permits.push((next, permit));
                        model.open.push((next, now + SLOT));
                        next += 1;
                    }
                }
                Event::Settle(index, how) if !permits.is_empty() => {
                    let (id, permit) = permits.swap_remove(index.index(permits.len()));
                    let (stepped, outcome) =
                        policy.settle(state, &permit, verdict(how), time(now));
                    state = stepped;
                    prop_assert_eq!(came_of(outcome), model.settle(id, how, now));
                }
                Event::Drop(index) if !permits.is_empty() => {
                    drop(permits.swap_remove(index.index(permits.len())));
                }
                Event::Reset => {
                    state = policy.reset(state);
                    model = Model::new(rules);
                }
                _ => continue,
            }
            prop_assert_eq!(state.lock().is_some(), model.locked.is_some());
            prop_assert_eq!(state.failures() as usize, model.failures.len());
            let permanent = matches!(state.lock(), Some(Lock::ResetRequired { .. } | Lock::RebindRequired { .. }));
            prop_assert_eq!(permanent, model.locked.is_some() && rules.at_threshold != AtThreshold::CoolOff);
        }
    }
}
