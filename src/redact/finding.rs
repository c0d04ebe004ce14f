//! What was found: kinds, places and counts, never values.

use core::{fmt, ops::Range};
use std::collections::BTreeMap;

use super::{rules::Id, spans::Change};

/// What a secret is. The names are stable: they stand in redacted text.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Kind {
    /// A password or a passphrase, or its hash: `password`.
    Password,
    /// A token that lets its bearer in: `token`.
    Token,
    /// A key of a programming interface: `api_key`.
    ApiKey,
    /// Any other value that is to stay secret: `secret`.
    Secret,
    /// A private key: `private_key`.
    PrivateKey,
    /// The value of a cookie: `cookie`.
    Cookie,
    /// What follows the scheme in an Authorization header: `authorization`.
    Authorization,
    /// A session's identifier: `session`.
    Session,
    /// A signed JSON web token: `jwt`.
    Jwt,
    /// A one-time or recovery code: `code`.
    Code,
    /// A personal identification number or a card's verification number: `pin`.
    Pin,
    /// A security question and its answer: `security_answer`.
    SecurityAnswer,
    /// The number of a payment card: `card`.
    Card,
    /// An international bank account number: `iban`.
    Iban,
    /// A social security number of the United States: `ssn`.
    Ssn,
    /// An e-mail address: `email`.
    Email,
    /// A secret that the application registered: `registered`.
    Registered,
    /// What a user's pattern matches: `custom`.
    Custom,
}

impl Kind {
    /// All kinds, in the order of [`Counts`].
    pub const ALL: &'static [Self] = &[
        Self::Password,
        Self::Token,
        Self::ApiKey,
        Self::Secret,
        Self::PrivateKey,
        Self::Cookie,
        Self::Authorization,
        Self::Session,
        Self::Jwt,
        Self::Code,
        Self::Pin,
        Self::SecurityAnswer,
        Self::Card,
        Self::Iban,
        Self::Ssn,
        Self::Email,
        Self::Registered,
        Self::Custom,
    ];

    /// The stable name, in lower case, as it stands in redacted text.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Token => "token",
            Self::ApiKey => "api_key",
            Self::Secret => "secret",
            Self::PrivateKey => "private_key",
            Self::Cookie => "cookie",
            Self::Authorization => "authorization",
            Self::Session => "session",
            Self::Jwt => "jwt",
            Self::Code => "code",
            Self::Pin => "pin",
            Self::SecurityAnswer => "security_answer",
            Self::Card => "card",
            Self::Iban => "iban",
            Self::Ssn => "ssn",
            Self::Email => "email",
            Self::Registered => "registered",
            Self::Custom => "custom",
        }
    }
}

/// The stable name.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A secret in a text: where and what, not which.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Finding {
    span: Range<usize>,
    kind: Kind,
    rule: Id,
}

impl Finding {
    pub(super) fn new(span: Range<usize>, kind: Kind, rule: Id) -> Self {
        Self { span, kind, rule }
    }

    /// The bytes of the text that are secret.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// What they are.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The id of the rule that found it.
    #[must_use]
    pub fn rule(&self) -> &str {
        self.rule.as_str()
    }
}

/// How much was read, and how much of it was secret.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    lines: u64,
    withheld: u64,
    kinds: [u64; Kind::ALL.len()],
    /// As many as there are rules at most.
    rules: BTreeMap<Id, u64>,
}

impl Counts {
    /// Lines read; the last one counts even without a line feed.
    #[must_use]
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// Lines withheld whole: over the limit, or made so that each look uncovered another secret.
    #[must_use]
    pub fn withheld(&self) -> u64 {
        self.withheld
    }

    /// Secrets of one kind that were replaced. A private key counts once a line.
    #[must_use]
    pub fn of(&self, kind: Kind) -> u64 {
        Kind::ALL
            .iter()
            .zip(self.kinds)
            .find_map(|(k, n)| (*k == kind).then_some(n))
            .unwrap_or_default()
    }

    /// Secrets that one rule found.
    #[must_use]
    pub fn by_rule(&self, id: &str) -> u64 {
        self.rules.get(id).copied().unwrap_or_default()
    }

    /// The rules that found something, in the order of their ids, and how much.
    pub fn rules(&self) -> impl Iterator<Item = (&str, u64)> {
        self.rules.iter().map(|(id, count)| (id.as_str(), *count))
    }

    /// Secrets of all kinds that were replaced.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.kinds.iter().copied().fold(0, u64::saturating_add)
    }

    /// Adds what was counted elsewhere, such as in another file.
    pub fn add_counts(&mut self, other: &Self) {
        self.lines = self.lines.saturating_add(other.lines);
        self.withheld = self.withheld.saturating_add(other.withheld);
        for (own, n) in self.kinds.iter_mut().zip(other.kinds) {
            *own = own.saturating_add(n);
        }
        for (rule, n) in &other.rules {
            let own = self.rules.entry(rule.clone()).or_default();
            *own = own.saturating_add(*n);
        }
    }

    pub(super) fn add_lines(&mut self, lines: usize) {
        let lines = u64::try_from(lines).unwrap_or(u64::MAX);
        self.lines = self.lines.saturating_add(lines);
    }

    /// The lines of a text, the last one also without a line feed.
    pub(super) fn add_text(&mut self, text: &[u8]) {
        let feeds = memchr::memchr_iter(b'\n', text).count();
        let is_open = text.last().is_some_and(|b| *b != b'\n');
        self.add_lines(feeds.saturating_add(usize::from(is_open)));
    }

    pub(super) fn add_withheld(&mut self) {
        self.withheld = self.withheld.saturating_add(1);
    }

    pub(super) fn add(&mut self, change: Change<'_>) {
        let Change::Span(span) = change else {
            self.add_withheld();
            return;
        };
        let counts = Kind::ALL.iter().zip(self.kinds.iter_mut());
        for (_, n) in counts.filter(|(kind, _)| **kind == span.kind) {
            *n = n.saturating_add(1);
        }
        if let Some(n) = self.rules.get_mut(span.rule.as_str()) {
            *n = n.saturating_add(1);
        } else {
            self.rules.insert(span.rule.clone(), 1);
        }
    }
}
