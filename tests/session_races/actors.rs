//! Those who race: each has its own view of a store, in a thread here, in a process in `processes.rs`.

use std::{sync::Barrier, thread, time::Duration};

use portcullis::{
    Timestamp,
    session::{Activity, AtLimit, Factors, Id, Live, Policy, Sessions, SignIn, Token},
    store::Store,
};

/// Milliseconds since the Unix epoch: 2026-11-21T09:00:00Z.
const NINE: u64 = 1_795_251_600_000;
const MINUTE: u64 = 60_000;

/// The clock of the stores, by which nothing of a scenario has expired.
pub(crate) fn clock() -> Timestamp {
    Timestamp::from_millis(NINE)
}

/// Several who can do one thing each at the same moment.
///
/// Each is told a line of words, the last one being the time in minutes after nine o'clock, and
/// answers with one: `token TEXT ID`, `live N`, `ended N`, `listed N`, `done`, or `refused ERROR`.
pub(crate) trait Crew {
    /// How many they are.
    fn size(&self) -> usize;

    /// Lets the first of them do the first line, the second the second, all at once.
    fn at_once(&mut self, lines: &[String]) -> Vec<String>;

    /// Lets the first of them do something alone.
    fn alone(&mut self, line: String) -> String {
        self.at_once(&[line]).remove(0)
    }

    /// Lets each of them do the same.
    fn each(&mut self, line: &str) -> Vec<String> {
        self.at_once(&vec![line.to_owned(); self.size()])
    }
}

/// One of them, wherever it runs.
pub(crate) struct Actor<S> {
    store: S,
    policy: Policy,
    sign_in: Option<SignIn>,
}

impl<S: Store> Actor<S> {
    pub(crate) fn new(store: S) -> Self {
        Self {
            store,
            policy: Policy::back_office(),
            sign_in: None,
        }
    }

    /// Does what the line says.
    pub(crate) fn act(&mut self, line: &str) -> String {
        let words: Vec<&str> = line.split(' ').collect();
        let (now, words) = words.split_last().unwrap();
        let now = Timestamp::from_millis(NINE + MINUTE * now.parse::<u64>().unwrap());
        let sessions = Sessions::new(self.policy.clone(), &self.store);
        let answer = match words {
            ["policy", at_limit, max] => {
                let at_limit = match *at_limit {
                    "refuse" => AtLimit::Refuse,
                    _ => AtLimit::EvictOldest,
                };
                self.policy = Policy::back_office()
                    .with_max_sessions(max.parse().unwrap(), at_limit)
                    .unwrap();
                Ok("done".to_owned())
            }
            ["begin", subject] => sessions.begin(subject, now).map(|sign_in| {
                self.sign_in = Some(sign_in);
                "done".to_owned()
            }),
            ["start"] => {
                let sign_in = self
                    .sign_in
                    .clone()
                    .unwrap()
                    .with_factors(Factors::PASSWORD);
                sessions.start(sign_in, now).map(started)
            }
            ["check", text] => sessions
                .check(&token(text), now)
                .map(|_| "live 1".to_owned()),
            // Again and again, a minute later each time, so that each touch has something to write.
            ["touch", text, times] => (0..times.parse().unwrap())
                .try_fold(0, |done: u64, _| {
                    let now = now.saturating_add(Duration::from_millis(done * MINUTE));
                    let live = sessions.touch(&token(text), Activity::Interactive, now);
                    live.map(|_| done + 1)
                })
                .map(|done| format!("live {done}")),
            ["rotate", text] => sessions.rotate(&token(text), now).map(started),
            ["reauthenticate", text] => sessions
                .reauthenticate(&token(text), Factors::PASSWORD, now)
                .map(started),
            ["end", text] => sessions.end(&token(text)).map(|()| "done".to_owned()),
            ["end-one", subject, id] => {
                let id = Id::from_u64(id.parse().unwrap());
                sessions.end_one(subject, id).map(|()| "done".to_owned())
            }
            ["end-all", subject] => sessions.end_all(subject, now).map(ended),
            ["end-others", text] => sessions.end_others(&token(text), now).map(ended),
            ["purge", subject] => sessions.purge(subject, now).map(ended),
            // The largest of several looks.
            ["list", subject, times] => (0..times.parse().unwrap())
                .try_fold(0, |most: usize, _: u64| {
                    Ok(most.max(sessions.list(subject, now)?.len()))
                })
                .map(|most| format!("listed {most}")),
            _ => panic!("not a line for an actor: {line}"),
        };
        answer.unwrap_or_else(|error| format!("refused {error:?}"))
    }
}

fn token(text: &str) -> Token {
    text.parse().unwrap()
}

fn started((token, live): (Token, Live)) -> String {
    format!("token {} {}", token.expose_secret(), live.id().as_u64())
}

fn ended(sessions: usize) -> String {
    format!("ended {sessions}")
}

/// Each in a thread of its own.
impl<S: Store + Send> Crew for Vec<Actor<S>> {
    fn size(&self) -> usize {
        self.len()
    }

    fn at_once(&mut self, lines: &[String]) -> Vec<String> {
        let barrier = Barrier::new(lines.len());
        let act = |(actor, line): (&mut Actor<S>, &String)| {
            barrier.wait();
            actor.act(line)
        };
        if let [line] = lines {
            return vec![act((&mut self[0], line))];
        }
        thread::scope(|scope| {
            let spawn = |pair| scope.spawn(|| act(pair));
            let threads: Vec<_> = self.iter_mut().zip(lines).map(spawn).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        })
    }
}
