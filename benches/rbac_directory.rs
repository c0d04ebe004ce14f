//! A directory of a hundred, ten thousand and a million subjects: to load it, to decide over it, to
//! change it and to look through it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs,
    reason = "a bench stops at what it did not expect"
)]

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use portcullis::{
    Timestamp,
    rbac::{
        Actor, Directory, Grant, Grants, Permission, Policy, Question, Request, Row, Scope,
        Snapshot, Tenant,
    },
};

/// Users, roles and tenants.
const SIZES: [(usize, usize, usize); 3] = [
    (100, 10, 10),
    (10_000, 1_000, 100),
    (1_000_000, 10_000, 10_000),
];
/// Questions asked in turn, so that what is asked next is in no cache for being asked last.
const QUESTIONS: usize = 1 << 16;
const NOW: Timestamp = Timestamp::from_secs(1_795_251_600);

fn policy(roles: usize) -> Policy {
    let role = |i: usize| {
        format!(
            "[roles.r{i}]\ninherits = [\"base\"]\nallow = [\"d{i}:read,edit\", \"d{i}:*:draft\"]\n"
        )
    };
    let roles: String = (0..roles).map(role).collect();
    let admin = "[roles.admin]\nallow = [\"**\"]\n";
    let text = format!("portcullis = 1\n{admin}[roles.base]\nallow = [\"help:read\"]\n{roles}");
    text.parse().unwrap()
}

/// Names of a dozen bytes.
struct Names {
    users: Vec<String>,
    roles: Vec<String>,
    tenants: Vec<String>,
}

impl Names {
    fn new((users, roles, tenants): (usize, usize, usize)) -> Self {
        Self {
            users: (0..users).map(|i| format!("user-{i:07}")).collect(),
            roles: (0..roles).map(|i| format!("r{i}")).collect(),
            tenants: (0..tenants).map(|i| format!("tenant-{i:05}")).collect(),
        }
    }

    fn role(&self, user: usize) -> &str {
        &self.roles[user % self.roles.len()]
    }

    fn tenant(&self, user: usize) -> &str {
        &self.tenants[user / 7 % self.tenants.len()]
    }

    /// Two grants each, in one tenant.
    fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.users.iter().enumerate().flat_map(|(i, user)| {
            [i, i + 1].map(|role| Row::new(user, self.role(role), self.tenant(i)))
        })
    }

    fn grants(&self, user: usize) -> Grants {
        let tenant = Tenant::new(self.tenant(user)).unwrap();
        let scope = Scope::Tenant(tenant);
        let grant = |role| Grant::new(self.role(role), scope.clone());
        let first = Grants::new().with(grant(user)).unwrap();
        first.with(grant(user + 1)).unwrap()
    }
}

fn directory(c: &mut Criterion) {
    for size in SIZES {
        let names = Names::new(size);
        let policy = policy(size.1);
        let snapshot = Snapshot::load_rows(policy.clone(), names.rows()).unwrap();
        let mut group = c.benchmark_group(format!("rbac_directory/{} users", size.0));
        group.sample_size(10);
        group.bench_function("load rows", |b| {
            b.iter_batched(
                || policy.clone(),
                |policy| Snapshot::load_rows(policy, names.rows()).unwrap(),
                BatchSize::PerIteration,
            );
        });
        group.bench_function("load grants", |b| {
            let all = || {
                let all = (0..names.users.len()).map(|i| (&names.users[i], names.grants(i)));
                all.collect::<Vec<_>>()
            };
            b.iter_batched(
                all,
                |all| Snapshot::load(policy.clone(), all).unwrap(),
                BatchSize::PerIteration,
            );
        });
        group.bench_function("drop", |b| {
            b.iter_batched(
                || Snapshot::load_rows(policy.clone(), names.rows()).unwrap(),
                drop,
                BatchSize::PerIteration,
            );
        });
        group.sample_size(50);
        decide(&mut group, &names, &snapshot);
        change(&mut group, &names, snapshot);
    }
}

type Group<'a> = criterion::BenchmarkGroup<'a, criterion::measurement::WallTime>;

fn decide(group: &mut Group<'_>, names: &Names, snapshot: &Snapshot) {
    let asked: Vec<(String, Tenant, Permission<'_>)> = (0..QUESTIONS)
        .map(|i| {
            let user = i * 7919 * 31 % names.users.len();
            let permission = format!("d{}:edit", user % names.roles.len());
            let tenant = Tenant::new(names.tenant(user)).unwrap();
            let permission: Permission = permission.parse().unwrap();
            (names.users[user].clone(), tenant, permission)
        })
        .collect();
    let mut next = asked.iter().cycle();
    group.bench_function("decide", |b| {
        b.iter(|| {
            let (subject, tenant, permission) = black_box(next.next().unwrap());
            let decision = snapshot.decide(&Request::new(subject, tenant, permission), NOW);
            assert!(decision.is_allowed());
        });
    });
    group.bench_function("decide from text", |b| {
        b.iter(|| {
            let (subject, tenant, permission) = black_box(next.next().unwrap());
            let question = Question::new(subject, tenant.as_str(), permission.as_str());
            assert!(snapshot.decide_text(&question, NOW).unwrap().is_allowed());
        });
    });
}

fn change(group: &mut Group<'_>, names: &Names, snapshot: Snapshot) {
    let mut users = (0..names.users.len())
        .map(|i| i * 7919 % names.users.len())
        .cycle();
    let directory = Directory::new(snapshot.clone());
    group.bench_function("set grants, nobody reads", |b| {
        b.iter_batched(
            || {
                let user = users.next().unwrap();
                (user, names.grants(user + 1))
            },
            |(user, grants)| {
                directory
                    .danger_set_grants(&names.users[user], &grants)
                    .unwrap()
            },
            BatchSize::SmallInput,
        );
    });
    let mut held = directory.snapshot();
    group.bench_function("set grants, and take a snapshot", |b| {
        b.iter_batched(
            || {
                let user = users.next().unwrap();
                (user, names.grants(user + 1))
            },
            |(user, grants)| {
                directory
                    .danger_set_grants(&names.users[user], &grants)
                    .unwrap();
                held = directory.snapshot();
            },
            BatchSize::SmallInput,
        );
    });
    let root = Grants::new().with(Grant::new("admin", Scope::Everywhere));
    directory.danger_set_grants("root", &root.unwrap()).unwrap();
    group.bench_function("assign and withdraw, checked", |b| {
        b.iter(|| {
            let user = users.next().unwrap();
            let (name, role) = (&names.users[user], names.role(user + 2));
            let scope = Scope::Tenant(Tenant::new(names.tenant(user)).unwrap());
            let grant = Grant::new(role, scope.clone());
            directory
                .assign(grant, name, Actor::new("root"), NOW)
                .unwrap();
            directory
                .withdraw(role, &scope, name, Actor::new("root"), NOW)
                .unwrap();
        });
    });
    let mut reader = directory.reader();
    group.bench_function("a snapshot from a reader", |b| {
        b.iter(|| black_box(reader.snapshot().len()));
    });
    group.bench_function("a snapshot", |b| {
        b.iter(|| black_box(directory.snapshot().len()))
    });
    group.sample_size(10);
    let (tenant, read) = (
        Tenant::new(names.tenant(0)).unwrap(),
        Permission::parse("d0:read").unwrap(),
    );
    group.bench_function("who can", |b| {
        b.iter(|| snapshot.who_can(&read, &tenant, NOW).len());
    });
    group.bench_function("unknown roles", |b| {
        b.iter(|| snapshot.unknown_roles().len())
    });
}

criterion_group!(benches, directory);
criterion_main!(benches);
