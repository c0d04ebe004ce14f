//! Makes a blocklist's file out of lists of passwords.
//!
//! `cargo run --release --example blocklist --features password -- passwords.txt list.bin`

use std::{
    collections::HashSet,
    fs::{self, File},
    io::{self, BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use portcullis::password::{Blocklist, Digest};

const HELP: &str = "\
Reads lists of passwords and writes them as one blocklist.

usage: blocklist [option]... LIST... FILE

  --kind KIND      text  one password a line; case will not count (default)
                   sha1  one password a line; another case is another password
                   hibp  SHA-1 in hexadecimal, a colon and a count a line, as downloaded from
                         Have I Been Pwned
  --min-length N   leaves out what has fewer code points (not with hibp)
  --min-count N    leaves out what has a lower count (only with hibp)
  --take N         stops after N different passwords: the lists have the more frequent first
  --bits N         how much of each digest is kept: 16, 24, ... 64; default is the least with which
                   no more than one in 10,000 other passwords is refused, too
  --help           prints this

Lists are UTF-8, lines of up to 64 KiB; empty lines are skipped, and a byte order mark. Eight bytes
of memory are used for a password, with --take some thirty. FILE is written whole or not at all.
Exit status: 0 done, 2 not done.
";

const MAX_LINE: u64 = 64 * 1024;
/// One in so many passwords that are not listed may be refused.
const TOLERATED: f64 = 1.0 / 10_000.0;

fn main() -> ExitCode {
    let done = match Task::from_arguments(lexopt::Parser::from_env()) {
        Ok(Some(task)) => task.run(),
        Ok(None) => Ok(HELP.to_owned()),
        Err(error) => Err(format!("{error}; see --help")),
    };
    match done {
        Ok(said) => {
            let printed = io::stdout().write_all(said.as_bytes());
            printed.map_or_else(|e| failed(&e.to_string()), |()| ExitCode::SUCCESS)
        }
        Err(said) => failed(&said),
    }
}

fn failed(said: &str) -> ExitCode {
    eprintln!("blocklist: {said}");
    ExitCode::from(2)
}

/// What the command line asks for.
struct Task {
    rules: Rules,
    lists: Vec<PathBuf>,
    file: PathBuf,
}

impl Task {
    /// None where it asks for help.
    fn from_arguments(mut arguments: lexopt::Parser) -> Result<Option<Self>, lexopt::Error> {
        use lexopt::prelude::*;
        let (mut rules, mut lists) = (Rules::default(), Vec::new());
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("kind") => rules.kind = arguments.value()?.parse_with(kind)?,
                Long("min-length") => rules.min_length = arguments.value()?.parse()?,
                Long("min-count") => rules.min_count = arguments.value()?.parse()?,
                Long("take") => rules.take = arguments.value()?.parse()?,
                Long("bits") => rules.bits = Some(arguments.value()?.parse_with(bits)?),
                Short('h') | Long("help") => return Ok(None),
                Value(path) => lists.push(PathBuf::from(path)),
                other => return Err(other.unexpected()),
            }
        }
        match (rules.kind, rules.min_length, rules.min_count) {
            (Kind::Hibp, 1.., _) => return Err("digests do not tell a length".into()),
            (Kind::Text | Kind::Sha1, _, 1..) => return Err("passwords have no count".into()),
            _ => {}
        }
        match lists.pop() {
            Some(file) if !lists.is_empty() => Ok(Some(Self { rules, lists, file })),
            _ => Err("a list and a file are needed".into()),
        }
    }

    fn run(self) -> Result<String, String> {
        let mut taken = Taken::new(self.rules);
        for path in &self.lists {
            let list = File::open(path).map_err(|e| named(path, &e))?;
            let read = taken.read(BufReader::new(list));
            read.map_err(|(line, e)| format!("{}:{line}: {e}", path.display()))?;
        }
        let list = taken.list()?;
        let bytes = list.to_bytes();
        replace(&self.file, &bytes)?;
        Ok(format!(
            "{} digests in {} bytes; refuses one in {:.0} other passwords, too\n",
            list.len(),
            bytes.len(),
            list.false_positive_rate().recip()
        ))
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    Text,
    Sha1,
    Hibp,
}

fn kind(name: &str) -> Result<Kind, &'static str> {
    match name {
        "text" => Ok(Kind::Text),
        "sha1" => Ok(Kind::Sha1),
        "hibp" => Ok(Kind::Hibp),
        _ => Err("not text, sha1 or hibp"),
    }
}

fn bits(number: &str) -> Result<u8, &'static str> {
    match number.parse() {
        Ok(bits @ 16..=64) if bits % 8 == 0 => Ok(bits),
        _ => Err("not 16, 24, ... 64"),
    }
}

#[derive(Clone, Copy)]
struct Rules {
    kind: Kind,
    min_length: usize,
    min_count: u64,
    take: usize,
    /// None: what is [`TOLERATED`].
    bits: Option<u8>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            kind: Kind::Text,
            min_length: 0,
            min_count: 0,
            take: usize::MAX,
            bits: None,
        }
    }
}

impl Rules {
    /// The digest of what a line lists, if it is to be taken.
    fn digest(&self, line: &str) -> Result<Option<u64>, &'static str> {
        let digest = match self.kind {
            Kind::Hibp => return hibp(line, self.min_count),
            Kind::Text => Digest::FoldedSha256,
            Kind::Sha1 => Digest::Sha1,
        };
        Ok((line.chars().count() >= self.min_length).then(|| digest.of(line)))
    }
}

/// `HEX40:count`
fn hibp(line: &str, min_count: u64) -> Result<Option<u64>, &'static str> {
    let wrong = "not 40 hexadecimal digits, a colon and a count";
    let (digest, count) = line.split_once(':').ok_or(wrong)?;
    let count: u64 = count.parse().map_err(|_| wrong)?;
    if digest.len() != 40 || !digest.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(wrong);
    }
    let first = digest.get(..16).ok_or(wrong)?;
    let first = u64::from_str_radix(first, 16).map_err(|_| wrong)?;
    Ok((count >= min_count).then_some(first))
}

/// The digests of the lists so far.
struct Taken {
    rules: Rules,
    digests: Vec<u64>,
    /// With a limit: what there is already, in the bits that are kept.
    different: HashSet<u64>,
}

impl Taken {
    fn new(rules: Rules) -> Self {
        Self {
            rules,
            digests: Vec::new(),
            different: HashSet::new(),
        }
    }

    /// An error comes with the number of its line.
    fn read(&mut self, mut list: impl BufRead) -> Result<(), (u64, String)> {
        let mut line = Vec::new();
        for number in 1.. {
            line.clear();
            let wrong = |what: &str| (number, what.to_owned());
            let mut limited = list.by_ref().take(MAX_LINE);
            let read = limited.read_until(b'\n', &mut line);
            if read.map_err(|e| wrong(&e.to_string()))? == 0 || self.is_full() {
                break;
            }
            if limited.limit() == 0 && !line.ends_with(b"\n") {
                return Err(wrong("longer than 64 KiB"));
            }
            let text = str::from_utf8(&line).map_err(|_| wrong("not UTF-8"))?;
            let text = text.strip_suffix('\n').unwrap_or(text);
            let text = text.strip_suffix('\r').unwrap_or(text);
            let mark = if number == 1 { "\u{FEFF}" } else { "" };
            let text = text.strip_prefix(mark).unwrap_or(text);
            if !text.is_empty() {
                let digest = self.rules.digest(text).map_err(wrong)?;
                let new = digest.filter(|digest| self.is_new(*digest));
                self.digests.extend(new);
            }
        }
        Ok(())
    }

    fn is_full(&self) -> bool {
        self.digests.len() >= self.rules.take
    }

    fn is_new(&mut self, digest: u64) -> bool {
        let bits = self.rules.bits.unwrap_or(64);
        self.rules.take == usize::MAX || self.different.insert(digest >> 64_u8.saturating_sub(bits))
    }

    fn list(mut self) -> Result<Blocklist, String> {
        let digest = match self.rules.kind {
            Kind::Text => Digest::FoldedSha256,
            Kind::Sha1 | Kind::Hibp => Digest::Sha1,
        };
        self.digests.sort_unstable();
        self.digests.dedup();
        let len = self.digests.len() as f64;
        let tolerated = |width: &u8| len / 256_f64.powi((*width).into()) <= TOLERATED;
        let width = self
            .rules
            .bits
            .map(|bits| bits / 8)
            .or_else(|| (2..=8).find(tolerated));
        Blocklist::from_digests(digest, width.unwrap_or(8), self.digests).map_err(|e| e.to_string())
    }
}

/// Writes beside the file, then takes its place: whoever reads it has the old one or the new one.
fn replace(file: &Path, bytes: &[u8]) -> Result<(), String> {
    let mut part = file.as_os_str().to_owned();
    part.push(".part");
    let part = Path::new(&part);
    let mut output = File::create_new(part).map_err(|e| named(part, &e))?;
    let written = output.write_all(bytes).and_then(|()| output.sync_all());
    let replaced = written.and_then(|()| fs::rename(part, file));
    replaced.map_err(|e| {
        // What is left is of no use, and the first error is the one to report.
        let _ = fs::remove_file(part);
        named(file, &e)
    })
}

fn named(path: &Path, error: &io::Error) -> String {
    format!("{}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(arguments: &[&str]) -> Result<Option<Task>, lexopt::Error> {
        Task::from_arguments(lexopt::Parser::from_args(arguments))
    }

    fn rules(arguments: &[&str]) -> Rules {
        let arguments = [arguments, &["in", "out"]].concat();
        task(&arguments).unwrap().unwrap().rules
    }

    fn made(arguments: &[&str], lists: &[&str]) -> Result<Vec<u8>, (u64, String)> {
        let mut taken = Taken::new(rules(arguments));
        for list in lists {
            taken.read(list.as_bytes())?;
        }
        Ok(taken.list().unwrap().to_bytes())
    }

    fn len(bytes: Vec<u8>) -> usize {
        Blocklist::from_bytes(bytes).unwrap().len()
    }

    #[test]
    fn the_file_is_that_of_the_lines() {
        let listed = Blocklist::from_lines("password1\nStraße\n tail \n").to_bytes();
        let lists = ["\u{FEFF}Password1\r\n\n\r\n", "STRASSE\n tail \nshort"];
        let arguments = ["--bits", "64", "--min-length", "6"];
        assert_eq!(made(&arguments, &lists), Ok(listed));
    }

    /// PW-10: the digests are those of "password" and "P@ssw0rd".
    #[test]
    fn published_digests_are_those_of_the_passwords() {
        let published = "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:10\r\n\
                         21bd12dc183f740ee76f27b78eb39c8ad972a757:9\n\
                         0000000000000000000000000000000000000000:8\n";
        let ours = made(&["--kind", "sha1"], &["P@ssw0rd\npassword\n"]);
        assert_eq!(
            made(&["--kind", "hibp", "--min-count", "9"], &[published]),
            ours
        );
        assert_eq!(len(made(&["--kind", "hibp"], &[published]).unwrap()), 3);
    }

    #[test]
    fn takes_the_first_that_differ() {
        let lists = ["one\nONE\ntwo\n", "two\nthree\nfour\n"];
        let three = made(&[], &["one\ntwo\nthree"]).unwrap();
        assert_eq!(made(&["--take", "3"], &lists), Ok(three));
        assert_eq!(len(made(&["--take", "9"], &lists).unwrap()), 4);
        // 4,096 passwords in sixteen bits: not as many digests, but as many as were asked for
        let many: String = (0..5000).map(|n| format!("{n}\n")).collect();
        let taken = made(&["--bits", "16", "--take", "4096"], &[&many]).unwrap();
        assert_eq!(len(taken), 4096);
    }

    #[test]
    fn one_in_ten_thousand_is_tolerated() {
        for (passwords, width) in [(6, 2), (7, 3), (1677, 3), (1678, 4)] {
            let list: String = (0..passwords).map(|n| format!("{n}\n")).collect();
            assert_eq!(made(&[], &[&list]).unwrap()[6], width, "{passwords}");
        }
    }

    #[test]
    fn a_wrong_line_is_named() {
        let long = "x".repeat(64 * 1024);
        assert_eq!(
            made(&[], &[&format!("a\n{long}")]),
            Err((2, "longer than 64 KiB".into()))
        );
        assert!(made(&[], &[&long.replacen("x", "", 1)]).is_ok());
        let mut taken = Taken::new(Rules::default());
        let latin1: &[u8] = b"good\n\ncaf\xe9\n";
        assert_eq!(taken.read(latin1), Err((3, "not UTF-8".into())));
        for line in [
            "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8",
            "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD:1",
            "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD80:1",
            "+BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:1",
            "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FDG:1",
            "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:",
            "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:1 ",
        ] {
            let (number, _) = made(&["--kind", "hibp"], &[line]).unwrap_err();
            assert_eq!(number, 1, "{line}");
        }
    }

    #[test]
    fn wrong_usage_is_refused() {
        for arguments in [
            &["in"] as &[_],
            &[],
            &["--kind", "md5", "in", "out"],
            &["--bits", "20", "in", "out"],
            &["--bits", "8", "in", "out"],
            &["--bits", "72", "in", "out"],
            &["--take", "-1", "in", "out"],
            &["--kind", "hibp", "--min-length", "8", "in", "out"],
            &["--min-count", "8", "in", "out"],
            &["--what", "in", "out"],
        ] {
            assert!(task(arguments).is_err(), "{arguments:?}");
        }
        assert!(matches!(task(&["--help"]), Ok(None)));
    }

    /// Whole or not at all: the old file stays where the new one cannot be made.
    #[test]
    fn writes_the_file_and_says_what_was_wrong() {
        let folder = std::env::temp_dir().join(format!("blocklist-{}", std::process::id()));
        fs::create_dir(&folder).unwrap();
        let at = |name: &str| folder.join(name);
        let run = |list: &str| {
            let (list, file) = (at(list), at("list.bin"));
            let arguments = [list.as_os_str(), file.as_os_str()];
            let task = Task::from_arguments(lexopt::Parser::from_args(arguments));
            task.unwrap().unwrap().run()
        };
        fs::write(at("good"), "password\nqwertyuiop\n").unwrap();
        fs::write(at("bad"), b"password\n\xff\n").unwrap();

        let said = run("good").unwrap();
        let first = fs::read(at("list.bin")).unwrap();
        assert!(
            said.starts_with("2 digests in 1066 bytes; refuses one in 32768 "),
            "{said}"
        );
        let said = run("bad").unwrap_err();
        assert_eq!(said, format!("{}:2: not UTF-8", at("bad").display()));
        let said = run("absent").unwrap_err();
        assert!(said.starts_with(&at("absent").display().to_string()));
        fs::write(at("list.bin.part"), "another's").unwrap();
        run("good").unwrap_err();
        assert_eq!(fs::read(at("list.bin.part")).unwrap(), b"another's");
        fs::remove_file(at("list.bin.part")).unwrap();
        assert_eq!(fs::read(at("list.bin")).unwrap(), first);
        fs::remove_dir_all(&folder).unwrap();
    }
}
