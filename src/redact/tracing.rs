//! The crate `tracing`: what its formatter writes, and the fields that it formats.
//!
//! A `Layer` cannot change an event, only see it: what another layer writes it writes as it was.
//! So secrets are taken out where text is made. [`MakeWriter`] stands under any formatter, JSON's
//! too, and redacts each event as one text. [`Fields`] knows the name of every field before it is
//! formatted: a password of several words, or with quotes in it, is replaced whole, and a line end
//! in a value ends no line. Use both; each does what the other cannot.
//!
//! # What this does not do
//!
//! The JSON formatter of `tracing-subscriber` formats the fields of events itself: under it,
//! [`Fields`] sees only those of spans. Other layers, such as those that send events to a
//! collector, have to redact for themselves.
//!
//! # Example
//!
//! ```
//! use portcullis::redact::{Policy, tracing::{Fields, MakeWriter}};
//!
//! let policy = Policy::default();
//! let subscriber = tracing_subscriber::fmt()
//!     .fmt_fields(Fields::new(policy.clone()))
//!     .with_writer(MakeWriter::new(policy, std::io::stderr))
//!     .finish();
//! tracing::subscriber::with_default(subscriber, || {
//!     let password = "correct horse";
//!     tracing::info!(user = "ada", %password, "signed in"); // password=[REDACTED:password]
//! });
//! ```

use core::{error::Error, fmt};
use std::{
    borrow::Cow,
    io::{self, Write},
};

use tracing_core::{
    Metadata,
    field::{Field, Visit},
};
use tracing_subscriber::{
    field::RecordFields,
    fmt::{FormatFields, MakeWriter as Inner, format},
};

use super::{
    Policy, Writer,
    controls::{self, Lines},
};

/// Makes writers that redact an event each, for `tracing_subscriber::fmt`.
///
/// An event is written to the inner writer in one piece when it is complete. Where the policy
/// escapes control characters, the colours of the formatter are escaped, too: turn them off with
/// `with_ansi(false)`.
#[derive(Clone, Debug)]
pub struct MakeWriter<M> {
    policy: Policy,
    inner: M,
}

impl<M> MakeWriter<M> {
    /// Redacts by `policy` what goes to the writers of `inner`, such as `std::io::stderr`.
    #[must_use]
    pub fn new(policy: Policy, inner: M) -> Self {
        Self { policy, inner }
    }

    fn event<W: Write>(&self, inner: W) -> Event<W> {
        Event {
            lines: Some(Writer::new(self.policy.clone(), Vec::new())),
            inner,
        }
    }
}

impl<'a, M: Inner<'a>> Inner<'a> for MakeWriter<M> {
    type Writer = Event<M::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        self.event(self.inner.make_writer())
    }

    fn make_writer_for(&'a self, metadata: &Metadata<'_>) -> Self::Writer {
        self.event(self.inner.make_writer_for(metadata))
    }
}

/// Collects one event and writes it, redacted, when it is dropped or flushed; a last line without a
/// line feed when it is dropped. An error of the inner writer is lost there. What it did not take is
/// not tried again, on a flush either.
pub struct Event<W: Write> {
    /// None once it has been dropped.
    lines: Option<Writer<Vec<u8>>>,
    inner: W,
}

/// Says nothing of the event.
impl<W: Write> fmt::Debug for Event<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event").finish_non_exhaustive()
    }
}

impl<W: Write> Write for Event<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match &mut self.lines {
            Some(lines) => lines.write(buf),
            None => Ok(0),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        let complete = self.lines.as_mut().map(Writer::take_written);
        self.inner.write_all(&complete.unwrap_or_default())?;
        self.inner.flush()
    }
}

impl<W: Write> Drop for Event<W> {
    fn drop(&mut self) {
        let lines = self.lines.take();
        if let Some(Ok((safe, _))) = lines.map(Writer::finish) {
            let _lost = self.inner.write_all(&safe);
        }
    }
}

/// Formats the fields of events and spans as `tracing_subscriber::fmt` does by itself, each value
/// redacted by the name of its field, and each on one line: control characters in values and
/// messages are written as `\u001b`, whether the policy asks for that or not.
#[derive(Clone, Debug)]
pub struct Fields {
    policy: Policy,
}

impl Fields {
    /// Redacts by `policy`.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self { policy }
    }
}

impl<'w> FormatFields<'w> for Fields {
    fn format_fields<R: RecordFields>(
        &self,
        mut writer: format::Writer<'w>,
        fields: R,
    ) -> fmt::Result {
        let mut visitor = Visitor {
            policy: &self.policy,
            writer: &mut writer,
            is_first: true,
            outcome: Ok(()),
        };
        fields.record(&mut visitor);
        visitor.outcome
    }
}

/// The name of the field that `info!("…")` puts its text in.
const MESSAGE: &str = "message";

struct Visitor<'v> {
    policy: &'v Policy,
    writer: &'v mut dyn fmt::Write,
    is_first: bool,
    outcome: fmt::Result,
}

impl Visitor<'_> {
    /// Writes a value that is text already.
    fn write(&mut self, field: &str, value: &str) {
        if self.outcome.is_err() {
            return;
        }
        let space = if self.is_first { "" } else { " " };
        self.is_first = false;
        let value = one_line(value);
        self.outcome = match field {
            MESSAGE => write!(self.writer, "{space}{value}"),
            // An identifier that is a keyword: `r#type`.
            name => {
                let name = name.strip_prefix("r#").unwrap_or(name);
                write!(self.writer, "{space}{name}={value}")
            }
        };
    }
}

impl Visit for Visitor<'_> {
    /// Text that is quoted where it is a value and stands as it is where it is the message.
    fn record_str(&mut self, field: &Field, value: &str) {
        let safe = self.policy.redact_field(field.name(), value);
        match field.name() {
            MESSAGE => self.write(MESSAGE, &safe),
            name => self.write(name, &format!("{safe:?}")),
        }
    }

    /// An error, and those that caused it.
    fn record_error(&mut self, field: &Field, error: &(dyn Error + 'static)) {
        self.record_debug(field, &format_args!("{error}"));
        let mut sources = Vec::new();
        let mut next = error.source();
        while let Some(source) = next.filter(|_| sources.len() < MAX_SOURCES) {
            sources.push(source.to_string());
            next = source.source();
        }
        if !sources.is_empty() {
            let safe = self
                .policy
                .redact_field(field.name(), &sources.join(": "))
                .into_owned();
            self.write(&format!("{}.sources", field.name()), &format!("[{safe}]"));
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let text = format!("{value:?}");
        let safe = self.policy.redact_field(field.name(), &text);
        self.write(field.name(), &safe);
    }
}

/// Errors in a chain; a longer one is cut.
const MAX_SOURCES: usize = 16;

fn one_line(value: &str) -> Cow<'_, str> {
    if controls::any(value.as_bytes(), Lines::Escaped) {
        return Cow::Owned(controls::escaped(value, Lines::Escaped));
    }
    Cow::Borrowed(value)
}
