//! The three files: people, policy, log. What is wrong with one is said in one line.

use std::{collections::HashSet, fmt, fs, path::Path};

use portcullis::{
    Timestamp,
    account::Login,
    password,
    rbac::{self, Grant, Grants, Policy, Scope, Tenant},
};

/// The columns that make an account; every further one is a person's datum, a field of the policy
/// under the name `person.` and the column's.
const ACCOUNT: [&str; 5] = ["login", "role", "tenant", "password", "enrolled"];
/// The most that is read of one file.
const FILE_LEN: u64 = 16 * 1024 * 1024;
const EVERYWHERE: &str = "everywhere";

/// One member of the staff.
#[derive(Clone)]
pub struct Person {
    pub login: String,
    pub role: String,
    /// None: everywhere.
    pub tenant: Option<Tenant>,
    pub password: String,
    pub enrolled: Timestamp,
    /// The person's data by the policy's name of the field.
    pub data: Vec<(String, String)>,
}

impl Person {
    /// The one role of the staff list, in its tenant.
    pub fn grants(&self) -> Result<Grants, rbac::Error> {
        let scope = self.tenant.clone().map_or(Scope::Everywhere, Scope::Tenant);
        Grants::new().with(Grant::new(&self.role, scope))
    }

    /// What stands before the `@`.
    pub fn name(&self) -> &str {
        self.login.split('@').next().unwrap_or(&self.login)
    }
}

/// What is wrong with a file: its name, the line where there is one, and why.
pub struct Wrong(String);

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Wrong {
    /// The accounts could not be set up at all.
    pub fn account(error: portcullis::account::Error) -> Self {
        Self(error.to_string())
    }
}

fn wrong(path: &Path, line: Option<u64>, why: impl fmt::Display) -> Wrong {
    match line {
        Some(line) => Wrong(format!("{}:{line}: {why}", path.display())),
        None => Wrong(format!("{}: {why}", path.display())),
    }
}

pub fn read(path: &Path) -> Result<Vec<u8>, Wrong> {
    let len = fs::metadata(path)
        .map_err(|error| wrong(path, None, error))?
        .len();
    if len > FILE_LEN {
        return Err(wrong(path, None, "is larger than 16 MiB"));
    }
    fs::read(path).map_err(|error| wrong(path, None, error))
}

fn read_text(path: &Path) -> Result<String, Wrong> {
    String::from_utf8(read(path)?).map_err(|error| {
        let valid = error
            .as_bytes()
            .iter()
            .take(error.utf8_error().valid_up_to());
        let line = 1 + valid.filter(|byte| **byte == b'\n').count() as u64;
        wrong(path, Some(line), "is not UTF-8")
    })
}

pub fn read_policy(path: &Path) -> Result<Policy, Wrong> {
    let text = read_text(path)?;
    text.parse().map_err(|findings: rbac::Findings| {
        let all = findings
            .iter()
            .map(|finding| wrong(path, Some(finding.line() as u64), finding.problem()).to_string());
        Wrong(all.collect::<Vec<_>>().join("\n"))
    })
}

pub fn read_staff(path: &Path, policy: &Policy) -> Result<Vec<Person>, Wrong> {
    let text = read_text(path)?;
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let header = reader
        .headers()
        .map_err(|error| csv_error(path, &error))?
        .clone();
    let column = |name: &str| {
        let found = header.iter().position(|column| column == name);
        found.ok_or_else(|| wrong(path, Some(1), format!("has no column `{name}`")))
    };
    let [login, role, tenant, password, enrolled] = ACCOUNT.map(column);
    let columns = [login?, role?, tenant?, password?, enrolled?];
    for field in policy.fields() {
        if let Some(name) = field.strip_prefix("person.") {
            column(name)?;
        }
    }

    let mut people: Vec<Person> = Vec::new();
    let mut logins = HashSet::new();
    for record in reader.records() {
        let record = record.map_err(|error| csv_error(path, &error))?;
        let line = record.position().map(csv::Position::line);
        let refuse = |why: String| wrong(path, line, why);
        let [login, role, tenant, password, enrolled] =
            columns.map(|column| record.get(column).unwrap_or_default().to_owned());
        let folded = Login::parse(&login).map_err(|error| refuse(error.to_string()))?;
        if !logins.insert(folded) {
            return Err(refuse("has a login that stands above already".into()));
        }
        if !policy.roles().any(|known| known == role) {
            return Err(refuse(format!(
                "has the role `{role}`, which the policy does not know"
            )));
        }
        let local = login.split('@').next().unwrap_or_default();
        password::Policy::back_office()
            .check(&password.as_str().into(), &[&login, local])
            .map_err(|violations| refuse(format!("password: {violations}")))?;
        let tenant = match tenant.as_str() {
            EVERYWHERE => None,
            name => Some(
                name.parse()
                    .map_err(|error| refuse(format!("tenant: {error}")))?,
            ),
        };
        let enrolled = enrolled
            .parse()
            .map_err(|error| refuse(format!("enrolled: {error}")))?;
        let data = header
            .iter()
            .zip(&record)
            .filter(|(name, _)| !ACCOUNT.contains(name));
        let data = data
            .map(|(name, value)| (format!("person.{name}"), value.to_owned()))
            .collect();
        people.push(Person {
            login,
            role,
            tenant,
            password,
            enrolled,
            data,
        });
    }
    if people.len() < 3 {
        return Err(wrong(
            path,
            None,
            "has fewer than three people; the play needs three",
        ));
    }
    Ok(people)
}

fn csv_error(path: &Path, error: &csv::Error) -> Wrong {
    let line = error.position().map(csv::Position::line);
    match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => wrong(
            path,
            line,
            format!("has {len} columns where the header has {expected_len}"),
        ),
        _ => wrong(path, line, error),
    }
}
