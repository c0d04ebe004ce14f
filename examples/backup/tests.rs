#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "tests stop at what they did not expect"
)]

use std::{
    fs,
    io::{Cursor, ErrorKind},
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use tempfile::TempDir;

use super::*;

/// A directory with keys.
fn home() -> TempDir {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    let home = builder.tempdir().unwrap();
    run(&home, &["new-keys"], b"").unwrap();
    home
}

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn task(home: &TempDir, words: &[&str]) -> Result<Task, lexopt::Error> {
    let path = |name: &str| home.path().join(name).into_os_string();
    let mut arguments = vec![
        "--key-file".into(),
        path("kek"),
        "--ring".into(),
        path("ring"),
    ];
    arguments.extend(words.iter().map(|word| match word.strip_prefix('@') {
        Some(name) => path(name),
        None => word.into(),
    }));
    Task::from_arguments(lexopt::Parser::from_args(arguments))
}

fn run_with(
    home: &TempDir,
    words: &[&str],
    input: impl Read + Send + 'static,
    out_is_terminal: bool,
) -> (Vec<u8>, Result<(), Failure>) {
    let out = Shared::default();
    let pipes = Pipes {
        input: Box::new(input),
        out: Box::new(out.clone()),
        out_is_terminal,
        progress: false,
    };
    let done = task(home, words)
        .map_err(undone)
        .and_then(|task| task.run(pipes));
    let written = out.0.lock().unwrap().clone();
    (written, done)
}

fn run(home: &TempDir, words: &[&str], input: &[u8]) -> Result<Vec<u8>, Failure> {
    let (written, done) = run_with(home, words, Cursor::new(input.to_vec()), false);
    done.map(|()| written)
}

fn names(home: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(home).unwrap();
    let name = |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let mut names: Vec<_> = entries.map(name).collect();
    names.sort();
    names
}

fn dump() -> Vec<u8> {
    (0..3_000_000_u32).map(|i| (i % 251) as u8).collect()
}

/// CR-10, S1-06: files and pipes, in every combination.
#[test]
fn decrypts_what_it_encrypted() {
    let home = home();
    let piped = run(&home, &["encrypt"], &dump()).unwrap();
    assert!(run(&home, &["decrypt", "-", "-"], &piped).unwrap() == dump());
    run(&home, &["encrypt", "-", "@sealed"], &dump()).unwrap();
    assert!(run(&home, &["decrypt", "@sealed"], b"").unwrap() == dump());
    run(
        &home,
        &["decrypt", "@sealed", "@opened", "--threads", "3"],
        b"",
    )
    .unwrap();
    assert!(fs::read(home.path().join("opened")).unwrap() == dump());
    run(&home, &["encrypt", "@opened", "@again"], b"").unwrap();
    assert_eq!(names(&home), ["again", "kek", "opened", "ring", "sealed"]);
    let said = run(&home, &["key", "@sealed", "@opened"], b"").unwrap();
    let said = String::from_utf8(said).unwrap();
    assert!(
        said.contains("sealed: key 1\n") && said.contains("opened: not a stream\n"),
        "{said}"
    );
}

/// CR-10: what is not the whole backup is refused, and no file has its name.
#[test]
fn refuses_what_was_cut_reordered_spliced_or_appended() {
    let home = home();
    let sealed = run(&home, &["encrypt"], &dump()).unwrap();
    let other = run(&home, &["encrypt"], &dump()).unwrap();
    let chunk = |number: usize| 66 + number * 16_400;
    let mut reordered = sealed.clone();
    reordered[chunk(3)..chunk(5)].rotate_left(16_400);
    let spliced = [&sealed[..chunk(7)], &other[chunk(7)..]].concat();
    let appended = [&sealed[..], b"more"].concat();
    for (bad, genuine) in [
        (sealed[..chunk(9)].to_vec(), 9),
        (sealed[..chunk(9) + 100].to_vec(), 9),
        (reordered, 3),
        (spliced, 7),
        (appended, 183),
        (sealed[..30].to_vec(), 0),
        (Vec::new(), 0),
    ] {
        let (piped, done) = run_with(&home, &["decrypt"], Cursor::new(bad.clone()), false);
        let failure = done.unwrap_err();
        assert_eq!(failure.status(), REFUSED);
        assert!(
            failure.said().ends_with("must not be used"),
            "{}",
            failure.said()
        );
        assert!(piped == dump()[..genuine * 16_384]);

        let failure = run(&home, &["decrypt", "-", "@opened"], &bad).unwrap_err();
        assert_eq!(failure.status(), REFUSED);
        assert_eq!(names(&home), ["kek", "ring"]);
    }
}

/// CR-10: a backup decrypts under its own name and with its own keys only.
#[test]
fn refuses_another_name_and_other_keys() {
    let (home, elsewhere) = (home(), self::home());
    let sealed = run(&home, &["encrypt", "--item", "monday"], b"dump").unwrap();
    assert_eq!(
        run(&home, &["decrypt", "--item", "monday"], &sealed).unwrap(),
        b"dump"
    );
    for words in [&["decrypt", "--item", "friday"][..], &["decrypt"]] {
        assert_eq!(run(&home, words, &sealed).unwrap_err().status(), REFUSED);
    }
    let foreign = run(&elsewhere, &["decrypt", "--item", "monday"], &sealed);
    assert_eq!(foreign.unwrap_err().status(), REFUSED);
}

/// Gives some bytes, then fails as a pipe does whose other end died.
struct Dies(usize);

impl Read for Dies {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let len = out.len().min(self.0);
        self.0 -= len;
        match len {
            0 => Err(ErrorKind::BrokenPipe.into()),
            len => Ok(len),
        }
    }
}

/// CR-10: an interrupted backup has no name, and on a pipe no end.
#[test]
fn an_interrupted_backup_is_never_taken_for_a_whole_one() {
    let home = home();
    let (_, done) = run_with(&home, &["encrypt", "-", "@sealed"], Dies(1_000_000), false);
    assert_eq!(done.unwrap_err().status(), UNDONE);
    assert_eq!(names(&home), ["kek", "ring"]);
    let (piped, done) = run_with(&home, &["encrypt"], Dies(1_000_000), false);
    assert_eq!(done.unwrap_err().status(), UNDONE);
    assert_eq!(
        run(&home, &["decrypt"], &piped).unwrap_err().status(),
        REFUSED
    );
}

/// CR-10: nothing is replaced without being told to.
#[test]
fn replaces_nothing_unasked() {
    let home = home();
    let there = home.path().join("there");
    fs::write(&there, b"precious").unwrap();
    let failure = run(&home, &["encrypt", "-", "@there"], b"dump").unwrap_err();
    assert_eq!(failure.status(), UNDONE);
    assert!(
        failure.said().ends_with("see --force"),
        "{}",
        failure.said()
    );
    assert_eq!(fs::read(&there).unwrap(), b"precious");
    run(&home, &["encrypt", "-", "@there", "--force"], b"dump").unwrap();
    assert_eq!(run(&home, &["decrypt", "@there"], b"").unwrap(), b"dump");
    assert_eq!(run(&home, &["new-keys"], b"").unwrap_err().status(), UNDONE);
}

/// CR-10: what came to be at the output's place meanwhile stays.
#[test]
fn replaces_nothing_that_came_meanwhile() {
    struct Creates(std::path::PathBuf);
    impl Read for Creates {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            fs::write(&self.0, b"precious").map(|()| 0)
        }
    }
    let home = home();
    let there = home.path().join("there");
    let input = Creates(there.clone());
    let (_, done) = run_with(&home, &["encrypt", "-", "@there"], input, false);
    assert_eq!(done.unwrap_err().status(), UNDONE);
    assert_eq!(fs::read(&there).unwrap(), b"precious");
    assert_eq!(names(&home), ["kek", "ring", "there"]);
}

/// CR-10: a device or a pipe is written to, with --force and without, and stays what it is.
#[cfg(unix)]
#[test]
fn replaces_no_device() {
    use std::os::unix::fs::FileTypeExt;
    let home = home();
    let pipe = home.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let sealed = run(&home, &["encrypt"], b"dump").unwrap();
    for force in [&[][..], &["--force"]] {
        // Held open for both, so that neither waits for the other.
        let mut both = fs::OpenOptions::new();
        let mut held = both.read(true).write(true).open(&pipe).unwrap();
        let words = [&["decrypt", "-", "@pipe"][..], force].concat();
        run(&home, &words, &sealed).unwrap();
        assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo());
        let mut read = [0; 4];
        held.read_exact(&mut read).unwrap();
        assert_eq!(&read, b"dump");
        let failure = run(&home, &words, &sealed[..70]).unwrap_err();
        assert!(failure.said().ends_with("must not be used"));
    }
}

/// CR-10: a link stays one, and what it leads to is replaced.
#[cfg(unix)]
#[test]
fn replaces_no_link() {
    let home = home();
    let [there, link] = ["there", "link"].map(|name| home.path().join(name));
    fs::write(&there, b"old").unwrap();
    std::os::unix::fs::symlink("there", &link).unwrap();
    let sealed = run(&home, &["encrypt"], b"dump").unwrap();
    run(&home, &["decrypt", "-", "@link", "--force"], &sealed).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read(&there).unwrap(), b"dump");
}

/// CR-10: what a process that was killed left is in nobody's way, even of the same number.
#[test]
fn a_part_that_was_left_is_in_nobodys_way() {
    let home = home();
    let left = format!(".sealed.{}.part", std::process::id());
    fs::write(home.path().join(&left), b"half").unwrap();
    run(&home, &["encrypt", "-", "@sealed"], b"dump").unwrap();
    assert_eq!(names(&home), [&left, "kek", "ring", "sealed"]);
}

/// CR-10: keys that were not made leave nothing, and other keys are told by the file.
#[test]
fn says_which_keys_are_wrong() {
    let (home, elsewhere) = (home(), self::home());
    let kek = home.path().join("kek");
    let spare = home.path().join("spare");
    fs::rename(&kek, &spare).unwrap();
    let failure = run(&home, &["new-keys"], b"").unwrap_err();
    assert!(failure.said().contains("ring: "), "{}", failure.said());
    assert_eq!(names(&home), ["ring", "spare"]);

    // made at another time
    let later = Timestamp::now().saturating_add(Duration::from_secs(60));
    fs::remove_file(elsewhere.path().join("kek")).unwrap();
    fs::remove_file(elsewhere.path().join("ring")).unwrap();
    task(&elsewhere, &["new-keys"])
        .unwrap()
        .new_keys(later)
        .unwrap();
    fs::copy(elsewhere.path().join("kek"), &kek).unwrap();
    let failure = run(&home, &["encrypt"], b"dump").unwrap_err();
    let said = "ring: the key-encryption key is gone";
    assert!(failure.said().ends_with(said), "{}", failure.said());
}

/// CR-10: a plaintext and a backup are readable to their owner only.
#[cfg(unix)]
#[test]
fn writes_for_the_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let home = home();
    run(&home, &["encrypt", "-", "@sealed"], b"dump").unwrap();
    run(&home, &["decrypt", "@sealed", "@opened"], b"").unwrap();
    for name in ["sealed", "opened"] {
        let found = fs::metadata(home.path().join(name)).unwrap();
        assert_eq!(found.permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn writes_no_backup_to_a_terminal() {
    let home = home();
    for words in [&["encrypt"][..], &["encrypt", "-"], &["encrypt", "-", "-"]] {
        let (written, done) = run_with(&home, words, Cursor::new(b"dump"), true);
        assert_eq!((written, done.unwrap_err().status()), (vec![], UNDONE));
    }
    let to_a_file = run_with(
        &home,
        &["encrypt", "-", "@sealed"],
        Cursor::new(b"dump"),
        true,
    );
    to_a_file.1.unwrap();
    let (shown, done) = run_with(&home, &["decrypt", "@sealed"], Cursor::new(b""), true);
    done.unwrap();
    assert_eq!(shown, b"dump");
}

#[test]
fn says_what_is_wrong_with_the_command_line() {
    let home = home();
    for (words, said) in [
        (&[][..], "a command is needed"),
        (&["burn"], "there is no command \"burn\""),
        (&["encrypt", "a", "b", "c"], "too many files"),
        (
            &["encrypt", "--threads", "0"],
            "number would be zero for non-zero type",
        ),
    ] {
        let failure = run(&home, words, b"").unwrap_err();
        assert!(failure.said().contains(said), "{}", failure.said());
    }
    let missing = Task::from_arguments(lexopt::Parser::from_args(["encrypt"])).unwrap();
    assert_eq!(missing.keys().unwrap_err().said(), "--key-file is needed");
    let gone = run(&home, &["decrypt", "@gone"], b"").unwrap_err();
    assert!(gone.said().contains("gone: "), "{}", gone.said());
    assert!(!Path::new("gone").exists());
}

#[test]
fn draws_how_far_it_is() {
    let second = Duration::from_secs(1);
    let half = progress::line(50, Some(100), second);
    assert_eq!(
        half,
        "[################................]  50 %  50 B, 50 B/s"
    );
    let all = progress::line(3_000_000_000, Some(3_000_000_000), 2 * second);
    assert_eq!(all, format!("[{}] 100 %  3.0 GB, 1.5 GB/s", "#".repeat(32)));
    let empty = progress::line(0, Some(0), Duration::ZERO);
    assert!(empty.ends_with("] 100 %  0 B, 0 B/s"), "{empty}");
    assert_eq!(progress::line(1500, None, second), "1.5 kB, 1.5 kB/s");
    // A file that grew while it was read.
    assert!(progress::line(9, Some(3), second).contains("100 %"));
}
