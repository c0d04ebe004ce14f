//! The grants of many subjects in memory, under a policy that can be replaced.

mod leaf;
mod load;
mod names;
mod packed;
mod snapshot;
mod trie;

use core::fmt;
use std::sync::{
    Mutex, MutexGuard, PoisonError, RwLock,
    atomic::{AtomicU64, Ordering},
};

pub use load::{BadRow, BadRows, Flaw, Row};
pub use snapshot::{Question, Snapshot, Subject};

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
/// # What this does not do
///
/// It keeps nothing beyond the process: load it from a database, and write there what you change
/// here. It does not see what changes there.
///
/// # Example
///
/// ```
/// use portcullis::{Timestamp, rbac::{Directory, Permission, Policy, Request, Row, Snapshot, Tenant}};
///
/// let policy: Policy = "portcullis = 1\n[roles.editor]\nallow = [\"project:edit\"]".parse()?;
/// let rows = [("ada", "editor", "acme"), ("ben", "editor", "globex")];
/// let rows = rows.map(|(subject, role, tenant)| Row::new(subject, role, tenant));
/// let directory = Directory::new(Snapshot::load_rows(policy, rows)?);
///
/// let (acme, edit) = (Tenant::new("acme")?, Permission::parse("project:edit")?);
/// let now = Timestamp::from_secs(1_795_251_600);
/// let snapshot = directory.snapshot();
/// assert!(snapshot.decide(&Request::new("ada", &acme, &edit), now).is_allowed());
/// assert!(!snapshot.decide(&Request::new("ben", &acme, &edit), now).is_allowed());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Directory {
    current: RwLock<Snapshot>,
    /// How often `current` was replaced: read without a lock, written under it.
    changes: AtomicU64,
    /// Held by whoever makes the next snapshot.
    turn: Mutex<()>,
}

impl Directory {
    /// A directory that begins with this.
    #[must_use]
    pub fn new(snapshot: Snapshot) -> Self {
        Self {
            current: RwLock::new(snapshot),
            changes: AtomicU64::new(0),
            turn: Mutex::new(()),
        }
    }

    /// The policy and the grants as they are now.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        // a thread that panicked left a whole snapshot: it is replaced at once or not at all
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.clone()
    }

    /// For one thread, snapshots at the cost of a look at a number as long as nothing changes.
    #[must_use]
    pub fn reader(&self) -> Reader<'_> {
        let seen = self.changes.load(Ordering::Acquire);
        Reader {
            directory: self,
            seen,
            snapshot: self.snapshot(),
        }
    }

    /// Replaces everything, if nothing has changed since `seen` was taken: take a snapshot, read the
    /// database, [`Snapshot::load`] what it says, and put it here.
    ///
    /// # Errors
    ///
    /// [`Stale`] where something has changed. Else a grant withdrawn while the database was read
    /// would be back.
    pub fn replace(&self, seen: &Snapshot, next: Snapshot) -> Result<(), Stale> {
        let turn = self.turn();
        let now = self.snapshot();
        if !now.is(seen) {
            return Err(Stale::of(&now));
        }
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
    pub fn danger_set_grants(&self, subject: &str, grants: &Grants) -> Result<(), Flaw> {
        load::check_subject(subject)?;
        let turn = self.turn();
        let next = self.snapshot().inner().with(subject, grants)?;
        self.put(Snapshot::of(next), turn);
        Ok(())
    }

    fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes `next` what everybody sees from now on.
    fn put(&self, next: Snapshot, turn: MutexGuard<'_, ()>) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        let last = core::mem::replace(&mut *current, next);
        self.changes.fetch_add(1, Ordering::Release);
        drop((current, turn));
        // after the locks: to drop a million subjects takes a while
        drop(last);
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
    /// The changes counted before `snapshot` was taken.
    seen: u64,
    snapshot: Snapshot,
}

impl Reader<'_> {
    /// The policy and the grants as they are now.
    #[must_use]
    pub fn snapshot(&mut self) -> &Snapshot {
        let changes = self.directory.changes.load(Ordering::Acquire);
        if changes != self.seen {
            // counted first: what changes in between is seen again the next time
            self.seen = changes;
            self.snapshot = self.directory.snapshot();
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
