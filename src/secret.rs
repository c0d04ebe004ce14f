//! Bytes that are wiped when dropped, cannot be printed and are compared in constant time. The
//! public secret types of the modules wrap them.

use core::fmt;

use secrecy::{ExposeSecret, SecretBox};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, optimization_barrier};

/// A fixed number of secret bytes. No `Display`, no `Serialize`, no `Deref`; `Debug` prints
/// `[redacted]`; `==` takes the same time wherever the two differ.
pub(crate) struct Array<const N: usize>(SecretBox<[u8; N]>);

impl<const N: usize> Array<N> {
    /// Takes the bytes and wipes the copy that was passed in.
    pub(crate) fn new(mut bytes: [u8; N]) -> Self {
        let boxed = SecretBox::new(Box::new(bytes));
        bytes.zeroize();
        Self(boxed)
    }

    pub(crate) fn expose(&self) -> &[u8; N] {
        self.0.expose_secret()
    }
}

impl<const N: usize> Clone for Array<N> {
    fn clone(&self) -> Self {
        Self(SecretBox::new(Box::new(*self.expose())))
    }
}

impl<const N: usize> PartialEq for Array<N> {
    fn eq(&self, other: &Self) -> bool {
        eq(self.expose(), other.expose())
    }
}

impl<const N: usize> Eq for Array<N> {}

impl<const N: usize> fmt::Debug for Array<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Any number of secret bytes, with the same promises as [`Array`]; the length is not secret.
///
/// Its own box, not one of secrecy's: those are wiped byte by byte, which takes longer than to decrypt
/// what is in them.
pub(crate) struct Bytes(Box<[u8]>);

impl Bytes {
    /// Takes the bytes as they are if there is no spare capacity. Else they are copied into memory of
    /// exactly their length, and `bytes` is wiped, spare capacity included: shrinking a vector in
    /// place would leave a copy behind.
    pub(crate) fn new(mut bytes: Vec<u8>) -> Self {
        if bytes.capacity() == bytes.len() {
            return Self(bytes.into_boxed_slice());
        }
        let exact = Self::copy_of(&bytes);
        bytes.zeroize();
        exact
    }

    pub(crate) fn copy_of(bytes: &[u8]) -> Self {
        Self(Box::from(bytes))
    }

    pub(crate) fn expose(&self) -> &[u8] {
        &self.0
    }
}

/// Writes zeros, which the compiler may not leave out: the barrier reads them.
impl Drop for Bytes {
    fn drop(&mut self) {
        self.0.fill(0);
        optimization_barrier(&*self.0);
    }
}

impl Clone for Bytes {
    fn clone(&self) -> Self {
        Self::copy_of(self.expose())
    }
}

impl PartialEq for Bytes {
    fn eq(&self, other: &Self) -> bool {
        eq(self.expose(), other.expose())
    }
}

impl Eq for Bytes {}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Whether `a` and `b` are the same, in a time that depends on their lengths alone. Eight bytes are
/// compared at a time.
pub(crate) fn eq(a: &[u8], b: &[u8]) -> bool {
    let ((words, rest), (others, last)) = (a.as_chunks(), b.as_chunks());
    let same = words.len().ct_eq(&others.len()) & rest.ct_eq(last);
    let pairs = words.iter().zip(others);
    let pairs = pairs.map(|(a, b)| u64::from_ne_bytes(*a).ct_eq(&u64::from_ne_bytes(*b)));
    pairs.fold(same, |same, pair| same & pair).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_never_printed_and_compares_by_content() {
        let a = Array::new(*b"hunter2!");
        assert_eq!(
            format!("{a:?} {:?}", Bytes::copy_of(b"hunter2!")),
            "[redacted] [redacted]"
        );
        assert_eq!(a, a.clone());
        assert_ne!(a, Array::new(*b"hunter2?"));
        assert_ne!(Bytes::copy_of(b"ab"), Bytes::new(b"abc".to_vec()));
    }

    #[test]
    fn every_byte_and_the_length_count() {
        for len in 0..40 {
            let a = vec![0_u8; len];
            assert!(eq(&a, &vec![0; len]));
            for other in (0..40).filter(|other| *other != len) {
                assert!(!eq(&a, &vec![0; other]), "{len} and {other}");
            }
            for bit in 0..len * 8 {
                let mut b = a.clone();
                b[bit / 8] ^= 1 << (bit % 8);
                assert!(!eq(&a, &b), "{len}, bit {bit}");
            }
        }
    }
}
