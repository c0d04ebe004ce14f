//! The grants of many subjects in memory, under a policy that can be replaced.
//!
//! A [`Snapshot`] is a value: it decides, and never changes. A [`Directory`] holds the present one and
//! makes the next. Everything else here is how a snapshot is kept small and its changes cheap.

mod administer;
mod leaf;
mod load;
mod members;
mod names;
mod packed;
mod rows;
mod snapshot;
#[cfg(test)]
mod tests;
mod trie;

use core::fmt;
use std::sync::{
    Mutex, MutexGuard, PoisonError, RwLock,
    atomic::{AtomicU64, Ordering},
};

pub use administer::Actor;
pub use snapshot::{Question, Snapshot, Subject};

use members::Index;
pub use rows::{BadRow, BadRows, Flaw, Row};

use super::{Grants, Policy, Version};

/// The grants of many subjects and the policy they count under, shared by threads.
///
/// Who decides takes a [`Snapshot`] and decides over that: [`Directory::snapshot`] at any time, or a
/// [`Reader`] for each thread, which takes a new one only when something has changed. A snapshot
/// never changes. What a method that changes something has returned from, the next snapshot of every
/// thread has.
///
/// Changes wait for one another; readers wait for none of them. A change of one subject takes
/// microseconds however many subjects there are, a change of policy a time that grows with the
/// roles and not with the subjects.
///
/// Grants change by [`Directory::assign`], [`Directory::withdraw`] and [`Directory::break_glass`],
/// each of which checks and changes in one step: of two that exclude one another the second is
/// refused. Who has a role whose members the policy bounds is counted over those who have it in the
/// same tenant, after one look at every subject for the first such change of a role.
///
/// # Cost
///
/// Measured on 2026-11-22 with `benches/rbac_directory.rs` and its parts, on two virtual processors
/// of an AMD EPYC that others used at the same time. Random users ask, so that at a million users a
/// decision waits for memory some four times, which took 200 to 300 ns each there.
///
/// | Users, roles        | Decide  | From text | Change one | Load as rows |
/// |---------------------|---------|-----------|------------|--------------|
/// | 100, 10             |   60 ns |     75 ns |     0.9 µs |      0.06 ms |
/// | 10,000, 1,000       |   90 ns |    110 ns |     1.9 µs |       2.5 ms |
/// | 1,000,000, 10,000   | 0.8 µs  |    0.9 µs |     5.5 µs |       540 ms |
///
/// A snapshot from a [`Reader`] takes 2 ns, from [`Directory::snapshot`] 20 ns. A million users take
/// 40 MB and are dropped in 6 ms.
///
/// # What this does not do
///
/// It keeps nothing beyond the process: load it from a database, and write there what you change
/// here, as [`Changed`] says. It does not see what changes there, nor what another process's
/// directory does: bounds on members and separation of duty hold within one directory. What is
/// loaded or set is taken as it is; whether it breaks a separation of duty,
/// [`Snapshot::separation_violations`] says. Names of tenants stay in memory until everything is
/// replaced, also those of which no grant is left, and so do names of roles; beyond 2^24 names of
/// roles, new ones cannot be granted.
///
/// # Security
///
/// Whoever holds a snapshot decides by what it says: hold it for one request, not for one session,
/// or a withdrawn grant stays in use. So do the grants that [`Snapshot::activate`] gives: keep the
/// names of the roles in the session, and activate them for each request. A thread that panics leaves
/// what there was: a change is made as a whole or not at all.
///
/// # Example
///
/// ```
/// use portcullis::{Timestamp, rbac::{
///     Actor, Directory, Grant, Policy, Question, Row, Scope, Snapshot, Tenant,
/// }};
///
/// let policy: Policy = r#"
///     portcullis = 1
///     [roles.editor]
///     allow = ["project:edit"]
///     [roles.owner]
///     inherits = ["editor"]
///     allow = ["role:*:editor,owner"]
///     min_members = 1
/// "#.parse()?;
/// let rows = [Row::new("ada", "owner", "acme"), Row::new("ben", "editor", "globex")];
/// let directory = Directory::new(Snapshot::load_rows(policy, rows)?);
/// let (now, acme) = (Timestamp::from_secs(1_795_251_600), Scope::Tenant(Tenant::new("acme")?));
///
/// let ben_edits = Question::new("ben", "acme", "project:edit");
/// assert!(!directory.snapshot().decide_text(&ben_edits, now)?.is_allowed());
/// let ben = directory.assign(Grant::new("editor", acme.clone()), "ben", Actor::new("ada"), now)?;
/// assert_eq!((ben.grants().iter().len(), ben.number()), (2, 1)); // to be written
/// assert!(directory.snapshot().decide_text(&ben_edits, now)?.is_allowed());
///
/// let last_owner = directory.withdraw("owner", &acme, "ada", Actor::new("ada"), now);
/// assert!(last_owner.is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Directory {
    current: RwLock<Snapshot>,
    /// How often `current` was replaced: read without a lock, written under it.
    changes: AtomicU64,
    /// Held by whoever makes the next snapshot.
    turn: Mutex<Index>,
}

impl Directory {
    /// A directory that begins with this and counts its changes from 1.
    #[must_use]
    pub fn new(snapshot: Snapshot) -> Self {
        Self::after(0, snapshot)
    }

    /// A directory that begins with this and goes on counting after the last change that was written
    /// of it: see [`Changed::number`].
    #[must_use]
    pub fn after(last: u64, snapshot: Snapshot) -> Self {
        Self {
            current: RwLock::new(snapshot),
            changes: AtomicU64::new(last),
            turn: Mutex::default(),
        }
    }

    /// The policy and the grants as they are now.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.seen().1
    }

    /// For one thread, snapshots at the cost of a look at a number as long as nothing changes.
    #[must_use]
    pub fn reader(&self) -> Reader<'_> {
        let (seen, snapshot) = self.seen();
        Reader {
            directory: self,
            seen,
            snapshot,
        }
    }

    /// What there is now, and how many changes made it: both change under one lock.
    fn seen(&self) -> (u64, Snapshot) {
        // a thread that panicked left a whole snapshot: it is replaced at once or not at all
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        (self.changes.load(Ordering::Acquire), current.clone())
    }

    /// Replaces everything, if nothing has changed since `seen` was taken: take a snapshot, read the
    /// database, [`Snapshot::load`] what it says, and put it here.
    ///
    /// # Errors
    ///
    /// [`Stale`] where something has changed. Else a grant withdrawn while the database was read
    /// would be back.
    pub fn replace(&self, seen: &Snapshot, next: Snapshot) -> Result<(), Stale> {
        let mut turn = self.turn();
        let now = self.snapshot();
        if !now.is(seen) {
            return Err(Stale::of(&now));
        }
        *turn = Index::default();
        self.put(next, turn);
        Ok(())
    }

    /// Makes `policy` the one that decides, if the version of the one that does is `expected`. No
    /// grant is touched, and none that is changed at the same time is lost.
    ///
    /// Grants of roles that the new policy does not define stay: they allow nothing and **deny
    /// nothing** until a policy defines them again. [`Snapshot::unknown_roles`] lists them.
    ///
    /// # Errors
    ///
    /// [`Stale`] where another policy was published since.
    pub fn publish(&self, expected: Version, policy: Policy) -> Result<(), Stale> {
        let turn = self.turn();
        let now = self.snapshot();
        if now.policy().version() != expected {
            return Err(Stale::of(&now));
        }
        self.put(Snapshot::of(now.inner().under(policy)), turn);
        Ok(())
    }

    /// Gives a subject these grants in place of all that they had, **unchecked**: whoever calls this
    /// can make anybody anything. For the first administrator, and for what another system has
    /// decided.
    ///
    /// # Errors
    ///
    /// [`Flaw::Subject`], [`Flaw::UnknownRole`] where no policy of this directory has ever defined a
    /// role.
    pub fn danger_set_grants(&self, subject: &str, grants: &Grants) -> Result<Changed, Flaw> {
        rows::check_subject(subject)?;
        let turn = self.turn();
        self.set(turn, &self.snapshot(), subject, grants.clone())
    }

    fn turn(&self) -> MutexGuard<'_, Index> {
        self.turn.lock().unwrap_or_else(|poisoned| {
            // a thread that panicked may have left half of a change in the index; it is made again
            self.turn.clear_poison();
            let mut turn = poisoned.into_inner();
            *turn = Index::default();
            turn
        })
    }

    /// Makes the snapshot in which one subject has other grants than in the present one.
    fn set(
        &self,
        mut turn: MutexGuard<'_, Index>,
        now: &Snapshot,
        subject: &str,
        grants: Grants,
    ) -> Result<Changed, Flaw> {
        let next = now.inner().with(subject, &grants)?;
        turn.change(subject, now.inner().packed(subject), next.packed(subject));
        let number = self.put(Snapshot::of(next), turn);
        Ok(Changed { grants, number })
    }

    /// Makes `next` what everybody sees from now on, and gives the number of this change.
    fn put(&self, next: Snapshot, turn: MutexGuard<'_, Index>) -> u64 {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        let last = core::mem::replace(&mut *current, next);
        let before = self.changes.fetch_add(1, Ordering::Release);
        drop((current, turn));
        // after the locks: to drop a million subjects takes a while
        drop(last);
        before.wrapping_add(1)
    }
}

/// What a change made of a subject: to be written to the database.
///
/// A change is in force as soon as it is made; only then is it written. Two threads can therefore
/// write changes of one subject in another order than they were made. Keep the number beside the
/// subject's grants and write only over a lower one (`… WHERE change < $number`), or a grant that was
/// withdrawn last stands in the database and is back with the next load. Where writing fails, write
/// again what [`Snapshot::grants`] then says, or load everything anew.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Changed {
    grants: Grants,
    number: u64,
}

impl Changed {
    /// All that the subject now holds, in place of what they held; none where they hold nothing.
    pub fn grants(&self) -> &Grants {
        &self.grants
    }

    /// The changes that its [`Directory`] has counted, with this one: higher than of every change made
    /// before, of whatever subject. Other changes are counted too, so that there are gaps.
    ///
    /// It says nothing about another directory, of another process or before a restart: begin with
    /// [`Directory::after`] the highest number in the database.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }
}

impl fmt::Debug for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Directory").field(&self.snapshot()).finish()
    }
}

/// The snapshots of a [`Directory`] for one thread.
#[derive(Clone, Debug)]
pub struct Reader<'d> {
    directory: &'d Directory,
    /// The changes that made `snapshot`.
    seen: u64,
    snapshot: Snapshot,
}

impl Reader<'_> {
    /// The policy and the grants as they are now.
    #[must_use]
    pub fn snapshot(&mut self) -> &Snapshot {
        let changes = self.directory.changes.load(Ordering::Acquire);
        if changes != self.seen {
            (self.seen, self.snapshot) = self.directory.seen();
        }
        &self.snapshot
    }
}

/// Somebody else was faster: what was to be replaced is no longer there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Stale {
    version: Version,
}

impl Stale {
    fn of(now: &Snapshot) -> Self {
        let version = now.policy().version();
        Self { version }
    }

    /// The version of the policy that is there instead. For [`Directory::replace`] it can be the
    /// same: then grants have changed.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }
}

impl fmt::Display for Stale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = self.version;
        write!(
            f,
            "it has changed since it was read; the policy's version is {version}"
        )
    }
}

impl core::error::Error for Stale {}
