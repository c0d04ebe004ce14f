//! Names as numbers: of roles, which come from policies, and of tenants, which come with grants.

use std::{collections::HashMap, sync::Arc};

use super::{packed::ROLES, trie::Trie};
use crate::rbac::{Policy, Tenant, compile::RoleId};

/// Every role that a policy of this directory had since it was loaded. A number stays what it is
/// when policies change, so that a change of policy touches no grant.
#[derive(Clone, Debug, Default)]
pub(super) struct Roles {
    names: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, u32>,
    /// For each number the role of the present policy.
    known: Vec<Option<RoleId>>,
}

impl Roles {
    /// The roles of a policy; their order is that of their names.
    pub(super) fn of(policy: &Policy) -> Self {
        Self::default().under(policy)
    }

    /// The same roles and those of `policy`, which is then the present one.
    pub(super) fn under(&self, policy: &Policy) -> Self {
        let mut roles = self.clone();
        roles.known.fill(None);
        for name in policy.roles() {
            let number = roles.number_or_new(name);
            if let Some(known) = number.and_then(|number| roles.known.get_mut(number)) {
                *known = policy.0.role_id(name);
            }
        }
        roles
    }

    fn number_or_new(&mut self, name: &str) -> Option<usize> {
        if let Some(number) = self.numbers.get(name) {
            return usize::try_from(*number).ok();
        }
        let number = u32::try_from(self.names.len())
            .ok()
            .filter(|n| *n < ROLES)?;
        let name = Arc::<str>::from(name);
        self.names.push(Arc::clone(&name));
        self.numbers.insert(name, number);
        self.known.push(None);
        usize::try_from(number).ok()
    }

    pub(super) fn number(&self, name: &str) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    pub(super) fn name(&self, number: u32) -> Option<&str> {
        let name = self.names.get(usize::try_from(number).ok()?)?;
        Some(name)
    }

    /// The role of the present policy; None where that does not define it.
    #[inline]
    pub(super) fn known(&self, number: u32) -> Option<RoleId> {
        *self.known.get(usize::try_from(number).ok()?)?
    }
}

/// Names of tenants in one piece of the list of them; so many are copied when one comes to it.
const CHUNK: usize = 64;

/// The tenants of the grants, those of grants that are gone included.
#[derive(Clone, Debug)]
pub(super) struct Tenants {
    numbers: Trie,
    names: Arc<Vec<Arc<Vec<Tenant>>>>,
    len: u32,
}

impl Tenants {
    pub(super) fn new() -> Self {
        Self {
            numbers: Trie::new(),
            names: Arc::default(),
            len: 0,
        }
    }

    #[inline]
    pub(super) fn number(&self, name: &str) -> Option<u32> {
        let number = self.numbers.get(name)?;
        number.try_into().ok().map(u32::from_le_bytes)
    }

    #[inline]
    pub(super) fn name(&self, number: u32) -> Option<&Tenant> {
        let number = usize::try_from(number).ok()?;
        self.names.get(number / CHUNK)?.get(number % CHUNK)
    }

    /// The number of a tenant, a new one if it has none; None where there are 2^32 of them.
    pub(super) fn number_or_new(&mut self, tenant: &Tenant) -> Option<u32> {
        if let Some(number) = self.number(tenant.as_str()) {
            return Some(number);
        }
        let number = self.len;
        self.len = number.checked_add(1)?;
        self.numbers
            .set(tenant.as_str(), Some(&number.to_le_bytes()));
        let chunks = Arc::make_mut(&mut self.names);
        match chunks.last_mut().filter(|chunk| chunk.len() < CHUNK) {
            Some(last) => Arc::make_mut(last).push(tenant.clone()),
            None => chunks.push(Arc::new(vec![tenant.clone()])),
        }
        Some(number)
    }
}
