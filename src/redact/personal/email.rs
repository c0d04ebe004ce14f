//! E-mail addresses (RFC 5321 §4.1.2, RFC 6531), known from what else has an `@`.
//!
//! The domain must end in a top-level domain of the Internet, which hosts of an internal network,
//! files, versions, units and members of objects do not have. What is left are addresses of
//! machines: users of URLs and of remote shells, nodes of clusters, identifiers of messages.

use core::ops::Range;
use std::{collections::HashSet, sync::LazyLock};

use super::{
    super::{
        base64::is_base64,
        bytes::{Words, before, byte, ends_escape, plus, rest, run, run_back, slice},
        finding::Kind,
        phrases::Phrase,
        rules,
        spans::{Spans, inside_mark},
    },
    groups::is_led,
};

/// RFC 5321 §4.5.3.1.1 and §4.5.3.1.2; of a label RFC 1035 §2.3.4.
const MAX_LOCAL: usize = 64;
const MAX_DOMAIN: usize = 253;
const MAX_LABEL: usize = 63;

/// Top-level domains, in lower case. Those in other scripts are known by their form.
static TOP_LEVEL: LazyLock<HashSet<&[u8]>> = LazyLock::new(|| {
    let lines = include_str!("domains.txt").lines();
    let names = lines
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_whitespace);
    names.map(str::as_bytes).collect()
});

/// The sign as URLs, JSON and HTML escape it, in lower case.
pub(in super::super) const ENCODED_SIGNS: &[&str] = &["%40", "%2540", r"\u0040", "&#64;"];

/// Users of version control, of clusters' nodes and of machines that have an address like a
/// person's and no mailbox.
const MACHINE_USERS: &[&[u8]] = &[
    b"couchdb",
    b"ec2-user",
    b"ejabberd",
    b"emqx",
    b"git",
    b"hg",
    b"mongooseim",
    b"rabbit",
    b"riak",
    b"svn",
    b"vernemq",
];
/// Domains of accounts that programs have.
const MACHINE_DOMAINS: &[&[u8]] = &[b"gserviceaccount.com"];
/// Names under which identifiers of messages stand, in lower case.
const MESSAGE_IDS: &[&[u8]] = &[
    b"message-id",
    b"messageid",
    b"message_id",
    b"msgid",
    b"msg-id",
    b"in-reply-to",
    b"references",
    b"content-id",
    b"cid",
    b"message id",
];
/// Commands that name a user on another machine.
const REMOTE_COMMANDS: &[&[u8]] = &[
    b"ssh",
    b"scp",
    b"sftp",
    b"rsync",
    b"mosh",
    b"ssh-copy-id",
    b"sshfs",
    b"sshpass",
    b"autossh",
    b"plink",
    b"pscp",
    b"psftp",
];
/// What machines are called before their number: `web-6.example.com` has no mailboxes.
static HOSTS: Words = Words::new(&[
    "api", "app", "auth", "backup", "bastion", "box", "build", "cache", "ci", "data", "db", "dc",
    "dev", "dns", "edge", "es", "files", "ftp", "git", "gw", "host", "ip", "jump", "k8s", "kafka",
    "lb", "ldap", "log", "master", "mon", "monitor", "mq", "mysql", "node", "ns", "pg", "pod",
    "postgres", "prod", "proxy", "redis", "runner", "search", "server", "sftp", "srv", "stage",
    "storage", "svc", "test", "vm", "vpn", "vps", "web", "worker",
]);
/// The characters of a fingerprint by SHA-256 (RFC 4648 §4, without padding).
const FINGERPRINT: usize = 43;
/// How far before an address these are looked for.
const MAX_BACK: usize = 64;
/// The authority of a URL is looked for further back: a password may stand in it.
const MAX_AUTHORITY: usize = 128;

/// Finds the addresses in `text`, whose signs stand at `signs`.
pub(super) fn find(text: &[u8], signs: impl Iterator<Item = usize>, spans: &mut Spans) {
    let mut done = 0;
    for at in signs {
        if let Some(range) = address(text, done, at..plus(at, 1)) {
            done = range.end;
            spans.by(rules::EMAIL).add(range, Kind::Email);
        }
    }
}

/// Reads an address whose sign is escaped, and says where it ends.
pub(in super::super) fn encoded(phrase: &Phrase<'_>, spans: &mut Spans) -> Option<usize> {
    let here = slice(phrase.text, phrase.at..phrase.line.end);
    let sign = ENCODED_SIGNS.iter().find(|s| {
        let start = slice(here, 0..s.len());
        start.eq_ignore_ascii_case(s.as_bytes())
    })?;
    let sign = phrase.at..plus(phrase.at, sign.len());
    let range = address(phrase.text, phrase.line.start, sign)?;
    let end = range.end;
    spans.add(range, Kind::Email);
    Some(end)
}

/// The address around a sign; nothing of it before `done`.
fn address(text: &[u8], done: usize, sign: Range<usize>) -> Option<Range<usize>> {
    // Before the domain is looked up.
    before(text, sign.start).filter(|b| is_local(*b) || *b >= 0x80)?;
    let domain = domain(text, sign.end)?;
    let start = local(text, done, sign.start)?;
    let (local, host) = (slice(text, start..sign.start), slice(text, domain.clone()));
    let is_machine = is_machine(local, host)
        || is_url_user(text, start)
        || is_remote(text, start, domain.end)
        || is_message_id(text, start, local)
        || inside_mark(text, sign.start);
    (!is_machine).then_some(start..domain.end)
}

/// Where the local part begins that ends at `end`.
fn local(text: &[u8], done: usize, end: usize) -> Option<usize> {
    let floor = end.saturating_sub(MAX_LOCAL).max(done);
    let mut start = end;
    loop {
        start = run_back(slice(text, 0..start), start, is_local).max(floor);
        let code = slice(text, start..plus(start, 2).min(end));
        if before(text, start) == Some(b'%') && is_encoded_local(code) {
            start = start.saturating_sub(1).max(floor);
        } else if let Some(char) = letter_back(text, floor, start) {
            start = char;
        } else {
            break;
        }
    }
    let start = after_escape(text, start, end);
    // Dots that lead to an address are none of its own.
    let dots = slice(text, start..end)
        .windows(3)
        .rposition(|w| w == b"...");
    let start = dots.map_or(start, |dots| plus(start, plus(dots, 3)));
    let start = run(slice(text, 0..end), start, |b| {
        matches!(b, b'\'' | b'-' | b'.' | b'+')
    });
    let local = slice(text, start..end);
    let has_letter = local
        .iter()
        .any(|b| b.is_ascii_alphanumeric() || *b >= 0x80);
    let is_masked = local.len() > 2 && local.iter().all(|b| matches!(b, b'x' | b'X'));
    let is_dotted = local.ends_with(b".") || local.windows(2).any(|w| w == b"..");
    let is_part = matches!(
        before(text, start),
        Some(b'@' | b'*' | b'$' | b'%' | b'}' | b'#')
    ) && !ends_escape(text, start)
        && !is_led(text, start);
    (has_letter && !is_masked && !is_dotted && !is_part).then_some(start)
}

/// The characters of local parts that logs do not use for anything else. The rest of RFC 5321's
/// stand in no address that people have.
fn is_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'+' | b'\'')
}

/// `+`, `-`, `.` and `_` behind a percent sign.
fn is_encoded_local(code: &[u8]) -> bool {
    [b"2b", b"2d", b"2e", b"5f"]
        .iter()
        .any(|c| code.eq_ignore_ascii_case(*c))
}

/// Where the letter outside ASCII begins that ends at `end`.
fn letter_back(text: &[u8], floor: usize, end: usize) -> Option<usize> {
    let is_letter = |start: &usize| {
        let char = core::str::from_utf8(slice(text, *start..end)).ok();
        char.is_some_and(|c| c.chars().count() == 1 && c.chars().all(char::is_alphanumeric))
    };
    before(text, end).filter(|b| *b >= 0x80)?;
    (2..=4)
        .map(|n| end.saturating_sub(n))
        .filter(|start| *start >= floor)
        .find(is_letter)
}

/// Where the local part begins behind the letters of an escape sequence: `\nada@…`, `%3Dada@…`.
fn after_escape(text: &[u8], start: usize, end: usize) -> usize {
    let skipped = match (
        before(text, start),
        slice(text, start..plus(start, 5).min(end)),
    ) {
        (Some(b'\\'), [b'n' | b'r' | b't', _, ..]) => 1,
        (Some(b'\\'), [b'u', code @ ..]) if code.iter().all(u8::is_ascii_hexdigit) => 5,
        (Some(b'%'), [a, b, _, ..]) if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => 2,
        (Some(b'['), colour) => colour.iter().position(|b| *b == b'm').map_or(0, |m| {
            let is_colour = ends_escape(text, plus(start, plus(m, 1)));
            if is_colour { plus(m, 1) } else { 0 }
        }),
        _ => 0,
    };
    plus(start, skipped).min(end)
}

/// The domain at `at`: labels, the last of them top-level.
fn domain(text: &[u8], at: usize) -> Option<Range<usize>> {
    let window = slice(text, 0..plus(at, MAX_DOMAIN).min(text.len()));
    let is_ascii = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-');
    let ascii = run(window, at, is_ascii);
    let is_valid = |end: &usize| is_domain(slice(text, at..*end));
    let trim =
        |end: usize| run_back(slice(text, 0..end), end, |b| matches!(b, b'.' | b'-')).max(at);
    // A sentence may go on without a blank: `ada@example.com.Please`.
    let sentence = || {
        let labels = slice(text, at..ascii);
        let last = run_back(labels, labels.len(), |b| b != b'.');
        let is_word = byte(labels, last).is_some_and(|b| b.is_ascii_uppercase());
        is_word.then_some(trim(plus(at, last)))
    };
    let end = [
        Some(trim(ascii)),
        international(window, at, ascii),
        sentence(),
    ];
    let end = end.into_iter().flatten().find(is_valid)?;
    // What is called is no host: `this@Page.link(`.
    (byte(text, end) != Some(b'(')).then_some(at..end)
}

/// Where a domain with letters of other scripts ends.
fn international(window: &[u8], at: usize, ascii: usize) -> Option<usize> {
    byte(window, ascii).filter(|b| *b >= 0x80)?;
    let text = slice(window, at..window.len());
    let valid = text.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    let len: usize = valid
        .chars()
        .take_while(|c| c.is_alphanumeric() || matches!(c, '.' | '-'))
        .map(char::len_utf8)
        .sum();
    let end = plus(at, len);
    Some(run_back(window, end, |b| matches!(b, b'.' | b'-')).max(at))
}

/// Whether `domain` has labels of which the last is top-level, and is no version.
fn is_domain(domain: &[u8]) -> bool {
    let is_label = |label: &[u8]| {
        (1..=MAX_LABEL).contains(&label.len()) && !label.starts_with(b"-") && !label.ends_with(b"-")
    };
    let mut labels = domain.split(|b| *b == b'.');
    let (first, second) = (labels.next().unwrap_or_default(), labels.next());
    let Some(second) = second else {
        return false;
    };
    let number = first.strip_prefix(b"v").unwrap_or(first);
    let is_number = |label: &[u8]| label.iter().all(u8::is_ascii_digit);
    let is_version = is_number(number) && second.first().is_some_and(u8::is_ascii_digit);
    let last = domain.rsplit(|b| *b == b'.').next().unwrap_or_default();
    !is_version && domain.split(|b| *b == b'.').all(is_label) && is_top_level(last)
}

fn is_top_level(label: &[u8]) -> bool {
    let lower = label.to_ascii_lowercase();
    let is_foreign = !label.is_ascii() && !label.iter().any(u8::is_ascii_alphanumeric);
    TOP_LEVEL.contains(&*lower) || lower.starts_with(b"xn--") || is_foreign
}

/// An account of a program, or a principal of Kerberos, whose realm is written in capitals
/// (RFC 4120 §6.1) and its name is not.
fn is_machine(local: &[u8], domain: &[u8]) -> bool {
    // `logo@2x.png.cc`, `icon@3x`: how often a picture's points are there.
    let is_scale = matches!(domain, [b'1'..=b'4', b'x', b'.', ..]);
    let is_user = MACHINE_USERS
        .iter()
        .any(|user| local.eq_ignore_ascii_case(user));
    let ends = |end: &&[u8]| domain.to_ascii_lowercase().ends_with(end);
    let has_small = |part: &[u8]| part.iter().any(u8::is_ascii_lowercase);
    // `krbtgt/EXAMPLE.COM@EXAMPLE.COM`: the service that gives out tickets.
    let is_named = has_small(local) || local == domain;
    let is_principal = is_named && domain.is_ascii() && !has_small(domain);
    is_host(domain) || is_scale || is_user || is_principal || MACHINE_DOMAINS.iter().any(ends)
}

/// Whether a domain is the name of a machine: one of a kind, with a number.
fn is_host(domain: &[u8]) -> bool {
    let first = domain.split(|b| *b == b'.').next().unwrap_or_default();
    let number = run_back(first, first.len(), |b| b.is_ascii_digit());
    let kind = slice(first, 0..number);
    let is_long = domain.iter().filter(|b| **b == b'.').count() >= 2;
    is_long
        && number < first.len()
        && HOSTS.has_in_any_case(kind.strip_suffix(b"-").unwrap_or(kind))
}

/// Whether what begins at `start` stands in the authority of a URL, as its user or password.
fn is_url_user(text: &[u8], start: usize) -> bool {
    let near = slice(text, start.saturating_sub(MAX_AUTHORITY)..start);
    let from = run_back(near, near.len(), |b| !b" \t\n\"'<>`".contains(&b));
    let near = slice(near, from..near.len());
    let Some(at) = memchr::memmem::rfind(near, b"//") else {
        return false;
    };
    let authority = slice(near, plus(at, 2)..near.len());
    let user = run(authority, 0, |b| !matches!(b, b'/' | b'?' | b'#' | b':'));
    let is_port = byte(authority, plus(user, 1)).is_some_and(|b| b.is_ascii_digit());
    let is_colon = byte(authority, user) == Some(b':');
    before(near, at) == Some(b':')
        && (user == authority.len()
            || (is_colon && !is_port)
            || (is_colon && !authority.contains(&b'/')))
}

/// Whether what begins at `start` and ends at `end` is a user on another machine: the argument of a
/// command, or what is followed by a path or a port there.
fn is_remote(text: &[u8], start: usize, end: usize) -> bool {
    let is_path = byte(text, end) == Some(b':') && {
        let window = slice(text, 0..plus(end, MAX_BACK).min(text.len()));
        let path = plus(end, 1)..run(window, plus(end, 1), |b| {
            b > b' ' && !b"\"',;|".contains(&b)
        });
        let path = slice(text, path);
        let port = run(path, 0, |b| b.is_ascii_digit());
        let is_port =
            (2..=5).contains(&port) && !byte(path, port).is_some_and(|b| b.is_ascii_alphanumeric());
        matches!(path, [b'~' | b'/', ..]) || path.ends_with(b".git") || is_port
    };
    let near = slice(text, start.saturating_sub(MAX_BACK)..start);
    let line = run_back(near, near.len(), |b| b != b'\n');
    let near = slice(near, line..near.len());
    let mut words = near.split(|b| b" /\"'`(\t".contains(b));
    let is_command = words.any(|word| REMOTE_COMMANDS.contains(&word));
    // `Linux version 6.1.0 (build@host.example.com) (gcc …`
    let is_banner = near.ends_with(b"(") && memchr::memmem::find(near, b"inux version ").is_some();
    // `ada@host.example.com's password: `, as ssh asks for it.
    let is_prompt = rest(text, end).starts_with(b"'s password");
    is_path || is_command || is_banner || is_prompt || is_comment(near)
}

/// Whether what follows `near` is the comment of a public key or of its fingerprint: whose key it is,
/// on which machine.
fn is_comment(near: &[u8]) -> bool {
    let Some((b' ', near)) = near.split_last() else {
        return false;
    };
    let key = run_back(near, near.len(), |b| is_base64(b) || b == b'=');
    near.len().saturating_sub(key) >= FINGERPRINT
}

/// Whether a local part is the identifier of a message: under a name that says so, or in angle
/// brackets and as long as nobody's name.
fn is_message_id(text: &[u8], start: usize, local: &[u8]) -> bool {
    let near = slice(text, start.saturating_sub(MAX_BACK)..start).to_ascii_lowercase();
    let end = run_back(&near, near.len(), |b| b" \t\"'\\<=:[(".contains(&b));
    let named = slice(&near, 0..end);
    let is_named = end < near.len()
        && MESSAGE_IDS.iter().any(|name| {
            let rest = named.strip_suffix(*name);
            rest.is_some_and(|rest| !rest.last().is_some_and(u8::is_ascii_alphanumeric))
        });
    let digits = local.iter().filter(|b| b.is_ascii_digit()).count();
    let is_long = local.len() >= 24 && digits >= 6 && near.ends_with(b"<");
    is_named || is_long
}
