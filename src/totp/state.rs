//! What is stored of one second factor.

use super::{Parameters, Secret};
use crate::{
    Timestamp,
    encoding::{self, Decoder, Encoder},
};

const VERSION: u8 = 1;

/// One person's second factor, as it is stored: the secret, its parameters, and the last step that
/// was used, or until when a first code is awaited.
///
/// The encoded bytes hold the secret: a server must compute codes, so it cannot be hashed. Keep them
/// in a store that is encrypted at rest. `Debug` does not print the secret.
///
/// Encoded as: version 1; algorithm u8 (1 SHA-1, 2 SHA-256, 3 SHA-512); digits u8; period u32 in
/// seconds; secret after its length u32; then 0 and until when it may be confirmed (u64
/// milliseconds), or 1 and the last step used (u64). Integers are big-endian.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct State {
    pub(super) secret: Secret,
    pub(super) parameters: Parameters,
    pub(super) status: Status,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Status {
    Pending { expires: Timestamp },
    Confirmed { last_used: u64 },
}

impl State {
    /// Whether a first code has confirmed that the person's app has the secret.
    #[must_use]
    pub fn is_confirmed(&self) -> bool {
        matches!(self.status, Status::Confirmed { .. })
    }

    /// Algorithm, digits and period.
    #[must_use]
    pub fn parameters(&self) -> Parameters {
        self.parameters
    }

    pub(super) fn confirmed(&self, last_used: u64) -> Self {
        Self {
            status: Status::Confirmed { last_used },
            ..self.clone()
        }
    }

    /// The bytes to store. They hold the secret.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut e = Encoder::new(VERSION);
        self.parameters.encode(&mut e);
        self.secret.encode(&mut e);
        match self.status {
            Status::Pending { expires } => e.u8(0).time(expires),
            Status::Confirmed { last_used } => e.u8(1).u64(last_used),
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
        let status = match d.u8()? {
            0 => Status::Pending { expires: d.time()? },
            1 => Status::Confirmed {
                last_used: d.u64()?,
            },
            _ => return Err(encoding::Error::Damaged),
        };
        d.finish()?;
        Ok(Self {
            secret,
            parameters,
            status,
        })
    }
}
