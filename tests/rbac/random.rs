//! Random policies, grants and questions, each decided twice: by the policy and by the reference.

use std::collections::{BTreeMap, BTreeSet};

use portcullis::{
    Timestamp,
    rbac::{
        Decision, Facts, Grant, Grants, Outcome, Pattern, Permission, Policy, Reason, Request,
        Scope, SecondFactor, Tenant, Visibility,
    },
};
use proptest::prelude::*;

use crate::reference::{self, HOUR, Model, Question, Role, matches_text, mixed};

const FIELDS: [&str; 3] = ["a.b", "a.a.b", "b.c"];

fn segment() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["a", "b", "*", "a,b", "b,a", "read"])
}

/// One to three segments, sometimes followed by `**`, sometimes `**` alone.
fn pattern() -> impl Strategy<Value = String> {
    let segments = prop::collection::vec(segment(), 0..=3);
    (segments, any::<bool>()).prop_map(|(mut segments, tail)| {
        if tail || segments.is_empty() {
            segments.push("**");
        }
        segments.join(":")
    })
}

/// `c` stands for every literal that no pattern names.
fn permission() -> impl Strategy<Value = String> {
    let segment = prop::sample::select(vec!["a", "b", "c", "read"]);
    prop::collection::vec(segment, 1..=4).prop_map(|segments| segments.join(":"))
}

fn role_name() -> impl Strategy<Value = String> {
    (0..6).prop_map(|n| format!("r{n}"))
}

/// Each role inherits from those with a smaller number; patterns that mean the same stand once.
fn model() -> impl Strategy<Value = Model> {
    let role = (
        prop::collection::btree_map(canonical(), any::<bool>(), 0..4),
        prop::collection::btree_set(canonical(), 0..2),
        prop::collection::btree_set(0..6_usize, 0..3),
        prop::option::weighted(0.3, 1..4_u64),
    );
    let roles = prop::collection::vec(role, 6);
    let sees = prop::collection::vec(
        prop::collection::btree_map(role_name(), any::<bool>(), 0..4),
        3,
    );
    (roles, sees).prop_map(|(roles, sees)| {
        let mut model = Model::default();
        for (i, (allow, deny, inherits, mfa_hours)) in roles.into_iter().enumerate() {
            let inherits = inherits
                .into_iter()
                .filter(|j| *j < i)
                .map(|j| format!("r{j}"));
            let role = Role {
                allow: allow.into_iter().collect(),
                deny: deny.into_iter().collect(),
                inherits: inherits.collect(),
                mfa_hours,
            };
            model.roles.insert(format!("r{i}"), role);
        }
        // so that no denial denies nothing
        let everything = vec![("**".to_owned(), false)];
        model.roles.insert(
            "root".into(),
            Role {
                allow: everything,
                ..Role::default()
            },
        );
        for (field, roles) in FIELDS.iter().zip(sees) {
            let (show, mask): (BTreeMap<_, _>, BTreeMap<_, _>) =
                roles.into_iter().partition(|(_, show)| *show);
            model.fields.insert(
                (*field).into(),
                (show.into_keys().collect(), mask.into_keys().collect()),
            );
        }
        model
    })
}

fn canonical() -> impl Strategy<Value = String> {
    pattern().prop_map(|text| Pattern::parse(&text).unwrap().to_string())
}

/// Times between 0 and 9 hours, on the hour and a millisecond beside it.
fn time() -> impl Strategy<Value = u64> {
    (1..9_u64, -1..2_i64).prop_map(|(hours, beside)| (hours * HOUR).saturating_add_signed(beside))
}

fn grant() -> impl Strategy<Value = reference::Grant> {
    let role =
        prop_oneof![8 => role_name(), 1 => Just("root".to_owned()), 1 => Just("gone".to_owned())];
    let tenant = prop_oneof![
        Just(None),
        Just(Some("t1".to_owned())),
        Just(Some("t2".to_owned()))
    ];
    let from = prop_oneof![2 => Just(0), 1 => time()];
    (role, tenant, from, prop::option::of(time())).prop_map(|(role, tenant, from, until)| {
        reference::Grant {
            role,
            tenant,
            from,
            until,
        }
    })
}

fn question() -> impl Strategy<Value = Question> {
    let name = || prop::sample::select(vec!["ann", "ben", ""]).prop_map(str::to_owned);
    let tenant = prop::sample::select(vec!["t1", "t2", "t3"]).prop_map(str::to_owned);
    (
        name(),
        tenant,
        permission(),
        prop::option::of(name()),
        prop::option::of(time()),
        time(),
    )
        .prop_map(
            |(subject, tenant, permission, owner, factor_at, now)| Question {
                subject,
                tenant,
                permission,
                owner,
                factor_at,
                now,
            },
        )
}

fn grants(grants: &[reference::Grant], order: u64) -> Grants {
    mixed(grants, order).fold(Grants::new(), |all, g| {
        let scope = match &g.tenant {
            None => Scope::Everywhere,
            Some(tenant) => Scope::Tenant(Tenant::new(tenant).unwrap()),
        };
        let grant = Grant::new(&g.role, scope).from(Timestamp::from_millis(g.from));
        let grant = match g.until {
            Some(until) => grant.until(Timestamp::from_millis(until)),
            None => grant,
        };
        all.with(grant).unwrap()
    })
}

fn in_short(decision: Decision<'_>) -> &'static str {
    match decision.outcome() {
        Outcome::Allow(_) => "allow",
        Outcome::Deny(Reason::ExplicitDeny { .. }) => "explicit deny",
        Outcome::Deny(Reason::StepUpRequired { .. }) => "step-up",
        Outcome::Deny(Reason::ConditionUnmet { .. }) => "condition",
        Outcome::Deny(Reason::Expired) => "expired",
        Outcome::Deny(Reason::NotYetValid) => "not yet valid",
        Outcome::Deny(Reason::OtherTenant) => "other tenant",
        Outcome::Deny(Reason::NoGrant) => "no grant",
        Outcome::Deny(_) => "something new",
    }
}

fn decide<'p>(policy: &'p Policy, grants: &Grants, q: &Question) -> Decision<'p> {
    let (tenant, permission) = (
        Tenant::new(&q.tenant).unwrap(),
        Permission::parse(&q.permission).unwrap(),
    );
    let mut request = Request::new(&q.subject, &tenant, &permission);
    if let Some(owner) = &q.owner {
        request = request.owned_by(owner);
    }
    if let Some(at) = q.factor_at {
        request = request.second_factor_at(Timestamp::from_millis(at));
    }
    policy.decide(grants, &request, Timestamp::from_millis(q.now))
}

fn sees(policy: &Policy, grants: &Grants, field: &str, q: &Question) -> &'static str {
    let facts = q.factor_at.map_or(Facts::new(), |at| {
        Facts::new().second_factor_at(Timestamp::from_millis(at))
    });
    let tenant = Tenant::new(&q.tenant).unwrap();
    match policy.visibility_with(grants, &tenant, field, facts, Timestamp::from_millis(q.now)) {
        Visibility::Show => "show",
        Visibility::Mask => "mask",
        Visibility::Hide => "hide",
        _ => "something new",
    }
}

/// Every permission of up to four segments over the literals that the patterns know and one more.
fn universe() -> impl Iterator<Item = String> {
    let mut all: Vec<String> = vec![String::new()];
    let mut last = all.clone();
    for _ in 0..4 {
        last = last
            .iter()
            .flat_map(|p| ["a", "b", "c", "read"].map(|s| format!("{p}:{s}")))
            .collect();
        all.extend(last.clone());
    }
    all.into_iter()
        .skip(1)
        .map(|p| p.trim_start_matches(':').to_owned())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// RB-13, RB-01, RB-02, RB-03, RB-05.
    #[test]
    fn the_policy_and_the_reference_answer_alike(
        model in model(),
        held in prop::collection::vec(grant(), 0..5),
        questions in prop::collection::vec(question(), 8),
        order in any::<u64>(),
    ) {
        let policy: Policy = model.to_toml(order).parse().unwrap();
        let all = grants(&held, order);
        for q in &questions {
            prop_assert_eq!(in_short(decide(&policy, &all, q)), model.decide(&held, q), "{:?}", q);
            for field in FIELDS.iter().chain(&["a.c"]) {
                prop_assert_eq!(sees(&policy, &all, field, q), model.sees(&held, field, q), "{} {:?}", field, q);
            }
            let factor = match policy.requires_second_factor(&all, Timestamp::from_millis(q.now)) {
                SecondFactor::Required { within } => Some(within.as_secs() / 3600),
                _ => None,
            };
            prop_assert_eq!(factor, model.factor(&held, q), "{:?}", q);
        }
    }

    /// RB-01: neither the order of the file nor that of the grants changes anything, not even which
    /// rule is named.
    #[test]
    fn order_never_matters(
        model in model(),
        held in prop::collection::vec(grant(), 0..5),
        q in question(),
        orders in any::<[u64; 2]>(),
    ) {
        let [one, other] = orders.map(|order| model.to_toml(order).parse::<Policy>().unwrap());
        prop_assert_eq!(&one, &other);
        let (these, those) = (grants(&held, orders[0]), grants(&held, orders[1]));
        prop_assert_eq!(&these, &those);
        prop_assert_eq!(decide(&one, &these, &q), decide(&other, &those, &q));
    }

    /// RB-01.
    #[test]
    fn a_pattern_implies_another_when_it_matches_all_that_the_other_matches(one in pattern(), other in pattern()) {
        let all_of_other = universe().filter(|p| matches_text(&other, p)).all(|p| matches_text(&one, &p));
        let (one, other) = (Pattern::parse(&one).unwrap(), Pattern::parse(&other).unwrap());
        prop_assert_eq!(one.implies(&other), all_of_other, "{} {}", one, other);
    }

    /// RB-12: a denial is refused exactly when it has nothing in common with what is allowed.
    #[test]
    fn a_denial_is_refused_when_it_has_nothing_to_deny(allow in pattern(), deny in pattern()) {
        let common = universe().any(|p| matches_text(&allow, &p) && matches_text(&deny, &p));
        let text = format!("portcullis = 1\nroles.a.allow = [{allow:?}]\nroles.b.deny = [{deny:?}]");
        prop_assert_eq!(text.parse::<Policy>().is_ok(), common);
    }

    /// RB-01.
    #[test]
    fn patterns_and_permissions_match_as_in_the_reference(pattern in pattern(), asked in permission()) {
        let matches = Pattern::parse(&pattern).unwrap().matches(&Permission::parse(&asked).unwrap());
        prop_assert_eq!(matches, matches_text(&pattern, &asked));
    }

    /// RB-12.
    #[test]
    fn what_a_pattern_prints_reads_as_the_same_pattern(text in pattern()) {
        let pattern = Pattern::parse(&text).unwrap();
        prop_assert_eq!(Pattern::parse(&pattern.to_string()), Ok(pattern));
    }

    /// RB-05.
    #[test]
    fn what_grants_encode_decodes_to_the_same_grants(held in prop::collection::vec(grant(), 0..9)) {
        let all = grants(&held, 0);
        let distinct: BTreeSet<_> = held.iter().map(|g| format!("{g:?}")).collect();
        prop_assert_eq!(all.iter().len(), distinct.len());
        prop_assert_eq!(Grants::decode(&all.encode()), Ok(all));
    }

    /// RB-12: no text makes it panic, and what is found is found inside the text.
    #[test]
    fn findings_lie_inside_the_text(text in "(portcullis = 1\n)?(\\PC|[\n\"'\\[\\]{}=.,#*:]|roles|allow|deny|field){0,60}") {
        if let Err(findings) = text.parse::<Policy>() {
            prop_assert!(findings.iter().count() > 0);
            let lines: Vec<&str> = text.split('\n').collect();
            for finding in &findings {
                let line = lines.get(finding.line() - 1);
                prop_assert!(line.is_some_and(|line| finding.column() <= line.chars().count() + 1), "{}", finding);
            }
        }
    }
}
