//! What a sealed value is bound to, and its bytes.

use core::fmt;

use super::{Error, Padding, padding::Multiple};

/// What the encoding of no parts is: the name of this form and its version, and their number.
const EMPTY: &[u8] = b"PCX1\0";
/// Where the number of parts stands.
const COUNT: usize = 4;
/// Tag and length of a part.
const HEAD_LEN: usize = 5;
/// Room that a clone has, so that a column's context takes its row without moving: a part with the
/// text of a UUID.
const ROOM: usize = HEAD_LEN + 1 + 36;
/// Longest part, in bytes: what a database takes for an indexed key, with room to spare.
const MAX_PART_LEN: u32 = 1024;
/// What every context says, by ascending tag.
const REQUIRED: [Part; 4] = [Part::Tenant, Part::Table, Part::Column, Part::Row];
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
/// tags: tenant 1, table 2, column 3, row 4, subject 5, environment 6, type 7, padding 8,
///       application 0x40..
/// ```
///
/// A part that was left out on purpose is there with length 0. The row's bytes start with its type:
/// integer 1 and 16 bytes big-endian two's complement, text 2, UUID 3, bytes 4. The padding is its
/// multiple, u16 big-endian.
#[derive(Eq, PartialEq)]
#[must_use]
pub struct Context {
    // INVARIANT: the encoding of the parts that are right.
    bytes: Vec<u8>,
    /// The parts that no encoding has, and why, by ascending part.
    wrong: Vec<(Part, Error)>,
}

impl Context {
    /// Binds nothing yet, and seals nothing until tenant, table, column and row are said.
    pub fn new() -> Self {
        Self {
            bytes: EMPTY.to_vec(),
            wrong: Vec::new(),
        }
    }

    /// The customer whose value this is. A value sealed for one tenant does not open for another.
    pub fn tenant(self, tenant: &str) -> Self {
        self.with(Part::Tenant, &[tenant.as_bytes()])
    }

    /// The value belongs to no tenant: it opens for all. For what the whole application shares.
    pub fn without_tenant(self) -> Self {
        self.without(Part::Tenant)
    }

    /// The table, or the kind of record.
    pub fn table(self, table: &str) -> Self {
        self.with(Part::Table, &[table.as_bytes()])
    }

    /// The column, or the field of the record.
    pub fn column(self, column: &str) -> Self {
        self.with(Part::Column, &[column.as_bytes()])
    }

    /// The row, by an identifier that does not change as long as the value lives.
    pub fn row(self, row: impl Into<Row>) -> Self {
        match row.into() {
            Row::Integer(value) => self.with(Part::Row, &[&[1], &value.to_be_bytes()]),
            Row::Text(text) if !text.is_empty() => self.with(Part::Row, &[&[2], text.as_bytes()]),
            Row::Uuid(uuid) => self.with(Part::Row, &[&[3], &uuid]),
            Row::Bytes(bytes) if !bytes.is_empty() => self.with(Part::Row, &[&[4], &bytes]),
            // No identifier.
            Row::Text(_) | Row::Bytes(_) => self.with(Part::Row, &[]),
        }
    }

    /// The value is not bound to a row: whoever can write to the table can move it to any other row
    /// of its column. For values that are sealed before their row has an identifier.
    pub fn without_row(self) -> Self {
        self.without(Part::Row)
    }

    /// The person whom the value is about.
    pub fn subject(self, subject: &str) -> Self {
        self.with(Part::Subject, &[subject.as_bytes()])
    }

    /// The deployment, such as `production`: with it, a value from production does not open in a
    /// test environment that got hold of the keys.
    pub fn environment(self, environment: &str) -> Self {
        self.with(Part::Environment, &[environment.as_bytes()])
    }

    /// What the plaintext is, such as `email` or `contact.v2`.
    pub fn value_type(self, value_type: &str) -> Self {
        self.with(Part::Type, &[value_type.as_bytes()])
    }

    /// A part of the application's own, under a tag from 0x40 on. A revision that grows with each
    /// change of the row, kept elsewhere, stops an old value from being put back into its own cell.
    pub fn application(self, tag: u8, value: &[u8]) -> Self {
        self.with(Part::Application(tag), &[value])
    }

    /// How the plaintext is padded. [`Padding::none`] takes back what was said before.
    pub fn padding(mut self, padding: Padding) -> Self {
        self.wrong.retain(|(other, _)| *other != Part::Padding);
        match padding.multiple() {
            None => self.take_out(Part::Padding),
            Some(len) if Multiple::new(len).is_some() => {
                self = self.with(Part::Padding, &[&len.to_be_bytes()]);
            }
            Some(len) => self.refuse(Part::Padding, Error::Multiple(len)),
        }
        self
    }

    /// What the plaintext is padded to a multiple of.
    pub(super) fn multiple(&self) -> Option<Multiple> {
        let bytes = self.get(Part::Padding)?;
        Multiple::new(u16::from_be_bytes(bytes.try_into().ok()?))
    }

    /// The bytes that stand for it, or which part is missing or wrong.
    pub(super) fn encoded(&self) -> Result<&[u8], Error> {
        // Tags ascend, and those of the required parts are the lowest: they come first.
        let mut parts = self.parts();
        let mut comes = |part: Part| parts.next().is_some_and(|(tag, _)| part.tag() == Ok(tag));
        if self.wrong.is_empty() && REQUIRED.into_iter().all(&mut comes) {
            return Ok(&self.bytes);
        }
        let missing = REQUIRED.into_iter().find(|part| !self.says(*part));
        match (missing, self.wrong.first()) {
            (Some(part), _) => Err(Error::MissingPart(part)),
            (None, Some((_, error))) => Err(error.clone()),
            (None, None) => Ok(&self.bytes),
        }
    }

    /// A part's bytes: none if it is not said, empty if it is left out on purpose.
    pub(super) fn get(&self, part: Part) -> Option<&[u8]> {
        let tag = part.tag().ok()?;
        let mut parts = self.parts().take_while(|(found, _)| *found <= tag);
        parts.find_map(|(found, value)| (found == tag).then_some(value))
    }

    /// Takes the pieces of a part's bytes in the place of what it was.
    fn with(mut self, part: Part, pieces: &[&[u8]]) -> Self {
        self.wrong.retain(|(other, _)| *other != part);
        match checked(part, pieces.iter().map(|piece| piece.len()).sum()) {
            Ok((tag, len)) => self.put(tag, len, pieces),
            Err(error) => self.refuse(part, error),
        }
        self
    }

    /// Remembers why there is no such part.
    fn refuse(&mut self, part: Part, error: Error) {
        self.take_out(part);
        let at = self.wrong.partition_point(|(other, _)| *other < part);
        self.wrong.insert(at, (part, error));
    }

    fn take_out(&mut self, part: Part) {
        if let Ok(tag) = part.tag() {
            self.remove(tag);
        }
    }

    /// Leaves a part out on purpose.
    fn without(mut self, part: Part) -> Self {
        self.wrong.retain(|(other, _)| *other != part);
        if let Ok(tag) = part.tag() {
            self.put(tag, 0, &[]);
        }
        self
    }

    /// Writes a part behind the others and turns it into its place.
    fn put(&mut self, tag: u8, len: u32, pieces: &[&[u8]]) {
        let at = self.remove(tag);
        let before = self.bytes.len();
        self.bytes.push(tag);
        self.bytes.extend_from_slice(&len.to_be_bytes());
        for piece in pieces {
            self.bytes.extend_from_slice(piece);
        }
        let added = self.bytes.len().saturating_sub(before);
        if let Some(from_there) = self.bytes.get_mut(at..) {
            from_there.rotate_right(added);
        }
        self.count(1);
    }

    /// Takes a part out and gives the place where it stands or would stand.
    fn remove(&mut self, tag: u8) -> usize {
        let before = self.parts().take_while(|(other, _)| *other < tag);
        let at = before.fold(EMPTY.len(), |at, (_, value)| end_of(at, value));
        let mut parts = self.parts();
        if let Some((_, value)) = parts.find(|(other, _)| *other == tag) {
            let end = end_of(at, value);
            drop(parts);
            self.bytes.drain(at..end);
            self.count(-1);
        }
        at
    }

    /// A tag stands once and has one byte, so the number fits in one.
    fn count(&mut self, change: i8) {
        if let Some(count) = self.bytes.get_mut(COUNT) {
            *count = count.saturating_add_signed(change);
        }
    }

    /// Tags and bytes of the parts that are right.
    fn parts(&self) -> impl Iterator<Item = (u8, &[u8])> {
        let mut rest = self.bytes.get(EMPTY.len()..).unwrap_or_default();
        core::iter::from_fn(move || {
            let ([tag, len @ ..], after) = rest.split_first_chunk::<HEAD_LEN>()?;
            let len = usize::try_from(u32::from_be_bytes(*len)).ok()?;
            let (value, after) = after.split_at_checked(len)?;
            rest = after;
            Some((*tag, value))
        })
    }

    /// Whether a part is said or left out on purpose, rightly or not.
    pub(super) fn says(&self, part: Part) -> bool {
        self.get(part).is_some() || self.wrong.iter().any(|(other, _)| *other == part)
    }
}

/// Where a part that starts at `at` ends.
const fn end_of(at: usize, value: &[u8]) -> usize {
    at.saturating_add(HEAD_LEN).saturating_add(value.len())
}

/// The tag and the length of a part, if an encoding can have it. Length 0 is a part left out on
/// purpose, which an empty value must not look like.
fn checked(part: Part, len: usize) -> Result<(u8, u32), Error> {
    match u32::try_from(len) {
        Ok(0) => Err(Error::EmptyPart(part)),
        Ok(len) if len <= MAX_PART_LEN => Ok((part.tag()?, len)),
        _ => Err(Error::LongPart(part)),
    }
}

impl Default for Context {
    fn default() -> Self {
        Self::new()
    }
}

/// With room for a row.
impl Clone for Context {
    fn clone(&self) -> Self {
        let mut bytes = Vec::with_capacity(self.bytes.len().saturating_add(ROOM));
        bytes.extend_from_slice(&self.bytes);
        Self {
            bytes,
            wrong: self.wrong.clone(),
        }
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let right = self.parts().filter(|(_, value)| !value.is_empty());
        let right = right.map(|(tag, _)| Part::of(tag));
        let mut bound: Vec<_> = right
            .chain(self.wrong.iter().map(|(part, _)| *part))
            .collect();
        bound.sort_unstable();
        f.write_str("Context ")?;
        f.debug_set().entries(bound).finish()
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
    /// How the plaintext is padded.
    Padding,
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
            Self::Padding => Ok(8),
            Self::Application(tag) if tag >= FIRST_APPLICATION_TAG => Ok(tag),
            Self::Application(tag) => Err(Error::ReservedTag(tag)),
        }
    }

    const fn of(tag: u8) -> Self {
        match tag {
            1 => Self::Tenant,
            2 => Self::Table,
            3 => Self::Column,
            4 => Self::Row,
            5 => Self::Subject,
            6 => Self::Environment,
            7 => Self::Type,
            8 => Self::Padding,
            tag => Self::Application(tag),
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
            Self::Padding => "padding",
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
    use std::collections::BTreeMap;

    use proptest::{collection::vec, option, prelude::*};

    use super::*;

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
            prop_assert_eq!(read(context.encoded()?), Some(expected));
        }
    }

    /// A part said in some way, and what a table of parts makes of it.
    type Said = (Part, Option<Vec<u8>>);

    fn said() -> impl Strategy<Value = Said> {
        let value = prop_oneof![
            Just(Vec::new()),
            vec(any::<u8>(), 1..6),
            (1020..1030_usize).prop_map(|len| vec![b'x'; len]),
        ];
        let tag = prop_oneof![Just(0x3F_u8), Just(0x40), Just(0x7F), Just(0xFF)];
        prop_oneof![
            4 => (tag, value).prop_map(|(tag, value)| (Part::Application(tag), Some(value))),
            1 => Just((Part::Tenant, None)),
            1 => Just((Part::Row, None)),
            1 => Just((Part::Tenant, Some(b"acme".to_vec()))),
            1 => Just((Part::Row, Some([&[2], &b"42"[..]].concat()))),
            1 => Just((Part::Table, Some(b"contact".to_vec()))),
            1 => Just((Part::Column, Some(b"email".to_vec()))),
        ]
    }

    fn say(context: Context, (part, value): &Said) -> Context {
        match (part, value.as_deref()) {
            (Part::Tenant, Some(_)) => context.tenant("acme"),
            (Part::Tenant, None) => context.without_tenant(),
            (Part::Row, Some(_)) => context.row("42"),
            (Part::Row, None) => context.without_row(),
            (Part::Table, _) => context.table("contact"),
            (Part::Column, _) => context.column("email"),
            (Part::Application(tag), value) => context.application(*tag, value.unwrap()),
            other => panic!("not in the strategy: {other:?}"),
        }
    }

    /// What the parts that were said last are: the encoding, or what is wrong first.
    fn of_table(parts: &BTreeMap<Part, Option<Vec<u8>>>) -> Result<Vec<u8>, Error> {
        let required = [Part::Tenant, Part::Table, Part::Column, Part::Row];
        if let Some(missing) = required.into_iter().find(|part| !parts.contains_key(part)) {
            return Err(Error::MissingPart(missing));
        }
        let mut out = [&b"PCX1"[..], &[u8::try_from(parts.len()).unwrap()]].concat();
        for (part, value) in parts {
            match value.as_deref() {
                Some([]) => return Err(Error::EmptyPart(*part)),
                Some(long) if long.len() > 1024 => return Err(Error::LongPart(*part)),
                _ => {}
            }
            let tag = (1..).zip(required).find(|(_, other)| other == part);
            let tag = match (tag, part) {
                (Some((tag, _)), _) => tag,
                (None, Part::Application(tag)) if *tag < 0x40 => {
                    return Err(Error::ReservedTag(*tag));
                }
                (None, Part::Application(tag)) => *tag,
                other => panic!("not in the strategy: {other:?}"),
            };
            let value = value.clone().unwrap_or_default();
            out.push(tag);
            out.extend(u32::try_from(value.len()).unwrap().to_be_bytes());
            out.extend(value);
        }
        Ok(out)
    }

    proptest! {
        /// CR-02: parts said in any order, again and again, wrong and put right: what was said last
        /// counts, as in a table of parts.
        #[test]
        fn holds_what_was_said_last(steps in vec(said(), 0..14)) {
            let mut context = Context::new();
            let mut table = BTreeMap::new();
            for step in &steps {
                context = say(context, step);
                table.insert(step.0, step.1.clone());
                let expected = of_table(&table);
                prop_assert_eq!(context.encoded().map(<[u8]>::to_vec), expected.clone());
                prop_assert_eq!(context.clone().encoded().map(<[u8]>::to_vec), expected);
            }
            let bound: Vec<_> = table.iter().filter(|(_, v)| v.is_some()).map(|(p, _)| p).collect();
            let shown = format!("{context:?}");
            let expected = format!("Context {bound:?}").replace('[', "{").replace(']', "}");
            prop_assert_eq!(shown, expected);
        }
    }

    /// A column's context is cloned and given its row in one allocation.
    #[test]
    fn has_room_for_a_row_when_it_is_cloned() {
        let column = Context::new()
            .tenant("acme")
            .table("contact")
            .column("email");
        let uuid = "123e4567-e89b-12d3-a456-426614174000";
        for row in [Row::from(42), Row::from(uuid), Row::Uuid([7; 16])] {
            let clone = column.clone();
            let before = (clone.bytes.as_ptr(), clone.bytes.capacity());
            let with_row = clone.row(row);
            assert_eq!((with_row.bytes.as_ptr(), with_row.bytes.capacity()), before);
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
            Part::Padding,
            Part::Application(0x40),
            Part::Application(0xFF),
        ];
        assert!(parts.is_sorted());
        assert!(parts.is_sorted_by_key(|part| part.tag().unwrap()));
    }
}
