//! What holds of every pattern, of all grants and of any text.

use std::collections::BTreeSet;

use portcullis::rbac::{Grants, Pattern, Permission, Policy};
use proptest::prelude::*;

use crate::{draw, draw::Draw, naive::matches, render};

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

/// Every permission of up to four segments over the literals that the patterns know and one more.
fn universe() -> impl Iterator<Item = String> {
    let mut all = Vec::new();
    let mut last = vec![String::new()];
    for _ in 0..4 {
        let longer = |p: &String| ["a", "b", "c", "read"].map(|s| format!("{p}:{s}"));
        last = last.iter().flat_map(longer).collect();
        all.extend(last.iter().map(|p| p.trim_start_matches(':').to_owned()));
    }
    all.into_iter()
}

proptest! {
    /// RB-01.
    #[test]
    fn a_pattern_implies_another_when_it_matches_all_that_the_other_matches(one in pattern(), other in pattern()) {
        let all_of_other = universe().filter(|p| matches(&other, p)).all(|p| matches(&one, &p));
        let (one, other) = (Pattern::parse(&one).unwrap(), Pattern::parse(&other).unwrap());
        prop_assert_eq!(one.implies(&other), all_of_other, "{} {}", one, other);
    }

    /// RB-12: a denial is refused exactly when it has nothing in common with what is allowed.
    #[test]
    fn a_denial_is_refused_when_it_has_nothing_to_deny(allow in pattern(), deny in pattern()) {
        let common = universe().any(|p| matches(&allow, &p) && matches(&deny, &p));
        let text = format!("portcullis = 1\nroles.a.allow = [{allow:?}]\nroles.b.deny = [{deny:?}]");
        prop_assert_eq!(text.parse::<Policy>().is_ok(), common);
    }

    /// RB-01.
    #[test]
    fn patterns_match_permissions_as_the_rules_say(pattern in pattern(), asked in permission()) {
        let found = Pattern::parse(&pattern).unwrap().matches(&Permission::parse(&asked).unwrap());
        prop_assert_eq!(found, matches(&pattern, &asked));
    }

    /// RB-12.
    #[test]
    fn what_a_pattern_prints_reads_as_the_same_pattern(text in pattern()) {
        let pattern = Pattern::parse(&text).unwrap();
        prop_assert_eq!(Pattern::parse(&pattern.to_string()), Ok(pattern));
    }

    /// RB-05: the same grants in any order, encoded, are the same grants.
    #[test]
    fn what_grants_encode_decodes_to_the_same_grants(seed in any::<u64>()) {
        let mut d = Draw(seed);
        let policy = draw::policy(&mut d);
        let mut held = draw::grants(&mut d, &policy);
        let all = render::grants(&held);
        d.shuffle(&mut held);
        prop_assert_eq!(&render::grants(&held), &all);
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
