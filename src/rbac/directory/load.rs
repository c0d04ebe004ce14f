//! Rows of grants are read into a snapshot: whole or not at all.

use core::cmp::Ordering;
use std::collections::hash_map::RandomState;

use super::{
    names::{Roles, Tenants},
    packed::{self, Held, Packed},
    rows::{BadRow, BadRows, Flaw, LISTED, Row, check_record, check_subject, record},
    trie::{self, Entry, Trie},
};
use crate::rbac::{Fault, Grant, Grants, Policy, Scope, Tenant, permission::check_literal};

/// What a load makes of its rows.
pub(super) struct Loaded {
    pub(super) subjects: Trie,
    pub(super) roles: Roles,
    pub(super) tenants: Tenants,
}

/// One row for each grant.
pub(super) fn rows<'r>(
    policy: &Policy,
    rows: impl IntoIterator<Item = Row<'r>>,
) -> Result<Loaded, BadRows> {
    let mut loader = Loader::new(policy);
    for row in rows {
        loader.next_row(row.subject);
        loader.begin(row.subject);
        loader.grant(&row);
    }
    loader.finish(Repeats::Join)
}

/// One row for each subject.
pub(super) fn subjects<N: AsRef<str>>(
    policy: &Policy,
    subjects: impl IntoIterator<Item = (N, Grants)>,
) -> Result<Loaded, BadRows> {
    let mut loader = Loader::new(policy);
    for (name, grants) in subjects {
        loader.next_row(name.as_ref());
        loader.begin_anew(name.as_ref());
        for grant in grants.iter() {
            loader.grant(&Row::of(name.as_ref(), grant));
        }
    }
    loader.finish(Repeats::Refuse)
}

/// What it means that a subject comes again.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Repeats {
    Join,
    Refuse,
}

/// Grants of one subject that came one after the other.
#[derive(Clone, Copy)]
struct Run {
    hash: u64,
    /// Where the name begins in the bytes, where it ends and the grants begin, where they end.
    start: usize,
    middle: usize,
    end: usize,
    row: usize,
}

impl Run {
    fn name<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        bytes.get(self.start..self.middle).unwrap_or_default()
    }

    fn grants<'b>(&self, bytes: &'b [u8]) -> Packed<'b> {
        Packed::new(bytes.get(self.middle..self.end).unwrap_or_default())
    }
}

struct Loader {
    keys: RandomState,
    roles: Roles,
    tenants: Tenants,
    /// The number of the tenant of the last row, which is often that of the next.
    tenant: Option<u32>,
    bytes: Vec<u8>,
    runs: Vec<Run>,
    bad: Vec<BadRow>,
    omitted: usize,
    row: usize,
}

impl Loader {
    fn new(policy: &Policy) -> Self {
        Self {
            keys: RandomState::new(),
            roles: Roles::of(policy),
            tenants: Tenants::new(),
            tenant: None,
            bytes: Vec::new(),
            runs: Vec::new(),
            bad: Vec::new(),
            omitted: 0,
            row: 0,
        }
    }

    fn next_row(&mut self, subject: &str) {
        self.row = self.row.saturating_add(1);
        if let Err(flaw) = check_subject(subject) {
            self.refuse(self.row, flaw);
        }
    }

    fn refuse(&mut self, row: usize, flaw: Flaw) {
        if self.bad.len() < LISTED {
            self.bad.push(BadRow { row, flaw });
        } else {
            self.omitted = self.omitted.saturating_add(1);
        }
    }

    /// What follows belongs to this subject, as what came last may have done.
    fn begin(&mut self, name: &str) {
        let last = self.runs.last();
        if last.is_none_or(|last| last.name(&self.bytes) != name.as_bytes()) {
            self.begin_anew(name);
        }
    }

    fn begin_anew(&mut self, name: &str) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(name.as_bytes());
        let middle = self.bytes.len();
        self.runs.push(Run {
            hash: trie::hash(&self.keys, name.as_bytes()),
            start,
            middle,
            end: middle,
            row: self.row,
        });
    }

    /// The grant of a row.
    fn grant(&mut self, row: &Row<'_>) {
        let role = self.roles.number(row.role).ok_or(Flaw::UnknownRole);
        let tenant = row.tenant.map(|name| self.number_of(name)).transpose();
        let record = check_record(row.record);
        let flaws = [
            role.clone().err(),
            tenant.clone().err(),
            record.clone().err(),
        ];
        for flaw in flaws.into_iter().flatten() {
            self.refuse(self.row, flaw);
        }
        if let (Ok(role), Ok(tenant), Ok(())) = (role, tenant, record) {
            let paper = packed::paper(row.record);
            let held = Held {
                role,
                tenant,
                ..Held::of(row, &paper)
            };
            held.pack(&mut self.bytes);
            if let Some(run) = self.runs.last_mut() {
                run.end = self.bytes.len();
            }
        }
    }

    fn number_of(&mut self, name: &str) -> Result<u32, Flaw> {
        let is_last = |last: &u32| {
            let tenant = self.tenants.name(*last);
            tenant.is_some_and(|tenant| tenant.as_str() == name)
        };
        let last = self.tenant.filter(is_last);
        let number = match last.or_else(|| self.tenants.number(name)) {
            Some(number) => number,
            None => {
                check_literal(name).map_err(|slip| Flaw::Tenant(slip.fault))?;
                let tenant = Tenant::new(name).map_err(|_| Flaw::Tenant(Fault::Character))?;
                let number = self.tenants.number_or_new(&tenant);
                number.ok_or(Flaw::TooManyTenants)?
            }
        };
        self.tenant = Some(number);
        Ok(number)
    }

    fn finish(mut self, repeats: Repeats) -> Result<Loaded, BadRows> {
        let bytes = core::mem::take(&mut self.bytes);
        let mut runs = core::mem::take(&mut self.runs);
        let subject = |run: &Run| (run.hash, run.name(&bytes));
        runs.sort_unstable_by(|one, other| {
            let by_name = || one.name(&bytes).cmp(other.name(&bytes));
            let by_row = || one.row.cmp(&other.row);
            one.hash
                .cmp(&other.hash)
                .then_with(by_name)
                .then_with(by_row)
        });
        let (mut values, mut late) = (Vec::with_capacity(bytes.len()), Vec::new());
        let mut ends = Vec::with_capacity(runs.len());
        for runs in runs.chunk_by(|one, next| subject(one) == subject(next)) {
            let Some((first, again)) = runs.split_first() else {
                continue;
            };
            if repeats == Repeats::Refuse {
                late.extend(again.iter().map(|run| (run.row, Flaw::Repeated)));
            }
            if self.merge(runs, &bytes, &mut values) > Grants::MAX {
                late.push((first.row, Flaw::TooManyGrants));
            }
            ends.push((*first, values.len()));
        }
        self.check(late)?;
        let mut start = 0;
        let entries = ends.iter().map(|(run, end)| Entry {
            hash: run.hash,
            name: run.name(&bytes),
            value: values
                .get(core::mem::replace(&mut start, *end)..*end)
                .unwrap_or_default(),
        });
        let mut entries: Vec<_> = entries.filter(|entry| !entry.value.is_empty()).collect();
        Ok(Loaded {
            subjects: Trie::build(self.keys, &mut entries),
            roles: self.roles,
            tenants: self.tenants,
        })
    }

    /// Whether nothing is wrong, with what came out last.
    fn check(&mut self, mut late: Vec<(usize, Flaw)>) -> Result<(), BadRows> {
        late.sort_unstable_by_key(|(row, _)| *row);
        for (row, flaw) in late {
            self.refuse(row, flaw);
        }
        if self.bad.is_empty() {
            return Ok(());
        }
        self.bad.sort_by_key(BadRow::row);
        Err(BadRows {
            listed: core::mem::take(&mut self.bad),
            omitted: self.omitted,
        })
    }

    /// Packs the grants of one subject in their order, each once; how many there are.
    fn merge(&self, runs: &[Run], bytes: &[u8], into: &mut Vec<u8>) -> usize {
        let mut all: Vec<Held<'_>> = runs.iter().flat_map(|run| run.grants(bytes)).collect();
        all.sort_by(|one, other| order(&self.tenants, one, other));
        all.dedup();
        for held in &all {
            held.pack(into);
        }
        all.len()
    }
}

/// The order of [`Grants`], but for what is written about a grant: any order will do, that brings
/// what is the same together. The numbers of roles are in the order of their names here.
fn order(tenants: &Tenants, one: &Held<'_>, other: &Held<'_>) -> Ordering {
    let places = || match (one.tenant, other.tenant) {
        (Some(one), Some(other)) if one != other => tenants.name(one).cmp(&tenants.name(other)),
        _ => one.tenant.cmp(&other.tenant),
    };
    let rest = |held: &Held<'_>| (held.from, held.until, held.kind);
    let rests = || rest(one).cmp(&rest(other)).then(one.paper.cmp(other.paper));
    one.role.cmp(&other.role).then_with(places).then_with(rests)
}

/// A subject's grants packed.
pub(super) fn pack<'g>(
    grants: impl Iterator<Item = &'g Grant>,
    roles: &Roles,
    tenants: &mut Tenants,
) -> Result<Vec<u8>, Flaw> {
    let mut packed = Vec::new();
    for grant in grants {
        let mut number = |tenant| tenants.number_or_new(tenant).ok_or(Flaw::TooManyTenants);
        let tenant = match grant.scope() {
            Scope::Everywhere => None,
            Scope::Tenant(tenant) => Some(number(tenant)?),
        };
        let paper = packed::paper(record(grant));
        let held = Held {
            role: roles.number(grant.role()).ok_or(Flaw::UnknownRole)?,
            tenant,
            ..Held::of(&Row::of("", grant), &paper)
        };
        held.pack(&mut packed);
    }
    Ok(packed)
}
