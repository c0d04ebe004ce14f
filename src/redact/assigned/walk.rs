//! Lists and objects under a secret's name: what in them is secret.

use core::ops::Range;

use super::{
    super::{
        bytes::{Words, byte, is_blank, plus, skip_blanks, slice},
        keys::{Key, Names},
        spans::Spans,
        values::{self, Around, Quote},
    },
    Site,
    sign::separator,
};

/// Names of members that describe a secret and hold none.
static DESCRIBING: Words = Words::new(&[
    "$ref",
    "alg",
    "algorithm",
    "client_id",
    "created",
    "created_at",
    "date",
    "description",
    "domain",
    "email",
    "endpoint",
    "error",
    "expires",
    "expires_at",
    "format",
    "from",
    "host",
    "id",
    "in",
    "issued",
    "issued_at",
    "issuer",
    "key_id",
    "kid",
    "kind",
    "label",
    "message",
    "modified",
    "name",
    "namespace",
    "path",
    "pattern",
    "provider",
    "reason",
    "ref",
    "region",
    "role",
    "samesite",
    "scheme",
    "scope",
    "source",
    "state",
    "status",
    "title",
    "type",
    "updated",
    "updated_at",
    "url",
    "user",
    "username",
    "version",
]);

/// Replaces the values inside the list or object at `at` and says where it ends: the strings of an
/// object unless their name is one that describes, every value of a list.
pub(super) fn walk(site: &Site<'_>, at: usize, names: &Names, spans: &mut Spans) -> usize {
    let text = site.text;
    let key = Key {
        demand: site.key.listed(),
        ..site.key
    };
    let site = &Site {
        key,
        ..site.clone()
    };
    let mut walk = Walk {
        lists: 0,
        depth: 0,
        describing: false,
    };
    let mut at = at;
    while let Some(b) = byte(text, at) {
        let quote = Quote::at(text, plus(at, usize::from(is_bytes(text, at))));
        at = match (b, quote) {
            (b'[', _) if values::is_bracketed_placeholder(text, at) => walk.word(site, at, spans),
            (_, Some((quote, from))) => {
                let (to, end) = quote.close(text, from);
                walk.string(site, from..to, end, names, spans);
                end
            }
            (b'[' | b'{', _) => {
                walk.open(b == b'[');
                plus(at, 1)
            }
            (b']' | b'}', _) if walk.close() => return plus(at, 1),
            (b',' | b':' | b']' | b'}' | b')' | b'=' | b'>' | b'\\', _) => plus(at, 1),
            (b, _) if is_blank(b) => plus(at, 1),
            _ => walk.word(site, at, spans),
        };
    }
    text.len()
}

/// Whether Python's bytes begin at `at`: `b'x'`.
pub(super) fn is_bytes(text: &[u8], at: usize) -> bool {
    matches!(slice(text, at..plus(at, 2)), [b'b', b'"' | b'\''])
}

/// Where a walk through containers is.
struct Walk {
    /// One bit a level, the innermost lowest: whether it is a list.
    lists: u64,
    depth: usize,
    /// Whether the name just read describes its value.
    describing: bool,
}

impl Walk {
    fn open(&mut self, list: bool) {
        self.lists = self.lists << 1 | u64::from(list);
        self.depth = plus(self.depth, 1);
    }

    /// Whether that was the outermost.
    fn close(&mut self) -> bool {
        self.lists >>= 1;
        self.depth = self.depth.saturating_sub(1);
        self.depth == 0
    }

    fn is_list(&self) -> bool {
        self.lists & 1 == 1
    }

    fn string(
        &mut self,
        site: &Site<'_>,
        content: Range<usize>,
        end: usize,
        names: &Names,
        spans: &mut Spans,
    ) {
        let after = skip_blanks(site.text, end);
        if !self.is_list() && separator(site.text, after).is_some() {
            let name = slice(site.text, content);
            // A secret's name has its own site.
            self.describing = names.look_up(name).is_some() || DESCRIBING.has_in_any_case(name);
            return;
        }
        if !self.describing || self.is_list() {
            site.quoted(content, end, spans);
        }
        self.describing = false;
    }

    /// A number or a word without quotes: one more value where it stands in a list.
    fn word(&self, site: &Site<'_>, at: usize, spans: &mut Spans) -> usize {
        let around = Around {
            list: true,
            ..site.around
        };
        let end = values::bare_end(site.text, at, around).max(plus(at, 1));
        let end = values::number_end(site.text, at).unwrap_or(end);
        let value = slice(site.text, at..end);
        if self.is_list()
            && site.is_secret(site.key.demand, at..end)
            && !values::is_placeholder(value)
        {
            spans.add_quoted(at..end, site.key.kind, site.quotes.clone());
        }
        end
    }
}
