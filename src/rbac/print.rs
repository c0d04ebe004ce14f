//! Writes a policy in its one canonical form.
//!
//! Everything that has no order is sorted, what says nothing is left out, and each thing is said in
//! one way. So policies that mean the same have the same text, and [`Version`](super::Version) is
//! its hash.

mod condition;
mod json;
mod toml;

use core::{fmt, time::Duration};
use std::borrow::Cow;

use condition::conditions;

use super::{
    Policy,
    compile::{Class, Compiled, Field, Role, RoleId, Sight},
    condition::Conditions,
    duty::{Separation, SeparationKind},
    rules::{Effect, Stated},
};
use crate::mask::Kind;

impl Policy {
    /// The policy as a file in TOML, in its canonical form: what reads it gets this policy, and
    /// policies that say the same have the same text.
    ///
    /// Comments and the order of the file are not kept, patterns of `matching = "shiro"` are written
    /// as the patterns that they mean. The text can be longer than the file that was read.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut text = String::new();
        // writing to a String does not fail
        let _ = toml(&self.0, &mut text);
        text
    }

    /// The policy as a file in JSON, with the same keys in the same order.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = String::new();
        let _ = json::write(document(&self.0), &mut text);
        text
    }
}

/// Its version and its size: a policy can have a million rules.
impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy")
            .field("version", &self.version())
            .field("roles", &self.0.roles.len())
            .field("fields", &self.0.fields.len())
            .finish()
    }
}

pub(super) fn toml(policy: &Compiled, out: &mut impl fmt::Write) -> fmt::Result {
    toml::write(policy, out)
}

/// Columns of a line; a list that does not fit has a line for each of its items.
const WIDTH: usize = 100;

/// What is written as a value. Texts are quoted in both formats alike.
enum Item<'p> {
    Text(Cow<'p, str>),
    Number(u32),
    True,
    List(Vec<Item<'p>>),
    Table(Table<'p>),
}

type Table<'p> = Vec<(Cow<'p, str>, Item<'p>)>;

/// The lists of tables of a file, in their order.
fn sections<'p>(policy: &'p Compiled) -> [(&'static str, Vec<Table<'p>>); 3] {
    let separations = policy.separations.iter();
    let classes = policy.classes.iter();
    let fields = policy.fields.iter();
    [
        (
            "separation",
            separations.map(|it| separation(policy, it)).collect(),
        ),
        ("class", classes.map(|it| class(policy, it)).collect()),
        ("field", fields.map(|it| field(policy, it)).collect()),
    ]
}

/// The whole file.
fn document(policy: &Compiled) -> Table<'_> {
    let mut table = vec![("portcullis".into(), Item::Number(1))];
    let roles = roles(policy).map(|(name, role)| (name.into(), Item::Table(role)));
    add_table(&mut table, "roles", roles.collect());
    for (key, tables) in sections(policy) {
        add_list(
            &mut table,
            key,
            tables.into_iter().map(Item::Table).collect(),
        );
    }
    table
}

fn roles(policy: &Compiled) -> impl Iterator<Item = (&str, Table<'_>)> {
    let roles = RoleId::first(policy.roles.len()).zip(&policy.roles);
    roles.map(|(id, own)| (&*own.name, role(policy, id, own)))
}

fn role<'p>(policy: &'p Compiled, id: RoleId, role: &'p Role) -> Table<'p> {
    let rules = |effect| {
        let stated = policy.rules.own(id, effect).iter();
        stated.filter_map(|stated| rule(policy, stated)).collect()
    };
    let mut table = Table::new();
    add_list(&mut table, "inherits", names(policy, &role.inherits));
    add_list(&mut table, "allow", rules(Effect::Allow));
    add_list(&mut table, "deny", rules(Effect::Deny));
    add_table(&mut table, "require", conditions(&role.own_require));
    let terms = &role.terms;
    if let Some(max) = terms.max_grant {
        table.push(("max_grant".into(), duration(max)));
    }
    let mut needs = Vec::new();
    if terms.needs.approver {
        needs.push(Item::Text("approver".into()));
    }
    if terms.needs.reason {
        needs.push(Item::Text("reason".into()));
    }
    add_list(&mut table, "grant_needs", needs);
    for (key, members) in [
        ("min_members", terms.min_members),
        ("max_members", terms.max_members),
    ] {
        table.extend(members.map(|number| (key.into(), Item::Number(number))));
    }
    add_list(
        &mut table,
        "prerequisites",
        names(policy, &terms.prerequisites),
    );
    table
}

fn rule<'p>(policy: &'p Compiled, stated: &Stated) -> Option<Item<'p>> {
    let permission = policy.patterns.get(stated.pattern)?.to_string();
    let permission = Item::Text(permission.into());
    let when = policy.conditions.get(stated.when)?;
    if when.is_empty() {
        return Some(permission);
    }
    let table = vec![
        ("permission".into(), permission),
        ("when".into(), when_of(when)),
    ];
    Some(Item::Table(table))
}

/// In the short form where there is one.
fn when_of(when: &Conditions) -> Item<'_> {
    let table = conditions(when);
    match &*table {
        [(key, Item::True)] => Item::Text(key.clone()),
        _ => Item::Table(table),
    }
}

fn separation<'p>(policy: &'p Compiled, separation: &Separation) -> Table<'p> {
    let kind = match separation.kind {
        SeparationKind::Static => "static",
        SeparationKind::Dynamic => "dynamic",
    };
    vec![
        ("kind".into(), Item::Text(kind.into())),
        ("roles".into(), Item::List(names(policy, &separation.roles))),
        ("n".into(), Item::Number(separation.n)),
    ]
}

fn class<'p>(policy: &'p Compiled, class: &'p Class) -> Table<'p> {
    let mut table = vec![("name".into(), Item::Text((&*class.name).into()))];
    add_sight(&mut table, policy, &class.sight);
    table
}

fn field<'p>(policy: &'p Compiled, field: &'p Field) -> Table<'p> {
    let mut table = vec![("name".into(), Item::Text(field.name().into()))];
    let class = field
        .class()
        .map(|class| ("class".into(), Item::Text(class.into())));
    table.extend(class);
    let kind = field
        .kind
        .map(|kind| ("kind".into(), Item::Text(kind_word(kind).into())));
    table.extend(kind);
    add_sight(&mut table, policy, &field.sight);
    table
}

pub(super) fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Number => "card",
        Kind::Email => "email",
        Kind::Name => "name",
        Kind::Phone => "phone",
        Kind::Other => "other",
    }
}

fn add_sight<'p>(table: &mut Table<'p>, policy: &'p Compiled, sight: &Sight) {
    add_list(table, "show", names(policy, &sight.show));
    add_list(table, "mask", names(policy, &sight.mask));
    add_list(table, "pseudonym", names(policy, &sight.pseudonym));
}

fn names<'p>(policy: &'p Compiled, roles: &[RoleId]) -> Vec<Item<'p>> {
    let roles = roles.iter().filter_map(|role| policy.role(*role));
    roles.map(|role| Item::Text((&*role.name).into())).collect()
}

fn add_list<'p>(table: &mut Table<'p>, key: &'static str, items: Vec<Item<'p>>) {
    if !items.is_empty() {
        table.push((key.into(), Item::List(items)));
    }
}

fn add_table<'p>(table: &mut Table<'p>, key: &'static str, items: Table<'p>) {
    if !items.is_empty() {
        table.push((key.into(), Item::Table(items)));
    }
}

fn duration(duration: Duration) -> Item<'static> {
    Item::Text(length(duration).into())
}

/// A length of time as files say it, in the largest unit that has a whole number of it.
pub(super) fn length(duration: Duration) -> String {
    const UNITS: [(u64, char); 3] = [(24 * 60 * 60, 'd'), (60 * 60, 'h'), (60, 'm')];
    let secs = duration.as_secs();
    let unit = UNITS.iter().find(|(unit, _)| secs.is_multiple_of(*unit));
    let (unit, letter) = unit.unwrap_or(&(1, 's'));
    let number = secs.checked_div(*unit).unwrap_or(secs);
    format!("{number}{letter}")
}

/// In quotation marks, as TOML and JSON both have it. No text of a policy has control characters.
fn quoted(text: &str, out: &mut impl fmt::Write) -> fmt::Result {
    out.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' | '\\' => write!(out, "\\{c}")?,
            c => out.write_char(c)?,
        }
    }
    out.write_char('"')
}

/// How a format writes what the other writes differently.
trait Format {
    /// Between a key and its value.
    const ASSIGN: &'static str;
    fn key(key: &str, out: &mut impl fmt::Write) -> fmt::Result;
}

/// An item on one line.
fn inline<F: Format>(item: &Item<'_>, out: &mut impl fmt::Write) -> fmt::Result {
    match item {
        Item::Text(text) => quoted(text, out),
        Item::Number(number) => write!(out, "{number}"),
        Item::True => out.write_str("true"),
        Item::List(items) => {
            out.write_char('[')?;
            for (i, item) in items.iter().enumerate() {
                out.write_str(if i == 0 { "" } else { ", " })?;
                inline::<F>(item, out)?;
            }
            out.write_char(']')
        }
        Item::Table(table) if table.is_empty() => out.write_str("{}"),
        Item::Table(table) => {
            out.write_str("{ ")?;
            for (i, (key, item)) in table.iter().enumerate() {
                out.write_str(if i == 0 { "" } else { ", " })?;
                F::key(key, out)?;
                out.write_str(F::ASSIGN)?;
                inline::<F>(item, out)?;
            }
            out.write_str(" }")
        }
    }
}

/// Whether an item fits on a line after so many columns. Looks no further than the line.
fn fits<F: Format>(item: &Item<'_>, columns: usize) -> bool {
    let mut room = Room(WIDTH.saturating_sub(columns));
    inline::<F>(item, &mut room).is_ok()
}

/// Takes so many characters and no more.
struct Room(usize);

impl fmt::Write for Room {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let left = self.0.checked_sub(text.chars().count());
        self.0 = left.ok_or(fmt::Error)?;
        Ok(())
    }
}
