//! What a decision costs with 10, 1,000 and 10,000 roles, from strings and from what was looked up
//! before, and what it costs to load the policy.
//!
//! Every policy has all that there is to look at: inheritance, wildcards, sets, denials, conditions,
//! requirements and fields. The subjects and permissions change with every question, so that the
//! large policies pay for the processor's caches as they do in a program.
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a bench stops at what it did not expect"
)]

use std::{hint::black_box, net::IpAddr};

use criterion::{
    BatchSize, BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main,
    measurement::WallTime,
};
use portcullis::{
    Timestamp,
    rbac::{Facts, Grant, Grants, Held, Permission, Policy, Request, Resolved, Scope, Tenant},
};

/// Subjects, each of whom asks once in a round.
const SUBJECTS: usize = 1_000;
const NOW: Timestamp = Timestamp::from_secs(1_795_251_600);

/// Each role has a resource of its own, in plain, in a set, under a condition and behind a wildcard,
/// and inherits one of the teams, which inherit `member`.
fn text(roles: usize) -> String {
    let teams = teams(roles);
    let role = |i: usize| {
        format!(
            "[roles.r{i}]
            inherits = ['team{}']
            allow = ['d{i}:create', 'd{i}:read,edit,share', 'd{i}:*:draft', 'd{i}:archive:**',
                {{ permission = 'd{i}:delete', when = 'owner' }}]
            ",
            i % teams
        )
    };
    let team = |i: usize| {
        let require = if i.is_multiple_of(2) {
            "require = { mfa_within = '12h' }"
        } else {
            ""
        };
        format!(
            "[roles.team{i}]
            inherits = ['member']
            allow = ['room{i}:*', 'board{i}:read,post']
            {require}
            "
        )
    };
    format!(
        "portcullis = 1
        [roles.member]
        allow = ['help:read', 'wiki:read,edit', 'profile:**']
        [roles.limited]
        deny = ['*:edit', 'wiki:**']
        {}{}
        [[field]]
        name = 'contact.email'
        show = ['r0']
        mask = ['member']",
        (0..teams).map(team).collect::<String>(),
        (0..roles).map(role).collect::<String>(),
    )
}

fn teams(roles: usize) -> usize {
    (roles / 10).max(1)
}

/// Somebody with two roles in one tenant, and what they ask there.
struct Subject {
    name: String,
    grants: Grants,
    held: Held,
    tenant: Tenant,
    permission: String,
}

#[derive(Clone, Copy)]
enum Question {
    /// What their role allows in a set.
    Allowed,
    /// What matches a wildcard, and no list has.
    Wildcard,
    /// What their role allows under conditions, all of which hold.
    Condition,
    /// What only another role allows.
    NoGrant,
    /// What their role allows, and one that they have beside it denies.
    Denied,
}

impl Question {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Allowed, "allow"),
        (Self::Wildcard, "allow by wildcard"),
        (Self::Condition, "allow under conditions"),
        (Self::NoGrant, "deny"),
        (Self::Denied, "deny by rule"),
    ];

    fn permission(self, role: usize, other: usize) -> String {
        match self {
            Self::Allowed | Self::Denied => format!("d{role}:edit"),
            Self::Wildcard => format!("d{role}:17:draft"),
            Self::Condition => format!("d{role}:delete"),
            Self::NoGrant => format!("d{other}:edit"),
        }
    }

    fn is_allowed(self) -> bool {
        matches!(self, Self::Allowed | Self::Wildcard | Self::Condition)
    }
}

fn subjects(policy: &Policy, roles: usize, question: Question) -> Vec<Subject> {
    let subject = |i: usize| {
        // all over the policy, and never the same twice in a row
        let (role, other) = (i * 7_919 % roles, (i * 7_919 + 1) % roles);
        let tenant = Tenant::new(&format!("tenant{}", i % 50)).unwrap();
        let grant = |role: &str| {
            let grant = Grant::new(role, Scope::Tenant(tenant.clone()));
            grant.until(Timestamp::from_secs(1_800_000_000))
        };
        let second = if matches!(question, Question::Denied) {
            "limited".to_owned()
        } else {
            format!("team{}", i % teams(roles))
        };
        let grants = Grants::new().with(grant(&format!("r{role}"))).unwrap();
        let grants = grants.with(grant(&second)).unwrap();
        Subject {
            name: format!("u{i}"),
            held: policy.hold(&grants),
            grants,
            permission: question.permission(role, other),
            tenant,
        }
    };
    (0..SUBJECTS).map(subject).collect()
}

fn facts() -> Facts<'static> {
    Facts::new()
        .second_factor_at(Timestamp::from_secs(1_795_251_000))
        .from_address(IpAddr::from([10, 0, 0, 1]))
        .in_environment("production")
}

fn decisions(c: &mut Criterion) {
    for roles in [10, 1_000, 10_000] {
        let text = text(roles);
        let policy: Policy = text.parse().unwrap();
        let mut group = c.benchmark_group(format!("rbac/{roles} roles"));
        group.throughput(Throughput::Elements(SUBJECTS as u64));
        for (question, name) in Question::ALL {
            let subjects = subjects(&policy, roles, question);
            let expected = if question.is_allowed() { SUBJECTS } else { 0 };
            from_strings(&mut group, name, &policy, &subjects, expected);
            from_resolved(&mut group, name, &policy, &subjects, expected);
        }
        group.finish();
        load(c, roles, &text);
    }
}

fn from_strings(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    policy: &Policy,
    subjects: &[Subject],
    expected: usize,
) {
    let ask = |subject: &Subject| {
        let permission = Permission::parse(black_box(&subject.permission)).unwrap();
        let request = Request::new(&subject.name, &subject.tenant, &permission)
            .owned_by(&subject.name)
            .with_facts(facts());
        policy.decide(&subject.grants, &request, NOW).is_allowed()
    };
    group.bench_function(format!("{name}, from strings"), |b| {
        b.iter(|| {
            assert_eq!(
                subjects.iter().filter(|subject| ask(subject)).count(),
                expected
            )
        });
    });
}

fn from_resolved(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    policy: &Policy,
    subjects: &[Subject],
    expected: usize,
) {
    let permissions: Vec<_> = subjects
        .iter()
        .map(|subject| Permission::parse(&subject.permission).unwrap())
        .collect();
    let resolved: Vec<Resolved<'_>> = permissions
        .iter()
        .map(|permission| policy.resolve(permission))
        .collect();
    let ask = |subject: &Subject, resolved: &Resolved<'_>| {
        let request = Request::resolved(&subject.name, &subject.tenant, black_box(resolved))
            .owned_by(&subject.name)
            .with_facts(facts());
        policy
            .decide_held(&subject.held, &request, NOW)
            .is_allowed()
    };
    group.bench_function(format!("{name}, from resolved"), |b| {
        b.iter(|| {
            let pairs = subjects.iter().zip(&resolved);
            assert_eq!(
                pairs
                    .filter(|(subject, resolved)| ask(subject, resolved))
                    .count(),
                expected
            );
        });
    });
}

fn load(c: &mut Criterion, roles: usize, text: &str) {
    let mut group = c.benchmark_group(format!("rbac/{roles} roles"));
    group.sample_size(10);
    group.bench_function("load", |b| {
        b.iter_batched(
            || text,
            |text| text.parse::<Policy>().unwrap(),
            BatchSize::PerIteration,
        );
    });
    let policy: Policy = text.parse().unwrap();
    let subjects = subjects(&policy, roles, Question::Allowed);
    group.bench_function("visibility", |b| {
        b.iter(|| {
            let Subject { grants, tenant, .. } = &subjects[0];
            policy.visibility_with(black_box(grants), tenant, "contact.email", facts(), NOW)
        });
    });
    group.finish();
}

criterion_group!(benches, decisions);
criterion_main!(benches);
