//! Secrets that the application knows: found wherever they stand, however they are written.
//!
//! What is looked for are the bytes of a secret, and the forms in which programs write it: escaped
//! as JSON does, once and twice, percent-encoded in upper and lower case and as a form, in base64
//! and base64url at each of the three places it may have in a group of four characters, in
//! hexadecimal, in HTML, doubled quotes. In a long text every form is cut into pieces, and each
//! piece is found by itself.

mod forms;
mod search;

use core::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use zeroize::Zeroizing;

use super::{Error, finding::Kind, rules, spans::Spans};
use search::Search;

/// A shorter secret would be found in texts that have nothing to do with it.
const MIN_LEN: usize = 8;
/// A private key of 16,384 bits in PEM has 13 KB.
const MAX_LEN: usize = 16 * 1024;
/// Bounds the memory that the forms take, and the time a change takes.
const MAX_SECRETS: usize = 1024;
const MAX_TOTAL: usize = 256 * 1024;

/// Secrets that are known at run time. Cloning gives another handle to the same set: what is added
/// through one is found by every policy and every writer that has it, from the next text on.
///
/// A secret is found as it is and as programs write it: escaped by JSON (once and twice), in URLs
/// and forms, in base64, in hexadecimal, in HTML. Of a secret of several lines every line of at
/// least 16 bytes is found by itself, and of a long one every piece. Secrets are wiped from memory
/// when they are removed or the last handle is dropped.
///
/// It does not find a secret that was cut off, split, reversed, hashed, compressed or encrypted, nor
/// one in upper case that was registered in lower case.
///
/// # Example
///
/// ```
/// use portcullis::redact::{Policy, Registered};
///
/// let secrets = Registered::default();
/// let policy = Policy::default().with_registered(&secrets);
/// secrets.add(b"correct horse battery")?;
/// assert_eq!(policy.redact_str("q=correct+horse+battery"), "q=[REDACTED:registered]");
/// assert!(secrets.remove(b"correct horse battery"));
/// assert_eq!(policy.redact_str("q=correct+horse+battery"), "q=correct+horse+battery");
/// # Ok::<(), portcullis::redact::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Registered(Arc<RwLock<Known>>);

#[derive(Default)]
struct Known {
    secrets: Vec<Zeroizing<Vec<u8>>>,
    search: Search,
}

impl Registered {
    /// Adds a secret of 8 bytes to 16 KiB; one that is there already stays once. Takes time in
    /// proportion to all secrets of the set.
    ///
    /// # Errors
    ///
    /// [`Error::Short`] and [`Error::Long`] for other lengths, [`Error::Full`] where there are 1,024
    /// secrets or 256 KiB of them.
    pub fn add(&self, secret: &[u8]) -> Result<(), Error> {
        if secret.len() < MIN_LEN {
            return Err(Error::Short);
        }
        if secret.len() > MAX_LEN {
            return Err(Error::Long);
        }
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.secrets.iter().any(|s| s.as_slice() == secret) {
            return Ok(());
        }
        let total = known.secrets.iter().map(|s| s.len());
        let total = total.fold(secret.len(), usize::saturating_add);
        if known.secrets.len() >= MAX_SECRETS || total > MAX_TOTAL {
            return Err(Error::Full);
        }
        known.secrets.push(Zeroizing::new(secret.to_vec()));
        known.search = Search::new(&known.secrets);
        Ok(())
    }

    /// Removes a secret. Whether it was there.
    pub fn remove(&self, secret: &[u8]) -> bool {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let place = known.secrets.iter().position(|s| s.as_slice() == secret);
        if let Some(place) = place {
            known.secrets.swap_remove(place);
            known.search = Search::new(&known.secrets);
        }
        place.is_some()
    }

    /// Removes all secrets.
    pub fn clear(&self) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Known::default();
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.secrets.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Another set of the same secrets, which changes by itself.
    fn copy(&self) -> Self {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let secrets = known.secrets.clone();
        let search = Search::new(&secrets);
        Self(Arc::new(RwLock::new(Known { secrets, search })))
    }

    fn visit(&self, text: &[u8], mut visit: impl FnMut(usize)) {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.search.visit(text, |found| visit(found.start));
    }

    /// Finds the secrets in a line. Those that touch are one.
    fn find(&self, line: &[u8], spans: &mut Spans) {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let spans = spans.by(rules::REGISTERED);
        let mut last = 0..0;
        known.search.visit(line, |found| {
            if found.start > last.end {
                spans.add(last.clone(), Kind::Registered);
                last = found;
            } else {
                last.end = last.end.max(found.end);
            }
        });
        spans.add(last, Kind::Registered);
    }
}

/// The sets of a policy: its own, which its clones copy before they change it, and those it shares.
#[derive(Clone, Default)]
pub(super) struct Sets {
    own: Option<Registered>,
    shared: Vec<Registered>,
}

impl Sets {
    pub(super) fn add(&mut self, secret: &[u8]) -> Result<(), Error> {
        let own = self.own.as_ref().map(Registered::copy).unwrap_or_default();
        own.add(secret)?;
        self.own = Some(own);
        Ok(())
    }

    pub(super) fn share(&mut self, set: &Registered) {
        if !self
            .shared
            .iter()
            .any(|other| Arc::ptr_eq(&other.0, &set.0))
        {
            self.shared.push(set.clone());
        }
    }

    fn all(&self) -> impl Iterator<Item = &Registered> {
        self.own.iter().chain(&self.shared)
    }

    /// The gate: visits the start of each secret in `text`.
    pub(super) fn visit(&self, text: &[u8], mut visit: impl FnMut(usize)) {
        self.all().for_each(|set| set.visit(text, &mut visit));
    }

    /// Finds the secrets in a line.
    pub(super) fn find(&self, line: &[u8], spans: &mut Spans) {
        self.all().for_each(|set| set.find(line, spans));
    }
}

/// Says nothing of the secrets.
impl fmt::Debug for Registered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registered").finish_non_exhaustive()
    }
}
