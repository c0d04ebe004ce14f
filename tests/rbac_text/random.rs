//! Random policies with every key, written by other libraries in both formats.

use portcullis::rbac::{Pattern, Policy};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Names of roles; a key of TOML has quotation marks around most of them.
const ROLES: [&str; 6] = ["a", "b-c", "Ops@example.com", "a.b", "42", "x/y+z=~"];
const FIELDS: [&str; 4] = [
    "contact.email",
    "contact",
    "contact.address.city",
    "a-b.c_d",
];

fn pattern() -> impl Strategy<Value = String> {
    let segment = prop::sample::select(vec!["a", "b", "*", "b,a", "c.d", "B"]);
    let text = (prop::collection::vec(segment, 0..4), any::<bool>());
    let text = text.prop_map(|(mut segments, tail)| {
        if tail || segments.is_empty() {
            segments.push("**");
        }
        segments.join(":")
    });
    // in one form, so that a set of them has each once
    text.prop_map(|text| Pattern::parse(&text).unwrap().to_string())
}

fn time() -> impl Strategy<Value = String> {
    (1..200_u32, prop::sample::select(vec!["s", "m", "h", "d"]))
        .prop_map(|(number, unit)| format!("{number}{unit}"))
}

fn some<T: Clone + std::fmt::Debug + Into<Value> + 'static>(
    all: &[T],
) -> impl Strategy<Value = Value> + use<T> {
    let count = 1..=all.len();
    prop::sample::subsequence(all.to_vec(), count)
        .prop_shuffle()
        .prop_map(Value::from)
}

/// A table that has some of these keys, at least one.
fn table(keys: Vec<(&'static str, BoxedStrategy<Value>)>) -> BoxedStrategy<Value> {
    let count = 1..=keys.len();
    prop::sample::subsequence(keys, count)
        .prop_flat_map(|keys| {
            let (keys, values): (Vec<_>, Vec<_>) = keys.into_iter().unzip();
            values.prop_map(move |values| {
                let entries = keys.iter().map(|key| (*key).to_owned()).zip(values);
                Value::Object(entries.collect())
            })
        })
        .boxed()
}

fn hours() -> BoxedStrategy<Value> {
    let of_day = || (0..24_u32, prop::sample::select(vec!["00", "15", "59"]));
    let of_day = move || of_day().prop_map(|(hour, minute)| json!(format!("{hour:02}:{minute}")));
    let offset = prop::sample::select(vec!["Z", "+00:00", "+01:00", "-03:30", "+14:00"]);
    let hours = table(vec![
        ("days", some(&["mon", "tue", "sat", "sun"]).boxed()),
        ("from", of_day().boxed()),
        ("until", of_day().boxed()),
        (
            "utc_offset",
            offset.prop_map(|offset| json!(offset)).boxed(),
        ),
    ]);
    hours
        .prop_filter("no time", |hours| {
            let part = |key: &str, left_out: &str| {
                hours
                    .get(key)
                    .map_or(left_out.to_owned(), |v| v.as_str().unwrap().to_owned())
            };
            let (from, until) = (part("from", "00:00"), part("until", "24:00"));
            let is_whole_day = from == "00:00" && ["00:00", "24:00"].contains(&until.as_str());
            from != until && (!is_whole_day || hours.get("days").is_some())
        })
        .boxed()
}

fn conditions() -> BoxedStrategy<Value> {
    let networks = [
        "10.0.0.0/8",
        "10.0.0.0/9",
        "10.128.0.0/9",
        "192.0.2.7",
        "2001:db8::/32",
    ];
    let attribute = prop::sample::select(vec!["sales", "a \"b\" \\", "größe", " ", "#"]);
    let attributes = prop::collection::btree_map("[a-c.]{1,3}", attribute, 1..3);
    let pairs = [["a", "b"], ["b", "c"], ["resource.a", "a"]];
    table(vec![
        ("owner", Just(json!(true)).boxed()),
        ("mfa_within", time().prop_map(|time| json!(time)).boxed()),
        ("address", some(&networks).boxed()),
        ("time", hours()),
        (
            "environment",
            some(&["production", "staging", "a.b"]).boxed(),
        ),
        ("attributes", attributes.prop_map(|all| json!(all)).boxed()),
        ("equal", some(&pairs).boxed()),
    ])
}

fn rule() -> impl Strategy<Value = Value> {
    let when = prop_oneof![1 => Just(json!("owner")), 3 => conditions()];
    (pattern(), prop::option::weighted(0.3, when)).prop_map(|(permission, when)| match when {
        None => json!(permission),
        Some(when) => json!({ "permission": permission, "when": when }),
    })
}

fn role() -> impl Strategy<Value = Value> {
    let members = prop_oneof![
        Just(json!({})),
        (1..4_u32, 0..4_u32).prop_map(|(min, more)| json!({
            "min_members": min, "max_members": min + more
        })),
        (1..4_u32).prop_map(|max| json!({ "max_members": max })),
        time().prop_map(|max| json!({ "max_grant": max })),
    ];
    let lists = (
        prop::collection::vec(rule(), 0..4),
        prop::collection::btree_set(pattern(), 0..3),
    );
    let needs = prop::option::of(some(&["reason", "approver"]));
    (lists, members, needs, prop::option::of(conditions())).prop_map(
        |((allow, deny), mut role, needs, require)| {
            let keys = role.as_object_mut().unwrap();
            keys.insert("allow".into(), json!(allow));
            keys.insert("deny".into(), json!(deny));
            keys.extend(needs.map(|needs| ("grant_needs".into(), needs)));
            keys.extend(require.map(|require| ("require".into(), require)));
            role
        },
    )
}

/// Roles under three keys, each under one of them at most.
fn sight() -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::vec(0..6_usize, ROLES.len()).prop_map(|places| {
        let keys = ["show", "mask", "pseudonym"];
        let sight = keys.iter().enumerate().map(|(at, key)| {
            let roles = ROLES.iter().zip(&places).filter(|(_, place)| **place == at);
            let roles: Vec<_> = roles.map(|(role, _)| role).collect();
            ((*key).to_owned(), json!(roles))
        });
        sight.collect()
    })
}

fn fields() -> impl Strategy<Value = Vec<Value>> {
    let kinds = vec!["card", "email", "phone", "name", "other"];
    let kind = prop::option::of(prop::sample::select(kinds));
    let classes = prop::option::of(prop::sample::select(vec!["pii", "secret"]));
    let field = (sight(), kind, classes);
    prop::collection::vec(field, 0..=FIELDS.len()).prop_map(|fields| {
        let named = FIELDS.iter().zip(fields);
        let named = named.map(|(name, (mut field, kind, class))| {
            field.insert("name".into(), json!(name));
            field.extend(kind.map(|kind| ("kind".into(), json!(kind))));
            field.extend(class.map(|class| ("class".into(), json!(class))));
            Value::Object(field)
        });
        named.collect()
    })
}

fn classes() -> impl Strategy<Value = Vec<Value>> {
    let both = (sight(), sight()).prop_map(|(mut pii, mut secret)| {
        pii.insert("name".into(), json!("pii"));
        secret.insert("name".into(), json!("secret"));
        vec![Value::Object(pii), Value::Object(secret)]
    });
    prop_oneof![Just(Vec::new()), both]
}

fn separations() -> impl Strategy<Value = Vec<Value>> {
    let roles = prop::sample::subsequence(ROLES.to_vec(), 2..=ROLES.len());
    let separation = (any::<bool>(), roles, any::<prop::sample::Index>());
    let separation = separation.prop_map(|(dynamic, roles, n)| {
        let kind = if dynamic { "dynamic" } else { "static" };
        let n = 2 + n.index(roles.len() - 1);
        (kind, roles, n)
    });
    prop::collection::btree_set(separation, 0..3).prop_map(|all| {
        let all = all.into_iter();
        all.map(|(kind, roles, n)| json!({ "kind": kind, "roles": roles, "n": n }))
            .collect()
    })
}

/// A policy that loads.
fn document() -> impl Strategy<Value = Value> {
    let role = (
        role(),
        prop::collection::vec(any::<bool>(), 2 * ROLES.len()),
    );
    let roles = prop::collection::vec(role, ROLES.len());
    (roles, separations(), classes(), fields()).prop_map(|(roles, separations, classes, fields)| {
        let named = ROLES.iter().zip(roles).enumerate();
        let mut named: Map<_, _> = named
            .map(|(at, (name, (mut role, chosen)))| {
                let (inherited, needed) = chosen.split_at(ROLES.len());
                let of = |chosen: &[bool], roles: &[&str]| {
                    let roles = roles.iter().zip(chosen).filter(|(_, chosen)| **chosen);
                    json!(roles.map(|(role, _)| *role).collect::<Vec<_>>())
                };
                role["inherits"] = of(inherited, &ROLES[..at]);
                role["prerequisites"] = of(needed, &ROLES);
                once(&mut role["allow"]);
                ((*name).to_owned(), role)
            })
            .collect();
        // so that no denial denies nothing
        named.insert("root".into(), json!({ "allow": ["**"] }));
        json!({
            "portcullis": 1,
            "roles": named,
            "separation": separations,
            "class": classes,
            "field": fields,
        })
    })
}

/// Two rules may say the same in two ways, which a file must not; one for each pattern is left.
fn once(rules: &mut Value) {
    let mut seen = std::collections::BTreeSet::new();
    let permission = |rule: &Value| rule.get("permission").unwrap_or(rule).to_string();
    let rules = rules.as_array_mut().unwrap();
    rules.retain(|rule| seen.insert(permission(rule)));
}

fn loaded(json: &Value) -> Policy {
    let text = json.to_string();
    Policy::from_json(&text).unwrap_or_else(|found| panic!("{found}\n{text}"))
}

/// Every list the other way round; a policy has none whose order means anything, but for the pair
/// under `equal`, which means the same both ways.
fn reversed(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().rev().map(reversed).collect(),
        Value::Object(table) => {
            let entries = table.iter().rev();
            Value::Object(
                entries
                    .map(|(key, value)| (key.clone(), reversed(value)))
                    .collect(),
            )
        }
        value => value.clone(),
    }
}

proptest! {
    /// RB-12: TOML and JSON that other libraries write of one document give one policy.
    #[test]
    fn both_formats_say_the_same(json in document()) {
        let policy = loaded(&json);
        let toml = toml::to_string(&json).unwrap();
        let from_toml = Policy::from_toml(&toml)
            .unwrap_or_else(|found| panic!("{found}\n{toml}"));
        prop_assert_eq!(&from_toml, &policy);
        let pretty = serde_json::to_string_pretty(&json).unwrap();
        prop_assert_eq!(Policy::from_json(&pretty).unwrap().version(), policy.version());
    }

    /// RB-12: what is printed reads as what was printed, and prints as itself.
    #[test]
    fn a_printed_policy_reads_as_itself(json in document()) {
        let policy = loaded(&json);
        let (toml, json) = (policy.to_toml(), policy.to_json());
        for again in [Policy::from_toml(&toml), Policy::from_json(&json)] {
            let again = again.unwrap_or_else(|found| panic!("{found}\n{toml}"));
            prop_assert_eq!(&again, &policy);
            prop_assert_eq!(again.version(), policy.version());
            prop_assert_eq!(again.to_toml(), toml.as_str());
            prop_assert_eq!(again.to_json(), json.as_str());
        }
        let toml: Value = toml::from_str(&toml).unwrap();
        let json: Value = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(toml, json);
    }

    /// RB-12: the order in which a file says things is not part of what it says.
    #[test]
    fn order_is_not_part_of_a_version(json in document()) {
        let (policy, other) = (loaded(&json), loaded(&reversed(&json)));
        prop_assert_eq!(policy.version(), other.version());
        prop_assert_eq!(policy, other);
    }

    /// RB-12: equal policies have equal versions and texts, and only they.
    #[test]
    fn a_version_stands_for_a_policy(one in document(), mut other in document(), key in 0..6_usize) {
        // from the other, all but the roles or all but the fields: often the same
        let keys = ["roles", "separation", "class", "field"];
        for same in keys.iter().enumerate().filter(|(at, _)| *at != key).map(|(_, key)| *key) {
            other[same] = one[same].clone();
        }
        if key == 2 {
            other["field"] = json!([]);
        }
        let (one, other) = (loaded(&one), loaded(&other));
        let equal = one == other;
        prop_assert_eq!(one.version() == other.version(), equal);
        prop_assert_eq!(one.to_toml() == other.to_toml(), equal);
        prop_assert_eq!(one.to_json() == other.to_json(), equal);
    }

    /// RB-12: a file that is cut off is refused, inside of what is left.
    #[test]
    fn what_is_cut_off_is_refused_inside_of_what_is_left(
        json in document(), at in any::<prop::sample::Index>(),
    ) {
        let text = serde_json::to_string_pretty(&json).unwrap();
        let places: Vec<_> = text.char_indices().map(|(at, _)| at).collect();
        let cut = text.split_at(places[at.index(places.len())]).0;
        let findings = Policy::from_json(cut).unwrap_err();
        prop_assert_eq!(findings.iter().len(), 1);
        let finding = findings.iter().next().unwrap();
        let line = cut.split('\n').nth(finding.line() - 1).unwrap();
        prop_assert!(finding.column() <= line.chars().count() + 1);
    }
}
