//! Portcullis.

use std::collections::HashMap;

use portcullis::{
    Timestamp,
    rbac::{Grant, Grants, Permission, Policy, Request, Scope, Tenant},
};

use super::{
    Decider,
    world::{Question, World},
};

/// Asked with names: subject, tenant and permission are read anew with each question.
pub struct Strings {
    policy: Policy,
    grants: HashMap<Box<str>, Grants>,
    now: Timestamp,
}

impl Strings {
    pub fn new(world: &World) -> Self {
        let role = |role| {
            format!(
                "[roles.r{role}]\ninherits = [\"member\"]\nallow = [\"doc{role}:read,write\"]\n"
            )
        };
        let text = format!(
            "portcullis = 1\n[roles.member]\nallow = [\"help:read\", \"wiki:write\"]\n\
             [roles.limited]\ndeny = [\"wiki:write\"]\n{}",
            (0..world.roles).map(role).collect::<String>()
        );
        let grants = |user| (format!("u{user}").into(), grants(world, user));
        Self {
            policy: text.parse().expect("a policy"),
            grants: (0..world.users).map(grants).collect(),
            now: Timestamp::now(),
        }
    }
}

fn grants(world: &World, user: usize) -> Grants {
    let tenant = Tenant::new(&format!("t{}", world.tenant_of(user))).expect("a tenant");
    let grant = |role: &str| Grant::new(role, Scope::Tenant(tenant.clone()));
    let role = grant(&format!("r{}", world.role_of(user)));
    let grants = Grants::new().with(role).expect("a role");
    if world.is_limited(user) {
        grants.with(grant("limited")).expect("a role")
    } else {
        grants
    }
}

impl Decider for Strings {
    fn decide(&mut self, question: &Question) -> bool {
        let Some(grants) = self.grants.get(&*question.subject) else {
            return false;
        };
        let (Ok(tenant), Ok(permission)) = (
            Tenant::new(&question.tenant),
            Permission::parse(&question.permission),
        ) else {
            return false;
        };
        let request = Request::new(&question.subject, &tenant, &permission);
        self.policy.decide(grants, &request, self.now).is_allowed()
    }
}
