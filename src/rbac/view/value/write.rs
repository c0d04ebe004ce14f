//! Writes what is seen of a value to the serializer beneath.

use core::fmt;
use std::borrow::Cow;

use serde::{
    Serialize, Serializer,
    ser::{
        Error, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
        SerializeTupleStruct, SerializeTupleVariant,
    },
};

use super::{At, Part, Place, shape::is_seen};
use crate::{compound::compounds, map_key::Key, rbac::view::Leaf};

const CHANGED: &str = "a value had other parts when it was written than when they were counted";

pub(super) struct Writer<'a, S> {
    serializer: S,
    at: At<'a>,
    /// How many parts are seen.
    parts: usize,
}

impl<'a, S: Serializer> Writer<'a, S> {
    pub(super) fn new(serializer: S, at: At<'a>, parts: usize) -> Self {
        Self {
            serializer,
            at,
            parts,
        }
    }

    /// What is seen of a value without parts, which `as_it_is` writes.
    fn leaf(
        self,
        leaf: Leaf<'_>,
        as_it_is: impl FnOnce(S) -> Result<S::Ok, S::Error>,
    ) -> Result<S::Ok, S::Error> {
        let Some(sight) = self.at.place.sight() else {
            return self.serializer.serialize_unit();
        };
        match sight.replacement(self.at.view, leaf) {
            None => as_it_is(self.serializer),
            Some(text) => self.serializer.serialize_str(&text),
        }
    }

    /// Of a value whose parts are here, or in this variant.
    fn parts<C>(
        self,
        variant: Option<&str>,
        begin: impl FnOnce(S, usize) -> Result<C, S::Error>,
    ) -> Result<Parts<'a, C>, S::Error> {
        let place = match variant {
            None => Cow::Borrowed(self.at.place),
            Some(variant) => Cow::Owned(self.at.place.step(self.at.view, variant)),
        };
        Ok(Parts {
            human_readable: self.serializer.is_human_readable(),
            at: self.at,
            left: self.parts,
            inner: begin(self.serializer, self.parts)?,
            place,
            key: None,
        })
    }
}

macro_rules! leaves {
    ($($method:ident($type:ty) => $leaf:expr;)*) => {
        $(fn $method(self, value: $type) -> Result<S::Ok, S::Error> {
            self.leaf($leaf(value), |serializer| serializer.$method(value))
        })*
    };
}

macro_rules! numbers {
    ($($method:ident($type:ty);)*) => {
        $(fn $method(self, value: $type) -> Result<S::Ok, S::Error> {
            let number = value.to_string();
            self.leaf(Leaf::Number(&number), |serializer| serializer.$method(value))
        })*
    };
}

impl<'a, S: Serializer> Serializer for Writer<'a, S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Parts<'a, S::SerializeSeq>;
    type SerializeTuple = Parts<'a, S::SerializeTuple>;
    type SerializeTupleStruct = Parts<'a, S::SerializeTupleStruct>;
    type SerializeTupleVariant = Parts<'a, S::SerializeTupleVariant>;
    type SerializeMap = Parts<'a, S::SerializeMap>;
    type SerializeStruct = Parts<'a, S::SerializeStruct>;
    type SerializeStructVariant = Parts<'a, S::SerializeStructVariant>;

    leaves! {
        serialize_bool(bool) => |_| Leaf::Other;
        serialize_f32(f32) => |_| Leaf::Other;
        serialize_f64(f64) => |_| Leaf::Other;
        serialize_bytes(&[u8]) => |_| Leaf::Other;
        serialize_unit_struct(&'static str) => |_| Leaf::Other;
        serialize_str(&str) => Leaf::Text;
    }

    numbers! {
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
    }

    fn serialize_char(self, value: char) -> Result<S::Ok, S::Error> {
        let text = value.to_string();
        self.leaf(Leaf::Text(&text), |serializer| {
            serializer.serialize_char(value)
        })
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.serialize_str(&value.to_string())
    }

    fn is_human_readable(&self) -> bool {
        self.serializer.is_human_readable()
    }

    fn serialize_unit(self) -> Result<S::Ok, S::Error> {
        self.leaf(Leaf::Other, S::serialize_unit)
    }

    /// Masked, it is like `Some` of a masked value, also where a format tells `Some` apart.
    fn serialize_none(self) -> Result<S::Ok, S::Error> {
        let Some(sight) = self.at.place.sight() else {
            return self.serializer.serialize_unit();
        };
        match sight.replacement(self.at.view, Leaf::Other) {
            None => self.serializer.serialize_none(),
            Some(text) => self.serializer.serialize_some(&*text),
        }
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        let at = self.at.within(self.at.place);
        self.serializer.serialize_some(&Part { value, at })
    }

    fn serialize_unit_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
    ) -> Result<S::Ok, S::Error> {
        self.leaf(Leaf::Text(variant), |serializer| {
            serializer.serialize_unit_variant(name, index, variant)
        })
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        let at = self.at.within(self.at.place);
        self.serializer
            .serialize_newtype_struct(name, &Part { value, at })
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        let place = self.at.place.step(self.at.view, variant);
        let at = self.at.within(&place);
        self.serializer
            .serialize_newtype_variant(name, index, variant, &Part { value, at })
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Self::SerializeSeq, S::Error> {
        self.parts(None, |serializer, parts| {
            serializer.serialize_seq(len.map(|_| parts))
        })
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, S::Error> {
        self.parts(None, S::serialize_tuple)
    }

    fn serialize_tuple_struct(
        self,
        name: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, S::Error> {
        self.parts(None, |serializer, parts| {
            serializer.serialize_tuple_struct(name, parts)
        })
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, S::Error> {
        self.parts(Some(variant), |serializer, parts| {
            serializer.serialize_tuple_variant(name, index, variant, parts)
        })
    }

    fn serialize_map(self, len: Option<usize>) -> Result<Self::SerializeMap, S::Error> {
        self.parts(None, |serializer, parts| {
            serializer.serialize_map(len.map(|_| parts))
        })
    }

    fn serialize_struct(
        self,
        name: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStruct, S::Error> {
        self.parts(None, |serializer, parts| {
            serializer.serialize_struct(name, parts)
        })
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, S::Error> {
        self.parts(Some(variant), |serializer, parts| {
            serializer.serialize_struct_variant(name, index, variant, parts)
        })
    }
}

/// Writes the parts that are seen, as many as were counted.
pub(super) struct Parts<'a, C> {
    inner: C,
    at: At<'a>,
    place: Cow<'a, Place<'a>>,
    human_readable: bool,
    /// Of the part that comes next, in a map.
    key: Option<Key>,
    left: usize,
}

impl<C> Parts<'_, C> {
    /// A part at the same place.
    fn element<T: Serialize + ?Sized, E: Error>(
        &mut self,
        value: &T,
        write: impl FnOnce(&mut C, &Part<'_, T>) -> Result<(), E>,
    ) -> Result<(), E> {
        let at = self.at.within(&self.place);
        if !is_seen(value, at, self.human_readable) {
            return Ok(());
        }
        self.left = one_less(self.left)?;
        write(&mut self.inner, &Part { value, at })
    }

    /// A part at a place of its own.
    fn field<T: Serialize + ?Sized, E: Error>(
        &mut self,
        key: &str,
        value: &T,
        write: impl FnOnce(&mut C, &Part<'_, T>) -> Result<(), E>,
    ) -> Result<(), E> {
        let place = self.place.step(self.at.view, key);
        let at = self.at.within(&place);
        if !is_seen(value, at, self.human_readable) {
            return Ok(());
        }
        self.left = one_less(self.left)?;
        write(&mut self.inner, &Part { value, at })
    }

    fn end<Ok, E: Error>(self, end: impl FnOnce(C) -> Result<Ok, E>) -> Result<Ok, E> {
        match self.left {
            0 => end(self.inner),
            _ => Err(E::custom(CHANGED)),
        }
    }
}

fn one_less<E: Error>(left: usize) -> Result<usize, E> {
    left.checked_sub(1).ok_or_else(|| E::custom(CHANGED))
}

compounds!(Parts;);

impl<C: SerializeMap> SerializeMap for Parts<'_, C> {
    type Ok = C::Ok;
    type Error = C::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), C::Error> {
        self.key = Key::of(key, self.human_readable);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), C::Error> {
        let Some(key) = self.key.take() else {
            return Ok(());
        };
        self.field(&key.text(), value, |inner, part| {
            inner.serialize_entry(&key, part)
        })
    }

    fn end(self) -> Result<C::Ok, C::Error> {
        self.end(C::end)
    }
}
