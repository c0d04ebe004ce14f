//! Dialogues of mail, file, chat and cache servers in traces, and the lines of routers: secrets that
//! stand behind a command.
//!
//! A command counts where a client says it: at the start of a line, behind an arrow or a prompt, or
//! where the whole form of the line is that of the protocol. `PASS` of a test run and `AUTH failed`
//! are none.

mod awaited;
mod hashes;
mod placed;
mod routers;
mod words;

use core::ops::Range;

use super::{
    base64,
    bytes::{before, byte, is_blank, plus, rest, run, slice},
    finding::Kind,
    open::Open,
    phrases::Phrase,
    spans::Spans,
    values,
};
use awaited::PATIENCE;
use words::{Token, token, tokens};

pub(super) use awaited::{Awaited, resume};
pub(super) use hashes::{OPENERS as HASHES, read as hash};
pub(super) use placed::{OPENERS as PLACED, read as placed};
pub(super) use routers::{OPENERS as ROUTERS, read as router};

/// Commands, in lower case.
pub(super) const OPENERS: &[&str] = &[
    "auth ",
    "auth\"",
    "auth\\r\\n",
    "authenticate ",
    "pass ",
    "user ",
    "login ",
    "login(",
    "authenticate(",
    "auth(",
    "identify ",
    "oper ",
    "requirepass",
    "masterauth",
    "setuser",
    " on >",
    "334 ugfz",
    "send \"",
    "send -- \"",
    "mechanism='plain'",
    "mechanism=\"plain\"",
];
/// How far before a command the words are looked for that say whose it is.
const MAX_LEAD: usize = 48;
/// The least that is taken for a credential in base64.
const MIN_BASE64: usize = 8;

/// What is not said by a user of a command: mechanisms, and how a command fared.
const MECHANISMS: &[&str] = &[
    "plain",
    "login",
    "cram-md5",
    "digest-md5",
    "gssapi",
    "ntlm",
    "external",
    "anonymous",
    "xoauth2",
    "oauthbearer",
    "scram-sha-1",
    "scram-sha-256",
    "tls",
    "ssl",
    "kerberos",
    "kerberos_v4",
    "failed",
    "ok",
    "error",
    "required",
    "requested",
    "success",
    "successful",
    "succeeded",
    "failure",
    "is",
    "was",
    "not",
    "for",
    "with",
    "to",
    "and",
    "type",
    "method",
    "token",
    "provider",
    "service",
];

/// Reads what a command says.
pub(super) fn read(phrase: &Phrase<'_>, open: &mut Open, spans: &mut Spans) -> Option<usize> {
    let text = slice(phrase.text, 0..phrase.line.end);
    let said = Said {
        text,
        line: phrase.line.start,
        at: phrase.at,
    };
    let word = slice(text, phrase.at..plus(phrase.at, 4)).to_ascii_lowercase();
    match word.as_slice() {
        b"auth" => said.auth(open, spans),
        b"pass" => said.pass(open, spans),
        b"user" => said.user(open),
        b"logi" if rest(text, phrase.at).get(5) == Some(&b'(') => said.call(spans),
        b"logi" => said.login(spans),
        b"iden" => said.identify(spans),
        b"oper" => said.oper(spans),
        b"requ" | b"mast" => said.setting(spans),
        b"setu" | b" on " => said.acl(spans),
        b"334 " => {
            open.dialogue = Some(Awaited::Base64(PATIENCE));
            None
        }
        b"send" => said.send(spans),
        _ => said.element(spans),
    }
}

/// A command on its line.
struct Said<'t> {
    text: &'t [u8],
    line: usize,
    at: usize,
}

impl Said<'_> {
    /// Whether a client says it here: after nothing, an arrow, or a word for the client.
    fn is_turn(&self) -> bool {
        const CLIENTS: &[&[u8]] = &[
            b"c:",
            b"client:",
            b"command:",
            b"cmd:",
            b"sent:",
            b"send:",
            b"request:",
            b"out:",
            b"tx:",
            b"write:",
            b"wrote:",
            b"sending:",
            b"query:",
        ];
        /// Signs before what a client says.
        const MARKS: &[&[u8]] = &[
            b"[c]",
            b"(c)",
            b"[client]",
            b"c->s:",
            b"client->server:",
            "→".as_bytes(),
            "»".as_bytes(),
            "←".as_bytes(),
        ];
        let start = self.at.saturating_sub(MAX_LEAD).max(self.line);
        let lead = slice(self.text, start..self.at).trim_ascii_end();
        let lead = lead
            .strip_suffix(b"\"")
            .or(lead.strip_suffix(b"'"))
            .unwrap_or(lead);
        let lead = lead.trim_ascii_end();
        let last = lead.rsplit(|b| is_blank(*b)).next().unwrap_or_default();
        let last = last.to_ascii_lowercase();
        lead.is_empty() && start == self.line
            || lead.ends_with(b">")
            || last.ends_with(b"<")
            || MARKS.contains(&last.as_slice())
            || last.ends_with(b"<-")
            || last.ends_with(b"<--")
            || CLIENTS.contains(&last.as_slice())
    }

    /// Whether a server that asks for a user and a password writes this line: `proftpd[12]: USER ada`.
    fn is_server(&self) -> bool {
        const SERVERS: &[&[u8]] = &[b"ftp", b"pop3", b"imap", b"nntp", b"dovecot", b"courier"];
        let start = self.at.saturating_sub(MAX_LEAD).max(self.line);
        let lead = slice(self.text, start..self.at).to_ascii_lowercase();
        let ends = lead.trim_ascii_end().ends_with(b":");
        let mut servers = SERVERS.iter();
        ends && servers.any(|server| lead.windows(server.len()).any(|w| w == *server))
    }

    fn starts_word(&self) -> bool {
        let escaped = slice(self.text, self.line..self.at).ends_with(br"\n");
        escaped
            || before(self.text, self.at)
                .is_none_or(|b| !b.is_ascii_alphanumeric() && !b"_-.".contains(&b))
    }

    fn is_shouted(&self) -> bool {
        byte(self.text, self.at).is_some_and(|b| b.is_ascii_uppercase())
    }

    /// The words behind the command.
    fn words(&self) -> impl Iterator<Item = Token> {
        let end = run(self.text, self.at, |b| b.is_ascii_alphabetic());
        tokens(self.text, end)
    }

    fn value(&self, token: &Token) -> &[u8] {
        slice(self.text, token.content.clone())
    }

    fn add(&self, token: &Token, spans: &mut Spans) -> Option<usize> {
        let value = self.value(token);
        if values::is_placeholder(value) || value.starts_with(b"$") {
            return None;
        }
        spans.add(token.content.clone(), Kind::Password);
        Some(token.end)
    }

    /// `AUTH x` and `AUTH user x` of Redis, `AUTH PLAIN base64` of mail.
    fn auth(&self, open: &mut Open, spans: &mut Spans) -> Option<usize> {
        let end = run(self.text, self.at, |b| b.is_ascii_alphabetic());
        if byte(self.text, end) == Some(b'(') {
            return self.call(spans);
        }
        if !self.starts_word() {
            return None;
        }
        if let Some(token) = counted(self.text, end) {
            let second = counted(self.text, token.end);
            return self.add(&second.unwrap_or(token), spans);
        }
        let quoted = byte(self.text, end) == Some(b'"');
        let mut words = tokens(self.text, plus(end, usize::from(quoted)));
        let (first, second, third) = (words.next()?, words.next(), words.next());
        let value = self.value(&first).to_ascii_lowercase();
        let is_mechanism = MECHANISMS.iter().any(|m| m.as_bytes() == value);
        if is_mechanism {
            return self.mechanism(&value, second, open, spans);
        }
        let lead = slice(self.text, self.line..self.at).trim_ascii_end();
        let is_hello = lead.len() >= 7
            && slice(lead, lead.len().saturating_sub(7)..lead.len())
                .eq_ignore_ascii_case(b"hello 3")
            || lead.ends_with(b"hello 2");
        if is_hello {
            return self.add(&second?, spans);
        }
        let is_monitor = quoted && before(self.text, self.at) == Some(b'"') && first.quoted;
        let is_command = !quoted && self.is_shouted() && self.is_turn();
        if !(is_monitor || is_command) || third.is_some() {
            return None;
        }
        self.add(&second.unwrap_or(first), spans)
    }

    /// The initial response behind a mechanism, or the one that comes in the next line.
    fn mechanism(
        &self,
        mechanism: &[u8],
        response: Option<Token>,
        open: &mut Open,
        spans: &mut Spans,
    ) -> Option<usize> {
        const ANSWERED: &[&[u8]] = &[b"plain", b"xoauth2", b"oauthbearer", b"login"];
        if !ANSWERED.contains(&mechanism) || !(self.is_shouted() || self.is_turn()) {
            return None;
        }
        let Some(response) = response else {
            if mechanism != b"login" && self.is_turn() {
                open.dialogue = Some(Awaited::Base64(PATIENCE));
            }
            return None;
        };
        if mechanism == b"login" {
            // The user came with the command, the password comes in the next line.
            if self.is_turn() {
                open.dialogue = Some(Awaited::Base64(PATIENCE));
            }
            return None;
        }
        let value = self.value(&response);
        if MECHANISMS
            .iter()
            .any(|m| value.eq_ignore_ascii_case(m.as_bytes()))
        {
            return None;
        }
        let is_base64 =
            value.len() >= MIN_BASE64 && value.iter().all(|b| base64::is_base64(*b) || *b == b'=');
        is_base64.then(|| self.add(&response, spans))?
    }

    /// `USER ada`: the password comes next.
    fn user(&self, open: &mut Open) -> Option<usize> {
        let alone = self.words().nth(1).is_none() && self.words().next().is_some();
        if self.is_shouted() && self.starts_word() && (self.is_turn() || self.is_server()) && alone
        {
            open.dialogue = Some(Awaited::Pass(PATIENCE));
        }
        None
    }

    /// `PASS x`, behind an arrow or after `USER`.
    fn pass(&self, open: &mut Open, spans: &mut Spans) -> Option<usize> {
        let first = self.words().next()?;
        let told = matches!(open.dialogue, Some(Awaited::Pass(_)));
        let behind = slice(self.text, self.line..self.at)
            .iter()
            .any(|b| !is_blank(*b));
        let shouted = slice(self.text, self.at..plus(self.at, 4)) == b"PASS";
        if !shouted
            || !self.starts_word()
            || !(told || (behind && (self.is_turn() || self.is_server())))
        {
            return None;
        }
        // The password may have blanks in it.
        let last = self.words().last()?;
        let whole = Token {
            content: first.content.start..last.content.end,
            ..last
        };
        self.add(&whole, spans)
    }

    /// `a001 LOGIN ada x`.
    fn login(&self, spans: &mut Spans) -> Option<usize> {
        let mut words = self.words();
        let (_, password) = (words.next()?, words.next()?);
        let tagged = slice(self.text, self.line..self.at).trim_ascii_end();
        let tag = tagged.rsplit(|b| is_blank(*b)).next().unwrap_or_default();
        let digits = tag.iter().filter(|b| b.is_ascii_digit()).count();
        let is_tag = (1..=8).contains(&tag.len())
            && digits >= 1
            && tag.iter().all(u8::is_ascii_alphanumeric);
        let turn = Said {
            at: plus(self.line, tagged.len().saturating_sub(tag.len())),
            ..*self
        };
        if !self.is_shouted() || !is_tag || words.next().is_some() || !turn.is_turn() {
            return None;
        }
        self.add(&password, spans)
    }

    /// `login('ada', 'x')`, as stack traces show calls.
    fn call(&self, spans: &mut Spans) -> Option<usize> {
        let open = plus(run(self.text, self.at, |b| b != b'('), 1);
        let user = token(self.text, open).filter(|t| t.quoted)?;
        let comma = run(self.text, user.end, |b| matches!(b, b',' | b' '));
        let password = token(self.text, comma).filter(|t| t.quoted && comma > user.end)?;
        let is_last = byte(self.text, password.end) == Some(b')');
        // `auth("login", "token")` names a way in.
        let is_way = self.value(&password).iter().all(u8::is_ascii_lowercase)
            && self.value(&user).iter().all(u8::is_ascii_lowercase)
            && MECHANISMS.iter().any(|m| {
                m.as_bytes() == self.value(&password) || m.as_bytes() == self.value(&user)
            });
        (is_last && !is_way).then(|| self.add(&password, spans))?
    }

    /// `NickServ IDENTIFY x`.
    fn identify(&self, spans: &mut Spans) -> Option<usize> {
        let start = self.at.saturating_sub(MAX_LEAD).max(self.line);
        let lead = slice(self.text, start..self.at).to_ascii_lowercase();
        let is_service = [&b"nickserv"[..], b"/ns ", b"authserv", b" ns "];
        let is_service = is_service
            .iter()
            .any(|s| lead.windows(s.len()).any(|w| w == *s));
        let (last, many) = (self.words().last()?, self.words().nth(2).is_some());
        (is_service && !many).then(|| self.add(&last, spans))?
    }

    /// `OPER ada x`.
    fn oper(&self, spans: &mut Spans) -> Option<usize> {
        let mut words = self.words();
        let (_, password) = (words.next()?, words.next()?);
        let is_command = self.is_shouted() && self.starts_word() && self.is_turn();
        (is_command && words.next().is_none()).then(|| self.add(&password, spans))?
    }

    /// `CONFIG SET requirepass x`, `masterauth x`.
    fn setting(&self, spans: &mut Spans) -> Option<usize> {
        let end = run(self.text, self.at, |b| b.is_ascii_alphabetic());
        let from = run(self.text, end, |b| {
            matches!(b, b' ' | b'\t' | b'"' | b'\'' | b',')
        });
        let from = match before(self.text, from) {
            Some(b'"' | b'\'') if from > plus(end, 1) => from.saturating_sub(1),
            _ => from,
        };
        let value = token(self.text, from).filter(|_| from > end)?;
        let apart = matches!(byte(self.text, end), Some(b'"' | b'\'')) && !value.quoted;
        let last = tokens(self.text, value.end).next().is_none();
        let is_word = apart
            || !value.quoted
                && (MECHANISMS
                    .iter()
                    .any(|m| m.as_bytes() == self.value(&value))
                    || (!last && self.value(&value).iter().all(u8::is_ascii_alphabetic)));
        (!is_word).then(|| self.add(&value, spans))?
    }

    /// `ACL SETUSER ada on >x`, `user ada on >x`.
    fn acl(&self, spans: &mut Spans) -> Option<usize> {
        let mut end = None;
        for word in tokens(self.text, self.at).take(24) {
            if self.value(&word).starts_with(b">") && word.content.len() > 1 {
                let secret = Token {
                    content: plus(word.content.start, 1)..word.content.end,
                    ..word
                };
                end = self.add(&secret, spans).or(end);
            }
        }
        end
    }

    /// `send "x\r"` of expect, where it is no word.
    fn send(&self, spans: &mut Spans) -> Option<usize> {
        let quote = run(self.text, self.at, |b| b != b'"');
        let sent = token(self.text, quote).filter(|t| t.quoted)?;
        let value = self.value(&sent);
        let value = [&br"\r"[..], br"\n", br"\\r"]
            .iter()
            .find_map(|e| value.strip_suffix(*e))?;
        let prompted = slice(self.text, self.line..self.at);
        let prompted = prompted.windows(7).any(|w| w == b"assword");
        let is_secret = value.len() >= 6
            && value
                .iter()
                .any(|b| b.is_ascii_digit() || b"!@#%^&*+".contains(b))
            && value.iter().any(u8::is_ascii_alphabetic);
        let is_word = value.iter().any(|b| b" /$.".contains(b));
        if !(prompted || (is_secret && !is_word)) || values::is_placeholder(value) {
            return None;
        }
        spans.add(
            sent.content.start..plus(sent.content.start, value.len()),
            Kind::Password,
        );
        Some(sent.end)
    }

    /// `<auth mechanism='PLAIN'>base64</auth>` of XMPP.
    fn element(&self, spans: &mut Spans) -> Option<usize> {
        let near = slice(self.text, 0..plus(self.at, 200).min(self.text.len()));
        let from = plus(run(near, self.at, |b| b != b'>'), 1);
        let end = run(self.text, from, |b| base64::is_base64(b) || b == b'=');
        let value: Range<usize> = from..end;
        let closes = byte(self.text, end) == Some(b'<') && value.len() >= MIN_BASE64;
        closes.then(|| spans.add(value, Kind::Password))?;
        Some(end)
    }
}

/// A string as Redis counts it, its line ends escaped: `\r\n$6\r\nhunter\r\n`.
fn counted(text: &[u8], at: usize) -> Option<Token> {
    let start = plus(at, br"\r\n$".len());
    if !rest(text, at).starts_with(br"\r\n$") {
        return None;
    }
    let digits = run(text, start, |b| b.is_ascii_digit());
    let from = plus(digits, br"\r\n".len());
    let len = core::str::from_utf8(slice(text, start..digits)).ok()?;
    let end = plus(from, len.parse::<usize>().ok()?);
    let ends = rest(text, digits).starts_with(br"\r\n") && rest(text, end).starts_with(br"\r\n");
    ends.then_some(Token {
        content: from..end,
        end,
        quoted: false,
    })
}
