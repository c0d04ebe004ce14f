//! What is secret, and what stands in its place.

use core::fmt;
use std::{borrow::Cow, sync::Arc};

use super::{
    finding::{Finding, Kind},
    keys::{Demand, Names},
    open::Open,
    pipeline::{Gates, Opens},
    rules::{PERSONAL, Rule, Rules},
};

/// What is secret in a text. The default is what the log of a service needs.
///
/// Cloning is cheap.
#[derive(Clone)]
pub struct Policy {
    pub(super) names: Arc<Names>,
    /// Made anew with each name that is added.
    pub(super) gates: Arc<Gates>,
    pub(super) rules: Rules,
}

impl Policy {
    /// Adds a name whose values are secret, and every name that ends in its words: `door_code` is
    /// also `DoorCode` and `backDoorCode`. A name without a letter adds nothing.
    #[must_use]
    pub fn with_key(mut self, name: &str) -> Self {
        Arc::make_mut(&mut self.names).add(name, Kind::Secret, Demand::Any);
        self.gates = Arc::new(Gates::new(&self.names));
        self
    }

    /// Leaves the values of one name alone that would count as secret: this very name, however its
    /// words are joined, not those that end in it.
    #[must_use]
    pub fn with_safe_key(mut self, name: &str) -> Self {
        Arc::make_mut(&mut self.names).add_safe(name);
        self
    }

    /// The rules that there are, each on or off, in a fixed order.
    #[must_use]
    pub fn rules(&self) -> Vec<Rule> {
        self.rules.all()
    }

    /// Turns a rule on.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownRule`] where no rule has this id.
    pub fn with_rule(mut self, id: &str) -> Result<Self, Error> {
        self.rules.turn_on(id)?;
        Ok(self)
    }

    /// Turns a rule off: what only this rule finds stays in the text.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownRule`] where no rule has this id.
    pub fn without_rule(mut self, id: &str) -> Result<Self, Error> {
        self.rules.turn_off(id)?;
        Ok(self)
    }

    /// Turns the rules off that find data of persons: cards, IBANs, social security numbers, e-mail
    /// addresses. What stands under a secret's name is still found, whatever it is.
    #[must_use]
    pub fn without_personal_data(mut self) -> Self {
        for id in PERSONAL {
            // They are all known: a test turns them off by name.
            let _known = self.rules.turn_off(id);
        }
        self
    }

    /// `text` with each secret replaced by `[REDACTED:kind]`; borrowed where there is none.
    #[must_use]
    pub fn redact<'a>(&self, text: &'a [u8]) -> Cow<'a, [u8]> {
        self.settle(text, &mut Opens::default(), |_| {})
    }

    /// [`Policy::redact`] for text that is UTF-8.
    #[must_use]
    pub fn redact_str<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match self.redact(text.as_bytes()) {
            Cow::Borrowed(_) => Cow::Borrowed(text),
            Cow::Owned(bytes) => Cow::Owned(match String::from_utf8(bytes) {
                Ok(text) => text,
                // Values begin and end at ASCII characters, so this is not reached.
                Err(e) => String::from_utf8_lossy(e.as_bytes()).into_owned(),
            }),
        }
    }

    /// The secrets in `text` in ascending order; none overlap.
    #[must_use]
    pub fn findings(&self, text: &[u8]) -> Vec<Finding> {
        let spans = self.scan(text, &mut Open::default()).into_iter();
        spans
            .map(|s| Finding::new(s.range, s.kind, s.rule))
            .collect()
    }
}

/// What the log of a service needs: passwords, tokens, keys, cookies, session identifiers, one-time
/// codes, security questions and answers, and data of persons.
impl Default for Policy {
    fn default() -> Self {
        let names = Names::default();
        Self {
            gates: Arc::new(Gates::new(&names)),
            names: Arc::new(names),
            rules: Rules::default(),
        }
    }
}

/// Says nothing of the names: they may tell an attacker where to look.
impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy").finish_non_exhaustive()
    }
}

/// Why a policy cannot be.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No rule has this id: [`Policy::rules`] lists them.
    #[error("no rule has this id")]
    UnknownRule,
}
