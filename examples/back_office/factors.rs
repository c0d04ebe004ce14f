//! The play, a part of it: who must have a second factor, a phone that is replaced, and what the log
//! of attempts says in the end.

use std::time::Duration;

use portcullis::{
    Timestamp,
    account::{self, Accounts, Client, Error, Next, SecondFactor, SignedIn},
    attempts::report::{Attempt, Kind, Log, Policy, Reason},
    session,
    store::Memory,
    totp::{self, Duty, Mandate, recovery},
};

use crate::{
    office::{ELSEWHERE, ISSUER, Office},
    report::{Played, Promise},
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const MILLISECOND: Duration = Duration::from_millis(1);
/// How long the staff have to set up a phone.
const GRACE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// In an office of its own, where a second factor was not asked for until today.
pub fn a_grace_ends_in_enrolment(p: &mut Promise, office: &Office) -> Played {
    let role = &office.people[office.people.len() - 1].role;
    let policy = account::Policy::back_office(ISSUER)?
        .with_second_factor(SecondFactor::Optional)
        .with_mandates([Mandate::new(role)?.with_grace_time(GRACE)?])?;
    let accounts = Accounts::danger_unsealed(policy.clone(), Memory::new(office.people.len()));
    let bound: Vec<_> = office.people.iter().filter(|x| x.role == *role).collect();
    for person in &bound {
        let password = person.password.as_str().into();
        accounts.register(&person.login, &password, person.grants()?, office.now())?;
    }
    let sign_in = |at: Timestamp| {
        let password = bound[0].password.as_str().into();
        accounts.sign_in(&bound[0].login, &password, at)
    };
    let covered = |at: Timestamp| -> Result<(usize, usize, usize), Error> {
        let states: Result<Vec<_>, _> = bound.iter().map(|x| accounts.state(&x.login)).collect();
        let coverage = policy.coverage(&states?, 10, at);
        let row = coverage.populations().first();
        Ok(row.map_or((0, 0, 0), |row| (row.people(), row.met(), row.in_grace())))
    };
    let people = bound.len();
    let until = office.now().saturating_add(GRACE);
    p.tried(format!(
        "elsewhere, {people} people of the role {role} have seven days to set up a phone"
    ));
    let day = format!("{until}");
    let shown = matches!(
        sign_in(office.now())?,
        Next::SignedIn(SignedIn { duty: Duty::Grace { until: Some(end), .. }, .. }) if end == until
    );
    p.saw(
        format!("they get in, and are told that it ends at {day}"),
        shown,
    );
    p.saw(
        format!(
            "the coverage report has {people} people, 0 with a second factor, {people} in grace"
        ),
        covered(office.now())? == (people, 0, people),
    );
    let just = Timestamp::from_millis(until.as_millis().saturating_sub(1));
    p.saw(
        "a millisecond before, a password alone still gives a session",
        matches!(sign_in(just)?, Next::SignedIn(_)),
    );
    let Next::EnrolmentNeeded(ticket) = sign_in(until)? else {
        p.saw("at that time it still does", false);
        return Ok(());
    };
    p.saw(
        "at that time it gives the way to enrolment and no other",
        true,
    );
    let uri = accounts.enrol(&ticket, until)?;
    accounts.confirm_enrolment(&ticket, &uri.code_at(until), until)?;
    p.saw(
        format!(
            "one has enrolled, and the report names the other {}",
            people - 1
        ),
        covered(until)? == (people, 1, 0),
    );
    Ok(())
}

pub fn a_phone_is_replaced(p: &mut Promise, office: &Office) -> Played {
    let login = &office.people[2 % office.people.len()].login;
    let elsewhere = office.sign_in(login)?;
    let SignedIn { token, .. } = office.sign_in(login)?;
    let old = office.accounts.authenticators(&token, office.now())?[0].id();
    office.wait(Duration::from_secs(10 * 60));
    let replace = |token: &session::Token| {
        office
            .accounts
            .replace_authenticator(token, old, "new phone", office.now())
    };
    p.tried("somebody at a desk that was left ten minutes ago puts a phone of theirs in place");
    p.saw(
        "refused: a fresh code is asked",
        matches!(
            replace(&token),
            Err(Error::Session(session::Error::StepUpRequired { .. }))
        ),
    );
    p.tried("the owner gives one, and scans the new phone");
    let code = office.fresh_code(login);
    let SignedIn { token, .. } = office.accounts.step_up(&token, &code, office.now())?;
    let (id, new) = replace(&token)?;
    let second = |code: &str| match office.first_step(login, &office.password(login))? {
        Next::FactorNeeded(ticket) => office.second_step(login, &ticket, code),
        next => Ok(next),
    };
    p.saw(
        "until the new one is confirmed the old one serves",
        matches!(second(&office.fresh_code(login))?, Next::SignedIn(_)),
    );
    let stale = office.fresh_code(login);
    let confirmed = office.accounts.confirm_authenticator(
        &token,
        id,
        &new.code_at(office.now()),
        office.now(),
    )?;
    let token = confirmed.signed_in.token;
    let live = |token: &session::Token| office.accounts.check(token, office.now()).is_ok();
    p.saw(
        "then its code opens nothing, and the other sessions have ended",
        matches!(second(&stale), Err(Error::Totp(totp::Error::Wrong))) && !live(&elsewhere.token),
    );
    office.remember_phone(login, new);
    p.saw("and the new one opens", office.sign_in(login).is_ok());

    p.tried("ten new recovery codes are printed");
    let new = office.accounts.new_recovery_codes(&token, office.now())?;
    let old = office.recovery.borrow_mut().insert(login.clone(), new);
    let recover = |code: &recovery::Code| match office.first_step(login, &office.password(login))? {
        Next::FactorNeeded(ticket) => office.recover(login, &ticket, code),
        next => Ok(next),
    };
    let old_ones = old.iter().flatten().take(1).map(recover);
    p.saw(
        "one of the old sheet opens nothing",
        old_ones.collect::<Vec<_>>().iter().all(Result::is_err),
    );
    let sheet = office
        .recovery
        .borrow_mut()
        .get_mut(login)
        .and_then(Vec::pop);
    p.saw(
        "one of the new sheet does",
        sheet.is_some_and(|code| matches!(recover(&code), Ok(Next::SignedIn(_)))),
    );
    Ok(())
}

/// Over everything that the play has tried so far.
pub fn attempts_are_reported(p: &mut Promise, office: &Office) -> Played {
    p.tried("one password is tried on everybody, from one address, and then the log is read");
    let client = Client::stranger();
    for person in &office.people {
        office.wait(MILLISECOND);
        let _ = office.first_step_from(&person.login, "Spring-2026-!", ELSEWHERE, &client);
    }
    let attempts = office.attempts.borrow();
    let end = office.now().saturating_add(DAY);
    let Ok(mut log) = Log::new(Timestamp::EPOCH..end) else {
        return Ok(());
    };
    for attempt in attempts.iter() {
        let recorded = Attempt::new(attempt.reason, attempt.at);
        log.record(
            &recorded
                .with_account(&attempt.login)
                .with_address(attempt.from),
        );
    }
    // somebody's account is locked, and a guess that is refused is none
    let nearly_all = office.people.len().saturating_sub(1).max(2);
    let from_one = u32::try_from(nearly_all).unwrap_or(u32::MAX);
    let Ok(policy) = Policy::default().with_accounts(from_one, from_one.max(60)) else {
        return Ok(());
    };
    let report = policy.report(log);
    let of_kind = |kind| attempts.iter().filter(|x| x.reason.kind() == kind).count() as u64;
    p.saw(
        format!(
            "{} attempts: {} began a session, {} failed, {} were refused, {} led to a next step",
            report.attempts, report.successes, report.failures, report.refusals, report.unfinished
        ),
        (report.successes, report.failures, report.refusals)
            == (
                of_kind(Kind::Success),
                of_kind(Kind::Failure),
                of_kind(Kind::Refusal),
            ),
    );
    let reasons = report.by_reason.iter();
    let failed = reasons.filter(|count| count.reason.kind() == Kind::Failure);
    let failed: Vec<_> = failed
        .map(|count| format!("{} {}", count.attempts, count.reason))
        .collect();
    p.tried(format!("the failures: {}", failed.join(", ")));
    let worst = report.by_prefix.rows.first();
    p.saw(
        worst.map_or(String::new(), |row| {
            format!("most of them, {}, came from {}", row.failures, row.name)
        }),
        worst.is_some_and(|row| row.name.starts_with(&ELSEWHERE.to_string())),
    );
    let waves: Vec<_> = report.waves.rows.iter().collect();
    p.saw(
        "and a wave of guesses at nearly everybody, from there",
        waves.iter().any(|wave| {
            let from = wave.prefix.map(|prefix| prefix.address());
            from == Some(ELSEWHERE) && wave.accounts >= nearly_all
        }),
    );
    let replayed = attempts.iter().filter(|x| x.reason == Reason::ReplayedCode);
    p.saw(
        format!(
            "{} codes were right and had been used: somebody may have seen them",
            report.replayed.rows.len()
        ),
        !report.replayed.rows.is_empty() && report.replayed.rows.len() == replayed.count(),
    );
    p.saw(
        "and no password stands in the report",
        !office
            .all_passwords()
            .iter()
            .any(|password| report.to_string().contains(password.as_str())),
    );
    Ok(())
}
