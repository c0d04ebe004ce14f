//! Members whose value is one on a later line.

use super::{
    super::{
        bytes::{byte, slice},
        keys::Key,
        lines::{Goes, Later, Lead, below::Below},
        spans::Spans,
    },
    read::member_at,
    replace_line,
    words::{is_name, is_value},
};

/// Lines that are waited for a value.
const MAX_LINES: u8 = 6;

/// A name whose value is a member on one of the next lines.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in super::super) struct Member {
    lead: Lead,
    key: Key,
    left: u8,
}

/// What a line says about the value that is awaited.
pub(in super::super) enum Next {
    On,
    Over,
    /// It goes on below.
    Below(Below),
}

impl Member {
    pub(super) fn new(lead: Lead, key: Key) -> Self {
        Self {
            lead,
            key,
            left: MAX_LINES,
        }
    }

    pub(in super::super) fn lead(&self) -> &Lead {
        &self.lead
    }

    /// Judges a line after that of the name.
    pub(in super::super) fn judge(&mut self, later: &Later<'_>, spans: &mut Spans) -> Next {
        let (indent, at) = match later.inner(&mut self.lead) {
            Ok(inner) => inner,
            Err(Goes::On) => return Next::On,
            Err(Goes::Over) => return Next::Over,
        };
        let bytes = later.text;
        self.left = self.left.saturating_sub(1);
        let Some((name, value)) = member_at(bytes, at) else {
            return Next::Over;
        };
        let name = slice(bytes, name);
        if indent < self.lead.indent() || is_name(name) || self.left == 0 {
            return Next::Over;
        }
        if !is_value(name) || byte(bytes, value) == Some(b'{') {
            return Next::On;
        }
        if matches!(
            slice(bytes, value..bytes.len()),
            [b'|' | b'>'] | [b'|' | b'>', b'-' | b'+']
        ) {
            return match Lead::of(bytes, later.line.start..at) {
                Some(lead) => Next::Below(Below::scalar(lead, self.key)),
                None => Next::Over,
            };
        }
        replace_line(bytes, value, self.key, later.names, spans);
        Next::On
    }
}
