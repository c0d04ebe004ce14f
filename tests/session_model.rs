//! Any sequence of events, at any times, against a list of sessions that is kept by hand.
#![cfg(feature = "session")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

mod session_support;

use std::time::Duration;

use portcullis::{
    Timestamp,
    session::{
        Activity, AtLimit, Error, Expiry, Factors, Id, Live, OnReuse, Policy, Sessions, SignIn,
        State, Token,
    },
    store::{Memory, Store},
};
use proptest::prelude::*;
use session_support::{HOUR, MINUTE, NINE, SECOND, key};

const SINGLE: [Factors; 3] = [Factors::PASSWORD, Factors::TOTP, Factors::RECOVERY_CODE];
const LIMIT: usize = 3;

/// The rules of the model, in milliseconds: idle and absolute, and those of who stays.
#[derive(Clone, Copy, Debug)]
struct Rules {
    normal: (u64, u64),
    stay: Option<(u64, u64)>,
    evicts: bool,
    on_reuse: OnReuse,
}

impl Rules {
    fn policy(self) -> Policy {
        let millis =
            |(idle, absolute)| (Duration::from_millis(idle), Duration::from_millis(absolute));
        let (idle, absolute) = millis(self.normal);
        let mut policy = Policy::new(idle, absolute)
            .unwrap()
            .with_on_reuse(self.on_reuse);
        if let Some((idle, absolute)) = self.stay.map(millis) {
            policy = policy.with_stay_signed_in(idle, absolute).unwrap();
        }
        let at_limit = if self.evicts {
            AtLimit::EvictOldest
        } else {
            AtLimit::Refuse
        };
        policy.with_max_sessions(LIMIT, at_limit).unwrap()
    }
}

/// One session of the model. Tokens are numbers, in the order in which they were issued.
#[derive(Clone, Debug)]
struct Session {
    id: Id,
    token: usize,
    /// Former tokens, and when each was replaced.
    former: Vec<(usize, u64)>,
    created: u64,
    counts_from: u64,
    active: u64,
    stays: bool,
    proved: [Option<u64>; 3],
    label: String,
}

/// What the model expects of a verb that takes a token.
type Expected<T> = Result<T, Error>;

struct Model {
    rules: Rules,
    sessions: Vec<Session>,
    /// When each sign-in began; None once everything was ended.
    sign_ins: Vec<Option<u64>>,
}

impl Model {
    fn limits(&self, session: &Session) -> (u64, u64) {
        match self.rules.stay {
            Some(longer) if session.stays => longer,
            _ => self.rules.normal,
        }
    }

    fn ends(&self, session: &Session) -> (u64, u64) {
        let (idle, absolute) = self.limits(session);
        (session.active + idle, session.counts_from + absolute)
    }

    fn is_dead(&self, session: &Session, now: u64) -> bool {
        let (idle, absolute) = self.ends(session);
        now >= idle || now >= absolute
    }

    fn is_from_the_future(&self, session: &Session, now: u64) -> bool {
        let (idle, _) = self.limits(session);
        session.active >= now + idle
    }

    fn bury(&mut self, now: u64) -> usize {
        let dead: Vec<_> = self.sessions.iter().map(|s| self.is_dead(s, now)).collect();
        let mut dead_too = dead.iter();
        self.sessions.retain(|_| !dead_too.next().unwrap());
        dead.into_iter().filter(|dead| *dead).count()
    }

    fn end_everything(&mut self) {
        self.sessions.clear();
        self.sign_ins.fill(None);
    }

    /// The place of a token's live session.
    fn find(&mut self, token: usize, now: u64) -> Expected<usize> {
        let knows = |s: &Session| s.token == token || s.former.iter().any(|(old, _)| *old == token);
        let place = self.sessions.iter().position(knows).ok_or(Error::Unknown)?;
        let session = self.sessions[place].clone();
        if self.is_dead(&session, now) {
            self.sessions.remove(place);
            let (idle, absolute) = self.ends(&session);
            let which = if idle < absolute {
                Expiry::Idle
            } else {
                Expiry::Absolute
            };
            return Err(Error::Expired(which));
        }
        if self.is_from_the_future(&session, now) {
            return Err(Error::ClockWentBack);
        }
        if session.token == token {
            return Ok(place);
        }
        let (last, replaced) = session.former.last().unwrap();
        if *last == token && replaced.abs_diff(now) < 30 * SECOND {
            return Err(Error::Replaced);
        }
        match self.rules.on_reuse {
            OnReuse::EndSession => drop(self.sessions.remove(place)),
            OnReuse::EndAll => self.end_everything(),
            _ => {}
        }
        Err(Error::Reused)
    }

    fn start(
        &mut self,
        sign_in: usize,
        wants: (u8, bool),
        token: usize,
        now: u64,
    ) -> Expected<usize> {
        let began = self.sign_ins[sign_in].ok_or(Error::Overtaken)?;
        if now.abs_diff(began) >= HOUR {
            return Err(Error::SignInTooSlow);
        }
        let (factors, stays) = wants;
        if stays && self.rules.stay.is_none() {
            return Err(Error::StayNotOffered);
        }
        self.bury(now);
        if self.sessions.len() == LIMIT {
            if !self.rules.evicts {
                return Err(Error::TooManySessions);
            }
            let oldest = self.sessions.iter().map(|s| s.created).min().unwrap();
            let oldest = self.sessions.iter().position(|s| s.created == oldest);
            self.sessions.remove(oldest.unwrap());
        }
        self.sessions.push(Session {
            id: Id::from_u64(0), // told by the answer
            token,
            former: Vec::new(),
            created: now,
            counts_from: now,
            active: now,
            stays,
            proved: [0, 1, 2].map(|n| (factors >> n & 1 == 1).then_some(now)),
            label: String::new(),
        });
        Ok(self.sessions.len() - 1)
    }

    fn touch(&mut self, token: usize, interactive: bool, now: u64) -> Expected<usize> {
        let place = self.find(token, now)?;
        let (idle, _) = self.limits(&self.sessions[place]);
        let session = &mut self.sessions[place];
        if interactive && now > session.active && now - session.active >= idle / 16 {
            session.active = now;
        }
        Ok(place)
    }

    fn replace(&mut self, place: usize, new: usize, now: u64) {
        let session = &mut self.sessions[place];
        session.former.push((session.token, now));
        session.token = new;
    }

    fn reauthenticate(
        &mut self,
        token: usize,
        factors: u8,
        new: usize,
        now: u64,
    ) -> Expected<usize> {
        if factors == 0 {
            return Err(Error::NothingProved);
        }
        let place = self.find(token, now)?;
        self.replace(place, new, now);
        let session = &mut self.sessions[place];
        for (n, proved) in session.proved.iter_mut().enumerate() {
            if factors >> n & 1 == 1 {
                *proved = Some(now);
            }
        }
        session.counts_from = now.max(session.counts_from);
        session.active = now.max(session.active);
        Ok(place)
    }

    /// Whether an answer says what the model knows of a session.
    fn agrees(&self, place: usize, live: &Live) -> Result<(), TestCaseError> {
        let session = &self.sessions[place];
        let time = Timestamp::from_millis;
        let (idle, absolute) = self.ends(session);
        prop_assert_eq!(live.id(), session.id);
        prop_assert_eq!(live.label(), &session.label);
        prop_assert_eq!(live.created(), time(session.created));
        prop_assert_eq!(live.last_active(), time(session.active));
        prop_assert_eq!(live.idle_deadline(), time(idle));
        prop_assert_eq!(live.absolute_deadline(), time(absolute));
        prop_assert_eq!(live.deadline(), time(idle.min(absolute)));
        prop_assert_eq!(live.stays_signed_in(), session.stays);
        for (factor, proved) in SINGLE.into_iter().zip(session.proved) {
            prop_assert_eq!(live.factors().contains(factor), proved.is_some());
            prop_assert_eq!(live.proved_at(factor), proved.map(time));
        }
        let latest = session.proved.into_iter().flatten().max();
        prop_assert_eq!(
            live.authenticated(),
            time(latest.unwrap_or(session.created))
        );
        Ok(())
    }
}

#[derive(Clone, Debug)]
enum Event {
    Begin,
    /// Which sign-in, what was proved, whether to stay.
    Start(usize, u8, bool),
    Check(usize),
    Touch(usize, Activity),
    Rotate(usize),
    Reauthenticate(usize, u8),
    Label(usize, u8),
    End(usize),
    /// Which of the sessions that ever were.
    EndOne(usize),
    EndOthers(usize),
    EndAll,
    List,
    Purge,
}

fn events() -> impl Strategy<Value = Vec<(Event, i64)>> {
    let which = || 0..64_usize;
    let factors = || 0..8_u8;
    let activity = prop_oneof![
        4 => Just(Activity::Interactive),
        1 => Just(Activity::Background),
        1 => Just(Activity::KeepAlive),
    ];
    let event = prop_oneof![
        3 => Just(Event::Begin),
        4 => (which(), factors(), any::<bool>()).prop_map(|(n, f, s)| Event::Start(n, f, s)),
        3 => which().prop_map(Event::Check),
        6 => (which(), activity).prop_map(|(n, a)| Event::Touch(n, a)),
        3 => which().prop_map(Event::Rotate),
        2 => (which(), factors()).prop_map(|(n, f)| Event::Reauthenticate(n, f)),
        1 => (which(), any::<u8>()).prop_map(|(n, text)| Event::Label(n, text)),
        2 => which().prop_map(Event::End),
        1 => which().prop_map(Event::EndOne),
        1 => which().prop_map(Event::EndOthers),
        1 => Just(Event::EndAll),
        1 => Just(Event::List),
        1 => Just(Event::Purge),
    ];
    // half minutes, so that every limit is met exactly now and then, and a millisecond beside them
    let half_minutes = prop_oneof![6 => 0..3_i64, 3 => 0..45_i64, 1 => -60..0_i64];
    let beside = prop_oneof![6 => Just(0_i64), 1 => -1..=1_i64];
    let step = (half_minutes, beside).prop_map(|(n, beside)| n * 30_000 + beside);
    prop::collection::vec((event, step), 1..80)
}

fn rules() -> impl Strategy<Value = Rules> {
    let on_reuse = prop::sample::select(vec![OnReuse::Deny, OnReuse::EndSession, OnReuse::EndAll]);
    let stay = prop::option::of(Just((HOUR, 6 * HOUR)));
    (stay, any::<bool>(), on_reuse).prop_map(|(stay, evicts, on_reuse)| Rules {
        normal: (16 * MINUTE, 2 * HOUR),
        stay,
        evicts,
        on_reuse,
    })
}

/// The real sessions beside the model, and everything that was ever issued.
struct World {
    policy: Policy,
    sessions: Sessions<std::sync::Arc<Memory>>,
    store: std::sync::Arc<Memory>,
    model: Model,
    tokens: Vec<Token>,
    sign_ins: Vec<SignIn>,
    ids: Vec<Id>,
}

impl World {
    fn new(rules: Rules) -> Self {
        let store = std::sync::Arc::new(Memory::new(10));
        let (sessions, sign_ins) = (Vec::new(), Vec::new());
        Self {
            policy: rules.policy(),
            sessions: Sessions::new(rules.policy(), store.clone()),
            store,
            model: Model {
                rules,
                sessions,
                sign_ins,
            },
            tokens: Vec::new(),
            sign_ins: Vec::new(),
            ids: Vec::new(),
        }
    }

    fn stored(&self) -> State {
        let bytes = Store::load(&*self.store, &key("ada")).unwrap();
        bytes.map_or_else(State::default, |bytes| State::decode(&bytes).unwrap())
    }

    fn compare(
        &self,
        outcome: Result<Live, Error>,
        expected: Expected<usize>,
    ) -> Result<(), TestCaseError> {
        match (outcome, expected) {
            (Ok(live), Ok(place)) => self.model.agrees(place, &live),
            (outcome, expected) => {
                prop_assert_eq!(outcome.map(drop), expected.map(drop));
                Ok(())
            }
        }
    }

    /// The same, of a verb that gives a token.
    fn compare_issued(
        &mut self,
        outcome: Result<(Token, Live), Error>,
        expected: Expected<usize>,
    ) -> Result<(), TestCaseError> {
        let outcome = outcome.map(|(token, live)| {
            self.tokens.push(token);
            live
        });
        if let (Ok(live), Ok(place)) = (&outcome, &expected)
            && self.model.sessions[*place].id == Id::from_u64(0)
        {
            self.model.sessions[*place].id = live.id();
            let of_id = |s: &&Session| s.id == live.id();
            prop_assert_eq!(self.model.sessions.iter().filter(of_id).count(), 1);
            self.ids.push(live.id());
        }
        self.compare(outcome, expected)
    }

    fn play(&mut self, event: Event, now: u64) -> Result<(), TestCaseError> {
        let time = Timestamp::from_millis(now);
        let next = self.tokens.len();
        match event {
            Event::Begin => {
                self.sign_ins
                    .push(self.sessions.begin("ada", time).unwrap());
                self.model.sign_ins.push(Some(now));
                Ok(())
            }
            Event::Start(n, factors, stays) => {
                let Some(n) = pick(n, self.sign_ins.len()) else {
                    return Ok(());
                };
                let mut sign_in = self.sign_ins[n].clone().with_factors(set(factors));
                if stays {
                    sign_in = sign_in.stay_signed_in();
                }
                let outcome = self.sessions.start(sign_in, time);
                let expected = self.model.start(n, (factors, stays), next, now);
                self.compare_issued(outcome, expected)
            }
            Event::EndOne(n) => {
                let Some(n) = pick(n, self.ids.len()) else {
                    return Ok(());
                };
                self.sessions.end_one("ada", self.ids[n]).unwrap();
                self.model.sessions.retain(|s| s.id != self.ids[n]);
                Ok(())
            }
            Event::EndAll => {
                self.model.bury(now);
                let live = self.model.sessions.len();
                self.model.end_everything();
                prop_assert_eq!(self.sessions.end_all("ada", time).unwrap(), live);
                Ok(())
            }
            Event::List => {
                let listed = self.sessions.list("ada", time).unwrap();
                self.model.bury(now);
                self.model.sessions.sort_by_key(|s| s.created);
                let places = 0..self.model.sessions.len();
                let places = places.filter(|n| {
                    let session = &self.model.sessions[*n];
                    !self.model.is_from_the_future(session, now)
                });
                prop_assert_eq!(listed.len(), places.clone().count());
                listed
                    .iter()
                    .zip(places)
                    .try_for_each(|(live, n)| self.model.agrees(n, live))
            }
            Event::Purge => {
                let dead = self.model.bury(now);
                prop_assert_eq!(self.sessions.purge("ada", time).unwrap(), dead);
                Ok(())
            }
            Event::Check(n)
            | Event::Touch(n, _)
            | Event::Rotate(n)
            | Event::Reauthenticate(n, _)
            | Event::Label(n, _)
            | Event::End(n)
            | Event::EndOthers(n) => match pick(n, next) {
                Some(token) => self.play_token(&event, token, now),
                None => Ok(()),
            },
        }
    }

    fn play_token(&mut self, event: &Event, token: usize, now: u64) -> Result<(), TestCaseError> {
        let (time, next) = (Timestamp::from_millis(now), self.tokens.len());
        let (verbs, held) = (&self.sessions, &self.tokens[token]);
        match event {
            Event::Check(_) => {
                let (_, pure) = self.policy.check(self.stored(), held, time);
                let outcome = verbs.check(held, time);
                prop_assert_eq!(&outcome, &pure, "the shorter way and the step");
                let expected = self.model.find(token, now);
                self.compare(outcome, expected)
            }
            Event::Touch(_, activity) => {
                let (_, pure) = self.policy.touch(self.stored(), held, *activity, time);
                let outcome = verbs.touch(held, *activity, time);
                prop_assert_eq!(&outcome, &pure, "the shorter way and the step");
                let interactive = *activity == Activity::Interactive;
                let expected = self.model.touch(token, interactive, now);
                self.compare(outcome, expected)
            }
            Event::Rotate(_) => {
                let outcome = verbs.rotate(held, time);
                let expected = self.model.find(token, now);
                if let Ok(place) = expected {
                    self.model.replace(place, next, now);
                }
                self.compare_issued(outcome, expected)
            }
            Event::Reauthenticate(_, factors) => {
                let outcome = verbs.reauthenticate(held, set(*factors), time);
                let expected = self.model.reauthenticate(token, *factors, next, now);
                self.compare_issued(outcome, expected)
            }
            Event::Label(_, text) => {
                let outcome = verbs.label(held, &text.to_string(), time);
                let expected = self.model.find(token, now);
                if let Ok(place) = expected {
                    self.model.sessions[place].label = text.to_string();
                }
                self.compare(outcome, expected)
            }
            Event::EndOthers(_) => {
                let outcome = verbs.end_others(held, time);
                let expected = self.model.find(token, now).map(|place| {
                    let keep = self.model.sessions[place].token;
                    self.model.bury(now);
                    let before = self.model.sessions.len();
                    self.model.sessions.retain(|s| s.token == keep);
                    self.model.sign_ins.fill(None);
                    before - 1
                });
                prop_assert_eq!(outcome, expected);
                Ok(())
            }
            _ => {
                verbs.end(held).unwrap();
                let knows =
                    |s: &Session| s.token == token || s.former.iter().any(|(old, _)| *old == token);
                self.model.sessions.retain(|s| !knows(s));
                Ok(())
            }
        }
    }
}

/// The n-th from the end: mostly those of late, and now and then any.
fn pick(n: usize, len: usize) -> Option<usize> {
    let back = if n < 48 { n % 4 } else { n };
    len.checked_sub(1).map(|last| last.saturating_sub(back))
}

fn set(bits: u8) -> Factors {
    let given = SINGLE.into_iter().enumerate();
    let given = given.filter(|(n, _)| bits >> n & 1 == 1);
    given.fold(Factors::NONE, |all, (_, factor)| all.and(factor))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// SE-01 to SE-04 and SE-06 to SE-11: every answer is what the list says, to the millisecond,
    /// whatever happened before and whichever way the clock went.
    #[test]
    fn every_answer_is_that_of_a_list_kept_by_hand(rules in rules(), events in events()) {
        let mut world = World::new(rules);
        let mut now = NINE;
        for (event, step) in events {
            now = now.checked_add_signed(step).unwrap();
            world.play(event, now)?;
            let state = world.stored();
            prop_assert_eq!(State::decode(&state.encode()), Ok(state));
        }
        world.play(Event::List, now)?;
    }
}
