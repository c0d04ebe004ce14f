//! The client behind proxies is the first address from the right that is not one of theirs.
#![cfg(feature = "attempts")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests stop at what they did not expect"
)]

use std::{collections::HashSet, net::IpAddr};

use portcullis::{
    Timestamp,
    attempts::{
        Attempts, Begin, Key, Policy, Verdict,
        forwarded::{
            Error,
            Problem::{self, *},
            TrustedProxies,
        },
    },
    store::Memory,
};
use proptest::prelude::*;

const VECTORS: &str = include_str!("vectors/attempts/forwarded.txt");
/// The proxy that the connection comes from, which is trusted.
const PEER: &str = "10.0.0.1";

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn proxies() -> TrustedProxies {
    TrustedProxies::parse(["10.0.0.0/8", "2001:db8:ffff::/48"]).unwrap()
}

fn x(lines: &[&str]) -> Result<IpAddr, Error> {
    proxies().client_x_forwarded_for(ip(PEER), lines)
}

fn f(lines: &[&str]) -> Result<IpAddr, Error> {
    proxies().client_forwarded(ip(PEER), lines)
}

fn at<T>(hop: u32, problem: Problem) -> Result<T, Error> {
    Err(Error::Hop { hop, problem })
}

/// AT-07: RFC 7239, nginx, proxy-addr, realclientip-go, Rails, forwarded-parse, Envoy.
#[test]
fn agrees_with_the_rfc_and_with_what_others_test() {
    let mut seen = 0;
    for line in VECTORS.lines() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let fields: Vec<&str> = line.split(" | ").map(|field| field.trim()).collect();
        let (networks, lines) = match fields.len() {
            5 | 6 => (fields[1].split_whitespace(), fields[3].split(" || ")),
            _ => panic!("{line}"),
        };
        let networks = networks.filter(|network| *network != "none");
        let proxies = TrustedProxies::parse(networks).unwrap();
        let lines: Vec<&str> = lines.collect();
        let client = match fields[0] {
            "x" => proxies.client_x_forwarded_for(ip(fields[2]), &lines),
            "f" => proxies.client_forwarded(ip(fields[2]), &lines),
            other => panic!("{other}"),
        };
        let answer = match client {
            Ok(client) => client.to_string(),
            Err(Error::Hop { hop, problem }) => format!("{hop} {problem:?}"),
            Err(error) => panic!("{error}: {line}"),
        };
        assert_eq!(answer, fields[4], "{line}");
        seen += 1;
    }
    assert_eq!(seen, 118);
}

/// AT-07: a header that an untrusted peer sends says nothing, and cannot fail.
#[test]
fn a_peer_that_is_not_trusted_is_the_client() {
    for lines in [
        &["198.51.100.7"][..],
        &["10.0.0.2"],
        &["\"", ""],
        &["for=unknown"],
    ] {
        for peer in ["192.0.2.1", "::ffff:192.0.2.1"] {
            let x = proxies().client_x_forwarded_for(ip(peer), lines);
            let f = proxies().client_forwarded(ip(peer), lines);
            assert_eq!((x, f), (Ok(ip("192.0.2.1")), Ok(ip("192.0.2.1"))));
        }
    }
    let none = TrustedProxies::none();
    let client = none.client_x_forwarded_for(ip(PEER), ["198.51.100.7"]);
    assert_eq!(client, Ok(ip(PEER)));
}

/// AT-07
#[test]
fn a_trusted_peer_without_a_header_is_the_client() {
    assert_eq!(x(&[]), Ok(ip(PEER)));
    assert_eq!(f(&[]), Ok(ip(PEER)));
    let mapped = proxies().client_forwarded(ip("::ffff:10.0.0.1"), [""; 0]);
    assert_eq!(mapped, Ok(ip(PEER)));
}

/// AT-07: an attacker writes what he likes on the left of the address that the proxy adds.
#[test]
fn what_stands_left_of_the_client_changes_nothing() {
    let long = "a".repeat(1 << 20);
    let many = "10.0.0.1,".repeat(10_000);
    let strings = "\"\\\"".repeat(10_000);
    for left in [
        "",
        ",",
        "unknown",
        "10.0.0.9",
        "\"",
        "for=\"",
        "for=\"\\",
        "x=\"a\",b=\"\\\\",
        "\u{1F600}",
        &long,
        &many,
        &strings,
    ] {
        let joined = format!("{left}, 192.0.2.7, 10.0.0.2");
        assert_eq!(x(&[&joined]), Ok(ip("192.0.2.7")));
        assert_eq!(x(&[left, "192.0.2.7", "10.0.0.2"]), Ok(ip("192.0.2.7")));
        let joined = format!("{left}, for=\"[2001:db8::7]:80\";by=\"_a,\\\"b\", for=10.0.0.2");
        assert_eq!(f(&[&joined]), Ok(ip("2001:db8::7")));
        let lines = [left, "for=\"[2001:db8::7]\"", "for=10.0.0.2"];
        assert_eq!(f(&lines), Ok(ip("2001:db8::7")));
    }
}

/// AT-07: a string that is open at the end of a line is not closed by the next one.
#[test]
fn a_quoted_string_does_not_go_from_one_line_into_the_next() {
    let lines = ["for=192.0.2.1;x=\"", "for=10.0.0.2;y=\"a\""];
    assert_eq!(f(&lines), at(2, Grammar));
    assert_eq!(
        f(&["for=192.0.2.1;x=\"", "\";for=10.0.0.2"]),
        at(1, Grammar)
    );
}

/// AT-07: commas, semicolons, marks and backslashes in a string are text.
#[test]
fn a_quoted_string_holds_whatever_is_escaped_in_it() {
    for string in [
        r#"a,for=6.6.6.6"#,
        r#"a;for=6.6.6.6"#,
        r#"\",for=6.6.6.6,x=\""#,
        r#"\\"#,
        r#"\\\""#,
        r#"a\\\",for=6.6.6.6;\\"#,
        r#"\,\;\="#,
        "",
        "\t \u{e9}",
    ] {
        for element in [
            format!("for=192.0.2.7;x=\"{string}\""),
            format!("x=\"{string}\";for=192.0.2.7"),
        ] {
            assert_eq!(f(&[&element]), Ok(ip("192.0.2.7")), "{element}");
            let trusted = element.replace("192.0.2.7", "10.0.0.3");
            let two = format!("for=192.0.2.8,{trusted}");
            assert_eq!(f(&[&two]), Ok(ip("192.0.2.8")), "{two}");
        }
    }
}

/// AT-07
#[test]
fn a_string_ends_where_it_ends_and_holds_text_alone() {
    for element in [
        "for=192.0.2.7;x=\"a\\\"",
        "for=192.0.2.7;x=\"a\\\\\"\"",
        "for=192.0.2.7;x=\"a\nb\"",
        "for=192.0.2.7;x=\"a\\\u{7f}\"",
        "for=192.0.2.7;x=\"a\u{0}\"",
        "for=192.0.2.7;x=\"a\"b",
        "for=192.0.2.7;x=a\"b\"",
        "for=192.0.2.7;x",
        "for=192.0.2.7;x=",
        "for=192.0.2.7;x\"a\"",
        "for\"192.0.2.7\"",
        "for=192.0.2.7;=x",
        "for=192.0.2.7 x=y",
        "\nfor=192.0.2.7",
    ] {
        assert_eq!(f(&[element]), at(1, Grammar), "{element:?}");
    }
}

/// AT-07: whatever is unclear at a hop that is looked at is an error that says which.
#[test]
fn what_is_no_address_is_refused_at_its_hop() {
    for (hop, problem) in [
        ("", Empty),
        (" \t", Empty),
        ("unknown", Unknown),
        ("Unknown", Unknown),
        ("unknown:80", Unknown),
        ("_x", Obfuscated),
        ("_", NotAnAddress),
        ("_x!", NotAnAddress),
        ("192.0.2.7:", Port),
        ("192.0.2.7:65536", Port),
        ("192.0.2.7:+80", Port),
        ("192.0.2.7:000080", Port),
        ("192.0.2.7:_p", Port),
        ("[2001:db8::7]:", Port),
        ("[2001:db8::7]80", NotAnAddress),
        ("[2001:db8::7", NotAnAddress),
        ("2001:db8::7]", NotAnAddress),
        ("[192.0.2.7]", NotAnAddress),
        ("[2001:db8::7%1]:80", Zone),
        ("fe80::1%eth0", Zone),
        ("192.0.2.07", NotAnAddress),
        ("192.0.2", NotAnAddress),
        ("3221226247", NotAnAddress),
        ("0xC0000207", NotAnAddress),
        ("192.0.2.7/32", NotAnAddress),
        ("\"192.0.2.7\"", NotAnAddress),
        ("192.0.2.7 192.0.2.8", NotAnAddress),
        ("192.0.2.7\u{a0}", NotAnAddress),
        ("\n192.0.2.7", NotAnAddress),
        ("0.0.0.0", Unspecified),
        ("[::]:80", Unspecified),
        ("::ffff:0.0.0.0", Unspecified),
    ] {
        assert_eq!(x(&[hop]), at(1, problem), "{hop:?}");
        let lines = ["198.51.100.1", &format!("{hop},10.0.0.2"), "10.0.0.3"];
        assert_eq!(x(&lines), at(3, problem), "{hop:?}");
    }
    assert_eq!(x(&["192.0.2.7,"]), at(1, Empty));
    assert_eq!(f(&["for=192.0.2.7,"]), at(1, Empty));
    assert_eq!(f(&["for=\"\""]), at(1, Empty));
    assert_eq!(f(&["proto=http"]), at(1, NoFor));
    assert_eq!(f(&[";"]), at(1, NoFor));
    assert_eq!(f(&["for=192.0.2.7;FOR=192.0.2.7"]), at(1, Twice));
    assert_eq!(f(&["for=192.0.2.7;by=_a;By=_b"]), at(1, Twice));
    assert_eq!(f(&["for=\"192.0.2.7:65536\""]), at(1, Port));
    assert_eq!(f(&["for=\"192.0.2.7:_\""]), at(1, Port));
    assert_eq!(f(&["for=\"2001:db8::7\""]), at(1, NotAnAddress));
    let bytes = proxies().client_x_forwarded_for(ip(PEER), [b"192.0.2.7\xff"]);
    assert_eq!(bytes, at(1, NotAnAddress));
}

/// AT-07
#[test]
fn a_port_and_brackets_are_let_pass() {
    for hop in [
        "192.0.2.7",
        "192.0.2.7:0",
        "192.0.2.7:65535",
        "\t192.0.2.7 ",
        "[::ffff:192.0.2.7]:1",
    ] {
        assert_eq!(x(&[hop]), Ok(ip("192.0.2.7")), "{hop}");
    }
    for hop in [
        "2001:db8::7",
        "[2001:db8::7]",
        "[2001:db8::7]:80",
        "2001:DB8:0::0007",
    ] {
        assert_eq!(x(&[hop]), Ok(ip("2001:db8::7")), "{hop}");
    }
    for hop in [
        "192.0.2.7",
        "\"192.0.2.7\"",
        "\"192.0.2.7:80\"",
        "\"192.0.2.7:_p.-_1\"",
        "\"\\1\\92.0.2.7\"",
        "192.0.2.7;;",
    ] {
        assert_eq!(f(&[&format!("for={hop}")]), Ok(ip("192.0.2.7")), "{hop}");
    }
    // an address, not one with a port: only brackets could say so
    assert_eq!(x(&["2001:db8::7:80"]), Ok(ip("2001:db8::7:80")));
}

/// AT-07: the cost of a request is bounded, however long the header that a client within the trusted
/// networks sends.
#[test]
fn hops_bytes_and_parameters_are_bounded() {
    let hops = |n: usize| format!("192.0.2.7{}", ",10.0.0.2".repeat(n));
    assert_eq!(x(&[&hops(31)]), Ok(ip("192.0.2.7")));
    assert_eq!(x(&[&hops(32)]), Err(Error::TooManyHops));
    assert_eq!(x(&["10.0.0.2"; 32]), Ok(ip("10.0.0.2")));
    assert_eq!(x(&["10.0.0.2"; 33]), Err(Error::TooManyHops));

    // 8,192 bytes with the comma before it, or the beginning of the line
    let spaces = |len: usize| format!("{}192.0.2.7", " ".repeat(len - 9));
    for (len, client) in [
        (8191, Ok(ip("192.0.2.7"))),
        (8192, Ok(ip("192.0.2.7"))),
        (8193, Err(Error::TooLong)),
    ] {
        assert_eq!(x(&[&spaces(len)]), client, "{len}");
    }
    let after_comma = |len: usize| format!("junk,{}", spaces(len));
    assert_eq!(x(&[&after_comma(8191)]), Ok(ip("192.0.2.7")));
    assert_eq!(x(&[&after_comma(8192)]), Err(Error::TooLong));
    let string = |len: usize| format!("for=192.0.2.7;x=\"{}\"", "\\\"".repeat(len));
    assert_eq!(f(&[&string(4000)]), Ok(ip("192.0.2.7")));
    assert_eq!(f(&[&string(5000)]), Err(Error::TooLong));
    // the bytes of all hops together
    let half = format!("{}10.0.0.2", " ".repeat(4200));
    assert_eq!(x(&["192.0.2.7", &half]), Ok(ip("192.0.2.7")));
    assert_eq!(x(&["192.0.2.7", &half, &half]), Err(Error::TooLong));

    let parameters = |n: usize| {
        let more: String = (1..n).map(|i| format!(";p{i}=1")).collect();
        format!("for=192.0.2.7{more}")
    };
    assert_eq!(f(&[&parameters(16)]), Ok(ip("192.0.2.7")));
    assert_eq!(f(&[&parameters(17)]), at(1, Grammar));
}

/// AT-07: a list that could mean something else is no list.
#[test]
fn networks_are_read_strictly() {
    let error = |network: &str| TrustedProxies::parse(["10.0.0.0/8", network]).unwrap_err();
    for text in [
        "",
        " ",
        "10.0.0.0/",
        "/8",
        "10.0.0.0/33",
        "10.0.0.0/+8",
        "10.0.0.0/08",
        "10.0.0.0/-8",
        " 10.0.0.0/8",
        "10.0.0.0/8 ",
        "10.0.0/8",
        "10.0.0.0/8/8",
        "10.0.0.0/255.0.0.0",
        "localhost",
        "[::1]",
        "[2001:db8::]/32",
        "2001:db8::/129",
        "fe80::1%eth0",
        "fe80::%eth0/64",
        "::ffff:10.0.0.0/129",
        "10.0.0.0/4294967304",
        "010.0.0.0/8",
        "10.0.0.1:80",
    ] {
        assert_eq!(error(text), Error::Network { position: 2 }, "{text:?}");
    }
    for text in [
        "10.0.0.1/8",
        "10.0.0.0/6",
        "2001:db8::1/32",
        "2001:db8::/28",
        "::ffff:10.0.0.1/104",
        "::ffff:0:0/95",
        "1.1.1.1/0",
        "::1/0",
    ] {
        assert_eq!(error(text), Error::HostBits { position: 2 }, "{text:?}");
    }
    for text in ["0.0.0.0/0", "::/0", "::ffff:0.0.0.0/96"] {
        assert_eq!(error(text), Error::Everybody { position: 2 }, "{text:?}");
    }
    let many = |n: usize| TrustedProxies::parse(vec!["10.0.0.1"; n]).map(|_| ());
    assert_eq!(many(1024), Ok(()));
    assert_eq!(many(1025), Err(Error::TooManyNetworks));
}

/// AT-07: the first and the last address of a network, and their neighbours.
#[test]
fn a_network_ends_where_it_ends() {
    for (network, inside, outside) in [
        (
            "10.64.0.0/10",
            ["10.64.0.0", "10.127.255.255"],
            ["10.63.255.255", "10.128.0.0"],
        ),
        (
            "192.0.2.7",
            ["192.0.2.7", "::ffff:192.0.2.7"],
            ["192.0.2.6", "192.0.2.8"],
        ),
        (
            "128.0.0.0/1",
            ["128.0.0.0", "255.255.255.255"],
            ["127.255.255.255", "8000::"],
        ),
        (
            "2001:db8:40::/42",
            ["2001:db8:40::", "2001:db8:7f:ffff:ffff:ffff:ffff:ffff"],
            ["2001:db8:3f:ffff:ffff:ffff:ffff:ffff", "2001:db8:80::"],
        ),
        (
            "2001:db8::7",
            ["2001:db8::7", "2001:db8:0::7"],
            ["2001:db8::6", "2001:db8::8"],
        ),
        ("8000::/1", ["8000::", "ffff::"], ["7fff::", "128.0.0.0"]),
        (
            "::/64",
            ["::1", "::a00:1"],
            ["0:0:0:1::", "::ffff:10.0.0.1"],
        ),
        (
            "::ffff:10.0.0.0/104",
            ["10.0.0.0", "::ffff:10.255.255.255"],
            ["9.255.255.255", "::a00:1"],
        ),
    ] {
        let proxies = TrustedProxies::parse([network]).unwrap();
        let client = |peer: &str| {
            proxies
                .client_x_forwarded_for(ip(peer), ["203.0.113.5"])
                .unwrap()
        };
        for peer in inside {
            assert_eq!(client(peer), ip("203.0.113.5"), "{peer} in {network}");
        }
        for peer in outside {
            assert_eq!(
                client(peer),
                ip(peer).to_canonical(),
                "{peer} not in {network}"
            );
        }
    }
}

/// AT-07: an error says where and what, and nothing that somebody wrote.
#[test]
fn an_error_does_not_print_the_header() {
    let error = f(&["for=\"<script>\""]).unwrap_err();
    assert_eq!(error.to_string(), "hop 1 from the right is not an address");
    assert!(!format!("{error:?}").contains("script"));
    assert!(!format!("{:?}", TrustedProxies::parse(["<b>"])).contains("<b>"));
}

/// AT-07, AT-05: from the header to the count: whoever has a /64 of IPv6 has one count, and an IPv4
/// address is the same one by whichever header and in whichever form it comes.
#[test]
fn what_one_client_can_choose_is_counted_as_one() {
    let key = |client: Result<IpAddr, Error>| Key::address(client.unwrap());
    let counts = |clients: &[Key]| clients.iter().collect::<HashSet<_>>().len();
    let one_v6 = [
        key(x(&["198.51.100.1, 2001:db8:1:2::1"])),
        key(x(&["[2001:db8:1:2:ffff:ffff:ffff:ffff]:4711, 10.0.0.2"])),
        key(f(&["for=\"[2001:DB8:1:2::3]\""])),
    ];
    assert_eq!(counts(&one_v6), 1);
    let one_v4 = [
        key(x(&["203.0.113.9"])),
        key(x(&["[::ffff:203.0.113.9]:80"])),
        key(f(&["for=\"203.0.113.9:_p\""])),
        key(f(&["for=\"[::ffff:cb00:7109]\", for=10.0.0.2"])),
        Key::address(ip("203.0.113.9")),
    ];
    assert_eq!(counts(&one_v4), 1);
    let others = [
        key(x(&["2001:db8:1:3::1"])),
        key(x(&["2001:db8:1:1::1"])),
        key(x(&["203.0.113.8"])),
    ];
    assert_eq!(counts(&[&one_v6[..1], &one_v4[..1], &others].concat()), 5);

    let attempts = Attempts::new(Policy::back_office(), Memory::new(10));
    let now = Timestamp::from_secs(1_795_251_600);
    for low in 0..30 {
        let client = format!("2001:db8:1:2::{low:x}");
        let Begin::Allowed(slot) = attempts.begin(&key(x(&[&client])), now).unwrap() else {
            panic!("{client}")
        };
        let _ = attempts.settle(slot, Verdict::Failure, now).unwrap();
    }
    let next = attempts.begin(&key(x(&["2001:db8:1:2:1::"])), now).unwrap();
    assert!(matches!(next, Begin::Locked { .. }), "{next:?}");
}

/// What a hop of the property tests is: its address, whether it is trusted, what stands around it.
#[derive(Clone, Debug)]
struct Hop {
    address: IpAddr,
    before: String,
    after: String,
}

/// A trusted address, or another one.
fn addresses() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        any::<[u8; 3]>().prop_map(|[a, b, c]| IpAddr::from([10, a, b, c])),
        any::<u64>().prop_map(|low| ip("2001:db8:ffff::").bits_or(low)),
        any::<[u8; 3]>().prop_map(|[a, b, c]| IpAddr::from([203, a, b, c])),
        any::<u64>().prop_map(|low| ip("2001:db8:1::").bits_or(low)),
    ]
}

trait BitsOr {
    fn bits_or(self, low: u64) -> Self;
}

impl BitsOr for IpAddr {
    fn bits_or(self, low: u64) -> Self {
        match self {
            IpAddr::V6(address) => {
                IpAddr::from((address.to_bits() | u128::from(low)).to_be_bytes())
            }
            v4 => v4,
        }
    }
}

/// The inside of a quoted string by the grammar, full of what has a meaning elsewhere.
fn strings() -> impl Strategy<Value = String> {
    let text = prop::sample::select(vec![
        ",",
        ";",
        "=",
        " ",
        "for=6.6.6.6",
        ", for=10.0.0.9",
        "\\\\",
        "\\\"",
        "\\,",
        "a",
        "é",
    ]);
    prop::collection::vec(text, 0..6).prop_map(|parts| parts.concat())
}

/// Other parameters before and after `for`.
fn hops() -> impl Strategy<Value = Hop> {
    let parameters = |name: &'static str| {
        prop_oneof![
            Just(String::new()),
            strings().prop_map(move |s| format!("{name}=\"{s}\"")),
            Just(format!("{name}=token")),
        ]
    };
    (addresses(), parameters("by"), parameters("host")).prop_map(|(address, before, after)| Hop {
        address,
        before,
        after,
    })
}

/// An element of Forwarded for a hop.
fn element(hop: &Hop) -> String {
    let node = match hop.address {
        IpAddr::V4(address) => format!("FOR={address}"),
        IpAddr::V6(address) => format!("for=\"[{address}]:4711\""),
    };
    let parts = [hop.before.as_str(), &node, &hop.after];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(";")
}

/// Distributes elements over lines.
fn lines(elements: &[String], cuts: u64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (i, element) in elements.iter().enumerate() {
        match lines.last_mut() {
            Some(line) if cuts >> (i % 64) & 1 == 0 => *line = format!("{line}, {element}"),
            _ => lines.push(element.clone()),
        }
    }
    lines
}

/// Elements of a line read from the left: a character at a time, in or out of a string.
fn naive(line: &str) -> Vec<Vec<String>> {
    let (mut elements, mut quoted, mut escaped) = (vec![vec![String::new()]], false, false);
    for c in line.chars() {
        let parameters = elements.last_mut().unwrap();
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ',' if !quoted => {
                elements.push(vec![String::new()]);
                continue;
            }
            ';' if !quoted => {
                parameters.push(String::new());
                continue;
            }
            _ => {}
        }
        parameters.last_mut().unwrap().push(c);
    }
    elements
}

/// The address of an element that [`naive`] found.
fn naive_for(parameters: &[String]) -> IpAddr {
    let node = parameters.iter().find_map(|parameter| {
        let (name, value) = parameter.trim().split_once('=')?;
        name.eq_ignore_ascii_case("for").then_some(value)
    });
    let node = node.unwrap().trim_matches('"');
    match node.strip_prefix('[') {
        Some(v6) => ip(v6.split(']').next().unwrap()),
        None => ip(node),
    }
}

fn is_trusted(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.octets()[0] == 10,
        IpAddr::V6(address) => address.segments()[..3] == [0x2001, 0xdb8, 0xffff],
    }
}

proptest! {
    /// AT-07: read from the right is what is read from the left, for all that is well-formed.
    #[test]
    fn from_the_right_is_as_from_the_left(hops in prop::collection::vec(hops(), 1..8), cuts: u64) {
        let elements: Vec<String> = hops.iter().map(element).collect();
        let lines = lines(&elements, cuts);
        let from_left: Vec<IpAddr> = lines.iter().flat_map(|line| naive(line)).map(|e| naive_for(&e)).collect();
        let there: Vec<IpAddr> = hops.iter().map(|hop| hop.address).collect();
        prop_assert_eq!(&from_left, &there);

        let untrusted = from_left.iter().rev().find(|address| !is_trusted(**address));
        let client = *untrusted.unwrap_or(&from_left[0]);
        prop_assert_eq!(proxies().client_forwarded(ip(PEER), &lines), Ok(client));
    }

    /// AT-07: X-Forwarded-For and Forwarded of the same hops have the same client.
    #[test]
    fn both_headers_of_one_way_have_one_client(hops in prop::collection::vec(hops(), 0..8), cuts: u64) {
        let elements: Vec<String> = hops.iter().map(element).collect();
        let addresses: Vec<String> = hops.iter().map(|hop| hop.address.to_string()).collect();
        let forwarded = proxies().client_forwarded(ip(PEER), lines(&elements, cuts));
        let x = proxies().client_x_forwarded_for(ip(PEER), lines(&addresses, cuts));
        prop_assert!(x.is_ok());
        prop_assert_eq!(forwarded, x);
    }

    /// AT-07: whatever bytes a client sends, the address that the proxies add is the client's.
    #[test]
    fn no_bytes_on_the_left_move_the_client(left: Vec<u8>, own_line: bool, hops in prop::collection::vec(hops(), 0..4)) {
        let client = Hop { address: ip("2001:db8:1::7"), before: "by=\"\\\",\"".into(), after: String::new() };
        let hops: Vec<&Hop> = hops.iter().filter(|hop| is_trusted(hop.address)).collect();
        let all = || std::iter::once(&client).chain(hops.iter().copied());
        let forwarded = all().map(element).collect::<Vec<_>>().join(",");
        let x = all().map(|hop| hop.address.to_string()).collect::<Vec<_>>().join(", ");
        let with = |header: String| match own_line {
            true => vec![left.clone(), header.into_bytes()],
            false => vec![[left.as_slice(), b",", header.as_bytes()].concat()],
        };
        prop_assert_eq!(proxies().client_forwarded(ip(PEER), with(forwarded)), Ok(client.address));
        prop_assert_eq!(proxies().client_x_forwarded_for(ip(PEER), with(x)), Ok(client.address));
    }
}
