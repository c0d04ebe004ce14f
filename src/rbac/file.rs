//! Reads a policy file into what it says, with the place of everything it says.
//!
//! Both formats become one tree of [`node`]s, and one reader makes of it drafts, in which names are
//! still text. What is wrong is found on the way and does not end it.

mod condition;
mod field;
mod json;
mod node;
mod reader;
mod role;
mod separation;
mod toml;

use core::{str::FromStr, time::Duration};
use std::sync::Arc;

use node::{Entry, Node};
use reader::Reader;

use super::{
    Findings, Policy, compile,
    condition::Conditions,
    finding::Problem,
    permission::{Pattern, Permission},
};
use crate::mask::Kind;

/// Problems after the byte where they are.
pub(super) type Found = Vec<(usize, Problem)>;

/// What a file says, before it is known to make sense. In no order that means anything.
#[derive(Default)]
pub(super) struct Draft<'d> {
    pub(super) roles: Vec<RoleDraft<'d>>,
    pub(super) separations: Vec<SeparationDraft<'d>>,
    pub(super) classes: Vec<ClassDraft<'d>>,
    pub(super) fields: Vec<FieldDraft<'d>>,
    /// Whether a rule was left out because it could not be read.
    pub(super) partial: bool,
}

#[derive(Default)]
pub(super) struct RoleDraft<'d> {
    pub(super) name: &'d str,
    pub(super) at: usize,
    pub(super) allow: Vec<RuleDraft>,
    pub(super) deny: Vec<RuleDraft>,
    pub(super) inherits: Vec<Mention<'d>>,
    /// What must hold for what the role allows or shows.
    pub(super) require: Conditions,
    pub(super) max_grant: Option<Duration>,
    pub(super) grant_needs: Needs,
    pub(super) min_members: Option<u32>,
    pub(super) max_members: Option<u32>,
    pub(super) prerequisites: Vec<Mention<'d>>,
}

pub(super) struct RuleDraft {
    pub(super) at: usize,
    pub(super) pattern: Pattern,
    pub(super) when: Conditions,
}

/// What a grant of a role must carry.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Needs {
    pub(super) reason: bool,
    pub(super) approver: bool,
}

/// The name of a role where another entry speaks of it.
#[derive(Clone, Copy)]
pub(super) struct Mention<'d> {
    pub(super) name: &'d str,
    pub(super) at: usize,
}

/// Fewer than `n` of these roles.
pub(super) struct SeparationDraft<'d> {
    pub(super) at: usize,
    pub(super) kind: SeparationKind,
    pub(super) roles: Vec<Mention<'d>>,
    pub(super) n: u32,
}

/// Over what roles are kept apart (INCITS 359-2012 §6.4, §6.5).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) enum SeparationKind {
    /// Over the roles that a subject has.
    Static,
    /// Over the roles that are active in one session.
    Dynamic,
}

/// Who sees a field, or what is of a class, and how.
#[derive(Default)]
pub(super) struct SightDraft<'d> {
    pub(super) show: Vec<Mention<'d>>,
    pub(super) mask: Vec<Mention<'d>>,
    pub(super) pseudonym: Vec<Mention<'d>>,
}

pub(super) struct ClassDraft<'d> {
    pub(super) name: &'d str,
    pub(super) sight: SightDraft<'d>,
}

pub(super) struct FieldDraft<'d> {
    pub(super) name: &'d str,
    pub(super) class: Option<Mention<'d>>,
    /// How it is masked; None where the value tells.
    pub(super) kind: Option<Kind>,
    /// The permission to read it, which a role can deny.
    pub(super) read: Permission<'static>,
    pub(super) sight: SightDraft<'d>,
}

impl Policy {
    /// The longest file in bytes: 16 MiB, some hundred thousand roles.
    pub const MAX_LEN: usize = 16 * 1024 * 1024;

    /// Reads a file in TOML, as [`str::parse`] does.
    ///
    /// # Errors
    ///
    /// [`Findings`]: everything that is wrong with the file, or the places that are not TOML.
    pub fn from_toml(text: &str) -> Result<Self, Findings> {
        Self::load(text, toml::parse)
    }

    /// Reads a file in JSON as RFC 8259 has it, with the same keys and the same meaning.
    ///
    /// Tables are objects, `[[field]]` is a list of objects under `field`. No comments, no trailing
    /// commas, no byte order mark; no key stands twice in an object.
    ///
    /// # Errors
    ///
    /// [`Findings`]: everything that is wrong with the file, or the first place that is not JSON.
    pub fn from_json(text: &str) -> Result<Self, Findings> {
        Self::load(text, json::parse)
    }

    fn load(
        text: &str,
        parse: for<'d> fn(&'d str, &mut Found) -> Option<Node<'d>>,
    ) -> Result<Self, Findings> {
        let mut found = Vec::new();
        if text.len() > Self::MAX_LEN {
            found.push((0, Problem::FileTooLong));
            return Err(Findings::new(text, found));
        }
        let root = parse(text, &mut found);
        let draft = root.as_ref().map(|root| read(text, root, &mut found));
        match draft.and_then(|draft| compile::compile(draft, &mut found)) {
            Some(compiled) if found.is_empty() => Ok(Self(Arc::new(compiled))),
            _ => Err(Findings::new(text, found)),
        }
    }
}

/// The file in TOML.
impl FromStr for Policy {
    type Err = Findings;

    fn from_str(text: &str) -> Result<Self, Findings> {
        Self::from_toml(text)
    }
}

const KEYS: [&str; 6] = [
    "portcullis",
    "matching",
    "roles",
    "separation",
    "class",
    "field",
];

/// What the file says. What it says wrongly is `found`.
fn read<'d>(text: &'d str, root: &'d Node<'d>, found: &mut Found) -> Draft<'d> {
    let mut reader = Reader::new(text, found);
    let mut draft = Draft::default();
    let Some(table) = reader.table(root, "a table: the keys of a policy") else {
        return draft;
    };
    reader.version(table);
    reader.matching(table);
    for entry in table {
        match &*entry.key {
            "portcullis" | "matching" => {}
            "roles" => draft.roles = reader.roles(&entry.node),
            "separation" => draft.separations = reader.separations(&entry.node),
            "class" => draft.classes = reader.classes(&entry.node),
            "field" => draft.fields = reader.fields(&entry.node),
            _ => reader.unknown_key(entry, &KEYS),
        }
    }
    draft.partial = reader.partial;
    draft
}

impl Reader<'_, '_> {
    fn version(&mut self, table: &[Entry<'_>]) {
        let Some(node) = node::get(table, "portcullis") else {
            return self.report(0, Problem::Missing("portcullis"));
        };
        if !matches!(&node.value, node::Value::Number(number) if number == "1") {
            self.report(node.at.start, Problem::UnknownVersion);
        }
    }

    /// Before any pattern is read.
    fn matching<'d>(&mut self, table: &'d [Entry<'d>]) {
        if let Some(node) = node::get(table, "matching")
            && let Some(word) = self.word(node, &["shiro"])
        {
            self.shiro = word == "shiro";
        }
    }
}
