//! The only call for the system's randomness.

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
