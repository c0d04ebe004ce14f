//! What stands where a secret would and is none: a mask, a variable, a word like `null`.

use super::super::{
    bytes::{Starts, Words, byte, is_name, plus, run_back, search, slice},
    spans,
};

/// Longer values are no placeholders, except runs of one character.
const MAX_PLACEHOLDER: usize = 64;

/// Where the bracketed placeholder ends that starts at `at`: its brackets end no value.
pub(in super::super) fn placeholder_end(text: &[u8], at: usize) -> Option<usize> {
    if !matches!(
        byte(text, at),
        Some(b'[' | b'<' | b'$' | b'(' | b'{' | b'#' | b'%')
    ) {
        return None;
    }
    if let Some(end) = spans::mark_end(text, at) {
        return Some(end);
    }
    let window = slice(text, at..plus(at, MAX_PLACEHOLDER).min(text.len()));
    let close = match window {
        [b'[', ..] => b"]".as_slice(),
        [b'<', b'%', ..] => b"%>",
        [b'<', ..] => b">",
        [b'$', b'(', b'(', ..] => b"))",
        [b'(', ..] | [b'$', b'(', ..] => b")",
        [b'{', b'{', ..] | [b'$', b'{', b'{', ..] => b"}}",
        [b'{', ..] | [b'$' | b'#' | b'%', b'{', ..] => b"}",
        [b'%', b'(', ..] => b")s",
        _ => return None,
    };
    let end = plus(search(window, 0..window.len(), close)?, close.len());
    is_placeholder(slice(window, 0..end)).then_some(plus(at, end))
}

/// Whether a bracketed placeholder starts at `at`.
pub(in super::super) fn is_bracketed_placeholder(text: &[u8], at: usize) -> bool {
    placeholder_end(text, at).is_some()
}

/// Whether the whole value is one.
pub(in super::super) fn is_placeholder(value: &[u8]) -> bool {
    let is_mark = || spans::mark_end(value, 0) == Some(value.len());
    value.is_empty()
        || is_mark()
        || is_masked(value)
        || is_symbol(value)
        || (value.len() <= MAX_PLACEHOLDER
            && (is_variable(value) || is_status(value) || is_advice(value)))
}

/// Signs alone, as operators and patterns are: a password of signs is longer.
fn is_symbol(value: &[u8]) -> bool {
    let is_escape = value.len() <= 3 && value.starts_with(b"\\");
    is_escape || (value.len() <= 5 && value.iter().all(u8::is_ascii_punctuation))
}

/// One character again and again, or a few shown beside asterisks.
fn is_masked(value: &[u8]) -> bool {
    let Some(first) = value.first() else {
        return true;
    };
    let is_mask = matches!(first, b'*' | b'x' | b'X' | b'.' | b'-' | b'_' | b'#');
    if is_mask && value.len() >= 2 && value.iter().all(|b| b == first) {
        return true;
    }
    // U+2022, the bullet, and U+25CF, the circle.
    let is_dot = |c: &[u8]| c == "•".as_bytes() || c == "●".as_bytes();
    if value.len() > MAX_PLACEHOLDER {
        return false;
    }
    let stars = value.iter().filter(|b| **b == b'*').count();
    value.chunks(3).all(is_dot) || (stars >= 3 && value.len().saturating_sub(stars) <= 4)
}

/// Brackets around what stands for a value: a name to be put in, an expression to be run.
const EXPRESSIONS: &[(&[u8], &[u8])] = &[
    (b"${{", b"}}"),
    (b"${", b"}"),
    (b"#{", b"}"),
    (b"%{", b"}"),
    (b"{{", b"}}"),
    (b"$((", b"))"),
    (b"$(", b")"),
    (b"<%", b"%>"),
    (b"%(", b")s"),
];

/// `${NAME}`, `$NAME`, `%NAME%`, `:name`, `@p0`, `{{ name }}`, `{}`, `%s`, `<name>`, `[filtered]`.
fn is_variable(value: &[u8]) -> bool {
    let inner = |open: &[u8], close: &[u8]| {
        let inner = value.strip_prefix(open).and_then(|v| v.strip_suffix(close));
        inner.filter(|v| !v.is_empty())
    };
    let is_expression = |(open, close): &(&[u8], &[u8])| {
        let brackets = |b: &u8| matches!(b, b'{' | b'}');
        inner(open, close).is_some_and(|v| !v.iter().any(brackets))
    };
    let is_word = |v: &[u8]| v.iter().all(|b| is_name(*b) || *b == b' ' || *b == b'\'');
    let is_letters = |v: &[u8]| is_word(v) && !v.iter().any(u8::is_ascii_digit);
    let is_parameter = |v: &[u8]| v.iter().all(|b| b.is_ascii_alphabetic() || *b == b'_');
    let is_shout = |v: &[u8]| {
        v.iter()
            .all(|b| matches!(b, b'A'..=b'Z' | b'0'..=b'9' | b'_'))
    };
    let is_small = |v: &[u8]| v.iter().all(|b| b.is_ascii_lowercase() || *b == b'_');
    let is_number = |v: &[u8]| v.len() <= 2 && v.iter().all(u8::is_ascii_digit);
    if !value
        .first()
        .is_some_and(|first| b"{[(<%$#:@?-.".contains(first))
    {
        return false;
    }
    matches!(
        value,
        b"{}" | b"[]" | b"()" | b"%s" | b"%v" | b"%d" | b"%@" | b"%q" | b"?" | b"-" | b"..."
    ) || EXPRESSIONS.iter().any(is_expression)
        || inner(b"$", b"").is_some_and(|v| is_shout(v) || is_small(v))
        || inner(b"%", b"%").is_some_and(|v| is_shout(v) || is_small(v))
        || inner(b":", b"").is_some_and(|v| is_small(v) || is_number(v))
        || inner(b"@", b"").is_some_and(is_parameter)
        || inner(b"@p", b"").is_some_and(is_number)
        || inner(b"%", b"").is_some_and(is_conversion)
        || inner(b"{", b"}").is_some_and(|v| is_letters(v) || is_number(v))
        || inner(b"<", b">").is_some_and(|v| is_letters(v) || (is_word(v) && v.contains(&b' ')))
        || inner(b"(", b")").is_some_and(is_letters)
        || inner(b"[", b"]").is_some_and(|v| is_status(v) || (is_shout(v) && is_letters(v)))
}

/// What stands after the percent sign of a format: `s`, `zu`, `-20s`, `1$s`.
fn is_conversion(value: &[u8]) -> bool {
    let flags = value.iter().take_while(|b| b"0123456789-.+$".contains(b));
    let letters = slice(value, flags.count()..value.len());
    let letters = letters.strip_suffix(br"\n").unwrap_or(letters);
    (1..=3).contains(&letters.len()) && letters.iter().all(u8::is_ascii_lowercase)
}

/// Whether a value is `0x` and at most sixteen digits: where something lies in memory, or a handle.
pub(in super::super) fn is_pointer(value: &[u8]) -> bool {
    value.strip_prefix(b"0x").is_some_and(|digits| {
        (1..=16).contains(&digits.len()) && digits.iter().all(u8::is_ascii_hexdigit)
    })
}

/// How the names of files end that hold keys and settings.
static EXTENSIONS: Words = Words::new(&[
    "asc", "cer", "conf", "crt", "der", "env", "gpg", "ini", "jks", "json", "key", "kdbx", "p12",
    "p8", "pem", "pfx", "pub", "sig", "txt", "yaml", "yml", "keystore", "toml",
]);
/// The longest of them, with its dot.
const MAX_EXTENSION: usize = 9;
/// Where things lie on a file system.
pub(super) static DIRECTORIES: Starts = Starts::new(&[
    b"/run/",
    b"/etc/",
    b"/var/",
    b"/home/",
    b"/root/",
    b"/usr/",
    b"/opt/",
    b"/tmp/",
    b"/srv/",
    b"/mnt/",
    b"/app/",
    b"/bin/",
    b"/sbin/",
    b"/lib/",
    b"/proc/",
    b"/dev/",
    b"/secrets/",
    b"/Users/",
    b"/vault/",
    b"./",
    b"../",
    b"~/",
]);
/// No path in a setting is longer.
const MAX_PATH: usize = 256;

/// Whether a value is the path of a file: not the key, but where it is kept.
pub(in super::super) fn is_file(value: &[u8]) -> bool {
    let is_part = |b: &u8| b.is_ascii_alphanumeric() || b"/._-$~\\:{}@".contains(b);
    value.len() <= MAX_PATH
        && (has_extension(value) || DIRECTORIES.of(value).is_some())
        && value.iter().all(is_part)
}

fn has_extension(value: &[u8]) -> bool {
    let end = slice(
        value,
        value.len().saturating_sub(MAX_EXTENSION)..value.len(),
    );
    let dot = run_back(end, end.len(), |b| b != b'.');
    dot > 0 && EXTENSIONS.has(slice(end, dot..end.len()))
}

/// What documentation tells its reader to put in: `YOUR_API_KEY`, `<your token>`.
fn is_advice(value: &[u8]) -> bool {
    let head = |n: usize| slice(value, 0..n);
    let is_words = || {
        let is_part = |b: &u8| b.is_ascii_alphabetic() || matches!(b, b'_' | b'-' | b' ' | b'.');
        value.iter().all(is_part)
    };
    let separated = value
        .get(4)
        .is_some_and(|b| matches!(b, b'_' | b'-' | b' '));
    separated && head(4).eq_ignore_ascii_case(b"your") && is_words()
}

/// Words that say how a secret fared or what it is, in place of one. In order.
static STATUS: Words = Words::new(&[
    "aarch64",
    "absent",
    "accepted",
    "active",
    "all",
    "always",
    "amd64",
    "any",
    "argon2",
    "argon2id",
    "arm64",
    "armel",
    "armhf",
    "authenticated",
    "auto",
    "available",
    "aws4",
    "basic",
    "bcrypt",
    "bearer",
    "blank",
    "bool",
    "boolean",
    "cached",
    "changed",
    "chauthtok",
    "cleared",
    "compromised",
    "configured",
    "created",
    "decrypted",
    "default",
    "deleted",
    "denied",
    "deprecated",
    "dict",
    "disabled",
    "done",
    "empty",
    "enabled",
    "encrypted",
    "entered",
    "error",
    "expired",
    "expiring",
    "failed",
    "failure",
    "false",
    "filtered",
    "forbidden",
    "found",
    "generated",
    "granted",
    "hashed",
    "hidden",
    "hmac",
    "i386",
    "i686",
    "ignored",
    "inactive",
    "include",
    "incorrect",
    "initialized",
    "int",
    "integer",
    "invalid",
    "issued",
    "jwt",
    "kerberos",
    "lax",
    "ldap",
    "list",
    "loaded",
    "locked",
    "manual",
    "masked",
    "matched",
    "matches",
    "matching",
    "md5",
    "mismatch",
    "mismatched",
    "missing",
    "n/a",
    "na",
    "nan",
    "needed",
    "never",
    "nil",
    "no",
    "noarch",
    "none",
    "null",
    "nullptr",
    "number",
    "oauth",
    "oauth2",
    "object",
    "oidc",
    "ok",
    "omit",
    "omitted",
    "optional",
    "passed",
    "pbkdf2",
    "pending",
    "plain",
    "plaintext",
    "ppc64el",
    "present",
    "protected",
    "provided",
    "ready",
    "received",
    "redacted",
    "refreshed",
    "refreshing",
    "rejected",
    "removed",
    "renewed",
    "required",
    "reset",
    "revoke",
    "revoked",
    "riscv64",
    "rotated",
    "s390x",
    "safe",
    "same-origin",
    "same-site",
    "saml",
    "sanitized",
    "saved",
    "scrubbed",
    "scrypt",
    "secure",
    "sensitive",
    "sent",
    "set",
    "sha256",
    "skipped",
    "started",
    "stored",
    "str",
    "strict",
    "string",
    "strong",
    "succeeded",
    "success",
    "successful",
    "supplied",
    "tbd",
    "text",
    "todo",
    "true",
    "tuple",
    "unauthorized",
    "unavailable",
    "unchanged",
    "undefined",
    "uninitialized",
    "unknown",
    "unset",
    "unspecified",
    "unsupported",
    "unused",
    "updated",
    "used",
    "valid",
    "validated",
    "validating",
    "varchar",
    "verified",
    "weak",
    "wrong",
    "x86_64",
    "yes",
]);

fn is_status(value: &[u8]) -> bool {
    let is_mark = |b: &&u8| matches!(b, b'_' | b'*' | b'-' | b'#' | b'.');
    let from = value.iter().take_while(is_mark).count();
    let marks = value.iter().rev().take_while(is_mark).count();
    let value = slice(value, from..value.len().saturating_sub(marks));
    STATUS.has_among_many(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RD-01: what stands behind an at sign is a parameter's name or a password.
    #[test]
    fn tells_a_parameter_from_a_password() {
        for parameter in ["@name", "@new_password", "@p0", ":name", "${NAME}"] {
            assert!(is_variable(parameter.as_bytes()), "{parameter}");
        }
        for password in ["@äAüü'€a", "@it's me", "@x9", "@a-b", "@"] {
            assert!(!is_variable(password.as_bytes()), "{password}");
        }
    }

    #[test]
    fn keeps_the_words_in_order() {
        assert!(STATUS.is_in_order());
    }
}
