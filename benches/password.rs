//! Passwords: hashed and verified at the preset costs, judged in a short and in a long text.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a bench stops at what it did not expect"
)]

use argon2::{Algorithm, Argon2, Params, Version};
use criterion::{BatchSize::LargeInput, Criterion, criterion_group, criterion_main};
use portcullis::password::{Blocklist, Cost, Digest, Gate, Hash, Hasher, Limits, Password, Policy};

fn hashes(c: &mut Criterion) {
    let password = Password::from("correct horse battery staple");
    for (name, cost) in [
        ("owasp", Cost::OWASP),
        ("64 MiB", Cost::new(65_536, 3, 1).unwrap()),
        ("rfc 9106 second", Cost::RFC_9106_SECOND),
    ] {
        let hasher = Hasher::new(cost);
        let stored = hasher.hash(&password).unwrap();
        let gate = Gate::default().with_idle_kib(0);
        let forgetful = hasher.clone().with_gate(gate).unwrap();
        let mut group = c.benchmark_group(format!("password/{name}"));
        group.sample_size(10);
        group.bench_function("hash", |b| b.iter(|| hasher.hash(&password).unwrap()));
        group.bench_function("hash, no memory kept", |b| {
            b.iter(|| forgetful.hash(&password).unwrap());
        });
        group.bench_function("hash, the bare crate", |b| {
            b.iter(|| bare(cost, b"correct horse battery staple"));
        });
        group.bench_function("verify", |b| {
            b.iter(|| hasher.verify(&password, Some(&stored)).unwrap());
        });
        group.bench_function("unknown person", |b| {
            b.iter(|| hasher.verify(&password, None).unwrap_err());
        });
        group.finish();
    }
}

/// The same work with fresh memory, which is not wiped.
fn bare(cost: Cost, password: &[u8]) -> [u8; 32] {
    let (memory, passes, lanes) = (cost.memory_kib(), cost.passes(), cost.lanes());
    let params = Params::new(memory, passes, lanes, Some(32)).unwrap();
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut tag = [0; 32];
    argon2
        .hash_password_into(password, b"sixteen or more.", &mut tag)
        .unwrap();
    tag
}

/// In by the gate and out again, and turned away.
fn gates(c: &mut Criterion) {
    let gate = Gate::new(64 * 1024);
    let mut group = c.benchmark_group("password/gate");
    group.bench_function("enter", |b| b.iter(|| gate.enter(19_456).unwrap()));
    group.bench_function("busy", |b| {
        let _permit = gate.enter(50_000).unwrap();
        b.iter(|| gate.try_enter(19_456).unwrap_err());
    });
    group.finish();
}

fn judgements(c: &mut Criterion) {
    let policy = Policy::back_office();
    let context = ["ada.lovelace@example.com", "Ada Lovelace"];
    let mut group = c.benchmark_group("password/check");
    for (name, text) in [
        ("short", "Tr0ub4dor & three".to_owned()),
        ("short, not ascii", "Grüße an Ädä 1!".to_owned()),
        ("1 KiB", "Aa1!".repeat(256)),
        ("1 MiB", "Aa1!".repeat(1 << 18)),
    ] {
        group.bench_function(name, |b| {
            b.iter(|| policy.check(&Password::from(text.as_str()), &context));
        });
    }
    // what somebody might give for a name, and the password that takes longest to look through
    let parts = "abcd ".repeat(1 << 18);
    let password = Password::from(format!("Aa1!{}", "abc-".repeat(255)));
    group.bench_function("1 MiB of a name", |b| {
        b.iter(|| policy.check(&password, &[&parts]));
    });
    group.finish();
}

fn texts(c: &mut Criterion) {
    let hasher = Hasher::new(Cost::new(8, 1, 1).unwrap());
    let stored = hasher.hash(&Password::from("x")).unwrap();
    c.bench_function("password/inspect", |b| {
        b.iter(|| stored.inspect(&Limits::default()).unwrap())
    });
    let long = "$".repeat(1 << 20);
    c.bench_function("password/inspect 1 MiB", |b| {
        b.iter(|| {
            Hash::from_stored(long.as_str())
                .inspect(&Limits::default())
                .unwrap_err()
        });
    });
}

fn blocklists(c: &mut Criterion) {
    let mut group = c.benchmark_group("password/blocklist");
    group.bench_function("embedded", |b| b.iter(Blocklist::common));
    for (name, entries, width) in [("10 thousand", 10_000, 4), ("1 million", 1_000_000, 5)] {
        let digests = (0..entries).map(|n| Digest::Sha1.of(&format!("listed {n}")));
        let list = Blocklist::from_digests(Digest::Sha1, width, digests.collect()).unwrap();
        let file = list.to_bytes();
        group.bench_function(format!("load {name}"), |b| {
            let input = || file.clone();
            b.iter_batched(input, |f| Blocklist::from_bytes(f).unwrap(), LargeInput);
        });
        let policy = Policy::nist_800_63b().with_blocklist(list);
        let others: Vec<_> = (0..1000).map(|n| format!("Tr0ub4dor & {n}")).collect();
        let others: Vec<_> = others.iter().map(|t| Password::from(t.as_str())).collect();
        let mut others = others.iter().cycle();
        group.bench_function(format!("check {name}"), |b| {
            b.iter(|| policy.check(others.next().unwrap(), &[]));
        });
    }
    group.finish();
}

/// The most work for each kind of text, in 1 KiB of it and in a password: it does not grow.
#[cfg(feature = "strength")]
fn strengths(c: &mut Criterion) {
    use portcullis::password::strength;
    let context = ["ada.lovelace@example.com", "Ada Lovelace"];
    let mut group = c.benchmark_group("password/strength");
    for (name, text) in [
        ("random", "kZ8vQ2xW7mT4nB6cR9yL3pD5fG1hJ0sK"),
        ("one character", "a"),
        ("a part", "abc"),
        ("words", "correcthorsebatterystaple"),
        ("leet", "p4@8({[<3691!|70$5+%2assw0rd!"),
        ("dates", "11.12.1991 1/1/91 201"),
        ("digits", "314159265358979323846264338327950288"),
        ("keys", "qwertyuiop[]asdfghjkl;'zxcvbnm,./"),
        ("zigzag", "qw"),
    ] {
        let long = text.repeat(1024_usize.div_ceil(text.len()));
        for (length, text) in [(16, long.get(..16)), (1024, long.get(..1024))] {
            let password = Password::from(text.unwrap());
            group.bench_function(format!("{name}, {length}"), |b| {
                b.iter(|| strength(&password, &context));
            });
        }
    }
    group.finish();
}

#[cfg(not(feature = "strength"))]
fn strengths(_: &mut Criterion) {}

criterion_group!(benches, hashes, gates, judgements, texts, blocklists);
fn generators(c: &mut Criterion) {
    let context = ["ada.lovelace@example.com", "Ada Lovelace"];
    let mut group = c.benchmark_group("password/generate");
    let policy = Policy::back_office();
    group.bench_function("password", |b| b.iter(|| policy.generate(80, &context)));
    group.bench_function("passphrase", |b| {
        b.iter(|| policy.generate_passphrase(80, &context));
    });
    group.finish();
}

criterion_group!(guessing, strengths, generators);
criterion_main!(benches, guessing);
