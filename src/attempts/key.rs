//! What attempts are counted by.

use core::fmt;

use super::Error;

/// What stands before every key in a store.
const KEY_PREFIX: &[u8] = b"portcullis/attempts/";
/// Tells the kinds of parts apart in a store.
const ACCOUNT: u8 = 1;
/// The longest part in bytes: twice the longest e-mail address and some more.
const PART_LEN: usize = 512;

/// What attempts are counted by: one account.
///
/// It prints in words, for a log: `account "ada"`, with what a terminal could take for a command
/// escaped.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Key {
    account: String,
}

impl Key {
    /// Counts by account: its number or name, in the one form that the application uses for it.
    /// Nothing is folded here.
    ///
    /// # Errors
    ///
    /// [`Error::EmptyKey`] for a name that is empty or white space: everybody without a name would
    /// share one count. [`Error::LongKey`] over 512 bytes.
    pub fn account(name: &str) -> Result<Self, Error> {
        if name.trim().is_empty() {
            return Err(Error::EmptyKey);
        }
        if name.len() > PART_LEN {
            return Err(Error::LongKey);
        }
        Ok(Self {
            account: name.to_owned(),
        })
    }

    /// The key in a store: `portcullis/attempts/`, then for each part its kind as a byte, its length
    /// as u32 in big-endian order and its bytes. No two keys have the same.
    #[must_use]
    pub fn store_key(&self) -> Vec<u8> {
        // INVARIANT: a part is at most 512 bytes.
        let len = u32::try_from(self.account.len()).unwrap_or(u32::MAX);
        [
            KEY_PREFIX,
            &[ACCOUNT],
            &len.to_be_bytes(),
            self.account.as_bytes(),
        ]
        .concat()
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "account {:?}", self.account)
    }
}
