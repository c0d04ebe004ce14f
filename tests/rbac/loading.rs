//! Files that are read, and files that are refused with all findings.

use crate::{ask, policy, roles};
use portcullis::rbac::{Policy, Problem};

/// RB-12: line and column of every finding, and what it says.
#[test]
fn a_wrong_policy_is_refused_with_all_findings_at_their_places() {
    let cases: Vec<_> = include_str!("../vectors/rbac/findings.txt")
        .split("=== ")
        .skip(1)
        .collect();
    assert_eq!(cases.len(), 23);
    for case in cases {
        let (name, rest) = case.split_once('\n').unwrap();
        let (text, expected) = rest.split_once("---\n").unwrap();
        let findings = text.parse::<Policy>().unwrap_err();
        assert_eq!(findings.to_string(), expected.trim_end(), "{name}");
    }
}

/// RB-12.
#[test]
fn a_hundred_findings_are_listed_and_the_rest_is_counted() {
    let wrong: String = (0..250).map(|i| format!("k{i:03} = 1\n")).collect();
    let findings = format!("portcullis = 1\n{wrong}")
        .parse::<Policy>()
        .unwrap_err();
    assert_eq!((findings.iter().len(), findings.omitted()), (100, 150));
    assert!(
        findings
            .iter()
            .map(|finding| (finding.line(), finding.column()))
            .eq((2..102).map(|line| (line, 1)))
    );
    assert!(findings.to_string().ends_with("\nand 150 more"));
}

/// RB-12: a file that is not TOML is refused for that, at each place.
#[test]
fn places_that_are_not_toml_are_found() {
    let findings = "portcullis = 1\n[roles.a\nx = \n[roles.b]\nallow = [\"a:b\"\n"
        .parse::<Policy>()
        .unwrap_err();
    let lines: Vec<_> = findings.iter().map(|finding| finding.line()).collect();
    assert!(
        findings
            .iter()
            .all(|finding| matches!(finding.problem(), Problem::Toml(_)))
    );
    assert_eq!(lines, [2, 5], "{findings}");
    let long = format!("{}\n= \n= \n", "# ".repeat(40_000));
    assert_eq!(long.parse::<Policy>().unwrap_err().iter().len(), 1);
}

pub fn chain(levels: usize) -> String {
    let roles = (1..levels).map(|i| format!("[roles.r{i}]\ninherits = [\"r{}\"]\n", i - 1));
    format!(
        "portcullis = 1\n[roles.r0]\nallow = [\"a:b\"]\n{}",
        roles.collect::<String>()
    )
}

/// RB-12: ten thousand levels are refused, a thousand are flattened; neither by recursion.
#[test]
fn a_chain_of_roles_is_flattened_or_refused() {
    let policy: Policy = chain(1_400).parse().unwrap();
    assert!(ask(&policy, &roles(["r1399"]), "a:b").starts_with("allowed"));
    let findings = chain(10_000).parse::<Policy>().unwrap_err();
    assert!(matches!(
        findings.iter().next().unwrap().problem(),
        Problem::TooMuchInheritance(_)
    ));
    let closed = chain(10_000).replacen("allow = [\"a:b\"]", "inherits = [\"r9999\"]", 1);
    let findings = closed.parse::<Policy>().unwrap_err();
    assert_eq!(findings.iter().len(), 1, "{findings}");
    assert!(matches!(
        findings.iter().next().unwrap().problem(),
        Problem::Cycle(_)
    ));
}

/// RB-12: few lines that mean hundreds of millions of pairs are refused too.
#[test]
fn a_hub_between_many_roles_is_refused() {
    let many = 15_000;
    let below: String = (0..many).map(|i| format!("[roles.b{i}]\n")).collect();
    let hub: Vec<String> = (0..many).map(|i| format!("\"b{i}\"")).collect();
    let above: String = (0..many)
        .map(|i| format!("[roles.a{i}]\ninherits=[\"h\"]\n"))
        .collect();
    let text = format!(
        "portcullis = 1\n[roles.h]\ninherits = [{}]\n{below}{above}",
        hub.join(",")
    );
    assert!(text.len() < Policy::MAX_LEN);
    let findings = text.parse::<Policy>().unwrap_err();
    assert!(matches!(
        findings.iter().next().unwrap().problem(),
        Problem::TooMuchInheritance(_)
    ));
}

/// RB-12: a million permissions are read; a longer file is not.
#[test]
fn a_million_permissions_are_read_and_a_longer_file_is_refused() {
    let list = |n: usize| (0..n).map(|i| format!("\"p{i}:r\",")).collect::<String>();
    let million = format!("portcullis = 1\nroles.a.allow = [{}]\n", list(1_000_000));
    let policy: Policy = million.parse().unwrap();
    assert_eq!(policy.allow_rules().count(), 1_000_000);
    assert!(ask(&policy, &roles(["a"]), "p999999:r").starts_with("allowed"));
    let long = format!("{million}#{}", " ".repeat(Policy::MAX_LEN - million.len()));
    let findings = long.parse::<Policy>().unwrap_err();
    assert_eq!(
        findings.to_string(),
        "line 1, column 1: the file is longer than 16777216 bytes"
    );
    let many = format!(
        "portcullis = 1\nroles.a.allow = [{}]\nroles.b.deny = [{}]\n",
        list(40_000),
        list(40_000)
    );
    let policy: Policy = many.parse().unwrap();
    assert!(ask(&policy, &roles(["a"]), "p39999:r").starts_with("allowed"));
    assert!(ask(&policy, &roles(["a", "b"]), "p39999:r").starts_with("denied"));
}

/// RB-12: denials and allowances that all begin alike are not compared each with each.
#[test]
fn many_denials_of_nothing_are_not_compared_each_with_each() {
    let list = |name: &str| {
        (0..30_000)
            .map(|i| format!("\"*:{name}{i}\","))
            .collect::<String>()
    };
    let text = format!(
        "portcullis = 1\nroles.a.allow = [{}]\nroles.b.deny = [{}]\n",
        list("x"),
        list("y")
    );
    let findings = text.parse::<Policy>().unwrap_err();
    assert!(
        findings
            .iter()
            .all(|finding| matches!(finding.problem(), Problem::DeniesNothing(_)))
    );
    // each denial is compared with 30,000 patterns, two segments with two, and sixteen million are
    // looked at
    let total = findings.iter().len() + findings.omitted();
    assert_eq!(total, 16_000_000 / (30_000 * 4));
}

/// RB-12: a comparison of long sets is as much work as many of short ones, and counts as much.
#[test]
fn many_denials_of_long_sets_are_not_compared_each_with_each() {
    let set = |name: &str, i: usize| {
        let literals: Vec<_> = (0..300).map(|n| format!("{name}{i}_{n}")).collect();
        format!("\"a:{}\",", literals.join(","))
    };
    let list = |name: &str| (0..1_500).map(|i| set(name, i)).collect::<String>();
    let text = format!(
        "portcullis = 1\nroles.a.allow = [{}]\nroles.b.deny = [{}]\n",
        list("x"),
        list("y")
    );
    assert!(text.len() > 8_000_000, "{}", text.len());
    let findings = text.parse::<Policy>().unwrap_err();
    // `a` and three hundred on either side
    let total = findings.iter().len() + findings.omitted();
    assert_eq!(total, 16_000_000 / (1_500 * 602));
}

/// RB-12: tables within tables would overflow the stack, of the parser or of the destructor.
#[test]
fn a_file_that_nests_without_end_is_refused() {
    let dotted = format!("{}a={{", "a.".repeat(70));
    for text in [
        format!("{}{}", dotted.repeat(79), "}".repeat(79)),
        format!("x=1\n[x.y]\n{}{}", dotted.repeat(79), "}".repeat(79)),
        format!("{}a = 1", "a.".repeat(300_000)),
        format!("[{}a]", "a.".repeat(300_000)),
        format!("a = {}", "[".repeat(500_000)),
        format!("{}1{}", "a={".repeat(200_000), "}".repeat(200_000)),
    ] {
        let findings = format!("portcullis = 1\n{text}\n")
            .parse::<Policy>()
            .unwrap_err();
        assert!(findings.iter().count() > 0);
    }
    // the deepest that is read, and dropped, in the two MiB of a test's thread
    let deepest = format!("{}a={{}}{}", "a.b.c.d.e={\n".repeat(79), "}".repeat(79));
    let findings = deepest.parse::<Policy>().unwrap_err();
    assert_eq!(
        findings.to_string(),
        "line 1, column 1: `portcullis` is missing\nline 1, column 1: `a` is no key of this place\nline 4, column 3: keys are nested too deep"
    );
}

/// RB-12: dots in texts and comments are no nesting.
#[test]
fn a_long_line_of_dotted_texts_is_no_nesting() {
    let list: String = (0..200).map(|i| format!("\"a.b.c.{i}:d.e.f\", ")).collect();
    let text = format!("portcullis = 1 # ...........\nroles.\"a.b.c.d.e.f.g\".allow = [{list}]");
    let policy: Policy = text.parse().unwrap();
    assert_eq!(policy.roles().collect::<Vec<_>>(), ["a.b.c.d.e.f.g"]);
}

/// RB-12: the names, for lists and reports.
#[test]
fn roles_and_fields_are_listed_in_order() {
    let policy = policy();
    assert_eq!(
        policy.roles().collect::<Vec<_>>(),
        ["admin", "limited", "owner", "support", "user"]
    );
    assert_eq!(
        policy.fields().collect::<Vec<_>>(),
        ["contact.address.city", "contact.email", "contact.salary"]
    );
    let classes = policy
        .fields()
        .map(|name| policy.field(name).unwrap().class());
    assert_eq!(classes.collect::<Vec<_>>(), [None, Some("pii"), None]);
    assert!(policy.field("contact").is_none());
}
