//! The slow part: Argon2id in memory of our own, which is wiped after the work.

use argon2::{Algorithm, Argon2, Block, Params};
use zeroize::Zeroizing;

use super::{
    Error, Part,
    gate::Permit,
    phc::{self, Phc, Version},
};

/// The tag of `password` under the version, the cost and the salt of `phc`, as long as the tag of
/// `phc`, which is not looked at otherwise. The memory is that of `permit`.
pub(super) fn tag(
    password: &[u8],
    phc: &Phc,
    permit: &mut Permit,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut tag = Zeroizing::new(vec![0; phc.tag.len()]);
    let params = params(phc)?;
    let blocks = permit.blocks(params.block_count())?;
    Argon2::new(algorithm(phc.algorithm), version(phc.version), params)
        .hash_password_into_with_memory(password, &phc.salt, &mut tag, blocks)
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

/// The blocks that Argon2 fills with what it derives from the password. Whose they are wipes them
/// before they go, to be used again or back to the system.
#[derive(Default)]
pub(super) struct Blocks(Vec<Block>);

impl Blocks {
    /// Memory that cannot be had is an error, not the end of the process.
    pub(super) fn allocate(count: usize) -> Result<Self, Error> {
        let mut blocks = Vec::new();
        blocks.try_reserve_exact(count).map_err(|_| Error::Memory)?;
        blocks.resize_with(count, Block::new);
        Ok(Self(blocks))
    }

    pub(super) fn kib(&self) -> u32 {
        kib(&self.0)
    }

    /// The first `count` blocks. What was in them is overwritten by the first pass, before any of it
    /// is read.
    pub(super) fn first(&mut self, count: usize) -> Option<&mut [Block]> {
        self.0.get_mut(..count)
    }

    pub(super) fn wipe(mut self) -> Wiped {
        wipe(&mut self.0);
        Wiped(self.0)
    }
}

/// A block is 1 KiB.
fn kib(blocks: &[Block]) -> u32 {
    u32::try_from(blocks.len()).unwrap_or(u32::MAX)
}

/// A plain fill, which runs at the speed of the memory (with a value instead of a function it would
/// copy block by block). The barrier reads it for all the compiler
/// knows, so it is not left out before the memory is freed.
fn wipe(blocks: &mut [Block]) {
    blocks.fill_with(Block::new);
    zeroize::optimization_barrier(blocks);
}

/// Blocks with nothing in them, as they wait in the pool.
pub(super) struct Wiped(Vec<Block>);

impl Wiped {
    pub(super) fn kib(&self) -> u32 {
        kib(&self.0)
    }

    pub(super) fn lend(self) -> Blocks {
        Blocks(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S0-15: 2^53 KiB are more than there are.
    #[test]
    fn memory_that_cannot_be_had_is_an_error() {
        assert!(matches!(Blocks::allocate(1 << 53), Err(Error::Memory)));
    }
}
