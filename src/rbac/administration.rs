//! Changes of grants, and who may make them: nobody gives what they do not have.
//!
//! [`Policy::assign`], [`Policy::withdraw`] and [`Policy::break_glass`] take everybody's grants as
//! values and give the subject's new grants, or a [`Refusal`] that says what is missing. They change
//! nothing themselves. [`Policy::activate`] gives the grants of one session.
//!
//! What must be so is written in the policy. Administering is permissions like others:
//! `role:assign:<role>`, `role:withdraw:<role>`, `role:approve:<role>` and `role:break_glass:<role>`.
//! And a role says what its grants are like:
//!
//! ```toml
//! [roles.support]
//! allow = ["ticket:read,reply"]
//! max_grant = "4h"                       # every grant ends, within four hours
//! grant_needs = ["reason", "approver"]   # and says why, and who else agreed
//! prerequisites = ["employee"]           # to be held before, in the same place and for as long
//! max_members = 5                        # in a tenant
//!
//! [roles.owner]
//! allow = ["**"]
//! min_members = 1                        # in a tenant, with grants that have no end
//!
//! [[separation]]
//! kind = "static"                        # or "dynamic"
//! roles = ["payment_creator", "payment_approver"]
//! n = 2                                  # fewer than two of these
//! ```
//!
//! Each of these also holds for grants of roles that inherit the role: the shortest time, all that
//! any needs, every bound. Who is to give a role for a while therefore holds what it allows by a role
//! that does not inherit it.
//!
//! A **static** separation is over the roles that a subject has, with all that these inherit, in one
//! tenant. A grant everywhere counts in every tenant, and a grant counts from the day it is made
//! until it has ended, so that none can be made today for tomorrow. A **dynamic** separation is over
//! the roles that are active in one session.
//!
//! # What this does not do
//!
//! It does not stop whoever can write grants by another way, or change the policy: what a role gives
//! is what the policy says at the moment of a decision, also to those who were given it when it gave
//! less. Review a change of policy before it is published.
//!
//! It sees the grants it is shown: of two changes made at once from the same old grants, one must be
//! made again from the new ones ([`Directory`](super::Directory) does that). It knows people by their
//! names, byte by byte. A role that allows nothing and denies much can be given by whoever may assign
//! it, to anybody: to the last owner, too, who is then locked out in spite of `min_members`.
//!
//! It does not choose who approves. Who may assign a role, holds `role:approve:<role>` and may give
//! that on without an approver makes their own approver out of a second account: a role that allows
//! approving needs an approver itself.
//!
//! # Security
//!
//! The threat is somebody who administers roles and makes themselves, or a second account, more than
//! they are: by a role that gives more, one that inherits more, in more tenants, for longer, under
//! fewer conditions, or without a denial. The rule is that of Kubernetes ("Using RBAC
//! Authorization", restrictions on role binding: one binds only roles all of whose permissions one
//! has, in the same scope), carried over to denials, conditions, fields and time; there is no
//! permission to be excused from it. Separation of duty and prerequisites are those of INCITS 359 and
//! of RBAC96 (Sandhu, Coyne, Feinstein and Youman), fewer than `n` roles of a set, with hierarchies.
//!
//! # Example
//!
//! ```
//! use portcullis::{Timestamp, rbac::{Assignment, Grant, Grants, Policy, Principal, Refusal, Scope, Tenant}};
//!
//! let policy: Policy = r#"
//!     portcullis = 1
//!     [roles.editor]
//!     allow = ["project:read", "project:edit"]
//!     max_grant = "30d"
//!     [roles.manager]
//!     allow = ["project:*", "role:assign:editor,manager"]
//! "#.parse()?;
//! let acme = Scope::Tenant(Tenant::new("acme")?);
//! let manager = Grants::new().with(Grant::new("manager", acme.clone()))?;
//! let ada = Principal::new("ada", &manager);
//! let (nothing, now) = (Grants::new(), "2026-11-21".parse()?);
//! let ben = Principal::new("ben", &nothing);
//!
//! let grant = Grant::new("editor", acme.clone()).until("2026-12-21".parse()?);
//! let bens = policy.assign(&Assignment::new(grant, ben, ada), now)?;
//! assert_eq!(bens.iter().next().and_then(Grant::requester), Some("ada"));
//!
//! let everywhere = Grant::new("editor", Scope::Everywhere).until("2026-12-21".parse()?);
//! let refused = policy.assign(&Assignment::new(everywhere, ben, ada), now).unwrap_err();
//! assert_eq!(refused.to_string(), "the granter is not allowed `role:assign:editor`");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod held;
mod members;
mod principal;
mod refusal;
mod sight;
mod terms;

use held::{Authority, Held, MAX_COMPARISONS, spent};
pub use members::Members;
pub use principal::{Assignment, Principal, Withdrawal};
pub use refusal::{Refusal, Who};
use sight::Others;

use std::collections::BTreeSet;

use super::{
    Error, Grant, Grants, Kind, Pattern, Policy, Scope,
    compile::{Compiled, RoleId},
    grants::Span,
};
use crate::Timestamp;

/// The last places among a subject's grants are for roles that deny something: no other grants keep
/// them from being given.
const RESERVED: usize = 32;

impl Policy {
    /// The subject's grants with one more, as somebody gives it.
    ///
    /// In this order, and in the grant's scope, which for a grant everywhere means with grants
    /// everywhere:
    ///
    /// 1. the policy defines the role, and the grant is not over before it begins;
    /// 2. the granter is allowed `role:assign:<role>` now;
    /// 3. of everything that the role allows, the granter holds now a pattern that implies it, by a
    ///    grant that lasts as long, under no condition that the role does not have; no denial hits
    ///    the granter there, now or while the new grant lasts, that the role does not have too; and
    ///    every field that the role shows, the granter sees as well, and so every field that another
    ///    role of the subject shows and this one opens, by showing what encloses it;
    /// 4. the grant has an end within `max_grant`; and for each role with `max_grant` that it gives,
    ///    itself or inherited: from the first start to the last end of it and of the subject's other
    ///    grants that give that role and are not over, it is no longer. So nobody gives more in
    ///    advance, in whatever parts and by whatever roles: after the end somebody decides anew;
    /// 5. it carries what `grant_needs` names; who approves is neither granter nor subject and is
    ///    allowed `role:approve:<role>` now;
    /// 6. no static separation is broken;
    /// 7. there is room for one more member;
    /// 8. the subject holds the prerequisites there, by grants that last as long;
    /// 9. there is a place left, of which the last 32 are for roles that deny something.
    ///
    /// Left out of the result are ordinary grants that have ended, as soon as breaking glass need not
    /// look at them: when after the end of a role its `max_grant` has passed once more.
    ///
    /// What somebody took by breaking glass counts neither for a granter nor for an approver.
    ///
    /// # Errors
    ///
    /// [`Refusal`] for the first that is not so.
    pub fn assign(&self, assignment: &Assignment<'_>, now: Timestamp) -> Result<Grants, Refusal> {
        let policy = &*self.0;
        let (role, grant) = policy.to_record(assignment, Kind::Ordinary, now)?;
        let (span, by) = (Span::of(&grant), &assignment.by);
        let held = Held::new(policy, by, grant.scope(), span, Authority::Given, now);
        held.may("assign", grant.role(), (Who::Granter, by))?;
        let others = Others::new(policy, assignment.to.grants, grant.scope(), span, now);
        held.includes(role, &others, span.until)?;
        policy.keep_time(role, &grant, assignment.to.grants, now)?;
        self.finish(role, grant, assignment, now)
    }

    /// The subject's grants with a role that they take themselves in an emergency.
    ///
    /// The subject need not hold what the role gives. It must be so that they are allowed
    /// `role:break_glass:<role>` by a grant that somebody gave them, that the grant has an end within
    /// the role's `max_grant`, and a reason, and that they have not had the role, by any grant, within
    /// that same time before, nor anything that it inherits within the `max_grant` of that; and then
    /// what [`Policy::assign`] asks for from number 5 on. The grant begins now and says of itself that
    /// it was taken ([`Kind::BreakGlass`]): whoever lists grants sees it, also when it has ended. Keep
    /// such grants until they are reviewed: without them nobody can tell that somebody takes a role
    /// again and again.
    ///
    /// # Errors
    ///
    /// [`Refusal`] for the first that is not so.
    pub fn break_glass(
        &self,
        assignment: &Assignment<'_>,
        now: Timestamp,
    ) -> Result<Grants, Refusal> {
        let policy = &*self.0;
        let (role, grant) = policy.to_record(assignment, Kind::BreakGlass, now)?;
        let (span, subject, by) = (Span::of(&grant), &assignment.to, &assignment.by);
        if subject.name != by.name {
            return Err(Refusal::NotOneself);
        }
        let held = Held::new(policy, by, grant.scope(), span, Authority::Given, now);
        held.may("break_glass", grant.role(), (Who::Subject, by))?;
        policy.keep_rest(role, &grant, subject.grants)?;
        if grant.reason().is_none() {
            return Err(Refusal::NeedsReason);
        }
        self.finish(role, grant, assignment, now)
    }

    /// The subject's grants without a role in one scope.
    ///
    /// In this order, and in that scope:
    ///
    /// 1. there is such a grant;
    /// 2. whoever withdraws it is allowed `role:withdraw:<role>` now;
    /// 3. nothing that the role denies is denied to them, now or later, so that nobody takes a role
    ///    that denies something from themselves; and what the denial kept the subject's other grants
    ///    from giving, they hold now by a grant that somebody gave them: for each allowance that it
    ///    overlaps, one that implies it or the denial, under no condition that it does not have, and
    ///    each field as well;
    /// 4. of what the role allows about roles (`role:**`), they do not take anything from themselves
    ///    that they do not hold otherwise and for as long;
    /// 5. the role and what it inherits keep `min_members` members with grants that count now and
    ///    have no end;
    /// 6. no other role of the subject needs it as a prerequisite.
    ///
    /// Numbers 3 and 4 do not ask about grants that have ended.
    ///
    /// What was taken by breaking glass is not removed; it ends now, so that it stays on record.
    ///
    /// # Errors
    ///
    /// [`Refusal`] for the first that is not so.
    pub fn withdraw(&self, withdrawal: &Withdrawal<'_>, now: Timestamp) -> Result<Grants, Refusal> {
        let policy = &*self.0;
        let Withdrawal {
            role: name,
            scope,
            from,
            by,
            members,
        } = withdrawal;
        let is_meant = |grant: &Grant| grant.role() == *name && grant.scope() == *scope;
        if !from.grants.iter().any(is_meant) {
            return Err(Refusal::NotGranted);
        }
        let held = Held::new(policy, by, scope, Span::moment(now), Authority::Any, now);
        held.may("withdraw", name, (Who::Granter, by))?;
        let left = left(from.grants, is_meant, now)?;
        // a role that the policy does not define gives nothing and is missed by nobody
        if let Some(role) = policy.role_id(name) {
            // what is over gives nothing and denies nothing
            let lasts = |grant: &&Grant| is_meant(grant) && now < Span::of(grant).until;
            let lasting = || from.grants.iter().filter(lasts);
            if lasting().next().is_some() {
                policy.lifts_no_denial(role, scope, by, &left, now)?;
            }
            if from.name == by.name {
                policy.keeps_administration(role, lasting(), from, &left, now)?;
            }
            let subject = (from.name, from.grants);
            policy.keeps_enough(role, scope, subject, &left, *members, now)?;
            policy.is_no_prerequisite(role, from.grants, &left, now)?;
        }
        Ok(left)
    }

    /// What is so of every grant that is made.
    fn finish(
        &self,
        role: RoleId,
        grant: Grant,
        assignment: &Assignment<'_>,
        now: Timestamp,
    ) -> Result<Grants, Refusal> {
        let policy = &*self.0;
        let Assignment { to, members, .. } = assignment;
        policy.needs(role, &grant, assignment, now)?;
        policy.keep_static_apart(role, grant.scope(), to.grants, now)?;
        policy.has_room(role, grant.scope(), (to.name, to.grants), *members, now)?;
        policy.has_prerequisites(role, &grant, to.grants)?;
        let grants = policy.in_use(to.grants.clone(), now);
        let is_full = grants.iter().len() >= Grants::MAX.saturating_sub(RESERVED);
        if is_full && policy.denied(role).next().is_none() {
            return Err(Refusal::Invalid(Error::TooManyGrants));
        }
        Ok(grants.with(grant)?)
    }
}

/// What remains of a subject's grants.
fn left(
    grants: &Grants,
    is_meant: impl Fn(&Grant) -> bool,
    now: Timestamp,
) -> Result<Grants, Refusal> {
    let mut left = Grants::new();
    for grant in grants.iter() {
        match grant.kind() {
            _ if !is_meant(grant) => left = left.with(grant.clone())?,
            Kind::Ordinary => {}
            Kind::BreakGlass => {
                let until = Span::of(grant).until.min(now);
                left = left.with(grant.clone().until(until))?;
            }
        }
    }
    Ok(left)
}

impl Compiled {
    /// The role, and the grant as it would be recorded.
    fn to_record(
        &self,
        assignment: &Assignment<'_>,
        kind: Kind,
        now: Timestamp,
    ) -> Result<(RoleId, Grant), Refusal> {
        let Assignment {
            grant,
            to,
            by,
            approver,
            ..
        } = assignment;
        let role = self.role_id(grant.role()).ok_or(Refusal::UnknownRole)?;
        let approver = approver.map(|approver| approver.name);
        let mut grant = grant.clone();
        if kind == Kind::BreakGlass {
            grant = grant.from(now);
        }
        let grant = grant.recorded(kind, by.name, approver, now);
        if to.name.is_empty() {
            return Err(Refusal::Invalid(Error::Name));
        }
        if Span::of(&grant).is_empty() {
            return Err(Refusal::AlreadyOver);
        }
        Ok((role, grant))
    }

    /// The roles of grants that count somewhere in a scope and have not ended.
    fn lasting(&self, grants: &Grants, scope: &Scope, now: Timestamp) -> BTreeSet<RoleId> {
        let lasting = grants.iter().filter(|grant| now < Span::of(grant).until);
        let here = lasting.filter(|grant| grant.scope().meets(scope));
        here.filter_map(|grant| self.role_id(grant.role()))
            .collect()
    }

    /// Whether nobody takes off by this what binds them, now or later, nor makes possible for somebody
    /// else what they cannot do or see themselves.
    fn lifts_no_denial(
        &self,
        role: RoleId,
        scope: &Scope,
        by: &Principal<'_>,
        left: &Grants,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let ever = Span {
            from: now,
            until: Timestamp::MAX,
        };
        let held = Held::new(self, by, scope, ever, Authority::Given, now);
        let bound: Vec<_> = held.all_denials().collect();
        let others = self.lasting(left, scope, now);
        let mut comparisons = MAX_COMPARISONS;
        for denial in self.denied(role) {
            for own in &bound {
                if spent(&mut comparisons)? && own.overlaps(denial) {
                    let denial = denial.clone();
                    return Err(Refusal::LiftsDenial { denial });
                }
            }
            for other in &others {
                held.frees(*other, denial, &mut comparisons)?;
                held.sees_touched(*other, Some(denial), now, &mut comparisons)?;
            }
        }
        Ok(())
    }

    /// Whether somebody who takes a role from themselves can still administer what they could.
    fn keeps_administration<'g>(
        &self,
        role: RoleId,
        withdrawn: impl Iterator<Item = &'g Grant>,
        subject: &Principal<'_>,
        left: &Grants,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let administration = Pattern::parse("role:**")?;
        for grant in withdrawn.filter(|grant| grant.kind() == Kind::Ordinary) {
            let span = Span::of(grant);
            let left = Principal::new(subject.name, left);
            let held = Held::new(self, &left, grant.scope(), span, Authority::Given, now);
            let given = self.given(role);
            for given in given.filter(|given| given.pattern.overlaps(&administration)) {
                if held.include_one(&given, span.until).is_err() {
                    let pattern = given.pattern.clone();
                    return Err(Refusal::OwnAdministration { pattern });
                }
            }
        }
        Ok(())
    }
}
