//! One value and the name it stands under, for what writes values one by one.

use std::borrow::Cow;

use super::{
    Policy,
    bytes::is_name,
    controls::{self, Lines},
    keys::Key,
    plain, spans,
};

impl Policy {
    /// `value`, which a structured log has under `name`, without its secrets: a mark where the name
    /// is that of a secret, otherwise as [`Policy::redact_str`] has it. A name may be a path,
    /// `user.password`. Where the policy escapes control characters, line feeds are escaped, too:
    /// in a value they end no line.
    ///
    /// ```
    /// use portcullis::redact::Policy;
    ///
    /// let policy = Policy::default();
    /// assert_eq!(policy.redact_field("user.password", "correct horse"), "[REDACTED:password]");
    /// assert_eq!(policy.redact_field("pin_attempts", "3"), "3");
    /// assert_eq!(policy.redact_field("query", "a=1&token=x9"), "a=1&token=[REDACTED:token]");
    /// ```
    #[must_use]
    pub fn redact_field<'a>(&self, name: &str, value: &'a str) -> Cow<'a, str> {
        self.redact_leaf(name, value, Form::Text, false)
    }

    /// The same for a value of a form, which may stand in a list that has the name.
    pub(super) fn redact_leaf<'a>(
        &self,
        name: &str,
        value: &'a str,
        form: Form,
        is_listed: bool,
    ) -> Cow<'a, str> {
        let safe = match self.names.look_up(name.as_bytes()) {
            Some(key) => self.under(key, name, value, form, is_listed),
            None => self.redact_str(value),
        };
        if self.output.escapes && controls::any(safe.as_bytes(), Lines::Escaped) {
            return Cow::Owned(controls::escaped(&safe, Lines::Escaped));
        }
        safe
    }

    /// Reads the value as a member of a JSON object, which is where names and values are told apart
    /// best, so that what the name demands of its values has one meaning.
    fn under<'a>(
        &self,
        key: Key,
        name: &str,
        value: &'a str,
        form: Form,
        is_listed: bool,
    ) -> Cow<'a, str> {
        let (open, close) = if is_listed { ("[", "]}") } else { ("", "}") };
        let before = format!("{{\"{}\":{open}", plain_name(name));
        let written = match form {
            Form::Text => format!("\"{}\"", escaped(value)),
            Form::Number => value.to_owned(),
        };
        let member = [&before, &written, close].concat();
        let Cow::Owned(safe) = self.redact_str(&member) else {
            return Cow::Borrowed(value);
        };
        let read = safe
            .strip_prefix(&before)
            .and_then(|s| s.strip_suffix(close)?.strip_prefix('"')?.strip_suffix('"'));
        Cow::Owned(match read {
            Some(inner) => plain::backslashes(inner),
            None => spans::mark_of(key.kind),
        })
    }
}

/// How a value is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Form {
    Text,
    #[cfg_attr(
        not(feature = "serde"),
        allow(dead_code, reason = "only serde says what is a number")
    )]
    Number,
}

/// The name with what no name has left out, so that it is found in the text made with it.
fn plain_name(name: &str) -> String {
    let plain = |c: char| {
        if u8::try_from(c).is_ok_and(|b| !is_name(b)) {
            '_'
        } else {
            c
        }
    };
    name.chars().map(plain).collect()
}

/// RFC 8259 §7.
fn escaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}
