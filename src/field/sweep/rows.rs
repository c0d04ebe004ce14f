//! What a sweep needs of the application's database.

use crate::field::Context;

/// Longest key of a row, in bytes: that of a part of a context.
pub(super) const MAX_ROW_KEY_LEN: usize = 1024;

/// The rows of a column, as a sweep needs them: three functions over the application's own database.
///
/// Rows come in ascending order of a key that is unique and that no row changes, such as the primary
/// key in its own order, so that a sweep passes every row that is there from its beginning to its
/// end. A row whose value is NULL may be left out.
pub trait Rows {
    /// Why the database gave no answer.
    type Error: core::error::Error + Send + Sync + 'static;

    /// At most `limit` rows after the one of key `after`, or the first ones. None are left when this
    /// is empty; fewer than `limit` are not the last ones.
    ///
    /// `SELECT … WHERE id > after ORDER BY id LIMIT limit`, read from the primary database: a replica
    /// that lags shows what was there before.
    ///
    /// # Errors
    ///
    /// Where the database gives no answer.
    fn next(&mut self, after: Option<&[u8]>, limit: usize) -> Result<Vec<StoredRow>, Self::Error>;

    /// Puts `new` in the place of the row's value, if that is still the one that was read, and for an
    /// index if what it indexes is too. Nothing else of the row changes: no timestamp, no callback.
    ///
    /// `UPDATE … SET value = new WHERE id = ? AND value = old`, with one row affected for
    /// [`Swap::Done`].
    ///
    /// # Errors
    ///
    /// Where the database gives no answer; it may have swapped or not.
    fn swap(&mut self, row: &StoredRow, new: &[u8]) -> Result<Swap, Self::Error>;

    /// Keeps how far the sweep is, in the place of what was kept before: for
    /// [`Sweep::resume`](super::Sweep::resume) after a crash. It may be kept in the transaction of the swaps before it.
    ///
    /// # Errors
    ///
    /// Where the database gives no answer.
    fn save(&mut self, progress: &[u8]) -> Result<(), Self::Error>;
}

/// What [`Rows::swap`] did.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
#[allow(
    clippy::exhaustive_enums,
    reason = "a compare-and-swap has these outcomes"
)]
pub enum Swap {
    /// The new value stands.
    Done,
    /// Another value had come in the place of the one that was read, or the row is gone.
    Changed,
}

/// A row, as [`Rows::next`] reads it. `Debug` shows nothing of it.
#[derive(Clone)]
pub struct StoredRow {
    pub(super) key: Vec<u8>,
    pub(super) context: Context,
    pub(super) value: Vec<u8>,
    pub(super) indexed: Vec<u8>,
}

impl StoredRow {
    /// A sealed value, in bytes or as text. `key` is where the sweep goes on, at most 1,024 bytes,
    /// and `context` what the value was sealed for:
    /// for an [`Encrypted`](crate::field::Encrypted) what
    /// [`Encrypted::context`](crate::field::Encrypted::context) gives.
    #[must_use]
    pub fn new(key: impl Into<Vec<u8>>, context: Context, value: impl Into<Vec<u8>>) -> Self {
        Self {
            key: key.into(),
            context,
            value: value.into(),
            indexed: Vec::new(),
        }
    }

    /// An index value, in bytes or as text, empty where there is none yet; and the sealed value that
    /// it is the index of, for [`Sweep::step_index`](super::Sweep::step_index).
    #[must_use]
    pub fn index(
        key: impl Into<Vec<u8>>,
        context: Context,
        index: impl Into<Vec<u8>>,
        sealed: impl Into<Vec<u8>>,
    ) -> Self {
        let indexed = sealed.into();
        Self {
            indexed,
            ..Self::new(key, context, index)
        }
    }

    /// The beginning of a stream, ten bytes or more, for [`Sweep::step_streams`](super::Sweep::step_streams). `name` is that of
    /// its [`Place`](crate::field::stream::Place).
    #[must_use]
    pub fn stream(key: impl Into<Vec<u8>>, name: &str, beginning: impl Into<Vec<u8>>) -> Self {
        Self::new(key, Context::new().column(name), beginning)
    }

    /// Which row it is.
    #[must_use]
    pub fn key(&self) -> &[u8] {
        &self.key
    }

    /// What was read, and must still be there for [`Rows::swap`].
    #[must_use]
    pub fn value(&self) -> &[u8] {
        &self.value
    }

    /// For an index: the sealed value that was read, and must still be there too.
    #[must_use]
    pub fn indexed(&self) -> &[u8] {
        &self.indexed
    }
}

/// A value may be plaintext that has still to be sealed, and a key an address.
impl core::fmt::Debug for StoredRow {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("StoredRow(..)")
    }
}
