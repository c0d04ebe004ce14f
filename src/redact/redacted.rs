//! A value that shows its kind wherever it is printed.

use core::fmt;

use super::{finding::Kind, spans};

/// A value that is printed and serialized as `[REDACTED:kind]`, so that a struct which holds it
/// can derive `Debug` and `Serialize` and be logged.
///
/// It is for what an application needs in plain and does not want to read in its log: an address, a
/// date of birth, a name. It is not wiped from memory and not compared in constant time: for
/// passwords and keys take a type that does both, such as those of the crate `secrecy`.
///
/// Two are equal where both the values and the kinds are.
///
/// There is no `Deref`: what is inside is reached by [`expose_secret`](Self::expose_secret) alone,
/// which a search finds.
///
/// ```
/// use portcullis::redact::{Kind, Redacted};
///
/// #[derive(Debug)]
/// struct Contact {
///     id: u32,
///     email: Redacted<String>,
/// }
///
/// let jane = Contact { id: 7, email: Redacted::of(Kind::Email, "jane.roe@example.com".into()) };
/// assert_eq!(format!("{jane:?}"), "Contact { id: 7, email: [REDACTED:email] }");
/// assert_eq!(jane.email.expose_secret(), "jane.roe@example.com");
/// ```
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct Redacted<T> {
    value: T,
    kind: Kind,
}

impl<T> Redacted<T> {
    /// A value that is shown as `[REDACTED:secret]`.
    #[must_use]
    pub const fn new(value: T) -> Self {
        Self::of(Kind::Secret, value)
    }

    /// A value that is shown as the mark of a kind.
    #[must_use]
    pub const fn of(kind: Kind, value: T) -> Self {
        Self { value, kind }
    }

    /// The value itself.
    #[must_use]
    pub const fn expose_secret(&self) -> &T {
        &self.value
    }

    /// The value itself, to be changed.
    #[must_use]
    pub const fn expose_secret_mut(&mut self) -> &mut T {
        &mut self.value
    }

    /// The value itself, not redacted any more.
    #[must_use]
    pub fn into_secret(self) -> T {
        self.value
    }
}

impl<T> From<T> for Redacted<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: Default> Default for Redacted<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

/// The mark, and no word of the value.
impl<T> fmt::Debug for Redacted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The mark, and no word of the value.
impl<T> fmt::Display for Redacted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&spans::mark_of(self.kind))
    }
}

/// The mark, and no word of the value.
#[cfg(feature = "serde")]
impl<T> ::serde::Serialize for Redacted<T> {
    fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&spans::mark_of(self.kind))
    }
}

/// The value: what an application reads it needs in plain. It is shown as `[REDACTED:secret]`, since
/// what was serialized says nothing of a kind.
#[cfg(feature = "serde")]
impl<'de, T: ::serde::Deserialize<'de>> ::serde::Deserialize<'de> for Redacted<T> {
    fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::new)
    }
}
