//! Who must have a second factor: what a person owes, and since when.

use super::{Policy, SecondFactor, State};
use crate::{
    Timestamp,
    encoding::{self, Decoder, Encoder},
    totp::{Coverage, Duty, Enrolment, Mandate},
};

/// Mandates of one policy, and so of one record.
pub(super) const MAX: usize = 64;
/// The longest name of a population.
const POPULATION_LEN: usize = 128;
/// The population of [`SecondFactor::Required`] in a coverage report.
const EVERYBODY: &str = "everybody";

/// Since when one mandate binds one person. It is kept when they leave the population: whoever comes
/// back has had their grace.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Bound {
    population: String,
    since: Timestamp,
    /// How often they were let in without a second factor since.
    sign_ins: u32,
}

impl Bound {
    pub(super) fn encode(&self, e: &mut Encoder) {
        e.bytes(self.population.as_bytes());
        e.time(self.since).u32(self.sign_ins);
    }

    pub(super) fn decode_all(d: &mut Decoder<'_>) -> Result<Vec<Self>, encoding::Error> {
        let all: Vec<Self> = d.list(MAX, |d| {
            Ok::<_, encoding::Error>(Self {
                population: d.text(POPULATION_LEN)?.to_owned(),
                since: d.time()?,
                sign_ins: d.u32()?,
            })
        })?;
        if all.is_sorted_by(|a, b| a.population < b.population) {
            Ok(all)
        } else {
            Err(encoding::Error::Damaged)
        }
    }
}

impl Policy {
    /// Notes the mandates that begin to bind this person now.
    pub(super) fn bind(&self, state: &mut State, now: Timestamp) {
        let binding = self.binding(state, now);
        let populations: Vec<_> = binding.map(|m| m.population().to_owned()).collect();
        for population in populations {
            let find = |bound: &[Bound]| bound.binary_search_by(|b| b.population.cmp(&population));
            if find(&state.bound).is_err() && state.bound.len() >= MAX {
                // a policy has no more than a record, so this makes room for at least this one
                state.bound.retain(|bound| self.has_mandate(bound));
            }
            if let Err(place) = find(&state.bound) {
                let bound = Bound {
                    population,
                    since: now,
                    sign_ins: 0,
                };
                state.bound.insert(place, bound);
            }
        }
    }

    /// What a person owes.
    pub(super) fn duty(&self, state: &State, now: Timestamp) -> Duty {
        let duties = self.duties(state, now).map(|(_, duty)| duty);
        duties.reduce(Duty::strictest).unwrap_or(Duty::Met)
    }

    /// Counts a sign-in without a second factor.
    pub(super) fn count_sign_in(&self, state: &mut State, now: Timestamp) {
        let binding: Vec<_> = self.binding(state, now).map(Mandate::population).collect();
        for bound in &mut state.bound {
            if binding.contains(&bound.population.as_str()) {
                bound.sign_ins = bound.sign_ins.saturating_add(1);
            }
        }
    }

    /// Whether a person must have a second factor, at once or after a grace.
    pub(super) fn is_bound(&self, state: &State, now: Timestamp) -> bool {
        self.second_factor == SecondFactor::Required || self.binding(state, now).next().is_some()
    }

    /// Who of each population has a second factor, who is in grace and who is without: a row for each
    /// person and mandate that binds them. At most `names` people of each are named.
    ///
    /// `states` are the records of those whom it is about, by [`Accounts::state`](super::Accounts::state)
    /// for each of the application's own list of names: a store need not list its keys, and what it
    /// holds is sealed. [`SecondFactor::Required`] is the population "everybody". A person whom a
    /// mandate binds and whose record does not say since when has not signed in since it was laid down;
    /// their grace begins when they do.
    #[must_use]
    pub fn coverage<'a>(
        &self,
        states: impl IntoIterator<Item = &'a State>,
        names: usize,
        now: Timestamp,
    ) -> Coverage {
        let rows = states.into_iter().flat_map(|state| {
            let rows = self.duties(state, now);
            rows.map(|(population, duty)| (population, state.login().as_str(), duty))
        });
        Coverage::new(rows, names)
    }

    fn duties(&self, state: &State, now: Timestamp) -> impl Iterator<Item = (&str, Duty)> {
        let enrolment = if state.has_factor() {
            Enrolment::Confirmed
        } else {
            Enrolment::Missing
        };
        let everybody = match (self.second_factor, enrolment) {
            (SecondFactor::Optional, _) => None,
            (SecondFactor::Required, Enrolment::Confirmed) => Some((EVERYBODY, Duty::Met)),
            (SecondFactor::Required, _) => Some((EVERYBODY, Duty::EnrolmentRequired)),
        };
        let mandates = self.binding(state, now).map(move |mandate| {
            let bound = state.bound.iter();
            let mut bound = bound.filter(|bound| bound.population == mandate.population());
            let (since, sign_ins) = bound.next().map_or((now, 0), |b| (b.since, b.sign_ins));
            let duty = mandate.duty(enrolment, since, sign_ins, now);
            (mandate.population(), duty)
        });
        everybody.into_iter().chain(mandates)
    }

    fn has_mandate(&self, bound: &Bound) -> bool {
        let mut mandates = self.mandates.iter();
        mandates.any(|mandate| mandate.population() == bound.population)
    }

    /// The mandates on the roles that a person has now.
    fn binding(&self, state: &State, now: Timestamp) -> impl Iterator<Item = &Mandate> {
        let grants = state.grants.iter();
        let active = grants.filter(|g| g.starts() <= now && g.ends().is_none_or(|end| now < end));
        let roles: Vec<String> = active.map(|grant| grant.role().to_owned()).collect();
        let mandates = self.mandates.iter();
        mandates.filter(move |mandate| roles.iter().any(|role| role == mandate.population()))
    }
}
