//! Secrets that stand at a fixed place behind fixed words: arguments of calls that connect, commands
//! of build servers and modems, pairs of a user and a password.

use super::{
    super::{
        base64,
        bytes::{byte, is_name, lead, plus, run, search, skip_blanks, slice},
        finding::Kind,
        phrases::Phrase,
        spans::{self, Spans},
        values::{self, Quote},
    },
    pairs,
    words::{Token, token, tokens},
};

/// Where the secret stands.
#[derive(Clone, Copy)]
enum Place {
    /// The word with this number, from one on, with which the line ends.
    Word(usize),
    /// The next word, in base64.
    Base64,
    /// All that follows, behind a colon where there is one.
    Rest,
    /// The argument of a call with this number, if it is quoted.
    Argument(usize),
    /// The one after a name that says what it is.
    Setting,
    /// Behind the colon of `user:x@host`.
    Login,
    /// Behind the slash, colon or blank of `user/x`.
    Pair,
    /// The same behind a title and its colon: `staging: user/x`.
    Titled,
    /// Behind brackets that close, and blanks.
    Statement,
    /// Behind the word `key`.
    Key,
    /// In quotes, with the peer's addresses behind it: `ada * "x" *`.
    Peer,
    /// Behind the slash or the comma of `user/x]`.
    Bracket,
    /// Behind the slash or the colon of `user:x`.
    Joined,
    /// Behind the colon of `user:x`, where somebody comes in.
    Colon,
    /// Behind the slash of `user/x@database`, where a person connects.
    Oracle,
    /// Up to the next colon of a file of accounts.
    Scheme,
    /// The third argument of a call whose first is a URL.
    Connected,
}

/// What stands before the secret, in lower case.
const TABLE: &[(&str, Place)] = &[
    ("authinfo pass ", Place::Word(1)),
    ("addauth digest ", Place::Pair),
    ("sentinel auth-pass ", Place::Word(2)),
    (" = cleartext ", Place::Word(1)),
    ("pptpd ", Place::Peer),
    ("* \"", Place::Peer),
    ("*  \"", Place::Peer),
    ("*\t\"", Place::Peer),
    ("login ok: [", Place::Bracket),
    ("login incorrect: [", Place::Bracket),
    ("login incorrect (", Place::Bracket),
    ("login attempt with [", Place::Bracket),
    ("login attempt [", Place::Bracket),
    ("logged in as ", Place::Colon),
    ("logging in as ", Place::Colon),
    ("login as ", Place::Colon),
    ("authentication failed for ", Place::Colon),
    ("auth attempt ", Place::Colon),
    ("login attempt ", Place::Colon),
    ("basic auth: ", Place::Colon),
    ("basic auth ", Place::Colon),
    ("success: '", Place::Colon),
    ("[+] ", Place::Colon),
    ("wifi: ", Place::Joined),
    ("default credentials ", Place::Joined),
    ("using credentials ", Place::Joined),
    ("auth credentials ", Place::Joined),
    ("credentials for ", Place::Titled),
    ("invalid user: [", Place::Bracket),
    (": xauth ", Place::Word(1)),
    (": eap ", Place::Word(1)),
    ("connect(\"", Place::Connected),
    ("connect('", Place::Connected),
    ("\tresp=", Place::Base64),
    ("key content  ", Place::Rest),
    ("at+cpin=", Place::Argument(1)),
    ("at+clck=", Place::Argument(3)),
    ("at+cgauth=", Place::Argument(3)),
    ("option key ", Place::Word(1)),
    ("sql> conn", Place::Oracle),
    (":{plain}", Place::Scheme),
    ("at+cwjap", Place::Argument(2)),
    ("at+cwsap", Place::Argument(2)),
    ("pdo->__construct(", Place::Argument(3)),
    ("mysqli->__construct(", Place::Argument(3)),
    ("new mysqli(", Place::Argument(3)),
    ("getconnection(", Place::Argument(3)),
    ("ssh2_auth_password(", Place::Argument(3)),
    ("ftp_login(", Place::Argument(3)),
    ("imap_open(", Place::Argument(3)),
    ("odbc_connect(", Place::Argument(3)),
    ("mysqldb.connect(", Place::Argument(3)),
    ("pymysql.connect(", Place::Argument(3)),
    ("set_config(", Place::Setting),
    ("proxy: using ", Place::Login),
    ("using proxy ", Place::Login),
    ("via proxy ", Place::Login),
    ("through proxy ", Place::Login),
    ("creds: ", Place::Pair),
    ("credentials: ", Place::Pair),
    ("user/pass", Place::Pair),
    ("login/pass", Place::Pair),
    ("username/pass", Place::Pair),
    ("plain-text-password", Place::Statement),
    ("radius-server host ", Place::Key),
    ("tacacs-server host ", Place::Key),
];
/// What the secret is searched for by.
pub(in super::super) const OPENERS: &[&str] = &openers();

/// How the URLs begin that a user and a password follow as arguments.
const CLIENTS: &[&str] = &[
    "bolt",
    "cassandra",
    "couchbase",
    "ftp",
    "imap",
    "jdbc",
    "ldap",
    "mongodb",
    "mysql",
    "neo4j",
    "oracle",
    "postgres",
    "sftp",
    "smb",
    "smtp",
    "sqlserver",
];
/// The longest name of a client.
const MAX_CLIENT: usize = 64;
/// The most that is looked at for a value.
const MAX_VALUE: usize = 256;

#[allow(clippy::indexing_slicing, reason = "both lists have this length")]
#[allow(clippy::arithmetic_side_effects, reason = "and the index is below it")]
const fn openers() -> [&'static str; TABLE.len()] {
    let mut openers = [""; TABLE.len()];
    let mut row = 0;
    while row < TABLE.len() {
        openers[row] = TABLE[row].0;
        row += 1;
    }
    openers
}

/// Reads the secret at the place that the opener says.
pub(in super::super) fn read(phrase: &Phrase<'_>, spans: &mut Spans) -> Option<usize> {
    let text = slice(phrase.text, 0..phrase.line.end);
    let opens = |opener: &str| {
        let end = plus(phrase.at, opener.len());
        slice(text, phrase.at..end).eq_ignore_ascii_case(opener.as_bytes())
    };
    let mut rows = TABLE.iter().filter(|(opener, _)| opens(opener));
    let (opener, place) = rows.next()?;
    let end = plus(phrase.at, opener.len());
    let behind = Behind {
        text: slice(text, 0..plus(end, MAX_VALUE).min(text.len())),
        is_whole: plus(end, MAX_VALUE) >= text.len(),
        line: phrase.line.start,
        at: phrase.at,
        end,
    };
    let (secret, kind) = match *place {
        Place::Word(number) => (behind.last(number)?, Kind::Password),
        Place::Peer => (behind.peer()?, Kind::Password),
        Place::Bracket => (behind.bracket()?, Kind::Password),
        Place::Joined => (pairs::joined(behind.text, behind.end)?, Kind::Password),
        Place::Colon => (pairs::colon(behind.text, behind.end)?, Kind::Password),
        Place::Oracle => (behind.oracle()?, Kind::Password),
        Place::Scheme => (behind.scheme()?, Kind::Password),
        Place::Titled => (behind.titled()?, Kind::Password),
        Place::Connected => (behind.connected()?, Kind::Password),
        Place::Base64 => (behind.base64()?, Kind::Password),
        Place::Rest => (behind.rest()?, Kind::Secret),
        Place::Argument(number) => (behind.argument(number)?, Kind::Password),
        Place::Setting => (behind.setting()?, Kind::Secret),
        Place::Login => (behind.login()?, Kind::Password),
        Place::Pair => (behind.pair()?, Kind::Password),
        Place::Statement => (behind.statement()?, Kind::Password),
        Place::Key => (behind.key()?, Kind::Secret),
    };
    let value = slice(text, secret.content.clone());
    let is_mark = spans::mark_end(text, secret.content.start).is_some();
    if value.is_empty() || is_mark || values::is_placeholder(value) {
        return None;
    }
    spans.add(secret.content, kind);
    Some(secret.end)
}

/// What stands behind an opener.
pub(super) struct Behind<'t> {
    /// The line as far as it is looked at.
    pub(super) text: &'t [u8],
    /// Whether that is all of it.
    is_whole: bool,
    line: usize,
    at: usize,
    pub(super) end: usize,
}

impl Behind<'_> {
    pub(super) fn value(&self, token: &Token) -> &[u8] {
        slice(self.text, token.content.clone())
    }

    /// The word with this number, if the line ends with it.
    fn last(&self, number: usize) -> Option<Token> {
        let word = tokens(self.text, self.end).nth(number.checked_sub(1)?)?;
        let after = skip_blanks(self.text, word.end);
        (self.is_whole && after == self.text.len()).then_some(word)
    }

    /// The secret in quotes of a file of PPP, behind the server and before the peer's addresses.
    fn peer(&self) -> Option<Token> {
        let last = self.end.checked_sub(1)?;
        let is_quoted = byte(self.text, last) == Some(b'"');
        let secret = token(self.text, if is_quoted { last } else { self.end })?;
        let peer = tokens(self.text, secret.end).next()?;
        let peer = self.value(&peer);
        let is_peer = matches!(peer, b"*" | b"-" | b"#")
            || peer
                .iter()
                .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'/'));
        // Before the server, the client's name begins the line.
        let lead = lead(self.text, self.line, self.at, MAX_CLIENT);
        let client = lead.trim_ascii();
        let is_client = !client.is_empty()
            && lead.len() == self.at.saturating_sub(self.line)
            && client.iter().all(|b| is_name(*b) || b"\"@\\".contains(b));
        (is_peer && is_client).then_some(secret)
    }

    /// `"couchbase://db", "ada", "x")`.
    fn connected(&self) -> Option<Token> {
        let open = self.end.checked_sub(1)?;
        let url = token(self.text, open)?;
        let url = self.value(&url);
        let scheme = slice(url, 0..run(url, 0, |b| b != b':'));
        let is_url = CLIENTS.iter().any(|c| scheme.starts_with(c.as_bytes()));
        let call = Behind { end: open, ..*self };
        let password = call.argument(3)?;
        let after = skip_blanks(self.text, password.end);
        let is_last = matches!(byte(self.text, after), Some(b')' | b','));
        (is_url && is_last).then_some(password)
    }

    /// `SQL> connect ada/x@db`.
    fn oracle(&self) -> Option<Token> {
        let word = run(self.text, self.end, |b| b.is_ascii_alphabetic());
        let from = skip_blanks(self.text, word);
        let slash = run(self.text, from, |b| b > b' ' && b != b'/');
        let end = run(self.text, slash, |b| b > b' ' && b != b'@' && b != b';');
        let start = plus(slash, 1);
        (slash > from && end > start).then_some(Token {
            content: start..end,
            end,
            quoted: false,
        })
    }

    /// `ada:{PLAIN}x:1000:1000`.
    fn scheme(&self) -> Option<Token> {
        let end = run(self.text, self.end, |b| b > b' ' && !b":'\"`".contains(&b));
        // The word of a manual.
        let is_manual = slice(self.text, self.end..end).starts_with(b"pass");
        (end > self.end && !is_manual).then_some(Token {
            content: self.end..end,
            end,
            quoted: false,
        })
    }

    fn base64(&self) -> Option<Token> {
        let end = run(self.text, self.end, |b| base64::is_base64(b) || b == b'=');
        (end > plus(self.end, 4)).then_some(Token {
            content: self.end..end,
            end,
            quoted: false,
        })
    }

    fn rest(&self) -> Option<Token> {
        let at = skip_blanks(self.text, self.end);
        let colon = usize::from(byte(self.text, at) == Some(b':') && at > self.end);
        let from = skip_blanks(self.text, plus(at, colon));
        let value = slice(self.text, from..self.text.len()).trim_ascii_end();
        let end = plus(from, value.len());
        // The same between the quotes of a step that echoes it.
        let end = match value.last() {
            Some(b'"' | b'\'') => end.saturating_sub(1),
            _ => end,
        };
        (self.is_whole && end > from).then_some(Token {
            content: from..end,
            end,
            quoted: false,
        })
    }

    /// The argument with this number, from one on.
    fn argument(&self, number: usize) -> Option<Token> {
        let mut at = run(self.text, self.end, |b| {
            matches!(b, b'=' | b'(' | b'_') || b.is_ascii_alphabetic()
        });
        // A number that says where the network is known: `AT+CWJAP_DEF="…"`.
        for _ in 1..number {
            at = match Quote::at(self.text, at) {
                Some((quote, from)) => quote.close(self.text, from).1,
                None => run(self.text, at, |b| !b",()'\"".contains(&b)),
            };
            let comma = skip_blanks(self.text, at);
            (byte(self.text, comma) == Some(b',')).then_some(())?;
            at = skip_blanks(self.text, plus(comma, 1));
        }
        token(self.text, at).filter(|t| t.quoted)
    }

    /// `'app.db_password', 'x'`: the name says that it is one.
    fn setting(&self) -> Option<Token> {
        const SECRETS: &[&str] = &[
            "passw",
            "secret",
            "token",
            "key",
            "pwd",
            "jwt",
            "credential",
        ];
        let name = token(self.text, self.end).filter(|t| t.quoted)?;
        let lower = self.value(&name).to_ascii_lowercase();
        let has = |word: &&str| lower.windows(word.len()).any(|w| w == word.as_bytes());
        SECRETS.iter().any(has).then_some(())?;
        self.argument(2)
    }

    /// `plain-text-password "x"`, `plain-text-password] "x"`.
    fn statement(&self) -> Option<Token> {
        let name = run(self.text, self.end, |b| is_name(b) || b == b']');
        let at = skip_blanks(self.text, name);
        let value = token(self.text, at).filter(|_| at > name)?;
        let semicolon = self.value(&value).ends_with(b";");
        let end = value
            .content
            .end
            .saturating_sub(usize::from(semicolon && !value.quoted));
        let is_last = value.quoted || tokens(self.text, value.end).next().is_none();
        is_last.then_some(Token {
            content: value.content.start..end,
            ..value
        })
    }

    /// `radius-server host 10.0.0.1 auth-port 1812 key 7 x`.
    fn key(&self) -> Option<Token> {
        let key = search(self.text, self.end..self.text.len(), b" key ")?;
        let mut words = tokens(self.text, plus(key, b" key".len()));
        let (first, second) = (words.next()?, words.next());
        match (self.value(&first), second) {
            ([b'0'..=b'9'], Some(second)) => Some(second),
            (_, None) => Some(first),
            _ => None,
        }
    }
}
