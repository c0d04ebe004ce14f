//! Hands each part of a value to the serializer beneath, texts and numbers redacted.

use core::fmt;

use ::serde::{
    Serialize, Serializer,
    ser::{
        SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
        SerializeTupleStruct, SerializeTupleVariant,
    },
};

use super::{At, Part};
use crate::{
    compound::compounds,
    map_key::Key,
    redact::{Kind, field::Form, spans::mark_of},
};

/// How the names of types begin that formats take as they are, such as a number of any length.
const OPAQUE: char = '$';
/// The one of them whose content is text that means what it says: raw JSON.
const RAW_JSON: &str = "$serde_json::private::RawValue";
/// Members that name what stands in the member after them.
const NAMING: &[&str] = &[
    "name",
    "key",
    "field",
    "header",
    "parameter",
    "param",
    "attribute",
];
/// Members that hold what was named.
const NAMED: &[&str] = &["value", "values", "val"];

pub(super) struct Redactor<'a, S> {
    pub(super) serializer: S,
    pub(super) at: At<'a>,
}

impl<'a, S: Serializer> Redactor<'a, S> {
    /// A leaf that `as_it_is` writes where nothing in it is secret.
    fn leaf(
        self,
        text: &str,
        form: Form,
        as_it_is: impl FnOnce(S) -> Result<S::Ok, S::Error>,
    ) -> Result<S::Ok, S::Error> {
        let decisive = self.at.place.decisive();
        let safe = self
            .at
            .policy
            .redact_leaf(decisive.name, text, form, decisive.is_listed);
        if safe == text {
            return as_it_is(self.serializer);
        }
        self.serializer.serialize_str(&safe)
    }

    fn parts<C>(
        self,
        variant: Option<&'static str>,
        begin: impl FnOnce(S) -> Result<C, S::Error>,
    ) -> Result<Parts<'a, C>, S::Error> {
        Ok(Parts {
            human_readable: self.serializer.is_human_readable(),
            at: self.at,
            variant,
            key: None,
            named: None,
            inner: begin(self.serializer)?,
        })
    }
}

macro_rules! as_they_are {
    ($($method:ident($($name:ident: $type:ty),*);)*) => {
        $(fn $method(self, $($name: $type),*) -> Result<S::Ok, S::Error> {
            self.serializer.$method($($name),*)
        })*
    };
}

macro_rules! numbers {
    ($($method:ident($type:ty);)*) => {
        $(fn $method(self, value: $type) -> Result<S::Ok, S::Error> {
            let as_it_is = |serializer: S| serializer.$method(value);
            self.leaf(&value.to_string(), Form::Number, as_it_is)
        })*
    };
}

impl<'a, S: Serializer> Serializer for Redactor<'a, S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Parts<'a, S::SerializeSeq>;
    type SerializeTuple = Parts<'a, S::SerializeTuple>;
    type SerializeTupleStruct = Parts<'a, S::SerializeTupleStruct>;
    type SerializeTupleVariant = Parts<'a, S::SerializeTupleVariant>;
    type SerializeMap = Parts<'a, S::SerializeMap>;
    type SerializeStruct = Struct<'a, S>;
    type SerializeStructVariant = Parts<'a, S::SerializeStructVariant>;

    as_they_are! {
        serialize_bool(value: bool);
        serialize_unit();
        serialize_none();
        serialize_unit_struct(name: &'static str);
        serialize_unit_variant(name: &'static str, index: u32, variant: &'static str);
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
        serialize_f32(f32);
        serialize_f64(f64);
    }

    fn serialize_str(self, value: &str) -> Result<S::Ok, S::Error> {
        self.leaf(value, Form::Text, |serializer| {
            serializer.serialize_str(value)
        })
    }

    fn serialize_char(self, value: char) -> Result<S::Ok, S::Error> {
        let as_it_is = |serializer: S| serializer.serialize_char(value);
        self.leaf(&value.to_string(), Form::Text, as_it_is)
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<S::Ok, S::Error> {
        let At { policy, place } = self.at;
        if let Some(kind) = place.secret(policy) {
            return self.serializer.serialize_str(&mark_of(kind));
        }
        self.serializer.serialize_bytes(&policy.redact(value))
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.serialize_str(&value.to_string())
    }

    fn is_human_readable(&self) -> bool {
        self.serializer.is_human_readable()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        let at = self.at;
        self.serializer.serialize_some(&Part { value, at })
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        let at = self.at;
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
        let place = &self.at.place.step(variant, self.at.policy);
        let at = At { place, ..self.at };
        self.serializer
            .serialize_newtype_variant(name, index, variant, &Part { value, at })
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Self::SerializeSeq, S::Error> {
        self.parts(None, |serializer| serializer.serialize_seq(len))
    }

    fn serialize_tuple(self, len: usize) -> Result<Self::SerializeTuple, S::Error> {
        self.parts(None, |serializer| serializer.serialize_tuple(len))
    }

    fn serialize_tuple_struct(
        self,
        name: &'static str,
        len: usize,
    ) -> Result<Self::SerializeTupleStruct, S::Error> {
        self.parts(None, |serializer| {
            serializer.serialize_tuple_struct(name, len)
        })
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self::SerializeTupleVariant, S::Error> {
        self.parts(Some(variant), |serializer| {
            serializer.serialize_tuple_variant(name, index, variant, len)
        })
    }

    fn serialize_map(self, len: Option<usize>) -> Result<Self::SerializeMap, S::Error> {
        self.parts(None, |serializer| serializer.serialize_map(len))
    }

    fn serialize_struct(
        self,
        name: &'static str,
        len: usize,
    ) -> Result<Self::SerializeStruct, S::Error> {
        if !name.starts_with(OPAQUE) {
            let parts = self.parts(None, |serializer| serializer.serialize_struct(name, len));
            return parts.map(Struct::Parts);
        }
        if let Some(kind) = self.at.place.secret(self.at.policy) {
            return Ok(Struct::Hidden(self.serializer, kind));
        }
        match name {
            RAW_JSON => self
                .parts(None, |serializer| serializer.serialize_struct(name, len))
                .map(Struct::Parts),
            _ => self
                .serializer
                .serialize_struct(name, len)
                .map(Struct::Opaque),
        }
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self::SerializeStructVariant, S::Error> {
        self.parts(Some(variant), |serializer| {
            serializer.serialize_struct_variant(name, index, variant, len)
        })
    }
}

/// Writes the parts of a value.
pub(super) struct Parts<'a, C> {
    inner: C,
    at: At<'a>,
    /// The variant that the parts are in.
    variant: Option<&'static str>,
    human_readable: bool,
    /// Of the part that comes next, in a map.
    key: Option<String>,
    /// What a member has named that came before.
    named: Option<String>,
}

impl<C> Parts<'_, C> {
    fn end<Ok, E>(self, end: impl FnOnce(C) -> Result<Ok, E>) -> Result<Ok, E> {
        end(self.inner)
    }

    /// A part without a name of its own.
    fn element<T: Serialize + ?Sized, E>(
        &mut self,
        value: &T,
        write: impl FnOnce(&mut C, &Part<'_, T>) -> Result<(), E>,
    ) -> Result<(), E> {
        let At { policy, place } = self.at;
        let variant = self.variant.map(|variant| place.step(variant, policy));
        let place = &variant.as_ref().unwrap_or(place).element();
        let at = At { policy, place };
        write(&mut self.inner, &Part { value, at })
    }

    /// A part with a name of its own, or with the one that the member before it named.
    fn field<T: Serialize + ?Sized, E>(
        &mut self,
        key: &str,
        value: &T,
        write: impl FnOnce(&mut C, &Part<'_, T>) -> Result<(), E>,
    ) -> Result<(), E> {
        let named = self.named.take();
        if is_one_of(key, NAMING) {
            self.named = Key::of(value, self.human_readable).map(|name| name.text().into_owned());
        }
        let name = named.filter(|_| is_one_of(key, NAMED));
        let At { policy, place } = self.at;
        let variant = self.variant.map(|variant| place.step(variant, policy));
        let whole = variant.as_ref().unwrap_or(place);
        let place = &whole.step(name.as_deref().unwrap_or(key), policy);
        let at = At { policy, place };
        write(&mut self.inner, &Part { value, at })
    }
}

fn is_one_of(key: &str, names: &[&str]) -> bool {
    names.iter().any(|name| key.eq_ignore_ascii_case(name))
}

compounds! {
    Parts;
    fn skip_field(&mut self, key: &'static str) -> Result<(), C::Error> {
        self.inner.skip_field(key)
    }
}

impl<C: SerializeMap> SerializeMap for Parts<'_, C> {
    type Ok = C::Ok;
    type Error = C::Error;

    /// A key that is text is redacted as text; one that is none stays, and names nothing.
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), C::Error> {
        let read = Key::of(key, self.human_readable);
        let text = read.as_ref().map(|key| key.text().into_owned());
        self.key.clone_from(&text);
        match (read, text) {
            (Some(Key::Text(_)), Some(text)) => {
                let safe = self.at.policy.redact_str(&text);
                self.inner.serialize_key(&*safe)
            }
            _ => self.inner.serialize_key(key),
        }
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), C::Error> {
        let key = self.key.take().unwrap_or_default();
        self.field(&key, value, |inner, part| inner.serialize_value(part))
    }

    fn end(self) -> Result<C::Ok, C::Error> {
        self.inner.end()
    }
}

/// Writes the fields of a struct.
pub(super) enum Struct<'a, S: Serializer> {
    Parts(Parts<'a, S::SerializeStruct>),
    /// What a format takes as it is.
    Opaque(S::SerializeStruct),
    /// The same under the name of a secret: nothing of it is written.
    Hidden(S, Kind),
}

impl<S: Serializer> SerializeStruct for Struct<'_, S> {
    type Ok = S::Ok;
    type Error = S::Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), S::Error> {
        match self {
            Self::Parts(parts) => parts.serialize_field(key, value),
            Self::Opaque(inner) => inner.serialize_field(key, value),
            Self::Hidden(..) => Ok(()),
        }
    }

    fn end(self) -> Result<S::Ok, S::Error> {
        match self {
            Self::Parts(parts) => SerializeStruct::end(parts),
            Self::Opaque(inner) => inner.end(),
            Self::Hidden(serializer, kind) => serializer.serialize_str(&mark_of(kind)),
        }
    }
}
