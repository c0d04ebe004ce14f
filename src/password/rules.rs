//! Rules that hold together.

use super::{Error, MAX_PASSWORD_LEN, Period, Requirement, Rule, SecondFactor, Standard, Words};

/// What every policy has, unless a standard wants it left free.
const BASE: [Requirement; 7] = [
    Requirement::new(
        Rule::MaxLength {
            max: MAX_PASSWORD_LEN,
        },
        "portcullis: length",
    ),
    Requirement::new(Rule::NoControlCharacters, "portcullis: characters"),
    Requirement::new(
        Rule::NoContextWords(Words::Anywhere),
        "portcullis: context words",
    ),
    Requirement::new(
        Rule::NotBlocklisted { passwords: 1 },
        "portcullis: blocklist",
    ),
    Requirement::new(Rule::NotSimilar, "portcullis: similarity"),
    Requirement::new(Rule::NotOfLast { depth: 0 }, "portcullis: history"),
    // two weeks, so that a holiday does not use it up
    Requirement::new(Rule::Warning(Period::FOURTEEN_DAYS), "portcullis: warning"),
];

/// Rules in the order of a check: none contradicts another, none follows from another.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Rules(Vec<Requirement>);

impl Rules {
    /// What every policy has, and what a standard asks for.
    pub(super) fn preset(standard: Standard) -> Self {
        let demands = standard.demands();
        let wanted = |base: &&Requirement| {
            let against = |r: &Requirement| r.rule().contradicts(base.rule());
            !demands.iter().any(against)
        };
        let mut rules = Self(BASE.iter().filter(wanted).copied().collect());
        demands.iter().for_each(|r| rules.insert(*r));
        rules
    }

    /// What every policy has, and the stricter of what the standards ask for.
    pub(super) fn of(standards: &[Standard]) -> Result<Self, Error> {
        let mut presets = standards.iter().map(|standard| Self::preset(*standard));
        presets.try_fold(Self(BASE.to_vec()), Self::and)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Requirement> {
        self.0.iter()
    }

    /// The rules of the same kind as `kind`, whatever their numbers.
    pub(super) fn of_kind(&self, kind: Rule) -> impl Iterator<Item = &Requirement> {
        self.iter().filter(move |r| r.rule().is_kind_of(kind))
    }

    /// Takes in one more. Of two where one follows from the other, the stricter one stays.
    fn insert(&mut self, new: Requirement) {
        let same_by_default = |old: &Requirement| is_default(old) && new.implies(old);
        let follows = |old: &Requirement| old.implies(&new) && !same_by_default(old);
        if !self.iter().any(follows) {
            self.0.retain(|old| !new.implies(old));
            self.0.push(new);
            self.0.sort_by_key(Requirement::place);
        }
    }

    /// Fails with the clauses of the first two that nobody can keep both.
    pub(super) fn checked(self) -> Result<Self, Error> {
        let mut rest = self.0.as_slice();
        while let [first, others @ ..] = rest {
            let against = |r: &&Requirement| r.rule().contradicts(first.rule());
            if let Some(other) = others.iter().find(against) {
                return Err(Error::Contradiction(first.clause(), other.clause()));
            }
            rest = others;
        }
        Ok(self)
    }

    /// These, with `own` in place of all of the same kind as `kind`.
    pub(super) fn replace(self, kind: Rule, own: &[Requirement]) -> Self {
        let mut rules = self.without(kind);
        own.iter().for_each(|r| rules.insert(*r));
        rules
    }

    fn without(mut self, kind: Rule) -> Self {
        self.0.retain(|r| !r.rule().is_kind_of(kind));
        self
    }

    /// The stricter of each; what this library adds by default gives way to what contradicts it.
    pub(super) fn and(mut self, mut other: Self) -> Result<Self, Error> {
        let grace = Rule::Grace(Period::FOURTEEN_DAYS);
        let strict = self.expire_without_grace() || other.expire_without_grace();
        self.give_way_to(&other);
        other.give_way_to(&self);
        other.0.into_iter().for_each(|r| self.insert(r));
        let both = if strict { self.without(grace) } else { self };
        both.checked()
    }

    fn give_way_to(&mut self, other: &Self) {
        let against = |a: &Requirement| other.iter().any(|b| a.rule().contradicts(b.rule()));
        self.0.retain(|r| !(is_default(r) && against(r)));
    }

    fn expire_without_grace(&self) -> bool {
        let has = |kind| self.of_kind(kind).next().is_some();
        let period = Period::FOURTEEN_DAYS;
        has(Rule::Lifetime(period)) && !has(Rule::Grace(period))
    }

    /// Cites as the author's own whatever is of a kind that the standards do not have like this.
    pub(super) fn relabel(self, standards: &Self) -> Self {
        let own = |r: &Requirement| {
            let kind = r.rule();
            if self.of_kind(kind).eq(standards.of_kind(kind)) {
                *r
            } else {
                r.with_clause(kind.own_clause())
            }
        };
        Self(self.iter().map(own).collect())
    }

    /// Those that are for an account with or without a second factor, none following from another.
    pub(super) fn applicable(&self, factor: SecondFactor) -> Vec<Requirement> {
        let applies = |r: &&Requirement| r.applies_to(factor);
        let all: Vec<_> = self.iter().filter(applies).copied().collect();
        let follows = |r: &Requirement| {
            let stricter = |other: &&Requirement| *other != r && other.rule().implies(r.rule());
            all.iter().any(|other| stricter(&other))
        };
        all.iter().filter(|r| !follows(r)).copied().collect()
    }
}

fn is_default(requirement: &Requirement) -> bool {
    requirement.clause().is_default()
}
