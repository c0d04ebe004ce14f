//! The gate: one fast pass over a text, which finds the places that a verifier then looks at.
//!
//! All literals of all stages are searched for at once, and how many they are hardly matters. At
//! every second offset the four bytes that stand there, folded so that case does not count, are
//! looked up in a table of bits. A literal is in the table twice, by the rarest four bytes of it at an
//! even and at an odd distance from its start, one of which stands at an even offset wherever the
//! literal does. Where the bit is set, the literals with these four bytes are compared.

use core::array;
use std::collections::HashSet;

use memchr::memchr2_iter;

use super::bytes::{before, byte, plus, rest, slice, steps::step};

/// How many bytes are looked up together.
const GRAM: usize = 4;
/// How many bytes of a literal are compared together.
const HEAD: usize = 8;
/// Of each byte, the bits that tell letters, digits and signs apart, not their case.
const FOLD: u8 = 0x5f;
/// Pairs of letters that logs are made of, the most frequent first.
const FREQUENT: &[u8] = b"inerseretestonesthoratenleedtideanhecoitasarroalnttolielmeetsspa\
ngioisnemandtrratavariecillogevefichomsiutacnseaotrtfohanopeavunusprceurcadiexctnarsicamadjalloo\
ouopimlaulmpncemlfocptolkemopoefifaittplodwitsckidoslsdaclhoagtysuhirrdoepsoapnibeabtublrnofburg";
/// Words that logs are full of: no gram of these, or of one with a blank beside it, tells a literal from
/// them.
const COMMON: &[&[u8]] = &[
    b"able",
    b"access",
    b"account",
    b"action",
    b"address",
    b"application",
    b"attempt",
    b"authenticate",
    b"authentication",
    b"author",
    b"book",
    b"cache",
    b"catalog",
    b"certificate",
    b"code",
    b"component",
    b"configuration",
    b"connection",
    b"container",
    b"content",
    b"context",
    b"controller",
    b"database",
    b"default",
    b"example",
    b"exception",
    b"exec",
    b"factor",
    b"fail",
    b"failed",
    b"first",
    b"for",
    b"framework",
    b"http",
    b"https",
    b"info",
    b"information",
    b"invalid",
    b"is",
    b"java",
    b"key",
    b"keyboard",
    b"lock",
    b"log",
    b"logged",
    b"login",
    b"mail",
    b"message",
    b"name",
    b"network",
    b"number",
    b"open",
    b"operation",
    b"permission",
    b"point",
    b"process",
    b"proxy",
    b"reason",
    b"redirect",
    b"registry",
    b"request",
    b"resp",
    b"response",
    b"secure",
    b"security",
    b"send",
    b"server",
    b"service",
    b"session",
    b"shipping",
    b"sign",
    b"statement",
    b"status",
    b"string",
    b"success",
    b"system",
    b"temp",
    b"thread",
    b"time",
    b"transaction",
    b"transport",
    b"unix",
    b"user",
    b"value",
    b"verify",
    b"version",
    b"visibility",
    b"with",
    b"word",
];
/// How rare a pair of folded letters is; even the most frequent says more than what is not known.
#[expect(
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    reason = "computed when this is compiled"
)]
const RANKS: [u16; 1 << 10] = {
    let mut ranks = [FREQUENT.len() as u16; 1 << 10];
    let mut at = 0;
    // A blank stands beside any.
    while at < 1 << 5 {
        ranks[pair_index(b' ', at as u8)] = FREQUENT.len() as u16 / 2;
        ranks[pair_index(at as u8, b' ')] = FREQUENT.len() as u16 / 2;
        at += 1;
    }
    at = 0;
    while at + 1 < FREQUENT.len() {
        ranks[pair_index(FREQUENT[at], FREQUENT[at + 1])] = ((FREQUENT.len() + at) / 2) as u16;
        at += 2;
    }
    ranks
};
/// The grams of common words: a bit for each hash.
#[expect(clippy::indexing_slicing, reason = "computed when this is compiled")]
const COMMON_GRAMS: [u64; 256] = {
    let mut bits = [0; 256];
    let mut word = 0;
    while word < COMMON.len() {
        let mut at = 0;
        while at + GRAM <= COMMON[word].len() + 2 {
            let gram = [
                parted(COMMON[word], at),
                parted(COMMON[word], at + 1),
                parted(COMMON[word], at + 2),
                parted(COMMON[word], at + 3),
            ];
            let (word, bit) = common_place(gram);
            bits[word] |= 1 << bit;
            at += 1;
        }
        word += 1;
    }
    bits
};

/// A byte of a word that has a blank before and behind it.
#[expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "computed when this is compiled"
)]
const fn parted(word: &[u8], at: usize) -> u8 {
    if at == 0 || at > word.len() {
        b' '
    } else {
        word[at - 1]
    }
}

const fn pair_index(a: u8, b: u8) -> usize {
    ((a & 0x1f) as usize) << 5 | (b & 0x1f) as usize
}

/// Where among the common grams the bit of one is.
const fn common_place(gram: [u8; GRAM]) -> (usize, u32) {
    let hash = hash((u32::from_le_bytes(gram) & u32::from_le_bytes([FOLD; GRAM])) as u64);
    ((hash >> 56) as usize, (hash >> 50 & 63) as u32)
}

fn is_common(gram: [u8; GRAM]) -> bool {
    let (word, bit) = common_place(gram);
    let word = COMMON_GRAMS.get(word).copied().unwrap_or_default();
    word.wrapping_shr(bit) & 1 != 0
}

/// Words of the table: 256 KiB, which stay in the second cache, and few bits of which are set.
const WORD_BITS: u32 = 15;
const WORDS: usize = 1 << WORD_BITS;
/// Lists of grams, by the upper bits of their hashes.
const LIST_BITS: u32 = 14;
const LISTS: usize = 1 << LIST_BITS;
/// Offsets that are looked at before anything is decided, and the bytes that takes.
const STEP: usize = 16;
const WINDOW: usize = STEP + GRAM - 2;

/// What counts as a literal's occurrence.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Case {
    /// These very bytes.
    Exact,
    /// In upper and lower case.
    Any,
    /// In upper and lower case, at the end of a word of a name, or of its plural: `token` in
    /// `accessToken`, `TOKEN_HASH` and `usertokens`, not in `tokenizer`.
    End,
}

/// Where a literal was found.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Hit<S> {
    pub(super) at: usize,
    /// The stage that asked for the literal.
    pub(super) stage: S,
    /// Which of its literals, as the stage numbers them.
    pub(super) row: usize,
}

/// Finds any of many literals, each on behalf of a stage.
#[derive(Debug)]
pub(super) struct Gate<S> {
    literals: Vec<Literal<S>>,
    /// A bit for each gram.
    seen: Box<[u64; WORDS]>,
    /// Where each list of grams begins.
    lists: Vec<u32>,
    grams: Vec<Gram>,
    /// The literals of one byte, which has no gram of its own, in lower case.
    single: Vec<(u8, u16)>,
}

#[derive(Debug)]
struct Literal<S> {
    /// The first bytes, folded, and which bits of them count.
    head: u64,
    mask: u64,
    bytes: Box<[u8]>,
    case: Case,
    stage: S,
    row: usize,
}

/// Four folded bytes at a distance from the start of a literal.
#[derive(Clone, Copy, Debug)]
struct Gram {
    folded: u32,
    distance: i16,
    literal: u16,
}

impl<S: Copy + Ord> Gate<S> {
    /// A gate for these literals. An empty one is never found.
    pub(super) fn new<'l>(literals: impl IntoIterator<Item = (&'l [u8], Case, S, usize)>) -> Self {
        let literals = literals.into_iter();
        let literals: Vec<_> = literals
            .map(|(bytes, case, stage, row)| Literal::new(bytes, case, stage, row))
            .collect();
        let (mut grams, mut known) = (Vec::new(), HashSet::new());
        let mut single = Vec::new();
        // More literals than that are not searched for.
        let mut numbered: Vec<_> = literals.iter().zip(0..u16::MAX).collect();
        // The short ones have no choice of a gram; the others choose one of theirs.
        numbered.sort_by_key(|(literal, _)| literal.bytes.len());
        for (literal, number) in numbered {
            match literal.bytes.as_ref() {
                [] => {}
                [byte] => single.push((byte.to_ascii_lowercase(), number)),
                _ => {
                    let added = grams.len();
                    add_grams(literal, number, &known, &mut grams);
                    let added = grams.iter().skip(added);
                    known.extend(added.map(|gram: &Gram| gram.folded));
                }
            }
        }
        let list = |gram: &Gram| list(u64::from(gram.folded));
        grams.sort_unstable_by_key(list);
        let mut seen = Box::new([0; WORDS]);
        for gram in &grams {
            let (word, bit) = place(hash(u64::from(gram.folded)));
            if let Some(word) = seen.get_mut(word) {
                *word |= bit;
            }
        }
        let begins = |wanted| grams.partition_point(|gram| list(gram) < wanted);
        let lists = (0..=LISTS).map(|l| u32::try_from(begins(l)).unwrap_or(u32::MAX));
        Self {
            lists: lists.collect(),
            literals,
            seen,
            grams,
            single,
        }
    }

    /// Puts the occurrences of the literals in `text` into `hits`: those with grams in ascending order,
    /// then those of single bytes.
    pub(super) fn find(&self, text: &[u8], hits: &mut Vec<Hit<S>>) {
        step(text.len() / 2);
        hits.clear();
        let mut at = 0;
        while let Some(window) = text.get(at..).and_then(|rest| rest.first_chunk()) {
            self.compare(text, at, self.candidates(window), hits);
            at = plus(at, STEP);
        }
        // The last bytes, with zeros behind them.
        while at < text.len() {
            let mut window = [0; WINDOW];
            let last = rest(text, at);
            window.iter_mut().zip(last).for_each(|(w, b)| *w = *b);
            self.compare(text, at, self.candidates(&window), hits);
            at = plus(at, STEP);
        }
        for (byte, literal) in &self.single {
            let mut found = Vec::new();
            for at in memchr2_iter(*byte, byte.to_ascii_uppercase(), text) {
                self.verify(text, at, *literal, &mut found);
            }
            hits.append(&mut found);
        }
    }

    /// A bit for each gram of the window: whether it may be one of a literal.
    #[inline(always)]
    fn candidates(&self, window: &[u8; WINDOW]) -> u64 {
        let mut candidates = 0;
        for (nth, gram) in (0..).zip(grams(window)) {
            let (word, bit) = place(hash(gram));
            let word = self.seen.get(word).copied().unwrap_or_default();
            candidates |= u64::from(word & bit != 0).wrapping_shl(nth);
        }
        candidates
    }

    /// Compares the literals of which a gram may stand in the window at `at`.
    #[inline(always)]
    fn compare(&self, text: &[u8], at: usize, candidates: u64, hits: &mut Vec<Hit<S>>) {
        let mut left = candidates;
        while left != 0 {
            let nth = left.trailing_zeros() as usize;
            left &= left.wrapping_sub(1);
            self.compare_at(text, plus(at, nth.wrapping_mul(2)), hits);
        }
    }

    /// Compares the literals of which a gram may stand at `at`.
    #[inline(never)]
    fn compare_at(&self, text: &[u8], at: usize, hits: &mut Vec<Hit<S>>) {
        let gram = head(rest(text, at)) & u64::from(u32::MAX);
        for known in self.list(gram) {
            if u64::from(known.folded) != gram {
                continue;
            }
            let start = at.checked_add_signed(isize::from(known.distance).wrapping_neg());
            if let Some(start) = start {
                self.verify(text, start, known.literal, hits);
            }
        }
    }

    /// The grams that share a list with this one.
    fn list(&self, gram: u64) -> &[Gram] {
        let list = list(gram);
        let begin = |list| self.lists.get(list).map_or(0, |begin| *begin as usize);
        self.grams
            .get(begin(list)..begin(plus(list, 1)))
            .unwrap_or_default()
    }

    /// Adds a hit where the literal stands at `at`.
    fn verify(&self, text: &[u8], at: usize, literal: u16, hits: &mut Vec<Hit<S>>) {
        let Some(literal) = self.literals.get(usize::from(literal)) else {
            return;
        };
        if literal.stands_at(text, at) {
            let hit = Hit {
                at,
                stage: literal.stage,
                row: literal.row,
            };
            // The grams ascend, so the starts do but for the length of a literal.
            let later = hits.iter().rev().take_while(|other| **other > hit).count();
            step(later);
            hits.insert(hits.len().saturating_sub(later), hit);
        }
    }
}

impl<S> Literal<S> {
    /// The distances from its start at which grams are looked at: one may begin one byte before the
    /// literal and end behind it.
    fn distances(&self, parity: i16) -> impl Iterator<Item = i16> + use<S> {
        let len = i16::try_from(self.bytes.len()).unwrap_or(i16::MAX);
        (-1..len).filter(move |distance| distance & 1 == parity)
    }

    /// The bytes of the gram at a distance from the start, folded; None for those outside.
    fn gram(&self, distance: i16) -> [Option<u8>; GRAM] {
        array::from_fn(|i| {
            let at = isize::from(distance).checked_add_unsigned(i)?;
            let byte = self.bytes.get(usize::try_from(at).ok()?);
            byte.map(|b| b & FOLD)
        })
    }

    /// The more, the rarer a gram is in logs: first of all, the fewer of its bytes are unknown.
    fn rarity(&self, distance: i16) -> (usize, u16) {
        let gram = self.gram(distance);
        let known = gram.iter().flatten().count();
        let rank = |pair: &[Option<u8>]| match pair {
            [Some(a), Some(b)] => RANKS.get(pair_index(*a, *b)).copied(),
            _ => None,
        };
        let rank = match gram {
            [Some(a), Some(b), Some(c), Some(d)] if is_common([a, b, c, d]) => 0,
            _ => gram
                .windows(2)
                .filter_map(rank)
                .fold(0, u16::saturating_add),
        };
        (known, rank)
    }

    /// What may stand at each place of a gram: anything where the literal says nothing.
    fn choices(&self, distance: i16) -> [Vec<u8>; GRAM] {
        let all = || (0..=FOLD).filter(|b| b & FOLD == *b);
        self.gram(distance)
            .map(|byte| byte.map_or_else(|| all().collect(), |b| vec![b]))
    }

    fn new(bytes: &[u8], case: Case, stage: S, row: usize) -> Self {
        Self {
            head: head(bytes),
            mask: head(slice(&[0xff; HEAD], 0..bytes.len().min(HEAD))),
            bytes: bytes.into(),
            case,
            stage,
            row,
        }
    }

    fn stands_at(&self, text: &[u8], at: usize) -> bool {
        if head(rest(text, at)) & self.mask != self.head {
            return false;
        }
        let end = plus(at, self.bytes.len());
        let here = slice(text, at..end);
        match self.case {
            Case::Exact => here == self.bytes.as_ref(),
            Case::Any => here.eq_ignore_ascii_case(&self.bytes),
            Case::End => here.eq_ignore_ascii_case(&self.bytes) && ends(text, end),
        }
    }
}

/// Whether a word of a name, or its plural, may end at `end`.
fn ends(text: &[u8], end: usize) -> bool {
    let is_letter = |b: &u8| b.is_ascii_alphabetic();
    let over = |end| {
        let Some(next) = byte(text, end).filter(is_letter) else {
            return true;
        };
        let last = before(text, end).unwrap_or_default();
        let is_lower_after = || byte(text, plus(end, 1)).is_some_and(|b| b.is_ascii_lowercase());
        next.is_ascii_uppercase() && (last.is_ascii_lowercase() || is_lower_after())
    };
    over(end) || (matches!(byte(text, end), Some(b's' | b'S')) && over(plus(end, 1)))
}

/// The grams at every second offset of a window, folded, each in the lower half of a number.
#[inline(always)]
fn grams(window: &[u8; WINDOW]) -> [u64; STEP / 2] {
    let eight = |at: usize| {
        let bytes = window.get(at..).and_then(|rest| rest.first_chunk());
        u64::from_le_bytes(bytes.copied().unwrap_or_default()) & u64::from_le_bytes([FOLD; HEAD])
    };
    let (a, b, c) = (eight(0), eight(6), eight(10));
    [a, a >> 16, a >> 32, b, b >> 16, b >> 32, c >> 16, c >> 32]
}

/// The hash of the gram in the lower half of a number, in the upper half of one.
#[inline(always)]
const fn hash(gram: u64) -> u64 {
    // Knuth's multiplicative hash: the upper bits depend on all bits of the gram, and on no more.
    gram.wrapping_mul(0x9e37_79b1 << 32)
}

/// Where in the table the bit of a gram is: the word, and the bit in it.
#[inline(always)]
fn place(hash: u64) -> (usize, u64) {
    let bit = hash >> (64 - WORD_BITS - 6) & 63;
    (
        (hash >> (64 - WORD_BITS)) as usize,
        1_u64.rotate_left(bit as u32),
    )
}

/// The list that a gram is in.
fn list(gram: u64) -> usize {
    (hash(gram) >> (64 - LIST_BITS)) as usize
}

/// The more, the rarer a word is in logs.
pub(super) fn rarity(word: &[u8]) -> (usize, u16) {
    let literal = Literal::new(word, Case::End, (), 0);
    let rarity = |distance| {
        let (known, rank) = literal.rarity(distance);
        // Three letters of a rare word are more than four of a common one.
        (known.min(GRAM - 1), rank)
    };
    let rarest = |parity| literal.distances(parity).map(rarity).max();
    rarest(0).min(rarest(1)).unwrap_or_default()
}

/// The first bytes of a text, folded; zeros behind its end.
fn head(text: &[u8]) -> u64 {
    let bytes = match text.first_chunk() {
        Some(bytes) => *bytes,
        None => {
            let mut bytes = [0; HEAD];
            bytes
                .iter_mut()
                .zip(text)
                .for_each(|(to, from)| *to = *from);
            bytes
        }
    };
    u64::from_le_bytes(bytes) & u64::from_le_bytes([FOLD; HEAD])
}

/// Adds the rarest gram of a literal at an even distance from its start, and that at an odd one; of
/// those that are as rare, one that is known already.
fn add_grams(
    literal: &Literal<impl Sized>,
    number: u16,
    known: &HashSet<u32>,
    grams: &mut Vec<Gram>,
) {
    let is_known = |distance| {
        let gram = literal.gram(distance).map(Option::unwrap_or_default);
        known.contains(&u32::from_le_bytes(gram))
    };
    for parity in [0, 1] {
        let distances = literal.distances(parity);
        let Some(distance) = distances.max_by_key(|d| (literal.rarity(*d), is_known(*d))) else {
            continue;
        };
        let [first, second, third, fourth] = literal.choices(distance);
        for first in first {
            for second in &second {
                for third in &third {
                    grams.extend(fourth.iter().map(|fourth| Gram {
                        folded: u32::from_le_bytes([first, *second, *third, *fourth]),
                        distance,
                        literal: number,
                    }));
                }
            }
        }
    }
}
