//! Who of those who must have a second factor has one.

use core::fmt;
use std::collections::BTreeMap;

use super::Duty;
use crate::{
    Timestamp,
    table::{Align, Name, Table},
};

/// Who has a second factor, population by population: all of them, or a list of exceptions.
///
/// Everything is sorted, so the same people give the same text. While it is made it holds every
/// person's name once for each of their populations; what it keeps is bounded by the number of names
/// asked for.
///
/// Its [`Display`](fmt::Display) is a table in plain ASCII, but for the names themselves, of which
/// whatever is not to be seen is escaped and 64 characters are shown; one that does not begin with a
/// letter or a digit is in quotes.
/// It holds personal data: who has no second factor is of interest to others, too.
///
/// ```
/// use portcullis::totp::{Coverage, Duty};
///
/// let rows = [("staff", "ada", Duty::Met), ("staff", "bob", Duty::EnrolmentRequired)];
/// let coverage = Coverage::new(rows, 100);
/// let staff = &coverage.populations()[0];
/// assert_eq!((staff.people(), staff.met(), staff.per_mille()), (2, 1, 500));
/// assert_eq!(staff.without(), ["bob"]);
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Coverage {
    populations: Vec<Population>,
}

impl Coverage {
    /// From a row for each person of each population: the population's name, the person's, and the
    /// duty. Where a person stands twice in one population, the strictest duty counts, once. Of each
    /// population at most `names` people are named who are in grace, and as many who are without.
    #[must_use]
    pub fn new<P: Into<String>, N: Into<String>>(
        rows: impl IntoIterator<Item = (P, N, Duty)>,
        names: usize,
    ) -> Self {
        let mut populations: BTreeMap<String, BTreeMap<String, Duty>> = BTreeMap::new();
        for (population, person, duty) in rows {
            let people = populations.entry(population.into()).or_default();
            people
                .entry(person.into())
                .and_modify(|known| *known = known.strictest(duty))
                .or_insert(duty);
        }
        let summed = populations
            .into_iter()
            .map(|(name, people)| Population::new(name, people, names));
        Self {
            populations: summed.collect(),
        }
    }

    /// The populations by name.
    #[must_use]
    pub fn populations(&self) -> &[Population] {
        &self.populations
    }
}

/// Who of one population has a second factor.
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Population {
    name: String,
    people: usize,
    met: usize,
    in_grace: usize,
    enrolment_required: usize,
    grace: Vec<InGrace>,
    without: Vec<String>,
}

impl Population {
    fn new(name: String, people: BTreeMap<String, Duty>, names: usize) -> Self {
        let total = people.len();
        let (mut grace, mut without) = (Vec::new(), Vec::new());
        for (person, duty) in people {
            match duty {
                Duty::Met => {}
                Duty::EnrolmentRequired => without.push(person),
                Duty::Grace {
                    until,
                    sign_ins_left,
                } => grace.push(InGrace {
                    person,
                    until,
                    sign_ins_left,
                }),
            }
        }
        // stable: those of one end stay sorted by name
        grace.sort_by_key(InGrace::end);
        let (in_grace, enrolment_required) = (grace.len(), without.len());
        without.truncate(names);
        grace.truncate(names);
        Self {
            name,
            people: total,
            met: total
                .saturating_sub(in_grace)
                .saturating_sub(enrolment_required),
            in_grace,
            enrolment_required,
            grace,
            without,
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many people it has.
    #[must_use]
    pub fn people(&self) -> usize {
        self.people
    }

    /// How many of them have a confirmed second factor.
    #[must_use]
    pub fn met(&self) -> usize {
        self.met
    }

    /// How many have none and are in grace.
    #[must_use]
    pub fn in_grace(&self) -> usize {
        self.in_grace
    }

    /// How many have none and may do nothing but enrol one.
    #[must_use]
    pub fn enrolment_required(&self) -> usize {
        self.enrolment_required
    }

    /// How many of a thousand have one, rounded down: 1000 only when everybody has.
    #[must_use]
    pub fn per_mille(&self) -> usize {
        let thousands = self.met.saturating_mul(1000);
        thousands.checked_div(self.people).unwrap_or_default()
    }

    /// Who is in grace, the first to end first, then by name; as many as were asked for.
    #[must_use]
    pub fn grace(&self) -> &[InGrace] {
        &self.grace
    }

    /// Who has none and is not in grace, by name; as many as were asked for.
    #[must_use]
    pub fn without(&self) -> &[String] {
        &self.without
    }
}

/// Somebody who has no second factor yet.
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct InGrace {
    /// Who.
    pub person: String,
    /// From when on enrolment is required, where a time ends the grace.
    pub until: Option<Timestamp>,
    /// Sign-ins that are left, where their number ends the grace.
    pub sign_ins_left: Option<u32>,
}

impl InGrace {
    /// What is compared to say which grace ends first: what has no end of a kind comes last.
    fn end(&self) -> (Timestamp, u32) {
        (
            self.until.unwrap_or(Timestamp::MAX),
            self.sign_ins_left.unwrap_or(u32::MAX),
        )
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "second factor")?;
        let right = Align::Right;
        let mut table = Table::new([
            ("people", right),
            ("have one", right),
            ("in grace", right),
            ("without", right),
            ("covered", right),
            ("population", Align::Left),
        ]);
        for population in &self.populations {
            let per_mille = population.per_mille();
            table.row([
                population.people.to_string(),
                population.met.to_string(),
                population.in_grace.to_string(),
                population.enrolment_required.to_string(),
                format!("{}.{} %", per_mille / 10, per_mille % 10),
                Name(&population.name).to_string(),
            ]);
        }
        write!(f, "{table}")?;
        for population in &self.populations {
            population.fmt_grace(f)?;
            population.fmt_without(f)?;
        }
        Ok(())
    }
}

impl Population {
    fn fmt_grace(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.in_grace == 0 {
            return Ok(());
        }
        writeln!(f, "\nin grace: {}", Name(&self.name))?;
        let mut table = Table::new([
            ("until", Align::Left),
            ("sign-ins left", Align::Right),
            ("person", Align::Left),
        ]);
        for one in &self.grace {
            let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
            table.row([
                or_dash(one.until.map(|until| until.to_string())),
                or_dash(one.sign_ins_left.map(|left| left.to_string())),
                Name(&one.person).to_string(),
            ]);
        }
        write!(f, "{table}")?;
        more(f, self.in_grace, self.grace.len())
    }

    fn fmt_without(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.enrolment_required == 0 {
            return Ok(());
        }
        writeln!(f, "\nwithout: {}", Name(&self.name))?;
        for person in &self.without {
            writeln!(f, "  {}", Name(person))?;
        }
        more(f, self.enrolment_required, self.without.len())
    }
}

/// How many a list does not name.
fn more(f: &mut fmt::Formatter<'_>, all: usize, named: usize) -> fmt::Result {
    match all.saturating_sub(named) {
        0 => Ok(()),
        more => writeln!(f, "  (and {more} more)"),
    }
}
