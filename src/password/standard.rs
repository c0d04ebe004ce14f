//! What the standards ask of passwords, clause by clause.

use core::fmt;

use super::{Class, Clause, Period, Requirement, Rule, Words};

/// A document that asks something of passwords.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Standard {
    /// NIST SP 800-63B-4 (August 2025) §3.1.1.2, by the numbers of its list: (1) length, (2) 64
    /// characters permitted, (5) no rule of composition, (6) no periodic change, and the blocklist
    /// with which the whole password is compared.
    Nist80063b,
    /// OWASP Application Security Verification Standard 5.0, V6.2: 6.2.1 length, 6.2.4 a list of
    /// 3,000 common passwords, 6.2.5 any composition and any character, 6.2.9 64 characters
    /// permitted, 6.2.10 no periodic change, 6.2.11 context words.
    ///
    /// Two more are kept elsewhere, and a policy cannot show them. 6.2.8, a password is verified
    /// exactly as received: nothing is cut and case counts, but the default
    /// [`Form`](super::Form) is a normal form, which NIST asks for; to the letter it is
    /// [`Form::Raw`](super::Form::Raw). 6.2.12, a set of breached passwords:
    /// [`Policy::with_blocklist`](super::Policy::with_blocklist) takes one.
    OwaspAsvs5,
    /// PCI DSS 4.0.1: 8.3.6 length, letters and digits, 8.3.7 the last four, 8.3.9 90 days where
    /// the password is the only factor.
    ///
    /// 8.3.7 refuses "any of the last four passwords/passphrases used". Whether the present one is
    /// of the four it leaves open; its testing procedure asks for "the four previously used", and
    /// that is how it is read here: four before the present one, which may not come back either.
    PciDss4,
    /// The published rules of a back office: length, four classes, no word of the account, a
    /// history, six months, a warning in the last 14 days.
    BackOffice,
}

const NIST_LIST: &str = "NIST SP 800-63B-4 §3.1.1.2";
const NIST_LENGTH: &str = "NIST SP 800-63B-4 §3.1.1.2(1)";

const NIST: [Requirement; 8] = [
    Requirement::new(Rule::MinLength { min: 15 }, NIST_LENGTH).alone(),
    Requirement::new(Rule::MinLength { min: 8 }, NIST_LENGTH),
    Requirement::new(
        Rule::LengthPermitted { length: 64 },
        "NIST SP 800-63B-4 §3.1.1.2(2)",
    ),
    Requirement::new(Rule::AnyMixture, "NIST SP 800-63B-4 §3.1.1.2(5)"),
    Requirement::new(Rule::NoPeriodicChange, "NIST SP 800-63B-4 §3.1.1.2(6)"),
    Requirement::new(Rule::WholeComparison, NIST_LIST),
    Requirement::new(Rule::NotBlocklisted { passwords: 1 }, NIST_LIST),
    Requirement::new(Rule::NoContextWords(Words::Whole), NIST_LIST),
];

const ASVS: [Requirement; 7] = [
    // "although a minimum of 15 characters is strongly recommended"
    Requirement::new(Rule::MinLength { min: 8 }, "OWASP ASVS 5.0 6.2.1"),
    Requirement::new(
        Rule::NotBlocklisted { passwords: 3000 },
        "OWASP ASVS 5.0 6.2.4",
    ),
    Requirement::new(Rule::AnyMixture, "OWASP ASVS 5.0 6.2.5"),
    Requirement::new(Rule::AnyCharacter, "OWASP ASVS 5.0 6.2.5"),
    Requirement::new(Rule::LengthPermitted { length: 64 }, "OWASP ASVS 5.0 6.2.9"),
    Requirement::new(Rule::NoPeriodicChange, "OWASP ASVS 5.0 6.2.10"),
    Requirement::new(Rule::NoContextWords(Words::Whole), "OWASP ASVS 5.0 6.2.11"),
];

const PCI: [Requirement; 5] = [
    Requirement::new(Rule::MinLength { min: 12 }, "PCI DSS 4.0.1 8.3.6"),
    Requirement::new(Rule::Class(Class::Letter), "PCI DSS 4.0.1 8.3.6"),
    Requirement::new(Rule::Class(Class::Digit), "PCI DSS 4.0.1 8.3.6"),
    Requirement::new(Rule::NotOfLast { depth: 4 }, "PCI DSS 4.0.1 8.3.7"),
    Requirement::new(Rule::Lifetime(Period::NINETY_DAYS), "PCI DSS 4.0.1 8.3.9").alone(),
];

const COMPOSITION: &str = "back office: composition";

const BACK_OFFICE: [Requirement; 9] = [
    Requirement::new(Rule::MinLength { min: 12 }, "back office: length"),
    Requirement::new(Rule::Class(Class::Upper), COMPOSITION),
    Requirement::new(Rule::Class(Class::Lower), COMPOSITION),
    Requirement::new(Rule::Class(Class::Digit), COMPOSITION),
    Requirement::new(Rule::Class(Class::Symbol), COMPOSITION),
    Requirement::new(
        Rule::NoContextWords(Words::Anywhere),
        "back office: context words",
    ),
    Requirement::new(Rule::NotOfLast { depth: 24 }, "back office: history"),
    Requirement::new(Rule::Lifetime(Period::SIX_MONTHS), "back office: expiry"),
    Requirement::new(Rule::Warning(Period::FOURTEEN_DAYS), "back office: warning"),
];

impl Standard {
    /// Its demands, in its own order.
    pub(super) const fn demands(self) -> &'static [Requirement] {
        match self {
            Self::Nist80063b => &NIST,
            Self::OwaspAsvs5 => &ASVS,
            Self::PciDss4 => &PCI,
            Self::BackOffice => &BACK_OFFICE,
        }
    }

    /// The name that a policy file extends: `nist_800_63b`, `owasp_asvs_5`, `pci_dss_4`,
    /// `back_office`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nist80063b => "nist_800_63b",
            Self::OwaspAsvs5 => "owasp_asvs_5",
            Self::PciDss4 => "pci_dss_4",
            Self::BackOffice => "back_office",
        }
    }
}

/// A clause of a standard that a policy departs from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Departure {
    asked: Requirement,
    found: Vec<Rule>,
}

impl Departure {
    /// What `has` departs from of what `asked` asks for, if it does.
    pub(super) fn of(asked: Requirement, has: &[Requirement]) -> Option<Self> {
        let rules = || has.iter().map(Requirement::rule);
        let rule = asked.rule();
        let against: Vec<_> = rules().filter(|has| has.contradicts(rule)).collect();
        if rule.is_freedom() {
            let found = against;
            return (!found.is_empty()).then_some(Self { asked, found });
        }
        let kept = rules().any(|has| has.implies(rule)) && !lengthened(rule, rules);
        let concerns = |has: &Rule| {
            let grace = matches!((has, rule), (Rule::Grace(_), Rule::Lifetime(_)));
            grace || has.is_kind_of(rule)
        };
        let found = rules().filter(concerns).collect();
        (!kept).then_some(Self { asked, found })
    }

    /// The clause.
    #[must_use]
    pub const fn clause(&self) -> Clause {
        self.asked.clause()
    }

    /// What it asks for.
    #[must_use]
    pub const fn asked(&self) -> Rule {
        self.asked.rule()
    }

    /// What the policy has instead: weaker rules of the same kind, or those that the clause does
    /// not want. None where it has nothing of the kind.
    #[must_use]
    pub fn found(&self) -> &[Rule] {
        &self.found
    }
}

/// Whether a password still serves, by grace, when the lifetime that is asked for is over.
fn lengthened<I: Iterator<Item = Rule>>(asked: Rule, rules: impl Fn() -> I) -> bool {
    let Rule::Lifetime(asked) = asked else {
        return false;
    };
    let graces = rules().filter_map(|rule| match rule {
        Rule::Grace(grace) => Some(grace),
        _ => None,
    });
    let ends = |grace: Period| {
        rules().any(|rule| match rule {
            Rule::Lifetime(lifetime) => lifetime.is_within_after(grace, asked),
            _ => false,
        })
    };
    let mut graces = graces.peekable();
    graces.peek().is_some() && !graces.any(ends)
}

/// "PCI DSS 4.0.1 8.3.6 asks for: at least 12 characters; found: at least 8 characters".
impl fmt::Display for Departure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} asks for: {}; found: ", self.clause(), self.asked)?;
        if self.found.is_empty() {
            return f.write_str("nothing of the kind");
        }
        for (i, rule) in self.found.iter().enumerate() {
            let before = if i == 0 { "" } else { ", " };
            write!(f, "{before}{rule}")?;
        }
        Ok(())
    }
}
