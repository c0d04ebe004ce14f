//! What a policy says of the grants of its roles: what they must carry, how many there are, and
//! which do not go together.

use core::time::Duration;

use super::compile::RoleId;
pub(super) use super::file::{Needs, SeparationKind};

/// What holds of every grant of a role.
#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Terms {
    /// How long a grant may be; None where it may have no end.
    pub(super) max_grant: Option<Duration>,
    pub(super) needs: Needs,
    /// Per tenant, of grants without an end.
    pub(super) min_members: Option<u32>,
    /// Per tenant.
    pub(super) max_members: Option<u32>,
    /// Roles to be held before, over the closure. Ascending.
    pub(super) prerequisites: Box<[RoleId]>,
}

/// Nobody has `n` of these roles, over the closure and per tenant.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) struct Separation {
    pub(super) kind: SeparationKind,
    /// Ascending, at least `n`.
    pub(super) roles: Box<[RoleId]>,
    /// At least two.
    pub(super) n: u32,
}
