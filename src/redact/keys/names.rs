//! The names that belong to secrets, by what they belong to. To teach one, add it to the line of its
//! kind; what the value must look like to be taken is the second word of the line.
//!
//! An entry is the end of a name, as words in lower case. Plurals, numbered names, glued ones
//! (`dbpassword`) and what [`super::words`] drops need no entry of their own. What other words are
//! glued to is in [`super::glued`].

use super::{
    super::finding::Kind,
    Demand::{
        self, Any, Authorization, Code, Cookies, Digits, NotCount, Opaque, SetCookie, Url, Words,
    },
};
use Kind::{ApiKey, Cookie, Password, Pin, PrivateKey, Secret, SecurityAnswer, Session, Token};

/// What it is, what its value must look like, and the ends of its names, in words.
type Row = (Kind, Demand, &'static [&'static str]);

/// All of them.
pub(super) fn all() -> impl Iterator<Item = &'static Row> {
    let tables = [PASSWORDS, LANGUAGES, TOKENS, KEYS, SESSIONS, CODES, ANSWERS];
    tables.into_iter().flatten()
}

/// What people choose and type.
#[rustfmt::skip]
const PASSWORDS: &[Row] = &[
    (Password, Any, &[
        "password", "passwd", "pswd", "psw", "pwd", "pw", "pass word", "pass wd", "passcode",
        "pass code", "passphrase", "pass phrase", "psk", "wpa key", "wep key", "wifi key",
        "network key", "pre shared key", "preshared key",
        "become pass", "ssh pass", "ftp pass", "sftp pass", "db pass", "mysql pass", "pg pass",
        "user pass", "admin pass", "root pass", "default pass", "smtp pass", "mail pass",
        "imap pass", "login pass", "http pass", "wifi pass", "ldap pass", "bind pass",
        "keystore pass", "cert pass",
        // Redis's and Valkey's settings.
        "requirepass", "masterauth",
    ]),
    (Password, NotCount, &["pass"]),
];

/// The same in other languages, as forms of their products name it.
#[rustfmt::skip]
const LANGUAGES: &[Row] = &[
    (Password, Any, &[
        "passwort", "kennwort", "wachtwoord", "lösenord", "losenord", "passord", "adgangskode",
        "salasana", "contrasena", "contraseña", "contrasenya", "clave acceso", "clave secreta",
        "senha", "palavra passe", "mdp", "mot de passe", "motdepasse", "parola", "hasło", "haslo",
        "heslo", "geslo", "lozinka", "jelszo", "jelszó", "parool", "slaptazodis", "slaptažodis",
        "şifre", "sifre", "kata sandi", "mat khau", "mật khẩu", "пароль", "пароли", "пароля",
        "лозинка", "парола", "κωδικός", "סיסמה", "密码", "密碼", "口令", "パスワード", "暗証番号", "비밀번호", "암호",
    ]),
];

/// What programs are given to show who they are.
#[rustfmt::skip]
const TOKENS: &[Row] = &[
    (Token, Any, &[
        "token", "jwt", "csrf", "xsrf", "saml response", "code verifier", "auth ticket",
        "login ticket", "access ticket", "bearer token bedrock",
    ]),
    (Token, Opaque, &[
        "bearer", "id assertion", "assertion", "auth", "apiauth", "ticket", "redis auth",
        "rediscli auth", "github pat", "gitlab pat", "azure devops pat",
    ]),
    (Secret, Url, &["webhook", "webhook url", "webhook uri", "hook url", "callback hook"]),
];

/// Keys, and what they are made of.
#[rustfmt::skip]
const KEYS: &[Row] = &[
    (ApiKey, Any, &[
        "api key", "access key", "account key", "app key", "application key", "auth key",
        "service key", "storage key", "storage account key", "shared access key",
        "subscription key", "functions key", "function key", "deploy key", "license key",
        "licence key", "product key", "consumer key", "admin key", "write key", "server key",
        "integration key", "ingest key", "ingestion key", "sdk key", "rapidapi key", "vault key",
        "user key",
    ]),
    (Secret, Any, &[
        "secret", "secret key", "secret access key", "secret key base", "shared key",
        "encryption key", "encrypt key", "decryption key", "signing key", "signature key",
        "master key", "hmac key", "aes key", "symmetric key", "wrapping key", "unseal key",
        "recovery key", "session key", "cookie key", "key material", "pepper", "secret value",
        "secret string", "secret text", "community string", "snmp community", "otpauth url",
        "otpauth uri",
    ]),
    (Secret, Opaque, &[
        "credential", "secret id", "signature", "sig", "hmac", "shared access signature", "sas",
        "totp seed", "otp seed", "mfa seed",
    ]),
    (Secret, Words, &["mnemonic"]),
    (Secret, Any, &[
        "seed phrase", "seed words", "wallet seed", "wallet phrase", "recovery phrase",
        "recovery words", "backup phrase", "mnemonic phrase",
    ]),
    (PrivateKey, Any, &["private key", "priv key", "privkey", "ssh key", "private pem", "key pem"]),
    (PrivateKey, Opaque, &["age key", "wif"]),
];

/// Sessions, and the headers that carry them.
#[rustfmt::skip]
const SESSIONS: &[Row] = &[
    (Session, NotCount, &[
        "session id", "sess id", "j session id", "php sessid", "asp net session id",
        "session cookie", "auth cookie", "login cookie",
    ]),
    (Session, Opaque, &[
        "session", "sess", "sid", "connect sid", "remember me", "rememberme", "aspxauth",
    ]),
    (Cookie, Cookies, &["cookie", "http cookie"]),
    (Cookie, SetCookie, &["set cookie"]),
    (Kind::Authorization, Authorization, &[
        "authorization", "http authorization", "proxy authorization", "authorisation",
    ]),
];

/// What is typed in digits, for a door or once.
#[rustfmt::skip]
const CODES: &[Row] = &[
    (Pin, Digits, &[
        "pin", "pin code", "pin number", "pin no", "puk", "puk code", "cvv", "cvc", "cvn", "csc",
        "cvv code", "cvc code", "security code", "card code", "card verification value",
        "card verification code", "card verification number", "door code", "gate code",
        "alarm code", "unlock code", "lock code", "passkey",
    ]),
    (Kind::Code, Code, &[
        "otp", "totp", "hotp", "mtan", "pushtan", "chiptan", "tan code", "mfa", "otp code",
        "totp code", "mfa code", "2fa code", "tfa code", "sms code", "one time code",
        "one time pin", "one time pass", "verification code", "verification pin", "verify code",
        "confirmation code", "confirm code", "auth code", "authentication code", "login code",
        "sign in code", "two factor code", "second factor", "second factor code", "two step code",
        "authenticator code", "access code", "reset code", "invite code", "invitation code",
    ]),
    (Kind::Code, Any, &[
        "recovery code", "backup code", "scratch code", "rescue code", "emergency code",
        "device code", "activation code",
    ]),
    (Kind::Code, Opaque, &["authorization code", "oauth code"]),
];

/// What only its owner should know.
#[rustfmt::skip]
const ANSWERS: &[Row] = &[
    (SecurityAnswer, Any, &[
        "security answer", "secret answer", "security question", "secret question",
        "security question answer", "secret question answer", "answer to security question",
        "answer to secret question", "challenge answer", "recovery answer", "answer hash",
        "hint answer", "mother maiden name", "mothers maiden name", "maiden name", "maidenname",
        "first pet", "first pet name", "pet name", "pets name", "childhood pet",
        "childhood friend", "childhood nickname", "childhood hero", "favorite teacher",
        "favourite teacher", "favorite book", "favourite book", "favorite movie",
        "favourite movie", "favourite film", "favorite pet", "first school", "first teacher",
        "first car", "first concert", "birth city", "city of birth", "born in city",
        "street grew up", "memorable word", "memorable date", "memorable place",
    ]),
];

/// Names whose values are likely several words.
pub(super) const SPACED: &[&str] = &["phrase", "passphrase", "mnemonic", "words", "seed"];

/// Of several words, those worth searching a log for; else it is the rarest.
#[rustfmt::skip]
pub(super) const RARE: &[&str] = &[
    "key", "code", "answer", "question", "phrase", "maiden", "pet", "favorite", "favourite",
    "childhood", "school", "birth", "memorable", "street", "car", "concert", "factor", "born",
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// RD-01: of a name that stands in two lines one would be forgotten.
    #[test]
    fn has_each_name_once_in_lower_case() {
        let mut seen = HashSet::new();
        for end in all().flat_map(|(_, _, ends)| *ends) {
            assert!(seen.insert(end), "{end}");
            assert!(!end.bytes().any(|b| b.is_ascii_uppercase()), "{end}");
        }
    }
}
