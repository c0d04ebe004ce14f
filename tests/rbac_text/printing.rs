//! The canonical form and its hash.

use portcullis::rbac::{Error, Policy, Version};

const WRITTEN: &str = include_str!("../vectors/rbac/written.toml");
const TOML: &str = include_str!("../vectors/rbac/canonical.toml");
const JSON: &str = include_str!("../vectors/rbac/canonical.json");
/// Of `canonical.toml`, by Python's hashlib.sha256.
const VERSION: &str = "4b9c009feb843f44c29f6ab6b7eed9aa06533b5acf374e05edf9f9c158864693";

/// RB-12: a policy has one text in each format, and its version is the hash of the first.
#[test]
fn a_policy_is_printed_in_one_form_and_its_version_is_the_hash_of_it() {
    let policy: Policy = WRITTEN.parse().unwrap();
    assert_eq!(policy.to_toml(), TOML);
    assert_eq!(policy.to_json(), JSON);
    assert_eq!(policy.version().to_string(), VERSION);
    for again in [Policy::from_toml(TOML), Policy::from_json(JSON)] {
        let again = again.unwrap();
        assert_eq!(again, policy);
        assert_eq!(again.version(), policy.version());
        assert_eq!(again.to_toml(), TOML);
        assert_eq!(again.to_json(), JSON);
    }
}

/// RB-12: both texts say the same to other parsers too.
#[test]
fn both_canonical_texts_say_the_same() {
    let toml: serde_json::Value = toml::from_str(TOML).unwrap();
    let json: serde_json::Value = serde_json::from_str(JSON).unwrap();
    assert_eq!(toml, json);
}

/// RB-12: whatever changes what a policy says changes its version.
#[test]
fn a_policy_that_says_something_else_has_another_version() {
    let mut versions = vec![TOML.parse::<Policy>().unwrap().version()];
    for (said, other) in [
        ("\"12h\"", "\"13h\""),
        ("\"4h\"", "\"5h\""),
        (
            "inherits = [\"support\", \"user\"]",
            "inherits = [\"support\"]",
        ),
        ("min_members = 1", "min_members = 2"),
        ("max_members = 5", "max_members = 6"),
        (
            "grant_needs = [\"approver\", \"reason\"]",
            "grant_needs = [\"reason\"]",
        ),
        (
            "prerequisites = [\"user\"]",
            "prerequisites = [\"analyst\"]",
        ),
        ("[roles.analyst]", "[roles.analyst]\n[roles.another]"),
        ("\"disk:grow\"", "\"disk:shrink\""),
        (
            "{ permission = \"note:edit:*\", when = \"owner\" }",
            "\"note:edit:*\"",
        ),
        ("deny = [\"project:comment\"]", "deny = [\"project:read\"]"),
        ("kind = \"static\"", "kind = \"dynamic\""),
        (
            "roles = [\"analyst\", \"user\"]",
            "roles = [\"analyst\", \"admin\"]",
        ),
        ("class = \"pii\"\n", ""),
        ("kind = \"email\"", "kind = \"name\""),
        ("name = \"contact.email\"", "name = \"contact.mail\""),
        (
            "show = [\"admin\"]\npseudonym",
            "mask = [\"admin\"]\npseudonym",
        ),
    ] {
        assert!(TOML.contains(said), "{said}");
        let text = TOML.replacen(said, other, 1);
        let policy = text
            .parse::<Policy>()
            .unwrap_or_else(|found| panic!("{other}: {found}"));
        versions.push(policy.version());
    }
    let count = versions.len();
    versions.sort_unstable();
    versions.dedup();
    assert_eq!(versions.len(), count);
}

/// RB-12: versions are exchanged as text, in one spelling.
#[test]
fn a_version_reads_as_what_it_prints() {
    let version = Version::parse(VERSION).unwrap();
    assert_eq!(version.to_string(), VERSION);
    assert_eq!(VERSION.parse(), Ok(version));
    assert_eq!(format!("{version:.8}"), "4b9c009f");
    assert_eq!(format!("{version:?}"), format!("Version({VERSION})"));
    for wrong in [
        "",
        "4b9c",
        &VERSION.to_uppercase(),
        VERSION.trim_start_matches('4'),
        &format!("{VERSION}0"),
        &format!("{VERSION}00"),
        &VERSION.replacen('4', "g", 1),
        &VERSION.replacen("4b", "\u{df}", 1),
    ] {
        assert_eq!(Version::parse(wrong), Err(Error::Version), "{wrong}");
    }
}

/// RB-12: what a log shows of a policy is short.
#[test]
fn a_policy_is_debugged_by_its_version() {
    let policy: Policy = WRITTEN.parse().unwrap();
    assert_eq!(
        format!("{policy:?}"),
        format!("Policy {{ version: Version({VERSION}), roles: 5, fields: 2 }}")
    );
}
