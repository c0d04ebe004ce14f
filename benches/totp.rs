//! One-time codes and recovery codes, with no store.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a bench stops at what it did not expect"
)]

use criterion::{Criterion, criterion_group, criterion_main};
use portcullis::{
    Timestamp,
    totp::{Policy, Uri, recovery},
};

fn totp(c: &mut Criterion) {
    let policy = Policy::back_office();
    let (now, later) = (
        Timestamp::from_secs(1_795_251_600),
        Timestamp::from_secs(1_795_251_660),
    );
    let mut group = c.benchmark_group("totp");
    for algorithm in ["SHA1", "SHA256", "SHA512"] {
        let uri: Uri = format!(
            "otpauth://totp/Example:ada?secret=2XGARX5XHYJDNNYXAPHSRGJQGCLPYJCB&algorithm={algorithm}"
        )
        .parse()
        .unwrap();
        let pending = policy.import(&uri, now).unwrap().into_state();
        let state = policy.confirm(&pending, &uri.code_at(now), now).unwrap();
        let code = uri.code_at(later);
        group.bench_function(format!("verify/{algorithm}"), |b| {
            b.iter(|| policy.verify(&state, &code, later).unwrap());
        });
    }
    let (_, uri) = policy.enrol("Example Ltd", "ada@example.com", now).unwrap();
    group.bench_function("read a URI", |b| {
        b.iter(|| uri.expose_secret().parse::<Uri>().unwrap());
    });
    let (state, codes) = recovery::generate().unwrap();
    group.bench_function("redeem a recovery code", |b| {
        b.iter(|| state.redeem(codes[9].expose_secret()).unwrap());
    });
    group.finish();
}

criterion_group!(benches, totp);
criterion_main!(benches);
