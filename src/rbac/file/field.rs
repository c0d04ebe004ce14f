//! `[[field]]` and `[[class]]`: who sees what.

use std::collections::HashSet;

use super::{
    ClassDraft, FieldDraft, Mention, SightDraft,
    node::{Entry, Node},
    reader::Reader,
};
use crate::mask::Kind;
use crate::rbac::{
    finding::Problem,
    permission::{Permission, Slip, check_literal},
    visibility::ANY,
};

const FIELD_KEYS: [&str; 6] = ["name", "class", "kind", "show", "mask", "pseudonym"];
const CLASS_KEYS: [&str; 4] = ["name", "show", "mask", "pseudonym"];
/// How a value is masked.
const KINDS: [&str; 5] = ["card", "email", "name", "other", "phone"];

impl Reader<'_, '_> {
    pub(super) fn fields<'d>(&mut self, node: &'d Node<'d>) -> Vec<FieldDraft<'d>> {
        let mut seen = HashSet::new();
        let mut fields = Vec::new();
        for item in self.list(node, "a list of tables: [[field]]") {
            let Some((field, at)) = self.field(item) else {
                self.partial = true;
                continue;
            };
            if !seen.insert(field.name) {
                self.repeated(at, field.name);
            }
            fields.push(field);
        }
        fields
    }

    /// The field and where its name stands.
    fn field<'d>(&mut self, node: &'d Node<'d>) -> Option<(FieldDraft<'d>, usize)> {
        let table = self.table(node, "a table: the name of a field and who sees it")?;
        let (mut name, mut class, mut kind) = (None, None, None);
        let mut sight = SightDraft::default();
        for entry in table {
            match &*entry.key {
                "name" => name = Some(&entry.node),
                "class" => class = self.class_of(&entry.node),
                "kind" => kind = self.word(&entry.node, &KINDS).and_then(mask_kind),
                _ => self.sight(entry, &mut sight, &FIELD_KEYS),
            }
        }
        self.disjoint(&[&sight.show, &sight.mask, &sight.pseudonym]);
        let value = self.name(node, name)?;
        let name = self.text(value, "the name of a field in quotation marks")?;
        let read = match read_permission(name) {
            Ok(read) => read,
            Err(slip) => return self.syntax_error(value, name, slip),
        };
        let field = FieldDraft {
            name,
            class,
            kind,
            read,
            sight,
        };
        Some((field, value.at.start))
    }

    pub(super) fn classes<'d>(&mut self, node: &'d Node<'d>) -> Vec<ClassDraft<'d>> {
        let mut seen = HashSet::new();
        let mut classes = Vec::new();
        for item in self.list(node, "a list of tables: [[class]]") {
            let Some((class, at)) = self.class(item) else {
                continue;
            };
            if !seen.insert(class.name) {
                self.repeated(at, class.name);
            }
            classes.push(class);
        }
        classes
    }

    /// The class and where its name stands.
    fn class<'d>(&mut self, node: &'d Node<'d>) -> Option<(ClassDraft<'d>, usize)> {
        let table = self.table(
            node,
            "a table: the name of a class and who sees what is of it",
        )?;
        let mut name = None;
        let mut sight = SightDraft::default();
        for entry in table {
            match &*entry.key {
                "name" => name = Some(&entry.node),
                _ => self.sight(entry, &mut sight, &CLASS_KEYS),
            }
        }
        self.disjoint(&[&sight.show, &sight.mask, &sight.pseudonym]);
        let value = self.name(node, name)?;
        let Mention { name, at } = self.class_of(value)?;
        Some((ClassDraft { name, sight }, at))
    }

    fn sight<'d>(&mut self, entry: &'d Entry<'d>, sight: &mut SightDraft<'d>, known: &[&str]) {
        match &*entry.key {
            "show" => sight.show = self.mentions(&entry.node),
            "mask" => sight.mask = self.mentions(&entry.node),
            "pseudonym" => sight.pseudonym = self.mentions(&entry.node),
            _ => self.unknown_key(entry, known),
        }
    }

    fn class_of<'d>(&mut self, node: &'d Node<'d>) -> Option<Mention<'d>> {
        let name = self.literal(node, "the name of a class in quotation marks")?;
        let at = node.at.start;
        Some(Mention { name, at })
    }

    fn name<'d>(&mut self, table: &Node<'_>, name: Option<&'d Node<'d>>) -> Option<&'d Node<'d>> {
        if name.is_none() {
            self.report(table.at.start, Problem::Missing("name"));
        }
        name
    }
}

/// The permission to read a field: `contact.address.city` is read with `contact:read:address:city`,
/// and `contact.phones.*`, whatever the key, as far as that has a name: with `contact:read:phones`.
fn read_permission(field: &str) -> Result<Permission<'static>, Slip> {
    let mut at = 0_usize;
    for part in field.split('.') {
        if part != ANY {
            check_literal(part).map_err(|slip| slip.after(at))?;
        }
        at = at.saturating_add(part.len()).saturating_add(1);
    }
    let named = field.split(".*").next().unwrap_or(field);
    let (resource, rest) = named.split_once('.').unwrap_or((named, ""));
    let text = [resource, "read", &rest.replace('.', ":")].join(":");
    Permission::read(text.trim_end_matches(':').to_owned()).map_err(|slip| Slip { at: 0, ..slip })
}

/// The kind that a word stands for.
fn mask_kind(word: &str) -> Option<Kind> {
    Some(match word {
        "card" => Kind::Number,
        "email" => Kind::Email,
        "name" => Kind::Name,
        "other" => Kind::Other,
        "phone" => Kind::Phone,
        _ => return None,
    })
}
