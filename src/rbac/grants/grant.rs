//! One role of one subject: where, from when to when, and why.

use super::{Scope, Tenant};
use crate::{
    Timestamp,
    encoding::{self, Decoder, Encoder},
    rbac::{
        Error,
        permission::{LITERAL_LEN, check_literal},
    },
};

const EVERYWHERE: u8 = 0;
const TENANT: u8 = 1;
const ORDINARY: u8 = 0;
const BREAK_GLASS: u8 = 1;
/// Longest reason in bytes: a sentence and the number of a ticket.
const REASON_LEN: usize = 256;
/// Longest name of somebody in bytes.
pub(in crate::rbac) const NAME_LEN: usize = 255;

/// One role of one subject.
///
/// Beside the role, where and when, a grant can say why it was given, who asked for it and who
/// approved it. These are a record for whoever reviews grants: no decision looks at them. Names of
/// people are compared byte by byte.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Grant {
    role: Box<str>,
    scope: Scope,
    from: Timestamp,
    until: Option<Timestamp>,
    kind: Kind,
    /// None where it would be empty, which is most of the time.
    paper: Option<Box<Paper>>,
}

/// What stands behind a grant. The order is that of the fields.
#[derive(Clone, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
struct Paper {
    reason: Option<Box<str>>,
    requested_by: Option<Box<str>>,
    approved_by: Option<Box<str>>,
}

/// How a grant came about.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Kind {
    /// Somebody granted it who may.
    #[default]
    Ordinary,
    /// The subject took it in an emergency. To be looked at afterwards.
    BreakGlass,
}

impl Grant {
    /// The role of this name, from ever and without end.
    ///
    /// Whether the policy knows the role shows when a question is decided; a role that it does not
    /// know counts for nothing.
    #[must_use]
    pub fn new(role: &str, scope: Scope) -> Self {
        Self {
            role: role.into(),
            scope,
            from: Timestamp::EPOCH,
            until: None,
            kind: Kind::Ordinary,
            paper: None,
        }
    }

    /// The grant counts from this moment on.
    #[must_use]
    pub fn from(self, from: Timestamp) -> Self {
        Self { from, ..self }
    }

    /// The grant counts before this moment and no longer at it.
    #[must_use]
    pub fn until(self, until: Timestamp) -> Self {
        Self {
            until: Some(until),
            ..self
        }
    }

    /// Why the role was granted: 1 to 256 bytes without control characters and
    /// without characters that hide text or turn it: U+061C, U+200B to U+200F, U+2028 to U+202E,
    /// U+2060 to U+2069, U+FEFF.
    #[must_use]
    pub fn because(self, reason: &str) -> Self {
        self.on_paper(|paper| paper.reason = Some(reason.into()))
    }

    /// Who asked for the grant or gave it, by the name under which the application knows them: 1 to
    /// 255 bytes, as a reason otherwise.
    #[must_use]
    pub fn requested_by(self, name: &str) -> Self {
        self.on_paper(|paper| paper.requested_by = Some(name.into()))
    }

    /// Who approved the grant, as [`Grant::requested_by`].
    #[must_use]
    pub fn approved_by(self, name: &str) -> Self {
        self.on_paper(|paper| paper.approved_by = Some(name.into()))
    }

    /// The subject took the role in an emergency.
    #[must_use]
    pub fn by_breaking_glass(self) -> Self {
        Self {
            kind: Kind::BreakGlass,
            ..self
        }
    }

    /// The grant as it is recorded: in its scope, with its end and its reason, from not before `now`;
    /// who took part as it was, whatever it said before.
    pub(in crate::rbac) fn recorded(
        self,
        kind: Kind,
        requested_by: &str,
        approved_by: Option<&str>,
        now: Timestamp,
    ) -> Self {
        let mut grant = Self {
            kind,
            from: self.from.max(now),
            ..self
        };
        let paper = grant.paper.get_or_insert_default();
        paper.requested_by = Some(requested_by.into());
        paper.approved_by = approved_by.map(Into::into);
        grant
    }

    /// The same in another scope.
    pub(in crate::rbac) fn within(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }

    fn on_paper(mut self, write: impl FnOnce(&mut Paper)) -> Self {
        write(self.paper.get_or_insert_default());
        self
    }

    /// The name of the role.
    #[must_use]
    pub fn role(&self) -> &str {
        &self.role
    }

    /// Where it counts.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The first moment at which it counts.
    #[must_use]
    pub fn starts(&self) -> Timestamp {
        self.from
    }

    /// The moment from which it counts no more; None where it has no end.
    #[must_use]
    pub fn ends(&self) -> Option<Timestamp> {
        self.until
    }

    /// How it came about.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Why it was granted.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.paper.as_ref()?.reason.as_deref()
    }

    /// Who asked for it or gave it.
    #[must_use]
    pub fn requester(&self) -> Option<&str> {
        self.paper.as_ref()?.requested_by.as_deref()
    }

    /// Who approved it.
    #[must_use]
    pub fn approver(&self) -> Option<&str> {
        self.paper.as_ref()?.approved_by.as_deref()
    }

    /// Whether all of its texts are within their bounds.
    pub(super) fn check(&self) -> Result<(), Error> {
        check_literal(&self.role).map_err(|slip| slip.in_text(&self.role))?;
        if !self.reason().is_none_or(Self::is_reason) {
            return Err(Error::Reason);
        }
        let mut names = [self.requester(), self.approver()].into_iter().flatten();
        if names.all(Self::is_name) {
            Ok(())
        } else {
            Err(Error::Name)
        }
    }

    /// Whether a text can be the reason of a grant.
    pub(in crate::rbac) fn is_reason(text: &str) -> bool {
        is_written(text, REASON_LEN)
    }

    /// Whether a text can be the name of who asked for a grant or approved it.
    pub(in crate::rbac) fn is_name(text: &str) -> bool {
        is_written(text, NAME_LEN)
    }

    pub(super) fn encode(&self, e: &mut Encoder) {
        e.bytes(self.role.as_bytes());
        match &self.scope {
            Scope::Everywhere => e.u8(EVERYWHERE),
            Scope::Tenant(tenant) => e.u8(TENANT).bytes(tenant.as_str().as_bytes()),
        };
        e.time(self.from).option(self.until, |e, until| {
            e.time(until);
        });
        e.u8(match self.kind {
            Kind::Ordinary => ORDINARY,
            Kind::BreakGlass => BREAK_GLASS,
        });
        for text in [self.reason(), self.requester(), self.approver()] {
            e.option(text, |e, text| {
                e.bytes(text.as_bytes());
            });
        }
    }

    pub(super) fn decode(d: &mut Decoder<'_>) -> Result<Self, encoding::Error> {
        let role = d.text(LITERAL_LEN)?.into();
        let scope = match d.u8()? {
            EVERYWHERE => Scope::Everywhere,
            TENANT => {
                let tenant = Tenant::new(d.text(LITERAL_LEN)?);
                Scope::Tenant(tenant.map_err(|_| encoding::Error::Damaged)?)
            }
            _ => return Err(encoding::Error::Damaged),
        };
        let (from, until) = (d.time()?, d.option(Decoder::time)?);
        let kind = match d.u8()? {
            ORDINARY => Kind::Ordinary,
            BREAK_GLASS => Kind::BreakGlass,
            _ => return Err(encoding::Error::Damaged),
        };
        let mut text = |len| d.option(|d| d.text(len).map(Into::into));
        let paper = Paper {
            reason: text(REASON_LEN)?,
            requested_by: text(NAME_LEN)?,
            approved_by: text(NAME_LEN)?,
        };
        let grant = Self {
            role,
            scope,
            from,
            until,
            kind,
            paper: (paper != Paper::default()).then(|| Box::new(paper)),
        };
        grant.check().map_err(|_| encoding::Error::Damaged)?;
        Ok(grant)
    }

    pub(in crate::rbac) fn phase(&self, now: Timestamp) -> Phase {
        Phase::of(self.from, self.until, now)
    }

    pub(in crate::rbac) fn covers(&self, tenant: &Tenant) -> bool {
        match &self.scope {
            Scope::Everywhere => true,
            Scope::Tenant(own) => own == tenant,
        }
    }
}

fn is_written(text: &str, len: usize) -> bool {
    (1..=len).contains(&text.len()) && !text.contains(is_unseen)
}

/// Whether a reader of a record would not see a character as it is: by it, text is hidden or turned.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{2069}'
                | '\u{feff}'
        )
}

/// Where a moment lies in a grant's time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::rbac) enum Phase {
    Ahead,
    Active,
    Over,
}

impl Phase {
    pub(in crate::rbac) fn of(from: Timestamp, until: Option<Timestamp>, now: Timestamp) -> Self {
        if until.is_some_and(|until| until <= now) {
            Self::Over
        } else if now < from {
            Self::Ahead
        } else {
            Self::Active
        }
    }
}
