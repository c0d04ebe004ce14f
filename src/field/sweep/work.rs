//! What is swept: the values of a column, or its index.

use super::StoredRow;
use crate::{
    Timestamp,
    field::{
        BlindIndex, Error, IndexValue, KeyVersion, Keyring, Migration, Part, Purpose, State,
        purpose::Use,
        stored::{Form, hides_envelope},
        stream,
    },
};

/// Which key a stored value needs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Reference {
    /// The key of this version.
    Key(KeyVersion),
    /// None: it is plaintext, or there is no index.
    Plaintext,
    /// It should name one and does not: it may need any, as one may whose key the ring does not have.
    Unreadable,
}

/// What is to become of a row.
pub(super) enum Renewed {
    /// It needs no other key.
    Already,
    /// This takes its place.
    Anew(Vec<u8>),
    /// This takes the place of plaintext, or of no index.
    Sealed(Vec<u8>),
    /// Plaintext that is not to be sealed.
    Plaintext,
    /// Only the application can.
    Rewrite,
}

/// What a sweep does with a row.
pub(super) trait Work {
    /// The ring whose keys are swept.
    fn ring(&self) -> &Keyring;

    /// Refuses a purpose that is swept in another way.
    fn check(&self, purpose: &Purpose) -> Result<(), Error>;

    /// Refuses a row that is none of the purpose's.
    fn admit(&self, purpose: &Purpose, row: &StoredRow) -> Result<(), Error>;

    fn refers(&self, row: &StoredRow) -> Reference;

    fn renew(&self, row: &StoredRow, now: Timestamp) -> Result<Renewed, Error>;
}

pub(super) struct Column<'a> {
    pub(super) ring: &'a Keyring,
    pub(super) migration: Option<Migration>,
}

impl Work for Column<'_> {
    fn ring(&self) -> &Keyring {
        self.ring
    }

    fn check(&self, purpose: &Purpose) -> Result<(), Error> {
        match purpose.as_use() {
            Use::Column(..) | Use::Table(_) | Use::Store(_) => Ok(()),
            Use::Index(..) | Use::Stream(_) => Err(Error::OutOfPurpose),
        }
    }

    fn admit(&self, purpose: &Purpose, row: &StoredRow) -> Result<(), Error> {
        admit(purpose, row)
    }

    fn refers(&self, row: &StoredRow) -> Reference {
        match Form::of(&row.value) {
            Some(form) => match form.key_version(&row.value) {
                Some(version) => Reference::Key(version),
                None => Reference::Unreadable,
            },
            None if row.value.is_empty() => Reference::Plaintext,
            // An envelope in another spelling, or whose first byte was changed, still needs its key.
            None if self.migration.is_none() || hides_envelope(&row.value) => Reference::Unreadable,
            None => Reference::Plaintext,
        }
    }

    fn renew(&self, row: &StoredRow, now: Timestamp) -> Result<Renewed, Error> {
        let seal =
            |form: Form, plaintext: &[u8]| form.seal(self.ring, &row.context, plaintext, now);
        match (Form::of(&row.value), self.migration) {
            (Some(form), _) => {
                if form.key_version(&row.value) == Some(self.ring.primary()) {
                    return Ok(Renewed::Already);
                }
                let opened = form.open(self.ring, &row.context, &row.value)?;
                match opened.stale() {
                    None => Ok(Renewed::Already),
                    Some(_) => seal(form, opened.expose_secret()).map(Renewed::Anew),
                }
            }
            (None, _) if self.refers(row) == Reference::Unreadable => Err(Error::NotAnEnvelope),
            (None, Some(migration)) if now < migration.until() => {
                seal(migration.form, &row.value).map(Renewed::Sealed)
            }
            (None, _) => Ok(Renewed::Plaintext),
        }
    }
}

fn admit(purpose: &Purpose, row: &StoredRow) -> Result<(), Error> {
    if purpose.as_use().permits(Use::of(&row.context)?) {
        Ok(())
    } else {
        Err(Error::OutOfPurpose)
    }
}

pub(super) struct Index<'a> {
    pub(super) index: &'a BlindIndex,
    pub(super) ring: &'a Keyring,
    pub(super) column: &'a Keyring,
    pub(super) migration: Option<Migration>,
}

impl Index<'_> {
    /// The index of the row under the primary key, if it is not what is stored already.
    fn compute(
        &self,
        row: &StoredRow,
        stored: Option<&IndexValue>,
        now: Timestamp,
    ) -> Result<Option<IndexValue>, Error> {
        let opened;
        let plaintext = match (Form::of(&row.indexed), self.migration) {
            (Some(form), _) => {
                opened = form.open(self.column, &row.context, &row.indexed)?;
                opened.expose_secret()
            }
            (None, Some(migration)) => migration.plaintext(&row.indexed, now)?,
            (None, None) => return Err(Error::NotAnEnvelope),
        };
        let text = str::from_utf8(plaintext).map_err(|_| Error::NotText)?;
        let tenant = row.context.get(Part::Tenant).unwrap_or_default();
        let tenant = str::from_utf8(tenant).map_err(|_| Error::NotText)?;
        let tenant = (!tenant.is_empty()).then_some(tenant);
        // A value that is not written is not a use of the key. A newer key than the primary one is
        // staged here and may be primary on the machine that wrote the value.
        let primary = self.ring.primary();
        let present = self.index.search_from(self.ring, tenant, text, primary)?;
        if present.iter().any(|value| Some(value) == stored) {
            return Ok(None);
        }
        self.index.of(self.ring, tenant, text, now).map(Some)
    }
}

impl Work for Index<'_> {
    fn ring(&self) -> &Keyring {
        self.ring
    }

    fn check(&self, purpose: &Purpose) -> Result<(), Error> {
        if *purpose == self.index.purpose() {
            Ok(())
        } else {
            Err(Error::OutOfPurpose)
        }
    }

    fn admit(&self, _purpose: &Purpose, row: &StoredRow) -> Result<(), Error> {
        admit(&self.index.column_purpose(), row)
    }

    fn refers(&self, row: &StoredRow) -> Reference {
        if row.value.is_empty() {
            return Reference::Plaintext;
        }
        match parse(&row.value) {
            Some((value, _)) => Reference::Key(value.key_version()),
            None => Reference::Unreadable,
        }
    }

    fn renew(&self, row: &StoredRow, now: Timestamp) -> Result<Renewed, Error> {
        let stored = parse(&row.value);
        if let Some((value, _)) = &stored {
            let version = value.key_version();
            if self.ring.keys().all(|key| key.version != version) {
                return Err(Error::UnknownKey(version));
            }
        }
        let new = match self.compute(row, stored.as_ref().map(|(value, _)| value), now) {
            // nothing to index, and no index
            Err(Error::Unindexable(_)) if row.value.is_empty() => return Ok(Renewed::Already),
            new => new?,
        };
        let text = |new: &IndexValue| new.to_string().into_bytes();
        match (new, stored) {
            (None, _) => Ok(Renewed::Already),
            (Some(new), Some((_, Form::Bytes))) => Ok(Renewed::Anew(new.as_bytes().to_vec())),
            (Some(new), Some((_, Form::Text))) => Ok(Renewed::Anew(text(&new))),
            (Some(new), None) if row.value.is_empty() => Ok(Renewed::Sealed(text(&new))),
            (Some(_), None) => Err(Error::NotAnIndexValue),
        }
    }
}

pub(super) struct Streams<'a> {
    pub(super) ring: &'a Keyring,
}

impl Work for Streams<'_> {
    fn ring(&self) -> &Keyring {
        self.ring
    }

    fn check(&self, purpose: &Purpose) -> Result<(), Error> {
        match purpose.as_use() {
            Use::Stream(_) => Ok(()),
            _ => Err(Error::OutOfPurpose),
        }
    }

    fn admit(&self, purpose: &Purpose, row: &StoredRow) -> Result<(), Error> {
        let name = row.context.get(Part::Column);
        if name.is_some_and(|name| purpose.as_use() == Use::Stream(name)) {
            Ok(())
        } else {
            Err(Error::OutOfPurpose)
        }
    }

    fn refers(&self, row: &StoredRow) -> Reference {
        match stream::key_version(&row.value) {
            Ok(version) => Reference::Key(version),
            Err(_) => Reference::Unreadable,
        }
    }

    fn renew(&self, row: &StoredRow, _now: Timestamp) -> Result<Renewed, Error> {
        let version = stream::key_version(&row.value).map_err(|_| Error::Malformed)?;
        let key = self.ring.keys().find(|key| key.version == version);
        match key.ok_or(Error::UnknownKey(version))?.state {
            State::Staged | State::Primary => Ok(Renewed::Already),
            State::Destroyed => Err(Error::Destroyed(version)),
            _ => Ok(Renewed::Rewrite),
        }
    }
}

/// What is stored in a column of an index. Bytes that could be read as text, too, would name a key
/// version above 800 million.
fn parse(stored: &[u8]) -> Option<(IndexValue, Form)> {
    let text = str::from_utf8(stored).ok();
    match text.and_then(|text| text.parse().ok()) {
        Some(value) => Some((value, Form::Text)),
        None => Some((IndexValue::from_bytes(stored).ok()?, Form::Bytes)),
    }
}
