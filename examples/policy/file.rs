//! Policies and grants in files. What is wrong with one is said with its name, line and column.

use std::{error::Error, fmt, fs, path::Path};

use portcullis::{
    Timestamp,
    rbac::{Grant, Grants, Policy, Scope, Snapshot, Tenant},
};

const COLUMNS: [&str; 5] = ["subject", "role", "tenant", "from", "until"];

/// What is wrong with a file.
#[derive(Debug)]
pub(crate) struct Wrong(String);

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Wrong {}

fn wrong(path: &Path, why: impl fmt::Display) -> Wrong {
    Wrong(format!("{}: {why}", path.display()))
}

fn read(path: &Path) -> Result<String, Wrong> {
    fs::read_to_string(path).map_err(|error| wrong(path, error))
}

/// A policy, or what is wrong with it, a line each. The outer error: it could not be read.
pub(crate) fn check(path: &Path) -> Result<Result<Policy, Wrong>, Wrong> {
    let text = read(path)?;
    let is_json = path
        .extension()
        .is_some_and(|extension| extension == "json");
    let policy = if is_json {
        Policy::from_json(&text)
    } else {
        Policy::from_toml(&text)
    };
    Ok(policy.map_err(|findings| {
        let path = path.display();
        let lines = findings.iter().map(|finding| {
            let (line, column) = (finding.line(), finding.column());
            format!("{path}:{line}:{column}: {}", finding.problem())
        });
        let mut lines: Vec<_> = lines.collect();
        if findings.omitted() > 0 {
            lines.push(format!("{path}: and {} more", findings.omitted()));
        }
        Wrong(lines.join("\n"))
    }))
}

pub(crate) fn policy(path: &Path) -> Result<Policy, Wrong> {
    check(path)?
}

/// The grants of a CSV file under a policy.
pub(crate) fn snapshot(path: &Path, policy: Policy) -> Result<Snapshot, Wrong> {
    let mut rows = csv::Reader::from_path(path).map_err(|error| wrong(path, error))?;
    let header = rows.headers().map_err(|error| wrong(path, error))?;
    if *header != COLUMNS[..] {
        return Err(wrong(
            path,
            format!("the columns must be {}", COLUMNS.join(",")),
        ));
    }
    let mut subjects = std::collections::BTreeMap::<String, Grants>::new();
    for row in rows.records() {
        let row = row.map_err(|error| wrong(path, error))?;
        let line = row.position().map_or(0, csv::Position::line);
        let of_line = |error: Box<dyn Error>| wrong(path, format!("line {line}: {error}"));
        let (name, grant) = grant(&row).map_err(of_line)?;
        let grants = subjects.remove(name).unwrap_or_default();
        let grants = grants.with(grant).map_err(|error| of_line(error.into()))?;
        subjects.insert(name.to_owned(), grants);
    }
    Snapshot::load(policy, subjects).map_err(|error| wrong(path, error))
}

fn grant(row: &csv::StringRecord) -> Result<(&str, Grant), Box<dyn Error>> {
    let column = |i| row.get(i).unwrap_or_default();
    let scope = match column(2) {
        "" => return Err("a tenant is missing; `*` counts everywhere".into()),
        "*" => Scope::Everywhere,
        tenant => Scope::Tenant(Tenant::new(tenant)?),
    };
    let mut grant = Grant::new(column(1), scope);
    if !column(3).is_empty() {
        grant = grant.from(column(3).parse::<Timestamp>()?);
    }
    if !column(4).is_empty() {
        grant = grant.until(column(4).parse::<Timestamp>()?);
    }
    Ok((column(0), grant))
}
