//! Reads a policy file into what it says, with the place of everything it says.

use core::time::Duration;
use std::collections::HashSet;

use toml::{
    Spanned,
    de::{DeArray, DeTable, DeValue},
};
use toml_parser::{Source, lexer::TokenKind};

use super::{
    Policy,
    condition::{Clause, Conditions},
    finding::{Name, Problem, meant},
    permission::{Pattern, Permission, Slip, check_literal},
};

/// Dots outside of strings on one line: `roles.admin.require.mfa_within` has three. With at most
/// four, and at most 80 nested tables, which is the limit of `toml`, dropping what was read takes
/// some 400 KiB of stack in a build without optimisation; without this limit, a file of 13 KB
/// overflows the 2 MiB of a thread.
const DOTS: usize = 4;
/// Up to this length, every place that is not TOML is reported and not only the first: a file of
/// nothing but mistakes has more than one in each byte.
const RECOVERED_LEN: usize = 64 * 1024;
/// A second factor older than a year says nothing.
const MAX_DURATION: u64 = 366 * DAY;
const DAY: u64 = 24 * 60 * 60;

/// Problems after the byte where they are.
pub(super) type Found = Vec<(usize, Problem)>;

/// What a file says, before it is known to make sense.
#[derive(Default)]
pub(super) struct Draft<'d> {
    pub(super) roles: Vec<RoleDraft<'d>>,
    pub(super) fields: Vec<FieldDraft<'d>>,
    /// Whether a rule was left out because it could not be read.
    pub(super) partial: bool,
}

#[derive(Default)]
pub(super) struct RoleDraft<'d> {
    pub(super) name: &'d str,
    pub(super) at: usize,
    pub(super) allow: Vec<RuleDraft>,
    pub(super) deny: Vec<RuleDraft>,
    pub(super) inherits: Vec<Mention<'d>>,
    /// What must hold for what the role allows or shows.
    pub(super) require: Conditions,
}

pub(super) struct RuleDraft {
    pub(super) at: usize,
    pub(super) pattern: Pattern,
    pub(super) when: Conditions,
}

/// The name of a role where another entry speaks of it.
#[derive(Clone, Copy)]
pub(super) struct Mention<'d> {
    pub(super) name: &'d str,
    pub(super) at: usize,
}

pub(super) struct FieldDraft<'d> {
    pub(super) name: &'d str,
    pub(super) class: Option<&'d str>,
    /// The permission to read it, which a role can deny.
    pub(super) read: Permission<'static>,
    pub(super) show: Vec<Mention<'d>>,
    pub(super) mask: Vec<Mention<'d>>,
}

/// The file as TOML.
pub(super) fn parse(text: &str) -> Result<Spanned<DeTable<'_>>, Found> {
    if text.len() > Policy::MAX_LEN {
        return Err(vec![(0, Problem::FileTooLong)]);
    }
    if let Some(at) = too_deep(text) {
        return Err(vec![(at, Problem::KeysTooDeep)]);
    }
    DeTable::parse(text).map_err(|first| {
        let errors = if text.len() <= RECOVERED_LEN {
            DeTable::parse_recoverable(text).1
        } else {
            vec![first]
        };
        let mut found: Found = errors.iter().map(toml_problem).collect();
        found.sort_by_key(|(at, _)| *at);
        found.dedup_by_key(|(at, _)| *at);
        found
    })
}

fn toml_problem(error: &toml::de::Error) -> (usize, Problem) {
    let at = error.span().map_or(0, |span| span.start);
    (at, Problem::Toml(error.message().to_owned()))
}

/// Where keys are nested deeper than in any policy. A key cannot continue on another line, and
/// within strings and comments the lexer sees no dots.
fn too_deep(text: &str) -> Option<usize> {
    let mut dots = 0_usize;
    for token in Source::new(text).lex() {
        match token.kind() {
            TokenKind::Newline => dots = 0,
            TokenKind::Dot => dots = dots.saturating_add(1),
            _ => {}
        }
        if dots > DOTS {
            return Some(token.span().start());
        }
    }
    None
}

/// What the file says. What it says wrongly is `found`.
pub(super) fn read<'d>(text: &'d str, root: &'d DeTable<'d>, found: &mut Found) -> Draft<'d> {
    let mut reader = Reader {
        text,
        found,
        partial: false,
    };
    reader.version(root);
    let mut draft = Draft::default();
    for (key, value) in root {
        match key.get_ref().as_ref() {
            "portcullis" => {}
            "roles" => draft.roles = reader.roles(value),
            "field" => draft.fields = reader.fields(value),
            "separation" => reader.not_enforced(key, "separation"),
            _ => reader.unknown_key(key, &["portcullis", "roles", "field"]),
        }
    }
    draft.partial = reader.partial;
    draft
}

type Key<'d> = Spanned<std::borrow::Cow<'d, str>>;
type Value<'d> = Spanned<DeValue<'d>>;

struct Reader<'d, 'f> {
    text: &'d str,
    found: &'f mut Found,
    partial: bool,
}

impl<'d> Reader<'d, '_> {
    fn report(&mut self, at: usize, problem: Problem) {
        self.found.push((at, problem));
    }

    fn not_enforced(&mut self, key: &Key<'_>, name: &'static str) {
        self.report(key.span().start, Problem::NotEnforced(name));
    }

    fn unknown_key(&mut self, key: &Key<'_>, known: &[&str]) {
        let name = key.get_ref();
        let meant = meant(name, known.iter().copied());
        let key_name = Name::new(name);
        let problem = Problem::UnknownKey {
            key: key_name,
            meant,
        };
        self.report(key.span().start, problem);
    }

    fn version(&mut self, root: &DeTable<'_>) {
        let Some(value) = root.get("portcullis") else {
            return self.report(0, Problem::Missing("portcullis"));
        };
        let version = value.get_ref().as_integer();
        if version.is_none_or(|number| number.as_str() != "1") {
            self.report(value.span().start, Problem::UnknownVersion);
        }
    }

    fn roles(&mut self, value: &'d Value<'d>) -> Vec<RoleDraft<'d>> {
        let Some(table) = self.table(value, "a table of roles") else {
            return Vec::new();
        };
        let roles = table.iter().map(|(key, value)| self.role(key, value));
        roles.collect()
    }

    fn role(&mut self, key: &'d Key<'d>, value: &'d Value<'d>) -> RoleDraft<'d> {
        let (name, at) = (key.get_ref().as_ref(), key.span().start);
        let mut role = RoleDraft {
            name,
            at,
            ..RoleDraft::default()
        };
        if let Err(slip) = check_literal(name) {
            self.report(at, Problem::Syntax(slip.fault));
        }
        let Some(table) = self.table(value, "a table: the rules of a role") else {
            return role;
        };
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "allow" => role.allow = self.rules(value),
                "deny" => role.deny = self.denials(value),
                "inherits" => role.inherits = self.mentions(value),
                "require" => role.require = self.require(value),
                "max_grant" => self.not_enforced(key, "max_grant"),
                _ => self.unknown_key(key, &["allow", "deny", "inherits", "require"]),
            }
        }
        role
    }

    fn rules(&mut self, value: &'d Value<'d>) -> Vec<RuleDraft> {
        let mut seen = HashSet::new();
        let mut rules = Vec::new();
        for entry in self.array(value, "a list of permissions") {
            let Some(rule) = self.rule(entry) else {
                self.partial = true;
                continue;
            };
            if seen.insert((rule.pattern.clone(), rule.when.clone())) {
                rules.push(rule);
            } else {
                let name = Name::new(&rule.pattern.to_string());
                self.report(rule.at, Problem::Repeated(name));
            }
        }
        rules
    }

    fn denials(&mut self, value: &'d Value<'d>) -> Vec<RuleDraft> {
        let rules = self.rules(value);
        for rule in &rules {
            if !rule.when.is_empty() {
                self.report(rule.at, Problem::ConditionalDenial);
            }
        }
        rules
    }

    fn rule(&mut self, entry: &'d Value<'d>) -> Option<RuleDraft> {
        match entry.get_ref() {
            DeValue::String(_) => self.pattern(entry, Conditions::default()),
            DeValue::Table(table) => self.conditional_rule(entry, table),
            _ => self.type_error(entry, "a permission in quotation marks"),
        }
    }

    fn conditional_rule(
        &mut self,
        entry: &'d Value<'d>,
        table: &'d DeTable<'d>,
    ) -> Option<RuleDraft> {
        let mut when = Some(Conditions::default());
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "permission" => {}
                "when" => when = self.when(value),
                _ => self.unknown_key(key, &["permission", "when"]),
            }
        }
        match table.get("permission") {
            Some(permission) => self.pattern(permission, when?),
            None => {
                self.report(entry.span().start, Problem::Missing("permission"));
                None
            }
        }
    }

    fn when(&mut self, value: &'d Value<'d>) -> Option<Conditions> {
        if self.string(value, "a condition in quotation marks")? == "owner" {
            return Conditions::new([Clause::Owner]);
        }
        self.report(value.span().start, Problem::UnknownCondition);
        None
    }

    fn pattern(&mut self, value: &'d Value<'d>, when: Conditions) -> Option<RuleDraft> {
        let text = self.string(value, "a permission in quotation marks")?;
        let at = value.span().start;
        match Pattern::read(text) {
            Ok(pattern) => Some(RuleDraft { at, pattern, when }),
            Err(slip) => self.syntax_error(value, text, slip),
        }
    }

    fn require(&mut self, value: &'d Value<'d>) -> Conditions {
        let Some(table) = self.table(value, "a table such as { mfa_within = \"12h\" }") else {
            return Conditions::default();
        };
        let mut within = None;
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "mfa_within" => within = self.duration(value),
                _ => self.unknown_key(key, &["mfa_within"]),
            }
        }
        if table.is_empty() {
            self.report(value.span().start, Problem::Missing("mfa_within"));
        }
        let within = within.map(Clause::MfaWithin);
        Conditions::new(within).unwrap_or_default()
    }

    fn duration(&mut self, value: &'d Value<'d>) -> Option<Duration> {
        let text = self.string(value, "a time such as \"12h\"")?;
        let duration = parse_duration(text);
        if duration.is_none() {
            self.report(value.span().start, Problem::Duration);
        }
        duration
    }

    fn fields(&mut self, value: &'d Value<'d>) -> Vec<FieldDraft<'d>> {
        let mut seen = HashSet::new();
        let mut fields = Vec::new();
        for entry in self.array(value, "a list of tables: [[field]]") {
            let Some((field, at)) = self.field(entry) else {
                self.partial = true;
                continue;
            };
            if !seen.insert(field.name) {
                self.report(at, Problem::Repeated(Name::new(field.name)));
            }
            fields.push(field);
        }
        fields
    }

    /// The field and where its name stands.
    fn field(&mut self, entry: &'d Value<'d>) -> Option<(FieldDraft<'d>, usize)> {
        let table = self.table(entry, "a table: the name of a field and who sees it")?;
        let (mut name, mut class) = (None, None);
        let (mut show, mut mask) = (Vec::new(), Vec::new());
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "name" => name = Some(value),
                "class" => class = self.class(value),
                "show" => show = self.mentions(value),
                "mask" => mask = self.mentions(value),
                "pseudonym" => self.not_enforced(key, "pseudonym"),
                _ => self.unknown_key(key, &["name", "class", "show", "mask"]),
            }
        }
        self.disjoint(&show, &mask);
        let Some(value) = name else {
            self.report(entry.span().start, Problem::Missing("name"));
            return None;
        };
        let name = self.string(value, "the name of a field in quotation marks")?;
        let read = match read_permission(name) {
            Ok(read) => read,
            Err(slip) => return self.syntax_error(value, name, slip),
        };
        let field = FieldDraft {
            name,
            class,
            read,
            show,
            mask,
        };
        Some((field, value.span().start))
    }

    fn class(&mut self, value: &'d Value<'d>) -> Option<&'d str> {
        let class = self.string(value, "the name of a class in quotation marks")?;
        match check_literal(class) {
            Ok(()) => Some(class),
            Err(slip) => self.syntax_error(value, class, slip),
        }
    }

    /// A role that both sees a field and sees it masked is a mistake in one of the two.
    fn disjoint(&mut self, show: &[Mention<'_>], mask: &[Mention<'_>]) {
        let shown: HashSet<_> = show.iter().map(|role| role.name).collect();
        for role in mask.iter().filter(|role| shown.contains(role.name)) {
            self.report(role.at, Problem::Repeated(Name::new(role.name)));
        }
    }

    fn mentions(&mut self, value: &'d Value<'d>) -> Vec<Mention<'d>> {
        let mut seen = HashSet::new();
        let mut mentions = Vec::new();
        for entry in self.array(value, "a list of roles") {
            let Some(name) = self.string(entry, "the name of a role in quotation marks") else {
                continue;
            };
            let at = entry.span().start;
            if seen.insert(name) {
                mentions.push(Mention { name, at });
            } else {
                self.report(at, Problem::Repeated(Name::new(name)));
            }
        }
        mentions
    }

    fn table(&mut self, value: &'d Value<'d>, needed: &'static str) -> Option<&'d DeTable<'d>> {
        match value.get_ref() {
            DeValue::Table(table) => Some(table),
            _ => self.type_error(value, needed),
        }
    }

    fn array(&mut self, value: &'d Value<'d>, needed: &'static str) -> &'d [Value<'d>] {
        let array: Option<&DeArray<'_>> = match value.get_ref() {
            DeValue::Array(array) => Some(array),
            _ => self.type_error(value, needed),
        };
        array.map_or(&[], |array| array)
    }

    fn string(&mut self, value: &'d Value<'d>, needed: &'static str) -> Option<&'d str> {
        match value.get_ref() {
            DeValue::String(text) => Some(text),
            _ => self.type_error(value, needed),
        }
    }

    fn type_error<T>(&mut self, value: &Value<'_>, needed: &'static str) -> Option<T> {
        self.partial = true;
        self.report(value.span().start, Problem::Type(needed));
        None
    }

    /// Points into the string where the file has it as it is, and at its start where the file
    /// writes it in another way: with escapes, or in three quotation marks.
    fn syntax_error<T>(&mut self, value: &Value<'_>, text: &str, slip: Slip) -> Option<T> {
        let span = value.span();
        let quoted = self.text.get(span.clone()).unwrap_or_default();
        let is_plain = quoted.get(1..quoted.len().saturating_sub(1)) == Some(text);
        let within = if is_plain {
            slip.at.saturating_add(1)
        } else {
            0
        };
        let at = span.start.saturating_add(within);
        self.report(at, Problem::Syntax(slip.fault));
        None
    }
}

/// The permission to read a field: `contact.address.city` is read with `contact:read:address:city`.
fn read_permission(field: &str) -> Result<Permission<'static>, Slip> {
    let mut at = 0_usize;
    for part in field.split('.') {
        check_literal(part).map_err(|slip| slip.after(at))?;
        at = at.saturating_add(part.len()).saturating_add(1);
    }
    let (resource, rest) = field.split_once('.').unwrap_or((field, ""));
    let text = [resource, "read", &rest.replace('.', ":")].join(":");
    Permission::read(text.trim_end_matches(':').to_owned()).map_err(|slip| Slip { at: 0, ..slip })
}

/// A whole number and its unit: `90s`, `15m`, `12h`, `7d`. Zero is no time.
fn parse_duration(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let unit: u64 = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => DAY,
        _ => return None,
    };
    if !number.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let secs = number.parse::<u64>().ok()?.checked_mul(unit)?;
    (1..=MAX_DURATION)
        .contains(&secs)
        .then_some(Duration::from_secs(secs))
}
