//! The Redis store on a real redis-server, and on servers that misbehave.
#![cfg(feature = "redis")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests stop at what they did not expect"
)]

#[path = "store_redis/fake.rs"]
mod fake;
mod redis_server;

use std::{
    env,
    io::Write as _,
    process::Command,
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::Duration,
};

use portcullis::{
    Timestamp,
    store::{
        self, Change, Entry, Exchange, Redis, Store, check, check_unavailable,
        redis::{Error, Risk, Server},
        update,
    },
};

/// Long enough for a busy machine: what is not to fail does not fail for want of time.
const PATIENT: Duration = Duration::from_secs(60);
/// For what is to fail for want of an answer.
const SHORT: Duration = Duration::from_millis(400);
const DAY: u64 = 86_400_000;

type AnyStore<'a> = &'a (dyn Store<Error = Error> + Sync);

fn at(url: &str) -> Server {
    Server::at(url).unwrap().with_timeouts(PATIENT, PATIENT)
}

fn hasty(url: &str) -> Server {
    Server::at(url).unwrap().with_timeouts(PATIENT, SHORT)
}

/// Runs `test` on the store for threads and on the one for tasks.
fn on_each(server: &Server, test: impl Fn(AnyStore<'_>)) {
    test(&Redis::new(server.clone()));
    #[cfg(feature = "redis-tokio")]
    test(&tasks::Blocking::new(server.clone()));
}

#[cfg(feature = "redis-tokio")]
mod tasks {
    use portcullis::store::{
        AsyncStore, Entry, Exchange, RedisAsync, Store,
        redis::{Error, Server},
    };
    use tokio::runtime::{Builder, Runtime};

    /// The store for tasks, each call of which is waited for.
    pub(crate) struct Blocking {
        pub(crate) store: RedisAsync,
        pub(crate) runtime: Runtime,
    }

    impl Blocking {
        pub(crate) fn new(server: Server) -> Self {
            let runtime = Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build();
            Self {
                store: RedisAsync::new(server),
                runtime: runtime.unwrap(),
            }
        }
    }

    impl Store for Blocking {
        type Error = Error;

        fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
            self.runtime.block_on(self.store.load(key))
        }

        fn compare_exchange(
            &self,
            key: &[u8],
            current: Option<&[u8]>,
            new: Option<&Entry>,
        ) -> Result<Exchange, Error> {
            let exchange = self.store.compare_exchange(key, current, new);
            self.runtime.block_on(exchange)
        }
    }
}

fn entry(value: &[u8]) -> Entry {
    Entry::new(value.to_vec())
}

fn put(store: AnyStore<'_>, key: &[u8], new: &Entry) {
    let current = store.load(key).unwrap();
    let exchange = store.compare_exchange(key, current.as_deref(), Some(new));
    assert_eq!(exchange, Ok(Exchange::Done));
}

/// Asks until there is an answer: the first calls may find what is broken.
fn eventually(store: AnyStore<'_>, key: &[u8]) -> Option<Vec<u8>> {
    (0..100)
        .find_map(|_| match store.load(key) {
            Ok(value) => Some(value),
            Err(_) => {
                thread::sleep(Duration::from_millis(20));
                None
            }
        })
        .unwrap()
}

/// For what another process is about to do.
fn wait_until(done: impl Fn() -> bool) {
    for _ in 0..3000 {
        if done() {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("waited in vain");
}

fn refused(code: &str) -> Error {
    Error::Refused(code.to_owned())
}

fn add_one(store: AnyStore<'_>, key: &[u8]) -> u64 {
    update(&store, key, |value| {
        let number = value.map_or(0, |v| u64::from_be_bytes(v.try_into().unwrap())) + 1;
        let new = entry(&number.to_be_bytes());
        Ok::<_, store::Error>((Change::Put(new), number))
    })
    .unwrap()
}

/// Says which it was, on standard error and past the capture of a passing test.
#[test]
fn says_whether_there_is_a_redis_server_or_the_tests_are_skipped() {
    let on = match redis_server::start() {
        Some(_) => redis_server::version().unwrap(),
        None => "fake servers only".to_owned(),
    };
    let text = format!("the Redis store is tested on: {on}\n");
    std::io::stderr().write_all(text.as_bytes()).unwrap();
}

/// CO-02.
#[test]
fn both_stores_pass_the_suite_over_tcp_and_a_socket() {
    let Some(server) = redis_server::start() else {
        return;
    };
    for server in [
        at(&server.url()),
        at(&server.unix_url()),
        at(&format!("{}/3", server.url())).with_prefix(b"\xff:".to_vec()),
    ] {
        check(&Redis::new(server.clone())).unwrap();
        #[cfg(feature = "redis-tokio")]
        {
            let tasks = tasks::Blocking::new(server);
            store::check_async(&tasks.store, |call| tasks.runtime.block_on(call)).unwrap();
        }
    }
    assert_eq!(server.command(&["DBSIZE"]), "0");
}

/// CO-02: with an account that may do no more than the documentation says.
#[test]
fn needs_no_more_rights_than_documented() {
    let Some(server) = redis_server::start() else {
        return;
    };
    let rights = "on >secret ~shop/* +get +getex +strlen +set +del +evalsha +eval";
    let words = ["ACL", "SETUSER", "shop"]
        .into_iter()
        .chain(rights.split(' '));
    assert_eq!(server.command(&words.collect::<Vec<_>>()), "OK");
    let account = at(&server.url_of("shop:secret"));
    on_each(&account.clone().with_prefix("shop/"), |store| {
        check(&store).unwrap()
    });
    on_each(&account.clone().with_prefix("other/"), |store| {
        assert!(matches!(store.load(b"a"), Err(Error::Refused(_))));
    });
    assert_eq!(Redis::new(account).risks().unwrap(), [Risk::Unknown]);
}

#[test]
fn a_prefix_keeps_applications_apart() {
    let Some(server) = redis_server::start() else {
        return;
    };
    let (shop, blog) = (at(&server.url()).with_prefix("shop/"), at(&server.url()));
    let (shop, blog) = (Redis::new(shop), Redis::new(blog.with_prefix("blog/")));
    put(&shop, b"a", &entry(b"1"));
    assert_eq!(blog.load(b"a"), Ok(None));
    assert_eq!(server.command(&["GET", "shop/a"]), "1");
}

/// What a second process does in the test below.
#[test]
fn adds_where_it_is_told_to() {
    if let Ok(url) = env::var("PORTCULLIS_TEST_ADDS_AT") {
        on_each(&at(&url), |store| {
            for _ in 0..100 {
                add_one(store, b"sum");
            }
        });
    }
}

/// CO-02: several processes, each with the store for threads and the one for tasks, and several
/// clients of this one.
#[test]
fn processes_and_clients_lose_no_update() {
    let Some(server) = redis_server::start() else {
        return;
    };
    let mut processes: Vec<_> = (0..3)
        .map(|_| {
            Command::new(env::current_exe().unwrap())
                .args(["--exact", "adds_where_it_is_told_to"])
                .env("PORTCULLIS_TEST_ADDS_AT", server.url())
                .stdout(std::process::Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                on_each(&at(&server.url()), |store| {
                    for _ in 0..100 {
                        add_one(store, b"sum");
                    }
                });
            });
        }
    });
    for process in &mut processes {
        assert!(process.wait().unwrap().success());
    }
    let stores = if cfg!(feature = "redis-tokio") { 2 } else { 1 };
    let store = Redis::new(at(&server.url()));
    assert_eq!(add_one(&store, b"sum"), 6 * 100 * stores + 1);
}

#[test]
fn a_server_that_forgot_the_scripts_is_given_them_again() {
    let Some(server) = redis_server::start() else {
        return;
    };
    on_each(&at(&server.url()), |store| {
        let before = store
            .load(b"n")
            .unwrap()
            .map_or(0, |_| add_one(store, b"n"));
        for round in 1..4 {
            assert_eq!(add_one(store, b"n"), before + round);
            assert_eq!(server.command(&["SCRIPT", "FLUSH"]), "OK");
        }
        let current = store.load(b"n").unwrap();
        assert_eq!(server.command(&["SCRIPT", "FLUSH"]), "OK");
        let exchange = store.compare_exchange(b"n", current.as_deref(), None);
        assert_eq!(exchange, Ok(Exchange::Done));
    });
}

/// CO-04: idle connections that a restart closed are no error to a load.
#[test]
fn a_restart_is_survived_by_those_who_load_first() {
    let Some(mut server) = redis_server::start_with(&["--appendonly", "yes"]) else {
        return;
    };
    let url = server.url();
    let stores = [Redis::new(at(&url)), Redis::new(at(&url))];
    for (round, store) in (1..).zip(&stores) {
        assert_eq!(add_one(store, b"n"), round);
    }
    server.stop();
    for store in &stores {
        check_unavailable(store).unwrap();
        assert_eq!(store.load(b"n"), Err(Error::Unreachable));
    }
    server.restart();
    for (round, store) in (3..).zip(&stores) {
        assert_eq!(add_one(store, b"n"), round);
    }
    server.stop();
    server.restart();
    for (round, store) in (5..).zip(&stores) {
        assert_eq!(add_one(store, b"n"), round);
    }
}

#[cfg(feature = "redis-tokio")]
#[test]
fn a_restart_is_survived_by_tasks_that_load_first() {
    let Some(mut server) = redis_server::start_with(&["--appendonly", "yes"]) else {
        return;
    };
    let store = tasks::Blocking::new(at(&server.url()));
    assert_eq!(add_one(&store, b"n"), 1);
    server.stop();
    store::check_unavailable_async(&store.store, |call| store.runtime.block_on(call)).unwrap();
    assert!(matches!(
        store.load(b"n"),
        Err(Error::Unreachable | Error::Closed)
    ));
    server.restart();
    assert_eq!(eventually(&store, b"n").unwrap(), 1_u64.to_be_bytes());
    server.stop();
    server.restart();
    assert_eq!(add_one(&store, b"n"), 2);
}

/// A load counts as a write only so that a replica refuses it.
#[test]
fn a_load_changes_nothing() {
    let Some(server) = redis_server::start() else {
        return;
    };
    on_each(&at(&server.url()), |store| {
        let expiring = entry(b"1").expires_at(Timestamp::now());
        put(store, b"a", &expiring);
        let info = |name: &str| {
            let info = server.command(&["INFO"]);
            let line = info.lines().find(|line| line.starts_with(name)).unwrap();
            line.to_owned()
        };
        let changes = || {
            [
                info("rdb_changes_since_last_save:"),
                info("master_repl_offset:"),
            ]
        };
        let before = changes();
        for _ in 0..5 {
            assert_eq!(store.load(b"a"), Ok(Some(b"1".to_vec())));
            assert_eq!(store.load(b"b"), Ok(None));
        }
        let refused = store.compare_exchange(b"a", None, Some(&entry(b"2")));
        assert_eq!(refused, Ok(Exchange::Changed));
        assert_eq!(changes(), before);
        assert!(pttl(&server, "a") > 0);
    });
}

/// Threads that come all at once do not leave their connections behind.
#[test]
fn keeps_a_bounded_number_of_idle_connections() {
    let Some(server) = redis_server::start() else {
        return;
    };
    let store = Redis::new(at(&server.url()));
    let barrier = std::sync::Barrier::new(40);
    server.hang();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..39)
            .map(|_| {
                scope.spawn(|| {
                    barrier.wait();
                    store.load(b"a").unwrap();
                })
            })
            .collect();
        barrier.wait();
        // All of them connect to a server that answers nobody yet.
        thread::sleep(Duration::from_millis(200));
        server.go_on();
        threads
            .into_iter()
            .for_each(|thread| thread.join().unwrap());
    });
    let clients = || {
        let list = server.command(&["CLIENT", "LIST", "TYPE", "normal"]);
        list.lines()
            .filter(|line| line.contains("laddr=127.0.0.1"))
            .count()
    };
    wait_until(|| clients() <= 16);
    assert_eq!(store.load(b"a"), Ok(None));
    assert!(clients() > 0);
}

fn pttl(server: &redis_server::Server, key: &str) -> i64 {
    server.command(&["PTTL", key]).parse().unwrap()
}

/// Milliseconds since 1970 that the simulated clock below says: 1 January 2030.
const NOW: u64 = 1_893_456_000_000;

#[test]
fn the_server_may_forget_a_day_after_the_expiry_and_no_earlier() {
    let Some(server) = redis_server::start() else {
        return;
    };
    let now = Timestamp::from_millis(NOW);
    let clocked = at(&server.url()).with_clock(|| Timestamp::from_millis(NOW));
    let expiring = |at: Timestamp| entry(b"1").expires_at(at);
    let in_days = |days: u64| now.saturating_add(Duration::from_millis(days * DAY));
    let around = |days: u64| {
        let days = i64::try_from(days * DAY).unwrap();
        let minutes = 600_000;
        move |left: i64| (days - minutes..=days).contains(&left)
    };
    on_each(&clocked, |store| {
        put(store, b"a", &expiring(in_days(3)));
        assert!(around(4)(pttl(&server, "a")));
        put(store, b"a", &expiring(now));
        assert!(around(1)(pttl(&server, "a")));
        for past in [
            Timestamp::EPOCH,
            Timestamp::from_millis(1),
            Timestamp::from_millis(NOW - 1),
        ] {
            put(store, b"a", &expiring(past));
            assert!(around(1)(pttl(&server, "a")), "{past}");
            assert_eq!(store.load(b"a").unwrap().unwrap(), b"1");
        }
        put(store, b"a", &entry(b"2"));
        assert_eq!(pttl(&server, "a"), -1);
        put(store, b"a", &expiring(in_days(3)));
        put(store, b"a", &expiring(Timestamp::MAX));
        assert_eq!(pttl(&server, "a"), -1);
        for far in [
            u64::MAX - 1,
            u64::MAX / 2,
            i64::MAX as u64,
            i64::MAX as u64 - DAY,
        ] {
            put(store, b"a", &expiring(Timestamp::from_millis(far)));
            assert_eq!(store.load(b"a").unwrap().unwrap(), b"1");
        }
    });
}

#[test]
fn the_systems_clock_is_the_one_that_counts_by_default() {
    let Some(server) = redis_server::start() else {
        return;
    };
    let store = Redis::new(at(&server.url()));
    let expires = Timestamp::now().saturating_add(Duration::from_millis(9 * DAY));
    put(&store, b"a", &entry(b"1").expires_at(expires));
    let days = i64::try_from(DAY).unwrap();
    assert!((9 * days..=10 * days).contains(&pttl(&server, "a")));
}

/// CO-04: a server that is killed in the midst of writes has what it acknowledged.
#[test]
fn what_was_acknowledged_is_there_after_a_crash() {
    let always = ["--appendonly", "yes", "--appendfsync", "always"];
    let Some(mut server) = redis_server::start_with(&always) else {
        return;
    };
    let url = server.url();
    let store = Redis::new(at(&url));
    assert_eq!(store.risks().unwrap(), []);
    add_one(&store, b"n");
    let next = || {
        update(&store, b"n", |value| {
            let number = u64::from_be_bytes(value.unwrap().try_into().unwrap()) + 1;
            let new = entry(&number.to_be_bytes());
            Ok::<_, store::Error>((Change::Put(new), number))
        })
    };
    let acknowledged = AtomicU64::new(1);
    for _ in 0..3 {
        let writes = AtomicU64::new(0);
        thread::scope(|scope| {
            scope.spawn(|| {
                while let Ok(number) = next() {
                    acknowledged.store(number, Ordering::SeqCst);
                    writes.fetch_add(1, Ordering::SeqCst);
                }
            });
            wait_until(|| writes.load(Ordering::SeqCst) > 20);
            server.kill();
        });
        server.restart();
        let acknowledged = acknowledged.load(Ordering::SeqCst);
        let there = u64::from_be_bytes(eventually(&store, b"n").unwrap().try_into().unwrap());
        // The last one may have been written without anybody hearing of it.
        assert!(
            (acknowledged..=acknowledged + 1).contains(&there),
            "{there}, {acknowledged}"
        );
    }
}

/// CO-04.
#[test]
fn a_server_that_hangs_is_an_error_and_then_works_again() {
    let Some(server) = redis_server::start() else {
        return;
    };
    on_each(&hasty(&server.url()), |store| {
        let before = eventually(store, b"n");
        assert!(
            store
                .compare_exchange(b"n", before.as_deref(), Some(&entry(b"1")))
                .is_ok()
        );
        server.hang();
        assert_eq!(store.load(b"n"), Err(Error::TimedOut));
        let exchange = store.compare_exchange(b"n", Some(b"1"), Some(&entry(b"2")));
        assert_eq!(exchange, Err(Error::TimedOut));
        server.go_on();
        let value = eventually(store, b"n").unwrap();
        assert!(value == b"1" || value == b"2", "{value:?}");
        assert_eq!(eventually(store, b"other"), None);
    });
}

/// Zero means no limit to many a library.
#[test]
fn no_time_at_all_is_not_all_of_it() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", listener.local_addr().unwrap());
    let server = Server::at(&url).unwrap();
    for none in [
        server.clone().with_timeouts(PATIENT, Duration::ZERO),
        server.clone().with_timeouts(Duration::ZERO, Duration::ZERO),
    ] {
        on_each(&none, |store| {
            let error = store.load(b"a").unwrap_err();
            assert!(
                matches!(error, Error::TimedOut | Error::Unreachable),
                "{error}"
            );
        });
    }
    drop(listener);
    let longest = server.with_timeouts(Duration::MAX, Duration::MAX);
    on_each(&longest, |store| {
        assert_eq!(store.load(b"a"), Err(Error::Unreachable))
    });
}

/// CO-04: a full server refuses to grow; what is there can be read and removed.
#[test]
fn a_full_server_is_an_error() {
    let Some(server) = redis_server::start() else {
        return;
    };
    let limit = |memory| {
        assert_eq!(
            server.command(&["CONFIG", "SET", "maxmemory", memory]),
            "OK"
        )
    };
    on_each(&at(&server.url()), |store| {
        limit("0");
        put(store, b"a", &entry(b"1"));
        limit("1mb");
        let grow = store.compare_exchange(b"a", Some(b"1"), Some(&entry(b"2")));
        assert_eq!(grow, Err(refused("OOM")));
        let insert = store.compare_exchange(b"b", None, Some(&entry(b"2")));
        assert_eq!(insert, Err(refused("OOM")));
        assert_eq!(store.load(b"a"), Ok(Some(b"1".to_vec())));
        assert_eq!(store.load(b"b"), Ok(None));
        let remove = store.compare_exchange(b"a", Some(b"1"), None);
        assert_eq!(remove, Ok(Exchange::Done));
        assert_eq!(store.load(b"a"), Ok(None));
    });
}

fn replica_of(primary: &redis_server::Server) -> redis_server::Server {
    let port = primary.port().to_string();
    let replica = redis_server::start_with(&["--replicaof", "127.0.0.1", &port]).unwrap();
    let linked = |s: &redis_server::Server| {
        s.command(&["INFO", "replication"])
            .contains("link_status:up")
    };
    wait_until(|| linked(&replica));
    replica
}

/// CO-04, SE-04: what a replica has may be old; it is not asked.
#[test]
fn a_replica_is_an_error_and_not_an_old_value() {
    let Some(primary) = redis_server::start() else {
        return;
    };
    on_each(&at(&primary.url()), |store| put(store, b"a", &entry(b"1")));
    let replica = replica_of(&primary);
    wait_until(|| replica.command(&["GET", "a"]) == "1");
    on_each(&at(&replica.url()), |store| {
        assert_eq!(store.load(b"a"), Err(refused("READONLY")));
        assert_eq!(store.load(b"not there"), Err(refused("READONLY")));
        for (current, new) in [
            (Some(b"1"), Some(b"2")),
            (Some(b"1"), None),
            (Some(b"x"), None),
        ] {
            let new = new.map(|value| entry(value));
            let exchange = store.compare_exchange(b"a", current.map(|c| &c[..]), new.as_ref());
            assert_eq!(exchange, Err(refused("READONLY")));
        }
    });
    assert_eq!(replica.command(&["GET", "a"]), "1");
}

/// CO-04, SE-04.
#[test]
fn a_primary_that_is_demoted_under_way_is_an_error_until_it_is_one_again() {
    let Some(server) = redis_server::start() else {
        return;
    };
    on_each(&at(&server.url()), |store| {
        put(store, b"a", &entry(b"1"));
        let nowhere = redis_server::free_port().to_string();
        assert_eq!(server.command(&["REPLICAOF", "127.0.0.1", &nowhere]), "OK");
        assert_eq!(store.load(b"a"), Err(refused("READONLY")));
        let exchange = store.compare_exchange(b"a", Some(b"1"), None);
        assert_eq!(exchange, Err(refused("READONLY")));
        assert_eq!(server.command(&["REPLICAOF", "NO", "ONE"]), "OK");
        assert_eq!(store.load(b"a"), Ok(Some(b"1".to_vec())));
    });
}

/// CO-04: a primary that may be the wrong side of a cut does not answer from it.
#[test]
fn a_primary_without_the_replicas_it_is_to_have_is_an_error() {
    let Some(server) = redis_server::start() else {
        return;
    };
    on_each(&at(&server.url()), |store| {
        put(store, b"a", &entry(b"1"));
        let least = |n| server.command(&["CONFIG", "SET", "min-replicas-to-write", n]);
        assert_eq!(least("1"), "OK");
        assert_eq!(store.load(b"a"), Err(refused("NOREPLICAS")));
        for current in [Some(b"1"), Some(b"2")] {
            let exchange = store.compare_exchange(b"a", current.map(|c| &c[..]), None);
            assert_eq!(exchange, Err(refused("NOREPLICAS")));
        }
        assert_eq!(least("0"), "OK");
        assert_eq!(store.load(b"a"), Ok(Some(b"1".to_vec())));
    });
}

/// SE-04: what does not reach as many replicas as it is to is an error.
#[test]
fn a_write_that_reaches_too_few_replicas_is_an_error() {
    let Some(primary) = redis_server::start() else {
        return;
    };
    let brief = Duration::from_millis(100);
    on_each(&at(&primary.url()).with_replicas(1, brief), |store| {
        let current = store.load(b"a").unwrap();
        let exchange = store.compare_exchange(b"a", current.as_deref(), Some(&entry(b"1")));
        let (acknowledged, wanted) = (0, 1);
        let short = Error::NotReplicated {
            acknowledged,
            wanted,
        };
        assert_eq!(exchange, Err(short));
        assert_eq!(store.load(b"a"), Ok(Some(b"1".to_vec())));
        let unchanged = store.compare_exchange(b"a", Some(b"x"), Some(&entry(b"2")));
        assert_eq!(unchanged, Ok(Exchange::Changed));
    });
    on_each(
        &at(&primary.url()).with_replicas(1, Duration::ZERO),
        |store| {
            let exchange = store.compare_exchange(b"a", Some(b"1"), Some(&entry(b"1")));
            assert!(matches!(exchange, Err(Error::NotReplicated { .. })));
        },
    );
    let replica = replica_of(&primary);
    on_each(
        &at(&primary.url()).with_replicas(1, Duration::MAX),
        |store| {
            let current = store.load(b"a").unwrap();
            let next = [current.as_deref().unwrap(), b"+"].concat();
            let exchange = store.compare_exchange(b"a", current.as_deref(), Some(&entry(&next)));
            assert_eq!(exchange, Ok(Exchange::Done));
            assert_eq!(replica.command(&["GET", "a"]).as_bytes(), next);
        },
    );
}

/// CO-04.
#[test]
fn a_key_of_someone_elses_is_an_error_and_stays() {
    let Some(server) = redis_server::start() else {
        return;
    };
    assert_eq!(server.command(&["LPUSH", "list", "1", "2"]), "2");
    on_each(&at(&server.url()), |store| {
        assert_eq!(store.load(b"list"), Err(refused("WRONGTYPE")));
        for current in [None, Some(b"1".as_slice())] {
            let exchange = store.compare_exchange(b"list", current, Some(&entry(b"3")));
            assert_eq!(exchange, Err(refused("WRONGTYPE")));
        }
    });
    assert_eq!(server.command(&["LRANGE", "list", "0", "-1"]), "2\n1");
}

/// CO-04.
#[test]
fn a_value_that_is_too_long_is_neither_read_nor_written() {
    let Some(server) = redis_server::start() else {
        return;
    };
    let longest = 16 * 1024 * 1024;
    on_each(&at(&server.url()), |store| {
        let long = entry(&vec![7; longest]);
        put(store, b"a", &long);
        assert_eq!(store.load(b"a").unwrap().unwrap(), long.value());
        let longer = entry(&vec![7; longest + 1]);
        let exchange = store.compare_exchange(b"a", Some(long.value()), Some(&longer));
        assert_eq!(exchange, Err(Error::TooLong));
        assert_eq!(
            server.command(&["APPEND", "a", "x"]),
            (longest + 1).to_string()
        );
        assert_eq!(store.load(b"a"), Err(Error::TooLong));
        assert_eq!(server.command(&["DEL", "a"]), "1");
        assert_eq!(store.load(b"a"), Ok(None));
    });
}

const PASSWORD: &str = "Hunter2-Wanders-Off";

/// CO-03, CO-04.
#[test]
fn a_wrong_password_is_an_error_and_no_password_is_ever_printed() {
    let Some(server) = redis_server::start_with(&["--requirepass", PASSWORD]) else {
        return;
    };
    let right = at(&server.url_of(&format!(":{PASSWORD}")));
    on_each(&right, |store| put(store, b"a", &entry(b"1")));
    let by_socket = format!("{}?pass={PASSWORD}", server.unix_url());
    on_each(&at(&by_socket), |store| {
        assert!(store.load(b"a").unwrap().is_some())
    });
    let wrong = format!("{PASSWORD}s");
    for user in ["", "default", "Nobody-Knows"] {
        let server = at(&server.url_of(&format!("{user}:{wrong}")));
        on_each(&server, |store| {
            let error = store.load(b"a").unwrap_err();
            assert_eq!(error, Error::Login);
            assert_not_printed(&format!(
                "{error} {error:?} {:?}",
                store::Error::Unavailable(std::sync::Arc::new(error.clone()),)
            ));
        });
    }
    on_each(&at(&server.url()), |store| {
        assert_eq!(store.load(b"a"), Err(refused("NOAUTH")));
    });
}

fn assert_not_printed(text: &str) {
    assert!(!text.contains("Hunter2"), "{text}");
    assert!(!text.contains("Nobody-Knows"), "{text}");
}

/// CO-03.
#[test]
fn neither_password_nor_user_name_is_printed() {
    for url in [
        format!("redis://Nobody-Knows:{PASSWORD}@127.0.0.1:1/2"),
        format!("unix:///nowhere/socket?user=Nobody-Knows&pass={PASSWORD}"),
    ] {
        let server = Server::at(&url).unwrap().with_timeouts(SHORT, SHORT);
        assert_not_printed(&format!("{server:?} {server:#?}"));
        let store = Redis::new(server.clone());
        let error = store.load(b"a").unwrap_err();
        assert_eq!(error, Error::Unreachable);
        assert_not_printed(&format!("{store:?} {store:#?} {error} {error:?}"));
        #[cfg(feature = "redis-tokio")]
        {
            let tasks = tasks::Blocking::new(server);
            let error = tasks.load(b"a").unwrap_err();
            assert_not_printed(&format!("{:?} {error} {error:?}", tasks.store));
        }
    }
    let shown = format!("{:?}", Server::at("redis://a:b@10.0.0.5:7000/2").unwrap());
    assert!(shown.contains("10.0.0.5:7000"), "{shown}");
}

#[test]
fn refuses_urls_that_it_would_not_follow_to_the_letter() {
    for url in [
        "",
        "127.0.0.1",
        "http://127.0.0.1",
        "redis:",
        "redis://",
        "redis://0.0.0.0",
        "redis://host:99999",
        "redis://host/one",
        "redis://host/-1",
        "redis://host/1/2",
        "redis://host/0?db=1",
        "redis://host?protocol=resp3",
        "redis://host/#insecure",
        "redis://user@host",
        "redis://:%ff@host",
        "unix://",
        "unix:///socket?password=x",
        "unix:///socket?db=x",
        "unix:///socket?user=x",
        "rediss://host",
        "rediss://host/#insecure",
        "valkeys://host",
    ] {
        let error = Server::at(url)
            .map(|server| format!("{server:?}"))
            .unwrap_err();
        assert!(matches!(error, Error::Url(_)), "{url}: {error}");
        assert!(Redis::open(url).is_err());
    }
    let tls = Server::at("rediss://:Hunter2@host")
        .unwrap_err()
        .to_string();
    assert!(tls.contains("TLS"), "{tls}");
    assert_not_printed(&tls);
    for url in [
        "redis://host",
        "redis://[::1]:7000/15",
        "redis://user:p%40ss%2f@host",
        "redis://:pass@host/0",
        "valkey://host",
        "unix:///run/redis.sock?db=2&user=a&pass=b",
    ] {
        Server::at(url).unwrap();
    }
}

#[test]
fn says_what_of_the_settings_can_lose_acknowledged_writes() {
    let Some(server) = redis_server::start() else {
        return;
    };
    let set = |name, value| assert_eq!(server.command(&["CONFIG", "SET", name, value]), "OK");
    let risks = |server: &Server| {
        let risks = Redis::new(server.clone()).risks().unwrap();
        #[cfg(feature = "redis-tokio")]
        {
            let tasks = tasks::Blocking::new(server.clone());
            assert_eq!(tasks.runtime.block_on(tasks.store.risks()).unwrap(), risks);
        }
        risks
    };
    let here = at(&server.url());
    assert_eq!(risks(&here), [Risk::NoPersistence]);
    set("save", "3600 1");
    assert_eq!(risks(&here), [Risk::SnapshotsOnly]);
    set("appendonly", "yes");
    assert_eq!(risks(&here), [Risk::LateFsync]);
    set("appendfsync", "no");
    assert_eq!(risks(&here), [Risk::LateFsync]);
    set("appendfsync", "always");
    assert_eq!(risks(&here), []);
    set("maxmemory-policy", "volatile-lru");
    assert_eq!(risks(&here), [Risk::Eviction]);
    set("maxmemory-policy", "noeviction");
    let replica = replica_of(&server);
    assert_eq!(risks(&here), [Risk::Failover]);
    assert_eq!(risks(&here.with_replicas(1, PATIENT)), []);
    assert_eq!(
        risks(&at(&replica.url())),
        [Risk::Replica, Risk::NoPersistence]
    );
}

#[cfg(feature = "redis-tokio")]
mod runtimes {
    use std::{
        pin::pin,
        task::{Context, Poll, Waker},
    };

    use super::{at, entry, redis_server, tasks::Blocking};
    use portcullis::store::{AsyncStore, Exchange, RedisAsync, redis::Error};
    use static_assertions::assert_impl_all;
    use tokio::runtime::Builder;

    assert_impl_all!(RedisAsync: Send, Sync);

    /// Any runtime with several threads can hold the calls: they are `Send`.
    #[test]
    fn many_tasks_share_one_connection() {
        let Some(server) = redis_server::start() else {
            return;
        };
        let tasks = Blocking::new(at(&server.url()));
        let store = std::sync::Arc::new(tasks.store);
        tasks.runtime.block_on(async {
            let calls: Vec<_> = (0..200_u32)
                .map(|n| {
                    let (store, key) = (store.clone(), n.to_string().into_bytes());
                    tokio::spawn(async move {
                        let new = entry(&key);
                        let put = store.compare_exchange(&key, None, Some(&new)).await;
                        assert_eq!(put, Ok(Exchange::Done));
                        assert_eq!(store.load(&key).await, Ok(Some(key)));
                    })
                })
                .collect();
            for call in calls {
                call.await.unwrap();
            }
        });
        let list = server.command(&["CLIENT", "LIST", "TYPE", "normal"]);
        let connections = list.lines().filter(|l| l.contains("laddr=127.0.0.1"));
        assert_eq!(connections.count(), 1);
    }

    /// CO-04.
    #[test]
    fn a_call_outside_a_runtime_is_an_error_and_no_panic() {
        let store = RedisAsync::open("redis://127.0.0.1:1").unwrap();
        let mut context = Context::from_waker(Waker::noop());
        let load = pin!(store.load(b"a")).poll(&mut context);
        assert_eq!(load, Poll::Ready(Err(Error::NoRuntime)));
        let exchange = pin!(store.compare_exchange(b"a", None, None)).poll(&mut context);
        assert_eq!(exchange, Poll::Ready(Err(Error::NoRuntime)));
        let risks = pin!(store.risks()).poll(&mut context);
        assert_eq!(risks, Poll::Ready(Err(Error::NoRuntime)));
    }

    /// They do not wait one after the other, each for as long as a connection may take.
    #[test]
    fn tasks_that_wait_for_one_connection_give_up_together() {
        let (server, connections) = super::fake::deaf();
        let tasks = Blocking::new(server);
        let store = std::sync::Arc::new(tasks.store);
        tasks.runtime.block_on(async {
            let calls: Vec<_> = (0..20)
                .map(|_| {
                    let store = store.clone();
                    tokio::spawn(async move { store.load(b"a").await })
                })
                .collect();
            for call in calls {
                let error = call.await.unwrap().unwrap_err();
                assert!(matches!(error, Error::TimedOut | Error::Unreachable));
            }
        });
        let connections = connections.load(super::Ordering::SeqCst);
        // On a busy machine some begin when others have given up.
        assert!((1..20).contains(&connections), "{connections}");
    }

    /// The connection ends with the runtime that made it; another runtime gets another one.
    #[test]
    fn a_store_outlives_its_runtime() {
        let Some(server) = redis_server::start() else {
            return;
        };
        let store = RedisAsync::new(at(&server.url()));
        for _ in 0..3 {
            let runtime = Builder::new_current_thread().enable_all().build().unwrap();
            assert_eq!(runtime.block_on(store.load(b"a")), Ok(None));
        }
    }
}

#[cfg(feature = "session")]
mod sessions {
    use super::{at, redis_server};
    use portcullis::{
        Timestamp,
        session::{Error, Policy, Sessions},
        store::Redis,
    };

    /// SE-04: what one host ends is ended for all of them, after a restart too.
    #[test]
    fn a_session_ended_on_one_host_is_unknown_on_another() {
        let always = ["--appendonly", "yes", "--appendfsync", "always"];
        let Some(mut server) = redis_server::start_with(&always) else {
            return;
        };
        let host = || Sessions::new(Policy::back_office(), Redis::new(at(&server.url())));
        let (first, second) = (host(), host());
        let now = Timestamp::now();
        let sign_in = first.begin("ann", now).unwrap();
        let (token, _) = first.start(sign_in, now).unwrap();
        let sign_in = second.begin("ann", now).unwrap();
        let (other, _) = second.start(sign_in, now).unwrap();
        assert!(second.check(&token, now).is_ok());
        first.end(&token).unwrap();
        assert_eq!(second.check(&token, now).unwrap_err(), Error::Unknown);
        assert!(second.check(&other, now).is_ok());
        assert_eq!(second.end_all("ann", now).unwrap(), 1);
        server.restart();
        for host in [&first, &second] {
            assert_eq!(host.check(&other, now).unwrap_err(), Error::Unknown);
            assert_eq!(host.check(&token, now).unwrap_err(), Error::Unknown);
        }
    }
}
