use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

use super::*;

fn dirty(blocks: &[Block]) -> usize {
    let holds_something = |block: &&Block| block.as_ref().iter().any(|word| *word != 0);
    blocks.iter().filter(holds_something).count()
}

fn fill(permit: &mut Permit, count: usize) {
    for block in permit.blocks(count).unwrap() {
        block.as_mut().fill(7);
    }
}

/// S0-15, S2-08: what waits for reuse holds nothing of the work, also after a panic in it. Seen in
/// the memory that the next work is lent, which is that memory and no other.
#[test]
fn idle_memory_is_wiped() {
    let gate = Gate::new(4096);
    let mut permit = gate.enter(2048).unwrap();
    fill(&mut permit, 2048);
    assert_eq!(dirty(permit.blocks(2048).unwrap()), 2048, "it is seen");
    drop(permit);
    assert_eq!((gate.idle_kib(), gate.in_use_kib()), (2048, 0));

    let work = catch_unwind(AssertUnwindSafe(|| {
        let mut permit = gate.enter(2048).unwrap();
        assert_eq!(dirty(permit.blocks(2048).unwrap()), 0);
        assert_eq!(gate.idle_kib(), 0);
        fill(&mut permit, 2048);
        assert_eq!(permit.blocks(100).unwrap().len(), 100);
        panic!("in the work");
    }));
    assert!(work.is_err());
    assert_eq!((gate.idle_kib(), gate.in_use_kib()), (2048, 0));
    assert_eq!(dirty(gate.enter(2048).unwrap().blocks(2048).unwrap()), 0);
}

/// PW-04: a permit lends what it weighs and no more.
#[test]
fn a_permit_lends_no_more_than_it_weighs() {
    let gate = Gate::new(4096);
    let mut permit = gate.enter(2048).unwrap();
    assert_eq!(permit.blocks(2048).unwrap().len(), 2048);
    let refused = Error::AboveBudget { budget_kib: 2048 };
    for too_many in [2049, 4096] {
        assert_eq!(permit.blocks(too_many).err(), Some(refused.clone()));
    }
    assert_eq!(permit.blocks(usize::MAX).err(), Some(Error::Memory));
    assert_eq!(permit.blocks(2048).unwrap().len(), 2048);
}

/// PW-04: who allocates elsewhere gets room for all that the permit weighs: what was lent goes back,
/// what is idle goes as far as it must.
#[cfg(feature = "legacy")]
#[test]
fn memory_of_others_has_room_within_the_budget() {
    let gate = Gate::new(8192);
    let _ = gate.enter(2048).unwrap().blocks(2048);
    assert_eq!(gate.idle_kib(), 2048);
    let mut permit = gate.enter(6144).unwrap();
    permit.make_room();
    assert_eq!(gate.idle_kib(), 2048, "there is room for both");
    drop(permit);
    let mut permit = gate.enter(8192).unwrap();
    permit.blocks(1024).unwrap();
    permit.make_room();
    assert_eq!((gate.idle_kib(), permit.blocks.kib()), (0, 0));
}

/// PW-04: idle memory is bounded, what was used last is kept, and it makes room for work of another
/// size.
#[test]
fn idle_memory_stays_within_the_budget() {
    let gate = Gate::new(8192).with_idle_kib(4096);
    let use_at_once = |sizes: &[u32]| {
        let mut permits: Vec<_> = sizes.iter().map(|kib| gate.enter(*kib).unwrap()).collect();
        for permit in &mut permits {
            permit
                .blocks(usize::try_from(permit.kib()).unwrap())
                .unwrap();
        }
    };
    use_at_once(&[3072, 3072]);
    assert_eq!(
        gate.idle_kib(),
        3072,
        "of two that would be too much, one is kept"
    );
    use_at_once(&[1024, 1024]);
    assert_eq!(
        gate.idle_kib(),
        2048,
        "the one used longest ago has made room"
    );
    use_at_once(&[5000]);
    assert_eq!(gate.idle_kib(), 2048, "what is above the limit is not kept");

    let mut whole = gate.enter(8192).unwrap();
    assert_eq!(
        gate.idle_kib(),
        2048,
        "a permit that needs no memory frees none"
    );
    whole.blocks(8192).unwrap();
    assert_eq!(gate.idle_kib(), 0);
    drop(whole);
    use_at_once(&[3000]);
    let gate = gate.with_idle_kib(2999);
    assert_eq!(gate.idle_kib(), 0);
}

/// PW-04: idle memory that is larger than the permit is not lent to it: it would hold more than it
/// weighs.
#[test]
fn a_light_permit_does_not_hold_heavy_memory() {
    let gate = Gate::new(8192);
    gate.enter(4096).unwrap().blocks(4096).unwrap();
    let mut light = gate.enter(2048).unwrap();
    light.blocks(2048).unwrap();
    assert_eq!(gate.idle_kib(), 4096);
    let mut heavy = gate.enter(5000).unwrap();
    heavy.blocks(4000).unwrap();
    assert_eq!(gate.idle_kib(), 0, "lent");
}

/// PW-04: weights are added without overflow.
#[test]
fn the_largest_weights_do_not_overflow() {
    let gate = Gate::new(u32::MAX).with_queue(0);
    let permit = gate.enter(u32::MAX - 5000).unwrap();
    let busy = Error::Busy {
        retry_after: MAX_WAIT,
    };
    assert_eq!(gate.enter(u32::MAX).err(), Some(busy.clone()));
    assert_eq!(gate.enter(5001).err(), Some(busy));
    assert_eq!(gate.enter(5000).unwrap().kib(), 5000);
    drop(permit);
    assert_eq!(gate.in_use_kib(), 0);
}

/// PW-04: a lock that a panic has poisoned is a lock all the same.
#[test]
fn a_poisoned_lock_loses_nothing() {
    let gate = Gate::new(4096).with_max_wait(Duration::from_millis(1));
    let permit = gate.enter(3000).unwrap();
    let poisoner = gate.clone();
    let _ = thread::spawn(move || {
        let _state = poisoner.lock();
        panic!("under the lock");
    })
    .join();
    assert!(gate.0.state.is_poisoned());
    assert_eq!(gate.in_use_kib(), 3000);
    assert!(matches!(gate.enter(2000), Err(Error::Busy { .. })));
    drop(permit);
    assert_eq!(gate.enter(4096).unwrap().kib(), 4096);
}
