//! Hashes passwords, says what is wrong with a new one, and when an old one has had its day.
//!
//! A [`Hasher`] makes Argon2id hashes and verifies them. A [`Policy`] says which passwords may be
//! chosen, for how long they serve and which may not come back. [`State`] is what is stored of one
//! person's password: [`Policy::set`] makes the first, [`Policy::change`] the next,
//! [`Policy::expiry`] says what the present one is good for.
//!
//! # What this does not do
//!
//! It does not limit guesses (that is `attempts`), nor how many hashes are computed at once: each
//! takes the memory of its [`Cost`], and a change of password one for every remembered password.
//! It ships no list of common passwords: a policy has the [`Blocklist`] that it is given, and
//! [`Policy::nist_800_63b`] without one is not what NIST asks for. It makes no hashes but Argon2id
//! and verifies no others.
//!
//! # Security
//!
//! The threat is a stolen table of hashes and hardware that guesses. Argon2id at 19 MiB and two
//! passes is the OWASP Password Storage Cheat Sheet's choice; the algorithm is that of RFC 9106. The
//! memory that it fills is wiped before it is given back, and so is the password.
//!
//! What is read from storage is not trusted either: a stored hash is read by a strict parser and
//! held to ceilings before anything is allocated, so a planted one cannot fill the memory or stop
//! the process.
//!
//! An unknown person, an empty or over-long password and an unusable stored hash cost the same work
//! as a wrong password, so the time of an answer does not tell which it was. It does tell a person
//! whose hash was made at another cost, until [`Verified::needs_rehash`] has been acted on.
//!
//! # Example
//!
//! ```
//! use portcullis::{Timestamp, password::{Error, Expiry, Hasher, Password, Policy}};
//!
//! let (policy, hasher) = (Policy::back_office(), Hasher::default());
//! let hired: Timestamp = "2026-08-31T09:00:00Z".parse()?;
//!
//! let chosen = Password::from("Tr0ub4dor & three");
//! let state = policy.set(&hasher, &chosen, &["ada", "ada@example.com"], hired)?;
//!
//! let verified = hasher.verify(&chosen, Some(state.hash()))?;
//! assert!(!verified.needs_rehash());
//! assert_eq!(hasher.verify(&Password::from("guess"), None), Err(Error::Wrong));
//!
//! let later: Timestamp = "2027-02-28T09:00:00Z".parse()?; // six calendar months
//! assert!(matches!(policy.expiry(&state, later), Expiry::Expired { .. }));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod blocklist;
mod cost;
mod expiry;
mod hash;
mod phc;
mod state;
mod text;
mod violation;
mod work;

use std::sync::Arc;

pub use blocklist::Blocklist;
pub use cost::Cost;
use expiry::Lifetime;
pub use expiry::{Expiry, Use};
pub use hash::{Hash, Hasher, Scheme, Verified};
pub use phc::Version;
use state::HISTORY_LIMIT;
pub use state::{Reason, State};
pub use text::Password;
pub use violation::{Class, Violation, Violations};

use crate::Timestamp;

/// The longest password in bytes of its text form: far beyond what people and password managers
/// use, and a bound on the work.
pub const MAX_PASSWORD_LEN: usize = 1024;
/// The longest stored hash in bytes.
pub const MAX_HASH_LEN: usize = 1024;

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

/// Why there is no answer but no. Each of these denies.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Not the password, or nobody by that name: the two are not told apart.
    #[error("wrong password or unknown user")]
    Wrong,
    /// A password without a character.
    #[error("password is empty")]
    Empty,
    /// A password over [`MAX_PASSWORD_LEN`].
    #[error("password is longer than {MAX_PASSWORD_LEN} bytes")]
    TooLong,
    /// The policy does not allow this password.
    #[error(transparent)]
    Rejected(#[from] Violations),
    /// The stored hash is not one of Argon2id.
    #[error("stored hash is of a scheme that is not known")]
    UnknownScheme,
    /// The stored hash is of Argon2id and not well-formed.
    #[error("stored hash is malformed: {0}")]
    Malformed(Part),
    /// The stored hash is over [`MAX_HASH_LEN`].
    #[error("stored hash is longer than {MAX_HASH_LEN} bytes")]
    HashTooLong,
    /// Less memory than RFC 9106 allows.
    #[error("memory cost is below 8 KiB a lane")]
    MemoryLow,
    /// More memory than [`Cost::MAX_MEMORY_KIB`].
    #[error("memory cost is above {} KiB", Cost::MAX_MEMORY_KIB)]
    MemoryHigh,
    /// No pass.
    #[error("number of passes is below 1")]
    PassesLow,
    /// More passes than [`Cost::MAX_PASSES`].
    #[error("number of passes is above {}", Cost::MAX_PASSES)]
    PassesHigh,
    /// Neither too much memory nor too many passes, but together above [`Cost::MAX_WORK_KIB`].
    #[error("memory times passes is above {} KiB", Cost::MAX_WORK_KIB)]
    WorkHigh,
    /// No lane.
    #[error("number of lanes is below 1")]
    LanesLow,
    /// More lanes than [`Cost::MAX_LANES`].
    #[error("number of lanes is above {}", Cost::MAX_LANES)]
    LanesHigh,
    /// A history deeper than 64 passwords.
    #[error("history is deeper than {HISTORY_LIMIT} passwords")]
    HistoryDepth,
    /// The memory for the hash could not be had.
    #[error("there is not enough memory for the hash")]
    Memory,
    /// The operating system gave no randomness.
    #[error("the operating system gave no randomness")]
    Randomness,
}

/// Which part of a stored hash is malformed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Part {
    /// The number of fields between the `$`.
    Fields,
    /// The version: neither `v=19` nor `v=16`.
    Version,
    /// The cost: not `m`, `t` and `p` in this order, each once, in plain decimal.
    Cost,
    /// The salt: not 8 to 64 bytes in base64 without padding.
    Salt,
    /// The tag: not 12 to 64 bytes in base64 without padding.
    Tag,
}

impl core::fmt::Display for Part {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Fields => "number of fields",
            Self::Version => "version",
            Self::Cost => "cost",
            Self::Salt => "salt",
            Self::Tag => "tag",
        })
    }
}
