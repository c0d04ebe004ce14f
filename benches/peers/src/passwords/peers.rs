//! The implementations, each as something that can be timed.

use std::ffi::CString;

use argon2::{Algorithm, Argon2, Params, Version};
use portcullis::password::{Cost, Hash, Hasher, Password};

use crate::measure::Work;

const PASSWORD: &str = "correct horse battery staple";
const SALT: [u8; 16] = *b"0123456789abcdef";
const TAG_LEN: usize = 32;

/// An implementation at one cost. None where it is not there or cannot do it.
#[derive(Default)]
pub struct Peer {
    pub hash: Option<Work>,
    pub verify: Option<Work>,
}

/// In the order of the columns.
pub const NAMES: [&str; 4] = ["portcullis", "argon2", "libsodium", "libargon2"];

/// All of them verify what portcullis has hashed, and hash to the tag of the bare crate: they are
/// seen to do the same work.
pub fn all(cost: Cost) -> [Peer; 4] {
    let (hasher, password) = (Hasher::new(cost), Password::from(PASSWORD));
    let stored = hasher.hash(&password).expect("hashes");
    let text = CString::new(stored.as_str()).expect("no NUL");
    let tag = bare_tag(cost);
    [
        portcullis(hasher, stored),
        bare(cost, tag),
        libsodium::peer(cost, tag, text.clone()),
        libargon2::peer(cost, tag, text),
    ]
}

/// Both enter by one gate and use the same memory again.
fn portcullis(hasher: Hasher, stored: Hash) -> Peer {
    let ours = || (hasher.clone(), Password::from(PASSWORD));
    let (hasher, password) = ours();
    let hash = move || {
        hasher.hash(&password).expect("hashes");
    };
    let (hasher, password) = ours();
    let verify = move || assert!(hasher.verify(&password, Some(&stored)).is_ok());
    Peer {
        hash: Some(Box::new(hash)),
        verify: Some(Box::new(verify)),
    }
}

/// The bare crate reads no text unless by a parser that is off here: it computes the tag again.
fn bare(cost: Cost, tag: [u8; TAG_LEN]) -> Peer {
    let work = move || assert_eq!(bare_tag(cost), tag);
    Peer {
        hash: Some(Box::new(work)),
        verify: Some(Box::new(work)),
    }
}

fn bare_tag(cost: Cost) -> [u8; TAG_LEN] {
    let (memory, passes, lanes) = (cost.memory_kib(), cost.passes(), cost.lanes());
    let params = Params::new(memory, passes, lanes, Some(TAG_LEN)).expect("parameters");
    let mut tag = [0; TAG_LEN];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(PASSWORD.as_bytes(), &SALT, &mut tag)
        .expect("hashes");
    tag
}

/// It makes hashes of one lane only, but verifies others.
#[cfg(libsodium)]
mod libsodium {
    use std::ffi::{c_char, c_int, c_ulonglong};

    use super::{CString, Cost, PASSWORD, Peer, SALT, TAG_LEN, Work};

    const ALG_ARGON2ID13: c_int = 2;

    // From sodium/core.h and sodium/crypto_pwhash_argon2id.h.
    unsafe extern "C" {
        fn sodium_init() -> c_int;
        fn crypto_pwhash_argon2id(
            out: *mut u8,
            out_len: c_ulonglong,
            password: *const c_char,
            password_len: c_ulonglong,
            salt: *const u8,
            passes: c_ulonglong,
            memory_bytes: usize,
            algorithm: c_int,
        ) -> c_int;
        fn crypto_pwhash_argon2id_str_verify(
            text: *const c_char,
            password: *const c_char,
            password_len: c_ulonglong,
        ) -> c_int;
    }

    pub fn peer(cost: Cost, tag: [u8; TAG_LEN], text: CString) -> Peer {
        // SAFETY: it may be called at any time. It finds out which instructions the processor has.
        assert!(unsafe { sodium_init() } >= 0);
        let (password, len) = (
            PASSWORD.as_ptr().cast::<c_char>(),
            PASSWORD.len() as c_ulonglong,
        );
        let hash = move || {
            let mut out = [0_u8; TAG_LEN];
            let out_len = out.len() as c_ulonglong;
            let memory_bytes = cost.memory_kib() as usize * 1024;
            // SAFETY: password and tag are valid for the length beside them, the salt for 16 bytes.
            let status = unsafe {
                crypto_pwhash_argon2id(
                    out.as_mut_ptr(),
                    out_len,
                    password,
                    len,
                    SALT.as_ptr(),
                    cost.passes().into(),
                    memory_bytes,
                    ALG_ARGON2ID13,
                )
            };
            assert_eq!((status, out), (0, tag));
        };
        // SAFETY: the text ends in NUL, the password is valid for its length.
        let verify =
            move || unsafe { crypto_pwhash_argon2id_str_verify(text.as_ptr(), password, len) };
        Peer {
            hash: (cost.lanes() == 1).then(|| Box::new(hash) as Work),
            verify: Some(Box::new(move || assert_eq!(verify(), 0))),
        }
    }
}

/// The reference implementation. It computes each lane on a thread of its own.
#[cfg(libargon2)]
mod libargon2 {
    use std::ffi::{c_char, c_int, c_void};

    use super::{CString, Cost, PASSWORD, Peer, SALT, TAG_LEN};

    // From argon2.h.
    unsafe extern "C" {
        fn argon2id_hash_raw(
            passes: u32,
            memory_kib: u32,
            lanes: u32,
            password: *const c_void,
            password_len: usize,
            salt: *const c_void,
            salt_len: usize,
            out: *mut c_void,
            out_len: usize,
        ) -> c_int;
        fn argon2id_verify(text: *const c_char, password: *const c_void, len: usize) -> c_int;
    }

    pub fn peer(cost: Cost, tag: [u8; TAG_LEN], text: CString) -> Peer {
        let (password, len) = (PASSWORD.as_ptr().cast::<c_void>(), PASSWORD.len());
        let hash = move || {
            let mut out = [0_u8; TAG_LEN];
            // SAFETY: every pointer is valid for the length beside it.
            let status = unsafe {
                argon2id_hash_raw(
                    cost.passes(),
                    cost.memory_kib(),
                    cost.lanes(),
                    password,
                    len,
                    SALT.as_ptr().cast(),
                    SALT.len(),
                    out.as_mut_ptr().cast(),
                    out.len(),
                )
            };
            assert_eq!((status, out), (0, tag));
        };
        // SAFETY: the text ends in NUL, the password is valid for its length.
        let verify = move || unsafe { argon2id_verify(text.as_ptr(), password, len) };
        Peer {
            hash: Some(Box::new(hash)),
            verify: Some(Box::new(move || assert_eq!(verify(), 0))),
        }
    }
}

#[cfg(not(libargon2))]
use absent as libargon2;
#[cfg(not(libsodium))]
use absent as libsodium;

/// A library that was not found.
#[cfg(not(all(libsodium, libargon2)))]
mod absent {
    use super::{CString, Cost, Peer, TAG_LEN};

    pub fn peer(_: Cost, _: [u8; TAG_LEN], _: CString) -> Peer {
        Peer::default()
    }
}
