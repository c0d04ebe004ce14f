//! What only shows when a thread ends in the middle of a change.

use std::thread;

use super::{super::*, packed::Packed};

const NOW: Timestamp = Timestamp::from_secs(1_795_251_600);

/// RB-10: who has a role is counted anew after a thread that panicked while it changed the count.
#[test]
fn members_that_were_half_counted_are_counted_anew() {
    let policy = "portcullis = 1
        [roles.root]
        allow = ['**']
        [roles.seat]
        allow = ['project:read']
        max_members = 1";
    let rows = ["root", "seat"].map(|role| Row::new(role, role, "acme"));
    let snapshot = Snapshot::load_rows(policy.parse().unwrap(), rows).unwrap();
    let directory = Directory::new(snapshot);
    let full = || {
        let acme = Scope::Tenant(Tenant::new("acme").unwrap());
        let by = Actor::new("root");
        let told = directory.assign(Grant::new("seat", acme), "ben", by, NOW);
        matches!(told, Err(Refusal::TooManyMembers { .. }))
    };
    assert!(full());
    let panicked = thread::scope(|scope| {
        let change = scope.spawn(|| {
            let mut turn = directory.turn();
            let seated = directory.snapshot();
            let seated = seated.inner().packed("seat");
            turn.change("seat", seated, Packed::new(&[]));
            panic!("in the middle");
        });
        change.join()
    });
    assert!(panicked.is_err());
    assert!(full());
    // and the lock is whole again, so that the count is kept
    assert!(!directory.turn.is_poisoned());
}
