//! The rules of a policy, and for each role those that it has or inherits, ready to be looked up.

use super::{
    compile::RoleId,
    matches::{Matches, PatternId, Patterns},
    permission::Permission,
    requirements::ConditionsId,
    steps::step,
};

/// Rules that all roles have and inherit together: each takes twelve bytes.
const MAX_INHERITED_RULES: usize = 4_000_000;

/// A rule as it stands in the file. In the order of their fields, rules are in an order that does
/// not depend on that of the file.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Stated {
    pub(super) pattern: PatternId,
    pub(super) when: ConditionsId,
    pub(super) by: RoleId,
}

/// Which rules of a role are meant.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Effect {
    Allow,
    Deny,
}

/// The rules of all roles.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Rules {
    /// What each role states itself.
    own: ByRole,
    /// What it states and inherits. Of several rules that say the same, that of the first role.
    inherited: ByRole,
}

impl Rules {
    /// What the roles state, and what they have over all that they come down to. The first role
    /// with which that is too much is the error.
    pub(super) fn new(own: ByRole, closures: &[Box<[RoleId]>]) -> Result<Self, RoleId> {
        let mut inherited = ByRole::default();
        let mut looked_at = 0_usize;
        let mut of_one = Vec::new();
        for (role, closure) in RoleId::first(closures.len()).zip(closures) {
            for effect in [Effect::Allow, Effect::Deny] {
                of_one.clear();
                for from in closure {
                    let rules = own.of(*from, effect);
                    step();
                    looked_at = looked_at.saturating_add(rules.len());
                    if looked_at > MAX_INHERITED_RULES {
                        return Err(role);
                    }
                    of_one.extend_from_slice(rules);
                }
                of_one.sort_unstable();
                of_one.dedup_by_key(|rule| (rule.pattern, rule.when));
                inherited.push(effect, &of_one);
            }
        }
        Ok(Self { own, inherited })
    }

    /// What the role itself states, ascending.
    pub(super) fn own(&self, role: RoleId, effect: Effect) -> &[Stated] {
        self.own.of(role, effect)
    }

    /// What the role states and inherits, ascending.
    pub(super) fn of(&self, role: RoleId, effect: Effect) -> &[Stated] {
        self.inherited.of(role, effect)
    }

    /// The first rule of the role that matches and that `accept` takes.
    pub(super) fn find(
        &self,
        role: RoleId,
        effect: Effect,
        asked: Asked<'_>,
        mut accept: impl FnMut(&Stated) -> bool,
    ) -> Option<Stated> {
        let rules = self.of(role, effect);
        if rules.is_empty() {
            return None;
        }
        let Some(ids) = asked.matches.ids() else {
            let mut rules = rules.iter();
            let rule = rules.find(|rule| asked.is_matched_by(rule.pattern) && accept(rule));
            return rule.copied();
        };
        let stands = |id: &&PatternId| asked.patterns.stands_in(**id, effect);
        for id in ids.iter().filter(stands) {
            let first = rules.partition_point(|rule| {
                step();
                rule.pattern < *id
            });
            let rest = rules.get(first..).unwrap_or_default();
            let mut same = rest.iter().take_while(|rule| rule.pattern == *id);
            let first = same.find(|rule| {
                step();
                accept(rule)
            });
            if let Some(rule) = first {
                return Some(*rule);
            }
        }
        None
    }
}

/// Rules by role and effect.
#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct ByRole {
    rules: Vec<Stated>,
    /// Where those that a role allows end, and those that it denies; the next ones begin there.
    ends: Vec<u32>,
}

impl ByRole {
    /// Adds what the next role allows, or after that what it denies; ascending.
    pub(super) fn push(&mut self, effect: Effect, rules: &[Stated]) {
        debug_assert_eq!(effect == Effect::Deny, self.ends.len() % 2 == 1);
        self.rules.extend_from_slice(rules);
        // there are fewer than bytes in a file, and fewer inherited ones than their bound
        let end = u32::try_from(self.rules.len()).unwrap_or(u32::MAX);
        self.ends.push(end);
    }

    fn of(&self, role: RoleId, effect: Effect) -> &[Stated] {
        let place = role.index().saturating_mul(2);
        let place = match effect {
            Effect::Allow => place,
            Effect::Deny => place.saturating_add(1),
        };
        let end = |place: usize| self.ends.get(place).map(|end| *end as usize);
        let start = place.checked_sub(1).map_or(Some(0), end);
        let rules = start
            .zip(end(place))
            .and_then(|(start, end)| self.rules.get(start..end));
        rules.unwrap_or_default()
    }
}

/// A permission, and what matches it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub(super) permission: &'a Permission<'a>,
    pub(super) patterns: &'a Patterns,
    pub(super) matches: &'a Matches<'a>,
}

impl Asked<'_> {
    fn is_matched_by(&self, id: PatternId) -> bool {
        step();
        let pattern = self.patterns.get(id);
        pattern.is_some_and(|pattern| pattern.matches(self.permission))
    }
}
