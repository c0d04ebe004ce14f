//! Subjects who hold roles in one tenant, at one moment.

use portcullis::{
    Timestamp,
    rbac::{Facts, Grant, Grants, Policy, Scope, Tenant, View, Visibility},
};

pub const NOW: Timestamp = Timestamp::from_millis(1_795_251_600_000);

pub fn acme() -> Tenant {
    Tenant::new("acme").unwrap()
}

pub fn holding(roles: &[&str]) -> Grants {
    let mut grants = Grants::new();
    for role in roles {
        let grant = Grant::new(role, Scope::Tenant(acme()));
        grants = grants.with(grant).unwrap();
    }
    grants
}

pub fn view<'p>(policy: &'p Policy, roles: &[&str]) -> View<'p> {
    policy.view(&holding(roles), &acme(), Facts::new(), NOW)
}

/// A policy of roles without rules, and of fields: name, who is shown it, who sees it masked.
pub fn policy_of(roles: &[&str], fields: &[(&str, &[&str], &[&str])]) -> Policy {
    let mut text = String::from("portcullis = 1\n");
    for role in roles {
        text.push_str(&format!("[roles.{role}]\n"));
    }
    for (name, show, mask) in fields {
        text.push_str(&format!(
            "[[field]]\nname = \"{name}\"\nshow = {show:?}\nmask = {mask:?}\n"
        ));
    }
    text.parse().unwrap()
}

/// What a view and the policy answer of one field: they never differ.
pub fn visibility(policy: &Policy, roles: &[&str], field: &str) -> Visibility {
    let seen = view(policy, roles).visibility(field);
    let alone = policy.visibility(&holding(roles), &acme(), field, NOW);
    assert_eq!(seen, alone, "{field}");
    seen
}
