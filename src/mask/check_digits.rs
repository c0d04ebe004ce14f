//! Check digits of the numbers of cards and accounts.

/// Whether digits, in their order, end in the check digit of ISO/IEC 7812-1 annex B (Luhn).
pub(crate) fn passes_luhn(digits: impl DoubleEndedIterator<Item = u32>) -> bool {
    let doubled = |digit: u32| match digit.saturating_mul(2) {
        two_digits @ 10.. => two_digits.saturating_sub(9),
        one_digit => one_digit,
    };
    let from_right = digits.rev().enumerate();
    let weighted = from_right.map(|(i, digit)| match i % 2 {
        0 => digit,
        _ => doubled(digit),
    });
    weighted.sum::<u32>().is_multiple_of(10)
}

/// Whether values, a letter's counted from 10, leave a remainder of 1 (ISO/IEC 7064 MOD 97-10). An
/// IBAN's first four characters come last (ISO 13616).
pub(crate) fn passes_mod_97(values: impl Iterator<Item = u32>) -> bool {
    let remainder = values.fold(0_u32, |sum, value| {
        let shifted = sum.saturating_mul(if value < 10 { 10 } else { 100 });
        shifted.saturating_add(value) % 97
    });
    remainder == 1
}
