//! [casbin](https://docs.rs/casbin): a matcher over a list of rules.

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

use casbin::{
    Adapter, CachedApi, CachedEnforcer, CoreApi, DefaultCache, DefaultModel, Enforcer,
    MemoryAdapter,
};

use super::{
    Decider,
    world::{Question, TENANTS, World},
};

/// Roles with domains, and denials that win. The comparisons stand before the look-up of the role:
/// the matcher is evaluated for each rule, and stops at what is cheap.
const MODEL: &str = r#"
[request_definition]
r = sub, dom, obj, act

[policy_definition]
p = sub, obj, act, eft

[role_definition]
g = _, _, _

[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))

[matchers]
m = r.obj == p.obj && r.act == p.act && g(r.sub, p.sub, r.dom)
"#;

pub struct Plain(Enforcer);

impl Plain {
    pub fn new(world: &World) -> Self {
        Self(at_once(async {
            let model = DefaultModel::from_str(MODEL).await.expect("a model");
            Enforcer::new(model, rules(world)).await.expect("a policy")
        }))
    }
}

impl Decider for Plain {
    fn decide(&mut self, question: &Question) -> bool {
        self.0.enforce(words(question)).expect("a decision")
    }
}

/// With its cache, that holds all it is asked here.
pub struct Cached(CachedEnforcer);

impl Cached {
    pub fn new(world: &World) -> Self {
        Self(at_once(async {
            let model = DefaultModel::from_str(MODEL).await.expect("a model");
            let enforcer = CachedEnforcer::new(model, rules(world)).await;
            let mut enforcer = enforcer.expect("a policy");
            enforcer.set_cache(Box::new(DefaultCache::new(100_000)));
            enforcer
        }))
    }
}

impl Decider for Cached {
    fn decide(&mut self, question: &Question) -> bool {
        self.0.enforce(words(question)).expect("a decision")
    }

    /// Asks once: after that it is in the cache.
    fn prepare(&mut self, questions: &[Question]) {
        for question in questions {
            self.decide(question);
        }
    }
}

fn words(question: &Question) -> (&str, &str, &str, &str) {
    let Question {
        subject,
        tenant,
        resource,
        action,
        ..
    } = question;
    (subject, tenant, resource, action)
}

fn rules(world: &World) -> MemoryAdapter {
    let mut adapter = MemoryAdapter::default();
    let mut add = |section: &str, rule: Vec<String>| {
        at_once(adapter.add_policy(section, section, rule)).expect("a rule");
    };
    let mut rule = |sub: &str, obj: &str, act: &str, eft: &str| {
        add("p", [sub, obj, act, eft].map(str::to_owned).to_vec());
    };
    // the denial first, where it is found first
    rule("limited", "wiki", "write", "deny");
    rule("member", "help", "read", "allow");
    rule("member", "wiki", "write", "allow");
    for role in 0..world.roles {
        for action in ["read", "write"] {
            rule(&format!("r{role}"), &format!("doc{role}"), action, "allow");
        }
    }
    let mut link = |from: String, to: &str, tenant: usize| {
        add("g", vec![from, to.to_owned(), format!("t{tenant}")]);
    };
    // within the tenant that uses the role: casbin inherits within a domain
    for role in 0..world.roles {
        link(format!("r{role}"), "member", role % TENANTS);
    }
    for user in 0..world.users {
        let tenant = world.tenant_of(user);
        link(
            format!("u{user}"),
            &format!("r{}", world.role_of(user)),
            tenant,
        );
        if world.is_limited(user) {
            link(format!("u{user}"), "limited", tenant);
        }
    }
    adapter
}

/// It waits for nothing in memory: the first poll gives the answer.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("there is nothing to wait for"),
    }
}
