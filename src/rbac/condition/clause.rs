//! One thing that must hold.

use core::{fmt, net::IpAddr, time::Duration};

use super::{Condition, Hours, Unmet};
use crate::{
    Timestamp,
    network::Network,
    rbac::{print::length, request::Circumstances},
};

/// One thing that must hold. A fact that is missing does not hold.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(in crate::rbac) enum Clause {
    /// The subject owns what the question is about.
    Owner,
    /// The subject proved a second factor less than this long ago.
    MfaWithin(Duration),
    /// The question comes from one of these networks.
    Address(Addresses),
    /// It is one of these hours.
    Time(Hours),
    /// One of these environments answers. INVARIANT: strictly ascending.
    Environment(Box<[Box<str>]>),
    /// An attribute has this value.
    Attribute { name: Box<str>, value: Box<str> },
    /// Two attributes have the same value. INVARIANT: the first name is less than the second.
    Equal(Box<str>, Box<str>),
}

impl Clause {
    /// One of these environments.
    pub(in crate::rbac) fn environment<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut names: Vec<Box<str>> = names.into_iter().map(Into::into).collect();
        names.sort_unstable();
        names.dedup();
        Self::Environment(names.into())
    }

    /// Two attributes have the same value; None for one attribute, which would only have to be
    /// there.
    pub(in crate::rbac) fn equal(one: &str, other: &str) -> Option<Self> {
        match one.cmp(other) {
            core::cmp::Ordering::Less => Some(Self::Equal(one.into(), other.into())),
            core::cmp::Ordering::Equal => None,
            core::cmp::Ordering::Greater => Some(Self::Equal(other.into(), one.into())),
        }
    }

    pub(super) fn unmet(&self, case: &Circumstances<'_>, now: Timestamp) -> Option<Unmet> {
        let facts = &case.facts;
        let (holds, kind) = match self {
            Self::MfaWithin(within) if facts.second_factor_is_within(*within, now) => return None,
            Self::MfaWithin(within) => return Some(Unmet::StepUp { within: *within }),
            Self::Owner => (case.subject_is_owner(), Condition::Owner),
            Self::Address(addresses) => {
                let holds = facts.address().is_some_and(|at| addresses.have(at));
                (holds, Condition::Address)
            }
            Self::Time(hours) => (hours.has(now), Condition::Time),
            Self::Environment(names) => {
                let holds = facts.environment().is_some_and(|at| has(names, at));
                (holds, Condition::Environment)
            }
            Self::Attribute { name, value } => {
                let holds = facts.attribute(name) == Some(value);
                (holds, Condition::Attribute)
            }
            Self::Equal(one, other) => {
                let one = facts.attribute(one);
                let holds = one.is_some() && one == facts.attribute(other);
                (holds, Condition::Attribute)
            }
        };
        (!holds).then_some(Unmet::Condition(kind))
    }

    /// Whether `other` holds wherever this holds.
    pub(super) fn implies(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::MfaWithin(own), Self::MfaWithin(other)) => own <= other,
            (Self::Address(own), Self::Address(other)) => own.lie_within(other),
            (Self::Time(own), Self::Time(other)) => own.lie_within(other),
            (Self::Environment(own), Self::Environment(other)) => {
                own.iter().all(|name| has(other, name))
            }
            (own, other) => own == other,
        }
    }

    /// A clause that holds where this and `other` hold, where one clause can say so; else this.
    pub(super) fn narrowed_by(self, other: &Self) -> Self {
        match (self, other) {
            (Self::Address(own), Self::Address(other)) => Self::Address(own.common(other)),
            (Self::Environment(own), Self::Environment(other)) => {
                let common = own.into_iter().filter(|name| has(other, name));
                Self::Environment(common.collect())
            }
            (own, _) => own,
        }
    }
}

fn has(sorted: &[Box<str>], name: &str) -> bool {
    let found = sorted.binary_search_by(|known| (**known).cmp(name));
    found.is_ok()
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Owner => f.write_str("owner"),
            Self::MfaWithin(within) => write!(f, "mfa_within {}", length(*within)),
            Self::Address(addresses) => write!(f, "address {addresses}"),
            Self::Time(hours) => write!(f, "time {hours}"),
            Self::Environment(names) if names.is_empty() => f.write_str("environment none"),
            Self::Environment(names) => write!(f, "environment {}", names.join(" or ")),
            Self::Attribute { name, value } => write!(f, "{name} = {:?}", &**value),
            Self::Equal(one, other) => write!(f, "{one} = {other}"),
        }
    }
}

/// Networks. INVARIANT: ascending, none in another, no two that are the halves of a third.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(in crate::rbac) struct Addresses(Box<[Network]>);

impl Addresses {
    pub(in crate::rbac) fn of(mut networks: Vec<Network>) -> Self {
        networks.sort_unstable();
        let mut apart: Vec<Network> = Vec::new();
        for mut network in networks {
            if apart.last().is_some_and(|last| last.covers(network)) {
                continue;
            }
            while let Some(parent) = network.parent()
                && apart
                    .last()
                    .is_some_and(|last| last.parent() == Some(parent))
            {
                apart.pop();
                network = parent;
            }
            apart.push(network);
        }
        Self(apart.into())
    }

    fn have(&self, address: IpAddr) -> bool {
        let found = self.0.binary_search_by(|network| network.beside(address));
        found.is_ok()
    }

    fn lie_within(&self, other: &Self) -> bool {
        self.0.iter().all(|network| other.cover(*network))
    }

    /// Whether one of these has every address of a network. Of networks apart, in their order, that
    /// can only be the last that is not after it.
    fn cover(&self, network: Network) -> bool {
        let after = self.0.partition_point(|own| *own <= network);
        let last = after.checked_sub(1).and_then(|last| self.0.get(last));
        last.is_some_and(|own| own.covers(network))
    }

    fn common(&self, other: &Self) -> Self {
        let of = |one: &Self, other: &Self| -> Vec<Network> {
            let own = one.0.iter().copied();
            own.filter(|network| other.cover(*network)).collect()
        };
        Self::of([of(self, other), of(other, self)].concat())
    }

    pub(in crate::rbac) fn iter(&self) -> impl ExactSizeIterator<Item = Network> {
        self.0.iter().copied()
    }
}

impl fmt::Display for Addresses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("none");
        }
        for (i, network) in self.0.iter().enumerate() {
            let separator = if i == 0 { "" } else { " or " };
            write!(f, "{separator}{network}")?;
        }
        Ok(())
    }
}
