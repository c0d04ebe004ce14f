//! The stores that are built in, each opened for a bench.

#[cfg(feature = "redis")]
#[path = "../../tests/redis_server/mod.rs"]
mod redis_server;

#[cfg(feature = "redis")]
use portcullis::store::Redis;
use portcullis::store::{Memory, Store};
#[cfg(feature = "sqlite")]
use portcullis::store::{Sqlite, sqlite::Durability};

/// How many keys a store holds while it is measured.
pub(crate) const KEYS: [usize; 2] = [10, 1_000_000];
/// How many in place of the second where nothing is measured: `cargo test --benches`.
const KEYS_IN_A_TEST: usize = 1000;

/// What is done with each store.
pub(crate) trait Measure {
    /// `keys` is how many the store shall hold. What is put into `fill` is in `store`.
    fn measure<S: Store>(&mut self, name: &str, fill: &S, store: &S, keys: usize);
}

/// Gives every store that is built in to `to`, once for each number of keys.
pub(crate) fn each(to: &mut impl Measure) {
    let testing = std::env::args().all(|argument| argument != "--bench");
    for keys in KEYS.map(|keys| {
        if testing {
            keys.min(KEYS_IN_A_TEST)
        } else {
            keys
        }
    }) {
        let memory = Memory::new(keys * 2);
        to.measure(&format!("memory/{keys}"), &memory, &memory, keys);
        #[cfg(feature = "sqlite")]
        {
            let directory = tempfile::tempdir().unwrap();
            let open = || Sqlite::open(directory.path().join("store.db")).unwrap();
            // To wait for the disk at each of a million keys would take an hour.
            let fill = open().with_durability(Durability::Crash);
            to.measure(&format!("sqlite/{keys}"), &fill, &open(), keys);
        }
        #[cfg(feature = "redis")]
        if let Some(server) = redis_server::start() {
            let redis = Redis::open(&server.url()).unwrap();
            to.measure(&format!("redis/{keys}"), &redis, &redis, keys);
        }
    }
}
