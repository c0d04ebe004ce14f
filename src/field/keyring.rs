//! The keys of a scope, by version: one seals, the others open what they sealed.

use core::fmt;

use secrecy::SecretSlice;
use zeroize::Zeroizing;

use super::{
    Context, Error, Key, KeyVersion, Opened, Suite,
    envelope::{self, Envelope},
    key::Fingerprint,
    suite::{NONCE_LEN, Prepared},
};
use crate::{
    encoding::{self, Decoder},
    random,
};

/// Version of [`Keyring::encode`].
const ENCODING: u8 = 1;
/// Keys in a ring, tombstones included: eighty years of a new key a month.
const MAX_KEYS: usize = 1024;

/// What a key is good for. Keys move down this list.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
#[must_use]
pub enum State {
    /// Opens, does not seal yet. A key is staged on every machine before one of them seals with it.
    Staged,
    /// Seals and opens. A ring has exactly one.
    Primary,
    /// Opens what it sealed, seals nothing more.
    Retired,
    /// Refuses, until it is resumed.
    Suspended,
    /// Is gone. Its version and fingerprint stay, so that neither is ever used again. No function of
    /// this version destroys a key: only a ring that was written elsewhere brings one.
    Destroyed,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Staged => "staged",
            Self::Primary => "primary",
            Self::Retired => "retired",
            Self::Suspended => "suspended",
            Self::Destroyed => "destroyed",
        })
    }
}

/// The keys of one scope: an application, a tenant, a person.
///
/// Rotation: [`stage`](Self::stage) a key and bring the ring to every machine,
/// [`promote`](Self::promote) it, seal again whatever [`Opened::stale`] reports.
///
/// `Debug` shows versions, states and fingerprints. It cannot be cloned, so that a key is in memory
/// once; share it behind an `Arc`.
#[derive(Debug)]
pub struct Keyring {
    // INVARIANT: by ascending version, exactly one primary, no key twice.
    slots: Vec<Slot>,
}

struct Slot {
    version: KeyVersion,
    state: State,
    fingerprint: Fingerprint,
    /// None when it is destroyed.
    key: Option<Key>,
}

impl Slot {
    fn new(version: KeyVersion, state: State, key: Key) -> Self {
        Self {
            version,
            state,
            fingerprint: key.fingerprint(),
            key: Some(key),
        }
    }

    /// The key, if its state lets it open.
    fn opening_key(&self) -> Result<&Key, Error> {
        match (self.state, &self.key) {
            (State::Suspended, _) => Err(Error::Suspended(self.version)),
            (State::Staged | State::Primary | State::Retired, Some(key)) => Ok(key),
            (State::Destroyed, _) | (_, None) => Err(Error::Destroyed(self.version)),
        }
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.version, self.state, self.fingerprint)
    }
}

impl Keyring {
    /// A ring with one new key, version 1, which is primary.
    ///
    /// # Errors
    ///
    /// [`Error::Randomness`] where the system gives none.
    pub fn generate() -> Result<Self, Error> {
        Ok(Self::new(Key::generate()?))
    }

    /// A ring with this key, version 1, which is primary.
    #[must_use]
    pub fn new(key: Key) -> Self {
        Self {
            slots: vec![Slot::new(KeyVersion::FIRST, State::Primary, key)],
        }
    }

    /// Seals `plaintext` under the primary key for the place that `context` names. The envelope is
    /// 77 bytes longer than the plaintext, and 16 more for each full 16 KiB.
    ///
    /// # Errors
    ///
    /// [`Error::TooLong`] beyond [`MAX_PLAINTEXT_LEN`](super::MAX_PLAINTEXT_LEN); a context that
    /// lacks a part or has a wrong one; [`Error::Randomness`].
    pub fn seal(&self, context: &Context, plaintext: &[u8]) -> Result<Vec<u8>, Error> {
        let nonce = random::bytes().map_err(|_| Error::Randomness)?;
        self.seal_with_nonce(context, plaintext, &nonce)
    }

    fn seal_with_nonce(
        &self,
        context: &Context,
        plaintext: &[u8],
        nonce: &[u8; NONCE_LEN],
    ) -> Result<Vec<u8>, Error> {
        let slot = self.primary_slot()?;
        let key = Prepared::new(Suite::default(), slot.opening_key()?);
        envelope::seal(slot.version, &key, context, plaintext, nonce)
    }

    /// Opens an envelope with exactly the key that it names, for exactly the place it was sealed for.
    ///
    /// # Errors
    ///
    /// [`Error::Open`] for whatever the cryptography refuses: another key under that version,
    /// another context, a changed byte. Before any key is touched: [`Error::NotAnEnvelope`],
    /// [`Error::Malformed`], [`Error::TooLong`], the errors of the context, [`Error::UnknownKey`],
    /// [`Error::WrongSuite`], [`Error::Suspended`], [`Error::Destroyed`].
    pub fn open(&self, context: &Context, envelope: &[u8]) -> Result<Opened, Error> {
        let envelope = Envelope::parse(envelope)?;
        let slot = self.slot(envelope.version)?;
        let key = Prepared::new(Suite::default(), slot.opening_key()?);
        let plaintext = envelope.open(&key, context)?;
        let stale = (slot.state == State::Retired).then_some(slot.version);
        Ok(Opened::new(plaintext, stale))
    }

    /// The same as [`seal`](Self::seal), written as text: `pc1.` and base64url without padding.
    ///
    /// # Errors
    ///
    /// Those of [`seal`](Self::seal).
    pub fn seal_text(&self, context: &Context, plaintext: &[u8]) -> Result<String, Error> {
        Ok(envelope::to_text(&self.seal(context, plaintext)?))
    }

    /// The same as [`open`](Self::open) for what [`seal_text`](Self::seal_text) wrote, and for that
    /// spelling only.
    ///
    /// # Errors
    ///
    /// Those of [`open`](Self::open); [`Error::NotAnEnvelope`] also for a text in another form.
    pub fn open_text(&self, context: &Context, text: &str) -> Result<Opened, Error> {
        self.open(context, &envelope::from_text(text)?)
    }

    /// Adds a new key that opens but does not seal yet, and gives its version.
    ///
    /// # Errors
    ///
    /// [`Error::Randomness`]; [`Error::TooManyKeys`] for the 1,025th, or after version
    /// [`u32::MAX`].
    pub fn stage(&mut self) -> Result<KeyVersion, Error> {
        self.stage_key(Key::generate()?)
    }

    /// The same with a key that comes from elsewhere.
    ///
    /// # Errors
    ///
    /// [`Error::DuplicateKey`] if the ring has or had this key; [`Error::TooManyKeys`].
    pub fn stage_key(&mut self, key: Key) -> Result<KeyVersion, Error> {
        let last = self.slots.last().map(|slot| slot.version);
        let next = last.map_or(Some(KeyVersion::FIRST), KeyVersion::next);
        let version = next.ok_or(Error::TooManyKeys)?;
        self.push(Slot::new(version, State::Staged, key))?;
        Ok(version)
    }

    /// Makes a staged key the primary one. The one that was primary is retired: it opens what it
    /// sealed and seals nothing more.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownKey`]; [`Error::WrongState`] if the key is not staged.
    pub fn promote(&mut self, version: KeyVersion) -> Result<(), Error> {
        let old = self.primary()?;
        self.step(version, State::Staged, State::Primary)?;
        self.step(old, State::Primary, State::Retired)
    }

    /// Takes a retired key out of use: what it sealed does not open until it is resumed. For the
    /// primary key, [`stage`](Self::stage) and [`promote`](Self::promote) another before.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownKey`]; [`Error::WrongState`] if the key is not retired.
    pub fn suspend(&mut self, version: KeyVersion) -> Result<(), Error> {
        self.step(version, State::Retired, State::Suspended)
    }

    /// Lets a suspended key open again.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownKey`]; [`Error::WrongState`] if the key is not suspended.
    pub fn resume(&mut self, version: KeyVersion) -> Result<(), Error> {
        self.step(version, State::Suspended, State::Retired)
    }

    /// The version that seals.
    ///
    /// # Errors
    ///
    /// [`Error::NotOnePrimary`] if there is none, which no ring that was made or loaded has.
    pub fn primary(&self) -> Result<KeyVersion, Error> {
        self.primary_slot().map(|slot| slot.version)
    }

    /// The keys by ascending version: what each is good for and what it is recognised by.
    pub fn keys(&self) -> impl Iterator<Item = (KeyVersion, State, Fingerprint)> {
        self.slots
            .iter()
            .map(|slot| (slot.version, slot.state, slot.fingerprint))
    }

    /// The ring with its keys **in the clear**, to be wrapped by a key management service or kept in
    /// a file that only the service can read; never beside the data.
    ///
    /// Layout: `1 u8 | count u32 | (version u32 | state u8 | fingerprint 16 | key 32) *` by ascending
    /// version, integers big-endian; states: staged 1, primary 2, retired 3, suspended 4,
    /// destroyed 5, which has no key.
    #[must_use]
    pub fn encode(&self) -> SecretSlice<u8> {
        // Room for all of it at once: a buffer that grows leaves keys behind in what it gives back.
        let room = self.slots.len().saturating_mul(64).saturating_add(8);
        let mut out = Zeroizing::new(Vec::with_capacity(room));
        out.push(ENCODING);
        let count = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        out.extend_from_slice(&count.to_be_bytes());
        for slot in &self.slots {
            out.extend_from_slice(&slot.version.get().to_be_bytes());
            out.push(encode_state(slot.state));
            out.extend_from_slice(slot.fingerprint.as_bytes());
            if let Some(key) = &slot.key {
                out.extend_from_slice(key.expose());
            }
        }
        SecretSlice::new(Box::from(out.as_slice()))
    }

    /// Reads what [`encode`](Self::encode) wrote, the whole of it or nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Encoding`] for other bytes; [`Error::Fingerprint`] for a key that is not the one
    /// that was written; [`Error::DuplicateKey`]; [`Error::NotOnePrimary`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut decoder = Decoder::new(bytes, ENCODING)?;
        let mut ring = Self { slots: Vec::new() };
        for slot in decoder.list(MAX_KEYS, decode_slot)? {
            ring.push(slot)?;
        }
        decoder.finish()?;
        ring.primary()?;
        Ok(ring)
    }

    /// Adds a key above all others.
    fn push(&mut self, slot: Slot) -> Result<(), Error> {
        if self.slots.len() >= MAX_KEYS {
            return Err(Error::TooManyKeys);
        }
        if self
            .slots
            .last()
            .is_some_and(|last| last.version >= slot.version)
        {
            return Err(Error::DuplicateKey(slot.version));
        }
        if self.slots.iter().any(|s| s.fingerprint == slot.fingerprint) {
            return Err(Error::DuplicateKey(slot.version));
        }
        self.slots.push(slot);
        Ok(())
    }

    pub(super) fn sealing_key(&self) -> Result<(KeyVersion, &Key), Error> {
        let slot = self.primary_slot()?;
        Ok((slot.version, slot.opening_key()?))
    }

    pub(super) fn opening_keys(&self) -> impl Iterator<Item = (KeyVersion, &Key)> {
        let key = |slot: &'_ Slot| slot.opening_key().is_ok();
        let open = self.slots.iter().filter(move |slot| key(slot));
        open.filter_map(|slot| Some((slot.version, slot.key.as_ref()?)))
    }

    fn slot(&self, version: KeyVersion) -> Result<&Slot, Error> {
        self.slots
            .iter()
            .find(|slot| slot.version == version)
            .ok_or(Error::UnknownKey(version))
    }

    fn primary_slot(&self) -> Result<&Slot, Error> {
        let mut primaries = self.slots.iter().filter(|s| s.state == State::Primary);
        match (primaries.next(), primaries.next()) {
            (Some(primary), None) => Ok(primary),
            _ => Err(Error::NotOnePrimary),
        }
    }

    fn step(&mut self, version: KeyVersion, from: State, to: State) -> Result<(), Error> {
        let slot = self.slots.iter_mut().find(|slot| slot.version == version);
        let slot = slot.ok_or(Error::UnknownKey(version))?;
        if slot.state != from {
            let state = slot.state;
            return Err(Error::WrongState { version, state });
        }
        slot.state = to;
        Ok(())
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

fn decode_state(byte: u8) -> Result<State, Error> {
    match byte {
        1 => Ok(State::Staged),
        2 => Ok(State::Primary),
        3 => Ok(State::Retired),
        4 => Ok(State::Suspended),
        5 => Ok(State::Destroyed),
        _ => Err(encoding::Error::Damaged.into()),
    }
}

fn decode_slot(decoder: &mut Decoder<'_>) -> Result<Slot, Error> {
    let version = KeyVersion::new(decoder.u32()?).ok_or(encoding::Error::Damaged)?;
    let state = decode_state(decoder.u8()?)?;
    let fingerprint = Fingerprint::from_bytes(decoder.array()?);
    let key = match state {
        State::Destroyed => None,
        _ => Some(Key::from_bytes(decoder.array()?)),
    };
    if key
        .as_ref()
        .is_some_and(|key| key.fingerprint() != fingerprint)
    {
        return Err(Error::Fingerprint(version));
    }
    Ok(Slot {
        version,
        state,
        fingerprint,
        key,
    })
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;
    use crate::field::Row;

    /// CR-03: the golden envelopes were written by another implementation, in Python; sealing with
    /// their salts gives the same bytes, and the contexts have the same encoding.
    #[test]
    fn seals_the_bytes_of_the_golden_files() {
        let email = Context::new()
            .tenant("acme")
            .table("contact")
            .column("email");
        let contexts = [
            email.clone().row(42),
            Context::new()
                .application(0xFF, "ünïcode".as_bytes())
                .application(0x40, &[0, 1])
                .value_type("oauth.v1")
                .environment("production")
                .subject("person-7")
                .without_row()
                .column("token")
                .table("setting")
                .without_tenant(),
            email.clone().row("42"),
            email.row(Row::Uuid(
                0x0001_0203_0405_0607_0809_0a0b_0c0d_0e0f_u128.to_be_bytes(),
            )),
        ];
        let golden = include_str!("../../tests/vectors/field/golden.txt");
        let cases: Vec<_> = golden.split("\n\n").skip(1).collect();
        assert_eq!(cases.len(), contexts.len() + 1, "the last one is a ring");
        for (case, context) in cases.into_iter().zip(contexts) {
            let get = |name: &str| {
                let line = case.lines().find_map(|l| l.strip_prefix(name));
                HEXLOWER.decode(line.unwrap().trim().as_bytes()).unwrap()
            };
            assert_eq!(context.encoded().unwrap(), get("context"), "{case}");
            let ring = Keyring::decode(&get("ring")).unwrap();
            let salt = get("salt").try_into().unwrap();
            let sealed = ring.seal_with_nonce(&context, &get("plaintext"), &salt);
            assert_eq!(sealed.unwrap(), get("envelope"), "{case}");
        }
    }
}
