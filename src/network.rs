//! A network by its first address and the length of its prefix (RFC 4632 §3.1, RFC 4291 §2.3).

use core::{
    cmp::Ordering,
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

const V4_BITS: u32 = 32;
const V6_BITS: u32 = 128;
/// Bits that all IPv4 addresses mapped into IPv6 have in common (RFC 4291 §2.5.5.2).
const MAPPED_BITS: u32 = 96;

/// A network. It has the addresses whose first bits are those of its own. The order is that of the
/// first addresses, IPv4 before IPv6, and the wider network before those in it.
// INVARIANT: no bit of `first` is set after the first `len`; an IPv4 network is never `V6`.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) enum Network {
    V4 { first: u32, len: u32 },
    V6 { first: u128, len: u32 },
}

impl Network {
    /// Reads an address, or an address, a slash and a length.
    pub(crate) fn parse(text: &str) -> Result<Self, Fault> {
        let (address, len) = match text.split_once('/') {
            Some((address, len)) => (address, Some(length(len).ok_or(Fault::Malformed)?)),
            None => (text, None),
        };
        let network = match address.parse().map_err(|_| Fault::Malformed)? {
            IpAddr::V4(address) => Self::v4(address, len.unwrap_or(V4_BITS)),
            IpAddr::V6(address) => Self::v6(address, len.unwrap_or(V6_BITS)),
        };
        let network = network.ok_or(Fault::Malformed)?;
        if network.masked() != network {
            return Err(Fault::HostBits);
        }
        match network {
            Self::V4 { len: 0, .. } | Self::V6 { len: 0, .. } => Err(Fault::Everybody),
            network => Ok(network),
        }
    }

    fn v4(address: Ipv4Addr, len: u32) -> Option<Self> {
        let first = address.to_bits();
        (len <= V4_BITS).then_some(Self::V4 { first, len })
    }

    fn v6(address: Ipv6Addr, len: u32) -> Option<Self> {
        if let (Some(mapped), Some(len)) = (address.to_ipv4_mapped(), len.checked_sub(MAPPED_BITS))
        {
            return Self::v4(mapped, len);
        }
        let first = address.to_bits();
        (len <= V6_BITS).then_some(Self::V6 { first, len })
    }

    fn masked(self) -> Self {
        match self {
            Self::V4 { first, len } => Self::V4 {
                first: v4_prefix(first, len),
                len,
            },
            Self::V6 { first, len } => Self::V6 {
                first: v6_prefix(first, len),
                len,
            },
        }
    }

    /// Whether every address of another network is in it.
    pub(crate) fn covers(self, other: Self) -> bool {
        match (self, other) {
            (Self::V4 { first, len }, Self::V4 { first: at, len: l }) => {
                len <= l && v4_prefix(at, len) == first
            }
            (Self::V6 { first, len }, Self::V6 { first: at, len: l }) => {
                len <= l && v6_prefix(at, len) == first
            }
            _ => false,
        }
    }

    /// The network of twice the size that it is one half of; None where that has every address.
    pub(crate) fn parent(self) -> Option<Self> {
        let parent = match self {
            Self::V4 { first, len } => Self::V4 {
                first,
                len: len.checked_sub(1).filter(|len| *len > 0)?,
            },
            Self::V6 { first, len } => Self::V6 {
                first,
                len: len.checked_sub(1).filter(|len| *len > 0)?,
            },
        };
        Some(parent.masked())
    }

    /// Where its addresses lie beside one: equal where they have it among them. Of networks that
    /// have no address in common, in their order, this is ascending.
    pub(crate) fn beside(self, address: IpAddr) -> Ordering {
        if self.contains(address) {
            return Ordering::Equal;
        }
        let first = match self {
            Self::V4 { first, .. } => IpAddr::V4(Ipv4Addr::from_bits(first)),
            Self::V6 { first, .. } => IpAddr::V6(Ipv6Addr::from_bits(first)),
        };
        first.cmp(&address)
    }

    /// Whether an address is in it. Addresses mapped into IPv6 are to be folded before.
    pub(crate) fn contains(self, address: IpAddr) -> bool {
        match (self, address) {
            (Self::V4 { first, len }, IpAddr::V4(address)) => {
                v4_prefix(address.to_bits(), len) == first
            }
            (Self::V6 { first, len }, IpAddr::V6(address)) => {
                v6_prefix(address.to_bits(), len) == first
            }
            _ => false,
        }
    }
}

/// The first `len` bits, the others zero.
fn v4_prefix(bits: u32, len: u32) -> u32 {
    let mask = u32::MAX.checked_shl(V4_BITS.saturating_sub(len));
    bits & mask.unwrap_or(0)
}

fn v6_prefix(bits: u128, len: u32) -> u128 {
    let mask = u128::MAX.checked_shl(V6_BITS.saturating_sub(len));
    bits & mask.unwrap_or(0)
}

/// One spelling for each number: no sign, no zero before it.
fn length(text: &str) -> Option<u32> {
    let number: u32 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// Why a text is no network.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Fault {
    /// Neither an address nor an address, a slash and a length.
    Malformed,
    /// A bit is set after the prefix.
    HostBits,
    /// Every address is in it.
    Everybody,
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::V4 { first, len } => write!(f, "{}/{len}", Ipv4Addr::from_bits(*first)),
            Self::V6 { first, len } => write!(f, "{}/{len}", Ipv6Addr::from_bits(*first)),
        }
    }
}
