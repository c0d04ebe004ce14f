//! The formatter of `tracing-subscriber`, with events redacted by name and as text.
#![cfg(feature = "tracing")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may fail where it stands"
)]

use core::fmt;
use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use portcullis::redact::{
    Policy,
    tracing::{Fields, MakeWriter},
};
use tracing_subscriber::fmt::{MakeWriter as _, Subscriber};

/// Keeps each piece that is written to it.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<String>>>);

impl Write for Kept {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let piece = String::from_utf8(buf.to_vec()).unwrap();
        self.0.lock().unwrap().push(piece);
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Kept {
    fn pieces(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

/// What `events` writes through the formatter.
fn written(policy: &Policy, events: impl FnOnce()) -> Vec<String> {
    let kept = Kept::default();
    let (inner, policy) = (kept.clone(), policy.clone());
    let subscriber = Subscriber::builder()
        .without_time()
        .with_target(false)
        .fmt_fields(Fields::new(policy.clone()))
        .with_writer(MakeWriter::new(policy, move || inner.clone()))
        .finish();
    tracing::subscriber::with_default(subscriber, events);
    kept.pieces()
}

/// Prints without quotes and with whatever it holds.
struct Shown(&'static str);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// RD-10: a field with the name of a secret is replaced whole before it is formatted, whatever
/// its value looks like; the rest is formatted as ever.
#[test]
fn replaces_fields_by_name_before_they_are_formatted() {
    let password = Shown("correct horse, battery=staple \"x\" tail");
    let pieces = written(&Policy::default(), || {
        tracing::info!(user = "ada", %password, pin = 4071, tries = 3, ok = true, "signed in");
        tracing::warn!(token = ?Some("hunter2"), r#type = "x", user.secret = "y", "odd");
    });
    assert_eq!(
        pieces,
        [
            " INFO signed in user=\"ada\" password=[REDACTED:password] pin=[REDACTED:pin] tries=3 ok=true\n",
            " WARN odd token=[REDACTED:token] type=\"x\" user.secret=\"[REDACTED:secret]\"\n",
        ]
    );
}

/// RD-10: texts that hold secrets, spans and errors with their causes.
#[test]
fn redacts_texts_in_fields_spans_and_errors() {
    #[derive(Debug)]
    struct Failed;
    impl fmt::Display for Failed {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("cannot open pg://ada:s3cret@db/x")
        }
    }
    impl std::error::Error for Failed {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&Cause)
        }
    }
    #[derive(Debug)]
    struct Cause;
    impl fmt::Display for Cause {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("password=hunter2 refused")
        }
    }
    impl std::error::Error for Cause {}

    let pieces = written(&Policy::default(), || {
        let span = tracing::info_span!("sign_in", api_key = "x9", user = "ada");
        let _entered = span.enter();
        let error: &(dyn std::error::Error + 'static) = &Failed;
        tracing::error!(error, "token={} was refused", "hunter2");
    });
    assert_eq!(
        pieces,
        [
            "ERROR sign_in{api_key=\"[REDACTED:api_key]\" user=\"ada\"}: token=[REDACTED:token] was refused \
             error=cannot open pg://ada:[REDACTED:password]@db/x \
             error.sources=[password=[REDACTED:password] refused]\n"
        ]
    );
}

/// RD-07: no value begins a line of its own or speaks to a terminal.
#[test]
fn keeps_every_event_on_one_line() {
    let forged = Shown("ada\n INFO all is well\x1b[2J\u{202e}");
    let pieces = written(&Policy::default(), || {
        tracing::info!(user = %forged, name = "a\nb", "hello {forged}");
    });
    let escaped = "ada\\u000a INFO all is well\\u001b[2J\\u202e";
    assert_eq!(
        pieces,
        [format!(
            " INFO hello {escaped} user={escaped} name=\"a\\nb\"\n"
        )]
    );
}

/// RD-10: under a formatter that formats by itself the writer still redacts each event as one text, in
/// one piece, and keys over several lines.
#[test]
fn redacts_each_event_as_one_text() {
    let kept = Kept::default();
    let inner = kept.clone();
    let make = MakeWriter::new(Policy::default(), move || inner.clone());
    let subscriber = Subscriber::builder()
        .without_time()
        .with_target(false)
        .with_writer(make)
        .finish();
    tracing::subscriber::with_default(subscriber, || {
        tracing::info!(password = "hunter2", "one");
        tracing::info!(
            "two\n-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp\n-----END PRIVATE KEY-----"
        );
    });
    let pieces = kept.pieces();
    assert_eq!(pieces.len(), 2, "{pieces:?}");
    assert_eq!(
        pieces.first().unwrap(),
        " INFO one password=\"[REDACTED:password]\"\n"
    );
    let second = pieces.get(1).unwrap();
    assert!(second.contains("\n[REDACTED:private_key]\n"), "{second}");
}

/// RD-10: however a formatter cuts its output, nothing is written before its secrets can be told.
#[test]
fn an_event_in_pieces_is_one_event() {
    let kept = Kept::default();
    let inner = kept.clone();
    let make = MakeWriter::new(Policy::default(), move || inner.clone());
    let mut event = make.make_writer();
    for piece in ["one password=hun", "ter2\ntwo pin=", "4071"] {
        event.write_all(piece.as_bytes()).unwrap();
    }
    assert_eq!(kept.pieces(), [""; 0]);
    event.flush().unwrap();
    assert_eq!(kept.pieces(), ["one password=[REDACTED:password]\n"]);
    drop(event);
    assert_eq!(
        kept.pieces(),
        [
            "one password=[REDACTED:password]\n",
            "two pin=[REDACTED:pin]"
        ]
    );
}

/// An error caused by so many others of its kind.
#[derive(Debug)]
struct Caused(Option<Box<Self>>);

impl std::fmt::Display for Caused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("refused")
    }
}

impl std::error::Error for Caused {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(self.0.as_deref()?)
    }
}

/// RD-10: a chain of errors is cut, and an identifier that is a keyword has its name alone.
#[test]
fn cuts_long_chains_and_names_keywords() {
    let error = (0..100).fold(Caused(None), |cause, _| Caused(Some(Box::new(cause))));
    let error: &(dyn std::error::Error + 'static) = &error;
    let pieces = written(&Policy::default(), || {
        tracing::info!(r#type = "door", error, "x");
    });
    let piece = pieces.concat();
    assert!(piece.contains(" type=\"door\""), "{piece}");
    // The error itself and sixteen of those that caused it.
    assert_eq!(piece.matches("refused").count(), 17, "{piece}");
}
