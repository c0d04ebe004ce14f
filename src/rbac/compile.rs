//! From what a file says to what a decision needs: names become indices, the hierarchy becomes for
//! each role the list of roles that it comes down to.

use core::time::Duration;
use std::collections::HashMap;

use super::{
    file::{Draft, Found, Mention, RoleDraft, RuleDraft, When},
    finding::{Name, Problem, meant},
    permission::{Pattern, Permission},
};

/// Roles inherited in total, each role counted with itself: a chain of some 1,400 roles. The text
/// of a policy bounds the roles, not the pairs of them.
const MAX_INHERITED: usize = 1_000_000;
/// Comparisons of denials with what is allowed; what is left then is taken as meant. It is enforced
/// all the same.
const MAX_COMPARISONS: usize = 4_000_000;
/// Findings beyond this number are mostly not listed; suggestions for them are not looked for.
const SUGGESTIONS: usize = 100;

#[derive(Debug, Eq, PartialEq)]
pub(super) struct Compiled {
    /// Sorted by name.
    pub(super) roles: Box<[Role]>,
    pub(super) by_name: HashMap<Box<str>, usize>,
    /// Sorted by name.
    pub(super) fields: Box<[Field]>,
}

#[derive(Debug, Eq, PartialEq)]
pub(super) struct Role {
    pub(super) name: Box<str>,
    /// The rules of this role alone, sorted.
    pub(super) allow: Box<[(Pattern, When)]>,
    pub(super) deny: Box<[Pattern]>,
    /// This role and all that it inherits, at once or through others; ascending indices.
    pub(super) comes_down_to: Box<[usize]>,
    /// The strictest requirement of all these.
    pub(super) mfa_within: Option<Duration>,
}

/// A field that the policy knows.
#[derive(Debug, Eq, PartialEq)]
pub struct Field {
    pub(super) name: Box<str>,
    class: Option<Box<str>>,
    pub(super) read: Permission<'static>,
    /// Ascending indices of roles.
    pub(super) show: Box<[usize]>,
    pub(super) mask: Box<[usize]>,
}

impl Field {
    /// The name, such as `contact.email`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The class that the policy gives it, such as `pii`.
    #[must_use]
    pub fn class(&self) -> Option<&str> {
        self.class.as_deref()
    }

    /// The permission whose denial hides this field, as does the denial of a part of it from
    /// `contact:read` on: `contact:read:email`. Whether somebody sees the field, ask
    /// [`Policy::visibility`](super::Policy::visibility), not
    /// [`Policy::decide`](super::Policy::decide): an allowance of this shows nothing.
    #[must_use]
    pub fn read_permission(&self) -> &Permission<'static> {
        &self.read
    }
}

/// Compiles what was read; None where it makes no sense, which is then among the `found`.
pub(super) fn compile(mut draft: Draft<'_>, found: &mut Found) -> Option<Compiled> {
    // the order of a TOML table depends on a feature of `toml` that any crate may have turned on
    draft.roles.sort_by_key(|role| role.name);
    draft.fields.sort_by_key(|field| field.name);
    let names = Names::of(&draft.roles);
    let edges = names.edges(&draft.roles, found);
    let fields = names.fields(&draft, found);
    let closures = closures(&draft.roles, &edges, found);
    if !draft.partial {
        denials_of_nothing(&draft, found);
    }
    let closures = closures?;
    Some(Compiled {
        by_name: names.owned(),
        fields,
        roles: roles(draft.roles, closures),
    })
}

fn roles(drafts: Vec<RoleDraft<'_>>, closures: Vec<Box<[usize]>>) -> Box<[Role]> {
    let required: Vec<_> = drafts.iter().map(|role| role.mfa_within).collect();
    let strictest = |closure: &[usize]| {
        let all = closure.iter().filter_map(|role| *required.get(*role)?);
        all.min()
    };
    let roles = drafts.into_iter().zip(closures).map(|(role, closure)| {
        let mut allow: Vec<_> = role
            .allow
            .into_iter()
            .map(|r| (r.pattern, r.when))
            .collect();
        let mut deny: Vec<_> = role.deny.into_iter().map(|r| r.pattern).collect();
        allow.sort_unstable();
        deny.sort_unstable();
        Role {
            name: role.name.into(),
            allow: allow.into(),
            deny: deny.into(),
            mfa_within: strictest(&closure),
            comes_down_to: closure,
        }
    });
    roles.collect()
}

/// The names of the roles, sorted, and the index of each.
struct Names<'d> {
    sorted: Vec<&'d str>,
    indices: HashMap<&'d str, usize>,
}

/// One role inherits another, and where the file says so.
#[derive(Clone, Copy)]
struct Edge {
    to: usize,
    at: usize,
}

impl<'d> Names<'d> {
    fn of(roles: &[RoleDraft<'d>]) -> Self {
        let sorted: Vec<_> = roles.iter().map(|role| role.name).collect();
        let indices = sorted.iter().copied().zip(0..).collect();
        Self { sorted, indices }
    }

    fn owned(&self) -> HashMap<Box<str>, usize> {
        let names = self.sorted.iter().map(|name| Box::from(*name));
        names.zip(0..).collect()
    }

    fn resolve(&self, mention: &Mention<'_>, found: &mut Found) -> Option<usize> {
        let role = self.indices.get(mention.name).copied();
        if role.is_none() {
            let problem = Problem::UnknownRole {
                name: Name::new(mention.name),
                meant: self.suggest(mention.name, found),
            };
            found.push((mention.at, problem));
        }
        role
    }

    fn suggest(&self, name: &str, found: &Found) -> Option<Name> {
        if found.len() >= SUGGESTIONS {
            return None;
        }
        meant(name, self.sorted.iter().copied())
    }

    fn edges(&self, roles: &[RoleDraft<'_>], found: &mut Found) -> Vec<Vec<Edge>> {
        let mut edges = Vec::with_capacity(roles.len());
        for role in roles {
            let resolved = role.inherits.iter().filter_map(|mention| {
                let to = self.resolve(mention, found)?;
                Some(Edge { to, at: mention.at })
            });
            edges.push(resolved.collect());
        }
        edges
    }

    fn indices(&self, mentions: &[Mention<'_>], found: &mut Found) -> Box<[usize]> {
        let resolved = mentions.iter().filter_map(|role| self.resolve(role, found));
        let mut roles: Vec<_> = resolved.collect();
        roles.sort_unstable();
        roles.into()
    }

    fn fields(&self, draft: &Draft<'_>, found: &mut Found) -> Box<[Field]> {
        let fields = draft.fields.iter().map(|field| Field {
            name: field.name.into(),
            class: field.class.map(Into::into),
            read: field.read.clone(),
            show: self.indices(&field.show, found),
            mask: self.indices(&field.mask, found),
        });
        fields.collect()
    }
}

/// For each role, itself and all that it inherits. None where a role inherits itself or the total
/// is too large.
fn closures(
    roles: &[RoleDraft<'_>],
    edges: &[Vec<Edge>],
    found: &mut Found,
) -> Option<Vec<Box<[usize]>>> {
    let order = inherited_first(roles, edges, found)?;
    let mut closures: Vec<Box<[usize]>> = vec![Box::default(); roles.len()];
    let mut member_of = vec![usize::MAX; roles.len()];
    let mut total = 0_usize;
    for role in order {
        let mut closure = vec![role];
        for edge in edges.get(role)? {
            for inherited in closures.get(edge.to)? {
                let last = member_of.get_mut(*inherited)?;
                if *last != role {
                    *last = role;
                    closure.push(*inherited);
                }
            }
        }
        total = total.saturating_add(closure.len());
        if total > MAX_INHERITED {
            let role = roles.get(role)?;
            let problem = Problem::TooMuchInheritance(Name::new(role.name));
            found.push((role.at, problem));
            return None;
        }
        closure.sort_unstable();
        *closures.get_mut(role)? = closure.into();
    }
    Some(closures)
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Mark {
    Unseen,
    Open,
    Done,
}

/// The roles in an order in which each comes after those that it inherits: a depth-first search
/// with its own stack, as long as the longest chain of roles. None where a role inherits itself.
fn inherited_first(
    roles: &[RoleDraft<'_>],
    edges: &[Vec<Edge>],
    found: &mut Found,
) -> Option<Vec<usize>> {
    let mut marks = vec![Mark::Unseen; roles.len()];
    let mut order = Vec::with_capacity(roles.len());
    let mut has_cycle = false;
    for start in 0..roles.len() {
        let mut path = Vec::new();
        let mut next = Some(start);
        loop {
            if let Some(role) = next.take() {
                let mark = marks.get_mut(role)?;
                if *mark == Mark::Unseen {
                    *mark = Mark::Open;
                    path.push((role, edges.get(role)?.iter()));
                }
            }
            let Some((role, unvisited)) = path.last_mut() else {
                break;
            };
            match unvisited.next() {
                Some(edge) if *marks.get(edge.to)? == Mark::Open => {
                    let name = Name::new(roles.get(edge.to)?.name);
                    found.push((edge.at, Problem::Cycle(name)));
                    has_cycle = true;
                }
                Some(edge) => next = Some(edge.to),
                None => {
                    *marks.get_mut(*role)? = Mark::Done;
                    order.push(*role);
                    path.pop();
                }
            }
        }
    }
    (!has_cycle).then_some(order)
}

/// Denials that change nothing, because nothing is allowed or shown that they match: most often a
/// slip of the pen in the one rule that was to protect something.
fn denials_of_nothing(draft: &Draft<'_>, found: &mut Found) {
    let rules = draft.roles.iter().flat_map(|role| &role.allow);
    let allowed = rules.map(|rule| Target::Allowed(&rule.pattern));
    let shown = draft.fields.iter().map(|field| Target::Shown(&field.read));
    let targets = Targets::of(allowed.chain(shown));
    let mut comparisons = MAX_COMPARISONS;
    for rule in draft.roles.iter().flat_map(|role| &role.deny) {
        if targets.untouched_by(rule, &mut comparisons) {
            let name = Name::new(&rule.pattern.to_string());
            found.push((rule.at, Problem::DeniesNothing(name)));
        }
    }
}

/// What a denial may be about.
#[derive(Clone, Copy)]
enum Target<'d> {
    Allowed(&'d Pattern),
    /// A field, by the permission to read it.
    Shown(&'d Permission<'static>),
}

impl<'d> Target<'d> {
    /// What its first segment may be; nothing where that is anything.
    fn heads(self) -> impl Iterator<Item = &'d str> {
        let (literals, head): (&[Box<str>], _) = match self {
            Self::Allowed(pattern) => (pattern.heads(), None),
            Self::Shown(read) => (&[], Some(read.head())),
        };
        literals.iter().map(|literal| &**literal).chain(head)
    }

    fn is_touched_by(self, denial: &Pattern) -> bool {
        match self {
            Self::Allowed(pattern) => denial.overlaps(pattern),
            Self::Shown(read) => denial.hides(read),
        }
    }
}

/// What is allowed or shown, by what it begins with.
#[derive(Default)]
struct Targets<'d> {
    by_head: HashMap<&'d str, Vec<Target<'d>>>,
    any_head: Vec<Target<'d>>,
}

impl<'d> Targets<'d> {
    fn of(all: impl Iterator<Item = Target<'d>>) -> Self {
        let mut targets = Self::default();
        for target in all {
            for head in target.heads() {
                targets.by_head.entry(head).or_default().push(target);
            }
            if target.heads().next().is_none() {
                targets.any_head.push(target);
            }
        }
        targets
    }

    fn untouched_by(&self, denial: &RuleDraft, comparisons: &mut usize) -> bool {
        let mut touches = |target: &Target<'_>| match comparisons.checked_sub(1) {
            Some(left) => {
                *comparisons = left;
                target.is_touched_by(&denial.pattern)
            }
            None => true,
        };
        let heads = denial.pattern.heads();
        let mut named = heads.iter().filter_map(|head| self.by_head.get(&**head));
        let touched = self.any_head.iter().any(&mut touches)
            || named.any(|targets| targets.iter().any(&mut touches))
            || heads.is_empty() && self.by_head.values().flatten().any(&mut touches);
        !touched
    }
}
