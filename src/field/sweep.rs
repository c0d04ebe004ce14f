//! Seals every value of a column again under the present key, and proves that none needs an old one.

mod progress;
mod report;
mod rows;
#[cfg(feature = "serde")]
mod serialize;
mod work;

use super::{BlindIndex, Error, Keyring, Migration, Purpose};
use crate::Timestamp;

pub use report::{Counts, Failure, Fault, Report};
pub use rows::{Rows, StoredRow, Swap};

use progress::{Phase, Progress};
use rows::MAX_ROW_KEY_LEN;
use work::{Column, Index, Renewed, Streams, Work};

/// How much a sweep does at once, and how long it tries.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
pub struct Limits {
    batch: usize,
    failures: usize,
    rounds: u32,
}

impl Limits {
    /// 100 rows a step, 100 failures listed, 4 rounds.
    pub const fn new() -> Self {
        Self {
            batch: 100,
            failures: 100,
            rounds: 4,
        }
    }

    /// How many rows a step reads, at least one. All of their values are in memory at once.
    pub const fn with_batch(self, batch: usize) -> Self {
        let batch = if batch == 0 { 1 } else { batch };
        Self { batch, ..self }
    }

    /// How many rows that do not open the report names, up to 10,000. All of them are counted.
    pub const fn with_failures(self, failures: usize) -> Self {
        let most = progress::MAX_FAILURES;
        let failures = if failures > most { most } else { failures };
        Self { failures, ..self }
    }

    /// How often the sweep begins anew because machines still wrote under an old key, at least one
    /// round.
    pub const fn with_rounds(self, rounds: u32) -> Self {
        let rounds = if rounds == 0 { 1 } else { rounds };
        Self { rounds, ..self }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::new()
    }
}

/// A sweep over all values of one purpose.
///
/// Each [`step`](Self::step) is one batch: read, seal again what a retired key sealed, swap, save. It
/// may stop after any call of [`Rows`] and be [resumed](Self::resume); what was done twice is as if
/// it was done once. Values may be read and written meanwhile: a swap fails where somebody else was
/// faster, and writes nothing.
///
/// A sweep has two kinds of passes. The first seals again. The second reads every row once more and
/// counts which keys they name; it begins when every key that is retired has been so for as long as
/// another machine may go on with an old ring
/// ([`Policy::with_propagation`](super::Policy::with_propagation)). If it finds a value that the
/// first pass did not see, a new round begins. At the end, the [`Report`] gives what
/// [`Keyring::destroy`] asks for: a proof that nothing refers to a key.
///
/// A row that does not open is counted, listed and left as it is. It does not stop the sweep, and it
/// does stop the key that it names from being destroyed.
///
/// # What this does not do
///
/// - It knows the rows that [`Rows`] gives, and no others: no backups, replicas, exports, queues, no
///   transaction that was open for longer than the policy's propagation, and nothing that is put
///   back from a copy while the last pass is under way, or later. What a destroyed key sealed there
///   is lost.
/// - It does not say whether values of the primary key open: they are not opened.
/// - It finds no stream that is still being written. The policy's propagation must be longer than
///   the longest [`Writer`](super::stream::Writer) lives, or what it writes is lost with the key.
/// - Progress is believed as it is read back. Whoever can write to it can end a sweep early: keep it
///   where the rows are, and they could destroy the values themselves.
///
/// Anchors: Vault's `rewrap`, lockbox's `rotate`, which stops at the first bad row, and asks nobody
/// whether the old key can go.
///
/// # Example
///
/// ```
/// # use std::convert::Infallible;
/// use portcullis::field::{Context, sweep::{Limits, Rows, Step, StoredRow, Swap, Sweep}};
/// # use portcullis::{Timestamp, field::{Destroy, Key, Keyring, Policy, Purpose, Scope}};
///
/// struct Emails { rows: Vec<(u64, Vec<u8>)>, progress: Vec<u8> }
///
/// fn place(id: u64) -> Context {
///     Context::new().tenant("acme").table("contact").column("email").row(id)
/// }
///
/// impl Rows for Emails {
///     type Error = Infallible;
///
///     fn next(&mut self, after: Option<&[u8]>, limit: usize) -> Result<Vec<StoredRow>, Infallible> {
///         let key = |id: &u64| id.to_be_bytes();
///         let rows = self.rows.iter().filter(|(id, _)| Some(key(id).as_slice()) > after);
///         let row = |(id, value): &(u64, Vec<u8>)| StoredRow::new(key(id), place(*id), value.clone());
///         Ok(rows.take(limit).map(row).collect())
///     }
///
///     fn swap(&mut self, row: &StoredRow, new: &[u8]) -> Result<Swap, Infallible> {
///         for (id, value) in &mut self.rows {
///             if id.to_be_bytes() == row.key() && value == row.value() {
///                 *value = new.to_vec();
///                 return Ok(Swap::Done);
///             }
///         }
///         Ok(Swap::Changed)
///     }
///
///     fn save(&mut self, progress: &[u8]) -> Result<(), Infallible> {
///         self.progress = progress.to_vec();
///         Ok(())
///     }
/// }
///
/// # let (t0, later) = (Timestamp::from_millis(0), Timestamp::from_millis(3_600_000));
/// # let purpose = Purpose::column("contact", "email");
/// # let policy = Policy::new().for_purpose(purpose.clone());
/// # let mut ring = Keyring::generate_for(Scope::application(), policy, t0)?;
/// # let old = ring.primary();
/// # let sealed = ring.seal(&place(1), b"ada@example.org", t0)?;
/// # let mut rows = Emails { rows: vec![(1, sealed)], progress: Vec::new() };
/// # let next = ring.stage(t0)?;
/// # ring.promote(next, t0)?;
/// let mut sweep = Sweep::new(purpose, Limits::new());
/// let report = loop {
///     match sweep.step(&ring, &mut rows, later)? {
///         Step::Done(report) => break report,
///         Step::More => {}
///         Step::Wait(until) => panic!("come back at {until}"),
///     }
/// };
/// let proof = report.unreferenced(old)?;
/// ring.destroy(old, Destroy::Unreferenced(&[&proof]), later)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Sweep {
    progress: Progress,
    limits: Limits,
}

/// Where a sweep is after a step.
#[derive(Debug)]
#[must_use]
#[allow(
    clippy::exhaustive_enums,
    clippy::large_enum_variant,
    reason = "it goes on, waits or has ended; a step is one trip to a database"
)]
pub enum Step {
    /// Call again.
    More,
    /// Call again at this time: until then another machine may seal with a key that is retired.
    Wait(Timestamp),
    /// All is done. Another step gives the same report.
    Done(Report),
}

/// Why a step was not done.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SweepError<E> {
    /// The database gave no answer.
    #[error("the rows gave no answer")]
    Rows(#[source] E),
    /// The ring does not seal, or is not the sweep's.
    #[error("the sweep cannot go on with this ring")]
    Field(#[from] Error),
    /// Rows came in another order than that of their keys, or a key is longer than 1,024 bytes.
    #[error("rows are not in ascending order of keys of at most 1024 bytes")]
    Order,
}

impl Sweep {
    /// A sweep from the beginning.
    #[must_use]
    pub const fn new(purpose: Purpose, limits: Limits) -> Self {
        Self {
            progress: Progress::new(purpose),
            limits,
        }
    }

    /// Goes on from what [`Rows::save`] kept. A migration is part of it.
    ///
    /// # Errors
    ///
    /// [`Error::Encoding`] for other bytes; [`Error::OtherSweep`] for the progress of another
    /// purpose.
    pub fn resume(progress: &[u8], purpose: Purpose, limits: Limits) -> Result<Self, Error> {
        let progress = Progress::decode(progress, purpose)?;
        Ok(Self { progress, limits })
    }

    /// Seals plaintext, too, until the migration's date, and leaves it from then on.
    ///
    /// Without a migration, every value that is neither empty nor an envelope counts as one that may
    /// need any key. **With one, what is taken for plaintext stops no key from being destroyed**:
    /// see [`Migration`] for what is told from plaintext and what is not.
    #[must_use]
    pub fn with_migration(mut self, migration: Migration) -> Self {
        self.progress.migration = Some(migration);
        self
    }

    /// One batch of a column, a table or a store.
    ///
    /// # Errors
    ///
    /// [`SweepError::Rows`]; [`SweepError::Field`] for a ring that does not seal, such as one whose
    /// primary key is overdue, for one that is not the one that the sweep began with
    /// ([`Error::OtherSweep`]), and for a row of another column ([`Error::OutOfPurpose`]);
    /// [`SweepError::Order`]. The sweep can go on afterwards.
    pub fn step<R: Rows>(
        &mut self,
        ring: &Keyring,
        rows: &mut R,
        now: Timestamp,
    ) -> Result<Step, SweepError<R::Error>> {
        let migration = self.progress.migration;
        self.advance(&Column { ring, migration }, rows, now)
    }

    /// One batch of a blind index, by the index's own ring; the values are opened by their `column`'s.
    /// Every index is computed again, so what a changed definition left behind is renewed, and rows
    /// without one are given theirs.
    ///
    /// # Errors
    ///
    /// Those of [`step`](Self::step).
    pub fn step_index<R: Rows>(
        &mut self,
        index: &BlindIndex,
        ring: &Keyring,
        column: &Keyring,
        rows: &mut R,
        now: Timestamp,
    ) -> Result<Step, SweepError<R::Error>> {
        let work = Index {
            index,
            ring,
            column,
            migration: self.progress.migration,
        };
        self.advance(&work, rows, now)
    }

    /// One batch of the streams of a name. A sweep does not write streams anew: those that a retired
    /// key sealed are failures ([`Fault::Rewrite`]), for the application to decrypt and encrypt again
    /// before another sweep.
    ///
    /// # Errors
    ///
    /// Those of [`step`](Self::step).
    pub fn step_streams<R: Rows>(
        &mut self,
        ring: &Keyring,
        rows: &mut R,
        now: Timestamp,
    ) -> Result<Step, SweepError<R::Error>> {
        self.advance(&Streams { ring }, rows, now)
    }

    fn advance<R: Rows>(
        &mut self,
        work: &impl Work,
        rows: &mut R,
        now: Timestamp,
    ) -> Result<Step, SweepError<R::Error>> {
        work.check(&self.progress.purpose)?;
        self.progress.bind(work.ring())?;
        if self.progress.phase == Phase::Settle {
            let settled = progress::settled(work.ring());
            if now < settled {
                return Ok(Step::Wait(settled));
            }
            self.progress.verify(work.ring(), now);
        }
        if self.progress.phase == Phase::Verify {
            self.progress.learn(work.ring(), |_| false);
        }
        if self.progress.phase != Phase::Done {
            self.batch(work, rows, now)?;
            let saved = rows.save(&self.progress.encode());
            saved.map_err(SweepError::Rows)?;
        }
        Ok(match self.progress.phase {
            Phase::Done => Step::Done(self.progress.report(work.ring())),
            _ => Step::More,
        })
    }

    fn batch<R: Rows>(
        &mut self,
        work: &impl Work,
        rows: &mut R,
        now: Timestamp,
    ) -> Result<(), SweepError<R::Error>> {
        let after = self.progress.cursor.as_deref();
        let batch = rows.next(after, self.limits.batch);
        let batch = batch.map_err(SweepError::Rows)?;
        if batch.is_empty() {
            self.progress.end_pass(self.limits.rounds, now);
            return Ok(());
        }
        for row in batch.iter().take(self.limits.batch) {
            let after = self.progress.cursor.as_deref();
            if row.key.len() > MAX_ROW_KEY_LEN || after.is_some_and(|after| *after >= *row.key) {
                return Err(SweepError::Order);
            }
            work.admit(&self.progress.purpose, row)?;
            match self.progress.phase {
                Phase::Verify => self.progress.count(work.refers(row)),
                _ => self.renew(work, rows, row, now)?,
            }
            self.progress.cursor = Some(row.key.clone());
        }
        Ok(())
    }

    fn renew<R: Rows>(
        &mut self,
        work: &impl Work,
        rows: &mut R,
        row: &StoredRow,
        now: Timestamp,
    ) -> Result<(), SweepError<R::Error>> {
        let renewed = match work.renew(row, now) {
            Ok(Renewed::Rewrite) => Err(Fault::Rewrite),
            Ok(renewed) => Ok(renewed),
            Err(error) => Err(Fault::of(&error).ok_or(error)?),
        };
        let renewed = match renewed {
            Ok(renewed) => renewed,
            Err(fault) => {
                let found = (work.refers(row), fault);
                let most = self.limits.failures;
                self.progress.failed(work.ring(), row, found, most);
                return Ok(());
            }
        };
        let swap = match &renewed {
            Renewed::Anew(new) | Renewed::Sealed(new) => {
                rows.swap(row, new).map_err(SweepError::Rows)?
            }
            Renewed::Already | Renewed::Plaintext | Renewed::Rewrite => Swap::Done,
        };
        self.progress.renewed(&renewed, swap);
        Ok(())
    }

    /// What it goes over.
    pub const fn purpose(&self) -> &Purpose {
        &self.progress.purpose
    }

    /// What the passes that seal have done so far.
    #[must_use]
    pub const fn counts(&self) -> Counts {
        self.progress.counts
    }
}
