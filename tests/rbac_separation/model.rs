//! Whatever is given in whatever order: no subject has, at any time in any tenant, as many roles of
//! a separated set as it forbids.

use std::collections::BTreeSet;

use portcullis::rbac::{Grant, Grants, Scope};
use proptest::prelude::*;

use crate::{
    give,
    support::{HOUR, at, policy, tenant},
};

const POLICY: &str = r#"
[roles.admin]
allow = ["**"]
[roles.a]
[roles.b]
[roles.c]
[roles.ab]
inherits = ["a", "b"]
[roles.b2]
inherits = ["b"]
[roles.c2]
inherits = ["c"]
[[separation]]
kind = "static"
roles = ["a", "b", "c"]
n = 3
[[separation]]
kind = "static"
roles = ["b", "c"]
n = 2
"#;

/// What each role comes down to, of the three that are kept apart; written by hand.
const ROLES: [(&str, &[&str]); 6] = [
    ("a", &["a"]),
    ("b", &["b"]),
    ("c", &["c"]),
    ("ab", &["a", "b"]),
    ("b2", &["b"]),
    ("c2", &["c"]),
];

fn any_grant() -> impl Strategy<Value = Grant> {
    let scope = prop::sample::select(vec![
        Scope::Everywhere,
        Scope::Tenant(tenant("acme")),
        Scope::Tenant(tenant("globex")),
    ]);
    (0..ROLES.len(), scope, 0..3_u64, 1..3_u64).prop_map(|(role, scope, from, length)| {
        let grant = Grant::new(ROLES[role].0, scope).from(at(from * HOUR));
        grant.until(at((from + length) * HOUR))
    })
}

fn had(grants: &Grants, place: &str, hour: u64) -> BTreeSet<&'static str> {
    let here = grants.iter().filter(|grant| {
        let covers = match grant.scope() {
            Scope::Everywhere => true,
            Scope::Tenant(own) => own.as_str() == place,
        };
        covers && grant.starts() <= at(hour * HOUR) && grant.ends() > Some(at(hour * HOUR))
    });
    let roles = here.flat_map(|grant| {
        let role = ROLES.iter().find(|(name, _)| *name == grant.role());
        role.map_or(&[][..], |(_, parts)| parts).iter().copied()
    });
    roles.collect()
}

proptest! {
    /// RB-08: separation holds after every sequence of grants.
    #[test]
    fn separation_holds_whatever_is_given(given in prop::collection::vec(any_grant(), 1..8)) {
        let policy = policy(POLICY);
        let mut grants = Grants::new();
        for grant in given {
            grants = give(&policy, &grants, grant).unwrap_or(grants);
            for place in ["acme", "globex", "initech"] {
                for hour in 0..6 {
                    let had = had(&grants, place, hour);
                    prop_assert!(had.len() < 3, "{grants:?}");
                    prop_assert!(!(had.contains("b") && had.contains("c")), "{grants:?}");
                }
            }
        }
    }
}
