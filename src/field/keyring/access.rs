//! Which key may be used, and whether it may. Whoever seals or opens anything asks here.

use super::{
    Keyring, Slot, State,
    seals::{self, Seals},
};
use crate::{
    Timestamp,
    field::{Context, Error, Fingerprint, KeyVersion, Part, Purpose, Suite, purpose::Use},
};

/// What a key is to be used for, and for whom. A context's parts are looked up when the ring asks for
/// them: most rings ask for few.
pub(in crate::field) enum Place<'a> {
    Cell(&'a Context),
    /// The column is the stream's name.
    Stream(&'a Context),
    Other {
        used_for: Use<'a>,
        tenant: Option<&'a [u8]>,
        subject: Option<&'a [u8]>,
    },
}

impl<'a> Place<'a> {
    /// Where a value of this context is, if the context is right.
    pub(in crate::field) fn of(context: &'a Context) -> Result<Self, Error> {
        context.encoded()?;
        Ok(Self::Cell(context))
    }

    /// The stream of the name that stands in this context for its column, if the context is right.
    pub(in crate::field) fn of_stream(context: &'a Context) -> Result<Self, Error> {
        context.encoded()?;
        if context.get(Part::Padding).is_some() {
            return Err(Error::StreamPadding);
        }
        Ok(Self::Stream(context))
    }

    /// A use that has no context.
    pub(in crate::field) fn new(
        purpose: &'a Purpose,
        tenant: Option<&'a str>,
        subject: Option<&'a str>,
    ) -> Self {
        Self::Other {
            used_for: purpose.as_use(),
            tenant: tenant.map(str::as_bytes),
            subject: subject.map(str::as_bytes),
        }
    }

    pub(in crate::field) fn used_for(&self) -> Result<Use<'a>, Error> {
        match self {
            Self::Cell(context) => Use::of(context),
            Self::Stream(context) => {
                let name = context.get(Part::Column);
                name.map(Use::Stream)
                    .ok_or(Error::MissingPart(Part::Column))
            }
            Self::Other { used_for, .. } => Ok(*used_for),
        }
    }

    /// Empty and None are nobody.
    pub(in crate::field) fn tenant(&self) -> Option<&'a [u8]> {
        match self {
            Self::Cell(context) | Self::Stream(context) => context.get(Part::Tenant),
            Self::Other { tenant, .. } => *tenant,
        }
    }

    /// Empty and None are nobody.
    pub(in crate::field) fn subject(&self) -> Option<&'a [u8]> {
        match self {
            Self::Cell(context) | Self::Stream(context) => context.get(Part::Subject),
            Self::Other { subject, .. } => *subject,
        }
    }
}

impl Keyring {
    /// The key that seals at this place and time. Counts one use: a value, a stream, an index value.
    pub(in crate::field) fn seal_key(
        &self,
        place: &Place<'_>,
        now: Timestamp,
    ) -> Result<&Slot, Error> {
        self.admit(place)?;
        let slot = &self.primary;
        slot.sealing()?;
        if self.is_overdue(slot.created, now) {
            return Err(Error::Overdue(slot.version));
        }
        let most = self.most_seals(slot.suite);
        let counted = slot.seals.count(most);
        counted.ok_or(Error::Exhausted(slot.version))?;
        Ok(slot)
    }

    /// The key that opens at this place what the key of this version sealed with this suite.
    pub(in crate::field) fn open_key(
        &self,
        version: KeyVersion,
        suite: Suite,
        place: &Place<'_>,
    ) -> Result<&Slot, Error> {
        self.admit(place)?;
        let slot = self.slot(version)?;
        slot.opening()?;
        if slot.suite != suite {
            return Err(Error::WrongSuite { version });
        }
        Ok(slot)
    }

    /// All keys that what is at this place may need, by ascending version. Those that are suspended
    /// refuse to be used.
    pub(in crate::field) fn needed_keys(
        &self,
        place: &Place<'_>,
    ) -> Result<impl Iterator<Item = &Slot>, Error> {
        self.admit(place)?;
        Ok(self.slots().filter(|slot| slot.state != State::Destroyed))
    }

    fn admit(&self, place: &Place<'_>) -> Result<(), Error> {
        self.policy.purposes.permit(place)?;
        self.scope.admit(place)
    }

    /// Whether a key made then is older than the policy lets one be that seals.
    pub(in crate::field) fn is_overdue(&self, created: Timestamp, now: Timestamp) -> bool {
        let age = now.saturating_since(created);
        self.policy.max_age.is_some_and(|most| age > most)
    }

    /// How many values a key of this suite seals by the policy and by the suite's bound.
    pub(in crate::field) fn most_seals(&self, suite: Suite) -> u64 {
        let bound = seals::bound(suite);
        self.policy.max_seals.map_or(bound, |most| most.min(bound))
    }

    /// Moves to each key what another ring has counted since it was made or loaded, or since that was
    /// moved the last time: whatever the other counts from then on is moved by the next call. So that
    /// the machines of a service come to one count, one of them after the other loads the stored ring,
    /// merges the ring that it has used, stores the result if the stored one is still the same, and
    /// goes on with it.
    ///
    /// What was moved into a ring that then is not stored is lost. What [`encode`](Self::encode) wrote
    /// has the count already: a ring that was stored itself and is merged into the stored one besides
    /// counts twice.
    ///
    /// Until then a machine stops by what it knows of: all of them together may seal as many times
    /// the rest as there are machines.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownKey`] and [`Error::Fingerprint`] for a key that is not this ring's; nothing is
    /// moved then.
    pub fn merge_seals(&self, other: &Self) -> Result<(), Error> {
        if core::ptr::eq(self, other) {
            return Ok(());
        }
        let counted = other.take_seals();
        let added = self.add_seals(&counted);
        added.inspect_err(|_| other.give_back_seals(&counted))
    }

    /// Takes what each key has counted here: to be added to another ring, or given back.
    pub(in crate::field) fn take_seals(&self) -> Counted {
        let take = |slot: &Slot| (slot.version, slot.fingerprint, slot.seals.take());
        Counted(self.slots().map(take).collect())
    }

    /// Adds what was taken, to all keys or to none.
    pub(in crate::field) fn add_seals(&self, counted: &Counted) -> Result<(), Error> {
        let pair = |&(version, fingerprint, count): &(_, _, _)| {
            let ours = self.slot(version)?;
            if ours.fingerprint != fingerprint {
                return Err(Error::Fingerprint(version));
            }
            Ok((&ours.seals, count))
        };
        let pairs: Vec<(&Seals, u64)> = counted.0.iter().map(pair).collect::<Result<_, _>>()?;
        pairs
            .into_iter()
            .for_each(|(seals, count)| seals.add(count));
        Ok(())
    }

    /// Undoes [`take_seals`](Self::take_seals).
    pub(in crate::field) fn give_back_seals(&self, counted: &Counted) {
        for (slot, (_, _, count)) in self.slots().zip(&counted.0) {
            slot.seals.give_back(*count);
        }
    }
}

/// What a ring counted of its keys, by ascending version: moved once, however often it is added to
/// rings that are not stored.
#[derive(Default)]
pub(in crate::field) struct Counted(pub(super) Vec<(KeyVersion, Fingerprint, u64)>);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::Key;

    const NOW: Timestamp = Timestamp::from_millis(0);

    fn ring() -> Keyring {
        Keyring::new(Key::from_bytes([7; 32]), NOW)
    }

    /// CR-03: whoever opens says the suite that it found, and the key must be of it.
    #[test]
    fn gives_no_key_for_another_suite() {
        let purpose = Purpose::stream("backup");
        let place = Place::new(&purpose, None, None);
        let version = KeyVersion::FIRST;
        let (ring, right) = (ring(), Suite::Cobblestone256);
        assert!(ring.open_key(version, right, &place).is_ok());
        let wrong = ring.open_key(version, Suite::Xaes256Gcm, &place);
        assert_eq!(wrong.err(), Some(Error::WrongSuite { version }));
    }

    /// CR-02, CR-05: a context that does not say where takes no key, and counts none.
    #[test]
    fn a_context_that_lacks_a_part_is_no_place() {
        let lacks = || Context::new().table("t").column("c").without_row();
        let missing = Some(Error::MissingPart(Part::Tenant));
        assert_eq!(Place::of(&lacks()).err(), missing);
        assert_eq!(Place::of_stream(&lacks()).err(), missing);
        assert!(Place::of(&lacks().without_tenant()).is_ok());
        assert!(Place::of_stream(&lacks().without_tenant()).is_ok());
    }
}
