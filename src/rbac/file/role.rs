//! `[roles.support]`: the rules of a role, and of its grants.

use std::collections::HashSet;

use super::{
    Mention, Needs, RoleDraft, RuleDraft,
    node::{Entry, Node, Value, get},
    reader::Reader,
};
use crate::rbac::{
    condition::Conditions,
    finding::{Name, Problem},
    permission::check_literal,
};

const KEYS: [&str; 9] = [
    "allow",
    "deny",
    "inherits",
    "require",
    "max_grant",
    "grant_needs",
    "min_members",
    "max_members",
    "prerequisites",
];
/// More members than this are no bound.
const MAX_MEMBERS: u32 = 1_000_000_000;

impl Reader<'_, '_> {
    pub(super) fn roles<'d>(&mut self, node: &'d Node<'d>) -> Vec<RoleDraft<'d>> {
        let roles = self.table(node, "a table of roles").unwrap_or_default();
        roles.iter().map(|entry| self.role(entry)).collect()
    }

    fn role<'d>(&mut self, entry: &'d Entry<'d>) -> RoleDraft<'d> {
        let mut role = RoleDraft {
            name: &entry.key,
            at: entry.at,
            ..RoleDraft::default()
        };
        if let Err(slip) = check_literal(role.name) {
            self.report(role.at, Problem::Syntax(slip.fault));
        }
        let Some(table) = self.table(&entry.node, "a table: the rules of a role") else {
            return role;
        };
        for entry in table {
            let node = &entry.node;
            match &*entry.key {
                "allow" => role.allow = self.rules(node),
                "deny" => role.deny = self.denials(node),
                "inherits" => role.inherits = self.mentions(node),
                "require" => role.require = self.require(node),
                "max_grant" => role.max_grant = self.duration(node),
                "grant_needs" => role.grant_needs = self.needs(node),
                "min_members" => role.min_members = self.number(node, 1..=MAX_MEMBERS),
                "max_members" => role.max_members = self.number(node, 1..=MAX_MEMBERS),
                "prerequisites" => role.prerequisites = self.mentions(node),
                _ => self.unknown_key(entry, &KEYS),
            }
        }
        self.agreement(&role, table);
        role
    }

    /// What no grant could ever meet.
    fn agreement(&mut self, role: &RoleDraft<'_>, table: &[Entry<'_>]) {
        let Some(least) = role.min_members else {
            return;
        };
        let at = get(table, "min_members").map_or(role.at, |node| node.at.start);
        if role.max_members.is_some_and(|most| most < least) {
            self.report(at, Problem::Contradiction("min_members", "max_members"));
        }
        // members are counted by their grants without an end, of which such a role has none
        if role.max_grant.is_some() {
            self.report(at, Problem::Contradiction("min_members", "max_grant"));
        }
    }

    fn needs(&mut self, node: &Node<'_>) -> Needs {
        let mut needs = Needs::default();
        for item in self.list(node, "a list of what a grant carries") {
            let Some(word) = self.word(item, &["reason", "approver"]) else {
                continue;
            };
            let need = match word {
                "reason" => &mut needs.reason,
                _ => &mut needs.approver,
            };
            if core::mem::replace(need, true) {
                self.repeated(item.at.start, word);
            }
        }
        needs
    }

    fn rules(&mut self, node: &Node<'_>) -> Vec<RuleDraft> {
        let items = self.list(node, "a list of permissions");
        let mut rules = Vec::with_capacity(items.len());
        for item in items {
            match self.rule(item) {
                Some(rule) => rules.push(rule),
                None => self.partial = true,
            }
        }
        let mut seen = HashSet::with_capacity(rules.len());
        for rule in &rules {
            if !seen.insert((&rule.pattern, &rule.when)) {
                self.repeated(rule.at, &rule.pattern.to_string());
            }
        }
        rules
    }

    fn denials(&mut self, node: &Node<'_>) -> Vec<RuleDraft> {
        let rules = self.rules(node);
        for rule in &rules {
            if !rule.when.is_empty() {
                self.report(rule.at, Problem::ConditionalDenial);
            }
        }
        rules
    }

    fn rule(&mut self, node: &Node<'_>) -> Option<RuleDraft> {
        match &node.value {
            Value::Text(_) => self.rule_of(node, Conditions::default()),
            Value::Table(table) => self.conditional_rule(node, table),
            _ => self.type_error(node, "a permission in quotation marks"),
        }
    }

    fn conditional_rule(&mut self, node: &Node<'_>, table: &[Entry<'_>]) -> Option<RuleDraft> {
        let mut when = Some(Conditions::default());
        for entry in table {
            match &*entry.key {
                "permission" => {}
                "when" => when = self.when(&entry.node),
                _ => self.unknown_key(entry, &["permission", "when"]),
            }
        }
        match get(table, "permission") {
            Some(permission) => self.rule_of(permission, when?),
            None => {
                self.report(node.at.start, Problem::Missing("permission"));
                None
            }
        }
    }

    fn rule_of(&mut self, node: &Node<'_>, when: Conditions) -> Option<RuleDraft> {
        let pattern = self.pattern(node)?;
        let at = node.at.start;
        Some(RuleDraft { at, pattern, when })
    }

    /// A role that stands in two lists of which one is to hold is a mistake in one of them.
    pub(super) fn disjoint(&mut self, lists: &[&[Mention<'_>]]) {
        let mut seen = HashSet::new();
        for role in lists.iter().copied().flatten() {
            if !seen.insert(role.name) {
                self.report(role.at, Problem::Repeated(Name::new(role.name)));
            }
        }
    }
}
