//! The bytes of a sweep's progress.

use super::{
    super::{Counts, Failure, Fault, rows::MAX_ROW_KEY_LEN},
    KeyCount, Phase, Progress,
};
use crate::{
    encoding::{self, Decoder, Encoder},
    field::{Error, Fingerprint, KeyVersion, Migration, Purpose, stored::Form},
};

/// Version of [`Progress::encode`].
const ENCODING: u8 = 1;
/// The most failures that are listed.
pub(in super::super) const MAX_FAILURES: usize = 10_000;
/// Longest scope: its kind, and two names after their lengths.
const MAX_SCOPE_LEN: usize = 1 + 2 * (4 + 1024);
/// The most keys of a ring.
const MAX_KEYS: usize = 1024;

impl Progress {
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
    pub(in super::super) fn encode(&self) -> Vec<u8> {
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
    pub(in super::super) fn decode(bytes: &[u8], purpose: Purpose) -> Result<Self, Error> {
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
