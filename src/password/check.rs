//! What is wrong with a password that somebody has chosen.

use super::{
    MAX_PASSWORD_LEN, Password, Policy, Rule, Violation, Violations, Words, similarity, text,
};

/// A word shorter than this in code points may stand in a password: everybody's initials would.
pub(super) const MIN_CONTEXT_WORD: usize = 4;
/// So many bytes of a word are looked at: no longer one fits into a password.
const MAX_CONTEXT_WORD: usize = MAX_PASSWORD_LEN;
/// So many parts of a word are looked for: more than a name or an address has, and few enough that
/// whoever chooses their own name does not choose how much work a check is.
pub(super) const MAX_CONTEXT_PARTS: usize = 16;

impl Policy {
    /// Says everything that is wrong with a password that somebody has chosen.
    ///
    /// `context` are the words that anybody would guess for this person: user name, e-mail address
    /// (its local part is taken too), names of person and company. Where a policy looks for them
    /// anywhere in the password, it looks for each part between white space too. What is below four
    /// code points is not looked for. Case does not count.
    ///
    /// The work is bounded for each word, whatever it is: none is looked for in a password over
    /// [`MAX_PASSWORD_LEN`], and of each word only what ends within its first 1,024 bytes, and of that
    /// the first 16 parts of four code points or more. How many words there are is for the caller to
    /// bound.
    ///
    /// A [`Form`](super::Form) other than NFC may make a password longer than it is here:
    /// [`Policy::set`] and [`Policy::change`] give [`Error::TooLong`](super::Error::TooLong) then.
    ///
    /// # Errors
    ///
    /// All [`Violations`] at once, but of a text so long that it is not kept (over 8 KiB) its length
    /// alone.
    pub fn check(&self, password: &Password, context: &[&str]) -> Result<(), Violations> {
        Violations::refuse(self.violations(password, context))
    }

    /// [`Policy::check`] of a password that is to take the place of `old`, which the person has
    /// typed in too; also says whether the new one is too similar.
    ///
    /// Case does not count in what follows, and characters that are written for one another are
    /// the same: `0` is `o`, `1`, `!`, `|` and `i` are `l`, `3` is `e`, `4` and `@` are `a`, `5` and
    /// `$` are `s`, `7` and `+` are `t`, `8` is `b`, `9` is `g`. Too similar is a password that
    ///
    /// - is the old one, also backwards or rotated (`2026Summer` for `Summer2026`);
    /// - has the same letters in the same order, also backwards or rotated, whatever digits, symbols
    ///   and spaces were added, removed or counted up around and between them, if the letters are at
    ///   least half of the longer of the two; what is written for a letter counts as one between
    ///   letters and next to the first and the last, or does not, whichever is more alike;
    /// - is a part of the old one, or has it as a part, or has its letters as a part of the old one's
    ///   or the other way round, if the part is at least half of the longer of the two;
    /// - comes from the old one by inserting, deleting or replacing at most three characters, and no
    ///   more than one in four of the longer of the two.
    ///
    /// # Errors
    ///
    /// All [`Violations`] at once. What is over [`MAX_PASSWORD_LEN`] is not compared.
    pub fn check_change(
        &self,
        old: &Password,
        new: &Password,
        context: &[&str],
    ) -> Result<(), Violations> {
        Violations::refuse(self.change_violations(old, new, context))
    }

    pub(super) fn change_violations(
        &self,
        old: &Password,
        new: &Password,
        context: &[&str],
    ) -> Vec<Violation> {
        let mut violations = self.violations(new, context);
        if too_similar(old, new) {
            violations.push(Violation::TooSimilar);
        }
        violations
    }

    pub(super) fn violations(&self, password: &Password, context: &[&str]) -> Vec<Violation> {
        let candidate = password.text().map(Candidate::new);
        let mut found = Vec::new();
        for requirement in self.requirements() {
            match (requirement.rule(), &candidate) {
                (Rule::MaxLength { max }, _) if password.len() > max => {
                    let found_len = password.len();
                    found.push(Violation::TooLong {
                        max,
                        found: found_len,
                    });
                }
                (rule, Some(candidate)) => self.judge(rule, candidate, context, &mut found),
                _ => {}
            }
        }
        found
    }

    fn judge(
        &self,
        rule: Rule,
        candidate: &Candidate<'_>,
        context: &[&str],
        found: &mut Vec<Violation>,
    ) {
        let Candidate { text, folded, .. } = candidate;
        let broken = match rule {
            Rule::MinLength { min } => (candidate.length < min).then_some(Violation::TooShort {
                min,
                found: candidate.length,
            }),
            Rule::Class(class) => {
                let missing = !text.chars().any(|c| class.has(c));
                missing.then_some(Violation::Missing(class))
            }
            Rule::NoControlCharacters => {
                let control = text.chars().any(char::is_control);
                control.then_some(Violation::ControlCharacter)
            }
            Rule::NoContextWords(words) if text.len() <= MAX_PASSWORD_LEN => {
                let words = words.found(folded, context);
                found.extend(words.map(|index| Violation::ContextWord { index }));
                None
            }
            Rule::NotBlocklisted { .. } => {
                let listed = self.lists().any(|list| list.contains(text, folded));
                listed.then_some(Violation::Blocklisted)
            }
            _ => None,
        };
        found.extend(broken);
    }
}

fn too_similar(old: &Password, new: &Password) -> bool {
    match (old.text(), new.text()) {
        (Some(old), Some(new)) if old.len().max(new.len()) <= MAX_PASSWORD_LEN => {
            similarity::too_similar(&text::fold(old), &text::fold(new))
        }
        _ => false,
    }
}

/// A password in the forms that rules look at.
struct Candidate<'a> {
    text: &'a str,
    folded: zeroize::Zeroizing<String>,
    /// In code points.
    length: usize,
}

impl<'a> Candidate<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            folded: text::fold(text),
            length: text.chars().count(),
        }
    }
}

impl Words {
    /// Which of the words are found in a folded text.
    fn found(self, text: &str, context: &[&str]) -> impl Iterator<Item = usize> {
        let found = move |word: &str| {
            let local = word.rsplit_once('@').map(|(local, _)| local);
            self.finds(word, text) || local.is_some_and(|w| self.finds(w, text))
        };
        let indexed = context.iter().enumerate();
        indexed.filter_map(move |(index, word)| found(word).then_some(index))
    }

    /// Whether `word` is found in a folded text.
    fn finds(self, word: &str, text: &str) -> bool {
        let word = text::form(beginning(word));
        let counts = |part: &&str| part.chars().count() >= MIN_CONTEXT_WORD;
        let is_in = |part: &str| text.contains(text::fold(part).as_str());
        match self {
            Self::Anywhere => {
                let parts = word.split_whitespace().filter(counts);
                let mut parts = parts.take(MAX_CONTEXT_PARTS);
                (counts(&word.as_str()) && is_in(&word)) || parts.any(is_in)
            }
            Self::Whole => counts(&word.as_str()) && text == text::fold(&word).as_str(),
        }
    }
}

/// Of a word that is too long for a password, the parts that end within its first so many bytes:
/// none is cut, for half of a name is another word.
pub(super) fn beginning(word: &str) -> &str {
    if word.len() <= MAX_CONTEXT_WORD {
        return word;
    }
    let mut ends = (0..=MAX_CONTEXT_WORD).rev();
    let start = ends.find_map(|end| word.split_at_checked(end));
    let parts = start.and_then(|(start, _)| start.rsplit_once(char::is_whitespace));
    parts.map_or("", |(whole, _)| whole)
}
