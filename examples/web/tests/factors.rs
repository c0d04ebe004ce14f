//! Authenticators, devices that are known, and addresses that guess, over HTTP.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests stop at what they did not expect"
)]

mod common;

use std::sync::Arc;

use common::{Client, Server, between, directory};
use portcullis::{
    Timestamp,
    account::{self, Accounts, Next},
    rbac::Grants,
    totp::Uri,
};

fn server(more: &[&str]) -> Server {
    Server::start(&[&["--store", "memory", "--demo"], more].concat())
}

/// The secret that a page shows, and the number of what it is for.
fn shown(page: &str) -> (Uri, String) {
    let uri = between(page, "href=\"otpauth:", "\"").replace("&amp;", "&");
    let id = between(page, "name=\"id\" value=\"", "\"");
    (format!("otpauth:{uri}").parse().unwrap(), id)
}

/// The numbers of the authenticators in the list.
fn listed(client: &mut Client<'_>) -> Vec<String> {
    let page = client.get("/authenticators").body;
    let forms = page.split("action=\"/authenticators/remove\"").skip(1);
    forms.map(|form| between(form, "value=\"", "\"")).collect()
}

/// TO-04, TO-08: a second app beside the first, the first one replaced, the second one removed.
#[test]
fn apps_are_added_replaced_and_removed() {
    let server = server(&[]);
    let mut client = Client::new(&server);
    let (first, recovery) = client.enrol();
    let mut elsewhere = Client::new(&server);
    elsewhere.sign_in(&recovery[0]);
    let session = client.cookies["__Host-session"].clone();

    // added: its code counts, the session goes on under another token, the others end
    let page = client.post("/authenticators/add", &[("label", "Tablet")]);
    assert_eq!(page.status, 200);
    let (tablet, id) = shown(&page.body);
    let wrong = tablet.code_at(Timestamp::EPOCH);
    let refused = client.post("/authenticators/confirm", &[("id", &id), ("code", &wrong)]);
    assert_eq!(refused.status, 422);
    assert!(
        !refused.body.contains("otpauth:"),
        "the secret is shown once"
    );
    let code = tablet.code_at(Timestamp::now());
    let done = client.post("/authenticators/confirm", &[("id", &id), ("code", &code)]);
    assert_eq!(done.header("location"), "/authenticators?done=confirmed");
    assert_ne!(client.cookies["__Host-session"], session);
    assert_eq!(elsewhere.get("/").status, 303);
    let ids = listed(&mut client);
    assert_eq!((ids.len(), &ids[1]), (2, &id));

    // replaced: the new one takes its place when it is confirmed
    let page = client.post(
        "/authenticators/replace",
        &[("id", &ids[0]), ("label", "New phone")],
    );
    let (phone, new) = shown(&page.body);
    assert_ne!(
        phone.secret().expose_base32(),
        first.secret().expose_base32()
    );
    assert_eq!(
        listed(&mut client).len(),
        3,
        "the old one serves until then"
    );
    let code = phone.code_at(Timestamp::now());
    client.post("/authenticators/confirm", &[("id", &new), ("code", &code)]);
    assert_eq!(listed(&mut client), [id.clone(), new.clone()]);

    // removed: the last one stays
    let done = client.post("/authenticators/remove", &[("id", &id)]);
    assert_eq!(done.header("location"), "/authenticators?done=removed");
    let refused = client.post("/authenticators/remove", &[("id", &new)]);
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("This is the only one"));
    assert_eq!(listed(&mut client), [new]);
}

/// TO-08: the old sheet opens nothing any more, and no page shows the new one again.
#[test]
fn recovery_codes_are_made_anew() {
    let server = server(&[]);
    let mut client = Client::new(&server);
    let (_, old) = client.enrol();
    let page = client.post("/authenticators/recovery-codes", &[]).body;
    let list = between(&page, "<ol class=\"recovery\">", "</ol>");
    let new = between(&list, "<li>", "</li>");
    assert_ne!(new, old[0]);
    assert!(!client.get("/authenticators").body.contains(&new));

    let password = server.password.clone();
    let mut other = Client::new(&server);
    other.post("/sign-in", &[("login", "demo"), ("password", &password)]);
    let refused = other.post("/code", &[("recovery", &old[0])]);
    assert_eq!(refused.status, 422);
    let opened = other.post("/code", &[("recovery", &new)]);
    assert_eq!(opened.header("location"), "/");
}

/// TO-04: a session that was left open ten minutes ago changes nothing before a fresh code.
#[test]
fn a_session_that_was_left_open_is_asked_for_a_code() {
    let dir = directory("left-open");
    let (file, key) = (format!("{dir}/accounts.sqlite"), format!("{dir}/key"));
    let policy = account::Policy::back_office("Portcullis").unwrap();
    let (ring, store) = portcullis_web::open(&file, &key).unwrap();
    let accounts = Accounts::new(policy, Arc::clone(&ring), store);
    let now = Timestamp::now().as_secs();
    let then = Timestamp::from_secs(now.checked_sub(10 * 60).unwrap());
    let password = "Quiet-Harbour-31-lamps".into();
    accounts
        .register("ada", &password, Grants::new(), then)
        .unwrap();
    let Next::EnrolmentNeeded(ticket) = accounts.sign_in("ada", &password, then).unwrap() else {
        panic!()
    };
    let phone = accounts.enrol(&ticket, then).unwrap();
    let code = phone.code_at(then);
    let enrolled = accounts.confirm_enrolment(&ticket, &code, then).unwrap();
    let Next::SignedIn(signed_in) = enrolled.next else {
        panic!()
    };

    let server = Server::start(&["--store", &file, "--key", &key]);
    let mut client = Client::new(&server);
    let token = signed_in.token.expose_secret().to_owned();
    client
        .cookies
        .insert("__Host-session".into(), token.clone());
    let ids = listed(&mut client);
    for (path, fields) in [
        ("/authenticators/add", &[("label", "Thief's phone")][..]),
        (
            "/authenticators/replace",
            &[("id", ids[0].as_str()), ("label", "Thief's phone")],
        ),
        ("/authenticators/remove", &[("id", ids[0].as_str())]),
        ("/authenticators/recovery-codes", &[]),
    ] {
        let answer = client.post(path, fields);
        assert_eq!(answer.header("location"), "/authenticators/prove", "{path}");
    }
    assert!(
        client
            .get("/authenticators/prove")
            .body
            .contains("Is it you?")
    );
    let code = phone.code_at(Timestamp::now());
    let proved = client.post("/authenticators/prove", &[("code", &code)]);
    assert_eq!(proved.header("location"), "/authenticators?done=proved");
    assert_ne!(client.cookies["__Host-session"], token);
    let page = client.post("/authenticators/add", &[("label", "Tablet")]);
    assert!(page.body.contains("otpauth:"));
    let wrong = phone.code_at(Timestamp::EPOCH);
    let refused = client.post("/authenticators/prove", &[("code", &wrong)]);
    assert_eq!(refused.status, 422);
}

/// AT-04: strangers lock strangers; the device that has signed in before is still asked for its code.
#[test]
fn strangers_do_not_lock_out_a_device_that_signed_in_before() {
    let server = server(&[]);
    let mut owner = Client::new(&server);
    owner.enrol();
    owner.post("/sign-out", &[]);
    assert!(owner.cookies.contains_key("__Host-device"), "it stays");
    assert!(!owner.cookies.contains_key("__Host-session"));

    let mut stranger = Client::new(&server);
    for n in 0..5 {
        let guess = format!("Guess-number-{n}");
        stranger.post("/sign-in", &[("login", "demo"), ("password", &guess)]);
    }
    let password = server.password.clone();
    let right = [("login", "demo"), ("password", password.as_str())];
    assert_eq!(stranger.post("/sign-in", &right).status, 422);
    assert_eq!(
        owner.post("/sign-in", &right).header("location"),
        "/code",
        "the owner's device"
    );
    // one that was made up is a stranger's, and so are two
    let token = owner.cookies["__Host-device"].clone();
    for cookies in [
        format!("__Host-device={}x", &token),
        format!("__Host-device={token}; __Host-device={token}"),
    ] {
        let headers = [
            ("Sec-Fetch-Site", "same-origin"),
            ("Cookie", cookies.as_str()),
        ];
        let body = format!("login=demo&password={password}");
        let answer = Client::new(&server).send(("POST", "/sign-in"), &headers, &body);
        assert_eq!(answer.status, 422, "{cookies}");
    }
}

/// A password that is wrong, for a name of its own, from this address.
fn guess(server: &Server, n: u32, from: &str) -> u16 {
    let headers = [("Sec-Fetch-Site", "same-origin"), ("X-Forwarded-For", from)];
    let body = format!("login=nobody-{n}&password=wrong");
    let mut client = Client::new(server);
    client.send(("POST", "/sign-in"), &headers, &body).status
}

/// AT-07: behind a proxy that is believed, an address that guesses is put off, and no other.
#[test]
fn an_address_that_guesses_is_put_off_and_no_other() {
    let server = server(&["--proxy", "127.0.0.0/8"]);
    for n in 0..30 {
        assert_eq!(guess(&server, n, "198.51.100.7"), 422, "{n}");
    }
    assert_eq!(guess(&server, 30, "198.51.100.7"), 503);
    assert_eq!(
        guess(&server, 31, "203.0.113.9, 198.51.100.7"),
        503,
        "whatever it says of others"
    );
    assert_eq!(guess(&server, 32, "198.51.100.8"), 422);
    assert_eq!(guess(&server, 33, "not an address"), 400);
}

/// AT-07: without a proxy that is believed, what a header says of addresses is nothing.
#[test]
fn a_stranger_does_not_choose_an_address() {
    let server = server(&[]);
    for n in 0..30 {
        assert_eq!(guess(&server, n, &format!("198.51.100.{n}")), 422, "{n}");
    }
    assert_eq!(guess(&server, 30, "198.51.100.99"), 503);
}

/// TO-10: in the time of grace a password is enough, and is said not to be for long; an app that is
/// set up then is asked for from then on.
#[test]
fn a_person_in_grace_is_told_and_sets_up_an_app() {
    let server = server(&["--grace", "7d"]);
    let mut client = Client::new(&server);
    let password = server.password.clone();
    let right = [("login", "demo"), ("password", password.as_str())];
    let answer = client.post("/sign-in", &right);
    assert_eq!(answer.header("location"), "/?done=grace");
    let home = client.get("/?done=grace").body;
    assert!(home.contains("without a second factor"), "{home}");

    let page = client
        .post("/authenticators/add", &[("label", "Phone")])
        .body;
    let (phone, id) = shown(&page);
    let code = phone.code_at(Timestamp::now());
    let page = client
        .post("/authenticators/confirm", &[("id", &id), ("code", &code)])
        .body;
    assert!(page.contains("<ol class=\"recovery\">"));
    assert_eq!(client.get("/authenticators").status, 200);
    client.post("/sign-out", &[]);
    assert_eq!(client.post("/sign-in", &right).header("location"), "/code");
}
