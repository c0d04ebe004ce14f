//! JSON text through views: all agree on what is JSON, what comes out is JSON and bounded, a text of
//! which everything is shown comes out as it went in, and nothing of what is hidden comes out.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use portcullis::{
    Timestamp,
    rbac::{Facts, Grant, Grants, Policy, Scope, Tenant, View},
};

static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    r#"
    portcullis = 1
    [roles.admin]
    [roles.support]
    [[field]]
    name = "all"
    show = ["admin"]
    [[field]]
    name = "hidden"
    [[field]]
    name = "part.a"
    show = ["support"]
    [[field]]
    name = "part.b"
    mask = ["support"]
    [[field]]
    name = "part.*.c"
    mask = ["support"]
    "#
    .parse()
    .unwrap()
});

fn view(role: &str) -> View<'static> {
    let grants = Grants::new().with(Grant::new(role, Scope::Everywhere));
    let (acme, now) = (
        Tenant::new("acme").unwrap(),
        Timestamp::from_secs(1_795_251_600),
    );
    POLICY.view(&grants.unwrap(), &acme, Facts::new(), now)
}

fuzz_target!(|text: &str| {
    let (admin, support) = (view("admin"), view("support"));
    let all = admin.json("all", text);
    let hidden = admin.json("hidden", text);
    let part = support.json("part", text);
    let Ok(all) = all else {
        assert_eq!((&hidden, &part), (&all, &all));
        return;
    };
    assert!(all.len() <= text.len());
    assert_eq!(admin.json("all", &all).as_ref(), Ok(&all));
    assert_eq!(hidden.as_deref(), Ok("null"));
    let part = part.unwrap();
    assert!(part.len() <= 3 * text.len() + 5);
    assert_eq!(admin.json("all", &part), Ok(part));
});
