//! The names of secrets, in any words: how the words are joined says nothing, what stands before
//! them neither, and a name inside a longer word is none.
#![no_main]

use std::sync::LazyLock;

use portcullis::redact::Policy;

/// By names alone: drawn letters may begin like a vendor's token.
static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let rules = Policy::default().rules();
    let others = rules.iter().filter(|rule| rule.id() != "keyed");
    others.fold(Policy::default(), |policy, rule| {
        policy.without_rule(rule.id()).expect("it is a rule")
    })
});

/// Words that names are made of, of secrets and of others.
const WORDS: &[&str] = &[
    "password",
    "token",
    "secret",
    "key",
    "api",
    "access",
    "private",
    "session",
    "id",
    "cookie",
    "auth",
    "pin",
    "code",
    "answer",
    "security",
    "user",
    "db",
    "type",
    "public",
    "max",
    "count",
    "hash",
    "confirmation",
    "refresh",
    "client",
    "credential",
    "signature",
    "license",
    "otp",
    "maiden",
    "name",
    "pet",
    "first",
    "csrf",
    "encryption",
    "value",
    "page",
    "next",
    "backup",
];

/// A value that each kind of secret may have under some name.
const VALUE: &str = "Zk3v9TqL8mX2w5Rb7Ns4";

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let words: Vec<String> = data.split(|b| *b == b' ').take(5).map(word).collect();
    if words.concat().len() > 60 {
        return;
    }
    let snake = words.join("_");
    let found = is_secret(&snake);
    let capital = |word: &String| word[..1].to_uppercase() + &word[1..];
    let pascal: String = words.iter().map(capital).collect();
    let camel = words[0].clone() + &words[1..].iter().map(capital).collect::<String>();
    for name in [words.join("-"), pascal, camel, format!("config.{snake}")] {
        assert_eq!(is_secret(&name), found, "{name} and {snake}");
    }
    if found {
        assert!(is_secret(&format!("svc_{snake}")), "svc_{snake}");
    }
    for name in [format!("{snake}qx"), format!("{snake}_qx")] {
        assert!(!is_secret(&name), "{name}");
    }
});

/// A word of the table, or one of at least two letters.
fn word(bytes: &[u8]) -> String {
    match bytes {
        [] => WORDS[0].to_owned(),
        [only] => WORDS[usize::from(*only) % WORDS.len()].to_owned(),
        many => {
            let letters = many.iter().take(12).map(|b| char::from(b'a' + b % 26));
            letters.collect()
        }
    }
}

fn is_secret(name: &str) -> bool {
    let line = format!("{name}={VALUE}\n");
    POLICY.redact_str(&line) != line
}
