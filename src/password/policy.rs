//! Which passwords may be chosen, for how long they serve and which may not come back.

use core::iter;
use std::sync::Arc;

use super::{
    Blocklist, Class, Departure, Error, Period, Requirement, Rule, Standard, Words, rules::Rules,
    state::HISTORY_LIMIT,
};

/// No standard here takes less, for whatever account.
const LEAST_LENGTH: usize = 8;
/// So many code points fit into the most bytes, whatever characters they are.
const MOST_LENGTH: usize = 256;

static COMMON: Blocklist = Blocklist::common();

/// The rules for passwords.
///
/// A preset has the rules of its standard, each with its clause, and beside them what this library
/// adds by default: at most 1,024 bytes, no control character, no context word, none of
/// [`Blocklist::common`], not similar to the one before it and not the same, and a warning 14 days
/// before a password expires. A default gives way where a standard wants it left free.
///
/// `with_…` replaces the rules of one kind by the author's own, and refuses what contradicts
/// another. [`Policy::conforms`] says what a policy departs from then.
///
/// ```
/// use portcullis::password::{Policy, Standard};
///
/// let policy = Policy::pci_dss_4().and(Policy::back_office())?.with_min_length(14)?;
/// assert!(policy.conforms(Standard::PciDss4).is_empty());
///
/// let composition = &policy.conforms(Standard::OwaspAsvs5)[0];
/// assert_eq!(composition.clause().as_str(), "OWASP ASVS 5.0 6.2.5");
///
/// let asked = &policy.describe()[0]; // for the form in which a password is chosen
/// assert_eq!((asked.code(), asked.to_string().as_str()), ("too_short", "at least 14 characters"));
/// # Ok::<(), portcullis::password::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Policy {
    pub(super) standards: Vec<Standard>,
    pub(super) rules: Rules,
    pub(super) lists: Vec<Arc<Blocklist>>,
    pub(super) factor: SecondFactor,
}

/// The same rules, for the same accounts, with the very same lists: two lists are not compared by
/// what they hold.
impl PartialEq for Policy {
    fn eq(&self, other: &Self) -> bool {
        let lists = |policy: &Self| policy.lists.iter().map(Arc::as_ptr).collect::<Vec<_>>();
        self.standards == other.standards
            && self.rules == other.rules
            && self.factor == other.factor
            && lists(self) == lists(other)
    }
}

/// Whether an account has a second factor. Where nobody knows, it has none.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Deserialize, serde::Serialize),
    serde(rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum SecondFactor {
    /// The password is the only factor.
    #[default]
    NotEnrolled,
    /// The password never opens anything without another factor.
    Enrolled,
}

impl Policy {
    /// A back office: 12 code points with an upper-case and a lower-case letter, a digit and a
    /// symbol; no word of the account in it; for six calendar months, with a warning in the last 14
    /// days; the present password and the last 24 may not come back.
    #[must_use]
    pub fn back_office() -> Self {
        Self::preset(Standard::BackOffice)
    }

    /// NIST SP 800-63B-4 §3.1.1.2: 15 code points, or 8 [beside a second
    /// factor](Policy::for_second_factor); no rule of composition, no expiry; not, as a whole, a word
    /// of the account or of the blocklist. Only the present password may not come back.
    #[must_use]
    pub fn nist_800_63b() -> Self {
        Self::preset(Standard::Nist80063b)
    }

    /// The same where every account has a second factor: 8 code points.
    #[must_use]
    pub fn nist_800_63b_with_mfa() -> Self {
        Self::nist_800_63b().for_second_factor(SecondFactor::Enrolled)
    }

    /// OWASP ASVS 5.0 V6.2: 8 code points (15 are recommended there) of any characters; no expiry;
    /// no word of the account in it, none of the common passwords.
    #[must_use]
    pub fn owasp_asvs_5() -> Self {
        Self::preset(Standard::OwaspAsvs5)
    }

    /// PCI DSS 4.0.1 8.3.6 to 8.3.9: 12 code points with a letter and a digit; the present password
    /// and the last four before it may not come back; for 90 days, unless there is a second factor.
    /// (8.3.9 also admits an analysis of each access in place of the 90 days, which this is not.)
    #[must_use]
    pub fn pci_dss_4() -> Self {
        Self::preset(Standard::PciDss4)
    }

    /// No standard: `min` code points, and what this library adds by default.
    ///
    /// # Errors
    ///
    /// As [`Policy::with_min_length`].
    pub fn with_length_only(min: usize) -> Result<Self, Error> {
        Self::of(&[])?.with_min_length(min)
    }

    fn preset(standard: Standard) -> Self {
        Self::with_rules(vec![standard], Rules::preset(standard))
    }

    /// The stricter of what the standards ask for.
    pub(super) fn of(standards: &[Standard]) -> Result<Self, Error> {
        Ok(Self::with_rules(standards.to_vec(), Rules::of(standards)?))
    }

    const fn with_rules(standards: Vec<Standard>, rules: Rules) -> Self {
        Self {
            standards,
            rules,
            lists: Vec::new(),
            factor: SecondFactor::NotEnrolled,
        }
    }

    /// The policy as it holds for an account with or without a second factor. A policy is for
    /// accounts without until this says otherwise.
    ///
    /// Of passwords that are set or changed beside a second factor, [`State`](super::State) remembers
    /// which are too short to be the only one: see
    /// [`without_second_factor`](super::State::without_second_factor).
    #[must_use]
    pub fn for_second_factor(&self, factor: SecondFactor) -> Self {
        Self {
            factor,
            ..self.clone()
        }
    }

    /// The stricter of each rule of two policies, and the blocklists of both. A rule that neither
    /// has from its presets is cited as an own rule. It is for accounts with a second factor if both
    /// are.
    ///
    /// # Errors
    ///
    /// [`Error::Contradiction`] with both clauses: NIST and ASVS do not want the mixtures and the
    /// periodic changes that PCI DSS and a back office ask for.
    pub fn and(self, other: Self) -> Result<Self, Error> {
        let mut standards = self.standards;
        for standard in other.standards {
            if !standards.contains(&standard) {
                standards.push(standard);
            }
        }
        let mut lists = self.lists;
        for list in other.lists {
            if !lists.iter().any(|present| Arc::ptr_eq(present, &list)) {
                lists.push(list);
            }
        }
        let factor = match (self.factor, other.factor) {
            (SecondFactor::Enrolled, SecondFactor::Enrolled) => SecondFactor::Enrolled,
            _ => SecondFactor::NotEnrolled,
        };
        let rules = self.rules.and(other.rules)?;
        Ok(Self {
            rules: rules.relabel(&Rules::of(&standards)?),
            standards,
            lists,
            factor,
        })
    }

    /// Asks for `min` code points, 8 to 256, with and without a second factor.
    ///
    /// # Errors
    ///
    /// [`Error::MinLength`] outside. [`Error::Contradiction`] above the 64 that a standard wants
    /// permitted.
    pub fn with_min_length(self, min: usize) -> Result<Self, Error> {
        self.with_min_lengths(min, min)
    }

    /// Asks for `alone` code points, or for `beside`, which are fewer, beside a second factor. 8 to
    /// 256.
    ///
    /// # Errors
    ///
    /// As [`Policy::with_min_length`]; [`Error::MinLength`] also where `beside` is above `alone`.
    pub fn with_min_lengths(self, alone: usize, beside: usize) -> Result<Self, Error> {
        if beside > alone || beside < LEAST_LENGTH || alone > MOST_LENGTH {
            return Err(Error::MinLength);
        }
        let own = |min| Requirement::own(Rule::MinLength { min });
        let own = [own(alone).alone(), own(beside)];
        let rules = self.rules.replace(Rule::MinLength { min: alone }, &own);
        Self { rules, ..self }.checked()
    }

    /// Asks for a character of each of these classes, and of no other.
    ///
    /// # Errors
    ///
    /// [`Error::Contradiction`] where a standard wants no mixture.
    pub fn with_classes(self, classes: &[Class]) -> Result<Self, Error> {
        let own: Vec<_> = classes.iter().map(|class| Rule::Class(*class)).collect();
        self.with_own(Rule::Class(Class::Letter), &own).checked()
    }

    /// Looks for context words like this.
    ///
    /// # Errors
    ///
    /// [`Error::Contradiction`] where a standard wants the whole password compared.
    pub fn with_context_words(self, words: Words) -> Result<Self, Error> {
        self.with(Rule::NoContextWords(words)).checked()
    }

    /// Refuses the passwords of `list` too, beside those of [`Blocklist::common`] and of lists added
    /// before.
    #[must_use]
    pub fn with_blocklist(mut self, list: impl Into<Arc<Blocklist>>) -> Self {
        self.lists.push(list.into());
        self
    }

    /// Remembers the last `depth` passwords, 0 to 64, beside the present one. A change computes one
    /// hash for each that is remembered. Where the depth is lowered, nothing that a state remembers
    /// already is let go: after the next change, too, it remembers all of it, and from then on as many.
    ///
    /// # Errors
    ///
    /// [`Error::HistoryDepth`] above 64.
    pub fn with_history(self, depth: usize) -> Result<Self, Error> {
        if depth > HISTORY_LIMIT {
            return Err(Error::HistoryDepth);
        }
        Ok(self.with(Rule::NotOfLast { depth }))
    }

    /// Remembers every password that served within `period`, beside those of
    /// [`Policy::with_history`], at most 64 in all: who has changed so often within the period may
    /// change again when it is over for the oldest. A shorter period holds at once, and what it no
    /// longer covers is forgotten with the next change.
    ///
    /// A password that no longer serves, because it has expired or [must be
    /// changed](super::State::with_must_change), may be changed all the same: of 64 the oldest is
    /// forgotten then, though its period is not over.
    #[must_use]
    pub fn with_history_for(self, period: Period) -> Self {
        self.with(Rule::NotWithin(period))
    }

    /// Lets a password be changed only when `period` is over, unless it must be.
    ///
    /// # Errors
    ///
    /// [`Error::Contradiction`] where it may expire before.
    pub fn with_min_age(self, period: Period) -> Result<Self, Error> {
        self.with(Rule::MinAge(period)).checked()
    }

    /// Lets passwords expire after `period`, with and without a second factor.
    ///
    /// # Errors
    ///
    /// [`Error::Contradiction`] where a standard wants no periodic change, and where the minimum age
    /// is longer.
    pub fn with_lifetime(self, period: Period) -> Result<Self, Error> {
        self.with(Rule::Lifetime(period)).checked()
    }

    /// Lets passwords expire after `period` where there is no second factor, and no others.
    ///
    /// # Errors
    ///
    /// As [`Policy::with_lifetime`].
    pub fn with_lifetime_alone(self, period: Period) -> Result<Self, Error> {
        self.with_lifetimes(&[period], &[])
    }

    /// Lets no password expire.
    #[must_use]
    pub fn without_lifetime(self) -> Self {
        self.with_own(Rule::Lifetime(Period::NINETY_DAYS), &[])
    }

    /// Warns for `period` before a password expires.
    #[must_use]
    pub fn with_warning(self, period: Period) -> Self {
        self.with(Rule::Warning(period))
    }

    /// Still accepts a password for `period` after it has expired.
    #[must_use]
    pub fn with_grace(self, period: Period) -> Self {
        self.with(Rule::Grace(period))
    }

    pub(super) fn with_lifetimes(self, alone: &[Period], beside: &[Period]) -> Result<Self, Error> {
        let own = |period: &Period| Requirement::own(Rule::Lifetime(*period));
        let alone = alone.iter().map(|period| own(period).alone());
        let own: Vec<_> = alone.chain(beside.iter().map(own)).collect();
        let rules = self
            .rules
            .replace(Rule::Lifetime(Period::NINETY_DAYS), &own);
        Self { rules, ..self }.checked()
    }

    fn with(self, rule: Rule) -> Self {
        self.with_own(rule, &[rule])
    }

    pub(super) fn with_own(self, kind: Rule, own: &[Rule]) -> Self {
        let own: Vec<_> = own.iter().map(|rule| Requirement::own(*rule)).collect();
        Self {
            rules: self.rules.replace(kind, &own),
            ..self
        }
    }

    pub(super) fn checked(self) -> Result<Self, Error> {
        Ok(Self {
            rules: self.rules.checked()?,
            ..self
        })
    }

    /// What is asked of a person, in the order of [`Policy::check`], then of time: for the form in
    /// which a password is chosen.
    #[must_use]
    pub fn describe(&self) -> Vec<Requirement> {
        let mut asked = self.requirements();
        let expires = asked.iter().any(|r| matches!(r.rule(), Rule::Lifetime(_)));
        asked.retain(|r| match r.rule() {
            Rule::Warning(_) | Rule::Grace(_) => expires,
            rule => !rule.is_freedom(),
        });
        asked
    }

    /// The clauses of `standard` that this policy departs from, in the order of the standard: none
    /// where it conforms. A clause about passwords that are the only factor is not asked of a policy
    /// [for a second factor](Policy::for_second_factor).
    ///
    /// What a policy cannot show is not judged: how passwords are stored, sent and typed in, how
    /// guesses are limited, whether a person may change theirs, and what the blocklists hold beside
    /// the number of their entries.
    #[must_use]
    pub fn conforms(&self, standard: Standard) -> Vec<Departure> {
        let has = self.requirements();
        let demands = standard.demands().iter();
        let asked = demands.filter(|r| r.applies_to(self.factor));
        asked.filter_map(|r| Departure::of(*r, &has)).collect()
    }

    /// The rules that hold for the account, with as many blocklisted passwords as there are.
    pub(super) fn requirements(&self) -> Vec<Requirement> {
        let rules = self.rules.applicable(self.factor);
        rules
            .into_iter()
            .map(|r| r.with_passwords(self.blocklisted()))
            .collect()
    }

    /// The embedded list and those that were added.
    pub(super) fn lists(&self) -> impl Iterator<Item = &Blocklist> {
        iter::once(&COMMON).chain(self.lists.iter().map(AsRef::as_ref))
    }

    fn blocklisted(&self) -> usize {
        let entries = self.lists().map(Blocklist::len);
        entries.fold(0, usize::saturating_add)
    }
}
