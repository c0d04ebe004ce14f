//! The C interface from C: the programs of `tests/ffi` are built as C99 and run plainly, under the
//! address and undefined-behaviour sanitizers and under valgrind; the header is compiled as C++.
//!
//! Without valgrind, the sanitizers or a C++ compiler a test says that it was skipped; where the
//! environment has `CI`, it fails. `CC`, `CXX` and `CARGO` are honoured.
#![cfg(all(feature = "ffi", unix))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test says why it fails"
)]

use std::{
    env,
    ffi::OsString,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::OnceLock,
};

const PROGRAMS: [(&str, &str); 3] = [
    ("working_day", "a working day\n"),
    ("refusals", "refusals\n"),
    (
        "sign_in",
        "signed in\nlive after 14 idle minutes: yes\nlive after 15 idle minutes: no\n",
    ),
];
const C99: [&str; 5] = ["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror"];
const SANITIZERS: [&str; 3] = [
    "-g",
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all",
];
const VALGRIND: [&str; 5] = [
    "--quiet",
    "--leak-check=full",
    "--show-leak-kinds=all",
    "--errors-for-leak-kinds=all",
    "--error-exitcode=99",
];

/// FF-01
#[test]
fn c_programs_run() {
    for (program, output) in PROGRAMS {
        let binary = build(program, "plain", &[]);
        assert_runs(&mut Command::new(binary), output);
    }
}

/// FF-01
#[test]
fn c_programs_run_under_sanitizers() {
    if !compiles(&cc(), "c", &SANITIZERS) {
        return skipped("the address and undefined-behaviour sanitizers");
    }
    for (program, output) in PROGRAMS {
        let binary = build(program, "sanitized", &SANITIZERS);
        assert_runs(&mut Command::new(binary), output);
    }
}

/// FF-01: nothing leaked, nothing read that was not written.
#[test]
fn c_programs_run_under_valgrind() {
    if Command::new("valgrind").arg("--version").output().is_err() {
        return skipped("valgrind");
    }
    for (program, output) in PROGRAMS {
        let binary = build(program, "valgrind", &["-g"]);
        let mut valgrind = Command::new("valgrind");
        assert_runs(valgrind.args(VALGRIND).arg(binary), output);
    }
}

/// FF-01
#[test]
fn the_header_is_cpp_too() {
    let cxx = env::var_os("CXX").unwrap_or_else(|| "c++".into());
    if !compiles(&cxx, "c++", &[]) {
        return skipped("a C++ compiler");
    }
    for standard in ["c++11", "c++17", "c++20"] {
        let mut command = Command::new(&cxx);
        command.args([&format!("-std={standard}"), "-fsyntax-only", "-x", "c++"]);
        command
            .args(C99.iter().skip(1))
            .arg(include("portcullis.h"));
        assert_runs(&mut command, "");
    }
}

/// FF-01: the header needs nothing included before it, and an ignored answer is a warning.
#[test]
fn the_header_stands_alone_and_warns_of_an_ignored_status() {
    let source = scratch("ignored.c");
    let compile = |body: &str| {
        fs::write(&source, format!("#include \"portcullis.h\"\n{body}\n")).unwrap();
        let mut command = Command::new(cc());
        command.args(C99).arg("-I").arg(include(""));
        run(command
            .arg("-c")
            .arg(&source)
            .arg("-o")
            .arg(scratch("ignored.o")))
    };
    let heeded = "int main(void) { return portcullis_password_hasher_default(0); }";
    let ignored = "int main(void) { portcullis_password_hasher_default(0); return 0; }";
    assert!(compile(heeded).status.success());
    assert!(!compile(ignored).status.success());
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn include(file: &str) -> PathBuf {
    root().join("src/ffi").join(file)
}

fn scratch(file: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ffi");
    fs::create_dir_all(&directory).unwrap();
    directory.join(file)
}

fn cc() -> OsString {
    env::var_os("CC").unwrap_or_else(|| "cc".into())
}

/// The static library, built once for all tests.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let target = scratch("target");
        let mut command = Command::new(cargo);
        command.args([
            "rustc",
            "--quiet",
            "--offline",
            "--lib",
            "--features",
            "ffi",
        ]);
        command
            .args(["--crate-type", "staticlib", "--target-dir"])
            .arg(&target);
        assert_runs(
            command.current_dir(root()).env_remove("CARGO_BUILD_TARGET"),
            "",
        );
        target.join("debug/libportcullis.a")
    })
}

fn build(program: &str, variant: &str, flags: &[&str]) -> PathBuf {
    let binary = scratch(&format!("{program}-{variant}"));
    let mut command = Command::new(cc());
    command.args(C99).args(flags).arg("-I").arg(include(""));
    command
        .arg(root().join(format!("tests/ffi/{program}.c")))
        .arg(library());
    command
        .args(["-lpthread", "-ldl", "-lm", "-o"])
        .arg(&binary);
    assert_runs(&mut command, "");
    binary
}

/// Whether the compiler is there and links a program with these flags.
fn compiles(compiler: &OsString, language: &str, flags: &[&str]) -> bool {
    let source = scratch(&format!(
        "probe.{}",
        if language == "c" { "c" } else { "cpp" }
    ));
    fs::write(&source, "int main(void) { return 0; }\n").unwrap();
    let mut command = Command::new(compiler);
    command
        .args(flags)
        .args(["-x", language])
        .arg(&source)
        .arg("-o")
        .arg(scratch("probe"));
    command.output().is_ok_and(|output| output.status.success())
}

fn run(command: &mut Command) -> Output {
    command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

fn assert_runs(command: &mut Command, expected: &str) {
    let output = run(command);
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(
        output.status.success() && out == expected,
        "{command:?}: {}\n{out}\n{err}",
        output.status
    );
}

/// One line that the test harness does not swallow, or a failure where everything must be there.
fn skipped(what: &str) {
    assert!(env::var_os("CI").is_none(), "not found: {what}");
    let line = format!("skipped: not found: {what}\n");
    io::stderr().write_all(line.as_bytes()).unwrap();
}
