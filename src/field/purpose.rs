//! What the keys of a ring may be used for.

use core::fmt;
use std::collections::BTreeSet;

use super::{Context, Error, Part, keyring::Place};

/// Longest name, in bytes: that of a part of a context.
pub(super) const MAX_NAME_LEN: usize = 1024;
/// The most purposes that a policy names.
pub(super) const MAX_PURPOSES: usize = 256;
/// What the values of sealed stores have for table; for column they have the store's name.
pub(super) const STORE_TABLE: &str = "portcullis/store";

/// One use that a key is meant for. A ring whose [`Policy`](super::Policy) names purposes seals and
/// opens for these alone: a key for `contact.email` does not open a session.
///
/// Names are those of [`Context`], compared byte by byte, 1 to 1,024 bytes; others are refused where
/// the policy is given to a ring. `Display` writes `column contact.email`, `table contact`,
/// `stream backup`, `index contact.email` or `store account`; a name that has other characters than
/// ASCII letters, digits, `_`, `-`, `/` and `:` in quotation marks and escaped, so that no two
/// purposes are written alike and none ends a line.
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[must_use]
pub struct Purpose(Kind);

/// The order is that of the encoding.
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
enum Kind {
    Column(String, String),
    Table(String),
    Stream(String),
    Index(String, String),
    Store(String),
}

impl Purpose {
    /// The values of one column.
    pub fn column(table: &str, column: &str) -> Self {
        Self(Kind::Column(table.into(), column.into()))
    }

    /// The values of all columns of a table. Neither its indexes nor a stream of that name.
    pub fn table(table: &str) -> Self {
        Self(Kind::Table(table.into()))
    }

    /// The streams of a name.
    pub fn stream(name: &str) -> Self {
        Self(Kind::Stream(name.into()))
    }

    /// The blind index of a column.
    pub fn index(table: &str, column: &str) -> Self {
        Self(Kind::Index(table.into(), column.into()))
    }

    /// The values of the sealed store of this name (`Sealed`).
    pub fn store(name: &str) -> Self {
        Self(Kind::Store(name.into()))
    }

    pub(super) fn as_use(&self) -> Use<'_> {
        match &self.0 {
            Kind::Column(table, column) => Use::Column(table.as_bytes(), column.as_bytes()),
            Kind::Table(table) => Use::Table(table.as_bytes()),
            Kind::Stream(name) => Use::Stream(name.as_bytes()),
            Kind::Index(table, column) => Use::Index(table.as_bytes(), column.as_bytes()),
            Kind::Store(name) => Use::Store(name.as_bytes()),
        }
    }

    /// Its number in an encoding, and its names.
    pub(super) fn parts(&self) -> (u8, [Option<&str>; 2]) {
        match &self.0 {
            Kind::Column(table, column) => (1, [Some(table), Some(column)]),
            Kind::Table(table) => (2, [Some(table), None]),
            Kind::Stream(name) => (3, [Some(name), None]),
            Kind::Index(table, column) => (4, [Some(table), Some(column)]),
            Kind::Store(name) => (5, [Some(name), None]),
        }
    }

    fn check(&self) -> Result<(), Error> {
        let (_, names) = self.parts();
        names.into_iter().flatten().try_for_each(check_name)
    }
}

/// A name of a purpose or of a credential.
pub(super) fn check_name(name: &str) -> Result<(), Error> {
    if (1..=MAX_NAME_LEN).contains(&name.len()) {
        Ok(())
    } else {
        Err(Error::Name)
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Column(table, column) => write!(f, "column {}.{}", Name(table), Name(column)),
            Kind::Table(table) => write!(f, "table {}", Name(table)),
            Kind::Stream(name) => write!(f, "stream {}", Name(name)),
            Kind::Index(table, column) => write!(f, "index {}.{}", Name(table), Name(column)),
            Kind::Store(name) => write!(f, "store {}", Name(name)),
        }
    }
}

/// Escaped unless it is plain.
struct Name<'a>(&'a str);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |c: u8| c.is_ascii_alphanumeric() || b"_-/:".contains(&c);
        if !self.0.is_empty() && self.0.bytes().all(plain) {
            f.write_str(self.0)
        } else {
            write!(f, "{:?}", self.0)
        }
    }
}

impl fmt::Debug for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A purpose whose names are borrowed, so that to look at a context's costs no memory.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Use<'a> {
    Column(&'a [u8], &'a [u8]),
    Table(&'a [u8]),
    Stream(&'a [u8]),
    Index(&'a [u8], &'a [u8]),
    Store(&'a [u8]),
}

impl<'a> Use<'a> {
    /// What a value of this context is.
    pub(super) fn of(context: &'a Context) -> Result<Self, Error> {
        let part = |part| context.get(part).ok_or(Error::MissingPart(part));
        let (table, column) = (part(Part::Table)?, part(Part::Column)?);
        if table == STORE_TABLE.as_bytes() {
            return Ok(Self::Store(column));
        }
        Ok(Self::Column(table, column))
    }

    /// Whether a key for this may be used for `asked`.
    pub(super) fn permits(self, asked: Use<'_>) -> bool {
        match (self, asked) {
            (Self::Table(table), Use::Column(of, _)) => table == of,
            _ => self == asked,
        }
    }
}

/// All that a key may be used for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Purposes {
    Any,
    /// At most [`MAX_PURPOSES`] in a policy.
    These(BTreeSet<Purpose>),
}

impl Purposes {
    pub(super) const fn none() -> Self {
        Self::These(BTreeSet::new())
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        match self {
            Self::Any => Ok(()),
            Self::These(these) if these.len() > MAX_PURPOSES => Err(Error::TooManyPurposes),
            Self::These(these) => these.iter().try_for_each(Purpose::check),
        }
    }

    /// Refuses a place that none of them is for.
    pub(super) fn permit(&self, place: &Place<'_>) -> Result<(), Error> {
        let Self::These(these) = self else {
            return Ok(());
        };
        let asked = place.used_for()?;
        let mut these = these.iter().map(Purpose::as_use);
        if these.any(|purpose| purpose.permits(asked)) {
            Ok(())
        } else {
            Err(Error::OutOfPurpose)
        }
    }

    /// Takes in all that the others permit.
    pub(super) fn extend(&mut self, others: &Self) {
        match (&mut *self, others) {
            (Self::These(these), Self::These(others)) => these.extend(others.iter().cloned()),
            (Self::Any, _) => {}
            (_, Self::Any) => *self = Self::Any,
        }
    }
}
