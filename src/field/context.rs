//! What a sealed value is bound to, and its bytes.

use core::fmt;
use std::collections::BTreeMap;

use super::Error;

/// What the encoding starts with.
const MAGIC: &[u8; 4] = b"PCX1";
/// Longest part, in bytes: what a database takes for an indexed key, with room to spare.
const MAX_PART_LEN: usize = 1024;
/// Where the application's own tags begin.
const FIRST_APPLICATION_TAG: u8 = 0x40;

/// Where a value belongs. It is not stored: whoever opens the value says it again, and an envelope
/// opens only where every part is the same as when it was sealed.
///
/// Tenant, table, column and row are required, because a value that does not name one of them opens
/// elsewhere too. Where that is meant, it is said: [`without_tenant`](Self::without_tenant),
/// [`without_row`](Self::without_row). Subject, environment, type and the application's parts bind
/// when they are given. A part given twice holds the later value, so a context for a column can be
/// cloned and given its row.
///
/// Names are compared byte by byte; they are constants of the application, not of the schema: a
/// table that is renamed keeps its old name here. `Debug` shows which parts are bound, not what they
/// are.
///
/// # Encoding
///
/// Canonical and injective: two contexts have the same bytes only if they are the same.
///
/// ```text
/// "PCX1" | count u8 | (tag u8 | length u32 big-endian | bytes) *, by ascending tag
/// tags: tenant 1, table 2, column 3, row 4, subject 5, environment 6, type 7, application 0x40..
/// ```
///
/// A part that was left out on purpose is there with length 0. The row's bytes start with its type:
/// integer 1 and 16 bytes big-endian two's complement, text 2, UUID 3, bytes 4.
#[derive(Clone, Default, Eq, PartialEq)]
#[must_use]
pub struct Context {
    /// None is a part left out on purpose.
    parts: BTreeMap<Part, Option<Vec<u8>>>,
}

impl Context {
    /// Binds nothing yet, and seals nothing until tenant, table, column and row are said.
    pub fn new() -> Self {
        Self::default()
    }

    /// The customer whose value this is. A value sealed for one tenant does not open for another.
    pub fn tenant(self, tenant: &str) -> Self {
        self.with(Part::Tenant, Some(tenant.into()))
    }

    /// The value belongs to no tenant: it opens for all. For what the whole application shares.
    pub fn without_tenant(self) -> Self {
        self.with(Part::Tenant, None)
    }

    /// The table, or the kind of record.
    pub fn table(self, table: &str) -> Self {
        self.with(Part::Table, Some(table.into()))
    }

    /// The column, or the field of the record.
    pub fn column(self, column: &str) -> Self {
        self.with(Part::Column, Some(column.into()))
    }

    /// The row, by an identifier that does not change as long as the value lives.
    pub fn row(self, row: impl Into<Row>) -> Self {
        self.with(Part::Row, Some(row.into().encode()))
    }

    /// The value is not bound to a row: whoever can write to the table can move it to any other row
    /// of its column. For values that are sealed before their row has an identifier.
    pub fn without_row(self) -> Self {
        self.with(Part::Row, None)
    }

    /// The person whom the value is about.
    pub fn subject(self, subject: &str) -> Self {
        self.with(Part::Subject, Some(subject.into()))
    }

    /// The deployment, such as `production`: with it, a value from production does not open in a
    /// test environment that got hold of the keys.
    pub fn environment(self, environment: &str) -> Self {
        self.with(Part::Environment, Some(environment.into()))
    }

    /// What the plaintext is, such as `email` or `contact.v2`.
    pub fn value_type(self, value_type: &str) -> Self {
        self.with(Part::Type, Some(value_type.into()))
    }

    /// A part of the application's own, under a tag from 0x40 on. A revision that grows with each
    /// change of the row, kept elsewhere, stops an old value from being put back into its own cell.
    pub fn application(self, tag: u8, value: &[u8]) -> Self {
        self.with(Part::Application(tag), Some(value.into()))
    }

    fn with(mut self, part: Part, value: Option<Vec<u8>>) -> Self {
        self.parts.insert(part, value);
        self
    }

    /// Appends the encoding.
    pub(super) fn encode_into(&self, out: &mut Vec<u8>) -> Result<(), Error> {
        for required in [Part::Tenant, Part::Table, Part::Column, Part::Row] {
            if !self.parts.contains_key(&required) {
                return Err(Error::MissingPart(required));
            }
        }
        out.extend_from_slice(MAGIC);
        // At most 199 tags pass `tag`, so the fallback is never written.
        out.push(u8::try_from(self.parts.len()).unwrap_or(u8::MAX));
        for (part, value) in &self.parts {
            let bytes = checked(*part, value.as_deref())?;
            let len = u32::try_from(bytes.len()).map_err(|_| Error::LongPart(*part))?;
            out.push(part.tag()?);
            out.extend_from_slice(&len.to_be_bytes());
            out.extend_from_slice(bytes);
        }
        Ok(())
    }
}

/// The bytes of a part; none where it is left out on purpose, which an empty value must not look
/// like.
fn checked(part: Part, value: Option<&[u8]>) -> Result<&[u8], Error> {
    match value {
        Some([]) => Err(Error::EmptyPart(part)),
        Some(bytes) if bytes.len() > MAX_PART_LEN => Err(Error::LongPart(part)),
        Some(bytes) => Ok(bytes),
        None => Ok(&[]),
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bound = self.parts.iter().filter(|(_, value)| value.is_some());
        f.write_str("Context ")?;
        f.debug_set().entries(bound.map(|(part, _)| part)).finish()
    }
}

/// A part of a [`Context`]. The order is that of the encoding.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Part {
    /// The customer.
    Tenant,
    /// The table.
    Table,
    /// The column.
    Column,
    /// The row.
    Row,
    /// The person whom the value is about.
    Subject,
    /// The deployment.
    Environment,
    /// What the plaintext is.
    Type,
    /// One of the application's own, by its tag.
    Application(u8),
}

impl Part {
    fn tag(self) -> Result<u8, Error> {
        match self {
            Self::Tenant => Ok(1),
            Self::Table => Ok(2),
            Self::Column => Ok(3),
            Self::Row => Ok(4),
            Self::Subject => Ok(5),
            Self::Environment => Ok(6),
            Self::Type => Ok(7),
            Self::Application(tag) if tag >= FIRST_APPLICATION_TAG => Ok(tag),
            Self::Application(tag) => Err(Error::ReservedTag(tag)),
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tenant => "tenant",
            Self::Table => "table",
            Self::Column => "column",
            Self::Row => "row",
            Self::Subject => "subject",
            Self::Environment => "environment",
            Self::Type => "type",
            Self::Application(tag) => return write!(f, "application part {tag:#04x}"),
        })
    }
}

/// The identifier of a row. The types are kept apart: the number 42, the text "42" and the text of a
/// UUID are three different rows. An integer is its value, whatever its width: `42u64` and `42i32`
/// are the same row.
#[derive(Clone, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Row {
    /// A number.
    Integer(i128),
    /// A text, byte by byte.
    Text(String),
    /// A UUID in its 16 bytes, as RFC 9562 §4 orders them.
    Uuid([u8; 16]),
    /// Any other bytes.
    Bytes(Vec<u8>),
}

impl Row {
    /// Empty for an empty text or no bytes, which is no identifier.
    fn encode(&self) -> Vec<u8> {
        match self {
            Self::Integer(value) => tagged(1, &value.to_be_bytes()),
            Self::Text(text) => tagged(2, text.as_bytes()),
            Self::Uuid(uuid) => tagged(3, uuid),
            Self::Bytes(bytes) => tagged(4, bytes),
        }
    }
}

fn tagged(kind: u8, bytes: &[u8]) -> Vec<u8> {
    if bytes.is_empty() {
        Vec::new()
    } else {
        [&[kind], bytes].concat()
    }
}

/// The type only: an identifier may be personal data.
impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Integer(_) => "Integer(..)",
            Self::Text(_) => "Text(..)",
            Self::Uuid(_) => "Uuid(..)",
            Self::Bytes(_) => "Bytes(..)",
        })
    }
}

macro_rules! row_from_integers {
    ($($integer:ty)*) => {$(
        impl From<$integer> for Row {
            fn from(value: $integer) -> Self {
                Self::Integer(value.into())
            }
        }
    )*};
}
row_from_integers!(u8 i8 u16 i16 u32 i32 u64 i64);

impl From<&str> for Row {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Row {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, option, prelude::*};

    use super::*;

    fn encode(context: &Context) -> Result<Vec<u8>, Error> {
        let mut out = Vec::new();
        context.encode_into(&mut out).map(|()| out)
    }

    /// Reads an encoding back, as another language would; None for what is not one.
    fn read(bytes: &[u8]) -> Option<Vec<(u8, Vec<u8>)>> {
        let (&count, mut rest) = bytes.strip_prefix(b"PCX1")?.split_first()?;
        let mut parts = Vec::new();
        for _ in 0..count {
            let (&tag, after) = rest.split_first()?;
            let (len, after) = after.split_first_chunk()?;
            let (value, after) = after.split_at_checked(u32::from_be_bytes(*len) as usize)?;
            parts.push((tag, value.to_vec()));
            rest = after;
        }
        rest.is_empty().then_some(parts)
    }

    /// Few letters and lengths, so that two contexts are often nearly the same.
    fn text() -> impl Strategy<Value = String> {
        "[a\u{0}\u{1}é]{1,3}"
    }

    fn row() -> impl Strategy<Value = Option<Row>> {
        option::of(prop_oneof![
            any::<i128>().prop_map(Row::Integer),
            text().prop_map(Row::Text),
            any::<[u8; 16]>().prop_map(Row::Uuid),
            vec(any::<u8>(), 1..18).prop_map(Row::Bytes),
        ])
    }

    proptest! {
        /// CR-02: what was put in can be read out of the encoding, so no two contexts share one.
        #[test]
        fn is_encoded_so_that_every_part_can_be_read_back(
            tenant in option::of(text()),
            names in (text(), text()),
            row in row(),
            subject in option::of(text()),
            own in option::of((0x40u8.., vec(any::<u8>(), 1..4))),
        ) {
            let mut expected = vec![(2, names.0.clone().into_bytes()), (3, names.1.clone().into_bytes())];
            let mut context = Context::new().column(&names.1).table(&names.0);
            context = match &tenant {
                Some(tenant) => context.tenant(tenant),
                None => context.without_tenant(),
            };
            expected.push((1, tenant.map_or(vec![], String::into_bytes)));
            context = match &row {
                Some(row) => context.row(row.clone()),
                None => context.without_row(),
            };
            expected.push((4, match row {
                Some(Row::Integer(n)) => [vec![1], n.to_be_bytes().to_vec()].concat(),
                Some(Row::Text(text)) => [vec![2], text.into_bytes()].concat(),
                Some(Row::Uuid(uuid)) => [vec![3], uuid.to_vec()].concat(),
                Some(Row::Bytes(bytes)) => [vec![4], bytes].concat(),
                None => vec![],
            }));
            if let Some(subject) = subject {
                context = context.subject(&subject);
                expected.push((5, subject.into_bytes()));
            }
            if let Some((tag, value)) = own {
                context = context.application(tag, &value);
                expected.push((tag, value));
            }
            expected.sort();
            prop_assert_eq!(read(&encode(&context)?), Some(expected));
        }
    }

    /// CR-02: the parts stand in one order, whatever the order they are said in.
    #[test]
    fn is_encoded_by_ascending_tag() {
        let parts = [
            Part::Tenant,
            Part::Table,
            Part::Column,
            Part::Row,
            Part::Subject,
            Part::Environment,
            Part::Type,
            Part::Application(0x40),
            Part::Application(0xFF),
        ];
        assert!(parts.is_sorted());
        assert!(parts.is_sorted_by_key(|part| part.tag().unwrap()));
    }
}
