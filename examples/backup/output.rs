//! Where the result goes: a pipe, or a file that gets its name when it is whole.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    process,
};

pub(crate) enum Output {
    Pipe(Box<dyn Write + Send>),
    File(Part),
}

/// A file without its name yet; dropped, it is removed. Only its owner may read it.
pub(crate) struct Part {
    file: File,
    part: PathBuf,
    path: PathBuf,
    force: bool,
}

impl Output {
    pub(crate) fn pipe(out: Box<dyn Write + Send>) -> Self {
        Self::Pipe(out)
    }

    /// A file at `path`, which is not there yet unless it may be replaced.
    pub(crate) fn file(path: &Path, force: bool) -> io::Result<Self> {
        if !force && fs::symlink_metadata(path).is_ok() {
            return Err(exists());
        }
        let name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
        let part = format!(".{}.{}.part", name.to_string_lossy(), process::id());
        let part = path.with_file_name(part);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Ok(Self::File(Part {
            file: options.open(&part)?,
            part,
            path: path.to_owned(),
            force,
        }))
    }

    pub(crate) fn is_pipe(&self) -> bool {
        matches!(self, Self::Pipe(_))
    }

    /// Gives the file its name, once it is on the disk.
    pub(crate) fn publish(self) -> io::Result<()> {
        let Self::File(part) = self else {
            return Ok(());
        };
        part.file.sync_all()?;
        if part.force {
            fs::rename(&part.part, &part.path)?;
        } else {
            // Unlike a rename, it never replaces what came to be there meanwhile.
            fs::hard_link(&part.part, &part.path)?;
        }
        let parent = part.path.parent().filter(|dir| !dir.as_os_str().is_empty());
        if cfg!(unix) {
            File::open(parent.unwrap_or(Path::new(".")))?.sync_all()?;
        }
        Ok(())
    }
}

fn exists() -> io::Error {
    io::Error::new(
        io::ErrorKind::AlreadyExists,
        "is there already; see --force",
    )
}

impl Drop for Part {
    fn drop(&mut self) {
        // After a rename there is none.
        let _ = fs::remove_file(&self.part);
    }
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
