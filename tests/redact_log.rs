//! The crate `log`, redacted on its way to a logger.
#![cfg(feature = "log")]
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a test may fail where it stands"
)]

use std::sync::Mutex;

use log::{
    Level, Log, Metadata, Record,
    kv::{Key, Value, VisitSource},
};
use portcullis::redact::{Policy, log::Logger};

/// Keeps what it is given, and takes nothing below a warning.
#[derive(Default)]
struct Kept {
    lines: Mutex<Vec<String>>,
    flushed: Mutex<u32>,
}

struct Pairs(String);

impl<'kvs> VisitSource<'kvs> for Pairs {
    fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), log::kv::Error> {
        let form = if value.to_u64().is_some() {
            "number"
        } else {
            "other"
        };
        self.0 += &format!(" {key}={value}:{form}");
        Ok(())
    }
}

impl Log for Kept {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= Level::Warn
    }

    fn log(&self, record: &Record<'_>) {
        let mut pairs = Pairs(String::new());
        record.key_values().visit(&mut pairs).unwrap();
        let (level, target, line) = (record.level(), record.target(), record.line().is_some());
        let line = format!("{level} {target} {line} {}{}", record.args(), pairs.0);
        self.lines.lock().unwrap().push(line);
    }

    fn flush(&self) {
        *self.flushed.lock().unwrap() += 1;
    }
}

/// RD-10: message and key-values are redacted, by their keys and in their texts; the rest of the
/// record stays, and so do values without a secret, type and all.
#[test]
fn redacts_messages_and_key_values() {
    log::set_max_level(log::LevelFilter::Trace);
    let logger = Logger::new(Policy::default(), Kept::default());
    let target = "app::login";
    log::warn!(logger: logger, target: target, user = "ada", password = "correct horse", pin = 4071, tries = 3; "sign-in with token={}", "hunter2");
    log::error!(logger: logger, target: target, url = "pg://ada:s3cret@db/x"; "static text");
    log::info!(logger: logger, target: target, "not for this logger: password={}", "x");
    logger.flush();
    assert_eq!(
        *logger.get_ref().lines.lock().unwrap(),
        [
            "WARN app::login true sign-in with token=[REDACTED:token] user=ada:other password=[REDACTED:password]:other pin=[REDACTED:pin]:other tries=3:number",
            "ERROR app::login true static text url=pg://ada:[REDACTED:password]@db/x:other",
        ]
    );
    assert_eq!(*logger.get_ref().flushed.lock().unwrap(), 1);
}

/// RD-07: no value of a record begins a line of its own.
#[test]
fn a_record_is_one_line_where_the_policy_escapes() {
    let policy = Policy::default().with_escaped_controls();
    log::set_max_level(log::LevelFilter::Trace);
    let logger = Logger::new(policy, Kept::default());
    let forged = "ada\nERROR app::login true all is lost";
    log::warn!(logger: logger, target: "app", user = forged; "hello {forged}");
    let escaped = "ada\\u000aERROR app::login true all is lost";
    assert_eq!(
        *logger.get_ref().lines.lock().unwrap(),
        [format!(
            "WARN app true hello {escaped} user={escaped}:other"
        )]
    );
}
