//! TOML and JSON: the same keys, the same meaning, every finding at its place.

use portcullis::rbac::{Policy, Problem};

fn refused(json: &str) -> String {
    Policy::from_json(json).unwrap_err().to_string()
}

/// RB-12: what a file says does not depend on its format.
#[test]
fn toml_and_json_give_the_same_policy() {
    let toml = Policy::from_toml(
        r#"
        portcullis = 1
        roles.user.allow = ["a:b", { permission = "c:d", when = "owner" }]
        [[field]]
        name = "a.b"
        show = ["user"]
        "#,
    );
    let json = Policy::from_json(
        r#" {"field": [{"show": ["user"], "name": "a.b"}], "roles": {"user": {"allow":
        [{"when": "owner", "permission": "c:d"}, "\u0061:b"]}}, "portcullis": 1} "#,
    );
    assert_eq!(toml.unwrap(), json.unwrap());
}

/// RB-12: findings of a JSON file have the line and the column of what is wrong.
#[test]
fn a_wrong_json_policy_is_refused_with_all_findings_at_their_places() {
    let text = r#"{
  "portcullis": 2,
  "roles": {
    "admin": { "allow": ["project:re*d", "größe", "\u0061::b", 7], "inherits": ["usr"] },
    "admin": {},
    "user": { "allow": "project:read", "alow": [], "max_grant": "4 h" }
  },
  "field": { "name": "a" },
  "roels": null
}"#;
    assert_eq!(
        refused(text),
        "line 2, column 17: this version reads policies that begin with `portcullis = 1`\n\
         line 4, column 37: this character is not one of A-Z a-z 0-9 . _ @ / + = ~ -\n\
         line 4, column 45: this character is not one of A-Z a-z 0-9 . _ @ / + = ~ -\n\
         line 4, column 51: nothing stands here; 1 to 128 characters are needed\n\
         line 4, column 64: a permission in quotation marks is needed here\n\
         line 4, column 81: role `usr` is not defined; did you mean `user`?\n\
         line 5, column 5: `admin` stands here for the second time\n\
         line 6, column 24: a list of permissions is needed here\n\
         line 6, column 40: `alow` is no key of this place; did you mean `allow`?\n\
         line 6, column 65: a time such as `12h` is needed: a whole number and s, m, h or d, at most 366 days\n\
         line 8, column 12: a list of tables: [[field]] is needed here\n\
         line 9, column 3: `roels` is no key of this place; did you mean `roles`?"
    );
}

/// RB-12: JSON is RFC 8259 and nothing beside it; the first place that is not ends the reading.
#[test]
fn what_is_not_json_is_refused_at_its_place() {
    for (text, line, column) in [
        ("", 1, 1),
        (" \n ", 2, 2),
        ("{", 1, 2),
        ("[1", 1, 3),
        ("{\"a\"", 1, 5),
        ("{\"a\":", 1, 6),
        ("{\"a\":1", 1, 7),
        ("{\"a\":1,", 1, 8),
        ("{\"a\":1,}", 1, 8),
        ("{\"a\":[1,]}", 1, 9),
        ("{\"a\":[,1]}", 1, 7),
        ("{\"a\" 1}", 1, 6),
        ("{\"a\":1 \"b\":2}", 1, 8),
        ("{\"a\":[1 2]}", 1, 9),
        ("{\"a\":[1}", 1, 8),
        ("{a:1}", 1, 2),
        ("{'a':1}", 1, 2),
        ("{\"a\":'b'}", 1, 6),
        ("{\"a\":b}", 1, 6),
        ("{\"a\":True}", 1, 6),
        ("{\"a\":nulll}", 1, 6),
        ("{\"a\":NaN}", 1, 6),
        ("{\"a\":-Infinity}", 1, 6),
        ("{\"a\":+1}", 1, 6),
        ("{\"a\":01}", 1, 7),
        ("{\"a\":.5}", 1, 6),
        ("{\"a\":5.}", 1, 6),
        ("{\"a\":0x1}", 1, 6),
        ("{\"a\":1e}", 1, 8),
        ("{\"a\":-}", 1, 7),
        ("{} {}", 1, 4),
        ("{} x", 1, 4),
        ("{}\n// end", 2, 1),
        ("{/* no */}", 1, 2),
        ("{}\u{b}", 1, 3),
        ("{\u{c}}", 1, 2),
        ("{\u{a0}}", 1, 2),
        ("\u{feff}{}", 1, 1),
        ("{}\0", 1, 3),
        ("{\"a\":\"b\tc\"}", 1, 8),
        ("{\"a\":\"b\nc\"}", 1, 8),
        ("{\"a\u{1}\":1}", 1, 4),
        ("{\"a\":\"\\x41\"}", 1, 7),
        ("{\"a\":\"\\'\"}", 1, 7),
        ("{\"a\":\"\\u12\"}", 1, 7),
        ("{\"a\":\"\\ud800\"}", 1, 7),
        ("{\"a\":\"\\udc00\"}", 1, 7),
        ("{\"a\":\"\\ud800\\u0061\"}", 1, 7),
        ("{\"a\":\"", 1, 6),
        ("{\"ä\":\"\\", 1, 6),
        ("{\"ä\":]", 1, 6),
    ] {
        let findings = Policy::from_json(text).unwrap_err();
        let found: Vec<_> = findings.iter().collect();
        assert_eq!(found.len(), 1, "{text:?}: {findings}");
        assert!(
            matches!(found[0].problem(), Problem::Json(_)),
            "{text:?}: {findings}"
        );
        assert_eq!(
            (found[0].line(), found[0].column()),
            (line, column),
            "{text:?}: {findings}"
        );
        assert!(
            serde_json::from_str::<serde_json::Value>(text).is_err(),
            "{text:?}"
        );
    }
}

/// RB-12: JSON that people write by hand often has comments; they are told.
#[test]
fn json_has_no_comments() {
    for text in ["// a policy\n{}", "/* a policy */ {}"] {
        assert_eq!(refused(text), "line 1, column 1: JSON has no comments");
    }
}

/// RB-12: the more findings, the fewer suggestions: each costs a look at every name.
#[test]
fn suggestions_end_where_findings_are_not_listed() {
    let fields = (0..250).rev();
    let fields: String = fields
        .map(|i| format!("[[field]]\nname = \"f{i:03}\"\nclass = \"pij\"\n"))
        .collect();
    let text = format!("portcullis = 1\n[[class]]\nname = \"pii\"\n{fields}");
    let findings = Policy::from_toml(&text).unwrap_err();
    // fields are looked at in the order of their names, the last of which come first in the file
    assert_eq!((findings.iter().len(), findings.omitted()), (100, 150));
    for finding in &findings {
        assert!(
            matches!(finding.problem(), Problem::UnknownClass { meant: None, .. }),
            "{finding}"
        );
    }
}

/// RB-12: whatever JSON is not a policy is told what a policy needs.
#[test]
fn json_that_is_no_policy_is_refused() {
    for text in [
        "null",
        "1",
        "-0.5e+3",
        "\"portcullis\"",
        "[]",
        "[{}]",
        "true",
    ] {
        assert_eq!(
            refused(text),
            "line 1, column 1: a table: the keys of a policy is needed here",
            "{text}"
        );
    }
    assert_eq!(refused("{}"), "line 1, column 1: `portcullis` is missing");
    for version in ["1.0", "1e0", "true", "\"1\"", "null", "[1]", "01"] {
        let findings = Policy::from_json(&format!("{{\"portcullis\":{version}}}"));
        assert_eq!(findings.unwrap_err().iter().len(), 1, "{version}");
    }
}

/// RB-12: a number has one spelling in both formats.
#[test]
fn a_number_is_written_in_decimal() {
    for number in ["0x1", "0o1", "0b1", "1.0", "1e0", "inf", "2026-11-21"] {
        let text = format!("portcullis = {number}\n[roles.a]\nmax_members = {number}\n");
        let findings = Policy::from_toml(&text).unwrap_err();
        assert_eq!(
            findings.to_string(),
            "line 1, column 14: this version reads policies that begin with `portcullis = 1`\n\
             line 3, column 15: a whole number from 1 to 1000000000 is needed here",
            "{number}"
        );
    }
}

/// RB-12: a key that stands twice is refused in both formats, however it is written.
#[test]
fn a_key_that_stands_twice_is_refused() {
    let json = r#"{"portcullis": 1, "roles": {"a": {"allow": ["a:b"], "\u0061llow": ["c:d"]}}}"#;
    assert_eq!(
        refused(json),
        "line 1, column 53: `allow` stands here for the second time"
    );
    for toml in [
        "portcullis = 1\nportcullis = 1\n",
        "portcullis = 1\n[roles.a]\n[roles.a]\n",
        "portcullis = 1\n[roles.a]\nallow = [\"a:b\"]\nallow = [\"a:b\"]\n",
        "portcullis = 1\n[roles.a]\nallow = [\"a:b\"]\n\"allow\" = [\"a:b\"]\n",
        "portcullis = 1\nroles.a.allow = []\n[roles]\n",
        "portcullis = 1\nroles.a = { allow = [], allow = [] }\n",
    ] {
        let findings = Policy::from_toml(toml).unwrap_err();
        assert_eq!(findings.iter().len(), 1, "{toml}{findings}");
        let problem = findings.iter().next().unwrap().problem();
        assert!(matches!(problem, Problem::Toml(_)), "{toml}{findings}");
    }
}

/// RB-12: tables and lists in each other end where no policy goes, in the two MiB of this thread.
#[test]
fn json_that_nests_without_end_is_refused() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"a\":", "}]")] {
        for depth in [20, 1_000, 1_000_000] {
            let ended = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            for text in [open.repeat(depth), ended] {
                let findings = Policy::from_json(&text).unwrap_err();
                let problems: Vec<_> = findings.iter().map(|f| f.problem().clone()).collect();
                assert_eq!(problems, [Problem::TooDeep], "{open} {depth}");
            }
        }
    }
    let key = format!(
        "{{\"portcullis\":1,\"deep\":{}1{}}}",
        "[".repeat(15),
        "]".repeat(15)
    );
    assert_eq!(
        refused(&key),
        "line 1, column 17: `deep` is no key of this place"
    );
}

/// RB-12: names that differ in case or look alike are not mixed up: one that the policy does not
/// have is unknown, and one in other letters is no name.
#[test]
fn names_that_look_alike_are_refused() {
    let role = |name: &str| {
        let text = format!(
            "{{\"portcullis\":1,\"roles\":{{\"admin\":{{}},\"b\":{{\"inherits\":[\"{name}\"]}}}}}}"
        );
        refused(&text)
    };
    assert_eq!(
        role("Admin"),
        "line 1, column 54: role `Admin` is not defined; did you mean `admin`?"
    );
    // U+0430, the Cyrillic letter
    assert_eq!(
        role("\u{430}dmin"),
        "line 1, column 54: role `\u{430}dmin` is not defined; did you mean `admin`?"
    );
    for name in [
        "\u{430}dmin",
        "admin ",
        "ad\u{200b}min",
        "\u{ff41}dmin",
        "*",
        "",
    ] {
        let text = format!("{{\"portcullis\":1,\"roles\":{{\"{name}\":{{}}}}}}");
        let findings = Policy::from_json(&text).unwrap_err();
        let problem = findings.iter().next().unwrap().problem();
        assert!(
            matches!(problem, Problem::Syntax(_)),
            "{name:?}: {findings}"
        );
    }
}

/// RB-12: nothing that a hostile file says takes more than some passes over it: these end.
#[test]
fn long_hostile_files_are_refused() {
    let fill = |part: &str, len: usize| part.repeat((len - 64) / part.len());
    let whole = |part: &str| fill(part, Policy::MAX_LEN);
    let list = |part: &str| format!("{{\"portcullis\":1,\"x\":[{}1]}}", fill(part, 1 << 22));
    let keys: String = (0..200_000).map(|i| format!("\"k{i}\":1,\n")).collect();
    for text in [
        whole(" "),
        whole("\""),
        whole("["),
        list("1,"),
        list("\"\\u0061\","),
        list("{\"a\":1,\"a\":2},"),
        format!("{{{keys}\"portcullis\":1}}"),
    ] {
        assert!(Policy::from_json(&text).unwrap_err().iter().len() > 0);
    }
    let numbered = |line: &str| {
        let lines = (0..60_000).map(|i| line.replace('#', &i.to_string()) + "\n");
        format!("portcullis = 1\n{}", lines.collect::<String>())
    };
    for text in [
        whole("\""),
        fill("=\n", 1 << 20),
        fill("[a]\n", 1 << 20),
        numbered("k# = 1"),
        numbered("a.b.c.k# = 1"),
        numbered("[[field]]\nname = \"f\""),
        numbered("[roles.r#]\ninherits = [\"q#\"]"),
    ] {
        assert!(Policy::from_toml(&text).unwrap_err().iter().len() > 0);
    }
}
