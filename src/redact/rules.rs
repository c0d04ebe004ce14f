//! The rules by which secrets are found, each with a stable id, to be turned on and off.
//!
//! A stage of the pipeline is one rule, each vendor's tokens are one, and so is each pattern of the
//! user. A stage says what it finds to [`Spans`](super::spans::Spans), and the pipeline says whose
//! it is: a stage that is called with `spans.by(rules::SQL)` needs to know nothing of rules.

use core::{borrow::Borrow, cmp::Ordering, fmt, hash};
use std::{collections::BTreeSet, sync::Arc};

use super::{finding::Kind, policy::Error, spans::Span, tokens};

pub(super) const KEYED: &str = "keyed";
pub(super) const HEADER: &str = "header";
pub(super) const COMMAND: &str = "command";
pub(super) const SQL: &str = "sql";
pub(super) const DIALOGUE: &str = "dialogue";
pub(super) const PROSE: &str = "prose";
pub(super) const ELEMENT: &str = "element";
pub(super) const MEMBER: &str = "member";
pub(super) const TABLE: &str = "table";
pub(super) const URL: &str = "url";
pub(super) const CONNECTION_STRING: &str = "connection-string";
pub(super) const JWT: &str = "jwt";
pub(super) const PRIVATE_KEY: &str = "private-key";
pub(super) const CARD: &str = "card";
pub(super) const IBAN: &str = "iban";
pub(super) const SSN: &str = "ssn";
pub(super) const EMAIL: &str = "email";
pub(super) const REGISTERED: &str = "registered";
pub(super) const ENCODED: &str = "encoded";

/// The rules of the stages and what each finds.
const STAGES: &[(&str, &str)] = &[
    (KEYED, "values under the names of secrets, in any syntax"),
    (HEADER, "credentials of authorization headers, and cookies"),
    (COMMAND, "secrets among the arguments of known commands"),
    (SQL, "passwords in statements of databases"),
    (
        DIALOGUE,
        "passwords in the dialogues of mail, file and cache servers",
    ),
    (PROSE, "secrets that a sentence names"),
    (
        ELEMENT,
        "text of XML and HTML elements with the names of secrets",
    ),
    (
        MEMBER,
        "values beside a member that names them: name and value, key and value",
    ),
    (
        TABLE,
        "columns of tables whose heads are the names of secrets",
    ),
    (URL, "passwords in URLs"),
    (
        CONNECTION_STRING,
        "passwords in connection strings and calls that name nothing",
    ),
    (JWT, "JSON web tokens, by their header"),
    (PRIVATE_KEY, "private keys in PEM and its kin"),
    (CARD, "numbers of payment cards"),
    (IBAN, "international bank account numbers"),
    (SSN, "social security numbers of the United States"),
    (EMAIL, "e-mail addresses"),
    (REGISTERED, "secrets that the application registered"),
    (
        ENCODED,
        "secrets inside base64, hexadecimal, lists of bytes and UTF-16",
    ),
];

/// Letters, digits and hyphens of the id of a user's pattern.
#[cfg(feature = "patterns")]
const MAX_ID: usize = 64;

/// The rules that find data of persons rather than credentials.
pub(super) const PERSONAL: &[&str] = &[CARD, IBAN, SSN, EMAIL];

/// A rule's id: one of this library's, or that of a user's pattern.
#[derive(Clone)]
pub(super) enum Id {
    Built(&'static str),
    #[cfg_attr(
        not(feature = "patterns"),
        allow(dead_code, reason = "only patterns are named by users")
    )]
    Own(Arc<str>),
}

impl Id {
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Built(id) => id,
            Self::Own(id) => id,
        }
    }
}

impl From<&'static str> for Id {
    fn from(id: &'static str) -> Self {
        Self::Built(id)
    }
}

/// As text: what made it does not matter.
impl PartialEq for Id {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Id {}

impl PartialOrd for Id {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Id {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl hash::Hash for Id {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl Borrow<str> for Id {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// A rule of a policy.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Rule {
    id: Id,
    finds: &'static str,
    on: bool,
}

impl Rule {
    /// The stable id, in lower case with hyphens: `github-pat`.
    #[must_use]
    pub fn id(&self) -> &str {
        self.id.as_str()
    }

    /// What it finds, for people.
    #[must_use]
    pub fn finds(&self) -> &str {
        self.finds
    }

    /// Whether the policy looks for it.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.on
    }
}

/// Which rules there are, and which are off.
#[derive(Clone, Default)]
pub(super) struct Rules {
    /// Few or none.
    off: Arc<BTreeSet<Id>>,
    /// Kinds that are left in the text whoever finds them; few or none.
    left: Arc<BTreeSet<Kind>>,
    /// Those of the user's patterns.
    #[cfg(feature = "patterns")]
    own: Arc<Vec<Id>>,
}

impl Rules {
    pub(super) fn is_on(&self, id: &str) -> bool {
        self.off.is_empty() || !self.off.contains(id)
    }

    /// Whether what was found is to be replaced.
    pub(super) fn take(&self, span: &Span) -> bool {
        self.is_on(span.rule.as_str()) && (self.left.is_empty() || !self.left.contains(&span.kind))
    }

    pub(super) fn leave(&mut self, kind: Kind) {
        Arc::make_mut(&mut self.left).insert(kind);
    }

    /// All of them, in the order of the pipeline.
    pub(super) fn all(&self) -> Vec<Rule> {
        let built = built().map(|(id, finds)| (Id::from(id), finds));
        #[cfg(feature = "patterns")]
        let built = built.chain(
            self.own
                .iter()
                .map(|id| (id.clone(), "a pattern of the user")),
        );
        let rule = |(id, finds): (Id, _)| Rule {
            on: self.is_on(id.as_str()),
            id,
            finds,
        };
        built.map(rule).collect()
    }

    /// Adds the rule of a user's pattern.
    #[cfg(feature = "patterns")]
    pub(super) fn add(&mut self, id: &str) -> Result<Id, Error> {
        let is_kebab = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let is_id = (1..=MAX_ID).contains(&id.len()) && id.bytes().all(is_kebab);
        if !is_id || self.find(id).is_ok() {
            return Err(Error::PatternId);
        }
        let id = Id::Own(id.into());
        Arc::make_mut(&mut self.own).push(id.clone());
        Ok(id)
    }

    pub(super) fn turn_on(&mut self, id: &str) -> Result<(), Error> {
        let id = self.find(id)?;
        Arc::make_mut(&mut self.off).remove(&id);
        Ok(())
    }

    pub(super) fn turn_off(&mut self, id: &str) -> Result<(), Error> {
        let id = self.find(id)?;
        Arc::make_mut(&mut self.off).insert(id);
        Ok(())
    }

    fn find(&self, id: &str) -> Result<Id, Error> {
        let rule = self.all().into_iter().find(|rule| rule.id() == id);
        rule.map(|rule| rule.id).ok_or(Error::UnknownRule)
    }
}

/// The rules of this library, each id once.
fn built() -> impl Iterator<Item = (&'static str, &'static str)> {
    STAGES.iter().copied().chain(tokens::rules())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RD-02: ids are stable names, so each is told from the others and easy to type.
    #[test]
    fn no_two_rules_have_one_id_and_all_are_kebab_case() {
        let mut ids: Vec<&str> = built().map(|(id, _)| id).collect();
        for id in &ids {
            let is_kebab = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
            assert!(id.bytes().all(is_kebab), "{id}");
            assert!(!id.starts_with('-') && !id.ends_with('-'), "{id}");
        }
        let len = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), len);
    }
}
