//! The least that a check can be: two look-ups and a bit. No tenants, no times, no patterns; what is
//! denied was taken out beforehand.

use std::collections::HashMap;

use super::{
    Decider,
    world::{Question, World},
};

/// What each class of users may do, a bit for each permission. Users of one role are of one class, or
/// of its twin if they are limited.
struct Bits {
    words: usize,
    bits: Vec<u64>,
}

impl Bits {
    fn new(classes: usize, permissions: usize) -> Self {
        let words = permissions.div_ceil(64);
        let bits = vec![0; classes * words];
        Self { words, bits }
    }

    fn set(&mut self, class: u32, permission: u32) {
        let at = class as usize * self.words + permission as usize / 64;
        self.bits[at] |= 1 << (permission % 64);
    }

    fn has(&self, class: u32, permission: u32) -> bool {
        let at = class as usize * self.words + permission as usize / 64;
        self.bits[at] >> (permission % 64) & 1 == 1
    }
}

/// Asked with names.
pub struct Strings {
    classes: HashMap<Box<str>, u32>,
    permissions: HashMap<Box<str>, u32>,
    allowed: Bits,
}

impl Strings {
    pub fn new(world: &World) -> Self {
        let mut permissions = vec!["help:read".into(), "wiki:write".into()];
        for role in 0..world.roles {
            permissions
                .extend(["read", "write"].map(|action| format!("doc{role}:{action}").into()));
        }
        let mut allowed = Bits::new(2 * world.roles, permissions.len());
        for class in 0..2 * world.roles as u32 {
            let (role, limited) = (class / 2, class % 2 == 1);
            allowed.set(class, 0);
            if !limited {
                allowed.set(class, 1);
            }
            allowed.set(class, 2 + 2 * role);
            allowed.set(class, 3 + 2 * role);
        }
        let class = |user| {
            let class = 2 * world.role_of(user) + usize::from(world.is_limited(user));
            (format!("u{user}").into(), class as u32)
        };
        Self {
            classes: (0..world.users).map(class).collect(),
            permissions: permissions.into_iter().zip(0..).collect(),
            allowed,
        }
    }
}

impl Decider for Strings {
    fn decide(&mut self, question: &Question) -> bool {
        let class = self.classes.get(&*question.subject);
        let permission = self.permissions.get(&*question.permission);
        match (class, permission) {
            (Some(class), Some(permission)) => self.allowed.has(*class, *permission),
            _ => false,
        }
    }
}

/// Asked with numbers that the program has kept.
pub struct Ids {
    strings: Strings,
    /// The questions to come, the next one last.
    ids: Vec<(u32, u32)>,
}

impl Ids {
    pub fn new(world: &World) -> Self {
        let strings = Strings::new(world);
        let ids = Vec::new();
        Self { strings, ids }
    }
}

impl Decider for Ids {
    fn decide(&mut self, _: &Question) -> bool {
        let next = self.ids.pop();
        next.is_some_and(|(class, permission)| self.strings.allowed.has(class, permission))
    }

    fn prepare(&mut self, questions: &[Question]) {
        let id = |question: &Question| {
            let class = self.strings.classes[&*question.subject];
            (class, self.strings.permissions[&*question.permission])
        };
        self.ids = questions.iter().rev().map(id).collect();
    }
}
