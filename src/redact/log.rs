//! The crate `log`: a logger that redacts what it passes on.

use ::log::{
    Log, Metadata, Record,
    kv::{Error, Key, ToValue, Value, VisitSource},
};

use super::Policy;

/// Passes records on to another logger, message and key-values without their secrets. Level, target,
/// module, file and line stay as they are.
///
/// A key-value is redacted by its key, in whatever type it was given; one that has no secret is
/// passed on as it is, type and all. Where the policy escapes control characters, line feeds are
/// escaped, too: a record is one line.
///
/// ```no_run
/// use portcullis::redact::{Policy, log::Logger};
/// # struct Stderr;
/// # impl log::Log for Stderr {
/// #     fn enabled(&self, _: &log::Metadata<'_>) -> bool { true }
/// #     fn log(&self, record: &log::Record<'_>) { eprintln!("{}", record.args()); }
/// #     fn flush(&self) {}
/// # }
///
/// log::set_logger(Box::leak(Box::new(Logger::new(Policy::default(), Stderr))))?;
/// log::set_max_level(log::LevelFilter::Info);
/// # Ok::<(), log::SetLoggerError>(())
/// ```
#[derive(Debug)]
pub struct Logger<L> {
    policy: Policy,
    inner: L,
}

impl<L: Log> Logger<L> {
    /// Redacts by `policy` what goes to `inner`.
    #[must_use]
    pub fn new(policy: Policy, inner: L) -> Self {
        Self { policy, inner }
    }

    /// The logger that redacted records go to.
    #[must_use]
    pub fn get_ref(&self) -> &L {
        &self.inner
    }
}

impl<L: Log> Log for Logger<L> {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.inner.enabled(metadata)
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let message = record.args().to_string();
        let safe = self.policy.redact_field("message", &message);
        let mut pairs = Pairs {
            policy: &self.policy,
            seen: Vec::new(),
        };
        // What a source does not give is not passed on.
        let _stopped = record.key_values().visit(&mut pairs);
        let pairs = pairs.seen.as_slice();
        let mut builder = record.to_builder();
        let builder = builder.key_values(&pairs);
        self.inner
            .log(&builder.args(format_args!("{safe}")).build());
    }

    fn flush(&self) {
        self.inner.flush();
    }
}

/// The key-values of a record, each redacted.
struct Pairs<'r> {
    policy: &'r Policy,
    seen: Vec<(Key<'r>, Safe<'r>)>,
}

enum Safe<'r> {
    AsItWas(Value<'r>),
    Redacted(String),
}

impl ToValue for Safe<'_> {
    fn to_value(&self) -> Value<'_> {
        match self {
            Self::AsItWas(value) => value.clone(),
            Self::Redacted(text) => Value::from(text.as_str()),
        }
    }
}

impl<'r> VisitSource<'r> for Pairs<'r> {
    fn visit_pair(&mut self, key: Key<'r>, value: Value<'r>) -> Result<(), Error> {
        let text = value.to_string();
        let safe = self.policy.redact_field(key.as_str(), &text);
        let safe = if safe == text {
            Safe::AsItWas(value)
        } else {
            Safe::Redacted(safe.into_owned())
        };
        self.seen.push((key, safe));
        Ok(())
    }
}
