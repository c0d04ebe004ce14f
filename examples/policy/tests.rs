#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests stop at what they did not expect"
)]

use std::{ffi::OsString, io, path::Path};

use crate::{run, status};

/// What the command says, and its exit status; file names are those of this directory.
fn policy(command: &str) -> (String, u8) {
    let here = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/policy/");
    let arguments = format!("policy {command} --at 2026-11-21T09:00:00Z");
    let arguments = arguments.split(' ').map(|argument| {
        let is_file = argument.ends_with(".toml")
            || argument.ends_with(".json")
            || argument.ends_with(".csv");
        if is_file {
            format!("{here}{argument}").into()
        } else {
            argument.into()
        }
    });
    let mut out = Vec::new();
    let status = run(arguments, &mut out).unwrap();
    (String::from_utf8(out).unwrap().replace(here, ""), status)
}

#[track_caller]
fn says(command: &str, text: &str, status: u8) {
    assert_eq!(policy(command), (text.to_owned(), status));
}

#[test]
fn the_same_policy_has_the_same_version_in_both_formats() {
    let (text, status) = policy("check policy.toml policy.json");
    let versions: Vec<_> = text
        .lines()
        .map(|line| line.rsplit(' ').next().unwrap())
        .collect();
    assert_eq!((versions.len(), status), (2, 0));
    assert_eq!(versions[0], versions[1]);
    let (json, _) = policy("print policy.toml --json");
    assert_eq!(json, include_str!("policy.json"));
    let (toml, _) = policy("print policy.json");
    assert_eq!(toml, policy("print policy.toml").0);
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("wrong.toml");
    std::fs::write(
        &path,
        "portcullis = 1\n[roles.a]\nalow = [\"x\"]\ninherits = [\"b\"]\n",
    )
    .unwrap();
    let mut out = Vec::new();
    let arguments = [
        "policy".into(),
        "check".into(),
        path.clone().into_os_string(),
    ];
    assert_eq!(run(arguments, &mut out).unwrap(), 1);
    let path = path.display();
    let text = format!(
        "{path}:3:1: `alow` is no key of this place; did you mean `allow`?\n\
         {path}:4:13: role `b` is not defined\n"
    );
    assert_eq!(String::from_utf8(out).unwrap(), text);
}

#[test]
fn findings_are_listed() {
    says(
        "lint policy.toml",
        "loosening  role `admin` allows `role:assign:editor,employee` and has what `editor` and \
         `employee` would give only under conditions that would not be asked for\n",
        1,
    );
    let (text, status) = policy("lint next.toml");
    let names: Vec<_> = text
        .lines()
        .map(|line| line.split(' ').next().unwrap())
        .collect();
    let expected = [
        "escalation",
        "loosening",
        "separated-role",
        "shadowed-rule",
        "unseen-field",
    ];
    assert_eq!((names, status), (expected.to_vec(), 1));
}

#[test]
fn a_denial_is_explained() {
    let text = "\
may `bea` do `project:edit` in tenant `acme`, at 2026-11-21T09:00:00Z?
denied: role `frozen` must not `project:archive,delete,edit`; policy VERSION

grants
  editor  in acme                               active: allows `project:archive,edit`
  frozen  everywhere from 2026-11-01T00:00:00Z  active: denies `project:archive,delete,edit`

to allow it
  withdraw `frozen` everywhere from 2026-11-01T00:00:00Z, which denies `project:archive,delete,edit`
";
    let (said, status) = policy("explain policy.toml grants.csv bea acme project:edit");
    let (checked, _) = policy("check policy.toml");
    let version: String = checked
        .rsplit(' ')
        .next()
        .unwrap()
        .chars()
        .take(8)
        .collect();
    assert_eq!((said, status), (text.replace("VERSION", &version), 1));
    let fresh = "--second-factor 2026-11-21T08:00:00Z";
    assert_eq!(
        policy("explain policy.toml grants.csv ada acme project:delete").1,
        1
    );
    assert_eq!(
        policy(&format!(
            "explain policy.toml grants.csv ada acme project:delete {fresh}"
        ))
        .1,
        0
    );
    let production = "--environment production";
    assert_eq!(
        policy("explain policy.toml grants.csv dan acme project:read").1,
        1
    );
    assert_eq!(
        policy(&format!(
            "explain policy.toml grants.csv dan acme project:read {production}"
        ))
        .1,
        0
    );
}

#[test]
fn who_can_and_what_can_be_done_are_listed() {
    says(
        "who-can policy.toml grants.csv acme note:edit:7",
        "`ada` as `admin` when owner and mfa_within 12h\n\
         `bea` as `editor` when owner\n\
         `cyd` as `employee` when owner\n",
        0,
    );
    says(
        "who-can policy.toml grants.csv acme payment:create",
        "nobody\n",
        1,
    );
    says(
        "what-can policy.toml grants.csv bea acme",
        "`note:edit:*`      as editor  when owner\n\
         `project:comment`  as editor\n\
         `project:read`     as editor\n",
        0,
    );
}

#[test]
fn a_change_is_told_for_roles_and_for_subjects() {
    let (text, status) = policy("diff policy.toml next.toml");
    assert_eq!(status, 1);
    assert!(text.contains("role `editor`\n  gains  `note:edit:*` (before only when owner)\n  loses  `project:archive`\n"));
    let (text, status) = policy("diff policy.toml next.toml grants.csv");
    assert_eq!(status, 1);
    assert!(text.contains(
        "with `employee`\n  `cyd` in acme\n  gains  `note:edit:*` (before only when owner)\n"
    ));
    says("diff policy.toml policy.json", "no change\n", 0);
    says(
        "diff policy.toml policy.json grants.csv",
        "no change for these subjects\n",
        0,
    );
}

#[test]
fn every_answer_has_a_form_for_programs() {
    for command in [
        "lint next.toml",
        "explain policy.toml grants.csv ada acme project:delete",
        "who-can policy.toml grants.csv acme note:edit:7",
        "what-can policy.toml grants.csv ada acme",
        "diff policy.toml next.toml",
        "diff policy.toml next.toml grants.csv",
    ] {
        let (plain, json) = (policy(command), policy(&format!("{command} --json")));
        let form: serde_json::Value = serde_json::from_str(&json.0).unwrap();
        assert!(form.is_object() || form.is_array());
        assert_eq!(json.1, plain.1);
    }
}

#[test]
fn what_cannot_be_said_is_told_apart_from_no() {
    for command in [
        "check missing.toml",
        "explain policy.toml grants.csv bea acme project:*",
        "lint",
        "paint policy.toml",
        "diff policy.toml grants.csv",
        "who-can policy.toml policy.toml acme x",
        "lint policy.toml --attribute x",
    ] {
        assert_eq!(policy(command), (String::new(), 2), "{command}");
    }
}

/// What the command says of files in a directory of their own.
fn policy_in(directory: &Path, arguments: &[&str]) -> (String, u8) {
    let arguments = arguments.iter().map(|argument| {
        if argument.contains('.') {
            directory.join(argument).into_os_string()
        } else {
            OsString::from(argument)
        }
    });
    let mut out = Vec::new();
    let status = run(
        [OsString::from("policy")].into_iter().chain(arguments),
        &mut out,
    )
    .unwrap();
    let said = String::from_utf8(out).unwrap();
    (
        said.replace(&format!("{}/", directory.display()), ""),
        status,
    )
}

fn written(files: &[(&str, &str)]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(directory.path().join(name), text).unwrap();
    }
    directory
}

#[test]
fn a_tenant_that_is_left_out_is_not_everywhere() {
    let policy = "portcullis = 1\nroles.a.allow = [\"x\"]\n";
    let files = [
        ("a.toml", policy),
        ("left_out.csv", "subject,role,tenant,from,until\nada,a,,,\n"),
        ("star.csv", "subject,role,tenant,from,until\nada,a,*,,\n"),
    ];
    let directory = written(&files);
    let who_can = |grants| {
        policy_in(
            directory.path(),
            &["who-can", "a.toml", grants, "acme", "x"],
        )
    };
    assert_eq!(who_can("left_out.csv"), (String::new(), 2));
    assert_eq!(who_can("star.csv"), ("`ada` as `a`\n".to_owned(), 0));
    let path = directory.path().join("left_out.csv");
    let policy = crate::file::policy(&directory.path().join("a.toml")).unwrap();
    let wrong = crate::file::snapshot(&path, policy).unwrap_err();
    let text = format!(
        "{}: line 2: a tenant is missing; `*` counts everywhere",
        path.display()
    );
    assert_eq!(wrong.to_string(), text);
}

#[test]
fn a_file_that_cannot_be_read_does_not_hide_what_is_wrong_with_others() {
    let bad = "portcullis = 1\n[roles.a]\nalow = [\"x\"]\n";
    let directory = written(&[("bad.toml", bad)]);
    let text = "bad.toml:3:1: `alow` is no key of this place; did you mean `allow`?\n";
    for order in [["bad.toml", "missing.toml"], ["missing.toml", "bad.toml"]] {
        let (said, status) = policy_in(directory.path(), &["check", order[0], order[1]]);
        assert_eq!((said.as_str(), status), (text, 2));
    }
}

#[test]
fn a_change_that_touches_no_subject_listed_is_still_a_change() {
    let directory = written(&[
        (
            "old.toml",
            "portcullis = 1\nroles.a.allow = [\"x\"]\nroles.b.allow = [\"y\"]\n",
        ),
        (
            "new.toml",
            "portcullis = 1\nroles.a.allow = [\"x\"]\nroles.b.allow = [\"z\"]\n",
        ),
        ("grants.csv", "subject,role,tenant,from,until\nada,a,*,,\n"),
    ]);
    let (said, status) = policy_in(
        directory.path(),
        &["diff", "old.toml", "new.toml", "grants.csv"],
    );
    assert_eq!(
        (said.as_str(), status),
        ("no change for these subjects\n", 1)
    );
    let (said, status) = policy_in(directory.path(), &["lint", "old.toml"]);
    assert_eq!((said.as_str(), status), ("nothing found\n", 0));
}

/// Nobody reads.
struct Closed;

impl io::Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn an_answer_that_nobody_read_is_not_yes() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/policy/policy.toml");
    assert_eq!(
        status(run(
            ["policy", "check", path].map(OsString::from),
            &mut Closed
        )),
        2
    );
}
