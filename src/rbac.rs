//! Decides who may do what in which tenant, who sees which field, and says why.
//!
//! A [`Policy`] is a file that people can read: roles, what they allow and deny, which roles they
//! inherit, and which fields they show. A subject's [`Grants`] say which roles they have, in which
//! tenant and for how long. [`Policy::decide`] answers one [`Request`]: may this subject do this, in
//! this tenant, now?
//!
//! What is not allowed is denied. A denial beats every allowance, whatever role it comes from and in
//! whatever order things are written; a denial on a role also hits whoever inherits the role.
//! Wildcards stand in the policy and never in a question.
//!
//! | To | there is |
//! |---|---|
//! | read a policy, print it in one form, tell versions apart | [`Policy::from_toml`], [`Policy::from_json`], [`Policy::to_toml`], [`Version`] |
//! | decide | [`Policy::decide`]; often and fast, [`Policy::resolve`], [`Policy::hold`] and [`Policy::decide_held`] |
//! | keep the grants of many subjects in memory | [`Directory`], [`Snapshot`] |
//! | let people give and take roles, and no more than they have | [`administration`] |
//! | filter values by who looks at them | [`Policy::view`], [`View`] |
//! | know why, who and what | [`explain`](mod@explain), [`Policy::what_can`], [`Snapshot::who_can`] |
//! | review a policy, a change of it, and what nobody uses | [`lint`](mod@lint), [`diff`](mod@diff), [`usage`] |
//!
//! # The file
//!
//! ```toml
//! portcullis = 1                        # version of the format
//!
//! [roles.user]
//! allow = ["project:read", "project:comment"]
//!
//! [roles.admin]
//! inherits = ["user"]
//! allow = ["project:*", "member:invite,remove"]
//! require = { mfa_within = "12h" }      # else a challenge; denials count all the same
//!
//! [roles.support]
//! allow = ["ticket:read,reply", { permission = "note:edit:*", when = "owner" }]
//! max_grant = "4h"                      # what its grants are like: see `administration`
//!
//! [roles.limited]                       # limits personal data even beside admin
//! inherits = ["user"]
//! deny = ["contact:read:email"]
//!
//! [[class]]
//! name = "pii"
//! show = ["admin"]
//!
//! [[field]]
//! name = "contact.email"
//! class = "pii"
//! kind = "email"
//! show = ["admin"]
//! mask = ["support"]                    # everybody else: hidden
//! ```
//!
//! JSON with the same keys is the same policy: tables are objects, and `[[field]]` is a list under
//! `field` ([`Policy::from_json`]). [`Policy::to_toml`] and [`Policy::to_json`] write a policy in one
//! canonical form, whose hash is its [`Policy::version`].
//!
//! - **Patterns** are those of [`Pattern`], names of roles those of one segment of a
//!   [`Permission`]. With `matching = "shiro"` they are read as Apache Shiro means them,
//!   as [`Pattern::from_shiro`] says.
//! - **Conditions** stand in `when` and in `require`, and all of a table must hold: `owner = true`,
//!   in short `when = "owner"`: the subject is the owner that the request names;
//!   `mfa_within = "12h"`; `address = ["10.0.0.0/8"]`; `environment = ["production"]`; `time = { days
//!   = ["mon"], from = "08:00", until = "18:00", utc_offset = "+01:00" }`, half-open, over midnight
//!   where `from` is after `until`, on the days on which the hours begin; `attributes = { department
//!   = "sales" }`; `equal = [["department", "resource.department"]]`. They look at the [`Facts`] of
//!   the request. A fact that is missing, or given twice differently, does not hold, and there is no
//!   negation, so that what is left out can only deny. A denial has no condition.
//! - **`require`** belongs to the role: it covers everything that a grant of the role allows or
//!   shows, inherited or its own, and everything that roles allow or show which inherit it. Where
//!   several roles in a line of inheritance require something, all of it must hold. A second grant
//!   that requires nothing is not touched by it.
//! - **Fields.** `show`, `mask` and `pseudonym` grant: a field is shown to the roles under `show` and
//!   to those that inherit them, masked or given another name for those under the others, hidden from
//!   everybody else. With several roles the most permissive grant counts, unless a role denies the
//!   reading: the field `contact.address.city` is read with the permission
//!   `contact:read:address:city`, and an active denial that matches it hides the field, whoever shows
//!   it; so does one that matches what it is part of, `contact:read:address` or `contact:read`. An
//!   *allowance* of that permission shows nothing. A field that the policy does not name is hidden,
//!   unless it lies in one that the policy names: then it is seen as that is. Of several fields that
//!   lie in one another the most restrictive counts: who sees `contact.email` must see `contact` as
//!   well, if that is named. A part `*` of a name, below the first, stands for every key of a map.
//!   `kind` says how the field is masked: `card`, `email`, `phone`, `name`, `other`; without it the
//!   value tells.
//! - **Classes.** A `[[class]]` says for its fields who sees them; of a role that the field itself
//!   names too, the more restrictive of both counts. Where a file defines no class, `class` is a label.
//! - What is seen of whole values, in JSON or in what serde serializes, [`Policy::view`] answers.
//! - **Grants.** `max_grant`, `grant_needs`, `min_members`, `max_members`, `prerequisites` and
//!   `[[separation]]` bind whoever gives and takes roles: [`administration`]. A decision does not
//!   look at them.
//!
//! A file is refused as a whole, with every [`Finding`] at its line and column: keys without
//! meaning, roles that are not defined, roles that inherit themselves, patterns that break the
//! grammar, entries that stand twice, keys that contradict each other, denials that match nothing
//! which the policy allows or shows. For a name that is one slip away from a known one, that one is
//! suggested. A file that is not TOML, also because a key stands twice, is refused for that alone;
//! over 64 KiB, for the first such place. A file that is not JSON is refused for the first place that
//! is not.
//!
//! # A decision
//!
//! 1. Of the subject's grants, those count whose role the policy defines, that are for the tenant
//!    asked about or for all, and in whose time `now` lies. The first moment belongs to it and the
//!    last does not.
//! 2. If a role of one of them denies the permission, by its own rules or by inherited ones, the
//!    answer is [`Reason::ExplicitDeny`].
//! 3. If a role of one of them allows it by a rule whose conditions hold, and all that the role
//!    requires holds, the answer is [`Outcome::Allow`].
//! 4. Otherwise it is denied for what was nearest to an allowance: only a second factor is missing,
//!    a condition does not hold, the grant has ended, has not begun, is for another tenant, there is
//!    none. See [`Reason`].
//!
//! Neither the order of the file nor that of the grants changes the answer, the rule it names or the
//! reason.
//!
//! # What it costs
//!
//! A policy is compiled when it is loaded. Each pattern is kept once. A permission that the policy
//! writes out, in plain or in sets, has a list of the patterns that match it; others are looked up
//! segment by segment. What a role inherits is one sorted list of rules, in which the few patterns
//! that match are searched. So a decision takes time for the grants of the subject and the patterns
//! that match, and not for the roles of the policy or the subjects of a directory. It allocates
//! nothing and has no recursion.
//!
//! A policy can be made so that more than 32 patterns match one permission, or so that more than 32
//! paths must be followed to know. Then the rules of the roles that the subject holds are asked one
//! by one.
//!
//! Nanoseconds a decision, on 2026-11-22, by `benches/peers` of the repository, which says how each
//! number is made, on two virtual processors of an AMD EPYC (Zen 5) that others used, too. *Strings*
//! starts from the names of subject and tenant and the text of the permission, over a [`Snapshot`];
//! *resolved* is [`Policy::decide_held`]. The questions were asked before, so that what they touch is
//! in the caches; of subjects drawn at random out of a million, a decision from strings takes 1.4 µs,
//! most of which is waiting for memory, and one from what is resolved 0.3 µs.
//!
//! | roles | users | | strings | resolved | casbin 2.20 | with its cache | Cedar 4.14 | regorus 0.14 |
//! |--:|--:|---|--:|--:|--:|--:|--:|--:|
//! | 10 | 100 | allowed | 84 | 29 | 12,068 | 365 | 2,999 | 2,133 |
//! | | | denied: no grant | 78 | 24 | 11,440 | 399 | 2,778 | 1,339 |
//! | 1,000 | 10,000 | allowed | 104 | 26 | 859,221 | 370 | 3,113 | 2,528 |
//! | | | denied: no grant | 100 | 30 | 856,968 | 386 | 2,954 | 1,659 |
//! | 10,000 | 100,000 | allowed | 112 | 29 | 8,365,656 | 360 | 3,569 | 3,083 |
//! | | | denied: no grant | 107 | 31 | 8,380,900 | 362 | 3,544 | 1,819 |
//! | 10,000 | 1,000,000 | allowed | 122 | 26 | | | | |
//! | | | denied: no grant | 117 | 25 | | | | |
//!
//! # Limits
//!
//! A file has at most [`Policy::MAX_LEN`] bytes, tables and lists at most sixteen deep and, in TOML,
//! four dots outside of texts on one line; reading takes time in proportion to its length. Roles
//! inherit at most a million roles in total, each counted with itself, which is a chain of some 1,400
//! roles, or 10,000 roles that inherit a hundred each; together they have and inherit at most four
//! million rules, those that say the same counted each. One role, with all that it inherits, requires
//! at most 32 things. A subject has at most [`Grants::MAX`] grants. What breaks a limit is refused
//! when it is loaded.
//!
//! # What this does not do
//!
//! It does not know who asks: the subject, the tenant and the owner come from the caller, who must
//! have them from a session and a database and not from the request. It decides and does not
//! enforce. A denial in a grant that has ended or that names a role which the policy no longer has
//! denies nothing. Who may grant what is the matter of [`administration`].
//!
//! # Security
//!
//! Deny by default and by object: OWASP ASVS 5.0 V8.2, OWASP API Security 2023 API1 (broken object
//! level authorization) and API3 (object property level). The tenant is part of every question, so
//! none can be asked without it (ASVS 8.4.1). A [`Decision`] says why, for the caller's log; told to
//! the user who asked, [`Reason::OtherTenant`] would say that something exists elsewhere.
//!
//! # Example
//!
//! ```
//! use portcullis::{Timestamp, rbac::{Grant, Grants, Permission, Policy, Request, Scope, Tenant}};
//!
//! let policy: Policy = r#"
//!     portcullis = 1
//!     [roles.user]
//!     allow = ["project:read"]
//!     [roles.editor]
//!     inherits = ["user"]
//!     allow = ["project:edit"]
//! "#.parse()?;
//! let (acme, globex) = (Tenant::new("acme")?, Tenant::new("globex")?);
//! let ada = Grants::new().with(Grant::new("editor", Scope::Tenant(acme.clone())))?;
//!
//! let read = Permission::parse("project:read")?;
//! let now: Timestamp = "2026-11-21T09:00:00Z".parse()?;
//! let decision = policy.decide(&ada, &Request::new("ada", &acme, &read), now);
//! let line = decision.to_string();
//! assert!(line.starts_with("allowed: role `editor` may `project:read`, as `user`; policy "));
//! let decision = policy.decide(&ada, &Request::new("ada", &globex, &read), now);
//! assert!(!decision.is_allowed());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod administration;
mod closure;
mod compile;
mod condition;
mod decide;
mod decision;
pub mod diff;
mod directory;
mod duty;
mod error;
pub mod explain;
mod facts;
mod file;
mod finding;
#[cfg(feature = "serde")]
mod forms;
mod grants;
mod held;
mod json;
pub mod lint;
mod matches;
mod permission;
mod print;
mod reach;
mod region;
mod request;
mod requirements;
mod rules;
mod separation;
mod steps;
mod table;
mod trie;
pub mod usage;
mod version;
mod view;
mod visibility;

use std::sync::Arc;

#[doc(inline)]
pub use crate::__rbac_permission as permission;
#[doc(no_inline)]
pub use administration::{Assignment, Members, Principal, Refusal, Who, Withdrawal};
pub use compile::Field;
use compile::{Compiled, Role, RoleId};
pub use condition::Condition;
use condition::Conditions;
use decide::Standing;
pub use decision::{Decision, Outcome, Reason, Rule, SecondFactor};
pub use directory::{
    Actor, BadRow, BadRows, Changed, Directory, Flaw, Question, Reader, Row, Snapshot, Stale,
    Subject,
};
pub use error::{Error, JsonFault};
pub use facts::Facts;
pub use finding::{Finding, Findings, Name, Problem};
use grants::Phase;
pub use grants::{Grant, Grants, Kind, Scope, Tenant};
pub use held::{Held, Resolved};
pub use permission::{Fault, Pattern, Permission};
pub use reach::Allowance;
pub use region::Region;
pub use request::Request;
use rules::Effect;
pub use version::Version;
pub use view::View;
#[cfg(feature = "serde")]
pub use view::Viewed;
pub use visibility::Visibility;

use crate::Timestamp;

/// The rules: what each role allows, denies and shows.
///
/// Read from text with [`str::parse`], whole or not at all, and immutable from then on. A clone
/// shares the rules. Two files that say the same in another order give equal policies.
#[derive(Clone, Eq, PartialEq)]
pub struct Policy(Arc<Compiled>);

impl Policy {
    /// Whether the subject may do what they ask, by which rule, or why not.
    ///
    /// The time it takes depends on the grants of the subject and on the patterns that match, not on
    /// how many roles the policy has. It allocates nothing.
    pub fn decide(&self, grants: &Grants, request: &Request<'_>, now: Timestamp) -> Decision<'_> {
        let policy = &*self.0;
        let held = grants.iter().filter_map(|grant| {
            let role = policy.role_id(grant.role())?;
            Some((role, Standing::of(grant, request.tenant, now)))
        });
        policy.decide(held, request, now)
    }

    /// Whether a role that the subject has now, in whatever tenant, asks for a second factor: who
    /// has none enrolled cannot use it.
    pub fn requires_second_factor(&self, grants: &Grants, now: Timestamp) -> SecondFactor {
        let active = self
            .known(grants)
            .filter(|(grant, ..)| grant.phase(now) == Phase::Active);
        let required = active.filter_map(|(.., role)| self.0.conditions.get(role.require));
        match required.filter_map(Conditions::mfa_within).min() {
            Some(within) => SecondFactor::Required { within },
            None => SecondFactor::NotRequired,
        }
    }

    /// Which policy this is: the hash of its canonical text.
    #[must_use]
    pub fn version(&self) -> Version {
        self.0.version
    }

    /// The names of the roles, sorted.
    #[must_use]
    pub fn roles(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.roles.iter().map(|role| &*role.name)
    }

    /// The rules that allow something, role by role; what a role inherits stands with the role that
    /// it comes from. For a listing, not for a decision.
    pub fn allow_rules(&self) -> impl Iterator<Item = Rule<'_>> {
        let rules = &self.0.rules;
        RoleId::first(self.0.roles.len()).flat_map(move |id| {
            let role = self.0.role(id);
            let patterns = rules.own(id, Effect::Allow).iter().map(|rule| rule.pattern);
            patterns.filter_map(move |pattern| {
                Some(Rule::new(role?, role?, self.0.patterns.get(pattern)?))
            })
        })
    }

    /// The names of the fields, sorted.
    #[must_use]
    pub fn fields(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.fields.iter().map(Field::name)
    }

    /// What the policy says of a field; None where it does not name it.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        let fields = &self.0.fields;
        let at = fields.binary_search_by(|field| field.name().cmp(name));
        fields.get(at.ok()?)
    }

    /// The grants whose roles this policy defines.
    fn known<'p, 'g>(
        &'p self,
        grants: &'g Grants,
    ) -> impl Iterator<Item = (&'g Grant, RoleId, &'p Role)> + use<'p, 'g> {
        grants.iter().filter_map(|grant| {
            let role = self.0.role_id(grant.role())?;
            Some((grant, role, self.0.role(role)?))
        })
    }
}
