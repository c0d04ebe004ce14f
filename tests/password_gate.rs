//! The memory budget of hashing, from outside: threads, tasks, and a model.
#![cfg(feature = "password")]
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "tests stop at what they did not expect"
)]

use std::{
    future::{Future, pending, poll_fn, ready},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    sync::{
        Arc, Barrier,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
        mpsc,
    },
    task::{Context, Poll, Wake, Waker},
    thread,
    time::Duration,
};

use portcullis::password::{Cost, Error, Gate, Hasher, Limits, Parameter, Password, Permit};
use proptest::{collection::vec, prelude::*};
use static_assertions::assert_impl_all;

assert_impl_all!(Gate: Send, Sync, Clone, Unpin);
assert_impl_all!(Permit: Send, Sync);

const MIB: u32 = 1024;
/// Longer than any test runs.
const FOR_EVER: Duration = Duration::from_secs(3600);

type Admission = Pin<Box<dyn Future<Output = Result<Permit, Error>> + Send>>;

/// Counts how often a task was woken.
#[derive(Default)]
struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

/// A task that waits at the gate, polled by hand.
struct Task {
    admission: Admission,
    woken: Arc<Count>,
}

impl Task {
    fn new(gate: &Gate, kib: u32) -> Self {
        Self::with_timer(gate, kib, pending())
    }

    fn with_timer(gate: &Gate, kib: u32, timer: impl Future<Output = ()> + Send + 'static) -> Self {
        let gate = gate.clone();
        Self {
            admission: Box::pin(async move { gate.enter_async(kib, timer).await }),
            woken: Arc::default(),
        }
    }

    fn poll(&mut self) -> Poll<Result<Permit, Error>> {
        let waker = Waker::from(self.woken.clone());
        self.admission
            .as_mut()
            .poll(&mut Context::from_waker(&waker))
    }

    /// Polls a task that has to wait.
    fn wait(mut self) -> Self {
        assert!(self.poll().is_pending());
        self
    }

    fn admitted(&mut self) -> Permit {
        match self.poll() {
            Poll::Ready(permit) => permit.unwrap(),
            Poll::Pending => panic!("still waits"),
        }
    }

    fn woken(&self) -> usize {
        self.woken.0.load(SeqCst)
    }
}

/// Runs a future on this thread.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(thread::Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        thread::park();
    }
}

fn until(condition: impl Fn() -> bool) {
    while !condition() {
        thread::yield_now();
    }
}

fn busy(gate: &Gate) -> Error {
    Error::Busy {
        retry_after: gate.max_wait(),
    }
}

/// PW-04: a hundred people sign in at once where four hashes have room. All get their answer, and at
/// no time is more in use than the budget.
#[test]
fn a_hundred_logins_at_once_stay_inside_the_budget() {
    let gate = Gate::new(4 * MIB).with_max_wait(FOR_EVER);
    let hasher = Hasher::new(Cost::new(MIB, 1, 1).unwrap())
        .with_gate(gate.clone())
        .unwrap();
    let stored = hasher.hash(&Password::from("right")).unwrap();
    let all_here = Barrier::new(100);
    let done = AtomicBool::new(false);
    let (answers, most) = thread::scope(|scope| {
        let sampler = scope.spawn(|| {
            let mut most = 0;
            while !done.load(SeqCst) {
                most = gate.in_use_kib().max(most);
            }
            most
        });
        let logins: Vec<_> = (0..100)
            .map(|i| {
                let (hasher, stored, all_here) = (&hasher, &stored, &all_here);
                scope.spawn(move || {
                    let password = Password::from(if i % 2 == 0 { "right" } else { "wrong" });
                    all_here.wait();
                    hasher.verify(&password, Some(stored)).map(|_| ())
                })
            })
            .collect();
        let answers: Vec<_> = logins.into_iter().map(|t| t.join().unwrap()).collect();
        done.store(true, SeqCst);
        (answers, sampler.join().unwrap())
    });
    for pair in answers.chunks(2) {
        assert_eq!(pair, [Ok(()), Err(Error::Wrong)]);
    }
    assert!(most <= 4 * MIB, "{most}");
    assert_eq!((gate.in_use_kib(), gate.waiting()), (0, 0));
    assert!(gate.idle_kib() <= 2 * MIB);
}

/// PW-04: the permit is owned by the work. A caller who gives up leaves the work behind and the
/// budget taken; the next is turned away until the work ends.
#[test]
fn abandoned_work_keeps_its_permit() {
    let gate = Gate::new(4 * MIB).with_queue(0);
    let (end, ended) = mpsc::channel::<()>();
    let (done, work) = mpsc::channel();
    let request = async {
        let permit = gate.enter_async(3 * MIB, pending()).await.unwrap();
        thread::spawn(move || {
            ended.recv().unwrap();
            drop(permit);
            done.send(()).unwrap();
        });
        pending::<()>().await; // the answer of the thread
    };
    {
        let mut request = pin!(request);
        let polled = request
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
        assert!(polled.is_pending());
        assert_eq!(gate.in_use_kib(), 3 * MIB);
    } // given up
    assert_eq!(gate.in_use_kib(), 3 * MIB);
    assert_eq!(gate.enter(2 * MIB).err(), Some(busy(&gate)));
    end.send(()).unwrap();
    work.recv().unwrap();
    assert_eq!(gate.enter(4 * MIB).unwrap().kib(), 4 * MIB);
}

/// PW-04: who came first is let in first, also when who came later would fit.
#[test]
fn a_light_latecomer_does_not_overtake_a_heavy_one() {
    let gate = Gate::new(4 * MIB).with_max_wait(Duration::from_millis(1));
    let first = gate.enter(2 * MIB).unwrap();
    let mut heavy = Task::new(&gate, 3 * MIB).wait();
    let mut light = Task::new(&gate, MIB).wait();
    assert_eq!(gate.try_enter(MIB).err(), Some(busy(&gate)));
    assert_eq!(gate.enter(MIB).err(), Some(busy(&gate)));
    assert_eq!((heavy.woken(), light.woken()), (0, 0));
    drop(first);
    assert_eq!((heavy.woken(), light.woken()), (1, 1));
    assert_eq!(heavy.admitted().kib(), 3 * MIB);
    assert_eq!(light.admitted().kib(), MIB);
}

/// PW-04: threads are let in in the order in which they came.
#[test]
fn threads_are_let_in_in_the_order_of_arrival() {
    let gate = Gate::new(MIB).with_max_wait(FOR_EVER);
    let (entered, order) = mpsc::channel();
    let first = gate.enter(MIB).unwrap();
    thread::scope(|scope| {
        for i in 0..20 {
            let (gate, entered) = (&gate, entered.clone());
            scope.spawn(move || {
                let permit = gate.enter(MIB).unwrap();
                entered.send(i).unwrap();
                drop(permit);
            });
            until(|| gate.waiting() == i + 1);
        }
        drop(first);
    });
    let order: Vec<_> = order.try_iter().collect();
    assert_eq!(order, (0..20).collect::<Vec<_>>());
}

/// PW-04: the queue is bounded; who finds it full is told so at once, and when to come back.
#[test]
fn a_full_queue_turns_away_at_once() {
    let gate = Gate::new(MIB).with_queue(2).with_max_wait(FOR_EVER);
    let permit = gate.enter(MIB).unwrap();
    let waiting = [Task::new(&gate, MIB).wait(), Task::new(&gate, MIB).wait()];
    let busy = Error::Busy {
        retry_after: FOR_EVER,
    };
    assert_eq!(gate.enter(MIB).err(), Some(busy.clone()));
    assert_eq!(gate.try_enter(MIB).err(), Some(busy.clone()));
    assert_eq!(block_on(gate.enter_async(MIB, pending())).err(), Some(busy));
    assert_eq!(gate.waiting(), 2);
    drop(waiting);
    drop(permit);
    assert_eq!(gate.enter(MIB).unwrap().kib(), MIB);

    let default = Gate::new(MIB);
    let _permit = default.enter(MIB).unwrap();
    let _waiting: Vec<_> = (0..256).map(|_| Task::new(&default, MIB).wait()).collect();
    assert!(matches!(
        default.enter(MIB),
        Err(Error::Busy { retry_after }) if retry_after == Duration::from_secs(5)
    ));
}

/// PW-04: the wait is bounded, and who goes away empty-handed leaves no trace.
#[test]
fn nobody_waits_longer_than_the_maximum_wait() {
    let gate = Gate::new(MIB).with_max_wait(Duration::from_millis(3));
    let permit = gate.enter(MIB).unwrap();
    assert_eq!(gate.enter(MIB).err(), Some(busy(&gate)));
    let timer = ready(());
    assert_eq!(
        block_on(gate.enter_async(MIB, timer)).err(),
        Some(busy(&gate))
    );
    assert_eq!((gate.waiting(), gate.in_use_kib()), (0, MIB));
    drop(permit);
    assert_eq!(
        block_on(gate.enter_async(MIB, ready(()))).unwrap().kib(),
        MIB
    );
    assert_eq!((gate.waiting(), gate.in_use_kib()), (0, 0));
}

/// PW-04: a heavy one that gives up lets in those behind whom only it kept out.
#[test]
fn who_gives_up_makes_way() {
    let gate = Gate::new(4 * MIB).with_max_wait(Duration::from_millis(3));
    let permit = gate.enter(2 * MIB).unwrap();
    let heavy = Task::new(&gate, 3 * MIB).wait();
    let mut light = Task::new(&gate, 2 * MIB).wait();
    drop(heavy);
    assert_eq!(light.woken(), 1);
    let light = light.admitted();
    assert_eq!((gate.in_use_kib(), gate.waiting()), (4 * MIB, 0));

    drop(light);
    thread::scope(|scope| {
        let heavy = scope.spawn(|| gate.enter(3 * MIB).err());
        until(|| gate.waiting() == 1 || heavy.is_finished());
        let light = Task::new(&gate, 2 * MIB);
        let light = block_on(light.admission).unwrap();
        assert_eq!(heavy.join().unwrap(), Some(busy(&gate)));
        drop(light);
    });
    drop(permit);
    assert_eq!((gate.in_use_kib(), gate.waiting()), (0, 0));
}

/// PW-04: a task that is dropped after it was let in, and before it knew, passes on its place.
#[test]
fn a_dropped_task_passes_on_what_it_was_given() {
    let gate = Gate::new(2 * MIB);
    let permit = gate.enter(2 * MIB).unwrap();
    let first = Task::new(&gate, 2 * MIB).wait();
    let mut second = Task::new(&gate, 2 * MIB).wait();
    drop(permit);
    assert_eq!((first.woken(), second.woken()), (1, 0));
    drop(first);
    assert_eq!(second.woken(), 1);
    drop(second.admitted());
    assert_eq!((gate.in_use_kib(), gate.waiting()), (0, 0));
}

/// PW-04: a task that moves to another executor is woken there.
#[test]
fn the_waker_of_the_last_poll_is_woken() {
    let gate = Gate::new(MIB);
    let permit = gate.enter(MIB).unwrap();
    let mut task = Task::new(&gate, MIB).wait();
    let before = std::mem::take(&mut task.woken);
    assert!(task.poll().is_pending());
    drop(permit);
    assert_eq!((before.0.load(SeqCst), task.woken()), (0, 1));
}

/// PW-04: wakers are foreign code, which may drop other tasks of the gate, or ask it something.
#[test]
fn a_waker_may_use_the_gate() {
    struct Meddler(Gate, std::sync::Mutex<Option<Task>>);
    impl Wake for Meddler {
        fn wake(self: Arc<Self>) {
            assert!(self.0.in_use_kib() > 0);
            drop(self.1.lock().unwrap().take());
        }
    }
    impl Drop for Meddler {
        fn drop(&mut self) {
            let _ = self.0.waiting();
        }
    }
    let gate = Gate::new(MIB);
    let permit = gate.enter(MIB).unwrap();
    let mut first = Task::new(&gate, MIB).wait();
    for _ in 0..2 {
        let other = Task::new(&gate, MIB).wait();
        let waker = Waker::from(Arc::new(Meddler(gate.clone(), Some(other).into())));
        let mut context = Context::from_waker(&waker);
        assert!(first.admission.as_mut().poll(&mut context).is_pending());
    }
    drop(permit);
    drop(first);
    assert_eq!((gate.in_use_kib(), gate.waiting()), (0, 0));
}

/// PW-04: work that panics gives back what it had, to who waits.
#[test]
fn work_that_panics_returns_its_permit() {
    let gate = Gate::new(MIB);
    let mut next = None;
    let work = catch_unwind(AssertUnwindSafe(|| {
        let _permit = gate.enter(MIB).unwrap();
        next = Some(Task::new(&gate, MIB).wait());
        panic!("in the work");
    }));
    assert!(work.is_err());
    assert_eq!(next.unwrap().admitted().kib(), MIB);
    assert_eq!(gate.in_use_kib(), 0);
}

/// PW-04, S0-15: a weight that never fits is refused, not queued; next to nothing weighs 1 MiB.
#[test]
fn weights_have_bounds() {
    let gate = Gate::new(2 * MIB);
    let above = Error::AboveBudget {
        budget_kib: 2 * MIB,
    };
    for kib in [2 * MIB + 1, u32::MAX] {
        assert_eq!(gate.enter(kib).err(), Some(above.clone()));
        assert_eq!(gate.try_enter(kib).err(), Some(above.clone()));
        let entered = block_on(gate.enter_async(kib, pending()));
        assert_eq!(entered.err(), Some(above.clone()));
    }
    let light: Vec<_> = (0..2).map(|kib| gate.try_enter(kib).unwrap()).collect();
    assert!(light.iter().all(|permit| permit.kib() == MIB));
    assert_eq!(gate.try_enter(0).err(), Some(busy(&gate)));
    drop(light);

    let narrow = Gate::new(0);
    assert_eq!(narrow.budget_kib(), MIB);
    let _permit = narrow.enter(1).unwrap();
    assert!(narrow.try_enter(0).is_err());
    assert_eq!(Gate::default().budget_kib(), 256 * MIB);
}

/// PW-04: clones share the budget and the settings, gates do not.
#[test]
fn clones_share_the_budget() {
    let gate = Gate::new(MIB);
    let clone = gate.clone().with_queue(0).with_max_wait(Duration::ZERO);
    let _permit = clone.enter(MIB).unwrap();
    assert_eq!(gate.enter(MIB).err(), Some(busy(&gate)));
    assert_eq!(gate.max_wait(), Duration::ZERO);
    assert_eq!(gate.in_use_kib(), MIB);
    assert_eq!(Gate::new(MIB).in_use_kib(), 0);
}

/// PW-04: where a hash finds no room, a known and an unknown person get the same answer.
#[test]
fn everybody_is_turned_away_alike() {
    let gate = Gate::new(4 * MIB).with_queue(0);
    let hasher = Hasher::new(Cost::new(2 * MIB, 1, 1).unwrap())
        .with_gate(gate.clone())
        .unwrap();
    let password = Password::from("right");
    let stored = hasher.hash(&password).unwrap();
    let _permit = gate.enter(3 * MIB).unwrap();
    for answer in [
        hasher.verify(&password, Some(&stored)),
        hasher.verify(&password, None),
        hasher.verify(&Password::from(""), Some(&stored)),
    ] {
        assert_eq!(answer, Err(busy(&gate)));
    }
    assert_eq!(hasher.hash(&password).err(), Some(busy(&gate)));
}

/// PW-04: a hasher and its decoy fit the gate that they enter by.
#[test]
fn a_gate_too_small_for_the_hasher_is_refused() {
    let hasher = Hasher::new(Cost::new(2 * MIB, 1, 1).unwrap());
    let small = || Gate::new(2 * MIB - 1);
    let refused = Error::AboveBudget {
        budget_kib: 2 * MIB - 1,
    };
    assert_eq!(
        hasher.clone().with_gate(small()).err(),
        Some(refused.clone())
    );
    let sample = hasher.hash(&Password::from("x")).unwrap();
    let light = Hasher::new(Cost::new(MIB, 1, 1).unwrap());
    let decoyed = light.clone().with_decoy(sample.clone()).unwrap();
    assert_eq!(decoyed.weight_kib(None), 2 * MIB);
    assert_eq!(
        decoyed.clone().with_gate(small()).err(),
        Some(refused.clone())
    );
    let admitted = light.with_gate(small()).unwrap();
    assert_eq!(admitted.weight_kib(Some(&sample)), MIB);
    assert_eq!(
        admitted.clone().with_decoy(sample.clone()).err(),
        Some(refused.clone())
    );
    let verified = admitted.verify(&Password::from("x"), Some(&sample));
    assert_eq!(verified, Err(refused));
    let above = Error::AboveLimit {
        parameter: Parameter::Memory,
        max: MIB,
    };
    let limits = Limits::default().with_memory_kib(MIB);
    assert_eq!(decoyed.with_limits(limits).err(), Some(above));
}

/// PW-04: from an async server: the permit is waited for first and belongs to the work then.
#[test]
fn a_permit_waited_for_before_is_enough_for_the_work_it_was_weighed_for() {
    let hasher = Hasher::new(Cost::new(MIB, 1, 1).unwrap());
    let heavy = Hasher::new(Cost::new(3 * MIB, 1, 1).unwrap());
    let password = Password::from("right");
    let enter = |kib| block_on(hasher.gate().enter_async(kib, pending())).unwrap();
    let stored = hasher
        .hash_within(enter(hasher.weight_kib(None)), &password)
        .unwrap();
    let heavier = heavy.hash(&password).unwrap();
    assert_eq!(hasher.weight_kib(Some(&stored)), MIB);
    assert_eq!(hasher.weight_kib(Some(&heavier)), 3 * MIB);
    for hash in [&stored, &heavier] {
        let permit = enter(hasher.weight_kib(Some(hash)));
        assert!(hasher.verify_within(permit, &password, Some(hash)).is_ok());
    }
    let refused = Error::AboveBudget { budget_kib: MIB };
    assert_eq!(
        hasher.verify_within(enter(MIB), &password, Some(&heavier)),
        Err(refused.clone())
    );
    assert_eq!(
        heavy.hash_within(enter(MIB), &password).err(),
        Some(refused)
    );
    assert_eq!(hasher.gate().in_use_kib(), 0);
}

/// CO-03: what a gate and a permit print are numbers; asking for them holds up nobody.
#[test]
fn a_gate_prints_its_numbers() {
    let gate = Gate::new(2 * MIB);
    let permit = gate.enter(MIB).unwrap();
    let _waiting = Task::new(&gate, 2 * MIB).wait();
    assert_eq!(
        format!("{gate:?} {permit:?}"),
        "Gate { budget_kib: 2048, in_use_kib: 1024, waiting: 1, .. } Permit { kib: 1024, .. }"
    );
}

/// PW-04: many tasks and threads that come, wait, give up and panic leave an empty gate.
#[test]
fn nothing_is_lost_in_a_crowd() {
    let gate = Gate::new(3 * MIB).with_max_wait(FOR_EVER);
    thread::scope(|scope| {
        for i in 0..8_u32 {
            let gate = &gate;
            scope.spawn(move || {
                for round in 0..200_u32 {
                    let kib = MIB * (1 + (i + round) % 3);
                    match (i + round) % 4 {
                        0 => drop(gate.enter(kib).unwrap()),
                        1 => drop(block_on(gate.enter_async(kib, pending())).unwrap()),
                        2 => {
                            let mut polls = round % 3;
                            let timer = poll_fn(|cx| {
                                cx.waker().wake_by_ref();
                                polls = polls.saturating_sub(1);
                                if polls == 0 {
                                    Poll::Ready(())
                                } else {
                                    Poll::Pending
                                }
                            });
                            drop(block_on(gate.enter_async(kib, timer)));
                        }
                        _ => {
                            let mut task = Task::new(gate, kib);
                            let _ = task.poll();
                        }
                    }
                }
            });
        }
    });
    assert_eq!((gate.in_use_kib(), gate.waiting()), (0, 0));
}

/// The rules of the gate, written down naively: who is in, who waits, in order.
#[derive(Default)]
struct Model {
    inside: Vec<(usize, u32)>,
    queue: Vec<(usize, u32)>,
}

impl Model {
    const BUDGET: u32 = 8 * MIB;
    const QUEUE: usize = 3;

    fn in_use(&self) -> u32 {
        self.inside.iter().map(|(_, kib)| kib).sum()
    }

    fn fits(&self, kib: u32) -> bool {
        self.in_use() + kib <= Self::BUDGET
    }

    fn may_enter(&self, kib: u32) -> bool {
        self.queue.is_empty() && self.fits(kib)
    }

    fn enter(&mut self, name: usize, kib: u32) -> Option<bool> {
        if self.may_enter(kib) {
            self.inside.push((name, kib));
            return Some(true);
        }
        (self.queue.len() < Self::QUEUE).then(|| {
            self.queue.push((name, kib));
            false
        })
    }

    fn remove(&mut self, name: usize) {
        self.inside.retain(|(other, _)| *other != name);
        self.queue.retain(|(other, _)| *other != name);
        while self.queue.first().is_some_and(|(_, kib)| self.fits(*kib)) {
            let next = self.queue.remove(0);
            self.inside.push(next);
        }
    }
}

#[derive(Clone, Debug)]
enum Event {
    Enter(u32),
    TryEnter(u32),
    /// Who is in finishes, who waits gives up, and who has been let in without knowing is dropped.
    Leave(usize),
    Poll(usize),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => (MIB..=Model::BUDGET).prop_map(Event::Enter),
        1 => (MIB..=Model::BUDGET).prop_map(Event::TryEnter),
        3 => (0..8_usize).prop_map(Event::Leave),
        1 => (0..8_usize).prop_map(Event::Poll),
    ]
}

/// One of the real gate.
enum Guest {
    Inside { _permit: Permit },
    Waiting(Task),
}

proptest! {
    /// PW-04: whatever comes, waits, gives up and ends: the gate lets in whom the model lets in, and
    /// wakes them and nobody else.
    #[test]
    fn agrees_with_a_model(events in vec(event(), 1..60)) {
        let gate = Gate::new(Model::BUDGET).with_queue(Model::QUEUE);
        let mut model = Model::default();
        let mut guests: Vec<(usize, Guest)> = Vec::new();
        for (name, event) in events.into_iter().enumerate() {
            match event {
                Event::Enter(kib) => {
                    let mut task = Task::new(&gate, kib);
                    let polled = task.poll();
                    match model.enter(name, kib) {
                        Some(true) => {
                            let Poll::Ready(Ok(permit)) = polled else {
                                return Err(TestCaseError::fail("not let in"));
                            };
                            prop_assert_eq!(permit.kib(), kib);
                            guests.push((name, Guest::Inside { _permit: permit }));
                        }
                        Some(false) => {
                            prop_assert!(polled.is_pending());
                            guests.push((name, Guest::Waiting(task)));
                        }
                        None => {
                            let Poll::Ready(refused) = polled else {
                                return Err(TestCaseError::fail("queued"));
                            };
                            prop_assert_eq!(refused.err(), Some(busy(&gate)));
                        }
                    }
                }
                Event::TryEnter(kib) => {
                    let entered = gate.try_enter(kib);
                    prop_assert_eq!(entered.is_ok(), model.may_enter(kib));
                    if let Ok(permit) = entered {
                        model.inside.push((name, kib));
                        guests.push((name, Guest::Inside { _permit: permit }));
                    }
                }
                Event::Leave(who) if who < guests.len() => {
                    let (name, guest) = guests.remove(who);
                    drop(guest);
                    model.remove(name);
                }
                Event::Poll(who) if who < guests.len() => {
                    let (name, guest) = &mut guests[who];
                    if let Guest::Waiting(task) = guest {
                        let polled = task.poll();
                        let inside = model.inside.iter().any(|(other, _)| other == name);
                        prop_assert_eq!(polled.is_ready(), inside);
                        if let Poll::Ready(permit) = polled {
                            *guest = Guest::Inside {
                                _permit: permit.unwrap(),
                            };
                        }
                    }
                }
                Event::Leave(_) | Event::Poll(_) => {}
            }
            prop_assert_eq!(gate.in_use_kib(), model.in_use());
            prop_assert_eq!(gate.waiting(), model.queue.len());
            for (name, guest) in &guests {
                if let Guest::Waiting(task) = guest {
                    let inside = model.inside.iter().any(|(other, _)| other == name);
                    prop_assert_eq!(task.woken(), usize::from(inside));
                }
            }
        }
        drop(guests);
        prop_assert_eq!((gate.in_use_kib(), gate.waiting()), (0, 0));
    }
}

/// PW-04: scrypt allocates its memory itself; what is kept for reuse goes before it does. The hash
/// is of passlib's tests.
#[cfg(feature = "legacy")]
#[test]
fn idle_memory_makes_room_for_memory_of_others() {
    use portcullis::password::Hash;
    let gate = Gate::new(MIB).with_idle_kib(MIB);
    let hasher = Hasher::new(Cost::new(MIB, 1, 1).unwrap());
    let limits = Limits::default().with_memory_kib(MIB);
    let hasher = hasher.with_limits(limits).unwrap();
    let hasher = hasher.with_gate(gate.clone()).unwrap();
    hasher.hash(&Password::from("test")).unwrap();
    assert_eq!(gate.idle_kib(), MIB);
    let stored = Hash::from_stored(
        "$scrypt$ln=8,r=8,p=1$wlhLyXmP8b53bm1NKYVQqg$mTpvG8lzuuDk+DWz8HZIB6Vum6erDuUm0As5yU+VxWA",
    );
    assert!(
        hasher
            .verify(&Password::from("test"), Some(&stored))
            .is_ok()
    );
    assert_eq!(gate.idle_kib(), 0);
}

/// PW-04: a permit that is too light for the decoy is turned away before scrypt takes its memory.
#[cfg(feature = "legacy")]
#[test]
fn a_permit_too_light_for_a_foreign_decoy_is_turned_away() {
    use portcullis::password::Hash;
    let sample =
        "$scrypt$ln=11,r=8,p=1$wlhLyXmP8b53bm1NKYVQqg$mTpvG8lzuuDk+DWz8HZIB6Vum6erDuUm0As5yU+VxWA";
    let hasher = Hasher::new(Cost::new(MIB, 1, 1).unwrap());
    let hasher = hasher.with_decoy(Hash::from_stored(sample)).unwrap();
    assert_eq!(hasher.weight_kib(None), 2 * MIB);
    let permit = hasher.gate().enter(MIB).unwrap();
    let refused = Error::AboveBudget { budget_kib: MIB };
    assert_eq!(
        hasher.verify_within(permit, &Password::from("x"), None),
        Err(refused)
    );
}
