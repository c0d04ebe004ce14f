//! Hashes a password, and finds out whether a password is the one that was hashed.

use core::fmt;

use zeroize::Zeroizing;

#[cfg(feature = "legacy")]
use super::Legacy;
use super::{
    Cost, Error, Form, Gate, Limits, MAX_HASH_LEN, Password, Permit, Refusal, Scheme, Verified,
    phc::{Algorithm, Phc, Version},
    stored::Stored,
    work,
};
use crate::{
    encoding::{self, Decoder, Encoder},
    random, secret,
};

/// Bytes of salt for a new hash: RFC 9106 §3.1 recommends 16 for passwords.
const SALT_LEN: usize = 16;
/// Bytes of tag for a new hash: both recommended options of RFC 9106 §4 have 256 bits.
const TAG_LEN: usize = 32;
/// What is hashed where there is no password that could be.
const DECOY: &str = "nobody's password";
/// Bytes of a hash as [`Hash::from_stored`] may keep them: over the limit by one code point at most.
const STORED_LEN: usize = MAX_HASH_LEN + 4;

/// A stored hash, as text: `$argon2id$v=19$m=19456,t=2,p=1$salt$tag`.
///
/// It holds whatever the database had; whether that is a hash is seen when it is used. `Debug`
/// prints `[redacted]`; `==` takes the same time wherever two texts of one length differ.
#[derive(Clone)]
pub struct Hash {
    text: String,
    form: Option<Form>,
}

impl Hash {
    /// Takes the text from storage as it is. Of a text over 1,024 bytes, which is no hash, only as
    /// much is kept as it takes to refuse it: the code points that begin in its first 1,025 bytes.
    ///
    /// In which [`Form`] the password was hashed is not known: verifying tries the hasher's own
    /// form, then [`Form::Nfc`], then [`Form::Raw`], where these differ.
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
        Self { text, form: None }
    }

    /// Records the form in which the password was hashed: no other is tried.
    #[must_use]
    pub fn with_form(self, form: Form) -> Self {
        Self {
            form: Some(form),
            ..self
        }
    }

    /// The text to store.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The form in which the password was hashed, if that is recorded.
    #[must_use]
    pub const fn form(&self) -> Option<Form> {
        self.form
    }

    /// How the hash was made, read strictly and without a password.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownScheme`], [`Error::Malformed`], [`Error::HashTooLong`],
    /// [`Error::BelowMinimum`] and [`Error::AboveLimit`]: precise, for a report on what a database
    /// holds. With the limits of a hasher they are those of [`Hasher::verify`].
    pub fn inspect(&self, limits: &Limits) -> Result<Scheme, Error> {
        Stored::parse(&self.text, limits).map(|stored| stored.scheme())
    }

    /// Text, then the form: 0 where it is not recorded.
    pub(super) fn write(&self, e: &mut Encoder) {
        e.bytes(self.text.as_bytes());
        e.u8(self.form.map_or(0, Form::byte));
    }

    pub(super) fn read(d: &mut Decoder<'_>) -> Result<Self, encoding::Error> {
        let text = d.text(STORED_LEN)?;
        let hash = Self::from_stored(text);
        // one that `from_stored` would cut was never written
        if hash.text.len() != text.len() {
            return Err(encoding::Error::Damaged);
        }
        match d.u8()? {
            0 => Ok(hash),
            byte => Form::from_byte(byte)
                .map(|form| hash.with_form(form))
                .ok_or(encoding::Error::Damaged),
        }
    }
}

impl PartialEq for Hash {
    fn eq(&self, other: &Self) -> bool {
        self.form == other.form && secret::eq(self.text.as_bytes(), other.text.as_bytes())
    }
}

impl Eq for Hash {}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Makes and verifies hashes at one cost, as many at once as its [`Gate`] admits. The default is
/// [`Cost::OWASP`] and a gate of its own.
#[derive(Clone, Debug, Default)]
pub struct Hasher {
    cost: Cost,
    limits: Limits,
    form: Form,
    decoy: Option<Hash>,
    gate: Gate,
    #[cfg(feature = "legacy")]
    legacy: Legacy,
}

impl Hasher {
    /// Hashes at `cost`, and verifies within the default [`Limits`], with room for `cost` where
    /// that is above them. The budget of its gate is the most memory that these limits admit.
    #[must_use]
    pub fn new(cost: Cost) -> Self {
        let limits = Limits::default().with_room_for(&cost);
        Self {
            cost,
            limits,
            gate: Gate::new(limits.memory_kib()),
            ..Self::default()
        }
    }

    /// Bounds what stored hashes may ask for. What is above the budget of the gate is refused all the
    /// same.
    ///
    /// # Errors
    ///
    /// [`Error::AboveLimit`] if this hasher's own cost is above, or its decoy's: what it makes, it
    /// must verify.
    pub fn with_limits(self, limits: Limits) -> Result<Self, Error> {
        Self { limits, ..self }.consistent()
    }

    /// Enters by `gate`: give a clone of the same to every hasher of the process. A stored hash that
    /// needs more memory than its budget is refused.
    ///
    /// # Errors
    ///
    /// [`Error::AboveBudget`] if this hasher's own cost, or its decoy's, needs more.
    pub fn with_gate(self, gate: Gate) -> Result<Self, Error> {
        Self { gate, ..self }.consistent()
    }

    /// Hashes passwords in this form. Hashes of another form that are recorded with theirs, or made
    /// of a password that is the same in both, are verified as before.
    #[must_use]
    pub fn with_form(self, form: Form) -> Self {
        Self { form, ..self }
    }

    /// Makes every refusal cost as much as verifying `sample` does, beside this hasher's own cost.
    ///
    /// For a database in which many hashes are of another scheme or cost: without it a person whose
    /// hash is one of those is told from an unknown one by the time of the answer. Take any of the
    /// most frequent kind; [`Hash::inspect`] tells. It is not for ever: when most have signed in,
    /// and their hashes are today's, it only costs.
    ///
    /// # Errors
    ///
    /// As [`Hash::inspect`], with this hasher's limits.
    pub fn with_decoy(self, sample: Hash) -> Result<Self, Error> {
        let decoy = Some(sample);
        Self { decoy, ..self }.consistent()
    }

    /// What verifying foreign hashes takes beside the stored text.
    ///
    /// # Errors
    ///
    /// Those of [`Hasher::with_decoy`], if its sample cannot be computed so.
    #[cfg(feature = "legacy")]
    pub fn with_legacy(self, legacy: Legacy) -> Result<Self, Error> {
        Self { legacy, ..self }.consistent()
    }

    /// What it makes it verifies, and its decoy can be computed: whatever the order in which it was
    /// set up.
    fn consistent(self) -> Result<Self, Error> {
        self.limits.admit(&self.cost)?;
        let budget_kib = self.gate.budget_kib();
        if self.cost.memory_kib() > budget_kib {
            return Err(Error::AboveBudget { budget_kib });
        }
        if let Some(sample) = &self.decoy {
            self.admit_hash(sample)?;
        }
        Ok(self)
    }

    /// What a new hash costs.
    #[must_use]
    pub const fn cost(&self) -> Cost {
        self.cost
    }

    /// The most that a stored hash may ask for.
    #[must_use]
    pub const fn limits(&self) -> Limits {
        self.limits
    }

    /// Where it enters.
    #[must_use]
    pub const fn gate(&self) -> &Gate {
        &self.gate
    }

    /// What hashing weighs at the gate, and verifying against `stored`: the memory in KiB of the
    /// largest hash that is computed on the way. They are computed one after the other.
    #[must_use]
    pub fn weight_kib(&self, stored: Option<&Hash>) -> u32 {
        let memory = |hash: &Hash| Some(self.admit_hash(hash).ok()?.memory_kib());
        [stored, self.decoy.as_ref()]
            .into_iter()
            .flatten()
            .filter_map(memory)
            .fold(self.cost.memory_kib(), u32::max)
    }

    /// Hashes a password with a new random salt of 16 bytes. This takes long, and the memory of the
    /// cost, by intention; before that it waits for its turn at the [`Gate`].
    ///
    /// # Errors
    ///
    /// [`Error::Empty`], [`Error::TooLong`], [`Error::Randomness`], [`Error::Busy`],
    /// [`Error::Memory`].
    pub fn hash(&self, password: &Password) -> Result<Hash, Error> {
        password.hashable(self.form)?;
        self.hash_within(self.gate.enter(self.weight_kib(None))?, password)
    }

    /// Hashes as [`Hasher::hash`] does, with a permit that was waited for before: on a thread that
    /// may block, after [`Gate::enter_async`] with [`Hasher::weight_kib`].
    ///
    /// # Errors
    ///
    /// As [`Hasher::hash`], and [`Error::AboveBudget`] if the permit weighs less than that.
    pub fn hash_within(&self, permit: Permit, password: &Password) -> Result<Hash, Error> {
        let salt = random::bytes().map_err(|random::Unavailable| Error::Randomness)?;
        self.hash_with(permit, password, salt)
    }

    fn hash_with(
        &self,
        mut permit: Permit,
        password: &Password,
        salt: [u8; SALT_LEN],
    ) -> Result<Hash, Error> {
        let text = password.hashable(self.form)?;
        let mut phc = self.blank(salt);
        phc.tag = work::tag(text.as_bytes(), &phc, &mut permit)?.to_vec();
        Ok(Hash::from_stored(phc.to_string()).with_form(self.form))
    }

    /// Finds out whether `password` is the one that `stored` was made of. None is the hash of a
    /// person who does not exist: the answer is then [`Error::Wrong`], after the same work.
    ///
    /// # Errors
    ///
    /// [`Error::Wrong`]. [`Error::Empty`] and [`Error::TooLong`] for a password that no hash is made
    /// of. [`Error::UnknownScheme`], [`Error::Malformed`], [`Error::HashTooLong`],
    /// [`Error::BelowMinimum`], [`Error::AboveLimit`], [`Error::AboveBudget`] and, with `legacy`,
    /// `Error::FirebaseMissing` for a stored hash that cannot be used: tell the operator, and tell
    /// the person what a wrong password tells.
    /// [`Error::Busy`] and [`Error::Memory`] are of the machine, not of the password.
    ///
    /// Before each of these but the last two, a hash at this hasher's own cost was computed, and one
    /// of the cost of [`Hasher::with_decoy`]. A stored hash of yet another cost is computed over
    /// before: that is the time by which it can be told, until it is replaced. One that needs more
    /// memory than both can also be told by a gate so full that it is busy for that hash alone.
    ///
    /// A password of ASCII is one text. Of one that is another text in another [`Form`] each is
    /// tried, and each costs as much.
    pub fn verify(&self, password: &Password, stored: Option<&Hash>) -> Result<Verified, Error> {
        self.examine(password, stored).map_err(Refusal::into_error)
    }

    /// Verifies as [`Hasher::verify`] does, with the same work, and keeps of a wrong password what tells
    /// it from another wrong one: for counting failures.
    ///
    /// # Errors
    ///
    /// As [`Hasher::verify`], with the slow hash where there is one.
    pub fn examine(&self, password: &Password, stored: Option<&Hash>) -> Result<Verified, Refusal> {
        let permit = self.gate.enter(self.weight_kib(stored));
        self.examine_within(permit.map_err(Refusal::from)?, password, stored)
    }

    /// Verifies as [`Hasher::verify`] does, with a permit that was waited for before: on a thread
    /// that may block, after [`Gate::enter_async`] with [`Hasher::weight_kib`] of the same `stored`.
    ///
    /// # Errors
    ///
    /// As [`Hasher::verify`], and [`Error::AboveBudget`]: before any work for a permit that weighs
    /// less than [`Hasher::weight_kib`] of nobody, as a refusal like any other for one that weighs
    /// less than that of `stored`.
    pub fn verify_within(
        &self,
        permit: Permit,
        password: &Password,
        stored: Option<&Hash>,
    ) -> Result<Verified, Error> {
        self.examine_within(permit, password, stored)
            .map_err(Refusal::into_error)
    }

    fn examine_within(
        &self,
        mut permit: Permit,
        password: &Password,
        stored: Option<&Hash>,
    ) -> Result<Verified, Refusal> {
        permit.covers(self.weight_kib(None))?;
        let room_kib = permit.kib();
        self.verify_by(password, stored, room_kib, |stored, text| {
            self.compute(stored, text, &mut permit)
        })
    }

    /// Whether `hash` was made of `password`, without the work that hides a refusal's cause: for the
    /// remembered passwords of somebody who has proved who they are.
    ///
    /// # Errors
    ///
    /// As [`Hasher::verify`], for a hash that cannot be compared with. Of a password that none is made
    /// of there is none.
    pub(super) fn compare(&self, password: &Password, hash: &Hash) -> Result<Comparison, Error> {
        let (texts, stored) = match self.admit(password, Some(hash), u32::MAX) {
            Ok(admitted) => admitted,
            Err(Error::Empty | Error::TooLong) => return Ok(Comparison::Different),
            Err(error) => return Err(error),
        };
        let mut permit = self.gate.enter(stored.memory_kib())?;
        for text in texts {
            let tag = self.compute(&stored, text.as_bytes(), &mut permit)?;
            if secret::eq(&tag, stored.tag()) {
                return Ok(Comparison::Same);
            }
        }
        Ok(Comparison::Different)
    }

    /// One path for every refusal, with the same work.
    fn verify_by(
        &self,
        password: &Password,
        stored: Option<&Hash>,
        room_kib: u32,
        mut compute: impl FnMut(&Stored, &[u8]) -> Result<Zeroizing<Vec<u8>>, Error>,
    ) -> Result<Verified, Refusal> {
        let mut owed = self.owed(password)?;
        let mut slow_hash = None;
        let error = match self.admit(password, stored, room_kib) {
            Ok((texts, stored)) => {
                let scheme = stored.scheme();
                for text in texts {
                    settle(&mut owed, scheme);
                    let tag = compute(&stored, text.as_bytes())?;
                    if secret::eq(&tag, stored.tag()) {
                        let needs_rehash = scheme.is_weaker_than(&self.cost);
                        return Ok(Verified { needs_rehash });
                    }
                    if stored.is_slow() {
                        slow_hash.get_or_insert(tag);
                    }
                }
                Error::Wrong
            }
            Err(refusal) => refusal,
        };
        for Decoy { hash, text } in owed {
            let tag = compute(&hash, text.as_bytes())?;
            // nobody's hash tells wrong passwords apart as somebody's does
            if stored.is_none() && error == Error::Wrong && hash.is_argon2() {
                slow_hash.get_or_insert(tag);
            }
        }
        Err(Refusal { error, slow_hash })
    }

    /// The texts and the hash, if both are such that they can be compared in `room_kib`. The password
    /// is looked at first and by itself: what is said of it does not tell whether the person exists.
    fn admit(
        &self,
        password: &Password,
        stored: Option<&Hash>,
        room_kib: u32,
    ) -> Result<(Vec<Zeroizing<String>>, Stored), Error> {
        let form = stored.and_then(|hash| hash.form);
        let texts = self.texts(password, form)?;
        let stored = self.admit_hash(stored.ok_or(Error::Wrong)?)?;
        if stored.memory_kib() > room_kib {
            let budget_kib = room_kib;
            return Err(Error::AboveBudget { budget_kib });
        }
        Ok((texts, stored))
    }

    /// A hash that may be computed over: within the limits, with all that it takes beside its text,
    /// and within the gate's budget.
    fn admit_hash(&self, hash: &Hash) -> Result<Stored, Error> {
        let stored = Stored::parse(&hash.text, &self.limits)?;
        #[cfg(feature = "legacy")]
        stored.ready(&self.legacy, &self.limits)?;
        let budget_kib = self.gate.budget_kib();
        if stored.memory_kib() > budget_kib {
            return Err(Error::AboveBudget { budget_kib });
        }
        Ok(stored)
    }

    /// What may have been hashed: the password in the form that is recorded, else in each of the
    /// likely ones, where they differ. A form in which it is too long was not: there may be none.
    ///
    /// # Errors
    ///
    /// [`Error::Empty`] and [`Error::TooLong`], of the password whatever the form.
    fn texts(
        &self,
        password: &Password,
        recorded: Option<Form>,
    ) -> Result<Vec<Zeroizing<String>>, Error> {
        if let Err(refusal) = password.hashable(Form::Nfc) {
            // whoever was given a hash of it in another form has one
            let others = [Form::Raw, Form::Nfkc];
            if !others.iter().any(|form| password.hashable(*form).is_ok()) {
                return Err(refusal);
            }
        }
        let likely = [self.form, Form::Nfc, Form::Raw];
        let forms = match &recorded {
            Some(form) => core::slice::from_ref(form),
            None => &likely,
        };
        let mut texts = Vec::new();
        for text in forms
            .iter()
            .filter_map(|form| password.hashable(*form).ok())
        {
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        Ok(texts)
    }

    /// The work that every refusal costs: of each kind one over each text that this password has, so
    /// that one which is long, or typed in an unusual form, tells no more of a stored hash than
    /// another.
    fn owed(&self, password: &Password) -> Result<Vec<Decoy>, Error> {
        let mut texts = self.texts(password, None).unwrap_or_default();
        if texts.is_empty() {
            texts.push(Zeroizing::new(DECOY.to_owned()));
        }
        let mut owed = Vec::new();
        for text in texts {
            if let Some(sample) = &self.decoy {
                owed.push(Decoy {
                    hash: self.admit_hash(sample)?,
                    text: text.clone(),
                });
            }
            owed.push(Decoy {
                hash: Stored::Argon2(self.blank([0; SALT_LEN])),
                text,
            });
        }
        Ok(owed)
    }

    fn compute(
        &self,
        stored: &Stored,
        text: &[u8],
        permit: &mut Permit,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        match stored {
            Stored::Argon2(phc) => work::tag(text, phc, permit),
            #[cfg(feature = "legacy")]
            Stored::Foreign(foreign) => {
                if foreign.memory_kib() > 0 {
                    permit.make_room();
                }
                foreign.compute(text, &self.legacy)
            }
        }
    }

    fn blank(&self, salt: [u8; SALT_LEN]) -> Phc {
        Phc {
            algorithm: Algorithm::Argon2id,
            version: Version::V19,
            cost: self.cost,
            salt: salt.to_vec(),
            tag: vec![0; TAG_LEN],
        }
    }
}

/// What a password is to a hash that was made of one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Comparison {
    Same,
    Different,
}

/// A hash that is computed over for nothing but the time that it takes.
struct Decoy {
    hash: Stored,
    text: Zeroizing<String>,
}

/// Strikes one hash of `scheme` from what is owed, if it is: it is being computed.
fn settle(owed: &mut Vec<Decoy>, scheme: Scheme) {
    if let Some(at) = owed.iter().position(|decoy| decoy.hash.scheme() == scheme) {
        owed.remove(at);
    }
}

#[cfg(test)]
mod tests {
    use core::cell::RefCell;

    use super::*;
    use crate::password::{Parameter, Part};

    fn tiny() -> Cost {
        Cost::new(8, 1, 1).unwrap()
    }

    /// Verifies, and says by which schemes and over what was computed.
    fn observe(
        hasher: &Hasher,
        password: &Password,
        stored: Option<&Hash>,
    ) -> (Result<Verified, Error>, Vec<(String, String)>) {
        let computed = RefCell::new(Vec::new());
        let mut permit = hasher.gate.enter(hasher.weight_kib(stored)).unwrap();
        let permit_kib = permit.kib();
        let outcome = hasher.verify_by(password, stored, permit_kib, |stored, text| {
            let text = core::str::from_utf8(text).unwrap();
            computed
                .borrow_mut()
                .push((stored.scheme().to_string(), text.to_owned()));
            hasher.compute(stored, text.as_bytes(), &mut permit)
        });
        (outcome.map_err(Refusal::into_error), computed.into_inner())
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
        let foreign = Hash::from_stored("{noop}x");
        let torn = Hash::from_stored(stored.as_str().rsplit_once('$').unwrap().0);
        let hasher = hasher.with_gate(Gate::new(1024)).unwrap();
        let large = Hasher::new(Cost::new(1025, 1, 1).unwrap()).hash(&good);
        #[cfg(feature = "legacy")]
        let firebase = Hash::from_firebase(&"A".repeat(86), "AA").unwrap();
        for (password, stored, refusal) in [
            (
                Password::from("a good password"),
                Some(&large.unwrap()),
                Error::AboveBudget { budget_kib: 1024 },
            ),
            (Password::from("a good password"), None, Error::Wrong),
            (Password::from(""), Some(&stored), Error::Empty),
            (Password::from(""), None, Error::Empty),
            (
                Password::from("x".repeat(1025)),
                Some(&stored),
                Error::TooLong,
            ),
            (Password::from("x".repeat(1 << 20)), None, Error::TooLong),
            (
                Password::from("x"),
                Some(&planted),
                Error::AboveLimit {
                    parameter: Parameter::Memory,
                    max: 2_097_152,
                },
            ),
            (Password::from("x"), Some(&foreign), Error::UnknownScheme),
            #[cfg(feature = "legacy")]
            (Password::from("x"), Some(&firebase), Error::FirebaseMissing),
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
            let (outcome, computed) = observe(&hasher, &password, stored);
            assert_eq!(outcome, Err(refusal.clone()));
            let own = "$argon2id$v=19$m=64,t=3,p=2".to_owned();
            let text = match refusal {
                Error::Empty | Error::TooLong => DECOY,
                _ => password.text().unwrap(),
            };
            assert_eq!(computed, [(own, text.to_owned())], "{refusal}");
        }
    }

    /// PW-14: whatever the stored hash costs, a refusal costs the hasher's own cost; a hash of
    /// another is computed over before.
    #[test]
    fn a_wrong_password_costs_the_hashers_own_cost_too() {
        let hasher = Hasher::new(Cost::new(64, 3, 2).unwrap());
        let (own, other) = ("$argon2id$v=19$m=64,t=3,p=2", "$argon2id$v=19$m=8,t=1,p=1");
        for (made_by, schemes) in [
            (hasher.clone(), vec![own]),
            (Hasher::new(tiny()), vec![other, own]),
        ] {
            let stored = made_by.hash(&Password::from("right")).unwrap();
            let (outcome, computed) = observe(&hasher, &Password::from("wrong"), Some(&stored));
            assert_eq!(outcome, Err(Error::Wrong));
            let computed: Vec<_> = computed.iter().map(|(scheme, _)| scheme).collect();
            assert_eq!(computed, schemes);
            let (outcome, computed) = observe(&hasher, &Password::from("right"), Some(&stored));
            assert!(outcome.is_ok());
            assert_eq!(computed, [(schemes[0].to_owned(), "right".to_owned())]);
        }
    }

    /// PW-14: with a decoy of the scheme that most hashes are of, neither an unknown person nor one
    /// whose hash is today's is told from one whose hash is of that scheme.
    #[test]
    fn with_a_decoy_all_refusals_cost_the_same() {
        let old = Hasher::new(tiny()).hash(&Password::from("right")).unwrap();
        let hasher = Hasher::new(Cost::new(64, 3, 2).unwrap());
        let today = hasher.hash(&Password::from("right")).unwrap();
        let hasher = hasher.with_decoy(old.clone()).unwrap();
        let torn = Hash::from_stored("$argon2id$");
        let long = "wrong".repeat(200);
        for password in ["wrong", "", "unusual \u{A0} form", &long] {
            let mut costs = [None, Some(&old), Some(&today), Some(&torn)].map(|stored| {
                let unrecorded = stored.map(|hash| Hash::from_stored(hash.as_str()));
                let (outcome, computed) =
                    observe(&hasher, &Password::from(password), unrecorded.as_ref());
                assert!(outcome.is_err());
                // a scheme's time may depend on the length of the text, too
                let length = |(scheme, text): (String, String)| (scheme, text.len());
                let mut work: Vec<_> = computed.into_iter().map(length).collect();
                work.sort_unstable();
                work
            });
            costs.sort();
            assert_eq!(costs.first(), costs.last(), "{password}");
            let (outcome, recorded) = observe(&hasher, &Password::from(password), Some(&today));
            assert!(outcome.is_err());
            assert_eq!(recorded.len(), costs[0].len(), "{password}");
        }
    }

    /// PW-04, PW-14: a permit too light for the stored hash is a refusal like any other; one too
    /// light for any is turned away alike, and nothing is computed.
    #[test]
    fn a_light_permit_tells_nobody_apart() {
        let hasher = Hasher::new(Cost::new(2048, 1, 1).unwrap());
        let right = Password::from("right");
        let heavy = Hasher::new(Cost::new(3072, 1, 1).unwrap());
        let heavy = heavy.hash(&right).unwrap();
        let compute = |room_kib, stored: Option<&Hash>| {
            let mut computed = Vec::new();
            let outcome = hasher.verify_by(&right, stored, room_kib, |stored, _| {
                computed.push(stored.scheme().to_string());
                Ok(Zeroizing::new(vec![1]))
            });
            (outcome.map_err(Refusal::into_error), computed)
        };
        let (known, unknown) = (compute(2048, Some(&heavy)), compute(2048, None));
        assert_eq!(known.0, Err(Error::AboveBudget { budget_kib: 2048 }));
        assert_eq!(unknown.0, Err(Error::Wrong));
        assert_eq!(known.1, unknown.1);
        assert_eq!(known.1, ["$argon2id$v=19$m=2048,t=1,p=1"]);
        for stored in [None, Some(&heavy)] {
            let permit = hasher.gate.enter(2047).unwrap();
            let refused = hasher.verify_within(permit, &right, stored);
            assert_eq!(refused, Err(Error::AboveBudget { budget_kib: 2047 }));
        }
    }

    /// PW-04, PW-14: a gate with little room left is busy for a heavier hash first; with a decoy of
    /// its weight it is busy for everybody.
    #[test]
    fn a_decoy_makes_a_full_gate_alike_for_all() {
        let right = Password::from("right");
        let heavy = Hasher::new(Cost::new(3072, 1, 1).unwrap());
        let heavy = heavy.hash(&right).unwrap();
        let gate = Gate::new(4096).with_queue(0);
        let hasher = Hasher::new(Cost::new(1024, 1, 1).unwrap());
        let hasher = hasher.with_limits(Limits::default().with_memory_kib(4096));
        let hasher = hasher.unwrap().with_gate(gate.clone()).unwrap();
        let _elsewhere = gate.enter(2048).unwrap();
        let is_busy = |hasher: &Hasher, stored| {
            matches!(hasher.verify(&right, stored), Err(Error::Busy { .. }))
        };
        assert!(is_busy(&hasher, Some(&heavy)) && !is_busy(&hasher, None));
        let decoyed = hasher.with_decoy(heavy.clone()).unwrap();
        assert!(is_busy(&decoyed, Some(&heavy)) && is_busy(&decoyed, None));
    }

    /// PW-05: a decoy is held to the limits, too.
    #[test]
    fn a_decoy_that_cannot_be_computed_is_refused() {
        let refused = Hasher::default().with_decoy(Hash::from_stored("$argon2id$"));
        assert_eq!(refused.unwrap_err(), Error::Malformed(Part::Fields));
    }

    /// PW-14: not even a tag that is the decoy's own lets a refused input in.
    #[test]
    fn a_decoy_that_matches_opens_nothing() {
        let hasher = Hasher::new(tiny());
        let outcome = hasher.verify_by(&Password::from("x"), None, 8, |stored, _| {
            Ok(Zeroizing::new(stored.tag().to_vec()))
        });
        assert_eq!(outcome.map_err(Refusal::into_error), Err(Error::Wrong));
    }

    /// PW-14: without memory, a known and an unknown person get the same answer.
    #[test]
    fn work_that_cannot_be_done_is_an_error_for_everybody() {
        let hasher = Hasher::new(tiny());
        let stored = hasher.hash(&Password::from("x")).unwrap();
        for stored in [None, Some(&stored)] {
            let outcome =
                hasher.verify_by(&Password::from("x"), stored, 8, |_, _| Err(Error::Memory));
            assert_eq!(outcome.map_err(Refusal::into_error), Err(Error::Memory));
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
            let hasher = Hasher::default();
            let permit = hasher.gate.enter(hasher.weight_kib(None)).unwrap();
            let hash = hasher.hash_with(permit, &Password::from(password), salt);
            assert_eq!(hash.unwrap().as_str(), text);
            seen += 1;
        }
        assert_eq!(seen, 2);
    }
}
