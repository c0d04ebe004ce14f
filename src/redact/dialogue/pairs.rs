//! Pairs of a user and a password, joined by a sign: `ada/x`, `ada:x`, `[ada/x]`, `ada:x@host`.

use super::{
    super::{
        bytes::{byte, is_name, plus, run, run_back, search, skip_blanks, slice},
        prose, values,
    },
    placed::Behind,
    words::{Token, token},
};

/// The shortest password of a pair.
const MIN_PASSWORD: usize = 5;
/// The longest title of a pair.
const MAX_TITLE: usize = 40;

/// The password of a pair behind words that say that somebody comes in: `logged in as ada:x`,
/// `[+] ACME\ada:x`. A slash would stand in principals, too.
pub(super) fn colon(text: &[u8], end: usize) -> Option<Token> {
    let password = joined(text, end)?;
    let joint = password.content.start.checked_sub(1)?;
    (byte(text, joint) == Some(b':')).then_some(password)
}

/// The password of a pair, whatever joins it: `ada/x`, `ada / x`, `ada:x`.
pub(super) fn joined(text: &[u8], end: usize) -> Option<Token> {
    let from = run(text, end, |b| matches!(b, b'"' | b'\'' | b' '));
    let user = run(text, from, |b| is_name(b) || matches!(b, b'@' | b'\\'));
    let blank = skip_blanks(text, user);
    let joint = match byte(text, blank)? {
        b'/' => skip_blanks(text, plus(blank, 1)),
        // What stands behind a colon and a blank is said of it.
        b':' if blank == user => plus(user, 1),
        _ => return None,
    };
    let password = token(text, joint)?;
    let value = slice(text, password.content.clone());
    let end = run_back(value, value.len(), |b| b",;.'\"])".contains(&b));
    let value = slice(value, 0..end);
    // An address and its port, a principal, a path, a URL.
    let is_host = !slice(text, from..user).iter().any(u8::is_ascii_alphabetic);
    let is_word = |b: &u8| b.is_ascii_alphabetic();
    let is_path = byte(text, blank) == Some(b'/') && value.iter().any(|b| b"@./:".contains(b))
        || value.windows(3).any(|w| w == b"://");
    let is_number =
        value.iter().take_while(|b| b.is_ascii_digit()).count() >= 1 && value.contains(&b'/');
    let is_secret = prose::is_no_word(value, MIN_PASSWORD)
        && value.iter().any(is_word)
        && !value.iter().any(|b| matches!(b, b'=' | b'{' | b'<'))
        && !value.starts_with(b"/")
        && !values::is_file(value);
    (user > from && !is_host && !is_path && !is_number && is_secret).then_some(Token {
        content: password.content.start..plus(password.content.start, end),
        ..password
    })
}

impl Behind<'_> {
    /// `ada/x] (from client …`, `ada, x]`.
    pub(super) fn bracket(&self) -> Option<Token> {
        // FreeRADIUS says why before the bracket.
        let is_open = byte(self.text, self.end.checked_sub(1)?) == Some(b'[');
        let from = match is_open {
            true => self.end,
            false => plus(search(self.text, self.end..self.text.len(), b": [")?, 3),
        };
        let close = run(self.text, from, |b| b != b']');
        let inner = slice(self.text, from..close);
        let joint = inner.iter().position(|b| matches!(b, b'/' | b','))?;
        let has_user = slice(inner, 0..joint).iter().any(u8::is_ascii_alphabetic);
        let start = skip_blanks(self.text, plus(plus(from, joint), 1));
        // As Python prints bytes: `[b'ada'/b'x']`.
        let bytes = slice(self.text, start..close);
        let bytes = bytes.strip_prefix(b"b'").and_then(|b| b.strip_suffix(b"'"));
        let (start, close) = match bytes {
            Some(bytes) => (plus(start, 2), plus(plus(start, 2), bytes.len())),
            None => (start, close),
        };
        let value = slice(self.text, start..close);
        // A mark, too, ends in the bracket.
        let is_note = value.starts_with(b"<") || value.contains(&b'=') || value.contains(&b'[');
        (matches!(byte(self.text, close), Some(b']' | b'\''))
            && close > start
            && has_user
            && !is_note)
            .then_some(Token {
                content: start..close,
                end: close,
                quoted: false,
            })
    }

    /// `ada:x@host`, without the scheme of a URL.
    pub(super) fn login(&self) -> Option<Token> {
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
    pub(super) fn pair(&self) -> Option<Token> {
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
        // The path of a secret rather than one.
        let is_path = value.contains(&b'/') && !value.iter().any(u8::is_ascii_uppercase);
        let is_secret = prose::is_no_word(value, MIN_PASSWORD)
            && !is_path
            && !value.iter().any(|b| matches!(b, b'=' | b'{'))
            && !value.starts_with(b"<")
            && !values::is_file(value);
        is_secret.then(|| Token {
            content: password.content.start..plus(password.content.start, end),
            ..password
        })
    }

    /// `staging: ada/x`.
    pub(super) fn titled(&self) -> Option<Token> {
        let near = slice(self.text, 0..plus(self.end, MAX_TITLE).min(self.text.len()));
        let colon = run(near, self.end, |b| is_name(b) || b == b' ');
        (byte(near, colon) == Some(b':')).then(|| joined(self.text, plus(colon, 1)))?
    }
}
