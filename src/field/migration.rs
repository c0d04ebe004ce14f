//! Reads a column while its plaintext is being sealed.

use super::{
    Context, Error, Keyring, Opened,
    stored::{Form, hides_envelope},
};
use crate::Timestamp;

/// Lets a column hold plaintext and envelopes side by side, until a date.
///
/// A column that holds plaintext cannot be sealed at once: machines run code of two versions, and
/// rows are many. A migration reads both, and says which it read; a [`Sweep`](super::sweep::Sweep) that is
/// given it seals what is left. **From the date on plaintext is refused**, whether or not somebody
/// remembers to take this out of the code.
///
/// # Steps
///
/// 1. Bring code that reads with [`open`](Self::open), and still writes plaintext, to every machine.
/// 2. Write with [`Keyring::seal`]; with a blind index, write that too.
/// 3. Sweep ([`Sweep::with_migration`](super::sweep::Sweep::with_migration)), and fill the index
///    ([`Sweep::step_index`](super::sweep::Sweep::step_index)), until the report counts no plaintext. Then
///    search through the index.
/// 4. Read with [`Keyring::open`].
/// 5. Remove the plaintext that is still elsewhere: old backups, replicas, exports, the database's
///    own log and pages not yet overwritten, search engines, caches.
///
/// # What this does not do
///
/// Until the date, who can write to the database can put in a plaintext of their choice, for any
/// row; it comes as [`Read::Plaintext`]. Do not migrate in this way what grants something by being
/// there. What looks like an envelope is never plaintext: a damaged envelope is refused, and so is a
/// plaintext that starts with `pc1.`, or with the byte 0xF9 or 0xFA, which no text in UTF-8 does.
/// So is an envelope as an export or a driver may have spelt it: its text in quotes, after white space
/// or in capitals, its bytes in hexadecimal or base64. Mend the column then, or the driver. What was
/// an envelope and was changed in another way is not told from plaintext.
///
/// A sweep seals what is stored as it is. A column whose values are written in another way when they
/// are sealed, such as the numbers of `Encrypted<i64>`, is for the application to write anew. A
/// column that will be read as [`Encrypted`](super::Encrypted)`<String>` is read and swept with
/// [`Encrypted::context`](super::Encrypted::context).
///
/// Anchors: `support_unencrypted_data` of Rails' Active Record Encryption, which has no date;
/// `migrating` of the gem lockbox, which keeps a column of each.
///
/// # Example
///
/// ```
/// use portcullis::{Timestamp, field::{Context, Error, Keyring, Migration, Read}};
///
/// # let now = Timestamp::from_millis(0);
/// # let ring = Keyring::generate(now)?;
/// # let context = Context::new().tenant("acme").table("contact").column("email").row(42);
/// let migration = Migration::new(Timestamp::from_millis(1_800_000_000_000));
/// let read = migration.open(&ring, &context, b"ada@example.org", now)?;
/// assert!(matches!(read, Read::Plaintext(b"ada@example.org")));
///
/// let sealed = ring.seal_text(&context, read.expose_secret(), now)?;
/// let read = migration.open(&ring, &context, sealed.as_bytes(), now)?;
/// assert!(matches!(read, Read::Opened(_)));
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
pub struct Migration {
    pub(super) until: Timestamp,
    pub(super) form: Form,
}

impl Migration {
    /// Plaintext is read before `until`. A sweep seals it as text.
    pub const fn new(until: Timestamp) -> Self {
        let form = Form::Text;
        Self { until, form }
    }

    /// A sweep seals as bytes, for a column of bytes.
    pub const fn in_bytes(self) -> Self {
        let form = Form::Bytes;
        Self { form, ..self }
    }

    /// What is stored, opened if it is an envelope, in bytes or as text.
    ///
    /// # Errors
    ///
    /// Those of [`Keyring::open`] for what looks like an envelope; [`Error::Malformed`] for an
    /// envelope in another spelling; [`Error::NotAnEnvelope`] for plaintext from the date on.
    pub fn open<'a>(
        &self,
        ring: &Keyring,
        context: &Context,
        stored: &'a [u8],
        now: Timestamp,
    ) -> Result<Read<'a>, Error> {
        match Form::of(stored) {
            Some(form) => form.open(ring, context, stored).map(Read::Opened),
            None => self.plaintext(stored, now).map(Read::Plaintext),
        }
    }

    /// What is stored, which does not start like an envelope, if it may be plaintext.
    pub(super) fn plaintext<'a>(
        &self,
        stored: &'a [u8],
        now: Timestamp,
    ) -> Result<&'a [u8], Error> {
        if hides_envelope(stored) {
            Err(Error::Malformed)
        } else if now < self.until {
            Ok(stored)
        } else {
            Err(Error::NotAnEnvelope)
        }
    }

    /// When plaintext is no longer read.
    #[must_use]
    pub const fn until(&self) -> Timestamp {
        self.until
    }
}

/// What a column that is being migrated held.
#[must_use]
#[allow(
    clippy::exhaustive_enums,
    reason = "a value is sealed or it is not, and a caller deals with both"
)]
pub enum Read<'a> {
    /// An envelope, which opened.
    Opened(Opened),
    /// A plaintext, which anybody may have written. Count these: when none comes any more, the
    /// migration has ended.
    Plaintext(&'a [u8]),
}

impl Read<'_> {
    /// The plaintext, sealed or not.
    #[must_use]
    pub fn expose_secret(&self) -> &[u8] {
        match self {
            Self::Opened(opened) => opened.expose_secret(),
            Self::Plaintext(plaintext) => plaintext,
        }
    }
}

/// Which of the two it was; no value.
impl core::fmt::Debug for Read<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Opened(_) => "Opened([redacted])",
            Self::Plaintext(_) => "Plaintext([redacted])",
        })
    }
}
