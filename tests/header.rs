//! The C header that is checked in is the one that the code gives.
#![cfg(feature = "ffi")]
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot read its files fails"
)]

use std::{collections::BTreeMap, env, fs, path::PathBuf};

/// In the order in which the header has them.
const SOURCES: [&str; 4] = ["status", "call", "password", "session"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn header_path() -> PathBuf {
    root().join("src/ffi/portcullis.h")
}

fn generate() -> String {
    let config = cbindgen::Config::from_root_or_default(root());
    let builder = SOURCES.iter().fold(cbindgen::Builder::new(), |b, name| {
        b.with_src(root().join(format!("src/ffi/{name}.rs")))
    });
    let mut header = Vec::new();
    let bindings = builder.with_config(config).generate().unwrap();
    bindings.write(&mut header);
    String::from_utf8(header).unwrap()
}

/// FF-01. `BLESS=1` writes the header instead.
#[test]
fn is_what_the_code_gives() {
    let generated = generate();
    if env::var_os("BLESS").is_some_and(|v| v == "1") {
        fs::write(header_path(), &generated).unwrap();
    }
    let checked_in = fs::read_to_string(header_path()).unwrap_or_default();
    assert!(
        checked_in == generated,
        "src/ffi/portcullis.h is not what src/ffi gives: look at what \
         `BLESS=1 cargo test --features ffi --test header` changes in it"
    );
}

/// The functions that the header declares: what stands before the name, by name.
fn declared() -> BTreeMap<String, String> {
    let header = fs::read_to_string(header_path()).unwrap();
    let code: String = header
        .lines()
        .filter(|line| !line.starts_with([' ', '/', '#']) || line.starts_with("    "))
        .collect::<Vec<_>>()
        .join("\n");
    let functions = code.split(';').filter_map(|declaration| {
        let (before, _) = declaration.split_once('(')?;
        let (before, name) = before.rsplit_once([' ', '*'])?;
        Some((name.to_owned(), before.to_owned()))
    });
    functions.collect()
}

/// FF-01: what the header declares can be called, and a C program calls it.
#[test]
fn every_function_is_called_by_a_c_program() {
    let directory = fs::read_dir(root().join("tests/ffi")).unwrap();
    let programs: String = directory
        .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    let declared = declared();
    assert!(declared.contains_key("portcullis_session_start"));
    for name in declared.keys() {
        assert!(name.starts_with("portcullis_"), "{name}");
        assert!(programs.contains(&format!("{name}(")), "{name}");
    }
}

/// FF-01: a status cannot be ignored unseen, and no panic crosses into C.
#[test]
fn every_function_with_a_status_must_be_heeded_and_is_guarded() {
    let sources: String = SOURCES
        .map(|name| fs::read_to_string(root().join(format!("src/ffi/{name}.rs"))).unwrap())
        .concat();
    let statuses = declared()
        .into_iter()
        .filter(|(_, before)| before.contains("portcullis_status"));
    let names: Vec<String> = statuses
        .map(|(name, before)| {
            assert!(before.contains("PORTCULLIS_MUST_USE"), "{name}");
            name
        })
        .collect();
    assert!(names.len() > 15, "{names:?}");
    for name in names {
        let (_, function) = sources.split_once(&format!("fn {name}(")).unwrap();
        let (_, body) = function.split_once("-> Status {\n").unwrap();
        assert!(body.starts_with("    guard(|"), "{name}");
    }
}
