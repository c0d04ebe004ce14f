//! Elements of the header Forwarded (RFC 7239 §4), from the right end of a line.

use super::Problem;

/// Parameters of one element: RFC 7239 has four.
const MAX_PARAMETERS: usize = 16;

/// Where the last comma stands that is in no quoted string.
///
/// Read from the left, a quotation mark that somebody left open reaches as far as its writer wants.
/// Read from the right, this begins outside of any string, in what a trusted proxy wrote, and comes
/// to the end of a string first. The string begins at the next mark to the left that has no backslash
/// right before it: inside of one every mark is escaped, and before the one that begins it there is
/// `=`. So what is well-formed is split as from the left, and whatever stands left of the comma has no
/// part in it. Whether it is well-formed is for [`find_for`] to say.
///
/// Each byte is looked at once.
pub(super) fn last_comma(text: &[u8]) -> Option<usize> {
    let mut text = text;
    loop {
        let at = text.iter().rposition(|byte| matches!(byte, b',' | b'"'))?;
        if text.get(at) == Some(&b',') {
            return Some(at);
        }
        let begins = beginning_of_string(text.get(..at)?)?;
        text = text.get(..begins)?;
    }
}

/// Where the quoted string begins that ends right after `text`.
fn beginning_of_string(text: &[u8]) -> Option<usize> {
    let mut inside = text;
    loop {
        let at = inside.iter().rposition(|byte| *byte == b'"')?;
        inside = inside.get(..at)?;
        if inside.last() != Some(&b'\\') {
            return Some(at);
        }
    }
}

/// The value of the parameter `for` of one element, out of its quotation marks.
pub(super) fn find_for(element: &[u8]) -> Result<Vec<u8>, Problem> {
    let mut rest = Rest(trim(element));
    if rest.0.is_empty() {
        return Err(Problem::Empty);
    }
    let (mut names, mut node) = (Vec::<&[u8]>::new(), None);
    loop {
        // a pair may be missing, as in `for=a;;by=b`
        if !matches!(rest.0.first(), None | Some(b';')) {
            let (name, value) = rest.pair().ok_or(Problem::Grammar)?;
            if names.iter().any(|known| name.eq_ignore_ascii_case(known)) {
                return Err(Problem::Twice);
            }
            if names.len() >= MAX_PARAMETERS {
                return Err(Problem::Grammar);
            }
            names.push(name);
            if name.eq_ignore_ascii_case(b"for") {
                node = Some(value);
            }
        }
        rest.skip_space();
        match rest.0.split_first() {
            None => return node.ok_or(Problem::NoFor),
            Some((b';', after)) => rest.0 = after,
            Some(_) => return Err(Problem::Grammar),
        }
        rest.skip_space();
    }
}

/// What is still to be read.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    /// `token "=" value`, and no space around the sign.
    fn pair(&mut self) -> Option<(&'a [u8], Vec<u8>)> {
        let name = self.token()?;
        self.0 = self.0.strip_prefix(b"=")?;
        let value = match self.0.strip_prefix(b"\"") {
            Some(inside) => {
                self.0 = inside;
                self.string()?
            }
            None => self.token()?.to_vec(),
        };
        Some((name, value))
    }

    /// RFC 9110 §5.6.2.
    fn token(&mut self) -> Option<&'a [u8]> {
        let end = self.0.iter().position(|byte| !is_token(*byte));
        let (token, rest) = self.0.split_at_checked(end.unwrap_or(self.0.len()))?;
        self.0 = rest;
        (!token.is_empty()).then_some(token)
    }

    /// RFC 9110 §5.6.4, after the first quotation mark.
    fn string(&mut self) -> Option<Vec<u8>> {
        let mut value = Vec::new();
        loop {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            match byte {
                b'"' => return Some(value),
                b'\\' => {
                    let (escaped, rest) = self.0.split_first()?;
                    self.0 = rest;
                    value.push(is_text(*escaped).then_some(*escaped)?);
                }
                byte => value.push(is_text(*byte).then_some(*byte)?),
            }
        }
    }

    fn skip_space(&mut self) {
        self.0 = trim_start(self.0);
    }
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// HTAB, SP, VCHAR and obs-text: what may stand in a string, some of it escaped.
fn is_text(byte: u8) -> bool {
    byte == b'\t' || (byte >= b' ' && byte != 0x7f)
}

/// Without the optional white space of RFC 9110 §5.6.3 at both ends.
pub(super) fn trim(text: &[u8]) -> &[u8] {
    let mut text = trim_start(text);
    while let Some((b' ' | b'\t', before)) = text.split_last() {
        text = before;
    }
    text
}

fn trim_start(mut text: &[u8]) -> &[u8] {
    while let Some((b' ' | b'\t', after)) = text.split_first() {
        text = after;
    }
    text
}
