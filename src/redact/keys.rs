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

use core::hash::{BuildHasherDefault, Hasher};
use std::collections::{HashMap, HashSet};

use super::{
    bytes::{before, byte, is_name, is_one_of, plus, rest, slice},
    finding::Kind,
    gate,
};
use glued::{GLUED, GLUED_MODIFIERS, OWNERS};
use modifiers::MODIFIERS;
use names::{RARE, SPACED};
use public::{PUBLIC, VERBS};

/// Longer names are judged by their end.
pub(super) const MAX_NAME: usize = 128;
/// Words in the longest entry of the table, and some for names that are added.
const MAX_WORDS: usize = 8;

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
    /// Whole names that the application knows to be public.
    safe: HashSet<Vec<u8>>,
}

impl Default for Names {
    fn default() -> Self {
        let mut names = Self {
            ends: Table::default(),
            joined: Table::default(),
            safe: HashSet::new(),
        };
        for (kind, demand, ends) in names::all() {
            for end in *ends {
                names.add(end, *kind, *demand);
            }
        }
        for end in PUBLIC {
            names.ends.insert(words(end.as_bytes()), None);
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
        names
    }
}

impl Names {
    /// Adds the end of a name, as far as names are looked at; one without a letter is none.
    pub(super) fn add(&mut self, name: &str, kind: Kind, demand: Demand) {
        let words = words(name.as_bytes());
        let mut ends = starts(&words).map(|start| rest(&words, start));
        let words = ends.find(|end| end.len() <= MAX_NAME);
        let words = words.unwrap_or_default().to_vec();
        let spaced = kind == Kind::SecurityAnswer || is_one_of(SPACED, last_word(&words));
        if !words.is_empty() {
            let key = Key {
                kind,
                demand,
                spaced,
            };
            self.ends.insert(words, Some(key));
        }
    }

    /// Makes one whole name public.
    pub(super) fn add_safe(&mut self, name: &str) {
        self.safe.insert(split(name.as_bytes(), Numbers::Count));
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
        let name = rest(name, name.len().saturating_sub(MAX_NAME));
        if !self.safe.is_empty() && self.safe.contains(&split(name, Numbers::Count)) {
            return Some(None);
        }
        let mut words = words(name);
        // Each round takes a modifier off the end, so this ends.
        for _ in 0..MAX_WORDS {
            if let Some(known) = self.by_end(&words).or_else(|| self.by_glued_end(&words)) {
                return Some(known);
            }
            if !is_one_of(MODIFIERS, last_word(&words)) {
                return None;
            }
            let end = words.iter().rposition(|b| *b == b' ').unwrap_or_default();
            words.truncate(end);
        }
        None
    }

    /// Whether the words that a name ends in make it public, as the table says.
    pub(super) fn is_public(&self, name: &[u8]) -> bool {
        let words = words(name);
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
                return Some(known.filter(|_| !is_one_of(VERBS, last_word(previous))));
            }
        }
        None
    }

    /// The same where the last words are written as one.
    fn by_glued_end(&self, words: &[u8]) -> Option<Option<Key>> {
        let last = last_word(words);
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

fn last_word(words: &[u8]) -> &[u8] {
    words.rsplit(|b| *b == b' ').next().unwrap_or(words)
}

/// Where the last words start, the longest end first.
fn starts(words: &[u8]) -> impl Iterator<Item = usize> {
    let begins = |at: &usize| before(words, *at).is_none_or(|b| b == b' ');
    let mut starts: Vec<usize> = (0..words.len()).filter(begins).collect();
    let far = starts.len().saturating_sub(MAX_WORDS);
    starts.drain(..far);
    starts.into_iter()
}

/// Words without the blanks between them.
fn joined(words: &[u8]) -> Vec<u8> {
    words.iter().copied().filter(|b| *b != b' ').collect()
}

/// The words of a name in lower case with a blank between: split at every change from one class of
/// character to another, where `XMLToken` is two words. Numbers are left out.
fn words(name: &[u8]) -> Vec<u8> {
    split(name, Numbers::Skip)
}

/// What becomes of the digits in a name.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Numbers {
    /// `password2` is one more password.
    Skip,
    /// A whole name is this one and no other.
    Count,
}

fn split(name: &[u8], numbers: Numbers) -> Vec<u8> {
    // Other letters than those of ASCII have capitals, too.
    let words = split_ascii(name, numbers);
    match str::from_utf8(&words) {
        Ok(text) if !text.is_ascii() => text.to_lowercase().into_bytes(),
        _ => words,
    }
}

fn split_ascii(name: &[u8], numbers: Numbers) -> Vec<u8> {
    let mut words = Vec::with_capacity(plus(name.len(), 8));
    for (at, b) in name.iter().copied().enumerate() {
        let is_skipped = b.is_ascii_digit() && numbers == Numbers::Skip;
        if is_skipped || !is_name(b) || matches!(b, b'_' | b'-' | b'.') {
            continue;
        }
        if !words.is_empty() && starts_word(name, at) {
            words.push(b' ');
        }
        words.push(b.to_ascii_lowercase());
    }
    words
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Class {
    Lower,
    Upper,
    Other,
    Between,
}

fn class(byte: Option<u8>) -> Class {
    match byte {
        Some(b'a'..=b'z') => Class::Lower,
        Some(b'A'..=b'Z') => Class::Upper,
        Some(0x80..) => Class::Other,
        _ => Class::Between,
    }
}

/// Whether a word starts with the letter at `at`.
fn starts_word(name: &[u8], at: usize) -> bool {
    let here = class(byte(name, at));
    match (class(before(name, at)), here) {
        (Class::Upper, Class::Lower) => false,
        // The last capital of several begins a word where a small letter follows: `APIKey`.
        (Class::Upper, Class::Upper) => class(byte(name, plus(at, 1))) == Class::Lower,
        (previous, here) => previous != here,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(name: &str) -> Option<Kind> {
        Names::default().look_up(name.as_bytes()).map(|k| k.kind)
    }

    #[test]
    fn splits_names_as_programmers_join_them() {
        let of = |name: &str| String::from_utf8(words(name.as_bytes())).unwrap();
        assert_eq!(of("accessToken"), "access token");
        assert_eq!(of("X-Api-Key"), "x api key");
        assert_eq!(of("APIKey2"), "api key");
        assert_eq!(of("--db_password"), "db password");
        assert_eq!(of("AWS_SECRET_ACCESS_KEY"), "aws secret access key");
        assert_eq!(of("密码password"), "密码 password");
        assert_eq!(of("___"), "");
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
