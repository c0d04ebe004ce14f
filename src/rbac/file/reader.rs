//! What the parts of the reader share: values by their type, lists of names, and what is said of
//! those that are wrong.

use core::{ops::RangeInclusive, time::Duration};
use std::collections::HashSet;

use super::{
    Found, Mention,
    node::{Entry, Node, Value},
};
use crate::rbac::{
    finding::{Name, Problem, meant},
    permission::{Pattern, Slip, check_literal},
};

const DAY: u64 = 24 * 60 * 60;
/// A second factor older than a year says nothing, and a grant for longer has no end.
const MAX_DURATION: u64 = 366 * DAY;

pub(super) struct Reader<'t, 'f> {
    text: &'t str,
    found: &'f mut Found,
    /// Whether a rule was left out because it could not be read.
    pub(super) partial: bool,
    /// Whether patterns are Shiro's.
    pub(super) shiro: bool,
}

impl<'t, 'f> Reader<'t, 'f> {
    pub(super) fn new(text: &'t str, found: &'f mut Found) -> Self {
        Self {
            text,
            found,
            partial: false,
            shiro: false,
        }
    }

    pub(super) fn report(&mut self, at: usize, problem: Problem) {
        self.found.push((at, problem));
    }

    pub(super) fn unknown_key(&mut self, entry: &Entry<'_>, known: &[&str]) {
        let problem = Problem::UnknownKey {
            key: Name::new(&entry.key),
            meant: meant(&entry.key, known.iter().copied()),
        };
        self.report(entry.at, problem);
    }

    pub(super) fn repeated(&mut self, at: usize, name: &str) {
        self.report(at, Problem::Repeated(Name::new(name)));
    }

    pub(super) fn table<'d>(
        &mut self,
        node: &'d Node<'d>,
        needed: &'static str,
    ) -> Option<&'d [Entry<'d>]> {
        match &node.value {
            Value::Table(entries) => Some(entries),
            _ => self.type_error(node, needed),
        }
    }

    pub(super) fn list<'d>(&mut self, node: &'d Node<'d>, needed: &'static str) -> &'d [Node<'d>] {
        let list: Option<&[Node<'_>]> = match &node.value {
            Value::List(items) => Some(items),
            _ => self.type_error(node, needed),
        };
        list.unwrap_or_default()
    }

    pub(super) fn text<'d>(&mut self, node: &'d Node<'d>, needed: &'static str) -> Option<&'d str> {
        match &node.value {
            Value::Text(text) => Some(text),
            _ => self.type_error(node, needed),
        }
    }

    /// A text that is a literal of a permission.
    pub(super) fn literal<'d>(
        &mut self,
        node: &'d Node<'d>,
        needed: &'static str,
    ) -> Option<&'d str> {
        let text = self.text(node, needed)?;
        match check_literal(text) {
            Ok(()) => Some(text),
            Err(slip) => self.syntax_error(node, text, slip),
        }
    }

    pub(super) fn pattern(&mut self, node: &Node<'_>) -> Option<Pattern> {
        let text = self.text(node, "a permission in quotation marks")?;
        let pattern = if self.shiro {
            Pattern::read_shiro(text)
        } else {
            Pattern::read(text)
        };
        match pattern {
            Ok(pattern) => Some(pattern),
            Err(slip) => self.syntax_error(node, text, slip),
        }
    }

    /// One of the words that stand for something in this place.
    pub(super) fn word(
        &mut self,
        node: &Node<'_>,
        known: &'static [&'static str],
    ) -> Option<&'static str> {
        let text = self.text(node, "a word in quotation marks")?;
        let word = known.iter().find(|word| **word == text).copied();
        if word.is_none() {
            let problem = Problem::UnknownWord {
                word: Name::new(text),
                known,
                meant: meant(text, known.iter().copied()),
            };
            self.report(node.at.start, problem);
        }
        word
    }

    pub(super) fn number(&mut self, node: &Node<'_>, range: RangeInclusive<u32>) -> Option<u32> {
        let number = match &node.value {
            Value::Number(number) => number.parse().ok().filter(|n| range.contains(n)),
            _ => None,
        };
        if number.is_none() {
            let (least, most) = range.into_inner();
            self.report(node.at.start, Problem::Number { least, most });
        }
        number
    }

    pub(super) fn duration(&mut self, node: &Node<'_>) -> Option<Duration> {
        let text = self.text(node, "a time such as \"12h\"")?;
        let duration = parse_duration(text);
        if duration.is_none() {
            self.report(node.at.start, Problem::Duration);
        }
        duration
    }

    /// The names of roles, each once.
    pub(super) fn mentions<'d>(&mut self, node: &'d Node<'d>) -> Vec<Mention<'d>> {
        let mut seen = HashSet::new();
        let mut mentions = Vec::new();
        for item in self.list(node, "a list of roles") {
            let Some(name) = self.text(item, "the name of a role in quotation marks") else {
                continue;
            };
            let at = item.at.start;
            if seen.insert(name) {
                mentions.push(Mention { name, at });
            } else {
                self.repeated(at, name);
            }
        }
        mentions
    }

    pub(super) fn type_error<T>(&mut self, node: &Node<'_>, needed: &'static str) -> Option<T> {
        self.partial = true;
        self.report(node.at.start, Problem::Type(needed));
        None
    }

    /// Points into the text where the file has it as it is, and at its start where the file writes
    /// it in another way: with escapes, or in three quotation marks.
    pub(super) fn syntax_error<T>(&mut self, node: &Node<'_>, text: &str, slip: Slip) -> Option<T> {
        let quoted = self.text.get(node.at.clone()).unwrap_or_default();
        let is_plain = quoted.get(1..quoted.len().saturating_sub(1)) == Some(text);
        let within = if is_plain {
            slip.at.saturating_add(1)
        } else {
            0
        };
        let at = node.at.start.saturating_add(within);
        self.report(at, Problem::Syntax(slip.fault));
        None
    }
}

/// A whole number and its unit: `90s`, `15m`, `12h`, `7d`. Zero is no time.
fn parse_duration(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let unit: u64 = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => DAY,
        _ => return None,
    };
    if !number.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let secs = number.parse::<u64>().ok()?.checked_mul(unit)?;
    (1..=MAX_DURATION)
        .contains(&secs)
        .then_some(Duration::from_secs(secs))
}
