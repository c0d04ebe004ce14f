//! Fields: nobody shows to others what they do not see.

use std::collections::{BTreeSet, HashSet};

use super::{
    Refusal,
    held::{Held, spent},
};
use crate::{
    Timestamp,
    rbac::{
        Field, Grant, Grants, Pattern, Scope, Visibility,
        compile::{Compiled, RoleId},
        grants::Span,
        visibility::{ANY, reading},
    },
};

impl Held<'_> {
    /// Whether they see, until then, all fields that a role shows, as well as the role does.
    pub(super) fn sees(
        &self,
        role: RoleId,
        until: Timestamp,
        comparisons: &mut usize,
    ) -> Result<(), Refusal> {
        self.sees_touched(role, None, until, comparisons)
    }

    /// The same, where there is a denial of those fields that it hides something of.
    ///
    /// A role may show a field and not what encloses it; with another role that shows that, somebody
    /// sees it. So what counts is what the granter sees of it at the end of its path: by all fields
    /// on the way there, also by those that lie on the way to a part of what a `*` stands for.
    pub(super) fn sees_touched(
        &self,
        role: RoleId,
        by: Option<&Pattern>,
        until: Timestamp,
        comparisons: &mut usize,
    ) -> Result<(), Refusal> {
        let policy = self.policy;
        let eyes = self.eyes(role, until, comparisons)?;
        let shown = policy.closure(role);
        for field in &policy.fields {
            let level = field.shown_to_any(&shown);
            if level == Visibility::Hide || self.hides(role, field, comparisons)? {
                continue;
            }
            if let Some(denial) = by
                && !touched(field, &[denial], comparisons)?
            {
                continue;
            }
            self.see(field, level, &eyes, comparisons)?;
        }
        Ok(())
    }

    /// Whether they see, until then, what a role and others together show: the role what encloses a
    /// field, and one of the others the field, which nobody sees by it alone.
    pub(super) fn sees_joined(
        &self,
        role: RoleId,
        others: &Others,
        until: Timestamp,
        comparisons: &mut usize,
    ) -> Result<(), Refusal> {
        let policy = self.policy;
        let eyes = self.eyes(role, until, comparisons)?;
        let shown = policy.closure(role);
        let closures = |roles: &mut dyn Iterator<Item = RoleId>| -> HashSet<_> {
            roles.flat_map(|other| policy.closure(other)).collect()
        };
        let throughout = others.throughout.iter().copied();
        let mut throughout = throughout.filter(|other| policy.requires_no_more(*other, role));
        let throughout = closures(&mut throughout);
        let others = closures(&mut others.ever.iter().copied());
        for field in &policy.fields {
            let alone = field.shown_to_any(&others);
            if alone == Visibility::Hide {
                continue;
            }
            let mut opened = Visibility::Hide;
            for around in policy.near(field) {
                let by_role = around.shown_to_any(&shown);
                if spent(comparisons)?
                    && around.name() != field.name()
                    && may_enclose(around, field)
                    && by_role < around.shown_to_any(&throughout)
                {
                    opened = opened.min(by_role);
                }
            }
            if opened < Visibility::Hide {
                self.see(field, opened.max(alone), &eyes, comparisons)?;
            }
        }
        Ok(())
    }

    /// What they see by, as far as it asks for no more than a role does.
    fn eyes(
        &self,
        role: RoleId,
        until: Timestamp,
        comparisons: &mut usize,
    ) -> Result<Eyes<'_>, Refusal> {
        let roles = self.roles.iter();
        let roles = roles.filter(|(own, _)| self.policy.requires_no_more(*own, role));
        Ok(Eyes {
            roles: roles
                .map(|(own, end)| (self.policy.closure(*own), *end))
                .collect(),
            denials: self.denials(role, comparisons)?,
            until,
        })
    }

    /// Whether they see a field at the end of its path, as well as this.
    fn see(
        &self,
        field: &Field,
        level: Visibility,
        eyes: &Eyes<'_>,
        comparisons: &mut usize,
    ) -> Result<(), Refusal> {
        let mut longest = Some(Timestamp::MAX);
        for around in self.policy.near(field) {
            if !(spent(comparisons)? && may_enclose(around, field)) {
                continue;
            }
            let mut seen = None;
            for (own, end) in &eyes.roles {
                if spent(comparisons)? && around.shown_to_any(own) <= level {
                    seen = seen.max(Some(*end));
                }
            }
            longest = longest.min(seen);
        }
        match longest {
            Some(end) if !touched(field, &eyes.denials, comparisons)? => {
                if end < eyes.until {
                    let given = field.name().into();
                    return Err(Refusal::Outlasts { given, until: end });
                }
                Ok(())
            }
            _ => {
                let field = field.name().into();
                Err(Refusal::FieldNotSeen { field })
            }
        }
    }

    /// Whether a role hides a field that it shows.
    fn hides(&self, role: RoleId, field: &Field, comparisons: &mut usize) -> Result<bool, Refusal> {
        for denial in self.policy.denied(role) {
            if spent(comparisons)? && denial.hides(reading(field.name())) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The roles that somebody has beside the one that they are given.
pub(super) struct Others {
    /// Those of grants that count somewhere in the scope, now or later.
    ever: BTreeSet<RoleId>,
    /// Those of grants that count everywhere in the scope, as long as what is given does.
    throughout: BTreeSet<RoleId>,
}

impl Others {
    pub(super) fn new(
        policy: &Compiled,
        grants: &Grants,
        scope: &Scope,
        span: Span,
        now: Timestamp,
    ) -> Self {
        let covers = |grant: &&Grant| grant.scope().covers(scope) && Span::of(grant).covers(span);
        let throughout = grants.iter().filter(covers);
        Self {
            ever: policy.lasting(grants, scope, now),
            throughout: throughout
                .filter_map(|grant| policy.role_id(grant.role()))
                .collect(),
        }
    }
}

/// What somebody sees by, and for how long it is to last.
struct Eyes<'p> {
    /// The closures of their roles, with the ends of the grants.
    roles: Vec<(HashSet<RoleId>, Timestamp)>,
    denials: Vec<&'p Pattern>,
    until: Timestamp,
}

/// Whether a denial hides something of a field: what encloses it, it, or what lies in it.
fn touched(field: &Field, denials: &[&Pattern], comparisons: &mut usize) -> Result<bool, Refusal> {
    if denials.is_empty() {
        return Ok(false);
    }
    let mut text = String::new();
    let mut parts = Vec::new();
    for (i, segment) in reading(field.name()).enumerate() {
        text.extend([if i == 0 { "" } else { ":" }, segment]);
        // from the reading of the resource on, as a denial of a part hides the whole
        if i > 0 {
            parts.push(Pattern::parse(&text)?);
        }
    }
    parts.push(Pattern::parse(&format!("{text}:**"))?);
    for denial in denials {
        for part in &parts {
            if spent(comparisons)? && denial.overlaps(part) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Whether a field is another one, or encloses it or something of what its `*` stands for.
fn may_enclose(one: &Field, other: &Field) -> bool {
    let mut parts = other.name().split('.');
    let mut own = one.name().split('.');
    own.all(|own| {
        parts
            .next()
            .is_some_and(|part| own == part || [own, part].contains(&ANY))
    })
}

impl Compiled {
    /// The fields whose names begin like that of a field; the first part of one is no `*`.
    fn near(&self, field: &Field) -> impl Iterator<Item = &Field> {
        let (head, _) = field.name().split_once('.').unwrap_or((field.name(), ""));
        let first = self.fields.partition_point(|other| other.name() < head);
        let near = self.fields.iter().skip(first);
        near.take_while(move |other| other.name().starts_with(head))
    }

    fn closure(&self, role: RoleId) -> HashSet<RoleId> {
        let closure = self.role(role).map(|role| &*role.comes_down_to);
        closure.unwrap_or_default().iter().copied().collect()
    }

    /// Whether what a role requires holds wherever what the other requires holds.
    fn requires_no_more(&self, own: RoleId, other: RoleId) -> bool {
        let own = self.required(own);
        own.is_some_and(|own| own.hold_where(self.required(other)))
    }
}
