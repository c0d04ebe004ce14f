//! Dialogues of mail, file, chat and cache servers in traces, and the lines of routers: secrets that
//! stand behind a command.
//!
//! A command counts where a client says it: at the start of a line, behind an arrow or a prompt, or
//! where the whole form of the line is that of the protocol. `PASS` of a test run and `AUTH failed`
//! are none.

mod awaited;
mod hashes;
mod mail;
mod pairs;
mod placed;
mod questions;
mod routers;
mod sent;
mod stores;
mod users;
mod words;

use super::{
    bytes::{before, byte, has_any, is_blank, lead, plus, rest, run, slice},
    finding::Kind,
    open::Open,
    phrases::Phrase,
    spans::Spans,
    values,
};
use awaited::PATIENCE;
use words::{Token, tokens};

pub(super) use awaited::{Awaited, resume};
pub(super) use hashes::{OPENERS as HASHES, read as hash};
pub(super) use placed::{OPENERS as PLACED, read as placed};
pub(super) use questions::{OPENERS as QUESTIONS, read as question};
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
        b"user" => said.user(open, spans),
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
    /// What stands before the command on its line.
    fn lead(&self) -> &[u8] {
        lead(self.text, self.line, self.at, MAX_LEAD)
    }

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
        let lead = self.lead();
        let starts_line = lead.len() == self.at.saturating_sub(self.line);
        let lead = lead.trim_ascii_end();
        let lead = lead
            .strip_suffix(b"\"")
            .or(lead.strip_suffix(b"'"))
            .unwrap_or(lead);
        let lead = lead.trim_ascii_end();
        // Python's bytes.
        let lead = lead.strip_suffix(b" b").unwrap_or(lead);
        let last = lead.rsplit(|b| is_blank(*b)).next().unwrap_or_default();
        let last = last.to_ascii_lowercase();
        lead.is_empty() && starts_line
            // A call of the system, in a trace.
            || lead.ends_with(b",") && has_any(lead, &[b"write(", b"send(", b"sendto("])
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
        let lead = self.lead().to_ascii_lowercase();
        lead.trim_ascii_end().ends_with(b":") && has_any(&lead, SERVERS)
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
        let is_variable =
            matches!(value, [b'$', name @ ..] if !name.iter().any(u8::is_ascii_digit));
        if values::is_placeholder(value) || is_variable {
            return None;
        }
        spans.add(token.content.clone(), Kind::Password);
        Some(token.end)
    }
}
