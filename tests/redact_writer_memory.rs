//! What a stream of lines through `redact` holds in memory: a fixed amount. Alone in its file: what
//! is counted is the whole process'.
#![cfg(feature = "redact")]
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a test may fail where it stands"
)]

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

/// RD-04: the room that one long line took, many times its length, is given back.
#[test]
fn gives_back_the_room_of_a_long_line() {
    let _alone = held::alone();
    let policy = Policy::default();
    let kept = |line: &[u8]| {
        let (writer, kept) = held::kept(|| {
            let mut writer = Writer::new(policy.clone(), io::sink()).with_max_line(1024 * KIB);
            writer.write_all(line).unwrap();
            writer
        });
        drop(writer);
        kept
    };
    let mut long = b"pw=a,".repeat(512 * KIB / 5);
    long.push(b'\n');
    let (short, long) = (kept(b"pw=a\n"), kept(&long));
    assert!(long <= short + 1024 * KIB, "{short}, then {long}");
}
