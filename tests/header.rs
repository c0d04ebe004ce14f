//! The C header that is checked in is the one that the code gives.
#![cfg(feature = "ffi")]

use std::{env, fs, path::PathBuf};

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
