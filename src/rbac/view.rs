//! What one subject sees of values, here and now.

mod json;
mod like;
mod place;
#[cfg(feature = "serde")]
mod value;

use core::{iter::once, ops::Range};
use std::{borrow::Cow, collections::HashSet};

use super::{
    Error, Facts, Field, Grants, Pattern, Policy, Tenant, Visibility, compile::RoleId,
    permission::check_literal,
};
#[cfg(feature = "pseudonym")]
use crate::mask::PseudonymKey;
use crate::{
    Timestamp,
    mask::{Kind, mask},
};
use place::Place;
#[cfg(feature = "serde")]
pub use value::Viewed;

/// What stands for a value of which nothing is left and which is not left out.
const MASKED: &str = "***";

impl Policy {
    /// What a subject sees of every field in a tenant: decided once, for many values.
    ///
    /// As [`Policy::visibility_with`] answers for one field.
    #[must_use]
    pub fn view(
        &self,
        grants: &Grants,
        tenant: &Tenant,
        facts: Facts<'_>,
        now: Timestamp,
    ) -> View<'_> {
        let roles = self.showing(grants, tenant, facts, now);
        let holds = roles.flat_map(|role| &role.comes_down_to).copied();
        let holds = holds.collect();
        let mut denials: Vec<_> = self.denials(grants, tenant, now).collect();
        denials.sort_unstable();
        denials.dedup();
        View::new(&self.0.fields, &holds, denials)
    }
}

/// Filters values by what one subject sees, here and now: JSON text with [`View::json`], and with the
/// feature `serde` whatever can be serialized.
///
/// Made by [`Policy::view`]. A view decides nothing again: make it for one request and drop it, so
/// that a role that was taken away or a grant that ended shows nothing any more.
///
/// - **Where a value is.** The key `email` of a contact is the field `contact.email`. The elements of
///   a list are where the list is, however many lists lie in one another. A key is compared whole,
///   as it is once it is decoded, and in upper and lower case as it stands: the key `"contact.email"`
///   is no path, and `"*"` is a key as any other.
/// - **What is left out** is what is hidden, with its key or out of its list, and what has no parts
///   and no name in the policy. An object or a list that the policy does not name stands where
///   something in it may be seen, even if nothing is left in it; where nothing in it may be seen,
///   it is left out. A whole value that is hidden is `null`.
/// - **What is masked** is masked down to the last leaf, as [`mask`] has it. Only texts leave
///   something, and whole numbers where the policy says what `kind` they are; a truth value, a
///   fraction and `null` become `"***"`, so that not even a value that is missing shows.
/// - **Pseudonyms** stand for texts and whole numbers, of the field with the longest name around the
///   value; other values have so few or so precise values that equality tells, and become `"***"`.
///
/// # What this does not do
///
/// What stands in a masked value is hidden, not its form: how many elements a list has, and the keys
/// of an object. Where keys are data, such as addresses, hide the whole. A field that is shown as a whole
/// shows what is not restricted in it by name, also what somebody adds to the data later.
///
/// # Security
///
/// OWASP API Security 2023 API3 (broken object property level authorization), ASVS 5.0 8.2.3. JSON is
/// read as RFC 8259 has it, because what two readers understand differently is filtered as the
/// wrong one: a key that stands twice, half a surrogate pair and control characters are refused.
///
/// # Example
///
/// ```
/// use portcullis::{Timestamp, rbac::{Facts, Grant, Grants, Policy, Scope, Tenant}};
///
/// let policy: Policy = r#"
///     portcullis = 1
///     [roles.support]
///     [[field]]
///     name = "contact.name"
///     show = ["support"]
///     [[field]]
///     name = "contact.email"
///     mask = ["support"]
/// "#.parse()?;
/// let acme = Tenant::new("acme")?;
/// let ada = Grants::new().with(Grant::new("support", Scope::Tenant(acme.clone())))?;
/// let now: Timestamp = "2026-11-21T09:00:00Z".parse()?;
///
/// let view = policy.view(&ada, &acme, Facts::new(), now);
/// let stored = r#"[{"name": "Jane Roe", "email": "jane.roe@example.com", "ssn": "078-05-1120"}]"#;
/// let answer = view.json("contact", stored)?;
/// assert_eq!(answer, r#"[{"name":"Jane Roe","email":"j***@example.com"}]"#);
/// // what is asked for by the user: ?sort=email
/// assert!(view.sort("contact.name").is_ok() && view.sort("contact.email").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct View<'p> {
    /// Sorted by name.
    fields: &'p [Field],
    /// What is seen of each.
    levels: Vec<Visibility>,
    /// Of the fields before each, and at the end of all, how many are seen in some way, and how many
    /// are not shown.
    seen: Vec<usize>,
    restricted: Vec<usize>,
    denials: Vec<&'p Pattern>,
    #[cfg(feature = "pseudonym")]
    key: Option<&'p PseudonymKey>,
}

impl<'p> View<'p> {
    fn new(fields: &'p [Field], holds: &HashSet<RoleId>, denials: Vec<&'p Pattern>) -> Self {
        let levels = fields.iter().map(|field| field.shown_to_any(holds));
        let view = Self {
            fields,
            levels: levels.collect(),
            seen: Vec::new(),
            restricted: Vec::new(),
            denials,
            #[cfg(feature = "pseudonym")]
            key: None,
        };
        view.counted()
    }

    /// With the key of the pseudonyms. Without one, what a pseudonym would stand for is hidden.
    #[cfg(feature = "pseudonym")]
    #[must_use]
    pub fn with_pseudonyms(self, key: &'p PseudonymKey) -> Self {
        let key = Some(key);
        Self { key, ..self }.counted()
    }

    #[cfg(feature = "pseudonym")]
    fn has_key(&self) -> bool {
        self.key.is_some()
    }

    #[cfg(not(feature = "pseudonym"))]
    fn has_key(&self) -> bool {
        false
    }

    /// What is seen where the rules say this.
    fn possible(&self, level: Visibility) -> Visibility {
        match level {
            Visibility::Pseudonym if !self.has_key() => Visibility::Hide,
            level => level,
        }
    }

    fn counted(self) -> Self {
        Self {
            seen: self.sums(|level| level < Visibility::Hide),
            restricted: self.sums(|level| level > Visibility::Show),
            ..self
        }
    }

    /// How many of the fields before each, and at the end of all, are of these levels.
    fn sums(&self, counts: fn(Visibility) -> bool) -> Vec<usize> {
        let mut sum = 0_usize;
        let sums = self.levels.iter().map(|level| {
            sum = sum.saturating_add(usize::from(counts(self.possible(*level))));
            sum
        });
        once(0).chain(sums).collect()
    }

    /// What is seen of the field at the end of a path, or of what lies in a field.
    pub fn visibility(&self, field: &str) -> Visibility {
        let sight = Place::of(self, field).sight();
        sight.map_or(Visibility::Hide, |sight| sight.visibility)
    }

    /// Whether what is asked for may be filtered by this field: by comparisons, whoever sees a field
    /// masked or not at all would find out what it is, letter by letter.
    ///
    /// The answer is about the field, not about a query: what lies in a field that is shown is shown,
    /// also under a name that the policy never heard of. Bind the name to a column by a list of your
    /// own; never put its text into a query.
    ///
    /// # Errors
    ///
    /// [`Error::NotShown`] where the field is not shown, or not all that lies in it; where a part of
    /// the name, between dots, is not a text as a segment of a [`Permission`](super::Permission) is;
    /// and where, ignoring upper and lower case (of ASCII), the name is that of a field which is not
    /// shown in full, lies in one or encloses one: many data stores take the one for the other.
    pub fn filter(&self, field: &str) -> Result<(), Error> {
        let is_name = field.split('.').all(|part| check_literal(part).is_ok());
        let is_shown = is_name && Place::of(self, field).is_plain();
        if is_shown && !self.resembles_restricted(field) {
            Ok(())
        } else {
            Err(Error::NotShown)
        }
    }

    /// Whether what is asked for may be sorted by this field: where somebody stands in a list says
    /// what they have, to whoever can add to the list.
    ///
    /// # Errors
    ///
    /// As [`View::filter`].
    pub fn sort(&self, field: &str) -> Result<(), Error> {
        self.filter(field)
    }

    /// Filters a value that is JSON text: what the subject does not see is left out, the rest is
    /// masked or stands as it stood.
    ///
    /// `field` is where the value belongs: its keys are `contact.email` and so on where it is
    /// `contact`, and stand for themselves where it is empty. White space between values is dropped;
    /// order, numbers and texts that are shown stay as they are written.
    ///
    /// It takes one pass and no recursion, and time in proportion to the text; what it returns has at
    /// most sixteen bytes for each byte of the text and fourteen more, as with pseudonyms for single
    /// digits.
    ///
    /// # Errors
    ///
    /// [`Error::Json`] where the text is not JSON as RFC 8259 has it, has a key twice or is nested
    /// deeper than 128. Of a text that is refused, nothing is returned.
    pub fn json(&self, field: &str, text: &str) -> Result<String, Error> {
        json::filter(self, Place::of(self, field), text)
    }

    /// Whether any of these fields is seen in some way.
    fn shows(&self, fields: Range<usize>) -> bool {
        differ(&self.seen, fields)
    }

    /// Whether any of these fields is not shown.
    fn restricts(&self, fields: Range<usize>) -> bool {
        differ(&self.restricted, fields)
    }

    /// What a field, by its index, and those that enclose it leave to see.
    fn sight(&self, index: usize, enclosing: Option<Sight<'p>>) -> Option<Sight<'p>> {
        let level = self.possible(*self.levels.get(index)?);
        let field = self.fields.get(index)?;
        Some(Sight {
            visibility: enclosing.map_or(level, |outer| outer.visibility.max(level)),
            field,
            kind: field.kind.or_else(|| enclosing?.kind),
        })
    }

    #[cfg(feature = "pseudonym")]
    fn pseudonym(&self, field: &str, value: &str) -> Option<String> {
        Some(self.key?.pseudonym(field, value))
    }

    #[cfg(not(feature = "pseudonym"))]
    fn pseudonym(&self, _: &str, _: &str) -> Option<String> {
        None
    }
}

fn differ(sums: &[usize], range: Range<usize>) -> bool {
    sums.get(range.start) != sums.get(range.end)
}

/// How something is seen.
#[derive(Clone, Copy, Debug)]
struct Sight<'v> {
    visibility: Visibility,
    /// The field with the longest name that encloses it: pseudonyms are of this field.
    field: &'v Field,
    /// What the policy says it is.
    kind: Option<Kind>,
}

/// A value without parts.
#[derive(Clone, Copy, Debug)]
enum Leaf<'l> {
    Text(&'l str),
    /// As it is written.
    Number(&'l str),
    /// A truth value, nothing, bytes.
    Other,
}

impl Sight<'_> {
    /// What is seen in place of a value; None where it is the value itself.
    ///
    /// Truth values, nothing and fractions are so few or so precise that an initial or a pseudonym
    /// would say which one it is: nothing is left of them. Of a whole number something is left only
    /// where the policy says what it is.
    fn replacement(&self, view: &View<'_>, leaf: Leaf<'_>) -> Option<Cow<'static, str>> {
        let masked = match (self.visibility, leaf) {
            (Visibility::Show, _) => return None,
            (Visibility::Mask, Leaf::Text(text)) => {
                Some(self.kind.map_or_else(|| mask(text), |kind| kind.mask(text)))
            }
            (Visibility::Mask, Leaf::Number(number)) if is_whole(number) => {
                self.kind.map(|kind| kind.mask(number))
            }
            (Visibility::Pseudonym, Leaf::Text(text)) => view.pseudonym(self.field.name(), text),
            (Visibility::Pseudonym, Leaf::Number(number)) if is_whole(number) => {
                view.pseudonym(self.field.name(), number)
            }
            _ => None,
        };
        Some(masked.map_or(Cow::Borrowed(MASKED), Cow::Owned))
    }
}

fn is_whole(number: &str) -> bool {
    let digits = number.strip_prefix('-').unwrap_or(number);
    digits.bytes().all(|byte| byte.is_ascii_digit())
}
