//! Conditions and times as a file writes them.

use core::time::Duration;
use std::borrow::Cow;

use super::node::{Entry, Node, Value};
use crate::rbac::condition::{Clause, Conditions, Days, Hours};

impl Conditions {
    /// The same as a table of a file, its keys in their order: what a reader reads as these.
    pub(in crate::rbac) fn to_value(&self) -> Value<'_> {
        let mut table: Vec<Entry<'_>> = Vec::new();
        let (mut attributes, mut equal) = (Vec::new(), Vec::new());
        for clause in self.iter() {
            let (key, value) = match clause {
                Clause::Owner => ("owner", Value::Bool(true)),
                Clause::MfaWithin(within) => ("mfa_within", Value::Text(duration(*within).into())),
                Clause::Address(addresses) => {
                    let networks = addresses.iter().map(|network| network.to_string().into());
                    ("address", texts(networks))
                }
                Clause::Time(hours) => ("time", time(hours)),
                Clause::Environment(names) => (
                    "environment",
                    texts(names.iter().map(|name| (&**name).into())),
                ),
                Clause::Attribute { name, value } => {
                    attributes.push(entry(name, Value::Text((&**value).into())));
                    continue;
                }
                Clause::Equal(one, other) => {
                    let pair = [&**one, &**other].map(Cow::Borrowed);
                    equal.push(Node::new(0..0, texts(pair.into_iter())));
                    continue;
                }
            };
            table.push(entry(key, value));
        }
        if !attributes.is_empty() {
            table.push(entry("attributes", Value::Table(attributes)));
        }
        if !equal.is_empty() {
            table.push(entry("equal", Value::List(equal)));
        }
        Value::Table(table)
    }
}

/// In the largest unit in which it is a whole number, as [`Reader::duration`] reads it.
pub(in crate::rbac) fn duration(duration: Duration) -> String {
    let secs = duration.as_secs();
    let units = [(24 * 60 * 60, 'd'), (60 * 60, 'h'), (60, 'm')];
    let mut units = units
        .into_iter()
        .filter(|(unit, _)| secs.is_multiple_of(*unit));
    let (unit, letter) = units.next().unwrap_or((1, 's'));
    format!("{}{letter}", secs.checked_div(unit).unwrap_or(secs))
}

fn time(hours: &Hours) -> Value<'_> {
    let mut table = Vec::new();
    if hours.days() != Days::ALL {
        table.push(entry("days", texts(hours.days().names().map(Into::into))));
    }
    let parts = [
        ("from", hours.from().to_string()),
        ("until", hours.until().to_string()),
        ("utc_offset", hours.offset().to_string()),
    ];
    table.extend(parts.map(|(key, text)| entry(key, Value::Text(text.into()))));
    Value::Table(table)
}

fn texts<'d>(texts: impl Iterator<Item = Cow<'d, str>>) -> Value<'d> {
    let nodes = texts.map(|text| Node::new(0..0, Value::Text(text)));
    Value::List(nodes.collect())
}

fn entry<'d>(key: &'d str, value: Value<'d>) -> Entry<'d> {
    Entry {
        key: key.into(),
        at: 0,
        node: Node::new(0..0, value),
    }
}
