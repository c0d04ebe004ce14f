//! Portcullis's passwords beside other implementations of Argon2id.

mod peers;

use std::time::Duration;

use portcullis::password::{Cost, Hash, Limits, Password, Policy};

use crate::measure::{Work, batches, in_turn};

const ROUNDS: usize = 31;
const QUICK_ROUNDS: usize = 3;

/// Times them and prints the tables.
pub fn compare(quick: bool) {
    let rounds = if quick { QUICK_ROUNDS } else { ROUNDS };
    describe(rounds);
    hashes(rounds);
    refusals(rounds);
}

/// What the numbers depend on, as far as it can be asked.
fn describe(rounds: usize) {
    let missing = "not found, left out";
    println!("passwords: median of {rounds} rounds");
    println!("feature parallel: {}", cfg!(feature = "parallel"));
    println!("libsodium: {}", option_env!("libsodium").unwrap_or(missing));
    println!("libargon2: {}", option_env!("libargon2").unwrap_or(missing));
}

/// Milliseconds, and in brackets portcullis / peer.
fn hashes(rounds: usize) {
    let names = peers::NAMES.join(" | ");
    println!("\n| Argon2id, ms (portcullis / peer) | {names} |");
    println!("|---|{}", "--:|".repeat(peers::NAMES.len()));
    let one_lane = Cost::new(65_536, 3, 1).expect("within the ceilings");
    for cost in Cost::OWASP_LINES
        .into_iter()
        .chain([one_lane, Cost::RFC_9106_SECOND])
    {
        let mut all = peers::all(cost);
        let hash = all.each_mut().map(|peer| peer.hash.take());
        let verify = all.map(|peer| peer.verify);
        row(&format!("{cost} hash"), rounds, hash);
        row(&format!("{cost} verify"), rounds, verify);
    }
}

fn row(name: &str, rounds: usize, mut works: [Option<Work>; 4]) {
    let [ours, peers @ ..] = in_turn(rounds, &mut works).map(|median| median.map(milliseconds));
    let cell = |peer: &Option<f64>| match (ours, peer) {
        (Some(ours), Some(peer)) => format!("{peer:.1} ({:.2})", ours / peer),
        _ => "n/a".to_owned(),
    };
    let cells = peers.each_ref().map(cell).join(" | ");
    println!("| {name} | {:.1} | {cells} |", ours.unwrap_or_default());
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// What is answered without any hash.
fn refusals(rounds: usize) {
    println!("\n| without a hash | ns |\n|---|--:|");
    let stored = |cost| format!("$argon2id$v=19${cost}$c29tZXNhbHQ${}", "A".repeat(43));
    for (name, text) in [
        ("of 19 MiB, in order", stored("m=19456,t=2,p=1")),
        ("that asks for 4 GiB", stored("m=4194304,t=1,p=1")),
        (
            "that asks for 2^32 passes",
            stored("m=19456,t=4294967296,p=1"),
        ),
        ("of 1 MiB of text", stored("m=19456,t=2,p=1").repeat(13_500)),
    ] {
        let inspect = |text: String| Hash::from_stored(text).inspect(&Limits::default());
        let ns = batches(rounds, || text.clone(), inspect);
        println!("| a stored hash {name}: inspect | {ns} |");
    }
    let policy = Policy::back_office();
    let context = ["ada.lovelace@example.com", "Ada Lovelace"];
    for (name, text) in [
        ("short", "Tr0ub4dor & three".to_owned()),
        ("short, not ASCII", "Grüße an Ädä 1!".to_owned()),
        ("of 1,024 bytes, the most", "Aa1!".repeat(1 << 8)),
        ("of 1 MiB", "Aa1!".repeat(1 << 18)),
    ] {
        let check = |text: &str| policy.check(&Password::from(text), &context);
        let ns = batches(rounds, || text.as_str(), check);
        println!("| a password {name}: check | {ns} |");
    }
}
