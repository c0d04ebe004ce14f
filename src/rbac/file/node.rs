//! What a file says, whatever format it is written in, with the place of every value.

use core::ops::Range;
use std::borrow::Cow;

/// A value and the bytes where it stands.
#[derive(Debug)]
pub(in crate::rbac) struct Node<'d> {
    pub(in crate::rbac) at: Range<usize>,
    pub(in crate::rbac) value: Value<'d>,
}

#[derive(Debug)]
pub(in crate::rbac) enum Value<'d> {
    Text(Cow<'d, str>),
    /// As it is written.
    Number(Cow<'d, str>),
    Bool(bool),
    List(Vec<Node<'d>>),
    /// In no order that means anything. INVARIANT: every key once.
    Table(Vec<Entry<'d>>),
    /// What no policy has: null, a date.
    Other,
}

/// A key of a table, the byte where it stands, and its value.
#[derive(Debug)]
pub(in crate::rbac) struct Entry<'d> {
    pub(in crate::rbac) key: Cow<'d, str>,
    pub(in crate::rbac) at: usize,
    pub(in crate::rbac) node: Node<'d>,
}

/// Tables and lists in each other. A policy needs eight: a list of pairs under the `equal` of a
/// condition of a rule of a role.
pub(super) const DEPTH: usize = 16;

impl<'d> Node<'d> {
    pub(super) fn new(at: Range<usize>, value: Value<'d>) -> Self {
        Self { at, value }
    }
}

/// The value of a key.
pub(super) fn get<'n, 'd>(table: &'n [Entry<'d>], key: &str) -> Option<&'n Node<'d>> {
    let mut entries = table.iter();
    entries
        .find(|entry| entry.key == key)
        .map(|entry| &entry.node)
}
