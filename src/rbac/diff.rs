//! What a change of the policy changes: who gains and who loses what.
//!
//! Two policies are compared by effect, not by text: rules that move from one role to another that
//! inherits it, patterns said in other words, and rules under a denial make no difference. What
//! counts is what each role allows and denies with all that it inherits, and what the roles of a
//! subject come to together, because a denial of one takes away what another gives.
//!
//! What bounds the grants and not what they allow is compared beside it: `max_grant`, `grant_needs`,
//! `min_members`, `max_members` and `prerequisites` of each role with all that it inherits, the
//! separations of duty as they are stated, and the kinds by which fields are masked.
//!
//! # Example
//!
//! ```
//! use portcullis::rbac::Policy;
//!
//! let old: Policy = "portcullis = 1\nroles.user.allow = [\"note:read,edit\"]".parse()?;
//! let new: Policy = "portcullis = 1\nroles.user.allow = [\"note:*\"]".parse()?;
//! let text = "role `user`\n  gains  `note:*` except `note:edit,read`\n";
//! assert_eq!(old.diff(&new).to_string(), text);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod fields;
mod subjects;
mod terms;
mod within;

use core::fmt;

use super::{
    Grants, Policy, Tenant,
    compile::RoleId,
    reach::{Allowance, Reach, Sorted},
    region::{Budget, Cell, Index, Region, widest},
};
use crate::Timestamp;

use fields::Held;
pub use fields::{FieldChange, Sight};
pub use subjects::{Affected, Holder, Subjects};
pub use terms::TermChange;

/// Comparisons over all roles: of 10,000 roles with ten rules each, half may change.
const COMPARISONS: usize = 8_000_000;
/// Comparisons for one set of roles.
const FOR_ONE: usize = 1_000_000;

impl Policy {
    /// What changes by effect where `newer` takes the place of this policy.
    pub fn diff<'p>(&'p self, newer: &'p Self) -> Diff<'p> {
        let mut diff = Diff {
            old: self,
            new: newer,
            roles: Vec::new(),
            terms: terms::of_policy(self, newer),
            unknown: 0,
        };
        let mut budget = Budget::new(COMPARISONS);
        let mut names: Vec<_> = self.roles().chain(newer.roles()).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            match diff.role(name, &mut budget) {
                Some(change) if change.is_empty() => {}
                Some(change) => diff.roles.push(change),
                None => diff.unknown = diff.unknown.saturating_add(1),
            }
        }
        diff
    }
}

/// What changes from one policy to another. Printed, it lists the roles that change, each with what
/// it gains and loses.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[must_use]
pub struct Diff<'p> {
    #[cfg_attr(feature = "serde", serde(skip))]
    old: &'p Policy,
    #[cfg_attr(feature = "serde", serde(skip))]
    new: &'p Policy,
    roles: Vec<RoleChange<'p>>,
    terms: Vec<TermChange>,
    unknown: usize,
}

impl<'p> Diff<'p> {
    /// The roles that change by effect, sorted by name.
    #[must_use]
    pub fn roles(&self) -> &[RoleChange<'p>] {
        &self.roles
    }

    /// The separations of duty that begin and end, and the kinds of masks that change, field by
    /// field.
    #[must_use]
    pub fn terms(&self) -> &[TermChange] {
        &self.terms
    }

    /// How many roles were not compared, because the two policies differ in more places than are
    /// looked at. They may have changed.
    #[must_use]
    pub fn unknown(&self) -> usize {
        self.unknown
    }

    /// Whether no role changes, nor what bounds grants: so that no question is decided otherwise,
    /// whoever asks it, and nothing is seen otherwise. The versions may differ all the same.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.roles.is_empty() && self.terms.is_empty() && self.unknown == 0
    }

    /// What a subject with these grants gains and loses in a tenant.
    ///
    /// Exact: a question is allowed by the newer policy and not by the older exactly where what it
    /// asks for is gained and the conditions of the gain hold; for rules whose conditions are
    /// covered only by several others together, it may be said to change though it does not. None
    /// where the denials cut what is allowed into more pieces than are looked at.
    #[must_use]
    pub fn for_subject(
        &self,
        grants: &Grants,
        tenant: &Tenant,
        now: Timestamp,
    ) -> Option<Change<'p>> {
        let (old, new) = (
            self.old.held(grants, tenant, now),
            self.new.held(grants, tenant, now),
        );
        self.change(&old, &new, &mut Budget::new(FOR_ONE))
    }

    fn change(&self, old: &[RoleId], new: &[RoleId], budget: &mut Budget) -> Option<Change<'p>> {
        let before = Reach::of_roles(self.old, old);
        let after = Reach::of_roles(self.new, new);
        let mut change = Change {
            gained: after.beyond(&Sorted::of(&before), budget)?,
            lost: before.beyond(&Sorted::of(&after), budget)?,
            ..Change::default()
        };
        let (before, after) = (Held::of(self.old, old), Held::of(self.new, new));
        change.see(&before, &after, budget)?;
        Some(change)
    }

    fn role(&self, name: &'p str, budget: &mut Budget) -> Option<RoleChange<'p>> {
        let (old, new) = (self.old.role_id(name), self.new.role_id(name));
        let [olds, news]: [Vec<_>; 2] = [old, new].map(|role| role.into_iter().collect());
        let [mut denied, mut not_denied] = [Vec::new(), Vec::new()];
        let mut change = Change::default();
        if !self.reads_alike(old, new) {
            let before = Reach::of_roles(self.old, &olds);
            let after = Reach::of_roles(self.new, &news);
            denied = beyond(after.denials(), before.denials(), budget)?;
            not_denied = beyond(before.denials(), after.denials(), budget)?;
            change.gained = after.beyond(&Sorted::of(&before), budget)?;
            change.lost = before.beyond(&Sorted::of(&after), budget)?;
        }
        let (before, after) = (Held::of(self.old, &olds), Held::of(self.new, &news));
        change.see(&before, &after, budget)?;
        let fields = match Held::is_named_alike(&before, &after, budget)? {
            true => Beside::Same,
            false => Beside::Changed,
        };
        Some(RoleChange {
            name,
            presence: match (old, new) {
                (None, _) => Presence::Added,
                (_, None) => Presence::Removed,
                _ => Presence::Kept,
            },
            change,
            denied,
            not_denied,
            terms: terms::of_role((self.old, old), (self.new, new)),
            fields,
        })
    }

    /// Whether the two say the same in the same words: most roles do, and are not compared further.
    fn reads_alike(&self, old: Option<RoleId>, new: Option<RoleId>) -> bool {
        let (Some(old), Some(new)) = (old, new) else {
            return false;
        };
        self.old.allowing(old).eq(self.new.allowing(new))
            && self.old.denying(old).eq(self.new.denying(new))
    }
}

/// What of `these` is in none of `those`.
fn beyond<'p>(
    these: &[Cell<'p>],
    those: &[Cell<'p>],
    budget: &mut Budget,
) -> Option<Vec<Region<'p>>> {
    let index = Index::of(those);
    let mut regions = Vec::new();
    for cell in widest(these.to_vec(), budget)? {
        let near = index.cells_near(&cell, budget)?;
        regions.extend(Region::without(&cell, near, budget)?);
    }
    regions.sort_unstable();
    Some(regions)
}

/// What somebody gains and loses.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Change<'p> {
    gained: Vec<Allowance<'p>>,
    lost: Vec<Allowance<'p>>,
    fields: Vec<FieldChange<'p>>,
    hidden: Vec<Region<'p>>,
    not_hidden: Vec<Region<'p>>,
}

impl<'p> Change<'p> {
    /// What is allowed now and was not, or under fewer conditions than it was.
    #[must_use]
    pub fn gained(&self) -> &[Allowance<'p>] {
        &self.gained
    }

    /// What was allowed and is no more, or under more conditions than it was.
    #[must_use]
    pub fn lost(&self) -> &[Allowance<'p>] {
        &self.lost
    }

    /// The fields that are seen better or worse than they were.
    #[must_use]
    pub fn fields(&self) -> &[FieldChange<'p>] {
        &self.fields
    }

    /// What a denial hides now, and did not, within fields that are seen before and after: as the
    /// permissions to read it.
    #[must_use]
    pub fn hidden(&self) -> &[Region<'p>] {
        &self.hidden
    }

    /// What a denial hid, and hides no more, within fields that are seen before and after.
    #[must_use]
    pub fn not_hidden(&self) -> &[Region<'p>] {
        &self.not_hidden
    }

    /// Whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let sees_alike =
            self.fields.is_empty() && self.hidden.is_empty() && self.not_hidden.is_empty();
        self.gained.is_empty() && self.lost.is_empty() && sees_alike
    }

    /// Compares what is seen.
    fn see(
        &mut self,
        before: &Held<'p, '_>,
        after: &Held<'p, '_>,
        budget: &mut Budget,
    ) -> Option<()> {
        self.fields = Held::compare(before, after, budget)?;
        [self.hidden, self.not_hidden] = within::compare(before, after, &self.fields, budget)?;
        self.fields.retain(FieldChange::is_change);
        Some(())
    }
}

impl fmt::Display for Change<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for gained in &self.gained {
            write!(f, "  gains  {gained}")?;
            if let Some(before) = gained.otherwise() {
                write!(f, " (before only when {before})")?;
            }
            f.write_str("\n")?;
        }
        for lost in &self.lost {
            write!(f, "  loses  {lost}")?;
            if let Some(after) = lost.otherwise() {
                write!(f, " (now only when {after})")?;
            }
            f.write_str("\n")?;
        }
        for field in &self.fields {
            writeln!(f, "  sees   {field}")?;
        }
        for hidden in &self.hidden {
            writeln!(f, "  sees no more {hidden}")?;
        }
        self.not_hidden
            .iter()
            .try_for_each(|region| writeln!(f, "  sees now {region}"))
    }
}

/// What changes for who holds one role.
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct RoleChange<'p> {
    name: &'p str,
    presence: Presence,
    #[cfg_attr(feature = "serde", serde(flatten))]
    change: Change<'p>,
    denied: Vec<Region<'p>>,
    not_denied: Vec<Region<'p>>,
    terms: Vec<TermChange>,
    #[cfg_attr(feature = "serde", serde(skip))]
    fields: Beside,
}

/// Whether who holds the role beside others may see fields otherwise, too.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Beside {
    Same,
    Changed,
}

/// In which of the two policies a role is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(rename_all = "snake_case")
)]
#[must_use]
#[non_exhaustive]
pub enum Presence {
    /// In both.
    Kept,
    /// In the newer only.
    Added,
    /// In the older only: grants of it count for nothing from then on.
    Removed,
}

impl<'p> RoleChange<'p> {
    /// The name of the role.
    #[must_use]
    pub fn name(&self) -> &'p str {
        self.name
    }

    /// In which of the two policies it is.
    pub fn presence(&self) -> Presence {
        self.presence
    }

    /// What who holds only this role gains and loses.
    #[must_use]
    pub fn change(&self) -> &Change<'p> {
        &self.change
    }

    /// What it denies now and did not: who holds another role beside it may lose this.
    #[must_use]
    pub fn denied(&self) -> &[Region<'p>] {
        &self.denied
    }

    /// What it denied and denies no more: who holds another role beside it may gain this.
    #[must_use]
    pub fn not_denied(&self) -> &[Region<'p>] {
        &self.not_denied
    }

    /// What holds of its grants and changes.
    #[must_use]
    pub fn terms(&self) -> &[TermChange] {
        &self.terms
    }

    /// Whether nothing changes, neither alone nor beside other roles.
    fn is_empty(&self) -> bool {
        self.presence == Presence::Kept
            && self.change.is_empty()
            && self.denied.is_empty()
            && self.not_denied.is_empty()
            && self.terms.is_empty()
            && self.fields == Beside::Same
    }
}

impl fmt::Display for RoleChange<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let presence = match self.presence {
            Presence::Kept => "",
            Presence::Added => ", which is new",
            Presence::Removed => ", which is gone",
        };
        write!(f, "role `{}`{presence}\n{}", self.name, self.change)?;
        self.denied
            .iter()
            .try_for_each(|region| writeln!(f, "  denies {region}"))?;
        let mut lifted = self.not_denied.iter();
        lifted.try_for_each(|region| writeln!(f, "  denies no more {region}"))?;
        for term in &self.terms {
            writeln!(f, "  {term}")?;
        }
        match self.fields {
            Beside::Changed if self.change.fields.is_empty() => {
                writeln!(f, "  may see fields otherwise beside other roles")
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Diff<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.roles.iter().try_for_each(|role| write!(f, "{role}"))?;
        for term in &self.terms {
            writeln!(f, "{term}")?;
        }
        if self.is_empty() && self.old.version() != self.new.version() {
            writeln!(f, "the versions differ, and nothing that was compared does")?;
        }
        match self.unknown {
            0 => Ok(()),
            roles => writeln!(f, "not compared, roles: {roles}"),
        }
    }
}
