//! What is stored of one second factor.

use super::{Error, Parameters, Secret, code::Codes, policy::DRIFT_LIMIT};
use crate::{
    Timestamp,
    encoding::{self, Decoder, Encoder},
};

const VERSION: u8 = 1;

/// One person's second factor, as it is stored: the secret, its parameters, and the last step that
/// was used with the drift of the device's clock, or until when a first code is awaited.
///
/// The encoded bytes hold the secret: a server must compute codes, so it cannot be hashed. Keep them
/// in a store that is encrypted at rest. `Debug` does not print the secret.
///
/// Encoded as: version 1; algorithm u8 (1 SHA-1, 2 SHA-256, 3 SHA-512); digits u8; period u32 in
/// seconds; secret after its length u32; then 0 and until when it may be confirmed (u64
/// milliseconds), or 1 and the last step used (u64), or 2, the last step used and a drift (i8 in
/// steps, not 0). Integers are big-endian.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct State {
    pub(super) secret: Secret,
    pub(super) parameters: Parameters,
    pub(super) status: Status,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Status {
    Pending { expires: Timestamp },
    Confirmed(Used),
}

/// What the last accepted code has left behind.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Used {
    /// No code of this step or of one before it is accepted.
    pub(super) step: u64,
    /// Steps that the device's clock is ahead of the server's, at most [`DRIFT_LIMIT`] either way.
    pub(super) drift: i8,
}

impl State {
    /// Whether a first code has confirmed that the person's app has the secret.
    #[must_use]
    pub fn is_confirmed(&self) -> bool {
        matches!(self.status, Status::Confirmed(_))
    }

    /// Algorithm, digits and period.
    #[must_use]
    pub fn parameters(&self) -> Parameters {
        self.parameters
    }

    /// How many steps the device's clock is ahead of the server's, or behind it if below 0, as far
    /// as the policy let it be learned ([`Policy::with_drift`](super::Policy::with_drift)).
    #[must_use]
    pub fn drift(&self) -> i8 {
        self.used().map_or(0, |used| used.drift)
    }

    pub(super) fn used(&self) -> Result<Used, Error> {
        match self.status {
            Status::Pending { .. } => Err(Error::NotConfirmed),
            Status::Confirmed(used) => Ok(used),
        }
    }

    pub(super) fn codes(&self) -> Codes {
        let parameters = self.parameters;
        Codes::new(&self.secret, parameters.algorithm(), parameters.digits())
    }

    pub(super) fn with_used(&self, used: Used) -> Self {
        Self {
            secret: self.secret.clone(),
            parameters: self.parameters,
            status: Status::Confirmed(used),
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
            Status::Confirmed(Used { step, drift: 0 }) => e.u8(1).u64(step),
            Status::Confirmed(Used { step, drift }) => {
                e.u8(2).u64(step).array(&drift.to_be_bytes())
            }
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
            1 => Status::Confirmed(Used {
                step: d.u64()?,
                drift: 0,
            }),
            2 => Status::Confirmed(Used {
                step: d.u64()?,
                drift: drift(d.array().map(i8::from_be_bytes)?)?,
            }),
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

/// No drift has its own form, so that each state has one.
fn drift(steps: i8) -> Result<i8, encoding::Error> {
    if (1..=DRIFT_LIMIT).contains(&steps.unsigned_abs()) {
        Ok(steps)
    } else {
        Err(encoding::Error::Damaged)
    }
}
