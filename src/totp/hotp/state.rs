//! What is stored of one token.

use super::{
    super::{Secret, code::Codes},
    Accepted, Error, Parameters,
};
use crate::{
    Timestamp,
    encoding::{self, Decoder, Encoder},
};

const VERSION: u8 = 1;

/// One person's token, as it is stored: the secret, its parameters, the next count, and until when
/// a first code is awaited.
///
/// The encoded bytes hold the secret: a server must compute codes, so it cannot be hashed. Keep them
/// in a store that is encrypted at rest. `Debug` does not print the secret.
///
/// Encoded as: version 1; algorithm u8 (1 SHA-1, 2 SHA-256, 3 SHA-512); digits u8; secret after its
/// length u32; the next count u64; then 0 and until when it may be confirmed (u64 milliseconds), or
/// 1. Integers are big-endian.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct State {
    pub(super) secret: Secret,
    pub(super) parameters: Parameters,
    pub(super) status: Status,
    /// No code of a count before this one is accepted. `u64::MAX` is never the count of a code.
    pub(super) next: u64,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Status {
    Pending { expires: Timestamp },
    Confirmed,
}

impl State {
    /// Whether a first code has confirmed that the person has the token.
    #[must_use]
    pub fn is_confirmed(&self) -> bool {
        self.status == Status::Confirmed
    }

    /// Algorithm and digits.
    #[must_use]
    pub fn parameters(&self) -> Parameters {
        self.parameters
    }

    /// The next count: that of the last code that was accepted, and one.
    #[must_use]
    pub fn next(&self) -> u64 {
        self.next
    }

    pub(super) fn require_confirmed(&self) -> Result<(), Error> {
        if self.is_confirmed() {
            Ok(())
        } else {
            Err(Error::NotConfirmed)
        }
    }

    pub(super) fn codes(&self) -> Codes {
        let parameters = self.parameters;
        Codes::new(&self.secret, parameters.algorithm(), parameters.digits())
    }

    pub(super) fn require_unused(&self, count: u64) -> Result<(), Error> {
        if count < self.next {
            Err(Error::Replayed)
        } else {
            Ok(())
        }
    }

    /// The codes up to that of `count` are used up, unless that one was.
    pub(super) fn used_up_to(&self, count: u64) -> Result<Accepted, Error> {
        self.require_unused(count)?;
        let state = Self {
            next: count.checked_add(1).ok_or(Error::Exhausted)?,
            status: Status::Confirmed,
            ..self.clone()
        };
        Ok(Accepted { state, count })
    }

    /// The bytes to store. They hold the secret.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut e = Encoder::new(VERSION);
        self.parameters.encode(&mut e);
        self.secret.encode(&mut e);
        e.u64(self.next);
        match self.status {
            Status::Pending { expires } => e.u8(0).time(expires),
            Status::Confirmed => e.u8(1),
        };
        e.finish()
    }

    /// Reads what [`State::encode`] wrote.
    ///
    /// # Errors
    ///
    /// [`encoding::Error`] for anything else.
    pub fn decode(bytes: &[u8]) -> Result<Self, encoding::Error> {
        let mut d = Decoder::new(bytes, VERSION)?;
        let parameters = Parameters::decode(&mut d)?;
        let secret = Secret::decode(&mut d)?;
        let next = d.u64()?;
        let status = match d.u8()? {
            0 => Status::Pending { expires: d.time()? },
            // a code was accepted
            1 if next > 0 => Status::Confirmed,
            _ => return Err(encoding::Error::Damaged),
        };
        d.finish()?;
        Ok(Self {
            secret,
            parameters,
            status,
            next,
        })
    }
}
