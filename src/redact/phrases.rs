//! Openers that are no names: the schemes of headers, options of commands, words of statements.
//!
//! A stage lists the literals that it wants to look at, in lower case, and reads what follows one.
//! One gate searches for all of them. Where literals of several stages begin at one place, each
//! stage is asked, and the first that replaces something wins.

use core::ops::Range;

use super::{
    bytes::{Line, rest},
    commands,
    gate::Gate,
    headers, rules,
    spans::Spans,
};

/// A literal in a text.
#[derive(Clone)]
pub(super) struct Phrase<'t> {
    /// The whole text: complete lines.
    pub(super) text: &'t [u8],
    /// The line that the literal is in, without its end.
    pub(super) line: Range<usize>,
    /// Where the literal begins.
    pub(super) at: usize,
}

/// Reads what an opener opens, and says how far it was replaced.
type Read = fn(&Phrase<'_>, &mut Spans) -> Option<usize>;

/// The rule of a stage, its literals, and the stage.
const STAGES: &[(&str, &[&str], Read)] = &[
    (rules::HEADER, headers::LONE_SCHEMES, headers::lone),
    (rules::COMMAND, commands::OPENERS, commands::read),
];

/// The literals, for the gate.
pub(super) fn gate() -> Gate {
    let literals: Vec<&str> = STAGES
        .iter()
        .flat_map(|(_, l, _)| l.iter().copied())
        .collect();
    Gate::new(&literals)
}

/// Finds what is opened in `text`, whose lower-case copy is `lower`.
pub(super) fn find(text: &[u8], lower: &[u8], gate: &Gate, spans: &mut Spans) {
    let (mut done, mut group, mut line) = (0, 0, Line::default());
    gate.visit(lower, |hit| {
        if hit.group != group {
            (done, group, line) = (0, hit.group, Line::default());
        }
        if hit.at < done {
            return;
        }
        let phrase = Phrase {
            text,
            line: line.around(text, hit.at),
            at: hit.at,
        };
        let here = rest(lower, hit.at);
        let opens = |literals: &[&str]| literals.iter().any(|l| here.starts_with(l.as_bytes()));
        let stages = STAGES.iter().filter(|(_, literals, _)| opens(literals));
        let mut read = stages.filter_map(|(rule, _, read)| read(&phrase, spans.by(rule)));
        let read = read.next();
        done = read.unwrap_or(done);
    });
}
