//! What goes on in lines that have not come yet.

use super::pem::Block;

/// What a text leaves open for the one after it. Each part belongs to the stage that it is named
/// after; a stage begins with what is open and goes on with its own lines.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Open {
    /// A private key that has begun and not ended.
    pub(super) pem: Option<Block>,
}

impl Open {
    /// After a line that nobody looked at.
    pub(super) fn unseen(&mut self) {
        self.pem.get_or_insert_with(Block::unseen);
    }
}
