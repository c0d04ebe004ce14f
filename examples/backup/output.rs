//! Where the result goes: a pipe or a device, or a file that gets its name when it is whole.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

pub(crate) enum Output {
    Pipe(Box<dyn Write + Send>),
    File(Part),
}

/// A file without its name yet; dropped, it is removed. Only its owner may read it.
pub(crate) struct Part {
    file: NamedTempFile,
    path: PathBuf,
    force: bool,
}

impl Output {
    pub(crate) fn pipe(out: Box<dyn Write + Send>) -> Self {
        Self::Pipe(out)
    }

    /// A file at `path`, which is not there yet unless it may be replaced. A device or a pipe that
    /// is there is written to.
    pub(crate) fn file(path: &Path, force: bool) -> io::Result<Self> {
        let found = fs::metadata(path);
        if found.is_ok_and(|found| !found.is_file()) {
            let device = OpenOptions::new().write(true).open(path)?;
            return Ok(Self::Pipe(Box::new(device)));
        }
        if !force && fs::symlink_metadata(path).is_ok() {
            return Err(exists());
        }
        // What a link leads to is replaced, not the link.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
        let file = tempfile::Builder::new()
            .prefix(&format!(".{}.", name.to_string_lossy()))
            .suffix(".part")
            .tempfile_in(directory(&path))?;
        Ok(Self::File(Part { file, path, force }))
    }

    pub(crate) fn is_pipe(&self) -> bool {
        matches!(self, Self::Pipe(_))
    }

    /// Gives the file its name, once it is on the disk.
    pub(crate) fn publish(self) -> io::Result<()> {
        let Self::File(part) = self else {
            return Ok(());
        };
        part.file.as_file().sync_all()?;
        if part.force {
            part.file.persist(&part.path)?;
        } else {
            // It never replaces what came to be there meanwhile.
            part.file.persist_noclobber(&part.path)?;
        }
        synchronise(directory(&part.path)).map_err(|error| {
            let said = format!("it is whole, but a power cut may still take its name: {error}");
            io::Error::new(error.kind(), said)
        })
    }
}

fn directory(path: &Path) -> &Path {
    let parent = path.parent().filter(|dir| !dir.as_os_str().is_empty());
    parent.unwrap_or(Path::new("."))
}

fn synchronise(directory: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(directory)?.sync_all()?;
    }
    Ok(())
}

fn exists() -> io::Error {
    io::Error::new(
        io::ErrorKind::AlreadyExists,
        "is there already; see --force",
    )
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Pipe(out) => out.write(bytes),
            Self::File(part) => part.file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Pipe(out) => out.flush(),
            Self::File(part) => part.file.flush(),
        }
    }
}
