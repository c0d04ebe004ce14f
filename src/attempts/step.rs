//! The steps: what each rule of a [`Policy`] does to a [`State`].

use core::time::Duration;

use super::{
    Action, Begin, Fingerprint, Lock, Outcome, Permit, Policy, State, Verdict, Window,
    policy::OnSuccess,
    state::{Failure, Open, Phase},
};
use crate::Timestamp;

/// When to come back: by then the hashes under way have usually ended.
const BUSY: Begin = Begin::Busy {
    retry_after: Duration::from_secs(1),
};

impl Policy {
    /// Takes a slot for one attempt, if there is one. To be stored before the slow hash runs.
    pub fn begin(&self, state: State, now: Timestamp) -> (State, Begin) {
        let mut state = self.observe(state, now);
        let begin = match &mut state.phase {
            Phase::Locked(lock) => lock.refuses(),
            Phase::Open(open) => match self.refusal(open, now) {
                Some(refusal) => refusal,
                None => {
                    let lapses = now.saturating_add(self.slot_lifetime);
                    let slot = open.take_slot(&mut state.last_slot, lapses, now);
                    slot.map_or(BUSY, Begin::Allowed)
                }
            },
        };
        (state, begin)
    }

    /// Says how an attempt went and gives its slot back.
    ///
    /// The permit is borrowed because a step may run several times under compare-and-swap; the state
    /// knows which slots are open, so a second settling finds nothing and changes nothing.
    pub fn settle(
        &self,
        state: State,
        permit: &Permit,
        verdict: Verdict,
        now: Timestamp,
    ) -> (State, Outcome) {
        let mut state = self.observe(state, now);
        let outcome = match &mut state.phase {
            Phase::Locked(lock) => lock.outcome(),
            Phase::Open(open) => {
                let outcome = self.judge(open, permit, verdict, now);
                if self.is_reached(open) {
                    let lock = self.lock(now);
                    state.phase = Phase::Locked(lock);
                    lock.outcome()
                } else {
                    outcome
                }
            }
        };
        (state, outcome)
    }

    /// The state after a reset of the password, a rebinding of the authenticator or an unlock by an
    /// administrator: no failures and no lock. Attempts that were under way are void.
    #[must_use]
    pub fn reset(&self, state: State) -> State {
        state.cleared()
    }

    /// What has happened by itself up to now: slots that lapsed became failures at the time they did,
    /// failures grew too old to count, a cool-off ended.
    fn observe(&self, mut state: State, now: Timestamp) -> State {
        if self.on_success == OnSuccess::Keep {
            self.bring_back(&mut state.phase, now);
        }
        state.phase = match state.phase {
            Phase::Open(open) => self.observe_open(open, now),
            locked => locked,
        };
        match state.phase {
            Phase::Locked(Lock::Until(until)) if is_over(until, now) => state.cleared(),
            _ => state,
        }
    }

    /// What a clock has written that has gone back since. One machine whose clock is years ahead for a
    /// moment would close the door to everybody for years: on a key that many share nothing lasts
    /// longer than if it had begun now. A key of one's own is opened by a reset.
    fn bring_back(&self, phase: &mut Phase, now: Timestamp) {
        match (phase, self.action) {
            (Phase::Locked(Lock::Until(until)), Action::CoolOff(period)) => {
                *until = now.saturating_add(period).min(*until);
            }
            (Phase::Locked(_), _) => {}
            (Phase::Open(open), _) => {
                let wait = self.delay.map(|delay| delay.after(open.count()));
                open.bring_back(wait.unwrap_or_default(), now);
            }
        }
    }

    fn observe_open(&self, mut open: Open, now: Timestamp) -> Phase {
        open.shorten_slots(self.slot_lifetime, now);
        while let Some(lapsed) = open.lapse(now) {
            self.fail(&mut open, None, lapsed);
            if self.is_reached(&open) {
                return Phase::Locked(self.lock(lapsed));
            }
        }
        self.forget(&mut open, now);
        if self.is_reached(&open) {
            // the policy is stricter than the one that counted
            return Phase::Locked(self.lock(now));
        }
        Phase::Open(open)
    }

    /// Why no slot can be had.
    fn refusal(&self, open: &Open, now: Timestamp) -> Option<Begin> {
        let one_at_a_time = self.delay.is_some();
        if !is_over(open.wait, now) {
            return Some(Begin::Wait { until: open.wait });
        }
        if open.failures_and_slots() >= self.threshold || (one_at_a_time && open.has_slots()) {
            return Some(BUSY);
        }
        None
    }

    /// Gives the slot back and does what the verdict says.
    fn judge(&self, open: &mut Open, permit: &Permit, verdict: Verdict, now: Timestamp) -> Outcome {
        if !open.give_back(permit) {
            return Outcome::Lapsed;
        }
        let shared = self.on_success == OnSuccess::Keep;
        match verdict {
            Verdict::Success if shared => Outcome::Kept {
                left: self.left(open),
            },
            Verdict::Success => {
                open.clear();
                Outcome::Cleared
            }
            Verdict::Incomplete => Outcome::Returned {
                left: self.left(open),
            },
            Verdict::FailureWith(fingerprint) if !shared => {
                if open.has(fingerprint) {
                    return Outcome::Repeated {
                        left: self.left(open),
                    };
                }
                self.fail(open, Some(fingerprint), now);
                Outcome::Counted {
                    left: self.left(open),
                }
            }
            // of many accounts one fingerprint says nothing
            Verdict::Failure | Verdict::FailureWith(_) => {
                self.fail(open, None, now);
                Outcome::Counted {
                    left: self.left(open),
                }
            }
        }
    }

    /// Counts a failure, and begins the wait after it. A wait that ends later stays.
    fn fail(&self, open: &mut Open, fingerprint: Option<Fingerprint>, at: Timestamp) {
        self.forget(open, at);
        open.failures.push(Failure { at, fingerprint });
        if let Some(delay) = self.delay {
            let until = at.saturating_add(delay.after(open.count()));
            open.wait = open.wait.max(until);
        }
    }

    /// Drops the failures that are too old to count. One from the future, before the clock went
    /// back, is not old.
    fn forget(&self, open: &mut Open, now: Timestamp) {
        let counts = |failure: &Failure, window| now.saturating_since(failure.at) < window;
        match self.window {
            Window::Unlimited => {}
            Window::Streak(window) => {
                if !open.failures.iter().any(|failure| counts(failure, window)) {
                    open.clear();
                }
            }
            Window::Rolling(window) => {
                open.failures.retain(|failure| counts(failure, window));
                if open.failures.is_empty() {
                    open.clear();
                }
            }
        }
    }

    fn is_reached(&self, open: &Open) -> bool {
        open.count() >= self.threshold
    }

    fn lock(&self, since: Timestamp) -> Lock {
        match self.action {
            Action::RequireReset => Lock::ResetRequired { since },
            Action::RequireRebind => Lock::RebindRequired { since },
            Action::CoolOff(period) => Lock::Until(since.saturating_add(period)),
        }
    }

    fn left(&self, open: &Open) -> u32 {
        self.threshold.saturating_sub(open.count())
    }

    /// From when on a state is as good as none, if time alone makes it so: no failure counts, no
    /// lock holds, and no permit given out can still come back.
    pub(super) fn expires(&self, state: &State) -> Option<Timestamp> {
        let forgotten = match &state.phase {
            Phase::Locked(Lock::Until(until)) => *until,
            Phase::Locked(_) => return None,
            Phase::Open(open) => match open.latest() {
                Some(latest) => self.forgets(open, latest)?,
                None => Timestamp::EPOCH,
            },
        };
        Some(forgotten.max(state.permits_end(self.slot_lifetime)?))
    }

    /// When nothing counts any more, if the last failure happens at `latest`: that of an attempt under
    /// way, should it lapse.
    fn forgets(&self, open: &Open, latest: Timestamp) -> Option<Timestamp> {
        let faded = match self.window {
            Window::Unlimited => None,
            Window::Streak(window) | Window::Rolling(window) => Some(latest.saturating_add(window)),
        };
        if open.failures_and_slots() < self.threshold {
            return faded;
        }
        match self.action {
            Action::CoolOff(period) => faded.max(Some(latest.saturating_add(period))),
            Action::RequireReset | Action::RequireRebind => None,
        }
    }
}

/// Whether a wait or a lock until then has ended. The end of time is never.
fn is_over(until: Timestamp, now: Timestamp) -> bool {
    until <= now && until < Timestamp::MAX
}

impl Lock {
    pub(super) fn refuses<P>(self) -> Begin<P> {
        match self {
            Self::Until(until) => Begin::Locked { until },
            Self::ResetRequired { since } => Begin::ResetRequired { since },
            Self::RebindRequired { since } => Begin::RebindRequired { since },
        }
    }

    fn outcome(self) -> Outcome {
        match self {
            Self::Until(until) => Outcome::Locked { until },
            Self::ResetRequired { since } => Outcome::ResetRequired { since },
            Self::RebindRequired { since } => Outcome::RebindRequired { since },
        }
    }
}
