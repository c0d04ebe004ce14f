//! The play: a few working days, one promise after another.

use std::{sync::Barrier, thread, time::Duration};

use portcullis::{
    Timestamp,
    account::{Error, Next, SignedIn, Status},
    field::{Context, Keyring},
    password,
    rbac::{self, Decision, Facts, Permission, Reason, Request, Tenant, Visibility},
    redact,
    session::{self, Activity},
};

use crate::{
    files::Person,
    office::{Office, contains},
    report::{Promise, promise},
};

const SECOND: Duration = Duration::from_secs(1);
const MILLISECOND: Duration = Duration::from_millis(1);
const HOUR: Duration = Duration::from_secs(60 * 60);
const IDLE: Duration = Duration::from_secs(15 * 60);

pub type Outcome = Result<Promise, Error>;

pub fn passwords_are_stored_as_hashes(office: &Office) -> Outcome {
    let mut p = promise(
        "S2-08 S4-19 S3-20",
        "Passwords are one-way hashed; password hashes only are stored.",
    );
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
    let cost = state.password().hash().cost()?;
    let floor = password::Cost::OWASP;
    p.saw(
        format!(
            "Argon2id with {} KiB, {} passes, {} lane(s)",
            cost.memory_kib(),
            cost.passes(),
            cost.lanes()
        ),
        cost == floor,
    );
    Ok(p)
}

pub fn passwords_have_twelve_characters_of_four_kinds(office: &Office) -> Outcome {
    let mut p = promise(
        "S4-17",
        "12 characters minimum, at least 1 capital, 1 lower case, one symbol, one number.",
    );
    p.tried("somebody new is enrolled with passwords that break a rule");
    let twelve = "Ab3-Ab3-Ab3-";
    let mut refused = |password: &str, codes: &[&str]| {
        let outcome = office.accounts.register(
            "new@example.org",
            &password.into(),
            rbac::Grants::new(),
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
        rbac::Grants::new(),
        office.now(),
    );
    p.saw(format!("{twelve:<14} accepted"), outcome.is_ok());
    Ok(p)
}

pub fn everybody_has_a_second_factor(office: &Office) -> Outcome {
    let mut p = promise(
        "S0-05 S4-06 S1-14",
        "Accounts use two-factor authentication; for staff and administrators it is required.",
    );
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
                .second_factor()
                .is_some_and(|f| f.is_confirmed()),
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
        return Ok(p);
    };
    p.tried("the phone is lost: a recovery code is used twice");
    let redeem = || match office.first_step(&person.login, &office.password(&person.login))? {
        Next::FactorNeeded(ticket) => {
            office
                .accounts
                .recovery_code(&ticket, recovery.expose_secret(), office.now())
        }
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
    Ok(p)
}

/// Password and this code.
fn factor(office: &Office, person: &Person, code: &str) -> Result<Result<Next, Error>, Error> {
    match office.first_step(&person.login, &office.password(&person.login))? {
        Next::FactorNeeded(ticket) => {
            Ok(office.accounts.second_factor(&ticket, code, office.now()))
        }
        next => Ok(Ok(next)),
    }
}

pub fn idle_sessions_end(office: &Office) -> Outcome {
    let mut p = promise(
        "S4-22 S3-22",
        "Auto sign-out after 15 minutes of inactivity.",
    );
    let login = &office.people[1].login;
    let SignedIn { token, session } = office.sign_in(login)?;
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
    Ok(p)
}

pub fn five_failures_force_a_reset(office: &Office) -> Outcome {
    let mut p = promise(
        "S4-20",
        "Password reset is enforced after 5 unsuccessful login attempts.",
    );
    let login = &office.people[office.people.len() - 1].login;
    let right = office.password(login);
    p.tried("a guesser tries five passwords; four of them leave the account open");
    let answers: Vec<_> = (1..=5)
        .map(|n| office.first_step(login, &format!("Guess-number-{n}")))
        .collect();
    let denied = answers
        .iter()
        .take(4)
        .all(|a| matches!(a, Err(Error::Denied)));
    p.saw("1 to 4: wrong name or password", denied);
    p.saw(
        "5: reset required",
        matches!(answers.last(), Some(Err(Error::ResetRequired))),
    );
    office.wait(365 * 24 * HOUR / 12);
    let closed = office.first_step(login, &right);
    p.saw(
        "a month later even the right password is refused",
        matches!(closed, Err(Error::ResetRequired)),
    );

    let ticket = office.accounts.start_reset(login, office.now())?;
    p.tried("the owner gets a reset link and chooses the old password again");
    let reused = office
        .accounts
        .reset_password(&ticket, &right.as_str().into(), office.now());
    p.saw("refused: it was used before", rejected(&reused, "reused"));
    let new = office.new_password(login);
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
    Ok(p)
}

fn rejected<T>(outcome: &Result<T, Error>, code: &str) -> bool {
    matches!(outcome, Err(Error::Password(password::Error::Rejected(v))) if v.iter().any(|v| v.code() == code))
}

pub fn passwords_expire_after_six_months(office: &Office) -> Outcome {
    let mut p = promise(
        "S4-15 S4-16 S4-18",
        "Passwords expire every 6 months; then the user is forced to choose a new one, and the previous one cannot be re-used.",
    );
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
        return Ok(p);
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
            return Ok(p);
        }
    };
    let change = |new: &str| {
        office
            .accounts
            .change_expired_password(&ticket, &new.into(), office.now())
    };
    p.tried("the previous password is chosen again, then a new one");
    p.saw(
        "the previous one is refused",
        rejected(&change(&old), "reused"),
    );
    let new = office.new_password(login);
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
    Ok(p)
}

fn factor_at(office: &Office, login: &str, password: &str, code: &str) -> Result<Next, Error> {
    match office.first_step(login, password)? {
        Next::FactorNeeded(ticket) => office.accounts.second_factor(&ticket, code, office.now()),
        next => Ok(next),
    }
}

pub fn roles_limit_who_sees_personal_data(office: &Office) -> Outcome {
    let mut p = promise(
        "S3-24 S0-04 S1-15",
        "Role based access control: roles limit the visibility of personal data.",
    );
    let fields: Vec<&str> = office.roles.fields().collect();
    let Some(subject) = office.people.iter().find(|person| person.tenant.is_some()) else {
        p.saw("nobody belongs to a tenant: this was not observed", false);
        return Ok(p);
    };
    let tenant = subject
        .tenant
        .as_ref()
        .unwrap_or_else(|| unreachable!("found by its tenant"));
    p.tried(format!(
        "one person per role looks at the record of {}, tenant {tenant}",
        subject.name()
    ));
    let short = |field: &&str| field.rsplit('.').next().unwrap_or_default().to_owned();
    p.tried(format!(
        "         {}",
        fields.iter().map(short).collect::<Vec<_>>().join(" | ")
    ));
    let (mut shown, mut kept_back) = (0, 0);
    let mut seen_roles: Vec<&str> = Vec::new();
    for viewer in &office.people {
        let same = viewer.tenant.as_ref().is_none_or(|own| own == tenant);
        if !same || seen_roles.contains(&viewer.role.as_str()) {
            continue;
        }
        seen_roles.push(&viewer.role);
        let grants = viewer.grants()?;
        let mut row = Vec::new();
        let mut honest = true;
        for field in &fields {
            let Some((_, value)) = subject.data.iter().find(|(name, _)| name == field) else {
                continue;
            };
            let facts = Facts::new().second_factor_at(office.now());
            let now = office.now();
            let visibility = office
                .roles
                .visibility_with(&grants, tenant, field, facts, now);
            let view = visibility.apply(value);
            match visibility {
                Visibility::Show => shown += 1,
                _ => kept_back += 1,
            }
            honest &= match visibility {
                Visibility::Show => view.as_deref() == Some(value),
                Visibility::Mask => view.as_deref().is_some_and(|masked| masked != value),
                _ => view.is_none(),
            };
            row.push(view.map_or_else(|| "—".to_owned(), std::borrow::Cow::into_owned));
        }
        p.saw(format!("{:<8} {}", viewer.role, row.join(" | ")), honest);
    }
    p.saw(
        format!("{shown} values shown, {kept_back} masked or hidden"),
        shown > 0 && kept_back > 0,
    );
    let nobody = rbac::Grants::new();
    let hidden = fields.iter().all(|field| {
        office
            .roles
            .visibility(&nobody, tenant, field, office.now())
            == Visibility::Hide
    });
    p.saw("without a role everything is hidden", hidden);
    Ok(p)
}

pub fn tenants_do_not_see_each_other(office: &Office) -> Outcome {
    let mut p = promise(
        "S1-18",
        "Customer data is prevented from being exposed to other customers.",
    );
    let tenants: Vec<&Tenant> = office
        .people
        .iter()
        .filter_map(|p| p.tenant.as_ref())
        .collect();
    let now = office.now();
    p.tried("everybody asks for everything they may do at home, in every other tenant");
    let (mut home, mut abroad) = (0, 0);
    for person in &office.people {
        let Some(own) = &person.tenant else { continue };
        let grants = person.grants()?;
        for permission in permissions(office) {
            let ask = |tenant: &Tenant| {
                let request = Request::new(&person.login, tenant, &permission)
                    .owned_by(&person.login)
                    .second_factor_at(now);
                office.roles.decide(&grants, &request, now).is_allowed()
            };
            home += usize::from(ask(own));
            abroad += tenants
                .iter()
                .filter(|other| **other != own && ask(other))
                .count();
        }
    }
    p.saw(
        format!("allowed {home} times at home and {abroad} times elsewhere"),
        home > 0 && abroad == 0,
    );

    p.tried("a sealed value is copied into a neighbour's row");
    let ring = Keyring::generate().map_err(field_error)?;
    let cell = |tenant: &str| {
        Context::new()
            .tenant(tenant)
            .table("person")
            .column("iban")
            .row(7_u64)
    };
    let sealed = ring
        .seal(&cell("harbour"), b"GB33BUKB20201555555555")
        .map_err(field_error)?;
    p.saw(
        "at home it opens",
        ring.open(&cell("harbour"), &sealed).is_ok(),
    );
    p.saw(
        "in the neighbour's row it does not",
        ring.open(&cell("meadow"), &sealed).is_err(),
    );
    Ok(p)
}

/// What the roles of the policy allow, one question for each choice that a pattern gives.
fn permissions(office: &Office) -> Vec<Permission> {
    let mut questions = vec![];
    for rule in office.roles.allow_rules() {
        let mut texts = vec![String::new()];
        for segment in rule.pattern().to_string().split(':') {
            let choices: Vec<&str> = match segment {
                "*" | "**" => vec!["anything"],
                literals => literals.split(',').collect(),
            };
            let extended = texts
                .iter()
                .flat_map(|text| choices.iter().map(move |choice| format!("{text}:{choice}")));
            texts = extended.collect();
        }
        questions.extend(
            texts
                .iter()
                .filter_map(|text| Permission::parse(text.trim_start_matches(':')).ok()),
        );
    }
    questions.sort_unstable_by(|a, b| a.as_str().cmp(b.as_str()));
    questions.dedup();
    questions
}

/// The example has one error type; a sealed value that does not open ends the play.
fn field_error(_: portcullis::field::Error) -> Error {
    Error::Denied
}

pub fn administrators_prove_a_second_factor(office: &Office) -> Outcome {
    let mut p = promise(
        "S1-14 S0-18",
        "Multi-factor authentication for administrator access is mandatory.",
    );
    let now = office.now();
    let mut asked = 0;
    p.tried("administrators act without a second factor, with an old one, with a fresh one");
    let (mut without, mut old, mut fresh) = (0, 0, 0);
    for person in &office.people {
        let grants = person.grants()?;
        let everywhere = "harbour".parse();
        let Some(tenant) = person.tenant.clone().or(everywhere.ok()) else {
            continue;
        };
        for permission in permissions(office) {
            let request = Request::new(&person.login, &tenant, &permission);
            let decide = |request: &Request<'_>| office.roles.decide(&grants, request, now);
            if !matches!(
                decide(&request),
                Decision::Deny(Reason::StepUpRequired { .. })
            ) {
                continue;
            }
            asked += 1;
            without += usize::from(decide(&request).is_allowed());
            let day_ago = Timestamp::from_millis(now.as_millis() - 86_400_000);
            old += usize::from(decide(&request.second_factor_at(day_ago)).is_allowed());
            let request = Request::new(&person.login, &tenant, &permission);
            fresh += usize::from(decide(&request.second_factor_at(now)).is_allowed());
        }
    }
    p.saw(
        format!("{asked} permissions call for one; without: {without} allowed"),
        asked > 0 && without == 0,
    );
    p.saw(format!("proved a day ago: {old} allowed"), old == 0);
    p.saw(format!("proved just now: {fresh} allowed"), fresh == asked);
    Ok(p)
}

pub fn administrators_manage_access(office: &Office) -> Outcome {
    let mut p = promise("S4-21", "Admins can manage user access.");
    let [first, .., last] = office.people.as_slice() else {
        return Ok(p);
    };
    let SignedIn { token, .. } = office.sign_in(&last.login)?;
    let before = office.accounts.check(&token, office.now())?;
    p.tried(format!(
        "{} gets the role of {}, then no role at all",
        last.name(),
        first.name()
    ));
    let roles = |person: &portcullis::account::Person| person.grants().clone();
    office.accounts.grant(&last.login, first.grants()?)?;
    let promoted = office.accounts.check(&token, office.now())?;
    p.saw(
        "the very next request has the new role",
        roles(&promoted) == first.grants()? && roles(&before) == last.grants()?,
    );
    office.accounts.grant(&last.login, rbac::Grants::new())?;
    let person = office.accounts.check(&token, office.now())?;
    let tenant: Tenant = "harbour".parse().map_err(|_| Error::Denied)?;
    let allowed = permissions(office).into_iter().filter(|permission| {
        let request = Request::new(&last.login, &tenant, permission).second_factor_at(office.now());
        office
            .roles
            .decide(person.grants(), &request, office.now())
            .is_allowed()
    });
    let allowed = allowed.count();
    p.saw(
        format!("and after it is withdrawn, {allowed} things are allowed"),
        allowed == 0,
    );
    office.accounts.grant(&last.login, last.grants()?)?;
    office.accounts.sign_out(&token)?;
    p.saw(
        "signing out ends the session",
        office.accounts.check(&token, office.now()).is_err(),
    );
    Ok(p)
}

pub fn data_is_encrypted(office: &Office) -> Outcome {
    let mut p = promise("S4-12", "We encrypted our data on all databases (AES-256).");
    let mut ring = Keyring::generate().map_err(field_error)?;
    let context = |row: usize, column: &str| {
        Context::new()
            .tenant("lantern")
            .table("person")
            .column(column)
            .row(row as u64)
    };
    let mut table = Vec::new();
    for (row, person) in office.people.iter().enumerate() {
        for (column, value) in &person.data {
            let sealed = ring
                .seal(&context(row, column), value.as_bytes())
                .map_err(field_error)?;
            table.push((row, column, value, sealed));
        }
    }
    p.tried(format!(
        "{} values of {} people are sealed in a table",
        table.len(),
        office.people.len()
    ));
    let bare = table
        .iter()
        .filter(|(.., value, sealed)| contains(sealed, value))
        .count();
    p.saw(
        format!("{bare} of them can be read there"),
        bare == 0 && !table.is_empty(),
    );

    p.tried("every value is moved to the next row, and one bit of each is flipped");
    let opens = |row, column: &str, sealed: &[u8], ring: &Keyring| {
        ring.open(&context(row, column), sealed)
            .ok()
            .map(|opened| opened.expose_secret().to_vec())
    };
    let moved = table
        .iter()
        .filter(|(row, column, _, sealed)| opens(row + 1, column, sealed, &ring).is_some());
    let moved = moved.count();
    let flipped = table.iter().filter(|(row, column, _, sealed)| {
        let mut sealed = sealed.clone();
        if let Some(byte) = sealed.last_mut() {
            *byte ^= 1;
        }
        opens(*row, column, &sealed, &ring).is_some()
    });
    let flipped = flipped.count();
    p.saw(
        format!("{} of them open", moved + flipped),
        moved + flipped == 0,
    );

    let version = ring
        .stage()
        .and_then(|version| ring.promote(version).map(|()| version));
    let version = version.map_err(field_error)?;
    p.tried(format!("the key is rotated to version {version}"));
    let read = table.iter().filter(|(row, column, value, sealed)| {
        opens(*row, column, sealed, &ring).as_deref() == Some(value.as_bytes())
    });
    let read = read.count();
    p.saw(
        format!("{read} of {} values are read as before", table.len()),
        read == table.len(),
    );
    let other = Keyring::generate().map_err(field_error)?;
    let stolen = table
        .iter()
        .filter(|(row, column, _, sealed)| opens(*row, column, sealed, &other).is_some());
    p.saw("and another key opens none", stolen.count() == 0);
    Ok(p)
}

pub fn a_leaver_is_out_at_once(office: &Office) -> Outcome {
    let mut p = promise(
        "S1-12 S4-07",
        "When an employee leaves, all access is disabled immediately.",
    );
    let Some(person) = office.people.last() else {
        return Ok(p);
    };
    let login = &person.login;
    office.accounts.sign_out_everywhere(login, office.now())?;
    let SignedIn { token: laptop, .. } = office.sign_in(login)?;
    let SignedIn { token: phone, .. } = office.sign_in(login)?;
    let Next::FactorNeeded(under_way) = office.first_step(login, &office.password(login))? else {
        p.saw("no second factor was asked", false);
        return Ok(p);
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
    let new = office.new_password(login);
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
    Ok(p)
}

pub fn secrets_stay_out_of_the_log(office: &Office, log: &[u8], secrets: &[String]) -> Outcome {
    let mut p = promise(
        "S2-07 S3-18",
        "All sensitive information (passwords, API keys, security questions) is filtered from our logs.",
    );
    let policy = redact::Policy::default();
    let clean = policy.redact(log);
    let findings = policy.findings(log);
    let lines = log.iter().filter(|byte| **byte == b'\n').count();
    let changed = log
        .split(|b| *b == b'\n')
        .zip(clean.split(|b| *b == b'\n'))
        .filter(|(a, b)| a != b);
    let changed: Vec<_> = changed
        .map(|(_, line)| String::from_utf8_lossy(line).into_owned())
        .collect();
    p.tried(format!(
        "the service's log of {lines} lines is written through the filter"
    ));
    p.saw(
        format!(
            "{} secrets found in {} lines; the other lines are as they were",
            findings.len(),
            changed.len()
        ),
        clean.iter().filter(|byte| **byte == b'\n').count() == lines,
    );
    for line in changed.iter().take(4) {
        p.tried(line.chars().take(150).collect::<String>());
    }
    p.saw(
        "a second pass finds nothing more",
        policy.findings(&clean).is_empty(),
    );
    let known: Vec<&String> = secrets
        .iter()
        .filter(|secret| contains(log, secret))
        .collect();
    let left = known
        .iter()
        .filter(|secret| contains(&clean, secret))
        .count();
    p.saw(
        format!(
            "of {} passwords of the staff that stood in it, {left} are left",
            known.len()
        ),
        left == 0,
    );

    p.tried("every password, token and recovery code of the play is logged as careless code would");
    let mut canaries: Vec<String> = secrets.to_vec();
    let SignedIn { token, .. } = office.sign_in(&office.people[0].login)?;
    canaries.push(token.expose_secret().to_owned());
    canaries.extend(
        office
            .recovery
            .borrow()
            .values()
            .flatten()
            .map(|c| c.expose_secret().to_owned()),
    );
    let mut written = Vec::new();
    let mut through = redact::Writer::new(policy, &mut written);
    for secret in &canaries {
        let json = secret.replace('\\', "\\\\").replace('"', "\\\"");
        let line = format!(
            "DEBUG login {{\"user\":\"x\",\"password\":\"{json}\"}}\nWARN retry user=x password=\"{json}\" n=2\n"
        );
        std::io::Write::write_all(&mut through, line.as_bytes()).map_err(|_| Error::Denied)?;
    }
    through.finish().map_err(|_| Error::Denied)?;
    let left = canaries
        .iter()
        .filter(|secret| contains(&written, secret))
        .count();
    p.saw(
        format!("{} secrets written twice, {left} left", canaries.len()),
        left == 0 && !written.is_empty(),
    );
    Ok(p)
}
