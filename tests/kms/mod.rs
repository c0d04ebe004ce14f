//! A key management service for tests: it counts its calls, and fails or answers wrongly when told.
#![allow(dead_code, reason = "each test uses its own part")]

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

use portcullis::field::{Key, KeyWrapper, LocalKek, WrapError};

/// What the service does instead of its work.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Fault {
    Unavailable,
    Gone,
    Refused,
    /// Unwraps to another key.
    AnotherKey,
    /// Wraps to nothing.
    Nothing,
    /// Wraps to more than anything has.
    TooMuch,
    /// Wraps by handing the key back.
    Clear,
    /// Calls itself by a name that is none.
    Name(&'static str),
}

pub(crate) struct Kms {
    kek: LocalKek,
    fault: Mutex<Option<Fault>>,
    wraps: AtomicUsize,
    unwraps: AtomicUsize,
    contexts: Mutex<Vec<Vec<u8>>>,
    /// What was wrapped last.
    last: Mutex<Option<Key>>,
}

impl Kms {
    pub(crate) fn new(kek: LocalKek) -> Self {
        Self {
            kek,
            fault: Mutex::default(),
            wraps: AtomicUsize::new(0),
            unwraps: AtomicUsize::new(0),
            contexts: Mutex::default(),
            last: Mutex::default(),
        }
    }

    pub(crate) fn fails(&self, fault: impl Into<Option<Fault>>) {
        *self.fault.lock().unwrap() = fault.into();
    }

    /// Calls to wrap and to unwrap so far.
    pub(crate) fn calls(&self) -> (usize, usize) {
        (
            self.wraps.load(Ordering::SeqCst),
            self.unwraps.load(Ordering::SeqCst),
        )
    }

    /// The contexts of all calls so far.
    pub(crate) fn contexts(&self) -> Vec<Vec<u8>> {
        self.contexts.lock().unwrap().clone()
    }

    fn fault(&self) -> Result<Option<Fault>, WrapError> {
        match *self.fault.lock().unwrap() {
            Some(Fault::Unavailable) => Err(WrapError::Unavailable),
            Some(Fault::Gone) => Err(WrapError::Gone),
            Some(Fault::Refused) => Err(WrapError::Refused),
            other => Ok(other),
        }
    }
}

impl KeyWrapper for Kms {
    fn kek_id(&self) -> &str {
        match *self.fault.lock().unwrap() {
            Some(Fault::Name(name)) => name,
            _ => self.kek.kek_id(),
        }
    }

    fn wrap_key(&self, context: &[u8], key: &Key) -> Result<Vec<u8>, WrapError> {
        self.wraps.fetch_add(1, Ordering::SeqCst);
        self.contexts.lock().unwrap().push(context.to_vec());
        *self.last.lock().unwrap() = Some(key.clone());
        Ok(match self.fault()? {
            Some(Fault::Nothing) => vec![],
            Some(Fault::TooMuch) => vec![7; 6145],
            Some(Fault::Clear) => [b"wrapped:", &key.expose_secret()[..]].concat(),
            _ => self.kek.wrap_key(context, key)?,
        })
    }

    fn unwrap_key(&self, kek_id: &str, context: &[u8], wrapped: &[u8]) -> Result<Key, WrapError> {
        self.unwraps.fetch_add(1, Ordering::SeqCst);
        self.contexts.lock().unwrap().push(context.to_vec());
        match self.fault()? {
            Some(Fault::AnotherKey) => Ok(Key::from_bytes([0xEE; 32])),
            // a service that takes what it gave, whatever that was
            Some(Fault::Clear) => Ok(Key::from_bytes(wrapped[8..].try_into().unwrap())),
            Some(Fault::Nothing | Fault::TooMuch) => Ok(self.last.lock().unwrap().clone().unwrap()),
            _ => self.kek.unwrap_key(kek_id, context, wrapped),
        }
    }
}
