//! What of the server's settings can lose acknowledged writes.

use core::fmt;

use redis::{Cmd, Value, cmd};

use super::Error;

/// A setting of the server that can lose what it acknowledged: ended sessions come back, spent
/// codes are taken again, locks are gone.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Risk {
    /// `maxmemory-policy` is not `noeviction`: when memory is short, live values are thrown away.
    Eviction,
    /// The server is a replica: it refuses every call.
    Replica,
    /// Neither `appendonly` nor `save`: a restart forgets everything.
    NoPersistence,
    /// Only snapshots (`save`): a crash forgets what was written after the last one.
    SnapshotsOnly,
    /// `appendfsync` is not `always`: a crash forgets the last second or two (`everysec`) or half a
    /// minute (`no`).
    LateFsync,
    /// It has replicas, and writes do not wait for any: a failover forgets what had not reached the
    /// one that is promoted. See [`Server::with_replicas`](super::Server::with_replicas).
    Failover,
    /// The server does not show all of the settings above: the account may not see them.
    Unknown,
}

impl fmt::Display for Risk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Eviction => "maxmemory-policy is not noeviction: live values can be evicted",
            Self::Replica => "the server is a replica: it refuses every call",
            Self::NoPersistence => "appendonly and save are off: a restart forgets everything",
            Self::SnapshotsOnly => "appendonly is off: a crash forgets all since the last snapshot",
            Self::LateFsync => "appendfsync is not always: a crash forgets the last seconds",
            Self::Failover => "writes wait for no replica: a failover can forget the last ones",
            Self::Unknown => "the server does not show its settings",
        })
    }
}

pub(super) fn info() -> Cmd {
    cmd("INFO")
}

/// The text that `INFO` answers; an empty one when the account may not see it.
pub(super) fn shown(reply: Value) -> Result<String, Error> {
    match reply {
        Value::BulkString(bytes) => String::from_utf8(bytes).map_err(|_| Error::Unreadable),
        Value::ServerError(error) if error.code() == "NOPERM" => Ok(String::new()),
        Value::ServerError(error) => Err(Error::from(&error)),
        _ => Err(Error::Unreadable),
    }
}

pub(super) fn setting(name: &str) -> Cmd {
    let mut command = cmd("CONFIG");
    command.arg("GET").arg(name);
    command
}

/// Judges what `INFO` and `CONFIG GET` say; `waits_for` replicas are waited for after a write.
pub(super) fn all(info: &str, save: &Value, fsync: &Value, waits_for: u32) -> Vec<Risk> {
    let info = |name: &str| {
        info.lines().find_map(|line| {
            let value = line.strip_prefix(name)?.strip_prefix(':')?;
            Some(value.trim())
        })
    };
    let appends = info("aof_enabled");
    let differs = |found: Option<&str>, safe: &str, risk| match found {
        Some(found) => (found != safe).then_some(risk),
        None => Some(Risk::Unknown),
    };
    let on_disk = match (appends, value(save)) {
        (Some("1"), _) => differs(value(fsync), "always", Risk::LateFsync),
        (Some(_), Some("")) => Some(Risk::NoPersistence),
        (Some(_), Some(_)) => Some(Risk::SnapshotsOnly),
        _ => Some(Risk::Unknown),
    };
    let failover = match info("connected_slaves") {
        Some("0") => None,
        Some(_) => (waits_for == 0).then_some(Risk::Failover),
        None => Some(Risk::Unknown),
    };
    let mut risks: Vec<Risk> = [
        differs(info("maxmemory_policy"), "noeviction", Risk::Eviction),
        differs(info("role"), "master", Risk::Replica),
        on_disk,
        failover,
    ]
    .into_iter()
    .flatten()
    .collect();
    risks.sort_unstable();
    risks.dedup();
    risks
}

/// The value in the name and value that `CONFIG GET` answers.
fn value(reply: &Value) -> Option<&str> {
    match reply {
        Value::Array(parts) => match parts.as_slice() {
            [_, Value::BulkString(value)] => core::str::from_utf8(value).ok(),
            _ => None,
        },
        _ => None,
    }
}
