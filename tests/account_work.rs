//! PW-14: whoever signs in, and whatever the answer, one slow hash is computed. Seen by an allocator,
//! because a clock would only say so most of the time.
#![cfg(feature = "account")]
#![allow(clippy::unwrap_used, reason = "tests stop at what they did not expect")]
#![allow(unsafe_code, reason = "an allocator is unsafe by its trait")]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

use portcullis::{
    Timestamp,
    account::{Accounts, Error, Policy},
    password::{Gate, Hasher},
    rbac::Grants,
    store::Memory,
};

/// The memory of one Argon2id hash at OWASP's cost is above this, and nothing else here is.
const LARGE: usize = 16 * 1024 * 1024;

thread_local! {
    static HASHES: Cell<u32> = const { Cell::new(0) };
}

struct Count;

#[global_allocator]
static COUNT: Count = Count;

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Count {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.size() >= LARGE {
            HASHES.set(HASHES.get().saturating_add(1));
        }
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(memory, layout) }
    }
}

fn hashes(work: impl FnOnce()) -> u32 {
    let before = HASHES.get();
    work();
    HASHES.get().saturating_sub(before)
}

/// PW-04, PW-14: when there is no room for a hash, everybody is told so alike, and it counts as no
/// failure.
#[test]
fn a_full_gate_tells_nobody_apart() {
    let now = Timestamp::from_secs(1_795_251_600);
    let gate = Gate::default().with_queue(0);
    let hasher = Hasher::default().with_gate(gate.clone()).unwrap();
    let policy = Policy::back_office("Example Ltd").unwrap();
    let accounts = Accounts::danger_unsealed(policy.with_hasher(hasher), Memory::new(10));
    for name in ["ada", "bob"] {
        accounts
            .register(name, &"Correct-Horse-7".into(), Grants::new(), now)
            .unwrap();
    }
    let _ = accounts.disable("bob", now).unwrap();
    let permit = gate.enter(gate.budget_kib()).unwrap();
    let busy = Error::Busy {
        retry_after: gate.max_wait(),
    };
    for _ in 0..9 {
        for (name, password) in [
            ("ada", "Correct-Horse-7"),
            ("ada", "Wrong-Horse-77"),
            ("ada", ""),
            ("bob", "Correct-Horse-7"),
            ("nobody", "Correct-Horse-7"),
            ("two words", "Correct-Horse-7"),
        ] {
            let answer = accounts.sign_in(name, &password.into(), now).err();
            assert_eq!(answer, Some(busy.clone()), "{name} {password}");
        }
    }
    drop(permit);
    assert!(
        accounts
            .sign_in("ada", &"Correct-Horse-7".into(), now)
            .is_ok()
    );
}

#[test]
fn every_answer_costs_one_hash() {
    let now = Timestamp::from_secs(1_795_251_600);
    // nothing is kept for reuse, so that each hash allocates
    let hasher = Hasher::default()
        .with_gate(Gate::default().with_idle_kib(0))
        .unwrap();
    let policy = Policy::back_office("Example Ltd").unwrap();
    let accounts = Accounts::danger_unsealed(policy.with_hasher(hasher), Memory::new(10));
    let password = "Correct-Horse-7";
    for name in ["ada", "bob", "eve"] {
        let registered = hashes(|| {
            accounts
                .register(name, &password.into(), Grants::new(), now)
                .unwrap();
        });
        assert_eq!(
            registered, 1,
            "the allocator sees the hash of a new password"
        );
    }
    let _ = accounts.disable("bob", now).unwrap();
    for n in 0..5 {
        let wrong = format!("Wrong-Horse-{n}");
        let _ = accounts.sign_in("eve", &wrong.as_str().into(), now);
        let _ = accounts.sign_in("invented", &wrong.as_str().into(), now);
    }
    let long = "x".repeat(2000);
    for (what, name, password, answer) in [
        ("right", "ada", password, None),
        (
            "wrong password",
            "ada",
            "Wrong-Horse-77",
            Some(Error::Denied),
        ),
        ("empty password", "ada", "", Some(Error::Denied)),
        ("long password", "ada", long.as_str(), Some(Error::Denied)),
        ("nobody", "nobody", password, Some(Error::Denied)),
        ("no name at all", "two words", password, Some(Error::Denied)),
        ("disabled", "bob", password, Some(Error::Denied)),
        ("locked", "eve", password, Some(Error::ResetRequired)),
        (
            "locked, and nobody",
            "invented",
            password,
            Some(Error::ResetRequired),
        ),
    ] {
        let mut outcome = None;
        let work = hashes(|| outcome = accounts.sign_in(name, &password.into(), now).err());
        assert_eq!((outcome, work), (answer, 1), "{what}");
    }
}
