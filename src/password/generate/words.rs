//! Passphrases.

use core::{iter, ops::RangeInclusive};

use zeroize::Zeroizing;

use super::draws::{Draws, Source};
use crate::password::{
    Class, Error, MAX_PASSWORD_LEN,
    check::{MAX_CONTEXT_PARTS, MIN_CONTEXT_WORD, beginning},
    text,
};

/// The English words of BIP-39: 2,048 words of three to eight letters a to z, which differ in their
/// first four letters. From the crate bip39 3.0.0 (CC0-1.0), file `src/language/english.rs`, one a
/// line; byte for byte the `mnemonic/wordlist/english.txt` of mnemonic 0.21 of PyPI (MIT). SHA-256
/// 2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda.
const WORDS: &str = include_str!("words.txt");
/// The letters of the shortest word and of the longest, and what stands between two.
const MIN_WORD_LEN: usize = 4;
const MAX_WORD_LEN: usize = 9;
/// As many words as fit into a password whichever they are, with a digit.
const MAX_WORDS: usize = MAX_PASSWORD_LEN / MAX_WORD_LEN;
/// The last of a passphrase that needs a digit. Not 0 and 1, which look like letters.
const DIGITS: [char; 8] = ['2', '3', '4', '5', '6', '7', '8', '9'];
/// What may stand between words: the first that no word of the context has, so that none can be
/// found across it. Every keyboard has them.
const SEPARATORS: [char; 14] = [
    '-', '.', '_', ',', ':', ';', '+', '*', '=', '!', '?', '%', '&', '/',
];

/// What passphrases look like. Two different draws never give the same text: no word holds a
/// separator.
pub(super) struct Form {
    words: Vec<&'static str>,
    separator: char,
    /// The first word begins with a capital.
    capital: bool,
    /// A digit is the last word.
    digit: bool,
}

impl Form {
    /// The plainest that has all classes, without the words that hold a word of the context.
    pub(super) fn of(classes: &[Class], context: &[&str]) -> Option<Self> {
        let holds = |c: char| context.iter().any(|word| word.contains(c));
        let sought = sought(context);
        let is_free = |word: &&str| !sought.iter().any(|text| word.contains(text.as_str()));
        Some(Self {
            words: WORDS.lines().filter(is_free).collect(),
            separator: SEPARATORS.into_iter().find(|c| !holds(*c))?,
            capital: classes.contains(&Class::Upper),
            digit: classes.contains(&Class::Digit),
        })
    }

    /// The binary logarithm of the number of passphrases of so many words, less the share `listed`.
    pub(super) fn bits(&self, words: usize, listed: f64) -> f64 {
        let digits = if self.digit { DIGITS.len() } else { 1 };
        let word = (self.words.len() as f64).log2();
        words as f64 * word + (digits as f64).log2() + (1.0 - listed).log2()
    }

    /// How many words make at least `least` characters, whichever they are: two or more, so that a
    /// symbol stands between them, and at most as many as fit into a password.
    pub(super) fn lengths(least: usize) -> RangeInclusive<usize> {
        least.saturating_add(1).div_ceil(MIN_WORD_LEN).max(2)..=MAX_WORDS
    }

    /// So many words, each as likely as the other.
    pub(super) fn draw<S: Source>(
        &self,
        draws: &mut Draws<S>,
        words: usize,
    ) -> Result<Zeroizing<String>, Error> {
        // a string that grew would leave copies of its beginning behind
        let mut text = Zeroizing::new(String::with_capacity(MAX_PASSWORD_LEN));
        for i in 0..words {
            if i > 0 {
                text.push(self.separator);
            }
            let mut letters = draws.pick(&self.words)?.chars();
            if i == 0 && self.capital {
                text.extend(letters.next().map(|c| c.to_ascii_uppercase()));
            }
            text.extend(letters);
        }
        if self.digit {
            text.push(self.separator);
            text.push(*draws.pick(&DIGITS)?);
        }
        Ok(text)
    }
}

/// Of what [`Policy::check`](crate::password::Policy::check) looks for anywhere in a password, what
/// stands in the list.
fn sought(context: &[&str]) -> Vec<Zeroizing<String>> {
    let mut sought = Vec::new();
    for word in context {
        let local = word.rsplit_once('@').map(|(local, _)| local);
        for word in iter::once(*word).chain(local) {
            let word = text::form(beginning(word));
            // no white space stands in the list: of a word that has some, only parts do
            let counts = |part: &&str| part.chars().count() >= MIN_CONTEXT_WORD;
            let parts = word.split_whitespace().filter(counts);
            let parts = parts.take(MAX_CONTEXT_PARTS).map(text::fold);
            sought.extend(parts.filter(|text| WORDS.contains(text.as_str())));
        }
    }
    sought
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use sha2::{Digest, Sha256};

    use super::*;
    use crate::password::{Password, Policy, Violation, generate::draws::BATCH};
    use proptest::prelude::*;

    #[test]
    fn the_list_is_that_of_bip_39() {
        let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(WORDS));
        assert_eq!(
            digest,
            "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda"
        );
        let words: Vec<&str> = WORDS.lines().collect();
        assert!(words.is_sorted());
        assert_eq!(words.iter().collect::<BTreeSet<_>>().len(), 2048);
        for word in words {
            assert!((3..=8).contains(&word.len()), "{word}");
            assert!(word.bytes().all(|b| b.is_ascii_lowercase()), "{word}");
        }
    }

    /// Two different draws never give the same text: from the text the draws can be told.
    #[test]
    fn the_words_can_be_told_from_the_text() {
        for (classes, context) in [
            (&[][..], &[][..]),
            (
                &[Class::Upper, Class::Lower, Class::Digit, Class::Symbol],
                &["jean-luc"],
            ),
        ] {
            let form = Form::of(classes, context).unwrap();
            for seed in 0..=u8::MAX {
                let bytes: [u8; BATCH] = core::array::from_fn(|n| {
                    let n = u8::try_from(n).unwrap();
                    seed.wrapping_mul(n | 1).wrapping_add(n)
                });
                let text = form.draw(&mut Draws::new(|| Ok(bytes)), 9).unwrap();
                let parts: Vec<String> =
                    text.split(form.separator).map(str::to_lowercase).collect();
                let numbers = bytes
                    .chunks(2)
                    .map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
                let drawn: Vec<usize> = numbers.map(usize::from).take(10).collect();
                for (part, number) in parts.iter().zip(&drawn).take(9) {
                    assert_eq!(form.words[number % 2048], part);
                }
                if form.digit {
                    assert_eq!(parts[9], DIGITS[drawn[9] % 8].to_string());
                }
                assert_eq!(parts.len(), 9 + usize::from(form.digit));
                assert_eq!(text.capacity(), MAX_PASSWORD_LEN);
            }
        }
    }

    proptest! {
        /// What the policy finds in a passphrase is not drawn in the first place: all the words one
        /// after the other, with the separators between them, hold no word of the context.
        #[test]
        fn the_policy_finds_no_word_of_the_context(
            context in prop::collection::vec(
                prop_oneof![
                    "[a-z]{2,5}",
                    "[A-Za-z -]{4,20}",
                    "[a-z.]{3,6}@[a-z]{3,5}",
                    (0..2048_usize).prop_map(|n| WORDS.lines().nth(n).unwrap().to_uppercase()),
                    (0..2048_usize).prop_map(|n| format!("Li {}", WORDS.lines().nth(n).unwrap())),
                    (0..2048_usize).prop_map(|n| format!("{}@y.z", WORDS.lines().nth(n).unwrap())),
                ],
                0..6,
            )
        ) {
            let context: Vec<_> = context.iter().map(String::as_str).collect();
            let form = Form::of(&[], &context).unwrap();
            let policy = Policy::with_length_only(8).unwrap();
            for words in form.words.chunks(100) {
                let text = words.join(&form.separator.to_string());
                let found = policy.violations(&Password::from(text.as_str()), &context);
                let is_word = |v: &Violation| matches!(v, Violation::ContextWord { .. });
                prop_assert!(!found.iter().any(is_word), "{:?} {}", context, text);
            }
        }
    }
}
