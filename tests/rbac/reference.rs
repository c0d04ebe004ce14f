//! The same rules in the plainest words: no indices, no order, everything looked up again by name
//! each time.

use std::collections::BTreeMap;

pub const HOUR: u64 = 3_600_000;

#[derive(Clone, Debug, Default)]
pub struct Role {
    pub allow: Vec<(String, bool)>,
    pub deny: Vec<String>,
    pub inherits: Vec<String>,
    pub mfa_hours: Option<u64>,
}

#[derive(Clone, Debug, Default)]
pub struct Model {
    pub roles: BTreeMap<String, Role>,
    /// Name, shown to, masked for.
    pub fields: BTreeMap<String, (Vec<String>, Vec<String>)>,
}

#[derive(Clone, Debug)]
pub struct Grant {
    pub role: String,
    pub tenant: Option<String>,
    pub from: u64,
    pub until: Option<u64>,
}

#[derive(Clone, Debug)]
pub struct Question {
    pub subject: String,
    pub tenant: String,
    pub permission: String,
    pub owner: Option<String>,
    pub factor_at: Option<u64>,
    pub now: u64,
}

pub fn matches(pattern: &[&str], asked: &[&str]) -> bool {
    match (pattern, asked) {
        (["**"], _) | ([], []) => true,
        ([first, pattern @ ..], [segment, asked @ ..]) => {
            (*first == "*" || first.split(',').any(|literal| literal == *segment))
                && matches(pattern, asked)
        }
        _ => false,
    }
}

pub fn matches_text(pattern: &str, asked: &str) -> bool {
    let (pattern, asked) = (
        pattern.split(':').collect::<Vec<_>>(),
        asked.split(':').collect::<Vec<_>>(),
    );
    matches(&pattern, &asked)
}

impl Model {
    /// The role and all that it inherits, some of them several times.
    fn line(&self, name: &str) -> Vec<(&str, &Role)> {
        let Some((name, role)) = self.roles.get_key_value(name) else {
            return Vec::new();
        };
        let inherited = role.inherits.iter().flat_map(|name| self.line(name));
        std::iter::once((name.as_str(), role))
            .chain(inherited)
            .collect()
    }

    fn denies(&self, role: &str, permission: &str) -> bool {
        let line = self.line(role);
        line.iter()
            .flat_map(|(_, role)| &role.deny)
            .any(|pattern| matches_text(pattern, permission))
    }

    fn fresh(&self, role: &str, q: &Question) -> bool {
        let line = self.line(role);
        line.iter()
            .filter_map(|(_, role)| role.mfa_hours)
            .all(|hours| {
                q.factor_at
                    .is_some_and(|at| at <= q.now && q.now - at < hours * HOUR)
            })
    }

    fn active(grant: &Grant, q: &Question) -> bool {
        grant.from <= q.now && grant.until.is_none_or(|until| q.now < until)
    }

    fn here(grant: &Grant, q: &Question) -> bool {
        grant
            .tenant
            .as_ref()
            .is_none_or(|tenant| *tenant == q.tenant)
    }

    pub fn decide(&self, grants: &[Grant], q: &Question) -> &'static str {
        let in_force = |g: &&Grant| Self::here(g, q) && Self::active(g, q);
        if grants
            .iter()
            .filter(in_force)
            .any(|g| self.denies(&g.role, &q.permission))
        {
            return "explicit deny";
        }
        let owns = q.owner.as_deref() == Some(&*q.subject) && !q.subject.is_empty();
        // each rule of each grant is as far as the farthest thing that it lacks
        let told = [
            "allow",
            "step-up",
            "condition",
            "expired",
            "not yet valid",
            "other tenant",
        ];
        let distance = |g: &Grant, owner_only: bool| match (Self::here(g, q), Self::active(g, q)) {
            (true, true) if owner_only && !owns => 2,
            (true, true) => usize::from(!self.fresh(&g.role, q)),
            (true, false) if g.until.is_some_and(|until| until <= q.now) => 3,
            (true, false) => 4,
            (false, true) => 5,
            (false, false) => 6,
        };
        let distances = grants.iter().flat_map(|g| {
            let line = self.line(&g.role);
            let rules = line.iter().flat_map(|(_, role)| &role.allow);
            let matching = rules.filter(|(pattern, _)| matches_text(pattern, &q.permission));
            let distances = matching.map(|(_, owner_only)| distance(g, *owner_only));
            distances.collect::<Vec<_>>()
        });
        distances
            .min()
            .and_then(|nearest| told.get(nearest))
            .unwrap_or(&"no grant")
    }

    pub fn sees(&self, grants: &[Grant], field: &str, q: &Question) -> &'static str {
        let Some((show, mask)) = self.fields.get(field) else {
            return "hide";
        };
        let (resource, rest) = field.split_once('.').unwrap();
        let mut readings = vec![format!("{resource}:read")];
        for part in rest.split('.') {
            readings.push(format!("{}:{part}", readings.last().unwrap()));
        }
        let denied = |g: &&Grant| readings.iter().any(|read| self.denies(&g.role, read));
        let in_force: Vec<_> = grants
            .iter()
            .filter(|g| Self::here(g, q) && Self::active(g, q))
            .collect();
        let sees = |roles: &[String]| {
            let fresh = in_force.iter().filter(|g| self.fresh(&g.role, q));
            fresh
                .flat_map(|g| self.line(&g.role))
                .any(|(name, _)| roles.iter().any(|role| role == name))
        };
        if in_force.iter().copied().any(|g| denied(&g)) {
            "hide"
        } else if sees(show) {
            "show"
        } else if sees(mask) {
            "mask"
        } else {
            "hide"
        }
    }

    pub fn factor(&self, grants: &[Grant], q: &Question) -> Option<u64> {
        let active = grants.iter().filter(|g| Self::active(g, q));
        active
            .flat_map(|g| self.line(&g.role))
            .filter_map(|(_, role)| role.mfa_hours)
            .min()
    }

    /// As a file, with `order` mixing up roles, rules and fields.
    pub fn to_toml(&self, order: u64) -> String {
        let list = |items: &[String]| {
            format!(
                "[{}]",
                mixed(items, order)
                    .map(|s| format!("{s:?}"))
                    .collect::<Vec<_>>()
                    .join(", ")
            )
        };
        let roles: Vec<_> = self.roles.iter().collect();
        let mut parts = Vec::new();
        for (name, role) in mixed(&roles, order) {
            let rules: Vec<String> = mixed(&role.allow, order)
                .map(|(pattern, owner)| match owner {
                    true => format!("{{ permission = {pattern:?}, when = \"owner\" }}"),
                    false => format!("{pattern:?}"),
                })
                .collect();
            let mut part = format!("[roles.{name}]\nallow = [{}]\n", rules.join(", "));
            part += &format!(
                "deny = {}\ninherits = {}\n",
                list(&role.deny),
                list(&role.inherits)
            );
            if let Some(hours) = role.mfa_hours {
                part += &format!("require = {{ mfa_within = \"{hours}h\" }}\n");
            }
            parts.push(part);
        }
        for (name, (show, mask)) in mixed(&self.fields.iter().collect::<Vec<_>>(), order) {
            parts.push(format!(
                "[[field]]\nname = {name:?}\nshow = {}\nmask = {}\n",
                list(show),
                list(mask)
            ));
        }
        format!(
            "portcullis = 1\n{}",
            mixed(&parts, order).cloned().collect::<String>()
        )
    }
}

/// The items in an order that `order` decides.
pub fn mixed<T>(items: &[T], order: u64) -> impl Iterator<Item = &T> {
    let mut keyed: Vec<_> = items
        .iter()
        .enumerate()
        .map(|(i, item)| ((i as u64 + 1).wrapping_mul(order | 1).rotate_left(17), item))
        .collect();
    if order != 0 {
        keyed.sort_by_key(|(key, _)| *key);
    }
    keyed.into_iter().map(|(_, item)| item)
}
