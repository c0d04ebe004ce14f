//! The files with the key that seals what the store holds and with that of the devices. They do not
//! belong where the store is.

use std::{
    error,
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    sync::Arc,
};

use portcullis::{Timestamp, attempts::DeviceKeys, field::Keyring};
use secrecy::{ExposeSecret, SecretSlice};

/// For its owner alone.
const MODE: u32 = 0o600;
/// Where the system gives random bytes.
const RANDOM: &str = "/dev/urandom";

/// Reads the ring in this file, or makes a new one where there is no file.
pub(crate) fn ring(path: &str) -> Result<Arc<Keyring>, Box<dyn error::Error>> {
    if let Some(bytes) = read(path)? {
        return Ok(Arc::new(Keyring::decode(bytes.expose_secret())?));
    }
    let ring = Keyring::generate(Timestamp::now())?;
    write(path, ring.encode().expose_secret())?;
    crate::say(format_args!(
        "made a new key in {path}: without it the accounts cannot be read"
    ));
    Ok(Arc::new(ring))
}

/// Reads the devices' key in this file, or makes a new one where there is no file; without a path
/// for as long as this process runs.
pub fn devices(path: Option<&str>) -> Result<DeviceKeys, Box<dyn error::Error>> {
    let mut key = [0; DeviceKeys::KEY_LEN];
    let Some(path) = path else {
        File::open(RANDOM)?.read_exact(&mut key)?;
        return Ok(DeviceKeys::new(key));
    };
    if let Some(bytes) = read(path)? {
        let bytes = bytes.expose_secret().try_into();
        let key = bytes.map_err(|_| format!("{path} is not a key of 32 bytes"))?;
        return Ok(DeviceKeys::new(key));
    }
    File::open(RANDOM)?.read_exact(&mut key)?;
    write(path, &key)?;
    Ok(DeviceKeys::new(key))
}

/// What is in a file that nobody else may read; None where there is no file.
fn read(path: &str) -> Result<Option<SecretSlice<u8>>, Box<dyn error::Error>> {
    match File::open(path) {
        Ok(file) if file.metadata()?.mode() & 0o077 != 0 => {
            Err(format!("others than its owner may read or write {path}").into())
        }
        Ok(_) => Ok(Some(SecretSlice::from(fs::read(path)?))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("{path}: {error}").into()),
    }
}

fn write(path: &str, bytes: &[u8]) -> io::Result<()> {
    let mut new = OpenOptions::new();
    let mut file = new.write(true).create_new(true).mode(MODE).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
