//! What is asked on the command line, and the answer.

use std::{error::Error, fmt::Display, net::IpAddr, path::PathBuf};

use portcullis::{
    Timestamp,
    rbac::{Allowance, Facts, Permission, Request, Tenant},
};
use serde::Serialize;

use crate::{NO, UNUSABLE, YES, file};

/// What to do.
enum Verb {
    Check,
    Print,
    Lint,
    Explain,
    WhoCan,
    WhatCan,
    Diff,
}

/// What is asked.
pub(crate) struct Command {
    verb: Verb,
    values: Vec<String>,
    form: Form,
    at: Option<Timestamp>,
    owner: Option<String>,
    second_factor: Option<Timestamp>,
    address: Option<IpAddr>,
    environment: Option<String>,
    attributes: Vec<(String, String)>,
}

#[derive(Clone, Copy)]
enum Form {
    Toml,
    Json,
}

/// What there is to say, and the exit status.
pub(crate) struct Answer {
    pub(crate) text: String,
    pub(crate) status: u8,
}

impl Answer {
    fn new(text: String, yes: bool) -> Self {
        let status = if yes { YES } else { NO };
        Self { text, status }
    }
}

type Result<T> = std::result::Result<T, Box<dyn Error>>;

impl Verb {
    /// The command, and how many values it takes.
    fn parse(name: &str) -> Option<(Self, std::ops::RangeInclusive<usize>)> {
        Some(match name {
            "check" => (Self::Check, 1..=usize::MAX),
            "print" => (Self::Print, 1..=1),
            "lint" => (Self::Lint, 1..=1),
            "explain" => (Self::Explain, 5..=5),
            "who-can" => (Self::WhoCan, 4..=4),
            "what-can" => (Self::WhatCan, 4..=4),
            "diff" => (Self::Diff, 2..=3),
            _ => return None,
        })
    }
}

impl Command {
    /// None where help is asked for.
    pub(crate) fn parse(mut arguments: lexopt::Parser) -> Result<Option<Self>> {
        use lexopt::prelude::*;
        let mut command = Self {
            verb: Verb::Check,
            values: Vec::new(),
            form: Form::Toml,
            at: None,
            owner: None,
            second_factor: None,
            address: None,
            environment: None,
            attributes: Vec::new(),
        };
        while let Some(argument) = arguments.next()? {
            match argument {
                Short('h') | Long("help") => return Ok(None),
                Long("json") => command.form = Form::Json,
                Long("at") => command.at = Some(arguments.value()?.parse()?),
                Long("owner") => command.owner = Some(arguments.value()?.string()?),
                Long("second-factor") => command.second_factor = Some(arguments.value()?.parse()?),
                Long("address") => command.address = Some(arguments.value()?.parse()?),
                Long("environment") => command.environment = Some(arguments.value()?.string()?),
                Long("attribute") => {
                    let text = arguments.value()?.string()?;
                    let (name, value) = text.split_once('=').ok_or("an attribute is NAME=VALUE")?;
                    command.attributes.push((name.to_owned(), value.to_owned()));
                }
                Value(value) => command.values.push(value.string()?),
                other => return Err(other.unexpected().into()),
            }
        }
        if command.values.is_empty() {
            return Err("a command is missing".into());
        }
        let name = command.values.remove(0);
        let (verb, takes) = Verb::parse(&name).ok_or(format!("there is no command {name:?}"))?;
        if !takes.contains(&command.values.len()) {
            return Err(format!("{name} takes other arguments").into());
        }
        command.verb = verb;
        Ok(Some(command))
    }

    pub(crate) fn answer(&self) -> Result<Answer> {
        match self.verb {
            Verb::Check => self.check(),
            Verb::Print => self.print(),
            Verb::Lint => self.lint(),
            Verb::Explain => self.explain(),
            Verb::WhoCan => self.who_can(),
            Verb::WhatCan => self.what_can(),
            Verb::Diff => self.diff(),
        }
    }

    fn value(&self, i: usize) -> &str {
        self.values.get(i).map_or("", String::as_str)
    }

    fn path(&self, i: usize) -> PathBuf {
        PathBuf::from(self.value(i))
    }

    fn now(&self) -> Timestamp {
        self.at.unwrap_or_else(Timestamp::now)
    }

    /// As people read it, or as programs do.
    fn said<T: Display + Serialize>(&self, value: &T) -> Result<String> {
        Ok(match self.form {
            Form::Toml => value.to_string(),
            Form::Json => serde_json::to_string_pretty(value)? + "\n",
        })
    }

    /// The same; where people would read nothing, these words.
    fn said_or<T: Display + Serialize>(&self, value: &T, nothing: &str) -> Result<String> {
        let text = self.said(value)?;
        Ok(if text.is_empty() {
            format!("{nothing}\n")
        } else {
            text
        })
    }

    fn check(&self) -> Result<Answer> {
        let (mut text, mut status) = (String::new(), YES);
        for name in &self.values {
            match file::check(name.as_ref()) {
                Ok(Ok(policy)) => {
                    let (roles, version) = (policy.roles().len(), policy.version());
                    text += &format!("{name}: {roles} roles, version {version}\n");
                }
                Ok(Err(wrong)) => {
                    text += &format!("{wrong}\n");
                    status = status.max(NO);
                }
                // the other files are still looked at
                Err(unread) => {
                    eprintln!("{unread}");
                    status = UNUSABLE;
                }
            }
        }
        Ok(Answer { text, status })
    }

    fn print(&self) -> Result<Answer> {
        let policy = file::policy(&self.path(0))?;
        let text = match self.form {
            Form::Toml => policy.to_toml(),
            Form::Json => policy.to_json(),
        };
        Ok(Answer::new(text, true))
    }

    fn lint(&self) -> Result<Answer> {
        let policy = file::policy(&self.path(0))?;
        let lints = policy.lint();
        let text = self.said_or(&lints, "nothing found")?;
        Ok(Answer::new(text, lints.is_clean()))
    }

    fn explain(&self) -> Result<Answer> {
        let snapshot = file::snapshot(&self.path(1), file::policy(&self.path(0))?)?;
        let (subject, tenant) = (self.value(2), Tenant::new(self.value(3))?);
        let permission = Permission::parse(self.value(4))?;
        let attributes: Vec<_> = self.attributes.iter().map(|(n, v)| (&**n, &**v)).collect();
        let mut facts = Facts::new()
            .second_factor_at(self.second_factor)
            .with_attributes(&attributes);
        if let Some(address) = self.address {
            facts = facts.from_address(address);
        }
        if let Some(environment) = &self.environment {
            facts = facts.in_environment(environment);
        }
        let mut request = Request::new(subject, &tenant, &permission).with_facts(facts);
        if let Some(owner) = &self.owner {
            request = request.owned_by(owner);
        }
        let grants = snapshot.grants(subject);
        let explanation = snapshot.policy().explain(&grants, &request, self.now());
        let yes = explanation.decision().is_allowed();
        Ok(Answer::new(self.said(&explanation)?, yes))
    }

    fn who_can(&self) -> Result<Answer> {
        let snapshot = file::snapshot(&self.path(1), file::policy(&self.path(0))?)?;
        let (tenant, permission) = (
            Tenant::new(self.value(2))?,
            Permission::parse(self.value(3))?,
        );
        let capable = snapshot.who_can(&permission, &tenant, self.now());
        let text = self.said_or(&Lines(&capable), "nobody")?;
        Ok(Answer::new(text, !capable.is_empty()))
    }

    fn what_can(&self) -> Result<Answer> {
        let snapshot = file::snapshot(&self.path(1), file::policy(&self.path(0))?)?;
        let (grants, tenant) = (snapshot.grants(self.value(2)), Tenant::new(self.value(3))?);
        let allowed = snapshot.policy().what_can(&grants, &tenant, self.now());
        let allowed = allowed.ok_or("the denials of this policy take too long to look at")?;
        let text = match self.form {
            Form::Json => self.said(&Lines(&allowed))?,
            Form::Toml if allowed.is_empty() => "nothing\n".to_owned(),
            Form::Toml => table(&allowed),
        };
        Ok(Answer::new(text, !allowed.is_empty()))
    }

    fn diff(&self) -> Result<Answer> {
        let (old, new) = (file::policy(&self.path(0))?, file::policy(&self.path(1))?);
        let diff = old.diff(&new);
        let mut yes = diff.is_empty();
        let text = if self.values.len() > 2 {
            let snapshot = file::snapshot(&self.path(2), old.clone())?;
            let subjects = diff.subjects(&snapshot, self.now());
            yes = yes && subjects.is_empty();
            self.said_or(&subjects, "no change for these subjects")?
        } else {
            self.said_or(&diff, "no change")?
        };
        Ok(Answer::new(text, yes))
    }
}

/// A line for each.
#[derive(Serialize)]
struct Lines<'a, T>(&'a [T]);

impl<T: Display> Display for Lines<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|one| writeln!(f, "{one}"))
    }
}

/// What is allowed, as which role, and when.
fn table(allowed: &[Allowance<'_>]) -> String {
    let regions: Vec<_> = allowed.iter().map(|one| one.region().to_string()).collect();
    let widest = regions.iter().map(String::len).max().unwrap_or(0);
    let roles = allowed.iter().map(|one| one.rule().role().len());
    let role = roles.max().unwrap_or(0);
    let lines = allowed.iter().zip(&regions).map(|(one, region)| {
        let when = one
            .when()
            .map_or(String::new(), |when| format!("  when {when}"));
        let line = format!("{region:widest$}  as {:role$}{when}", one.rule().role());
        line.trim_end().to_owned() + "\n"
    });
    lines.collect()
}
