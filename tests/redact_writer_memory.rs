//! What a stream of lines through `redact` holds in memory: a fixed amount. Alone in its file: what
//! is counted is the whole process'.
#![cfg(feature = "redact")]
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a test may fail where it stands"
)]

#[allow(dead_code, reason = "what is freed here is no secret")]
mod held;

use std::io::{self, Write};

use portcullis::redact::{Policy, Writer};

/// What `held` looks for in freed memory, where it is asked to.
const CANARY: &[u8] = b"password=hunter2";
const KIB: usize = 1024;
/// What the test harness may hold beside.
const NOISE: usize = 64 * KIB;

/// RD-04: what a stream holds does not grow with it, whatever its lines are: short ones, one without
/// end, one that only ever returns, a secret a line.
#[test]
fn holds_the_same_whatever_the_length() {
    let _alone = held::alone();
    let policy = Policy::default();
    for line in [
        "all is well\n",
        "an endless line ",
        "progress 17 %\r",
        "{\"password\":\"correct horse\"}\n",
        "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp\n",
    ] {
        let most = |times: usize| {
            let part = line.repeat(4096);
            held::most(|| {
                let mut writer = Writer::new(policy.clone(), io::sink()).with_max_line(64 * KIB);
                for _ in 0..times {
                    writer.write_all(part.as_bytes()).unwrap();
                }
                writer.finish().unwrap();
            })
        };
        let (short, long) = (most(8), most(32));
        assert!(long <= short + NOISE, "{line:?}: {short}, then {long}");
        assert!(long < 1024 * KIB, "{line:?}: {long}");
    }
}
