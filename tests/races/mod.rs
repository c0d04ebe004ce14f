//! A crowd that does one thing at the same moment, over several views of one store.
//!
//! What they do is a [`Deed`], told by a line of words and answered by one. What must hold whoever is
//! first is a [`Story`]. [`on_every_store`] plays each on every store that is built in, in threads and
//! in processes, and shows that each fails on a store that saves without looking.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "each test uses a part of it, and stops at what it did not expect"
)]

#[path = "../block_on/mod.rs"]
mod block_on;
mod overwriting;
#[cfg(any(feature = "redis", feature = "sqlite"))]
mod processes;
#[cfg(feature = "redis")]
#[path = "../redis_server/mod.rs"]
mod redis_server;
mod view;

use std::{
    collections::BTreeMap,
    io::Write,
    sync::{
        Condvar, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

#[cfg(any(feature = "redis", feature = "sqlite"))]
pub(crate) use processes::take_part;
pub(crate) use view::View;

/// How many connections to a store a crowd has, in each of its processes.
const CONNECTIONS: usize = 20;

/// What one of a crowd does: by these words, on this view of the store, as the one of this number.
pub(crate) type Deed = fn(&View, &[&str], usize) -> String;

/// Several who can do one thing each at the same moment.
pub(crate) trait Crew {
    /// How many they are.
    fn size(&self) -> usize;

    /// Lets the first `number` of them do this at once, and says what each answered. A line of
    /// several parts, `this | that`, is for as many kinds of them, who stand in turn.
    fn at_once(&mut self, number: usize, line: &str) -> Vec<String>;

    /// Lets all of them do it.
    fn all(&mut self, line: &str) -> Vec<String> {
        self.at_once(self.size(), line)
    }

    /// Lets one of them do something.
    fn alone(&mut self, line: &str) -> String {
        self.at_once(1, line).remove(0)
    }
}

/// On one record that nobody else uses: Err says what did not hold.
pub(crate) struct Story {
    pub(crate) name: &'static str,
    pub(crate) play: fn(&mut dyn Crew, &str) -> Result<(), String>,
}

/// How many answered with which word.
pub(crate) fn tally(answers: &[String]) -> BTreeMap<&str, usize> {
    let mut tally = BTreeMap::new();
    for answer in answers {
        *tally.entry(answer.as_str()).or_default() += 1;
    }
    tally
}

/// Err with all answers, unless they are these, each as often as it says.
pub(crate) fn expect(answers: &[String], expected: &[(&str, usize)]) -> Result<(), String> {
    let expected: BTreeMap<_, _> = expected.iter().copied().filter(|(_, n)| *n > 0).collect();
    let found = tally(answers);
    if found == expected {
        return Ok(());
    }
    Err(format!("{found:?} in place of {expected:?}"))
}

/// A crowd of threads of this process, which use these views in turn.
pub(crate) struct Threads {
    views: Vec<View>,
    size: usize,
    deed: Deed,
    /// The number of the first of them.
    first: usize,
}

impl Threads {
    pub(crate) fn new(size: usize, views: Vec<View>, deed: Deed) -> Self {
        Self {
            views,
            size,
            deed,
            first: 0,
        }
    }

    fn act(&self, who: usize, line: &str) -> String {
        let view = &self.views[who % self.views.len()];
        let who = self.first + who;
        let parts: Vec<_> = line.split('|').collect();
        let words: Vec<_> = parts[who % parts.len()].split_whitespace().collect();
        (self.deed)(view, &words, who)
    }
}

impl Crew for Threads {
    fn size(&self) -> usize {
        self.size
    }

    /// A thread for each, as far as the machine has threads; this one acts for the rest.
    fn at_once(&mut self, number: usize, line: &str) -> Vec<String> {
        let (gate, next) = (Gate::default(), AtomicUsize::new(0));
        let act = || self.act(next.fetch_add(1, Ordering::Relaxed), line);
        thread::scope(|scope| {
            let start = |_| {
                let at_the_gate = || {
                    gate.pass();
                    act()
                };
                thread::Builder::new().spawn_scoped(scope, at_the_gate).ok()
            };
            let started: Vec<_> = (0..number).map_while(start).collect();
            gate.open();
            let rest: Vec<_> = (started.len()..number).map(|_| act()).collect();
            let answers = started.into_iter().map(|thread| thread.join().unwrap());
            answers.chain(rest).collect()
        })
    }
}

/// Where all wait until it opens.
#[derive(Default)]
struct Gate {
    open: Mutex<bool>,
    opened: Condvar,
}

impl Gate {
    fn pass(&self) {
        let open = self.open.lock().unwrap();
        drop(self.opened.wait_while(open, |open| !*open).unwrap());
    }

    fn open(&self) {
        *self.open.lock().unwrap() = true;
        self.opened.notify_all();
    }
}

/// Plays each story, and says on standard error on what.
fn play(on: &str, stories: &[Story], crew: &mut dyn Crew) {
    for story in stories {
        if let Err(found) = (story.play)(crew, &record(story, 0)) {
            panic!("{on}: {}: {found}", story.name);
        }
    }
    let (number, size) = (stories.len(), crew.size());
    say(&format!("{size} on {on}: {number} stories held"));
}

fn record(story: &Story, round: usize) -> String {
    format!("{}-{round}", story.name).replace(' ', "-")
}

/// Not a macro: those are captured while a test passes.
fn say(what: &str) {
    let _ = writeln!(std::io::stderr(), "races: {what}");
}

/// A crowd of this size, with one view of a store in memory for all.
pub(crate) fn on_memory(size: usize, stories: &[Story], deed: Deed) {
    let mut crew = Threads::new(size, vec![View::memory()], deed);
    play("one store in memory", stories, &mut crew);
}

/// The same by the verbs that wait without a thread.
pub(crate) fn on_memory_awaited(size: usize, stories: &[Story], deed: Deed) {
    let mut crew = Threads::new(size, vec![View::memory_awaited()], deed);
    play("one store in memory, awaited", stories, &mut crew);
}

/// Over several connections to one file.
#[cfg(feature = "sqlite")]
pub(crate) fn on_sqlite(size: usize, stories: &[Story], deed: Deed) {
    let directory = tempfile::tempdir().unwrap();
    let open = |_| View::sqlite(&directory.path().join("store.db"));
    let mut crew = Threads::new(size, (0..CONNECTIONS).map(open).collect(), deed);
    play("SQLite", stories, &mut crew);
}

/// The same from several processes, which run this test.
#[cfg(feature = "sqlite")]
pub(crate) fn on_sqlite_in_processes(size: usize, stories: &[Story], part: &str) {
    let directory = tempfile::tempdir().unwrap();
    let store = format!("sqlite {}", directory.path().join("store.db").display());
    let mut crew = processes::Processes::start(size, part, &store);
    play("SQLite from 4 processes", stories, &mut crew);
}

/// Over several connections to one server.
#[cfg(feature = "redis")]
pub(crate) fn on_redis(size: usize, stories: &[Story], deed: Deed) {
    let Some(server) = redis_server::start() else {
        return;
    };
    let open = |_| View::redis(&server.url());
    let mut crew = Threads::new(size, (0..CONNECTIONS).map(open).collect(), deed);
    play("Redis", stories, &mut crew);
}

/// The same from several processes, which run this test.
#[cfg(feature = "redis")]
pub(crate) fn on_redis_in_processes(size: usize, stories: &[Story], part: &str) {
    let Some(server) = redis_server::start() else {
        return;
    };
    let store = format!("redis {}", server.url());
    let mut crew = processes::Processes::start(size, part, &store);
    play("Redis from 4 processes", stories, &mut crew);
}

/// The same by the verbs that wait without a thread.
#[cfg(feature = "redis-tokio")]
pub(crate) fn on_redis_awaited(size: usize, stories: &[Story], deed: Deed) {
    let Some(server) = redis_server::start() else {
        return;
    };
    let views = View::redis_awaited(&server.url(), CONNECTIONS);
    let mut crew = Threads::new(size, views, deed);
    play("Redis, awaited", stories, &mut crew);
}

/// Each story finds what it looks for where it is: on a store that saves without looking.
pub(crate) fn on_a_store_that_saves_without_looking(stories: &[Story], deed: Deed) {
    for story in stories {
        let mut crew = overwriting::Overwriters::new(16, deed);
        let found = (0..200).find_map(|round| (story.play)(&mut crew, &record(story, round)).err());
        match found {
            Some(found) => say(&format!("saved without looking: {}: {found}", story.name)),
            None => panic!("saved without looking, nothing shows: {}", story.name),
        }
    }
}
