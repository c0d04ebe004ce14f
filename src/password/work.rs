//! The slow part: Argon2id in memory of our own, which is wiped before it is given back.

use argon2::{Algorithm, Argon2, Block, Params};
use zeroize::{Zeroize, Zeroizing};

use super::{
    Error, Part,
    phc::{self, Phc, Version},
};

/// The tag of `password` under the version, the cost and the salt of `phc`, as long as the tag of
/// `phc`, which is not looked at otherwise.
pub(super) fn tag(password: &[u8], phc: &Phc) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut tag = Zeroizing::new(vec![0; phc.tag.len()]);
    let params = params(phc)?;
    let mut memory = Memory::allocate(params.block_count())?;
    Argon2::new(algorithm(phc.algorithm), version(phc.version), params)
        .hash_password_into_with_memory(password, &phc.salt, &mut tag, memory.0.as_mut_slice())
        .map_err(|_| Error::Malformed(Part::Cost))?;
    Ok(tag)
}

/// Every parsed cost is one that the algorithm takes; should it disagree, nothing is computed.
fn params(phc: &Phc) -> Result<Params, Error> {
    let cost = phc.cost;
    let (memory, passes, lanes) = (cost.memory_kib(), cost.passes(), cost.lanes());
    Params::new(memory, passes, lanes, Some(phc.tag.len()))
        .map_err(|_| Error::Malformed(Part::Cost))
}

fn algorithm(algorithm: phc::Algorithm) -> Algorithm {
    match algorithm {
        phc::Algorithm::Argon2id => Algorithm::Argon2id,
        #[cfg(feature = "legacy")]
        phc::Algorithm::Argon2i => Algorithm::Argon2i,
        #[cfg(feature = "legacy")]
        phc::Algorithm::Argon2d => Algorithm::Argon2d,
    }
}

fn version(version: Version) -> argon2::Version {
    if version.is_outdated() {
        argon2::Version::V0x10
    } else {
        argon2::Version::V0x13
    }
}

/// The blocks that Argon2 fills with what it derives from the password.
struct Memory(Vec<Block>);

impl Memory {
    /// Memory that cannot be had is an error, not the end of the process.
    fn allocate(blocks: usize) -> Result<Self, Error> {
        let mut memory = Vec::new();
        memory
            .try_reserve_exact(blocks)
            .map_err(|_| Error::Memory)?;
        memory.resize(blocks, Block::new());
        Ok(Self(memory))
    }
}

/// The blocks, not the vector: that would wipe its capacity a second time, byte by byte.
impl Drop for Memory {
    fn drop(&mut self) {
        self.0.iter_mut().zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S0-15: 2^53 KiB are more than there are.
    #[test]
    fn memory_that_cannot_be_had_is_an_error() {
        assert!(matches!(Memory::allocate(1 << 53), Err(Error::Memory)));
    }
}
