//! What tokens of the table look like, for fakes.

use super::{Alphabet, table::TABLE};

/// The fewest characters after a prefix.
const MIN_LEN: usize = 24;

/// The rule of each row, and its prefix with a fake after it, as `canary` writes its samples. Where a
/// vendor's rule has several rows, any of them will do.
pub(in super::super) fn samples() -> impl Iterator<Item = (&'static str, String)> {
    TABLE.iter().map(|(rule, prefix, _, alphabet, least, _)| {
        let (word, drawn) = match alphabet {
            Alphabet::Uuid => return (*rule, format!("{prefix}facade00-0000-4000-8000-{{h12}}")),
            Alphabet::Hex => ("facade0decade", 'h'),
            Alphabet::Upper | Alphabet::Upperdash => ("CANARY0FAKE", 'u'),
            Alphabet::Lower => ("canary0fake", 'l'),
            Alphabet::Percent => ("CANARY0fake%3D", 'a'),
            _ => ("CANARY0fake", 'a'),
        };
        let len = MIN_LEN.max(*least).saturating_sub(word.len());
        (*rule, format!("{prefix}{word}{{{drawn}{len}}}"))
    })
}
