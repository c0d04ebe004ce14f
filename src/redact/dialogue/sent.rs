//! What scripts of expect send to a program that asks.

use super::{
    super::{
        bytes::{has_any, plus, run, slice},
        finding::Kind,
        spans::Spans,
        values,
    },
    Said,
    words::token,
};

/// How far behind what is sent a comment says what it is.
const MAX_COMMENT: usize = 32;

impl Said<'_> {
    /// `send "x\r"` of expect, where it is no word.
    pub(super) fn send(&self, spans: &mut Spans) -> Option<usize> {
        let quote = run(self.text, self.at, |b| b != b'"');
        let sent = token(self.text, quote).filter(|t| t.quoted)?;
        let value = self.value(&sent);
        let value = [&br"\r"[..], br"\n", br"\\r"]
            .iter()
            .find_map(|e| value.strip_suffix(*e))?;
        // The prompt that it waited for, or a comment.
        let comment = slice(
            self.text,
            sent.end..plus(sent.end, MAX_COMMENT).min(self.text.len()),
        );
        let prompted = has_any(self.lead(), &[b"assword"]) || has_any(comment, &[b"assword"]);
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
}
