//! What is told of a log: how much of what, and no value.

use portcullis::redact::{Counts, Kind, Policy};
use serde_json::{Map, Value, json};

/// The kinds that were found, and how often.
fn kinds(counts: &Counts) -> impl Iterator<Item = (&'static str, u64)> {
    let kinds = Kind::ALL.iter().map(|kind| (kind.name(), counts.of(*kind)));
    kinds.filter(|(_, count)| *count > 0)
}

/// One line of JSON.
pub(crate) fn json(counts: &Counts) -> String {
    let object = |pairs: &mut dyn Iterator<Item = (&str, u64)>| -> Map<String, Value> {
        pairs
            .map(|(name, count)| (name.to_owned(), count.into()))
            .collect()
    };
    let summary = json!({
        "lines": counts.lines(),
        "withheld": counts.withheld(),
        "found": counts.total(),
        "kinds": object(&mut kinds(counts)),
        "rules": object(&mut counts.rules()),
    });
    format!("{summary}\n")
}

/// Lines for people, the most frequent kind first.
pub(crate) fn text(counts: &Counts) -> String {
    let lines = plural(counts.lines(), "line");
    let withheld = match counts.withheld() {
        0 => String::new(),
        n => format!(", {} withheld: too long", plural(n, "line")),
    };
    if counts.total() == 0 {
        return format!("redact: nothing found in {lines}{withheld}\n");
    }
    let found = plural(counts.total(), "secret");
    let mut text = format!("redact: {found} in {lines}{withheld}\n");
    let mut kinds: Vec<_> = kinds(counts).collect();
    kinds.sort_by_key(|(_, count)| core::cmp::Reverse(*count));
    for (kind, count) in kinds {
        text.push_str(&format!("{count:>9}  {kind}\n"));
    }
    text
}

fn plural(count: u64, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}

/// The rules of a policy, one a line.
pub(crate) fn rules(policy: &Policy) -> String {
    let rules = policy.rules();
    let width = rules.iter().map(|rule| rule.id().len()).max().unwrap_or(0);
    let line = |rule: &portcullis::redact::Rule| {
        let state = if rule.is_on() { "on " } else { "off" };
        format!("{state}  {:width$}  {}\n", rule.id(), rule.finds())
    };
    rules.iter().map(line).collect()
}
