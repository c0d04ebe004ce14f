//! The sweep from outside: every value comes under the present key, whatever crashes and whoever
//! writes meanwhile, and what is said to be unreferenced is.
#![cfg(feature = "field")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test that goes wrong here has failed, which is what it is for"
)]

mod field_sweep_support;

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
};

use field_sweep_support::{
    Gone, HOUR, START, Table, at, copy, limits, names, opened, purpose, references_of, ring,
    rotate, run, sealed, sweep,
};
use portcullis::{
    Timestamp, encoding,
    field::{
        Destroy, Error, Key, KeyVersion, Keyring, Migration, Policy, Purpose, Scope, State,
        sweep::{Step, Sweep, SweepError},
    },
};
use proptest::{collection::vec, prelude::*};

/// CR-11: after a sweep every value is what it was, in the form that it had, under the present key;
/// and then, not before, the old key is destroyed.
#[test]
fn seals_everything_again_and_proves_that_the_old_key_can_go() {
    let mut ring = ring();
    let old = ring.primary();
    let mut table = Table::of(&ring, 0..10, START);
    let before = table.rows.clone();
    let new = rotate(&mut ring, at(1));
    table
        .rows
        .insert(10, sealed(&ring, 10, "10@example.org", at(1)));

    let report = sweep(&ring, &mut table, at(3));
    let counts = report.counts();
    assert_eq!((counts.seen, counts.resealed, counts.already), (11, 10, 1));
    assert_eq!((counts.sealed, counts.lost), (0, 0));
    assert_eq!((counts.failed, counts.plaintext), (0, 0));
    assert_eq!(references_of(&report), [(1, 0), (2, 11)]);
    assert_eq!((report.verified(), report.rounds()), (11, 1));
    for (id, value) in &table.rows {
        assert_eq!(names(value), new.get());
        assert_eq!(value.starts_with(b"pc1."), id % 3 == 0);
        assert_eq!(opened(&ring, *id, value), Some(format!("{id}@example.org")));
        assert_ne!(before.get(id), Some(value));
    }

    assert_eq!(
        ring.destroy(old, Destroy::Unreferenced(&[]), at(3)),
        Err(Error::Unverified(purpose()))
    );
    let proof = report.unreferenced(old).unwrap();
    ring.destroy(old, Destroy::Unreferenced(&[&proof]), at(3))
        .unwrap();
    for (id, value) in &table.rows {
        assert_eq!(opened(&ring, *id, value), Some(format!("{id}@example.org")));
    }
}

/// CR-11: sweeping what has been swept changes nothing.
#[test]
fn a_second_sweep_writes_nothing() {
    let mut ring = ring();
    let mut table = Table::of(&ring, 0..10, START);
    rotate(&mut ring, at(1));
    let _ = sweep(&ring, &mut table, at(3));
    let swept = table.rows.clone();
    let report = sweep(&ring, &mut table, at(4));
    assert_eq!(table.rows, swept);
    assert_eq!((report.counts().already, report.counts().resealed), (10, 0));
    assert!(report.unreferenced(KeyVersion::FIRST).is_ok());
}

/// CR-11: whatever call the database fails at, before or after it acts, the sweep ends as one that
/// never failed, from the progress that was saved last.
#[test]
fn ends_the_same_wherever_it_crashes() {
    let mut ring = ring();
    let mut table = Table::of(&ring, 0..7, START);
    rotate(&mut ring, at(1));
    let rows = table.rows.clone();
    let whole = sweep(&ring, &mut table, at(3));
    let calls = table.calls;
    assert!(calls > 20);

    for call in 0..calls {
        for after in [false, true] {
            let mut table = Table {
                rows: rows.clone(),
                ..Table::default()
            };
            let fails = Some(call);
            (table.fails_before, table.fails_after) =
                if after { (None, fails) } else { (fails, None) };
            let mut crashed = Sweep::new(purpose(), limits());
            let error = loop {
                match crashed.step(&ring, &mut table, at(3)) {
                    Ok(Step::More) => {}
                    Ok(other) => panic!("{other:?} at {call}"),
                    Err(error) => break error,
                }
            };
            assert_eq!(error, SweepError::Rows(Gone));
            drop(crashed);

            let mut resumed = match &table.progress {
                Some(progress) => Sweep::resume(progress, purpose(), limits()).unwrap(),
                None => Sweep::new(purpose(), limits()),
            };
            let report = run(&mut resumed, &ring, &mut table, at(3));
            assert_eq!(references_of(&report), references_of(&whole), "{call}");
            assert_eq!(report.counts().seen, whole.counts().seen, "{call}");
            assert_eq!((report.began(), report.ended()), (at(3), at(3)));
            assert!(report.unreferenced(KeyVersion::FIRST).is_ok());
            for (id, value) in &table.rows {
                assert_eq!(opened(&ring, *id, value), Some(format!("{id}@example.org")));
                assert_eq!(names(value), 2);
            }
        }
    }
}

/// CR-11: and so does one that goes on in memory after an error, without having stopped.
#[test]
fn goes_on_after_an_error_as_if_there_had_been_none() {
    let mut ring = ring();
    let rows = Table::of(&ring, 0..7, START).rows;
    rotate(&mut ring, at(1));
    for call in 0..20 {
        let mut table = Table {
            rows: rows.clone(),
            fails_after: Some(call),
            ..Table::default()
        };
        let mut sweep = Sweep::new(purpose(), limits());
        while sweep.step(&ring, &mut table, at(3)).is_ok() {}
        let report = run(&mut sweep, &ring, &mut table, at(3));
        assert_eq!(references_of(&report), [(1, 0), (2, 7)], "{call}");
        assert!(table.rows.values().all(|value| names(value) == 2));
    }
}

/// CR-11: the report stays when the sweep is asked again, by the one that ended or by one that is
/// resumed.
#[test]
fn gives_its_report_again() {
    let mut ring = ring();
    let mut table = Table::of(&ring, 0..4, START);
    rotate(&mut ring, at(1));
    let mut sweep = Sweep::new(purpose(), limits());
    let report = run(&mut sweep, &ring, &mut table, at(3));
    let calls = table.calls;
    let again = run(&mut sweep, &ring, &mut table, at(4));
    assert_eq!(again, report);
    let mut resumed = Sweep::resume(&table.progress.clone().unwrap(), purpose(), limits()).unwrap();
    assert_eq!(run(&mut resumed, &ring, &mut table, at(5)), report);
    assert_eq!(table.calls, calls);
}

/// CR-11: another machine may go on with an old ring for an hour, so the pass that proves does not
/// begin before.
#[test]
fn waits_until_no_machine_seals_with_the_old_key() {
    let mut ring = ring();
    let mut table = Table::of(&ring, 0..4, START);
    let elsewhere = copy(&ring);
    rotate(&mut ring, at(1));
    let mut sweep = Sweep::new(purpose(), limits());
    let just_before = Timestamp::from_millis(at(2).as_millis() - 1);
    let until = loop {
        match sweep.step(&ring, &mut table, just_before).unwrap() {
            Step::More => {}
            Step::Wait(until) => break until,
            Step::Done(report) => panic!("{report:?}"),
        }
    };
    assert_eq!(until, at(2));
    let calls = table.calls;
    assert!(matches!(
        sweep.step(&ring, &mut table, just_before),
        Ok(Step::Wait(_))
    ));
    assert_eq!(table.calls, calls);

    // what the other machine wrote meanwhile is found, and the next round seals it again
    table
        .rows
        .insert(200, sealed(&elsewhere, 200, "200@example.org", just_before));
    let report = run(&mut sweep, &ring, &mut table, at(2));
    assert_eq!(report.rounds(), 2);
    assert_eq!(references_of(&report), [(1, 0), (2, 5)]);
    assert!(report.unreferenced(KeyVersion::FIRST).is_ok());
    assert!(report.began() >= at(2));
}

/// CR-11: a key that is retired while the last pass is under way is not proven by it.
#[test]
fn proves_nothing_of_a_key_that_was_retired_meanwhile() {
    let mut ring = ring();
    let mut table = Table::of(&ring, 0..9, START);
    let second = rotate(&mut ring, at(1));
    let mut sweep = Sweep::new(purpose(), limits());
    // all three batches and the end of the first pass, then one batch of the second
    for _ in 0..5 {
        assert!(matches!(
            sweep.step(&ring, &mut table, at(3)),
            Ok(Step::More)
        ));
    }
    rotate(&mut ring, at(3));
    let report = run(&mut sweep, &ring, &mut table, at(9));
    assert_eq!(report.began(), at(3));
    assert!(report.unreferenced(KeyVersion::FIRST).is_ok());
    assert_eq!(
        report.unreferenced(second),
        Err(Error::Unverified(purpose()))
    );
    let unknown = KeyVersion::new(9).unwrap();
    assert_eq!(
        report.unreferenced(unknown),
        Err(Error::UnknownKey(unknown))
    );
}

/// CR-11: a key that comes while the last pass is under way is one of the ring's.
#[test]
fn knows_keys_that_come_while_it_counts() {
    let mut ring = ring();
    let mut table = Table::of(&ring, 0..9, START);
    rotate(&mut ring, at(1));
    let mut sweep = Sweep::new(purpose(), limits());
    for _ in 0..5 {
        assert!(matches!(
            sweep.step(&ring, &mut table, at(3)),
            Ok(Step::More)
        ));
    }
    let third = rotate(&mut ring, at(4));
    table.rows.insert(8, sealed(&ring, 8, "eight", at(4)));
    let report = run(&mut sweep, &ring, &mut table, at(4));
    assert_eq!(references_of(&report), [(1, 0), (2, 8), (3, 1)]);
    assert_eq!(report.unreadable(), 0);
    assert!(report.unreferenced(KeyVersion::FIRST).is_ok());
    assert_eq!(
        report.unreferenced(third),
        Err(Error::Unverified(purpose()))
    );
}

/// CR-11: what somebody else wrote meanwhile stays; the next round comes to it.
#[test]
fn never_overwrites_what_was_written_meanwhile() {
    let mut ring = ring();
    let mut table = Table::of(&ring, 0..6, START);
    let elsewhere = copy(&ring);
    rotate(&mut ring, at(1));
    // call 0 reads three rows, call 1 is the first swap
    table.events.insert(
        1,
        vec![Box::new(move |rows| {
            rows.insert(0, sealed(&elsewhere, 0, "changed", at(1)));
            rows.remove(&1);
        })],
    );
    let report = sweep(&ring, &mut table, at(1));
    assert_eq!(report.counts().lost, 2);
    assert_eq!(report.rounds(), 2);
    assert_eq!(
        opened(&ring, 0, &table.rows[&0]).as_deref(),
        Some("changed")
    );
    assert!(!table.rows.contains_key(&1));
    assert!(table.rows.values().all(|value| names(value) == 2));
    assert!(report.unreferenced(KeyVersion::FIRST).is_ok());
}

/// CR-11: plaintext and bad rows, however many, do not hide what was written meanwhile.
#[test]
fn begins_another_round_among_rows_that_stay_as_they_are() {
    let mut ring = ring();
    let mut table = Table::of(&ring, 0..6, START);
    for id in 100..150 {
        table.rows.insert(id, Vec::new());
    }
    table.rows.insert(160, b"pc1.".to_vec());
    let elsewhere = copy(&ring);
    rotate(&mut ring, at(1));
    table.events.insert(
        4,
        vec![Box::new(move |rows| {
            rows.insert(0, sealed(&elsewhere, 0, "changed", at(1)));
        })],
    );
    let report = sweep(&ring, &mut table, at(3));
    assert_eq!((report.rounds(), report.plaintext()), (2, 50));
    assert_eq!(references_of(&report), [(1, 0), (2, 6)]);
}

/// CR-11: a machine that never learns of the new key does not keep the sweep going for ever; nothing
/// is proven then.
#[test]
fn ends_without_a_proof_where_somebody_goes_on_with_the_old_key() {
    let mut ring = ring();
    let mut table = Table::of(&ring, 0..4, START);
    let key = Key::from_bytes([7; 32]);
    let stale = Keyring::new_for(key, Scope::tenant("acme"), Policy::new(), START).unwrap();
    rotate(&mut ring, at(1));
    for call in 0..1000 {
        let value = sealed(&stale, 2, "again", at(3));
        table.events.insert(
            call,
            vec![Box::new(move |rows| {
                rows.insert(2, value.clone());
            })],
        );
    }
    let limits = limits().with_rounds(3);
    let report = run(&mut Sweep::new(purpose(), limits), &ring, &mut table, at(3));
    assert_eq!(report.rounds(), 3);
    let (version, references) = (KeyVersion::FIRST, 1);
    assert_eq!(
        report.unreferenced(version),
        Err(Error::Referenced {
            version,
            references
        })
    );
}

/// CR-11: a ring that would seal with a retired key, and one of somebody else, are not swept with.
#[test]
fn goes_on_with_the_ring_that_it_began_with() {
    let mut ring = ring();
    let mut table = Table::of(&ring, 0..9, START);
    rotate(&mut ring, at(1));
    let before = copy(&ring);
    rotate(&mut ring, at(2));
    let mut sweep = Sweep::new(purpose(), limits());
    let _ = sweep.step(&ring, &mut table, at(2)).unwrap();
    let mut refused = |ring: &Keyring| {
        let saved = table.progress.clone().unwrap();
        let mut resumed = Sweep::resume(&saved, purpose(), limits()).unwrap();
        let error = resumed.step(ring, &mut table, at(2)).unwrap_err();
        assert_eq!(sweep.step(ring, &mut table, at(2)).unwrap_err(), error);
        match error {
            SweepError::Field(error) => error,
            other => panic!("{other:?}"),
        }
    };
    let (found, least) = (before.generation(), ring.generation());
    assert_eq!(refused(&before), Error::RolledBack { found, least });

    let policy = || Policy::new().for_purpose(purpose());
    let of = |key, scope| Keyring::new_for(Key::from_bytes(key), scope, policy(), START).unwrap();
    let mut another_key = of([8; 32], Scope::tenant("acme"));
    rotate(&mut another_key, at(1));
    rotate(&mut another_key, at(2));
    assert_eq!(refused(&another_key), Error::OtherSweep);
    let mut another_scope = of([7; 32], Scope::tenant("globex"));
    rotate(&mut another_scope, at(1));
    rotate(&mut another_scope, at(2));
    assert_eq!(refused(&another_scope), Error::OtherSweep);
    rotate(&mut ring, at(3));
    assert_eq!(
        ring.keys()
            .filter(|key| key.state == State::Retired)
            .count(),
        3
    );
    let report = run(&mut sweep, &ring, &mut table, at(9));
    assert_eq!(references_of(&report), [(1, 0), (2, 0), (3, 0), (4, 9)]);
}

/// CR-11: that the ring does not seal is no row's fault.
#[test]
fn stops_where_the_ring_does_not_seal() {
    let mut ring = ring();
    let mut table = Table::of(&ring, 0..4, START);
    let second = rotate(&mut ring, at(1));
    let policy = Policy::new().for_purpose(purpose()).with_max_age(HOUR * 24);
    ring.set_policy(policy, at(1)).unwrap();
    let mut sweep = Sweep::new(purpose(), limits());
    let error = sweep.step(&ring, &mut table, at(100)).unwrap_err();
    assert_eq!(error, SweepError::Field(Error::Overdue(second)));
    rotate(&mut ring, at(100));
    let report = run(&mut sweep, &ring, &mut table, at(101));
    assert_eq!(report.counts().failed, 0);
    assert_eq!(references_of(&report), [(1, 0), (2, 0), (3, 4)]);
}

/// CR-11: progress is of one purpose and one format, whole.
#[test]
fn resumes_from_what_was_saved_and_from_nothing_else() {
    let mut ring = ring();
    let mut table = Table::of(&ring, 0..7, START);
    rotate(&mut ring, at(1));
    table.rows.insert(4, b"pc1.".to_vec());
    let migration = Migration::new(at(50));
    let mut sweep = Sweep::new(purpose(), limits()).with_migration(migration);
    let _ = run(&mut sweep, &ring, &mut table, at(3));
    let saved = table.progress.unwrap();
    let resume = |bytes: &[u8], purpose| Sweep::resume(bytes, purpose, limits()).err();
    assert_eq!(resume(&saved, purpose()), None);
    for other in [
        Purpose::column("contact", "phone"),
        Purpose::column("contac", "temail"),
        Purpose::table("contact"),
        Purpose::store("account"),
    ] {
        assert_eq!(resume(&saved, other), Some(Error::OtherSweep));
    }
    let damaged = Some(Error::Encoding(encoding::Error::Damaged));
    for cut in 0..saved.len() {
        assert_eq!(resume(&saved[..cut], purpose()), damaged, "{cut}");
    }
    assert_eq!(resume(&[&saved[..], &[0]].concat(), purpose()), damaged);
    // the two keys, of 29 bytes each, the other way round
    let (rest, keys) = saved.split_at(saved.len() - 58);
    let turned = [rest, &keys[29..], &keys[..29]].concat();
    assert_eq!(resume(&turned, purpose()), damaged);
    let mut newer = saved.clone();
    newer[0] = 2;
    let unknown = Error::Encoding(encoding::Error::UnknownVersion(2));
    assert_eq!(resume(&newer, purpose()), Some(unknown));
}

/// What others do to a row before one of the sweep's calls.
#[derive(Clone, Copy, Debug)]
enum Op {
    Write,
    WriteElsewhere,
    Remove,
}

fn ops() -> impl Strategy<Value = Vec<(usize, u8, Op)>> {
    let op = prop_oneof![Just(Op::Write), Just(Op::WriteElsewhere), Just(Op::Remove)];
    vec((0usize..60, 0u8..12, op), 0..40)
}

proptest! {
    /// CR-11: whatever was saved and is read back changed, it is refused or the sweep goes on.
    #[test]
    fn reads_changed_progress_without_harm(at_byte in 0usize..400, change in 1u8..) {
        let mut ring = ring();
        let mut table = Table::of(&ring, 0..4, START);
        rotate(&mut ring, at(1));
        table.rows.insert(2, b"pc1.".to_vec());
        let _ = sweep(&ring, &mut table, at(3));
        let mut saved = table.progress.clone().unwrap();
        let at_byte = at_byte % saved.len();
        saved[at_byte] ^= change;
        if let Ok(mut sweep) = Sweep::resume(&saved, purpose(), limits()) {
            let _ = sweep.step(&ring, &mut table, at(3));
        }
    }

    /// CR-11: with others writing between all calls, with the present key and, on a machine that does
    /// not know it yet, with the old one, no write of theirs is lost, and nothing that is said to be
    /// unreferenced is referred to.
    #[test]
    fn loses_no_write_and_proves_nothing_that_is_false(
        ids in vec(0u8..12, 0..12),
        ops in ops(),
        crash in proptest::option::of(0usize..40),
    ) {
        let mut ring = ring();
        let mut table = Table::of(&ring, ids.clone(), START);
        let written = ids.iter().map(|id| (*id, format!("{id}@example.org")));
        let model = Rc::new(RefCell::new(written.collect::<BTreeMap<u8, String>>()));
        let elsewhere = copy(&ring);
        rotate(&mut ring, at(1));
        // Before the pass that counts has begun, anybody may write with the old key.
        let settled = Rc::new(Cell::new(false));
        for (n, (call, id, op)) in ops.into_iter().enumerate() {
            let text = n.to_string();
            let new = sealed(&ring, id, &text, at(1));
            let old = sealed(&elsewhere, id, &text, at(1));
            let (settled, model) = (settled.clone(), model.clone());
            table.events.entry(call).or_default().push(Box::new(move |rows| {
                let value = match op {
                    Op::Remove => {
                        rows.remove(&id);
                        model.borrow_mut().remove(&id);
                        return;
                    }
                    Op::WriteElsewhere if !settled.get() => old.clone(),
                    Op::Write | Op::WriteElsewhere => new.clone(),
                };
                rows.insert(id, value);
                model.borrow_mut().insert(id, text.clone());
            }));
        }
        table.fails_after = crash;
        let mut sweep = Sweep::new(purpose(), limits());
        let mut now = at(1);
        let report = loop {
            match sweep.step(&ring, &mut table, now) {
                Ok(Step::More) => {}
                Ok(Step::Wait(until)) => {
                    settled.set(true);
                    now = until;
                }
                Ok(Step::Done(report)) => break report,
                Err(error) => {
                    prop_assert_eq!(error, SweepError::Rows(Gone));
                    if let Some(progress) = &table.progress {
                        sweep = Sweep::resume(progress, purpose(), limits()).unwrap();
                    }
                }
            }
        };
        let old = table.rows.values().filter(|value| names(value) == 1).count();
        if report.unreferenced(KeyVersion::FIRST).is_ok() {
            prop_assert_eq!(old, 0);
        }
        let opened = |(id, value): (&u8, &Vec<u8>)| Some((*id, opened(&ring, *id, value)?));
        let found: Option<BTreeMap<u8, String>> = table.rows.iter().map(opened).collect();
        prop_assert_eq!(found.as_ref(), Some(&*model.borrow()));
    }
}
