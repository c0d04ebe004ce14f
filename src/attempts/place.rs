//! Where a state is in a store: it has a value of its own, or a row of a table of fixed size.

use core::ops::RangeInclusive;

use super::{Error, Outcome, Policy, State, Verdict};
use crate::{
    Timestamp,
    encoding::{Decoder, Encoder},
    store::{Change, Entry},
};

/// The bounds of the number of rows. Fewer would let a few keys take each other's rows; more are more
/// than the names or the clients of most applications.
const ROWS_LIMITS: RangeInclusive<u32> = 256..=16_777_216;
const VERSION: u8 = 1;
const TAG_LEN: usize = 16;
/// The longest state: a hundred failures and slots.
const STATE_LEN: usize = 4096;

pub(super) fn checked_rows(rows: u32) -> Result<u32, Error> {
    if ROWS_LIMITS.contains(&rows) {
        Ok(rows)
    } else {
        Err(Error::Rows)
    }
}

/// A row of a table, and what tells the one that is counted in it from the others that come to it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Place {
    row: u32,
    tag: [u8; TAG_LEN],
}

impl Place {
    /// The tag is the first half of a hash, and the number is from the next eight bytes of it.
    pub(super) fn new(hash: [u8; 32], rows: u32) -> Self {
        let (tag, rest) = hash.split_first_chunk().unwrap_or((&[0; TAG_LEN], &[]));
        let number = u64::from_be_bytes(rest.first_chunk().copied().unwrap_or_default());
        let row = number.checked_rem(u64::from(rows));
        Self {
            row: row.and_then(|row| u32::try_from(row).ok()).unwrap_or(0),
            tag: *tag,
        }
    }

    pub(super) fn store_key(self, prefix: &[u8]) -> Vec<u8> {
        [prefix, self.row.to_string().as_bytes()].concat()
    }

    /// The state that is counted here; None in an empty row and in one that another has taken over.
    pub(super) fn read(self, value: Option<&[u8]>) -> Result<Option<State>, Error> {
        let Some(value) = value else {
            return Ok(None);
        };
        let mut d = Decoder::new(value, VERSION)?;
        let (tag, state) = (d.array()?, d.bytes(STATE_LEN)?);
        d.finish()?;
        if tag != self.tag {
            return Ok(None);
        }
        Ok(Some(State::decode(state)?))
    }

    pub(super) fn encode(self, state: &State) -> Vec<u8> {
        let mut e = Encoder::new(VERSION);
        e.array(&self.tag).bytes(&state.encode());
        e.finish()
    }
}

/// How the state of a key is stored.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Stored {
    /// As it is, under the key.
    Alone,
    /// In a row.
    In(Place),
}

impl Stored {
    fn read(self, value: Option<&[u8]>) -> Result<Option<State>, Error> {
        match (self, value) {
            (Self::In(place), value) => place.read(value),
            (Self::Alone, Some(value)) => Ok(Some(State::decode(value)?)),
            (Self::Alone, None) => Ok(None),
        }
    }

    fn encode(self, state: &State) -> Vec<u8> {
        match self {
            Self::Alone => state.encode(),
            Self::In(place) => place.encode(state),
        }
    }

    pub(super) fn state(self, value: Option<&[u8]>) -> Result<State, Error> {
        Ok(self.read(value)?.unwrap_or_default())
    }

    pub(super) fn is_taken_over(self, value: Option<&[u8]>) -> Result<bool, Error> {
        Ok(matches!(self, Self::In(_)) && self.read(value)?.is_none())
    }

    /// Turns a step on the state into one on the stored value.
    pub(super) fn step<T>(
        self,
        policy: &Policy,
        mut step: impl FnMut(State) -> (State, T),
    ) -> impl FnMut(Option<&[u8]>) -> Result<(Change, T), Error> {
        move |value| {
            let old = self.state(value)?;
            let (new, outcome) = step(old.clone());
            if new == old {
                return Ok((Change::Keep, outcome));
            }
            let entry = Entry::new(self.encode(&new));
            let entry = match policy.expires(&new) {
                Some(expires) => entry.expires_at(expires),
                None => entry,
            };
            Ok((Change::Put(entry), outcome))
        }
    }
}

impl Policy {
    /// [`Policy::settle`] for an attempt whose row another has taken over since: it is the first and
    /// only one of its key.
    pub(super) fn settle_alone(
        &self,
        begun: Timestamp,
        verdict: Verdict,
        now: Timestamp,
    ) -> (State, Outcome) {
        let (state, begin) = self.begin(State::default(), begun);
        match begin.or_refusal::<()>() {
            Ok(permit) => self.settle(state, &permit, verdict, now),
            Err(_) => (state, Outcome::Lapsed),
        }
    }
}
