//! The keys of a scope, by version: one seals, the others open what they sealed.

mod access;
#[cfg(feature = "shred")]
mod counted;
mod destroy;
mod encoded;
mod record;
mod seals;
mod slot;
mod state;
mod steps;
mod unreferenced;

use core::fmt;

#[cfg(feature = "shred")]
pub(in crate::field) use access::Counted;
pub(in crate::field) use access::Place;
pub use destroy::{Cause, Destroy, Destruction};
pub use record::KeyRecord;
pub(in crate::field) use slot::Slot;
pub use state::{Origin, State};
pub use unreferenced::Unreferenced;

use super::{
    Context, Error, Inventory, Key, KeyVersion, MAX_PLAINTEXT_LEN, Opened, Policy, Scope,
    envelope::{self, Envelope},
};
use crate::{Timestamp, random};

/// Keys in a ring, tombstones included: eighty years of a new key a month.
const MAX_KEYS: usize = 1024;

/// The keys of one [`Scope`]: an application, a tenant, a person. One seals, the others open what they
/// sealed. What they may be used for, and for how long, is the ring's [`Policy`].
///
/// # Rotation
///
/// [`stage`](Self::stage) a key and bring the ring to every machine; [`promote`](Self::promote) it and
/// bring the ring round again. From then on [`Opened::stale`] reports whatever the old key sealed, and a
/// [`Sweep`](super::sweep::Sweep) for each purpose seals all of it again and proves that nothing
/// refers to the old key; then [`destroy`](Self::destroy) it. Only a ring whose policy has named
/// purposes for as long as the key was primary can prove that.
///
/// Every step takes the time and records it; by a clock that is behind that of the step before, the
/// time of the step before, and by one that is more than a day behind it is refused
/// ([`Error::Clock`]). Every step raises the [`generation`](Self::generation). A step that is refused changes
/// nothing. Two machines that take different steps from one ring make two rings of one generation:
/// store a ring only in the place of the one that it was made from.
///
/// # What this does not do
///
/// - It knows the uses and the steps of other machines by what they store and
///   [merge](Self::merge_seals). A bound on seals is a bound for each machine until then.
/// - It trusts the clocks that it is given. One that was set back makes a key younger. Those of the
///   machines may differ by less than the policy's propagation, all delays included: a proof that
///   nothing refers to a key waits for no longer. A step by a clock that is far ahead stands until
///   another one finds it in the future ([`changed`](Self::changed) tells, and
///   [`danger_turn_back`](Self::danger_turn_back) repairs it).
/// - Destroying takes a key from this ring and what is stored of it from now on, not from backups of
///   the ring or the memory of machines that loaded it.
/// - Purposes and scope are rules that this library keeps to. Whoever has the ring's bytes has the keys.
///
/// `Debug` shows versions, states and fingerprints. It cannot be cloned, so that a key is in memory
/// once; share it behind an `Arc`.
///
/// # Example
///
/// ```
/// use portcullis::{Timestamp, field::{Context, Destroy, Error, Keyring, Policy, Purpose, Scope}};
/// use std::time::Duration;
///
/// let (now, day) = (Timestamp::now(), Duration::from_secs(86_400));
/// let policy = Policy::new().for_purpose(Purpose::table("contact")).with_max_age(90 * day);
/// let mut ring = Keyring::generate_for(Scope::tenant("acme"), policy, now)?;
///
/// let email = Context::new().tenant("acme").table("contact").column("email").row(42);
/// let session = Context::new().tenant("acme").table("session").column("token").row(42);
/// assert!(ring.seal(&email, b"ada@example.org", now).is_ok());
/// assert_eq!(ring.seal(&session, b"token", now), Err(Error::OutOfPurpose));
///
/// let (old, later) = (ring.primary(), now.saturating_add(91 * day));
/// assert_eq!(ring.seal(&email, b"ada@example.org", later), Err(Error::Overdue(old)));
/// let next = ring.stage(later)?;
/// ring.promote(next, later)?;
/// // A sweep seals again what the old key sealed, and its proof lets it be destroyed: see `Sweep`.
/// assert_eq!(
///     ring.destroy(old, Destroy::Unreferenced(&[]), later),
///     Err(Error::Unverified(Purpose::table("contact"))),
/// );
/// # Ok::<(), Error>(())
/// ```
pub struct Keyring {
    scope: Scope,
    policy: Policy,
    generation: u64,
    /// When the last step was.
    changed: Timestamp,
    /// The one that seals. It is apart from the others, so that there is exactly one.
    primary: Slot,
    // INVARIANT: by ascending version, none primary, with the primary no version and no key twice.
    others: Vec<Slot>,
}

impl Keyring {
    /// A ring with one new key, version 1, which is primary; for the whole application and by
    /// [`Policy::new`]: for any purpose, so that no proof can show that nothing refers to the key, and
    /// it is destroyed by [force](Destroy::Forced) alone. Use [`generate_for`](Self::generate_for) with
    /// purposes where keys are to be destroyed.
    ///
    /// # Errors
    ///
    /// [`Error::Randomness`] where the system gives none.
    pub fn generate(now: Timestamp) -> Result<Self, Error> {
        Self::generate_for(Scope::application(), Policy::new(), now)
    }

    /// A ring with this key, version 1, which is primary; for the whole application and by
    /// [`Policy::new`], which is for any purpose as with [`generate`](Self::generate).
    #[must_use]
    pub fn new(key: Key, now: Timestamp) -> Self {
        let key = (Origin::Imported, key);
        Self::of(key, Scope::application(), Policy::new(), now)
    }

    /// A ring for this scope, by this policy, with one new key, version 1, which is primary.
    ///
    /// # Errors
    ///
    /// [`Error::Randomness`]; those of [`new_for`](Self::new_for).
    pub fn generate_for(scope: Scope, policy: Policy, now: Timestamp) -> Result<Self, Error> {
        scope.check()?;
        policy.purposes.check()?;
        let key = (Origin::Generated, Key::generate()?);
        Ok(Self::of(key, scope, policy, now))
    }

    /// The same with a key that comes from elsewhere.
    ///
    /// # Errors
    ///
    /// [`Error::EmptyPart`], [`Error::LongPart`] for a name of the scope; [`Error::Name`] for one of a
    /// credential or a purpose; [`Error::TooManyPurposes`].
    pub fn new_for(key: Key, scope: Scope, policy: Policy, now: Timestamp) -> Result<Self, Error> {
        scope.check()?;
        policy.purposes.check()?;
        Ok(Self::of((Origin::Imported, key), scope, policy, now))
    }

    fn of(key: (Origin, Key), scope: Scope, policy: Policy, now: Timestamp) -> Self {
        let mut primary = Slot::staged(KeyVersion::FIRST, policy.suite, key, now);
        primary.promote(&policy, now);
        Self {
            scope,
            policy,
            generation: 1,
            changed: now,
            primary,
            others: Vec::new(),
        }
    }

    /// Seals `plaintext` under the primary key for the place that `context` names, and counts it.
    /// With Cobblestone-256 the envelope is 77 bytes longer than the plaintext, and 16 more for each
    /// full 16 KiB.
    ///
    /// # Errors
    ///
    /// [`Error::TooLong`] beyond [`MAX_PLAINTEXT_LEN`](super::MAX_PLAINTEXT_LEN); a context that
    /// lacks a part or has a wrong one; [`Error::OutOfPurpose`] and [`Error::OutOfScope`] for a
    /// context that is none of this ring's; [`Error::Overdue`] and [`Error::Exhausted`] for a primary
    /// key that another should have taken the place of; [`Error::Randomness`].
    pub fn seal(
        &self,
        context: &Context,
        plaintext: &[u8],
        now: Timestamp,
    ) -> Result<Vec<u8>, Error> {
        if plaintext.len() > MAX_PLAINTEXT_LEN {
            return Err(Error::TooLong);
        }
        let slot = self.seal_key(&Place::of(context)?, now)?;
        let nonce = random::bytes().map_err(|_| Error::Randomness)?;
        envelope::seal(slot.version(), slot.sealing()?, context, plaintext, &nonce)
    }

    /// Opens an envelope with exactly the key that it names, for exactly the place it was sealed for.
    ///
    /// # Errors
    ///
    /// [`Error::Open`] for whatever the cryptography refuses: another key under that version,
    /// another context, a changed byte. Before any key is touched: [`Error::NotAnEnvelope`],
    /// [`Error::Malformed`], [`Error::TooLong`], the errors of the context,
    /// [`Error::OutOfPurpose`], [`Error::OutOfScope`], [`Error::UnknownKey`],
    /// [`Error::Suspended`], [`Error::Destroyed`], [`Error::WrongSuite`].
    pub fn open(&self, context: &Context, envelope: &[u8]) -> Result<Opened, Error> {
        let envelope = Envelope::parse(envelope)?;
        let place = Place::of(context)?;
        let slot = self.open_key(envelope.version, envelope.suite, &place)?;
        let plaintext = envelope.open(slot.opening()?, context)?;
        Ok(Opened::new(plaintext, slot.stale()))
    }

    /// The same as [`seal`](Self::seal), written as text: `pc1.` and base64url without padding.
    ///
    /// # Errors
    ///
    /// Those of [`seal`](Self::seal).
    pub fn seal_text(
        &self,
        context: &Context,
        plaintext: &[u8],
        now: Timestamp,
    ) -> Result<String, Error> {
        Ok(envelope::to_text(&self.seal(context, plaintext, now)?))
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

    /// Whose values it seals.
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The rules that its keys keep to.
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// How many steps it took, from 1 on. Of two rings of one scope the one with the higher
    /// generation is the newer one; counting a seal is no step.
    #[must_use]
    pub const fn generation(&self) -> u64 {
        self.generation
    }

    /// When the last step was.
    #[must_use]
    pub const fn changed(&self) -> Timestamp {
        self.changed
    }

    /// The version that seals.
    #[must_use]
    pub const fn primary(&self) -> KeyVersion {
        self.primary.version
    }

    /// What it knows of its keys, by ascending version.
    pub fn keys(&self) -> impl Iterator<Item = KeyRecord> {
        self.slots().map(|slot| KeyRecord::of(slot, &self.policy))
    }

    /// All that it is, but for the keys themselves: for an inventory of cryptography as OWASP ASVS 5.0
    /// 11.1.2 asks for.
    pub fn inventory(&self, now: Timestamp) -> Inventory {
        Inventory::of(self, now)
    }

    /// All keys by ascending version.
    fn slots(&self) -> impl Iterator<Item = &Slot> {
        let older = |slot: &&Slot| slot.version < self.primary.version;
        let before = self.others.iter().take_while(older);
        let after = self.others.iter().skip_while(older);
        before.chain([&self.primary]).chain(after)
    }

    fn slot(&self, version: KeyVersion) -> Result<&Slot, Error> {
        if self.primary.version == version {
            return Ok(&self.primary);
        }
        let found = self.others.binary_search_by_key(&version, Slot::version);
        let slot = found.ok().and_then(|at| self.others.get(at));
        slot.ok_or(Error::UnknownKey(version))
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring")
            .field("scope", &self.scope)
            .field("generation", &self.generation)
            .field("keys", &self.slots().collect::<Vec<_>>())
            .finish()
    }
}
