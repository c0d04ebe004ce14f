//! RB-13: random policies, grants and questions, each decided twice: by the library and by the naive
//! evaluator in `rbac_reference/naive.rs`, which knows the rules and nothing of the code.
//!
//! ```sh
//! cargo test --features rbac --test rbac_reference             # 20,000 questions
//! cargo test --release --features rbac --test rbac_reference   # a million
//! CASES=50000000 SEED=7 cargo test --release --features rbac --test rbac_reference
//! ```
//!
//! A failure prints the case, made as small as it gets, and the seed that draws it.

#![cfg(feature = "rbac")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "tests stop at what they did not expect"
)]

#[path = "rbac_reference/draw.rs"]
mod draw;
#[path = "rbac_reference/naive.rs"]
mod naive;
#[path = "rbac_reference/properties.rs"]
mod properties;
#[path = "rbac_reference/render.rs"]
mod render;

use std::env;

use draw::Draw;
use naive::{Answer, Grant, Kind, Question, Sight};
use portcullis::{
    Timestamp,
    rbac::{
        Condition, Decision, Facts, Outcome, Permission, Policy, Reason, Request, SecondFactor,
        Snapshot, Tenant, Visibility,
    },
};

/// Questions about one policy.
const QUESTIONS: u64 = 20;

fn setting(name: &str, otherwise: u64) -> u64 {
    env::var(name).map_or(otherwise, |text| text.parse().unwrap())
}

#[test]
fn the_library_answers_as_the_rules_say() {
    let questions = setting(
        "CASES",
        if cfg!(debug_assertions) {
            20_000
        } else {
            1_000_000
        },
    );
    let seed = setting("SEED", 1);
    let mut seen = Seen::default();
    for case in 0..questions / QUESTIONS {
        check(seed.wrapping_mul(1 << 32) + case, &mut seen);
    }
    seen.is_everything();
}

/// A policy, who holds what, and the questions about it.
#[derive(Clone)]
struct Case {
    policy: naive::Policy,
    grants: Vec<Grant>,
    questions: Vec<Question>,
    seed: u64,
}

fn check(seed: u64, seen: &mut Seen) {
    let mut d = Draw(seed);
    let policy = draw::policy(&mut d);
    let grants = draw::grants(&mut d, &policy);
    let questions = (0..QUESTIONS)
        .map(|_| draw::question(&mut d, &policy, &grants))
        .collect();
    let case = Case {
        policy,
        grants,
        questions,
        seed,
    };
    if let Some(failure) = case.failure(seen) {
        let small = case.smaller();
        println!(
            "{}\n{:#?}\n{:#?}",
            small.text(),
            small.grants,
            small.questions
        );
        panic!("seed {seed}: {}", small.failure(seen).unwrap_or(failure));
    }
}

impl Case {
    fn text(&self) -> String {
        render::tree(&self.policy, &mut Draw(self.seed)).to_toml()
    }

    /// What is answered otherwise than the rules say, if anything.
    fn failure(&self, seen: &mut Seen) -> Option<String> {
        let policy: Policy = match self.text().parse() {
            Ok(policy) => policy,
            Err(findings) => return Some(format!("refused: {findings}")),
        };
        let json = render::tree(&self.policy, &mut Draw(!self.seed)).to_json();
        if Policy::from_json(&json).as_ref() != Ok(&policy) {
            return Some(format!("another policy as JSON: {json}"));
        }
        let grants = render::grants(&self.grants);
        let held = policy.hold(&grants);
        let snapshot = self.snapshot(&policy);
        for q in &self.questions {
            let attributes = render::attributes(q);
            let tenant = Tenant::new(&q.tenant).unwrap();
            let permission = Permission::parse(&q.permission).unwrap();
            let facts = render::facts(q, &attributes);
            let request = whole(Request::new(&q.subject, &tenant, &permission), q, facts);
            let now = Timestamp::from_millis(q.now);
            let expected = self.policy.decide(&self.grants, q);
            seen.note(expected);
            let decision = policy.decide(&grants, &request, now);
            if answer(&decision) != expected {
                return Some(format!("{decision} and not {expected:?}: {q:?}"));
            }
            if let Some(why) = self.wrong_rule(&decision, q) {
                return Some(format!("{decision}: {why}: {q:?}"));
            }
            let resolved = policy.resolve(&permission);
            let at_once = whole(Request::resolved(&q.subject, &tenant, &resolved), q, facts);
            let again = policy.decide_held(&held, &at_once, now);
            if again != decision {
                return Some(format!("{decision}, but looked up before {again}: {q:?}"));
            }
            let everybody = snapshot.decide(&request, now);
            if !q.subject.is_empty() && everybody.outcome() != decision.outcome() {
                return Some(format!("{decision}, but of a directory {everybody}: {q:?}"));
            }
            let within = match policy.requires_second_factor(&grants, now) {
                SecondFactor::Required { within } => Some(within.as_secs() / 60),
                _ => None,
            };
            if within != self.policy.factor(&self.grants, q) {
                return Some(format!("a second factor within {within:?} minutes: {q:?}"));
            }
            let view = policy.view(&grants, &tenant, facts, now);
            for path in draw::FIELDS.iter().chain(&draw::PATHS) {
                let expected = self.policy.sees(&self.grants, path, q);
                let seen = policy.visibility_with(&grants, &tenant, path, facts, now);
                if sight(seen) != expected {
                    return Some(format!("{path}: {seen:?} and not {expected:?}: {q:?}"));
                }
                // without a key there are no pseudonyms
                let keyless = match expected {
                    Sight::Pseudonym => Sight::Hide,
                    sight => sight,
                };
                if sight(view.visibility(path)) != keyless {
                    return Some(format!("{path}: {seen:?} and in a view not: {q:?}"));
                }
            }
        }
        None
    }

    /// A directory in which every subject has the grants; it takes none of roles that there are not.
    fn snapshot(&self, policy: &Policy) -> Snapshot {
        let mut known = self.grants.clone();
        known.retain(|grant| self.policy.roles.contains_key(&grant.role));
        let grants = render::grants(&known);
        let names = draw::SUBJECTS.iter().filter(|name| !name.is_empty());
        let rows = names.map(|name| (*name, grants.clone()));
        Snapshot::load(policy.clone(), rows).unwrap()
    }

    /// Whether the rule that a decision names does not stand where it says, or does not decide.
    fn wrong_rule(&self, decision: &Decision<'_>, q: &Question) -> Option<&'static str> {
        let (rule, denies) = match decision.outcome() {
            Outcome::Allow(rule) => (rule, false),
            Outcome::Deny(Reason::ExplicitDeny { by }) => (by, true),
            Outcome::Deny(_) => return None,
        };
        let held = |grant: &Grant| grant.role == rule.role() && grant.here(q) && grant.active(q);
        if !self.grants.iter().any(held) {
            return Some("the role is not held");
        }
        let line = self.policy.line(rule.role());
        let Some((_, role)) = line.iter().find(|(name, _)| *name == rule.defined_by()) else {
            return Some("the role does not inherit the other");
        };
        let pattern = rule.pattern().to_string();
        let mut required = line.iter().flat_map(|(_, role)| &role.require);
        let stands = if denies {
            role.deny.contains(&pattern)
        } else {
            let mut rules = role.allow.iter();
            required.all(|condition| condition.unmet(q).is_none())
                && rules
                    .any(|(own, when)| *own == pattern && when.iter().all(|c| c.unmet(q).is_none()))
        };
        if !stands {
            Some("the rule does not stand there, or its conditions are not met")
        } else if !naive::matches(&pattern, &q.permission) {
            Some("the rule does not match")
        } else {
            None
        }
    }

    /// The same without all that can be left out and still fails.
    fn smaller(&self) -> Self {
        let refused = |failure: String| failure.starts_with("refused");
        let whole = self.failure(&mut Seen::default()).map(refused);
        let mut small = self.clone();
        let mut at = 0;
        loop {
            let mut less = small.clone();
            if !less.leave_out(at) {
                return small;
            }
            if less.failure(&mut Seen::default()).map(refused) == whole {
                small = less;
            } else {
                at += 1;
            }
        }
    }

    /// Leaves out the thing of this number; false where there are not so many.
    fn leave_out(&mut self, mut at: usize) -> bool {
        fn from<T>(all: &mut Vec<T>, at: &mut usize) -> bool {
            if *at < all.len() {
                all.remove(*at);
                return true;
            }
            *at -= all.len();
            false
        }
        if self.questions.len() > 1 && from(&mut self.questions, &mut at)
            || from(&mut self.grants, &mut at)
        {
            return true;
        }
        self.policy.roles.values_mut().any(|role| {
            let mut whens = role.allow.iter_mut().map(|(_, when)| when);
            whens.any(|when| from(when, &mut at))
                || role.allow.len() > 1 && from(&mut role.allow, &mut at)
                || from(&mut role.deny, &mut at)
                || from(&mut role.inherits, &mut at)
                || from(&mut role.require, &mut at)
        }) || {
            let name = self.policy.fields.keys().nth(at).cloned();
            name.is_some_and(|name| self.policy.fields.remove(&name).is_some())
        }
    }
}

/// With the owner and with what is known.
fn whole<'a>(request: Request<'a>, q: &'a Question, facts: Facts<'a>) -> Request<'a> {
    let request = request.with_facts(facts);
    match &q.owner {
        Some(owner) => request.owned_by(owner),
        None => request,
    }
}

fn sight(visibility: Visibility) -> Sight {
    match visibility {
        Visibility::Show => Sight::Show,
        Visibility::Mask => Sight::Mask,
        Visibility::Pseudonym => Sight::Pseudonym,
        Visibility::Hide => Sight::Hide,
        _ => panic!("a visibility that the rules do not know: {visibility:?}"),
    }
}

fn answer(decision: &Decision<'_>) -> Answer {
    let reason = match decision.outcome() {
        Outcome::Allow(_) => return Answer::Allow,
        Outcome::Deny(reason) => reason,
    };
    match reason {
        Reason::ExplicitDeny { .. } => Answer::ExplicitDeny,
        Reason::StepUpRequired { within } => Answer::StepUp(-(within.as_secs() as i64 / 60)),
        Reason::ConditionUnmet { condition } => Answer::Unmet(kind(condition)),
        Reason::Expired => Answer::Expired,
        Reason::NotYetValid => Answer::NotYetValid,
        Reason::OtherTenant => Answer::OtherTenant,
        Reason::NoGrant => Answer::NoGrant,
        _ => panic!("a reason that the rules do not know: {reason:?}"),
    }
}

fn kind(condition: Condition) -> Kind {
    match condition {
        Condition::Time => Kind::Time,
        Condition::Address => Kind::Address,
        Condition::Environment => Kind::Environment,
        Condition::Attribute => Kind::Attribute,
        Condition::Owner => Kind::Owner,
        _ => panic!("a condition that the rules do not know: {condition:?}"),
    }
}

/// How often each answer was right: a test of questions that are all denied would show little.
#[derive(Default)]
struct Seen(std::collections::BTreeMap<Answer, u64>);

impl Seen {
    fn note(&mut self, answer: Answer) {
        let answer = match answer {
            Answer::StepUp(_) => Answer::StepUp(0),
            answer => answer,
        };
        *self.0.entry(answer).or_default() += 1;
    }

    fn is_everything(&self) {
        println!("{:?}", self.0);
        let total: u64 = self.0.values().sum();
        assert_eq!(self.0.len(), 12, "{:?}", self.0);
        for (answer, count) in &self.0 {
            assert!(count * 1000 > total, "only {count} of {total}: {answer:?}");
        }
    }
}
