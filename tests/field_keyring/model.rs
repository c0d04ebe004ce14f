//! Any sequence of steps, seals and reloads, at any time, against a table kept by hand.

use std::collections::BTreeMap;

use proptest::{collection::vec, prelude::*};

use super::*;

/// One thing that happens to a ring.
#[derive(Clone, Debug)]
enum Event {
    Stage,
    StageKey(u8),
    Promote(u32),
    Suspend(u32),
    Resume(u32),
    Destroy(u32),
    Rules(Option<u64>, Option<u64>),
    Seal,
    Reload,
    /// The clock goes on by so many minutes, or back.
    Wait(i64),
}

fn event() -> impl Strategy<Value = Event> {
    let rules = (
        proptest::option::of(0..20_u64),
        proptest::option::of(0..4_u64),
    );
    prop_oneof![
        3 => Just(Event::Stage),
        1 => (1..4_u8).prop_map(Event::StageKey),
        5 => (1..6_u32).prop_map(Event::Promote),
        3 => (1..6_u32).prop_map(Event::Suspend),
        3 => (1..6_u32).prop_map(Event::Resume),
        2 => (1..6_u32).prop_map(Event::Destroy),
        1 => rules.prop_map(|(age, seals)| Event::Rules(age, seals)),
        6 => Just(Event::Seal),
        1 => Just(Event::Reload),
        2 => (-2..6_i64).prop_map(Event::Wait),
    ]
}

/// What is expected of a key.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Expected {
    state: State,
    created: u64,
    promoted: Option<u64>,
    retired: Option<u64>,
    suspended: Option<u64>,
    destroyed: Option<u64>,
    seals: u64,
}

impl Expected {
    fn staged(created: u64) -> Self {
        Self {
            state: State::Staged,
            created,
            promoted: None,
            retired: None,
            suspended: None,
            destroyed: None,
            seals: 0,
        }
    }

    fn of(key: &KeyRecord) -> Self {
        let minute = |time: Timestamp| (time.as_millis() - NINE) / MINUTE;
        Self {
            state: key.state,
            created: minute(key.created),
            promoted: key.promoted.map(minute),
            retired: key.retired.map(minute),
            suspended: key.suspended.map(minute),
            destroyed: key.destroyed.as_ref().map(|end| minute(end.at)),
            seals: key.seals,
        }
    }
}

/// The table: times in minutes after nine.
struct Model {
    keys: BTreeMap<u32, Expected>,
    imported: Vec<u8>,
    max_age: Option<u64>,
    max_seals: Option<u64>,
    generation: u64,
    changed: u64,
    clock: u64,
}

impl Model {
    fn new() -> Self {
        let first = Expected {
            state: State::Primary,
            promoted: Some(0),
            ..Expected::staged(0)
        };
        Self {
            keys: BTreeMap::from([(1, first)]),
            imported: vec![],
            max_age: None,
            max_seals: None,
            generation: 1,
            changed: 0,
            clock: 0,
        }
    }

    fn primary(&self) -> u32 {
        let is_primary = |(_, key): &(&u32, &Expected)| key.state == State::Primary;
        *self.keys.iter().find(is_primary).unwrap().0
    }

    /// The time of a step that is taken.
    fn step(&mut self) -> u64 {
        self.generation += 1;
        self.changed = self.changed.max(self.clock);
        self.changed
    }

    fn is_old(&self, v: u32, now: u64) -> bool {
        let age = now.saturating_sub(self.keys[&v].created);
        self.max_age.is_some_and(|most| age > most)
    }

    fn is(&self, v: u32, states: &[State]) -> bool {
        self.keys
            .get(&v)
            .is_some_and(|key| states.contains(&key.state))
    }

    fn stage(&mut self) {
        let now = self.step();
        let next = self.keys.last_key_value().unwrap().0 + 1;
        self.keys.insert(next, Expected::staged(now));
    }

    /// Whether the event is taken, and what becomes of the keys then.
    fn take(&mut self, event: &Event) -> bool {
        match *event {
            Event::Stage => self.stage(),
            Event::StageKey(byte) => {
                if self.imported.contains(&byte) {
                    return false;
                }
                self.imported.push(byte);
                self.stage();
            }
            Event::Promote(v) => {
                let now = self.clock.max(self.changed);
                if !self.is(v, &[State::Staged]) || self.is_old(v, now) {
                    return false;
                }
                let (old, now) = (self.primary(), self.step());
                let old = self.keys.get_mut(&old).unwrap();
                (old.state, old.retired) = (State::Retired, Some(now));
                let new = self.keys.get_mut(&v).unwrap();
                (new.state, new.promoted) = (State::Primary, Some(now));
            }
            Event::Suspend(v) => {
                if !self.is(v, &[State::Retired]) {
                    return false;
                }
                let now = self.step();
                let key = self.keys.get_mut(&v).unwrap();
                (key.state, key.suspended) = (State::Suspended, Some(now));
            }
            Event::Resume(v) => {
                if !self.is(v, &[State::Suspended]) {
                    return false;
                }
                self.step();
                self.keys.get_mut(&v).unwrap().state = State::Retired;
            }
            Event::Destroy(v) => {
                if !self.is(v, &[State::Retired, State::Suspended]) {
                    return false;
                }
                let now = self.step();
                let key = self.keys.get_mut(&v).unwrap();
                (key.state, key.destroyed) = (State::Destroyed, Some(now));
            }
            Event::Rules(age, seals) => {
                self.step();
                (self.max_age, self.max_seals) = (age, seals);
            }
            Event::Seal => {
                let v = self.primary();
                let seals = self.keys[&v].seals;
                let spent = self.max_seals.is_some_and(|most| seals >= most);
                if self.is_old(v, self.clock) || spent {
                    return false;
                }
                self.keys.get_mut(&v).unwrap().seals += 1;
            }
            Event::Reload => {}
            Event::Wait(minutes) => self.clock = self.clock.saturating_add_signed(minutes),
        }
        true
    }
}

fn minutes(n: u64) -> Duration {
    Duration::from_secs(60 * n)
}

fn rules(age: Option<u64>, seals: Option<u64>) -> Policy {
    let policy = Policy::new();
    let policy = match age {
        Some(age) => policy.with_max_age(minutes(age)),
        None => policy,
    };
    match seals {
        Some(seals) => policy.with_max_seals(seals),
        None => policy,
    }
}

/// Whether the ring took it.
fn happen(ring: &mut Keyring, event: &Event, now: Timestamp, sealed: &mut Vec<Vec<u8>>) -> bool {
    match *event {
        Event::Stage => ring.stage(now).is_ok(),
        Event::StageKey(byte) => ring.stage_key(key(byte), now).is_ok(),
        Event::Promote(v) => ring.promote(version(v), now).is_ok(),
        Event::Suspend(v) => ring.suspend(version(v), now).is_ok(),
        Event::Resume(v) => ring.resume(version(v), now).is_ok(),
        Event::Destroy(v) => {
            let forced = Destroy::Forced { reason: "a test" };
            ring.destroy(version(v), forced, now).is_ok()
        }
        Event::Rules(age, seals) => ring.set_policy(rules(age, seals), now).is_ok(),
        Event::Seal => {
            let envelope = ring.seal(&email(), PLAINTEXT, now);
            envelope.map(|envelope| sealed.push(envelope)).is_ok()
        }
        Event::Reload => {
            *ring = reload(ring);
            true
        }
        Event::Wait(_) => true,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// CR-04, CR-05, CR-11: states, times, counts and generations are those of the table after any
    /// sequence of events, and every envelope opens exactly if its key's state lets it.
    #[test]
    fn keeps_to_the_table(events in vec(event(), 0..60)) {
        let (mut ring, mut model) = (ring(), Model::new());
        let mut sealed = Vec::new();
        for event in events {
            let now = at(model.clock * MINUTE);
            let taken = happen(&mut ring, &event, now, &mut sealed);
            prop_assert_eq!(taken, model.take(&event), "{:?}", event);
            let keys: BTreeMap<_, _> = ring
                .keys()
                .map(|key| (key.version.get(), Expected::of(&key)))
                .collect();
            prop_assert_eq!(&keys, &model.keys, "{:?}", event);
            prop_assert_eq!(ring.primary().get(), model.primary());
            prop_assert_eq!(ring.generation(), model.generation);
            prop_assert_eq!(ring.changed(), at(model.changed * MINUTE));
        }
        for envelope in sealed {
            let by = u32::from_be_bytes(envelope[1..5].try_into().unwrap());
            let stale = ring.open(&email(), &envelope).map(|opened| opened.stale());
            let expected = match model.keys[&by].state {
                State::Primary => Ok(None),
                State::Retired => Ok(Some(version(by))),
                State::Suspended => Err(Error::Suspended(version(by))),
                State::Destroyed => Err(Error::Destroyed(version(by))),
                state => Err(Error::WrongState { version: version(by), state }),
            };
            prop_assert_eq!(stale, expected);
        }
    }
}
