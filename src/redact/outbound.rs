//! Looks at what an application sends: mail, chat, webhooks.
//!
//! A log is redacted and written in any case; a message that holds a secret had better not leave at
//! all. A [`Guard`] decides: send it, send it with marks in the place of what it may not hold, or
//! block it. Each kind of secret has its [`Action`]; the strictest of those found wins.
//!
//! # What this does not do
//!
//! It reads text: attachments, images and archives have to be kept out otherwise, and a part that
//! is encoded as base64 is to be given as it was before. A password whose name stands in another
//! part or another paragraph (`Your password:`, and below it the password) is not told from a word,
//! nor is what a style sheet hides or letters of other scripts make look like a name. It does not
//! ask who the receiver is. A link by which the receiver may fetch a secret once is not made here.
//!
//! # Security
//!
//! In doubt nothing is sent. What is longer than the limit is blocked unread. What is found only
//! behind the markup of a mail, where it cannot be replaced, is blocked also where its action is to
//! mask. What is recorded, [`Decision::findings`], says which part, which kind and which rule, and no
//! value. (OWASP ASVS 5.0 §14.2.1, PCI DSS 4.0.1 requirement 4.2.2.)
//!
//! # Example
//!
//! ```
//! use portcullis::redact::{Policy, outbound::{Decision, Guard, Part}};
//!
//! let guard = Guard::new(Policy::default());
//! let subject = Part::header("Your order");
//! let body = Part::html("<p>Charged to card <b>4111 1111 1111 1111</b>.</p>");
//! match guard.decide(&[subject, body]) {
//!     Decision::Send { .. } => { /* as it is */ }
//!     Decision::Masked { parts, .. } => {
//!         assert_eq!(parts[1], "<p>Charged to card <b>[REDACTED:card]</b>.</p>");
//!     }
//!     _ => { /* not at all */ }
//! }
//! ```

mod forms;

use core::fmt;
use std::borrow::Cow;

use super::{Policy, finding::Kind, open::Opens};
use forms::{Form, quoted_printable, visible};

/// A longer part is blocked: 1 MiB, more than people write.
const MAX_LEN: usize = 1024 * 1024;

/// What is done about a secret. The later, the stricter.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Action {
    /// It is sent, and stands in the findings.
    Report,
    /// A mark is sent in its place.
    Mask,
    /// Nothing is sent.
    Block,
}

/// What may leave.
#[derive(Clone, Debug)]
pub struct Guard {
    policy: Policy,
    /// The same, without what is only reported.
    masking: Policy,
    /// By the order of [`Kind::ALL`].
    actions: Vec<Action>,
    max_len: usize,
}

impl Guard {
    /// Looks for what `policy` looks for. Passwords, tokens, keys and all else that lets somebody in
    /// are blocked; numbers of cards, bank accounts and social security are masked; e-mail
    /// addresses and one-time codes, which messages are there to bring, are reported. What stands
    /// under the name of a code and is a card or a token by its own form is judged as that.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        let mut guard = Self {
            masking: policy.clone(),
            policy,
            actions: Kind::ALL.iter().map(|kind| usual(*kind)).collect(),
            max_len: MAX_LEN,
        };
        guard.settle();
        guard
    }

    /// What is done about secrets of one kind.
    #[must_use]
    pub fn with_action(mut self, kind: Kind, action: Action) -> Self {
        for (own, done) in Kind::ALL.iter().zip(&mut self.actions) {
            if *own == kind {
                *done = action;
            }
        }
        self.settle();
        self
    }

    /// Blocks parts of more than `bytes` bytes unread. The default is 1 MiB.
    #[must_use]
    pub fn with_max_len(mut self, bytes: usize) -> Self {
        self.max_len = bytes;
        self
    }

    /// Decides about a message of one or several parts, all of which are sent or none.
    pub fn decide(&self, parts: &[Part<'_>]) -> Decision {
        let is_long = |part: &Part<'_>| part.text.len() > self.max_len;
        if let Some(part) = parts.iter().position(is_long) {
            return Decision::blocked(Reason::TooLong { part }, Vec::new());
        }
        let mut findings = Vec::new();
        let mut masked = Vec::new();
        let (mut hidden, mut changed) = (None, false);
        for (at, part) in parts.iter().enumerate() {
            let judged = self.judge(at, part);
            findings.extend(judged.findings);
            hidden = hidden.or(judged.is_hidden.then_some(at));
            changed |= judged.is_changed;
            masked.push(judged.text);
        }
        let strictest = findings.iter().map(|found| found.action).max();
        match (strictest, hidden) {
            (Some(Action::Block), _) => Decision::blocked(Reason::Secret, findings),
            (_, Some(part)) => Decision::blocked(Reason::Unreachable { part }, findings),
            (Some(Action::Mask), None) => Decision::masked(masked, findings),
            // The policy may change more than secrets.
            (_, None) if changed => Decision::masked(masked, findings),
            _ => Decision::Send { findings },
        }
    }

    /// What is in a part, and what is left of it when that is masked.
    fn judge(&self, at: usize, part: &Part<'_>) -> Judged {
        let plain = part.plain();
        // What a reader sees may be more than what stands there.
        let seen = visible(&plain, part.form);
        let (safe, masked) = self.mask(at, &plain);
        let mut findings = self.find(at, &plain);
        // Of two that overlap a text has one, and what is only reported may be the one: under the
        // name of a code may stand a card. What masks does not see what is only reported.
        for more in [masked, self.find(at, &seen), self.mask(at, &seen).1] {
            let is_new = |found: &Found| !findings.iter().any(|own: &Found| own.kind == found.kind);
            let new: Vec<Found> = more.into_iter().filter(is_new).collect();
            findings.extend(new);
        }
        let (_, left) = self.mask(at, &visible(&safe, part.form));
        let is_changed = safe != plain;
        Judged {
            is_hidden: !left.is_empty() || self.masking.is_over(&plain),
            is_changed,
            // A clean part stays as it was encoded.
            text: match is_changed {
                true => part.encoded(&safe),
                false => part.text.to_owned(),
            },
            findings,
        }
    }

    fn find(&self, part: usize, text: &[u8]) -> Vec<Found> {
        // By all looks: what is reported or masked may cover what is blocked.
        let all = self.policy.all(text).into_iter();
        let found = all.map(|(kind, rule)| self.found(part, kind, rule));
        found.collect()
    }

    /// `text` without what must not be sent, and what that was.
    fn mask<'t>(&self, part: usize, text: &'t [u8]) -> (Cow<'t, [u8]>, Vec<Found>) {
        let mut found = Vec::new();
        let safe = self
            .masking
            .settle(text, &mut Opens::default(), &mut |change| {
                let (kind, rule) = change.judged();
                found.push(self.found(part, kind, rule));
            });
        (safe, found)
    }

    fn found(&self, part: usize, kind: Kind, rule: String) -> Found {
        Found {
            part,
            kind,
            rule,
            action: self.action(kind),
        }
    }

    fn action(&self, kind: Kind) -> Action {
        let mut actions = Kind::ALL.iter().zip(&self.actions);
        let action = actions.find(|(own, _)| **own == kind);
        action.map_or(Action::Block, |(_, action)| *action)
    }

    /// Makes the policy that masks from the actions.
    fn settle(&mut self) {
        let kinds = Kind::ALL.iter().copied();
        let reported = kinds.filter(|kind| self.action(*kind) == Action::Report);
        self.masking = reported.fold(self.policy.clone(), Policy::without_kind);
    }
}

/// What is done about a kind unless the application says otherwise.
const fn usual(kind: Kind) -> Action {
    match kind {
        Kind::Email | Kind::Code => Action::Report,
        Kind::Card | Kind::Iban | Kind::Ssn => Action::Mask,
        _ => Action::Block,
    }
}

struct Judged {
    findings: Vec<Found>,
    text: String,
    /// Whether something is left that had to be masked, or was not looked at.
    is_hidden: bool,
    is_changed: bool,
}

/// A part of a message, as it is sent.
#[derive(Clone, Copy)]
pub struct Part<'t> {
    text: &'t str,
    form: Form,
    is_quoted_printable: bool,
}

impl<'t> Part<'t> {
    /// Text: the body of a message.
    #[must_use]
    pub const fn text(text: &'t str) -> Self {
        Self::of(text, Form::Text)
    }

    /// HTML: looked at as it stands and as its reader sees it, without tags and entities.
    #[must_use]
    pub const fn html(text: &'t str) -> Self {
        Self::of(text, Form::Html)
    }

    /// JSON, for a webhook: looked at as it stands and with its escaped characters, `\u0034`, in
    /// the place of their escapes.
    #[must_use]
    pub const fn json(text: &'t str) -> Self {
        Self::of(text, Form::Json)
    }

    /// A header of a mail, such as its subject, folded and with encoded words (RFC 2047) or not.
    #[must_use]
    pub const fn header(text: &'t str) -> Self {
        Self::of(text, Form::Header)
    }

    /// The same, encoded as quoted-printable (RFC 2045 §6.7). What is masked is encoded again.
    #[must_use]
    pub const fn quoted_printable(mut self) -> Self {
        self.is_quoted_printable = true;
        self
    }

    const fn of(text: &'t str, form: Form) -> Self {
        Self {
            text,
            form,
            is_quoted_printable: false,
        }
    }

    fn plain(&self) -> Cow<'t, [u8]> {
        if self.is_quoted_printable {
            return Cow::Owned(quoted_printable::decode(self.text.as_bytes()));
        }
        Cow::Borrowed(self.text.as_bytes())
    }

    /// The part again, if `plain` is what has become of it.
    fn encoded(&self, plain: &[u8]) -> String {
        if self.is_quoted_printable {
            return quoted_printable::encode(plain);
        }
        String::from_utf8_lossy(plain).into_owned()
    }
}

/// Says nothing of the text.
impl fmt::Debug for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part")
            .field("len", &self.text.len())
            .finish_non_exhaustive()
    }
}

/// What is to become of a message. Whoever does not know a variant must not send.
#[derive(Clone, Eq, PartialEq)]
#[must_use = "it says whether the message may be sent"]
#[non_exhaustive]
pub enum Decision {
    /// Every part is sent as it is.
    Send {
        /// What is only reported.
        findings: Vec<Found>,
    },
    /// These are sent in place of the parts, in their order.
    Masked {
        /// The parts with marks.
        parts: Vec<String>,
        /// What was masked, and what is only reported.
        findings: Vec<Found>,
    },
    /// Nothing is sent.
    Blocked {
        /// Why.
        reason: Reason,
        /// What was found.
        findings: Vec<Found>,
    },
}

impl Decision {
    fn blocked(reason: Reason, findings: Vec<Found>) -> Self {
        Self::Blocked { reason, findings }
    }

    fn masked(parts: Vec<String>, findings: Vec<Found>) -> Self {
        Self::Masked { parts, findings }
    }

    /// What was found, to be recorded: it holds no value.
    #[must_use]
    pub fn findings(&self) -> &[Found] {
        match self {
            Self::Send { findings }
            | Self::Masked { findings, .. }
            | Self::Blocked { findings, .. } => findings,
        }
    }
}

/// Says what was found and nothing of the message: what is masked may still be confidential.
impl fmt::Debug for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut decision = match self {
            Self::Send { .. } => f.debug_struct("Send"),
            Self::Masked { .. } => f.debug_struct("Masked"),
            Self::Blocked { .. } => f.debug_struct("Blocked"),
        };
        if let Self::Blocked { reason, .. } = self {
            decision.field("reason", reason);
        }
        decision
            .field("findings", &self.findings())
            .finish_non_exhaustive()
    }
}

/// Why a message is not sent.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Reason {
    /// It holds a secret whose action is to block.
    Secret,
    /// A part is longer than the limit and was not looked at.
    TooLong {
        /// Which, from 0.
        part: usize,
    },
    /// A part holds something that is to be masked and cannot be reached behind its markup, or a
    /// line over the limit of the policy.
    Unreachable {
        /// Which, from 0.
        part: usize,
    },
}

/// A secret in a message: where and what, not which.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Found {
    part: usize,
    kind: Kind,
    rule: String,
    action: Action,
}

impl Found {
    /// The part that it is in, from 0.
    #[must_use]
    pub fn part(&self) -> usize {
        self.part
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The id of the rule that found it.
    #[must_use]
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// What is done about it.
    #[must_use]
    pub fn action(&self) -> Action {
        self.action
    }
}
