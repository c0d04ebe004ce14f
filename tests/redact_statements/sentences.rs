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

/// RD-01: signs and capitals as no word has them, and what a sentence announces as the value.
#[test]
fn tells_secrets_from_words_by_their_looks() {
    replaces(&[
        "pw for the jump host is «MspUoD:pgjQ» btw",
        "pw for the jump host is «eKs3p\\OZYghs» btw",
        "reset the password of ada to «dPi9uy|abQ»",
        "the new admin password will be «waeCue(180)»",
        "root password: «mzU<XbV>xsy» (changed on Friday)",
        "Hello Ada, your new password is: «motdepassev»",
        "my username is ada and my password is «motdepasse» but I cannot log in",
        "User ada authenticated using password «Ly87\\QK98s» from 10.0.0.1",
        "machine shop.example login ada password «jrYTOy<yaJ>phy»",
        "«garden34!» is the password of ada",
        "«380560» <- root password",
        "Grace told us the new password would be «qwerty123nx» from Monday on",
    ]);
    keeps(&[
        "the password is eBPF",
        "Your new password is: incorrect",
        "the password is CaseSensitive",
        "my username is ada and my password is incorrect it says",
        "the password is crypt(3) or shadow(5)",
        "the password is case-sensitive, user|group",
        "the number of days during which a password is valid\\&. When",
        "password is XmlHttpRequest",
        "token is OAuth2.0",
        "this is the password of the user",
        "the password would be required",
        "the password will be changed",
        "the key file of the token is C:\\keys\\t1",
    ]);
}

/// RD-01: codes of three digits where a person is told them; those of programs stay.
#[test]
fn finds_codes_of_three_digits_that_a_person_is_told() {
    replaces(&[
        "Your OTP is «934»",
        "«979» is your verification code",
        "Use code «594» to log in to crm",
        "Ihr Code lautet «302».",
        "[mailer] login code: «847». Valid for 5 minutes",
        "one-time password «967» sent to +4366412345",
        "got login_code '«8050»' for ada",
        "audit: mothers maiden name changed from \"«Ford Fiesta»\" to \"«Aunt Beatrix»\"",
    ]);
    keeps(&[
        "Login failed, error code: 18456",
        "login failed with status code: 401",
        "verification failed, exit code is 137",
        "your code is 404",
    ]);
}

/// RD-01, RD-05: a line of a configuration that sets a name, in quotes or not; a line that says how
/// it fared stays.
#[test]
fn finds_what_a_directive_sets() {
    replaces(&[
        "SetEnv MASTER_KEY \"«NLUTPM4VCBQKGKO7Z185WZRX9PY9M6G6»\"",
        "setx WIFI_PASSWORD \"«We love it at home!»\"",
        "set -gx REDIS_PASSWORD «jiwyjk-kumyl-gdxhv»",
        "\toption ftppass '«hqa3Rrpf»'",
        "  mothers_maiden_name «1971»",
        "\tsecret \"«my-very-private-451»\";",
        "    jwt_secret \"«A7YC3-RYICV-FSYKE-O72RA»\"",
    ]);
    keeps(&[
        "db_password required",
        "access_token Invalid",
        "vault_token_renewals 12",
        "auth_token AuthenticationError",
        "  fastcgi_pass   127.0.0.1:1025;",
        "SecComponentSignature \"OWASP_CRS/3.3.4\"",
        "SHOW_ALL_SIGNATURES         N;",
        "  ECDSA_SIG *signature;",
        "api_key RS256",
        "db_password host=db",
    ]);
}

/// RD-01: what a remote shell's prompt asks for may be several words; words may stand between `with`
/// and the name.
#[test]
fn finds_what_is_typed_at_a_prompt_and_what_follows_a_title() {
    replaces(&[
        "ada@db's password: «correct koupg locyx ghvhu»",
        "connect with user password «hffmxu-qrfupg-njwzrjbg-mlhkg» please",
        "LoginFailure: Improper token has been passed: «00MM4cwexjiuQ0I6yO77Oa3bWO_QXxHsKXgtz»",
        "using bearer token «1IU6U-KSQ61-F4V91-KL0XM-OYA39» for mq-6",
        "./gradlew publish -Ppuk=«68136246» -PapiKey=«EOTRK-F4BSA-AQHHK-Z0A2G-EDELS»",
        "set /app/cvc «146»",
    ]);
    keeps(&[
        "ada@db's password: ",
        "ada@db's password:",
        "the user's password: see below for the rules",
        "with the password provided",
        "GET /app/pin 200",
        "tool -Padding=12 -Depth=3",
    ]);
}

/// RD-01: a clause about a name, the verbs of Romance languages, and prompts that show what they have.
#[test]
fn finds_a_value_behind_a_clause_and_behind_a_bracket() {
    replaces(&[
        "The PIN you chose is «4821».",
        "The password that we sent was «Blue42horse»",
        "Mot de passe provisoire : «Ete2026!x»",
        "Votre mot de passe est : «Ete2026!x»",
        "La tua password è «Estate2026!»",
        "Il tuo codice di verifica è «483920»",
        "Ihre TAN lautet «483920»",
        "Enter this code to continue: «483920»",
        "Use verification code «483920» for Acme",
        "AWS Secret Access Key [None]: «wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLE0»",
    ]);
    keeps(&[
        "The password you entered is incorrect",
        "the token that you provided is expired",
        "AWS Secret Access Key [None]: ",
        "Pakistan: 123456 visitors",
        "enter this code to continue: see below",
        "password attempts 12 of 20",
    ]);
}

/// RD-01: prompts that say what they ask for, and the lines of Fortinet's devices.
#[test]
fn finds_what_a_prompt_asks_for_by_name() {
    replaces(&[
        "Enter passphrase for key '/home/ada/.ssh/id_rsa': «hunter2x»",
        "Enter passphrase (empty for no passphrase): «hunter2x»",
        "Please enter passphrase for disk sda3: «hunter2x»",
        "    set password ENC «AK1abcdef0123456789abcdef»",
        "    set password «hunter2x»",
        "shared_secret «radius-secret1»",
    ]);
    keeps(&[
        "passphrase for key loaded: id_rsa2",
        "tokens [1 of 3]: done2",
        "Enter passphrase for key '/home/ada/.ssh/id_rsa': ",
        "Enter password for ada: incorrect",
        "Password for ada: expired",
        "set password required",
        "Wrong passphrase for key /home/ada/k: retry7",
    ]);
}
