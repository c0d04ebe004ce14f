//! Words that are glued to the names of secrets: `dbpassword`, `passwordhash`. To teach one, add it
//! to its list.

/// Words that others are glued to, and those others; none where it is any but a
/// [`super::public::VERBS`].
pub(super) const GLUED: &[(&str, &[&str])] = &[
    ("password", &[]),
    ("passwd", &[]),
    ("passwort", &[]),
    ("passphrase", &[]),
    ("passcode", &[]),
    ("token", &[]),
    ("secret", &[]),
    ("pass", OWNERS),
    ("pwd", OWNERS),
    ("pw", OWNERS),
    ("psk", OWNERS),
    (
        "pin",
        &[
            "card",
            "sim",
            "user",
            "bank",
            "atm",
            "debit",
            "bt",
            "new",
            "old",
            "my",
            "voicemail",
            "wallet",
            "device",
            "unlock",
            "login",
            "parental",
        ],
    ),
];

/// Words that modify the one that they are glued to, as in `passwordhash`.
pub(super) const GLUED_MODIFIERS: (&[&str], &[&str]) = (
    &[
        "password", "passwd", "pass", "pwd", "token", "secret", "pin",
    ],
    &[
        "hash",
        "digest",
        "confirm",
        "confirmation",
        "again",
        "repeat",
        "encrypted",
        "new",
        "old",
    ],
);

/// Whose secret it is, or which.
#[rustfmt::skip]
pub(super) const OWNERS: &[&str] = &[
    "access", "account", "admin", "api", "app", "auth", "basic", "bearer", "bind", "bot", "cert",
    "client", "conf", "consumer", "crypt", "csrf", "current", "database", "db", "default",
    "device", "email", "enc", "ftp", "git", "http", "id", "jks", "jwt", "key", "keystore", "ldap",
    "login", "mail", "master", "mongo", "my", "mysql", "net", "new", "nfs", "oauth", "p",
    "personal", "pfx", "pg", "postgres", "proxy", "redis", "refresh", "reset", "root", "samba",
    "security", "server", "service", "session", "shared", "site", "smb", "smtp", "sql", "ssh",
    "store", "sudo", "svn", "temporary", "truststore", "user", "verification", "vnc", "vpn", "web",
    "webhook", "wifi", "wpa", "wlan", "your",
];
