//! What is secret, and what stands in its place.

mod error;

use core::fmt;
use std::{
    borrow::Cow,
    io::Write,
    sync::{Arc, OnceLock},
};

#[cfg(feature = "patterns")]
use super::patterns::Patterns;
use super::{
    controls::{self, Lines},
    finding::{Counts, Finding, Kind},
    keys::{Demand, Names},
    open::Opens,
    pipeline::Gates,
    registered::{Registered, Sets},
    rules::{PERSONAL, Rule, Rules},
    style::{Style, Styles},
    writer::Writer,
};
#[cfg(feature = "pseudonym")]
use crate::mask::PseudonymKey;

pub use error::Error;

/// What is secret in a text. The default is what the log of a service needs.
///
/// Cloning is cheap.
#[derive(Clone)]
pub struct Policy {
    pub(super) names: Arc<Names>,
    /// Made anew for the first text after names were added: each takes milliseconds.
    pub(super) gates: Arc<OnceLock<Gates>>,
    pub(super) rules: Rules,
    pub(super) secrets: Sets,
    #[cfg(feature = "patterns")]
    pub(super) patterns: Patterns,
    pub(super) output: Output,
    /// None is no limit, but the writer's own.
    pub(super) max_line: Option<usize>,
}

/// What becomes of what is found, and of the text around it.
#[derive(Clone, Default)]
pub(super) struct Output {
    pub(super) styles: Arc<Styles>,
    /// Whether control characters are escaped.
    pub(super) escapes: bool,
}

impl Output {
    /// Whether a text in which nothing is found is changed all the same.
    pub(super) fn changes(&self, text: &[u8]) -> bool {
        self.escapes && controls::any(text, Lines::Kept)
    }

    /// Copies text in which nothing was found.
    pub(super) fn copy(&self, text: &[u8], out: &mut Vec<u8>) {
        if self.escapes {
            controls::escape(text, Lines::Kept, out);
        } else {
            out.extend_from_slice(text);
        }
    }
}

impl Policy {
    /// Adds a name whose values are secret, and every name that ends in its words: `door_code` is
    /// also `DoorCode` and `backDoorCode`. A name without a letter adds nothing, and one with other
    /// letters than those of ASCII is not found in every text. A path such as `user.nickname` is
    /// these words in one name, and the way to a value that serde serializes; objects of JSON text
    /// are not followed. A name of [`Policy::with_safe_key`] stays safe, whichever is called first.
    ///
    /// Of more than eight words or 128 bytes the last ones count. What says no more than how many or
    /// whether stays: bare numbers below 1,000, `true`, `null`, placeholders. The first text after
    /// names were added takes some milliseconds more.
    #[must_use]
    pub fn with_key(self, name: &str) -> Self {
        self.with_key_as(name, Kind::Secret)
    }

    /// The same for values of a kind, which stands in their place.
    #[must_use]
    pub fn with_key_as(mut self, name: &str, kind: Kind) -> Self {
        Arc::make_mut(&mut self.names).add(name, kind, Demand::Any);
        self.gates = Arc::default();
        self
    }

    /// Leaves the values of one name alone that would count as secret: this very name, however its
    /// words are joined, not those that end in it. A path such as `user.backup_password` is the name
    /// as a log writes it with full stops, and the way to a value that serde serializes. It wins over
    /// [`Policy::with_key`], whichever is called first, and is not undone.
    #[must_use]
    pub fn with_safe_key(mut self, name: &str) -> Self {
        Arc::make_mut(&mut self.names).add_safe(name);
        self
    }

    /// Finds a secret wherever it stands and however a program writes it: see [`Registered`], which
    /// also says what is not found, and is for secrets that come and go while a program runs.
    ///
    /// # Errors
    ///
    /// Those of [`Registered::add`].
    pub fn with_secret(mut self, secret: &[u8]) -> Result<Self, Error> {
        self.secrets.add(secret)?;
        Ok(self)
    }

    /// Finds the secrets of a set, which may grow and shrink while this policy and its clones are
    /// in use.
    #[must_use]
    pub fn with_registered(mut self, set: &Registered) -> Self {
        self.secrets.share(set);
        self
    }

    /// Finds what matches a regular expression, as a rule with an id of its own: one to 64 small
    /// letters, digits and hyphens. Where the expression has a group with the name `secret`, only
    /// what that group matches is replaced. What is found counts as of `kind`,
    /// [`Kind::Custom`] if none is given.
    ///
    /// An expression is that of the `regex` crate on bytes, without Unicode: `\w`, `\d`, `\b` and
    /// `(?i)` know ASCII only, `.` is any byte. It is matched with one line at a time, without its
    /// end. All patterns are tried at every line, at some 100 MB to 1 GB in a second each, so
    /// they cost more than everything else together; one that begins with a literal costs less. The
    /// time is in proportion to the length of the text; behind the 256th match on a line, the rest
    /// of the line is replaced.
    ///
    /// # Errors
    ///
    /// [`Error::PatternId`] for an id of another form or of another rule, [`Error::Pattern`] for an
    /// expression that is none, needs more than 1 MiB, or matches the empty text, and
    /// [`Error::Full`] where there are 64 patterns.
    ///
    /// # Example
    ///
    /// ```
    /// use portcullis::redact::Policy;
    ///
    /// let policy = Policy::default().with_pattern("badge", r"badge (?<secret>[A-Z]{2}\d{6})", None)?;
    /// assert_eq!(policy.redact_str("badge AB123456 in"), "badge [REDACTED:custom] in");
    /// # Ok::<(), portcullis::redact::Error>(())
    /// ```
    #[cfg(feature = "patterns")]
    pub fn with_pattern(
        mut self,
        id: &str,
        pattern: &str,
        kind: Option<Kind>,
    ) -> Result<Self, Error> {
        let id = self.rules.add(id)?;
        self.patterns
            .add(id, pattern, kind.unwrap_or(Kind::Custom))?;
        Ok(self)
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

    /// Turns the rules on again that find data of persons. They are on by default.
    #[must_use]
    pub fn with_personal_data(mut self) -> Self {
        for id in PERSONAL {
            let _known = self.rules.turn_on(id);
        }
        self
    }

    /// Leaves what is of this kind in the text, whichever rule finds it.
    #[must_use]
    pub fn without_kind(mut self, kind: Kind) -> Self {
        self.rules.leave(kind);
        self
    }

    /// What stands in the place of a secret of this kind.
    ///
    /// # Errors
    ///
    /// [`Error::NotPartial`] for a part of a kind of which no part may be shown: of a password the
    /// end is a help to who guesses the rest. With the feature `pseudonym` also
    /// `Error::NoPseudonymKey`, for pseudonyms before there is a key.
    pub fn with_style(mut self, kind: Kind, style: Style) -> Result<Self, Error> {
        Arc::make_mut(&mut self.output.styles).choose(kind, style)?;
        Ok(self)
    }

    /// Makes pseudonyms with this key. The id, one to 32 letters, digits, hyphens and underscores,
    /// stands before each, so that those of an earlier key are told from those of a later one:
    /// change both together. Pseudonyms are for no tenant until one is named, and for that one
    /// also with a later key.
    ///
    /// See [`PseudonymKey`] for what a pseudonym does not hide: of values of which there are few,
    /// such as PINs, who has the key finds out every one.
    ///
    /// # Errors
    ///
    /// [`Error::KeyId`] where the id is empty, longer, or of other characters.
    #[cfg(feature = "pseudonym")]
    pub fn with_pseudonym_key(mut self, id: &str, key: PseudonymKey) -> Result<Self, Error> {
        Arc::make_mut(&mut self.output.styles).set_key(id, key)?;
        Ok(self)
    }

    /// Makes the pseudonyms of one tenant: equal values of two tenants have different ones.
    ///
    /// # Errors
    ///
    /// [`Error::NoPseudonymKey`] where there is no key.
    #[cfg(feature = "pseudonym")]
    pub fn for_tenant(mut self, tenant: &str) -> Result<Self, Error> {
        Arc::make_mut(&mut self.output.styles).set_tenant(tenant)?;
        Ok(self)
    }

    /// Escapes the characters with which who can write into a value forges lines of a log, or
    /// moves the cursor of whoever reads it: carriage returns that end no line, the other control
    /// characters of ASCII but the tab, those from U+0080 to U+009F, and those that end lines or
    /// change the direction of writing in Unicode. An escape is `\u001b`, as JSON has it, so
    /// escaped text that is escaped again stays as it is.
    ///
    /// What a program colours for a terminal is not coloured any more. A line feed inside a value
    /// is told from one that ends a line only by what writes values one by one, as the wrappers of
    /// `tracing` and `log` do.
    #[must_use]
    pub fn with_escaped_controls(mut self) -> Self {
        self.output.escapes = true;
        self
    }

    /// Withholds lines of more than `bytes` bytes, the line feed not counted: `[REDACTED:line]`
    /// stands in their place. Without a limit [`Writer`] withholds those beyond 1 MiB, and
    /// [`Policy::redact`], whose text is in memory already, none.
    #[must_use]
    pub fn with_max_line(mut self, bytes: usize) -> Self {
        self.max_line = Some(bytes);
        self
    }

    /// `text` with a mark in the place of each secret, `[REDACTED:kind]` unless the kind has
    /// another [`Style`]; borrowed where there is nothing to change.
    #[must_use]
    pub fn redact<'a>(&self, text: &'a [u8]) -> Cow<'a, [u8]> {
        self.judge(text).0
    }

    /// How much is in `text` by kind and by rule: what [`Policy::redact`] would replace, in a
    /// text that stays as it is. A census of card numbers is `detect(text).of(Kind::Card)`.
    #[must_use]
    pub fn detect(&self, text: &[u8]) -> Counts {
        self.judge(text).1
    }

    fn judge<'a>(&self, text: &'a [u8]) -> (Cow<'a, [u8]>, Counts) {
        if self.is_over(text) {
            let mut writer = Writer::new(self.clone(), Vec::new());
            let written = writer.write_all(text).and_then(|()| writer.finish());
            // A vector takes everything.
            let (safe, counts) = written.unwrap_or_default();
            return (Cow::Owned(safe), counts);
        }
        let mut counts = Counts::default();
        let safe = self.settle(text, &mut Opens::default(), &mut |change| {
            counts.add(change)
        });
        counts.add_text(text);
        (safe, counts)
    }

    /// The kind and the rule of all that [`Policy::redact`] would replace.
    pub(super) fn all(&self, text: &[u8]) -> Vec<(Kind, String)> {
        let mut all = Vec::new();
        self.settle(text, &mut Opens::default(), &mut |change| {
            all.push(change.judged());
        });
        all
    }

    /// Whether a line is longer than the limit.
    pub(super) fn is_over(&self, text: &[u8]) -> bool {
        let max = self.max_line.unwrap_or(usize::MAX);
        text.len() > max && text.split(|b| *b == b'\n').any(|line| line.len() > max)
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

    /// The secrets that the first look at `text` finds, in ascending order; none overlap. They are
    /// for showing where secrets are: to redact or to decide by them is not safe, since
    /// [`Policy::redact`] and [`Policy::detect`] find more where what is replaced uncovers another.
    #[must_use]
    pub fn findings(&self, text: &[u8]) -> Vec<Finding> {
        let spans = self.spans(text).into_iter();
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
            gates: Arc::new(OnceLock::from(Gates::new(&names))),
            names: Arc::new(names),
            rules: Rules::default(),
            secrets: Sets::default(),
            #[cfg(feature = "patterns")]
            patterns: Patterns::default(),
            output: Output::default(),
            max_line: None,
        }
    }
}

/// Says nothing of the names: they may tell an attacker where to look.
impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RD-01: who adds a thousand names does not wait for a gate after each.
    #[test]
    fn makes_a_gate_for_texts_and_not_for_names() {
        let policy = Policy::default().with_key("nickname").with_key("door");
        assert!(policy.gates.get().is_none());
        let clone = policy.clone();
        assert_eq!(policy.redact_str("door=oak9tree"), "door=[REDACTED:secret]");
        assert!(clone.gates.get().is_some());
    }
}
