//! Numbers of payment cards (ISO/IEC 7812): issuer, length, groups, what stands beside them, Luhn.
//!
//! A number in the groups of a card needs nothing else. One without groups is not believed where
//! the name before it says that it is something else, and of the lengths that time stamps and
//! identifiers have (13, 17, 18, 19 digits) only where something near it speaks of a card.

use core::ops::Range;

use crate::mask::check_digits::passes_luhn;

use super::{
    super::{
        bytes::{before, byte, ends_escape, plus, slice},
        finding::Kind,
        rules,
        spans::Spans,
    },
    context::{self, Says},
    groups::{Chain, is_led, is_stressed},
};

/// First and last prefix of a scheme, as many digits each, and the lengths of its numbers.
type Issuer = (u32, u32, &'static [usize]);

const LONG: &[usize] = &[16, 17, 18, 19];
const ANY: &[usize] = &[12, 13, 14, 15, 16, 17, 18, 19];

/// The issuers. The schemes' own ranges, as en.wikipedia.org/wiki/Payment_card_number gathers them
/// with their sources, and github.com/braintree/credit-card-type.
const ISSUERS: &[Issuer] = &[
    // Visa, Visa Electron, Dankort
    (4, 4, &[13, 16, 19]),
    // Mastercard
    (51, 55, &[16]),
    (2221, 2720, &[16]),
    // American Express
    (34, 34, &[15]),
    (37, 37, &[15]),
    // Diners Club
    (300, 305, &[14, 16, 19]),
    (3095, 3095, &[14, 16, 19]),
    (36, 36, &[14, 15, 16, 17, 18, 19]),
    (38, 39, &[14, 16, 19]),
    // Discover; RuPay, Troy, Elo and Verve have parts of the same
    (6011, 6011, LONG),
    (622_126, 622_925, LONG),
    (644, 649, LONG),
    (65, 65, LONG),
    // UnionPay
    (62, 62, LONG),
    (81, 81, LONG),
    // JCB
    (3528, 3589, LONG),
    // Maestro
    (5018, 5018, ANY),
    (5020, 5020, ANY),
    (5038, 5038, ANY),
    (5893, 5893, ANY),
    (6304, 6304, ANY),
    (6759, 6759, ANY),
    (6761, 6763, ANY),
    (6390, 6390, ANY),
    (56, 58, &[16, 18, 19]),
    // Dankort
    (5019, 5019, &[16]),
    // Mir, Borica
    (2200, 2205, LONG),
    // RuPay
    (60, 60, &[16]),
    (82, 82, &[16]),
    (508, 508, &[16]),
    (353, 353, &[16]),
    (356, 356, &[16]),
    // Troy
    (9792, 9792, &[16]),
    // Elo; the others lie in ranges above
    (506_699, 506_778, &[16]),
    (509_000, 509_999, &[16]),
    (504_175, 504_175, &[16]),
    (627_780, 627_780, &[16]),
    (636_297, 636_297, &[16]),
    (636_368, 636_368, &[16]),
    // Hipercard, Hiper
    (606_282, 606_282, &[13, 16, 19]),
    (637_095, 637_095, &[16]),
    (637_568, 637_612, &[16]),
    // Verve
    (506_099, 506_198, &[16, 18, 19]),
    (507_865, 507_964, &[16, 18, 19]),
    // Meeza
    (507_803, 507_810, &[16]),
    // Switch and Solo
    (633_110, 633_110, &[16, 18, 19]),
    (6333, 6334, &[16, 18, 19]),
    (6767, 6767, &[16, 18, 19]),
    // Humo, Uzcard
    (9860, 9860, &[16]),
    (8600, 8600, &[16]),
    // Napas
    (9704, 9704, &[16, 19]),
    // Cabal, Naranja
    (604_201, 604_400, &[16]),
    (589_562, 589_562, &[16]),
    (589_657, 589_657, &[16]),
    // InterPayment, InstaPayment
    (636, 636, LONG),
    (637, 639, &[16]),
    // LankaPay
    (357_111, 357_111, &[16]),
];

/// How cards are written in groups: as they are embossed, and what forms make of that.
const GROUPINGS: &[&[usize]] = &[
    &[4, 4, 4, 4, 3],
    &[4, 4, 4, 4],
    &[4, 6, 5],
    &[4, 6, 4],
    &[4, 4, 4, 3],
    &[4, 5, 6],
    &[4, 4, 5],
    &[4, 3, 3, 3],
    &[6, 13],
    &[6, 10],
];
/// The fewest of these.
const FEWEST_GROUPS: usize = 2;
/// Lengths that few numbers but cards have, given the issuer: no time stamps, no identifiers of 64
/// bits in the ranges of issuers, no EAN.
const USUAL: &[usize] = &[14, 15, 16];
/// UnionPay numbers mostly have nineteen digits.
const UNIONPAY: &[u8] = b"62";
const SHORTEST: usize = 12;
const MAX_DIGITS: usize = 19;

/// Reads the card whose first group is `first`, and says where it ends.
pub(super) fn read(text: &[u8], chain: &Chain, first: usize, spans: &mut Spans) -> Option<usize> {
    let number = grouped(text, chain, first).or_else(|| lone(text, chain, first))?;
    let quotes = context::bare_quotes(text, number.clone());
    let end = number.end;
    spans.by(rules::CARD).add_quoted(number, Kind::Card, quotes);
    Some(end)
}

/// A number in the groups of a card, no further group of the same kind beside it.
fn grouped(text: &[u8], chain: &Chain, first: usize) -> Option<Range<usize>> {
    if chain.len() < plus(first, FEWEST_GROUPS) {
        return None;
    }
    let mut groupings = GROUPINGS.iter();
    groupings.find_map(|widths| {
        if !chain.has_widths(text, first, widths) {
            return None;
        }
        let next = plus(first, widths.len());
        let number = chain.group(first).start..chain.group(next.saturating_sub(1)).end;
        let joint = chain.joint(text, plus(first, 1));
        let digits = Digits::of(text, number.clone())?;
        if context::is_dumped(text, &number) {
            return None;
        }
        let is_apart =
            goes_apart(text, chain, first, joint) && goes_apart(text, chain, next, joint);
        let is_card =
            is_apart && digits.has_issuer() && digits.passes_luhn() && ends(text, &number);
        let is_free =
            starts(text, number.start) && context::before(text, number.start) != Says::Trade;
        (is_card && is_free).then_some(number)
    })
}

/// Whether what stands before the group `index` parts it from the one before: nothing, another
/// separator than the number's own, or a blank where one of both is no group of four.
fn goes_apart(text: &[u8], chain: &Chain, index: usize, joint: &[u8]) -> bool {
    let Some(previous) = index.checked_sub(1) else {
        return true;
    };
    if index >= chain.len() {
        return true;
    }
    let between = chain.joint(text, index);
    if between != joint {
        return matches!(between, b" ");
    }
    let is_blank = !matches!(joint, b"-" | b"." | b"+");
    let both = chain.width(previous) == 4 && chain.width(index) == 4;
    // The date and the code that follow a card may be groups of four; nothing follows them.
    is_blank && (!both || plus(index, 2) >= chain.len())
}

/// A number without groups.
fn lone(text: &[u8], chain: &Chain, index: usize) -> Option<Range<usize>> {
    let number = chain.group(index);
    let digits = Digits::of(text, number.clone())?;
    if !digits.passes_luhn() || !starts(text, number.start) || !ends(text, &number) {
        return None;
    }
    let is_joined = |joint: &[u8]| matches!(joint, b"-" | b"." | b"+");
    if is_joined(chain.joint(text, index)) || is_joined(chain.joint(text, plus(index, 1))) {
        return None;
    }
    let says = context::before(text, number.start);
    let is_usual = USUAL.contains(&digits.len)
        || (digits.len == MAX_DIGITS && digits.as_slice().starts_with(UNIONPAY));
    let is_card = match says {
        Says::Card => digits.len > SHORTEST || digits.has_issuer(),
        Says::Trade | Says::Machine => false,
        Says::Nothing => {
            digits.has_issuer()
                && (context::is_near_card(text, number.start)
                    || (is_usual
                        && !context::is_measured(text, number.end)
                        && before(text, number.start) != Some(b'/')))
        }
    };
    is_card.then_some(number)
}

/// Whether a number may begin at `at`: not in a word, a longer number or a path of ids.
fn starts(text: &[u8], at: usize) -> bool {
    match before(text, at) {
        None => true,
        // `%B4111…`: how a magnetic stripe begins.
        Some(b'B') => before(text, at.saturating_sub(1)) == Some(b'%'),
        Some(b'.' | b'*') => is_led(text, at),
        Some(b'_' | b'-' | b'+' | b'#' | b'@' | b'$' | b'^') => false,
        Some(b) => !b.is_ascii_alphanumeric() || ends_escape(text, at),
    }
}

/// Whether a number may end where it does.
fn ends(text: &[u8], number: &Range<usize>) -> bool {
    let next = byte(text, plus(number.end, 1));
    match byte(text, number.end) {
        None => true,
        Some(b'*') => is_stressed(text, number),
        Some(b'_' | b'@' | b'+') => false,
        Some(b'.' | b'-') => !next.is_some_and(|b| b.is_ascii_alphanumeric()),
        // `…1111D2712…`: track 2 as terminals store it.
        Some(b'D' | b'd') => {
            let after = slice(text, plus(number.end, 1)..plus(number.end, 8));
            after.len() == 7 && after.iter().all(u8::is_ascii_digit)
        }
        Some(b) => !b.is_ascii_alphanumeric(),
    }
}

/// The digits of a number without what stands between them.
struct Digits {
    digits: [u8; MAX_DIGITS],
    len: usize,
}

impl Digits {
    /// None where there are too many or too few for a card, or all are the same.
    fn of(text: &[u8], number: Range<usize>) -> Option<Self> {
        if !(SHORTEST..=MAX_DIGITS.saturating_mul(4)).contains(&number.len()) {
            return None;
        }
        let mut digits = Self {
            digits: [0; MAX_DIGITS],
            len: 0,
        };
        // Percent-encoded blanks have digits of their own.
        let mut at = number.start;
        while at < number.end {
            at = match super::groups::separator(text, at) {
                Some(next) => next,
                None => {
                    *digits.digits.get_mut(digits.len)? = byte(text, at)?;
                    digits.len = plus(digits.len, 1);
                    plus(at, 1)
                }
            };
        }
        let first = *digits.digits.first()?;
        let is_number = digits.len >= SHORTEST && digits.as_slice().iter().any(|d| *d != first);
        is_number.then_some(digits)
    }

    fn as_slice(&self) -> &[u8] {
        self.digits.get(..self.len).unwrap_or_default()
    }

    fn has_issuer(&self) -> bool {
        ISSUERS.iter().any(|(from, to, lengths)| {
            let width = usize::try_from(from.ilog10()).map_or(0, |n| plus(n, 1));
            let prefix = self.as_slice().iter().take(width).fold(0_u32, |sum, d| {
                let digit = u32::from(d.saturating_sub(b'0'));
                sum.saturating_mul(10).saturating_add(digit)
            });
            (*from..=*to).contains(&prefix) && lengths.contains(&self.len)
        })
    }

    fn passes_luhn(&self) -> bool {
        let digits = self.as_slice().iter();
        passes_luhn(digits.map(|d| u32::from(d.saturating_sub(b'0'))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_both_ends_of_a_range_with_as_many_digits() {
        for (from, to, lengths) in ISSUERS {
            assert!(from <= to && from.ilog10() == to.ilog10(), "{from}");
            assert!(
                lengths.iter().all(|n| (12..=MAX_DIGITS).contains(n)),
                "{from}"
            );
        }
    }
}
