//! What a value has that is seen, before anything of it is written.

use core::fmt;
use std::borrow::Cow;

use serde::{
    Serialize, Serializer,
    ser::{
        Error, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
        SerializeTupleStruct, SerializeTupleVariant,
    },
};

use super::{At, Place};
use crate::map_key::Key;
use crate::rbac::{JsonFault, json::MAX_DEPTH};

/// How formats name what they take as it is, such as a number of any length or raw JSON: nothing in
/// it can be told apart.
pub(super) const OPAQUE: char = '$';

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Shape {
    /// A value without parts.
    Leaf,
    /// So many of its parts are seen.
    Parts(usize),
    /// A variant whose content is not seen.
    Nothing,
    /// A value whose parts cannot be told.
    Opaque,
}

impl Shape {
    pub(super) fn of<T: Serialize + ?Sized>(
        value: &T,
        at: At<'_>,
        human_readable: bool,
    ) -> Result<Self, Stop> {
        let measure = Measure {
            at,
            human_readable,
            look: Look::AtParts,
        };
        match value.serialize(measure) {
            Err(Stop::Known(shape)) => Ok(shape),
            shape => shape,
        }
    }
}

/// Whether anything is written of a value at a place: it is seen there, or it has parts that may be.
pub(super) fn is_seen<T: Serialize + ?Sized>(value: &T, at: At<'_>, human_readable: bool) -> bool {
    let look = Look::AtKind;
    let kind = Measure {
        at,
        human_readable,
        look,
    };
    match at.place.sight() {
        _ if at.place.is_hidden() => false,
        Some(_) => true,
        // what cannot be serialized is tried, and is an error then
        None => !matches!(value.serialize(kind), Ok(_) | Err(Stop::Known(_))),
    }
}

/// Why a value was not looked at any further.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stop {
    /// There is no need to.
    Known(Shape),
    /// It has parts, and nothing else was asked.
    Parts,
    /// It is wrapped too deep.
    TooDeep,
    /// It cannot be serialized. In what words it says so is its own affair: they may have a part of
    /// it that is not seen.
    Refused,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooDeep => JsonFault::TooDeep.fmt(f),
            Self::Known(_) | Self::Parts | Self::Refused => {
                f.write_str("a value cannot be serialized")
            }
        }
    }
}

impl core::error::Error for Stop {}

impl Error for Stop {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::Refused
    }
}

#[derive(Clone, Copy)]
enum Look {
    AtKind,
    AtParts,
}

#[derive(Clone, Copy)]
struct Measure<'a> {
    at: At<'a>,
    human_readable: bool,
    look: Look,
}

impl<'a> Measure<'a> {
    fn wrapped<T: Serialize + ?Sized>(self, value: &T) -> Result<Shape, Stop> {
        let at = self.at.within(self.at.place);
        if at.depth > MAX_DEPTH {
            return Err(Stop::TooDeep);
        }
        value.serialize(Self { at, ..self })
    }

    fn parts(self) -> Result<Parts<'a>, Stop> {
        self.parts_at(Cow::Borrowed(self.at.place))
    }

    fn variant(self, variant: &str) -> Result<Parts<'a>, Stop> {
        self.parts_at(Cow::Owned(self.at.place.step(self.at.view, variant)))
    }

    fn parts_at(self, place: Cow<'a, Place<'a>>) -> Result<Parts<'a>, Stop> {
        match self.look {
            Look::AtKind => Err(Stop::Parts),
            Look::AtParts if place.is_hidden() => Err(Stop::Known(Shape::Nothing)),
            Look::AtParts => Ok(Parts {
                measure: self,
                place,
                key: None,
                seen: 0,
            }),
        }
    }
}

macro_rules! leaves {
    ($($method:ident($($type:ty),*);)*) => {
        $(fn $method(self, $(_: $type),*) -> Result<Shape, Stop> {
            Ok(Shape::Leaf)
        })*
    };
}

impl<'a> Serializer for Measure<'a> {
    type Ok = Shape;
    type Error = Stop;
    type SerializeSeq = Parts<'a>;
    type SerializeTuple = Parts<'a>;
    type SerializeTupleStruct = Parts<'a>;
    type SerializeTupleVariant = Parts<'a>;
    type SerializeMap = Parts<'a>;
    type SerializeStruct = Parts<'a>;
    type SerializeStructVariant = Parts<'a>;

    leaves! {
        serialize_bool(bool);
        serialize_i8(i8);
        serialize_i16(i16);
        serialize_i32(i32);
        serialize_i64(i64);
        serialize_i128(i128);
        serialize_u8(u8);
        serialize_u16(u16);
        serialize_u32(u32);
        serialize_u64(u64);
        serialize_u128(u128);
        serialize_f32(f32);
        serialize_f64(f64);
        serialize_char(char);
        serialize_str(&str);
        serialize_bytes(&[u8]);
        serialize_none();
        serialize_unit();
        serialize_unit_struct(&'static str);
        serialize_unit_variant(&'static str, u32, &'static str);
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, _: &T) -> Result<Shape, Stop> {
        Ok(Shape::Leaf)
    }

    fn is_human_readable(&self) -> bool {
        self.human_readable
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Shape, Stop> {
        self.wrapped(value)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<Shape, Stop> {
        if name.starts_with(OPAQUE) {
            return Err(Stop::Known(Shape::Opaque));
        }
        self.wrapped(value)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Shape, Stop> {
        let mut parts = self.variant(variant)?;
        parts.element(value);
        Ok(match parts.seen {
            0 => Shape::Nothing,
            seen => Shape::Parts(seen),
        })
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Parts<'a>, Stop> {
        self.parts()
    }

    fn serialize_tuple(self, _: usize) -> Result<Parts<'a>, Stop> {
        self.parts()
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Parts<'a>, Stop> {
        self.parts()
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Parts<'a>, Stop> {
        self.variant(variant)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Parts<'a>, Stop> {
        self.parts()
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Parts<'a>, Stop> {
        if name.starts_with(OPAQUE) {
            return Err(Stop::Known(Shape::Opaque));
        }
        self.parts()
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Parts<'a>, Stop> {
        self.variant(variant)
    }
}

/// Counts the parts of a value that are seen.
struct Parts<'a> {
    measure: Measure<'a>,
    place: Cow<'a, Place<'a>>,
    /// Of the part that comes next, in a map.
    key: Option<Key>,
    seen: usize,
}

impl Parts<'_> {
    fn element<T: Serialize + ?Sized>(&mut self, value: &T) {
        let Measure {
            at, human_readable, ..
        } = self.measure;
        let seen = is_seen(value, at.within(&self.place), human_readable);
        self.seen = self.seen.saturating_add(usize::from(seen));
    }

    fn field<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) {
        let Measure {
            at, human_readable, ..
        } = self.measure;
        let place = self.place.step(at.view, key);
        let seen = is_seen(value, at.within(&place), human_readable);
        self.seen = self.seen.saturating_add(usize::from(seen));
    }
}

macro_rules! elements {
    ($($form:ident::$method:ident;)*) => {
        $(impl $form for Parts<'_> {
            type Ok = Shape;
            type Error = Stop;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Stop> {
                self.element(value);
                Ok(())
            }

            fn end(self) -> Result<Shape, Stop> {
                Ok(Shape::Parts(self.seen))
            }
        })*
    };
}

elements! {
    SerializeSeq::serialize_element;
    SerializeTuple::serialize_element;
    SerializeTupleStruct::serialize_field;
    SerializeTupleVariant::serialize_field;
}

macro_rules! fields {
    ($($form:ident),*) => {
        $(impl $form for Parts<'_> {
            type Ok = Shape;
            type Error = Stop;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<(), Stop> {
                self.field(key, value);
                Ok(())
            }

            fn end(self) -> Result<Shape, Stop> {
                Ok(Shape::Parts(self.seen))
            }
        })*
    };
}

fields! { SerializeStruct, SerializeStructVariant }

impl SerializeMap for Parts<'_> {
    type Ok = Shape;
    type Error = Stop;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Stop> {
        self.key = Key::of(key, self.measure.human_readable);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Stop> {
        if let Some(key) = self.key.take() {
            self.field(&key.text(), value);
        }
        Ok(())
    }

    fn end(self) -> Result<Shape, Stop> {
        Ok(Shape::Parts(self.seen))
    }
}
