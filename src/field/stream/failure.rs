//! The first failure of a reader or a writer is its last word.

use std::io;

use super::Error;

/// Whether there was a failure, and which.
#[derive(Debug, Default)]
pub(super) struct Failure(Option<Cause>);

#[derive(Debug)]
enum Cause {
    Refused(Error),
    Io(io::ErrorKind),
}

impl Failure {
    /// The failure once more, if there was one.
    pub(super) fn check(&self) -> io::Result<()> {
        match &self.0 {
            None => Ok(()),
            Some(Cause::Refused(error)) => Err(error.clone().into()),
            Some(Cause::Io(kind)) => Err(io::Error::new(*kind, "the stream failed before")),
        }
    }

    /// Remembers what failed.
    pub(super) fn keep<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &result {
            let refused = error.get_ref().and_then(|e| e.downcast_ref::<Error>());
            self.0 = Some(match refused {
                Some(error) => Cause::Refused(error.clone()),
                None => Cause::Io(error.kind()),
            });
        }
        result
    }

    /// The same, for a step that loses nothing when it would have to wait: it may be tried again.
    pub(super) fn keep_unless_blocked<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        match result {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Err(error),
            result => self.keep(result),
        }
    }
}

/// What a stream refuses, for [`Read`](io::Read) and [`Write`](io::Write).
impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        let kind = match error {
            Error::Open
            | Error::NotAStream
            | Error::UnsupportedStream
            | Error::Truncated
            | Error::StreamTooLong => io::ErrorKind::InvalidData,
            _ => io::ErrorKind::Other,
        };
        Self::new(kind, error)
    }
}
