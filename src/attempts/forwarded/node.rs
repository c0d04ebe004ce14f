//! The address at one hop, as each of the two headers writes it.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{
    Problem,
    element::{find_for, trim},
};

/// Which header it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Form {
    XForwardedFor,
    Forwarded,
}

impl Form {
    /// The address in one element, folded to IPv4 where it is mapped into IPv6.
    pub(super) fn address(self, element: &[u8]) -> Result<IpAddr, Problem> {
        let address = match self {
            Self::XForwardedFor => self.node(trim(element))?,
            Self::Forwarded => self.node(&find_for(element)?)?,
        };
        let address = address.to_canonical();
        if address.is_unspecified() {
            return Err(Problem::Unspecified);
        }
        Ok(address)
    }

    /// `nodename [ ":" node-port ]` (RFC 7239 §6).
    fn node(self, node: &[u8]) -> Result<IpAddr, Problem> {
        let node = core::str::from_utf8(node).map_err(|_| Problem::NotAnAddress)?;
        if node.is_empty() {
            return Err(Problem::Empty);
        }
        if let Some(bracketed) = node.strip_prefix('[') {
            let (address, port) = bracketed.split_once(']').ok_or(Problem::NotAnAddress)?;
            self.check_port(port)?;
            return v6(address);
        }
        if self == Self::XForwardedFor && node.matches(':').count() > 1 {
            return v6(node);
        }
        let end = node.find(':').unwrap_or(node.len());
        let (name, port) = node.split_at_checked(end).ok_or(Problem::NotAnAddress)?;
        let address = v4(name)?;
        self.check_port(port)?;
        Ok(address)
    }

    /// Nothing, or a colon and a port. A number has one to five digits.
    fn check_port(self, text: &str) -> Result<(), Problem> {
        if text.is_empty() {
            return Ok(());
        }
        let port = text.strip_prefix(':').ok_or(Problem::NotAnAddress)?;
        let is_number = (1..=5).contains(&port.len())
            && port.bytes().all(|byte| byte.is_ascii_digit())
            && port.parse::<u16>().is_ok();
        let is_hidden = self == Self::Forwarded && is_obfuscated(port);
        (is_number || is_hidden).then_some(()).ok_or(Problem::Port)
    }
}

fn v4(name: &str) -> Result<IpAddr, Problem> {
    if name.eq_ignore_ascii_case("unknown") {
        return Err(Problem::Unknown);
    }
    if is_obfuscated(name) {
        return Err(Problem::Obfuscated);
    }
    let address: Result<Ipv4Addr, _> = name.parse();
    address.map(IpAddr::V4).map_err(|_| Problem::NotAnAddress)
}

fn v6(text: &str) -> Result<IpAddr, Problem> {
    if text.contains('%') {
        return Err(Problem::Zone);
    }
    let address: Result<Ipv6Addr, _> = text.parse();
    address.map(IpAddr::V6).map_err(|_| Problem::NotAnAddress)
}

/// An underscore, then letters, digits, dots, underscores and dashes, at least one (RFC 7239 §6.3).
fn is_obfuscated(text: &str) -> bool {
    let Some(name) = text.strip_prefix('_') else {
        return false;
    };
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    !name.is_empty() && name.bytes().all(is_part)
}
