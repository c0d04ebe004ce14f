//! Elements that go on in later lines.

use core::ops::Range;

use super::{
    super::{
        bytes::slice,
        keys::Key,
        lines::{Goes, Later, Lead},
        spans::Spans,
    },
    markup::{Form, content, next_element},
};

/// Lines that are waited for the text of an element or for its end.
const MAX_LINES: u8 = 4;

/// An element whose text is on the next lines, or which itself is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in super::super) struct Element {
    lead: Lead,
    key: Key,
    form: Form,
    /// The elements of which one is awaited; none where the text itself is.
    awaited: &'static [&'static str],
    left: u8,
}

impl Element {
    pub(super) fn text(lead: Lead, key: Key, form: Form) -> Self {
        Self::pair(lead, key, form, &[])
    }

    pub(super) fn pair(lead: Lead, key: Key, form: Form, awaited: &'static [&'static str]) -> Self {
        Self {
            lead,
            key,
            form,
            awaited,
            left: MAX_LINES,
        }
    }

    pub(in super::super) fn lead(&self) -> &Lead {
        &self.lead
    }

    /// Judges a line after that of the name.
    pub(in super::super) fn judge(&mut self, later: &Later<'_>, spans: &mut Spans) -> Goes {
        let (indent, at) = match later.inner(&mut self.lead) {
            Ok(inner) => inner,
            Err(goes) => return goes,
        };

        self.left = self.left.saturating_sub(1);
        if at >= later.line.end {
            return if self.left == 0 { Goes::Over } else { Goes::On };
        }
        let mut add = |content: Range<usize>| {
            let end = content.end;
            later.replace(content, self.key, spans);
            Some(end)
        };
        if !self.awaited.is_empty() {
            next_element(later.text, at, self.form, self.awaited, add);
            return Goes::Over;
        }
        match content(later.text, at, self.form) {
            Some(Some(content)) => {
                add(content);
                Goes::Over
            }
            // Text whose end is on a later line: indented further than its element.
            None if self.left > 0
                && (indent > self.lead.indent()
                    || !slice(later.text, at..later.line.end).contains(&b' ')) =>
            {
                add(at..later.line.end);
                Goes::On
            }
            _ => Goes::Over,
        }
    }
}
