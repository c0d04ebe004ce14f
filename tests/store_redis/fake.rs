//! Servers that answer as no good server does.

use std::{
    env,
    io::{self, BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    os::unix::process::CommandExt,
    process::{Command, Stdio},
    sync::{
        Arc, Barrier, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use portcullis::store::{
    Exchange, Redis, Store,
    redis::{Error, Server},
};

use super::{AnyStore, PATIENT, SHORT, entry, eventually, hasty, on_each, refused};

/// One command as the fake server hears it.
struct Heard {
    /// Which connection it came on, from 1.
    connection: usize,
    /// Which command of that connection it is, from 1.
    command: usize,
    words: Vec<Vec<u8>>,
}

impl Heard {
    fn key(&self) -> &[u8] {
        &self.words[3]
    }

    /// The right answer, carrying `answer`.
    fn answer(&self, answer: &str) -> Vec<u8> {
        let number = &self.words[4];
        let mut bytes = format!("*2\r\n${}\r\n", number.len()).into_bytes();
        bytes.extend_from_slice(number);
        bytes.extend(format!("\r\n{answer}").bytes());
        bytes
    }

    /// The right answer to a load: the key itself.
    fn echo(&self) -> Vec<u8> {
        let key = String::from_utf8_lossy(self.key());
        self.answer(&format!("${}\r\n{key}\r\n", key.len()))
    }
}

/// What the fake server does about it.
enum Reply {
    Send(Vec<u8>),
    Nothing,
    Close,
}

/// Starts a server that hears every command and does what `reply` says.
fn fake(reply: impl Fn(Heard) -> Reply + Send + Sync + 'static) -> Server {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("redis://{}", listener.local_addr().unwrap());
    let (reply, connections) = (Arc::new(reply), AtomicUsize::new(0));
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (reply, connection) = (
                reply.clone(),
                connections.fetch_add(1, Ordering::SeqCst) + 1,
            );
            thread::spawn(move || serve(&stream.unwrap(), connection, &*reply));
        }
    });
    hasty(&url)
}

/// A server that answers no login, and how many connections it has had.
#[cfg(feature = "redis-tokio")]
pub(crate) fn deaf() -> (Server, Arc<AtomicUsize>) {
    let connections = Arc::new(AtomicUsize::new(0));
    let server = fake({
        let connections = connections.clone();
        move |heard| {
            connections.fetch_max(heard.connection, Ordering::SeqCst);
            Reply::Nothing
        }
    });
    let address = format!("{server:?}");
    let address = address.split('"').nth(1).unwrap();
    let server = hasty(&format!("redis://:secret@{address}"));
    (server.with_timeouts(SHORT, SHORT), connections)
}

fn serve(stream: &TcpStream, connection: usize, reply: &dyn Fn(Heard) -> Reply) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    for command in 1.. {
        let words = (0..number(&mut reader)?).map(|_| {
            let mut word = vec![0; number(&mut reader)? + 2];
            reader.read_exact(&mut word).ok()?;
            word.truncate(word.len() - 2);
            Some(word)
        });
        let words = words.collect::<Option<_>>()?;
        match reply(Heard {
            connection,
            command,
            words,
        }) {
            Reply::Send(bytes) => (&*stream).write_all(&bytes).ok()?,
            Reply::Nothing => {}
            Reply::Close => return None,
        }
    }
    None
}

/// The number of a line such as `*3` or `$5`.
fn number(reader: &mut impl BufRead) -> Option<usize> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    line.get(1..)?.trim_end().parse().ok()
}

fn exchange(store: AnyStore<'_>, key: &[u8]) -> Result<Exchange, Error> {
    store.compare_exchange(key, Some(b"1"), Some(&entry(b"2")))
}

/// The fake server is understood, so that what the other tests find is not its own mistake.
#[test]
fn a_fake_server_that_answers_right_is_believed() {
    on_each(&fake(|heard| Reply::Send(heard.echo())), |store| {
        assert_eq!(store.load(b"a"), Ok(Some(b"a".to_vec())));
        assert_eq!(store.load(b"b"), Ok(Some(b"b".to_vec())));
    });
    on_each(
        &fake(|heard| Reply::Send(heard.answer("$-1\r\n"))),
        |store| {
            assert_eq!(store.load(b"a"), Ok(None));
        },
    );
    on_each(
        &fake(|heard| Reply::Send(heard.answer(":1\r\n"))),
        |store| {
            assert_eq!(exchange(store, b"a"), Ok(Exchange::Done));
        },
    );
    on_each(
        &fake(|heard| Reply::Send(heard.answer(":0\r\n"))),
        |store| {
            assert_eq!(exchange(store, b"a"), Ok(Exchange::Changed));
        },
    );
}

/// CO-04, and what happened at OpenAI in March 2023: the answer to a call that was given up on comes
/// when the next one is under way.
#[test]
fn an_answer_that_comes_late_is_given_to_nobody_else() {
    let late = Mutex::new(Vec::new());
    let server = fake(move |heard| {
        let mut late = late.lock().unwrap();
        if heard.key() == b"slow" {
            *late = heard.echo();
            return Reply::Nothing;
        }
        // Should the next question come on the same connection, the old answer comes first.
        let first = if heard.command > 1 {
            late.split_off(0)
        } else {
            Vec::new()
        };
        Reply::Send([first, heard.echo()].concat())
    });
    on_each(&server, |store| {
        assert_eq!(store.load(b"slow"), Err(Error::TimedOut));
        assert_eq!(eventually(store, b"a").unwrap(), b"a");
        assert_eq!(exchange(store, b"slow"), Err(Error::TimedOut));
        assert_eq!(eventually(store, b"b").unwrap(), b"b");
    });
}

/// CO-04: a server or a proxy that lost count answers each question with the answer to another.
#[test]
fn the_answer_to_another_question_is_an_error() {
    let last = Mutex::new(Vec::new());
    let server = fake(move |heard| {
        let mut last = last.lock().unwrap();
        let before = std::mem::replace(&mut *last, heard.echo());
        match heard.key() {
            b"shifted" => Reply::Send(before),
            b"twice" => Reply::Send([heard.echo(), heard.echo()].concat()),
            _ => Reply::Send(heard.echo()),
        }
    });
    on_each(&server, |store| {
        for _ in 0..3 {
            assert_eq!(eventually(store, b"a").unwrap(), b"a");
            assert_eq!(store.load(b"shifted"), Err(Error::Unreadable));
            assert_eq!(eventually(store, b"b").unwrap(), b"b");
            assert_eq!(store.load(b"twice"), Ok(Some(b"twice".to_vec())));
            if let Ok(value) = store.load(b"c") {
                assert_eq!(value.unwrap(), b"c");
            }
            assert_eq!(eventually(store, b"d").unwrap(), b"d");
        }
    });
}

/// CO-04: after anything but an answer the next question goes over a new connection.
#[test]
fn a_connection_without_an_answer_is_not_used_again() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let server = fake({
        let seen = seen.clone();
        move |heard| {
            seen.lock().unwrap().push(heard.connection);
            match heard.key() {
                b"slow" => Reply::Nothing,
                b"error" => Reply::Send(b"-READONLY no\r\n".to_vec()),
                b"garbage" => Reply::Send(b":7\r\n".to_vec()),
                _ => Reply::Send(heard.echo()),
            }
        }
    });
    on_each(&server, |store| {
        for bad in [b"slow".as_slice(), b"error", b"garbage"] {
            assert_eq!(eventually(store, b"a").unwrap(), b"a");
            seen.lock().unwrap().clear();
            assert!(store.load(bad).is_err());
            assert_eq!(eventually(store, b"a").unwrap(), b"a");
            let connections = seen.lock().unwrap().clone();
            let [during, .., after] = connections[..] else {
                panic!("{connections:?}")
            };
            assert_ne!(during, after);
        }
    });
}

/// CO-04: what the server may send in place of an answer; none of it is "no value".
#[test]
fn garbage_is_an_error_that_denies() {
    let long = format!("${}\r\nabc", 1_u64 << 40);
    let mut cases = Vec::new();
    for garbage in [
        "",
        "\r\n",
        "HTTP/1.1 400 Bad Request\r\n\r\n",
        "+OK\r\n",
        "$-1\r\n",
        "*-1\r\n",
        "*0\r\n",
        ":1\r\n",
        ":0\r\n",
        "$1\r\n1\r\n",
        "*2\r\n$-1\r\n$-1\r\n",
        "*2\r\n$1\r\n1\r\n$-1\r\n",
        "*1\r\n:1\r\n",
        "*9223372036854775807\r\n",
        "*1000000000\r\n",
        "$9223372036854775807\r\n",
        "$-9223372036854775808\r\n",
        "$99999999999999999999\r\n",
        "$3\r\nabcde",
        "$5\r\nab",
        "%9223372036854775807\r\n",
        "_\r\n",
        "-\r\n",
        "\0\0\0\0",
        &long,
        &"*1\r\n".repeat(100_000),
    ] {
        cases.push((garbage.to_owned(), true));
        cases.push((garbage.to_owned(), false));
    }
    thread::scope(|scope| {
        for (garbage, closes) in cases {
            scope.spawn(move || {
                let bytes = garbage.clone().into_bytes();
                let server = fake(move |heard| match heard.command {
                    1 => Reply::Send(bytes.clone()),
                    _ if closes => Reply::Close,
                    _ => Reply::Nothing,
                });
                let shown = garbage.get(..40).unwrap_or(&garbage);
                on_each(&server, |store| {
                    assert!(store.load(b"a").is_err(), "{shown}");
                    assert!(exchange(store, b"a").is_err(), "{shown}");
                });
            });
        }
    });
}

/// CO-04: the right number, and something else than an answer.
#[test]
fn an_answer_of_the_wrong_kind_is_an_error() {
    for answer in [
        "+OK\r\n",
        ":7\r\n",
        "*0\r\n",
        "-ERR\r\n",
        "#t\r\n",
        "$2\r\n12\r\n",
        "$-1\r\n",
    ] {
        let is_value = answer.starts_with('$');
        let server = fake(move |heard| Reply::Send(heard.answer(answer)));
        on_each(&server, |store| {
            assert_eq!(exchange(store, b"a"), Err(Error::Unreadable), "{answer}");
            assert_eq!(store.load(b"a").is_ok(), is_value, "{answer}");
        });
    }
}

/// CO-04.
#[test]
fn what_the_server_refuses_is_an_error_with_its_code() {
    for code in [
        "LOADING",
        "READONLY",
        "OOM",
        "NOAUTH",
        "NOPERM",
        "MOVED",
        "ASK",
        "CLUSTERDOWN",
        "MASTERDOWN",
        "MISCONF",
        "NOREPLICAS",
        "WRONGTYPE",
        "BUSY",
        "TRYAGAIN",
        "ERR",
        "NOSCRIPT",
    ] {
        let line = format!("-{code} 866 10.0.0.6:6379\r\n").into_bytes();
        on_each(&fake(move |_| Reply::Send(line.clone())), |store| {
            assert_eq!(store.load(b"a"), Err(refused(code)));
            assert_eq!(exchange(store, b"a"), Err(refused(code)));
        });
    }
}

/// CO-03: servers quote what they were sent.
#[test]
fn the_text_of_a_refusal_is_not_passed_on() {
    for line in [
        "-ERR unknown command 'EVALSHA', with args beginning with: 'Hunter2'\r\n",
        "-Hunter2\r\n",
        "-Hunter2 is wrong\r\n",
        "-HUNTERHUNTERHUNTERHUNTER\r\n",
    ] {
        on_each(&fake(|_| Reply::Send(line.into())), |store| {
            for error in [
                store.load(b"a").unwrap_err(),
                exchange(store, b"a").unwrap_err(),
            ] {
                assert_eq!(error, refused("ERR"));
            }
        });
    }
    // An old server that does not know the command of the login.
    let line = "-ERR unknown command 'AUTH', with args beginning with: 'Hunter2'\r\n";
    let server = fake(|_| Reply::Send(line.into()));
    let address = format!("{server:?}");
    let address = address.split('"').nth(1).unwrap();
    on_each(&hasty(&format!("redis://:Hunter2@{address}/4")), |store| {
        let error = store.load(b"a").unwrap_err();
        assert!(!format!("{error} {error:?}").contains("Hunter2"));
    });
}

/// CO-04: whether it took place is not known; sending it again could say "changed" of one's own.
#[test]
fn an_exchange_whose_answer_is_lost_is_sent_once() {
    let sent = Arc::new(AtomicUsize::new(0));
    for slow in [true, false] {
        let server = fake({
            let sent = sent.clone();
            move |heard| match heard.key() {
                b"lost" => {
                    sent.fetch_add(1, Ordering::SeqCst);
                    if slow { Reply::Nothing } else { Reply::Close }
                }
                _ => Reply::Send(heard.echo()),
            }
        });
        let outcome = if slow { Error::TimedOut } else { Error::Closed };
        on_each(&server, |store| {
            sent.store(0, Ordering::SeqCst);
            // Once over a connection that is new, once over one that was used before.
            assert_eq!(exchange(store, b"lost"), Err(outcome.clone()));
            assert_eq!(eventually(store, b"a").unwrap(), b"a");
            assert_eq!(exchange(store, b"lost"), Err(outcome.clone()));
            assert_eq!(sent.load(Ordering::SeqCst), 2);
        });
    }
}

/// A load that finds its old connection closed asks once more, and no more than once; one that was
/// not answered in time is not asked again: the server may be busy with it.
#[test]
fn a_load_is_asked_again_only_when_an_old_connection_was_closed() {
    let sent = Arc::new(AtomicUsize::new(0));
    let server = fake({
        let sent = sent.clone();
        move |heard| {
            sent.fetch_add(1, Ordering::SeqCst);
            match heard.key() {
                b"lost" => Reply::Close,
                b"slow" => Reply::Nothing,
                _ => Reply::Send(heard.echo()),
            }
        }
    });
    on_each(&server, |store| {
        let cases: [(&[u8], Error, [usize; 2]); 2] = [
            (b"lost", Error::Closed, [1, 2]),
            (b"slow", Error::TimedOut, [1, 1]),
        ];
        for (key, error, [new, old]) in cases {
            for (connection, times) in [("new", new), ("old", old)] {
                if connection == "old" {
                    assert_eq!(eventually(store, b"a").unwrap(), b"a");
                }
                sent.store(0, Ordering::SeqCst);
                assert_eq!(store.load(key), Err(error.clone()));
                assert_eq!(sent.load(Ordering::SeqCst), times);
            }
        }
    });
}

/// CO-04.
#[test]
fn a_server_that_takes_connections_and_says_nothing_is_an_error() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    for url in [
        format!("redis://{address}"),
        format!("redis://:secret@{address}/1"),
    ] {
        on_each(&hasty(&url).with_timeouts(SHORT, SHORT), |store| {
            let silent = |error| matches!(error, Error::TimedOut | Error::Unreachable);
            assert!(silent(store.load(b"a").unwrap_err()));
            assert!(silent(exchange(store, b"a").unwrap_err()));
        });
    }
}

/// CO-04: many threads, a server that answers every third question late or not at all: whoever gets
/// an answer gets their own.
#[test]
fn nobody_ever_gets_the_answer_of_another() {
    let count = AtomicUsize::new(0);
    let server = fake(
        move |heard| match count.fetch_add(1, Ordering::SeqCst) % 5 {
            0 => Reply::Nothing,
            1 => Reply::Close,
            2 => Reply::Send([heard.echo(), heard.echo()].concat()),
            _ => Reply::Send(heard.echo()),
        },
    );
    on_each(
        &server.with_timeouts(SHORT, Duration::from_millis(30)),
        |store| {
            let right: usize = thread::scope(|scope| {
                let threads: Vec<_> = (0..8)
                    .map(|thread| {
                        scope.spawn(move || {
                            let answered = (0..40).filter(|round| {
                                let key = format!("{thread}/{round}").into_bytes();
                                match store.load(&key) {
                                    Ok(value) => {
                                        assert_eq!(value, Some(key));
                                        true
                                    }
                                    Err(_) => false,
                                }
                            });
                            answered.count()
                        })
                    })
                    .collect();
                threads
                    .into_iter()
                    .map(|thread| thread.join().unwrap())
                    .sum()
            });
            assert!(right > 0);
        },
    );
}

/// After an error the other idle connections are not used either: a restart closed them all.
#[test]
fn one_closed_connection_stands_for_the_others() {
    let together = Barrier::new(2);
    let server = fake(move |heard| match heard.key() {
        b"together" => {
            together.wait();
            Reply::Send(heard.echo())
        }
        _ if heard.connection <= 2 => Reply::Close,
        _ => Reply::Send(heard.answer(":1\r\n")),
    });
    let store = Redis::new(server.with_timeouts(PATIENT, PATIENT));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| assert!(store.load(b"together").is_ok()));
        }
    });
    assert_eq!(exchange(&store, b"a"), Err(Error::Closed));
    assert_eq!(exchange(&store, b"a"), Ok(Exchange::Done));
}

/// A process that forks takes its idle connections with it, and its numbers: both may wait for an
/// answer on one connection. In a process of its own, where no other test draws numbers.
#[test]
fn a_forked_process_does_not_get_the_answers_of_its_parent() {
    let status = Command::new(env::current_exe().unwrap())
        .args(["--exact", "fake::forks_where_it_is_told_to"])
        .env("PORTCULLIS_TEST_FORKS", "1")
        .stdout(Stdio::null())
        .status();
    assert!(status.unwrap().success());
}

#[test]
fn forks_where_it_is_told_to() {
    if env::var_os("PORTCULLIS_TEST_FORKS").is_none() {
        return;
    }
    let late = Mutex::new(Vec::new());
    let server = fake(move |heard| match heard.key() {
        b"parent" => {
            *late.lock().unwrap() = heard.echo();
            Reply::Nothing
        }
        b"child" => Reply::Send([late.lock().unwrap().split_off(0), heard.echo()].concat()),
        _ => Reply::Send(heard.echo()),
    });
    let store: &'static Redis = Box::leak(Box::new(Redis::new(server)));
    assert_eq!(store.load(b"a"), Ok(Some(b"a".to_vec())));
    let (mut forked, mut says_forked) = io::pipe().unwrap();
    let (mut asked, mut says_asked) = io::pipe().unwrap();
    let parent = thread::spawn(move || {
        forked.read_exact(&mut [0]).unwrap();
        assert_eq!(store.load(b"parent"), Err(Error::TimedOut));
        says_asked.write_all(&[0]).unwrap();
    });
    let mut child = Command::new(env::current_exe().unwrap());
    child
        .args(["--exact", "no such test"])
        .stdout(Stdio::null());
    let ask = move || {
        says_forked.write_all(&[0])?;
        asked.read_exact(&mut [0])?;
        match store.load(b"child") {
            Ok(Some(value)) if value == b"parent" => Err(io::ErrorKind::InvalidData.into()),
            _ => Ok(()),
        }
    };
    // SAFETY: the child only allocates, which the C library allows after a fork, and uses its copies
    // of a socket and of two pipes. It waits for no lock: nobody held one of the store's.
    unsafe { child.pre_exec(ask) };
    assert!(child.status().unwrap().success());
    parent.join().unwrap();
}

/// SE-04: what says nothing of the replicas, or refuses to, is not enough of them.
#[test]
fn an_answer_that_counts_no_replicas_is_an_error() {
    let (acknowledged, wanted) = (0, 2);
    let short = Error::NotReplicated {
        acknowledged,
        wanted,
    };
    for (line, error) in [
        ("-ERR unknown command\r\n", short.clone()),
        (":-1\r\n", short),
        ("+OK\r\n", Error::Unreadable),
        ("$1\r\n2\r\n", Error::Unreadable),
        ("*1\r\n:2\r\n", Error::Unreadable),
    ] {
        let server = fake(move |heard| {
            Reply::Send(match heard.words[0].as_slice() {
                b"WAIT" => line.into(),
                _ => heard.answer(":1\r\n"),
            })
        });
        on_each(&server.with_replicas(wanted, SHORT), |store| {
            assert_eq!(exchange(store, b"a"), Err(error.clone()), "{line}");
        });
    }
}
