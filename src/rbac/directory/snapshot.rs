//! A policy and the grants of many subjects, at one moment.

use core::fmt;
use std::{collections::BTreeMap, sync::Arc};

use super::{
    load,
    names::{Roles, Tenants},
    packed::{Held, Packed},
    rows::{BadRows, Flaw, Row},
    trie::Trie,
};
use crate::{
    Timestamp,
    rbac::{
        Decision, Error, Facts, Grant, Grants, Permission, Policy, Request, Scope, Tenant,
        compile::RoleId, decide::Standing,
    },
};

/// A policy and the grants of every subject, as they were at one moment.
///
/// Immutable: what is decided over it does not change while it is held. A clone is the same
/// snapshot and costs nothing; a [`Directory`](super::Directory) makes the next one and shares with
/// it all that stays the same. A subject with a name of a dozen bytes and two plain grants takes 40
/// bytes of memory where there are a million of them, and at most 120 at other numbers.
///
/// A subject's name is text of 1 to [`Snapshot::SUBJECT_LEN`] bytes, compared byte by byte: who
/// wants `Ada` and `ada` to be one brings names to one form first. A subject without grants is one
/// that it does not know.
#[derive(Clone)]
pub struct Snapshot(Arc<Inner>);

#[derive(Clone)]
pub(super) struct Inner {
    pub(super) policy: Policy,
    pub(super) subjects: Trie,
    pub(super) roles: Arc<Roles>,
    pub(super) tenants: Tenants,
}

impl Snapshot {
    /// The longest name of a subject, in bytes: an e-mail address has at most 254 (RFC 5321).
    pub const SUBJECT_LEN: usize = super::leaf::NAME_LEN;

    /// A policy and nobody who has a role in it.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        let roles = Arc::new(Roles::of(&policy));
        Self::of(Inner {
            policy,
            subjects: Trie::new(),
            roles,
            tenants: Tenants::new(),
        })
    }

    /// A policy and the subjects that hold these grants, each subject in one row.
    ///
    /// # Errors
    ///
    /// [`BadRows`] with all that is wrong: names that no subject has, roles that the policy does not
    /// define, a subject that comes twice.
    pub fn load<N: AsRef<str>>(
        policy: Policy,
        subjects: impl IntoIterator<Item = (N, Grants)>,
    ) -> Result<Self, BadRows> {
        let loaded = load::subjects(&policy, subjects)?;
        Ok(Self::of_loaded(policy, loaded))
    }

    /// The same from one row for each grant, in any order; rows of one subject that follow one
    /// another cost least. The same row twice is one grant.
    ///
    /// # Errors
    ///
    /// [`BadRows`] with all that is wrong: names that no subject or no tenant has, roles that the
    /// policy does not define, more than [`Grants::MAX`] grants of one subject.
    pub fn load_rows<'r>(
        policy: Policy,
        rows: impl IntoIterator<Item = Row<'r>>,
    ) -> Result<Self, BadRows> {
        let loaded = load::rows(&policy, rows)?;
        Ok(Self::of_loaded(policy, loaded))
    }

    fn of_loaded(policy: Policy, loaded: load::Loaded) -> Self {
        Self::of(Inner {
            policy,
            subjects: loaded.subjects,
            roles: Arc::new(loaded.roles),
            tenants: loaded.tenants,
        })
    }

    pub(super) fn of(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    pub(super) fn inner(&self) -> &Inner {
        &self.0
    }

    /// Whether the two are one: nothing was changed between them.
    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The policy that decides.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.0.policy
    }

    /// How many subjects hold a grant.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.subjects.len()
    }

    /// Whether nobody holds a grant.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the subject of the request may do what they ask: what [`Policy::decide`] says with
    /// their grants.
    ///
    /// The time it takes grows neither with the subjects nor with the roles of the policy. It
    /// allocates nothing.
    pub fn decide(&self, request: &Request<'_>, now: Timestamp) -> Decision<'_> {
        let tenant = self.0.tenants.number(request.tenant.as_str());
        self.0.decide(request, tenant, now)
    }

    /// The same for a question that is still text. It allocates only where no grant names the
    /// tenant.
    ///
    /// # Errors
    ///
    /// [`Error::Syntax`] for text that is no permission or no name of a tenant.
    pub fn decide_text(
        &self,
        question: &Question<'_>,
        now: Timestamp,
    ) -> Result<Decision<'_>, Error> {
        let permission = Permission::parse(question.permission)?;
        let tenants = &self.0.tenants;
        let number = tenants.number(question.tenant);
        let unknown;
        let tenant = match number.and_then(|number| tenants.name(number)) {
            Some(tenant) => tenant,
            None => {
                unknown = Tenant::new(question.tenant)?;
                &unknown
            }
        };
        let mut request =
            Request::new(question.subject, tenant, &permission).with_facts(question.facts);
        if let Some(owner) = question.owner {
            request = request.owned_by(owner);
        }
        Ok(self.0.decide(&request, number, now))
    }

    /// The grants of a subject, those that have ended and those of unknown roles included. None for
    /// a name that is not known.
    pub fn grants(&self, subject: &str) -> Grants {
        self.0.grants_of(subject)
    }

    /// Every subject that holds a grant, in no order.
    pub fn subjects(&self) -> impl Iterator<Item = Subject<'_>> {
        let subjects = self.0.subjects.iter();
        subjects.map(|(name, grants)| Subject {
            name,
            grants: Packed::new(grants),
            snapshot: &self.0,
        })
    }

    /// Every subject, in no order, with the roles that count in a tenant now, one of them perhaps
    /// several times.
    pub(in crate::rbac) fn active(
        &self,
        tenant: &Tenant,
        now: Timestamp,
    ) -> impl Iterator<Item = (&str, impl Iterator<Item = RoleId>)> {
        let Inner {
            subjects,
            roles,
            tenants,
            ..
        } = &*self.0;
        let tenant = tenants.number(tenant.as_str());
        subjects.iter().map(move |(name, grants)| {
            let active = Packed::new(grants)
                .filter(move |held| held.standing(tenant, now) == Standing::Active);
            (name, active.filter_map(|held| roles.known(held.role)))
        })
    }

    /// The roles of grants that the policy does not define, sorted, and how many grants have each.
    ///
    /// Such a grant allows nothing and denies nothing. It stays, and counts again under a policy
    /// that defines its role. This looks at every grant.
    #[must_use]
    pub fn unknown_roles(&self) -> BTreeMap<&str, usize> {
        let mut unknown = BTreeMap::<_, usize>::new();
        let roles = &self.0.roles;
        for held in self
            .0
            .subjects
            .iter()
            .flat_map(|(_, grants)| Packed::new(grants))
        {
            if roles.known(held.role).is_none()
                && let Some(name) = roles.name(held.role)
            {
                let grants = unknown.entry(name).or_default();
                *grants = grants.saturating_add(1);
            }
        }
        unknown
    }
}

/// The policy and how many subjects there are; not who.
impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot")
            .field("policy", &self.0.policy.version())
            .field("subjects", &self.len())
            .finish()
    }
}

impl Inner {
    /// `tenant` is the number of the request's.
    fn decide(&self, request: &Request<'_>, tenant: Option<u32>, now: Timestamp) -> Decision<'_> {
        let Self { policy, roles, .. } = self;
        let held = self.packed(request.subject()).filter_map(|held| {
            let role = roles.known(held.role)?;
            Some((role, held.standing(tenant, now)))
        });
        policy.0.decide(held, request, now)
    }

    pub(super) fn packed(&self, subject: &str) -> Packed<'_> {
        Packed::new(self.subjects.get(subject).unwrap_or_default())
    }

    pub(super) fn grants_of(&self, subject: &str) -> Grants {
        self.grants(self.packed(subject))
    }

    fn grants(&self, packed: Packed<'_>) -> Grants {
        let mut grants = packed.filter_map(|held| self.grant(held));
        // what was packed was within the limits, so that no grant is refused here
        let all = grants.try_fold(Grants::new(), Grants::with);
        all.unwrap_or_default()
    }

    fn grant(&self, held: Held<'_>) -> Option<Grant> {
        let scope = match held.tenant {
            None => Scope::Everywhere,
            Some(tenant) => Scope::Tenant(self.tenants.name(tenant)?.clone()),
        };
        Some(held.grant(self.roles.name(held.role)?, scope))
    }

    /// The same with other grants for one subject.
    pub(super) fn with(&self, subject: &str, grants: &Grants) -> Result<Self, Flaw> {
        let mut next = self.clone();
        let packed = load::pack(grants.iter(), &next.roles, &mut next.tenants)?;
        let packed = Some(packed.as_slice()).filter(|packed| !packed.is_empty());
        next.subjects.set(subject, packed);
        Ok(next)
    }

    /// The same grants under another policy.
    pub(super) fn under(&self, policy: Policy) -> Self {
        Self {
            roles: Arc::new(self.roles.under(&policy)),
            policy,
            ..self.clone()
        }
    }
}

/// One question as text, as it comes from a network: may `subject` do `permission` in `tenant`?
#[derive(Clone, Copy, Debug)]
#[must_use = "a question is to be decided"]
pub struct Question<'q> {
    subject: &'q str,
    tenant: &'q str,
    permission: &'q str,
    owner: Option<&'q str>,
    facts: Facts<'q>,
}

impl<'q> Question<'q> {
    /// A question about nothing in particular, as [`Request::new`].
    pub const fn new(subject: &'q str, tenant: &'q str, permission: &'q str) -> Self {
        Self {
            subject,
            tenant,
            permission,
            owner: None,
            facts: Facts::new(),
        }
    }

    /// Who owns what the question is about, as the database has it.
    pub const fn owned_by(self, owner: &'q str) -> Self {
        Self {
            owner: Some(owner),
            ..self
        }
    }

    /// What is known about the subject, in place of what was said before.
    pub const fn with_facts(self, facts: Facts<'q>) -> Self {
        Self { facts, ..self }
    }
}

/// A subject of a [`Snapshot`].
#[derive(Clone, Copy)]
pub struct Subject<'s> {
    name: &'s str,
    grants: Packed<'s>,
    snapshot: &'s Inner,
}

impl<'s> Subject<'s> {
    /// The name.
    #[must_use]
    pub fn name(&self) -> &'s str {
        self.name
    }

    /// The grants, as [`Snapshot::grants`] has them.
    pub fn grants(&self) -> Grants {
        self.snapshot.grants(self.grants)
    }
}

impl fmt::Debug for Subject<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subject")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
