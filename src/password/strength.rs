//! How many guesses somebody needs who knows what people choose.

mod feedback;

use core::iter;

pub use feedback::{Advice, Warning};

use zeroize::Zeroizing;
use zxcvbn::Entropy;

use super::{Password, text};

/// How many code points are looked at.
///
/// With overflow checks, zxcvbn 3.1.1 panics at a zigzag of 29 keys on a keypad (`4545…`: it counts
/// 5^28 in 64 bits) or of 33 on a keyboard, and at a context word of some sixty letters. Its work
/// grows with the cube of the length. Random characters reach its highest count, 2^64, at twenty.
const LOOKED_AT: usize = 28;
/// The shortest beginning of a longer text that is looked at. Nine beginnings: one of them ends
/// before, or at an end of, every word and repeat of up to nine code points.
const SHORTEST: usize = 20;
/// The longest word that no beginning of a text parts.
const UNPARTED: usize = 9;
/// The most entries of the dictionary of context words, which is built anew for every choice of leet
/// and every beginning.
const ENTRIES: usize = 1024;
/// The most of them that come from one word: a long one does not push the others out.
const ENTRIES_OF_WORD: usize = 64;
/// Characters that are written for the same letter. zxcvbn tries every choice of one for each
/// letter, up to a thousand times its whole work.
const LEET: [&str; 7] = ["4@", "({[<", "69", "1!|", "1|7", "$5", "+7"];
/// A text with more choices than this is made plainer before.
const CHOICES: usize = 16;

/// Estimates how many guesses `password` takes, by zxcvbn: frequent passwords, words and names
/// (English), the words of `context`, also backwards and in leet; dates, repeats, sequences, walks
/// over the keyboard; everything else as random.
///
/// `context` are the words that anybody would guess for this person, as in
/// [`Policy::check`](super::Policy::check). An e-mail address is looked for in its parts too, a name
/// in its words. A word makes at most 64 entries, all together 1,024; what is over is not looked for.
///
/// # How much is looked at
///
/// 28 code points. A longer text that repeats its first 28 or fewer counts for these repeats. Of any
/// other the beginnings of 20 to 28 are estimated and the weakest counts. So what follows does not
/// make the answer better, and nor does the cut, where it parts a word of the context, or a frequent
/// word or a repeat of up to nine code points: what is left of them does not pass for random. A long
/// password that begins with a weak pattern counts for no more than the pattern.
///
/// Where leet leaves more than 16 choices (brackets of several kinds beside `@`, `4`, `|` and `!`), its
/// symbols are read as the digits that are written for the same letters. A text so long that
/// [`Password`] does not keep it counts nothing.
///
/// # What this does not do
///
/// The answer is an estimate from lists of 2012 to 2016, for English: a password of another language
/// looks random, and so does one that leaked since. It does not replace a blocklist. zxcvbn copies
/// the password into memory that is not wiped, and reads the system's clock, for the year: guesses
/// of dates depend on it. Where a text can be read as leet in several ways (digits among words are
/// enough), it tries them in another order each time, and its answer may vary by an order of magnitude.
///
/// Source: D. L. Wheeler, "zxcvbn: Low-Budget Password Strength Estimation", USENIX Security 2016.
///
/// # Example
///
/// ```
/// use portcullis::password::{Password, Score, Warning, strength};
///
/// let weak = strength(&Password::from("L0velace2019"), &["Ada Lovelace"]);
/// assert_eq!(weak.score(), Score::VeryGuessable);
/// let reversed = strength(&Password::from("drowssap"), &[]);
/// assert_eq!(reversed.warning(), Some(Warning::SimilarToCommonPassword));
/// ```
#[must_use]
pub fn strength(password: &Password, context: &[&str]) -> Strength {
    let words = entries(context);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let text = password.text().unwrap_or_default();
    let estimates = beginnings(text).map(|text| zxcvbn::zxcvbn(&plainer(text), &words));
    let weakest = estimates.min_by_key(Entropy::guesses);
    weakest.map_or(Strength::NONE, |estimate| Strength::of(&estimate))
}

/// What is estimated: the text, or beginnings of one that is too long.
fn beginnings(text: &str) -> impl Iterator<Item = &str> {
    let lengths = match (text.chars().nth(LOOKED_AT), period(text)) {
        (None, _) => LOOKED_AT..=LOOKED_AT,
        (Some(_), Some(period)) => {
            // zxcvbn sees five repeats as four and a rest, but two or three as what they are
            let times = LOOKED_AT.checked_div(period).unwrap_or(1);
            let times = if times > 3 { times & !1 } else { times };
            let repeats = period.saturating_mul(times);
            repeats..=repeats
        }
        (Some(_), None) => SHORTEST..=LOOKED_AT,
    };
    lengths.map(|length| beginning(text, length))
}

/// The first `length` code points, or all if there are no more.
fn beginning(text: &str, length: usize) -> &str {
    let end = text.char_indices().nth(length).map(|(at, _)| at);
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

/// After how many code points the whole text repeats itself, if that is in what is looked at.
fn period(text: &str) -> Option<usize> {
    let repeats = |period: &usize| {
        text.chars()
            .skip(*period)
            .zip(text.chars())
            .all(|(a, b)| a == b)
    };
    (1..=LOOKED_AT).find(repeats)
}

/// The context words and their parts.
fn entries(context: &[&str]) -> Vec<String> {
    let mut entries = Vec::new();
    for word in context {
        let word = text::form(word);
        let parts = word.split(|c: char| c.is_whitespace() || c == '@');
        let parts = iter::once(word.as_str()).chain(parts.filter(|part| *part != word.as_str()));
        entries.extend(parts.flat_map(entries_of_part).take(ENTRIES_OF_WORD));
    }
    entries.truncate(ENTRIES);
    entries
}

/// A dictionary finds whole entries, so a part that a cut may part has its beginnings in it too.
fn entries_of_part(part: &str) -> impl Iterator<Item = String> {
    let length = part.chars().take(LOOKED_AT).count();
    let lengths = length.min(UNPARTED.saturating_add(1))..=length;
    lengths
        .rev()
        .filter(|length| *length > 0)
        .map(|length| beginning(part, length).to_owned())
}

/// The text, with digits for the symbols of leet if there are too many choices.
fn plainer(text: &str) -> Zeroizing<String> {
    if choices(text) <= CHOICES {
        return Zeroizing::new(text.to_owned());
    }
    text::gather(text.chars().map(|c| match c {
        '@' => '4',
        '{' | '[' | '<' => '(',
        '!' | '|' => '1',
        '$' => '5',
        '+' => '7',
        other => other,
    }))
}

/// In how many ways one character may be chosen for each letter.
fn choices(text: &str) -> usize {
    let present = |class: &str| class.chars().filter(|c| text.contains(*c)).count().max(1);
    let present = LEET.iter().map(|class| present(class));
    present.fold(1, usize::saturating_mul)
}

/// What [`strength`] says of a password. `Debug` prints its numbers and advice, nothing of the
/// password.
#[derive(Clone, Debug, PartialEq)]
pub struct Strength {
    score: Score,
    guesses_log10: f64,
    warning: Option<Warning>,
    advice: Vec<Advice>,
}

impl Strength {
    /// Of a text that is not there to be looked at.
    const NONE: Self = Self {
        score: Score::TooGuessable,
        guesses_log10: 0.0,
        warning: None,
        advice: Vec::new(),
    };

    fn of(estimate: &Entropy) -> Self {
        let feedback = estimate.feedback();
        let suggestions = feedback.map(|f| f.suggestions()).unwrap_or_default();
        Self {
            score: Score::of(estimate.score()),
            // of the empty text it is minus infinity
            guesses_log10: estimate.guesses_log10().max(0.0),
            warning: feedback.and_then(|f| f.warning()).map(Warning::of),
            advice: suggestions.iter().copied().map(Advice::of).collect(),
        }
    }

    /// How good it is, in five steps.
    #[must_use]
    pub const fn score(&self) -> Score {
        self.score
    }

    /// The logarithm to base 10 of the number of guesses, 0 to 19.3 (2^64: it counts no further).
    #[must_use]
    pub const fn guesses_log10(&self) -> f64 {
        self.guesses_log10
    }

    /// What is wrong with a password below [`Score::SafelyUnguessable`], if that has a name.
    #[must_use]
    pub const fn warning(&self) -> Option<Warning> {
        self.warning
    }

    /// What would make a password below [`Score::SafelyUnguessable`] better.
    #[must_use]
    pub fn advice(&self) -> &[Advice] {
        &self.advice
    }
}

/// How good a password is, in five steps of the number of guesses it takes.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Score {
    /// 0. Below 10^3 guesses: gone after a few tries, online too.
    TooGuessable,
    /// 1. Below 10^6: withstands only an online attack that is limited.
    VeryGuessable,
    /// 2. Below 10^8: withstands an online attack.
    SomewhatGuessable,
    /// 3. Below 10^10: withstands, for a while, an attack on a stolen slow hash.
    SafelyUnguessable,
    /// 4. 10^10 and above.
    VeryUnguessable,
}

impl Score {
    /// 0 to 4, as zxcvbn counts.
    #[must_use]
    pub const fn value(self) -> u8 {
        match self {
            Self::TooGuessable => 0,
            Self::VeryGuessable => 1,
            Self::SomewhatGuessable => 2,
            Self::SafelyUnguessable => 3,
            Self::VeryUnguessable => 4,
        }
    }

    /// A step that is not known is none.
    const fn of(score: zxcvbn::Score) -> Self {
        match score {
            zxcvbn::Score::One => Self::VeryGuessable,
            zxcvbn::Score::Two => Self::SomewhatGuessable,
            zxcvbn::Score::Three => Self::SafelyUnguessable,
            zxcvbn::Score::Four => Self::VeryUnguessable,
            _ => Self::TooGuessable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// PW-17: counted, not timed: how often zxcvbn is asked, with how long a text, how many choices
    /// of leet and how many words.
    #[test]
    fn the_work_has_a_bound() {
        let soup = "4@8({[<3691!|70$5+%2 is no period".repeat(32 * 1024);
        assert_eq!(beginnings(&soup).count(), 9);
        for text in beginnings(&soup) {
            assert!(text.chars().count() <= 28);
            let plain = plainer(text);
            assert_eq!(plain.chars().count(), text.chars().count());
            assert!(choices(text) > 16 && choices(&plain) <= 16, "{}", *plain);
        }
        let words = [soup.get(..4096).unwrap(); 40];
        assert_eq!(entries(&words).len(), 1024);
        assert!(
            entries(&words)
                .iter()
                .all(|word| word.chars().count() <= 28)
        );
    }

    /// What is written with few kinds of leet is left as it is: a walk over the keyboard, a date.
    #[test]
    fn leet_with_few_choices_is_left_alone() {
        for text in ["!@#$%^&*()_+", "p@$$w0rd!", "11.12.1969", "1!2@3#4$"] {
            assert_eq!(*plainer(text), text);
        }
        assert_eq!(*plainer("{[<(|!1@4$5+7"), "((((111445577");
    }
}
