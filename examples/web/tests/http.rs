//! What every answer and every request must be like, whatever the browser.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests stop at what they did not expect"
)]

mod common;
#[path = "../../../tests/redis_server/mod.rs"]
mod redis_server;

use std::{fs, os::unix::fs::PermissionsExt, sync::Barrier, thread, time::Duration};

use common::{Client, Server, request};
use portcullis::{
    Timestamp,
    account::{self, Accounts},
    password::Reason,
    totp::Uri,
};

fn server() -> Server {
    Server::start(&["--store", "memory", "--demo"])
}

/// Each with what a page of another site can make a browser send, or leave out.
#[test]
fn a_post_from_anywhere_else_does_nothing() {
    let server = server();
    let mut client = Client::new(&server);
    client.enrol();
    let (origin, own) = (server.url(""), server.url("").to_owned());
    let other_port = "http://127.0.0.1:1";
    for headers in [
        &[][..],
        &[("Sec-Fetch-Site", "cross-site"), ("Origin", own.as_str())],
        &[("Sec-Fetch-Site", "same-site"), ("Origin", own.as_str())],
        &[("Sec-Fetch-Site", "none")],
        &[("Origin", "https://elsewhere.example")],
        &[("Origin", other_port)],
        &[("Origin", "null")],
        &[("Referer", own.as_str())],
    ] {
        for path in [
            "/sign-out",
            "/devices/sign-out-others",
            "/authenticators/add",
            "/authenticators/recovery-codes",
            "/stay",
            "/password",
            "/sign-in",
        ] {
            let answer = client.send(("POST", path), headers, "login=demo&password=x");
            assert_eq!(answer.status, 403, "{path} {headers:?}");
            assert_eq!(answer.all("set-cookie").len(), 0);
        }
    }
    assert_eq!(client.get("/").status, 200, "still signed in");
    // an old browser of our own page
    let answer = client.send(("POST", "/sign-out"), &[("Origin", &origin)], "");
    assert_eq!(answer.header("location"), "/sign-in?ended=out");
    assert_eq!(answer.header("clear-site-data"), "\"cache\", \"storage\"");
}

#[test]
fn every_answer_has_the_headers() {
    let server = server();
    let mut client = Client::new(&server);
    let mut answers = vec![
        client.get("/"),
        client.get("/sign-in"),
        client.get("/nowhere"),
        client.get("/style.css"),
        client.get("/session"),
        client.send(("POST", "/sign-in"), &[], ""),
        client.send(
            ("DELETE", "/sign-in"),
            &[("Sec-Fetch-Site", "same-origin")],
            "",
        ),
        client.post("/sign-in", &[("login", "demo"), ("password", "wrong")]),
        client.post("/sign-in", &[("login", "demo")]),
        client.post("/sign-in", &[("login", &"x".repeat(100_000))]),
    ];
    client.enrol();
    answers.extend(["/", "/devices", "/password", "/session"].map(|path| client.get(path)));
    for answer in &answers {
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; "), "{answer:?}");
        assert!(policy.contains("frame-ancestors 'none'"));
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
        let kept = answer.header("content-type").starts_with("text/css");
        let caching = if kept {
            "public, max-age=300"
        } else {
            "no-store"
        };
        assert_eq!(answer.header("cache-control"), caching, "{answer:?}");
    }
    let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(
        statuses,
        [
            303, 200, 404, 200, 401, 403, 405, 422, 422, 413, 200, 200, 200, 200
        ]
    );
}

/// Nothing inline, nothing from elsewhere: the pages obey the policy that they are sent with.
#[test]
fn pages_load_nothing_from_elsewhere() {
    let server = server();
    let mut client = Client::new(&server);
    let mut pages = vec![client.get("/sign-in").body];
    client.enrol();
    let members = ["/", "/devices", "/authenticators", "/password"];
    pages.extend(members.map(|path| client.get(path).body));
    for page in pages {
        for forbidden in [
            "style=",
            "<style",
            "onclick=",
            "onload=",
            "javascript:",
            "src=\"http",
            "src=\"//",
            "url=http",
        ] {
            assert!(!page.contains(forbidden), "{forbidden} in {page}");
        }
        assert!(page.matches("<script").count() <= 1, "{page}");
    }
}

/// SE-05.
#[test]
fn cookies_are_bound_to_the_host_and_kept_from_scripts() {
    let server = server();
    let mut client = Client::new(&server);
    let password = server.password.clone();
    let answer = client.post("/sign-in", &[("login", "demo"), ("password", &password)]);
    let step = answer.header("set-cookie");
    assert!(
        step.starts_with("__Host-step=") && !step.contains("Domain"),
        "{step}"
    );
    for attribute in [
        "; Path=/",
        "; Secure",
        "; HttpOnly",
        "; SameSite=Strict",
        "; Max-Age=900",
    ] {
        assert!(step.contains(attribute), "{step}");
    }
    assert!(
        !answer.header("location").contains('?'),
        "no ticket in an address"
    );

    let page = client.post("/enrol", &[]).body;
    let uri = common::between(&page, "href=\"otpauth:", "\"").replace("&amp;", "&");
    let phone: Uri = format!("otpauth:{uri}").parse().unwrap();
    let answer = client.post(
        "/enrol/confirm",
        &[("code", &phone.code_at(Timestamp::now()))],
    );
    let cookies = answer.all("set-cookie");
    let [device, session, step] = cookies[..] else {
        panic!("{cookies:?}")
    };
    assert!(device.starts_with("__Host-device=") && !device.contains("Domain"));
    for attribute in [
        "; Path=/",
        "; Secure",
        "; HttpOnly",
        "; SameSite=Strict",
        "; Max-Age=15552000",
    ] {
        assert!(device.contains(attribute), "{device}");
    }
    assert!(session.starts_with("__Host-session=") && !session.contains("Domain"));
    for attribute in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax"] {
        assert!(session.contains(attribute), "{session}");
    }
    assert!(
        step.starts_with("__Host-step=;") && step.contains("Max-Age=0"),
        "{step}"
    );
}

/// PW-14: the same for a name that nobody has as for a wrong password.
#[test]
fn a_wrong_sign_in_says_nothing_of_who_is_here() {
    let server = server();
    let mut client = Client::new(&server);
    let known = client.post("/sign-in", &[("login", "demo"), ("password", "wrong")]);
    let unknown = client.post("/sign-in", &[("login", "nobody"), ("password", "wrong")]);
    assert_eq!((known.status, unknown.status), (422, 422));
    assert_eq!(known.body, unknown.body);
    for n in 0..5 {
        // the same one again would be no further failure
        let wrong = format!("wrong-{n}");
        client.post("/sign-in", &[("login", "demo"), ("password", &wrong)]);
    }
    // five failures have closed the account: its right password is answered like a wrong one
    let closed = client.post(
        "/sign-in",
        &[("login", "demo"), ("password", &server.password)],
    );
    assert_eq!((closed.status, &closed.body), (422, &unknown.body));
    let log = server.log();
    assert!(
        !log.contains("nobody") && !log.contains("demo"),
        "names of failures are not logged: {log}"
    );
}

#[test]
fn what_a_device_calls_itself_is_escaped_and_bounded() {
    let server = server();
    let mut client = Client::new(&server);
    client.agent = "<script>alert(1)</script>\"'&\u{9}x";
    let (_, recovery) = client.enrol();
    let long = "x".repeat(5000);
    let mut other = Client::new(&server);
    other.agent = &long;
    other.sign_in(&recovery[0]);
    for path in ["/", "/devices"] {
        let page = client.get(path).body;
        assert!(!page.contains("<script>alert"), "{page}");
        assert!(
            page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"),
            "{page}"
        );
    }
    let page = client.get("/devices").body;
    assert!(page.contains(&"x".repeat(60)) && !page.contains(&"x".repeat(61)));
}

/// SE-05.
#[test]
fn pages_without_a_session_lead_to_the_sign_in_page() {
    let server = server();
    let mut client = Client::new(&server);
    for path in ["/", "/devices", "/authenticators", "/password"] {
        let answer = client.get(path);
        assert_eq!(
            (answer.status, answer.header("location")),
            (303, "/sign-in"),
            "{path}"
        );
    }
    for path in ["/code", "/enrol", "/new-password"] {
        let answer = client.get(path);
        assert_eq!(answer.header("location"), "/sign-in?ended=step", "{path}");
    }
    // neither is what is no token, nor two of them, nor somebody else's
    let (mut mine, mut theirs) = (Client::new(&server), Client::new(&server));
    let (_, recovery) = mine.enrol();
    theirs.sign_in(&recovery[0]);
    let cookie =
        |client: &Client<'_>| format!("__Host-session={}", client.cookies["__Host-session"]);
    for (cookies, status) in [
        (cookie(&mine), 200),
        (format!("{}x", cookie(&mine)), 303),
        (format!("{}; {}", cookie(&mine), cookie(&theirs)), 303),
        (cookie(&mine).replace("__Host-", ""), 303),
        (cookie(&mine).replace("__Host-", "__host-"), 303),
    ] {
        let answer = request(server.address, ("GET", "/"), &[("Cookie", &cookies)], "");
        assert_eq!(answer.status, status, "{cookies}");
    }
}

/// SE-06: a session that a browser had ends when somebody signs in there anew, and a step's ticket opens
/// no page.
#[test]
fn signing_in_again_ends_the_session_before() {
    let server = server();
    let mut client = Client::new(&server);
    let (_, recovery) = client.enrol();
    let mut copy = Client::new(&server);
    copy.cookies = client.cookies.clone();
    assert_eq!(copy.get("/").status, 200);
    client.sign_in(&recovery[0]);
    assert_eq!(copy.get("/").header("location"), "/sign-in?ended=elsewhere");
    assert_eq!(client.get("/").status, 200);

    let password = server.password.clone();
    let mut halfway = Client::new(&server);
    halfway.post("/sign-in", &[("login", "demo"), ("password", &password)]);
    let ticket = halfway.cookies["__Host-step"].clone();
    halfway.cookies.insert("__Host-session".into(), ticket);
    assert_eq!(halfway.get("/").status, 303);
}

/// SE-07: of two sessions, each ends the other by its number; nobody else's number does anything.
#[test]
fn a_device_is_signed_out_from_another() {
    let server = server();
    let (mut one, mut two) = (Client::new(&server), Client::new(&server));
    let (_, recovery) = one.enrol();
    two.sign_in(&recovery[0]);
    let page = one.get("/devices").body;
    assert_eq!(page.matches("This device").count(), 1);
    let id = common::between(&page, "name=\"id\" value=\"", "\"");
    assert_eq!(one.post("/devices/sign-out", &[("id", "1")]).status, 303);
    assert_eq!(two.get("/").status, 200);
    let answer = one.post("/devices/sign-out", &[("id", &id)]);
    assert_eq!(answer.header("location"), "/devices?done=one");
    assert_eq!(two.get("/").header("location"), "/sign-in?ended=elsewhere");
    assert!(!one.get("/devices").body.contains("name=\"id\""));
}

/// SE-06, SE-08.
#[test]
fn a_new_password_ends_the_other_sessions_and_renews_this_one() {
    let server = server();
    let (mut one, mut two) = (Client::new(&server), Client::new(&server));
    let (_, recovery) = one.enrol();
    two.sign_in(&recovery[0]);
    let password = server.password.clone();
    let change = |client: &mut Client<'_>, present: &str, new: &str, again: &str| {
        client.post(
            "/password",
            &[("present", present), ("new", new), ("again", again)],
        )
    };
    let new = "Quiet-Harbour-31-lamps";
    assert!(
        change(&mut one, "wrong", new, new)
            .body
            .contains("The present password is not right.")
    );
    assert!(
        change(&mut one, &password, new, "other")
            .body
            .contains("differ")
    );
    let short = change(&mut one, &password, "short", "short");
    assert_eq!(short.status, 422);
    assert!(
        short
            .body
            .contains("The new password has a length of 5, the least is 12 characters.")
    );
    assert!(
        short.body.contains("The new password has no upper"),
        "{}",
        short.body
    );
    assert!(
        !short.body.contains("value=\"short\""),
        "no password is sent back"
    );

    let before = one.cookies.clone();
    assert_eq!(
        change(&mut one, &password, new, new).header("location"),
        "/?done=password"
    );
    assert_eq!(one.get("/").status, 200);
    assert_eq!(two.get("/").status, 303);
    one.cookies = before;
    assert_eq!(one.get("/").status, 303, "the token before is dead");
}

/// SE-03.
#[test]
fn what_pages_ask_by_themselves_renews_nothing() {
    let server = Server::start(&["--store", "memory", "--demo", "--idle", "16s"]);
    let mut client = Client::new(&server);
    client.enrol();
    let left = |client: &mut Client<'_>| -> u64 {
        let body = client.get("/session").body;
        common::between(&body, "\"idle\":", ",").parse().unwrap()
    };
    let first = left(&mut client);
    thread::sleep(Duration::from_millis(1500));
    let prefetch = client.send(("GET", "/"), &[("Sec-Purpose", "prefetch")], "");
    assert_eq!(prefetch.status, 200);
    client.get("/sign-in");
    assert!(
        left(&mut client) <= first - 1500,
        "asking, fetching ahead, looking at the sign-in page"
    );
    client.get("/");
    assert!(
        left(&mut client) > first - 1000,
        "a page that somebody opens"
    );
}

/// SE-04: one sign-out ends it on both, at once. Skipped, and said so, where there is no redis-server.
#[test]
fn two_processes_on_one_redis_are_one_service() {
    let Some(redis) = redis_server::start() else {
        return;
    };
    let key = format!("{}/key", common::directory("two-processes"));
    let store = ["--store", &redis.url(), "--key", &key];
    let one = Server::start(&[&store[..], &["--demo"]].concat());
    let two = Server::start(&store);
    assert!(
        one.log().contains("warning: "),
        "what this server can lose is said"
    );
    let (mut here, mut there) = (Client::new(&one), Client::new(&two));
    here.enrol();
    there.cookies = here.cookies.clone();
    assert_eq!(there.get("/").status, 200);
    there.post("/sign-out", &[]);
    assert_eq!(here.get("/").header("location"), "/sign-in?ended=elsewhere");
}

/// CO-04: a store that gives no answer lets nobody in and says nothing wrong.
#[test]
fn without_its_store_the_service_denies() {
    let Some(mut redis) = redis_server::start() else {
        return;
    };
    let key = format!("{}/key", common::directory("without-its-store"));
    let server = Server::start(&["--store", &redis.url(), "--key", &key, "--demo"]);
    let mut client = Client::new(&server);
    client.enrol();
    redis.kill();
    for path in ["/", "/devices", "/password", "/session"] {
        assert_eq!(client.get(path).status, 503, "{path}");
    }
    let password = server.password.clone();
    let sign_in = client.post("/sign-in", &[("login", "demo"), ("password", &password)]);
    assert_eq!((sign_in.status, sign_in.all("set-cookie").len()), (503, 0));
    // it may still be live, and nobody is told otherwise
    let sign_out = client.post("/sign-out", &[]);
    assert_eq!(
        (sign_out.status, sign_out.all("set-cookie").len()),
        (503, 0)
    );
    assert!(server.log().contains("the store gave no answer"));
}

/// PW-13, SE-08: an administrator has asked for another password; nothing else is open before that.
#[test]
fn a_password_that_must_be_changed_is_changed_first() {
    let dir = common::directory("must-change");
    let (file, key) = (format!("{dir}/accounts.sqlite"), format!("{dir}/key"));
    let server = Server::start(&["--store", &file, "--key", &key, "--demo"]);
    let mut client = Client::new(&server);
    let (_, recovery) = client.enrol();
    // the administrator, in another process
    let policy = account::Policy::back_office("Portcullis").unwrap();
    let (ring, store) = portcullis_web::open(&file, &key).unwrap();
    let accounts = Accounts::new(policy, ring, store);
    let reason = Reason::Compromised;
    accounts
        .require_password_change("demo", reason, Timestamp::now())
        .unwrap();
    assert_eq!(
        client.get("/").header("location"),
        "/sign-in?ended=elsewhere"
    );

    let password = server.password.clone();
    client.post("/sign-in", &[("login", "demo"), ("password", &password)]);
    let answer = client.post("/code", &[("recovery", &recovery[0])]);
    assert_eq!(answer.header("location"), "/new-password");
    assert_eq!(client.get("/").status, 303);
    assert!(
        client
            .get("/new-password")
            .body
            .contains("Choose a new password")
    );
    let change = |client: &mut Client<'_>, new: &str| {
        client.post(
            "/new-password",
            &[("present", &password), ("new", new), ("again", new)],
        )
    };
    assert!(
        change(&mut client, &password)
            .body
            .contains("The new password is ")
    );
    assert_eq!(
        change(&mut client, "Quiet-Harbour-31-lamps").header("location"),
        "/"
    );
    assert_eq!(client.get("/").status, 200);
}

/// AT-02, PW-04: guesses that come at once are put off, and told for how long.
#[test]
fn too_many_guesses_at_once_are_put_off() {
    let server = server();
    let start = Barrier::new(20);
    let answers: Vec<_> = thread::scope(|scope| {
        let guess = |n: u32| {
            let mut client = Client::new(&server);
            let wrong = format!("wrong-{n}");
            start.wait();
            client.post("/sign-in", &[("login", "demo"), ("password", &wrong)])
        };
        let guesses: Vec<_> = (0..20).map(|n| scope.spawn(move || guess(n))).collect();
        guesses
            .into_iter()
            .map(|guess| guess.join().unwrap())
            .collect()
    });
    let (put_off, refused): (Vec<_>, Vec<_>) =
        answers.iter().partition(|answer| answer.status == 503);
    assert!(refused.iter().all(|answer| answer.status == 422));
    assert!(!put_off.is_empty() && !refused.is_empty());
    for answer in put_off {
        let seconds: u64 = answer.header("retry-after").parse().unwrap();
        assert!(seconds > 0 && answer.body.contains("Too much at once"));
    }
}

/// TO-07, PW-06: who takes the file has digests and what is sealed, and no second factor; who has not the key has
/// nothing.
#[test]
fn what_is_stored_is_sealed_by_a_key_for_its_owner_alone() {
    let dir = common::directory("sealed");
    let (file, key) = (format!("{dir}/accounts.sqlite"), format!("{dir}/key"));
    let store = ["--store", &file, "--key", &key];
    let server = Server::start(&[&store[..], &["--demo"]].concat());
    let password = server.password.clone();
    let (phone, _) = Client::new(&server).enrol();
    let sign_in = |server: &Server| {
        let fields = [("login", "demo"), ("password", password.as_str())];
        Client::new(server).post("/sign-in", &fields).status
    };
    assert_eq!(sign_in(&server), 303);
    server.stop();
    let stored = fs::read(&file).unwrap();
    let holds = |needle: &[u8]| stored.windows(needle.len()).any(|window| window == needle);
    let secret = data(&phone.secret().expose_base32());
    assert!(holds(b"SQLite format 3") && !holds(b"argon2id") && !holds(b"demo") && !holds(&secret));

    let other = format!("{dir}/another");
    let server = Server::start(&["--store", &file, "--key", &other]);
    assert_eq!(sign_in(&server), 503, "another key opens nothing");
    server.stop();
    assert_eq!(
        fs::metadata(&key).unwrap().permissions().mode() & 0o777,
        0o600
    );
    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
    let refused = Server::try_start(&store).err();
    assert!(refused.unwrap().contains("others than its owner"));

    let address = ["--store", "rediss://localhost/", "--key", &other];
    assert!(
        Server::try_start(&address).is_err(),
        "an address is no file"
    );
}

/// The bytes of base32.
fn data(text: &str) -> Vec<u8> {
    let digits = text.bytes().map(|c| {
        if c.is_ascii_digit() {
            c - b'2' + 26
        } else {
            c - b'A'
        }
    });
    let bits: Vec<u8> = digits
        .flat_map(|digit| (0..5).rev().map(move |bit| digit >> bit & 1))
        .collect();
    bits.chunks_exact(8)
        .map(|byte| byte.iter().fold(0, |byte, bit| byte << 1 | bit))
        .collect()
}

#[test]
fn the_log_has_no_secret() {
    let server = server();
    let mut client = Client::new(&server);
    let password = server.password.clone();
    let (phone, recovery) = client.enrol();
    let token = client.cookies["__Host-session"].clone();
    let device = client.cookies["__Host-device"].clone();
    client.post("/sign-out", &[]);
    client.sign_in(&recovery[0]);
    client.post(
        "/sign-in",
        &[("login", "demo"), ("password", "Wrong-guess-1234")],
    );
    let log = server.log();
    assert!(log.contains("demo signed in"), "{log}");
    for secret in [
        &password,
        &token,
        &device,
        &recovery[0],
        &phone.secret().expose_base32(),
        "Wrong-guess-1234",
    ] {
        assert!(!log.contains(secret), "{log}");
    }
}
