//! Many threads at once: nothing is lost, and what was changed is seen.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Barrier,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use portcullis::rbac::{Directory, Grants, Row, Snapshot};

use super::{grants, may, roles};

/// RB-12: who is told that something is done finds it done.
#[test]
fn a_change_is_seen_by_every_thread_as_soon_as_it_has_returned() {
    let directory = Directory::new(Snapshot::new(roles(&["a"])));
    let done = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut reader = directory.reader();
                loop {
                    let done = done.load(Ordering::Acquire);
                    let last = format!("u{done}");
                    if done > 0 {
                        assert!(may(&directory.snapshot(), &last, "a"), "{last}");
                        assert!(may(reader.snapshot(), &last, "a"), "{last}");
                    }
                    if done == 2_000 {
                        break;
                    }
                }
            });
        }
        for i in 1..=2_000 {
            directory
                .danger_set_grants(&format!("u{i}"), &grants(&["a"]))
                .unwrap();
            done.store(i, Ordering::Release);
        }
    });
}

/// RB-12.
#[test]
fn no_change_of_many_at_once_is_lost() {
    let directory = Directory::new(Snapshot::new(roles(&["a"])));
    let start = Barrier::new(8);
    thread::scope(|scope| {
        for thread in 0..8 {
            let (directory, start) = (&directory, &start);
            scope.spawn(move || {
                start.wait();
                for i in 0..200 {
                    let name = format!("u{thread}-{i}");
                    directory.danger_set_grants(&name, &grants(&["a"])).unwrap();
                    if i % 2 == 0 {
                        directory.danger_set_grants(&name, &Grants::new()).unwrap();
                    }
                }
            });
        }
    });
    let snapshot = directory.snapshot();
    assert_eq!(snapshot.len(), 800);
    for thread in 0..8 {
        for i in 0..200 {
            assert_eq!(may(&snapshot, &format!("u{thread}-{i}"), "a"), i % 2 == 1);
        }
    }
}

/// RB-12.
#[test]
fn of_many_who_replace_what_they_have_seen_one_succeeds() {
    let directory = Directory::new(Snapshot::new(roles(&["a"])));
    let start = Barrier::new(16);
    let replaced: usize = thread::scope(|scope| {
        let threads: Vec<_> = (0..16)
            .map(|thread| {
                let (directory, start) = (&directory, &start);
                scope.spawn(move || {
                    let seen = directory.snapshot();
                    let subject = format!("u{thread}");
                    let next = Snapshot::load(roles(&["a"]), [(subject, grants(&["a"]))]).unwrap();
                    start.wait();
                    usize::from(directory.replace(&seen, next).is_ok())
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .sum()
    });
    assert_eq!(replaced, 1);
    assert_eq!(directory.snapshot().len(), 1);
}

/// RB-12: of those who publish from one policy one succeeds, and no grant of that time is lost.
#[test]
fn of_many_who_publish_one_succeeds_and_nothing_is_lost() {
    let seen = roles(&["a"]);
    let directory = Directory::new(Snapshot::new(seen.clone()));
    let start = Barrier::new(16);
    let published: usize = thread::scope(|scope| {
        let threads: Vec<_> = (0..16)
            .map(|thread| {
                let (directory, start, seen) = (&directory, &start, &seen);
                scope.spawn(move || {
                    let own = roles(&["a", &format!("r{thread}")]);
                    start.wait();
                    if thread % 2 == 0 {
                        return usize::from(directory.publish(seen.version(), own).is_ok());
                    }
                    for i in 0..100 {
                        let name = format!("u{thread}-{i}");
                        directory.danger_set_grants(&name, &grants(&["a"])).unwrap();
                    }
                    0
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .sum()
    });
    assert_eq!(published, 1);
    let snapshot = directory.snapshot();
    assert_ne!(snapshot.policy(), &seen);
    assert_eq!(snapshot.len(), 800);
    assert!(
        snapshot
            .subjects()
            .all(|subject| may(&snapshot, subject.name(), "a"))
    );
}

/// RB-12: a load that panics half way has loaded nothing, and nothing is left locked.
#[test]
fn rows_that_panic_change_nothing() {
    let directory = Directory::new(Snapshot::new(roles(&["a"])));
    directory.danger_set_grants("ben", &grants(&["a"])).unwrap();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let rows = (0..10).map(|i| match i {
            9 => panic!("the database is gone"),
            _ => Row::new("ada", "a", "acme"),
        });
        let seen = directory.snapshot();
        let next = Snapshot::load_rows(seen.policy().clone(), rows).unwrap();
        directory.replace(&seen, next)
    }));
    assert!(panicked.is_err());
    assert!(!may(&directory.snapshot(), "ada", "a"));
    assert!(may(&directory.snapshot(), "ben", "a"));
    directory.danger_set_grants("ada", &grants(&["a"])).unwrap();
    assert!(may(&directory.snapshot(), "ada", "a"));
}
