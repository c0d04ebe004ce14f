//! Passwords that a machine makes: as hard to guess as is asked for, and within a policy.

mod characters;
mod draws;
mod words;

use core::fmt;

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use self::{
    characters::Composition,
    draws::{Draws, Source},
    words::Form,
};
use super::{Class, Error, MAX_PASSWORD_LEN, Password, Policy, Rule};
use crate::random;

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

    /// How hard it is to guess for somebody who knows how it was made, for which policy and with which
    /// context, in whole bits, rounded down: each of at least 2 to this power was as likely. What the
    /// context and the added blocklists take away is taken off, their false positives included; what
    /// the embedded list takes, 0.00005 bits, is not.
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
    /// It is of letters, digits and `!$%&*/:?` without look-alikes, six bits a character. 80 bits are
    /// out of reach of guessing at a hash; 128 are at a plain digest. `context` is that of
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
        self.generate_from(&mut Draws::new(random::bytes), entropy_bits, context)
    }

    /// Makes a passphrase that this policy admits: as few common English words, eleven bits each, as
    /// make `entropy_bits` bits and are long enough whichever they are, joined by `-`. To be remembered
    /// or read aloud. Words that hold one of the context are left out, and another symbol joins where
    /// the context has a `-`.
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
        self.generate_passphrase_from(&mut Draws::new(random::bytes), entropy_bits, context)
    }

    fn generate_from<S: Source>(
        &self,
        draws: &mut Draws<S>,
        entropy_bits: u32,
        context: &[&str],
    ) -> Result<Generated, Error> {
        let (least, classes) = self.shape();
        let composition = Composition::of(&classes);
        let entropy = |length| composition.bits(length, self.listed(), context);
        let (length, entropy) = (least..=MAX_PASSWORD_LEN)
            .map(|length| (length, entropy(length)))
            .find(|(_, entropy)| *entropy >= f64::from(entropy_bits))
            .ok_or(Error::NoneGenerated)?;
        self.draw(entropy, context, || characters::draw(draws, length))
    }

    fn generate_passphrase_from<S: Source>(
        &self,
        draws: &mut Draws<S>,
        entropy_bits: u32,
        context: &[&str],
    ) -> Result<Generated, Error> {
        let (least, classes) = self.shape();
        let form = Form::of(&classes, context).ok_or(Error::NoneGenerated)?;
        let (words, entropy) = Form::lengths(least)
            .map(|words| (words, form.bits(words, self.listed())))
            .find(|(_, entropy)| *entropy >= f64::from(entropy_bits))
            .ok_or(Error::NoneGenerated)?;
        self.draw(entropy, context, || form.draw(draws, words))
    }

    /// Draws until the policy admits one: of those that it admits each stays as likely as another.
    fn draw(
        &self,
        entropy: f64,
        context: &[&str],
        mut draw: impl FnMut() -> Result<Zeroizing<String>, Error>,
    ) -> Result<Generated, Error> {
        for _ in 0..MAX_DRAWS {
            let text = draw()?;
            if self.check(&Password::from(text.as_str()), context).is_ok() {
                return Ok(Generated {
                    text: SecretString::from(text.as_str()),
                    entropy_bits: whole(entropy),
                });
            }
        }
        Err(Error::NoneGenerated)
    }

    /// Which share of all passwords the added blocklists refuse at most: their false positives.
    /// What they list is next to nothing of what is drawn from.
    fn listed(&self) -> f64 {
        self.lists
            .iter()
            .map(|list| list.false_positive_rate())
            .sum()
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
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::random::Unavailable;

    /// Three draws of one of eight, tried in all ways: of those that the policy admits each is made
    /// as often as the other.
    #[test]
    fn what_is_drawn_again_makes_nothing_more_likely() {
        let policy = Policy::back_office();
        let candidates = [
            "Tr0ub4dor & three",
            "no capital 7",
            "Correct-Horse-7",
            "correct horse battery",
            "Battery?Staple9",
            "Maxwell-the-2nd!",
            "NO LOWER CASE 7",
            "Sh0rt!",
        ];
        let mut made = BTreeMap::new();
        for ways in 0..8_usize.pow(3) {
            let mut left = vec![ways % 8, ways / 8 % 8, ways / 64];
            let found = policy.draw(80.0, &["maxwell"], || {
                let drawn = left.pop().ok_or(Error::Randomness)?;
                Ok(Zeroizing::new(candidates[drawn].to_owned()))
            });
            if let Ok(found) = found {
                *made.entry(found.expose_secret().to_owned()).or_insert(0) += 1;
            }
        }
        let texts: Vec<_> = made.keys().map(String::as_str).collect();
        assert_eq!(texts, [candidates[4], candidates[2], candidates[0]]);
        // first, after one of the five others, or after two
        assert!(made.values().all(|times| *times == 64 + 5 * 8 + 25));
    }

    /// Computed in Python: little-endian pairs of bytes, six bits of each for a character, eleven for
    /// a word, three for the digit.
    #[test]
    fn known_bytes_give_known_passwords() {
        let policy = Policy::back_office();
        let bytes = || {
            Ok(core::array::from_fn(|n| {
                u8::try_from((n * 37 + 11) & 255).unwrap()
            }))
        };
        let made = policy.generate_from(&mut Draws::new(bytes), 64, &[]);
        assert_eq!(made.unwrap().expose_secret(), "MXht5/HTdpz$");
        let made = policy.generate_passphrase_from(&mut Draws::new(bytes), 64, &[]);
        assert_eq!(
            made.unwrap().expose_secret(),
            "Accident-enjoy-negative-tag-all-exile-9"
        );
    }

    /// Bytes that always say what the policy refuses are no endless loop.
    #[test]
    fn what_the_policy_refuses_is_not_drawn_for_ever() {
        let mut zeros = Draws::new(|| Ok([0; 64]));
        let made = Policy::back_office().generate_from(&mut zeros, 80, &[]);
        assert_eq!(made.err(), Some(Error::NoneGenerated));
    }

    #[test]
    fn without_randomness_nothing_is_made() {
        let policy = Policy::back_office();
        let mut none = Draws::new(|| Err(Unavailable));
        let made = policy.generate_from(&mut none, 80, &[]);
        assert_eq!(made.err(), Some(Error::Randomness));
        let phrase = policy.generate_passphrase_from(&mut none, 80, &[]);
        assert_eq!(phrase.err(), Some(Error::Randomness));
    }
}
