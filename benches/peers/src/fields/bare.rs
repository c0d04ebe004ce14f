//! The same work with a bare cipher under a key that is set up once: draw a nonce, seal into memory of
//! its own, bind the same context; open into memory of its own.

use aes_gcm::{AeadInOut, Aes256Gcm, KeyInit, aead::inout::InOutBuf};
use hmac::{Hmac, Mac};
use sha2::Sha512;
use xaes_256_gcm::Xaes256Gcm;

use super::Way;

const TAG_LEN: usize = 16;
/// What `super::place` stands for, as `Context` documents it.
const CONTEXT: &[u8] = b"PCX1\x04\
    \x01\0\0\0\x04acme\x02\0\0\0\x07contact\x03\0\0\0\x05email\
    \x04\0\0\0\x11\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x2a";
/// Suite and key version, with which an envelope of the first key starts.
const COBBLESTONE: [u8; 5] = [0xF9, 0, 0, 0, 1];
const XAES: [u8; 5] = [0xFA, 0, 0, 0, 1];
/// Of the C2SP specification of chunked-encryption.
const INFO: &[u8] = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0";

/// Bytes from the system, by one call.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("randomness");
    bytes
}

fn authenticated(prefix: [u8; 5]) -> Vec<u8> {
    [&prefix, CONTEXT].concat()
}

/// Appends ciphertext and tag.
fn seal<C: AeadInOut>(cipher: &C, nonce: &[u8], context: &[u8], text: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + text.len(), 0);
    let buffer = InOutBuf::new(text, &mut out[start..]).expect("as long");
    let nonce = nonce.try_into().expect("its length");
    let tag = cipher.encrypt_inout_detached(nonce, context, buffer);
    out.extend_from_slice(&tag.expect("not too long"));
}

fn open<C: AeadInOut>(cipher: &C, nonce: &[u8], context: &[u8], sealed: &[u8]) -> Vec<u8> {
    let (ciphertext, tag) = sealed.split_at(sealed.len() - TAG_LEN);
    let mut out = vec![0; ciphertext.len()];
    let buffer = InOutBuf::new(ciphertext, &mut out).expect("as long");
    let (nonce, tag) = (nonce.try_into(), tag.try_into());
    let (nonce, tag) = (nonce.expect("its length"), tag.expect("its length"));
    cipher
        .decrypt_inout_detached(nonce, context, buffer, tag)
        .expect("genuine");
    out
}

/// HKDF-Expand by two blocks of HMAC-SHA-512, a cipher with the first 32 bytes, and the envelope around
/// them: Cobblestone-256 of a short value.
pub fn cobblestone(key: [u8; 32]) -> Way {
    let key: Hmac<Sha512> = Hmac::new_from_slice(&key).expect("any length");
    let block = move |previous: &[u8], salt: &[u8], context: &[u8], number| {
        let mut mac = key.clone();
        for part in [previous, INFO, salt, context, &[number]] {
            mac.update(part);
        }
        mac.finalize().into_bytes()
    };
    let derive = move |salt: &[u8], context: &[u8]| {
        let first = block(&[], salt, context, 1);
        let second = block(&first, salt, context, 2);
        let cipher = Aes256Gcm::new_from_slice(&first[..32]).expect("its length");
        (cipher, [&first[32..], &second[..12]].concat())
    };
    let context = authenticated(COBBLESTONE);
    let (opening, there) = (derive.clone(), context.clone());
    Way {
        name: "its primitives",
        seal: Box::new(move |text| {
            let salt = random::<24>();
            let (cipher, derived) = derive(&salt, &context);
            let mut out = Vec::with_capacity(5 + 24 + 32 + text.len() + TAG_LEN);
            out.extend_from_slice(&COBBLESTONE);
            out.extend_from_slice(&salt);
            out.extend_from_slice(&derived[12..]);
            seal(&cipher, &derived[..12], b"", text, &mut out);
            out
        }),
        open: Box::new(move |sealed| {
            let (salt, rest) = sealed[5..].split_at(24);
            let (commitment, chunk) = rest.split_at(32);
            let (cipher, derived) = opening(salt, &there);
            assert_eq!(commitment, &derived[12..]);
            open(&cipher, &derived[..12], b"", chunk).len()
        }),
    }
}

/// A cipher whose key is set up once.
fn aead<C: AeadInOut + 'static, const N: usize>(
    name: &'static str,
    cipher: fn([u8; 32]) -> C,
    key: [u8; 32],
    prefix: [u8; 5],
) -> Way {
    let (sealing, opening) = (cipher(key), cipher(key));
    let (here, there) = (authenticated(prefix), authenticated(prefix));
    Way {
        name,
        seal: Box::new(move |text| {
            let nonce = random::<N>();
            let mut out = Vec::with_capacity(5 + N + text.len() + TAG_LEN);
            out.extend_from_slice(&prefix);
            out.extend_from_slice(&nonce);
            seal(&sealing, &nonce, &here, text, &mut out);
            out
        }),
        open: Box::new(move |sealed| {
            let (nonce, rest) = sealed[5..].split_at(N);
            open(&opening, nonce, &there, rest).len()
        }),
    }
}

pub fn xaes(key: [u8; 32]) -> Way {
    let cipher = |key: [u8; 32]| Xaes256Gcm::new(&key.into());
    aead::<_, 24>("bare xaes-256-gcm", cipher, key, XAES)
}

pub fn aes_gcm(key: [u8; 32]) -> Way {
    let cipher = |key: [u8; 32]| Aes256Gcm::new(&key.into());
    aead::<_, 12>("bare aes-gcm", cipher, key, XAES)
}

/// The two C libraries have the same interface, and generators of their own.
macro_rules! c_library {
    ($name:literal, $library:ident, $key:expr) => {{
        use $library::{
            aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
            rand::{SecureRandom, SystemRandom},
        };
        let cipher = || LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &$key).expect("a key"));
        let (sealing, opening, random) = (cipher(), cipher(), SystemRandom::new());
        let (here, there) = (authenticated(XAES), authenticated(XAES));
        Way {
            name: $name,
            seal: Box::new(move |text| {
                let mut nonce = [0; 12];
                random.fill(&mut nonce).expect("randomness");
                let mut out = Vec::with_capacity(5 + 12 + text.len() + TAG_LEN);
                out.extend_from_slice(&XAES);
                out.extend_from_slice(&nonce);
                out.extend_from_slice(text);
                let nonce = Nonce::assume_unique_for_key(nonce);
                let tag =
                    sealing.seal_in_place_separate_tag(nonce, Aad::from(&here), &mut out[17..]);
                out.extend_from_slice(tag.expect("seals").as_ref());
                out
            }),
            open: Box::new(move |sealed| {
                let (nonce, rest) = sealed[5..].split_at(12);
                let nonce = Nonce::try_assume_unique_for_key(nonce).expect("its length");
                let mut out = rest.to_vec();
                let opened = opening.open_in_place(nonce, Aad::from(&there), &mut out);
                opened.expect("genuine").len()
            }),
        }
    }};
}

pub fn ring(key: [u8; 32]) -> Way {
    c_library!("ring", ring, key)
}

#[cfg(feature = "aws-lc")]
pub fn aws_lc(key: [u8; 32]) -> Option<Way> {
    Some(c_library!("aws-lc-rs", aws_lc_rs, key))
}

#[cfg(not(feature = "aws-lc"))]
pub fn aws_lc(_: [u8; 32]) -> Option<Way> {
    None
}
