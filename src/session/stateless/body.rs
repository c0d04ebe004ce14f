//! What stands in a sealed session, and what is said of one that was opened.

use core::fmt;

use zeroize::Zeroizing;

use super::{PAYLOAD_LEN, SUBJECT_LEN};
use crate::{
    encoding::{self, Decoder, Encoder},
    field::KeyVersion,
    secret,
    session::{
        Epoch, Error, Id, Live,
        factors::Proofs,
        label::{self, LABEL_LEN},
        state::Session,
    },
};

const VERSION: u8 = 1;
/// The only flag there is: the person asked to stay signed in.
const STAYS: u8 = 1;

/// Laid out as [`Sealed`](super::Sealed) says.
pub(super) struct Body {
    pub(super) epoch: Epoch,
    pub(super) session: Session,
    subject: String,
    payload: secret::Bytes,
}

impl Body {
    pub(super) fn new(
        subject: &str,
        payload: &[u8],
        epoch: Epoch,
        session: Session,
    ) -> Result<Self, Error> {
        if !(1..=SUBJECT_LEN).contains(&subject.len()) {
            return Err(Error::Subject);
        }
        let mut body = Self {
            epoch,
            session,
            subject: subject.to_owned(),
            payload: secret::Bytes::copy_of(&[]),
        };
        body.set_payload(payload)?;
        Ok(body)
    }

    pub(super) fn set_payload(&mut self, payload: &[u8]) -> Result<(), Error> {
        if payload.len() > PAYLOAD_LEN {
            return Err(Error::PayloadTooLong);
        }
        self.payload = secret::Bytes::copy_of(payload);
        Ok(())
    }

    pub(super) fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut e = Encoder::new(VERSION);
        e.u64(self.epoch.as_u64());
        let session = &self.session;
        e.u64(session.id.as_u64()).time(session.created);
        e.time(session.limit_from).time(session.last_active);
        e.u8(if session.stays { STAYS } else { 0 });
        session.proofs.encode(&mut e);
        e.bytes(session.label.as_bytes());
        e.bytes(self.subject.as_bytes());
        e.bytes(self.payload.expose());
        Zeroizing::new(e.finish())
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, encoding::Error> {
        let mut d = Decoder::new(bytes, VERSION)?;
        let epoch = Epoch::from_u64(d.u64()?);
        let session = decode_session(&mut d)?;
        let subject = d.text(SUBJECT_LEN)?;
        let payload = d.bytes(PAYLOAD_LEN)?;
        d.finish()?;
        Self::new(subject, payload, epoch, session).map_err(|_| encoding::Error::Damaged)
    }
}

fn decode_session(d: &mut Decoder<'_>) -> Result<Session, encoding::Error> {
    let (id, created) = (Id::from_u64(d.u64()?), d.time()?);
    let mut session = Session::bare(id, created);
    session.limit_from = d.time()?;
    session.last_active = d.time()?;
    session.stays = match d.u8()? {
        0 => false,
        STAYS => true,
        _ => return Err(encoding::Error::Damaged),
    };
    session.proofs = Proofs::decode(d)?;
    session.label = d.text(LABEL_LEN)?.to_owned();
    label::check(&session.label).map_err(|_| encoding::Error::Damaged)?;
    Ok(session)
}

/// A text that was opened: it was sealed here, and nothing more is known. Whether it is live is for
/// the verbs that take it.
#[must_use = "an opened session is not a live one"]
pub struct Opened {
    pub(super) body: Body,
    pub(super) stale: Option<KeyVersion>,
}

impl Opened {
    pub(super) const fn new(body: Body, stale: Option<KeyVersion>) -> Self {
        Self { body, stale }
    }

    /// Whose session it was when it was sealed: whose epoch is to be looked up.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.body.subject
    }
}

/// A subject may be personal data, and a payload is the application's.
impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened").finish_non_exhaustive()
    }
}

/// A session that was live when it was asked about.
#[must_use = "the deadlines are for the client, the factors for the decision"]
pub struct Checked {
    opened: Opened,
    live: Live,
}

impl Checked {
    pub(super) const fn new(opened: Opened, live: Live) -> Self {
        Self { opened, live }
    }

    /// Whose session it is.
    #[must_use]
    pub fn subject(&self) -> &str {
        self.opened.subject()
    }

    /// What the application sealed with it.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        self.opened.body.payload.expose()
    }

    /// Its deadlines and what was proved.
    pub const fn live(&self) -> &Live {
        &self.live
    }

    /// The version of the retired key that sealed the text; [`Stateless::touch`](super::Stateless::touch)
    /// gives one under the primary key.
    #[must_use]
    pub const fn stale(&self) -> Option<KeyVersion> {
        self.opened.stale
    }
}

impl fmt::Debug for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Checked");
        debug.field("live", &self.live).finish_non_exhaustive()
    }
}
