//! Secrets in URLs and connection strings, and addresses that have none.
#![cfg(feature = "redact")]

use std::sync::LazyLock;

use portcullis::redact::Policy;

static POLICY: LazyLock<Policy> = LazyLock::new(Policy::default);

/// Each line has its secret in `«»`, which is not part of it, and the name of what replaces it after
/// a bar.
fn check(lines: &[&str]) {
    for line in lines {
        let (marked, kind) = line.split_once(" | ").unwrap_or((line, ""));
        let text = marked.replace(['«', '»'], "");
        let mut safe = String::new();
        for part in marked.split('«') {
            match part.split_once('»') {
                Some((_, rest)) => safe += &format!("[REDACTED:{kind}]{rest}"),
                None => safe += part,
            }
        }
        assert_eq!(POLICY.redact_str(&text), safe, "{text}");
        assert_eq!(POLICY.redact_str(&safe), safe, "again: {text}");
    }
}

/// RD-02, RD-05: RFC 3986 §3.2.1, whatever the password holds and however the URL is written.
#[test]
fn replaces_the_password_and_leaves_user_and_host() {
    check(&[
        "postgres://app:«s3cr3t»@db:5432/shop | password",
        "redis://:«s3cr3t»@cache:6379/0 | password",
        "amqp://guest:«guest»@rabbit | password",
        "mongodb+srv://a:«b9»@h1.example.net,h2.example.net/db?retryWrites=true | password",
        "postgres://u:«p@ss:w/o?r#d»@db.example.com:5432/shop?sslmode=require | password",
        "clickhouse://u:«p/w#d»@ch/default | password",
        r"postgres:\/\/u:«p\/w»@db.example.com\/shop | password",
        r"jdbc\:postgresql\://u\:«s3cr3t»@h/db | password",
        "postgres%3A%2F%2Fu%3A«p%2540ss»%40db.example.com%2Fshop | password",
        "/sso?return=https%3a%2f%2fops%3a«p9»%40crm.example.com%2f&x=1 | password",
        "to=https%253A%252F%252Fops%253A«p9»%2540crm.example.com%252F | password",
        "INVITE sip:ops:«G3W7?3NVu2»@pbx.example.com SIP/2.0 | password",
        "https://u:«p9q»@github.com/@scope/pkg@1.2.3 | password",
        "see https://u:«p9q»@host.example.com, please | password",
    ]);
}

/// RD-05: where both are the words for them, documentation shows how to write the address. A real
/// user's password may be the same word.
#[test]
fn leaves_what_documentation_writes_for_a_user_and_a_password() {
    check(&[
        "https://user:password@example.com/",
        "postgres://user:pass@localhost/db",
        "amqp://username:password@host:5672/vhost",
        "mysql://root:«password»@localhost/db | password",
        "https://user:«password1»@example.com/ | password",
    ]);
}

/// RD-02: a user without a password, or with one that says that there is none, is a token.
#[test]
fn replaces_a_user_that_is_a_token() {
    check(&[
        "https://«9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b»@git.example.com/x | token",
        "https://«9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b»:x-oauth-basic@git.example.com/x | token",
        "https://«9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b»:@api.example.com/v1 | token",
        "https://«1695356963%3AAAaJo2M5rw6ybXwTsREkE__YrfGOx879NG-»@git.example.com/x | token",
        "https://b7497dcfe6d0168981bc4812cda39baa@o626889.ingest.sentry.io/3615570",
        "https://ada@example.com/x https://ada.lovelace-1815%40example.org@example.com/x",
        "https://continuous-integration-robot@git.example.com/x",
        "ssh://9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b@git.example.com/x",
    ]);
}

/// RD-02: ports, paths, drives, versions and digests are no passwords.
#[test]
fn leaves_addresses_alone_that_have_no_password() {
    check(&[
        "git@github.com:x/y.git ssh://git@github.com:22/x/y",
        "http://[2001:db8::1]:8080/a@b",
        r"file:///C:/x@2x.png file://C:/dir@x.example/y file://C:\dir@x.example\y",
        "https://example.com:8080/path@v1.2 https://cdn.example.com/npm/vue@3.4.1/dist",
        "https://registry.npmjs.org/@scope/pkg@1.2.3",
        "docker-pullable://nginx:1.25@sha256:0d17b565c37bcbd895e9d92315a05c1c3c9a29f762b011a10c54a66cd53c9b31",
        "scope://x:y@z",
        "<sip:alice@pbx:5060> sip:alice@pbx sips:bob@pbx;tag=a",
        "postgres://app:${DB_PASSWORD}@db/shop postgres://app:****@db/shop",
        "jdbc:oracle:thin:@db:1521:XE jdbc:oracle:thin:@(DESCRIPTION=(ADDRESS=(HOST=h)))",
    ]);
}

/// RD-02: who has the address of a webhook, or the link, needs nothing else.
#[test]
fn replaces_what_is_secret_in_a_path() {
    check(&[
        "https://hooks.slack.com/services/T0123456/B0123456789/«aB3dE6gH9jKlM2nP5qRs8TuV» | secret",
        "https://discord.com/api/webhooks/368340400992718634/«PzIoGHRWVudBEJH7zgV6ddACn2HiY-Sz4KoFv69bzmnnuXvepFEtRqGwZh8f» | secret",
        "https://acme.webhook.office.com/webhookb2/3f2504e0-4f89-41d3-9a0c-0305e82c3301@3f2504e0-4f89-41d3-9a0c-0305e82c3302/IncomingWebhook/«0d17b565c37bcbd895e9d92315a05c1c»/3f2504e0-4f89-41d3-9a0c-0305e82c3303 | secret",
        "https://maker.ifttt.com/trigger/door/with/key/«dF3k9Zp1Qx7Lm2Nw8» | secret",
        "https://api.telegram.org/bot«123456789:AAaB3dE6gH9jKlM2nP5qRs8TuV1wXyZ4aB3d»/sendMessage | token",
        "GET /reset-password/«9f8e7d6c5b4a39281706f5e4d3c2b1a0»?lang=en | token",
        "GET /reset/MQ/«c1x2y3-9f8e7d6c5b4a39281706f5e4d3c2b1a0»/ | token",
        "GET /invite/«3f2504e0-4f89-41d3-9a0c-0305e82c3301» | token",
        "GET /magic-link/«aB3dE6gH9jKlM2nP5qRs8TuV1wXyZ4» | token",
        "GET /callback?code=«fSJGspKuOqJG3xraJ0LCHpGkyIGfbHQ6xn6q5»&session=on | code",
        "GET /callback?state=«aB3dE6gH9jKlM2nP5qRs8TuV»&code=a | token",
    ]);
}

/// RD-02: the same paths and parameters without a secret.
#[test]
fn leaves_paths_alone_that_hold_no_secret() {
    check(&[
        "GET /x?code=200&code=ERR_CONNECTION_REFUSED_12345 status_code=404",
        "GET /reset-password/form GET /verify/email GET /confirm/order/4711 GET /activate/",
        "GET /static/reset/normalize.0123456789abcdef.css GET /invite/friends-and-family",
        "GET /unsubscribe/9f8e7d6c5b4a39281706f5e4d3c2b1a0",
        "GET /map?state=california-and-nevada&zoom=4",
        "see https://hooks.slack.com/services/ and https://discord.com/api/webhooks/1/",
        ".git/hooks/pre-commit /usr/share/hooks/post-merge.sample",
    ]);
}

/// RD-02: Go's strings, Oracle's, and the arguments of functions that connect.
#[test]
fn replaces_the_passwords_of_connections() {
    check(&[
        "sql: open \"miguel.r:«83911491»@tcp(db-8.example.com:3306)/crm?parseTime=true\" | password",
        "DSN: app:«p@ss/w:1»@tcp(db)/shop | password",
        "mysql://app:«p9x»@tcp(db:3306)/shop | password",
        "jdbc:oracle:thin:scott/«tiger9»@//db:1521/XE | password",
        "jdbc:oracle:thin:scott/«ti@ger9»@db:1521:XE | password",
        "DBI->connect(\"dbi:Sybase:server=X\", \"sa\", \"«s3cr3t»\") | password",
        "DriverManager.getConnection(url, 'sa', '«s3c»'); | password",
        "new PasswordAuthenticator(\"Administrator\", \"«pw9x»\") | password",
        "conn.login(user, password) $dbh = DBI->connect($dsn, $user, $pass); a.login(\"ada\")",
        "at com.example.Session.login(Session.java:42) mail@tcp(",
        "Server=db;User Id=sa;Password=\"«a;b9»\";Database=x | password",
        "host=h user=u password='«a b9»' dbname=x | password",
        "AccountName=a;AccountKey=«aB3dE6gH9jKlM2nP5qRs8TuV1wXyZ4==»;EndpointSuffix=core.windows.net | api_key",
    ]);
}
