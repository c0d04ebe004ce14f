//! Keys in files that only their owner may read.
//!
//! A [`KeyFile`] holds key-encryption keys ([`LocalKek`]) or a wrapped [`Keyring`]. It is read only
//! if nobody else can have read or written it, and written so that a crash leaves the old file or the
//! new one. This is the one part of `field` that touches a disk.
//!
//! # What is checked
//!
//! Before a byte is read: that the path names a regular file, no symbolic link, device or pipe; that
//! its mode gives nothing to group and others (`mode & 0o077 == 0`, as OpenSSH asks of private keys);
//! that its owner is who runs this process; that its directory belongs to that user or to root and
//! cannot be written by others (`mode & 0o022 == 0`), else another file could be put in its place;
//! and that it is not longer than what is looked for can be. Directories further up are the
//! operator's to keep.
//!
//! Who runs is read from `/proc/self/status` on Linux, and it is refused where that cannot be read.
//! On other Unix systems it follows from the mode: an owner-only file is readable to its owner and to
//! root alone, so there root alone could read a file that somebody else made. Systems without such
//! modes refuse, unless told [`danger_any_permissions`](KeyFile::danger_any_permissions).
//!
//! # Writing
//!
//! Into a new file in the same directory, made with mode 0600 and a random name, synchronised, then
//! put under its name in one step and the directory synchronised. `create` never replaces a file;
//! `replace` refuses what would lose a key. Where the file system has no hard links (exFAT, some
//! network file systems), `create` takes the name with an empty file first, which a crash may leave.
//!
//! A crash may leave the new file under a name that ends in `.tmp`; it is as private as the other,
//! and it may hold a key that is destroyed later: who destroys a key removes those files too. An
//! error may also come of the very last step, synchronising the directory: then the new file stands
//! under its name and may not outlast a power cut. Load it to see.
//!
//! # What this does not do
//!
//! It cannot see access lists beyond the mode (NFSv4, macOS), who else has the disk or a backup, or
//! whether a removed file's blocks are still there. Two processes that replace a file at the same
//! time end with the file of one of them: keep rings that several machines change in a store.
//! Errors do not name the path; [`KeyFile::path`] does.
//!
//! # Example
//!
//! ```
//! # #[cfg(unix)] {
//! # use std::os::unix::fs::PermissionsExt;
//! # let home = tempfile::tempdir()?;
//! # std::fs::set_permissions(&home, std::fs::Permissions::from_mode(0o700))?;
//! # let dir = home.path();
//! use portcullis::{Timestamp, field::{Keyring, LocalKek, Scope, file::KeyFile}};
//!
//! // once, at a time that an application takes from Timestamp::now()
//! let now = Timestamp::from_secs(1_795_251_600);
//! let kek = LocalKek::generate("2026-11")?;
//! KeyFile::new(dir.join("kek")).create_kek(&kek)?;
//! KeyFile::new(dir.join("ring")).create_ring(&Keyring::generate(now)?, &kek)?;
//!
//! // at each start
//! let kek = KeyFile::new(dir.join("kek")).load_kek()?;
//! let ring = KeyFile::new(dir.join("ring")).load_ring(&Scope::application(), &kek, 0)?;
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use core::fmt::Write as _;
use std::{
    ffi::OsString,
    fs::{self, File, Metadata, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use super::{ExposeSecret, KeyRecord, KeyWrapper, Keyring, LocalKek, Scope, kek, rewrap, wrap};
use crate::random;

/// Why a file of keys was not read or written.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The system refused.
    #[error("file of keys cannot be used: {0}")]
    Io(io::ErrorKind),
    /// A symbolic link, a directory, a device, or a file that was exchanged while it was opened.
    #[error("path does not name a regular file")]
    NotAFile,
    /// Group or others may read, write or execute the file.
    #[error("file of keys has mode {mode:04o}, more than 0600")]
    Mode {
        /// Its permissions.
        mode: u32,
    },
    /// The file belongs to another user than the one who runs this process.
    #[error("file of keys belongs to another user")]
    Owner,
    /// Group or others may write to the directory and put another file in the place of this one.
    #[error("directory of the file of keys has mode {mode:04o}, writable by others")]
    Directory {
        /// Its permissions.
        mode: u32,
    },
    /// The directory belongs neither to the user who runs this process nor to root.
    #[error("directory of the file of keys belongs to another user")]
    DirectoryOwner,
    /// The system has no modes, or does not say who runs.
    #[error("who may read the file of keys cannot be told on this system")]
    Unchecked,
    /// Longer than any file of its kind.
    #[error("file of keys is longer than {max} bytes")]
    TooLong {
        /// The longest that is read.
        max: usize,
    },
    /// The KEK that wraps by the present file is not in the new one: every ring that it wrapped would
    /// be lost.
    #[error("the key-encryption key in use would be lost")]
    KekLost,
    /// The present ring has a key that the new one lacks or has not destroyed, or took other steps
    /// to the same generation: load it, and take the steps again.
    #[error("the key ring in the file is not an earlier one of the new ring")]
    Diverged,
    /// The content is not what was looked for, or refuses.
    #[error(transparent)]
    Field(#[from] super::Error),
    /// The operating system gave no randomness for a name.
    #[error("no randomness")]
    Randomness,
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::Io(error.kind())
    }
}

/// A file of keys, by its path. Nothing is touched until it is loaded, created or replaced.
#[derive(Clone, Debug)]
#[must_use]
pub struct KeyFile {
    path: PathBuf,
    checks: Checks,
}

#[derive(Clone, Copy, Debug)]
enum Checks {
    Owner,
    None,
}

impl KeyFile {
    /// The file at this path.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            checks: Checks::Owner,
        }
    }

    /// The path that it was made with.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads and writes whatever the modes and owners are: on systems that have none, or where
    /// something else keeps the file, such as a secret mounted for a group. Whoever can read the file
    /// has the keys.
    ///
    /// Links are followed then, as Kubernetes mounts secrets through two of them, and must end at a
    /// regular file of bounded length. Replacing puts the new file in the place of the link.
    pub fn danger_any_permissions(self) -> Self {
        Self {
            checks: Checks::None,
            ..self
        }
    }

    /// The key-encryption keys in the file.
    ///
    /// # Errors
    ///
    /// An [`Error`] for a file that others could read or exchange; [`Error::Field`] as
    /// [`LocalKek::decode`].
    pub fn load_kek(&self) -> Result<LocalKek, Error> {
        Ok(LocalKek::decode(&self.read(kek::MAX_TEXT_LEN)?)?)
    }

    /// Writes key-encryption keys to a file that does not exist.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] with [`AlreadyExists`](io::ErrorKind::AlreadyExists), or as the system says; an
    /// [`Error`] for a directory that others could write to.
    pub fn create_kek(&self, kek: &LocalKek) -> Result<(), Error> {
        self.create(kek.encode().expose_secret())
    }

    /// Replaces the key-encryption keys in the file.
    ///
    /// # Errors
    ///
    /// Those of [`load_kek`](Self::load_kek) for the present file; [`Error::KekLost`] if the one that
    /// wraps there is not among the new ones: rotate, wrap every ring anew, then forget it.
    pub fn replace_kek(&self, kek: &LocalKek) -> Result<(), Error> {
        if !kek.holds_first_of(&self.load_kek()?) {
            return Err(Error::KekLost);
        }
        self.replace(kek.encode().expose_secret())
    }

    /// The ring in the file, as [`Keyring::open_wrapped`].
    ///
    /// # Errors
    ///
    /// An [`Error`] for a file that others could read or exchange; [`Error::Field`] as
    /// [`Keyring::open_wrapped`].
    pub fn load_ring(
        &self,
        scope: &Scope,
        wrapper: &(impl KeyWrapper + ?Sized),
        least_generation: u64,
    ) -> Result<Keyring, Error> {
        let bytes = self.read(wrap::MAX_LEN)?;
        let ring = Keyring::open_wrapped(&bytes, scope, wrapper, least_generation)?;
        Ok(ring)
    }

    /// Wraps a ring and writes it to a file that does not exist.
    ///
    /// # Errors
    ///
    /// Those of [`create_kek`](Self::create_kek); [`Error::Field`] as [`Keyring::wrap_with`].
    pub fn create_ring(
        &self,
        ring: &Keyring,
        wrapper: &(impl KeyWrapper + ?Sized),
    ) -> Result<(), Error> {
        self.create(&ring.wrap_with(wrapper)?)
    }

    /// Wraps a ring and puts it in the place of the one in the file.
    ///
    /// # Errors
    ///
    /// Those of [`load_ring`](Self::load_ring) for the present ring, which must open: one under an old
    /// KEK that `wrapper` lacks is [wrapped anew](Self::rewrap_ring) first. [`Error::Field`] with
    /// [`RolledBack`](super::Error::RolledBack) if it is of a later generation; [`Error::Diverged`]
    /// if a key of its would be lost or come back.
    pub fn replace_ring(
        &self,
        ring: &Keyring,
        wrapper: &(impl KeyWrapper + ?Sized),
    ) -> Result<(), Error> {
        let present = self.load_ring(ring.scope(), wrapper, 0)?;
        let (found, least) = (ring.generation(), present.generation());
        if found < least {
            return Err(super::Error::RolledBack { found, least }.into());
        }
        if !continues(ring, &present) {
            return Err(Error::Diverged);
        }
        self.replace(&ring.wrap_with(wrapper)?)
    }

    /// Wraps the ring in the file anew, as [`rewrap`].
    ///
    /// # Errors
    ///
    /// An [`Error`] for a file that others could read or exchange; [`Error::Field`] as [`rewrap`].
    pub fn rewrap_ring(
        &self,
        old: &(impl KeyWrapper + ?Sized),
        new: &(impl KeyWrapper + ?Sized),
    ) -> Result<(), Error> {
        let present = self.read(wrap::MAX_LEN)?;
        self.replace(&rewrap(&present, old, new)?)
    }

    fn read(&self, max: usize) -> Result<Zeroizing<Vec<u8>>, Error> {
        let named = match self.checks {
            Checks::Owner => fs::symlink_metadata(&self.path)?,
            Checks::None => fs::metadata(&self.path)?,
        };
        let (file, opened) = open_same(&self.path, &named)?;
        if let Checks::Owner = self.checks {
            check_directory(self.directory())?;
            check_file(&opened)?;
        }
        let len = usize::try_from(opened.len()).unwrap_or(usize::MAX);
        if len > max {
            return Err(Error::TooLong { max });
        }
        // Room for all of it at once: a buffer that grows leaves keys behind in what it gives back.
        let mut bytes = Zeroizing::new(Vec::with_capacity(len.saturating_add(64)));
        file.take(opened.len()).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn create(&self, bytes: &[u8]) -> Result<(), Error> {
        self.write(bytes, |new, path| {
            place_new(new, path, |new, path| fs::hard_link(new, path))
        })
    }

    fn replace(&self, bytes: &[u8]) -> Result<(), Error> {
        self.write(bytes, |new, path| fs::rename(new, path))
    }

    fn write(
        &self,
        bytes: &[u8],
        place: impl FnOnce(&Path, &Path) -> io::Result<()>,
    ) -> Result<(), Error> {
        if let Checks::Owner = self.checks {
            check_directory(self.directory())?;
        }
        let new = self.new_name()?;
        let placed = write_new(&new, bytes).and_then(|()| place(&new, &self.path));
        // What was renamed has this name no more.
        let removed = fs::remove_file(&new);
        placed?;
        match removed {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        synchronise(self.directory())?;
        Ok(())
    }

    fn directory(&self) -> &Path {
        match self.path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        }
    }

    /// Beside the file, where renaming is one step, and a name that nobody can foresee.
    fn new_name(&self) -> Result<PathBuf, Error> {
        let mut name = OsString::from(".");
        name.push(self.path.file_name().ok_or(Error::NotAFile)?);
        let mut suffix = String::from(".");
        for byte in random::bytes::<16>().map_err(|_| Error::Randomness)? {
            // Writing to a string does not fail.
            let _ = write!(suffix, "{byte:02x}");
        }
        name.push(suffix);
        name.push(".tmp");
        Ok(self.directory().join(name))
    }
}

/// Whether the new ring can have come from the present one: it has every key, those that are
/// destroyed are so there, and without a step nothing but the counts differs.
fn continues(new: &Keyring, present: &Keyring) -> bool {
    let uncounted = |key: KeyRecord| KeyRecord {
        seals: 0,
        seals_here: 0,
        ..key
    };
    if new.generation() == present.generation() {
        let keys = present.keys().map(uncounted);
        return new.policy() == present.policy() && keys.eq(new.keys().map(uncounted));
    }
    // Both are by ascending version.
    let mut keys = new.keys();
    present.keys().all(|old| {
        keys.find(|key| key.version == old.version)
            .is_some_and(|key| {
                key.fingerprint == old.fingerprint
                    && (old.destroyed.is_none() || key.destroyed == old.destroyed)
            })
    })
}

/// Opens the file that was looked at, if it is a regular one.
fn open_same(path: &Path, named: &Metadata) -> Result<(File, Metadata), Error> {
    // Before it is opened, since opening a pipe waits for whoever writes to it.
    if !named.is_file() {
        return Err(Error::NotAFile);
    }
    let file = File::open(path)?;
    let opened = file.metadata()?;
    if !is_same(named, &opened) {
        return Err(Error::NotAFile);
    }
    Ok((file, opened))
}

/// Puts a file under a name that no file has.
fn place_new(
    new: &Path,
    path: &Path,
    link: impl FnOnce(&Path, &Path) -> io::Result<()>,
) -> io::Result<()> {
    // A second name for the file fails where there is a file of that name; renaming replaces it.
    match link(new, path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            // No second names on this file system: the name is taken first, then given.
            write_new(path, &[])?;
            let renamed = fs::rename(new, path);
            if renamed.is_err() {
                // The empty file would stand in the way of the next attempt.
                let _ = fs::remove_file(path);
            }
            renamed
        }
        linked => linked,
    }
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(unix)]
fn synchronise(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

/// Other systems do not open directories.
#[cfg(not(unix))]
fn synchronise(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Whether the file that was looked at is the one that was opened.
#[cfg(unix)]
fn is_same(named: &Metadata, opened: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (named.dev(), named.ino()) == (opened.dev(), opened.ino())
}

#[cfg(not(unix))]
fn is_same(_: &Metadata, opened: &Metadata) -> bool {
    opened.is_file()
}

#[cfg(unix)]
fn check_file(file: &Metadata) -> Result<(), Error> {
    use std::os::unix::fs::MetadataExt;
    if file.mode() & 0o077 != 0 {
        let mode = file.mode() & 0o7777;
        return Err(Error::Mode { mode });
    }
    match user()? {
        Some(user) if user != file.uid() => Err(Error::Owner),
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn check_directory(path: &Path) -> Result<(), Error> {
    use std::os::unix::fs::MetadataExt;
    let directory = fs::metadata(path)?;
    if directory.mode() & 0o022 != 0 {
        let mode = directory.mode() & 0o7777;
        return Err(Error::Directory { mode });
    }
    match user()? {
        Some(user) if directory.uid() != user && directory.uid() != 0 => Err(Error::DirectoryOwner),
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
fn check_file(_: &Metadata) -> Result<(), Error> {
    Err(Error::Unchecked)
}

#[cfg(not(unix))]
fn check_directory(_: &Path) -> Result<(), Error> {
    Err(Error::Unchecked)
}

/// Who runs this process: the effective user of `/proc/self/status` (proc(5)). None on systems that
/// do not have it.
#[cfg(target_os = "linux")]
fn user() -> Result<Option<u32>, Error> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    // real, effective, saved, of the file system
    let effective = line.and_then(|users| users.split_whitespace().nth(1));
    let user = effective.and_then(|user| user.parse().ok());
    user.map(Some).ok_or(Error::Unchecked)
}

#[cfg(all(unix, not(target_os = "linux")))]
#[allow(clippy::unnecessary_wraps, reason = "on Linux it can fail")]
const fn user() -> Result<Option<u32>, Error> {
    Ok(None)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// CR-14: what was exchanged between the look and the opening is another file.
    #[test]
    fn a_file_that_was_exchanged_after_the_look_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let [a, b, c] = ["a", "b", "c"].map(|name| dir.path().join(name));
        fs::write(&a, "same").unwrap();
        fs::write(&b, "same").unwrap();
        let named = fs::symlink_metadata(&a).unwrap();
        assert!(open_same(&a, &named).is_ok());
        fs::hard_link(&a, &c).unwrap();
        assert!(open_same(&c, &named).is_ok(), "a file under another name");
        fs::rename(&b, &a).unwrap();
        assert_eq!(open_same(&a, &named).err(), Some(Error::NotAFile));
    }

    /// CR-14: as exFAT and some network file systems answer.
    #[test]
    fn a_file_is_made_where_there_are_no_hard_links() {
        let dir = tempfile::tempdir().unwrap();
        let [new, path] = ["new", "path"].map(|name| dir.path().join(name));
        let refuse = |_: &Path, _: &Path| Err(io::ErrorKind::PermissionDenied.into());
        fs::write(&new, "whole").unwrap();
        place_new(&new, &path, refuse).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
        assert!(!new.exists());

        fs::write(&new, "another").unwrap();
        let there = place_new(&new, &path, refuse).unwrap_err();
        assert_eq!(there.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"whole");

        fs::remove_file(&new).unwrap();
        fs::remove_file(&path).unwrap();
        assert!(place_new(&new, &path, refuse).is_err());
        assert!(!path.exists(), "nothing is left in the way");
    }

    /// CR-14: asked of the system in another way, by making a file.
    #[test]
    fn knows_who_runs() {
        use std::os::unix::fs::MetadataExt;
        let file = tempfile::NamedTempFile::new().unwrap();
        let owner = fs::metadata(file.path()).unwrap().uid();
        assert!(user().unwrap().is_none_or(|user| user == owner));
    }
}
