//! Fields: nobody shows to others what they do not see.

use std::collections::HashSet;

use super::{
    Refusal,
    held::{Held, spent},
};
use crate::{
    Timestamp,
    rbac::{
        Field, Pattern, Visibility,
        compile::{Compiled, RoleId},
        visibility::reading,
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
        let policy = self.policy;
        let denials = self.denials(role, comparisons)?;
        let shown = policy.closure(role);
        let mine: Vec<_> = self
            .roles
            .iter()
            .filter(|(own, _)| policy.requires_no_more(*own, role))
            .map(|(own, end)| (policy.closure(*own), *end))
            .collect();
        for field in &policy.fields {
            let level = field.shown_to_any(&shown);
            if level == Visibility::Hide || self.hides(role, field, comparisons)? {
                continue;
            }
            let mut longest = None;
            for (own, end) in &mine {
                if spent(comparisons)? && field.shown_to_any(own) <= level {
                    longest = longest.max(Some(*end));
                }
            }
            match longest {
                Some(end) if !touched(field, &denials, comparisons)? => {
                    if end < until {
                        let given = field.name().into();
                        return Err(Refusal::Outlasts { given, until: end });
                    }
                }
                _ => {
                    let field = field.name().into();
                    return Err(Refusal::FieldNotSeen { field });
                }
            }
        }
        Ok(())
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

impl Compiled {
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
