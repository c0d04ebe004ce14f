//! Who began what awaits its first code: nobody else confirms it.

use super::Ticket;
use crate::{
    encoding::{self, Decoder, Encoder},
    session::{self, Digest},
    totp::{Authenticators, authenticators::Id},
};

/// More than there may be of authenticators that await their first code.
const MAX: usize = 16;

/// Who was shown the secret.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Beginner {
    /// This session, whatever its token is by now.
    Session(session::Id),
    /// Whoever held this ticket.
    Ticket(Digest),
}

impl Beginner {
    pub(super) fn with(ticket: &Ticket) -> Self {
        Self::Ticket(ticket.digest())
    }

    fn encode(&self, e: &mut Encoder) {
        match self {
            Self::Session(id) => e.u8(1).u64(id.as_u64()),
            Self::Ticket(digest) => e.u8(2).array(&digest.0),
        };
    }

    fn decode(d: &mut Decoder<'_>) -> Result<Self, encoding::Error> {
        match d.u8()? {
            1 => Ok(Self::Session(session::Id::from_u64(d.u64()?))),
            2 => Ok(Self::Ticket(Digest(d.array()?))),
            _ => Err(encoding::Error::Damaged),
        }
    }
}

/// The authenticators that await their first code, and who began each.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Begun(
    // INVARIANT: by ascending number.
    Vec<(Id, Beginner)>,
);

impl Begun {
    pub(super) fn put(&mut self, id: Id, by: Beginner) {
        let place = self.0.partition_point(|(known, _)| *known < id);
        self.0.insert(place, (id, by));
    }

    pub(super) fn is_by(&self, id: Id, by: &Beginner) -> bool {
        self.0.iter().any(|(known, who)| *known == id && who == by)
    }

    /// What this ticket began: one at a time, as it is there for the first authenticator.
    pub(super) fn by(&self, ticket: &Ticket) -> Option<Id> {
        let by = Beginner::with(ticket);
        let begun = self.0.iter().find(|(_, who)| *who == by);
        begun.map(|(id, _)| *id)
    }

    /// Forgets those that are confirmed or gone.
    pub(super) fn keep(&mut self, authenticators: &Authenticators) {
        let awaits = |id| {
            let mut all = authenticators.iter();
            all.any(|entry| entry.id() == id && !entry.is_confirmed())
        };
        self.0.retain(|(id, _)| awaits(*id));
    }

    pub(super) fn encode(&self, e: &mut Encoder) {
        e.list(&self.0, |e, (id, by)| {
            e.u32(id.number());
            by.encode(e);
        });
    }

    pub(super) fn decode(d: &mut Decoder<'_>) -> Result<Self, encoding::Error> {
        let begun = d.list(MAX, |d| {
            let id = Id::from_number(d.u32()?);
            Ok::<_, encoding::Error>((id, Beginner::decode(d)?))
        })?;
        if begun.is_sorted_by(|(a, _), (b, _)| a < b) {
            Ok(Self(begun))
        } else {
            Err(encoding::Error::Damaged)
        }
    }
}
