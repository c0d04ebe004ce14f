//! Where in a value a walk is, and which name decides there.

use std::borrow::Cow;

use crate::redact::{
    Kind, Policy,
    keys::{Key, MAX_NAME},
};

/// A place in a value. What is known of the names around it is kept, so that a step costs the same
/// at every depth.
pub(super) struct Place<'a> {
    /// The names from the root to here with full stops between: as much of the end as is judged.
    path: Cow<'a, str>,
    /// What is known of the path: that it is a secret's, that it is public (`Some(None)`), nothing.
    own: Option<Option<Key>>,
    /// The nearest path around this one that is a secret's.
    around: Option<&'a str>,
    /// Whether this is an element of a list, which has the name of the list.
    is_element: bool,
}

/// The name that decides, and whether what it names is a list around the value.
pub(super) struct Decisive<'a> {
    pub(super) name: &'a str,
    pub(super) is_listed: bool,
}

impl<'a> Place<'a> {
    pub(super) const ROOT: Self = Self {
        path: Cow::Borrowed(""),
        own: None,
        around: None,
        is_element: false,
    };

    /// The place of the value that has this name here.
    pub(super) fn step(&'a self, name: &str, policy: &Policy) -> Self {
        let before: &str = &self.path;
        let dot = if before.is_empty() { "" } else { "." };
        // A name is a key of a map, so of any length.
        let path = [before, dot, end(name)].concat();
        let path = end(&path).to_owned();
        Self {
            own: policy.names.judge(path.as_bytes()),
            path: path.into(),
            around: self.secret_path(),
            is_element: false,
        }
    }

    /// The place of the elements of the list here.
    pub(super) fn element(&'a self) -> Self {
        Self {
            path: Cow::Borrowed(&self.path),
            is_element: true,
            ..*self
        }
    }

    /// The nearest path that is a secret's, from here on.
    fn secret_path(&'a self) -> Option<&'a str> {
        match self.own {
            Some(Some(_)) => Some(&self.path),
            _ => self.around,
        }
    }

    /// The value's own name where something is known about it, otherwise the nearest one
    /// around it that is a secret's.
    pub(super) fn decisive(&self) -> Decisive<'_> {
        match self.around.filter(|_| self.own.is_none()) {
            Some(name) => Decisive {
                name,
                is_listed: true,
            },
            None => Decisive {
                name: &self.path,
                is_listed: self.is_element,
            },
        }
    }

    /// What a value here is where it is under a secret's name.
    pub(super) fn secret(&self, policy: &Policy) -> Option<Kind> {
        let name = self.decisive().name;
        policy.names.look_up(name.as_bytes()).map(|key| key.kind)
    }
}

/// As much of the end of a name as is judged.
fn end(name: &str) -> &str {
    let mut from = name.len().saturating_sub(MAX_NAME);
    while !name.is_char_boundary(from) {
        from = from.saturating_sub(1);
    }
    name.get(from..).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::redact::bytes::steps;

    /// Steps for a text at each of `depth` levels, where no name is known.
    fn work(depth: usize) -> usize {
        let deeper = |inner: Value, _| json!({ "text": "x", "level": inner });
        let value = (0..depth).fold(Value::Null, deeper);
        let policy = Policy::default();
        steps::count(|| drop(serde_json::to_string(&policy.safe(&value))))
    }

    /// RD-05: a value that is nested deeply takes work in proportion to its length.
    #[test]
    fn a_level_costs_the_same_at_every_depth() {
        let (short, long) = (work(50), work(200));
        assert!(short > 1000, "{short} steps: the walk is not counted");
        assert!(long < short * 5, "{short} steps grew to {long}");
    }

    /// RD-05: nor does the way to a value grow with its depth or with the keys of a map.
    #[test]
    fn a_path_is_no_longer_than_what_is_judged() {
        let policy = Policy::default();
        let long = "ü".repeat(MAX_NAME);
        let first = Place::ROOT.step(&long, &policy);
        assert!(first.path.len() <= MAX_NAME + 1, "{}", first.path.len());
        let second = first.step("user.password", &policy);
        assert!(second.path.len() <= MAX_NAME + 1, "{}", second.path.len());
        assert!(second.path.ends_with("ü.user.password"));
    }
}
