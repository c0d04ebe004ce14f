//! Sealed values in the records of programs.

use core::{fmt, marker::PhantomData};

use ::serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, Visitor},
};

use super::Encrypted;
use crate::field::Error;

/// The envelope: as text in formats that people read, as bytes in others.
impl<T> Serialize for Encrypted<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(&self.to_text())
        } else {
            serializer.serialize_bytes(self.as_bytes())
        }
    }
}

/// Reads what was written and refuses all that is no envelope, a value in the clear above all. Where
/// people read, no error repeats what was found.
impl<'de, T> Deserialize<'de> for Encrypted<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            // Asked for a text, a format would say itself what it found, and show it.
            deserializer.deserialize_any(Text(PhantomData))
        } else {
            deserializer.deserialize_byte_buf(Bytes(PhantomData))
        }
    }
}

/// What serde says of a value of another type has the value in it.
macro_rules! refuses {
    ($($visit:ident: $type:ty),*) => {$(
        fn $visit<E: de::Error>(self, _: $type) -> Result<Self::Value, E> {
            Err(E::custom(Error::NotAnEnvelope))
        }
    )*};
}

struct Text<T>(PhantomData<T>);

impl<T> Visitor<'_> for Text<T> {
    type Value = Encrypted<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an envelope")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        text.parse().map_err(E::custom)
    }

    // What serde holds for `flatten`, `tag` and `untagged` says that people read it, whatever the format.
    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
        Encrypted::from_bytes(bytes).map_err(E::custom)
    }

    refuses! {
        visit_bool: bool, visit_i64: i64, visit_i128: i128,
        visit_u64: u64, visit_u128: u128, visit_f64: f64
    }
}

struct Bytes<T>(PhantomData<T>);

impl<T> Visitor<'_> for Bytes<T> {
    type Value = Encrypted<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an envelope")
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
        Encrypted::from_bytes(bytes).map_err(E::custom)
    }

    fn visit_byte_buf<E: de::Error>(self, bytes: Vec<u8>) -> Result<Self::Value, E> {
        Encrypted::from_bytes(bytes).map_err(E::custom)
    }

    refuses! {
        visit_bool: bool, visit_i64: i64, visit_i128: i128,
        visit_u64: u64, visit_u128: u128, visit_f64: f64, visit_str: &str
    }
}
