//! Policy files: findings lie inside the text, and what loads allows a stranger nothing and a role
//! only what one of its patterns matches. Patterns read as what they print.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis::{
    Timestamp,
    rbac::{
        Grant, Grants, Outcome, Pattern, Permission, Policy, Request, Scope, Tenant, Visibility,
    },
};

fuzz_target!(|text: &str| {
    let now = Timestamp::from_secs(1_795_251_600);
    let tenant = Tenant::new("acme").unwrap();
    match text.parse::<Policy>() {
        Ok(policy) => loads(&policy, text, &tenant, now),
        Err(findings) => {
            assert!(findings.iter().count() > 0);
            let lines: Vec<&str> = text.split('\n').collect();
            for finding in &findings {
                let line = lines[finding.line() - 1];
                assert!(finding.column() <= line.chars().count() + 1);
                assert!(!finding.to_string().contains('\n'));
            }
        }
    }
    if let Ok(pattern) = text.parse::<Pattern>() {
        assert_eq!(pattern.to_string().parse(), Ok(pattern.clone()));
        assert!(pattern.implies(&pattern));
    }
});

fn loads(policy: &Policy, text: &str, tenant: &Tenant, now: Timestamp) {
    let nobody = Grants::new();
    for role in policy.roles() {
        let all = Grants::new()
            .with(Grant::new(role, Scope::Everywhere))
            .unwrap();
        // what stands between quotation marks is most often a permission or close to one
        for word in text.split(['"', '\'']) {
            let word = word.replace("**", "x").replace('*', "x");
            let Ok(permission) = Permission::parse(&word) else {
                continue;
            };
            let request = Request::new("mallory", tenant, &permission);
            assert!(!policy.decide(&nobody, &request, now).is_allowed());
            if let Outcome::Allow(rule) = policy.decide(&all, &request, now).outcome() {
                assert!(rule.pattern().matches(&permission));
                assert_eq!(rule.role(), role);
            }
        }
    }
    for field in policy.fields() {
        assert_eq!(
            policy.visibility(&nobody, tenant, field, now),
            Visibility::Hide
        );
    }
}
