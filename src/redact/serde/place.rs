//! Where in a value a walk is, and which name decides there.

use crate::redact::{Kind, Policy};

/// A place in a value, and those around it.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    around: Option<&'a Place<'a>>,
    /// None for the elements of a list, which have the name of the list.
    name: Option<&'a str>,
}

/// The name that decides, and whether what it names is a list around the value.
pub(super) struct Decisive {
    pub(super) name: String,
    pub(super) is_listed: bool,
}

impl<'a> Place<'a> {
    pub(super) const ROOT: Self = Self {
        around: None,
        name: None,
    };

    /// The place of the value that has this name here.
    pub(super) fn step(&'a self, name: &'a str) -> Self {
        Self {
            around: Some(self),
            name: Some(name),
        }
    }

    /// The place of the elements of the list here.
    pub(super) fn element(&'a self) -> Self {
        Self {
            around: Some(self),
            name: None,
        }
    }

    /// The value's own name where something is known about it, otherwise the nearest one
    /// around it that is a secret's.
    pub(super) fn decisive(&self, policy: &Policy) -> Decisive {
        let own = self.path();
        let is_own = own.is_empty() || policy.names.judge(own.as_bytes()).is_some();
        let mut outer = Some(self).filter(|_| !is_own);
        while let Some(place) = outer {
            let name = place.path();
            if policy.names.look_up(name.as_bytes()).is_some() {
                return Decisive {
                    name,
                    is_listed: true,
                };
            }
            outer = place.around;
        }
        Decisive {
            name: own,
            is_listed: self.name.is_none(),
        }
    }

    /// What a value here is where it is under a secret's name.
    pub(super) fn secret(&self, policy: &Policy) -> Option<Kind> {
        let name = self.decisive(policy).name;
        policy.names.look_up(name.as_bytes()).map(|key| key.kind)
    }

    /// The names from the root to here with full stops between.
    fn path(&self) -> String {
        let mut names = Vec::new();
        let mut next = Some(self);
        while let Some(place) = next {
            names.extend(place.name);
            next = place.around;
        }
        names.reverse();
        names.join(".")
    }
}
