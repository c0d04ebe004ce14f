//! Which names belong to secrets.
//!
//! A name is compared as a sequence of words: `accessToken`, `ACCESS_TOKEN` and `x-access-token`
//! all end in the words `access token`. Substrings never count, so `tokenizer` and `secret_santa`
//! are no secrets, and neither is `token_type`, which ends in another word. To teach a name, add a
//! line to [`NAMES`] or, where it ends like a secret and is none, to [`PUBLIC`].

use std::collections::{HashMap, HashSet};

use super::{
    bytes::{before, byte, is_name, plus, rest},
    finding::Kind,
};

/// Longer names are judged by their end.
const MAX_NAME: usize = 128;
/// Words in the longest entry of the table, and some for names that are added.
const MAX_WORDS: usize = 8;

/// What a value under a secret's name must look like to be one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Demand {
    /// Anything.
    Any,
    /// Anything but a number: plurals count things as often as they list them.
    NotCount,
    /// Three to eight digits: shorter and longer ones are other numbers under the same name.
    Digits,
    /// At least sixteen characters of a token, a digit among them.
    Opaque,
    /// An Authorization header: a scheme, then the secret.
    Authorization,
    /// A Cookie header: names and values.
    Cookies,
    /// A Set-Cookie header: one name and value, then attributes.
    SetCookie,
}

/// What is known about a name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Key {
    pub(super) kind: Kind,
    pub(super) demand: Demand,
    /// Whether the value is likely several words: a passphrase, an answer.
    pub(super) spaced: bool,
}

use Demand::{Any, Authorization, Cookies, Digits, NotCount, Opaque, SetCookie};
use Kind::{
    ApiKey, Code, Cookie, Password, Pin, PrivateKey, Secret, SecurityAnswer, Session, Token,
};

/// The ends of secret names, in words. Plurals need no entry of their own, nor do numbered names.
const NAMES: &[(&[&str], Kind, Demand)] = &[
    (
        &[
            "password",
            "passwd",
            "pswd",
            "psw",
            "pwd",
            "pw",
            "pass word",
            "pass wd",
            "user password",
            "userpassword",
            "newpassword",
            "oldpassword",
            "currentpassword",
            "dbpassword",
            "adminpassword",
            "rootpassword",
            "mypassword",
            "loginpassword",
            "mailpassword",
            "pgpassword",
            "sshpass",
            "userpass",
            "dbpass",
            "rootpass",
            "adminpass",
            "userpwd",
            "dbpwd",
            "passcode",
            "pass code",
            "j password",
            // Other languages' words, as forms of their products name them.
            "passwort",
            "kennwort",
            "contrasena",
            "contraseña",
            "senha",
            "mdp",
            "mot de passe",
            "motdepasse",
            "wachtwoord",
            "lösenord",
            "losenord",
            "haslo",
        ],
        Password,
        Any,
    ),
    (&["pass"], Password, NotCount),
    (&["passphrase", "pass phrase"], Password, Any),
    (
        &[
            "token",
            "accesstoken",
            "authtoken",
            "refreshtoken",
            "idtoken",
            "csrftoken",
            "apitoken",
            "bearertoken",
            "jwt",
            "csrf",
            "xsrf",
            "assertion",
            "saml response",
            "csrfmiddlewaretoken",
            "code verifier",
        ],
        Token,
        Any,
    ),
    (
        &[
            "bearer",
            "id assertion",
            "auth",
            "apiauth",
            "redis auth",
            "rediscli auth",
        ],
        Token,
        Opaque,
    ),
    (
        &[
            "api key",
            "apikey",
            "access key",
            "accesskey",
            "account key",
            "accountkey",
            "app key",
            "appkey",
            "application key",
            "auth key",
            "authkey",
            "service key",
            "storage key",
            "storage account key",
            "shared access key",
            "sharedaccesskey",
            "subscription key",
            "functions key",
            "deploy key",
            "license key",
            "licence key",
            "consumer key",
            "admin key",
            "write key",
            "server key",
            "integration key",
        ],
        ApiKey,
        Any,
    ),
    (
        &[
            "secret",
            "clientsecret",
            "appsecret",
            "secret key",
            "secretkey",
            "secret access key",
            "secretaccesskey",
            "secret key base",
            "shared key",
            "encryption key",
            "encryptionkey",
            "encrypt key",
            "decryption key",
            "signing key",
            "signingkey",
            "signature key",
            "master key",
            "masterkey",
            "hmac key",
            "aes key",
            "symmetric key",
            "wrapping key",
            "unseal key",
            "session key",
            "key material",
            "pepper",
            "secret value",
            "secret string",
            "totp seed",
            "otp seed",
            "mfa seed",
            "otpauth url",
            "otpauth uri",
            "account kit",
            "webhook url",
            "hook url",
        ],
        Secret,
        Any,
    ),
    (
        &[
            "credential",
            "secret id",
            "signature",
            "sig",
            "hmac",
            "shared access signature",
            "sas",
        ],
        Secret,
        Opaque,
    ),
    (
        &[
            "mnemonic",
            "seed phrase",
            "recovery phrase",
            "mnemonic phrase",
        ],
        Secret,
        Any,
    ),
    (
        &[
            "private key",
            "privatekey",
            "priv key",
            "privkey",
            "ssh key",
            "private pem",
            "key pem",
        ],
        PrivateKey,
        Any,
    ),
    (
        &[
            "session id",
            "sessionid",
            "sess id",
            "sessid",
            "j session id",
            "jsessionid",
            "php sessid",
            "phpsessid",
            "asp net session id",
            "session cookie",
            "connect sid",
        ],
        Session,
        Any,
    ),
    (&["cookie", "http cookie"], Cookie, Cookies),
    (&["set cookie"], Cookie, SetCookie),
    (
        &[
            "authorization",
            "http authorization",
            "proxy authorization",
            "authorisation",
        ],
        Kind::Authorization,
        Authorization,
    ),
    (
        &[
            "pin",
            "pin code",
            "pincode",
            "cvv",
            "cvc",
            "csc",
            "security code",
            "card code",
        ],
        Pin,
        Digits,
    ),
    (
        &[
            "otp",
            "totp",
            "hotp",
            "tan",
            "passcode otp",
            "otp code",
            "totp code",
            "mfa code",
            "2fa code",
            "sms code",
            "one time code",
            "verification code",
            "verify code",
            "confirmation code",
            "auth code",
            "login code",
            "two factor code",
            "authenticator code",
        ],
        Code,
        Digits,
    ),
    (
        &[
            "recovery code",
            "backup code",
            "scratch code",
            "rescue code",
            "device code",
            "activation code",
        ],
        Code,
        Any,
    ),
    (
        &["authorization code", "authcode", "oauth code"],
        Code,
        Opaque,
    ),
    (
        &[
            "security answer",
            "secret answer",
            "security question",
            "secret question",
            "security question answer",
            "challenge answer",
            "recovery answer",
            "answer hash",
            "hint answer",
            "mother maiden name",
            "mothers maiden name",
            "maiden name",
            "maidenname",
            "first pet",
            "first pet name",
            "pet name",
            "pets name",
            "childhood pet",
            "childhood friend",
            "childhood nickname",
            "favorite teacher",
            "favourite teacher",
            "favorite book",
            "favourite book",
            "favorite movie",
            "favourite film",
            "first school",
            "first car",
            "birth city",
            "city of birth",
            "born in city",
            "street grew up",
            "memorable word",
            "memorable date",
        ],
        SecurityAnswer,
        Any,
    ),
];

/// Names that end like a secret's and are none.
const PUBLIC: &[&str] = &[
    "public key",
    "publishable key",
    "max tokens",
    "min tokens",
    "max token",
    "page token",
    "next token",
    "next page token",
    "prev page token",
    "previous token",
    "continuation token",
    "continue token",
    "pagination token",
    "cursor token",
    "sync token",
    "start token",
    "stop token",
    "end token",
    "bos token",
    "eos token",
    "pad token",
    "unk token",
    "mask token",
    "sep token",
    "cls token",
    "first token",
    "last token",
    "unexpected token",
    "cancellation token",
    "concurrency token",
    "per token",
    "token per token",
    "num tokens",
    "public token key",
    "cookie consent",
    "accept cookie",
    "third party cookie",
    "has cookie",
    "no cookie",
    "method signature",
    "function signature",
    "type signature",
];

/// Words after a secret's name that leave it one: `password_confirmation`, `tokenHash`.
const MODIFIERS: &[&str] = &[
    "confirm",
    "confirmation",
    "confirmed",
    "again",
    "repeat",
    "repeated",
    "retype",
    "verify",
    "hash",
    "hashed",
    "digest",
    "value",
    "plain",
    "plaintext",
    "cleartext",
    "raw",
    "encoded",
    "encrypted",
    "base",
    "b",
    "hex",
    "string",
    "str",
    "text",
    "current",
    "new",
    "old",
    "prev",
    "previous",
    "temp",
    "tmp",
    "temporary",
    "default",
    "input",
    "bytes",
    "data",
    "a",
    "primary",
    "secondary",
];

/// Names whose values are likely several words.
const SPACED: &[&str] = &["phrase", "passphrase", "mnemonic"];

/// Of several words, those worth searching a log for; else it is the longest.
const RARE: &[&str] = &[
    "key",
    "code",
    "answer",
    "question",
    "phrase",
    "maiden",
    "pet",
    "favorite",
    "favourite",
    "childhood",
    "school",
    "birth",
    "memorable",
    "street",
    "car",
];

/// Every name that matters, by its words.
#[derive(Clone, Debug)]
pub(super) struct Names {
    /// By the words that a name ends in; None where those make it public.
    ends: HashMap<Vec<u8>, Option<Key>>,
    /// Whole names that the application knows to be public.
    safe: HashSet<Vec<u8>>,
}

impl Default for Names {
    fn default() -> Self {
        let mut names = Self {
            ends: HashMap::new(),
            safe: HashSet::new(),
        };
        for (ends, kind, demand) in NAMES {
            for end in *ends {
                names.add(end, *kind, *demand);
            }
        }
        for end in PUBLIC {
            names.ends.insert(words(end.as_bytes()), None);
        }
        names
    }
}

impl Names {
    /// Adds the end of a name; one without a word is none.
    pub(super) fn add(&mut self, name: &str, kind: Kind, demand: Demand) {
        let words = words(name.as_bytes());
        let last = last_word(&words);
        let spaced = kind == SecurityAnswer || SPACED.iter().any(|w| w.as_bytes() == last);
        if !words.is_empty() {
            let key = Key {
                kind,
                demand,
                spaced,
            };
            self.ends.insert(words, Some(key));
        }
    }

    /// Makes one whole name public.
    pub(super) fn add_safe(&mut self, name: &str) {
        self.safe.insert(words(name.as_bytes()));
    }

    /// The words that a gate must look for so that no name is missed: of each name one, unless
    /// another name's word is in it.
    pub(super) fn stems(&self) -> Vec<Vec<u8>> {
        let secret = self.ends.iter().filter(|(_, key)| key.is_some());
        let mut names: Vec<Vec<&[u8]>> = secret
            .map(|(words, _)| words.split(|b| *b == b' ').collect())
            .collect();
        names.sort_unstable_by_key(|words| (words.len(), words.concat().len(), words.concat()));
        let mut stems: Vec<Vec<u8>> = Vec::new();
        for words in names {
            let is_covered = |word: &&[u8]| stems.iter().any(|stem| stem == word);
            if !words.iter().any(is_covered) {
                let is_rare = |word: &&&[u8]| RARE.iter().any(|r| r.as_bytes() == **word);
                let longest = words.iter().max_by_key(|word| word.len());
                stems.extend(words.iter().find(is_rare).or(longest).map(|w| w.to_vec()));
            }
        }
        stems
    }

    /// What the name of a value says about it; None where it is not a secret's name.
    pub(super) fn look_up(&self, name: &[u8]) -> Option<Key> {
        self.judge(name).flatten()
    }

    /// The same, telling names that are known to be public (`Some(None)`) from unknown ones.
    pub(super) fn judge(&self, name: &[u8]) -> Option<Option<Key>> {
        let mut words = words(last_part(name));
        if self.safe.contains(&words) {
            return Some(None);
        }
        // Each round takes a modifier off the end, so this ends.
        for _ in 0..MAX_WORDS {
            if let Some(known) = self.by_end(&words) {
                return Some(known);
            }
            if !MODIFIERS.iter().any(|m| m.as_bytes() == last_word(&words)) {
                return None;
            }
            let end = words.iter().rposition(|b| *b == b' ').unwrap_or_default();
            words.truncate(end);
        }
        None
    }

    /// The entry for the longest end of `words`, also in the singular.
    fn by_end(&self, words: &[u8]) -> Option<Option<Key>> {
        let singular = words.strip_suffix(b"s");
        let starts = |words: &[u8]| {
            let mut starts: Vec<usize> = (0..words.len())
                .filter(|i| before(words, *i).is_none_or(|b| b == b' '))
                .collect();
            let far = starts.len().saturating_sub(MAX_WORDS);
            starts.drain(..far);
            starts
        };
        for start in starts(words) {
            if let Some(known) = self.ends.get(rest(words, start)) {
                return Some(*known);
            }
            let known = singular.and_then(|w| self.ends.get(rest(w, start)));
            if let Some(known) = known {
                return Some(known.map(Key::plural));
            }
        }
        None
    }
}

impl Key {
    /// What is demanded of each value of a list: `recovery_codes` is followed by a count or by
    /// codes, and one code may look like a count.
    pub(super) fn listed(self) -> Demand {
        match self.demand {
            NotCount => Any,
            other => other,
        }
    }

    fn plural(self) -> Self {
        let demand = match self.demand {
            Any => NotCount,
            other => other,
        };
        Self { demand, ..self }
    }
}

/// The last part of a dotted name, no longer than a name may be.
fn last_part(name: &[u8]) -> &[u8] {
    let part = name.rsplit(|b| *b == b'.').next().unwrap_or(name);
    rest(part, part.len().saturating_sub(MAX_NAME))
}

fn last_word(words: &[u8]) -> &[u8] {
    words.rsplit(|b| *b == b' ').next().unwrap_or(words)
}

/// The words of a name in lower case with a blank between: split at every change from one class of
/// character to another, where `XMLToken` is two words. Numbers are left out.
fn words(name: &[u8]) -> Vec<u8> {
    let mut words = Vec::with_capacity(plus(name.len(), 8));
    for (at, b) in name.iter().copied().enumerate() {
        if b.is_ascii_digit() || !is_name(b) || matches!(b, b'_' | b'-' | b'.') {
            continue;
        }
        if !words.is_empty() && starts_word(name, at) {
            words.push(b' ');
        }
        words.push(b.to_ascii_lowercase());
    }
    words
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Class {
    Lower,
    Upper,
    Other,
    Between,
}

fn class(byte: Option<u8>) -> Class {
    match byte {
        Some(b'a'..=b'z') => Class::Lower,
        Some(b'A'..=b'Z') => Class::Upper,
        Some(0x80..) => Class::Other,
        _ => Class::Between,
    }
}

/// Whether a word starts with the letter at `at`.
fn starts_word(name: &[u8], at: usize) -> bool {
    let here = class(byte(name, at));
    match (class(before(name, at)), here) {
        (Class::Upper, Class::Lower) => false,
        // The last capital of several begins a word where a small letter follows: `APIKey`.
        (Class::Upper, Class::Upper) => class(byte(name, plus(at, 1))) == Class::Lower,
        (previous, here) => previous != here,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(name: &str) -> Option<Kind> {
        Names::default().look_up(name.as_bytes()).map(|k| k.kind)
    }

    #[test]
    fn splits_names_as_programmers_join_them() {
        let of = |name: &str| String::from_utf8(words(name.as_bytes())).unwrap();
        assert_eq!(of("accessToken"), "access token");
        assert_eq!(of("X-Api-Key"), "x api key");
        assert_eq!(of("APIKey2"), "api key");
        assert_eq!(of("--db_password"), "db password");
        assert_eq!(of("AWS_SECRET_ACCESS_KEY"), "aws secret access key");
        assert_eq!(of("密码password"), "密码 password");
        assert_eq!(of("___"), "");
    }

    #[test]
    fn finds_every_name_of_the_table_through_a_stem() {
        let names = Names::default();
        let stems = names.stems();
        for (words, _) in names.ends.iter().filter(|(_, key)| key.is_some()) {
            let is_stem = |word: &[u8]| stems.iter().any(|stem| stem == word);
            assert!(
                words.split(|b| *b == b' ').any(is_stem),
                "{}",
                String::from_utf8_lossy(words)
            );
        }
    }

    #[test]
    fn knows_ends_and_not_substrings() {
        assert_eq!(kind("user.passwordConfirmation"), Some(Password));
        assert_eq!(kind("tokens"), Some(Token));
        assert_eq!(kind("mothers_maiden_name"), Some(SecurityAnswer));
        for name in [
            "tokenizer",
            "secret_santa",
            "token_type",
            "public_key",
            "compass",
            "key_id",
        ] {
            assert_eq!(kind(name), None, "{name}");
        }
    }
}
