//! The only call for the system's randomness.
//!
//! Keys, tokens, salts and nonces all come straight from the operating system, each by a call of its
//! own: nothing is drawn ahead. What is kept in a process is there twice after a fork, or after a
//! virtual machine is started again from a snapshot, and the same salt for two values is what GCM does
//! not forgive. The system knows of both.
//!
//! Measured on an EPYC (Zen 5) under Linux 6.18 with glibc 2.36, in nanoseconds for a salt of 24 bytes:
//!
//! | | ns | what it does not survive |
//! |---|--:|---|
//! | a call of its own | 240 | |
//! | out of 1 KiB, after asking for the process's id each time | 145 | a snapshot |
//! | out of 1 KiB, with a handler of `pthread_atfork` | 45 | a snapshot, `clone`, `_Fork` |
//! | a mapping that is wiped at a fork (`MADV_WIPEONFORK`) | 45 | a snapshot; needs `unsafe` |
//!
//! From Linux 6.11 and glibc 2.41 on, the call of its own is answered within the process
//! (`vgetrandom`), some tens of nanoseconds, by a generator that the kernel has wiped and seeded anew in
//! both cases: then drawing ahead gains nothing at all.

use zeroize::Zeroize;

/// The system gave no randomness. Nothing is made without it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Unavailable;

/// Random bytes from the operating system.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], Unavailable> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| {
        bytes.zeroize();
        Unavailable
    })?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_calls_differ() {
        assert_ne!(bytes::<32>(), bytes::<32>());
    }
}
