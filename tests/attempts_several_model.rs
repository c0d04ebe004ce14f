//! Attempts under any of several keys against a count of each, one after the other and in parallel.
#![cfg(feature = "attempts")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

mod attempts_support;

use attempts_support::{ada, at, secs};
use portcullis::{
    attempts::{Action, Attempts, Begin, Fingerprint, Key, Outcome, Policy, Verdict, Window},
    store::Memory,
};
use proptest::prelude::*;

/// Failures that lock an account or a device, an address, everybody.
const THRESHOLDS: [usize; 3] = [3, 4, 5];
/// How many keys there are: two of somebody's own, then the address, then everybody.
const KEYS: usize = 4;

fn keys() -> [Key; KEYS] {
    [
        ada(),
        Key::device("phone").unwrap(),
        Key::address("192.0.2.7".parse().unwrap()),
        Key::everybody(),
    ]
}

fn attempts() -> Attempts<Memory> {
    let shared = |threshold: usize| {
        let policy = Policy::new(u32::try_from(threshold).unwrap()).unwrap();
        let policy = policy.with_window(Window::Streak(secs(60))).unwrap();
        policy.with_action(Action::CoolOff(secs(60))).unwrap()
    };
    let own = Policy::new(u32::try_from(THRESHOLDS[0]).unwrap()).unwrap();
    let attempts = Attempts::new(own, Memory::new(100));
    let attempts = attempts.with_address_policy(shared(THRESHOLDS[1])).unwrap();
    attempts
        .with_everybody_policy(shared(THRESHOLDS[2]))
        .unwrap()
}

#[derive(Clone, Debug)]
enum Event {
    /// With these of the keys, in any order.
    Begin(Vec<usize>),
    Settle(prop::sample::Index, How),
    Reset(usize),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum How {
    Right,
    Wrong,
    WrongWith(u8),
    Neither,
}

fn verdict(how: How) -> Verdict {
    match how {
        How::Right => Verdict::Success,
        How::Wrong => Verdict::Failure,
        How::WrongWith(n) => Verdict::FailureWith(Fingerprint::of_slow_hash(&[n; 32]).unwrap()),
        How::Neither => Verdict::Incomplete,
    }
}

/// What is known of one key.
#[derive(Clone, Debug, Default)]
struct Count {
    failures: usize,
    passwords: Vec<u8>,
    open: Vec<usize>,
    locked: bool,
}

#[derive(Default)]
struct Model {
    counts: [Count; KEYS],
}

fn is_own(key: usize) -> bool {
    key < 2
}

fn threshold(key: usize) -> usize {
    THRESHOLDS[key.saturating_sub(1)]
}

impl Model {
    fn begin(&mut self, id: usize, keys: &[usize]) -> &'static str {
        let locked = |key: &usize| self.counts[*key].locked;
        let full = |key: &usize| {
            let count = &self.counts[*key];
            count.failures + count.open.len() == threshold(*key)
        };
        if keys.iter().any(|key| locked(key) && is_own(*key)) {
            "reset"
        } else if keys.iter().any(locked) {
            "locked"
        } else if keys.iter().any(full) {
            "busy"
        } else {
            for key in keys {
                self.counts[*key].open.push(id);
            }
            "allowed"
        }
    }

    /// What each key says, the own ones first, and what comes of it.
    fn settle(&mut self, id: usize, keys: &[usize], how: How) -> String {
        let mut own = Vec::new();
        let mut shared = Vec::new();
        let mut how = how;
        for key in (0..KEYS).filter(|key| keys.contains(key)) {
            if !is_own(key) && !own.is_empty() && own.iter().all(|(rank, _)| *rank == 3) {
                how = How::Neither;
            }
            let said = self.settle_one(id, key, how);
            if is_own(key) {
                own.push(said);
            } else {
                shared.push(said);
            }
        }
        let all = own.is_empty();
        own.extend(shared.into_iter().filter(|(rank, _)| all || *rank >= 5));
        // of equals the one with fewer left
        let strictest = own.iter().map(|(rank, left)| (*rank, -left)).max().unwrap();
        match strictest {
            (0, _) => "cleared".to_owned(),
            (5, _) => "lapsed".to_owned(),
            (6, _) => "locked".to_owned(),
            (7, _) => "reset".to_owned(),
            (rank, left) => format!(
                "{} {}",
                ["", "kept", "returned", "repeated", "counted"][rank],
                -left
            ),
        }
    }

    fn settle_one(&mut self, id: usize, key: usize, how: How) -> (usize, i64) {
        let threshold = threshold(key);
        let count = &mut self.counts[key];
        let lock = if is_own(key) { 7 } else { 6 };
        if count.locked {
            return (lock, 0);
        }
        let Some(open) = count.open.iter().position(|open| *open == id) else {
            return (5, 0);
        };
        count.open.remove(open);
        let rank = match how {
            How::Right if is_own(key) => {
                *count = Count {
                    open: std::mem::take(&mut count.open),
                    ..Count::default()
                };
                return (0, 0);
            }
            How::Right => 1,
            How::Neither => 2,
            How::WrongWith(n) if is_own(key) && count.passwords.contains(&n) => 3,
            How::Wrong | How::WrongWith(_) => {
                count.failures += 1;
                if let How::WrongWith(n) = how {
                    count.passwords.push(n);
                }
                4
            }
        };
        if count.failures == threshold {
            *count = Count {
                locked: true,
                ..Count::default()
            };
            return (lock, 0);
        }
        (rank, i64::try_from(threshold - count.failures).unwrap())
    }
}

fn said<P>(begin: &Begin<P>) -> &'static str {
    match begin {
        Begin::Allowed(_) => "allowed",
        Begin::Busy { .. } => "busy",
        Begin::Locked { .. } => "locked",
        Begin::ResetRequired { .. } => "reset",
        _ => "something else",
    }
}

fn came_of(outcome: Outcome) -> String {
    match outcome {
        Outcome::Cleared => "cleared".to_owned(),
        Outcome::Kept { left } => format!("kept {left}"),
        Outcome::Returned { left } => format!("returned {left}"),
        Outcome::Repeated { left } => format!("repeated {left}"),
        Outcome::Counted { left } => format!("counted {left}"),
        Outcome::Lapsed => "lapsed".to_owned(),
        Outcome::Locked { .. } => "locked".to_owned(),
        Outcome::ResetRequired { .. } => "reset".to_owned(),
        other => panic!("{other:?}"),
    }
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let all = (0..KEYS).collect::<Vec<_>>();
    let some = prop::sample::subsequence(all, 1..=KEYS).prop_shuffle();
    let how = prop_oneof![
        3 => Just(How::Wrong),
        4 => (0_u8..3).prop_map(How::WrongWith),
        3 => Just(How::Right),
        2 => Just(How::Neither),
    ];
    let event = prop_oneof![
        10 => some.prop_map(Event::Begin),
        10 => (any::<prop::sample::Index>(), how).prop_map(|(n, how)| Event::Settle(n, how)),
        1 => (0..KEYS).prop_map(Event::Reset),
    ];
    prop::collection::vec(event, 1..80)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// AT-02, AT-05, AT-06: all keys or none, each its own count, the strictest answer.
    #[test]
    fn several_keys_agree_with_a_count_of_each(events in events()) {
        let (attempts, keys) = (attempts(), keys());
        let mut model = Model::default();
        let mut slots = Vec::new();
        for (id, event) in events.into_iter().enumerate() {
            match event {
                Event::Begin(which) => {
                    let chosen: Vec<_> = which.iter().map(|key| keys[*key].clone()).collect();
                    let begin = attempts.begin_all(&chosen, at(0)).unwrap();
                    prop_assert_eq!(said(&begin), model.begin(id, &which));
                    if let Begin::Allowed(taken) = begin {
                        slots.push((id, which, taken));
                    }
                }
                Event::Settle(index, how) if !slots.is_empty() => {
                    let (id, which, taken) = slots.swap_remove(index.index(slots.len()));
                    let outcome = attempts.settle_all(taken, verdict(how), at(0)).unwrap();
                    prop_assert_eq!(came_of(outcome), model.settle(id, &which, how));
                }
                Event::Settle(..) => {}
                Event::Reset(key) => {
                    attempts.reset(&keys[key]).unwrap();
                    model.counts[key] = Count::default();
                }
            }
        }
    }
}
