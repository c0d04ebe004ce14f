//! Lines of configurations that give a secret by its place: routers, SNMP, mail, PostgreSQL.

use super::{
    super::{
        bytes::{
            before, byte, has_any, is_name, lead, plus, rest, run, run_back, skip_blanks, slice,
        },
        finding::Kind,
        phrases::Phrase,
        spans::Spans,
        values,
    },
    words::{Token, token, tokens},
};

/// The words before the secret, in lower case.
pub(in super::super) const OPENERS: &[&str] = &[
    "enable secret ",
    "enable password ",
    " secret ",
    " password ",
    "-server key ",
    "isakmp key ",
    "key-string ",
    "authentication-key ",
    "pre-shared-key ",
    "community ",
    "com2sec ",
    ":5432:",
    "]:587 ",
    "]:465 ",
    "]:25 ",
    "bindpw ",
    "rootpw ",
    "psk ",
    "password \"auth\" ",
    "message-digest-key ",
    "wpa-psk ascii ",
    "authentication text ",
    " auth sha ",
    " auth md5 ",
    " priv aes ",
    " priv des ",
    "createuser ",
];
/// How far before a word the line says what it configures.
const MAX_LEAD: usize = 96;
/// The shortest passphrase of SNMP (RFC 3414 §11.2).
const MIN_SNMP: usize = 8;
/// Words that say in which form the secret follows.
const FORMS: &[&str] = &[
    "encrypted",
    "ascii",
    "ascii-text",
    "text",
    "hexadecimal",
    "plain-text",
    "cleartext",
    "clear",
    "hidden",
    "local",
    "remote",
];
/// Words of a line that configures who may come in.
const LEADS: &[&[u8]] = &[
    b"username ",
    b"user ",
    b"neighbor ",
    b"enable ",
    b"chap ",
    b"pap ",
    b"login ",
    b"machine ",
    b"server ",
    b"line ",
    b"admin ",
];

/// Reads the secret behind such words.
pub(in super::super) fn read(phrase: &Phrase<'_>, spans: &mut Spans) -> Option<usize> {
    let text = slice(phrase.text, 0..phrase.line.end);
    let line = Line {
        text,
        start: phrase.line.start,
        at: phrase.at,
    };
    let word = slice(text, phrase.at..plus(phrase.at, 4)).to_ascii_lowercase();
    match word.as_slice() {
        b" sec" | b" pas" => line.typed(spans),
        b"comm" | b"com2" => line.community(spans),
        b":543" => line.pgpass(spans),
        b"]:58" | b"]:46" | b"]:25" => line.relay(spans),
        b"pass" => line.last(spans),
        b"mess" => line.digest(spans),
        b" aut" | b" pri" => line.protocol(spans),
        b"crea" => line.account(spans),
        _ => line.secret(spans),
    }
}

struct Line<'t> {
    text: &'t [u8],
    start: usize,
    at: usize,
}

impl Line<'_> {
    fn lead(&self) -> Vec<u8> {
        lead(self.text, self.start, plus(self.at, 1), MAX_LEAD).to_ascii_lowercase()
    }

    fn value(&self, token: &Token) -> &[u8] {
        slice(self.text, token.content.clone())
    }

    fn add(&self, token: &Token, kind: Kind, spans: &mut Spans) -> Option<usize> {
        if values::is_placeholder(self.value(token)) {
            return None;
        }
        spans.add(token.content.clone(), kind);
        Some(token.end)
    }

    /// The words behind the opener.
    fn words(&self) -> impl Iterator<Item = Token> {
        let end = run(self.text, skip_blanks(self.text, self.at), |b| b > b' ');
        tokens(self.text, end)
    }

    fn is_type(&self, token: &Token) -> bool {
        matches!(self.value(token), [b'0'..=b'9'])
    }

    /// `username ada secret 5 x`, `neighbor 10.0.0.1 password 7 x`: a number says how it is written.
    fn typed(&self, spans: &mut Spans) -> Option<usize> {
        let mut words = self.words();
        let (form, second) = (words.next()?, words.next());
        let Some(secret) = second else {
            // `neighbor 10.0.0.1 password x`
            let lead = self.lead();
            let is_peer = has_any(&lead, &[b"neighbor "]) && lead.iter().any(u8::is_ascii_digit);
            return is_peer.then(|| self.add(&form, Kind::Password, spans))?;
        };
        self.is_type(&form).then_some(())?;
        let lead = self.lead();
        has_any(&lead, LEADS).then(|| self.add(&secret, Kind::Password, spans))?
    }

    /// `enable secret x`, `tacacs-server key 7 x`, `key-string x`.
    fn secret(&self, spans: &mut Spans) -> Option<usize> {
        // The end of another word, or of a path: `GET /wifi/psk 200`.
        let joined = byte(self.text, self.at) != Some(b'-')
            && before(self.text, self.at).is_some_and(|b| is_name(b) || b == b'/');
        let at = run(self.text, self.at, |b| b > b' ');
        let second = skip_blanks(self.text, at);
        // The opener is one word or two.
        let two = ["secret ", "password ", "key "];
        let near =
            slice(self.text, second..plus(second, 10).min(self.text.len())).to_ascii_lowercase();
        let from = match two.iter().find(|w| near.starts_with(w.as_bytes())) {
            Some(word) => plus(second, word.len()),
            None => at,
        };
        let mut words = tokens(self.text, from);
        let mut secret = words.next()?;
        let is_form = self.is_type(&secret)
            || FORMS
                .iter()
                .any(|f| self.value(&secret).eq_ignore_ascii_case(f.as_bytes()));
        if is_form {
            secret = words.next()?;
        }
        if is_form && self.is_type(&secret) {
            secret = words.next()?;
        }
        let value = self.value(&secret);
        let is_alone = run_back(self.text, self.at, |b| b <= b' ') <= self.start
            && tokens(self.text, secret.end).next().is_none();
        let is_address = rest(self.text, secret.end).starts_with(b" address ");
        let sentence = values::is_sentence(self.text, secret.content.clone())
            || !is_form && !is_alone && !is_address && value.iter().all(u8::is_ascii_alphabetic)
            || (!is_form
                && !is_address
                && value.iter().all(u8::is_ascii_lowercase)
                && two.iter().any(|w| near.starts_with(w.as_bytes())));
        (!joined && !sentence && (is_form || words.nth(4).is_none()))
            .then(|| self.add(&secret, Kind::Secret, spans))?
    }

    /// `message-digest-key 1 md5 7 x`.
    fn digest(&self, spans: &mut Spans) -> Option<usize> {
        let mut words = self.words().skip(1);
        let method = words.next()?;
        let is_method = self.value(&method).eq_ignore_ascii_case(b"md5");
        let secret = words.last()?;
        is_method.then(|| self.add(&secret, Kind::Secret, spans))?
    }

    /// `snmp-server user ada g v3 auth sha x priv aes 128 y`.
    fn protocol(&self, spans: &mut Spans) -> Option<usize> {
        let lead = self.lead();
        let is_user = has_any(&lead, &[b"snmp", b" v3 "]);
        let is_length = |t: &Token| matches!(self.value(t), b"128" | b"192" | b"256");
        let secret = self.words().skip(1).find(|t| !is_length(t))?;
        let is_long = secret.content.len() >= MIN_SNMP;
        (is_user && is_long).then(|| self.add(&secret, Kind::Password, spans))?
    }

    /// `createUser ada SHA "x" AES "y"` of Net-SNMP.
    fn account(&self, spans: &mut Spans) -> Option<usize> {
        const METHODS: &[&[u8]] = &[b"sha", b"md5", b"aes", b"des", b"sha-256", b"sha-512"];
        let (mut end, mut told) = (None, false);
        for word in self.words() {
            let lower = self.value(&word).to_ascii_lowercase();
            if told {
                end = self.add(&word, Kind::Password, spans).or(end);
            }
            told = METHODS.contains(&lower.as_slice());
        }
        end
    }

    /// `snmp-server community x RO`, `rocommunity x`, `com2sec name source x`.
    fn community(&self, spans: &mut Spans) -> Option<usize> {
        let lead = self.lead();
        let word = run_back(self.text, self.at, is_name).max(self.start);
        let word = slice(self.text, word..run(self.text, self.at, is_name)).to_ascii_lowercase();
        let secret = match word.as_slice() {
            b"com2sec" => self.words().nth(2)?,
            b"rocommunity" | b"rwcommunity" | b"trapcommunity" => self.words().next()?,
            b"community" if lead.windows(4).any(|w| w == b"snmp") => self.words().next()?,
            _ => return None,
        };
        let is_known = matches!(
            self.value(&secret),
            b"public" | b"string" | b"name" | b"strings"
        );
        let next = token(self.text, skip_blanks(self.text, secret.end));
        let next = next.map(|t| self.value(&t).to_ascii_lowercase());
        let ends = matches!(
            next.as_deref(),
            None | Some(b"ro" | b"rw" | b"view" | b"ipv6")
        );
        let is_word = !ends
            && self
                .value(&secret)
                .iter()
                .all(|b| b.is_ascii_alphabetic() || b".,'".contains(b));
        (!is_known && !is_word).then(|| self.add(&secret, Kind::Secret, spans))?
    }

    /// `host:5432:database:user:password` (PostgreSQL's password file).
    fn pgpass(&self, spans: &mut Spans) -> Option<usize> {
        // The host begins the line, so one field of a line is looked at.
        let near = self.at.saturating_sub(MAX_LEAD).max(self.start);
        let host = slice(self.text, near..self.at);
        if near > self.start || host.iter().any(|b| *b <= b' ' || *b == b':') {
            return None;
        }
        let mut at = plus(self.at, ":5432:".len());
        for _ in 0..2 {
            let end = run(self.text, at, |b| is_name(b) || b == b'*');
            if byte(self.text, end) != Some(b':') || end == at {
                return None;
            }
            at = plus(end, 1);
        }
        let secret = token(self.text, at)?;
        let alone = tokens(self.text, secret.end).next().is_none();
        alone.then(|| self.add(&secret, Kind::Password, spans))?
    }

    /// `[smtp.example.com]:587 ada:x` (Postfix).
    fn relay(&self, spans: &mut Spans) -> Option<usize> {
        let word = self.words().next()?;
        let colon = run(self.text, word.content.start, |b| b != b':' && b > b' ');
        if byte(self.text, colon) != Some(b':') || plus(colon, 1) >= word.content.end {
            return None;
        }
        let secret = Token {
            content: plus(colon, 1)..word.content.end,
            ..word
        };
        self.add(&secret, Kind::Password, spans)
    }

    /// `password "Auth" x` of OpenVPN's management interface.
    fn last(&self, spans: &mut Spans) -> Option<usize> {
        let secret = tokens(self.text, run(self.text, self.at, |b| b > b' ')).nth(1)?;
        self.add(&secret, Kind::Password, spans)
    }
}
