//! `X-Forwarded-For` and `Forwarded` of any bytes: the client is an address that stands there, or
//! the peer; one more trusted hop on the right changes nothing but the number of a hop, and nothing
//! on the left of the client changes anything.
//!
//! The first byte of the input chooses the header. Then come its field lines, one a line; after a
//! byte 0x00, what somebody wrote on the left of them.
#![no_main]

use std::{net::IpAddr, sync::LazyLock};

use libfuzzer_sys::fuzz_target;
use portcullis::attempts::forwarded::{Error, TrustedProxies};

static PROXIES: LazyLock<TrustedProxies> = LazyLock::new(|| {
    TrustedProxies::parse(["10.0.0.0/8", "2001:db8:ffff::/48"]).expect("networks")
});
const PEER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1));

#[derive(Clone, Copy)]
enum Header {
    XForwardedFor,
    Forwarded,
}

impl Header {
    fn client(self, lines: &[Vec<u8>]) -> Result<IpAddr, Error> {
        match self {
            Self::XForwardedFor => PROXIES.client_x_forwarded_for(PEER, lines),
            Self::Forwarded => PROXIES.client_forwarded(PEER, lines),
        }
    }

    fn trusted_hop(self) -> &'static [u8] {
        match self {
            Self::XForwardedFor => b" 10.0.0.2:80",
            Self::Forwarded => b" by=\"_a,\\\"b\";for=\"[2001:db8:ffff::2]\"",
        }
    }
}

fn is_trusted(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.octets()[0] == 10,
        IpAddr::V6(address) => address.segments()[..3] == [0x2001, 0xdb8, 0xffff],
    }
}

/// Whether an address is written somewhere: in a run of the characters of addresses, as a whole or
/// before the colon of a port. What is escaped in a string is taken as it is meant.
fn stands_in(lines: &[Vec<u8>], address: IpAddr) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
    let is = |text: &[u8]| {
        let text = core::str::from_utf8(text).unwrap_or_default();
        let parsed: Option<IpAddr> = text.parse().ok();
        parsed.is_some_and(|parsed| parsed.to_canonical() == address)
    };
    lines.iter().any(|line| {
        let line: Vec<u8> = line.iter().copied().filter(|byte| *byte != b'\\').collect();
        line.split(|byte| !is_part(byte)).any(|run| {
            let colon = run.iter().rposition(|byte| *byte == b':');
            is(run) || colon.is_some_and(|colon| is(&run[..colon]))
        })
    })
}

fn with_left(lines: &[Vec<u8>], left: &[u8]) -> [Vec<Vec<u8>>; 2] {
    let own_line = [&[left.to_vec()], lines].concat();
    let mut joined = lines.to_vec();
    if let Some(first) = joined.first_mut() {
        *first = [left, b",", first].concat();
    }
    [own_line, joined]
}

fn with_hop(lines: &[Vec<u8>], hop: &[u8]) -> [Vec<Vec<u8>>; 2] {
    let own_line = [lines, &[hop.to_vec()]].concat();
    let mut joined = lines.to_vec();
    if let Some(last) = joined.last_mut() {
        *last = [last, b",".as_slice(), hop].concat();
    }
    [own_line, joined]
}

fuzz_target!(|data: &[u8]| {
    let Some((kind, rest)) = data.split_first() else {
        return;
    };
    let header = match kind % 2 {
        0 => Header::XForwardedFor,
        _ => Header::Forwarded,
    };
    let mut parts = rest.splitn(2, |byte| *byte == 0);
    let lines = parts.next().unwrap_or_default();
    let lines: Vec<Vec<u8>> = lines
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect();
    let left = parts.next().unwrap_or_default();

    let client = header.client(&lines);
    if let Ok(address) = client {
        assert!(address == PEER || stands_in(&lines, address));
        assert_eq!(address, address.to_canonical());
        if !is_trusted(address) {
            for lines in with_left(&lines, left) {
                assert_eq!(header.client(&lines), client);
            }
        }
    }
    let expected = match client {
        Err(Error::TooLong | Error::TooManyHops) => return,
        Err(Error::Hop { hop, problem }) => Err(Error::Hop {
            hop: hop + 1,
            problem,
        }),
        client => client,
    };
    for lines in with_hop(&lines, header.trusted_hop()) {
        match header.client(&lines) {
            Err(Error::TooLong | Error::TooManyHops) => {}
            moved => assert_eq!(moved, expected),
        }
    }
});
