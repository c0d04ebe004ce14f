//! Who sees how much of which field, and of what lies in it.
#![cfg(feature = "rbac")]
#![allow(
    clippy::unwrap_used,
    unreachable_pub,
    reason = "tests stop at what they did not expect"
)]

#[path = "rbac_fields/support.rs"]
mod support;

use portcullis::rbac::{Error, Facts, Policy, Visibility};
use proptest::prelude::*;
use support::{NOW, acme, holding, policy_of, view, visibility};

/// RB-03: what nobody named is hidden.
#[test]
fn a_field_without_a_name_is_hidden() {
    let policy = policy_of(&["admin"], &[("contact.email", &["admin"], &[])]);
    for (field, seen) in [
        ("contact.email", Visibility::Show),
        ("contact.emai", Visibility::Hide),
        ("contact.email2", Visibility::Hide),
        ("contact.Email", Visibility::Hide),
        ("contact", Visibility::Hide),
        ("email", Visibility::Hide),
        ("", Visibility::Hide),
        (".", Visibility::Hide),
        ("contact.", Visibility::Hide),
        ("contact..email", Visibility::Hide),
    ] {
        assert_eq!(visibility(&policy, &["admin"], field), seen, "{field}");
    }
    assert_eq!(visibility(&policy, &[], "contact.email"), Visibility::Hide);
}

/// RB-03: what lies in a field is seen as the field is, and no better.
#[test]
fn the_most_restrictive_of_the_fields_around_counts() {
    let policy = policy_of(
        &["admin", "support", "clerk"],
        &[
            ("contact", &["admin", "clerk"], &["support"]),
            ("contact.email", &["admin", "support"], &["clerk"]),
            ("contact.ssn", &["admin"], &[]),
            ("contact.ssn.year", &["admin", "support", "clerk"], &[]),
        ],
    );
    for (role, field, seen) in [
        ("admin", "contact", Visibility::Show),
        ("admin", "contact.ssn.year", Visibility::Show),
        ("clerk", "contact.note", Visibility::Show),
        ("clerk", "contact.email", Visibility::Mask),
        ("clerk", "contact.email.domain", Visibility::Mask),
        ("clerk", "contact.ssn", Visibility::Hide),
        ("clerk", "contact.ssn.year", Visibility::Hide),
        ("support", "contact.note", Visibility::Mask),
        ("support", "contact.email", Visibility::Mask),
        ("support", "contact.ssn.year", Visibility::Hide),
    ] {
        assert_eq!(visibility(&policy, &[role], field), seen, "{role} {field}");
    }
    // of several roles the most permissive counts, for each field by itself
    let both = ["clerk", "support"];
    assert_eq!(
        visibility(&policy, &both, "contact.email"),
        Visibility::Show
    );
    assert_eq!(visibility(&policy, &both, "contact.ssn"), Visibility::Hide);
}

/// RB-03: names are compared part by part.
#[test]
fn a_field_is_not_the_field_whose_name_it_begins() {
    let policy = policy_of(
        &["admin"],
        &[
            ("a", &[], &["admin"]),
            ("a-b", &["admin"], &[]),
            ("a.b", &["admin"], &[]),
            ("a/b", &[], &[]),
            ("ab", &["admin"], &[]),
            ("ab.c", &["admin"], &[]),
        ],
    );
    for (field, seen) in [
        ("a", Visibility::Mask),
        ("a.b", Visibility::Mask),
        ("a.b.c", Visibility::Mask),
        ("a.bc", Visibility::Mask),
        ("a-b", Visibility::Show),
        ("a-b.c", Visibility::Show),
        ("a/b", Visibility::Hide),
        ("ab", Visibility::Show),
        ("ab.c", Visibility::Show),
        ("ab.cd", Visibility::Show),
        ("abc", Visibility::Hide),
    ] {
        assert_eq!(visibility(&policy, &["admin"], field), seen, "{field}");
    }
}

/// RB-03, S0-04: a denial hides, whatever shows, and also inside of what a field shows as a whole.
#[test]
fn a_denial_hides_what_lies_in_a_field_that_is_shown() {
    let policy: Policy = r#"
        portcullis = 1
        [roles.admin]
        allow = ["contact:**"]
        [roles.limited]
        deny = ["contact:read:ssn", "contact:*:bank:iban,bic", "*:read:*:secret"]
        [roles.blind]
        deny = ["contact:read"]
        [[field]]
        name = "contact"
        show = ["admin"]
    "#
    .parse()
    .unwrap();
    for (field, seen) in [
        ("contact", Visibility::Show),
        ("contact.email", Visibility::Show),
        ("contact.ssn", Visibility::Hide),
        ("contact.ssn.year", Visibility::Hide),
        ("contact.bank", Visibility::Show),
        ("contact.bank.iban", Visibility::Hide),
        ("contact.bank.name", Visibility::Show),
        ("contact.bank.bic.city", Visibility::Hide),
        ("contact.note.secret", Visibility::Hide),
        ("contact.secret", Visibility::Show),
    ] {
        let roles = ["admin", "limited"];
        assert_eq!(visibility(&policy, &roles, field), seen, "{field}");
        let roles = ["admin", "limited", "blind"];
        assert_eq!(visibility(&policy, &roles, field), Visibility::Hide);
    }
}

/// RB-03: by asking again and again whether a value is greater, or where somebody stands in a list, a
/// masked value is found out.
#[test]
fn only_what_is_shown_in_full_is_filtered_or_sorted_by() {
    let policy = policy_of(
        &["admin", "support"],
        &[
            ("contact", &["admin", "support"], &[]),
            ("contact.address", &["admin", "support"], &[]),
            ("contact.address.city", &["admin"], &["support"]),
            ("contact.ssn", &["admin"], &[]),
        ],
    );
    for (field, support) in [
        ("contact.name", Ok(())),
        ("contact.address.street", Ok(())),
        ("contact.address.city", Err(Error::NotShown)),
        ("contact.ssn", Err(Error::NotShown)),
        ("contact.ssn.year", Err(Error::NotShown)),
        // something that lies in it is not shown
        ("contact.address", Err(Error::NotShown)),
        ("contact", Err(Error::NotShown)),
        ("", Err(Error::NotShown)),
        ("nothing", Err(Error::NotShown)),
    ] {
        let seen = view(&policy, &["support"]);
        assert_eq!(seen.filter(field), support, "{field}");
        assert_eq!(seen.sort(field), support, "{field}");
        let all = field.starts_with("contact");
        assert_eq!(view(&policy, &["admin"]).sort(field).is_ok(), all);
    }
    assert_eq!(
        Error::NotShown.to_string(),
        "only a field that is shown in full may be filtered or sorted by"
    );
}

/// RB-03: what lies in a field that is shown is shown, but a text that a data store may read as the
/// name of a field that is not is no name of another field.
#[test]
fn nothing_is_filtered_by_under_another_spelling_of_its_name() {
    let policy = read(
        r#"
        portcullis = 1
        [roles.admin]
        [roles.support]
        [roles.limited]
        deny = ["contact:read:ssn,iban", "contact:read:bank:*"]
        [[field]]
        name = "contact"
        show = ["admin", "support"]
        [[field]]
        name = "contact.email"
        show = ["admin"]
        [[field]]
        name = "contact.phones.*.area"
        show = ["admin"]
        "#,
    );
    let support = view(&policy, &["support"]);
    for (field, expected) in [
        ("contact.id", Ok(())),
        ("contact.emails", Ok(())),
        ("contact.phones.work.number", Ok(())),
        ("contact.email", Err(Error::NotShown)),
        ("contact.Email", Err(Error::NotShown)),
        ("contact.EMAIL.domain", Err(Error::NotShown)),
        ("CONTACT.email", Err(Error::NotShown)),
        ("contact.Phones", Err(Error::NotShown)),
        ("contact.Phones.work", Err(Error::NotShown)),
        ("contact.phones.work.Area", Err(Error::NotShown)),
        ("contact.email ", Err(Error::NotShown)),
        ("contact. email", Err(Error::NotShown)),
        ("contact.\"email\"", Err(Error::NotShown)),
        ("contact.id, email", Err(Error::NotShown)),
        ("contact.email[0]", Err(Error::NotShown)),
        ("contact..email", Err(Error::NotShown)),
        ("contact.", Err(Error::NotShown)),
        ("contact.id\u{0}", Err(Error::NotShown)),
        ("contact.\u{ff45}mail", Err(Error::NotShown)),
    ] {
        assert_eq!(support.filter(field), expected, "{field}");
        assert_eq!(support.sort(field), expected, "{field}");
    }
    let limited = view(&policy, &["admin", "limited"]);
    for (field, expected) in [
        ("contact.id", Ok(())),
        ("contact.Email", Ok(())),
        ("contact.bank", Err(Error::NotShown)),
        ("contact.Bank", Err(Error::NotShown)),
        ("contact.Bank.name", Err(Error::NotShown)),
        ("contact.IBAN", Err(Error::NotShown)),
        ("contact.Ssn.year", Err(Error::NotShown)),
        ("contact.ssns", Ok(())),
    ] {
        assert_eq!(limited.filter(field), expected, "{field}");
    }
}

/// RB-03, S3-23: a role that requires a second factor shows nothing without it, and hides all the same.
#[test]
fn a_view_is_of_one_tenant_one_moment_and_what_is_known() {
    let policy: Policy = r#"
        portcullis = 1
        [roles.admin]
        require = { mfa_within = "12h" }
        [[field]]
        name = "contact.email"
        show = ["admin"]
    "#
    .parse()
    .unwrap();
    let admin = holding(&["admin"]);
    let proved = Facts::new().second_factor_at(NOW);
    let see = |tenant: &str, facts| {
        let tenant = tenant.parse().unwrap();
        let view = policy.view(&admin, &tenant, facts, NOW);
        view.visibility("contact.email")
    };
    assert_eq!(see("acme", proved), Visibility::Show);
    assert_eq!(see("acme", Facts::new()), Visibility::Hide);
    assert_eq!(see("globex", proved), Visibility::Hide);
    let _ = acme();
}

fn read(text: &str) -> Policy {
    text.parse().unwrap()
}

/// RB-03: of a role, what the field says; what the class says where the field says nothing; of both, the
/// more restrictive.
#[test]
fn a_class_speaks_where_its_field_is_silent_and_restricts_where_it_is_not() {
    let policy = read(
        r#"
        portcullis = 1
        [roles.admin]
        [roles.support]
        [roles.analyst]
        [roles.intern]
        [roles.chief]
        inherits = ["support", "analyst"]
        [[class]]
        name = "pii"
        show = ["admin"]
        mask = ["support"]
        pseudonym = ["analyst"]
        [[field]]
        name = "contact.email"
        class = "pii"
        show = ["admin"]
        [[field]]
        name = "contact.phone"
        class = "pii"
        [[field]]
        name = "contact.name"
        class = "pii"
        show = ["support", "intern"]
        mask = ["analyst", "admin"]
        "#,
    );
    use Visibility::{Hide, Mask, Pseudonym, Show};
    for (field, expected) in [
        ("contact.email", [Show, Mask, Pseudonym, Hide, Mask]),
        ("contact.phone", [Show, Mask, Pseudonym, Hide, Mask]),
        ("contact.name", [Mask, Mask, Pseudonym, Show, Mask]),
    ] {
        let roles = ["admin", "support", "analyst", "intern", "chief"];
        for (role, expected) in roles.iter().zip(expected) {
            let alone = policy.visibility(&holding(&[role]), &acme(), field, NOW);
            assert_eq!(alone, expected, "{role} {field}");
            // without a key, a pseudonym is hidden
            let seen = view(&policy, &[role]).visibility(field);
            assert_eq!(
                seen,
                if expected == Pseudonym {
                    Hide
                } else {
                    expected
                }
            );
        }
    }
}

/// RB-03: a value is masked as the policy says what it is, and to nothing where it is not that.
#[test]
fn a_mask_is_of_the_kind_that_the_policy_names() {
    let policy = read(
        r#"
        portcullis = 1
        [roles.support]
        [[field]]
        name = "contact"
        mask = ["support"]
        kind = "name"
        [[field]]
        name = "contact.card"
        kind = "card"
        mask = ["support"]
        [[field]]
        name = "contact.phones.*"
        kind = "phone"
        mask = ["support"]
        [[field]]
        name = "contact.note"
        kind = "other"
        mask = ["support"]
        [[field]]
        name = "contact.email"
        kind = "email"
        mask = ["support"]
        [[field]]
        name = "looked"
        mask = ["support"]
        "#,
    );
    let seen = |field, text| view(&policy, &["support"]).json(field, text).unwrap();
    for (field, value, masked) in [
        ("contact", r#""Jane""#, r#""J.""#),
        ("contact.nick", r#""Jane""#, r#""J.""#),
        ("contact.nick", "12", r#""***""#),
        ("looked", r#""Jane""#, r#""***""#),
        ("looked", r#""Jane Roe""#, r#""J. R.""#),
        ("looked", "4111111111111111", r#""***""#),
        ("contact.card", "4111111111111111", r#""***1111""#),
        ("contact.card", r#""4111 1111 1111 1111""#, r#""***1111""#),
        ("contact.card", r#""Jane Roe""#, r#""***""#),
        ("contact.card", "4.111111111111111e15", r#""***""#),
        ("contact.card", "4111111111.111111", r#""***""#),
        ("contact.card", "null", r#""***""#),
        (
            "contact.phones",
            r#"{"home":"+49 30 901820"}"#,
            r#"{"home":"***20"}"#,
        ),
        ("contact.phones", r#""+49 30 901820""#, r#""***""#),
        ("contact.note", r#""jane.roe@example.com""#, r#""***""#),
        (
            "contact.email",
            r#""jane.roe@example.com""#,
            r#""j***@example.com""#,
        ),
        ("contact.email", r#""Jane Roe""#, r#""***""#),
        (
            "contact.email.work",
            r#""jane.roe@example.com""#,
            r#""j***@example.com""#,
        ),
    ] {
        assert_eq!(seen(field, value), masked, "{field} {value}");
    }
}

/// RB-03: `*` stands for every key of a map, and what has its own name is restricted by both.
#[test]
fn the_keys_of_a_map_are_one_field() {
    let policy = read(
        r#"
        portcullis = 1
        [roles.admin]
        [roles.support]
        [roles.limited]
        deny = ["contact:read:phones:work"]
        [[field]]
        name = "contact.phones.*"
        show = ["admin", "support"]
        [[field]]
        name = "contact.phones.home"
        show = ["admin"]
        mask = ["support"]
        [[field]]
        name = "contact.*.secret"
        show = ["admin"]
        [[field]]
        name = "contact.notes.*.text"
        show = ["support"]
        "#,
    );
    for (roles, field, expected) in [
        (&["support"][..], "contact.phones.work", Visibility::Show),
        (&["support"], "contact.phones.*", Visibility::Show),
        (&["support"], "contact.phones.home", Visibility::Mask),
        (&["support"], "contact.phones.home.area", Visibility::Mask),
        (&["support"], "contact.phones", Visibility::Hide),
        (&["support"], "contact.phones.secret", Visibility::Hide),
        (&["admin"], "contact.phones.secret", Visibility::Show),
        (&["admin"], "contact.notes.secret", Visibility::Show),
        (&["support"], "contact.notes.1.text", Visibility::Show),
        (&["support"], "contact.notes.text", Visibility::Hide),
        (
            &["support", "limited"],
            "contact.phones.work",
            Visibility::Hide,
        ),
        (
            &["support", "limited"],
            "contact.phones.other",
            Visibility::Show,
        ),
    ] {
        assert_eq!(visibility(&policy, roles, field), expected, "{field}");
    }
    let text = r#"{"phones":{"work":"1","home":"2","*":"3","a.b":"4"}}"#;
    let seen = |roles: &[&str]| view(&policy, roles).json("contact", text).unwrap();
    assert_eq!(
        seen(&["support"]),
        r#"{"phones":{"work":"1","home":"***","*":"3","a.b":"4"}}"#
    );
    assert_eq!(
        seen(&["support", "limited"]),
        r#"{"phones":{"home":"***","*":"3","a.b":"4"}}"#
    );
    // one of them is filtered by, not all of them
    let support = view(&policy, &["support"]);
    assert_eq!(support.sort("contact.phones.work"), Ok(()));
    assert_eq!(support.sort("contact.phones.*"), Err(Error::NotShown));
}

/// RB-03: a resource has a name, and a part is all star or none.
#[test]
fn a_star_stands_for_a_whole_part_below_a_resource() {
    for (name, is_read) in [
        ("contact.*", true),
        ("contact.*.*", true),
        ("*", false),
        ("*.email", false),
        ("contact.a*", false),
        ("contact.**", false),
        ("contact.a,b", false),
    ] {
        let text = format!("portcullis = 1\n[[field]]\nname = \"{name}\"\n");
        assert_eq!(text.parse::<Policy>().is_ok(), is_read, "{name}");
    }
    let policy = read("portcullis = 1\n[[field]]\nname = \"contact.phones.*.area\"\n");
    let field = policy.field("contact.phones.*.area").unwrap();
    assert_eq!(field.read_permission().as_str(), "contact:read:phones");
}

/// RB-03: which values are equal is seen, and nothing else.
#[cfg(feature = "pseudonym")]
#[test]
fn pseudonyms_stand_for_values_where_there_is_a_key() {
    use portcullis::mask::PseudonymKey;

    let policy = read(
        r#"
        portcullis = 1
        [roles.analyst]
        [[field]]
        name = "contact"
        pseudonym = ["analyst"]
        [[field]]
        name = "contact.city"
        show = ["analyst"]
        [[field]]
        name = "contact.age"
        mask = ["analyst"]
        [[field]]
        name = "contact.by.*"
        show = ["analyst"]
        [[field]]
        name = "contact.ssn"
        "#,
    );
    let key = PseudonymKey::from_bytes([7; 32]);
    let text = r#"{"id":-42,"name":"Jane \u0052oe","city":"Springfield","age":41,"by":{"a":"x","b":["x"]},"ssn":"1","rate":1.5,"old":true,"none":null}"#;
    let blind = view(&policy, &["analyst"]);
    assert_eq!(blind.json("contact", text).unwrap(), "null");
    assert_eq!(blind.visibility("contact.city"), Visibility::Hide);
    let seeing = blind.with_pseudonyms(&key);
    let of = |field, value| key.pseudonym(field, value);
    let expected = format!(
        r#"{{"id":"{}","name":"{}","city":"{}","age":"{}","by":{{"a":"{}","b":["{}"]}},"rate":"***","old":"***","none":"***"}}"#,
        of("contact", "-42"),
        of("contact", "Jane Roe"),
        of("contact.city", "Springfield"),
        of("contact.age", "41"),
        of("contact.by.*", "x"),
        of("contact.by.*", "x"),
    );
    assert_eq!(seeing.json("contact", text).unwrap(), expected);
    assert_eq!(seeing.visibility("contact.age"), Visibility::Pseudonym);
    assert_eq!(seeing.sort("contact.name"), Err(Error::NotShown));
    assert!(!format!("{seeing:?}").contains('7'), "the key is printed");
    // the longest that comes of a text
    assert_eq!(seeing.json("contact", "1").unwrap().len(), 16 + 14);
    let digits = format!("[{}]", ["1"; 1000].join(","));
    let pseudonyms = seeing.json("contact", &digits).unwrap();
    assert_eq!((digits.len(), pseudonyms.len()), (2001, 31_001));
}

const PARTS: [&str; 6] = ["a", "b", "ab", "a-b", "c", "*"];

fn path(longest: usize) -> impl Strategy<Value = String> {
    let part = prop::sample::select(PARTS.to_vec());
    prop::collection::vec(part, 1..=longest).prop_map(|parts| parts.join("."))
}

proptest! {
    /// RB-03: the view walks over sorted names; the policy looks at each field that could matter.
    #[test]
    fn a_view_and_the_policy_answer_alike(
        fields in prop::collection::btree_map(path(3).prop_filter("a resource has a name", |p| !p.starts_with('*')), 0..4_usize, 0..12),
        denials in prop::collection::vec(path(3), 0..3),
        asked in prop::collection::vec(path(4), 1..20),
    ) {
        let mut text = "portcullis = 1\n[roles.r]\nallow = [\"**\"]\n".to_owned();
        let denials: std::collections::BTreeSet<_> = denials
            .iter()
            .map(|path| format!("\"{}\"", path.replacen('.', ":read:", 1).replace('.', ":")))
            .collect();
        let denials: Vec<_> = denials.into_iter().collect();
        text.push_str(&format!("deny = [{}]\n", denials.join(", ")));
        for (name, level) in &fields {
            let list = match level { 0 => "show = [\"r\"]", 1 => "mask = [\"r\"]", _ => "" };
            text.push_str(&format!("[[field]]\nname = \"{name}\"\n{list}\n"));
        }
        let policy: Policy = text.parse().unwrap();
        for field in asked {
            let _ = visibility(&policy, &["r"], &field);
        }
    }
}
