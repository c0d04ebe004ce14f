//! `when` of an allowance and `require` of a role.

use super::{node::Node, reader::Reader};
use crate::rbac::{
    condition::{Clause, Conditions},
    finding::Problem,
};

impl Reader<'_, '_> {
    pub(super) fn when(&mut self, node: &Node<'_>) -> Option<Conditions> {
        if self.text(node, "a condition in quotation marks")? == "owner" {
            return Conditions::new([Clause::Owner]);
        }
        self.report(node.at.start, Problem::UnknownCondition);
        None
    }

    pub(super) fn require(&mut self, node: &Node<'_>) -> Conditions {
        let table = self.table(node, "a table such as { mfa_within = \"12h\" }");
        let Some(table) = table else {
            return Conditions::default();
        };
        let mut within = None;
        for entry in table {
            match &*entry.key {
                "mfa_within" => within = self.duration(&entry.node),
                _ => self.unknown_key(entry, &["mfa_within"]),
            }
        }
        if table.is_empty() {
            self.report(node.at.start, Problem::Missing("mfa_within"));
        }
        Conditions::new(within.map(Clause::MfaWithin)).unwrap_or_default()
    }
}
