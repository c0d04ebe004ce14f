//! A policy as a file.

use core::{fmt, marker::PhantomData, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Class, Error, Period, Policy, Requirement, Rule, SecondFactor, Words, rules::Rules};

/// What a policy file may say. What it does not say is as in the presets that it extends.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
struct Document {
    #[serde(skip_serializing_if = "Option::is_none")]
    extends: Option<Many<Preset>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    second_factor: Option<SecondFactor>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_length: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_length_with_second_factor: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    classes: Option<Vec<Class>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    context_words: Option<Words>,
    #[serde(skip_serializing_if = "Option::is_none")]
    history: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    history_for: Option<Many<Period>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lifetime: Option<Many<Period>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lifetime_with_second_factor: Option<Many<Period>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_age: Option<Many<Period>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<Many<Period>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grace: Option<Many<Period>>,
}

/// Reads a policy file, with feature `serde`, from any format that says of itself what its values
/// are, as TOML, JSON and YAML do:
///
/// ```
/// use portcullis::password::{Policy, Standard};
///
/// let policy: Policy = toml::from_str(r#"
///     extends = "pci_dss_4"     # or ["pci_dss_4", "back_office"]: the stricter of each rule
///     min_length = 14           # all else is optional
///     history_for = "12 months"
///     lifetime = "60 days"
/// "#)?;
/// assert_eq!(policy.conforms(Standard::PciDss4), []);
/// let text = toml::to_string(&policy)?;
/// assert_eq!(toml::from_str::<Policy>(&text)?, policy);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
///
/// | key | value | see |
/// | --- | --- | --- |
/// | `extends` | `"nist_800_63b"`, `"nist_800_63b_with_mfa"`, `"owasp_asvs_5"`, `"pci_dss_4"`, `"back_office"`, or several | [`Policy::and`] |
/// | `second_factor` | `"enrolled"` or `"not_enrolled"` | [`Policy::for_second_factor`] |
/// | `min_length`, `min_length_with_second_factor` | number | [`Policy::with_min_lengths`] |
/// | `classes` | list of `"letter"`, `"upper"`, `"lower"`, `"digit"`, `"symbol"` | [`Policy::with_classes`] |
/// | `context_words` | `"anywhere"` or `"whole"` | [`Policy::with_context_words`] |
/// | `history` | number | [`Policy::with_history`] |
/// | `history_for` | period | [`Policy::with_history_for`] |
/// | `lifetime`, `lifetime_with_second_factor` | period | [`Policy::with_lifetime`] |
/// | `min_age` | period | [`Policy::with_min_age`] |
/// | `warning` | period | [`Policy::with_warning`] |
/// | `grace` | period | [`Policy::with_grace`] |
///
/// A period is `"6 months"`, `"90 days"` or `"24 hours"`; a list of several, of which each holds;
/// or `[]` for none. `lifetime_with_second_factor` may not end before `lifetime`. `extends` or `min_length` must be there. An unknown key, an unknown name, a
/// number out of range and a contradiction are errors that name the key. Blocklists are not of the
/// file: [`Policy::with_blocklist`] adds them.
impl<'de> Deserialize<'de> for Policy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let file = Document::deserialize(deserializer)?;
        file.policy().map_err(de::Error::custom)
    }
}

/// Writes what [`Policy`]'s `Deserialize` reads: its presets, and where it differs from them. Its
/// blocklists are not written.
impl Serialize for Policy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Document::of(self).serialize(serializer)
    }
}

impl Document {
    fn policy(self) -> Result<Policy, Refusal> {
        let mut policy = self.base()?;
        if let Some(factor) = self.second_factor {
            policy = policy.for_second_factor(factor);
        }
        let beside = self.min_length_with_second_factor;
        if let Some((alone, beside)) = both(self.min_length, beside, policy.min_lengths()) {
            policy = named("min_length", policy.with_min_lengths(alone, beside))?;
        }
        if let Some(classes) = self.classes {
            policy = named("classes", policy.with_classes(&classes))?;
        }
        if let Some(words) = self.context_words {
            policy = named("context_words", policy.with_context_words(words))?;
        }
        if let Some(depth) = self.history {
            policy = named("history", policy.with_history(depth))?;
        }
        let beside = self.lifetime_with_second_factor;
        let (alone, always) = policy.lifetimes();
        if let Some((alone, beside)) = both(self.lifetime, beside, (Many(alone), Many(always))) {
            keeps_both(&alone.0, &beside.0)?;
            policy = named("lifetime", policy.with_lifetimes(&alone.0, &beside.0))?;
        }
        for (key, rule, periods) in [
            ("history_for", NOT_WITHIN, self.history_for),
            ("min_age", MIN_AGE, self.min_age),
            ("warning", WARNING, self.warning),
            ("grace", GRACE, self.grace),
        ] {
            if let Some(Many(periods)) = periods {
                policy = named(key, policy.with_periods(rule, &periods))?;
            }
        }
        Ok(policy)
    }

    /// The presets together, or a policy of nothing but its length.
    fn base(&self) -> Result<Policy, Refusal> {
        let presets = self.extends.iter().flat_map(|many| &many.0);
        let mut presets = presets.map(|Preset(_, make)| make());
        match (presets.next(), self.min_length) {
            (Some(first), _) => named("extends", presets.try_fold(first, Policy::and)),
            (None, Some(min)) => named("min_length", Policy::with_length_only(min)),
            (None, None) => Err(Refusal::Nothing),
        }
    }

    /// The presets, and the rules of every kind of which the presets have others.
    fn of(policy: &Policy) -> Self {
        let own = Own::of(policy);
        let (alone, beside) = policy.min_lengths();
        let length = own.has(Rule::MinLength { min: alone });
        let (lifetime, lifetime_beside) = policy.lifetimes();
        let expires = own.has(LIFETIME(Period::NINETY_DAYS));
        let names = policy.standards.iter().map(|standard| standard.as_str());
        let presets: Vec<Preset> = names.filter_map(|name| name.parse().ok()).collect();
        Self {
            extends: (!presets.is_empty()).then_some(Many(presets)),
            second_factor: (policy.factor == SecondFactor::Enrolled).then_some(policy.factor),
            min_length: length.then_some(alone),
            min_length_with_second_factor: (length && beside != alone).then_some(beside),
            classes: own.rules(Rule::Class(Class::Letter)).map(classes),
            context_words: own
                .rules(Rule::NoContextWords(Words::Whole))
                .and_then(context_words),
            history: own.rules(Rule::NotOfLast { depth: 0 }).and_then(depth),
            history_for: own.periods(NOT_WITHIN),
            lifetime_with_second_factor: (expires && lifetime_beside != lifetime)
                .then_some(Many(lifetime_beside)),
            lifetime: expires.then_some(Many(lifetime)),
            min_age: own.periods(MIN_AGE),
            warning: own.periods(WARNING),
            grace: own.periods(GRACE),
        }
    }
}

impl Policy {
    fn with_periods(self, rule: fn(Period) -> Rule, periods: &[Period]) -> Result<Self, Error> {
        let own: Vec<_> = periods.iter().map(|period| rule(*period)).collect();
        self.with_own(rule(Period::NINETY_DAYS), &own).checked()
    }

    /// The least length without and with a second factor; nothing where there is no such rule.
    fn min_lengths(&self) -> (usize, usize) {
        let min = |factor| {
            let rules = self.rules.applicable(factor).into_iter();
            let min = rules.filter_map(|r| match r.rule() {
                Rule::MinLength { min } => Some(min),
                _ => None,
            });
            min.max().unwrap_or_default()
        };
        (min(SecondFactor::NotEnrolled), min(SecondFactor::Enrolled))
    }

    /// The lifetimes without and with a second factor.
    fn lifetimes(&self) -> (Vec<Period>, Vec<Period>) {
        let lifetimes = |factor| {
            let rules = self.rules.applicable(factor).into_iter();
            let lifetime = |r: Requirement| match r.rule() {
                Rule::Lifetime(period) => Some(period),
                _ => None,
            };
            rules.filter_map(lifetime).collect()
        };
        let alone = lifetimes(SecondFactor::NotEnrolled);
        (alone, lifetimes(SecondFactor::Enrolled))
    }
}

type OfPeriod = fn(Period) -> Rule;

const NOT_WITHIN: OfPeriod = Rule::NotWithin;
const LIFETIME: OfPeriod = Rule::Lifetime;
const MIN_AGE: OfPeriod = Rule::MinAge;
const WARNING: OfPeriod = Rule::Warning;
const GRACE: OfPeriod = Rule::Grace;

/// The rules of a policy, beside those that its presets have.
struct Own<'a> {
    policy: &'a Rules,
    presets: Option<Rules>,
}

impl<'a> Own<'a> {
    fn of(policy: &'a Policy) -> Self {
        Self {
            policy: &policy.rules,
            presets: Rules::of(&policy.standards).ok(),
        }
    }

    /// The rules of a kind, if the presets have others.
    fn rules(&self, kind: Rule) -> Option<Vec<Rule>> {
        let presets = self.presets.as_ref();
        let same = presets.is_some_and(|p| p.of_kind(kind).eq(self.policy.of_kind(kind)));
        (!same).then(|| self.policy.of_kind(kind).map(Requirement::rule).collect())
    }

    fn has(&self, kind: Rule) -> bool {
        self.rules(kind).is_some()
    }

    fn periods(&self, rule: OfPeriod) -> Option<Many<Period>> {
        let rules = self.rules(rule(Period::NINETY_DAYS))?;
        Some(Many(rules.into_iter().filter_map(Rule::period).collect()))
    }
}

fn classes(rules: Vec<Rule>) -> Vec<Class> {
    let class = |rule| match rule {
        Rule::Class(class) => Some(class),
        _ => None,
    };
    rules.into_iter().filter_map(class).collect()
}

fn context_words(rules: Vec<Rule>) -> Option<Words> {
    rules.into_iter().find_map(|rule| match rule {
        Rule::NoContextWords(words) => Some(words),
        _ => None,
    })
}

fn depth(rules: Vec<Rule>) -> Option<usize> {
    rules.into_iter().find_map(|rule| match rule {
        Rule::NotOfLast { depth } => Some(depth),
        _ => None,
    })
}

/// What a key for every account and one for those with a second factor say together, if they say
/// anything: the second is as the first where it is not there.
fn both<T: Clone>(every: Option<T>, beside: Option<T>, present: (T, T)) -> Option<(T, T)> {
    match (every, beside) {
        (None, None) => None,
        (None, Some(beside)) => Some((present.0, beside)),
        (Some(every), beside) => Some((every.clone(), beside.unwrap_or(every))),
    }
}

/// An error where a password beside a second factor would have to be changed sooner than one alone.
fn keeps_both(alone: &[Period], beside: &[Period]) -> Result<(), Refusal> {
    let kept = |beside: &Period| alone.iter().any(|alone| alone.is_within(*beside));
    if beside.iter().all(kept) {
        Ok(())
    } else {
        Err(Refusal::Stricter)
    }
}

/// Why a file is not a policy.
enum Refusal {
    Nothing,
    Stricter,
    Key(&'static str, Error),
}

fn named<T>(key: &'static str, outcome: Result<T, Error>) -> Result<T, Refusal> {
    outcome.map_err(|error| Refusal::Key(key, error))
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("neither `extends` nor `min_length` is there"),
            Self::Stricter => {
                f.write_str("`lifetime_with_second_factor` may end before `lifetime` does")
            }
            Self::Key(key, error) => write!(f, "`{key}`: {error}"),
        }
    }
}

/// A preset by its name.
#[derive(Clone, Copy, Debug)]
struct Preset(&'static str, fn() -> Policy);

const PRESETS: [Preset; 5] = [
    Preset("nist_800_63b", Policy::nist_800_63b),
    Preset("nist_800_63b_with_mfa", Policy::nist_800_63b_with_mfa),
    Preset("owasp_asvs_5", Policy::owasp_asvs_5),
    Preset("pci_dss_4", Policy::pci_dss_4),
    Preset("back_office", Policy::back_office),
];

impl FromStr for Preset {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named = PRESETS.into_iter().find(|preset| preset.0 == text);
        named.ok_or("no preset has this name")
    }
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Several of what is written as text, or one of it.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Many<T>(Vec<T>);

/// How many names or periods a key may have: more than there are presets or kinds of them.
const MOST: usize = 16;

impl<T: fmt::Display> Serialize for Many<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [one] => serializer.collect_str(one),
            many => serializer.collect_seq(many.iter().map(ToString::to_string)),
        }
    }
}

impl<'de, T: FromStr<Err: fmt::Display>> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ManyVisitor(PhantomData))
    }
}

struct ManyVisitor<T>(PhantomData<T>);

impl<'de, T: FromStr<Err: fmt::Display>> de::Visitor<'de> for ManyVisitor<T> {
    type Value = Many<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a text or a list of at most {MOST} texts")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Many<T>, E> {
        let one = text.parse().map_err(E::custom)?;
        Ok(Many(vec![one]))
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Many<T>, A::Error> {
        let mut many = Vec::new();
        while let Some(text) = list.next_element::<String>()? {
            if many.len() == MOST {
                return Err(de::Error::invalid_length(MOST.saturating_add(1), &self));
            }
            many.push(text.parse().map_err(de::Error::custom)?);
        }
        Ok(Many(many))
    }
}
