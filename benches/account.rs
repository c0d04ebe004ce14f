//! The steps of an account that run on every request, beside one sign-in with its slow hash.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a bench stops at what it did not expect"
)]

use criterion::{Criterion, criterion_group, criterion_main};
use portcullis::{
    Timestamp,
    account::{Accounts, Next, Policy, SecondFactor},
    rbac::Grants,
    session::Activity,
    store::Memory,
};

fn account(c: &mut Criterion) {
    let now = Timestamp::from_secs(1_795_251_600);
    let policy = Policy::back_office("Example Ltd").unwrap();
    let policy = policy.with_second_factor(SecondFactor::Optional);
    let accounts = Accounts::danger_unsealed(policy, Memory::new(10));
    let password = "Correct-Horse-7".into();
    accounts
        .register("ada", &password, Grants::new(), now)
        .unwrap();
    let Next::SignedIn(live) = accounts.sign_in("ada", &password, now).unwrap() else {
        unreachable!("no second factor is enrolled")
    };
    c.bench_function("account/check", |b| {
        b.iter(|| accounts.check(&live.token, now).unwrap());
    });
    c.bench_function("account/touch", |b| {
        b.iter(|| {
            accounts
                .touch(&live.token, Activity::Interactive, now)
                .unwrap()
        });
    });
    let mut slow = c.benchmark_group("account");
    slow.sample_size(10);
    slow.bench_function("sign in", |b| {
        b.iter(|| accounts.sign_in("ada", &password, now).unwrap());
    });
}

criterion_group!(benches, account);
criterion_main!(benches);
