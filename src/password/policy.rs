//! Which passwords may be chosen, for how long they serve and which may not come back.

use std::sync::Arc;

use super::{
    Blocklist, Class, Error, Expiry, Hasher, MAX_PASSWORD_LEN, Password, State, Violation,
    Violations,
    expiry::{self, Lifetime},
    state::HISTORY_LIMIT,
    text,
};
use crate::Timestamp;

/// A word shorter than this in code points may stand in a password: everybody's initials would.
const MIN_CONTEXT_WORD: usize = 4;

/// The rules for passwords.
#[derive(Clone, Debug)]
pub struct Policy {
    min_length: usize,
    classes: &'static [Class],
    context: Context,
    blocklist: Option<Arc<Blocklist>>,
    lifetime: Option<Lifetime>,
    history: usize,
}

/// How the words that anybody would guess for a person are looked for.
#[derive(Clone, Copy, Debug)]
enum Context {
    /// Anywhere in the password, also a part of a word between white space: of a person's full name
    /// the first or the last.
    Anywhere,
    /// As the whole password.
    Whole,
}

impl Policy {
    /// A back office: 12 code points with an upper-case and a lower-case letter, a digit and a
    /// symbol; no word of the account in it; for six calendar months, with a warning in the last 14
    /// days; the present password and the last 24 may not come back.
    #[must_use]
    pub const fn back_office() -> Self {
        Self {
            min_length: 12,
            classes: &[Class::Upper, Class::Lower, Class::Digit, Class::Symbol],
            context: Context::Anywhere,
            blocklist: None,
            lifetime: Some(Lifetime::SIX_MONTHS),
            history: 24,
        }
    }

    /// NIST SP 800-63B-4 §3.1.1.2 for a password that is the only factor: 15 code points, no rule
    /// of composition, no expiry; not, as a whole, a word of the account or of the blocklist. NIST
    /// asks for a blocklist of common, expected and compromised passwords: this preset has none
    /// until [`Policy::with_blocklist`] gives it one. Only the present password may not come back.
    #[must_use]
    pub const fn nist_800_63b() -> Self {
        Self {
            min_length: 15,
            classes: &[],
            context: Context::Whole,
            blocklist: None,
            lifetime: None,
            history: 0,
        }
    }

    /// Refuses the passwords of `list`.
    #[must_use]
    pub fn with_blocklist(self, list: impl Into<Arc<Blocklist>>) -> Self {
        Self {
            blocklist: Some(list.into()),
            ..self
        }
    }

    /// Remembers the last `depth` passwords, 0 to 64, beside the present one. A change computes one
    /// hash for each that is remembered. What a state remembers already stays remembered when the
    /// depth is lowered.
    ///
    /// # Errors
    ///
    /// [`Error::HistoryDepth`] above 64.
    pub fn with_history(self, depth: usize) -> Result<Self, Error> {
        if depth > HISTORY_LIMIT {
            return Err(Error::HistoryDepth);
        }
        Ok(Self {
            history: depth,
            ..self
        })
    }

    /// Says everything that is wrong with a password that somebody has chosen.
    ///
    /// `context` are the words that anybody would guess for this person: user name, e-mail address
    /// (its local part is taken too), names of person and company. Where a policy looks for them
    /// anywhere in the password, it looks for each part between white space too. What is below four
    /// code points is not looked for. Case does not count.
    ///
    /// # Errors
    ///
    /// All [`Violations`] at once, but of a text so long that it is not kept (over 8 KiB) its length
    /// alone.
    pub fn check(&self, password: &Password, context: &[&str]) -> Result<(), Violations> {
        Violations::refuse(self.violations(password, context))
    }

    /// A first password, or one that starts over, without a history.
    ///
    /// # Errors
    ///
    /// [`Error::Rejected`] with all that [`Policy::check`] finds, and the errors of
    /// [`Hasher::hash`].
    pub fn set(
        &self,
        hasher: &Hasher,
        password: &Password,
        context: &[&str],
        now: Timestamp,
    ) -> Result<State, Error> {
        self.check(password, context)?;
        Ok(State::new(hasher.hash(password)?, Some(now)))
    }

    /// A new password in place of the present one, which joins the history. It ends the duty to
    /// change. Who asks for it must have proved who they are.
    ///
    /// # Errors
    ///
    /// [`Error::Rejected`] with all that [`Policy::check`] finds, and with [`Violation::Reused`] if
    /// it is the present password or a remembered one. A present or remembered hash that cannot be
    /// read is the error that [`Hasher::verify`] gives for it. The errors of [`Hasher::hash`].
    pub fn change(
        &self,
        hasher: &Hasher,
        state: &State,
        password: &Password,
        context: &[&str],
        now: Timestamp,
    ) -> Result<State, Error> {
        let mut violations = self.violations(password, context);
        if state.remembers(hasher, password)? {
            let remembered = state.remembered_len();
            violations.push(Violation::Reused { remembered });
        }
        Violations::refuse(violations)?;
        Ok(state.changed(hasher.hash(password)?, self.history, now))
    }

    /// Says what the present password is good for. To be asked after it was verified.
    pub fn expiry(&self, state: &State, now: Timestamp) -> Expiry {
        expiry::expiry(self.lifetime, state, now)
    }

    fn violations(&self, password: &Password, context: &[&str]) -> Vec<Violation> {
        let mut found = Vec::new();
        if password.len() > MAX_PASSWORD_LEN {
            found.push(Violation::TooLong {
                max: MAX_PASSWORD_LEN,
                found: password.len(),
            });
        }
        if let Some(text) = password.text() {
            self.check_characters(text, &mut found);
            self.check_words(text, context, &mut found);
        }
        found
    }

    fn check_characters(&self, text: &str, found: &mut Vec<Violation>) {
        let length = text.chars().count();
        if length < self.min_length {
            found.push(Violation::TooShort {
                min: self.min_length,
                found: length,
            });
        }
        let missing = |class: &&Class| !text.chars().any(|c| class.has(c));
        found.extend(
            self.classes
                .iter()
                .filter(missing)
                .map(|c| Violation::Missing(*c)),
        );
        if text.chars().any(char::is_control) {
            found.push(Violation::ControlCharacter);
        }
    }

    fn check_words(&self, text: &str, context: &[&str], found: &mut Vec<Violation>) {
        let text = text::fold(text);
        for (index, word) in context.iter().enumerate() {
            let local = word.rsplit_once('@').map(|(local, _)| local);
            if self.context.finds(word, &text)
                || local.is_some_and(|w| self.context.finds(w, &text))
            {
                found.push(Violation::ContextWord { index });
            }
        }
        if self
            .blocklist
            .as_ref()
            .is_some_and(|list| list.contains(&text))
        {
            found.push(Violation::Blocklisted);
        }
    }
}

impl Context {
    /// Whether `word` is found in a folded text.
    fn finds(self, word: &str, text: &str) -> bool {
        let word = text::form(word);
        let counts = |part: &str| part.chars().count() >= MIN_CONTEXT_WORD;
        let is_in = |part: &str| counts(part) && text.contains(text::fold(part).as_str());
        match self {
            Self::Anywhere => is_in(&word) || word.split_whitespace().any(is_in),
            Self::Whole => counts(&word) && text == text::fold(&word).as_str(),
        }
    }
}
