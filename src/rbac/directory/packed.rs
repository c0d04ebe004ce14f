//! One subject's grants in few bytes.
//!
//! Each grant is: the number of its role and flags u32; the number of its tenant u32, unless it
//! counts everywhere; its start and its end u64 in milliseconds, where it has them; where something
//! was written about it, the length of that u16, then reason, requester and approver, each after its
//! length u16, which is 0 where there is none. They stand in the order of
//! [`Grants`](crate::rbac::Grants), so that a decision over them names the same rule. In
//! little-endian order, for this process alone.

use super::rows::{Record, Row};
use crate::{
    Timestamp,
    rbac::{Grant, Kind, Scope, decide::Standing, grants::Phase},
};

/// Roles that a directory can number.
pub(super) const ROLES: u32 = 1 << 24;
const ROLE: u32 = ROLES - 1;
const EVERYWHERE: u32 = 1 << 24;
const STARTS: u32 = 1 << 25;
const ENDS: u32 = 1 << 26;
const BREAK_GLASS: u32 = 1 << 27;
const PAPER: u32 = 1 << 28;

/// One grant, its names as numbers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Held<'p> {
    pub(super) role: u32,
    /// None: everywhere.
    pub(super) tenant: Option<u32>,
    pub(super) from: Timestamp,
    pub(super) until: Option<Timestamp>,
    pub(super) kind: Kind,
    /// Reason, requester and approver.
    pub(super) paper: &'p [u8],
}

impl<'p> Held<'p> {
    /// A grant, about which `paper` says what is written; the numbers of its role and its tenant
    /// are still to be said.
    pub(super) fn of(row: &Row<'_>, paper: &'p [u8]) -> Self {
        Self {
            role: 0,
            tenant: None,
            from: row.from,
            until: row.until,
            kind: row.kind,
            paper,
        }
    }

    /// How it stands to a question about the tenant of this number, None for one that no grant
    /// names.
    #[inline]
    pub(super) fn standing(&self, tenant: Option<u32>, now: Timestamp) -> Standing {
        let covers = self.tenant.is_none() || self.tenant == tenant;
        Standing::new(Phase::of(self.from, self.until, now), covers)
    }

    pub(super) fn pack(&self, into: &mut Vec<u8>) {
        let starts = Some(self.from).filter(|from| *from > Timestamp::EPOCH);
        let flag = |is_there: bool, flag: u32| if is_there { flag } else { 0 };
        let kind = match self.kind {
            Kind::Ordinary => 0,
            Kind::BreakGlass => BREAK_GLASS,
        };
        let head = (self.role & ROLE)
            | flag(self.tenant.is_none(), EVERYWHERE)
            | flag(starts.is_some(), STARTS)
            | flag(self.until.is_some(), ENDS)
            | kind
            | flag(!self.paper.is_empty(), PAPER);
        into.extend_from_slice(&head.to_le_bytes());
        if let Some(tenant) = self.tenant {
            into.extend_from_slice(&tenant.to_le_bytes());
        }
        for time in [starts, self.until].into_iter().flatten() {
            into.extend_from_slice(&time.as_millis().to_le_bytes());
        }
        if !self.paper.is_empty() {
            text(self.paper, into);
        }
    }

    /// The grant, its role and its scope by their names.
    pub(super) fn grant(&self, role: &str, scope: Scope) -> Grant {
        let mut grant = Grant::new(role, scope).from(self.from);
        if let Some(until) = self.until {
            grant = grant.until(until);
        }
        if self.kind == Kind::BreakGlass {
            grant = grant.by_breaking_glass();
        }
        let mut paper = Packed(self.paper);
        let mut text = || {
            core::str::from_utf8(paper.text()?)
                .ok()
                .filter(|t| !t.is_empty())
        };
        let (reason, requester, approver) = (text(), text(), text());
        if let Some(reason) = reason {
            grant = grant.because(reason);
        }
        if let Some(requester) = requester {
            grant = grant.requested_by(requester);
        }
        if let Some(approver) = approver {
            grant = grant.approved_by(approver);
        }
        grant
    }
}

/// What is written about a grant: nothing for most.
pub(super) fn paper(record: Record<'_>) -> Vec<u8> {
    let mut paper = Vec::new();
    if record.iter().any(Option::is_some) {
        for own in record {
            text(own.unwrap_or_default().as_bytes(), &mut paper);
        }
    }
    paper
}

/// INVARIANT: below 64 KiB, as a grant bounds its texts.
fn text(text: &[u8], into: &mut Vec<u8>) {
    let len = u16::try_from(text.len()).unwrap_or(u16::MAX);
    into.extend_from_slice(&len.to_le_bytes());
    into.extend_from_slice(text);
}

/// The grants of one subject, read one by one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packed<'p>(&'p [u8]);

impl<'p> Packed<'p> {
    pub(super) fn new(bytes: &'p [u8]) -> Self {
        Self(bytes)
    }

    #[inline]
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }

    #[inline]
    fn time(&mut self) -> Option<Timestamp> {
        let millis = u64::from_le_bytes(self.take()?);
        Some(Timestamp::from_millis(millis))
    }

    fn text(&mut self) -> Option<&'p [u8]> {
        let len = u16::from_le_bytes(self.take()?);
        let (text, rest) = self.0.split_at_checked(usize::from(len))?;
        self.0 = rest;
        Some(text)
    }
}

impl<'p> Iterator for Packed<'p> {
    type Item = Held<'p>;

    #[inline]
    fn next(&mut self) -> Option<Held<'p>> {
        let head = u32::from_le_bytes(self.take()?);
        let has = |flag: u32| head & flag != 0;
        Some(Held {
            role: head & ROLE,
            tenant: if has(EVERYWHERE) {
                None
            } else {
                Some(u32::from_le_bytes(self.take()?))
            },
            from: if has(STARTS) {
                self.time()?
            } else {
                Timestamp::EPOCH
            },
            until: if has(ENDS) { Some(self.time()?) } else { None },
            kind: if has(BREAK_GLASS) {
                Kind::BreakGlass
            } else {
                Kind::Ordinary
            },
            paper: if has(PAPER) { self.text()? } else { &[] },
        })
    }
}
