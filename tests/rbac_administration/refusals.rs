//! What a refusal says: what is missing, in a line, and nobody's name.

use std::time::Duration;

use portcullis::rbac::{Pattern, Permission, Refusal, Who};

/// RB-11: each refusal is one line in lower case without a full stop.
#[test]
fn a_refusal_says_what_is_missing() {
    let pattern = || Pattern::parse("project:*").unwrap();
    let permission = || Permission::parse("role:assign:editor").unwrap();
    let within = Duration::from_secs(3600);
    let (who, role) = (Who::Granter, || "editor".to_owned());
    for (refusal, text) in [
        (
            Refusal::NotAllowed {
                who,
                permission: permission(),
            },
            "the granter is not allowed `role:assign:editor`",
        ),
        (
            Refusal::StepUpRequired {
                who: Who::Approver,
                within,
            },
            "the approver needs a second factor within the last 3600 seconds",
        ),
        (
            Refusal::NotHeld { pattern: pattern() },
            "the role allows `project:*`, which the granter does not hold",
        ),
        (
            Refusal::Outlasts {
                given: role(),
                until: "2026-11-21".parse().unwrap(),
            },
            "the grant outlasts what the granter holds: `editor` until 2026-11-21T00:00:00.000Z",
        ),
        (
            Refusal::Separated {
                roles: vec!["a".into(), "b".into()],
                n: 2,
            },
            "nobody has 2 of these roles: a, b",
        ),
        (
            Refusal::TooFewMembers {
                role: role(),
                least: 1,
            },
            "role `editor` has at least 1 members without an end",
        ),
    ] {
        assert_eq!(refusal.to_string(), text);
    }
    for refusal in [
        Refusal::UnknownRole,
        Refusal::AlreadyOver,
        Refusal::HeldUnderConditions { pattern: pattern() },
        Refusal::DeniedToGranter {
            pattern: pattern(),
            denial: pattern(),
        },
        Refusal::FieldNotSeen { field: role() },
        Refusal::TooLarge,
        Refusal::NeedsEnd { most: within },
        Refusal::TooLong { most: within },
        Refusal::NeedsReason,
        Refusal::NeedsApprover,
        Refusal::ApproverInvolved,
        Refusal::TooManyMembers {
            role: role(),
            most: 1,
        },
        Refusal::MembersUnknown { role: role() },
        Refusal::Prerequisite { needed: role() },
        Refusal::NotGranted,
        Refusal::OwnAdministration { pattern: pattern() },
        Refusal::LiftsDenial { denial: pattern() },
        Refusal::PrerequisiteOf { role: role() },
        Refusal::NoLimit,
        Refusal::TooSoon {
            until: "2026-11-21".parse().unwrap(),
        },
        Refusal::NotOneself,
        Refusal::NotActive { role: role() },
    ] {
        let text = refusal.to_string();
        assert!(text.starts_with(char::is_lowercase), "{text}");
        assert!(!text.ends_with('.') && !text.contains('\n'), "{text}");
    }
}
