//! Forms for programs: what has a name as text, numbers as numbers, durations in milliseconds.

use core::time::Duration;

use serde::{Serialize, Serializer};

use crate::{
    field::{Fingerprint, KeyVersion, Origin, Purpose, State, Suite},
    time,
};

macro_rules! as_text {
    ($($name:ty),*) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    )*};
}

as_text!(Fingerprint, Origin, Purpose, State, Suite);

impl Serialize for KeyVersion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(self.get())
    }
}

pub(super) fn millis<S: Serializer>(span: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(time::millis(*span))
}

pub(super) fn optional_millis<S: Serializer>(
    span: &Option<Duration>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    span.map(time::millis).serialize(serializer)
}
