//! What stands around a name: quotes, brackets, stress, colours, the class that it belongs to.

use core::ops::Range;

use super::super::{
    bytes::{Starts, before, byte, is_blank, is_name, plus, rest, run, slice},
    delimited::back,
    values::Quote,
};

/// What stands around a name in templates, on prompts and in Markdown: `${name}`, `%name%`,
/// `env(name)`, `*name*`, `<name>`.
const AROUND: &[(u8, u8)] = &[
    (b'(', b')'),
    (b'{', b'}'),
    (b'%', b'%'),
    (b'<', b'>'),
    (b'*', b'*'),
];
/// Brackets that close around a name.
static CLOSERS: Starts = Starts::new(&[b"]", b"%5D", b"%5d", b">>"]);
/// How far before a name its quote opens.
const MAX_QUOTED: usize = 48;
/// How a sequence begins that colours a terminal, raw or as programs escape it.
static COLOURS: Starts = Starts::new(&[
    b"\x1b[",
    br"\u001b[",
    br"\u001B[",
    br"\x1b[",
    br"\033[",
    br"\e[",
]);
/// The longest sequence that colours a terminal.
const MAX_COLOUR: usize = 16;

/// Whether a quote that closes a name was opened before it; a prime or a backtick may be another's.
pub(super) fn opens_before(text: &[u8], name: usize, quotes: Option<Range<usize>>) -> bool {
    let mark = quotes.and_then(|quotes| byte(text, quotes.start));
    mark.is_none_or(|mark| {
        let lead = slice(text, name.saturating_sub(MAX_QUOTED)..name);
        !matches!(mark, b'\'' | b'`') || lead.contains(&mark)
    })
}

/// Whether the quoted name that starts at `name` stands in a list of strings: behind a bracket, or
/// behind another string.
pub(super) fn is_in_list(text: &[u8], name: usize) -> bool {
    let quote = name.saturating_sub(1);
    match before(text, quote) {
        Some(b' ') => before(text, quote.saturating_sub(1)) == Some(b'"'),
        previous => previous.is_some_and(|b| matches!(b, b'{' | b'[' | b'(' | b',')),
    }
}

/// Where a name ends with the quote, the brackets and the colours after it, and the quote.
pub(super) fn name_end(text: &[u8], name: Range<usize>) -> (usize, Option<Range<usize>>) {
    // Mostly nothing stands there but the separator.
    if matches!(byte(text, name.end), Some(b'=' | b' ')) {
        return (name.end, None);
    }
    let skip = |at| {
        let here = rest(text, at);
        CLOSERS.of(here).map_or(at, |c| plus(at, c.len()))
    };
    let at = around_end(text, name.clone()).unwrap_or(name.end);
    let at = skip(colour_end(text, at).unwrap_or(at));
    // In CSV and SQL, where quotes are doubled, this is one.
    let doubled = plus(at, 2);
    let pair = slice(text, at..doubled);
    if pair == b"\"\"" || (pair == b"''" && slice(text, 0..name.start).ends_with(pair)) {
        return (skip(doubled), Some(at..doubled));
    }
    match Quote::at(text, at) {
        Some((_, end)) => (skip(owner_end(text, end)), Some(at..end)),
        None => (skip(owner_end(text, at)), None),
    }
}

/// Whether `open` stands before a name and the words that go with it.
pub(super) fn around_start(text: &[u8], name: usize, open: u8) -> bool {
    let low = name.saturating_sub(MAX_QUOTED);
    let words = back(text, low..name, |b| b.is_ascii_alphanumeric() || b == b' ');
    before(text, words) == Some(open)
}

/// Past what closes around a name, if it opened before it, or before the words that go with it.
pub(super) fn around_end(text: &[u8], name: Range<usize>) -> Option<usize> {
    let next = byte(text, name.end)?;
    let (open, _) = AROUND.iter().find(|(_, close)| *close == next)?;
    let is_word = |b: u8| *open == b'*' && (b.is_ascii_alphanumeric() || b == b' ');
    let low = name.start.saturating_sub(MAX_QUOTED);
    let start = back(text, low..name.start, is_word);
    let opened = back(text, low..start, |b| b == *open);
    let depth = start.saturating_sub(opened);
    let end = run(
        slice(text, 0..plus(name.end, depth).min(text.len())),
        name.end,
        |b| b == next,
    );
    let own = slice(text, name);
    let is_lower = own.iter().any(u8::is_ascii_lowercase);
    let previous = before(text, opened);
    // Else it is one of several: `{name}:{password}:{port}`, `Vec<SigningKey>`.
    let stands_alone = previous.is_none_or(|b| is_blank(b) || b"\"'`([,$#*-|".contains(&b));
    let is_other = match open {
        // `login(password): boolean` declares a function, `(get_password): Likewise.` lists one that
        // was changed, `env(PASSWORD): x` does not.
        b'(' => is_lower || !previous.is_some_and(is_name),
        // `%22password%22`
        b'%' => !stands_alone || byte(text, end).is_some_and(|b| b.is_ascii_hexdigit()),
        _ => !stands_alone,
    };
    (depth > 0 && !is_other).then_some(end)
}

/// Past the class that PHP prints behind a member: `[password:Login:private]`,
/// `["password":"Login":private]`.
pub(in super::super) fn owner_end(text: &[u8], at: usize) -> usize {
    let window = slice(text, 0..plus(at, 96).min(text.len()));
    if byte(window, at) != Some(b':') {
        return at;
    }
    let class = run(window, plus(at, 1), |b| {
        is_name(b) || matches!(b, b'\\' | b'"')
    });
    let here = rest(window, class);
    let access: &[&[u8]] = &[b":private", b":protected"];
    match access.iter().find(|a| here.starts_with(a)) {
        Some(access) => plus(class, access.len()),
        None if slice(window, plus(at, 1)..class) == b"protected" => class,
        None => at,
    }
}

/// Skips blanks, tabs, and the colours of a terminal.
pub(super) fn skip_blanks(text: &[u8], from: usize) -> usize {
    let mut at = from;
    loop {
        at = run(text, at, |b| matches!(b, b' ' | b'\t'));
        let Some(end) = colour_end(text, at) else {
            return at;
        };
        at = end;
    }
}

/// Where the sequence ends that colours what follows.
pub(super) fn colour_end(text: &[u8], at: usize) -> Option<usize> {
    if !matches!(byte(text, at), Some(b'\x1b' | b'\\')) {
        return None;
    }
    let window = slice(text, 0..plus(at, MAX_COLOUR).min(text.len()));
    let here = rest(window, at);
    let opener = COLOURS.of(here)?;
    let end = run(window, plus(at, opener.len()), |b| {
        b.is_ascii_digit() || b == b';'
    });
    matches!(byte(window, end), Some(b'm' | b'K')).then_some(plus(end, 1))
}
