//! One-time codes and recovery codes, with no store; and at the end how long `verify` takes in terms
//! of totp-rs' own `check`, measured in turns.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    missing_docs,
    reason = "a bench stops at what it did not expect, and prints"
)]

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use criterion::{Criterion, criterion_group, criterion_main};
use portcullis::{
    Timestamp,
    totp::{Policy, State, Uri, recovery},
};
use totp_rs::{Builder, Totp};

const SECRET: &str = "2XGARX5XHYJDNNYXAPHSRGJQGCLPYJCB";
const CONFIRMED: Timestamp = Timestamp::from_secs(1_795_251_600);
const NOW: Timestamp = Timestamp::from_secs(1_795_251_690);
/// Codes that are compared in turns, and how often each is checked in one.
const ROUNDS: usize = 200;
const CHECKS: u32 = 200;

fn uri(algorithm: &str) -> Uri {
    let text = format!("otpauth://totp/Example:ada?secret={SECRET}&algorithm={algorithm}");
    text.parse().unwrap()
}

fn confirmed(policy: &Policy, uri: &Uri) -> State {
    let pending = policy.import(uri, CONFIRMED).unwrap().into_state();
    let code = uri.code_at(CONFIRMED);
    policy.confirm(&pending, &code, CONFIRMED).unwrap()
}

fn totp(c: &mut Criterion) {
    let policy = Policy::back_office();
    let mut group = c.benchmark_group("totp");
    for algorithm in ["SHA1", "SHA256", "SHA512"] {
        let uri = uri(algorithm);
        let (state, code) = (confirmed(&policy, &uri), uri.code_at(NOW));
        group.bench_function(format!("verify/{algorithm}"), |b| {
            b.iter(|| policy.verify(&state, &code, NOW).unwrap());
        });
    }
    let following = policy.clone().with_drift(60).unwrap();
    let uri = uri("SHA1");
    let state = confirmed(&following, &uri);
    let codes = [NOW, Timestamp::from_secs(NOW.as_secs() + 30)].map(|now| uri.code_at(now));
    group.bench_function("resynchronise", |b| {
        b.iter(|| following.resynchronise(&state, &codes[0], &codes[1], NOW));
    });
    let (_, uri) = policy
        .enrol("Example Ltd", "ada@example.com", CONFIRMED)
        .unwrap();
    group.bench_function("read a URI", |b| {
        b.iter(|| uri.expose_secret().parse::<Uri>().unwrap());
    });
    let (state, codes) = recovery::generate().unwrap();
    group.bench_function("redeem a recovery code", |b| {
        b.iter(|| state.redeem(codes[9].expose_secret()).unwrap());
    });
    group.finish();
}

/// totp-rs with the same window.
fn peer(uri: &Uri, algorithm: totp_rs::Algorithm) -> Totp {
    let secret = totp_rs::Secret::try_from_base32(uri.secret().expose_base32()).unwrap();
    let builder = Builder::new().with_algorithm(algorithm).with_skew(1);
    builder.with_secret(secret).build().unwrap()
}

/// The least time of one call, over turns with the other.
fn least(turns: &[Duration]) -> f64 {
    turns.iter().min().unwrap().as_secs_f64() * 1e9 / f64::from(CHECKS)
}

fn in_turns<A, B>(ours: impl Fn() -> A, theirs: impl Fn() -> B) -> (f64, f64) {
    let time = |work: &dyn Fn()| {
        let start = Instant::now();
        (0..CHECKS).for_each(|_| work());
        start.elapsed()
    };
    let (ours, theirs) = (|| drop(black_box(ours())), || drop(black_box(theirs())));
    let turns: Vec<_> = (0..ROUNDS).map(|_| (time(&ours), time(&theirs))).collect();
    let (ours, theirs): (Vec<_>, Vec<_>) = turns.into_iter().unzip();
    (least(&ours), least(&theirs))
}

/// `verify` with one step back and one ahead, against `check` with a skew of 1. `check` stops at the
/// step that matches, `verify` computes all three, so that the time does not tell which it was.
fn ratio(_: &mut Criterion) {
    let policy = Policy::back_office();
    println!("\nns, the least of {ROUNDS} turns: verify, check, verify in terms of check");
    for (name, algorithm) in [
        ("SHA1", totp_rs::Algorithm::SHA1),
        ("SHA256", totp_rs::Algorithm::SHA256),
        ("SHA512", totp_rs::Algorithm::SHA512),
    ] {
        let uri = uri(name);
        let (state, peer) = (confirmed(&policy, &uri), peer(&uri, algorithm));
        let at = |seconds: u64| uri.code_at(Timestamp::from_secs(NOW.as_secs() - 30 + seconds));
        for (which, code) in [
            ("right, the step before", at(0)),
            ("right, the present step", at(30)),
            ("right, the step after", at(60)),
            ("wrong", at(3600)),
        ] {
            let (ours, theirs) = in_turns(
                || policy.verify(&state, black_box(&code), NOW),
                || peer.check(black_box(&code), NOW.as_secs()),
            );
            println!(
                "{name:6} {which:24} {ours:6.0} {theirs:6.0} {:5.2}",
                ours / theirs
            );
        }
    }
}

criterion_group!(benches, totp, ratio);
criterion_main!(benches);
