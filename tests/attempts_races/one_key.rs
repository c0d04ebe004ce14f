//! Guesses at one account.

use crate::races::{Crew, Story, expect, tally};

pub(crate) const STORIES: [Story; 13] = [
    Story {
        name: "AT-02 wrong guesses until a reset or a rebind",
        play: wrong_guesses,
    },
    Story {
        name: "AT-02 wrong guesses until a cool-off is over",
        play: cool_off,
    },
    Story {
        name: "AT-02 wrong guesses in a rolling window",
        play: rolling_window,
    },
    Story {
        name: "AT-02 wrong guesses in a streak",
        play: streak,
    },
    Story {
        name: "AT-02 wrong guesses when a wait is over",
        play: waits,
    },
    Story {
        name: "AT-02 right guesses among wrong ones",
        play: right_guesses_among_wrong_ones,
    },
    Story {
        name: "AT-02 resets among wrong guesses",
        play: resets_among_wrong_guesses,
    },
    Story {
        name: "AT-02 attempts that nobody settles",
        play: attempts_that_nobody_settles,
    },
    Story {
        name: "AT-02 lapsed attempts seen at the same moment",
        play: lapsed_attempts,
    },
    Story {
        name: "AT-02 right guesses that come when they have lapsed",
        play: right_guesses_that_have_lapsed,
    },
    Story {
        name: "AT-02 slots given back",
        play: slots_given_back,
    },
    Story {
        name: "AT-09 wrong guesses at a name that nobody has",
        play: a_name_that_nobody_has,
    },
    Story {
        name: "AT-06 the same wrong password",
        play: the_same_wrong_password,
    },
];

/// All guess wrong, and exactly so many are evaluated: each is told another number of failures left,
/// the last one locks until then, and all others are refused.
fn evaluates(
    crew: &mut dyn Crew,
    (record, policy, now): (&str, &str, u64),
    number: usize,
    until: &str,
) -> Result<(), String> {
    let answers = crew.all(&format!("wrong {record} {policy} {now}"));
    let left: Vec<_> = (1..number)
        .map(|left| format!("wrong, {left} left"))
        .collect();
    let mut expected: Vec<_> = left.iter().map(|word| (word.as_str(), 1)).collect();
    let (locked, refused) = (
        format!("wrong, locked until {until}"),
        format!("refused until {until}"),
    );
    expected.push((&locked, 1));
    expected.push((&refused, crew.size() - number));
    expect(&answers, &expected)
}

/// However right they are, at each of these times.
fn stays_locked(
    crew: &mut dyn Crew,
    (record, policy): (&str, &str),
    times: &[u64],
    until: &str,
) -> Result<(), String> {
    for now in times {
        let answers = crew.all(&format!("right {record} {policy} {now}"));
        expect(
            &answers,
            &[(&format!("refused until {until}"), crew.size())],
        )?;
    }
    Ok(())
}

/// Wrong guesses, one after the other.
fn wrong(crew: &mut dyn Crew, record: &str, policy: &str, now: u64, left: &[u32]) {
    for left in left {
        let answer = crew.alone(&format!("wrong {record} {policy} {now}"));
        assert_eq!(answer, format!("wrong, {left} left"));
    }
}

fn wrong_guesses(crew: &mut dyn Crew, record: &str) -> Result<(), String> {
    let policies = [
        ("back-office", 5, "the reset"),
        ("three", 3, "the reset"),
        ("rebind", 5, "the rebind"),
    ];
    for (policy, threshold, until) in policies {
        let record = &*format!("{record}-{policy}");
        evaluates(crew, (record, policy, 0), threshold, until)?;
        stays_locked(crew, (record, policy), &[0, 1_000_000_000], until)?;
    }
    Ok(())
}

/// And as many for each cool-off again.
fn cool_off(crew: &mut dyn Crew, record: &str) -> Result<(), String> {
    for (policy, threshold, minutes) in [("cool-off", 5, 5), ("pci", 10, 30)] {
        let record = &*format!("{record}-{policy}");
        for lock in 0..3 {
            let (from, until) = (lock * minutes * 60_000, (lock + 1) * minutes * 60_000);
            evaluates(crew, (record, policy, from), threshold, &until.to_string())?;
            let locked = [from, until - 1];
            stays_locked(crew, (record, policy), &locked, &until.to_string())?;
        }
    }
    Ok(())
}

/// Ten minutes, for each failure: three of them a millisecond before they are forgotten, and then.
fn rolling_window(crew: &mut dyn Crew, record: &str) -> Result<(), String> {
    let (before, then) = (&*format!("{record}-before"), &*format!("{record}-then"));
    for record in [before, then] {
        wrong(crew, record, "rolling", 0, &[4, 3, 2]);
    }
    evaluates(crew, (before, "rolling", 599_999), 2, "899999")?;
    evaluates(crew, (then, "rolling", 600_000), 5, "900000")
}

/// Ten minutes, from the last failure.
fn streak(crew: &mut dyn Crew, record: &str) -> Result<(), String> {
    let (before, then) = (&*format!("{record}-before"), &*format!("{record}-then"));
    for record in [before, then] {
        wrong(crew, record, "streak", 0, &[4, 3]);
        wrong(crew, record, "streak", 599_999, &[2]);
    }
    evaluates(crew, (before, "streak", 1_199_998), 2, "1499998")?;
    evaluates(crew, (then, "streak", 1_199_999), 5, "1499999")
}

/// One second, two and then three after each failure: one guess when it is over, at most five at the
/// start.
fn waits(crew: &mut dyn Crew, record: &str) -> Result<(), String> {
    wrong(crew, record, "delay", 0, &[4]);
    let waits = [(1000, 3, 3000), (3000, 2, 6000), (6000, 1, 9000)];
    for (now, left, next) in waits {
        let answers = crew.all(&format!("right {record} delay {}", now - 1));
        expect(&answers, &[(&format!("waits until {now}"), crew.size())])?;
        let answers = crew.all(&format!("wrong {record} delay {now}"));
        let (counted, waiting) = (format!("wrong, {left} left"), format!("waits until {next}"));
        expect(&answers, &[(&counted, 1), (&waiting, crew.size() - 1)])?;
    }
    evaluates(crew, (record, "delay", 9000), 1, "the reset")
}

/// Whatever guesses right at the same moment: from a lock on nobody gets in.
fn right_guesses_among_wrong_ones(crew: &mut dyn Crew, record: &str) -> Result<(), String> {
    let wrong = format!("| wrong-noted {record} back-office 0").repeat(9);
    let answers = crew.all(&format!("right-noted {record} back-office 0 {wrong}"));
    let tally = tally(&answers);
    let known = |word: &str| {
        word == "cleared" || word == "refused until the reset" || word.starts_with("wrong, ")
    };
    let cleared = tally.get("cleared").copied().unwrap_or(0);
    let evaluated = answers.iter().filter(|word| word.starts_with("wrong"));
    let locks = tally.get("wrong, locked until the reset").copied();
    if !answers.iter().all(|word| known(word))
        || locks != Some(1)
        || evaluated.count() > 5 * (cleared + 1)
    {
        return Err(format!("{tally:?}"));
    }
    stays_locked(crew, (record, "back-office"), &[0], "the reset")
}

/// At most five are evaluated for the start and for each reset, and what was under way at a reset
/// counts for nothing after it.
fn resets_among_wrong_guesses(crew: &mut dyn Crew, record: &str) -> Result<(), String> {
    let wrong = format!("| wrong {record} back-office 0").repeat(15);
    let answers = crew.all(&format!("reset {record} back-office 0 {wrong}"));
    let tally = tally(&answers);
    let resets = tally.get("reset").copied().unwrap_or(0);
    let evaluated = |word: &&String| word.starts_with("wrong") || *word == "lapsed";
    let evaluated = answers.iter().filter(evaluated).count();
    if evaluated > 5 * (resets + 1) {
        return Err(format!("{evaluated} evaluated, {resets} resets: {tally:?}"));
    }
    Ok(())
}

/// Five may begin, and as nobody settles they are five failures when they have lapsed.
fn attempts_that_nobody_settles(crew: &mut dyn Crew, record: &str) -> Result<(), String> {
    let answers = crew.all(&format!("begin {record} back-office 0"));
    expect(&answers, &[("a slot", 5), ("busy", crew.size() - 5)])?;
    let answers = crew.all(&format!("begin {record} back-office 29999"));
    expect(&answers, &[("busy", crew.size())])?;
    let answers = crew.all(&format!("begin {record} back-office 30000"));
    expect(&answers, &[("refused until the reset", crew.size())])
}

/// Each lapsed attempt is one failure, however many see at the same moment that it has lapsed.
fn lapsed_attempts(crew: &mut dyn Crew, record: &str) -> Result<(), String> {
    for _ in 0..3 {
        let answer = crew.alone(&format!("begin {record} back-office 0"));
        expect(&[answer], &[("a slot", 1)])?;
    }
    evaluates(crew, (record, "back-office", 30_000), 2, "the reset")
}

/// The five that began are failures by then, and right as they were they open nothing.
fn right_guesses_that_have_lapsed(crew: &mut dyn Crew, record: &str) -> Result<(), String> {
    let answers = crew.all(&format!("late {record} back-office 0"));
    let tally = tally(&answers);
    let times = |word: &str| tally.get(word).copied().unwrap_or(0);
    let late = times("lapsed") + times("wrong, locked until the reset");
    let refused = times("busy") + times("refused until the reset");
    if late != 5 || refused != crew.size() - 5 {
        return Err(format!("{tally:?}"));
    }
    stays_locked(crew, (record, "back-office"), &[30_000], "the reset")
}

/// Whoever was neither right nor wrong leaves no trace: all get a slot, and all five are left.
fn slots_given_back(crew: &mut dyn Crew, record: &str) -> Result<(), String> {
    let answers = crew.all(&format!("half {record} back-office 0"));
    expect(&answers, &[("returned, 5 left", crew.size())])?;
    let answer = crew.alone(&format!("count-slots {record} back-office 0"));
    expect(&[answer], &[("5 slots", 1)])
}

/// Many devices that were not told of the new password: one failure for each password.
fn the_same_wrong_password(crew: &mut dyn Crew, record: &str) -> Result<(), String> {
    let answers = crew.all(&format!("same {record} back-office 0"));
    let others = crew.size() - 1;
    expect(
        &answers,
        &[("wrong, 4 left", 1), ("repeated, 4 left", others)],
    )?;
    // one of the two is the one that was counted
    let answers = crew.all(&format!("one-of-two {record} back-office 0"));
    let counted = answers.iter().filter(|word| *word == "wrong, 3 left");
    if counted.count() != 1 || answers.iter().any(|word| !word.ends_with(" left")) {
        return Err(format!("{:?}", tally(&answers)));
    }
    let answer = crew.alone(&format!("count-slots {record} back-office 0"));
    expect(&[answer], &[("3 slots", 1)])
}

/// The same five as of an account, right ones among them: nobody has a password there.
fn a_name_that_nobody_has(crew: &mut dyn Crew, record: &str) -> Result<(), String> {
    let name = &*format!("?{record}");
    evaluates(crew, (name, "back-office", 0), 5, "the reset")?;
    stays_locked(crew, (name, "back-office"), &[0], "the reset")?;
    let name = format!("?{record}-again");
    let answers = crew.all(&format!("right {name} back-office 0"));
    let refused = answers
        .iter()
        .filter(|word| *word == "refused until the reset");
    if refused.count() != crew.size() - 5 || answers.iter().any(|word| word == "cleared") {
        return Err(format!("{:?}", tally(&answers)));
    }
    Ok(())
}
