//! What stands before a number says what it is: `card 4111…`, `order 4111…`.

use core::ops::Range;

use super::super::{
    bytes::{before as byte_before, byte, is_blank, plus, run_back, skip_blanks, slice},
    values::Quote,
};

/// How far before a number the words are looked for.
const MAX_BACK: usize = 64;
/// And how many of them: `card number is`.
const MAX_WORDS: usize = 4;
/// A word in a memory dump: four digits and the blank beside them.
const DUMPED: usize = 5;

/// What the words before a number say that it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Says {
    /// The number of a card.
    Card,
    /// A number of people's trade, which may have groups as well: an order, a part, a telephone.
    Trade,
    /// An identifier, a time, a measure: what programs number.
    Machine,
    /// Nothing that is known.
    Nothing,
}

/// Words of cards, in the languages that forms have.
const CARDS: &[&str] = &[
    "amex",
    "card",
    "cardno",
    "cardnum",
    "cardnumber",
    "cards",
    "carta",
    "cartao",
    "carte",
    "cc",
    "ccn",
    "ccnum",
    "ccnumber",
    "credit",
    "creditcard",
    "debit",
    "debitcard",
    "diners",
    "discover",
    "jcb",
    "kaart",
    "karta",
    "karte",
    "kartennummer",
    "kort",
    "kreditkarte",
    "maestro",
    "mastercard",
    "numcarte",
    "pan",
    "rupay",
    "tarjeta",
    "track",
    "unionpay",
    "visa",
];
/// Words of other numbers that people write.
const TRADE: &[&str] = &[
    "barcode",
    "batch",
    "build",
    "ean",
    "fax",
    "gtin",
    "invoice",
    "isbn",
    "lot",
    "mobile",
    "model",
    "order",
    "orders",
    "parcel",
    "part",
    "phone",
    "pn",
    "ref",
    "reference",
    "release",
    "serial",
    "sku",
    "sn",
    "tel",
    "telephone",
    "ticket",
    "tracking",
    "upc",
    "version",
    "zip",
];
/// Words of other numbers that programs write.
const MACHINE: &[&str] = &[
    "addr",
    "address",
    "app",
    "application",
    "asin",
    "attempt",
    "blk",
    "block",
    "bytes",
    "case",
    "channel",
    "chat",
    "checksum",
    "client",
    "commit",
    "container",
    "correlation",
    "count",
    "counter",
    "crc",
    "customer",
    "cycles",
    "date",
    "device",
    "duration",
    "elapsed",
    "epoch",
    "etag",
    "event",
    "expires",
    "gid",
    "guid",
    "guild",
    "handle",
    "hash",
    "iccid",
    "id",
    "ids",
    "imei",
    "imsi",
    "index",
    "ino",
    "inode",
    "item",
    "job",
    "len",
    "length",
    "limit",
    "lsn",
    "message",
    "micros",
    "millis",
    "ms",
    "msg",
    "msgid",
    "msisdn",
    "nanos",
    "node",
    "nonce",
    "ns",
    "offset",
    "oid",
    "parent",
    "pid",
    "pointer",
    "port",
    "process",
    "product",
    "ptr",
    "random",
    "req",
    "request",
    "rev",
    "revision",
    "rid",
    "scn",
    "sector",
    "seed",
    "seq",
    "sequence",
    "session",
    "shipment",
    "sid",
    "size",
    "snowflake",
    "span",
    "sum",
    "task",
    "thread",
    "tid",
    "ticks",
    "time",
    "timestamp",
    "total",
    "trace",
    "transaction",
    "ts",
    "tweet",
    "tx",
    "txid",
    "txn",
    "uid",
    "uptime",
    "user",
    "us",
    "usec",
    "uuid",
    "xid",
    "zxid",
];
/// Words between a name and its number.
const FILLERS: &[&str] = &[
    "code", "is", "last", "new", "no", "nr", "num", "number", "numbers", "nummer", "numero", "old",
    "primary", "txt", "val", "value", "was",
];
/// Words of social security numbers, the last first where there are several.
const SSN: &[&[&str]] = &[
    &["ssn"],
    &["ssns"],
    &["itin"],
    &["security", "social"],
    &["socialsecurity"],
    &["id", "tax"],
    &["taxid"],
    &["identification", "taxpayer"],
];
/// Units that make a number a measure.
const UNITS: &[&[u8]] = &[
    b"bytes", b"byte", b"ns", b"us", b"ms", b"nanos", b"ticks", b"cycles", b"rows", b"records",
    b"seconds", b"KB", b"MB",
];

/// What the words before the number at `at` say.
pub(super) fn before(text: &[u8], at: usize) -> Says {
    let mut words = Words::named(text, at);
    let mut says = Says::Nothing;
    for word in words.by_ref().take(MAX_WORDS) {
        let is_in = |list: &[&str]| contains(list, word);
        if is_in(CARDS) {
            // `card_id` is not said to be the number itself.
            return if says == Says::Nothing {
                Says::Card
            } else {
                Says::Nothing
            };
        }
        if says != Says::Nothing {
            break;
        }
        if is_in(TRADE) {
            says = Says::Trade;
        } else if is_in(MACHINE) {
            says = Says::Machine;
        } else if !is_in(FILLERS) {
            break;
        }
    }
    says
}

/// Whether the words before the number at `at` name a social security number.
pub(super) fn is_named_ssn(text: &[u8], at: usize) -> bool {
    let words: Vec<&[u8]> = Words::named(text, at).take(MAX_WORDS).collect();
    let mut windows = (0..words.len()).map(|i| words.get(i..).unwrap_or_default());
    windows.any(|words| {
        SSN.iter().any(|name| {
            let alike = |(a, b): (&&[u8], &&str)| a.eq_ignore_ascii_case(b.as_bytes());
            words.len() >= name.len() && words.iter().zip(*name).all(alike)
        })
    })
}

/// Whether a word of cards stands on the line shortly before `at`.
pub(super) fn is_near_card(text: &[u8], at: usize) -> bool {
    Words::any(text, at).any(|word| contains(CARDS, word))
}

/// Whether a unit follows the number that ends at `end`.
pub(super) fn is_measured(text: &[u8], end: usize) -> bool {
    let at = skip_blanks(slice(text, 0..plus(end, 2).min(text.len())), end);
    let here = slice(text, at..plus(at, 8).min(text.len()));
    UNITS.iter().any(|unit| {
        let next = here.strip_prefix(*unit);
        next.is_some_and(|rest| !rest.first().is_some_and(u8::is_ascii_alphanumeric))
    })
}

/// Whether the groups of a number are words of a memory dump: the next word beside them is as long
/// and has hexadecimal letters.
pub(super) fn is_dumped(text: &[u8], number: &Range<usize>) -> bool {
    let next = slice(text, number.end..plus(number.end, DUMPED));
    let is_over = byte(text, plus(number.end, DUMPED)).is_none_or(is_blank);
    let start = number.start.saturating_sub(plus(DUMPED, 1));
    let last = slice(text, start..number.start);
    let is_hex = |word: &[u8]| {
        word.iter().all(u8::is_ascii_hexdigit) && !word.iter().all(u8::is_ascii_digit)
    };
    let is_next = is_over && matches!(next, [b' ', word @ ..] if is_hex(word));
    let is_last = matches!(last, [b' ', word @ .., b' '] if is_hex(word));
    is_next || is_last
}

/// The quotes that a bare number needs in JSON when it becomes a text: those of the name before it,
/// or of what stands before it in a list.
pub(super) fn bare_quotes(text: &[u8], number: Range<usize>) -> Option<Range<usize>> {
    let ends = byte(text, number.end).is_none_or(|b| is_blank(b) || b",}]\\".contains(&b));
    let window = number.start.saturating_sub(MAX_BACK);
    let near = slice(text, window..number.start);
    let list = run_back(near, near.len(), |b| {
        b.is_ascii_digit() || matches!(b, b' ' | b',' | b'[' | b'\t')
    });
    let is_listed = slice(near, list..near.len())
        .iter()
        .any(|b| matches!(b, b',' | b'['));
    let colon = run_back(near, list, |b| b == b':');
    let end = run_back(near, colon, |b| b == b' ');
    let is_bare = ends && (colon < list || is_listed);
    let mark = end
        .checked_sub(1)
        .filter(|at| is_bare && byte(near, *at) == Some(b'"'))?;
    let start = run_back(near, mark, |b| b == b'\\');
    let (_, close) = Quote::at(near, start)?;
    (close == end).then_some(plus(window, start)..plus(window, end))
}

fn contains(list: &[&str], word: &[u8]) -> bool {
    list.iter().any(|w| word.eq_ignore_ascii_case(w.as_bytes()))
}

/// The words before an offset on its line, the last one first: runs of letters, split where a
/// capital follows a small letter.
struct Words<'t> {
    /// What is left to read, without the offset's own line feed.
    near: &'t [u8],
    /// Whether what stands between a word and the next must be what parts a name from a value.
    named: bool,
}

impl<'t> Words<'t> {
    fn named(text: &'t [u8], at: usize) -> Self {
        Self {
            near: slice(text, at.saturating_sub(MAX_BACK)..at),
            named: true,
        }
    }

    fn any(text: &'t [u8], at: usize) -> Self {
        Self {
            near: slice(text, at.saturating_sub(MAX_BACK)..at),
            named: false,
        }
    }

    /// Drops what stands behind the last word; false where that parts the word from the number.
    fn skip(&mut self) -> bool {
        loop {
            let end = run_back(self.near, self.near.len(), |b| {
                !b.is_ascii_alphabetic() && b != b'\n' && (!self.named || is_joint(b))
            });
            self.near = slice(self.near, 0..end);
            match self.near {
                // The letters of `%3A`.
                [rest @ .., b'%', b'0'..=b'9', b'A'..=b'F' | b'a'..=b'f'] => self.near = rest,
                _ => return byte_before(self.near, end).is_some_and(|b| b.is_ascii_alphabetic()),
            }
        }
    }
}

impl<'t> Iterator for Words<'t> {
    type Item = &'t [u8];

    fn next(&mut self) -> Option<&'t [u8]> {
        if !self.skip() {
            return None;
        }
        let end = self.near.len();
        let small = run_back(self.near, end, |b| b.is_ascii_lowercase());
        let is_capital = |b: u8| b.is_ascii_uppercase();
        let start = if small == end {
            run_back(self.near, end, is_capital)
        } else {
            small.saturating_sub(usize::from(
                byte_before(self.near, small).is_some_and(is_capital),
            ))
        };
        let word = slice(self.near, start..end);
        self.near = slice(self.near, 0..start);
        Some(word)
    }
}

/// What may stand between a name, the words of it, and its number.
fn is_joint(byte: u8) -> bool {
    byte.is_ascii_digit() || b" \t\"'`\\=:>([{<,#._-%*".contains(&byte)
}
