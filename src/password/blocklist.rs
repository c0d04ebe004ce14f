//! Passwords that everybody tries first.

use core::fmt;

use zeroize::Zeroizing;

use super::text;

/// A list of passwords that a [`Policy`](super::Policy) refuses.
///
/// A password is refused when all of it stands in the list, in the same text form and whatever the
/// case (NIST SP 800-63B-4 §3.1.1.2: the whole password, not parts of it).
pub struct Blocklist(Vec<Box<str>>);

impl Blocklist {
    /// Takes one password a line, as such lists are published. Empty lines are skipped, and a
    /// carriage return at the end of a line; nothing else is: spaces and `#` may be of a password.
    #[must_use]
    pub fn from_lines(text: &str) -> Self {
        text.lines().filter(|line| !line.is_empty()).collect()
    }

    /// How many different passwords it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it holds none, and refuses nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the folded text stands in the list.
    pub(super) fn contains(&self, folded: &str) -> bool {
        let search = self.0.binary_search_by(|entry| (**entry).cmp(folded));
        search.is_ok()
    }
}

/// From single passwords.
impl<'a> FromIterator<&'a str> for Blocklist {
    fn from_iter<I: IntoIterator<Item = &'a str>>(passwords: I) -> Self {
        let fold = |password| {
            let folded: Zeroizing<String> = text::fold(&text::form(password));
            Box::from(folded.as_str())
        };
        let mut list: Vec<Box<str>> = passwords.into_iter().map(fold).collect();
        list.sort_unstable();
        list.dedup();
        Self(list)
    }
}

/// Prints how many passwords it holds, not which.
impl fmt::Debug for Blocklist {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blocklist({})", self.len())
    }
}
