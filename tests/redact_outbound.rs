//! What may leave in a message, what leaves with marks, and what stays.
#![cfg(feature = "redact")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may fail where it stands"
)]

use std::sync::LazyLock;

use portcullis::redact::{
    Kind, Policy,
    outbound::{Action, Decision, Guard, Part, Reason},
};

static GUARD: LazyLock<Guard> = LazyLock::new(|| Guard::new(Policy::default()));

fn masked(decision: Decision) -> Vec<String> {
    match decision {
        Decision::Masked { parts, .. } => parts,
        other => panic!("{other:?}"),
    }
}

fn reason(decision: &Decision) -> Reason {
    match decision {
        Decision::Blocked { reason, .. } => *reason,
        other => panic!("{other:?}"),
    }
}

fn kinds(decision: &Decision) -> Vec<(usize, Kind, Action)> {
    let found = decision.findings().iter();
    found.map(|f| (f.part(), f.kind(), f.action())).collect()
}

/// S4-09, RD-09: a message without a secret is sent as it is, and what messages are there to bring is sent.
#[test]
fn sends_what_is_no_secret() {
    let plain = GUARD.decide(&[Part::header("Your order"), Part::text("It is on its way.")]);
    assert!(matches!(&plain, Decision::Send { findings } if findings.is_empty()));
    let code = GUARD.decide(&[Part::text("otp: 493817, for jane.roe@example.com")]);
    assert!(matches!(&code, Decision::Send { .. }), "{code:?}");
    assert_eq!(
        kinds(&code),
        [
            (0, Kind::Code, Action::Report),
            (0, Kind::Email, Action::Report)
        ]
    );
}

/// S4-09, RD-09: what lets somebody in is not sent at all, wherever in the message it stands.
#[test]
fn blocks_credentials_in_any_part() {
    for parts in [
        vec![Part::header("password=hunter2"), Part::text("hello")],
        vec![
            Part::header("hello"),
            Part::text("see pg://ada:s3cret@db/x"),
        ],
        vec![
            Part::text("hello"),
            Part::html("<a href=\"https://x/?token=hunter2\">here</a>"),
        ],
        vec![Part::text(r#"{"text":"api_key: \"x9\""}"#)],
    ] {
        let decision = GUARD.decide(&parts);
        assert_eq!(reason(&decision), Reason::Secret);
        let found = decision.findings().iter();
        let blocked: Vec<_> = found.filter(|f| f.action() == Action::Block).collect();
        assert_eq!(blocked.len(), 1, "{decision:?}");
    }
}

/// S4-09, RD-09: what is sent under the name of a one-time code is judged for what it is.
#[test]
fn judges_what_stands_under_a_code() {
    let secrets = portcullis::redact::Registered::default();
    secrets.add(b"correct-horse-9").unwrap();
    let guard = Guard::new(Policy::default().with_registered(&secrets));
    let token = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";
    for text in [
        format!(r#"{{"otp":"{token}"}}"#),
        format!("auth_code={token}"),
        format!("https://x/cb?code={token}&state=x"),
        format!("<p>otp=<i>{token}</i></p>"),
        "authorization_code=AKIAIOSFODNN7EXAMPLE".to_owned(),
        "otp=correct-horse-9".to_owned(),
        r#"{"verification_code":"password=hunter2hunter"}"#.to_owned(),
    ] {
        for part in [Part::text(&text), Part::html(&text)] {
            let decision = guard.decide(&[part]);
            assert_eq!(reason(&decision), Reason::Secret, "{text}");
        }
    }
    for (text, safe) in [
        ("otp=4111-1111-1111-1111", "otp=[REDACTED:card]"),
        ("mfa_code=219-09-9999", "mfa_code=[REDACTED:ssn]"),
    ] {
        let decision = guard.decide(&[Part::text(text)]);
        let actions: Vec<_> = kinds(&decision).iter().map(|found| found.2).collect();
        assert_eq!(actions, [Action::Report, Action::Mask], "{text}");
        assert_eq!(masked(decision), [safe]);
    }
    // Seen by a reader alone, and so out of reach.
    let seen = "<p>otp=4111-1111-<i>1111</i>-1111</p>";
    assert_eq!(
        reason(&guard.decide(&[Part::html(seen)])),
        Reason::Unreachable { part: 0 }
    );
}

/// S4-09, RD-05: what the policy changes is never sent as it was.
#[test]
fn sends_nothing_that_the_policy_changes() {
    let lines = Guard::new(Policy::default().with_max_line(20));
    let text = "a line that is longer than that\n";
    assert_eq!(
        reason(&lines.decide(&[Part::text(text)])),
        Reason::Unreachable { part: 0 }
    );
    let escapes = Guard::new(Policy::default().with_escaped_controls());
    let decision = escapes.decide(&[Part::text("a\u{1b}[2Jb")]);
    assert_eq!(masked(decision), ["a\\u001b[2Jb"]);
}

/// S4-09, RD-09: what is found only once something before it is replaced counts, too.
#[test]
fn blocks_what_a_milder_finding_covers() {
    for text in [
        "pwd,otp: 493817password",
        "pass:4111 1111 1111 1111,hunter2x",
    ] {
        let decision = GUARD.decide(&[Part::text(text)]);
        assert!(
            matches!(decision, Decision::Blocked { .. }),
            "{text}: {decision:?}"
        );
    }
}

/// S4-09, RD-09: what is masked is sent with marks, and what is only reported stays beside it.
#[test]
fn masks_and_reports_in_one_message() {
    let decision = GUARD.decide(&[
        Part::header("Receipt"),
        Part::text("Card 4111 1111 1111 1111, receipt to jane.roe@example.com"),
    ]);
    assert_eq!(
        kinds(&decision),
        [
            (1, Kind::Card, Action::Mask),
            (1, Kind::Email, Action::Report)
        ]
    );
    assert_eq!(
        masked(decision),
        [
            "Receipt",
            "Card [REDACTED:card], receipt to jane.roe@example.com"
        ]
    );
}

/// S4-09, RD-09: of several, the strictest wins; and each kind's action is the application's to choose.
#[test]
fn the_strictest_action_wins() {
    let text = "password=hunter2 card 4111 1111 1111 1111";
    let decide = |guard: &Guard| guard.decide(&[Part::text(text)]);
    assert_eq!(reason(&decide(&GUARD)), Reason::Secret);
    let masks = GUARD.clone().with_action(Kind::Password, Action::Mask);
    assert_eq!(
        masked(decide(&masks)),
        ["password=[REDACTED:password] card [REDACTED:card]"]
    );
    let reports = masks.with_action(Kind::Card, Action::Report);
    assert_eq!(
        masked(decide(&reports)),
        ["password=[REDACTED:password] card 4111 1111 1111 1111"]
    );
    let all = reports.with_action(Kind::Password, Action::Report);
    assert!(matches!(decide(&all), Decision::Send { findings } if findings.len() == 2));
    let none = all.with_action(Kind::Card, Action::Block);
    assert_eq!(reason(&decide(&none)), Reason::Secret);
}

/// S4-09, RD-09: in HTML a reader sees what no one text holds.
#[test]
fn sees_through_markup() {
    let html = "<p>pass<b>word</b>: hunter2</p>";
    assert_eq!(reason(&GUARD.decide(&[Part::html(html)])), Reason::Secret);
    let entities = "<p>password&#58; hun&shy;ter2</p>";
    assert_eq!(
        reason(&GUARD.decide(&[Part::html(entities)])),
        Reason::Secret
    );
    // A card that is cut by a tag cannot be masked, so it is not sent.
    let cut = "<p>Card 4111 1111 <i>1111</i> 1111.</p>";
    let decision = GUARD.decide(&[Part::text("hello"), Part::html(cut)]);
    assert_eq!(reason(&decision), Reason::Unreachable { part: 1 });
    assert_eq!(kinds(&decision), [(1, Kind::Card, Action::Mask)]);
    let whole = "<p>Card <b>4111 1111 1111 1111</b> &amp; more</p>";
    assert_eq!(
        masked(GUARD.decide(&[Part::html(whole)])),
        ["<p>Card <b>[REDACTED:card]</b> &amp; more</p>"]
    );
}

/// S4-09, RD-09: quoted-printable is read decoded, and is encoded again.
#[test]
fn reads_quoted_printable() {
    let body = "caf=C3=A9 card 4111 1111=\r\n 1111 1111\r\nbye=20\r\n";
    let part = Part::text(body).quoted_printable();
    assert_eq!(
        masked(GUARD.decide(&[part])),
        ["caf=C3=A9 card [REDACTED:card]\r\nbye=20\r\n"]
    );
    let html = Part::html("<p>pass=\r\nword=3D<b>hunter2</b></p>").quoted_printable();
    assert_eq!(reason(&GUARD.decide(&[html])), Reason::Secret);
    let clean = Part::text("a=3Db").quoted_printable();
    assert!(matches!(GUARD.decide(&[clean]), Decision::Send { .. }));
}

/// S4-09, RD-09: a subject is read as mail programs show it.
#[test]
fn reads_encoded_subjects() {
    // `password=hunter2`
    let subject = Part::header("=?utf-8?B?cGFzc3dvcmQ9?=\r\n =?utf-8?Q?hunter=32?=");
    assert_eq!(reason(&GUARD.decide(&[subject])), Reason::Secret);
    // A card that is encoded cannot be masked where it stands.
    let card = Part::header("=?utf-8?Q?card_4111_1111_1111_1111?=");
    assert_eq!(
        reason(&GUARD.decide(&[card])),
        Reason::Unreachable { part: 0 }
    );
}

/// S4-09, RD-09: what is too long to be looked at is not sent.
#[test]
fn blocks_what_is_too_long() {
    let guard = GUARD.clone().with_max_len(10);
    let long = guard.decide(&[Part::text("0123456789"), Part::text("0123456789a")]);
    assert_eq!(reason(&long), Reason::TooLong { part: 1 });
    assert_eq!(long.findings(), []);
    assert!(matches!(
        guard.decide(&[Part::text("0123456789")]),
        Decision::Send { .. }
    ));
    let lines = Guard::new(Policy::default().with_max_line(10));
    let text = "short\na line that is longer than that\n";
    assert_eq!(
        reason(&lines.decide(&[Part::text(text)])),
        Reason::Unreachable { part: 0 }
    );
}

/// S4-09, RD-09, CO-03: what is recorded says which rule and holds no value.
#[test]
fn records_no_value() {
    let text = "Card 4111 1111 1111 1111 hello";
    let decision = GUARD.decide(&[Part::text(text)]);
    let found = decision.findings().first().unwrap();
    assert_eq!(found.rule(), "card");
    for shown in [
        format!("{decision:?}"),
        format!("{:?}", Part::text(text)),
        format!("{:?}", *GUARD),
    ] {
        assert!(
            !shown.contains("4111") && !shown.contains("hello"),
            "{shown}"
        );
    }
}

/// S4-09, RD-09: characters that are not seen, escapes and markup part no secret.
#[test]
fn sees_through_characters_and_escapes() {
    for part in [
        Part::html("<p>4111<b title=\"a>b\"> 1111</b> 1111 1111</p>"),
        Part::html("<p>card &#52&#49&#49&#49 1111 1111 1111</p>"),
        Part::html("<p>card &#0000000000000052;111 1111 1111 1111</p>"),
        Part::html("card 41&#8288;11 11&NoBreak;11 11&ZeroWidthSpace;11 11&#xfeff;11"),
        Part::text("card 41\u{200b}11 11\u{200b}11 11\u{2060}11 1111"),
        Part::text("card ４１１１ １１１１ １１１１ １１１１"),
        Part::json(r#"{"text":"card \u0034111 1111 1111 1111"}"#),
    ] {
        let decision = GUARD.decide(&[part]);
        assert_eq!(reason(&decision), Reason::Unreachable { part: 0 });
        assert_eq!(kinds(&decision), [(0, Kind::Card, Action::Mask)]);
    }
    for part in [
        Part::json(r#"{"text":"pass\u0077ord: hunter2xy"}"#),
        Part::text("pass= \r\nword: hunter2").quoted_printable(),
    ] {
        assert_eq!(reason(&GUARD.decide(&[part])), Reason::Secret);
    }
    let long = format!("=?utf-8?Q?{}4111_1111_1111_1111?=", "=20".repeat(90));
    let decision = GUARD.decide(&[Part::header(&long)]);
    assert_eq!(reason(&decision), Reason::Unreachable { part: 0 });
    for clean in ["müde ４１ \u{200b}x", "Grüße \u{a0}!"] {
        let decision = GUARD.decide(&[Part::text(clean), Part::json(clean)]);
        assert!(matches!(decision, Decision::Send { .. }));
    }
}

/// S4-09, RD-05: a part in which nothing was found is sent as it came.
#[test]
fn keeps_the_encoding_of_a_clean_part() {
    let clean = Part::text("a=c3=bc=20b").quoted_printable();
    let card = Part::text("card 4111 1111 1111 1111");
    let parts = masked(GUARD.decide(&[clean, card]));
    assert_eq!(parts, ["a=c3=bc=20b", "card [REDACTED:card]"]);
}
