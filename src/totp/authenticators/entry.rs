//! One authenticator of several.

use core::fmt;

use super::super::{Error, Parameters, State, state::Status};
use crate::{
    Timestamp,
    encoding::{self, Decoder, Encoder},
};

/// The longest label in bytes.
const LABEL_LEN: usize = 128;
/// The longest stored [`State`]; it has its own, narrower bounds.
const STATE_LEN: usize = 1024;

/// Which of a person's authenticators it is: a number from 1 on, given out once.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Id(pub(super) u32);

impl Id {
    /// From the number, as it came back from a list on a page. It is looked up, so any number will do.
    #[must_use]
    pub const fn from_number(number: u32) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One authenticator: what a list shows of it. There is no way from here to its secret, and `Debug`
/// prints neither that nor the label.
#[derive(Clone, Eq, PartialEq)]
pub struct Authenticator {
    pub(super) id: Id,
    label: String,
    created: Timestamp,
    pub(super) last_used: Option<Timestamp>,
    pub(super) replaces: Option<Id>,
    pub(super) state: State,
}

impl Authenticator {
    pub(super) fn new(
        id: Id,
        label: &str,
        replaces: Option<Id>,
        pending: State,
        now: Timestamp,
    ) -> Result<Self, Error> {
        if !is_label(label) {
            return Err(Error::Label);
        }
        Ok(Self {
            id,
            label: label.to_owned(),
            created: now,
            last_used: None,
            replaces,
            state: pending,
        })
    }

    /// Its number.
    #[must_use]
    pub fn id(&self) -> Id {
        self.id
    }

    /// What the person calls it. A page escapes it as it does all text.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// When it was added.
    #[must_use]
    pub fn created(&self) -> Timestamp {
        self.created
    }

    /// When a code of it was last accepted; None while it awaits the first.
    #[must_use]
    pub fn last_used(&self) -> Option<Timestamp> {
        self.last_used
    }

    /// Which one goes when this one is confirmed.
    #[must_use]
    pub fn replaces(&self) -> Option<Id> {
        self.replaces
    }

    /// Whether a first code has confirmed it.
    #[must_use]
    pub fn is_confirmed(&self) -> bool {
        self.state.is_confirmed()
    }

    /// Algorithm, digits and period.
    #[must_use]
    pub fn parameters(&self) -> Parameters {
        self.state.parameters()
    }

    /// The same after a code of it was accepted.
    pub(super) fn confirmed(&self, state: State, now: Timestamp) -> Self {
        Self {
            state,
            last_used: self.last_used.max(Some(now)),
            replaces: None,
            ..self.clone()
        }
    }

    pub(super) fn has_expired(&self, now: Timestamp) -> bool {
        matches!(self.state.status, Status::Pending { expires } if now >= expires)
    }

    pub(super) fn encode(&self, e: &mut Encoder) {
        e.u32(self.id.0).bytes(self.label.as_bytes());
        e.time(self.created).option(self.last_used, |e, at| {
            e.time(at);
        });
        e.option(self.replaces, |e, old| {
            e.u32(old.0);
        });
        e.bytes(&self.state.encode());
    }

    pub(super) fn decode(d: &mut Decoder<'_>) -> Result<Self, encoding::Error> {
        let id = Id(d.u32()?);
        let label = d.text(LABEL_LEN)?;
        if !is_label(label) {
            return Err(encoding::Error::Damaged);
        }
        Ok(Self {
            id,
            label: label.to_owned(),
            created: d.time()?,
            last_used: d.option(Decoder::time)?,
            replaces: d.option(|d| d.u32().map(Id))?,
            state: State::decode(d.bytes(STATE_LEN)?)?,
        })
    }
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticator")
            .field("id", &self.id)
            .field("created", &self.created)
            .field("last_used", &self.last_used)
            .field("replaces", &self.replaces)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// Something to read, and nothing that lets a label pass for something else in a list or a log:
/// control characters, line ends, and what turns the direction of the text around it (Unicode UAX #9
/// §2).
fn is_label(text: &str) -> bool {
    let refused = |c: char| {
        c.is_control()
            || matches!(c,
                '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    !text.trim().is_empty() && text.len() <= LABEL_LEN && !text.chars().any(refused)
}
