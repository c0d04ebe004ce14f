//! What the next lines of a dialogue are waited for.

use super::{
    super::{
        base64,
        bytes::{run, slice},
        finding::Kind,
        spans::{self, Spans},
        tokens::is_mixed,
    },
    mail::MIN_BASE64,
    words::tokens,
};

/// The lines in which the password may come, after a user's name or what a server asks: those of
/// other connections may come between.
pub(super) const PATIENCE: u8 = 3;

/// What a dialogue waits for in the next lines.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in super::super) enum Awaited {
    /// A line in base64, by the client, in one of so many.
    Base64(u8),
    /// `PASS`, in one of so many lines.
    Pass(u8),
}

/// Goes on with what the lines before left open.
pub(in super::super) fn resume(text: &[u8], open: &mut Option<Awaited>, spans: &mut Spans) {
    let Some(awaited) = open.take() else { return };
    let text = slice(text, 0..run(text, 0, |b| b != b'\n' && b != b'\r'));
    match awaited {
        Awaited::Base64(left) => {
            let Some(last) = tokens(text, 0).last() else {
                *open = Some(awaited);
                return;
            };
            let value = slice(text, last.content.clone());
            let lead = slice(text, 0..last.content.start);
            // A server begins with a code of three digits.
            let is_code = |word: &[u8]| {
                let digits = run(word, 0, |b| b.is_ascii_digit());
                digits == 3 && matches!(word.get(3), None | Some(b'-'))
            };
            let is_server = lead.windows(2).any(|w| w == b"S:")
                || tokens(text, 0).any(|t| is_code(slice(text, t.content)));
            if is_response(value) && !is_server && tokens(text, 0).count() <= 6 {
                spans.add(last.content, Kind::Password);
            } else if left > 0 && spans::mark_end(text, last.content.start).is_none() {
                *open = Some(Awaited::Base64(left.saturating_sub(1)));
            }
        }
        Awaited::Pass(0) => {}
        Awaited::Pass(left) => *open = Some(Awaited::Pass(left.saturating_sub(1))),
    }
}

/// Whether a client may answer this: base64 of text, or of what no word is like.
fn is_response(value: &[u8]) -> bool {
    let is_base64 = value.iter().all(|b| base64::is_base64(*b) || *b == b'=')
        && value.len() >= 4
        && !value.iter().all(u8::is_ascii_digit);
    // Between user and password stands a NUL (RFC 4616), between fields of OAuth 1 (RFC 7628).
    let is_sign = |c: char| !c.is_control() || matches!(c, '\0' | '\x01');
    let is_text = || {
        let decoded = base64::decode(value);
        value.len().is_multiple_of(4)
            && core::str::from_utf8(&decoded).is_ok_and(|text| text.chars().all(is_sign))
    };
    is_base64 && ((value.len() >= MIN_BASE64 && is_mixed(value)) || is_text())
}
