//! Wrong codes, counted for each authenticator. A password reset does not touch these counts: whoever
//! reads a person's mail has no more guesses at their codes for it.

use super::{Accounts, Error, State, lanes};
use crate::{
    Timestamp,
    attempts::{self, Begin, Lock, Permit, Verdict},
    encoding::{self, Decoder, Encoder},
    totp::{self, Authenticators, authenticators::Id},
};

/// As many as a person has authenticators, those to be replaced among them.
const MAX: usize = 16;
const STATE_LEN: usize = 8 * 1024;

/// The counts by authenticator; one without failures takes no room.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Guesses(
    // INVARIANT: by ascending number.
    Vec<(Id, attempts::State)>,
);

/// A proof that was refused, and what it is to the count of failures.
pub(super) struct Refused {
    pub(super) verdict: Verdict,
    pub(super) error: Error,
}

impl Refused {
    /// Nothing was evaluated.
    pub(super) fn unseen(error: Error) -> Self {
        let verdict = Verdict::Incomplete;
        Self { verdict, error }
    }
}

/// A code that cannot be one is no guess.
impl From<totp::Error> for Refused {
    fn from(error: totp::Error) -> Self {
        let verdict = verdict(&error);
        let error = error.into();
        Self { verdict, error }
    }
}

fn verdict(error: &totp::Error) -> Verdict {
    match error {
        totp::Error::Wrong | totp::Error::Replayed => Verdict::Failure,
        _ => Verdict::Incomplete,
    }
}

impl Guesses {
    fn of(&self, id: Id) -> attempts::State {
        let found = self.0.iter().find(|(known, _)| *known == id);
        found.map_or_else(attempts::State::default, |(_, state)| state.clone())
    }

    fn put(&mut self, policy: &attempts::Policy, id: Id, state: attempts::State) {
        self.0.retain(|(known, _)| *known != id);
        if policy.reset(state.clone()) != state {
            let place = self.0.partition_point(|(known, _)| *known < id);
            self.0.insert(place, (id, state));
        }
    }

    fn begin(&mut self, policy: &attempts::Policy, id: Id, now: Timestamp) -> Begin {
        let (state, begin) = policy.begin(self.of(id), now);
        self.put(policy, id, state);
        begin
    }

    fn settle(
        &mut self,
        policy: &attempts::Policy,
        (id, permit): (Id, &Permit),
        verdict: Verdict,
        now: Timestamp,
    ) {
        // the slot was taken in this same step: it is there
        let (state, _) = policy.settle(self.of(id), permit, verdict, now);
        self.put(policy, id, state);
    }

    /// Whether this authenticator has had too many wrong codes, and another has to take its place.
    pub(super) fn needs_rebinding(&self, id: Id) -> bool {
        matches!(
            self.of(id).lock(),
            Some(Lock::RebindRequired { .. } | Lock::ResetRequired { .. })
        )
    }

    /// Forgets those that are gone.
    pub(super) fn keep(&mut self, authenticators: &Authenticators) {
        let known: Vec<_> = authenticators.iter().map(|entry| entry.id()).collect();
        self.0.retain(|(id, _)| known.contains(id));
    }

    pub(super) fn encode(&self, e: &mut Encoder) {
        e.list(&self.0, |e, (id, state)| {
            e.u32(id.number()).bytes(&state.encode());
        });
    }

    pub(super) fn decode(d: &mut Decoder<'_>) -> Result<Self, encoding::Error> {
        let guesses = d.list(MAX, |d| {
            let id = Id::from_number(d.u32()?);
            let state = attempts::State::decode(d.bytes(STATE_LEN)?)?;
            Ok::<_, encoding::Error>((id, state))
        })?;
        if guesses.is_sorted_by(|(a, _), (b, _)| a < b) {
            Ok(Self(guesses))
        } else {
            Err(encoding::Error::Damaged)
        }
    }
}

impl<S> Accounts<S> {
    /// Takes a one-time code: compared with every authenticator that may still be guessed at, used up
    /// where it is right, and counted against each of them where it is wrong.
    pub(super) fn take_code(
        &self,
        state: &mut State,
        code: &str,
        now: Timestamp,
    ) -> Result<(), Refused> {
        let (totp, limit) = (&self.policy.totp, &self.policy.codes);
        let candidates = state.authenticators.candidates(code);
        let mut guesses = state.guesses.clone();
        let mut asked: Vec<(Id, Permit)> = Vec::new();
        for id in &candidates {
            match guesses.begin(limit, *id, now) {
                Begin::Allowed(permit) => asked.push((*id, permit)),
                Begin::RebindRequired { .. } | Begin::ResetRequired { .. } => {}
                later => return Err(Refused::unseen(lanes::refusal(&later, now))),
            }
        }
        // one for which this is no code at all says so
        let among = |id| asked.iter().any(|(known, _)| *known == id) || !candidates.contains(&id);
        let verified = state.authenticators.verify_among(totp, among, code, now);
        for (id, permit) in &asked {
            let verdict = match &verified {
                Ok(accepted) if accepted.id() == *id => Verdict::Success,
                Ok(_) => Verdict::Incomplete,
                Err(error) => verdict(error),
            };
            guesses.settle(limit, (*id, permit), verdict, now);
        }
        let exhausted = candidates.iter().all(|id| guesses.needs_rebinding(*id));
        state.guesses = guesses;
        match verified {
            Ok(accepted) => {
                state.authenticators = accepted.into_authenticators();
                Ok(())
            }
            Err(error) if exhausted && !candidates.is_empty() => Err(Refused {
                verdict: verdict(&error),
                error: Error::RebindRequired,
            }),
            Err(error) => Err(error.into()),
        }
    }
}
