//! Taking a key away for good.

use core::fmt;

use super::{Slot, State, Unreferenced};
use crate::{
    Timestamp,
    field::{Error, Policy, Scope, purpose::Purposes},
};

/// Longest reason, in bytes.
pub(super) const MAX_REASON_LEN: usize = 1024;

/// Why a key may be destroyed.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Destroy<'a> {
    /// Nothing refers to it: a sweep's proof for each purpose of the ring's policy, and for each that
    /// the key may have been used for besides. Each must have been begun when no machine sealed with
    /// the key any more: at its retirement plus [`Policy::propagation`], or later.
    Unreferenced(&'a [&'a Unreferenced]),
    /// What it sealed is lost, and is meant to be, for this reason: 1 to 1,024 bytes, not blank and
    /// without control characters. It is kept in the ring.
    Forced {
        /// The reason.
        reason: &'a str,
    },
}

/// When and why a key was destroyed.
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Destruction {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub cause: Cause,
}

/// Why a key was destroyed.
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(tag = "cause", rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum Cause {
    /// Nothing referred to it.
    Unreferenced {
        /// When the first of the passes began that found nothing.
        verified: Timestamp,
    },
    /// Whatever it had sealed was given up.
    Forced {
        /// The reason that was given.
        reason: String,
    },
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreferenced { verified } => write!(f, "unreferenced since {verified}"),
            Self::Forced { reason } => write!(f, "forced: {reason}"),
        }
    }
}

impl Destroy<'_> {
    /// Why this key may be destroyed, or why not.
    pub(super) fn cause(
        self,
        slot: &Slot,
        scope: &Scope,
        policy: &Policy,
        now: Timestamp,
    ) -> Result<Cause, Error> {
        let retired = match (slot.state, slot.retired) {
            (State::Retired | State::Suspended, Some(retired)) => retired,
            _ => return Err(slot.wrong_state()),
        };
        match self {
            Self::Forced { reason } => Ok(Cause::Forced {
                reason: check_reason(reason)?.into(),
            }),
            Self::Unreferenced(proofs) => {
                let settled = retired.saturating_add(policy.propagation);
                let verified = verify(proofs, slot, scope, policy, settled..=now)?;
                Ok(Cause::Unreferenced { verified })
            }
        }
    }
}

/// Finds a proof for every purpose whose pass began in `time`, and says when the first of them did.
fn verify(
    proofs: &[&Unreferenced],
    slot: &Slot,
    scope: &Scope,
    policy: &Policy,
    time: core::ops::RangeInclusive<Timestamp>,
) -> Result<Timestamp, Error> {
    let mut purposes = slot.used_for.clone();
    purposes.extend(&policy.purposes);
    let Purposes::These(purposes) = purposes else {
        return Err(Error::Unrestricted);
    };
    let mut first = *time.end();
    for purpose in &purposes {
        let proof = proofs.iter().find(|proof| {
            proof.is_about(scope, purpose, slot.fingerprint) && time.contains(&proof.began())
        });
        let proof = proof.ok_or_else(|| Error::Unverified(purpose.clone()))?;
        first = first.min(proof.began());
    }
    Ok(first)
}

pub(super) fn check_reason(reason: &str) -> Result<&str, Error> {
    let blank = reason.trim().is_empty();
    if blank || reason.len() > MAX_REASON_LEN || reason.chars().any(char::is_control) {
        return Err(Error::Reason);
    }
    Ok(reason)
}
