//! Who has the roles whose members are counted.

use std::{
    cell::RefCell,
    collections::{BTreeSet, HashMap},
};

use super::{packed::Packed, snapshot::Inner};
use crate::rbac::{Grants, Members, Scope};

/// A tenant's number; None for everywhere.
type Place = Option<u32>;

/// For some roles, by their numbers, the subjects that have grants of them, by place.
///
/// A role comes to it when somebody first asks for its members, at the cost of a look at every
/// subject; from then on it follows each change. So only roles are here whose members a policy
/// bounds, and an index that was lost is made again.
#[derive(Debug, Default)]
pub(super) struct Index {
    roles: HashMap<u32, HashMap<Place, BTreeSet<Box<str>>>>,
}

impl Index {
    /// Follows the change of one subject's grants.
    pub(super) fn change(&mut self, subject: &str, before: Packed<'_>, after: Packed<'_>) {
        for held in before {
            let places = self.roles.get_mut(&held.role);
            if let Some(members) = places.and_then(|places| places.get_mut(&held.tenant)) {
                members.remove(subject);
            }
        }
        self.add(subject, after);
    }

    fn add(&mut self, subject: &str, grants: Packed<'_>) {
        for held in grants {
            if let Some(places) = self.roles.get_mut(&held.role) {
                let members = places.entry(held.tenant).or_default();
                members.insert(subject.into());
            }
        }
    }

    /// Looks for the members of those roles that it does not follow yet.
    fn follow(&mut self, roles: &[u32], inner: &Inner) {
        let mut new = Self::default();
        for role in roles.iter().filter(|role| !self.roles.contains_key(role)) {
            new.roles.insert(*role, HashMap::new());
        }
        if !new.roles.is_empty() {
            for (name, grants) in inner.subjects.iter() {
                new.add(name, Packed::new(grants));
            }
            self.roles.extend(new.roles);
        }
    }

    fn members(&self, role: u32, place: Place) -> impl Iterator<Item = &str> {
        let members = self.roles.get(&role).and_then(|places| places.get(&place));
        members.into_iter().flatten().map(|name| &**name)
    }
}

/// The members of roles in a scope, as a change of a grant in that scope needs them: those in the
/// tenant and everywhere, or all of them.
pub(super) struct Others<'a> {
    pub(super) inner: &'a Inner,
    pub(super) index: RefCell<&'a mut Index>,
    pub(super) scope: &'a Scope,
}

impl Others<'_> {
    /// The names, each once.
    fn names(&self, roles: &[&str]) -> BTreeSet<Box<str>> {
        let numbers = roles
            .iter()
            .filter_map(|role| self.inner.roles.number(role));
        let numbers: Vec<u32> = numbers.collect();
        let mut index = self.index.borrow_mut();
        index.follow(&numbers, self.inner);
        let mut names = BTreeSet::new();
        for role in numbers {
            match self.scope {
                Scope::Everywhere => {
                    let places = index.roles.get(&role).into_iter().flat_map(HashMap::values);
                    names.extend(places.flatten().cloned());
                }
                Scope::Tenant(tenant) => {
                    let tenant = self.inner.tenants.number(tenant.as_str());
                    for place in [None].into_iter().chain(tenant.map(Some)) {
                        names.extend(index.members(role, place).map(Box::from));
                    }
                }
            }
        }
        names
    }
}

impl Members for Others<'_> {
    fn each(&self, roles: &[&str], each: &mut dyn FnMut(&str, &Grants)) {
        for name in self.names(roles) {
            each(&name, &self.inner.grants_of(&name));
        }
    }
}
