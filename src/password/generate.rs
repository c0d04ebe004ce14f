//! Passwords that a machine makes: as hard to guess as is asked for, and within a policy.

mod dice;

use core::fmt;

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use self::dice::{Dice, Source};
use super::{Class, Error, MAX_PASSWORD_LEN, Password, Policy, Rule};

/// Printable ASCII that is told apart in every typeface and copied whole: no `0Oo`, `1Il|`, quotes,
/// brackets, spaces, nor what ends a sentence.
const ALPHABET: [char; 67] = {
    const TEXT: &[u8; 67] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789!#%*+-=?@_~";
    let mut alphabet = ['A'; 67];
    let mut i = 0;
    #[allow(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        reason = "computed by the compiler, which stops at a wrong index"
    )]
    while i < 67 {
        alphabet[i] = TEXT[i] as char;
        i += 1;
    }
    alphabet
};
/// The English words of BIP-39: 2,048 words of three to eight letters a to z, which differ in their
/// first four letters. From the package mnemonic 0.21 of PyPI (MIT licence), file
/// `mnemonic/wordlist/english.txt`, SHA-256
/// 2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda.
const WORDS: &str = include_str!("generate/words.txt");
/// How many words there are: eleven bits each.
const WORD_COUNT: u16 = 2048;
const BITS_PER_WORD: f64 = 11.0;
/// The letters of the shortest word and of the longest, and what stands between two.
const MIN_WORD_LEN: usize = 4;
const MAX_WORD_LEN: usize = 9;
/// As many words as fit into a password whichever they are, with a digit.
const MAX_WORDS: usize = MAX_PASSWORD_LEN / MAX_WORD_LEN;
/// The digits at the end of a passphrase where a policy asks for one: 2 to 9.
const DIGITS: [char; 8] = ['2', '3', '4', '5', '6', '7', '8', '9'];
const BITS_OF_DIGIT: f64 = 3.0;
/// How often a password is drawn again because it breaks a rule: with a class for each character it
/// can be most of them.
const MAX_DRAWS: u32 = 1000;
/// A password that a machine made. It is wiped when dropped; `Debug` prints its entropy only.
pub struct Generated {
    text: SecretString,
    entropy_bits: u32,
}

impl Generated {
    /// The password, to be shown once.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        self.text.expose_secret()
    }

    /// The password, to be hashed.
    #[must_use]
    pub fn password(&self) -> Password {
        Password::from(self.expose_secret())
    }

    /// How hard it is to guess for somebody who knows how it was made, in whole bits, rounded down:
    /// each of at least 2 to this power was as likely. Those that the policy does not admit because
    /// they are listed or hold a word of the account are not taken off: the embedded list takes
    /// 0.00005 bits.
    #[must_use]
    pub const fn entropy_bits(&self) -> u32 {
        self.entropy_bits
    }
}

impl fmt::Debug for Generated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Generated")
            .field("entropy_bits", &self.entropy_bits)
            .finish_non_exhaustive()
    }
}

impl Policy {
    /// Makes a password that this policy admits: the shortest of at least `entropy_bits` bits, each
    /// admitted one as likely as another. For a password manager, or for a first password that must
    /// be changed.
    ///
    /// It is of letters, digits and `!#%*+-=?@_~` without look-alikes, about six bits a character.
    /// 80 bits are out of reach of guessing at a hash; 128 are at a plain digest. `context` is that of
    /// [`Policy::check`].
    ///
    /// ```
    /// use portcullis::password::Policy;
    ///
    /// let generated = Policy::back_office().generate(80, &["ada@example.com"])?;
    /// assert_eq!(generated.expose_secret().len(), 14);
    /// assert!(generated.entropy_bits() >= 80);
    /// # Ok::<(), portcullis::password::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::NoneGenerated`] where no password of at most 1,024 bytes has so much entropy, or the
    /// policy admits hardly any that can be made so; [`Error::Randomness`].
    pub fn generate(&self, entropy_bits: u32, context: &[&str]) -> Result<Generated, Error> {
        self.generate_from(&mut dice::system(), entropy_bits, context)
    }

    /// Makes a passphrase that this policy admits: the shortest of at least `entropy_bits` bits, of
    /// common English words, eleven bits each, joined by `-`. To be remembered or read aloud.
    ///
    /// Where the policy asks for an upper-case letter the first word gets it, where for a digit one
    /// of 2 to 9 stands at the end, three bits more: `Margin-velvet-ozone-…-7`.
    ///
    /// ```
    /// use portcullis::password::Policy;
    ///
    /// let generated = Policy::nist_800_63b().generate_passphrase(77, &[])?;
    /// assert_eq!(generated.expose_secret().split('-').count(), 7);
    /// # Ok::<(), portcullis::password::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Policy::generate`].
    pub fn generate_passphrase(
        &self,
        entropy_bits: u32,
        context: &[&str],
    ) -> Result<Generated, Error> {
        self.generate_passphrase_from(&mut dice::system(), entropy_bits, context)
    }

    fn generate_from<S: Source>(
        &self,
        dice: &mut Dice<S>,
        entropy_bits: u32,
        context: &[&str],
    ) -> Result<Generated, Error> {
        let (least, classes) = self.shape();
        let entropy = entropy_of(&classes);
        let enough = |length: &usize| entropy(*length) >= f64::from(entropy_bits);
        let length = (least..=MAX_PASSWORD_LEN).find(enough);
        let length = length.ok_or(Error::NoneGenerated)?;
        self.draw(entropy(length), context, |text| {
            for _ in 0..length {
                text.push(*dice.choose(&ALPHABET)?);
            }
            Ok(())
        })
    }

    fn generate_passphrase_from<S: Source>(
        &self,
        dice: &mut Dice<S>,
        entropy_bits: u32,
        context: &[&str],
    ) -> Result<Generated, Error> {
        let (least, classes) = self.shape();
        let digit = classes.contains(&Class::Digit);
        let capital = classes.contains(&Class::Upper);
        let entropy = |words: usize| {
            let digit = if digit { BITS_OF_DIGIT } else { 0.0 };
            BITS_PER_WORD.mul_add(small(words), digit)
        };
        // two words at least, so that a `-` stands between them
        let fewest = least.saturating_add(1).div_ceil(MIN_WORD_LEN).max(2);
        let enough = |words: &usize| entropy(*words) >= f64::from(entropy_bits);
        let words = (fewest..=MAX_WORDS).find(enough);
        let words = words.ok_or(Error::NoneGenerated)?;
        self.draw(entropy(words), context, |text| {
            for i in 0..words {
                if i > 0 {
                    text.push('-');
                }
                push_word(text, dice.word()?, i == 0 && capital);
            }
            if digit {
                text.push('-');
                text.push(*dice.choose(&DIGITS)?);
            }
            Ok(())
        })
    }

    /// Draws until the policy admits one.
    fn draw(
        &self,
        entropy: f64,
        context: &[&str],
        mut draw: impl FnMut(&mut String) -> Result<(), Error>,
    ) -> Result<Generated, Error> {
        for _ in 0..MAX_DRAWS {
            let mut text = Zeroizing::new(String::with_capacity(MAX_PASSWORD_LEN));
            draw(&mut text)?;
            if self.check(&Password::from(text.as_str()), context).is_ok() {
                return Ok(Generated {
                    text: SecretString::from(text.as_str()),
                    entropy_bits: whole(entropy),
                });
            }
        }
        Err(Error::NoneGenerated)
    }

    /// The least length, and the classes that are asked for.
    fn shape(&self) -> (usize, Vec<Class>) {
        let mut least = 1;
        let mut classes = Vec::new();
        for requirement in self.requirements() {
            match requirement.rule() {
                Rule::MinLength { min } => least = least.max(min),
                Rule::Class(class) => classes.push(class),
                _ => {}
            }
        }
        (least, classes)
    }
}

fn push_word(text: &mut String, word: &str, capital: bool) {
    let mut letters = word.chars();
    if capital {
        text.extend(letters.next().map(|c| c.to_ascii_uppercase()));
    }
    text.extend(letters);
}

/// The entropy in bits of a password by its length, if it has one character of each class: the
/// logarithm of how many there are. By inclusion and exclusion: of all, without those that lack a
/// class, with those that lack two …
fn entropy_of(classes: &[Class]) -> impl Fn(usize) -> f64 {
    let size = small(ALPHABET.len());
    let terms: Vec<(f64, f64)> = subsets(classes)
        .map(|lacking| {
            let is_left = |c: &&char| !lacking.iter().any(|class| class.has(**c));
            let left = small(ALPHABET.iter().filter(is_left).count());
            let sign = if lacking.len().is_multiple_of(2) {
                1.0
            } else {
                -1.0
            };
            (sign, left / size)
        })
        .collect();
    move |length| {
        let power = i32::try_from(length).unwrap_or(i32::MAX);
        let share: f64 = terms
            .iter()
            .map(|(sign, left)| sign * left.powi(power))
            .sum();
        small(length).mul_add(size.log2(), share.log2())
    }
}

fn subsets(classes: &[Class]) -> impl Iterator<Item = Vec<Class>> {
    (0_u32..1 << classes.len().min(8)).map(|bits| {
        let is_in = |(i, _): &(usize, &Class)| bits >> i & 1 == 1;
        let subset = classes.iter().enumerate().filter(is_in);
        subset.map(|(_, class)| *class).collect()
    })
}

/// A count that is far below 2^53.
#[allow(clippy::cast_precision_loss, reason = "at most MAX_PASSWORD_LEN")]
const fn small(count: usize) -> f64 {
    count as f64
}

/// Whole bits, rounded down.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates, and is meant to cut off"
)]
const fn whole(bits: f64) -> u32 {
    bits as u32
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "small numbers of a test")]
mod tests {
    use super::*;
    use crate::password::Blocklist;

    /// 0, 257, 2 · 257, … over and over, as pairs of bytes.
    fn counting() -> Dice<impl Source> {
        let mut bytes = (0..=u8::MAX).cycle();
        Dice::of(move || {
            let byte = bytes.next().unwrap();
            Ok(Zeroizing::new(vec![byte, byte]))
        })
    }

    fn count(length: usize, classes: &[Class]) -> f64 {
        let mut texts = vec![String::new()];
        for _ in 0..length {
            let longer = |text: &String| ALPHABET.map(|c| format!("{text}{c}"));
            texts = texts.iter().flat_map(longer).collect();
        }
        let has_all = |text: &&String| {
            let has = |class: &Class| text.chars().any(|c| class.has(c));
            classes.iter().all(has)
        };
        small(texts.iter().filter(has_all).count())
    }

    /// The entropy is that of counting every password one by one, and never more.
    #[test]
    fn the_entropy_is_the_logarithm_of_how_many_there_are() {
        use Class::{Digit, Letter, Lower, Symbol, Upper};
        for (length, classes) in [
            (1, &[][..]),
            (2, &[]),
            (3, &[]),
            (1, &[Digit]),
            (2, &[Digit, Symbol]),
            (3, &[Digit, Letter]),
            (3, &[Upper, Lower, Symbol]),
            (3, &[Upper, Lower, Letter]),
        ] {
            let exact = count(length, classes).log2();
            let stated = entropy_of(classes)(length);
            assert!((exact - stated).abs() < 1e-9, "{length} {classes:?}");
        }
        let four = [Upper, Lower, Digit, Symbol];
        // three characters are not of four classes: none at all, but for what the sum loses
        let none = entropy_of(&four)(3);
        assert!(none.is_nan() || none < -30.0);
    }

    /// Every number is drawn from as many pairs of bytes as every other.
    #[test]
    fn choices_are_fair() {
        for sides in [1_u16, 2, 3, 8, 67, 2048, 40_000, u16::MAX] {
            let mut pairs = (0..=u16::MAX).map(u16::to_be_bytes);
            let mut dice = Dice::of(|| {
                let pair = pairs.next().ok_or(Error::Randomness)?;
                Ok(Zeroizing::new(pair.to_vec()))
            });
            let mut seen = vec![0_u32; usize::from(sides)];
            while let Ok(number) = dice.below(sides) {
                seen[usize::from(number)] += 1;
            }
            let each = (1 << 16) / u32::from(sides);
            assert!(seen.iter().all(|n| *n == each), "{sides}");
        }
    }

    /// A passphrase can be read in one way, and its words told apart.
    #[test]
    fn the_words_are_those_of_bip_39() {
        let words: Vec<&str> = WORDS.lines().collect();
        assert_eq!(words.len(), usize::from(WORD_COUNT));
        assert_eq!((words[0], words[2047]), ("abandon", "zoo"));
        assert!(words.windows(2).all(|pair| pair[0] < pair[1]));
        let plain = |word: &&str| word.bytes().all(|b| b.is_ascii_lowercase());
        assert!(words.iter().all(plain));
        assert!(words.iter().all(|word| (3..=8).contains(&word.len())));
    }

    /// Given its random bytes, a password is the one that they say.
    #[test]
    fn draws_from_the_bytes_it_is_given() {
        let policy = Policy::nist_800_63b();
        let made = policy.generate_from(&mut counting(), 88, &[]).unwrap();
        let phrase = policy
            .generate_passphrase_from(&mut counting(), 44, &[])
            .unwrap();
        // 257 is 56 above three times 67: the first symbol; and so on
        assert_eq!(made.expose_secret(), "A!xkZNB#ymaPC%z");
        // each 257th word
        assert_eq!(phrase.expose_secret(), "abandon-cage-doctor-gather");
    }

    /// PW-10: what is listed, or holds a word of the account, is drawn again; not for ever.
    #[test]
    fn what_the_policy_refuses_is_drawn_again() {
        let listed: Blocklist = ["A!xkZNB#ymaPC%z"].into_iter().collect();
        let policy = Policy::nist_800_63b().with_blocklist(listed);
        let again = policy.generate_from(&mut counting(), 88, &[]).unwrap();
        assert_ne!(again.expose_secret(), "A!xkZNB#ymaPC%z");
        let context = ["abandon-abandon-abandon-abandon"];
        let mut always_the_first = Dice::of(|| Ok(Zeroizing::new(vec![0, 0])));
        let none = policy.generate_passphrase_from(&mut always_the_first, 44, &context);
        assert_eq!(none.err(), Some(Error::NoneGenerated));
    }

    #[test]
    fn without_randomness_nothing_is_made() {
        let policy = Policy::back_office();
        let mut none = Dice::of(|| Err(Error::Randomness));
        let made = policy.generate_from(&mut none, 80, &[]);
        assert_eq!(made.err(), Some(Error::Randomness));
        let phrase = policy.generate_passphrase_from(&mut none, 80, &[]);
        assert_eq!(phrase.err(), Some(Error::Randomness));
    }
}
