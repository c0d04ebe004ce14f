//! What the reader of a message sees of it.

mod characters;
mod header;
mod html;
mod json;
pub(super) mod quoted_printable;

use std::borrow::Cow;

/// How a part is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Form {
    Text,
    Html,
    Header,
    Json,
}

/// The text as its reader sees it.
pub(super) fn visible(text: &[u8], form: Form) -> Cow<'_, [u8]> {
    let text = match form {
        Form::Text => Cow::Borrowed(text),
        Form::Html => Cow::Owned(html::visible(text)),
        Form::Header => Cow::Owned(header::visible(text)),
        Form::Json => Cow::Owned(json::visible(text)),
    };
    characters::visible(text)
}
