//! The gate for numbers: finds where digits stand as in the number of a card or of a bank account,
//! or in a social security number, and passes over the many others that logs are full of.
//!
//! The forms are looked for in the bits of [`classes`]; what stands between digits is looked at only
//! where the bits fit.

use super::{
    bytes::{before, byte, plus, run, run_back, slice},
    classes::{Classes, firsts, for_each, is_set, lower, runs},
};

/// An international bank account number in one word, and an escape sequence before it.
const MAX_BACK: usize = 40;
/// Past the digits of an escape sequence that runs of eight may begin with.
const ESCAPED: usize = 7;
/// A group of four and the byte behind it, and how many an account number has.
const GROUP: usize = 5;
const MAX_GROUPS: usize = 9;

/// What a search remembers from step to step.
#[derive(Default)]
pub(super) struct Search {
    /// Whether a digit stands before the word.
    goes_on: bool,
}

impl Search {
    /// Visits a digit of each number in a step through `text` that may be one of a card (twelve digits or
    /// more, or groups), a social security number (nine digits, or groups), or an international bank
    /// account number (groups of four, or one word with six digits in a row), in ascending order.
    /// Others may be among them.
    pub(super) fn visit(
        &mut self,
        text: &[u8],
        start: usize,
        classes: &Classes,
        mut visit: impl FnMut(usize),
    ) {
        let goes_on = self.goes_on;
        firsts(classes.digit, &mut self.goes_on);
        if !may_be_number(classes) {
            return;
        }
        let forms = Forms::new(classes.digit, goes_on);
        let checks: [(u64, Check); _] = [
            (forms.grouped, is_parted),
            (forms.wide, is_parted_widely),
            (forms.encoded, is_percent_encoded),
            (forms.account, is_in_account),
            (forms.pair, is_in_groups),
        ];
        let all = checks.iter().fold(forms.lone, |all, (form, _)| all | form);
        for_each(all, |bit| {
            let at = plus(start, bit);
            let is_in = |form| is_set(form, bit);
            let is_lone = is_in(forms.lone);
            if is_lone
                || checks
                    .iter()
                    .any(|(form, is_number)| is_in(*form) && is_number(text, at))
            {
                visit(plus(at, if is_lone { ESCAPED } else { 0 }));
            }
        });
    }
}

/// Whether any of the [`Forms`] may begin in the lower half: a look at a few bits in place of many, which
/// passes over dates, times and addresses.
fn may_be_number(classes: &Classes) -> bool {
    let (digits, none) = (classes.digit, !classes.digit);
    let four = runs(digits, 4);
    if four == 0 {
        return false;
    }
    let (two, three) = (runs(digits, 2), runs(digits, 3));
    let ssn = (two >> 4) & (none >> 6) & (four >> 7);
    let wide = (classes.foreign >> 3) & ((two >> 5) | (two >> 6));
    // The last three digits of a group, which has three, four or eight.
    let grouped = three & (none >> 3) & ((three >> 4) | ssn | wide);
    let nine = runs(digits, 9);
    // What stands before the first place is not known here.
    let after_letter = ((classes.word & none) << 1) | 1;
    let account = after_letter & runs(digits, 6);
    lower(grouped | (grouped >> 1) | (grouped >> 5) | nine | account) != 0
}

/// Looks at what the bits do not tell.
type Check = fn(&[u8], usize) -> bool;

/// Where digits stand in the form of a number, a bit for each place.
struct Forms {
    /// Without groups.
    lone: u64,
    /// One byte between the groups.
    grouped: u64,
    /// Two or three bytes between them, as the blanks and dashes of Unicode have.
    wide: u64,
    /// Percent-encoded blanks between them, whose digits stand before those of the group.
    encoded: u64,
    /// Six digits that begin behind something else.
    account: u64,
    /// Two groups of four, the first of which begins behind something else.
    pair: u64,
}

impl Forms {
    /// Those that begin in the lower half of `digits`. `goes_on`: whether a digit stands before.
    fn new(digits: u64, goes_on: bool) -> Self {
        let (one, none) = (digits, !digits);
        let (two, three, four) = (runs(digits, 2), runs(digits, 3), runs(digits, 4));
        let (five, six, eight) = (runs(digits, 5), runs(digits, 6), runs(digits, 8));
        let begins = !((one << 1) | u64::from(goes_on));
        // Nine digits, also behind the two of an escape sequence, or twelve and more.
        let nine = ((one >> 8) & (none >> 9)) | ((three >> 8) & (none >> 11));
        let lone = begins & eight & ((four >> 8) | nine);
        // Four digits (the last of more), and what cards and bank accounts go on with: 3-3, 4-2,
        // 5-4 or more, 6-4 or more.
        let second = ((three & (none >> 3)) & (three >> 4))
            | ((four & (none >> 4)) & (two >> 5))
            | ((five & (none >> 5)) & (four >> 6))
            | ((six & (none >> 6)) & (four >> 7));
        let groups = four & (none >> 4) & (second >> 5);
        // 8-8, and 3-2-4.
        let halves = eight & (none >> 8) & (eight >> 9);
        let ssn = three & (none >> 3) & (two >> 4) & (none >> 6) & (four >> 7);
        let wide = |group: u64, len: u32, next: u64| {
            let end = (group & (none >> len)) & (none >> len.wrapping_add(1));
            let two_bytes = next >> len.wrapping_add(2);
            end & (two_bytes | ((none >> len.wrapping_add(2)) & (next >> len.wrapping_add(3))))
        };
        Self {
            lone: lower(lone),
            grouped: lower(groups | halves | ssn),
            wide: lower(wide(four, 4, three) | wide(three, 3, two)),
            encoded: lower(four & (none >> 4) & (five >> 5)),
            account: lower(begins & six),
            pair: lower(begins & four & (none >> 4) & (four >> 5)),
        }
    }
}

/// What stands behind the digits at `at`.
fn joint(text: &[u8], at: usize) -> Option<u8> {
    byte(text, run(text, at, |b| b.is_ascii_digit()))
}

/// Whether what stands behind the digits at `at` parts groups: one byte.
fn is_parted(text: &[u8], at: usize) -> bool {
    matches!(joint(text, at), Some(b' ' | b'-' | b'.' | b'+'))
}

/// The same of several bytes: how the blanks and dashes of Unicode begin in UTF-8.
fn is_parted_widely(text: &[u8], at: usize) -> bool {
    matches!(joint(text, at), Some(0xc2 | 0xe2))
}

fn is_percent_encoded(text: &[u8], at: usize) -> bool {
    joint(text, at) == Some(b'%')
}

/// Whether the group at `at` may belong to an account number: groups of four before it, of which the
/// first is two letters and two digits.
fn is_in_groups(text: &[u8], at: usize) -> bool {
    let mut start = at;
    for _ in 0..MAX_GROUPS {
        let group = start.saturating_sub(GROUP)..start.saturating_sub(1);
        let bytes = slice(text, group.clone());
        if !matches!(byte(text, group.end), Some(b' ' | b'-' | b'.' | b'+'))
            || !bytes.iter().all(u8::is_ascii_alphanumeric)
        {
            return false;
        }
        if is_head(bytes) {
            return true;
        }
        start = group.start;
    }
    false
}

/// Whether the word that has digits from `at` on may be an account number: it begins with two
/// letters and two digits, an escape sequence before them perhaps.
fn is_in_account(text: &[u8], at: usize) -> bool {
    if !before(text, at).is_some_and(|b| b.is_ascii_alphabetic()) {
        return false;
    }
    let near = slice(text, at.saturating_sub(MAX_BACK)..plus(at, 2));
    let word = run_back(near, near.len(), |b| b.is_ascii_alphanumeric());
    let heads = near.get(word..).unwrap_or_default().windows(4).take(6);
    heads.into_iter().any(is_head)
}

/// Two letters and two digits.
fn is_head(head: &[u8]) -> bool {
    matches!(head, [a, b, c, d]
        if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() && c.is_ascii_digit() && d.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{super::classes, *};

    fn found(text: &str) -> Vec<usize> {
        let (mut found, mut search) = (Vec::new(), Search::default());
        classes::visit(text.as_bytes(), |start, classes| {
            search.visit(text.as_bytes(), start, classes, |at| found.push(at));
        });
        found
    }

    /// RD-04: numbers in the forms that are looked for, wherever they fall on the words.
    #[test]
    fn visits_a_digit_of_each_number_wherever_it_stands() {
        for number in [
            "4111111111111111",
            "4111 1111 1111 1111",
            "4111-1111-1111-1111",
            "4111%201111%201111%201111",
            "%204111%201111%201111%201111",
            "4111\u{a0}1111\u{a0}1111\u{a0}1111",
            "4111\u{2011}1111\u{2011}1111\u{2011}1111",
            "3782 822463 10005",
            "6011 0000 0000 4",
            "36700102 00000000",
            "622126 0000000000000",
            "3670 010 200 000",
            "078-05-1120",
            "078\u{2013}05\u{2013}1120",
            "078%2005%201120",
            "078051120",
            "%224111111111111111",
            "\\u00224111 1111 1111 1111",
            "%20078051120",
            "GB82WEST12345698765432",
            "gb82 west 1234 5698 7654 32",
            "NL91 ABNA 0417 1643 00",
            "DE89370400440532013000",
            "NO9386011117947",
            "KZ86 125K ZT50 0410 0100",
        ] {
            for lead in 0..130 {
                let text = format!(
                    "{}{number} .",
                    "x ".repeat(lead / 2) + &"-".repeat(lead % 2)
                );
                let from = text.len() - number.len() - 2;
                let is_inside = |at: &usize| (from..from + number.len()).contains(at);
                assert!(found(&text).iter().any(is_inside), "{lead} {number}");
            }
        }
    }

    /// RD-10: what logs are full of costs no second look.
    #[test]
    fn passes_over_times_addresses_and_versions() {
        for text in [
            "2026-11-22T09:00:00.123456Z",
            "2026-11-22 09:00:00,123 [17]",
            "10.250.19.102:8080",
            "192.168.100.200 255.255.255.255",
            "1732266000.123",
            "1732266000",
            "duration=1234.567890ms",
            "[12345.678901] 12",
            "Chrome/131.0.0.0 Safari/537.36",
            "3f9a1c7e-88d2-4b6f-a1c3-5d7e9f0b2c4d",
            "blk_9016",
            "081109 203615 148 INFO",
            "I1122 09:00:00.123456   12345",
            "0000:00:1f.2",
            "status=200 bytes=5120 ms=12",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }
}
