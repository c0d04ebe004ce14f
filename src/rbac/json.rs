//! Reads JSON as RFC 8259 has it and nothing looser, without recursion: token by token for policies,
//! event by event for what is filtered.

use core::ops::Range;
use std::{borrow::Cow, collections::HashSet};

use jsonc_parser::{Scanner, ScannerOptions, tokens::Token};

use super::{Error, error::JsonFault};

/// Objects and lists within one another.
pub(super) const MAX_DEPTH: usize = 128;

/// What stands next in a text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Bracket {
    Object,
    List,
}

/// One event of a text. Strings come decoded; [`Reader::raw`] has them as they are written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Event<'t> {
    Open(Bracket),
    Close(Bracket),
    Key(Cow<'t, str>),
    Text(Cow<'t, str>),
    Number(&'t str),
    Boolean,
    Null,
}

/// What may come next.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Next {
    Value,
    FirstElement,
    FirstKey,
    Key,
    Colon,
    CommaOrClose,
    End,
}

/// An object or a list that is not closed yet, and the keys that it had so far.
enum Open<'t> {
    Object(HashSet<Cow<'t, str>>),
    List,
}

/// The tokens of a text. What the scanner takes and RFC 8259 does not is refused here: white space of
/// other kinds, control characters in strings.
pub(super) struct Tokens<'t> {
    text: &'t str,
    scanner: Scanner<'t>,
    /// Where the last token ended.
    end: usize,
}

impl<'t> Tokens<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let strict = ScannerOptions {
            allow_single_quoted_strings: false,
            allow_hexadecimal_numbers: false,
            allow_unary_plus_numbers: false,
            allow_bare_decimal_point_numbers: false,
            allow_non_finite_numbers: false,
            allow_extended_string_escapes: false,
        };
        Self {
            text,
            scanner: Scanner::new(text, &strict),
            end: 0,
        }
    }

    /// The next token, comments among them; None at the end. Or the byte where the text is wrong.
    pub(super) fn next(&mut self) -> Result<Option<Token<'t>>, (usize, JsonFault)> {
        let before = self.end;
        let scanned = self.scanner.scan();
        let token = scanned.map_err(|error| (error.range().start, JsonFault::Grammar))?;
        let at = self.at();
        self.end = at.end;
        let is_space = |byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        if let Some(wrong) = self.place_of(before..at.start, |byte| !is_space(byte)) {
            return Err((wrong, JsonFault::Grammar));
        }
        match (&token, self.place_of(at, |byte| byte < b' ')) {
            (Some(Token::String(_)), Some(wrong)) => Err((wrong, JsonFault::ControlCharacter)),
            _ => Ok(token),
        }
    }

    /// Where the last token stands.
    pub(super) fn at(&self) -> Range<usize> {
        self.scanner.token_start()..self.scanner.token_end()
    }

    /// The text after the last token.
    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.end..).unwrap_or_default()
    }

    /// The first byte of this kind.
    fn place_of(&self, at: Range<usize>, is_wrong: impl Fn(u8) -> bool) -> Option<usize> {
        let bytes = self.text.as_bytes().get(at.clone())?;
        let offset = bytes.iter().position(|byte| is_wrong(*byte))?;
        Some(at.start.saturating_add(offset))
    }
}

pub(super) struct Reader<'t> {
    text: &'t str,
    tokens: Tokens<'t>,
    open: Vec<Open<'t>>,
    next: Next,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            tokens: Tokens::new(text),
            open: Vec::new(),
            next: Next::Value,
        }
    }

    /// The last event as it is written.
    pub(super) fn raw(&self) -> &'t str {
        self.text.get(self.tokens.at()).unwrap_or_default()
    }

    /// The next event; None at the end of a text that is complete.
    pub(super) fn event(&mut self) -> Result<Option<Event<'t>>, Error> {
        loop {
            let Some(token) = self.token()? else {
                let complete = self.next == Next::End;
                return if complete {
                    Ok(None)
                } else {
                    Err(self.fault(JsonFault::Incomplete))
                };
            };
            match (self.next, token) {
                (Next::Colon, Token::Colon) => self.next = Next::Value,
                (Next::CommaOrClose, Token::Comma) => {
                    self.next = match self.open.last() {
                        Some(Open::Object(_)) => Next::Key,
                        Some(Open::List) | None => Next::Value,
                    }
                }
                (Next::FirstKey | Next::Key, Token::String(key)) => return self.key(key).map(Some),
                (Next::FirstKey | Next::FirstElement | Next::CommaOrClose, token)
                    if closes(&token) =>
                {
                    return self.close(&token).map(Some);
                }
                (Next::Value | Next::FirstElement, token) => return self.value(token).map(Some),
                _ => return Err(self.fault(JsonFault::Grammar)),
            }
        }
    }

    fn token(&mut self) -> Result<Option<Token<'t>>, Error> {
        let token = self.tokens.next();
        token.map_err(|(at, fault)| Error::Json { at, fault })
    }

    fn key(&mut self, key: Cow<'t, str>) -> Result<Event<'t>, Error> {
        let Some(Open::Object(keys)) = self.open.last_mut() else {
            return Err(self.fault(JsonFault::Grammar));
        };
        if !keys.insert(key.clone()) {
            return Err(self.fault(JsonFault::RepeatedKey));
        }
        self.next = Next::Colon;
        Ok(Event::Key(key))
    }

    fn close(&mut self, token: &Token<'_>) -> Result<Event<'t>, Error> {
        let bracket = match (self.open.pop(), token) {
            (Some(Open::Object(_)), Token::CloseBrace) => Bracket::Object,
            (Some(Open::List), Token::CloseBracket) => Bracket::List,
            _ => return Err(self.fault(JsonFault::Grammar)),
        };
        self.after_value();
        Ok(Event::Close(bracket))
    }

    fn value(&mut self, token: Token<'t>) -> Result<Event<'t>, Error> {
        let event = match token {
            Token::OpenBrace => return self.open(Open::Object(HashSet::new()), Bracket::Object),
            Token::OpenBracket => return self.open(Open::List, Bracket::List),
            Token::String(text) => Event::Text(text),
            Token::Number(number) => Event::Number(number),
            Token::Boolean(_) => Event::Boolean,
            Token::Null => Event::Null,
            _ => return Err(self.fault(JsonFault::Grammar)),
        };
        self.after_value();
        Ok(event)
    }

    fn open(&mut self, open: Open<'t>, bracket: Bracket) -> Result<Event<'t>, Error> {
        if self.open.len() >= MAX_DEPTH {
            return Err(self.fault(JsonFault::TooDeep));
        }
        self.open.push(open);
        self.next = match bracket {
            Bracket::Object => Next::FirstKey,
            Bracket::List => Next::FirstElement,
        };
        Ok(Event::Open(bracket))
    }

    fn after_value(&mut self) {
        self.next = if self.open.is_empty() {
            Next::End
        } else {
            Next::CommaOrClose
        };
    }

    fn fault(&self, fault: JsonFault) -> Error {
        let at = self.tokens.at().start;
        Error::Json { at, fault }
    }
}

fn closes(token: &Token<'_>) -> bool {
    matches!(token, Token::CloseBrace | Token::CloseBracket)
}
