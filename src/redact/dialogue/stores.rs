//! What Redis is told: its settings, the rules of its users, and strings as it counts them.

use super::{
    super::{
        bytes::{before, byte, plus, rest, run, slice},
        spans::Spans,
    },
    Said,
    mail::is_mechanism,
    words::{Token, token, tokens},
};

impl Said<'_> {
    /// `CONFIG SET requirepass x`, `masterauth x`.
    pub(super) fn setting(&self, spans: &mut Spans) -> Option<usize> {
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
                && (is_mechanism(self.value(&value))
                    || (!last && self.value(&value).iter().all(u8::is_ascii_alphabetic)));
        (!is_word).then(|| self.add(&value, spans))?
    }

    /// `ACL SETUSER ada on >x`, `user ada on >x`.
    pub(super) fn acl(&self, spans: &mut Spans) -> Option<usize> {
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
}

/// A string as Redis counts it, its line ends escaped: `\r\n$6\r\nhunter\r\n`.
pub(super) fn counted(text: &[u8], at: usize) -> Option<Token> {
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
