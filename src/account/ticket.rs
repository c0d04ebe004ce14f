//! The ticket for one more step: what stands between a right password and a session.

use core::{fmt, str::FromStr, time::Duration};

use super::{Error, lanes::Lane};
use crate::{
    Timestamp,
    encoding::{self, Decoder, Encoder},
    random,
    session::{Digest, Factors, Handle, Proofs, Token},
};

/// Tickets for one purpose that a record holds; at the next one the oldest of them goes. Whoever
/// can ask for one kind does not push out another.
const MAX_TICKETS: usize = 4;

/// A secret that is good for one step of one person, once, for a short time.
///
/// Like a session's token it is 66 characters of base64url, and only its digest is stored. It opens
/// no session. `Debug` prints `[redacted]`.
pub struct Ticket(Token);

impl Ticket {
    /// The text for the client, or for the link that resets a password.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        self.0.expose_secret()
    }

    pub(super) fn handle(&self) -> Handle {
        self.0.handle()
    }

    pub(super) fn digest(&self) -> Digest {
        self.0.digest()
    }
}

/// Reads what [`Ticket::expose_secret`] gave.
impl FromStr for Ticket {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        text.parse().map(Self).map_err(|_| Error::Ticket)
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// The one step that a ticket is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Purpose {
    SecondFactor,
    Enrolment,
    PasswordChange,
    Reset,
}

impl Purpose {
    const ALL: [Self; 4] = [
        Self::SecondFactor,
        Self::Enrolment,
        Self::PasswordChange,
        Self::Reset,
    ];

    fn code(self) -> u8 {
        match self {
            Self::SecondFactor => 1,
            Self::Enrolment => 2,
            Self::PasswordChange => 3,
            Self::Reset => 4,
        }
    }
}

/// What a ticket remembers of the steps before it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct SoFar {
    pub(super) proved: Proofs,
    /// Where the attempt is counted that it is a part of.
    pub(super) lane: Lane,
}

impl SoFar {
    pub(super) fn and(self, factors: Factors, at: Timestamp) -> Self {
        Self {
            proved: self.proved.and(factors, at),
            ..self
        }
    }
}

/// The tickets of one record that may still be used.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Tickets(Vec<Issued>);

#[derive(Clone, Debug, Eq, PartialEq)]
struct Issued {
    digest: Digest,
    purpose: Purpose,
    expires: Timestamp,
    so_far: SoFar,
}

impl Tickets {
    /// Issues a ticket that remembers what has happened so far.
    pub(super) fn issue(
        &mut self,
        handle: Handle,
        purpose: Purpose,
        so_far: SoFar,
        (now, time): (Timestamp, Duration),
    ) -> Result<Ticket, Error> {
        let token = Token::generate(handle)
            .map_err(|random::Unavailable| crate::session::Error::Randomness)?;
        self.forget_expired(now);
        let of_purpose = |issued: &Issued| issued.purpose == purpose;
        if self.0.iter().filter(|issued| of_purpose(issued)).count() >= MAX_TICKETS {
            let oldest = self.0.iter().position(of_purpose);
            oldest.map(|oldest| self.0.remove(oldest));
        }
        self.0.push(Issued {
            digest: token.digest(),
            purpose,
            expires: now.saturating_add(time),
            so_far,
        });
        Ok(Ticket(token))
    }

    /// What happened before this ticket was issued, if it is good for this step now.
    pub(super) fn find(
        &mut self,
        ticket: &Ticket,
        purpose: Purpose,
        now: Timestamp,
    ) -> Result<SoFar, Error> {
        self.forget_expired(now);
        let digest = ticket.0.digest();
        let found = self.0.iter().fold(None, |found, issued| {
            if issued.digest == digest {
                Some(issued)
            } else {
                found
            }
        });
        let good = found.filter(|issued| issued.purpose == purpose);
        good.map(|issued| issued.so_far.clone())
            .ok_or(Error::Ticket)
    }

    /// Uses a ticket up.
    pub(super) fn redeem(
        &mut self,
        ticket: &Ticket,
        purpose: Purpose,
        now: Timestamp,
    ) -> Result<SoFar, Error> {
        let so_far = self.find(ticket, purpose, now)?;
        let digest = ticket.0.digest();
        self.0.retain(|issued| issued.digest != digest);
        Ok(so_far)
    }

    /// Ends them all and says how many were still good.
    pub(super) fn end_all(&mut self, now: Timestamp) -> usize {
        self.forget_expired(now);
        core::mem::take(&mut self.0).len()
    }

    /// A ticket that was seen expired is gone, whatever the clock says later.
    fn forget_expired(&mut self, now: Timestamp) {
        self.0.retain(|issued| now < issued.expires);
    }

    pub(super) fn encode(&self, e: &mut Encoder) {
        e.list(&self.0, |e, issued| {
            e.array(&issued.digest.0).u8(issued.purpose.code());
            e.time(issued.expires);
            issued.so_far.proved.encode(e);
            issued.so_far.lane.encode(e);
        });
    }

    pub(super) fn decode(d: &mut Decoder<'_>) -> Result<Self, encoding::Error> {
        d.list(MAX_TICKETS.saturating_mul(Purpose::ALL.len()), |d| {
            let digest = Digest(d.array()?);
            let code = d.u8()?;
            let purpose = Purpose::ALL
                .into_iter()
                .find(|purpose| purpose.code() == code);
            Ok(Issued {
                digest,
                purpose: purpose.ok_or(encoding::Error::Damaged)?,
                expires: d.time()?,
                so_far: SoFar {
                    proved: Proofs::decode(d)?,
                    lane: Lane::decode(d)?,
                },
            })
        })
        .map(Self)
    }
}
