//! Guesses that several keys count, and lanes beside each other.

use crate::{
    crowd::{ADDRESS_THRESHOLD, token},
    races::{Crew, Story, expect, tally},
};

pub(crate) const STORIES: [Story; 6] = [
    Story {
        name: "AT-02 one account from one address",
        play: one_account_from_one_address,
    },
    Story {
        name: "AT-02 an account each from one address",
        play: an_account_each_from_one_address,
    },
    Story {
        name: "AT-05 right guesses from the address of wrong ones",
        play: right_guesses_from_the_same_address,
    },
    Story {
        name: "AT-06 the same wrong password from one address",
        play: the_same_wrong_password_from_one_address,
    },
    Story {
        name: "AT-04 a thief who has the owner's device",
        play: a_thief_who_has_the_owners_device,
    },
    Story {
        name: "AT-04 strangers beside the owner's device",
        play: strangers_beside_the_owners_device,
    },
];

/// How many slots there are now under each of these keys: what leaked would be missing.
fn has_slots(crew: &mut dyn Crew, now: u64, keys: &[(&str, usize)]) -> Result<(), String> {
    for (key, number) in keys {
        let answer = crew.alone(&format!("count-slots {key} back-office {now}"));
        expect(&[answer], &[(&format!("{number} slots"), 1)])
            .map_err(|found| format!("{key}: {found}"))?;
    }
    Ok(())
}

/// The account has five, and each is one of the address's eight.
fn one_account_from_one_address(crew: &mut dyn Crew, record: &str) -> Result<(), String> {
    let answers = crew.all(&format!("wrong {record},from-{record} back-office 0"));
    let expected = [
        ("wrong, 4 left", 1),
        ("wrong, 3 left", 1),
        ("wrong, 2 left", 1),
        ("wrong, 1 left", 1),
        ("wrong, locked until the reset", 1),
        ("refused until the reset", crew.size() - 5),
    ];
    expect(&answers, &expected)?;
    let (address, left) = (format!("from-{record}"), ADDRESS_THRESHOLD - 5);
    has_slots(crew, 0, &[(record, 0), (&address, left)])
}

/// Eight of all of them are evaluated, then the address is locked, and again eight when it is not.
fn an_account_each_from_one_address(crew: &mut dyn Crew, record: &str) -> Result<(), String> {
    for (now, until, left) in [(0, "300000", 4), (300_000, "600000", 3)] {
        let line = format!("wrong {record}-#,from-{record} back-office {now}");
        let answers = crew.all(&line);
        let counted = |word: &&String| word.starts_with("wrong, ");
        let evaluated: Vec<_> = answers.iter().filter(counted).cloned().collect();
        let refused = format!("refused until {until}");
        let others = answers.iter().filter(|word| **word == refused).count();
        if evaluated.len() != ADDRESS_THRESHOLD || others != crew.size() - ADDRESS_THRESHOLD {
            return Err(format!("{:?}", tally(&answers)));
        }
        // the last of them learns that the address is locked
        let locks = format!("wrong, locked until {until}");
        if evaluated.iter().filter(|word| **word == locks).count() != 1 {
            return Err(format!("{:?}", tally(&evaluated)));
        }
        // in no account is there a slot that is nobody's
        let answers = crew.all(&format!("count-slots {record}-# back-office {now}"));
        let slots = |word: &String| {
            let number = word.split(' ').next().unwrap();
            number.parse::<usize>().unwrap()
        };
        let (fewest, all) = (
            answers.iter().map(slots).min().unwrap(),
            answers.iter().map(slots).sum::<usize>(),
        );
        let rounds = if now == 0 { 1 } else { 2 };
        if fewest < left || all != 5 * crew.size() - rounds * ADDRESS_THRESHOLD {
            return Err(format!("slots: {:?}", tally(&answers)));
        }
    }
    Ok(())
}

/// Whoever has an account of their own makes no room for guesses at others.
fn right_guesses_from_the_same_address(crew: &mut dyn Crew, record: &str) -> Result<(), String> {
    let keys = format!("{record}-#,from-{record} back-office 0");
    let answers = crew.all(&format!("right {keys} | wrong {keys}"));
    let evaluated = answers.iter().filter(|word| word.starts_with("wrong"));
    if evaluated.count() != ADDRESS_THRESHOLD.min(crew.size() / 2) {
        return Err(format!("{:?}", tally(&answers)));
    }
    let answers = crew.all(&format!("right {keys}"));
    expect(&answers, &[("refused until 300000", crew.size())])
}

/// What repeats the account's wrong password is not counted by the address either.
fn the_same_wrong_password_from_one_address(
    crew: &mut dyn Crew,
    record: &str,
) -> Result<(), String> {
    let answers = crew.all(&format!("same {record},from-{record} back-office 0"));
    let others = crew.size() - 1;
    expect(
        &answers,
        &[("wrong, 4 left", 1), ("repeated, 4 left", others)],
    )?;
    let (address, left) = (format!("from-{record}"), ADDRESS_THRESHOLD - 1);
    has_slots(crew, 0, &[(record, 4), (&address, left)])
}

/// Strangers lock each other out; the owner signs in all the while, and after it.
fn strangers_beside_the_owners_device(crew: &mut dyn Crew, record: &str) -> Result<(), String> {
    let owner = format!("right {record}@laptop back-office 0");
    let answers = crew.all(&format!("{owner} | wrong {record} back-office 0"));
    let (owners, strangers) = (crew.size().div_ceil(2), crew.size() / 2);
    let expected = [
        ("cleared", owners),
        ("wrong, 4 left", 1),
        ("wrong, 3 left", 1),
        ("wrong, 2 left", 1),
        ("wrong, 1 left", 1),
        ("wrong, locked until the reset", 1),
        ("refused until the reset", strangers - 5),
    ];
    expect(&answers, &expected)?;
    expect(&crew.all(&owner), &[("cleared", crew.size())])
}

/// Five guesses in the device's lane, five in everybody's, and no more.
fn a_thief_who_has_the_owners_device(crew: &mut dyn Crew, record: &str) -> Result<(), String> {
    let answers = crew.all(&format!("wrong {record}!{} back-office 0", token(record)));
    let expected = [
        ("wrong, 4 left", 2),
        ("wrong, 3 left", 2),
        ("wrong, 2 left", 2),
        ("wrong, 1 left", 2),
        ("wrong, locked until the reset", 2),
        ("refused until the reset", crew.size() - 10),
    ];
    expect(&answers, &expected)
}
