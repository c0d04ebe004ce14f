//! The part of an address that one client cannot easily change.

use core::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use super::Error;

/// The bits of an IPv4 address: one client has one, or shares it.
const V4_LEN: u8 = 32;
/// What one client has of IPv6, at the least: a subnet's prefix is 64 bits (RFC 4291 §2.5.4), and a
/// host takes any address in it (RFC 8981).
const V6_LEN: u8 = 64;
/// The shortest prefixes: what is wider is no longer anybody's in particular.
const V4_SHORTEST: u8 = 8;
const V6_SHORTEST: u8 = 16;

/// Addresses that begin alike: what attempts from one place are counted by.
///
/// Prints as `192.0.2.7` or `2001:db8::/64`.
///
/// An IPv4 address that is written as IPv6 (`::ffff:192.0.2.7`, RFC 4291 §2.5.5.2) is the IPv4
/// address: a socket that takes both writes all of them so, and they would share one /64. Other
/// embeddings (6to4, NAT64) are not undone.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Prefix {
    /// With zeros past the prefix.
    address: IpAddr,
    len: u8,
}

impl Prefix {
    /// The prefix that stands for one client: all 32 bits of IPv4, 64 of IPv6.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        Self::cut(address, V4_LEN, V6_LEN)
    }

    /// The first `v4_len` bits of an IPv4 address, 8 to 32, or the first `v6_len` of an IPv6 address,
    /// 16 to 128. Many providers give one customer 56 or 48.
    ///
    /// # Errors
    ///
    /// [`Error::PrefixLength`] outside those ranges, whichever address it is.
    pub fn with_lengths(address: IpAddr, v4_len: u8, v6_len: u8) -> Result<Self, Error> {
        if !(V4_SHORTEST..=32).contains(&v4_len) || !(V6_SHORTEST..=128).contains(&v6_len) {
            return Err(Error::PrefixLength);
        }
        Ok(Self::cut(address, v4_len, v6_len))
    }

    /// The first address of the prefix.
    #[must_use]
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// The bits that count.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "a prefix is no collection")]
    pub fn len(&self) -> u8 {
        self.len
    }

    fn cut(address: IpAddr, v4_len: u8, v6_len: u8) -> Self {
        match address.to_canonical() {
            IpAddr::V4(v4) => {
                let past = u32::MAX.checked_shr(v4_len.into()).unwrap_or(0);
                Self {
                    address: Ipv4Addr::from_bits(v4.to_bits() & !past).into(),
                    len: v4_len,
                }
            }
            IpAddr::V6(v6) => {
                let past = u128::MAX.checked_shr(v6_len.into()).unwrap_or(0);
                Self {
                    address: Ipv6Addr::from_bits(v6.to_bits() & !past).into(),
                    len: v6_len,
                }
            }
        }
    }

    /// The address's bytes, four or sixteen, and the length.
    pub(super) fn to_bytes(self) -> Vec<u8> {
        let mut bytes = match self.address {
            IpAddr::V4(v4) => v4.octets().to_vec(),
            IpAddr::V6(v6) => v6.octets().to_vec(),
        };
        bytes.push(self.len);
        bytes
    }
}

impl From<IpAddr> for Prefix {
    fn from(address: IpAddr) -> Self {
        Self::of(address)
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.address, self.len) {
            (IpAddr::V4(v4), V4_LEN) => write!(f, "{v4}"),
            (address, len) => write!(f, "{address}/{len}"),
        }
    }
}

/// The text of [`Display`](fmt::Display).
#[cfg(feature = "serde")]
impl serde::Serialize for Prefix {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
