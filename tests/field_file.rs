//! Files of keys: read only if nobody else can have read or written them, written whole or not at all.
#![cfg(all(feature = "field", unix))]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that goes wrong here has failed, which is what it is for"
)]

use std::{
    fs::{self, Permissions},
    io,
    os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink},
    path::{Path, PathBuf},
};

use portcullis::{
    Timestamp,
    field::{
        self, Context, Destroy, ExposeSecret, Key, KeyVersion, KeyWrapper, Keyring, LocalKek,
        Policy, Scope, WrapError,
        file::{Error, KeyFile},
    },
};
use tempfile::TempDir;

const NOW: Timestamp = Timestamp::from_secs(1_795_251_600);

fn home() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("kek");
    mode(dir.path(), 0o700);
    (dir, path)
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn kek() -> LocalKek {
    LocalKek::new("2026-11", Key::from_bytes([0xAA; 32])).unwrap()
}

fn ring() -> Keyring {
    Keyring::new(Key::from_bytes([7; 32]), NOW)
}

fn scope() -> Scope {
    Scope::application()
}

fn load(path: &Path) -> Result<Vec<String>, Error> {
    let kek = KeyFile::new(path).load_kek()?;
    Ok(kek.ids().map(String::from).collect())
}

/// The names in a directory.
fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Only root can give files away; anybody else cannot make what is refused here.
fn is_root(dir: &Path) -> bool {
    fs::metadata(dir).unwrap().uid() == 0
}

/// CR-14
#[test]
fn a_kek_is_kept_in_a_file_that_its_owner_alone_may_read() {
    let (dir, path) = home();
    KeyFile::new(&path).create_kek(&kek()).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o600);
    let read = KeyFile::new(&path).load_kek().unwrap();
    assert_eq!(
        read.encode().expose_secret(),
        kek().encode().expose_secret()
    );
    assert_eq!(names(dir.path()), ["kek"], "nothing else is left");
}

/// CR-14: what is wrong is named with the mode, and nothing of the content.
#[test]
fn a_file_that_others_may_touch_is_refused() {
    let (_dir, path) = home();
    KeyFile::new(&path).create_kek(&kek()).unwrap();
    for bits in [0o640, 0o620, 0o610, 0o604, 0o602, 0o601, 0o644, 0o777] {
        mode(&path, bits);
        let error = load(&path).unwrap_err();
        assert_eq!(error, Error::Mode { mode: bits });
        assert!(error.to_string().contains(&format!("mode 0{bits:o}")));
        assert_eq!(
            KeyFile::new(&path).replace_kek(&kek()),
            Err(Error::Mode { mode: bits })
        );
    }
    for bits in [0o600, 0o400] {
        mode(&path, bits);
        assert!(load(&path).is_ok());
    }
}

/// CR-14: who can write to the directory can put another file in the place of this one.
#[test]
fn a_file_in_a_directory_that_others_may_write_to_is_refused() {
    let (dir, path) = home();
    KeyFile::new(&path).create_kek(&kek()).unwrap();
    for bits in [0o770, 0o707, 0o720, 0o702, 0o777, 0o1777] {
        mode(dir.path(), bits);
        let refused = Error::Directory { mode: bits };
        assert_eq!(load(&path), Err(refused.clone()));
        assert!(refused.to_string().contains(&format!("{bits:04o}")));
        let other = KeyFile::new(dir.path().join("other"));
        assert_eq!(other.create_kek(&kek()), Err(refused));
    }
    for bits in [0o700, 0o755, 0o500] {
        mode(dir.path(), bits);
        assert!(load(&path).is_ok(), "{bits:o}");
    }
    mode(dir.path(), 0o700);
    assert_eq!(names(dir.path()), ["kek"]);
}

/// CR-14
#[test]
fn a_file_of_another_user_is_refused() {
    let (dir, path) = home();
    KeyFile::new(&path).create_kek(&kek()).unwrap();
    if !is_root(dir.path()) {
        return;
    }
    chown(&path, Some(65_534), None).unwrap();
    assert_eq!(load(&path), Err(Error::Owner));
    chown(&path, Some(0), None).unwrap();
    assert!(load(&path).is_ok());
    chown(dir.path(), Some(65_534), None).unwrap();
    assert_eq!(load(&path), Err(Error::DirectoryOwner));
    let other = KeyFile::new(dir.path().join("other"));
    assert_eq!(other.create_kek(&kek()), Err(Error::DirectoryOwner));
}

/// CR-14: a link may lead anywhere, and a pipe waits for ever.
#[test]
fn what_is_not_a_regular_file_is_refused() {
    let (dir, path) = home();
    KeyFile::new(&path).create_kek(&kek()).unwrap();
    let link = dir.path().join("link");
    symlink(&path, &link).unwrap();
    assert_eq!(load(&link), Err(Error::NotAFile));
    assert_eq!(load(dir.path()), Err(Error::NotAFile));
    assert_eq!(load(Path::new("/dev/null")), Err(Error::NotAFile));
    let pipe = dir.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    mode(&pipe, 0o600);
    assert_eq!(load(&pipe), Err(Error::NotAFile));
    let any = KeyFile::new(&pipe).danger_any_permissions();
    assert_eq!(any.load_kek().err(), Some(Error::NotAFile));
    let missing = load(&dir.path().join("missing"));
    assert_eq!(missing, Err(Error::Io(io::ErrorKind::NotFound)));
    assert!(load(Path::new("")).is_err());
    assert_eq!(KeyFile::new("/").create_kek(&kek()), Err(Error::NotAFile));
}

/// CR-14: said aloud, and only then.
#[test]
fn other_permissions_are_accepted_where_that_is_said() {
    let (dir, path) = home();
    KeyFile::new(&path).create_kek(&kek()).unwrap();
    mode(&path, 0o640);
    mode(dir.path(), 0o775);
    let file = KeyFile::new(&path).danger_any_permissions();
    assert_eq!(file.load_kek().unwrap().kek_id(), "2026-11");
    file.replace_kek(&kek().rotate("2026-12").unwrap()).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);

    // the links through which Kubernetes mounts a secret
    fs::create_dir(dir.path().join("..2026_11_22")).unwrap();
    fs::rename(&path, dir.path().join("..2026_11_22/kek")).unwrap();
    symlink("..2026_11_22", dir.path().join("..data")).unwrap();
    symlink("..data/kek", &path).unwrap();
    assert_eq!(file.load_kek().unwrap().kek_id(), "2026-12");
    mode(dir.path(), 0o700);
    mode(&path, 0o600);
    assert_eq!(load(&path), Err(Error::NotAFile));
}

/// CR-14: a new key over an old one would lose whatever the old one wrapped.
#[test]
fn nothing_is_written_over_a_key_that_is_still_needed() {
    let (dir, path) = home();
    let file = KeyFile::new(&path);
    let missing = Err(Error::Io(io::ErrorKind::NotFound));
    assert_eq!(file.replace_kek(&kek()), missing);
    file.create_kek(&kek()).unwrap();
    let other = LocalKek::generate("other").unwrap();
    let exists = Err(Error::Io(io::ErrorKind::AlreadyExists));
    assert_eq!(file.create_kek(&other), exists);
    assert_eq!(file.replace_kek(&other), Err(Error::KekLost));
    assert_eq!(load(&path).unwrap(), ["2026-11"]);
    assert_eq!(names(dir.path()), ["kek"], "nothing else is left");

    let both = kek().rotate("2026-12").unwrap();
    file.replace_kek(&both).unwrap();
    assert_eq!(load(&path).unwrap(), ["2026-12", "2026-11"]);
    file.replace_kek(&both.without("2026-11").unwrap()).unwrap();
    assert_eq!(load(&path).unwrap(), ["2026-12"]);
    assert_eq!(names(dir.path()), ["kek"]);
}

/// CR-14: a key of the same name is not the same key.
#[test]
fn a_kek_is_not_replaced_by_another_of_its_name() {
    let (_dir, path) = home();
    let file = KeyFile::new(&path);
    file.create_kek(&kek()).unwrap();
    let namesake = LocalKek::new("2026-11", Key::from_bytes([0xBB; 32])).unwrap();
    assert_eq!(file.replace_kek(&namesake), Err(Error::KekLost));
}

/// CR-14
#[test]
fn a_ring_is_kept_wrapped_in_a_file() {
    let (dir, path) = home();
    let file = KeyFile::new(&path);
    let mut ring = ring();
    file.create_ring(&ring, &kek()).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o600);
    let again = file.create_ring(&ring, &kek());
    assert_eq!(again, Err(Error::Io(io::ErrorKind::AlreadyExists)));
    let read = file.load_ring(&scope(), &kek(), 0).unwrap();
    assert_eq!(read.encode().expose_secret(), ring.encode().expose_secret());

    ring.stage(NOW).unwrap();
    file.replace_ring(&ring, &kek()).unwrap();
    let least = ring.generation();
    assert!(file.load_ring(&scope(), &kek(), least).is_ok());
    let rolled = field::Error::RolledBack {
        found: read.generation(),
        least,
    };
    let refused = Err(Error::Field(rolled.clone()));
    assert_eq!(file.replace_ring(&read, &kek()), refused);
    file.replace_ring(&ring, &kek()).unwrap();

    let both = kek().rotate("2026-12").unwrap();
    file.rewrap_ring(&both, &both).unwrap();
    let new = both.without("2026-11").unwrap();
    assert!(file.load_ring(&scope(), &new, least).is_ok());
    let gone = Error::Field(field::Error::Wrap(WrapError::Gone));
    assert_eq!(file.load_ring(&scope(), &kek(), 0).err(), Some(gone));
    assert_eq!(names(dir.path()), ["kek"]);

    // another scope's ring is neither read nor written over
    let other = Scope::tenant("acme");
    let refused = Error::Field(field::Error::OtherScope);
    assert_eq!(file.load_ring(&other, &new, 0).err(), Some(refused.clone()));
    let theirs = Keyring::new_for(Key::from_bytes([8; 32]), other, Policy::new(), NOW).unwrap();
    assert_eq!(file.replace_ring(&theirs, &new), Err(refused));
    mode(&path, 0o604);
    let refused = Error::Mode { mode: 0o604 };
    assert_eq!(file.load_ring(&scope(), &new, 0).err(), Some(refused));
}

/// CR-14: what another ring of the scope sealed would be lost with it.
#[test]
fn a_ring_is_replaced_by_a_later_one_of_itself_only() {
    let (_dir, path) = home();
    let file = KeyFile::new(&path);
    file.create_ring(&ring(), &kek()).unwrap();
    let load = || file.load_ring(&scope(), &kek(), 0).unwrap();
    let rotate = |ring: &mut Keyring| {
        let version = ring.stage(NOW).unwrap();
        ring.promote(version, NOW).unwrap();
    };
    let diverged = Err(Error::Diverged);

    let mut foreign = Keyring::generate(NOW).unwrap();
    assert_eq!(file.replace_ring(&foreign, &kek()), diverged);
    rotate(&mut foreign);
    assert_eq!(file.replace_ring(&foreign, &kek()), diverged);

    // two load the same ring, and each takes its steps
    let (mut first, mut second) = (load(), load());
    rotate(&mut first);
    rotate(&mut second);
    file.replace_ring(&first, &kek()).unwrap();
    assert_eq!(file.replace_ring(&second, &kek()), diverged);
    rotate(&mut second);
    assert_eq!(file.replace_ring(&second, &kek()), diverged);

    // the same keys, in other states or under another policy
    let (mut suspended, mut ruled) = (load(), load());
    suspended.suspend(KeyVersion::FIRST, NOW).unwrap();
    let policy = Policy::new().with_max_seals(1);
    ruled.set_policy(policy, NOW).unwrap();
    assert_eq!(suspended.generation(), ruled.generation());
    file.replace_ring(&suspended, &kek()).unwrap();
    assert_eq!(file.replace_ring(&ruled, &kek()), diverged);

    let mut ruled_otherwise = load();
    let policy = Policy::new().with_max_seals(2);
    ruled_otherwise.set_policy(policy, NOW).unwrap();
    ruled = load();
    let policy = Policy::new().with_max_seals(1);
    ruled.set_policy(policy, NOW).unwrap();
    file.replace_ring(&ruled, &kek()).unwrap();
    assert_eq!(file.replace_ring(&ruled_otherwise, &kek()), diverged);

    // a destroyed key does not come back
    let mut keeps = load();
    let mut destroyed = load();
    let reason = "it leaked";
    let forced = Destroy::Forced { reason };
    destroyed.destroy(KeyVersion::FIRST, forced, NOW).unwrap();
    file.replace_ring(&destroyed, &kek()).unwrap();
    rotate(&mut keeps);
    assert!(keeps.generation() > destroyed.generation());
    assert_eq!(file.replace_ring(&keeps, &kek()), diverged);

    // counting is no step
    let counted = load();
    let context = Context::new().without_tenant().table("t").column("c");
    counted.seal(&context.row(1), b"x", NOW).unwrap();
    file.replace_ring(&counted, &kek()).unwrap();
    assert!(load().keys().any(|key| key.seals == 1));
}

/// CR-14: an error of the last step is no promise that nothing was written.
#[test]
fn a_directory_that_cannot_be_synchronised_is_told() {
    let (dir, path) = home();
    if is_root(dir.path()) {
        return;
    }
    mode(dir.path(), 0o300);
    let created = KeyFile::new(&path).create_kek(&kek());
    assert_eq!(created, Err(Error::Io(io::ErrorKind::PermissionDenied)));
    mode(dir.path(), 0o700);
    assert_eq!(load(&path).unwrap(), ["2026-11"]);
}

/// CR-14: a file that was cut off by a full disk or a torn copy is told.
#[test]
fn a_file_that_is_not_whole_is_told() {
    let (dir, path) = home();
    KeyFile::new(&path).create_kek(&kek()).unwrap();
    let whole = fs::read(&path).unwrap();
    for len in [whole.len() - 1, whole.len() - 70, 20] {
        fs::write(&path, &whole[..len]).unwrap();
        assert_eq!(load(&path), Err(Error::Field(field::Error::Checksum)));
    }
    let ring_file = dir.path().join("ring");
    let file = KeyFile::new(&ring_file);
    file.create_ring(&ring(), &kek()).unwrap();
    let whole = fs::read(&ring_file).unwrap();
    fs::write(&ring_file, &whole[..whole.len() - 1]).unwrap();
    assert!(file.load_ring(&scope(), &kek(), 0).is_err());
    // nor is what cannot be read written over
    assert!(file.replace_ring(&ring(), &kek()).is_err());
}

/// CR-14: a file of any length does not take memory of that length.
#[test]
fn a_file_that_is_too_long_is_refused() {
    let (_dir, path) = home();
    KeyFile::new(&path).create_kek(&kek()).unwrap();
    let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.set_len(1 << 40).unwrap();
    assert_eq!(load(&path), Err(Error::TooLong { max: 16 * 1024 }));
    let ring = KeyFile::new(&path).load_ring(&scope(), &kek(), 0);
    assert_eq!(
        ring.err(),
        Some(Error::TooLong {
            max: 16 * 1024 * 1024 + 64 * 1024
        })
    );
}

/// CR-14: a crash between the steps leaves the old file.
#[test]
fn what_a_crash_leaves_is_the_old_file_and_one_beside_it() {
    let (dir, path) = home();
    let file = KeyFile::new(&path);
    file.create_kek(&kek()).unwrap();
    fs::write(dir.path().join(".kek.0123.tmp"), "half of a").unwrap();
    assert_eq!(load(&path).unwrap(), ["2026-11"]);
    file.replace_kek(&kek().rotate("2026-12").unwrap()).unwrap();
    assert_eq!(names(dir.path()), [".kek.0123.tmp", "kek"]);
}

/// CR-14: readers see the old file or the new one, never a part.
#[test]
fn a_file_is_replaced_in_one_step() {
    let (_dir, path) = home();
    let file = KeyFile::new(&path);
    file.create_kek(&kek()).unwrap();
    let key = |n: u8| Key::from_bytes([n; 32]);
    let small = LocalKek::new("a", key(1)).unwrap();
    let small = small.with_old("2026-11", key(0xAA)).unwrap();
    let small = small.with_old("b", key(2)).unwrap();
    let large = LocalKek::new("b", key(2)).unwrap().with_old("a", key(1));
    let more = |kek: LocalKek, n: u8| kek.with_old(&n.to_string(), key(n)).unwrap();
    let large = (3..17).fold(large.unwrap(), more);
    file.replace_kek(&small).unwrap();
    std::thread::scope(|threads| {
        let writer = threads.spawn(|| {
            for _ in 0..50 {
                file.replace_kek(&large).unwrap();
                file.replace_kek(&small).unwrap();
            }
        });
        while !writer.is_finished() {
            // a file that was exchanged between the look and the opening is refused too
            match load(&path) {
                Ok(ids) => assert!(ids.len() == 3 || ids.len() == 16),
                Err(error) => assert_eq!(error, Error::NotAFile),
            }
        }
    });
}
