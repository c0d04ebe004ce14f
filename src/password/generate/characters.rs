//! Passwords of random characters.

use zeroize::Zeroizing;

use super::draws::{Draws, Source};
use crate::password::{Class, Error, check::MAX_CONTEXT_PARTS};

/// 24 upper-case and 24 lower-case letters, 8 digits and 8 symbols, six bits each.
///
/// Without 0, O and o, and without 1, I and l, which look alike. Of the symbols without quotes and
/// brackets, what keyboards compose accents with (`^`, `~`), what many have on a third level (`#`,
/// `@`, `\`), and what a spreadsheet takes for the beginning of a formula (`=`, `+`, `-`).
const ALPHABET: [u8; 64] = *b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789!$%&*/:?";

/// A word of the context has at least four characters, each of at most two of the alphabet: upper
/// and lower case. So many passwords of all are the share that has it at a certain place.
const WORD_SHARE: f64 = 1.0 / (1 << 20) as f64;

/// So many characters, each as likely as the other.
pub(super) fn draw<S: Source>(
    draws: &mut Draws<S>,
    length: usize,
) -> Result<Zeroizing<String>, Error> {
    let mut text = Zeroizing::new(String::with_capacity(length));
    for _ in 0..length {
        text.push(char::from(*draws.pick(&ALPHABET)?));
    }
    Ok(text)
}

/// How many passwords have a character of each class.
///
/// By inclusion and exclusion: those over the whole alphabet, less those over the alphabet without
/// one class, and more those without two.
pub(super) struct Composition(Vec<Term>);

/// The passwords over so many characters, to be added or taken away.
struct Term {
    sign: f64,
    characters: f64,
}

impl Composition {
    pub(super) fn of(classes: &[Class]) -> Self {
        let mut terms = Vec::new();
        collect(&ALPHABET, classes, 1.0, &mut terms);
        Self(terms)
    }

    /// The binary logarithm of the number of passwords of this length that have all classes and no
    /// word of the context, less the share `listed`: what it is at least.
    pub(super) fn bits(&self, length: usize, listed: f64, context: &[&str]) -> f64 {
        let (all, length) = (ALPHABET.len() as f64, length as f64);
        let shares = self
            .0
            .iter()
            .map(|term| term.sign * (term.characters / all).powf(length));
        // a word and its local part, whole and in parts: at most so many are looked for, and fewer
        // than there are characters, as each has four or more
        let most = MAX_CONTEXT_PARTS.saturating_add(1).saturating_mul(2);
        let words = context
            .iter()
            .map(|word| word.chars().take(most).count() as f64);
        let words = words.sum::<f64>() * length * WORD_SHARE;
        length * all.log2() + (shares.sum::<f64>() - words - listed).log2()
    }
}

fn collect(alphabet: &[u8], classes: &[Class], sign: f64, terms: &mut Vec<Term>) {
    let Some((class, others)) = classes.split_first() else {
        let characters = alphabet.len() as f64;
        return terms.push(Term { sign, characters });
    };
    let without = alphabet
        .iter()
        .filter(|byte| !class.has(char::from(**byte)));
    let without: Vec<u8> = without.copied().collect();
    collect(alphabet, others, sign, terms);
    collect(&without, others, -sign, terms);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes(names: &str) -> Vec<Class> {
        let class = |name| match name {
            'L' => Class::Letter,
            'u' => Class::Upper,
            'l' => Class::Lower,
            'd' => Class::Digit,
            's' => Class::Symbol,
            other => panic!("{other}"),
        };
        names.chars().map(class).collect()
    }

    /// Counted in Python with whole numbers, another way: character by character.
    #[test]
    fn the_entropy_is_that_of_exact_counts() {
        let vectors = include_str!("../../../tests/vectors/password/entropy.txt");
        let rows = vectors.lines().filter(|line| !line.starts_with('#'));
        let rows: Vec<Vec<_>> = rows.map(|line| line.split('\t').collect()).collect();
        assert_eq!(rows.len(), 32 * 9);
        for row in rows {
            let length = row[1].parse().unwrap();
            let bits = Composition::of(&classes(row[0])).bits(length, 0.0, &[]);
            match row[2] {
                "none" => assert!(bits.is_nan() || bits < 0.0, "{row:?} {bits}"),
                exact => assert!(
                    (bits - exact.parse::<f64>().unwrap()).abs() < 1e-9,
                    "{row:?}"
                ),
            }
        }
    }

    /// All of the three characters, tried one after the other.
    #[test]
    fn the_entropy_is_that_of_all_passwords_tried() {
        let all = || ALPHABET.into_iter();
        let mut counts = [0_u32; 2];
        for a in all() {
            for b in all() {
                for c in all() {
                    let text = [a, b, c];
                    let digit = text.iter().any(u8::is_ascii_digit);
                    let symbol = text.iter().any(u8::is_ascii_punctuation);
                    counts[0] += u32::from(digit);
                    counts[1] += u32::from(digit && symbol);
                }
            }
        }
        for (names, count) in ["d", "ds"].into_iter().zip(counts) {
            let bits = Composition::of(&classes(names)).bits(3, 0.0, &[]);
            assert!((bits - f64::from(count).log2()).abs() < 1e-9, "{names}");
        }
    }

    /// What the context takes away is taken off, and more: of all passwords of five characters those
    /// that hold a word of four in any case.
    #[test]
    fn words_of_the_context_are_taken_off() {
        let none = Composition::of(&[]);
        // a word at one of two places, in 16 ways; the rest any of 64: 2 * 16 * 64 of 64^5
        let exact = ((64_f64).powi(5) - 2.0 * 16.0 * 64.0).log2();
        let bits = none.bits(5, 0.0, &["maxy"]);
        assert!(bits <= exact && bits > exact - 0.001, "{bits} {exact}");
        assert!(none.bits(14, 0.0, &["maxwell"; 100_000]).is_nan());
    }

    #[test]
    fn no_two_characters_look_alike() {
        let alphabet = core::str::from_utf8(&ALPHABET).unwrap();
        assert!(alphabet.chars().all(|c| c.is_ascii_graphic()));
        for unclear in "0Oo1Il|`'\"^~\\".chars() {
            assert!(!alphabet.contains(unclear), "{unclear}");
        }
        let mut sorted = ALPHABET;
        sorted.sort_unstable();
        assert!(sorted.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
