//! What a password leaves in memory, and how much memory its hashes hold: an allocator looks at all
//! that is freed, and counts the large blocks.
#![cfg(feature = "password")]
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]
#![allow(unsafe_code, reason = "an allocator is unsafe by its trait")]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    hint::black_box,
    slice,
    sync::{
        Barrier, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread,
    time::Duration,
};

use portcullis::{
    Timestamp,
    password::{Blocklist, Cost, Error, Gate, Hash, Hasher, Password, Policy},
};

/// Part of every password here, before and after case folding, and when only letters are left.
const CANARY: &[u8] = b"plantedcanary";
/// Argon2's blocks, and nothing else here, are aligned so and as large.
const BLOCKS: usize = 64 * 1024;

/// Blocks of at least 1 MiB: bytes that are allocated now, and the most that were at once.
const LARGE: usize = 1024 * 1024;
static HELD: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static WATCHING: Cell<bool> = const { Cell::new(false) };
    static CANARIES: Cell<usize> = const { Cell::new(0) };
    static DIRTY_BLOCKS: Cell<usize> = const { Cell::new(0) };
    static CLEAN_BLOCKS: Cell<usize> = const { Cell::new(0) };
}

struct Watch;

#[global_allocator]
static WATCH: Watch = Watch;

// SAFETY: every call goes to the system's allocator as it came. `realloc` is the trait's own, which
// allocates, copies and frees, so that what is left behind is looked at too.
unsafe impl GlobalAlloc for Watch {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if is_large(layout) {
            let held = HELD.fetch_add(layout.size(), SeqCst) + layout.size();
            MOST.fetch_max(held, SeqCst);
        }
        // SAFETY: the caller's promise. Zeroed, so that all that is freed may be read.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        if WATCHING.get() {
            // SAFETY: allocated above with this layout, initialised there, and not freed yet.
            look(
                unsafe { slice::from_raw_parts(memory, layout.size()) },
                layout,
            );
        }
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(memory, layout) }
        if is_large(layout) {
            HELD.fetch_sub(layout.size(), SeqCst);
        }
    }
}

fn is_large(layout: Layout) -> bool {
    layout.align() == 64 && layout.size() >= LARGE
}

fn look(freed: &[u8], layout: Layout) {
    let count =
        |counter: &'static std::thread::LocalKey<Cell<usize>>| counter.set(counter.get() + 1);
    if freed.windows(CANARY.len()).any(|window| window == CANARY) {
        count(&CANARIES);
    }
    if layout.align() == 64 && layout.size() >= BLOCKS {
        let clean = freed.iter().all(|byte| *byte == 0);
        count(if clean { &CLEAN_BLOCKS } else { &DIRTY_BLOCKS });
    }
}

/// How many freed allocations held the canary, Argon2's blocks with something in them, without.
fn watch(run: impl FnOnce()) -> (usize, usize, usize) {
    for counter in [&CANARIES, &DIRTY_BLOCKS, &CLEAN_BLOCKS] {
        counter.set(0);
    }
    WATCHING.set(true);
    run();
    WATCHING.set(false);
    (CANARIES.get(), DIRTY_BLOCKS.get(), CLEAN_BLOCKS.get())
}

/// The allocator sees what is to be seen: a string, one that grew, and a block.
#[test]
fn sees_what_is_left_behind() {
    let canary = str::from_utf8(CANARY).unwrap();
    assert_eq!(watch(|| drop(black_box(canary.to_owned()))), (1, 0, 0));
    let grown = watch(|| {
        let mut text = String::with_capacity(CANARY.len());
        text.push_str(canary);
        text.push_str(&"x".repeat(5000));
        drop(black_box(text));
    });
    assert_eq!(grown, (2, 0, 0));
    #[derive(Clone)]
    #[repr(align(64))]
    struct Block([u8; 1024]);
    let dirty = watch(|| drop(black_box(vec![Block([7; 1024]); 64])));
    assert_eq!(dirty, (0, 1, 0));
    assert_eq!(Block([7; 1024]).0.len(), 1024);
}

/// Hashes and verifies five times: right, wrong, for nobody, and over what is no hash.
fn five_hashes(hasher: &Hasher) {
    let password = Password::from("plantedcanary");
    let stored = hasher.hash(&password).unwrap();
    assert!(hasher.verify(&password, Some(&stored)).is_ok());
    let wrong = Password::from("wrong");
    assert!(hasher.verify(&wrong, Some(&stored)).is_err());
    assert!(hasher.verify(&password, None).is_err());
    let unknown = Hash::from_stored("?");
    assert!(hasher.verify(&password, Some(&unknown)).is_err());
}

/// S2-08, S4-19, S0-15: the memory that Argon2 fills is wiped, also after a wrong password and an
/// unknown person: when each hash frees its own, when one is used for all and freed when it is asked
/// for, and when it is freed with the gate.
#[test]
fn the_memory_of_a_hash_is_wiped() {
    let cost = Cost::new(64, 1, 1).unwrap();
    let fresh = Hasher::new(cost)
        .with_gate(Gate::default().with_idle_kib(0))
        .unwrap();
    assert_eq!(watch(|| five_hashes(&fresh)), (0, 0, 5));

    let gate = Gate::default();
    let pooled = Hasher::new(cost).with_gate(gate.clone()).unwrap();
    assert_eq!(watch(|| five_hashes(&pooled)), (0, 0, 0));
    assert_eq!(gate.idle_kib(), 64);
    assert_eq!(watch(|| gate.release_idle()), (0, 0, 1));
    assert_eq!(watch(|| five_hashes(&pooled)), (0, 0, 0));
    assert_eq!(watch(|| drop((pooled, gate))), (0, 0, 1));
}

/// S0-15: what is outgrown is wiped as well: a refusal of a hash that needs less memory computes
/// over one that needs more.
#[test]
fn memory_that_is_outgrown_is_wiped() {
    let (small, large) = (Cost::new(64, 1, 1), Cost::new(128, 1, 1));
    let password = Password::from("plantedcanary");
    let stored = Hasher::new(small.unwrap()).hash(&password).unwrap();
    let hasher = Hasher::new(large.unwrap())
        .with_gate(Gate::default().with_idle_kib(0))
        .unwrap();
    let left = watch(|| {
        let wrong = hasher.verify(&Password::from("wrong"), Some(&stored));
        assert_eq!(wrong, Err(Error::Wrong));
    });
    assert_eq!(left, (0, 0, 2));
}

/// S2-07, S2-09: a password leaves no copy, neither the string it was given as (with room to spare)
/// nor what it was brought into one form, folded and judged with.
#[test]
fn a_password_is_wiped() {
    let hasher = Hasher::new(Cost::new(64, 1, 1).unwrap());
    let policy = Policy::back_office().with_blocklist(Blocklist::from_lines("other"));
    for text in [
        "Planted-Canary plantedcanary 1",
        "Gru\u{308}n\u{2003}plantedcanary e\u{301} 1 PLANTEDCANARY",
        "plantedcanary",
    ] {
        let mut given = String::with_capacity(1000);
        given.push_str(text);
        let left = watch(|| {
            let password = Password::from(given);
            let _ = policy.check(&password, &["ada@example.com"]);
            let turned = Password::from(" 2 plantedcanary!");
            let _ = policy.check_change(&turned, &password, &[]);
            if let Ok(state) = policy.set(&hasher, &password, &["ada"], Timestamp::EPOCH) {
                let _ = policy.change(&hasher, &state, &password, &["ada"], Timestamp::EPOCH);
            }
        });
        assert_eq!((left.0, left.1), (0, 0), "{text}");
    }
    let long = "plantedcanary".repeat(1 << 10);
    assert_eq!(watch(|| drop(Password::from(long))), (0, 0, 0));
}

/// PW-02, S2-07: nor does it where a foreign hash is verified: what is put before, after and around it
/// is wiped. (Each text is made of its scheme's letters; that no password has it is of no matter.)
#[cfg(feature = "legacy")]
#[test]
fn a_password_that_is_tried_with_a_foreign_hash_is_wiped() {
    use portcullis::password::Legacy;
    let pepper = Legacy::new().with_devise_pepper(b"planted-canary");
    let hasher = Hasher::new(Cost::new(64, 1, 1).unwrap());
    let hasher = hasher.with_legacy(pepper).unwrap();
    let bcrypt = format!("2y$04${}", ".".repeat(53));
    for text in [
        format!("${bcrypt}"),
        format!("bcrypt$${bcrypt}"),
        format!("bcrypt_sha256$${bcrypt}"),
        format!("$wp${bcrypt}"),
        format!(
            "$bcrypt-sha256$v=2,t=2b,r=4${}${}",
            ".".repeat(22),
            ".".repeat(31)
        ),
        format!("$5$rounds=1000$salt${}", ".".repeat(43)),
        format!("$6$rounds=1000$salt${}", ".".repeat(86)),
        format!("$S$5saltsalt{}", ".".repeat(43)),
        #[cfg(feature = "legacy-weak")]
        format!("$P$5saltsalt{}", ".".repeat(22)),
        #[cfg(feature = "legacy-weak")]
        format!("$1$salt${}", ".".repeat(22)),
        #[cfg(feature = "legacy-weak")]
        format!("sha1$salt${}", "0".repeat(40)),
    ] {
        let hash = Hash::from_stored(text.as_str());
        let left = watch(|| {
            let password = Password::from(" 1 planted-canary ".to_owned());
            assert_eq!(
                hasher.verify(&password, Some(&hash)),
                Err(Error::Wrong),
                "{text}"
            );
        });
        assert_eq!((left.0, left.1), (0, 0), "{text}");
    }
}

/// The most KiB of large blocks that were allocated at once. One test at a time asks.
fn most_kib(run: impl FnOnce()) -> usize {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    MOST.store(HELD.load(SeqCst), SeqCst);
    run();
    MOST.load(SeqCst) / 1024
}

/// PW-04, S0-15: what is kept for reuse makes room for what is in use: 4 MiB that are idle and 6 MiB
/// that are asked for are never there together.
#[test]
fn idle_memory_and_memory_in_use_stay_inside_the_budget() {
    let most = most_kib(|| {
        let gate = Gate::new(8 * 1024);
        for memory in [4, 6, 3, 8] {
            let hasher = Hasher::new(Cost::new(memory * 1024, 1, 1).unwrap());
            let hasher = hasher.with_gate(gate.clone()).unwrap();
            hasher.hash(&Password::from("x")).unwrap();
        }
    });
    assert_eq!(most, 8 * 1024);
}

/// PW-04, S0-15: a hundred people sign in at once, with hashes of 1 to 4 MiB: what is allocated stays
/// inside a budget of 6 MiB, whether memory is kept for reuse or not.
#[test]
fn a_hundred_logins_at_once_hold_no_more_memory_than_the_budget() {
    let password = Password::from("right");
    for idle in [0, 3, 6] {
        let most = most_kib(|| {
            let gate = Gate::new(6 * 1024)
                .with_idle_kib(idle * 1024)
                .with_max_wait(Duration::from_secs(3600));
            let all_here = Barrier::new(100);
            thread::scope(|scope| {
                for i in 0..100 {
                    let cost = Cost::new((1 + i % 4) * 1024, 1, 1).unwrap();
                    let hasher = Hasher::new(cost).with_gate(gate.clone()).unwrap();
                    let (password, all_here) = (&password, &all_here);
                    scope.spawn(move || {
                        all_here.wait();
                        hasher.hash(password).unwrap();
                    });
                }
            });
            assert!(gate.idle_kib() <= idle * 1024);
        });
        assert!((4 * 1024..=6 * 1024).contains(&most), "{idle}: {most}");
    }
}
