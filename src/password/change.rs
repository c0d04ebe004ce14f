//! The steps of a person's password: the first, the next, and what the present one is good for.

use super::{
    Error, Expiry, Hasher, Password, Policy, Requirement, Rule, SecondFactor, State, Use,
    Violation, Violations,
    expiry::{self, Lifetime},
    state::{Memory, Unusable},
};
use crate::Timestamp;

impl Policy {
    /// A first password, or one that starts over, without a history.
    ///
    /// # Errors
    ///
    /// [`Error::Rejected`] with all that [`Policy::check`] finds, and the errors of
    /// [`Hasher::hash`].
    pub fn set(
        &self,
        hasher: &Hasher,
        password: &Password,
        context: &[&str],
        now: Timestamp,
    ) -> Result<State, Error> {
        self.check(password, context)?;
        let state = State::new(hasher.hash(password)?, Some(now));
        Ok(self.mark(state, password))
    }

    /// A new password in place of the present one, which joins the history. It ends the duty to
    /// change. Who asks for it must have proved who they are.
    ///
    /// # Errors
    ///
    /// [`Error::Rejected`] with all that [`Policy::check`] finds, and with [`Violation::Reused`] if
    /// it is the present password or a remembered one. With [`Violation::TooSoon`] before the minimum
    /// age of the present one is over, unless that no longer serves: nothing is compared then. A
    /// present or remembered hash that cannot be used is the error that [`Hasher::verify`] gives for
    /// it: [`Policy::reset`] is the way out. The errors of [`Hasher::hash`].
    pub fn change(
        &self,
        hasher: &Hasher,
        state: &State,
        password: &Password,
        context: &[&str],
        now: Timestamp,
    ) -> Result<State, Error> {
        let mut violations = self.violations(password, context);
        self.check_age(state, &mut violations, now);
        self.replace(hasher, state, password, violations, Unusable::Refuse, now)
    }

    /// [`Policy::change`] where the person has typed in the present password too, which was verified:
    /// what [`Policy::check_change`] finds is told together with all else.
    ///
    /// # Errors
    ///
    /// As [`Policy::change`], and [`Error::Rejected`] with [`Violation::TooSimilar`].
    pub fn change_from(
        &self,
        hasher: &Hasher,
        state: &State,
        present: &Password,
        password: &Password,
        context: &[&str],
        now: Timestamp,
    ) -> Result<State, Error> {
        let mut violations = self.change_violations(present, password, context);
        self.check_age(state, &mut violations, now);
        self.replace(hasher, state, password, violations, Unusable::Refuse, now)
    }

    /// A new password for somebody who cannot use the present one and has proved who they are
    /// otherwise: [`Policy::change`] without a minimum age, and past hashes that cannot be used. Those
    /// stay in the history, but nobody can tell whether the new password is one of them; to refuse it
    /// for that would close the account for ever.
    ///
    /// # Errors
    ///
    /// [`Error::Rejected`] with all that [`Policy::check`] finds, and with [`Violation::Reused`];
    /// [`Error::Busy`], [`Error::Memory`] and [`Error::Randomness`].
    pub fn reset(
        &self,
        hasher: &Hasher,
        state: &State,
        password: &Password,
        context: &[&str],
        now: Timestamp,
    ) -> Result<State, Error> {
        let violations = self.violations(password, context);
        self.replace(hasher, state, password, violations, Unusable::Skip, now)
    }

    fn check_age(&self, state: &State, violations: &mut Vec<Violation>, now: Timestamp) {
        let from = self.changeable_from(state, &self.memory(), now);
        violations.extend(from.map(|from| Violation::TooSoon { from }));
    }

    fn replace(
        &self,
        hasher: &Hasher,
        state: &State,
        password: &Password,
        mut violations: Vec<Violation>,
        unusable: Unusable,
        now: Timestamp,
    ) -> Result<State, Error> {
        let memory = self.memory();
        let too_soon = violations
            .iter()
            .any(|violation| matches!(violation, Violation::TooSoon { .. }));
        if !too_soon && state.remembers(hasher, password, &memory, unusable, now)? {
            let remembered = state.remembered_len(&memory, now);
            violations.push(Violation::Reused { remembered });
        }
        Violations::refuse(violations)?;
        let changed = state.changed(hasher.hash(password)?, &memory, now);
        Ok(self.mark(changed, password))
    }

    /// Says what the present password is good for. To be asked after it was verified.
    pub fn expiry(&self, state: &State, now: Timestamp) -> Expiry {
        Lifetime::of(&self.requirements()).expiry(state, now)
    }

    /// When the present password may be changed, if that is not now. One that no longer serves may.
    fn changeable_from(&self, state: &State, memory: &Memory, now: Timestamp) -> Option<Timestamp> {
        if self.expiry(state, now).allows() == Use::ChangeOnly {
            return None;
        }
        let changed_at = expiry::changed_at(state, now);
        let ages = self
            .requirements()
            .into_iter()
            .filter_map(|r| match r.rule() {
                Rule::MinAge(period) => Some(period.after(changed_at?)),
                _ => None,
            });
        let from = ages.chain(state.full_until(memory, now)).max()?;
        (from > now).then_some(from)
    }

    fn memory(&self) -> Memory {
        let mut memory = Memory {
            depth: 0,
            periods: Vec::new(),
        };
        for requirement in self.requirements() {
            match requirement.rule() {
                Rule::NotOfLast { depth } => {
                    memory.depth = u8::try_from(depth).unwrap_or(u8::MAX);
                }
                Rule::NotWithin(period) => memory.periods.push(period),
                _ => {}
            }
        }
        memory
    }

    /// Notes whether the password is one that the policy admits beside a second factor only.
    fn mark(&self, state: State, password: &Password) -> State {
        let too_short = |r: &Requirement| match (r.rule(), password.text()) {
            (Rule::MinLength { min }, Some(text)) => text.chars().count() < min,
            _ => false,
        };
        let alone = self.rules.applicable(SecondFactor::NotEnrolled);
        state.with_needs_second_factor(alone.iter().any(too_short))
    }
}
