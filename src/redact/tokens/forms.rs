//! Tokens without a prefix of their own: what is in their middle or at their end tells them, or
//! what they say in base64. To teach one, add a line to [`FORMS`] and a function that reads it.

mod parts;

use core::ops::{Range, RangeInclusive};

use memchr::memmem;

use super::{
    super::{
        base64::{self, is_base64},
        bytes::{before, byte, ends_escape, plus, run, run_back, slice},
        finding::Kind::{self, ApiKey, PrivateKey, Secret, Session, Token},
        rules,
    },
    words::{is_mixed, is_uuid, is_word},
};

use parts::{after_escape, are, is_alnum, is_azure, is_digit, is_hex, part_before};

/// Where the token is that the long word at a range belongs to.
type Read = fn(&[u8], Range<usize>) -> Option<Range<usize>>;

/// `(rule, what it is, the byte before the long word, its length, how to read it, source)`; zero
/// stands for any byte.
type Form = (
    &'static str,
    Kind,
    u8,
    RangeInclusive<usize>,
    Read,
    &'static str,
);

const ANY: u8 = 0;
/// Long values in base64 are read as far as this.
const MAX_DECODED: usize = 4096;
/// Who signs with itsdangerous or with Django writes names of this length at least.
const MIN_SIGNED: usize = 8;

#[rustfmt::skip]
const FORMS: &[Form] = &[
    ("discord-token", Token, b'.', 27..=72, discord, "docs.discord.com/developers/reference#authentication"),
    ("terraform-token", Token, b'.', 40..=90, terraform, "developer.hashicorp.com/terraform/cloud-docs/users-teams-organizations/api-tokens"),
    ("airtable-token", Token, b'.', 64..=64, airtable, "airtable.com/developers/web/guides/personal-access-tokens"),
    ("zoho-token", Token, b'.', 32..=32, zoho, "www.zoho.com/accounts/protocol/oauth/web-apps/access-token.html"),
    ("yandex-iam-token", Token, b'.', 80..=90, yandex, "yandex.cloud/en/docs/iam/concepts/authorization/iam-token"),
    ("itsdangerous-session", Session, b'.', 27..=86, itsdangerous, "itsdangerous.palletsprojects.com/en/stable/timed"),
    ("django-signed", Session, b':', 27..=43, django, "docs.djangoproject.com/en/stable/topics/signing"),
    ("rails-session", Session, ANY, 42..=42, rails, "guides.rubyonrails.org/security.html#session-storage"),
    ("telegram-token", Token, b':', 30..=46, telegram, "core.telegram.org/bots/api#authorizing-your-bot"),
    ("firebase-server-key", ApiKey, b':', 100..=200, firebase, "firebase.google.com/docs/cloud-messaging/auth-server"),
    ("asana-token", Token, b':', 32..=32, asana, "developers.asana.com/docs/personal-access-token"),
    ("azure-client-secret", Secret, b'~', 19..=44, azure, "learn.microsoft.com/en-us/purview/sit-defn-client-secret-api-key"),
    ("azure-identifiable-key", ApiKey, ANY, 84..=84, identifiable, "learn.microsoft.com/en-us/purview/sit-defn-azure-cognitive-services-key"),
    ("mailchimp-key", ApiKey, ANY, 36..=37, mailchimp, "mailchimp.com/developer/marketing/guides/quick-start"),
    ("mailgun-private-key", ApiKey, ANY, 50..=50, mailgun, "documentation.mailgun.com/docs/mailgun/user-manual/api-key-mgmt/rbac-mgmt"),
    ("new-relic-license-key", ApiKey, ANY, 40..=40, new_relic, "docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys"),
    ("rapidapi-key", ApiKey, ANY, 50..=50, rapidapi, "docs.rapidapi.com/docs/keys-and-key-rotation"),
    ("maxmind-key", ApiKey, ANY, 40..=40, maxmind, "support.maxmind.com/hc/en-us/articles/4407111582235-Generate-a-License-Key"),
    ("clickup-token", Token, ANY, 40..=48, clickup, "developer.clickup.com/docs/authentication"),
    ("deepl-free-key", ApiKey, ANY, 36..=36, deepl, "developers.deepl.com/docs/getting-started/auth"),
    ("datastax-token", Token, b':', 64..=64, datastax, "github.com/datastax/astra-cli/blob/main/src/main/java/com/dtsx/astra/cli/core/models/AstraToken.java"),
    ("bitwarden-token", Token, b'.', 30..=30, bitwarden, "github.com/bitwarden/sdk-internal/blob/main/crates/bitwarden-core/src/auth/access_token.rs"),
    ("ngrok-token", Token, ANY, 46..=52, ngrok, "ngrok.com/docs/agent/#authtokens"),
    ("macaroon", Token, ANY, 60..=4096, macaroon, "research.google/pubs/macaroons-cookies-with-contextual-caveats-for-decentralized-authorization-in-the-cloud"),
];

/// How base64 begins where PEM does.
const PEM: [&str; 2] = ["LS0tLS1CRUdJTi", "LS0tLSBCRUdJTi"];

/// What was found, and by which rule.
pub(super) struct Found {
    pub(super) range: Range<usize>,
    pub(super) kind: Kind,
    pub(super) rule: &'static str,
}

/// The rules of this table.
pub(super) fn ids() -> impl Iterator<Item = &'static str> {
    FORMS.iter().map(|form| form.0)
}

/// The token that the long word at `word` is, or is the end of.
pub(super) fn find(text: &[u8], word: Range<usize>) -> Option<Found> {
    let word = after_escape(text, word.start)..word.end;
    let lead = before(text, word.start).unwrap_or_default();
    let near = FORMS
        .iter()
        .filter(|form| (form.2 == ANY || form.2 == lead) && form.3.contains(&word.len()));
    for (rule, kind, _, _, read, _) in near {
        if let Some(range) = read(text, word.clone()) {
            let (kind, rule) = (*kind, *rule);
            return Some(Found { range, kind, rule });
        }
    }
    let range = private_key(text, word)?;
    let (kind, rule) = (PrivateKey, rules::PRIVATE_KEY);
    Some(Found { range, kind, rule })
}

/// `MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs`: a number in base64, a time, a
/// signature.
fn discord(text: &[u8], word: Range<usize>) -> Option<Range<usize>> {
    let time = part_before(text, word.start, b".", 5..=7, is_word)?;
    let id = part_before(text, time, b".", 22..=28, is_alnum)?;
    let is_number = matches!(byte(text, id), Some(b'M' | b'N' | b'O'));
    (is_number && is_mixed(slice(text, id..word.end))).then_some(id..word.end)
}

/// `14.atlasv1.67`.
fn terraform(text: &[u8], word: Range<usize>) -> Option<Range<usize>> {
    let start = part_before(text, word.start, b".atlasv1.", 10..=20, is_alnum)?;
    Some(start..word.end)
}

/// `pat`, fourteen characters, a dot, 64 hexadecimal digits.
fn airtable(text: &[u8], word: Range<usize>) -> Option<Range<usize>> {
    let start = part_before(text, word.start, b".", 17..=17, is_alnum)?;
    let is_token = slice(text, start..word.start).starts_with(b"pat");
    (is_token && are(slice(text, word.clone()), is_hex)).then_some(start..word.end)
}

/// `1000.32.32`, hexadecimal.
fn zoho(text: &[u8], word: Range<usize>) -> Option<Range<usize>> {
    let second = part_before(text, word.start, b".", 32..=32, is_hex)?;
    let start = part_before(text, second, b".", 4..=4, is_digit)?;
    are(slice(text, word.clone()), is_hex).then_some(start..word.end)
}

/// `t1.`, a body, a dot, 86 characters.
fn yandex(text: &[u8], word: Range<usize>) -> Option<Range<usize>> {
    let end = word.start.checked_sub(1)?;
    let body = run_back(text, end, |b| is_word(b) || b == b'=');
    let start = part_before(text, body, b".", 2..=2, is_alnum)?;
    let end = run(text, word.end, |b| b == b'=');
    (slice(text, start..body) == b"t1.").then_some(start..end)
}

/// What itsdangerous signs: base64 of JSON or of something compressed, a time, a signature.
fn itsdangerous(text: &[u8], word: Range<usize>) -> Option<Range<usize>> {
    let time = part_before(text, word.start, b".", 5..=7, is_word)?;
    let end = time.checked_sub(1)?;
    let start = after_escape(text, run_back(text, end, is_word));
    let is_compressed = before(text, start) == Some(b'.');
    let body = slice(text, start..end);
    let is_json = [&b"eyJ"[..], b"ImV5", b"Ilsi"]
        .iter()
        .any(|s| body.starts_with(s));
    let is_signed = byte(text, end) == Some(b'.')
        && [27, 38, 43, 64, 86].contains(&word.len())
        && (is_json || (is_compressed && body.starts_with(b"eJ")));
    is_signed.then_some(start.saturating_sub(usize::from(is_compressed))..word.end)
}

/// What Django signs: a value, a time, a signature, with colons between.
fn django(text: &[u8], word: Range<usize>) -> Option<Range<usize>> {
    let time = part_before(text, word.start, b":", 6..=6, is_alnum)?;
    let end = time.checked_sub(1)?;
    let start = after_escape(text, run_back(text, end, is_word));
    let is_compressed = before(text, start) == Some(b'.');
    let is_signed = byte(text, end) == Some(b':')
        && matches!(word.len(), 27 | 43)
        && byte(text, time) == Some(b'1')
        && end.saturating_sub(start) >= MIN_SIGNED
        && is_mixed(slice(text, word.clone()));
    is_signed.then_some(start.saturating_sub(usize::from(is_compressed))..word.end)
}

/// Base64, two hyphens, forty hexadecimal digits.
fn rails(text: &[u8], word: Range<usize>) -> Option<Range<usize>> {
    let digest = slice(text, word.clone()).strip_prefix(b"--")?;
    let start = signed_start(text, word.start)?;
    (are(digest, is_hex) && plus(start, MIN_SIGNED) < word.start).then_some(start..word.end)
}

/// Where the base64 starts whose equals signs end at `to`; what is no letter may be percent-encoded.
fn signed_start(text: &[u8], to: usize) -> Option<usize> {
    let mut start = run_back(text, to, |b| b == b'=');
    while matches!(slice(text, start.saturating_sub(3)..start), b"%3D" | b"%3d") {
        start = start.saturating_sub(3);
    }
    (start < to).then_some(())?;
    loop {
        start = run_back(text, start, is_base64);
        let code = slice(text, start..plus(start, 2)).to_ascii_uppercase();
        match before(text, start) {
            Some(b'%') if matches!(&*code, b"2B" | b"2F") => start = start.saturating_sub(1),
            _ => return Some(after_escape(text, start)),
        }
    }
}

/// `123456789:AA` and more; in a URL `bot` stands before it, which stays.
fn telegram(text: &[u8], word: Range<usize>) -> Option<Range<usize>> {
    let start = part_before(text, word.start, b":", 8..=10, is_digit)?;
    let is_apart = before(text, start).is_none_or(|b| !is_alnum(b))
        || ends_escape(text, start)
        || slice(text, start.saturating_sub(3)..start) == b"bot";
    let is_token = slice(text, word.clone()).starts_with(b"AA") && is_apart;
    is_token.then_some(start..word.end)
}

/// `AAAA0123456:APA91b` and more.
fn firebase(text: &[u8], word: Range<usize>) -> Option<Range<usize>> {
    let start = part_before(text, word.start, b":", 11..=24, is_word)?;
    slice(text, word.clone())
        .starts_with(b"APA91b")
        .then_some(start..word.end)
}

/// `1/`, an account's number, a colon, 32 hexadecimal digits; `2/` has a second number.
fn asana(text: &[u8], word: Range<usize>) -> Option<Range<usize>> {
    let number = part_before(text, word.start, b":", 12..=20, is_digit)?;
    let account = part_before(text, number, b"/", 12..=20, is_digit).unwrap_or(number);
    let start = part_before(text, account, b"/", 1..=1, is_digit)?;
    are(slice(text, word.clone()), is_hex).then_some(start..word.end)
}

/// Three characters, `7Q~` or `8Q~`, more than thirty characters.
fn azure(text: &[u8], word: Range<usize>) -> Option<Range<usize>> {
    let start = word.start.checked_sub(6)?;
    let end = run(text, word.end, is_azure);
    let end = run_back(text, end, |b| b == b'.').max(word.end);
    let is_secret = matches!(slice(text, start..word.start), [head @ .., b'7' | b'8', b'Q', b'~'] if are(head, is_azure))
        && end.saturating_sub(word.start) >= 30;
    is_secret.then_some(start..end)
}

/// Keys that Azure marks: `JQQJ99` before the date, `AZDO` before the checksum.
fn identifiable(text: &[u8], word: Range<usize>) -> Option<Range<usize>> {
    let key = slice(text, word.clone());
    let is_key = slice(key, 52..58) == b"JQQJ99" || slice(key, 76..80) == b"AZDO";
    is_key.then_some(word)
}

/// 32 hexadecimal digits and the data centre.
fn mailchimp(text: &[u8], word: Range<usize>) -> Option<Range<usize>> {
    let (key, centre) = slice(text, word.clone()).split_at_checked(32)?;
    let is_centre = centre
        .strip_prefix(b"-us")
        .is_some_and(|n| are(n, is_digit));
    (is_centre && are(key, is_hex)).then_some(word)
}

/// Hexadecimal digits, 32, 8 and 8 of them.
fn mailgun(text: &[u8], word: Range<usize>) -> Option<Range<usize>> {
    let key = slice(text, word.clone());
    let parts: [&[u8]; 3] = [slice(key, 0..32), slice(key, 33..41), slice(key, 42..50)];
    let is_key = byte(key, 32) == Some(b'-') && byte(key, 41) == Some(b'-');
    (is_key && parts.iter().all(|p| are(p, is_hex))).then_some(word)
}

/// `NRAL` at the end.
fn new_relic(text: &[u8], word: Range<usize>) -> Option<Range<usize>> {
    let key = slice(text, word.clone()).strip_suffix(b"NRAL")?;
    (are(key, is_alnum) && key.iter().any(u8::is_ascii_digit)).then_some(word)
}

/// `msh`, `p1` and `jsn` at their places.
fn rapidapi(text: &[u8], word: Range<usize>) -> Option<Range<usize>> {
    let key = slice(text, word.clone());
    let is_key = slice(key, 10..13) == b"msh" && slice(key, 35..38) == b"jsn";
    (is_key && are(key, is_alnum)).then_some(word)
}

/// Six characters, an underscore, 29 characters, `_mmk`.
fn maxmind(text: &[u8], word: Range<usize>) -> Option<Range<usize>> {
    let key = slice(text, word.clone());
    (byte(key, 6) == Some(b'_') && key.ends_with(b"_mmk")).then_some(word)
}

/// `pk_`, an account's number, an underscore, 32 capitals and digits.
fn clickup(text: &[u8], word: Range<usize>) -> Option<Range<usize>> {
    let rest = slice(text, word.clone()).strip_prefix(b"pk_")?;
    let (account, secret) = rest.split_at_checked(rest.len().checked_sub(33)?)?;
    let is_secret = |b: u8| b.is_ascii_uppercase() || is_digit(b);
    (are(account, is_digit) && secret.starts_with(b"_") && are(slice(secret, 1..33), is_secret))
        .then_some(word)
}

/// A UUID and `:fx`.
fn deepl(text: &[u8], word: Range<usize>) -> Option<Range<usize>> {
    let end = plus(word.end, 3);
    let is_key = slice(text, word.end..end) == b":fx"
        && is_uuid(slice(text, word.clone()))
        && !byte(text, end).is_some_and(is_alnum);
    is_key.then_some(word.start..end)
}

/// `AstraCS:`, 24 letters, a colon, 64 hexadecimal digits.
fn datastax(text: &[u8], word: Range<usize>) -> Option<Range<usize>> {
    const START: &[u8] = b"AstraCS:";
    let id = part_before(text, word.start, b":", 24..=24, is_alnum)?;
    let start = id.checked_sub(START.len())?;
    (slice(text, start..id) == START).then_some(start..word.end)
}

/// `0.`, a UUID, thirty characters, a colon, sixteen bytes in base64.
fn bitwarden(text: &[u8], word: Range<usize>) -> Option<Range<usize>> {
    let id = part_before(text, word.start, b".", 36..=36, is_word)?;
    let start = id.checked_sub(2)?;
    let end = run(text, plus(word.end, 1), |b| is_base64(b) || b == b'=');
    let is_token = is_uuid(slice(text, id..word.start))
        && slice(text, start..id) == b"0."
        && byte(text, word.end) == Some(b':');
    is_token.then_some(start..end)
}

/// A KSUID, an underscore, twenty-one characters.
fn ngrok(text: &[u8], word: Range<usize>) -> Option<Range<usize>> {
    let token = slice(text, word.clone());
    let (id, secret) = (slice(token, 0..27), slice(token, 28..token.len()));
    let is_token = byte(token, 27) == Some(b'_')
        && matches!(id.first(), Some(b'1'..=b'3'))
        && are(id, is_alnum)
        && are(secret, is_alnum)
        && is_mixed(id)
        && is_mixed(secret);
    is_token.then_some(word)
}

/// Base64 of packets, the first of which is the location.
fn macaroon(text: &[u8], word: Range<usize>) -> Option<Range<usize>> {
    let value = slice(text, word.clone());
    let head = base64::decode(slice(value, 0..value.len().min(24)));
    let names = [&b"location "[..], b"identifier "];
    let is_macaroon = head.starts_with(b"00")
        && names
            .iter()
            .any(|n| slice(&head, 4..head.len()).starts_with(n));
    is_macaroon.then(|| word.start..run(text, word.end, |b| is_base64(b) || b == b'='))
}

/// A private key in base64: PEM that was encoded again, or the key itself.
fn private_key(text: &[u8], word: Range<usize>) -> Option<Range<usize>> {
    let value = slice(text, word.clone());
    if PEM.iter().any(|start| value.starts_with(start.as_bytes())) {
        let end = run(text, word.end, |b| is_base64(b) || b == b'=');
        let pem = base64::decode(slice(
            text,
            word.start..end.min(plus(word.start, MAX_DECODED)),
        ));
        return memmem::find(&pem, b" PRIVATE KEY").map(|_| word.start..end);
    }
    None
}
