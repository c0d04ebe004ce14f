//! A sealed value that knows what type it is of.

use core::{fmt, marker::PhantomData, str::FromStr};

use super::{
    Context, Error, KeyVersion, Keyring, Part, Plaintext, Suite,
    envelope::{self, Envelope},
};
use crate::Timestamp;

#[cfg(feature = "serde")]
mod serde;

/// The envelope of a `T`, for the field of a record. It holds ciphertext only: reading it takes the
/// ring and the place.
///
/// The name of `T` ([`Plaintext::TYPE`]) is the type part of the context, so what was sealed as a
/// text does not open as a number. A context that says a type itself is refused: a type of the
/// application's own is one that implements [`Plaintext`]. [`context`](Self::context) gives the
/// context with the type for what opens the same value without knowing `T`.
///
/// Where there is no value there is no envelope: `Option<Encrypted<T>>` is a column that may be
/// NULL, which tells whoever reads the table that a value is missing. Where that is to be hidden,
/// seal a value that says it.
///
/// It has no `==`: two envelopes of the same value differ, and the same envelope in two places is
/// two values, of which one opens. With the feature `serde` it is its text in formats that people
/// read, its bytes in others; what is no envelope is refused when it is read.
///
/// # Example
///
/// ```
/// use portcullis::{Timestamp, field::{Context, Encrypted, Error, Keyring, Padding}};
///
/// struct Patient {
///     id: u64,
///     insured: Encrypted<bool>,
///     diagnosis: Option<Encrypted<String>>,
/// }
///
/// let now = Timestamp::now();
/// let ring = Keyring::generate(now)?;
/// let place = |column, id: u64| Context::new().tenant("clinic").table("patient").column(column).row(id);
///
/// // Longer ones are sealed to 128 bytes, 192 bytes, ...
/// let diagnosis = |id| place("diagnosis", id).padding(Padding::to_multiple_of(64));
/// let patient = Patient {
///     id: 7,
///     insured: Encrypted::seal(&ring, &place("insured", 7), &true, now)?,
///     diagnosis: Some(Encrypted::seal(&ring, &diagnosis(7), &"hay fever".into(), now)?),
/// };
/// assert!(patient.insured.open(&ring, &place("insured", patient.id))?.into_secret());
/// for sealed in &patient.diagnosis {
///     assert_eq!(sealed.open(&ring, &diagnosis(patient.id))?.expose_secret(), "hay fever");
/// }
/// # Ok::<(), Error>(())
/// ```
pub struct Encrypted<T> {
    // INVARIANT: parses, as this suite and this version.
    envelope: Vec<u8>,
    suite: Suite,
    version: KeyVersion,
    /// It makes a `T` and holds none.
    value: PhantomData<fn() -> T>,
}

impl<T: Plaintext> Encrypted<T> {
    /// The place of a value of this type: what a [sweep](super::sweep::StoredRow) and a
    /// [migration](super::Migration) take, which do not know `T`.
    ///
    /// # Errors
    ///
    /// [`Error::TypeSaid`] for a context that says a type.
    pub fn context(context: &Context) -> Result<Context, Error> {
        if context.says(Part::Type) {
            return Err(Error::TypeSaid);
        }
        Ok(context.clone().value_type(T::TYPE))
    }

    /// Seals `value` for the place that `context` names, as [`Keyring::seal`] does.
    ///
    /// # Errors
    ///
    /// Those of [`Keyring::seal`]; [`Error::TypeSaid`] for a context that says a type.
    pub fn seal(
        ring: &Keyring,
        context: &Context,
        value: &T,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let context = Self::context(context)?;
        Self::from_bytes(value.with_bytes(|bytes| ring.seal(&context, bytes, now))?)
    }

    /// Opens it for the place it was sealed for, as [`Keyring::open`] does.
    ///
    /// # Errors
    ///
    /// Those of [`Keyring::open`]; [`Error::Open`] also for a value of another type;
    /// [`Error::TypeSaid`] for a context that says a type; [`Error::NotOfType`] for a value that `T`
    /// has no room for, such as an integer out of its range.
    pub fn open(&self, ring: &Keyring, context: &Context) -> Result<Unsealed<T>, Error> {
        let opened = ring.open(&Self::context(context)?, &self.envelope)?;
        Ok(Unsealed {
            value: T::from_bytes(opened.expose_secret())?,
            stale: opened.stale(),
        })
    }

    /// The same value sealed by the primary key, if a retired one sealed this; none if it is not to
    /// be replaced. Put it in the place of this one only if this one still stands there.
    ///
    /// # Errors
    ///
    /// Those of [`open`](Self::open) and [`seal`](Self::seal).
    pub fn reseal(
        &self,
        ring: &Keyring,
        context: &Context,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let context = Self::context(context)?;
        let opened = ring.open(&context, &self.envelope)?;
        let stale = opened.stale();
        let resealed = stale.map(|_| ring.seal(&context, opened.expose_secret(), now));
        resealed.transpose()?.map(Self::from_bytes).transpose()
    }
}

impl<T> Encrypted<T> {
    /// Takes what [`as_bytes`](Self::as_bytes) gave. It is an envelope when this returns; whether it
    /// opens, and as a `T`, is told by opening it.
    ///
    /// # Errors
    ///
    /// [`Error::NotAnEnvelope`], [`Error::Malformed`], [`Error::TooLong`].
    pub fn from_bytes(envelope: impl Into<Vec<u8>>) -> Result<Self, Error> {
        let envelope = envelope.into();
        let parsed = Envelope::parse(&envelope)?;
        let (suite, version) = (parsed.suite, parsed.version);
        Ok(Self {
            envelope,
            suite,
            version,
            value: PhantomData,
        })
    }

    /// The envelope.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.envelope
    }

    /// The envelope.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.envelope
    }

    /// The envelope as text, which [`FromStr`] reads back: `pc1.` and base64url without padding.
    #[must_use]
    pub fn to_text(&self) -> String {
        envelope::to_text(&self.envelope)
    }

    /// The suite that it is sealed in, which nobody has verified.
    #[must_use]
    pub const fn suite(&self) -> Suite {
        self.suite
    }

    /// The version of the key that it names, which nobody has verified.
    #[must_use]
    pub const fn key_version(&self) -> KeyVersion {
        self.version
    }
}

/// Reads [`to_text`](Encrypted::to_text), and that spelling only.
impl<T> FromStr for Encrypted<T> {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::from_bytes(envelope::from_text(text)?)
    }
}

impl<T> Clone for Encrypted<T> {
    fn clone(&self) -> Self {
        Self {
            envelope: self.envelope.clone(),
            ..*self
        }
    }
}

/// Suite, key version and length of the envelope.
impl<T> fmt::Debug for Encrypted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (suite, version, len) = (self.suite, self.version, self.envelope.len());
        write!(f, "Encrypted({suite}, key version {version}, {len} bytes)")
    }
}

/// A value that was opened, and whether it should be sealed again. `Debug` prints `[redacted]`.
/// Whether it is wiped when it is dropped is the type's: a
/// [`SecretString`](super::SecretString) is, a `String` is not.
#[must_use]
pub struct Unsealed<T> {
    value: T,
    stale: Option<KeyVersion>,
}

impl<T> Unsealed<T> {
    /// The value.
    #[must_use]
    pub const fn expose_secret(&self) -> &T {
        &self.value
    }

    /// The value itself.
    #[must_use]
    pub fn into_secret(self) -> T {
        self.value
    }

    /// The version of the retired key that sealed this: see [`Opened::stale`](super::Opened::stale).
    #[must_use]
    pub const fn stale(&self) -> Option<KeyVersion> {
        self.stale
    }
}

impl<T> fmt::Debug for Unsealed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unsealed")
            .field("value", &format_args!("[redacted]"))
            .field("stale", &self.stale)
            .finish()
    }
}
