//! The rules of a policy, and for each role those that it has or inherits, ready to be looked up.

use core::ops::Range;

use super::{
    compile::RoleId,
    matches::{Matches, PatternId, Patterns},
    permission::Permission,
    requirements::ConditionsId,
};

/// Rules that all roles have and inherit together: each takes eight bytes.
const MAX_INHERITED_RULES: usize = 4_000_000;

/// A rule as it stands in the file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Stated {
    pub(super) pattern: PatternId,
    pub(super) by: RoleId,
    pub(super) when: ConditionsId,
}

/// What one role states: ascending, first by pattern.
#[derive(Default)]
pub(super) struct Own {
    pub(super) allow: Vec<(PatternId, ConditionsId)>,
    pub(super) deny: Vec<PatternId>,
}

/// A rule, by its place among all that are stated.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct RuleId(u32);

/// Which rules of a role are meant.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Effect {
    Allow,
    Deny,
}

#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Rules {
    /// Role by role, what it allows before what it denies.
    stated: Box<[Stated]>,
    /// By role; and one more.
    own: Box<[Span]>,
    /// Role by role, what it and all that it inherits allow before what they deny; each in
    /// ascending order.
    patterns: Box<[PatternId]>,
    /// The rule of each of these.
    rules: Box<[RuleId]>,
    /// By role; and one more.
    inherited: Box<[Span]>,
}

/// Where the rules of a role begin; they end where those of the next begin.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Span {
    allow: u32,
    deny: u32,
}

impl Rules {
    /// The rules that the roles state, flattened over what each role comes down to. The first role
    /// with which there are too many is the error.
    pub(super) fn new(own: &[Own], closures: &[Box<[RoleId]>]) -> Result<Self, RoleId> {
        let mut rules = Self::stated(own);
        let mut flat = Flat::default();
        for (role, closure) in RoleId::first(closures.len()).zip(closures) {
            let allow = flat.here();
            flat.add(&rules, closure, Effect::Allow).ok_or(role)?;
            let deny = flat.here();
            flat.add(&rules, closure, Effect::Deny).ok_or(role)?;
            flat.spans.push(Span { allow, deny });
        }
        let (allow, deny) = (flat.here(), flat.here());
        flat.spans.push(Span { allow, deny });
        rules.patterns = flat.patterns.into();
        rules.rules = flat.rules.into();
        rules.inherited = flat.spans.into();
        Ok(rules)
    }

    fn stated(own: &[Own]) -> Self {
        let mut stated = Vec::new();
        let mut spans = Vec::with_capacity(own.len().saturating_add(1));
        for (by, own) in RoleId::first(own.len()).zip(own) {
            let allow = place(stated.len());
            let allowances = own.allow.iter().map(|(pattern, when)| (*pattern, *when));
            stated.extend(allowances.map(|(pattern, when)| Stated { pattern, by, when }));
            let deny = place(stated.len());
            let when = ConditionsId::NONE;
            let denials = own.deny.iter().copied();
            stated.extend(denials.map(|pattern| Stated { pattern, by, when }));
            spans.push(Span { allow, deny });
        }
        let (allow, deny) = (place(stated.len()), place(stated.len()));
        spans.push(Span { allow, deny });
        Self {
            stated: stated.into(),
            own: spans.into(),
            ..Self::default()
        }
    }

    pub(super) fn get(&self, id: RuleId) -> Option<&Stated> {
        self.stated.get(id.0 as usize)
    }

    /// What the role itself states.
    pub(super) fn own(&self, role: RoleId, effect: Effect) -> &[Stated] {
        let stated = range(&self.own, role, effect).and_then(|range| self.stated.get(range));
        stated.unwrap_or_default()
    }

    /// What the role states and inherits, ascending by pattern. Of several rules that say the same,
    /// that of the first role is here.
    pub(super) fn of(
        &self,
        role: RoleId,
        effect: Effect,
    ) -> impl Iterator<Item = (RuleId, &Stated)> {
        let (_, rules) = self.slices(role, effect);
        rules.iter().filter_map(|id| Some((*id, self.get(*id)?)))
    }

    /// The first rule, in the order of the patterns, that matches and that `accept` takes.
    pub(super) fn find(
        &self,
        role: RoleId,
        effect: Effect,
        asked: Asked<'_>,
        mut accept: impl FnMut(&Stated) -> bool,
    ) -> Option<RuleId> {
        let (patterns, rules) = self.slices(role, effect);
        let Some(ids) = asked.matches.ids() else {
            let mut rules = self.of(role, effect);
            let rule = rules.find(|(_, rule)| asked.matched(rule.pattern) && accept(rule));
            return rule.map(|(id, _)| id);
        };
        for id in ids {
            let first = patterns.partition_point(|known| known < id);
            let same = patterns.iter().zip(rules).skip(first);
            for (_, rule) in same.take_while(|(known, _)| *known == id) {
                if accept(self.get(*rule)?) {
                    return Some(*rule);
                }
            }
        }
        None
    }

    fn slices(&self, role: RoleId, effect: Effect) -> (&[PatternId], &[RuleId]) {
        let slices = range(&self.inherited, role, effect).and_then(|range| {
            let patterns = self.patterns.get(range.clone())?;
            Some((patterns, self.rules.get(range)?))
        });
        slices.unwrap_or_default()
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
    fn matched(&self, id: PatternId) -> bool {
        let pattern = self.patterns.get(id);
        pattern.is_some_and(|pattern| pattern.matches(self.permission))
    }
}

/// The rules of roles that inherit, while they are put together.
#[derive(Default)]
struct Flat {
    patterns: Vec<PatternId>,
    rules: Vec<RuleId>,
    spans: Vec<Span>,
    /// Rules looked at, those that say the same counted each.
    total: usize,
    of_one: Vec<(PatternId, ConditionsId, RuleId)>,
}

impl Flat {
    fn here(&self) -> u32 {
        place(self.patterns.len())
    }

    /// None where there are too many.
    fn add(&mut self, rules: &Rules, closure: &[RoleId], effect: Effect) -> Option<()> {
        self.of_one.clear();
        for role in closure {
            let own = range(&rules.own, *role, effect)?;
            let stated = rules.stated.get(own.clone())?;
            let ids = (own.start..).map(|at| RuleId(place(at)));
            let all = stated.iter().zip(ids);
            self.of_one
                .extend(all.map(|(rule, id)| (rule.pattern, rule.when, id)));
            self.total = self.total.saturating_add(stated.len());
            if self.total > MAX_INHERITED_RULES {
                return None;
            }
        }
        self.of_one.sort_unstable();
        self.of_one
            .dedup_by_key(|(pattern, when, _)| (*pattern, *when));
        for (pattern, _, id) in &self.of_one {
            self.patterns.push(*pattern);
            self.rules.push(*id);
        }
        Some(())
    }
}

fn range(spans: &[Span], role: RoleId, effect: Effect) -> Option<Range<usize>> {
    let [span, next, ..] = spans.get(role.index()..)? else {
        return None;
    };
    let (from, to) = match effect {
        Effect::Allow => (span.allow, span.deny),
        Effect::Deny => (span.deny, next.allow),
    };
    Some(from as usize..to as usize)
}

/// INVARIANT: below 2^32, because there are fewer rules than bytes in a file, and fewer inherited
/// ones than their bound.
fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
