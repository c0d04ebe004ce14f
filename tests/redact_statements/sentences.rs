//! Sentences of people and templates.

use super::marks::{keeps, replaces};

/// RD-01: what a person or a template says, in several languages.
#[test]
fn finds_the_secrets_of_sentences() {
    replaces(&[
        "the password for ada is «hunter2» and it expires tomorrow",
        "Your password is \"«correct horse»\". Please change it.",
        "password for ada set to '«hunter2»'",
        "changed password of ada from «hunter2» to «hunter3»",
        "Password changed from '«hunter2»' to '«hunter3»'",
        "login with user ada and password «letmein»",
        "Logging in as ada with password \"«correct horse»\"",
        "connected by api key \"«k3yk3yk3y»\"",
        "token «tGzv3JOkF0XG5Qx2TlKWIA» expired",
        "my password is «hunter2» can you check?",
        "Das Passwort für ada lautet «Sommer24!»",
        "Your verification code is «123456». It expires in 10 minutes.",
        "Your Acme code is «123456»",
        "«123456» is your Acme login code.",
        "G-«123456» is your Google verification code.",
        "Use «123-456» to sign in. Don't share it.",
        "Ihr Code lautet «123456».",
        "Your security code: «123 456»",
        "Your PIN is «4711», keep it safe",
    ]);
}

/// RD-05: words of a language stay, and so do the numbers and names of sentences about secrets.
#[test]
fn leaves_sentences_about_secrets() {
    keeps(&[
        "password is required",
        "the token is invalid",
        "the secret is out",
        "password is case-sensitive",
        "the password is base64-encoded",
        "the PIN is 4711 times wrong",
        "the password is 12 characters long",
        "password is stored as SHA-256",
        "passwords are argon2id hashes",
        "your password is about to expire in 3 days",
        "password for ada is wrong",
        "secret \"default-token-x7k2p\" not found",
        "password changed for ada",
        "password set to expire in 90 days",
        "token expired 12 minutes ago",
        "API key 42 was revoked",
        "had sessionid 0x14f05578bd80018",
        "Setting up passwd (1:4.8.1-2ubuntu2.2) ...",
        "you can pass \"-v\" to the linker",
        "pass 'ignore' to ignore errors",
        "process exited with code: 137",
        "status code is 404",
        "HTTP error code: 5000",
        "use port 8080 to sign in",
        "took 1234 ms to log in",
        "password reset to default",
        "Enter pass phrase for server.key:",
        "read password from file",
        "Accepted password for root from 10.0.0.1 port 22 ssh2",
        "Failed password for invalid user admin1 from 10.0.0.1 port 54022",
    ]);
}
