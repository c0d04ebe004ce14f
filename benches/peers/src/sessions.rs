//! Portcullis's check of a session beside the load of tower-sessions' store in memory.

use std::{
    future::Future,
    hint::black_box,
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use cpu_time::ThreadTime;
use portcullis::{
    Timestamp,
    session::{Activity, Factors, Policy, Sessions, Token},
    store::Memory,
};
use time::OffsetDateTime;
use tower_sessions_core::{
    SessionStore,
    session::{Id, Record},
};
use tower_sessions_memory_store::MemoryStore;

use crate::measure::median;

/// Requests of one sample, each of a subject drawn anew.
const BATCH: usize = 1000;

struct Size {
    subjects: [usize; 2],
    rounds: usize,
}

const FULL: Size = Size {
    subjects: [10, 1_000_000],
    rounds: 201,
};
const QUICK: Size = Size {
    subjects: [10, 10_000],
    rounds: 11,
};

/// Times them and prints the table.
pub fn compare(quick: bool) {
    let size = if quick { QUICK } else { FULL };
    println!(
        "\nsessions: median of {} rounds of {BATCH} requests",
        size.rounds
    );
    println!(
        "\n| one request, ns of processor time | subjects | portcullis | tower-sessions | ratio |"
    );
    println!("|---|--:|--:|--:|--:|");
    for subjects in size.subjects {
        let (ours, theirs) = (Ours::new(subjects), Theirs::new(subjects));
        let mut draw = Draw(0x9E37_79B9_7F4A_7C15);
        let mut samples: [Vec<Duration>; 4] = Default::default();
        for round in 0..=size.rounds {
            // Every work is as often the first as the last.
            for turn in 0..samples.len() {
                let work = (round + turn) % samples.len();
                let drawn = draw.batch(subjects);
                let time = match work {
                    0 => ours.check(&drawn),
                    1 => theirs.load(&drawn),
                    2 => ours.parse_and_check(&drawn),
                    _ => theirs.parse_and_load(&drawn),
                };
                if round > 0 {
                    samples[work].push(time);
                }
            }
        }
        let [check, load, parse_and_check, parse_and_load] = samples
            .map(|samples| median(samples).unwrap_or_default().as_secs_f64() * 1e9 / BATCH as f64);
        row("of a token", subjects, check, load);
        row("of a text", subjects, parse_and_check, parse_and_load);
    }
    let said = |live| if live { "live again" } else { "ended" };
    println!("\n| a request that ends after the sign-out leaves the session | |\n|---|---|");
    println!(
        "| portcullis | {} |",
        said(Ours::new(1).outlives_a_sign_out())
    );
    println!(
        "| tower-sessions | {} |",
        said(Theirs::new(1).outlives_a_sign_out())
    );
}

fn row(name: &str, subjects: usize, ours: f64, theirs: f64) {
    let ratio = ours / theirs;
    println!("| {name} | {subjects} | {ours:.0} | {theirs:.0} | {ratio:.2} |");
}

struct Ours {
    sessions: Sessions<Memory>,
    tokens: Vec<String>,
}

impl Ours {
    fn new(subjects: usize) -> Self {
        let sessions = Sessions::new(Policy::back_office(), Memory::new(subjects));
        let start = |subject: usize| {
            let now = Timestamp::now();
            let sign_in = sessions.begin(&subject.to_string(), now).expect("begins");
            let sign_in = sign_in.with_factors(Factors::PASSWORD);
            let (token, _) = sessions.start(sign_in, now).expect("starts");
            token.expose_secret().to_owned()
        };
        let tokens = (0..subjects).map(start).collect();
        Self { sessions, tokens }
    }

    fn check(&self, drawn: &[usize]) -> Duration {
        let parse = |subject: &usize| self.tokens[*subject].parse().expect("a token");
        let tokens: Vec<Token> = drawn.iter().map(parse).collect();
        time(&tokens, |token| {
            self.sessions.check(token, Timestamp::now()).expect("live")
        })
    }

    fn parse_and_check(&self, drawn: &[usize]) -> Duration {
        let texts: Vec<String> = drawn
            .iter()
            .map(|subject| self.tokens[*subject].clone())
            .collect();
        time(&texts, |text| {
            let token: Token = text.parse().expect("a token");
            self.sessions.check(&token, Timestamp::now()).expect("live")
        })
    }
}

impl Ours {
    /// A request records its activity, a minute after the last, when the session was ended since it
    /// came in.
    fn outlives_a_sign_out(&self) -> bool {
        let token: Token = self.tokens[0].parse().expect("a token");
        let now = Timestamp::now();
        let _ = self.sessions.check(&token, now).expect("live");
        self.sessions.end(&token).expect("ends");
        let later = now.saturating_add(Duration::from_secs(60));
        let touched = self.sessions.touch(&token, Activity::Interactive, later);
        touched.is_ok() || self.sessions.check(&token, later).is_ok()
    }
}

struct Theirs {
    store: MemoryStore,
    ids: Vec<String>,
}

impl Theirs {
    fn new(subjects: usize) -> Self {
        let store = MemoryStore::default();
        let create = |subject: usize| {
            let now = Timestamp::now().as_millis();
            let data = [
                ("user_id", subject as u64),
                ("created", now),
                ("authenticated", now),
                ("last_active", now),
            ];
            let mut record = Record {
                id: Id::default(),
                data: data
                    .map(|(name, value)| (name.to_owned(), value.into()))
                    .into(),
                expiry_date: OffsetDateTime::now_utc() + Duration::from_secs(12 * 60 * 60),
            };
            at_once(store.create(&mut record)).expect("creates");
            record.id.to_string()
        };
        let ids = (0..subjects).map(create).collect();
        Self { store, ids }
    }

    fn load(&self, drawn: &[usize]) -> Duration {
        let parse = |subject: &usize| self.ids[*subject].parse().expect("an id");
        let ids: Vec<Id> = drawn.iter().map(parse).collect();
        time(&ids, |id| {
            at_once(self.store.load(id)).expect("loads").expect("live")
        })
    }

    fn parse_and_load(&self, drawn: &[usize]) -> Duration {
        let texts: Vec<String> = drawn
            .iter()
            .map(|subject| self.ids[*subject].clone())
            .collect();
        time(&texts, |text| {
            let id: Id = text.parse().expect("an id");
            at_once(self.store.load(&id)).expect("loads").expect("live")
        })
    }
}

impl Theirs {
    /// A request saves what it loaded, as `tower_sessions::Session::save` does, when the session was
    /// deleted since.
    fn outlives_a_sign_out(&self) -> bool {
        let id: Id = self.ids[0].parse().expect("an id");
        let loaded = at_once(self.store.load(&id)).expect("loads").expect("live");
        at_once(self.store.delete(&id)).expect("deletes");
        at_once(self.store.save(&loaded)).expect("saves");
        at_once(self.store.load(&id)).expect("loads").is_some()
    }
}

/// Its lock is free and nothing else waits: the first poll gives the answer.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("nobody else has the lock"),
    }
}

/// The processor time of `call` on all inputs; that the answers are dropped is part of it.
fn time<T, R>(inputs: &[T], call: impl Fn(&T) -> R) -> Duration {
    let start = ThreadTime::now();
    for input in inputs {
        black_box(call(black_box(input)));
    }
    start.elapsed()
}

/// The numbers of Marsaglia, "Xorshift RNGs" (2003).
struct Draw(u64);

impl Draw {
    fn batch(&mut self, below: usize) -> Vec<usize> {
        let draw = |_| {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0 as usize % below
        };
        (0..BATCH).map(draw).collect()
    }
}
