//! Commands that give a user and a password, or one after the other: FTP, POP3, IMAP, IRC, and calls
//! as traces show them.

use super::{
    super::{
        bytes::{Starts, byte, has_any, is_blank, is_name, plus, run, run_back, slice},
        open::Open,
        prose,
        spans::Spans,
    },
    Awaited, Said,
    awaited::PATIENCE,
    mail::is_mechanism,
    pairs,
    words::{Token, token},
};

/// The prompt of clients of FTP, at which commands are in any case.
const FTP: &[u8] = b"ftp> ";
/// How far the arguments of a call reach that are not quoted.
const MAX_CALL: usize = 128;
/// The shortest password among them.
const MIN_PASSWORD: usize = 4;
/// What follows a call that was made, rather than one in a program.
static FARED: Starts = Starts::new(&[
    b" failed",
    b" rejected",
    b" denied",
    b" succeeded",
    b" ok",
    b" in ",
    b" at ",
    b" -> ",
    b" => ",
    b" returned",
    b" took",
    b" threw",
    b" called",
    b": ",
    b" (",
]);
/// How parameters are called, in lower case: a call with these shows a program.
const PARAMETERS: &[&str] = &[
    "user",
    "name",
    "email",
    "account",
    "login",
    "password",
    "passwd",
    "pass",
    "pwd",
    "secret",
    "token",
    "credentials",
    "options",
    "opts",
    "callback",
    "next",
    "done",
    "request",
    "response",
    "context",
    "ctx",
    "data",
    "event",
    "null",
    "undefined",
    "true",
    "false",
    "timeout",
    "self",
    "string",
    "string...",
    "object",
    "config",
];

impl Said<'_> {
    /// `USER ada`: the password comes next.
    pub(super) fn user(&self, open: &mut Open, spans: &mut Spans) -> Option<usize> {
        // A person types both: `ftp> user ada x`.
        let mut words = self.words();
        if self.lead().ends_with(FTP)
            && let (Some(_), Some(password)) = (words.next(), words.next())
        {
            return self.add(&password, spans);
        }
        let alone = self.words().nth(1).is_none() && self.words().next().is_some();
        if self.is_shouted() && self.starts_word() && (self.is_turn() || self.is_server()) && alone
        {
            open.dialogue = Some(Awaited::Pass(PATIENCE));
        }
        None
    }

    /// `PASS x`, behind an arrow or after `USER`.
    pub(super) fn pass(&self, open: &mut Open, spans: &mut Spans) -> Option<usize> {
        let first = self.words().next()?;
        let told = matches!(open.dialogue, Some(Awaited::Pass(_)));
        let behind = slice(self.text, self.line..self.at)
            .iter()
            .any(|b| !is_blank(*b));
        let shouted =
            slice(self.text, self.at..plus(self.at, 4)) == b"PASS" || self.lead().ends_with(FTP);
        if !shouted
            || !self.starts_word()
            || !(told || (behind && (self.is_turn() || self.is_server())))
        {
            return None;
        }
        // `PASS 3 FAIL 0`
        let is_count = self.value(&first).iter().all(u8::is_ascii_digit);
        if is_count && self.words().nth(1).is_some() {
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
    pub(super) fn login(&self, spans: &mut Spans) -> Option<usize> {
        let mut words = self.words();
        let user = words.next()?;
        let Some(password) = words.next() else {
            return self.login_of_pair(&user, spans);
        };
        let tagged = slice(self.text, self.line..self.at).trim_ascii_end();
        // Python's libraries print bytes: `b'HJBN1 LOGIN …`.
        let tag = tagged
            .rsplit(|b| is_blank(*b) || *b == b'\'')
            .next()
            .unwrap_or_default();
        let digits = tag.iter().filter(|b| b.is_ascii_digit()).count();
        let is_tag = (1..=8).contains(&tag.len())
            && digits >= 1
            && tag.iter().all(u8::is_ascii_alphanumeric);
        let turn = Said {
            at: plus(self.line, tagged.len().saturating_sub(tag.len())),
            ..*self
        };
        if !self.is_shouted() || !is_tag || words.next().is_some() || !turn.is_turn() {
            return self.login_of_pair(&user, spans);
        }
        self.add(&password, spans)
    }

    /// `Login ada/x rejected`, where a message begins.
    fn login_of_pair(&self, user: &Token, spans: &mut Spans) -> Option<usize> {
        let lead = self.lead().trim_ascii_end();
        let begins = lead.last().is_none_or(|b| b":]>-|".contains(b));
        let password = pairs::joined(self.text, user.content.start)?;
        begins.then(|| self.add(&password, spans))?
    }

    /// `login('ada', 'x')`, as stack traces show calls.
    pub(super) fn call(&self, spans: &mut Spans) -> Option<usize> {
        let open = plus(run(self.text, self.at, |b| b != b'('), 1);
        if self.text.get(open).is_some_and(u8::is_ascii_alphanumeric) {
            return self.bare_call(open, spans);
        }
        let user = token(self.text, open).filter(|t| t.quoted)?;
        let comma = run(self.text, user.end, |b| matches!(b, b',' | b' '));
        let password = token(self.text, comma).filter(|t| t.quoted && comma > user.end)?;
        let is_last = byte(self.text, password.end) == Some(b')');
        // `auth("login", "token")` names a way in.
        let is_way = self.value(&password).iter().all(u8::is_ascii_lowercase)
            && self.value(&user).iter().all(u8::is_ascii_lowercase)
            && [&user, &password]
                .iter()
                .any(|t| is_mechanism(self.value(t)));
        (is_last && !is_way).then(|| self.add(&password, spans))?
    }

    /// `login(ada, x) failed`, `AuthService.login(ada, x) in /app/auth.cs:line 7`.
    fn bare_call(&self, open: usize, spans: &mut Spans) -> Option<usize> {
        let near = slice(self.text, 0..plus(open, MAX_CALL).min(self.text.len()));
        let user = run(near, open, |b| is_name(b) || matches!(b, b'@' | b'\\'));
        let from = plus(user, 2);
        let close = run(near, from, |b| !is_blank(b) && b != b',');
        let word = slice(near, from..close);
        let end = plus(
            from,
            run_back(word, word.len(), |b| b != b')').checked_sub(1)?,
        );
        let is_pair = slice(near, user..from) == b", " && end > from;
        let fared = slice(near, plus(end, 1)..near.len());
        let is_told = FARED.of(fared).is_some();
        let value = slice(near, from..end);
        let names = [slice(near, open..user), value];
        let is_parameter = names.iter().any(|name| {
            // `password2`, `newPassword`
            let end = run_back(name, name.len(), |b| b.is_ascii_digit());
            let name = slice(name, 0..end).to_ascii_lowercase();
            PARAMETERS
                .iter()
                .any(|word| name.ends_with(word.as_bytes()))
        });
        let is_secret = prose::is_no_word(value, MIN_PASSWORD)
            || is_told
                && value.len() >= MIN_PASSWORD
                && value.iter().all(u8::is_ascii_alphanumeric);
        if !is_pair || is_parameter || !is_secret || !(fared.is_empty() || is_told) {
            return None;
        }
        let password = Token {
            content: from..end,
            end,
            quoted: false,
        };
        self.add(&password, spans)
    }

    /// `NickServ IDENTIFY x`.
    pub(super) fn identify(&self, spans: &mut Spans) -> Option<usize> {
        const SERVICES: &[&[u8]] = &[b"nickserv", b"/ns ", b"authserv", b" ns "];
        let is_service = has_any(&self.lead().to_ascii_lowercase(), SERVICES);
        let (last, many) = (self.words().last()?, self.words().nth(2).is_some());
        (is_service && !many).then(|| self.add(&last, spans))?
    }

    /// `OPER ada x`.
    pub(super) fn oper(&self, spans: &mut Spans) -> Option<usize> {
        let mut words = self.words();
        let (_, password) = (words.next()?, words.next()?);
        // `/oper ada x`, as a person types it
        let is_typed = self.lead() == b"/";
        let is_command = self.is_shouted() && self.starts_word() && self.is_turn();
        ((is_command || is_typed) && words.next().is_none()).then(|| self.add(&password, spans))?
    }
}
