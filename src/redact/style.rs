//! What stands in the place of a secret: its kind alone, a part of it, or a pseudonym.

use super::{finding::Kind, plain::plain, policy::Error, spans::is_shown};
use crate::mask;
#[cfg(feature = "pseudonym")]
use crate::mask::PseudonymKey;

/// Digits of a number that may be shown: PCI DSS 4.0.1 requirement 3.4.1 lets the last four of a
/// card be.
const LAST: usize = 4;
/// Characters of a key's id.
const MAX_KEY_ID: usize = 32;
/// Characters of a pseudonym.
const PSEUDONYM_LEN: usize = 28;
#[cfg(feature = "pseudonym")]
const _: () = assert!(PSEUDONYM_LEN == PseudonymKey::PSEUDONYM_LEN);
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
    /// the id of the key. Values are taken as they are written, the escapes of JSON, URLs and XML
    /// undone: a registered secret in base64 or hexadecimal has another pseudonym than in plain.
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
        if !is_key_id(id.as_bytes()) {
            return Err(Error::KeyId);
        }
        let earlier = self.pseudonyms.take();
        self.pseudonyms = Some(Pseudonyms {
            id: id.to_owned(),
            key,
            tenant: earlier.map(|p| p.tenant).unwrap_or_default(),
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

/// Whether some policy shows this of a value: a part of it, or a pseudonym, also where this program
/// makes none.
pub(super) fn may_show(kind: Kind, shown: &[u8]) -> bool {
    is_part(kind, shown) || is_pseudonym(shown)
}

/// Whether `shown` has the form of what [`part`] shows.
fn is_part(kind: Kind, shown: &[u8]) -> bool {
    match kind {
        Kind::Card | Kind::Iban | Kind::Ssn => {
            shown.len() == LAST && shown.iter().all(u8::is_ascii_digit)
        }
        Kind::Email => {
            let behind = |shown: &[u8]| shown.starts_with(b"***@");
            behind(shown) || shown.split_first().is_some_and(|(_, rest)| behind(rest))
        }
        _ => false,
    }
}

/// Whether `shown` is the id of a key and what that key makes: `k2.p_` and 26 digits of base 32.
fn is_pseudonym(shown: &[u8]) -> bool {
    let Some(at) = shown.len().checked_sub(PSEUDONYM_LEN) else {
        return false;
    };
    let (id, pseudonym) = shown.split_at(at);
    let id = id.strip_suffix(b".").unwrap_or_default();
    let digits = pseudonym.strip_prefix(b"p_").unwrap_or_default();
    is_key_id(id)
        && !digits.is_empty()
        && digits
            .iter()
            .all(|b| matches!(b, b'a'..=b'z' | b'2'..=b'7'))
}

fn is_key_id(id: &[u8]) -> bool {
    let is_plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    (1..=MAX_KEY_ID).contains(&id.len()) && id.iter().all(is_plain)
}

/// Whether there is a part of such a value that may be shown.
fn has_parts(kind: Kind) -> bool {
    matches!(kind, Kind::Card | Kind::Iban | Kind::Ssn | Kind::Email)
}

fn part(kind: Kind, value: &str) -> Option<String> {
    match kind {
        // An IBAN under a card's name is none, and of what is no card nothing is shown.
        Kind::Card
            if !value
                .bytes()
                .all(|b| b.is_ascii_digit() || matches!(b, b' ' | b'-')) =>
        {
            None
        }
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
