//! Names that a command or a line of a configuration sets: `SetEnv DB_PASSWORD x`, `api_key x;`.

use super::{
    super::bytes::{is_blank, plus, rest, run_back, skip_blanks, slice},
    Sentence, Spans,
    looks::{self, Looks},
    values::Quote,
};

/// Commands and directives that a name and its value follow, in lower case.
const SETTERS: &[&[u8]] = &[
    b"setenv",
    b"setx",
    b"env",
    b"set",
    b"passenv",
    b"fastcgi_param",
    b"proxy_set_header",
    b"add_header",
    b"option",
];

impl Sentence<'_, '_> {
    /// What a command or a directive gives to the name.
    pub(super) fn set(&self, at: usize, spans: &mut Spans) -> Option<usize> {
        if at == self.named.name.end {
            return None;
        }
        // As Fortinet's devices write it.
        let encoded = usize::from(rest(self.text, at).starts_with(b"ENC "));
        let at = plus(at, encoded.saturating_mul("ENC ".len()));
        let quote = Quote::at(self.text, at);
        let is_directive = || self.is_directive(at, quote.is_some());
        let looks = match self.is_set(quote.is_some()) {
            true => Looks::Set,
            false if is_directive() => Looks::Directive,
            false => return None,
        };
        match quote {
            Some((quote, from)) => self.quoted(quote, from, looks, spans),
            None => self.bare(at, looks, spans),
        }
    }

    /// Whether the word before the name sets it: `config set a.token x`, `set -gx A_TOKEN x`.
    fn is_set(&self, quoted: bool) -> bool {
        if !(quoted || self.is_joined()) {
            return false;
        }
        let lead = self.lead();
        // A router's script declares it: `:local pass "x"`.
        if quoted && (lead.ends_with(b":local ") || lead.ends_with(b":global ")) {
            return true;
        }
        let lead = match lead.strip_suffix(b":") {
            Some(registry) => slice(
                registry,
                0..run_back(registry, registry.len(), |b| !is_blank(b)),
            ),
            None => &lead,
        };
        let mut words = lead.split(|b| is_blank(*b)).rev();
        let last = words.find(|w| !w.is_empty() && !w.starts_with(b"-"));
        last.is_some_and(|last| SETTERS.contains(&last))
    }

    /// Whether the name begins the line and one value ends it.
    fn is_directive(&self, at: usize, quoted: bool) -> bool {
        let lead = self.lead();
        let is_first = lead.len() == self.named.name.start.saturating_sub(self.named.line.start);
        let lead = lead.trim_ascii();
        let is_set = lead == b"set" || lead.is_empty() && (self.is_joined() || quoted);
        if !is_first || !is_set {
            return false;
        }
        let end = match Quote::at(self.text, at) {
            Some((quote, from)) => quote.close(looks::near(self.text, at), from).1,
            None => looks::value_end(looks::near(self.text, at), at),
        };
        let rest = slice(self.text, skip_blanks(self.text, end)..self.text.len());
        matches!(rest, b"" | b";")
    }

    /// Whether the name is one of a program: words joined.
    fn is_joined(&self) -> bool {
        let name = slice(self.text, self.named.name.clone());
        let is_capital = |w: &[u8]| matches!(w, [b'a'..=b'z', b'A'..=b'Z']);
        name.iter().any(|b| matches!(b, b'_' | b'-' | b'.')) || name.windows(2).any(is_capital)
    }
}
