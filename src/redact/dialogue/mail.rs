//! How clients of mail, chat and cache servers say who they are: `AUTH`, by SASL's mechanisms (RFC
//! 4954, 9051) and as Redis has it.

use core::ops::Range;

use super::{
    super::{
        base64,
        bytes::{before, byte, has_any, plus, run, slice},
        finding::Kind,
        open::Open,
        spans::Spans,
    },
    Awaited, Said,
    awaited::PATIENCE,
    stores::counted,
    words::{Token, tokens},
};

/// The least that is taken for a credential in base64.
pub(super) const MIN_BASE64: usize = 8;

/// The length of the command of IMAP and IRC.
const AUTHENTICATE: usize = "authenticate".len();

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

/// Words between a mechanism and what a client answers, in logs.
const ANSWERS: &[&str] = &[
    "challenge",
    "response",
    "initial",
    "initial-response",
    "credentials",
    "answer",
    "data",
    "username",
    "password",
];

/// Whether a word names a mechanism, or says how a command fared.
pub(super) fn is_mechanism(word: &[u8]) -> bool {
    MECHANISMS
        .iter()
        .any(|m| word.eq_ignore_ascii_case(m.as_bytes()))
}

impl Said<'_> {
    /// `AUTH x` and `AUTH user x` of Redis, `AUTH PLAIN base64` of mail.
    pub(super) fn auth(&self, open: &mut Open, spans: &mut Spans) -> Option<usize> {
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
        if is_mechanism(&value) {
            return self.mechanism(&value, second, open, spans);
        }
        let lead = self.lead().trim_ascii_end().to_ascii_lowercase();
        let is_hello = lead.ends_with(b"hello 3") || lead.ends_with(b"hello 2");
        if is_hello {
            return self.add(&second?, spans);
        }
        let is_monitor = quoted && before(self.text, self.at) == Some(b'"') && first.quoted;
        // Redis's own client takes commands in any case; a key moves with its server's password.
        let is_typed = self.lead().ends_with(b":6379> ");
        let is_moved = has_any(self.lead(), &[b"MIGRATE "]);
        if is_moved && self.is_shouted() {
            return self.add(&first, spans);
        }
        let is_command = !quoted && (self.is_shouted() && self.is_turn() || is_typed);
        let is_sent = second.is_none()
            && self.is_shouted()
            && end.saturating_sub(self.at) == AUTHENTICATE
            && self.is_base64(&first);
        if !(is_monitor || is_command || is_sent) || third.is_some() {
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
        let word = self.value(&response).to_ascii_lowercase();
        let word = word.strip_suffix(b":").unwrap_or(&word);
        if ANSWERS.iter().any(|a| a.as_bytes() == word) {
            // `AUTH LOGIN challenge: 'cGFzc3dvcmQ='`
            let answer = tokens(self.text, response.end).last()?;
            return self.is_base64(&answer).then(|| self.add(&answer, spans))?;
        }
        if mechanism == b"login" {
            // The user came with the command, the password comes in the next line.
            if self.is_turn() {
                open.dialogue = Some(Awaited::Base64(PATIENCE));
            }
            return None;
        }
        let is_answer = !is_mechanism(self.value(&response)) && self.is_base64(&response);
        is_answer.then(|| self.add(&response, spans))?
    }

    fn is_base64(&self, token: &Token) -> bool {
        let value = self.value(token);
        value.len() >= MIN_BASE64 && value.iter().all(|b| base64::is_base64(*b) || *b == b'=')
    }

    /// `<auth mechanism='PLAIN'>base64</auth>` of XMPP.
    pub(super) fn element(&self, spans: &mut Spans) -> Option<usize> {
        let near = slice(self.text, 0..plus(self.at, 200).min(self.text.len()));
        let from = plus(run(near, self.at, |b| b != b'>'), 1);
        let end = run(self.text, from, |b| base64::is_base64(b) || b == b'=');
        let value: Range<usize> = from..end;
        let closes = byte(self.text, end) == Some(b'<') && value.len() >= MIN_BASE64;
        closes.then(|| spans.add(value, Kind::Password))?;
        Some(end)
    }
}
