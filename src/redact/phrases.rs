//! Openers that are no names: the schemes of headers, options of commands, words of statements.
//!
//! A stage lists the literals that it wants to look at, in lower case, and reads what follows one.
//! The gate searches for all of them. Where literals of several stages begin at one place, each
//! stage is asked, and the first that replaces something wins.

use core::ops::Range;

use super::{
    bytes::Line, commands, connection, dialogue, headers, open::Open, personal, prose, rules,
    spans::Spans, sql, urls::paths,
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
/// The same, where what is opened may go on in the next lines.
type ReadOn = fn(&Phrase<'_>, &mut Open, &mut Spans) -> Option<usize>;

/// The rule of a stage, its literals, and the stage.
const STAGES: &[(&str, &[&str], Read)] = &[
    (rules::HEADER, headers::LONE_SCHEMES, headers::lone),
    (rules::COMMAND, commands::HERE, commands::here),
    (
        rules::COMMAND,
        commands::workflow::WORKFLOWS,
        commands::workflow::hidden,
    ),
    (
        rules::CONNECTION_STRING,
        connection::NETWORKS,
        connection::go,
    ),
    (
        rules::CONNECTION_STRING,
        connection::ORACLE,
        connection::oracle,
    ),
    (
        rules::CONNECTION_STRING,
        connection::CALLS,
        connection::call,
    ),
    (rules::URL, paths::HOOK_OPENERS, paths::hook),
    (rules::URL, paths::LINK_OPENERS, paths::link),
    (rules::URL, paths::CODE_OPENERS, paths::code),
    (rules::URL, paths::STATE_OPENERS, paths::state),
    (rules::EMAIL, personal::ENCODED_SIGNS, personal::encoded),
    (rules::SQL, sql::OPENERS, sql::read),
    (rules::PROSE, prose::OPENERS, prose::code),
    (rules::DIALOGUE, dialogue::HASHES, dialogue::hash),
    (rules::DIALOGUE, dialogue::PLACED, dialogue::placed),
    (rules::DIALOGUE, dialogue::QUESTIONS, dialogue::question),
    (rules::DIALOGUE, dialogue::ROUTERS, dialogue::router),
];
/// Those that go on in the next lines. Their numbers follow those of [`STAGES`].
const LASTING: &[(&str, &[&str], ReadOn)] = &[
    (rules::COMMAND, commands::OPENERS, commands::read),
    (rules::DIALOGUE, dialogue::OPENERS, dialogue::read),
];

/// The literals, each with the number of its stage.
pub(super) fn literals() -> impl Iterator<Item = (&'static [u8], usize)> {
    let stages = STAGES.iter().map(|(_, literals, _)| *literals);
    let rows = stages.chain(LASTING.iter().map(|(_, literals, _)| *literals));
    rows.enumerate()
        .flat_map(|(row, literals)| literals.iter().map(move |l| (l.as_bytes(), row)))
}

/// Finds what is opened in `text`, in which literals of stages stand at `hits`.
pub(super) fn find(
    text: &[u8],
    hits: impl Iterator<Item = (usize, usize)>,
    open: &mut Open,
    spans: &mut Spans,
) {
    let (mut done, mut line) = (0, Line::default());
    for (at, row) in hits {
        if at < done {
            continue;
        }
        let phrase = Phrase {
            text,
            line: line.around(text, at),
            at,
        };
        let lasting = || LASTING.get(row.saturating_sub(STAGES.len()));
        let read = match STAGES.get(row) {
            Some((rule, _, read)) => read(&phrase, spans.by(rule)),
            None => lasting().and_then(|(rule, _, read)| read(&phrase, open, spans.by(rule))),
        };
        done = read.unwrap_or(done);
    }
}
