//! Reads JSON as RFC 8259 has it and nothing looser, event by event, without recursion.

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

pub(super) struct Reader<'t> {
    text: &'t str,
    scanner: Scanner<'t>,
    open: Vec<Open<'t>>,
    next: Next,
    /// Where the last token ended.
    end: usize,
}

impl<'t> Reader<'t> {
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
            open: Vec::new(),
            next: Next::Value,
            end: 0,
        }
    }

    /// The last event as it is written.
    pub(super) fn raw(&self) -> &'t str {
        let token = self.scanner.token_start()..self.scanner.token_end();
        self.text.get(token).unwrap_or_default()
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

    /// The next token, where nothing but the white space of RFC 8259 §2 stands before it.
    fn token(&mut self) -> Result<Option<Token<'t>>, Error> {
        let token = self.scanner.scan();
        let start = match token {
            Ok(None) => self.text.len(),
            _ => self.scanner.token_start(),
        };
        let between = self.text.get(self.end..start).unwrap_or_default();
        let is_space = |byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        if !between.bytes().all(is_space) {
            return Err(self.fault(JsonFault::Grammar));
        }
        let token = token.map_err(|_| self.fault(JsonFault::Grammar))?;
        self.end = self.scanner.token_end();
        if matches!(token, Some(Token::String(_))) && self.raw().bytes().any(|byte| byte < b' ') {
            return Err(self.fault(JsonFault::ControlCharacter));
        }
        Ok(token)
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
        let at = self.scanner.token_start();
        Error::Json { at, fault }
    }
}

fn closes(token: &Token<'_>) -> bool {
    matches!(token, Token::CloseBrace | Token::CloseBracket)
}
