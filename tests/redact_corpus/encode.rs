//! How a value is written where it stands: escapes, quotes, encodings, prefixes of lines.
//!
//! Each form keeps, for every byte of the value, where it went.

use std::ops::Range;

/// A value as it is written.
pub struct Encoded {
    pub bytes: Vec<u8>,
    /// Where each byte of the value went.
    pub at: Vec<Range<usize>>,
    /// Whether the whole must go where a part is secret: nobody sees a part of it.
    pub blob: bool,
}

impl Encoded {
    fn new() -> Self {
        Self {
            bytes: Vec::new(),
            at: Vec::new(),
            blob: false,
        }
    }

    /// Adds what stands for `len` bytes of the value.
    fn push(&mut self, piece: impl AsRef<[u8]>, len: usize) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(piece.as_ref());
        self.at
            .extend(std::iter::repeat_n(start..self.bytes.len(), len));
    }

    fn blob(self) -> Self {
        Self { blob: true, ..self }
    }
}

/// `value` in the form of this name; none where it could not be written so.
pub fn encode(form: &str, value: &[u8]) -> Option<Encoded> {
    let text = || std::str::from_utf8(value).ok();
    Some(match form {
        // What cannot be written there is not: an application would have quoted it.
        "word" => plain(text()?, |c| {
            !c.is_whitespace() && !"\"'`,;&<>()[]{}|=".contains(c)
        })?,
        "dense" => plain(text()?, |c| !c.is_whitespace() && !"\"'`".contains(c))?,
        "cookie" => plain(text()?, |c| c.is_ascii_graphic() && !"\",;\\".contains(c))?,
        "raw" => plain(text()?, |c| c != '"' && c != '\'' && !c.is_control())?,
        "bare" => plain(text()?, |c| !",)}]\"'".contains(c) && !c.is_control())?,
        "line" => plain(text()?, |c| !c.is_control())?,
        "ascii" => plain(text()?, |c| c.is_ascii())?,
        "any" | "may" => plain(text()?, |_| true)?,
        "digits" => plain(text()?, |c| c.is_ascii_digit())
            .filter(|_| !value.starts_with(b"0") && value.len() < 18)?,

        "json" => each(text()?, json),
        // As PHP, .NET and Go's HTML-safe encoder write it.
        "jsonu" => each(text()?, |c| match c {
            '&' | '<' | '>' | '\'' | '+' => format!("\\u{:04x}", u32::from(c)),
            '/' => "\\/".into(),
            c if !c.is_ascii() => c
                .encode_utf16(&mut [0; 2])
                .iter()
                .map(|unit| format!("\\u{unit:04x}"))
                .collect(),
            c => json(c),
        }),
        // Rust's, Go's, Elixir's and JavaScript's debug forms.
        "c" => each(text()?, json),
        "ruby" => each(text()?, |c| if c == '#' { "\\#".into() } else { json(c) }),
        "single" => each(text()?, |c| match c {
            '\'' => "\\'".into(),
            '"' => "\"".into(),
            c => json(c),
        }),
        "perl" => each(text()?, |c| match c {
            '\'' | '\\' => format!("\\{c}"),
            c => c.into(),
        }),
        "python" if text()?.contains('\'') && !text()?.contains('"') => quoted(
            each(text()?, |c| if c == '\'' { "'".into() } else { json(c) }),
            "\"",
        ),
        "python" => quoted(encode("single", value)?, "'"),
        "sql" => each(text()?, |c| if c == '\'' { "''".into() } else { c.into() }),
        "csv" if needs(value, b",\"\n") => quoted(
            each(text()?, |c| if c == '"' { "\"\"".into() } else { c.into() }),
            "\"",
        ),
        "csvin" => each(text()?, |c| if c == '"' { "\"\"".into() } else { c.into() }),
        "logfmt" if needs(value, b" \"=\\") => quoted(encode("json", value)?, "\""),
        "yaml" if yaml(value) => quoted(encode("json", value)?, "\""),
        "sh" if !value
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || b"_-./:@%+,=".contains(b)) =>
        {
            quoted(
                each(
                    text()?,
                    |c| if c == '\'' { "'\\''".into() } else { c.into() },
                ),
                "'",
            )
        }
        "csv" | "logfmt" | "yaml" | "sh" => plain(text()?, |c| c != '\n')?,
        "shdouble" => each(text()?, |c| match c {
            '"' | '\\' | '$' | '`' => format!("\\{c}"),
            c => c.into(),
        }),
        "url" => each(text()?, |c| percent(c, "%20")),
        "form" => each(text()?, |c| percent(c, "+")),
        "xml" => each(text()?, |c| match c {
            '&' => "&amp;".into(),
            '<' => "&lt;".into(),
            '>' => "&gt;".into(),
            '"' => "&quot;".into(),
            '\'' => "&apos;".into(),
            c => c.into(),
        }),
        "entities" => each(text()?, |c| match c {
            c if c.is_ascii_alphanumeric() => c.into(),
            c => format!("&#{};", u32::from(c)),
        }),
        "quopri" => each(text()?, |c| match c {
            c if c.is_ascii_graphic() && c != '=' || c == ' ' => c.into(),
            c => c.to_string().bytes().map(|b| format!("={b:02X}")).collect(),
        }),

        "base64" => base64(value, false).blob(),
        "base64url" => base64(value, true).blob(),
        "hex" => bytes(value, |b| format!("{b:02x}")).blob(),
        "octets" => bytes(value, |b| format!("{b}, ")).blob(),
        "hexdump" => hexdump(value).blob(),
        "utf16" => each(text()?, |c| c.to_string()).widened(),

        "wrap" => wrap(text()?, 12, "\n"),
        "fold" => wrap(text()?, 24, "\n    "),
        "crlf" => each(
            text()?,
            |c| if c == '\n' { "\r\n".into() } else { c.into() },
        ),
        "indent" => lines(text()?, "      "),
        "tabs" => lines(text()?, "\t\t"),
        "plus" => lines(text()?, "+"),
        "minus" => lines(text()?, "-"),
        "quote" => lines(text()?, "> "),
        "comment" => lines(text()?, "# "),
        "stamp" => lines(
            text()?,
            "2026-03-14T09:26:53.589Z INFO  [worker-3] c.e.k.Loader - ",
        ),
        "syslog" => lines(text()?, "Mar 14 09:26:53 web-2 deploy[4711]: "),
        "compose" => lines(text()?, "api-1     | "),
        "cri" => lines(text()?, "2026-03-14T09:26:53.589793238Z stderr F "),
        "dockerjson" => docker(text()?),
        "half" => part(text()?, 0..text()?.len() / 2),
        "tail" => part(text()?, text()?.find('\n')? + 1..text()?.len()),
        "gutter" => lines(text()?, "   17 | "),

        "luhn" => checked(text()?, format!("{}{}", text()?, luhn(text()?))),
        "luhn-bad" => checked(text()?, format!("{}{}", text()?, (luhn(text()?) + 3) % 10)),
        "iban" => checked(text()?, iban(text()?, 0)),
        "iban-bad" => checked(text()?, iban(text()?, 7)),
        "four" => {
            let chars: Vec<char> = text()?.chars().collect();
            let groups: Vec<String> = chars.chunks(4).map(|g| g.iter().collect()).collect();
            checked(text()?, groups.join(" "))
        }
        "dashes" => checked(
            text()?,
            String::from_utf8(encode("four", value)?.bytes)
                .ok()?
                .replace(' ', "-"),
        ),
        other => panic!("no form is called {other}"),
    })
}

fn plain(text: &str, fits: impl Fn(char) -> bool) -> Option<Encoded> {
    text.chars().all(fits).then(|| each(text, String::from))
}

fn each(text: &str, write: impl Fn(char) -> String) -> Encoded {
    let mut out = Encoded::new();
    text.chars().for_each(|c| out.push(write(c), c.len_utf8()));
    out
}

fn bytes(value: &[u8], write: impl Fn(u8) -> String) -> Encoded {
    let mut out = Encoded::new();
    value.iter().for_each(|b| out.push(write(*b), 1));
    out
}

fn quoted(inner: Encoded, quote: &str) -> Encoded {
    let mut out = Encoded::new();
    out.bytes.extend_from_slice(quote.as_bytes());
    out.at = inner
        .at
        .iter()
        .map(|r| r.start + quote.len()..r.end + quote.len())
        .collect();
    out.bytes.extend_from_slice(&inner.bytes);
    out.bytes.extend_from_slice(quote.as_bytes());
    out
}

/// A value of which each byte is the whole of the result.
fn checked(value: &str, result: String) -> Encoded {
    let mut out = Encoded::new();
    out.push(result, value.len());
    out
}

fn needs(value: &[u8], special: &[u8]) -> bool {
    value.is_empty() || value.iter().any(|b| special.contains(b))
}

fn yaml(value: &[u8]) -> bool {
    needs(value, b"#:\"'{}[],&*!|>%@`\\\n") || value.starts_with(b"-") || value.starts_with(b" ")
}

fn json(c: char) -> String {
    match c {
        '"' | '\\' => format!("\\{c}"),
        '\n' => "\\n".into(),
        '\r' => "\\r".into(),
        '\t' => "\\t".into(),
        c if c.is_control() => format!("\\u{:04x}", u32::from(c)),
        c => c.into(),
    }
}

fn percent(c: char, space: &str) -> String {
    match c {
        ' ' => space.into(),
        c if c.is_ascii_alphanumeric() || "-._~".contains(c) => c.into(),
        c => c.to_string().bytes().map(|b| format!("%{b:02X}")).collect(),
    }
}

fn base64(value: &[u8], url: bool) -> Encoded {
    let encoding = if url {
        data_encoding::BASE64URL_NOPAD
    } else {
        data_encoding::BASE64
    };
    let mut out = Encoded::new();
    out.bytes = encoding.encode(value).into_bytes();
    // Three bytes are four characters, so a byte is in two of them.
    out.at = (0..value.len())
        .map(|i| i / 3 * 4 + i % 3..i / 3 * 4 + i % 3 + 2)
        .collect();
    out
}

/// As `hexdump -C` shows it: what stands for a byte is its place among the hexadecimal ones.
fn hexdump(value: &[u8]) -> Encoded {
    let mut out = Encoded::new();
    for (row, part) in value.chunks(16).enumerate() {
        out.bytes
            .extend_from_slice(format!("{:08x} ", row * 16).as_bytes());
        for byte in part {
            out.push(format!(" {byte:02x}"), 1);
        }
        let shown = part.iter().map(|b| {
            if b.is_ascii_graphic() {
                char::from(*b)
            } else {
                '.'
            }
        });
        let pad = " ".repeat(3 * (16 - part.len()));
        let shown = format!("{pad}  |{}|\n", shown.collect::<String>());
        out.bytes.extend_from_slice(shown.as_bytes());
    }
    out.bytes.pop();
    out
}

fn wrap(text: &str, width: usize, end: &str) -> Encoded {
    let mut out = Encoded::new();
    for (i, c) in text.chars().enumerate() {
        let end = if i % width == width - 1 { end } else { "" };
        out.push(format!("{c}{end}"), c.len_utf8());
    }
    out
}

/// Each line under a prefix, the first one too.
fn lines(text: &str, prefix: &str) -> Encoded {
    let mut out = Encoded::new();
    out.bytes.extend_from_slice(prefix.as_bytes());
    for c in text.chars() {
        let piece = if c == '\n' {
            format!("\n{prefix}")
        } else {
            c.to_string()
        };
        out.push(piece, c.len_utf8());
    }
    out
}

/// Each line in an object, as Docker's `json-file` driver keeps it.
fn docker(text: &str) -> Encoded {
    let mut out = Encoded::new();
    let (open, close) = (
        r#"{"log":""#,
        r#"\n","stream":"stdout","time":"2026-03-14T09:26:53.589793238Z"}"#,
    );
    out.bytes.extend_from_slice(open.as_bytes());
    for c in text.chars() {
        let piece = if c == '\n' {
            format!("{close}\n{open}")
        } else {
            json(c)
        };
        out.push(piece, c.len_utf8());
    }
    out.bytes.extend_from_slice(close.as_bytes());
    out
}

/// This part of the text.
fn part(text: &str, part: Range<usize>) -> Encoded {
    let mut out = Encoded::new();
    for (at, c) in text.char_indices() {
        out.push(
            if part.contains(&at) {
                c.into()
            } else {
                String::new()
            },
            c.len_utf8(),
        );
    }
    out
}

fn luhn(digits: &str) -> u32 {
    let doubled = |(i, digit): (usize, u32)| match digit * 2 {
        twice if i % 2 == 0 => twice / 10 + twice % 10,
        _ => digit,
    };
    let digits = digits
        .chars()
        .rev()
        .filter_map(|c| c.to_digit(10))
        .enumerate();
    (10 - digits.map(doubled).sum::<u32>() % 10) % 10
}

/// The country and the account, with the check digits of ISO 13616 between them, off by `error`.
fn iban(text: &str, error: u32) -> String {
    let (country, account) = text.split_at(2);
    let digits = format!("{account}{country}00");
    let rest = digits
        .chars()
        .filter_map(|c| c.to_digit(36))
        .fold(0, |rest, digit| {
            let shifted = if digit > 9 { rest * 100 } else { rest * 10 };
            (shifted + digit) % 97
        });
    format!("{country}{:02}{account}", 2 + (96 - rest + error) % 97)
}

impl Encoded {
    /// In UTF-16, little-endian, which a tool that knows no UTF-16 shows with a NUL in between.
    fn widened(self) -> Self {
        let mut out = Self::new();
        let text = String::from_utf8_lossy(&self.bytes).into_owned();
        for c in text.chars() {
            let units = c
                .encode_utf16(&mut [0; 2])
                .iter()
                .flat_map(|u| u.to_le_bytes())
                .collect::<Vec<_>>();
            out.push(units, c.len_utf8());
        }
        out
    }
}
