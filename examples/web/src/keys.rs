//! The file with the key that seals what the store holds. It does not belong where the store is.

use std::{
    error,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    sync::Arc,
};

use portcullis::field::Keyring;
use secrecy::{ExposeSecret, SecretSlice};

/// For its owner alone.
const MODE: u32 = 0o600;

/// Reads the ring in this file, or makes a new one where there is no file.
pub(crate) fn ring(path: &str) -> Result<Arc<Keyring>, Box<dyn error::Error>> {
    match File::open(path) {
        Ok(file) if file.metadata()?.mode() & 0o077 != 0 => {
            Err(format!("others than its owner may read or write {path}").into())
        }
        Ok(_) => {
            let bytes = SecretSlice::from(fs::read(path)?);
            Ok(Arc::new(Keyring::decode(bytes.expose_secret())?))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let ring = Keyring::generate()?;
            let mut new = OpenOptions::new();
            let mut file = new.write(true).create_new(true).mode(MODE).open(path)?;
            file.write_all(ring.encode().expose_secret())?;
            file.sync_all()?;
            crate::say(format_args!(
                "made a new key in {path}: without it the accounts cannot be read"
            ));
            Ok(Arc::new(ring))
        }
        Err(error) => Err(format!("{path}: {error}").into()),
    }
}
