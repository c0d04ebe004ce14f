//! How long a refusal takes, by its cause: what differs can be told from outside.
//!
//! Without a decoy all take one hash at the hasher's own cost, but for a person whose stored hash is
//! of another: theirs takes its own time longer. With a decoy of that kind all take both.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a bench stops at what it did not expect"
)]

use criterion::{Criterion, criterion_group, criterion_main};
use portcullis::password::{Cost, Hash, Hasher, Password};

/// `rasmuslerdorf`, from the manual of PHP (`crypt`).
#[cfg(feature = "legacy")]
const BCRYPT: &str = "$2y$07$BCryptRequires22Chrcte/VlQH0piJtjXl.0t1XkA8pw9dMXTTOq";

fn refusals(c: &mut Criterion) {
    let hasher = Hasher::default();
    let right = Password::from("correct horse battery staple");
    let today = hasher.hash(&right).unwrap();
    let line = Cost::new(12_288, 3, 1).unwrap();
    let other = Hasher::new(line).hash(&right).unwrap();
    let planted = "$argon2id$v=19$m=4194304,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA";
    let planted = Hash::from_stored(planted);
    let long = "x".repeat(1 << 20);
    let cases = [
        ("unknown person", "wrong", None),
        ("wrong password", "wrong", Some(today.clone())),
        ("empty password", "", Some(today.clone())),
        ("password of 1 MiB", long.as_str(), Some(today)),
        ("planted hash", "wrong", Some(planted)),
        ("hash of another cost", "wrong", Some(other.clone())),
        #[cfg(feature = "legacy")]
        ("hash of bcrypt", "wrong", Some(Hash::from_stored(BCRYPT))),
    ];
    let decoyed = hasher.clone().with_decoy(other).unwrap();
    for (name, hasher) in [("own cost", hasher), ("with a decoy", decoyed)] {
        let mut group = c.benchmark_group(format!("password/refusal/{name}"));
        group.sample_size(20);
        for (case, text, stored) in &cases {
            let password = Password::from(*text);
            group.bench_function(*case, |b| {
                b.iter(|| hasher.verify(&password, stored.as_ref()).unwrap_err());
            });
        }
        group.finish();
    }
}

criterion_group!(benches, refusals);
criterion_main!(benches);
