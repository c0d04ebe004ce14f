//! What attempts are counted by.

use core::{fmt, net::IpAddr};

use super::{Error, Prefix};

/// What stands before every key in a store.
const KEY_PREFIX: &[u8] = b"portcullis/attempts/";
/// Tell the kinds of parts apart in a store.
const ACCOUNT: u8 = 1;
const DEVICE: u8 = 2;
const ADDRESS: u8 = 3;
const EVERYBODY: u8 = 4;
/// The longest name of an account in bytes: twice the longest e-mail address and some more.
const ACCOUNT_LEN: usize = 512;
/// The longest name of a device in bytes. With it no key has more than 824 bytes in a store, and
/// `field::Sealed` takes 1,024.
const DEVICE_LEN: usize = 256;

/// What attempts are counted by: an account, a device, an address, a combination of them, or
/// everybody.
///
/// A key with an account or a device in it is somebody's **own**: a success clears its count. Any
/// other is **shared**: a success leaves its count, so that whoever has one account of their own
/// cannot use it to make room for guesses at others' ([`Outcome::Kept`](super::Outcome::Kept)).
///
/// It prints in words, for a log: `account "ada" from 2001:db8::/64`, with what a terminal could take
/// for a command escaped.
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct Key {
    account: Option<String>,
    device: Option<String>,
    /// None, with no other part: everybody.
    address: Option<Prefix>,
}

/// Whom a key belongs to. The widest come first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Owner {
    Everybody,
    Many,
    One,
}

const NO_PART: Key = Key {
    account: None,
    device: None,
    address: None,
};

impl Key {
    /// Counts by account: its number or name, in the one form that the application uses for it.
    /// Nothing is folded here. A name that a stranger typed and that this refuses is nobody's: answer
    /// it as a wrong password, after the same slow hash, or the error tells what is no name.
    ///
    /// # Errors
    ///
    /// [`Error::EmptyKey`] for a name that is empty or white space: everybody without a name would
    /// share one count. [`Error::LongKey`] over 512 bytes.
    pub fn account(name: &str) -> Result<Self, Error> {
        Ok(Self {
            account: Some(part(name, ACCOUNT_LEN)?),
            ..NO_PART
        })
    }

    /// Counts by device, whose name the application has verified: that of a signed token, not what
    /// a client says of itself. A success on any account clears it, so guesses at others are to be
    /// counted by their account or by the address as well.
    ///
    /// # Errors
    ///
    /// As [`Key::account`], and over 256 bytes.
    pub fn device(id: &str) -> Result<Self, Error> {
        Ok(Self {
            device: Some(part(id, DEVICE_LEN)?),
            ..NO_PART
        })
    }

    /// Counts by the address that attempts come from: [`Prefix::of`].
    #[must_use]
    pub fn address(address: IpAddr) -> Self {
        Self::prefix(Prefix::of(address))
    }

    /// Counts by a prefix of another length.
    #[must_use]
    pub fn prefix(prefix: Prefix) -> Self {
        Self {
            address: Some(prefix),
            ..NO_PART
        }
    }

    /// Counts all attempts together. Whoever reaches its threshold closes the door to everybody, so
    /// its rules are to close it briefly: [`Policy::everybody`](super::Policy::everybody). Every
    /// attempt writes the one record, which a store of several machines answers one after the other.
    #[must_use]
    pub fn everybody() -> Self {
        NO_PART
    }

    /// Counts by both at once: attempts on this account that come from that address, say.
    ///
    /// # Errors
    ///
    /// [`Error::KeyParts`] when both have a part of one kind, or one of them is everybody.
    pub fn and(self, other: Self) -> Result<Self, Error> {
        if self == NO_PART || other == NO_PART {
            return Err(Error::KeyParts);
        }
        Ok(Self {
            account: either(self.account, other.account)?,
            device: either(self.device, other.device)?,
            address: either(self.address, other.address)?,
        })
    }

    pub(super) fn owner(&self) -> Owner {
        if self.account.is_some() || self.device.is_some() {
            Owner::One
        } else if self.address.is_some() {
            Owner::Many
        } else {
            Owner::Everybody
        }
    }

    /// The key in a store: `portcullis/attempts/`, then for each part, in the order account, device,
    /// address, its kind as a byte (1, 2, 3), its length as u32 in big-endian order and its bytes; for
    /// everybody kind 4 and no bytes. An address has its four or sixteen bytes and the length of the
    /// prefix. No two keys have the same.
    ///
    /// [`Attempts`](super::Attempts) keeps a [`State`](super::State) under it. A key that is nothing
    /// but an address has a row in a table instead: its key in the store is
    /// `portcullis/attempts/address/` and the row's number, the bytes 16 to 23 of the SHA-256 of this
    /// key, as a number in big-endian order, modulo the number of rows. In the row are version 1, the
    /// first sixteen bytes of that hash, and the length as u32 and the bytes of the state.
    #[must_use]
    pub fn store_key(&self) -> Vec<u8> {
        let mut key = KEY_PREFIX.to_vec();
        if let Some(name) = &self.account {
            push(&mut key, ACCOUNT, name.as_bytes());
        }
        if let Some(id) = &self.device {
            push(&mut key, DEVICE, id.as_bytes());
        }
        if let Some(prefix) = self.address {
            push(&mut key, ADDRESS, &prefix.to_bytes());
        }
        if *self == NO_PART {
            push(&mut key, EVERYBODY, &[]);
        }
        key
    }
}

fn part(text: &str, longest: usize) -> Result<String, Error> {
    if text.trim().is_empty() {
        return Err(Error::EmptyKey);
    }
    if text.len() > longest {
        return Err(Error::LongKey);
    }
    Ok(text.to_owned())
}

fn either<T>(one: Option<T>, other: Option<T>) -> Result<Option<T>, Error> {
    match (one, other) {
        (Some(_), Some(_)) => Err(Error::KeyParts),
        (one, other) => Ok(one.or(other)),
    }
}

fn push(key: &mut Vec<u8>, kind: u8, bytes: &[u8]) {
    // INVARIANT: a part is at most 512 bytes.
    let len = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    key.push(kind);
    key.extend_from_slice(&len.to_be_bytes());
    key.extend_from_slice(bytes);
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words = Vec::new();
        if let Some(name) = &self.account {
            words.push(format!("account {name:?}"));
        }
        if let Some(id) = &self.device {
            words.push(format!("device {id:?}"));
        }
        let joined = words.join(" on ");
        match (joined.is_empty(), self.address) {
            (true, None) => f.write_str("everybody"),
            (true, Some(prefix)) => write!(f, "address {prefix}"),
            (false, None) => f.write_str(&joined),
            (false, Some(prefix)) => write!(f, "{joined} from {prefix}"),
        }
    }
}

/// As it is displayed.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({self})")
    }
}
