//! What is known about a subject beside who they are.

use core::{net::IpAddr, time::Duration};

use crate::Timestamp;

/// What is known about a subject at the moment of a question; what is not said does not hold.
///
/// All of it comes from the caller, who has it from the session, the connection and the database,
/// and never from what the subject says of themselves.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[must_use]
pub struct Facts<'a> {
    second_factor_at: Option<Timestamp>,
    address: Option<IpAddr>,
    environment: Option<&'a str>,
    attributes: &'a [(&'a str, &'a str)],
}

impl<'a> Facts<'a> {
    /// Nothing is known.
    pub const fn new() -> Self {
        Self {
            second_factor_at: None,
            address: None,
            environment: None,
            attributes: &[],
        }
    }

    /// When the subject last proved a second factor; None if they have proved none.
    pub fn second_factor_at(self, at: impl Into<Option<Timestamp>>) -> Self {
        Self {
            second_factor_at: at.into(),
            ..self
        }
    }

    /// The address that the question comes from: the client's, not that of a proxy on the way. IPv4
    /// mapped into IPv6 is IPv4.
    pub fn from_address(self, address: IpAddr) -> Self {
        Self {
            address: Some(address.to_canonical()),
            ..self
        }
    }

    /// The environment that answers: `production`, `staging`. Upper and lower case differ.
    pub fn in_environment(self, environment: &'a str) -> Self {
        Self {
            environment: Some(environment),
            ..self
        }
    }

    /// Attributes and their values, in any order, in place of those that were said before: of the
    /// subject (`department`) and of what the question is about (`resource.department`).
    ///
    /// An attribute that stands there twice with two values, or whose value is empty, does not
    /// hold. A condition looks through all of them: keep them few.
    pub const fn with_attributes(self, attributes: &'a [(&'a str, &'a str)]) -> Self {
        Self { attributes, ..self }
    }

    /// Half-open, as everything here: at exactly `within` after it, a second factor is too old. One
    /// that was proved in the future was not proved; else a clock that went back would keep it
    /// young.
    pub(super) fn second_factor_is_within(&self, within: Duration, now: Timestamp) -> bool {
        self.second_factor_at
            .is_some_and(|at| at <= now && now < at.saturating_add(within))
    }

    pub(super) fn address(&self) -> Option<IpAddr> {
        self.address
    }

    pub(super) fn environment(&self) -> Option<&'a str> {
        self.environment
    }

    /// The one value of an attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<&'a str> {
        let mut values = self.attributes.iter().filter(|(own, _)| *own == name);
        let (_, value) = values.next()?;
        (!value.is_empty() && values.all(|(_, other)| other == value)).then_some(*value)
    }
}
