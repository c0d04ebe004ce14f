//! What is asked of the server, and what counts as its answer. No I/O.

use std::{
    hash::{BuildHasher, RandomState},
    process,
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use redis::{Cmd, Script, Value, cmd};

use super::Error;
use crate::{
    Timestamp,
    store::{Entry, Exchange},
    time::millis,
};

/// The longest value: far above a person's record, far below what would fill memory.
pub(super) const MAX_LEN: usize = 16 * 1024 * 1024;

/// On top of the time that a value has left, so that clocks which differ by less than a day never
/// lose it early.
const MARGIN: Duration = Duration::from_secs(24 * 3600);
/// A longer life than this is kept without an end: the server refuses what overflows its own clock.
const FOREVER: Duration = Duration::from_secs(1000 * 366 * 24 * 3600);

/// `GETEX` without options reads like `GET`, but the server takes it for a write: a replica, or a
/// primary that may not write, refuses it instead of answering from the past.
static LOAD: LazyLock<Script> = LazyLock::new(|| Script::new(LOAD_TEXT));
const LOAD_TEXT: &str = "\
if redis.call('STRLEN', KEYS[1]) > tonumber(ARGV[2]) then
  return redis.error_reply('TOOLONG value')
end
return {ARGV[1], redis.call('GETEX', KEYS[1])}";

/// A missing value is `false` in Lua, which equals no string, not even the empty one. The value is
/// read by `GET`: after a first write command, `GETEX` too, a full server lets a script write more.
static EXCHANGE: LazyLock<Script> = LazyLock::new(|| Script::new(EXCHANGE_TEXT));
const EXCHANGE_TEXT: &str = "\
local question, expects, expected, writes, value, px = unpack(ARGV)
if redis.call('GET', KEYS[1]) ~= (expects == '1' and expected) then
  redis.call('GETEX', KEYS[1])
  return {question, 0}
end
if writes == '0' then
  redis.call('DEL', KEYS[1])
elseif px == '0' then
  redis.call('SET', KEYS[1], value)
else
  redis.call('SET', KEYS[1], value, 'PX', px)
end
return {question, 1}";

/// A question to the server; only an answer that repeats its number is one.
pub(super) struct Question {
    script: &'static Script,
    text: &'static str,
    key: Vec<u8>,
    number: Vec<u8>,
    args: Vec<Vec<u8>>,
    replicas: Option<Replicas>,
}

/// How many replicas are to acknowledge a write, and how long they have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Replicas {
    pub(super) wanted: u32,
    pub(super) timeout: Duration,
}

impl Question {
    pub(super) fn load(key: Vec<u8>) -> Self {
        Self {
            script: &LOAD,
            text: LOAD_TEXT,
            key,
            number: number(),
            args: vec![MAX_LEN.to_string().into_bytes()],
            replicas: None,
        }
    }

    pub(super) fn exchange(
        key: Vec<u8>,
        current: Option<&[u8]>,
        new: Option<&Entry>,
        replicas: Option<Replicas>,
        now: Timestamp,
    ) -> Result<Self, Error> {
        if new.is_some_and(|entry| entry.value().len() > MAX_LEN) {
            return Err(Error::TooLong);
        }
        let present = |part: Option<&[u8]>| [flag(part), part.unwrap_or_default().to_vec()];
        let life = new.and_then(Entry::expires).and_then(|at| life(at, now));
        let mut args = Vec::with_capacity(5);
        args.extend(present(current));
        args.extend(present(new.map(Entry::value)));
        args.push(life.map_or(0, millis).to_string().into_bytes());
        Ok(Self {
            script: &EXCHANGE,
            text: EXCHANGE_TEXT,
            key,
            number: number(),
            args,
            replicas,
        })
    }

    /// The script by its digest; the server answers `NOSCRIPT` when it does not have it.
    pub(super) fn by_digest(&self) -> Cmd {
        self.command("EVALSHA", self.script.get_hash())
    }

    /// The script in full; the server has it from then on.
    pub(super) fn in_full(&self) -> Cmd {
        self.command("EVAL", self.text)
    }

    fn command(&self, verb: &str, script: &str) -> Cmd {
        let mut command = cmd(verb);
        command.arg(script).arg(1).arg(&self.key).arg(&self.number);
        for arg in &self.args {
            command.arg(arg);
        }
        command
    }

    /// The answer, if it is one to this question.
    pub(super) fn read(&self, reply: Value) -> Result<Value, Error> {
        let parts = match reply {
            Value::ServerError(error) => return Err(Error::from(&error)),
            Value::Array(parts) => parts,
            _ => return Err(Error::Unreadable),
        };
        match <[Value; 2]>::try_from(parts) {
            Ok([Value::BulkString(number), answer]) if number == self.number => Ok(answer),
            _ => Err(Error::Unreadable),
        }
    }

    /// What makes the server wait for its replicas, after a write that is to reach some.
    pub(super) fn wait(&self, answer: &Value) -> Option<Cmd> {
        let replicas = self.replicas.filter(|_| *answer == Value::Int(1))?;
        let mut wait = cmd("WAIT");
        wait.arg(replicas.wanted).arg(millis(replicas.timeout));
        Some(wait)
    }

    /// Whether enough replicas answered.
    pub(super) fn acknowledged(&self, reply: &Value) -> Result<(), Error> {
        let wanted = self.replicas.map_or(0, |replicas| replicas.wanted);
        match reply {
            Value::Int(count) => {
                let acknowledged = u32::try_from(*count).unwrap_or(0);
                let short = Error::NotReplicated {
                    acknowledged,
                    wanted,
                };
                (acknowledged >= wanted).then_some(()).ok_or(short)
            }
            Value::ServerError(_) => Err(Error::NotReplicated {
                acknowledged: 0,
                wanted,
            }),
            _ => Err(Error::Unreadable),
        }
    }
}

/// The value in the answer to [`Question::load`].
pub(super) fn value(answer: Value) -> Result<Option<Vec<u8>>, Error> {
    match answer {
        Value::Nil => Ok(None),
        Value::BulkString(value) => Ok(Some(value)),
        _ => Err(Error::Unreadable),
    }
}

/// The outcome in the answer to [`Question::exchange`].
pub(super) fn exchange(answer: &Value) -> Result<Exchange, Error> {
    match answer {
        Value::Int(1) => Ok(Exchange::Done),
        Value::Int(0) => Ok(Exchange::Changed),
        _ => Err(Error::Unreadable),
    }
}

fn flag(part: Option<&[u8]>) -> Vec<u8> {
    vec![if part.is_some() { b'1' } else { b'0' }]
}

/// How long the server keeps the value; None without an end.
fn life(expires: Timestamp, now: Timestamp) -> Option<Duration> {
    let life = expires.saturating_since(now).saturating_add(MARGIN);
    (life < FOREVER).then_some(life)
}

/// A number that no other question of any process has: behind a proxy, and after a fork, questions
/// of several share a connection. It need not be secret.
fn number() -> Vec<u8> {
    static START: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(0));
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let process = u64::from(process::id());
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    [*START, process, count].map(u64::to_be_bytes).concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(n: u64) -> Timestamp {
        Timestamp::from_secs(n.saturating_mul(86_400))
    }

    #[test]
    fn a_value_is_kept_a_day_longer_than_it_can_be_asked_for() {
        let days = |n: u64| Some(Duration::from_secs(n * 86_400));
        assert_eq!(life(day(30), day(20)), days(11));
        assert_eq!(life(day(30), day(30)), days(1));
        assert_eq!(life(day(1), day(20_000)), days(1));
        assert_eq!(life(Timestamp::MAX, day(20_000)), None);
        assert_eq!(life(day(800_000), Timestamp::EPOCH), None);
    }

    #[test]
    fn only_an_answer_with_the_number_of_the_question_is_one() {
        let (first, second) = (Question::load(vec![]), Question::load(vec![]));
        let answer = |number: &[u8]| {
            let number = Value::BulkString(number.to_vec());
            Value::Array(vec![number, Value::Nil])
        };
        assert_eq!(first.read(answer(&first.number)), Ok(Value::Nil));
        assert_eq!(second.read(answer(&first.number)), Err(Error::Unreadable));
        for reply in [
            Value::Nil,
            Value::Okay,
            Value::Int(1),
            Value::Array(vec![]),
            Value::Array(vec![Value::Nil, Value::Nil]),
            Value::Array(vec![
                Value::BulkString(first.number.clone()),
                Value::Nil,
                Value::Nil,
            ]),
        ] {
            assert_eq!(first.read(reply), Err(Error::Unreadable));
        }
    }
}
