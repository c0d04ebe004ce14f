//! The play, second part: who sees and does what, sealed data, the log.

use portcullis::{
    Timestamp,
    account::{Error, SignedIn},
    field::{Context, Keyring},
    rbac::{Facts, Grants, Outcome, Permission, Reason, Request, Tenant, Visibility},
    redact,
};

use crate::{
    office::{Office, contains},
    report::{Played, Promise},
};

pub fn roles_limit_who_sees_personal_data(p: &mut Promise, office: &Office) -> Played {
    let fields: Vec<&str> = office.roles.fields().collect();
    let Some(subject) = office.people.iter().find(|person| person.tenant.is_some()) else {
        p.saw("nobody belongs to a tenant: this was not observed", false);
        return Ok(());
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
    let nobody = Grants::new();
    let hidden = fields.iter().all(|field| {
        office
            .roles
            .visibility(&nobody, tenant, field, office.now())
            == Visibility::Hide
    });
    p.saw("without a role everything is hidden", hidden);
    Ok(())
}

pub fn tenants_do_not_see_each_other(p: &mut Promise, office: &Office) -> Played {
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
    let ring = Keyring::generate(office.now()).map_err(field_error)?;
    let cell = |tenant: &str| {
        Context::new()
            .tenant(tenant)
            .table("person")
            .column("iban")
            .row(7_u64)
    };
    let sealed = ring
        .seal(&cell("harbour"), b"GB33BUKB20201555555555", office.now())
        .map_err(field_error)?;
    p.saw(
        "at home it opens",
        ring.open(&cell("harbour"), &sealed).is_ok(),
    );
    p.saw(
        "in the neighbour's row it does not",
        ring.open(&cell("meadow"), &sealed).is_err(),
    );
    Ok(())
}

/// What the roles of the policy allow, one question for each choice that a pattern gives.
fn permissions(office: &Office) -> Vec<Permission<'static>> {
    let mut questions: Vec<Permission<'_>> = vec![];
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
                .filter_map(|text| text.trim_start_matches(':').parse().ok()),
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

pub fn administrators_prove_a_second_factor(p: &mut Promise, office: &Office) -> Played {
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
                decide(&request).outcome(),
                Outcome::Deny(Reason::StepUpRequired { .. })
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
        format!("{asked} requests call for one; without: {without} allowed"),
        asked > 0 && without == 0,
    );
    p.saw(format!("proved a day ago: {old} allowed"), old == 0);
    p.saw(format!("proved just now: {fresh} allowed"), fresh == asked);
    Ok(())
}

pub fn administrators_manage_access(p: &mut Promise, office: &Office) -> Played {
    let [first, .., last] = office.people.as_slice() else {
        return Ok(());
    };
    let before = office.sign_in(&last.login)?.token;
    let had = office.accounts.check(&before, office.now())?;
    p.tried(format!(
        "{} gets the role of {}, then no role at all",
        last.name(),
        first.name()
    ));
    let grant = |grants| office.accounts.grant(&last.login, grants, office.now());
    grant(first.grants()?)?;
    p.saw(
        "the session with the old role has ended",
        office.accounts.check(&before, office.now()).is_err(),
    );
    let promoted = office.sign_in(&last.login)?.token;
    let has = office.accounts.check(&promoted, office.now())?;
    p.saw(
        "the next one has the new role",
        has.grants() == &first.grants()? && had.grants() == &last.grants()?,
    );
    grant(Grants::new())?;
    let SignedIn { token, .. } = office.sign_in(&last.login)?;
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
    office.accounts.sign_out(&token)?;
    p.saw(
        "signing out ends the session",
        office.accounts.check(&token, office.now()).is_err(),
    );
    grant(last.grants()?)?;
    Ok(())
}

pub fn data_is_encrypted(p: &mut Promise, office: &Office) -> Played {
    let mut ring = Keyring::generate(office.now()).map_err(field_error)?;
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
                .seal(&context(row, column), value.as_bytes(), office.now())
                .map_err(field_error)?;
            table.push((row, column, value, sealed));
        }
    }
    p.tried(format!(
        "{} values of {} people are sealed in a table (the accounts' own records are the store's to encrypt)",
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
        .stage(office.now())
        .and_then(|version| ring.promote(version, office.now()).map(|()| version));
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
    let other = Keyring::generate(office.now()).map_err(field_error)?;
    let stolen = table
        .iter()
        .filter(|(row, column, _, sealed)| opens(*row, column, sealed, &other).is_some());
    p.saw("and another key opens none", stolen.count() == 0);
    Ok(())
}

pub fn secrets_stay_out_of_the_log(p: &mut Promise, office: &Office) -> Played {
    let (log, secrets) = (office.log.as_slice(), &office.all_passwords());
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
            "{} secrets found in {} lines; not a line more or less",
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
    Ok(())
}
