//! Values that are bound to a statement: `… password = ?`, and then `["ada", "x"]` behind it or in
//! a later line, in the order of the question marks or by their numbers.

use core::ops::Range;

use super::{
    super::{
        bytes::{
            before, byte, find_any, is_name, plus, rest, run, run_back, search, skip_blanks, slice,
        },
        delimited,
        keyed::Named,
        keys::Key,
        lines::Goes,
        spans::Spans,
        values::Quote,
    },
    literal::Literal,
};

/// The most placeholders of a statement whose values are looked for.
const MAX_PLACES: usize = 64;
/// How many lines without a value may come before the values, or between them.
const MAX_LINES: u8 = 3;
/// The most lists in a line that are compared with the placeholders.
const MAX_LISTS: usize = 12;
/// What placeholders begin with.
const SIGNS: [u8; 3] = [b'?', b'$', b'%'];
/// How far a function may stand between a column and its placeholder: `= crypt(?`.
const MAX_CALL: usize = 24;
/// The longest of the types that MyBatis prints behind a value.
const MAX_TYPE: usize = 24;

/// What introduces values in the order of their placeholders.
const MARKERS: &[&[u8]] = &[b"arameters: ", b"ARAMETERS: "];
/// What introduces one value by its number, as Hibernate prints it.
const ONE: &[u8] = b"binding parameter ";

/// Values of a statement that are secret, by the number of their placeholder.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in super::super) struct Bound {
    secrets: Vec<(usize, Key)>,
    /// How many placeholders the statement has.
    count: usize,
    left: u8,
}

/// The placeholders of a line, and those that stand for secrets.
#[derive(Default)]
pub(super) struct Places {
    /// Where they are, and their number.
    all: Option<Vec<(usize, usize)>>,
    secrets: Vec<(usize, Key)>,
    /// Where the first sign is behind the names so far; the end of the line where none is.
    sign: Option<usize>,
}

impl Places {
    /// Remembers the placeholder that a column is compared with: `password = ?`.
    pub(super) fn compared(&mut self, named: &Named<'_>) {
        let text = slice(named.text, 0..named.line.end);
        let quotes = |b: u8| matches!(b, b'"' | b'`' | b']' | b'\\');
        let near = slice(text, 0..plus(named.name.end, MAX_CALL).min(text.len()));
        let from = named.name.end;
        if self.sign.is_none_or(|sign| sign < from) {
            self.sign = find_any(text, from..text.len(), SIGNS).or(Some(text.len()));
        }
        if self.sign > Some(near.len()) {
            return;
        }
        let at = skip_blanks(near, run(near, named.name.end, quotes));
        if !matches!(byte(near, at), Some(b'=' | b'<' | b':')) {
            return;
        }
        let at = run(near, at, |b| {
            is_name(b) && b != b'$' || b"=<>(: ".contains(&b)
        });
        self.add(text, at, named.key);
    }

    /// Remembers that the placeholder at `at`, if it is one, stands for a secret.
    pub(super) fn add(&mut self, text: &[u8], at: usize, key: Key) {
        if !byte(text, at).is_some_and(|b| SIGNS.contains(&b)) || self.secrets.len() >= MAX_PLACES {
            return;
        }
        let all = self.all.get_or_insert_with(|| find(text));
        if let Ok(place) = all.binary_search_by_key(&at, |(at, _)| *at)
            && let Some((_, number)) = all.get(place)
        {
            self.secrets.push((*number, key));
        }
    }

    /// Replaces the values that follow on the same line, or says what later lines are to be
    /// searched for.
    pub(super) fn values(self, text: &[u8], spans: &mut Spans) -> Option<Bound> {
        if self.secrets.is_empty() {
            return None;
        }
        let all = self.all.unwrap_or_default();
        let bound = Bound {
            secrets: self.secrets,
            count: all.iter().map(|(_, number)| *number).max()?,
            left: MAX_LINES,
        };
        let from = all.last().map(|(at, _)| plus(*at, 1))?;
        let line = from..text.len();
        (!bound.read(text, line, false, spans)).then_some(bound)
    }
}

/// The placeholders of a line with their numbers, which are counted or stand there: `?`, `%s`, `?1`, `$1`.
fn find(text: &[u8]) -> Vec<(usize, usize)> {
    let mut all = Vec::new();
    let mut at = 0;
    while all.len() < MAX_PLACES {
        at = find_any(text, at..text.len(), SIGNS).unwrap_or(text.len());
        let Some(sign) = byte(text, at) else { break };
        let is_format = rest(text, at).starts_with(b"%s");
        let from = plus(at, if is_format { 2 } else { 1 });
        let digits = run(slice(text, 0..plus(from, 3).min(text.len())), from, |b| {
            b.is_ascii_digit()
        });
        let opens = before(text, at).is_some_and(|b| b" (,=<>[".contains(&b));
        let closes = byte(text, digits).is_none_or(|b| b" ,);:]\"'\\`".contains(&b));
        let number = number(slice(text, from..digits));
        let is_place = sign == b'?' || (sign == b'$' && number.is_some()) || is_format;
        if opens && closes && is_place {
            all.push((at, number.unwrap_or(plus(all.len(), 1))));
        }
        at = from;
    }
    all
}

fn number(digits: &[u8]) -> Option<usize> {
    core::str::from_utf8(digits).ok()?.parse().ok()
}

impl Bound {
    /// Looks for the values in a line below the statement.
    pub(in super::super) fn judge(
        &mut self,
        text: &[u8],
        line: Range<usize>,
        spans: &mut Spans,
    ) -> Goes {
        let text = slice(text, 0..line.end);
        if self.one(text, line.clone(), spans) {
            self.left = MAX_LINES;
            return Goes::On;
        }
        self.left = self.left.saturating_sub(1);
        match self.read(text, line, true, spans) || self.left == 0 {
            true => Goes::Over,
            false => Goes::On,
        }
    }

    fn key(&self, number: usize) -> Option<Key> {
        let mut secrets = self.secrets.iter();
        secrets.find(|(n, _)| *n == number).map(|(_, key)| *key)
    }

    /// `binding parameter [2] as [VARCHAR] - [x]`, `binding parameter (2:VARCHAR) <- [x]`.
    fn one(&self, text: &[u8], line: Range<usize>, spans: &mut Spans) -> bool {
        let Some(at) = search(text, line, ONE) else {
            return false;
        };
        let from = plus(at, plus(ONE.len(), 1));
        let near = slice(text, 0..plus(from, 3).min(text.len()));
        let digits = run(near, from, |b| b.is_ascii_digit());
        let Some(number) = number(slice(text, from..digits)) else {
            return false;
        };
        let value = [&b"- ["[..], b"<- ["].iter().find_map(|sign| {
            let window = slice(text, 0..plus(digits, 64).min(text.len()));
            Some(plus(
                search(window, digits..window.len(), sign)?,
                sign.len(),
            ))
        });
        let close = run_back(text, text.len(), |b| b != b']').saturating_sub(1);
        if let (Some(key), Some(value)) = (self.key(number), value)
            && value < close
        {
            string(value..close).add(text, key, spans);
        }
        true
    }

    /// Replaces the values in a line, which are as many as the placeholders where `exact`, and says
    /// whether they are there.
    fn read(&self, text: &[u8], line: Range<usize>, exact: bool, spans: &mut Spans) -> bool {
        let marked = MARKERS
            .iter()
            .find_map(|m| Some(plus(search(text, line.clone(), m)?, m.len())));
        if let Some(at) = marked
            && (self.typed(text, at, spans) || self.numbered(text, at, spans))
        {
            return true;
        }
        let mut at = line.start;
        for _ in 0..MAX_LISTS {
            at = run(text, at, |b| !matches!(b, b'[' | b'(' | b'{' | b';'));
            let from = plus(at, 1);
            if byte(text, at).is_none() {
                return false;
            }
            let nests = before(text, at) == Some(b'[');
            if let Some((items, mut end)) = self.list(text, from, exact) {
                if nests && is_form(text, at, &items) {
                    return false;
                }
                self.replace(text, items, spans);
                // The rows of one statement: `[('ada', 'x'), ('bob', 'y')]`.
                while nests
                    && let Some(next) = next_list(text, end)
                    && let Some((items, close)) = self.list(text, next, exact)
                {
                    self.replace(text, items, spans);
                    end = close;
                }
                return true;
            }
            at = from;
        }
        false
    }

    fn replace(&self, text: &[u8], items: Vec<(usize, Literal)>, spans: &mut Spans) {
        for (number, literal) in items {
            if let Some(key) = self.key(number) {
                literal.add(text, key, spans);
            }
        }
    }

    /// The literals of the list at `at` with their numbers, if they are as many as the placeholders,
    /// or more where a statement may be shortened, and where the list ends.
    fn list(&self, text: &[u8], at: usize, exact: bool) -> Option<(Vec<(usize, Literal)>, usize)> {
        let most = if exact { self.count } else { MAX_PLACES };
        let mut items = Vec::new();
        let mut at = skip_blanks(text, at);
        while items.len() <= most {
            let Some((number, literal, end)) = item(text, at) else {
                break;
            };
            items.push((number.unwrap_or(plus(items.len(), 1)), literal));
            at = skip_blanks(text, end);
            if byte(text, at) != Some(b',') {
                break;
            }
            at = skip_blanks(text, plus(at, 1));
        }
        let closes = byte(text, at).is_none_or(|b| matches!(b, b']' | b')' | b'}'));
        let has_string = items.iter().any(|(_, literal)| literal.quoted);
        let fits = (self.count..=most).contains(&items.len());
        (closes && fits && has_string).then_some((items, at))
    }

    /// `ada(String), x(String), null, 6(Long)`, as MyBatis prints them.
    fn typed(&self, text: &[u8], at: usize, spans: &mut Spans) -> bool {
        let mut from = at;
        let mut number = 1_usize;
        while number <= self.count {
            if let Some(end) = rest(text, from).strip_prefix(b"null")
                && (end.is_empty() || end.starts_with(b", "))
            {
                from = plus(from, 6);
                number = plus(number, 1);
                continue;
            }
            let Some((to, end)) = typed_end(text, from) else {
                break;
            };
            if let Some(key) = self.key(number) {
                string(from..to).add(text, key, spans);
            }
            number = plus(number, 1);
            from = plus(end, 2);
        }
        number > 1
    }

    /// `$1 = 'ada', $2 = 'x'`, as PostgreSQL prints them.
    fn numbered(&self, text: &[u8], at: usize, spans: &mut Spans) -> bool {
        let mut at = at;
        let mut found = false;
        while byte(text, at) == Some(b'$') {
            let from = plus(at, 1);
            let near = slice(text, 0..plus(from, 4).min(text.len()));
            let digits = run(near, from, |b| b.is_ascii_digit());
            let value = plus(digits, 3);
            let (Some(number), true, Some(literal)) = (
                number(slice(text, from..digits)),
                rest(text, digits).starts_with(b" = "),
                Literal::at(text, value),
            ) else {
                break;
            };
            if let Some(key) = self.key(number) {
                literal.add(text, key, spans);
            }
            found = true;
            at = plus(literal.end, 2);
        }
        found
    }
}

/// Whether a list in a list is a field of a form with its value: of a call's argument, as in
/// `MultiDict([('user', 'ada')])`, or named as fields are.
fn is_form(text: &[u8], at: usize, items: &[(usize, Literal)]) -> bool {
    let is_argument = slice(text, at.saturating_sub(2)..at) == b"([";
    let first = items.first().map(|(_, literal)| literal.content.clone());
    is_argument || first.is_some_and(|name| delimited::is_field(slice(text, name)))
}

/// Where the list begins that follows the one whose bracket is at `end`.
fn next_list(text: &[u8], end: usize) -> Option<usize> {
    let comma = plus(end, 1);
    let open = skip_blanks(text, plus(comma, 1));
    let is_next = byte(text, comma) == Some(b',') && matches!(byte(text, open), Some(b'(' | b'['));
    is_next.then_some(plus(open, 1))
}

/// The item of a list at `at`, with its number where it says it, and its end: `"x"`, `"2":"x"`,
/// `["password","x"]`.
fn item(text: &[u8], at: usize) -> Option<(Option<usize>, Literal, usize)> {
    if byte(text, at) == Some(b'[') {
        let name = Literal::at(text, plus(at, 1))?;
        let comma = skip_blanks(text, name.end);
        let value = Literal::at(text, skip_blanks(text, plus(comma, 1)))?;
        let pair = byte(text, comma) == Some(b',') && byte(text, value.end) == Some(b']');
        let end = plus(value.end, 1);
        return pair.then_some((None, value, end));
    }
    let first = Literal::at(text, at)?;
    let sign = skip_blanks(text, first.end);
    let after = match rest(text, sign) {
        [b':', ..] => plus(sign, 1),
        [b'=', b'>', ..] => plus(sign, 2),
        _ => {
            let end = first.end;
            return Some((None, first, end));
        }
    };
    let number = number(slice(text, first.content))?;
    let value = Literal::at(text, skip_blanks(text, after))?;
    let end = value.end;
    Some((Some(number), value, end))
}

/// A value that is a string, although no quotes say so.
fn string(content: Range<usize>) -> Literal {
    Literal {
        end: content.end,
        content,
        quoted: true,
    }
}

/// Where the value at `from` ends, and its type: `x(String)`.
fn typed_end(text: &[u8], from: usize) -> Option<(usize, usize)> {
    let mut at = from;
    loop {
        let open = run(text, at, |b| b != b'(');
        byte(text, open)?;
        let next = plus(open, 1);
        let window = slice(text, 0..plus(next, MAX_TYPE).min(text.len()));
        let close = run(window, next, |b| b.is_ascii_alphanumeric());
        let end = plus(close, 1);
        let is_type = byte(text, next).is_some_and(|b| b.is_ascii_uppercase())
            && byte(text, close) == Some(b')')
            && (end == text.len()
                || rest(text, end).starts_with(b", ")
                || Quote::at(text, end).is_some());
        if is_type {
            return Some((open, end));
        }
        at = next;
    }
}
