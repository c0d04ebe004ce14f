//! Grants: their time, their bounds and their bytes.

use portcullis::{
    encoding,
    rbac::{Error, Fault, Grant, Grants, Kind, Outcome, Permission, Reason, Request, Scope},
};

use crate::{HOUR, NINE, at, holding, in_acme, policy, roles, tenant};

/// RB-05: windows are half-open.
#[test]
fn a_grant_counts_from_its_start_and_not_at_its_end() {
    let policy = policy();
    let grants = holding([in_acme("user").from(at(HOUR)).until(at(2 * HOUR))]);
    let (acme, read) = (tenant("acme"), Permission::parse("project:read").unwrap());
    let request = Request::new("ada", &acme, &read);
    for (now, refused) in [
        (HOUR - 1, Some(Reason::NotYetValid)),
        (HOUR, None),
        (2 * HOUR - 1, None),
        (2 * HOUR, Some(Reason::Expired)),
        (u64::MAX - NINE, Some(Reason::Expired)),
    ] {
        let expected = refused.map(Outcome::Deny);
        let decision = policy.decide(&grants, &request, at(now));
        assert_eq!(
            Some(decision.outcome()).filter(|_| !decision.is_allowed()),
            expected,
            "{now}"
        );
    }
}

/// RB-05: grants of one role are or-ed, and a gap between two is a gap.
#[test]
fn several_grants_of_a_role_count_each_for_itself() {
    let policy = policy();
    let grants = holding([
        in_acme("user").until(at(HOUR)),
        in_acme("user").from(at(2 * HOUR)),
    ]);
    let (acme, read) = (tenant("acme"), Permission::parse("project:read").unwrap());
    let request = Request::new("ada", &acme, &read);
    let allowed =
        [0, HOUR, 2 * HOUR].map(|now| policy.decide(&grants, &request, at(now)).is_allowed());
    assert_eq!(allowed, [true, false, true]);
    assert_eq!(
        policy.decide(&grants, &request, at(HOUR)).outcome(),
        Outcome::Deny(Reason::Expired)
    );
}

/// RB-05: the bytes of version 1, written by hand from the documentation of `Grants`.
#[test]
fn grants_are_stored_as_documented() {
    let hex: String = include_str!("../vectors/rbac/grants-v1.hex")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .collect();
    let bytes = data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap();
    let grants = holding([
        in_acme("user").from(at(0)).until(at(HOUR)),
        Grant::new("admin", Scope::Everywhere),
        in_acme("support")
            .by_breaking_glass()
            .because("down")
            .requested_by("ada")
            .approved_by("bob"),
    ]);
    assert_eq!(grants.encode(), bytes);
    assert_eq!(Grants::decode(&bytes), Ok(grants));
}

/// RB-05: stored grants are read whole or not at all.
#[test]
fn stored_grants_that_are_damaged_are_refused() {
    let grants = holding([in_acme("admin").until(at(0)), in_acme("user")]);
    let bytes = grants.encode();
    for cut in 0..bytes.len() {
        assert_eq!(
            Grants::decode(&bytes[..cut]),
            Err(encoding::Error::Damaged),
            "{cut}"
        );
    }
    let longer = [&bytes[..], &[0]].concat();
    assert_eq!(Grants::decode(&longer), Err(encoding::Error::Damaged));
    let with = |at: usize, byte: u8| {
        let mut bytes = bytes.clone();
        bytes[at] = byte;
        Grants::decode(&bytes)
    };
    assert_eq!(with(0, 2), Err(encoding::Error::UnknownVersion(2)));
    let kind = bytes.len() - 4;
    for (at, byte) in [(kind, 2), (kind + 1, 2)] {
        assert_eq!(with(at, byte), Err(encoding::Error::Damaged), "{at}");
    }
    // a scope of a third kind, a wildcard for a tenant, a role that no policy can define
    for (at, byte) in [(14, 2), (19, b'*'), (9, b' ')] {
        assert_eq!(with(at, byte), Err(encoding::Error::Damaged), "{at}");
    }
    let one = roles(["user"]).encode();
    let twice = [&[1, 0, 0, 0, 2], &one[5..], &one[5..]].concat();
    assert_eq!(Grants::decode(&twice), Err(encoding::Error::Damaged));
    let other = roles(["admin"]).encode();
    let unsorted = [&[1, 0, 0, 0, 2], &one[5..], &other[5..]].concat();
    assert_eq!(Grants::decode(&unsorted), Err(encoding::Error::Damaged));
}

/// RB-05: bounded, so that what is encoded can be decoded.
#[test]
fn a_subject_has_a_bounded_number_of_grants() {
    let grant = |i: usize| {
        Grant::new(
            &"r".repeat(128),
            Scope::Tenant(tenant(&format!("{i:0>128}"))),
        )
        .until(at(0))
        .because(&"r".repeat(256))
        .requested_by(&"q".repeat(255))
        .approved_by(&"a".repeat(255))
    };
    let full = holding((0..Grants::MAX).map(grant));
    assert_eq!(full.clone().with(grant(0)), Ok(full.clone()));
    assert_eq!(
        full.clone().with(grant(Grants::MAX)),
        Err(Error::TooManyGrants)
    );
    let bytes = full.encode();
    assert!(bytes.len() < 550_000);
    assert_eq!(Grants::decode(&bytes), Ok(full.clone()));
    let count = u32::try_from(Grants::MAX).unwrap() + 1;
    let beyond = [
        &[1][..],
        &count.to_be_bytes(),
        &bytes[5..],
        &roles(["s"]).encode()[5..],
    ]
    .concat();
    assert_eq!(Grants::decode(&beyond), Err(encoding::Error::Damaged));
    let fault = Fault::WildcardInQuestion;
    for role in ["", "*", "a role", &"r".repeat(129)] {
        let refused = Grants::new().with(in_acme(role));
        assert!(
            matches!(refused, Err(Error::Syntax { fault: other, .. }) if other != fault),
            "{role}"
        );
    }
}

/// RB-05: a role that is withdrawn is gone in that scope, in all its windows, and nowhere else.
#[test]
fn a_withdrawn_role_is_gone_in_its_scope() {
    let grants = holding([
        in_acme("user").until(at(0)),
        in_acme("user"),
        in_acme("admin"),
        Grant::new("user", Scope::Everywhere),
    ]);
    let left = grants.without("user", &Scope::Tenant(tenant("acme")));
    assert_eq!(
        left,
        holding([in_acme("admin"), Grant::new("user", Scope::Everywhere)])
    );
}

/// RB-05: what is over can be cleared away, of either kind; what ends later or never stays.
#[test]
fn grants_that_have_ended_can_be_left_out() {
    let ending = |end| in_acme("user").until(at(end));
    let (early, late) = (ending(1), ending(2).by_breaking_glass());
    let lasting = in_acme("admin");
    let all = holding([early.clone(), late.clone(), lasting.clone()]);
    assert_eq!(all.clone().without_ended(at(0)), all);
    let left = holding([late, lasting.clone()]);
    assert_eq!(all.clone().without_ended(at(1)), left);
    assert_eq!(all.without_ended(at(2)), holding([lasting]));
}

/// RB-05: what a grant says of itself is bounded, and nothing of it breaks a line of log.
#[test]
fn the_reason_and_the_names_of_a_grant_are_bounded() {
    let refused = |grant: Grant| Grants::new().with(grant).unwrap_err();
    for text in ["", &"ä".repeat(129), "one\nanother", "\u{7f}"] {
        assert_eq!(refused(in_acme("user").because(text)), Error::Reason);
        assert_eq!(refused(in_acme("user").requested_by(text)), Error::Name);
        assert_eq!(refused(in_acme("user").approved_by(text)), Error::Name);
    }
    // what hides or turns text for whoever reviews it
    for c in "\u{61c}\u{200b}\u{200f}\u{2028}\u{202e}\u{2060}\u{2069}\u{feff}".chars() {
        let text = format!("ticket {c} 4711");
        assert_eq!(refused(in_acme("user").because(&text)), Error::Reason);
        assert_eq!(refused(in_acme("user").requested_by(&text)), Error::Name);
        assert_eq!(refused(in_acme("user").approved_by(&text)), Error::Name);
    }
    for c in "\u{61b}\u{200a}\u{2010}\u{2027}\u{202f}\u{205f}\u{206a}".chars() {
        let text = format!("ticket {c} 4711");
        assert!(Grants::new().with(in_acme("user").because(&text)).is_ok());
    }
    let name = "n".repeat(256);
    assert_eq!(refused(in_acme("user").approved_by(&name)), Error::Name);
    let grant = in_acme("user").because(&name).requested_by("é ø");
    assert_eq!(grant.reason(), Some(&*name));
    assert_eq!((grant.requester(), grant.approver()), (Some("é ø"), None));
    let grants = holding([grant]);
    assert_eq!(Grants::decode(&grants.encode()), Ok(grants.clone()));
    let unbroken = data_encoding::HEXLOWER.encode(&grants.encode());
    let broken = unbroken.replace("6e6e6e", "6e0a6e");
    let broken = data_encoding::HEXLOWER.decode(broken.as_bytes()).unwrap();
    assert_eq!(Grants::decode(&broken), Err(encoding::Error::Damaged));
}

/// RB-05: two grants that differ only in why they were given are two.
#[test]
fn a_grant_by_breaking_glass_is_not_the_ordinary_one() {
    let grants = holding([in_acme("user"), in_acme("user").by_breaking_glass()]);
    let kinds: Vec<_> = grants.iter().map(Grant::kind).collect();
    assert_eq!(kinds, [Kind::Ordinary, Kind::BreakGlass]);
}
