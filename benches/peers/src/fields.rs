//! Portcullis's sealed fields beside bare ciphers, each with randomness of its own for every value.

mod bare;

use std::{hint::black_box, time::Duration};

use cpu_time::ThreadTime;
use portcullis::{
    Timestamp,
    field::{Context, Key, Keyring, Policy, Scope, Suite},
};

use crate::measure::median;

/// Calls of one sample.
const BATCH: u32 = 200;
/// Lengths of the values, in bytes.
const LENS: [usize; 3] = [16, 64, 1024];

/// Seals a value, in memory of its own.
type Seal = Box<dyn Fn(&[u8]) -> Vec<u8>>;
/// Opens it and gives the length of the plaintext, which is dropped within the time.
type Open = Box<dyn Fn(&[u8]) -> usize>;

/// One way to seal and open.
struct Way {
    name: &'static str,
    seal: Seal,
    open: Open,
}

/// The place of every value.
fn place() -> Context {
    let context = Context::new().tenant("acme").table("contact");
    context.column("email").row(42)
}

/// Times them and prints the tables.
pub fn compare(quick: bool) {
    let rounds = if quick { 5 } else { 301 };
    let key = [7; 32];
    let ways = [
        Some(ours("Cobblestone-256", Suite::Cobblestone256, key)),
        Some(bare::cobblestone(key)),
        Some(ours("XAES-256-GCM", Suite::Xaes256Gcm, key)),
        Some(bare::xaes(key)),
        Some(bare::aes_gcm(key)),
        Some(bare::ring(key)),
        bare::aws_lc(key),
    ];
    agree(&ways);
    println!("\nfields: median of {rounds} rounds of {BATCH} values, ns of processor time");
    print!("\n| ns | bytes |");
    ways.iter()
        .flatten()
        .for_each(|way| print!(" {} |", way.name));
    print!("\n|---|--:|");
    println!("{}", "--:|".repeat(ways.iter().flatten().count()));
    for len in LENS {
        let plaintext = vec![b'x'; len];
        row("seal", len, rounds, &ways, |way| {
            let plaintext = &plaintext;
            move || (way.seal)(black_box(plaintext)).len()
        });
    }
    for len in LENS {
        let plaintext = vec![b'x'; len];
        row("open", len, rounds, &ways, |way| {
            let sealed = (way.seal)(&plaintext);
            move || (way.open)(black_box(&sealed))
        });
    }
    let random = |_: &Way| || usize::from(bare::random::<24>()[0]);
    let alone = in_turn(rounds, &ways[..1], random);
    println!("\n24 bytes of the system's randomness: {:.0} ns", alone[0]);
}

/// Our suites and their bare primitives are the same work: either opens what the other sealed.
fn agree(ways: &[Option<Way>]) {
    let ways: Vec<_> = ways.iter().flatten().collect();
    for pair in ways[..4].chunks(2) {
        for (from, to) in [(pair[0], pair[1]), (pair[1], pair[0])] {
            assert_eq!((to.open)(&(from.seal)(b"the same")), 8, "{}", from.name);
        }
    }
    for way in &ways[4..] {
        assert_eq!((way.open)(&(way.seal)(b"the same")), 8, "{}", way.name);
    }
}

/// Prints the nanoseconds of each way and, in brackets, how many times the second of its pair, or
/// the bare aes-gcm, that is.
fn row<'a, C: Fn() -> usize>(
    name: &str,
    len: usize,
    rounds: usize,
    ways: &'a [Option<Way>],
    call: impl Fn(&'a Way) -> C,
) {
    let times = in_turn(rounds, ways, call);
    print!("| {name} | {len} |");
    for (at, time) in times.iter().enumerate() {
        match at {
            0 | 2 => print!(" {time:.0} ({:.2}) |", time / times[at + 1]),
            _ => print!(" {time:.0} |"),
        }
    }
    println!();
}

/// The median nanoseconds of one call of each, in turn: each is as often the first as the last.
fn in_turn<'a, C: Fn() -> usize>(
    rounds: usize,
    ways: &'a [Option<Way>],
    call: impl Fn(&'a Way) -> C,
) -> Vec<f64> {
    let calls: Vec<_> = ways.iter().flatten().map(call).collect();
    let mut samples = vec![Vec::new(); calls.len()];
    for round in 0..=rounds {
        for turn in 0..calls.len() {
            let at = (round + turn) % calls.len();
            let start = ThreadTime::now();
            for _ in 0..BATCH {
                black_box(calls[at]());
            }
            if round > 0 {
                samples[at].push(start.elapsed());
            }
        }
    }
    let nanoseconds = |time: Duration| time.as_secs_f64() * 1e9 / f64::from(BATCH);
    let medians = samples.into_iter().filter_map(median);
    medians.map(nanoseconds).collect()
}

fn ours(name: &'static str, suite: Suite, key: [u8; 32]) -> Way {
    let ring = || {
        let policy = Policy::new().with_suite(suite);
        let key = Key::from_bytes(key);
        Keyring::new_for(key, Scope::application(), policy, Timestamp::now()).expect("a ring")
    };
    let (sealing, opening, now) = (ring(), ring(), Timestamp::now());
    let (here, there) = (place(), place());
    Way {
        name,
        seal: Box::new(move |plaintext| sealing.seal(&here, plaintext, now).expect("seals")),
        open: Box::new(move |sealed| {
            let opened = opening.open(&there, sealed).expect("opens");
            opened.expose_secret().len()
        }),
    }
}
