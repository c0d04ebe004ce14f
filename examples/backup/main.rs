//! Encrypts and decrypts backups: files or pipes of any length, on all cores.
//!
//! ```sh
//! alias backup='cargo run --release --quiet --example backup --features field --'
//! mkdir -m 700 keys
//! keys="--key-file keys/kek --ring keys/ring"
//! backup new-keys $keys
//! set -o pipefail
//! pg_dump app | backup encrypt $keys --item 2026-11-22 --force - app.new && mv app.new app.2026-11-22
//! backup decrypt $keys --item 2026-11-22 app.2026-11-22 app.sql
//! ```
//!
//! `pipefail` and the name at the end are part of it: a pipe looks the same whether `pg_dump` was done
//! or died, so that the backup of half a dump is whole and decrypts.

mod output;
mod progress;
#[cfg(test)]
mod tests;

use std::{
    fmt::Display,
    fs::{self, File},
    io::{self, IsTerminal, Read, Write},
    num::NonZeroUsize,
    path::{Path, PathBuf},
    process::ExitCode,
    thread,
};

use output::Output;
use portcullis::{
    Timestamp,
    field::{
        self, Context, Keyring, LocalKek, Policy, Purpose, Scope,
        file::KeyFile,
        stream::{self, Place, Reader, Writer},
    },
};
use progress::Progress;

const HELP: &str = "\
Encrypts and decrypts backups.

usage: backup new-keys --key-file KEK --ring RING
       backup encrypt  --key-file KEK --ring RING [option]... [IN [OUT]]
       backup decrypt  --key-file KEK --ring RING [option]... [IN [OUT]]
       backup key      FILE...       which key of the ring does each need?

IN and OUT are files, or - for standard input and output, which is the default.

  --item NAME    what this backup is called, such as its date: it decrypts under this name only
  --threads N    default is one for each core
  --force        replaces OUT if it exists
  --help         prints this

KEK holds the key that wraps the keys in RING. Both must be readable to their owner only, in a
directory that nobody else can write to (mkdir -m 700); keep a copy of both, apart from the backups.

A file OUT appears under its name when it is whole, never before; what is killed leaves a file
.OUT.*.part beside it, with plaintext when it decrypted: remove it. To a pipe or a device, what was
written is only good if the exit status is 0; with /dev/null as OUT, decrypt verifies.

On a pipe as IN, a command that died looks like one that was done. Use \"set -o pipefail\", and give a
backup its name only if the whole pipe succeeded.

Exit status: 0 done; 1 refused: not the whole of what was encrypted with these keys and this name;
2 it could not be done.
";

/// The streams that the ring is for.
const NAME: &str = "backup";
const REFUSED: u8 = 1;
const UNDONE: u8 = 2;

fn main() -> ExitCode {
    let pipes = Pipes {
        input: Box::new(io::stdin()),
        out: Box::new(io::stdout()),
        out_is_terminal: io::stdout().is_terminal(),
        progress: io::stderr().is_terminal(),
    };
    let done = match Task::from_arguments(lexopt::Parser::from_env()) {
        Ok(task) => task.run(pipes),
        Err(error) => Err(Failure::Undone(format!("{error}; see --help"))),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("backup: {}", failure.said());
            ExitCode::from(failure.status())
        }
    }
}

/// Standard input and output, and what a person sees of them.
struct Pipes {
    input: Box<dyn Read + Send>,
    out: Box<dyn Write + Send>,
    out_is_terminal: bool,
    progress: bool,
}

/// Why there is no backup.
#[derive(Debug)]
enum Failure {
    Refused(String),
    Undone(String),
}

impl Failure {
    fn said(&self) -> &str {
        match self {
            Self::Refused(said) | Self::Undone(said) => said,
        }
    }

    fn status(&self) -> u8 {
        match self {
            Self::Refused(_) => REFUSED,
            Self::Undone(_) => UNDONE,
        }
    }
}

fn undone(error: impl ToString) -> Failure {
    Failure::Undone(error.to_string())
}

fn about<E: Display>(path: &Path) -> impl Fn(E) -> Failure {
    move |error| undone(format!("{}: {error}", path.display()))
}

enum Command {
    Help,
    NewKeys,
    Encrypt,
    Decrypt,
    Key,
}

/// What the command line asks for.
struct Task {
    command: Command,
    kek: Option<PathBuf>,
    ring: Option<PathBuf>,
    item: Option<String>,
    threads: NonZeroUsize,
    force: bool,
    files: Vec<PathBuf>,
}

impl Task {
    fn from_arguments(mut arguments: lexopt::Parser) -> Result<Self, lexopt::Error> {
        use lexopt::prelude::*;
        let mut command = None;
        let mut task = Self {
            command: Command::Help,
            kek: None,
            ring: None,
            item: None,
            threads: thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            force: false,
            files: Vec::new(),
        };
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("key-file") => task.kek = Some(arguments.value()?.into()),
                Long("ring") => task.ring = Some(arguments.value()?.into()),
                Long("item") => task.item = Some(arguments.value()?.string()?),
                Long("threads") => task.threads = arguments.value()?.parse()?,
                Long("force") => task.force = true,
                Short('h') | Long("help") => return Ok(task),
                Value(word) if command.is_none() => command = Some(named(&word.string()?)?),
                Value(path) => task.files.push(path.into()),
                other => return Err(other.unexpected()),
            }
        }
        task.command = command.ok_or("a command is needed")?;
        let most = match task.command {
            Command::Help | Command::NewKeys => 0,
            Command::Encrypt | Command::Decrypt => 2,
            Command::Key => usize::MAX,
        };
        if task.files.len() > most {
            return Err("too many files".into());
        }
        Ok(task)
    }

    fn run(self, mut pipes: Pipes) -> Result<(), Failure> {
        match self.command {
            Command::Help => pipes.out.write_all(HELP.as_bytes()).map_err(undone),
            Command::NewKeys => self.new_keys(Timestamp::now()),
            Command::Encrypt => self.encrypt(pipes, Timestamp::now()),
            Command::Decrypt => self.decrypt(pipes),
            Command::Key => self.key(&mut pipes.out),
        }
    }

    fn key_file(&self) -> Result<KeyFile, Failure> {
        let path = self.kek.as_ref().ok_or("--key-file is needed");
        Ok(KeyFile::new(path.map_err(undone)?))
    }

    fn ring_file(&self) -> Result<KeyFile, Failure> {
        let path = self.ring.as_ref().ok_or("--ring is needed");
        Ok(KeyFile::new(path.map_err(undone)?))
    }

    fn new_keys(&self, now: Timestamp) -> Result<(), Failure> {
        let (kek_file, ring_file) = (self.key_file()?, self.ring_file()?);
        let policy = Policy::new().for_purpose(Purpose::stream(NAME));
        let ring = Keyring::generate_for(Scope::application(), policy, now).map_err(undone)?;
        // Its own name, so that the wrong file is told from a changed one.
        let kek = LocalKek::generate(&format!("{NAME}-{}", now.as_secs())).map_err(undone)?;
        kek_file.create_kek(&kek).map_err(about(kek_file.path()))?;
        let created = ring_file.create_ring(&ring, &kek);
        if created.is_err() {
            // It wraps nothing, and would be in the way of the next attempt.
            let _ = fs::remove_file(kek_file.path());
        }
        created.map_err(about(ring_file.path()))
    }

    fn keys(&self) -> Result<Keyring, Failure> {
        let (kek_file, ring_file) = (self.key_file()?, self.ring_file()?);
        let kek = kek_file.load_kek().map_err(about(kek_file.path()))?;
        let ring = ring_file.load_ring(&Scope::application(), &kek, 0);
        ring.map_err(about(ring_file.path()))
    }

    fn place(&self) -> Place {
        let context = Context::new().without_tenant();
        Place::new(
            NAME,
            match &self.item {
                Some(item) => context.row(item.as_str()),
                None => context.without_row(),
            },
        )
    }

    fn encrypt(&self, pipes: Pipes, now: Timestamp) -> Result<(), Failure> {
        let (ring, place) = (self.keys()?, self.place());
        if pipes.out_is_terminal && self.file(1).is_none() {
            return Err(undone(
                "a terminal is no place for a backup: give a file, or pipe it",
            ));
        }
        let (input, out) = self.open(pipes)?;
        let writer = Writer::new(out, &ring, &place, now).map_err(undone)?;
        let out = stream::encrypt(input, writer, self.threads).map_err(undone)?;
        self.publish(out)
    }

    fn decrypt(&self, pipes: Pipes) -> Result<(), Failure> {
        let (ring, place) = (self.keys()?, self.place());
        let (input, out) = self.open(pipes)?;
        let on_a_pipe = out.is_pipe();
        let opened = Reader::new(input, &ring, &place)
            .and_then(|reader| stream::decrypt(reader, out, self.threads));
        let whole = opened.map_err(|error| {
            let written = if on_a_pipe {
                "what was written is not the backup and must not be used"
            } else {
                "nothing was written under the name of the output"
            };
            let said = format!("{error}; {written}");
            match error
                .get_ref()
                .and_then(|inner| inner.downcast_ref::<field::Error>())
            {
                Some(_) => Failure::Refused(said),
                None => Failure::Undone(said),
            }
        })?;
        self.publish(whole)
    }

    fn publish(&self, out: Output) -> Result<(), Failure> {
        let path = self.file(1).unwrap_or(Path::new("-"));
        out.publish().map_err(about(path))
    }

    /// A file of the command line, unless it is standard input or output.
    fn file(&self, at: usize) -> Option<&Path> {
        let path = self.files.get(at).map(PathBuf::as_path);
        path.filter(|path| path.as_os_str() != "-")
    }

    /// The input with its progress, and the output.
    fn open(&self, pipes: Pipes) -> Result<(Progress<Box<dyn Read + Send>>, Output), Failure> {
        let mut len = None;
        let input: Box<dyn Read + Send> = match self.file(0) {
            None => pipes.input,
            Some(path) => {
                let file = File::open(path).map_err(about(path))?;
                let found = file.metadata().map_err(about(path))?;
                len = found.is_file().then_some(found.len());
                Box::new(file)
            }
        };
        let out = match self.file(1) {
            None => Output::pipe(pipes.out),
            Some(path) => Output::file(path, self.force).map_err(about(path))?,
        };
        Ok((Progress::new(input, len, pipes.progress), out))
    }

    fn key(&self, out: &mut dyn Write) -> Result<(), Failure> {
        for path in &self.files {
            let mut start = Vec::new();
            let read = File::open(path).and_then(|file| file.take(64).read_to_end(&mut start));
            read.map_err(about(path))?;
            let said = match stream::key_version(&start) {
                Ok(version) => format!("{}: key {version}\n", path.display()),
                Err(error) => format!("{}: {error}\n", path.display()),
            };
            out.write_all(said.as_bytes()).map_err(undone)?;
        }
        Ok(())
    }
}

fn named(command: &str) -> Result<Command, lexopt::Error> {
    match command {
        "new-keys" => Ok(Command::NewKeys),
        "encrypt" => Ok(Command::Encrypt),
        "decrypt" => Ok(Command::Decrypt),
        "key" => Ok(Command::Key),
        other => Err(format!("there is no command {other:?}").into()),
    }
}
