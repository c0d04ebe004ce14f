//! What the roles come down to: for each, itself and all that it inherits.

use super::{
    compile::RoleId,
    file::{Found, RoleDraft},
    finding::{Name, Problem},
    steps::step,
};

/// Roles inherited in total, each role counted with itself: a chain of some 1,400 roles. The text
/// of a policy bounds the roles, not the pairs of them.
const MAX_INHERITED: usize = 1_000_000;
/// Roles looked at while they are put together: one that is inherited in many ways is looked at
/// more than once.
const MAX_LOOKS: usize = 16 * MAX_INHERITED;

/// One role inherits another, and where the file says so.
#[derive(Clone, Copy)]
pub(super) struct Edge {
    pub(super) to: RoleId,
    pub(super) at: usize,
}

/// For each role, itself and all that it inherits, in ascending order; None where the total is too
/// large. In `order`, each role comes after those that it inherits.
pub(super) fn closures(
    roles: &[RoleDraft<'_>],
    edges: &[Vec<Edge>],
    order: &[RoleId],
    found: &mut Found,
) -> Option<Vec<Box<[RoleId]>>> {
    let mut closures: Vec<Box<[RoleId]>> = vec![Box::default(); roles.len()];
    let mut member_of = vec![None; roles.len()];
    let (mut total, mut looks) = (0_usize, 0_usize);
    for role in order.iter().copied() {
        let mut closure = vec![role];
        for edge in edges.get(role.index())? {
            let inherited = closures.get(edge.to.index())?;
            looks = looks.saturating_add(inherited.len());
            for inherited in inherited {
                step();
                let last = member_of.get_mut(inherited.index())?;
                if last.replace(role) != Some(role) {
                    closure.push(*inherited);
                }
            }
        }
        total = total.saturating_add(closure.len());
        if total > MAX_INHERITED || looks > MAX_LOOKS {
            let role = roles.get(role.index())?;
            let problem = Problem::TooMuchInheritance(Name::new(role.name));
            found.push((role.at, problem));
            return None;
        }
        closure.sort_unstable();
        *closures.get_mut(role.index())? = closure.into();
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
pub(super) fn inherited_first(
    roles: &[RoleDraft<'_>],
    edges: &[Vec<Edge>],
    found: &mut Found,
) -> Option<Vec<RoleId>> {
    let mut marks = vec![Mark::Unseen; roles.len()];
    let mut order = Vec::with_capacity(roles.len());
    let mut has_cycle = false;
    for start in RoleId::first(roles.len()) {
        let mut path = Vec::new();
        let mut next = Some(start);
        loop {
            if let Some(role) = next.take() {
                let mark = marks.get_mut(role.index())?;
                if *mark == Mark::Unseen {
                    *mark = Mark::Open;
                    path.push((role, edges.get(role.index())?.iter()));
                }
            }
            let Some((role, unvisited)) = path.last_mut() else {
                break;
            };
            match unvisited.next() {
                Some(edge) if *marks.get(edge.to.index())? == Mark::Open => {
                    let name = Name::new(roles.get(edge.to.index())?.name);
                    found.push((edge.at, Problem::Cycle(name)));
                    has_cycle = true;
                }
                Some(edge) => next = Some(edge.to),
                None => {
                    *marks.get_mut(role.index())? = Mark::Done;
                    order.push(*role);
                    path.pop();
                }
            }
        }
    }
    (!has_cycle).then_some(order)
}
