//! A ring as it is stored.

use core::{iter, time::Duration};
use std::collections::BTreeSet;

use secrecy::SecretSlice;
use zeroize::Zeroizing;

use super::{
    Cause, Destruction, Keyring, MAX_KEYS, Origin, Slot, State,
    destroy::{MAX_REASON_LEN, check_reason},
    seals::Seals,
    slot::Held,
};
use crate::{
    Timestamp,
    encoding::{self, Decoder, Encoder},
    field::{
        Error, Fingerprint, Key, KeyVersion, Policy, Purpose, Scope, Suite,
        purpose::{MAX_NAME_LEN, MAX_PURPOSES, Purposes},
    },
    time::millis,
};

/// Version of [`Keyring::encode`].
const ENCODING: u8 = 1;
const DAMAGED: Error = Error::Encoding(encoding::Error::Damaged);

impl Keyring {
    /// The ring with its keys **in the clear**, to be wrapped by a key management service or kept in
    /// a file that only the service can read; never beside the data.
    ///
    /// [Byte by byte](crate::field::format#key-ring).
    #[must_use]
    pub fn encode(&self) -> SecretSlice<u8> {
        let mut out = Encoder::new(ENCODING);
        out.u64(self.generation).time(self.changed);
        out.array(&self.scope.encode());
        encode_policy(&mut out, &self.policy);
        out.list(&self.slots().collect::<Vec<_>>(), |out, slot| {
            encode_record(out, slot);
        });
        let public = out.finish();
        let keys = || self.slots().filter_map(|slot| slot.held.as_ref());
        // Room for all of it at once: a buffer that grows leaves keys behind in what it gives back.
        let len = keys().count().saturating_mul(Key::LEN);
        let mut bytes = Zeroizing::new(Vec::with_capacity(public.len().saturating_add(len)));
        bytes.extend_from_slice(&public);
        keys().for_each(|held| bytes.extend_from_slice(held.key.expose()));
        SecretSlice::new(Box::from(bytes.as_slice()))
    }

    /// Reads what [`encode`](Self::encode) wrote, the whole of it or nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Encoding`] for other bytes; [`Error::Fingerprint`] for a key that is not the one
    /// that was written; [`Error::DuplicateKey`]; [`Error::NotOnePrimary`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut input = Decoder::new(bytes, ENCODING)?;
        let generation = input.u64()?;
        if generation == 0 {
            return Err(DAMAGED);
        }
        let changed = input.time()?;
        let scope = decode_scope(&mut input)?;
        let policy = decode_policy(&mut input)?;
        let mut slots = input.list(MAX_KEYS, |input| decode_record(input, changed))?;
        for slot in &mut slots {
            decode_key(&mut input, slot)?;
        }
        input.finish()?;
        refuse_duplicates(&slots)?;
        let (mut primaries, others): (Vec<_>, Vec<_>) = slots
            .into_iter()
            .partition(|slot| slot.state == State::Primary);
        match (primaries.pop(), primaries.is_empty()) {
            (Some(primary), true) => Ok(Self {
                scope,
                policy,
                generation,
                changed,
                primary,
                others,
            }),
            _ => Err(Error::NotOnePrimary),
        }
    }
}

/// Versions ascend, and no key stands twice.
fn refuse_duplicates(slots: &[Slot]) -> Result<(), Error> {
    let mut fingerprints = BTreeSet::new();
    let mut last = None;
    for slot in slots {
        let ascends = last.is_none_or(|last| last < slot.version);
        if !ascends || !fingerprints.insert(*slot.fingerprint.as_bytes()) {
            return Err(Error::DuplicateKey(slot.version));
        }
        last = Some(slot.version);
    }
    Ok(())
}

fn decode_scope(input: &mut Decoder<'_>) -> Result<Scope, Error> {
    let kind = input.u8()?;
    let mut name = || input.text(MAX_NAME_LEN);
    let scope = match kind {
        1 => Scope::application(),
        2 => Scope::tenant(name()?),
        3 => Scope::subject(name()?, name()?),
        4 => Scope::credential(name()?, name()?),
        _ => return Err(DAMAGED),
    };
    scope.check().map_err(|_| DAMAGED)?;
    Ok(scope)
}

fn encode_policy(out: &mut Encoder, policy: &Policy) {
    out.u8(policy.suite.byte());
    out.option(policy.max_age.map(millis), |out, age| {
        out.u64(age);
    });
    out.option(policy.max_seals, |out, seals| {
        out.u64(seals);
    });
    out.u64(millis(policy.propagation));
    encode_purposes(out, &policy.purposes);
}

fn decode_policy(input: &mut Decoder<'_>) -> Result<Policy, Error> {
    let policy = Policy {
        suite: decode_suite(input.u8()?)?,
        max_age: input.option(Decoder::u64)?.map(Duration::from_millis),
        max_seals: input.option(Decoder::u64)?,
        propagation: Duration::from_millis(input.u64()?),
        purposes: decode_purposes(input)?,
    };
    // A policy names purposes, or permits any.
    if policy.purposes == Purposes::none() {
        return Err(DAMAGED);
    }
    Ok(policy)
}

fn encode_purposes(out: &mut Encoder, purposes: &Purposes) {
    let these = match purposes {
        Purposes::Any => None,
        Purposes::These(these) => Some(these.iter().collect::<Vec<_>>()),
    };
    out.option(these, |out, these| {
        out.list(&these, |out, purpose| {
            let (kind, names) = purpose.parts();
            out.u8(kind);
            for name in names.into_iter().flatten() {
                out.bytes(name.as_bytes());
            }
        });
    });
}

fn decode_purposes(input: &mut Decoder<'_>) -> Result<Purposes, Error> {
    let these = input.option(|input| input.list(MAX_PURPOSES, decode_purpose))?;
    let Some(these) = these else {
        return Ok(Purposes::Any);
    };
    if !these.is_sorted_by(|a, b| a < b) {
        return Err(DAMAGED);
    }
    let purposes = Purposes::These(these.into_iter().collect());
    purposes.check().map_err(|_| DAMAGED)?;
    Ok(purposes)
}

fn decode_purpose(input: &mut Decoder<'_>) -> Result<Purpose, Error> {
    let kind = input.u8()?;
    let mut name = || input.text(MAX_NAME_LEN);
    Ok(match kind {
        1 => Purpose::column(name()?, name()?),
        2 => Purpose::table(name()?),
        3 => Purpose::stream(name()?),
        4 => Purpose::index(name()?, name()?),
        5 => Purpose::store(name()?),
        _ => return Err(DAMAGED),
    })
}

fn encode_record(out: &mut Encoder, slot: &Slot) {
    let time = |out: &mut Encoder, time: Timestamp| {
        out.time(time);
    };
    out.u32(slot.version.get());
    out.u8(encode_state(slot.state));
    out.u8(slot.suite.byte());
    out.u8(encode_origin(slot.origin));
    out.array(slot.fingerprint.as_bytes());
    out.u64(slot.seals.total());
    out.time(slot.created);
    out.option(slot.promoted, time);
    out.option(slot.retired, time);
    out.option(slot.suspended, time);
    encode_purposes(out, &slot.used_for);
    out.u64(millis(slot.propagation));
    out.option(slot.destruction.as_ref(), encode_destruction);
}

/// A record without its key, which stands behind all records.
fn decode_record(input: &mut Decoder<'_>, changed: Timestamp) -> Result<Slot, Error> {
    let slot = Slot {
        version: KeyVersion::new(input.u32()?).ok_or(DAMAGED)?,
        state: decode_state(input.u8()?)?,
        suite: decode_suite(input.u8()?)?,
        origin: decode_origin(input.u8()?)?,
        fingerprint: Fingerprint::from_bytes(input.array()?),
        seals: Seals::new(input.u64()?),
        created: input.time()?,
        promoted: input.option(Decoder::time)?,
        retired: input.option(Decoder::time)?,
        suspended: input.option(Decoder::time)?,
        used_for: decode_purposes(input)?,
        propagation: Duration::from_millis(input.u64()?),
        destruction: input.option(decode_destruction)?,
        held: None,
    };
    if is_coherent(&slot, changed) {
        Ok(slot)
    } else {
        Err(DAMAGED)
    }
}

/// Whether the record is one that steps lead to: with the times of the states that it has been in, in
/// their order, and with purposes as soon as it was used and as long as it can open, and
/// with a propagation as soon as it was used.
fn is_coherent(slot: &Slot, changed: Timestamp) -> bool {
    let times = (
        slot.promoted,
        slot.retired,
        slot.suspended,
        &slot.destruction,
    );
    let reached = matches!(
        (slot.state, times),
        (State::Staged, (None, None, None, None))
            | (State::Primary, (Some(_), None, None, None))
            | (State::Retired, (Some(_), Some(_), _, None))
            | (State::Suspended, (Some(_), Some(_), Some(_), None))
            | (State::Destroyed, (Some(_), Some(_), _, Some(_)))
    );
    let destroyed = slot.destruction.as_ref();
    let order = [
        slot.promoted,
        slot.retired,
        slot.suspended,
        destroyed.map(|end| end.at),
    ];
    let ordered = iter::once(slot.created)
        .chain(order.into_iter().flatten())
        .chain([changed])
        .is_sorted();
    let verified = destroyed.is_none_or(|end| match end.cause {
        Cause::Unreferenced { verified } => slot.retired <= Some(verified) && verified <= end.at,
        Cause::Forced { .. } => true,
    });
    let unused = matches!(slot.state, State::Staged | State::Destroyed);
    let purposes = unused == (slot.used_for == Purposes::none());
    let waits = slot.promoted.is_some() || slot.propagation.is_zero();
    reached && ordered && verified && purposes && waits
}

fn decode_key(input: &mut Decoder<'_>, slot: &mut Slot) -> Result<(), Error> {
    if slot.state == State::Destroyed {
        return Ok(());
    }
    let key = Key::from_bytes(input.array()?);
    if key.fingerprint() != slot.fingerprint {
        return Err(Error::Fingerprint(slot.version));
    }
    slot.held = Some(Held::new(slot.suite, key));
    Ok(())
}

fn encode_destruction(out: &mut Encoder, destruction: &Destruction) {
    out.time(destruction.at);
    match &destruction.cause {
        Cause::Unreferenced { verified } => out.u8(1).time(*verified),
        Cause::Forced { reason } => out.u8(2).bytes(reason.as_bytes()),
    };
}

fn decode_destruction(input: &mut Decoder<'_>) -> Result<Destruction, Error> {
    let at = input.time()?;
    let cause = match input.u8()? {
        1 => Cause::Unreferenced {
            verified: input.time()?,
        },
        2 => {
            let reason = input.text(MAX_REASON_LEN)?;
            let reason = check_reason(reason).map_err(|_| DAMAGED)?.into();
            Cause::Forced { reason }
        }
        _ => return Err(DAMAGED),
    };
    Ok(Destruction { at, cause })
}

fn decode_suite(byte: u8) -> Result<Suite, Error> {
    Suite::from_byte(byte).ok_or(DAMAGED)
}

const fn encode_origin(origin: Origin) -> u8 {
    match origin {
        Origin::Generated => 1,
        Origin::Imported => 2,
    }
}

const fn decode_origin(byte: u8) -> Result<Origin, Error> {
    match byte {
        1 => Ok(Origin::Generated),
        2 => Ok(Origin::Imported),
        _ => Err(DAMAGED),
    }
}

const fn encode_state(state: State) -> u8 {
    match state {
        State::Staged => 1,
        State::Primary => 2,
        State::Retired => 3,
        State::Suspended => 4,
        State::Destroyed => 5,
    }
}

const fn decode_state(byte: u8) -> Result<State, Error> {
    match byte {
        1 => Ok(State::Staged),
        2 => Ok(State::Primary),
        3 => Ok(State::Retired),
        4 => Ok(State::Suspended),
        5 => Ok(State::Destroyed),
        _ => Err(DAMAGED),
    }
}
