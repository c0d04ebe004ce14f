//! Several authenticators in one record: codes of them, additions, replacements and removals at once.

use portcullis::totp::{
    Authenticators, Policy, Uri,
    authenticators::{Id, IfLast},
};

use crate::{
    at, put,
    races::{Crew, Story, View, expect, tally},
    step,
};

pub(crate) const STORIES: [Story; 4] = [
    Story {
        name: "TO-02 one code of several authenticators",
        play: one_code_of_several,
    },
    Story {
        name: "TO-02 a code of an authenticator that is removed",
        play: a_code_of_one_that_is_removed,
    },
    Story {
        name: "TO-04 a code of an authenticator that is replaced",
        play: a_code_of_one_that_is_replaced,
    },
    Story {
        name: "TO-04 many authenticators added",
        play: many_added,
    },
];

/// What one of the crowd does with a set of authenticators. All proved at nine who they are.
pub(crate) fn deed(view: &View, words: &[&str]) -> Option<String> {
    let policy = Policy::back_office();
    let time = |secs: &str| at(secs.parse().unwrap());
    let id = |number: &str| Id::from_number(number.parse().unwrap());
    Some(match words {
        ["any-code", record, code, now] => step(view, record, |value| {
            let set = Authenticators::decode(value)?;
            let accepted = set.verify(&policy, code, time(now))?;
            let word = format!("accepted by {}", accepted.id());
            Ok((accepted.into_authenticators().encode(), word))
        }),
        ["confirm-new", record, new, code, now] => step(view, record, |value| {
            let set = Authenticators::decode(value)?;
            let set = set.confirm(&policy, id(new), code, time(now))?;
            Ok((set.encode(), "confirmed".to_owned()))
        }),
        ["remove", record, old, now] => step(view, record, |value| {
            let set = Authenticators::decode(value)?;
            let set = set.remove(&policy, id(old), IfLast::Refuse, at(0), time(now))?;
            Ok((set.encode(), "removed".to_owned()))
        }),
        ["add", record, now] => {
            let pending = policy.enrol("Example", "ada", time(now));
            let (pending, _) = pending.unwrap();
            step(view, record, |value| {
                let set = Authenticators::decode(value)?;
                let (set, id) = set.add(&policy, "new", pending.clone(), at(0), time(now))?;
                Ok((set.encode(), format!("added {id}")))
            })
        }
        _ => return None,
    })
}

/// A phone, number 1, and a tablet, number 2, both confirmed at nine.
fn phone_and_tablet(crew: &mut dyn Crew, record: &str) -> (Uri, Uri) {
    let policy = Policy::back_office();
    let add = |set: Authenticators, label| {
        let (pending, uri) = policy.enrol("Example", "ada", at(0)).unwrap();
        let (set, id) = set.add(&policy, label, pending, at(0), at(0)).unwrap();
        let set = set
            .confirm(&policy, id, &uri.code_at(at(0)), at(0))
            .unwrap();
        (set, uri)
    };
    let (set, phone) = add(Authenticators::default(), "phone");
    let (set, tablet) = add(set, "tablet");
    put(crew, record, &set.encode());
    (phone, tablet)
}

/// A code of the tablet is spent once, and one of the phone after it.
fn one_code_of_several(crew: &mut dyn Crew, record: &str) -> Result<(), String> {
    let (phone, tablet) = phone_and_tablet(crew, record);
    let codes = [(1, phone.code_at(at(30))), (2, tablet.code_at(at(30)))];
    for (id, code) in codes {
        let answers = crew.all(&format!("any-code {record} {code} 30"));
        let accepted = format!("accepted by {id}");
        expect(&answers, &[(&accepted, 1), ("Replayed", crew.size() - 1)])?;
    }
    Ok(())
}

/// It may come before the removal, once, and is worth nothing after it; the other one stays.
fn a_code_of_one_that_is_removed(crew: &mut dyn Crew, record: &str) -> Result<(), String> {
    let (phone, tablet) = phone_and_tablet(crew, record);
    let code = phone.code_at(at(30));
    let answers = crew.all(&format!(
        "remove {record} 1 30 | any-code {record} {code} 30"
    ));
    let tally = tally(&answers);
    let times = |word: &str| tally.get(word).copied().unwrap_or(0);
    if times("removed") != 1 || times("accepted by 1") > 1 {
        return Err(format!("{tally:?}"));
    }
    is_the_only_one(crew, record, &phone, (2, &tablet))
}

/// The same where another one takes its place.
fn a_code_of_one_that_is_replaced(crew: &mut dyn Crew, record: &str) -> Result<(), String> {
    let policy = Policy::back_office();
    let enrol = || policy.enrol("Example", "ada", at(0)).unwrap();
    let ((pending, old), (replacement, new)) = (enrol(), enrol());
    let set = Authenticators::default();
    let (set, id) = set.add(&policy, "old", pending, at(0), at(0)).unwrap();
    let set = set
        .confirm(&policy, id, &old.code_at(at(0)), at(0))
        .unwrap();
    let replaced = set.replace(&policy, id, "new", replacement, at(0), at(0));
    put(crew, record, &replaced.unwrap().0.encode());

    let (of_old, of_new) = (old.code_at(at(30)), new.code_at(at(30)));
    let answers = crew.all(&format!(
        "confirm-new {record} 2 {of_new} 30 | any-code {record} {of_old} 30"
    ));
    let tally = tally(&answers);
    let times = |word: &str| tally.get(word).copied().unwrap_or(0);
    if times("confirmed") != 1 || times("accepted by 1") > 1 {
        return Err(format!("{tally:?}"));
    }
    is_the_only_one(crew, record, &old, (2, &new))
}

/// As many as may await their first code, with a number each.
fn many_added(crew: &mut dyn Crew, record: &str) -> Result<(), String> {
    phone_and_tablet(crew, record);
    let answers = crew.all(&format!("add {record} 30"));
    let added: Vec<_> = answers
        .iter()
        .filter(|word| word.starts_with("added"))
        .collect();
    let mut expected: Vec<_> = added.iter().map(|word| (word.as_str(), 1)).collect();
    if added.len() != 3 {
        return Err(format!("{:?}", tally(&answers)));
    }
    expected.push(("TooManyAuthenticators", crew.size() - 3));
    expect(&answers, &expected)
}

/// Codes of this one open, and those of the one that is gone do not.
fn is_the_only_one(
    crew: &mut dyn Crew,
    record: &str,
    gone: &Uri,
    (id, there): (u32, &Uri),
) -> Result<(), String> {
    let code = gone.code_at(at(60));
    let answers = crew.all(&format!("any-code {record} {code} 60"));
    expect(&answers, &[("Wrong", crew.size())])?;
    let code = there.code_at(at(60));
    let answer = crew.alone(&format!("any-code {record} {code} 60"));
    expect(&[answer], &[(&format!("accepted by {id}"), 1)])
}
