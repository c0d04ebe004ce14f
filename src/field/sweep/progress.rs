//! How far a sweep is, and its bytes.

use super::{
    Counts, Failure, Fault, MAX_ROW_KEY_LEN, Report, StoredRow, Swap,
    work::{Reference, Renewed},
};
use crate::{
    Timestamp,
    encoding::{self, Decoder, Encoder},
    field::{Error, Fingerprint, KeyVersion, Keyring, Migration, Purpose, State, stored::Form},
};

/// Version of [`Progress::encode`].
const ENCODING: u8 = 1;
/// The most failures that are listed.
pub(super) const MAX_FAILURES: usize = 10_000;
/// Longest scope: its kind, and two names after their lengths.
const MAX_SCOPE_LEN: usize = 1 + 2 * (4 + 1024);
/// The most keys of a ring.
const MAX_KEYS: usize = 1024;

/// What a sweep does next.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Phase {
    /// Seals again.
    Reseal,
    /// Has sealed all, and waits until no machine seals with a retired key.
    Settle,
    /// Counts references.
    Verify,
    /// Nothing.
    Done,
}

/// A key of the ring as the last pass found it, and the rows that name it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct KeyCount {
    pub(super) version: KeyVersion,
    pub(super) fingerprint: Fingerprint,
    /// No machine sealed with it any more when the pass began, and it is not destroyed.
    pub(super) settled: bool,
    pub(super) references: u64,
}

#[derive(Debug)]
pub(super) struct Progress {
    pub(super) purpose: Purpose,
    /// The ring's scope and its first key, when the sweep has begun.
    ring: Option<(Vec<u8>, Fingerprint)>,
    /// The latest generation of the ring: an older one would seal with a key that is retired.
    generation: u64,
    pub(super) migration: Option<Migration>,
    pub(super) phase: Phase,
    /// The key of the row that was the last one of this pass.
    pub(super) cursor: Option<Vec<u8>>,
    round: u32,
    pub(super) counts: Counts,
    /// Of this round.
    failures: Vec<Failure>,
    /// How many of this round's rows stay as they are, and another round would not change it.
    stuck: u64,
    began: Timestamp,
    ended: Timestamp,
    verified: u64,
    plaintext: u64,
    unreadable: u64,
    // INVARIANT: by ascending version.
    keys: Vec<KeyCount>,
}

impl Progress {
    pub(super) const fn new(purpose: Purpose) -> Self {
        Self {
            purpose,
            ring: None,
            generation: 0,
            migration: None,
            phase: Phase::Reseal,
            cursor: None,
            round: 1,
            counts: Counts {
                seen: 0,
                resealed: 0,
                sealed: 0,
                already: 0,
                lost: 0,
                failed: 0,
                plaintext: 0,
            },
            failures: Vec::new(),
            stuck: 0,
            began: Timestamp::EPOCH,
            ended: Timestamp::EPOCH,
            verified: 0,
            plaintext: 0,
            unreadable: 0,
            keys: Vec::new(),
        }
    }

    /// Takes this ring, or checks that it is the one that was taken: of the same scope, with the same
    /// first key, which a ring keeps the fingerprint of for ever, and no older than it was.
    pub(super) fn bind(&mut self, ring: &Keyring) -> Result<(), Error> {
        let first = ring.keys().next().ok_or(Error::OtherSweep)?;
        let found = (ring.scope().encode(), first.fingerprint);
        if self.ring.as_ref().is_some_and(|bound| *bound != found) {
            return Err(Error::OtherSweep);
        }
        let (found_generation, least) = (ring.generation(), self.generation);
        if found_generation < least {
            let found = found_generation;
            return Err(Error::RolledBack { found, least });
        }
        (self.ring, self.generation) = (Some(found), found_generation);
        Ok(())
    }

    pub(super) fn renewed(&mut self, renewed: &Renewed, swap: Swap) {
        if matches!(renewed, Renewed::Plaintext) && self.migration.is_some() {
            increase(&mut self.stuck);
        }
        let count = match (renewed, swap) {
            (_, Swap::Changed) => &mut self.counts.lost,
            (Renewed::Already, _) => &mut self.counts.already,
            (Renewed::Anew(_), _) => &mut self.counts.resealed,
            (Renewed::Sealed(_), _) => &mut self.counts.sealed,
            (Renewed::Plaintext | Renewed::Rewrite, _) => &mut self.counts.plaintext,
        };
        increase(count);
        increase(&mut self.counts.seen);
    }

    pub(super) fn failed(
        &mut self,
        ring: &Keyring,
        row: &StoredRow,
        (reference, fault): (Reference, Fault),
        most: usize,
    ) {
        increase(&mut self.counts.seen);
        increase(&mut self.counts.failed);
        let again = match reference {
            Reference::Key(version) => {
                let known = ring.keys().find(|key| key.version == version);
                known.is_none_or(|key| needs_sweep(key.state))
            }
            Reference::Plaintext => self.migration.is_some(),
            Reference::Unreadable => true,
        };
        if again {
            increase(&mut self.stuck);
        }
        if self.failures.len() < most {
            self.failures.push(Failure {
                row: row.key.clone(),
                fault,
                key: match reference {
                    Reference::Key(version) => Some(version),
                    Reference::Plaintext | Reference::Unreadable => None,
                },
            });
        }
    }

    /// Begins the pass that counts.
    pub(super) fn verify(&mut self, ring: &Keyring, now: Timestamp) {
        self.phase = Phase::Verify;
        (self.began, self.ended) = (now, now);
        (self.verified, self.plaintext, self.unreadable) = (0, 0, 0);
        self.keys.clear();
        self.learn(ring, needs_sweep);
    }

    /// Takes in the keys that the ring has and this pass does not know of. Those that come while it
    /// is under way are not settled.
    pub(super) fn learn(&mut self, ring: &Keyring, settled: impl Fn(State) -> bool) {
        let last = self.keys.last().map(|key| key.version);
        let new = ring.keys().filter(|key| Some(key.version) > last);
        self.keys.extend(new.map(|key| KeyCount {
            version: key.version,
            fingerprint: key.fingerprint,
            settled: settled(key.state),
            references: 0,
        }));
    }

    /// Counts a row of the pass that counts.
    pub(super) fn count(&mut self, reference: Reference) {
        increase(&mut self.verified);
        match reference {
            Reference::Plaintext => increase(&mut self.plaintext),
            Reference::Unreadable => increase(&mut self.unreadable),
            Reference::Key(version) => {
                let found = self.keys.binary_search_by_key(&version, |key| key.version);
                match found.ok().and_then(|at| self.keys.get_mut(at)) {
                    Some(key) => increase(&mut key.references),
                    None => increase(&mut self.unreadable),
                }
            }
        }
    }

    /// The last row of a pass was the last one of all.
    pub(super) fn end_pass(&mut self, rounds: u32, now: Timestamp) {
        self.cursor = None;
        if self.phase != Phase::Verify {
            self.phase = Phase::Settle;
            return;
        }
        self.ended = now.max(self.began);
        if self.left() > self.stuck && self.round < rounds {
            self.phase = Phase::Reseal;
            self.round = self.round.saturating_add(1);
            self.stuck = 0;
            self.failures.clear();
        } else {
            self.phase = Phase::Done;
        }
    }

    /// How many rows another round might still seal.
    fn left(&self) -> u64 {
        let settled = self.keys.iter().filter(|key| key.settled);
        let references = settled.fold(self.unreadable, |sum, key| {
            sum.saturating_add(key.references)
        });
        match self.migration {
            Some(_) => references.saturating_add(self.plaintext),
            None => references,
        }
    }

    /// Layout, integers big-endian, lengths u32, times in milliseconds:
    ///
    /// ```text
    /// 1 u8 | purpose: kind u8, (0 | 1 length name) * 2 | 0, or 1 length scope, fingerprint 16
    /// | generation u64
    /// | 0, or 1 until u64 form u8 | phase u8 | 0, or 1 length cursor | round u32
    /// | seen, resealed, sealed, already, lost, failed, plaintext u64 | stuck u64
    /// | count u32 | (length row | fault u8 | 0, or 1 version u32) *
    /// | began, ended, verified, plaintext, unreadable u64
    /// | count u32 | (version u32 | fingerprint 16 | settled u8 | references u64) *
    /// ```
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = Encoder::new(ENCODING);
        encode_purpose(&mut out, &self.purpose);
        out.option(self.ring.as_ref(), |out, (scope, first)| {
            out.bytes(scope).array(first.as_bytes());
        })
        .u64(self.generation)
        .option(self.migration, |out, migration| {
            out.time(migration.until).u8(encode_form(migration.form));
        })
        .u8(encode_phase(self.phase))
        .option(self.cursor.as_ref(), |out, cursor| {
            out.bytes(cursor);
        })
        .u32(self.round);
        for count in self.counts.all() {
            out.u64(count);
        }
        out.u64(self.stuck)
            .list(&self.failures, |out, failure| {
                out.bytes(&failure.row).u8(failure.fault.code());
                out.option(failure.key, |out, version| {
                    out.u32(version.get());
                });
            })
            .time(self.began)
            .time(self.ended)
            .u64(self.verified)
            .u64(self.plaintext)
            .u64(self.unreadable)
            .list(&self.keys, |out, key| {
                out.u32(key.version.get())
                    .array(key.fingerprint.as_bytes())
                    .u8(key.settled.into())
                    .u64(key.references);
            })
            .finish()
    }

    /// What [`encode`](Self::encode) wrote, for this purpose.
    pub(super) fn decode(bytes: &[u8], purpose: Purpose) -> Result<Self, Error> {
        let mut bytes = Decoder::new(bytes, ENCODING)?;
        let mut expected = Encoder::new(ENCODING);
        encode_purpose(&mut expected, &purpose);
        // all of it but the version, which has been read
        for byte in expected.finish().into_iter().skip(1) {
            if bytes.u8()? != byte {
                return Err(Error::OtherSweep);
            }
        }
        let progress = Self {
            purpose,
            ring: bytes.option(decode_ring)?,
            generation: bytes.u64()?,
            migration: bytes.option(decode_migration)?,
            phase: decode_phase(bytes.u8()?)?,
            cursor: bytes.option(|bytes| Ok::<_, Error>(bytes.bytes(MAX_ROW_KEY_LEN)?.to_vec()))?,
            round: bytes.u32()?,
            counts: Counts::of([(); 7].map(|()| bytes.u64()))?,
            stuck: bytes.u64()?,
            failures: bytes.list(MAX_FAILURES, decode_failure)?,
            began: bytes.time()?,
            ended: bytes.time()?,
            verified: bytes.u64()?,
            plaintext: bytes.u64()?,
            unreadable: bytes.u64()?,
            keys: bytes.list(MAX_KEYS, decode_key)?,
        };
        bytes.finish()?;
        if !progress.keys.is_sorted_by(|a, b| a.version < b.version) {
            return Err(encoding::Error::Damaged.into());
        }
        Ok(progress)
    }

    pub(super) fn report(&self, ring: &Keyring) -> Report {
        Report {
            scope: ring.scope().clone(),
            purpose: self.purpose.clone(),
            rounds: self.round,
            counts: self.counts,
            failures: self.failures.clone(),
            began: self.began,
            ended: self.ended,
            verified: self.verified,
            plaintext: self.plaintext,
            unreadable: self.unreadable,
            keys: self.keys.clone(),
        }
    }
}

/// From when on no machine seals with a key that is retired now.
pub(super) fn settled(ring: &Keyring) -> Timestamp {
    let propagation = ring.policy().propagation();
    ring.keys()
        .filter(|key| needs_sweep(key.state))
        .filter_map(|key| key.retired)
        .max()
        .map_or(Timestamp::EPOCH, |retired| {
            retired.saturating_add(propagation)
        })
}

/// Whether values of such a key are to be sealed again.
fn needs_sweep(state: State) -> bool {
    matches!(state, State::Retired | State::Suspended)
}

fn increase(count: &mut u64) {
    *count = count.saturating_add(1);
}

fn encode_purpose(out: &mut Encoder, purpose: &Purpose) {
    let (kind, names) = purpose.parts();
    out.u8(kind);
    for name in names {
        out.option(name, |out, name| {
            out.bytes(name.as_bytes());
        });
    }
}

const fn encode_phase(phase: Phase) -> u8 {
    match phase {
        Phase::Reseal => 1,
        Phase::Settle => 2,
        Phase::Verify => 3,
        Phase::Done => 4,
    }
}

fn decode_phase(byte: u8) -> Result<Phase, Error> {
    match byte {
        1 => Ok(Phase::Reseal),
        2 => Ok(Phase::Settle),
        3 => Ok(Phase::Verify),
        4 => Ok(Phase::Done),
        _ => Err(encoding::Error::Damaged.into()),
    }
}

const fn encode_form(form: Form) -> u8 {
    match form {
        Form::Bytes => 1,
        Form::Text => 2,
    }
}

fn decode_ring(bytes: &mut Decoder<'_>) -> Result<(Vec<u8>, Fingerprint), Error> {
    let scope = bytes.bytes(MAX_SCOPE_LEN)?.to_vec();
    Ok((scope, Fingerprint::from_bytes(bytes.array()?)))
}

fn decode_migration(bytes: &mut Decoder<'_>) -> Result<Migration, Error> {
    let migration = Migration::new(bytes.time()?);
    match bytes.u8()? {
        1 => Ok(migration.in_bytes()),
        2 => Ok(migration),
        _ => Err(encoding::Error::Damaged.into()),
    }
}

fn decode_version(bytes: &mut Decoder<'_>) -> Result<KeyVersion, Error> {
    let version = KeyVersion::new(bytes.u32()?);
    version.ok_or_else(|| encoding::Error::Damaged.into())
}

fn decode_failure(bytes: &mut Decoder<'_>) -> Result<Failure, Error> {
    Ok(Failure {
        row: bytes.bytes(MAX_ROW_KEY_LEN)?.to_vec(),
        fault: Fault::from_code(bytes.u8()?).ok_or(encoding::Error::Damaged)?,
        key: bytes.option(decode_version)?,
    })
}

fn decode_key(bytes: &mut Decoder<'_>) -> Result<KeyCount, Error> {
    Ok(KeyCount {
        version: decode_version(bytes)?,
        fingerprint: Fingerprint::from_bytes(bytes.array()?),
        settled: match bytes.u8()? {
            0 => false,
            1 => true,
            _ => return Err(encoding::Error::Damaged.into()),
        },
        references: bytes.u64()?,
    })
}
