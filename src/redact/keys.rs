//! Which names belong to secrets.
//!
//! A name is compared as a sequence of words: `accessToken`, `ACCESS_TOKEN` and `x-access-token`
//! all end in the words `access token`. Substrings never count, so `tokenizer` and `secret_santa`
//! are no secrets, and neither is `token_type`, which ends in another word. To teach a name, add a
//! line to [`names`] or, where it ends like a secret and is none, to [`public::PUBLIC`].

mod glued;
mod modifiers;
mod names;
mod public;
mod words;

use core::hash::{BuildHasherDefault, Hasher};
use std::collections::{HashMap, HashSet};

use super::{
    bytes::{is_one_of, plus, rest, slice},
    finding::Kind,
    gate,
};
use glued::{GLUED, GLUED_MODIFIERS, OWNERS};
use modifiers::MODIFIERS;
use names::{RARE, SPACED};
use public::{PUBLIC, VERBS};
use words::{Ends, MAX_WORDS, Numbers, Words, joined, starts};

/// Longer names are judged by their end.
pub(super) const MAX_NAME: usize = 128;

/// Shorter words, made of several of a name, are the end of other words by chance.
const MIN_JOINED: usize = 6;

/// What a value under a secret's name must look like to be one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Demand {
    /// Anything.
    Any,
    /// Anything but a number: plurals count things as often as they list them.
    NotCount,
    /// Three to eight digits: shorter and longer ones are other numbers under the same name.
    Digits,
    /// A code that is typed once: digits, also in groups, or a few letters and digits.
    Code,
    /// At least sixteen characters of a token, a letter and a digit among them.
    Opaque,
    /// Several words.
    Words,
    /// A URL that holds a secret.
    Url,
    /// An Authorization header: a scheme, then the secret.
    Authorization,
    /// A Cookie header: names and values.
    Cookies,
    /// A Set-Cookie header: one name and value, then attributes.
    SetCookie,
}

/// What is known about a name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Key {
    pub(super) kind: Kind,
    pub(super) demand: Demand,
    /// Whether the value is likely several words: a passphrase, an answer.
    pub(super) spaced: bool,
}

/// What is known, by words.
type Table = HashMap<Vec<u8>, Option<Key>, BuildHasherDefault<Fnv>>;

/// FNV-1a (ietf.org/archive/id/draft-eastlake-fnv): short words are hashed in a few steps. Who writes
/// the log chooses no entry of the table, so cannot make them collide.
#[derive(Clone, Copy, Debug)]
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    /// The length of a word adds nothing to its bytes.
    fn write_usize(&mut self, _: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Every name that matters, by its words.
#[derive(Clone, Debug)]
pub(super) struct Names {
    /// By the words that a name ends in; None where those make it public.
    ends: Table,
    /// Those of the table that are several words, written as one; other words may be glued to them.
    joined: Table,
    /// How the last words of all these end.
    last: Ends,
    /// Whole names that the application knows to be public.
    safe: HashSet<Vec<u8>>,
}

impl Default for Names {
    fn default() -> Self {
        let mut names = Self {
            ends: Table::default(),
            joined: Table::default(),
            last: Ends::default(),
            safe: HashSet::new(),
        };
        for (kind, demand, ends) in names::all() {
            for end in *ends {
                names.add(end, *kind, *demand);
            }
        }
        for end in PUBLIC {
            names.ends.insert(Words::of(end.as_bytes()).to_vec(), None);
        }
        let several = names.ends.iter().filter(|(words, _)| words.contains(&b' '));
        names.joined = several.map(|(words, key)| (joined(words), *key)).collect();
        for (tail, heads) in GLUED {
            if let Some(Some(key)) = names.ends.get(tail.as_bytes()).copied() {
                for head in *heads {
                    let glued = [head, *tail].concat().into_bytes();
                    names.joined.entry(glued).or_insert(Some(key));
                    // `pass=3` counts, `mail_pass=3` does not.
                    let certain = Key {
                        demand: key.certain(),
                        ..key
                    };
                    let several = [head, *tail].join(" ").into_bytes();
                    names.ends.entry(several).or_insert(Some(certain));
                }
            }
        }
        let (words, modifiers) = GLUED_MODIFIERS;
        for (word, modifier) in words
            .iter()
            .flat_map(|w| modifiers.iter().map(move |m| (w, m)))
        {
            if let Some(key) = names.ends.get(word.as_bytes()).copied() {
                let glued = [*word, *modifier].concat().into_bytes();
                names.joined.entry(glued).or_insert(key);
            }
        }
        for words in names.ends.keys().chain(names.joined.keys()) {
            names.last.add(words);
        }
        names
    }
}

impl Names {
    /// Adds the end of a name, as far as names are looked at; one without a letter is none.
    pub(super) fn add(&mut self, name: &str, kind: Kind, demand: Demand) {
        let words = Words::of(name.as_bytes());
        let mut ends = starts(&words).map(|start| rest(&words, start));
        let words = ends.find(|end| end.len() <= MAX_NAME);
        let words = words.unwrap_or_default().to_vec();
        let spaced = kind == Kind::SecurityAnswer || is_one_of(SPACED, words::last(&words));
        if !words.is_empty() {
            let key = Key {
                kind,
                demand,
                spaced,
            };
            self.last.add(&words);
            self.ends.insert(words, Some(key));
        }
    }

    /// Makes one whole name public.
    pub(super) fn add_safe(&mut self, name: &str) {
        let words = Words::split(name.as_bytes(), Numbers::Count);
        self.safe.insert(words.to_vec());
    }

    /// What the gate must look for at the ends of words so that no name is missed: one word of each
    /// name, unless one of its words ends in that of another name.
    pub(super) fn stems(&self) -> Vec<Vec<u8>> {
        let secret = |(words, key): (&Vec<u8>, &Option<Key>)| key.map(|_| words.clone());
        let sorted = |names: &Table| {
            let mut names: Vec<Vec<u8>> = names.iter().filter_map(secret).collect();
            names.sort_unstable_by_key(|words| (spaces(words), words.len(), words.clone()));
            names
        };
        let mut stems: Vec<Vec<u8>> = Vec::new();
        for name in [sorted(&self.ends), sorted(&self.joined)].concat() {
            let words = || name.split(|b| *b == b' ');
            let is_covered = |word: &[u8]| stems.iter().any(|stem| word.ends_with(stem));
            if !words().any(is_covered) {
                let rarest = words().max_by_key(|word| gate::rarity(word));
                let rare = words().find(|word| is_one_of(RARE, word));
                stems.extend(rare.or(rarest).map(<[u8]>::to_vec));
            }
        }
        // The gate knows the capitals of ASCII alone.
        let capitals: Vec<_> = stems.iter().filter_map(|stem| capitals(stem)).collect();
        stems.extend(capitals.into_iter().flatten());
        stems
    }

    /// What the name of a value says about it; None where it is not a secret's name.
    pub(super) fn look_up(&self, name: &[u8]) -> Option<Key> {
        self.judge(name).flatten()
    }

    /// The same, telling names that are known to be public (`Some(None)`) from unknown ones.
    pub(super) fn judge(&self, name: &[u8]) -> Option<Option<Key>> {
        if !self.safe.is_empty() && self.safe.contains(&*Words::split(name, Numbers::Count)) {
            return Some(None);
        }
        let mut words = Words::of(name);
        // Each round takes a modifier off the end, so this ends.
        for _ in 0..MAX_WORDS {
            let singular = words.strip_suffix(b"s");
            if self.last.may_have(&words) || singular.is_some_and(|w| self.last.may_have(w)) {
                let known = self.by_end(&words).or_else(|| self.by_glued_end(&words));
                if known.is_some() {
                    return known;
                }
            }
            if !is_one_of(MODIFIERS, words::last(&words)) {
                return None;
            }
            words.pop();
        }
        None
    }

    /// Whether the words that a name ends in make it public, as the table says.
    pub(super) fn is_public(&self, name: &[u8]) -> bool {
        let words = Words::of(name);
        starts(&words).any(|start| self.ends.get(rest(&words, start)) == Some(&None))
    }

    /// The entry for the longest end of `words`, also in the singular; public where a verb stands
    /// before it.
    fn by_end(&self, words: &[u8]) -> Option<Option<Key>> {
        let singular = words.strip_suffix(b"s");
        for start in starts(words) {
            let known = self.ends.get(rest(words, start)).copied();
            let plural = || {
                let known = self.ends.get(rest(singular?, start))?;
                Some(known.map(Key::plural))
            };
            if let Some(known) = known.or_else(plural) {
                let previous = slice(words, 0..start.saturating_sub(1));
                return Some(known.filter(|_| !is_one_of(VERBS, words::last(previous))));
            }
        }
        None
    }

    /// The same where the last words are written as one.
    fn by_glued_end(&self, words: &[u8]) -> Option<Option<Key>> {
        let last = words::last(words);
        let known = |word: &[u8]| {
            let tails = GLUED.iter().filter(|(_, heads)| heads.is_empty());
            let mut tails = tails.map(|(tail, _)| tail.as_bytes());
            let glued = || {
                let tail = tails.find(|tail| word.ends_with(tail))?;
                let is_verb = is_one_of(VERBS, word.strip_suffix(tail)?);
                self.ends.get(tail).copied().filter(|_| !is_verb)
            };
            let ends = 1..plus(1, word.len().saturating_sub(MIN_JOINED));
            let mut ends = ends.filter_map(|start| self.joined.get(rest(word, start)));
            let is_glued = |k: &Key| k.kind != Kind::SecurityAnswer && k.demand != Demand::Opaque;
            let mut longer = || ends.find(|k| k.as_ref().is_none_or(is_glued));
            self.joined
                .get(word)
                .copied()
                .or_else(glued)
                .or_else(|| longer().copied())
        };
        let plural = || Some(known(last.strip_suffix(b"s")?)?.map(Key::plural));
        known(last).or_else(plural)
    }
}

/// Whether a word before a name says whose secret it is: `admin password`.
pub(super) fn is_owner(word: &[u8]) -> bool {
    let word = word.to_ascii_lowercase();
    is_one_of(OWNERS, &word)
}

impl Key {
    /// What is demanded of each value of a list: `recovery_codes` is followed by a count or by
    /// codes, and one code may look like a count.
    pub(super) fn listed(self) -> Demand {
        self.certain()
    }

    fn certain(self) -> Demand {
        match self.demand {
            Demand::NotCount => Demand::Any,
            other => other,
        }
    }

    fn plural(self) -> Self {
        let demand = match self.demand {
            Demand::Any => Demand::NotCount,
            other => other,
        };
        Self { demand, ..self }
    }
}

/// A word with letters outside ASCII as headings and constants have it: `Пароль`, `ПАРОЛЬ`.
fn capitals(word: &[u8]) -> Option<[Vec<u8>; 2]> {
    let word = str::from_utf8(word).ok().filter(|word| !word.is_ascii())?;
    let mut rest = word.chars();
    let title = rest.next()?.to_uppercase().chain(rest).collect::<String>();
    let capitals = [title, word.to_uppercase()].map(String::into_bytes);
    // Scripts without capitals have each word once.
    let is_cased = capitals.iter().all(|other| other != word.as_bytes());
    is_cased.then_some(capitals)
}

fn spaces(words: &[u8]) -> usize {
    words.iter().filter(|b| **b == b' ').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(name: &str) -> Option<Kind> {
        Names::default().look_up(name.as_bytes()).map(|k| k.kind)
    }

    #[test]
    fn finds_every_name_of_the_table_through_a_stem() {
        let names = Names::default();
        let stems = names.stems();
        let entries = names.ends.iter().chain(&names.joined);
        for (words, _) in entries.filter(|(_, key)| key.is_some()) {
            let is_stem = |word: &[u8]| stems.iter().any(|stem| word.ends_with(stem));
            assert!(
                words.split(|b| *b == b' ').any(is_stem),
                "{}",
                String::from_utf8_lossy(words)
            );
        }
    }

    #[test]
    fn knows_ends_and_not_substrings() {
        assert_eq!(kind("user.passwordConfirmation"), Some(Kind::Password));
        assert_eq!(kind("tokens"), Some(Kind::Token));
        assert_eq!(kind("mothers_maiden_name"), Some(Kind::SecurityAnswer));
        for name in [
            "tokenizer",
            "secret_santa",
            "token_type",
            "public_key",
            "compass",
            "key_id",
        ] {
            assert_eq!(kind(name), None, "{name}");
        }
    }
}
