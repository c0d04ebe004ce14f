//! Portcullis beside other implementations, in one run.
//!
//! README.md says how to run it and how each number is made.

mod decisions;
mod fields;
mod logs;
mod measure;
mod passwords;
mod sessions;
mod streams;

use std::{env, process::ExitCode};

fn main() -> ExitCode {
    let mut parts: Vec<String> = env::args().skip(1).collect();
    let arguments = parts.len();
    parts.retain(|argument| argument != "--quick");
    let quick = parts.len() < arguments;
    let all = [
        ("passwords", passwords::compare as fn(bool)),
        ("sessions", sessions::compare),
        ("decisions", decisions::compare),
        ("fields", fields::compare),
        ("streams", streams::compare),
        ("logs", logs::compare),
    ];
    if parts
        .iter()
        .any(|part| all.iter().all(|(name, _)| part != name))
    {
        eprintln!(
            "usage: portcullis-peers [passwords] [sessions] [decisions] [fields] [streams] [logs] [--quick]"
        );
        return ExitCode::FAILURE;
    }
    describe();
    for (name, compare) in all {
        if parts.is_empty() || parts.iter().any(|part| part == name) {
            compare(quick);
        }
    }
    ExitCode::SUCCESS
}

/// What the build was made for.
fn describe() {
    if cfg!(debug_assertions) {
        eprintln!("built without --release: these numbers say nothing");
    }
    println!("compiled for AVX2: {}", cfg!(target_feature = "avx2"));
    println!("compiled for AVX-512: {}", cfg!(target_feature = "avx512f"));
}
