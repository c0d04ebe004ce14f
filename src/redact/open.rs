//! What goes on in lines that have not come yet.

use super::{commands::Continued, decoded::Dump, dialogue::Awaited, lines::Follow, pem::Blocks};

/// What a line leaves open for the one after it. Each part belongs to the stage that it is named
/// after; a stage begins with what is open and goes on with its own lines.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Open {
    /// A command that goes on in the next line.
    pub(super) command: Option<Continued>,
    /// What a dialogue waits for.
    pub(super) dialogue: Option<Awaited>,
    /// Values that names introduced, in the lines below them.
    pub(super) lines: Follow,
    /// Private keys that have begun and not ended.
    pub(super) pem: Blocks,
    /// A memory dump whose next row may go on with a secret.
    pub(super) dump: Option<Dump>,
}

impl Open {
    fn is_none(&self) -> bool {
        let Self {
            command,
            dialogue,
            lines,
            pem,
            dump,
        } = self;
        command.is_none()
            && dialogue.is_none()
            && lines.is_none()
            && pem.is_empty()
            && dump.is_none()
    }

    /// After a line that nobody looked at.
    fn unseen(&mut self) {
        self.pem.unseen();
        self.command = None;
        self.dump = None;
    }
}

/// For each look at a line what was open before it: the first look sees what was written, the next
/// one what the first has made of it, and so on.
#[derive(Clone, Debug)]
pub(super) struct Opens {
    first: Open,
    /// Those after the first, as far as they differ; the last stands for all that follow.
    later: Vec<Open>,
    /// Whether nothing is open for any look.
    none: bool,
}

impl Default for Opens {
    fn default() -> Self {
        Self {
            first: Open::default(),
            later: Vec::new(),
            none: true,
        }
    }
}

impl Opens {
    /// Whether nothing is open, so that a line in which nothing begins needs no look.
    pub(super) fn is_none(&self) -> bool {
        self.none
    }

    /// What is open for a look, and for all later ones where `is_last`.
    pub(super) fn of(&mut self, look: usize) -> &mut Open {
        let nth = look.min(self.later.len());
        match nth.checked_sub(1).and_then(|nth| self.later.get_mut(nth)) {
            Some(open) => open,
            None => &mut self.first,
        }
    }

    /// The same before a look that changes it; None where nothing was open before the line.
    pub(super) fn before(&mut self, look: usize) -> Option<Open> {
        (!self.none).then(|| self.of(look).clone())
    }

    /// Whether all looks after this one see the same as this one.
    pub(super) fn is_last(&self, look: usize) -> bool {
        look >= self.later.len()
    }

    /// Gives the looks after the last one an `Open` of their own.
    pub(super) fn part(&mut self, open: Open) {
        self.later.push(open);
    }

    /// After a line: looks that see the same are one again.
    pub(super) fn join(&mut self) {
        while let Some(last) = self.later.last() {
            let before = self.later.iter().rev().nth(1).unwrap_or(&self.first);
            let is_same = (last.is_none() && before.is_none()) || last == before;
            if !is_same {
                break;
            }
            self.later.pop();
        }
        self.none = self.later.is_empty() && self.first.is_none();
    }

    /// Keeps what is open for at most so many looks: the last one, which stands for all that follow,
    /// and the first ones.
    pub(super) fn keep(&mut self, looks: usize) {
        while self.later.len() >= looks {
            self.later.remove(self.later.len().saturating_sub(2));
        }
    }

    /// After a line that nobody looked at.
    pub(super) fn unseen(&mut self) {
        self.first.unseen();
        self.later.iter_mut().for_each(Open::unseen);
        self.join();
    }
}
