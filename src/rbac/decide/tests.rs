//! What decisions and loading cost, counted in what is looked at, also in policies that are made to
//! cost much.

use std::fmt::Write as _;

use super::super::{
    Grant, Grants, Permission, Policy, Problem, Request, Scope, Tenant, steps::counted,
};
use crate::Timestamp;

const NOW: Timestamp = Timestamp::from_secs(1_795_251_600);

fn policy(text: &str) -> Policy {
    format!("portcullis = 1\n{text}").parse().unwrap()
}

/// The problem for which a policy is refused.
fn problem(text: &str) -> Problem {
    let findings = format!("portcullis = 1\n{text}")
        .parse::<Policy>()
        .unwrap_err();
    findings.iter().next().unwrap().problem().clone()
}

fn list(items: impl IntoIterator<Item = String>) -> String {
    let quoted: Vec<_> = items.into_iter().map(|item| format!("'{item}'")).collect();
    format!("[{}]", quoted.join(","))
}

/// What is answered, and how many steps it takes, from text and from what was looked up; both give
/// the same answer.
fn asked(policy: &Policy, roles: &[&str], permission: &str) -> (bool, usize, usize) {
    let tenant = Tenant::new("acme").unwrap();
    let mut grants = Grants::new();
    for role in roles {
        let grant = Grant::new(role, Scope::Tenant(tenant.clone()));
        grants = grants.with(grant).unwrap();
    }
    let permission = Permission::parse(permission).unwrap();
    let request = Request::new("ada", &tenant, &permission);
    let (one, from_text) = counted(|| policy.decide(&grants, &request, NOW));
    let (resolved, held) = (policy.resolve(&permission), policy.hold(&grants));
    let request = Request::resolved("ada", &tenant, &resolved);
    let (other, from_resolved) = counted(|| policy.decide_held(&held, &request, NOW));
    assert_eq!(one, other, "{permission}");
    (one.is_allowed(), from_text, from_resolved)
}

/// So many roles, each with a resource of its own, three patterns about it and one team.
fn company(roles: usize) -> Policy {
    let mut text =
        "[roles.member]\nallow = ['help:read', 'wiki:**']\n[roles.limited]\ndeny = ['*:edit']\n"
            .to_owned();
    for i in 0..roles {
        writeln!(
            text,
            "[roles.r{i}]\ninherits = ['member']\nallow = ['d{i}:read,edit', 'd{i}:*:draft', 'shared:see']"
        )
        .unwrap();
    }
    policy(&text)
}

/// RB-07: the same questions take the same steps in a policy of ten roles and of ten thousand: only
/// the search for the literal of a segment becomes longer, by the logarithm of their number.
#[test]
fn steps_do_not_grow_with_the_roles_of_a_policy() {
    let policies = [10, 1_000, 10_000].map(company);
    for (roles, permission, allowed) in [
        (&["r7"][..], "d7:edit", true),
        (&["r7", "limited"], "d7:edit", false),
        (&["r7"], "shared:see", true),
        (&["r7"], "d8:edit", false),
        (&["r7"], "wiki:page:17:edit", true),
        (&["r7"], "d7:9:draft", true),
        (&["r7"], "d8:9:draft", false),
        (&["r7"], "no:such:thing", false),
        (&["r7", "r8", "r9", "member"], "help:read", true),
    ] {
        let costs = policies
            .each_ref()
            .map(|policy| asked(policy, roles, permission));
        for ((answer, from_text, from_resolved), more) in costs.into_iter().zip([0, 7, 10]) {
            assert_eq!(answer, allowed, "{permission}");
            let (_, few, resolved) = costs[0];
            assert!(from_text <= few + more, "{permission}: {costs:?}");
            assert_eq!(from_resolved, resolved, "{permission}: {costs:?}");
        }
    }
}

/// RB-07: ten thousand roles that all state a rule for the same permission.
#[test]
fn roles_that_others_hold_are_not_looked_at() {
    let mut text = String::new();
    for i in 0..10_000 {
        writeln!(text, "[roles.r{i}]\nallow = ['door:open', 'door:*']").unwrap();
    }
    let policy = policy(&text);
    let (allowed, steps, _) = asked(&policy, &["r5"], "door:open");
    assert!(allowed && steps < 10, "{steps}");
    let (allowed, steps, _) = asked(&policy, &[], "door:open");
    assert!(!allowed && steps < 10, "{steps}");
}

/// RB-07: thousands of patterns, of others, that all match: the walk gives up after a few, and the
/// rules that are held are asked.
#[test]
fn patterns_that_all_match_one_permission_are_not_all_looked_at() {
    let sets = (0..5_000).map(|i| format!("door,d{i}:open"));
    let wild = (0..5_000).map(|i| format!("door,d{i}:open,close:*"));
    let text = format!(
        "[roles.many]\nallow = {}\n[roles.few]\nallow = ['door:open', 'door:close:*']\n\
         [roles.kept_out]\ndeny = ['door:open', '*:close:4']\n",
        list(sets.chain(wild))
    );
    let policy = policy(&text);
    for (roles, permission, expected) in [
        (&["few"][..], "door:open", true),
        (&["few"], "door:close:4", true),
        (&["few"], "d3:open", false),
        (&["many"], "door:open", true),
        (&["many"], "door:close:4", true),
        (&["many"], "d4999:close:4", true),
        (&["many"], "d4999:close", false),
        (&["few", "kept_out"], "door:open", false),
        (&["few", "kept_out"], "door:close:4", false),
        (&["few", "kept_out"], "door:close:5", true),
    ] {
        let (allowed, steps, _) = asked(&policy, roles, permission);
        assert_eq!(allowed, expected, "{roles:?} {permission}");
        assert!(steps < 200, "{roles:?} {permission}: {steps}");
    }
}

/// RB-07: patterns that are too large to be written out, in their thousands: each is a candidate for
/// what begins like it, and may not match after all.
#[test]
fn candidates_that_do_not_match_are_not_all_asked() {
    let set = |name: &str| {
        (0..60)
            .map(|i| format!("{name}{i}"))
            .collect::<Vec<_>>()
            .join(",")
    };
    let (a, b) = (set("a"), set("b"));
    let large = (0..1_000).map(|i| format!("x:{a}:{b}:{a}:only{i},{b}"));
    let text = format!(
        "[roles.large]\nallow = {}\n[roles.small]\nallow = ['x:a1:b1:*:no']\n",
        list(large)
    );
    let policy = policy(&text);
    for (roles, permission, expected, most) in [
        (["small"], "x:a1:b1:a1:no", true, 200),
        (["small"], "x:a1:b1:a1:b1", false, 200),
        (["large"], "x:a1:b1:a1:b1", true, 200),
        (["large"], "x:a1:b1:a1:only999", true, 1_200),
        (["large"], "x:a1:b1:a1:no", false, 1_200),
    ] {
        let (allowed, steps, _) = asked(&policy, &roles, permission);
        assert_eq!(allowed, expected, "{roles:?} {permission}");
        assert!(steps < most, "{roles:?} {permission}: {steps}");
    }
}

/// RB-07: `*` and a literal in every combination: the paths double with each segment, until the walk
/// gives up. What lies on a path that it did not follow is found all the same.
#[test]
fn paths_that_double_with_each_segment_are_not_all_walked() {
    let combination = |bits: u32| {
        let segments = (0..12).map(|i| if bits >> i & 1 == 1 { "a" } else { "*" });
        let segments: Vec<_> = segments.collect();
        format!("a:a:{}:end{bits}", segments.join(":"))
    };
    let text = format!(
        "[roles.all]\nallow = {}\n[roles.literals]\nallow = ['{}']\n\
         [roles.stars]\nallow = ['{}']\n[roles.none]\nallow = ['b']\n",
        list((0..1 << 12).map(combination)),
        combination((1 << 12) - 1),
        combination(0),
    );
    let policy = policy(&text);
    let start = ["a"; 14].join(":");
    for (role, end, expected, most) in [
        ("stars", "end0", true, 300),
        ("stars", "end4095", false, 300),
        ("literals", "end4095", true, 300),
        ("literals", "end0", false, 300),
        ("none", "end0", false, 300),
        ("all", "end7", true, 5_000),
        ("all", "end4096", false, 5_000),
    ] {
        let (allowed, steps, _) = asked(&policy, &[role], &format!("{start}:{end}"));
        assert_eq!(allowed, expected, "{role} {end}");
        assert!(steps < most, "{role} {end}: {steps}");
    }
}

/// RB-07: the denial on whichever of 64 paths counts, though no more than 32 are followed.
#[test]
fn a_denial_on_a_path_that_was_not_followed_denies() {
    let combination = |bits: u32, end: &str| {
        let segments = (0..6).map(|i| if bits >> i & 1 == 1 { "a" } else { "*" });
        let segments: Vec<_> = segments.collect();
        format!("{}:{end}", segments.join(":"))
    };
    for bits in 0..64 {
        let denials = (0..64).map(|other| combination(other, "q"));
        let denials = list(denials.chain([combination(bits, "z")]));
        let policy = policy(&format!(
            "[roles.all]\nallow = ['**']\n[roles.limited]\ndeny = {denials}\n"
        ));
        let ask = |permission| asked(&policy, &["all", "limited"], permission).0;
        assert!(!ask("a:a:a:a:a:a:z"), "{bits}");
        assert!(!ask("a:a:a:a:a:a:q"), "{bits}");
        assert!(ask("a:a:a:a:a:a:y"), "{bits}");
    }
}

/// RB-07: sets whose product is beyond all memory take no more than their bound, one by one and
/// together.
#[test]
fn sets_are_not_multiplied_without_end() {
    let set = |name: String| {
        (0..30)
            .map(|i| format!("{name}{i}"))
            .collect::<Vec<_>>()
            .join(",")
    };
    let one = |n: usize| {
        let sets = (0..8).map(|i| set(format!("s{n}x{i}x")));
        sets.collect::<Vec<_>>().join(":")
    };
    let text = format!("[roles.a]\nallow = {}\n", list((0..200).map(one)));
    let (policy, steps) = counted(|| policy(&text));
    // 200 patterns of 30^8 permissions each
    assert!(steps < 1_000_000, "{steps}");
    let inside = (0..8)
        .map(|i| format!("s7x{i}x29"))
        .collect::<Vec<_>>()
        .join(":");
    let outside = inside.replace("s7x7x29", "s8x7x29");
    // among many like it, and alone, as the one candidate that the walk finds
    for policy in [
        policy,
        self::policy(&format!("[roles.a]\nallow = ['{}']\n", one(7))),
    ] {
        assert!(asked(&policy, &["a"], &inside).0);
        assert!(!asked(&policy, &["a"], &outside).0);
    }
}

/// RB-12: two roles a level, each of which inherits both of the next: 2^300 ways down.
#[test]
fn diamonds_are_walked_once() {
    let mut text = "[roles.a0]\nallow = ['x:y']\n[roles.b0]\n".to_owned();
    for level in 1..300 {
        let below = level - 1;
        for name in ["a", "b"] {
            writeln!(
                text,
                "[roles.{name}{level}]\ninherits = ['a{below}', 'b{below}']"
            )
            .unwrap();
        }
    }
    let (policy, steps) = counted(|| policy(&text));
    assert!(steps < 1_000_000, "{steps}");
    let (allowed, steps, _) = asked(&policy, &["b299"], "x:y");
    assert!(allowed && steps < 10, "{steps}");
}

/// RB-12: a line of roles in which each inherits all before it.
#[test]
fn roles_inherit_a_million_roles_and_no_more() {
    let line = |levels: usize| {
        let roles = (1..levels).map(|i| format!("[roles.r{i}]\ninherits = ['r{}']\n", i - 1));
        format!("[roles.r0]\nallow = ['x:y']\n{}", roles.collect::<String>())
    };
    // 1,413 roles inherit 998,991 in total, each counted with itself
    assert!(asked(&policy(&line(1_413)), &["r1412"], "x:y").0);
    assert!(matches!(
        problem(&line(1_414)),
        Problem::TooMuchInheritance(_)
    ));
}

/// RB-12: many roles over many roles over a few: little is inherited in total, but in many ways.
#[test]
fn roles_that_are_inherited_in_many_ways_are_refused_beyond_a_bound() {
    let mut text = String::new();
    for i in 0..500 {
        writeln!(text, "[roles.low{i}]").unwrap();
    }
    writeln!(
        text,
        "[roles.hub]\ninherits = {}",
        list((0..500).map(|i| format!("low{i}")))
    )
    .unwrap();
    for i in 0..500 {
        writeln!(text, "[roles.middle{i}]\ninherits = ['hub']").unwrap();
    }
    let middle = list((0..500).map(|i| format!("middle{i}")));
    for i in 0..100 {
        writeln!(text, "[roles.top{i}]\ninherits = {middle}").unwrap();
    }
    let (problem, steps) = counted(|| problem(&text));
    assert!(
        matches!(problem, Problem::TooMuchInheritance(_)),
        "{problem:?}"
    );
    assert!(steps < 17_000_000, "{steps}");
}

/// RB-12: rules that all say the same are one for each role, but they are looked at.
#[test]
fn rules_that_are_inherited_are_bounded_also_where_they_say_the_same() {
    let same = list((0..100).map(|i| format!("x:y{i}")));
    let other = |role| list((0..100).map(|i| format!("x{role}:y{i}")));
    for rules in [&|_| same.clone(), &other as &dyn Fn(usize) -> String] {
        let mut text = String::new();
        for i in 0..100 {
            writeln!(text, "[roles.low{i}]\nallow = {}", rules(i)).unwrap();
        }
        let low = list((0..100).map(|i| format!("low{i}")));
        writeln!(text, "[roles.hub]\ninherits = {low}").unwrap();
        for i in 0..500 {
            writeln!(text, "[roles.top{i}]\ninherits = ['hub']").unwrap();
        }
        assert!(matches!(problem(&text), Problem::TooManyRules(_)));
    }
}

/// RB-04, RB-12: requirements add up along a line of roles.
#[test]
fn requirements_that_add_up_are_bounded() {
    let line = |levels: usize| {
        let mut text = "[roles.r0]\nallow = ['x:y']\n".to_owned();
        for i in 1..levels {
            let below = i - 1;
            writeln!(
                text,
                "[roles.r{i}]\ninherits = ['r{below}']\nrequire = {{ attributes = {{ a{i} = 'yes' }} }}"
            )
            .unwrap();
        }
        text
    };
    assert!(!asked(&policy(&line(33)), &["r32"], "x:y").0);
    assert!(matches!(problem(&line(34)), Problem::TooManyConditions(_)));
}

/// RB-04, RB-12: lists that every role puts together with its own are looked at once for each.
#[test]
fn requirements_with_long_lists_are_bounded() {
    let networks = list((0..20_000).map(|i| format!("10.{}.{}.0/25", i / 256, i % 256)));
    let mut text = format!("[roles.base]\nallow = ['x:y']\nrequire = {{ address = {networks} }}\n");
    for i in 0..300 {
        writeln!(
            text,
            "[roles.r{i}]\ninherits = ['base']\nrequire = {{ address = ['10.0.{}.0/24'] }}",
            i % 256
        )
        .unwrap();
    }
    assert!(matches!(problem(&text), Problem::TooManyConditions(_)));
}

/// RB-12: in whatever order a role names those that it inherits, it is the same policy.
#[test]
fn the_order_of_what_is_inherited_does_not_matter() {
    let with = |inherits: &str| {
        policy(&format!(
            "[roles.a]\nrequire = {{ mfa_within = '1h' }}\n\
             [roles.b]\ninherits = ['a']\nrequire = {{ environment = ['x'] }}\n\
             [roles.c]\ninherits = ['a']\nrequire = {{ attributes = {{ y = 'z' }} }}\n\
             [roles.0]\ninherits = {inherits}\nallow = ['x:y']\n"
        ))
    };
    assert_eq!(with("['b', 'c', 'a']"), with("['a', 'c', 'b']"));
    assert_eq!(with("['c', 'b', 'a']"), with("['a', 'b', 'c']"));
}
