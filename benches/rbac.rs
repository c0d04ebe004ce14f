//! Decisions in a small and in a large policy, and what it costs to load them.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a bench stops at what it did not expect"
)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use portcullis::{
    Timestamp,
    rbac::{Facts, Grant, Grants, Permission, Policy, Request, Scope, Tenant},
};

/// Each role has a resource of its own; `base` is inherited by all, `limited` denies.
fn text(roles: usize) -> String {
    let role = |i: usize| {
        format!(
            "[roles.r{i}]\ninherits = [\"base\"]\nallow = [\"d{i}:read,edit\", \"d{i}:*:draft\"]\n"
        )
    };
    let roles: String = (0..roles).map(role).collect();
    format!(
        "portcullis = 1\n[roles.base]\nallow = [\"help:read\"]\n{roles}\
         [roles.limited]\ndeny = [\"*:edit\"]\n\
         [[field]]\nname = \"contact.email\"\nshow = [\"r0\"]\nmask = [\"base\"]\n"
    )
}

fn decisions(c: &mut Criterion) {
    let now = Timestamp::from_secs(1_795_251_600);
    let (acme, globex) = (Tenant::new("acme").unwrap(), Tenant::new("globex").unwrap());
    let edit = Permission::parse("d7:edit").unwrap();
    let in_acme = |role| Grant::new(role, Scope::Tenant(acme.clone()));
    let editor = Grants::new().with(in_acme("r7")).unwrap();
    let limited = editor.clone().with(in_acme("limited")).unwrap();
    for roles in [10, 10_000] {
        let text = text(roles);
        let policy: Policy = text.parse().unwrap();
        let mut group = c.benchmark_group(format!("rbac/{roles} roles"));
        let mut decide = |name: &str, grants: &Grants, tenant: &Tenant, allowed| {
            let request = Request::new("ada", tenant, &edit);
            assert_eq!(policy.decide(grants, &request, now).is_allowed(), allowed);
            group.bench_function(name, |b| {
                b.iter(|| {
                    policy
                        .decide(black_box(grants), black_box(&request), now)
                        .is_allowed()
                });
            });
        };
        decide("allow", &editor, &acme, true);
        decide("deny by rule", &limited, &acme, false);
        decide("deny by tenant", &editor, &globex, false);
        group.bench_function("visibility", |b| {
            let facts = Facts::new();
            b.iter(|| {
                policy.visibility_with(black_box(&editor), &acme, "contact.email", facts, now)
            });
        });
        group.sample_size(10);
        group.bench_function("load", |b| {
            b.iter(|| black_box(&text).parse::<Policy>().unwrap())
        });
        group.finish();
    }
}

criterion_group!(benches, decisions);
criterion_main!(benches);
