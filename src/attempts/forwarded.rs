//! Finds the client's address behind the proxies that one runs oneself.
//!
//! Behind a proxy the peer of the TCP connection is the proxy, and the client stands in a header to
//! which each proxy on the way adds the address it was called from, at the right end. Whatever came
//! with the request stands left of that, so the header is true from the right end up to the first
//! address that is not one's own proxy, and no further: that address is the client.
//!
//! [`TrustedProxies`] is the list of one's own proxies, as networks. The client is found by one
//! header, X-Forwarded-For ([`TrustedProxies::client_x_forwarded_for`]) or Forwarded
//! ([`TrustedProxies::client_forwarded`], RFC 7239): the one that the proxies write. An application
//! chooses it once. A header that the proxies do not write comes from the client as it is.
//!
//! | The peer | The header, right to left | The client |
//! |---|---|---|
//! | is not trusted | is not looked at | the peer |
//! | is trusted | there is none | the peer |
//! | is trusted | trusted addresses, then another | that one |
//! | is trusted | trusted addresses only | the leftmost |
//!
//! # What this does not do
//!
//! It does not know which proxies there are: a network in the list in which others have machines
//! lets them choose their address. It does not read X-Real-IP, True-Client-IP and the like, which
//! say nothing about who wrote them. It does not resolve names. An address is no person: many stand
//! behind one, and one may have many; of IPv6 the first 64 bits are what an attacker cannot change
//! at will, which is what [`Key::address`](super::Key::address) counts by.
//!
//! # Security
//!
//! The threat is a client that chooses its own address: for each guess another one, or the one of
//! somebody else. What is looked at is read strictly, and anything unclear there is an [`Error`] that
//! says at which hop, never a guess: a trusted proxy wrote it, so it is a matter of configuration.
//! What stands left of the client is not looked at: it changes no answer and costs nothing. Field
//! lines are joined in order (RFC 9110 §5.3), but no quoted string goes from one into the next.
//!
//! # Example
//!
//! ```
//! use portcullis::attempts::{Key, forwarded::TrustedProxies};
//!
//! let proxies = TrustedProxies::parse(["10.0.0.0/8", "2001:db8:ffff::/48"])?;
//! let peer = "10.0.0.7".parse()?;
//!
//! // The client wrote "192.0.2.1"; the outer proxy added 203.0.113.9, the inner one 10.0.0.2.
//! let lines = ["192.0.2.1, 203.0.113.9, 10.0.0.2"];
//! assert_eq!(proxies.client_x_forwarded_for(peer, lines)?.to_string(), "203.0.113.9");
//!
//! let lines = [r#"for=192.0.2.1, for="[2001:db8::9]:4711";proto=https"#];
//! let client = proxies.client_forwarded(peer, lines)?;
//! assert_eq!(Key::address(client).to_string(), "address 2001:db8::/64"); // to count by
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod element;
mod node;

use core::{fmt, net::IpAddr};

use self::node::Form;
use crate::network::{Fault, Network};

/// Networks in a list: the largest public ones of a content delivery network have some hundreds.
const MAX_NETWORKS: usize = 1024;
/// Hops that are looked at: more proxies than stand in a row anywhere.
const MAX_HOPS: u32 = 32;
/// Bytes that are looked at: what common servers admit for all headers together.
const MAX_LEN: usize = 8 * 1024;

/// The proxies whose word is taken for where a request came from: a list of networks.
///
/// Make it once and share it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct TrustedProxies {
    networks: Vec<Network>,
}

impl TrustedProxies {
    /// No proxies: the client is the peer, whatever the headers say.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Reads a list of networks: `10.0.0.0/8`, `2001:db8::/32`, or one address, `192.0.2.7`. At most
    /// 1,024. A network of addresses that are IPv4 mapped into IPv6 (`::ffff:10.0.0.0/104`) is the
    /// IPv4 network.
    ///
    /// # Errors
    ///
    /// [`Error::Network`] for anything else, [`Error::HostBits`] for a network in which a bit is set
    /// after the prefix, [`Error::Everybody`] for `0.0.0.0/0` and `::/0`,
    /// [`Error::TooManyNetworks`].
    pub fn parse(networks: impl IntoIterator<Item: AsRef<str>>) -> Result<Self, Error> {
        let mut parsed = Vec::new();
        for (position, network) in (1..).zip(networks) {
            if position > MAX_NETWORKS {
                return Err(Error::TooManyNetworks);
            }
            let network = Network::parse(network.as_ref());
            parsed.push(network.map_err(|fault| Error::of(fault, position))?);
        }
        Ok(Self { networks: parsed })
    }

    /// The client by X-Forwarded-For: addresses between commas.
    ///
    /// `peer` is the address of the other end of the TCP connection; `lines` are the values of all
    /// field lines of that name, in the order in which they came. An address may have a port after
    /// it (`192.0.2.7:4711`, `[2001:db8::7]:4711`), and IPv6 may stand in brackets. Without brackets
    /// the last group of an IPv6 address is never a port. The answer has IPv4 mapped into IPv6 as
    /// IPv4.
    ///
    /// # Errors
    ///
    /// [`Error::Hop`] for a hop that is not such an address; [`Error::TooLong`] and
    /// [`Error::TooManyHops`] when the client is not among the last 8 KiB and 32 hops.
    pub fn client_x_forwarded_for(
        &self,
        peer: IpAddr,
        lines: impl IntoIterator<Item: AsRef<[u8]>, IntoIter: DoubleEndedIterator>,
    ) -> Result<IpAddr, Error> {
        self.client(peer, lines, Form::XForwardedFor)
    }

    /// The client by Forwarded (RFC 7239): elements between commas, in each the parameter `for`.
    ///
    /// As [`TrustedProxies::client_x_forwarded_for`], but IPv6 stands in brackets and, as an address
    /// with a port does, in quotation marks (RFC 7239 §6). A port may be hidden (`:_https`). Spaces
    /// around a semicolon are let pass, as they are around a comma.
    ///
    /// # Errors
    ///
    /// The same; [`Error::Hop`] also for an element that is not by the grammar of RFC 7239 §4.
    pub fn client_forwarded(
        &self,
        peer: IpAddr,
        lines: impl IntoIterator<Item: AsRef<[u8]>, IntoIter: DoubleEndedIterator>,
    ) -> Result<IpAddr, Error> {
        self.client(peer, lines, Form::Forwarded)
    }

    fn client(
        &self,
        peer: IpAddr,
        lines: impl IntoIterator<Item: AsRef<[u8]>, IntoIter: DoubleEndedIterator>,
        form: Form,
    ) -> Result<IpAddr, Error> {
        let mut client = peer.to_canonical();
        if !self.trusts(client) {
            return Ok(client);
        }
        let (mut hop, mut left) = (0_u32, MAX_LEN);
        for line in lines.into_iter().rev() {
            let mut rest = Some(line.as_ref());
            while let Some(text) = rest {
                hop = hop.saturating_add(1);
                if hop > MAX_HOPS {
                    return Err(Error::TooManyHops);
                }
                let (before, element) = last_element(text, form, left)?;
                // a comma or the beginning of a line counts, too
                left = left.saturating_sub(element.len()).saturating_sub(1);
                let address = form.address(element);
                client = address.map_err(|problem| Error::Hop { hop, problem })?;
                if !self.trusts(client) {
                    return Ok(client);
                }
                rest = before;
            }
        }
        Ok(client)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.networks
            .iter()
            .any(|network| network.contains(address))
    }
}

/// What stands before the last comma between elements, and the element after it. None of the bytes
/// before the last `left` are looked at.
fn last_element(text: &[u8], form: Form, left: usize) -> Result<(Option<&[u8]>, &[u8]), Error> {
    let unseen = text.len().saturating_sub(left);
    let (before, seen) = text.split_at_checked(unseen).ok_or(Error::TooLong)?;
    let comma = match form {
        Form::XForwardedFor => seen.iter().rposition(|byte| *byte == b','),
        Form::Forwarded => element::last_comma(seen),
    };
    match comma {
        Some(comma) => {
            let split = unseen.saturating_add(comma);
            let element = seen.get(comma.saturating_add(1)..);
            Ok((text.get(..split), element.ok_or(Error::TooLong)?))
        }
        None if before.is_empty() => Ok((None, seen)),
        None => Err(Error::TooLong),
    }
}

/// Why the client is not known, or a list of networks was not read. Nothing of a header is in it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Neither an address nor a network.
    #[error("network {position} is neither an address nor an address, a slash and a length")]
    Network {
        /// Its place in the list, from 1.
        position: usize,
    },
    /// A network in which a bit is set after the prefix: is it the network that was meant, or one
    /// address in it?
    #[error("network {position} has bits set after its prefix")]
    HostBits {
        /// Its place in the list, from 1.
        position: usize,
    },
    /// A network of all addresses: every client would choose its own address.
    #[error("network {position} has every address in it")]
    Everybody {
        /// Its place in the list, from 1.
        position: usize,
    },
    /// More than 1,024 networks.
    #[error("more than 1024 networks")]
    TooManyNetworks,
    /// A hop whose address is not known; what a trusted proxy wrote.
    #[error("hop {hop} from the right {problem}")]
    Hop {
        /// Which, from 1 at the right end of the last field line.
        hop: u32,
        /// What is wrong with it.
        problem: Problem,
    },
    /// The last 32 hops are trusted proxies, and there is more.
    #[error("more than 32 trusted hops")]
    TooManyHops,
    /// The client does not stand in the last 8 KiB.
    #[error("no client in the last 8192 bytes")]
    TooLong,
}

impl Error {
    fn of(fault: Fault, position: usize) -> Self {
        match fault {
            Fault::Malformed => Self::Network { position },
            Fault::HostBits => Self::HostBits { position },
            Fault::Everybody => Self::Everybody { position },
        }
    }
}

/// What is wrong with a hop.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Problem {
    /// There is nothing between two commas, or in a line.
    Empty,
    /// It is no address.
    NotAnAddress,
    /// It has a port that is none.
    Port,
    /// It has a zone (`%eth0`), which means something on one machine only (RFC 4007 §11).
    Zone,
    /// It is 0.0.0.0 or ::, which nobody has.
    Unspecified,
    /// It says `unknown` (RFC 7239 §6.2).
    Unknown,
    /// It is hidden by a name that begins with an underscore (RFC 7239 §6.3).
    Obfuscated,
    /// The element is not by the grammar of RFC 7239 §4, or has more than 16 parameters.
    Grammar,
    /// The element has a parameter twice.
    Twice,
    /// The element has no `for`.
    NoFor,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "is empty",
            Self::NotAnAddress => "is not an address",
            Self::Port => "has a port that is not a number up to 65535",
            Self::Zone => "has a zone",
            Self::Unspecified => "is the unspecified address",
            Self::Unknown => "is unknown",
            Self::Obfuscated => "is hidden by a name",
            Self::Grammar => "is not an element of at most 16 parameters",
            Self::Twice => "has a parameter twice",
            Self::NoFor => "does not say for whom it is",
        })
    }
}
