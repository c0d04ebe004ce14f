//! Where the accounts are kept: one of the library's stores, chosen when the service starts.

use std::{error, sync::Arc};

use portcullis::{
    Timestamp,
    field::Keyring,
    store::{self, Entry, Exchange, Memory, Redis, Sqlite, Store},
};

use crate::keys;

/// Accounts that a store in memory holds.
const CAPACITY: usize = 10_000;

/// A store of any kind.
#[derive(Debug)]
pub enum Stores {
    /// In this process; a restart forgets everything.
    Memory(Memory),
    /// In one file, for one machine.
    Sqlite(Sqlite),
    /// In a server, for many machines.
    Redis(Redis),
}

/// Opens what `--store` names, and says what of it can lose what it acknowledged. All that goes into
/// it is sealed by the key in the file `key`: the accounts' second factors among it.
pub fn open(name: &str, key: &str) -> Result<(Arc<Keyring>, Stores), Box<dyn error::Error>> {
    if name == "memory" {
        let ring = Arc::new(Keyring::generate(Timestamp::now())?);
        return Ok((ring, Stores::Memory(Memory::new(CAPACITY))));
    }
    // any other kind of address is an error of Redis's, and no file
    let store = if name.contains("://") {
        let redis = Redis::open(name)?;
        for risk in redis.risks()? {
            crate::say(format_args!("warning: {risk}"));
        }
        Stores::Redis(redis)
    } else {
        Stores::Sqlite(Sqlite::open(name)?)
    };
    Ok((keys::ring(key)?, store))
}

impl Store for Stores {
    type Error = store::Error;

    fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, store::Error> {
        match self {
            Self::Memory(store) => Store::load(store, key).map_err(no_answer),
            Self::Sqlite(store) => store.load(key).map_err(no_answer),
            Self::Redis(store) => store.load(key).map_err(no_answer),
        }
    }

    fn compare_exchange(
        &self,
        key: &[u8],
        current: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> Result<Exchange, store::Error> {
        match self {
            Self::Memory(store) => {
                Store::compare_exchange(store, key, current, new).map_err(no_answer)
            }
            Self::Sqlite(store) => store.compare_exchange(key, current, new).map_err(no_answer),
            Self::Redis(store) => store.compare_exchange(key, current, new).map_err(no_answer),
        }
    }
}

fn no_answer(error: impl error::Error + Send + Sync + 'static) -> store::Error {
    store::Error::Unavailable(Arc::new(error))
}
