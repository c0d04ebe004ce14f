//! Fields: nobody shows to others what they do not see.

use portcullis::rbac::{Grant, Refusal};

use crate::support::{HOUR, acme, assign, assign_to, at, everywhere, globex, holding, policy};

const ROLES: &str = r#"
[roles.staff]
allow = ["role:assign:*"]

[roles.admin]

[roles.boss]
inherits = ["admin"]

[roles.support]

[roles.analyst]

[roles.careful]
require = { mfa_within = "1h" }

[roles.blind]
inherits = ["admin"]
deny = ["contact:read:email", "order:**"]

[roles.part]
deny = ["contact:read:email:domain"]

[roles.whole]
deny = ["contact:read"]

[roles.one]
deny = ["order:read:7"]

[[class]]
name = "pii"
show = ["admin"]
mask = ["support"]
pseudonym = ["analyst"]

[[field]]
name = "contact.email"
class = "pii"
show = ["careful"]

[[field]]
name = "order.*.total"
show = ["admin"]
"#;

fn give<const N: usize>(held: [Grant; N], given: Grant) -> Result<(), Refusal> {
    let staff = holding([everywhere("staff")]);
    let ada = held
        .into_iter()
        .try_fold(staff, |all, grant| all.with(grant));
    assign(&policy(ROLES), &ada.unwrap(), given).map(drop)
}

fn not_seen(field: &str) -> Result<(), Refusal> {
    let field = field.into();
    Err(Refusal::FieldNotSeen { field })
}

/// RB-11, RB-03: in the order show, mask, pseudonym, hide; also by class and by inheritance.
#[test]
fn a_field_is_shown_by_who_sees_it_as_well() {
    let ranks = ["boss", "admin", "support", "analyst"];
    for (i, held) in ranks.into_iter().enumerate() {
        for (j, given) in ranks.into_iter().enumerate() {
            let expected = if i <= j || j == 0 && i == 1 {
                Ok(())
            } else {
                not_seen("contact.email")
            };
            assert_eq!(
                give([acme(held)], acme(given)),
                expected,
                "{held} gives {given}"
            );
        }
        assert_eq!(give([], acme(held)), not_seen("contact.email"));
    }
}

/// RB-11, RB-02, RB-05: in the same place, for as long.
#[test]
fn a_field_is_seen_in_the_same_place_and_for_as_long() {
    assert_eq!(
        give([globex("admin")], acme("admin")),
        not_seen("contact.email")
    );
    assert_eq!(
        give([acme("admin")], everywhere("admin")),
        not_seen("contact.email")
    );
    let short = acme("admin").until(at(HOUR));
    let refused = Refusal::Outlasts {
        given: "contact.email".into(),
        until: at(HOUR),
    };
    assert_eq!(give([short.clone()], acme("support")), Err(refused));
    assert_eq!(give([short], acme("support").until(at(HOUR))), Ok(()));
}

/// RB-11, RB-04: what is seen under a condition is shown under it.
#[test]
fn a_field_seen_under_a_condition_is_not_shown_without_it() {
    assert_eq!(
        give([acme("careful")], acme("support")),
        not_seen("contact.email")
    );
    assert_eq!(give([acme("careful")], acme("careful")), Ok(()));
    assert_eq!(give([acme("admin")], acme("careful")), Ok(()));
}

/// RB-11: a denial hides a field from whoever it hits, in part or as a whole, and they show it to
/// nobody; nor by a role that hides it itself.
#[test]
fn a_field_that_is_hidden_from_somebody_they_show_to_nobody() {
    for denial in ["blind", "part", "whole"] {
        let denial = acme(denial);
        let refused = give([acme("admin"), denial], acme("support"));
        assert_eq!(refused, not_seen("contact.email"));
    }
    let later = acme("whole").from(at(HOUR));
    assert_eq!(
        give([acme("admin"), later], acme("support")),
        not_seen("contact.email")
    );
    // one of many orders
    assert_eq!(
        give([acme("admin"), acme("one")], acme("boss")),
        not_seen("order.*.total")
    );
    assert_eq!(
        give([acme("support"), acme("one")], acme("support")),
        Ok(())
    );
    assert_eq!(give([acme("support")], acme("blind")), Ok(()));
    assert_eq!(give([acme("admin"), acme("blind")], acme("blind")), Ok(()));
}

const NESTED: &str = r#"
[roles.staff]
allow = ["role:**"]

[roles.inner]

[roles.outer]

[roles.both]
inherits = ["inner", "outer"]

[roles.masked]

[roles.star]

[roles.one]

[roles.all]
inherits = ["star", "one"]

[[field]]
name = "contact"
show = ["outer"]
mask = ["masked"]

[[field]]
name = "contact.email"
show = ["inner"]

[[field]]
name = "order.1"
show = ["one"]

[[field]]
name = "order.*.total"
show = ["star"]
"#;

/// RB-11, RB-03: a field within another is seen by who sees both; who does not, does not give it to
/// who would.
#[test]
fn a_part_is_shown_by_who_sees_it_through_what_encloses_it() {
    let policy = policy(NESTED);
    let give = |held: &[&str], given: &str| {
        let staff = holding([everywhere("staff")]);
        let ada = held
            .iter()
            .fold(staff, |all, role| all.with(acme(role)).unwrap());
        let bob = holding([acme("outer")]);
        assign_to(&policy, &ada, &bob, acme(given), at(0)).map(drop)
    };
    assert_eq!(give(&["inner"], "inner"), not_seen("contact.email"));
    assert_eq!(
        give(&["inner", "masked"], "inner"),
        not_seen("contact.email")
    );
    assert_eq!(give(&["inner", "outer"], "inner"), Ok(()));
    assert_eq!(give(&["both"], "inner"), Ok(()));
    assert_eq!(give(&["outer"], "outer"), Ok(()));
    // one of those that a `*` stands for is enclosed by more
    assert_eq!(give(&["star"], "star"), not_seen("order.*.total"));
    assert_eq!(give(&["all"], "star"), Ok(()));
    // seen as long as the shorter of the two
    let staff = holding([
        everywhere("staff"),
        acme("inner"),
        acme("outer").until(at(HOUR)),
    ]);
    let given = "contact.email".into();
    let until = at(HOUR);
    let refused = assign(&policy, &staff, acme("inner"));
    assert_eq!(refused, Err(Refusal::Outlasts { given, until }));
}

/// RB-11, RB-03: to somebody who has the role of a field already, what encloses it is shown by who
/// sees the field, too: else the two of them would see what neither saw.
#[test]
fn what_encloses_a_field_is_shown_to_who_has_the_field_by_who_sees_both() {
    let policy = policy(NESTED);
    let give = |held: &[&str], had: Grant| {
        let staff = holding([everywhere("staff")]);
        let ada = held
            .iter()
            .fold(staff, |all, role| all.with(acme(role)).unwrap());
        assign_to(&policy, &ada, &holding([had]), acme("outer"), at(0)).map(drop)
    };
    assert_eq!(give(&["outer"], acme("inner")), not_seen("contact.email"));
    assert_eq!(
        give(&["outer"], everywhere("inner")),
        not_seen("contact.email")
    );
    let later = acme("inner").from(at(HOUR));
    assert_eq!(give(&["outer"], later), not_seen("contact.email"));
    assert_eq!(give(&["outer", "inner"], acme("inner")), Ok(()));
    assert_eq!(give(&["both"], acme("inner")), Ok(()));
    // who does not have it there, or sees what encloses it already, sees no more
    assert_eq!(give(&["outer"], globex("inner")), Ok(()));
    assert_eq!(give(&["outer"], acme("inner").until(at(0))), Ok(()));
    assert_eq!(give(&["outer"], acme("both")), Ok(()));
}

/// RB-11, RB-03, RB-04: what shows the same for a shorter time, in one tenant of many or under a
/// condition does not make it so that nothing is added.
#[test]
fn what_encloses_a_field_is_added_where_it_is_seen_for_less() {
    let text = "[roles.strict]\ninherits = [\"outer\"]\nrequire = { mfa_within = \"1h\" }\n";
    let policy = policy(&format!("{NESTED}{text}"));
    let ada = holding([everywhere("staff"), everywhere("outer")]);
    let give = |given: Grant, had: Grant| {
        let bob = holding([everywhere("inner"), had]);
        assign_to(&policy, &ada, &bob, given, at(0)).map(drop)
    };
    let given = || acme("outer").until(at(2 * HOUR));
    assert_eq!(give(given(), acme("outer").until(at(3 * HOUR))), Ok(()));
    assert_eq!(give(given(), everywhere("outer")), Ok(()));
    for less in [
        acme("outer").until(at(HOUR)),
        acme("outer").from(at(HOUR)),
        globex("outer"),
        acme("strict"),
    ] {
        assert_eq!(give(given(), less), not_seen("contact.email"));
    }
    let refused = give(everywhere("outer"), acme("outer"));
    assert_eq!(refused, not_seen("contact.email"));
}
