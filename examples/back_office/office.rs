//! The company: its accounts over a store that is watched, its people's authenticators, its table of
//! sealed personal data, and a clock that the play moves on.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use portcullis::{
    Timestamp,
    account::{self, Accounts, Client, Next, SignedIn, Ticket},
    attempts::{DeviceKeys, report::Reason},
    password,
    rbac::Policy,
    store::{Entry, Exchange, Full, Memory, Store},
    totp::{Uri, recovery},
};

use crate::files::Person;

pub const ISSUER: &str = "Lantern Freight";
/// Where the staff sit, behind one address.
pub const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 10));
/// Where guesses come from.
pub const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 66));
/// A play has no secrets; an office keeps 32 random bytes with its other keys.
const DEVICE_KEY: [u8; 32] = [7; 32];

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

/// One attempt to sign in, as the office's own log has it.
pub struct Recorded {
    pub login: String,
    pub reason: Reason,
    pub from: IpAddr,
    pub at: Timestamp,
}

pub struct Office {
    pub people: Vec<Person>,
    pub roles: Policy,
    pub log: Vec<u8>,
    pub accounts: Accounts<std::sync::Arc<Watched>>,
    pub store: std::sync::Arc<Watched>,
    pub attempts: RefCell<Vec<Recorded>>,
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
            accounts: Accounts::danger_unsealed(policy, store.clone())
                .with_device_keys(DeviceKeys::new(DEVICE_KEY)),
            people,
            roles,
            log,
            store,
            attempts: RefCell::default(),
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

    /// Writes down how an attempt ended.
    pub fn record(&self, login: &str, from: IpAddr, outcome: &Result<Next, account::Error>) {
        let reason = match outcome {
            Ok(next) => Some(next.reason()),
            Err(error) => error.reason(),
        };
        if let Some(reason) = reason {
            self.attempts.borrow_mut().push(Recorded {
                login: login.to_owned(),
                reason,
                from,
                at: self.now(),
            });
        }
    }

    /// The first step of signing in.
    pub fn first_step(&self, login: &str, password: &str) -> Result<Next, account::Error> {
        self.first_step_from(login, password, HERE, &Client::stranger())
    }

    /// The same from anywhere, by a client of which something is known.
    pub fn first_step_from(
        &self,
        login: &str,
        password: &str,
        from: IpAddr,
        client: &Client<'_>,
    ) -> Result<Next, account::Error> {
        let next = self
            .accounts
            .sign_in_from(login, &password.into(), client, self.now());
        self.record(login, from, &next);
        next
    }

    /// The second step, with a one-time code.
    pub fn second_step(
        &self,
        login: &str,
        ticket: &Ticket,
        code: &str,
    ) -> Result<Next, account::Error> {
        let next = self.accounts.second_factor(ticket, code, self.now());
        self.record(login, HERE, &next);
        next
    }

    /// The second step, with a recovery code.
    pub fn recover(
        &self,
        login: &str,
        ticket: &Ticket,
        code: &recovery::Code,
    ) -> Result<Next, account::Error> {
        let code = code.expose_secret();
        let next = self.accounts.recovery_code(ticket, code, self.now());
        self.record(login, HERE, &next);
        next
    }

    /// The step after an expired password.
    pub fn change_expired_password(
        &self,
        login: &str,
        ticket: &Ticket,
        old: &str,
        new: &str,
    ) -> Result<Next, account::Error> {
        let (old, new) = (old.into(), new.into());
        let next = self
            .accounts
            .change_expired_password(ticket, &old, &new, self.now());
        self.record(login, HERE, &next);
        next
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
        let next = Ok(enrolled.next);
        self.record(login, HERE, &next);
        next
    }

    /// Every step to a session, as a person with the right password and phone takes them.
    pub fn sign_in(&self, login: &str) -> Result<SignedIn, account::Error> {
        let mut next = self.first_step(login, &self.password(login))?;
        loop {
            next = match next {
                Next::SignedIn(signed_in) => return Ok(signed_in),
                Next::FactorNeeded(ticket) => {
                    self.second_step(login, &ticket, &self.fresh_code(login))?
                }
                Next::EnrolmentNeeded(ticket) => self.enrol(login, &ticket)?,
                Next::PasswordChangeNeeded(ticket, _) => {
                    let (old, new) = (self.password(login), self.new_password(login)?);
                    let next = self.change_expired_password(login, &ticket, &old, &new)?;
                    self.remember_password(login, &new);
                    next
                }
                _ => return Err(account::Error::Denied),
            }
        }
    }

    /// A password this person has not had: a passphrase of a machine's, within the office's own rules.
    pub fn new_password(&self, login: &str) -> Result<String, password::Error> {
        let made = password::Policy::back_office().generate_passphrase(55, &[login])?;
        Ok(made.expose_secret().to_owned())
    }
}
