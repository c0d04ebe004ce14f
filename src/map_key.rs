//! The key of an entry of a map that serde serializes: as text, to tell what the entry is, and as it
//! was, to write it.

use core::fmt;
use std::borrow::Cow;

use serde::{
    Serialize, Serializer,
    ser::{Error, Impossible},
};

/// A key that has a text.
pub(crate) enum Key {
    Text(String),
    Char(char),
    Bool(bool),
    I8(i8),
    I16(i16),
    I32(i32),
    I64(i64),
    I128(i128),
    U8(u8),
    U16(u16),
    U32(u32),
    U64(u64),
    U128(u128),
    Variant {
        name: &'static str,
        index: u32,
        variant: &'static str,
    },
}

impl Key {
    /// None for a key of another kind.
    pub(crate) fn of<T: Serialize + ?Sized>(key: &T, human_readable: bool) -> Option<Self> {
        key.serialize(Reader { human_readable }).ok()
    }

    /// As JSON has it.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Variant { variant, .. } => Cow::Borrowed(variant),
            Self::Char(c) => c.to_string().into(),
            Self::Bool(value) => value.to_string().into(),
            Self::I8(number) => number.to_string().into(),
            Self::I16(number) => number.to_string().into(),
            Self::I32(number) => number.to_string().into(),
            Self::I64(number) => number.to_string().into(),
            Self::I128(number) => number.to_string().into(),
            Self::U8(number) => number.to_string().into(),
            Self::U16(number) => number.to_string().into(),
            Self::U32(number) => number.to_string().into(),
            Self::U64(number) => number.to_string().into(),
            Self::U128(number) => number.to_string().into(),
        }
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Char(c) => serializer.serialize_char(*c),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::I8(number) => serializer.serialize_i8(*number),
            Self::I16(number) => serializer.serialize_i16(*number),
            Self::I32(number) => serializer.serialize_i32(*number),
            Self::I64(number) => serializer.serialize_i64(*number),
            Self::I128(number) => serializer.serialize_i128(*number),
            Self::U8(number) => serializer.serialize_u8(*number),
            Self::U16(number) => serializer.serialize_u16(*number),
            Self::U32(number) => serializer.serialize_u32(*number),
            Self::U64(number) => serializer.serialize_u64(*number),
            Self::U128(number) => serializer.serialize_u128(*number),
            Self::Variant {
                name,
                index,
                variant,
            } => serializer.serialize_unit_variant(name, *index, variant),
        }
    }
}

/// A key that has no text.
#[derive(Debug)]
struct NoText;

impl fmt::Display for NoText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key has no text")
    }
}

impl core::error::Error for NoText {}

impl Error for NoText {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

struct Reader {
    human_readable: bool,
}

macro_rules! keys {
    ($($method:ident($type:ty) => $key:ident;)*) => {
        $(fn $method(self, value: $type) -> Result<Key, NoText> {
            Ok(Key::$key(value.into()))
        })*
    };
}

macro_rules! none {
    ($($method:ident($($type:ty),*) -> $ok:ty;)*) => {
        $(fn $method(self, $(_: $type),*) -> Result<$ok, NoText> {
            Err(NoText)
        })*
    };
}

type Never = Impossible<Key, NoText>;

impl Serializer for Reader {
    type Ok = Key;
    type Error = NoText;
    type SerializeSeq = Never;
    type SerializeTuple = Never;
    type SerializeTupleStruct = Never;
    type SerializeTupleVariant = Never;
    type SerializeMap = Never;
    type SerializeStruct = Never;
    type SerializeStructVariant = Never;

    keys! {
        serialize_bool(bool) => Bool;
        serialize_i8(i8) => I8;
        serialize_i16(i16) => I16;
        serialize_i32(i32) => I32;
        serialize_i64(i64) => I64;
        serialize_i128(i128) => I128;
        serialize_u8(u8) => U8;
        serialize_u16(u16) => U16;
        serialize_u32(u32) => U32;
        serialize_u64(u64) => U64;
        serialize_u128(u128) => U128;
        serialize_char(char) => Char;
        serialize_str(&str) => Text;
    }

    none! {
        serialize_f32(f32) -> Key;
        serialize_f64(f64) -> Key;
        serialize_bytes(&[u8]) -> Key;
        serialize_none() -> Key;
        serialize_unit() -> Key;
        serialize_unit_struct(&'static str) -> Key;
        serialize_seq(Option<usize>) -> Never;
        serialize_tuple(usize) -> Never;
        serialize_tuple_struct(&'static str, usize) -> Never;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Never;
        serialize_map(Option<usize>) -> Never;
        serialize_struct(&'static str, usize) -> Never;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Never;
    }

    fn is_human_readable(&self) -> bool {
        self.human_readable
    }

    fn serialize_unit_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
    ) -> Result<Key, NoText> {
        Ok(Key::Variant {
            name,
            index,
            variant,
        })
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Key, NoText> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Key, NoText> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<Key, NoText> {
        Err(NoText)
    }
}
