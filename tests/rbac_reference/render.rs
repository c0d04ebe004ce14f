//! What the reference knows, as files, and as the library's own values.

use portcullis::{
    Timestamp,
    rbac::{self, Grants, Scope, Tenant},
};

use crate::{
    draw::Draw,
    naive::{Condition, Grant, Policy, Question, Role, Sees, Time},
};

/// What TOML and JSON have in common.
pub enum Tree {
    Text(String),
    Yes,
    One,
    List(Vec<Tree>),
    Table(Vec<(String, Tree)>),
}

impl Tree {
    fn texts<T: ToString>(all: impl IntoIterator<Item = T>) -> Self {
        Self::List(
            all.into_iter()
                .map(|one| Self::Text(one.to_string()))
                .collect(),
        )
    }

    /// On one line; `is` stands between a key and its value. The texts are plain ASCII, whose quoted
    /// form is the same everywhere.
    fn write(&self, is: &str) -> String {
        let list = |all: Vec<String>| all.join(", ");
        match self {
            Self::Text(text) => format!("{text:?}"),
            Self::Yes => "true".into(),
            Self::One => "1".into(),
            Self::List(all) => format!("[{}]", list(all.iter().map(|one| one.write(is)).collect())),
            Self::Table(all) => {
                let entries = all
                    .iter()
                    .map(|(key, value)| format!("{key:?}{is}{}", value.write(is)));
                format!("{{{}}}", list(entries.collect()))
            }
        }
    }

    pub fn to_json(&self) -> String {
        self.write(": ")
    }

    /// With the roles as tables of their own.
    pub fn to_toml(&self) -> String {
        let Self::Table(entries) = self else {
            unreachable!("a file is a table")
        };
        let mut text = "portcullis = 1\n".to_owned();
        for (key, value) in entries {
            match value {
                Self::Table(roles) => {
                    for (name, role) in roles {
                        text += &format!("[roles.{name}]\n{}", role.lines());
                    }
                }
                Self::List(fields) => {
                    for field in fields {
                        text += &format!("[[{key}]]\n{}", field.lines());
                    }
                }
                _ => {}
            }
        }
        text
    }

    fn lines(&self) -> String {
        let Self::Table(keys) = self else {
            unreachable!("a role and a field are tables")
        };
        let lines = keys
            .iter()
            .map(|(key, value)| format!("{key} = {}\n", value.write(" = ")));
        lines.collect()
    }
}

/// The policy in an order, and with those of the forms that mean the same, that `d` decides.
pub fn tree(policy: &Policy, d: &mut Draw) -> Tree {
    let mut roles = Vec::new();
    for (name, one) in &policy.roles {
        roles.push((name.clone(), role(one, d)));
    }
    d.shuffle(&mut roles);
    let fields = policy.fields.iter();
    let mut fields: Vec<_> = fields
        .map(|(name, (own, class))| sees(name, own, class, d))
        .collect();
    d.shuffle(&mut fields);
    let classes = policy.classes.iter();
    let mut classes: Vec<_> = classes
        .map(|(name, own)| sees(name, own, &None, d))
        .collect();
    d.shuffle(&mut classes);
    let mut keys = vec![
        ("portcullis".to_owned(), Tree::One),
        ("roles".to_owned(), Tree::Table(roles)),
        ("field".to_owned(), Tree::List(fields)),
        ("class".to_owned(), Tree::List(classes)),
    ];
    d.shuffle(&mut keys);
    Tree::Table(keys)
}

fn role(role: &Role, d: &mut Draw) -> Tree {
    let mut keys = Vec::new();
    let mut key = |name: &str, mut all: Vec<Tree>, d: &mut Draw| {
        if !all.is_empty() || d.one_in(3) {
            d.shuffle(&mut all);
            keys.push((name.to_owned(), Tree::List(all)));
        }
    };
    let allow = role
        .allow
        .iter()
        .map(|(pattern, when)| rule(pattern, when, d))
        .collect();
    let deny = role
        .deny
        .iter()
        .map(|pattern| rule(pattern, &[], d))
        .collect();
    let inherits = role
        .inherits
        .iter()
        .map(|name| Tree::Text(name.clone()))
        .collect();
    key("allow", allow, d);
    key("deny", deny, d);
    key("inherits", inherits, d);
    if !role.require.is_empty() {
        keys.push(("require".to_owned(), conditions(&role.require, d)));
    }
    d.shuffle(&mut keys);
    Tree::Table(keys)
}

/// A field, or a class, which has no class.
fn sees(name: &str, own: &Sees, class: &Option<String>, d: &mut Draw) -> Tree {
    let mut keys = vec![("name".to_owned(), Tree::Text(name.into()))];
    if let Some(class) = class {
        keys.push(("class".to_owned(), Tree::Text(class.clone())));
    }
    for (key, roles) in [
        ("show", &own.show),
        ("mask", &own.mask),
        ("pseudonym", &own.pseudonym),
    ] {
        if !roles.is_empty() {
            keys.push((key.to_owned(), Tree::texts(roles)));
        }
    }
    d.shuffle(&mut keys);
    Tree::Table(keys)
}

fn rule(pattern: &str, when: &[Condition], d: &mut Draw) -> Tree {
    let text = Tree::Text(mixed(pattern, d));
    if when.is_empty() && !d.one_in(4) {
        return text;
    }
    let mut keys = vec![("permission".to_owned(), text)];
    match when {
        [] => {}
        [Condition::Owner] if d.one_in(2) => {
            keys.push(("when".to_owned(), Tree::Text("owner".into())))
        }
        _ => keys.push(("when".to_owned(), conditions(when, d))),
    }
    d.shuffle(&mut keys);
    Tree::Table(keys)
}

/// The same pattern with its sets in another order.
fn mixed(pattern: &str, d: &mut Draw) -> String {
    let segments = pattern.split(':').map(|set| {
        let mut literals: Vec<_> = set.split(',').collect();
        d.shuffle(&mut literals);
        literals.join(",")
    });
    segments.collect::<Vec<_>>().join(":")
}

fn conditions(all: &[Condition], d: &mut Draw) -> Tree {
    let mut keys = Vec::new();
    let (mut attributes, mut equal) = (Vec::new(), Vec::new());
    for condition in all {
        let (name, value) = match condition {
            Condition::Owner => ("owner", Tree::Yes),
            Condition::Mfa(minutes) if minutes % 60 == 0 && d.one_in(2) => {
                ("mfa_within", Tree::Text(format!("{}h", minutes / 60)))
            }
            Condition::Mfa(minutes) => ("mfa_within", Tree::Text(format!("{minutes}m"))),
            Condition::Address(networks) => {
                let texts = networks.iter().map(|(at, bits)| format!("{at}/{bits}"));
                ("address", Tree::texts(texts))
            }
            Condition::Time(time) => ("time", hours(time)),
            Condition::Environment(names) => ("environment", Tree::texts(names)),
            Condition::Attribute(name, value) => {
                attributes.push((name.clone(), Tree::Text(value.clone())));
                continue;
            }
            Condition::Equal(one, other) => {
                let mut pair = [one, other];
                d.shuffle(&mut pair);
                equal.push(Tree::texts(pair));
                continue;
            }
        };
        keys.push((name.to_owned(), value));
    }
    if !attributes.is_empty() {
        keys.push(("attributes".to_owned(), Tree::Table(attributes)));
    }
    if !equal.is_empty() {
        keys.push(("equal".to_owned(), Tree::List(equal)));
    }
    d.shuffle(&mut keys);
    Tree::Table(keys)
}

fn hours(time: &Time) -> Tree {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let clock = |minutes: i64| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    let mut keys = Vec::new();
    if let Some(days) = &time.days {
        let names = days.iter().map(|day| DAYS[*day as usize]);
        keys.push(("days".to_owned(), Tree::texts(names)));
    }
    for (name, minutes) in [("from", time.from), ("until", time.until)] {
        if let Some(minutes) = minutes {
            keys.push((name.to_owned(), Tree::Text(clock(minutes))));
        }
    }
    if let Some(minutes) = time.offset {
        let sign = if minutes < 0 { '-' } else { '+' };
        keys.push((
            "utc_offset".to_owned(),
            Tree::Text(format!("{sign}{}", clock(minutes.abs()))),
        ));
    }
    Tree::Table(keys)
}

pub fn grants(all: &[Grant]) -> Grants {
    all.iter().fold(Grants::new(), |grants, one| {
        let scope = match &one.tenant {
            None => Scope::Everywhere,
            Some(name) => Scope::Tenant(Tenant::new(name).unwrap()),
        };
        let grant = rbac::Grant::new(&one.role, scope).from(Timestamp::from_millis(one.from));
        let grant = match one.until {
            Some(until) => grant.until(Timestamp::from_millis(until)),
            None => grant,
        };
        grants.with(grant).unwrap()
    })
}

/// The attributes of a question, as facts hold them.
pub fn attributes(q: &Question) -> Vec<(&str, &str)> {
    let all = q.attributes.iter();
    all.map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

pub fn facts<'a>(q: &'a Question, attributes: &'a [(&'a str, &'a str)]) -> rbac::Facts<'a> {
    let at = q.factor_at.map(Timestamp::from_millis);
    let mut facts = rbac::Facts::new()
        .second_factor_at(at)
        .with_attributes(attributes);
    if let Some(address) = q.address {
        facts = facts.from_address(address);
    }
    if let Some(name) = &q.environment {
        facts = facts.in_environment(name);
    }
    facts
}
