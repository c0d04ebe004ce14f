//! What must hold whoever is first. Each scenario sets the scene, lets everybody act at once and then
//! looks, through every view of the store, at what there is.

use crate::actors::Crew;

/// On one subject that nobody else uses: Err says what did not hold.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) play: fn(&mut dyn Crew, &str) -> Result<(), String>,
}

pub(crate) const ALL: [Scenario; 16] = [
    Scenario {
        name: "SE-04 sign-out against touches",
        play: |crew, subject| end_against_touch(crew, subject, Ending::Token),
    },
    Scenario {
        name: "SE-04 ending one out of a list against touches",
        play: |crew, subject| end_against_touch(crew, subject, Ending::One),
    },
    Scenario {
        name: "SE-04 ending all against touches",
        play: |crew, subject| end_against_touch(crew, subject, Ending::All),
    },
    Scenario {
        name: "SE-04 ending the others against touches",
        play: |crew, subject| end_against_touch(crew, subject, Ending::Others),
    },
    Scenario {
        name: "SE-06 sign-out against rotations",
        play: |crew, subject| end_against_rotate(crew, subject, Ending::Token),
    },
    Scenario {
        name: "SE-06 ending one out of a list against rotations",
        play: |crew, subject| end_against_rotate(crew, subject, Ending::One),
    },
    Scenario {
        name: "SE-06 ending all against rotations",
        play: |crew, subject| end_against_rotate(crew, subject, Ending::All),
    },
    Scenario {
        name: "SE-06 ending the others against rotations",
        play: |crew, subject| end_against_rotate(crew, subject, Ending::Others),
    },
    Scenario {
        name: "SE-04 many sign-outs at once",
        play: many_ends,
    },
    Scenario {
        name: "SE-06 many rotations of one token",
        play: rotations,
    },
    Scenario {
        name: "SE-07 many sign-ins under a limit that refuses",
        play: limit_that_refuses,
    },
    Scenario {
        name: "SE-07 many sign-ins under a limit that evicts",
        play: limit_that_evicts,
    },
    Scenario {
        name: "SE-08 ending all against sign-ins under way",
        play: end_all_against_start,
    },
    Scenario {
        name: "SE-08 ending the others against sign-ins, a rotation and touches",
        play: end_others_against_all,
    },
    Scenario {
        name: "SE-07 purges against sign-ins",
        play: purge_against_start,
    },
    Scenario {
        name: "SE-07 purges against a sign-out and touches",
        play: purge_against_end,
    },
];

/// SE-04.
fn end_against_touch(crew: &mut dyn Crew, subject: &str, how: Ending) -> Result<(), String> {
    let session = started(crew, subject, 0)?;
    let other = started(crew, subject, 0)?;
    let mut lines = vec![how.line(subject, &session, &other)];
    lines.resize(crew.size(), format!("touch {} 10 2", session.token));
    succeeds(crew.at_once(&lines).remove(0))?;
    is_dead(crew, &session.token, &format!("it was ended by {how:?}"))?;
    let left = if how == Ending::All { 0 } else { 1 };
    counts(crew, subject, 12, left)
}

/// SE-04, SE-06: an end that names a token ends its session, also when the token is just being
/// replaced.
fn end_against_rotate(crew: &mut dyn Crew, subject: &str, how: Ending) -> Result<(), String> {
    let session = started(crew, subject, 0)?;
    let other = started(crew, subject, 0)?;
    let mut lines = vec![how.line(subject, &session, &other)];
    lines.push(format!("reauthenticate {} 2", session.token));
    lines.resize(crew.size(), format!("rotate {} 2", session.token));
    let answers = crew.at_once(&lines);
    succeeds(answers[0].clone())?;
    for token in tokens(&answers).chain([session.token]) {
        is_dead(crew, &token, &format!("its session was ended by {how:?}"))?;
    }
    let left = if how == Ending::All { 0 } else { 1 };
    counts(crew, subject, 3, left)
}

/// SE-04: no sign-out is lost among others.
fn many_ends(crew: &mut dyn Crew, subject: &str) -> Result<(), String> {
    let sessions = several(crew, subject)?;
    let lines: Vec<String> = sessions
        .iter()
        .map(|token| format!("end {token} 2"))
        .collect();
    crew.at_once(&lines).into_iter().try_for_each(succeeds)?;
    for token in sessions {
        is_dead(crew, &token, "its user signed out")?;
    }
    counts(crew, subject, 2, 0)
}

/// SE-06: and the old token, used a minute later, ends the session.
fn rotations(crew: &mut dyn Crew, subject: &str) -> Result<(), String> {
    let old = started(crew, subject, 0)?.token;
    let answers = crew.each(&format!("rotate {old} 2"));
    let winners: Vec<String> = tokens(&answers).collect();
    let [winner] = winners.as_slice() else {
        return Err(format!(
            "{} rotations of one token succeeded",
            winners.len()
        ));
    };
    is_live(crew, winner, 2)?;
    counts(crew, subject, 2, 1)?;
    // Used again when nobody can still have it for the present one, it is the sign of a theft.
    is_dead(crew, &old, "it was rotated")?;
    counts(crew, subject, 3, 0)
}

/// SE-07.
fn limit_that_refuses(crew: &mut dyn Crew, subject: &str) -> Result<(), String> {
    let limit = 2;
    let answers = starts_under(crew, subject, "refuse", limit)?;
    let won: Vec<String> = tokens(&answers).collect();
    if won.len() != limit {
        return Err(format!(
            "{} sessions started under a limit of {limit}",
            won.len()
        ));
    }
    won.iter().try_for_each(|token| is_live(crew, token, 0))?;
    counts(crew, subject, 0, limit)
}

/// SE-07.
fn limit_that_evicts(crew: &mut dyn Crew, subject: &str) -> Result<(), String> {
    let limit = 2;
    let answers = starts_under(crew, subject, "evict", limit)?;
    let mut live = 0;
    for token in tokens(&answers) {
        live += usize::from(crew.alone(format!("check {token} 0")) == "live 1");
    }
    if live != limit {
        return Err(format!(
            "{live} of those who signed in are live under a limit of {limit}"
        ));
    }
    counts(crew, subject, 0, limit)
}

/// All but one sign in at once; the one looks on and never sees too many.
fn starts_under(
    crew: &mut dyn Crew,
    subject: &str,
    at_limit: &str,
    limit: usize,
) -> Result<Vec<String>, String> {
    crew.each(&format!("policy {at_limit} {limit} 0"));
    crew.each(&format!("begin {subject} 0"))
        .into_iter()
        .try_for_each(succeeds)?;
    let mut lines = vec!["start 0".to_owned(); crew.size()];
    lines[0] = format!("list {subject} 20 0");
    let mut answers = crew.at_once(&lines);
    crew.each("policy evict 16 0");
    let most: usize = number(&answers.remove(0), "listed")?;
    if most > limit {
        return Err(format!(
            "{most} sessions were listed under a limit of {limit}"
        ));
    }
    Ok(answers)
}

/// SE-08: a sign-in that is under way starts nothing once everything has been ended.
fn end_all_against_start(crew: &mut dyn Crew, subject: &str) -> Result<(), String> {
    let session = started(crew, subject, 0)?;
    crew.each(&format!("begin {subject} 1"))
        .into_iter()
        .try_for_each(succeeds)?;
    let mut lines = vec!["start 2".to_owned(); crew.size()];
    lines[0] = format!("end-all {subject} 2");
    let answers = crew.at_once(&lines);
    succeeds(answers[0].clone())?;
    for token in tokens(&answers).chain([session.token]) {
        is_dead(crew, &token, "everything was ended")?;
    }
    counts(crew, subject, 2, 0)?;
    match tokens(&crew.each("start 2")).count() {
        0 => counts(crew, subject, 2, 0),
        late => Err(format!(
            "{late} sign-ins from before the end started sessions after it"
        )),
    }
}

/// SE-07, SE-08: the others are touched, rotated and signing in.
fn end_others_against_all(crew: &mut dyn Crew, subject: &str) -> Result<(), String> {
    let (kept, other) = (started(crew, subject, 0)?, started(crew, subject, 0)?);
    crew.each(&format!("begin {subject} 1"))
        .into_iter()
        .try_for_each(succeeds)?;
    let mut lines = vec![
        format!("end-others {} 2", kept.token),
        format!("rotate {} 2", other.token),
        format!("touch {} 10 2", other.token),
    ];
    lines.resize(crew.size(), "start 2".to_owned());
    let answers = crew.at_once(&lines);
    succeeds(answers[0].clone())?;
    for token in tokens(&answers).chain([other.token]) {
        is_dead(crew, &token, "all but another were ended")?;
    }
    is_live(crew, &kept.token, 2)?;
    counts(crew, subject, 2, 1)
}

/// SE-07: the record is cleared of what has expired while people sign in.
fn purge_against_start(crew: &mut dyn Crew, subject: &str) -> Result<(), String> {
    let expired = started(crew, subject, 0)?;
    let live = started(crew, subject, 10)?;
    crew.each(&format!("begin {subject} 15"))
        .into_iter()
        .try_for_each(succeeds)?;
    let mut lines = vec![
        format!("purge {subject} 15"),
        format!("list {subject} 5 15"),
    ];
    lines.resize(crew.size(), "start 15".to_owned());
    let answers = crew.at_once(&lines);
    let new: Vec<String> = tokens(&answers).collect();
    if new.len() != crew.size() - 2 {
        return Err(format!("sign-ins were refused: {answers:?}"));
    }
    for token in new.iter().chain([&live.token]) {
        is_live(crew, token, 15)?;
    }
    is_dead(crew, &expired.token, "it expired")?;
    counts(crew, subject, 15, new.len() + 1)
}

/// SE-04, SE-07.
fn purge_against_end(crew: &mut dyn Crew, subject: &str) -> Result<(), String> {
    let _expired = started(crew, subject, 0)?;
    let (ended, live) = (started(crew, subject, 10)?, started(crew, subject, 10)?);
    let mut lines = vec![
        format!("end {} 15", ended.token),
        format!("touch {} 5 15", live.token),
    ];
    lines.resize(crew.size(), format!("purge {subject} 15"));
    crew.at_once(&lines).into_iter().try_for_each(succeeds)?;
    is_dead(crew, &ended.token, "it was ended")?;
    is_live(crew, &live.token, 15)?;
    counts(crew, subject, 15, 1)
}

/// How a session is ended.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Ending {
    Token,
    One,
    All,
    Others,
}

impl Ending {
    fn line(self, subject: &str, session: &Started, other: &Started) -> String {
        match self {
            Self::Token => format!("end {} 2", session.token),
            Self::One => format!("end-one {subject} {} 2", session.id),
            Self::All => format!("end-all {subject} 2"),
            Self::Others => format!("end-others {} 2", other.token),
        }
    }
}

struct Started {
    token: String,
    id: String,
}

fn started(crew: &mut dyn Crew, subject: &str, minute: u64) -> Result<Started, String> {
    succeeds(crew.alone(format!("begin {subject} {minute}")))?;
    let answer = crew.alone(format!("start {minute}"));
    match answer.split(' ').collect::<Vec<_>>().as_slice() {
        ["token", token, id] => Ok(Started {
            token: (*token).to_owned(),
            id: (*id).to_owned(),
        }),
        _ => Err(format!("a sign-in without a rival was answered: {answer}")),
    }
}

/// One session for each of them.
fn several(crew: &mut dyn Crew, subject: &str) -> Result<Vec<String>, String> {
    (0..crew.size())
        .map(|_| started(crew, subject, 0).map(|started| started.token))
        .collect()
}

/// The tokens among the answers.
fn tokens(answers: &[String]) -> impl Iterator<Item = String> {
    let token = |answer: &String| {
        answer
            .strip_prefix("token ")
            .and_then(|rest| rest.split(' ').next())
            .map(str::to_owned)
    };
    answers.iter().filter_map(token)
}

fn number(answer: &str, what: &str) -> Result<usize, String> {
    let number = answer
        .strip_prefix(what)
        .and_then(|rest| rest.trim_start().parse().ok());
    number.ok_or_else(|| format!("answered: {answer}"))
}

fn succeeds(answer: String) -> Result<(), String> {
    if answer.starts_with("refused") {
        return Err(format!("what nothing speaks against was {answer}"));
    }
    Ok(())
}

/// In every view, and no touch wakes it.
fn is_dead(crew: &mut dyn Crew, token: &str, because: &str) -> Result<(), String> {
    for line in [
        format!("check {token} 2"),
        format!("touch {token} 1 3"),
        format!("check {token} 3"),
    ] {
        if crew
            .each(&line)
            .iter()
            .any(|answer| answer.starts_with("live"))
        {
            return Err(format!("a session is live although {because}"));
        }
    }
    Ok(())
}

/// In every view.
fn is_live(crew: &mut dyn Crew, token: &str, minute: u64) -> Result<(), String> {
    let answers = crew.each(&format!("check {token} {minute}"));
    match answers.iter().find(|answer| *answer != "live 1") {
        None => Ok(()),
        Some(answer) => Err(format!("a session that nobody ended is {answer}")),
    }
}

/// In every view.
fn counts(crew: &mut dyn Crew, subject: &str, minute: u64, expected: usize) -> Result<(), String> {
    for answer in crew.each(&format!("list {subject} 1 {minute}")) {
        let listed = number(&answer, "listed")?;
        if listed != expected {
            return Err(format!("{listed} sessions are listed, {expected} expected"));
        }
    }
    Ok(())
}
