//! A session's secret travels in a cookie that another host can neither read nor replace.
#![cfg(feature = "session")]
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests stop at what they did not expect"
)]

use std::time::Duration;

use portcullis::{
    Timestamp,
    session::{
        Activity, Cookie, Error, Expiry, Live, Policy, SameSite, Sessions, SetCookie, Token,
    },
    store::Memory,
};
use proptest::prelude::*;

/// The name on the wire, as everybody else writes it.
const NAME: &str = "__Host-session";
const TOKEN: &str = "AS56hNQSgbHER9CzaAduGvgHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBw";

static_assertions::assert_impl_all!(SetCookie: Send, Sync);
static_assertions::assert_not_impl_any!(SetCookie: Clone, std::fmt::Display, AsRef<str>);

fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(1_795_251_600_000 + millis)
}

fn cookie() -> Cookie {
    Cookie::new("session").unwrap()
}

fn started(policy: Policy) -> (Token, Live) {
    let sessions = Sessions::new(policy, Memory::new(10));
    let sign_in = sessions.begin("ada", at(0)).unwrap();
    sessions.start(sign_in, at(0)).unwrap()
}

/// What is found, as text.
fn read<H: AsRef<[u8]>>(headers: impl IntoIterator<Item = H>) -> Result<Option<String>, Error> {
    let token = cookie().read(headers)?;
    Ok(token.map(|token| token.expose_secret().to_owned()))
}

fn found() -> Result<Option<String>, Error> {
    Ok(Some(TOKEN.to_owned()))
}

/// A header in which the session's cookie stands as `{}`.
fn header(text: &str) -> String {
    text.replace("{}", &format!("{NAME}={TOKEN}"))
}

/// SE-11: OWASP ASVS 5.0 3.3.1 to 3.3.4; no Domain.
#[test]
fn is_set_for_this_host_alone_over_tls_out_of_reach_of_scripts() {
    let (token, live) = started(Policy::back_office());
    let text = token.expose_secret();
    assert_eq!(
        cookie().set(&token, &live, at(0)).expose_secret(),
        format!("__Host-session={text}; Path=/; Secure; HttpOnly; SameSite=Lax")
    );
    let strict = cookie().with_same_site(SameSite::Strict);
    assert_eq!(
        strict.set(&token, &live, at(0)).expose_secret(),
        format!("__Host-session={text}; Path=/; Secure; HttpOnly; SameSite=Strict")
    );
}

/// SE-11: a browser replaces a cookie only by one of the same name, path and domain.
#[test]
fn is_cleared_by_a_cookie_of_the_same_name_and_attributes() {
    assert_eq!(
        cookie().clear().expose_secret(),
        "__Host-session=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"
    );
    let strict = cookie().with_same_site(SameSite::Strict).clear();
    assert!(strict.expose_secret().contains("; SameSite=Strict; "));
}

/// SE-11, SE-09: the browser keeps the cookie as long as the session can last at the most, in whole
/// seconds, and activity does not move that.
#[test]
fn is_kept_by_the_browser_only_where_the_person_stays_signed_in() {
    let (hour, day) = (Duration::from_secs(3600), Duration::from_secs(86_400));
    let policy = Policy::new(hour, hour).unwrap();
    let policy = policy.with_stay_signed_in(7 * day, 30 * day).unwrap();
    let sessions = Sessions::new(policy, Memory::new(10));
    let sign_in = sessions.begin("ada", at(0)).unwrap();
    let (token, live) = sessions.start(sign_in.clone(), at(0)).unwrap();
    let text = cookie().set(&token, &live, at(0));
    assert!(!text.expose_secret().contains("Max-Age"));

    let sign_in = sign_in.stay_signed_in();
    let (token, live) = sessions.start(sign_in, at(0)).unwrap();
    let at_end = |live: &Live, now| {
        let set = cookie().set(&token, live, now).expose_secret().to_owned();
        set.split_once("; SameSite=Lax").unwrap().1.to_owned()
    };
    assert_eq!(at_end(&live, at(0)), "; Max-Age=2592000");
    assert_eq!(at_end(&live, at(1)), "; Max-Age=2591999");
    assert_eq!(at_end(&live, at(1000)), "; Max-Age=2591999");
    let week = 7 * 86_400_000;
    let touched = sessions.touch(&token, Activity::Interactive, at(week - 1));
    assert_eq!(at_end(&touched.unwrap(), at(week)), "; Max-Age=1987200");
    let end = 30 * 86_400_000;
    assert_eq!(at_end(&live, at(end - 1000)), "; Max-Age=1");
    assert_eq!(at_end(&live, at(end - 999)), "; Max-Age=0");
    assert_eq!(at_end(&live, at(end + 1)), "; Max-Age=0");
}

/// SE-11: a cookie that a client keeps for ever, or a browser that knows no `Max-Age`, opens nothing
/// that the server has ended.
#[test]
fn the_expiry_of_a_cookie_enforces_nothing() {
    let sessions = Sessions::new(Policy::back_office(), Memory::new(10));
    let sign_in = sessions.begin("ada", at(0)).unwrap();
    let (token, live) = sessions.start(sign_in, at(0)).unwrap();
    let set = cookie().set(&token, &live, at(0));
    let kept = set.expose_secret().split(';').next().unwrap();
    let bring = |now| {
        let token = cookie().read([kept]).unwrap().unwrap();
        sessions.check(&token, now)
    };
    assert!(bring(at(899_999)).is_ok());
    assert_eq!(bring(at(900_000)), Err(Error::Expired(Expiry::Idle)));
    assert_eq!(bring(at(900_000)), Err(Error::Unknown));
}

/// SE-11: the way through a browser and back.
#[test]
fn what_is_set_is_what_is_read() {
    let (token, live) = started(Policy::back_office());
    let set = cookie().set(&token, &live, at(0));
    let pair = set.expose_secret().split(';').next().unwrap();
    for header in [
        pair.to_owned(),
        format!("theme=dark; {pair}"),
        format!("{pair}; theme=dark"),
        format!("a=1;{pair};b=2"),
    ] {
        let read = cookie().read([&header]).unwrap().unwrap();
        assert_eq!(read.expose_secret(), token.expose_secret());
        assert_eq!(read.handle(), token.handle());
    }
}

/// SE-11: nobody is signed in, which is no error.
#[test]
fn no_cookie_of_the_name_is_an_answer_of_its_own() {
    assert_eq!(read(std::iter::empty::<&str>()), Ok(None));
    for header in ["", ";", "theme=dark", "__Host-session", "__Host-sessions=1"] {
        assert_eq!(read([header]), Ok(None), "{header:?}");
    }
}

/// SE-11: RFC 9113 §8.2.3.
#[test]
fn a_header_that_http_2_split_is_read_as_one() {
    assert_eq!(read(["theme=dark", &header("{}"), "lang=en; a=b"]), found());
    let bytes: [&[u8]; 2] = [b"theme=dark", b"lang=en"];
    assert_eq!(read(bytes), Ok(None));
}

/// SE-11: a sister domain sets these names, which a browser does not take for the prefix
/// (PortSwigger Research, "Cookie Chaos", 2025, for white space; RFC 6265bis §5.4 for the case).
#[test]
fn a_name_that_is_only_similar_is_another_name() {
    for before in [
        "__host-",
        "__HOST-",
        "__Host_",
        "_Host-",
        "__%48ost-",
        "%5F_Host-",
        "__Ho\u{17f}t-",
        "\"__Host-",
        "\u{2000}__Host-",
        "\u{a0}__Host-",
        "\u{85}__Host-",
        "\u{feff}__Host-",
        "\t__Host-",
        "\u{b}__Host-",
        "\0__Host-",
        " __Host-",
        "x__Host-",
        "$__Host-",
    ] {
        for header in [
            format!("a=1; {before}session={TOKEN}"),
            format!("{before}session={TOKEN}"),
        ] {
            assert_eq!(read([&header]), Ok(None), "{header:?}");
        }
        let beside = header(&format!("{before}session={TOKEN}; {{}}"));
        assert_eq!(read([&beside]), found(), "{beside:?}");
    }
    // in another encoding than UTF-8
    for before in [&b"\xa0"[..], b"\x85", b"\xff"] {
        let header = [before, NAME.as_bytes(), b"=", TOKEN.as_bytes()].concat();
        assert_eq!(read([&header]), Ok(None));
    }
    for after in [" ", "\t", "\0", "\u{2000}", "[]", ".x"] {
        let header = format!("a=1; {NAME}{after}={TOKEN}");
        assert_eq!(read([&header]), Ok(None), "{header:?}");
    }
}

/// SE-11: a cookie without a name is sent as its value (RFC 6265bis §5.8.3), by older browsers after
/// an equals sign.
#[test]
fn a_nameless_cookie_is_not_the_session() {
    assert_eq!(read([header("={}")]), Ok(None));
    assert_eq!(read([header("a=1; ={}; b=2")]), Ok(None));
    assert_eq!(read([header("={}; {}")]), found());
    assert_eq!(read([header("{}; __Host-session")]), found());
    // as newer browsers send it, it cannot be told from the session beside it
    assert_eq!(
        read([header("{}; __Host-session=x")]),
        Err(Error::SeveralCookies)
    );
}

/// SE-11: PortSwigger Research, "Stealing HttpOnly cookies with the cookie sandwich technique",
/// 2025: a server that reads RFC 2109 takes all of it for the value of `a`, and shows it.
#[test]
fn quotes_and_versions_swallow_no_cookie() {
    assert_eq!(read([header("$Version=1; a=\"x; {}; b=y\"")]), found());
    assert_eq!(read([header("$Version=\"1\"; {}; $Path=\"/\"")]), found());
    assert_eq!(
        read([format!("$Version=1; {NAME}=\"{TOKEN}\"")]),
        Err(Error::Malformed)
    );
    // nor do commas, which RFC 2109 reads as semicolons
    assert_eq!(read([header("a=b, {}")]), Ok(None));
    assert_eq!(read([header("a=b,{}")]), Ok(None));
    assert_eq!(read([header("{}, a=b")]), Err(Error::Malformed));
}

/// SE-11: cookie tossing: one of the two is not ours, and nobody can say which.
#[test]
fn two_cookies_of_the_name_are_refused_whatever_they_hold() {
    let other = TOKEN.replace("BwcHBw", "CAgICA");
    for headers in [
        vec![header("{}; {}")],
        vec![header("{}; a=b; {}")],
        vec![header("{}"), header("{}")],
        vec![header("{}"), "a=b".into(), header("a=b; {}")],
        vec![header(&format!("{{}}; {NAME}={other}"))],
        vec![header(&format!("{NAME}=; {{}}"))],
        vec![header(&format!("{{}}; {NAME}=x"))],
        vec![format!("{NAME}=x; {NAME}=y")],
    ] {
        assert_eq!(read(&headers), Err(Error::SeveralCookies), "{headers:?}");
    }
}

/// SE-11: there is one spelling of a token, and nothing around it is taken off.
#[test]
fn a_value_that_is_not_exactly_a_token_is_refused() {
    assert_eq!(read([header("{}")]), found());
    for value in [
        String::new(),
        TOKEN[1..].to_owned(),
        TOKEN[..65].to_owned(),
        format!("{TOKEN}="),
        format!("{TOKEN} "),
        format!(" {TOKEN}"),
        format!("{TOKEN}\t"),
        format!("={TOKEN}"),
        format!("\"{TOKEN}\""),
        format!("'{TOKEN}'"),
        TOKEN.replace('h', "%68"),
        TOKEN.replace("AS56", "AS5\u{feff}"),
    ] {
        let header = format!("a=1; {NAME}={value}; b=2");
        assert_eq!(read([&header]), Err(Error::Malformed), "{header:?}");
    }
    let not_text = [NAME.as_bytes(), b"=", &[0xff; 66]].concat();
    assert_eq!(read([not_text]), Err(Error::Malformed));
}

/// SE-11: other applications' cookies may hold what they like.
#[test]
fn other_cookies_are_passed_over_whatever_they_hold() {
    for other in [
        &b"a=\xff\xfe\x00"[..],
        b"=",
        b"==",
        b"a",
        b"a=b=c",
        b"\"",
        b" ",
    ] {
        let pair = header("{}");
        let both = [
            [other, b"; ", pair.as_bytes()].concat(),
            [pair.as_bytes(), b";", other].concat(),
        ];
        for header in both {
            assert_eq!(read([&header]), found(), "{other:?}");
        }
    }
}

/// SE-11: work is bounded: 32 KiB of cookies are read, a byte more is not.
#[test]
fn more_than_32_kib_of_cookies_are_refused() {
    let pair = header("{}");
    let fill = |len: usize| format!("a={}; {pair}", "x".repeat(len - pair.len() - 4));
    // each header counts one more than its length
    assert_eq!(read([fill(32 * 1024 - 1)]), found());
    assert_eq!(read([fill(32 * 1024)]), Err(Error::CookiesTooLong));
    assert_eq!(
        read([fill(20_000), "a=b".repeat(5000)]),
        Err(Error::CookiesTooLong)
    );
    assert_eq!(read(vec![""; 40_000]), Err(Error::CookiesTooLong));
    assert_eq!(read(std::iter::repeat(";")), Err(Error::CookiesTooLong));
}

/// SE-11: RFC 9110 §5.6.2 for the letters, RFC 6265 §6.1 for the length.
#[test]
fn a_name_is_a_token_without_a_prefix() {
    for name in ["session", "s", "id_2", "a.b-c~", "x".repeat(50).as_str()] {
        assert_eq!(Cookie::new(name).unwrap().name(), format!("__Host-{name}"));
    }
    for name in [
        "",
        " ",
        "a b",
        "a=b",
        "a;b",
        "a,b",
        "a\"b",
        "a\\b",
        "a\tb",
        "a\0",
        "é",
        "(a)",
        "a/b",
        "a@b",
        "__Host-session",
        "__host-session",
        "__Secure-session",
        "__SECURE-x",
        "x".repeat(51).as_str(),
    ] {
        assert_eq!(Cookie::new(name), Err(Error::CookieName), "{name:?}");
    }
}

/// SE-11, CO-03: neither the header nor an error shows the secret.
#[test]
fn neither_a_header_nor_an_error_prints_the_secret() {
    let (token, live) = started(Policy::back_office());
    let set = cookie().set(&token, &live, at(0));
    assert_eq!(format!("{set:?} {set:#?}"), "[redacted] [redacted]");
    for header in [header("{}; {}"), header("{}x")] {
        let error = cookie().read([header]).unwrap_err();
        assert!(!format!("{error} {error:?}").contains(&TOKEN[..20]));
    }
}

/// Where the session's pair begins in a header, by looking for it in all places: at the start, or
/// after a semicolon with or without one space. Each value up to the next semicolon.
fn naive(header: &[u8]) -> Vec<Vec<u8>> {
    let needle = format!("{NAME}=").into_bytes();
    let mut values = Vec::new();
    for start in 0..header.len() {
        let before = &header[..start];
        let begins = before.is_empty() || before.ends_with(b";") || before.ends_with(b"; ");
        if begins && header[start..].starts_with(&needle) {
            let value = &header[start + needle.len()..];
            values.push(value.iter().copied().take_while(|b| *b != b';').collect());
        }
    }
    values
}

proptest! {
    /// SE-11 against a search in all places.
    #[test]
    fn agrees_with_a_naive_reading(pieces in prop::collection::vec(prop_oneof![
        Just(NAME.as_bytes().to_vec()),
        Just(TOKEN.as_bytes().to_vec()),
        Just(format!("{NAME}={TOKEN}").into_bytes()),
        Just(b"__host-session".to_vec()),
        Just(b"; ".to_vec()),
        Just(b";".to_vec()),
        Just(b"=".to_vec()),
        Just(b" ".to_vec()),
        Just(b"\"".to_vec()),
        prop::collection::vec(any::<u8>(), 0..3),
    ], 0..12)) {
        let header = pieces.concat();
        let expected = match naive(&header).as_slice() {
            [] => Ok(None),
            [value] if value == TOKEN.as_bytes() => found(),
            [_] => Err(Error::Malformed),
            _ => Err(Error::SeveralCookies),
        };
        prop_assert_eq!(read([header]), expected);
    }
}
