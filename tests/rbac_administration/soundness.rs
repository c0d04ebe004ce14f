//! Whatever is given, under random policies: the receiver may do nothing with it, anywhere, at any
//! time and under any circumstances, that the giver may not do there, then and so. And two people who
//! give to each other and to themselves, again and again, come to nothing that neither had.

use portcullis::{
    Timestamp,
    rbac::{
        Assignment, Facts, Grant, Grants, Permission, Policy, Principal, Request, Scope, Visibility,
    },
};
use proptest::prelude::*;

use crate::support::{HOUR, assign, at, tenant};

const PATTERNS: [&str; 9] = [
    "a:x", "a:y", "b:x", "a:*", "*:x", "a,b:x", "a:**", "**", "a:x:*",
];
const QUESTIONS: [&str; 6] = ["a:x", "a:y", "b:x", "a", "a:x:1", "c:d:e"];
const WHEN: [&str; 3] = ["", "owner = true", "mfa_within = \"1h\""];
const ROLES: [&str; 5] = ["r0", "r1", "r2", "r3", "staff"];

prop_compose! {
    fn any_role()(
        allow in prop::collection::vec((0..PATTERNS.len(), 0..WHEN.len()), 0..3),
        deny in prop::collection::vec(0..PATTERNS.len(), 0..2),
        require in 0..WHEN.len(),
        inherits in prop::option::of(0..4_usize),
    ) -> (Vec<(usize, usize)>, Vec<usize>, usize, Option<usize>) {
        (allow, deny, require, inherits)
    }
}

fn any_policy() -> impl Strategy<Value = Policy> {
    prop::collection::vec(any_role(), 4).prop_filter_map("not a policy", |roles| {
        let mut text = String::from(
            "portcullis = 1\n[roles.staff]\nallow = [\"role:assign:*\"]\n[roles.any]\nallow = [\"**\"]\n",
        );
        for (i, (allow, deny, require, inherits)) in roles.into_iter().enumerate() {
            let mut allow: Vec<_> = allow
                .into_iter()
                .map(|(pattern, when)| {
                    let (pattern, when) = (PATTERNS[pattern], WHEN[when]);
                    let owner = when.starts_with("owner");
                    let when = if owner { ", when = \"owner\"" } else { "" };
                    format!("{{ permission = \"{pattern}\"{when} }}")
                })
                .collect();
            allow.sort();
            allow.dedup();
            let mut deny: Vec<_> = deny.into_iter().map(|i| format!("{:?}", PATTERNS[i])).collect();
            deny.dedup();
            text += &format!("[roles.r{i}]\nallow = [{}]\ndeny = [{}]\n", allow.join(", "), deny.join(", "));
            if WHEN[require].starts_with("mfa") {
                text += &format!("require = {{ {} }}\n", WHEN[require]);
            }
            if let Some(below) = inherits.filter(|below| *below < i) {
                text += &format!("inherits = [\"r{below}\"]\n");
            }
        }
        text.parse().ok()
    })
}

/// Fields of a policy, each with what the roles see of it.
const NAMED: [&str; 4] = ["a.x", "a.x.y", "a", "b.*.z"];
/// Fields that are asked for.
const FIELDS: [&str; 6] = ["a", "a.x", "a.x.y", "a.x.w", "b.1.z", "b.2.z"];
const DENIALS: [&str; 7] = [
    "a:read",
    "a:read:x",
    "a:read:x:y",
    "b:read:1",
    "b:read:1:z",
    "*:read:*",
    "a:**",
];

fn any_policy_of_fields() -> impl Strategy<Value = Policy> {
    let level = prop::sample::select(vec!["show", "mask", "pseudonym", "hide"]);
    let fields = prop::collection::vec(prop::collection::vec(level, 4), NAMED.len());
    let role = (
        prop::option::of(0..DENIALS.len()),
        any::<bool>(),
        prop::option::of(0..4_usize),
    );
    let roles = prop::collection::vec(role, 4);
    (fields, roles).prop_filter_map("not a policy", |(fields, roles)| {
        let mut text = String::from("portcullis = 1\n[roles.staff]\nallow = [\"role:assign:*\"]\n");
        for (i, (denial, require, inherits)) in roles.into_iter().enumerate() {
            text += &format!("[roles.r{i}]\n");
            if let Some(denial) = denial {
                text += &format!("deny = [{:?}]\n", DENIALS[denial]);
            }
            if require {
                text += "require = { mfa_within = \"1h\" }\n";
            }
            if let Some(below) = inherits.filter(|below| *below < i) {
                text += &format!("inherits = [\"r{below}\"]\n");
            }
        }
        for (name, levels) in NAMED.into_iter().zip(fields) {
            text += &format!("[[field]]\nname = {name:?}\n");
            for level in ["show", "mask", "pseudonym"] {
                let roles = levels.iter().zip(0..).filter(|(own, _)| **own == level);
                let roles: Vec<_> = roles.map(|(_, i)| format!("\"r{i}\"")).collect();
                text += &format!("{level} = [{}]\n", roles.join(", "));
            }
        }
        text.parse().ok()
    })
}

fn any_grant() -> impl Strategy<Value = Grant> {
    let places = prop::sample::select(vec![
        Scope::Everywhere,
        Scope::Tenant(tenant("acme")),
        Scope::Tenant(tenant("globex")),
    ]);
    let from = prop::sample::select(vec![0, HOUR]);
    let until = prop::sample::select(vec![None, Some(HOUR), Some(2 * HOUR)]);
    let glass = prop::bool::weighted(0.1);
    (prop::sample::select(&ROLES[..]), places, from, until, glass).prop_map(
        |(role, scope, from, until, glass)| {
            let grant = Grant::new(role, scope).from(at(from));
            let grant = until
                .iter()
                .fold(grant, |grant, until| grant.until(at(*until)));
            if glass {
                grant.by_breaking_glass()
            } else {
                grant
            }
        },
    )
}

fn may(policy: &Policy, grants: &Grants, name: &str, question: Question<'_>) -> bool {
    let tenant = tenant(question.tenant);
    let permission = Permission::parse(question.permission).unwrap();
    let facts = Facts::new().second_factor_at(question.factor.then_some(question.now));
    let request = Request::new(name, &tenant, &permission).with_facts(facts);
    let request = if question.own {
        request.owned_by(name)
    } else {
        request
    };
    policy.decide(grants, &request, question.now).is_allowed()
}

#[derive(Clone, Copy, Debug)]
struct Question<'a> {
    permission: &'a str,
    tenant: &'a str,
    now: Timestamp,
    factor: bool,
    own: bool,
}

fn questions() -> impl Iterator<Item = Question<'static>> {
    let circumstances = [(false, false), (false, true), (true, false), (true, true)];
    let times = [0, 1, HOUR - 1, HOUR, 2 * HOUR - 1, 2 * HOUR, 100 * HOUR];
    QUESTIONS.into_iter().flat_map(move |permission| {
        ["acme", "globex", "initech"]
            .into_iter()
            .flat_map(move |tenant| {
                times.into_iter().flat_map(move |now| {
                    circumstances
                        .into_iter()
                        .map(move |(factor, own)| Question {
                            permission,
                            tenant,
                            now: at(now),
                            factor,
                            own,
                        })
                })
            })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// RB-11: delegation adds nothing.
    #[test]
    fn nobody_gives_more_than_they_have(
        policy in any_policy(),
        held in prop::collection::vec(any_grant(), 1..4),
        given in any_grant(),
    ) {
        let staff = Grant::new("staff", Scope::Everywhere);
        let ada = held.into_iter().chain([staff]).try_fold(Grants::new(), Grants::with).unwrap();
        if let Ok(bob) = assign(&policy, &ada, given) {
            for question in questions() {
                prop_assert!(
                    !may(&policy, &bob, "bob", question) || may(&policy, &ada, "ada", question),
                    "{:?} {:?} {:?}", question, ada, bob
                );
            }
        }
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// RB-11, RB-03: nor does anybody show more than they see.
    #[test]
    fn nobody_shows_more_than_they_see(
        policy in any_policy_of_fields(),
        held in prop::collection::vec(any_grant(), 1..4),
        given in any_grant(),
    ) {
        let staff = Grant::new("staff", Scope::Everywhere);
        let ada = held.into_iter().chain([staff]).try_fold(Grants::new(), Grants::with).unwrap();
        if let Ok(bob) = assign(&policy, &ada, given) {
            for (question, field) in sights() {
                let facts = Facts::new().second_factor_at(question.factor.then_some(question.now));
                let tenant = tenant(question.tenant);
                let sees = |grants| {
                    policy.visibility_with(grants, &tenant, field, facts, question.now)
                };
                prop_assert!(sees(&bob) >= sees(&ada), "{question:?} {field} {ada:?} {bob:?}");
            }
        }
    }
}

/// What is asked of fields: neither a permission nor an owner counts.
fn sights() -> impl Iterator<Item = (Question<'static>, &'static str)> {
    let circumstances = questions().filter(|q| q.permission == QUESTIONS[0] && !q.own);
    circumstances.flat_map(|question| FIELDS.map(|field| (question, field)))
}

/// One gives a grant, to the other or to themselves, some time after the step before.
type Step = (usize, usize, Grant, u64);

fn any_steps() -> impl Strategy<Value = Vec<Step>> {
    let after = prop::sample::select(vec![0, 1, HOUR]);
    prop::collection::vec((0..2_usize, 0..2_usize, any_grant(), after), 1..6)
}

fn any_people() -> impl Strategy<Value = [Grants; 2]> {
    let held = || {
        prop::collection::vec(any_grant(), 0..4).prop_map(|held| {
            let staff = Grant::new("staff", Scope::Everywhere);
            let mut all = held.into_iter().chain([staff]);
            all.try_fold(Grants::new(), Grants::with).unwrap()
        })
    };
    (held(), held()).prop_map(<[Grants; 2]>::from)
}

/// What becomes of two people who do all the steps that are let through, and when the last was.
fn after(policy: &Policy, people: &[Grants; 2], steps: Vec<Step>) -> ([Grants; 2], u64) {
    let (names, mut people, mut now) = (["ada", "bob"], people.clone(), 0);
    for (giver, receiver, grant, later) in steps {
        now += later;
        let facts = Facts::new().second_factor_at(Some(at(now)));
        let of = |who: usize| Principal::new(names[who], &people[who]).with_facts(facts);
        let assignment = if giver == receiver {
            Assignment::to_oneself(grant, of(giver))
        } else {
            Assignment::new(grant, of(receiver), of(giver))
        };
        if let Ok(grants) = policy.assign(&assignment, at(now)) {
            people[receiver] = grants;
        }
    }
    (people, now)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// RB-11: what neither of two may do, neither may after any number of gifts.
    #[test]
    fn two_who_give_to_each_other_gain_nothing(
        policy in any_policy(),
        before in any_people(),
        steps in any_steps(),
    ) {
        let (people, now) = after(&policy, &before, steps);
        let may = |people: &[Grants; 2], question| {
            may(&policy, &people[0], "ada", question) || may(&policy, &people[1], "bob", question)
        };
        for question in questions().filter(|question| question.now >= at(now)) {
            prop_assert!(
                !may(&people, question) || may(&before, question),
                "{question:?} {before:?} {people:?}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// RB-11, RB-03: nor does either see of a field what neither saw.
    #[test]
    fn two_who_give_to_each_other_see_nothing_more(
        policy in any_policy_of_fields(),
        before in any_people(),
        steps in any_steps(),
    ) {
        let (people, now) = after(&policy, &before, steps);
        for (question, field) in sights().filter(|(question, _)| question.now >= at(now)) {
            let facts = Facts::new().second_factor_at(question.factor.then_some(question.now));
            let tenant = tenant(question.tenant);
            let best = |people: &[Grants; 2]| -> Option<Visibility> {
                let sees = people.iter().map(|grants| {
                    policy.visibility_with(grants, &tenant, field, facts, question.now)
                });
                sees.min()
            };
            prop_assert!(best(&people) >= best(&before), "{question:?} {field} {before:?} {people:?}");
        }
    }
}
