//! The rules in the plainest words: no indices and no order, every name looked up again, every pattern
//! taken apart again, every grant asked about everything.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

pub const MINUTE: u64 = 60_000;
pub const DAY: i64 = 24 * 60;

#[derive(Clone, Debug, Default)]
pub struct Policy {
    pub roles: BTreeMap<String, Role>,
    pub fields: BTreeMap<String, (Sees, Option<String>)>,
    pub classes: BTreeMap<String, Sees>,
}

/// Roles that see a field, that see it masked, that see a pseudonym.
#[derive(Clone, Debug, Default)]
pub struct Sees {
    pub show: Vec<String>,
    pub mask: Vec<String>,
    pub pseudonym: Vec<String>,
}

/// From least to most restrictive.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Sight {
    Show,
    Mask,
    Pseudonym,
    Hide,
}

#[derive(Clone, Debug, Default)]
pub struct Role {
    pub inherits: Vec<String>,
    pub allow: Vec<(String, Vec<Condition>)>,
    pub deny: Vec<String>,
    pub require: Vec<Condition>,
}

#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Condition {
    Owner,
    /// Minutes.
    Mfa(u64),
    /// Addresses and how many leading bits count.
    Address(Vec<(IpAddr, u32)>),
    Time(Time),
    Environment(Vec<String>),
    Attribute(String, String),
    Equal(String, String),
}

/// Minutes of the day; days from Monday, 0, on; minutes east of UTC.
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Time {
    pub days: Option<Vec<i64>>,
    pub from: Option<i64>,
    pub until: Option<i64>,
    pub offset: Option<i64>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Grant {
    pub role: String,
    pub tenant: Option<String>,
    pub from: u64,
    pub until: Option<u64>,
}

#[derive(Clone, Debug, Default)]
pub struct Question {
    pub subject: String,
    pub tenant: String,
    pub permission: String,
    pub owner: Option<String>,
    pub factor_at: Option<u64>,
    pub address: Option<IpAddr>,
    pub environment: Option<String>,
    pub attributes: Vec<(String, String)>,
    pub now: u64,
}

/// In the order of what is told: the nearest to an allowance first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Answer {
    ExplicitDeny,
    Allow,
    /// The longest time is the nearest: that it is negative lets it sort first.
    StepUp(i64),
    Unmet(Kind),
    Expired,
    NotYetValid,
    OtherTenant,
    NoGrant,
}

/// Of several conditions that one allowance does not meet, the last is told.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Kind {
    Time,
    Address,
    Environment,
    Attribute,
    Owner,
}

pub fn matches(pattern: &str, asked: &str) -> bool {
    let (first, rest) = pattern.split_once(':').unwrap_or((pattern, ""));
    let (segment, others) = asked.split_once(':').unwrap_or((asked, ""));
    match (first, segment) {
        ("**", _) | ("", "") => true,
        ("", _) | (_, "") => false,
        _ => (first == "*" || first.split(',').any(|one| one == segment)) && matches(rest, others),
    }
}

impl Policy {
    /// The role and all that it inherits.
    pub fn line(&self, name: &str) -> Vec<(&str, &Role)> {
        let Some((name, role)) = self.roles.get_key_value(name) else {
            return Vec::new();
        };
        let inherited = role.inherits.iter().flat_map(|name| self.line(name));
        [(name.as_str(), role)]
            .into_iter()
            .chain(inherited)
            .collect()
    }

    pub fn denies(&self, role: &str, permission: &str) -> bool {
        let mut line = self.line(role).into_iter();
        line.any(|(_, role)| role.deny.iter().any(|deny| matches(deny, permission)))
    }

    pub fn decide(&self, grants: &[Grant], q: &Question) -> Answer {
        let mut told = Answer::NoGrant;
        for grant in grants {
            if grant.here(q) && grant.active(q) && self.denies(&grant.role, &q.permission) {
                told = told.min(Answer::ExplicitDeny);
            }
            let line = self.line(&grant.role);
            let required: Vec<_> = line.iter().flat_map(|(_, role)| &role.require).collect();
            for (pattern, when) in line.iter().flat_map(|(_, role)| &role.allow) {
                if matches(pattern, &q.permission) {
                    let all = required.iter().copied().chain(when);
                    let unmet = all.filter_map(|condition| condition.unmet(q)).collect();
                    told = told.min(grant.answer(unmet, q));
                }
            }
        }
        told
    }

    /// The youngest proof of a second factor that an active role asks for, in minutes.
    pub fn factor(&self, grants: &[Grant], q: &Question) -> Option<u64> {
        let active = grants.iter().filter(|grant| grant.active(q));
        let lines = active.flat_map(|grant| self.line(&grant.role));
        let minutes = lines
            .flat_map(|(_, role)| &role.require)
            .filter_map(|condition| match condition {
                Condition::Mfa(minutes) => Some(*minutes),
                _ => None,
            });
        minutes.min()
    }

    /// What is seen of a field: of the most restrictive of all that enclose it, what the most
    /// permissive role says, unless a role denies the reading of it or of what it is part of.
    pub fn sees(&self, grants: &[Grant], path: &str, q: &Question) -> Sight {
        let q = &Question {
            owner: None,
            ..q.clone()
        };
        let (resource, rest) = path.split_once('.').unwrap_or((path, ""));
        let mut readings = vec![format!("{resource}:read")];
        for part in rest.split('.').filter(|part| !part.is_empty()) {
            readings.push(format!("{}:{part}", readings[readings.len() - 1]));
        }
        let active = || {
            grants
                .iter()
                .filter(|grant| grant.here(q) && grant.active(q))
        };
        let hidden = |grant: &Grant| readings.iter().any(|read| self.denies(&grant.role, read));
        if active().any(hidden) {
            return Sight::Hide;
        }
        let fields = self.fields.iter().filter(|(name, _)| encloses(name, path));
        let seen = fields.map(|(_, (own, class))| {
            let class = class.as_ref().map(|class| &self.classes[class]);
            let by = active().map(|grant| self.shows(&grant.role, own, class, q));
            by.min().unwrap_or(Sight::Hide)
        });
        seen.max().unwrap_or(Sight::Hide)
    }

    /// Of a role that both the field and its class name, the more restrictive.
    fn shows(&self, role: &str, own: &Sees, class: Option<&Sees>, q: &Question) -> Sight {
        let line = self.line(role);
        let mut required = line.iter().flat_map(|(_, role)| &role.require);
        if required.any(|condition| condition.unmet(q).is_some()) {
            return Sight::Hide;
        }
        let of_class = |name| class.and_then(|class| class.says(name));
        let seen = line
            .iter()
            .filter_map(|(name, _)| own.says(name).max(of_class(name)))
            .min();
        seen.unwrap_or(Sight::Hide)
    }
}

impl Sees {
    fn says(&self, role: &str) -> Option<Sight> {
        let all = [
            (&self.show, Sight::Show),
            (&self.mask, Sight::Mask),
            (&self.pseudonym, Sight::Pseudonym),
        ];
        let mut all = all
            .into_iter()
            .filter(|(roles, _)| roles.iter().any(|own| own == role));
        all.next().map(|(_, sight)| sight)
    }
}

/// Whether a name is that of the path or of what the path lies in; `*` is any part of a path.
fn encloses(name: &str, path: &str) -> bool {
    let (first, rest) = name.split_once('.').unwrap_or((name, ""));
    let (part, others) = path.split_once('.').unwrap_or((path, ""));
    first.is_empty()
        || (first == "*" && !part.is_empty() || first == part) && encloses(rest, others)
}

impl Grant {
    pub fn here(&self, q: &Question) -> bool {
        self.tenant.is_none() || self.tenant.as_ref() == Some(&q.tenant)
    }

    pub fn active(&self, q: &Question) -> bool {
        self.from <= q.now && !self.over(q)
    }

    fn over(&self, q: &Question) -> bool {
        self.until.is_some_and(|until| until <= q.now)
    }

    /// What an allowance of this grant says, of whose conditions some are not met: what is farthest
    /// away. Asked for several proofs of a second factor, the youngest counts.
    fn answer(&self, unmet: Vec<Answer>, q: &Question) -> Answer {
        match (self.here(q), self.active(q)) {
            (true, true) => unmet.into_iter().max().unwrap_or(Answer::Allow),
            (true, false) if self.over(q) => Answer::Expired,
            (true, false) => Answer::NotYetValid,
            (false, true) => Answer::OtherTenant,
            (false, false) => Answer::NoGrant,
        }
    }
}

impl Condition {
    /// What is told where it does not hold; a fact that is missing does not hold.
    pub fn unmet(&self, q: &Question) -> Option<Answer> {
        let (holds, answer) = match self {
            Self::Owner => {
                let owns = !q.subject.is_empty() && q.owner.as_ref() == Some(&q.subject);
                (owns, Answer::Unmet(Kind::Owner))
            }
            Self::Mfa(minutes) => {
                let proved = q.factor_at.filter(|at| *at <= q.now);
                let fresh = proved.is_some_and(|at| q.now - at < minutes * MINUTE);
                (fresh, Answer::StepUp(-(*minutes as i64)))
            }
            Self::Address(networks) => {
                let inside = |at| networks.iter().any(|network| within(at, *network));
                (q.address.is_some_and(inside), Answer::Unmet(Kind::Address))
            }
            Self::Time(time) => (time.has(q.now), Answer::Unmet(Kind::Time)),
            Self::Environment(names) => {
                let named = q
                    .environment
                    .as_ref()
                    .is_some_and(|name| names.contains(name));
                (named, Answer::Unmet(Kind::Environment))
            }
            Self::Attribute(name, value) => {
                let has = q.attribute(name) == Some(value);
                (has, Answer::Unmet(Kind::Attribute))
            }
            Self::Equal(one, other) => {
                let (one, other) = (q.attribute(one), q.attribute(other));
                (
                    one.is_some() && one == other,
                    Answer::Unmet(Kind::Attribute),
                )
            }
        };
        (!holds).then_some(answer)
    }
}

impl Question {
    /// One that is said twice with two values, or with an empty one, is not known.
    fn attribute(&self, name: &str) -> Option<&String> {
        let said = self.attributes.iter().filter(|(own, _)| own == name);
        let values: BTreeSet<_> = said.map(|(_, value)| value).collect();
        let only = values.first().filter(|value| !value.is_empty());
        only.copied().filter(|_| values.len() == 1)
    }
}

impl Time {
    /// On each day that is named, hours begin at `from`; they go on until `until`, of the next day
    /// where that is earlier.
    fn has(&self, now: u64) -> bool {
        // 1970-01-01 was a Thursday
        let minute = now as i64 / MINUTE as i64 + 3 * DAY + self.offset.unwrap_or(0);
        let (from, until) = (self.from.unwrap_or(0), self.until.unwrap_or(DAY));
        let until = if until <= from { until + DAY } else { until };
        let today = minute.div_euclid(DAY);
        [today - 1, today].iter().any(|day| {
            let named = self
                .days
                .as_ref()
                .is_none_or(|days| days.contains(&day.rem_euclid(7)));
            named && (day * DAY + from..day * DAY + until).contains(&minute)
        })
    }
}

/// All as IPv6, into which IPv4 is mapped.
fn within(address: IpAddr, (network, bits): (IpAddr, u32)) -> bool {
    let mapped = |address| match address {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    };
    let differ = mapped(address).to_bits() ^ mapped(network).to_bits();
    differ.leading_zeros() >= if network.is_ipv4() { 96 + bits } else { bits }
}
