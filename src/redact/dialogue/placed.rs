//! Secrets that stand at a fixed place behind fixed words: arguments of calls that connect, commands
//! of build servers and modems, pairs of a user and a password, answers to questions.

use super::{
    super::{
        base64,
        bytes::{byte, is_name, plus, rest, run, run_back, search, skip_blanks, slice},
        finding::Kind,
        phrases::Phrase,
        spans::Spans,
        values::{self, Quote},
    },
    words::{Token, token, tokens},
};

/// Where the secret stands.
#[derive(Clone, Copy)]
enum Place {
    /// The next word.
    Word,
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
    /// Behind brackets that close, and blanks.
    Statement,
    /// Behind the word `key`.
    Key,
    /// The answer to a security question that stands before.
    Answer,
}

/// What stands before the secret, in lower case.
const TABLE: &[(&str, Place)] = &[
    ("authinfo pass ", Place::Word),
    ("\tresp=", Place::Base64),
    ("key content  ", Place::Rest),
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
    ("\"answer\"", Place::Answer),
    ("? a: ", Place::Answer),
    ("? answer: ", Place::Answer),
];
/// What the secret is searched for by.
pub(in super::super) const OPENERS: &[&str] = &openers();

/// What security questions ask for, in lower case.
const ASKED: &[&str] = &[
    "maiden",
    "first pet",
    "pet's name",
    "first school",
    "elementary school",
    "primary school",
    "high school",
    "childhood",
    "favorite",
    "favourite",
    "were you born",
    "birthplace",
    "grow up",
    "first car",
    "nickname",
    "best friend",
    "middle name",
    "mädchenname",
    "haustier",
    "lieblings",
    "geburtsort",
    "jeune fille",
    "animal",
    "soltera",
    "mascota",
];
/// The most that is looked at for a value.
const MAX_VALUE: usize = 256;
/// How far before its answer a question stands.
const MAX_QUESTION: usize = 96;

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
        Place::Word => (behind.last()?, Kind::Password),
        Place::Base64 => (behind.base64()?, Kind::Password),
        Place::Rest => (behind.rest()?, Kind::Secret),
        Place::Argument(number) => (behind.argument(number)?, Kind::Password),
        Place::Setting => (behind.setting()?, Kind::Secret),
        Place::Login => (behind.login()?, Kind::Password),
        Place::Pair => (behind.pair()?, Kind::Password),
        Place::Statement => (behind.statement()?, Kind::Password),
        Place::Key => (behind.key()?, Kind::Secret),
        Place::Answer => (behind.answer()?, Kind::SecurityAnswer),
    };
    let value = slice(text, secret.content.clone());
    if value.is_empty() || values::is_placeholder(value) {
        return None;
    }
    spans.add(secret.content, kind);
    Some(secret.end)
}

/// What stands behind an opener.
struct Behind<'t> {
    /// The line as far as it is looked at.
    text: &'t [u8],
    /// Whether that is all of it.
    is_whole: bool,
    line: usize,
    at: usize,
    end: usize,
}

impl Behind<'_> {
    fn value(&self, token: &Token) -> &[u8] {
        slice(self.text, token.content.clone())
    }

    /// A word with which the line ends.
    fn last(&self) -> Option<Token> {
        let word = token(self.text, skip_blanks(self.text, self.end))?;
        let after = skip_blanks(self.text, word.end);
        (self.is_whole && after == self.text.len()).then_some(word)
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

    /// `ada:x@host`, without the scheme of a URL.
    fn login(&self) -> Option<Token> {
        let word = token(self.text, self.end)?;
        let pair = self.value(&word);
        let colon = pair.iter().position(|b| *b == b':').filter(|c| *c > 0)?;
        let sign = pair.iter().rposition(|b| *b == b'@')?;
        let from = plus(colon, 1);
        let is_pair = from < sign && !slice(pair, from..sign).starts_with(b"//");
        is_pair.then(|| Token {
            content: plus(word.content.start, from)..plus(word.content.start, sign),
            end: word.end,
            quoted: false,
        })
    }

    /// `ada/x`, `ada:x`, `ada x`: the user's name says where the password begins.
    fn pair(&self) -> Option<Token> {
        let is_over = byte(self.text, self.end.saturating_sub(1)) == Some(b' ');
        // `user/pass` goes on as `user/password`.
        let from = run(self.text, self.end, |b| !is_over && b.is_ascii_alphabetic());
        let from = run(self.text, from, |b| matches!(b, b':' | b'=' | b' '));
        let user = run(self.text, from, |b| is_name(b) || matches!(b, b'@' | b'\\'));
        let joint = matches!(byte(self.text, user), Some(b'/' | b':' | b' '));
        let at = run(self.text, plus(user, 1), |b| matches!(b, b' ' | b'/'));
        let password = token(self.text, at).filter(|_| joint && user > from)?;
        let value = self.value(&password);
        let end = run_back(value, value.len(), |b| {
            matches!(b, b',' | b';' | b')' | b'.')
        });
        let value = slice(value, 0..end);
        let is_secret = value.len() >= 5
            && value.iter().any(|b| b.is_ascii_alphabetic())
            && value
                .iter()
                .any(|b| b.is_ascii_digit() || b"!@#$%^&*".contains(b))
            && !value
                .iter()
                .any(|b| matches!(b, b'/' | b'(' | b'=' | b'{' | b'<' | b'>'))
            && !values::is_file(value);
        is_secret.then(|| Token {
            content: password.content.start..plus(password.content.start, end),
            ..password
        })
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

    /// `…maiden name? A: x`, `"question":"…?","answer":"x"`.
    fn answer(&self) -> Option<Token> {
        let low = self.at.saturating_sub(MAX_QUESTION).max(self.line);
        let question = slice(self.text, low..plus(self.at, 6)).to_ascii_lowercase();
        let asks = |asked: &&str| question.windows(asked.len()).any(|w| w == asked.as_bytes());
        ASKED.iter().any(asks).then_some(())?;
        let from = skip_blanks(
            self.text,
            run(self.text, self.end, |b| {
                b.is_ascii_alphabetic() || b == b'\''
            }),
        );
        if byte(self.text, from) == Some(b'=') {
            return Behind {
                end: plus(from, 1),
                ..*self
            }
            .rest();
        }
        let is_member = rest(self.text, self.at).starts_with(b"\"");
        if !is_member {
            return self.rest();
        }
        let colon = skip_blanks(self.text, self.end);
        (byte(self.text, colon) == Some(b':')).then_some(())?;
        let value = token(self.text, skip_blanks(self.text, plus(colon, 1)))?;
        (value.quoted && value.end > value.content.end).then_some(value)
    }
}
