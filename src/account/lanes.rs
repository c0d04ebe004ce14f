//! Who shares a count of failures with whom: strangers with strangers, a device that has signed in
//! before with nobody, and those who are signed in with each other.

use super::Error;
use crate::{
    Timestamp,
    attempts::{Begin, Device, Lock, Outcome, Permit, Policy, State, Verdict},
    encoding::{self, Decoder, Encoder},
};

/// Devices with failures that a record holds. One more takes the place of one that is not locked, and
/// its failures with it, so that any number of tokens has no more guesses than so many. Where all are
/// locked it stands with the strangers, until the password is changed or reset.
const MAX_DEVICES: usize = 16;
/// The longest number of a device as text, and the longest stored state; both have narrower bounds of
/// their own.
const DEVICE_LEN: usize = 64;
const STATE_LEN: usize = 8 * 1024;

/// Whose failures an attempt is counted with.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) enum Lane {
    /// Everybody of whom nothing is known.
    #[default]
    Strangers,
    /// This device, which has signed in before.
    Device(String),
    /// Whoever holds a live session.
    Session,
}

impl Lane {
    /// The lane of whoever has shown to be this device.
    pub(super) fn of(device: Option<&Device>) -> Self {
        device.map_or(Self::Strangers, |device| {
            Self::Device(device.id().to_owned())
        })
    }

    /// Encoded as 0 for strangers, or 1 and the device's number as text after its length.
    pub(super) fn encode(&self, e: &mut Encoder) {
        let device = match self {
            Self::Device(id) => Some(id),
            Self::Strangers | Self::Session => None,
        };
        e.option(device, |e, id| {
            e.bytes(id.as_bytes());
        });
    }

    pub(super) fn decode(d: &mut Decoder<'_>) -> Result<Self, encoding::Error> {
        let device = d.option(|d| d.text(DEVICE_LEN).map(str::to_owned))?;
        Ok(device.map_or(Self::Strangers, Self::Device))
    }
}

/// A slot that was taken, and where.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) lane: Lane,
    permit: Permit,
}

/// The counts of one account. A device without failures takes no room.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Lanes {
    strangers: State,
    session: State,
    // INVARIANT: by ascending number.
    devices: Vec<(String, State)>,
}

impl Lanes {
    /// Takes a slot. A device whose own lane is locked, or for which there is no room, stands with the
    /// strangers; one that is to wait waits, or its token would be worth two guesses at once.
    pub(super) fn begin(
        &mut self,
        policy: &Policy,
        lane: &Lane,
        now: Timestamp,
    ) -> Result<Slot, Error> {
        match self.begin_in(policy, lane, now) {
            begin if is_locked(&begin) && matches!(lane, Lane::Device(_)) => {
                let begin = self.begin_in(policy, &Lane::Strangers, now);
                slot(Lane::Strangers, begin, now)
            }
            begin => slot(lane.clone(), begin, now),
        }
    }

    fn begin_in(&mut self, policy: &Policy, lane: &Lane, now: Timestamp) -> Begin {
        self.make_room(policy, lane, now);
        let Some(state) = self.of(lane) else {
            let since = now;
            return Begin::ResetRequired { since };
        };
        let (state, begin) = policy.begin(state, now);
        self.put(policy, lane, state);
        begin
    }

    /// Says how an attempt went, in the lane where its slot was taken.
    pub(super) fn settle(
        &mut self,
        policy: &Policy,
        slot: &Slot,
        verdict: Verdict,
        now: Timestamp,
    ) -> Result<(), Error> {
        let state = self.of(&slot.lane).unwrap_or_default();
        let (state, outcome) = policy.settle(state, &slot.permit, verdict, now);
        self.put(policy, &slot.lane, state);
        match outcome {
            Outcome::Cleared
            | Outcome::Counted { .. }
            | Outcome::Repeated { .. }
            | Outcome::Returned { .. } => Ok(()),
            Outcome::Locked { until } => Err(busy(until, now)),
            Outcome::ResetRequired { .. } | Outcome::RebindRequired { .. } => {
                Err(Error::ResetRequired)
            }
            Outcome::Kept { .. } | Outcome::Lapsed => Err(Error::Overtaken),
        }
    }

    /// After a password reset: no failures anywhere, and no attempt under way.
    pub(super) fn reset(self, policy: &Policy) -> Self {
        Self {
            strangers: policy.reset(self.strangers),
            session: policy.reset(self.session),
            devices: Vec::new(),
        }
    }

    /// Gives a new device the place, and the failures, of the one that has the fewest and is not
    /// locked, where all places are taken.
    fn make_room(&mut self, policy: &Policy, lane: &Lane, now: Timestamp) {
        let Lane::Device(id) = lane else { return };
        let Err(place) = self.place(id) else { return };
        if self.devices.len() < MAX_DEVICES {
            return;
        }
        let open = |state: &State| match policy.begin(state.clone(), now) {
            (_, begin) if is_locked(&begin) => None,
            (state, _) => Some(state.failures()),
        };
        let devices = self.devices.iter().enumerate();
        let fewest = devices.filter_map(|(n, (_, state))| Some((open(state)?, n)));
        let Some((_, taken)) = fewest.min() else {
            return;
        };
        let (_, state) = self.devices.remove(taken);
        // those after the place that was taken have moved up by one
        let place = place.saturating_sub(usize::from(taken < place));
        self.devices.insert(place, (id.clone(), state));
    }

    /// Whether those of whom nothing is known are locked out.
    pub(super) fn strangers_lock(&self) -> Option<Lock> {
        self.strangers.lock()
    }

    /// After another change of the password: devices that had the former one are strangers.
    pub(super) fn forget_devices(self) -> Self {
        Self {
            devices: Vec::new(),
            ..self
        }
    }

    /// None for a device for which there is no room.
    fn of(&self, lane: &Lane) -> Option<State> {
        let id = match lane {
            Lane::Strangers => return Some(self.strangers.clone()),
            Lane::Session => return Some(self.session.clone()),
            Lane::Device(id) => id,
        };
        match self.place(id) {
            Ok(place) => self.devices.get(place).map(|(_, state)| state.clone()),
            Err(_) if self.devices.len() < MAX_DEVICES => Some(State::default()),
            Err(_) => None,
        }
    }

    fn put(&mut self, policy: &Policy, lane: &Lane, state: State) {
        let id = match lane {
            Lane::Strangers => return self.strangers = state,
            Lane::Session => return self.session = state,
            Lane::Device(id) => id,
        };
        let nothing = policy.reset(state.clone()) == state;
        match self.place(id) {
            Ok(place) => {
                self.devices.remove(place);
                if !nothing {
                    self.devices.insert(place, (id.clone(), state));
                }
            }
            Err(place) if !nothing => self.devices.insert(place, (id.clone(), state)),
            Err(_) => {}
        }
    }

    fn place(&self, id: &str) -> Result<usize, usize> {
        self.devices
            .binary_search_by(|(known, _)| known.as_str().cmp(id))
    }

    pub(super) fn encode(&self, e: &mut Encoder) {
        e.bytes(&self.strangers.encode());
        e.bytes(&self.session.encode());
        e.list(&self.devices, |e, (id, state)| {
            e.bytes(id.as_bytes()).bytes(&state.encode());
        });
    }

    pub(super) fn decode(d: &mut Decoder<'_>) -> Result<Self, encoding::Error> {
        let lanes = Self {
            strangers: State::decode(d.bytes(STATE_LEN)?)?,
            session: State::decode(d.bytes(STATE_LEN)?)?,
            devices: d.list(MAX_DEVICES, |d| {
                let id = d.text(DEVICE_LEN)?.to_owned();
                Ok::<_, encoding::Error>((id, State::decode(d.bytes(STATE_LEN)?)?))
            })?,
        };
        if lanes.devices.is_sorted_by(|(a, _), (b, _)| a < b) {
            Ok(lanes)
        } else {
            Err(encoding::Error::Damaged)
        }
    }
}

fn is_locked(begin: &Begin) -> bool {
    matches!(
        begin,
        Begin::Locked { .. } | Begin::ResetRequired { .. } | Begin::RebindRequired { .. }
    )
}

fn slot(lane: Lane, begin: Begin, now: Timestamp) -> Result<Slot, Error> {
    match begin {
        Begin::Allowed(permit) => Ok(Slot { lane, permit }),
        refused => Err(refusal(&refused, now)),
    }
}

/// Why no slot was given, as a person is told.
pub(super) fn refusal<P>(begin: &Begin<P>, now: Timestamp) -> Error {
    match begin {
        Begin::Wait { until } | Begin::Locked { until } => busy(*until, now),
        Begin::Busy { retry_after } => Error::Busy {
            retry_after: *retry_after,
        },
        Begin::Allowed(_) | Begin::ResetRequired { .. } | Begin::RebindRequired { .. } => {
            Error::ResetRequired
        }
    }
}

pub(super) fn busy(until: Timestamp, now: Timestamp) -> Error {
    Error::Busy {
        retry_after: until.saturating_since(now),
    }
}
