//! Filters any value that serde serializes, while it is serialized.

mod shape;
mod write;

use core::fmt;

use serde::{
    Serialize, Serializer,
    ser::{Error as _, SerializeMap},
};

use super::{MASKED, Place, View};
use crate::rbac::json::MAX_DEPTH;
use shape::{Shape, Stop};
use write::Writer;

impl<'p> View<'p> {
    /// Filters a value that serde serializes: what the subject does not see is left out, the rest
    /// is masked or stands as it stood. Give it to a serializer in place of the value.
    ///
    /// `field` is where the value belongs, as for [`View::json`], and the outcome is that of
    /// [`View::json`] for what `serde_json` makes of the value: a variant that has content is an
    /// object with one key, a newtype and `Some` are what is in them. It is for formats that say
    /// themselves what follows, such as JSON, CBOR or TOML; the others do not read a type again of
    /// which a part is missing.
    ///
    /// Every `Serialize` in the value is asked two to four times for its parts, so that the lengths
    /// that are announced are those of what is left; one that answers differently each time is an
    /// error of the serializer, and so is nesting deeper than 128 where something is not shown. The
    /// keys of maps are texts, characters, whole numbers, truth values or variants; what has
    /// another key is left out, where not everything is shown. What a format takes as it is, such as
    /// raw JSON, is masked where something in it is not shown.
    ///
    /// ```
    /// use portcullis::{Timestamp, rbac::{Facts, Grant, Grants, Policy, Scope, Tenant}};
    ///
    /// #[derive(serde::Serialize)]
    /// struct Contact {
    ///     name: &'static str,
    ///     ssn: &'static str,
    /// }
    ///
    /// let policy: Policy = r#"
    ///     portcullis = 1
    ///     [roles.support]
    ///     [[field]]
    ///     name = "contact.name"
    ///     show = ["support"]
    /// "#.parse()?;
    /// let acme = Tenant::new("acme")?;
    /// let ada = Grants::new().with(Grant::new("support", Scope::Tenant(acme.clone())))?;
    /// let now: Timestamp = "2026-11-21T09:00:00Z".parse()?;
    ///
    /// let jane = Contact { name: "Jane Roe", ssn: "078-05-1120" };
    /// let view = policy.view(&ada, &acme, Facts::new(), now);
    /// let answer = serde_json::to_string(&view.of("contact", &jane))?;
    /// assert_eq!(answer, r#"{"name":"Jane Roe"}"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of<'v, T: Serialize + ?Sized>(&'v self, field: &str, value: &'v T) -> Viewed<'v, T> {
        Viewed {
            value,
            place: Place::of(self, field),
            view: self,
        }
    }
}

/// A value as one subject sees it, to be serialized.
#[must_use = "it does nothing until it is serialized"]
pub struct Viewed<'v, T: ?Sized> {
    value: &'v T,
    view: &'v View<'v>,
    place: Place<'v>,
}

impl<T: ?Sized> fmt::Debug for Viewed<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl<T: Serialize + ?Sized> Serialize for Viewed<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (view, place) = (self.view, &self.place);
        let at = At {
            view,
            place,
            depth: 0,
        };
        let value = self.value;
        Part { value, at }.serialize(serializer)
    }
}

/// Where a value is.
#[derive(Clone, Copy)]
struct At<'a> {
    view: &'a View<'a>,
    place: &'a Place<'a>,
    /// How many values are around it.
    depth: usize,
}

impl<'a> At<'a> {
    /// Within this value, at another place.
    fn within<'b>(self, place: &'b Place<'a>) -> At<'b>
    where
        'a: 'b,
    {
        At {
            view: self.view,
            place,
            depth: self.depth.saturating_add(1),
        }
    }
}

/// A value at its place.
struct Part<'a, T: ?Sized> {
    value: &'a T,
    at: At<'a>,
}

impl<T: Serialize + ?Sized> Serialize for Part<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { value, at } = *self;
        if at.place.is_plain() {
            return value.serialize(serializer);
        }
        if at.place.is_hidden() {
            return serializer.serialize_unit();
        }
        let shape = Shape::of(value, at, serializer.is_human_readable());
        match shape.map_err(S::Error::custom)? {
            Shape::Parts(_) | Shape::Nothing if at.depth >= MAX_DEPTH => {
                Err(S::Error::custom(Stop::TooDeep))
            }
            Shape::Leaf => value.serialize(Writer::new(serializer, at, 0)),
            Shape::Parts(parts) => value.serialize(Writer::new(serializer, at, parts)),
            Shape::Nothing => serializer.serialize_map(Some(0))?.end(),
            Shape::Opaque if at.place.sight().is_some() => serializer.serialize_str(MASKED),
            Shape::Opaque => serializer.serialize_unit(),
        }
    }
}
