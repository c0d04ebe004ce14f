//! Random policies, subjects and changes: the directory answers as the policy does with the grants
//! that a plain map has.

use std::collections::BTreeMap;

use portcullis::{
    Timestamp,
    rbac::{
        self, Directory, Facts, Grant, Grants, Permission, Policy, Request, Row, Scope, Snapshot,
        Tenant,
    },
};
use proptest::prelude::*;

use super::{NOW, here};

const HOUR: u64 = 3_600_000;
const SUBJECTS: [&str; 5] = [
    "ann",
    "ben",
    "Ann",
    "",
    "a-name-of-more-than-a-dozen-bytes@example.com",
];
const TENANTS: [&str; 3] = ["t1", "t2", "T1"];

fn pattern() -> impl Strategy<Value = String> {
    let segment = prop::sample::select(vec!["a", "b", "read", "a,b", "*"]);
    let segments = prop::collection::vec(segment, 0..=2);
    (segments, any::<bool>()).prop_map(|(mut segments, tail)| {
        if tail || segments.is_empty() {
            segments.push("**");
        }
        segments.join(":")
    })
}

/// Some of the roles r0 to r5, which inherit those with a smaller number.
fn policy() -> impl Strategy<Value = Policy> {
    let role = (
        prop::option::weighted(0.8, (pattern(), pattern(), any::<bool>())),
        prop::option::weighted(0.3, pattern()),
        prop::collection::btree_set(0..6_usize, 0..3),
        prop::option::weighted(0.2, 1..4_u64),
    );
    let roles = prop::collection::vec(prop::option::weighted(0.8, role), 6);
    roles
        .prop_map(|roles| {
            let defined: Vec<bool> = roles.iter().map(Option::is_some).collect();
            // so that no denial denies nothing
            let mut text = "portcullis = 1\nroles.root.allow = [\"**\"]\n".to_owned();
            for (i, role) in roles.into_iter().enumerate() {
                let Some((allow, deny, inherits, within)) = role else {
                    continue;
                };
                let inherits: Vec<String> = inherits
                    .into_iter()
                    .filter(|j| *j < i && defined[*j])
                    .map(|j| format!("r{j}"))
                    .collect();
                text += &format!("[roles.r{i}]\ninherits = {inherits:?}\n");
                if let Some((one, other, owner)) = allow {
                    let other = if owner {
                        format!("{{ permission = {other:?}, when = \"owner\" }}")
                    } else {
                        format!("{other:?}")
                    };
                    let both = format!("[{one:?}, {other}]");
                    // the same pattern twice is refused
                    text += &format!(
                        "allow = {}\n",
                        if other.contains(&format!("{one:?}")) {
                            format!("[{one:?}]")
                        } else {
                            both
                        }
                    );
                }
                if let Some(deny) = deny {
                    text += &format!("deny = [{deny:?}]\n");
                }
                if let Some(hours) = within {
                    text += &format!("require = {{ mfa_within = \"{hours}h\" }}\n");
                }
            }
            text
        })
        .prop_filter_map("two patterns that mean the same", |text| text.parse().ok())
}

/// An hour around now, on the millisecond and beside it.
fn time() -> impl Strategy<Value = Timestamp> {
    let now = NOW.as_millis();
    prop::sample::select(vec![now - HOUR, now - 1, now, now + 1, now + HOUR])
        .prop_map(Timestamp::from_millis)
}

fn grant() -> impl Strategy<Value = Grant> {
    let role = prop_oneof![9 => (0..6).prop_map(|n| format!("r{n}")), 1 => Just("root".to_owned())];
    let scope = prop_oneof![
        1 => Just(Scope::Everywhere),
        3 => prop::sample::select(TENANTS.to_vec()).prop_map(here),
    ];
    let said = prop::sample::select(vec![None, Some("ann"), Some("r\u{e9}paration #7")]);
    let times = [prop::option::of(time()), prop::option::of(time())];
    let texts = [said.clone(), said.clone(), said];
    (role, scope, times, texts, prop::bool::weighted(0.1)).prop_map(
        |(role, scope, [from, until], [reason, requester, approver], glass)| {
            let mut grant = Grant::new(&role, scope).from(from.unwrap_or(Timestamp::EPOCH));
            if let Some(until) = until {
                grant = grant.until(until);
            }
            if let Some(reason) = reason {
                grant = grant.because(reason);
            }
            if let Some(requester) = requester {
                grant = grant.requested_by(requester);
            }
            if let Some(approver) = approver {
                grant = grant.approved_by(approver);
            }
            if glass {
                grant.by_breaking_glass()
            } else {
                grant
            }
        },
    )
}

/// Without what is written about them.
fn plain(grants: &Grants) -> Grants {
    let mut grants = grants.iter().map(|grant| {
        let plain = Grant::new(grant.role(), grant.scope().clone()).from(grant.starts());
        match grant.ends() {
            Some(until) => plain.until(until),
            None => plain,
        }
    });
    grants.try_fold(Grants::new(), Grants::with).unwrap()
}

fn grants() -> impl Strategy<Value = Grants> {
    prop::collection::vec(grant(), 0..5).prop_map(|all| {
        all.into_iter()
            .try_fold(Grants::new(), Grants::with)
            .unwrap()
    })
}

fn subject() -> impl Strategy<Value = &'static str> {
    prop::sample::select(SUBJECTS.to_vec())
}

#[derive(Clone, Debug)]
struct Question {
    subject: &'static str,
    tenant: Tenant,
    permission: Permission<'static>,
    owner: Option<&'static str>,
    factor_at: Option<Timestamp>,
    now: Timestamp,
}

impl Question {
    fn request(&self) -> Request<'_> {
        let request = Request::new(self.subject, &self.tenant, &self.permission);
        let request = request.second_factor_at(self.factor_at);
        self.owner.map_or(request, |owner| request.owned_by(owner))
    }

    fn text(&self) -> rbac::Question<'_> {
        let facts = Facts::new().second_factor_at(self.factor_at);
        let (tenant, permission) = (self.tenant.as_str(), self.permission.as_str());
        let question = rbac::Question::new(self.subject, tenant, permission).with_facts(facts);
        self.owner
            .map_or(question, |owner| question.owned_by(owner))
    }
}

fn question() -> impl Strategy<Value = Question> {
    let segment = prop::sample::select(vec!["a", "b", "c", "read"]);
    let permission = prop::collection::vec(segment, 1..=3)
        .prop_map(|segments| segments.join(":").parse::<Permission>().unwrap());
    let tenant = prop::sample::select(vec!["t1", "t2", "T1", "t3"]);
    (
        subject(),
        tenant.prop_map(|name| Tenant::new(name).unwrap()),
        permission,
        prop::option::of(subject()),
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

/// What a directory is, in the plainest form.
#[derive(Clone, Debug)]
struct Oracle {
    policy: Policy,
    held: BTreeMap<&'static str, Grants>,
}

impl Oracle {
    fn agrees_with(
        &self,
        snapshot: &Snapshot,
        questions: &[Question],
    ) -> Result<(), TestCaseError> {
        prop_assert_eq!(snapshot.policy(), &self.policy);
        prop_assert_eq!(snapshot.len(), self.held.len());
        let all: BTreeMap<_, _> = snapshot
            .subjects()
            .map(|s| (s.name(), s.grants()))
            .collect();
        prop_assert_eq!(&all, &self.held);
        for q in questions {
            let held = self.held.get(q.subject).cloned().unwrap_or_default();
            let expected = self.policy.decide(&held, &q.request(), q.now);
            prop_assert_eq!(snapshot.decide(&q.request(), q.now), expected, "{:?}", q);
            prop_assert_eq!(
                snapshot.decide_text(&q.text(), q.now),
                Ok(expected),
                "{:?}",
                q
            );
        }
        let known: Vec<_> = self.policy.roles().collect();
        let mut unknown = BTreeMap::new();
        for grant in self
            .held
            .values()
            .flat_map(Grants::iter)
            .filter(|g| !known.contains(&g.role()))
        {
            *unknown.entry(grant.role()).or_insert(0) += 1;
        }
        prop_assert_eq!(snapshot.unknown_roles(), unknown);
        Ok(())
    }

    fn set(&mut self, subject: &'static str, grants: Grants) {
        if grants == Grants::new() {
            self.held.remove(subject);
        } else {
            self.held.insert(subject, grants);
        }
    }
}

/// Every role of the generators, so that each has been known once.
fn all_roles() -> Policy {
    let roles = (0..6).map(|n| format!("roles.r{n}.allow = [\"r{n}\"]\n"));
    format!(
        "portcullis = 1\nroles.root.allow = [\"**\"]\n{}",
        roles.collect::<String>()
    )
    .parse()
    .unwrap()
}

#[derive(Clone, Debug)]
enum Change {
    Set(&'static str, Grants),
    Publish(Policy),
}

fn change() -> impl Strategy<Value = Change> {
    let named = prop::sample::select(
        SUBJECTS
            .iter()
            .copied()
            .filter(|s| !s.is_empty())
            .collect::<Vec<_>>(),
    );
    prop_oneof![
        3 => (named, grants()).prop_map(|(subject, grants)| Change::Set(subject, grants)),
        1 => policy().prop_map(Change::Publish),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// RB-13, RB-07, RB-12: after each change the directory is what the oracle is, and every
    /// snapshot still is what it was when it was taken.
    #[test]
    fn the_directory_and_the_policy_answer_alike(
        changes in prop::collection::vec(change(), 1..12),
        questions in prop::collection::vec(question(), 8),
    ) {
        let mut oracle = Oracle { policy: all_roles(), held: BTreeMap::new() };
        let directory = Directory::new(Snapshot::new(oracle.policy.clone()));
        let mut held = vec![(oracle.clone(), directory.snapshot())];
        for change in changes {
            match change {
                Change::Set(subject, grants) => {
                    directory.danger_set_grants(subject, &grants).unwrap();
                    oracle.set(subject, grants);
                }
                Change::Publish(policy) => {
                    let seen = directory.snapshot();
                    directory.publish(seen.policy().version(), policy.clone()).unwrap();
                    oracle.policy = policy;
                }
            }
            held.push((oracle.clone(), directory.snapshot()));
        }
        for (oracle, snapshot) in held {
            oracle.agrees_with(&snapshot, &questions)?;
        }
    }

    /// RB-13, RB-07: the same for what is loaded, as grants and, where nothing is written about them,
    /// as rows in any order.
    #[test]
    fn what_is_loaded_answers_as_the_policy_does(
        policy in policy(),
        held in prop::collection::btree_map(
            prop::sample::select(SUBJECTS.iter().copied().filter(|s| !s.is_empty()).collect::<Vec<_>>()),
            grants(), 0..5),
        order in any::<prop::sample::Index>(),
        questions in prop::collection::vec(question(), 8),
    ) {
        let known = |grants: &Grants| {
            let mut known = grants.iter().filter(|grant| policy.roles().any(|role| role == grant.role()));
            known.try_fold(Grants::new(), |all, grant| all.with(grant.clone())).unwrap()
        };
        let held: BTreeMap<_, _> = held.iter().map(|(subject, grants)| (*subject, known(grants))).collect();
        let mut oracle = Oracle { policy: policy.clone(), held: BTreeMap::new() };
        for (subject, grants) in &held {
            oracle.set(subject, grants.clone());
        }
        let loaded = Snapshot::load(oracle.policy.clone(), held.clone());
        oracle.agrees_with(&loaded.unwrap(), &questions)?;
        for grants in oracle.held.values_mut() {
            *grants = plain(grants);
        }
        let mut rows: Vec<Row<'_>> = held
            .iter()
            .flat_map(|(subject, grants)| grants.iter().map(|grant| {
                let row = match grant.scope() {
                    Scope::Everywhere => Row::everywhere(subject, grant.role()),
                    Scope::Tenant(tenant) => Row::new(subject, grant.role(), tenant.as_str()),
                };
                row.from(grant.starts()).until(grant.ends())
            }))
            .collect();
        if !rows.is_empty() {
            let middle = order.index(rows.len());
            rows.rotate_left(middle);
            rows[..middle].reverse();
        }
        let loaded = Snapshot::load_rows(oracle.policy.clone(), rows);
        oracle.agrees_with(&loaded.unwrap(), &questions)?;
    }
}
