//! What a directory of a million subjects takes of memory, and a decision.
#![cfg(feature = "rbac")]
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]
#![allow(unsafe_code, reason = "an allocator is unsafe to implement")]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

use portcullis::{
    Timestamp,
    rbac::{
        Directory, Grant, Grants, Permission, Policy, Question, Request, Row, Scope, Snapshot,
        Tenant,
    },
};

const NOW: Timestamp = Timestamp::from_secs(1_795_251_600);

/// What a common allocator keeps beside each piece of memory, and the multiple it rounds up to
/// (glibc, <https://sourceware.org/glibc/wiki/MallocInternals>).
const BESIDE: usize = 8;
const MULTIPLE: usize = 16;

thread_local! {
    static HELD: Cell<usize> = const { Cell::new(0) };
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Count;

#[global_allocator]
static COUNT: Count = Count;

fn taken(layout: Layout) -> usize {
    (layout.size() + BESIDE).next_multiple_of(MULTIPLE)
}

// SAFETY: both calls go to the system's allocator as they are.
unsafe impl GlobalAlloc for Count {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        HELD.set(HELD.get().wrapping_add(taken(layout)));
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        HELD.set(HELD.get().wrapping_sub(taken(layout)));
        // SAFETY: the memory came from `alloc` above, with this layout.
        unsafe { System.dealloc(memory, layout) }
    }
}

/// What is still held of what `make` allocated, and what it made.
fn held_by<T>(make: impl FnOnce() -> T) -> (usize, T) {
    let before = HELD.get();
    let made = make();
    (HELD.get().wrapping_sub(before), made)
}

fn policy() -> Policy {
    let roles = (0..100).map(|i| format!("roles.r{i}.allow = [\"r{i}\"]\n"));
    format!("portcullis = 1\n{}", roles.collect::<String>())
        .parse()
        .unwrap()
}

/// RB-07: a million subjects with names of a dozen bytes and two grants each.
#[test]
fn a_subject_takes_at_most_200_bytes() {
    const SUBJECTS: usize = 1_000_000;
    let policy = policy();
    let roles: Vec<String> = (0..100).map(|i| format!("r{i}")).collect();
    let tenants: Vec<String> = (0..1_000).map(|i| format!("tenant-{i}")).collect();
    let names: Vec<String> = (0..SUBJECTS).map(|i| format!("user-{i:07}")).collect();
    let rows = names.iter().enumerate().flat_map(|(i, name)| {
        [i, i + 1].map(|role| Row::new(name, &roles[role % 100], &tenants[i % 1_000]))
    });
    let (held, snapshot) = held_by(|| Snapshot::load_rows(policy, rows).unwrap());
    assert_eq!(snapshot.len(), SUBJECTS);
    assert!(
        held / SUBJECTS <= 200,
        "{} bytes a subject",
        held / SUBJECTS
    );

    // and one that is changed shares the others
    let directory = Directory::new(snapshot.clone());
    let grant = Grant::new("r7", Scope::Tenant(Tenant::new("tenant-3").unwrap()));
    let grants = Grants::new().with(grant).unwrap();
    let (held, ()) = held_by(|| drop(directory.danger_set_grants(&names[0], &grants).unwrap()));
    assert_eq!(snapshot.grants(&names[0]).iter().len(), 2);
    assert!(held < 16 * 1024, "{held} bytes for one change");

    let (left, ()) = held_by(|| drop((snapshot, directory)));
    assert!(left.wrapping_neg() > SUBJECTS * 20, "all is given back");
}

/// RB-07: whoever asks, about whatever tenant that anybody has a grant in, also as text.
#[test]
fn a_decision_allocates_nothing() {
    let everywhere = Row::everywhere("root", "r2").from(NOW).until(NOW);
    let rows = [
        Row::new("ada", "r1", "acme"),
        Row::new("ada", "r2", "globex"),
        everywhere,
    ];
    let directory = Directory::new(Snapshot::load_rows(policy(), rows).unwrap());
    let mut reader = directory.reader();
    let tenants = ["acme", "globex", "initech"].map(|name| Tenant::new(name).unwrap());
    let before = ALLOCATIONS.get();
    let mut allowed = 0;
    for subject in ["ada", "root", "nobody"] {
        for permission in ["r1", "r2", "something:else"] {
            let permission = Permission::parse(permission).unwrap();
            for tenant in &tenants {
                let request = Request::new(subject, tenant, &permission);
                allowed += usize::from(reader.snapshot().decide(&request, NOW).is_allowed());
            }
            for tenant in ["acme", "globex"] {
                let question = Question::new(subject, tenant, permission.as_str());
                let decision = reader.snapshot().decide_text(&question, NOW);
                allowed += usize::from(decision.unwrap().is_allowed());
            }
        }
    }
    assert_eq!(ALLOCATIONS.get() - before, 0);
    assert_eq!(allowed, 4);
}

/// RB-07: what a change of one subject copies does not grow with what others hold.
#[test]
fn a_change_beside_subjects_with_many_grants_is_small() {
    let tenants: Vec<String> = (0..512).map(|i| format!("tenant-{i}")).collect();
    let names: Vec<String> = (0..60).map(|i| format!("user-{i}")).collect();
    let rows = names.iter().flat_map(|name| {
        tenants
            .iter()
            .map(move |tenant| Row::new(name, "r1", tenant))
    });
    let directory = Directory::new(Snapshot::load_rows(policy(), rows).unwrap());
    let held = directory.snapshot();
    let everywhere = Grants::new()
        .with(Grant::new("r1", Scope::Everywhere))
        .unwrap();
    let mut most = 0;
    for i in 0..20 {
        let new = format!("new-{i}");
        let (copied, ()) =
            held_by(|| drop(directory.danger_set_grants(&new, &everywhere).unwrap()));
        most = most.max(copied);
    }
    assert_eq!(held.len(), 60);
    // one leaf of 16 KiB and the path to it
    assert!(most < 32 * 1024, "{most} bytes for one change");
}

/// RB-07: nor with how many others there are.
#[test]
fn a_change_beside_many_subjects_is_small() {
    let directory = Directory::new(Snapshot::new(policy()));
    let acme = Scope::Tenant(Tenant::new("acme").unwrap());
    let grants = Grants::new().with(Grant::new("r1", acme)).unwrap();
    for i in 0..460 {
        let (held, name) = (directory.snapshot(), format!("user-{i:07}"));
        let (copied, ()) = held_by(|| drop(directory.danger_set_grants(&name, &grants).unwrap()));
        assert_eq!(held.len(), i);
        assert!(copied < 12 * 1024, "{copied} bytes for one change of {i}");
    }
}

/// RB-07: subjects that come one by one take no more, at whatever number of them.
#[test]
fn subjects_that_come_one_by_one_take_no_more() {
    let directory = Directory::new(Snapshot::new(policy()));
    let tenant = Scope::Tenant(Tenant::new("acme").unwrap());
    let grants = Grants::new().with(Grant::new("r1", tenant.clone()));
    let grants = grants
        .and_then(|held| held.with(Grant::new("r2", tenant)))
        .unwrap();
    let mut total = 0_usize;
    for i in 0..100_000_usize {
        let name = format!("user-{i:07}");
        let (held, ()) = held_by(|| drop(directory.danger_set_grants(&name, &grants).unwrap()));
        total = total.wrapping_add(held);
        if (i + 1) % 1_000 == 0 {
            assert!(
                total / (i + 1) <= 200,
                "{} bytes a subject of {i}",
                total / (i + 1)
            );
        }
    }
}
