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
    /// the key any more: when it was [settled](super::KeyRecord::settled), or later.
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
    serde(rename_all = "snake_case")
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
        let settled = match (slot.state, slot.settled(policy)) {
            (State::Retired | State::Suspended, Some(settled)) => settled,
            _ => return Err(slot.wrong_state()),
        };
        match self {
            Self::Forced { reason } => Ok(Cause::Forced {
                reason: check_reason(reason)?.into(),
            }),
            Self::Unreferenced(proofs) => {
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

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::*;
    use crate::field::{Fingerprint, Key, KeyVersion, Keyring, Purpose};

    const FIRST: KeyVersion = KeyVersion::FIRST;
    const HOUR: u64 = 3_600_000;

    fn at(millis: u64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn email() -> Purpose {
        Purpose::column("contact", "email")
    }

    fn phone() -> Purpose {
        Purpose::column("contact", "phone")
    }

    fn policy() -> Policy {
        let policy = Policy::new().for_purpose(email()).for_purpose(phone());
        policy.with_propagation(Duration::from_millis(HOUR))
    }

    /// The first key is retired at an hour after the epoch.
    fn ring() -> Keyring {
        let key = Key::from_bytes([7; 32]);
        let mut ring = Keyring::new_for(key, Scope::tenant("acme"), policy(), at(0)).unwrap();
        rotate(&mut ring);
        ring
    }

    fn rotate(ring: &mut Keyring) {
        let next = ring.stage(at(HOUR)).unwrap();
        ring.promote(next, at(HOUR)).unwrap();
    }

    fn fingerprint() -> Fingerprint {
        Key::from_bytes([7; 32]).fingerprint()
    }

    fn proof(purpose: Purpose, began: u64) -> Unreferenced {
        Unreferenced::new(Scope::tenant("acme"), purpose, fingerprint(), at(began))
    }

    fn destroy(ring: &mut Keyring, proofs: &[Unreferenced]) -> Result<(), Error> {
        let proofs: Vec<_> = proofs.iter().collect();
        ring.destroy(FIRST, Destroy::Unreferenced(&proofs), at(3 * HOUR))
    }

    fn state(ring: &Keyring) -> State {
        ring.slot(FIRST).unwrap().state
    }

    /// CR-11: a proof for each purpose, in any order, begun as early as may be; the tombstone says
    /// since when.
    #[test]
    fn destroys_what_is_shown_to_be_unreferenced() {
        let mut ring = ring();
        let proofs = [proof(phone(), 2 * HOUR + 5), proof(email(), 2 * HOUR)];
        assert_eq!(destroy(&mut ring, &proofs), Ok(()));
        let slot = ring.slot(FIRST).unwrap();
        let verified = at(2 * HOUR);
        let cause = Cause::Unreferenced { verified };
        let end = Destruction {
            at: at(3 * HOUR),
            cause,
        };
        assert_eq!(slot.destruction.as_ref(), Some(&end));
        assert!(slot.held.is_none());
        let words = end.cause.to_string();
        assert_eq!(words, "unreferenced since 1970-01-01T02:00:00.000Z");
        // the proof's time is turned back with the others
        ring.danger_turn_back(at(HOUR)).unwrap();
        let verified = at(HOUR);
        let cause = Cause::Unreferenced { verified };
        let end = reload(&ring).slot(FIRST).unwrap().destruction.clone();
        assert_eq!(
            end,
            Some(Destruction {
                at: verified,
                cause
            })
        );
    }

    /// CR-11: a suspended key counts from its retirement.
    #[test]
    fn destroys_a_suspended_key() {
        let mut ring = ring();
        ring.suspend(FIRST, at(3 * HOUR)).unwrap();
        let proofs = [email(), phone()].map(|purpose| proof(purpose, 2 * HOUR));
        assert_eq!(destroy(&mut ring, &proofs), Ok(()));
    }

    /// CR-11: a purpose without a proof, or with one of something else.
    #[test]
    fn refuses_while_a_purpose_is_unproven() {
        let began = at(2 * HOUR);
        let acme = || Scope::tenant("acme");
        let other_key = Key::from_bytes([8; 32]).fingerprint();
        let unverified = |purpose| Err(Error::Unverified(purpose));
        let mut ring = ring();
        let good = || proof(email(), 2 * HOUR);
        assert_eq!(destroy(&mut ring, &[]), unverified(email()));
        assert_eq!(destroy(&mut ring, &[good()]), unverified(phone()));
        for wrong in [
            Unreferenced::new(Scope::tenant("globex"), phone(), fingerprint(), began),
            Unreferenced::new(Scope::application(), phone(), fingerprint(), began),
            Unreferenced::new(acme(), phone(), other_key, began),
            Unreferenced::new(acme(), Purpose::table("contact"), fingerprint(), began),
            Unreferenced::new(
                acme(),
                Purpose::index("contact", "phone"),
                fingerprint(),
                began,
            ),
        ] {
            assert_eq!(destroy(&mut ring, &[good(), wrong]), unverified(phone()));
        }
        assert_eq!(state(&ring), State::Retired);
    }

    /// CR-11: a pass that began while another machine may still have sealed with the key, or that
    /// begins in the future, shows nothing.
    #[test]
    fn refuses_a_pass_that_began_too_early_or_too_late() {
        let mut ring = ring();
        for began in [0, HOUR, 2 * HOUR - 1, 3 * HOUR + 1, u64::MAX] {
            let proofs = [proof(email(), 2 * HOUR), proof(phone(), began)];
            let refused = destroy(&mut ring, &proofs);
            assert_eq!(refused, Err(Error::Unverified(phone())), "{began}");
        }
        // an early one beside a late enough one does no harm
        let proofs = [
            proof(email(), HOUR),
            proof(email(), 2 * HOUR),
            proof(phone(), 3 * HOUR),
        ];
        assert_eq!(destroy(&mut ring, &proofs), Ok(()));
    }

    /// CR-11: a policy that waits for ever is never satisfied.
    #[test]
    fn waits_as_long_as_the_policy_says() {
        let mut ring = ring();
        let never = policy().with_propagation(Duration::MAX);
        ring.set_policy(never, at(HOUR)).unwrap();
        for began in [2 * HOUR, 3 * HOUR] {
            let proofs = [email(), phone()].map(|purpose| proof(purpose, began));
            let refused = destroy(&mut ring, &proofs);
            assert_eq!(refused, Err(Error::Unverified(email())));
        }
    }

    /// CR-11: a machine that loaded the ring by a policy of before keeps it for as long as that said,
    /// also after a reload; what was in force before the key was primary says nothing of it.
    #[test]
    fn remembers_how_long_a_ring_may_be_kept() {
        let key = Key::from_bytes([7; 32]);
        let by = |hours| policy().with_propagation(Duration::from_millis(hours * HOUR));
        let mut ring = Keyring::new_for(key, Scope::tenant("acme"), by(2), at(0)).unwrap();
        ring.set_policy(by(0), at(1)).unwrap();
        rotate(&mut ring);
        for mut ring in [reload(&ring), ring] {
            let settled = ring.keys().map(|key| key.settled).collect::<Vec<_>>();
            assert_eq!(settled, [Some(at(3 * HOUR)), None]);
            let early = [email(), phone()].map(|purpose| proof(purpose, 3 * HOUR - 1));
            let refused = destroy(&mut ring, &early);
            assert_eq!(refused, Err(Error::Unverified(email())));
            let proofs = [email(), phone()].map(|purpose| proof(purpose, 3 * HOUR));
            assert_eq!(destroy(&mut ring, &proofs), Ok(()));

            rotate(&mut ring);
            let second = ring.keys().nth(1).unwrap();
            assert_eq!(second.settled, second.retired);
        }
    }

    /// CR-11: a purpose that the policy no longer names was one of the key's, and stays to be proven,
    /// also after a reload.
    #[test]
    fn remembers_what_a_key_was_used_for() {
        let key = Key::from_bytes([7; 32]);
        let mut ring = Keyring::new_for(key, Scope::tenant("acme"), policy(), at(0)).unwrap();
        ring.set_policy(Policy::new().for_purpose(email()), at(1))
            .unwrap();
        rotate(&mut ring);
        for mut ring in [reload(&ring), ring] {
            let only = [proof(email(), 2 * HOUR)];
            let refused = destroy(&mut ring, &only);
            assert_eq!(refused, Err(Error::Unverified(phone())));
            let both = [email(), phone()].map(|purpose| proof(purpose, 2 * HOUR));
            assert_eq!(destroy(&mut ring, &both), Ok(()));
        }
    }

    /// CR-11: a purpose that came after the key was retired is asked for, too.
    #[test]
    fn asks_for_every_purpose_of_the_policy() {
        let mut ring = ring();
        let more = policy().for_purpose(Purpose::store("account"));
        ring.set_policy(more, at(HOUR)).unwrap();
        let mut proofs = vec![proof(email(), 2 * HOUR), proof(phone(), 2 * HOUR)];
        let refused = destroy(&mut ring, &proofs);
        assert_eq!(refused, Err(Error::Unverified(Purpose::store("account"))));
        proofs.push(proof(Purpose::store("account"), 2 * HOUR));
        assert_eq!(destroy(&mut ring, &proofs), Ok(()));
    }

    /// CR-11: a key from the time when anything was permitted can have sealed anything; the next one
    /// cannot.
    #[test]
    fn a_key_that_was_unrestricted_is_destroyed_by_force_alone() {
        let key = Key::from_bytes([7; 32]);
        let acme = Scope::tenant("acme");
        let mut ring = Keyring::new_for(key, acme, Policy::new(), at(0)).unwrap();
        ring.set_policy(policy(), at(1)).unwrap();
        rotate(&mut ring);
        let proofs = [email(), phone()].map(|purpose| proof(purpose, 2 * HOUR));
        for mut ring in [reload(&ring), ring] {
            assert_eq!(destroy(&mut ring, &proofs), Err(Error::Unrestricted));
            let reason = "every table was looked through by hand";
            let forced = Destroy::Forced { reason };
            assert_eq!(ring.destroy(FIRST, forced, at(3 * HOUR)), Ok(()));

            rotate(&mut ring);
            let second = ring.slot(FIRST.next().unwrap()).unwrap();
            let (version, fingerprint) = (second.version, second.fingerprint);
            let proofs = [email(), phone()].map(|purpose| {
                let acme = Scope::tenant("acme");
                Unreferenced::new(acme, purpose, fingerprint, at(4 * HOUR))
            });
            let proofs: Vec<_> = proofs.iter().collect();
            let shown = Destroy::Unreferenced(&proofs);
            assert_eq!(ring.destroy(version, shown, at(5 * HOUR)), Ok(()));
        }
    }

    /// CR-11: nor one that was unrestricted for a while in between.
    #[test]
    fn remembers_that_anything_was_permitted_for_a_while() {
        let key = Key::from_bytes([7; 32]);
        let mut ring = Keyring::new_for(key, Scope::tenant("acme"), policy(), at(0)).unwrap();
        ring.set_policy(Policy::new(), at(1)).unwrap();
        ring.set_policy(policy(), at(2)).unwrap();
        rotate(&mut ring);
        let proofs = [email(), phone()].map(|purpose| proof(purpose, 2 * HOUR));
        assert_eq!(destroy(&mut ring, &proofs), Err(Error::Unrestricted));
    }

    /// CR-11: proofs do not take a key away that seals, or will.
    #[test]
    fn refuses_a_key_that_is_not_retired() {
        let mut ring = ring();
        let primary = ring.primary();
        let staged = ring.stage(at(HOUR)).unwrap();
        let forced = Destroy::Forced { reason: "a test" };
        for (version, state) in [(primary, State::Primary), (staged, State::Staged)] {
            for how in [forced, Destroy::Unreferenced(&[])] {
                let refused = ring.destroy(version, how, at(3 * HOUR));
                assert_eq!(refused, Err(Error::WrongState { version, state }));
            }
        }
    }

    fn reload(ring: &Keyring) -> Keyring {
        use secrecy::ExposeSecret;
        Keyring::decode(ring.encode().expose_secret()).unwrap()
    }
}
