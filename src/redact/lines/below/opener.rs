//! What opens a value on the lines below its name.

use super::{
    super::{
        super::{
            assigned::owner_end,
            bytes::{byte, plus, rest, run, skip_blanks, slice},
            keyed::Named,
            keys::Key,
            members,
            values::Quote,
        },
        Lead, Openings,
    },
    Below, MAX_EMPTY, MAX_WORD, Mode, is_over, prompt,
};

/// How many lines an object under a secret's name is looked at for members that hold values.
const MAX_MEMBERS: u8 = 16;
/// Lines of a document whose end is a word or a quote.
const MAX_DOCUMENT: u8 = 100;

/// Opens what stands below a name, and says where its line was read to.
pub(in super::super::super) fn read(named: &Named<'_>, openings: &mut Openings) -> Option<usize> {
    let text = slice(named.text, 0..named.line.end);
    let start = named.line.start;
    let value = plus(named.name.end, 1);
    // Mostly a value stands there.
    let is_value = match byte(text, value) {
        Some(b'[') => !is_over(text, plus(value, 1)),
        next => next.is_some_and(|b| b.is_ascii_alphanumeric()) && !is_wrapper(text, value),
    };
    if byte(text, named.name.end) == Some(b'=') && is_value {
        return None;
    }
    let closed = match Quote::at(text, named.name.end) {
        Some((_, end)) => end,
        None => named.name.end,
    };
    let closed = owner_end(text, closed);
    let closed = plus(closed, usize::from(byte(text, closed) == Some(b']')));
    let sep = skip_blanks(text, closed);
    let quoted = closed > named.name.end;
    let at = match byte(text, sep) {
        Some(b':' | b'=') => {
            let at = run(slice(text, 0..plus(sep, 3).min(text.len())), sep, |b| {
                matches!(b, b':' | b'=' | b'>')
            });
            skip_blanks(text, at)
        }
        None if quoted || is_variable(text, named) => sep,
        None if sep == named.name.end => return word(text, named, openings),
        _ => return None,
    };
    let mode = mode(text, at, quoted, sep)?;
    // Tests that pass are listed under this word.
    let is_pass = slice(text, named.name.clone()).eq_ignore_ascii_case(b"pass");
    if is_pass && !is_variable(text, named) {
        return None;
    }
    let own = members::opened(text, start, named.name.start).unwrap_or(named.name.start);
    // The bracket of PHP's dumps and the sign of R's lists.
    let sign = own.checked_sub(1).filter(|s| *s >= start);
    let sign = sign.filter(|s| matches!(byte(text, *s), Some(b'[' | b'$')));
    let lead = Lead::of(text, start..sign.unwrap_or(own))?;
    // A message may end in a word and a colon, or in a quoted one; a member stands at the start of
    // its line.
    // Code compares with a name: `elif kind == 'password':`.
    let is_compared = matches!(mode, Mode::Value) && quoted && !lead.is_log();
    let is_weak = matches!(mode, Mode::Items) || (sep >= text.len() && quoted) || is_compared;
    if is_weak && !lead.is_blank() || (matches!(mode, Mode::Items) && named.name.start != own) {
        return None;
    }
    let left = match mode {
        Mode::Object => MAX_MEMBERS,
        Mode::Until(_) | Mode::Triple(_) => MAX_DOCUMENT,
        _ => MAX_EMPTY,
    };
    let key = Key {
        demand: named.key.listed(),
        ..named.key
    };
    openings.below(Below::new(lead, key, mode, left));
    Some(text.len())
}

/// What goes on below where the line ends at or after `at`.
fn mode(text: &[u8], at: usize, quoted: bool, sep: usize) -> Option<Mode> {
    let is_colon = byte(text, sep) == Some(b':') && byte(text, plus(sep, 1)) != Some(b':');
    let here = rest(text, at);
    let is_over = |n: usize| is_over(text, plus(at, n));
    match here {
        [] if quoted || sep == text.len() => Some(Mode::Value),
        [] => is_colon.then_some(Mode::Items),
        [b'|' | b'>', ..] if is_colon && is_block(text, at) => Some(Mode::Scalar),
        [b'[', ..] if is_over(1) => Some(Mode::List),
        [b'{', ..] if is_over(1) => Some(Mode::Object),
        [b'"', b'"', b'"', ..] | [b'\'', b'\'', b'\'', ..] if is_over(3) => {
            here.first().copied().map(Mode::Triple)
        }
        [b'<', b'<', ..] => {
            let from = run(slice(text, 0..plus(at, 6).min(text.len())), at, |b| {
                matches!(b, b'<' | b'-' | b'~' | b'"' | b'\'')
            });
            let window = slice(text, 0..plus(from, MAX_WORD).min(text.len()));
            let end = run(window, from, |b| b.is_ascii_alphanumeric() || b == b'_');
            let closed = run(text, end, |b| matches!(b, b'"' | b'\''));
            let is_tag = end > from && is_over(closed.saturating_sub(at));
            is_tag.then(|| Mode::Until(slice(text, from..end).to_vec()))
        }
        // `Some(`, as Rust prints what does not fit on one line
        _ if sep < text.len() && is_wrapper(text, at) => Some(Mode::Value),
        _ => None,
    }
}

/// Opens the word below a name that nothing separates from it: the name of a variable alone on its
/// line, or behind what a logger writes before each line.
fn word(text: &[u8], named: &Named<'_>, openings: &mut Openings) -> Option<usize> {
    let lead = Lead::of(text, named.line.start..named.name.start)?;
    let name = slice(text, named.name.clone());
    let is_shout = name.contains(&b'_') && !name.iter().any(u8::is_ascii_lowercase);
    if let Some(mode) = prompt::answer(text, named) {
        let lead = Lead::of(text, named.line.start..named.line.start)?;
        openings.below(Below::new(lead, named.key, mode, 1));
        return None;
    }
    if !(lead.is_log() || (lead.is_blank() && is_shout)) {
        return None;
    }
    openings.below(Below::new(lead, named.key, Mode::Word, 1));
    // Whoever reads a table may find its last column here.
    None
}

/// Whether a word and an opening parenthesis end the line.
pub(super) fn is_wrapper(text: &[u8], at: usize) -> bool {
    let window = slice(text, 0..plus(at, MAX_WORD).min(text.len()));
    let end = run(window, at, |b| {
        b.is_ascii_alphanumeric() || matches!(b, b'_' | b':')
    });
    end > at && byte(text, end) == Some(b'(') && is_over(text, plus(end, 1))
}

/// R prints the name of a list's member alone on a line: `$password`.
fn is_variable(text: &[u8], named: &Named<'_>) -> bool {
    let sign = named.name.start.checked_sub(1);
    sign.is_some_and(|at| byte(text, at) == Some(b'$') && at == named.line.start)
}

/// Whether the sign of a block scalar stands at `at`, with its indicators and nothing after it.
fn is_block(text: &[u8], at: usize) -> bool {
    let window = slice(text, 0..plus(at, 4).min(text.len()));
    let end = run(window, plus(at, 1), |b| {
        matches!(b, b'+' | b'-' | b'1'..=b'9')
    });
    let after = skip_blanks(text, end);
    after >= text.len() || (after > end && byte(text, after) == Some(b'#'))
}
