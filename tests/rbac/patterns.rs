//! The grammar of permissions and patterns.

use portcullis::rbac::{Error, Fault, Pattern, Permission, Policy, permission};

use crate::{ask, roles};

/// RB-01: wildcards stand in the policy and never in a question.
#[test]
fn a_permission_is_plain_text() {
    for (text, column, fault) in [
        ("", 1, Fault::Empty),
        (":", 1, Fault::Empty),
        ("project:", 9, Fault::Empty),
        ("project::read", 9, Fault::Empty),
        ("*", 1, Fault::WildcardInQuestion),
        ("project:*", 9, Fault::WildcardInQuestion),
        ("project:**", 9, Fault::WildcardInQuestion),
        ("project:re*d", 11, Fault::Character),
        ("project:read,edit", 13, Fault::Character),
        ("project:read ", 13, Fault::Character),
        ("größe:x", 3, Fault::Character),
        ("a:ö:ü", 3, Fault::Character),
        (&"x".repeat(129), 129, Fault::LiteralTooLong),
        (&["x"; 17].join(":"), 32, Fault::TooManySegments),
        (&"x".repeat(4097), 1, Fault::TooLong),
    ] {
        assert_eq!(
            Permission::parse(text),
            Err(Error::Syntax { column, fault }),
            "{text}"
        );
    }
    let error = Permission::parse("project:*").unwrap_err();
    assert_eq!(
        error.to_string(),
        "character 9: a wildcard cannot be asked for"
    );
    let longest = [
        ["x".repeat(128).as_str(); 16].join(":"),
        "Project:READ@1.0/~+=_-".into(),
    ];
    for text in &longest {
        assert_eq!(text.parse::<Permission>().unwrap().as_str(), text);
    }
}

/// RB-12: every fault of a pattern has its place.
#[test]
fn a_pattern_is_refused_with_the_place_of_its_fault() {
    for (text, column, fault) in [
        ("", 1, Fault::Empty),
        ("   ", 1, Fault::Character),
        ("::,,::,:", 1, Fault::Empty),
        ("a:**:b", 6, Fault::AfterTail),
        ("**:**", 4, Fault::AfterTail),
        ("a:b,*", 5, Fault::WildcardInSet),
        ("a:**,b", 3, Fault::WildcardInSet),
        ("a:b,,c", 5, Fault::Empty),
        ("a:b,c,b", 7, Fault::Repeated),
        ("a:b*", 4, Fault::Character),
        ("a:***", 3, Fault::Character),
    ] {
        assert_eq!(
            Pattern::parse(text),
            Err(Error::Syntax { column, fault }),
            "{text}"
        );
    }
}

/// RB-01: every permission has a first segment.
#[test]
fn anything_and_something_followed_by_anything_are_one_pattern() {
    assert_eq!(Pattern::parse("*:**"), Pattern::parse("**"));
    assert_ne!(Pattern::parse("*:*:**"), Pattern::parse("**"));
    assert_ne!(Pattern::parse("a:**"), Pattern::parse("**"));
}

/// RB-01: what Apache Shiro's own test says, verbatim where the grammars agree, and with `**`
/// where Shiro's permissions are prefixes.
#[test]
fn patterns_imply_each_other_as_in_shiro() {
    let as_prefix = |text: &str| {
        let mut prefix = text;
        while let Some(shorter) = prefix.strip_suffix('*') {
            prefix = shorter.strip_suffix(':').unwrap_or(shorter);
        }
        let separator = if prefix.is_empty() { "" } else { ":" };
        Pattern::parse(&format!("{prefix}{separator}**")).unwrap()
    };
    let lines = include_str!("../vectors/rbac/shiro.txt").lines();
    let cases: Vec<_> = lines.filter(|line| !line.starts_with('#')).collect();
    assert_eq!(cases.len(), 51);
    for case in cases {
        let words: Vec<&str> = case.split(' ').collect();
        let (expected, left, right) = (words[0] == "implies", words[1], words[2]);
        assert_eq!(
            as_prefix(left).implies(&as_prefix(right)),
            expected,
            "{case}"
        );
        let (left, right) = (
            Pattern::parse(left).unwrap(),
            Pattern::parse(right).unwrap(),
        );
        let differs = words.get(3) == Some(&"prefix");
        assert_eq!(left.implies(&right), expected != differs, "{case}");
    }
}

/// RB-12: a wrong literal is refused when the program is compiled, a right one is a constant.
#[test]
fn a_permission_can_be_a_constant() {
    const READ: Permission<'static> = permission!("project:read");
    const PARTS: Permission<'static> = permission!(concat!("project", ":", "read"));
    assert_eq!(Permission::parse("project:read"), Ok(READ));
    assert_eq!(READ, PARTS);
}

/// RB-07: reading a permission copies nothing.
#[test]
fn a_permission_borrows_its_text_until_it_is_made_its_own() {
    let text = String::from("project:read");
    let borrowed = Permission::parse(&text).unwrap();
    assert_eq!(borrowed.as_str().as_ptr(), text.as_ptr());
    let owned = borrowed.into_owned();
    drop(text);
    assert_eq!(owned.as_str(), "project:read");
}

/// RB-01: and with Shiro's own grammar, its own test verbatim.
#[test]
fn patterns_of_shiro_imply_each_other_as_there() {
    let lines = include_str!("../vectors/rbac/shiro.txt").lines();
    let mut asked = 0;
    for case in lines.filter(|line| !line.starts_with('#')) {
        let words: Vec<&str> = case.split(' ').collect();
        let (implies, left, right) = (words[0] == "implies", words[1], words[2]);
        let (own, other) = (
            Pattern::from_shiro(left).unwrap(),
            Pattern::from_shiro(right).unwrap(),
        );
        assert_eq!(own.implies(&other), implies, "{case}");
        assert_eq!(own.to_string().parse(), Ok(own.clone()), "{case}");
        // and asked of a policy, where the right one can be
        let text = format!("portcullis = 1\nmatching = \"shiro\"\nroles.a.allow = [\"{left}\"]");
        let policy: Policy = text.parse().unwrap();
        if let Ok(permission) = right.to_ascii_lowercase().parse::<Permission<'_>>() {
            let allowed = ask(&policy, &roles(["a"]), permission.as_str()).starts_with("allowed");
            assert_eq!(allowed, implies, "{case}");
            asked += 1;
        }
    }
    assert_eq!(asked, 22);
}

/// RB-01: what of Shiro's grammar no permission could mean is refused.
#[test]
fn a_pattern_of_shiro_is_refused_with_the_place_of_its_fault() {
    let segments = |n: usize| {
        ["x"; 16]
            .iter()
            .take(n)
            .copied()
            .collect::<Vec<_>>()
            .join(":")
    };
    for (text, column, fault) in [
        ("", 1, Fault::Empty),
        ("   ", 1, Fault::Character),
        ("::,,::,:", 1, Fault::Empty),
        ("project:", 9, Fault::Empty),
        ("project:read, edit", 14, Fault::Character),
        ("project:**", 9, Fault::Character),
        ("project:*,**", 11, Fault::Character),
        ("Größe", 3, Fault::Character),
        ("project:read,READ", 14, Fault::Repeated),
        (&segments(16), 1, Fault::TooManySegments),
        (&"x".repeat(4097), 1, Fault::TooLong),
    ] {
        assert_eq!(
            Pattern::from_shiro(text),
            Err(Error::Syntax { column, fault }),
            "{text}"
        );
    }
    for (text, pattern) in [
        ("Project:READ", "project:read:**"),
        ("*", "**"),
        ("project:*", "project:**"),
        ("project:*:*", "project:**"),
        ("project:*:1", "project:*:1:**"),
        ("project:read,*", "project:**"),
        ("*:read", "*:read:**"),
        ("b,a", "a,b:**"),
        (&segments(15), &format!("{}:**", segments(15))),
        (
            &format!("{}:*", segments(15)),
            &format!("{}:**", segments(15)),
        ),
    ] {
        assert_eq!(
            Pattern::from_shiro(text).unwrap().to_string(),
            pattern,
            "{text}"
        );
    }
}
