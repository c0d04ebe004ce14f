//! Redacts any value that serde serializes, while it is serialized.

mod place;
mod write;

use core::fmt;

use ::serde::{Serialize, Serializer};

use super::Policy;
use place::Place;
use write::Redactor;

impl Policy {
    /// A value that is serialized without its secrets: give it to a serializer in place of the
    /// value.
    ///
    /// Names are those of fields, of variants with content and of the keys of maps; where a value
    /// lies deeper, its name is a path, `user.password`, and what lies in a secret is one unless its
    /// own name is known to be public. A secret becomes a text, also where it was a number. Every
    /// other text is redacted as [`Policy::redact_str`] has it, keys of maps too.
    ///
    /// # What this does not do
    ///
    /// Truth values, `None` and the names of variants stay. Bytes that are no text are looked at
    /// only under the name of a secret. What a format takes as it is, such as a number of any
    /// length, stays where nothing around it is secret. A type whose secrets were replaced may not
    /// be read again as that type.
    ///
    /// ```
    /// use portcullis::redact::Policy;
    ///
    /// #[derive(serde::Serialize)]
    /// struct Login {
    ///     user: &'static str,
    ///     password: &'static str,
    ///     pin: u32,
    /// }
    ///
    /// let login = Login { user: "ada", password: "correct horse", pin: 4071 };
    /// let safe = serde_json::to_string(&Policy::default().safe(&login))?;
    /// assert_eq!(
    ///     safe,
    ///     r#"{"user":"ada","password":"[REDACTED:password]","pin":"[REDACTED:pin]"}"#
    /// );
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn safe<'v, T: Serialize + ?Sized>(&'v self, value: &'v T) -> Safe<'v, T> {
        Safe {
            policy: self,
            value,
        }
    }
}

/// A value that is serialized without its secrets. Made by [`Policy::safe`].
#[must_use = "it does nothing until it is serialized"]
pub struct Safe<'v, T: ?Sized> {
    policy: &'v Policy,
    value: &'v T,
}

impl<T: ?Sized> fmt::Debug for Safe<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl<T: Serialize + ?Sized> Serialize for Safe<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let at = At {
            policy: self.policy,
            place: &Place::ROOT,
        };
        let value = self.value;
        Part { value, at }.serialize(serializer)
    }
}

/// Where a value is, and what is secret there.
#[derive(Clone, Copy)]
struct At<'a> {
    policy: &'a Policy,
    place: &'a Place<'a>,
}

/// A value at its place.
struct Part<'a, T: ?Sized> {
    value: &'a T,
    at: At<'a>,
}

impl<T: Serialize + ?Sized> Serialize for Part<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let at = self.at;
        self.value.serialize(Redactor { serializer, at })
    }
}
