//! `[[separation]]`: roles of which nobody has too many.

use super::{
    SeparationDraft, SeparationKind,
    node::{Node, get},
    reader::Reader,
};
use crate::rbac::finding::Problem;

const KEYS: [&str; 3] = ["kind", "roles", "n"];
/// Roles that are kept apart.
const MAX_ROLES: u32 = 1_000_000;

impl Reader<'_, '_> {
    pub(super) fn separations<'d>(&mut self, node: &'d Node<'d>) -> Vec<SeparationDraft<'d>> {
        let items = self.list(node, "a list of tables: [[separation]]");
        items
            .iter()
            .filter_map(|item| self.separation(item))
            .collect()
    }

    fn separation<'d>(&mut self, node: &'d Node<'d>) -> Option<SeparationDraft<'d>> {
        let table = self.table(node, "a table: roles that are kept apart")?;
        let (mut kind, mut roles, mut n) = (None, Vec::new(), None);
        for entry in table {
            match &*entry.key {
                "kind" => kind = self.word(&entry.node, &["static", "dynamic"]),
                "roles" => roles = self.mentions(&entry.node),
                "n" => n = self.number(&entry.node, 2..=MAX_ROLES),
                _ => self.unknown_key(entry, &KEYS),
            }
        }
        for key in KEYS {
            if get(table, key).is_none() {
                self.report(node.at.start, Problem::Missing(key));
            }
        }
        let (kind, n) = (kind?, n?);
        // as many as there are is the most that can be forbidden; more would forbid nothing
        if u32::try_from(roles.len()).is_ok_and(|roles| roles < n) {
            let at = get(table, "n").map_or(node.at.start, |node| node.at.start);
            self.report(at, Problem::SeparatesNothing);
        }
        let kind = match kind {
            "static" => SeparationKind::Static,
            _ => SeparationKind::Dynamic,
        };
        let at = node.at.start;
        Some(SeparationDraft { at, kind, roles, n })
    }
}
