//! Hashes a password, and finds out whether a password is the one that was hashed.

use core::fmt;

use zeroize::Zeroizing;

use super::{
    Cost, Error, MAX_HASH_LEN, Password,
    phc::{self, Phc, Version},
    work,
};
use crate::{random, secret};

/// Bytes of salt for a new hash: RFC 9106 §3.1 recommends 16 for passwords.
const SALT_LEN: usize = 16;
/// Bytes of tag for a new hash: both recommended options of RFC 9106 §4 have 256 bits.
const TAG_LEN: usize = 32;
/// What is hashed where there is nothing to compare: any text does, as Argon2 takes the same time
/// for each.
const DECOY: &str = "nobody's password";

/// A stored hash, as text: `$argon2id$v=19$m=19456,t=2,p=1$salt$tag`.
///
/// It holds whatever the database had; whether that is a hash is seen when it is used. `Debug`
/// prints `[redacted]`; `==` takes the same time wherever two texts of one length differ.
#[derive(Clone)]
pub struct Hash(String);

impl Hash {
    /// Takes the text from storage as it is. Of a text over 1,024 bytes, which is no hash, only as
    /// much is kept as it takes to refuse it: the code points that begin in its first 1,025 bytes.
    #[must_use]
    pub fn from_stored(text: impl Into<String>) -> Self {
        let mut text = text.into();
        let end = text
            .char_indices()
            .map(|(i, _)| i)
            .find(|i| *i > MAX_HASH_LEN);
        if let Some(end) = end {
            text.truncate(end);
            text.shrink_to_fit();
        }
        Self(text)
    }

    /// The text to store.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How the hash was made, read strictly and without a password.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownScheme`], [`Error::Malformed`], [`Error::HashTooLong`], and the errors of
    /// [`Cost::new`]: precise, for a report on what a database holds.
    pub fn inspect(&self) -> Result<Scheme, Error> {
        let Phc { version, cost, .. } = Phc::parse(&self.0)?;
        Ok(Scheme::Argon2id { version, cost })
    }

    /// The cost of an Argon2id hash.
    ///
    /// # Errors
    ///
    /// As [`Hash::inspect`].
    pub fn cost(&self) -> Result<Cost, Error> {
        Phc::parse(&self.0).map(|phc| phc.cost)
    }
}

impl PartialEq for Hash {
    fn eq(&self, other: &Self) -> bool {
        secret::eq(self.0.as_bytes(), other.0.as_bytes())
    }
}

impl Eq for Hash {}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// How a stored hash was made. It prints as the stored text up to the salt.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Scheme {
    /// Argon2id.
    #[non_exhaustive]
    Argon2id {
        /// Of the algorithm.
        version: Version,
        /// Memory, passes and lanes.
        cost: Cost,
    },
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argon2id { version, cost } => f.write_str(&phc::prefix(*version, *cost)),
        }
    }
}

/// Makes and verifies hashes at one cost. The default is [`Cost::OWASP`].
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Hasher {
    cost: Cost,
}

impl Hasher {
    /// Hashes at `cost`.
    #[must_use]
    pub const fn new(cost: Cost) -> Self {
        Self { cost }
    }

    /// What a new hash costs.
    #[must_use]
    pub const fn cost(&self) -> Cost {
        self.cost
    }

    /// Hashes a password with a new random salt of 16 bytes. This takes long, and the memory of the
    /// cost, by intention: see that callers cannot ask for many at once.
    ///
    /// # Errors
    ///
    /// [`Error::Empty`], [`Error::TooLong`], [`Error::Randomness`], [`Error::Memory`].
    pub fn hash(&self, password: &Password) -> Result<Hash, Error> {
        let salt = random::bytes().map_err(|random::Unavailable| Error::Randomness)?;
        self.hash_with(password, salt)
    }

    fn hash_with(&self, password: &Password, salt: [u8; SALT_LEN]) -> Result<Hash, Error> {
        let text = password.hashable()?;
        let mut phc = self.blank(salt);
        phc.tag = work::tag(text, &phc)?.to_vec();
        Ok(Hash(phc.to_string()))
    }

    /// Finds out whether `password` is the one that `stored` was made of. None is the hash of a
    /// person who does not exist: the answer is then [`Error::Wrong`], after the same work.
    ///
    /// # Errors
    ///
    /// [`Error::Wrong`]. [`Error::Empty`] and [`Error::TooLong`] for a password that no hash is made
    /// of. [`Error::UnknownScheme`], [`Error::Malformed`], [`Error::HashTooLong`] and the errors of
    /// [`Cost::new`] for a stored hash that cannot be used: tell the operator, and tell the person
    /// what a wrong password tells. [`Error::Memory`].
    ///
    /// Before each of these but the last, Argon2 was computed once: over the stored hash, or at this
    /// hasher's cost where there was nothing to compute over.
    pub fn verify(&self, password: &Password, stored: Option<&Hash>) -> Result<Verified, Error> {
        self.verify_by(password, stored, work::tag)
    }

    /// One path for every input: what is refused is refused after the work, with the same calls.
    fn verify_by(
        &self,
        password: &Password,
        stored: Option<&Hash>,
        work: impl FnOnce(&str, &Phc) -> Result<Zeroizing<Vec<u8>>, Error>,
    ) -> Result<Verified, Error> {
        let decoy = self.blank([0; SALT_LEN]);
        let admitted = admit(password, stored);
        let (text, phc) = match &admitted {
            Ok((text, phc)) => (*text, phc),
            Err(_) => (DECOY, &decoy),
        };
        let tag = work(text, phc)?;
        let same = secret::eq(&tag, &phc.tag);
        match admitted {
            Err(refusal) => Err(refusal),
            Ok(_) if !same => Err(Error::Wrong),
            Ok((_, phc)) => Ok(Verified {
                needs_rehash: phc.version.is_outdated() || phc.cost.is_weaker_than(&self.cost),
            }),
        }
    }

    fn blank(&self, salt: [u8; SALT_LEN]) -> Phc {
        Phc {
            version: Version::V19,
            cost: self.cost,
            salt: salt.to_vec(),
            tag: vec![0; TAG_LEN],
        }
    }
}

/// The password and the hash, if both are such that they can be compared. The password is looked at
/// first: what is said of it does not tell whether the person exists.
fn admit<'a>(password: &'a Password, stored: Option<&Hash>) -> Result<(&'a str, Phc), Error> {
    let text = password.hashable()?;
    let stored = stored.ok_or(Error::Wrong)?;
    Ok((text, Phc::parse(&stored.0)?))
}

/// The password is right.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use = "a hash that is weaker than today's is to be replaced now, while the password is known"]
pub struct Verified {
    needs_rehash: bool,
}

impl Verified {
    /// Whether the stored hash is weaker than the hasher makes them: of Argon2's first version, or
    /// of a cost whose memory × memory × passes is below the hasher's. A hash that is stronger, or
    /// different and as strong, is left as it is. Lanes do not count.
    ///
    /// Hash the password anew then, and replace the stored hash if it is still the one verified:
    /// [`State::with_hash`](super::State::with_hash).
    #[must_use]
    pub const fn needs_rehash(&self) -> bool {
        self.needs_rehash
    }
}

#[cfg(test)]
mod tests {
    use core::cell::RefCell;

    use super::*;
    use crate::password::Part;

    fn tiny() -> Cost {
        Cost::new(8, 1, 1).unwrap()
    }

    /// Verifies, and says at which cost and over what Argon2 was computed.
    fn observe(
        hasher: Hasher,
        password: &Password,
        stored: Option<&Hash>,
    ) -> (Result<Verified, Error>, Vec<(Cost, String)>) {
        let computed = RefCell::new(Vec::new());
        let outcome = hasher.verify_by(password, stored, |text, phc| {
            computed.borrow_mut().push((phc.cost, text.to_owned()));
            work::tag(text, phc)
        });
        (outcome, computed.into_inner())
    }

    /// PW-14, PW-05, PW-17: seen by the work itself, not by the clock.
    #[test]
    fn whatever_is_refused_costs_one_hash_at_the_hashers_own_cost() {
        let hasher = Hasher::new(Cost::new(64, 3, 2).unwrap());
        let good = Password::from("a good password");
        let stored = Hasher::new(tiny()).hash(&good).unwrap();
        let planted = Hash::from_stored(
            "$argon2id$v=19$m=4194304,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA",
        );
        let bcrypt =
            Hash::from_stored("$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW");
        let torn = Hash::from_stored(stored.as_str().rsplit_once('$').unwrap().0);
        for (password, stored, refusal) in [
            (good, None, Error::Wrong),
            (Password::from(""), Some(&stored), Error::Empty),
            (Password::from(""), None, Error::Empty),
            (
                Password::from("x".repeat(1025)),
                Some(&stored),
                Error::TooLong,
            ),
            (Password::from("x".repeat(1 << 20)), None, Error::TooLong),
            (Password::from("x"), Some(&planted), Error::MemoryHigh),
            (Password::from("x"), Some(&bcrypt), Error::UnknownScheme),
            (
                Password::from("x"),
                Some(&torn),
                Error::Malformed(Part::Fields),
            ),
            (
                Password::from("x"),
                Some(&Hash::from_stored("")),
                Error::UnknownScheme,
            ),
        ] {
            let (outcome, computed) = observe(hasher, &password, stored);
            assert_eq!(outcome, Err(refusal.clone()));
            assert_eq!(computed, [(hasher.cost(), DECOY.to_owned())], "{refusal}");
        }
    }

    /// PW-14: a hash that can be compared is computed over once, at its own cost.
    #[test]
    fn what_is_compared_costs_one_hash_at_its_own_cost() {
        let hasher = Hasher::new(Cost::new(64, 3, 2).unwrap());
        let stored = Hasher::new(tiny()).hash(&Password::from("right")).unwrap();
        for (text, verified) in [("right", true), ("wrong", false)] {
            let (outcome, computed) = observe(hasher, &Password::from(text), Some(&stored));
            assert_eq!(outcome.is_ok(), verified);
            assert_eq!(computed, [(tiny(), text.to_owned())]);
        }
    }

    /// PW-14: not even a tag that is the decoy's own lets a refused input in.
    #[test]
    fn a_decoy_that_matches_opens_nothing() {
        let hasher = Hasher::new(tiny());
        let outcome = hasher.verify_by(&Password::from("x"), None, |_, phc| {
            Ok(Zeroizing::new(phc.tag.clone()))
        });
        assert_eq!(outcome, Err(Error::Wrong));
    }

    /// PW-14: without memory, a known and an unknown person get the same answer.
    #[test]
    fn work_that_cannot_be_done_is_an_error_for_everybody() {
        let hasher = Hasher::new(tiny());
        let stored = hasher.hash(&Password::from("x")).unwrap();
        for stored in [None, Some(&stored)] {
            let outcome = hasher.verify_by(&Password::from("x"), stored, |_, _| Err(Error::Memory));
            assert_eq!(outcome, Err(Error::Memory));
        }
    }

    /// PW-01: given its salt, the very text that the reference implementation and OpenSSL write.
    #[test]
    fn writes_what_others_write() {
        let salt = core::array::from_fn(|i| 0xF0 - u8::try_from(i).unwrap());
        let vectors = include_str!("../../tests/vectors/password/others.txt");
        let mut seen = 0;
        for line in vectors.lines().filter(|line| line.contains(", owasp\t")) {
            let [_, password, text] = *line.split('\t').collect::<Vec<_>>() else {
                panic!("three fields a line");
            };
            let hash = Hasher::default().hash_with(&Password::from(password), salt);
            assert_eq!(hash.unwrap().as_str(), text);
            seen += 1;
        }
        assert_eq!(seen, 2);
    }
}
