//! The service as people meet it: in a browser.
//!
//! Where Chromium or chromedriver is missing the tests say so and pass; with `CI` set they fail.
//! Pictures of every page are left in `target/tmp/pictures`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests stop at what they did not expect"
)]

#[path = "../common/mod.rs"]
mod common;
mod driver;

use std::{
    thread,
    time::{Duration, Instant},
};

use common::{Client, Server};
use driver::{Browser, Driver};
use portcullis::{Timestamp, totp::Uri};
use serde_json::json;

/// The driver; None, said aloud, where this machine cannot run a browser.
fn driver() -> Option<Driver> {
    let driver = Driver::start();
    if driver.is_none() {
        assert!(
            std::env::var_os("CI").is_none(),
            "no chromium or no chromedriver"
        );
        eprintln!("SKIPPED: no chromium or no chromedriver on this machine");
    }
    driver
}

fn demo(more: &[&str]) -> Server {
    Server::start(&[&["--store", "memory", "--demo"], more].concat())
}

fn give_password(browser: &Browser<'_>, server: &Server) {
    browser.open(&server.url("/sign-in"));
    browser.fill("#login", "demo");
    browser.fill("#password", &server.password);
    browser.follow("button[type=submit]");
}

/// A session in this browser by a recovery code: the codes of the app come every half a minute.
fn sign_in(browser: &Browser<'_>, server: &Server, recovery: &str) {
    give_password(browser, server);
    browser.is_at("/code");
    browser.click("summary");
    browser.fill("#recovery", recovery);
    browser.follow("details button");
    browser.is_at("/");
}

/// What is in the cookie of this name.
fn cookie(browser: &Browser<'_>, name: &str) -> Option<String> {
    let cookies = browser.cookies();
    let found = cookies.iter().find(|cookie| cookie["name"] == name)?;
    found["value"].as_str().map(str::to_owned)
}

/// What a place of the page shows of the time, in seconds.
fn seconds(browser: &Browser<'_>, css: &str) -> u64 {
    let text = browser.text(css);
    let (minutes, seconds) = text.split_once(':').unwrap_or_else(|| panic!("{text}"));
    minutes.parse::<u64>().unwrap() * 60 + seconds.parse::<u64>().unwrap()
}

fn is_content(browser: &Browser<'_>) {
    let complaints = browser.complaints();
    let about_policy =
        |line: &&String| line.contains("Content Security Policy") || line.contains("TrustedHTML");
    assert_eq!(complaints.iter().find(about_policy), None);
}

/// TO-04, TO-08, TO-09, TO-10, SE-11.
#[test]
fn a_person_enrols_a_phone_and_sees_the_time_fall() {
    let Some(driver) = driver() else { return };
    let (server, browser) = (demo(&[]), driver.browser());

    // wrong
    browser.open(&server.url("/"));
    browser.is_at("/sign-in");
    browser.picture("1-sign-in");
    browser.fill("#login", "demo");
    browser.fill("#password", "Wrong-guess-1234");
    browser.follow("button[type=submit]");
    let of_demo = browser.text("#problem");
    browser.picture("2-wrong");
    browser.fill("#login", "nobody");
    browser.fill("#password", "Wrong-guess-1234");
    browser.follow("button[type=submit]");
    assert_eq!(
        browser.text("#problem"),
        of_demo,
        "unknown and wrong are told alike"
    );

    // right
    give_password(&browser, &server);
    browser.is_at("/enrol");
    browser.picture("3-enrol");
    browser.follow("main button");
    let phone: Uri = browser.attribute("#app", "href").parse().unwrap();
    browser.click("summary");
    let key = browser.text("#key").replace(' ', "");
    assert_eq!(key, phone.secret().expose_base32());
    assert!(browser.is_shown(".qr svg"));
    browser.picture("4-scan");
    let wrong = phone.code_at(Timestamp::EPOCH);
    browser.fill("#code", &wrong);
    browser.follow("form[action='/enrol/confirm'] button");
    assert!(browser.text("#problem").contains("not right"));
    assert!(!browser.has(".qr"), "the secret is shown once");
    browser.picture("5-wrong-code");
    // as apps show it
    let code = phone.code_at(Timestamp::now());
    browser.fill("#code", &format!("{} {}", &code[..3], &code[3..]));
    browser.follow("form[action='/enrol/confirm'] button");
    browser.wait("for the recovery codes", || browser.has(".recovery li"));
    let recovery = browser.text(".recovery");
    assert_eq!(recovery.lines().count(), 10);
    browser.picture("6-recovery");
    browser.follow("a.button");

    // home
    browser.is_at("/");
    assert_eq!(browser.text("h1"), "Hello, demo");
    let first = seconds(&browser, ".number[data-count=idle]");
    assert!((14 * 60..=15 * 60).contains(&first), "{first}");
    browser.wait("for the absolute limit", || {
        browser.text(".number[data-count=absolute]") == "11 h 59 min"
    });
    browser.wait("for the time to fall", || {
        seconds(&browser, ".number[data-count=idle]") + 2 <= first
    });
    browser.wait("in the bar, too", || {
        seconds(&browser, ".left [data-count]") + 3 <= first
    });
    assert!(!browser.is_shown("#warning"));
    browser.picture("7-home");
    let page = browser.source();
    assert!(
        !recovery.lines().any(|code| page.contains(code)),
        "the codes are not shown again"
    );

    // the other pages
    browser.follow("nav a[href='/devices']");
    browser.is_at("/devices");
    assert_eq!(browser.text(".badge"), "This device");
    browser.follow("nav a[href='/password']");
    browser.is_at("/password");
    browser.picture("8-password");
    browser.fill("#present", &server.password);
    browser.fill("#new", "short");
    browser.fill("#again", "short");
    browser.follow("main button");
    assert!(
        browser
            .text("#problem")
            .contains("the least is 12 characters")
    );
    browser.picture("9-password-refused");
    is_content(&browser);
}

/// SE-05, SE-11: in a cookie that no script, no other host and no plain connection sees.
#[test]
fn the_cookies_are_out_of_reach() {
    let Some(driver) = driver() else { return };
    let (server, browser) = (demo(&[]), driver.browser());
    let (_, recovery) = Client::new(&server).enrol();
    give_password(&browser, &server);
    browser.is_at("/code");
    let cookies = browser.cookies();
    assert_eq!(cookies.len(), 1);
    assert_eq!(
        (&cookies[0]["name"], &cookies[0]["sameSite"]),
        (&json!("__Host-step"), &json!("Strict"))
    );
    assert!(
        !browser
            .source()
            .contains(cookies[0]["value"].as_str().unwrap()),
        "no ticket in a page"
    );
    browser.click("summary");
    browser.fill("#recovery", &recovery[0]);
    browser.follow("details button");
    browser.is_at("/");
    let cookies = browser.cookies();
    let find = |name: &str| cookies.iter().find(|cookie| cookie["name"] == name);
    assert_eq!(cookies.len(), 2, "the ticket's is gone");
    let (of_device, of_session) = (
        find("__Host-device").unwrap(),
        find("__Host-session").unwrap(),
    );
    for (attribute, expected) in [
        ("domain", json!("127.0.0.1")),
        ("path", json!("/")),
        ("httpOnly", json!(true)),
        ("secure", json!(true)),
        ("session", json!(false)),
        ("sameSite", json!("Strict")),
    ] {
        assert_eq!(of_device[attribute], expected, "{attribute}");
    }
    for (attribute, expected) in [
        ("name", json!("__Host-session")),
        // without a dot before it: this host alone
        ("domain", json!("127.0.0.1")),
        ("path", json!("/")),
        ("httpOnly", json!(true)),
        ("secure", json!(true)),
        ("session", json!(true)),
        ("sameSite", json!("Lax")),
    ] {
        assert_eq!(of_session[attribute], expected, "{attribute}");
    }
    assert_eq!(browser.script("return document.cookie"), json!(""));
    assert!(
        !browser
            .source()
            .contains(of_session["value"].as_str().unwrap()),
        "no token in a page"
    );
}

/// SE-07.
#[test]
fn the_other_devices_are_signed_out() {
    let Some(driver) = driver() else { return };
    let server = demo(&["--idle", "40s"]);
    let (_, recovery) = Client::new(&server).enrol();
    let (one, two, three) = (driver.browser(), driver.browser(), driver.browser());
    sign_in(&one, &server, &recovery[0]);
    sign_in(&two, &server, &recovery[1]);
    sign_in(&three, &server, &recovery[2]);
    two.open(&server.url("/password"));

    one.open(&server.url("/devices"));
    assert_eq!(
        one.script("return document.querySelectorAll('.devices li').length"),
        json!(4)
    );
    assert!(
        one.text(".devices li:last-child")
            .contains("Firefox on Linux"),
        "that of the first enrolment"
    );
    assert!(one.text(".devices li:first-child").contains(" on Linux"));
    one.picture("10-devices");
    one.follow("form[action='/devices/sign-out-others'] button");
    one.is_at("/devices?done=others");
    assert_eq!(
        one.script("return document.querySelectorAll('.devices li').length"),
        json!(1)
    );
    assert!(one.text(".devices li").contains("This device"));
    one.picture("11-devices-alone");

    // the next page of the second is the sign-in page; the third leaves without a hand on it
    two.follow("nav a[href='/']");
    two.is_at("/sign-in?ended=elsewhere");
    assert!(two.text(".notice").contains("This session has ended"));
    three.is_at("/sign-in?ended=elsewhere");
    one.reload();
    assert!(one.has(".badge"), "this one stays");
    is_content(&one);
    is_content(&three);
}

/// TO-04, TO-08: a second app is set up, the first one is removed, and there are new recovery codes.
#[test]
fn a_person_adds_a_second_app() {
    let Some(driver) = driver() else { return };
    let (server, browser) = (demo(&[]), driver.browser());
    let (_, recovery) = Client::new(&server).enrol();
    sign_in(&browser, &server, &recovery[0]);
    browser.follow("nav a[href='/authenticators']");
    browser.is_at("/authenticators");
    browser.fill("#label", "Tablet");
    browser.follow("form[action='/authenticators/add'] button");
    browser.wait("for the QR code", || browser.has(".qr svg"));
    browser.picture("14-second-app");
    let tablet: Uri = browser.attribute("#app", "href").parse().unwrap();
    browser.fill("#code", &tablet.code_at(Timestamp::EPOCH));
    browser.follow("form[action='/authenticators/confirm'] button");
    assert!(browser.text("#problem").contains("not right"));
    browser.fill("#code", &tablet.code_at(Timestamp::now()));
    browser.follow("form[action='/authenticators/confirm'] button");
    browser.is_at("/authenticators?done=confirmed");
    assert!(browser.text(".devices li:last-child").contains("Tablet"));
    browser.picture("15-apps");

    browser.follow(".devices li:first-child form[action='/authenticators/remove'] button");
    browser.is_at("/authenticators?done=removed");
    assert_eq!(
        browser.script("return document.querySelectorAll('.devices li').length"),
        json!(1)
    );
    browser.follow("form[action='/authenticators/remove'] button");
    assert!(browser.text("#problem").contains("the only one"));
    browser.follow("form[action='/authenticators/recovery-codes'] button");
    browser.wait("for the recovery codes", || browser.has(".recovery li"));
    assert!(!browser.text(".recovery").contains(&recovery[1]));
    browser.follow("a.button");
    browser.is_at("/");
    is_content(&browser);
}

/// SE-01, SE-03, SE-11.
#[test]
fn it_signs_out_by_itself_although_the_page_asks() {
    let Some(driver) = driver() else { return };
    let server = demo(&["--idle", "16s"]);
    let (_, recovery) = Client::new(&server).enrol();
    let browser = driver.browser();
    sign_in(&browser, &server, &recovery[0]);
    let began = Instant::now();

    // warned, and still here
    browser.wait("to be warned", || browser.is_shown("#warning"));
    assert!(
        began.elapsed() >= Duration::from_secs(8),
        "not from the start"
    );
    assert!(browser.text("#warning").contains("signed out soon"));
    let title = browser
        .script("return document.title")
        .as_str()
        .unwrap()
        .to_owned();
    assert!(title.starts_with("0:0"), "{title}");
    let asked = "return performance.getEntriesByType('resource')
        .filter((entry) => entry.name.endsWith('/session')).length";
    assert!(
        browser.script(asked).as_u64().unwrap() >= 2,
        "the page asked, and renewed nothing"
    );
    browser.picture("12-warning");
    browser.click("#stay button");
    browser.wait("not to be warned", || !browser.is_shown("#warning"));
    let renewed = Instant::now();
    assert_eq!(browser.path(), "/", "nothing was lost");

    // nobody there any more
    browser.is_at("/sign-in?ended=idle");
    let stayed = renewed.elapsed();
    assert!(stayed >= Duration::from_secs(12), "{stayed:?}");
    assert!(
        browser
            .text(".notice")
            .contains("nothing was done for a while")
    );
    browser.picture("13-signed-out");
    let left = cookie(&browser, "__Host-session");
    assert_eq!(left, None, "a dead cookie is taken away");
    browser.back();
    browser.wait("to stay out", || browser.path().starts_with("/sign-in"));
    is_content(&browser);
}

/// SE-11: the server cannot be asked any more: the page leaves at the time that it knows.
#[test]
fn a_page_whose_server_is_gone_leaves_too() {
    let Some(driver) = driver() else { return };
    let server = demo(&["--idle", "8s"]);
    let (_, recovery) = Client::new(&server).enrol();
    let browser = driver.browser();
    sign_in(&browser, &server, &recovery[0]);
    drop(server);
    browser.wait("to be warned", || browser.is_shown("#warning"));
    browser.wait("to leave", || !browser.source().contains("Hello, demo"));
}

/// SE-02.
#[test]
fn the_absolute_limit_ends_a_session_in_use() {
    let Some(driver) = driver() else { return };
    let server = demo(&["--idle", "12s", "--absolute", "16s"]);
    let (_, recovery) = Client::new(&server).enrol();
    let browser = driver.browser();
    sign_in(&browser, &server, &recovery[0]);
    for _ in 0..5 {
        thread::sleep(Duration::from_millis(1200));
        browser.reload();
    }
    browser.wait("to be warned", || browser.is_shown("#warning"));
    assert!(
        browser
            .text("#warning")
            .contains("as old as a session may be")
    );
    assert!(!browser.is_shown("#stay"), "there is nothing to prolong");
    browser.is_at("/sign-in?ended=limit");
}

/// SE-03.
#[test]
fn two_windows_of_one_session_are_one() {
    let Some(driver) = driver() else { return };
    let server = demo(&["--idle", "10s"]);
    let (_, recovery) = Client::new(&server).enrol();
    let browser = driver.browser();
    sign_in(&browser, &server, &recovery[0]);
    // The other window: the same cookies, and somebody at work in it.
    let mut other = Client::new(&server);
    let cookie = cookie(&browser, "__Host-session").unwrap();
    other.cookies.insert("__Host-session".into(), cookie);
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(13) {
        assert_eq!(other.get("/devices").status, 200);
        assert_eq!(browser.path(), "/", "work in one window keeps the other");
        thread::sleep(Duration::from_millis(700));
    }
    assert!(seconds(&browser, ".number[data-count=idle]") >= 5);
    other.post("/sign-out", &[]);
    browser.is_at("/sign-in?ended=elsewhere");
}

/// SE-11: work in another window that this page has not heard of, and an answer that takes its time.
#[test]
fn a_page_asks_once_more_before_it_leaves() {
    let Some(driver) = driver() else { return };
    let server = demo(&["--idle", "6s"]);
    let (_, recovery) = Client::new(&server).enrol();
    let browser = driver.browser();
    browser.tools(
        "Page.addScriptToEvaluateOnNewDocument",
        &json!({ "source": "document.addEventListener('readystatechange', () => {
            if (document.body) document.body.dataset.poll = '3600000';
        })" }),
    );
    sign_in(&browser, &server, &recovery[0]);
    let mut other = Client::new(&server);
    let cookie = cookie(&browser, "__Host-session").unwrap();
    other.cookies.insert("__Host-session".into(), cookie);
    browser.tools("Network.enable", &json!({}));
    browser.tools(
        "Network.emulateNetworkConditions",
        &json!({ "offline": false, "latency": 900, "downloadThroughput": -1, "uploadThroughput": -1 }),
    );
    thread::sleep(Duration::from_secs(3));
    assert_eq!(other.get("/").status, 200);
    browser.wait("for the end as the page knew it", || {
        browser.script("return document.body.hidden") == json!(true)
    });
    browser.wait("for the answer", || browser.is_shown("h1"));
    assert_eq!(browser.text("h1"), "Hello, demo");
    browser.is_at("/sign-in?ended=idle");
}

/// SE-04.
#[test]
fn after_signing_out_the_back_button_shows_nothing() {
    let Some(driver) = driver() else { return };
    let (server, browser) = (demo(&[]), driver.browser());
    let (_, recovery) = Client::new(&server).enrol();
    sign_in(&browser, &server, &recovery[0]);
    browser.follow("nav a[href='/devices']");
    browser.is_at("/devices");
    browser.follow("nav a[href='/']");
    browser.is_at("/");
    let stolen = cookie(&browser, "__Host-session").unwrap();
    browser.follow("header form button");
    browser.is_at("/sign-in?ended=out");
    assert_eq!(cookie(&browser, "__Host-session"), None);
    for _ in 0..3 {
        browser.back();
        browser.wait("to stay out", || browser.path().starts_with("/sign-in"));
        let page = browser.source();
        assert!(
            !page.contains("Hello, demo") && !page.contains("This device"),
            "{page}"
        );
    }
    // and whoever copied the cookie before has nothing
    let thief = driver.browser();
    thief.open(&server.url("/sign-in"));
    thief.tools(
        "Network.setCookie",
        &json!({ "name": "__Host-session", "value": stolen, "url": server.url("/"), "secure": true, "httpOnly": true, "path": "/" }),
    );
    assert_eq!(thief.cookies().len(), 1);
    thief.open(&server.url("/"));
    thief.is_at("/sign-in?ended=elsewhere");
}

/// SE-05: in the file that it is kept in by default.
#[test]
fn a_restart_of_the_service_keeps_the_session() {
    let Some(driver) = driver() else { return };
    let dir = common::directory("restart");
    let (file, key) = (format!("{dir}/accounts.sqlite"), format!("{dir}/key"));
    let store = ["--store", &file, "--key", &key];
    let (server, browser) = (
        Server::start(&[&store[..], &["--demo"]].concat()),
        driver.browser(),
    );
    let (_, recovery) = Client::new(&server).enrol();
    sign_in(&browser, &server, &recovery[0]);
    server.stop();
    let server = Server::start(&store);
    // the cookie is the host's, whatever the port
    browser.open(&server.url("/devices"));
    assert_eq!(browser.text(".badge"), "This device");
    browser.follow("form[action='/devices/sign-out-others'] button");
    browser.is_at("/devices?done=others");
}

/// SE-01: and leaves in time all the same.
#[test]
fn it_works_without_scripts() {
    let Some(driver) = driver() else { return };
    let server = demo(&["--idle", "8s"]);
    let (_, recovery) = Client::new(&server).enrol();
    let browser = driver.browser();
    browser.tools(
        "Emulation.setScriptExecutionDisabled",
        &json!({ "value": true }),
    );
    sign_in(&browser, &server, &recovery[0]);
    assert!(browser.is_shown("noscript p"));
    assert_eq!(seconds(&browser, ".number[data-count=idle]"), 8);
    browser.open(&server.url("/devices"));
    browser.follow("form[action='/devices/sign-out'] button");
    browser.is_at("/devices?done=one");
    browser.is_at("/sign-in?ended=idle");
}

#[test]
fn pages_can_be_read_and_used_by_everybody() {
    let Some(driver) = driver() else { return };
    let (server, browser) = (demo(&[]), driver.browser());
    browser.open(&server.url("/sign-in"));
    is_accessible(&browser);
    give_password(&browser, &server);
    browser.is_at("/enrol");
    is_accessible(&browser);
    browser.follow("main button");
    browser.wait("for the QR code", || browser.has(".qr svg"));
    is_accessible(&browser);
    let (_, recovery) = Client::new(&server).enrol();
    sign_in(&browser, &server, &recovery[0]);
    for path in [
        "/",
        "/devices",
        "/devices?done=one",
        "/authenticators",
        "/authenticators/prove",
        "/password",
    ] {
        browser.open(&server.url(path));
        is_accessible(&browser);
    }
    // the keyboard reaches the content first
    browser.script("document.activeElement.blur()");
    browser.open(&server.url("/devices"));
    browser.tools(
        "Input.dispatchKeyEvent",
        &json!({ "type": "keyDown", "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9 }),
    );
    assert_eq!(
        browser.script("return document.activeElement.textContent"),
        json!("Skip to the content")
    );
}

/// Sent again by the browser, a form of ours is still ours.
#[test]
fn the_answer_to_a_form_can_be_reloaded() {
    let Some(driver) = driver() else { return };
    let (server, browser) = (demo(&[]), driver.browser());
    give_password(&browser, &server);
    browser.is_at("/enrol");
    browser.follow("main button");
    let first = browser.attribute("#app", "href");
    browser.reload();
    let second = browser.attribute("#app", "href");
    assert_ne!(first, second, "a new secret in place of the one before");
    let code = |uri: &str| uri.parse::<Uri>().unwrap().code_at(Timestamp::now());
    browser.fill("#code", &code(&first));
    browser.follow("form[action='/enrol/confirm'] button");
    assert!(browser.has("#problem"));
    browser.fill("#code", &code(&second));
    browser.follow("form[action='/enrol/confirm'] button");
    let codes = browser.text(".recovery");
    browser.reload();
    browser.wait("not to see the codes again", || {
        !browser.source().contains(&codes[..9])
    });
    browser.open(&server.url("/"));
    browser.is_at("/");
}

/// Labels, one heading, a title, a language, and text that stands out from what is behind it (WCAG
/// 2.2, 1.4.3: 4.5 to 1), light and dark.
fn is_accessible(browser: &Browser<'_>) {
    let unlabelled =
        "return [...document.querySelectorAll('input:not([type=hidden]):not([hidden])')]
        .filter((input) => input.labels.length === 0).map((input) => input.outerHTML)";
    assert_eq!(browser.script(unlabelled), json!([]));
    assert_eq!(
        browser.script("return document.querySelectorAll('h1').length"),
        json!(1)
    );
    assert_eq!(
        browser.script("return document.documentElement.lang"),
        json!("en")
    );
    let ids = "const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
        return ids.filter((id, at) => ids.indexOf(id) !== at)";
    assert_eq!(browser.script(ids), json!([]), "no id twice");
    let unknown = "return [...document.querySelectorAll('[aria-describedby],[aria-labelledby]')]
        .flatMap((e) => (e.getAttribute('aria-describedby') ?? e.getAttribute('aria-labelledby')).split(' '))
        .filter((id) => !document.getElementById(id))";
    assert_eq!(browser.script(unknown), json!([]));
    for scheme in ["light", "dark"] {
        browser.scheme(scheme);
        assert_eq!(
            browser.script(include_str!("contrast.js")),
            json!([]),
            "{scheme}"
        );
    }
    browser.scheme("light");
}

/// The watch on the policy sees what it is there for.
#[test]
fn a_page_that_breaks_the_policy_would_be_noticed() {
    let Some(driver) = driver() else { return };
    let (server, browser) = (demo(&[]), driver.browser());
    browser.open(&server.url("/sign-in"));
    assert_eq!(browser.complaints(), Vec::<String>::new());
    browser.script(
        "const s = document.createElement('style'); s.textContent = 'p{}'; document.head.append(s)",
    );
    let complaints = browser.complaints();
    assert!(
        complaints
            .iter()
            .any(|line| line.contains("Content Security Policy")),
        "{complaints:?}"
    );
}
