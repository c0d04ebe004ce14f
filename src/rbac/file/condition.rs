//! `when` of an allowance and `require` of a role.

use core::hash::Hash;
use std::collections::HashSet;

use super::{
    node::{Entry, Node, Value},
    reader::Reader,
};
use crate::{
    network::{self, Network},
    rbac::{
        condition::{Addresses, Clause, Conditions, Days, Hours, NoHours, Offset, TimeOfDay},
        finding::Problem,
    },
};

const KEYS: [&str; 7] = [
    "owner",
    "mfa_within",
    "address",
    "time",
    "environment",
    "attributes",
    "equal",
];
const TIME_KEYS: [&str; 4] = ["days", "from", "until", "utc_offset"];
/// Longest value of an attribute in bytes.
const VALUE_LEN: usize = 256;
const NETWORK: &str = "a network such as \"10.0.0.0/8\"";
const ENVIRONMENT: &str = "the name of an environment in quotation marks";
const ATTRIBUTE: &str = "the name of an attribute in quotation marks";

impl Reader<'_, '_> {
    /// `"owner"`, or a table of conditions.
    pub(super) fn when(&mut self, node: &Node<'_>) -> Option<Conditions> {
        match &node.value {
            Value::Text(_) => {
                self.word(node, &["owner"])?;
                Conditions::new([Clause::Owner])
            }
            _ => self.conditions(node),
        }
    }

    pub(super) fn require(&mut self, node: &Node<'_>) -> Conditions {
        self.conditions(node).unwrap_or_default()
    }

    /// All of a table; None where one of them could not be read.
    fn conditions(&mut self, node: &Node<'_>) -> Option<Conditions> {
        let table = self.table(node, "a table such as { mfa_within = \"12h\" }")?;
        if table.is_empty() {
            self.report(node.at.start, Problem::NoCondition);
            return None;
        }
        let mut clauses = Some(Vec::new());
        for entry in table {
            let read = self.clauses(entry);
            clauses = clauses.zip(read).map(|(mut all, read)| {
                all.extend(read);
                all
            });
        }
        let conditions = Conditions::new(clauses?);
        if conditions.is_none() {
            self.report(node.at.start, Problem::ManyConditions);
        }
        conditions
    }

    fn clauses(&mut self, entry: &Entry<'_>) -> Option<Vec<Clause>> {
        let node = &entry.node;
        let one = match &*entry.key {
            "owner" => self.owner(node),
            "mfa_within" => self.duration(node).map(Clause::MfaWithin),
            "address" => self.address(node),
            "time" => self.hours(node).map(Clause::Time),
            "environment" => self.environment(node),
            "attributes" => return self.attributes(node),
            "equal" => return self.equal(node),
            _ => {
                self.unknown_key(entry, &KEYS);
                None
            }
        };
        one.map(|clause| vec![clause])
    }

    /// There is no other value: what is not to hold is not a condition.
    fn owner(&mut self, node: &Node<'_>) -> Option<Clause> {
        match node.value {
            Value::Bool(true) => Some(Clause::Owner),
            _ => self.type_error(node, "`true`"),
        }
    }

    fn address(&mut self, node: &Node<'_>) -> Option<Clause> {
        let items = self.some(node, "a list of networks with at least one")?;
        let networks = self.each(items, |reader, item| {
            let text = reader.text(item, NETWORK)?;
            match Network::parse(text) {
                Ok(network) => Some((network, text)),
                Err(fault) => {
                    reader.report(item.at.start, Problem::Network(reason(fault)));
                    None
                }
            }
        });
        Some(Clause::Address(Addresses::of(networks?)))
    }

    fn hours(&mut self, node: &Node<'_>) -> Option<Hours> {
        let table = self.table(
            node,
            "a table such as { from = \"08:00\", until = \"18:00\" }",
        )?;
        let (mut days, mut from, mut until, mut offset) = (None, None, None, None);
        let mut is_read = true;
        for entry in table {
            let node = &entry.node;
            is_read &= match &*entry.key {
                "days" => keep(&mut days, self.days(node)),
                "from" => keep(&mut from, self.time_of_day(node)),
                "until" => keep(&mut until, self.time_of_day(node)),
                "utc_offset" => keep(&mut offset, self.offset(node)),
                _ => {
                    self.unknown_key(entry, &TIME_KEYS);
                    false
                }
            };
        }
        if table.is_empty() {
            self.report(node.at.start, Problem::NoCondition);
            return None;
        }
        if !is_read {
            return None;
        }
        let problem = match Hours::new(days, from, until, offset) {
            Ok(hours) => return Some(hours),
            Err(NoHours::Empty) => Problem::NoTime,
            Err(NoHours::Always) => Problem::AlwaysTime,
        };
        self.report(node.at.start, problem);
        None
    }

    fn days(&mut self, node: &Node<'_>) -> Option<Days> {
        let items = self.some(node, "a list of days with at least one")?;
        let days = self.each(items, |reader, item| {
            let name = reader.word(item, &Days::NAMES)?;
            Some((Days::parse(name)?, name))
        });
        days?.into_iter().reduce(Days::and)
    }

    fn time_of_day(&mut self, node: &Node<'_>) -> Option<TimeOfDay> {
        let text = self.text(node, "a time of day such as \"08:00\"")?;
        let time = TimeOfDay::parse(text);
        if time.is_none() {
            self.report(node.at.start, Problem::TimeOfDay);
        }
        time
    }

    fn offset(&mut self, node: &Node<'_>) -> Option<Offset> {
        let text = self.text(node, "a distance from UTC such as \"+01:00\"")?;
        let offset = Offset::parse(text);
        if offset.is_none() {
            self.report(node.at.start, Problem::Offset);
        }
        offset
    }

    fn environment(&mut self, node: &Node<'_>) -> Option<Clause> {
        let items = self.some(node, "a list of environments with at least one")?;
        let names = self.each(items, |reader, item| {
            let name = reader.literal(item, ENVIRONMENT)?;
            Some((name, name))
        });
        names.map(Clause::environment)
    }

    fn attributes(&mut self, node: &Node<'_>) -> Option<Vec<Clause>> {
        let table = self.table(node, "a table such as { department = \"sales\" }")?;
        if table.is_empty() {
            self.report(node.at.start, Problem::NoCondition);
            return None;
        }
        let clauses = table.iter().map(|entry| {
            let name = self.attribute_name(&entry.key, entry.at);
            let value = self.value(&entry.node);
            Some(Clause::Attribute {
                name: name?.into(),
                value: value?.into(),
            })
        });
        let clauses: Vec<_> = clauses.collect();
        clauses.into_iter().collect()
    }

    /// The name of an attribute that is a key.
    fn attribute_name<'d>(&mut self, name: &'d str, at: usize) -> Option<&'d str> {
        match crate::rbac::permission::check_literal(name) {
            Ok(()) => Some(name),
            Err(slip) => {
                self.report(at, Problem::Syntax(slip.fault));
                None
            }
        }
    }

    fn value<'d>(&mut self, node: &'d Node<'d>) -> Option<&'d str> {
        const NEEDED: &str = "a text of 1 to 256 bytes without control characters";
        let text = self.text(node, NEEDED)?;
        if (1..=VALUE_LEN).contains(&text.len()) && !text.contains(char::is_control) {
            return Some(text);
        }
        self.type_error(node, NEEDED)
    }

    fn equal(&mut self, node: &Node<'_>) -> Option<Vec<Clause>> {
        let items = self.some(node, "a list of pairs with at least one")?;
        self.each(items, |reader, item| Some((reader.pair(item)?, "equal")))
    }

    fn pair(&mut self, node: &Node<'_>) -> Option<Clause> {
        const NEEDED: &str = "a pair such as [\"department\", \"resource.department\"]";
        let items = match &node.value {
            Value::List(items) => items.as_slice(),
            _ => &[],
        };
        let [one, other] = items else {
            return self.type_error(node, NEEDED);
        };
        let (one, other) = (self.literal(one, ATTRIBUTE), self.literal(other, ATTRIBUTE));
        let (one, other) = (one?, other?);
        match Clause::equal(one, other) {
            Some(clause) => Some(clause),
            None => self.type_error(node, "a pair of two attributes"),
        }
    }

    /// What each item says, before its name in a finding, and none twice. Every item is looked at,
    /// so that no finding hides another.
    fn each<'d, T: Clone + Eq + Hash>(
        &mut self,
        items: &'d [Node<'d>],
        mut read: impl FnMut(&mut Self, &'d Node<'d>) -> Option<(T, &'d str)>,
    ) -> Option<Vec<T>> {
        let mut seen = HashSet::new();
        let all = items.iter().map(|item| {
            let (value, name) = read(self, item)?;
            if seen.insert(value.clone()) {
                return Some(value);
            }
            self.repeated(item.at.start, name);
            None
        });
        let all: Vec<_> = all.collect();
        all.into_iter().collect()
    }

    /// The items of a list that is not empty.
    fn some<'d>(&mut self, node: &'d Node<'d>, needed: &'static str) -> Option<&'d [Node<'d>]> {
        match &node.value {
            Value::List(items) if !items.is_empty() => Some(items),
            _ => self.type_error(node, needed),
        }
    }
}

/// Whether there is something to keep.
fn keep<T>(into: &mut Option<T>, value: Option<T>) -> bool {
    *into = value;
    into.is_some()
}

fn reason(fault: network::Fault) -> &'static str {
    match fault {
        network::Fault::Malformed => {
            "this is neither an address nor an address, a slash and a length"
        }
        network::Fault::HostBits => "this network has bits set after its prefix",
        network::Fault::Everybody => "this network has every address in it",
    }
}
