//! Forms for programs of what people read elsewhere: names and patterns as text, the rest as fields.

use serde::{Serialize, Serializer, ser::SerializeStruct};

use super::{
    Decision, Grant, Kind, Outcome, Pattern, Permission, Region, Rule, Scope, Tenant, Version,
    Visibility, condition::Conditions,
};

macro_rules! as_text {
    ($($name:ty),*) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    )*};
}

as_text!(Pattern, Permission<'_>, Tenant, Version);

/// Conditions as they are printed; nothing where there are none.
pub(super) fn conditions<S: Serializer>(
    conditions: &Conditions,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    if conditions.is_empty() {
        serializer.serialize_none()
    } else {
        serializer.collect_str(conditions)
    }
}

/// The same where there may be none.
pub(super) fn optional_conditions<S: Serializer>(
    found: &Option<Conditions>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match found {
        Some(found) => conditions(found, serializer),
        None => serializer.serialize_none(),
    }
}

impl Serialize for Rule<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut form = serializer.serialize_struct("Rule", 3)?;
        form.serialize_field("role", self.role())?;
        form.serialize_field("defined_by", self.defined_by())?;
        form.serialize_field("pattern", self.pattern())?;
        form.end()
    }
}

impl Serialize for Region<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut form = serializer.serialize_struct("Region", 2)?;
        form.serialize_field("pattern", &self.pattern())?;
        form.serialize_field("except", &self.except().collect::<Vec<_>>())?;
        form.end()
    }
}

/// The tenant; nothing for everywhere, which is no tenant's name.
impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Everywhere => serializer.serialize_none(),
            Self::Tenant(tenant) => serializer.serialize_some(tenant),
        }
    }
}

impl Serialize for Grant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut form = serializer.serialize_struct("Grant", 8)?;
        form.serialize_field("role", self.role())?;
        form.serialize_field("tenant", self.scope())?;
        form.serialize_field("from", &self.starts())?;
        form.serialize_field("until", &self.ends())?;
        form.serialize_field("kind", &self.kind())?;
        form.serialize_field("reason", &self.reason())?;
        form.serialize_field("requester", &self.requester())?;
        form.serialize_field("approver", &self.approver())?;
        form.end()
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::Ordinary => "ordinary",
            Self::BreakGlass => "break_glass",
        })
    }
}

/// Whether it is allowed, by which rule, under which policy, and the line for a log.
impl Serialize for Decision<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rule = match self.outcome() {
            Outcome::Allow(rule) => Some(rule),
            Outcome::Deny(super::Reason::ExplicitDeny { by }) => Some(by),
            Outcome::Deny(_) => None,
        };
        let mut form = serializer.serialize_struct("Decision", 4)?;
        form.serialize_field("allowed", &self.is_allowed())?;
        form.serialize_field("rule", &rule)?;
        form.serialize_field("version", &self.version())?;
        form.serialize_field("text", &self.to_string())?;
        form.end()
    }
}

impl Serialize for Visibility {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::Show => "show",
            Self::Mask => "mask",
            Self::Pseudonym => "pseudonym",
            Self::Hide => "hide",
        })
    }
}
