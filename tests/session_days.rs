//! Two hundred days of an office, on simulated time: who comes, clicks, goes to lunch, leaves a page
//! open, signs out or just leaves. An oracle that knows nothing but the clicks says who must be
//! signed in and who must not.
#![cfg(feature = "session")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

mod session_support;

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use portcullis::{
    Timestamp,
    session::{Activity, Error, Factors, Live, Policy, Sessions, Token},
    store::Memory,
};
use session_support::{DAY, HOUR, MINUTE, SECOND};

const DAYS: u64 = 200;
const PEOPLE: usize = 8;
/// 2026-01-01T00:00:00Z.
const NEW_YEAR: u64 = 1_767_225_600_000;
const IDLE: u64 = 15 * MINUTE;
const ABSOLUTE: u64 = 12 * HOUR;

/// The clock on the wall of the simulation.
static CLOCK: AtomicU64 = AtomicU64::new(NEW_YEAR);

fn clock() -> Timestamp {
    Timestamp::from_millis(CLOCK.load(Ordering::Relaxed))
}

/// Numbers that are the same in every run (xorshift, Marsaglia 2003).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % below
    }
}

/// What one person does next.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Deed {
    Click,
    /// The page asks by itself.
    Poll,
    Elevate,
    TypePasswordAgain,
    SignOut,
    SignOutOthers,
    TakeThePhone,
    /// Somebody goes around and tries every token that there is.
    Rounds,
}

/// One seat in front of the oracle: what it may conclude from what was done there.
struct Seat {
    token: Token,
    started: u64,
    /// The latest click that was accepted.
    clicked: u64,
    /// Ended, or seen dead.
    over: bool,
    /// Perhaps seen dead, when the person's sessions were gone through.
    doubtful: bool,
}

impl Seat {
    /// Whether nobody may be signed in here.
    fn must_be_over(&self, now: u64) -> bool {
        self.over || now >= self.clicked + IDLE || now >= self.started + ABSOLUTE
    }

    /// Whether the person may be asked to sign in again: over, or within the sixteenth by which
    /// activity may go unrecorded.
    fn may_be_over(&self, now: u64) -> bool {
        let nearly = now >= self.clicked + IDLE - IDLE / 16;
        self.must_be_over(now) || self.doubtful || nearly
    }

    /// The dead were removed at this time, for good: later the clock may go back.
    fn was_gone_through(&mut self, now: u64) {
        self.doubtful = self.may_be_over(now);
        self.over = self.must_be_over(now);
    }
}

struct Office {
    sessions: Sessions<Arc<Memory>>,
    seats: Vec<Vec<Seat>>,
    signed_in: u64,
    turned_away: u64,
    /// Tokens of seats that were left, and that were found live or over on the rounds.
    found: [u64; 2],
}

impl Office {
    fn sign_in(&mut self, person: usize, now: u64) {
        let (name, time) = (person.to_string(), Timestamp::from_millis(now));
        let sign_in = self.sessions.begin(&name, time).unwrap();
        let sign_in = sign_in.with_factors(Factors::PASSWORD);
        let (token, _) = self.sessions.start(sign_in, time).unwrap();
        let others = self.seats[person].iter_mut();
        others.for_each(|seat| seat.was_gone_through(now));
        self.seats[person].push(Seat {
            token,
            started: now,
            clicked: now,
            over: false,
            doubtful: false,
        });
        self.signed_in += 1;
    }

    /// Does it at the person's latest seat, and holds the answer against the oracle.
    fn act(&mut self, person: usize, deed: Deed, now: u64) {
        let time = Timestamp::from_millis(now);
        match deed {
            Deed::Rounds => return self.look_around(now),
            Deed::TakeThePhone => return self.sign_in(person, now),
            _ => {}
        }
        let Some((seat, others)) = self.seats[person].split_last_mut() else {
            return self.sign_in(person, now);
        };
        let (sessions, token) = (&self.sessions, &seat.token);
        let replaced = |(token, live): (Token, Live)| (Some(token), Some(live));
        let outcome = match deed {
            Deed::Click => sessions
                .touch(token, Activity::Interactive, time)
                .map(|live| (None, Some(live))),
            Deed::Poll => sessions
                .touch(token, Activity::Background, time)
                .map(|live| (None, Some(live))),
            Deed::Elevate => sessions.rotate(token, time).map(replaced),
            Deed::TypePasswordAgain => sessions
                .reauthenticate(token, Factors::PASSWORD, time)
                .map(replaced),
            Deed::SignOut => {
                sessions.end(token).unwrap();
                seat.over = true;
                sessions.check(token, time).map(|live| (None, Some(live)))
            }
            _ => sessions.end_others(token, time).map(|_| (None, None)),
        };
        match outcome {
            Ok((replaced, live)) => {
                assert!(!seat.must_be_over(now), "{person}: {deed:?} at {time}");
                if let Some(token) = replaced {
                    seat.token = token;
                }
                match deed {
                    Deed::Click => seat.clicked = seat.clicked.max(now),
                    Deed::TypePasswordAgain => {
                        seat.clicked = seat.clicked.max(now);
                        seat.started = seat.started.max(now);
                    }
                    Deed::SignOutOthers => others.iter_mut().for_each(|seat| seat.over = true),
                    _ => {}
                }
                if let Some(live) = live {
                    let last = (seat.clicked + IDLE).min(seat.started + ABSOLUTE);
                    assert!(live.deadline() <= Timestamp::from_millis(last), "{live:?}");
                    assert!(live.deadline() > time);
                }
            }
            Err(Error::ClockWentBack) => {
                assert!(seat.clicked >= now + IDLE, "{person}: {deed:?} at {time}");
                if deed == Deed::Click {
                    self.sign_in(person, now);
                }
            }
            Err(error) => {
                assert!(
                    seat.may_be_over(now),
                    "{person}: {deed:?} at {time}: {error}"
                );
                assert!(
                    matches!(error, Error::Unknown | Error::Expired(_)),
                    "{error}"
                );
                seat.over = true;
                self.turned_away += 1;
                if deed == Deed::Click {
                    self.sign_in(person, now);
                }
            }
        }
    }

    /// Every seat that anybody ever sat on.
    fn look_around(&mut self, now: u64) {
        for (person, seats) in self.seats.iter_mut().enumerate() {
            for seat in seats {
                let outcome = self
                    .sessions
                    .check(&seat.token, Timestamp::from_millis(now));
                if outcome == Err(Error::ClockWentBack) {
                    assert!(seat.clicked >= now + IDLE, "{person} at {now}");
                    continue;
                }
                assert!(
                    outcome.is_ok() || seat.may_be_over(now),
                    "{person} at {now}"
                );
                assert!(
                    outcome.is_err() || !seat.must_be_over(now),
                    "{person} at {now}"
                );
                seat.over |= outcome.is_err();
                self.found[usize::from(seat.over)] += 1;
            }
        }
    }
}

/// One day of one person.
fn day_of(
    person: usize,
    midnight: u64,
    dice: &mut Dice,
    events: &mut BTreeSet<(u64, usize, Deed)>,
) {
    let mut now = midnight + 7 * HOUR + dice.roll(3 * HOUR);
    let end = now + 6 * HOUR + dice.roll(8 * HOUR);
    while now < end {
        events.insert((now, person, Deed::Click));
        match dice.roll(40) {
            0 => drop(events.insert((now + SECOND, person, Deed::Elevate))),
            1 => drop(events.insert((now + SECOND, person, Deed::TypePasswordAgain))),
            2 => drop(events.insert((now + SECOND, person, Deed::SignOut))),
            3 => drop(events.insert((now + SECOND, person, Deed::SignOutOthers))),
            4 | 5 => drop(events.insert((now + SECOND, person, Deed::TakeThePhone))),
            _ => {}
        }
        // mostly a moment, now and then exactly the idle time, a coffee, lunch
        let pause = match dice.roll(60) {
            0 => IDLE,
            1 => IDLE - 1,
            2 => IDLE - IDLE / 16,
            3 => dice.roll(2 * HOUR),
            4..12 => dice.roll(20 * MINUTE),
            _ => dice.roll(8 * MINUTE),
        };
        let poll = 3 * MINUTE;
        for n in 1..=pause / poll {
            events.insert((now + n * poll, person, Deed::Poll));
        }
        now += pause.max(1);
    }
    if dice.roll(3) > 0 {
        events.insert((end, person, Deed::SignOut));
    }
    // a page that was left open asks on
    for n in 1..10 {
        events.insert((end + n * 2 * MINUTE, person, Deed::Poll));
    }
}

/// CO-01, SE-01 to SE-04, SE-08: nobody is ever signed in who must not be, and nobody is signed out
/// who need not be; on twenty days the clock is set back in the middle of the work.
#[test]
fn two_hundred_days_are_simulated_in_a_second() {
    let store = Arc::new(Memory::with_clock(PEOPLE, clock));
    let mut office = Office {
        sessions: Sessions::new(Policy::back_office(), store.clone()),
        seats: (0..PEOPLE).map(|_| Vec::new()).collect(),
        signed_in: 0,
        turned_away: 0,
        found: [0, 0],
    };
    let mut dice = Dice(0x2026_1121);
    let mut events = BTreeSet::new();
    for day in 0..DAYS {
        let midnight = NEW_YEAR + day * DAY;
        for person in 0..PEOPLE {
            if dice.roll(7) < 5 {
                day_of(person, midnight, &mut dice, &mut events);
            }
        }
        for hour in 8..24 {
            events.insert((midnight + hour * HOUR, PEOPLE, Deed::Rounds));
        }
        let noon = midnight + 12 * HOUR;
        while let Some((time, person, deed)) = events.pop_first() {
            let back = if day % 10 == 9 && (noon..noon + HOUR).contains(&time) {
                dice.roll(40 * MINUTE)
            } else {
                0
            };
            let now = time - back;
            CLOCK.store(now, Ordering::Relaxed);
            office.act(person, deed, now);
        }
        let night = midnight + DAY + 2 * HOUR;
        CLOCK.store(night, Ordering::Relaxed);
        office.look_around(night);
        office.seats.iter_mut().for_each(Vec::clear);
        let time = Timestamp::from_millis(night);
        for person in 0..PEOPLE {
            let left = office.sessions.list(&person.to_string(), time).unwrap();
            assert!(left.is_empty(), "{person} in the night of day {day}");
        }
        assert!(store.len() <= PEOPLE);
    }
    assert!(office.signed_in > 10_000, "{} sign-ins", office.signed_in);
    assert!(
        office.turned_away > 10_000,
        "{} refused",
        office.turned_away
    );
}
