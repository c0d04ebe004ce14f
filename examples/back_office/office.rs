//! The company: its accounts over a store that is watched, its people's authenticators, its table of
//! sealed personal data, and a clock that the play moves on.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use portcullis::{
    Timestamp,
    account::{self, Accounts, Next, SignedIn, Ticket},
    password,
    rbac::Policy,
    store::{Entry, Exchange, Full, Memory, Store},
    totp::{Uri, recovery},
};

use crate::files::Person;

const ISSUER: &str = "Lantern Freight";

/// A store in memory of which a copy of everything ever written is kept, as a thief with every
/// backup would have it.
pub struct Watched {
    store: Memory,
    written: Mutex<Vec<Vec<u8>>>,
}

impl Watched {
    fn new() -> Self {
        Self {
            store: Memory::new(10_000),
            written: Mutex::default(),
        }
    }

    /// How many values were written, and how many of them contain one of these.
    pub fn search<'a>(&self, secrets: impl Iterator<Item = &'a str> + Clone) -> (usize, usize) {
        let written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let leaks = written
            .iter()
            .filter(|value| secrets.clone().any(|s| contains(value, s)));
        (written.len(), leaks.count())
    }
}

pub fn contains(bytes: &[u8], secret: &str) -> bool {
    !secret.is_empty()
        && bytes
            .windows(secret.len())
            .any(|window| window == secret.as_bytes())
}

impl Store for Watched {
    type Error = Full;

    fn load(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Full> {
        Store::load(&self.store, key)
    }

    fn compare_exchange(
        &self,
        key: &[u8],
        current: Option<&[u8]>,
        new: Option<&Entry>,
    ) -> Result<Exchange, Full> {
        if let Some(entry) = new {
            let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
            written.push(entry.value().to_vec());
        }
        Store::compare_exchange(&self.store, key, current, new)
    }
}

pub struct Office {
    pub people: Vec<Person>,
    pub roles: Policy,
    pub log: Vec<u8>,
    pub accounts: Accounts<std::sync::Arc<Watched>>,
    pub store: std::sync::Arc<Watched>,
    now: Cell<Timestamp>,
    passwords: RefCell<BTreeMap<String, String>>,
    phones: RefCell<BTreeMap<String, Uri>>,
    pub recovery: RefCell<BTreeMap<String, Vec<recovery::Code>>>,
}

impl Office {
    pub fn new(
        people: Vec<Person>,
        roles: Policy,
        log: Vec<u8>,
        now: Timestamp,
    ) -> Result<Self, account::Error> {
        let store = std::sync::Arc::new(Watched::new());
        let policy = account::Policy::back_office(ISSUER)?;
        let passwords = people
            .iter()
            .map(|p| (p.login.clone(), p.password.clone()))
            .collect();
        Ok(Self {
            // what is written is looked at for what must not be in it: unsealed, so that it could be seen
            accounts: Accounts::danger_unsealed(policy, store.clone()),
            people,
            roles,
            log,
            store,
            now: Cell::new(now),
            passwords: RefCell::new(passwords),
            phones: RefCell::default(),
            recovery: RefCell::default(),
        })
    }

    pub fn now(&self) -> Timestamp {
        self.now.get()
    }

    /// Time goes by.
    pub fn wait(&self, duration: Duration) {
        self.now.set(self.now().saturating_add(duration));
    }

    /// Time goes by until then, if it has not come yet.
    pub fn wait_until(&self, then: Timestamp) {
        self.now.set(self.now().max(then));
    }

    pub fn password(&self, login: &str) -> String {
        self.passwords
            .borrow()
            .get(login)
            .cloned()
            .unwrap_or_default()
    }

    pub fn remember_password(&self, login: &str, password: &str) {
        self.passwords
            .borrow_mut()
            .insert(login.to_owned(), password.to_owned());
    }

    pub fn all_passwords(&self) -> Vec<String> {
        self.passwords.borrow().values().cloned().collect()
    }

    pub fn remember_phone(&self, login: &str, uri: Uri) {
        self.phones.borrow_mut().insert(login.to_owned(), uri);
    }

    /// What the person's authenticator shows now.
    pub fn code(&self, login: &str) -> String {
        let phones = self.phones.borrow();
        phones
            .get(login)
            .map(|uri| uri.code_at(self.now()))
            .unwrap_or_default()
    }

    /// What it shows once the present code has gone: a code is good once.
    pub fn fresh_code(&self, login: &str) -> String {
        self.wait(Duration::from_secs(30));
        self.code(login)
    }

    /// The first step of signing in.
    pub fn first_step(&self, login: &str, password: &str) -> Result<Next, account::Error> {
        self.accounts.sign_in(login, &password.into(), self.now())
    }

    /// Enrols a phone with this ticket.
    pub fn enrol(&self, login: &str, ticket: &Ticket) -> Result<Next, account::Error> {
        let uri = self.accounts.enrol(ticket, self.now())?;
        self.remember_phone(login, uri);
        let code = self.code(login);
        let enrolled = self.accounts.confirm_enrolment(ticket, &code, self.now())?;
        self.recovery
            .borrow_mut()
            .insert(login.to_owned(), enrolled.recovery_codes);
        Ok(enrolled.next)
    }

    /// Every step to a session, as a person with the right password and phone takes them.
    pub fn sign_in(&self, login: &str) -> Result<SignedIn, account::Error> {
        let mut next = self.first_step(login, &self.password(login))?;
        loop {
            next = match next {
                Next::SignedIn(signed_in) => return Ok(signed_in),
                Next::FactorNeeded(ticket) => {
                    let code = self.fresh_code(login);
                    self.accounts.second_factor(&ticket, &code, self.now())?
                }
                Next::EnrolmentNeeded(ticket) => self.enrol(login, &ticket)?,
                Next::PasswordChangeNeeded(ticket, _) => {
                    let (old, new) = (self.password(login), self.new_password(login)?);
                    let next = self.accounts.change_expired_password(
                        &ticket,
                        &old.into(),
                        &new.as_str().into(),
                        self.now(),
                    )?;
                    self.remember_password(login, &new);
                    next
                }
                _ => return Err(account::Error::Denied),
            }
        }
    }

    /// A password this person has not had.
    /// A passphrase of a machine's, within the office's own rules.
    pub fn new_password(&self, login: &str) -> Result<String, password::Error> {
        let made = password::Policy::back_office().generate_passphrase(55, &[login])?;
        Ok(made.expose_secret().to_owned())
    }
}
