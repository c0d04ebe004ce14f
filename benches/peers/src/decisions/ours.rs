//! Portcullis.

use std::collections::HashMap;

use portcullis::{
    Timestamp,
    rbac::{Held, Permission, Policy, Request, Resolved, Row, Snapshot, Tenant},
};

use super::{
    Decider,
    world::{Question, TENANTS, World},
};

/// Asked with names: tenant and permission are read anew with each question, and the subject's grants
/// are found by name.
pub struct Strings {
    snapshot: Snapshot,
    now: Timestamp,
}

impl Strings {
    pub fn new(world: &World) -> Self {
        let users: Vec<_> = (0..world.users).map(|user| format!("u{user}")).collect();
        let roles: Vec<_> = (0..world.roles).map(|role| format!("r{role}")).collect();
        let tenants: Vec<_> = (0..TENANTS).map(|tenant| format!("t{tenant}")).collect();
        let rows = users.iter().enumerate().flat_map(|(user, name)| {
            let row = |role| Row::new(name, role, &tenants[world.tenant_of(user)]);
            let limited = world.is_limited(user).then(|| row("limited"));
            [Some(row(&roles[world.role_of(user)])), limited]
        });
        let snapshot = Snapshot::load_rows(policy(world), rows.flatten());
        Self {
            snapshot: snapshot.expect("rows"),
            now: Timestamp::now(),
        }
    }
}

fn policy(world: &World) -> Policy {
    let role = |role| {
        format!("[roles.r{role}]\ninherits = [\"member\"]\nallow = [\"doc{role}:read,write\"]\n")
    };
    let text = format!(
        "portcullis = 1\n[roles.member]\nallow = [\"help:read\", \"wiki:write\"]\n\
         [roles.limited]\ndeny = [\"wiki:write\"]\n{}",
        (0..world.roles).map(role).collect::<String>()
    );
    text.parse().expect("a policy")
}

impl Decider for Strings {
    fn decide(&mut self, question: &Question) -> bool {
        let (Ok(tenant), Ok(permission)) = (
            Tenant::new(&question.tenant),
            Permission::parse(&question.permission),
        ) else {
            return false;
        };
        let request = Request::new(&question.subject, &tenant, &permission);
        self.snapshot.decide(&request, self.now).is_allowed()
    }
}

/// Asked with what the program has looked up before: the grants when a session began, the permission
/// when the program did.
pub struct Resolve {
    strings: Strings,
    policy: &'static Policy,
    /// Each permission that was asked about: a program has so many, and keeps them.
    permissions: HashMap<String, &'static Resolved<'static>>,
    /// For the questions to come, and which comes next.
    prepared: Vec<(Held, Tenant, &'static Resolved<'static>)>,
    next: usize,
}

impl Resolve {
    pub fn new(world: &World) -> Self {
        let strings = Strings::new(world);
        let policy = Box::leak(Box::new(strings.snapshot.policy().clone()));
        Self {
            strings,
            policy,
            permissions: HashMap::new(),
            prepared: Vec::new(),
            next: 0,
        }
    }

    fn resolve(&mut self, text: &str) -> &'static Resolved<'static> {
        let policy = self.policy;
        self.permissions.entry(text.to_owned()).or_insert_with(|| {
            let permission = Permission::parse(text).expect("a permission").into_owned();
            Box::leak(Box::new(policy.resolve(Box::leak(Box::new(permission)))))
        })
    }
}

impl Decider for Resolve {
    fn decide(&mut self, question: &Question) -> bool {
        let Some((held, tenant, resolved)) = self.prepared.get(self.next) else {
            return false;
        };
        self.next += 1;
        let request = Request::resolved(&question.subject, tenant, resolved);
        let decision = self.policy.decide_held(held, &request, self.strings.now);
        decision.is_allowed()
    }

    fn prepare(&mut self, questions: &[Question]) {
        self.prepared.clear();
        self.next = 0;
        for question in questions {
            let grants = self.strings.snapshot.grants(&question.subject);
            let tenant = Tenant::new(&question.tenant).expect("a tenant");
            let resolved = self.resolve(&question.permission);
            let held = self.policy.hold(&grants);
            self.prepared.push((held, tenant, resolved));
        }
    }
}
