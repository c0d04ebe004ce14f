//! Policy files in both formats: findings lie inside the text; what loads is printed and read again
//! as itself, says the same when another library writes it in the other format, and allows a
//! stranger nothing and a role only what one of its patterns matches. What is JSON is what another
//! library takes for it. Patterns read as what they print.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis::{
    Timestamp,
    rbac::{
        Findings, Grant, Grants, Outcome, Pattern, Permission, Policy, Problem, Request, Scope,
        Tenant, Visibility,
    },
};

fuzz_target!(|text: &str| {
    for loaded in [Policy::from_toml(text), Policy::from_json(text)] {
        match loaded {
            Ok(policy) => {
                prints(&policy);
                decides(&policy, text);
            }
            Err(findings) => lie_inside(&findings, text),
        }
    }
    formats_agree(text);
    for pattern in [Pattern::parse(text), Pattern::from_shiro(text)]
        .into_iter()
        .flatten()
    {
        assert_eq!(pattern.to_string().parse(), Ok(pattern.clone()));
        assert!(pattern.implies(&pattern));
    }
});

fn lie_inside(findings: &Findings, text: &str) {
    assert!(findings.iter().count() > 0);
    let lines: Vec<&str> = text.split('\n').collect();
    for finding in findings {
        let line = lines[finding.line() - 1];
        assert!(finding.column() <= line.chars().count() + 1);
        assert!(!finding.to_string().contains('\n'));
    }
}

fn prints(policy: &Policy) {
    let (toml, json) = (policy.to_toml(), policy.to_json());
    for again in [Policy::from_toml(&toml), Policy::from_json(&json)] {
        let again = again.unwrap();
        assert_eq!(&again, policy);
        assert_eq!(again.version(), policy.version());
        assert_eq!(
            (again.to_toml(), again.to_json()),
            (toml.clone(), json.clone())
        );
    }
}

fn formats_agree(text: &str) {
    if let Ok(policy) = Policy::from_toml(text) {
        let value: serde_json::Value = toml::from_str(text).unwrap();
        assert_eq!(Policy::from_json(&value.to_string()).unwrap(), policy);
    }
    let (policy, value) = (Policy::from_json(text), serde_json::from_str(text));
    if let (Ok(policy), Ok(value)) = (&policy, &value) {
        let value: &serde_json::Value = value;
        let toml = toml::to_string(value).unwrap();
        assert_eq!(&Policy::from_toml(&toml).unwrap(), policy);
    }
    let is_json = !policy.as_ref().is_err_and(|findings| {
        let mut problems = findings.iter().map(|finding| finding.problem());
        problems.any(|problem| matches!(problem, Problem::Json(_)))
    });
    match value {
        Ok(_) => assert!(is_json),
        // these do not keep a number that no double is, nor a list in more than 127 others
        Err(error) => {
            let error = error.to_string();
            let is_bound = error.contains("out of range") || error.contains("recursion limit");
            let is_deep = policy.is_err_and(|findings| {
                findings
                    .iter()
                    .any(|finding| *finding.problem() == Problem::TooDeep)
            });
            assert!(!is_json || is_bound || is_deep, "{error}");
        }
    }
}

fn decides(policy: &Policy, text: &str) {
    let now = Timestamp::from_secs(1_795_251_600);
    let tenant = &Tenant::new("acme").unwrap();
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
