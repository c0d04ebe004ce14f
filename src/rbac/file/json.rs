//! A file in JSON as RFC 8259 has it: no comments, no trailing commas, every key once.
//!
//! The first place that is not JSON ends the reading; a parser that guessed on would find mistakes
//! that are none.

use std::{borrow::Cow, collections::HashSet};

use jsonc_parser::tokens::Token;

use super::{
    Found,
    node::{DEPTH, Entry, Node, Value},
};
use crate::rbac::{
    error::JsonFault,
    finding::{Name, Problem},
    json::Tokens,
};

/// The file as a tree; None where it is not JSON, which is then among the `found`, as are keys that
/// stand twice.
pub(super) fn parse<'d>(text: &'d str, found: &mut Found) -> Option<Node<'d>> {
    let mut parser = Parser {
        tokens: Tokens::new(text),
        open: Vec::new(),
        found,
    };
    match parser.document() {
        Ok(node) => Some(node),
        Err(slip) => {
            found.push(slip);
            None
        }
    }
}

const VALUE: &str = "a value is needed here";
const KEY: &str = "a key in quotation marks is needed here";
const COLON: &str = "a colon is needed here";
const END: &str = "nothing can follow here";

/// The first place that is not JSON.
type Slip = (usize, Problem);

/// A list or a table that has begun.
enum Open<'d> {
    List(usize, Vec<Node<'d>>),
    Table(usize, Vec<Entry<'d>>, Key<'d>),
}

/// The key whose value comes next.
type Key<'d> = (Cow<'d, str>, usize);

struct Parser<'d, 'f> {
    tokens: Tokens<'d>,
    /// From the outside in, at most [`DEPTH`].
    open: Vec<Open<'d>>,
    found: &'f mut Found,
}

impl<'d> Parser<'d, '_> {
    fn document(&mut self) -> Result<Node<'d>, Slip> {
        loop {
            let Some(mut node) = self.begin()? else {
                continue;
            };
            loop {
                match self.open.pop() {
                    None => {
                        return match self.next()? {
                            None => Ok(node),
                            Some(_) => Err(self.needed(END)),
                        };
                    }
                    Some(open) => match self.attach(open, node)? {
                        Some(closed) => node = closed,
                        None => break,
                    },
                }
            }
        }
    }

    /// A value that is whole; None where one has begun that has others in it.
    fn begin(&mut self) -> Result<Option<Node<'d>>, Slip> {
        let token = self.next()?.ok_or_else(|| self.needed(VALUE))?;
        let start = self.tokens.at().start;
        let value = match token {
            Token::String(text) => Value::Text(text),
            Token::Number(number) => Value::Number(number.into()),
            Token::Boolean(value) => Value::Bool(value),
            Token::Null => Value::Other,
            Token::OpenBracket if self.is_next(']') => {
                self.next()?;
                Value::List(Vec::new())
            }
            Token::OpenBrace if self.is_next('}') => {
                self.next()?;
                Value::Table(Vec::new())
            }
            Token::OpenBracket => return self.enter(Open::List(start, Vec::new())),
            Token::OpenBrace => {
                let key = self.key()?;
                return self.enter(Open::Table(start, Vec::new(), key));
            }
            _ => return Err(self.needed(VALUE)),
        };
        Ok(Some(Node::new(start..self.tokens.at().end, value)))
    }

    fn enter(&mut self, open: Open<'d>) -> Result<Option<Node<'d>>, Slip> {
        if self.open.len() >= DEPTH {
            return Err((self.tokens.at().start, Problem::TooDeep));
        }
        self.open.push(open);
        Ok(None)
    }

    /// Adds a value to what it stands in; what is closed by the next token is a value itself.
    fn attach(&mut self, open: Open<'d>, node: Node<'d>) -> Result<Option<Node<'d>>, Slip> {
        match open {
            Open::List(start, mut items) => {
                items.push(node);
                match self.next()? {
                    Some(Token::Comma) => self.open.push(Open::List(start, items)),
                    Some(Token::CloseBracket) => {
                        return Ok(Some(Node::new(
                            start..self.tokens.at().end,
                            Value::List(items),
                        )));
                    }
                    _ => return Err(self.needed("a comma or `]` is needed here")),
                }
            }
            Open::Table(start, mut entries, (key, at)) => {
                entries.push(Entry { key, at, node });
                match self.next()? {
                    Some(Token::Comma) => {
                        let key = self.key()?;
                        self.open.push(Open::Table(start, entries, key));
                    }
                    Some(Token::CloseBrace) => {
                        self.every_key_once(&mut entries);
                        return Ok(Some(Node::new(
                            start..self.tokens.at().end,
                            Value::Table(entries),
                        )));
                    }
                    _ => return Err(self.needed("a comma or `}` is needed here")),
                }
            }
        }
        Ok(None)
    }

    fn key(&mut self) -> Result<Key<'d>, Slip> {
        let Some(Token::String(key)) = self.next()? else {
            return Err(self.needed(KEY));
        };
        let at = self.tokens.at().start;
        match self.next()? {
            Some(Token::Colon) => Ok((key, at)),
            _ => Err(self.needed(COLON)),
        }
    }

    fn every_key_once(&mut self, entries: &mut Vec<Entry<'d>>) {
        let mut seen = HashSet::with_capacity(entries.len());
        let mut again = Vec::new();
        for entry in &*entries {
            if !seen.insert(&*entry.key) {
                again.push(entry.at);
                let name = Name::new(&entry.key);
                self.found.push((entry.at, Problem::Repeated(name)));
            }
        }
        if !again.is_empty() {
            entries.retain(|entry| again.binary_search(&entry.at).is_err());
        }
    }

    fn next(&mut self) -> Result<Option<Token<'d>>, Slip> {
        let wrong = |(at, fault)| match fault {
            JsonFault::ControlCharacter => {
                (at, Problem::Json("a control character stands in a text"))
            }
            _ => (at, Problem::Json("this is no JSON")),
        };
        match self.tokens.next().map_err(wrong)? {
            Some(Token::CommentLine(_) | Token::CommentBlock(_)) => {
                Err(self.needed("JSON has no comments"))
            }
            token => Ok(token),
        }
    }

    fn is_next(&self, wanted: char) -> bool {
        let rest = self.tokens.rest();
        rest.trim_start_matches([' ', '\t', '\n', '\r'])
            .starts_with(wanted)
    }

    fn needed(&self, what: &'static str) -> Slip {
        (self.tokens.at().start, Problem::Json(what))
    }
}
