//! What stands in the place of a secret: its kind alone, a part of it, or a pseudonym.

use super::{finding::Kind, plain::plain, policy::Error, spans::is_shown};
use crate::mask;
#[cfg(feature = "pseudonym")]
use crate::mask::PseudonymKey;

/// Digits of a number that may be shown: PCI DSS 4.0.1 requirement 3.4.1 lets the last four of a
/// card be.
const LAST: usize = 4;
/// Digits of a social security number.
const SSN_LEN: usize = 9;

/// What stands in the place of a secret.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Style {
    /// Its kind: `[REDACTED:email]`.
    #[default]
    Mark,
    /// Its kind and a part of it: of cards, IBANs and social security numbers the last four digits,
    /// `[REDACTED:card:1111]`; of e-mail addresses the first character and the domain,
    /// `[REDACTED:email:j***@example.com]`. The kind alone where the value has not that form.
    Partial,
    /// Its kind and a pseudonym, equal for equal values: `[REDACTED:email:k2.p_…]`, where `k2` is
    /// the id of the key.
    #[cfg(feature = "pseudonym")]
    Pseudonym,
}

/// The style of each kind.
#[derive(Clone, Default)]
pub(super) struct Styles {
    /// Those that are not [`Style::Mark`].
    chosen: Vec<(Kind, Style)>,
    #[cfg(feature = "pseudonym")]
    pseudonyms: Option<Pseudonyms>,
}

#[cfg(feature = "pseudonym")]
#[derive(Clone)]
struct Pseudonyms {
    id: String,
    key: PseudonymKey,
    tenant: String,
}

impl Styles {
    pub(super) fn choose(&mut self, kind: Kind, style: Style) -> Result<(), Error> {
        match style {
            Style::Partial if !has_parts(kind) => return Err(Error::NotPartial),
            #[cfg(feature = "pseudonym")]
            Style::Pseudonym if self.pseudonyms.is_none() => return Err(Error::NoPseudonymKey),
            _ => {}
        }
        self.chosen.retain(|(chosen, _)| *chosen != kind);
        self.chosen.push((kind, style));
        Ok(())
    }

    /// What is shown of a value beside its kind.
    pub(super) fn shown(&self, kind: Kind, value: &[u8]) -> Option<String> {
        let (_, style) = self.chosen.iter().find(|(chosen, _)| *chosen == kind)?;
        let shown = match style {
            Style::Mark => None,
            Style::Partial => part(kind, &plain(value)),
            #[cfg(feature = "pseudonym")]
            Style::Pseudonym => self.pseudonym(kind, value),
        };
        // Anything else could end the mark or the value around it.
        shown.filter(|shown| !shown.is_empty() && shown.bytes().all(is_shown))
    }
}

#[cfg(feature = "pseudonym")]
impl Styles {
    /// Pseudonyms are made with this key from here on.
    pub(super) fn set_key(&mut self, id: &str, key: PseudonymKey) -> Result<(), Error> {
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        if id.is_empty() || id.len() > MAX_KEY_ID || !id.bytes().all(is_plain) {
            return Err(Error::KeyId);
        }
        self.pseudonyms = Some(Pseudonyms {
            id: id.to_owned(),
            key,
            tenant: String::new(),
        });
        Ok(())
    }

    pub(super) fn set_tenant(&mut self, tenant: &str) -> Result<(), Error> {
        let pseudonyms = self.pseudonyms.as_mut().ok_or(Error::NoPseudonymKey)?;
        tenant.clone_into(&mut pseudonyms.tenant);
        Ok(())
    }

    fn pseudonym(&self, kind: Kind, value: &[u8]) -> Option<String> {
        let Pseudonyms { id, key, tenant } = self.pseudonyms.as_ref()?;
        // No kind's name has a slash, so no two pairs of kind and tenant are one field.
        let field = format!("redact/{}/{tenant}", kind.name());
        let value = String::from_utf8_lossy(value);
        let pseudonym = key.pseudonym(&field, &without_form(kind, &plain(value.as_bytes())));
        Some(format!("{id}.{pseudonym}"))
    }
}

/// Characters of a key's id.
#[cfg(feature = "pseudonym")]
const MAX_KEY_ID: usize = 32;

/// Whether there is a part of such a value that may be shown.
fn has_parts(kind: Kind) -> bool {
    matches!(kind, Kind::Card | Kind::Iban | Kind::Ssn | Kind::Email)
}

fn part(kind: Kind, value: &str) -> Option<String> {
    match kind {
        Kind::Card | Kind::Iban => {
            let masked = mask::Kind::Number.mask(value);
            Some(masked.trim_start_matches('*').to_owned())
        }
        Kind::Ssn => {
            let digits = without_form(kind, value);
            let (_, last) = digits.split_at_checked(SSN_LEN.checked_sub(LAST)?)?;
            (digits.len() == SSN_LEN).then(|| last.to_owned())
        }
        Kind::Email => {
            let masked = mask::Kind::Email.mask(value);
            masked.contains('@').then_some(masked)
        }
        _ => None,
    }
}

/// The value without the blanks and hyphens by which people group numbers.
fn without_form(kind: Kind, value: &str) -> String {
    match kind {
        Kind::Card | Kind::Ssn => value.chars().filter(char::is_ascii_digit).collect(),
        Kind::Iban => {
            let kept = value.chars().filter(char::is_ascii_alphanumeric);
            kept.map(|c| c.to_ascii_uppercase()).collect()
        }
        _ => value.to_owned(),
    }
}
