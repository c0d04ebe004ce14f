//! Every two calls that meet on one record act as if one had come after the other.
//!
//! `session_races` lets threads and processes race and cannot choose who meets whom. Here each call is
//! run in the middle of each other one, between its load and its write.
#![cfg(feature = "session")]
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "tests stop at what they did not expect"
)]

use std::sync::Mutex;

use portcullis::{
    Timestamp,
    session::{Activity, Error, Factors, Live, Policy, Sessions, SignIn, Token},
    store::{Entry, Exchange, Full, Memory, Store},
};

/// Minutes after 2026-11-21T09:00:00Z.
fn at(minutes: u64) -> Timestamp {
    Timestamp::from_secs(1_795_251_600 + 60 * minutes)
}

/// When the calls meet: what began at nine has expired, unless it was used.
const NOW: u64 = 15;

/// Runs what it is given between the first load and the write that follows.
struct Meanwhile<'a> {
    memory: &'a Memory,
    /// Whether a write compares, as it must.
    compares: bool,
    other: Mutex<Option<Box<dyn FnOnce() + Send + 'a>>>,
}

impl Store for Meanwhile<'_> {
    type Error = Full;

    fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Full> {
        Store::load(self.memory, key)
    }

    fn compare_exchange(
        &self,
        key: &[u8],
        current: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> Result<Exchange, Full> {
        if let Some(other) = self.other.lock().unwrap().take() {
            other();
        }
        let present = Store::load(self.memory, key)?;
        let expected = if self.compares {
            current
        } else {
            present.as_deref()
        };
        Store::compare_exchange(self.memory, key, expected, new)
    }
}

/// A person with a session that has expired, two that have not, of which one got a new token, and a
/// sign-in under way.
struct Scene {
    memory: Memory,
    tokens: Vec<Token>,
    sign_in: SignIn,
}

const EXPIRED: usize = 0;
const REPLACED: usize = 1;
const ROTATED: usize = 2;
const PLAIN: usize = 3;

impl Scene {
    fn new() -> Self {
        let memory = Memory::with_clock(1, || at(0));
        let sessions = Sessions::new(Policy::back_office(), &memory);
        let start = |minute: u64| {
            let sign_in = sessions.begin("ada", at(minute)).unwrap();
            sessions
                .start(sign_in.with_factors(Factors::PASSWORD), at(minute))
                .unwrap()
                .0
        };
        let (expired, replaced, plain) = (start(0), start(1), start(2));
        let rotated = sessions.rotate(&replaced, at(3)).unwrap().0;
        let sign_in = sessions.begin("ada", at(3)).unwrap();
        Self {
            tokens: vec![expired, replaced, rotated, plain],
            memory,
            sign_in,
        }
    }
}

/// What a call answers, and the token it gives.
type Answer = (String, Option<Token>);

fn live(outcome: Result<Live, Error>) -> Answer {
    (said(&outcome), None)
}

/// `Debug` leaves the label out.
fn said(outcome: &Result<Live, Error>) -> String {
    let label = outcome.as_ref().map(Live::label);
    format!("{outcome:?} {label:?}")
}

fn token(outcome: Result<(Token, Live), Error>) -> Answer {
    match outcome {
        Ok((token, live)) => (format!("{live:?}"), Some(token)),
        Err(error) => (format!("{error:?}"), None),
    }
}

type Call = fn(&Sessions<&Meanwhile<'_>>, &Scene) -> Answer;

const CALLS: [(&str, Call); 16] = [
    ("check", |s, scene| {
        live(s.check(&scene.tokens[PLAIN], at(NOW)))
    }),
    ("check of one expired", |s, scene| {
        live(s.check(&scene.tokens[EXPIRED], at(NOW)))
    }),
    ("check of one replaced", |s, scene| {
        live(s.check(&scene.tokens[REPLACED], at(NOW)))
    }),
    ("touch", |s, scene| {
        live(s.touch(&scene.tokens[PLAIN], Activity::Interactive, at(NOW)))
    }),
    ("touch of one rotated", |s, scene| {
        live(s.touch(&scene.tokens[ROTATED], Activity::Interactive, at(NOW)))
    }),
    ("rotate", |s, scene| {
        token(s.rotate(&scene.tokens[PLAIN], at(NOW)))
    }),
    ("reauthenticate", |s, scene| {
        token(s.reauthenticate(&scene.tokens[PLAIN], Factors::TOTP, at(NOW)))
    }),
    ("label", |s, scene| {
        live(s.label(&scene.tokens[PLAIN], "at home", at(NOW)))
    }),
    ("begin", |s, _| {
        (format!("{:?}", s.begin("ada", at(NOW))), None)
    }),
    ("start", |s, scene| {
        token(s.start(scene.sign_in.clone(), at(NOW)))
    }),
    ("end", |s, scene| {
        (format!("{:?}", s.end(&scene.tokens[PLAIN])), None)
    }),
    ("end of one rotated", |s, scene| {
        (format!("{:?}", s.end(&scene.tokens[REPLACED])), None)
    }),
    ("end of the others", |s, scene| {
        (
            format!("{:?}", s.end_others(&scene.tokens[ROTATED], at(NOW))),
            None,
        )
    }),
    ("end of all", |s, _| {
        (format!("{:?}", s.end_all("ada", at(NOW))), None)
    }),
    ("list", |s, _| {
        (format!("{:?}", s.list("ada", at(NOW))), None)
    }),
    ("purge", |s, _| {
        (format!("{:?}", s.purge("ada", at(NOW))), None)
    }),
];

/// How `second` is run with regard to `first`.
#[derive(Clone, Copy, PartialEq)]
enum How {
    /// Before it.
    Before,
    /// In its middle, on a store that compares or on one that does not.
    Within { compares: bool },
}

/// What both answered and what there is afterwards; None where `first` wrote nothing, so that there
/// was no middle.
fn run(first: Call, second: Call, how: How) -> Option<Vec<String>> {
    let scene = Scene::new();
    let plain = |compares| Meanwhile {
        memory: &scene.memory,
        compares,
        other: Mutex::default(),
    };
    let policy = Policy::back_office();
    let answer = Mutex::new(None);
    let other = || {
        let store = plain(true);
        let sessions = Sessions::new(policy.clone(), &store);
        *answer.lock().unwrap() = Some(second(&sessions, &scene));
    };
    let mut store = plain(how != How::Within { compares: false });
    if how == How::Before {
        other();
    } else {
        store.other = Mutex::new(Some(Box::new(other)));
    }
    let first = first(&Sessions::new(policy.clone(), &store), &scene);
    drop(store);
    let second = answer.into_inner().unwrap()?;

    let sessions = Sessions::new(policy, &scene.memory);
    let mut found = vec![first.0, second.0];
    found.push(format!("{:?}", sessions.list("ada", at(NOW))));
    let new = [first.1, second.1].into_iter().flatten();
    for token in scene.tokens.into_iter().chain(new) {
        found.push(said(&sessions.check(&token, at(NOW + 1))));
    }
    found.push(format!(
        "{:?}",
        sessions
            .start(scene.sign_in, at(NOW + 1))
            .map(|(_, live)| live)
    ));
    Some(numbered(&found))
}

/// The same with each random id replaced by the place of its first mention.
fn numbered(found: &[String]) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    let mut number = |part: &str| {
        let (id, rest) = part.split_once(')').unwrap();
        let place = ids.iter().position(|known| known == id);
        let place = place.unwrap_or_else(|| {
            ids.push(id.to_owned());
            ids.len() - 1
        });
        format!("Id({place}){rest}")
    };
    let mut one = |text: &String| {
        let mut parts = text.split("Id(");
        let first = parts.next().unwrap().to_owned();
        parts.fold(first, |text, part| text + &number(part))
    };
    found.iter().map(&mut one).collect()
}

/// SE-04, SE-06, SE-07, SE-08.
#[test]
fn a_call_in_the_middle_of_another_acts_as_if_it_had_come_before() {
    let mut met = 0;
    for (name, first) in CALLS {
        for (other, second) in CALLS {
            if let Some(found) = run(first, second, How::Within { compares: true }) {
                met += 1;
                let one_by_one = run(first, second, How::Before).unwrap();
                assert_eq!(found, one_by_one, "{other} in the middle of {name}");
            }
        }
    }
    assert!(met > 150, "only {met} pairs of calls met");
}

/// SE-04: the test above can fail. What a store that does not compare gets wrong, among others:
#[test]
fn a_store_that_does_not_compare_brings_back_what_was_ended() {
    let call = |wanted: &str| CALLS.iter().find(|(name, _)| *name == wanted).unwrap().1;
    for (name, other) in [
        ("touch of one rotated", "end of one rotated"),
        ("touch", "end of all"),
        ("rotate", "rotate"),
        ("rotate", "end"),
        ("reauthenticate", "end of the others"),
        ("start", "end of all"),
        ("start", "start"),
        ("label", "touch"),
        ("purge", "start"),
        ("list", "end"),
        ("end", "end of one rotated"),
    ] {
        let (first, second) = (call(name), call(other));
        let found = run(first, second, How::Within { compares: false }).unwrap();
        assert_ne!(
            Some(found),
            run(first, second, How::Before),
            "{other} in the middle of {name}"
        );
    }
}
