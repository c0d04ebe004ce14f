//! The play, first part: passwords, second factors, sessions, leaving.

use std::{sync::Barrier, thread, time::Duration};

use portcullis::{
    Timestamp,
    account::{Client, Error, Next, SignedIn, Status},
    password,
    rbac::Grants,
    session::{self, Activity},
};

use crate::{
    files::Person,
    office::{ELSEWHERE, HERE, Office},
    report::{Played, Promise},
};

const SECOND: Duration = Duration::from_secs(1);
const MILLISECOND: Duration = Duration::from_millis(1);
const HOUR: Duration = Duration::from_secs(60 * 60);
const IDLE: Duration = Duration::from_secs(15 * 60);

pub fn passwords_are_stored_as_hashes(p: &mut Promise, office: &Office) -> Played {
    for person in &office.people {
        let password = person.password.as_str().into();
        office
            .accounts
            .register(&person.login, &password, person.grants()?, person.enrolled)?;
    }
    let people = office.people.len();
    p.tried(format!(
        "{people} people are enrolled; every byte ever written is searched"
    ));
    let passwords = office.people.iter().map(|person| person.password.as_str());
    let (written, leaks) = office.store.search(passwords);
    p.saw(
        format!("{written} records written, {leaks} contain a password"),
        leaks == 0 && written >= people,
    );
    let state = office.accounts.state(&office.people[0].login)?;
    let limits = password::Limits::default();
    let scheme = state.password().hash().inspect(&limits)?.to_string();
    let owasp = format!("$argon2id$v=19${}", password::Cost::OWASP);
    p.saw(format!("hashed as {scheme}"), scheme == owasp);
    Ok(())
}

pub fn passwords_have_twelve_characters_of_four_kinds(p: &mut Promise, office: &Office) -> Played {
    p.tried("somebody new is enrolled with passwords that break a rule");
    let twelve = "Ab3-Ab3-Ab3-";
    let mut refused = |password: &str, codes: &[&str]| {
        let outcome = office.accounts.register(
            "new@example.org",
            &password.into(),
            Grants::new(),
            office.now(),
        );
        let found = match outcome {
            Err(Error::Password(password::Error::Rejected(violations))) => {
                violations.iter().map(|v| v.code().to_owned()).collect()
            }
            Err(_) => vec!["another error".to_owned()],
            Ok(()) => vec!["accepted".to_owned()],
        };
        p.saw(
            format!("{password:<14} {}", found.join(", ")),
            found == codes,
        );
    };
    refused("Ab3-Ab3-Ab3", &["too_short"]);
    refused("ab3-ab3-ab3-", &["no_uppercase"]);
    refused("AB3-AB3-AB3-", &["no_lowercase"]);
    refused("Abc-Abc-Abc-", &["no_digit"]);
    refused("Ab3dAb3dAb3d", &["no_symbol"]);
    refused(
        "abc",
        &["too_short", "no_uppercase", "no_digit", "no_symbol"],
    );
    let outcome = office.accounts.register(
        "new@example.org",
        &twelve.into(),
        Grants::new(),
        office.now(),
    );
    p.saw(format!("{twelve:<14} accepted"), outcome.is_ok());
    Ok(())
}

pub fn everybody_has_a_second_factor(p: &mut Promise, office: &Office) -> Played {
    let person = &office.people[0];
    p.tried("everybody signs in for the first time, with a password alone");
    let mut no_session = 0;
    for person in &office.people {
        match office.first_step(&person.login, &person.password)? {
            Next::SignedIn(_) => {}
            _ => no_session += 1,
        }
    }
    p.saw(
        format!(
            "{no_session} of {} get no session, only the way to what is missing",
            office.people.len()
        ),
        no_session == office.people.len(),
    );
    let mut enrolled = 0;
    for person in &office.people {
        office.sign_in(&person.login)?;
        enrolled += usize::from(
            office
                .accounts
                .state(&person.login)?
                .authenticators()
                .is_any_confirmed(),
        );
    }
    p.tried("each scans a code into a phone and confirms it");
    p.saw(
        format!(
            "{enrolled} of {} have a confirmed second factor",
            office.people.len()
        ),
        enrolled == office.people.len(),
    );

    let other = &office.people[1];
    let setup_code = office.code(&other.login);
    p.tried("the code seen at set-up is typed again at the next sign-in");
    p.saw(
        "refused: its time step is used up",
        factor(office, other, &setup_code)?.is_err(),
    );

    let code = office.fresh_code(&person.login);
    p.tried("a fresh code is used, and then used again by somebody who saw it");
    let first = factor(office, person, &code)?;
    let second = factor(office, person, &code)?;
    p.saw(
        "the first time a session starts",
        matches!(first, Ok(Next::SignedIn(_))),
    );
    p.saw(
        "the second time it is refused as replayed",
        matches!(second, Err(Error::Totp(portcullis::totp::Error::Replayed))),
    );

    let Some(recovery) = office
        .recovery
        .borrow_mut()
        .get_mut(&person.login)
        .and_then(Vec::pop)
    else {
        p.saw("there are no recovery codes", false);
        return Ok(());
    };
    p.tried("the phone is lost: a recovery code is used twice");
    let redeem = || match office.first_step(&person.login, &office.password(&person.login))? {
        Next::FactorNeeded(ticket) => office.recover(&person.login, &ticket, &recovery),
        _ => Err(Error::Denied),
    };
    let (first, second) = (redeem(), redeem());
    p.saw(
        "it opens once and not again",
        matches!(first, Ok(Next::SignedIn(_))) && second.is_err(),
    );
    // a good sign-in ends the streak of failures
    office.sign_in(&person.login)?;
    office.sign_in(&other.login)?;
    Ok(())
}

/// Password and this code.
fn factor(office: &Office, person: &Person, code: &str) -> Result<Result<Next, Error>, Error> {
    match office.first_step(&person.login, &office.password(&person.login))? {
        Next::FactorNeeded(ticket) => Ok(office.second_step(&person.login, &ticket, code)),
        next => Ok(Ok(next)),
    }
}

pub fn idle_sessions_end(p: &mut Promise, office: &Office) -> Played {
    let login = &office.people[1].login;
    let SignedIn { token, session, .. } = office.sign_in(login)?;
    let start = office.now();
    p.tried(format!(
        "a session starts; it says that it ends at {}",
        session.idle_deadline()
    ));
    office.wait(IDLE - MILLISECOND);
    p.saw(
        "14:59.999 later it is live",
        office.accounts.check(&token, office.now()).is_ok(),
    );
    office.wait(MILLISECOND);
    let dead = office.accounts.check(&token, office.now());
    p.saw("15:00.000 later it has ended", dead.is_err());
    let back = office.accounts.check(&token, start);
    p.saw(
        "and a clock that is set back does not revive it",
        back.is_err(),
    );

    let SignedIn { token, .. } = office.sign_in(login)?;
    p.tried("a forgotten window polls every minute");
    let mut polls = 0;
    while polls < 30
        && office
            .accounts
            .touch(&token, Activity::Background, office.now())
            .is_ok()
    {
        office.wait(60 * SECOND);
        polls += 1;
    }
    p.saw(
        format!("the session ends all the same, after {polls} minutes"),
        polls == 15,
    );

    let SignedIn { token, .. } = office.sign_in(login)?;
    let start = office.now();
    p.tried("somebody works without a pause");
    while office.now().saturating_since(start) < 24 * HOUR
        && office
            .accounts
            .touch(&token, Activity::Interactive, office.now())
            .is_ok()
    {
        office.wait(5 * 60 * SECOND);
    }
    let hours = office.now().saturating_since(start).as_secs() / 3600;
    p.saw(
        format!("the session ends after {hours} hours in any case"),
        hours == 12,
    );
    Ok(())
}

pub fn five_failures_force_a_reset(p: &mut Promise, office: &Office) -> Played {
    let login = &office.people[office.people.len() - 1].login;
    let right = office.password(login);
    let laptop = office.sign_in(login)?;
    let cookie = office.accounts.device_token(&laptop.token, office.now())?;
    p.tried("a guesser tries five passwords; four of them leave the account open");
    let guess = |n| {
        let (guess, client) = (format!("Guess-number-{n}"), Client::stranger());
        office.first_step_from(login, &guess, ELSEWHERE, &client)
    };
    let answers: Vec<_> = (1..=5).map(guess).collect();
    let denied = answers
        .iter()
        .take(4)
        .all(|a| matches!(a, Err(Error::Denied)));
    p.saw("1 to 4: wrong name or password", denied);
    p.saw(
        "5: reset required",
        matches!(answers.last(), Some(Err(Error::ResetRequired))),
    );
    let known = Client::stranger().with_device_token(cookie.expose_secret());
    let owner = office.first_step_from(login, &right, HERE, &known)?;
    p.saw(
        "the owner's laptop, which has signed in before, is still asked for its code",
        matches!(owner, Next::FactorNeeded(_)),
    );
    office.wait(365 * 24 * HOUR / 12);
    let closed = office.first_step(login, &right);
    p.saw(
        "a month later even the right password is refused to everybody else",
        matches!(closed, Err(Error::ResetRequired)),
    );

    let ticket = office.accounts.start_reset(login, office.now())?;
    p.tried("the owner gets a reset link and chooses the old password again");
    let reused = office
        .accounts
        .reset_password(&ticket, &right.as_str().into(), office.now());
    p.saw("refused: it was used before", rejected(&reused, "reused"));
    let new = office.new_password(login)?;
    let reset = office
        .accounts
        .reset_password(&ticket, &new.as_str().into(), office.now());
    office.remember_password(login, &new);
    p.saw("a new one is taken", reset.is_ok());
    let again = office
        .accounts
        .reset_password(&ticket, &"Another-Pass-11".into(), office.now());
    p.saw("the link works once", matches!(again, Err(Error::Ticket)));
    p.saw("and signing in works again", office.sign_in(login).is_ok());

    let login = &office.people[1].login;
    p.tried("twelve guesses arrive at the same moment, before any of them is answered");
    let barrier = Barrier::new(12);
    let now = office.now();
    let denied = thread::scope(|scope| {
        let guesses: Vec<_> = (0..12)
            .map(|n| {
                let (accounts, barrier) = (&office.accounts, &barrier);
                scope.spawn(move || {
                    barrier.wait();
                    accounts.sign_in(login, &format!("Guess-number-{n}").as_str().into(), now)
                })
            })
            .collect();
        let answers = guesses.into_iter().filter_map(|guess| guess.join().ok());
        let answers = answers.inspect(|answer| office.record(login, ELSEWHERE, answer));
        answers
            .filter(|answer| matches!(answer, Err(Error::Denied)))
            .count()
    });
    p.saw(
        format!("{denied} are told that they are wrong; the others learn nothing, right or wrong"),
        denied <= 4,
    );
    let closed = office.first_step(login, &office.password(login));
    p.saw(
        "and the account asks for a reset",
        matches!(closed, Err(Error::ResetRequired)),
    );
    Ok(())
}

fn rejected<T>(outcome: &Result<T, Error>, code: &str) -> bool {
    matches!(outcome, Err(Error::Password(password::Error::Rejected(v))) if v.iter().any(|v| v.code() == code))
}

pub fn passwords_expire_after_six_months(p: &mut Promise, office: &Office) -> Played {
    let mut due: Vec<(Timestamp, &Person)> = Vec::new();
    for person in &office.people {
        let changed = office
            .accounts
            .state(&person.login)?
            .password()
            .changed_at();
        let at = changed.unwrap_or_default().saturating_add_months(6);
        if at > office.now() {
            due.push((at, person));
        }
    }
    let Some((at, person)) = due.into_iter().min_by_key(|(at, _)| *at) else {
        p.saw("nobody's password is due: this was not observed", false);
        return Ok(());
    };
    let login = &person.login;
    office.wait_until(Timestamp::from_millis(
        at.as_millis().saturating_sub(60_000),
    ));
    p.tried(format!(
        "{} was enrolled on {}; the password is due at {at}",
        person.name(),
        person.enrolled
    ));
    p.saw(
        "a minute before, signing in gives a session",
        office.sign_in(login).is_ok(),
    );
    office.wait_until(at);
    let old = office.password(login);
    let code = office.fresh_code(login);
    let ticket = match factor_at(office, login, &old, &code)? {
        Next::PasswordChangeNeeded(ticket, expiry) => {
            p.saw(
                "after it, right password and right code give no session, only a new password's form",
                matches!(expiry, password::Expiry::Expired { since, .. } if since == at),
            );
            ticket
        }
        _ => {
            p.saw("after it, the old password still works", false);
            return Ok(());
        }
    };
    let change = |new: &str| office.change_expired_password(login, &ticket, &old, new);
    p.tried("the previous password is chosen again, then a new one");
    p.saw(
        "the previous one is refused",
        rejected(&change(&old), "reused"),
    );
    p.saw(
        "the previous one with a digit more is refused",
        rejected(&change(&format!("{old}1")), "too_similar"),
    );
    let new = office.new_password(login)?;
    p.saw(
        "the new one gives a session",
        matches!(change(&new), Ok(Next::SignedIn(_))),
    );
    office.remember_password(login, &new);
    let stale = office.first_step(login, &old);
    p.saw(
        "and the old one opens nothing any more",
        matches!(stale, Err(Error::Denied)),
    );
    Ok(())
}

fn factor_at(office: &Office, login: &str, password: &str, code: &str) -> Result<Next, Error> {
    match office.first_step(login, password)? {
        Next::FactorNeeded(ticket) => office.second_step(login, &ticket, code),
        next => Ok(next),
    }
}

pub fn a_leaver_is_out_at_once(p: &mut Promise, office: &Office) -> Played {
    let Some(person) = office.people.last() else {
        return Ok(());
    };
    let login = &person.login;
    office.accounts.sign_out_everywhere(login, office.now())?;
    let SignedIn { token: laptop, .. } = office.sign_in(login)?;
    let SignedIn { token: phone, .. } = office.sign_in(login)?;
    let Next::FactorNeeded(under_way) = office.first_step(login, &office.password(login))? else {
        p.saw("no second factor was asked", false);
        return Ok(());
    };
    let reset = office.accounts.start_reset(login, office.now())?;
    p.tried(format!(
        "{} is signed in twice, is signing in a third time, and has a reset link",
        person.name()
    ));
    let live = |token: &session::Token| office.accounts.check(token, office.now()).is_ok();
    p.saw("both sessions are live", live(&laptop) && live(&phone));
    let receipt = office.accounts.disable(login, office.now())?;
    p.tried(format!(
        "the account is disabled: {} sessions and {} tickets end",
        receipt.sessions, receipt.tickets
    ));
    p.saw(
        "the receipt counts them",
        (receipt.sessions, receipt.tickets) == (2, 2),
    );
    p.saw("neither session is live", !live(&laptop) && !live(&phone));
    let code = office.fresh_code(login);
    let third = office
        .accounts
        .second_factor(&under_way, &code, office.now());
    p.saw(
        "the third sign-in leads nowhere, with the right code",
        third.is_err(),
    );
    let new = office.new_password(login)?;
    let by_reset = office
        .accounts
        .reset_password(&reset, &new.as_str().into(), office.now());
    p.saw("nor does the reset link", by_reset.is_err());
    let again = office.first_step(login, &office.password(login));
    p.saw(
        "nor the right password",
        matches!(again, Err(Error::Denied)),
    );
    let state = office.accounts.state(login)?;
    p.saw(
        "and the record says since when",
        state.status() == Status::Disabled(receipt.at),
    );
    Ok(())
}
