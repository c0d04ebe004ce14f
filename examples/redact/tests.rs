#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

use std::{collections::VecDeque, fs, io::Cursor};

use serde_json::json;

use super::*;

const LOG: &str = "user=ada password=hunter2\nall is well\nCard 4111 1111 1111 1111\nlast pin=4071";
const SAFE: &str = "user=ada password=[REDACTED:password]\nall is well\nCard [REDACTED:card]\nlast pin=[REDACTED:pin]";

/// What a run with these arguments writes: status, output, messages. `@name` is a file in `home`.
fn run_in(home: &Path, words: &[&str], input: &str) -> (u8, String, String) {
    let words = words.iter().map(|word| match word.strip_prefix('@') {
        Some(name) => home.join(name).into_os_string(),
        None => word.into(),
    });
    let options = Options::from_arguments(lexopt::Parser::from_args(words)).unwrap();
    let terminals = Terminals {
        output: false,
        messages: false,
    };
    let (mut out, mut messages) = (Vec::new(), Vec::new());
    let status = run(
        &options,
        &terminals,
        Cursor::new(input),
        &mut out,
        &mut messages,
    );
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status, text(out), text(messages))
}

fn run_on(words: &[&str], input: &str) -> (u8, String, String) {
    run_in(Path::new(""), words, input)
}

fn refused(words: &[&str]) -> String {
    let parsed = Options::from_arguments(lexopt::Parser::from_args(words));
    parsed.unwrap_err().to_string()
}

/// RD-04: a filter: the lines without their secrets, nothing else, and no message.
#[test]
fn filters_standard_input() {
    for words in [&[][..], &["-"]] {
        let outcome = run_on(words, LOG);
        assert_eq!(outcome, (0, SAFE.to_owned(), String::new()));
    }
    assert_eq!(run_on(&[], ""), (0, String::new(), String::new()));
}

/// RD-04: files in their order, as `cat` joins them: what begins in one goes on in the next.
#[test]
fn filters_files_in_their_order() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("one"), "one pin=4071").unwrap();
    fs::write(home.path().join("key"), "-----BEGIN PRIVATE KEY-----\n").unwrap();
    let body = "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdpK06nwoyHUCXqI9EdVhC0123\n";
    fs::write(home.path().join("body"), body).unwrap();
    fs::write(home.path().join("pass"), "pass").unwrap();
    fs::write(home.path().join("word"), "word=hunter2\n").unwrap();
    let files = ["@one", "-", "@pass", "@word", "@key", "@body"];
    let (status, out, _) = run_in(home.path(), &files, " token=x9\n");
    assert_eq!(status, 0);
    let lines = "one pin=[REDACTED:pin] token=[REDACTED:token]\npassword=[REDACTED:password]\n";
    assert!(out.starts_with(lines), "{out}");
    assert!(!out.contains("MC4CAQ"), "{out}");
}

/// RD-04: what cannot be read is said, is not the end of the others, and is no success.
#[test]
fn reads_the_others_where_one_cannot_be_read() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("one"), "one\n").unwrap();
    let (status, out, said) = run_in(home.path(), &["@one", "@none", "@one"], "");
    assert_eq!((status, &*out), (UNDONE, "one\none\n"));
    assert_eq!(said.lines().count(), 1);
    assert!(
        said.starts_with("redact: ") && said.contains("none: "),
        "{said}"
    );
    let (status, _, _) = run_in(home.path(), &["--detect", "@none"], "");
    assert_eq!(status, UNDONE);
}

/// RD-11: is this log clean? No lines, an exit status, and how much of what.
#[test]
fn detects_without_writing() {
    let (status, out, said) = run_on(&["--detect"], LOG);
    assert_eq!((status, &*out), (FOUND, ""));
    assert_eq!(
        said,
        "redact: 3 secrets in 4 lines\n        1  password\n        1  pin\n        1  card\n"
    );
    let (status, out, said) = run_on(&["--detect"], "all is well\n");
    assert_eq!(
        (status, &*out, &*said),
        (0, "", "redact: nothing found in 1 line\n")
    );
    let (status, _, said) = run_on(&["--detect", "--max-line", "5"], "all is well\n");
    assert_eq!(status, FOUND);
    assert_eq!(
        said,
        "redact: nothing found in 1 line, 1 line withheld: too long\n"
    );
}

/// RD-11: the same for programs, beside the lines or without them, over all files together.
#[test]
fn tells_what_was_found_as_json() {
    let expected = json!({
        "lines": 4, "withheld": 0, "found": 3,
        "kinds": { "password": 1, "pin": 1, "card": 1 },
        "rules": { "keyed": 2, "card": 1 },
    });
    let (status, out, said) = run_on(&["--json"], LOG);
    assert_eq!((status, &*out), (0, SAFE));
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&said).unwrap(),
        expected
    );
    let (status, out, said) = run_on(&["--detect", "--json"], LOG);
    assert_eq!((status, &*out), (FOUND, ""));
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&said).unwrap(),
        expected
    );
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("log"), format!("{LOG}\n")).unwrap();
    let (_, _, said) = run_in(home.path(), &["--json", "@log", "@log"], "");
    let told: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(
        (&told["lines"], &told["rules"]["keyed"]),
        (&json!(8), &json!(4))
    );
}

/// RD-02: what it looks for is the user's to say, from left to right.
#[test]
fn looks_for_what_the_options_say() {
    let line = "Card 4111 1111 1111 1111 door_code=x9 password=hunter2 pg://ada:s3cret@db/x";
    for (words, safe) in [
        (
            &["--no-pii"][..],
            "Card 4111 1111 1111 1111 door_code=x9 password=[REDACTED:password] pg://ada:[REDACTED:password]@db/x",
        ),
        (
            &["--no-pii", "--pii", "--key", "door_code"],
            "Card [REDACTED:card] door_code=[REDACTED:secret] password=[REDACTED:password] pg://ada:[REDACTED:password]@db/x",
        ),
        (
            &["--no-rule", "card", "--no-rule=url"],
            "Card 4111 1111 1111 1111 door_code=x9 password=[REDACTED:password] pg://ada:s3cret@db/x",
        ),
        (
            &[
                "--no-rule",
                "url",
                "--rule",
                "url",
                "--safe-key",
                "password",
            ],
            "Card [REDACTED:card] door_code=x9 password=hunter2 pg://ada:[REDACTED:password]@db/x",
        ),
    ] {
        assert_eq!(run_on(words, line).1, safe, "{words:?}");
    }
    let (_, out, _) = run_on(&["--escape-controls"], "a\rb\x1b[2J\r\n");
    assert_eq!(out, "a\\u000db\\u001b[2J\r\n");
}

/// RD-02: patterns of one's own, as rules of their own.
#[cfg(feature = "patterns")]
#[test]
fn looks_for_patterns() {
    let badge = "badge=no (?<secret>[A-Z]{2}[0-9]{6})";
    let (_, out, said) = run_on(&["--json", "--pattern", badge], "badge no AB123456\n");
    assert_eq!(out, "badge no [REDACTED:custom]\n");
    assert!(said.contains(r#""rules":{"badge":1}"#), "{said}");
    let (_, out, _) = run_on(&["--pattern", badge, "--no-rule", "badge"], "no AB123456");
    assert_eq!(out, "no AB123456");
    assert!(refused(&["--pattern", "badge=("]).starts_with("badge: "));
    assert!(refused(&["--pattern", "badge"]).contains("ID=REGEX"));
}

/// RD-02: the rules, by the ids that turn them off.
#[test]
fn lists_its_rules() {
    let (status, out, _) = run_on(&["--no-rule", "jwt", "--rules"], LOG);
    assert_eq!(status, 0);
    assert!(out.lines().any(|l| l.starts_with("on   keyed ")), "{out}");
    assert!(out.lines().any(|l| l.starts_with("off  jwt ")), "{out}");
    assert!(LOG.lines().all(|line| !out.contains(line)), "{out}");
}

#[test]
fn refuses_what_it_does_not_know() {
    let said = refused(&["--no-rule", "passwords"]);
    assert_eq!(said, "passwords: no rule has this id; --rules lists them");
    assert_eq!(refused(&["--loud"]), "invalid option '--loud'");
    assert_eq!(refused(&["-x"]), "invalid option '-x'");
    let said = refused(&["--max-line", "1G"]);
    assert_eq!(said, "--max-line takes a number of bytes, not '1G'");
    let error = lexopt::Error::Custom("no".into());
    let mut said = Vec::new();
    assert_eq!(refuse(&error, &mut said), UNDONE);
    assert_eq!(said, b"redact: no; see --help\n");
    assert!(run_on(&["--help"], "").1.contains("usage: redact"));
}

/// Takes or refuses as it is told, and then takes everything.
struct Pipe {
    outcomes: VecDeque<io::Result<usize>>,
    taken: Vec<u8>,
}

impl Write for Pipe {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let outcome = self.outcomes.pop_front().unwrap_or(Ok(buf.len()));
        let taken = outcome?.min(buf.len());
        self.taken.extend_from_slice(&buf[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn run_into(outcomes: Vec<io::Result<usize>>, messages: &mut Vec<u8>) -> (u8, Vec<u8>) {
    let options = Options::from_arguments(lexopt::Parser::from_args([""; 0])).unwrap();
    let terminals = Terminals {
        output: false,
        messages: false,
    };
    let mut pipe = Pipe {
        outcomes: outcomes.into(),
        taken: Vec::new(),
    };
    let status = run(&options, &terminals, Cursor::new(LOG), &mut pipe, messages);
    (status, pipe.taken)
}

/// RD-04: a reader that is slow is waited for, one that is gone ends it quietly, and a full disk is
/// said.
#[test]
fn keeps_in_step_with_who_reads() {
    let mut said = Vec::new();
    let blocked = || Err(ErrorKind::WouldBlock.into());
    let slow = vec![
        blocked(),
        Ok(3),
        blocked(),
        Err(ErrorKind::Interrupted.into()),
        Ok(1),
    ];
    let (status, taken) = run_into(slow, &mut said);
    assert_eq!((status, taken.as_slice()), (0, SAFE.as_bytes()));
    let gone = || Err(ErrorKind::BrokenPipe.into());
    let (status, _) = run_into(vec![Ok(3), gone(), gone(), gone()], &mut said);
    assert_eq!((status, said.as_slice()), (BROKEN_PIPE, b"".as_slice()));
    let full = || Err(ErrorKind::StorageFull.into());
    let (status, _) = run_into(vec![full(), full(), full()], &mut said);
    assert_eq!(status, UNDONE);
    assert!(said.starts_with(b"redact: standard output cannot be written: "));
}

/// RD-11: a summary that cannot be told is no success.
#[test]
fn a_summary_that_is_not_told_is_a_failure() {
    let full = || Pipe {
        outcomes: vec![Err(ErrorKind::StorageFull.into())].into(),
        taken: Vec::new(),
    };
    let terminals = Terminals {
        output: false,
        messages: false,
    };
    for words in [&["--json"][..], &["--detect"], &["--detect", "--json"]] {
        let options = Options::from_arguments(lexopt::Parser::from_args(words)).unwrap();
        let mut out = Vec::new();
        let status = run(
            &options,
            &terminals,
            Cursor::new(LOG),
            &mut out,
            &mut full(),
        );
        assert_eq!(status, UNDONE, "{words:?}");
    }
}

/// Gives one line, says what has been written by then, and fails.
struct Watched<'w> {
    lines: Vec<&'static str>,
    written: &'w std::cell::RefCell<Vec<String>>,
    out: std::rc::Rc<std::cell::RefCell<Vec<u8>>>,
}

impl Read for Watched<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let so_far = String::from_utf8(self.out.borrow().clone()).unwrap();
        self.written.borrow_mut().push(so_far);
        let line = self.lines.pop().ok_or(ErrorKind::ConnectionReset)?;
        buf[..line.len()].copy_from_slice(line.as_bytes());
        Ok(line.len())
    }
}

struct Shared(std::rc::Rc<std::cell::RefCell<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// RD-04: a line leaves before the next one is waited for, and what was read before a failure is not
/// lost.
#[test]
fn lines_leave_as_soon_as_they_are_complete() {
    let (written, out) = Default::default();
    let input = Watched {
        lines: vec!["hree", "two\nt", "pin=4071\n"],
        written: &written,
        out: std::rc::Rc::clone(&out),
    };
    let options = Options::from_arguments(lexopt::Parser::from_args([""; 0])).unwrap();
    let terminals = Terminals {
        output: true,
        messages: true,
    };
    let mut said = Vec::new();
    let status = run(&options, &terminals, input, Shared(out.clone()), &mut said);
    let one = "pin=[REDACTED:pin]\n";
    let two = format!("{one}two\n");
    assert_eq!(*written.borrow(), ["", one, &two, &two]);
    assert_eq!(
        String::from_utf8(out.borrow().clone()).unwrap(),
        format!("{two}three")
    );
    assert_eq!(status, UNDONE);
    assert!(said.starts_with(b"redact: standard input cannot be read: "));
}
